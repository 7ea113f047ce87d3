//! All draws of a run, solved and summarised.

use std::ops::Range;

use rayon::prelude::*;

use crate::economy::elasticities::Elasticities;
use crate::economy::policy::Policy;
use crate::model::equilibrium::SolveError;
use crate::model::impact::{FlowRow, Impact};
use crate::model::trade_model::BATCH;
use crate::model::world::World;
use crate::monte_carlo::contrast::{Contrast, Differences, Pair, Side};
use crate::monte_carlo::estimate::{Estimate, Estimates};
use crate::monte_carlo::markets::{MarketArm, MarketSolver};
use crate::monte_carlo::model::{General, Model};
use crate::monte_carlo::prior::Uncertainty;
use crate::monte_carlo::quantiles::Memory;
use crate::monte_carlo::solver::{Arm, GeneralSolver, Solver};
pub use crate::monte_carlo::solver::{Solved, Unsolved};
use crate::monte_carlo::summary::{Numbers, weighted};

/// What to simulate.
#[derive(Clone, Copy)]
pub struct Experiment<'a> {
    /// The model, with what it starts from.
    pub model: Model<'a>,
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
    pub failed: Vec<(u32, Unsolved)>,
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
const KINDS_BYTES: [usize; 3] = [32 << 20, 8 << 20, 16 << 20];
/// Positions in [`KINDS_BYTES`].
const SHOWN: usize = 0;
const SECTOR: usize = 1;
const OTHER: usize = 2;

/// The most numbers that are collected as one run. What a run takes is given back once its estimates are made, and the
/// counts of so many take 32 MiB in the fewest bins: from there on the system has it back at once.
const LONGEST_RUN: usize = 1 << 18;

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

    /// What a policy does at central parameters.
    pub(super) fn central_impact(&self, policy: &Policy) -> Result<Impact, SolveError> {
        match self.model {
            Model::General(general) => {
                let world = general.baseline.world(policy)?;
                Ok(Arm::new(self, general, &world)?.central_impact(general.baseline))
            }
            Model::Partial(partial) => {
                Ok(MarketArm::new(self, partial, policy)?.central_impact(self, partial.markets))
            }
        }
    }

    /// Where the numbers of each kind stand in the parts of an [`Impact`], in their order.
    fn places(&self, impact: &Impact) -> Vec<Place> {
        let mut pairs: Vec<_> =
            self.policy.touched.iter().map(|flow| (flow.importer, flow.exporter)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let kind = |row: &FlowRow| match pairs.binary_search(&(row.importer, row.exporter)) {
            Ok(_) => SHOWN,
            Err(_) => OTHER,
        };
        let [countries, sectors, _] = impact.parts().map(<[f64]>::len);
        let mut places = vec![
            Place { part: 0, numbers: 0..countries, kind: SHOWN },
            Place { part: 1, numbers: 0..sectors, kind: SECTOR },
        ];
        let mut first = 0;
        for rows in self.flow_rows.chunk_by(|a, b| kind(a) == kind(b)) {
            let numbers = first..first + rows.len() * self.model.variables().flows.len();
            first = numbers.end;
            places.push(Place { part: 2, numbers, kind: kind(&rows[0]) });
        }
        places.into_iter().flat_map(Place::in_pieces).collect()
    }

    /// The estimates over all outcomes, then in each, of one outcome only the first; and the largest error of any
    /// quantile.
    fn estimates(
        &self,
        central: &[Impact],
        gathered: Vec<Gathered>,
        weights: &[f64],
    ) -> (Vec<Estimates>, f64) {
        let defined = |value: f64| value.is_finite().then_some(value);
        let [countries, sectors, flows] = central[0].parts().map(<[f64]>::len);
        let empty = || Estimates {
            variables: self.model.variables(),
            countries: Vec::with_capacity(countries),
            sectors: Vec::with_capacity(sectors),
            flow_rows: self.flow_rows.to_vec(),
            flows: Vec::with_capacity(flows),
        };
        let several = if central.len() > 1 { central } else { &[] };
        let mut estimates: Vec<Estimates> = (0..=several.len()).map(|_| empty()).collect();
        let mut quantile_error = 0.0_f64;
        for Gathered { place: Place { part, numbers, .. }, numbers: mut collected } in gathered {
            collected.sort();
            quantile_error = quantile_error.max(collected.quantile_error());
            let expected = |number: usize| {
                let values: Option<Vec<f64>> =
                    central.iter().map(|impact| defined(impact.parts()[part][number])).collect();
                Some(weighted(values?.into_iter(), weights))
            };
            for (at, estimates) in estimates.iter_mut().enumerate() {
                let outcome = at.checked_sub(1);
                let estimate = |number: usize| {
                    let central = match outcome {
                        None => expected(number),
                        Some(outcome) => defined(central[outcome].parts()[part][number]),
                    };
                    let spread = || collected.spread(number - numbers.start, outcome, weights);
                    Estimate { central, spread: central.and_then(|_| spread()) }
                };
                let found = numbers.clone().into_par_iter().with_min_len(512).map(estimate);
                estimates.part_mut(part).par_extend(found);
            }
        }
        (estimates, quantile_error)
    }
}

impl Estimates {
    /// The estimates of a part of an [`Impact`].
    fn part_mut(&mut self, part: usize) -> &mut Vec<Estimate> {
        [&mut self.countries, &mut self.sectors, &mut self.flows].into_iter().nth(part).expect("one of three")
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
    let uncertainty = contenders.first().map(|first| *first.experiment.uncertainty).unwrap_or_default();
    let draws = if contenders.is_empty() { 0 } else { uncertainty.draws };
    let mut contrasts: Vec<Contrast> = pairs
        .iter()
        .map(|pair| Contrast::new(*pair, pair.sides(|at| runs[at].side()), &uncertainty))
        .collect();
    for block in blocks(0..draws, runs.iter().map(Run::numbers).sum()) {
        let Range { start: first, end: last } = block;
        let solved: Vec<Vec<Solved>> = runs.iter().map(|run| run.solver.block(first..last)).collect();
        for contrast in &mut contrasts {
            contrast.add(first, contrast.pair.sides(|at| &solved[at][..]));
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
    /// The world of each outcome; markets need none.
    pub(super) fn worlds(&self) -> Result<Vec<World<'a>>, NoSolution> {
        let Model::General(General { baseline, .. }) = self.experiment.model else { return Ok(Vec::new()) };
        let outcomes = self.outcomes.iter().enumerate();
        outcomes.map(|(at, outcome)| baseline.world(outcome.policy).map_err(in_outcome(at))).collect()
    }
}

/// An experiment on its way: solved at central parameters, and what its draws gave so far.
pub(super) struct Run<'a> {
    experiment: &'a Experiment<'a>,
    pub(super) solver: Box<dyn Solver + 'a>,
    central: Vec<Impact>,
    pub(super) collection: Collection,
}

impl<'a> Run<'a> {
    pub(super) fn begin(
        contender: &'a Contender<'a>,
        worlds: &'a [World<'a>],
        observed: &'a Policy,
    ) -> Result<Self, NoSolution> {
        let experiment = &contender.experiment;
        let solver: Box<dyn Solver + 'a> = match experiment.model {
            Model::General(general) => {
                let observed = general.baseline.world(observed).map_err(in_outcome(0))?;
                let arms = worlds.iter().enumerate();
                let arms =
                    arms.map(|(at, world)| Arm::new(experiment, general, world).map_err(in_outcome(at)));
                Box::new(GeneralSolver::new(experiment, general, observed, arms.collect::<Result<_, _>>()?))
            }
            Model::Partial(partial) => {
                let arms = contender.outcomes.iter().enumerate();
                let arms = arms.map(|(at, outcome)| {
                    MarketArm::new(experiment, partial, outcome.policy).map_err(in_outcome(at))
                });
                Box::new(MarketSolver::new(experiment, partial, arms.collect::<Result<_, _>>()?))
            }
        };
        let central = solver.central_impacts();
        let weights = contender.outcomes.iter().map(|outcome| outcome.weight).collect();
        let collection = Collection::new(experiment.places(&central[0]), experiment.uncertainty, weights);
        Ok(Self { experiment, solver, central, collection })
    }

    /// How many numbers each draw has.
    pub(super) fn numbers(&self) -> usize {
        self.central.iter().flat_map(Impact::parts).map(<[f64]>::len).sum()
    }

    /// How many of them are those of countries.
    pub(super) fn country_numbers(&self) -> usize {
        self.central[0].countries.len()
    }

    /// Whether a draw that was solved elsewhere has as many numbers as those that are solved here.
    pub(super) fn fits(&self, solved: &Solved) -> bool {
        let sizes = |impact: &Impact| impact.parts().map(<[f64]>::len);
        match &solved.result {
            Ok(outcomes) => outcomes.iter().map(sizes).eq(self.central.iter().map(sizes)),
            Err(error) => error.error.is_within(self.experiment.model.shape()),
        }
    }

    fn side(&self) -> Side<'_> {
        let variables = self.experiment.model.variables();
        Side { central: &self.central, weights: &self.collection.weights, variables }
    }

    pub(super) fn end(self) -> Ensemble {
        let Collection { weights, gathered, failed, floored } = self.collection;
        let (mut estimates, quantile_error) = self.experiment.estimates(&self.central, gathered, &weights);
        let all = estimates.remove(0);
        let (iterations, residual) = self.solver.effort();
        Ensemble {
            estimates: all,
            by_outcome: estimates,
            failed,
            floored,
            quantile_error,
            iterations,
            residual,
        }
    }
}

impl Impact {
    /// All numbers in the order of [`Estimates`].
    fn parts(&self) -> [&[f64]; 3] {
        [&self.countries, &self.sectors, &self.flows]
    }
}

/// The blocks of some draws that are solved before they are summarised, where a draw has so many numbers.
pub(super) fn blocks(draws: Range<u32>, numbers: usize) -> impl Iterator<Item = Range<u32>> {
    let batches = BLOCK_BYTES / (BATCH * size_of::<f64>() * numbers.max(1));
    let block = BATCH * batches.clamp(2, MOST_BATCHES);
    draws.clone().step_by(block).map(move |first| first..draws.end.min(first + block as u32))
}

/// Neighbouring numbers of one kind in the results of a draw.
#[derive(Clone, Debug)]
struct Place {
    /// In which part of an [`Impact`].
    part: usize,
    /// Where in it.
    numbers: Range<usize>,
    /// A position in [`KINDS_BYTES`].
    kind: usize,
}

impl Place {
    /// The same, at most [`LONGEST_RUN`] at a time.
    fn in_pieces(self) -> impl Iterator<Item = Self> {
        let Self { part, numbers, kind } = self;
        numbers.clone().step_by(LONGEST_RUN).map(move |first| {
            let numbers = first..numbers.end.min(first + LONGEST_RUN);
            Self { part, numbers, kind }
        })
    }
}

/// What is collected of such numbers.
struct Gathered {
    place: Place,
    numbers: Numbers,
}

/// Everything that is kept of the draws.
pub(super) struct Collection {
    weights: Vec<f64>,
    gathered: Vec<Gathered>,
    failed: Vec<(u32, Unsolved)>,
    floored: u64,
}

impl Collection {
    fn new(places: Vec<Place>, uncertainty: &Uncertainty, weights: Vec<f64>) -> Self {
        let Uncertainty { draws, design, .. } = *uncertainty;
        let mut numbers = [0_usize; KINDS_BYTES.len()];
        places.iter().for_each(|place| numbers[place.kind] += place.numbers.len() * weights.len());
        let memory = |kind: usize| Memory::within(KINDS_BYTES[kind] / numbers[kind].max(1), draws as usize);
        let gathered = |place: Place| Gathered {
            numbers: Numbers::new(memory(place.kind), place.numbers.len(), weights.len(), design),
            place,
        };
        Self { gathered: places.into_iter().map(gathered).collect(), weights, failed: Vec::new(), floored: 0 }
    }

    /// Adds a block of draws in draw order; the numbers are shared out over the threads.
    pub(super) fn add(&mut self, block: Vec<Solved>, first: u32) {
        let (mut indices, mut impacts) = (Vec::with_capacity(block.len()), Vec::with_capacity(block.len()));
        for (index, solved) in (first..).zip(block) {
            self.floored += u64::from(solved.floored);
            match solved.result {
                Ok(outcomes) => {
                    indices.push(index);
                    impacts.push(outcomes);
                }
                Err(unsolved) => self.failed.push((index, unsolved)),
            }
        }
        if impacts.is_empty() {
            return;
        }
        let weights = &self.weights;
        self.gathered.par_iter_mut().for_each(|Gathered { place, numbers }| {
            // By outcome and draw.
            let rows: Vec<Vec<&[f64]>> = (0..weights.len())
                .map(|outcome| {
                    let parts = impacts.iter().map(|impacts| impacts[outcome].parts()[place.part]);
                    parts.map(|part| &part[place.numbers.clone()]).collect()
                })
                .collect();
            numbers.extend(&indices, &rows, weights);
        });
    }
}
