//! The documents of results about several runs.

use serde::Serialize;

use crate::index::CountryId;
use crate::model::variable::CountryVariable;
use crate::report::compare::{self, Comparison, Contrast};
use crate::report::json::{CountryValue, Value, countries, pretty, unit};
use crate::report::record::{self, CompareRecord, SweepRecord};
use crate::report::sweep::Sweep;
use crate::report::tables;

/// A comparison.
#[derive(Serialize)]
struct CompareDocument<'a> {
    format: u32,
    record: CompareRecord<'a>,
    differences: Vec<DifferenceValue<'a>>,
    countries: Vec<InScenario<'a>>,
}

/// A variable of a country in one scenario less that in another.
#[derive(Serialize)]
struct DifferenceValue<'a> {
    first: &'a str,
    second: &'a str,
    outcome: &'a str,
    country: &'a str,
    variable: &'static str,
    unit: &'a str,
    #[serde(flatten)]
    value: Value,
}

/// A variable of a country in one of several scenarios.
#[derive(Serialize)]
struct InScenario<'a> {
    scenario: &'a str,
    #[serde(flatten)]
    value: CountryValue<'a>,
}

/// The document of a comparison as text, with a line end.
pub fn compare_text(comparison: &Comparison<'_>) -> String {
    let values = comparison.columns.iter().flat_map(|column| {
        let study = &column.study;
        let values = study.worlds().flat_map(|(outcome, study)| countries(outcome, &study));
        values.map(|value| InScenario { scenario: study.scenario, value }).collect::<Vec<_>>()
    });
    pretty(&CompareDocument {
        format: record::FORMAT,
        record: record::compare(comparison),
        differences: comparison.contrasts.iter().flat_map(|of| differences(comparison, of)).collect(),
        countries: values.collect(),
    })
}

fn differences<'a>(comparison: &'a Comparison<'a>, contrast: &'a Contrast<'a>) -> Vec<DifferenceValue<'a>> {
    let first = &comparison.first().study;
    let row = |country: CountryId, variable: CountryVariable| DifferenceValue {
        first: first.scenario,
        second: comparison.columns[contrast.second].study.scenario,
        outcome: contrast.outcome,
        country: first.dataset.countries.code(country),
        variable: variable.name(),
        unit: unit(first, compare::unit(variable)),
        value: Value::of(tables::statistics_of(contrast.differences.country(country, variable))),
    };
    let all = &contrast.differences.variables;
    let variables = |country| all.iter().map(move |&variable| row(country, variable));
    let rows = first.dataset.countries.ids().flat_map(variables);
    rows.filter(|row| row.value != Value::default()).collect()
}

/// A sweep.
#[derive(Serialize)]
struct SweepDocument<'a> {
    format: u32,
    record: SweepRecord<'a>,
    countries: Vec<AtPoint<'a>>,
}

/// A variable of a country at one of several points.
#[derive(Serialize)]
struct AtPoint<'a> {
    at: Vec<&'a str>,
    #[serde(flatten)]
    value: CountryValue<'a>,
}

/// The document of a sweep as text, with a line end.
pub fn sweep_text(sweep: &Sweep<'_>) -> String {
    let solved = sweep.points.iter().filter_map(|point| Some((point, point.found.as_ref().ok()?)));
    let values = solved.flat_map(|(point, found)| {
        let study = sweep.at(found);
        let values = study.worlds().flat_map(|(outcome, study)| countries(outcome, &study));
        values.map(|value| AtPoint { at: sweep.coordinates(point).collect(), value }).collect::<Vec<_>>()
    });
    pretty(&SweepDocument {
        format: record::FORMAT,
        record: record::sweep(sweep),
        countries: values.collect(),
    })
}
