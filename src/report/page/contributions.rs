//! What each measure contributes to welfare, on the page.

use crate::model::variable::Unit;
use crate::report::page::grid::{Cell, Column, Grid};
use crate::report::page::grids::Money;
use crate::report::page::story::Story;
use crate::report::page::values::{Contributions, Countries, Statistics};
use crate::report::spoken;

/// The most countries, and measures, of the table.
const MOST_COUNTRIES: usize = 6;
const MOST_MEASURES: usize = 60;

fn countries(story: &Story) -> impl Iterator<Item = &str> {
    story.concerned.iter().take(MOST_COUNTRIES).map(String::as_str)
}

/// The countries and variables of the rows that are read.
pub(super) fn keys(story: &Story) -> Vec<[&str; 2]> {
    countries(story).map(|code| [code, story.variables().headline.name()]).collect()
}

/// A row a measure and a column a country, then the total.
pub(super) fn grid(story: &Story, shares: &Contributions, totals: &Countries) -> Grid {
    let headline = story.variables().headline;
    let (what, unit, divisor) = match headline.unit() {
        Unit::Money => {
            let money = Money::of(story, totals);
            (spoken::variable(headline), money.unit, money.divisor)
        }
        Unit::Percent | Unit::Points => ("welfare".to_owned(), "per cent".to_owned(), 1.0),
    };
    let row = |name: &str, number: &dyn Fn(&str) -> Statistics| -> Vec<Cell> {
        let cells = countries(story).map(|code| Cell::estimate(&number(code), divisor));
        std::iter::once(Cell::text(name)).chain(cells).collect()
    };
    let measures = shares.measures.iter().take(MOST_MEASURES).enumerate();
    let mut rows: Vec<Vec<Cell>> =
        measures.map(|(at, name)| row(name, &|code| shares.get(at, code))).collect();
    rows.push(row("all measures", &|code| totals.get(code, headline)));
    let mut columns = vec![Column::name("measure", "Measure")];
    columns
        .extend(countries(story).map(|code| Column::given(story.country(code), format!("{what}, {unit}"))));
    let caption = format!("Contributions to the change in {what}, in {unit}");
    Grid::new(columns, rows).named("welfare-by-measure", &caption)
}
