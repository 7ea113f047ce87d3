//! What prepared scenarios say that there is to notice, claim by claim, against their solutions.
//!
//! Every sentence under `[notice]` has a check of its key here, and every number in it must be one that the check
//! computes, or one that the check says is given.

#![allow(clippy::unwrap_used, clippy::panic)]

mod agreements;
mod answer;
mod china;
mod north_america;
mod pages;
mod textbook;
mod told;
mod us_on_the_world;
#[path = "../scenario_support/world.rs"]
mod world;

use std::collections::BTreeSet;

use tariffsim::scenario::{Guide, Scenario, prepared};
use told::{Claim, Told};

fn guide(name: &str) -> Guide {
    Scenario::parse(name, prepared::scenario(name).unwrap()).unwrap().guide().clone()
}

fn checks() -> impl Iterator<Item = &'static Claim> {
    [north_america::CLAIMS, us_on_the_world::CLAIMS, china::CLAIMS, agreements::CLAIMS, textbook::CLAIMS]
        .into_iter()
        .flatten()
}

#[test]
fn every_claim_has_a_check_and_every_check_a_claim() {
    let claimed: BTreeSet<(String, String)> = prepared::SCENARIOS
        .iter()
        .flat_map(|known| guide(known.name).notice.into_iter().map(|(key, _)| (known.name.to_owned(), key)))
        .collect();
    let checked: Vec<_> = checks().map(|claim| (claim.scenario.to_owned(), claim.key.to_owned())).collect();
    let unique: BTreeSet<_> = checked.iter().cloned().collect();
    assert_eq!(unique.len(), checked.len(), "a claim has two checks");
    assert_eq!(claimed, unique);
}

#[test]
fn every_prepared_scenario_has_a_group_questions_and_two_to_four_claims() {
    for known in prepared::SCENARIOS {
        let guide = guide(known.name);
        assert!(guide.group.is_some(), "{}", known.name);
        assert!(guide.questions.len() >= 2, "{}", known.name);
        assert!(guide.questions.iter().all(|question| question.ends_with('?')), "{}", known.name);
        assert!((2..=4).contains(&guide.notice.len()), "{}: {} claims", known.name, guide.notice.len());
        assert!(guide.notice.iter().all(|(_, text)| text.ends_with('.')), "{}", known.name);
    }
}

#[test]
fn every_claim_is_what_the_program_finds() {
    let mut faults = Vec::new();
    for claim in checks() {
        let guide = guide(claim.scenario);
        let Some((_, text)) = guide.notice.iter().find(|(key, _)| key == claim.key) else { continue };
        let mut told = Told::new(text);
        (claim.check)(&mut told);
        let found = told.faults();
        faults.extend(found.into_iter().map(|fault| format!("{}, {}: {fault}", claim.scenario, claim.key)));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
