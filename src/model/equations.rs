//! Equations that the solver and the results share, K draws side by side. Legend as in [`crate::model::sweep`].

use crate::economy::accounts::Accounts;
use crate::economy::closure::Deficits;
use crate::numerics::functions::exp;
use crate::numerics::lanes::{lane, lane_mut, transposed_times};

/// Equation (10): ln ĉ_nj = γ_nj ln ŵ_nj + Σ_k γ_nkj ln P̂_nk, by (sector, country, lane), from ln ŵ_n by (country,
/// lane), ln(ŵ_nj/ŵ_n) by (pair, lane) or nothing where labour is mobile, and ln P̂ by (pair, lane).
pub(super) fn log_unit_costs<const K: usize>(
    accounts: &Accounts,
    [log_wage, relative_wage]: [&[f64]; 2],
    log_price: &[f64],
    log_cost: &mut [f64],
) {
    let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
    let mut input_cost = vec![0.0; j * K];
    for country in 0..n {
        let pairs = country * j..(country + 1) * j;
        let inputs = &accounts.input_share[pairs.start * j..pairs.end * j];
        transposed_times::<K, _>(inputs, &log_price[pairs.start * K..pairs.end * K], &mut input_cost);
        let wage = lane::<K>(log_wage, country);
        for (sector, share) in accounts.value_added_share[pairs].iter().enumerate() {
            let inputs = lane::<K>(&input_cost, sector);
            let cost = lane_mut::<K>(log_cost, sector * n + country);
            for l in 0..K {
                cost[l] = share * wage[l] + inputs[l];
            }
        }
    }
    for (pair, wage) in relative_wage.as_chunks::<K>().0.iter().enumerate() {
        let share = accounts.value_added_share[pair];
        let cost = lane_mut::<K>(log_cost, pair % j * n + pair / j);
        for l in 0..K {
            cost[l] += share * wage[l];
        }
    }
}

/// D′ of every country under a closure, by (country, lane), from ln ŵ by (country, lane).
pub(super) fn deficits<const K: usize>(
    closure: Deficits,
    accounts: &Accounts,
    log_wage: &[f64],
) -> Vec<[f64; K]> {
    match closure {
        Deficits::Fixed => accounts.deficit.iter().map(|&deficit| [deficit; K]).collect(),
        Deficits::Balanced => vec![[0.0; K]; accounts.shape.countries],
        Deficits::Proportional => proportional_deficits(accounts, log_wage),
    }
}

/// D′_n = VA′_n (δ_n − Σ_m δ_m VA′_m / Σ_m VA′_m) with δ = D/VA: proportional, and summing to zero.
fn proportional_deficits<const K: usize>(accounts: &Accounts, log_wage: &[f64]) -> Vec<[f64; K]> {
    let value_added: Vec<[f64; K]> = (0..accounts.shape.countries)
        .map(|n| lane::<K>(log_wage, n).map(|wage| accounts.value_added[n] * exp(wage)))
        .collect();
    let ratio: Vec<f64> = accounts.deficit.iter().zip(&accounts.value_added).map(|(d, va)| d / va).collect();
    let mut mean = [0.0; K];
    let mut world = [0.0; K];
    for (value, ratio) in value_added.iter().zip(&ratio) {
        for l in 0..K {
            mean[l] += ratio * value[l];
            world[l] += value[l];
        }
    }
    let deficit =
        |(value, ratio): (&[f64; K], &f64)| std::array::from_fn(|l| value[l] * (ratio - mean[l] / world[l]));
    value_added.iter().zip(&ratio).map(deficit).collect()
}
