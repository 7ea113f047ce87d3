//! Every mistake that a user can make is a file in `scenarios/invalid`, and what they see is a snapshot.

mod scenario_support;

use std::path::PathBuf;

use scenario_support::{dataset, faults};
use tariffsim::cli::diagnostics::render;
use tariffsim::diagnostic::Diagnostic;
use tariffsim::files::{Files as _, Folder};
use tariffsim::scenario::{Draft, MOST_BYTES, Scenario, Settings};

fn invalid() -> PathBuf {
    // As seen from where tests run: messages have the path that was tried.
    PathBuf::from("scenarios/invalid")
}

fn names() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(invalid())
        .expect("the folder of invalid scenarios")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    names
}

fn diagnose(name: &str) -> Vec<Diagnostic> {
    let folder = Folder::new(invalid());
    let Ok(text) = folder.read(name, MOST_BYTES) else {
        return Scenario::read(&folder, name).expect_err(name);
    };
    let draft = Draft::with(name, &text, &Settings::default(), &folder);
    match draft.clone().finish() {
        Err(_) => draft.faults_on(&dataset()),
        Ok(scenario) => scenario.resolve(&dataset(), &folder).expect_err(name),
    }
}

#[test]
fn every_invalid_scenario_says_what_is_wrong_and_where() {
    let names = names();
    assert!(names.len() >= 25, "there is a file for each mistake");
    for name in names {
        let found = diagnose(&name);
        assert!(found.iter().any(Diagnostic::is_error), "{name}");
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            let shown = render(&found, false).replace("invalid\\", "invalid/");
            insta::assert_snapshot!(name.trim_end_matches(".toml"), shown);
        });
    }
}

#[test]
fn no_message_ends_in_a_full_stop_or_begins_with_a_capital_word() {
    for name in names() {
        for fault in diagnose(&name) {
            assert!(!fault.message.ends_with('.'), "{name}: {}", fault.message);
            assert!(!fault.help.ends_with('.'), "{name}: {}", fault.help);
        }
    }
}

#[test]
fn five_mistakes_give_five_diagnostics_each_at_its_line() {
    let text = "[[measure]]\nby = \"USA\"\nadd = 25\nfoo = 1\n[[measure]]\nby = 7.5\non = \"CHN\"\nset = \"25pp\"\n[model]\ndeficits = \"odd\"\n";
    let lines: Vec<usize> =
        faults(text).iter().map(|fault| fault.place.as_ref().expect("a place").line()).collect();
    assert_eq!(lines, [1, 3, 4, 6, 8, 10]);
}

#[test]
fn too_many_measures_and_too_large_a_file_are_refused() {
    let many = "[[measure]]\nby=\"USA\"\non=\"CHN\"\nadd=\"1pp\"\n".repeat(1001);
    assert!(faults(&many)[0].message.contains("1001 measures"));
    let large = format!("# {}", "x".repeat(1 << 20));
    assert!(faults(&large)[0].message.contains("larger than the limit"));
}

#[test]
fn a_spread_out_of_range_is_told_the_range_that_counts() {
    let measure = "[[measure]]\nby = \"USA\"\non = \"CHN\"\nadd = \"1pp\"\n[uncertainty]\n";
    for (key, values, range) in [
        ("trade_elasticity.lognormal.sd", ["-1%", "1001%", "1e300%"], "0% to 1000%"),
        ("trade_flows.lognormal.cv_pair", ["-1%", "1001%", "1e300%"], "0% to 1000%"),
        ("trade_flows.lognormal.cv_cell", ["-1%", "1001%", "1e300%"], "0% to 1000%"),
        ("exempt_share.beta.sd", ["-1pp", "51pp", "1e300pp"], "0pp to 50pp"),
    ] {
        for value in values {
            let found = faults(&format!("{measure}{key} = \"{value}\"\n"));
            let said: Vec<&str> = found.iter().map(|fault| fault.expected.as_str()).collect();
            assert_eq!(said, [range], "{key} = {value}");
        }
    }
}
