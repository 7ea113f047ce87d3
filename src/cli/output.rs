//! Writing to the terminal.

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use crate::cli::diagnostics::harmless;
use crate::cli::failure::Failure;
use crate::diagnostic::Diagnostic;

/// Writes results to standard output, colours only on a terminal and nothing there that would upset it. A reader that has gone away is no failure; a disk
/// that is full is.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let shown = if std::io::stdout().is_terminal() { harmless(text) } else { text.to_owned() };
    let mut out = anstream::stdout().lock();
    match out.write_all(shown.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            let message = format!("the output is incomplete: {error}");
            Err(Diagnostic::error(message).help("check the free space where the output goes").into())
        }
        _ => Ok(()),
    }
}

/// Writes diagnostics and warnings to standard error.
pub(super) fn warn(text: &str) {
    // There is nowhere left to say that this failed.
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// Renders diagnostics to standard error, if there are any.
pub(super) fn warn_of(diagnostics: &[Diagnostic]) {
    if !diagnostics.is_empty() {
        warn(&super::diagnostics::render(diagnostics, std::io::stderr().is_terminal()));
    }
}

/// Refuses a file that is there already, unless it may be replaced.
pub(super) fn check_new(path: &Path, replace: bool) -> Result<(), Failure> {
    let shown = path.display();
    let fault = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => {
            Diagnostic::error(format!("`{shown}` is a folder")).help("give the name of a file")
        }
        Ok(_) if !replace => {
            Diagnostic::error(format!("there is a file `{shown}` already, and it is left alone"))
                .help("choose another name; `--force` replaces the file")
        }
        _ => return Ok(()),
    };
    Err(fault.into())
}

/// Writes a file as a whole: under a name of its own first, so that no half of it is ever there.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let scratch = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let done = fs::write(&scratch, bytes).and_then(|()| fs::rename(&scratch, path));
    done.map_err(|error| {
        // It may not even have been made.
        let _ = fs::remove_file(&scratch);
        unwritable(path, &error)
    })
}

/// Makes a folder, with those above it.
pub(super) fn create_folder(dir: &Path) -> Result<(), Failure> {
    fs::create_dir_all(dir).map_err(|error| unwritable(dir, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let message = format!("cannot write `{}`: {error}", path.display());
    Diagnostic::error(message)
        .help("check that the folder is there, that you may write to it, and the free space")
        .into()
}

/// How many columns a page may have.
pub(super) fn width() -> usize {
    const WITHOUT_TERMINAL: usize = 100;
    terminal_size::terminal_size().map_or(WITHOUT_TERMINAL, |(width, _)| usize::from(width.0).min(120))
}
