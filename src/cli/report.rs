//! `tariffsim report`: the page of a result folder, made anew from its files.

use std::path::PathBuf;

use crate::cli::failure::Failure;
use crate::cli::output;
use crate::diagnostic::Diagnostic;
use crate::report::folder;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The page is `report.html` in the folder: one file that needs no network. `run`, `timeline`, `compare` and
`sweep` write it too with --out; this command is for a folder whose page is missing or was made by another
version. The other files must be as they were written.

Example:
  tariffsim report results")]
pub(super) struct Arguments {
    /// A folder that `run`, `timeline`, `compare` or `sweep` wrote with --out
    folder: PathBuf,
}

pub(super) fn report(arguments: &Arguments) -> Result<(), Failure> {
    let dir = &arguments.folder;
    if !dir.is_dir() {
        let message = format!("there is no folder `{}`", dir.display());
        return Err(Diagnostic::error(message).help("name the folder that a run wrote with --out").into());
    }
    let page = folder::renew_page(dir)?;
    output::print(&format!("{}\n", page.display()))
}
