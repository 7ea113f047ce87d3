//! An equilibrium in levels: what every flow, price and income is.
//!
//! Legend as in [`crate::model::sweep`].

use crate::economy::accounts::Accounts;
use crate::economy::policy::Deficits;
use crate::model::equilibrium::Equilibrium;
use crate::model::trade_model::Parameters;
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
        deficits: Deficits,
        parameters: &Parameters,
        equilibrium: &Equilibrium,
    ) -> Self {
        let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
        let log_cost = log_costs(accounts, equilibrium);
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
            deficit: deficit_levels(accounts, deficits, &wage_bill),
            wage_bill,
        }
    }
}

/// Equation (10): ln ĉ_nj = γ_nj ln ŵ_n + Σ_k γ_nkj ln P̂_nk, by (sector, country).
fn log_costs(accounts: &Accounts, equilibrium: &Equilibrium) -> Vec<f64> {
    let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
    let mut costs = vec![0.0; n * j];
    for country in 0..n {
        let pairs = country * j..(country + 1) * j;
        let own = &accounts.value_added_share[pairs.clone()];
        let mut cost: Vec<f64> = own.iter().map(|share| share * equilibrium.log_wage[country]).collect();
        let inputs = &accounts.input_share[country * j * j..(country + 1) * j * j];
        for (row, price) in inputs.chunks_exact(j).zip(&equilibrium.log_price[pairs]) {
            for (cost, share) in cost.iter_mut().zip(row) {
                *cost += share * price;
            }
        }
        for (sector, cost) in cost.into_iter().enumerate() {
            costs[sector * n + country] = cost;
        }
    }
    costs
}

/// D′ under a closure, given the wage bills.
fn deficit_levels(accounts: &Accounts, deficits: Deficits, wage_bill: &[f64]) -> Vec<f64> {
    match deficits {
        Deficits::Fixed => accounts.deficit.clone(),
        Deficits::Balanced => vec![0.0; accounts.shape.countries],
        Deficits::Proportional => {
            let ratio: Vec<f64> =
                accounts.deficit.iter().zip(&accounts.value_added).map(|(d, v)| d / v).collect();
            let mean = ratio.iter().zip(wage_bill).map(|(ratio, bill)| ratio * bill).sum::<f64>()
                / wage_bill.iter().sum::<f64>();
            ratio.iter().zip(wage_bill).map(|(ratio, bill)| bill * (ratio - mean)).collect()
        }
    }
}
