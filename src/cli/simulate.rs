//! The run function: where scenario, data and report meet.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::bilateral::Flow;
use crate::cli::baselines::{self, Baselines, Start};
use crate::cli::failure::{Failure, reason};
use crate::cli::open::Opened;
use crate::diagnostic::Diagnostic;
use crate::economy::dataset::Dataset;
use crate::economy::elasticities::Joint;
use crate::economy::policy::Policy;
use crate::hash::sha256;
use crate::index::{CountryId, SectorId};
use crate::model::trade_model::GeneralEquilibrium;
use crate::model::variable::CountryVariable;
use crate::monte_carlo::contrast::{Differences, Pair};
use crate::monte_carlo::contribution::Contributions;
use crate::monte_carlo::ensemble::{
    Contender, Ensemble, Experiment, NoSolution, Observer, Possible, Unsolved, run_together,
};
use crate::monte_carlo::estimate::{Estimate, Estimates, FlowRow};
use crate::monte_carlo::prior::{ElasticityFamily, Uncertainty};
use crate::monte_carlo::welfare::WelfareSplit;
use crate::report::inputs::Inputs;
use crate::report::study::{FailedDraw, InOutcome, Markets, SolutionNotes, Study};
use crate::scenario::Resolved;

/// How much is reported.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    pub(super) flows: FlowScope,
    pub(super) sectors: bool,
}

/// Which flows are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlowScope {
    /// None.
    None,
    /// Flows that a measure touches, and all goods of their pairs.
    Touched,
    /// Flows that a measure touches, and all goods of every pair.
    TouchedAndTotals,
    /// Every flow with trade, and all goods of every pair.
    All,
}

/// A finished simulation.
pub(super) struct Simulation {
    pub(super) estimates: Estimates,
    pub(super) by_outcome: Vec<Estimates>,
    pub(super) notes: SolutionNotes,
    pub(super) uncertainty: Uncertainty,
    resolved_toml: String,
    pub(super) scenario_hash: String,
    data_hash: String,
    pub(super) inputs: Inputs,
    /// What each measure contributes, where that was asked for.
    pub(super) contributions: Option<Contributions>,
    /// Where exact welfare comes from, where that was asked for and has an answer.
    pub(super) welfare: Option<WelfareSplit>,
    /// The market whose picture was asked for.
    pub(super) market: Option<(CountryId, SectorId)>,
}

impl Simulation {
    /// Everything a report needs.
    pub(super) fn study<'a>(&'a self, opened: &'a Opened) -> Study<'a> {
        let resolved = &opened.resolved;
        Study {
            scenario: opened.scenario.stem(),
            title: &resolved.title,
            summary: &resolved.summary,
            sources: &resolved.sources,
            resolved: &self.resolved_toml,
            scenario_hash: &self.scenario_hash,
            data_hash: &self.data_hash,
            remade_from: &self.inputs,
            data_tables: opened.data.tables(),
            dataset: &opened.data.dataset,
            aggregation: resolved.aggregation.as_ref(),
            policy: &resolved.policy,
            closure: resolved.closure,
            inputs: resolved.inputs,
            markets: resolved.markets.as_ref().map(|markets| Markets {
                form: markets.form,
                elasticities: &markets.elasticities,
                demand_label: &markets.demand_label,
                supply_label: &markets.supply_label,
            }),
            market: self.market.or_else(|| single_market(&resolved.policy)),
            elasticities: &resolved.elasticities,
            uncertainty: &self.uncertainty,
            estimates: &self.estimates,
            outcomes: resolved
                .outcomes
                .iter()
                .zip(&self.by_outcome)
                .map(|(outcome, estimates)| InOutcome {
                    name: &outcome.name,
                    probability: outcome.probability,
                    policy: &outcome.policy,
                    estimates,
                })
                .collect(),
            solution: &self.notes,
            contributions: self.contributions.as_ref(),
            welfare: self.welfare.as_ref(),
        }
    }
}

/// The market in which everything happens that a policy changes, if it is one.
fn single_market(policy: &Policy) -> Option<(CountryId, SectorId)> {
    let mut markets = policy.changes.iter().map(|change| (change.flow.importer, change.flow.sector));
    let first = markets.next()?;
    markets.all(|market| market == first).then_some(first)
}

/// One scenario of several that are simulated on the same draws.
#[derive(Clone, Copy)]
pub(super) struct Contestant<'a> {
    /// What it is called where several are told apart.
    pub(super) label: &'a str,
    pub(super) opened: &'a Opened,
    pub(super) uncertainty: Uncertainty,
}

/// Solves the baseline, and simulates.
pub(super) fn simulate(
    opened: &Opened,
    uncertainty: Uncertainty,
    scope: Scope,
    show_progress: bool,
) -> Result<Simulation, Failure> {
    let start = Arc::new(baselines::solved(opened, &GeneralEquilibrium::default())?);
    simulate_from(&start, opened, uncertainty, scope, show_progress)
}

/// Simulates from a baseline.
pub(super) fn simulate_from(
    start: &Arc<Start>,
    opened: &Opened,
    uncertainty: Uncertainty,
    scope: Scope,
    show_progress: bool,
) -> Result<Simulation, Failure> {
    let contestant = Contestant { label: "", opened, uncertainty };
    let alone = Prepared::new(contestant, Arc::clone(start), scope)?;
    let (mut simulations, _) = simulate_prepared(&[alone], &[], show_progress)?;
    Ok(simulations.remove(0))
}

/// Simulates several scenarios on the same draws, with the differences of some pairs of them.
pub(super) fn simulate_together(
    contestants: &[Contestant<'_>],
    pairs: &[Pair],
    scope: Scope,
    show_progress: bool,
) -> Result<(Vec<Simulation>, Vec<Differences>), Failure> {
    let model = GeneralEquilibrium::default();
    let mut baselines = Baselines::default();
    let prepared = contestants.iter().map(|of| {
        let start = baselines.of(of.opened, &model).map_err(|failure| failure.of(of.label))?;
        Prepared::new(*of, start, scope)
    });
    simulate_prepared(&prepared.collect::<Result<Vec<_>, Failure>>()?, pairs, show_progress)
}

fn simulate_prepared(
    prepared: &[Prepared<'_>],
    pairs: &[Pair],
    show_progress: bool,
) -> Result<(Vec<Simulation>, Vec<Differences>), Failure> {
    let model = GeneralEquilibrium::default();
    let possible: Vec<Vec<Possible<'_>>> =
        prepared.iter().map(|of| of.contestant.opened.resolved.possible()).collect();
    let contenders: Vec<Contender<'_>> = prepared
        .iter()
        .zip(&possible)
        .map(|(of, outcomes)| Contender { experiment: of.experiment(&model), outcomes })
        .collect();
    let draws = prepared.first().map_or(0, |first| first.contestant.uncertainty.draws);
    let bar = Bar::new(draws, show_progress);
    let found = run_together(&contenders, pairs, &bar)
        .map_err(|(at, none)| prepared[at].contestant.no_equilibrium(&none))?;
    bar.end();
    let simulations = prepared.iter().zip(found.ensembles).map(|(of, ensemble)| of.simulation(ensemble));
    Ok((simulations.collect(), found.differences))
}

impl Contestant<'_> {
    pub(super) fn no_equilibrium(&self, none: &NoSolution) -> Failure {
        let outcome = self.opened.resolved.outcomes.get(none.outcome);
        let outcome = outcome.map(|outcome| outcome.name.as_str());
        let failure = Failure::no_equilibrium_in(&self.opened.data.dataset, &none.error, outcome);
        failure.of(self.label)
    }
}

/// A scenario ready to be solved.
pub(super) struct Prepared<'a> {
    contestant: Contestant<'a>,
    pub(super) start: Arc<Start>,
    scope: Scope,
    flow_rows: Vec<FlowRow>,
}

impl<'a> Prepared<'a> {
    /// # Errors
    /// That there are more draws than rows of a table of draws.
    pub(super) fn new(contestant: Contestant<'a>, start: Arc<Start>, scope: Scope) -> Result<Self, Failure> {
        let opened = contestant.opened;
        check_rows(contestant)?;
        let flow_rows = flow_rows(&opened.data.dataset, &opened.resolved.policy, scope.flows);
        Ok(Self { contestant, start, scope, flow_rows })
    }

    pub(super) fn experiment<'b>(&'b self, model: &'b GeneralEquilibrium) -> Experiment<'b> {
        let resolved = &self.contestant.opened.resolved;
        Experiment {
            model: self.start.model(model, resolved),
            policy: &resolved.policy,
            elasticities: &resolved.elasticities,
            uncertainty: &self.contestant.uncertainty,
            flow_rows: &self.flow_rows,
            sectors: self.scope.sectors,
        }
    }

    pub(super) fn simulation(&self, ensemble: Ensemble) -> Simulation {
        let Contestant { opened, uncertainty, .. } = self.contestant;
        let resolved = &opened.resolved;
        Simulation {
            notes: SolutionNotes {
                data_residual: self.start.data_residual(),
                clamped: self.start.clamped,
                ..notes(&opened.data.dataset, resolved, &ensemble)
            },
            estimates: ensemble.estimates,
            by_outcome: ensemble.by_outcome,
            resolved_toml: resolved.to_toml(&uncertainty),
            scenario_hash: scenario_hash(&resolved.inputs_for_hash()),
            data_hash: opened.data.hash(),
            inputs: opened.inputs(self.scope.flows),
            uncertainty,
            contributions: None,
            welfare: None,
            market: None,
        }
    }
}

/// Whether a table of draws has a row for each.
fn check_rows(Contestant { label, opened, uncertainty }: Contestant<'_>) -> Result<(), Failure> {
    let Joint::Rows(rows) = &opened.resolved.elasticities.joint else { return Ok(()) };
    let draws = uncertainty.draws;
    if uncertainty.elasticities.family != ElasticityFamily::RowOfDraw || draws as usize <= rows.len() {
        return Ok(());
    }
    let rows = rows.len();
    let fault =
        Diagnostic::error(format!("{draws} draws are asked for, and the table of draws has {rows} rows"));
    Err(Failure::from(fault.help(format!("`--draws {rows}` takes each row once"))).of(label))
}

/// The flows to report, in (importer, exporter, sector) order, all goods of a pair after its sectors.
fn flow_rows(dataset: &Dataset, policy: &Policy, scope: FlowScope) -> Vec<FlowRow> {
    let shape = dataset.shape();
    let is_traded = |flow: &Flow| !flow.is_domestic() && dataset.trade.get(*flow) > 0.0;
    let flows: Vec<Flow> = match scope {
        FlowScope::None => Vec::new(),
        FlowScope::All => (0..shape.cells()).map(|cell| shape.flow(cell)).filter(is_traded).collect(),
        FlowScope::Touched | FlowScope::TouchedAndTotals => policy.touched.clone(),
    };
    let row = |flow: &Flow, sector| FlowRow { importer: flow.importer, exporter: flow.exporter, sector };
    let mut rows: Vec<FlowRow> = flows.iter().map(|flow| row(flow, Some(flow.sector))).collect();
    rows.extend(flows.iter().map(|flow| row(flow, None)));
    if matches!(scope, FlowScope::TouchedAndTotals | FlowScope::All) {
        let countries = || dataset.countries.ids::<CountryId>();
        let pairs = countries().flat_map(|importer| countries().map(move |exporter| (importer, exporter)));
        rows.extend(
            pairs.filter(|(importer, exporter)| importer != exporter).map(|(importer, exporter)| FlowRow {
                importer,
                exporter,
                sector: None,
            }),
        );
    }
    // `None` would come first by itself; a pair's total stands after its sectors.
    let key = |row: &FlowRow| (row.importer, row.exporter, row.sector.is_none(), row.sector);
    rows.sort_unstable_by_key(key);
    rows.dedup();
    rows
}

fn notes(dataset: &Dataset, resolved: &Resolved, ensemble: &Ensemble) -> SolutionNotes {
    let failed = |(draw, why): &(u32, Unsolved)| FailedDraw {
        draw: *draw,
        outcome: why.outcome.and_then(|at| resolved.outcomes.get(at)).map(|outcome| outcome.name.clone()),
        reason: reason(dataset, &why.error),
    };
    SolutionNotes {
        iterations: ensemble.iterations,
        residual: ensemble.residual,
        failed: ensemble.failed.iter().map(failed).collect(),
        floored: ensemble.floored,
        quantile_error: ensemble.quantile_error,
        absent: absent(dataset, &resolved.policy, &ensemble.estimates),
        ..SolutionNotes::default()
    }
}

/// Why some rows are absent, in words.
fn absent(dataset: &Dataset, policy: &Policy, estimates: &Estimates) -> Vec<String> {
    let mut reasons = Vec::new();
    let modelled = estimates.variables.countries;
    if modelled != CountryVariable::GENERAL {
        let without = CountryVariable::GENERAL.iter().filter(|variable| !modelled.contains(variable));
        let names: Vec<&str> = without.map(|variable| variable.name()).collect();
        reasons.push(format!("countries: not modelled in partial equilibrium: {}", names.join(", ")));
    }
    for &variable in estimates.variables.countries {
        let without: Vec<&str> = dataset
            .countries
            .ids::<CountryId>()
            .filter(|&country| estimates.country(country, variable).central.is_none())
            .map(|country| dataset.countries.code(country))
            .collect();
        if !without.is_empty() {
            let list = without.join(" ");
            reasons.push(format!(
                "countries: {} of {list} has no value (a closed flow has no price; nothing has no percentage)",
                variable.name()
            ));
        }
    }
    let missing =
        |estimates: &[Estimate]| estimates.iter().filter(|estimate| estimate.central.is_none()).count();
    let closed = policy.changes.iter().filter(|change| change.cost.factor().is_infinite()).count();
    let (sectors, flows) = (missing(&estimates.sectors), missing(&estimates.flows));
    if sectors > 0 {
        reasons.push(format!("sectors: {sectors} values of sectors without output, purchases or trade"));
    }
    if flows > 0 {
        reasons.push(format!(
            "flows: {flows} values of flows without trade ({closed} flows are closed by policy)"
        ));
    }
    reasons
}

/// SHA-256 of the scenario and the tables it names, each with its name and length so that nothing can shift
/// between them.
pub(super) fn scenario_hash(inputs: &[(&str, &str)]) -> String {
    let mut bytes = Vec::new();
    for part in inputs.iter().flat_map(|(name, text)| [name, text]) {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    sha256(&bytes)
}

/// The progress bar: on long work and on a terminal only.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new(draws: u32, show: bool) -> Self {
        if !show || draws == 0 || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(Some(u64::from(draws)), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:40} {pos} of {len} draws, {per_sec}, {eta} left")
            .expect("the template is sound");
        bar.set_style(style);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

impl Observer for Bar {
    fn draws(&self, done: u32, _all: u32) {
        self.0.set_position(u64::from(done));
    }
}
