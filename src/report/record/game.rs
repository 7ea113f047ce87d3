//! The record of a game.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::disclosure;
use crate::report::game::Game;
use crate::report::record::{self, FORMAT};

/// What a game leaves: as the record of a run, with who plays.
#[derive(Debug, Serialize)]
pub struct GameRecord<'a> {
    format: u32,
    program: record::Program,
    scenario: record::Scenario<'a>,
    data: record::Data<'a>,
    model: record::Model<'a>,
    uncertainty: record::Uncertainty<'a>,
    players: Vec<PlayerRecord<'a>>,
    solution: record::Solution<'a>,
    measures: Vec<record::Measure<'a>>,
    remarks: Vec<String>,
    names: record::Names<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    files: record::Hashes,
}

/// A player.
#[derive(Debug, Serialize)]
struct PlayerRecord<'a> {
    name: &'a str,
    country: &'a str,
    strategies: &'a [&'a str],
}

/// The record of a game, without hashes of files.
pub fn game<'a>(game: &'a Game<'a>) -> GameRecord<'a> {
    let study = &game.study;
    let players = game.players.iter().map(|player| PlayerRecord {
        name: player.name,
        country: study.dataset.countries.code(player.country),
        strategies: &player.strategies,
    });
    GameRecord {
        format: FORMAT,
        program: record::THIS_PROGRAM,
        scenario: record::scenario(study),
        data: record::data(study),
        model: record::model(study),
        uncertainty: record::uncertainty::uncertainty(study),
        players: players.collect(),
        solution: record::solution(study),
        measures: record::measures(study),
        remarks: disclosure::remarks(study),
        names: record::names(study),
        files: record::Hashes::new(),
    }
}

/// `run.json` of a game, with the hashes of the other files.
pub fn game_json(of: &Game<'_>, files: record::Hashes) -> String {
    record::sealed(&GameRecord { files, ..game(of) })
}
