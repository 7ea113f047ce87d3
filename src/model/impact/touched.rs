//! Flows that policy changes, one by one.

use std::array::from_fn;

use crate::economy::policy::{ExemptMode, mean_rate};
use crate::index::Position as _;
use crate::model::impact::View;
use crate::model::shares::ChangedCell;
use crate::model::world::Parameters;
use crate::numerics::lanes::lane;

/// What a flow weighs under the policy, by lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights<const K: usize> {
    /// F and B.
    net: [f64; K],
    gross: [f64; K],
    /// The mean of the new rates at baseline weights.
    rate: [f64; K],
}

/// One flow before and after, by lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlowLevels<const K: usize> {
    /// M before and after.
    pub(super) values: [[f64; K]; 2],
    /// The same with tariff.
    pub(super) gross: [[f64; K]; 2],
    /// M_b·q̂: the new volume at baseline prices.
    pub(super) volume: [f64; K],
    /// p̂; not a number where trade is closed.
    pub(super) price: [f64; K],
    /// d̂.
    pub(super) cost: f64,
    /// Observed rate, and the new rate at baseline weights.
    pub(super) rate_before: f64,
    pub(super) rate_after: [f64; K],
}

impl<const K: usize> Weights<K> {
    pub(super) fn new(cell: &ChangedCell, draws: [&Parameters; K], mode: ExemptMode) -> Self {
        let sector = cell.change.flow.sector.index();
        let shares = draws.map(|draw| cell.weights(draw.theta[sector], &draw.exempt_shares, mode));
        let rate = |draw: &Parameters| mean_rate(&cell.change.parts(&draw.exempt_shares, mode)).fraction();
        Self {
            net: shares.map(|shares| shares.net),
            gross: shares.map(|shares| shares.gross),
            rate: if cell.change.exempt.is_empty() {
                [cell.change.rate.fraction(); K]
            } else {
                draws.map(rate)
            },
        }
    }
}

impl<const K: usize> FlowLevels<K> {
    /// Tariff revenue before and after.
    pub(super) fn revenue(&self) -> [[f64; K]; 2] {
        from_fn(|when| from_fn(|l| self.gross[when][l] - self.values[when][l]))
    }
}

impl<const K: usize> View<'_, K> {
    /// What a flow is per unit of share weight, before and after, from where its importer and exporter stand.
    pub(super) fn scales(&self, buyer: usize, seller: usize) -> [[f64; K]; 2] {
        [&self.before.side.levels, &self.after.levels].map(|levels| {
            let (power, spending) =
                (lane::<K>(&levels.cost_power, seller), lane::<K>(&levels.scaled_spending, buyer));
            from_fn(|l| power[l] * spending[l])
        })
    }

    /// A changed flow, by its position in the world.
    pub(super) fn changed(&self, at: usize) -> FlowLevels<K> {
        let cell = &self.measure.world.shares.changed[at];
        let start = cell.change.flow.sector.index() * self.measure.world.accounts.shape.countries;
        let (buyer, seller) = (start + cell.importer, start + cell.exporter);
        let [old, new] = self.scales(buyer, seller);
        let (observed, weights) = (cell.observed(), &self.weights[at]);
        let (cost, is_closed) = (cell.change.cost.factor(), cell.is_closed());
        let price =
            lane::<K>(&self.cost_hat, seller).map(|hat| if is_closed { f64::NAN } else { hat * cost });
        let after: [f64; K] = from_fn(|l| weights.net[l] * new[l]);
        FlowLevels {
            values: [old.map(|scale| observed.net * scale), after],
            gross: [old.map(|scale| observed.gross * scale), from_fn(|l| weights.gross[l] * new[l])],
            volume: from_fn(|l| if is_closed { 0.0 } else { after[l] / price[l] }),
            price,
            cost,
            rate_before: cell.rate,
            rate_after: weights.rate,
        }
    }
}
