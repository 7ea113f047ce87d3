//! Where results go: into a folder, to the terminal or to another program.

use std::path::PathBuf;

use crate::cli::failure::Failure;
use crate::cli::output;
use crate::report::folder;

/// What every command that simulates takes.
#[derive(Debug, clap::Args)]
pub(super) struct Destination {
    /// Write a page, tables and charts into this folder; an earlier result in it is replaced
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Print one JSON document instead of the page
    #[arg(long, conflicts_with = "quiet")]
    pub(super) json: bool,
}

impl Destination {
    /// Whether the folder may be written to: to be asked before a long run.
    pub(super) fn check(&self) -> Result<(), Failure> {
        self.out.as_deref().map(folder::check).transpose()?;
        Ok(())
    }

    /// Prints what is asked for.
    pub(super) fn print(
        &self,
        quiet: bool,
        json: impl FnOnce() -> String,
        page: impl FnOnce(usize) -> String,
    ) -> Result<(), Failure> {
        match (self.json, quiet) {
            (true, _) => output::print(&json()),
            (false, false) => output::print(&page(output::width())),
            (false, true) => Ok(()),
        }
    }
}
