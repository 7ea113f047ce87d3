//! Tariffs that depend on the outcome: quotas, tariff-rate quotas and specific duties.
//!
//! Each is a wedge between the border price and what buyers pay, an unknown of the solver with an equation of its own.
//! Legend: ω what buyers pay beyond the border price p, as a share of it, u = ln(1 + ω); t₀ and t₁ the rates within and
//! beyond a quota, q the volume and Q̄ the quota, φ the importer's part of the rent; τ₀ a specific duty as a share of the
//! baseline price; x the export tax, θ the trade elasticity, d̂ the trade cost and ĉ the unit cost; P̂ consumer prices.
//!
//! A quota: t₀ ≤ ω ≤ t₁, with ω = t₀ where q < Q̄ and ω = t₁ where q > Q̄ (t₁ = ∞ where no more is let in). The importer's
//! treasury has t₀·p·min(q, Q̄) + t₁·p·(q − Q̄)⁺, and the rent is (ω − t₀)·p·min(q, Q̄). A specific duty, fixed in real
//! terms: ω = τ + τ₀·P̂/p̂. On the path from observed policy all of it is in force in part.

use crate::economy::policy::Duty;
use crate::index::Position as _;
use crate::model::equilibrium::Equilibrium;
use crate::model::levels::Levels;
use crate::model::shares::{CellShares, ChangedCell, PathPoint};
use crate::model::world::{Parameters, World};
use crate::numerics::functions::{exp, ln};

/// What the volumes and prices of wedges refer to, by wedge: of a quota ln q̂, of a specific duty ln(p̂/P̂) of an
/// equilibrium at observed policy, relative to the accounts.
pub fn references(world: &World<'_>, parameters: &Parameters, observed: &Equilibrium) -> Vec<f64> {
    let (accounts, shares) = (world.accounts, &world.shares);
    if shares.wedges.is_empty() {
        return Vec::new();
    }
    let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
    let levels = Levels::new(world, [parameters], [observed]);
    let reference = |at: &usize| {
        let cell = &shares.changed[*at];
        let sector = cell.change.flow.sector.index();
        let (buyer, seller) = (sector * n + cell.importer, sector * n + cell.exporter);
        if cell.quota().is_some() {
            let spent = accounts.expenditure[cell.importer * j + sector];
            let value = levels.cost_power[seller] * levels.scaled_spending[buyer] / spent;
            return ln(value) - levels.log_cost[seller];
        }
        let pairs = cell.importer * j..(cell.importer + 1) * j;
        let consumer_prices: f64 =
            pairs.map(|pair| accounts.final_share[pair] * observed.log_price[pair]).sum();
        levels.log_cost[seller] - consumer_prices
    };
    shares.wedges.iter().map(reference).collect()
}

/// The share weights of all changed flows of a solution: at its wedges, or at the rates.
pub fn weights_of(
    world: &World<'_>,
    point: PathPoint,
    parameters: &Parameters,
    solution: &Equilibrium,
) -> Vec<CellShares> {
    let mut weights = world.shares.weights_at(point, parameters, world.policy.exempt_mode);
    for (&at, &wedge) in world.shares.wedges.iter().zip(&solution.wedges) {
        let cell = &world.shares.changed[at];
        let theta = parameters.theta[cell.change.flow.sector.index()];
        weights[at] = cell.weights_at_wedge(point, [theta, world.shares.selection_in(cell)], wedge);
    }
    weights
}

impl ChangedCell {
    /// u at observed policy.
    pub fn observed_wedge(&self) -> f64 {
        ln(1.0 + self.rate)
    }

    /// Where u may lie: for a quota ln(1 + t₀) to ln(1 + t₁).
    pub fn wedge_range(&self, point: PathPoint) -> [f64; 2] {
        let Some(quota) = self.quota() else { return [f64::NEG_INFINITY, f64::INFINITY] };
        let at = |rate: f64| self.partly(point, ln(rate));
        [at(self.change.rate.factor()), quota.beyond.map_or(f64::INFINITY, |rate| at(rate.factor()))]
    }

    /// ln Q̄ in the volumes of the accounts.
    pub fn log_quota(&self, PathPoint(part): PathPoint, reference: f64) -> f64 {
        reference + part * self.quota().map_or(0.0, |quota| ln(quota.volume.factor()))
    }

    /// u of a specific duty, from ln ĉ of its exporter and ln P̂ of its importer's consumers.
    pub fn specific_wedge(&self, point: PathPoint, reference: f64, log_cost: f64, log_prices: f64) -> f64 {
        let duty = match self.change.duty {
            Duty::Specific(duty) => duty.fraction(),
            Duty::AdValorem | Duty::Quota(_) => 0.0,
        };
        let log_price = log_cost + self.log_costs(point);
        let factor = self.change.rate.factor() + duty * exp(reference + log_prices - log_price);
        self.partly(point, ln(factor))
    }

    /// The share weights at a wedge, from θ and ϑ; those at the border are without rent.
    pub fn weights_at_wedge(&self, point: PathPoint, [theta, selection]: [f64; 2], wedge: f64) -> CellShares {
        let (raised, observed) = (wedge - self.observed_wedge(), self.observed());
        let export_tax = self.log_export_tax(point);
        let less = -theta * (raised + self.log_costs(point)) - selection * (raised + export_tax);
        let made = observed.net * exp(less - raised - export_tax);
        CellShares { gross: observed.gross * exp(less), net: made * exp(export_tax), made }
    }

    /// The rent as a share of the border price, (ω − t₀)·min(1, Q̄/q); `within` is the last factor.
    pub fn rent(&self, point: PathPoint, wedge: f64, within: f64) -> f64 {
        match self.quota() {
            Some(_) => (exp(wedge) - exp(self.wedge_range(point)[0])) * within,
            None => 0.0,
        }
    }

    /// The exporter's part of the rent, 1 − φ.
    pub fn exporter_rent(&self) -> f64 {
        self.quota().map_or(0.0, |quota| 1.0 - quota.importer_rent.fraction())
    }

    /// F/H − 1, what an exporter has besides sales, per unit of what producers receive: (1 + x)(1 + rent·(1 − φ)) − 1.
    pub fn export_markup(&self, point: PathPoint, wedge: f64, within: f64) -> f64 {
        let rent = self.exporter_rent() * self.rent(point, wedge, within);
        exp(self.log_export_tax(point)) * (1.0 + rent) - 1.0
    }

    /// ln(d̂·(1 + x)): what the border price changes by at given unit costs, without rent.
    fn log_costs(&self, PathPoint(part): PathPoint) -> f64 {
        part * ln(self.change.cost.factor() * self.change.export_tax.factor())
    }

    fn log_export_tax(&self, PathPoint(part): PathPoint) -> f64 {
        part * ln(self.change.export_tax.factor())
    }

    /// ln d̂.
    pub fn log_trade_cost(&self, PathPoint(part): PathPoint) -> f64 {
        part * ln(self.change.cost.factor())
    }

    fn partly(&self, PathPoint(part): PathPoint, wedge: f64) -> f64 {
        if part < 1.0 { (1.0 - part) * self.observed_wedge() + part * wedge } else { wedge }
    }
}
