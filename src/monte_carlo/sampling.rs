//! Where the random numbers behind draws come from: at random, or spread out evenly.
//!
//! Draws that are spread out evenly depend on one another, so that the error of a mean cannot be told from their spread.
//! They are therefore drawn in [`REPLICATES`] sets that are independent of one another, to which the draws belong in
//! turn: the error comes from how far the means of these sets are apart.

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::numerics::normal;

/// How draws are spread over what is possible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Design {
    /// Each by itself.
    #[default]
    Random,
    /// Each number of a set in a part of its own out of as many equally probable parts as the set has draws.
    LatinHypercube,
    /// Along a Sobol sequence with Owen's scrambling.
    Sobol,
}

/// How many independent sets there are of draws that are spread out evenly.
pub const REPLICATES: u32 = 8;

impl Design {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Random, Self::LatinHypercube, Self::Sobol];

    /// Its name in files and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::LatinHypercube => "latin-hypercube",
            Self::Sobol => "sobol",
        }
    }

    /// Whether a draw depends on how many there are.
    pub fn needs_total(self) -> bool {
        self == Self::LatinHypercube
    }

    /// Whether the error of a mean comes from independent sets of draws, and not from the spread of single draws.
    pub fn has_replicates(self) -> bool {
        self != Self::Random
    }
}

/// The random numbers behind the draws of a run: functions of the seed and the number of the draw, and of a Latin
/// hypercube also of how many draws there are; not of threads, batches or order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Points {
    /// How they are spread.
    pub design: Design,
    /// The seed.
    pub seed: u64,
    /// How many draws there are.
    pub draws: u32,
}

impl Points {
    /// So many standard normal numbers for a draw, each independent of the others; the first do not depend on how many
    /// are asked for.
    pub fn normals(&self, index: u32, count: usize) -> Vec<f64> {
        if self.design == Design::Random {
            let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
            rng.set_stream(u64::from(index));
            return (0..count).map(|_| StandardNormal.sample(&mut rng)).collect();
        }
        let (replicate, index) = (index % REPLICATES, index / REPLICATES);
        let uniform = |dimension: usize| match self.design {
            Design::Sobol => self.scrambled(replicate, index, dimension as u32),
            _ => self.stratified(replicate, index, dimension as u64),
        };
        (0..count).map(|dimension| normal::quantile(uniform(dimension))).collect()
    }

    /// A coordinate of a point of a scrambled Sobol sequence, strictly between 0 and 1. Beyond as many dimensions or
    /// points as a sequence has, another one is taken that is independent of the first.
    fn scrambled(&self, replicate: u32, index: u32, dimension: u32) -> f64 {
        const POINTS: u32 = 1 << 16;
        let (set, dimension) =
            (dimension / sobol_burley::NUM_DIMENSIONS, dimension % sobol_burley::NUM_DIMENSIONS);
        let parts = [replicate, set, index / POINTS].map(u64::from);
        let seed = parts.into_iter().fold(self.seed, mixed);
        let point = sobol_burley::sample(index % POINTS, dimension, (seed >> 32) as u32);
        // The middle of the smallest step that these numbers have.
        f64::from(point) + 0.5 / f64::from(1 << 23)
    }

    /// A number in the part that belongs to a draw, strictly between 0 and 1.
    fn stratified(&self, replicate: u32, index: u32, dimension: u64) -> f64 {
        // Every REPLICATES-th of all draws, from the first of the set on.
        let parts = (self.draws + REPLICATES - 1 - replicate) / REPLICATES;
        let key = mixed(mixed(self.seed, u64::from(replicate)), dimension);
        let part = permuted(index, parts, key);
        let within = (mixed(!key, u64::from(index)) >> 11) as f64 + 0.5;
        (f64::from(part) + within / 2.0_f64.powi(53)) / f64::from(parts)
    }
}

/// A number that looks random, from a key and another number: the steps of SplitMix64 (Steele, Lea and Flood 2014, Fast
/// splittable pseudorandom number generators, *OOPSLA*).
fn mixed(key: u64, number: u64) -> u64 {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    let scrambled = |value: u64| {
        let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    };
    scrambled(scrambled(key.wrapping_add(STEP)).wrapping_add(number.wrapping_add(1).wrapping_mul(STEP)))
}

/// Where a number below `count` goes in an order that looks random, without making the order: a Feistel network over the
/// next power of four, walked until the result is below `count` (Black and Rogaway 2002, Ciphers with arbitrary finite
/// domains, *CT-RSA*).
fn permuted(number: u32, count: u32, key: u64) -> u32 {
    const ROUNDS: u64 = 8;
    let half = (u32::BITS - count.saturating_sub(1).leading_zeros()).div_ceil(2);
    let mask = (1_u64 << half) - 1;
    let mut at = u64::from(number);
    loop {
        let (mut left, mut right) = (at >> half, at & mask);
        for round in 0..ROUNDS {
            let next = left ^ (mixed(mixed(key, round), right) & mask);
            (left, right) = (right, next);
        }
        at = left << half | right;
        if at < u64::from(count.max(1)) {
            return at as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(design: Design, draws: u32) -> Points {
        Points { design, seed: 3, draws }
    }

    /// The uniform numbers of a dimension by set.
    fn uniforms(points: &Points, dimension: usize) -> Vec<Vec<f64>> {
        let draw = |index: u32| match points.design {
            Design::Sobol => points.scrambled(index % REPLICATES, index / REPLICATES, dimension as u32),
            _ => points.stratified(index % REPLICATES, index / REPLICATES, dimension as u64),
        };
        let of = |set: u32| (set..points.draws).step_by(REPLICATES as usize).map(draw).collect();
        (0..REPLICATES).map(of).collect()
    }

    /// How many numbers are in each of equally wide parts of (0, 1).
    fn counts(numbers: &[f64], parts: usize) -> Vec<usize> {
        let mut counts = vec![0; parts];
        numbers.iter().for_each(|number| counts[(number * parts as f64) as usize] += 1);
        counts
    }

    #[test]
    fn an_order_has_every_number_once_and_every_number_comes_first_as_often() {
        for count in [1, 2, 3, 7, 8, 63, 64, 1000] {
            let mut found: Vec<u32> = (0..count).map(|at| permuted(at, count, 5)).collect();
            found.sort_unstable();
            assert!(found.into_iter().eq(0..count), "{count}");
        }
        for (from, to) in [(0, 0), (0, 6), (3, 2)] {
            let hits = (0..7000).filter(|&key| permuted(from, 7, mixed(1, key)) == to).count();
            assert!((900..1100).contains(&hits), "{from} → {to}: {hits}");
        }
    }

    #[test]
    fn each_set_of_a_latin_hypercube_has_one_draw_in_every_part() {
        for draws in [8, 9, 100, 1003] {
            for dimension in [0, 1, 110] {
                for set in uniforms(&points(Design::LatinHypercube, draws), dimension) {
                    assert!(counts(&set, set.len()).iter().all(|count| *count == 1), "{draws}, {dimension}");
                }
            }
        }
    }

    #[test]
    fn each_set_of_a_sobol_sequence_is_even_in_one_and_two_dimensions() {
        let points = points(Design::Sobol, 64 * REPLICATES);
        for dimension in [0, 1, 2, 50, 255, 300] {
            for set in uniforms(&points, dimension) {
                assert!(counts(&set, 64).iter().all(|count| *count == 1), "{dimension}");
            }
        }
        for (one, other) in uniforms(&points, 0).iter().zip(&uniforms(&points, 1)) {
            let cell = |(x, y): (&f64, &f64)| ((x * 8.0) as usize * 8 + (y * 8.0) as usize) as f64 / 64.0;
            let cells: Vec<f64> = one.iter().zip(other).map(|pair| cell(pair) + 1e-9).collect();
            assert!(counts(&cells, 64).iter().all(|count| *count == 1));
        }
    }

    #[test]
    fn sets_and_dimensions_are_independent_of_one_another() {
        for design in [Design::LatinHypercube, Design::Sobol] {
            // Many short sets, each with another seed.
            let (mut sets, mut dimensions, seeds) = (0.0, 0.0, 4000);
            for seed in 0..seeds {
                let points = Points { design, seed, draws: 16 };
                let of = |index| points.normals(index, 300);
                let (first, second) = (of(0), of(1));
                sets += first[0] * second[0];
                // The second of them lies beyond the dimensions of one sequence.
                dimensions += first[7] * first[299];
            }
            let error = 4.0 / f64::from(seeds as u32).sqrt();
            assert!((sets / seeds as f64).abs() < error, "{design:?}: {sets}");
            assert!((dimensions / seeds as f64).abs() < error, "{design:?}: {dimensions}");
        }
    }

    #[test]
    fn a_draw_depends_on_seed_and_number_and_of_a_latin_hypercube_on_how_many_there_are() {
        for design in Design::ALL {
            let (few, many) = (points(design, 40), points(design, 400));
            assert_eq!(few.normals(7, 5), few.normals(7, 9)[..5]);
            assert_ne!(few.normals(7, 5), few.normals(8, 5));
            assert_ne!(few.normals(7, 5), Points { seed: 4, ..few }.normals(7, 5));
            assert_eq!(few.normals(7, 5) == many.normals(7, 5), !design.needs_total(), "{design:?}");
        }
    }

    #[test]
    fn numbers_are_finite_where_sequences_end() {
        for design in Design::ALL {
            let points = points(design, 1_000_000);
            for index in [0, (1 << 19) - 1, 1 << 19, 999_999] {
                assert!(points.normals(index, 600).iter().all(|number| number.is_finite()));
            }
        }
        let points = points(Design::Sobol, 1_000_000);
        assert_ne!(points.normals(0, 3), points.normals(1 << 19, 3));
    }
}
