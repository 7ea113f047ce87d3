//! What each measure contributes to welfare, on the page.

use crate::model::variable::CountryVariable;
use crate::report::page::grid::{Cell, Column, Grid};
use crate::report::page::values::{Contributions, Countries, Statistics};
use crate::report::record::Record;

/// The most countries, and measures, of the table.
const MOST_COUNTRIES: usize = 6;
const MOST_MEASURES: usize = 60;

fn countries(record: &Record) -> impl Iterator<Item = &str> {
    record.concerned.iter().take(MOST_COUNTRIES).map(String::as_str)
}

/// The countries and variables of the rows that are read.
pub(super) fn keys(record: &Record) -> Vec<[&str; 2]> {
    countries(record).map(|code| [code, CountryVariable::Welfare.name()]).collect()
}

/// A row a measure and a column a country, then the total.
pub(super) fn grid(record: &Record, shares: &Contributions, totals: &Countries) -> Grid {
    let row = |name: &str, number: &dyn Fn(&str) -> Statistics| -> Vec<Cell> {
        let cells = countries(record).map(|code| Cell::estimate(&number(code), 1.0));
        std::iter::once(Cell::text(name)).chain(cells).collect()
    };
    let measures = shares.measures.iter().take(MOST_MEASURES).enumerate();
    let mut rows: Vec<Vec<Cell>> =
        measures.map(|(at, name)| row(name, &|code| shares.get(at, code))).collect();
    rows.push(row("all measures", &|code| totals.get(code, CountryVariable::Welfare)));
    let mut columns = vec![Column::name("measure", "Measure")];
    columns
        .extend(countries(record).map(|code| Column::given(record.names.country(code), "welfare, per cent")));
    Grid::new(columns, rows)
        .named("welfare-by-measure", "Contributions to the change in welfare, in per cent")
}
