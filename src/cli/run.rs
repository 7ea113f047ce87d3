//! `tariffsim run`: simulate a scenario.

use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;

use crate::cli::baselines::{self, Start};
use crate::cli::failure::Failure;
use crate::cli::open::{self, Opened};
use crate::cli::sampling::Sampling;
use crate::cli::simulate::{Bar, FlowScope, Scope, Simulation, simulate_from};
use crate::cli::{Day, Subject, contributions, output};
use crate::diagnostic::Diagnostic;
use crate::model::trade_model::GeneralEquilibrium;
use crate::monte_carlo::prior::Uncertainty;
use crate::report::study::Study;
use crate::report::{folder, json, result, terminal};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tariffsim run us-25-mexico-canada
  tariffsim run us-25-mexico-canada --draws 0
  tariffsim run us-25-mexico-canada-retaliation --contributions --draws 100
  tariffsim run my-scenario.toml --draws 5000 --seed 7 --out results")]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    day: Day,
    #[command(flatten)]
    sampling: Sampling,
    /// Write a page, tables and charts into this folder; an earlier result in it is replaced
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON document instead of the page
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
    /// Which flows go into flows.csv
    #[arg(long, value_enum, default_value_t = Flows::Touched)]
    flows: Flows,
    /// Show what each measure contributes to the results, over the draws too; without it --out has the central contributions
    /// of up to six measures
    #[arg(long)]
    contributions: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Flows {
    /// Flows that a measure touches, and all goods of every pair
    Touched,
    /// Every flow with trade
    All,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(dir) = &arguments.out {
        folder::check(dir)?;
    }
    let sampling = &arguments.sampling;
    let opened = open::open(&arguments.subject, &arguments.day)?;
    if !sampling.quiet {
        warn(&opened);
    }
    let uncertainty = sampling.over(opened.resolved.uncertainty);
    sampling.with_threads(|| {
        let start = Arc::new(baselines::solved(&opened, &GeneralEquilibrium::default())?);
        let mut simulation = simulate_from(&start, &opened, uncertainty, arguments.scope(), !sampling.quiet)?;
        split(arguments, &opened, &start, &mut simulation)?;
        report(arguments, &opened, &simulation)
    })
}

impl Arguments {
    /// What must be computed for what is asked.
    fn scope(&self) -> Scope {
        let whole = self.out.is_some() || self.json;
        let flows = match self.flows {
            Flows::All => FlowScope::All,
            Flows::Touched if whole => FlowScope::TouchedAndTotals,
            Flows::Touched => FlowScope::Touched,
        };
        Scope { flows, sectors: whole }
    }
}

/// Works out what each measure contributes where that is asked for; in the central case also unasked, where it is cheap.
fn split(
    arguments: &Arguments,
    opened: &Opened,
    start: &Start,
    simulation: &mut Simulation,
) -> Result<(), Failure> {
    let asked = arguments.contributions;
    let unasked = arguments.out.is_some() && contributions::count(opened) <= contributions::MOST_UNASKED;
    if contributions::count(opened) < 2 {
        if asked && !arguments.sampling.quiet {
            let message =
                "`--contributions`: there are no two measures in force to share the results out among";
            output::warn_of(&[Diagnostic::warning(message)]);
        }
        return Ok(());
    }
    if !(asked || unasked) {
        return Ok(());
    }
    let draws = if asked { simulation.uncertainty.draws } else { 0 };
    let uncertainty = Uncertainty { draws, ..simulation.uncertainty };
    let bar = Bar::new(draws, !arguments.sampling.quiet);
    let found = contributions::work_out(opened, start, &uncertainty, &bar);
    bar.end();
    match found {
        Ok(found) => simulation.contributions = Some(found),
        Err(failure) if asked => return Err(failure),
        Err(failure) => {
            let why =
                failure.diagnostics().into_iter().map(|fault| format!("contributions: {}", fault.message));
            simulation.notes.absent.extend(why);
        }
    }
    Ok(())
}

fn warn(opened: &Opened) {
    output::warn_of(&opened.resolved.warnings);
    let count = opened.data.warnings.len();
    if count > 0 {
        let warnings = if count == 1 { "1 warning".to_owned() } else { format!("{count} warnings") };
        let message = format!("the dataset `{}` has {warnings}", opened.data.dataset.name);
        output::warn_of(&[Diagnostic::warning(message).help("`tariffsim data check` shows them")]);
    }
}

fn report(arguments: &Arguments, opened: &Opened, simulation: &Simulation) -> Result<(), Failure> {
    let study = simulation.study(opened);
    if let Some(dir) = &arguments.out {
        result::write(dir, &study)?;
    }
    if arguments.json {
        output::print(&json::text(&study))?;
    } else if !arguments.sampling.quiet {
        // What was not asked for stays in the folder.
        let contributions = study.contributions.filter(|_| arguments.contributions);
        output::print(&terminal::page(&Study { contributions, ..study }, output::width()))?;
    }
    let failed = simulation.notes.failed.len();
    if failed > 0 && !arguments.sampling.quiet {
        let message =
            format!("{failed} of {} draws have no solution and are left out", simulation.uncertainty.draws);
        output::warn_of(&[Diagnostic::warning(message).help("`run.json` in --out names each and says why")]);
    }
    Ok(())
}
