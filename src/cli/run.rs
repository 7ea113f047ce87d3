//! `tariffsim run`: simulate a scenario.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::failure::Failure;
use crate::cli::open::{self, Opened};
use crate::cli::sampling::Sampling;
use crate::cli::simulate::{FlowScope, Scope, Simulation, simulate};
use crate::cli::{Day, Subject, output};
use crate::diagnostic::Diagnostic;
use crate::economy::markets::Form;
use crate::index::{CountryId, SectorId};
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
    #[command(flatten)]
    sampling: Sampling,
    /// Write a page, tables and charts into this folder; an earlier result in it is replaced
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON document instead of the page
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
    /// Draw the picture of this market, such as USA:MET (partial equilibrium, with --out) [default: the single market of the scenario]
    #[arg(long, value_name = "IMPORTER:SECTOR", requires = "out")]
    market: Option<String>,
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
    let sampling = &arguments.sampling;
    let opened = open::open(&arguments.subject, &arguments.day)?;
    market(arguments, &opened)?;
    if !sampling.quiet {
        warn(&opened);
    }
    let uncertainty = sampling.over(opened.resolved.uncertainty);
    sampling.with_threads(|| {
        let simulation = simulate(&opened, uncertainty, arguments.scope(), !sampling.quiet)?;
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

fn warn(opened: &Opened) {
    output::warn_of(&opened.resolved.warnings);
    let count = opened.data.warnings.len();
    if count > 0 {
        let warnings = if count == 1 { "1 warning".to_owned() } else { format!("{count} warnings") };
        let message = format!("the dataset `{}` has {warnings}", opened.data.dataset.name);
        output::warn_of(&[Diagnostic::warning(message).help("`tariffsim data check` shows them")]);
    }
}

/// The market that `--market` names.
fn market(arguments: &Arguments, opened: &Opened) -> Result<Option<(CountryId, SectorId)>, Failure> {
    let Some(typed) = &arguments.market else { return Ok(None) };
    let dataset = &opened.data.dataset;
    let is_exact = opened.resolved.markets.as_ref().is_some_and(|markets| markets.form == Form::Exact);
    let found = typed.split_once(':').and_then(|(importer, sector)| {
        Some((dataset.countries.find::<CountryId>(importer)?, dataset.sectors.find::<SectorId>(sector)?))
    });
    let fault = match found {
        _ if !is_exact => {
            Diagnostic::error("only partial equilibrium in its exact form has the picture of a market")
                .help("write `kind = \"partial-equilibrium\"` under `[model]`, or leave out `--market`")
        }
        Some(market) => return Ok(Some(market)),
        None => Diagnostic::error(format!("`--market {typed}` names no market of `{}`", dataset.name))
            .expected("the codes of an importer and of a sector, such as USA:MET")
            .help("`tariffsim list countries` and `tariffsim list sectors` show them"),
    };
    Err(fault.into())
}

fn report(arguments: &Arguments, opened: &Opened, simulation: &Simulation) -> Result<(), Failure> {
    let mut study = simulation.study(opened);
    if let Some(market) = market(arguments, opened)? {
        study.market = Some(market);
    }
    if let Some(dir) = &arguments.out {
        result::write(dir, &study)?;
    }
    if arguments.json {
        output::print(&json::text(&study))?;
    } else if !arguments.sampling.quiet {
        output::print(&terminal::page(&study, output::width()))?;
    }
    let failed = simulation.notes.failed.len();
    if failed > 0 && !arguments.sampling.quiet {
        let message =
            format!("{failed} of {} draws have no solution and are left out", simulation.uncertainty.draws);
        output::warn_of(&[Diagnostic::warning(message).help("`run.json` in --out names each and says why")]);
    }
    Ok(())
}
