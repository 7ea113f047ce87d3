//! Quantiles of a stream of numbers in bounded memory, as a function of the multiset of numbers only.
//!
//! Where there is room every number is kept. Otherwise numbers are counted in bins of equal width. The width is the
//! smallest power of two at which everything from the smallest to the largest number fits, so it does not depend on
//! the order in which they came, on batches or threads; the smallest and largest numbers are kept exactly.

/// How the numbers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Every number, this many at most.
    All(usize),
    /// Counts in this many bins.
    Bins(usize),
}

impl Memory {
    /// The fewest bins: below them a picture of a distribution says too little.
    const FEWEST_BINS: usize = 64;

    /// What fits into some bytes for each multiset.
    pub fn within(bytes: usize, numbers: usize) -> Self {
        if numbers * size_of::<f64>() <= bytes {
            Self::All(numbers)
        } else {
            Self::Bins((bytes / size_of::<u32>()).max(Self::FEWEST_BINS))
        }
    }
}

/// A multiset of finite numbers.
#[derive(Clone, Debug)]
pub enum Multiset {
    /// Every number.
    All(Vec<f64>),
    /// Counts.
    Binned(Bins),
}

impl Multiset {
    /// An empty multiset.
    pub fn new(memory: Memory) -> Self {
        match memory {
            Memory::All(numbers) => Self::All(Vec::with_capacity(numbers)),
            Memory::Bins(bins) => Self::Binned(Bins::new(bins)),
        }
    }

    /// Adds numbers; the order does not matter.
    pub fn extend(&mut self, values: &[f64]) {
        match self {
            Self::All(all) => all.extend_from_slice(values),
            Self::Binned(bins) => bins.extend(values),
        }
    }

    /// The quantiles of type 7, linear between order statistics at 1 + (n − 1)p; `None` when empty.
    pub fn quantiles<const Q: usize>(&mut self, probabilities: [f64; Q]) -> Option<[f64; Q]> {
        let last = match self {
            Self::All(all) => {
                all.sort_unstable_by(f64::total_cmp);
                all.len().checked_sub(1)? as u64
            }
            Self::Binned(bins) => bins.count.checked_sub(1)?,
        };
        Some(probabilities.map(|probability| {
            let position = probability * last as f64;
            let below = position.floor();
            let rank = below as u64;
            let low = self.ranked(rank);
            let high = if rank < last { self.ranked(rank + 1) } else { low };
            low + (position - below) * (high - low)
        }))
    }

    /// The number with `rank` smaller ones before it, once numbers are sorted.
    fn ranked(&self, rank: u64) -> f64 {
        match self {
            Self::All(all) => all[rank as usize],
            Self::Binned(bins) => bins.ranked(rank),
        }
    }

    /// The width of a bin as a share of the distance from the smallest to the largest number: 0 while every number is
    /// kept.
    pub fn relative_error(&self) -> f64 {
        match self {
            Self::Binned(bins) if bins.width > 0.0 => bins.width / (bins.largest - bins.smallest),
            Self::All(_) | Self::Binned(_) => 0.0,
        }
    }
}

/// Numbers counted in bins of equal width.
#[derive(Clone, Debug)]
pub struct Bins {
    most: usize,
    count: u64,
    smallest: f64,
    largest: f64,
    /// Width of a bin, a power of two; 0 while all numbers are equal.
    width: f64,
    /// Position of the first bin: it begins at `first * width`.
    first: f64,
    counts: Vec<u32>,
}

impl Bins {
    fn new(most: usize) -> Self {
        Self {
            most,
            count: 0,
            smallest: f64::INFINITY,
            largest: f64::NEG_INFINITY,
            width: 0.0,
            first: 0.0,
            counts: Vec::new(),
        }
    }

    fn extend(&mut self, values: &[f64]) {
        let before = (self.count, self.smallest);
        for &value in values {
            // Zero has two signs; one is enough.
            self.smallest = self.smallest.min(value + 0.0);
            self.largest = self.largest.max(value + 0.0);
        }
        self.count += values.len() as u64;
        if self.smallest < self.largest {
            self.fit(before);
            for value in values {
                let at = self.bin(*value);
                self.counts[at] += 1;
            }
        }
    }

    /// Widens and moves the bins until they hold everything; numbers that were all equal get their bin.
    fn fit(&mut self, (equal, equal_value): (u64, f64)) {
        let (width, first) = self.fitting();
        if self.width == 0.0 {
            (self.width, self.first, self.counts) = (width, first, vec![0; self.most]);
            if equal > 0 {
                let at = self.bin(equal_value);
                self.counts[at] = u32::try_from(equal).unwrap_or(u32::MAX);
            }
        } else if width > self.width || first < self.first {
            let mut counts = vec![0; self.most];
            for (at, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                let begins = (self.first + at as f64) * (self.width / width);
                counts[(begins.floor() - first) as usize] += count;
            }
            (self.width, self.first, self.counts) = (width, first, counts);
        }
    }

    /// The smallest power of two at which everything fits, and the position of the first bin.
    fn fitting(&self) -> (f64, f64) {
        let bins = self.most as f64;
        let at_least = (self.largest - self.smallest) / (bins + 1.0);
        // The power of two at or below: the number without its mantissa.
        let power = f64::from_bits(at_least.to_bits() & (0x7ff << 52));
        let mut width = power.max(f64::MIN_POSITIVE).max(self.width);
        while (self.largest / width).floor() - (self.smallest / width).floor() >= bins {
            width *= 2.0;
        }
        (width, (self.smallest / width).floor())
    }

    fn bin(&self, value: f64) -> usize {
        let place = value / self.width;
        // Rounds down; the standard function calls a library on some processors. From 2⁵² on all numbers are whole.
        let cut = if place.abs() < 4_503_599_627_370_496.0 { place as i64 as f64 } else { place };
        let floor = if cut > place { cut - 1.0 } else { cut };
        (floor - self.first) as usize
    }

    /// The number with `rank` smaller ones before it; within a bin numbers are taken to lie evenly.
    fn ranked(&self, rank: u64) -> f64 {
        let mut before = 0;
        for (at, &count) in self.counts.iter().enumerate() {
            if rank < before + u64::from(count) {
                let part = ((rank - before) as f64 + 0.5) / f64::from(count);
                let value = (self.first + at as f64 + part) * self.width;
                return value.clamp(self.smallest, self.largest);
            }
            before += u64::from(count);
        }
        self.smallest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled(memory: Memory, values: &[f64]) -> Multiset {
        let mut set = Multiset::new(memory);
        values.chunks(7).for_each(|block| set.extend(block));
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
        let mut set = filled(Memory::All(100), &[3.0, 1.0, 2.0, 5.0, 4.0]);
        assert_eq!(set.quantiles([0.5, 0.25, 0.05]), Some([3.0, 2.0, 1.2]));
        assert_eq!(Multiset::new(Memory::All(4)).quantiles([0.5]), None);
        assert_eq!(Multiset::new(Memory::Bins(4)).quantiles([0.5]), None);
    }

    #[test]
    fn all_is_kept_where_it_fits() {
        assert_eq!(Memory::within(800, 100), Memory::All(100));
        assert_eq!(Memory::within(799, 100), Memory::Bins(199));
        assert_eq!(Memory::within(8, 100), Memory::Bins(64));
    }

    #[test]
    fn equal_numbers_stay_what_they_are() {
        for value in [0.0, 0.1, -7.3e250, 1e-310] {
            let mut set = filled(Memory::Bins(64), &[value; 50]);
            assert_eq!(set.quantiles([0.0, 0.3, 1.0]), Some([value; 3]));
            assert!(set.relative_error() == 0.0);
        }
    }

    #[test]
    fn numbers_a_last_bit_apart_are_told_apart() {
        let value = 123.456_f64;
        for bins in [64, 16_384] {
            let values = [value, value.next_up(), value, value.next_down(), value];
            let mut set = filled(Memory::Bins(bins), &values);
            let [low, middle, high] = set.quantiles([0.0, 0.5, 1.0]).expect("five numbers");
            assert_eq!((low, high), (value.next_down(), value.next_up()));
            assert!((middle - value).abs() <= value.next_up() - value);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn order_and_batches_do_not_matter(
            values in prop::collection::vec((-1.0e3..1.0e3_f64, -9..9_i32), 2..300), at in 0..300_usize,
        ) {
            let values: Vec<f64> = values.iter().map(|(value, power)| value * 10.0_f64.powi(*power)).collect();
            let mut turned = values.clone();
            turned.rotate_left(at % values.len());
            turned.reverse();
            let mut at_once = Bins::new(64);
            at_once.extend(&turned);
            let mut streamed = Bins::new(64);
            values.chunks(7).for_each(|block| streamed.extend(block));
            prop_assert_eq!(&at_once.counts, &streamed.counts);
            prop_assert_eq!((at_once.width, at_once.first), (streamed.width, streamed.first));
        }

        #[test]
        fn in_bins_the_error_is_as_stated(
            values in prop::collection::vec(-3.0..80.0_f64, 100..400), probability in 0.0..=1.0_f64,
        ) {
            let mut set = filled(Memory::Bins(64), &values);
            let [found] = set.quantiles([probability]).expect("not empty");
            let spread = values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
                - values.iter().copied().fold(f64::INFINITY, f64::min);
            let error = set.relative_error();
            prop_assert!(error <= 2.0 / 62.0);
            prop_assert!((found - type_7(&values, probability)).abs() <= error * spread, "{}", found);
        }

        #[test]
        fn exact_quantiles_are_exact(
            values in prop::collection::vec(-1.0e3..1.0e3_f64, 1..200), probability in 0.0..=1.0_f64,
        ) {
            let mut set = filled(Memory::All(200), &values);
            prop_assert_eq!(set.quantiles([probability]), Some([type_7(&values, probability)]));
        }
    }
}
