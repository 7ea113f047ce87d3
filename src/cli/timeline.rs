//! `tariffsim timeline`: a scenario on every day on which the measures in force change.

use std::path::PathBuf;

use crate::cli::failure::Failure;
use crate::cli::open::{self, Opened};
use crate::cli::sampling::Sampling;
use crate::cli::simulate::{FlowScope, Scope, Simulation, simulate};
use crate::cli::{Day, Subject, output};
use crate::diagnostic::Diagnostic;
use crate::report::path::{self, Path};
use crate::report::{folder, terminal};
use crate::units::Date;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every day is solved on the same draws. Days with the same measures in force are solved once.

Examples:
  tariffsim timeline us-tariffs-2025-timeline --draws 0
  tariffsim timeline us-china-2018 --draws 50 --out over-time")]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    sampling: Sampling,
    /// Write the table, the chart and the record into this folder; an earlier result in it is replaced
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn timeline(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(dir) = &arguments.out {
        folder::check(dir)?;
    }
    let days = days(&arguments.subject)?;
    if !arguments.sampling.quiet {
        output::warn_of(&open::warnings(&days.iter().map(|(_, opened)| opened).collect::<Vec<_>>()));
    }
    let simulations = arguments.sampling.with_threads(|| simulated(&arguments.sampling, &days))?;
    let before = days.first().into_iter().chain(&days);
    let path = Path {
        days: before
            .zip(&days)
            .zip(&simulations.of_days)
            .filter_map(|(((_, before), (date, opened)), &at)| {
                let date = (*date)?;
                let study = simulations.list[at].study(opened);
                let events = opened.scenario.events(date, [&before.resolved, &opened.resolved]);
                Some(path::Day { date, events: events.words(), study })
            })
            .collect(),
    };
    if let Some(dir) = &arguments.out {
        arguments.sampling.with_threads(|| path::write(dir, &path))?;
    }
    if !arguments.sampling.quiet {
        output::print(&terminal::path_page(&path, output::width()))?;
    }
    Ok(())
}

/// The scenario on each of its days.
fn days(subject: &Subject) -> Result<Vec<(Option<Date>, Opened)>, Failure> {
    let days = open::open_days(subject, &Day { on: None })?;
    let fault = match days.as_slice() {
        [(None, opened)] if opened.scenario.date().is_some() => {
            Diagnostic::error("this scenario is for one day, and a timeline is for all")
                .help("leave out `date`")
        }
        [(None, _)] => Diagnostic::error(
            "no measure of this scenario has a date, so nothing changes with time",
        )
        .help("`from` and `until` say when a measure is in force; `tariffsim run` compares with and without"),
        _ => return Ok(days),
    };
    Err(fault.into())
}

/// The simulations, and which of them is that of each day.
struct Simulations {
    list: Vec<Simulation>,
    of_days: Vec<usize>,
}

/// Simulates each day; one on which the same is in force as on an earlier one has its simulation.
fn simulated(sampling: &Sampling, days: &[(Option<Date>, Opened)]) -> Result<Simulations, Failure> {
    let mut simulations = Simulations { list: Vec::new(), of_days: Vec::new() };
    let mut solved: Vec<&Opened> = Vec::new();
    // As `run` does: how exactly quantiles are kept depends on how many numbers there are.
    let scope = Scope { flows: FlowScope::Touched, sectors: false };
    for (_, opened) in days {
        let resolved = &opened.resolved;
        let same = solved.iter().position(|earlier| {
            let earlier = &earlier.resolved;
            earlier.policy == resolved.policy
                && earlier.outcomes == resolved.outcomes
                && earlier.elasticities == resolved.elasticities
        });
        let at = match same {
            Some(at) => at,
            None => {
                let uncertainty = sampling.over(resolved.uncertainty);
                simulations.list.push(simulate(opened, uncertainty, scope, !sampling.quiet)?);
                solved.push(opened);
                solved.len() - 1
            }
        };
        simulations.of_days.push(at);
    }
    Ok(simulations)
}
