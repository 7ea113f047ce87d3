//! Games: players with strategies, each a set of measures. Every combination of strategies is an outcome that is possible.

use std::collections::HashSet;

use toml::Spanned;

use crate::diagnostic::Diagnostic;
use crate::economy::dataset::Dataset;
use crate::index::CountryId;
use crate::numerics::normal_form::{profile, profiles};
use crate::scenario::Mentioned;
use crate::scenario::grammar::keys;
use crate::scenario::measure;
use crate::scenario::names;
use crate::scenario::outcome::{Outcome, Outcomes, read_measures};
use crate::scenario::reader::{self, Faults, Node};
use crate::units::Probability;

/// The most combinations of strategies: each is solved on every draw.
pub(super) const MOST_PROFILES: usize = 64;
/// The most players; with two strategies each they have that many combinations.
pub(super) const MOST_PLAYERS: usize = 6;

/// Somebody who chooses among strategies.
#[derive(Clone, Debug, PartialEq)]
pub struct Player {
    /// A name for results.
    pub name: Spanned<String>,
    /// The country whose welfare it is about.
    pub country: Spanned<String>,
    /// What it may do.
    pub strategies: Vec<Strategy>,
}

/// One thing that a player may do.
#[derive(Clone, Debug, PartialEq)]
pub struct Strategy {
    /// A name for results.
    pub name: Spanned<String>,
    /// The measures that come with it, by name.
    pub measures: Vec<String>,
}

/// Reads all players; none where the scenario is no game.
pub(super) fn read_all(
    node: Option<&Node<'_>>,
    outcomes: &Outcomes,
    mentioned: &mut Mentioned,
    faults: &mut Faults<'_>,
) -> Vec<Player> {
    let Some(node) = node else { return Vec::new() };
    let known = faults.found.len();
    let items = reader::entries(Some(node), "player", faults);
    let players: Vec<Player> =
        items.iter().enumerate().filter_map(|(at, item)| read(item, at, mentioned, faults)).collect();
    if !outcomes.list.is_empty() {
        let fault = Diagnostic::error("a game has no outcomes beside the players' strategies")
            .expected("either `[[player]]`, or `[[outcome]]` and `probability`")
            .help("what players do is chosen and not drawn; leave the probabilities out");
        faults.push(node.span(), fault);
    }
    if faults.found.len() == known {
        check(&players, node, faults);
    }
    if faults.found.len() == known { players } else { Vec::new() }
}

fn read(node: &Node<'_>, at: usize, mentioned: &mut Mentioned, faults: &mut Faults<'_>) -> Option<Player> {
    let mut keys = reader::table(node, &keys::PLAYER, "player", "a table of keys", faults)?;
    let name = measure::read_name(&mut keys, node, &format!("player-{}", at + 1), faults);
    let country = match keys.take("country") {
        Some(node) => reader::text(node, "country", faults),
        None => {
            let fault = Diagnostic::error("this player has no `country`")
                .expected("whose welfare it is about, such as `country = \"USA\"`");
            faults.push(node.span(), fault);
            None
        }
    };
    mentioned.countries.extend(country.clone());
    let items = reader::entries(keys.take("strategy"), "player.strategy", faults);
    let strategies = items.iter().enumerate().filter_map(|(at, item)| strategy(item, at, mentioned, faults));
    let strategies: Vec<Strategy> = strategies.collect();
    if items.is_empty() {
        let fault = Diagnostic::error("this player has no strategy")
            .expected("`[[player.strategy]]` below it, for each thing that it may do");
        faults.push(node.span(), fault);
    }
    keys.finish("in this player", &[("under `[[player.strategy]]`", &["measures"])], faults);
    Some(Player { name: name?, country: country?, strategies })
}

fn strategy(node: &Node<'_>, at: usize, mentioned: &Mentioned, faults: &mut Faults<'_>) -> Option<Strategy> {
    let mut keys = reader::table(node, &keys::STRATEGY, "strategy", "a table of keys", faults)?;
    let name = measure::read_name(&mut keys, node, &format!("strategy-{}", at + 1), faults);
    let measures = read_measures(&mut keys, mentioned, faults);
    let measures = measures.into_iter().map(Spanned::into_inner).collect();
    keys.finish("in this strategy", &[("under `[[measure]]`", &["by", "on", "add", "set"])], faults);
    Some(Strategy { name: name?, measures })
}

/// Names must tell players apart, and the strategies of each; there is something to choose, and not too much.
fn check(players: &[Player], node: &Node<'_>, faults: &mut Faults<'_>) {
    if !(2..=MOST_PLAYERS).contains(&players.len()) {
        let fault = Diagnostic::error(match players.len() {
            1 => "a game of one player".to_owned(),
            many => format!("a game of {many} players"),
        })
        .expected(format!("from 2 to {MOST_PLAYERS} players"));
        faults.push(node.span(), fault.help("`[[player]]` begins each"));
        return;
    }
    distinct(&players.iter().map(|player| &player.name).collect::<Vec<_>>(), "player", faults);
    for player in players {
        let names: Vec<_> = player.strategies.iter().map(|strategy| &strategy.name).collect();
        distinct(&names, "strategy of this player", faults);
    }
    let count = profiles(&counts(players));
    if !(2..=MOST_PROFILES).contains(&count) {
        let fault = Diagnostic::error(format!("the strategies have {count} combinations"))
            .expected(format!("from 2 to {MOST_PROFILES}"))
            .help("each combination is solved on every draw; keep the strategies that matter");
        faults.push(node.span(), fault);
    }
}

fn distinct(names: &[&Spanned<String>], what: &str, faults: &mut Faults<'_>) {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name.get_ref().as_str()) {
            let fault = Diagnostic::error(format!("another {what} is called `{}`", name.get_ref()));
            faults.push(name.span(), fault.expected("a name of its own"));
        }
    }
}

/// How many strategies each player has.
pub(super) fn counts(players: &[Player]) -> Vec<usize> {
    players.iter().map(|player| player.strategies.len()).collect()
}

/// Every combination of strategies as an outcome, the last player's varying fastest; none is more probable than others.
pub(super) fn outcomes(players: &[Player]) -> Outcomes {
    let counts = counts(players);
    let outcome = |at: usize| {
        let chosen = profile(&counts, at);
        let chosen = || players.iter().zip(&chosen).map(|(player, &at)| &player.strategies[at]);
        let names: Vec<&str> = chosen().map(|strategy| strategy.name.get_ref().as_str()).collect();
        Outcome {
            name: names.join(" / "),
            probability: Probability::CERTAIN.part(profiles(&counts)),
            measures: chosen().flat_map(|strategy| strategy.measures.iter().cloned()).collect(),
        }
    };
    // A measure that belongs to some strategy is in force only with it.
    Outcomes::new((0..profiles(&counts)).map(outcome).collect())
}

/// The countries of the players on a dataset; `None` when the faults say why not.
pub(super) fn countries(
    players: &[Player],
    dataset: &Dataset,
    faults: &mut Faults<'_>,
) -> Option<Vec<CountryId>> {
    let found: Vec<CountryId> =
        players.iter().filter_map(|player| names::country(dataset, &player.country, faults)).collect();
    (found.len() == players.len()).then_some(found)
}
