//! What a reader wants to see first: the pairs a policy touches, and the countries it concerns.

use std::collections::BTreeMap;

use crate::bilateral::Flow;
use crate::economy::policy::RateChange;
use crate::index::{CountryId, Position, SectorId};
use crate::model::variable::CountryVariable;
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
fn side(pairs: &[Pair], country: fn(&Pair) -> CountryId) -> Vec<CountryId> {
    let mut trade: BTreeMap<CountryId, f64> = BTreeMap::new();
    for pair in pairs {
        *trade.entry(country(pair)).or_default() += pair.trade;
    }
    let mut countries: Vec<(CountryId, f64)> = trade.into_iter().collect();
    descending(&mut countries, |&(_, trade)| trade);
    countries.into_iter().map(|(country, _)| country).collect()
}

/// The countries whose own policy changes, by the trade they touch.
pub fn imposing(study: &Study<'_>) -> Vec<CountryId> {
    side(&pairs(study), |pair| pair.importer)
}

/// The countries whose exports are touched, by that trade.
pub fn targeted(study: &Study<'_>) -> Vec<CountryId> {
    side(&pairs(study), |pair| pair.exporter)
}

/// All countries by the size of their welfare change, largest first; those without a value last.
fn affected(study: &Study<'_>) -> Vec<CountryId> {
    let size = |&country: &CountryId| {
        study.estimates.country(country, CountryVariable::Welfare).central.map_or(-1.0, f64::abs)
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
    let parts: Vec<String> = parts.chain(trade_cost(study, pair)).collect();
    if parts.is_empty() { "no change".to_owned() } else { parts.join(", ") }
}

/// How far the trade costs of a pair change.
fn trade_cost(study: &Study<'_>, pair: &Pair) -> Option<String> {
    let is_in = |flow: Flow| flow.importer == pair.importer && flow.exporter == pair.exporter;
    let changes = study.policy.changes.iter().filter(|change| is_in(change.flow));
    let costs = changes.map(|change| change.cost).filter(|&cost| cost != CostFactor::UNCHANGED);
    let [low, high] = costs.fold([f64::INFINITY, 0.0_f64], |[low, high], cost| {
        [low.min(cost.factor()), high.max(cost.factor())]
    });
    let change = |factor: f64| {
        if factor.is_infinite() { "closed".to_owned() } else { number::signed_percent(factor - 1.0) }
    };
    match (low, high) {
        (low, high) if low > high => None,
        (low, high) if low >= high => Some(format!("trade cost {}", change(low))),
        (low, high) => Some(format!("trade cost {} to {}", change(low), change(high))),
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
