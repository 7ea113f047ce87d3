//! Quantiles of streams of numbers in bounded memory, as a function of the multiset of numbers only.
//!
//! Where there is room every number is kept. Otherwise numbers are counted in bins of equal width. The width is the
//! smallest power of two at which everything from the smallest to the largest number fits, so it does not depend on
//! the order in which they came, on batches or threads; the smallest and largest numbers are kept exactly.

use std::ops::AddAssign;

use multiversion::multiversion;
use rayon::prelude::*;

/// How the numbers of a multiset are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Every number, this many at most.
    All(usize),
    /// Counts up to 65,535 in this many bins.
    Bins(usize),
    /// Counts up to four thousand millions in this many bins.
    WideBins(usize),
}

impl Memory {
    /// The fewest bins: below them a picture of a distribution says too little.
    const FEWEST_BINS: usize = 64;

    /// What fits into some bytes for each multiset.
    pub fn within(bytes: usize, numbers: usize) -> Self {
        let bins = |size: usize| (bytes / size).max(Self::FEWEST_BINS);
        if numbers * size_of::<f64>() <= bytes {
            Self::All(numbers)
        } else if u16::try_from(numbers).is_ok() {
            Self::Bins(bins(size_of::<u16>()))
        } else {
            Self::WideBins(bins(size_of::<u32>()))
        }
    }
}

/// Multisets of finite numbers, all with equally many.
#[derive(Clone, Debug)]
pub struct Multisets {
    /// How many numbers each has.
    count: usize,
    kept: Kept,
}

#[derive(Clone, Debug)]
enum Kept {
    /// Every number, by (multiset, number), with room for `most`.
    All {
        most: usize,
        numbers: Vec<f64>,
    },
    Binned(Binned<u16>),
    WidelyBinned(Binned<u32>),
}

/// Counts by (multiset, bin).
#[derive(Clone, Debug)]
struct Binned<C> {
    bins: usize,
    scales: Vec<Scale>,
    counts: Vec<C>,
}

/// Some neighbouring multisets, to be added to.
pub struct Chunk<'a> {
    count: usize,
    kept: KeptChunk<'a>,
}

enum KeptChunk<'a> {
    All { most: usize, numbers: &'a mut [f64] },
    Binned(BinnedChunk<'a, u16>),
    WidelyBinned(BinnedChunk<'a, u32>),
}

struct BinnedChunk<'a, C> {
    bins: usize,
    scales: &'a mut [Scale],
    counts: &'a mut [C],
}

/// How far a search for ranks has come: at a bin, with so many numbers in those before it.
#[derive(Clone, Copy, Default)]
struct Reached {
    bin: usize,
    before: u64,
}

impl Multisets {
    /// So many empty multisets.
    pub fn new(memory: Memory, sets: usize) -> Self {
        let kept = match memory {
            Memory::All(most) => Kept::All { most, numbers: vec![0.0; most * sets] },
            Memory::Bins(bins) => Kept::Binned(Binned::new(bins, sets)),
            Memory::WideBins(bins) => Kept::WidelyBinned(Binned::new(bins, sets)),
        };
        Self { count: 0, kept }
    }

    /// Adds equally many numbers to each multiset, through chunks of `size` neighbours. The order does not matter.
    /// What a multiset is not given is as if it were unknown: it must not be asked for quantiles.
    pub fn extend<'a>(&'a mut self, numbers: usize, size: usize, add: impl FnOnce(Vec<Chunk<'a>>)) {
        let count = self.count;
        self.count += numbers;
        let chunk = |kept| Chunk { count, kept };
        add(match &mut self.kept {
            Kept::All { most, numbers } => numbers
                .chunks_mut((*most * size).max(1))
                .map(|numbers| chunk(KeptChunk::All { most: *most, numbers }))
                .collect(),
            Kept::Binned(binned) => binned.chunks(size).map(KeptChunk::Binned).map(chunk).collect(),
            Kept::WidelyBinned(binned) => {
                binned.chunks(size).map(KeptChunk::WidelyBinned).map(chunk).collect()
            }
        });
    }

    /// Puts the numbers of each multiset in order, as they must be for quantiles.
    pub fn sort(&mut self) {
        if let Kept::All { most, numbers } = &mut self.kept {
            let count = self.count;
            let sets = numbers.par_chunks_mut((*most).max(1));
            sets.for_each(|numbers| numbers[..count].sort_unstable_by(f64::total_cmp));
        }
    }

    /// The quantiles of type 7, linear between order statistics at 1 + (n − 1)p; `None` when empty.
    pub fn quantiles<const Q: usize>(&self, set: usize, probabilities: [f64; Q]) -> Option<[f64; Q]> {
        let last = self.count.checked_sub(1)?;
        let mut reached = Reached::default();
        Some(probabilities.map(|probability| {
            let position = probability * last as f64;
            let below = position.floor();
            let rank = below as usize;
            let low = self.ranked(set, rank, &mut reached);
            let high = if rank < last { self.ranked(set, rank + 1, &mut reached) } else { low };
            low + (position - below) * (high - low)
        }))
    }

    /// The number with `rank` smaller ones before it, once numbers are sorted.
    fn ranked(&self, set: usize, rank: usize, reached: &mut Reached) -> f64 {
        match &self.kept {
            Kept::All { most, numbers } => numbers[set * most + rank],
            Kept::Binned(binned) => binned.ranked(set, rank as u64, reached),
            Kept::WidelyBinned(binned) => binned.ranked(set, rank as u64, reached),
        }
    }

    /// The numbers with so much weight each, in order once they are sorted.
    fn points(&self, set: usize, weight: f64, points: &mut Vec<(f64, f64)>) {
        match &self.kept {
            Kept::All { most, numbers } => {
                let numbers = &numbers[set * most..][..self.count];
                points.extend(numbers.iter().map(|&value| (value, weight)));
            }
            Kept::Binned(binned) => binned.points(set, (self.count, weight), points),
            Kept::WidelyBinned(binned) => binned.points(set, (self.count, weight), points),
        }
    }

    /// The width of a bin as a share of the distance from the smallest to the largest number: 0 while every number is
    /// kept.
    pub fn relative_error(&self, set: usize) -> f64 {
        let scale = match &self.kept {
            Kept::All { .. } => return 0.0,
            Kept::Binned(binned) => binned.scales[set],
            Kept::WidelyBinned(binned) => binned.scales[set],
        };
        if scale.width > 0.0 { scale.width / (scale.largest - scale.smallest) } else { 0.0 }
    }
}

impl Chunk<'_> {
    /// Adds to one of these multisets the numbers that all are given now.
    pub fn add(&mut self, set: usize, values: &[f64]) {
        match &mut self.kept {
            KeptChunk::All { most, numbers } => {
                numbers[set * *most + self.count..][..values.len()].copy_from_slice(values);
            }
            KeptChunk::Binned(binned) => binned.add(set, self.count, values),
            KeptChunk::WidelyBinned(binned) => binned.add(set, self.count, values),
        }
    }
}

/// The quantiles of a mixture of equally many numbers in each of some multisets (one at the same
/// place in each of `sets`), at the weights of the multisets.
///
/// A quantile is the mean of the step quantile function over a window as wide as one draw of all of them: from
/// (n − 1)p/n to ((n − 1)p + 1)/n of the weight. Of one multiset that is type 7, and a mixture of multisets that are the
/// same has the quantiles of one of them. Numbers in bins stand in the middle of theirs.
pub fn mixture<const Q: usize>(
    sets: &[&Multisets],
    set: usize,
    weights: &[f64],
    probabilities: [f64; Q],
) -> Option<[f64; Q]> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    let mut numbers = f64::INFINITY;
    for (sets, weight) in sets.iter().zip(weights) {
        let count = sets.count as f64;
        numbers = numbers.min(count);
        sets.points(set, weight / count, &mut points);
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

/// A number of numbers.
trait Count: Copy + Default + AddAssign + From<u8> + Into<u64> + TryFrom<usize> + Send + Sync {}

impl Count for u16 {}
impl Count for u32 {}

impl<C: Count> Binned<C> {
    fn new(bins: usize, sets: usize) -> Self {
        Self { bins, scales: vec![Scale::default(); sets], counts: vec![C::default(); bins * sets] }
    }

    fn chunks(&mut self, size: usize) -> impl Iterator<Item = BinnedChunk<'_, C>> {
        let bins = self.bins;
        let scales = self.scales.chunks_mut(size);
        scales.zip(self.counts.chunks_mut(bins * size)).map(move |(scales, counts)| BinnedChunk {
            bins,
            scales,
            counts,
        })
    }

    fn counts(&self, set: usize) -> &[C] {
        &self.counts[set * self.bins..][..self.bins]
    }

    /// The number with `rank` smaller ones before it; within a bin numbers are taken to lie evenly. A search goes on
    /// from where the last one has come to, unless that is too far.
    fn ranked(&self, set: usize, rank: u64, reached: &mut Reached) -> f64 {
        let scale = self.scales[set];
        if scale.width == 0.0 {
            return scale.smallest;
        }
        if rank < reached.before {
            *reached = Reached::default();
        }
        for &count in &self.counts(set)[reached.bin..] {
            let count: u64 = count.into();
            if rank < reached.before + count {
                let part = ((rank - reached.before) as f64 + 0.5) / count as f64;
                return scale.value(reached.bin, part);
            }
            reached.bin += 1;
            reached.before += count;
        }
        scale.largest
    }

    fn points(&self, set: usize, (count, weight): (usize, f64), points: &mut Vec<(f64, f64)>) {
        let scale = self.scales[set];
        if scale.width == 0.0 {
            points.push((scale.smallest, weight * count as f64));
            return;
        }
        let counts = self.counts(set).iter().map(|&count| count.into()).enumerate();
        let filled = counts.filter(|(_, count)| *count > 0);
        points.extend(filled.map(|(bin, count)| (scale.value(bin, 0.5), weight * count as f64)));
    }
}

impl<C: Count> BinnedChunk<'_, C> {
    fn add(&mut self, set: usize, before: usize, values: &[f64]) {
        let counts = &mut self.counts[set * self.bins..][..self.bins];
        self.scales[set].add(counts, before, values);
    }
}

/// Where the bins of a multiset lie.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scale {
    smallest: f64,
    largest: f64,
    /// Width of a bin, a power of two; 0 while all numbers are equal, which are not in bins then.
    width: f64,
    /// Position of the first bin: it begins at `first * width`.
    first: f64,
}

impl Default for Scale {
    fn default() -> Self {
        Self { smallest: f64::INFINITY, largest: f64::NEG_INFINITY, width: 0.0, first: 0.0 }
    }
}

impl Scale {
    /// Counts some numbers where there are `before` already.
    fn add<C: Count>(&mut self, counts: &mut [C], before: usize, values: &[f64]) {
        const PIECE: usize = 64;
        let before_these = *self;
        let [smallest, largest] = ends(values);
        // Zero has two signs; one is enough.
        self.smallest = self.smallest.min(smallest + 0.0);
        self.largest = self.largest.max(largest + 0.0);
        if self.smallest >= self.largest {
            return;
        }
        if *self != before_these {
            self.fit(counts, (before, before_these.smallest));
        }
        let mut at = [0; PIECE];
        for values in values.chunks(PIECE) {
            let at = &mut at[..values.len()];
            self.bins(values, at);
            for &bin in &*at {
                counts[bin as usize] += C::from(1);
            }
        }
    }

    /// Widens and moves the bins until they hold everything; numbers that were all equal get their bin.
    fn fit<C: Count>(&mut self, counts: &mut [C], (equal, equal_value): (usize, f64)) {
        let before = *self;
        (self.width, self.first) = self.fitting(counts.len() as f64);
        if before.width == 0.0 {
            if equal > 0 {
                let mut at = [0];
                self.bins(&[equal_value], &mut at);
                let all = C::try_from(equal).ok().expect("counts are as wide as the most numbers need");
                counts[at[0] as usize] = all;
            }
        } else if self.width > before.width || self.first < before.first {
            let old = counts.to_vec();
            counts.fill(C::default());
            for (bin, &count) in old.iter().enumerate().filter(|(_, count)| (**count).into() > 0) {
                let begins = (before.first + bin as f64) * (before.width / self.width);
                counts[(begins.floor() - self.first) as usize] += count;
            }
        } else {
            self.first = before.first;
        }
    }

    /// The smallest power of two at which everything fits, and the position of the first bin.
    fn fitting(&self, bins: f64) -> (f64, f64) {
        let at_least = (self.largest - self.smallest) / (bins + 1.0);
        // The power of two at or below: the number without its mantissa.
        let power = f64::from_bits(at_least.to_bits() & (0x7ff << 52));
        let mut width = power.max(f64::MIN_POSITIVE).max(self.width);
        while (self.largest / width).floor() - (self.smallest / width).floor() >= bins {
            width *= 2.0;
        }
        (width, (self.smallest / width).floor())
    }

    /// The bin of each of some numbers.
    fn bins(&self, values: &[f64], bins: &mut [u32]) {
        // Exact: the width is a power of two.
        bins_of(values, 1.0 / self.width, self.first, bins);
    }

    /// What lies so far inside a bin, as a part of its width.
    fn value(&self, bin: usize, part: f64) -> f64 {
        ((self.first + bin as f64 + part) * self.width).clamp(self.smallest, self.largest)
    }
}

/// ⌊value/width⌋ − first of each value.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn bins_of(values: &[f64], per_width: f64, first: f64, bins: &mut [u32]) {
    // A whole number that is added to 2⁵² stands in the last bits of the sum.
    const TO_WHOLE: f64 = 4_503_599_627_370_496.0;
    for (bin, value) in bins.iter_mut().zip(values) {
        *bin = ((value * per_width).floor() - first + TO_WHOLE).to_bits() as u32;
    }
}

/// The smallest and the largest of some numbers.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn ends(values: &[f64]) -> [f64; 2] {
    const LANES: usize = 8;
    let (mut small, mut large) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    let (lanes, rest) = values.as_chunks::<LANES>();
    for values in lanes {
        for l in 0..LANES {
            small[l] = if values[l] < small[l] { values[l] } else { small[l] };
            large[l] = if values[l] > large[l] { values[l] } else { large[l] };
        }
    }
    let smallest = small.iter().chain(rest).copied().fold(f64::INFINITY, f64::min);
    [smallest, large.iter().chain(rest).copied().fold(f64::NEG_INFINITY, f64::max)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One multiset.
    fn filled(memory: Memory, values: &[f64]) -> Multisets {
        in_blocks(memory, values, 7)
    }

    fn in_blocks(memory: Memory, values: &[f64], length: usize) -> Multisets {
        let mut sets = Multisets::new(memory, 1);
        for block in values.chunks(length) {
            sets.extend(block.len(), 1, |mut chunks| chunks[0].add(0, block));
        }
        sets.sort();
        sets
    }

    fn binned(sets: &Multisets) -> (&Scale, &[u16]) {
        let Kept::Binned(binned) = &sets.kept else { panic!("they are in bins") };
        (&binned.scales[0], &binned.counts)
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
        let set = filled(Memory::All(100), &[3.0, 1.0, 2.0, 5.0, 4.0]);
        assert_eq!(set.quantiles(0, [0.5, 0.25, 0.05]), Some([3.0, 2.0, 1.2]));
        assert_eq!(Multisets::new(Memory::All(4), 1).quantiles(0, [0.5]), None);
        assert_eq!(Multisets::new(Memory::Bins(4), 1).quantiles(0, [0.5]), None);
    }

    #[test]
    fn all_is_kept_where_it_fits() {
        assert_eq!(Memory::within(800, 100), Memory::All(100));
        assert_eq!(Memory::within(799, 100), Memory::Bins(399));
        assert_eq!(Memory::within(8, 100), Memory::Bins(64));
        assert_eq!(Memory::within(799, 65_536), Memory::WideBins(199));
    }

    #[test]
    fn equal_numbers_stay_what_they_are() {
        for value in [0.0, 0.1, -7.3e250, 1e-310] {
            let set = filled(Memory::Bins(64), &[value; 50]);
            assert_eq!(set.quantiles(0, [0.0, 0.3, 1.0]), Some([value; 3]));
            assert!(set.relative_error(0) == 0.0);
        }
    }

    #[test]
    fn numbers_a_last_bit_apart_are_told_apart() {
        let value = 123.456_f64;
        for bins in [64, 16_384] {
            let values = [value, value.next_up(), value, value.next_down(), value];
            let set = filled(Memory::Bins(bins), &values);
            let [low, middle, high] = set.quantiles(0, [0.0, 0.5, 1.0]).expect("five numbers");
            assert_eq!((low, high), (value.next_down(), value.next_up()));
            assert!((middle - value).abs() <= value.next_up() - value);
        }
    }

    #[test]
    fn more_numbers_than_narrow_counts_can_tell_are_counted() {
        let numbers = 70_000;
        let values: Vec<f64> = (0..numbers).map(|at| if at == 69_000 { 1.0 } else { 0.25 }).collect();
        let set = in_blocks(Memory::within(512, numbers), &values, 66_000);
        let error = set.relative_error(0) * 0.75;
        let found = set.quantiles(0, [0.0, 0.5, 1.0]).expect("not empty");
        for (found, expected) in found.into_iter().zip([0.25, 0.25, 1.0]) {
            assert!((found - expected).abs() <= error, "{found} {expected}");
        }
    }

    #[test]
    fn neighbours_do_not_mix() {
        for memory in [Memory::All(100), Memory::Bins(64), Memory::WideBins(64)] {
            let mut sets = Multisets::new(memory, 5);
            for draw in 0..100_u32 {
                sets.extend(1, 2, |mut chunks| {
                    for (at, chunk) in chunks.iter_mut().enumerate() {
                        for set in 0..2.min(5 - 2 * at) {
                            chunk.add(set, &[f64::from(draw) * 2.0_f64.powi((2 * at + set) as i32)]);
                        }
                    }
                });
            }
            sets.sort();
            for set in 0..5 {
                let expected = 99.0 * 2.0_f64.powi(set as i32);
                let [low, high] = sets.quantiles(set, [0.0, 1.0]).expect("not empty");
                let error = expected * sets.relative_error(set);
                assert!(low <= error && (high - expected).abs() <= error, "{memory:?} {set}");
            }
        }
    }

    #[test]
    fn a_mixture_by_hand() {
        let sets = [filled(Memory::All(9), &[1.0, 2.0]), filled(Memory::All(9), &[10.0, 20.0])];
        let mixed = mixture(&[&sets[0], &sets[1]], 0, &[0.75, 0.25], [0.0, 0.5, 1.0]).expect("not empty");
        // A window of half the weight: 0.375 of 1 and 0.125 of 2; 0.125 of 1 and 0.375 of 2; 0.25 of 2, 0.125 of each.
        let expected = [1.25, (0.125 + 0.375 * 2.0) / 0.5, (0.25 * 2.0 + 0.125 * 30.0) / 0.5];
        for (mixed, expected) in mixed.iter().zip(expected) {
            assert!((mixed - expected).abs() < 1e-12, "{mixed} {expected}");
        }
        let certain = mixture(&[&sets[0], &sets[1]], 0, &[1.0, 0.0], [0.25]).expect("not empty");
        assert!((certain[0] - 1.25).abs() < 1e-12);
        assert_eq!(mixture(&[&Multisets::new(Memory::All(4), 1)], 0, &[1.0], [0.5]), None);
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
            let at_once = in_blocks(Memory::Bins(64), &turned, 300);
            let streamed = in_blocks(Memory::Bins(64), &values, 7);
            prop_assert_eq!(binned(&at_once), binned(&streamed));
        }

        #[test]
        fn in_bins_the_error_is_as_stated(
            values in prop::collection::vec(-3.0..80.0_f64, 100..400), probability in 0.0..=1.0_f64,
        ) {
            let set = filled(Memory::Bins(64), &values);
            let [found] = set.quantiles(0, [probability]).expect("not empty");
            let spread = values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
                - values.iter().copied().fold(f64::INFINITY, f64::min);
            let error = set.relative_error(0);
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
                let [found] = mixture(&vec![&set; weights.len()], 0, weights, [probability]).expect("not empty");
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
                mixture(&[&sets[0], &sets[1]], 0, &[0.3, 0.7], [probability]).expect("not empty")[0]
            };
            prop_assert!((of(Memory::All(400)) - of(Memory::Bins(64))).abs() <= 4.0);
        }

        #[test]
        fn exact_quantiles_are_exact(
            values in prop::collection::vec(-1.0e3..1.0e3_f64, 1..200), probability in 0.0..=1.0_f64,
        ) {
            let set = filled(Memory::All(200), &values);
            prop_assert_eq!(set.quantiles(0, [probability]), Some([type_7(&values, probability)]));
        }
    }
}
