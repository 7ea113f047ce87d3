//! Sums and products over vectors with K lanes, in a fixed order of summation.
//!
//! A sum over components runs in [`STRIPES`] interleaved partial sums that are added at the end. The order is
//! part of the result: it is the same for every K, so a lane has the same bits alone and in company. Every
//! instruction set gives the same bits too, as no multiplication is fused with an addition.

use multiversion::multiversion;

/// Interleaved partial sums of every reduction: enough to hide the latency of an addition.
pub const STRIPES: usize = 4;

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
fn fold<const K: usize>(partial: &[[f64; K]; STRIPES]) -> [f64; K] {
    let mut sum = [0.0; K];
    for l in 0..K {
        sum[l] = (partial[0][l] + partial[1][l]) + (partial[2][l] + partial[3][l]);
    }
    sum
}

/// Σ_c a_c·b_c in each lane.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub fn dot<const K: usize>(a: &[f64], b: &[f64]) -> [f64; K] {
    let mut partial = [[0.0; K]; STRIPES];
    let (a_main, a_rest) = a.as_chunks::<K>().0.as_chunks::<STRIPES>();
    let (b_main, b_rest) = b.as_chunks::<K>().0.as_chunks::<STRIPES>();
    for (xs, ys) in a_main.iter().zip(b_main) {
        for s in 0..STRIPES {
            for l in 0..K {
                partial[s][l] += xs[s][l] * ys[s][l];
            }
        }
    }
    for (s, (x, y)) in a_rest.iter().zip(b_rest).enumerate() {
        for l in 0..K {
            partial[s][l] += x[l] * y[l];
        }
    }
    fold(&partial)
}

/// Matrix times vector in each lane, for a matrix (row after row) that all lanes share.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub fn matrix_times<const K: usize>(matrix: &[f64], x: &[f64], product: &mut [f64]) {
    // One lane alone leaves the adders idle between its own sums: four rows at a time fill them.
    const ROWS: usize = 4;
    let columns = x.len() / K;
    let (blocks, rest) = product.as_chunks_mut::<K>().0.as_chunks_mut::<ROWS>();
    if K == 1 {
        let done = blocks.len() * ROWS;
        for (rows, slots) in matrix.chunks_exact(ROWS * columns).zip(blocks) {
            *slots = rows_times::<K, ROWS>(rows, columns, x);
        }
        for (row, slot) in matrix[done * columns..].chunks_exact(columns).zip(rest) {
            *slot = row_times::<K>(row, x);
        }
    } else {
        for (row, slot) in matrix.chunks_exact(columns).zip(product.as_chunks_mut::<K>().0) {
            *slot = row_times::<K>(row, x);
        }
    }
}

/// Adds the product of a matrix (row after row), that all lanes share, and a vector in each lane.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub fn add_product<const K: usize>(matrix: &[f64], x: &[f64], sum: &mut [f64]) {
    for (row, slot) in matrix.chunks_exact(x.len() / K).zip(sum.as_chunks_mut::<K>().0) {
        let product = row_times::<K>(row, x);
        for l in 0..K {
            slot[l] += product[l];
        }
    }
}

/// Transposed matrix times vector in each lane, for a matrix (row after row) that all lanes share. Every sum runs
/// over the rows in order.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub fn transposed_times<const K: usize>(matrix: &[f64], x: &[f64], product: &mut [f64]) {
    const ROWS: usize = 4;
    product.fill(0.0);
    let columns = product.len() / K;
    let sums = product.as_chunks_mut::<K>().0;
    let (blocks, rest) = x.as_chunks::<K>().0.as_chunks::<ROWS>();
    let (block_rows, rest_rows) = matrix.split_at(blocks.len() * ROWS * columns);
    for (rows, values) in block_rows.chunks_exact(ROWS * columns).zip(blocks) {
        let (first, rows) = rows.split_at(columns);
        let (second, rows) = rows.split_at(columns);
        let (third, fourth) = rows.split_at(columns);
        let coefficients = first.iter().zip(second).zip(third).zip(fourth);
        for (sum, (((first, second), third), fourth)) in sums.iter_mut().zip(coefficients) {
            for l in 0..K {
                let two = (sum[l] + first * values[0][l]) + second * values[1][l];
                sum[l] = (two + third * values[2][l]) + fourth * values[3][l];
            }
        }
    }
    for (row, values) in rest_rows.chunks_exact(columns).zip(rest) {
        for (sum, coefficient) in sums.iter_mut().zip(row) {
            for l in 0..K {
                sum[l] += coefficient * values[l];
            }
        }
    }
}

/// Σ_c row_c·x_c in each lane, for a row that all lanes share.
#[inline(always)]
pub fn row_times<const K: usize>(row: &[f64], x: &[f64]) -> [f64; K] {
    let [product] = rows_times::<K, 1>(row, row.len(), x);
    product
}

/// The same for R rows at a time; every row is summed in the order in which it is summed alone.
#[inline(always)]
fn rows_times<const K: usize, const R: usize>(rows: &[f64], columns: usize, x: &[f64]) -> [[f64; K]; R] {
    let mut partial = [[[0.0; K]; STRIPES]; R];
    let (main, rest) = x.as_chunks::<K>().0.as_chunks::<STRIPES>();
    let mut mains: [&[[f64; STRIPES]]; R] = [&[]; R];
    for r in 0..R {
        mains[r] = &rows[r * columns..(r + 1) * columns].as_chunks::<STRIPES>().0[..main.len()];
    }
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
    for (s, values) in rest.iter().enumerate() {
        for r in 0..R {
            let coefficient = rows[r * columns + main.len() * STRIPES + s];
            for l in 0..K {
                partial[r][s][l] += coefficient * values[l];
            }
        }
    }
    let mut sums = [[0.0; K]; R];
    for r in 0..R {
        sums[r] = fold(&partial[r]);
    }
    sums
}

/// y ← y + a·x in each lane.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub fn add_scaled<const K: usize>(y: &mut [f64], a: &[f64; K], x: &[f64]) {
    for (ys, xs) in y.as_chunks_mut::<K>().0.iter_mut().zip(x.as_chunks::<K>().0) {
        for l in 0..K {
            ys[l] += a[l] * xs[l];
        }
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
            let product = row_times::<8>(&row, &together);
            let square = dot::<8>(&together, &together);
            for (l, column) in columns.iter().enumerate() {
                assert_eq!(product[l].to_bits(), row_times::<1>(&row, column)[0].to_bits());
                assert_eq!(square[l].to_bits(), dot::<1>(column, column)[0].to_bits());
                assert_eq!(&gather::<8>(&together, l), column);
                let mut products = [0.0; 5];
                matrix_times::<1>(&row.repeat(5), column, &mut products);
                let mut weights = vec![0.0; count];
                let mut all_weights = vec![0.0; count * 8];
                let matrix: Vec<f64> = (0..count).flat_map(|r| numbers(count, r as u64 + 3)).collect();
                transposed_times::<1>(&matrix, column, &mut weights);
                transposed_times::<8>(&matrix, &together, &mut all_weights);
                assert_eq!(gather::<8>(&all_weights, l), weights);
                let by_hand: f64 = (0..count).map(|r| matrix[r * count] * column[r]).sum();
                assert!((weights[0] - by_hand).abs() < 1e-12);
                assert!(products.iter().all(|p| p.to_bits() == product[l].to_bits()));
            }
        }
    }

    #[test]
    fn a_dot_product_is_one() {
        assert!((dot::<1>(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0; 5])[0] - 15.0).abs() < 1e-15);
        let [first, second] = row_times::<2>(&[1.0, 10.0], &[1.0, 2.0, 3.0, 4.0]);
        assert!((first - 31.0).abs() < 1e-15 && (second - 42.0).abs() < 1e-15);
    }
}
