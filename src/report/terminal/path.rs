//! The page of a run over time: average tariffs and welfare on every day on which something changes.

use crate::index::CountryId;
use crate::model::variable::CountryVariable;
use crate::monte_carlo::estimate::Estimate;
use crate::report::disclosure;
use crate::report::number::{self, Figures, Place, Shown};
use crate::report::path::Path;
use crate::report::spoken::{Scale, heading};
use crate::report::terminal::layout::{Cell, Grid, Page};
use crate::report::terminal::{NARROWEST, estimate_and_ranges, number_cell};

/// The most countries in the table of welfare.
const MOST_COUNTRIES: usize = 5;

/// Days are not cut.
const DAY: usize = 10;

/// The page for a terminal of some width, ending with a line end.
pub fn path_page(path: &Path<'_>, width: usize) -> String {
    let mut page = Page::new(width.max(NARROWEST));
    let study = path.busiest();
    page.heading(study.title);
    page.paragraph(study.summary);
    page.note(&path.assumptions());
    page.note(&estimate_and_ranges(study, ", on the same draws every day"));
    let Some(imposer) = path.imposer() else {
        page.paragraph("No measure reaches any flow on any day.");
        return page.text();
    };
    rates(&mut page, path, imposer);
    welfare(&mut page, path);
    notes(&mut page, path);
    page.text()
}

/// The average tariff of the country that imposes most.
fn rates(page: &mut Page, path: &Path<'_>, imposer: CountryId) {
    let name = path.busiest().dataset.countries.name(imposer);
    page.section(&format!("Average tariff, {name}"), "on all goods imports, per cent");
    let mut grid = Grid::new(&["from", "old imports", "new imports", "what changes"], DAY);
    for day in &path.days {
        let cell = |variable| level_cell(day.study.estimates.country(imposer, variable));
        let fixed = cell(CountryVariable::EffectiveRateFixedWeights);
        let events = if day.events.is_empty() { "the day before" } else { &day.events };
        let cells = vec![fixed, cell(CountryVariable::EffectiveRate), Cell::wrapped(events)];
        grid.row(&day.date.to_string(), cells);
    }
    page.grid(&grid);
    page.note(
        "Old imports: the new rates on what was bought before (before substitution). New imports: after it.",
    );
}

/// A level with its range, without a sign.
fn level_cell(estimate: &Estimate) -> Cell {
    let figures = Figures::from(estimate);
    // Average tariffs are published with one decimal.
    let place = Place::of(1.0);
    let Some(central) = figures.central else { return Cell::missing() };
    // Where nothing is drawn that matters there is no range to speak of.
    let range = figures.range.filter(|[low, high]| high > low);
    let range = range.map(|[low, high]| [low, high].map(|end| number::plain(end, place)));
    Cell::number(Shown {
        central: number::plain(central, place),
        range: range.map(|[low, high]| format!("{low} to {high}")),
    })
}

fn welfare(page: &mut Page, path: &Path<'_>) {
    let countries = path.countries(MOST_COUNTRIES);
    let names = |country: &CountryId| path.busiest().dataset.countries.name(*country);
    let headline = path.busiest().estimates.variables.headline;
    let estimates = path.days.iter().flat_map(|day| {
        countries.iter().map(move |&country| *day.study.estimates.country(country, headline))
    });
    let scale = Scale::of(headline.unit(), &path.busiest().dataset.unit, estimates);
    let what = if headline == CountryVariable::Welfare { "real income, change" } else { "change" };
    let title = if headline == CountryVariable::Welfare { "Welfare".to_owned() } else { heading(headline) };
    page.section(&title, &format!("{what} in {} while these measures are in force", scale.words));
    let heads: Vec<&str> = ["from"].into_iter().chain(countries.iter().map(names)).collect();
    let mut grid = Grid::new(&heads, DAY);
    for day in &path.days {
        let cell =
            |&country: &CountryId| number_cell(day.study.estimates.country(country, headline), scale.divisor);
        grid.row(&day.date.to_string(), countries.iter().map(cell).collect());
    }
    page.grid(&grid);
}

fn notes(page: &mut Page, path: &Path<'_>) {
    page.section("To read with it", "");
    let study = path.busiest();
    let differ = path.has_horizons();
    if differ {
        page.bullet(
            "trade has had the time since the measures in force began to adjust, a mean over them at the trade on \
             which each acts; adjustment after Boehm, Levchenko and Pandalai-Nayar 2023, nothing shorter than a year \
             being known",
        );
    }
    page.bullet("each day is a world in which its measures stay; no day builds on the one before");
    for line in disclosure::lines(study, &path.countries(MOST_COUNTRIES)) {
        page.bullet(&line.to_string());
    }
    let labour = path.days.iter().map(|day| day.study.closure.labour);
    let labour_differs = labour.clone().any(|labour| labour != study.closure.labour);
    if labour_differs {
        page.bullet("nobody changes sector while trade has had a year or less, afterwards everyone may");
    }
    let of_one_day = [
        (differ, disclosure::horizon_in_words(study.elasticities.horizon)),
        (labour_differs, disclosure::labour_in_words(study.closure.labour).to_owned()),
    ];
    let concerns_one_day =
        |remark: &String| of_one_day.iter().any(|(differs, words)| *differs && words == remark);
    for remark in disclosure::remarks(study).into_iter().filter(|remark| !concerns_one_day(remark)) {
        page.bullet(&remark);
    }
}
