//! Shares of a total: what each of several players adds to it, on average over the orders in which they may come.
//!
//! With v(S) what the players of a coalition S bring about together, the share of player i of m is Shapley's (1953)
//!
//! ```text
//! φ_i = Σ_{S without i} |S|! (m − |S| − 1)! / m! · [v(S + i) − v(S)]          Σ_i φ_i = v(all) − v(none)
//! ```
//!
//! which is the mean of what i adds over all m! orders. Up to [`MOST_EXACT`] players every coalition is weighed; above
//! that only those of some orders, which come in pairs of an order and its reverse. What the players of one order add
//! sums to the total exactly, so their means over any orders do.
//!
//! Weights are whole numbers over a common divisor, so that those of coalitions with the same v can be added without any
//! rounding: who never changes anything has a share of exactly zero.

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

/// The most players of which every coalition is weighed.
pub const MOST_EXACT: usize = 10;

/// About so many coalitions are weighed where not all are.
const SAMPLED: usize = 1 << MOST_EXACT;

/// The fewest orders that are sampled: two pairs, so that their spread can be told.
const FEWEST_ORDERS: usize = 4;

/// The stream of orders: always the same, whatever the seed of a run.
const SEED: u64 = 0x5368_6170_6c65_7931;

/// Players by number: who is in.
pub type Coalition = Vec<bool>;

/// A coalition with the weight of its v in the share of each player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// Who is in.
    pub members: Coalition,
    /// Players with their weights, in units of one over [`Game::divisor`].
    pub weights: Vec<(usize, i64)>,
}

/// What has to be known to share a total out.
#[derive(Clone, Debug, PartialEq)]
pub struct Game {
    /// The coalitions.
    pub coalitions: Vec<Weighed>,
    /// What all weights are divided by.
    pub divisor: f64,
    /// The orders that were sampled, each followed by its reverse, as positions in `coalitions` from nobody to
    /// everybody; empty where every coalition is weighed.
    pub orders: Vec<Order>,
}

/// An order in which players come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The players.
    pub players: Vec<usize>,
    /// The coalition before the first, then that after each.
    pub coalitions: Vec<usize>,
}

impl Game {
    /// The game of so many players.
    pub fn new(players: usize) -> Self {
        if players <= MOST_EXACT { Self::exact(players) } else { Self::sampled(players) }
    }

    /// Every coalition, with Shapley's weights times m!.
    fn exact(players: usize) -> Self {
        let mut factorials = vec![1_i64];
        (1..=players).for_each(|n| factorials.push(factorials[n - 1] * n as i64));
        let coalition = |mask: usize| {
            let members: Coalition = (0..players).map(|player| mask >> player & 1 == 1).collect();
            let size = mask.count_ones() as usize;
            let weight = |(player, is_in): (usize, &bool)| match is_in {
                true => (player, factorials[size - 1] * factorials[players - size]),
                false => (player, -(factorials[size] * factorials[players - size - 1])),
            };
            Weighed { weights: members.iter().enumerate().map(weight).collect(), members }
        };
        Self {
            coalitions: (0..1 << players).map(coalition).collect(),
            divisor: factorials[players] as f64,
            orders: Vec::new(),
        }
    }

    /// The coalitions of some orders and their reverses.
    fn sampled(players: usize) -> Self {
        let pairs = (SAMPLED / (players - 1)).max(FEWEST_ORDERS) / 2;
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        let mut game = Self { coalitions: Vec::new(), divisor: 2.0 * pairs as f64, orders: Vec::new() };
        let mut order: Vec<usize> = (0..players).collect();
        for _ in 0..pairs {
            order.shuffle(&mut rng);
            game.add_order(order.clone());
            game.add_order(order.iter().rev().copied().collect());
        }
        game
    }

    fn add_order(&mut self, players: Vec<usize>) {
        let mut members = vec![false; players.len()];
        let mut coalitions = vec![self.coalitions.len()];
        self.coalitions.push(Weighed { members: members.clone(), weights: vec![(players[0], -1)] });
        for (at, &player) in players.iter().enumerate() {
            members[player] = true;
            coalitions.push(self.coalitions.len());
            let next = players.get(at + 1).map(|&next| (next, -1));
            let weights = std::iter::once((player, 1)).chain(next).collect();
            self.coalitions.push(Weighed { members: members.clone(), weights });
        }
        self.orders.push(Order { players, coalitions });
    }

    /// The standard error of each player's share from the finite number of orders, from what every coalition brings
    /// about: that of a mean over pairs of orders. `None` where every coalition is weighed.
    pub fn order_errors(&self, value: impl Fn(usize) -> f64) -> Option<Vec<f64>> {
        let players = self.orders.first()?.players.len();
        let added = |order: &Order| {
            let mut added = vec![0.0; players];
            for (at, &player) in order.players.iter().enumerate() {
                added[player] = value(order.coalitions[at + 1]) - value(order.coalitions[at]);
            }
            added
        };
        let pairs: Vec<[Vec<f64>; 2]> =
            self.orders.as_chunks::<2>().0.iter().map(|pair| pair.each_ref().map(added)).collect();
        let count = pairs.len() as f64;
        let error = |player: usize| {
            let means = || pairs.iter().map(|[one, other]| 0.5 * (one[player] + other[player]));
            let mean = means().sum::<f64>() / count;
            let squares: f64 = means().map(|value| (value - mean).powi(2)).sum();
            (squares / (count - 1.0) / count).sqrt()
        };
        Some((0..players).map(error).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(game: &Game, players: usize, value: impl Fn(&[bool]) -> f64) -> Vec<f64> {
        let mut shares = vec![0.0; players];
        for Weighed { members, weights } in &game.coalitions {
            weights.iter().for_each(|&(player, weight)| shares[player] += weight as f64 * value(members));
        }
        shares.iter().map(|share| share / game.divisor).collect()
    }

    #[test]
    fn the_glove_game_by_hand() {
        // One left glove and two right ones: a pair is worth 1.
        let worth = |of: &[bool]| f64::from(u8::from(of[0] && (of[1] || of[2])));
        let found = shares(&Game::new(3), 3, worth);
        for (found, by_hand) in found.iter().zip([2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0]) {
            assert!((found - by_hand).abs() < 1e-15, "{found} {by_hand}");
        }
    }

    #[test]
    fn who_adds_the_same_to_everyone_has_that_in_any_game() {
        let own = |player: usize| (player as f64 + 1.0).powi(3);
        let worth = |of: &[bool]| (0..of.len()).filter(|&at| of[at]).map(own).sum::<f64>();
        for players in [1, 2, 7, 10, 11, 40, 600] {
            let game = Game::new(players);
            for (player, share) in shares(&game, players, worth).into_iter().enumerate() {
                assert!((share / own(player) - 1.0).abs() < 1e-9, "{players} {player}: {share}");
            }
        }
    }

    #[test]
    fn sampled_shares_sum_to_the_total_and_are_near_the_exact_ones() {
        // Pairs of neighbours are worth something together.
        let worth = |of: &[bool]| {
            let links = of.windows(2).enumerate().filter(|(_, pair)| pair[0] && pair[1]);
            links.map(|(at, _)| 1.0 + at as f64).sum::<f64>()
        };
        let players = 12;
        let game = Game::new(players);
        assert!(game.coalitions.len() < 1300 && !game.orders.is_empty());
        let found = shares(&game, players, worth);
        assert!((found.iter().sum::<f64>() - 66.0).abs() < 1e-12);
        let errors = game.order_errors(|at| worth(&game.coalitions[at].members)).expect("orders");
        // Each link is shared by its two ends.
        let exact = |at: usize| {
            let left = if at > 0 { at as f64 / 2.0 } else { 0.0 };
            left + if at + 1 < players { (at as f64 + 1.0) / 2.0 } else { 0.0 }
        };
        for at in 0..players {
            // An order and its reverse share every link equally: nothing is left to chance.
            assert!((found[at] - exact(at)).abs() < 1e-12 && errors[at] < 1e-12, "{at}");
        }
    }

    #[test]
    fn the_error_of_orders_covers_what_they_miss() {
        let players = 11;
        let worth = |of: &[bool]| f64::from(u8::from(of[0] && of[1] && of[2]));
        let game = Game::new(players);
        let errors = game.order_errors(|at| worth(&game.coalitions[at].members)).expect("orders");
        for (at, share) in shares(&game, players, worth).into_iter().enumerate() {
            let exact = if at < 3 { 1.0 / 3.0 } else { 0.0 };
            assert!((share - exact).abs() <= 4.0 * errors[at], "{at}: {share} ± {}", errors[at]);
            assert!(at >= 3 || errors[at] > 0.0);
        }
        assert!(Game::new(3).order_errors(|_| 0.0).is_none());
    }

    #[test]
    fn coalitions_that_are_the_same_but_for_one_player_cancel_exactly() {
        let game = Game::new(10);
        let weight = |mask: usize| game.coalitions[mask].weights[3].1;
        for mask in (0..1 << 10).filter(|mask| mask >> 3 & 1 == 0) {
            assert_eq!(weight(mask) + weight(mask | 1 << 3), 0);
        }
    }
}
