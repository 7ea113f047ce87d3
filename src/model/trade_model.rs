//! The trait every model implements, and the default model.

use crate::economy::accounts::Accounts;
use crate::economy::policy::Policy;
use crate::index::{CountryId, Position, SectorId};
use crate::model::equilibrium::{Equation, Equilibrium, SolveError};
use crate::model::moved::moved;
use crate::model::preconditioner::Preconditioner;
use crate::model::shares::{PathPoint, SharedShares};
use crate::model::sweep::Sweep;
use crate::model::wedges::references;
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
        let references = self.references(world, &[parameters]).remove(0)?;
        self.solve_case(world, Case { parameters, start, references: &references })
    }

    fn solve_batch(
        &self,
        world: &World<'_>,
        draws: &[&Parameters],
        starts: &[&Equilibrium],
    ) -> Vec<Result<Equilibrium, SolveError>> {
        let references = self.references(world, draws);
        let cases = draws.iter().zip(starts).zip(&references);
        let cases: Vec<Case<'_>> = cases
            .filter_map(|((&parameters, &start), references)| {
                Some(Case { parameters, start, references: references.as_ref().ok()? })
            })
            .collect();
        let results = self.solve_lanes::<BATCH>(world, world.preconditioner, PathPoint::END, &cases);
        let mut results = results
            .into_iter()
            .zip(&cases)
            .map(|(result, case)| result.or_else(|_| self.solve_hard(world, *case)));
        let of_draw = |references: &Result<Vec<f64>, SolveError>| match references {
            Ok(_) => results.next().expect("one result for every case"),
            Err(error) => Err(*error),
        };
        references.iter().map(of_draw).collect()
    }
}

/// One problem: parameters, a start near the solution, and what its wedges refer to.
#[derive(Clone, Copy)]
struct Case<'a> {
    parameters: &'a Parameters,
    start: &'a Equilibrium,
    references: &'a [f64],
}

impl GeneralEquilibrium {
    /// The largest relative residual of any equation at a point.
    pub fn residual(&self, world: &World<'_>, parameters: &Parameters, point: &Equilibrium) -> f64 {
        let Ok(references) = self.references(world, &[parameters]).remove(0) else { return f64::INFINITY };
        let mut sweep = Sweep::<1>::new(world, world.preconditioner, PathPoint::END);
        sweep.set_draw(0, parameters);
        sweep.set_references(0, &references);
        let mut step = vec![0.0; sweep.size()];
        let [residual] = sweep.step(&unknowns(world, point), &mut step);
        residual.largest
    }

    /// What the wedges of each draw refer to: its own equilibrium at observed policy.
    fn references(&self, world: &World<'_>, draws: &[&Parameters]) -> Vec<Result<Vec<f64>, SolveError>> {
        if world.shares.wedges.is_empty() {
            return vec![Ok(Vec::new()); draws.len()];
        }
        let policy = Policy::default();
        let shares = SharedShares::new(world.accounts, &policy, world.closure.structure);
        let (labour, scale) = (world.labour.clone(), world.scale.clone());
        let observed = World { policy: &policy, labour, scale, shares, ..*world };
        let start = Equilibrium::unchanged(world.accounts.shape);
        let found = self.solve_batch(&observed, draws, &vec![&start; draws.len()]);
        let references = |(found, draw): (Result<Equilibrium, _>, &&Parameters)| {
            found.map(|found| references(world, draw, &found))
        };
        found.into_iter().zip(draws).map(references).collect()
    }

    fn solve_case(&self, world: &World<'_>, case: Case<'_>) -> Result<Equilibrium, SolveError> {
        self.solve_one(world, world.preconditioner, PathPoint::END, case)
            .or_else(|_| self.solve_hard(world, case))
    }

    /// Solves a hard policy (very high rates, very elastic sectors) in steps. Should that not do, once more with the
    /// links preconditioned as they are at each step, which is better where trade changes beyond recognition.
    fn solve_hard(&self, world: &World<'_>, case: Case<'_>) -> Result<Equilibrium, SolveError> {
        self.solve_in_steps(false, world, case).or_else(|_| self.solve_in_steps(true, world, case))
    }

    /// Follows the path from observed policy, each step from the solution of the one before; steps that fail are halved.
    /// The first is observed policy itself, so that nothing depends on how good the given start is.
    fn solve_in_steps(
        &self,
        follow_links: bool,
        world: &World<'_>,
        case: Case<'_>,
    ) -> Result<Equilibrium, SolveError> {
        const SHORTEST: f64 = 1.0 / 64.0;
        let patient = Self { options: Options { most_sweeps: 5 * self.options.most_sweeps, ..self.options } };
        let theta = &case.parameters.theta;
        let links = |accounts: &Accounts| Preconditioner::new(accounts, theta, world.closure);
        let mut following = follow_links.then(|| links(world.accounts));
        let solve = |following: &Option<Preconditioner>, point, start: &Equilibrium| {
            let preconditioner = following.as_ref().unwrap_or(world.preconditioner);
            patient.solve_one(world, preconditioner, point, Case { start, ..case })
        };
        let (mut here, mut step) = (0.0, 0.5);
        let mut solution = solve(&following, PathPoint(here), &world.unchanged())?;
        let mut sweeps = solution.iterations;
        loop {
            let next = PathPoint(f64::min(here + step, 1.0));
            match solve(&following, next, &solution) {
                Ok(found) => {
                    sweeps += found.iterations;
                    (here, solution) = (next.0, found);
                    if next == PathPoint::END {
                        return Ok(Equilibrium { iterations: sweeps, ..solution });
                    }
                    if follow_links {
                        following = Some(links(&moved(world, next, case.parameters, &solution)));
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
        case: Case<'_>,
    ) -> Result<Equilibrium, SolveError> {
        let mut results = self.solve_lanes::<1>(world, preconditioner, point, &[case]);
        results.pop().expect("one result for one draw")
    }

    fn solve_lanes<const K: usize>(
        &self,
        world: &World<'_>,
        preconditioner: &Preconditioner,
        point: PathPoint,
        cases: &[Case<'_>],
    ) -> Vec<Result<Equilibrium, SolveError>> {
        let mut sweep = Sweep::<K>::new(world, preconditioner, point);
        let results = cases.iter().map(|_| None).collect();
        let mut waiting = Waiting { world, cases, next: 0, taken: [0; K], results };
        anderson::solve(&mut sweep, &mut waiting, self.options);
        waiting.results.into_iter().map(|result| result.expect("every draw has ended")).collect()
    }
}

/// The draws that wait for a lane, and the results of those that had one.
struct Waiting<'a, const K: usize> {
    world: &'a World<'a>,
    cases: &'a [Case<'a>],
    next: usize,
    /// Which draw a lane has taken.
    taken: [usize; K],
    results: Vec<Option<Result<Equilibrium, SolveError>>>,
}

impl<const K: usize> Queue<K, Sweep<'_, K>> for Waiting<'_, K> {
    fn next(&mut self, sweep: &mut Sweep<'_, K>, lane: usize, z: &mut [f64]) -> bool {
        let Some(case) = self.cases.get(self.next) else { return false };
        sweep.set_draw(lane, case.parameters);
        sweep.set_references(lane, case.references);
        scatter::<K>(z, lane, &unknowns(self.world, case.start));
        self.taken[lane] = self.next;
        self.next += 1;
        true
    }

    fn ended(&mut self, sweep: &Sweep<'_, K>, lane: usize, z: &[f64], outcome: Outcome) {
        let mut unknowns = gather::<K>(z, lane);
        sweep.settle_wedges(&mut unknowns);
        let found = equilibrium(self.world, outcome, &unknowns);
        let country = sweep.without_income(lane);
        self.results[self.taken[lane]] =
            Some(found.and_then(|found| {
                country.map_or(Ok(found), |country| Err(SolveError::NoIncome { country }))
            }));
    }
}

/// The solver's unknowns of an equilibrium: ln ŵ, ln P̂, X̂, relative wages where labour does not move freely, firms
/// where there are economies of scale, and the wedges, which begin where they are observed.
fn unknowns(world: &World<'_>, equilibrium: &Equilibrium) -> Vec<f64> {
    let wedges = &world.shares.wedges;
    let known = equilibrium.wedges.len() == wedges.len();
    let observed = wedges.iter().map(|at| world.shares.changed[*at].observed_wedge());
    let wedges = if known { equilibrium.wedges.clone() } else { observed.collect() };
    let Equilibrium { log_wage, log_price, expenditure, log_relative_wage, log_scale, .. } = equilibrium;
    let mut unknowns = [&log_wage[..], log_price, expenditure, log_relative_wage].concat();
    unknowns.resize(world.scale_start(), 0.0);
    unknowns.extend(log_scale);
    unknowns.resize(world.wedge_start(), 0.0);
    unknowns.extend(wedges);
    unknowns
}

/// The equilibrium of the solver's unknowns, if it converged.
fn equilibrium(world: &World<'_>, outcome: Outcome, unknowns: &[f64]) -> Result<Equilibrium, SolveError> {
    let shape = world.accounts.shape;
    let (iterations, residual) = (outcome.sweeps, outcome.residual.largest);
    if !outcome.converged {
        let worst = equation(world, outcome.residual.worst);
        return Err(SolveError::NotConverged { iterations, residual, worst });
    }
    let (wages, rest) = unknowns.split_at(shape.countries);
    let (prices, rest) = rest.split_at(shape.pairs());
    let (spending, rest) = rest.split_at(shape.pairs());
    let (relative, rest) = rest.split_at(world.scale_start() - shape.countries - 2 * shape.pairs());
    let (firms, wedges) = rest.split_at(world.wedge_start() - world.scale_start());
    Ok(Equilibrium {
        log_wage: wages.to_vec(),
        log_price: prices.to_vec(),
        expenditure: spending.to_vec(),
        log_relative_wage: relative.to_vec(),
        log_scale: firms.to_vec(),
        wedges: wedges.to_vec(),
        iterations,
        residual,
    })
}

/// Which equation a component of the solver belongs to.
fn equation(world: &World<'_>, component: usize) -> Equation {
    let (n, j) = (world.accounts.shape.countries, world.accounts.shape.sectors);
    let pair = |pair: usize| (CountryId::at(pair / j), SectorId::at(pair % j));
    if component < n {
        Equation::LabourMarket(CountryId::at(component))
    } else if component < n + n * j {
        let (country, sector) = pair(component - n);
        Equation::PriceIndex(country, sector)
    } else if component < n + 2 * n * j {
        let (country, sector) = pair(component - n - n * j);
        Equation::Expenditure(country, sector)
    } else if component < world.scale_start() {
        let (country, sector) = pair(component - n - 2 * n * j);
        Equation::SectorLabour(country, sector)
    } else if component < world.wedge_start() {
        let (country, sector) = pair(component - world.scale_start());
        Equation::FreeEntry(country, sector)
    } else {
        let wedge = world.shares.wedges[component - world.wedge_start()];
        Equation::Tariff(world.shares.changed[wedge].change.flow)
    }
}
