//! The record of tariffs that countries choose.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::disclosure;
use crate::report::record::{self, FORMAT};
use crate::report::tariffs::{Lever, Tariffs};

/// What chosen tariffs leave: as the record of a run, with what was chosen.
#[derive(Debug, Serialize)]
pub struct TariffsRecord<'a> {
    format: u32,
    program: record::Program,
    scenario: record::Scenario<'a>,
    data: record::Data<'a>,
    model: record::Model<'a>,
    uncertainty: record::Uncertainty<'a>,
    /// `optimal` or `nash`.
    choice: &'static str,
    /// The lowest and the highest rate that could be chosen, as fractions.
    bounds: [f64; 2],
    tariffs: Vec<LeverRecord<'a>>,
    /// The most that a player gains by a deviation that was tried, in per cent.
    best_deviation: f64,
    /// How often the world was solved to find them.
    rounds: usize,
    solution: record::Solution<'a>,
    concerned: Vec<&'a str>,
    disclosures: Vec<String>,
    remarks: Vec<String>,
    names: record::Names<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    files: record::Hashes,
}

/// One rate.
#[derive(Debug, Serialize)]
struct LeverRecord<'a> {
    by: &'a str,
    on: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sector: Option<&'a str>,
    /// Fractions.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<f64>,
    rate: f64,
    /// Whether a bound is in the way of a better one.
    at_bound: bool,
    /// What one percentage point more would add to the real income of who chooses, in per cent.
    slope: f64,
}

/// The record, without hashes of files.
pub fn tariffs<'a>(tariffs: &'a Tariffs<'a>) -> TariffsRecord<'a> {
    let study = &tariffs.study;
    let lever = |lever: &'a Lever| LeverRecord {
        by: &lever.by,
        on: &lever.on,
        sector: lever.sector.as_deref(),
        before: lever.before,
        rate: lever.rate,
        at_bound: lever.at_bound(tariffs.bounds),
        slope: lever.slope,
    };
    TariffsRecord {
        format: FORMAT,
        program: record::THIS_PROGRAM,
        scenario: record::scenario(study),
        data: record::data(study),
        model: record::model(study),
        uncertainty: record::uncertainty::uncertainty(study),
        choice: if tariffs.is_nash { "nash" } else { "optimal" },
        bounds: tariffs.bounds,
        tariffs: tariffs.levers.iter().map(lever).collect(),
        best_deviation: tariffs.best_deviation,
        rounds: tariffs.rounds,
        solution: record::solution(study),
        concerned: record::codes(study, crate::report::focus::countries(study, record::MOST_COUNTRIES)),
        disclosures: record::disclosures(study),
        remarks: disclosure::remarks(study),
        names: record::names(study),
        files: record::Hashes::new(),
    }
}

/// `run.json` of chosen tariffs, with the hashes of the other files.
pub fn tariffs_json(of: &Tariffs<'_>, files: record::Hashes) -> String {
    record::sealed(&TariffsRecord { files, ..tariffs(of) })
}
