//! The page shown on a terminal: what is simulated, and three small tables.
//!
//! Styled with ANSI codes; whoever prints it strips them where the output is no terminal.

mod compare;
mod contributions;
mod game;
mod layout;
mod outcomes;
mod path;
mod sweep;
mod tariffs;

use crate::economy::policy::Duty;
use crate::index::{CountryId, SectorId};
use crate::model::variable::{CountryVariable, Unit};
use crate::monte_carlo::estimate::Estimate;
use crate::report::disclosure;
use crate::report::focus::{self, Pair};
use crate::report::number;
use crate::report::study::Study;
use crate::units::AdValorem;
pub use compare::compare_page;
pub use game::game_page;
use layout::{Cell, Grid, Page};
pub use path::path_page;
pub use sweep::sweep_page;
pub use tariffs::tariffs_page;

/// The most pairs of countries in a table.
const MOST_PAIRS: usize = 8;

/// The most rows of the table of prices and volumes, beyond one for each pair.
const MOST_SECTOR_ROWS: usize = 6;

/// The most countries in a table.
const MOST_COUNTRIES: usize = 8;

/// The most measures that are put into words.
const MOST_MEASURES: usize = 5;

/// Labels of flows, and those of countries, are not cut below this many characters.
const SHORTEST_FLOW: usize = 22;
const SHORTEST_COUNTRY: usize = 13;

/// The narrowest page; below it lines are longer than asked.
const NARROWEST: usize = 60;

/// The page for a terminal of some width, in about sixty lines, ending with a line end.
pub fn page(study: &Study<'_>, width: usize) -> String {
    let mut page = Page::new(width.max(NARROWEST));
    let pairs = focus::pairs(study);
    let countries = focus::countries(study, MOST_COUNTRIES);
    head(&mut page, study);
    outcomes::outcomes(&mut page, study, &pairs, &countries);
    rates(&mut page, study, &pairs);
    flows(&mut page, study, &pairs);
    country_table(&mut page, study, &countries);
    contributions::contributions(&mut page, study, &countries);
    notes(&mut page, study, &countries);
    page.text()
}

fn head(page: &mut Page, study: &Study<'_>) {
    page.heading(study.title);
    page.paragraph(study.summary);
    page.note(&disclosure::assumptions(study));
    page.note(&estimate_and_ranges(study, ""));
}

/// What every number is, and what its range is; `common` says what several results have in common.
fn estimate_and_ranges(study: &Study<'_>, common: &str) -> String {
    let ranges = match study.uncertainty.draws {
        0 => String::new(),
        _ => format!(" Ranges are the {}, 5–95 %{common}.", disclosure::RANGE),
    };
    format!("{}.{ranges}", disclosure::ESTIMATE)
}

/// "USA from MEX", or with names.
fn pair_label(study: &Study<'_>, pair: &Pair) -> String {
    let countries = &study.dataset.countries;
    format!("{} from {}", countries.code(pair.importer), countries.code(pair.exporter))
}

fn hidden_pairs(page: &mut Page, pairs: &[Pair]) {
    if pairs.len() > MOST_PAIRS {
        page.note(&format!(
            "The {MOST_PAIRS} pairs with the largest trade; {} more are in the files of --out.",
            pairs.len() - MOST_PAIRS
        ));
    }
}

fn rates(page: &mut Page, study: &Study<'_>, pairs: &[Pair]) {
    let over = if study.outcomes.is_empty() { "" } else { ", expected over the outcomes" };
    page.section("Rates", &format!("average over the goods touched, weighted by baseline imports{over}"));
    if pairs.is_empty() {
        page.paragraph("No measure reaches any flow.");
        return;
    }
    let mut grid = Grid::new(&["importer from exporter", "before", "after", "by measure"], SHORTEST_FLOW);
    for pair in pairs.iter().take(MOST_PAIRS) {
        let (before, after) = (focus::rate_before(study, pair), focus::rate_after(study, pair));
        let rate = |rate: Option<f64>| Cell::text(&rate.map_or("no trade".to_owned(), number::rate));
        let by = Cell::wrapped(&focus::by_measure(study, pair));
        grid.row(&pair_label(study, pair), vec![rate(before), rate(after), by]);
    }
    page.grid(&grid);
    measures(page, study);
    hidden_pairs(page, pairs);
}

fn measures(page: &mut Page, study: &Study<'_>) {
    let measures = &study.policy.measures;
    for measure in measures.iter().take(MOST_MEASURES) {
        page.note(&format!("{}: {}.", measure.name, measure.words));
    }
    if measures.len() > MOST_MEASURES {
        page.note(&format!("{} more measures.", measures.len() - MOST_MEASURES));
    }
}

const FLOW_COLUMNS: [&str; 4] = ["buyer price", "border price", "volume", "value"];

fn flows(page: &mut Page, study: &Study<'_>, pairs: &[Pair]) {
    if pairs.is_empty() {
        return;
    }
    page.section("Prices and volumes", "change in per cent");
    let heads: Vec<&str> = ["importer from exporter"].into_iter().chain(FLOW_COLUMNS).collect();
    let mut grid = Grid::new(&heads, SHORTEST_FLOW);
    let shown = &pairs[..pairs.len().min(MOST_PAIRS)];
    for pair in shown {
        grid.row(&format!("{}, all goods", pair_label(study, pair)), flow_cells(study, pair, None));
        let most = MOST_SECTOR_ROWS / shown.len();
        for &(sector, _) in pair.sectors.iter().filter(|(_, trade)| *trade > 0.0).take(most) {
            let label = format!("  {}", study.dataset.sectors.name(sector));
            grid.row(&label, flow_cells(study, pair, Some(sector)));
        }
    }
    page.grid(&grid);
    let tariff = if study.policy.rates.is_empty() { "" } else { " Buyers pay the tariff." };
    page.note(&format!("{}{tariff}", study.prices_are()));
}

fn flow_cells(study: &Study<'_>, pair: &Pair, sector: Option<SectorId>) -> Vec<Cell> {
    let row = focus::flow_row(study, pair.importer, pair.exporter, sector);
    let cell =
        |variable| row.map_or(Cell::missing(), |row| number_cell(study.estimates.flow(row, variable), 1.0));
    study.flow_variables().map(cell).into()
}

fn number_cell(estimate: &Estimate, divisor: f64) -> Cell {
    number::shown(estimate, divisor).map_or(Cell::missing(), Cell::number)
}

const COUNTRY_COLUMNS: [(&str, CountryVariable); 6] = [
    ("welfare", CountryVariable::Welfare),
    ("real wage", CountryVariable::RealWage),
    ("consumer prices", CountryVariable::ConsumerPrices),
    ("exports", CountryVariable::Exports),
    ("imports", CountryVariable::Imports),
    ("tariff revenue", CountryVariable::TariffRevenue),
];

/// The same in partial equilibrium: all in money but the last.
const MARKET_COLUMNS: [(&str, CountryVariable); 7] = [
    ("consumer surplus", CountryVariable::ConsumerSurplus),
    ("producer surplus", CountryVariable::ProducerSurplus),
    ("tariff revenue", CountryVariable::TariffRevenue),
    ("net", CountryVariable::NetSurplus),
    ("of that terms of trade", CountryVariable::TermsOfTradeGain),
    ("deadweight loss", CountryVariable::DeadweightLoss),
    ("buyers bear, %", CountryVariable::IncidenceBuyers),
];

/// What is told of countries: of export taxes and quotas where there are some.
fn country_columns(study: &Study<'_>) -> Vec<(&'static str, CountryVariable)> {
    let changes = &study.policy.changes;
    let taxes_exports = changes.iter().any(|change| change.export_tax != AdValorem::FREE);
    let has_quotas = changes.iter().any(|change| matches!(change.duty, Duty::Quota(_)));
    let export_tax = taxes_exports.then_some(("export tax revenue", CountryVariable::ExportTaxRevenue));
    let rents = has_quotas.then_some(("quota rents", CountryVariable::QuotaRents));
    let common = if study.markets.is_some() { &MARKET_COLUMNS[..] } else { &COUNTRY_COLUMNS };
    common.iter().copied().chain(export_tax).chain(rents).collect()
}

fn country_table(page: &mut Page, study: &Study<'_>, countries: &[CountryId]) {
    let columns = country_columns(study);
    let (money, divisor) = money(study, countries, &columns);
    let amounts = if columns.len() > COUNTRY_COLUMNS.len() { "revenue and rents" } else { "tariff revenue" };
    let units = match study.markets {
        None => format!("change in per cent; {amounts} in {money}"),
        Some(_) => format!("change in {money}; what buyers bear of the changed duties in per cent"),
    };
    page.section("Countries", &units);
    let heads: Vec<&str> = ["country"].into_iter().chain(columns.iter().map(|(head, _)| *head)).collect();
    let mut grid = Grid::new(&heads, SHORTEST_COUNTRY);
    for &country in countries {
        let cell = |&(_, variable): &(&str, CountryVariable)| {
            let divisor = if variable.unit() == Unit::Money { divisor } else { 1.0 };
            number_cell(study.estimates.country(country, variable), divisor)
        };
        let label = study.dataset.countries.name(country);
        grid.row(label, columns.iter().map(cell).collect());
    }
    page.grid(&grid);
}

/// The money unit to show, and how many of the dataset's units it is.
fn money(study: &Study<'_>, countries: &[CountryId], columns: &[(&str, CountryVariable)]) -> (String, f64) {
    let amounts = columns.iter().map(|(_, variable)| *variable).filter(|v| v.unit() == Unit::Money);
    let sizes = amounts.flat_map(|variable| {
        countries.iter().map(move |&country| study.estimates.country(country, variable).central)
    });
    number::money(&study.dataset.unit, sizes.map(|size| size.map_or(0.0, f64::abs)).fold(0.0, f64::max))
}

fn notes(page: &mut Page, study: &Study<'_>, countries: &[CountryId]) {
    page.section("To read with it", "");
    for line in disclosure::lines(study, countries) {
        page.bullet(&line.to_string());
    }
    for remark in disclosure::remarks(study) {
        page.bullet(&remark);
    }
}
