//! The page of tariffs that countries choose.

use crate::report::number;
use crate::report::tariffs::Tariffs;
use crate::report::terminal::layout::{Cell, Grid, Page};
use crate::report::terminal::{
    MOST_COUNTRIES, NARROWEST, SHORTEST_FLOW, country_table, estimate_and_ranges, notes,
};
use crate::report::{disclosure, focus};

/// The most rates in the table.
const MOST_ROWS: usize = 40;

/// The page for a terminal of some width, ending with a line end.
pub fn tariffs_page(tariffs: &Tariffs<'_>, width: usize) -> String {
    let mut page = Page::new(width.max(NARROWEST));
    let study = &tariffs.study;
    page.heading(study.title);
    page.paragraph(study.summary);
    page.note(&disclosure::assumptions(study));
    page.note(&estimate_and_ranges(study, ""));
    rates(&mut page, tariffs);
    let countries = focus::countries(study, MOST_COUNTRIES);
    country_table(&mut page, study, &countries);
    notes(&mut page, study, &countries);
    page.bullet(
        "the tariffs are best at central elasticities; ranges show what they do at others, where other tariffs would be best",
    );
    page.text()
}

fn rates(page: &mut Page, tariffs: &Tariffs<'_>) {
    let has_sectors = tariffs.levers.iter().any(|lever| lever.sector.is_some());
    page.section("Tariffs", "on all goods; before: average weighted by baseline imports");
    let mut grid = Grid::new(&["importer from exporter", "before", "chosen", ""], SHORTEST_FLOW);
    for lever in tariffs.levers.iter().take(MOST_ROWS) {
        let sector = lever.sector.as_deref().map_or_else(String::new, |sector| format!(", {sector}"));
        let bound = if lever.at_bound(tariffs.bounds) { "the bound" } else { "" };
        let before = lever.before.map_or(number::NO_VALUE.to_owned(), number::rate);
        let cells = [before.as_str(), &number::rate(lever.rate), bound].map(Cell::text);
        grid.row(&format!("{} from {}{sector}", lever.by, lever.on), cells.into());
    }
    page.grid(&grid);
    if tariffs.levers.len() > MOST_ROWS {
        let more = tariffs.levers.len() - MOST_ROWS;
        page.note(&format!("{more} more rates are in `{}` of --out.", tariffs.table()));
    }
    let who = if tariffs.is_nash { "Nobody gains by deviating alone" } else { "No other rates are better" };
    let [lowest, highest] = tariffs.bounds.map(number::rate);
    let than = if has_sectors { ", sector by sector" } else { "" };
    page.note(&format!("{who}{than}, between {lowest} and {highest}, while everybody else's tariffs stay."));
}
