//! The documentation is held to the program: links lead somewhere, commands do what is shown, scenarios are valid,
//! and every variable, key and function is where the pages say.

#![allow(clippy::panic, clippy::print_stderr, reason = "a test says what is wrong, and what it skips")]

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use tariffsim::data::embedded;
use tariffsim::diagnostic::Diagnostic;
use tariffsim::files::{FileError, Files};
use tariffsim::model::variable::{CountryVariable, FlowVariable, SectorVariable, Unit};
use tariffsim::scenario::Scenario;

#[path = "docs/book.rs"]
mod book;
#[path = "docs/language.rs"]
mod language;
#[path = "docs/markdown.rs"]
mod markdown;
mod schema_support;
#[path = "docs/stata.rs"]
mod stata;
#[path = "docs/transcript.rs"]
mod transcript;

use markdown::{Page, cells, code};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> Page {
    Page::read(root(), Path::new(name))
}

/// Every page, documentation first.
fn pages() -> Vec<Page> {
    let mut names = Vec::new();
    markdown_files(Path::new("docs"), &mut names);
    names.sort();
    assert!(names.len() >= 9, "the documentation is there");
    let others = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md", "scenarios/README.md"];
    names.extend(others.map(PathBuf::from));
    names.iter().map(|name| Page::read(root(), name)).collect()
}

fn markdown_files(folder: &Path, names: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(root().join(folder)).expect("a folder of the repository") {
        let name = folder.join(entry.expect("an entry").file_name());
        if root().join(&name).is_dir() {
            markdown_files(&name, names);
        } else if name.extension().is_some_and(|ending| ending == "md") {
            names.push(name);
        }
    }
}

/// A relative path without `.` and `..`; `None` where it leaves the repository.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => plain.push(name),
            Component::CurDir => {}
            Component::ParentDir if plain.pop() => {}
            _ => return None,
        }
    }
    Some(plain)
}

/// What is wrong with a link on a page, if anything is.
fn broken(page: &Page, link: &str) -> Option<String> {
    if ["https://", "http://", "mailto:"].iter().any(|scheme| link.starts_with(scheme)) {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = page.name.parent().unwrap_or(Path::new(""));
    let target = if file.is_empty() { Some(page.name.clone()) } else { plain(&folder.join(file)) };
    let Some(target) = target.filter(|target| root().join(target).exists()) else {
        return Some(format!("`{link}` leads nowhere"));
    };
    if anchor.is_empty() || Page::read(root(), &target).anchors().iter().any(|known| known == anchor) {
        return None;
    }
    Some(format!("`{link}` names no heading"))
}

#[test]
fn every_link_leads_somewhere() {
    let mut wrong = Vec::new();
    let mut links = 0;
    for page in pages() {
        for (line, link) in page.links() {
            links += 1;
            let fault = broken(&page, &link);
            wrong.extend(fault.map(|fault| format!("{}:{line}: {fault}", page.name.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(links > 50, "links are found");
}

#[test]
fn a_broken_link_is_noticed() {
    let page = Page::parse(Path::new("docs/page.md"), "");
    let fine = ["README.md", "../README.md#start", "https://example.org/#x", "model.md#definitions"];
    assert!(fine.iter().all(|link| broken(&page, link).is_none()));
    let wrong = ["readme.txt", "../README.md#finish", "#nothing", "../../etc", "model.md#no"];
    assert!(wrong.iter().all(|link| broken(&page, link).is_some()));
}

#[test]
fn every_command_shown_does_what_is_shown() {
    let mut wrong = Vec::new();
    let mut commands = 0;
    // The first page has a test of its own.
    for page in pages().into_iter().filter(|page| page.name != Path::new("README.md")) {
        let folder = tempfile::tempdir().expect("a folder");
        for block in &page.blocks {
            block.save(folder.path());
            if block.is("console") {
                for step in transcript::steps(&block.text) {
                    commands += 1;
                    let fault = transcript::run(&step, folder.path()).err();
                    wrong.extend(
                        fault.map(|fault| format!("{}:{}: {fault}", page.name.display(), block.line)),
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(commands >= 15, "commands are found");
}

/// The files shown on a page.
struct Shown(HashMap<String, String>);

impl Files for Shown {
    fn read(&self, name: &str, _limit: u64) -> Result<String, FileError> {
        self.0.get(name).cloned().ok_or_else(|| FileError::NotFound { name: name.to_owned() })
    }
}

#[test]
fn every_scenario_shown_is_valid_or_said_to_be_broken() {
    let dataset = embedded::open("world-2024").expect("it is embedded");
    let (mut valid, mut broken) = (0, 0);
    // The page about data has scenarios on data of its own, which its commands run.
    for page in pages().iter().filter(|page| page.name != Path::new("docs/data.md")) {
        let name = page.name.display();
        let files =
            page.blocks.iter().filter_map(|block| Some((block.file()?.to_owned(), block.text.clone())));
        let files = Shown(files.collect());
        for block in page.blocks.iter().filter(|block| block.is("toml")) {
            let read = Scenario::parse("shown.toml", &block.text).and_then(|scenario| {
                // One that changes with time is valid on all its days.
                match scenario.changes().len() {
                    0 | 1 => scenario.resolve(&dataset, &files),
                    _ => scenario.resolve_path(&dataset, &files).map(|mut days| days.remove(0).1),
                }
            });
            let faults = read.as_ref().map_or_else(|faults| words_of(faults), |r| words_of(&r.warnings));
            if block.is("broken") {
                assert!(read.is_err(), "{name}:{}: this scenario is said to be broken", block.line);
                broken += 1;
            } else {
                assert!(faults.is_empty(), "{name}:{}: {faults}", block.line);
                valid += 1;
            }
        }
    }
    assert!(valid >= 14 && broken >= 3, "scenarios are found");
}

fn words_of(faults: &[Diagnostic]) -> String {
    faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("; ")
}

/// Whether a path such as `model::sweep::Sweep::demand` names something in the source.
fn is_in_source(path: &str) -> bool {
    let parts: Vec<&str> = path.split("::").collect();
    let file = |depth: usize| root().join("src").join(parts[..depth].join("/")).with_extension("rs");
    let Some(depth) = (1..=parts.len()).rev().find(|&depth| file(depth).is_file()) else { return false };
    let source = std::fs::read_to_string(file(depth)).expect("a source file");
    parts[depth..].iter().all(|item| defines(&source, item))
}

/// Whether a source defines an item or passes one on.
fn defines(source: &str, item: &str) -> bool {
    let kinds = ["fn", "struct", "enum", "trait", "type", "const", "static", "mod"];
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    source.lines().any(|line| {
        let words: Vec<&str> = line.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
        let passed_on = line.trim_start().starts_with("pub use") && words.contains(&item);
        let defined = kinds.iter().any(|kind| {
            let named = format!("{kind} {item}");
            line.find(&named).is_some_and(|at| ends(&line[at + named.len()..]))
        });
        passed_on || defined
    })
}

#[test]
fn every_path_into_the_code_exists() {
    let mut paths = 0;
    for page in pages() {
        for (line, content) in &page.prose {
            for path in code(content).into_iter().filter(|word| word.contains("::")) {
                paths += 1;
                assert!(is_in_source(path), "{}:{line}: there is no `{path}`", page.name.display());
            }
        }
    }
    assert!(paths > 40, "paths are found");
    assert!(!is_in_source("model::sweep::Sweep::no_such_function") && !is_in_source("no::module"));
}

#[test]
fn every_equation_says_which_function_holds_it() {
    let page = page("docs/model.md");
    for heading in ["## Equations", "## Calibration", "## Uncertainty"] {
        let rows: Vec<Vec<&str>> =
            page.section(heading).into_iter().map(cells).filter(|row| !row.is_empty()).collect();
        assert!(rows.len() > 3 && rows[0].last() == Some(&"function"), "{heading}");
        for row in &rows[1..] {
            let named = row.last().is_some_and(|cell| code(cell).iter().any(|word| word.contains("::")));
            assert!(named, "{heading}: `{}` has no function", row[0]);
        }
    }
}

#[test]
fn the_numbers_of_equations_in_the_code_are_explained() {
    let numbers: Vec<String> = page("docs/model.md")
        .section("## Equations")
        .iter()
        .filter_map(|line| cells(line).first().and_then(|cell| cell.strip_prefix('(')).map(str::to_owned))
        .filter_map(|cell| cell.split_once(')').map(|(number, _)| number.to_owned()))
        .collect();
    assert_eq!(numbers, ["10", "11", "12", "13", "14"]);
    let mut used = 0;
    for file in ["src/model/sweep.rs", "src/model/equations.rs"] {
        let source = std::fs::read_to_string(root().join(file)).expect("a source file");
        for line in source.lines().filter(|line| line.contains("Equation (") || line.contains("Equations ("))
        {
            let written = line.split('(').skip(1).filter_map(|rest| rest.split_once(')'));
            for (number, _) in written.filter(|(number, _)| number.parse::<u32>().is_ok()) {
                used += 1;
                assert!(numbers.iter().any(|known| known == number), "{file}: equation ({number})");
            }
        }
    }
    assert!(used >= 5, "numbers are found");
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "percent",
        Unit::Points => "pp",
        Unit::Money => "money",
    }
}

#[test]
fn every_variable_is_defined_with_its_unit() {
    let countries = CountryVariable::ALL.iter().map(|v| ("Countries", "countries", v.name(), unit(v.unit())));
    let sectors = SectorVariable::ALL.iter().map(|v| ("Sectors", "sectors", v.name(), unit(v.unit())));
    let flows = FlowVariable::ALL.iter().map(|v| ("Flows", "flows", v.name(), unit(v.unit())));
    let (model, results) = (page("docs/model.md"), page("docs/results.md"));
    for (heading, table, name, unit) in countries.chain(sectors).chain(flows) {
        let defined = model.section(&format!("### {heading}")).into_iter().map(cells).any(|row| {
            row.len() == 3 && code(row[0]).contains(&name) && row[2] == unit && !row[1].is_empty()
        });
        assert!(defined, "docs/model.md does not define `{name}` of {table} in {unit}");
        let listed = results.section("### Variables").into_iter().map(cells).any(|row| {
            row.first().is_some_and(|cell| cell.starts_with(table))
                && row.last().is_some_and(|cell| code(cell).contains(&name))
        });
        assert!(listed, "docs/results.md does not list `{name}` of {table}");
    }
}

/// The faults of a text that is no scenario.
fn faults(text: &str) -> Vec<Diagnostic> {
    Scenario::parse("probe.toml", text).err().unwrap_or_default()
}

#[test]
fn what_is_said_not_to_be_supported_is_refused_with_these_words() {
    let page = page("docs/scenarios.md");
    let rows = page.section("## Not supported yet").into_iter().map(cells).filter(|row| !row.is_empty());
    let mut words = 0;
    for word in rows.skip(1).flat_map(|row| code(row[0])) {
        words += 1;
        let name = word.trim_matches(['[', ']']);
        let line = if name.contains('=') { format!("{name}\n") } else { format!("{name} = 1\n") };
        let response = "[[measure]]\nname = \"a\"\nby = \"USA\"\non = \"CHN\"\nadd = \"1pp\"\n\
                        [[response]]\nby = \"CHN\"\nto = \"a\"\n";
        let places =
            [response, "", "[[measure]]\nby = \"USA\"\non = \"CHN\"\n", "[model]\n", "[uncertainty]\n"];
        let refused = places.iter().any(|place| {
            let message = format!("`{name}` is not supported yet");
            faults(&format!("{place}{line}")).iter().any(|fault| fault.message == message)
        });
        assert!(refused, "`{word}` is not refused as not supported yet");
    }
    assert!(words > 0, "words are found");
}

#[test]
fn the_first_page_has_two_commands_for_cargo() {
    let readme = page("README.md");
    let commands = readme.blocks.iter().filter(|block| block.is("sh")).flat_map(|block| block.text.lines());
    let expected = ["cargo run --release -- run us-25-mexico-canada", "cargo test --release"];
    assert_eq!(commands.collect::<Vec<_>>(), expected);
}

/// What a person does who has never seen the program, in an empty folder and with nothing but the program.
#[test]
fn five_commands_lead_to_a_changed_scenario_of_ones_own() {
    if cfg!(debug_assertions) {
        eprintln!("SKIPPED: 1,000 draws are slow without optimisation; use `cargo test --release`");
        return;
    }
    let readme = page("README.md");
    let folder = tempfile::tempdir().expect("a folder");
    let blocks = readme.blocks.iter().filter(|block| block.is("console"));
    let steps: Vec<_> = blocks.flat_map(|block| transcript::steps(&block.text)).collect();
    assert_eq!(steps.len(), 5);
    for step in &steps {
        transcript::run(step, folder.path()).unwrap_or_else(|fault| panic!("README.md: {fault}"));
    }
    let read = |file: &str| std::fs::read_to_string(folder.path().join(file)).expect("a file");
    // The file is as `new` wrote it, the result is that of the change.
    assert!(read("my-tariff.toml").contains("add = \"25pp\""));
    assert!(read("results/scenario.toml").contains("add = \"10pp\""));
    assert!(read("results/countries.csv").contains("my-tariff,all,USA,welfare,percent,p95,"));
}

/// The first command of the README, with its picture: 1,000 draws, so only where the solver is compiled for speed.
#[test]
fn the_answer_and_the_picture_of_the_first_page_are_what_the_program_says() {
    if cfg!(debug_assertions) {
        eprintln!("SKIPPED: 1,000 draws are slow without optimisation; use `cargo test --release`");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let readme = page("README.md");
    let excerpt = readme.blocks.iter().find(|block| block.is("text")).expect("an excerpt");
    let mut steps = transcript::steps("$ tariffsim run us-25-mexico-canada --out results\n");
    steps[0].output = excerpt.text.lines().map(str::to_owned).collect();
    transcript::run(&steps[0], folder.path()).unwrap_or_else(|fault| panic!("README.md: {fault}"));
    let picture = "docs/images/us-25-mexico-canada-volumes.svg";
    assert!(readme.links().iter().any(|(_, link)| link == picture));
    let read = |path: PathBuf| std::fs::read_to_string(path).expect("a picture");
    let (shown, made) = (read(root().join(picture)), read(folder.path().join("results/volumes.svg")));
    assert!(shown == made, "{picture} is out of date; CONTRIBUTING.md says how to make it again");
}
