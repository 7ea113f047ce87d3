//! What one importer buys from everyone in one sector, at unchanged rates and trade costs: the inner loop of all
//! reported sums.

use multiversion::multiversion;

use crate::numerics::lanes::STRIPES;

/// One row of flows; the flow from home is zero in `net`.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    /// Share weights before tariff.
    pub(super) net: &'a [f64],
    /// Rates.
    pub(super) rates: &'a [f64],
    /// ĉ^(−θ) of the exporters, before and after.
    pub(super) powers: [&'a [f64]; 2],
    /// Spending of the importer per unit of share weight, before and after.
    pub(super) buys: [f64; 2],
    /// ĉ of the exporters between baseline and counterfactual.
    pub(super) cost_hats: &'a [f64],
    /// 1/ĉ.
    pub(super) inverse_hats: &'a [f64],
}

/// Sums over a row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct RowSums {
    /// M before and after.
    pub(super) imports: [f64; 2],
    /// τM before and after.
    pub(super) revenue: [f64; 2],
    /// M_b·q̂.
    pub(super) volume: f64,
    /// M_b·p̂.
    pub(super) prices: f64,
    /// τ(M − M_b·p̂).
    pub(super) taxed_volume: f64,
}

/// Columns to which a row adds, one value an exporter: M before and after, and M_b·q̂.
pub(super) struct Columns<'a> {
    pub(super) value: [&'a mut [f64]; 2],
    pub(super) volume: &'a mut [f64],
}

/// The terms of one flow, in the order of [`RowSums`].
#[inline(always)]
fn terms(row: &Row<'_>, i: usize) -> [f64; 7] {
    let rate = row.rates[i];
    let (old, new) =
        (row.net[i] * row.powers[0][i] * row.buys[0], row.net[i] * row.powers[1][i] * row.buys[1]);
    let (volume, at_new_price) = (new * row.inverse_hats[i], old * row.cost_hats[i]);
    [old, new, rate * old, rate * new, volume, at_new_price, rate * (new - at_new_price)]
}

/// Adds a row to the columns of its exporters, and gives its sums.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub(super) fn add_row(row: Row<'_>, exports: &mut Columns<'_>) -> RowSums {
    let n = row.net.len();
    let row = Row {
        net: &row.net[..n],
        rates: &row.rates[..n],
        powers: [&row.powers[0][..n], &row.powers[1][..n]],
        cost_hats: &row.cost_hats[..n],
        inverse_hats: &row.inverse_hats[..n],
        ..row
    };
    let [old_exports, new_exports] = &mut exports.value;
    let (old_exports, new_exports) = (&mut old_exports[..n], &mut new_exports[..n]);
    let volumes = &mut exports.volume[..n];
    let mut partial = [[0.0; STRIPES]; 7];
    let whole = n / STRIPES * STRIPES;
    for start in (0..whole).step_by(STRIPES) {
        for s in 0..STRIPES {
            let found = terms(&row, start + s);
            old_exports[start + s] += found[0];
            new_exports[start + s] += found[1];
            volumes[start + s] += found[4];
            for t in 0..7 {
                partial[t][s] += found[t];
            }
        }
    }
    for i in whole..n {
        let found = terms(&row, i);
        old_exports[i] += found[0];
        new_exports[i] += found[1];
        volumes[i] += found[4];
        for t in 0..7 {
            partial[t][i - whole] += found[t];
        }
    }
    let mut sums = [0.0; 7];
    for (sum, p) in sums.iter_mut().zip(&partial) {
        *sum = (p[0] + p[1]) + (p[2] + p[3]);
    }
    let [old, new, old_revenue, new_revenue, volume, prices, taxed_volume] = sums;
    RowSums { imports: [old, new], revenue: [old_revenue, new_revenue], volume, prices, taxed_volume }
}

/// Adds a row to the goods that an importer buys from each exporter: values before and after, with tariff, and
/// volumes.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub(super) fn add_goods(row: Row<'_>, value: [&mut [f64]; 2], gross: [&mut [f64]; 2], volume: &mut [f64]) {
    let n = row.net.len();
    let (net, rates, inverse) = (&row.net[..n], &row.rates[..n], &row.inverse_hats[..n]);
    let (before, after) = (&row.powers[0][..n], &row.powers[1][..n]);
    let ([old_value, new_value], [old_gross, new_gross]) = (value, gross);
    let (old_value, new_value) = (&mut old_value[..n], &mut new_value[..n]);
    let (old_gross, new_gross, volume) = (&mut old_gross[..n], &mut new_gross[..n], &mut volume[..n]);
    for i in 0..n {
        let (old, new) = (net[i] * before[i] * row.buys[0], net[i] * after[i] * row.buys[1]);
        old_value[i] += old;
        new_value[i] += new;
        old_gross[i] += old + rates[i] * old;
        new_gross[i] += new + rates[i] * new;
        volume[i] += new * inverse[i];
    }
}
