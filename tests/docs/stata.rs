//! Scripts for Stata, which no test can run: that the tables, columns and values they name exist.

use std::collections::BTreeSet;
use std::path::Path;

use crate::{pages, transcript};

/// Words of the language that these scripts use.
const WORDS: [&str; 15] = [
    "import",
    "delimited",
    "using",
    "clear",
    "asdouble",
    "keep",
    "if",
    "inlist",
    "reshape",
    "wide",
    "i",
    "j",
    "string",
    "list",
    "summarize",
];

/// A table that was read: its columns, and every value in it.
struct Table {
    columns: BTreeSet<String>,
    values: BTreeSet<String>,
}

impl Table {
    fn read(path: &Path) -> Result<Self, String> {
        let mut reader =
            csv::Reader::from_path(path).map_err(|error| format!("{}: {error}", path.display()))?;
        // Stata leaves out of a name what no name of its own may have.
        let columns = reader.headers().expect("a header").iter().map(|name| name.replace(':', "")).collect();
        let rows = reader.records().map(|row| row.expect("a row"));
        let values = rows.flat_map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>()).collect();
        Ok(Self { columns, values })
    }
}

/// What is wrong with a script whose tables lie in a folder, if anything is.
fn fault(script: &str, folder: &Path) -> Option<String> {
    let mut lines = script.lines();
    let import = lines.next()?;
    let path = import.split_whitespace().find(|word| word.contains(".csv"))?.trim_matches([',', '"']);
    let table = match Table::read(&folder.join(path)) {
        Ok(table) => table,
        Err(fault) => return Some(fault),
    };
    let quoted =
        |line: &str| -> Vec<String> { line.split('"').skip(1).step_by(2).map(str::to_owned).collect() };
    let values: Vec<String> = script.lines().skip(1).flat_map(quoted).collect();
    if let Some(unknown) = values.iter().find(|value| !table.values.contains(*value)) {
        return Some(format!("{path} has no value `{unknown}`"));
    }
    // Reshaping makes columns of a stub and the values of another column.
    let made = |word: &str| {
        let stubs = table.columns.iter().filter_map(|stub| word.strip_prefix(stub.as_str()));
        script.contains("reshape wide") && stubs.into_iter().any(|rest| table.values.contains(rest))
    };
    let code = lines.flat_map(|line| line.split('"').step_by(2));
    let mut words = code.flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words
        .find(|word| {
            !word.is_empty() && !WORDS.contains(word) && !table.columns.contains(*word) && !made(word)
        })
        .map(|word| format!("{path} has no column `{word}`"))
}

#[test]
fn scripts_for_stata_name_what_exists() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = "$ tariffsim run us-25-mexico-canada --draws 2 --draws-out --quiet --out results\n";
    transcript::run(&transcript::steps(run)[0], folder.path()).expect("it runs");
    let mut scripts = 0;
    for page in pages() {
        for block in page.blocks.iter().filter(|block| block.is("stata")) {
            scripts += 1;
            let fault = fault(&block.text, folder.path());
            assert_eq!(fault, None, "{}:{}", page.name.display(), block.line);
        }
    }
    assert!(scripts >= 2, "scripts are found");

    let begin = "import delimited results/countries.csv, clear\n";
    let wrong = [
        "import delimited results/country.csv, clear\n".to_owned(),
        format!("{begin}keep nation\n"),
        format!("{begin}keep if variable == \"wellfare\"\n"),
        format!("{begin}list country valuecentral\n"),
    ];
    assert!(wrong.iter().all(|script| fault(script, folder.path()).is_some()));
}
