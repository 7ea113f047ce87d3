//! The command line: the only place that knows its arguments, the terminal and where output goes.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod baselines;
mod check;
mod checkpoint;
mod compare;
mod completions;
mod contributions;
mod data;
pub mod diagnostics;
mod explain;
mod failure;
mod game;
mod ledger;
mod list;
mod man;
mod market;
mod merge;
mod nash;
mod new;
mod open;
mod optimal;
mod output;
mod recorded;
mod reopen;
mod replies;
mod report;
mod run;
mod sampling;
mod simulate;
mod strategy;
mod sweep;
mod timeline;
mod until;
mod variables;
mod verify;

/// Simulates what trade tariffs do to prices and volumes, with honest ranges.
///
/// A scenario file says who charges what on whose goods; the answer comes from a general-equilibrium trade model
/// on real data. Results are model estimates under stated assumptions, never a forecast.
#[derive(Debug, Parser)]
#[command(name = "tariffsim", version, max_term_width = 100, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  tariffsim list                                       what there is
  tariffsim explain us-25-mexico-canada                a prepared scenario in plain words
  tariffsim run us-25-mexico-canada                    its effects, with ranges
  tariffsim run us-25-mexico-canada --out results      the same as a folder: a page, tables, charts
  tariffsim new own.toml                               a scenario of your own to begin with";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Simulate a scenario and show what happens
    Run(run::Arguments),
    /// Simulate every day on which the measures of a scenario change
    Timeline(timeline::Arguments),
    /// Compare scenarios, or one under several assumptions, on the same draws
    Compare(compare::Arguments),
    /// Take a scenario through many values of one key or two
    Sweep(sweep::Arguments),
    /// Play a game: what each player gets for every choice, and where nobody would choose otherwise
    Game(game::Arguments),
    /// Find the tariffs that are best for one country
    Optimal(optimal::Arguments),
    /// Find tariffs from which none of several countries gains by deviating
    Nash(nash::Arguments),
    /// Write a scenario to begin with
    New(new::Arguments),
    /// Look for mistakes in a scenario without running it
    Check(check::Arguments),
    /// Say in plain words what a scenario does, then list every rate it changes
    Explain(explain::Arguments),
    /// List prepared scenarios, datasets, countries, sectors, groups or elasticity sets
    List(list::Arguments),
    /// Write the page of a result folder anew, from its files
    Report(report::Arguments),
    /// Put draws that were solved apart together into one result
    Merge(merge::Arguments),
    /// Make a result again and say whether it is the same
    Verify(verify::Arguments),
    /// Work with datasets
    Data(data::Arguments),
    /// Print a script that completes commands in a shell
    Completions(completions::Arguments),
    /// Print the manual page, or write one page for each command
    Man(man::Arguments),
}

/// Which scenario: what most verbs begin with.
#[derive(Debug, clap::Args)]
struct Subject {
    /// A scenario file, or the name of a prepared scenario (see `tariffsim list`)
    scenario: String,
    #[command(flatten)]
    changes: Changes,
}

/// What the command line changes of a scenario.
#[derive(Debug, clap::Args)]
struct Changes {
    /// A dataset: an embedded one by name, or a folder; instead of the one the scenario names
    #[arg(long, value_name = "DIR|NAME")]
    data: Option<PathBuf>,
    /// Set a key of the scenario, as if it stood in the file: `model.deficits=balanced`,
    /// `measure.NAME.add=10pp`; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
}

/// Which day of a scenario with dates.
#[derive(Debug, clap::Args)]
struct Day {
    /// The day to take of a scenario with dates, such as 2025-04-10
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
}

/// Reads the command line, does what it says, and gives the exit code: 0 done, 1 the user's input, 2 usage, 3 no
/// equilibrium.
pub fn main() -> ExitCode {
    let done = match Arguments::parse().verb {
        Verb::Run(arguments) => run::run(&arguments),
        Verb::Timeline(arguments) => timeline::timeline(&arguments),
        Verb::Compare(arguments) => compare::compare(&arguments),
        Verb::Sweep(arguments) => sweep::sweep(&arguments),
        Verb::Game(arguments) => game::game(&arguments),
        Verb::Optimal(arguments) => optimal::optimal(&arguments),
        Verb::Nash(arguments) => nash::nash(&arguments),
        Verb::New(arguments) => new::new(&arguments),
        Verb::Check(arguments) => check::check(&arguments),
        Verb::Explain(arguments) => explain::explain(&arguments),
        Verb::List(arguments) => list::list(&arguments),
        Verb::Report(arguments) => report::report(&arguments),
        Verb::Merge(arguments) => merge::merge(&arguments),
        Verb::Verify(arguments) => verify::verify(&arguments),
        Verb::Data(arguments) => data::data(&arguments),
        Verb::Completions(arguments) => completions::completions(&arguments),
        Verb::Man(arguments) => man::man(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let color = std::io::stderr().is_terminal();
            output::warn(&diagnostics::render(&failure.diagnostics(), color));
            failure.exit_code()
        }
    }
}
