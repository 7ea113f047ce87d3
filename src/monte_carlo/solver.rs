//! Solving draws: each in every outcome that is possible, from its own baseline.

use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::economy::accounts::Accounts;
use crate::economy::policy::Policy;
use crate::model::baseline::Baseline;
use crate::model::equilibrium::{Equilibrium, SolveError};
use crate::model::forecast::Forecast;
use crate::model::impact::{Comparison, Impact, Measure};
use crate::model::trade_model::{BATCH, TradeModel as _};
use crate::model::world::{Parameters, World};
use crate::monte_carlo::draw::{Draw, Sampler};
use crate::monte_carlo::ensemble::Experiment;
use crate::monte_carlo::model::General;

/// One draw solved in every outcome, or why it is not.
#[derive(Clone, Debug, PartialEq)]
pub struct Solved {
    /// Drawn elasticities raised to the floor.
    pub floored: u32,
    /// What happens in each outcome.
    pub result: Result<Vec<Impact>, Unsolved>,
}

impl Solved {
    /// How much memory it takes.
    pub fn bytes(&self) -> usize {
        let impact = |impact: &Impact| impact.countries.len() + impact.sectors.len() + impact.flows.len();
        let numbers: usize = self.result.iter().flatten().map(impact).sum();
        size_of::<Self>() + numbers * size_of::<f64>()
    }
}

/// Why a draw is not solved.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unsolved {
    /// In which outcome, by its position; `None` where it has no baseline, which is that of all outcomes.
    pub outcome: Option<usize>,
    /// Why.
    pub error: SolveError,
}

impl Unsolved {
    fn before(error: SolveError) -> Self {
        Self { outcome: None, error }
    }

    pub(super) fn within(outcome: usize) -> impl Fn(SolveError) -> Self {
        move |error| Self { outcome: Some(outcome), error }
    }
}

/// Solves the draws of an experiment in every outcome that is possible.
pub(super) trait Solver: Sync {
    /// What happens at central parameters in each outcome.
    fn central_impacts(&self) -> Vec<Impact>;

    /// Solves some draws over the threads; the results stand in draw order.
    fn block(&self, draws: Range<u32>) -> Vec<Solved>;

    /// The most iterations, and the largest residual, of a central solution.
    fn effort(&self) -> (usize, f64);
}

/// Solves one policy after the other on the same draws.
pub(super) trait Repeated: Sync {
    /// What is the same for every policy in some draws.
    type Started;

    /// Begins some draws over the threads.
    fn started(&self, draws: Range<u32>) -> Self::Started;

    /// What a policy does in draws that are started, in draw order.
    ///
    /// # Errors
    /// [`SolveError`] where the policy has no solution at central parameters.
    fn impacts(
        &self,
        policy: &Policy,
        started: &Self::Started,
    ) -> Result<Vec<Result<Impact, SolveError>>, SolveError>;
}

/// One outcome, with its solution at central parameters and what is expected at others.
pub(super) struct Arm<'a> {
    sampler: Sampler<'a>,
    measure: Measure<'a, BATCH>,
    pub(super) parameters: Parameters,
    pub(super) central: Equilibrium,
    expected: Forecast,
}

impl<'a> Arm<'a> {
    pub(super) fn new(
        experiment: &'a Experiment<'a>,
        General { model, baseline }: General<'a>,
        world: &'a World<'a>,
    ) -> Result<Self, SolveError> {
        let sampler =
            Sampler::new(experiment.uncertainty, experiment.elasticities, &world.policy.exempt_shares);
        let parameters = sampler.central();
        let central = model.solve(world, &parameters, &baseline.central)?;
        let expected = if experiment.uncertainty.draws > 0 {
            Forecast::learnt(model, world, &parameters, central.clone())
        } else {
            Forecast::constant(central.clone())
        };
        let measure = Measure::new(world, experiment.flow_rows, experiment.sectors);
        Ok(Self { sampler, measure, parameters, central, expected })
    }

    /// What happens at central parameters.
    pub(super) fn central_impact(&self, baseline: &Baseline) -> Impact {
        self.measure.impact(Comparison {
            parameters: &self.parameters,
            baseline: &baseline.central,
            counterfactual: &self.central,
        })
    }
}

/// Some draws with their own baselines, which stand beside what was expected of them.
pub(super) struct Started {
    indices: Vec<u32>,
    expected: Vec<Equilibrium>,
    baselines: Vec<Result<Equilibrium, SolveError>>,
}

/// Solves general equilibrium.
pub(super) struct GeneralSolver<'a> {
    experiment: &'a Experiment<'a>,
    general: General<'a>,
    observed: World<'a>,
    /// What to expect at observed policy.
    before: Forecast,
    /// The outcomes.
    arms: Vec<Arm<'a>>,
}

impl<'a> GeneralSolver<'a> {
    pub(super) fn new(
        experiment: &'a Experiment<'a>,
        general: General<'a>,
        observed: World<'a>,
        arms: Vec<Arm<'a>>,
    ) -> Self {
        let General { model, baseline } = general;
        let before = if experiment.uncertainty.draws > 0 {
            baseline.forecast(model, &observed, &arms[0].parameters)
        } else {
            Forecast::constant(baseline.central.clone())
        };
        Self { experiment, general, observed, before, arms }
    }
}

impl Solver for GeneralSolver<'_> {
    fn central_impacts(&self) -> Vec<Impact> {
        self.arms.iter().map(|arm| arm.central_impact(self.general.baseline)).collect()
    }

    fn block(&self, draws: Range<u32>) -> Vec<Solved> {
        let batches: Vec<Vec<Solved>> = parts(draws).par_iter().map(|indices| self.batch(indices)).collect();
        batches.into_iter().flatten().collect()
    }

    fn effort(&self) -> (usize, f64) {
        let solutions = || self.arms.iter().map(|arm| &arm.central);
        let iterations = solutions().map(|found| found.iterations).max();
        (iterations.unwrap_or(0), solutions().map(|found| found.residual).fold(0.0, f64::max))
    }
}

impl Repeated for GeneralSolver<'_> {
    /// The baselines, in parts for the threads.
    type Started = Vec<Started>;

    fn started(&self, draws: Range<u32>) -> Vec<Started> {
        let own_flows = self.arms[0].sampler.draws_flows();
        let start = |indices: Vec<u32>| match own_flows {
            true => self.started_alone(indices),
            false => self.started_together(&indices).0,
        };
        parts(draws).into_par_iter().map(start).collect()
    }

    fn impacts(
        &self,
        policy: &Policy,
        started: &Vec<Started>,
    ) -> Result<Vec<Result<Impact, SolveError>>, SolveError> {
        let world = self.general.baseline.world(policy)?;
        let arm = Arm::new(self.experiment, self.general, &world)?;
        let parts: Vec<Vec<Result<Impact, SolveError>>> =
            started.par_iter().map(|started| self.impacts_in(&arm, started)).collect();
        Ok(parts.into_iter().flatten().collect())
    }
}

impl GeneralSolver<'_> {
    fn batch(&self, indices: &[u32]) -> Vec<Solved> {
        if self.arms[0].sampler.draws_flows() {
            return self.with_own_flows(indices);
        }
        let (started, floored) = self.started_together(indices);
        let mut results: Vec<Result<Vec<Impact>, Unsolved>> = started
            .baselines
            .iter()
            .map(|found| found.as_ref().map(|_| Vec::new()).map_err(|error| Unsolved::before(*error)))
            .collect();
        for (outcome, arm) in self.arms.iter().enumerate() {
            let live: Vec<usize> = (0..indices.len()).filter(|&at| results[at].is_ok()).collect();
            for (&at, found) in live.iter().zip(self.solve_arm(arm, &started, &live)) {
                match (&mut results[at], found) {
                    (Ok(outcomes), Ok(impact)) => outcomes.push(impact),
                    (result, Err(error)) => *result = Err(Unsolved::within(outcome)(error)),
                    (Err(_), Ok(_)) => {}
                }
            }
        }
        floored.into_iter().zip(results).map(|(floored, result)| Solved { floored, result }).collect()
    }

    /// What a policy does in draws that are started.
    fn impacts_in(&self, arm: &Arm<'_>, started: &Started) -> Vec<Result<Impact, SolveError>> {
        if arm.sampler.draws_flows() {
            let impact = |(at, &index): (usize, &u32)| {
                let baseline = started.baselines[at].as_ref().map_err(|error| *error)?;
                let accounts = self.accounts_of(index);
                self.impact_on(&accounts, arm, index, (baseline, &started.expected[at]))
            };
            return started.indices.iter().enumerate().map(impact).collect();
        }
        let live: Vec<usize> =
            (0..started.indices.len()).filter(|&at| started.baselines[at].is_ok()).collect();
        let mut found = self.solve_arm(arm, started, &live).into_iter();
        let result = |baseline: &Result<Equilibrium, SolveError>| match baseline {
            Ok(_) => found.next().expect("one for every baseline"),
            Err(error) => Err(*error),
        };
        started.baselines.iter().map(result).collect()
    }

    /// Solves baselines side by side; with how many elasticities of each draw were raised to the floor.
    fn started_together(&self, indices: &[u32]) -> (Started, Vec<u32>) {
        // Elasticities are the same in all outcomes, and exempt shares do not matter before policy changes.
        let draws: Vec<Draw> = indices.iter().map(|&index| self.arms[0].sampler.draw(index)).collect();
        let parameters: Vec<&Parameters> = draws.iter().map(|draw| &draw.parameters).collect();
        let expected = self.before.at(&parameters);
        let General { model, baseline } = self.general;
        let baselines = baseline.solve(model, &self.observed, &parameters, &expected);
        let floored = draws.iter().map(|draw| draw.floored).collect();
        (Started { indices: indices.to_vec(), expected, baselines }, floored)
    }

    /// Solves the baselines of draws with trade shares of their own.
    fn started_alone(&self, indices: Vec<u32>) -> Started {
        let sampler = &self.arms[0].sampler;
        let start = |&index: &u32| {
            let parameters = sampler.draw(index).parameters;
            let expected = self.before.at(&[&parameters]).remove(0);
            let baseline = self.baseline_on(&self.accounts_of(index), &parameters, &expected);
            (expected, baseline)
        };
        let (expected, baselines) = indices.iter().map(start).unzip();
        Started { indices, expected, baselines }
    }

    /// Solves an outcome for some of the draws that are started, which have baselines.
    fn solve_arm(&self, arm: &Arm<'_>, started: &Started, live: &[usize]) -> Vec<Result<Impact, SolveError>> {
        let Started { indices, expected: before, baselines } = started;
        let draws: Vec<Parameters> = live.iter().map(|&l| arm.sampler.draw(indices[l]).parameters).collect();
        let parameters: Vec<&Parameters> = draws.iter().collect();
        let baselines: Vec<&Equilibrium> =
            live.iter().map(|&l| baselines[l].as_ref().expect("a draw without one has failed")).collect();
        let after = arm.expected.at(&parameters);
        let starts: Vec<Equilibrium> =
            (0..live.len()).map(|at| start(baselines[at], &before[live[at]], &after[at])).collect();
        let found = self.general.model.solve_batch(
            arm.measure.world,
            &parameters,
            &starts.iter().collect::<Vec<_>>(),
        );
        let solved = found.iter().enumerate().filter_map(|(at, found)| Some((at, found.as_ref().ok()?)));
        let comparisons: Vec<Comparison<'_>> = solved
            .map(|(at, counterfactual)| Comparison {
                parameters: parameters[at],
                baseline: baselines[at],
                counterfactual,
            })
            .collect();
        let mut impacts = arm.measure.impacts(&comparisons).into_iter();
        let result = |found: &Result<Equilibrium, SolveError>| {
            found.as_ref().map(|_| impacts.next().expect("one for every solution")).map_err(|error| *error)
        };
        found.iter().map(result).collect()
    }

    /// Solves draws with trade shares of their own: each has its own accounts, at observed policy and in each outcome.
    fn with_own_flows(&self, indices: &[u32]) -> Vec<Solved> {
        let from = &self.general.baseline.accounts;
        let mut accounts = from.clone();
        let solved = indices.iter().map(|&index| {
            let sampler = &self.arms[0].sampler;
            sampler.shares(index, &from.share, &mut accounts.share);
            let draw = sampler.draw(index);
            Solved { floored: draw.floored, result: self.outcomes_in(&accounts, index, &draw.parameters) }
        });
        solved.collect()
    }

    /// What happens in each outcome in some accounts, from their own baseline.
    fn outcomes_in(
        &self,
        accounts: &Accounts,
        index: u32,
        parameters: &Parameters,
    ) -> Result<Vec<Impact>, Unsolved> {
        let before = self.before.at(&[parameters]).remove(0);
        let baseline = self.baseline_on(accounts, parameters, &before).map_err(Unsolved::before)?;
        let impact = |(outcome, arm): (usize, &Arm<'_>)| {
            let found = self.impact_on(accounts, arm, index, (&baseline, &before));
            found.map_err(Unsolved::within(outcome))
        };
        self.arms.iter().enumerate().map(impact).collect()
    }

    /// The accounts with the trade shares of a draw.
    fn accounts_of(&self, index: u32) -> Accounts {
        let mut accounts = self.general.baseline.accounts.clone();
        self.arms[0].sampler.shares(index, &self.general.baseline.accounts.share, &mut accounts.share);
        accounts
    }

    fn world_on<'b>(&'b self, accounts: &'b Accounts, policy: &'b Policy) -> Result<World<'b>, SolveError> {
        let from = self.general.baseline;
        World::new(accounts, &from.preconditioner, policy, from.closure)
    }

    fn baseline_on(
        &self,
        accounts: &Accounts,
        parameters: &Parameters,
        expected: &Equilibrium,
    ) -> Result<Equilibrium, SolveError> {
        let observed = Policy::default();
        self.general.model.solve(&self.world_on(accounts, &observed)?, parameters, expected)
    }

    /// What an outcome does in a draw on its own accounts, from its baseline beside what was expected of that.
    fn impact_on(
        &self,
        accounts: &Accounts,
        arm: &Arm<'_>,
        index: u32,
        (baseline, before): (&Equilibrium, &Equilibrium),
    ) -> Result<Impact, SolveError> {
        let parameters = &arm.sampler.draw(index).parameters;
        let after = arm.expected.at(&[parameters]).remove(0);
        let world = self.world_on(accounts, arm.measure.world.policy)?;
        let start = start(baseline, before, &after);
        let counterfactual = &self.general.model.solve(&world, parameters, &start)?;
        let measure = Measure::<1>::new(&world, self.experiment.flow_rows, self.experiment.sectors);
        Ok(measure.impact(Comparison { parameters, baseline, counterfactual }))
    }
}

/// Draws in whole parts for every thread: the longer one is, the less its last lanes wait.
fn parts(draws: Range<u32>) -> Vec<Vec<u32>> {
    let indices: Vec<u32> = draws.collect();
    let part = indices.len().div_ceil(rayon::current_num_threads()).next_multiple_of(BATCH);
    indices.chunks(part).map(<[u32]>::to_vec).collect()
}

/// Where a draw starts: its own baseline, moved as is expected at its elasticities. Without any policy that is the
/// draw's baseline to the bit, so that nothing changes.
fn start(baseline: &Equilibrium, before: &Equilibrium, after: &Equilibrium) -> Equilibrium {
    let moved = |own: &[f64], to: &[f64], from: &[f64]| -> Vec<f64> {
        own.iter().zip(to.iter().zip(from)).map(|(own, (to, from))| own + (to - from)).collect()
    };
    let scaled = |own: &[f64], to: &[f64], from: &[f64]| -> Vec<f64> {
        own.iter().zip(to.iter().zip(from)).map(|(own, (to, from))| own * (to / from)).collect()
    };
    Equilibrium {
        log_wage: moved(&baseline.log_wage, &after.log_wage, &before.log_wage),
        log_price: moved(&baseline.log_price, &after.log_price, &before.log_price),
        expenditure: scaled(&baseline.expenditure, &after.expenditure, &before.expenditure),
        log_relative_wage: moved(
            &baseline.log_relative_wage,
            &after.log_relative_wage,
            &before.log_relative_wage,
        ),
        log_scale: moved(&baseline.log_scale, &after.log_scale, &before.log_scale),
        wedges: after.wedges.clone(),
        iterations: 0,
        residual: 0.0,
    }
}
