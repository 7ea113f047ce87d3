//! As many draws as are enough, and draws from a table.

use crate::shards::{refused, same};
use crate::tool::{Desk, PLAIN};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("a.toml", &format!("aggregate = \"economies-12\"\n{PLAIN}"));
    desk
}

/// The number of draws in a record.
fn draws(desk: &Desk, folder: &str) -> u32 {
    let record = String::from_utf8(desk.files(folder).remove("run.json").unwrap()).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    record["uncertainty"]["draws"].as_u64().unwrap() as u32
}

fn largest_error(desk: &Desk, folder: &str) -> f64 {
    let table = desk.table(&format!("{folder}/countries.csv"));
    let [variable, stat, value] = ["variable", "stat", "value"].map(|name| table.column(name));
    let errors = table.rows.iter().filter(|row| &row[variable] == "welfare" && &row[stat] == "mc_error");
    errors.map(|row| row[value].parse::<f64>().unwrap()).fold(0.0, f64::max)
}

#[test]
fn a_run_until_the_error_is_small_is_the_run_with_as_many_draws() {
    let desk = desk();
    let first = draws_until(&desk, "random", "");
    assert!(first > 128, "more than the first look");
    // Not all of them fit into the folder of an interrupted run by the same blocks.
    assert_eq!(draws_until(&desk, "random", "--resume --threads 1"), first);
    assert!(draws_until(&desk, "sobol", "") <= first);
}

/// Runs until the error of welfare is small, compares with a run of as many draws, and gives their number.
fn draws_until(desk: &Desk, sampler: &str, more: &str) -> u32 {
    let run = format!("run a.toml --sampler {sampler} --draws-out");
    desk.good(&format!("{run} --draws 100 --out some --quiet"));
    let wanted = largest_error(desk, "some") * 0.5;
    let said = desk.good(&format!("{run} --until-error {wanted}pp --out until {more}"));
    let count = draws(desk, "until");
    assert!(
        said.stderr.contains(&format!("{count} draws are enough: the Monte Carlo error of welfare:")),
        "{}",
        said.stderr
    );
    assert!(largest_error(desk, "until") <= wanted);
    desk.good(&format!("{run} --draws {count} --out whole --quiet"));
    same(desk, "until", "whole");
    count
}

#[test]
fn draws_that_are_not_enough_are_said_to_be() {
    let desk = desk();
    let said =
        desk.good("run a.toml --until-error welfare:USA=0.000001pp,exports:USA=50% --draws 200 --out r");
    assert!(
        said.stderr.contains("warning: 200 draws are not enough: the Monte Carlo error of welfare:USA is"),
        "{}",
        said.stderr
    );
    assert_eq!(draws(&desk, "r"), 200);
    for (what, code) in [
        ("--until-error welfare:USA", 2),
        ("--until-error walfare:USA=1pp", 2),
        ("--until-error 1%", 2),
        ("--until-error tariff_revenue:USA=1pp", 2),
        ("--until-error 0pp", 2),
        ("--until-error 1pp --draws 0", 2),
        ("--until-error 1pp --sampler latin-hypercube", 2),
        ("--until-error 1pp --shard s", 2),
        ("--until-error welfare:ZZZ=1pp", 1),
    ] {
        refused(&desk, &format!("run a.toml {what}"), code);
    }
}

#[test]
fn draws_of_a_table_are_taken_row_by_row_and_no_more_than_there_are() {
    let desk = Desk::new();
    desk.write("own/draws.csv", "theta:AUT,theta:MET\n4.5,3.5\n5.5,6.5\n7.25,5\n");
    let prior = "[uncertainty]\ntrade_elasticity.draws = \"draws.csv\"\n";
    desk.write("own/a.toml", &format!("{PLAIN}{prior}"));
    desk.good("run own/a.toml --draws 3 --draws-out --out r --quiet");
    let table = desk.table("r/draws.csv");
    let [auto, metal, other] = ["theta:AUT", "theta:MET", "theta:AGR"].map(|name| table.column(name));
    let found: Vec<[&str; 2]> = table.rows.iter().map(|row| [&row[auto], &row[metal]]).collect();
    assert_eq!(found, [["4.5", "3.5"], ["5.5", "6.5"], ["7.25", "5"]]);
    assert!(table.rows.iter().all(|row| row[other] == table.rows[0][other]));
    desk.good("verify r --quiet");
    let said = refused(&desk, "run own/a.toml", 1);
    assert!(said.contains("1000 draws are asked for, and the table of draws has 3 rows"), "{said}");
    assert!(said.contains("`--draws 3` takes each row once"), "{said}");
    for (draws, file) in [("0..2", "1"), ("2..3", "2")] {
        desk.good(&format!("run own/a.toml --draws {draws} --shard {file} --quiet"));
    }
    std::fs::remove_dir_all(desk.path().join("own")).unwrap();
    desk.good("merge 1 2 --draws-out --out merged --quiet");
    same(&desk, "merged", "r");
}
