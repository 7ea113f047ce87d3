//! The record of a run over time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::path::{Day, Path};
use crate::report::record::{self, FORMAT};

/// What a run over time leaves: as the record of one day, with what differs between days by day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PathRecord {
    /// Always [`FORMAT`].
    pub format: u32,
    /// Who wrote it.
    pub program: record::Program,
    /// What was simulated.
    pub scenario: record::Scenario,
    /// On what data.
    pub data: record::Data,
    /// With what model.
    pub model: record::Model,
    /// What is uncertain, and how.
    pub uncertainty: record::Uncertainty,
    /// The day before anything changes, then each day on which something does.
    pub days: Vec<DayRecord>,
    /// The country whose own policy touches the most trade; none where nothing is ever touched.
    pub imposer: Option<String>,
    /// The countries to look at first.
    pub concerned: Vec<String>,
    /// The assumptions in one line.
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

/// One day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DayRecord {
    /// Which day.
    pub date: String,
    /// Which measures begin and end, in words; nothing on the day before anything changes.
    pub events: String,
    /// How long trade has had to adjust.
    pub horizon: String,
    /// How labour moves.
    pub labour: String,
    /// Central elasticities that were raised to the floor.
    pub elasticities_raised: usize,
    /// How the solutions went.
    pub solution: record::Solution,
    /// The measures in force.
    pub measures: Vec<record::Measure>,
    /// Why some rows are absent.
    pub absent: Vec<String>,
}

/// The record of a run over time, without hashes of files.
pub fn path(path: &Path<'_>) -> PathRecord {
    let study = path.busiest();
    let imposer = path.imposer().map(|country| study.dataset.countries.code(country).to_owned());
    PathRecord {
        format: FORMAT,
        program: record::this_program(),
        scenario: record::scenario(study),
        data: record::data(study),
        model: record::model(study),
        uncertainty: record::uncertainty::uncertainty(study),
        days: path.days.iter().map(day).collect(),
        imposer,
        concerned: record::codes(study, path.countries(record::MOST_COUNTRIES)),
        assumptions: vec![path.assumptions()],
        disclosures: record::disclosures(study),
        remarks: path.remarks(),
        names: record::names(study),
        files: record::Hashes::new(),
    }
}

/// `run.json` of a run over time, with the hashes of the other files.
pub fn path_json(path: &Path<'_>, files: record::Hashes) -> String {
    record::sealed(&PathRecord { files, ..self::path(path) })
}

fn day(day: &Day<'_>) -> DayRecord {
    DayRecord {
        date: day.date.to_string(),
        events: day.events.clone(),
        horizon: day.study.elasticities.horizon.to_string(),
        labour: day.study.closure.labour.to_string(),
        elasticities_raised: day.study.elasticities.raised,
        solution: record::solution(&day.study),
        measures: record::measures(&day.study),
        absent: day.study.solution.absent.clone(),
    }
}
