//! Trade shares under a policy, kept apart in what all draws share and what changes.
//!
//! The exponentials of the trade shares factor: π_nij (κ̂_nij ĉ_ij)^(−θ_j) = B_nij · ĉ_ij^(−θ_j) with
//! B_nij = π_nij κ̂_nij^(−θ_j). Where policy changes nothing, B is the observed share π whatever θ is, so all
//! draws share one matrix; only the changed cells are kept by draw.

use crate::bilateral::Bilateral;
use crate::economy::accounts::Accounts;
use crate::economy::policy::{Duty, ExemptMode, FlowChange, Policy, Quota};
use crate::economy::structure::Structure;
use crate::index::Position;
use crate::model::scale::by_sector;
use crate::model::world::Parameters;
use crate::numerics::functions::{exp, exp_all, ln, pow};
use crate::units::{AdValorem, Share};

/// The part that all draws share: observed shares with the changed cells taken out.
#[derive(Clone, Debug)]
pub struct SharedShares {
    /// π, zero in changed cells.
    pub share: Bilateral,
    /// π/(1+τ), zero in changed cells.
    pub net: Bilateral,
    /// Whether a sector has a tariff anywhere, before or after.
    pub taxed: Vec<bool>,
    /// The changed cells in cell order.
    pub changed: Vec<ChangedCell>,
    /// First changed cell of every sector, and the end.
    pub sector_start: Vec<usize>,
    /// The changed cells whose tariff depends on the outcome ([`crate::model::wedges`]), by wedge.
    pub wedges: Vec<usize>,
    /// ϑ by sector: how much more trade answers to what is paid on it ([`crate::model::scale`]).
    selection: Vec<f64>,
    /// The changed cells from which an exporter may have income besides sales: export taxes and rents.
    pub export_incomes: Vec<usize>,
}

/// One flow that policy changes.
#[derive(Clone, Debug)]
pub struct ChangedCell {
    /// Importer.
    pub importer: usize,
    /// Exporter.
    pub exporter: usize,
    /// Observed share π.
    pub share: f64,
    /// Observed rate τ.
    pub rate: f64,
    /// What changes.
    pub change: FlowChange,
    /// ln κ̂ of the part that is not exempt, ln[(1+τ′)/(1+τ)·d̂·(1+x)].
    log_factor: f64,
    /// The part of it that is paid on sales, tariff and export tax.
    log_paid: f64,
    /// Which wedge it has, if its tariff depends on the outcome.
    pub wedge: Option<usize>,
}

/// How much of a policy is in force: 1 is all of it. Between 0 and 1 lies a path of equilibria along which a hard
/// policy is solved in steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathPoint(pub f64);

impl PathPoint {
    /// The whole policy.
    pub const END: Self = Self(1.0);
}

/// One flow under one draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellShares {
    /// B: share weight at buyers' prices.
    pub gross: f64,
    /// F: share weight at the border, Σ over parts of B/(1+τ′).
    pub net: f64,
    /// H: share weight of what producers receive, F/(1+x′).
    pub made: f64,
}

impl SharedShares {
    /// Sets the changed cells of a policy apart; `Policy::default()` gives observed policy.
    pub fn new(accounts: &Accounts, policy: &Policy, structure: Structure) -> Self {
        let shape = accounts.shape;
        let mut share = accounts.share.clone();
        let mut changed = Vec::with_capacity(policy.changes.len());
        let mut sector_start = vec![0; shape.sectors + 1];
        let (mut wedges, mut export_incomes) = (Vec::new(), Vec::new());
        for change in &policy.changes {
            let observed = share.get(change.flow);
            if observed > 0.0 {
                share.set(change.flow, 0.0);
                sector_start[change.flow.sector.index() + 1] += 1;
                let mut cell =
                    ChangedCell::new(change, observed, accounts.tariff.rate(change.flow).fraction());
                if change.duty != Duty::AdValorem && !cell.is_closed() {
                    cell.wedge = Some(wedges.len());
                    wedges.push(changed.len());
                }
                if cell.has_export_income() {
                    export_incomes.push(changed.len());
                }
                changed.push(cell);
            }
        }
        for sector in 0..shape.sectors {
            sector_start[sector + 1] += sector_start[sector];
        }
        let net = net_shares(accounts, &share);
        let taxed = (0..shape.sectors).map(|sector| is_taxed(accounts, &changed, sector)).collect();
        let selection = by_sector(accounts, structure.selection());
        Self { share, net, taxed, changed, sector_start, wedges, export_incomes, selection }
    }

    /// The share weights of all changed cells at a point of the path from observed policy; their powers are taken side by
    /// side.
    pub fn weights_at(&self, point: PathPoint, draw: &Parameters, mode: ExemptMode) -> Vec<CellShares> {
        let theta = |cell: &ChangedCell| draw.theta[cell.change.flow.sector.index()];
        let power =
            |cell: &ChangedCell| -theta(cell) * cell.log_factor - self.selection_in(cell) * cell.log_paid;
        let mut powers: Vec<f64> = self.changed.iter().map(power).collect();
        exp_all(&mut powers);
        let weights = |(cell, power): (&ChangedCell, f64)| {
            let end = if cell.change.exempt.is_empty() {
                cell.weights_of_one(power)
            } else {
                cell.weights_of_parts([theta(cell), self.selection_in(cell)], &draw.exempt_shares, mode)
            };
            end.toward(cell, point)
        };
        self.changed.iter().zip(powers).map(weights).collect()
    }

    /// ϑ in the sector of a changed cell.
    pub fn selection_in(&self, cell: &ChangedCell) -> f64 {
        self.selection[cell.change.flow.sector.index()]
    }

    /// The changed cells of a sector, and the position of the first.
    pub fn changed_in(&self, sector: usize) -> (usize, &[ChangedCell]) {
        let (start, end) = (self.sector_start[sector], self.sector_start[sector + 1]);
        (start, &self.changed[start..end])
    }
}

impl CellShares {
    const NONE: Self = Self { gross: 0.0, net: 0.0, made: 0.0 };

    /// The weights of an observed share at an observed rate.
    pub fn untouched(share: f64, rate: f64) -> Self {
        let net = share / (1.0 + rate);
        Self { gross: share, net, made: net }
    }

    /// The weights part of the way from the observed ones: a geometric mean, or, for a flow that ends, a linear one.
    fn toward(self, cell: &ChangedCell, point: PathPoint) -> Self {
        if point == PathPoint::END {
            return self;
        }
        let (PathPoint(part), observed) = (point, cell.observed());
        let mean = |from: f64, to: f64| {
            if to > 0.0 { from * pow(to / from, part) } else { from * (1.0 - part) }
        };
        Self {
            gross: mean(observed.gross, self.gross),
            net: mean(observed.net, self.net),
            made: mean(observed.made, self.made),
        }
    }
}

impl ChangedCell {
    fn new(change: &FlowChange, share: f64, rate: f64) -> Self {
        let mut cell = Self {
            importer: change.flow.importer.index(),
            exporter: change.flow.exporter.index(),
            share,
            rate,
            change: change.clone(),
            log_factor: 0.0,
            log_paid: 0.0,
            wedge: None,
        };
        cell.log_factor = cell.log_factor(change.rate);
        cell.log_paid = cell.log_paid(change.rate);
        cell
    }

    /// The limit on its volume, if there is one.
    pub fn quota(&self) -> Option<Quota> {
        match self.change.duty {
            Duty::Quota(quota) => Some(quota),
            Duty::AdValorem | Duty::Specific(_) => None,
        }
    }

    fn has_export_income(&self) -> bool {
        let has_rent = |quota: Quota| quota.importer_rent < Share::ALL;
        !self.is_closed() && (self.change.export_tax != AdValorem::FREE || self.quota().is_some_and(has_rent))
    }

    /// The share weights at observed policy.
    pub fn observed(&self) -> CellShares {
        CellShares::untouched(self.share, self.rate)
    }

    /// Whether no trade is possible at any price.
    pub fn is_closed(&self) -> bool {
        self.change.cost.factor().is_infinite()
    }

    /// B = π κ̂^(−θ) t̂^(−ϑ) at a rate, t̂ the part of κ̂ that is paid on sales.
    pub fn gross_at(&self, [theta, selection]: [f64; 2], rate: AdValorem) -> f64 {
        self.share * exp(-theta * self.log_factor(rate) - selection * self.log_paid(rate))
    }

    /// ln κ̂ at a rate.
    fn log_factor(&self, rate: AdValorem) -> f64 {
        let cost = self.change.cost.factor() * self.change.export_tax.factor();
        ln(rate.factor() / (1.0 + self.rate) * cost)
    }

    /// The part of ln κ̂ at a rate that is paid on sales, tariff and export tax.
    fn log_paid(&self, rate: AdValorem) -> f64 {
        ln(rate.factor() / (1.0 + self.rate) * self.change.export_tax.factor())
    }

    /// The share weights of a flow without exemptions from κ̂^(−θ): B = π κ̂^(−θ), F = B/(1+τ′) and H = F/(1+x).
    fn weights_of_one(&self, power: f64) -> CellShares {
        if self.is_closed() {
            return CellShares::NONE;
        }
        let gross = self.share * power;
        let net = gross / self.change.rate.factor();
        CellShares { gross, net, made: net / self.change.export_tax.factor() }
    }

    /// The share weights of a flow in parts of weight v_g at rates τ_g: B = π Σ v_g κ̂_g^(−θ),
    /// F = π Σ v_g κ̂_g^(−θ)/(1+τ_g) and H = F/(1+x).
    fn weights_of_parts(
        &self,
        [theta, selection]: [f64; 2],
        exempt_shares: &[f64],
        mode: ExemptMode,
    ) -> CellShares {
        let mut sum = CellShares::NONE;
        if self.is_closed() {
            return sum;
        }
        for part in self.change.parts(exempt_shares, mode) {
            let gross = part.weight * self.gross_at([theta, selection], part.rate);
            sum.gross += gross;
            sum.net += gross / part.rate.factor();
        }
        sum.made = sum.net / self.change.export_tax.factor();
        sum
    }
}

fn net_shares(accounts: &Accounts, share: &Bilateral) -> Bilateral {
    let rates = accounts.tariff.table().values();
    let values = share.values().iter().zip(rates).map(|(share, rate)| share / (1.0 + rate)).collect();
    Bilateral::from_values(accounts.shape, values)
}

fn is_taxed(accounts: &Accounts, changed: &[ChangedCell], sector: usize) -> bool {
    let n = accounts.shape.countries;
    let observed = &accounts.tariff.table().values()[sector * n * n..(sector + 1) * n * n];
    observed.iter().any(|&rate| rate != 0.0)
        || changed.iter().any(|cell| cell.change.flow.sector.index() == sector)
}
