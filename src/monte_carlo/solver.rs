//! Solving draws: each in every outcome that is possible, from its own baseline.

use std::ops::Range;

use rayon::prelude::*;

use crate::economy::accounts::Accounts;
use crate::economy::policy::Policy;
use crate::model::equilibrium::{Equilibrium, SolveError};
use crate::model::forecast::Forecast;
use crate::model::impact::{Comparison, Impact, Measure};
use crate::model::trade_model::{BATCH, TradeModel as _};
use crate::model::world::{Parameters, World};
use crate::monte_carlo::draw::{Draw, Sampler};
use crate::monte_carlo::ensemble::{Experiment, General};

/// One draw solved in every outcome, or why it is not.
pub(super) struct Solved {
    pub(super) floored: u32,
    pub(super) result: Result<Vec<Impact>, SolveError>,
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

/// One outcome, with its solution at central parameters and what is expected at others.
pub(super) struct Arm<'a> {
    sampler: Sampler<'a>,
    measure: Measure<'a, BATCH>,
    parameters: Parameters,
    central: Equilibrium,
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
        let impact = |arm: &Arm<'_>| {
            arm.measure.impact(Comparison {
                parameters: &arm.parameters,
                baseline: &self.general.baseline.central,
                counterfactual: &arm.central,
            })
        };
        self.arms.iter().map(impact).collect()
    }

    fn block(&self, draws: Range<u32>) -> Vec<Solved> {
        let indices: Vec<u32> = draws.collect();
        // Whole parts for every thread: the longer one is, the less its last lanes wait.
        let part = indices.len().div_ceil(rayon::current_num_threads()).next_multiple_of(BATCH);
        let batches: Vec<Vec<Solved>> = indices.par_chunks(part).map(|batch| self.batch(batch)).collect();
        batches.into_iter().flatten().collect()
    }

    fn effort(&self) -> (usize, f64) {
        let solutions = || self.arms.iter().map(|arm| &arm.central);
        let iterations = solutions().map(|found| found.iterations).max();
        (iterations.unwrap_or(0), solutions().map(|found| found.residual).fold(0.0, f64::max))
    }
}

impl GeneralSolver<'_> {
    fn batch(&self, indices: &[u32]) -> Vec<Solved> {
        if self.arms[0].sampler.draws_flows() {
            return indices.iter().map(|&index| self.with_own_flows(index)).collect();
        }
        // Elasticities are the same in all outcomes, and exempt shares do not matter before policy changes.
        let draws: Vec<Draw> = indices.iter().map(|&index| self.arms[0].sampler.draw(index)).collect();
        let parameters: Vec<&Parameters> = draws.iter().map(|draw| &draw.parameters).collect();
        let expected = self.before.at(&parameters);
        let General { model, baseline } = self.general;
        let baselines = baseline.solve(model, &self.observed, &parameters, &expected);
        let mut results: Vec<Result<Vec<Impact>, SolveError>> =
            baselines.iter().map(|baseline| baseline.as_ref().map(|_| Vec::new()).map_err(|e| *e)).collect();
        for arm in &self.arms {
            self.solve_arm(arm, indices, (&baselines, &expected), &mut results);
        }
        draws.iter().zip(results).map(|(draw, result)| Solved { floored: draw.floored, result }).collect()
    }

    /// Solves an outcome for the draws that have solutions so far, and adds what happens. The baselines stand beside what
    /// was expected of them.
    fn solve_arm(
        &self,
        arm: &Arm<'_>,
        indices: &[u32],
        (baselines, before): (&[Result<Equilibrium, SolveError>], &[Equilibrium]),
        results: &mut [Result<Vec<Impact>, SolveError>],
    ) {
        let live: Vec<usize> = (0..indices.len()).filter(|&l| results[l].is_ok()).collect();
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
        for (&l, found) in live.iter().zip(&found) {
            match (&mut results[l], found) {
                (Ok(outcomes), Ok(_)) => outcomes.push(impacts.next().expect("one for every solution")),
                (result, Err(error)) => *result = Err(*error),
                (Err(_), Ok(_)) => {}
            }
        }
    }

    /// Solves a draw with trade shares of its own: its baseline anew, at observed policy, then each outcome.
    fn with_own_flows(&self, index: u32) -> Solved {
        let sampler = &self.arms[0].sampler;
        let draw = sampler.draw(index);
        let (experiment, from) = (self.experiment, self.general.baseline);
        let accounts =
            Accounts { share: sampler.shares(index, &from.accounts.share), ..from.accounts.clone() };
        let world = |policy| World::new(&accounts, &from.preconditioner, policy, from.closure);
        let observed_policy = Policy::default();
        let result = || {
            let model = self.general.model;
            let before = self.before.at(&[&draw.parameters]).remove(0);
            let baseline = model.solve(&world(&observed_policy)?, &draw.parameters, &before)?;
            let impacts = self.arms.iter().map(|arm| {
                let parameters = arm.sampler.draw(index).parameters;
                let after = arm.expected.at(&[&parameters]).remove(0);
                let world = world(arm.measure.world.policy)?;
                let found = model.solve(&world, &parameters, &start(&baseline, &before, &after))?;
                let measure = Measure::<1>::new(&world, experiment.flow_rows, experiment.sectors);
                let parameters = &parameters;
                Ok(measure.impact(Comparison { parameters, baseline: &baseline, counterfactual: &found }))
            });
            impacts.collect()
        };
        Solved { floored: draw.floored, result: result() }
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
