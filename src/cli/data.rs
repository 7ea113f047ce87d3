//! `tariffsim data`: work with datasets.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};

use crate::cli::failure::Failure;
use crate::cli::{open, output};
use crate::data::check::Summary;
use crate::data::folder::fault_of_line;
use crate::data::{maps, write};
use crate::diagnostic::Diagnostic;
use crate::economy::aggregation::{self, Loss};
use crate::economy::dataset::Dataset;
use crate::files::CommandLine;
use crate::report;
use crate::table::grouped;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Look for faults in a dataset folder; exits with 1 only when something is fatal
    #[command(after_help = "\
Examples:
  tariffsim data check my-data
  tariffsim data check world-2024")]
    Check {
        /// A dataset folder, or the name of an embedded dataset
        #[arg(value_name = "DIR|NAME")]
        dataset: PathBuf,
    },
    /// Write a dataset with fewer countries or sectors; every accounting identity is kept
    #[command(after_help = "\
Examples:
  tariffsim data aggregate world-2024 --by economies-12 --out twelve
  tariffsim data aggregate world-2024 --by my-countries.csv sectors-9 --unmapped keep --out mine")]
    Aggregate {
        /// A dataset folder, or the name of an embedded dataset
        #[arg(value_name = "DIR|NAME")]
        dataset: PathBuf,
        /// Maps: by name (see `tariffsim list aggregations`), or tables (CSV) with the columns code, group and
        /// group_name; one of countries, one of sectors, or both
        #[arg(long, required = true, num_args = 1.., value_name = "MAP")]
        by: Vec<String>,
        /// The folder to write, which must be new or empty
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// What to do with codes that no map mentions
        #[arg(long, value_enum, default_value_t = Unmapped::Refuse)]
        unmapped: Unmapped,
        /// Name of the new dataset [default: the old name and those of the maps]
        #[arg(long)]
        name: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Unmapped {
    /// They are a mistake
    Refuse,
    /// They stay as they are
    Keep,
}

pub(super) fn data(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.verb {
        Verb::Check { dataset } => check(dataset),
        Verb::Aggregate { dataset, by, out, unmapped, name } => {
            let unmapped = match unmapped {
                Unmapped::Refuse => aggregation::Unmapped::Refuse,
                Unmapped::Keep => aggregation::Unmapped::Keep,
            };
            aggregate(dataset, by, out, unmapped, name.as_deref())
        }
    }
}

fn check(dataset: &Path) -> Result<(), Failure> {
    let data = open::dataset(dataset, Path::new(""))?;
    output::warn_of(&data.warnings);
    let mut text = format!("{}: {}\n", data.dataset.name, data.dataset.title);
    for line in Summary::of(&data.dataset).lines(&data.dataset) {
        text += &format!("  {line}\n");
    }
    text += match data.warnings.len() {
        0 => "no faults\n".to_owned(),
        1 => "usable, with 1 warning\n".to_owned(),
        many => format!("usable, with {many} warnings\n"),
    }
    .as_str();
    output::print(&text)
}

fn aggregate(
    dataset: &Path,
    by: &[String],
    out: &Path,
    unmapped: aggregation::Unmapped,
    name: Option<&str>,
) -> Result<(), Failure> {
    if out.exists() && !is_empty_folder(out) {
        let message = format!("`{}` is not an empty folder, so it is left alone", out.display());
        return Err(Diagnostic::error(message).help("name a new folder with --out").into());
    }
    let label = label(name, by)?;
    let data = open::dataset(dataset, Path::new(""))?;
    let names: Vec<&str> = by.iter().map(String::as_str).collect();
    let maps = maps::read(&data.dataset, &names, unmapped, &CommandLine)?;
    output::warn_of(&maps.warnings);
    let (mut aggregated, loss) = maps.grouping.dataset(&data.dataset);
    aggregated.name = if name.is_some() { label } else { format!("{}-{label}", data.dataset.name) };
    aggregated.title = format!(
        "{}, aggregated to {} x {}",
        data.dataset.title,
        aggregated.countries.len(),
        aggregated.sectors.len()
    );
    report::folder::write(out, &write::files(&aggregated))?;
    output::print(&told(&data.dataset, &aggregated, &loss, out))
}

/// The name that is asked for, or what the maps add to the old one.
fn label(name: Option<&str>, by: &[String]) -> Result<String, Failure> {
    let stems = by.iter().map(|map| Path::new(map).file_stem().unwrap_or_default().to_string_lossy());
    let label = name.map_or_else(|| stems.collect::<Vec<_>>().join("-"), |name| name.trim().to_owned());
    match fault_of_line(&label) {
        None => Ok(label),
        Some(fault) => Err(Diagnostic::error(format!("the name of the new dataset {fault}"))
            .expected("a text on one line, such as `--name my-data`")
            .into()),
    }
}

fn is_empty_folder(path: &Path) -> bool {
    std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// What was done, and what the new data do not hold any more.
fn told(dataset: &Dataset, aggregated: &Dataset, loss: &Loss, out: &Path) -> String {
    let unit = &dataset.unit;
    let money = |value: f64| format!("{} {unit}", grouped(value.round().max(0.0) as usize));
    let mut text = format!(
        "{}: {} economies x {} sectors, from {} x {}, written to `{}`\n",
        aggregated.name,
        loss.countries[1],
        loss.sectors[1],
        loss.countries[0],
        loss.sectors[0],
        out.display()
    );
    let mut line = |applies: bool, words: String| {
        if applies {
            text += &format!("  {words}\n");
        }
    };
    line(
        loss.inner_trade > 0.0,
        format!("trade inside groups, sales at home now: {}", money(loss.inner_trade)),
    );
    line(
        loss.inner_revenue > 0.0,
        format!("tariffs on it, dropped with the spending they paid for: {}", money(loss.inner_revenue)),
    );
    line(loss.eased > 0, format!("input rows lowered so that final demand stays positive: {}", loss.eased));
    line(
        !loss.groups.is_empty(),
        format!("named groups that are no union of the new countries: {}", loss.groups.join(", ")),
    );
    text
}
