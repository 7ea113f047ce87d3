//! The run record `run.json`: what was run, on what, and how it went.
//!
//! It holds no path, clock, duration, number of threads or argument list, so that the records of two equal runs
//! are equal byte for byte.

mod compare;
mod game;
mod path;
mod sweep;
mod tariffs;
mod touched;
mod uncertainty;
mod written;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::economy::aggregation::Aggregation;
use crate::economy::markets::Form;
use crate::economy::policy::ExemptMode;
use crate::hash::sha256;
use crate::index::{CountryId, SectorId};
use crate::report::disclosure;
use crate::report::focus;
use crate::report::inputs::Inputs;
use crate::report::study::{InOutcome, SolutionNotes, Study};
pub use compare::{CompareRecord, compare, compare_json};
pub use game::{GameRecord, game, game_json};
pub use path::path_json;
pub use sweep::{SweepRecord, sweep, sweep_json};
pub use tariffs::{TariffsRecord, tariffs, tariffs_json};
pub use touched::{Pair, Touched};
pub use uncertainty::{Prior, Spread, Uncertainty};
pub use written::{Data as WrittenData, Sampling, Written};

/// The format of the record; a reader refuses what it does not know.
pub const FORMAT: u32 = 1;

/// The name under which a record says who wrote it.
pub const PROGRAM: &str = env!("CARGO_PKG_NAME");

/// The version that writes records.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The whole record.
#[derive(Clone, Debug, Serialize)]
pub struct Record<'a> {
    /// Always [`FORMAT`].
    pub format: u32,
    /// Who wrote it.
    pub program: Program,
    /// What was simulated.
    pub scenario: Scenario<'a>,
    /// On what data.
    pub data: Data<'a>,
    /// With what model.
    pub model: Model<'a>,
    /// What is uncertain, and how.
    pub uncertainty: Uncertainty<'a>,
    /// How the solutions went.
    pub solution: Solution<'a>,
    /// The measures in file order.
    pub measures: Vec<Measure<'a>>,
    /// What may happen, where that is not certain.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<Outcome<'a>>,
    /// How results were shared out among the measures, where they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contributions: Option<SharedOut>,
    /// The flows that measures reach.
    pub touched: Touched<'a>,
    /// The countries to look at first: who imposes, who is targeted, who is affected most.
    pub concerned: Vec<&'a str>,
    /// Why some rows are absent from the tables.
    pub absent: &'a [String],
    /// Sentences that must stand beside the results.
    pub disclosures: Vec<String>,
    /// What happened on the way that a reader should know.
    pub remarks: Vec<String>,
    /// What the codes in the tables stand for.
    pub names: Names<'a>,
    /// From what the result can be made again.
    pub inputs: &'a Inputs,
    /// The hashes of the other files by their names; none where the record stands alone.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub files: Hashes,
}

/// Who wrote a record.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Program {
    /// The program's name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// What was simulated.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Scenario<'a> {
    /// The stem of the scenario file: the `scenario` column of the tables.
    pub name: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its summary.
    pub summary: &'a str,
    /// Where the policy is documented.
    pub sources: &'a [String],
    /// Hash of the scenario with the tables it names.
    pub sha256: &'a str,
}

/// On what data.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Data<'a> {
    /// Short name.
    pub name: &'a str,
    /// Title.
    pub title: &'a str,
    /// Reference year.
    pub year: i32,
    /// Money unit.
    pub unit: &'a str,
    /// Number of countries.
    pub countries: usize,
    /// Number of sectors.
    pub sectors: usize,
    /// How the data were made coarser; absent if they were not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregation: Option<Aggregated<'a>>,
    /// Hash of the dataset.
    pub sha256: &'a str,
    /// Hashes of its tables by the names of their files; absent for data in the program.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: &'a Hashes,
    /// Licence.
    pub licence: &'a str,
    /// How to cite it.
    pub citation: &'a str,
}

/// How the data were made coarser.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Aggregated<'a> {
    /// The maps by name.
    pub maps: &'a [String],
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
    pub groups_dropped: &'a [String],
}

/// With what model.
#[derive(Clone, Debug, Serialize)]
pub struct Model<'a> {
    /// Which model.
    pub kind: &'static str,
    /// How trade deficits behave.
    pub deficits: &'static str,
    /// Why countries trade.
    pub structure: String,
    /// How labour moves.
    pub labour: String,
    /// Whether sectors use inputs.
    pub inputs: bool,
    /// The markets of partial equilibrium; absent in general equilibrium.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markets: Option<MarketChoices<'a>>,
    /// Where the trade elasticities come from.
    pub elasticities: &'a str,
    /// Sectors that the elasticity set does not list and that use the default.
    pub elasticities_unlisted: usize,
    /// Central elasticities that were raised to the floor.
    pub elasticities_raised: usize,
    /// How long trade has had to adjust.
    pub horizon: String,
    /// What to do with exempt parts of a flow: a `variety` of its own, or the `average` rate.
    pub exempt_mode: &'static str,
    /// In what prices are measured.
    pub numeraire: &'static str,
}

/// What a model does not have.
pub const NOT_MODELLED: &str = "not modelled";

/// The markets of partial equilibrium.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MarketChoices<'a> {
    /// Whether they are linearised.
    pub linear: bool,
    /// Where the demand elasticities are from.
    pub demand_elasticity: &'a str,
    /// Where the supply elasticities are from.
    pub supply_elasticity: &'a str,
}

/// How the solutions went.
#[derive(Clone, Debug, Serialize)]
pub struct Solution<'a> {
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
    pub failed: Vec<FailedDraw<'a>>,
}

/// A draw that did not solve.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FailedDraw<'a> {
    /// Which draw.
    pub draw: u32,
    /// In which of several outcomes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'a str>,
    /// Why.
    pub reason: &'a str,
}

/// A measure.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Measure<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it does, in words.
    pub words: &'a str,
    /// How many flows it reaches.
    pub flows: usize,
}

/// How results were shared out among the measures.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SharedOut {
    /// How many different policies were solved.
    pub policies: usize,
    /// How many orders of the measures were sampled; absent where all are weighed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orders: Option<usize>,
    /// Draws that are left out since some policy has no solution in them.
    pub draws_left_out: u32,
}

/// One of several outcomes.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome<'a> {
    /// Its name, as in the tables.
    pub name: &'a str,
    /// How probable it is, in per cent.
    pub probability: String,
    /// The measures in force in it.
    pub measures: Vec<&'a str>,
}

/// What codes stand for.
#[derive(Clone, Debug, Serialize)]
pub struct Names<'a> {
    /// Countries by their codes.
    pub countries: BTreeMap<&'a str, &'a str>,
    /// Sectors by their codes.
    pub sectors: BTreeMap<&'a str, &'a str>,
}

/// Who writes records.
const THIS_PROGRAM: Program = Program { name: PROGRAM, version: VERSION };

/// The most countries that a record calls concerned.
const MOST_COUNTRIES: usize = 12;

/// The record of a run.
pub fn record<'a>(study: &Study<'a>) -> Record<'a> {
    Record {
        format: FORMAT,
        program: THIS_PROGRAM,
        scenario: scenario(study),
        data: data(study),
        model: model(study),
        uncertainty: uncertainty::uncertainty(study),
        solution: solution(study),
        measures: measures(study),
        outcomes: study.outcomes.iter().map(outcome).collect(),
        contributions: study.contributions.map(|found| SharedOut {
            policies: found.policies,
            orders: found.orders,
            draws_left_out: found.failed,
        }),
        touched: touched::touched(study),
        concerned: codes(study, focus::countries(study, MOST_COUNTRIES)),
        absent: &study.solution.absent,
        disclosures: disclosures(study),
        remarks: disclosure::remarks(study),
        names: names(study),
        inputs: study.remade_from,
        files: Hashes::new(),
    }
}

/// What must be said of any country.
fn disclosures(study: &Study<'_>) -> Vec<String> {
    let everyone: Vec<CountryId> = study.dataset.countries.ids().collect();
    disclosure::lines(study, &everyone).iter().map(ToString::to_string).collect()
}

fn codes<'a>(study: &Study<'a>, countries: Vec<CountryId>) -> Vec<&'a str> {
    countries.into_iter().map(|country| study.dataset.countries.code(country)).collect()
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

fn scenario<'a>(study: &Study<'a>) -> Scenario<'a> {
    Scenario {
        name: study.scenario,
        title: study.title,
        summary: study.summary,
        sources: study.sources,
        sha256: study.scenario_hash,
    }
}

fn data<'a>(study: &Study<'a>) -> Data<'a> {
    let dataset = study.dataset;
    Data {
        name: &dataset.name,
        title: &dataset.title,
        year: dataset.year,
        unit: &dataset.unit,
        countries: dataset.countries.len(),
        sectors: dataset.sectors.len(),
        aggregation: study.aggregation.map(aggregated),
        sha256: study.data_hash,
        tables: study.data_tables,
        licence: &dataset.licence,
        citation: &dataset.citation,
    }
}

fn aggregated(aggregation: &Aggregation) -> Aggregated<'_> {
    let Aggregation { maps, data, policy } = aggregation;
    Aggregated {
        maps,
        countries: data.countries,
        sectors: data.sectors,
        rates: policy.rates,
        changes_inside_groups: policy.inner_changes,
        trade_inside_groups: data.inner_trade,
        revenue_inside_groups: data.inner_revenue,
        inputs_eased: data.eased,
        groups_dropped: &data.groups,
    }
}

fn model<'a>(study: &Study<'a>) -> Model<'a> {
    let is_general = study.markets.is_none();
    Model {
        kind: if is_general { "general-equilibrium" } else { "partial-equilibrium" },
        deficits: if is_general { study.closure.deficits.word() } else { NOT_MODELLED },
        structure: if is_general { study.closure.structure.to_string() } else { NOT_MODELLED.to_owned() },
        labour: if is_general { study.closure.labour.to_string() } else { NOT_MODELLED.to_owned() },
        inputs: is_general && study.inputs,
        markets: study.markets.map(|markets| MarketChoices {
            linear: markets.form == Form::Linear,
            demand_elasticity: markets.demand_label,
            supply_elasticity: markets.supply_label,
        }),
        elasticities: &study.elasticities.label,
        elasticities_unlisted: study.elasticities.unlisted,
        elasticities_raised: study.elasticities.raised,
        horizon: study.elasticities.horizon.to_string(),
        exempt_mode: match study.policy.exempt_mode {
            ExemptMode::Variety => "variety",
            ExemptMode::Average => "average",
        },
        numeraire: if is_general { "world value added" } else { "everything outside the market" },
    }
}

fn solution<'a>(study: &Study<'a>) -> Solution<'a> {
    solution_of(study.solution)
}

fn solution_of(notes: &SolutionNotes) -> Solution<'_> {
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
                outcome: failed.outcome.as_deref(),
                reason: &failed.reason,
            })
            .collect(),
    }
}

fn measures<'a>(study: &Study<'a>) -> Vec<Measure<'a>> {
    let measures = study.policy.measures.iter();
    measures
        .map(|measure| Measure { name: &measure.name, words: &measure.words, flows: measure.flows })
        .collect()
}

fn outcome<'a>(outcome: &InOutcome<'a>) -> Outcome<'a> {
    Outcome {
        name: outcome.name,
        probability: outcome.probability.to_string(),
        measures: outcome.policy.measures.iter().map(|measure| measure.name.as_str()).collect(),
    }
}

fn names<'a>(study: &Study<'a>) -> Names<'a> {
    let (countries, sectors) = (&study.dataset.countries, &study.dataset.sectors);
    Names {
        countries: countries.ids::<CountryId>().map(|id| (countries.code(id), countries.name(id))).collect(),
        sectors: sectors.ids::<SectorId>().map(|id| (sectors.code(id), sectors.name(id))).collect(),
    }
}
