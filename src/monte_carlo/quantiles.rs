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

    /// How many numbers there are.
    fn count(&self) -> u64 {
        match self {
            Self::All(all) => all.len() as u64,
            Self::Binned(bins) => bins.count,
        }
    }

    /// The numbers with so much weight each, in order once they are sorted.
    fn points(&self, weight: f64, points: &mut Vec<(f64, f64)>) {
        match self {
            Self::All(all) => points.extend(all.iter().map(|&value| (value, weight))),
            Self::Binned(bins) if bins.counts.is_empty() => {
                points.push((bins.smallest, weight * bins.count as f64));
            }
            Self::Binned(bins) => {
                let filled = bins.counts.iter().enumerate().filter(|(_, count)| **count > 0);
                points.extend(filled.map(|(at, &count)| {
                    let middle = (bins.first + at as f64 + 0.5) * bins.width;
                    (middle.clamp(bins.smallest, bins.largest), weight * f64::from(count))
                }));
            }
        }
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

/// The quantiles of a mixture of equally many numbers in each of some multisets, at the weights of the multisets.
///
/// A quantile is the mean of the step quantile function over a window as wide as one draw of all of them: from
/// (n − 1)p/n to ((n − 1)p + 1)/n of the weight. Of one multiset that is type 7, and a mixture of multisets that are the
/// same has the quantiles of one of them. Numbers in bins stand in the middle of theirs.
pub fn mixture<const Q: usize>(
    sets: &[&Multiset],
    weights: &[f64],
    probabilities: [f64; Q],
) -> Option<[f64; Q]> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    let mut numbers = f64::INFINITY;
    for (set, weight) in sets.iter().zip(weights) {
        let count = set.count() as f64;
        numbers = numbers.min(count);
        set.points(weight / count, &mut points);
    }
    if points.is_empty() || numbers < 1.0 {
        return None;
    }
    // Stable: what is sorted already in each multiset is merged.
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut reached = 0.0;
    let ends: Vec<f64> = points
        .iter()
        .map(|(_, weight)| {
            reached += weight;
            reached
        })
        .collect();
    Some(probabilities.map(|probability| {
        let low = probability * (numbers - 1.0) / numbers;
        let high = (low + 1.0 / numbers).min(reached);
        let first = ends.partition_point(|end| *end <= low).min(points.len() - 1);
        let start = points[first].0;
        let (mut sum, mut width) = (0.0, 0.0);
        for (at, (value, weight)) in points.iter().enumerate().skip(first) {
            let begins = ends[at] - weight;
            if begins >= high {
                break;
            }
            let inside = (ends[at].min(high) - begins.max(low)).max(0.0);
            sum += inside * (value - start);
            width += inside;
        }
        if width > 0.0 { start + sum / width } else { start }
    }))
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

    #[test]
    fn a_mixture_by_hand() {
        let sets = [filled(Memory::All(9), &[1.0, 2.0]), filled(Memory::All(9), &[10.0, 20.0])];
        let mixed = mixture(&[&sets[0], &sets[1]], &[0.75, 0.25], [0.0, 0.5, 1.0]).expect("not empty");
        // A window of half the weight: 0.375 of 1 and 0.125 of 2; 0.125 of 1 and 0.375 of 2; 0.25 of 2, 0.125 of each.
        let expected = [1.25, (0.125 + 0.375 * 2.0) / 0.5, (0.25 * 2.0 + 0.125 * 30.0) / 0.5];
        for (mixed, expected) in mixed.iter().zip(expected) {
            assert!((mixed - expected).abs() < 1e-12, "{mixed} {expected}");
        }
        let certain = mixture(&[&sets[0], &sets[1]], &[1.0, 0.0], [0.25]).expect("not empty");
        assert!((certain[0] - 1.25).abs() < 1e-12);
        assert_eq!(mixture(&[&Multiset::new(Memory::All(4))], &[1.0], [0.5]), None);
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
        fn a_mixture_of_one_or_of_the_same_is_type_7(
            values in prop::collection::vec(-1.0e3..1.0e3_f64, 1..200), probability in 0.0..=1.0_f64,
            weight in 0.01..0.99_f64,
        ) {
            let set = filled(Memory::All(200), &values);
            let expected = type_7(&values, probability);
            for weights in [&[1.0][..], &[weight, 1.0 - weight]] {
                let [found] = mixture(&vec![&set; weights.len()], weights, [probability]).expect("not empty");
                prop_assert!((found - expected).abs() < 1e-9, "{} {}", found, expected);
            }
        }

        #[test]
        fn a_mixture_in_bins_is_near_the_exact_one(
            values in prop::collection::vec((-3.0..80.0_f64, 0.0..9.0_f64), 100..400), probability in 0.0..=1.0_f64,
        ) {
            let columns: [Vec<f64>; 2] = [values.iter().map(|v| v.0).collect(), values.iter().map(|v| v.1).collect()];
            let of = |memory: Memory| {
                let sets = columns.each_ref().map(|column| filled(memory, column));
                mixture(&[&sets[0], &sets[1]], &[0.3, 0.7], [probability]).expect("not empty")[0]
            };
            prop_assert!((of(Memory::All(400)) - of(Memory::Bins(64))).abs() <= 4.0);
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
