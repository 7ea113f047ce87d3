//! All draws of a run, solved and summarised.

use rayon::prelude::*;

use crate::economy::accounts::Accounts;
use crate::economy::elasticities::Elasticities;
use crate::economy::policy::Policy;
use crate::model::baseline::Baseline;
use crate::model::equilibrium::{Equilibrium, SolveError};
use crate::model::forecast::Forecast;
use crate::model::impact::{Comparison, FlowRow, Impact, Measure};
use crate::model::trade_model::{BATCH, GeneralEquilibrium, TradeModel as _};
use crate::model::variable::{CountryVariable, FlowVariable, SectorVariable};
use crate::model::world::{Parameters, World};
use crate::monte_carlo::draw::{Draw, Sampler};
use crate::monte_carlo::estimate::{Estimate, Estimates, Spread};
use crate::monte_carlo::prior::Uncertainty;
use crate::monte_carlo::quantiles::Memory;
use crate::monte_carlo::summary::Collector;

/// What to simulate.
#[derive(Clone, Copy)]
pub struct Experiment<'a> {
    /// The model.
    pub model: &'a GeneralEquilibrium,
    /// The baseline.
    pub baseline: &'a Baseline,
    /// The policy.
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

/// Who is told how far a simulation has come.
pub trait Observer: Sync {
    /// `done` of `all` draws are finished.
    fn draws(&self, done: u32, all: u32);
}

/// The result of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Ensemble {
    /// Every reported number.
    pub estimates: Estimates,
    /// The draws that did not solve, and why, in draw order.
    pub failed: Vec<(u32, SolveError)>,
    /// Drawn elasticities raised to the floor, over all draws and sectors.
    pub floored: u64,
    /// The width of the coarsest bin behind any quantile, as a share of the distance between the smallest and largest
    /// draw; 0 when all are exact.
    pub quantile_error: f64,
    /// Sweeps of the central solution.
    pub iterations: usize,
    /// Residual of the central solution.
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
        let sampler = Sampler::new(self.uncertainty, self.elasticities, &self.policy.exempt_shares);
        let observed_policy = Policy::default();
        let (observed, world) = (self.baseline.world(&observed_policy)?, self.baseline.world(self.policy)?);
        let parameters = sampler.central();
        let central = self.model.solve(&world, &parameters, &self.baseline.central)?;
        let measure = Measure::new(&world, self.flow_rows, self.sectors);
        let solver = Solver::new(self, observed, &measure, &parameters, &central);
        let comparison = Comparison {
            parameters: &parameters,
            baseline: &self.baseline.central,
            counterfactual: &central,
        };
        let impact = measure.impact(comparison);
        let numbers = impact.parts().map(<[f64]>::len);
        let draws = self.uncertainty.draws;
        let mut collection = Collection::new(&self.kinds(numbers.iter().sum()), draws);
        let block = block(numbers.iter().sum());
        for first in (0..draws).step_by(block) {
            let last = draws.min(first + block as u32);
            collection.add(solver.block(&sampler, first..last), first);
            observer.draws(last, draws);
        }
        let quantile_error = collection.collectors.iter().map(Collector::quantile_error).fold(0.0, f64::max);
        let spreads = collection.spreads();
        Ok(Ensemble {
            estimates: self.estimates(&impact, spreads),
            failed: collection.failed,
            floored: collection.floored,
            quantile_error,
            iterations: central.iterations,
            residual: central.residual,
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

    fn estimates(&self, central: &Impact, spreads: Vec<Option<Spread>>) -> Estimates {
        let values = central.parts().into_iter().flatten();
        let mut all = values.zip(spreads).map(|(value, spread)| {
            let central = value.is_finite().then_some(*value);
            Estimate { central, spread: central.and(spread) }
        });
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
    fn parts(&self) -> [&[f64]; 3] {
        [&self.countries, &self.sectors, &self.flows]
    }
}

/// How many draws are solved before they are summarised.
fn block(numbers: usize) -> usize {
    let batches = BLOCK_BYTES / (BATCH * size_of::<f64>() * numbers.max(1));
    BATCH * batches.clamp(2, MOST_BATCHES)
}

/// One solved draw, or why it is not.
struct Solved {
    floored: u32,
    result: Result<Impact, SolveError>,
}

struct Solver<'a> {
    experiment: &'a Experiment<'a>,
    observed: World<'a>,
    measure: &'a Measure<'a, BATCH>,
    /// What to expect at observed policy, and with the policy.
    before: Forecast,
    after: Forecast,
}

impl<'a> Solver<'a> {
    fn new(
        experiment: &'a Experiment<'a>,
        observed: World<'a>,
        measure: &'a Measure<'a, BATCH>,
        parameters: &Parameters,
        central: &Equilibrium,
    ) -> Self {
        let (model, baseline) = (experiment.model, experiment.baseline);
        let (before, after) = if experiment.uncertainty.draws > 0 {
            (
                baseline.forecast(model, &observed, parameters),
                Forecast::learnt(model, measure.world, parameters, central.clone()),
            )
        } else {
            (Forecast::constant(baseline.central.clone()), Forecast::constant(central.clone()))
        };
        Self { experiment, observed, measure, before, after }
    }

    /// Solves some draws, in batches over the threads; the results stand in draw order.
    fn block(&self, sampler: &Sampler<'_>, draws: std::ops::Range<u32>) -> Vec<Solved> {
        let indices: Vec<u32> = draws.collect();
        // Whole parts for every thread: the longer one is, the less its last lanes wait.
        let part = indices.len().div_ceil(rayon::current_num_threads()).next_multiple_of(BATCH);
        let batches: Vec<Vec<Solved>> =
            indices.par_chunks(part).map(|batch| self.batch(sampler, batch)).collect();
        batches.into_iter().flatten().collect()
    }

    fn batch(&self, sampler: &Sampler<'_>, indices: &[u32]) -> Vec<Solved> {
        if sampler.draws_flows() {
            return indices.iter().map(|&index| self.with_own_flows(sampler, index)).collect();
        }
        let draws: Vec<Draw> = indices.iter().map(|&index| sampler.draw(index)).collect();
        let parameters: Vec<&Parameters> = draws.iter().map(|draw| &draw.parameters).collect();
        let model = self.experiment.model;
        let expected = self.before.at(&parameters);
        let baselines = self.experiment.baseline.solve(model, &self.observed, &parameters, &expected);
        let after = self.after.at(&parameters);
        let solved: Vec<usize> = (0..draws.len()).filter(|&l| baselines[l].is_ok()).collect();
        let starts: Vec<Equilibrium> = solved
            .iter()
            .map(|&l| start(baselines[l].as_ref().expect("chosen for it"), &expected[l], &after[l]))
            .collect();
        let found = model.solve_batch(
            self.measure.world,
            &solved.iter().map(|&l| parameters[l]).collect::<Vec<_>>(),
            &starts.iter().collect::<Vec<_>>(),
        );
        let comparisons: Vec<Comparison<'_>> = solved
            .iter()
            .zip(&found)
            .filter_map(|(&l, found)| {
                let (baseline, counterfactual) = (baselines[l].as_ref().ok()?, found.as_ref().ok()?);
                Some(Comparison { parameters: parameters[l], baseline, counterfactual })
            })
            .collect();
        let mut impacts = self.measure.impacts(&comparisons).into_iter();
        let mut found = found.iter();
        let results = draws.iter().zip(&baselines).map(|(draw, baseline)| {
            let result = baseline.as_ref().map_err(|error| *error).and_then(|_| {
                let found = found.next().expect("one result for every solved baseline");
                found.as_ref().map_err(|error| *error)?;
                Ok(impacts.next().expect("one for every solved draw"))
            });
            Solved { floored: draw.floored, result }
        });
        results.collect()
    }

    /// Solves a draw with trade shares of its own: its baseline anew, at observed policy, then the policy.
    fn with_own_flows(&self, sampler: &Sampler<'_>, index: u32) -> Solved {
        let draw = sampler.draw(index);
        let (experiment, from) = (self.experiment, self.experiment.baseline);
        let accounts =
            Accounts { share: sampler.shares(index, &from.accounts.share), ..from.accounts.clone() };
        let world = |policy| World::new(&accounts, &from.preconditioner, policy, from.deficits);
        let observed_policy = Policy::default();
        let result = || {
            let model = experiment.model;
            let parameters = &draw.parameters;
            let expected = |forecast: &Forecast| forecast.at(&[parameters]).remove(0);
            let (before, after) = (expected(&self.before), expected(&self.after));
            let baseline = model.solve(&world(&observed_policy)?, parameters, &before)?;
            let world = world(experiment.policy)?;
            let found = model.solve(&world, parameters, &start(&baseline, &before, &after))?;
            let measure = Measure::<1>::new(&world, experiment.flow_rows, experiment.sectors);
            Ok(measure.impact(Comparison { parameters, baseline: &baseline, counterfactual: &found }))
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
        iterations: 0,
        residual: 0.0,
    }
}

/// Everything that is kept of the draws.
struct Collection {
    collectors: Vec<Collector>,
    failed: Vec<(u32, SolveError)>,
    floored: u64,
}

impl Collection {
    fn new(kinds: &[usize], draws: u32) -> Self {
        let mut numbers = [0_usize; KINDS_BYTES.len()];
        kinds.iter().for_each(|&kind| numbers[kind] += 1);
        let memory = |kind: usize| Memory::within(KINDS_BYTES[kind] / numbers[kind].max(1), draws as usize);
        let collectors = kinds.iter().map(|&kind| Collector::new(memory(kind))).collect();
        Self { collectors, failed: Vec::new(), floored: 0 }
    }

    /// Adds a block of draws in draw order; the numbers are shared out over the threads.
    fn add(&mut self, block: Vec<Solved>, first: u32) {
        let mut impacts = Vec::with_capacity(block.len());
        for (index, solved) in (first..).zip(block) {
            self.floored += u64::from(solved.floored);
            match solved.result {
                Ok(impact) => impacts.push(impact),
                Err(error) => self.failed.push((index, error)),
            }
        }
        let parts: Vec<[&[f64]; 3]> = impacts.iter().map(Impact::parts).collect();
        let Some(lengths) = parts.first().map(|parts| parts.map(<[f64]>::len)) else { return };
        let mut collectors = &mut self.collectors[..];
        for (part, length) in lengths.into_iter().enumerate() {
            let (these, rest) = collectors.split_at_mut(length);
            collectors = rest;
            these.par_iter_mut().enumerate().with_min_len(512).for_each_init(
                Vec::new,
                |column, (number, collector)| {
                    column.clear();
                    column.extend(parts.iter().map(|parts| parts[part][number]));
                    collector.extend(column);
                },
            );
        }
    }

    /// The distribution of every number.
    fn spreads(&mut self) -> Vec<Option<Spread>> {
        self.collectors.par_iter_mut().with_min_len(512).map(Collector::spread).collect()
    }
}
