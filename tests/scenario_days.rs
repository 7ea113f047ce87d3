//! The days of a scenario: whatever its measures and responses say, what is in force changes on the days that are
//! listed and on no other.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod scenario_support;

use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{RngSeed, TestRunner};
use scenario_support::{Memory, dataset, rate};
use tariffsim::scenario::{Resolved, Scenario, explain};
use tariffsim::units::Date;

/// Replaced after a while by a deal, which comes to the response a month later.
const DEAL: &str = "[[measure]]\nname = \"a\"\nby = \"USA\"\non = \"CHN\"\ngoods = \"AUT\"\nadd = \"30pp\"\nfrom = 2025-01-01\n\
    [[measure]]\nname = \"deal\"\nby = \"USA\"\non = \"CHN\"\ngoods = \"AUT\"\nadd = \"5pp\"\ninstead_of = \"a\"\n\
    from = 2025-02-10\n\
    [[response]]\nname = \"r\"\nby = \"CHN\"\nto = \"a\"\nmode = \"reciprocal\"\nlag = \"30d\"\n";

fn path(text: &str) -> Vec<(Date, Resolved)> {
    Scenario::parse("test.toml", text).unwrap().resolve_path(&dataset(), &Memory::default()).unwrap()
}

#[test]
fn what_ends_an_answered_measure_comes_to_the_response_after_its_lag() {
    let scenario = Scenario::parse("test.toml", DEAL).unwrap();
    let path = path(DEAL);
    let days: Vec<String> = path.iter().map(|(day, _)| day.to_string()).collect();
    assert_eq!(days, ["2024-12-31", "2025-01-01", "2025-01-31", "2025-02-10", "2025-03-12"]);
    let words: Vec<String> =
        path.windows(2).map(|pair| scenario.events(pair[1].0, [&pair[0].1, &pair[1].1]).words()).collect();
    assert_eq!(words, ["a begins", "r begins", "deal begins", "r changes"]);
    let china = |at: usize| rate(&path[at].1.policy, "CHN", "USA", "AUT").after.fraction();
    assert!((china(3) - 0.45).abs() < 1e-12);
    assert!(
        path[4].1.policy.rates.iter().all(|rate| rate.flow != scenario_support::flow("CHN", "USA", "AUT"))
    );
    let days: Vec<(Date, &Resolved)> = path.iter().map(|(day, on)| (*day, on)).collect();
    assert!(
        explain::path(&days, &dataset()).contains("changes on 4 days from 1 January 2025 to 12 March 2025")
    );
}

#[test]
fn what_comes_to_a_response_without_changing_it_is_no_change() {
    // A tariff on other goods than those that are answered.
    let text = format!(
        "{DEAL}[[measure]]\nname = \"farm\"\nby = \"USA\"\non = \"MEX\"\ngoods = \"AGR\"\nadd = \"1pp\"\nfrom = 2025-06-01\n"
    );
    let days: Vec<String> = path(&text).iter().map(|(day, _)| day.to_string()).collect();
    assert_eq!(days.last().unwrap(), "2025-06-01");
}

fn day(number: u32) -> String {
    format!("2025-{:02}-{:02}", 1 + number / 28, 1 + number % 28)
}

/// What says when: from some day, to some day, or step by step.
fn period() -> impl Strategy<Value = String> {
    (0..60_u32, 1..30_u32, 0..4_u32).prop_map(|(from, more, kind)| {
        let (from, then) = (day(from), day(from + more));
        match kind {
            0 => format!("from = {from}\n"),
            1 => format!("from = {from}\nuntil = {then}\n"),
            2 => format!("until = {then}\n"),
            _ => format!("phase_in = {{ {from} = \"40%\", {then} = \"90%\" }}\n"),
        }
    })
}

fn measure(name: usize) -> impl Strategy<Value = String> {
    let verb = select(vec![
        "add = \"10pp\"",
        "multiply = \"150%\"",
        "cap = \"12%\"",
        "floor = \"9%\"",
        "match = { by = \"MEX\" }",
    ]);
    let goods = select(vec!["AUT", "AGR"]);
    let instead = select(vec!["", "", "instead_of = \"m0\"\n"]);
    let exempt = select(vec!["", "", "exempt_share = \"30%\"\n"]);
    (verb, goods, period(), instead, exempt).prop_map(move |(verb, goods, period, instead, exempt)| {
        let instead = if name == 0 { "" } else { instead };
        format!(
            "[[measure]]\nname = \"m{name}\"\nby = \"USA\"\non = \"CHN\"\ngoods = \"{goods}\"\n{verb}\n{period}{instead}{exempt}"
        )
    })
}

/// China answers the first measure, the United States answer that, China answers them.
fn responses() -> impl Strategy<Value = String> {
    let mode = || select(vec!["reciprocal", "equal-revenue", "equal-trade", "+3pp"]);
    let round = || (mode(), 0..25_u32);
    prop::collection::vec(round(), 1..4).prop_map(|rounds| {
        let round = |(at, (mode, lag)): (usize, &(&str, u32))| {
            let by = ["CHN", "USA"][at % 2];
            let to = if at == 0 { "m0".to_owned() } else { format!("r{}", at - 1) };
            let goods = if *mode == "equal-trade" { "goods = \"AGR\"\n" } else { "" };
            format!("[[response]]\nname = \"r{at}\"\nby = \"{by}\"\nto = \"{to}\"\nmode = \"{mode}\"\nlag = \"{lag}d\"\n{goods}")
        };
        rounds.iter().enumerate().map(round).collect()
    })
}

fn story() -> impl Strategy<Value = String> {
    (measure(0), measure(1), measure(2), responses())
        .prop_map(|(first, second, third, responses)| first + &second + &third + &responses)
}

/// Compares every day with the last one that is listed; how many days are listed beyond those of the measures.
fn compare(text: &str) -> Result<Option<usize>, TestCaseError> {
    let Ok(scenario) = Scenario::parse("random.toml", text) else { return Ok(None) };
    let Ok(path) = scenario.resolve_path(&dataset(), &Memory::default()) else { return Ok(None) };
    let mut today = path[0].0;
    let mut at = 0;
    let last = path[path.len() - 1].0.days_later(100);
    while today <= last {
        if path.get(at + 1).is_some_and(|(day, _)| *day == today) {
            at += 1;
        }
        let on = Scenario::parse("random.toml", &format!("date = {today}\n{text}")).unwrap();
        let on = on.resolve(&dataset(), &Memory::default()).unwrap();
        prop_assert_eq!(&on.policy, &path[at].1.policy, "{}", today);
        today = today.next();
    }
    for pair in path.windows(2) {
        let words = scenario.events(pair[1].0, [&pair[0].1, &pair[1].1]).words();
        prop_assert!(!words.is_empty(), "nothing is said to happen on {}", pair[1].0);
    }
    Ok(Some(path.len() - 1 - scenario.changes().len()))
}

#[test]
fn every_day_is_as_the_last_listed_day_before_it() {
    let [compared, later] = [AtomicU32::new(0), AtomicU32::new(0)];
    let config = ProptestConfig {
        cases: 400,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    };
    let outcome = TestRunner::new(config).run(&story(), |text| {
        if let Some(more) = compare(&text)? {
            compared.fetch_add(1, Ordering::Relaxed);
            later.fetch_add(u32::from(more > 0), Ordering::Relaxed);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|fault| panic!("{fault}"));
    let [compared, later] = [compared, later].map(AtomicU32::into_inner);
    eprintln!("{compared} compared, {later} of them with days that no measure has");
    assert!(compared > 100, "only {compared} were compared: this tests too little");
    assert!(later > 50, "only {later} have days that no measure has: this tests too little");
}
