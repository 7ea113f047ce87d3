//! The record of a comparison.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::compare::{Column, Comparison};
use crate::report::contents::scenario_file;
use crate::report::record::{self, FORMAT};

/// What a comparison leaves: as the record of a run, with what differs between scenarios by scenario.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CompareRecord {
    /// Always [`FORMAT`].
    pub format: u32,
    /// Who wrote it.
    pub program: record::Program,
    /// What all of them are about.
    pub title: String,
    /// On what data.
    pub data: record::Data,
    /// The scenarios; the first is what the others are compared with.
    pub scenarios: Vec<Compared>,
    /// The first scenario with each later one.
    pub pairs: Vec<PairRecord>,
    /// The variables to show, where somebody chose them.
    pub variables: Vec<String>,
    /// The countries to look at first.
    pub concerned: Vec<String>,
    /// The assumptions of all in one line, or of each behind its name.
    pub assumptions: Vec<String>,
    /// Sentences that must stand beside the results.
    pub disclosures: Vec<String>,
    /// What happened on the way that a reader should know.
    pub remarks: Vec<String>,
    /// What the codes in the tables stand for.
    pub names: record::Names,
    /// The hashes of the other files by their names; none where the record stands alone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: record::Hashes,
}

/// One of the scenarios.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Compared {
    /// What was simulated.
    #[serde(flatten)]
    pub scenario: record::Scenario,
    /// What it is called where there is little room.
    pub short: String,
    /// What tells its scenario file in the folder.
    pub file: String,
    /// With what model.
    pub model: record::Model,
    /// What is uncertain, and how.
    pub uncertainty: record::Uncertainty,
    /// How the solutions went.
    pub solution: record::Solution,
    /// The measures in file order.
    pub measures: Vec<record::Measure>,
    /// What may happen, where that is not certain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<record::Outcome>,
    /// Why some rows are absent.
    pub absent: Vec<String>,
}

/// Two of the scenarios.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PairRecord {
    /// The name of the first.
    pub first: String,
    /// The name of the second.
    pub second: String,
    /// Whether all numbers of both are the same to the bit.
    pub same: bool,
    /// Draws that are left out because one of them or both have no solution there.
    pub draws_left_out: u32,
}

/// The record of a comparison, without hashes of files.
pub fn compare(comparison: &Comparison<'_>) -> CompareRecord {
    let first = &comparison.first().study;
    CompareRecord {
        format: FORMAT,
        program: record::this_program(),
        title: comparison.title.clone(),
        data: record::data(first),
        scenarios: (0..).zip(&comparison.columns).map(|(at, of)| compared(at, of)).collect(),
        pairs: comparison
            .overall()
            .map(|contrast| PairRecord {
                first: first.scenario.to_owned(),
                second: comparison.columns[contrast.second].study.scenario.to_owned(),
                same: contrast.differences.is_nothing(),
                draws_left_out: contrast.differences.failed,
            })
            .collect(),
        variables: record::variable_names(comparison.chosen),
        concerned: record::codes(first, comparison.countries(record::MOST_COUNTRIES)),
        assumptions: comparison.assumptions(),
        disclosures: comparison.said(record::disclosures),
        remarks: comparison.remarks(),
        names: record::names(first),
        files: record::Hashes::new(),
    }
}

fn compared(at: usize, column: &Column<'_>) -> Compared {
    let study = &column.study;
    Compared {
        scenario: record::scenario(study),
        short: column.short.clone(),
        file: scenario_file(at),
        model: record::model(study),
        uncertainty: record::uncertainty::uncertainty(study),
        solution: record::solution(study),
        measures: record::measures(study),
        outcomes: study.outcomes.iter().map(record::outcome).collect(),
        absent: study.solution.absent.clone(),
    }
}

/// `run.json` of a comparison, with the hashes of the other files.
pub fn compare_json(comparison: &Comparison<'_>, files: record::Hashes) -> String {
    record::sealed(&CompareRecord { files, ..compare(comparison) })
}
