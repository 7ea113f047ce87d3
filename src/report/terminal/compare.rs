//! The page of a comparison: the scenarios side by side, and how far apart they are on the same draws.

use crate::index::CountryId;
use crate::model::variable::CountryVariable;
use crate::monte_carlo::contrast::Difference;
use crate::report::compare::{self, Comparison, Contrast};
use crate::report::disclosure;
use crate::report::number;
use crate::report::spoken::{self, Scale};
use crate::report::study::Study;
use crate::report::terminal::layout::{Cell, Grid, Page};
use crate::report::terminal::{
    MOST_COUNTRIES, NARROWEST, SHORTEST_COUNTRY, estimate_and_ranges, number_cell,
};

/// What stands below welfare where nobody chose variables.
const OTHERS: [(&str, CountryVariable); 5] = [
    ("real wage", CountryVariable::RealWage),
    ("exports, volume", CountryVariable::ExportsVolume),
    ("imports, volume", CountryVariable::ImportsVolume),
    ("terms of trade", CountryVariable::TermsOfTrade),
    ("tariff revenue", CountryVariable::TariffRevenue),
];

/// The page for a terminal of some width, ending with a line end.
pub fn compare_page(comparison: &Comparison<'_>, width: usize) -> String {
    let mut page = Page::new(width.max(NARROWEST));
    let countries = comparison.countries(MOST_COUNTRIES);
    head(&mut page, comparison);
    let headline = [comparison.headline()];
    let chosen = if comparison.chosen.is_empty() { &headline[..] } else { comparison.chosen };
    for &variable in chosen {
        one_variable(&mut page, comparison, &countries, variable);
    }
    if has_draws(comparison) {
        let [first, second] = match comparison.overall().next() {
            Some(pair) if comparison.columns.len() == 2 => comparison.names(pair),
            _ => [comparison.first().short.as_str(), "the other"],
        };
        page.note(&format!(
            "Higher: share of draws in which the number of {second} is above that of {first} on the same draw."
        ));
    }
    for contrast in comparison.overall() {
        let [first, second] = comparison.names(contrast);
        if contrast.differences.is_nothing() {
            page.paragraph(&format!(
                "{second} gives exactly the results of {first}, to the last bit, in the central case and in every \
                 draw: they are the same."
            ));
        } else if comparison.chosen.is_empty() {
            other_variables(&mut page, comparison, contrast, &countries);
        }
    }
    notes(&mut page, comparison, &countries);
    page.text()
}

fn has_draws(comparison: &Comparison<'_>) -> bool {
    comparison.first().study.uncertainty.draws > 0
}

fn head(page: &mut Page, comparison: &Comparison<'_>) {
    page.heading(&comparison.title);
    for column in &comparison.columns {
        let scenario = column.study.scenario;
        let lead = if column.tells_itself() { String::new() } else { format!("{}: ", column.short) };
        let is_told = column.study.title == comparison.title;
        let title = if is_told { String::new() } else { format!(", {}", column.study.title) };
        page.bullet(&format!("{lead}{scenario}{title}"));
    }
    for line in comparison.assumptions() {
        page.note(&line);
    }
    page.note(&estimate_and_ranges(&comparison.first().study, ", on the same draws in all"));
}

/// One variable of every scenario, and its differences: side by side where there are two, else one below the other.
fn one_variable(
    page: &mut Page,
    comparison: &Comparison<'_>,
    countries: &[CountryId],
    variable: CountryVariable,
) {
    let columns = &comparison.columns;
    let money = &comparison.first().study.dataset.unit;
    let all = columns.iter().flat_map(|column| {
        countries.iter().map(move |&country| *column.study.estimates.country(country, variable))
    });
    let scale = Scale::of(variable.unit(), money, all);
    let change = if spoken::is_level(variable) { "" } else { "change in " };
    let apart = if scale.sign == "%" { "; differences in percentage points" } else { "" };
    page.section(&spoken::heading(variable), &format!("{change}{}{apart}", scale.words));
    let value_heads: Vec<String> = columns.iter().map(|column| column.short.clone()).collect();
    let values = |country| -> Vec<Cell> {
        let values = columns.iter().map(|column| column.study.estimates.country(country, variable));
        values.map(|estimate| number_cell(estimate, scale.divisor)).collect()
    };
    let differences = |country| -> Vec<Cell> {
        comparison
            .overall()
            .map(|contrast| contrast.differences.country(country, variable))
            .flat_map(|difference| difference_cells(difference, &scale, has_draws(comparison)))
            .collect()
    };
    let parts: [(Vec<String>, Cells<'_>); 2] =
        [(value_heads, &values), (difference_heads(comparison), &differences)];
    let name = |country| comparison.first().study.dataset.countries.name(country);
    let in_one = if columns.len() == 2 { 2 } else { 1 };
    for parts in parts.chunks(in_one) {
        let heads = parts.iter().flat_map(|(heads, _)| heads).map(String::as_str);
        let heads: Vec<&str> = ["country"].into_iter().chain(heads).collect();
        let mut grid = Grid::new(&heads, SHORTEST_COUNTRY);
        for &country in countries {
            grid.row(name(country), parts.iter().flat_map(|(_, cells)| cells(country)).collect());
        }
        page.grid(&grid);
    }
}

/// The cells of a country.
type Cells<'a> = &'a dyn Fn(CountryId) -> Vec<Cell>;

/// A difference and, with draws, how often it is above zero.
fn difference_cells(difference: &Difference, scale: &Scale, has_draws: bool) -> Vec<Cell> {
    let share = || difference.p_positive.map_or(Cell::missing(), |share| Cell::text(&number::share(share)));
    let share = has_draws.then(share);
    std::iter::once(number_cell(&difference.estimate, scale.divisor)).chain(share).collect()
}

fn difference_heads(comparison: &Comparison<'_>) -> Vec<String> {
    let heads = |contrast: &Contrast<'_>| {
        let [first, second] = comparison.names(contrast);
        let higher = has_draws(comparison).then(|| format!("{second} higher"));
        std::iter::once(format!("{second} − {first}")).chain(higher).collect::<Vec<_>>()
    };
    comparison.overall().flat_map(heads).collect()
}

fn other_variables(
    page: &mut Page,
    comparison: &Comparison<'_>,
    contrast: &Contrast<'_>,
    countries: &[CountryId],
) {
    let study = &comparison.first().study;
    let estimate = |country, variable| &contrast.differences.country(country, variable).estimate;
    let scales = OTHERS.map(|(_, variable)| {
        let shown = countries.iter().map(|&country| estimate(country, variable));
        Scale::of(compare::unit(variable), &study.dataset.unit, shown.copied())
    });
    let [first, second] = comparison.names(contrast);
    let money = &scales[OTHERS.len() - 1].words;
    page.section(
        &format!("{second} − {first}"),
        &format!("differences in percentage points; of tariff revenue in {money}"),
    );
    let heads: Vec<&str> = ["country"].into_iter().chain(OTHERS.map(|(head, _)| head)).collect();
    let mut grid = Grid::new(&heads, SHORTEST_COUNTRY);
    for &country in countries {
        let cells = OTHERS.iter().zip(&scales);
        let cells =
            cells.map(|((_, variable), scale)| number_cell(estimate(country, *variable), scale.divisor));
        grid.row(study.dataset.countries.name(country), cells.collect());
    }
    page.grid(&grid);
}

fn notes(page: &mut Page, comparison: &Comparison<'_>, countries: &[CountryId]) {
    page.section("To read with it", "");
    let columns = &comparison.columns;
    if columns.iter().any(|column| !column.study.outcomes.is_empty()) {
        page.bullet(
            "where several outcomes are possible, a difference is that of what is expected over them in each draw: \
             its range does not cover which outcome comes",
        );
    }
    for contrast in comparison.overall().filter(|contrast| contrast.differences.failed > 0) {
        let [first, second] = comparison.names(contrast);
        page.bullet(&format!(
            "{second} − {first}: {} of {} draws are left out, for one of the two has no solution there",
            contrast.differences.failed, columns[0].study.uncertainty.draws
        ));
    }
    let lines = |study: &Study<'_>| -> Vec<String> {
        let lines = disclosure::lines(study, countries).iter().map(ToString::to_string).collect::<Vec<_>>();
        lines.into_iter().chain(disclosure::remarks(study)).collect()
    };
    for line in comparison.said(lines) {
        page.bullet(&line);
    }
}
