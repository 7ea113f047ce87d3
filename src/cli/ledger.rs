//! Ledgers of the commands: shards that are written and read, and the draws of a run that may be interrupted.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::diagnostic::Diagnostic;
use crate::monte_carlo::ensemble::Solved;
use crate::monte_carlo::ledger::Ledger;
use crate::report::contents::DRAWS;
use crate::report::draws::DrawTables;
use crate::report::folder::Draft;
use crate::report::shard::{Label, Part, Reader, Writer};

/// A file that takes its name when it is whole.
pub(super) struct Fresh {
    path: PathBuf,
    scratch: PathBuf,
    writer: Option<Writer<BufWriter<File>>>,
}

impl Fresh {
    /// Begins a file of draws.
    pub(super) fn begin(path: &Path, label: &Label) -> Result<Self, Failure> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let scratch = path.with_file_name(format!(".{name}.{}", std::process::id()));
        let open = || Writer::new(BufWriter::new(File::create(&scratch)?), label);
        let writer = Some(open().map_err(|error| unwritable(path, &error))?);
        Ok(Self { path: path.to_owned(), scratch, writer })
    }

    /// Adds draws, the first of which has this number.
    pub(super) fn add(&mut self, first: u32, solved: &[Solved]) -> Result<(), Failure> {
        let writer = self.writer.as_mut().expect("it is not finished");
        writer.add(first, solved).map_err(|error| unwritable(&self.path, &error))
    }

    /// Gives the file its name. It is on the disk before it has it, so that a name never stands for half a file.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        let finish = |writer: Writer<BufWriter<File>>| -> io::Result<()> {
            let file = writer.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            fs::rename(&self.scratch, &self.path)
        };
        let done = self.writer.take().map_or(Ok(()), finish);
        done.map_err(|error| unwritable(&self.path, &error))
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // There is nothing where it has got its name; where not there is no one left to tell.
        let _ = fs::remove_file(&self.scratch);
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot write `{}`: {error}", path.display());
    Diagnostic::error(message).help("check the free space and that you may write there").into()
}

/// Opens a file of draws.
pub(super) fn read(path: &Path) -> Result<Reader, Failure> {
    let shown = path.display();
    match File::open(path) {
        Ok(file) if file.metadata().is_ok_and(|found| found.is_file()) => {
            Reader::open(file).map_err(|error| {
                let message = format!("`{shown}` is no shard: {error}");
                Diagnostic::error(message).help("a shard is what `tariffsim run --shard FILE` writes").into()
            })
        }
        Ok(_) => Err(Diagnostic::error(format!("`{shown}` is no file")).help("name the shards").into()),
        Err(error) => {
            let message = format!("cannot read `{shown}`: {error}");
            Err(Diagnostic::error(message).help("check the name, and that the file is there").into())
        }
    }
}

/// Refuses a name that is taken by something else than draws.
pub(super) fn check_replaceable(path: &Path) -> Result<(), Failure> {
    if fs::symlink_metadata(path).is_err() || read(path).is_ok() {
        return Ok(());
    }
    let message =
        format!("there is a `{}` already that holds no draws, and it is left alone", path.display());
    Err(Diagnostic::error(message).help("choose another name").into())
}

/// The next draw of a file.
pub(super) fn draw(path: &Path, reader: &mut Reader) -> Result<Solved, Failure> {
    reader.draw().map_err(|error| {
        let message = format!("`{}` is damaged: {error}", path.display());
        let draws = reader.label().draws();
        let help = format!("solve its draws again: `--draws {}..{}`", draws.start, draws.end);
        Diagnostic::error(message).help(help).into()
    })
}

/// In what the draws of a file differ from others, in words: what of both is not the same, and what to do.
pub(super) fn difference(label: &Label, other: &Label) -> Option<(String, &'static str)> {
    Some(match label.differs(other)? {
        Part::Version => (
            format!("were solved by different versions, {} and {}", label.version, other.version),
            "solve all draws with one version of the program, and put them together with it",
        ),
        Part::Scenario if label.inputs.file != other.inputs.file => (
            format!("are of different scenarios, `{}` and `{}`", label.inputs.file, other.inputs.file),
            "put together draws of one scenario, under one name",
        ),
        Part::Scenario => (
            format!("are of different scenarios: {}", changed_input(label, other)),
            "solve all draws with the same scenario, the same tables and the same settings",
        ),
        Part::Data => (
            format!("are on different data: `{}` and `{}` differ", label.data_name, other.data_name),
            "solve all draws on the same dataset",
        ),
        Part::Seed => (
            format!("have different seeds, {} and {}", label.seed, other.seed),
            "solve all draws with one seed: each draw has its own random numbers all the same",
        ),
        Part::Sampler => (
            format!("are drawn in different ways, {} and {}", sampler(label), sampler(other)),
            "solve all draws with one sampler, and those of a Latin hypercube as parts of equally many",
        ),
        Part::Flows => (
            format!("report different flows, `{}` and `{}`", label.inputs.flows, other.inputs.flows),
            "solve all draws with the same `--flows`",
        ),
    })
}

/// How draws are spread, in words.
fn sampler(label: &Label) -> String {
    let total = label.total.map_or_else(String::new, |total| format!(" of {total} draws"));
    format!("`{}`{total}", label.sampler.word())
}

/// Which text of two scenarios with the same name is another one.
fn changed_input(label: &Label, other: &Label) -> String {
    let (one, two) = (&label.inputs, &other.inputs);
    if one.text != two.text {
        return format!("the text of `{}` is not the same", one.file);
    }
    if one.settings != two.settings {
        return "what is set beside it is not the same".to_owned();
    }
    let changed =
        one.files.keys().chain(two.files.keys()).find(|name| one.files.get(*name) != two.files.get(*name));
    changed.map_or("their hashes differ".to_owned(), |name| format!("`{name}` is not the same"))
}

/// Writes all draws into one file.
pub(super) struct Shard {
    pub(super) file: Fresh,
    /// How many draws have no solution.
    pub(super) failed: usize,
}

impl Ledger for Shard {
    type Error = Failure;

    fn recall(&mut self, _: Range<u32>) -> Result<Option<Vec<Solved>>, Failure> {
        Ok(None)
    }

    fn take(&mut self, draws: Range<u32>, solved: &[Solved], _: bool) -> Result<(), Failure> {
        self.failed += solved.iter().filter(|draw| draw.result.is_err()).count();
        self.file.add(draws.start, solved)
    }
}

/// Another ledger whose draws are also written into the tables of draws.
pub(super) struct Watched<'a, L> {
    pub(super) ledger: &'a mut L,
    pub(super) tables: DrawTables<'a>,
    pub(super) draft: &'a Draft<'a>,
}

impl<L: Ledger<Error = Failure>> Ledger for Watched<'_, L> {
    type Error = Failure;

    fn recall(&mut self, draws: Range<u32>) -> Result<Option<Vec<Solved>>, Failure> {
        self.ledger.recall(draws)
    }

    fn take(&mut self, draws: Range<u32>, solved: &[Solved], fresh: bool) -> Result<(), Failure> {
        let written = self.tables.add(draws.start, solved);
        written.map_err(|reason| self.draft.unwritable(DRAWS, reason))?;
        self.ledger.take(draws, solved, fresh)
    }
}
