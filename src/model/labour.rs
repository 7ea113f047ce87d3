//! Labour that does not move freely between sectors. Legend as in [`crate::model::sweep`].
//!
//! Source: Galle, Rodríguez-Clare & Yi (2023), Slicing the Pie: Quantifying the Aggregate and Distributional Effects of
//! Trade, Review of Economic Studies 90(1), in changes. With w_nj the wage of a sector and W_n the average earnings of
//! a country, labour supplies VA′_nj = VA_nj ŵ_nj^κ Ŵ_n^(1−κ) with Ŵ_n^κ = Σ_j s_nj ŵ_nj^κ, s_nj the sector's share of
//! value added. Where VA′_nj = γ_nj Y′_nj, that is
//!
//! ŵ_nj = Ŵ_n (γ_nj Y′_nj / (VA_nj Ŵ_n))^(1/κ) and Σ_j γ_nj Y′_nj = VA_n Ŵ_n,
//!
//! so that the labour market of a country is what it is with mobile labour, and each sector has a wage relative to it.
//! κ = 1 is labour that is specific to its sector, κ → ∞ mobile labour.

use crate::economy::accounts::Accounts;
use crate::economy::closure::Labour;
use crate::economy::totals::outputs;
use crate::numerics::functions::ln;

/// What each sector's labour earned in the accounts, where it does not move freely.
#[derive(Clone, Debug, PartialEq)]
pub struct SectorLabour {
    /// 1/κ.
    pub friction: f64,
    /// VA_nj by pair; the sectors of a country sum to its value added.
    pub value_added: Vec<f64>,
    /// ln(VA_nj/γ_nj) by pair: the output of which that is the value added; 0 where there is none.
    pub log_output: Vec<f64>,
}

impl SectorLabour {
    /// The labour of some accounts; `None` where it is mobile.
    pub fn new(accounts: &Accounts, labour: Labour) -> Option<Self> {
        let friction = labour.friction();
        (friction > 0.0).then(|| {
            let value_added = value_added(accounts);
            let output = |(earned, share): (&f64, &f64)| if *earned > 0.0 { ln(earned / share) } else { 0.0 };
            let log_output = value_added.iter().zip(&accounts.value_added_share).map(output).collect();
            Self { friction, value_added, log_output }
        })
    }
}

/// γ_nj Y_nj, scaled so that a country's sectors sum to its value added.
fn value_added(accounts: &Accounts) -> Vec<f64> {
    let j = accounts.shape.sectors;
    let mut values = outputs(&accounts.flow_values());
    values.iter_mut().zip(&accounts.value_added_share).for_each(|(value, share)| *value *= share);
    for (values, total) in values.chunks_exact_mut(j).zip(&accounts.value_added) {
        let sum: f64 = values.iter().sum();
        if sum > 0.0 {
            values.iter_mut().for_each(|value| *value *= total / sum);
        }
    }
    values
}
