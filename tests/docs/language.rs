//! The page about the language has every key and word that the schema has, each in an example.

use std::collections::BTreeSet;

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use crate::markdown::code;
use crate::page;
use crate::schema_support::SCHEMA;

/// Every key of a schema with the way to it, such as `measure.match.share`, and every word that a value may be.
fn walk(schema: &Value, way: &str, keys: &mut BTreeSet<String>, words: &mut BTreeSet<String>) {
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let way = format!("{way}.{key}");
        keys.insert(way.clone());
        walk(property, &way, keys, words);
    }
    if schema["items"].is_object() {
        walk(&schema["items"], way, keys, words);
    }
    for choice in schema["anyOf"].as_array().into_iter().flatten() {
        walk(choice, way, keys, words);
    }
    let listed = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    words.extend(listed.map(str::to_owned));
}

/// Every key in a scenario with the way to it.
fn used(table: &DeTable<'_>, way: &str, found: &mut BTreeSet<String>) {
    for (key, value) in table {
        let way = format!("{way}.{}", key.get_ref());
        found.insert(way.clone());
        match value.get_ref() {
            DeValue::Table(inner) => used(inner, &way, found),
            DeValue::Array(items) => {
                let tables = items.iter().filter_map(|item| item.get_ref().as_table());
                tables.for_each(|inner| used(inner, &way, found));
            }
            _ => {}
        }
    }
}

#[test]
fn every_key_and_word_of_the_language_is_explained_and_shown() {
    let (mut keys, mut words) = (BTreeSet::new(), BTreeSet::new());
    walk(&SCHEMA, "", &mut keys, &mut words);
    assert!(keys.len() > 90 && words.len() > 12, "{} keys and {} words are found", keys.len(), words.len());

    let page = page("docs/scenarios.md");
    let explained: Vec<&str> = page.prose.iter().flat_map(|(_, line)| code(line)).collect();
    let parts = |text: &str| -> Vec<String> {
        text.split(|c: char| !(c.is_alphanumeric() || "_-".contains(c))).map(str::to_owned).collect()
    };
    let explained: BTreeSet<String> = explained.into_iter().flat_map(parts).collect();
    let names = keys.iter().filter_map(|way| way.rsplit('.').next());
    let unexplained: Vec<&str> =
        names.chain(words.iter().map(String::as_str)).filter(|name| !explained.contains(*name)).collect();
    assert!(unexplained.is_empty(), "docs/scenarios.md does not explain {unexplained:?}");

    // Examples that are not said to be broken are valid: another test reads them all.
    let mut shown = BTreeSet::new();
    for block in page.blocks.iter().filter(|block| block.is("toml") && !block.is("broken")) {
        used(DeTable::parse(&block.text).expect("an example is TOML").get_ref(), "", &mut shown);
    }
    let missing: Vec<&String> = keys.difference(&shown).collect();
    assert!(missing.is_empty(), "docs/scenarios.md has no example of {missing:?}");
}
