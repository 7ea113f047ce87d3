//! The page shown on a terminal: what is simulated, and three small tables.
//!
//! Styled with ANSI codes; whoever prints it strips them where the output is no terminal.

mod layout;

use crate::bilateral::Flow;
use crate::index::{CountryId, SectorId};
use crate::model::variable::{CountryVariable, FlowVariable};
use crate::monte_carlo::estimate::Estimate;
use crate::report::disclosure;
use crate::report::focus::{self, Pair};
use crate::report::number;
use crate::report::study::Study;
use crate::units::CostFactor;
use layout::{Cell, Grid, Page};

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
    rates(&mut page, study, &pairs);
    flows(&mut page, study, &pairs);
    country_table(&mut page, study, &countries);
    notes(&mut page, study, &countries);
    page.text()
}

fn head(page: &mut Page, study: &Study<'_>) {
    page.heading(study.title);
    page.paragraph(study.summary);
    page.note(&disclosure::assumptions(study));
    let ranges = match study.uncertainty.draws {
        0 => String::new(),
        _ => format!(" Ranges are the {}, 5–95 %.", disclosure::RANGE),
    };
    page.note(&format!("{}.{ranges}", disclosure::ESTIMATE));
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
    page.section("Rates", "average over the goods touched, weighted by baseline imports");
    if pairs.is_empty() {
        page.paragraph("No measure reaches any flow.");
        return;
    }
    let mut grid = Grid::new(&["importer from exporter", "before", "after", "by measure"], SHORTEST_FLOW);
    for pair in pairs.iter().take(MOST_PAIRS) {
        let (before, after) = (pair_rate(study, pair, before), pair_rate(study, pair, after));
        let rate = |rate: Option<f64>| Cell::text(&rate.map_or("no trade".to_owned(), number::rate));
        let by = Cell::wrapped(&by_measure(study, pair));
        grid.row(pair_label(study, pair), vec![rate(before), rate(after), by]);
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

fn before(study: &Study<'_>, flow: Flow) -> f64 {
    study.dataset.tariffs.get(flow)
}

fn after(study: &Study<'_>, flow: Flow) -> f64 {
    focus::rate_change(study, flow).map_or_else(|| before(study, flow), |rate| rate.after.fraction())
}

/// The average of a rate over the touched flows of a pair, weighted by baseline trade; `None` without trade.
fn pair_rate(study: &Study<'_>, pair: &Pair, rate: impl Fn(&Study<'_>, Flow) -> f64) -> Option<f64> {
    let weighted = |&(sector, trade): &(SectorId, f64)| trade * rate(study, pair.flow(sector));
    (pair.trade > 0.0).then(|| pair.sectors.iter().map(weighted).sum::<f64>() / pair.trade)
}

/// What each measure adds to the average rate of a pair, and what happens to its trade costs.
fn by_measure(study: &Study<'_>, pair: &Pair) -> String {
    let part = |measure: usize| {
        pair_rate(study, pair, |study, flow| {
            let change = focus::rate_change(study, flow);
            let parts = change.iter().flat_map(|change| &change.contributions);
            parts.filter(|part| part.measure == measure).map(|part| part.change).sum()
        })
    };
    let measures = study.policy.measures.iter().enumerate();
    let parts = measures.filter_map(|(at, measure)| {
        let change = part(at).filter(|change| *change != 0.0)?;
        Some(format!("{} {}", number::points(change), measure.name))
    });
    let parts: Vec<String> = parts.chain(trade_cost(study, pair)).collect();
    if parts.is_empty() { "no change".to_owned() } else { parts.join(", ") }
}

/// How far the trade costs of a pair change.
fn trade_cost(study: &Study<'_>, pair: &Pair) -> Option<String> {
    let is_in = |flow: Flow| flow.importer == pair.importer && flow.exporter == pair.exporter;
    let changes = study.policy.changes.iter().filter(|change| is_in(change.flow));
    let costs = changes.map(|change| change.cost).filter(|&cost| cost != CostFactor::UNCHANGED);
    let [low, high] = costs.fold([f64::INFINITY, 0.0_f64], |[low, high], cost| {
        [low.min(cost.factor()), high.max(cost.factor())]
    });
    let change = |factor: f64| {
        if factor.is_infinite() { "closed".to_owned() } else { number::signed_percent(factor - 1.0) }
    };
    match (low, high) {
        (low, high) if low > high => None,
        (low, high) if low >= high => Some(format!("trade cost {}", change(low))),
        (low, high) => Some(format!("trade cost {} to {}", change(low), change(high))),
    }
}

const FLOW_COLUMNS: [(&str, FlowVariable); 4] = [
    ("buyer price", FlowVariable::BuyerPriceReal),
    ("border price", FlowVariable::BorderPriceReal),
    ("volume", FlowVariable::Volume),
    ("value", FlowVariable::Value),
];

fn flows(page: &mut Page, study: &Study<'_>, pairs: &[Pair]) {
    if pairs.is_empty() {
        return;
    }
    page.section("Prices and volumes", "change in per cent");
    let heads: Vec<&str> =
        ["importer from exporter"].into_iter().chain(FLOW_COLUMNS.map(|(head, _)| head)).collect();
    let mut grid = Grid::new(&heads, SHORTEST_FLOW);
    let shown = &pairs[..pairs.len().min(MOST_PAIRS)];
    for pair in shown {
        grid.row(format!("{}, all goods", pair_label(study, pair)), flow_cells(study, pair, None));
        let most = MOST_SECTOR_ROWS / shown.len();
        for &(sector, _) in pair.sectors.iter().filter(|(_, trade)| *trade > 0.0).take(most) {
            let label = format!("  {}", study.dataset.sectors.name(sector));
            grid.row(label, flow_cells(study, pair, Some(sector)));
        }
    }
    page.grid(&grid);
    let tariff = if study.policy.rates.is_empty() { "" } else { " Buyers pay the tariff." };
    page.note(&format!("Prices are relative to the importer's consumer prices; not inflation.{tariff}"));
}

fn flow_cells(study: &Study<'_>, pair: &Pair, sector: Option<SectorId>) -> Vec<Cell> {
    let row = focus::flow_row(study, pair.importer, pair.exporter, sector);
    let cell =
        |variable| row.map_or(Cell::missing(), |row| number_cell(study.estimates.flow(row, variable), 1.0));
    FLOW_COLUMNS.map(|(_, variable)| cell(variable)).into()
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

fn country_table(page: &mut Page, study: &Study<'_>, countries: &[CountryId]) {
    let (money, divisor) = money(study, countries);
    page.section("Countries", &format!("change in per cent; tariff revenue in {money}"));
    let heads: Vec<&str> = ["country"].into_iter().chain(COUNTRY_COLUMNS.map(|(head, _)| head)).collect();
    let mut grid = Grid::new(&heads, SHORTEST_COUNTRY);
    for &country in countries {
        let cell = |(_, variable): (&str, CountryVariable)| {
            let divisor = if variable == CountryVariable::TariffRevenue { divisor } else { 1.0 };
            number_cell(study.estimates.country(country, variable), divisor)
        };
        let label = study.dataset.countries.name(country).to_owned();
        grid.row(label, COUNTRY_COLUMNS.map(cell).into());
    }
    page.grid(&grid);
}

/// The money unit to show, and how many of the dataset's units it is: billions where millions get long.
fn money(study: &Study<'_>, countries: &[CountryId]) -> (String, f64) {
    let size = |&country: &CountryId| {
        study.estimates.country(country, CountryVariable::TariffRevenue).central.map_or(0.0, f64::abs)
    };
    let largest = countries.iter().map(size).fold(0.0, f64::max);
    match study.dataset.unit.strip_suffix(" mn") {
        Some(currency) if largest >= 1000.0 => (format!("{currency} bn"), 1000.0),
        _ => (study.dataset.unit.clone(), 1.0),
    }
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
