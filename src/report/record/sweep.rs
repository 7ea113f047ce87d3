//! The record of a sweep.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::record::{self, FORMAT};
use crate::report::sweep::{Point, Sweep};

/// What a sweep leaves: as the record of a run, with how the solution went point by point.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SweepRecord {
    /// Always [`FORMAT`].
    pub format: u32,
    /// Who wrote it.
    pub program: record::Program,
    /// What was simulated.
    pub scenario: record::Scenario,
    /// On what data.
    pub data: record::Data,
    /// With what model, at the point with the largest effects.
    pub model: record::Model,
    /// What is uncertain, and how.
    pub uncertainty: record::Uncertainty,
    /// What is varied: one key or two.
    pub keys: Vec<KeyRecord>,
    /// Every point, the last key varying fastest.
    pub points: Vec<PointRecord>,
    /// The point at which most happens, of which what follows is said.
    pub largest_effects_at: Vec<String>,
    /// The variables to show.
    pub variables: Vec<String>,
    /// The measures there.
    pub measures: Vec<record::Measure>,
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

/// A key that is varied.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyRecord {
    /// Its name, as in a setting.
    pub key: String,
    /// Its values, as in a setting.
    pub values: Vec<String>,
}

/// One point.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PointRecord {
    /// The values of the keys.
    pub at: Vec<String>,
    /// Hash of the scenario with these values set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// How the solutions went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solution: Option<record::Solution>,
    /// Why there is no solution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_solution: Option<String>,
    /// Why some rows are absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
}

/// The record of a sweep, without hashes of files.
pub fn sweep(sweep: &Sweep<'_>) -> SweepRecord {
    let study = &sweep.study;
    SweepRecord {
        format: FORMAT,
        program: record::this_program(),
        scenario: record::scenario(study),
        data: record::data(study),
        model: record::model(study),
        uncertainty: record::uncertainty::uncertainty(study),
        keys: sweep
            .keys
            .iter()
            .map(|key| KeyRecord { key: key.name.clone(), values: key.values.clone() })
            .collect(),
        points: sweep.points.iter().map(|of| point(sweep, of)).collect(),
        largest_effects_at: coordinates(sweep, &sweep.points[sweep.most]),
        variables: record::variable_names(&sweep.variables),
        measures: record::measures(study),
        concerned: record::codes(study, sweep.countries(record::MOST_COUNTRIES)),
        assumptions: vec![sweep.assumptions()],
        disclosures: record::disclosures(study),
        remarks: sweep.remarks(),
        names: record::names(study),
        files: record::Hashes::new(),
    }
}

fn coordinates(sweep: &Sweep<'_>, point: &Point) -> Vec<String> {
    sweep.coordinates(point).map(str::to_owned).collect()
}

fn point(sweep: &Sweep<'_>, point: &Point) -> PointRecord {
    let found = point.found.as_ref();
    PointRecord {
        at: coordinates(sweep, point),
        sha256: found.ok().map(|found| found.scenario_hash.clone()),
        solution: found.ok().map(|found| record::solution_of(&found.notes)),
        no_solution: found.err().cloned(),
        absent: found.map_or_else(|_| Vec::new(), |found| found.notes.absent.clone()),
    }
}

/// `run.json` of a sweep, with the hashes of the other files.
pub fn sweep_json(sweep: &Sweep<'_>, files: record::Hashes) -> String {
    record::sealed(&SweepRecord { files, ..self::sweep(sweep) })
}
