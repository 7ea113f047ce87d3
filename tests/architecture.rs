//! The shape of the house: which module may name which, where output happens, how long a function may be.
//!
//! The sources are read as text, without comments, literals and `#[cfg(test)]` items.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The floors, lowest first. A module names only itself and modules of lower floors; modules that share a floor
/// never name one another, except the two of the ground floor and the three that read files.
const FLOORS: &[(&str, u32)] = &[
    ("units", 0),
    ("index", 0),
    ("hash", 1),
    ("bilateral", 1),
    ("diagnostic", 2),
    ("files", 3),
    ("table", 4),
    ("numerics", 5),
    ("economy", 6),
    ("model", 7),
    ("monte_carlo", 8),
    ("data", 9),
    ("scenario", 9),
    ("report", 9),
    ("cli", 10),
];

const LONGEST_FUNCTION: usize = 80;
const LONGEST_FILE: usize = 500;

fn floor(module: &str) -> Option<u32> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// A source file: where it is, as it is, and with everything but code blanked out.
struct Source {
    path: String,
    text: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), code: without_tests(&code_only(text)) }
    }

    /// The module path: `src/model/sweep.rs` is `["model", "sweep"]`.
    fn module(&self) -> Vec<String> {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        inside.split('/').filter(|part| !matches!(*part, "lib" | "main" | "mod")).map(str::to_owned).collect()
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    files.sort();
    let sources: Vec<Source> = files
        .iter()
        .map(|file| {
            let path = file.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            Source::new(&path, &std::fs::read_to_string(file).unwrap())
        })
        .collect();
    assert!(sources.len() > 60, "only {} source files were found", sources.len());
    sources
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// The text with comments and the insides of literals blanked out; line ends stay where they are.
fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = past_literal_or_comment(&chars, at);
        if end > at {
            code.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            code.push(chars[at]);
            at += 1;
        }
    }
    code
}

/// Where the comment or literal that begins here ends; `at` itself where none begins.
fn past_literal_or_comment(chars: &[char], at: usize) -> usize {
    let starts = |text: &str| text.chars().enumerate().all(|(k, c)| chars.get(at + k) == Some(&c));
    let in_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    if starts("//") {
        return (at..chars.len()).find(|&k| chars[k] == '\n').unwrap_or(chars.len());
    }
    if starts("/*") {
        return past_block_comment(chars, at);
    }
    if chars[at] == '"' {
        return past_string(chars, at + 1);
    }
    if chars[at] == 'r' && (!in_word || chars[at - 1] == 'b') {
        let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
        if chars.get(at + 1 + hashes) == Some(&'"') {
            let closing: String = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            return past_text(chars, at + 2 + hashes, &closing);
        }
    }
    match (chars[at], chars.get(at + 1), chars.get(at + 2)) {
        ('\'', Some('\\'), _) => past_text(chars, at + 3, "'"),
        ('\'', Some(_), Some('\'')) => at + 3,
        _ => at,
    }
}

fn past_block_comment(chars: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (at, depth) = (at + 2, depth + 1),
            ('*', '/') => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn past_string(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

fn past_text(chars: &[char], start: usize, closing: &str) -> usize {
    let closing: Vec<char> = closing.chars().collect();
    (start..chars.len())
        .find(|&at| chars[at..].starts_with(&closing))
        .map_or(chars.len(), |at| at + closing.len())
}

/// The items under `#[cfg(test)]`, from the attribute to the closing brace or semicolon.
fn test_items(code: &str) -> Vec<std::ops::Range<usize>> {
    const MARK: &str = "#[cfg(test)]";
    let mut items: Vec<std::ops::Range<usize>> = Vec::new();
    for (start, _) in code.match_indices(MARK) {
        if items.last().is_some_and(|item| item.contains(&start)) {
            continue;
        }
        let body = code[start..].find(['{', ';']).map_or(code.len(), |at| start + at);
        let end = if code[body..].starts_with('{') { closing_brace(code, body) } else { body };
        items.push(start..(end + 1).min(code.len()));
    }
    items
}

/// The code with every item under `#[cfg(test)]` blanked out.
fn without_tests(code: &str) -> String {
    let mut kept = code.to_owned();
    for item in test_items(code) {
        let blank: String = code[item.clone()].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        kept.replace_range(item, &blank);
    }
    kept
}

/// The position of the brace that closes the one at `open`.
fn closing_brace(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + at;
        }
    }
    code.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The words of a text with where they begin.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, is_word(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                words.push((from, &text[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    words
}

fn line(code: &str, at: usize) -> usize {
    1 + code[..at].matches('\n').count()
}

/// The top-level modules that a source names by `crate::…`, by enough `super::`s or, in a program, by the name of
/// the crate; each with its line.
fn named(source: &Source) -> Vec<(usize, String)> {
    let depth = source.module().len();
    let mut found = Vec::new();
    for (at, word) in words(&source.code) {
        let rest = &source.code[at + word.len()..];
        let rest = match word {
            "crate" | "tariffsim" => rest.strip_prefix("::"),
            "super" if !source.code[..at].ends_with("super::") => past_supers(rest, depth),
            _ => None,
        };
        let Some(rest) = rest else { continue };
        found.extend(first_names(rest).into_iter().map(|name| (line(&source.code, at), name)));
    }
    found
}

/// What follows as many `super`s as lead to the root of the crate, the first one read already.
fn past_supers(mut rest: &str, depth: usize) -> Option<&str> {
    for _ in 1..depth {
        rest = rest.strip_prefix("::super")?;
    }
    rest.strip_prefix("::").filter(|rest| depth > 0 && !rest.starts_with("super"))
}

/// The first name of a path, or of every path of a group in braces.
fn first_names(rest: &str) -> Vec<String> {
    let first = |text: &str| words(text).first().map(|(_, word)| (*word).to_owned());
    if !rest.starts_with('{') {
        return first(rest).into_iter().collect();
    }
    let (mut names, mut depth, mut start) = (Vec::new(), 0, 1);
    for (at, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            names.extend(first(&rest[start..at]));
            start = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// What is wrong with the names in a source.
fn misplaced(source: &Source) -> Vec<String> {
    let module = source.module();
    let Some(own) = module.first() else {
        // The program's `main` may only start the command line; the library's root names everything.
        let names =
            named(source).into_iter().filter(|(_, name)| source.path == "src/main.rs" && name != "cli");
        return names.map(|(line, name)| format!("{}:{line}: names `{name}`", source.path)).collect();
    };
    let Some(own_floor) = floor(own) else {
        return vec![format!("{}: the module `{own}` has no floor", source.path)];
    };
    let fault = |(line, name): (usize, String)| {
        let wrong = match floor(&name) {
            None => "is no module",
            Some(_) if name == *own => return None,
            Some(there) if there > own_floor => "is on a higher floor",
            Some(there) if there == own_floor => "is on the same floor",
            Some(_) => return None,
        };
        Some(format!("{}:{line}: names `{name}`, which {wrong}", source.path))
    };
    named(source).into_iter().filter_map(fault).collect()
}

fn report(title: &str, offenders: &[String]) {
    assert!(offenders.is_empty(), "{title}:\n{}", offenders.join("\n"));
}

#[test]
fn a_module_names_only_itself_and_those_below_it() {
    let offenders: Vec<String> = sources().iter().flat_map(misplaced).collect();
    report("modules name what is not below them", &offenders);
}

#[test]
fn every_module_of_the_crate_has_a_floor_and_is_there() {
    let mut found: Vec<String> =
        sources().iter().filter_map(|source| source.module().first().cloned()).collect();
    found.sort();
    found.dedup();
    let mut listed: Vec<&str> = FLOORS.iter().map(|(name, _)| *name).collect();
    listed.sort_unstable();
    assert_eq!(found, listed);
}

/// Beginnings of words that belong to economics, not to numerics.
const TRADE: &[&str] = &[
    "countr",
    "tariff",
    "import",
    "export",
    "trade",
    "sector",
    "wage",
    "price",
    "deficit",
    "goods",
    "labour",
    "income",
    "expenditure",
    "spending",
    "elasticit",
    "econom",
    "polic",
    "dut",
    "welfare",
    "theta",
    "market",
];

#[test]
fn numerics_holds_no_word_of_trade() {
    let mut offenders = Vec::new();
    for source in sources().iter().filter(|source| source.module().first().is_some_and(|m| m == "numerics")) {
        for (at, word) in words(&source.code) {
            for part in word.split('_').map(str::to_lowercase) {
                if TRADE.iter().any(|root| part.starts_with(root)) {
                    offenders.push(format!("{}:{}: `{word}`", source.path, line(&source.code, at)));
                }
            }
        }
    }
    report("numerics knows no trade", &offenders);
}

#[test]
fn only_the_command_line_knows_arguments_progress_and_output() {
    const THERE_ONLY: &[&str] = &[
        "clap",
        "indicatif",
        "stdout",
        "stderr",
        "stdin",
        "anstream",
        "print",
        "println",
        "eprint",
        "eprintln",
        "terminal_size",
        "exit",
    ];
    let mut offenders = Vec::new();
    for source in sources().iter().filter(|source| source.module().first().is_none_or(|m| m != "cli")) {
        for (at, word) in words(&source.code) {
            if THERE_ONLY.contains(&word) {
                offenders.push(format!("{}:{}: `{word}`", source.path, line(&source.code, at)));
            }
        }
    }
    report("only src/cli may know these", &offenders);
}

/// Every function of a source with its line and its length in lines, signature included.
fn functions(source: &Source) -> Vec<(String, usize, usize)> {
    let code = &source.code;
    let list = words(code);
    let mut functions = Vec::new();
    for pair in list.windows(2).filter(|pair| pair[0].1 == "fn") {
        let (start, name) = (pair[0].0, pair[1].1);
        // `fn(A) -> B` is a type: there the name does not follow at once.
        if code[start + 2..pair[1].0].trim() != "" {
            continue;
        }
        let after = pair[1].0 + name.len();
        let Some(open) = body(code, after) else { continue };
        if code[open..].starts_with('{') {
            let (first, last) = (line(code, start), line(code, closing_brace(code, open)));
            functions.push((name.to_owned(), first, last + 1 - first));
        }
    }
    functions
}

/// Where a signature ends: at its body or its semicolon, not at one inside brackets such as `[f64; 3]`.
fn body(code: &str, from: usize) -> Option<usize> {
    let mut depth = 0;
    code[from..].char_indices().find_map(|(at, c)| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' | ';' if depth == 0 => return Some(from + at),
            _ => {}
        }
        None
    })
}

#[test]
fn functions_are_short() {
    let (mut offenders, mut lengths) = (Vec::new(), Vec::new());
    for source in sources() {
        for (name, line, length) in functions(&source) {
            lengths.push(length);
            if length > LONGEST_FUNCTION {
                offenders.push(format!("{}:{line}: `{name}` has {length} lines", source.path));
            }
        }
    }
    report("functions are too long", &offenders);
    assert!(lengths.len() > 300, "only {} functions were found", lengths.len());
    let under_forty = lengths.iter().filter(|length| **length < 40).count();
    assert!(10 * under_forty >= 9 * lengths.len(), "only {under_forty} of {} are short", lengths.len());
}

#[test]
fn files_are_short() {
    let length = |source: &Source| {
        let code = code_only(&source.text);
        let tests: usize =
            test_items(&code).into_iter().map(|item| 1 + code[item].matches('\n').count()).sum();
        source.text.lines().count() - tests
    };
    let lengths: BTreeMap<String, usize> =
        sources().iter().map(|source| (source.path.clone(), length(source))).collect();
    let offenders: Vec<String> = lengths
        .iter()
        .filter(|(_, lines)| **lines > LONGEST_FILE)
        .map(|(path, lines)| format!("{path}: {lines} lines without tests"))
        .collect();
    report("files are too long", &offenders);
}

/// The reader of sources itself: what it must see and what it must not.
mod reader {
    use super::*;

    fn names(path: &str, text: &str) -> Vec<String> {
        named(&Source::new(path, text)).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn paths_in_code_are_seen() {
        let text = "use crate::{cli, model::{x, y}, data::z as w};\nfn f() { crate::report::go(); }\n";
        assert_eq!(names("src/model/sweep.rs", text), ["cli", "model", "data", "report"]);
        assert_eq!(names("src/model/sweep.rs", "use super::super::cli::x; use super::shares;"), ["cli"]);
        assert_eq!(names("src/model.rs", "use super::cli::x;"), ["cli"]);
    }

    #[test]
    fn comments_literals_and_tests_are_not() {
        let text = "// crate::cli\n/* crate::cli /* x */ crate::cli */\n/// [`crate::cli`]\n\
                    const A: &str = \"crate::cli \\\" crate::cli\"; const B: &str = r#\"crate::cli \" \"#;\n\
                    const C: char = '\"'; const D: char = '\\''; fn f<'a>(x: &'a str) {}\n\
                    #[cfg(test)]\nmod tests { use crate::cli; fn f() { if true { crate::cli::x() } } }\n\
                    #[cfg(test)]\nuse crate::cli;\nuse crate::units;\n";
        assert_eq!(names("src/index.rs", text), ["units"]);
    }

    #[test]
    fn every_kind_of_misplaced_name_is_reported() {
        let faults = |path: &str, text: &str| misplaced(&Source::new(path, text)).join("\n");
        assert!(faults("src/report/x.rs", "\nuse crate::scenario::y;").contains("src/report/x.rs:2: names"));
        assert!(faults("src/model/x.rs", "use crate::monte_carlo::y;").contains("higher floor"));
        assert!(faults("src/units.rs", "use crate::index::y;").contains("same floor"));
        assert!(faults("src/elsewhere.rs", "").contains("has no floor"));
        assert!(faults("src/main.rs", "fn main() { tariffsim::model::x() }").contains("names `model`"));
        assert_eq!(faults("src/cli/x.rs", "use crate::{report, data, units, cli};"), "");
        assert_eq!(faults("src/main.rs", "fn main() { tariffsim::cli::main() }"), "");
    }

    #[test]
    fn functions_are_measured_from_signature_to_brace() {
        let text = "fn one() -> [u8; 2] {}\nfn two(\n    f: fn(usize) -> usize,\n) -> usize {\n    if true { 1 } else { 2 }\n}\ntrait T { fn none(&self); }\n";
        let found = functions(&Source::new("src/x.rs", text));
        assert_eq!(found, [("one".to_owned(), 1, 1), ("two".to_owned(), 2, 5)]);
    }
}
