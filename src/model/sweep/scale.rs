//! Economies of scale in a sweep: [`crate::model::scale`] has the equations and the legend.

use crate::index::Position as _;
use crate::model::scale::FEWEST;
use crate::model::shares::ChangedCell;
use crate::model::sweep::Sweep;
use crate::numerics::functions::ln;
use crate::numerics::lanes::{lane, lane_mut, matrix_times, row_times};

impl<const K: usize> Sweep<'_, K> {
    /// ln(N̂^δ ĉ^(−θ−ϑ)) in place of ln ĉ^(−θ), by (sector, country, lane).
    pub(super) fn scale_up(&mut self, z: &[f64]) {
        let Some(scale) = self.scale else { return };
        let (n, j) = (self.accounts.shape.countries, self.accounts.shape.sectors);
        for (pair, firms) in
            z[self.scale_start * K..self.wedge_start * K].as_chunks::<K>().0.iter().enumerate()
        {
            let (at, sector) = (pair % j * n + pair / j, pair % j);
            let (strength, selection) = (scale.strength[sector], scale.selection[sector]);
            let theta = lane::<K>(&self.theta, sector);
            let power = lane_mut::<K>(&mut self.work.cost_power, at);
            let cost = lane_mut::<K>(&mut self.work.log_cost, pair);
            for l in 0..K {
                cost[l] = -power[l] / theta[l];
                power[l] += strength * firms[l] - selection * cost[l];
            }
        }
    }

    /// ln ĉ of the exporter of a changed flow, from its power.
    pub(super) fn log_cost(&self, cell: &ChangedCell, l: usize, power: f64) -> f64 {
        let sector = cell.change.flow.sector.index();
        if self.scale.is_some() {
            return self.work.log_cost[(cell.exporter * self.accounts.shape.sectors + sector) * K + l];
        }
        -ln(power) / self.theta[sector * K + l]
    }

    /// The part of (S2) that the markets of a sector have in its prices: ln X̂^(−ϑ/θ), where firms choose them.
    pub(super) fn select(&mut self, sector: usize, z: &[f64]) {
        let Some(selection) = self.scale.map(|scale| scale.selection[sector]).filter(|of| *of > 0.0) else {
            return;
        };
        let (n, j) = (self.accounts.shape.countries, self.accounts.shape.sectors);
        let theta = lane::<K>(&self.theta, sector);
        for pair in (0..n).map(|country| country * j + sector) {
            if self.accounts.expenditure[pair] > 0.0 {
                let spending = lane::<K>(z, self.spending_start() + pair);
                let residual = lane_mut::<K>(&mut self.work.price_residual, pair);
                (0..K).for_each(|l| residual[l] -= selection * ln(spending[l]) / theta[l]);
            }
        }
    }

    /// The residuals of (S1): as many firms as sales pay for, less those that are said to be there. A sector that would
    /// have fewer than the fewest has those.
    pub(super) fn free_entry(&mut self, z: &[f64]) {
        let Some(scale) = self.scale else { return };
        let said = z[self.scale_start * K..].as_chunks::<K>().0;
        let costs = self.work.log_cost.as_chunks::<K>().0;
        let outputs = self.work.output.as_chunks::<K>().0.iter().zip(&scale.output);
        let residuals = self.work.scale_residual.as_chunks_mut::<K>().0.iter_mut();
        for (pair, (residual, (output, before))) in residuals.zip(outputs).enumerate() {
            let paid = |l: usize| ln(output[l]) - scale.log_output[pair] - costs[pair][l];
            *residual =
                std::array::from_fn(
                    |l| {
                        if *before > 0.0 { paid(l).max(FEWEST) - said[pair][l] } else { 0.0 }
                    },
                );
        }
    }

    /// The steps of firms: how many more there must be that their sales pay for as many, given that they share their
    /// markets. What they do to prices, spending on inputs and labour goes to the residuals of these.
    pub(super) fn firm_steps(&mut self, labour: &mut [f64], step: &mut [f64]) {
        /// The most by which ln N̂ moves.
        const LONGEST: f64 = 1.0;
        if self.scale.is_none() {
            return;
        }
        let (n, j) = (self.accounts.shape.countries, self.accounts.shape.sectors);
        let (mut wanted, mut moved) = (vec![0.0; n * K], vec![0.0; n * K]);
        let mut more_output = vec![0.0; step.len()];
        for sector in 0..j {
            let Some(entry) = self.preconditioner.entry(sector) else { continue };
            for (country, wanted) in wanted.as_chunks_mut::<K>().0.iter_mut().enumerate() {
                *wanted = *lane::<K>(&self.work.scale_residual, country * j + sector);
            }
            matrix_times::<K, _>(entry, &wanted, &mut moved);
            moved.iter_mut().for_each(|step| *step = step.clamp(-LONGEST, LONGEST));
            for (country, moved) in moved.as_chunks::<K>().0.iter().enumerate() {
                let pair = country * j + sector;
                let (wanted, output) = (lane::<K>(&wanted, country), lane::<K>(&self.work.output, pair));
                *lane_mut::<K>(step, pair) = *moved;
                let more = lane_mut::<K>(&mut more_output, pair);
                (0..K).for_each(|l| more[l] = output[l] * (moved[l] - wanted[l]));
            }
            self.cheaper(sector, &moved);
        }
        self.spend_more(&more_output, labour);
    }

    /// What steps of firms do to the residuals of prices: d ln P = −δ/θ Σ_i π_i d ln N_i.
    fn cheaper(&mut self, sector: usize, moved: &[f64]) {
        let Some(scale) = self.scale else { return };
        let (n, j) = (self.accounts.shape.countries, self.accounts.shape.sectors);
        let theta = lane::<K>(&self.theta, sector);
        let mut sums = vec![0.0; n * K];
        matrix_times::<K, _>(self.accounts.share.matrix(sector), moved, &mut sums);
        for (country, sum) in sums.as_chunks::<K>().0.iter().enumerate() {
            let residual = lane_mut::<K>(&mut self.work.price_residual, country * j + sector);
            (0..K).for_each(|l| residual[l] -= scale.strength[sector] / theta[l] * sum[l]);
        }
    }

    /// What more output does to the residuals of spending and of labour markets.
    fn spend_more(&mut self, output: &[f64], labour: &mut [f64]) {
        let j = self.accounts.shape.sectors;
        let mut inputs = vec![0.0; j * K];
        for (country, output) in output.chunks_exact(j * K).enumerate() {
            let pairs = country * j..(country + 1) * j;
            let used = &self.accounts.input_share[pairs.start * j..pairs.end * j];
            matrix_times::<K, _>(used, output, &mut inputs);
            let residuals = &mut self.work.spending_residual[pairs.start * K..pairs.end * K];
            residuals.iter_mut().zip(&inputs).for_each(|(residual, inputs)| *residual += inputs);
            let earned = row_times::<K, _>(&self.accounts.value_added_share[pairs], output);
            let residual = lane_mut::<K>(labour, country);
            (0..K).for_each(|l| residual[l] += earned[l] / self.accounts.value_added[country]);
        }
    }
}
