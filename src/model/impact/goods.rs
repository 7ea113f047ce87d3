//! All goods of a pair of countries together, without the flows that policy changes.

use multiversion::multiversion;

use crate::model::impact::untouched::Abroad;
use crate::model::levels::Levels;
use crate::numerics::lanes::{Buffer, lane};

/// What the goods of countries weigh, by (country, good, lane): what a pair needs lies in one piece.
pub(super) struct Goods<'a, const K: usize> {
    abroad: &'a Abroad<'a>,
    /// The sectors that are goods.
    sectors: Vec<usize>,
    /// X·P̂^θ of importers.
    spending: Buffer,
    /// ĉ^(−θ) of exporters, and the same over ĉ.
    power: Buffer,
    volume_power: Buffer,
}

/// M, tariff revenue and M_b·q̂, by lane.
pub(super) type GoodsSums<const K: usize> = [[f64; K]; 3];

impl<'a, const K: usize> Goods<'a, K> {
    /// The goods of an equilibrium; `volume_power` is ĉ^(−θ)/ĉ.
    pub(super) fn new(abroad: &'a Abroad<'a>, levels: &Levels<K>, volume_power: &[f64]) -> Self {
        let accounts = abroad.world.accounts;
        let n = accounts.shape.countries;
        let sectors: Vec<usize> =
            (0..accounts.shape.sectors).filter(|&sector| accounts.goods[sector]).collect();
        let by_country = |values: &[f64]| {
            let mut turned = Buffer::zeros(n * sectors.len() * K);
            for (at, slot) in turned.as_chunks_mut::<K>().0.iter_mut().enumerate() {
                *slot = *lane::<K>(values, sectors[at % sectors.len()] * n + at / sectors.len());
            }
            turned
        };
        Self {
            spending: by_country(&levels.scaled_spending),
            power: by_country(&levels.cost_power),
            volume_power: by_country(volume_power),
            abroad,
            sectors,
        }
    }

    /// The sums of a pair.
    pub(super) fn of_pair(&self, importer: usize, exporter: usize) -> GoodsSums<K> {
        let accounts = self.abroad.world.accounts;
        let (n, size) = (accounts.shape.countries, self.sectors.len() * K);
        let seller = exporter * size..(exporter + 1) * size;
        sums::<K>(
            [self.abroad.net.values(), accounts.tariff.table().values()],
            self.sectors.iter().map(|sector| (sector * n + importer) * n + exporter),
            &self.spending[importer * size..(importer + 1) * size],
            &self.power[seller.clone()],
            &self.volume_power[seller],
        )
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn sums<const K: usize>(
    [net, rates]: [&[f64]; 2],
    cells: impl Iterator<Item = usize>,
    spending: &[f64],
    power: &[f64],
    volume_power: &[f64],
) -> GoodsSums<K> {
    let mut sums = [[0.0; K]; 3];
    let buyers = spending.as_chunks::<K>().0;
    let sellers = power.as_chunks::<K>().0.iter().zip(volume_power.as_chunks::<K>().0);
    for (cell, (buyer, (power, volume))) in cells.zip(buyers.iter().zip(sellers)) {
        let (share, rate) = (net[cell], rates[cell]);
        for l in 0..K {
            let weight = share * buyer[l];
            let value = weight * power[l];
            sums[0][l] += value;
            sums[1][l] += rate * value;
            sums[2][l] += weight * volume[l];
        }
    }
    sums
}
