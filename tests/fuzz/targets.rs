//! What reads texts of users: scenarios, settings, tables, datasets and maps.

use std::cell::Cell;
use std::sync::LazyLock;

use tariffsim::cli::diagnostics::render;
use tariffsim::data::{folder, maps};
use tariffsim::diagnostic::Diagnostic;
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::aggregation::Unmapped;
use tariffsim::economy::dataset::Dataset;
use tariffsim::files::{FileError, Files};
use tariffsim::scenario::parameter::Parameter;
use tariffsim::scenario::{Draft, Resolved, Scenario, Settings, explain, prepared};

use crate::data_support::{Memory, TINY, tiny};

/// One kind of text.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// Reads a text, does with it what the program does, and gives every message.
    pub(crate) run: fn(&str) -> Vec<Diagnostic>,
    /// Texts to begin with, beside the corpus.
    pub(crate) seeds: fn() -> Vec<String>,
}

pub(crate) const TARGETS: &[Target] = &[
    Target { name: "scenario", run: scenario, seeds: scenarios },
    Target { name: "setting", run: setting, seeds: Vec::new },
    Target { name: "table", run: table, seeds: Vec::new },
    Target { name: "dataset", run: dataset, seeds: whole_files },
    Target { name: "map", run: map, seeds: Vec::new },
];

static SMALL: LazyLock<Dataset> = LazyLock::new(|| folder::read(&tiny()).dataset.unwrap());

/// Files that can be asked for so many times: whoever goes round in circles is stopped.
struct Counted {
    files: Memory,
    left: Cell<u32>,
}

impl Files for Counted {
    fn read(&self, name: &str, limit: u64) -> Result<String, FileError> {
        self.left.set(self.left.get().checked_sub(1).expect("fewer than 10,000 files are read"));
        self.files.read(name, limit)
    }
}

const RATES: &str = "importer,exporter,sector,rate\nUSA,MEX,AUT,0.3\nCAN,USA,AUT,0\nMEX,USA,AUT,-0.2\n";
const COSTS: &str = "importer,exporter,sector,cost_factor\nUSA,MEX,AUT,1.5\nMEX,CAN,,0.7\n";
const SHARES: &str = "exporter,sector,exempt_share\nMEX,AUT,0.5\nCAN,AUT,1\n";
const BASE: &str = "[[measure]]\nname = \"base\"\nby = \"USA\"\non = \"CAN\"\nadd = \"5pp\"\n";
const MAP: &str = "code,group,group_name\nUSA,US,United States\nMEX,REST,Others\nCAN,REST,Others\n";

/// The small dataset's folder with the files that scenarios name.
fn files() -> Memory {
    tiny()
        .with("rates.csv", RATES)
        .with("costs.csv", COSTS)
        .with("shares.csv", SHARES)
        .with("base.toml", BASE)
        .with("map.csv", MAP)
}

fn counted(files: Memory) -> Counted {
    Counted { files, left: Cell::new(10_000) }
}

/// Messages can be shown, in colour or without.
fn shown(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    for color in [false, true] {
        let text = render(&found, color);
        assert!(found.is_empty() || !text.is_empty());
    }
    found
}

/// A scenario on every day on which it changes; one entry if it never does.
fn days(scenario: &Scenario, files: &Counted) -> Result<Vec<Resolved>, Vec<Diagnostic>> {
    if scenario.changes().is_empty() {
        return scenario.resolve(&SMALL, files).map(|resolved| vec![resolved]);
    }
    Ok(scenario.resolve_path(&SMALL, files)?.into_iter().map(|(_, on)| on).collect())
}

/// What the program does with a scenario before it solves it; what is written back means the same.
fn read(draft: Draft, files: &Counted) -> Vec<Diagnostic> {
    let mut found = draft.faults_on(&SMALL);
    let Ok(scenario) = draft.finish() else { return found };
    let path = match days(&scenario, files) {
        Ok(path) => path,
        Err(faults) => {
            assert!(faults.iter().any(Diagnostic::is_error), "a scenario is refused for a reason");
            found.extend(faults);
            return found;
        }
    };
    let written = path[0].to_toml(&path[0].uncertainty);
    let again =
        Scenario::parse("again.toml", &written).unwrap_or_else(|faults| panic!("{faults:?}\n{written}"));
    let second = days(&again, files).unwrap_or_else(|faults| panic!("{faults:?}\n{written}"));
    assert_eq!(path.len(), second.len(), "{written}");
    for (first, second) in path.iter().zip(&second) {
        assert_eq!(first.policy, second.policy, "{written}");
        assert_eq!(first.outcomes, second.outcomes, "{written}");
        assert_eq!(first.elasticities, second.elasticities, "{written}");
        assert!(!explain::paragraph(first, &SMALL).is_empty());
        found.extend(first.warnings.iter().cloned());
    }
    for (day, pair) in scenario.changes().into_iter().zip(path.windows(2)) {
        let _ = scenario.events(day, [&pair[0], &pair[1]]).words();
    }
    if let Some(aggregate) = scenario.aggregate() {
        let names: Vec<&str> = aggregate.maps.get_ref().iter().map(String::as_str).collect();
        match maps::read(&SMALL, &names, aggregate.unmapped, files) {
            Err(faults) => found.extend(faults.into_iter().map(|fault| scenario.aggregate_fault(fault))),
            Ok(maps) => {
                let (_, loss) = maps.grouping.dataset(&SMALL);
                let coarse = path[0].clone().aggregated(&SMALL, &maps.grouping, maps.texts, loss);
                found.extend(coarse.err().map(|fault| *fault));
            }
        }
    }
    found
}

fn scenario(text: &str) -> Vec<Diagnostic> {
    let files = counted(files());
    shown(read(Draft::with("fuzz.toml", text, &Settings::default(), &files), &files))
}

/// A scenario that has everything there is to set.
const TO_BE_SET: &str = r#"
title = "To be set"
summary = "Everything there is to set"
sources = ["one"]
[[measure]]
name = "tariff"
by = "USA"
on = ["CAN", "MEX"]
add = "25pp"
exempt_share = { CAN = "40%" }
from = 2025-03-04
[[measure]]
by = "MEX"
on = "all"
match = { by = "USA", share = "50%" }
[[response]]
name = "answer"
by = "CAN"
to = "tariff"
mode = "reciprocal"
[[outcome]]
name = "yes"
probability = "40%"
measures = ["tariff"]
[[outcome]]
name = "no"
probability = "60%"
[model]
deficits = "balanced"
[uncertainty]
trade_elasticity.lognormal = { sd = "30%" }
"#;

/// Each line is a setting, and several values of a key.
fn setting(text: &str) -> Vec<Diagnostic> {
    let files = counted(files());
    let typed: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut found = Vec::new();
    for line in &typed {
        match Parameter::read("--across", line, Some("5pp")) {
            Err(fault) => found.push(*fault),
            Ok(parameter) => {
                let few = parameter.values.len().min(20);
                let settings = (0..few).map(|at| Settings::read("--across", &[parameter.setting(at)]));
                found.extend(settings.filter_map(Result::err).flatten());
            }
        }
    }
    match Settings::read("--set", &typed) {
        Err(faults) => found.extend(faults),
        Ok(settings) => found.extend(read(Draft::with("set.toml", TO_BE_SET, &settings, &files), &files)),
    }
    shown(found)
}

/// The name after `@` in the first line, and the lines that follow.
fn named<'t>(text: &'t str, names: &[&'static str]) -> (&'static str, &'t str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let named = names.iter().find(|name| first.strip_prefix('@') == Some(**name));
    named.map_or((names[0], text), |name| (*name, rest))
}

/// A table in place of one that a scenario names.
fn table(text: &str) -> Vec<Diagnostic> {
    let (name, text) = named(text, &["rates.csv", "costs.csv", "shares.csv"]);
    let files = counted(files().with(name, text));
    let measure = match name {
        "rates.csv" => "rates = \"rates.csv\"",
        "costs.csv" => "trade_costs = \"costs.csv\"",
        _ => "add = \"10pp\"\nexempt_share = \"shares.csv\"",
    };
    let scenario =
        format!("[[measure]]\nby = \"all\"\non = \"all\"\ngoods = [\"AUT\", \"SER\"]\n{measure}\n");
    shown(read(Draft::with("table.toml", &scenario, &Settings::default(), &files), &files))
}

/// A file in place of one of a dataset.
fn dataset(text: &str) -> Vec<Diagnostic> {
    let (name, text) = named(text, &TINY);
    let reading = folder::read(&counted(tiny().with(name, text)));
    let is_refused = reading.diagnostics.iter().any(Diagnostic::is_error);
    assert_eq!(reading.dataset.is_none(), is_refused, "a dataset is there unless something is fatal");
    if let Some(dataset) = reading.dataset {
        for inputs in [false, true] {
            if let Ok((accounts, _)) = Accounts::calibrate(&dataset, inputs) {
                assert!(accounts.world_value_added().is_finite());
            }
        }
    }
    shown(reading.diagnostics)
}

/// A map for a dataset.
fn map(text: &str) -> Vec<Diagnostic> {
    let files = counted(tiny().with("map.csv", text));
    let mut found = Vec::new();
    for unmapped in [Unmapped::Refuse, Unmapped::Keep] {
        match maps::read(&SMALL, &["map.csv"], unmapped, &files) {
            Err(faults) => found.extend(faults),
            Ok(maps) => {
                let (coarse, _) = maps.grouping.dataset(&SMALL);
                assert!(
                    Accounts::calibrate(&coarse, true).is_ok(),
                    "what adds up adds up when it is coarser"
                );
                found.extend(maps.warnings);
            }
        }
    }
    shown(found)
}

/// Prepared scenarios, and those that are wrong.
fn scenarios() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/invalid");
    let wrong = std::fs::read_dir(folder).unwrap().filter_map(|entry| {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).ok()?;
        path.extension().is_some_and(|ending| ending == "toml").then_some(text)
    });
    let mut texts: Vec<String> = wrong.collect();
    texts.sort();
    texts.extend(prepared::SCENARIOS.iter().map(|prepared| prepared.text.to_owned()));
    texts
}

fn whole_files() -> Vec<String> {
    TINY.iter().map(|name| format!("@{name}\n{}", tiny().0[*name])).collect()
}
