//! A run that is killed goes on where it was, and its result does not show it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tariffsim::report::shard::{Reader, Writer};

use crate::shards::{HARD, refused, same};
use crate::tool::{Desk, PLAIN, names};

const RUN: &str = "run us-25-mexico-canada --draws 300";

/// Kills a run as soon as so many files of draws are there, without any warning.
fn killed(desk: &Desk, files: usize) {
    let line = format!("{RUN} --threads 1 --resume --out r --quiet");
    let mut run = Command::new(env!("CARGO_BIN_EXE_tariffsim"))
        .args(line.split_whitespace())
        .current_dir(desk.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let partial = desk.path().join("r.partial");
    while finished(&partial).len() < files {
        assert!(run.try_wait().unwrap().is_none(), "the run ended before it could be killed");
        std::thread::sleep(Duration::from_millis(2));
    }
    // SIGKILL where there are signals.
    run.kill().unwrap();
    run.wait().unwrap();
}

fn finished(partial: &Path) -> Vec<PathBuf> {
    let files = if partial.is_dir() { names(partial) } else { Vec::new() };
    files.iter().filter(|name| name.starts_with("draws-")).map(|name| partial.join(name)).collect()
}

#[test]
fn a_run_that_was_killed_goes_on_to_the_same_bytes() {
    let desk = Desk::new();
    killed(&desk, 2);
    assert!(!desk.path().join("r").exists() && desk.path().join("r.partial").is_dir());
    let draws: usize = finished(&desk.path().join("r.partial"))
        .iter()
        .map(|file| Reader::open(std::fs::File::open(file).unwrap()).unwrap().label().draws().len())
        .sum();
    let said = desk.good(&format!("{RUN} --threads 2 --resume --out r --draws-out"));
    let told = format!("{draws} of 300 draws are in `r.partial` and are not solved again\n");
    assert!(draws > 0 && draws < 300 && said.stderr.contains(&told), "{told}\n{}", said.stderr);
    desk.good(&format!("{RUN} --out whole --quiet --draws-out"));
    same(&desk, "r", "whole");
    assert_eq!(desk.names(), ["r", "whole"], "nothing is left beside the results");
}

#[test]
fn finished_draws_are_taken_as_they_are() {
    let desk = Desk::new();
    killed(&desk, 1);
    let file = finished(&desk.path().join("r.partial")).remove(0);
    let mut reader = Reader::open(std::fs::File::open(&file).unwrap()).unwrap();
    let label = reader.label().clone();
    let mut solved: Vec<_> = label.draws().map(|_| reader.draw().unwrap()).collect();
    // The first number of the first draw: welfare of the first country.
    solved[0].result.as_mut().unwrap()[0].countries[0] = 1e6;
    let mut writer = Writer::new(std::fs::File::create(&file).unwrap(), &label).unwrap();
    writer.add(label.first, &solved).unwrap();
    writer.finish().unwrap();
    desk.good(&format!("{RUN} --resume --out r --quiet"));
    let table = desk.table("r/countries.csv");
    let [stat, value] = ["stat", "value"].map(|name| table.column(name));
    let mean = table.rows.iter().find(|row| &row[stat] == "mean").unwrap()[value].parse::<f64>().unwrap();
    assert!((mean - 1e6 / 300.0).abs() < 1.0, "a draw that is there was solved again: {mean}");
}

#[test]
fn finished_draws_of_another_run_are_refused() {
    let desk = Desk::new();
    desk.write("a.toml", &format!("aggregate = \"economies-12\"\n{PLAIN}"));
    std::fs::create_dir(desk.path().join("r.partial")).unwrap();
    desk.good("run a.toml --draws 0..16 --shard r.partial/draws-0000000-0000016.parquet --seed 2 --quiet");
    let said = refused(&desk, "run a.toml --draws 16 --out r --resume", 1);
    assert!(said.contains("and those of this run have different seeds, 2 and 1"), "{said}");
    assert!(said.contains("remove the folder `r.partial` to begin anew"), "{said}");
    assert_eq!(desk.names(), ["a.toml", "r.partial"]);
}

#[test]
fn finished_draws_of_a_latin_hypercube_are_those_of_as_many_draws_only() {
    let desk = Desk::new();
    desk.write("a.toml", &format!("aggregate = \"economies-12\"\n{PLAIN}"));
    std::fs::create_dir(desk.path().join("r.partial")).unwrap();
    let shard = "r.partial/draws-0000000-0000020.parquet";
    for sampler in ["latin-hypercube", "sobol"] {
        let run = format!("run a.toml --quiet --sampler {sampler}");
        desk.good(&format!("{run} --draws 20 --shard {shard}"));
        let longer = format!("{run} --draws 24 --out longer --resume");
        std::fs::create_dir_all(desk.path().join("longer.partial")).unwrap();
        std::fs::copy(
            desk.path().join(shard),
            desk.path().join("longer.partial/draws-0000000-0000020.parquet"),
        )
        .unwrap();
        if sampler == "sobol" {
            desk.good(&longer);
        } else {
            let said = refused(&desk, &longer, 1);
            assert!(
                said.contains("`latin-hypercube` of 20 draws and `latin-hypercube` of 24 draws"),
                "{said}"
            );
        }
        desk.good(&format!("{run} --draws 20 --out r --resume"));
        desk.good(&format!("{run} --draws 20 --out whole"));
        same(&desk, "r", "whole");
        std::fs::create_dir(desk.path().join("r.partial")).unwrap();
    }
}

#[test]
fn draws_without_a_solution_are_kept_too() {
    let desk = Desk::new();
    desk.write("hard.toml", HARD);
    desk.good("run hard.toml --draws 60 --out whole --quiet");
    std::fs::create_dir(desk.path().join("r.partial")).unwrap();
    desk.good("run hard.toml --draws 60 --shard all.parquet --quiet");
    std::fs::rename(
        desk.path().join("all.parquet"),
        desk.path().join("r.partial/draws-0000000-0000060.parquet"),
    )
    .unwrap();
    let said = desk.good("run hard.toml --draws 60 --out r --resume");
    assert!(said.stderr.contains("60 of 60 draws are in `r.partial`"), "{}", said.stderr);
    same(&desk, "r", "whole");
}

#[test]
fn resuming_needs_a_result_to_resume() {
    let desk = Desk::new();
    refused(&desk, "run universal-10 --resume", 2);
    refused(&desk, "run universal-10 --draws 5 --shard a --resume --out r", 2);
    assert_eq!(desk.names(), Vec::<String>::new());
}
