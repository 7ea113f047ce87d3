//! The page of a run over time: average tariffs and welfare on every day on which something changes.

use crate::index::CountryId;
use crate::model::variable::CountryVariable;
use crate::monte_carlo::estimate::Estimate;
use crate::report::disclosure;
use crate::report::number::{self, Figures, Place, Shown};
use crate::report::path::Path;
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
    page.section("Welfare", "real income, change in per cent while these measures are in force");
    let heads: Vec<&str> = ["from"].into_iter().chain(countries.iter().map(names)).collect();
    let mut grid = Grid::new(&heads, DAY);
    for day in &path.days {
        let cell = |&country: &CountryId| {
            number_cell(day.study.estimates.country(country, CountryVariable::Welfare), 1.0)
        };
        grid.row(&day.date.to_string(), countries.iter().map(cell).collect());
    }
    page.grid(&grid);
}

fn notes(page: &mut Page, path: &Path<'_>) {
    page.section("To read with it", "");
    for line in disclosure::lines(path.busiest(), &path.countries(MOST_COUNTRIES)) {
        page.bullet(&line.to_string());
    }
    for remark in path.remarks() {
        page.bullet(&remark);
    }
}
