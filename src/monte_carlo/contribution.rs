//! What each measure contributes to every result, adding up exactly.
//!
//! The share of a measure is that of [`game`](crate::monte_carlo::game): what it adds, on average over the orders in which
//! the measures in force could be put into force one after the other. Each coalition of measures is a policy, solved on
//! the same draws and from the same baselines as all of them together; policies that are the same are solved once.

use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;

use crate::economy::policy::Policy;
use crate::index::{CountryId, Position as _};
use crate::model::equilibrium::SolveError;
use crate::model::impact::Impact;
use crate::model::trade_model::BATCH;
use crate::model::variable::CountryVariable;
use crate::monte_carlo::ensemble::{Experiment, Observer};
use crate::monte_carlo::estimate::Estimate;
use crate::monte_carlo::game::Game;
use crate::monte_carlo::markets::{MarketArm, MarketSolver};
use crate::monte_carlo::model::Model;
use crate::monte_carlo::prior::Uncertainty;
use crate::monte_carlo::quantiles::Memory;
use crate::monte_carlo::solver::{Arm, GeneralSolver, Repeated};
use crate::monte_carlo::summary::{Numbers, weighted};

/// The policy of an outcome, by its position, with the measures that are in.
pub type PolicyOf<'a, E> = dyn Fn(usize, &[bool]) -> Result<Policy, E> + 'a;

/// What is to be shared out.
pub struct Split<'a, E> {
    /// What is simulated; its flows and sectors do not matter.
    pub experiment: Experiment<'a>,
    /// The measures by name.
    pub measures: &'a [String],
    /// Which measures are in force in each outcome, with its probability.
    pub outcomes: &'a [(Vec<usize>, f64)],
    /// The policy of an outcome if only some of the measures were there.
    pub policy: &'a PolicyOf<'a, E>,
}

/// Why nothing can be shared out.
#[derive(Debug)]
pub enum NoSplit<E> {
    /// A coalition is no valid policy.
    Policy {
        /// In which outcome.
        outcome: usize,
        /// Who is in.
        members: Vec<bool>,
        /// Why.
        error: E,
    },
    /// A coalition has no equilibrium at central parameters.
    Solution {
        /// In which outcome.
        outcome: usize,
        /// Who is in.
        members: Vec<bool>,
        /// Why.
        error: SolveError,
    },
}

/// What every measure contributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributions {
    /// The measures by name.
    pub measures: Vec<String>,
    /// How many different policies were solved, observed policy among them.
    pub policies: usize,
    /// How many orders were sampled, the most of any outcome; `None` where all are weighed in every outcome.
    pub orders: Option<usize>,
    /// Draws without a solution for some coalition, which are left out.
    pub failed: u32,
    /// Over all outcomes.
    pub all: Shares,
    /// In each outcome; empty where there is only one.
    pub by_outcome: Vec<Shares>,
}

/// The shares of all measures in all variables of countries.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    measures: usize,
    /// Of the model, in their order.
    variables: &'static [CountryVariable],
    /// By (country, variable, measure).
    estimates: Vec<Estimate>,
    /// By the same: the error from the orders that were not sampled; `None` without any.
    order_errors: Option<Vec<f64>>,
}

impl Shares {
    /// The contributions of all measures to a country's variable: its change from the baseline; empty where the model does
    /// not have it.
    pub fn of(&self, country: CountryId, variable: CountryVariable) -> &[Estimate] {
        self.places(country, variable).map_or(&[], |places| &self.estimates[places])
    }

    /// The standard errors of the central contributions where orders were sampled.
    pub fn order_errors(&self, country: CountryId, variable: CountryVariable) -> Option<&[f64]> {
        Some(&self.order_errors.as_ref()?[self.places(country, variable)?])
    }

    /// Whether there are draws behind any of them.
    pub fn has_spread(&self) -> bool {
        self.estimates.iter().any(|estimate| estimate.spread.is_some())
    }

    fn places(&self, country: CountryId, variable: CountryVariable) -> Option<Range<usize>> {
        let place = self.variables.iter().position(|known| *known == variable)?;
        let first = (country.index() * self.variables.len() + place) * self.measures;
        Some(first..first + self.measures)
    }
}

/// Memory for draws between their baselines and their contributions.
const CHUNK_BYTES: usize = 256 << 20;

/// Memory for the numbers behind the quantiles.
const QUANTILE_BYTES: usize = 64 << 20;

/// Shares out every variable of every country, at central parameters and over the draws.
///
/// # Errors
/// Which coalition of measures stands for no policy, or has no equilibrium at central parameters.
pub fn contributions<E>(split: &Split<'_, E>, observer: &dyn Observer) -> Result<Contributions, NoSplit<E>> {
    let plan = Plan::new(split)?;
    let central = plan.central()?;
    let uncertainty = split.experiment.uncertainty;
    let mut totals = Totals::new(&plan, uncertainty);
    if uncertainty.draws > 0 {
        plan.draw(&mut totals, observer)?;
    }
    Ok(totals.end(&plan, &central))
}

/// A policy to be solved, and what it is for.
struct Task {
    /// The first outcome and coalition with this policy.
    of: (usize, Vec<bool>),
    /// Weights by (outcome, measure), the divisor of the outcome's game not yet applied; zeros are left out.
    weights: Vec<(usize, usize, i64)>,
}

/// All policies to be solved.
struct Plan<'a, E> {
    split: &'a Split<'a, E>,
    games: Vec<Game>,
    /// The measures of each outcome in the order of its game: by name, so that the order of a file does not matter.
    players: Vec<Vec<usize>>,
    /// By outcome and coalition: the task.
    places: Vec<Vec<usize>>,
    tasks: Vec<Task>,
}

impl<'a, E> Plan<'a, E> {
    fn new(split: &'a Split<'a, E>) -> Result<Self, NoSplit<E>> {
        let sorted = |(in_force, _): &(Vec<usize>, f64)| {
            let mut players = in_force.clone();
            players.sort_by_key(|&measure| &split.measures[measure]);
            players
        };
        let players: Vec<Vec<usize>> = split.outcomes.iter().map(sorted).collect();
        let games = players.iter().map(|players| Game::new(players.len())).collect();
        let mut plan = Self { split, games, players, places: Vec::new(), tasks: Vec::new() };
        plan.assign()?;
        Ok(plan)
    }

    /// Finds the different policies, and adds up what each is weighed with.
    fn assign(&mut self) -> Result<(), NoSplit<E>> {
        let mut known: HashMap<String, usize> = HashMap::new();
        for (outcome, game) in self.games.iter().enumerate() {
            let mut places = Vec::with_capacity(game.coalitions.len());
            for coalition in &game.coalitions {
                let members = self.members(outcome, &coalition.members);
                let fingerprint = self.policy(outcome, &members)?.fingerprint();
                let task = *known.entry(fingerprint).or_insert(self.tasks.len());
                if task == self.tasks.len() {
                    self.tasks.push(Task { of: (outcome, members), weights: Vec::new() });
                }
                places.push(task);
                for &(player, weight) in &coalition.weights {
                    self.tasks[task].add(outcome, self.players[outcome][player], weight);
                }
            }
            self.places.push(places);
        }
        self.tasks.iter_mut().for_each(|task| task.weights.retain(|(_, _, weight)| *weight != 0));
        Ok(())
    }

    /// Players of an outcome as measures.
    fn members(&self, outcome: usize, players: &[bool]) -> Vec<bool> {
        let mut members = vec![false; self.split.measures.len()];
        let are_in = self.players[outcome].iter().zip(players);
        are_in.for_each(|(&measure, is_in)| members[measure] = *is_in);
        members
    }

    fn policy(&self, outcome: usize, members: &[bool]) -> Result<Policy, NoSplit<E>> {
        let policy = (self.split.policy)(outcome, members);
        policy.map_err(|error| NoSplit::Policy { outcome, members: members.to_vec(), error })
    }

    fn no_solution(&self, task: usize, error: SolveError) -> NoSplit<E> {
        let (outcome, members) = self.tasks[task].of.clone();
        NoSplit::Solution { outcome, members, error }
    }

    fn policy_of(&self, task: usize) -> Result<Policy, NoSplit<E>> {
        let (outcome, members) = &self.tasks[task].of;
        self.policy(*outcome, members)
    }

    /// What every policy does at central parameters, by task and variable.
    fn central(&self) -> Result<Vec<Vec<f64>>, NoSplit<E>> {
        /// How many worlds are in memory at once.
        const WAVE: usize = 32;
        let calm = Uncertainty { draws: 0, ..*self.split.experiment.uncertainty };
        let experiment = Experiment { uncertainty: &calm, ..self.split.experiment };
        let all: Vec<usize> = (0..self.tasks.len()).collect();
        let mut values = Vec::with_capacity(all.len());
        for wave in all.chunks(WAVE) {
            let policies: Vec<Policy> =
                wave.iter().map(|&task| self.policy_of(task)).collect::<Result<_, _>>()?;
            let found: Vec<Result<Impact, SolveError>> =
                policies.par_iter().map(|policy| experiment.central_impact(policy)).collect();
            for (&task, found) in wave.iter().zip(found) {
                values.push(found.map_err(|error| self.no_solution(task, error))?.countries);
            }
        }
        Ok(values)
    }

    /// Adds the shares in all draws.
    fn draw(&self, totals: &mut Totals, observer: &dyn Observer) -> Result<(), NoSplit<E>> {
        let (experiment, nothing) = (&self.split.experiment, Policy::default());
        let no_solution = |error| self.no_solution(0, error);
        match experiment.model {
            Model::General(general) => {
                let observed = || general.baseline.world(&nothing).map_err(no_solution);
                let world = observed()?;
                let arm = Arm::new(experiment, general, &world).map_err(no_solution)?;
                let solver = GeneralSolver::new(experiment, general, observed()?, vec![arm]);
                self.draw_with(&solver, totals, observer)
            }
            Model::Partial(partial) => {
                let arm = MarketArm::new(experiment, partial, &nothing).map_err(no_solution)?;
                let solver = MarketSolver::new(experiment, partial, vec![arm]);
                self.draw_with(&solver, totals, observer)
            }
        }
    }

    fn draw_with(
        &self,
        solver: &impl Repeated,
        totals: &mut Totals,
        observer: &dyn Observer,
    ) -> Result<(), NoSplit<E>> {
        let (draws, chunk) = (self.split.experiment.uncertainty.draws, chunk(self));
        for first in (0..draws).step_by(chunk as usize) {
            let last = draws.min(first.saturating_add(chunk));
            totals.add(first, &self.drawn(solver, &solver.started(first..last))?);
            observer.draws(last, draws);
        }
        Ok(())
    }

    /// The shares in draws that are started, in draw order; `None` where some policy has no solution.
    fn drawn<S: Repeated>(
        &self,
        solver: &S,
        started: &S::Started,
    ) -> Result<Vec<Option<Vec<f64>>>, NoSplit<E>> {
        let mut shares: Vec<Option<Vec<f64>>> = Vec::new();
        for (at, task) in self.tasks.iter().enumerate().filter(|(_, task)| !task.weights.is_empty()) {
            let policy = self.policy_of(at)?;
            let impacts = solver.impacts(&policy, started).map_err(|error| self.no_solution(at, error))?;
            shares.resize_with(impacts.len(), || Some(vec![0.0; self.width()]));
            let measures = self.split.measures.len();
            shares.par_iter_mut().zip(impacts).for_each(|(shares, impact)| match (&mut *shares, impact) {
                (Some(shares), Ok(impact)) => task.weigh(&impact.countries, measures, shares),
                (shares, Err(_)) => *shares = None,
                (None, Ok(_)) => {}
            });
        }
        let shape = self.shape();
        shares.par_iter_mut().flatten().for_each(|shares| shape.finish(shares));
        Ok(shares)
    }

    fn shape(&self) -> Shape {
        Shape {
            measures: self.split.measures.len(),
            divisors: self.games.iter().map(|game| game.divisor).collect(),
        }
    }

    /// How many shares there are, by (outcome, country, variable, measure).
    fn width(&self) -> usize {
        self.games.len() * self.in_outcome()
    }

    fn in_outcome(&self) -> usize {
        let model = self.split.experiment.model;
        model.shape().countries * model.variables().countries.len() * self.split.measures.len()
    }

    /// The errors of the central shares of an outcome by (country, variable, measure) where orders were sampled.
    fn order_errors(&self, outcome: usize, central: &[Vec<f64>]) -> Option<Vec<f64>> {
        let measures = self.split.measures.len();
        let (game, places) = (&self.games[outcome], &self.places[outcome]);
        let mut errors = vec![0.0; self.in_outcome()];
        for (number, errors) in errors.chunks_exact_mut(measures).enumerate() {
            let found = game.order_errors(|coalition| central[places[coalition]][number])?;
            for (&measure, error) in self.players[outcome].iter().zip(found) {
                errors[measure] = error;
            }
        }
        Some(errors)
    }
}

impl Task {
    fn add(&mut self, outcome: usize, measure: usize, weight: i64) {
        match self.weights.iter_mut().find(|(of, which, _)| (*of, *which) == (outcome, measure)) {
            Some((_, _, sum)) => *sum += weight,
            None => self.weights.push((outcome, measure, weight)),
        }
    }

    /// Adds what the policy does to the shares of each measure, by (outcome, variable, measure).
    fn weigh(&self, values: &[f64], measures: usize, shares: &mut [f64]) {
        for &(outcome, measure, weight) in &self.weights {
            let first = outcome * values.len() * measures + measure;
            let own = shares[first..].iter_mut().step_by(measures);
            own.zip(values).for_each(|(share, value)| *share += weight as f64 * value);
        }
    }
}

/// How shares are laid out, and what is left to do to them.
struct Shape {
    measures: usize,
    /// By outcome.
    divisors: Vec<f64>,
}

impl Shape {
    /// Divides what was added up. A number that has no value under some policy has no shares at all.
    fn finish(&self, shares: &mut [f64]) {
        let in_outcome = shares.len() / self.divisors.len();
        for (shares, divisor) in shares.chunks_exact_mut(in_outcome).zip(&self.divisors) {
            for shares in shares.chunks_exact_mut(self.measures) {
                let is_whole = shares.iter().all(|share| share.is_finite());
                shares
                    .iter_mut()
                    .for_each(|share| *share = if is_whole { *share / divisor } else { f64::NAN });
            }
        }
    }
}

/// The shares over the draws.
struct Totals {
    numbers: Numbers,
    weights: Vec<f64>,
    failed: u32,
}

impl Totals {
    fn new<E>(plan: &Plan<'_, E>, uncertainty: &Uncertainty) -> Self {
        let weights: Vec<f64> = plan.split.outcomes.iter().map(|(_, weight)| *weight).collect();
        let memory = Memory::within(QUANTILE_BYTES / plan.width().max(1), uncertainty.draws as usize);
        let numbers = Numbers::new(memory, plan.in_outcome(), weights.len(), uncertainty.design);
        Self { numbers, weights, failed: 0 }
    }

    /// Adds draws in draw order, the first of which has this number.
    fn add(&mut self, first: u32, shares: &[Option<Vec<f64>>]) {
        let solved = (first..).zip(shares).filter_map(|(index, shares)| Some((index, shares.as_deref()?)));
        let (indices, whole): (Vec<u32>, Vec<&[f64]>) = solved.unzip();
        self.failed += (shares.len() - whole.len()) as u32;
        let Some(first) = whole.first() else { return };
        let in_outcome = first.len() / self.weights.len();
        let rows = |outcome: usize| -> Vec<&[f64]> {
            whole.iter().map(|shares| &shares[outcome * in_outcome..(outcome + 1) * in_outcome]).collect()
        };
        let rows: Vec<Vec<&[f64]>> = (0..self.weights.len()).map(rows).collect();
        self.numbers.extend(&indices, &rows, &self.weights);
    }

    fn end<E>(mut self, plan: &Plan<'_, E>, central: &[Vec<f64>]) -> Contributions {
        self.numbers.sort();
        let mut shares = vec![0.0; plan.width()];
        let measures = plan.split.measures.len();
        plan.tasks.iter().zip(central).for_each(|(task, values)| task.weigh(values, measures, &mut shares));
        plan.shape().finish(&mut shares);
        let outcomes = self.weights.len();
        let errors: Vec<Option<Vec<f64>>> =
            (0..outcomes).map(|outcome| plan.order_errors(outcome, central)).collect();
        let in_outcome = plan.in_outcome();
        let variables = plan.split.experiment.model.variables().countries;
        let estimates = |outcome: Option<usize>| -> Vec<Estimate> {
            let estimate = |number: usize| {
                let of = |outcome: usize| shares[outcome * in_outcome + number];
                let central = match outcome {
                    Some(outcome) => of(outcome),
                    None => weighted((0..outcomes).map(of), &self.weights),
                };
                let central = central.is_finite().then_some(central);
                let spread = || self.numbers.spread(number, outcome, &self.weights);
                Estimate { central, spread: central.and_then(|_| spread()) }
            };
            (0..in_outcome).into_par_iter().with_min_len(512).map(estimate).collect()
        };
        let several = if outcomes > 1 { outcomes } else { 0 };
        let of_outcome = |outcome: usize| Shares {
            measures,
            variables,
            estimates: estimates(Some(outcome)),
            order_errors: errors[outcome].clone(),
        };
        Contributions {
            measures: plan.split.measures.to_vec(),
            policies: plan.tasks.len(),
            orders: plan.games.iter().map(|game| game.orders.len()).max().filter(|orders| *orders > 0),
            failed: self.failed,
            all: Shares {
                measures,
                variables,
                estimates: estimates(None),
                order_errors: self.over_all(&errors),
            },
            by_outcome: (0..several).map(of_outcome).collect(),
        }
    }

    /// The errors over all outcomes, at most: as if those of all outcomes went the same way.
    fn over_all(&self, errors: &[Option<Vec<f64>>]) -> Option<Vec<f64>> {
        let length = errors.iter().flatten().map(Vec::len).next()?;
        let mut sums = vec![0.0; length];
        for (errors, weight) in errors.iter().zip(&self.weights) {
            let errors = errors.iter().flatten();
            sums.iter_mut().zip(errors).for_each(|(sum, error)| *sum += weight * error);
        }
        Some(sums)
    }
}

/// How many draws are in memory between their baselines and their shares.
fn chunk<E>(plan: &Plan<'_, E>) -> u32 {
    let shape = plan.split.experiment.model.shape();
    // Two equilibria and the shares of a draw.
    let numbers = 2 * (shape.countries + 3 * shape.pairs()) + plan.width();
    let draws = CHUNK_BYTES / (numbers * size_of::<f64>());
    u32::try_from(draws).unwrap_or(u32::MAX).max(BATCH as u32)
}
