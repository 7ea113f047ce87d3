//! The record of a comparison.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::compare::{Comparison, scenario_file};
use crate::report::disclosure;
use crate::report::record::{self, FORMAT};
use crate::report::study::Study;

/// What a comparison leaves: as the record of a run, with what differs between scenarios by scenario.
#[derive(Debug, Serialize)]
pub struct CompareRecord<'a> {
    format: u32,
    program: record::Program,
    title: &'a str,
    data: record::Data<'a>,
    scenarios: Vec<Compared<'a>>,
    pairs: Vec<PairRecord<'a>>,
    disclosures: Vec<String>,
    remarks: Vec<String>,
    names: record::Names<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    files: record::Hashes,
}

/// One of the scenarios.
#[derive(Debug, Serialize)]
struct Compared<'a> {
    #[serde(flatten)]
    scenario: record::Scenario<'a>,
    /// What tells its scenario file in the folder.
    file: String,
    model: record::Model<'a>,
    uncertainty: record::Uncertainty<'a>,
    solution: record::Solution<'a>,
    measures: Vec<record::Measure<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outcomes: Vec<record::Outcome<'a>>,
    absent: &'a [String],
}

/// Two of the scenarios.
#[derive(Debug, Serialize)]
struct PairRecord<'a> {
    first: &'a str,
    second: &'a str,
    /// Whether all numbers of both are the same to the bit.
    same: bool,
    /// Draws that are left out because one of them or both have no solution there.
    draws_left_out: u32,
}

/// The record of a comparison, without hashes of files.
pub fn compare<'a>(comparison: &'a Comparison<'a>) -> CompareRecord<'a> {
    let first = &comparison.first().study;
    CompareRecord {
        format: FORMAT,
        program: record::THIS_PROGRAM,
        title: &comparison.title,
        data: record::data(first),
        scenarios: (0..).zip(&comparison.columns).map(|(at, of)| compared(at, &of.study)).collect(),
        pairs: comparison
            .overall()
            .map(|contrast| PairRecord {
                first: first.scenario,
                second: comparison.columns[contrast.second].study.scenario,
                same: contrast.differences.is_nothing(),
                draws_left_out: contrast.differences.failed,
            })
            .collect(),
        disclosures: comparison.said(record::disclosures),
        remarks: comparison.said(disclosure::remarks),
        names: record::names(first),
        files: record::Hashes::new(),
    }
}

fn compared<'a>(at: usize, study: &'a Study<'a>) -> Compared<'a> {
    Compared {
        scenario: record::scenario(study),
        file: scenario_file(at),
        model: record::model(study),
        uncertainty: record::uncertainty::uncertainty(study),
        solution: record::solution(study),
        measures: record::measures(study),
        outcomes: study.outcomes.iter().map(record::outcome).collect(),
        absent: &study.solution.absent,
    }
}

/// `run.json` of a comparison, with the hashes of the other files.
pub fn compare_json(comparison: &Comparison<'_>, files: record::Hashes) -> String {
    record::sealed(&CompareRecord { files, ..compare(comparison) })
}
