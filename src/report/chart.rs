//! Charts as SVG and PNG: points with 50, 80 and 95 % bands, every row with its label and its value.
//!
//! The same run gives the same bytes on every machine: text is measured with the fonts in `assets/fonts`.

mod axis;
mod compare;
mod dark;
mod figure;
mod market;
mod outcomes;
mod panel;
mod path;
mod pen;
mod picture;
mod sweep;
mod waterfall;

use crate::bilateral::Flow;
use crate::index::{CountryId, SectorId};
use crate::model::variable::{CountryVariable, FlowVariable, Unit};
use crate::monte_carlo::estimate::{Estimate, FlowRow, Spread};
use crate::report::disclosure::{self, Topic};
use crate::report::focus::{self, Pair};
use crate::report::number;
use crate::report::spoken::Scale;
use crate::report::study::Study;
pub use compare::compare_chart;
pub use dark::dark_style;
use figure::{Figure, Mark, Row, Series};
pub use market::market;
pub use path::path_chart;
use pen::Hue;
pub use picture::png;
pub use sweep::sweep_chart;
pub use waterfall::{contributions, welfare};

/// The most rows of a chart: more cannot be read from the back of a room.
const MOST_ROWS: usize = 20;

/// The most pairs of countries in a chart of flows.
const MOST_PAIRS: usize = 12;

/// How many rows of sectors there may be when there are few pairs.
const SECTOR_ROWS: usize = 8;

/// How many suppliers that are not targeted are shown.
const MOST_OTHERS: usize = 4;

/// The most countries in a chart.
const MOST_COUNTRIES: usize = 12;

/// `prices.svg`: buyer and border prices of the touched flows.
pub fn prices(study: &Study<'_>) -> String {
    let pairs = focus::pairs(study);
    if !study.outcomes.is_empty() {
        return outcomes::prices(study, &pairs);
    }
    let marks = |row: usize| {
        let [buyer, border] = study.estimates.variables.prices;
        let buyer = mark(0, study.estimates.flow(row, buyer));
        let border = mark(1, study.estimates.flow(row, border));
        buyer.into_iter().chain(border).collect()
    };
    let mut notes = hidden(&pairs);
    notes.push(study.prices_are().to_owned());
    let figure = Figure {
        title: format!("Prices: {}", study.title),
        subtitle: "Change in what buyers pay and what arrives at the border, by supplier".to_owned(),
        axis: study.price_axis().to_owned(),
        series: vec![
            Series { name: "buyer price (with tariff)".to_owned(), hue: Hue::Blue },
            Series { name: "border price (before tariff)".to_owned(), hue: Hue::Orange },
        ],
        rows: flow_rows(study, &pairs, &marks),
        notes: with_assumptions(study, notes),
    };
    figure.draw()
}

/// `volumes.svg`: volumes of the touched flows, and of the other suppliers that gain most.
pub fn volumes(study: &Study<'_>) -> String {
    let pairs = focus::pairs(study);
    if !study.outcomes.is_empty() {
        return outcomes::volumes(study, &pairs);
    }
    let volume = |series: usize, row: usize| {
        mark(series, study.estimates.flow(row, FlowVariable::Volume)).into_iter().collect()
    };
    let mut rows = flow_rows(study, &pairs, &|row| volume(0, row));
    let others = other_suppliers(study, &pairs);
    rows.extend(others.iter().take(MOST_ROWS.saturating_sub(rows.len())).map(|&row| {
        let flow = &study.estimates.flow_rows[row];
        Row { label: pair_name(study, flow.exporter, flow.importer), is_detail: false, marks: volume(1, row) }
    }));
    let mut series = vec![Series { name: "goods that the measures touch".to_owned(), hue: Hue::Blue }];
    if rows.iter().flat_map(|row| &row.marks).any(|mark| mark.series == 1) {
        series.push(Series { name: "not touched: the largest gains".to_owned(), hue: Hue::Green });
    }
    let figure = Figure {
        title: format!("Volumes: {}", study.title),
        subtitle: "Change in the volume of trade, by supplier".to_owned(),
        axis: "change in volume, per cent".to_owned(),
        series,
        rows,
        notes: with_assumptions(study, hidden(&pairs)),
    };
    figure.draw()
}

/// `countries.svg`: welfare and real wages of the countries concerned.
pub fn countries(study: &Study<'_>) -> String {
    if !study.outcomes.is_empty() {
        return outcomes::countries(study);
    }
    if study.markets.is_some() {
        return surpluses(study);
    }
    let shown = countries_by_headline(study, MOST_COUNTRIES);
    let welfare = |country: CountryId| study.estimates.country(country, CountryVariable::Welfare);
    let row = |&country: &CountryId| {
        let real_wage = study.estimates.country(country, CountryVariable::RealWage);
        let marks = mark(0, welfare(country)).into_iter().chain(mark(1, real_wage)).collect();
        Row { label: study.dataset.countries.name(country).to_owned(), is_detail: false, marks }
    };
    let figure = Figure {
        title: format!("Countries: {}", study.title),
        subtitle: "Change in real income (welfare) and in what an hour of work buys".to_owned(),
        axis: "change in per cent".to_owned(),
        series: vec![
            Series { name: "welfare (real income)".to_owned(), hue: Hue::Blue },
            Series { name: "real wage".to_owned(), hue: Hue::Orange },
        ],
        rows: shown.iter().map(row).collect(),
        notes: with_assumptions(study, to_read_with(study, &shown)),
    };
    figure.draw()
}

/// The countries to show, from the one that gains most to the one that loses most.
fn countries_by_headline(study: &Study<'_>, most: usize) -> Vec<CountryId> {
    let mut shown = focus::countries(study, most);
    let headline = study.estimates.variables.headline;
    let height = |country: &CountryId| {
        study.estimates.country(*country, headline).central.unwrap_or(f64::NEG_INFINITY)
    };
    shown.sort_by(|a, b| height(b).total_cmp(&height(a)));
    shown
}

/// `countries.svg` of partial equilibrium: who gains and who loses, in money.
fn surpluses(study: &Study<'_>) -> String {
    const SHOWN: [(CountryVariable, &str, Hue); 3] = [
        (CountryVariable::ConsumerSurplus, "consumer surplus", Hue::Orange),
        (CountryVariable::ProducerSurplus, "producer surplus", Hue::Green),
        (CountryVariable::NetSurplus, "net, with tariff revenue", Hue::Blue),
    ];
    let shown = countries_by_headline(study, MOST_COUNTRIES / 2);
    let estimate = |country: CountryId, variable| study.estimates.country(country, variable);
    let all = shown.iter().flat_map(|&country| SHOWN.map(|(variable, ..)| *estimate(country, variable)));
    let scale = Scale::of(Unit::Money, &study.dataset.unit, all);
    let row = |&country: &CountryId| {
        let marks = SHOWN
            .iter()
            .enumerate()
            .filter_map(|(series, &(variable, ..))| scaled_mark(series, estimate(country, variable), &scale));
        Row {
            label: study.dataset.countries.name(country).to_owned(),
            is_detail: false,
            marks: marks.collect(),
        }
    };
    let figure = Figure {
        title: format!("Countries: {}", study.title),
        subtitle: "Who gains and who loses: buyers, producers, and the country with its tariff revenue"
            .to_owned(),
        axis: format!("change in {}", scale.words),
        series: SHOWN.map(|(_, name, hue)| Series { name: name.to_owned(), hue }).into(),
        rows: shown.iter().map(row).collect(),
        notes: with_assumptions(study, vec![study.prices_are().to_owned()]),
    };
    figure.draw()
}

/// The sentences that concern welfare and real wages.
fn to_read_with(study: &Study<'_>, shown: &[CountryId]) -> Vec<String> {
    let lines = disclosure::lines(study, shown).into_iter();
    let lines = lines.filter(|line| matches!(line.topic, Topic::Gain | Topic::Range));
    let outside = disclosure::outside(study, shown, &[CountryVariable::Welfare, CountryVariable::RealWage]);
    lines.chain(outside).map(|line| capitalised(&line)).collect()
}

fn capitalised(line: &disclosure::Disclosure) -> String {
    let text = line.to_string();
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect()) + "."
}

/// The line that stands under every chart.
fn with_assumptions(study: &Study<'_>, notes: Vec<String>) -> Vec<String> {
    with_line(study, &disclosure::assumptions(study), notes)
}

fn with_line(study: &Study<'_>, assumptions: &str, mut notes: Vec<String>) -> Vec<String> {
    let kind = if study.uncertainty.draws == 0 { "model estimate" } else { disclosure::RANGE };
    notes.push(format!("{assumptions} · {kind}, not a forecast"));
    notes
}

fn hidden(pairs: &[Pair]) -> Vec<String> {
    let more = pairs.len().saturating_sub(MOST_PAIRS);
    let note = format!("The {MOST_PAIRS} pairs with the largest trade; {more} more are in flows.csv.");
    (more > 0).then_some(note).into_iter().collect()
}

/// Rows for the touched pairs, each followed by its largest sectors if there is room.
fn flow_rows(study: &Study<'_>, pairs: &[Pair], marks: &dyn Fn(usize) -> Vec<Mark>) -> Vec<Row> {
    let shown = &pairs[..pairs.len().min(MOST_PAIRS)];
    let mut rows = Vec::new();
    for pair in shown {
        let total = focus::flow_row(study, pair.importer, pair.exporter, None);
        let label = pair_name(study, pair.exporter, pair.importer);
        rows.push(Row { label, is_detail: false, marks: total.map(marks).unwrap_or_default() });
        let traded = pair.sectors.iter().filter(|(_, trade)| *trade > 0.0);
        for &(sector, _) in traded.take(SECTOR_ROWS / shown.len()) {
            rows.extend(sector_row(study, pair, sector, marks));
        }
    }
    rows
}

fn sector_row(
    study: &Study<'_>,
    pair: &Pair,
    sector: SectorId,
    marks: &dyn Fn(usize) -> Vec<Mark>,
) -> Option<Row> {
    let row = focus::flow_row(study, pair.importer, pair.exporter, Some(sector))?;
    let label = study.dataset.sectors.name(sector).to_owned();
    Some(Row { label, is_detail: true, marks: marks(row) })
}

const NO_BREAK: &str = "\u{a0}";

/// Goods go from left to right.
fn pair_name(study: &Study<'_>, exporter: CountryId, importer: CountryId) -> String {
    let countries = &study.dataset.countries;
    // A long label is broken after the arrow only.
    let name = |country| countries.name(country).replace(' ', NO_BREAK);
    format!("{}{NO_BREAK}→ {}", name(exporter), name(importer))
}

/// Pairs that no measure touches, with an importer whose policy changes, by how much trade they gain.
fn other_suppliers(study: &Study<'_>, pairs: &[Pair]) -> Vec<usize> {
    let importers: Vec<CountryId> = pairs.iter().map(|pair| pair.importer).collect();
    let is_touched =
        |importer, exporter| pairs.iter().any(|pair| pair.importer == importer && pair.exporter == exporter);
    let gain = |row: usize| {
        let growth = study.estimates.flow(row, FlowVariable::Volume).central.unwrap_or(0.0);
        growth * goods_trade(study, study.estimates.flow_rows[row])
    };
    let rows = study.estimates.flow_rows.iter().enumerate();
    let mut others: Vec<usize> = rows
        .filter(|(_, row)| row.sector.is_none() && row.importer != row.exporter)
        .filter(|(_, row)| importers.contains(&row.importer) && !is_touched(row.importer, row.exporter))
        .map(|(at, _)| at)
        .filter(|&at| gain(at) > 0.0)
        .collect();
    others.sort_by(|&a, &b| gain(b).total_cmp(&gain(a)));
    others.truncate(MOST_OTHERS);
    others
}

/// Baseline trade of a pair in all goods.
fn goods_trade(study: &Study<'_>, row: FlowRow) -> f64 {
    let flow = |sector| Flow { sector, importer: row.importer, exporter: row.exporter };
    let goods = study.dataset.sectors.ids::<SectorId>().filter(|&sector| study.dataset.is_goods(sector));
    goods.map(|sector| study.dataset.trade.get(flow(sector))).sum()
}

/// The mark of an estimate; none where it has no value.
fn mark(series: usize, estimate: &Estimate) -> Option<Mark> {
    scaled_mark(series, estimate, &Scale::percent())
}

/// Amounts of money have their unit at the axis.
fn scaled_mark(series: usize, estimate: &Estimate, scale: &Scale) -> Option<Mark> {
    let (point, bands) = point_with_bands(estimate, scale.divisor)?;
    let shown = number::shown(estimate, scale.divisor)?.central;
    let text = if scale.sign == "%" { format!("{shown} %") } else { shown };
    Some(Mark { series, point, bands, text })
}

/// A central value with its bands, in units of `divisor`; none where it has no value.
fn point_with_bands(estimate: &Estimate, divisor: f64) -> Option<(f64, Option<[[f64; 2]; 3]>)> {
    let point = estimate.central.filter(|value| value.is_finite())?;
    let bands = estimate.spread.as_ref().map(bands);
    let bands = bands.filter(|bands| bands.iter().flatten().all(|end| end.is_finite()));
    Some((point / divisor, bands.map(|bands| bands.map(|ends| ends.map(|end| end / divisor)))))
}

/// The 95, 80 and 50 % bands, widest first.
fn bands(spread: &Spread) -> [[f64; 2]; 3] {
    let quantile =
        |p| spread.quantile(p).expect("the ends of the bands are among the quantiles that are kept");
    [[0.025, 0.975], [0.10, 0.90], [0.25, 0.75]].map(|ends| ends.map(quantile))
}
