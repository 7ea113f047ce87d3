//! `--resume`: the draws of a run that may be interrupted, kept beside its result until that is there.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::ledger::{Fresh, difference, draw, read};
use crate::cli::output;
use crate::diagnostic::Diagnostic;
use crate::monte_carlo::ensemble::Solved;
use crate::monte_carlo::ledger::Ledger;
use crate::report::folder;
use crate::report::shard::Label;

/// What the names of files with draws begin and end with.
const LEAD: &str = "draws-";
const ENDING: &str = ".parquet";

/// A folder with a file for each block of draws that is solved.
pub(super) struct Checkpoint {
    dir: PathBuf,
    label: Label,
}

impl Checkpoint {
    /// Opens the folder beside a result, or makes it. Whatever draws are in it must be of the same run.
    pub(super) fn open(out: &Path, label: Label, quiet: bool) -> Result<Self, Failure> {
        let (target, name) = folder::place(out)?;
        let dir = target.with_file_name(name + ".partial");
        output::create_folder(&dir)?;
        let checkpoint = Self { dir, label };
        let found = checkpoint.check()?;
        if found > 0 && !quiet {
            let all = checkpoint.label.draws().end;
            let dir = checkpoint.dir.display();
            output::warn(&format!("{found} of {all} draws are in `{dir}` and are not solved again\n"));
        }
        Ok(checkpoint)
    }

    /// How many of the draws are there.
    fn check(&self) -> Result<usize, Failure> {
        let unreadable = |error: std::io::Error| {
            let message = format!("cannot read `{}`: {error}", self.dir.display());
            Failure::from(Diagnostic::error(message).help("check that you may read it"))
        };
        let mut found = 0;
        for entry in fs::read_dir(&self.dir).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !(name.starts_with(LEAD) && name.ends_with(ENDING)) {
                continue;
            }
            let reader = read(&path)?;
            if let Some((reason, _)) = difference(reader.label(), &self.label) {
                let message = format!("the draws in `{}` and those of this run {reason}", path.display());
                let help = format!("remove the folder `{}` to begin anew", self.dir.display());
                return Err(Diagnostic::error(message).help(help).into());
            }
            if reader.label().end <= self.label.end {
                found += reader.label().draws().len();
            }
        }
        Ok(found)
    }

    fn file(&self, draws: &Range<u32>) -> PathBuf {
        self.dir.join(format!("{LEAD}{:07}-{:07}{ENDING}", draws.start, draws.end))
    }

    /// Removes the folder: the result is there.
    pub(super) fn remove(self) -> Result<(), Failure> {
        fs::remove_dir_all(&self.dir).map_err(|error| {
            let message =
                format!("the result is whole, but `{}` cannot be removed: {error}", self.dir.display());
            Diagnostic::error(message).help("remove the folder by hand").into()
        })
    }
}

impl Ledger for Checkpoint {
    type Error = Failure;

    fn recall(&mut self, draws: Range<u32>) -> Result<Option<Vec<Solved>>, Failure> {
        let path = self.file(&draws);
        if !path.exists() {
            return Ok(None);
        }
        let mut reader = read(&path)?;
        if *reader.label() != self.label.of(draws.clone()) {
            let message = format!("`{}` has other draws than its name says", path.display());
            return Err(Diagnostic::error(message)
                .help("remove the file: its draws are solved again")
                .into());
        }
        draws.map(|_| draw(&path, &mut reader)).collect::<Result<Vec<_>, _>>().map(Some)
    }

    fn take(&mut self, draws: Range<u32>, solved: &[Solved], fresh: bool) -> Result<(), Failure> {
        if !fresh {
            return Ok(());
        }
        let mut file = Fresh::begin(&self.file(&draws), &self.label.of(draws.clone()))?;
        file.add(draws.start, solved)?;
        file.finish()
    }
}
