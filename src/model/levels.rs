//! An equilibrium in levels: what every flow, price and income is.
//!
//! Legend as in [`crate::model::sweep`].

use crate::economy::accounts::Accounts;
use crate::economy::policy::Deficits;
use crate::model::equations::{deficits, log_unit_costs};
use crate::model::equilibrium::Equilibrium;
use crate::model::world::Parameters;
use crate::numerics::functions::exp;

/// The levels from which every reported variable is computed; by (sector, country) means `sector * countries +
/// country`.
#[derive(Clone, Debug)]
pub struct Levels {
    /// ln ĉ relative to the accounts, by (sector, country).
    pub log_cost: Vec<f64>,
    /// ĉ^(−θ), by (sector, country).
    pub cost_power: Vec<f64>,
    /// X·P̂^θ: spending per unit of share weight, by (sector, country).
    pub scaled_spending: Vec<f64>,
    /// ŵ·wL by country.
    pub wage_bill: Vec<f64>,
    /// Deficit by country.
    pub deficit: Vec<f64>,
}

impl Levels {
    /// The levels of an equilibrium.
    pub fn new(
        accounts: &Accounts,
        closure: Deficits,
        parameters: &Parameters,
        equilibrium: &Equilibrium,
    ) -> Self {
        let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
        let mut log_cost = vec![0.0; n * j];
        log_unit_costs::<1>(accounts, &equilibrium.log_wage, &equilibrium.log_price, &mut log_cost);
        let mut scaled_spending = vec![0.0; n * j];
        for (pair, spent) in accounts.expenditure.iter().enumerate() {
            let (country, sector) = (pair / j, pair % j);
            let price_power = exp(parameters.theta[sector] * equilibrium.log_price[pair]);
            scaled_spending[sector * n + country] = spent * equilibrium.expenditure[pair] * price_power;
        }
        let wage_bill: Vec<f64> = accounts
            .value_added
            .iter()
            .zip(&equilibrium.log_wage)
            .map(|(bill, wage)| bill * exp(*wage))
            .collect();
        Self {
            cost_power: log_cost
                .iter()
                .enumerate()
                .map(|(at, cost)| exp(-parameters.theta[at / n] * cost))
                .collect(),
            log_cost,
            scaled_spending,
            deficit: deficits::<1>(closure, accounts, &equilibrium.log_wage).into_flattened(),
            wage_bill,
        }
    }
}
