//! A game over the draws: how often each profile is an equilibrium, a best reply of a player, or efficient. Payoffs are
//! the welfare of the players' countries.

use std::collections::BTreeMap;

use crate::index::CountryId;
use crate::model::impact::Impact;
use crate::model::variable::{CountryVariable, Variables};
use crate::monte_carlo::ensemble::Solved;
use crate::numerics::normal_form::{Mixed, NormalForm, profiles};

/// Who plays.
#[derive(Clone, Debug, PartialEq)]
pub struct Player {
    /// The country whose welfare is the payoff.
    pub country: CountryId,
    /// How many strategies it has.
    pub strategies: usize,
}

/// A payoff that is larger by no more than this, in per cent of income, is the same: what a solution leaves open.
pub const SAME: f64 = 1e-7;

/// How a profile fares.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Whether each player's strategy is a best reply there: at central parameters, and the share of draws.
    pub best_reply: Vec<Frequency>,
    /// Whether it is an equilibrium.
    pub equilibrium: Frequency,
    /// Whether no other is better for somebody and worse for nobody.
    pub efficient: Frequency,
}

/// Whether something holds: at central parameters, and in which share of the draws.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frequency {
    /// At central parameters.
    pub central: bool,
    /// Share of the draws; `None` without draws.
    pub share: Option<f64>,
}

/// An equilibrium in mixed strategies of two players.
#[derive(Clone, Debug, PartialEq)]
pub struct MixedEquilibrium {
    /// Which strategies are played.
    pub support: [Vec<usize>; 2],
    /// Whether there is one with these.
    pub found: Frequency,
    /// The probabilities by player and strategy: at central parameters, or else their mean over the draws that have it.
    pub probabilities: [Vec<f64>; 2],
}

/// A game, solved.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// By profile.
    pub profiles: Vec<Profile>,
    /// Those that occur, at central parameters first, then by how often.
    pub mixed: Vec<MixedEquilibrium>,
    /// Whether some profile is an equilibrium in pure strategies, or there is one in mixed ones.
    pub solvable: Frequency,
}

/// Collects the payoffs of a game draw by draw. The outcomes of a draw are its profiles.
#[derive(Clone, Debug)]
pub struct Payoffs {
    players: Vec<Player>,
    /// By (draw, profile, player).
    draws: Vec<f64>,
}

impl Payoffs {
    /// None yet.
    pub fn new(players: Vec<Player>) -> Self {
        Self { players, draws: Vec::new() }
    }

    /// Adds draws; those that have no solution in some profile are left out.
    pub fn add(&mut self, solved: &[Solved]) {
        for outcomes in solved.iter().filter_map(|draw| draw.result.as_ref().ok()) {
            for impact in outcomes {
                let payoffs = self.players.iter().map(|player| welfare(impact, player.country));
                self.draws.extend(payoffs);
            }
        }
    }

    /// The game, from what each player gets at central parameters, by (profile, player).
    pub fn outlook(&self, central: &[f64]) -> Outlook {
        let strategies: Vec<usize> = self.players.iter().map(|player| player.strategies).collect();
        let tolerance = vec![SAME; strategies.len()];
        let game = |payoffs| NormalForm { strategies: &strategies, payoffs, tolerance: &tolerance };
        let centre = game(central);
        let games: Vec<NormalForm<'_>> = self.draws.chunks_exact(central.len()).map(game).collect();
        let frequency = |holds: &dyn Fn(&NormalForm<'_>) -> bool| Frequency {
            central: holds(&centre),
            share: share(games.iter().filter(|game| holds(game)).count(), games.len()),
        };
        let profile = |at: usize| Profile {
            best_reply: (0..strategies.len())
                .map(|player| frequency(&|game| game.is_best_reply(at, player)))
                .collect(),
            equilibrium: frequency(&|game| game.is_equilibrium(at)),
            efficient: frequency(&|game| game.is_efficient(at)),
        };
        let mixed: Vec<Vec<Mixed>> = games.iter().map(NormalForm::mixed).collect();
        let has_pure = |game: &NormalForm<'_>| (0..profiles(&strategies)).any(|at| game.is_equilibrium(at));
        let solved = games.iter().zip(&mixed).filter(|(game, mixed)| has_pure(game) || !mixed.is_empty());
        let of_centre = centre.mixed();
        Outlook {
            profiles: (0..profiles(&strategies)).map(profile).collect(),
            solvable: Frequency {
                central: has_pure(&centre) || !of_centre.is_empty(),
                share: share(solved.count(), games.len()),
            },
            mixed: mixed_equilibria(&of_centre, &mixed),
        }
    }
}

fn share(count: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| count as f64 / of as f64)
}

/// A country's welfare in per cent, in general equilibrium.
pub fn welfare(impact: &Impact, country: CountryId) -> f64 {
    Variables::GENERAL.place(country, CountryVariable::Welfare).map_or(f64::NAN, |at| impact.countries[at])
}

/// Mixed equilibria by their supports.
fn mixed_equilibria(central: &[Mixed], draws: &[Vec<Mixed>]) -> Vec<MixedEquilibrium> {
    let mut by_support: BTreeMap<[Vec<usize>; 2], Vec<&Mixed>> = BTreeMap::new();
    for found in draws.iter().flatten() {
        by_support.entry(found.support()).or_default().push(found);
    }
    central.iter().for_each(|found| {
        by_support.entry(found.support()).or_default();
    });
    let mut all: Vec<MixedEquilibrium> = by_support
        .into_iter()
        .map(|(support, found)| {
            let centre = central.iter().find(|mixed| mixed.support() == support);
            let mean = |player: usize| -> Vec<f64> {
                let strategies = found.first().map_or(0, |first| first.probabilities[player].len());
                let of = |at: usize| found.iter().map(|mixed| mixed.probabilities[player][at]).sum::<f64>();
                (0..strategies).map(|at| of(at) / found.len() as f64).collect()
            };
            MixedEquilibrium {
                found: Frequency { central: centre.is_some(), share: share(found.len(), draws.len()) },
                probabilities: centre.map_or_else(|| [mean(0), mean(1)], |mixed| mixed.probabilities.clone()),
                support,
            }
        })
        .collect();
    let rank = |one: &MixedEquilibrium| (one.found.central, one.found.share.unwrap_or(0.0));
    all.sort_by(|a, b| rank(b).partial_cmp(&rank(a)).unwrap_or(std::cmp::Ordering::Equal));
    all
}
