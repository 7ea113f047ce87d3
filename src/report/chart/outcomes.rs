//! Charts where it is not certain what happens: each outcome stands under what is expected over all of them.

use crate::model::variable::{CountryVariable, FlowVariable};
use crate::monte_carlo::estimate::Estimate;
use crate::report::chart::figure::{Figure, Row, Series};
use crate::report::chart::pen::Hue;
use crate::report::chart::{countries_by_headline, pair_name, scaled_mark, to_read_with, with_assumptions};
use crate::report::focus::{self, Pair};
use crate::report::spoken::{self, Scale};
use crate::report::study::Study;

/// The most outcomes under one heading.
const MOST_OUTCOMES: usize = 5;

/// The most rows of such a chart.
const MOST_ROWS: usize = 24;

/// Welfare of the countries concerned, or what stands for it.
pub(super) fn countries(study: &Study<'_>) -> String {
    let shown = countries_by_headline(study, headings(study));
    let (headline, scale) = Scale::of_headline(study, &shown);
    let of = |study: &Study<'_>, at: usize| Some(*study.estimates.country(shown[at], headline));
    let what = match headline {
        CountryVariable::Welfare => "real income (welfare)".to_owned(),
        other => spoken::variable(other),
    };
    let labels = shown.iter().map(|&country| study.dataset.countries.name(country).to_owned());
    Figure {
        title: format!("Countries: {}", study.title),
        subtitle: format!("Change in {what}, by outcome"),
        axis: format!("change in {}", scale.words),
        series: series(),
        rows: rows(study, labels.collect(), &of, &scale),
        notes: with_assumptions(study, [to_read_with(study, &shown), about_outcomes(study)].concat()),
    }
    .draw()
}

/// Buyer prices of the touched flows.
pub(super) fn prices(study: &Study<'_>, pairs: &[Pair]) -> String {
    Figure {
        title: format!("Prices: {}", study.title),
        subtitle: "Change in what buyers pay, by supplier and outcome".to_owned(),
        axis: study.price_axis().to_owned(),
        series: series(),
        rows: flows(study, pairs, study.estimates.variables.prices[0]),
        notes: with_assumptions(
            study,
            [hidden(study, pairs), vec![study.prices_are().to_owned()], about_outcomes(study)].concat(),
        ),
    }
    .draw()
}

/// Volumes of the touched flows.
pub(super) fn volumes(study: &Study<'_>, pairs: &[Pair]) -> String {
    Figure {
        title: format!("Volumes: {}", study.title),
        subtitle: "Change in the volume of trade, by supplier and outcome".to_owned(),
        axis: "change in volume, per cent".to_owned(),
        series: series(),
        rows: flows(study, pairs, FlowVariable::Volume),
        notes: with_assumptions(study, [hidden(study, pairs), about_outcomes(study)].concat()),
    }
    .draw()
}

/// How many headings there is room for.
fn headings(study: &Study<'_>) -> usize {
    MOST_ROWS / (1 + study.outcomes.len().min(MOST_OUTCOMES))
}

fn series() -> Vec<Series> {
    vec![
        Series { name: "over all outcomes, weighted".to_owned(), hue: Hue::Blue },
        Series { name: "if this outcome comes".to_owned(), hue: Hue::Orange },
    ]
}

fn flows(study: &Study<'_>, pairs: &[Pair], variable: FlowVariable) -> Vec<Row> {
    let shown = &pairs[..pairs.len().min(headings(study))];
    let of = |study: &Study<'_>, at: usize| {
        let row = focus::flow_row(study, shown[at].importer, shown[at].exporter, None)?;
        Some(*study.estimates.flow(row, variable))
    };
    let labels = shown.iter().map(|pair| pair_name(study, pair.exporter, pair.importer));
    rows(study, labels.collect(), &of, &Scale::percent())
}

/// A heading with what is expected for each label, and under it the same in each outcome.
fn rows(
    study: &Study<'_>,
    labels: Vec<String>,
    of: &dyn Fn(&Study<'_>, usize) -> Option<Estimate>,
    scale: &Scale,
) -> Vec<Row> {
    let row = |label, series: usize, world: &Study<'_>, at| Row {
        label,
        is_detail: series > 0,
        marks: of(world, at).and_then(|estimate| scaled_mark(series, &estimate, scale)).into_iter().collect(),
    };
    let worlds: Vec<Study<'_>> = study.outcomes.iter().map(|outcome| study.in_outcome(outcome)).collect();
    let mut rows = Vec::new();
    for (at, label) in labels.into_iter().enumerate() {
        rows.push(row(label, 0, study, at));
        for (outcome, world) in study.outcomes.iter().zip(&worlds).take(MOST_OUTCOMES) {
            rows.push(row(format!("{} ({})", outcome.name, outcome.probability), 1, world, at));
        }
    }
    rows
}

/// Says which pairs are not shown.
fn hidden(study: &Study<'_>, pairs: &[Pair]) -> Vec<String> {
    let (shown, more) = (headings(study), pairs.len().saturating_sub(headings(study)));
    let note = format!("The {shown} pairs with the largest trade; {more} more are in flows.csv.");
    (more > 0).then_some(note).into_iter().collect()
}

/// How to read the weighted values, and which outcomes are not shown.
fn about_outcomes(study: &Study<'_>) -> Vec<String> {
    let more = study.outcomes.len().saturating_sub(MOST_OUTCOMES);
    let note = format!("The first {MOST_OUTCOMES} outcomes; {more} more are in the tables.");
    let bands = if study.uncertainty.draws > 0 { "; their bands cover which one comes" } else { "" };
    let weighted = format!("Weighted values may lie where no outcome does{bands}.");
    std::iter::once(weighted).chain((more > 0).then_some(note)).collect()
}
