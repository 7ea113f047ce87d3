//! The page of a game: what each player gets for every choice, and where nobody would choose otherwise.

use crate::monte_carlo::payoffs::{Frequency, MixedEquilibrium};
use crate::numerics::normal_form::profile;
use crate::report::game::Game;
use crate::report::number::{self, Figures};
use crate::report::terminal::layout::{Cell, Grid, Page};
use crate::report::terminal::{NARROWEST, estimate_and_ranges};
use crate::report::{disclosure, number::NO_VALUE};

/// Names of strategies are not cut below this many characters.
const SHORTEST_STRATEGY: usize = 12;

/// The most profiles of one kind that are told.
const MOST_TOLD: usize = 8;

/// The page for a terminal of some width, ending with a line end.
pub fn game_page(game: &Game<'_>, width: usize) -> String {
    let mut page = Page::new(width.max(NARROWEST));
    let study = &game.study;
    page.heading(study.title);
    page.paragraph(study.summary);
    page.note(&disclosure::assumptions(study));
    page.note(&estimate_and_ranges(study, ", on the same draws for every choice"));
    payoffs(&mut page, game);
    equilibria(&mut page, game);
    (0..game.players.len()).for_each(|player| best_replies(&mut page, game, player));
    notes(&mut page, game);
    page.text()
}

/// The strategies of all but the first two players, by position, for each table.
fn tables(game: &Game<'_>) -> Vec<usize> {
    let rest: usize = game.counts()[2..].iter().product();
    (0..rest).collect()
}

fn payoffs(page: &mut Page, game: &Game<'_>) {
    let names: Vec<&str> = game.players.iter().map(|player| player.name).collect();
    page.section("What each gets", &format!("change in welfare in per cent: {}", names.join(" / ")));
    let [rows, columns] = [&game.players[0], &game.players[1]];
    let rest = tables(game);
    for &at in &rest {
        let others = &game.names(at)[2..];
        let said = others.iter().zip(&names[2..]).map(|(strategy, name)| format!("{name}: {strategy}"));
        if !others.is_empty() {
            page.paragraph(&said.collect::<Vec<_>>().join(", "));
        }
        let corner = format!("{} ↓  {} →", rows.name, columns.name);
        let heads: Vec<&str> =
            [corner.as_str()].into_iter().chain(columns.strategies.iter().copied()).collect();
        let mut grid = Grid::new(&heads, SHORTEST_STRATEGY);
        for (row, strategy) in rows.strategies.iter().enumerate() {
            let profile = |column: usize| (row * columns.strategies.len() + column) * rest.len() + at;
            let cells = (0..columns.strategies.len()).map(|column| cell(game, profile(column)));
            grid.row(strategy, cells.collect());
        }
        page.grid(&grid);
    }
    page.note(
        "* could not do better, given what the others do. Where all have one, nobody would choose otherwise.",
    );
}

/// What all players get, with a star where it is the best they can have.
fn cell(game: &Game<'_>, at: usize) -> Cell {
    let shown = |player: usize| {
        let figures = Figures { range: None, ..Figures::from(game.payoff(at, player)) };
        let star = if game.outlook.profiles[at].best_reply[player].central { "*" } else { "" };
        figures.shown(1.0).map_or(NO_VALUE.to_owned(), |shown| shown.central) + star
    };
    Cell::text(&(0..game.players.len()).map(shown).collect::<Vec<_>>().join(" / "))
}

fn in_words(holds: Frequency) -> String {
    let central = if holds.central { "at central estimates" } else { "not at central estimates" };
    let share = holds.share.map(|share| format!("in {} of the draws", number::share(share)));
    std::iter::once(central.to_owned()).chain(share).collect::<Vec<_>>().join(", ")
}

/// What occurs, at central parameters first, then by how often.
fn ranked(found: impl Iterator<Item = (String, Frequency)>) -> Vec<(String, Frequency)> {
    let occurs = |holds: &Frequency| holds.central || holds.share.is_some_and(|share| share > 0.0);
    let mut found: Vec<_> = found.filter(|(_, holds)| occurs(holds)).collect();
    let share = |holds: &Frequency| holds.share.unwrap_or(0.0);
    found.sort_by(|(_, a), (_, b)| b.central.cmp(&a.central).then(share(b).total_cmp(&share(a))));
    found
}

fn equilibria(page: &mut Page, game: &Game<'_>) {
    page.section("Where nobody would choose otherwise", "equilibria in pure and mixed strategies");
    let profiles = || game.outlook.profiles.iter().enumerate();
    let pure = profiles().map(|(at, profile)| (game.names(at).join(" / "), profile.equilibrium));
    let mixed = game.outlook.mixed.iter().map(|mixed| (mixture(game, mixed), mixed.found));
    let found = ranked(pure.chain(mixed));
    tell(page, &found);
    if found.is_empty() {
        let pure = if game.players.len() > 2 { " in pure strategies" } else { "" };
        page.bullet(&format!("there is no equilibrium{pure}"));
    }
    if game.players.len() > 2 {
        page.note("Of three players or more only pure strategies are looked at.");
    }
    page.section("Efficient", "no other choice is better for somebody and worse for nobody");
    tell(page, &ranked(profiles().map(|(at, profile)| (game.names(at).join(" / "), profile.efficient))));
}

fn tell(page: &mut Page, found: &[(String, Frequency)]) {
    for (name, holds) in found.iter().take(MOST_TOLD) {
        page.bullet(&format!("{name}: {}", in_words(*holds)));
    }
    if found.len() > MOST_TOLD {
        page.note(&format!("{} more are in `equilibria.csv` of --out.", found.len() - MOST_TOLD));
    }
}

fn mixture(game: &Game<'_>, mixed: &MixedEquilibrium) -> String {
    let of = |player: usize| {
        let played = mixed.support[player].iter().map(|&at| {
            let share = number::share(mixed.probabilities[player][at]);
            format!("{} {share}", game.players[player].strategies[at])
        });
        played.collect::<Vec<_>>().join(" + ")
    };
    format!("mixed: {} / {}", of(0), of(1))
}

/// How often each strategy of a player is its best reply, for whatever the others do.
fn best_replies(page: &mut Page, game: &Game<'_>, player: usize) {
    let own = &game.players[player];
    let others: Vec<&str> =
        game.players.iter().map(|other| other.name).filter(|name| *name != own.name).collect();
    let about = match game.study.uncertainty.draws {
        0 => "at central estimates, what is best if the others choose",
        _ => "share of the draws in which each choice is best if the others choose; * at central estimates",
    };
    page.section(&format!("Best replies of {}", own.name), about);
    let corner = others.join(" / ");
    let heads: Vec<&str> = [corner.as_str()].into_iter().chain(own.strategies.iter().copied()).collect();
    let mut grid = Grid::new(&heads, SHORTEST_STRATEGY);
    let counts = game.counts();
    for at in (0..game.outlook.profiles.len()).filter(|&at| profile(&counts, at)[player] == 0) {
        let mut names = game.names(at);
        names.remove(player);
        let cells = (0..own.strategies.len()).map(|strategy| {
            let there = crate::numerics::normal_form::deviation(&counts, at, player, strategy);
            let best = game.outlook.profiles[there].best_reply[player];
            let shown = match (best.share, best.central) {
                (Some(share), central) => number::share(share) + if central { "*" } else { "" },
                (None, true) => "best".to_owned(),
                (None, false) => String::new(),
            };
            Cell::text(&shown)
        });
        grid.row(&names.join(" / "), cells.collect());
    }
    page.grid(&grid);
}

fn notes(page: &mut Page, game: &Game<'_>) {
    page.section("To read with it", "");
    page.bullet("each player chooses once, knows what all can do, and cares for its country's real income alone; there are no threats, elections or alliances in it");
    page.bullet("a choice that is best in little more than half of the draws is hardly better than the next; differences below a ten-millionth of a per cent count as none");
    if let Some(share) = game.outlook.solvable.share.filter(|share| *share < 1.0) {
        page.bullet(&format!(
            "in {} of the draws there is no equilibrium of this kind",
            number::share(1.0 - share)
        ));
    }
    for remark in disclosure::remarks(&game.study) {
        page.bullet(&remark);
    }
}
