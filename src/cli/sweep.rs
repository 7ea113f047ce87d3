//! `tariffsim sweep`: one scenario at many values of a key, or of two.

use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use crate::cli::baselines::{Baselines, Start};
use crate::cli::compare::refuse_common;
use crate::cli::failure::Failure;
use crate::cli::open::{Opened, Shelf, Wanted};
use crate::cli::sampling::Sampling;
use crate::cli::simulate::{FlowScope, Scope, Simulation, scenario_hash, simulate_from};
use crate::cli::variables::{countries, variables};
use crate::cli::{Changes, Day, output};
use crate::diagnostic::{Diagnostic, Place, listed};
use crate::index::CountryId;
use crate::model::trade_model::GeneralEquilibrium;
use crate::monte_carlo::prior::Uncertainty;
use crate::report::study::Study;
use crate::report::sweep::{self, Found, Key, Point, Sweep};
use crate::report::{folder, json, terminal};
use crate::scenario::parameter::{MOST_VALUES, Parameter, Quantity};

/// Draws at each point where nobody says how many: ranges are there, and many points do not take long.
const DRAWS: u32 = 100;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every point is what `run --set KEY=VALUE` gives, on the same draws. Two keys make a grid.

Examples:
  tariffsim sweep universal-10 measure.universal-ten.add=0pp..20pp --step 5pp --draws 20
  tariffsim sweep universal-10 model.inputs=true,false model.horizon=1y,long --draws 0
  tariffsim sweep universal-10 model.horizon=1y..9y/4y --draws 0 --variable imports")]
pub(super) struct Arguments {
    /// A scenario file, or the name of a prepared scenario (see `tariffsim list`)
    scenario: String,
    /// A key with its values: `KEY=FROM..TO/STEP`, `KEY=FROM..TO` with --step, or `KEY=A,B,…`; one key or two
    #[arg(required = true, value_name = "KEY=VALUES")]
    keys: Vec<String>,
    /// The step of ranges that have none of their own
    #[arg(long, value_name = "STEP", allow_hyphen_values = true)]
    step: Option<String>,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    day: Day,
    /// A variable to show, as `countries.csv` calls it; may be given several times [default: welfare]
    #[arg(long = "variable", value_name = "NAME")]
    variables: Vec<String>,
    /// A country to show; may be given several times [default: those that the scenario concerns]
    #[arg(long = "country", value_name = "CODE")]
    countries: Vec<String>,
    #[command(flatten)]
    sampling: Sampling,
    /// Write the table, the chart and the record into this folder; an earlier result in it is replaced
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON document instead of the page
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
}

pub(super) fn sweep(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(dir) = &arguments.out {
        folder::check(dir)?;
    }
    let variables = variables(&arguments.variables)?;
    let parameters = parameters(arguments)?;
    let mut shelf = Shelf::default();
    // The scenario without these keys is what the results are told of; with dates in it, it needs a day.
    let day = parameters.iter().filter(|parameter| parameter.key == "date");
    let day: Vec<_> = day.map(|parameter| ("sweep", parameter.setting(0))).collect();
    let wanted = Wanted::new(&arguments.scenario, &arguments.changes, &arguments.day);
    let base = shelf.open(wanted.with(&day))?;
    let chosen = countries(&base.data.dataset, &arguments.countries)?;
    if !arguments.sampling.quiet {
        output::warn_of(&base.resolved.warnings);
    }
    let points = grid(&parameters);
    let solved =
        arguments.sampling.with_threads(|| solved(arguments, &mut shelf, &base, &parameters, &points))?;
    let most = solved.most.ok_or_else(|| nothing_solved(&solved.points))?;
    let resolved = base.resolved.to_toml(&uncertainty(arguments, &base));
    let hash = scenario_hash(&base.resolved.inputs_for_hash());
    let study = Study {
        title: if day.is_empty() { &base.resolved.title } else { base.scenario.title() },
        summary: &base.resolved.summary,
        resolved: &resolved,
        scenario_hash: &hash,
        ..most.simulation.study(&most.opened)
    };
    let headline = study.estimates.variables.headline;
    let variables = if variables.is_empty() { vec![headline] } else { variables };
    let keys = parameters.iter().map(key).collect();
    report(arguments, &Sweep { study, keys, points: solved.points, most: most.at, chosen, variables })
}

/// The keys with their values.
fn parameters(arguments: &Arguments) -> Result<Vec<Parameter>, Failure> {
    const MOST_KEYS: usize = 2;
    let keys = &arguments.keys;
    if keys.len() > MOST_KEYS {
        let fault = Diagnostic::error(format!("these are {} keys", keys.len()))
            .expected("one key, or two for a grid")
            .help("`--set KEY=VALUE` gives another key one value");
        return Err(fault.at(Place::typed(&keys[MOST_KEYS], 0..keys[MOST_KEYS].len())).into());
    }
    if let Some(step) =
        arguments.step.as_deref().filter(|_| !keys.iter().any(|key| Parameter::needs_step(key)))
    {
        let shown = format!("--step {step}");
        let fault = Diagnostic::error("there is no range to which this step belongs")
            .expected("a range without a step of its own: KEY=FROM..TO");
        return Err(fault.at(Place::typed(&shown, 0..shown.len())).into());
    }
    let read = keys.iter().map(|typed| Parameter::read("", typed, arguments.step.as_deref()));
    let (parameters, faults): (Vec<_>, Vec<_>) = read.partition(Result::is_ok);
    let faults: Vec<Diagnostic> = faults.into_iter().filter_map(Result::err).map(|fault| *fault).collect();
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let parameters: Vec<Parameter> = parameters.into_iter().flatten().collect();
    parameters.iter().try_for_each(|parameter| refuse_common(&parameter.key))?;
    let points: usize = parameters.iter().map(|parameter| parameter.values.len()).product();
    if points > MOST_VALUES {
        let fault = Diagnostic::error(format!("these are {points} points"));
        return Err(fault.help(format!("at most {MOST_VALUES} are solved: take larger steps")).into());
    }
    Ok(parameters)
}

/// Every point as the positions of the values, the last key varying fastest.
fn grid(parameters: &[Parameter]) -> Vec<Vec<usize>> {
    let mut points = vec![Vec::new()];
    for parameter in parameters {
        let with = |point: &Vec<usize>, at| point.iter().copied().chain([at]).collect();
        points = points
            .iter()
            .flat_map(|point| (0..parameter.values.len()).map(move |at| with(point, at)))
            .collect();
    }
    points
}

fn key(parameter: &Parameter) -> Key {
    let numbers = parameter.values.iter().filter_map(|value| value.quantity.as_ref());
    let numbers = numbers.map(Quantity::number).collect();
    Key {
        name: parameter.key.clone(),
        values: parameter.values.iter().map(|value| value.text.clone()).collect(),
        numbers: parameter.unit().map(|_| numbers),
    }
}

fn uncertainty(arguments: &Arguments, opened: &Opened) -> Uncertainty {
    let own = opened.resolved.uncertainty;
    arguments.sampling.over(Uncertainty { draws: own.draws.min(DRAWS), ..own })
}

struct Solved {
    points: Vec<Point>,
    most: Option<Most>,
}

/// The point at which most happens.
struct Most {
    at: usize,
    /// The sum of the sizes of all welfare changes.
    size: f64,
    opened: Opened,
    simulation: Simulation,
}

fn solved(
    arguments: &Arguments,
    shelf: &mut Shelf,
    base: &Opened,
    parameters: &[Parameter],
    points: &[Vec<usize>],
) -> Result<Solved, Failure> {
    let mut open = |point: &Vec<usize>| -> Result<Opened, Failure> {
        let settings = parameters.iter().zip(point);
        let settings: Vec<_> = settings.map(|(parameter, &at)| ("sweep", parameter.setting(at))).collect();
        let wanted = Wanted::new(&arguments.scenario, &arguments.changes, &arguments.day);
        let opened = shelf.open(wanted.with(&settings))?;
        if opened.data.is(&base.data) { Ok(opened) } else { Err(other_data(parameters).into()) }
    };
    // A value that is out of range is most often the last one.
    points.last().map(&mut open).transpose()?;
    let model = GeneralEquilibrium::default();
    let mut baselines = Baselines::default();
    let mut solved = Solved { points: Vec::with_capacity(points.len()), most: None };
    let at_once = if uncertainty(arguments, base).draws == 0 { rayon::current_num_threads() } else { 1 };
    for points in points.chunks(at_once) {
        let opened: Vec<Opened> = points.iter().map(&mut open).collect::<Result<_, _>>()?;
        let starts: Vec<Result<Arc<Start>, Failure>> =
            opened.iter().map(|opened| baselines.of(opened, &model)).collect();
        let found: Vec<Result<Simulation, Failure>> = opened
            .par_iter()
            .zip(starts)
            .map(|(opened, start)| simulated(arguments, opened, &start?))
            .collect();
        for ((at, opened), found) in points.iter().zip(opened).zip(found) {
            solved.add(at.clone(), opened, found)?;
        }
    }
    Ok(solved)
}

fn simulated(arguments: &Arguments, opened: &Opened, start: &Arc<Start>) -> Result<Simulation, Failure> {
    // As `run` does: how exactly quantiles are kept depends on how many numbers there are.
    let scope = Scope { flows: FlowScope::Touched, sectors: false };
    simulate_from(start, opened, uncertainty(arguments, opened), scope, !arguments.sampling.quiet)
}

impl Solved {
    fn add(
        &mut self,
        at: Vec<usize>,
        opened: Opened,
        found: Result<Simulation, Failure>,
    ) -> Result<(), Failure> {
        let simulation = match found {
            Ok(simulation) => simulation,
            Err(Failure::NoEquilibrium(reason)) => {
                self.points.push(Point { at, found: Err(reason.message) });
                return Ok(());
            }
            Err(failure) => return Err(failure),
        };
        let outcomes = opened.resolved.outcomes.iter().zip(&simulation.by_outcome);
        let found = Found {
            estimates: simulation.estimates.clone(),
            outcomes: outcomes
                .map(|(outcome, estimates)| (outcome.name.clone(), outcome.probability, estimates.clone()))
                .collect(),
            notes: simulation.notes.clone(),
            scenario_hash: simulation.scenario_hash.clone(),
        };
        let countries = opened.data.dataset.countries.ids::<CountryId>();
        let headline = simulation.estimates.variables.headline;
        let effect = |country| simulation.estimates.country(country, headline).central;
        let size: f64 = countries.filter_map(effect).map(f64::abs).sum();
        if self.most.as_ref().is_none_or(|most| size > most.size) {
            self.most = Some(Most { at: self.points.len(), size, opened, simulation });
        }
        self.points.push(Point { at, found: Ok(found) });
        Ok(())
    }
}

fn other_data(parameters: &[Parameter]) -> Diagnostic {
    let keys: Vec<&str> = parameters.iter().map(|parameter| parameter.key.as_str()).collect();
    let message = format!("the data are not the same at every value of {}", listed(&keys));
    Diagnostic::error(message).help("`tariffsim run` with another `--data` or map gives a result for each")
}

fn nothing_solved(points: &[Point]) -> Failure {
    let first = points.iter().find_map(|point| point.found.as_ref().err());
    let message = format!(
        "no point has a solution; the first: {}",
        first.map_or("there are no points", String::as_str)
    );
    Failure::NoEquilibrium(Box::new(Diagnostic::error(message).help("try smaller changes")))
}

fn report(arguments: &Arguments, sweep: &Sweep<'_>) -> Result<(), Failure> {
    if let Some(dir) = &arguments.out {
        sweep::write(dir, sweep)?;
    }
    if arguments.json {
        output::print(&json::sweep_text(sweep))?;
    } else if !arguments.sampling.quiet {
        output::print(&terminal::sweep_page(sweep, output::width()))?;
    }
    warn(sweep, arguments.sampling.quiet);
    Ok(())
}

/// Says what is missing.
fn warn(sweep: &Sweep<'_>, quiet: bool) {
    let count = sweep.points.len();
    let failed: Vec<(String, &str)> = sweep.failed().collect();
    if let Some((at, reason)) = failed.first().filter(|_| !quiet) {
        let message = format!("{} of {count} points have no solution; at {at}: {reason}", failed.len());
        output::warn_of(&[Diagnostic::warning(message).help("`run.json` in --out names each and says why")]);
    }
    let solved = sweep.points.iter().filter_map(|point| point.found.as_ref().ok());
    let with_failed = solved.filter(|found| !found.notes.failed.is_empty()).count();
    if with_failed > 0 && !quiet {
        let message =
            format!("at {with_failed} of {count} points some draws have no solution and are left out");
        output::warn_of(&[Diagnostic::warning(message).help("`run.json` in --out names each and says why")]);
    }
}
