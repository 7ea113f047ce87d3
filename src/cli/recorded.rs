//! One simulation whose draws are kept: written for other machines, taken from them, or both.

use std::ops::Range;
use std::sync::Arc;

use crate::cli::baselines::{self, Start};
use crate::cli::contributions;
use crate::cli::failure::Failure;
use crate::cli::open::Opened;
use crate::cli::output;
use crate::cli::simulate::{Bar, Contestant, Prepared, Scope, Simulation, scenario_hash};
use crate::diagnostic::Diagnostic;
use crate::model::trade_model::GeneralEquilibrium;
use crate::monte_carlo::draw::Sampler;
use crate::monte_carlo::ensemble::{Contender, Solved};
use crate::monte_carlo::ledger::{Interrupted, Ledger, run_recorded, solve_part};
use crate::monte_carlo::prior::Uncertainty;
use crate::report::draws::OutcomeOfDraws;
use crate::report::shard::Label;
use crate::report::study::ALL_OUTCOMES;

/// A run that keeps nothing.
pub(super) struct Nothing;

impl Ledger for Nothing {
    type Error = Failure;

    fn recall(&mut self, _: Range<u32>) -> Result<Option<Vec<Solved>>, Failure> {
        Ok(None)
    }

    fn take(&mut self, _: Range<u32>, _: &[Solved], _: bool) -> Result<(), Failure> {
        Ok(())
    }
}

/// What is simulated with a ledger.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) opened: &'a Opened,
    pub(super) uncertainty: Uncertainty,
    pub(super) scope: Scope,
    /// Whether contributions are asked for, over the draws too.
    pub(super) contributions: bool,
    pub(super) quiet: bool,
}

impl<'a> Task<'a> {
    /// What its draws are of.
    pub(super) fn label(&self, draws: Range<u32>) -> Label {
        let Opened { data, resolved, .. } = self.opened;
        let hashes = [&scenario_hash(&resolved.inputs_for_hash()), &data.dataset.name, &data.hash()];
        let inputs = self.opened.inputs(self.scope.flows);
        let outcomes = resolved.possible().len();
        Label::new(inputs, hashes.map(String::as_str), self.uncertainty.seed, outcomes, draws)
    }

    /// What draws the parameters in each outcome.
    pub(super) fn outcomes_of_draws(&self) -> Vec<OutcomeOfDraws<'_>> {
        let resolved = &self.opened.resolved;
        let worlds = resolved.worlds().into_iter().zip(resolved.possible());
        let of_draws = worlds.map(|((name, policy), possible)| OutcomeOfDraws {
            name: name.unwrap_or(ALL_OUTCOMES),
            weight: possible.weight,
            policy,
            sampler: Sampler::new(&self.uncertainty, &resolved.elasticities, &policy.exempt_shares),
        });
        of_draws.collect()
    }

    /// Solves what the ledger does not have, and summarises everything; for a folder also what it has unasked.
    pub(super) fn simulate(
        &self,
        ledger: &mut impl Ledger<Error = Failure>,
        in_folder: bool,
    ) -> Result<Simulation, Failure> {
        let (prepared, ensemble) =
            self.solved(self.uncertainty.draws, |contender, bar| run_recorded(contender, ledger, bar))?;
        let mut simulation = prepared.simulation(ensemble);
        self.split(&prepared.start, in_folder, &mut simulation)?;
        Ok(simulation)
    }

    /// Works out what each measure contributes where that is asked for; in the central case also unasked, where it is cheap.
    fn split(&self, start: &Start, in_folder: bool, simulation: &mut Simulation) -> Result<(), Failure> {
        let (opened, asked) = (self.opened, self.contributions);
        simulation.inputs.contributions = asked;
        let count = contributions::count(opened);
        let unasked = in_folder && count <= contributions::MOST_UNASKED;
        if count < 2 {
            if asked && !self.quiet {
                let message =
                    "`--contributions`: there are no two measures in force to share the results out among";
                output::warn_of(&[Diagnostic::warning(message)]);
            }
            return Ok(());
        }
        if !(asked || unasked) {
            return Ok(());
        }
        let draws = if asked { self.uncertainty.draws } else { 0 };
        let uncertainty = Uncertainty { draws, ..self.uncertainty };
        let bar = Bar::new(draws, !self.quiet);
        let found = contributions::work_out(opened, start, &uncertainty, &bar);
        bar.end();
        match found {
            Ok(found) => simulation.contributions = Some(found),
            Err(failure) if asked => return Err(failure),
            Err(failure) => {
                let faults = failure.diagnostics();
                let why = faults.into_iter().map(|fault| format!("contributions: {}", fault.message));
                simulation.notes.absent.extend(why);
            }
        }
        Ok(())
    }

    /// Solves some draws for the ledger.
    pub(super) fn solve(
        &self,
        part: Range<u32>,
        ledger: &mut impl Ledger<Error = Failure>,
    ) -> Result<(), Failure> {
        let draws = part.len() as u32;
        self.solved(draws, |contender, bar| solve_part(contender, part, ledger, bar)).map(drop)
    }

    /// Solves so many draws in some way; gives what they were prepared from, and what came of them.
    fn solved<T>(
        &self,
        draws: u32,
        solve: impl FnOnce(&Contender<'_>, &Bar) -> Result<T, Interrupted<Failure>>,
    ) -> Result<(Prepared<'a>, T), Failure> {
        let model = GeneralEquilibrium::default();
        let (prepared, outcomes) = (self.prepared(&model)?, self.opened.resolved.possible());
        let contender = Contender { experiment: prepared.experiment(&model), outcomes: &outcomes };
        let bar = Bar::new(draws, !self.quiet);
        let found = solve(&contender, &bar).map_err(|why| self.failure(why))?;
        bar.end();
        Ok((prepared, found))
    }

    fn contestant(&self) -> Contestant<'a> {
        Contestant { label: "", opened: self.opened, uncertainty: self.uncertainty }
    }

    fn prepared(&self, model: &GeneralEquilibrium) -> Result<Prepared<'a>, Failure> {
        let start = Arc::new(baselines::solved(self.opened, model)?);
        Ok(Prepared::new(self.contestant(), start, self.scope))
    }

    fn failure(&self, why: Interrupted<Failure>) -> Failure {
        match why {
            Interrupted::NoSolution(none) => self.contestant().no_equilibrium(&none),
            Interrupted::Ledger(failure) => failure,
            Interrupted::Unfit(draws) => {
                let message = format!(
                    "the draws from {} on that were solved before have other numbers than this scenario",
                    draws.start
                );
                Diagnostic::error(message).help("solve them again with this version of the program").into()
            }
        }
    }
}
