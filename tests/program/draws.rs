//! Every draw as a row, for other programs.

use std::process::Command;

use crate::shards::HARD;
use crate::tool::{Desk, PLAIN, Table};

/// Two outcomes, one with a share that is drawn.
const OUTCOMES: &str = "\
aggregate = \"economies-12\"
[[measure]]
name = \"tariff\"
by = \"USA\"
on = \"MEX\"
add = \"25pp\"
exempt_share = \"40%\"
probability = \"25%\"
";

fn numbers(table: &Table, name: &str) -> Vec<Option<f64>> {
    let at = table.column(name);
    table.rows.iter().map(|row| row[at].parse().ok()).collect()
}

#[test]
fn a_row_is_a_draw_in_an_outcome_and_the_summary_follows_from_the_rows() {
    let desk = Desk::new();
    desk.write("a.toml", OUTCOMES);
    desk.good("run a.toml --draws 20 --draws-out --out r --quiet");
    let draws = desk.table("r/draws.csv");
    assert_eq!(draws.header[..5], ["draw", "outcome", "weight", "status", "theta:AGR"]);
    assert_eq!(draws.rows.len(), 40);
    assert_eq!(draws.values("outcome").len(), 2);
    assert_eq!(draws.values("status"), ["solved"]);
    let drawn = draws.header.iter().find(|column| column.starts_with("exempt:")).unwrap();
    let exempt = numbers(&draws, drawn);
    assert_eq!(exempt.iter().flatten().count(), 20, "the share is drawn where the tariff is");
    let (weights, welfare) = (numbers(&draws, "weight"), numbers(&draws, "welfare:MEX"));
    let mean = weights
        .iter()
        .zip(&welfare)
        .map(|(weight, value)| weight.unwrap() * value.unwrap() / 20.0)
        .sum::<f64>();
    let countries = desk.table("r/countries.csv");
    let want = ["all", "MEX", "welfare", "mean"];
    let columns = ["outcome", "country", "variable", "stat"].map(|name| countries.column(name));
    let row = countries.rows.iter().find(|row| columns.map(|at| &row[at]) == want).unwrap();
    let stated: f64 = row[countries.column("value")].parse().unwrap();
    assert!((mean - stated).abs() < 1e-12, "{mean} {stated}");
    let codebook = desk.table("r/codebook.csv");
    assert_eq!(codebook.header, ["column", "label", "unit", "kind"]);
    let columns: Vec<&str> = codebook.rows.iter().map(|row| &row[0]).collect();
    assert_eq!(columns, draws.header);
    assert_eq!(codebook.values("kind"), ["key", "parameter", "result"]);
}

#[test]
fn parts_that_are_merged_have_the_same_draws_on_any_number_of_threads() {
    let desk = Desk::new();
    desk.write("a.toml", OUTCOMES);
    desk.good("run a.toml --draws 30 --draws-out --out 1 --quiet --threads 1");
    desk.good("run a.toml --draws 30 --draws-out --out 2 --quiet --threads 2");
    desk.good("run a.toml --draws 13 --shard a --quiet");
    desk.good("run a.toml --draws 13..30 --shard b --quiet");
    desk.good("merge b a --draws-out --out 3 --quiet");
    for other in ["2", "3"] {
        crate::shards::same(&desk, "1", other);
    }
}

#[test]
fn a_draw_without_a_solution_has_its_row_without_numbers() {
    let desk = Desk::new();
    desk.write("hard.toml", HARD);
    desk.good("run hard.toml --draws 60 --draws-out --out r --quiet");
    let draws = desk.table("r/draws.csv");
    assert_eq!(draws.rows.len(), 60);
    let [status, theta, welfare] = ["status", "theta:AGR", "welfare:USA"].map(|name| draws.column(name));
    let unsolved: Vec<_> = draws.rows.iter().filter(|row| &row[status] == "no-solution").collect();
    assert!(!unsolved.is_empty() && unsolved.len() < 60, "{}", unsolved.len());
    assert!(unsolved.iter().all(|row| row[welfare].is_empty() && !row[theta].is_empty()));
}

/// Reads both tables with both packages and compares them; no number may differ in any bit.
const SCRIPT: &str = "\
import pandas, polars
book = pandas.read_csv('r/codebook.csv')['column'].tolist()
text = pandas.read_csv('r/draws.csv', float_precision='round_trip')
binary = pandas.read_parquet('r/draws.parquet')
assert list(text.columns) == list(binary.columns) == book, 'columns'
pandas.testing.assert_frame_equal(text, binary, check_exact=True, check_dtype=False)
fast = polars.read_parquet('r/draws.parquet')
assert fast.columns == book
assert fast['welfare:MEX'].to_list() == binary['welfare:MEX'].tolist()
assert fast['outcome'].to_list() == text['outcome'].tolist()
print(len(text), fast.height)
";

#[test]
fn pandas_and_polars_read_the_same_numbers() {
    let python = |script: &str, folder: &std::path::Path| {
        Command::new("python3").args(["-c", script]).current_dir(folder).output().ok()
    };
    let desk = Desk::new();
    let has_all =
        python("import pandas, polars, pyarrow", desk.path()).is_some_and(|said| said.status.success());
    if !has_all {
        eprintln!("SKIPPED: python3 with pandas, polars and pyarrow is not there to read draws.parquet");
        return;
    }
    desk.write("a.toml", &format!("aggregate = \"economies-12\"\n{PLAIN}"));
    desk.good("run a.toml --draws 25 --draws-out --out r --quiet");
    let said = python(SCRIPT, desk.path()).unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert_eq!(String::from_utf8_lossy(&said.stdout), "25 25\n");
}

#[test]
fn draws_that_were_changed_are_found_before_a_page_is_made() {
    let desk = Desk::new();
    desk.write("a.toml", &format!("aggregate = \"economies-12\"\n{PLAIN}"));
    desk.good("run a.toml --draws 5 --draws-out --out r --quiet");
    desk.good("report r");
    desk.write("r/draws.csv", "draw\n");
    assert!(
        crate::shards::refused(&desk, "report r", 1)
            .contains("`draws.csv` is not the file that this run wrote")
    );
}
