//! The wedges of a sweep: tariffs that depend on the outcome, and what exporters have besides sales. Legend as in
//! [`crate::model::sweep`] and [`crate::model::wedges`].

use crate::economy::accounts::Accounts;
use crate::index::Position as _;
use crate::model::shares::{CellShares, ChangedCell, SharedShares};
use crate::model::sweep::{Sweep, observe};
use crate::numerics::anderson::Residual;
use crate::numerics::functions::{exp, ln};
use crate::numerics::lanes::{lane, lane_mut, scatter};

/// What is known of the wedges, by (wedge, lane), after an evaluation.
pub(super) struct Wedges {
    /// What volumes and prices refer to.
    references: Vec<f64>,
    /// min(1, Q̄/q).
    within: Vec<f64>,
    residual: Vec<f64>,
    step: Vec<f64>,
    /// F/H − 1 of flows whose tariff is the rate, by (export income, lane).
    markup: Vec<f64>,
}

impl Wedges {
    pub(super) fn new<const K: usize>(shares: &SharedShares) -> Self {
        let lanes = |count: usize| vec![0.0; count * K];
        let count = shares.wedges.len();
        Self {
            references: lanes(count),
            within: vec![1.0; count * K],
            residual: lanes(count),
            step: lanes(count),
            markup: lanes(shares.export_incomes.len()),
        }
    }

    /// Keeps F/H − 1 of a flow whose tariff is the rate.
    pub(super) fn set_markup<const K: usize>(&mut self, income: usize, l: usize, weights: CellShares) {
        self.markup[income * K + l] = if weights.made > 0.0 { weights.net / weights.made - 1.0 } else { 0.0 };
    }
}

/// The weights of the wedges in the norm of the solver: a flow's part of the spending in the world.
pub(super) fn weights<'a>(
    accounts: &'a Accounts,
    shares: &'a SharedShares,
) -> impl Iterator<Item = f64> + 'a {
    let spending: f64 = accounts.expenditure.iter().sum();
    shares.wedges.iter().map(move |at| {
        let cell = &shares.changed[*at];
        (cell.share * spent(accounts, cell) / spending).sqrt()
    })
}

fn spent(accounts: &Accounts, cell: &ChangedCell) -> f64 {
    accounts.expenditure[cell.importer * accounts.shape.sectors + cell.change.flow.sector.index()]
}

impl<const K: usize> Sweep<'_, K> {
    /// What the wedges of a lane refer to: [`crate::model::wedges::references`].
    pub fn set_references(&mut self, l: usize, references: &[f64]) {
        scatter::<K>(&mut self.wedges.references, l, references);
    }

    /// Puts the wedges of a lane at a solution where they may lie.
    pub fn settle_wedges(&self, unknowns: &mut [f64]) {
        for (&at, unknown) in self.shares.wedges.iter().zip(&mut unknowns[self.wedge_start..]) {
            let [low, high] = self.shares.changed[at].wedge_range(self.point);
            *unknown = unknown.clamp(low, high);
        }
    }

    /// The share weights that follow from the wedges.
    pub(super) fn apply_wedges(&mut self, z: &[f64]) {
        for (wedge, &at) in self.shares.wedges.iter().enumerate() {
            let cell = &self.shares.changed[at];
            let [low, high] = cell.wedge_range(self.point);
            let unknown = lane::<K>(z, self.wedge_start + wedge);
            for (l, unknown) in unknown.iter().enumerate() {
                let theta = self.theta[cell.change.flow.sector.index() * K + l];
                let elasticities = [theta, self.shares.selection_in(cell)];
                let weights = cell.weights_at_wedge(self.point, elasticities, unknown.clamp(low, high));
                (self.gross[at * K + l], self.net[at * K + l]) = (weights.gross, weights.made);
            }
        }
    }

    /// The equations of the wedges, and who has what buyers pay beyond what producers receive: so far all of it is the
    /// importer's.
    pub(super) fn close_wedges(&mut self, z: &[f64]) {
        for wedge in 0..self.shares.wedges.len() {
            for l in 0..K {
                self.close_wedge(wedge, l, z);
            }
        }
        let n = self.accounts.shape.countries;
        for (income, &at) in self.shares.export_incomes.iter().enumerate() {
            let cell = &self.shares.changed[at];
            let start = cell.change.flow.sector.index() * n;
            let markup: [f64; K] = std::array::from_fn(|l| match cell.wedge {
                Some(wedge) => {
                    let [low, high] = cell.wedge_range(self.point);
                    let unknown = z[(self.wedge_start + wedge) * K + l].clamp(low, high);
                    cell.export_markup(self.point, unknown, self.wedges.within[wedge * K + l])
                }
                None => self.wedges.markup[income * K + l],
            });
            let made = lane::<K>(&self.net, at);
            let cost = lane::<K>(&self.work.cost_power, start + cell.exporter);
            let scaled = lane::<K>(&self.work.scaled_spending, start + cell.importer);
            let income: [f64; K] = std::array::from_fn(|l| markup[l] * made[l] * cost[l] * scaled[l]);
            let importer = lane_mut::<K>(&mut self.work.revenue, cell.importer);
            (0..K).for_each(|l| importer[l] -= income[l]);
            let exporter = lane_mut::<K>(&mut self.work.revenue, cell.exporter);
            (0..K).for_each(|l| exporter[l] += income[l]);
        }
    }

    /// The equation of one wedge. A quota's is min(max(ln(q/Q̄), u₀ − u), u₁ − u) = 0; its step is what would bring the
    /// volume to the quota at given prices of others, d ln q / du = −(1 + θ(1 − π)).
    fn close_wedge(&mut self, wedge: usize, l: usize, z: &[f64]) {
        let at = self.shares.wedges[wedge];
        let cell = &self.shares.changed[at];
        let sector = cell.change.flow.sector.index();
        let n = self.accounts.shape.countries;
        let theta = self.theta[sector * K + l];
        let power = self.work.cost_power[(sector * n + cell.exporter) * K + l];
        let log_cost = self.log_cost(cell, l, power);
        let (unknown, reference) =
            (z[(self.wedge_start + wedge) * K + l], self.wedges.references[wedge * K + l]);
        let slot = wedge * K + l;
        if cell.quota().is_none() {
            let log_prices = self.log_consumer_prices(cell.importer, l, z);
            let target = cell.specific_wedge(self.point, reference, log_cost, log_prices);
            (self.wedges.residual[slot], self.wedges.step[slot]) = (target - unknown, target - unknown);
            return;
        }
        let [low, high] = cell.wedge_range(self.point);
        let within = unknown.clamp(low, high);
        let spent = spent(self.accounts, cell);
        let scaled = self.work.scaled_spending[(sector * n + cell.importer) * K + l];
        let log_value = ln(self.net[at * K + l] * power * scaled / (cell.observed().net * spent));
        let log_volume = log_value - log_cost - cell.log_trade_cost(self.point);
        let excess = log_volume - cell.log_quota(self.point, reference);
        let pair = cell.importer * self.accounts.shape.sectors + sector;
        let spending = spent * z[(self.spending_start() + pair) * K + l];
        let share = self.gross[at * K + l] * power * scaled / spending;
        let elasticity = 1.0 + theta * (1.0 - share.clamp(0.0, 1.0));
        self.wedges.within[slot] = exp(-excess.max(0.0));
        self.wedges.residual[slot] = (within + excess).clamp(low, high) - unknown;
        self.wedges.step[slot] = (within + excess / elasticity).clamp(low, high) - unknown;
    }

    fn log_consumer_prices(&self, importer: usize, l: usize, z: &[f64]) -> f64 {
        let j = self.accounts.shape.sectors;
        let pairs = importer * j..(importer + 1) * j;
        pairs.map(|pair| self.accounts.final_share[pair] * z[(self.price_start() + pair) * K + l]).sum()
    }

    /// The steps of the wedges, and their residuals beside those of the other equations.
    pub(super) fn step_wedges(&self, step: &mut [f64], worst: &mut [Residual; K]) {
        step.copy_from_slice(&self.wedges.step);
        for (wedge, residual) in self.wedges.residual.as_chunks::<K>().0.iter().enumerate() {
            (0..K).for_each(|l| observe(&mut worst[l], residual[l], self.wedge_start + wedge));
        }
    }
}
