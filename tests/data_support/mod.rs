//! A small good dataset, ways to break it, and faults written as one line each.

#![allow(dead_code, reason = "every test program uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use tariffsim::data::folder::{Reading, read};
use tariffsim::diagnostic::{Diagnostic, Severity};
use tariffsim::files::{FileError, Files, Folder};

/// The files of `tests/fixtures/datasets/tiny`.
pub(crate) const TINY: [&str; 10] = [
    "dataset.toml",
    "countries.csv",
    "sectors.csv",
    "trade.csv",
    "tariffs.csv",
    "inputs.csv",
    "value_added.csv",
    "deficits.csv",
    "elasticities.csv",
    "groups.csv",
];

/// A folder in memory.
#[derive(Clone)]
pub(crate) struct Memory(pub(crate) BTreeMap<String, String>);

impl Files for Memory {
    fn read(&self, name: &str, _limit: u64) -> Result<String, FileError> {
        self.0.get(name).cloned().ok_or_else(|| FileError::NotFound { name: name.to_owned() })
    }
}

/// Where the good dataset lies.
pub(crate) fn tiny_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/datasets/tiny")
}

/// The good dataset in memory.
pub(crate) fn tiny() -> Memory {
    let folder = Folder::new(tiny_folder());
    Memory(TINY.map(|name| (name.to_owned(), folder.read(name, 1 << 20).unwrap())).into())
}

impl Memory {
    /// Puts other text in place of some that must be there.
    pub(crate) fn patch(mut self, file: &str, from: &str, to: &str) -> Self {
        let text = self.0.get_mut(file).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        *text = text.replacen(from, to, 1);
        self
    }

    /// Puts another file in place.
    pub(crate) fn with(mut self, file: &str, text: &str) -> Self {
        self.0.insert(file.to_owned(), text.to_owned());
        self
    }

    /// Takes a file away.
    pub(crate) fn without(mut self, file: &str) -> Self {
        assert!(self.0.remove(file).is_some(), "there is no {file}");
        self
    }

    /// Adds rows at the end of a file.
    pub(crate) fn append(mut self, file: &str, rows: &str) -> Self {
        self.0.get_mut(file).unwrap().push_str(rows);
        self
    }

    /// The faults of the folder, one a line, after checking that it has a dataset just when none is an error.
    pub(crate) fn faults(&self) -> String {
        faults(&read(self))
    }
}

/// The faults of a reading, one a line.
pub(crate) fn faults(reading: &Reading) -> String {
    let fatal = reading.diagnostics.iter().any(Diagnostic::is_error);
    assert_eq!(reading.dataset.is_none(), fatal, "a dataset is there unless something is fatal");
    reading.diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A fault as `error trade.csv:3 [x]: message (expected …) (help: …)`, with the text at fault in brackets.
fn line(fault: &Diagnostic) -> String {
    let mut line = match fault.severity {
        Severity::Error => "error".to_owned(),
        Severity::Warning => "warning".to_owned(),
    };
    if let Some(place) = &fault.place {
        line += &format!(" {}:{} [{}]", place.file, place.line(), &place.text[place.span.clone()]);
    }
    line += &format!(": {}", fault.message);
    if !fault.expected.is_empty() {
        line += &format!(" (expected {})", fault.expected);
    }
    if !fault.help.is_empty() {
        line += &format!(" (help: {})", fault.help);
    }
    line
}
