//! The reported variables of partial equilibrium, in reported units. Definitions: `docs/partial-equilibrium.md`.

use std::borrow::Cow;

use crate::bilateral::Flow;
use crate::index::{Position as _, SectorId};
use crate::model::impact::{FlowRow, Impact};
use crate::model::partial::ledger::{Burden, Ledger, creation_and_diversion, ledgers, percent, product};
use crate::model::partial::market::{Market, Outcome, Reactions, Terms};
use crate::model::partial::{MarketParameters, MarketsAfter, PartialEquilibrium, Untouched};
use crate::model::variable::{CountryVariable, FlowVariable, SectorVariable, Variables};

/// One market with what came of it.
struct View<'a> {
    market: &'a Market,
    terms: &'a [Terms],
    found: &'a Outcome,
    reactions: Reactions<'a>,
    books: Cow<'a, [Ledger]>,
}

/// Sums over the flows of a row.
#[derive(Clone, Copy, Default)]
struct FlowSums {
    before: f64,
    after: f64,
    gross_before: f64,
    gross_after: f64,
    /// At baseline prices.
    volume: f64,
    /// Rates at baseline weights, before and after.
    rate: [f64; 2],
    creation: f64,
    diversion: f64,
    burden: Burden,
}

impl PartialEquilibrium {
    /// Every variable of one set of parameters, for the given flow rows; sectors only where they are asked for.
    pub fn impact(
        &self,
        parameters: &MarketParameters,
        after: &MarketsAfter,
        rows: &[FlowRow],
        sectors: bool,
    ) -> Impact {
        let views: Vec<View<'_>> =
            (0..self.shape.sectors).map(|sector| self.view(sector, parameters, after)).collect();
        let countries = 0..self.shape.countries;
        let of_country =
            |country| views.iter().enumerate().map(move |(sector, view)| (sector, &view.books[country]));
        let countries_part = countries.clone().flat_map(|country| {
            let (mut all, mut goods) = (Ledger::default(), Ledger::default());
            for (sector, book) in of_country(country) {
                all += book;
                if self.is_goods[sector] {
                    goods += book;
                }
            }
            Variables::PARTIAL.countries.iter().map(move |&variable| country_value(variable, &all, &goods))
        });
        let sector_part = countries.flat_map(|country| {
            views.iter().flat_map(move |view| {
                Variables::PARTIAL.sectors.iter().map(move |&variable| view.sector_value(variable, country))
            })
        });
        Impact {
            countries: countries_part.collect(),
            sectors: if sectors { sector_part.collect() } else { Vec::new() },
            flows: rows.iter().flat_map(|row| self.row(&views, row)).collect(),
        }
    }

    fn view<'p>(
        &'p self,
        sector: usize,
        parameters: &'p MarketParameters,
        after: &'p MarketsAfter,
    ) -> View<'p> {
        let market = &self.markets[sector];
        let reactions = self.reactions(sector, parameters);
        let (terms, found, books) = match &after.outcomes[sector] {
            Some((terms, found)) => {
                (terms, found, Cow::Owned(ledgers(self.form, market, terms, found, reactions)))
            }
            None => {
                let Untouched { terms, outcome, books } = &self.untouched[sector];
                (terms, outcome, Cow::Borrowed(&books[..]))
            }
        };
        View { market, terms, found, reactions, books }
    }

    /// The variables of a row.
    fn row(&self, views: &[View<'_>], row: &FlowRow) -> impl Iterator<Item = f64> + use<> {
        let mut sums = FlowSums::default();
        let of = |sector| Flow { sector, importer: row.importer, exporter: row.exporter };
        match row.sector {
            Some(sector) => self.add(views, of(sector), &mut sums),
            None => (0..self.shape.sectors)
                .filter(|&sector| self.is_goods[sector])
                .for_each(|sector| self.add(views, of(SectorId::at(sector)), &mut sums)),
        }
        Variables::PARTIAL.flows.iter().map(move |&variable| sums.value(variable))
    }

    fn add(&self, views: &[View<'_>], flow: Flow, sums: &mut FlowSums) {
        let (market, view) = (&self.markets[flow.sector.index()], &views[flow.sector.index()]);
        let (importer, exporter) = (flow.importer.index(), flow.exporter.index());
        let cell = importer * market.countries + exporter;
        let (value, factor, terms) = (market.value[cell], market.factor[cell], &view.terms[cell]);
        if value <= 0.0 {
            return;
        }
        let after = view.found.flows[cell];
        sums.before += value;
        sums.after += after.value;
        sums.gross_before += value * factor;
        sums.gross_after += after.gross;
        sums.volume += value * after.volume;
        sums.rate[0] += value * (factor - 1.0);
        sums.rate[1] += value * terms.rate;
        let product = product(self.form, view.reactions.demand, view.found.composite[importer]);
        let [creation, diversion] = creation_and_diversion(value, product, after.volume);
        sums.creation += creation;
        sums.diversion += diversion;
        sums.burden += Burden::of(value, factor, terms, view.found.price[exporter]);
    }
}

impl FlowSums {
    fn value(&self, variable: FlowVariable) -> f64 {
        use FlowVariable as V;
        let volume = self.volume / self.before;
        match variable {
            V::Rate => 100.0 * (self.rate[1] - self.rate[0]) / self.before,
            V::BorderPrice => percent(self.after / self.before / volume),
            V::BuyerPrice => percent(self.gross_after / self.gross_before / volume),
            V::Volume => percent(volume),
            V::Value => percent(self.after / self.before),
            V::TariffRevenue => (self.gross_after - self.after) - (self.gross_before - self.before),
            V::TradeCreation => self.creation,
            V::TradeDiversion => self.diversion,
            V::IncidenceBuyers => self.burden.parts()[0],
            V::IncidenceProducers => self.burden.parts()[1],
            V::BorderPriceReal | V::BuyerPriceReal => f64::NAN,
        }
    }
}

impl View<'_> {
    fn sector_value(&self, variable: SectorVariable, country: usize) -> f64 {
        use SectorVariable as V;
        let book = &self.books[country];
        let here = |exists: bool, value: f64| if exists { value } else { f64::NAN };
        let makes = book.output_volume.before > 0.0;
        match variable {
            V::Output => book.output_volume.percent(),
            V::OutputPrice => here(makes, percent(self.found.price[country])),
            V::BuyerPrice => {
                let buys = self.market.spending[country] > 0.0;
                here(buys, percent(self.found.composite[country]))
            }
            V::Imports => book.imports.percent(),
            V::Exports => book.exports.percent(),
            V::ConsumerSurplus => book.consumers,
            V::ProducerSurplus => book.producers,
            V::TariffRevenue => book.tariffs.size(),
            V::ExportTaxRevenue => book.export_taxes,
            V::NetSurplus => book.net(),
            V::TermsOfTradeGain => book.terms_of_trade,
            V::DeadweightLoss => book.deadweight(),
            V::TradeCreation => book.creation,
            V::TradeDiversion => book.diversion,
            V::IncidenceBuyers => book.burden.parts()[0],
            V::IncidenceProducers => book.burden.parts()[1],
            V::Employment | V::RealWage => f64::NAN,
        }
    }
}

fn country_value(variable: CountryVariable, all: &Ledger, goods: &Ledger) -> f64 {
    use CountryVariable as V;
    match variable {
        V::Exports => all.exports.percent(),
        V::Imports => all.imports.percent(),
        V::ExportsVolume => all.exports_volume.percent(),
        V::ImportsVolume => all.imports_volume.percent(),
        V::TradeBalance => all.exports.size() - all.imports.size(),
        V::TariffRevenue => all.tariffs.size(),
        V::ExportTaxRevenue => all.export_taxes,
        V::EffectiveRateBaseline => 100.0 * goods.tariffs.before / goods.imports.before,
        V::EffectiveRateFixedWeights => 100.0 * goods.fixed_weights / goods.imports.before,
        V::EffectiveRate => 100.0 * goods.tariffs.after / goods.imports.after,
        V::ConsumerSurplus => all.consumers,
        V::ProducerSurplus => all.producers,
        V::NetSurplus => all.net(),
        V::TermsOfTradeGain => all.terms_of_trade,
        V::DeadweightLoss => all.deadweight(),
        V::TradeCreation => all.creation,
        V::TradeDiversion => all.diversion,
        V::IncidenceBuyers => all.burden.parts()[0],
        V::IncidenceProducers => all.burden.parts()[1],
        _ => f64::NAN,
    }
}
