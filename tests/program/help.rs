//! Help, and that its examples work.

use crate::data_support::tiny;
use crate::tool::{Desk, PLAIN};

/// The verbs that a help page lists.
pub(crate) fn verbs(page: &str) -> Vec<String> {
    let listed = page.split("Commands:\n").nth(1).unwrap_or_default();
    let lines = listed.lines().take_while(|line| line.starts_with("  "));
    // Continued descriptions are indented further.
    let verbs =
        lines.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    verbs.filter(|verb| *verb != "help").map(str::to_owned).collect()
}

/// The help pages of the program and all its verbs, with the words that ask for each.
pub(crate) fn pages(desk: &Desk) -> Vec<(String, String)> {
    let mut pages = vec![(String::new(), desk.good("--help").stdout)];
    let mut at = 0;
    while at < pages.len() {
        let (words, page) = pages[at].clone();
        for verb in verbs(&page) {
            let words = format!("{words} {verb}");
            let page = desk.good(&format!("{words} --help")).stdout;
            pages.push((words, page));
        }
        at += 1;
    }
    pages
}

/// The examples of a page: what stands before the explanation, without the name of the program.
fn examples(page: &str) -> Vec<String> {
    let lines = page.lines().filter_map(|line| line.strip_prefix("  tariffsim "));
    lines.map(|line| line.split("  ").next().unwrap_or_default().trim().to_owned()).collect()
}

/// The same command with few draws.
fn quick(example: &str) -> String {
    let words: Vec<&str> = example.split_whitespace().collect();
    let draws = words.iter().position(|word| *word == "--draws");
    match draws {
        Some(at) => {
            // A part of the draws stays what it is.
            let few = words[at + 1]
                .parse::<u32>()
                .map_or(words[at + 1], |draws| if draws > 5 { "5" } else { words[at + 1] });
            [&words[..=at], &[few], &words[at + 2..]].concat().join(" ")
        }
        None if words[0] == "run" => format!("{example} --draws 5"),
        None => example.to_owned(),
    }
}

#[test]
fn every_verb_has_help_and_its_examples_work() {
    let desk = Desk::new();
    desk.write("my-scenario.toml", PLAIN);
    desk.dataset("my-data", &tiny());
    desk.write("my-countries.csv", "code,group\nDEU,EUR\nFRA,EUR\n");
    let pages = pages(&desk);
    let asked: Vec<&str> = pages.iter().map(|(words, _)| words.trim()).collect();
    let known = [
        "run",
        "timeline",
        "compare",
        "sweep",
        "game",
        "optimal",
        "nash",
        "new",
        "check",
        "explain",
        "list",
        "report",
        "merge",
        "verify",
        "data",
        "data check",
        "completions",
        "man",
    ];
    for verb in known {
        assert!(asked.contains(&verb), "{verb} is not in the help");
    }
    let mut tried = 0;
    for (words, page) in &pages {
        let has_verbs = !verbs(page).is_empty();
        let examples = examples(page);
        assert!(has_verbs || !examples.is_empty(), "`{words}` has no example:\n{page}");
        for example in examples {
            let said = desk.run(&quick(&example));
            assert_eq!(said.code, 0, "{example}:\n{}", said.stderr);
            assert!(!said.stdout.is_empty(), "{example} says nothing");
            tried += 1;
        }
    }
    assert!(tried >= 12, "only {tried} examples were found");
    assert!(desk.path().join("results/countries.csv").exists(), "an example writes `results`");
}

#[test]
fn every_page_says_what_its_arguments_are() {
    let desk = Desk::new();
    for (words, page) in pages(&desk) {
        assert!(page.contains("Usage: tariffsim"), "{words}: {page}");
        assert!(
            !page.contains("TODO") && page.lines().all(|line| line.chars().count() <= 110),
            "{words}: {page}"
        );
    }
    assert!(desk.good("--version").stdout.starts_with("tariffsim "));
}

#[test]
fn pages_and_examples_are_read_as_meant() {
    let page = "About\n\nCommands:\n  run   Do\n        more\n  help  Help\n\nExamples:\n  tariffsim run a --draws 500   what it does\n  tariffsim list\n";
    assert_eq!(verbs(page), ["run"]);
    assert_eq!(examples(page), ["run a --draws 500", "list"]);
    assert_eq!(quick("run a --draws 500 --json"), "run a --draws 5 --json");
    assert_eq!(quick("run a --draws 0"), "run a --draws 0");
    assert_eq!(quick("run a"), "run a --draws 5");
    assert_eq!(quick("list"), "list");
}
