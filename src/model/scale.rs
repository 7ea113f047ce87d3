//! Economies of scale: firms that enter until none earns more than it costs. Legend as in [`crate::model::sweep`].
//!
//! Source: Costinot & Rodríguez-Clare (2014), Trade Theory with Numbers, sections 3.3 and 5, and Kucheryavyy, Lyn &
//! Rodríguez-Clare (2023), Grounded by Gravity, in changes. With N the number of firms, δ = ψθ the strength of scale,
//! and ϑ = θ/(σ − 1) − 1 where firms choose their markets (0 elsewhere),
//!
//! (S1) N̂_nj = Ŷ_nj/ĉ_nj,
//! (S2) P̂_nj = [X̂_nj^ϑ Σ_i π_nij N̂_ij^δ ĉ_ij^(−θ−ϑ) d̂_nij^(−θ) ((1+τ′)(1+x)/(1+τ))_nij^(−θ−ϑ)]^(−1/θ),
//! (S3) π′_nij is the part of exporter i in that sum.
//!
//! A sector of which a part of e^[`FEWEST`] is left has closed: without that limit its logarithm would have none.

use crate::economy::accounts::Accounts;
use crate::economy::structure::Structure;
use crate::economy::totals::outputs;
use crate::numerics::functions::ln;

/// ln N̂ of a sector that has closed: a ten-thousandth of its firms.
pub const FEWEST: f64 = -9.21;

/// The economies of scale of some accounts.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// δ by sector.
    pub strength: Vec<f64>,
    /// ϑ by sector.
    pub selection: Vec<f64>,
    /// Y by pair; 0 where there are no economies of scale.
    pub output: Vec<f64>,
    /// ln Y by pair; 0 where there is none.
    pub log_output: Vec<f64>,
}

impl Scale {
    /// Those of some accounts; `None` where there are none.
    pub fn new(accounts: &Accounts, structure: Structure) -> Option<Self> {
        let strength = by_sector(accounts, structure.scale());
        strength.iter().any(|strength| *strength > 0.0).then(|| {
            let mut output = outputs(&accounts.flow_values());
            let sectors = strength.iter().cycle();
            output
                .iter_mut()
                .zip(sectors)
                .filter(|(_, strength)| **strength == 0.0)
                .for_each(|(y, _)| *y = 0.0);
            let log_output = output.iter().map(|y| if *y > 0.0 { ln(*y) } else { 0.0 }).collect();
            Self { strength, selection: by_sector(accounts, structure.selection()), output, log_output }
        })
    }
}

/// A parameter that goods have, and services do not.
pub(super) fn by_sector(accounts: &Accounts, value: f64) -> Vec<f64> {
    accounts.goods.iter().map(|is_good| if *is_good { value } else { 0.0 }).collect()
}
