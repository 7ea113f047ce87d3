//! The linearised market of Francois and Hall (2003), "Global simulation analysis of industry-level trade policy".
//!
//! Legend as in [`super::market`]; t = κ̂ − 1 the change of what buyers pay over the producer's price, N the elasticity of
//! what n buys from i to the price of i or m. Their E_m is −η, their E_s is σ = 1 + θ, their E_x is ε.

use nalgebra::{DMatrix, DVector};

use crate::index::{CountryId, Position as _, SectorId};
use crate::model::equilibrium::{Equation, SolveError};
use crate::model::partial::market::{After, Market, Outcome, Reactions, Terms};

/// Solves a market.
pub(super) fn solve(
    sector: SectorId,
    market: &Market,
    terms: &[Terms],
    reactions: Reactions<'_>,
) -> Result<Outcome, SolveError> {
    let n = market.countries;
    let sells = |&i: &usize| market.output[i] > 0.0 && reactions.supply[i].is_finite();
    let unknown: Vec<usize> = (0..n).filter(sells).collect();
    let price = prices(market, terms, reactions, &unknown).ok_or_else(|| SolveError::NotConverged {
        iterations: 1,
        residual: f64::INFINITY,
        worst: Equation::Market(CountryId::at(unknown.first().copied().unwrap_or(0)), sector),
    })?;
    let bought = volumes(market, terms, reactions, &price);
    let mut flows = Vec::with_capacity(terms.len());
    for (cell, terms) in terms.iter().enumerate() {
        let volume = 1.0 + bought[cell];
        if market.value[cell] > 0.0 && volume < 0.0 {
            let (importer, exporter) = (CountryId::at(cell / n), CountryId::at(cell % n));
            return Err(SolveError::NegativeTrade { importer, exporter, sector });
        }
        let value = market.value[cell] * (1.0 + price[cell % n]) * volume;
        flows.push(After { value, gross: value * (1.0 + terms.rate), made: value, volume });
    }
    Ok(Outcome {
        composite: (0..n).map(|importer| 1.0 + composite(market, terms, &price, importer)).collect(),
        price: price.iter().map(|price| 1.0 + price).collect(),
        flows,
        steps: 1,
        residual: 0.0,
    })
}

/// Their equation (6): ε_i p_i = Σ_n M_ni/Y_i · q_ni, solved for the prices p; `None` where it has no solution.
fn prices(market: &Market, terms: &[Terms], reactions: Reactions<'_>, unknown: &[usize]) -> Option<Vec<f64>> {
    let n = market.countries;
    let sigma = 1.0 + reactions.theta;
    let sold =
        |importer: usize, exporter: usize| market.value[importer * n + exporter] / market.output[exporter];
    let reach = sigma - reactions.demand;
    let at_old_prices = volumes(market, terms, reactions, &vec![0.0; n]);
    let entry = |row: usize, column: usize| {
        let (i, m) = (unknown[row], unknown[column]);
        let own = if i == m { reactions.supply[i] + sigma } else { 0.0 };
        own - reach * (0..n).map(|at| sold(at, i) * market.share[at * n + m]).sum::<f64>()
    };
    let matrix = DMatrix::from_fn(unknown.len(), unknown.len(), entry);
    let right = unknown.iter().map(|&i| (0..n).map(|at| sold(at, i) * at_old_prices[at * n + i]).sum());
    let right = DVector::from_iterator(unknown.len(), right);
    let solved = matrix.lu().solve(&right)?;
    let mut price = vec![0.0; n];
    unknown.iter().zip(solved.iter()).for_each(|(&exporter, found)| price[exporter] = *found);
    Some(price)
}

/// Their equations (3) to (5): q_ni = N_ii (p_i + t_ni) + Σ_m N_im (p_m + t_nm) with N_ii = −π_i η − (1 − π_i) σ and
/// N_im = π_m (σ − η).
fn volumes(market: &Market, terms: &[Terms], reactions: Reactions<'_>, price: &[f64]) -> Vec<f64> {
    let n = market.countries;
    let sigma = 1.0 + reactions.theta;
    let paid = |cell: usize| price[cell % n] + terms[cell].markup - 1.0;
    let mut volumes = Vec::with_capacity(terms.len());
    for importer in 0..n {
        let cells = importer * n..(importer + 1) * n;
        let mean: f64 = cells.clone().map(|cell| market.share[cell] * paid(cell)).sum();
        volumes.extend(cells.map(|cell| (sigma - reactions.demand) * mean - sigma * paid(cell)));
    }
    volumes
}

/// P = Σ_i π_ni [(1 + p_i)(1 + t_ni) − 1]: the change of the price of the product.
fn composite(market: &Market, terms: &[Terms], price: &[f64], importer: usize) -> f64 {
    let n = market.countries;
    (0..n)
        .map(|exporter| {
            let cell = importer * n + exporter;
            market.share[cell] * ((1.0 + price[exporter]) * terms[cell].markup - 1.0)
        })
        .sum()
}
