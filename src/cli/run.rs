//! `tariffsim run`: simulate a scenario.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::failure::Failure;
use crate::cli::open::{self, Opened};
use crate::cli::simulate::{FlowScope, Scope, Simulation, simulate};
use crate::cli::{Day, Subject, output};
use crate::diagnostic::Diagnostic;
use crate::monte_carlo::prior::Uncertainty;
use crate::report::{folder, json, result, terminal};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tariffsim run us-25-mexico-canada
  tariffsim run us-25-mexico-canada --draws 0
  tariffsim run my-scenario.toml --draws 5000 --seed 7 --out results")]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    day: Day,
    /// Number of Monte Carlo draws; 0 gives the central case only
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(0..=i64::from(Uncertainty::MOST_DRAWS)))]
    draws: Option<u32>,
    /// Seed of the random draws
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Write a page, tables and charts into this folder; an earlier result in it is replaced
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON document instead of the page
    #[arg(long)]
    json: bool,
    /// Print nothing but errors (for use with --out)
    #[arg(long, conflicts_with = "json")]
    quiet: bool,
    /// Threads to use; results do not depend on it [default: all]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Which flows go into flows.csv
    #[arg(long, value_enum, default_value_t = Flows::Touched)]
    flows: Flows,
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
    let opened = open::open(&arguments.subject, &arguments.day)?;
    if !arguments.quiet {
        warn(&opened);
    }
    let uncertainty = Uncertainty {
        draws: arguments.draws.unwrap_or(opened.resolved.uncertainty.draws),
        seed: arguments.seed.unwrap_or(opened.resolved.uncertainty.seed),
        ..opened.resolved.uncertainty
    };
    with_threads(arguments.threads, || {
        let simulation = simulate(&opened, uncertainty, arguments.scope(), !arguments.quiet)?;
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

/// Runs on a number of threads, by default all there are.
pub(super) fn with_threads<T: Send>(threads: Option<u16>, work: impl FnOnce() -> T + Send) -> T {
    let Some(threads) = threads else { return work() };
    match rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build() {
        Ok(pool) => pool.install(work),
        // Without new threads the common ones do; the results are the same.
        Err(_) => work(),
    }
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
    } else if !arguments.quiet {
        output::print(&terminal::page(&study, output::width()))?;
    }
    let failed = simulation.notes.failed.len();
    if failed > 0 && !arguments.quiet {
        let message =
            format!("{failed} of {} draws have no solution and are left out", simulation.uncertainty.draws);
        output::warn_of(&[Diagnostic::warning(message).help("`run.json` in --out names each and says why")]);
    }
    Ok(())
}
