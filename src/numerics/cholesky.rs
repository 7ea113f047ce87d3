//! The triangular factor of a symmetric matrix.

/// How far below zero a pivot may be by rounding, and how far from zero what must vanish beside a pivot of zero.
const ROUNDING: f64 = 1e-8;

/// The rows of the lower triangle L with L Lᵀ a symmetric matrix, each as far as the diagonal; `None` where the matrix has
/// negative eigenvalues. It may have eigenvalues of zero.
pub fn lower(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let mut rows: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    for (i, given) in matrix.iter().enumerate() {
        let mut row = Vec::with_capacity(i + 1);
        for (j, earlier) in rows.iter().enumerate() {
            let rest = given[j] - row.iter().zip(earlier).map(|(a, b): (&f64, &f64)| a * b).sum::<f64>();
            match earlier[j] {
                pivot if pivot > 0.0 => row.push(rest / pivot),
                _ if rest.abs() <= ROUNDING => row.push(0.0),
                _ => return None,
            }
        }
        let pivot = given[i] - row.iter().map(|a| a * a).sum::<f64>();
        if pivot < -ROUNDING {
            return None;
        }
        row.push(if pivot > ROUNDING { pivot.sqrt() } else { 0.0 });
        rows.push(row);
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::lower;

    fn product(rows: &[Vec<f64>], i: usize, j: usize) -> f64 {
        rows[i].iter().zip(&rows[j]).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn the_factor_times_itself_is_the_matrix() {
        let matrices = [
            vec![vec![1.0, 0.5, -0.2], vec![0.5, 1.0, 0.3], vec![-0.2, 0.3, 1.0]],
            // The second is the first, and the third the opposite.
            vec![vec![1.0, 1.0, -1.0], vec![1.0, 1.0, -1.0], vec![-1.0, -1.0, 1.0]],
        ];
        for matrix in matrices {
            let rows = lower(&matrix).expect("no negative eigenvalue");
            for i in 0..3 {
                for j in 0..3 {
                    assert!((product(&rows, i, j) - matrix[i][j]).abs() < 1e-12, "{matrix:?}: {i} {j}");
                }
            }
        }
    }

    #[test]
    fn a_matrix_with_a_negative_eigenvalue_has_none() {
        for matrix in [
            // Two that are the same, of which only one goes with the third.
            vec![vec![1.0, 1.0, 0.9], vec![1.0, 1.0, 0.0], vec![0.9, 0.0, 1.0]],
            vec![vec![1.0, 0.9, -0.9], vec![0.9, 1.0, 0.9], vec![-0.9, 0.9, 1.0]],
        ] {
            assert_eq!(lower(&matrix), None);
        }
    }
}
