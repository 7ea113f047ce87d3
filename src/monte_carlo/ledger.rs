//! Draws that are kept: solved on another machine, or before a run was interrupted, and put together as if in one run.
//!
//! A draw depends on the seed and its own number only, so it does not matter where, when and beside which others it was
//! solved: what is put together is to the bit what one run gives.

use std::ops::Range;

use crate::economy::policy::Policy;
use crate::monte_carlo::ensemble::{Contender, Ensemble, NoSolution, Observer, Run, Solved, blocks};
use crate::monte_carlo::estimate::Spread;
use crate::monte_carlo::quantiles::Memory;
use crate::monte_carlo::sampling::Design;
use crate::monte_carlo::summary::Numbers;

/// Where solved draws come from, and where they go.
pub trait Ledger {
    /// Why draws cannot be read or kept.
    type Error;

    /// The draws of a block, if they are solved already.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn recall(&mut self, draws: Range<u32>) -> Result<Option<Vec<Solved>>, Self::Error>;

    /// Takes every block of draws in draw order; `fresh` ones have just been solved, others recalled.
    ///
    /// # Errors
    /// Why they cannot be kept.
    fn take(&mut self, draws: Range<u32>, solved: &[Solved], fresh: bool) -> Result<(), Self::Error>;
}

/// Why a run with a ledger has no result.
#[derive(Clone, Debug, PartialEq)]
pub enum Interrupted<E> {
    /// The central case has no solution.
    NoSolution(NoSolution),
    /// The ledger failed.
    Ledger(E),
    /// The draws that were recalled are others than those asked for, or of something else.
    Unfit(Range<u32>),
}

impl<E> From<NoSolution> for Interrupted<E> {
    fn from(none: NoSolution) -> Self {
        Self::NoSolution(none)
    }
}

/// Solves the central case and the draws that the ledger does not have.
///
/// # Errors
/// [`Interrupted`].
pub fn run_recorded<L: Ledger>(
    contender: &Contender<'_>,
    ledger: &mut L,
    observer: &dyn Observer,
) -> Result<Ensemble, Interrupted<L::Error>> {
    let (observed, worlds) = (Policy::default(), contender.worlds()?);
    let mut run = Run::begin(contender, &worlds, &observed)?;
    let all = contender.experiment.uncertainty.draws;
    for draws in blocks(0..all, run.numbers()) {
        let solved = run.solved(draws.clone(), ledger)?;
        run.collection.add(solved, draws.start);
        observer.draws(draws.end, all);
    }
    Ok(run.end())
}

/// How small the Monte Carlo error of a country's variable must become.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// Its position among the numbers of countries.
    pub number: usize,
    /// The largest error, in the variable's unit.
    pub error: f64,
    /// Whether that is a share of the mean instead.
    pub relative: bool,
}

impl Goal {
    /// The error that is reached over the error that is wanted; below 1 where the goal is met.
    fn distance(&self, spread: &Spread) -> f64 {
        let wanted = if self.relative { self.error * spread.mean.abs() } else { self.error };
        if spread.mc_error > 0.0 { spread.mc_error / wanted } else { 0.0 }
    }
}

/// Draws and how far they lead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Enough {
    /// How many.
    pub draws: u32,
    /// The goal that is the farthest from being met, by its position.
    pub goal: usize,
    /// The Monte Carlo error there.
    pub error: f64,
    /// Whether all goals are met.
    pub is_met: bool,
}

/// The draws at which it is looked at whether they are enough: the first, and after each the next. A Sobol sequence is
/// most even where its length is a power of two.
const FIRST_LOOK: u32 = 128;

fn next_look(design: Design, draws: u32) -> u32 {
    match design {
        Design::Sobol => draws.saturating_mul(2),
        Design::Random | Design::LatinHypercube => {
            draws.saturating_add((draws / 4 / FIRST_LOOK * FIRST_LOOK).max(FIRST_LOOK))
        }
    }
}

/// Solves draws until the errors of some numbers are small enough, at most as many as the experiment has. How many that
/// takes depends on the draws only. They are handed to the ledger, block by block.
///
/// # Errors
/// [`Interrupted`].
pub fn run_until<L: Ledger>(
    contender: &Contender<'_>,
    goals: &[Goal],
    ledger: &mut L,
    observer: &dyn Observer,
) -> Result<Enough, Interrupted<L::Error>> {
    let (observed, worlds) = (Policy::default(), contender.worlds()?);
    let run = Run::begin(contender, &worlds, &observed)?;
    let uncertainty = contender.experiment.uncertainty;
    let most = uncertainty.draws;
    let weights: Vec<f64> = contender.outcomes.iter().map(|outcome| outcome.weight).collect();
    let countries = run.country_numbers();
    let memory = Memory::within(0, most as usize);
    let mut numbers = Numbers::new(memory, countries, weights.len(), uncertainty.design);
    let (mut from, mut to) = (0, FIRST_LOOK.min(most));
    loop {
        for draws in blocks(from..to, run.numbers()) {
            let solved = run.solved(draws.clone(), ledger)?;
            let whole = draws.clone().zip(&solved);
            let (indices, impacts): (Vec<u32>, Vec<_>) =
                whole.filter_map(|(index, draw)| Some((index, draw.result.as_ref().ok()?))).unzip();
            if !indices.is_empty() {
                let rows = |outcome: usize| impacts.iter().map(|of| &of[outcome].countries[..]).collect();
                let rows: Vec<Vec<&[f64]>> = (0..weights.len()).map(rows).collect();
                numbers.extend(&indices, &rows, &weights);
            }
            observer.draws(draws.end, most);
        }
        numbers.sort();
        let spreads = goals.iter().enumerate().filter_map(|(at, goal)| {
            let spread = numbers.spread(goal.number, None, &weights)?;
            Some((at, goal.distance(&spread), spread.mc_error))
        });
        let farthest = spreads.max_by(|(_, one, _), (_, other, _)| one.total_cmp(other));
        let (goal, distance, error) = farthest.unwrap_or((0, f64::INFINITY, f64::INFINITY));
        if distance <= 1.0 || to == most {
            return Ok(Enough { draws: to, goal, error, is_met: distance <= 1.0 });
        }
        (from, to) = (to, next_look(uncertainty.design, to).min(most));
    }
}

impl Run<'_> {
    /// Some draws, from the ledger or solved, and handed to it.
    fn solved<L: Ledger>(
        &self,
        draws: Range<u32>,
        ledger: &mut L,
    ) -> Result<Vec<Solved>, Interrupted<L::Error>> {
        let known = ledger.recall(draws.clone()).map_err(Interrupted::Ledger)?;
        let fresh = known.is_none();
        let solved = known.unwrap_or_else(|| self.solver.block(draws.clone()));
        if solved.len() != draws.len() || !solved.iter().all(|draw| self.fits(draw)) {
            return Err(Interrupted::Unfit(draws));
        }
        ledger.take(draws, &solved, fresh).map_err(Interrupted::Ledger)?;
        Ok(solved)
    }
}

/// Solves some of the draws and hands each block to the ledger; nothing is summarised.
///
/// # Errors
/// [`Interrupted`].
pub fn solve_part<L: Ledger>(
    contender: &Contender<'_>,
    part: Range<u32>,
    ledger: &mut L,
    observer: &dyn Observer,
) -> Result<(), Interrupted<L::Error>> {
    let (observed, worlds) = (Policy::default(), contender.worlds()?);
    let run = Run::begin(contender, &worlds, &observed)?;
    for draws in blocks(part.clone(), run.numbers()) {
        let solved = run.solver.block(draws.clone());
        ledger.take(draws.clone(), &solved, true).map_err(Interrupted::Ledger)?;
        observer.draws(draws.end - part.start, part.len() as u32);
    }
    Ok(())
}
