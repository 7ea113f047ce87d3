//! What tables of trade and tariffs add up to. Pairs are by (country, sector).

use crate::bilateral::Bilateral;
use crate::index::Position;

/// Tariff-inclusive expenditure E_nj = Σ_i x_nij(1+τ_nij), by pair.
pub fn expenditure(trade: &Bilateral, tariffs: &Bilateral) -> Vec<f64> {
    let shape = trade.shape();
    let mut expenditure = vec![0.0; shape.pairs()];
    for (cell, (value, rate)) in trade.values().iter().zip(tariffs.values()).enumerate() {
        let flow = shape.flow(cell);
        expenditure[flow.importer.index() * shape.sectors + flow.sector.index()] += value * (1.0 + rate);
    }
    expenditure
}

/// Output Y_ij = Σ_n x_nij, by pair.
pub fn outputs(trade: &Bilateral) -> Vec<f64> {
    let shape = trade.shape();
    let mut output = vec![0.0; shape.pairs()];
    for (cell, value) in trade.values().iter().enumerate() {
        let flow = shape.flow(cell);
        output[flow.exporter.index() * shape.sectors + flow.sector.index()] += value;
    }
    output
}

/// Imports less exports, by country.
pub fn balances(trade: &Bilateral) -> Vec<f64> {
    let shape = trade.shape();
    let mut balance = vec![0.0; shape.countries];
    for (cell, value) in trade.values().iter().enumerate() {
        let flow = shape.flow(cell);
        balance[flow.importer.index()] += value;
        balance[flow.exporter.index()] -= value;
    }
    balance
}
