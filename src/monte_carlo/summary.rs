//! The distributions of reported numbers, collected draw by draw.

use std::ops::Range;

use multiversion::multiversion;
use rayon::prelude::*;

use crate::monte_carlo::estimate::{QUANTILES, Spread};
use crate::monte_carlo::quantiles::{Chunk, Memory, Multisets, mixture};
use crate::monte_carlo::sampling::{Design, REPLICATES};

/// How many numbers are collected side by side: as many as share a line of the processor's cache.
const ABREAST: usize = 8;

/// How many times [`ABREAST`] numbers make work for a thread.
const GRAIN: usize = 64;

/// Mean, squared deviations and signs of streams of numbers side by side, each in the order of its stream.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    mean: [f64; ABREAST],
    /// Sum of squared deviations from the mean.
    squares: [f64; ABREAST],
    negative: [u32; ABREAST],
}

impl Moments {
    /// Welford's update with the n-th of each number, `share` being 1/n: stable, and exactly zero spread for equal
    /// numbers. What has no value once has no mean from then on.
    #[inline(always)]
    fn add(&mut self, values: &[f64; ABREAST], share: f64) {
        for (l, value) in values.iter().enumerate() {
            let deviation = value - self.mean[l];
            self.mean[l] += deviation * share;
            self.squares[l] += deviation * (value - self.mean[l]);
            self.negative[l] += u32::from(*value < 0.0);
        }
    }

    fn has_value(&self, l: usize) -> bool {
        self.mean[l].is_finite()
    }

    fn sd(&self, l: usize, draws: u32) -> f64 {
        if draws > 1 { (self.squares[l] / f64::from(draws - 1)).max(0.0).sqrt() } else { 0.0 }
    }
}

/// The moments of numbers side by side, with the mean of each set of draws where these are independent of one another.
#[derive(Clone, Debug)]
struct Tile {
    moments: Moments,
    sets: Option<Box<Means>>,
}

/// The mean of each of some numbers by set.
type Means = [[f64; ABREAST]; REPLICATES as usize];

/// What the next draw is: which share of all so far, in which set, and which share of that.
#[derive(Clone, Copy, Debug)]
struct Step {
    share: f64,
    set: usize,
    share_of_set: f64,
}

impl Tile {
    fn new(design: Design) -> Self {
        Self { moments: Moments::default(), sets: design.has_replicates().then(Box::default) }
    }

    #[inline(always)]
    fn add(&mut self, values: &[f64; ABREAST], step: &Step) {
        self.moments.add(values, step.share);
        add_to_set(&mut self.sets, values, step);
    }

    /// The standard error of the mean: of draws that are independent of one another sd/√n, otherwise from the means m_r
    /// of R independent sets with n_r draws, √(R/(R − 1) Σ (n_r/n)² (m_r − m)²).
    fn error(&self, l: usize, draws: u32, set_sizes: &[u32]) -> f64 {
        let (draws, sd) = (f64::from(draws), self.moments.sd(l, draws));
        let Some(sets) = &self.sets else { return sd / draws.sqrt() };
        let filled = set_sizes.iter().filter(|size| **size > 0).count() as f64;
        let part = |(means, size): (&[f64; ABREAST], &u32)| {
            (f64::from(*size) / draws * (means[l] - self.moments.mean[l])).powi(2)
        };
        let squares: f64 = sets.iter().zip(set_sizes).map(part).sum();
        if filled > 1.0 { (squares * filled / (filled - 1.0)).sqrt() } else { 0.0 }
    }
}

/// Moves the means of the set that a draw belongs to.
#[inline(always)]
fn add_to_set(sets: &mut Option<Box<Means>>, values: &[f64; ABREAST], step: &Step) {
    if let Some(sets) = sets {
        let means = sets[step.set].iter_mut().zip(values);
        means.for_each(|(mean, value)| *mean += (value - *mean) * step.share_of_set);
    }
}

/// Some neighbouring numbers in one outcome.
#[derive(Clone, Debug)]
struct Collectors {
    /// Of [`ABREAST`] numbers each; the last may have room to spare.
    tiles: Vec<Tile>,
    values: Multisets,
}

impl Collectors {
    /// Adds the next draws as rows of all numbers.
    fn extend(&mut self, rows: &[&[f64]], steps: &[Step]) {
        let numbers = rows[0].len();
        let tiles = self.tiles.par_chunks_mut(GRAIN);
        self.values.extend(rows.len(), GRAIN * ABREAST, |chunks| {
            tiles.zip(chunks).enumerate().for_each_init(
                || vec![0.0; rows.len() * ABREAST],
                |columns, (at, (tiles, mut chunk))| {
                    for (position, tile) in tiles.iter_mut().enumerate() {
                        let first = (at * GRAIN + position) * ABREAST;
                        let here = position * ABREAST..position * ABREAST + (numbers - first).min(ABREAST);
                        collect(rows, first..first + here.len(), steps, tile, columns);
                        keep(&mut chunk, here, &tile.moments, columns);
                    }
                },
            );
        });
    }
}

/// Takes at most [`ABREAST`] neighbours from rows of numbers, adds them to their moments and writes a column of each.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn collect(rows: &[&[f64]], numbers: Range<usize>, steps: &[Step], tile: &mut Tile, columns: &mut [f64]) {
    let mut moments = tile.moments;
    for (draw, (row, step)) in rows.iter().zip(steps).enumerate() {
        let values = neighbours(&row[numbers.clone()]);
        moments.add(&values, step.share);
        add_to_set(&mut tile.sets, &values, step);
        for (l, value) in values.iter().enumerate() {
            columns[l * rows.len() + draw] = *value;
        }
    }
    tile.moments = moments;
}

/// Numbers with zeros in the room to spare.
#[inline(always)]
fn neighbours(numbers: &[f64]) -> [f64; ABREAST] {
    numbers.first_chunk().copied().unwrap_or_else(|| {
        let mut padded = [0.0; ABREAST];
        padded[..numbers.len()].copy_from_slice(numbers);
        padded
    })
}

/// Keeps columns of numbers for the quantiles, where every draw has a value.
fn keep(chunk: &mut Chunk<'_>, sets: Range<usize>, moments: &Moments, columns: &[f64]) {
    let columns = columns.chunks_exact(columns.len() / ABREAST);
    for (l, (set, column)) in sets.zip(columns).enumerate() {
        if moments.has_value(l) {
            chunk.add(set, column);
        }
    }
}

/// Collects some neighbouring numbers over the draws in each of several outcomes, and over all of them. Moments are
/// summed in draw order; quantiles do not depend on the order.
#[derive(Clone, Debug)]
pub struct Numbers {
    count: usize,
    draws: u32,
    /// How many draws are in each independent set.
    set_sizes: [u32; REPLICATES as usize],
    outcomes: Vec<Collectors>,
    /// The numbers' expectations over the outcomes, draw by draw, where there are several.
    expected: Vec<Tile>,
}

impl Numbers {
    /// So many numbers, with some memory for the quantiles of each in each outcome.
    pub fn new(memory: Memory, count: usize, outcomes: usize, design: Design) -> Self {
        let tiles = vec![Tile::new(design); count.div_ceil(ABREAST)];
        let expected = if outcomes > 1 { tiles.clone() } else { Vec::new() };
        let collectors = Collectors { tiles, values: Multisets::new(memory, count) };
        let set_sizes = [0; REPLICATES as usize];
        Self { count, draws: 0, set_sizes, outcomes: vec![collectors; outcomes], expected }
    }

    /// Adds the next draws in order, for each outcome as rows of all numbers, NaN where a number has no value; `indices`
    /// are the draws' own numbers.
    pub fn extend(&mut self, indices: &[u32], outcomes: &[Vec<&[f64]>], weights: &[f64]) {
        let steps: Vec<Step> = indices.iter().map(|index| self.step(*index)).collect();
        for (collectors, rows) in self.outcomes.iter_mut().zip(outcomes) {
            collectors.extend(rows, &steps);
        }
        let count = self.count;
        self.expected.par_iter_mut().with_min_len(GRAIN).enumerate().for_each(|(at, tile)| {
            let numbers = at * ABREAST..count.min((at + 1) * ABREAST);
            for (draw, step) in steps.iter().enumerate() {
                let mut sum = [0.0; ABREAST];
                for (rows, weight) in outcomes.iter().zip(weights) {
                    let values = neighbours(&rows[draw][numbers.clone()]);
                    sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
                }
                tile.add(&sum, step);
            }
        });
    }

    /// Counts one more draw.
    fn step(&mut self, index: u32) -> Step {
        let set = (index % REPLICATES) as usize;
        self.draws += 1;
        self.set_sizes[set] += 1;
        Step { share: 1.0 / f64::from(self.draws), set, share_of_set: 1.0 / f64::from(self.set_sizes[set]) }
    }

    /// Puts the numbers behind the quantiles in order, as they must be for [`Numbers::spread`].
    pub fn sort(&mut self) {
        self.outcomes.iter_mut().for_each(|collectors| collectors.values.sort());
    }

    /// The spread of a number in one of the outcomes, or over all of them. There is none without draws, and none of a
    /// number that has no value in some draw.
    ///
    /// The mean over all is the weighted mean of those of the outcomes, and the variance that within them plus that
    /// between them, so that the laws of total expectation and of total variance hold. The Monte Carlo error is that
    /// of the draws' expectations: the outcomes are weighted exactly and add none.
    pub fn spread(&self, number: usize, outcome: Option<usize>, weights: &[f64]) -> Option<Spread> {
        match (outcome, self.outcomes.as_slice()) {
            (Some(outcome), all) => self.in_outcome(number, &all[outcome]),
            (None, [only]) => self.in_outcome(number, only),
            (None, all) => {
                let spreads: Option<Vec<Spread>> =
                    all.iter().map(|collectors| self.in_outcome(number, collectors)).collect();
                self.over_all(number, &spreads?, weights)
            }
        }
    }

    fn in_outcome(&self, number: usize, collectors: &Collectors) -> Option<Spread> {
        let (tile, l) = (&collectors.tiles[number / ABREAST], number % ABREAST);
        let moments = &tile.moments;
        if self.draws == 0 || !moments.has_value(l) {
            return None;
        }
        Some(Spread {
            mean: moments.mean[l],
            sd: moments.sd(l, self.draws),
            quantiles: collectors.values.quantiles(number, QUANTILES)?,
            p_negative: f64::from(moments.negative[l]) / f64::from(self.draws),
            mc_error: tile.error(l, self.draws, &self.set_sizes),
            draws: self.draws,
        })
    }

    fn over_all(&self, number: usize, spreads: &[Spread], weights: &[f64]) -> Option<Spread> {
        let mean_of = |value: &dyn Fn(&Spread) -> f64| weighted(spreads.iter().map(value), weights);
        let mean = mean_of(&|spread| spread.mean);
        let variance = mean_of(&|spread| spread.sd.powi(2) + (spread.mean - mean).powi(2));
        let sets: Vec<&Multisets> = self.outcomes.iter().map(|collectors| &collectors.values).collect();
        let expected = &self.expected[number / ABREAST];
        Some(Spread {
            mean,
            sd: variance.sqrt(),
            quantiles: mixture(&sets, number, weights, QUANTILES)?,
            p_negative: mean_of(&|spread| spread.p_negative),
            mc_error: expected.error(number % ABREAST, self.draws, &self.set_sizes),
            draws: self.draws,
        })
    }

    /// The width of the coarsest bins behind the quantiles as a share of the whole range; 0 when they are exact.
    pub fn quantile_error(&self) -> f64 {
        let of = |collectors: &Collectors| {
            let errors = (0..self.count)
                .filter(|&number| collectors.tiles[number / ABREAST].moments.has_value(number % ABREAST))
                .map(|number| collectors.values.relative_error(number));
            errors.fold(0.0, f64::max)
        };
        self.outcomes.iter().map(of).fold(0.0, f64::max)
    }
}

/// The sum of some values at their weights; equal values to the bit are their own mean.
pub fn weighted(values: impl Iterator<Item = f64>, weights: &[f64]) -> f64 {
    let mut values = values.zip(weights);
    let Some((first, _)) = values.next() else { return 0.0 };
    first + values.map(|(value, weight)| weight * (value - first)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHTS: [f64; 2] = [0.75, 0.25];

    /// Numbers collected from draws, which are rows, in blocks.
    fn collected(draws: &[&[f64]], block: usize) -> Vec<Option<Spread>> {
        let mut numbers = Numbers::new(Memory::All(100), draws[0].len(), 1, Design::Random);
        for (at, rows) in draws.chunks(block).enumerate() {
            let indices: Vec<u32> = ((at * block) as u32..).take(rows.len()).collect();
            numbers.extend(&indices, &[rows.to_vec()], &[1.0]);
        }
        numbers.sort();
        (0..draws[0].len()).map(|number| numbers.spread(number, None, &[1.0])).collect()
    }

    /// One number in each outcome, from the draws of each.
    fn in_outcomes(outcomes: &[&[f64]], weights: &[f64]) -> Vec<Option<Spread>> {
        let mut numbers = Numbers::new(Memory::All(200), 1, outcomes.len(), Design::Random);
        let rows: Vec<Vec<&[f64]>> = outcomes.iter().map(|draws| draws.chunks(1).collect()).collect();
        let indices: Vec<u32> = (0..rows[0].len() as u32).collect();
        numbers.extend(&indices, &rows, weights);
        numbers.sort();
        let which = std::iter::once(None).chain((0..outcomes.len()).map(Some));
        which.map(|outcome| numbers.spread(0, outcome, weights)).collect()
    }

    #[test]
    fn moments_by_hand() {
        for block in [1, 2, 3] {
            let spread = collected(&[&[1.0], &[-2.0], &[4.0]], block)[0].expect("three draws");
            assert!((spread.mean - 1.0).abs() < 1e-15);
            assert!((spread.sd - 3.0).abs() < 1e-15);
            assert!((spread.mc_error - 3.0_f64.sqrt()).abs() < 1e-15);
            assert!((spread.p_negative - 1.0 / 3.0).abs() < 1e-15);
            assert_eq!(spread.quantile(0.5), Some(1.0));
        }
    }

    #[test]
    fn the_error_of_dependent_draws_comes_from_the_means_of_their_sets() {
        // Draw r of every 8 has r plus what sums to zero over the set: sets 0 to 7 have means 0 to 7.
        let value =
            |index: u32| f64::from(index % REPLICATES) + [100.0, -100.0][(index / REPLICATES % 2) as usize];
        let error = |indices: &[u32], design: Design| {
            let mut numbers = Numbers::new(Memory::All(100), 1, 1, design);
            for indices in indices.chunks(5) {
                let values: Vec<[f64; 1]> = indices.iter().map(|index| [value(*index)]).collect();
                numbers.extend(indices, &[values.iter().map(|value| &value[..]).collect()], &[1.0]);
            }
            numbers.sort();
            numbers.spread(0, None, &[1.0]).expect("draws").mc_error
        };
        let all: Vec<u32> = (0..32).collect();
        // The variance of 0, 1, …, 7 is 6.
        assert!((error(&all, Design::Sobol) - (6.0_f64 / 8.0).sqrt()).abs() < 1e-12);
        assert!(error(&all, Design::Random) > 15.0);
        // Without the draws of all sets but the first two, which have a half each.
        let two: Vec<u32> = (0..32).filter(|index| index % REPLICATES < 2).collect();
        assert!((error(&two, Design::LatinHypercube) - 0.5).abs() < 1e-12);
        // One draw in a set is a set of one draw; of one set there is nothing to tell.
        let few: Vec<u32> = (0..8).collect();
        assert!((error(&few, Design::Sobol) - error(&few, Design::Random)).abs() < 1e-12);
        assert!(error(&[0, 8, 16, 24], Design::Sobol).abs() < 1e-12);
    }

    #[test]
    fn each_number_is_that_of_its_column() {
        let count = 2 * GRAIN * ABREAST + 3;
        let rows: Vec<Vec<f64>> = [1.0, 2.0, 6.0]
            .iter()
            .map(|draw| (0..count).map(|number| draw * (number as f64 + 1.0)).collect())
            .collect();
        let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        let spreads = collected(&rows, 2);
        assert_eq!(spreads.len(), count);
        for (number, spread) in spreads.iter().enumerate() {
            let (spread, scale) = (spread.expect("draws"), number as f64 + 1.0);
            assert!((spread.mean - 3.0 * scale).abs() < 1e-12 * scale, "{number}");
            assert!((spread.sd - 7.0_f64.sqrt() * scale).abs() < 1e-12 * scale, "{number}");
            assert_eq!(spread.quantile(0.5), Some(2.0 * scale), "{number}");
        }
    }

    #[test]
    fn equal_numbers_have_no_spread_at_all() {
        let spread = collected(&[&[0.1][..]; 77], 7)[0].expect("draws");
        assert_eq!((spread.sd.to_bits(), spread.mean.to_bits()), (0, 0.1_f64.to_bits()));
    }

    #[test]
    fn outcomes_have_the_laws_of_total_expectation_and_variance() {
        let spreads = in_outcomes(&[&[1.0, 3.0], &[10.0, 20.0]], &WEIGHTS);
        let [all, first, second] = [0, 1, 2].map(|at| spreads[at].expect("a spread"));
        assert_eq!((first.mean, second.mean), (2.0, 15.0));
        assert!((all.mean - 5.25).abs() < 1e-15);
        assert!((all.sd.powi(2) - (0.75 * (2.0 + 3.25 * 3.25) + 0.25 * (50.0 + 9.75 * 9.75))).abs() < 1e-12);
        // 3.25 and 7.25 are the expectations of the two draws.
        assert!((all.mc_error - 2.0).abs() < 1e-15);
        let spreads = in_outcomes(&[&[1.0, 3.0], &[10.0, f64::NAN]], &WEIGHTS);
        assert!(spreads[0].is_none() && spreads[1].is_some() && spreads[2].is_none());
    }

    #[test]
    fn outcomes_that_are_the_same_are_one() {
        let values: Vec<f64> = (0..101_i32).map(|at| f64::from(at * at % 37)).collect();
        let spreads = in_outcomes(&[&values, &values, &values], &[0.4, 0.45, 0.15]);
        let (all, one) = (spreads[0].expect("a spread"), spreads[1].expect("a spread"));
        assert_eq!(all.mean.to_bits(), one.mean.to_bits());
        for (all, one) in all.quantiles.iter().zip(one.quantiles) {
            assert!((all - one).abs() < 1e-12, "{all} {one}");
        }
        assert!((all.sd - one.sd).abs() < 1e-12 && (all.mc_error - one.mc_error).abs() < 1e-12);
        assert!((all.p_negative - one.p_negative).abs() < 1e-15);
    }

    #[test]
    fn a_number_without_value_in_some_draw_has_no_spread_and_its_neighbour_has() {
        for (at, rows) in
            [[[f64::NAN, 1.0], [1.0, 2.0]], [[1.0, 1.0], [f64::INFINITY, 2.0]]].iter().enumerate()
        {
            let spreads = collected(&[&rows[0], &rows[1]], 1);
            assert!(spreads[0].is_none() && spreads[1].is_some(), "{at}");
        }
        assert_eq!(Numbers::new(Memory::All(100), 1, 1, Design::Sobol).spread(0, None, &[1.0]), None);
    }
}
