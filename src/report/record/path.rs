//! The record of a run over time.

use serde::Serialize;

use crate::report::disclosure;
use crate::report::path::Path;
use crate::report::record::{self, FORMAT};

/// What a run over time leaves: as the record of one day, with what differs between days by day.
#[derive(Debug, Serialize)]
struct PathRecord<'a> {
    format: u32,
    program: record::Program,
    scenario: record::Scenario<'a>,
    data: record::Data<'a>,
    model: record::Model<'a>,
    uncertainty: record::Uncertainty<'a>,
    days: Vec<DayRecord<'a>>,
    concerned: Vec<&'a str>,
    disclosures: Vec<String>,
    remarks: Vec<String>,
    names: record::Names<'a>,
    files: record::Hashes,
}

/// One day.
#[derive(Debug, Serialize)]
struct DayRecord<'a> {
    date: String,
    events: &'a str,
    horizon: String,
    labour: String,
    elasticities_raised: usize,
    solution: record::Solution<'a>,
    measures: Vec<record::Measure<'a>>,
    absent: &'a [String],
}

/// `run.json` of a run over time, with the hashes of the other files.
pub fn path_json(path: &Path<'_>, files: record::Hashes) -> String {
    let study = path.busiest();
    record::sealed(&PathRecord {
        format: FORMAT,
        program: record::THIS_PROGRAM,
        scenario: record::scenario(study),
        data: record::data(study),
        model: record::model(study),
        uncertainty: record::uncertainty::uncertainty(study),
        days: days(path),
        concerned: record::codes(study, path.countries(record::MOST_COUNTRIES)),
        disclosures: record::disclosures(study),
        remarks: disclosure::remarks(study),
        names: record::names(study),
        files,
    })
}

fn days<'a>(path: &'a Path<'a>) -> Vec<DayRecord<'a>> {
    let day = |day: &'a crate::report::path::Day<'a>| DayRecord {
        date: day.date.to_string(),
        events: &day.events,
        horizon: day.study.elasticities.horizon.to_string(),
        labour: day.study.closure.labour.to_string(),
        elasticities_raised: day.study.elasticities.raised,
        solution: record::solution(&day.study),
        measures: record::measures(&day.study),
        absent: &day.study.solution.absent,
    };
    path.days.iter().map(day).collect()
}
