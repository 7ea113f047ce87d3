//! A scenario whose measures change nothing has exactly no effect.

use std::path::Path;

use tariffsim::data::{embedded, folder};
use tariffsim::economy::dataset::Dataset;
use tariffsim::files::Folder;
use tariffsim::index::{CountryId, SectorId};

use crate::data_support::tiny;
use crate::tool::{Desk, Table};

/// Every verb, so that it changes nothing; `rates.csv` holds the observed rates of the United States.
const NOTHING: &str = r#"
[[measure]]
by = "USA"
on = "all"
rates = "rates.csv"

[[measure]]
by = "USA"
on = ["CAN", "MEX"]
add = "0pp"
exempt_share = "50%"

[[measure]]
by = "all"
on = "all"
floor = "0%"

[[measure]]
by = "all"
on = "all"
cap = "100000%"

[[measure]]
by = "MEX"
on = "USA"
multiply = "100%"

[[measure]]
by = "CAN"
on = "all"
cut = "0%"

[[measure]]
by = "MEX"
on = "CAN"
match = { by = "USA", on = "CAN", share = "0%" }

[[measure]]
by = "CAN"
on = "USA"
trade_cost = "+0%"
"#;

/// The observed rates on the goods of everyone, to the last bit.
fn observed(data: &Dataset, importer: &str) -> String {
    let importer = data.countries.find::<CountryId>(importer).unwrap();
    let mut text = "importer,exporter,sector,rate\n".to_owned();
    for sector in data.sectors.ids::<SectorId>().filter(|&sector| data.is_goods(sector)) {
        for exporter in data.countries.ids::<CountryId>().filter(|&exporter| exporter != importer) {
            let rate = data.tariffs.get(tariffsim::bilateral::Flow { sector, importer, exporter });
            let [importer, exporter] = [importer, exporter].map(|id| data.countries.code(id));
            text += &format!("{importer},{exporter},{},{rate:?}\n", data.sectors.code(sector));
        }
    }
    text
}

/// The rows that are neither zero nor a level.
fn effects(table: &Table) -> Vec<String> {
    let [variable, stat, value] = ["variable", "stat", "value"].map(|name| table.column(name));
    let is_level = |row: &csv::StringRecord| row[variable].starts_with("effective_rate");
    // Levels have values, and with balanced deficits every draw has its own; but none is below zero.
    let wrong = |row: &&csv::StringRecord| {
        if is_level(row) && &row[stat] != "p_negative" {
            row[value].parse::<f64>().unwrap() < 0.0
        } else {
            &row[value] != "0"
        }
    };
    table.rows.iter().filter(wrong).map(|row| row.iter().collect::<Vec<_>>().join(",")).collect()
}

fn has_no_effect(desk: &Desk, line: &str) {
    for deficits in ["fixed", "balanced", "proportional"] {
        desk.write("nothing.toml", &format!("{NOTHING}\n[model]\ndeficits = \"{deficits}\"\n"));
        desk.good(&format!("run nothing.toml {line} --out r --quiet"));
        for file in ["countries.csv", "sectors.csv", "flows.csv"] {
            let table = desk.table(&format!("r/{file}"));
            let effects = effects(&table);
            let some = effects[..effects.len().min(5)].join("\n");
            assert!(
                effects.is_empty(),
                "{deficits}, {line}: {} effects in {file}, such as\n{some}",
                effects.len()
            );
            assert!(table.rows.len() > 100, "{file} is nearly empty");
        }
        assert_eq!(desk.table("r/rates.csv").rows.len(), 0, "{deficits}, {line}");
    }
}

#[test]
fn on_the_world() {
    let desk = Desk::new();
    desk.write("rates.csv", &observed(&embedded::open("world-2024").unwrap(), "USA"));
    has_no_effect(&desk, "--draws 20");
}

#[test]
fn on_the_world_for_every_flow() {
    let desk = Desk::new();
    desk.write("rates.csv", &observed(&embedded::open("world-2024").unwrap(), "USA"));
    has_no_effect(&desk, "--draws 0 --flows all");
}

#[test]
fn on_given_final_demand_and_huge_elasticities() {
    let root = std::env::var_os("TARIFFSIM_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), Into::into);
    let nafta = root.join("golden/nafta-1993");
    if !nafta.is_dir() {
        eprintln!("SKIPPED: {} is absent; set TARIFFSIM_SHARED to run this test", nafta.display());
        return;
    }
    let desk = Desk::new();
    desk.write("rates.csv", &observed(&folder::read(&Folder::new(&nafta)).dataset.unwrap(), "USA"));
    has_no_effect(&desk, &format!("--data {} --draws 20", nafta.canonicalize().unwrap().display()));
}

#[test]
fn on_a_small_dataset_with_many_draws() {
    let desk = Desk::new();
    desk.dataset("tiny", &tiny());
    desk.write("rates.csv", &observed(&folder::read(&tiny()).dataset.unwrap(), "USA"));
    has_no_effect(&desk, "--data tiny --draws 1000 --flows all");
}

#[test]
fn a_real_measure_has_an_effect_by_the_same_reading() {
    let desk = Desk::new();
    desk.dataset("tiny", &tiny());
    desk.write("s.toml", crate::tool::PLAIN);
    desk.good("run s.toml --data tiny --draws 20 --out r --quiet");
    for file in ["countries.csv", "sectors.csv", "flows.csv"] {
        let table = desk.table(&format!("r/{file}"));
        assert!(effects(&table).len() > table.rows.len() / 4, "{file}");
    }
}
