//! The policy that is left when measures are taken out of a scenario.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod scenario_support;

use scenario_support::{after, close, dataset, resolve};
use tariffsim::economy::policy::Policy;
use tariffsim::files::NoFiles;
use tariffsim::scenario::Scenario;

const TEXT: &str = "[[measure]]\nname = \"hit\"\nby = \"USA\"\non = [\"CAN\", \"CHN\"]\nadd = \"25pp\"\n\
    [[measure]]\nname = \"autos\"\nby = \"USA\"\non = \"CAN\"\ngoods = \"AUT\"\nadd = \"10pp\"\ninstead_of = \"hit\"\n\
    [[measure]]\nname = \"matching\"\nby = \"MEX\"\non = \"CHN\"\nmatch = { by = \"USA\", on = \"CHN\" }\n\
    [[response]]\nname = \"answer\"\nby = \"CAN\"\nto = [\"hit\", \"autos\"]\nmode = \"reciprocal\"\n";

/// What is left with some measures.
fn left(names: &[&str]) -> Policy {
    let scenario = Scenario::parse("s.toml", TEXT).unwrap();
    let dataset = dataset();
    let coalitions = scenario.coalitions(&dataset, &NoFiles, &NoFiles).unwrap();
    coalitions.policy(0, |name| names.contains(&name)).unwrap()
}

#[test]
fn with_all_measures_it_is_the_scenario_and_with_none_nothing() {
    let all = left(&["hit", "autos", "matching", "answer"]);
    assert_eq!(all, resolve(TEXT).policy);
    assert_eq!(all.fingerprint(), resolve(TEXT).policy.fingerprint());
    assert!(left(&[]).changes.is_empty());
    assert_eq!(left(&[]).fingerprint(), Policy::default().fingerprint());
}

#[test]
fn a_response_to_what_is_absent_is_empty_and_answers_what_is_left() {
    assert!(left(&["answer"]).changes.is_empty());
    let policy = left(&["hit", "answer"]);
    assert!(close(after(&policy, "CAN", "USA", "AUT"), 0.25));
    let policy = left(&["autos", "answer"]);
    assert!(close(after(&policy, "CAN", "USA", "AUT"), 0.10));
    assert!(close(after(&policy, "CAN", "USA", "AGR"), 0.0));
}

#[test]
fn what_stands_instead_of_an_absent_measure_stands_alone() {
    let policy = left(&["autos"]);
    assert!(close(after(&policy, "USA", "CAN", "AUT"), 0.11));
    assert!(close(after(&policy, "USA", "CAN", "AGR"), 0.0));
    // And what it replaced is whole again without it.
    assert!(close(after(&left(&["hit"]), "USA", "CAN", "AUT"), 0.26));
}

#[test]
fn a_match_follows_the_rates_that_are_left() {
    // Mexico has 10% and 20% on Chinese goods, the United States 5% and 2.5%.
    assert!(left(&["matching"]).changes.is_empty());
    assert!(close(after(&left(&["matching", "hit"]), "MEX", "CHN", "AGR"), 0.30));
}

#[test]
fn a_fingerprint_tells_policies_apart_and_nothing_else() {
    let fingerprint = |names: &[&str]| left(names).fingerprint();
    assert_ne!(fingerprint(&["hit"]), fingerprint(&["hit", "autos"]));
    assert_ne!(fingerprint(&["hit"]), fingerprint(&["autos"]));
    // The same changes by other measures.
    assert_eq!(fingerprint(&["matching"]), fingerprint(&["answer"]));
}
