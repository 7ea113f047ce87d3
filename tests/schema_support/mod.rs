//! The schema of scenario files as an editor uses it: on a TOML text read as JSON.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use tariffsim::scenario::schema;
use toml::de::{DeTable, DeValue};

pub(crate) static SCHEMA: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(&schema::text()).unwrap());

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| jsonschema::draft202012::new(&SCHEMA).unwrap());

/// What the schema says is wrong with a text; nothing if it is fine, and `Err` if it is not TOML.
pub(crate) fn faults(text: &str) -> Result<Vec<String>, String> {
    let tree = DeTable::parse(text).map_err(|error| error.to_string())?;
    let instance = table(tree.get_ref());
    Ok(VALIDATOR.iter_errors(&instance).map(|fault| format!("{}: {fault}", fault.instance_path())).collect())
}

fn table(table: &DeTable<'_>) -> Value {
    let entries = table.iter().map(|(key, value)| (key.get_ref().to_string(), json_of(value.get_ref())));
    Value::Object(entries.collect::<Map<_, _>>())
}

/// A value of TOML as editors see it: days are texts.
fn json_of(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Integer(number) => match u64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => json!(number),
            Err(_) => json!(number.as_str().parse::<i64>().ok()),
        },
        // There is no JSON for numbers that are none: they become null, which fits nowhere.
        DeValue::Float(number) => json!(number.as_str().parse::<f64>().ok()),
        DeValue::Boolean(flag) => json!(flag),
        DeValue::Datetime(day) => json!(day.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json_of(item.get_ref())).collect(),
        DeValue::Table(entries) => table(entries),
    }
}
