//! All draws of a run, solved and summarised.

use rayon::prelude::*;

use crate::economy::elasticities::Elasticities;
use crate::economy::policy::Policy;
use crate::model::baseline::Baseline;
use crate::model::equilibrium::SolveError;
use crate::model::impact::{FlowRow, Impact};
use crate::model::trade_model::{BATCH, GeneralEquilibrium};
use crate::model::variable::{CountryVariable, FlowVariable, SectorVariable};
use crate::model::world::World;
use crate::monte_carlo::contrast::{Contrast, Differences, Pair, Side};
use crate::monte_carlo::estimate::{Estimate, Estimates, Spread};
use crate::monte_carlo::prior::Uncertainty;
use crate::monte_carlo::quantiles::Memory;
use crate::monte_carlo::solver::{Arm, Solved, Solver};
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
        let alone = [Contender { experiment: *self, outcomes }];
        let found = run_together(&alone, &[], observer).map_err(|(_, none)| none)?;
        Ok(found.ensembles.into_iter().next().expect("one for every contender"))
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
            .map(|impact| impact.parts().into_iter().flatten().map(|&x| defined(x)).collect())
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

/// An experiment with the outcomes that are possible in it.
#[derive(Clone, Copy)]
pub struct Contender<'a> {
    /// The experiment.
    pub experiment: Experiment<'a>,
    /// Its outcomes.
    pub outcomes: &'a [Possible<'a>],
}

/// The results of several experiments.
#[derive(Clone, Debug, PartialEq)]
pub struct Together {
    /// Of each.
    pub ensembles: Vec<Ensemble>,
    /// Of each pair.
    pub differences: Vec<Differences>,
}

/// Solves several experiments on the same draws, block by block, and collects how far apart they are draw by draw. Each
/// has the results that it would have alone; all have the draws of the first.
///
/// # Errors
/// Which of them has no solution at central parameters, and why.
pub fn run_together(
    contenders: &[Contender<'_>],
    pairs: &[Pair],
    observer: &dyn Observer,
) -> Result<Together, (usize, NoSolution)> {
    let observed = Policy::default();
    let each = || contenders.iter().enumerate();
    let worlds: Vec<Vec<World<'_>>> =
        each().map(|(at, of)| of.worlds().map_err(|none| (at, none))).collect::<Result<_, _>>()?;
    let mut runs: Vec<Run<'_>> = each()
        .zip(&worlds)
        .map(|((at, of), worlds)| Run::begin(of, worlds, &observed).map_err(|none| (at, none)))
        .collect::<Result<_, _>>()?;
    let draws = contenders.first().map_or(0, |first| first.experiment.uncertainty.draws);
    let mut contrasts: Vec<Contrast> =
        pairs.iter().map(|pair| Contrast::new(*pair, pair.sides(|at| runs[at].side()), draws)).collect();
    let block = block(runs.iter().map(Run::numbers).sum());
    for first in (0..draws).step_by(block) {
        let last = draws.min(first + block as u32);
        let solved: Vec<Vec<Solved>> = runs.iter().map(|run| run.solver.block(first..last)).collect();
        for contrast in &mut contrasts {
            contrast.add(contrast.pair.sides(|at| &solved[at][..]));
        }
        for (run, solved) in runs.iter_mut().zip(solved) {
            run.collection.add(solved, first);
        }
        observer.draws(last, draws);
    }
    Ok(Together {
        ensembles: runs.into_iter().map(Run::end).collect(),
        differences: contrasts.into_iter().map(Contrast::end).collect(),
    })
}

fn in_outcome(outcome: usize) -> impl Fn(SolveError) -> NoSolution {
    move |error| NoSolution { outcome, error }
}

impl<'a> Contender<'a> {
    /// The world of each outcome.
    fn worlds(&self) -> Result<Vec<World<'a>>, NoSolution> {
        let baseline = self.experiment.baseline;
        let outcomes = self.outcomes.iter().enumerate();
        outcomes.map(|(at, outcome)| baseline.world(outcome.policy).map_err(in_outcome(at))).collect()
    }
}

/// An experiment on its way: solved at central parameters, and what its draws gave so far.
struct Run<'a> {
    experiment: &'a Experiment<'a>,
    solver: Solver<'a>,
    central: Vec<Impact>,
    collection: Collection,
}

impl<'a> Run<'a> {
    fn begin(
        contender: &'a Contender<'a>,
        worlds: &'a [World<'a>],
        observed: &'a Policy,
    ) -> Result<Self, NoSolution> {
        let experiment = &contender.experiment;
        let observed = experiment.baseline.world(observed).map_err(in_outcome(0))?;
        let arms = worlds.iter().enumerate();
        let arms = arms.map(|(at, world)| Arm::new(experiment, world).map_err(in_outcome(at)));
        let solver = Solver::new(experiment, observed, arms.collect::<Result<_, _>>()?);
        let central = solver.central_impacts();
        let kinds = experiment.kinds(central[0].parts().iter().map(|part| part.len()).sum());
        let weights = contender.outcomes.iter().map(|outcome| outcome.weight).collect();
        let collection = Collection::new(&kinds, experiment.uncertainty.draws, weights);
        Ok(Self { experiment, solver, central, collection })
    }

    /// How many numbers each draw has.
    fn numbers(&self) -> usize {
        self.collection.numbers.len() * self.central.len()
    }

    fn side(&self) -> Side<'_> {
        Side { central: &self.central, weights: &self.collection.weights }
    }

    fn end(mut self) -> Ensemble {
        let collection = &mut self.collection;
        let quantile_error = collection.numbers.iter().map(Outcomes::quantile_error).fold(0.0, f64::max);
        let mut estimates = self.experiment.estimates(&self.central, collection);
        let all = estimates.remove(0);
        let solutions = || self.solver.arms.iter().map(|arm| &arm.central);
        Ensemble {
            estimates: all,
            by_outcome: estimates,
            floored: collection.floored,
            quantile_error,
            iterations: solutions().map(|found| found.iterations).max().unwrap_or(0),
            residual: solutions().map(|found| found.residual).fold(0.0, f64::max),
            failed: self.collection.failed,
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
    fn add(&mut self, block: Vec<Solved>, first: u32) {
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
            .map(|outcome| impacts.iter().map(|impacts| impacts[outcome].parts()).collect())
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
