//! How the whole world follows one country's wage: the linearised model, a country a column.
//!
//! With wages given, prices follow from costs (equations (10) and (11)) and spending from sales and incomes ((12) and
//! (13)); at the accounts' shares both are linear, and a few rounds over the international links, with the domestic ones
//! solved exactly, give them well enough for a preconditioner. Legend as in [`crate::model::sweep`].

mod feedback;

use multiversion::multiversion;
use nalgebra::DMatrix;
use rayon::prelude::*;

use crate::bilateral::Bilateral;
use crate::economy::accounts::Accounts;
use crate::model::entry::Entry;
use crate::model::equations::log_unit_costs;
use crate::model::preconditioner::single;
use crate::numerics::lanes::{add_product, lane, lane_mut, matrix_times, row_times, transposed_times};

pub(super) use feedback::feedback;

/// Derivatives with respect to ln w, at the accounts. A row is ln P of a pair, further down X of a pair in money, and
/// below that, where labour does not move freely, the relative wage of a pair, and where there are economies of scale ln N
/// of a pair.
#[derive(Clone, Debug)]
pub(super) struct Response {
    /// What follows the own wage, by row.
    own: Vec<f64>,
    /// What follows the wages of others, as a product: by (row, pattern) and by (pattern, country). A few patterns
    /// are enough, as the world moves together.
    rows: Vec<f32>,
    patterns: Vec<f32>,
    /// d ln(demand for labour ÷ wage bill) by (country, country), made invertible by the numeraire
    /// (Σ_n VA_n d ln w_n = 0).
    pub(super) labour: Vec<f64>,
    /// The part of its diagonal that is due to buyers who change suppliers, per unit of θ, by pair.
    pub(super) switching: Vec<f64>,
    /// Y by pair, for which no derivative is needed.
    pub(super) output: Vec<f64>,
    /// As [`Linearised::turning`].
    pub(super) turning: Vec<f64>,
}

/// Countries worked out side by side.
const COLUMNS: usize = 8;
/// Rounds over the international links.
const ROUNDS: usize = 2;
/// Rounds between relative wages or firms and what follows from them.
const LABOUR_ROUNDS: usize = 2;
const FIRM_ROUNDS: usize = 4;
/// Patterns of response that are kept.
const PATTERNS: usize = 32;

impl Response {
    /// The responses at the accounts' shares and some trade elasticities; `domestic` has the Leontief inverse of each
    /// country's domestic links.
    pub(super) fn new(
        accounts: &Accounts,
        theta: &[f64],
        domestic: &[f64],
        (friction, entry): (f64, Option<&Entry>),
    ) -> Self {
        let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
        let world = Linearised { entry, ..Linearised::new(accounts, theta, domestic, friction) };
        let parts: Vec<Column> =
            (0..n.div_ceil(COLUMNS)).into_par_iter().map(|part| world.follow_wages(part * COLUMNS)).collect();
        let gathered = |values: fn(&Column) -> &[f64]| -> Vec<f64> {
            let rows = values(&parts[0]).len() / COLUMNS;
            let at = |row: usize, n: usize| values(&parts[n / COLUMNS])[row * COLUMNS + n % COLUMNS];
            (0..rows * n).map(|slot| at(slot / n, slot % n)).collect()
        };
        let mut all = gathered(|column| &column.price);
        all.extend(gathered(|column| &column.spending));
        all.extend(gathered(|column| &column.relative));
        let firms = all.len() / n;
        all.extend(gathered(|column| &column.firms));
        let mut own = vec![0.0; all.len() / n];
        for (row, (others, own)) in all.chunks_exact_mut(n).zip(&mut own).enumerate() {
            *own = std::mem::take(&mut others[row / j % n]);
        }
        let mut weights: Vec<f64> = accounts.expenditure.iter().map(|spent| spent.sqrt()).collect();
        weights.extend_from_within(..);
        let (_, of_spending) = weights.split_at_mut(n * j);
        of_spending.iter_mut().filter(|weight| **weight > 0.0).for_each(|weight| *weight = 1.0 / *weight);
        let earned = |pair: usize| (accounts.value_added_share[pair] * world.output[pair]).sqrt();
        weights.extend((2 * n * j..firms).map(|row| earned(row % (n * j))));
        weights.extend(entry.iter().flat_map(|entry| &entry.scale.output).map(|output| output.sqrt()));
        let (rows, patterns) = factored(all, &weights, &accounts.value_added);
        let switching = gathered(|column| &column.switching);
        Self {
            own,
            rows: single(&rows),
            patterns: single(&patterns),
            labour: gathered(|column| &column.labour),
            switching: (0..n * j).map(|pair| switching[pair * n + pair / j]).collect(),
            output: world.output,
            turning: world.turning,
        }
    }

    /// Adds to the steps of prices and spending, by (row, lane), what follows from steps of wages.
    pub(super) fn follow<const K: usize>(&self, wages: &[f64], sectors: usize, steps: &mut [f64]) {
        let countries = wages.len() / K;
        let mut moved = vec![0.0; self.patterns.len() / countries * K];
        matrix_times::<K, _>(&self.patterns, &single(wages), &mut moved);
        add_product::<K, _>(&self.rows, &moved, steps);
        let of_country = self.own.chunks_exact(sectors).zip(steps.chunks_exact_mut(sectors * K));
        for (country, (own, steps)) in of_country.enumerate() {
            own_wage::<K>(own, lane::<K>(wages, country % countries), steps);
        }
    }
}

/// Adds what follows a country's own wage.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn own_wage<const K: usize>(own: &[f64], wage: &[f64; K], steps: &mut [f64]) {
    for (own, step) in own.iter().zip(steps.as_chunks_mut::<K>().0) {
        for l in 0..K {
            step[l] += own * wage[l];
        }
    }
}

/// A table by (row, country) as the product of a table by (row, pattern) and one by (pattern, country), nearly: its
/// rows are projected onto the patterns that the wages of the largest economies cause, after one power iteration
/// (Halko, Martinsson & Tropp 2011, Finding structure with randomness, SIAM Review 53(2), algorithm 4.3), in the norm
/// of the rows' weights.
fn factored(table: Vec<f64>, weights: &[f64], sizes: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = sizes.len();
    let whole = |table: Vec<f64>| (table, DMatrix::<f64>::identity(n, n).as_slice().to_vec());
    if n <= PATTERNS {
        return whole(table);
    }
    // Stored by column, the transposed table is the table row after row.
    let mut weighted = DMatrix::from_column_slice(n, weights.len(), &table);
    weighted.column_iter_mut().zip(weights).for_each(|(mut row, weight)| row *= *weight);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| sizes[*b].total_cmp(&sizes[*a]));
    let largest = DMatrix::from_fn(n, PATTERNS, |row, at| f64::from(u8::from(row == order[at])));
    let caused = |countries: &DMatrix<f64>| countries.tr_mul(&weighted);
    let first = caused(&largest);
    let mut rows = caused(&(&weighted * first.transpose()));
    let countries = &rows * weighted.transpose();
    let Some(factor) = (&rows * rows.transpose()).cholesky() else { return whole(table) };
    let patterns = factor.solve(&countries);
    for (mut row, weight) in rows.column_iter_mut().zip(weights) {
        row *= if *weight > 0.0 { 1.0 / weight } else { 0.0 };
    }
    (rows.as_slice().to_vec(), patterns.transpose().as_slice().to_vec())
}

/// What follows the wages of some countries, by (pair or country, lane).
struct Column {
    price: Vec<f64>,
    spending: Vec<f64>,
    /// ln(ŵ_nj/ŵ_n); empty where labour is mobile.
    relative: Vec<f64>,
    /// ln N; empty where there are no economies of scale.
    firms: Vec<f64>,
    labour: Vec<f64>,
    /// The demand for labour of a pair that buyers who change suppliers cause, relative to the wage bill and per unit
    /// of θ.
    switching: Vec<f64>,
}

/// The model linearised at the accounts.
struct Linearised<'a> {
    accounts: &'a Accounts,
    theta: &'a [f64],
    domestic: &'a [f64],
    /// Flows before tariff.
    values: Bilateral,
    /// Y by pair.
    output: Vec<f64>,
    /// Share of a pair's spending that is tariff revenue.
    revenue_share: Vec<f64>,
    /// 1/κ, 0 where labour is mobile.
    friction: f64,
    entry: Option<&'a Entry>,
    /// Rounds over the international links.
    rounds: usize,
    /// The part of a pair's sales that is lost per unit of θ·d ln c, 1 − Σ_n (M_ni/Y_i) π_ni: a buyer who has no other
    /// supplier does not turn away. Empty where labour is mobile.
    turning: Vec<f64>,
}

impl<'a> Linearised<'a> {
    fn new(accounts: &'a Accounts, theta: &'a [f64], domestic: &'a [f64], friction: f64) -> Self {
        let j = accounts.shape.sectors;
        let values = accounts.flow_values();
        let mut output = vec![0.0; accounts.shape.pairs()];
        let mut revenue_share = vec![0.0; accounts.shape.pairs()];
        for sector in 0..j {
            for importer in 0..accounts.shape.countries {
                let row = values.row(sector, importer);
                row.iter().enumerate().for_each(|(exporter, value)| output[exporter * j + sector] += value);
                let spent = accounts.expenditure[importer * j + sector];
                if spent > 0.0 {
                    revenue_share[importer * j + sector] = 1.0 - row.iter().sum::<f64>() / spent;
                }
            }
        }
        let turning = if friction > 0.0 { turning(accounts, &values, &output) } else { Vec::new() };
        Self {
            accounts,
            theta,
            domestic,
            values,
            output,
            revenue_share,
            friction,
            entry: None,
            rounds: ROUNDS,
            turning,
        }
    }

    /// What follows when the wages of some countries rise, each in a lane of its own.
    fn follow_wages(&self, first: usize) -> Column {
        let n = self.accounts.shape.countries;
        let mut wages = vec![0.0; n * COLUMNS];
        for (l, country) in (first..n.min(first + COLUMNS)).enumerate() {
            wages[country * COLUMNS + l] = 1.0;
        }
        let (mut relative, mut firms) = (Vec::new(), Vec::new());
        let (mut price, mut cost) = self.prices([&wages, &relative, &firms]);
        let (mut spending, mut output) = self.spending(&wages, &price, [&cost, &firms]);
        let rounds = match (self.friction > 0.0, self.entry) {
            (_, Some(_)) => FIRM_ROUNDS,
            (true, None) => LABOUR_ROUNDS,
            (false, None) => 0,
        };
        for _ in 0..rounds {
            if self.friction > 0.0 {
                relative.resize(price.len(), 0.0);
                self.relative_wages(&output, &mut relative);
            }
            if let Some(entry) = self.entry {
                firms.resize(price.len(), 0.0);
                self.enter(entry, [&output, &cost], &mut firms);
            }
            (price, cost) = self.prices([&wages, &relative, &firms]);
            (spending, output) = self.spending(&wages, &price, [&cost, &firms]);
        }
        let switching = self.switching(&price, &cost);
        Column { labour: self.labour(&wages, &output), switching, price, spending, relative, firms }
    }

    /// Moves relative wages towards d ln(γ_nj Y_nj / Σ_k γ_nk Y_nk)/κ, as far as buyers let them.
    fn relative_wages(&self, output: &[f64], relative: &mut [f64]) {
        let j = self.accounts.shape.sectors;
        let Accounts { value_added, value_added_share, .. } = self.accounts;
        let average: Vec<[f64; COLUMNS]> = value_added_share
            .chunks_exact(j)
            .zip(output.chunks_exact(j * COLUMNS))
            .zip(value_added)
            .map(|((shares, output), bill)| row_times::<COLUMNS, _>(shares, output).map(|sum| sum / bill))
            .collect();
        for (pair, relative) in relative.as_chunks_mut::<COLUMNS>().0.iter_mut().enumerate() {
            if self.output[pair] <= 0.0 {
                continue;
            }
            let (average, output) = (&average[pair / j], lane::<COLUMNS>(output, pair));
            let gone = self.theta[pair % j] * self.turning[pair] * value_added_share[pair];
            for l in 0..COLUMNS {
                let earned = self.friction * (output[l] / self.output[pair] - average[l]);
                relative[l] += (earned - relative[l]) / (1.0 + self.friction * gone);
            }
        }
    }

    /// Moves firms towards d ln Y − d ln c, as they share their markets.
    fn enter(&self, entry: &Entry, [output, cost]: [&[f64]; 2], firms: &mut [f64]) {
        let (n, j) = (self.accounts.shape.countries, self.accounts.shape.sectors);
        let (mut wanted, mut moved) = (vec![0.0; n * COLUMNS], vec![0.0; n * COLUMNS]);
        for sector in 0..j {
            let Some(inverse) = entry.of(sector) else { continue };
            for (country, wanted) in wanted.as_chunks_mut::<COLUMNS>().0.iter_mut().enumerate() {
                let pair = country * j + sector;
                let cost = lane::<COLUMNS>(cost, sector * n + country);
                let (output, firms) = (lane::<COLUMNS>(output, pair), lane::<COLUMNS>(firms, pair));
                let made = self.output[pair];
                *wanted =
                    std::array::from_fn(
                        |l| {
                            if made > 0.0 { output[l] / made - cost[l] - firms[l] } else { 0.0 }
                        },
                    );
            }
            matrix_times::<COLUMNS, _>(inverse, &wanted, &mut moved);
            for (country, moved) in moved.as_chunks::<COLUMNS>().0.iter().enumerate() {
                let firms = lane_mut::<COLUMNS>(firms, country * j + sector);
                (0..COLUMNS).for_each(|l| firms[l] += moved[l]);
            }
        }
    }

    /// What economies of scale add to costs as buyers see them, by (sector, country): (θ + ϑ)/θ·d ln c − δ/θ·d ln N in
    /// place of d ln c.
    fn scale_up(&self, firms: &[f64], cost: &mut [f64]) {
        let Some(entry) = self.entry else { return };
        let (n, j) = (self.accounts.shape.countries, self.accounts.shape.sectors);
        for (pair, firms) in firms.as_chunks::<COLUMNS>().0.iter().enumerate() {
            let (sector, theta) = (pair % j, self.theta[pair % j]);
            let (strength, selection) = (entry.scale.strength[sector], entry.scale.selection[sector]);
            let cost = lane_mut::<COLUMNS>(cost, sector * n + pair / j);
            (0..COLUMNS).for_each(|l| cost[l] += (selection * cost[l] - strength * firms[l]) / theta);
        }
    }

    fn switching(&self, price: &[f64], cost: &[f64]) -> Vec<f64> {
        let Accounts { shape, value_added, value_added_share, .. } = self.accounts;
        let mut switching = vec![0.0; price.len()];
        self.sales(price, &[cost, &[]], &vec![0.0; price.len()], &mut switching);
        for (pair, values) in switching.as_chunks_mut::<COLUMNS>().0.iter_mut().enumerate() {
            let (country, sector) = (pair / shape.sectors, pair % shape.sectors);
            let weight = value_added_share[pair] / value_added[country] / self.theta[sector];
            values.iter_mut().for_each(|value| *value *= weight);
        }
        switching
    }

    /// d ln P by pair and d ln c by (sector, country), from wages, relative wages and firms.
    fn prices(&self, [wages, relative, firms]: [&[f64]; 3]) -> (Vec<f64>, Vec<f64>) {
        let (n, j) = (self.accounts.shape.countries, self.accounts.shape.sectors);
        let mut price = vec![0.0; n * j * COLUMNS];
        let mut cost = price.clone();
        let mut residual = price.clone();
        let (mut sums, mut step) = (vec![0.0; n * COLUMNS], vec![0.0; j * COLUMNS]);
        for _ in 0..self.rounds {
            log_unit_costs::<COLUMNS>(self.accounts, [wages, relative], &price, &mut cost);
            self.scale_up(firms, &mut cost);
            for (sector, costs) in cost.chunks_exact(n * COLUMNS).enumerate() {
                matrix_times::<COLUMNS, _>(self.accounts.share.matrix(sector), costs, &mut sums);
                for (importer, sum) in sums.as_chunks::<COLUMNS>().0.iter().enumerate() {
                    let pair = importer * j + sector;
                    let price = lane::<COLUMNS>(&price, pair);
                    let residual = lane_mut::<COLUMNS>(&mut residual, pair);
                    *residual = std::array::from_fn(|l| sum[l] - price[l]);
                }
            }
            for country in 0..n {
                let pairs = country * j * COLUMNS..(country + 1) * j * COLUMNS;
                matrix_times::<COLUMNS, _>(self.domestic(country), &residual[pairs.clone()], &mut step);
                price[pairs].iter_mut().zip(&step).for_each(|(price, step)| *price += step);
            }
        }
        log_unit_costs::<COLUMNS>(self.accounts, [wages, relative], &price, &mut cost);
        (price, cost)
    }

    /// dX in money and dY, both by pair.
    fn spending(&self, wages: &[f64], price: &[f64], seller: [&[f64]; 2]) -> (Vec<f64>, Vec<f64>) {
        let (n, j) = (self.accounts.shape.countries, self.accounts.shape.sectors);
        let mut spending = vec![0.0; n * j * COLUMNS];
        let mut output = spending.clone();
        let (mut residual, mut step) = (vec![0.0; j * COLUMNS], vec![0.0; j * COLUMNS]);
        for _ in 0..self.rounds {
            self.sales(price, &seller, &spending, &mut output);
            for country in 0..n {
                let pairs = country * j..(country + 1) * j;
                let lanes = pairs.start * COLUMNS..pairs.end * COLUMNS;
                let inputs = &self.accounts.input_share[pairs.start * j..pairs.end * j];
                matrix_times::<COLUMNS, _>(inputs, &output[lanes.clone()], &mut residual);
                let bill =
                    lane::<COLUMNS>(wages, country).map(|wage| wage * self.accounts.value_added[country]);
                let revenue =
                    row_times::<COLUMNS, _>(&self.revenue_share[pairs.clone()], &spending[lanes.clone()]);
                for (sector, pair) in pairs.enumerate() {
                    let share = self.accounts.final_share[pair];
                    let spent = lane::<COLUMNS>(&spending, pair);
                    let residual = lane_mut::<COLUMNS>(&mut residual, sector);
                    for l in 0..COLUMNS {
                        residual[l] += share * (bill[l] + revenue[l]) - spent[l];
                    }
                }
                transposed_times::<COLUMNS, _>(self.domestic(country), &residual, &mut step);
                spending[lanes].iter_mut().zip(&step).for_each(|(spending, step)| *spending += step);
            }
        }
        self.sales(price, &seller, &spending, &mut output);
        (spending, output)
    }

    /// dY_i = Σ_n M_ni (d ln X_n + θ d ln P_n) − θ Y_i d ln c_i for every sector, from prices, what sellers have (costs, and
    /// firms, with which costs are as buyers see them) and spending.
    fn sales(&self, price: &[f64], [cost, firms]: &[&[f64]; 2], spending: &[f64], output: &mut [f64]) {
        let mut cost = cost.to_vec();
        self.scale_up(firms, &mut cost);
        let (n, j) = (self.accounts.shape.countries, self.accounts.shape.sectors);
        let (mut bought, mut sold) = (vec![0.0; n * COLUMNS], vec![0.0; n * COLUMNS]);
        for sector in 0..j {
            let theta = self.theta[sector];
            for (importer, bought) in bought.as_chunks_mut::<COLUMNS>().0.iter_mut().enumerate() {
                let pair = importer * j + sector;
                let (price, spending) = (lane::<COLUMNS>(price, pair), lane::<COLUMNS>(spending, pair));
                let spent = self.accounts.expenditure[pair];
                let scale = if spent > 0.0 { 1.0 / spent } else { 0.0 };
                *bought = std::array::from_fn(|l| scale * spending[l] + theta * price[l]);
            }
            transposed_times::<COLUMNS, _>(self.values.matrix(sector), &bought, &mut sold);
            for (exporter, sold) in sold.as_chunks::<COLUMNS>().0.iter().enumerate() {
                let pair = exporter * j + sector;
                let cost = lane::<COLUMNS>(&cost, sector * n + exporter);
                let fall = theta * self.output[pair];
                *lane_mut::<COLUMNS>(output, pair) = std::array::from_fn(|l| sold[l] - fall * cost[l]);
            }
        }
    }

    /// d ln(demand for labour ÷ wage bill) by country.
    fn labour(&self, wages: &[f64], output: &[f64]) -> Vec<f64> {
        let j = self.accounts.shape.sectors;
        let value_added = &self.accounts.value_added;
        let numeraire = row_times::<COLUMNS, _>(value_added, wages);
        let world = self.accounts.world_value_added();
        let mut labour = Vec::with_capacity(wages.len());
        for (country, wage) in wages.as_chunks::<COLUMNS>().0.iter().enumerate() {
            let shares = &self.accounts.value_added_share[country * j..(country + 1) * j];
            let demanded =
                row_times::<COLUMNS, _>(shares, &output[country * j * COLUMNS..(country + 1) * j * COLUMNS]);
            labour.extend(
                (0..COLUMNS).map(|l| demanded[l] / value_added[country] - wage[l] - numeraire[l] / world),
            );
        }
        labour
    }

    fn domestic(&self, country: usize) -> &[f64] {
        let size = self.accounts.shape.sectors * self.accounts.shape.sectors;
        &self.domestic[country * size..(country + 1) * size]
    }
}

/// [`Linearised::turning`], from flows before tariff and outputs.
fn turning(accounts: &Accounts, values: &Bilateral, output: &[f64]) -> Vec<f64> {
    let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
    let mut captive = vec![0.0; n * j];
    for sector in 0..j {
        for importer in 0..n {
            let shares = accounts.share.row(sector, importer).iter().zip(values.row(sector, importer));
            for (exporter, (share, value)) in shares.enumerate() {
                captive[exporter * j + sector] += share * value;
            }
        }
    }
    let turns = |(captive, output): (&f64, &f64)| if *output > 0.0 { 1.0 - captive / output } else { 0.0 };
    captive.iter().zip(output).map(turns).collect()
}
