//! The grammar of the language as data: which keys each table has, and what values they take.
//!
//! The reader asks for keys through these tables ([`Keys::take`](super::reader::Keys::take)), and the JSON schema for
//! editors is made of them ([`schema`](super::schema)), so neither can know a key that the other does not.

pub(super) mod keys;

use crate::scenario::quantity::Kind;

/// A table of the language: the top of a file, `[model]`, one `[[measure]]`, `match = { … }`.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) keys: &'static [Key],
    /// Exactly one of these must be there; none where that is not asked for.
    pub(super) one_of: &'static [&'static str],
    /// A key that makes sense only beside another.
    pub(super) beside: &'static [(&'static str, &'static str)],
}

/// A key of a table.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    /// What it is, in one line.
    pub(super) about: &'static str,
    pub(super) form: Form,
    pub(super) required: bool,
}

/// What values a key takes.
#[derive(Debug)]
pub(super) enum Form {
    /// The only version of the language.
    Version,
    /// A text.
    Text(&'static str),
    /// One text or a list of them.
    Texts(&'static str),
    /// Countries: codes, names, groups, numbers of ISO 3166, or a list of them.
    Countries,
    /// A list that may be empty, or one text.
    Any(&'static str),
    /// `true`.
    Switch,
    /// `true` or `false`.
    Flag,
    /// A whole number from 0 to this.
    Whole(u64),
    /// A number within bounds, which are keywords of JSON schema.
    Number(&'static [(&'static str, f64)], f64),
    /// A day.
    Date,
    /// A quantity with its unit, and an example of it.
    Quantity(&'static Kind, &'static str),
    /// One of these words.
    Words(fn() -> Vec<&'static str>),
    /// A text of this form, and an example of it.
    Pattern(&'static str, &'static str),
    /// One of several forms.
    Either(&'static [Form]),
    /// A table of the language.
    Table(&'static Table),
    /// At most so many tables, each under a heading in two pairs of brackets.
    Entries(&'static Table, usize),
    /// A table whose keys are names of the user's, with an example of one, and the form of all values.
    Map(&'static str, &'static Form),
    /// The same with days as keys, at least one.
    Days(&'static Form),
}

impl Table {
    /// A table of which nothing is asked but its keys.
    const fn of(keys: &'static [Key]) -> Self {
        Self { keys, one_of: &[], beside: &[] }
    }

    /// The names of its keys.
    pub(super) fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|key| key.name).collect()
    }

    /// Whether the language has a key in this table.
    pub(super) fn has(&self, name: &str) -> bool {
        self.keys.iter().any(|key| key.name == name)
    }
}

impl Key {
    /// A key that may be left out.
    const fn new(name: &'static str, form: Form, about: &'static str) -> Self {
        Self { name, about, form, required: false }
    }

    /// A key without which its table has no meaning.
    const fn required(name: &'static str, form: Form, about: &'static str) -> Self {
        Self { required: true, ..Self::new(name, form, about) }
    }
}
