//! How much each unknown weighs in the norm of the solver.

use crate::model::sweep::wedges;
use crate::model::world::World;

/// A wage weighs as much as the value added in the world's, a price or an expenditure as much as the spending on it:
/// what is tiny follows and does not lead.
pub(super) fn weights(world: &World<'_>) -> Vec<f64> {
    let World { accounts, shares, labour, scale, .. } = world;
    let spending: f64 = accounts.expenditure.iter().sum();
    let pairs = accounts.expenditure.iter().map(|value| (value / spending).sqrt());
    let wage = |value: &f64| (value / accounts.world_value_added()).sqrt();
    let relative = labour.iter().flat_map(|labour| &labour.value_added).map(wage);
    let firms = scale.iter().flat_map(|scale| &scale.output).map(|value| (value / spending).sqrt());
    let wages = accounts.value_added.iter().map(wage);
    let pairs = pairs.clone().chain(pairs);
    wages.chain(pairs).chain(relative).chain(firms).chain(wedges::weights(accounts, shares)).collect()
}
