//! The exact solution of a market in changes.
//!
//! Unknown is the logarithm z of each producer's price, p̂ = e^z; legend as in [`super::market`]. In logarithms demand
//! falls by at least η + (1 + θ − η)·0 and at most σ when a price rises, and rises with the prices of others by less: for
//! η ≤ σ and η + ε > 0 the Jacobian is strictly diagonally dominant, so that there is exactly one solution.

use multiversion::multiversion;

use crate::index::{CountryId, Position as _, SectorId};
use crate::model::equilibrium::{Equation, SolveError};
use crate::model::partial::market::{After, Market, Outcome, Reactions, Terms};
use crate::numerics::functions::{exp, ln};
use crate::numerics::newton::{self, Options, System};

/// Solves a market; `near` is a solution from which the search may start.
pub(super) fn solve(
    sector: SectorId,
    market: &Market,
    terms: &[Terms],
    reactions: Reactions<'_>,
    near: Option<&Outcome>,
) -> Result<Outcome, SolveError> {
    let equations = Equations::new(sector, market, terms, reactions)?;
    let log = |exporter: &usize| near.map_or(0.0, |near| ln(near.price[*exporter]));
    let start: Vec<f64> =
        equations.unknown.iter().map(log).map(|z| if z.is_finite() { z } else { 0.0 }).collect();
    let found = newton::solve(&equations, &start, Options::default()).map_err(|stopped| {
        let exporter = equations.unknown.get(stopped.worst).copied().unwrap_or(0);
        let worst = Equation::Market(CountryId::at(exporter), sector);
        SolveError::NotConverged { iterations: stopped.steps, residual: stopped.residual, worst }
    })?;
    Ok(equations.outcome(terms, &found))
}

/// Excess supply of every exporter whose price can move.
struct Equations<'a> {
    market: &'a Market,
    reactions: Reactions<'a>,
    /// B and H by (importer, exporter).
    bought: Vec<f64>,
    made: Vec<f64>,
    /// Those whose price is sought: they still sell, and do not supply any quantity at one price.
    unknown: Vec<usize>,
}

/// A market at some prices.
struct Point {
    /// p̂^(−θ) by exporter.
    power: Vec<f64>,
    /// S = Σ_i B p̂^(−θ) by importer.
    sum: Vec<f64>,
    /// D = E·P̂^(1−η+θ) by importer.
    scale: Vec<f64>,
    /// Σ_n H·D·p̂^(−θ) by exporter: what producers earn.
    revenue: Vec<f64>,
}

impl<'a> Equations<'a> {
    fn new(
        sector: SectorId,
        market: &'a Market,
        terms: &[Terms],
        reactions: Reactions<'a>,
    ) -> Result<Self, SolveError> {
        let n = market.countries;
        let weights = |of: fn(&Terms) -> f64| -> Vec<f64> {
            market.share.iter().zip(terms).map(|(share, terms)| share * of(terms)).collect()
        };
        let (bought, made) = (weights(|terms| terms.gross), weights(|terms| terms.made));
        for (importer, row) in bought.chunks_exact(n).enumerate() {
            if market.spending[importer] > 0.0 && row.iter().sum::<f64>() <= 0.0 {
                return Err(SolveError::NoSupplier { importer: CountryId::at(importer), sector });
            }
        }
        let sells = |&exporter: &usize| (0..n).any(|importer| made[importer * n + exporter] > 0.0);
        let unknown =
            (0..n).filter(sells).filter(|&exporter| reactions.supply[exporter].is_finite()).collect();
        Ok(Self { market, reactions, bought, made, unknown })
    }

    /// 1 − η + θ: how spending on a variety follows the price of the product.
    fn reach(&self) -> f64 {
        1.0 - self.reactions.demand + self.reactions.theta
    }

    fn point(&self, at: &[f64]) -> Point {
        let n = self.market.countries;
        let mut power = vec![1.0; n];
        for (&exporter, z) in self.unknown.iter().zip(at) {
            power[exporter] = exp(-self.reactions.theta * z);
        }
        let sum: Vec<f64> =
            self.bought.chunks_exact(n).map(|row| row.iter().zip(&power).map(|(b, e)| b * e).sum()).collect();
        let scale: Vec<f64> = sum
            .iter()
            .zip(&self.market.spending)
            .map(
                |(sum, spending)| {
                    if *spending > 0.0 { spending * exp(self.reach() * self.log_index(*sum)) } else { 0.0 }
                },
            )
            .collect();
        let mut revenue = vec![0.0; n];
        for (row, scale) in self.made.chunks_exact(n).zip(&scale) {
            revenue.iter_mut().zip(row).for_each(|(revenue, made)| *revenue += made * scale);
        }
        revenue.iter_mut().zip(&power).for_each(|(revenue, power)| *revenue *= power);
        Point { power, sum, scale, revenue }
    }

    /// ln P̂ = −ln(S)/θ.
    fn log_index(&self, sum: f64) -> f64 {
        -ln(sum) / self.reactions.theta
    }

    /// Everything that follows from the prices.
    fn outcome(&self, terms: &[Terms], found: &newton::Solution) -> Outcome {
        let (market, n) = (self.market, self.market.countries);
        let point = self.point(&found.at);
        let mut price = vec![1.0; n];
        for (&exporter, &z) in self.unknown.iter().zip(&found.at) {
            price[exporter] = exp(z);
        }
        for exporter in
            (0..n).filter(|&exporter| market.output[exporter] > 0.0 && point.revenue[exporter] <= 0.0)
        {
            price[exporter] = f64::NAN;
        }
        let flow = |(cell, terms): (usize, &Terms)| {
            let (importer, exporter) = (cell / n, cell % n);
            let scale = market.share[cell] * point.scale[importer] * point.power[exporter];
            let value = scale * terms.net;
            let border = price[exporter] * terms.tax * terms.cost;
            let traded = market.value[cell] > 0.0 && !terms.is_closed();
            let volume = if traded { value / border / market.value[cell] } else { 0.0 };
            After { value, gross: scale * terms.gross, made: scale * terms.made, volume }
        };
        let index =
            |(sum, spending): (&f64, &f64)| if *spending > 0.0 { exp(self.log_index(*sum)) } else { 1.0 };
        Outcome {
            composite: point.sum.iter().zip(&market.spending).map(index).collect(),
            flows: terms.iter().enumerate().map(flow).collect(),
            price,
            steps: found.steps,
            residual: found.residual,
        }
    }
}

/// Adds the outer product of two vectors to a matrix. Where nothing is sold nothing is added.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn add_outer(matrix: &mut [f64], rows: &[f64], columns: &[f64]) {
    for (row, weight) in matrix.chunks_exact_mut(columns.len()).zip(rows) {
        if *weight != 0.0 {
            row.iter_mut().zip(columns).for_each(|(slot, column)| *slot += weight * column);
        }
    }
}

impl System for Equations<'_> {
    /// ln(Σ_n H D p̂^(−θ)) − ln Y − (1 + ε) z: by how much demand exceeds supply.
    fn residuals(&self, at: &[f64]) -> Vec<f64> {
        let point = self.point(at);
        let excess = |(&exporter, z): (&usize, &f64)| {
            let supplied = ln(self.market.output[exporter]) + (1.0 + self.reactions.supply[exporter]) * z;
            ln(point.revenue[exporter]) - supplied
        };
        self.unknown.iter().zip(at).map(excess).collect()
    }

    /// (1 − η + θ) Σ_n s_in π′_nm − (1 + θ + ε) on the diagonal, s_in the part of i's sales that n buys.
    fn jacobian(&self, at: &[f64]) -> Vec<f64> {
        let (n, size) = (self.market.countries, at.len());
        let point = self.point(at);
        let mut jacobian = vec![0.0; size * size];
        for importer in (0..n).filter(|&importer| point.scale[importer] > 0.0) {
            let cells = |exporter: usize| importer * n + exporter;
            let share: Vec<f64> = self
                .unknown
                .iter()
                .map(|&m| self.bought[cells(m)] * point.power[m] / point.sum[importer])
                .collect();
            let weight = |&i: &usize| {
                let sales = self.made[cells(i)] * point.scale[importer] * point.power[i] / point.revenue[i];
                self.reach() * sales
            };
            let weights: Vec<f64> = self.unknown.iter().map(weight).collect();
            add_outer(&mut jacobian, &weights, &share);
        }
        for (at, &exporter) in self.unknown.iter().enumerate() {
            jacobian[at * size + at] -= 1.0 + self.reactions.theta + self.reactions.supply[exporter];
        }
        jacobian
    }
}
