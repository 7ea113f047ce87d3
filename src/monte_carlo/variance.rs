//! How much of the variance of a number is due to each group of uncertain inputs.
//!
//! The groups are independent of one another. The first-order share of a group is the variance that remains of the mean
//! over everything else, Var(E[Y | group])/Var(Y): what would be gone on average if the group were known. Its total share
//! is E[Var(Y | all others)]/Var(Y): what would be left if all others were known. They differ by the interactions in
//! which the group takes part.
//!
//! Two independent samples of all inputs, A and B, and for every group A with that group from B, give both: first-order
//! shares as in Saltelli et al. (2010), Variance based sensitivity analysis of model output, Computer Physics
//! Communications 181(2), table 2 (b); total ones as in Jansen (1999), Analysis of variance designs for model output,
//! Computer Physics Communications 117(1–2). What will happen — the outcome of a scenario — is one more group: every outcome is
//! solved on every draw, so that its moments are exact sums over the outcomes. Errors are standard errors by the
//! jackknife over blocks of draws.

/// What was found of one number, by outcome and draw.
#[derive(Clone, Copy, Debug)]
pub struct Sampled<'a> {
    /// The probabilities of the outcomes.
    pub weights: &'a [f64],
    /// At the draws of the first sample.
    pub a: &'a [Vec<f64>],
    /// At the draws of the second sample; not needed for a single group.
    pub b: &'a [Vec<f64>],
    /// By group, at the draws of the first sample with that group from the second; empty for a single group.
    pub mixed: &'a [Vec<Vec<f64>>],
}

/// A share of a variance, with its standard error; both as fractions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// The share.
    pub share: f64,
    /// Its standard error.
    pub error: f64,
}

/// What one group is to the variance of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Importance {
    /// Alone.
    pub first_order: Part,
    /// With the interactions it takes part in.
    pub total: Part,
}

/// How many blocks of draws are left out one after the other to find the errors.
const BLOCKS: usize = 25;

/// The importance of every group, and after them, where there are several outcomes, that of what will happen. `None`
/// where the number does not vary, or has too few draws.
pub fn importance(sampled: &Sampled<'_>) -> Option<Vec<Importance>> {
    let draws = sampled.a.first().map_or(0, Vec::len);
    if draws < 2 * BLOCKS {
        return None;
    }
    let all = sampled.shares(|_| true)?;
    let block = |draw: usize| draw * BLOCKS / draws;
    let without: Vec<Vec<[f64; 2]>> =
        (0..BLOCKS).map(|out| sampled.shares(|draw| block(draw) != out)).collect::<Option<_>>()?;
    let part = |group: usize, which: usize| {
        let left: Vec<f64> = without.iter().map(|shares| shares[group][which]).collect();
        Part { share: all[group][which], error: jackknife(&left) }
    };
    Some(
        (0..all.len())
            .map(|group| Importance { first_order: part(group, 0), total: part(group, 1) })
            .collect(),
    )
}

/// The standard error of a statistic from its values with one block left out each.
fn jackknife(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    ((count - 1.0) / count * squares).sqrt()
}

impl Sampled<'_> {
    /// First-order and total share of every group from some of the draws.
    fn shares(&self, takes: impl Fn(usize) -> bool) -> Option<Vec<[f64; 2]>> {
        let draws: Vec<usize> = (0..self.a[0].len()).filter(|&draw| takes(draw)).collect();
        let mean = |value: &dyn Fn(usize) -> f64| -> f64 {
            draws.iter().map(|&draw| value(draw)).sum::<f64>() / draws.len() as f64
        };
        // Over the outcomes of a draw.
        let over = |value: &dyn Fn(usize) -> f64| -> f64 {
            self.weights.iter().enumerate().map(|(outcome, weight)| weight * value(outcome)).sum()
        };
        let centre = mean(&|draw| over(&|outcome| self.a[outcome][draw]));
        let from = |values: &[Vec<f64>], outcome: usize, draw: usize| values[outcome][draw] - centre;
        let expected = |values: &[Vec<f64>], draw: usize| over(&|outcome| from(values, outcome, draw));
        let square = |value: f64| value * value;
        let variance = mean(&|draw| over(&|outcome| square(from(self.a, outcome, draw))));
        if !(variance > 0.0 && variance.is_finite()) {
            return None;
        }
        let of_draws = mean(&|draw| square(expected(self.a, draw)));
        let mut shares = Vec::with_capacity(self.mixed.len().max(1) + 1);
        if self.mixed.is_empty() {
            let outcome_means = over(&|outcome| square(mean(&|draw| from(self.a, outcome, draw))));
            shares.push([of_draws, variance - outcome_means]);
        }
        for mixed in self.mixed {
            let first =
                mean(&|draw| expected(self.b, draw) * (expected(mixed, draw) - expected(self.a, draw)));
            let total =
                mean(&|draw| over(&|outcome| square(self.a[outcome][draw] - mixed[outcome][draw])) / 2.0);
            shares.push([first, total]);
        }
        if self.weights.len() > 1 {
            let outcome_means = over(&|outcome| square(mean(&|draw| from(self.a, outcome, draw))));
            shares.push([outcome_means, variance - of_draws]);
        }
        Some(shares.into_iter().map(|share| share.map(|part| part / variance)).collect())
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;
    use rand_distr::StandardNormal;

    use super::*;

    /// Y = o + 2x + y + xy with x and y standard normal and o = ±1 with probabilities ¾ and ¼: variances ¾, 4, 1 and 1 of
    /// the interaction.
    fn sampled(seed: u64, draws: usize, outcomes: bool) -> Vec<Importance> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut sample = || -> Vec<[f64; 2]> {
            (0..draws).map(|_| [rng.sample(StandardNormal), rng.sample(StandardNormal)]).collect()
        };
        let (a, b) = (sample(), sample());
        let weights = if outcomes { vec![0.75, 0.25] } else { vec![1.0] };
        let found = |sample: &[[f64; 2]]| -> Vec<Vec<f64>> {
            let at = |shift: f64| sample.iter().map(|[x, y]| shift + 2.0 * x + y + x * y).collect();
            [1.0, -1.0].into_iter().take(weights.len()).map(at).collect()
        };
        let mix = |group: usize| -> Vec<[f64; 2]> {
            let mixed = |(a, b): (&[f64; 2], &[f64; 2])| {
                let mut mixed = *a;
                mixed[group] = b[group];
                mixed
            };
            a.iter().zip(&b).map(mixed).collect()
        };
        let mixed: Vec<_> = (0..2).map(|group| found(&mix(group))).collect();
        let sampled = Sampled { weights: &weights, a: &found(&a), b: &found(&b), mixed: &mixed };
        importance(&sampled).expect("it varies")
    }

    /// How often the truth is within 1.96 errors, over many samples.
    fn coverage(outcomes: bool, truths: &[[f64; 2]]) {
        const REPLICATIONS: u64 = 200;
        let mut covered = vec![[0; 2]; truths.len()];
        for seed in 0..REPLICATIONS {
            let found = sampled(seed, 500, outcomes);
            assert_eq!(found.len(), truths.len());
            for ((found, truth), covered) in found.iter().zip(truths).zip(&mut covered) {
                for (at, part) in [found.first_order, found.total].iter().enumerate() {
                    covered[at] += u32::from((part.share - truth[at]).abs() < 1.96 * part.error);
                }
            }
        }
        for covered in covered.iter().flatten() {
            assert!((176..=199).contains(covered), "{covered} of {REPLICATIONS}");
        }
    }

    #[test]
    fn known_shares_are_within_their_errors_as_often_as_they_should_be() {
        coverage(false, &[[4.0 / 6.0, 5.0 / 6.0], [1.0 / 6.0, 2.0 / 6.0]]);
        coverage(true, &[[4.0 / 6.75, 5.0 / 6.75], [1.0 / 6.75, 2.0 / 6.75], [0.75 / 6.75, 0.75 / 6.75]]);
    }

    #[test]
    fn a_single_group_needs_one_sample() {
        let (weights, a) = ([0.5, 0.5], [[1.0, 3.0].repeat(50), [2.0, 8.0].repeat(50)]);
        let sampled = Sampled { weights: &weights, a: &a, b: &[], mixed: &[] };
        // Means 2 and 5, variances 1 and 9; the mean over outcomes is 1.5 or 5.5.
        let found = importance(&sampled).expect("it varies");
        let shares: Vec<[f64; 2]> =
            found.iter().map(|found| [found.first_order.share, found.total.share]).collect();
        assert_eq!(shares, [[4.0 / 7.25, 5.0 / 7.25], [2.25 / 7.25, 3.25 / 7.25]]);
        let alone = Sampled { weights: &[1.0], a: &a[..1], b: &[], mixed: &[] };
        let all = Part { share: 1.0, error: 0.0 };
        assert_eq!(importance(&alone), Some(vec![Importance { first_order: all, total: all }]));
    }

    #[test]
    fn what_does_not_vary_has_no_shares() {
        let a = [vec![3.0; 100]];
        assert_eq!(importance(&Sampled { weights: &[1.0], a: &a, b: &[], mixed: &[] }), None);
        let few = [vec![3.0, 4.0]];
        assert_eq!(importance(&Sampled { weights: &[1.0], a: &few, b: &[], mixed: &[] }), None);
    }
}
