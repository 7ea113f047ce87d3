//! The page of a sweep: what happens at each value of a key, or of two.

use crate::index::CountryId;
use crate::model::variable::CountryVariable;
use crate::report::disclosure;
use crate::report::spoken::{self, Scale};
use crate::report::sweep::{Key, Point, Sweep, thinned};
use crate::report::terminal::layout::{Cell, Grid, Page};
use crate::report::terminal::{NARROWEST, estimate_and_ranges, number_cell};

/// The most countries in a table, and the most of which there is a table each.
const MOST_COUNTRIES: usize = 5;
const MOST_TABLES: usize = 3;

/// The most rows and columns; of more, some at equal distances.
const MOST_ROWS: usize = 31;
const MOST_COLUMNS: usize = 11;

/// Values of keys are not cut below this many characters.
const SHORTEST_VALUE: usize = 6;

/// The most points without a solution that are told one by one.
const MOST_FAILED: usize = 5;

/// The page for a terminal of some width, ending with a line end.
pub fn sweep_page(sweep: &Sweep<'_>, width: usize) -> String {
    let mut page = Page::new(width.max(NARROWEST));
    let study = &sweep.study;
    page.heading(study.title);
    page.paragraph(study.summary);
    for key in &sweep.keys {
        page.bullet(&values_in_words(key));
    }
    page.note(&sweep.assumptions());
    page.note(&estimate_and_ranges(study, ", on the same draws at every point"));
    for &variable in &sweep.variables {
        match sweep.keys.as_slice() {
            [_] => by_country(&mut page, sweep, variable),
            _ => by_second_key(&mut page, sweep, variable),
        }
    }
    notes(&mut page, sweep);
    page.text()
}

fn values_in_words(key: &Key) -> String {
    const MOST_NAMED: usize = 8;
    let count = key.values.len();
    let named = match count {
        ..=MOST_NAMED => key.values.join(", "),
        _ => format!("{}, {}, …, {} ({count} values)", key.values[0], key.values[1], key.values[count - 1]),
    };
    format!("taken through {} = {named}", key.name)
}

fn scale(sweep: &Sweep<'_>, countries: &[CountryId], variable: CountryVariable) -> Scale {
    let shown = sweep.points.iter().flat_map(|point| {
        countries.iter().filter_map(move |&country| sweep.number(point, country, variable))
    });
    Scale::of(variable.unit(), &sweep.study.dataset.unit, shown.map(|estimate| estimate.central))
}

fn cell(
    sweep: &Sweep<'_>,
    point: &Point,
    country: CountryId,
    variable: CountryVariable,
    scale: &Scale,
) -> Cell {
    sweep
        .number(point, country, variable)
        .map_or_else(Cell::missing, |estimate| number_cell(estimate, scale.divisor))
}

fn heading(page: &mut Page, name: &str, variable: CountryVariable, scale: &Scale, more: &str) {
    let change = if spoken::is_level(variable) { "" } else { "change in " };
    page.section(name, &format!("{change}{}{more}", scale.words));
}

/// One key: a row for each value, a column for each country.
fn by_country(page: &mut Page, sweep: &Sweep<'_>, variable: CountryVariable) {
    let countries = sweep.countries(MOST_COUNTRIES);
    let scale = scale(sweep, &countries, variable);
    let key = &sweep.keys[0];
    heading(page, &spoken::heading(variable), variable, &scale, "");
    let names = countries.iter().map(|&country| sweep.study.dataset.countries.name(country));
    let heads: Vec<&str> = [key.short()].into_iter().chain(names).collect();
    let mut grid = Grid::new(&heads, SHORTEST_VALUE);
    for at in thinned(sweep.points.len(), MOST_ROWS) {
        let point = &sweep.points[at];
        let cells = countries.iter().map(|&country| cell(sweep, point, country, variable, &scale));
        grid.row(&key.values[at], cells.collect());
    }
    page.grid(&grid);
    left_out(page, sweep.points.len() > MOST_ROWS);
}

/// Two keys: a table for each country, a row for each value of the first, a column for each of the second.
fn by_second_key(page: &mut Page, sweep: &Sweep<'_>, variable: CountryVariable) {
    let countries = sweep.countries(MOST_TABLES);
    let scale = scale(sweep, &countries, variable);
    let [rows, columns] = [&sweep.keys[0], &sweep.keys[1]];
    let shown = thinned(columns.values.len(), MOST_COLUMNS);
    for &country in &countries {
        let name = format!("{}, {}", spoken::heading(variable), sweep.study.dataset.countries.name(country));
        heading(page, &name, variable, &scale, ", central case");
        let values = shown.clone().map(|at| columns.values[at].as_str());
        let heads: Vec<&str> = [rows.short()].into_iter().chain(values).collect();
        let mut grid = Grid::new(&heads, SHORTEST_VALUE);
        for row in thinned(rows.values.len(), MOST_ROWS) {
            let cells = shown.clone().map(|column| {
                let point = &sweep.points[row * columns.values.len() + column];
                cell(sweep, point, country, variable, &scale).without_range()
            });
            grid.row(&rows.values[row], cells.collect());
        }
        page.grid(&grid);
    }
    page.note(&format!("Down: {}; across: {}.", rows.name, columns.name));
    left_out(page, rows.values.len() > MOST_ROWS || columns.values.len() > MOST_COLUMNS);
}

fn left_out(page: &mut Page, some: bool) {
    if some {
        page.note("Values at equal distances; all of them are in `sweep.csv` of --out.");
    }
}

fn notes(page: &mut Page, sweep: &Sweep<'_>) {
    page.section("To read with it", "");
    let failed: Vec<_> = sweep.failed().collect();
    for (at, reason) in failed.iter().take(MOST_FAILED) {
        page.bullet(&format!("at {at}: {reason}"));
    }
    if failed.len() > MOST_FAILED {
        page.bullet(&format!(
            "{} more points without a solution are in `run.json` of --out",
            failed.len() - MOST_FAILED
        ));
    }
    let most = if sweep.keys.len() == 1 { MOST_COUNTRIES } else { MOST_TABLES };
    let lines = disclosure::lines(&sweep.study, &sweep.countries(most));
    for line in lines.iter().map(ToString::to_string).chain(sweep.remarks()) {
        page.bullet(&line);
    }
}
