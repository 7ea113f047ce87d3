//! The tables of the page, from what was read.

use std::collections::HashMap;

use crate::model::variable::{CountryVariable, FlowVariable, Unit};
use crate::report::number::{self, Place};
use crate::report::page::grid::{Cell, Column, Grid};
use crate::report::page::story::{Pair, Story};
use crate::report::page::values::{Countries, FlowKey, Flows, RateChange, Statistics};
use crate::report::tables::ALL_GOODS;

/// The columns of the two tables of countries.
pub(super) const INCOME: [CountryVariable; 5] = [
    CountryVariable::Welfare,
    CountryVariable::WelfareFirstOrder,
    CountryVariable::RealWage,
    CountryVariable::ConsumerPrices,
    CountryVariable::WelfareUsd,
];
pub(super) const TRADE: [CountryVariable; 6] = [
    CountryVariable::Exports,
    CountryVariable::Imports,
    CountryVariable::TermsOfTrade,
    CountryVariable::TariffRevenue,
    CountryVariable::EffectiveRateBaseline,
    CountryVariable::EffectiveRate,
];

/// The same in partial equilibrium.
pub(super) const SURPLUS: [CountryVariable; 6] = [
    CountryVariable::ConsumerSurplus,
    CountryVariable::ProducerSurplus,
    CountryVariable::TariffRevenue,
    CountryVariable::NetSurplus,
    CountryVariable::TermsOfTradeGain,
    CountryVariable::DeadweightLoss,
];
pub(super) const MARKET_TRADE: [CountryVariable; 8] = [
    CountryVariable::Exports,
    CountryVariable::Imports,
    CountryVariable::TradeCreation,
    CountryVariable::TradeDiversion,
    CountryVariable::IncidenceBuyers,
    CountryVariable::IncidenceProducers,
    CountryVariable::EffectiveRateBaseline,
    CountryVariable::EffectiveRate,
];

/// The columns of the table of flows.
fn flow_columns(story: &Story) -> [(FlowVariable, &'static str, &'static str); 4] {
    let [buyer, border] = story.variables().prices;
    [
        (buyer, "Buyer price", "with tariff, %"),
        (border, "Border price", "before tariff, %"),
        (FlowVariable::Volume, "Volume", "%"),
        (FlowVariable::Value, "Value", "before tariff, %"),
    ]
}

/// How many countries have a tile.
const TILES: usize = 3;

/// A number to be seen first.
pub(super) struct Tile {
    pub(super) about: String,
    pub(super) number: String,
    pub(super) range: Option<String>,
    pub(super) what: &'static str,
}

/// The unit in which money is shown.
pub(super) struct Money {
    pub(super) unit: String,
    pub(super) divisor: f64,
}

impl Money {
    /// The unit that suits the revenue and the surplus of the countries that are shown first.
    pub(super) fn of(story: &Story, countries: &Countries) -> Self {
        let amounts = |code: &String| {
            [CountryVariable::TariffRevenue, CountryVariable::ConsumerSurplus]
                .map(|variable| countries.get(code, variable).central)
        };
        let largest = story.concerned.iter().flat_map(amounts).flatten().map(f64::abs).fold(0.0, f64::max);
        let (unit, divisor) = number::money(&story.data.unit, largest);
        Self { unit, divisor }
    }
}

/// Goods go from left to right.
pub(super) fn pair_name(story: &Story, pair: &Pair) -> String {
    format!("{} → {}", story.country(&pair.exporter), story.country(&pair.importer))
}

/// The flows that the page shows: all goods of each listed pair, and its listed sectors.
pub(super) fn flow_keys(story: &Story) -> Vec<FlowKey<'_>> {
    story.touched.largest.iter().flat_map(pair_keys).collect()
}

/// The codes of the importer and the exporter of each listed pair.
pub(super) fn pair_codes(story: &Story) -> Vec<[&str; 2]> {
    story.touched.largest.iter().map(|pair| [pair.importer.as_str(), pair.exporter.as_str()]).collect()
}

fn pair_keys(pair: &Pair) -> impl Iterator<Item = FlowKey<'_>> {
    let sectors = pair.sectors.iter().map(String::as_str);
    std::iter::once(ALL_GOODS)
        .chain(sectors)
        .map(|sector| [pair.importer.as_str(), pair.exporter.as_str(), sector])
}

/// What is seen first: welfare of the countries most concerned, and the volume of the largest touched pair.
pub(super) fn tiles(story: &Story, countries: &Countries, flows: &Flows<'_>) -> Vec<Tile> {
    let tile = |about: String, what, statistics: Statistics, (unit, divisor): (&str, f64)| {
        let shown = statistics.figures().shown(divisor)?;
        let range = shown.range.map(|range| format!("{range} {unit}"));
        Some(Tile { about, number: format!("{} {unit}", shown.central), range, what })
    };
    let money = Money::of(story, countries);
    let headline = story.variables().headline;
    let (what, scale) = match headline.unit() {
        Unit::Money => ("net of surpluses and revenue", (money.unit.as_str(), money.divisor)),
        Unit::Percent | Unit::Points => ("welfare (real income)", ("%", 1.0)),
    };
    let concerned = story.concerned.iter().take(TILES);
    let welfare = concerned.filter_map(|code| {
        let statistics = countries.get(code, headline);
        tile(story.country(code).to_owned(), what, statistics, scale)
    });
    let volume = story.touched.largest.iter().take(1).filter_map(|pair| {
        let statistics = flows.get([&pair.importer, &pair.exporter, ALL_GOODS], FlowVariable::Volume);
        tile(pair_name(story, pair), "volume of trade, all goods", statistics, ("%", 1.0))
    });
    welfare.chain(volume).collect()
}

fn pair_columns() -> Vec<Column> {
    vec![Column::code("importer"), Column::code("exporter"), Column::name("flow", "Flow")]
}

fn pair_cells(story: &Story, pair: &Pair, goods: &str) -> Vec<Cell> {
    let name = Cell::Text(pair_name(story, pair), goods.to_owned());
    vec![Cell::text(&pair.importer), Cell::text(&pair.exporter), name]
}

/// The average rates of the listed pairs; none where no pair is touched.
pub(super) fn pair_rates(story: &Story) -> Option<Grid> {
    let pairs = &story.touched.largest;
    let (unit, divisor) =
        number::money(&story.data.unit, pairs.iter().map(|pair| pair.trade).fold(0.0, f64::max));
    let row = |pair: &Pair| {
        let trade = |trade: f64| number::plain(trade / divisor, Place::of(trade / divisor));
        let rates = [pair.before, pair.after].map(|rate| Cell::number(rate, number::rate));
        let words = Cell::text(&pair.by_measure);
        [pair_cells(story, pair, ""), vec![Cell::number(Some(pair.trade), trade)], rates.into(), vec![words]]
            .concat()
    };
    let trade = Column::number("baseline_trade", "Trade", format!("baseline, {unit}"));
    let columns = [pair_columns(), vec![trade], rate_columns().into()].concat();
    let grid = Grid::new(columns, pairs.iter().map(row).collect());
    let caption = "Average tariff over the goods touched, weighted by baseline imports";
    (!pairs.is_empty()).then(|| grid.named("rates-of-pairs", caption))
}

fn rate_columns() -> [Column; 3] {
    [
        Column::number("before", "Before", ""),
        Column::number("after", "After", ""),
        Column::words("by_measure", "By measure"),
    ]
}

/// The rates of the listed sectors of the listed pairs; none where no rate of these changes.
pub(super) fn sector_rates(story: &Story, rates: &HashMap<FlowKey<'_>, RateChange>) -> Option<Grid> {
    let row = |pair: &Pair, sector: &str| {
        let rate = rates.get(&[pair.importer.as_str(), pair.exporter.as_str(), sector])?;
        let words: Vec<String> = rate
            .parts
            .iter()
            .map(|(measure, change)| format!("{} {measure}", number::points(*change)))
            .collect();
        let cells = [rate.before, rate.after].map(|rate| Cell::number(Some(rate), number::rate));
        let name = pair_cells(story, pair, story.sector(sector));
        Some([vec![Cell::text(sector)], name, cells.into(), vec![Cell::text(words.join(", "))]].concat())
    };
    let of_pair =
        |pair: &Pair| pair.sectors.iter().filter_map(|sector| row(pair, sector)).collect::<Vec<_>>();
    let rows: Vec<Vec<Cell>> = story.touched.largest.iter().flat_map(of_pair).collect();
    let columns = [vec![Column::code("sector")], pair_columns(), rate_columns().into()].concat();
    (!rows.is_empty()).then(|| Grid::new(columns, rows).named("rates-of-sectors", "Tariff of each sector"))
}

/// Prices and volumes of all goods of the listed pairs; none where no pair is touched.
pub(super) fn flows(story: &Story, flows: &Flows<'_>) -> Option<Grid> {
    let grid = flow_grid(story, flows, |sector| sector == ALL_GOODS)?;
    Some(grid.named("prices-and-volumes", "All goods: change of prices and volumes"))
}

/// Prices and volumes of the listed sectors of the listed pairs; none where there is none.
pub(super) fn sector_flows(story: &Story, flows: &Flows<'_>) -> Option<Grid> {
    let grid = flow_grid(story, flows, |sector| sector != ALL_GOODS)?;
    Some(grid.named("prices-and-volumes-of-sectors", "Single sectors: change of prices and volumes"))
}

fn flow_grid(story: &Story, flows: &Flows<'_>, is_in: impl Fn(&str) -> bool) -> Option<Grid> {
    let row = |pair: &Pair, key: FlowKey<'_>| {
        let goods = if key[2] == ALL_GOODS { "" } else { story.sector(key[2]) };
        let numbers =
            flow_columns(story).map(|(variable, ..)| Cell::estimate(&flows.get(key, variable), 1.0));
        [vec![Cell::text(key[2])], pair_cells(story, pair, goods), numbers.into()].concat()
    };
    let rows_of = |pair: &Pair| {
        let keys = pair_keys(pair).filter(|key| is_in(key[2]));
        keys.map(|key| row(pair, key)).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<Cell>> = story.touched.largest.iter().flat_map(rows_of).collect();
    let numbers =
        flow_columns(story).map(|(variable, head, about)| Column::number(variable.name(), head, about));
    let columns = [vec![Column::code("sector")], pair_columns(), numbers.into()].concat();
    (!rows.is_empty()).then(|| Grid::new(columns, rows))
}

/// Some variables of some countries.
pub(super) fn countries(
    story: &Story,
    countries: &Countries,
    money: &Money,
    codes: &[String],
    variables: &[CountryVariable],
) -> Grid {
    let cell = |code: &str, variable: CountryVariable| {
        let statistics = countries.get(code, variable);
        match variable {
            CountryVariable::EffectiveRateBaseline | CountryVariable::EffectiveRate => {
                Cell::number(statistics.central, |percent| number::rate(percent / 100.0))
            }
            _ if variable.unit() == Unit::Money => Cell::estimate(&statistics, money.divisor),
            _ => Cell::estimate(&statistics, 1.0),
        }
    };
    let row = |code: &String| {
        let numbers = variables.iter().map(|&variable| cell(code, variable));
        country_cells(story, code).into_iter().chain(numbers).collect()
    };
    let numbers = variables.iter().map(|&variable| country_column(variable, money));
    let columns = country_columns().into_iter().chain(numbers).collect();
    Grid::new(columns, codes.iter().map(row).collect())
}

fn country_columns() -> [Column; 2] {
    [Column::code("country"), Column::name("name", "Country")]
}

fn country_cells(story: &Story, code: &str) -> [Cell; 2] {
    [Cell::text(code), Cell::text(story.country(code))]
}

fn country_column(variable: CountryVariable, money: &Money) -> Column {
    let (head, about) = match variable {
        CountryVariable::Welfare => ("Welfare", "exact, %"),
        CountryVariable::WelfareFirstOrder => ("Welfare", "first order, %"),
        CountryVariable::RealWage => ("Real wage", "%"),
        CountryVariable::ConsumerPrices => ("Consumer prices", "%"),
        CountryVariable::WelfareUsd => ("Welfare", money.unit.as_str()),
        CountryVariable::Exports => ("Exports", "value, %"),
        CountryVariable::Imports => ("Imports", "value, %"),
        CountryVariable::TermsOfTrade => ("Terms of trade", "%"),
        CountryVariable::TariffRevenue => ("Tariff revenue", money.unit.as_str()),
        CountryVariable::EffectiveRateBaseline => ("Average tariff", "before"),
        CountryVariable::EffectiveRate => ("Average tariff", "after"),
        CountryVariable::ConsumerSurplus => ("Consumer surplus", money.unit.as_str()),
        CountryVariable::ProducerSurplus => ("Producer surplus", money.unit.as_str()),
        CountryVariable::NetSurplus => ("Net", money.unit.as_str()),
        CountryVariable::TermsOfTradeGain => ("Terms of trade", money.unit.as_str()),
        CountryVariable::DeadweightLoss => ("Deadweight loss", money.unit.as_str()),
        CountryVariable::TradeCreation => ("Trade creation", money.unit.as_str()),
        CountryVariable::TradeDiversion => ("Trade diversion", money.unit.as_str()),
        CountryVariable::IncidenceBuyers => ("Buyers bear", "% of the duties"),
        CountryVariable::IncidenceProducers => ("Producers bear", "% of the duties"),
        other => (other.name(), ""),
    };
    Column::number(variable.name(), head, about)
}

/// How welfare is spread over the draws.
pub(super) fn spreads(story: &Story, countries: &Countries) -> Grid {
    let money = Money::of(story, countries);
    let headline = story.variables().headline;
    let (unit, divisor) =
        if headline.unit() == Unit::Money { (money.unit.as_str(), money.divisor) } else { ("%", 1.0) };
    let row = |code: &String| {
        let spread = countries.get(code, headline);
        let place = spread.figures().place(divisor);
        let numbers = [spread.central, spread.p05, spread.p25, spread.p50, spread.p75, spread.p95];
        let numbers =
            numbers.map(|value| Cell::number(value, |value| number::signed(value / divisor, place)));
        let share = Cell::number(spread.p_negative, |share| {
            format!("{} %", number::plain(share * 100.0, Place::UNITS))
        });
        country_cells(story, code).into_iter().chain(numbers).chain([share]).collect()
    };
    let columns = [
        Column::number("central", "Central", unit),
        Column::number("p05", "5 %", "of draws below"),
        Column::number("p25", "25 %", "of draws below"),
        Column::number("p50", "50 %", "median"),
        Column::number("p75", "75 %", "of draws below"),
        Column::number("p95", "95 %", "of draws below"),
        Column::number("p_negative", "Loss", "share of draws"),
    ];
    let columns = country_columns().into_iter().chain(columns).collect();
    let rows = story.concerned.iter().map(row).collect();
    let caption = match headline.unit() {
        Unit::Money => format!("Net of surpluses and revenue over the draws: change in {unit}"),
        Unit::Percent | Unit::Points => "Welfare over the draws: change in per cent".to_owned(),
    };
    Grid::new(columns, rows).named("ranges-of-welfare", &caption)
}
