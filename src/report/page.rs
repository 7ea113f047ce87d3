//! `report.html`: a result as one page that needs nothing else, no network and no script to be complete.
//!
//! The page is a function of the files of a result folder and of nothing else, so that a run and
//! `tariffsim report` give the same bytes.

mod drawing;
mod grid;
mod grids;
mod sections;
mod story;
mod values;
mod words;

use askama::Template as _;

use crate::diagnostic::Diagnostic;
use crate::files::{FileError, Files};
use crate::report::folder::{COUNTRIES, FLOWS, RATES, RECORD, SCENARIO};
use sections::Page;
use story::{RUN_AGAIN, Story};
use values::{Countries, Flows};

/// The most bytes of a file of a result folder: all flows of 300 countries and 60 sectors.
const MOST_BYTES: u64 = 16 << 30;

/// The most bytes of the record, and of a chart.
const MOST_BYTES_OF_TEXT: u64 = 64 << 20;

/// The charts in the order of the page.
const CHARTS: [&str; 3] = ["prices.svg", "volumes.svg", "countries.svg"];

/// The page of a result folder.
///
/// # Errors
/// What is wrong with the files: missing, damaged, of another run or of another program.
pub fn page(files: &dyn Files) -> Result<String, Vec<Diagnostic>> {
    let story = Story::read(&read(files, RECORD, MOST_BYTES_OF_TEXT)?).map_err(alone)?;
    let scenario = &story.scenario.name;
    let is_known = |code: &str| story.names.countries.contains_key(code);
    let countries = Countries::read(&read(files, COUNTRIES, MOST_BYTES)?, scenario, is_known)?;
    let keys = grids::flow_keys(&story);
    let flows = Flows::read(&read(files, FLOWS, MOST_BYTES)?, scenario, keys.iter().copied())?;
    let rates = values::rates(&read(files, RATES, MOST_BYTES)?, keys.iter().copied())?;
    let mut charts = Vec::new();
    for name in CHARTS {
        let svg = read(files, name, MOST_BYTES_OF_TEXT)?;
        let drawing = drawing::inline(&svg).map_err(|reason| {
            let message = format!("`{name}` is no chart of this program: {reason}");
            alone(Diagnostic::error(message).help(RUN_AGAIN))
        })?;
        charts.push(sections::Chart { name, drawing });
    }
    let resolved = read(files, SCENARIO, MOST_BYTES_OF_TEXT)?;
    let page = Page::new(&story, &countries, &flows, &rates, charts, &resolved);
    Ok(page.render().expect("a page in memory takes all that is written"))
}

fn alone(fault: Diagnostic) -> Vec<Diagnostic> {
    vec![fault]
}

fn read(files: &dyn Files, name: &str, limit: u64) -> Result<String, Vec<Diagnostic>> {
    files.read(name, limit).map_err(|error| {
        let help = match error {
            FileError::NotFound { .. } if name == RECORD => "name the folder that a run wrote with --out",
            FileError::Unreadable { .. } => "check that you may read it",
            _ => RUN_AGAIN,
        };
        alone(Diagnostic::error(error.to_string()).help(help))
    })
}
