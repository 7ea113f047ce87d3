//! One simulation whose draws are kept: written for other machines, taken from them, or both.

use std::ops::Range;
use std::sync::Arc;

use crate::cli::baselines::{self, Start};
use crate::cli::contributions;
use crate::cli::failure::{Failure, reason};
use crate::cli::open::Opened;
use crate::cli::output;
use crate::cli::simulate::{Bar, Contestant, Prepared, Scope, Simulation, scenario_hash};
use crate::diagnostic::Diagnostic;
use crate::index::{CountryId, SectorId};
use crate::model::split::SplitError;
use crate::model::trade_model::GeneralEquilibrium;
use crate::monte_carlo::draw::Sampler;
use crate::monte_carlo::ensemble::{Contender, Solved};
use crate::monte_carlo::ledger::{Enough, Goal, Interrupted, Ledger, run_recorded, run_until, solve_part};
use crate::monte_carlo::prior::Uncertainty;
use crate::monte_carlo::welfare::welfare_split;
use crate::report::contents::WELFARE;
use crate::report::draws::{OutcomeOfDraws, Sampled};
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
    /// The market whose picture is asked for.
    pub(super) market: Option<(CountryId, SectorId)>,
    pub(super) quiet: bool,
}

impl<'a> Task<'a> {
    /// What its draws are of.
    pub(super) fn label(&self, draws: Range<u32>) -> Label {
        let Opened { data, resolved, .. } = self.opened;
        let hashes = [&scenario_hash(&resolved.inputs_for_hash()), &data.dataset.name, &data.hash()];
        let inputs = self.opened.inputs(self.scope.flows);
        let outcomes = resolved.possible().len();
        Label::new(inputs, hashes.map(String::as_str), self.uncertainty.points(), outcomes, draws)
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

    /// What stands in the tables of draws.
    pub(super) fn sampled<'b>(&'b self, outcomes: &'b [OutcomeOfDraws<'b>]) -> Sampled<'b> {
        let Opened { data, resolved, .. } = self.opened;
        Sampled {
            dataset: &data.dataset,
            variables: resolved.variables(),
            markets: resolved.markets.as_ref().map(|markets| &markets.elasticities),
            outcomes,
        }
    }

    /// Solves what the ledger does not have, and summarises everything; for a folder also what it has unasked.
    pub(super) fn simulate(
        &self,
        ledger: &mut impl Ledger<Error = Failure>,
        in_folder: bool,
    ) -> Result<Simulation, Failure> {
        let model = GeneralEquilibrium::default();
        let (prepared, outcomes) = (self.prepared(&model)?, self.opened.resolved.possible());
        let contender = Contender { experiment: prepared.experiment(&model), outcomes: &outcomes };
        let bar = Bar::new(self.uncertainty.draws, !self.quiet);
        let ensemble = run_recorded(&contender, ledger, &bar).map_err(|why| self.failure(why))?;
        bar.end();
        let mut simulation = prepared.simulation(ensemble);
        simulation.market = self.market;
        let dataset = &self.opened.data.dataset;
        simulation.inputs.market = self.market.map(|(importer, sector)| {
            format!("{}:{}", dataset.countries.code(importer), dataset.sectors.code(sector))
        });
        self.split(&prepared.start, in_folder, &mut simulation)?;
        if in_folder {
            match welfare_split(&contender) {
                Ok(found) => simulation.welfare = found,
                Err((outcome, error)) => simulation.notes.absent.push(self.no_parts(outcome, &error)),
            }
        }
        Ok(simulation)
    }

    /// Why there is no `welfare.csv`, in words.
    fn no_parts(&self, outcome: usize, error: &SplitError) -> String {
        let Opened { data, resolved, .. } = self.opened;
        let dataset = &data.dataset;
        let why = match error {
            SplitError::Closed { .. } => "trade that ends has no last price".to_owned(),
            SplitError::EntryOfFirms => "what firms that enter are worth is in none of them".to_owned(),
            SplitError::NoEquilibrium(error) => {
                format!("on the path to the new policy, {}", reason(dataset, error))
            }
            SplitError::NotSettled { country, gap, steps } => format!(
                "the sum along the path misses {gap:.1e} of the change of {} after {steps} steps, as where a quota begins to bind on the way",
                dataset.countries.code(*country)
            ),
        };
        let outcome = resolved.outcomes.get(outcome);
        let outcome =
            outcome.map(|outcome| format!("in the outcome `{}`, ", outcome.name)).unwrap_or_default();
        format!("{WELFARE}: {outcome}the change of welfare has no parts: {why}")
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
        let model = GeneralEquilibrium::default();
        let (prepared, outcomes) = (self.prepared(&model)?, self.opened.resolved.possible());
        let contender = Contender { experiment: prepared.experiment(&model), outcomes: &outcomes };
        let bar = Bar::new(part.len() as u32, !self.quiet);
        solve_part(&contender, part, ledger, &bar).map_err(|why| self.failure(why))?;
        bar.end();
        Ok(())
    }

    /// Solves draws until they are enough, at most as many as there are.
    pub(super) fn solve_until(
        &self,
        goals: &[(String, Goal)],
        ledger: &mut impl Ledger<Error = Failure>,
    ) -> Result<Enough, Failure> {
        let model = GeneralEquilibrium::default();
        let (prepared, outcomes) = (self.prepared(&model)?, self.opened.resolved.possible());
        let contender = Contender { experiment: prepared.experiment(&model), outcomes: &outcomes };
        let goals: Vec<Goal> = goals.iter().map(|(_, goal)| *goal).collect();
        let bar = Bar::new(self.uncertainty.draws, !self.quiet);
        let enough = run_until(&contender, &goals, ledger, &bar).map_err(|why| self.failure(why))?;
        bar.end();
        Ok(enough)
    }

    fn contestant(&self) -> Contestant<'a> {
        Contestant { label: "", opened: self.opened, uncertainty: self.uncertainty }
    }

    fn prepared(&self, model: &GeneralEquilibrium) -> Result<Prepared<'a>, Failure> {
        let start = Arc::new(baselines::solved(self.opened, model)?);
        Prepared::new(self.contestant(), start, self.scope)
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
