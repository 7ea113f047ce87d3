//! The trait every model implements, and the default model.

use crate::economy::accounts::Accounts;
use crate::index::{CountryId, Position, SectorId};
use crate::model::equilibrium::{Equation, Equilibrium, SolveError};
use crate::model::moved::moved;
use crate::model::preconditioner::Preconditioner;
use crate::model::shares::PathPoint;
use crate::model::sweep::Sweep;
use crate::model::world::{Parameters, World};
use crate::numerics::anderson::{self, FixedPoint as _, Options, Outcome};
use crate::numerics::lanes::{Buffer, gather, scatter};

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
        let [result] =
            self.solve_lanes::<1>(world, world.preconditioner, PathPoint::END, [parameters], [start]);
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
        let results = self.solve_lanes::<BATCH>(world, world.preconditioner, PathPoint::END, draws, starts);
        let hard = |l: usize| self.solve_hard(world, draws[l], starts[l]);
        results.into_iter().enumerate().take(last + 1).map(|(l, r)| r.or_else(|_| hard(l))).collect()
    }
}

impl GeneralEquilibrium {
    /// The largest relative residual of any equation at a point.
    pub fn residual(&self, world: &World<'_>, parameters: &Parameters, point: &Equilibrium) -> f64 {
        let mut sweep = Sweep::<1>::new(world, world.preconditioner, PathPoint::END, [parameters]);
        let mut step = vec![0.0; sweep.size()];
        let [residual] = sweep.step(&unknowns(point), &mut step);
        residual.largest
    }

    /// Solves a hard policy (very high rates, very elastic sectors) in steps. Should that not do, once more with the
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

    /// Follows the path from observed policy, each step from the solution of the one before (the first from the
    /// given start); steps that fail are halved.
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
        let mut following: Option<Preconditioner> = None;
        loop {
            let preconditioner = following.as_ref().unwrap_or(world.preconditioner);
            let next = PathPoint(f64::min(here + step, 1.0));
            let [result] = patient.solve_lanes::<1>(world, preconditioner, next, [parameters], [&solution]);
            match result {
                Ok(found) => {
                    sweeps += found.iterations;
                    (here, solution) = (next.0, found);
                    if next == PathPoint::END {
                        return Ok(Equilibrium { iterations: sweeps, ..solution });
                    }
                    if follow_links {
                        let accounts = moved(world, next, parameters, &solution);
                        following = Some(Preconditioner::new(&accounts, &parameters.theta));
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
        preconditioner: &Preconditioner,
        point: PathPoint,
        draws: [&Parameters; K],
        starts: [&Equilibrium; K],
    ) -> [Result<Equilibrium, SolveError>; K] {
        let accounts = world.accounts;
        let mut sweep = Sweep::<K>::new(world, preconditioner, point, draws);
        let mut z = Buffer::zeros(sweep.size() * K);
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
