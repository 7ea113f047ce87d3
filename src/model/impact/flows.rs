//! Variables by (flow row, variable).

use std::array::from_fn;
use std::ops::Range;

use multiversion::multiversion;

use crate::bilateral::Flow;
use crate::index::Position as _;
use crate::model::impact::goods::{ABREAST, Goods, GoodsSums};
use crate::model::impact::touched::FlowLevels;
use crate::model::impact::untouched::Abroad;
use crate::model::impact::{FlowRow, View, hand_out, percent};
use crate::model::levels::Levels;
use crate::model::shares::ChangedCell;
use crate::model::variable::FlowVariable;
use crate::model::world::World;
use crate::numerics::lanes::lane;

/// The rows that are asked for, and where each finds its flows.
pub(super) struct Rows {
    rows: Vec<(FlowRow, Source)>,
    /// Changed flows of goods by pair, if all goods of any pair are asked for.
    changed: Vec<usize>,
}

/// Where the levels of a row are from.
#[derive(Clone, Debug)]
enum Source {
    /// A flow that policy leaves alone: where its importer and exporter stand by (sector, country), and F.
    Untouched { buyer: usize, seller: usize, net: f64 },
    /// A flow that policy changes, by its position in the world.
    Changed(usize),
    /// All goods of a pair: its position among these rows, and its part of the changed flows.
    Goods { at: usize, changed: Range<usize> },
}

/// Change of the rate, and the ratios of value, volume, border price and buyer price, of one lane.
struct Ratios {
    rate: f64,
    value: f64,
    volume: f64,
    border: f64,
    buyer: f64,
}

/// The variables of a row by (variable, lane).
type Values<const K: usize> = [[f64; K]; FlowVariable::GENERAL.len()];

impl Rows {
    pub(super) fn new(world: &World<'_>, rows: &[FlowRow]) -> Self {
        let has_goods = rows.iter().any(|row| row.sector.is_none());
        let changed = if has_goods { changed_goods(world) } else { Vec::new() };
        let pair = |at: &usize| (world.shares.changed[*at].importer, world.shares.changed[*at].exporter);
        let mut positions = 0..;
        let mut source = |row: &FlowRow| {
            if let Some(sector) = row.sector {
                return Source::flow(world, Flow { sector, importer: row.importer, exporter: row.exporter });
            }
            let wanted = (row.importer.index(), row.exporter.index());
            let first = changed.partition_point(|at| pair(at) < wanted);
            let count = changed[first..].iter().take_while(|at| pair(at) == wanted).count();
            Source::Goods { at: positions.next().unwrap_or_default(), changed: first..first + count }
        };
        Self { rows: rows.iter().map(|row| (*row, source(row))).collect(), changed }
    }

    /// The sums of all goods of the pairs of which they are asked for.
    pub(super) fn goods<const K: usize>(
        &self,
        abroad: &Abroad<'_>,
        levels: &Levels<K>,
        volume_power: &[f64],
    ) -> Vec<GoodsSums<K>> {
        let rows: Vec<&FlowRow> =
            self.rows.iter().map(|(row, _)| row).filter(|row| row.sector.is_none()).collect();
        if rows.is_empty() {
            return Vec::new();
        }
        let goods = Goods::new(abroad, levels, volume_power);
        let mut sums = Vec::with_capacity(rows.len());
        for rows in rows.chunk_by(|a, b| a.importer == b.importer).flat_map(|rows| rows.chunks(ABREAST)) {
            // Where there are too few exporters the last one is repeated.
            let exporters = from_fn(|t| rows[t.min(rows.len() - 1)].exporter.index());
            let found = goods.of_pairs(rows[0].importer.index(), exporters);
            sums.extend_from_slice(&found[..rows.len()]);
        }
        sums
    }
}

/// Foreign flows of goods that policy changes, by pair.
fn changed_goods(world: &World<'_>) -> Vec<usize> {
    let cells = &world.shares.changed;
    let is_good = |cell: &ChangedCell| world.accounts.goods[cell.change.flow.sector.index()];
    let is_foreign = |cell: &ChangedCell| cell.importer != cell.exporter;
    let mut changed: Vec<usize> =
        (0..cells.len()).filter(|&at| is_foreign(&cells[at]) && is_good(&cells[at])).collect();
    changed.sort_by_key(|&at| (cells[at].importer, cells[at].exporter));
    changed
}

impl Source {
    fn flow(world: &World<'_>, flow: Flow) -> Self {
        let (importer, exporter, sector) =
            (flow.importer.index(), flow.exporter.index(), flow.sector.index());
        let (first, cells) = world.shares.changed_in(sector);
        match cells.binary_search_by_key(&(importer, exporter), |cell| (cell.importer, cell.exporter)) {
            Ok(at) => Self::Changed(first + at),
            Err(_) => {
                let start = sector * world.accounts.shape.countries;
                let net = world.shares.net.get(flow);
                Self::Untouched { buyer: start + importer, seller: start + exporter, net }
            }
        }
    }
}

impl<const K: usize> View<'_, K> {
    /// All variables of all rows, from the consumer prices of countries, by lane.
    pub(super) fn flows(&self, prices: &[[f64; K]]) -> [Vec<f64>; K] {
        let rows = &self.measure.rows.rows;
        let goods = self.measure.rows.goods(&self.measure.abroad, &self.after.levels, &self.volume_power);
        let mut all = from_fn(|_| vec![0.0; rows.len() * FlowVariable::GENERAL.len()]);
        for (position, (row, source)) in rows.iter().enumerate() {
            let price = &prices[row.importer.index()];
            let values = match source {
                Source::Untouched { buyer, seller, net } => {
                    let scales = self.scales(*buyer, *seller);
                    untouched_values(scales, *net, lane::<K>(&self.cost_hat, *seller), price)
                }
                Source::Changed(at) => changed_values(&self.changed(*at), price),
                Source::Goods { at, changed } => {
                    self.goods_values(&self.before.goods[*at], &goods[*at], changed.clone(), price)
                }
            };
            hand_out(&values, position, &mut all);
        }
        all
    }

    fn goods_values(
        &self,
        before: &GoodsSums<K>,
        after: &GoodsSums<K>,
        changed: Range<usize>,
        price: &[f64; K],
    ) -> Values<K> {
        if changed.is_empty() {
            return goods_values(before, after, &[0.0; K], price);
        }
        let (mut before, mut after) = (*before, *after);
        let mut rate_change = [0.0; K];
        for &at in &self.measure.rows.changed[changed] {
            let levels = self.changed(at);
            for l in 0..K {
                before[0][l] += levels.values[0][l];
                before[1][l] += levels.gross[0][l] - levels.values[0][l];
                after[0][l] += levels.values[1][l];
                after[1][l] += levels.gross[1][l] - levels.values[1][l];
                after[2][l] += levels.volume[l];
                rate_change[l] += levels.values[0][l] * (levels.rate_after[l] - levels.rate_before);
            }
        }
        goods_values(&before, &after, &rate_change, price)
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn goods_values<const K: usize>(
    before: &GoodsSums<K>,
    after: &GoodsSums<K>,
    rate_change: &[f64; K],
    price: &[f64; K],
) -> Values<K> {
    values(price, |l| {
        let (base, volume, value) = (before[0][l], after[2][l], after[0][l]);
        let gross = (value + after[1][l]) / (base + before[1][l]);
        let (value, volume) = (value / base, volume / base);
        Ratios { rate: rate_change[l] / base, value, volume, border: value / volume, buyer: gross / volume }
    })
}

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn untouched_values<const K: usize>(
    scales: [[f64; K]; 2],
    net: f64,
    cost_hat: &[f64; K],
    price: &[f64; K],
) -> Values<K> {
    values(price, |l| {
        let (before, after) = (net * scales[0][l], net * scales[1][l]);
        let border = if before > 0.0 { cost_hat[l] } else { f64::NAN };
        let volume = after / cost_hat[l] / before;
        Ratios { rate: 0.0, value: after / before, volume, border, buyer: border }
    })
}

fn changed_values<const K: usize>(levels: &FlowLevels<K>, price: &[f64; K]) -> Values<K> {
    values(price, |l| {
        let ([before, after], rate_after) = (levels.values.map(|value| value[l]), levels.rate_after[l]);
        let border = if before > 0.0 { levels.price[l] } else { f64::NAN };
        let markup = levels.gross[1][l] / after / (1.0 + levels.rate_before);
        let has_rent = levels.importer_rent[l] + levels.exporter_rent[l] > 0.0;
        let is_same = !has_rent && rate_after.to_bits() == levels.rate_before.to_bits();
        Ratios {
            rate: rate_after - levels.rate_before,
            value: after / before,
            volume: levels.volume[l] / before,
            border,
            buyer: if is_same { border } else { border * markup },
        }
    })
}

/// The variables of a row, given the consumer prices of its importer.
#[inline(always)]
fn values<const K: usize>(price: &[f64; K], ratios: impl Fn(usize) -> Ratios) -> Values<K> {
    use FlowVariable as V;
    let mut values = [[0.0; K]; V::GENERAL.len()];
    for l in 0..K {
        let ratios = ratios(l);
        let mut set = |variable: V, value: f64| values[variable.index()][l] = value;
        set(V::Rate, 100.0 * ratios.rate);
        set(V::BorderPrice, percent(ratios.border));
        set(V::BuyerPrice, percent(ratios.buyer));
        set(V::BorderPriceReal, percent(ratios.border / price[l]));
        set(V::BuyerPriceReal, percent(ratios.buyer / price[l]));
        set(V::Volume, percent(ratios.volume));
        set(V::Value, percent(ratios.value));
    }
    values
}
