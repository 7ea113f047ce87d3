//! Walking a TOML tree by hand, so that every fault of a file is found at once and at its place.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Place, listed, nearest, one_of};
use crate::scenario::MOST_MEASURES;
use crate::scenario::extends::beside;
use crate::scenario::grammar::Table;
use crate::scenario::settings::Settings;

pub(super) use crate::scenario::settings::Node;

/// The text of a scenario with the name the user gave it, and what is set beside it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Source {
    pub(super) file: Arc<str>,
    pub(super) text: Arc<str>,
    /// The scenarios on which it is built, nearest first.
    pub(super) ancestors: Vec<Origin>,
    pub(super) settings: Arc<Settings>,
}

/// A scenario on which another is built.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Origin {
    /// The file as the user would name it.
    pub(super) file: Arc<str>,
    /// The same from the folder of the scenario that is built on it.
    pub(super) name: String,
    /// Its folder, from there.
    pub(super) folder: String,
    pub(super) text: Arc<str>,
    /// Where its bytes begin among those of all texts.
    pub(super) base: usize,
}

impl Source {
    /// Whether some bytes are in a setting.
    pub(super) fn is_set(&self, span: &Range<usize>) -> bool {
        self.settings.place(span, self.length()).is_some()
    }

    /// The place of some bytes, in one of the files or in a setting.
    pub(super) fn place(&self, span: Range<usize>) -> Place {
        if let Some(place) = self.settings.place(&span, self.length()) {
            return place;
        }
        let (file, text, base) = match self.origin(&span) {
            Some(origin) => (&origin.file, &origin.text, origin.base),
            None => (&self.file, &self.text, 0),
        };
        Place {
            file: file.clone(),
            text: text.clone(),
            first_line: 1,
            span: span.start - base..span.end.saturating_sub(base),
        }
    }

    fn origin(&self, span: &Range<usize>) -> Option<&Origin> {
        self.ancestors.iter().rfind(|origin| origin.base <= span.start)
    }

    /// The bytes of all texts.
    pub(super) fn length(&self) -> usize {
        self.ancestors.last().map_or(self.text.len(), |last| last.base + last.text.len())
    }

    /// The folder of the file in which some bytes stand, from the folder of the scenario; settings stand in its own.
    pub(super) fn folder(&self, span: &Range<usize>) -> &str {
        let in_file = span.start <= self.length();
        self.origin(span).filter(|_| in_file).map_or("", |origin| &origin.folder)
    }
}

/// The faults found so far in one file.
#[derive(Debug)]
pub(super) struct Faults<'a> {
    pub(super) source: &'a Source,
    pub(super) found: Vec<Diagnostic>,
}

impl<'a> Faults<'a> {
    /// None yet.
    pub(super) fn new(source: &'a Source) -> Self {
        Self { source, found: Vec::new() }
    }

    /// Notes a fault at a place.
    pub(super) fn push(&mut self, span: Range<usize>, fault: Diagnostic) {
        self.found.push(fault.at(self.source.place(span)));
    }

    /// Notes that something stands in the language but not yet in the program.
    pub(super) fn unsupported(&mut self, span: Range<usize>, what: &str, help: &str) {
        self.push(span, Diagnostic::error(format!("`{what}` is not supported yet")).help(help));
    }

    /// Notes a value of the wrong kind.
    pub(super) fn wrong_kind(&mut self, node: &Node<'_>, key: &str, expected: &str) {
        let found = kind_in_words(node.get_ref());
        let fault = Diagnostic::error(format!("`{key}` is {found}")).expected(expected);
        self.push(node.span(), fault);
    }

    /// The faults in the order in which they stand in the file, then those in settings.
    pub(super) fn in_order(mut self) -> Vec<Diagnostic> {
        let file = &self.source.file;
        self.found.sort_by_key(|fault| {
            let in_file = |place: &Place| if place.file == *file { place.span.start } else { usize::MAX };
            fault.place.as_ref().map(in_file)
        });
        self.found
    }
}

/// What a value is, for people who do not know TOML.
fn kind_in_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a bare number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The keys of one table: those that are asked for are known, the rest are reported.
#[derive(Debug)]
pub(super) struct Keys<'a, 'i> {
    table: &'a DeTable<'i>,
    grammar: &'static Table,
    /// Where the table begins.
    pub(super) span: Range<usize>,
    /// Keys of the language, in this table.
    known: Vec<&'static str>,
}

impl<'a, 'i> Keys<'a, 'i> {
    /// The keys of a table.
    pub(super) fn new(table: &'a DeTable<'i>, grammar: &'static Table, span: Range<usize>) -> Self {
        Self { table, grammar, span, known: Vec::new() }
    }

    /// The value of a key, if it is there. What the grammar does not have is unknown, whoever asks for it.
    pub(super) fn take(&mut self, key: &'static str) -> Option<&'a Node<'i>> {
        if !self.grammar.has(key) {
            return None;
        }
        self.known.push(key);
        self.table.get(key)
    }

    /// Where a key stands; the table's place if it does not.
    pub(super) fn key_span(&self, key: &str) -> Range<usize> {
        self.table.get_key_value(key).map_or_else(|| self.span.clone(), |(key, _)| key.span())
    }

    /// Whether some key looks like a slip in one of these words.
    pub(super) fn has_slip_of(&self, words: &[&str]) -> bool {
        self.table.keys().any(|key| {
            let name = key.get_ref().as_ref();
            !self.known.contains(&name) && nearest(name, words.iter().copied()).is_some()
        })
    }

    /// Reports every key that nobody asked for. `place` is the table as the user knows it; `homes` says where
    /// keys of other tables belong.
    pub(super) fn finish(self, place: &str, homes: &[(&str, &[&str])], faults: &mut Faults<'_>) {
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if !self.known.contains(&name) {
                let fault = Diagnostic::error(format!("unknown key `{name}` {place}"))
                    .expected(self.expected())
                    .help(self.suggestion(name, homes));
                faults.push(key.span(), fault);
            }
        }
    }

    fn expected(&self) -> String {
        match self.known.len() {
            0..=8 => one_of(&self.known),
            _ => String::new(),
        }
    }

    fn suggestion(&self, name: &str, homes: &[(&str, &[&str])]) -> String {
        if let Some((home, _)) = homes.iter().find(|(_, keys)| keys.contains(&name)) {
            return format!("`{name}` belongs {home}");
        }
        match nearest(name, self.known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys here are {}", listed(&self.known)),
        }
    }
}

/// A text.
pub(super) fn text(node: &Node<'_>, key: &str, faults: &mut Faults<'_>) -> Option<Spanned<String>> {
    match node.get_ref() {
        DeValue::String(text) if text.trim().is_empty() => {
            faults.push(node.span(), Diagnostic::error(format!("`{key}` is empty")).expected("a text"));
            None
        }
        DeValue::String(text) => Some(Spanned::new(node.span(), text.trim().to_owned())),
        _ => {
            faults.wrong_kind(node, key, "a text in double quotes");
            None
        }
    }
}

/// The entries under headings in two pairs of brackets, such as `[[measure]]`.
pub(super) fn entries<'a, 'i>(
    node: Option<&'a Node<'i>>,
    key: &str,
    faults: &mut Faults<'_>,
) -> &'a [Node<'i>] {
    let Some(node) = node else { return &[] };
    let DeValue::Array(items) = node.get_ref() else {
        let fault = Diagnostic::error(format!("{} {key} needs two pairs of brackets", article(key)))
            .expected(format!("`[[{key}]]`"))
            .help(format!("write `[[{key}]]` above each {key}: there may be several"));
        faults.push(node.span(), fault);
        return &[];
    };
    if items.len() > MOST_MEASURES {
        let fault = Diagnostic::error(format!("there are {} {key}s", items.len()))
            .expected(format!("at most {MOST_MEASURES}"))
            .help("put long lists of rates into a table (CSV) and name it with `rates`");
        faults.push(items[MOST_MEASURES].span(), fault);
        return &[];
    }
    items
}

/// The article of a word.
pub(super) fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// The name of a file, from the folder of the scenario although it may stand in another one.
pub(super) fn file(node: &Node<'_>, key: &str, faults: &mut Faults<'_>) -> Option<String> {
    let name = text(node, key, faults)?;
    Some(match faults.source.folder(&node.span()) {
        "" => name.into_inner(),
        folder => beside(folder, name.get_ref()),
    })
}

/// One text or a list of texts. Whole numbers count as texts where `numbers` says so (M49 country numbers).
pub(super) fn texts(
    node: &Node<'_>,
    key: &str,
    numbers: bool,
    faults: &mut Faults<'_>,
) -> Vec<Spanned<String>> {
    match node.get_ref() {
        DeValue::Array(items) if items.is_empty() => {
            let fault = Diagnostic::error(format!("`{key}` is an empty list"));
            faults.push(node.span(), fault.expected("at least one entry"));
            Vec::new()
        }
        DeValue::Array(items) => items.iter().filter_map(|item| entry(item, key, numbers, faults)).collect(),
        _ => entry(node, key, numbers, faults).into_iter().collect(),
    }
}

fn entry(node: &Node<'_>, key: &str, numbers: bool, faults: &mut Faults<'_>) -> Option<Spanned<String>> {
    match node.get_ref() {
        DeValue::Integer(number) if numbers && number.radix() == 10 => {
            Some(Spanned::new(node.span(), format!("{:0>3}", number.as_str())))
        }
        DeValue::String(_) => text(node, key, faults),
        _ => {
            faults.wrong_kind(node, key, "a text in double quotes or a list of them");
            None
        }
    }
}

/// `true`, the only value that a switch has.
pub(super) fn switch(node: &Node<'_>, key: &str, faults: &mut Faults<'_>) -> Option<()> {
    if node.get_ref().as_bool() == Some(true) {
        return Some(());
    }
    let fault = Diagnostic::error(format!("`{key}` can only be true"))
        .expected("true")
        .help(format!("leave `{key}` out if it is not meant"));
    faults.push(node.span(), fault);
    None
}

/// `true` or `false`.
pub(super) fn flag(node: &Node<'_>, key: &str, faults: &mut Faults<'_>) -> Option<bool> {
    let value = node.get_ref().as_bool();
    if value.is_none() {
        faults.wrong_kind(node, key, "true or false, without quotes");
    }
    value
}

/// A whole number from 0 to `most`.
pub(super) fn whole(node: &Node<'_>, key: &str, most: u64, faults: &mut Faults<'_>) -> Option<u64> {
    let DeValue::Integer(number) = node.get_ref() else {
        faults.wrong_kind(node, key, "a whole number");
        return None;
    };
    let value = u64::from_str_radix(number.as_str(), number.radix()).ok().filter(|value| *value <= most);
    if value.is_none() {
        let fault = Diagnostic::error(format!("`{key}` is out of range"))
            .expected(format!("a whole number from 0 to {most}"));
        faults.push(node.span(), fault);
    }
    value
}

/// A plain number, whole or not; `None` for everything else.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|value| value as f64)
        }
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => None,
    }
}

/// A table with the keys of a grammar.
pub(super) fn table<'a, 'i>(
    node: &'a Node<'i>,
    grammar: &'static Table,
    key: &str,
    expected: &str,
    faults: &mut Faults<'_>,
) -> Option<Keys<'a, 'i>> {
    if let Some(table) = node.get_ref().as_table() {
        return Some(Keys::new(table, grammar, node.span()));
    }
    faults.wrong_kind(node, key, expected);
    None
}

/// Refuses a version of the language that this program does not read.
pub(super) fn schema(keys: &mut Keys<'_, '_>, faults: &mut Faults<'_>) {
    let Some(node) = keys.take("schema") else { return };
    let written = whole(node, "schema", u64::MAX, faults);
    if written.is_some_and(|schema| schema != 1) {
        let fault = Diagnostic::error("this scenario is written in another version of the language")
            .expected("1")
            .help("this program reads `schema = 1`");
        faults.push(node.span(), fault);
    }
}
