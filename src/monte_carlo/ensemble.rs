//! All draws of a run, solved and summarised.

use std::sync::LazyLock;

use rayon::prelude::*;

use crate::economy::accounts::Accounts;
use crate::economy::elasticities::Elasticities;
use crate::economy::policy::Policy;
use crate::model::baseline::Baseline;
use crate::model::equilibrium::{Equilibrium, SolveError};
use crate::model::forecast::Forecast;
use crate::model::impact::{Comparison, FlowRow, Impact};
use crate::model::trade_model::{BATCH, GeneralEquilibrium, TradeModel as _};
use crate::model::variable::{CountryVariable, FlowVariable, SectorVariable};
use crate::model::world::{Parameters, World};
use crate::monte_carlo::draw::{Draw, Sampler};
use crate::monte_carlo::estimate::{Estimate, Estimates, Spread};
use crate::monte_carlo::prior::Uncertainty;
use crate::monte_carlo::quantiles::Memory;
use crate::monte_carlo::summary::{Outcomes, weighted};

/// What to simulate.
#[derive(Clone, Copy)]
pub struct Experiment<'a> {
    /// The model.
    pub model: &'a GeneralEquilibrium,
    /// The baseline.
    pub baseline: &'a Baseline,
    /// The policy; with several outcomes what is expected of it, on which is reported.
    pub policy: &'a Policy,
    /// Central elasticities.
    pub elasticities: &'a Elasticities,
    /// Priors, draws and seed.
    pub uncertainty: &'a Uncertainty,
    /// The flows to report.
    pub flow_rows: &'a [FlowRow],
    /// Whether to report sectors.
    pub sectors: bool,
}

/// One of the outcomes that are possible, with its probability.
#[derive(Clone, Copy, Debug)]
pub struct Possible<'a> {
    /// The policy in that outcome.
    pub policy: &'a Policy,
    /// How probable it is; the weights of all outcomes sum to 1.
    pub weight: f64,
}

/// Why there is no solution at central parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct NoSolution {
    /// In which outcome, by its position.
    pub outcome: usize,
    /// Why.
    pub error: SolveError,
}

/// Who is told how far a simulation has come.
pub trait Observer: Sync {
    /// `done` of `all` draws are finished.
    fn draws(&self, done: u32, all: u32);
}

/// The result of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Ensemble {
    /// Every reported number, over all outcomes.
    pub estimates: Estimates,
    /// The same in each outcome; empty where there is only one.
    pub by_outcome: Vec<Estimates>,
    /// The draws that did not solve, and why, in draw order.
    pub failed: Vec<(u32, SolveError)>,
    /// Drawn elasticities raised to the floor, over all draws and sectors.
    pub floored: u64,
    /// The width of the coarsest bin behind any quantile, as a share of the distance between the smallest and largest
    /// draw; 0 when all are exact.
    pub quantile_error: f64,
    /// Sweeps of the central solution; the most of any outcome.
    pub iterations: usize,
    /// Residual of the central solution; the largest of any outcome.
    pub residual: f64,
}

/// Memory for the results of draws that are solved before they are summarised.
const BLOCK_BYTES: usize = 32 << 20;

/// The most batches of such draws: more would only wait.
const MOST_BATCHES: usize = 16;

/// Memory for the numbers behind the quantiles; where the draws do not fit they are counted in bins. Each kind has its
/// own, so that how exact one is does not depend on which others are asked for: what people look at first (countries,
/// and flows between countries that a measure concerns), sectors, and all other flows.
const KINDS_BYTES: [usize; 3] = [64 << 20, 16 << 20, 32 << 20];
/// Positions in [`KINDS_BYTES`].
const SHOWN: usize = 0;
const SECTOR: usize = 1;
const OTHER: usize = 2;

impl Experiment<'_> {
    /// Solves the central case and every draw.
    ///
    /// # Errors
    /// [`SolveError`] when the central case has no solution; a draw that has none is counted in
    /// [`Ensemble::failed`].
    pub fn run(&self, observer: &dyn Observer) -> Result<Ensemble, SolveError> {
        let certain = [Possible { policy: self.policy, weight: 1.0 }];
        self.run_outcomes(&certain, observer).map_err(|none| none.error)
    }

    /// Solves the central case and every draw in every outcome that is possible. The draws are the same in all of them;
    /// one that has no solution in some outcome is left out of all.
    ///
    /// # Errors
    /// [`NoSolution`] when the central case has none in some outcome.
    pub fn run_outcomes(
        &self,
        outcomes: &[Possible<'_>],
        observer: &dyn Observer,
    ) -> Result<Ensemble, NoSolution> {
        let solver = Solver::new(self, outcomes)?;
        let weights: Vec<f64> = outcomes.iter().map(|outcome| outcome.weight).collect();
        let central = solver.central_impacts();
        let numbers: usize = central[0].parts(self.sectors).iter().map(|part| part.len()).sum();
        let draws = self.uncertainty.draws;
        let mut collection = Collection::new(&self.kinds(numbers), draws, weights);
        let block = block(numbers * outcomes.len());
        for first in (0..draws).step_by(block) {
            let last = draws.min(first + block as u32);
            collection.add(solver.block(first..last), first, self.sectors);
            observer.draws(last, draws);
        }
        let quantile_error = collection.numbers.iter().map(Outcomes::quantile_error).fold(0.0, f64::max);
        let mut estimates = self.estimates(&central, &mut collection);
        let all = estimates.remove(0);
        let solutions = || solver.arms.iter().map(|arm| &arm.central);
        Ok(Ensemble {
            estimates: all,
            by_outcome: estimates,
            failed: collection.failed,
            floored: collection.floored,
            quantile_error,
            iterations: solutions().map(|found| found.iterations).max().unwrap_or(0),
            residual: solutions().map(|found| found.residual).fold(0.0, f64::max),
        })
    }

    /// The kind of every number, in the order of [`Impact::values`].
    fn kinds(&self, numbers: usize) -> Vec<usize> {
        let shape = self.baseline.accounts.shape;
        let mut pairs: Vec<_> =
            self.policy.touched.iter().map(|flow| (flow.importer, flow.exporter)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let mut kinds = vec![SHOWN; shape.countries * CountryVariable::ALL.len()];
        kinds.resize(numbers - self.flow_rows.len() * FlowVariable::ALL.len(), SECTOR);
        for row in self.flow_rows {
            let concerned = pairs.binary_search(&(row.importer, row.exporter)).is_ok();
            kinds.extend([if concerned { SHOWN } else { OTHER }; FlowVariable::ALL.len()]);
        }
        kinds
    }

    /// The estimates over all outcomes, then in each; of one outcome only the first.
    fn estimates(&self, central: &[Impact], collection: &mut Collection) -> Vec<Estimates> {
        let defined = |value: f64| value.is_finite().then_some(value);
        let values: Vec<Vec<Option<f64>>> = central
            .iter()
            .map(|impact| impact.parts(self.sectors).into_iter().flatten().map(|&x| defined(x)).collect())
            .collect();
        let spreads = collection.spreads();
        let weights = &collection.weights;
        let expected = |number: usize| {
            let values: Option<Vec<f64>> = values.iter().map(|values| values[number]).collect();
            values.map(|values| weighted(values.into_iter(), weights))
        };
        let all: Vec<Option<f64>> = (0..spreads.len()).map(expected).collect();
        let several = if values.len() > 1 { &values[..] } else { &[] };
        let centrals = std::iter::once(&all).chain(several);
        centrals
            .enumerate()
            .map(|(at, centrals)| {
                let estimates = centrals.iter().zip(&spreads).map(|(central, spreads)| Estimate {
                    central: *central,
                    spread: central.and(spreads[at]),
                });
                self.laid_out(estimates)
            })
            .collect()
    }

    fn laid_out(&self, mut all: impl Iterator<Item = Estimate>) -> Estimates {
        let shape = self.baseline.accounts.shape;
        let sectors = if self.sectors { shape.pairs() * SectorVariable::ALL.len() } else { 0 };
        Estimates {
            countries: all.by_ref().take(shape.countries * CountryVariable::ALL.len()).collect(),
            sectors: all.by_ref().take(sectors).collect(),
            flow_rows: self.flow_rows.to_vec(),
            flows: all.take(self.flow_rows.len() * FlowVariable::ALL.len()).collect(),
        }
    }
}

impl Impact {
    /// All numbers in the order of [`Estimates`].
    fn parts(&self, sectors: bool) -> [&[f64]; 3] {
        [&self.countries, if sectors { &self.sectors } else { &[] }, &self.flows]
    }
}

/// How many draws are solved before they are summarised.
fn block(numbers: usize) -> usize {
    let batches = BLOCK_BYTES / (BATCH * size_of::<f64>() * numbers.max(1));
    BATCH * batches.clamp(2, MOST_BATCHES)
}

/// One draw solved in every outcome, or why it is not.
struct Solved {
    floored: u32,
    result: Result<Vec<Impact>, SolveError>,
}

/// One outcome, with what is expected of it and its solution at central parameters.
struct Arm<'a> {
    policy: &'a Policy,
    sampler: Sampler<'a>,
    world: World<'a>,
    parameters: Parameters,
    central: Equilibrium,
    expected: Forecast,
}

impl<'a> Arm<'a> {
    fn new(experiment: &'a Experiment<'a>, policy: &'a Policy) -> Result<Self, SolveError> {
        let (model, baseline) = (experiment.model, experiment.baseline);
        let sampler = Sampler::new(experiment.uncertainty, experiment.elasticities, &policy.exempt_shares);
        let world = baseline.world(policy)?;
        let parameters = sampler.central();
        let central = model.solve(&world, &parameters, &baseline.central)?;
        let expected = if experiment.uncertainty.draws > 0 {
            Forecast::learnt(model, &world, &parameters, central.clone())
        } else {
            Forecast::constant(central.clone())
        };
        Ok(Self { policy, sampler, world, parameters, central, expected })
    }
}

struct Solver<'a> {
    experiment: &'a Experiment<'a>,
    observed: World<'a>,
    /// What to expect at observed policy.
    before: Forecast,
    /// The outcomes.
    arms: Vec<Arm<'a>>,
}

impl<'a> Solver<'a> {
    fn new(experiment: &'a Experiment<'a>, outcomes: &[Possible<'a>]) -> Result<Self, NoSolution> {
        static OBSERVED: LazyLock<Policy> = LazyLock::new(Policy::default);
        let baseline = experiment.baseline;
        let in_outcome = |outcome| move |error| NoSolution { outcome, error };
        let observed = baseline.world(&OBSERVED).map_err(in_outcome(0))?;
        let arms: Vec<Arm<'a>> = outcomes
            .iter()
            .enumerate()
            .map(|(at, outcome)| Arm::new(experiment, outcome.policy).map_err(in_outcome(at)))
            .collect::<Result<_, _>>()?;
        let before = if experiment.uncertainty.draws > 0 {
            baseline.forecast(experiment.model, &observed, &arms[0].parameters)
        } else {
            Forecast::constant(baseline.central.clone())
        };
        Ok(Self { experiment, observed, before, arms })
    }

    /// What happens at central parameters in each outcome.
    fn central_impacts(&self) -> Vec<Impact> {
        let baseline = &self.experiment.baseline.central;
        let impact = |arm: &Arm<'_>| self.impact(&arm.world, &arm.parameters, baseline, &arm.central);
        self.arms.iter().map(impact).collect()
    }

    fn impact(
        &self,
        world: &World<'_>,
        parameters: &Parameters,
        baseline: &Equilibrium,
        found: &Equilibrium,
    ) -> Impact {
        let comparison = Comparison { world, parameters, baseline, counterfactual: found };
        Impact::new(comparison, self.experiment.flow_rows)
    }

    /// Solves some draws, in batches over the threads; the results stand in draw order.
    fn block(&self, draws: std::ops::Range<u32>) -> Vec<Solved> {
        let indices: Vec<u32> = draws.collect();
        let batches: Vec<Vec<Solved>> = indices.par_chunks(BATCH).map(|batch| self.batch(batch)).collect();
        batches.into_iter().flatten().collect()
    }

    fn batch(&self, indices: &[u32]) -> Vec<Solved> {
        if self.arms[0].sampler.draws_flows() {
            return indices.iter().map(|&index| self.with_own_flows(index)).collect();
        }
        // Elasticities are the same in all outcomes, and exempt shares do not matter before policy changes.
        let draws: Vec<Draw> = indices.iter().map(|&index| self.arms[0].sampler.draw(index)).collect();
        let parameters: Vec<&Parameters> = draws.iter().map(|draw| &draw.parameters).collect();
        let expected: Vec<Equilibrium> = parameters.iter().map(|draw| self.before.at(draw)).collect();
        let model = self.experiment.model;
        let baselines = self.experiment.baseline.solve(model, &self.observed, &parameters, &expected);
        let mut results: Vec<Result<Vec<Impact>, SolveError>> = baselines
            .iter()
            .map(|baseline| baseline.as_ref().map(|_| Vec::new()).map_err(Clone::clone))
            .collect();
        for arm in &self.arms {
            self.solve_arm(arm, indices, &baselines, &mut results);
        }
        draws.iter().zip(results).map(|(draw, result)| Solved { floored: draw.floored, result }).collect()
    }

    /// Solves an outcome for the draws that have solutions so far, and adds what happens.
    fn solve_arm(
        &self,
        arm: &Arm<'_>,
        indices: &[u32],
        baselines: &[Result<Equilibrium, SolveError>],
        results: &mut [Result<Vec<Impact>, SolveError>],
    ) {
        let solved: Vec<(usize, Parameters, &Equilibrium)> = (0..indices.len())
            .filter(|&l| results[l].is_ok())
            .filter_map(|l| Some((l, arm.sampler.draw(indices[l]).parameters, baselines[l].as_ref().ok()?)))
            .collect();
        let starts: Vec<Equilibrium> =
            solved.iter().map(|(_, parameters, baseline)| self.start(arm, baseline, parameters)).collect();
        let found = self.experiment.model.solve_batch(
            &arm.world,
            &solved.iter().map(|(_, parameters, _)| parameters).collect::<Vec<_>>(),
            &starts.iter().collect::<Vec<_>>(),
        );
        for ((l, parameters, baseline), found) in solved.iter().zip(found) {
            match (&mut results[*l], found) {
                (Ok(impacts), Ok(found)) => {
                    impacts.push(self.impact(&arm.world, parameters, baseline, &found));
                }
                (result, Err(error)) => *result = Err(error),
                (Err(_), Ok(_)) => {}
            }
        }
    }

    /// Solves a draw with trade shares of its own: its baseline anew, at observed policy, then each outcome.
    fn with_own_flows(&self, index: u32) -> Solved {
        let sampler = &self.arms[0].sampler;
        let draw = sampler.draw(index);
        let (experiment, from) = (self.experiment, self.experiment.baseline);
        let accounts =
            Accounts { share: sampler.shares(index, &from.accounts.share), ..from.accounts.clone() };
        let world = |policy| World::new(&accounts, &from.preconditioner, policy, from.deficits);
        let observed_policy = Policy::default();
        let result = || {
            let model = experiment.model;
            let baseline = model.solve(
                &world(&observed_policy)?,
                &draw.parameters,
                &self.before.at(&draw.parameters),
            )?;
            let impacts = self.arms.iter().map(|arm| {
                let parameters = arm.sampler.draw(index).parameters;
                let world = world(arm.policy)?;
                let found = model.solve(&world, &parameters, &self.start(arm, &baseline, &parameters))?;
                Ok(self.impact(&world, &parameters, &baseline, &found))
            });
            impacts.collect()
        };
        Solved { floored: draw.floored, result: result() }
    }

    /// Where a draw starts: its own baseline, moved as is expected at its elasticities. Without any policy that is the
    /// draw's baseline to the bit, so that nothing changes.
    fn start(&self, arm: &Arm<'_>, baseline: &Equilibrium, parameters: &Parameters) -> Equilibrium {
        let (from, central) = (self.before.at(parameters), arm.expected.at(parameters));
        let moved = |own: &[f64], to: &[f64], from: &[f64]| -> Vec<f64> {
            own.iter().zip(to.iter().zip(from)).map(|(own, (to, from))| own + (to - from)).collect()
        };
        let scaled = |own: &[f64], to: &[f64], from: &[f64]| -> Vec<f64> {
            own.iter().zip(to.iter().zip(from)).map(|(own, (to, from))| own * (to / from)).collect()
        };
        Equilibrium {
            log_wage: moved(&baseline.log_wage, &central.log_wage, &from.log_wage),
            log_price: moved(&baseline.log_price, &central.log_price, &from.log_price),
            expenditure: scaled(&baseline.expenditure, &central.expenditure, &from.expenditure),
            iterations: 0,
            residual: 0.0,
        }
    }
}

/// Everything that is kept of the draws.
struct Collection {
    weights: Vec<f64>,
    numbers: Vec<Outcomes>,
    failed: Vec<(u32, SolveError)>,
    floored: u64,
}

impl Collection {
    fn new(kinds: &[usize], draws: u32, weights: Vec<f64>) -> Self {
        let mut numbers = [0_usize; KINDS_BYTES.len()];
        kinds.iter().for_each(|&kind| numbers[kind] += weights.len());
        let memory = |kind: usize| Memory::within(KINDS_BYTES[kind] / numbers[kind].max(1), draws as usize);
        let numbers = kinds.iter().map(|&kind| Outcomes::new(memory(kind), weights.len())).collect();
        Self { weights, numbers, failed: Vec::new(), floored: 0 }
    }

    /// Adds a block of draws in draw order; the numbers are shared out over the threads.
    fn add(&mut self, block: Vec<Solved>, first: u32, sectors: bool) {
        let mut impacts = Vec::with_capacity(block.len());
        for (index, solved) in (first..).zip(block) {
            self.floored += u64::from(solved.floored);
            match solved.result {
                Ok(outcomes) => impacts.push(outcomes),
                Err(error) => self.failed.push((index, error)),
            }
        }
        // By outcome and draw.
        let parts: Vec<Vec<[&[f64]; 3]>> = (0..self.weights.len())
            .map(|outcome| impacts.iter().map(|impacts| impacts[outcome].parts(sectors)).collect())
            .collect();
        let Some(lengths) = parts[0].first().map(|parts| parts.map(<[f64]>::len)) else { return };
        let mut numbers = &mut self.numbers[..];
        let weights = &self.weights;
        for (part, length) in lengths.into_iter().enumerate() {
            let (these, rest) = numbers.split_at_mut(length);
            numbers = rest;
            these.par_iter_mut().enumerate().with_min_len(512).for_each_init(
                || vec![Vec::new(); parts.len()],
                |columns, (number, outcomes)| {
                    for (column, parts) in columns.iter_mut().zip(&parts) {
                        column.clear();
                        column.extend(parts.iter().map(|parts| parts[part][number]));
                    }
                    outcomes.extend(columns, weights);
                },
            );
        }
    }

    /// The distribution of every number, over all outcomes and in each.
    fn spreads(&mut self) -> Vec<Vec<Option<Spread>>> {
        let weights = &self.weights;
        self.numbers.par_iter_mut().with_min_len(512).map(|outcomes| outcomes.spreads(weights)).collect()
    }
}
