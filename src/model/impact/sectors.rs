//! Variables by (country, sector, variable).

use std::array::from_fn;

use multiversion::multiversion;

use crate::model::impact::{View, hand_out, percent};
use crate::model::variable::SectorVariable;
use crate::numerics::functions::exp;
use crate::numerics::lanes::lane;

/// What a country sells and buys in a sector, before and after.
#[derive(Clone, Copy, Debug)]
struct Sums<const K: usize> {
    output: [[f64; K]; 2],
    exports: [[f64; K]; 2],
    imports: [[f64; K]; 2],
}

/// ĉ, ln P̂ and ln ŵ of a country's sector, consumer prices of the country, and whether there is output, and spending.
struct Prices<const K: usize> {
    cost: [f64; K],
    price: [f64; K],
    wage: [f64; K],
    consumer: [f64; K],
    makes: [bool; K],
    buys: bool,
}

/// The variables of a sector by (variable, lane).
type Values<const K: usize> = [[f64; K]; SectorVariable::GENERAL.len()];

impl<const K: usize> View<'_, K> {
    /// All variables of all sectors, from the consumer prices of the countries, by lane.
    pub(super) fn sectors(&self, consumer: &[[f64; K]]) -> [Vec<f64>; K] {
        let shape = self.measure.world.accounts.shape;
        let mut all = from_fn(|_| vec![0.0; shape.pairs() * SectorVariable::GENERAL.len()]);
        for sector in 0..shape.sectors {
            for (country, sums) in self.pair_sums(sector).iter().enumerate() {
                let pair = country * shape.sectors + sector;
                let values = variables(sums, &self.prices(country, sector, sums, consumer[country]));
                hand_out(&values, pair, &mut all);
            }
        }
        all
    }

    fn pair_sums(&self, sector: usize) -> Vec<Sums<K>> {
        let shape = self.measure.world.accounts.shape;
        let both = [&self.before.side, &self.after];
        let mut sums: Vec<Sums<K>> = (0..shape.countries)
            .map(|country| {
                let at = sector * shape.countries + country;
                let home = self.measure.world.shares.net.row(sector, country)[country];
                let exports = both.map(|side| *lane::<K>(&side.untouched.exports, at));
                let mut output = self.scales(at, at).map(|scale| scale.map(|scale| home * scale));
                add(&mut output, &exports);
                Sums { output, exports, imports: both.map(|side| *lane::<K>(&side.untouched.imports, at)) }
            })
            .collect();
        let (first, cells) = self.measure.world.shares.changed_in(sector);
        for (at, cell) in cells.iter().enumerate() {
            let levels = self.changed(first + at);
            let values = levels.values;
            add(&mut sums[cell.exporter].output, &levels.made);
            if cell.importer != cell.exporter {
                add(&mut sums[cell.exporter].exports, &values);
                add(&mut sums[cell.importer].imports, &values);
            }
        }
        sums
    }

    fn prices(&self, country: usize, sector: usize, sums: &Sums<K>, consumer: [f64; K]) -> Prices<K> {
        let accounts = self.measure.world.accounts;
        let pair = country * accounts.shape.sectors + sector;
        let log = |prices: [&[f64]; 2], at: usize| prices[1][at] - prices[0][at];
        let draws = &self.draws;
        Prices {
            cost: *lane::<K>(&self.cost_hat, sector * accounts.shape.countries + country),
            price: draws.map(|d| log([&d.baseline.log_price, &d.counterfactual.log_price], pair)),
            wage: draws.map(|d| {
                d.counterfactual.log_sector_wage(country, pair) - d.baseline.log_sector_wage(country, pair)
            }),
            consumer,
            makes: sums.output[0].map(|output| output > 0.0),
            buys: accounts.expenditure[pair] > 0.0,
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn variables<const K: usize>(sums: &Sums<K>, prices: &Prices<K>) -> Values<K> {
    use SectorVariable as V;
    let mut values = [[0.0; K]; V::GENERAL.len()];
    for l in 0..K {
        let ratio = |of: &[[f64; K]; 2]| of[1][l] / of[0][l];
        let output = ratio(&sums.output);
        let here = |exists: bool, value: f64| if exists { value } else { f64::NAN };
        let mut set = |variable: V, ratio: f64| values[variable.index()][l] = percent(ratio);
        set(V::Output, output / prices.cost[l]);
        set(V::OutputPrice, here(prices.makes[l], prices.cost[l]));
        set(V::BuyerPrice, here(prices.buys, exp(prices.price[l])));
        set(V::Imports, ratio(&sums.imports));
        set(V::Exports, ratio(&sums.exports));
        let wage = exp(prices.wage[l]);
        set(V::Employment, output / wage);
        set(V::RealWage, here(prices.makes[l], wage / prices.consumer[l]));
    }
    values
}

fn add<const K: usize>(sums: &mut [[f64; K]; 2], values: &[[f64; K]; 2]) {
    for when in 0..2 {
        for l in 0..K {
            sums[when][l] += values[when][l];
        }
    }
}
