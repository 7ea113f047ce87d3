//! The trait every model implements, and the default model.

use crate::economy::accounts::Accounts;
use crate::economy::policy::{Deficits, Policy};
use crate::index::{CountryId, Position, SectorId};
use crate::model::baseline::moved_at;
use crate::model::equilibrium::{Equation, Equilibrium, SolveError};
use crate::model::preconditioner::Preconditioner;
use crate::model::shares::{ChangedCell, PathPoint, SharedShares};
use crate::model::sweep::Sweep;
use crate::numerics::anderson::{self, FixedPoint as _, Options, Outcome};
use crate::numerics::lanes::{gather, scatter};

/// How many draws are solved side by side.
pub const BATCH: usize = 8;

/// A model of trade: from accounts and a policy to equilibria.
pub trait TradeModel: Sync {
    /// Solves a world under one set of parameters, from a start near the solution.
    ///
    /// # Errors
    /// [`SolveError`] when there is no equilibrium or none was found.
    fn solve(
        &self,
        world: &World<'_>,
        parameters: &Parameters,
        start: &Equilibrium,
    ) -> Result<Equilibrium, SolveError>;

    /// Solves up to [`BATCH`] sets of parameters side by side; each gives the bits that [`TradeModel::solve`]
    /// gives it alone.
    fn solve_batch(
        &self,
        world: &World<'_>,
        draws: &[&Parameters],
        starts: &[&Equilibrium],
    ) -> Vec<Result<Equilibrium, SolveError>>;
}

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
    /// How deficits behave.
    pub deficits: Deficits,
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
        deficits: Deficits,
    ) -> Result<Self, SolveError> {
        let shares = SharedShares::new(accounts, policy);
        if shares.changed.iter().any(ChangedCell::is_closed) {
            check_open(accounts, &shares, deficits)?;
        }
        Ok(Self { accounts, policy, deficits, shares, preconditioner })
    }
}

/// Many sectors, input–output links, mobile labour: `docs/model.md`, section 1.
#[derive(Clone, Copy, Debug, Default)]
pub struct GeneralEquilibrium {
    /// Tolerance and limits of the solver.
    pub options: Options,
}

impl TradeModel for GeneralEquilibrium {
    fn solve(
        &self,
        world: &World<'_>,
        parameters: &Parameters,
        start: &Equilibrium,
    ) -> Result<Equilibrium, SolveError> {
        let [result] = self.solve_lanes::<1>(world, PathPoint::END, [parameters], [start]);
        result.or_else(|_| self.solve_hard(world, parameters, start))
    }

    fn solve_batch(
        &self,
        world: &World<'_>,
        draws: &[&Parameters],
        starts: &[&Equilibrium],
    ) -> Vec<Result<Equilibrium, SolveError>> {
        let Some(last) = draws.len().checked_sub(1) else { return Vec::new() };
        // Lanes without a draw of their own repeat the last one; their results are dropped.
        let draws: [&Parameters; BATCH] = std::array::from_fn(|l| draws[l.min(last)]);
        let starts: [&Equilibrium; BATCH] = std::array::from_fn(|l| starts[l.min(last)]);
        let results = self.solve_lanes::<BATCH>(world, PathPoint::END, draws, starts);
        let hard = |l: usize| self.solve_hard(world, draws[l], starts[l]);
        results.into_iter().enumerate().take(last + 1).map(|(l, r)| r.or_else(|_| hard(l))).collect()
    }
}

impl GeneralEquilibrium {
    /// The largest relative residual of any equation at a point.
    pub fn residual(&self, world: &World<'_>, parameters: &Parameters, point: &Equilibrium) -> f64 {
        let mut sweep = Sweep::<1>::new(world, PathPoint::END, [parameters]);
        let mut step = vec![0.0; sweep.size()];
        let [residual] = sweep.step(&unknowns(point), &mut step);
        residual.largest
    }

    /// Solves a hard policy (very high rates, very elastic sectors) along the path from observed policy, each
    /// step from the solution of the one before (the first from the given start); steps that fail are halved. Should that not do, once more with the
    /// links preconditioned as they are at each step, which is better where trade changes beyond recognition.
    fn solve_hard(
        &self,
        world: &World<'_>,
        parameters: &Parameters,
        start: &Equilibrium,
    ) -> Result<Equilibrium, SolveError> {
        self.solve_in_steps(false, world, parameters, start)
            .or_else(|_| self.solve_in_steps(true, world, parameters, start))
    }

    fn solve_in_steps(
        &self,
        follow_links: bool,
        world: &World<'_>,
        parameters: &Parameters,
        start: &Equilibrium,
    ) -> Result<Equilibrium, SolveError> {
        const SHORTEST: f64 = 1.0 / 64.0;
        let patient = Self { options: Options { most_sweeps: 5 * self.options.most_sweeps, ..self.options } };
        let (mut here, mut solution, mut step, mut sweeps) = (0.0, start.clone(), 0.5, 0);
        let mut preconditioner = world.preconditioner.clone();
        loop {
            let world = World { preconditioner: &preconditioner, ..world.clone() };
            let next = PathPoint(f64::min(here + step, 1.0));
            let [result] = patient.solve_lanes::<1>(&world, next, [parameters], [&solution]);
            match result {
                Ok(found) => {
                    sweeps += found.iterations;
                    (here, solution) = (next.0, found);
                    if next == PathPoint::END {
                        return Ok(Equilibrium { iterations: sweeps, ..solution });
                    }
                    if follow_links {
                        let accounts = moved_at(&world, next, parameters, &solution);
                        preconditioner = Preconditioner::new(&accounts, &parameters.theta);
                    }
                }
                Err(error) if step <= SHORTEST => return Err(error),
                Err(error) => {
                    if let SolveError::NotConverged { iterations, .. } = error {
                        sweeps += iterations;
                    }
                    step /= 2.0;
                }
            }
        }
    }

    fn solve_lanes<const K: usize>(
        &self,
        world: &World<'_>,
        point: PathPoint,
        draws: [&Parameters; K],
        starts: [&Equilibrium; K],
    ) -> [Result<Equilibrium, SolveError>; K] {
        let accounts = world.accounts;
        let mut sweep = Sweep::<K>::new(world, point, draws);
        let mut z = vec![0.0; sweep.size() * K];
        for (l, start) in starts.into_iter().enumerate() {
            scatter::<K>(&mut z, l, &unknowns(start));
        }
        let outcomes = anderson::solve(&mut sweep, &mut z, self.options);
        std::array::from_fn(|l| {
            let found = equilibrium(accounts, outcomes[l], &gather::<K>(&z, l))?;
            sweep.without_income(l).map_or(Ok(found), |country| Err(SolveError::NoIncome { country }))
        })
    }
}

/// The solver's unknowns of an equilibrium: ln ŵ, ln P̂, X̂.
fn unknowns(equilibrium: &Equilibrium) -> Vec<f64> {
    [&equilibrium.log_wage[..], &equilibrium.log_price, &equilibrium.expenditure].concat()
}

/// The equilibrium of the solver's unknowns, if it converged.
fn equilibrium(accounts: &Accounts, outcome: Outcome, unknowns: &[f64]) -> Result<Equilibrium, SolveError> {
    let (iterations, residual) = (outcome.sweeps, outcome.residual.largest);
    if !outcome.converged {
        let worst = equation(accounts, outcome.residual.worst);
        return Err(SolveError::NotConverged { iterations, residual, worst });
    }
    let (wages, rest) = unknowns.split_at(accounts.shape.countries);
    let (prices, spending) = rest.split_at(accounts.shape.pairs());
    Ok(Equilibrium {
        log_wage: wages.to_vec(),
        log_price: prices.to_vec(),
        expenditure: spending.to_vec(),
        iterations,
        residual,
    })
}

/// Which equation a component of the solver belongs to.
fn equation(accounts: &Accounts, component: usize) -> Equation {
    let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
    let pair = |pair: usize| (CountryId::at(pair / j), SectorId::at(pair % j));
    if component < n {
        Equation::LabourMarket(CountryId::at(component))
    } else if component < n + n * j {
        let (country, sector) = pair(component - n);
        Equation::PriceIndex(country, sector)
    } else {
        let (country, sector) = pair(component - n - n * j);
        Equation::Expenditure(country, sector)
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
