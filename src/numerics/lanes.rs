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
    std::array::from_fn(|l| (partial[0][l] + partial[1][l]) + (partial[2][l] + partial[3][l]))
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
    let columns = x.len() / K;
    for (row, slot) in matrix.chunks_exact(columns).zip(product.as_chunks_mut::<K>().0) {
        *slot = row_times::<K>(row, x);
    }
}

/// Σ_c row_c·x_c in each lane, for a row that all lanes share.
#[inline(always)]
pub fn row_times<const K: usize>(row: &[f64], x: &[f64]) -> [f64; K] {
    let mut partial = [[0.0; K]; STRIPES];
    let (row_main, row_rest) = row.as_chunks::<STRIPES>();
    let (x_main, x_rest) = x.as_chunks::<K>().0.as_chunks::<STRIPES>();
    for (coefficients, values) in row_main.iter().zip(x_main) {
        for s in 0..STRIPES {
            for l in 0..K {
                partial[s][l] += coefficients[s] * values[s][l];
            }
        }
    }
    for (s, (coefficient, value)) in row_rest.iter().zip(x_rest).enumerate() {
        for l in 0..K {
            partial[s][l] += coefficient * value[l];
        }
    }
    fold(&partial)
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
        for count in [0, 1, 3, 4, 7, 29, 81] {
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
            }
        }
    }

    #[test]
    fn a_dot_product_is_one() {
        assert_eq!(dot::<1>(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0; 5]), [15.0]);
        assert_eq!(row_times::<2>(&[1.0, 10.0], &[1.0, 2.0, 3.0, 4.0]), [31.0, 42.0]);
    }
}
