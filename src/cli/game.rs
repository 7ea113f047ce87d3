//! `tariffsim game`: what each player gets for every choice of all.

use std::ops::Range;
use std::path::PathBuf;

use crate::cli::baselines;
use crate::cli::failure::Failure;
use crate::cli::open::{Opened, Shelf, Wanted};
use crate::cli::recorded::Task;
use crate::cli::sampling::Sampling;
use crate::cli::simulate::{FlowScope, Scope};
use crate::cli::{Day, Subject, output};
use crate::diagnostic::Diagnostic;
use crate::model::variable::CountryVariable;
use crate::monte_carlo::ensemble::Solved;
use crate::monte_carlo::ledger::Ledger;
use crate::monte_carlo::payoffs::{self, Payoffs};
use crate::report::game::{self, Game, Player};
use crate::report::{folder, json, terminal};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
A game is a scenario with players (`[[player]]`), each with strategies, which are sets of measures. All combinations are \
solved on the same draws; a payoff is the welfare of the player's country.

Examples:
  tariffsim game us-china-tariff-war --draws 20
  tariffsim game mexico-canada-us-game --draws 0
  tariffsim game us-china-tariff-war --draws 100 --out war")]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    day: Day,
    #[command(flatten)]
    sampling: Sampling,
    /// Write payoffs, best replies, equilibria and the record into this folder; an earlier result in it is replaced
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON document instead of the page
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
}

/// Collects what each player gets, draw by draw.
struct Watch(Payoffs);

impl Ledger for Watch {
    type Error = Failure;

    fn recall(&mut self, _: Range<u32>) -> Result<Option<Vec<Solved>>, Failure> {
        Ok(None)
    }

    fn take(&mut self, _: Range<u32>, solved: &[Solved], _: bool) -> Result<(), Failure> {
        self.0.add(solved);
        Ok(())
    }
}

pub(super) fn game(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(dir) = &arguments.out {
        folder::check(dir)?;
    }
    let Arguments { subject, day, sampling, .. } = arguments;
    let wanted = Wanted::new(&subject.scenario, &subject.changes, day).as_game();
    let opened = Shelf::default().open(wanted)?;
    if !sampling.quiet {
        output::warn_of(&opened.resolved.warnings);
    }
    if opened.resolved.markets.is_some() {
        return Err(baselines::no_welfare());
    }
    let task = Task {
        opened: &opened,
        uncertainty: sampling.over(opened.resolved.uncertainty),
        scope: Scope { flows: FlowScope::None, sectors: false },
        contributions: false,
        market: None,
        quiet: sampling.quiet,
    };
    let players = players(&opened);
    let mut watch = Watch(Payoffs::new(
        players
            .iter()
            .map(|player| payoffs::Player { country: player.country, strategies: player.strategies.len() })
            .collect(),
    ));
    sampling.with_threads(|| {
        let simulation = task.simulate(&mut watch, false)?;
        let mut study = simulation.study(&opened);
        let profiles = std::mem::take(&mut study.outcomes);
        let central: Option<Vec<f64>> = profiles
            .iter()
            .flat_map(|outcome| {
                players.iter().map(move |player| {
                    outcome.estimates.country(player.country, CountryVariable::Welfare).central
                })
            })
            .collect();
        let Some(central) = central else { return Err(no_welfare()) };
        let outlook = watch.0.outlook(&central);
        tell(arguments, &Game { study, profiles, players, outlook: &outlook })
    })
}

fn players(opened: &Opened) -> Vec<Player<'_>> {
    let written = opened.scenario.players().iter().zip(&opened.resolved.players);
    written
        .map(|(player, &country)| Player {
            name: player.name.get_ref(),
            country,
            strategies: player.strategies.iter().map(|strategy| strategy.name.get_ref().as_str()).collect(),
        })
        .collect()
}

fn no_welfare() -> Failure {
    Failure::NoEquilibrium(Box::new(Diagnostic::error(
        "the welfare of a player has no value in some profile",
    )))
}

fn tell(arguments: &Arguments, game: &Game<'_>) -> Result<(), Failure> {
    if let Some(dir) = &arguments.out {
        game::write(dir, game)?;
    }
    if arguments.json {
        output::print(&json::game_text(game))?;
    } else if !arguments.sampling.quiet {
        output::print(&terminal::game_page(game, output::width()))?;
    }
    let failed = game.study.solution.failed.len();
    if failed > 0 && !arguments.sampling.quiet {
        let message =
            format!("{failed} of {} draws have no solution and are left out", game.study.uncertainty.draws);
        output::warn_of(&[Diagnostic::warning(message).help("`run.json` in --out names each and says why")]);
    }
    Ok(())
}
