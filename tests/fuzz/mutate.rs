//! Breaking texts at random, with the words of the language at hand.

use serde_json::Value;

use crate::schema_support::SCHEMA;

/// Chance that can be repeated: SplitMix64.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 where there is none.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn of<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.below(items.len())]
    }
}

/// Values with which readers have trouble.
const VALUES: [&str; 44] = [
    "0",
    "-0",
    "1",
    "-1",
    "0.5",
    "1e9",
    "1e-300",
    "1e308",
    "nan",
    "inf",
    "-inf",
    "true",
    "false",
    "\"\"",
    "\" \"",
    "\"25%\"",
    "\"-99.999%\"",
    "\"100%\"",
    "\"100000%\"",
    "\"1e-9%\"",
    "\"25pp\"",
    "\"-100000pp\"",
    "\"all\"",
    "\"USA\"",
    "[\"CAN\", \"MEX\"]",
    "\"USMCA\"",
    "484",
    "[]",
    "{}",
    "[[]]",
    "{ USA = \"10%\" }",
    "2025-02-28",
    "1900-01-01",
    "2199-12-31",
    "2025-02-30",
    "\"measure-1\"",
    "[\"measure-1\", \"measure-2\"]",
    "\"response-1\"",
    "\"AUT\"",
    "[\"AUT\", \"SER\"]",
    "\"rates.csv\"",
    "\"costs.csv\"",
    "\"shares.csv\"",
    "\"../\\u0000é\"",
];

/// Letters with which readers have trouble.
const LETTERS: [&str; 20] = [
    "\n", "\r\n", "\t", " ", "\"", "'", "=", ",", ".", "[", "]", "{", "}", "#", "\u{feff}", "é", "\u{202e}",
    "\u{0}", "🦀", "-",
];

pub(crate) struct Mutator {
    chance: Chance,
    /// Lines of the language, each a key with an example.
    lines: Vec<String>,
}

impl Mutator {
    pub(crate) fn new(chance: Chance) -> Self {
        let headings = ["measure", "response", "outcome"].map(|name| format!("[[{name}]]")).into_iter();
        let mut lines: Vec<String> =
            headings.chain(["[model]", "[uncertainty]"].map(str::to_owned)).collect();
        collect(&SCHEMA, &mut lines);
        Self { chance, lines }
    }

    /// A text of the pool, broken in one to six ways.
    pub(crate) fn broken(&mut self, pool: &[String], most: usize) -> String {
        let mut text = self.chance.of(pool).clone();
        for _ in 0..=self.chance.below(6) {
            text = self.once(&text, pool);
        }
        text.truncate((0..=most.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0));
        text
    }

    fn once(&mut self, text: &str, pool: &[String]) -> String {
        let mut lines: Vec<&str> = text.split('\n').collect();
        let (at, other) = (self.chance.below(lines.len()), self.chance.below(lines.len()));
        let made: String;
        match self.chance.below(9) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[other]),
            2 => lines.swap(at, other),
            3 => {
                made = self.chance.of(&self.lines).clone();
                lines.insert(at, &made);
            }
            4 => {
                let value = *self.chance.of(&VALUES);
                made = match lines[at].split_once('=') {
                    Some((key, _)) => format!("{key}= {value}"),
                    None => self.cell(lines[at], value),
                };
                lines[at] = &made;
            }
            5 => {
                let from = self.chance.of(pool);
                let from: Vec<&str> = from.split('\n').collect();
                let first = self.chance.below(from.len());
                made = from[first..(first + 1 + self.chance.below(8)).min(from.len())].join("\n");
                lines.insert(at, &made);
            }
            6 => {
                made = digits(lines[at], self.chance.below(10));
                lines[at] = &made;
            }
            7 => {
                let letter = *self.chance.of(&LETTERS);
                made = self.at_a_letter(lines[at], |head, tail| format!("{head}{letter}{tail}"));
                lines[at] = &made;
            }
            _ => {
                made = self.at_a_letter(lines[at], |head, tail| {
                    let mut rest = tail.chars();
                    rest.next();
                    format!("{head}{}", rest.as_str())
                });
                lines[at] = &made;
            }
        }
        lines.join("\n")
    }

    /// A row of a table with another value in one of its cells.
    fn cell(&mut self, row: &str, value: &str) -> String {
        let mut cells: Vec<&str> = row.split(',').collect();
        let at = self.chance.below(cells.len());
        cells[at] = value.trim_matches('"');
        cells.join(",")
    }

    fn at_a_letter(&mut self, line: &str, change: impl Fn(&str, &str) -> String) -> String {
        let at = self.chance.below(line.len() + 1);
        let at = (0..=at).rev().find(|&at| line.is_char_boundary(at)).unwrap_or(0);
        change(&line[..at], &line[at..])
    }
}

/// A line with another digit in place of the first.
fn digits(line: &str, digit: usize) -> String {
    match line.find(|letter: char| letter.is_ascii_digit()) {
        Some(at) => format!("{}{digit}{}", &line[..at], &line[at + 1..]),
        None => format!("{line}{digit}"),
    }
}

/// A line for each key of a schema and each form of its value.
fn collect(schema: &Value, lines: &mut Vec<String>) {
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let mut values = Vec::new();
        examples(property, &mut values);
        lines.extend(values.iter().map(|value| format!("{key} = {value}")));
        collect(property, lines);
    }
    if schema["items"].is_object() {
        collect(&schema["items"], lines);
    }
    schema["anyOf"].as_array().into_iter().flatten().for_each(|choice| collect(choice, lines));
}

fn examples(schema: &Value, values: &mut Vec<String>) {
    schema["anyOf"].as_array().into_iter().flatten().for_each(|choice| examples(choice, values));
    let listed = schema["enum"].as_array().or(schema["examples"].as_array());
    let plain = |value: &&Value| !value.is_object();
    values.extend(listed.into_iter().flatten().filter(plain).map(Value::to_string));
}
