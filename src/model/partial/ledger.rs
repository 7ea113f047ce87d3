//! What a policy does to a country in one market, or in several: sums, of which every reported variable is made.

use std::ops::AddAssign;

use crate::economy::markets::Form;
use crate::model::partial::market::{Market, Outcome, Reactions, Terms};
use crate::model::partial::surplus::{consumer_surplus, producer_surplus};
use crate::numerics::functions::{exp, ln};

/// Money before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Change {
    pub(super) before: f64,
    pub(super) after: f64,
}

impl Change {
    fn add(&mut self, before: f64, after: f64) {
        self.before += before;
        self.after += after;
    }

    /// After less before.
    pub(super) fn size(self) -> f64 {
        self.after - self.before
    }

    /// The change in per cent; a change of nothing has no value.
    pub(super) fn percent(self) -> f64 {
        percent(self.after / self.before)
    }
}

/// A ratio as a percentage change; NaN where there is none.
pub(super) fn percent(ratio: f64) -> f64 {
    let change = 100.0 * (ratio - 1.0);
    if change.is_finite() { change } else { f64::NAN }
}

/// What buyers and foreign producers bear of changed duties, in baseline units of the goods.
///
/// On a unit that cost 1 at the border, buyers paid 1 + τ and pay (1 + τ)·κ̂·p̂, producers had 1 and have p̂. What buyers pay
/// more is their burden, what producers have less is theirs; both together are the change of what stands between them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Burden {
    buyers: f64,
    producers: f64,
    goods: f64,
}

/// A burden below this share of the value of the goods is rounding.
const ROUNDING: f64 = 1e-13;

impl Burden {
    /// Of one flow of some value; nothing where policy leaves it alone or closes it.
    pub(super) fn of(value: f64, factor: f64, terms: &Terms, price: f64) -> Self {
        if !terms.is_changed || terms.is_closed() || value <= 0.0 {
            return Self::default();
        }
        let buyers = value * factor * (terms.markup * price - 1.0);
        Self { buyers, producers: value * (1.0 - price), goods: value }
    }

    /// The parts of buyers and producers in per cent, which sum to 100; NaN where no duty changes.
    pub(super) fn parts(self) -> [f64; 2] {
        let all = self.buyers + self.producers;
        if all.abs() <= ROUNDING * self.goods {
            return [f64::NAN; 2];
        }
        [self.buyers, self.producers].map(|part| 100.0 * part / all)
    }
}

impl AddAssign for Burden {
    fn add_assign(&mut self, other: Self) {
        self.buyers += other.buyers;
        self.producers += other.producers;
        self.goods += other.goods;
    }
}

/// The books of a country.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Ledger {
    pub(super) consumers: f64,
    pub(super) producers: f64,
    pub(super) tariffs: Change,
    pub(super) export_taxes: f64,
    pub(super) terms_of_trade: f64,
    pub(super) creation: f64,
    pub(super) diversion: f64,
    pub(super) burden: Burden,
    pub(super) imports: Change,
    pub(super) exports: Change,
    /// Volumes at baseline prices.
    pub(super) imports_volume: Change,
    pub(super) exports_volume: Change,
    pub(super) output_volume: Change,
    /// What new rates would bring at baseline imports.
    pub(super) fixed_weights: f64,
}

impl Ledger {
    /// Surpluses and revenues together.
    pub(super) fn net(&self) -> f64 {
        self.consumers + self.producers + self.tariffs.size() + self.export_taxes
    }

    /// The part of it that nobody has: what is left without the gain on the terms of trade.
    pub(super) fn deadweight(&self) -> f64 {
        self.net() - self.terms_of_trade
    }
}

impl AddAssign<&Ledger> for Ledger {
    fn add_assign(&mut self, other: &Self) {
        self.consumers += other.consumers;
        self.producers += other.producers;
        self.export_taxes += other.export_taxes;
        self.terms_of_trade += other.terms_of_trade;
        self.creation += other.creation;
        self.diversion += other.diversion;
        self.burden += other.burden;
        self.fixed_weights += other.fixed_weights;
        for (sum, more) in [
            (&mut self.tariffs, other.tariffs),
            (&mut self.imports, other.imports),
            (&mut self.exports, other.exports),
            (&mut self.imports_volume, other.imports_volume),
            (&mut self.exports_volume, other.exports_volume),
            (&mut self.output_volume, other.output_volume),
        ] {
            sum.add(more.before, more.after);
        }
    }
}

/// What the change of a volume comes from, at baseline prices: M(P̂^(−η) − 1) follows from the price of the product, and
/// M(q̂ − P̂^(−η)) is shifted between suppliers. `product` is P̂^(−η).
pub(super) fn creation_and_diversion(value: f64, product: f64, volume: f64) -> [f64; 2] {
    [value * (product - 1.0), value * (volume - product)]
}

/// How much of the product an importer buys in all: P̂^(−η), in the linear form 1 − η(P̂ − 1).
pub(super) fn product(form: Form, demand: f64, composite: f64) -> f64 {
    match form {
        Form::Exact => exp(-demand * ln(composite)),
        Form::Linear => 1.0 - demand * (composite - 1.0),
    }
}

/// The books of every country in a market.
pub(super) fn ledgers(
    form: Form,
    market: &Market,
    terms: &[Terms],
    found: &Outcome,
    reactions: Reactions<'_>,
) -> Vec<Ledger> {
    let n = market.countries;
    let mut books = vec![Ledger::default(); n];
    for (country, book) in books.iter_mut().enumerate() {
        let (spending, composite) = (market.spending[country], found.composite[country]);
        book.consumers = consumer_surplus(form, spending, reactions.demand, composite);
        let (output, supply) = (market.output[country], reactions.supply[country]);
        book.producers = producer_surplus(form, output, supply, found.price[country]);
    }
    for importer in 0..n {
        let product = product(form, reactions.demand, found.composite[importer]);
        let cells = importer * n..(importer + 1) * n;
        for cell in cells.filter(|&cell| market.value[cell] > 0.0) {
            flow(market, terms, found, product, cell, &mut books);
        }
    }
    books
}

/// Books a flow with its importer and its exporter; `product` is P̂^(−η) of the importer.
fn flow(market: &Market, terms: &[Terms], found: &Outcome, product: f64, cell: usize, books: &mut [Ledger]) {
    let (importer, exporter) = (cell / market.countries, cell % market.countries);
    let (value, factor, terms, after) =
        (market.value[cell], market.factor[cell], &terms[cell], found.flows[cell]);
    let price = found.price[exporter];
    let volume = value * after.volume;
    let shipped = if terms.is_closed() { 0.0 } else { volume * terms.cost };
    books[exporter].output_volume.add(value, shipped);
    // Trade inside a region may be taxed too.
    books[importer].tariffs.add(value * factor - value, after.gross - after.value);
    if importer == exporter {
        return;
    }
    // Paid abroad beyond the old price, for what is shipped now.
    let paid = if shipped > 0.0 { shipped * (price * terms.tax - 1.0) } else { 0.0 };
    let seller = &mut books[exporter];
    seller.exports.add(value, after.value);
    seller.exports_volume.add(value, volume);
    seller.export_taxes += after.value - after.made;
    seller.terms_of_trade += paid;
    let [creation, diversion] = creation_and_diversion(value, product, after.volume);
    let buyer = &mut books[importer];
    buyer.imports.add(value, after.value);
    buyer.imports_volume.add(value, volume);
    buyer.terms_of_trade -= paid;
    buyer.creation += creation;
    buyer.diversion += diversion;
    buyer.burden += Burden::of(value, factor, terms, price);
    buyer.fixed_weights += value * terms.rate;
}
