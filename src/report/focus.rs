//! What a reader wants to see first: the pairs a policy touches, and the countries it concerns.

use std::collections::BTreeMap;

use crate::bilateral::Flow;
use crate::economy::policy::{Duty, FlowChange, RateChange};
use crate::index::{CountryId, Position, SectorId};
use crate::report::number;
use crate::report::study::Study;
use crate::units::CostFactor;

/// The touched flows of one pair of countries.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The importer.
    pub importer: CountryId,
    /// The exporter.
    pub exporter: CountryId,
    /// Baseline trade in the touched sectors.
    pub trade: f64,
    /// The touched sectors with their baseline trade, largest first.
    pub sectors: Vec<(SectorId, f64)>,
}

impl Pair {
    /// The flow of one of its sectors.
    pub fn flow(&self, sector: SectorId) -> Flow {
        Flow { sector, importer: self.importer, exporter: self.exporter }
    }
}

/// Largest first; equals stay in their order.
fn descending<T>(items: &mut [T], size: impl Fn(&T) -> f64) {
    items.sort_by(|a, b| size(b).total_cmp(&size(a)));
}

/// The pairs of countries that the policy touches, by baseline trade in the touched sectors, largest first.
pub fn pairs(study: &Study<'_>) -> Vec<Pair> {
    let mut sectors: BTreeMap<(CountryId, CountryId), Vec<(SectorId, f64)>> = BTreeMap::new();
    for &flow in &study.policy.touched {
        let trade = study.dataset.trade.get(flow);
        sectors.entry((flow.importer, flow.exporter)).or_default().push((flow.sector, trade));
    }
    let pair = |((importer, exporter), mut sectors): (_, Vec<(SectorId, f64)>)| {
        descending(&mut sectors, |&(_, trade)| trade);
        Pair { importer, exporter, trade: sectors.iter().map(|(_, trade)| trade).sum(), sectors }
    };
    let mut pairs: Vec<Pair> = sectors.into_iter().map(pair).collect();
    descending(&mut pairs, |pair| pair.trade);
    pairs
}

/// How the rate of a flow changed, if it did.
pub fn rate_change<'a>(study: &Study<'a>, flow: Flow) -> Option<&'a RateChange> {
    let key = |flow: Flow| (flow.importer, flow.exporter, flow.sector);
    let rates = &study.policy.rates;
    rates.binary_search_by_key(&key(flow), |rate| key(rate.flow)).ok().map(|at| &rates[at])
}

/// The position of a flow row among the reported ones; no sector means all goods together.
pub fn flow_row(
    study: &Study<'_>,
    importer: CountryId,
    exporter: CountryId,
    sector: Option<SectorId>,
) -> Option<usize> {
    let place = |sector: Option<SectorId>| sector.map_or(usize::MAX, Position::index);
    let rows = &study.estimates.flow_rows;
    let key = (importer, exporter, place(sector));
    rows.binary_search_by_key(&key, |row| (row.importer, row.exporter, place(row.sector))).ok()
}

/// Countries by the touched trade they take part in on one side, largest first.
fn side(pairs: &[Pair], country: impl Fn(&Pair) -> CountryId) -> Vec<CountryId> {
    let mut trade: BTreeMap<CountryId, f64> = BTreeMap::new();
    for pair in pairs {
        *trade.entry(country(pair)).or_default() += pair.trade;
    }
    let mut countries: Vec<(CountryId, f64)> = trade.into_iter().collect();
    descending(&mut countries, |&(_, trade)| trade);
    countries.into_iter().map(|(country, _)| country).collect()
}

/// The countries whose own policy changes, by the trade they touch: importers, and exporters of what only export taxes
/// change.
pub fn imposing(study: &Study<'_>) -> Vec<CountryId> {
    side(&pairs(study), |pair| if is_by_exporter(study, pair) { pair.exporter } else { pair.importer })
}

/// The countries at the other end, by that trade.
pub fn targeted(study: &Study<'_>) -> Vec<CountryId> {
    side(&pairs(study), |pair| if is_by_exporter(study, pair) { pair.importer } else { pair.exporter })
}

/// Whether the exporter alone does something to a pair.
fn is_by_exporter(study: &Study<'_>, pair: &Pair) -> bool {
    let taxes_only = |change: &FlowChange| {
        let nothing = FlowChange::new(change.flow, change.rate, CostFactor::UNCHANGED);
        rate_change(study, change.flow).is_none()
            && *change == FlowChange { export_tax: change.export_tax, ..nothing }
    };
    let mut changes = changes(study, pair).peekable();
    changes.peek().is_some() && changes.all(taxes_only)
}

/// All countries by the size of the change that stands for them, largest first; those without a value last.
fn affected(study: &Study<'_>) -> Vec<CountryId> {
    let size = |&country: &CountryId| {
        study.estimates.country(country, study.estimates.variables.headline).central.map_or(-1.0, f64::abs)
    };
    let mut countries: Vec<CountryId> = study.dataset.countries.ids().collect();
    descending(&mut countries, size);
    countries
}

/// The most countries that are shown without being named by the policy.
const MOST_UNNAMED: usize = 5;

/// The countries to show: those that impose first, then those that are targeted, then the most affected.
///
/// A quarter of the places is kept for countries that are affected without being named, and a few at most are
/// added to those that are.
pub fn countries(study: &Study<'_>, most: usize) -> Vec<CountryId> {
    let named = most - most / 4;
    let mut shown: Vec<CountryId> = imposing(study).into_iter().take(named / 2).collect();
    add_new(&mut shown, targeted(study), named);
    let most = most.min(shown.len() + MOST_UNNAMED);
    add_new(&mut shown, affected(study), most);
    shown
}

fn add_new(shown: &mut Vec<CountryId>, more: Vec<CountryId>, most: usize) {
    for country in more {
        if shown.len() < most && !shown.contains(&country) {
            shown.push(country);
        }
    }
}

/// The average observed rate of the touched flows of a pair; `None` without trade.
pub fn rate_before(study: &Study<'_>, pair: &Pair) -> Option<f64> {
    average(pair, |flow| study.dataset.tariffs.get(flow))
}

/// The average new rate of the touched flows of a pair; `None` without trade.
pub fn rate_after(study: &Study<'_>, pair: &Pair) -> Option<f64> {
    let observed = |flow| study.dataset.tariffs.get(flow);
    average(pair, |flow| {
        rate_change(study, flow).map_or_else(|| observed(flow), |rate| rate.after.fraction())
    })
}

/// The average of a rate over the touched flows of a pair, weighted by baseline trade; `None` without trade.
fn average(pair: &Pair, rate: impl Fn(Flow) -> f64) -> Option<f64> {
    let weighted = |&(sector, trade): &(SectorId, f64)| trade * rate(pair.flow(sector));
    (pair.trade > 0.0).then(|| pair.sectors.iter().map(weighted).sum::<f64>() / pair.trade)
}

/// What each measure adds to the average rate of a pair, and what happens to its trade costs.
pub fn by_measure(study: &Study<'_>, pair: &Pair) -> String {
    let part = |measure: usize| {
        average(pair, |flow| {
            let change = rate_change(study, flow);
            let parts = change.iter().flat_map(|change| &change.contributions);
            parts.filter(|part| part.measure == measure).map(|part| part.change).sum()
        })
    };
    let measures = study.policy.measures.iter().enumerate();
    let parts = measures.filter_map(|(at, measure)| {
        let change = part(at).filter(|change| *change != 0.0)?;
        Some(format!("{} {}", number::points(change), measure.name))
    });
    let parts: Vec<String> = parts.chain(trade_cost(study, pair)).chain(instruments(study, pair)).collect();
    if parts.is_empty() { "no change".to_owned() } else { parts.join(", ") }
}

/// What changes on the flows of a pair.
fn changes<'s>(study: &Study<'s>, pair: &Pair) -> impl Iterator<Item = &'s FlowChange> + use<'s> {
    let (importer, exporter) = (pair.importer, pair.exporter);
    let is_in = move |flow: Flow| flow.importer == importer && flow.exporter == exporter;
    study.policy.changes.iter().filter(move |change| is_in(change.flow))
}

/// How far the trade costs of a pair change.
fn trade_cost(study: &Study<'_>, pair: &Pair) -> Option<String> {
    let costs = changes(study, pair).map(|change| change.cost).filter(|&cost| cost != CostFactor::UNCHANGED);
    let change = |factor: f64| {
        if factor.is_infinite() { "closed".to_owned() } else { number::signed_percent(factor - 1.0) }
    };
    between("trade cost", costs.map(CostFactor::factor), change)
}

/// Export taxes, quotas and specific duties on the flows of a pair.
fn instruments(study: &Study<'_>, pair: &Pair) -> impl Iterator<Item = String> {
    let taxes = changes(study, pair).map(|change| change.export_tax.fraction()).filter(|tax| *tax != 0.0);
    let specific = changes(study, pair).filter_map(|change| match change.duty {
        Duty::Specific(duty) => Some(duty.fraction()),
        Duty::AdValorem | Duty::Quota(_) => None,
    });
    let volumes = changes(study, pair).filter_map(|change| match change.duty {
        Duty::Quota(quota) => Some(quota.volume.factor()),
        Duty::AdValorem | Duty::Specific(_) => None,
    });
    let volume = |factor: f64| format!("{}%", (1e4 * factor).round() / 100.0);
    [
        between("export tax", taxes, number::signed_percent),
        between("specific duty", specific, number::signed_percent),
        between("quota at", volumes, volume),
    ]
    .into_iter()
    .flatten()
}

/// "trade cost +5% to +10%"; nothing where there are no values.
fn between(what: &str, values: impl Iterator<Item = f64>, words: impl Fn(f64) -> String) -> Option<String> {
    let range = values
        .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| [low.min(value), high.max(value)]);
    match range {
        [low, high] if low > high => None,
        [low, high] if low >= high => Some(format!("{what} {}", words(low))),
        [low, high] => Some(format!("{what} {} to {}", words(low), words(high))),
    }
}

/// Whether a policy raises any rate of one country on another.
pub fn raises(study: &Study<'_>, importer: CountryId, exporter: Option<CountryId>) -> bool {
    study.policy.rates.iter().any(|rate| {
        rate.after > rate.before
            && rate.flow.importer == importer
            && exporter.is_none_or(|exporter| rate.flow.exporter == exporter)
    })
}
