//! `report.html`: a result as one page that needs nothing else, no network and no script to be complete.
//!
//! The page is a function of the files of a result folder and of nothing else, so that the command that writes a
//! folder and `tariffsim report` give the same bytes. Every kind of result has a module that chooses its sections; the
//! frame around them is the same.

mod compare;
mod contributions;
mod drawing;
mod frame;
mod genuine;
mod grid;
mod grids;
mod matrix;
mod outcomes;
mod run;
mod sweep;
mod thin;
mod timeline;
mod values;
mod words;

use std::io::{BufRead, BufReader};

use askama::Template as _;

use crate::diagnostic::Diagnostic;
use crate::files::{FileError, Folder, text};
use crate::model::variable::CountryVariable;
use crate::report::contents::RECORD;
use crate::report::plain::plain_lines;
use crate::report::record::{RUN_AGAIN, Written};
use crate::report::study::ALL_OUTCOMES;
use frame::Chart;
use thin::Wanted;
use values::Apart;

/// The most bytes of a file, and of what is read of a large table: a page has few numbers.
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

/// The page of files that one command wrote, and of its record; which hashes the record has does not matter.
///
/// # Errors
/// What cannot be read in them: missing, damaged or of another program.
pub fn page(files: &dyn Source, record: &str) -> Result<String, Vec<Diagnostic>> {
    tell(files, &written(record)?)
}

/// The page of a result, if its files are those of one run.
///
/// # Errors
/// What is wrong with the files: missing, changed, of another run or of another program.
pub fn page_of_folder(files: &dyn Source) -> Result<String, Vec<Diagnostic>> {
    let record = read(files, RECORD)?;
    let written = written(&record)?;
    genuine::check(files, &record, &written)?;
    tell(files, &written)
}

fn written(record: &str) -> Result<Written, Vec<Diagnostic>> {
    Written::read(record).map_err(|fault| vec![*fault])
}

fn tell(files: &dyn Source, written: &Written) -> Result<String, Vec<Diagnostic>> {
    let page = match written {
        Written::Run(record) => run::page(files, record)?,
        Written::Timeline(record) => timeline::page(files, record)?,
        Written::Compare(record) => compare::page(files, record)?,
        Written::Sweep(record) => sweep::page(files, record)?,
    };
    let html = page.render().expect("a page in memory takes all that is written");
    // Escaping makes markup harmless; this does the same for characters that hide or turn writing around.
    Ok(plain_lines(&html))
}

fn read(files: &dyn Source, name: &str) -> Result<String, Vec<Diagnostic>> {
    let text = files.open(name).and_then(|reader| text(reader, name, MOST_BYTES));
    text.map_err(|error| unreadable(name, &error))
}

/// Some rows of a table.
fn read_rows(files: &dyn Source, name: &str, wanted: &Wanted) -> Result<String, Vec<Diagnostic>> {
    let thin = files.open(name).and_then(|reader| thin::thin(reader, name, wanted, MOST_BYTES));
    thin.map_err(|error| unreadable(name, &error))
}

/// Some variables of some countries, over all outcomes, in a table of several runs: `leads` are the fields in front that
/// tell these apart.
fn read_apart(
    files: &dyn Source,
    name: &str,
    leads: &[Vec<&str>],
    codes: &[String],
    variables: &[CountryVariable],
) -> Result<Apart, Vec<Diagnostic>> {
    let mut beginnings = Vec::new();
    for lead in leads {
        for code in codes {
            let of_variable =
                |of: &CountryVariable| [lead.as_slice(), &[ALL_OUTCOMES, code.as_str(), of.name()]].concat();
            beginnings.extend(variables.iter().map(of_variable));
        }
    }
    let wanted = Wanted::new(&beginnings);
    let text = read_rows(files, name, &wanted)?;
    Apart::read(name, &text, ALL_OUTCOMES, leads.first().map_or(0, Vec::len))
}

/// A chart of the folder.
fn read_chart(files: &dyn Source, name: &'static str) -> Result<Chart, Vec<Diagnostic>> {
    let drawing = drawing::inline(&read(files, name)?);
    let drawing =
        drawing.map_err(|reason| fault(format!("`{name}` is no chart of this program: {reason}")))?;
    Ok(Chart { name, drawing })
}

/// The one fault of a damaged or foreign file.
fn fault(message: String) -> Vec<Diagnostic> {
    vec![Diagnostic::error(message).help(RUN_AGAIN)]
}

fn unreadable(name: &str, error: &FileError) -> Vec<Diagnostic> {
    let help = match error {
        FileError::NotFound { .. } if name == RECORD => "name the folder that a run wrote with --out",
        FileError::Unreadable { .. } => "check that you may read it",
        _ => RUN_AGAIN,
    };
    vec![Diagnostic::error(error.to_string()).help(help)]
}
