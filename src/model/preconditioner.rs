//! What preconditions the solver: the links it can take into account at once, before it iterates on the rest.
//!
//! Prices feed back into prices, and spending into spending, mostly inside a country: the domestic Leontief inverse
//! of each country solves that part exactly. Wages clear labour markets mostly through the direct substitution
//! between suppliers: one matrix for the world solves that part. Both are made once, at the baseline and central
//! elasticities; they change how many sweeps a solution takes, never the solution.

use nalgebra::DMatrix;

use crate::economy::accounts::Accounts;
use crate::numerics::lanes::matrix_times;

/// The preconditioner of all three blocks of unknowns.
#[derive(Clone, Debug)]
pub struct Preconditioner {
    sectors: usize,
    /// (I − diag(π_nn)·Γ_nᵀ)⁻¹ by (country, row, column), with π_nn the domestic shares and Γ_n the inputs.
    domestic: Vec<f64>,
    /// The same, each country's matrix transposed.
    domestic_transposed: Vec<f64>,
    /// How wages answer to excess demand for labour, by (country, country).
    wages: Vec<f64>,
}

impl Preconditioner {
    /// The preconditioner at the accounts' shares and some trade elasticities; a matrix that is singular is
    /// replaced by the identity, which only costs sweeps.
    pub fn new(accounts: &Accounts, theta: &[f64]) -> Self {
        let j = accounts.shape.sectors;
        let domestic_share = accounts.domestic_share();
        let mut domestic = Vec::with_capacity(accounts.shape.pairs() * j);
        let mut domestic_transposed = Vec::with_capacity(accounts.shape.pairs() * j);
        for country in 0..accounts.shape.countries {
            let inputs = &accounts.input_share[country * j * j..(country + 1) * j * j];
            let matrix = DMatrix::from_fn(j, j, |output, input| {
                f64::from(u8::from(output == input))
                    - domestic_share[country * j + output] * inputs[input * j + output]
            });
            let inverse = matrix.try_inverse().unwrap_or_else(|| DMatrix::identity(j, j));
            // nalgebra stores columns: its own order is the transposed one.
            domestic_transposed.extend_from_slice(inverse.as_slice());
            domestic.extend_from_slice(inverse.transpose().as_slice());
        }
        let wages = wage_response(accounts, theta);
        Self { sectors: j, domestic, domestic_transposed, wages }
    }

    /// What a change of own costs does to all prices of a country.
    pub fn prices<const K: usize>(&self, country: usize, residual: &[f64], step: &mut [f64]) {
        matrix_times::<K>(self.block(&self.domestic, country), residual, step);
    }

    /// What a change of own demand does to all spending of a country.
    pub fn spending<const K: usize>(&self, country: usize, residual: &[f64], step: &mut [f64]) {
        matrix_times::<K>(self.block(&self.domestic_transposed, country), residual, step);
    }

    /// How far wages must move, given the relative excess demand for labour of every country.
    pub fn wages<const K: usize>(&self, residual: &[f64], step: &mut [f64]) {
        matrix_times::<K>(&self.wages, residual, step);
    }

    fn block<'m>(&self, matrices: &'m [f64], country: usize) -> &'m [f64] {
        let size = self.sectors * self.sectors;
        &matrices[country * size..(country + 1) * size]
    }
}

/// Minus the inverse of d ln(demand for labour ÷ wage bill)/d ln w, when costs follow wages one for one and spending
/// follows income: with ω_ij the weight of sector j in i's labour demand, S the shares of i's sales by buyer and Π
/// the buyers' spending shares, the derivative is Σ_j ω_j [θ_j (S_j Π_j − I) + S_j] − I, made invertible by the
/// numeraire (Σ_n VA_n d ln w_n = 0).
fn wage_response(accounts: &Accounts, theta: &[f64]) -> Vec<f64> {
    let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
    let values = accounts.flow_values();
    let world = accounts.world_value_added();
    let mut derivative = DMatrix::from_fn(n, n, |row, column| {
        -f64::from(u8::from(row == column)) - accounts.value_added[column] / world
    });
    for (sector, &theta) in theta.iter().enumerate() {
        let block = n * n;
        // Column-major views of row-major data are transposed: share[(i, n)] = π_ni, sales[(i, n)] = M_ni.
        let share =
            DMatrix::from_column_slice(n, n, &accounts.share.values()[sector * block..(sector + 1) * block]);
        let mut sales =
            DMatrix::from_column_slice(n, n, &values.values()[sector * block..(sector + 1) * block]);
        for exporter in 0..n {
            // ω_ij S_in = γ_ij M_ni / wL_i: the sector's weight times the buyer's share of its sales.
            let scale = accounts.value_added_share[exporter * j + sector] / accounts.value_added[exporter];
            sales.row_mut(exporter).scale_mut(scale);
        }
        derivative.gemm(theta, &sales, &share.transpose(), 1.0);
        derivative += &sales;
        for exporter in 0..n {
            derivative[(exporter, exporter)] -= theta * sales.row(exporter).sum();
        }
    }
    let inverse = (-derivative).try_inverse().unwrap_or_else(|| DMatrix::identity(n, n));
    inverse.transpose().as_slice().to_vec()
}
