//! A fault in a user's file: what is wrong, where, what was expected, what to do.
//!
//! Readers collect all faults of a file before they give up. Rendering happens at the edge only.

use std::ops::Range;
use std::sync::Arc;

/// Whether the program can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file cannot be used as it is.
    Error,
    /// The file can be used; the user should know.
    Warning,
}

/// A place in a file the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// The piece of the file that is shown: the whole file, or one row of a table.
    pub text: Arc<str>,
    /// The line of the file on which `text` begins, from 1.
    pub first_line: usize,
    /// The bytes of `text` that are at fault.
    pub span: Range<usize>,
}

impl Place {
    /// What stands in place of a file where something was typed.
    const TYPED: &str = "the command line";

    /// A place in what was typed, as it is shown.
    pub fn typed(shown: &str, span: Range<usize>) -> Self {
        Self { file: Self::TYPED.into(), text: shown.into(), first_line: 1, span }
    }

    /// Whether it is in what was typed.
    pub fn is_typed(&self) -> bool {
        &*self.file == Self::TYPED
    }

    /// The line of the file on which the fault begins, from 1.
    pub fn line(&self) -> usize {
        let end = self.span.start.min(self.text.len());
        self.first_line + self.text.as_bytes()[..end].iter().filter(|&&byte| byte == b'\n').count()
    }
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where, if it is in a file; a whole-file fault names the file in the message.
    pub place: Option<Place>,
    /// What was expected there, shown under the place; may be empty.
    pub expected: String,
    /// What to do, or what was probably meant; may be empty.
    pub help: String,
}

impl Diagnostic {
    /// An error with its message.
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            place: None,
            expected: String::new(),
            help: String::new(),
        }
    }

    /// A warning with its message.
    pub fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message) }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Says what was expected there.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Whether this fault makes the file unusable.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Whether a character steers the direction of writing, is invisible, or is none: in a text from a file it could pass
/// something off as something else.
pub fn hides(letter: char) -> bool {
    matches!(
        letter,
        '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}'
            | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// "`a`, `b` or `c`".
pub fn one_of(names: &[&str]) -> String {
    joined(names, "or")
}

/// "`a`, `b` and `c`".
pub fn listed(names: &[&str]) -> String {
    joined(names, "and")
}

fn joined(names: &[&str], word: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
    }
}

/// The nearest of some candidates to what was written, if one is near enough to suggest.
pub fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = written.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The nearest code: in three letters one slip is much, and swapped letters are the most common one.
pub fn nearest_code<'a>(text: &str, codes: &(impl Iterator<Item = &'a str> + Clone)) -> Option<&'a str> {
    let upper = text.to_uppercase();
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.to_uppercase().chars().collect();
        letters.sort_unstable();
        letters
    };
    let close = |code: &&str| strsim::osa_distance(&upper, &code.to_uppercase()) <= 1;
    let swapped = codes.clone().filter(close).find(|code| sorted(code) == sorted(text));
    swapped.or_else(|| nearest(text, codes.clone())).or_else(|| codes.clone().find(close))
}
