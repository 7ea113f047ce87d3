//! Solving draws: each in every outcome that is possible, from its own baseline.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::economy::accounts::Accounts;
use crate::model::equilibrium::{Equilibrium, SolveError};
use crate::model::forecast::Forecast;
use crate::model::impact::{Comparison, Impact, Measure};
use crate::model::trade_model::{BATCH, TradeModel as _};
use crate::model::world::{Parameters, World};
use crate::monte_carlo::draw::{Draw, Sampler};
use crate::monte_carlo::ensemble::Experiment;

/// One draw solved in every outcome, or why it is not.
#[derive(Clone, Debug, PartialEq)]
pub struct Solved {
    /// Drawn elasticities raised to the floor.
    pub floored: u32,
    /// What happens in each outcome.
    pub result: Result<Vec<Impact>, Unsolved>,
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

    fn within(outcome: usize) -> impl Fn(SolveError) -> Self {
        move |error| Self { outcome: Some(outcome), error }
    }
}

/// One outcome, with its solution at central parameters and what is expected at others.
pub(super) struct Arm<'a> {
    sampler: Sampler<'a>,
    measure: Measure<'a, BATCH>,
    parameters: Parameters,
    pub(super) central: Equilibrium,
    expected: Forecast,
}

impl<'a> Arm<'a> {
    pub(super) fn new(experiment: &'a Experiment<'a>, world: &'a World<'a>) -> Result<Self, SolveError> {
        let (model, baseline) = (experiment.model, experiment.baseline);
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
}

pub(super) struct Solver<'a> {
    experiment: &'a Experiment<'a>,
    observed: World<'a>,
    /// What to expect at observed policy.
    before: Forecast,
    /// The outcomes.
    pub(super) arms: Vec<Arm<'a>>,
}

impl<'a> Solver<'a> {
    pub(super) fn new(experiment: &'a Experiment<'a>, observed: World<'a>, arms: Vec<Arm<'a>>) -> Self {
        let baseline = experiment.baseline;
        let before = if experiment.uncertainty.draws > 0 {
            baseline.forecast(experiment.model, &observed, &arms[0].parameters)
        } else {
            Forecast::constant(baseline.central.clone())
        };
        Self { experiment, observed, before, arms }
    }

    /// What happens at central parameters in each outcome.
    pub(super) fn central_impacts(&self) -> Vec<Impact> {
        let impact = |arm: &Arm<'_>| {
            arm.measure.impact(Comparison {
                parameters: &arm.parameters,
                baseline: &self.experiment.baseline.central,
                counterfactual: &arm.central,
            })
        };
        self.arms.iter().map(impact).collect()
    }

    /// Solves some draws, in batches over the threads; the results stand in draw order.
    pub(super) fn block(&self, draws: std::ops::Range<u32>) -> Vec<Solved> {
        let indices: Vec<u32> = draws.collect();
        // Whole parts for every thread: the longer one is, the less its last lanes wait.
        let part = indices.len().div_ceil(rayon::current_num_threads()).next_multiple_of(BATCH);
        let batches: Vec<Vec<Solved>> = indices.par_chunks(part).map(|batch| self.batch(batch)).collect();
        batches.into_iter().flatten().collect()
    }

    fn batch(&self, indices: &[u32]) -> Vec<Solved> {
        if self.arms[0].sampler.draws_flows() {
            return self.with_own_flows(indices);
        }
        // Elasticities are the same in all outcomes, and exempt shares do not matter before policy changes.
        let draws: Vec<Draw> = indices.iter().map(|&index| self.arms[0].sampler.draw(index)).collect();
        let parameters: Vec<&Parameters> = draws.iter().map(|draw| &draw.parameters).collect();
        let expected = self.before.at(&parameters);
        let model = self.experiment.model;
        let baselines = self.experiment.baseline.solve(model, &self.observed, &parameters, &expected);
        let mut results: Vec<Result<Vec<Impact>, Unsolved>> = baselines
            .iter()
            .map(|baseline| baseline.as_ref().map(|_| Vec::new()).map_err(|error| Unsolved::before(*error)))
            .collect();
        for outcome in 0..self.arms.len() {
            self.solve_arm(outcome, indices, (&baselines, &expected), &mut results);
        }
        draws.iter().zip(results).map(|(draw, result)| Solved { floored: draw.floored, result }).collect()
    }

    /// Solves an outcome for the draws that have solutions so far, and adds what happens. The baselines stand beside what
    /// was expected of them.
    fn solve_arm(
        &self,
        outcome: usize,
        indices: &[u32],
        (baselines, before): (&[Result<Equilibrium, SolveError>], &[Equilibrium]),
        results: &mut [Result<Vec<Impact>, Unsolved>],
    ) {
        let arm = &self.arms[outcome];
        let live: Vec<usize> = (0..indices.len()).filter(|&l| results[l].is_ok()).collect();
        let draws: Vec<Parameters> = live.iter().map(|&l| arm.sampler.draw(indices[l]).parameters).collect();
        let parameters: Vec<&Parameters> = draws.iter().collect();
        let baselines: Vec<&Equilibrium> =
            live.iter().map(|&l| baselines[l].as_ref().expect("a draw without one has failed")).collect();
        let after = arm.expected.at(&parameters);
        let starts: Vec<Equilibrium> =
            (0..live.len()).map(|at| start(baselines[at], &before[live[at]], &after[at])).collect();
        let found = self.experiment.model.solve_batch(
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
        for (&l, found) in live.iter().zip(&found) {
            match (&mut results[l], found) {
                (Ok(outcomes), Ok(_)) => outcomes.push(impacts.next().expect("one for every solution")),
                (result, Err(error)) => *result = Err(Unsolved::within(outcome)(*error)),
                (Err(_), Ok(_)) => {}
            }
        }
    }

    /// Solves draws with trade shares of their own: each has its own accounts, at observed policy and in each outcome.
    fn with_own_flows(&self, indices: &[u32]) -> Vec<Solved> {
        let from = &self.experiment.baseline.accounts;
        let mut accounts = from.clone();
        let solved = indices.iter().map(|&index| {
            let sampler = &self.arms[0].sampler;
            sampler.shares(index, &from.share, &mut accounts.share);
            let draw = sampler.draw(index);
            Solved { floored: draw.floored, result: self.outcomes_in(&accounts, index, &draw.parameters) }
        });
        solved.collect()
    }

    /// What happens in each outcome in some accounts. Their baseline is solved along with the first outcome.
    fn outcomes_in(
        &self,
        accounts: &Accounts,
        index: u32,
        parameters: &Parameters,
    ) -> Result<Vec<Impact>, Unsolved> {
        let Experiment { model, baseline: from, flow_rows, sectors, .. } = *self.experiment;
        let before = self.before.at(&[parameters]).remove(0);
        let mut baseline: Option<Equilibrium> = None;
        let mut impacts = Vec::with_capacity(self.arms.len());
        for (outcome, arm) in self.arms.iter().enumerate() {
            let unsolved = Unsolved::within(outcome);
            let parameters = arm.sampler.draw(index).parameters;
            let after = arm.expected.at(&[&parameters]).remove(0);
            let policy = arm.measure.world.policy;
            let world =
                World::new(accounts, &from.preconditioner, policy, from.closure).map_err(&unsolved)?;
            let [own, found] = match baseline.take() {
                None => model.solve_both(&world, &parameters, [&before, &after]),
                Some(own) => {
                    let found = model.solve(&world, &parameters, &start(&own, &before, &after));
                    [Ok(own), found]
                }
            };
            let (own, found) = (own.map_err(Unsolved::before)?, found.map_err(&unsolved)?);
            let measure = Measure::<1>::new(&world, flow_rows, sectors);
            let comparison = Comparison { parameters: &parameters, baseline: &own, counterfactual: &found };
            impacts.push(measure.impact(comparison));
            baseline = Some(own);
        }
        Ok(impacts)
    }
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
        wedges: after.wedges.clone(),
        iterations: 0,
        residual: 0.0,
    }
}
