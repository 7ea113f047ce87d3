//! What is printed and written.

use std::collections::HashMap;

use serde_json::Value;

use crate::data_support::tiny;
use crate::tool::{Desk, PLAIN, names};

const STATS: [&str; 10] =
    ["central", "mean", "sd", "p05", "p25", "p50", "p75", "p95", "p_negative", "mc_error"];

#[test]
fn a_result_is_these_files_and_nothing_else() {
    let desk = Desk::new();
    desk.good("run universal-10 --draws 0 --out deep/er/results");
    let expected = [
        "countries.csv",
        "countries.png",
        "countries.svg",
        "flows.csv",
        "prices.png",
        "prices.svg",
        "rates.csv",
        "report.html",
        "run.json",
        "scenario.toml",
        "sectors.csv",
        "volumes.png",
        "volumes.svg",
        "welfare.csv",
        "welfare.png",
        "welfare.svg",
    ];
    assert_eq!(names(&desk.path().join("deep/er/results")), expected);
    assert_eq!(names(&desk.path().join("deep/er")), ["results"], "nothing is left beside the result");
    assert_eq!(desk.names(), ["deep"]);
}

#[test]
fn without_out_nothing_is_written() {
    let desk = Desk::new();
    assert!(desk.good("run universal-10 --draws 5").stdout.contains("not a forecast"));
    assert_eq!(desk.names(), Vec::<String>::new());
}

#[test]
fn tables_have_the_documented_columns_units_and_statistics() {
    let desk = Desk::new();
    desk.good("run us-25-mexico-canada --draws 20 --out r --quiet");
    for (file, keys) in [
        ("countries.csv", &["country"][..]),
        ("sectors.csv", &["country", "sector"]),
        ("flows.csv", &["importer", "exporter", "sector"]),
    ] {
        let table = desk.table(&format!("r/{file}"));
        let header = [&["scenario", "outcome"], keys, &["variable", "unit", "stat", "value"]].concat();
        assert_eq!(table.header, header, "{file}");
        assert_eq!(table.values("scenario"), ["us-25-mexico-canada"], "{file}");
        assert_eq!(table.values("outcome"), ["all"], "{file}");
        assert_eq!(table.values("stat"), STATS, "{file}");
        let [unit, stat] = ["unit", "stat"].map(|name| table.column(name));
        for row in &table.rows {
            assert!(["percent", "pp", "USD mn", "ratio"].contains(&&row[unit]), "{file}: {row:?}");
            assert_eq!(&row[stat] == "p_negative", &row[unit] == "ratio", "{file}: {row:?}");
        }
        let value = table.column("value");
        assert!(table.rows.iter().all(|row| row[value].parse::<f64>().unwrap().is_finite()), "{file}");
    }
    let rates = desk.table("r/rates.csv");
    let header = ["outcome", "importer", "exporter", "sector", "measure", "before", "after", "contribution"];
    assert_eq!(rates.header, header);
    assert_eq!(rates.values("measure"), ["us-on-mexico-canada", "energy-at-ten"]);
    assert_eq!(rates.values("importer"), ["USA"]);
}

#[test]
fn variables_are_the_documented_ones_in_their_order() {
    let desk = Desk::new();
    desk.good("run us-25-mexico-canada --draws 0 --out r --quiet");
    let countries = [
        "welfare",
        "welfare_first_order",
        "terms_of_trade_first_order",
        "volume_of_trade_first_order",
        "technology_first_order",
        "transfer_first_order",
        "terms_of_trade",
        "real_wage",
        "wage",
        "consumer_prices",
        "income",
        "exports",
        "imports",
        "exports_volume",
        "imports_volume",
        "trade_balance",
        "tariff_revenue",
        "export_tax_revenue",
        "quota_rents",
        "welfare_usd",
        "effective_rate_baseline",
        "effective_rate_fixed_weights",
        "effective_rate",
    ];
    let sectors = ["output", "output_price", "buyer_price", "imports", "exports", "employment", "real_wage"];
    let flows =
        ["rate", "border_price", "buyer_price", "border_price_real", "buyer_price_real", "volume", "value"];
    assert_eq!(desk.table("r/countries.csv").values("variable"), countries);
    assert_eq!(desk.table("r/sectors.csv").values("variable"), sectors);
    assert_eq!(desk.table("r/flows.csv").values("variable"), flows);
    assert_eq!(desk.table("r/countries.csv").values("country").len(), 81);
    assert_eq!(desk.table("r/sectors.csv").values("sector").len(), 29);
}

#[test]
fn without_draws_there_is_the_central_case_only_and_it_is_the_stored_one() {
    let desk = Desk::new();
    desk.good("run mexico-matches-us-on-china --draws 0 --out r --quiet");
    for file in ["countries.csv", "sectors.csv", "flows.csv"] {
        assert_eq!(desk.table(&format!("r/{file}")).values("stat"), ["central"], "{file}");
    }
    let record: Value = serde_json::from_slice(&desk.files("r")["run.json"]).unwrap();
    assert_eq!(record["uncertainty"]["priors"].as_array().unwrap().len(), 0);
    let table = desk.table("r/countries.csv");
    let [country, variable, value] = ["country", "variable", "value"].map(|name| table.column(name));
    let found: HashMap<(&str, &str), f64> =
        table.rows.iter().map(|row| ((&row[country], &row[variable]), row[value].parse().unwrap())).collect();
    let stored = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/mexico-matches-us-on-china.expected.csv");
    let stored: Vec<(String, String, f64)> =
        csv::Reader::from_path(stored).unwrap().deserialize().map(Result::unwrap).collect();
    assert!(stored.len() > 200);
    for (country, variable, wanted) in &stored {
        let found = found[&(country.as_str(), variable.as_str())];
        let is_money = ["tariff_revenue", "welfare_usd", "trade_balance"].contains(&variable.as_str());
        // Money is stored to three decimals.
        let tolerance = if is_money { 1e-3_f64.max(1e-6 * wanted.abs()) } else { 1e-6 };
        assert!((found - wanted).abs() <= tolerance, "{country} {variable}: {found} against {wanted}");
    }
}

#[test]
fn all_flows_are_more_than_the_touched_ones() {
    let desk = Desk::new();
    desk.dataset("my-data", &tiny());
    desk.write("s.toml", PLAIN);
    let count = |flows: &str| {
        desk.good(&format!("run s.toml --data my-data --draws 0 --flows {flows} --out {flows} --quiet"));
        let table = desk.table(&format!("{flows}/flows.csv"));
        let [importer, exporter, sector, variable] =
            ["importer", "exporter", "sector", "variable"].map(|name| table.column(name));
        let rows = table.rows.iter().filter(|row| &row[variable] == "volume");
        let (totals, single): (Vec<_>, Vec<_>) = rows.partition(|row| &row[sector] == "TOTAL");
        assert!(single.iter().all(|row| row[importer] != row[exporter]));
        (single.len(), totals.len())
    };
    // One flow is touched; ten flows cross a border (`trade.csv` without sales at home); six pairs.
    assert_eq!(count("touched"), (1, 6));
    assert_eq!(count("all"), (10, 6));
}

#[test]
fn the_document_has_the_documented_keys() {
    let desk = Desk::new();
    let said = desk.good("run us-25-mexico-canada-usmca-exempt --draws 20 --json");
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let mut keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["countries", "flows", "format", "rates", "record"]);
    assert_eq!(document["format"], 1);
    let countries = document["countries"].as_array().unwrap();
    assert_eq!(countries.len(), 81 * 23);
    for stat in STATS {
        assert!(countries[0][stat].is_number(), "{stat}");
    }
    let record: &Value = &document["record"];
    for key in ["program", "scenario", "data", "model", "uncertainty", "solution", "measures", "disclosures"]
    {
        assert!(!record[key].is_null(), "{key}");
    }
    assert!(document["rates"].as_array().unwrap().iter().all(|rate| rate["importer"] == "USA"));
}

#[test]
fn the_record_of_the_document_is_the_record_of_the_folder() {
    let desk = Desk::new();
    let said = desk.good("run universal-10 --draws 10 --seed 4 --json --out r");
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let record: Value = serde_json::from_slice(&desk.files("r")["run.json"]).unwrap();
    let mut record = record.as_object().unwrap().clone();
    // Only a folder has files to be told apart.
    for key in ["files", "sha256"] {
        assert!(record.remove(key).is_some(), "{key}");
    }
    assert_eq!(document["record"], Value::Object(record.clone()));
    assert_eq!(record["uncertainty"]["seed"], 4);
}

#[test]
fn quiet_prints_nothing_not_even_warnings() {
    let desk = Desk::new();
    desk.write("idle.toml", "[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"0pp\"\n");
    assert!(desk.good("run idle.toml --draws 0").stderr.contains("changes no tariff"));
    let said = desk.good("run idle.toml --draws 0 --out r --quiet");
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
    assert_eq!(desk.run("run idle.toml --quiet --json").code, 2);
}

#[test]
fn a_folder_that_is_no_result_is_refused_before_anything_is_read() {
    let desk = Desk::new();
    desk.write("mine/thesis.txt", "years of work");
    desk.write("file", "text");
    // The scenario is broken too: that it is not mentioned shows that the folder is looked at first.
    desk.write("broken.toml", "[[measure]]\nby = 5.5\n");
    let mut refused = vec![("mine", "is left alone"), ("file", "a folder is needed")];
    // Here nobody can make a folder, not even root.
    if cfg!(target_os = "linux") {
        refused.extend([("/proc/r", "cannot make a folder in `/proc`"), ("/proc/deep/r", "in `/proc`")]);
    }
    for (out, words) in refused {
        for scenario in ["broken.toml", "universal-10"] {
            let said = desk.run(&format!("run {scenario} --out {out}"));
            assert_eq!((said.code, said.stdout.as_str()), (1, ""));
            assert!(said.stderr.contains(words) && !said.stderr.contains("broken.toml"), "{}", said.stderr);
        }
    }
    assert_eq!(desk.names(), ["broken.toml", "file", "mine"]);
    assert_eq!(desk.files("mine")["thesis.txt"], b"years of work");
}

#[test]
fn an_earlier_result_is_replaced_as_a_whole_and_only_by_a_good_one() {
    let desk = Desk::new();
    desk.good("run universal-10 --draws 0 --out r --quiet");
    let first = desk.files("r");
    desk.write("broken.toml", "[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = 25\n");
    assert_eq!(desk.run("run broken.toml --out r").code, 1);
    assert!(desk.files("r") == first);
    desk.good("run free-trade --draws 0 --out r --quiet");
    let second = desk.files("r");
    assert_eq!(second.len(), first.len());
    assert!(second["countries.csv"] != first["countries.csv"]);
    assert_eq!(desk.names(), ["broken.toml", "r"]);
}

#[test]
fn the_written_scenario_runs_to_the_same_result() {
    let desk = Desk::new();
    for name in ["us-25-mexico-canada-usmca-exempt", "us-25-mexico-canada-retaliation"] {
        desk.good(&format!("run {name} --draws 10 --seed 3 --out first --quiet"));
        desk.good("run first/scenario.toml --out second --quiet");
        let [first, second] = ["first", "second"].map(|folder| desk.files(folder));
        // Only the name of the scenario, its first column, is another.
        for file in ["rates.csv", "scenario.toml"] {
            assert!(first[file] == second[file], "{name}: {file}");
        }
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        for file in ["countries.csv", "sectors.csv", "flows.csv"] {
            let renamed = text(&second[file]).replace("\nscenario,all,", &format!("\n{name},all,"));
            assert!(text(&first[file]) == renamed, "{name}: {file}");
        }
    }
}

#[test]
fn check_and_explain_know_every_prepared_scenario() {
    let desk = Desk::new();
    for prepared in tariffsim::scenario::prepared::SCENARIOS {
        let said = desk.good(&format!("check {}", prepared.name));
        assert!(said.stdout.contains("no mistakes") && said.stderr.is_empty(), "{}", prepared.name);
        assert!(desk.good(&format!("explain {}", prepared.name)).stdout.len() > 200, "{}", prepared.name);
        assert!(desk.good("list").stdout.contains(prepared.name));
    }
}

#[test]
fn the_page_of_a_folder_is_made_from_its_files_wherever_it_lies() {
    let desk = Desk::new();
    for (draws, flows) in [("12", "touched"), ("0", "touched"), ("4", "all")] {
        desk.good(&format!(
            "run us-25-mexico-canada-retaliation --draws {draws} --flows {flows} --out r --quiet"
        ));
        let page = desk.files("r")["report.html"].clone();
        std::fs::rename(desk.path().join("r"), desk.path().join("elsewhere")).unwrap();
        std::fs::remove_file(desk.path().join("elsewhere/report.html")).unwrap();
        let said = desk.good("report elsewhere");
        assert_eq!((said.stdout.trim(), said.stderr.as_str()), ("elsewhere/report.html", ""));
        assert!(desk.files("elsewhere")["report.html"] == page, "{draws} draws, {flows} flows");
        assert!((50_000..400_000).contains(&page.len()), "{} bytes", page.len());
        std::fs::remove_dir_all(desk.path().join("elsewhere")).unwrap();
    }
}

#[test]
fn a_page_needs_a_result() {
    let desk = Desk::new();
    desk.write("mine/thesis.txt", "years of work");
    desk.write("file", "text");
    desk.write("other/run.json", "{ \"format\": 1, \"program\": { \"name\": \"something\" } }");
    for (folder, words) in [
        ("mine", "there is no file `run.json`"),
        ("file", "there is no folder `file`"),
        ("nothing", "there is no folder `nothing`"),
        ("other", "no run record of this program"),
    ] {
        let said = desk.run(&format!("report {folder}"));
        assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{folder}");
        assert!(said.stderr.contains(words) && said.stderr.contains("help: "), "{}", said.stderr);
    }
    assert_eq!(names(&desk.path().join("mine")), ["thesis.txt"]);
    assert_eq!(desk.run("report").code, 2);
}
