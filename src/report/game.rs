//! A game: what each player gets at every combination of strategies, and what follows from that.

use std::io::{self, Write};
use std::path::Path;

use crate::index::CountryId;
use crate::model::variable::CountryVariable;
use crate::monte_carlo::estimate::Estimate;
use crate::monte_carlo::payoffs::{Frequency, Outlook, Profile};
use crate::numerics::normal_form::profile;
use crate::report::contents::{BEST_REPLIES, EQUILIBRIA, PAYOFFS, RECORD, SCENARIO};
use crate::report::folder::{self, FolderError, content, text};
use crate::report::number::push_exact;
use crate::report::record;
use crate::report::study::{InOutcome, Study};
use crate::report::tables::{beginning, push_rows, write_header};

/// A game that was played through.
#[derive(Clone, Debug)]
pub struct Game<'a> {
    /// The scenario. It has no outcomes, as nobody knows how probable a choice is.
    pub study: Study<'a>,
    /// What happens in each profile, the last player's strategy varying fastest.
    pub profiles: Vec<InOutcome<'a>>,
    /// Who plays.
    pub players: Vec<Player<'a>>,
    /// What follows from the payoffs.
    pub outlook: &'a Outlook,
}

/// A player.
#[derive(Clone, Debug)]
pub struct Player<'a> {
    /// Its name.
    pub name: &'a str,
    /// The country whose welfare it is about.
    pub country: CountryId,
    /// The names of its strategies.
    pub strategies: Vec<&'a str>,
}

impl Game<'_> {
    /// How many strategies each player has.
    pub fn counts(&self) -> Vec<usize> {
        self.players.iter().map(|player| player.strategies.len()).collect()
    }

    /// The names of the strategies of a profile.
    pub fn names(&self, at: usize) -> Vec<&str> {
        let chosen = profile(&self.counts(), at);
        self.players.iter().zip(chosen).map(|(player, at)| player.strategies[at]).collect()
    }

    /// What a player gets in a profile.
    pub fn payoff(&self, at: usize, player: usize) -> &Estimate {
        let country = self.players[player].country;
        self.profiles[at].estimates.country(country, CountryVariable::Welfare)
    }

    fn player_names(&self) -> Vec<&str> {
        self.players.iter().map(|player| player.name).collect()
    }
}

/// `payoffs.csv`: every variable of each player's country, profile by profile.
///
/// # Errors
/// Those of writing.
pub fn payoffs(game: &Game<'_>, out: &mut dyn Write) -> io::Result<()> {
    header(game, out, &["player", "variable", "unit", "stat", "value"])?;
    let mut rows = String::new();
    for (at, outcome) in game.profiles.iter().enumerate() {
        for player in &game.players {
            let lead = beginning(&[game.names(at), vec![player.name]].concat());
            let of = |&variable: &CountryVariable| {
                (variable.name(), variable.unit(), outcome.estimates.country(player.country, variable))
            };
            let variables: Vec<_> = CountryVariable::ALL.iter().map(of).collect();
            push_rows(&mut rows, &lead, &game.study.dataset.unit, &variables);
        }
    }
    out.write_all(rows.as_bytes())
}

/// What is told of a profile.
type Holds = fn(&Profile) -> Frequency;

/// `equilibria.csv`: which profiles are equilibria and which are efficient, then mixed equilibria with the probabilities
/// in them; what never holds has no row.
///
/// # Errors
/// Those of writing.
pub fn equilibria(game: &Game<'_>, out: &mut dyn Write) -> io::Result<()> {
    header(game, out, &["kind", "stat", "value"])?;
    let mut rows = String::new();
    let kinds: [(&str, Holds); 2] = [("pure", |of| of.equilibrium), ("efficient", |of| of.efficient)];
    for (kind, of) in kinds {
        for (at, profile) in game.outlook.profiles.iter().enumerate() {
            push_frequency(&mut rows, &beginning(&[game.names(at), vec![kind]].concat()), of(profile));
        }
    }
    for mixed in &game.outlook.mixed {
        let played = |player: usize, support: &[usize]| -> String {
            support.iter().map(|&at| game.players[player].strategies[at]).collect::<Vec<_>>().join(" + ")
        };
        let names = [played(0, &mixed.support[0]), played(1, &mixed.support[1])];
        let lead = beginning(&[&names[0], &names[1], "mixed"]);
        push_frequency(&mut rows, &lead, mixed.found);
        for (player, probabilities) in game.players.iter().zip(&mixed.probabilities) {
            for (strategy, probability) in player.strategies.iter().zip(probabilities) {
                let stat = format!("probability:{}:{strategy}", player.name);
                push_value(&mut rows, &lead, &stat, *probability);
            }
        }
    }
    out.write_all(rows.as_bytes())
}

/// `best_replies.csv`: in which draws a player could not do better in a profile, given what the others do.
///
/// # Errors
/// Those of writing.
pub fn best_replies(game: &Game<'_>, out: &mut dyn Write) -> io::Result<()> {
    header(game, out, &["player", "stat", "value"])?;
    let mut rows = String::new();
    for (at, profile) in game.outlook.profiles.iter().enumerate() {
        for (player, best) in game.players.iter().zip(&profile.best_reply) {
            push_frequency(&mut rows, &beginning(&[game.names(at), vec![player.name]].concat()), *best);
        }
    }
    out.write_all(rows.as_bytes())
}

/// Rows of what holds at central parameters or in some draw.
fn push_frequency(rows: &mut String, lead: &str, holds: Frequency) {
    if holds.central || holds.share.is_some_and(|share| share > 0.0) {
        push_value(rows, lead, "central", f64::from(u8::from(holds.central)));
        if let Some(share) = holds.share {
            push_value(rows, lead, "share", share);
        }
    }
}

fn push_value(rows: &mut String, lead: &str, stat: &str, value: f64) {
    rows.push_str(lead);
    rows.push_str(&beginning(&[stat]));
    push_exact(rows, value);
    rows.push('\n');
}

/// The names of the players as the first columns, then some more.
fn header(game: &Game<'_>, out: &mut dyn Write, columns: &[&str]) -> io::Result<()> {
    write!(out, "{}", beginning(&game.player_names()))?;
    write_header(out, columns)
}

/// Writes the files of a game into a folder, all or nothing.
///
/// # Errors
/// [`FolderError`]; see [`folder::check`].
pub fn write(dir: &Path, game: &Game<'_>) -> Result<(), FolderError> {
    folder::make(dir, |draft| {
        let hashes = draft.files(vec![
            content(PAYOFFS, |out| payoffs(game, out)),
            content(EQUILIBRIA, |out| equilibria(game, out)),
            content(BEST_REPLIES, |out| best_replies(game, out)),
            text(SCENARIO, game.study.resolved),
        ])?;
        draft.files(vec![text(RECORD, &record::game_json(game, hashes))]).map(drop)
    })
}
