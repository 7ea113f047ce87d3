//! The outcomes side by side, on a terminal.

use crate::index::CountryId;
use crate::model::variable::{CountryVariable, FlowVariable};
use crate::monte_carlo::estimate::Estimate;
use crate::report::focus::{self, Pair};
use crate::report::spoken::{self, Scale};
use crate::report::study::Study;
use crate::report::terminal::layout::{Cell, Grid, Page};
use crate::report::terminal::{MOST_PAIRS, SHORTEST_COUNTRY, SHORTEST_FLOW, number_cell, pair_label};

/// The most outcomes that stand side by side.
const MOST_OUTCOMES: usize = 5;

/// What may happen, then welfare, volumes and buyer prices in each outcome and over all; nothing where it is certain.
pub(super) fn outcomes(page: &mut Page, study: &Study<'_>, pairs: &[Pair], countries: &[CountryId]) {
    if study.outcomes.is_empty() {
        return;
    }
    list(page, study);
    let heads: Vec<String> = study
        .outcomes
        .iter()
        .take(MOST_OUTCOMES)
        .map(|outcome| format!("{} ({})", outcome.name, outcome.probability))
        .chain(["all".to_owned()])
        .collect();
    let shown: Vec<Study<'_>> = study
        .worlds()
        .skip(1)
        .take(MOST_OUTCOMES)
        .chain(study.worlds().take(1))
        .map(|(_, study)| study)
        .collect();
    let cells = |of: &dyn Fn(&Study<'_>) -> Option<Estimate>, divisor: f64| -> Vec<Cell> {
        shown
            .iter()
            .map(|study| of(study).map_or(Cell::missing(), |estimate| number_cell(&estimate, divisor)))
            .collect()
    };
    let headline = study.estimates.variables.headline;
    let grid = |first: &'static str, shortest| {
        let heads: Vec<&str> = [first].into_iter().chain(heads.iter().map(String::as_str)).collect();
        Grid::new(&heads, shortest)
    };
    let estimates = countries.iter().map(|&country| *study.estimates.country(country, headline));
    let scale = Scale::of(headline.unit(), &study.dataset.unit, estimates);
    let title = match headline {
        CountryVariable::Welfare => "Welfare".to_owned(),
        other => spoken::heading(other),
    };
    page.section(&format!("{title} by outcome"), &format!("change in {}", scale.words));
    let mut welfare = grid("country", SHORTEST_COUNTRY);
    for &country in countries {
        let of = |study: &Study<'_>| Some(*study.estimates.country(country, headline));
        welfare.row(study.dataset.countries.name(country), cells(&of, scale.divisor));
    }
    page.grid(&welfare);
    for (title, variable) in [
        ("Volumes by outcome", FlowVariable::Volume),
        ("Buyer prices by outcome", study.estimates.variables.prices[0]),
    ] {
        page.section(title, "all goods, change in per cent");
        let mut flows = grid("importer from exporter", SHORTEST_FLOW);
        for pair in pairs.iter().take(MOST_PAIRS) {
            let row = focus::flow_row(study, pair.importer, pair.exporter, None);
            let of = |study: &Study<'_>| row.map(|row| *study.estimates.flow(row, variable));
            flows.row(&pair_label(study, pair), cells(&of, 1.0));
        }
        page.grid(&flows);
    }
    let hidden = study.outcomes.len().saturating_sub(MOST_OUTCOMES);
    if hidden > 0 {
        page.note(&format!("{hidden} more outcomes are in the files of --out."));
    }
}

fn list(page: &mut Page, study: &Study<'_>) {
    page.section("Outcomes", "as the scenario says; each is solved on every draw");
    for outcome in &study.outcomes {
        let measures: Vec<&str> =
            outcome.policy.measures.iter().map(|measure| measure.name.as_str()).collect();
        let what = if measures.is_empty() { "nothing changes".to_owned() } else { measures.join(", ") };
        page.bullet(&format!("{}, {}: {what}", outcome.probability, outcome.name));
    }
}
