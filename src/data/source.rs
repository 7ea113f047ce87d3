//! The folder while it is read: its files, and the faults found so far.

use crate::diagnostic::Diagnostic;
use crate::files::{FileError, Files};
use crate::table::{Fault, Faults, Row, Table};

/// The most bytes of one table.
pub const MOST_TABLE_BYTES: u64 = 512 << 20;

/// The most bytes of `dataset.toml`.
pub const MOST_MANIFEST_BYTES: u64 = 1 << 20;

/// The largest amount a table may hold, a guard against slips: no economy is that large in any unit.
pub const MOST_VALUE: f64 = 1e21;

/// The form of a table: its file and columns.
pub(super) struct Form {
    pub(super) file: &'static str,
    pub(super) required: &'static [&'static str],
    pub(super) optional: &'static [&'static str],
    /// Whether the folder must have it.
    pub(super) needed: bool,
}

/// A folder that is being read.
pub(super) struct Source<'f> {
    files: &'f dyn Files,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'f> Source<'f> {
    pub(super) fn new(files: &'f dyn Files) -> Self {
        Self { files, diagnostics: Vec::new() }
    }

    /// Whether something is fatal so far.
    pub(super) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The text of a file; when it cannot be had, the reason is among the diagnostics, except that a file that is
    /// not needed may be absent.
    pub(super) fn text(&mut self, file: &str, limit: u64, needed: bool) -> Option<String> {
        match self.files.read(file, limit) {
            Ok(text) => Some(text),
            Err(FileError::NotFound { .. }) if !needed => None,
            Err(error) => {
                let help = help(&error);
                self.diagnostics.push(Diagnostic::error(error.to_string()).help(help));
                None
            }
        }
    }

    /// Reads a table row by row; gives whether the table is there and has its columns.
    pub(super) fn each_row(&mut self, form: &Form, mut read: impl FnMut(&Row<'_>, &mut Faults)) -> bool {
        let Some(text) = self.text(form.file, MOST_TABLE_BYTES, form.needed) else {
            return false;
        };
        let table = Table::parse(form.file, &text, form.required, form.optional, &mut self.diagnostics);
        let Some(table) = table else {
            return false;
        };
        let mut faults = Faults::new(form.file);
        for row in table.rows() {
            match row {
                Ok(row) => read(&row, &mut faults),
                Err(fault) => faults.add(fault),
            }
        }
        faults.finish(&mut self.diagnostics);
        true
    }
}

fn help(error: &FileError) -> &'static str {
    match error {
        FileError::NotFound { .. } => {
            "a dataset folder needs this file; see the dataset format in the documentation"
        }
        FileError::NotUtf8 { .. } => "save the file as UTF-8 (in a spreadsheet: \"CSV UTF-8\")",
        _ => "",
    }
}

/// The line on which each key was first given, to find the ones that are given twice.
pub(super) struct Seen {
    lines: Vec<u32>,
}

impl Seen {
    pub(super) fn new(keys: usize) -> Self {
        Self { lines: vec![0; keys] }
    }

    /// Notes a key.
    ///
    /// # Errors
    /// A fault at the whole row when the key was given before.
    pub(super) fn note(&mut self, key: usize, row: &Row<'_>) -> Result<(), Fault> {
        match self.lines[key] {
            0 => {
                self.lines[key] = u32::try_from(row.line()).unwrap_or(u32::MAX);
                Ok(())
            }
            line => Err(twice(row, line)),
        }
    }

    /// Whether a key was given.
    pub(super) fn has(&self, key: usize) -> bool {
        self.lines[key] > 0
    }
}

/// A row whose key stands on an earlier line.
pub(super) fn twice(row: &Row<'_>, line: u32) -> Fault {
    let message = format!("this row repeats line {line}");
    Fault::new("repeated row", Diagnostic::error(message).at(row.whole())).expected("one row for each key")
}

/// A number that is an amount: finite, and not beyond any economy. Minus zero becomes zero, so that equal data
/// have equal bytes.
pub(super) fn amount(row: &Row<'_>, column: &str) -> Result<f64, Fault> {
    let value = row.number(column)? + 0.0;
    if value.abs() <= MOST_VALUE {
        return Ok(value);
    }
    let message = format!("`{}` is beyond any economy", row.field(column));
    Err(row
        .fault(column, "too large", message)
        .expected(format!("at most {MOST_VALUE:e} in the dataset's unit")))
}

/// An amount that must not be negative.
pub(super) fn positive_amount(row: &Row<'_>, column: &str) -> Result<f64, Fault> {
    let value = amount(row, column)?;
    if value >= 0.0 {
        return Ok(value);
    }
    let message = format!("`{column}` is negative: {}", row.field(column));
    Err(row.fault(column, "negative value", message).expected("zero or more"))
}
