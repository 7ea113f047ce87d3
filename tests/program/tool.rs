//! Running the program in an empty folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// An empty folder to run in.
pub(crate) struct Desk(TempDir);

/// What a run said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self(TempDir::with_prefix("desk-of-somebody-").unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Writes a dataset.
    pub(crate) fn dataset(&self, name: &str, files: &crate::data_support::Memory) {
        for (file, text) in &files.0 {
            self.write(&format!("{name}/{file}"), text);
        }
    }

    /// Runs the program with a command line of plain words.
    pub(crate) fn run(&self, line: &str) -> Said {
        self.run_words(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs the program with words that may have blanks in them.
    pub(crate) fn run_words(&self, words: &[&str]) -> Said {
        let line = words.join(" ");
        let output = Command::new(env!("CARGO_BIN_EXE_tariffsim"))
            .args(words)
            .current_dir(self.path())
            .env_remove("RUST_BACKTRACE")
            .output()
            .unwrap();
        let said = Said {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!said.stderr.contains("panicked"), "{line}: {}", said.stderr);
        said
    }

    /// Runs a command line that must succeed.
    pub(crate) fn good(&self, line: &str) -> Said {
        let said = self.run(line);
        assert_eq!(said.code, 0, "{line}:\n{}", said.stderr);
        said
    }

    /// The names of everything in the folder.
    pub(crate) fn names(&self) -> Vec<String> {
        names(self.path())
    }

    /// Every file of a result with its bytes.
    pub(crate) fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let folder = self.path().join(folder);
        names(&folder)
            .into_iter()
            .map(|name| (name.clone(), std::fs::read(folder.join(name)).unwrap()))
            .collect()
    }

    /// The rows of a table: header first.
    pub(crate) fn table(&self, file: &str) -> Table {
        let mut reader = csv::Reader::from_path(self.path().join(file)).unwrap();
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        Table { header, rows: reader.records().map(Result::unwrap).collect() }
    }
}

/// A table as written.
pub(crate) struct Table {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<csv::StringRecord>,
}

impl Table {
    /// The column of a name.
    pub(crate) fn column(&self, name: &str) -> usize {
        self.header.iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}"))
    }

    /// The different values of a column, in order of appearance.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let at = self.column(name);
        let mut values: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !values.contains(&&row[at]) {
                values.push(&row[at]);
            }
        }
        values
    }

    /// The rows of one statistic.
    pub(crate) fn of_stat(&self, stat: &str) -> Vec<&csv::StringRecord> {
        let at = self.column("stat");
        self.rows.iter().filter(|row| &row[at] == stat).collect()
    }
}

/// The names in a folder, in order.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A tariff that fits the small dataset as well as the world.
pub(crate) const PLAIN: &str = "[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"25pp\"\n";
