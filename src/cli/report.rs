//! `tariffsim report`: the page of a result folder, made anew from its files.

use std::path::PathBuf;

use crate::cli::failure::Failure;
use crate::cli::output;
use crate::diagnostic::Diagnostic;
use crate::report::contents::{COMPARE, SWEEP, TIMELINE};
use crate::report::folder;

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

/// Results that are about more than one run, by the table that each has: what it is, and what to do.
const WITHOUT_PAGE: [(&str, &str, &str); 3] = [
    (
        TIMELINE,
        "a result over time",
        "the chart is `timeline.svg`; `run --on DATE --out DIR` writes a page about one day",
    ),
    (
        COMPARE,
        "a comparison",
        "the chart is `compare.svg`; `run SCENARIO --out DIR` writes a page about one scenario",
    ),
    (
        SWEEP,
        "a sweep",
        "the chart is `sweep.svg`; `run SCENARIO --set KEY=VALUE --out DIR` writes a page about one point",
    ),
];

pub(super) fn report(arguments: &Arguments) -> Result<(), Failure> {
    let dir = &arguments.folder;
    if !dir.is_dir() {
        let message = format!("there is no folder `{}`", dir.display());
        return Err(Diagnostic::error(message).help("name the folder that a run wrote with --out").into());
    }
    let without_page = WITHOUT_PAGE.iter().find(|(table, ..)| dir.join(table).is_file());
    if let Some((_, what, help)) = without_page {
        let message = format!("`{}` holds {what}, which has no page", dir.display());
        return Err(Diagnostic::error(message).help(*help).into());
    }
    let page = folder::renew_page(dir)?;
    output::print(&format!("{}\n", page.display()))
}
