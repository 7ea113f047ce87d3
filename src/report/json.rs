//! The answer of `--json`: one document for other programs, tidy, in full precision.

mod several;
mod shares;
mod strategy;

use serde::Serialize;

use crate::bilateral::Flow;
use crate::index::CountryId;
use crate::model::variable::{CountryVariable, FlowVariable, Unit};
use crate::monte_carlo::estimate::{Estimate, FlowRow};
use crate::report::focus;
use crate::report::record::{self, Record};
use crate::report::study::Study;
use crate::report::tables;
pub use several::{compare_text, sweep_text};
pub use shares::Share;
pub use strategy::{game_text, tariffs_text};

/// The whole document. `countries` and `flows` read as tables: one object a row.
#[derive(Clone, Debug, Serialize)]
pub struct Document<'a> {
    /// Always [`record::FORMAT`].
    pub format: u32,
    /// The run record, as in `run.json` but without hashes of files.
    pub record: Record<'a>,
    /// Every changed rate.
    pub rates: Vec<Rate<'a>>,
    /// Every variable of every country.
    pub countries: Vec<CountryValue<'a>>,
    /// Every variable of the touched flows, and of all goods together (`TOTAL`) for the pairs that are touched
    /// and for all other suppliers of an importer whose policy changes. The other flows are in `flows.csv`.
    pub flows: Vec<FlowValue<'a>>,
    /// What each measure contributes to the variables of every country; none where that was not asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contributions: Vec<Share<'a>>,
}

/// A changed rate, in fractions.
#[derive(Clone, Debug, Serialize)]
pub struct Rate<'a> {
    /// The outcome, `all` for what is not conditional on one.
    pub outcome: &'a str,
    /// Code of the importer.
    pub importer: &'a str,
    /// Code of the exporter.
    pub exporter: &'a str,
    /// Code of the sector.
    pub sector: &'a str,
    /// The observed rate.
    pub before: f64,
    /// The new rate, exempt parts averaged in.
    pub after: f64,
    /// The new rate on the books.
    pub statutory: f64,
    /// What each measure did.
    pub contributions: Vec<Contribution<'a>>,
}

/// What a measure did to a rate, in fractions.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Contribution<'a> {
    /// Name of the measure.
    pub measure: &'a str,
    /// The change it made at its stage.
    pub change: f64,
}

/// A variable of a country.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CountryValue<'a> {
    /// The outcome, `all` for what is not conditional on one.
    pub outcome: &'a str,
    /// Code of the country.
    pub country: &'a str,
    /// The variable, as in `countries.csv`.
    pub variable: &'static str,
    /// Its unit, as in `countries.csv`.
    pub unit: &'a str,
    /// Its value.
    #[serde(flatten)]
    pub value: Value,
}

/// A variable of a flow.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FlowValue<'a> {
    /// The outcome, `all` for what is not conditional on one.
    pub outcome: &'a str,
    /// Code of the importer.
    pub importer: &'a str,
    /// Code of the exporter.
    pub exporter: &'a str,
    /// Code of the sector, or `TOTAL`.
    pub sector: &'a str,
    /// The variable, as in `flows.csv`.
    pub variable: &'static str,
    /// Its unit, as in `flows.csv`.
    pub unit: &'a str,
    /// Its value.
    #[serde(flatten)]
    pub value: Value,
}

/// The statistics of a value, named and defined as in the tables; what is undefined is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Value {
    /// At central parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub central: Option<f64>,
    /// Mean over the draws.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// Standard deviation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sd: Option<f64>,
    /// 5 % quantile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p05: Option<f64>,
    /// 25 % quantile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p25: Option<f64>,
    /// Median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<f64>,
    /// 75 % quantile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p75: Option<f64>,
    /// 95 % quantile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95: Option<f64>,
    /// Share of draws below zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p_negative: Option<f64>,
    /// Share of draws above zero; of differences only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p_positive: Option<f64>,
    /// Monte Carlo error of the mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mc_error: Option<f64>,
}

/// The document of a run.
pub fn document<'a>(study: &Study<'a>) -> Document<'a> {
    Document {
        format: record::FORMAT,
        record: record::record(study),
        rates: study.worlds().flat_map(|(outcome, study)| rates(outcome, &study)).collect(),
        countries: study.worlds().flat_map(|(outcome, study)| countries(outcome, &study)).collect(),
        flows: study.worlds().flat_map(|(outcome, study)| flows(outcome, &study)).collect(),
        contributions: shares::shares(study),
    }
}

/// The document of a run as text, with a line end.
pub fn text(study: &Study<'_>) -> String {
    pretty(&document(study))
}

fn pretty(document: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(document);
    text.expect("a document has only string keys, so it has a JSON form") + "\n"
}

fn rates<'a>(outcome: &'a str, study: &Study<'a>) -> Vec<Rate<'a>> {
    let codes = |flow: Flow| {
        let row = FlowRow { importer: flow.importer, exporter: flow.exporter, sector: Some(flow.sector) };
        tables::flow_keys(study, &row)
    };
    let policy = study.policy;
    let rate = |change: &'a crate::economy::policy::RateChange| {
        let [importer, exporter, sector] = codes(change.flow);
        let contributions = change.contributions.iter().map(|part| Contribution {
            measure: &policy.measures[part.measure].name,
            change: unsigned_zero(part.change),
        });
        Rate {
            outcome,
            importer,
            exporter,
            sector,
            before: unsigned_zero(change.before.fraction()),
            after: unsigned_zero(change.after.fraction()),
            statutory: unsigned_zero(change.statutory.fraction()),
            contributions: contributions.collect(),
        }
    };
    policy.rates.iter().map(rate).collect()
}

fn countries<'a>(outcome: &'a str, study: &Study<'a>) -> Vec<CountryValue<'a>> {
    let dataset = study.dataset;
    let row = |country: CountryId, variable: CountryVariable| CountryValue {
        outcome,
        country: dataset.countries.code(country),
        variable: variable.name(),
        unit: unit(study, variable.unit()),
        value: value(study.estimates.country(country, variable)),
    };
    let all = study.estimates.variables.countries;
    let variables = |country| all.iter().map(move |&variable| row(country, variable));
    dataset.countries.ids().flat_map(variables).filter(|row| row.value != Value::default()).collect()
}

fn flows<'a>(outcome: &'a str, study: &Study<'a>) -> Vec<FlowValue<'a>> {
    let wanted = wanted_flows(study);
    let row = |at: usize, variable: FlowVariable| {
        let [importer, exporter, sector] = tables::flow_keys(study, &study.estimates.flow_rows[at]);
        let value = value(study.estimates.flow(at, variable));
        let unit = unit(study, variable.unit());
        FlowValue { outcome, importer, exporter, sector, variable: variable.name(), unit, value }
    };
    let all = study.estimates.variables.flows;
    let variables = |at| all.iter().map(move |&variable| row(at, variable));
    wanted.into_iter().flat_map(variables).filter(|row| row.value != Value::default()).collect()
}

/// The positions of the flow rows that belong into the document.
fn wanted_flows(study: &Study<'_>) -> Vec<usize> {
    let imposing = focus::imposing(study);
    let touched: std::collections::HashSet<Flow> = study.policy.touched.iter().copied().collect();
    let is_wanted = |row: &FlowRow| match row.sector {
        Some(sector) => touched.contains(&Flow { sector, importer: row.importer, exporter: row.exporter }),
        None => imposing.contains(&row.importer),
    };
    let rows = study.estimates.flow_rows.iter().enumerate();
    rows.filter(|(_, row)| is_wanted(row)).map(|(at, _)| at).collect()
}

fn unit<'a>(study: &Study<'a>, unit: Unit) -> &'a str {
    tables::unit_name(unit, &study.dataset.unit)
}

/// JSON keeps the sign of zero; a reader should not see it.
fn unsigned_zero(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value }
}

fn value(estimate: &Estimate) -> Value {
    Value::of(tables::statistics(estimate))
}

impl Value {
    /// Statistics under their names.
    fn of(statistics: impl Iterator<Item = (&'static str, bool, f64)>) -> Self {
        let mut value = Self::default();
        for (stat, _, number) in statistics {
            let field = match stat {
                "central" => &mut value.central,
                "mean" => &mut value.mean,
                "sd" => &mut value.sd,
                "p05" => &mut value.p05,
                "p25" => &mut value.p25,
                "p50" => &mut value.p50,
                "p75" => &mut value.p75,
                "p95" => &mut value.p95,
                tables::NEGATIVE => &mut value.p_negative,
                tables::POSITIVE => &mut value.p_positive,
                _ => &mut value.mc_error,
            };
            *field = Some(unsigned_zero(number));
        }
        value
    }
}
