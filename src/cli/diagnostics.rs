//! Faults as people see them: the sentence, the place in their own file, what was expected, what to do.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str};

use crate::diagnostic::{Diagnostic, Place, Severity};

/// Renders faults one below the other, with a count at the end when there are several errors.
pub fn render(diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    for diagnostic in diagnostics {
        text += &renderer.render(&[group(diagnostic)]);
        text += "\n\n";
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

fn group(diagnostic: &Diagnostic) -> Group<'_> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(normalize_untrusted_str(&diagnostic.message)));
    let expected = expectation(&diagnostic.expected);
    match &diagnostic.place {
        Some(place) => group = group.element(snippet(place, expected)),
        None if !expected.is_empty() => group = group.element(Level::NOTE.message(expected)),
        None => {}
    }
    if !diagnostic.help.is_empty() {
        group = group.element(Level::HELP.message(normalize_untrusted_str(&diagnostic.help)));
    }
    group
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
