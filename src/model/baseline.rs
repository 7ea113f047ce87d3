//! The baseline: an equilibrium at observed policy, to which all results are relative.

use crate::bilateral::Bilateral;
use crate::economy::accounts::Accounts;
use crate::economy::policy::{Deficits, Policy};
use crate::model::equilibrium::{Equilibrium, SolveError};
use crate::model::leontief::DomesticInverse;
use crate::model::levels::Levels;
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
    pub inverse: DomesticInverse,
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
        let inverse = DomesticInverse::new(&accounts);
        let start = Equilibrium::unchanged(accounts.shape);
        let policy = Policy::default();
        let world = World::new(&accounts, &inverse, &policy, deficits)?;
        let data_residual = model.residual(&world, central, &start);
        let solution = model.solve(&world, central, &start)?;
        drop(world);
        if data_residual > ROUNDING {
            let holds_for_every_elasticity = false;
            return Ok(Self {
                accounts,
                deficits,
                inverse,
                data_residual,
                central: solution,
                holds_for_every_elasticity,
            });
        }
        let accounts = moved(&accounts, deficits, central, &solution);
        Ok(Self {
            inverse: DomesticInverse::new(&accounts),
            accounts,
            deficits,
            data_residual,
            central: Equilibrium { residual: solution.residual, iterations: solution.iterations, ..start },
            holds_for_every_elasticity: true,
        })
    }

    /// The world with a policy in force.
    ///
    /// # Errors
    /// As [`World::new`].
    pub fn world<'a>(&'a self, policy: &'a Policy) -> Result<World<'a>, SolveError> {
        World::new(&self.accounts, &self.inverse, policy, self.deficits)
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

/// The accounts of an equilibrium at observed policy: the same economy, with the equilibrium as its data.
fn moved(
    accounts: &Accounts,
    deficits: Deficits,
    parameters: &Parameters,
    solution: &Equilibrium,
) -> Accounts {
    let levels = Levels::new(accounts, deficits, parameters, solution);
    let n = accounts.shape.countries;
    let mut share = accounts.share.values().to_vec();
    for (pair, row) in share.chunks_exact_mut(n).enumerate() {
        let powers = &levels.cost_power[pair / n * n..(pair / n + 1) * n];
        row.iter_mut().zip(powers).for_each(|(share, power)| *share *= power);
        let total: f64 = row.iter().sum();
        if total > 0.0 {
            row.iter_mut().for_each(|share| *share /= total);
        }
    }
    let expenditure =
        accounts.expenditure.iter().zip(&solution.expenditure).map(|(x, hat)| x * hat).collect();
    Accounts {
        share: Bilateral::from_values(accounts.shape, share),
        expenditure,
        value_added: levels.wage_bill,
        deficit: levels.deficit,
        ..accounts.clone()
    }
}
