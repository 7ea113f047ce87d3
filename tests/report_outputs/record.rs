//! `run.json` and the answer of `--json`.

use serde_json::Value;
use sha2::Digest as _;
use tariffsim::report::{json, record, tables};

use crate::fake;

#[test]
fn the_record_of_a_run() {
    let fake = fake::small();
    let text = serde_json::to_string_pretty(&record::record(&fake.study())).unwrap() + "\n";
    let text = text.replace(env!("CARGO_PKG_VERSION"), "[version]");
    insta::assert_snapshot!(text);
}

#[test]
fn the_record_has_the_hash_of_every_other_file_and_of_its_own_lines() {
    let files = fake::files(&fake::small().study());
    let file = |name: &str| &files.iter().find(|(file, _)| *file == name).unwrap().1;
    let hash = |bytes: &[u8]| sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let record: Value = serde_json::from_slice(file("run.json")).unwrap();
    let hashes = record["files"].as_object().unwrap();
    let others = files.iter().filter(|(name, _)| !["run.json", "report.html"].contains(name));
    for (name, bytes) in others.clone() {
        assert_eq!(hashes[*name], Value::String(hash(bytes)), "{name}");
    }
    assert_eq!(hashes.len(), others.count());
    let text = std::str::from_utf8(file("run.json")).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let above: String = lines[..lines.len() - 2].concat();
    assert_eq!(record["sha256"], Value::String(hash(above.as_bytes())));
    assert!(record::is_unchanged(text) && !record::is_unchanged(&above));
}

#[test]
fn a_run_without_draws_has_no_priors() {
    let fake = fake::small().without_draws();
    let record: Value = serde_json::to_value(record::record(&fake.study())).unwrap();
    assert_eq!(record["uncertainty"]["draws"], 0);
    assert_eq!(record["uncertainty"]["priors"], Value::Array(vec![]));
}

#[test]
fn exempt_shares_bring_their_prior() {
    let mut fake = fake::small();
    let mean = tariffsim::units::Share::ALL;
    let partner = fake.country("CAN");
    let label = "exempt_share:CAN".to_owned();
    fake.policy.exempt_shares.push(tariffsim::economy::policy::ExemptShare {
        label,
        partner,
        mean,
        known: false,
    });
    let record: Value = serde_json::to_value(record::record(&fake.study())).unwrap();
    assert_eq!(record["uncertainty"]["priors"][1]["applied"], "=");
    assert_eq!(record["uncertainty"]["priors"][1]["spread"]["standard_deviation"], 0.1);
}

#[test]
fn the_json_answer_agrees_with_the_tables() {
    let fake = fake::small();
    let document: Value = serde_json::from_str(&json::text(&fake.study())).unwrap();
    assert_eq!(document["format"], 1);
    let table = fake::table(|out| tables::countries(&fake.study(), out));
    let rows = document["countries"].as_array().unwrap();
    let mut values = 0;
    for row in rows {
        for (stat, value) in row.as_object().unwrap().iter().filter(|(_, value)| value.is_number()) {
            let unit = if stat == "p_negative" { "ratio" } else { row["unit"].as_str().unwrap() };
            let [country, variable] = ["country", "variable"].map(|key| row[key].as_str().unwrap());
            let key = format!(",all,{country},{variable},{unit},{stat},");
            let line = table.lines().find_map(|line| line.split_once(&key)).expect("the table has the value");
            assert_eq!(&serde_json::from_str::<Value>(line.1).unwrap().as_f64(), &value.as_f64(), "{key}");
            values += 1;
        }
    }
    assert_eq!(values, table.lines().count() - 1);
}

#[test]
fn the_json_answer_has_touched_flows_and_all_suppliers_of_the_importer() {
    let fake = fake::small();
    let document = json::document(&fake.study());
    let pairs: std::collections::BTreeSet<(&str, &str, &str)> =
        document.flows.iter().map(|row| (row.importer, row.exporter, row.sector)).collect();
    assert!(pairs.contains(&("USA", "MEX", "AUT")) && pairs.contains(&("USA", "DEU", "TOTAL")));
    assert_eq!(pairs.len(), 2 * 3 + 5);
    assert_eq!(document.rates.len(), 6);
}
