//! `tariffsim verify`: whether a result is what its record says, by making it again.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::market;
use crate::cli::open::Opened;
use crate::cli::output;
use crate::cli::recorded::{Nothing, Task};
use crate::cli::reopen::{reopen, scope};
use crate::cli::run;
use crate::cli::sampling::Threads;
use crate::cli::simulate::scenario_hash;
use crate::diagnostic::{Diagnostic, Place};
use crate::files::{Files as _, Folder};
use crate::hash::sha256_of;
use crate::monte_carlo::sampling::Points;
use crate::report::contents::{DRAWS, RECORD};
use crate::report::page::MOST_BYTES;
use crate::report::record::{self, Hashes, Sampling, Written};
use crate::scenario;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
`run.json` holds the scenario, the tables it names, the seed and the hash of the data; the result is made from them
again and compared byte by byte. Exit code 0 says that everything is equal, 1 that something is not, and what.

Examples:
  tariffsim run us-25-mexico-canada --draws 10 --out results
  tariffsim verify results")]
pub(super) struct Arguments {
    /// A folder that `run --out` wrote, or a `run.json` alone, whose hashes are then compared
    #[arg(value_name = "DIR|RUN.json")]
    result: PathBuf,
    /// The folder of the dataset, if the scenario is not on one inside the program
    #[arg(long, value_name = "DIR|NAME")]
    data: Option<PathBuf>,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    threads: Threads,
}

pub(super) fn verify(arguments: &Arguments) -> Result<(), Failure> {
    let (given, data) = (&arguments.result, arguments.data.as_deref());
    let record = if given.is_dir() { given.join(RECORD) } else { given.clone() };
    let name = record.display().to_string();
    let text = Folder::new("").read(&name, MOST_BYTES).map_err(|error| scenario_free(&error))?;
    let written = Written::read(&text).map_err(|fault| *fault)?;
    let mut faults = changed(&name, &text, &written);
    let opened = reopen(&written.inputs, &written.data.name, data)?;
    faults.extend(other_inputs(&written, &opened, data));
    let scope = scope(&written.inputs).ok_or_else(|| {
        Diagnostic::error(format!("`{name}` reports flows that this program does not know"))
            .help("use the version that wrote it")
    })?;
    // Of other data every number is another one: which would say nothing.
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let Sampling { draws, seed, sampler } = written.uncertainty;
    let uncertainty = opened.resolved.uncertainty.at(Points { design: sampler, seed, draws });
    let task = Task {
        opened: &opened,
        uncertainty,
        scope,
        quiet: arguments.quiet,
        contributions: written.inputs.contributions,
        market: market::named(written.inputs.market.as_deref(), &opened)?,
    };
    let scratch = Scratch(std::env::temp_dir().join(format!("tariffsim-verify-{}", std::process::id())));
    let with_draws = written.files.contains_key(DRAWS);
    arguments.threads.with(|| run::write(&scratch.0, with_draws, &task, &mut Nothing))?;
    let faults = match given.is_dir() {
        true => differences(given, &scratch.0)?,
        false => other_hashes(&written.files, &scratch.0, &text)?,
    };
    if !faults.is_empty() {
        return Err(faults.into());
    }
    if arguments.quiet {
        return Ok(());
    }
    output::print(&format!(
        "{}: all {} files are as the run makes them\n",
        given.display(),
        written.files.len() + 2
    ))
}

/// As the scenario layer says it of a file, without its advice about scenarios.
fn scenario_free(error: &crate::files::FileError) -> Diagnostic {
    let help = "name a folder that `tariffsim run --out DIR` wrote, or its `run.json`";
    Diagnostic { help: help.to_owned(), ..scenario::unreadable(error) }
}

/// Whether the record itself is as it was written, and by this version.
fn changed(name: &str, text: &str, written: &Written) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    if !record::is_unchanged(text) {
        let message = format!("`{name}` was changed: the hash at its end is not that of the lines above");
        faults
            .push(Diagnostic::error(message).help("put back what the run wrote, or run the scenario again"));
    }
    if written.program.version != record::VERSION {
        let message = format!(
            "the result was written by version {}, and this is version {}",
            written.program.version,
            record::VERSION
        );
        faults.push(Diagnostic::error(message).help("verify it with the version that wrote it"));
    }
    faults
}

/// Which inputs are not those of the record.
fn other_inputs(written: &Written, opened: &Opened, data: Option<&Path>) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    if opened.data.hash() != written.data.sha256 {
        faults.extend(other_data(&written.data, opened.data.tables(), data));
    }
    if scenario_hash(&opened.resolved.inputs_for_hash()) != written.scenario.sha256 {
        let message = "the scenario in the record is not the one whose hash it has";
        faults.push(Diagnostic::error(message).help("run the scenario again"));
    }
    faults
}

/// Which tables of the data are not those of the record.
fn other_data(written: &record::WrittenData, here: &Hashes, data: Option<&Path>) -> Vec<Diagnostic> {
    let place = data.map_or(written.name.clone(), |data| data.display().to_string());
    let help = "`--data DIR` names the folder of the dataset as it was when the scenario was run";
    let names: std::collections::BTreeSet<&String> = written.tables.keys().chain(here.keys()).collect();
    let differ = |name: &&&String| written.tables.get(**name) != here.get(**name);
    if written.tables.is_empty() || here.is_empty() {
        let message = format!("the dataset `{place}` is not the one of the run");
        return vec![Diagnostic::error(message).help(help)];
    }
    let fault = |name: &String| {
        Diagnostic::error(format!("the data file `{name}` of `{place}` differs from that of the run"))
            .help(help)
    };
    names.iter().filter(differ).map(|name| fault(name)).collect()
}

/// A folder for the result that is made again, removed in the end.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // It is in the system's folder for such, which is cleared anyway.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot read `{}`: {error}", path.display());
    Diagnostic::error(message).help("check that the file is there, and that you may read it").into()
}

/// The files of a folder in order.
fn files(dir: &Path) -> Result<Vec<String>, Failure> {
    let entries = fs::read_dir(dir).map_err(|error| unreadable(dir, &error))?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

/// Where a folder has other files than the one that was made again.
fn differences(dir: &Path, again: &Path) -> Result<Vec<Diagnostic>, Failure> {
    let mut faults = Vec::new();
    for name in files(again)? {
        let path = dir.join(&name);
        if !path.is_file() {
            let message = format!("`{}` is missing", path.display());
            faults.push(Diagnostic::error(message).help("run the scenario again with --out"));
            continue;
        }
        let found = difference(&path, &again.join(&name)).map_err(|error| unreadable(&path, &error))?;
        faults.extend(found);
    }
    Ok(faults)
}

/// The first line on which a file differs from another one, or that it differs where lines mean nothing.
fn difference(path: &Path, again: &Path) -> io::Result<Option<Diagnostic>> {
    let [mut here, mut there] = [BufReader::new(File::open(path)?), BufReader::new(File::open(again)?)];
    let [mut one, mut two] = [Vec::new(), Vec::new()];
    let mut line = 0;
    loop {
        one.clear();
        two.clear();
        here.read_until(b'\n', &mut one)?;
        there.read_until(b'\n', &mut two)?;
        line += 1;
        if one != two {
            return Ok(Some(fault(path, line, [&one, &two])));
        }
        if one.is_empty() {
            return Ok(None);
        }
    }
}

fn fault(path: &Path, line: usize, [one, two]: [&[u8]; 2]) -> Diagnostic {
    let shown = path.display().to_string();
    let is_text =
        path.extension().is_some_and(|ending| ["csv", "json", "toml"].iter().any(|text| ending == *text));
    if !is_text {
        return Diagnostic::error(format!("`{shown}` differs from what the run makes"))
            .help("run the scenario again with --out to get it back");
    }
    let [one, two] = [one, two].map(|line| String::from_utf8_lossy(line).trim_end().to_owned());
    let expected = if two.is_empty() { "the end of the file".to_owned() } else { format!("`{two}`") };
    let place = Place { file: shown.into(), span: 0..one.len(), text: one.into(), first_line: line };
    Diagnostic::error("this line differs from what the run makes, the first in its file")
        .at(place)
        .expected(expected)
}

/// Which hashes of a record are not those of the files that were made again; and the record itself.
fn other_hashes(written: &Hashes, again: &Path, text: &str) -> Result<Vec<Diagnostic>, Failure> {
    let mut faults = Vec::new();
    for (name, hash) in written {
        let path = again.join(name);
        let found = File::open(&path).and_then(|file| sha256_of(BufReader::new(file)));
        if found.as_ref().ok() != Some(hash) {
            let message = format!("`{name}` has another hash in the record than what the run makes");
            faults.push(Diagnostic::error(message).help("the result was made by other code, or changed"));
        }
    }
    let path = again.join(RECORD);
    let same = fs::read(&path).map_err(|error| unreadable(&path, &error))? == text.as_bytes();
    if faults.is_empty() && !same {
        let message = "the record differs from that of the run";
        faults.push(Diagnostic::error(message).help("run the scenario again with --out to see where"));
    }
    Ok(faults)
}
