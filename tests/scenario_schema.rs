//! The JSON schema of scenario files: it is current, it takes what the program takes, it refuses what is wrong in form,
//! and every key and word in it is one that the reader knows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong")]

mod schema_support;

use std::path::Path;

use schema_support::{SCHEMA, faults};
use serde_json::{Map, Value, json};
use tariffsim::diagnostic::Diagnostic;
use tariffsim::scenario::{Draft, prepared, schema};

/// Files of `scenarios/invalid` that are right in form, or whose mistake a schema cannot know.
const BEYOND_FORM: &[(&str, &str)] = &[
    ("bad-correlations", "needs the file"),
    ("correlations-that-clash", "needs the file"),
    ("country-not-in-the-data", "codes are those of the data"),
    ("draws-of-something-else", "needs the file"),
    ("draws-with-mistakes", "needs the file"),
    ("duplicate-names", "names are compared with one another"),
    ("except-leaves-nobody", "who is left depends on groups"),
    ("exempt-partner-not-reached", "compared with `on`"),
    ("exempt-share-of-a-trade-cost", "right in form; keys that do not fit one another"),
    ("export-taxes-on-nobody", "who is reached depends on the data"),
    ("extends-in-a-circle", "needs the other files"),
    ("follows-in-a-circle", "needs all measures"),
    ("game-of-one", "players are counted"),
    ("game-with-outcomes", "keys that do not fit one another"),
    ("instruments-that-clash", "two measures on one flow"),
    ("linear-and-trade-cost", "right in form; keys that do not fit one another"),
    ("market-keys", "the kind of model may be said in the scenario that this one extends"),
    ("missing-rates-file", "needs the file"),
    ("no-foreign-flow", "who is reached depends on the data"),
    ("no-row-fits", "needs the file"),
    ("nothing-to-drop", "needs the other file"),
    ("nothing-to-extend", "needs the other file"),
    ("outcomes-and-probability", "measures and outcomes are compared"),
    ("outcomes-that-do-not-sum", "a sum"),
    ("rate-out-of-range", "bounds of numbers inside texts"),
    ("rates-below-minus-100", "a sum on a flow"),
    ("rates-file-with-bad-rows", "needs the file"),
    ("rates-file-without-a-column", "needs the file"),
    ("replaces-in-a-circle", "needs all measures"),
    ("replaces-nothing", "names are compared with one another"),
    ("response-of-one-not-hit", "needs the measure that is answered"),
    ("supply-of-nobody", "codes are those of the data"),
    ("trade-costs-with-bad-rows", "needs the file"),
    ("two-level-verbs-in-a-cell", "two measures on one flow"),
    ("two-levels-on-some-days", "two measures on one flow"),
    ("unknown-country", "codes are those of the data"),
    ("unknown-elasticities", "sets are those of the data"),
    ("unknown-exempt-table", "may be a file"),
    ("unknown-group-to-follow", "codes are those of the data"),
    ("unknown-sector", "codes are those of the data"),
    ("unknown-sets", "sets are those of the data"),
    ("which-day", "right in form; a day must be chosen"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_schema_in_the_repository_is_current() {
    let path = root().join("docs/scenario.schema.json");
    if std::env::var_os("TARIFFSIM_BLESS").is_some() {
        std::fs::write(&path, schema::text()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == schema::text(), "{}: TARIFFSIM_BLESS=1 writes it anew", path.display());
}

#[test]
fn the_schema_is_one_of_its_draft() {
    assert!(jsonschema::draft202012::meta::validate(&SCHEMA).is_ok());
}

#[test]
fn every_prepared_scenario_has_the_form() {
    for prepared in prepared::SCENARIOS.iter().chain(prepared::GAMES) {
        assert_eq!(faults(prepared.text), Ok(Vec::new()), "{}", prepared.name);
        let with_schema = format!("#:schema ./scenario.schema.json\n{}", prepared.text);
        assert!(
            Draft::new("a.toml", &with_schema).finish().is_ok(),
            "{}: the line for editors",
            prepared.name
        );
    }
}

#[test]
fn every_mistake_of_form_is_refused() {
    let mut beyond = Vec::new();
    let folder = root().join("scenarios/invalid");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .collect();
    names.sort();
    for name in names {
        let bytes = std::fs::read(folder.join(format!("{name}.toml"))).unwrap();
        // What is no TOML, or no text at all, is refused before there is anything to compare.
        let found =
            String::from_utf8(bytes).map_err(|error| error.to_string()).and_then(|text| faults(&text));
        if found.is_ok_and(|faults| faults.is_empty()) {
            beyond.push(name);
        }
    }
    let known: Vec<&str> = BEYOND_FORM.iter().map(|(name, _)| *name).collect();
    assert_eq!(beyond, known);
}

/// Every table in the schema, with the way to it: keys, and `[]` for one of a list.
fn tables(schema: &Value, way: &[String], found: &mut Vec<(Vec<String>, Map<String, Value>)>) {
    if let Some(properties) = schema["properties"].as_object() {
        found.push((way.to_vec(), schema.as_object().unwrap().clone()));
        for (key, property) in properties {
            tables(property, &[way, std::slice::from_ref(key)].concat(), found);
        }
    }
    if schema["items"].is_object() {
        tables(&schema["items"], &[way, &["[]".to_owned()]].concat(), found);
    }
    for choice in schema["anyOf"].as_array().into_iter().flatten() {
        tables(choice, way, found);
    }
}

/// The smallest table of a schema: what it must have, and one of what it must have one of.
fn smallest(schema: &Map<String, Value>, besides: Option<(&str, Value)>) -> Value {
    let mut entries = Map::new();
    let mut keys: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let one_of: Vec<&str> = schema
        .get("oneOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|choice| choice["required"][0].as_str())
        .collect();
    let given = besides.as_ref().map(|(key, _)| *key);
    if !one_of.is_empty() && !given.is_some_and(|key| one_of.contains(&key)) {
        keys.push(one_of[1]);
    }
    let beside = given.map(|key| schema.get("dependentRequired").map_or(&Value::Null, |all| &all[key]));
    keys.extend(beside.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str));
    for key in keys {
        entries.insert(key.to_owned(), examples(&schema["properties"][key]).remove(0));
    }
    if let Some((key, value)) = besides {
        entries.insert(key.to_owned(), value);
    }
    Value::Object(entries)
}

/// An example for each form that a value may have, and each word.
fn examples(schema: &Value) -> Vec<Value> {
    if let Some(choices) = schema["anyOf"].as_array() {
        return choices.iter().flat_map(examples).collect();
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.clone();
    }
    if schema["items"].is_object() {
        return examples(&schema["items"]).into_iter().map(|item| json!([item])).collect();
    }
    if schema["properties"].is_object() {
        return vec![smallest(schema.as_object().unwrap(), None)];
    }
    schema["examples"].as_array().unwrap_or_else(|| panic!("{schema} has no example")).clone()
}

/// A whole scenario with a value at the end of a way; what stands on the way is as small as may be.
fn whole(way: &[String], schema: &Value, value: Value) -> Value {
    let [first, rest @ ..] = way else { return value };
    if first == "[]" {
        return json!([whole(rest, &schema["items"], value)]);
    }
    let table = with_key(schema, first);
    let inner = whole(rest, &table["properties"][first.as_str()], value);
    smallest(table.as_object().unwrap(), Some((first, inner)))
}

/// The table, among the forms of a value, that has a key.
fn with_key<'s>(schema: &'s Value, key: &str) -> &'s Value {
    if schema["properties"][key].is_object() {
        return schema;
    }
    let choices = schema["anyOf"].as_array().into_iter().flatten();
    choices.into_iter().find(|choice| choice["properties"][key].is_object()).unwrap_or(&Value::Null)
}

/// Every key of the schema with each form of its value, in a whole scenario.
fn probes() -> Vec<(String, String)> {
    let mut found = Vec::new();
    tables(&SCHEMA, &[], &mut found);
    assert!(found.len() > 15, "tables are found");
    let mut probes = Vec::new();
    for (way, table) in found {
        for (key, property) in table["properties"].as_object().unwrap() {
            for example in examples(property) {
                let value = smallest(&table, Some((key, example.clone())));
                let text = toml::to_string(&whole(&way, &SCHEMA, value)).unwrap();
                probes.push((format!("{}.{key} = {example}", way.join(".")), text));
            }
        }
    }
    probes
}

#[test]
fn every_key_and_word_of_the_schema_is_one_that_the_reader_takes() {
    let probes = probes();
    assert!(probes.len() > 120, "only {} keys and words", probes.len());
    for (probe, text) in probes {
        assert_eq!(faults(&text), Ok(Vec::new()), "{probe}\n{text}");
        let found = Draft::new("probe.toml", &text).finish().err().unwrap_or_default();
        // Names of measures that are not there, probabilities that do not sum to 100%, levels of a distribution that do
        // not go together, keys of another kind of model, and games without a choice, are no mistakes of form.
        let of_form = |fault: &&Diagnostic| {
            !fault.message.starts_with("there is no measure")
                && !fault.message.starts_with("the probabilities")
                && !fault.message.starts_with("the numbers of")
                && !fault.message.starts_with("general equilibrium has no")
                && !fault.message.starts_with("a game of")
        };
        let wrong: Vec<&Diagnostic> = found.iter().filter(of_form).collect();
        assert!(wrong.is_empty(), "{probe}\n{text}\n{wrong:?}");
    }
}

#[test]
fn what_the_reader_refuses_in_form_the_schema_refuses_too() {
    let measure = "[[measure]]\nby = \"USA\"\non = \"CHN\"\n";
    for (wrong, right) in [
        ("add = 25", "add = \"25pp\""),
        ("add = \"25\"", "add = \"+2.5e1 pp\""),
        ("add = \"25%\"", "add = \"-.5pp\""),
        ("set = \"25pp\"", "set = \" -25 % \""),
        ("cut = \"-5%\"", "cut = \"5.%\""),
        ("cut = \"ten%\"", "cut = \"-0%\""),
        ("cut = \"inf%\"", "cut = \"1e-9%\""),
        ("cut = \"100.1%\"", "cut = \"+0100.0%\""),
        ("cut = \"150%\"", "cut = \".5%\""),
        ("subsidy = \"101%\"", "subsidy = \"99.9%\""),
        ("remove = false", "remove = true"),
        ("remove = true\nembargo = true", "embargo = true"),
        ("name = \"a\"", "name = \"a\"\nadd = \"1pp\""),
        ("add = \"1pp\"\nby_whom = \"USA\"", "add = \"1pp\"\ngoods = [\"AUT\"]"),
        ("add = \"1pp\"\ngoods = []", "add = \"1pp\"\ngoods = \"AUT\""),
        ("add = \"1pp\"\nexcept = 7.5", "add = \"1pp\"\nexcept = [484, \"CAN\"]"),
        ("add = \"1pp\"\nfrom = 2025-13-01", "add = \"1pp\"\nfrom = 2025-12-01"),
        ("add = \"1pp\"\nfrom = 1825-12-01", "add = \"1pp\"\nfrom = \"2025-12-01\""),
        ("add = \"1pp\"\nfrom = 2025-12-01T10:00:00", "add = \"1pp\"\nuntil = 2025-12-31"),
        ("add = \"1pp\"\nphase_in = {}", "add = \"1pp\"\nphase_in = { 2025-12-01 = \"10%\" }"),
        (
            "add = \"1pp\"\nphase_in = { soon = \"10%\" }",
            "add = \"1pp\"\nphase_in = { \"2025-12-01\" = \"10%\" }",
        ),
        ("add = \"1pp\"\nprobability = \"33.33333%\"", "add = \"1pp\"\nprobability = \"033.33330%\""),
        ("add = \"1pp\"\nprobability = \"1e1%\"", "add = \"1pp\"\nprobability = \"33.3333%\""),
        ("match = { on = \"CHN\" }", "match = { by = \"USA\" }"),
        ("quota = { volume = \"80%\" }", "quota = { volume = \"80%\", rent = { importer = \"0%\" } }"),
        (
            "quota = { volume = \"80%\", rent = \"nobody\" }",
            "quota = { volume = \"80%\", rent = \"importer\" }",
        ),
        ("specific = { per_unit = 0, unit_value = 1 }", "specific = { per_unit = 0.5, unit_value = 1 }"),
        ("add = \"1pp\"\n[model]\nhorizon = \"1w\"", "add = \"1pp\"\n[model]\nhorizon = \"1.5y\""),
        (
            "add = \"1pp\"\n[model]\nlabour = { mobility = 1 }",
            "add = \"1pp\"\n[model]\nlabour = { mobility = 1.1 }",
        ),
        (
            "add = \"1pp\"\n[model]\nkind = \"one-sector\"",
            "add = \"1pp\"\n[model]\nkind = \"general-equilibrium\"",
        ),
        ("add = \"1pp\"\n[uncertainty]\ndraws = 1000001", "add = \"1pp\"\n[uncertainty]\ndraws = 1000000"),
        (
            "add = \"1pp\"\n[uncertainty]\ndraws = -1",
            "add = \"1pp\"\n[uncertainty]\nseed = 18446744073709551615",
        ),
    ] {
        for (text, is_right) in [(wrong, false), (right, true)] {
            let text = format!("{measure}{text}\n");
            let says = faults(&text).unwrap_or_else(|fault| vec![fault]);
            assert_eq!(says.is_empty(), is_right, "{text}{says:?}");
            let read = Draft::new("probe.toml", &text).finish();
            assert_eq!(read.is_ok(), is_right, "{text}{read:?}");
        }
    }
}
