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

/// How many exporters are summed at a time: they share what is loaded of the importer and fill the adders.
pub(super) const ABREAST: usize = 4;

/// M, what buyers pay beyond it and M_b·q̂, by lane.
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

    /// The sums of what an importer buys from some exporters.
    pub(super) fn of_pairs(&self, importer: usize, exporters: [usize; ABREAST]) -> [GoodsSums<K>; ABREAST] {
        let accounts = self.abroad.world.accounts;
        let (n, size) = (accounts.shape.countries, self.sectors.len() * K);
        let of = |values: &'_ Buffer, country: usize| -> std::ops::Range<usize> {
            debug_assert_eq!(values.len(), n * size);
            country * size..(country + 1) * size
        };
        sums::<K>(
            [self.abroad.net.values(), accounts.tariff.table().values()],
            self.sectors.iter().map(|sector| (sector * n + importer) * n),
            exporters,
            &self.spending[of(&self.spending, importer)],
            exporters.map(|exporter| &self.power[of(&self.power, exporter)]),
            exporters.map(|exporter| &self.volume_power[of(&self.power, exporter)]),
        )
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn sums<const K: usize>(
    [net, rates]: [&[f64]; 2],
    rows: impl Iterator<Item = usize>,
    exporters: [usize; ABREAST],
    spending: &[f64],
    power: [&[f64]; ABREAST],
    volume_power: [&[f64]; ABREAST],
) -> [GoodsSums<K>; ABREAST] {
    let buyers = spending.as_chunks::<K>().0;
    let mut powers: [&[[f64; K]]; ABREAST] = [&[]; ABREAST];
    let mut volumes = powers;
    for t in 0..ABREAST {
        powers[t] = &power[t].as_chunks::<K>().0[..buyers.len()];
        volumes[t] = &volume_power[t].as_chunks::<K>().0[..buyers.len()];
    }
    let mut sums = [[[0.0; K]; 3]; ABREAST];
    for (good, (row, buyer)) in rows.zip(buyers).enumerate() {
        for t in 0..ABREAST {
            let (share, rate) = (net[row + exporters[t]], rates[row + exporters[t]]);
            let (power, volume) = (&powers[t][good], &volumes[t][good]);
            for l in 0..K {
                let weight = share * buyer[l];
                let value = weight * power[l];
                sums[t][0][l] += value;
                sums[t][1][l] += rate * value;
                sums[t][2][l] += weight * volume[l];
            }
        }
    }
    sums
}
