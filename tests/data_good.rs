//! Good datasets: the small example, the embedded baseline, and the ones that other programs are compared with.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::float_cmp, reason = "what is read must be the number that is written")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod data_support;

use std::path::{Path, PathBuf};

use data_support::{faults, tiny, tiny_folder};
use tariffsim::bilateral::Flow;
use tariffsim::data::check::{Accounts, Summary};
use tariffsim::data::folder::read;
use tariffsim::data::{embedded, hash};
use tariffsim::economy::dataset::{Dataset, FinalDemand};
use tariffsim::files::Folder;
use tariffsim::index::{CountryId, SectorId};

fn flow(dataset: &Dataset, importer: &str, exporter: &str, sector: &str) -> Flow {
    let country = |code| dataset.countries.find::<CountryId>(code).unwrap();
    let sector = dataset.sectors.find::<SectorId>(sector).unwrap();
    Flow { sector, importer: country(importer), exporter: country(exporter) }
}

#[test]
fn the_small_example_is_read_without_a_fault() {
    let reading = read(&Folder::new(tiny_folder()));
    assert_eq!(faults(&reading), "");
    let dataset = reading.dataset.unwrap();
    assert_eq!(dataset.countries.codes(), ["USA", "MEX", "CAN"]);
    assert_eq!(dataset.sectors.names(), ["Vehicles, parts", "Services"]);
    assert_eq!(dataset.trade.get(flow(&dataset, "USA", "MEX", "AUT")), 90.0);
    assert_eq!(dataset.trade.get(flow(&dataset, "CAN", "MEX", "SER")), 0.0);
    assert_eq!(dataset.tariffs.get(flow(&dataset, "MEX", "USA", "AUT")), 0.1);
    assert_eq!(dataset.inputs.as_ref().unwrap()[(2 * 2) + 1], 0.05, "by (country, input, output)");
    assert_eq!(dataset.deficits, Some(vec![40.0, -40.0, 0.0]));
    assert_eq!(dataset.value_added.as_ref().unwrap()[2..4], [125.0, 213.5]);
    assert_eq!(dataset.final_demand, FinalDemand::Residual);
    assert_eq!(dataset.elasticity_set("OTHER").unwrap().sectors[1], None);
    let members = &dataset.group("NEIGHBOURS").unwrap().members;
    assert_eq!(members.iter().map(|&id| dataset.countries.code(id)).collect::<Vec<_>>(), ["MEX", "CAN"]);
}

#[test]
fn inputs_are_by_country_input_output() {
    let files = tiny().patch("inputs.csv", "MEX,SER,AUT,0.2", "MEX,SER,AUT,0.21");
    let dataset = read(&files).dataset.unwrap();
    assert_eq!(dataset.inputs.unwrap()[(2 + 1) * 2], 0.21);
}

#[test]
fn the_order_of_rows_and_columns_the_byte_order_mark_and_line_ends_do_not_matter() {
    let files = tiny();
    let text = &files.0["trade.csv"];
    let mut rows: Vec<String> = text
        .lines()
        .map(|row| {
            let fields: Vec<&str> = row.split(',').collect();
            format!(" {} ,\"{}\",{},{},,", fields[3], fields[1], fields[2], fields[0])
        })
        .collect();
    rows[1..].reverse();
    let shuffled = files.clone().with("trade.csv", &format!("\u{feff}{}\r\n\r\n", rows.join("\r\n")));
    let (plain, shuffled) = (read(&files).dataset.unwrap(), read(&shuffled).dataset.unwrap());
    assert_eq!(plain, shuffled);
    assert_eq!(hash::hash(&plain), hash::hash(&shuffled));
}

#[test]
fn minus_zero_is_zero_to_the_hash() {
    let minus = tiny().append("trade.csv", "MEX,CAN,SER,-0.0\n").append("tariffs.csv", "USA,CAN,SER,-0,\n");
    let plus = tiny();
    assert_eq!(minus.faults(), "");
    assert_eq!(hash::hash(&read(&minus).dataset.unwrap()), hash::hash(&read(&plus).dataset.unwrap()));
}

#[test]
fn any_change_of_the_data_changes_the_hash() {
    let hashed = |files: &data_support::Memory| hash::hash(&read(files).dataset.unwrap());
    let plain = hashed(&tiny());
    assert_eq!(plain.len(), 64);
    assert_ne!(plain, hashed(&tiny().patch("trade.csv", "MEX,USA,AUT,90", "MEX,USA,AUT,90.0000001")));
    assert_ne!(plain, hashed(&tiny().patch("countries.csv", "Mexico", "México")));
}

#[test]
fn the_accounts_of_the_small_example_are_the_ones_computed_by_hand() {
    let dataset = read(&tiny()).dataset.unwrap();
    let accounts = Accounts::of(&dataset);
    assert_eq!(accounts.output, [910.0, 2030.0, 250.0, 305.0, 195.0, 415.0]);
    assert_eq!(accounts.deficits, [40.0, -40.0, 0.0]);
    assert!((accounts.absorption[0] - (800.0 + 90.0 * 1.025 + 70.0)).abs() < 1e-9);
    assert!((accounts.tariff_revenue[1] - (5.0 + 0.25)).abs() < 1e-9);
    assert!((accounts.residual_final_demand()[0] - (962.25 - 374.5)).abs() < 1e-9);
    let summary = Summary::of(&dataset);
    assert_eq!((summary.flows, summary.tariffs, summary.coefficients), (16, 4, 12));
    assert_eq!((summary.world_trade, summary.negative_final_demand, summary.adding_up), (335.0, None, None));
}

#[test]
fn the_embedded_baseline_is_the_folder_it_was_made_from() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/world-2024");
    let reading = read(&Folder::new(folder));
    let from_folder = reading.dataset.unwrap();
    let embedded = embedded::open("world-2024").unwrap();
    assert_eq!(embedded, from_folder);
    assert_eq!(embedded::hash("world-2024").unwrap(), hash::hash(&from_folder));
    assert_eq!(embedded.countries.find::<CountryId>("MEX"), from_folder.countries.find("MEX"));
    let summary = Summary::of(&embedded);
    assert_eq!((summary.countries, summary.sectors, summary.flows), (81, 29, 176_150));
    assert_eq!(summary.coefficients, 68_010);
    assert_eq!(summary.adding_up, None);
    assert_eq!(embedded.elasticities.len(), 11);
}

#[test]
fn every_embedded_name_opens_and_no_other_does() {
    assert!(embedded::NAMES.iter().all(|name| embedded::open(name).is_some_and(|data| data.name == *name)));
    assert!(embedded::open("world-1913").is_none());
    assert!(embedded::hash("world-1913").is_none());
}

fn shared() -> Option<PathBuf> {
    let root = std::env::var_os("TARIFFSIM_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let there = root.is_dir().then_some(root);
    if there.is_none() {
        eprintln!("SKIPPED: no reference datasets; set TARIFFSIM_SHARED to their folder");
    }
    there
}

#[test]
fn every_reference_dataset_is_read_without_an_error() {
    let Some(root) = shared() else { return };
    for (name, shape, flows) in [
        ("golden/gravity-2000", [44, 1], 1936),
        ("golden/gravity-2014", [44, 1], 1936),
        ("golden/nafta-1993", [31, 40], 18_838),
        ("golden/uschina-2017", [7, 44], 2156),
        ("data/world-2022", [81, 29], 177_551),
        ("data/world-2024", [81, 29], 176_150),
    ] {
        let reading = read(&Folder::new(root.join(name)));
        let dataset = reading.dataset.unwrap_or_else(|| panic!("{name}: {:#?}", reading.diagnostics));
        let summary = Summary::of(&dataset);
        assert_eq!(
            (summary.countries, summary.sectors, summary.flows),
            (shape[0], shape[1], flows),
            "{name}"
        );
    }
}

#[test]
fn given_final_demand_need_not_be_what_trade_leaves() {
    let Some(root) = shared() else { return };
    let reading = read(&Folder::new(root.join("golden/nafta-1993")));
    assert_eq!(
        faults(&reading),
        "warning value_added.csv:172 [5379.99267427656]: value added is 5380.0, but trade gives 5370.5 \
         (difference 9.488)\n\
         warning: inputs used exceed what is bought in 185 of 1,240 cells, by 892793.5 USD mn in all; \
         most in `S30` of `ROW` (-190562.3) \
         (help: final demand is given by the data, and the baseline is solved anew from its shares)\n\
         warning: absorption less inputs is not value added + tariff revenue + deficit in 1 of 31 countries, \
         by 9.510 USD mn in all; most in `CAN` (-9.510) \
         (help: the baseline is solved anew, so that its accounts add up)"
    );
}

#[test]
fn a_summary_reads_aloud() {
    let dataset = embedded::open("world-2024").unwrap();
    let lines = Summary::of(&dataset).lines(&dataset);
    assert_eq!(
        lines[0],
        "81 countries, 29 sectors, 176,150 flows, 94,435 tariffs, 68,010 input coefficients"
    );
    assert_eq!(lines[1], "11 elasticity sets (MEDIAN7 by default), 10 groups");
    assert_eq!(lines.last().unwrap(), "the accounts add up");
}
