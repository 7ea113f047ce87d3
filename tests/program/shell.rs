//! Completions and manual pages.

use std::io::Write as _;
use std::process::{Command, Stdio};

use tariffsim::data::embedded;
use tariffsim::scenario::prepared::SCENARIOS;

use crate::help::{pages, verbs};
use crate::tool::Desk;

/// The flags with two dashes that a help page lists.
fn flags(page: &str) -> Vec<&str> {
    let starts = page.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let words = starts.filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")));
    words.map(|word| word.trim_end_matches([',', '.'])).collect()
}

#[test]
fn manual_pages_name_every_command_and_flag() {
    let desk = Desk::new();
    desk.good("man --out man");
    let mut expected = Vec::new();
    let mut named = 0;
    for (words, help) in pages(&desk) {
        let parts: Vec<&str> = ["tariffsim"].into_iter().chain(words.split_whitespace()).collect();
        let file = format!("{}.1", parts.join("-"));
        let page = String::from_utf8(desk.files("man")[&file].clone()).unwrap().replace("\\-", "-");
        assert!(
            page.starts_with(".ie") && page.contains(&format!(".TH {}", parts.join("-"))),
            "{file}:\n{page}"
        );
        for verb in verbs(&help) {
            assert!(page.contains(&format!("{}-{verb}(1)", parts.join("-"))), "{file} does not name {verb}");
            named += 1;
        }
        for flag in flags(&help) {
            assert!(page.contains(flag), "{file} does not name {flag}");
            named += 1;
        }
        expected.push(file);
    }
    expected.sort();
    assert_eq!(crate::tool::names(&desk.path().join("man")), expected);
    assert!(named > 40, "only {named} commands and flags were found");
    assert_eq!(desk.good("man").stdout.into_bytes(), desk.files("man")["tariffsim.1"]);
    // Again, into a folder that has other pages too.
    desk.write("man/ls.1", "other");
    desk.good("man --out man");
    assert_eq!(desk.files("man")["ls.1"], b"other");
    desk.write("file", "");
    let said = desk.run("man --out file");
    assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{}", said.stderr);
}

#[test]
fn every_shell_gets_a_script_that_knows_every_command() {
    let desk = Desk::new();
    let verbs = verbs(&desk.good("--help").stdout);
    assert!(verbs.len() >= 8, "{verbs:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = desk.good(&format!("completions {shell}")).stdout;
        for word in verbs.iter().map(String::as_str).chain(["threads", "retaliation"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(desk.run("completions tcsh").code, 2);
}

/// What bash offers at the end of a command line.
fn offers(script: &str, line: &[&str]) -> Option<Vec<String>> {
    let words = line.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    let (last, before) = (line.last().unwrap(), line[line.len() - 2]);
    let program = format!(
        "set -e\n{script}\nCOMP_WORDS=({words})\nCOMP_CWORD={}\n_tariffsim tariffsim '{last}' '{before}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        line.len() - 1
    );
    let started =
        Command::new("bash").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut bash = started.ok()?;
    bash.stdin.take().unwrap().write_all(program.as_bytes()).unwrap();
    let output = bash.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line:?}: {said}");
    Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

#[test]
fn bash_completes_commands_scenarios_and_datasets() {
    let script = Desk::new().good("completions bash").stdout;
    let Some(verbs) = offers(&script, &["tariffsim", "ex"]) else {
        eprintln!("SKIPPED: there is no bash here");
        return;
    };
    assert_eq!(verbs, ["explain"]);
    let names = offers(&script, &["tariffsim", "run", "us-25"]).unwrap();
    let expected: Vec<&str> =
        SCENARIOS.iter().map(|known| known.name).filter(|name| name.starts_with("us-25")).collect();
    assert_eq!(names, expected);
    assert_eq!(offers(&script, &["tariffsim", "check", "--data", ""]).unwrap(), embedded::NAMES);
    assert_eq!(offers(&script, &["tariffsim", "list", "gro"]).unwrap(), ["groups"]);
}
