//! A small dataset and files in memory for the tests of the scenario language.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::HashMap;

use tariffsim::bilateral::{Bilateral, Flow, Shape};
use tariffsim::diagnostic::Diagnostic;
use tariffsim::economy::dataset::{
    Dataset, ElasticitySet, FinalDemand, Group, PublishedElasticity, SectorKind,
};
use tariffsim::economy::policy::{Policy, RateChange};
use tariffsim::files::{FileError, Files};
use tariffsim::index::{CodeList, CountryId, Position, SectorId};
use tariffsim::scenario::{Resolved, Scenario};

/// Four countries, two goods sectors and one services sector.
pub(crate) fn dataset() -> Dataset {
    let list = |pairs: &[(&str, &str)]| {
        CodeList::new(pairs.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())))
            .expect("it is in the small dataset")
    };
    let countries = list(&[("USA", "United States"), ("CAN", "Canada"), ("MEX", "Mexico"), ("CHN", "China")]);
    let sectors =
        list(&[("AGR", "Agriculture"), ("AUT", "Motor vehicles & parts"), ("BUS", "Business services")]);
    let shape = Shape { countries: 4, sectors: 3 };
    let mut trade =
        Bilateral::from_values(shape, (0..shape.cells()).map(|cell| 10.0 + cell as f64).collect());
    let mut tariffs = Bilateral::zeros(shape);
    let at = |importer, exporter, sector| flow_in(&countries, &sectors, importer, exporter, sector);
    trade.set(at("CHN", "CAN", "AGR"), 0.0);
    for (importer, exporter, sector, rate) in [
        ("USA", "CHN", "AGR", 0.05),
        ("USA", "CHN", "AUT", 0.025),
        ("MEX", "CHN", "AGR", 0.10),
        ("MEX", "CHN", "AUT", 0.20),
        ("CAN", "CHN", "AUT", 0.06),
        ("CHN", "USA", "AUT", 0.15),
        ("USA", "CAN", "AUT", 0.01),
    ] {
        tariffs.set(at(importer, exporter, sector), rate);
    }
    let members = |codes: &[&str]| {
        codes
            .iter()
            .map(|code| countries.find::<CountryId>(code).expect("it is in the small dataset"))
            .collect()
    };
    Dataset {
        name: "small".to_owned(),
        title: "A small world for tests".to_owned(),
        year: 2024,
        unit: "USD mn".to_owned(),
        licence: String::new(),
        citation: String::new(),
        default_elasticities: "MEDIAN7".to_owned(),
        groups: vec![Group { code: "USMCA".to_owned(), members: members(&["USA", "CAN", "MEX"]) }],
        kinds: vec![SectorKind::Goods, SectorKind::Goods, SectorKind::Services],
        trade,
        tariffs,
        inputs: None,
        final_demand: FinalDemand::Residual,
        value_added: None,
        deficits: None,
        elasticities: vec![set("MEDIAN7", 4.0), set("CP2015_full", 8.0)],
        countries,
        sectors,
    }
}

fn set(name: &str, theta: f64) -> ElasticitySet {
    let published = Some(PublishedElasticity { theta, standard_error: Some(1.0) });
    ElasticitySet { name: name.to_owned(), sectors: vec![published; 3] }
}

fn flow_in(countries: &CodeList, sectors: &CodeList, importer: &str, exporter: &str, sector: &str) -> Flow {
    Flow {
        sector: sectors.find::<SectorId>(sector).expect("it is in the small dataset"),
        importer: countries.find::<CountryId>(importer).expect("it is in the small dataset"),
        exporter: countries.find::<CountryId>(exporter).expect("it is in the small dataset"),
    }
}

/// A flow of the small dataset.
pub(crate) fn flow(importer: &str, exporter: &str, sector: &str) -> Flow {
    let data = dataset();
    flow_in(&data.countries, &data.sectors, importer, exporter, sector)
}

/// Files in memory.
#[derive(Default)]
pub(crate) struct Memory(pub(crate) HashMap<String, String>);

impl Memory {
    pub(crate) fn with(name: &str, text: &str) -> Self {
        Self(HashMap::from([(name.to_owned(), text.to_owned())]))
    }
}

impl Files for Memory {
    fn read(&self, name: &str, _limit: u64) -> Result<String, FileError> {
        self.0.get(name).cloned().ok_or_else(|| FileError::NotFound { name: name.to_owned() })
    }
}

/// Parses and resolves a scenario that must be valid.
pub(crate) fn resolve(text: &str) -> Resolved {
    resolve_with(text, &Memory::default())
}

pub(crate) fn resolve_with(text: &str, files: &Memory) -> Resolved {
    let messages = |faults: Vec<Diagnostic>| faults.into_iter().map(|f| f.message).collect::<Vec<_>>();
    let scenario = Scenario::parse("test.toml", text).map_err(messages).expect("a well-formed scenario");
    scenario.resolve(&dataset(), files).map_err(messages).expect("a scenario that resolves")
}

/// The faults of a scenario that must not be valid, found when it is parsed or when it is resolved.
pub(crate) fn faults(text: &str) -> Vec<Diagnostic> {
    match Scenario::parse("test.toml", text) {
        Err(faults) => faults,
        Ok(scenario) => scenario.resolve(&dataset(), &Memory::default()).expect_err("a scenario with faults"),
    }
}

/// How the rate of a flow changed; the flow must be among the changes.
pub(crate) fn rate<'p>(policy: &'p Policy, importer: &str, exporter: &str, sector: &str) -> &'p RateChange {
    let flow = flow(importer, exporter, sector);
    policy.rates.iter().find(|rate| rate.flow == flow).expect("the rate changes")
}

/// The new rate of a flow, changed or not, exempt parts averaged in.
pub(crate) fn after(policy: &Policy, importer: &str, exporter: &str, sector: &str) -> f64 {
    let flow = flow(importer, exporter, sector);
    policy
        .rates
        .iter()
        .find(|rate| rate.flow == flow)
        .map_or_else(|| dataset().tariffs.get(flow), |rate| rate.after.fraction())
}

pub(crate) fn close(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-12
}

/// An index for arrays by country.
pub(crate) fn country(code: &str) -> usize {
    dataset().countries.find::<CountryId>(code).expect("it is in the small dataset").index()
}
