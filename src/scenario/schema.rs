//! The grammar as a JSON schema (draft 2020-12), with which editors complete keys and underline mistakes of form.

use serde_json::{Map, Value, json};

use crate::scenario::grammar::keys::TOP;
use crate::scenario::grammar::{Form, Key, Table};
use crate::scenario::quantity::{Kind, Range};

/// A number as people write it, without a sign.
const NUMBER: &str = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?";

/// A day from 1900 to 2199.
const DAY: &str = r"^\s*(?:19|2[01])\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\s*$";

/// The schema of scenario files, as text. It knows mistakes of form: unknown keys and words, missing units, two verbs.
/// What the names mean, and whether measures fit together, only the program can say.
pub fn text() -> String {
    let mut schema = table(&TOP);
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!("tariffsim scenario"));
    schema.insert("description".to_owned(), json!("A trade policy: who charges what on whose goods."));
    format!("{:#}\n", Value::Object(schema))
}

fn table(table: &Table) -> Map<String, Value> {
    let mut schema = object(&[("type", json!("object")), ("additionalProperties", json!(false))]);
    let properties = table.keys.iter().map(|key| (key.name.to_owned(), property(key)));
    schema.insert("properties".to_owned(), Value::Object(properties.collect()));
    let required: Vec<&str> = table.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    if !table.one_of.is_empty() {
        let one_of: Vec<Value> = table.one_of.iter().map(|key| json!({ "required": [key] })).collect();
        schema.insert("oneOf".to_owned(), json!(one_of));
    }
    if !table.beside.is_empty() {
        let beside = table.beside.iter().map(|(key, other)| ((*key).to_owned(), json!([other])));
        schema.insert("dependentRequired".to_owned(), Value::Object(beside.collect()));
    }
    schema
}

fn property(key: &Key) -> Value {
    let mut schema = form(&key.form);
    schema["description"] = json!(key.about);
    schema
}

fn form(of: &Form) -> Value {
    match of {
        Form::Version => json!({ "const": 1, "examples": [1] }),
        Form::Text(example) => text_like(example),
        Form::Texts(example) => one_or_more(&text_like(example), 1),
        Form::Any(example) => one_or_more(&text_like(example), 0),
        Form::Countries => {
            let number = json!({ "type": "integer", "minimum": 0, "examples": [840] });
            one_or_more(&json!({ "anyOf": [text_like("USA"), number] }), 1)
        }
        Form::Switch => json!({ "const": true, "examples": [true] }),
        Form::Flag => json!({ "type": "boolean", "examples": [true] }),
        Form::Whole(most) => json!({ "type": "integer", "minimum": 0, "maximum": most, "examples": [100] }),
        Form::Number(bounds, example) => {
            let mut schema = object(&[("type", json!("number")), ("examples", json!([example]))]);
            schema.extend(bounds.iter().map(|(bound, at)| ((*bound).to_owned(), json!(at))));
            Value::Object(schema)
        }
        Form::Date => pattern(DAY, "2025-03-04"),
        Form::Quantity(kind, example) => pattern(&quantity(kind), example),
        Form::Words(words) => json!({ "enum": words(), "examples": [words()[0]] }),
        Form::Pattern(form, example) => pattern(form, example),
        Form::Either(forms) => json!({ "anyOf": forms.iter().map(form).collect::<Vec<_>>() }),
        Form::Table(of) => Value::Object(table(of)),
        Form::Entries(of, most) => json!({ "type": "array", "items": table(of), "maxItems": most }),
        Form::Map(name, value) => json!({
            "type": "object",
            "additionalProperties": form(value),
            "examples": [{ *name: example(value) }],
        }),
        Form::Days(value) => json!({
            "type": "object",
            "propertyNames": pattern(DAY, "2025-03-04"),
            "additionalProperties": form(value),
            "minProperties": 1,
            "examples": [{ "2025-03-04": example(value) }],
        }),
    }
}

/// The example of a form that has one; of several forms that of the first.
fn example(of: &Form) -> Value {
    match of {
        Form::Either(forms) => example(&forms[0]),
        _ => form(of)["examples"][0].take(),
    }
}

fn text_like(example: &str) -> Value {
    pattern(r"\S", example)
}

fn pattern(form: &str, example: &str) -> Value {
    json!({ "type": "string", "pattern": form, "examples": [example] })
}

fn one_or_more(entry: &Value, least: usize) -> Value {
    json!({ "anyOf": [entry, { "type": "array", "items": entry, "minItems": least }] })
}

/// How a quantity is written. A bound that a pattern can tell is told where the number has no exponent.
fn quantity(kind: &Kind) -> String {
    // Nothing with a minus is still nothing.
    const NOTHING: &str = r"-0*(?:0|0\.0*|\.0+)";
    let number = match kind.range {
        Range::Any => format!("[+-]?{NUMBER}"),
        Range::NotNegative => format!(r"(?:\+?{NUMBER}|{NOTHING})"),
        Range::Share => {
            let scientific = NUMBER.trim_end_matches('?');
            let plain = r"0*(?:100(?:\.0*)?|\d{1,2}(?:\.\d*)?|\.\d+)";
            format!(r"(?:\+?(?:{plain}|{scientific})|{NOTHING})")
        }
        Range::Probability => r"0*(?:100(?:\.0+)?|\d{1,2}(?:\.\d{1,4}0*)?)".to_owned(),
    };
    format!(r"^\s*{number}\s*{}\s*$", kind.unit)
}

fn object(entries: &[(&str, Value)]) -> Map<String, Value> {
    entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
}
