//! Settings: keys of a scenario given beside its file, such as `model.deficits=balanced`.
//!
//! A setting is put into the tree of the scenario before anything is read from it, so that every check, the hash and
//! what is written back follow by themselves. It keeps its own place: a mistake in it is shown as it was typed.

mod worked_out;

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Place, listed, nearest};
use crate::scenario::reader::article;
pub use worked_out::WORKED_OUT;

/// A value of a scenario, in its file or in a setting, with the bytes it stands on.
pub(super) type Node<'i> = Spanned<DeValue<'i>>;

/// The kinds of entries that have names.
pub(super) const NAMED: [&str; 3] = ["measure", "response", "outcome"];

/// The flag that sets the day to simulate.
const DAY: &str = "--on";

/// Settings in the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings(Vec<Setting>);

/// One key with its value. All spans are bytes of `shown`.
#[derive(Clone, Debug, PartialEq)]
struct Setting {
    /// As it was typed, with the flag in front.
    shown: String,
    key: Vec<Spanned<String>>,
    value: Written,
}

/// A value as it was typed.
#[derive(Clone, Debug, PartialEq)]
enum Written {
    /// A value of TOML.
    Toml(Spanned<String>),
    /// Anything else is a text: the shell takes quotation marks away.
    Text(Spanned<String>),
    List(Spanned<Vec<Written>>),
}

impl Settings {
    /// Reads settings of the form `KEY=VALUE`, each given after `flag`.
    ///
    /// # Errors
    /// Every mistake of form, each shown as it was typed.
    pub fn read(flag: &str, typed: &[String]) -> Result<Self, Vec<Diagnostic>> {
        let mut settings = Self::default();
        let faults: Vec<Diagnostic> =
            typed.iter().filter_map(|typed| settings.add(flag, typed).err()).map(|fault| *fault).collect();
        if faults.is_empty() { Ok(settings) } else { Err(faults) }
    }

    /// Adds a setting of the form `KEY=VALUE`.
    ///
    /// # Errors
    /// A mistake of form, or that the key is set already.
    pub fn add(&mut self, flag: &str, typed: &str) -> Result<(), Box<Diagnostic>> {
        let setting = Setting::read(flag, typed)?;
        if let Some(fault) = self.clash(&setting) {
            return Err(Box::new(fault));
        }
        self.0.push(setting);
        Ok(())
    }

    /// The settings of an earlier run, each as it was typed, with the flag in front.
    ///
    /// # Errors
    /// Every one that is no setting.
    pub fn retyped(shown: &[String]) -> Result<Self, Vec<Diagnostic>> {
        let mut settings = Self::default();
        let mut faults = Vec::new();
        for shown in shown {
            match shown.split_once(' ') {
                Some((flag @ DAY, day)) => settings.push_texts(flag, &["date"], &[day.to_owned()]),
                Some((flag, typed)) => faults.extend(settings.add(flag, typed).err().map(|fault| *fault)),
                None => faults.push(Diagnostic::error(format!("`{shown}` is no setting"))),
            }
        }
        if faults.is_empty() { Ok(settings) } else { Err(faults) }
    }

    /// Sets the day to simulate.
    pub fn push_day(&mut self, day: &str) {
        self.push_texts(DAY, &["date"], &[day.to_owned()]);
    }

    /// Each as it was typed, with the flag in front.
    pub(super) fn shown(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|setting| setting.shown.as_str())
    }

    /// Adds texts for a key that a flag of its own gives, such as `--on CAN MEX`.
    pub fn push_texts(&mut self, flag: &str, key: &[&str], texts: &[String]) {
        let mut shown = flag.to_owned();
        let key = key.iter().map(|&part| Spanned::new(0..flag.len(), part.to_owned())).collect();
        let mut items: Vec<Written> = texts
            .iter()
            .map(|text| {
                shown += " ";
                let start = shown.len();
                shown += text;
                Written::Text(Spanned::new(start..shown.len(), text.clone()))
            })
            .collect();
        let value = match items.len() {
            1 => items.remove(0),
            _ => Written::List(Spanned::new(flag.len()..shown.len(), items)),
        };
        self.0.push(Setting { shown, key, value });
    }

    /// Adds the only value of a switch.
    pub fn push_switch(&mut self, flag: &str, key: &[&str]) {
        let key = key.iter().map(|&part| Spanned::new(0..flag.len(), part.to_owned())).collect();
        let value = Written::Toml(Spanned::new(0..flag.len(), "true".to_owned()));
        self.0.push(Setting { shown: flag.to_owned(), key, value });
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An earlier setting of the same key, or of a part of it.
    fn clash(&self, setting: &Setting) -> Option<Diagnostic> {
        let earlier = self.0.iter().find(|earlier| {
            earlier.key.iter().zip(&setting.key).all(|(one, other)| one.get_ref() == other.get_ref())
        })?;
        let fault = Diagnostic::error(format!("`{}` is set twice", setting.path()))
            .expected("each key once")
            .help(format!("leave out this one or `{}`", earlier.shown));
        Some(fault.at(setting.place(setting.key_span())))
    }

    /// Puts the settings into the tree of a scenario of so many bytes.
    pub(super) fn apply<'s>(&'s self, tree: &mut DeTable<'s>, bytes: usize) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        for (setting, base) in self.0.iter().zip(self.bases(bytes)) {
            if let Err(fault) = setting.apply(tree, base) {
                faults.push(*fault);
            }
        }
        faults
    }

    /// The bytes at which settings begin, as if they stood below a scenario of so many bytes.
    fn bases(&self, bytes: usize) -> impl DoubleEndedIterator<Item = usize> {
        let mut next = bytes + 1;
        let bases: Vec<usize> = self
            .0
            .iter()
            .map(|setting| {
                let base = next;
                next += setting.shown.len() + 1;
                base
            })
            .collect();
        bases.into_iter()
    }

    /// The place of some bytes below a scenario of so many bytes; `None` if they are in the scenario itself.
    pub(super) fn place(&self, span: &Range<usize>, bytes: usize) -> Option<Place> {
        let bases: Vec<usize> = self.bases(bytes).collect();
        let at = bases.iter().rposition(|&base| base <= span.start)?;
        Some(self.0[at].place(span.start - bases[at]..span.end.saturating_sub(bases[at])))
    }

    /// What decides what is simulated, as text below that of the scenario.
    pub(super) fn text(&self) -> String {
        self.0.iter().map(|setting| format!("\n{}", setting.shown)).collect()
    }

    /// The settings that make another simulation of the scenario, for its reader; values that may name a folder of
    /// this machine are left out.
    pub(super) fn changes(&self) -> Vec<String> {
        const OTHERWISE_SHOWN: [&str; 9] = [
            "title",
            "summary",
            "sources",
            "schema",
            "baseline",
            "date",
            "uncertainty.draws",
            "uncertainty.seed",
            "uncertainty.sampler",
        ];
        let shown = self.0.iter().filter(|setting| {
            !setting.is_worked_out() && !OTHERWISE_SHOWN.contains(&setting.path().as_str())
        });
        shown
            .map(|setting| {
                let value = &setting.shown[setting.value.span()];
                if value.contains(['/', '\\']) {
                    setting.path()
                } else {
                    format!("{}={value}", setting.path())
                }
            })
            .collect()
    }

    /// Whether a key is set.
    pub(super) fn has(&self, path: &str) -> bool {
        self.0.iter().any(|setting| setting.path() == path)
    }

    /// Whether some measure, response or outcome is set.
    pub(super) fn has_measure(&self) -> bool {
        let is_entry = |first: &Spanned<String>| NAMED.contains(&first.get_ref().as_str());
        let is_typed = |setting: &&Setting| !setting.is_worked_out();
        self.0.iter().filter(is_typed).any(|setting| setting.key.first().is_some_and(is_entry))
    }
}

impl Setting {
    fn read(flag: &str, typed: &str) -> Result<Self, Box<Diagnostic>> {
        let shown = format!("{flag} {typed}");
        let at = flag.len() + 1;
        let place = |span| Place::typed(&shown, span);
        let mut quoted = false;
        let equals = typed.find(|letter| {
            quoted ^= letter == '"';
            letter == '=' && !quoted
        });
        let Some(equals) = equals else {
            let fault = Diagnostic::error("this setting has no `=`").expected("KEY=VALUE");
            return Err(Box::new(
                fault.help("for example `model.deficits=balanced`").at(place(at..shown.len())),
            ));
        };
        let key = key(&typed[..equals], at).ok_or_else(|| {
            let fault = Diagnostic::error("there is no key that can be set before `=`")
                .expected("a key of the scenario language, such as `model.deficits`")
                .help("a part with blanks or dots stands in double quotes: `measure.\"a b\".add`");
            Box::new(fault.at(place(at..at + equals)))
        })?;
        let start = at + equals + 1;
        let value = written(typed[equals + 1..].trim_end(), start)
            .map_err(|fault| Box::new((*fault).at(place(start..shown.len()))))?;
        Ok(Self { shown, key, value })
    }

    /// The key, with dots.
    fn path(&self) -> String {
        self.key.iter().map(|part| part.get_ref().as_str()).collect::<Vec<_>>().join(".")
    }

    fn key_span(&self) -> Range<usize> {
        let (first, last) = (self.key.first(), self.key.last());
        first.map_or(0, |part| part.span().start)..last.map_or(0, |part| part.span().end)
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place::typed(&self.shown, span)
    }

    /// Puts the value into a tree; all its spans are moved by `base`.
    fn apply<'s>(&'s self, tree: &mut DeTable<'s>, base: usize) -> Result<(), Box<Diagnostic>> {
        let value = self.value.node(base);
        match self.key.as_slice() {
            [first, rest @ ..] if NAMED.contains(&first.get_ref().as_str()) => {
                if let ([old, key], Some(new)) = (rest, value.get_ref().as_str())
                    && key.get_ref() == "name"
                {
                    rename(tree, old.get_ref(), new);
                }
                let (entry, rest) = self.entry(tree, first.get_ref(), rest)?;
                self.put(entry, rest, value, base)
            }
            key => self.put(tree, key, value, base),
        }
    }

    fn put<'s>(
        &'s self,
        table: &mut DeTable<'s>,
        key: &'s [Spanned<String>],
        value: Node<'s>,
        base: usize,
    ) -> Result<(), Box<Diagnostic>> {
        let [first, rest @ ..] = key else { return Ok(()) };
        let name = first.get_ref().as_str();
        let here = || Spanned::new(moved(first.span(), base), Cow::Borrowed(name));
        if rest.is_empty() {
            // The key too is now where the setting is.
            table.remove(name);
            table.insert(here(), value);
            return Ok(());
        }
        if !table.contains_key(name) {
            table.insert(here(), Spanned::new(moved(first.span(), base), DeValue::Table(DeTable::new())));
        }
        match table.get_mut(name).map(Spanned::get_mut) {
            Some(DeValue::Table(inner)) => self.put(inner, rest, value, base),
            _ => {
                let fault = Diagnostic::error(format!("`{name}` has no parts in this scenario"))
                    .expected("a key whose value is a table, or that is not set yet")
                    .help(format!("`{name}` can only be set as a whole"));
                Err(Box::new(fault.at(self.place(first.span()))))
            }
        }
    }

    /// The measure, response or outcome that a key names, with the rest of the key.
    fn entry<'t, 's>(
        &'s self,
        tree: &'t mut DeTable<'s>,
        kind: &str,
        rest: &'s [Spanned<String>],
    ) -> Result<(&'t mut DeTable<'s>, &'s [Spanned<String>]), Box<Diagnostic>> {
        let [wanted, rest @ ..] = rest else { return Err(self.incomplete(kind)) };
        if rest.is_empty() {
            return Err(self.incomplete(kind));
        }
        let elsewhere = NAMED.into_iter().find(|other| {
            let entries = tree.get_mut(*other).map(|node| named(node, other));
            *other != kind
                && entries.is_some_and(|list| list.iter().any(|(name, _)| name == wanted.get_ref()))
        });
        let mut measures: Vec<(String, &'t mut DeTable<'s>)> = match tree.get_mut(kind) {
            Some(node) => named(node, kind),
            None => Vec::new(),
        };
        match measures.iter().position(|(name, _)| name == wanted.get_ref()) {
            Some(at) => Ok((measures.swap_remove(at).1, rest)),
            None => {
                let names: Vec<&str> = measures.iter().map(|(name, _)| name.as_str()).collect();
                let near = nearest(wanted.get_ref(), names.iter().copied());
                let help = match (elsewhere, near) {
                    (Some(other), _) => {
                        format!(
                            "`{}` is the name of {} {other}: set `{other}.{}.…`",
                            wanted.get_ref(),
                            article(other),
                            wanted.get_ref()
                        )
                    }
                    (None, Some(near)) => format!("did you mean `{near}`?"),
                    (None, None) if names.is_empty() => format!("the scenario has no {kind}s"),
                    (None, None) => format!("the {kind}s are {}", listed(&names)),
                };
                let fault = Diagnostic::error(format!("there is no {kind} `{}`", wanted.get_ref()))
                    .expected(format!("the name of {} {kind} of this scenario", article(kind)))
                    .help(help);
                Err(Box::new(fault.at(self.place(wanted.span()))))
            }
        }
    }

    fn incomplete(&self, kind: &str) -> Box<Diagnostic> {
        let fault = Diagnostic::error(format!("this does not say which part of which {kind} is set"))
            .expected(format!("`{kind}`, the name of a {kind}, and a key, joined by dots"))
            .help("for example `measure.us-on-mexico.add=10pp`");
        Box::new(fault.at(self.place(self.key_span())))
    }
}

/// Lets what names a measure or a response call it by its new name: what replaces it, answers it, or comes with it.
fn rename(tree: &mut DeTable<'_>, old: &str, new: &str) {
    fn renamed(node: &mut Node<'_>, old: &str, new: &str) {
        match node.get_mut() {
            DeValue::String(name) if name.trim() == old => *name = Cow::Owned(new.to_owned()),
            DeValue::Array(names) => names.iter_mut().for_each(|name| renamed(name, old, new)),
            _ => {}
        }
    }
    for kind in NAMED {
        for (_, entry) in tree.get_mut(kind).map_or_else(Vec::new, |node| named(node, kind)) {
            for key in ["instead_of", "to", "measures"] {
                entry.get_mut(key).into_iter().for_each(|node| renamed(node, old, new));
            }
        }
    }
}

/// The entries of a kind by their names; those without a name are `measure-1`, `measure-2`, …
fn named<'t, 's>(node: &'t mut Node<'s>, kind: &str) -> Vec<(String, &'t mut DeTable<'s>)> {
    let DeValue::Array(items) = node.get_mut() else { return Vec::new() };
    let tables = items.iter_mut().enumerate().filter_map(|(at, item)| match item.get_mut() {
        DeValue::Table(table) => {
            let name = table.get("name").and_then(|name| name.get_ref().as_str()).map(str::trim);
            Some((name.map_or_else(|| format!("{kind}-{}", at + 1), str::to_owned), table))
        }
        _ => None,
    });
    tables.collect()
}

/// The parts of a key that begins at `at`; `None` if it is no key.
fn key(typed: &str, at: usize) -> Option<Vec<Spanned<String>>> {
    if typed.contains(char::is_control) {
        return None;
    }
    let line = format!("{typed} = 0");
    let tree = DeTable::parse(&line).ok()?;
    let mut parts = Vec::new();
    let mut table = tree.get_ref();
    while let Some((part, value)) = table.iter().next() {
        parts.push(Spanned::new(moved(part.span(), at), part.get_ref().to_string()));
        let DeValue::Table(inner) = value.get_ref() else { return Some(parts) };
        table = inner;
    }
    None
}

/// A value that begins at `at`.
fn written(typed: &str, at: usize) -> Result<Written, Box<Diagnostic>> {
    let blanks = typed.len() - typed.trim_start().len();
    let (typed, at) = (typed.trim(), at + blanks);
    let here = at..at + typed.len();
    let text = || Spanned::new(here.clone(), typed.to_owned());
    if typed.is_empty() {
        let fault = Diagnostic::error("this setting has no value").expected("a value after `=`");
        return Err(Box::new(fault.help("for example `model.deficits=balanced`")));
    }
    if DeValue::parse(typed).is_ok() {
        return Ok(Written::Toml(text()));
    }
    if let Some(inner) = typed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
        && !inner.contains(['[', ']', '{', '}', '"', '\''])
    {
        let mut start = at + 1;
        let items = inner.split(',').map(|item| {
            let read = written(item, start);
            start += item.len() + 1;
            read
        });
        return Ok(Written::List(Spanned::new(here.clone(), items.collect::<Result<_, _>>()?)));
    }
    if typed.starts_with(['[', '{', '"', '\'']) {
        let fault = Diagnostic::error("this value is not valid TOML")
            .expected("a list such as [a, b], a table such as {AUT = 6.5}, or a text")
            .help("a shell takes quotation marks away: put the whole setting between single quotes");
        return Err(Box::new(fault));
    }
    Ok(Written::Text(text()))
}

impl Written {
    fn span(&self) -> Range<usize> {
        match self {
            Self::Toml(text) | Self::Text(text) => text.span(),
            Self::List(items) => items.span(),
        }
    }

    /// The value as a node of a tree, its spans moved by `base`.
    fn node(&self, base: usize) -> Node<'_> {
        let whole = moved(self.span(), base);
        match self {
            // It was valid when it was read.
            Self::Toml(text) => match DeValue::parse(text.get_ref()) {
                Ok(node) => shifted(node, whole.start),
                Err(_) => Spanned::new(whole, DeValue::String(Cow::Borrowed(text.get_ref()))),
            },
            Self::Text(text) => Spanned::new(whole, DeValue::String(Cow::Borrowed(text.get_ref()))),
            Self::List(items) => {
                let items = items.get_ref().iter().map(|item| item.node(base));
                Spanned::new(whole, DeValue::Array(items.collect()))
            }
        }
    }
}

/// Some bytes further on.
pub(super) fn moved(span: Range<usize>, by: usize) -> Range<usize> {
    span.start + by..span.end + by
}

/// A tree with all its spans moved.
pub(super) fn shifted(node: Node<'_>, by: usize) -> Node<'_> {
    let span = moved(node.span(), by);
    let value = match node.into_inner() {
        DeValue::Array(items) => DeValue::Array(items.into_iter().map(|item| shifted(item, by)).collect()),
        DeValue::Table(table) => {
            let entries = table.into_iter().map(|(key, value)| {
                (Spanned::new(moved(key.span(), by), key.into_inner()), shifted(value, by))
            });
            DeValue::Table(entries.collect())
        }
        plain => plain,
    };
    Spanned::new(span, value)
}
