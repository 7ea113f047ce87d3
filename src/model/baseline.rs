//! The baseline: an equilibrium at observed policy, to which all results are relative.

use crate::economy::accounts::{Accounts, TariffSchedule};
use crate::economy::policy::{Deficits, Policy};
use crate::index::Position as _;
use crate::model::equilibrium::{Equilibrium, SolveError};
use crate::model::levels::Levels;
use crate::model::preconditioner::Preconditioner;
use crate::model::shares::PathPoint;
use crate::model::trade_model::{GeneralEquilibrium, Parameters, TradeModel as _, World};

/// Accounts with their equilibrium at observed policy.
///
/// Where the data are an equilibrium up to clamping and rounding, they are moved to it once and it holds for
/// every trade elasticity. Otherwise (balanced deficits, given final demand) the equilibrium depends on the
/// elasticities, the accounts stay as they are, and [`Baseline::solve`] finds it anew for every draw.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The accounts.
    pub accounts: Accounts,
    /// How deficits behave.
    pub deficits: Deficits,
    /// The preconditioner at these accounts.
    pub preconditioner: Preconditioner,
    /// The largest relative residual of the data as an equilibrium.
    pub data_residual: f64,
    /// The equilibrium at central elasticities.
    pub central: Equilibrium,
    holds_for_every_elasticity: bool,
}

/// Below this residual the data are an equilibrium up to clamping and rounding.
const ROUNDING: f64 = 1e-5;

impl Baseline {
    /// Solves the baseline at central elasticities.
    ///
    /// # Errors
    /// [`SolveError`] when the data have no equilibrium under this closure.
    pub fn new(
        model: &GeneralEquilibrium,
        accounts: Accounts,
        deficits: Deficits,
        central: &Parameters,
    ) -> Result<Self, SolveError> {
        let preconditioner = Preconditioner::new(&accounts, &central.theta);
        let start = Equilibrium::unchanged(accounts.shape);
        let policy = Policy::default();
        let world = World::new(&accounts, &preconditioner, &policy, deficits)?;
        let data_residual = model.residual(&world, central, &start);
        let solution = model.solve(&world, central, &start)?;
        let holds_for_every_elasticity = data_residual < ROUNDING;
        if holds_for_every_elasticity {
            let accounts = moved(&world, central, &solution);
            let preconditioner = Preconditioner::new(&accounts, &central.theta);
            return Ok(Self {
                accounts,
                deficits,
                preconditioner,
                data_residual,
                central: start,
                holds_for_every_elasticity,
            });
        }
        drop(world);
        Ok(Self {
            accounts,
            deficits,
            preconditioner,
            data_residual,
            central: solution,
            holds_for_every_elasticity,
        })
    }

    /// The world with a policy in force.
    ///
    /// # Errors
    /// As [`World::new`].
    pub fn world<'a>(&'a self, policy: &'a Policy) -> Result<World<'a>, SolveError> {
        World::new(&self.accounts, &self.preconditioner, policy, self.deficits)
    }

    /// The equilibria at observed policy for some draws; `observed` is the world with `Policy::default()`.
    pub fn solve(
        &self,
        model: &GeneralEquilibrium,
        observed: &World<'_>,
        draws: &[&Parameters],
    ) -> Vec<Result<Equilibrium, SolveError>> {
        if self.holds_for_every_elasticity {
            return draws.iter().map(|_| Ok(self.central.clone())).collect();
        }
        model.solve_batch(observed, draws, &vec![&self.central; draws.len()])
    }
}

/// The accounts of an equilibrium: the same economy, with the equilibrium as its data. A flow with exempt parts
/// keeps their average rate.
pub fn moved(world: &World<'_>, parameters: &Parameters, solution: &Equilibrium) -> Accounts {
    moved_at(world, PathPoint::END, parameters, solution)
}

/// The same at a point of the path from observed policy.
pub(super) fn moved_at(
    world: &World<'_>,
    point: PathPoint,
    parameters: &Parameters,
    solution: &Equilibrium,
) -> Accounts {
    let accounts = world.accounts;
    let levels = Levels::new(accounts, world.deficits, parameters, solution);
    let n = accounts.shape.countries;
    let (mut share, mut tariff) = (accounts.share.clone(), accounts.tariff.table().clone());
    for cell in &world.shares.changed {
        let theta = parameters.theta[cell.change.flow.sector.index()];
        let weights = cell.weights_at(point, theta, &parameters.exempt_shares, world.policy.exempt_mode);
        share.set(cell.change.flow, weights.gross);
        if weights.net > 0.0 {
            tariff.set(cell.change.flow, weights.gross / weights.net - 1.0);
        }
    }
    for (pair, row) in share.values_mut().chunks_exact_mut(n).enumerate() {
        let powers = &levels.cost_power[pair / n * n..(pair / n + 1) * n];
        row.iter_mut().zip(powers).for_each(|(share, power)| *share *= power);
        let total: f64 = row.iter().sum();
        if total > 0.0 {
            row.iter_mut().for_each(|share| *share /= total);
        }
    }
    Accounts {
        share,
        tariff: TariffSchedule::new(tariff).expect("rates stay above -1 and home sales untaxed"),
        expenditure: accounts.expenditure.iter().zip(&solution.expenditure).map(|(x, hat)| x * hat).collect(),
        value_added: levels.wage_bill,
        deficit: levels.deficit,
        ..accounts.clone()
    }
}
