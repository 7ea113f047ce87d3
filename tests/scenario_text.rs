//! Scenarios as text: defaults, what is written back, prepared scenarios, plain words, and texts that make no sense.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod scenario_support;

use std::path::Path;

use proptest::prelude::*;
use scenario_support::{Memory, dataset, resolve, resolve_with};
use tariffsim::economy::closure::Deficits;
use tariffsim::economy::policy::ExemptMode;
use tariffsim::monte_carlo::prior::{ElasticityFamily, ElasticitySpread, Uncertainty};
use tariffsim::scenario::{Draft, Scenario, explain, prepared};

/// A scenario in which every key of the language stands.
const EVERYTHING: &str = r#"
schema = 1
title = "A \"quoted\" title"
summary = "Everything at once"
sources = ["one", "two"]
baseline = "world-2024"

[[measure]]
name = "all"
by = ["United States", "USMCA"]
on = "all"
except = ["MEX"]
goods = "all"
except_goods = "AGR"
add = "12.3456789pp"
exempt_share = { CAN = "33.3%", CHN = "0.1%" }

[[measure]]
name = "instead"
by = 840
on = "CAN"
goods = ["AUT", "BUS"]
multiply = "133.7%"
exempt_share = "usmca-2024"
instead_of = ["all"]

[[measure]]
name = "levels"
by = "MEX"
on = "CHN"
cut = "12.5%"

[[measure]]
by = "CAN"
on = ["CHN", "MEX"]
match = { by = "USA", on = "CHN", share = "66.6%", lower_too = true, increase_only = true }

[[measure]]
by = "CHN"
on = "USA"
reciprocal = true

[[measure]]
by = "CHN"
on = "MEX"
rates = "tables/r.csv"

[[measure]]
by = "MEX"
on = "USA"
trade_cost = "+15.7%"

[[measure]]
by = "MEX"
on = "CAN"
embargo = true

[[measure]]
by = ["USA", "MEX"]
on = "all"
except = "CHN"
export_tax = "12.5%"

[[measure]]
by = "USA"
on = "CHN"
subsidy = "3.3%"

[[measure]]
by = "USA"
on = "MEX"
goods = "AUT"
quota = { volume = "66.6%", rent = { importer = "12.5%" } }

[[measure]]
by = "CHN"
on = "CAN"
trq = { in_quota = "2.5%", out_of_quota = "33.3%", volume = "150%", rent = "exporter" }

[[measure]]
by = "MEX"
on = "USA"
goods = "AUT"
specific = { per_unit = 0.25, unit_value = 3 }

[[measure]]
by = "CAN"
on = "USA"
set = "7.25%"

[[measure]]
by = "CAN"
on = "USA"
cap = "7.2%"

[[measure]]
by = "CAN"
on = "USA"
floor = "3%"

[model]
kind = "general-equilibrium"
deficits = "proportional"
labour = "mobile"
inputs = false
elasticities = { AUT = 6.5, "Agriculture" = 3 }
exempt_mode = "average"

[uncertainty]
draws = 123
seed = 18446744073709551615
trade_elasticity.lognormal = { sd = "33.3%", correlation = 0.25 }
exempt_share.beta = { sd = "7.5pp" }
"#;

fn table() -> Memory {
    Memory::with("tables/r.csv", "importer,exporter,sector,rate\nCHN,MEX,AUT,0.123\n")
}

#[test]
fn what_is_written_back_resolves_to_the_same() {
    let first = resolve_with(EVERYTHING, &table());
    let written = first.to_toml(&first.uncertainty);
    let second = resolve_with(&written, &table());
    assert_eq!(first.policy, second.policy);
    assert_eq!(first.elasticities, second.elasticities);
    assert_eq!(first.uncertainty, second.uncertainty);
    assert_eq!((first.closure, first.inputs), (second.closure, second.inputs));
    assert_eq!(
        (&first.title, &first.summary, &first.sources),
        (&second.title, &second.summary, &second.sources)
    );
    assert_eq!(written, second.to_toml(&second.uncertainty));
}

#[test]
fn what_is_written_back_has_codes_and_every_default() {
    let resolved = resolve("[[measure]]\nby = \"united states\"\non = 156\nadd = \"25pp\"\n");
    insta::assert_snapshot!("written_back", resolved.to_toml(&resolved.uncertainty));
}

#[test]
fn flags_can_change_the_draws_that_are_written_back() {
    let resolved = resolve("[[measure]]\nby = \"USA\"\non = \"CHN\"\nadd = \"25pp\"\n");
    let changed = Uncertainty { draws: 7, seed: 99, ..resolved.uncertainty };
    let again = resolve(&resolved.to_toml(&changed));
    assert_eq!(again.uncertainty, changed);
}

#[test]
fn no_absolute_path_is_written_back() {
    let files = Memory::with("/home/somebody/r.csv", "importer,exporter,sector,rate\nUSA,CHN,AUT,0.1\n");
    let text = "baseline = \"/home/somebody/data\"\n[[measure]]\nby = \"USA\"\non = \"CHN\"\nrates = \"/home/somebody/r.csv\"\n";
    let resolved = resolve_with(text, &files);
    let written = resolved.to_toml(&resolved.uncertainty);
    assert!(!written.contains("somebody"), "{written}");
    assert!(!resolved.policy.measures[0].words.contains("somebody"));
}

#[test]
fn defaults_make_a_scenario_of_one_measure_complete() {
    let text = "[[measure]]\nby = \"USA\"\non = \"CHN\"\nadd = \"25pp\"\n";
    let scenario = Scenario::parse("some/folder/my-tariff.toml", text).expect("well-formed");
    assert_eq!(
        (scenario.title(), scenario.stem(), scenario.baseline()),
        ("my-tariff", "my-tariff", "world-2024")
    );
    let resolved = resolve(text);
    assert_eq!(resolved.uncertainty, Uncertainty::default());
    assert_eq!(
        (resolved.closure.deficits, resolved.policy.exempt_mode),
        (Deficits::Fixed, ExemptMode::Variety)
    );
    assert_eq!(resolved.elasticities.label, "MEDIAN7");
    assert_eq!(resolved.policy.measures[0].name, "measure-1");
    assert_eq!(
        resolved.summary,
        "The United States adds 25 percentage points to its tariffs on all goods from China."
    );
}

#[test]
fn files_from_windows_are_read() {
    let text = "title = \"T\"\n[[measure]]\nby = \"USA\"\non = \"CHN\"\nadd = \"25pp\"\n";
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(resolve(&windows).policy, resolve(text).policy);
}

#[test]
fn an_empty_scenario_changes_nothing() {
    let resolved = resolve("title = \"Nothing\"\n");
    assert!(resolved.policy.changes.is_empty() && resolved.policy.touched.is_empty());
}

#[test]
fn the_users_own_priors_and_elasticities_are_read() {
    let resolved = resolve_with(EVERYTHING, &table());
    assert_eq!(resolved.elasticities.theta, [3.0, 6.5, 4.0]);
    assert_eq!(resolved.elasticities.standard_error, [None, None, Some(1.0)]);
    let ElasticityFamily::LogNormal(ElasticitySpread::CoefficientOfVariation(variation)) =
        resolved.uncertainty.elasticities.family
    else {
        panic!("a coefficient of variation")
    };
    assert!((variation - 0.333).abs() < 1e-12);
    assert_eq!((resolved.uncertainty.draws, resolved.uncertainty.seed), (123, u64::MAX));
    let chosen = resolve("[model]\nelasticities = \"CP2015_full\"\n");
    assert_eq!(chosen.elasticities.label, "CP2015_full");
}

#[test]
fn measures_read_aloud() {
    let words = |text: &str| {
        resolve_with(text, &table()).policy.measures.iter().map(|m| m.words.clone()).collect::<Vec<_>>()
    };
    insta::assert_snapshot!("words", words(EVERYTHING).join("\n"));
    let more = r#"
        [[measure]]
        by = "all"
        on = "all"
        remove = true
        [[measure]]
        by = "USA"
        on = "all"
        except = ["CAN", "MEX"]
        goods = "AUT"
        add = "-1pp"
        exempt_share = "50%"
        [[measure]]
        by = ["CAN", "MEX"]
        on = "CHN"
        match = { by = "USA" }
        [[measure]]
        by = "USA"
        on = "all"
        trade_cost = "-5%"
    "#;
    insta::assert_snapshot!("more_words", words(more).join("\n"));
}

#[test]
fn a_whole_scenario_is_explained_in_one_paragraph() {
    let text = prepared::scenario("us-25-mexico-canada-usmca-exempt").expect("a prepared scenario");
    let text = text.replace("[\"OIG\", \"PET\"]", "[\"AGR\"]");
    insta::assert_snapshot!("explained", explain::paragraph(&resolve(&text), &dataset()));
}

#[test]
fn the_list_of_prepared_scenarios_is_the_folder() {
    let listed = |list: &[prepared::Prepared]| {
        let mut names: Vec<String> = list.iter().map(|prepared| prepared.name.to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(listed(prepared::SCENARIOS), stems("scenarios", ".toml"));
    assert_eq!(listed(prepared::GAMES), stems("scenarios/games", ".toml"));
    assert_eq!(listed(prepared::TABLES), stems("scenarios/tables", ".csv"));
}

fn stems(folder: &str, ending: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .filter_map(|entry| {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            name.strip_suffix(ending).map(str::to_owned)
        })
        .collect();
    names.sort();
    names
}

#[test]
fn every_prepared_scenario_is_well_formed_and_says_where_it_comes_from() {
    for prepared in prepared::SCENARIOS.iter().chain(prepared::GAMES) {
        let scenario = Scenario::parse(prepared.name, prepared.text).expect(prepared.name);
        assert!(scenario.summary().is_some(), "{}", prepared.name);
        assert!(!scenario.sources().is_empty(), "{}", prepared.name);
        assert_ne!(scenario.title(), scenario.stem());
    }
}

/// Pieces from which mutated scenarios are put together.
const PIECES: &[&str] = &[
    "[[measure]]\n",
    "by = \"USA\"\n",
    "on = \"all\"\n",
    "add = \"25pp\"\n",
    "set = \"-5%\"\n",
    "goods = []\n",
    "[model]\n",
    "[uncertainty]\n",
    "draws = 0\n",
    "match = { by = \"USA\", on = \"all\" }\n",
    "reciprocal = true\n",
    "exempt_share = \"99.9%\"\n",
    "exempt_share = { }\n",
    "instead_of = \"measure-1\"\n",
    "elasticities = { }\n",
    "elasticities = { AUT = nan }\n",
    "by = [[]]\n",
    "\"\" = 1\n",
    "on = \"é\"\n",
    "seed = 0x1F\n",
    "correlation = inf\n",
    "from = 2025-01-01\n",
    "title = \"\"\"\n",
    "\u{feff}",
    "\r\n",
    "multiply = \"100000%\"\n",
    "name = \"measure-2\"\n",
    "trade_cost = \"+1e3%\"\n",
    "on = -5\n",
    "by = \"all\"\n",
];

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC*") {
        let _ = Draft::new("t.toml", &text).faults_on(&dataset());
    }

    #[test]
    fn no_mixture_of_pieces_panics(at in prop::collection::vec(0..PIECES.len(), 0..25)) {
        let text: String = at.iter().map(|&at| PIECES[at]).collect();
        run(&text);
    }

    #[test]
    fn no_mutation_of_a_valid_scenario_panics(cut in 0..EVERYTHING.len(), len in 0..40usize, insert in "\\PC{0,6}") {
        let end = (cut + len).min(EVERYTHING.len());
        run(&format!("{}{insert}{}", &EVERYTHING[..cut], &EVERYTHING[end..]));
    }
}

/// Everything that can be done with a text; faults are rendered, since places must fit the text.
fn run(text: &str) {
    let found = match Scenario::parse("t.toml", text) {
        Err(_) => Draft::new("t.toml", text).faults_on(&dataset()),
        Ok(scenario) => match scenario.resolve(&dataset(), &table()) {
            Err(found) => found,
            Ok(resolved) => {
                let _ = explain::paragraph(&resolved, &dataset());
                let written = resolved.to_toml(&resolved.uncertainty);
                let again = Scenario::parse("t.toml", &written).expect("what is written back is well-formed");
                let again = again.resolve(&dataset(), &table()).expect("what is written back resolves");
                assert_eq!(again.policy, resolved.policy);
                resolved.warnings
            }
        },
    };
    let _ = tariffsim::cli::diagnostics::render(&found, true);
}

#[test]
fn deeply_nested_texts_do_not_exhaust_the_stack() {
    run(&format!("by = {}", "[".repeat(200_000)));
    run(&format!("a{} = 1", ".a".repeat(200_000)));
    run(&format!("a = {}", "{a=".repeat(100_000)));
}

#[test]
fn what_is_named_twice_is_told_and_written_once() {
    let measure = |by: &str, on: &str, except: &str, goods: &str| {
        let except = if except.is_empty() { String::new() } else { format!("except = [{except}]\n") };
        let text =
            format!("[[measure]]\nby = [{by}]\non = [{on}]\n{except}goods = [{goods}]\nadd = \"1pp\"\n");
        let resolved = resolve(&text);
        let written = resolved.to_toml(&resolved.uncertainty);
        let lines = written.lines().filter(|line| {
            ["by = ", "on = ", "except = ", "goods = "].iter().any(|key| line.starts_with(key))
        });
        (resolved.policy.measures[0].words.clone(), lines.collect::<Vec<_>>().join(", "))
    };
    let (words, written) =
        measure("\"USA\", \"United States\"", "\"MEX\", \"CHN\", \"MEX\"", "", "\"AUT\", \"AUT\"");
    assert_eq!(
        words,
        "the United States adds 1 percentage point to its tariffs on motor vehicles & parts from Mexico and China"
    );
    assert_eq!(written, "by = \"USA\", on = [\"MEX\", \"CHN\"], goods = \"AUT\"");
    // Part of something else that is named; services are no part of all goods.
    let (words, written) =
        measure("\"CHN\"", "\"MEX\", \"USMCA\", \"CAN\"", "\"CAN\", \"CAN\"", "\"AUT\", \"BUS\", \"all\"");
    assert_eq!(
        words,
        "China adds 1 percentage point to its tariffs on business services and all goods from the USMCA \
         countries except Canada"
    );
    assert_eq!(written, "by = \"CHN\", on = \"USMCA\", except = \"CAN\", goods = [\"BUS\", \"all\"]");
    let (words, written) = measure("\"USMCA\"", "\"USMCA\", \"all\", \"CHN\"", "", "\"all\", \"AUT\"");
    assert!(words.ends_with("their tariffs on all goods from every other country"), "{words}");
    assert_eq!(written, "by = \"USMCA\", on = \"all\", goods = \"all\"");
    let text = "[[measure]]\nname = \"a\"\nby = \"USA\"\non = \"all\"\nadd = \"1pp\"\n\
                [[measure]]\nby = \"USA\"\non = \"CHN\"\nadd = \"2pp\"\ninstead_of = [\"a\", \"a\"]\n";
    assert!(resolve(text).policy.measures[1].words.ends_with(", in place of `a`"));
    // Whoever follows the rates on one exporter may name it twice too.
    let follows = resolve(
        "[[measure]]\nby = \"MEX\"\non = \"CHN\"\nmatch = { by = \"USA\", on = [\"CAN\", \"Canada\"] }\n",
    );
    assert!(follows.policy.measures[0].words.contains("all goods from Canada"));
}
