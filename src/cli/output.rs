//! Writing to the terminal.

use std::io::Write as _;

use crate::diagnostic::Diagnostic;

/// Writes results to standard output, colours only on a terminal. A reader that has gone away is no failure.
pub(super) fn print(text: &str) {
    // There is nobody left to tell when standard output is closed.
    let _ = anstream::stdout().lock().write_all(text.as_bytes());
}

/// Writes diagnostics and warnings to standard error.
pub(super) fn warn(text: &str) {
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
