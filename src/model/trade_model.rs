//! The trait every model implements, and the default model.

use crate::economy::accounts::Accounts;
use crate::index::{CountryId, Position, SectorId};
use crate::model::equilibrium::{Equation, Equilibrium, SolveError};
use crate::model::moved::moved;
use crate::model::preconditioner::Preconditioner;
use crate::model::shares::PathPoint;
use crate::model::sweep::Sweep;
use crate::model::world::{Parameters, World};
use crate::numerics::anderson::{self, FixedPoint as _, Options, Outcome, Queue};
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

    /// Solves many sets of parameters, [`BATCH`] side by side; each gives the bits that [`TradeModel::solve`] gives it
    /// alone.
    fn solve_batch(
        &self,
        world: &World<'_>,
        draws: &[&Parameters],
        starts: &[&Equilibrium],
    ) -> Vec<Result<Equilibrium, SolveError>>;
}

/// Many sectors, input–output links: `docs/model.md`, section 1.
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
        self.solve_one(world, world.preconditioner, PathPoint::END, parameters, start)
            .or_else(|_| self.solve_hard(world, parameters, start))
    }

    fn solve_batch(
        &self,
        world: &World<'_>,
        draws: &[&Parameters],
        starts: &[&Equilibrium],
    ) -> Vec<Result<Equilibrium, SolveError>> {
        let results = self.solve_lanes::<BATCH>(world, world.preconditioner, PathPoint::END, draws, starts);
        let draws = draws.iter().zip(starts);
        let hard = |(result, (draw, start)): (Result<_, _>, (&&Parameters, &&Equilibrium))| {
            result.or_else(|_| self.solve_hard(world, draw, start))
        };
        results.into_iter().zip(draws).map(hard).collect()
    }
}

impl GeneralEquilibrium {
    /// The largest relative residual of any equation at a point.
    pub fn residual(&self, world: &World<'_>, parameters: &Parameters, point: &Equilibrium) -> f64 {
        let mut sweep = Sweep::<1>::new(world, world.preconditioner, PathPoint::END);
        sweep.set_draw(0, parameters);
        let mut step = vec![0.0; sweep.size()];
        let [residual] = sweep.step(&unknowns(point, sweep.size()), &mut step);
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
            match patient.solve_one(world, preconditioner, next, parameters, &solution) {
                Ok(found) => {
                    sweeps += found.iterations;
                    (here, solution) = (next.0, found);
                    if next == PathPoint::END {
                        return Ok(Equilibrium { iterations: sweeps, ..solution });
                    }
                    if follow_links {
                        let accounts = moved(world, next, parameters, &solution);
                        following =
                            Some(Preconditioner::new(&accounts, &parameters.theta, world.closure.labour));
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

    fn solve_one(
        &self,
        world: &World<'_>,
        preconditioner: &Preconditioner,
        point: PathPoint,
        parameters: &Parameters,
        start: &Equilibrium,
    ) -> Result<Equilibrium, SolveError> {
        let mut results = self.solve_lanes::<1>(world, preconditioner, point, &[parameters], &[start]);
        results.pop().expect("one result for one draw")
    }

    fn solve_lanes<const K: usize>(
        &self,
        world: &World<'_>,
        preconditioner: &Preconditioner,
        point: PathPoint,
        draws: &[&Parameters],
        starts: &[&Equilibrium],
    ) -> Vec<Result<Equilibrium, SolveError>> {
        let mut sweep = Sweep::<K>::new(world, preconditioner, point);
        let results = draws.iter().map(|_| None).collect();
        let mut waiting = Waiting { draws, starts, next: 0, taken: [0; K], results };
        anderson::solve(&mut sweep, &mut waiting, self.options);
        waiting.results.into_iter().map(|result| result.expect("every draw has ended")).collect()
    }
}

/// The draws that wait for a lane, and the results of those that had one.
struct Waiting<'a, const K: usize> {
    draws: &'a [&'a Parameters],
    starts: &'a [&'a Equilibrium],
    next: usize,
    /// Which draw a lane has taken.
    taken: [usize; K],
    results: Vec<Option<Result<Equilibrium, SolveError>>>,
}

impl<const K: usize> Queue<K, Sweep<'_, K>> for Waiting<'_, K> {
    fn next(&mut self, sweep: &mut Sweep<'_, K>, lane: usize, z: &mut [f64]) -> bool {
        let Some((draw, start)) = self.draws.get(self.next).zip(self.starts.get(self.next)) else {
            return false;
        };
        sweep.set_draw(lane, draw);
        scatter::<K>(z, lane, &unknowns(start, sweep.size()));
        self.taken[lane] = self.next;
        self.next += 1;
        true
    }

    fn ended(&mut self, sweep: &Sweep<'_, K>, lane: usize, z: &[f64], outcome: Outcome) {
        let found = equilibrium(sweep.accounts(), outcome, &gather::<K>(z, lane));
        let country = sweep.without_income(lane);
        self.results[self.taken[lane]] =
            Some(found.and_then(|found| {
                country.map_or(Ok(found), |country| Err(SolveError::NoIncome { country }))
            }));
    }
}

/// The solver's unknowns of an equilibrium: ln ŵ, ln P̂, X̂ and, where labour does not move freely, relative wages.
fn unknowns(equilibrium: &Equilibrium, size: usize) -> Vec<f64> {
    let Equilibrium { log_wage, log_price, expenditure, log_relative_wage, .. } = equilibrium;
    let mut unknowns = [&log_wage[..], log_price, expenditure, log_relative_wage].concat();
    unknowns.resize(size, 0.0);
    unknowns
}

/// The equilibrium of the solver's unknowns, if it converged.
fn equilibrium(accounts: &Accounts, outcome: Outcome, unknowns: &[f64]) -> Result<Equilibrium, SolveError> {
    let (iterations, residual) = (outcome.sweeps, outcome.residual.largest);
    if !outcome.converged {
        let worst = equation(accounts, outcome.residual.worst);
        return Err(SolveError::NotConverged { iterations, residual, worst });
    }
    let (wages, rest) = unknowns.split_at(accounts.shape.countries);
    let (prices, rest) = rest.split_at(accounts.shape.pairs());
    let (spending, relative) = rest.split_at(accounts.shape.pairs());
    Ok(Equilibrium {
        log_wage: wages.to_vec(),
        log_price: prices.to_vec(),
        expenditure: spending.to_vec(),
        log_relative_wage: relative.to_vec(),
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
    } else if component < n + 2 * n * j {
        let (country, sector) = pair(component - n - n * j);
        Equation::Expenditure(country, sector)
    } else {
        let (country, sector) = pair(component - n - 2 * n * j);
        Equation::SectorLabour(country, sector)
    }
}
