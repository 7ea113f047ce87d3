//! `tariffsim report`: the page of a result folder, made anew from its files.

use std::path::PathBuf;

use crate::cli::failure::Failure;
use crate::cli::output;
use crate::diagnostic::Diagnostic;
use crate::report::folder;
use crate::report::path::TIMELINE;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The page is `report.html` in the folder: one file that needs no network. `run --out` writes it too; this
command is for a folder whose page is missing or was made by another version. The other files must be as the
run wrote them.

Example:
  tariffsim report results")]
pub(super) struct Arguments {
    /// A folder that `run --out` wrote
    folder: PathBuf,
}

pub(super) fn report(arguments: &Arguments) -> Result<(), Failure> {
    let dir = &arguments.folder;
    if !dir.is_dir() {
        let message = format!("there is no folder `{}`", dir.display());
        return Err(Diagnostic::error(message).help("name the folder that a run wrote with --out").into());
    }
    if dir.join(TIMELINE).is_file() {
        let message = format!("`{}` holds a result over time, which has no page", dir.display());
        return Err(Diagnostic::error(message)
            .help("the chart is `timeline.svg`; `run --on DATE --out DIR` writes a page about one day")
            .into());
    }
    let page = folder::renew_page(dir)?;
    output::print(&format!("{}\n", page.display()))
}
