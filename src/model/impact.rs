//! What a policy changes: every reported variable of one draw, a pure function of baseline and counterfactual.
//!
//! The definitions are those of `docs/model.md`. M is the value of a flow before tariff, p̂ = ĉ·d̂·(1+x′) its border price,
//! q̂ = M̂/p̂ its volume; changes are ratio − 1 in per cent. A variable without a value (a price where no trade is
//! left, a percentage of nothing) is NaN here and an absent row in every output.
//!
//! Draws are measured K at a time. Each has the bits that it has alone.

mod countries;
mod flows;
mod goods;
mod sectors;
mod touched;
mod untouched;
mod variety;

use std::array::from_fn;
use std::mem::take;
use std::ops::Range;
use std::sync::OnceLock;

use crate::bilateral::Shape;
use crate::economy::accounts::Accounts;
use crate::index::{CountryId, SectorId};
use crate::model::equilibrium::Equilibrium;
use crate::model::levels::Levels;
use crate::model::world::{Parameters, World};
use crate::numerics::functions::{exp, exp_all};
use crate::numerics::lanes::Buffer;
use flows::Rows;
use goods::GoodsSums;
use touched::Weights;
use untouched::{Abroad, Untouched};

/// One reported flow; `sector` is `None` for all goods of the pair together (`TOTAL` in files).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowRow {
    /// The importer.
    pub importer: CountryId,
    /// The exporter.
    pub exporter: CountryId,
    /// The sector, or all goods together.
    pub sector: Option<SectorId>,
}

/// Every reported variable of one draw, in reported units.
#[derive(Clone, Debug, PartialEq)]
pub struct Impact {
    /// By (country, variable).
    pub countries: Vec<f64>,
    /// By (country, sector, variable); empty where sectors are not asked for.
    pub sectors: Vec<f64>,
    /// By (flow row, variable).
    pub flows: Vec<f64>,
}

/// Baseline and counterfactual of one draw.
#[derive(Clone, Copy)]
pub struct Comparison<'a> {
    /// The draw.
    pub parameters: &'a Parameters,
    /// The equilibrium at observed policy.
    pub baseline: &'a Equilibrium,
    /// The equilibrium under the policy.
    pub counterfactual: &'a Equilibrium,
}

impl Impact {
    /// Computes every variable, for the given flow rows.
    pub fn new(world: &World<'_>, comparison: Comparison<'_>, rows: &[FlowRow]) -> Self {
        Measure::<1>::new(world, rows, true).impact(comparison)
    }
}

/// What is to be reported of a world with a policy: prepared once for all draws, of which K are measured at a time.
pub struct Measure<'a, const K: usize> {
    /// The world.
    pub world: &'a World<'a>,
    abroad: Abroad<'a>,
    rows: Rows,
    sectors: bool,
    /// The data as the baseline: they are the same whatever the parameters.
    unchanged: OnceLock<Before<K>>,
}

/// One equilibrium of every lane.
struct Side<const K: usize> {
    levels: Levels<K>,
    untouched: Untouched<K>,
}

/// The baseline of every lane.
struct Before<const K: usize> {
    side: Side<K>,
    /// All goods of the pairs of which they are asked for.
    goods: Vec<GoodsSums<K>>,
}

/// Baselines and counterfactuals side by side.
struct View<'a, const K: usize> {
    measure: &'a Measure<'a, K>,
    draws: [Comparison<'a>; K],
    before: &'a Before<K>,
    after: Side<K>,
    /// ĉ between baseline and counterfactual, and ĉ^(−θ)/ĉ of the counterfactual, by (sector, country, lane).
    cost_hat: Buffer,
    volume_power: Buffer,
    /// By changed flow.
    weights: Vec<Weights<K>>,
}

impl<'a, const K: usize> Measure<'a, K> {
    /// Prepares a world; `sectors` says whether to report them.
    pub fn new(world: &'a World<'a>, rows: &[FlowRow], sectors: bool) -> Self {
        Self {
            world,
            abroad: Abroad::new(world),
            rows: Rows::new(world, rows),
            sectors,
            unchanged: OnceLock::new(),
        }
    }

    /// The impact of one draw.
    pub fn impact(&self, draw: Comparison<'_>) -> Impact {
        self.impacts(&[draw]).pop().expect("one draw has one impact")
    }

    /// The impacts of many draws, K side by side.
    pub fn impacts(&self, draws: &[Comparison<'_>]) -> Vec<Impact> {
        let batch = |draws: &[Comparison<'_>]| {
            // Lanes without a draw of their own repeat the last one; their results are dropped.
            let last = draws.len() - 1;
            self.lanes(from_fn(|l| draws[l.min(last)])).into_iter().take(last + 1)
        };
        draws.chunks(K).flat_map(batch).collect()
    }

    fn lanes(&self, draws: [Comparison<'_>; K]) -> [Impact; K] {
        let own;
        let before = if draws.iter().all(|draw| draw.baseline.is_unchanged()) {
            self.unchanged.get_or_init(|| self.before(draws))
        } else {
            own = self.before(draws);
            &own
        };
        View::new(self, draws, before).impacts()
    }

    fn before(&self, draws: [Comparison<'_>; K]) -> Before<K> {
        let side = self.side(draws, |draw| draw.baseline);
        let goods = self.rows.goods(&self.abroad, &side.levels, &side.levels.cost_power);
        Before { side, goods }
    }

    fn side<'d>(
        &self,
        draws: [Comparison<'d>; K],
        equilibrium: impl Fn(Comparison<'d>) -> &'d Equilibrium,
    ) -> Side<K> {
        let parameters = draws.map(|draw| draw.parameters);
        let levels = Levels::new(self.world, parameters, draws.map(equilibrium));
        Side { untouched: self.abroad.sums(&levels), levels }
    }
}

impl<'a, const K: usize> View<'a, K> {
    fn new(measure: &'a Measure<'a, K>, draws: [Comparison<'a>; K], before: &'a Before<K>) -> Self {
        let after = measure.side(draws, |draw| draw.counterfactual);
        let (old, new) = (&before.side.levels, &after.levels);
        let mut cost_hat = Buffer::zeros(new.log_cost.len());
        for ((hat, old), new) in cost_hat.iter_mut().zip(old.log_cost.iter()).zip(new.log_cost.iter()) {
            *hat = new - old;
        }
        exp_all(&mut cost_hat);
        let mut volume_power = Buffer::zeros(cost_hat.len());
        for ((volume, power), hat) in volume_power.iter_mut().zip(new.cost_power.iter()).zip(cost_hat.iter())
        {
            *volume = power / hat;
        }
        let mut view = Self { measure, draws, before, after, cost_hat, volume_power, weights: Vec::new() };
        view.weights = view.changed_weights();
        view
    }

    fn impacts(&self) -> [Impact; K] {
        let accounts = self.measure.world.accounts;
        let prices = self.draws.map(|draw| consumer_prices(accounts, draw.baseline, draw.counterfactual));
        let prices: Vec<[f64; K]> =
            (0..accounts.shape.countries).map(|country| from_fn(|l| prices[l][country])).collect();
        let (mut countries, mut flows) = (self.countries(&prices), self.flows(&prices));
        let mut sectors = if self.measure.sectors { self.sectors(&prices) } else { from_fn(|_| Vec::new()) };
        from_fn(|l| Impact {
            countries: take(&mut countries[l]),
            sectors: take(&mut sectors[l]),
            flows: take(&mut flows[l]),
        })
    }
}

/// Puts the variables of one country, sector or row where they belong in the results of every lane.
fn hand_out<const K: usize, const V: usize>(
    values: &[[f64; K]; V],
    position: usize,
    all: &mut [Vec<f64>; K],
) {
    for (l, all) in all.iter_mut().enumerate() {
        for (slot, values) in all[position * V..(position + 1) * V].iter_mut().zip(values) {
            *slot = values[l];
        }
    }
}

/// Where the countries of a sector stand by (sector, country, lane).
fn lanes_of<const K: usize>(shape: Shape, sector: usize) -> Range<usize> {
    sector * shape.countries * K..(sector + 1) * shape.countries * K
}

/// A ratio as a percentage change; a change of nothing has no value.
#[inline(always)]
fn percent(ratio: f64) -> f64 {
    defined(100.0 * (ratio - 1.0))
}

/// What is infinite has no value either.
#[inline(always)]
fn defined(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::NAN }
}

/// P̂_n = Π_j P̂_nj^α_nj by country.
fn consumer_prices(accounts: &Accounts, before: &Equilibrium, after: &Equilibrium) -> Vec<f64> {
    let j = accounts.shape.sectors;
    (0..accounts.shape.countries)
        .map(|country| {
            let pairs = country * j..(country + 1) * j;
            exp(pairs.map(|p| accounts.final_share[p] * (after.log_price[p] - before.log_price[p])).sum())
        })
        .collect()
}
