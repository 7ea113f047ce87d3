//! The record of a sweep.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::disclosure;
use crate::report::record::{self, FORMAT};
use crate::report::sweep::{Point, Sweep};

/// What a sweep leaves: as the record of a run, with how the solution went point by point.
#[derive(Debug, Serialize)]
pub struct SweepRecord<'a> {
    format: u32,
    program: record::Program,
    scenario: record::Scenario<'a>,
    data: record::Data<'a>,
    model: record::Model<'a>,
    uncertainty: record::Uncertainty<'a>,
    keys: Vec<KeyRecord<'a>>,
    points: Vec<PointRecord<'a>>,
    /// The point at which most happens, of which what follows is said.
    largest_effects_at: Vec<&'a str>,
    measures: Vec<record::Measure<'a>>,
    concerned: Vec<&'a str>,
    disclosures: Vec<String>,
    remarks: Vec<String>,
    names: record::Names<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    files: record::Hashes,
}

/// A key that is varied.
#[derive(Debug, Serialize)]
struct KeyRecord<'a> {
    key: &'a str,
    values: &'a [String],
}

/// One point.
#[derive(Debug, Serialize)]
struct PointRecord<'a> {
    at: Vec<&'a str>,
    /// Hash of the scenario with these values set.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    solution: Option<record::Solution<'a>>,
    /// Why there is no solution.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_solution: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    absent: &'a [String],
}

/// The record of a sweep, without hashes of files.
pub fn sweep<'a>(sweep: &'a Sweep<'a>) -> SweepRecord<'a> {
    let study = &sweep.study;
    SweepRecord {
        format: FORMAT,
        program: record::THIS_PROGRAM,
        scenario: record::scenario(study),
        data: record::data(study),
        model: record::model(study),
        uncertainty: record::uncertainty::uncertainty(study),
        keys: sweep.keys.iter().map(|key| KeyRecord { key: &key.name, values: &key.values }).collect(),
        points: sweep.points.iter().map(|of| point(sweep, of)).collect(),
        largest_effects_at: sweep.coordinates(&sweep.points[sweep.most]).collect(),
        measures: record::measures(study),
        concerned: record::codes(study, sweep.countries(record::MOST_COUNTRIES)),
        disclosures: record::disclosures(study),
        remarks: disclosure::remarks(study),
        names: record::names(study),
        files: record::Hashes::new(),
    }
}

fn point<'a>(sweep: &'a Sweep<'a>, point: &'a Point) -> PointRecord<'a> {
    let found = point.found.as_ref();
    PointRecord {
        at: sweep.coordinates(point).collect(),
        sha256: found.ok().map(|found| found.scenario_hash.as_str()),
        solution: found.ok().map(|found| record::solution_of(&found.notes)),
        no_solution: found.err().map(String::as_str),
        absent: found.map_or(&[], |found| &found.notes.absent),
    }
}

/// `run.json` of a sweep, with the hashes of the other files.
pub fn sweep_json(sweep: &Sweep<'_>, files: record::Hashes) -> String {
    record::sealed(&SweepRecord { files, ..self::sweep(sweep) })
}
