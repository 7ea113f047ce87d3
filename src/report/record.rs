//! The run record `run.json`: what was run, on what, and how it went.
//!
//! It holds no path, clock, duration, number of threads or argument list, so that the records of two equal runs
//! are equal byte for byte.

mod compare;
mod path;
mod sweep;
mod touched;
mod uncertainty;
mod written;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::economy::aggregation::Aggregation;
use crate::economy::policy::ExemptMode;
use crate::hash::sha256;
use crate::index::{CountryId, SectorId};
use crate::model::variable::CountryVariable;
use crate::report::disclosure;
use crate::report::focus;
use crate::report::inputs::Inputs;
use crate::report::study::{InOutcome, SolutionNotes, Study};
pub use compare::{CompareRecord, Compared, PairRecord, compare, compare_json};
pub use path::{DayRecord, PathRecord, path, path_json};
pub use sweep::{KeyRecord, PointRecord, SweepRecord, sweep, sweep_json};
pub use touched::{Pair, Touched};
pub use uncertainty::{Prior, Spread, Uncertainty};
pub use written::{RUN_AGAIN, Written};

/// The format of the record; a reader refuses what it does not know.
pub const FORMAT: u32 = 1;

/// The name under which a record says who wrote it.
pub const PROGRAM: &str = env!("CARGO_PKG_NAME");

/// The version that writes records.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The whole record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Always [`FORMAT`].
    pub format: u32,
    /// Who wrote it.
    pub program: Program,
    /// What was simulated.
    pub scenario: Scenario,
    /// On what data.
    pub data: Data,
    /// With what model.
    pub model: Model,
    /// What is uncertain, and how.
    pub uncertainty: Uncertainty,
    /// How the solutions went.
    pub solution: Solution,
    /// The measures in file order.
    pub measures: Vec<Measure>,
    /// What may happen, where that is not certain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<Outcome>,
    /// The flows that measures reach.
    pub touched: Touched,
    /// The countries to look at first: who imposes, who is targeted, who is affected most.
    pub concerned: Vec<String>,
    /// The assumptions in one line.
    pub assumptions: Vec<String>,
    /// Why some rows are absent from the tables.
    pub absent: Vec<String>,
    /// Sentences that must stand beside the results.
    pub disclosures: Vec<String>,
    /// What happened on the way that a reader should know.
    pub remarks: Vec<String>,
    /// What the codes in the tables stand for.
    pub names: Names,
    /// From what the result can be made again.
    pub inputs: Inputs,
    /// The hashes of the other files by their names; none where the record stands alone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: Hashes,
}

/// Who wrote a record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Program {
    /// The program's name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What was simulated.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Scenario {
    /// The stem of the scenario file: the `scenario` column of the tables.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its summary.
    pub summary: String,
    /// Where the policy is documented.
    pub sources: Vec<String>,
    /// Hash of the scenario with the tables it names.
    pub sha256: String,
}

/// On what data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Data {
    /// Short name.
    pub name: String,
    /// Title.
    pub title: String,
    /// Reference year.
    pub year: i32,
    /// Money unit.
    pub unit: String,
    /// Number of countries.
    pub countries: usize,
    /// Number of sectors.
    pub sectors: usize,
    /// How the data were made coarser; absent if they were not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregation: Option<Aggregated>,
    /// Hash of the dataset.
    pub sha256: String,
    /// Hashes of its tables by the names of their files; absent for data in the program.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: Hashes,
    /// Licence.
    pub licence: String,
    /// How to cite it.
    pub citation: String,
}

/// How the data were made coarser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Aggregated {
    /// The maps by name.
    pub maps: Vec<String>,
    /// Countries before and after.
    pub countries: [usize; 2],
    /// Sectors before and after.
    pub sectors: [usize; 2],
    /// Changed rates before and after.
    pub rates: [usize; 2],
    /// Changes between members of one group, which are gone.
    pub changes_inside_groups: usize,
    /// Trade between members of one group, sales at home now, in the data's money unit.
    pub trade_inside_groups: f64,
    /// Tariff revenue on that trade, dropped with the spending it paid for.
    pub revenue_inside_groups: f64,
    /// Input rows lowered so that final demand stays above zero.
    pub inputs_eased: usize,
    /// Named groups of countries that are no union of the new countries.
    pub groups_dropped: Vec<String>,
}

/// With what model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Model {
    /// Which model.
    pub kind: String,
    /// How trade deficits behave.
    pub deficits: String,
    /// How labour moves.
    pub labour: String,
    /// Whether sectors use inputs.
    pub inputs: bool,
    /// Where the trade elasticities come from.
    pub elasticities: String,
    /// Sectors that the elasticity set does not list and that use the default.
    pub elasticities_unlisted: usize,
    /// Central elasticities that were raised to the floor.
    pub elasticities_raised: usize,
    /// How long trade has had to adjust.
    pub horizon: String,
    /// What to do with exempt parts of a flow: a `variety` of its own, or the `average` rate.
    pub exempt_mode: String,
    /// In what prices are measured.
    pub numeraire: String,
}

/// How the solutions went.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Solution {
    /// Sweeps of the central solution.
    pub iterations: usize,
    /// Largest relative residual of any equation of the central solution.
    pub residual: f64,
    /// Residual of the data as an equilibrium, before the baseline was re-solved.
    pub data_residual: f64,
    /// Small negative final demands set to zero.
    pub clamped: usize,
    /// Drawn elasticities raised to the floor.
    pub floored: u64,
    /// Relative width of the coarsest bin of any quantile.
    pub quantile_error: f64,
    /// Draws that did not solve.
    pub failed: Vec<FailedDraw>,
}

/// A draw that did not solve.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FailedDraw {
    /// Which draw.
    pub draw: u32,
    /// In which of several outcomes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why.
    pub reason: String,
}

/// A measure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measure {
    /// Its name.
    pub name: String,
    /// What it does, in words.
    pub words: String,
    /// How many flows it reaches.
    pub flows: usize,
}

/// One of several outcomes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// Its name, as in the tables.
    pub name: String,
    /// How probable it is, in per cent.
    pub probability: String,
    /// The measures in force in it.
    pub measures: Vec<String>,
}

/// What codes stand for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Names {
    /// Countries by their codes.
    pub countries: BTreeMap<String, String>,
    /// Sectors by their codes.
    pub sectors: BTreeMap<String, String>,
}

impl Names {
    /// The name of a country, or its code where it has none.
    pub fn country<'n>(&'n self, code: &'n str) -> &'n str {
        self.countries.get(code).map_or(code, String::as_str)
    }

    /// The name of a sector, or its code where it has none.
    pub fn sector<'n>(&'n self, code: &'n str) -> &'n str {
        self.sectors.get(code).map_or(code, String::as_str)
    }
}

/// Who writes records.
fn this_program() -> Program {
    Program { name: PROGRAM.to_owned(), version: VERSION.to_owned() }
}

/// The most countries that a record calls concerned.
const MOST_COUNTRIES: usize = 12;

/// The record of a run.
pub fn record(study: &Study<'_>) -> Record {
    Record {
        format: FORMAT,
        program: this_program(),
        scenario: scenario(study),
        data: data(study),
        model: model(study),
        uncertainty: uncertainty::uncertainty(study),
        solution: solution(study),
        measures: measures(study),
        outcomes: study.outcomes.iter().map(outcome).collect(),
        touched: touched::touched(study),
        concerned: codes(study, focus::countries(study, MOST_COUNTRIES)),
        assumptions: vec![disclosure::assumptions(study)],
        absent: study.solution.absent.clone(),
        disclosures: disclosures(study),
        remarks: disclosure::remarks(study),
        names: names(study),
        inputs: study.remade_from.clone(),
        files: Hashes::new(),
    }
}

/// What must be said of any country.
fn disclosures(study: &Study<'_>) -> Vec<String> {
    let everyone: Vec<CountryId> = study.dataset.countries.ids().collect();
    disclosure::lines(study, &everyone).iter().map(ToString::to_string).collect()
}

fn codes(study: &Study<'_>, countries: Vec<CountryId>) -> Vec<String> {
    countries.into_iter().map(|country| study.dataset.countries.code(country).to_owned()).collect()
}

/// The names of variables, as in the tables.
fn variable_names(variables: &[CountryVariable]) -> Vec<String> {
    variables.iter().map(|variable| variable.name().to_owned()).collect()
}

/// The hashes of files by their names.
pub type Hashes = BTreeMap<String, String>;

/// `run.json`: the record with the hashes of the other files and, in its last lines, that of all lines above them.
pub fn run_json(study: &Study<'_>, files: Hashes) -> String {
    sealed(&Record { files, ..record(study) })
}

/// A record as JSON that ends with the hash of all lines above.
fn sealed(record: &impl Serialize) -> String {
    let text =
        serde_json::to_string_pretty(record).expect("a record has only string keys, so it has a JSON form");
    let above = text.strip_suffix("\n}").expect("a record is an object").to_owned() + ",\n";
    let end = end(&above);
    above + &end
}

/// How the key of the last hash stands in the file.
const LAST_KEY: &str = "  \"sha256\": ";

/// The last lines of a record.
fn end(above: &str) -> String {
    format!("{LAST_KEY}\"{}\"\n}}\n", sha256(above.as_bytes()))
}

/// Whether a record is as a run wrote it. This finds changes by accident; whoever wants to can write another hash.
pub fn is_unchanged(text: &str) -> bool {
    let last = text.rfind(LAST_KEY).map(|at| text.split_at(at));
    last.is_some_and(|(above, found)| found == end(above))
}

fn scenario(study: &Study<'_>) -> Scenario {
    Scenario {
        name: study.scenario.to_owned(),
        title: study.title.to_owned(),
        summary: study.summary.to_owned(),
        sources: study.sources.to_vec(),
        sha256: study.scenario_hash.to_owned(),
    }
}

fn data(study: &Study<'_>) -> Data {
    let dataset = study.dataset;
    Data {
        name: dataset.name.clone(),
        title: dataset.title.clone(),
        year: dataset.year,
        unit: dataset.unit.clone(),
        countries: dataset.countries.len(),
        sectors: dataset.sectors.len(),
        aggregation: study.aggregation.map(aggregated),
        sha256: study.data_hash.to_owned(),
        tables: study.data_tables.clone(),
        licence: dataset.licence.clone(),
        citation: dataset.citation.clone(),
    }
}

fn aggregated(aggregation: &Aggregation) -> Aggregated {
    let Aggregation { maps, data, policy } = aggregation;
    Aggregated {
        maps: maps.clone(),
        countries: data.countries,
        sectors: data.sectors,
        rates: policy.rates,
        changes_inside_groups: policy.inner_changes,
        trade_inside_groups: data.inner_trade,
        revenue_inside_groups: data.inner_revenue,
        inputs_eased: data.eased,
        groups_dropped: data.groups.clone(),
    }
}

fn model(study: &Study<'_>) -> Model {
    Model {
        kind: "general-equilibrium".to_owned(),
        deficits: study.closure.deficits.word().to_owned(),
        labour: study.closure.labour.to_string(),
        inputs: study.inputs,
        elasticities: study.elasticities.label.clone(),
        elasticities_unlisted: study.elasticities.unlisted,
        elasticities_raised: study.elasticities.raised,
        horizon: study.elasticities.horizon.to_string(),
        exempt_mode: match study.policy.exempt_mode {
            ExemptMode::Variety => "variety",
            ExemptMode::Average => "average",
        }
        .to_owned(),
        numeraire: "world value added".to_owned(),
    }
}

fn solution(study: &Study<'_>) -> Solution {
    solution_of(study.solution)
}

fn solution_of(notes: &SolutionNotes) -> Solution {
    Solution {
        iterations: notes.iterations,
        residual: notes.residual,
        data_residual: notes.data_residual,
        clamped: notes.clamped,
        floored: notes.floored,
        quantile_error: notes.quantile_error,
        failed: notes
            .failed
            .iter()
            .map(|failed| FailedDraw {
                draw: failed.draw,
                outcome: failed.outcome.clone(),
                reason: failed.reason.clone(),
            })
            .collect(),
    }
}

fn measures(study: &Study<'_>) -> Vec<Measure> {
    let measures = study.policy.measures.iter();
    measures
        .map(|measure| Measure {
            name: measure.name.clone(),
            words: measure.words.clone(),
            flows: measure.flows,
        })
        .collect()
}

fn outcome(outcome: &InOutcome<'_>) -> Outcome {
    Outcome {
        name: outcome.name.to_owned(),
        probability: outcome.probability.to_string(),
        measures: outcome.policy.measures.iter().map(|measure| measure.name.clone()).collect(),
    }
}

fn names(study: &Study<'_>) -> Names {
    let (countries, sectors) = (&study.dataset.countries, &study.dataset.sectors);
    let named = |code: &str, name: &str| (code.to_owned(), name.to_owned());
    Names {
        countries: countries
            .ids::<CountryId>()
            .map(|id| named(countries.code(id), countries.name(id)))
            .collect(),
        sectors: sectors.ids::<SectorId>().map(|id| named(sectors.code(id), sectors.name(id))).collect(),
    }
}
