//! What the machine can do at most, measured with code that does nothing else: the fastest of many samples, as nothing but
//! other work on the machine makes one slower.

use std::hint::black_box;

use multiversion::multiversion;

use crate::support::seconds;

const SAMPLES: usize = 21;

/// Multiply-adds a second on one core, as a multiplication and an addition, in double and in single precision.
///
/// The kernels never fuse the two, so that every instruction set gives the same bits. On cores with separate units for
/// additions (AMD) that costs nothing; where both operations need the same units (Intel), fused ones would do twice
/// as much.
pub(crate) struct Peak {
    pub(crate) double: f64,
    pub(crate) single: f64,
}

/// Chains that do not wait for one another: enough to hide the latency of both operations, few enough for registers.
const CHAINS: usize = 12;
/// Values of 256 bits.
const DOUBLES: usize = 4;
const SINGLES: usize = 8;

macro_rules! chains {
    ($name:ident, $type:ty, $width:expr) => {
        /// As many rounds of x ← x·factor + term for every value.
        #[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
        fn $name(rounds: usize, start: $type, factor: $type, term: $type) -> [[$type; $width]; CHAINS] {
            let mut values = [[start; $width]; CHAINS];
            for _ in 0..rounds {
                for chain in 0..CHAINS {
                    for l in 0..$width {
                        values[chain][l] = values[chain][l] * factor + term;
                    }
                }
            }
            values
        }
    };
}

chains!(doubles, f64, DOUBLES);
chains!(singles, f32, SINGLES);

impl Peak {
    /// Measures it.
    pub(crate) fn measured() -> Self {
        const ROUNDS: usize = 100_000;
        let done = (ROUNDS * CHAINS) as f64;
        let (factor, term) = (black_box(0.999_f64), black_box(1e-3_f64));
        let double = seconds(SAMPLES, || {
            black_box(doubles(ROUNDS, black_box(0.5), factor, term));
        });
        let (factor, term) = (black_box(0.999_f32), black_box(1e-3_f32));
        let single = seconds(SAMPLES, || {
            black_box(singles(ROUNDS, black_box(0.5), factor, term));
        });
        Self {
            double: done * DOUBLES as f64 / double.fastest,
            single: done * SINGLES as f64 / single.fastest,
        }
    }
}

/// Bytes a second that one core reads, over and over, from an array of so many bytes.
pub(crate) fn bandwidth(bytes: usize) -> f64 {
    let values = vec![1.0_f64; bytes / size_of::<f64>()];
    let taken = seconds(SAMPLES, || {
        black_box(total(black_box(&values)));
    });
    (values.len() * size_of::<f64>()) as f64 / taken.fastest
}

/// The sum of all values, in more partial sums than an addition takes cycles.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn total(values: &[f64]) -> f64 {
    const SUMS: usize = 32;
    let mut sums = [0.0; SUMS];
    for block in values.as_chunks::<SUMS>().0 {
        sums.iter_mut().zip(block).for_each(|(sum, value)| *sum += value);
    }
    sums.iter().sum()
}
