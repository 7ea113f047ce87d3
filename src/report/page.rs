//! `report.html`: a result as one page that needs nothing else, no network and no script to be complete.
//!
//! The page is a function of the files of a result folder and of nothing else, so that a run and
//! `tariffsim report` give the same bytes.

mod contributions;
mod drawing;
mod genuine;
mod grid;
mod grids;
mod outcomes;
mod sections;
mod story;
mod thin;
mod values;
mod welfare;
mod words;

use std::io::{BufRead, BufReader};

use askama::Template as _;

use crate::diagnostic::Diagnostic;
use crate::files::{FileError, Folder, text};
use crate::report::contents::{
    self, CHARTS, CONTRIBUTIONS, COUNTRIES, FLOWS, MARKET, RATES, RECORD, SCENARIO, WATERFALL, WELFARE,
    WELFARE_CHART,
};
use crate::report::plain::plain_lines;
use crate::report::study::ALL_OUTCOMES;
use sections::Page;
use story::{RUN_AGAIN, Story, fault};
use thin::Wanted;
use values::{Contributions, Countries, Flows, Parts};

/// The most bytes of a file, and of what is read of a table of flows: a page has few numbers.
pub const MOST_BYTES: u64 = 256 << 20;

/// The files of a result.
pub trait Source {
    /// Opens a file by its name in the result folder.
    ///
    /// # Errors
    /// [`FileError`] where it is not there or cannot be read.
    fn open(&self, name: &str) -> Result<Box<dyn BufRead + '_>, FileError>;
}

impl Source for Folder {
    fn open(&self, name: &str) -> Result<Box<dyn BufRead + '_>, FileError> {
        Ok(Box::new(BufReader::with_capacity(1 << 18, self.open(name)?)))
    }
}

/// The page of files that one run wrote, and of its record; which hashes the record has does not matter.
///
/// # Errors
/// What cannot be read in them: missing, damaged or of another program.
pub fn page(files: &dyn Source, record: &str) -> Result<String, Vec<Diagnostic>> {
    tell(files, &Story::read(record)?)
}

/// The page of a result, if its files are those of one run.
///
/// # Errors
/// What is wrong with the files: missing, changed, of another run or of another program.
pub fn page_of_run(files: &dyn Source) -> Result<String, Vec<Diagnostic>> {
    let record = read(files, RECORD)?;
    let story = Story::read(&record)?;
    genuine::check(files, &record, &story)?;
    tell(files, &story)
}

fn tell(files: &dyn Source, story: &Story) -> Result<String, Vec<Diagnostic>> {
    let text = read(files, COUNTRIES)?;
    let countries = Countries::read(&text, ALL_OUTCOMES)?;
    let keys = grids::flow_keys(story);
    let pairs = grids::pair_codes(story);
    let of_rows = |name, lead: &[&str], pairs: &[[&str; 2]]| {
        let wanted = Wanted::new(lead, pairs);
        let thin = files.open(name).and_then(|reader| thin::thin(reader, name, &wanted, MOST_BYTES));
        thin.map_err(|error| unreadable(name, &error))
    };
    let of_pairs = |name, lead: &[&str]| of_rows(name, lead, &pairs);
    let flows = |outcome: &str| {
        let text = of_pairs(FLOWS, &[&story.scenario.name, outcome])?;
        Flows::read(&text, outcome, keys.iter().copied())
    };
    let mut outcomes = Vec::new();
    for outcome in &story.outcomes {
        outcomes.push((Countries::read(&text, &outcome.name)?, flows(&outcome.name)?));
    }
    let flows = flows(ALL_OUTCOMES)?;
    let rates = values::rates(&of_pairs(RATES, &[ALL_OUTCOMES])?, keys.iter().copied())?;
    let chart = |[name, _]: contents::Chart| {
        let drawing = drawing::inline(&read(files, name)?);
        let drawing =
            drawing.map_err(|reason| fault(format!("`{name}` is no chart of this program: {reason}")))?;
        Ok::<_, Vec<Diagnostic>>(sections::Chart { name, drawing })
    };
    let market = Some(MARKET).filter(|[drawing, _]| story.files.contains_key(*drawing));
    let charts = CHARTS.into_iter().chain(market).map(chart).collect::<Result<_, _>>()?;
    let resolved = read(files, SCENARIO)?;
    let mut page = Page::new(story, (&countries, &flows), &outcomes, &rates, charts, &resolved);
    if story.files.contains_key(CONTRIBUTIONS) {
        let keys = contributions::keys(story);
        let rows = of_rows(CONTRIBUTIONS, &[&story.scenario.name, ALL_OUTCOMES], &keys)?;
        let shares = Contributions::read(&rows, story.variables().headline)?;
        page.add_contributions(contributions::grid(story, &shares, &countries), chart(WATERFALL)?);
    }
    if story.files.contains_key(WELFARE) {
        let parts = Parts::read(&read(files, WELFARE)?)?;
        page.add_welfare(welfare::grid(story, &parts), chart(WELFARE_CHART)?);
    }
    let html = page.render().expect("a page in memory takes all that is written");
    // Escaping makes markup harmless; this does the same for characters that hide or turn writing around.
    Ok(plain_lines(&html))
}

fn read(files: &dyn Source, name: &str) -> Result<String, Vec<Diagnostic>> {
    let text = files.open(name).and_then(|reader| text(reader, name, MOST_BYTES));
    text.map_err(|error| unreadable(name, &error))
}

fn unreadable(name: &str, error: &FileError) -> Vec<Diagnostic> {
    let help = match error {
        FileError::NotFound { .. } if name == RECORD => "name the folder that a run wrote with --out",
        FileError::Unreadable { .. } => "check that you may read it",
        _ => RUN_AGAIN,
    };
    vec![Diagnostic::error(error.to_string()).help(help)]
}
