//! Flows that policy changes, one by one.

use std::array::from_fn;

use crate::economy::policy::{ExemptMode, mean_rate};
use crate::index::Position as _;
use crate::model::impact::{Comparison, View};
use crate::model::shares::{CellShares, ChangedCell, PathPoint};
use crate::model::wedges::weights_of;
use crate::numerics::functions::exp;
use crate::numerics::lanes::lane;

/// What a flow weighs under the policy, by lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights<const K: usize> {
    /// F, B and H.
    net: [f64; K],
    gross: [f64; K],
    made: [f64; K],
    /// The parts of F and B that are rent, the exporter's and the importer's, and that of F that is export tax.
    exporter_rent: [f64; K],
    importer_rent: [f64; K],
    export_tax: [f64; K],
    /// The mean of the new rates at baseline weights.
    rate: [f64; K],
}

/// One flow before and after, by lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlowLevels<const K: usize> {
    /// M before and after.
    pub(super) values: [[f64; K]; 2],
    /// What buyers pay for it.
    pub(super) gross: [[f64; K]; 2],
    /// What producers receive for it.
    pub(super) made: [[f64; K]; 2],
    /// Rents after, the exporter's (part of M) and the importer's, and the revenue of the export tax.
    pub(super) exporter_rent: [f64; K],
    pub(super) importer_rent: [f64; K],
    pub(super) export_tax: [f64; K],
    /// M_b·q̂: the new volume at baseline prices.
    pub(super) volume: [f64; K],
    /// p̂; not a number where trade is closed.
    pub(super) price: [f64; K],
    /// p̂/d̂, a number everywhere.
    pub(super) export_price: [f64; K],
    /// d̂.
    pub(super) cost: f64,
    /// Observed rate, and the new rate at baseline weights.
    pub(super) rate_before: f64,
    pub(super) rate_after: [f64; K],
}

impl<const K: usize> Weights<K> {
    /// Of a flow whose tariff is the rate.
    fn at_rate(
        cell: &ChangedCell,
        draws: &[Comparison<'_>; K],
        mode: ExemptMode,
        shares: [CellShares; K],
    ) -> Self {
        let parameters = draws.map(|draw| draw.parameters);
        let rate = |shares: &[f64]| mean_rate(&cell.change.parts(shares, mode)).fraction();
        Self {
            net: shares.map(|shares| shares.net),
            gross: shares.map(|shares| shares.gross),
            made: shares.map(|shares| shares.made),
            exporter_rent: [0.0; K],
            importer_rent: [0.0; K],
            export_tax: shares.map(|shares| shares.net - shares.made),
            rate: if cell.change.exempt.is_empty() {
                [cell.change.rate.fraction(); K]
            } else {
                parameters.map(|draw| rate(&draw.exempt_shares))
            },
        }
    }

    /// Where the tariff depends on the outcome; the rate of a quota is what is charged on average, and `growth` what the
    /// volume grows by at unchanged weights.
    fn at_wedge(cell: &ChangedCell, wedges: [f64; K], shares: [CellShares; K], growth: [f64; K]) -> Self {
        let within: [f64; K] = from_fn(|l| {
            let volume = shares[l].made / cell.observed().made * growth[l];
            cell.quota().map_or(1.0, |quota| (quota.volume.factor() / volume).min(1.0))
        });
        let rent: [f64; K] = from_fn(|l| shares[l].net * cell.rent(PathPoint::END, wedges[l], within[l]));
        let rate = cell.change.rate.fraction();
        let beyond = cell.quota().and_then(|quota| quota.beyond).map(|rate| rate.fraction());
        let exporter_rent = rent.map(|rent| rent * cell.exporter_rent());
        Self {
            net: from_fn(|l| shares[l].net + exporter_rent[l]),
            gross: shares.map(|shares| shares.gross),
            made: shares.map(|shares| shares.made),
            exporter_rent,
            importer_rent: from_fn(|l| rent[l] - exporter_rent[l]),
            export_tax: shares.map(|shares| shares.net - shares.made),
            rate: from_fn(|l| match (cell.quota(), beyond) {
                (None, _) => exp(wedges[l]) - 1.0,
                (Some(_), Some(beyond)) => rate + (beyond - rate) * (1.0 - within[l]),
                (Some(_), None) => rate,
            }),
        }
    }

    /// F/H.
    fn markup(&self, cell: &ChangedCell) -> [f64; K] {
        let tax = cell.change.export_tax.factor();
        from_fn(|l| if self.made[l] > 0.0 { self.net[l] / self.made[l] } else { tax })
    }
}

impl<const K: usize> FlowLevels<K> {
    /// Tariff revenue before and after.
    pub(super) fn revenue(&self) -> [[f64; K]; 2] {
        let rents = [&[0.0; K], &self.importer_rent];
        from_fn(|when| from_fn(|l| self.gross[when][l] - self.values[when][l] - rents[when][l]))
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

    /// Where the importer and the exporter of a changed flow stand by (sector, country).
    fn ends(&self, cell: &ChangedCell) -> (usize, usize) {
        let start = cell.change.flow.sector.index() * self.measure.world.accounts.shape.countries;
        (start + cell.importer, start + cell.exporter)
    }

    /// What changed flows weigh under the policy.
    pub(super) fn changed_weights(&self) -> Vec<Weights<K>> {
        let world = self.measure.world;
        let shares =
            self.draws.map(|draw| weights_of(world, PathPoint::END, draw.parameters, draw.counterfactual));
        let weights = |(at, cell): (usize, &ChangedCell)| {
            let shares = from_fn(|l| shares[l][at]);
            let Some(wedge) = cell.wedge else {
                return Weights::at_rate(cell, &self.draws, world.policy.exempt_mode, shares);
            };
            let (buyer, seller) = self.ends(cell);
            let [old, new] = self.scales(buyer, seller);
            let (cost_hat, cost) = (lane::<K>(&self.cost_hat, seller), cell.change.cost.factor());
            let growth = from_fn(|l| new[l] / old[l] / (cost_hat[l] * cost));
            let wedges = self.draws.map(|draw| draw.counterfactual.wedges[wedge]);
            Weights::at_wedge(cell, wedges, shares, growth)
        };
        world.shares.changed.iter().enumerate().map(weights).collect()
    }

    /// A changed flow, by its position in the world.
    pub(super) fn changed(&self, at: usize) -> FlowLevels<K> {
        let cell = &self.measure.world.shares.changed[at];
        let (buyer, seller) = self.ends(cell);
        let [old, new] = self.scales(buyer, seller);
        let (observed, weights) = (cell.observed(), &self.weights[at]);
        let (cost, is_closed) = (cell.change.cost.factor(), cell.is_closed());
        let (cost_hat, markup) = (lane::<K>(&self.cost_hat, seller), weights.markup(cell));
        let export_price: [f64; K] = from_fn(|l| cost_hat[l] * markup[l]);
        let price = export_price.map(|price| if is_closed { f64::NAN } else { price * cost });
        let level = |weights: &[f64; K]| -> [f64; K] { from_fn(|l| weights[l] * new[l]) };
        let after = level(&weights.net);
        FlowLevels {
            values: [old.map(|scale| observed.net * scale), after],
            gross: [old.map(|scale| observed.gross * scale), level(&weights.gross)],
            made: [old.map(|scale| observed.made * scale), level(&weights.made)],
            exporter_rent: level(&weights.exporter_rent),
            importer_rent: level(&weights.importer_rent),
            export_tax: level(&weights.export_tax),
            volume: from_fn(|l| if is_closed { 0.0 } else { after[l] / price[l] }),
            price,
            export_price,
            cost,
            rate_before: cell.rate,
            rate_after: weights.rate,
        }
    }
}
