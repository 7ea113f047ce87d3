//! Flows that policy leaves alone. They factor, M_ni = F_ni·e_i·s_n with e = ĉ^(−θ) of the exporter and s = X·P̂^θ of
//! the importer, so that every sum over them is the product of a vector and a matrix that all draws share.

use crate::bilateral::Bilateral;
use crate::model::impact::{View, lanes_of};
use crate::model::levels::Levels;
use crate::model::world::World;
use crate::numerics::lanes::{Buffer, matrix_times, transposed_times};

/// What the matrices of a world hold on foreign flows that policy leaves alone; everything else is zero.
pub(super) struct Abroad<'a> {
    pub(super) world: &'a World<'a>,
    /// F.
    pub(super) net: Bilateral,
    /// τF.
    taxed: Bilateral,
}

/// Sums over the flows abroad in one equilibrium, by (sector, country, lane).
pub(super) struct Untouched<const K: usize> {
    /// Σ_i M_ni by importer.
    pub(super) imports: Buffer,
    /// Σ_i τ_ni M_ni by importer.
    pub(super) revenue: Buffer,
    /// Σ_n M_ni by exporter.
    pub(super) exports: Buffer,
}

/// Sums over the imports of one sector that need both equilibria, by (country, lane).
pub(super) struct Crossed<const K: usize> {
    /// Σ_i M_b·q̂.
    pub(super) volume: Buffer,
    /// Σ_i M_b·p̂.
    pub(super) prices: Buffer,
    /// Σ_i τ·M_b·p̂.
    pub(super) revenue: Buffer,
    /// e·ĉ of the exporters.
    factors: Buffer,
}

impl<'a> Abroad<'a> {
    pub(super) fn new(world: &'a World<'a>) -> Self {
        let mut net = world.shares.net.clone();
        let n = net.shape().countries;
        for (row, values) in net.values_mut().chunks_exact_mut(n).enumerate() {
            values[row % n] = 0.0;
        }
        let rates = world.accounts.tariff.table().values();
        let taxed = net.values().iter().zip(rates).map(|(share, rate)| share * rate).collect();
        Self { world, taxed: Bilateral::from_values(net.shape(), taxed), net }
    }

    /// The sums of one equilibrium.
    pub(super) fn sums<const K: usize>(&self, levels: &Levels<K>) -> Untouched<K> {
        let shape = self.world.accounts.shape;
        let column = || Buffer::zeros(shape.pairs() * K);
        let mut sums = Untouched { imports: column(), revenue: column(), exports: column() };
        for sector in 0..shape.sectors {
            let at = lanes_of::<K>(shape, sector);
            let (sellers, buyers) = (&levels.cost_power[at.clone()], &levels.scaled_spending[at.clone()]);
            self.bought::<K>(sector, sellers, buyers, &mut sums.imports[at.clone()]);
            self.taxed::<K>(sector, sellers, buyers, &mut sums.revenue[at.clone()]);
            let exports = &mut sums.exports[at];
            transposed_times::<K, _>(self.net.matrix(sector), buyers, exports);
            scale(exports, sellers);
        }
        sums
    }

    /// The sums of a sector that need both equilibria.
    pub(super) fn cross<const K: usize>(&self, sector: usize, view: &View<'_, K>, crossed: &mut Crossed<K>) {
        let at = lanes_of::<K>(self.world.accounts.shape, sector);
        let (before, after) = (&view.before.side.levels, &view.after.levels);
        let spending = &after.scaled_spending[at.clone()];
        self.bought::<K>(sector, &view.volume_power[at.clone()], spending, &mut crossed.volume);
        crossed.factors.copy_from_slice(&before.cost_power[at.clone()]);
        scale(&mut crossed.factors, &view.cost_hat[at.clone()]);
        let spending = &before.scaled_spending[at];
        self.bought::<K>(sector, &crossed.factors, spending, &mut crossed.prices);
        self.taxed::<K>(sector, &crossed.factors, spending, &mut crossed.revenue);
    }

    fn bought<const K: usize>(&self, sector: usize, sellers: &[f64], buyers: &[f64], sum: &mut [f64]) {
        matrix_times::<K, _>(self.net.matrix(sector), sellers, sum);
        scale(sum, buyers);
    }

    fn taxed<const K: usize>(&self, sector: usize, sellers: &[f64], buyers: &[f64], sum: &mut [f64]) {
        if self.world.shares.taxed[sector] {
            matrix_times::<K, _>(self.taxed.matrix(sector), sellers, sum);
            scale(sum, buyers);
        } else {
            sum.fill(0.0);
        }
    }
}

impl<const K: usize> Crossed<K> {
    pub(super) fn new(countries: usize) -> Self {
        let column = || Buffer::zeros(countries * K);
        Self { volume: column(), prices: column(), revenue: column(), factors: column() }
    }
}

fn scale(values: &mut [f64], factors: &[f64]) {
    values.iter_mut().zip(factors).for_each(|(value, factor)| *value *= factor);
}
