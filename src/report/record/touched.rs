//! What of a record says where a policy reaches: the page cannot know it from the tables.

use serde::{Deserialize, Serialize};

use crate::report::focus;
use crate::report::study::Study;

/// The flows that measures reach.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Touched {
    /// How many flows there are.
    pub flows: usize,
    /// How many pairs of countries they belong to.
    pub pairs: usize,
    /// The pairs with the most trade in them, largest first.
    pub largest: Vec<Pair>,
}

/// The touched flows of a pair of countries.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pair {
    /// Code of the importer.
    pub importer: String,
    /// Code of the exporter.
    pub exporter: String,
    /// Baseline trade in the touched flows.
    pub trade: f64,
    /// Their average rate before, weighted by baseline trade, as a fraction; none without trade.
    pub before: Option<f64>,
    /// The same with the new rates.
    pub after: Option<f64>,
    /// What each measure adds to the average, and what happens to trade costs.
    pub by_measure: String,
    /// The touched sectors with trade, largest first; none where there are too many pairs to show them.
    pub sectors: Vec<String>,
}

/// The most pairs that a record lists.
const MOST_PAIRS: usize = 40;

/// The most sectors that a record lists over all its pairs; fewer than three for each pair are none.
const MOST_SECTORS: usize = 100;
const FEWEST_SECTORS: usize = 3;

/// The touched flows, by pairs of countries.
pub(super) fn touched(study: &Study<'_>) -> Touched {
    let pairs = focus::pairs(study);
    let listed = &pairs[..pairs.len().min(MOST_PAIRS)];
    let share = MOST_SECTORS / listed.len().max(1);
    let sectors = if share < FEWEST_SECTORS { 0 } else { share };
    Touched {
        flows: study.policy.touched.len(),
        pairs: pairs.len(),
        largest: listed.iter().map(|of| pair(study, of, sectors)).collect(),
    }
}

fn pair(study: &Study<'_>, pair: &focus::Pair, most_sectors: usize) -> Pair {
    let traded = pair.sectors.iter().filter(|(_, trade)| *trade > 0.0);
    Pair {
        importer: study.dataset.countries.code(pair.importer).to_owned(),
        exporter: study.dataset.countries.code(pair.exporter).to_owned(),
        trade: pair.trade,
        before: focus::rate_before(study, pair),
        after: focus::rate_after(study, pair),
        by_measure: focus::by_measure(study, pair),
        sectors: traded
            .take(most_sectors)
            .map(|&(sector, _)| study.dataset.sectors.code(sector).to_owned())
            .collect(),
    }
}
