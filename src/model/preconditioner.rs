//! What preconditions the solver: the links it can take into account at once, before it iterates on the rest.
//!
//! Prices feed back into prices, and spending into spending, mostly inside a country: the domestic Leontief inverse
//! of each country solves that part exactly. All countries meet in the labour markets: how wages answer to them, and
//! how prices and spending everywhere follow wages, is worked out for the world once, from the linearised model
//! (`Response`). Both are made at the baseline and central elasticities; they change how many sweeps a solution
//! takes, never the solution.

use nalgebra::DMatrix;

use crate::economy::accounts::Accounts;
use crate::model::response::Response;
use crate::numerics::lanes::{add_product, lane, lane_mut, matrix_times, transposed_times};

/// The preconditioner of all three blocks of unknowns.
#[derive(Clone, Debug)]
pub struct Preconditioner {
    sectors: usize,
    /// (I − diag(π_nn)·Γ_nᵀ)⁻¹ by (country, row, column), with π_nn the domestic shares and Γ_n the inputs.
    domestic: Vec<f64>,
    /// π_nn by pair.
    home_share: Vec<f64>,
    /// How much output a pair loses per unit that its own costs add to its own price.
    substitution: Vec<f64>,
    /// Share of a country's wage bill per unit of output, by pair.
    labour: Vec<f64>,
    /// How wages answer to excess demand for labour, by (country, country).
    wages: Vec<f64>,
    /// How prices and spending follow wages.
    response: Response,
}

impl Preconditioner {
    /// The preconditioner at the accounts' shares and some trade elasticities; a matrix that is singular is
    /// replaced by the identity, which only costs sweeps.
    pub fn new(accounts: &Accounts, theta: &[f64]) -> Self {
        let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
        let home_share = accounts.domestic_share();
        let domestic = domestic_inverses(accounts, &home_share);
        let response = Response::new(accounts, theta, &domestic);
        let substitution = (0..n * j)
            .map(|pair| {
                theta[pair % j]
                    * lost_output(home_share[pair], response.output[pair], accounts.expenditure[pair])
            })
            .collect();
        let labour = (0..n * j)
            .map(|pair| accounts.value_added_share[pair] / accounts.value_added[pair / j])
            .collect();
        let derivative = DMatrix::from_row_slice(n, n, &response.labour);
        let inverse = (-derivative).try_inverse().unwrap_or_else(|| DMatrix::identity(n, n));
        let wages = inverse.transpose().as_slice().to_vec();
        Self { sectors: j, domestic, home_share, substitution, labour, wages, response }
    }

    /// What residuals of prices and spending do to a country's own prices and spending, and the demand for its
    /// labour that follows, relative to its wage bill.
    ///
    /// Own costs that raise own prices also cost sales, at home and abroad, and less is spent on inputs then.
    pub fn settle_at_home<const K: usize>(
        &self,
        country: usize,
        inputs: &[f64],
        residual: (&[f64], &mut [f64]),
        step: (&mut [f64], &mut [f64]),
    ) -> [f64; K] {
        let j = self.sectors;
        let (price_residual, spending_residual) = residual;
        let (price, spending) = step;
        let pairs = country * j..(country + 1) * j;
        let domestic = self.block(&self.domestic, country);
        matrix_times::<K>(domestic, price_residual, price);
        let mut demanded = [0.0; K];
        let mut output = vec![0.0; j * K];
        for (sector, pair) in pairs.clone().enumerate() {
            let (price, residual) = (lane::<K>(price, sector), lane::<K>(price_residual, sector));
            let output = lane_mut::<K>(&mut output, sector);
            for l in 0..K {
                output[l] = -self.substitution[pair] * (price[l] - residual[l]);
                demanded[l] += self.labour[pair] * output[l];
            }
        }
        add_product::<K>(inputs, &output, spending_residual);
        transposed_times::<K>(domestic, spending_residual, spending);
        for (sector, pair) in pairs.enumerate() {
            let spending = lane::<K>(spending, sector);
            let weight = self.labour[pair] * self.home_share[pair];
            for l in 0..K {
                demanded[l] += weight * spending[l];
            }
        }
        demanded
    }

    /// How far wages must move, given the relative excess demand for labour of every country.
    pub fn wages<const K: usize>(&self, residual: &[f64], step: &mut [f64]) {
        matrix_times::<K>(&self.wages, residual, step);
    }

    /// Adds to price and spending steps (spending in money) what follows from wage steps.
    pub fn follow<const K: usize>(&self, wages: &[f64], steps: &mut [f64]) {
        self.response.follow::<K>(wages, self.sectors, steps);
    }

    fn block<'m>(&self, matrices: &'m [f64], country: usize) -> &'m [f64] {
        let size = self.sectors * self.sectors;
        &matrices[country * size..(country + 1) * size]
    }
}

/// Output lost, per unit of elasticity, when own costs add one unit to the own price: costs rise by 1/π_nn then, all
/// buyers turn away from them, and buyers at home turn back by what their price rose.
fn lost_output(home_share: f64, output: f64, spent: f64) -> f64 {
    const NEARLY_NOTHING: f64 = 1e-9;
    if home_share > NEARLY_NOTHING { output / home_share - home_share * spent } else { 0.0 }
}

fn domestic_inverses(accounts: &Accounts, home_share: &[f64]) -> Vec<f64> {
    let j = accounts.shape.sectors;
    let mut inverses = Vec::with_capacity(accounts.shape.pairs() * j);
    for country in 0..accounts.shape.countries {
        let inputs = &accounts.input_share[country * j * j..(country + 1) * j * j];
        let matrix = DMatrix::from_fn(j, j, |output, input| {
            f64::from(u8::from(output == input))
                - home_share[country * j + output] * inputs[input * j + output]
        });
        let inverse = matrix.try_inverse().unwrap_or_else(|| DMatrix::identity(j, j));
        // nalgebra stores columns: its own order is the transposed one.
        inverses.extend_from_slice(inverse.transpose().as_slice());
    }
    inverses
}
