//! Draws that are kept: solved on another machine, or before a run was interrupted, and put together as if in one run.
//!
//! A draw depends on the seed and its own number only, so it does not matter where, when and beside which others it was
//! solved: what is put together is to the bit what one run gives.

use std::ops::Range;

use crate::economy::policy::Policy;
use crate::monte_carlo::ensemble::{Contender, Ensemble, NoSolution, Observer, Run, Solved, blocks};

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
        let known = ledger.recall(draws.clone()).map_err(Interrupted::Ledger)?;
        let fresh = known.is_none();
        let solved = known.unwrap_or_else(|| run.solver.block(draws.clone()));
        if solved.len() != draws.len() || !solved.iter().all(|draw| run.fits(draw)) {
            return Err(Interrupted::Unfit(draws));
        }
        ledger.take(draws.clone(), &solved, fresh).map_err(Interrupted::Ledger)?;
        run.collection.add(solved, draws.start);
        observer.draws(draws.end, all);
    }
    Ok(run.end())
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
