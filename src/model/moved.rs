//! From an equilibrium back to accounts.

use crate::economy::accounts::{Accounts, TariffSchedule};
use crate::model::equilibrium::Equilibrium;
use crate::model::levels::Levels;
use crate::model::shares::PathPoint;
use crate::model::wedges::weights_of;
use crate::model::world::{Parameters, World};

/// The accounts of an equilibrium at a point of the path from observed policy: the same economy, with the
/// equilibrium as its data. A flow with exempt parts keeps their average rate. Accounts know no export taxes nor rents:
/// what buyers pay beyond what producers receive becomes tariff.
pub fn moved(
    world: &World<'_>,
    point: PathPoint,
    parameters: &Parameters,
    solution: &Equilibrium,
) -> Accounts {
    let accounts = world.accounts;
    let levels = Levels::new(world, [parameters], [solution]);
    let n = accounts.shape.countries;
    let (mut share, mut tariff) = (accounts.share.clone(), accounts.tariff.table().clone());
    let weights = weights_of(world, point, parameters, solution);
    for (cell, weights) in world.shares.changed.iter().zip(weights) {
        share.set(cell.change.flow, weights.gross);
        if weights.made > 0.0 {
            tariff.set(cell.change.flow, weights.gross / weights.made - 1.0);
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
