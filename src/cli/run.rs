//! `tariffsim run`: simulate a scenario.

use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::cli::checkpoint::Checkpoint;
use crate::cli::failure::Failure;
use crate::cli::ledger::{self, Fresh, Shard, Watched};
use crate::cli::open::{self, Opened};
use crate::cli::recorded::{Nothing, Task};
use crate::cli::sampling::{Draws, Sampling};
use crate::cli::simulate::{FlowScope, Scope, Simulation};
use crate::cli::until::{Kept, Until};
use crate::cli::{Day, Subject, market, output, until};
use crate::diagnostic::Diagnostic;
use crate::monte_carlo::ledger::Ledger;
use crate::monte_carlo::prior::Uncertainty;
use crate::report::contents::DRAWS;
use crate::report::draws::DrawTables;
use crate::report::study::Study;
use crate::report::{folder, json, result, terminal};

#[derive(Debug, clap::Args)]
#[command(
    mut_arg("draws", |arg| {
        arg.value_parser(Draws::count_or_part).value_name("N|A..B[/N]").help(
            "Number of Monte Carlo draws; 0 gives the central case only. A..B are the draws from A to before B, for --shard, of N where that matters",
        )
    }),
    after_help = "\
Examples:
  tariffsim run us-25-mexico-canada
  tariffsim run us-25-mexico-canada --draws 0
  tariffsim run us-25-mexico-canada-retaliation --contributions --draws 100
  tariffsim run my-scenario.toml --draws 5000 --seed 7 --out results
  tariffsim run us-25-mexico-canada --until-error welfare:MEX=0.02pp
  tariffsim run us-25-mexico-canada --draws 0..20 --shard a.parquet"
)]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    day: Day,
    #[command(flatten)]
    sampling: Sampling,
    #[command(flatten)]
    telling: Telling,
    /// Which flows go into flows.csv
    #[arg(long, value_enum, default_value_t = Flows::Touched)]
    flows: Flows,
    /// Only solve the draws, and write them into this file for `tariffsim merge`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "json", "contributions"])]
    shard: Option<PathBuf>,
    /// Take as many draws as it needs until the Monte Carlo error is at most this: `0.01pp` for welfare of all countries,
    /// or `welfare:MEX=0.01pp`, or relative to the mean `exports:MEX=2%`; at most as many as --draws says
    #[arg(long, value_name = "ERROR", value_parser = Until::read, value_delimiter = ',', conflicts_with = "shard")]
    until_error: Vec<Until>,
    /// Keep finished draws in DIR.partial beside --out DIR until the result is there; begin with those in it
    #[arg(long, requires = "out")]
    resume: bool,
}

/// Where results go.
#[derive(Debug, clap::Args)]
pub(super) struct Telling {
    /// Write a page, tables and charts into this folder; an earlier result in it is replaced
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Print one JSON document instead of the page
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
    /// Also write every draw: draws.parquet and draws.csv, with codebook.csv
    #[arg(long, requires = "out")]
    draws_out: bool,
    /// Show what each measure contributes to the results, over the draws too; without it --out has the central contributions
    /// of up to six measures
    #[arg(long)]
    pub(super) contributions: bool,
    /// Draw the picture of this market, such as USA:MET (partial equilibrium, with --out) [default: the single market of the
    /// scenario]
    #[arg(long, value_name = "IMPORTER:SECTOR", requires = "out")]
    pub(super) market: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Flows {
    /// Flows that a measure touches, and all goods of every pair
    Touched,
    /// Every flow with trade
    All,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let sampling = &arguments.sampling;
    let part = sampling.draws.and_then(Draws::part);
    if part.is_some() && arguments.shard.is_none() {
        return Err(a_part_alone());
    }
    if let Some(dir) = &arguments.telling.out {
        folder::check(dir)?;
    }
    let opened = open::open(&arguments.subject, &arguments.day)?;
    if !sampling.quiet {
        warn(&opened);
    }
    let mut uncertainty = sampling.over(opened.resolved.uncertainty);
    if !arguments.until_error.is_empty() {
        uncertainty.draws = sampling.draws.map_or(until::MOST, |_| uncertainty.draws);
        if uncertainty.design.needs_total() || uncertainty.draws == 0 {
            return Err(not_until(uncertainty.draws));
        }
    }
    if uncertainty.design.needs_total() && sampling.draws.is_some_and(Draws::lacks_total) {
        return Err(a_part_of_unknown(uncertainty.draws));
    }
    let task = Task {
        opened: &opened,
        uncertainty,
        scope: arguments.scope(),
        contributions: arguments.telling.contributions,
        market: market::named(arguments.telling.market.as_deref(), &opened)?,
        quiet: sampling.quiet,
    };
    sampling.with_threads(|| match (&arguments.shard, &arguments.telling.out) {
        (Some(path), _) => solve(path, &task, part.unwrap_or(0..uncertainty.draws)),
        (None, Some(dir)) if arguments.resume => resume(dir, arguments, &task),
        _ => arguments.tell(&task, &mut Nothing),
    })
}

/// Simulates with finished draws beside the result, until that is there.
fn resume(dir: &Path, arguments: &Arguments, task: &Task<'_>) -> Result<(), Failure> {
    let label = task.label(0..task.uncertainty.draws);
    let mut checkpoint = Checkpoint::open(dir, label, task.quiet)?;
    arguments.tell(task, &mut checkpoint)?;
    checkpoint.remove()
}

fn a_part_alone() -> Failure {
    let fault = Diagnostic::error("`--draws A..B` is a part of the draws, which alone is no result");
    Failure::Usage(Box::new(fault.help(
        "`--shard FILE` writes them into a file, and `tariffsim merge` puts such files together; `--draws N` takes the first N",
    )))
}

fn not_until(draws: u32) -> Failure {
    let (why, help) = match draws {
        0 => ("`--until-error` needs draws", "`--draws N` is the most of them"),
        _ => (
            "the draws of a Latin hypercube depend on how many there are, so that none can be added",
            "`--until-error` works with `--sampler sobol` and `--sampler random`",
        ),
    };
    Failure::Usage(Box::new(Diagnostic::error(why).help(help)))
}

fn a_part_of_unknown(end: u32) -> Failure {
    let fault = Diagnostic::error("the draws of a Latin hypercube depend on how many there are in all");
    Failure::Usage(Box::new(fault.help(format!(
        "`--draws A..B/N` says it, such as `0..{end}/{}`; draws of the other samplers do not depend on it",
        u64::from(end) * 10
    ))))
}

/// Solves some draws and writes them into a file.
fn solve(path: &Path, task: &Task<'_>, draws: Range<u32>) -> Result<(), Failure> {
    if draws.is_empty() {
        let fault = Diagnostic::error("a shard without draws would be empty");
        return Err(Failure::Usage(Box::new(fault.help("`--draws A..B` says which draws it has"))));
    }
    ledger::check_replaceable(path)?;
    let mut shard = Shard { file: Fresh::begin(path, &task.label(draws.clone()))?, failed: 0 };
    task.solve(draws.clone(), &mut shard)?;
    shard.file.finish()?;
    if task.quiet {
        return Ok(());
    }
    let (stem, shown) = (task.opened.scenario.stem(), path.display());
    let failed = match shard.failed {
        0 => String::new(),
        failed => format!("; {failed} of them have no solution"),
    };
    output::print(&format!("{shown}: draws {}..{} of {stem}{failed}\n", draws.start, draws.end))
}

impl Arguments {
    /// Simulates and tells the result, with as many draws as are enough where that is asked.
    fn tell(&self, task: &Task<'_>, ledger: &mut impl Ledger<Error = Failure>) -> Result<(), Failure> {
        if self.until_error.is_empty() {
            return tell(&self.telling, task, ledger);
        }
        let goals = {
            let Opened { data, resolved, .. } = task.opened;
            until::goals(&data.dataset, resolved.variables(), &self.until_error)?
        };
        let mut kept = Kept::new(ledger);
        let enough = task.solve_until(&goals, &mut kept)?;
        if !task.quiet {
            until::tell(&goals, &enough);
        }
        let uncertainty = Uncertainty { draws: enough.draws, ..task.uncertainty };
        tell(&self.telling, &Task { uncertainty, ..*task }, &mut kept)
    }

    /// What must be computed for what is asked.
    fn scope(&self) -> Scope {
        let whole = self.telling.out.is_some() || self.telling.json || self.shard.is_some();
        let flows = match self.flows {
            Flows::All => FlowScope::All,
            Flows::Touched if whole => FlowScope::TouchedAndTotals,
            Flows::Touched => FlowScope::Touched,
        };
        Scope { flows, sectors: whole }
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

/// Simulates with a ledger and writes the result, on demand with every draw.
pub(super) fn write(
    dir: &Path,
    with_draws: bool,
    task: &Task<'_>,
    ledger: &mut impl Ledger<Error = Failure>,
) -> Result<Simulation, Failure> {
    if !with_draws {
        let simulation = task.simulate(ledger, true)?;
        result::write(dir, &simulation.study(task.opened))?;
        return Ok(simulation);
    }
    let outcomes = task.outcomes_of_draws();
    let sampled = task.sampled(&outcomes);
    folder::make(dir, |draft| {
        let mut watched = Watched { ledger, tables: DrawTables::begin(draft, sampled)?, draft };
        let simulation = task.simulate(&mut watched, true)?;
        let hashes = watched.tables.finish().map_err(|reason| draft.unwritable(DRAWS, reason))?;
        result::fill(draft, &simulation.study(task.opened), hashes)?;
        Ok(simulation)
    })
}

/// Simulates with a ledger and tells the result.
pub(super) fn tell(
    telling: &Telling,
    task: &Task<'_>,
    ledger: &mut impl Ledger<Error = Failure>,
) -> Result<(), Failure> {
    let simulation = match &telling.out {
        Some(dir) => write(dir, telling.draws_out, task, ledger)?,
        None => task.simulate(ledger, false)?,
    };
    let study = simulation.study(task.opened);
    if telling.json {
        output::print(&json::text(&study))?;
    } else if !task.quiet {
        // What was not asked for stays in the folder.
        let contributions = study.contributions.filter(|_| task.contributions);
        output::print(&terminal::page(&Study { contributions, ..study }, output::width()))?;
    }
    let failed = simulation.notes.failed.len();
    if failed > 0 && !task.quiet {
        let message =
            format!("{failed} of {} draws have no solution and are left out", simulation.uncertainty.draws);
        output::warn_of(&[Diagnostic::warning(message).help("`run.json` in --out names each and says why")]);
    }
    Ok(())
}
