//! The documents of chosen tariffs and of games.

use serde::Serialize;

use crate::model::variable::CountryVariable;
use crate::monte_carlo::payoffs::{Frequency, MixedEquilibrium};
use crate::report::game::Game;
use crate::report::json::{CountryValue, Value, countries, pretty, unit};
use crate::report::record::{self, GameRecord, TariffsRecord};
use crate::report::tables;
use crate::report::tariffs::Tariffs;

/// Tariffs that are chosen.
#[derive(Serialize)]
struct TariffsDocument<'a> {
    format: u32,
    record: TariffsRecord<'a>,
    countries: Vec<CountryValue<'a>>,
}

/// The document of chosen tariffs as text, with a line end.
pub fn tariffs_text(tariffs: &Tariffs<'_>) -> String {
    let worlds = tariffs.study.worlds();
    pretty(&TariffsDocument {
        format: record::FORMAT,
        record: record::tariffs(tariffs),
        countries: worlds.flat_map(|(outcome, study)| countries(outcome, &study)).collect(),
    })
}

/// A game.
#[derive(Serialize)]
struct GameDocument<'a> {
    format: u32,
    record: GameRecord<'a>,
    payoffs: Vec<Payoff<'a>>,
    profiles: Vec<ProfileValue<'a>>,
    mixed: Vec<MixedValue<'a>>,
}

/// A variable of a player's country in a profile.
#[derive(Serialize)]
struct Payoff<'a> {
    profile: Vec<&'a str>,
    player: &'a str,
    variable: &'static str,
    unit: &'a str,
    #[serde(flatten)]
    value: Value,
}

/// What a profile is.
#[derive(Serialize)]
struct ProfileValue<'a> {
    profile: Vec<&'a str>,
    /// By player: whether its strategy is a best reply to those of the others.
    best_reply: Vec<Holds>,
    equilibrium: Holds,
    efficient: Holds,
}

/// Whether something holds: at central parameters, and in which share of the draws.
#[derive(Serialize)]
struct Holds {
    central: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
}

/// A mixed equilibrium.
#[derive(Serialize)]
struct MixedValue<'a> {
    #[serde(flatten)]
    found: Holds,
    players: Vec<Mixture<'a>>,
}

/// What a player does in it.
#[derive(Serialize)]
struct Mixture<'a> {
    player: &'a str,
    strategies: Vec<(&'a str, f64)>,
}

impl From<Frequency> for Holds {
    fn from(Frequency { central, share }: Frequency) -> Self {
        Self { central, share }
    }
}

/// The document of a game as text, with a line end.
pub fn game_text(game: &Game<'_>) -> String {
    let profiles = game.outlook.profiles.iter().enumerate();
    pretty(&GameDocument {
        format: record::FORMAT,
        record: record::game(game),
        payoffs: (0..game.outlook.profiles.len()).flat_map(|at| payoffs(game, at)).collect(),
        profiles: profiles
            .map(|(at, profile)| ProfileValue {
                profile: game.names(at),
                best_reply: profile.best_reply.iter().map(|holds| (*holds).into()).collect(),
                equilibrium: profile.equilibrium.into(),
                efficient: profile.efficient.into(),
            })
            .collect(),
        mixed: game.outlook.mixed.iter().map(|mixed| mixture(game, mixed)).collect(),
    })
}

fn payoffs<'a>(game: &'a Game<'a>, at: usize) -> Vec<Payoff<'a>> {
    let estimates = game.profiles[at].estimates;
    let rows = game.players.iter().flat_map(|player| {
        CountryVariable::ALL.iter().map(move |&variable| Payoff {
            profile: game.names(at),
            player: player.name,
            variable: variable.name(),
            unit: unit(&game.study, variable.unit()),
            value: Value::of(tables::statistics(estimates.country(player.country, variable))),
        })
    });
    rows.filter(|row| row.value != Value::default()).collect()
}

fn mixture<'a>(game: &'a Game<'a>, mixed: &'a MixedEquilibrium) -> MixedValue<'a> {
    let players = game.players.iter().zip(&mixed.probabilities);
    let players = players.map(|(player, probabilities)| Mixture {
        player: player.name,
        strategies: player.strategies.iter().copied().zip(probabilities.iter().copied()).collect(),
    });
    MixedValue { found: mixed.found.into(), players: players.collect() }
}
