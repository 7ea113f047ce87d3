//! Sums and products over vectors with K lanes, in a fixed order of summation.
//!
//! A sum over components runs in [`STRIPES`] interleaved partial sums that are added at the end. The order is
//! part of the result: it is the same for every K, so a lane has the same bits alone and in company. Every
//! instruction set gives the same bits too, as no multiplication is fused with an addition.

use std::ops::{Add, AddAssign, Mul};

use multiversion::multiversion;

/// Interleaved partial sums of every reduction: enough to hide the latency of an addition.
pub const STRIPES: usize = 4;

/// A vector whose first value begins a line of the processor's cache, so that eight lanes never straddle two lines.
#[derive(Debug)]
pub struct Buffer<T = f64> {
    storage: Vec<T>,
    start: usize,
    length: usize,
}

impl<T: Copy + Default> Buffer<T> {
    /// A vector of zeros.
    pub fn zeros(length: usize) -> Self {
        const LINE: usize = 64;
        let slack = LINE / size_of::<T>();
        let storage = vec![T::default(); length + slack];
        let start = storage.as_ptr().align_offset(LINE).min(slack);
        Self { storage, start, length }
    }
}

impl<T> std::ops::Deref for Buffer<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.storage[self.start..self.start + self.length]
    }
}

impl<T> std::ops::DerefMut for Buffer<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.storage[self.start..self.start + self.length]
    }
}

/// Numbers in single or double precision.
pub trait Real: Copy + Default + AddAssign + Add<Output = Self> + Mul<Output = Self> {}

impl Real for f32 {}
impl Real for f64 {}

/// The K values of one component.
#[inline]
pub fn lane<const K: usize>(values: &[f64], component: usize) -> &[f64; K] {
    let start = component * K;
    (&values[start..start + K]).try_into().expect("the slice has K values")
}

/// The K values of one component, to be changed.
#[inline]
pub fn lane_mut<const K: usize>(values: &mut [f64], component: usize) -> &mut [f64; K] {
    let start = component * K;
    (&mut values[start..start + K]).try_into().expect("the slice has K values")
}

/// Adds the partial sums of a reduction.
#[inline(always)]
fn fold<const K: usize, T: Real>(partial: &[[T; K]; STRIPES]) -> [T; K] {
    let mut sum = [T::default(); K];
    for l in 0..K {
        sum[l] = (partial[0][l] + partial[1][l]) + (partial[2][l] + partial[3][l]);
    }
    sum
}

/// Σ_c a_c·b_c in each lane.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub fn dot<const K: usize, A: Copy + Into<f64>, B: Copy + Into<f64>>(a: &[A], b: &[B]) -> [f64; K] {
    let mut partial = [[0.0; K]; STRIPES];
    let (a_main, a_rest) = a.as_chunks::<K>().0.as_chunks::<STRIPES>();
    let (b_main, b_rest) = b.as_chunks::<K>().0.as_chunks::<STRIPES>();
    for (xs, ys) in a_main.iter().zip(b_main) {
        for s in 0..STRIPES {
            for l in 0..K {
                partial[s][l] += xs[s][l].into() * ys[s][l].into();
            }
        }
    }
    for (s, (x, y)) in a_rest.iter().zip(b_rest).enumerate() {
        for l in 0..K {
            partial[s][l] += x[l].into() * y[l].into();
        }
    }
    fold(&partial)
}

/// Matrix times vector in each lane, for a matrix (row after row) that all lanes share.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn matrix_times<const K: usize, T: Real>(matrix: &[T], x: &[T], product: &mut [T]) {
    all_rows(matrix, x, product, |slot: &mut [T; K], sum| *slot = sum);
}

/// Adds the product of a matrix (row after row), that all lanes share, and a vector in each lane.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn add_product<const K: usize, T: Real + Into<f64>>(matrix: &[T], x: &[T], sum: &mut [f64]) {
    all_rows(matrix, x, sum, |slot: &mut [f64; K], product| {
        for l in 0..K {
            slot[l] += product[l].into();
        }
    });
}

/// Hands on the sum of every row. Rows side by side share the loads of x, and fill the adders where a row alone would
/// leave them idle.
#[inline(always)]
fn all_rows<const K: usize, T: Real, S>(
    matrix: &[T],
    x: &[T],
    product: &mut [S],
    put: impl Fn(&mut [S; K], [T; K]),
) {
    let done = match K {
        1 => row_groups::<K, 1, T, S>(matrix, x, 0, product, &put),
        _ => row_groups::<K, 2, T, S>(matrix, x, 0, product, &put),
    };
    row_groups::<K, 1, T, S>(matrix, x, done, product, &put);
}

/// Transposed matrix times vector in each lane, for a matrix (row after row) that all lanes share. Every sum runs
/// over the rows in order.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn transposed_times<const K: usize, T: Real>(matrix: &[T], x: &[T], product: &mut [T]) {
    let columns = product.len() / K;
    if K == 1 {
        rows_added::<4, T>(matrix, columns, x, product);
    } else {
        let done = columns_times::<K, 4, T>(matrix, columns, 0, x, product);
        columns_times::<K, 1, T>(matrix, columns, done, x, product);
    }
}

/// The same for one lane, R rows at a time added to all sums: those lie side by side then, as lanes do elsewhere.
#[inline(always)]
fn rows_added<const R: usize, T: Real>(matrix: &[T], columns: usize, x: &[T], sums: &mut [T]) {
    sums.fill(T::default());
    let (blocks, rest) = x.as_chunks::<R>();
    let (block_rows, rest_rows) = matrix.split_at(blocks.len() * R * columns);
    for (rows, values) in block_rows.chunks_exact(R * columns).zip(blocks) {
        let mut split: [&[T]; R] = [&[]; R];
        for (r, row) in rows.chunks_exact(columns).enumerate() {
            split[r] = row;
        }
        for (c, sum) in sums.iter_mut().enumerate() {
            for r in 0..R {
                *sum += split[r][c] * values[r];
            }
        }
    }
    for (row, value) in rest_rows.chunks_exact(columns).zip(rest) {
        for (sum, coefficient) in sums.iter_mut().zip(row) {
            *sum += *coefficient * *value;
        }
    }
}

/// The sums of as many whole groups of C columns as there are from column `done` on, each group in registers; gives
/// the first column that is left.
#[inline(always)]
fn columns_times<const K: usize, const C: usize, T: Real>(
    matrix: &[T],
    columns: usize,
    done: usize,
    x: &[T],
    product: &mut [T],
) -> usize {
    let mut at = done;
    for sums in product.as_chunks_mut::<K>().0[done..].as_chunks_mut::<C>().0 {
        let mut partial = [[T::default(); K]; C];
        for (row, values) in matrix.chunks_exact(columns).zip(x.as_chunks::<K>().0) {
            let coefficients: &[T; C] = row[at..at + C].try_into().expect("the slice has C values");
            for t in 0..C {
                for l in 0..K {
                    partial[t][l] += coefficients[t] * values[l];
                }
            }
        }
        *sums = partial;
        at += C;
    }
    at
}

/// Σ_c row_c·x_c in each lane, for a row that all lanes share.
#[inline(always)]
pub fn row_times<const K: usize, T: Real>(row: &[T], x: &[T]) -> [T; K] {
    let [product] = rows_times::<K, 1, T>(row, row.len(), x);
    product
}

/// Hands on the sums of as many whole groups of R rows as there are from row `done` on; gives the first row left.
#[inline(always)]
fn row_groups<const K: usize, const R: usize, T: Real, S>(
    matrix: &[T],
    x: &[T],
    done: usize,
    product: &mut [S],
    put: impl Fn(&mut [S; K], [T; K]),
) -> usize {
    let columns = x.len() / K;
    let groups = product.as_chunks_mut::<K>().0[done..].as_chunks_mut::<R>().0;
    let left = done + groups.len() * R;
    for (rows, slots) in matrix[done * columns..].chunks_exact(R * columns).zip(groups) {
        let sums = rows_times::<K, R, T>(rows, columns, x);
        slots.iter_mut().zip(sums).for_each(|(slot, sum)| put(slot, sum));
    }
    left
}

/// The same for R rows at a time; every row is summed in the order in which it is summed alone.
#[inline(always)]
fn rows_times<const K: usize, const R: usize, T: Real>(rows: &[T], columns: usize, x: &[T]) -> [[T; K]; R] {
    let mut partial = [[[T::default(); K]; STRIPES]; R];
    let (main, rest) = x.as_chunks::<K>().0.as_chunks::<STRIPES>();
    let mut mains: [&[[T; STRIPES]]; R] = [&[]; R];
    for r in 0..R {
        mains[r] = &rows[r * columns..(r + 1) * columns].as_chunks::<STRIPES>().0[..main.len()];
    }
    if K == 1 {
        // The stripes lie side by side as lanes do elsewhere.
        let mut stripes = [[T::default(); STRIPES]; R];
        for (at, values) in main.as_flattened().as_flattened().as_chunks::<STRIPES>().0.iter().enumerate() {
            for r in 0..R {
                let coefficients = &mains[r][at];
                for s in 0..STRIPES {
                    stripes[r][s] += coefficients[s] * values[s];
                }
            }
        }
        for r in 0..R {
            for s in 0..STRIPES {
                partial[r][s] = [stripes[r][s]; K];
            }
        }
    } else {
        for (at, values) in main.iter().enumerate() {
            for r in 0..R {
                let coefficients = &mains[r][at];
                for s in 0..STRIPES {
                    for l in 0..K {
                        partial[r][s][l] += coefficients[s] * values[s][l];
                    }
                }
            }
        }
    }
    for (s, values) in rest.iter().enumerate() {
        for r in 0..R {
            let coefficient = rows[r * columns + main.len() * STRIPES + s];
            for l in 0..K {
                partial[r][s][l] += coefficient * values[l];
            }
        }
    }
    let mut sums = [[T::default(); K]; R];
    for r in 0..R {
        sums[r] = fold(&partial[r]);
    }
    sums
}

/// y ← y + a·x in each lane.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub fn add_scaled<const K: usize, X: Copy + Into<f64>>(y: &mut [f64], a: &[f64; K], x: &[X]) {
    for (ys, xs) in y.as_chunks_mut::<K>().0.iter_mut().zip(x.as_chunks::<K>().0) {
        for l in 0..K {
            ys[l] += a[l] * xs[l].into();
        }
    }
}

/// Copies values to single precision.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub fn rounded(values: &[f64], target: &mut [f32]) {
    for (target, value) in target.iter_mut().zip(values) {
        *target = *value as f32;
    }
}

/// Copies values from single precision.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub fn widened(values: &[f32], target: &mut [f64]) {
    for (target, value) in target.iter_mut().zip(values) {
        *target = f64::from(*value);
    }
}

/// Puts the values of one lane into a vector with K lanes.
pub fn scatter<const K: usize>(target: &mut [f64], lane: usize, values: &[f64]) {
    for (slot, value) in target.iter_mut().skip(lane).step_by(K).zip(values) {
        *slot = *value;
    }
}

/// The values of one lane of a vector with K lanes.
pub fn gather<const K: usize>(source: &[f64], lane: usize) -> Vec<f64> {
    source.iter().skip(lane).step_by(K).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: u64) -> Vec<f64> {
        (0..count as u64).map(|i| (((i + seed) * 2_654_435_761 % 1_000_003) as f64) / 1.0e6 - 0.4).collect()
    }

    #[test]
    fn a_lane_has_the_same_bits_alone_and_in_company() {
        for count in [1, 3, 4, 7, 29, 81] {
            let (row, columns): (_, Vec<_>) =
                (numbers(count, 9), (0..8).map(|l| numbers(count, l)).collect());
            let mut together = vec![0.0; count * 8];
            for (l, column) in columns.iter().enumerate() {
                scatter::<8>(&mut together, l, column);
            }
            let product = row_times::<8, _>(&row, &together);
            let square = dot::<8, _, _>(&together, &together);
            for (l, column) in columns.iter().enumerate() {
                assert_eq!(product[l].to_bits(), row_times::<1, _>(&row, column)[0].to_bits());
                assert_eq!(square[l].to_bits(), dot::<1, _, _>(column, column)[0].to_bits());
                assert_eq!(&gather::<8>(&together, l), column);
                let mut products = [0.0; 5];
                matrix_times::<1, _>(&row.repeat(5), column, &mut products);
                let mut weights = vec![0.0; count];
                let mut all_weights = vec![0.0; count * 8];
                let matrix: Vec<f64> = (0..count).flat_map(|r| numbers(count, r as u64 + 3)).collect();
                transposed_times::<1, _>(&matrix, column, &mut weights);
                transposed_times::<8, _>(&matrix, &together, &mut all_weights);
                assert_eq!(gather::<8>(&all_weights, l), weights);
                let by_hand: f64 = (0..count).map(|r| matrix[r * count] * column[r]).sum();
                assert!((weights[0] - by_hand).abs() < 1e-12);
                assert!(products.iter().all(|p| p.to_bits() == product[l].to_bits()));
            }
        }
    }

    #[test]
    fn a_dot_product_is_one() {
        assert!((dot::<1, f64, f64>(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0; 5])[0] - 15.0).abs() < 1e-15);
        let [first, second] = row_times::<2, f64>(&[1.0, 10.0], &[1.0, 2.0, 3.0, 4.0]);
        assert!((first - 31.0).abs() < 1e-15 && (second - 42.0).abs() < 1e-15);
    }
}
