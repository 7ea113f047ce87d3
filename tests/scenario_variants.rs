//! Scenarios that start from other scenarios.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod scenario_support;

use std::collections::HashMap;

use scenario_support::{Memory, after, close, dataset};
use tariffsim::cli::diagnostics::render;
use tariffsim::diagnostic::Diagnostic;
use tariffsim::scenario::{Draft, Resolved, Scenario, Settings};

const PARENT: &str = "title = \"Parent\"\nsummary = \"What the parent does.\"\nsources = [\"a law\"]\n\
    [[measure]]\nname = \"tax\"\nby = \"USA\"\non = \"CHN\"\nadd = \"25pp\"\n\
    [[measure]]\nname = \"other\"\nby = \"USA\"\non = \"MEX\"\nadd = \"5pp\"\n\
    [model]\ndeficits = \"balanced\"\nexempt_mode = \"average\"\n[uncertainty]\ndraws = 7\nseed = 3\n";

fn files(pairs: &[(&str, &str)]) -> Memory {
    let mut all: HashMap<String, String> = HashMap::from([("parent.toml".to_owned(), PARENT.to_owned())]);
    all.extend(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    Memory(all)
}

fn read_with(text: &str, files: &Memory, typed: &[&str]) -> Result<(Scenario, Resolved), Vec<Diagnostic>> {
    let typed: Vec<String> = typed.iter().map(|typed| (*typed).to_owned()).collect();
    let settings = Settings::read("--set", &typed)?;
    let scenario = Draft::with("folder/child.toml", text, &settings, files).finish()?;
    let resolved = scenario.resolve(&dataset(), files)?;
    Ok((scenario, resolved))
}

fn child(text: &str, files: &Memory) -> Resolved {
    read_with(text, files, &[]).unwrap_or_else(|faults| panic!("{}", render(&faults, false))).1
}

fn refused(text: &str, files: &Memory) -> String {
    render(&read_with(text, files, &[]).unwrap_err(), false)
}

#[test]
fn a_variant_has_what_the_other_has_but_for_what_it_says() {
    let text = "extends = \"parent.toml\"\nsources = [\"a bill\"]\n\
                [[measure]]\nname = \"tax\"\nby = \"USA\"\non = \"CHN\"\nadd = \"10pp\"\n\
                [[measure]]\nby = \"CAN\"\non = \"MEX\"\nadd = \"1pp\"\n[model]\nexempt_mode = \"variety\"\n[uncertainty]\nseed = 9\n";
    let (scenario, resolved) = read_with(text, &files(&[]), &[]).unwrap();
    assert!(close(after(&resolved.policy, "USA", "CHN", "AGR"), 0.15));
    assert!(close(after(&resolved.policy, "USA", "MEX", "AGR"), 0.05));
    let names: Vec<&str> = resolved.policy.measures.iter().map(|measure| measure.name.as_str()).collect();
    assert_eq!(names, ["tax", "other", "measure-4"]);
    assert_eq!((resolved.uncertainty.draws, resolved.uncertainty.seed), (7, 9));
    assert_eq!(resolved.closure.deficits.word(), "balanced");
    // The title and the summary of the other would not be true of this one.
    assert_eq!((scenario.title(), scenario.summary()), ("child", None));
    assert_eq!(scenario.sources(), ["a bill", "a law"]);
    // What decides the answer is in the hash, whole.
    let hashed = resolved.inputs_for_hash();
    assert_eq!(hashed, [("", text), ("parent.toml", PARENT)]);
}

#[test]
fn what_is_written_back_is_whole() {
    let resolved = child("extends = \"parent.toml\"\ndrop = \"other\"\n", &files(&[]));
    let written = resolved.to_toml(&resolved.uncertainty);
    assert!(!written.contains("extends") && !written.contains("drop"), "{written}");
    let again = Scenario::parse("child.toml", &written).unwrap();
    assert_eq!(again.resolve(&dataset(), &Memory::default()).unwrap().policy, resolved.policy);
    assert_eq!(resolved.policy.measures.len(), 1);
}

#[test]
fn scenarios_stand_behind_one_another_and_each_may_be_in_a_folder_of_its_own() {
    let rates = "importer,exporter,sector,rate\nUSA,CHN,AUT,0.3\n";
    let others = files(&[
        ("../base/rates.csv", rates),
        (
            "../base/first.toml",
            "[[measure]]\nname = \"table\"\nby = \"USA\"\non = \"CHN\"\nrates = \"rates.csv\"\n",
        ),
        (
            "../base/second.toml",
            "extends = \"first.toml\"\n[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"2pp\"\n",
        ),
    ]);
    let resolved = child("extends = \"../base/second.toml\"\n", &others);
    assert!(close(after(&resolved.policy, "USA", "CHN", "AUT"), 0.3));
    assert!(close(after(&resolved.policy, "USA", "MEX", "AUT"), 0.02));
}

#[test]
fn a_prepared_scenario_is_found_by_its_name() {
    let resolved = child("extends = \"us-china-145\"\ndrop = [\"china-on-us\"]\n", &Memory::default());
    assert_eq!(resolved.policy.measures.len(), 1);
    assert!(close(after(&resolved.policy, "USA", "CHN", "AGR"), 1.5));
}

#[test]
fn settings_reach_into_the_whole() {
    let text = "extends = \"parent.toml\"\n";
    let (_, resolved) = read_with(text, &files(&[]), &["measure.tax.add=1pp"]).unwrap();
    assert!(close(after(&resolved.policy, "USA", "CHN", "AGR"), 0.06));
    let faults = read_with(text, &files(&[]), &["measure.tax.add=1%"]).unwrap_err();
    assert_eq!(&*faults[0].place.as_ref().unwrap().file, "the command line");
    let faults = read_with(text, &files(&[]), &["extends=us-china-145"]).unwrap_err();
    assert!(faults[0].message.contains("only be written in a scenario file"), "{faults:?}");
}

#[test]
fn a_mistake_is_shown_in_the_file_in_which_it_stands() {
    let bad = "[[measure]]\nname = \"tax\"\nby = \"USA\"\non = \"CHN\"\nadd = 25\n";
    let others = files(&[("bad.toml", bad), ("broken.toml", "a = \n")]);
    let text = "extends = \"bad.toml\"\n[[measure]]\nname = \"mine\"\nby = \"USA\"\non = \"MEX\"\ninstead_of = \"tix\"\nadd = \"1pp\"\n";
    let shown = refused(text, &others);
    assert!(shown.contains("folder/bad.toml:5:7"), "{shown}");
    assert!(shown.contains("folder/child.toml:6:14"), "{shown}");
    assert!(refused("extends = \"broken.toml\"\n", &others).contains("folder/broken.toml:1:5"));
    // A country that the data do not have, named by the other.
    let unknown = files(&[("far.toml", "[[measure]]\nby = \"USA\"\non = \"FRA\"\nadd = \"1pp\"\n")]);
    assert!(refused("extends = \"far.toml\"\n", &unknown).contains("folder/far.toml:3:6"));
}

#[test]
fn circles_and_towers_are_refused() {
    let circle = files(&[("a.toml", "extends = \"b.toml\"\n"), ("b.toml", "extends = \"./x/../a.toml\"\n")]);
    assert!(refused("extends = \"a.toml\"\n", &circle).contains("goes in a circle"));
    let own = files(&[("a.toml", "extends = \"child.toml\"\n")]);
    let shown = refused("extends = \"a.toml\"\n", &own);
    assert!(shown.contains("goes in a circle") && shown.contains("folder/a.toml:1:11"), "{shown}");
    let level = |at: usize| format!("extends = \"{at}.toml\"\n");
    let mut tower = files(&[]);
    tower.0.extend((0..9).map(|at| (format!("{at}.toml"), level(at + 1))));
    tower.0.insert("8.toml".to_owned(), PARENT.to_owned());
    assert!(refused(&level(0), &tower).contains("more than 8 scenarios"));
    assert_eq!(child(&level(1), &tower).policy.measures.len(), 2);
}

#[test]
fn what_cannot_be_found_or_dropped_is_said() {
    let others = files(&[]);
    assert!(
        refused("extends = \"us-china-154\"\n", &others)
            .contains("did you mean the prepared scenario `us-china-145`")
    );
    assert!(refused("extends = \"nowhere.toml\"\n", &others).contains("there is no file `nowhere.toml`"));
    let shown = refused("extends = \"parent.toml\"\ndrop = [\"othre\"]\n", &others);
    assert!(shown.contains("did you mean `other`?") && shown.contains("child.toml:2:9"), "{shown}");
    assert!(refused("drop = \"tax\"\n", &others).contains("no other scenario"));
    assert!(refused("extends = 7\n", &others).contains("`extends` is a bare number"));
    // Two of one name in one file do not replace one another.
    let twice = "extends = \"parent.toml\"\n".to_owned()
        + &"[[measure]]\nname = \"tax\"\nby = \"USA\"\non = \"CHN\"\nadd = \"1pp\"\n".repeat(2);
    assert!(refused(&twice, &others).contains("two measures are named `tax`"));
}
