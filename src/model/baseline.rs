//! The baseline: an equilibrium at observed policy, to which all results are relative.

use crate::economy::accounts::Accounts;
use crate::economy::closure::Closure;
use crate::economy::policy::Policy;
use crate::index::{CountryId, Position as _, SectorId};
use crate::model::equilibrium::{Equilibrium, SolveError};
use crate::model::forecast::Forecast;
use crate::model::moved::moved;
use crate::model::preconditioner::Preconditioner;
use crate::model::response::feedback;
use crate::model::shares::PathPoint;
use crate::model::trade_model::{GeneralEquilibrium, TradeModel as _};
use crate::model::world::{Parameters, World};

/// Accounts with their equilibrium at observed policy.
///
/// Where the data are an equilibrium up to clamping and rounding, they are moved to it once and it holds for
/// every trade elasticity. Otherwise (balanced deficits, given final demand) the equilibrium depends on the
/// elasticities, the accounts stay as they are, and [`Baseline::solve`] finds it anew for every draw.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The accounts.
    pub accounts: Accounts,
    /// What adjusts and what stays.
    pub closure: Closure,
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

/// Refuses economies of scale that reinforce themselves: their equilibria are none that anything would lead to.
fn check_feedback(accounts: &Accounts, theta: &[f64], closure: Closure) -> Result<(), SolveError> {
    /// What is above 1 by rounding only.
    const ROUNDED: f64 = 1e-6;
    match feedback(accounts, theta, closure) {
        Some((strength, pair)) if strength > 1.0 + ROUNDED => Err(SolveError::Reinforcing {
            country: CountryId::at(pair / accounts.shape.sectors),
            sector: SectorId::at(pair % accounts.shape.sectors),
        }),
        _ => Ok(()),
    }
}

impl Baseline {
    /// Solves the baseline at central elasticities.
    ///
    /// # Errors
    /// [`SolveError`] when the data have no equilibrium under this closure.
    pub fn new(
        model: &GeneralEquilibrium,
        accounts: Accounts,
        closure: impl Into<Closure>,
        central: &Parameters,
    ) -> Result<Self, SolveError> {
        let closure = closure.into();
        check_feedback(&accounts, &central.theta, closure)?;
        let preconditioner = Preconditioner::new(&accounts, &central.theta, closure);
        let policy = Policy::default();
        let world = World::new(&accounts, &preconditioner, &policy, closure)?;
        let start = world.unchanged();
        let data_residual = model.residual(&world, central, &start);
        let solution = model.solve(&world, central, &start)?;
        let holds_for_every_elasticity = data_residual < ROUNDING;
        if holds_for_every_elasticity {
            // They hardly move, so that the preconditioner serves them as well.
            let accounts = moved(&world, PathPoint::END, central, &solution);
            drop(world);
            return Ok(Self {
                accounts,
                closure,
                preconditioner,
                data_residual,
                central: start,
                holds_for_every_elasticity,
            });
        }
        drop(world);
        Ok(Self {
            accounts,
            closure,
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
        World::new(&self.accounts, &self.preconditioner, policy, self.closure)
    }

    /// What to expect of the equilibrium at observed policy; `observed` is the world with `Policy::default()`.
    pub fn forecast(
        &self,
        model: &GeneralEquilibrium,
        observed: &World<'_>,
        central: &Parameters,
    ) -> Forecast {
        if self.holds_for_every_elasticity {
            return Forecast::constant(self.central.clone());
        }
        Forecast::learnt(model, observed, central, self.central.clone())
    }

    /// The equilibria at observed policy for some draws, each from where it is expected.
    pub fn solve(
        &self,
        model: &GeneralEquilibrium,
        observed: &World<'_>,
        draws: &[&Parameters],
        expected: &[Equilibrium],
    ) -> Vec<Result<Equilibrium, SolveError>> {
        if self.holds_for_every_elasticity {
            return draws.iter().map(|_| Ok(self.central.clone())).collect();
        }
        model.solve_batch(observed, draws, &expected.iter().collect::<Vec<_>>())
    }
}
