//! Mistakes of TOML itself, in words for people who have never heard of it.

use toml::Spanned;
use toml::de::{DeTable, Error};

use crate::diagnostic::Diagnostic;
use crate::scenario::reader::Source;
use crate::scenario::settings::moved;

/// The tree of a text; all mistakes of syntax if it has any. `base` is where its bytes begin in the source.
pub(super) fn parse<'t>(
    source: &Source,
    text: &'t str,
    base: usize,
) -> Result<Spanned<DeTable<'t>>, Vec<Diagnostic>> {
    let (tree, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(tree);
    }
    let mut faults: Vec<Diagnostic> =
        errors.iter().map(|error| diagnostic(source, text, base, error)).collect();
    faults.sort_by_key(|fault| fault.place.as_ref().map(|place| place.span.start));
    // One slip often makes the parser stumble several times on the same line.
    faults.dedup_by_key(|fault| fault.place.as_ref().map(|place| place.line()));
    Err(faults)
}

fn diagnostic(source: &Source, text: &str, base: usize, error: &Error) -> Diagnostic {
    let span = error.span().unwrap_or(text.len()..text.len());
    let line = line_around(text, span.start);
    let message = error.message().lines().next().unwrap_or("the text is not valid");
    let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let expected = if expected == "literal string" { "a text in double quotes" } else { expected };
    let help = match what {
        "duplicate key" => "write it once; a further measure begins with its own `[[measure]]`".to_owned(),
        _ => help(line),
    };
    Diagnostic::error(format!("the file is not valid TOML: {what}"))
        .expected(expected)
        .help(help)
        .at(source.place(moved(span, base)))
}

fn line_around(text: &str, at: usize) -> &str {
    let at = at.min(text.len());
    let bytes = text.as_bytes();
    let start = bytes[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |found| found + 1);
    let end = bytes[at..].iter().position(|&byte| byte == b'\n').map_or(text.len(), |found| at + found);
    text.get(start..end).unwrap_or_default()
}

/// What was probably meant by a broken line.
fn help(line: &str) -> String {
    let Some((key, value)) = line.split_once('=') else {
        return if line.trim_start().starts_with('[') {
            "a heading looks like `[[measure]]` or `[model]`".to_owned()
        } else {
            "every line is `key = value`, a heading such as `[[measure]]`, or a comment after `#`".to_owned()
        };
    };
    let (key, value) = (key.trim(), value.split('#').next().unwrap_or_default().trim());
    if value.is_empty() {
        format!("write a value after `{key} =`")
    } else if value.contains(['“', '”', '„', '‘', '’']) {
        let plain = value.trim_matches(['“', '”', '„', '‘', '’', '"', '\'']);
        format!("a text stands in straight double quotes: `{key} = \"{plain}\"`")
    } else if value.split('-').count() == 3 && value.starts_with(|first: char| first.is_ascii_digit()) {
        "a date is a day of the calendar, written as year, month and day: 2025-03-04".to_owned()
    } else if !value.contains(['"', '\'', '[', '{']) {
        format!("texts and rates stand in double quotes: `{key} = \"{value}\"`")
    } else if value.matches('"').count() % 2 == 1 {
        "a text begins and ends with a double quote".to_owned()
    } else {
        String::new()
    }
}
