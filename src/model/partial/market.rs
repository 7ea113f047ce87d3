//! One market: what is observed, the terms that a policy sets, and what comes of it.
//!
//! Legend: n importer, i exporter, M value before tariff, π share in tariff-inclusive spending E, Y output, τ tariff, x
//! export tax, d̂ trade cost, θ = σ − 1, w weight of a part of a flow, κ̂ = (1 + τ′)/(1 + τ)·(1 + x)·d̂, p̂ producer price.

use crate::bilateral::Shape;
use crate::economy::policy::{ExemptMode, FlowChange, mean_rate};
use crate::index::Position as _;
use crate::numerics::functions::{exp, ln};
use crate::units::{AdValorem, CostFactor};

/// A market as it is observed, in the money of its dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
    /// How many countries.
    pub countries: usize,
    /// M by (importer, exporter).
    pub value: Vec<f64>,
    /// 1 + τ by (importer, exporter).
    pub factor: Vec<f64>,
    /// π by (importer, exporter); zero where nothing is bought.
    pub share: Vec<f64>,
    /// E by importer.
    pub spending: Vec<f64>,
    /// Y by exporter.
    pub output: Vec<f64>,
}

/// How a market reacts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reactions<'a> {
    /// θ = σ − 1.
    pub theta: f64,
    /// η.
    pub demand: f64,
    /// ε by exporter.
    pub supply: &'a [f64],
}

impl Market {
    /// A market from its trade and tariffs by (importer, exporter).
    pub fn observed(shape: Shape, value: &[f64], tariff: &[f64]) -> Self {
        let factor: Vec<f64> = tariff.iter().map(|rate| 1.0 + rate).collect();
        let gross: Vec<f64> = value.iter().zip(&factor).map(|(value, factor)| value * factor).collect();
        let spending: Vec<f64> = gross.chunks_exact(shape.countries).map(|row| row.iter().sum()).collect();
        let share = |(cell, gross): (usize, &f64)| {
            let spending = spending[cell / shape.countries];
            if spending > 0.0 { gross / spending } else { 0.0 }
        };
        let share = gross.iter().enumerate().map(share).collect();
        Self {
            countries: shape.countries,
            output: sold(shape.countries, value),
            value: value.to_vec(),
            factor,
            share,
            spending,
        }
    }

    /// The same spending, with other shares of the suppliers.
    pub(super) fn with_shares(&self, share: &[f64]) -> Self {
        let n = self.countries;
        let value: Vec<f64> = share
            .iter()
            .enumerate()
            .map(|(cell, share)| share * self.spending[cell / n] / self.factor[cell])
            .collect();
        Self { output: sold(n, &value), value, share: share.to_vec(), ..self.clone() }
    }

    /// Whether a change does anything to a flow that exists.
    pub(super) fn is_changed_by(&self, change: &FlowChange) -> bool {
        let cell = change.flow.importer.index() * self.countries + change.flow.exporter.index();
        let same_rate = change.rate.factor().to_bits() == self.factor[cell].to_bits();
        let nothing = same_rate
            && change.exempt.is_empty()
            && change.cost == CostFactor::UNCHANGED
            && change.export_tax == AdValorem::FREE;
        self.value[cell] > 0.0 && !nothing
    }
}

/// Σ_n M_ni by exporter.
fn sold(countries: usize, value: &[f64]) -> Vec<f64> {
    let mut output = vec![0.0; countries];
    for row in value.chunks_exact(countries) {
        output.iter_mut().zip(row).for_each(|(output, value)| *output += value);
    }
    output
}

/// What a policy makes of a flow while its producer's price stays, relative to observed policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// B/π = Σ w κ̂^(−θ): what buyers spend on it.
    pub gross: f64,
    /// F/π = Σ w κ̂^(−θ)/(1 + τ′): its value before tariff.
    pub net: f64,
    /// H/π = F/π/(1 + x): what producers have of it.
    pub made: f64,
    /// 1 + x.
    pub tax: f64,
    /// d̂.
    pub cost: f64,
    /// κ̂, over parts at their observed weights.
    pub markup: f64,
    /// τ′, over parts at their observed weights.
    pub rate: f64,
    /// Whether policy changes it.
    pub is_changed: bool,
}

impl Terms {
    /// Nothing changes.
    pub(super) fn observed(factor: f64) -> Self {
        let net = 1.0 / factor;
        Self {
            gross: 1.0,
            net,
            made: net,
            tax: 1.0,
            cost: 1.0,
            markup: 1.0,
            rate: factor - 1.0,
            is_changed: false,
        }
    }

    /// Under a change, for given exempt shares.
    pub(super) fn changed(
        change: &FlowChange,
        factor: f64,
        theta: f64,
        exempt_shares: &[f64],
        mode: ExemptMode,
    ) -> Self {
        let (tax, cost) = (change.export_tax.factor(), change.cost.factor());
        let parts = change.parts(exempt_shares, mode);
        let (mut gross, mut net, mut markup) = (0.0, 0.0, 0.0);
        for part in &parts {
            let kappa = part.rate.factor() / factor * tax * cost;
            let bought = if kappa.is_finite() { part.weight * exp(-theta * ln(kappa)) } else { 0.0 };
            gross += bought;
            net += bought / part.rate.factor();
            markup += part.weight * kappa;
        }
        let rate = mean_rate(&parts).fraction();
        Self { gross, net, made: net / tax, tax, cost, markup, rate, is_changed: true }
    }

    /// Whether nothing is traded at any price.
    pub fn is_closed(&self) -> bool {
        self.cost.is_infinite()
    }
}

/// One flow afterwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct After {
    /// M′.
    pub value: f64,
    /// What buyers pay.
    pub gross: f64,
    /// What producers have.
    pub made: f64,
    /// q̂.
    pub volume: f64,
}

/// What comes of a policy in a market.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// p̂ by exporter; one where nothing is made, and not a number where nobody buys any more.
    pub price: Vec<f64>,
    /// P̂ by importer: the price of the product over all origins.
    pub composite: Vec<f64>,
    /// By (importer, exporter).
    pub flows: Vec<After>,
    /// Steps of the solver.
    pub steps: usize,
    /// The largest relative excess supply of any exporter.
    pub residual: f64,
}

impl Outcome {
    /// Of a market that nothing changes.
    pub(super) fn unchanged(market: &Market) -> Self {
        let flow = |(value, factor): (&f64, &f64)| After {
            value: *value,
            gross: value * factor,
            made: *value,
            volume: 1.0,
        };
        Self {
            price: vec![1.0; market.countries],
            composite: vec![1.0; market.countries],
            flows: market.value.iter().zip(&market.factor).map(flow).collect(),
            steps: 0,
            residual: 0.0,
        }
    }
}
