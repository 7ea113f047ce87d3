//! Games in normal form: what each of several players gets at every combination of their strategies.
//!
//! A combination, or profile, has one strategy of each player; the last player's varies fastest. Equilibria are Nash's
//! (1951, Non-cooperative games, Annals of Mathematics 54(2)). Mixed ones are found for two players, by support
//! enumeration: for every two equally large sets of strategies, the mixture of each player that leaves the other no
//! better choice among its set (von Stengel 2002, Computing equilibria for two-person games, Handbook of Game Theory 3,
//! algorithm 2.4). That finds all of a game in which no mixture has more best replies than it has strategies.

use nalgebra::{DMatrix, DVector};

/// The payoffs of a game.
#[derive(Clone, Debug, PartialEq)]
pub struct NormalForm<'a> {
    /// How many strategies each player has.
    pub strategies: &'a [usize],
    /// Payoffs by (profile, player).
    pub payoffs: &'a [f64],
    /// By how much a payoff must be larger to be better, by player.
    pub tolerance: &'a [f64],
}

/// A mixture of strategies of each of two players.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixed {
    /// Probabilities by player and strategy.
    pub probabilities: [Vec<f64>; 2],
}

impl Mixed {
    /// Which strategies are played with a probability above zero.
    pub fn support(&self) -> [Vec<usize>; 2] {
        let played = |probabilities: &Vec<f64>| -> Vec<usize> {
            (0..probabilities.len()).filter(|&at| probabilities[at] > 0.0).collect()
        };
        [played(&self.probabilities[0]), played(&self.probabilities[1])]
    }
}

/// How many profiles there are.
pub fn profiles(strategies: &[usize]) -> usize {
    strategies.iter().product()
}

/// The strategy of each player in a profile.
pub fn profile(strategies: &[usize], at: usize) -> Vec<usize> {
    let mut rest = at;
    let mut chosen = vec![0; strategies.len()];
    for (chosen, count) in chosen.iter_mut().zip(strategies).rev() {
        (*chosen, rest) = (rest % count, rest / count);
    }
    chosen
}

/// The profile in which a player has another strategy.
pub fn deviation(strategies: &[usize], at: usize, player: usize, strategy: usize) -> usize {
    let stride: usize = strategies[player + 1..].iter().product();
    let own = at / stride % strategies[player];
    at + strategy * stride - own * stride
}

impl NormalForm<'_> {
    fn payoff(&self, at: usize, player: usize) -> f64 {
        self.payoffs[at * self.strategies.len() + player]
    }

    /// Whether a player could not do better in a profile, given the strategies of the others.
    pub fn is_best_reply(&self, at: usize, player: usize) -> bool {
        let better = self.payoff(at, player) + self.tolerance[player];
        (0..self.strategies[player])
            .all(|other| self.payoff(deviation(self.strategies, at, player, other), player) <= better)
    }

    /// Whether no player gains by deviating from a profile alone.
    pub fn is_equilibrium(&self, at: usize) -> bool {
        (0..self.strategies.len()).all(|player| self.is_best_reply(at, player))
    }

    /// Whether no other profile is better for some player and worse for none.
    pub fn is_efficient(&self, at: usize) -> bool {
        let players = || 0..self.strategies.len();
        let gain = |other: usize, player: usize| self.payoff(other, player) - self.payoff(at, player);
        !(0..profiles(self.strategies)).any(|other| {
            players().all(|player| gain(other, player) >= -self.tolerance[player])
                && players().any(|player| gain(other, player) > self.tolerance[player])
        })
    }

    /// The equilibria of two players of which at least one mixes; none for other numbers of players.
    pub fn mixed(&self) -> Vec<Mixed> {
        let &[rows, columns] = self.strategies else { return Vec::new() };
        let sizes = 2..=rows.min(columns);
        let supports = sizes.flat_map(|size| {
            let of_columns = subsets(columns, size);
            subsets(rows, size)
                .into_iter()
                .flat_map(move |own| of_columns.clone().into_iter().map(move |other| [own.clone(), other]))
        });
        supports.filter_map(|supports| self.mixed_on(&supports)).collect()
    }

    /// The equilibrium in which exactly these strategies are played, if there is one.
    fn mixed_on(&self, supports: &[Vec<usize>; 2]) -> Option<Mixed> {
        let mixtures = [self.indifferent(1, supports)?, self.indifferent(0, supports)?];
        let is_best = (0..2).all(|player| {
            let values: Vec<f64> = (0..self.strategies[player])
                .map(|own| self.expected(player, own, &mixtures[1 - player]))
                .collect();
            let played = values[supports[player][0]];
            values.iter().all(|value| *value <= played + self.tolerance[player])
        });
        is_best.then_some(Mixed { probabilities: mixtures })
    }

    /// What a player gets from a strategy against a mixture of the other's.
    fn expected(&self, player: usize, own: usize, mixture: &[f64]) -> f64 {
        mixture.iter().enumerate().map(|(other, share)| share * self.against(player, own, other)).sum()
    }

    fn against(&self, player: usize, own: usize, other: usize) -> f64 {
        let [row, column] = if player == 0 { [own, other] } else { [other, own] };
        self.payoff(row * self.strategies[1] + column, player)
    }

    /// The mixture of a player's opponent on its support that makes all strategies of the player's own support worth the
    /// same: Σ_c u(r, c) p_c = v for all r, Σ_c p_c = 1. `None` where it is not unique or not positive.
    fn indifferent(&self, player: usize, supports: &[Vec<usize>; 2]) -> Option<Vec<f64>> {
        let (own, other) = (&supports[player], &supports[1 - player]);
        let size = own.len();
        let system = DMatrix::from_fn(size + 1, size + 1, |row, column| match (row < size, column < size) {
            (true, true) => {
                self.against(player, own[row], other[column]) - self.against(player, own[0], other[0])
            }
            (true, false) => -1.0,
            (false, true) => 1.0,
            (false, false) => 0.0,
        });
        let right = DVector::from_fn(size + 1, |row, _| if row < size { 0.0 } else { 1.0 });
        let found = scaled(system, self.tolerance[player])?.lu().solve(&right)?;
        let mut mixture = vec![0.0; self.strategies[1 - player]];
        for (&strategy, share) in other.iter().zip(found.iter()) {
            if !(*share > 0.0 && share.is_finite()) {
                return None;
            }
            mixture[strategy] = *share;
        }
        Some(mixture)
    }
}

/// The system with payoffs in units of the largest difference; `None` where all are the same within the tolerance.
fn scaled(mut system: DMatrix<f64>, tolerance: f64) -> Option<DMatrix<f64>> {
    let size = system.nrows() - 1;
    let largest = system.view((0, 0), (size, size)).amax();
    if largest <= tolerance {
        return None;
    }
    system.view_mut((0, 0), (size, size)).scale_mut(1.0 / largest);
    Some(system)
}

/// All sets of so many of the first numbers.
fn subsets(count: usize, size: usize) -> Vec<Vec<usize>> {
    let all = 0..1_u32 << count;
    let members = |set: u32| (0..count).filter(move |at| set >> at & 1 == 1).collect();
    all.filter(|set| set.count_ones() as usize == size).map(members).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equilibria(strategies: &[usize], payoffs: &[f64]) -> (Vec<usize>, Vec<usize>, Vec<[Vec<f64>; 2]>) {
        let tolerance = vec![1e-9; strategies.len()];
        let game = NormalForm { strategies, payoffs, tolerance: &tolerance };
        let all = || 0..profiles(strategies);
        let mixed = game.mixed().into_iter().map(|found| found.probabilities).collect();
        (
            all().filter(|&at| game.is_equilibrium(at)).collect(),
            all().filter(|&at| game.is_efficient(at)).collect(),
            mixed,
        )
    }

    fn near(found: &[Vec<f64>; 2], expected: [&[f64]; 2]) -> bool {
        let close = |(found, expected): (&Vec<f64>, &&[f64])| {
            found.len() == expected.len() && found.iter().zip(*expected).all(|(a, b)| (a - b).abs() < 1e-12)
        };
        found.iter().zip(&expected).all(close)
    }

    #[test]
    fn prisoners_both_defect_although_that_alone_is_not_efficient() {
        let (pure, efficient, mixed) = equilibria(&[2, 2], &[3.0, 3.0, 0.0, 5.0, 5.0, 0.0, 1.0, 1.0]);
        assert_eq!((pure, efficient), (vec![3], vec![0, 1, 2]));
        assert!(mixed.is_empty());
    }

    #[test]
    fn pennies_are_matched_by_chance_alone() {
        let (pure, efficient, mixed) = equilibria(&[2, 2], &[1.0, -1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0]);
        assert!(pure.is_empty() && efficient.len() == 4);
        assert!(mixed.len() == 1 && near(&mixed[0], [&[0.5, 0.5], &[0.5, 0.5]]), "{mixed:?}");
    }

    #[test]
    fn a_battle_has_two_equilibria_and_one_of_chance() {
        let (pure, _, mixed) = equilibria(&[2, 2], &[3.0, 2.0, 0.0, 0.0, 0.0, 0.0, 2.0, 3.0]);
        assert_eq!(pure, [0, 3]);
        assert!(mixed.len() == 1 && near(&mixed[0], [&[0.6, 0.4], &[0.4, 0.6]]), "{mixed:?}");
    }

    #[test]
    fn rock_paper_scissors_with_a_useless_fourth_strategy() {
        let own = [[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0], [-2.0, -2.0, -2.0]];
        let payoffs: Vec<f64> = own.iter().flatten().flat_map(|value| [*value, -value]).collect();
        let (pure, _, mixed) = equilibria(&[4, 3], &payoffs);
        let third = 1.0 / 3.0;
        assert!(pure.is_empty() && mixed.len() == 1);
        assert!(near(&mixed[0], [&[third, third, third, 0.0], &[third; 3]]), "{mixed:?}");
    }

    #[test]
    fn three_players_have_pure_equilibria_only() {
        // Everyone likes to do what the next one does, round the circle: all alike is an equilibrium.
        let payoffs: Vec<f64> = (0..8)
            .flat_map(|at| {
                let chosen = profile(&[2, 2, 2], at);
                (0..3).map(move |player| f64::from(u8::from(chosen[player] == chosen[(player + 1) % 3])))
            })
            .collect();
        let (pure, _, mixed) = equilibria(&[2, 2, 2], &payoffs);
        assert_eq!(pure, [0, 7]);
        assert!(mixed.is_empty());
    }

    #[test]
    fn profiles_are_counted_with_the_last_player_fastest() {
        assert_eq!(profile(&[2, 3, 2], 7), [1, 0, 1]);
        assert_eq!(deviation(&[2, 3, 2], 7, 1, 2), 11);
        assert_eq!(deviation(&[2, 3, 2], 7, 0, 0), 1);
    }

    #[test]
    fn payoffs_that_differ_by_less_than_counts_are_the_same() {
        let (pure, efficient, mixed) = equilibria(&[2, 2], &[1.0, 1.0, 1.0, 1.0 + 1e-12, 1.0, 1.0, 1.0, 1.0]);
        assert_eq!((pure.len(), efficient.len()), (4, 4));
        assert!(mixed.is_empty());
    }
}
