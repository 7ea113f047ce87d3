//! Faults as people see them: the sentence, the place in their own file, what was expected, what to do.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str};

use crate::diagnostic::{Diagnostic, Place, Severity, hides};

/// Renders faults one below the other, with a count at the end when there are several errors.
pub fn render(diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    for diagnostic in diagnostics {
        // Rendered one by one: between groups there would be a margin without anything on it.
        for group in groups(diagnostic) {
            text += &renderer.render(&[group]);
            text.push('\n');
        }
        text.push('\n');
    }
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    if errors > 1 {
        text += &format!("{errors} errors\n");
    } else {
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

fn groups(diagnostic: &Diagnostic) -> Vec<Group<'_>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(normalize_untrusted_str(&diagnostic.message)));
    let expected = expectation(&diagnostic.expected);
    let help = normalize_untrusted_str(&diagnostic.help);
    let Some(place) = &diagnostic.place else {
        let notes = [(Level::NOTE, expected), (Level::HELP, help)].into_iter();
        let notes = notes.filter(|(_, text)| !text.is_empty());
        let notes = notes.map(|(level, text)| Group::with_title(level.secondary_title(text)));
        return std::iter::once(group).chain(notes).collect();
    };
    group = group.element(snippet(place, expected));
    if !help.is_empty() {
        group = group.element(Level::HELP.message(help));
    }
    vec![group]
}

/// Text for a terminal without what would move the cursor, colour what is not meant to be coloured, or turn the
/// direction of reading or hide: a title or a name may come from anybody's file. Styles are kept.
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let style = style_length(rest);
        let length = style.unwrap_or(letter.len_utf8());
        if style.is_none() && (hides(letter) || (letter.is_control() && !['\n', '\t'].contains(&letter))) {
            shown.push('\u{fffd}');
        } else {
            shown.push_str(&rest[..length]);
        }
        rest = &rest[length..];
    }
    shown
}

/// How many bytes a style takes that begins here: an escape, `[`, numbers, `m`.
fn style_length(text: &str) -> Option<usize> {
    let numbers = text.strip_prefix("\u{1b}[")?;
    let end = numbers.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
    numbers[end..].starts_with('m').then_some(2 + end + 1)
}

fn expectation(expected: &str) -> String {
    if expected.is_empty() {
        String::new()
    } else {
        format!("expected {}", normalize_untrusted_str(expected))
    }
}

fn snippet(place: &Place, label: String) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let annotation = AnnotationKind::Primary.span(shown(place));
    let annotation = if label.is_empty() { annotation } else { annotation.label(label) };
    Snippet::source(&*place.text).line_start(place.first_line).path(&*place.file).annotation(annotation)
}

/// The bytes to underline: inside the text, on character boundaries, and no further than the first line.
fn shown(place: &Place) -> std::ops::Range<usize> {
    let text = &*place.text;
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let start = floor(place.span.start);
    let line_end = text[start..].find('\n').map_or(text.len(), |end| start + end);
    start..floor(place.span.end.max(start)).min(line_end).max(start)
}
