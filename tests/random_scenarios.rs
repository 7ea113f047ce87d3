//! Random scenarios, put together from every verb, with and without dates, responses and outcomes, on a small dataset:
//! whatever they say, nothing panics, what is written back means the same, and what is solved is sound.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod data_support;
mod schema_support;

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use data_support::{Memory, tiny};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{RngSeed, TestRunner};
use tariffsim::data::folder;
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::dataset::Dataset;
use tariffsim::index::{CountryId, SectorId};
use tariffsim::model::baseline::Baseline;
use tariffsim::model::trade_model::GeneralEquilibrium;
use tariffsim::model::variable::CountryVariable;
use tariffsim::model::world::Parameters;
use tariffsim::monte_carlo::ensemble::{Experiment, Observer};
use tariffsim::monte_carlo::estimate::FlowRow;
use tariffsim::monte_carlo::model::Model;
use tariffsim::monte_carlo::prior::Uncertainty;
use tariffsim::scenario::{Resolved, Scenario, explain};

static TINY: LazyLock<Dataset> = LazyLock::new(|| folder::read(&tiny()).dataset.unwrap());

/// The tables that random scenarios name.
fn files() -> Memory {
    Memory(Default::default())
        .with(
            "rates.csv",
            "importer,exporter,sector,rate\nUSA,MEX,AUT,0.3\nCAN,USA,AUT,0\nMEX,USA,AUT,-0.2\n",
        )
        .with("costs.csv", "importer,exporter,sector,cost_factor\nUSA,MEX,AUT,1.5\nMEX,CAN,AUT,0.7\n")
}

/// One country, several, a group, or everyone.
fn parties() -> impl Strategy<Value = String> {
    let codes = subsequence(vec!["USA", "MEX", "CAN"], 1..=3);
    prop_oneof![
        4 => codes.prop_map(|codes| format!("[\"{}\"]", codes.join("\", \""))),
        1 => select(vec!["\"USMCA\"", "\"NEIGHBOURS\"", "\"all\""]).prop_map(str::to_owned),
    ]
}

fn verb() -> impl Strategy<Value = String> {
    let level = || (-60..400_i32).prop_map(|rate| format!("\"{rate}%\""));
    prop_oneof![
        3 => (-30..200_i32).prop_map(|points| format!("add = \"{points}pp\"")),
        1 => level().prop_map(|rate| format!("set = {rate}")),
        1 => level().prop_map(|rate| format!("cap = {rate}")),
        1 => level().prop_map(|rate| format!("floor = {rate}")),
        1 => (0..500_u32).prop_map(|part| format!("multiply = \"{part}%\"")),
        1 => (0..=100_u32).prop_map(|part| format!("cut = \"{part}%\"")),
        1 => Just("remove = true".to_owned()),
        1 => Just("reciprocal = true".to_owned()),
        1 => Just("embargo = true".to_owned()),
        1 => (-60..300_i32).prop_map(|cost| format!("trade_cost = \"{cost}%\"")),
        1 => (0..200_u32).prop_map(|rate| format!("export_tax = \"{rate}%\"")),
        1 => (0..70_u32).prop_map(|rate| format!("subsidy = \"{rate}%\"")),
        1 => (1..200_u32, 1..200_u32).prop_map(|(duty, value)| {
            format!("specific = {{ per_unit = {duty}, unit_value = {value} }}")
        }),
        1 => (1..200_u32, 0..=100_u32).prop_map(|(volume, rent)| {
            format!("quota = {{ volume = \"{volume}%\", rent = {{ importer = \"{rent}%\" }} }}")
        }),
        1 => (-20..100_i32, 0..200_i32, 1..200_u32).prop_map(|(within, more, volume)| {
            let beyond = within + more;
            format!(
                "trq = {{ in_quota = \"{within}%\", out_of_quota = \"{beyond}%\", volume = \"{volume}%\", \
                 rent = \"exporter\" }}"
            )
        }),
        1 => Just("rates = \"rates.csv\"".to_owned()),
        1 => Just("trade_costs = \"costs.csv\"".to_owned()),
        1 => (select(vec!["USA", "MEX", "CAN"]), 0..=100_u32, any::<[bool; 2]>()).prop_map(|(by, share, [lower, rise])| {
            format!("match = {{ by = \"{by}\", on = \"all\", share = \"{share}%\", lower_too = {lower}, increase_only = {rise} }}")
        }),
    ]
}

fn measure() -> impl Strategy<Value = String> {
    let goods = prop_oneof![
        3 => Just(String::new()),
        1 => select(vec!["goods = \"AUT\"\n", "goods = [\"AUT\", \"SER\"]\n", "goods = \"SER\"\n"]).prop_map(str::to_owned),
    ];
    let exempt = prop_oneof![
        3 => Just(String::new()),
        1 => (0..=100_u32).prop_map(|share| format!("exempt_share = \"{share}%\"\n")),
    ];
    let instead = prop_oneof![
        9 => Just(String::new()),
        1 => (1..6_u32).prop_map(|at| format!("instead_of = \"measure-{at}\"\n")),
    ];
    (parties(), parties(), goods, verb(), exempt, instead).prop_map(
        |(by, on, goods, verb, exempt, instead)| {
            format!("[[measure]]\nby = {by}\non = {on}\n{goods}{verb}\n{exempt}{instead}")
        },
    )
}

/// When a measure is in force: always, or on some of a few days; some of this is refused.
fn period() -> impl Strategy<Value = String> {
    let day = || (1..=4_u32).prop_map(|month| format!("2025-{month:02}-01"));
    let part = || (1..=100_u32).prop_map(|part| format!("\"{part}%\""));
    prop_oneof![
        3 => Just(String::new()),
        3 => day().prop_map(|from| format!("from = {from}\n")),
        1 => day().prop_map(|until| format!("until = {until}\n")),
        2 => (day(), 4..=8_u32).prop_map(|(from, last)| format!("from = {from}\nuntil = 2025-{last:02}-30\n")),
        2 => (part(), part()).prop_map(|(first, then)| {
            format!("phase_in = {{ 2025-02-01 = {first}, 2025-03-15 = {then} }}\n")
        }),
    ]
}

/// A response to one of the measures, or to another response.
fn response() -> impl Strategy<Value = String> {
    let to = prop_oneof![
        9 => (1..=2_u32).prop_map(|at| format!("\"measure-{at}\"")),
        1 => (1..3_u32).prop_map(|at| format!("[\"measure-1\", \"response-{at}\"]")),
    ];
    let mode = prop_oneof![
        2 => select(vec!["reciprocal", "equal-revenue", "equal-trade"]).prop_map(str::to_owned),
        1 => (-20..100_i32).prop_map(|points| format!("{points}pp")),
    ];
    let share = prop_oneof![1 => Just(100_u32), 2 => 0..=100_u32];
    let lag = prop_oneof![2 => Just(0_u32), 1 => 0..60_u32];
    let goods = select(vec!["", "", "goods = \"AUT\"\n"]);
    // Whoever responds must have been hit, so mostly all do.
    let by = prop_oneof![3 => Just("\"all\"".to_owned()), 1 => parties()];
    (by, to, mode, share, lag, goods).prop_map(|(by, to, mode, share, lag, goods)| {
        format!(
            "[[response]]\nby = {by}\nto = {to}\nmode = \"{mode}\"\nshare = \"{share}%\"\nlag = \"{lag}d\"\n{goods}"
        )
    })
}

/// Two or three outcomes with any of the measures; their probabilities sum to 100% in most cases.
fn outcomes() -> impl Strategy<Value = String> {
    let names = || subsequence(vec!["measure-1", "measure-2", "response-1"], 0..=3);
    let outcome = |at: usize, of: u32, names: &[&str]| {
        let list = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        format!("[[outcome]]\nname = \"o{at}\"\nprobability = \"{of}%\"\nmeasures = [{list}]\n")
    };
    let parts = (1..60_u32, 1..40_u32, prop_oneof![9 => Just(0_u32), 1 => Just(1_u32)]);
    (parts, prop::collection::vec(names(), 3)).prop_map(move |((first, second, slip), names)| {
        let parts = [first, second, 100 - first - second + slip];
        parts.iter().zip(&names).enumerate().map(|(at, (&of, names))| outcome(at, of, names)).collect()
    })
}

/// A scenario with dates, responses, and what may happen.
fn story() -> impl Strategy<Value = String> {
    let chance = prop_oneof![
        15 => Just(String::new()),
        1 => (0..=100_u32).prop_map(|of| format!("probability = \"{of}%\"\n")),
    ];
    let measure =
        (measure(), period(), chance).prop_map(|(measure, period, chance)| measure + &period + &chance);
    let measures = prop::collection::vec(measure, 2..4);
    let responses = prop::collection::vec(response(), 1..3);
    let outcomes = prop_oneof![1 => Just(String::new()), 2 => outcomes()];
    let horizon = select(vec!["long", "elapsed", "18m"]);
    (measures, responses, outcomes, horizon).prop_map(|(measures, responses, outcomes, horizon)| {
        let parts = measures.concat() + &responses.concat() + &outcomes;
        format!("{parts}[model]\nhorizon = \"{horizon}\"\n")
    })
}

fn scenario() -> impl Strategy<Value = String> {
    let measures = prop::collection::vec(measure(), 1..5);
    let closure = select(vec!["fixed", "balanced", "proportional"]);
    let mode = select(vec!["variety", "average"]);
    let elasticities = select(vec!["\"EXAMPLE\"", "\"OTHER\"", "{ AUT = 0.3, SER = 40 }"]);
    (measures, closure, mode, any::<bool>(), elasticities).prop_map(|(measures, closure, mode, inputs, elasticities)| {
        format!(
            "{}[model]\ndeficits = \"{closure}\"\nexempt_mode = \"{mode}\"\ninputs = {inputs}\nelasticities = {elasticities}\n",
            measures.concat()
        )
    })
}

/// How a random scenario ended.
#[derive(Clone, Copy)]
enum End {
    Refused,
    NoEquilibrium,
    Solved,
}

struct Silent;

impl Observer for Silent {
    fn draws(&self, _: u32, _: u32) {}
}

fn run(text: &str) -> Result<End, TestCaseError> {
    let scenario = match Scenario::parse("random.toml", text) {
        Ok(scenario) => scenario,
        // Measures that replace nothing, or one another in a circle.
        Err(faults) => return shown(&faults),
    };
    prop_assert_eq!(schema_support::faults(text), Ok(Vec::new()), "the schema takes what the reader takes");
    let resolved = match scenario.resolve(&TINY, &files()) {
        Ok(resolved) => resolved,
        Err(faults) => return shown(&faults),
    };
    prop_assert!(explain::paragraph(&resolved, &TINY).len() > 20);
    let written = resolved.to_toml(&resolved.uncertainty);
    let again = Scenario::parse("again.toml", &written).unwrap().resolve(&TINY, &files()).unwrap();
    prop_assert_eq!(&again.policy, &resolved.policy);
    solve(&resolved)
}

/// A scenario on every day on which it changes; one entry if it never does.
fn days(scenario: &Scenario) -> Result<Vec<Resolved>, Vec<tariffsim::diagnostic::Diagnostic>> {
    if scenario.changes().is_empty() {
        return scenario.resolve(&TINY, &files()).map(|resolved| vec![resolved]);
    }
    scenario.resolve_path(&TINY, &files()).map(|path| path.into_iter().map(|(_, on)| on).collect())
}

/// How a story ended, and on how many days and in how many outcomes.
fn tell(text: &str) -> Result<(End, usize, usize), TestCaseError> {
    let scenario = match Scenario::parse("random.toml", text) {
        Ok(scenario) => scenario,
        Err(faults) => return shown(&faults).map(|end| (end, 0, 0)),
    };
    prop_assert_eq!(schema_support::faults(text), Ok(Vec::new()), "the schema takes what the reader takes");
    let path = match days(&scenario) {
        Ok(path) => path,
        Err(faults) => return shown(&faults).map(|end| (end, 0, 0)),
    };
    let written = path[0].to_toml(&path[0].uncertainty);
    let again = Scenario::parse("again.toml", &written).unwrap();
    prop_assert_eq!(again.changes(), scenario.changes());
    let second = days(&again).unwrap();
    prop_assert_eq!(path.len(), second.len());
    for (first, second) in path.iter().zip(&second) {
        prop_assert!(explain::paragraph(first, &TINY).len() > 20);
        prop_assert_eq!(&first.policy, &second.policy);
        prop_assert_eq!(&first.outcomes, &second.outcomes);
        prop_assert_eq!(&first.elasticities, &second.elasticities);
    }
    let on = &path[path.len() / 2];
    Ok((solve(on)?, path.len(), on.outcomes.len()))
}

/// Faults can be shown, and there are some.
fn shown(faults: &[tariffsim::diagnostic::Diagnostic]) -> Result<End, TestCaseError> {
    prop_assert!(faults.iter().any(tariffsim::diagnostic::Diagnostic::is_error));
    prop_assert!(tariffsim::cli::diagnostics::render(faults, false).contains("random.toml"));
    Ok(End::Refused)
}

fn solve(resolved: &Resolved) -> Result<End, TestCaseError> {
    let model = GeneralEquilibrium::default();
    let (accounts, _) = Accounts::calibrate(&TINY, resolved.inputs).unwrap();
    let parameters = Parameters {
        theta: resolved.elasticities.central(),
        exempt_shares: resolved.policy.central_shares(),
    };
    let baseline = Baseline::new(&model, accounts, resolved.closure, &parameters).unwrap();
    let rows = all_rows();
    let experiment = Experiment {
        model: Model::general(&model, &baseline),
        policy: &resolved.policy,
        elasticities: &resolved.elasticities,
        uncertainty: &Uncertainty { draws: 3, ..resolved.uncertainty },
        flow_rows: &rows,
        sectors: true,
    };
    let Ok(found) = experiment.run_outcomes(&resolved.possible(), &Silent) else {
        return Ok(End::NoEquilibrium);
    };
    prop_assert!(found.residual < 1e-10, "{}", found.residual);
    let estimates = &found.estimates;
    for country in TINY.countries.ids::<CountryId>() {
        let welfare = estimates.country(country, CountryVariable::Welfare).central.unwrap();
        prop_assert!(welfare > -100.0, "an income of {welfare} % less than before");
    }
    for estimate in estimates.countries.iter().chain(&estimates.sectors).chain(&estimates.flows) {
        prop_assert!(estimate.central.is_none_or(f64::is_finite));
        prop_assert!(estimate.spread.is_none_or(|spread| spread.mean.is_finite() && spread.sd.is_finite()));
    }
    Ok(End::Solved)
}

fn all_rows() -> Vec<FlowRow> {
    let countries = || TINY.countries.ids::<CountryId>();
    let pairs = countries().flat_map(|importer| countries().map(move |exporter| (importer, exporter)));
    let sectors: Vec<_> = TINY.sectors.ids::<SectorId>().map(Some).chain([None]).collect();
    let foreign = pairs.filter(|(importer, exporter)| importer != exporter);
    foreign
        .flat_map(|(importer, exporter)| {
            sectors.iter().map(move |&sector| FlowRow { importer, exporter, sector })
        })
        .collect()
}

#[test]
fn no_random_scenario_panics_and_most_are_solved() {
    let ends: [AtomicU32; 3] = Default::default();
    let config = ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    };
    let outcome = TestRunner::new(config).run(&scenario(), |text| {
        ends[run(&text)? as usize].fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    outcome.unwrap_or_else(|fault| panic!("{fault}"));
    let [refused, none, solved] = ends.map(AtomicU32::into_inner);
    eprintln!("{refused} refused, {none} without equilibrium, {solved} solved");
    assert!(solved > 400, "only {solved} were solved: this tests too little");
    assert!(refused > 100, "only {refused} were refused: this tests too little");
}

#[test]
fn no_random_story_panics_and_what_is_written_back_is_the_same_story() {
    let (refused, solved, dated, uncertain) =
        (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
    let config = ProptestConfig {
        cases: 4000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    };
    let outcome = TestRunner::new(config).run(&story(), |text| {
        let (end, days, outcomes) = tell(&text)?;
        let count = |counter: &AtomicU32, is_so| {
            counter.fetch_add(u32::from(is_so), Ordering::Relaxed);
        };
        let is_solved = matches!(end, End::Solved);
        count(&refused, matches!(end, End::Refused));
        count(&solved, is_solved);
        count(&dated, is_solved && days > 1);
        count(&uncertain, is_solved && outcomes > 1);
        Ok(())
    });
    outcome.unwrap_or_else(|fault| panic!("{fault}"));
    let [refused, solved, dated, uncertain] = [refused, solved, dated, uncertain].map(AtomicU32::into_inner);
    eprintln!("{refused} refused, {solved} solved, of them {dated} with dates and {uncertain} with outcomes");
    assert!(refused > 100, "only {refused} were refused: this tests too little");
    assert!(dated > 300, "only {dated} of those solved have dates: this tests too little");
    assert!(uncertain > 200, "only {uncertain} of those solved have outcomes: this tests too little");
}
