//! Quantiles of a stream of numbers in bounded memory, as a function of the multiset of numbers only.
//!
//! Numbers are kept as (key, count) pairs, sorted. A key is the number itself as long as the distinct numbers fit
//! the capacity; then all keys lose their last bits, one more at a time, until they fit again. The number of bits
//! lost is the smallest at which the whole multiset fits, whatever the order in which it came, so the result does
//! not depend on order, batches or threads.

/// A multiset of numbers in bounded memory.
#[derive(Clone, Debug)]
pub struct Multiset {
    capacity: usize,
    /// Bits lost at the end of every key.
    lost_bits: u32,
    /// Keys with their counts, in order.
    bins: Vec<(i64, u32)>,
    count: u64,
}

/// A number as an integer of the same order.
fn key(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    // Negative numbers have their order reversed in the bits below the sign.
    if bits < 0 { i64::MIN.wrapping_sub(bits).wrapping_sub(1) } else { bits }
}

/// The number of a key, the inverse of [`key`].
fn number(key: i64) -> f64 {
    let bits = if key < 0 { i64::MIN.wrapping_sub(key).wrapping_sub(1) } else { key };
    f64::from_bits(bits as u64)
}

impl Multiset {
    /// An empty multiset that keeps at most `capacity` distinct numbers exactly.
    pub fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(2), lost_bits: 0, bins: Vec::new(), count: 0 }
    }

    /// Adds finite numbers; the order does not matter. `values` is used as working space.
    pub fn extend(&mut self, values: &mut [f64]) {
        values.sort_unstable_by(f64::total_cmp);
        self.count += values.len() as u64;
        let mut merged: Vec<(i64, u32)> = Vec::with_capacity(self.bins.len() + values.len());
        let mut push = |key: i64, count: u32| match merged.last_mut() {
            Some(last) if last.0 == key => last.1 += count,
            _ => merged.push((key, count)),
        };
        let mut old = self.bins.iter().copied().peekable();
        for value in values.iter() {
            // Zero has two signs; one is enough.
            let key = key(value + 0.0) >> self.lost_bits;
            while let Some((before, count)) = old.next_if(|bin| bin.0 <= key) {
                push(before, count);
            }
            push(key, 1);
        }
        old.for_each(|(key, count)| push(key, count));
        self.bins = merged;
        while self.bins.len() > self.capacity {
            self.lose_a_bit();
        }
    }

    fn lose_a_bit(&mut self) {
        self.lost_bits += 1;
        self.bins.iter_mut().for_each(|bin| bin.0 >>= 1);
        self.bins.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
    }

    /// The number with `rank` smaller ones before it; within a bin numbers are taken to lie evenly.
    fn ranked(&self, rank: u64) -> f64 {
        let mut before = 0;
        for &(bin, count) in &self.bins {
            if rank < before + u64::from(count) {
                if self.lost_bits == 0 {
                    return number(bin);
                }
                let (low, high) = self.bounds(bin);
                let part = ((rank - before) as f64 + 0.5) / f64::from(count);
                return low + part * (high - low);
            }
            before += u64::from(count);
        }
        f64::NAN
    }

    /// The smallest and largest number of a bin.
    fn bounds(&self, bin: i64) -> (f64, f64) {
        let low = bin << self.lost_bits;
        (number(low), number(low | ((1_i64 << self.lost_bits) - 1)))
    }

    /// The quantile of type 7: linear between order statistics at 1 + (n − 1)p; `None` when empty.
    pub fn quantile(&self, probability: f64) -> Option<f64> {
        let last = self.count.checked_sub(1)?;
        let position = probability * last as f64;
        let below = position.floor();
        let rank = below as u64;
        let low = self.ranked(rank);
        let high = if rank < last { self.ranked(rank + 1) } else { low };
        Some(low + (position - below) * (high - low))
    }

    /// The relative width of a bin: 0 while every number is kept exactly.
    pub fn relative_error(&self) -> f64 {
        if self.lost_bits == 0 { 0.0 } else { 2.0_f64.powi(self.lost_bits as i32 - 52) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled(capacity: usize, values: &[f64]) -> Multiset {
        let mut set = Multiset::new(capacity);
        for block in values.chunks(7) {
            set.extend(&mut block.to_vec());
        }
        set
    }

    fn type_7(values: &[f64], probability: f64) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let position = probability * (sorted.len() - 1) as f64;
        let (low, high) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
        low + (position - position.floor()) * (high - low)
    }

    #[test]
    fn quantiles_of_five_numbers_by_hand() {
        let set = filled(100, &[3.0, 1.0, 2.0, 5.0, 4.0]);
        assert_eq!(set.quantile(0.5), Some(3.0));
        assert_eq!(set.quantile(0.25), Some(2.0));
        assert_eq!(set.quantile(0.05), Some(1.2));
        assert_eq!(Multiset::new(4).quantile(0.5), None);
    }

    proptest! {
        #[test]
        fn while_numbers_fit_quantiles_are_exact(
            values in prop::collection::vec(-1.0e3..1.0e3_f64, 1..200), probability in 0.0..=1.0_f64,
        ) {
            let set = filled(200, &values);
            prop_assert_eq!(set.lost_bits, 0);
            prop_assert_eq!(set.quantile(probability), Some(type_7(&values, probability)));
        }

        #[test]
        fn order_and_batches_do_not_matter(values in prop::collection::vec(-1.0e3..1.0e3_f64, 2..300), at in 0..300_usize) {
            let mut turned = values.clone();
            turned.rotate_left(at % values.len());
            turned.reverse();
            let mut at_once = Multiset::new(16);
            at_once.extend(&mut turned);
            let streamed = filled(16, &values);
            prop_assert_eq!(&at_once.bins, &streamed.bins);
            prop_assert_eq!(at_once.lost_bits, streamed.lost_bits);
        }

        #[test]
        fn when_numbers_do_not_fit_memory_is_bounded_and_the_error_is_as_stated(
            values in prop::collection::vec(0.5..80.0_f64, 100..400), probability in 0.0..=1.0_f64,
        ) {
            let set = filled(32, &values);
            prop_assert!(set.bins.len() <= 32);
            let (found, exact) = (set.quantile(probability).expect("not empty"), type_7(&values, probability));
            let mut sorted = values.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let position = (probability * (values.len() - 1) as f64) as usize;
            let larger = sorted[(position + 1).min(values.len() - 1)];
            prop_assert!((found - exact).abs() <= 2.0 * set.relative_error() * larger, "{} {}", found, exact);
        }

        #[test]
        fn keys_keep_the_order(a in any::<f64>(), b in any::<f64>()) {
            prop_assert_eq!(key(a).cmp(&key(b)), a.total_cmp(&b));
            prop_assert_eq!(number(key(a)).to_bits(), a.to_bits());
        }
    }
}
