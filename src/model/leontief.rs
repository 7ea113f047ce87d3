//! The domestic Leontief inverse of each country, which preconditions the solver.
//!
//! Prices feed back into prices, and spending into spending, mostly inside a country. Solving that part exactly
//! leaves the solver only what goes round the world.

use nalgebra::DMatrix;

use crate::economy::accounts::Accounts;
use crate::numerics::lanes::row_times;

/// (I − diag(π_nn)·Γ_nᵀ)⁻¹ of every country, with π_nn the domestic shares and Γ_n the input coefficients.
#[derive(Clone, Debug)]
pub struct DomesticInverse {
    sectors: usize,
    /// By (country, row, column).
    inverse: Vec<f64>,
    /// The same, each country's matrix transposed.
    transposed: Vec<f64>,
}

impl DomesticInverse {
    /// The inverses at the accounts' shares; a country whose matrix is singular keeps the identity, which only
    /// costs sweeps.
    pub fn new(accounts: &Accounts) -> Self {
        let j = accounts.shape.sectors;
        let domestic = accounts.domestic_share();
        let mut inverse = Vec::with_capacity(accounts.shape.pairs() * j);
        let mut transposed = Vec::with_capacity(accounts.shape.pairs() * j);
        for country in 0..accounts.shape.countries {
            let inputs = &accounts.input_share[country * j * j..(country + 1) * j * j];
            let matrix = DMatrix::from_fn(j, j, |output, input| {
                f64::from(u8::from(output == input))
                    - domestic[country * j + output] * inputs[input * j + output]
            });
            let matrix = matrix.try_inverse().unwrap_or_else(|| DMatrix::identity(j, j));
            // nalgebra stores columns: its own order is the transposed one.
            transposed.extend_from_slice(matrix.as_slice());
            inverse.extend_from_slice(matrix.transpose().as_slice());
        }
        Self { sectors: j, inverse, transposed }
    }

    /// What a change of own costs does to all prices of a country.
    pub fn prices<const K: usize>(&self, country: usize, residual: &[f64], step: &mut [f64]) {
        apply::<K>(&self.inverse, self.sectors, country, residual, step);
    }

    /// What a change of own demand does to all spending of a country.
    pub fn spending<const K: usize>(&self, country: usize, residual: &[f64], step: &mut [f64]) {
        apply::<K>(&self.transposed, self.sectors, country, residual, step);
    }
}

fn apply<const K: usize>(matrices: &[f64], j: usize, country: usize, residual: &[f64], step: &mut [f64]) {
    let matrix = &matrices[country * j * j..(country + 1) * j * j];
    for (row, slot) in matrix.chunks_exact(j).zip(step.as_chunks_mut::<K>().0) {
        *slot = row_times::<K>(row, residual);
    }
}
