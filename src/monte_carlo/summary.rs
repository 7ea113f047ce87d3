//! The distribution of one reported number, collected draw by draw.

use crate::monte_carlo::estimate::{QUANTILES, Spread};
use crate::monte_carlo::quantiles::{Memory, Multiset, mixture};

/// Mean and squared deviations of a stream of numbers, in their order.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    count: u32,
    mean: f64,
    /// Sum of squared deviations from the mean.
    squares: f64,
}

impl Moments {
    /// Welford's update: stable, and exactly zero spread for equal numbers.
    fn add(&mut self, value: f64) {
        self.count += 1;
        let deviation = value - self.mean;
        self.mean += deviation / f64::from(self.count);
        self.squares += deviation * (value - self.mean);
    }

    fn sd(&self) -> f64 {
        if self.count > 1 { (self.squares / f64::from(self.count - 1)).max(0.0).sqrt() } else { 0.0 }
    }
}

/// Collects one number over the draws. Moments are summed in draw order; quantiles do not depend on the order.
#[derive(Clone, Debug)]
pub struct Collector {
    moments: Moments,
    negative: u32,
    /// Draws in which the number has no value.
    undefined: u32,
    values: Multiset,
}

impl Collector {
    /// An empty collector that has some memory for quantiles.
    pub fn new(memory: Memory) -> Self {
        Self { moments: Moments::default(), negative: 0, undefined: 0, values: Multiset::new(memory) }
    }

    /// Adds the next draws, in order; NaN where the number has no value. `values` is used as working space.
    pub fn extend(&mut self, values: &mut Vec<f64>) {
        for &value in values.iter().filter(|value| value.is_finite()) {
            self.moments.add(value);
            self.negative += u32::from(value < 0.0);
        }
        let given = values.len();
        values.retain(|value| value.is_finite());
        self.undefined += (given - values.len()) as u32;
        self.values.extend(values);
    }

    /// The spread; `None` without draws or where the number has no value in some draw.
    pub fn spread(&mut self) -> Option<Spread> {
        if self.moments.count == 0 || self.undefined > 0 {
            return None;
        }
        let (draws, sd) = (f64::from(self.moments.count), self.moments.sd());
        Some(Spread {
            mean: self.moments.mean,
            sd,
            quantiles: self.values.quantiles(QUANTILES)?,
            p_negative: f64::from(self.negative) / draws,
            mc_error: sd / draws.sqrt(),
            draws: self.moments.count,
        })
    }

    /// The width of the bins behind the quantiles as a share of the whole range; 0 when they are exact.
    pub fn quantile_error(&self) -> f64 {
        self.values.relative_error()
    }
}

/// Collects one number over the draws in each of several outcomes, and over all of them.
#[derive(Clone, Debug)]
pub struct Outcomes {
    collectors: Vec<Collector>,
    /// The number's expectation over the outcomes, draw by draw.
    expected: Moments,
}

impl Outcomes {
    /// So many empty collectors with some memory each.
    pub fn new(memory: Memory, outcomes: usize) -> Self {
        Self { collectors: vec![Collector::new(memory); outcomes], expected: Moments::default() }
    }

    /// Adds the next draws, in order, as a column for each outcome; the columns are used as working space.
    pub fn extend(&mut self, columns: &mut [Vec<f64>], weights: &[f64]) {
        if columns.len() > 1 {
            for draw in 0..columns[0].len() {
                let value: f64 =
                    columns.iter().zip(weights).map(|(column, weight)| weight * column[draw]).sum();
                if value.is_finite() {
                    self.expected.add(value);
                }
            }
        }
        self.collectors.iter_mut().zip(columns).for_each(|(collector, column)| collector.extend(column));
    }

    /// The spread over all outcomes, then in each; of one outcome only the first.
    ///
    /// The mean is the weighted mean of those of the outcomes, and the variance that within them plus that between
    /// them, so that the laws of total expectation and of total variance hold. The Monte Carlo error is that of the
    /// draws' expectations: the outcomes are weighted exactly and add none.
    pub fn spreads(&mut self, weights: &[f64]) -> Vec<Option<Spread>> {
        let spreads: Vec<Option<Spread>> = self.collectors.iter_mut().map(Collector::spread).collect();
        if spreads.len() == 1 {
            return spreads;
        }
        let all = spreads.iter().copied().collect::<Option<Vec<Spread>>>();
        let all = all.and_then(|spreads| self.all(&spreads, weights));
        std::iter::once(all).chain(spreads).collect()
    }

    fn all(&self, spreads: &[Spread], weights: &[f64]) -> Option<Spread> {
        let mean_of = |value: &dyn Fn(&Spread) -> f64| weighted(spreads.iter().map(value), weights);
        let mean = mean_of(&|spread| spread.mean);
        let variance = mean_of(&|spread| spread.sd.powi(2) + (spread.mean - mean).powi(2));
        let draws = self.expected.count;
        let sets: Vec<&Multiset> = self.collectors.iter().map(|collector| &collector.values).collect();
        Some(Spread {
            mean,
            sd: variance.sqrt(),
            quantiles: mixture(&sets, weights, QUANTILES)?,
            p_negative: mean_of(&|spread| spread.p_negative),
            mc_error: self.expected.sd() / f64::from(draws).sqrt(),
            draws,
        })
    }

    /// The width of the coarsest bins behind the quantiles as a share of the whole range; 0 when they are exact.
    pub fn quantile_error(&self) -> f64 {
        self.collectors.iter().map(Collector::quantile_error).fold(0.0, f64::max)
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

    #[test]
    fn moments_by_hand() {
        let mut collector = Collector::new(Memory::All(100));
        collector.extend(&mut vec![1.0, -2.0]);
        collector.extend(&mut vec![4.0]);
        let spread = collector.spread().expect("three draws");
        assert!((spread.mean - 1.0).abs() < 1e-15);
        assert!((spread.sd - 3.0).abs() < 1e-15);
        assert!((spread.mc_error - 3.0_f64.sqrt()).abs() < 1e-15);
        assert!((spread.p_negative - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!(spread.quantile(0.5), Some(1.0));
    }

    #[test]
    fn equal_numbers_have_no_spread_at_all() {
        let mut collector = Collector::new(Memory::All(100));
        collector.extend(&mut vec![0.1; 77]);
        let spread = collector.spread().expect("draws");
        assert_eq!((spread.sd.to_bits(), spread.mean.to_bits()), (0, 0.1_f64.to_bits()));
    }

    #[test]
    fn outcomes_have_the_laws_of_total_expectation_and_variance() {
        let mut outcomes = Outcomes::new(Memory::All(100), 2);
        outcomes.extend(&mut [vec![1.0, 3.0], vec![10.0, 20.0]], &[0.75, 0.25]);
        let spreads = outcomes.spreads(&[0.75, 0.25]);
        let [all, first, second] = [0, 1, 2].map(|at| spreads[at].expect("a spread"));
        assert_eq!((first.mean, second.mean), (2.0, 15.0));
        assert!((all.mean - 5.25).abs() < 1e-15);
        assert!((all.sd.powi(2) - (0.75 * (2.0 + 3.25 * 3.25) + 0.25 * (50.0 + 9.75 * 9.75))).abs() < 1e-12);
        // 3.25 and 7.25 are the expectations of the two draws.
        assert!((all.mc_error - 2.0).abs() < 1e-15);
        let mut absent = Outcomes::new(Memory::All(100), 2);
        absent.extend(&mut [vec![1.0, 3.0], vec![10.0, f64::NAN]], &[0.75, 0.25]);
        let spreads = absent.spreads(&[0.75, 0.25]);
        assert!(spreads[0].is_none() && spreads[1].is_some() && spreads[2].is_none());
    }

    #[test]
    fn outcomes_that_are_the_same_are_one() {
        let values: Vec<f64> = (0..101_i32).map(|at| f64::from(at * at % 37)).collect();
        let weights = [0.4, 0.45, 0.15];
        let mut outcomes = Outcomes::new(Memory::All(200), 3);
        outcomes.extend(&mut [values.clone(), values.clone(), values], &weights);
        let spreads = outcomes.spreads(&weights);
        let (all, one) = (spreads[0].expect("a spread"), spreads[1].expect("a spread"));
        assert_eq!(all.mean.to_bits(), one.mean.to_bits());
        for (all, one) in all.quantiles.iter().zip(one.quantiles) {
            assert!((all - one).abs() < 1e-12, "{all} {one}");
        }
        assert!((all.sd - one.sd).abs() < 1e-12 && (all.mc_error - one.mc_error).abs() < 1e-12);
        assert!((all.p_negative - one.p_negative).abs() < 1e-15);
    }

    #[test]
    fn a_number_without_value_in_some_draw_has_no_spread() {
        let mut collector = Collector::new(Memory::All(100));
        collector.extend(&mut vec![1.0, f64::NAN]);
        assert_eq!(collector.spread(), None);
        assert_eq!(Collector::new(Memory::All(100)).spread(), None);
    }
}
