//! What each measure contributes, on a terminal.

use crate::index::CountryId;
use crate::model::variable::CountryVariable;
use crate::report::contributions;
use crate::report::spoken::{self, Scale};
use crate::report::study::Study;
use crate::report::terminal::layout::{Cell, Grid, Page};
use crate::report::terminal::{SHORTEST_FLOW, number_cell};

/// The most measures and countries of the table.
const MOST_MEASURES: usize = 12;
const MOST_COUNTRIES: usize = 4;

/// Contributions to welfare: a row a measure, then the total; nothing where they were not worked out.
pub(super) fn contributions(page: &mut Page, study: &Study<'_>, countries: &[CountryId]) {
    let Some(found) = study.contributions else { return };
    let countries = &countries[..countries.len().min(MOST_COUNTRIES)];
    let (headline, scale) = Scale::of_headline(study, countries);
    let title =
        if headline == CountryVariable::Welfare { "Welfare".to_owned() } else { spoken::heading(headline) };
    page.section(&format!("{title} by measure"), &format!("contributions to the change in {}", scale.words));
    let names = countries.iter().map(|&country| study.dataset.countries.name(country));
    let mut grid = Grid::new(&std::iter::once("measure").chain(names).collect::<Vec<_>>(), SHORTEST_FLOW);
    let shown = contributions::largest(study, countries, headline, MOST_MEASURES);
    for &measure in &shown {
        let cell =
            |&country: &CountryId| number_cell(&found.all.of(country, headline)[measure], scale.divisor);
        grid.row(&found.measures[measure], countries.iter().map(cell).collect());
    }
    let total = |&country: &CountryId| number_cell(study.estimates.country(country, headline), scale.divisor);
    let total: Vec<Cell> = countries.iter().map(total).collect();
    grid.row("all measures", total);
    page.grid(&grid);
    let hidden = found.measures.len() - shown.len();
    if hidden > 0 {
        page.note(&format!("{hidden} more measures, which contribute less, are in the files of --out."));
    }
    page.note(contributions::MEANING);
}
