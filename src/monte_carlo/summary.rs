//! The distribution of one reported number, collected draw by draw.

use crate::monte_carlo::estimate::{QUANTILES, Spread};
use crate::monte_carlo::quantiles::{Memory, Multiset};

/// Collects one number over the draws. Moments are summed in draw order; quantiles do not depend on the order.
#[derive(Clone, Debug)]
pub struct Collector {
    count: u32,
    mean: f64,
    /// Sum of squared deviations from the mean.
    squares: f64,
    negative: u32,
    /// Draws in which the number has no value.
    undefined: u32,
    values: Multiset,
}

impl Collector {
    /// An empty collector that has some memory for quantiles.
    pub fn new(memory: Memory) -> Self {
        Self { count: 0, mean: 0.0, squares: 0.0, negative: 0, undefined: 0, values: Multiset::new(memory) }
    }

    /// Adds the next draws, in order; NaN where the number has no value. `values` is used as working space.
    pub fn extend(&mut self, values: &mut Vec<f64>) {
        for &value in values.iter().filter(|value| value.is_finite()) {
            // Welford's update: stable, and exactly zero spread for equal numbers.
            self.count += 1;
            let deviation = value - self.mean;
            self.mean += deviation / f64::from(self.count);
            self.squares += deviation * (value - self.mean);
            self.negative += u32::from(value < 0.0);
        }
        let given = values.len();
        values.retain(|value| value.is_finite());
        self.undefined += (given - values.len()) as u32;
        self.values.extend(values);
    }

    /// The spread; `None` without draws or where the number has no value in some draw.
    pub fn spread(&mut self) -> Option<Spread> {
        if self.count == 0 || self.undefined > 0 {
            return None;
        }
        let draws = f64::from(self.count);
        let sd = if self.count > 1 { (self.squares / (draws - 1.0)).max(0.0).sqrt() } else { 0.0 };
        Some(Spread {
            mean: self.mean,
            sd,
            quantiles: self.values.quantiles(QUANTILES)?,
            p_negative: f64::from(self.negative) / draws,
            mc_error: sd / draws.sqrt(),
            draws: self.count,
        })
    }

    /// The width of the bins behind the quantiles as a share of the whole range; 0 when they are exact.
    pub fn quantile_error(&self) -> f64 {
        self.values.relative_error()
    }
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
    fn a_number_without_value_in_some_draw_has_no_spread() {
        let mut collector = Collector::new(Memory::All(100));
        collector.extend(&mut vec![1.0, f64::NAN]);
        assert_eq!(collector.spread(), None);
        assert_eq!(Collector::new(Memory::All(100)).spread(), None);
    }
}
