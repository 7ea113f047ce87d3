//! Equilibria in levels, K side by side: what every flow, price and income is.
//!
//! Legend as in [`crate::model::sweep`].

use crate::economy::accounts::Accounts;
use crate::model::equations::{deficits, log_unit_costs};
use crate::model::equilibrium::Equilibrium;
use crate::model::scale::Scale;
use crate::model::world::{Parameters, World};
use crate::numerics::functions::{exp, exp_all, ln};
use crate::numerics::lanes::{Buffer, lane, lane_mut, scatter};

/// The levels from which every reported variable is computed; by (sector, country) means `sector * countries +
/// country`, and the lanes come last.
#[derive(Debug)]
pub struct Levels<const K: usize> {
    /// ln ĉ relative to the accounts, by (sector, country).
    pub log_cost: Buffer,
    /// ĉ^(−θ), with economies of scale ĉ^(−θ−ϑ)·N̂^δ, by (sector, country).
    pub cost_power: Buffer,
    /// X·P̂^θ, where firms choose their markets X·X̂^ϑ·P̂^θ: spending per unit of share weight, by (sector, country).
    pub scaled_spending: Buffer,
    /// ŵ·wL by country.
    pub wage_bill: Vec<f64>,
    /// Deficit by country.
    pub deficit: Vec<f64>,
}

impl<const K: usize> Levels<K> {
    /// The levels of some equilibria.
    pub fn new(world: &World<'_>, parameters: [&Parameters; K], equilibria: [&Equilibrium; K]) -> Self {
        let accounts = world.accounts;
        let log_wage = side_by_side::<K>(equilibria.map(|equilibrium| &*equilibrium.log_wage));
        let log_price = side_by_side::<K>(equilibria.map(|equilibrium| &*equilibrium.log_price));
        let mut log_cost = Buffer::zeros(accounts.shape.pairs() * K);
        let relative_wage = relative_wages::<K>(accounts, equilibria);
        log_unit_costs::<K>(accounts, [&log_wage, &relative_wage], &log_price, &mut log_cost);
        let theta: Vec<[f64; K]> =
            (0..accounts.shape.sectors).map(|sector| parameters.map(|draw| draw.theta[sector])).collect();
        let mut cost_power = cost_powers(accounts, &theta, &log_cost);
        let mut scaled_spending = scaled_spending(accounts, &theta, &log_price, equilibria);
        if let Some(scale) = &world.scale {
            scale_up(scale, equilibria, &log_cost, [&mut cost_power, &mut scaled_spending]);
        }
        Self {
            cost_power,
            scaled_spending,
            log_cost,
            wage_bill: wage_bills::<K>(accounts, &log_wage),
            deficit: deficits::<K>(world.closure.deficits, accounts, &log_wage).into_flattened(),
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

/// What economies of scale add: N̂^δ·ĉ^(−ϑ) to powers of costs, X̂^ϑ to spending.
fn scale_up<const K: usize>(
    scale: &Scale,
    equilibria: [&Equilibrium; K],
    log_cost: &[f64],
    [power, spending]: [&mut [f64]; 2],
) {
    let (n, j) = (log_cost.len() / K / scale.strength.len(), scale.strength.len());
    for pair in 0..n * j {
        let (at, sector) = (pair % j * n + pair / j, pair % j);
        let (strength, selection) = (scale.strength[sector], scale.selection[sector]);
        let (power, spending) = (lane_mut::<K>(power, at), lane_mut::<K>(spending, at));
        for (l, equilibrium) in equilibria.iter().enumerate() {
            let firms = equilibrium.log_scale.get(pair).copied().unwrap_or(0.0);
            power[l] *= exp(strength * firms - selection * log_cost[at * K + l]);
            if selection > 0.0 && spending[l] > 0.0 {
                spending[l] *= exp(selection * ln(equilibrium.expenditure[pair]));
            }
        }
    }
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
