//! Writing to the terminal.

use std::io::Write as _;

use crate::cli::failure::Failure;
use crate::diagnostic::Diagnostic;

/// Writes results to standard output, colours only on a terminal. A reader that has gone away is no failure; a disk
/// that is full is.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
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
        use std::io::IsTerminal as _;
        warn(&super::diagnostics::render(diagnostics, std::io::stderr().is_terminal()));
    }
}

/// How many columns a page may have.
pub(super) fn width() -> usize {
    const WITHOUT_TERMINAL: usize = 100;
    terminal_size::terminal_size().map_or(WITHOUT_TERMINAL, |(width, _)| usize::from(width.0).min(120))
}
