//! `tariffsim man`: manual pages.

use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory as _, ValueHint};
use clap_mangen::Man;

use crate::cli::failure::Failure;
use crate::cli::output;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tariffsim man
  tariffsim man --out man")]
pub(super) struct Arguments {
    /// Write the page of every command into this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: Option<PathBuf>,
}

pub(super) fn man(arguments: &Arguments) -> Result<(), Failure> {
    let mut command = super::Arguments::command().disable_help_subcommand(true);
    command.build();
    match &arguments.out {
        None => output::print(&page(&command)),
        Some(dir) => {
            let mut pages = Vec::new();
            add_pages(&command, &mut pages);
            write(dir, &pages)
        }
    }
}

/// The page of a command and those of all its parts, with their file names such as `tariffsim-run.1`.
fn add_pages(command: &Command, pages: &mut Vec<(String, String)>) {
    let name = command.get_display_name().unwrap_or(command.get_name());
    pages.push((format!("{name}.1"), page(command)));
    for part in command.get_subcommands() {
        add_pages(part, pages);
    }
}

fn page(command: &Command) -> String {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page).expect("writing to memory cannot fail");
    String::from_utf8_lossy(&page).into_owned()
}

fn write(dir: &Path, pages: &[(String, String)]) -> Result<(), Failure> {
    output::create_folder(dir)?;
    for (name, page) in pages {
        output::write_file(&dir.join(name), page.as_bytes())?;
    }
    output::print(&format!("{} pages in {}\n", pages.len(), dir.display()))
}
