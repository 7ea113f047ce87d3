//! The variables that are reported: names and units as in `docs/results.md`.

use crate::index::{CountryId, Position as _};

/// The unit of a reported value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Percentage change of baseline, or a level in per cent for the effective rates.
    Percent,
    /// Change in percentage points.
    Points,
    /// Change in the dataset's money unit.
    Money,
}

macro_rules! variables {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal, $unit:ident;)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// All of them, in the order of output.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name used in files.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The unit of its values.
            pub fn unit(self) -> Unit {
                match self { $(Self::$variant => Unit::$unit),+ }
            }

            /// Its position in [`Self::ALL`].
            pub fn index(self) -> usize {
                self as usize
            }
        }
    };
}

variables! {
    /// Variables of a country. Definitions: `docs/model.md`.
    CountryVariable {
        /// Exact welfare: real income Î/P̂ − 1.
        Welfare = "welfare", Percent;
        /// First-order welfare: the sum of the four first-order parts.
        WelfareFirstOrder = "welfare_first_order", Percent;
        /// First-order part of the terms of trade.
        TermsOfTradeFirstOrder = "terms_of_trade_first_order", Percent;
        /// First-order part of the volume of taxed trade.
        VolumeOfTradeFirstOrder = "volume_of_trade_first_order", Percent;
        /// First-order part of trade-cost changes.
        TechnologyFirstOrder = "technology_first_order", Percent;
        /// First-order part of the transfer from abroad (the deficit).
        TransferFirstOrder = "transfer_first_order", Percent;
        /// Export prices over import prices.
        TermsOfTrade = "terms_of_trade", Percent;
        /// Wage over consumer prices.
        RealWage = "real_wage", Percent;
        /// Wage in the numeraire.
        Wage = "wage", Percent;
        /// Consumer prices in the numeraire.
        ConsumerPrices = "consumer_prices", Percent;
        /// Income in the numeraire.
        Income = "income", Percent;
        /// Value of exports.
        Exports = "exports", Percent;
        /// Value of imports before tariff.
        Imports = "imports", Percent;
        /// Volume of exports.
        ExportsVolume = "exports_volume", Percent;
        /// Volume of imports.
        ImportsVolume = "imports_volume", Percent;
        /// Trade balance.
        TradeBalance = "trade_balance", Money;
        /// Tariff revenue.
        TariffRevenue = "tariff_revenue", Money;
        /// Revenue of export taxes; below zero where subsidies cost more.
        ExportTaxRevenue = "export_tax_revenue", Money;
        /// Rents of quotas that stay in the country or come to it.
        QuotaRents = "quota_rents", Money;
        /// Exact welfare in money: baseline income times the welfare change.
        WelfareUsd = "welfare_usd", Money;
        /// Average tariff on goods imports at baseline (a level).
        EffectiveRateBaseline = "effective_rate_baseline", Percent;
        /// New rates at baseline imports (a level).
        EffectiveRateFixedWeights = "effective_rate_fixed_weights", Percent;
        /// New rates at new imports (a level).
        EffectiveRate = "effective_rate", Percent;
        /// Consumer surplus, over all markets.
        ConsumerSurplus = "consumer_surplus", Money;
        /// Producer surplus, over all markets.
        ProducerSurplus = "producer_surplus", Money;
        /// Surpluses and revenues together.
        NetSurplus = "net_surplus", Money;
        /// What foreigners pay: the part of the net surplus that others lose.
        TermsOfTradeGain = "terms_of_trade_gain", Money;
        /// The part of the net surplus that nobody has.
        DeadweightLoss = "deadweight_loss", Money;
        /// Imports at baseline prices: what follows from the price of the product.
        TradeCreation = "trade_creation", Money;
        /// Imports at baseline prices: what buyers shift between suppliers.
        TradeDiversion = "trade_diversion", Money;
        /// The part of the changed duties that buyers bear.
        IncidenceBuyers = "incidence_buyers", Percent;
        /// The part of the changed duties that foreign producers bear.
        IncidenceProducers = "incidence_producers", Percent;
    }
}

variables! {
    /// Variables of a country's sector. Definitions: `docs/model.md`.
    SectorVariable {
        /// Volume of output.
        Output = "output", Percent;
        /// Price of output in the numeraire.
        OutputPrice = "output_price", Percent;
        /// Buyers' price of the composite of all origins.
        BuyerPrice = "buyer_price", Percent;
        /// Value of imports before tariff.
        Imports = "imports", Percent;
        /// Value of exports.
        Exports = "exports", Percent;
        /// Employment.
        Employment = "employment", Percent;
        /// The sector's wage over the country's consumer prices.
        RealWage = "real_wage", Percent;
        /// Consumer surplus.
        ConsumerSurplus = "consumer_surplus", Money;
        /// Producer surplus.
        ProducerSurplus = "producer_surplus", Money;
        /// Tariff revenue.
        TariffRevenue = "tariff_revenue", Money;
        /// Revenue of export taxes; below zero where subsidies cost more.
        ExportTaxRevenue = "export_tax_revenue", Money;
        /// Surpluses and revenues together.
        NetSurplus = "net_surplus", Money;
        /// What foreigners pay: the part of the net surplus that others lose.
        TermsOfTradeGain = "terms_of_trade_gain", Money;
        /// The part of the net surplus that nobody has.
        DeadweightLoss = "deadweight_loss", Money;
        /// Imports at baseline prices: what follows from the price of the product.
        TradeCreation = "trade_creation", Money;
        /// Imports at baseline prices: what buyers shift between suppliers.
        TradeDiversion = "trade_diversion", Money;
        /// The part of the changed duties that buyers bear.
        IncidenceBuyers = "incidence_buyers", Percent;
        /// The part of the changed duties that foreign producers bear.
        IncidenceProducers = "incidence_producers", Percent;
    }
}

variables! {
    /// Variables of a flow. Definitions: `docs/model.md`.
    FlowVariable {
        /// Change of the tariff.
        Rate = "rate", Points;
        /// Price at the border, before tariff, in the numeraire.
        BorderPrice = "border_price", Percent;
        /// Price with tariff, in the numeraire.
        BuyerPrice = "buyer_price", Percent;
        /// Price at the border over the importer's consumer prices.
        BorderPriceReal = "border_price_real", Percent;
        /// Price with tariff over the importer's consumer prices.
        BuyerPriceReal = "buyer_price_real", Percent;
        /// Volume.
        Volume = "volume", Percent;
        /// Value before tariff.
        Value = "value", Percent;
        /// Tariff revenue.
        TariffRevenue = "tariff_revenue", Money;
        /// Volume at baseline prices: what follows from the price of the product.
        TradeCreation = "trade_creation", Money;
        /// Volume at baseline prices: what buyers shift between suppliers.
        TradeDiversion = "trade_diversion", Money;
        /// The part of the changed duty that buyers bear.
        IncidenceBuyers = "incidence_buyers", Percent;
        /// The part of the changed duty that producers bear.
        IncidenceProducers = "incidence_producers", Percent;
    }
}

/// The first of some variables.
const fn first<T>(all: &'static [T], count: usize) -> &'static [T] {
    all.split_at(count).0
}

impl CountryVariable {
    /// Those of general equilibrium: the first, so that each stands at its own index.
    pub const GENERAL: &'static [Self] = first(Self::ALL, Self::ConsumerSurplus as usize);

    /// Those of partial equilibrium, which has no wages, no incomes and no price index of all consumption.
    pub const PARTIAL: &'static [Self] = &[
        Self::Exports,
        Self::Imports,
        Self::ExportsVolume,
        Self::ImportsVolume,
        Self::TradeBalance,
        Self::TariffRevenue,
        Self::ExportTaxRevenue,
        Self::EffectiveRateBaseline,
        Self::EffectiveRateFixedWeights,
        Self::EffectiveRate,
        Self::ConsumerSurplus,
        Self::ProducerSurplus,
        Self::NetSurplus,
        Self::TermsOfTradeGain,
        Self::DeadweightLoss,
        Self::TradeCreation,
        Self::TradeDiversion,
        Self::IncidenceBuyers,
        Self::IncidenceProducers,
    ];
}

impl SectorVariable {
    /// Those of general equilibrium: the first, so that each stands at its own index.
    pub const GENERAL: &'static [Self] = first(Self::ALL, Self::ConsumerSurplus as usize);

    /// Those of partial equilibrium.
    pub const PARTIAL: &'static [Self] = &[
        Self::Output,
        Self::OutputPrice,
        Self::BuyerPrice,
        Self::Imports,
        Self::Exports,
        Self::ConsumerSurplus,
        Self::ProducerSurplus,
        Self::TariffRevenue,
        Self::ExportTaxRevenue,
        Self::NetSurplus,
        Self::TermsOfTradeGain,
        Self::DeadweightLoss,
        Self::TradeCreation,
        Self::TradeDiversion,
        Self::IncidenceBuyers,
        Self::IncidenceProducers,
    ];
}

impl FlowVariable {
    /// Those of general equilibrium: the first, so that each stands at its own index.
    pub const GENERAL: &'static [Self] = first(Self::ALL, Self::TariffRevenue as usize);

    /// Those of partial equilibrium.
    pub const PARTIAL: &'static [Self] = &[
        Self::Rate,
        Self::BorderPrice,
        Self::BuyerPrice,
        Self::Volume,
        Self::Value,
        Self::TariffRevenue,
        Self::TradeCreation,
        Self::TradeDiversion,
        Self::IncidenceBuyers,
        Self::IncidenceProducers,
    ];
}

/// The variables that a model has, in the order of its results; the others are not modelled in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Variables {
    /// Of countries.
    pub countries: &'static [CountryVariable],
    /// Of sectors.
    pub sectors: &'static [SectorVariable],
    /// Of flows.
    pub flows: &'static [FlowVariable],
    /// What stands for a country where only one number is told.
    pub headline: CountryVariable,
    /// What buyers pay, and what arrives at the border, as people are told.
    pub prices: [FlowVariable; 2],
}

impl Variables {
    /// Of general equilibrium.
    pub const GENERAL: &'static Self = &Self {
        countries: CountryVariable::GENERAL,
        sectors: SectorVariable::GENERAL,
        flows: FlowVariable::GENERAL,
        headline: CountryVariable::Welfare,
        prices: [FlowVariable::BuyerPriceReal, FlowVariable::BorderPriceReal],
    };

    /// Of partial equilibrium.
    pub const PARTIAL: &'static Self = &Self {
        countries: CountryVariable::PARTIAL,
        sectors: SectorVariable::PARTIAL,
        flows: FlowVariable::PARTIAL,
        headline: CountryVariable::NetSurplus,
        prices: [FlowVariable::BuyerPrice, FlowVariable::BorderPrice],
    };

    /// Where a variable of a country stands among those of all countries; `None` where it is not one of these.
    pub fn place(&self, country: CountryId, variable: CountryVariable) -> Option<usize> {
        let at = self.countries.iter().position(|own| *own == variable)?;
        Some(country.index() * self.countries.len() + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_points_back_at_its_variable() {
        assert!(CountryVariable::ALL.iter().enumerate().all(|(at, v)| v.index() == at));
        assert!(SectorVariable::ALL.iter().enumerate().all(|(at, v)| v.index() == at));
        assert!(FlowVariable::ALL.iter().enumerate().all(|(at, v)| v.index() == at));
    }
}
