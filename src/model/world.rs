//! A policy prepared for solving: what all draws of a run share, and what differs between them.

use crate::economy::accounts::Accounts;
use crate::economy::closure::{Closure, Deficits};
use crate::economy::policy::Policy;
use crate::index::{CountryId, Position as _, SectorId};
use crate::model::equilibrium::{Equilibrium, SolveError};
use crate::model::labour::SectorLabour;
use crate::model::preconditioner::Preconditioner;
use crate::model::scale::Scale;
use crate::model::shares::{ChangedCell, SharedShares};

/// What differs between the draws of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// Trade elasticity θ by sector.
    pub theta: Vec<f64>,
    /// Exempt shares, one a [`crate::economy::policy::Policy::exempt_shares`] entry.
    pub exempt_shares: Vec<f64>,
}

/// What all draws of a run share: accounts, policy and closure, prepared once.
#[derive(Clone, Debug)]
pub struct World<'a> {
    /// The accounts that hats refer to.
    pub accounts: &'a Accounts,
    /// The policy.
    pub policy: &'a Policy,
    /// What adjusts and what stays.
    pub closure: Closure,
    /// The labour of each sector, where it does not move freely.
    pub labour: Option<SectorLabour>,
    /// Economies of scale, where there are any.
    pub scale: Option<Scale>,
    /// The policy's trade shares.
    pub shares: SharedShares,
    /// The preconditioner.
    pub preconditioner: &'a Preconditioner,
}

impl<'a> World<'a> {
    /// Prepares a policy for solving; `Policy::default()` is observed policy.
    ///
    /// # Errors
    /// [`SolveError::NoSupplier`] or [`SolveError::CutOff`] when the policy closes so many borders that no
    /// equilibrium exists.
    pub fn new(
        accounts: &'a Accounts,
        preconditioner: &'a Preconditioner,
        policy: &'a Policy,
        closure: impl Into<Closure>,
    ) -> Result<Self, SolveError> {
        let closure = closure.into();
        let labour = SectorLabour::new(accounts, closure.labour);
        let scale = Scale::new(accounts, closure.structure);
        let shares = SharedShares::new(accounts, policy, closure.structure);
        if shares.changed.iter().any(ChangedCell::is_closed) {
            check_open(accounts, &shares, closure.deficits)?;
        }
        Ok(Self { accounts, policy, closure, labour, scale, shares, preconditioner })
    }

    /// How many unknowns there are before those of scale: wages, prices, spending and relative wages.
    pub fn scale_start(&self) -> usize {
        let relative = self.labour.as_ref().map_or(0, |labour| labour.value_added.len());
        self.accounts.shape.countries + 2 * self.accounts.shape.pairs() + relative
    }

    /// How many unknowns there are before the wedges: those of scale too.
    pub fn wedge_start(&self) -> usize {
        self.scale_start() + self.scale.as_ref().map_or(0, |scale| scale.output.len())
    }

    /// No change: where to start when nothing better is known.
    pub fn unchanged(&self) -> Equilibrium {
        let wages = self.labour.as_ref().map_or(0, |labour| labour.value_added.len());
        let firms = self.scale.as_ref().map_or(0, |scale| scale.output.len());
        Equilibrium {
            log_relative_wage: vec![0.0; wages],
            log_scale: vec![0.0; firms],
            ..Equilibrium::unchanged(self.accounts.shape)
        }
    }
}

/// Refuses closed borders that leave no equilibrium, before any sweep is made.
fn check_open(accounts: &Accounts, shares: &SharedShares, deficits: Deficits) -> Result<(), SolveError> {
    let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
    let mut trades = vec![false; n];
    for sector in 0..j {
        let mut supplied = vec![false; n];
        for (importer, exporter) in open_flows(shares, sector) {
            supplied[importer] = true;
            trades[importer] |= importer != exporter;
            trades[exporter] |= importer != exporter;
        }
        let buys = |importer: usize| accounts.expenditure[importer * j + sector] > 0.0;
        if let Some(importer) = (0..n).find(|&importer| buys(importer) && !supplied[importer]) {
            return Err(SolveError::NoSupplier {
                importer: CountryId::at(importer),
                sector: SectorId::at(sector),
            });
        }
    }
    let cut_off = |country: &usize| !trades[*country] && accounts.deficit[*country] != 0.0;
    match (0..n).find(cut_off) {
        Some(country) if deficits != Deficits::Balanced => {
            Err(SolveError::CutOff { country: CountryId::at(country) })
        }
        _ => Ok(()),
    }
}

/// The (importer, exporter) pairs of a sector between which trade is still possible.
fn open_flows(shares: &SharedShares, sector: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
    let n = shares.share.shape().countries;
    let unchanged = (0..n * n)
        .map(move |pair| (pair / n, pair % n))
        .filter(move |&(importer, exporter)| shares.share.row(sector, importer)[exporter] > 0.0);
    let (_, changed) = shares.changed_in(sector);
    unchanged
        .chain(changed.iter().filter(|cell| !cell.is_closed()).map(|cell| (cell.importer, cell.exporter)))
}
