//! Equilibria in levels, K side by side: what every flow, price and income is.
//!
//! Legend as in [`crate::model::sweep`].

use crate::economy::accounts::Accounts;
use crate::economy::closure::Deficits;
use crate::model::equations::{deficits, log_unit_costs};
use crate::model::equilibrium::Equilibrium;
use crate::model::world::Parameters;
use crate::numerics::functions::{exp, exp_all};
use crate::numerics::lanes::{Buffer, lane, lane_mut, scatter};

/// The levels from which every reported variable is computed; by (sector, country) means `sector * countries +
/// country`, and the lanes come last.
#[derive(Debug)]
pub struct Levels<const K: usize> {
    /// ln ĉ relative to the accounts, by (sector, country).
    pub log_cost: Buffer,
    /// ĉ^(−θ), by (sector, country).
    pub cost_power: Buffer,
    /// X·P̂^θ: spending per unit of share weight, by (sector, country).
    pub scaled_spending: Buffer,
    /// ŵ·wL by country.
    pub wage_bill: Vec<f64>,
    /// Deficit by country.
    pub deficit: Vec<f64>,
}

impl<const K: usize> Levels<K> {
    /// The levels of some equilibria.
    pub fn new(
        accounts: &Accounts,
        of: Deficits,
        parameters: [&Parameters; K],
        equilibria: [&Equilibrium; K],
    ) -> Self {
        let log_wage = side_by_side::<K>(equilibria.map(|equilibrium| &*equilibrium.log_wage));
        let log_price = side_by_side::<K>(equilibria.map(|equilibrium| &*equilibrium.log_price));
        let mut log_cost = Buffer::zeros(accounts.shape.pairs() * K);
        let relative_wage = relative_wages::<K>(accounts, equilibria);
        log_unit_costs::<K>(accounts, [&log_wage, &relative_wage], &log_price, &mut log_cost);
        let theta: Vec<[f64; K]> =
            (0..accounts.shape.sectors).map(|sector| parameters.map(|draw| draw.theta[sector])).collect();
        Self {
            cost_power: cost_powers(accounts, &theta, &log_cost),
            scaled_spending: scaled_spending(accounts, &theta, &log_price, equilibria),
            log_cost,
            wage_bill: wage_bills::<K>(accounts, &log_wage),
            deficit: deficits::<K>(of, accounts, &log_wage).into_flattened(),
        }
    }
}

fn side_by_side<const K: usize>(columns: [&[f64]; K]) -> Buffer {
    let mut together = Buffer::zeros(columns.iter().map(|column| column.len()).sum());
    for (l, column) in columns.into_iter().enumerate() {
        scatter::<K>(&mut together, l, column);
    }
    together
}

/// ln(ŵ_nj/ŵ_n) by (pair, lane); empty where every sector of every lane pays what its country pays.
fn relative_wages<const K: usize>(accounts: &Accounts, equilibria: [&Equilibrium; K]) -> Buffer {
    if equilibria.iter().all(|equilibrium| equilibrium.log_relative_wage.is_empty()) {
        return Buffer::zeros(0);
    }
    let mut together = Buffer::zeros(accounts.shape.pairs() * K);
    for (l, equilibrium) in equilibria.into_iter().enumerate() {
        if !equilibrium.log_relative_wage.is_empty() {
            scatter::<K>(&mut together, l, &equilibrium.log_relative_wage);
        }
    }
    together
}

fn cost_powers<const K: usize>(accounts: &Accounts, theta: &[[f64; K]], log_cost: &[f64]) -> Buffer {
    let n = accounts.shape.countries;
    let mut powers = Buffer::zeros(log_cost.len());
    for at in 0..accounts.shape.pairs() {
        let (theta, cost) = (&theta[at / n], lane::<K>(log_cost, at));
        *lane_mut::<K>(&mut powers, at) = std::array::from_fn(|l| -theta[l] * cost[l]);
    }
    exp_all(&mut powers);
    powers
}

fn scaled_spending<const K: usize>(
    accounts: &Accounts,
    theta: &[[f64; K]],
    log_price: &[f64],
    equilibria: [&Equilibrium; K],
) -> Buffer {
    let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
    let mut scaled = Buffer::zeros(log_price.len());
    let at = |pair: usize| pair % j * n + pair / j;
    for pair in 0..accounts.shape.pairs() {
        let (theta, price) = (&theta[pair % j], lane::<K>(log_price, pair));
        *lane_mut::<K>(&mut scaled, at(pair)) = std::array::from_fn(|l| theta[l] * price[l]);
    }
    exp_all(&mut scaled);
    for (pair, spent) in accounts.expenditure.iter().enumerate() {
        let scaled = lane_mut::<K>(&mut scaled, at(pair));
        *scaled = std::array::from_fn(|l| spent * equilibria[l].expenditure[pair] * scaled[l]);
    }
    scaled
}

fn wage_bills<const K: usize>(accounts: &Accounts, log_wage: &[f64]) -> Vec<f64> {
    let wages = log_wage.as_chunks::<K>().0;
    accounts
        .value_added
        .iter()
        .zip(wages)
        .flat_map(|(bill, wage)| wage.map(|wage| bill * exp(wage)))
        .collect()
}
