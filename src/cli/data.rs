//! `tariffsim data`: work with datasets.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::cli::failure::Failure;
use crate::cli::{open, output};
use crate::data::check::Summary;

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
}

pub(super) fn data(arguments: &Arguments) -> Result<(), Failure> {
    let Verb::Check { dataset } = &arguments.verb;
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
