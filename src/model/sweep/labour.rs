//! Labour that does not move freely, in a sweep: [`crate::model::labour`] has the equations and the legend.

use crate::model::sweep::Sweep;
use crate::numerics::functions::{ln, ln_all};
use crate::numerics::lanes::{lane, lane_mut};

impl<const K: usize> Sweep<'_, K> {
    /// Where relative wages begin among the unknowns.
    pub(super) fn relative_start(&self) -> usize {
        self.accounts.shape.countries + 2 * self.accounts.shape.pairs()
    }

    /// The residuals of relative wages: what a sector's labour earns by its sales, ln(ŵ_nj/ŵ_n) =
    /// ln(γ_nj Y_nj / (VA_nj Σ_k γ_nk Y_nk / VA_n)) / κ, less what it is said to.
    ///
    /// In equilibrium the sum is VA_n ŵ_n; as it stands here relative wages answer only to which sectors sell more than
    /// others, and wages of countries alone to how much they sell together.
    pub(super) fn relative_wages(&mut self, z: &[f64], labour_residual: &[[f64; K]]) {
        let Some(labour) = self.labour else { return };
        let start = self.relative_start();
        // What labour earns in the whole country by its sales, relative to the accounts.
        let wages = z.as_chunks::<K>().0.iter().zip(labour_residual);
        let average: Vec<[f64; K]> =
            wages.map(|(wage, residual)| std::array::from_fn(|l| wage[l] + ln(1.0 + residual[l]))).collect();
        let residuals = &mut self.work.relative_residual;
        residuals.copy_from_slice(&self.work.output);
        ln_all(residuals);
        let said = &z[start * K..];
        for (pair, earned) in labour.value_added.iter().enumerate() {
            let residual = lane_mut::<K>(residuals, pair);
            if *earned <= 0.0 {
                *residual = [0.0; K];
                continue;
            }
            let average = average[pair / self.accounts.shape.sectors];
            let said = lane::<K>(said, pair);
            let before = labour.log_output[pair];
            for l in 0..K {
                residual[l] = labour.friction * (residual[l] - before - average[l]) - said[l];
            }
        }
    }

    /// The steps of relative wages, and what they do to the residuals of a country's own prices. A higher wage costs
    /// sales, which is why it moves by less than its residual.
    pub(super) fn relative_wage_steps(&mut self, step: &mut [f64]) {
        let j = self.accounts.shape.sectors;
        for (pair, step) in step.as_chunks_mut::<K>().0.iter_mut().enumerate() {
            let residual = lane::<K>(&self.work.relative_residual, pair);
            let theta = lane::<K>(&self.theta, pair % j);
            let own = self.preconditioner.own_wage(pair);
            let price = lane_mut::<K>(&mut self.work.price_residual, pair);
            for l in 0..K {
                step[l] = residual[l] / (1.0 + theta[l] * own.sales_lost);
                price[l] += own.price * step[l];
            }
        }
    }
}
