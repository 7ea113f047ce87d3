//! `dataset.toml`: what the dataset is.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::data::source::{MOST_MANIFEST_BYTES, Source};
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::table::{Fault, Faults};

const FILE: &str = "dataset.toml";
const REQUIRED: [&str; 6] = ["name", "title", "year", "unit", "default_elasticities", "final_demand"];
const OPTIONAL: [&str; 2] = ["licence", "citation"];

/// The contents of `dataset.toml`.
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) year: i32,
    pub(super) unit: String,
    pub(super) default_elasticities: String,
    /// Whether final demand is in a file of its own.
    pub(super) final_demand_given: bool,
    pub(super) licence: String,
    pub(super) citation: String,
    /// Where the default elasticities are named, for a fault that shows only later.
    pub(super) default_place: Place,
}

/// Reads the manifest; `None` when something in it is wrong.
pub(super) fn read(source: &mut Source<'_>) -> Option<Manifest> {
    let text = source.text(FILE, MOST_MANIFEST_BYTES, true)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut reader = Reader { text: text.into(), faults: Faults::new(FILE) };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        reader.add("bad TOML", error.message().trim(), error.span());
    }
    let manifest = if reader.faults.is_empty() { reader.manifest(table.get_ref()) } else { None };
    reader.faults.finish(&mut source.diagnostics);
    manifest
}

/// What keeps a text from being shown on a line, as the name of a dataset is; `None` if nothing does.
pub fn fault_of_line(text: &str) -> Option<&'static str> {
    match text.trim() {
        "" => Some("is empty"),
        text if text.contains(char::is_control) => Some("has line ends or other control characters in it"),
        _ => None,
    }
}

type Value<'v> = Spanned<DeValue<'v>>;

struct Reader {
    text: Arc<str>,
    faults: Faults,
}

impl Reader {
    fn manifest(&mut self, table: &DeTable<'_>) -> Option<Manifest> {
        self.unknown_keys(table);
        let (name, title) = (self.string(table, "name"), self.string(table, "title"));
        let (year, unit) = (self.year(table), self.string(table, "unit"));
        let default_elasticities = self.string(table, "default_elasticities");
        let final_demand_given = self.final_demand_given(table);
        let (licence, citation) = (self.optional(table, "licence"), self.optional(table, "citation"));
        let manifest = Manifest {
            name: name?,
            title: title?,
            year: year?,
            unit: unit?,
            default_elasticities: default_elasticities?,
            final_demand_given: final_demand_given?,
            licence: licence?,
            citation: citation?,
            default_place: self.place(table.get("default_elasticities").map(Spanned::span)),
        };
        self.faults.is_empty().then_some(manifest)
    }

    fn unknown_keys(&mut self, table: &DeTable<'_>) {
        let known = || REQUIRED.into_iter().chain(OPTIONAL);
        for key in table.keys().filter(|key| !known().any(|name| name == key.get_ref().as_ref())) {
            let diagnostic = Diagnostic::error(format!("`{}` is not a key of {FILE}", key.get_ref()))
                .at(self.place(Some(key.span())))
                .expected(known().collect::<Vec<_>>().join(", "))
                .help(
                    nearest(key.get_ref(), known())
                        .map_or(String::new(), |near| format!("did you mean `{near}`?")),
                );
            self.faults.add(Fault::new("unknown key", diagnostic));
        }
    }

    fn required<'t>(&mut self, table: &'t DeTable<'_>, key: &str) -> Option<&'t Value<'t>> {
        let value = table.get(key);
        if value.is_none() {
            let diagnostic = Diagnostic::error(format!("{FILE} does not say `{key}`"))
                .help(format!("add a line such as `{key} = {}`", example(key)));
            self.faults.add(Fault::new("missing key", diagnostic));
        }
        value
    }

    fn string(&mut self, table: &DeTable<'_>, key: &str) -> Option<String> {
        let value = self.required(table, key)?;
        let text = self.as_string(value, key)?;
        match fault_of_line(&text) {
            None => Some(text),
            Some(fault) => {
                self.add("no line of text", &format!("`{key}` {fault}"), Some(value.span()));
                None
            }
        }
    }

    fn optional(&mut self, table: &DeTable<'_>, key: &str) -> Option<String> {
        table.get(key).map_or(Some(String::new()), |value| self.as_string(value, key))
    }

    fn as_string(&mut self, value: &Value<'_>, key: &str) -> Option<String> {
        let text = value.get_ref().as_str().map(|text| text.trim().to_owned());
        if text.is_none() {
            let message = format!("`{key}` is a text in quotation marks, such as {}", example(key));
            self.add("wrong type", &message, Some(value.span()));
        }
        text
    }

    fn year(&mut self, table: &DeTable<'_>) -> Option<i32> {
        let value = self.required(table, "year")?;
        let integer = value.get_ref().as_integer();
        let year = integer.and_then(|year| i32::from_str_radix(year.as_str(), year.radix()).ok());
        if year.is_none() {
            self.add("wrong type", "`year` is a whole number, such as 2024", Some(value.span()));
        }
        year
    }

    fn final_demand_given(&mut self, table: &DeTable<'_>) -> Option<bool> {
        let value = self.required(table, "final_demand")?;
        match value.get_ref().as_str() {
            Some("given") => Some(true),
            Some("residual") => Some(false),
            _ => {
                let message = "`final_demand` is \"residual\" or \"given\"";
                self.add("wrong value", message, Some(value.span()));
                None
            }
        }
    }

    fn add(&mut self, kind: &'static str, message: &str, span: Option<Range<usize>>) {
        let diagnostic = Diagnostic::error(message).at(self.place(span));
        self.faults.add(Fault::new(kind, diagnostic));
    }

    fn place(&self, span: Option<Range<usize>>) -> Place {
        let span = span.unwrap_or(0..0);
        Place { file: FILE.into(), text: Arc::clone(&self.text), first_line: 1, span }
    }
}

fn example(key: &str) -> &'static str {
    match key {
        "name" => "\"my-data\"",
        "title" => "\"3 economies x 2 sectors, 2024\"",
        "year" => "2024",
        "unit" => "\"USD mn\"",
        "default_elasticities" => "\"MEDIAN7\"",
        "final_demand" => "\"residual\"",
        _ => "\"…\"",
    }
}
