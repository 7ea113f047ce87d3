//! What firms that enter, leave and choose their markets are worth to buyers, up to the first order.
//! Legend as in [`crate::model::scale`].

use std::array::from_fn;

use crate::model::impact::{View, lanes_of};
use crate::model::scale::Scale;
use crate::numerics::functions::exp;
use crate::numerics::lanes::{Buffer, lane, lane_mut, matrix_times};

impl<const K: usize> View<'_, K> {
    /// Σ_j Σ_i X_nij [δ(N̂_ij − 1) + ϑ((X̂_nj − 1) − (ĉ_ij − 1) − ((1+τ′)(1+x)/(1+τ) − 1))]/θ at baseline X, in money by
    /// (country, lane): what prices fall by at given costs, tariffs and trade costs.
    pub(super) fn variety_gains(&self, scale: &Scale) -> Vec<[f64; K]> {
        let shape = self.measure.world.accounts.shape;
        let mut gains = vec![[0.0; K]; shape.countries];
        for sector in (0..shape.sectors).filter(|sector| scale.strength[*sector] > 0.0) {
            let theta = self.draws.map(|draw| draw.parameters.theta[sector]);
            let cheaper: Vec<[f64; K]> =
                (0..shape.countries).map(|exporter| self.cheaper(scale, sector, exporter)).collect();
            let growth: Vec<[f64; K]> =
                (0..shape.countries).map(|importer| self.growth(scale, sector, importer)).collect();
            let everywhere = vec![[1.0; K]; shape.countries];
            let bought = self.bought(sector, &everywhere).into_iter().zip(self.bought(sector, &cheaper));
            for (importer, (bought, cheaper)) in bought.enumerate() {
                let gain = |l: usize| (cheaper[l] + growth[importer][l] * bought[l]) / theta[l];
                (0..K).for_each(|l| gains[importer][l] += gain(l));
            }
            let (first, cells) = self.measure.world.shares.changed_in(sector);
            for (at, cell) in cells.iter().enumerate() {
                let levels = self.changed(first + at);
                let tax = cell.change.export_tax.factor() / (1.0 + levels.rate_before);
                for l in 0..K {
                    let dearer = scale.selection[sector] * ((1.0 + levels.rate_after[l]) * tax - 1.0);
                    let better = cheaper[cell.exporter][l] + growth[cell.importer][l] - dearer;
                    gains[cell.importer][l] += levels.gross[0][l] * better / theta[l];
                }
            }
        }
        gains
    }

    /// δ(N̂ − 1) − ϑ(ĉ − 1) of an exporter.
    fn cheaper(&self, scale: &Scale, sector: usize, exporter: usize) -> [f64; K] {
        let shape = self.measure.world.accounts.shape;
        let cost_hat = lane::<K>(&self.cost_hat, sector * shape.countries + exporter);
        from_fn(|l| {
            let [before, after] = [self.draws[l].baseline, self.draws[l].counterfactual]
                .map(|at| at.log_scale.get(exporter * shape.sectors + sector).copied().unwrap_or(0.0));
            scale.strength[sector] * (exp(after - before) - 1.0)
                - scale.selection[sector] * (cost_hat[l] - 1.0)
        })
    }

    /// What importers spend on flows that policy leaves alone, times a factor of each exporter.
    fn bought(&self, sector: usize, factors: &[[f64; K]]) -> Vec<[f64; K]> {
        let world = self.measure.world;
        let levels = &self.before.side.levels;
        let at = lanes_of::<K>(world.accounts.shape, sector);
        let (mut sellers, mut sums) = (Buffer::zeros(at.len()), Buffer::zeros(at.len()));
        sellers.copy_from_slice(&levels.cost_power[at.clone()]);
        for (exporter, factor) in factors.iter().enumerate() {
            let seller = lane_mut::<K>(&mut sellers, exporter);
            (0..K).for_each(|l| seller[l] *= factor[l]);
        }
        matrix_times::<K, _>(world.shares.share.matrix(sector), &sellers, &mut sums);
        let spending = levels.scaled_spending[at].as_chunks::<K>().0.iter();
        let sums = sums.as_chunks::<K>().0.iter();
        sums.zip(spending).map(|(sum, spending)| from_fn(|l| sum[l] * spending[l])).collect()
    }

    /// ϑ(X̂ − 1) of an importer.
    fn growth(&self, scale: &Scale, sector: usize, importer: usize) -> [f64; K] {
        let pair = importer * self.measure.world.accounts.shape.sectors + sector;
        self.draws.map(|draw| {
            let [before, after] = [draw.baseline, draw.counterfactual].map(|at| at.expenditure[pair]);
            if before > 0.0 { scale.selection[sector] * (after / before - 1.0) } else { 0.0 }
        })
    }
}
