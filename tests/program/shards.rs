//! Draws that are solved apart are put together to the bytes of one run, or not at all.

use crate::data_support::tiny;
use crate::tool::{Desk, PLAIN, Said};

/// Two outcomes, noise on elasticities and exempt shares, an exemption table, a table of rates and a map: whatever a
/// scenario may bring along.
const RICH: &str = "\
title = \"Rates of a table, or none\"
aggregate = { maps = [\"economies-12\", \"maps/goods.csv\"], unmapped = \"keep\" }
[[measure]]
name = \"table\"
by = \"USA\"
on = [\"CAN\", \"MEX\"]
rates = \"tables/rates.csv\"
exempt_share = \"40%\"
[[measure]]
name = \"answer\"
by = \"MEX\"
on = \"USA\"
add = \"5pp\"
[[outcome]]
name = \"deal\"
probability = \"25%\"
measures = []
[[outcome]]
name = \"tariffs\"
probability = \"75%\"
measures = [\"table\", \"answer\"]
";

/// Subsidies on all imports that some draws cannot pay.
pub(crate) const HARD: &str = "\
aggregate = \"economies-12\"
[[measure]]
by = \"all\"
on = \"all\"
set = \"-40%\"
[uncertainty]
trade_elasticity.lognormal = { sd = \"60%\" }
";

/// Every way to spread draws.
pub(crate) const SAMPLERS: [&str; 3] = ["random", "latin-hypercube", "sobol"];

/// A folder with the rich scenario and everything it names.
fn rich() -> Desk {
    let desk = Desk::new();
    desk.write("own/rich.toml", RICH);
    desk.write("own/tables/rates.csv", "importer,exporter,sector,rate\nUSA,CAN,AUT,0.2\nUSA,MEX,AUT,0.3\n");
    let codes = ["AGR", "OIG", "MIN", "FOO", "TEX", "WOO", "PAP", "PET", "CHM", "PHA"];
    let rows: String = codes.iter().map(|code| format!("{code},BASICS\n")).collect();
    desk.write("own/maps/goods.csv", &format!("code,group\n{rows}"));
    desk
}

/// The folders must hold the same files with the same bytes.
pub(crate) fn same(desk: &Desk, one: &str, two: &str) {
    let (one, two) = (desk.files(one), desk.files(two));
    assert!(one.keys().eq(two.keys()), "{:?} {:?}", one.keys(), two.keys());
    for (name, bytes) in &one {
        assert!(*bytes == two[name], "{name} differs");
    }
}

/// A command line that must be refused, with what it says.
pub(crate) fn refused(desk: &Desk, line: &str, code: i32) -> String {
    let Said { code: found, stdout, stderr } = desk.run(line);
    assert_eq!(found, code, "{line}:\n{stderr}");
    assert_eq!(stdout, "", "{line}");
    stderr
}

#[test]
fn four_shards_of_two_processes_are_one_run() {
    for sampler in SAMPLERS {
        let desk = Desk::new();
        let run = format!("run us-25-mexico-canada-usmca-exempt --seed 7 --quiet --sampler {sampler}");
        let part = |draws: &str, file: &str, threads: u32| {
            desk.good(&format!("{run} --draws {draws}/40 --shard {file} --threads {threads}"));
        };
        std::thread::scope(|scope| {
            scope.spawn(|| (part("0..16", "1.parquet", 1), part("16..23", "2.parquet", 2)));
            scope.spawn(|| (part("23..24", "3.parquet", 2), part("24..40", "4.parquet", 1)));
        });
        desk.good("merge 3.parquet 1.parquet 4.parquet 2.parquet --out merged --quiet");
        desk.good(&format!("{run} --draws 40 --out whole"));
        same(&desk, "merged", "whole");
        assert_eq!(desk.names(), ["1.parquet", "2.parquet", "3.parquet", "4.parquet", "merged", "whole"]);
    }
}

#[test]
fn parts_of_a_latin_hypercube_know_how_many_draws_there_are() {
    let desk = Desk::new();
    desk.write("a.toml", &format!("aggregate = \"economies-12\"\n{PLAIN}"));
    let run = |more: &str| format!("run a.toml --quiet --sampler {more}");
    let said = refused(&desk, &run("latin-hypercube --draws 0..4 --shard a"), 2);
    assert!(said.contains("depend on how many there are in all") && said.contains("0..4/40"), "{said}");
    refused(&desk, &run("latin-hypercube --draws 0..4/3 --shard a"), 2);
    for (sampler, draws, file) in [
        ("latin-hypercube", "0..4/9", "a"),
        ("latin-hypercube", "4..9/9", "b"),
        ("latin-hypercube", "4..9/12", "c"),
        ("sobol", "4..9/12", "d"),
    ] {
        desk.good(&run(&format!("{sampler} --draws {draws} --shard {file}")));
    }
    let said = refused(&desk, "merge a c", 1);
    let ways = "`latin-hypercube` of 9 draws and `latin-hypercube` of 12 draws";
    assert!(said.contains(&format!("`a` and `c` are drawn in different ways, {ways}")), "{said}");
    let said = refused(&desk, "merge a d", 1);
    assert!(said.contains("`latin-hypercube` of 9 draws and `sobol`"), "{said}");
    let said = refused(&desk, "merge a", 1);
    assert!(said.contains("the draws 4..9 of this Latin hypercube are missing"), "{said}");
    assert!(said.contains("--draws 4..9/9 --shard FILE` solves them"), "{said}");
    desk.good("merge a b --out merged --quiet");
    desk.good(&run("latin-hypercube --draws 9 --out whole"));
    same(&desk, "merged", "whole");
}

#[test]
fn a_shard_has_the_same_bytes_on_any_number_of_threads() {
    let desk = rich();
    for threads in [1, 2] {
        desk.good(&format!("run own/rich.toml --draws 5..45 --shard {threads} --threads {threads} --quiet"));
    }
    let [one, two] = ["1", "2"].map(|name| std::fs::read(desk.path().join(name)).unwrap());
    assert!(one == two && one.starts_with(b"PAR1"));
}

#[test]
fn a_shard_needs_none_of_the_files_of_its_scenario() {
    let desk = rich();
    let own = "own/rich.toml --set model.deficits=balanced --set measure.answer.add=6pp --flows all --quiet";
    desk.good(&format!("run {own} --draws 24 --out whole"));
    for (draws, file) in [("0..9", "a"), ("9..24", "b")] {
        desk.good(&format!("run {own} --draws {draws} --shard {file}"));
    }
    std::fs::remove_dir_all(desk.path().join("own")).unwrap();
    desk.good("merge a b --out merged --quiet");
    same(&desk, "merged", "whole");
}

#[test]
fn a_day_and_noise_on_flows_come_along() {
    let desk = Desk::new();
    let noise = "aggregate = \"economies-12\"\n[uncertainty]\ntrade_flows.lognormal = {}\n";
    let until =
        "[[measure]]\nby = \"USA\"\non = \"CHN\"\nadd = \"9pp\"\nfrom = 2025-01-01\nuntil = 2025-06-01\n";
    desk.write("a.toml", &format!("{noise}{PLAIN}{until}"));
    let run = "run a.toml --on 2025-02-01 --quiet";
    desk.good(&format!("{run} --draws 12 --out whole"));
    desk.good(&format!("{run} --draws 5 --shard 1"));
    desk.good(&format!("{run} --draws 5..12 --shard 2"));
    let merged = desk.good("merge 1 2 --out merged");
    same(&desk, "merged", "whole");
    let whole = desk.good("run a.toml --on 2025-02-01 --draws 12 --out whole");
    assert_eq!((merged.stdout, merged.stderr), (whole.stdout, whole.stderr));
    assert_eq!(
        desk.good("merge 1 2 --json").stdout,
        desk.good("run a.toml --on 2025-02-01 --draws 12 --json").stdout
    );
}

#[test]
fn gaps_overlaps_and_missing_ends_are_named_all_at_once() {
    let desk = Desk::new();
    desk.write("a.toml", &format!("aggregate = \"economies-12\"\n{PLAIN}"));
    for (draws, file) in [("2..4", "a"), ("3..6", "b"), ("8..9", "c"), ("0..9", "whole"), ("0..2", "begin")] {
        desk.good(&format!("run a.toml --draws {draws} --shard {file} --quiet"));
    }
    let said = refused(&desk, "merge c b a --draws 12 --out r", 1);
    for fault in [
        "the draws 0..2 before those of `a` are missing",
        "`a` and `b` both have the draws 3..4",
        "the draws 6..8 before those of `c` are missing",
        "the draws 9..12 of those that `--draws` asks for are missing",
        "`tariffsim run SCENARIO --draws 6..8 --shard FILE` solves them",
    ] {
        assert!(said.contains(fault), "{fault}:\n{said}");
    }
    assert!(refused(&desk, "merge begin whole", 1).contains("`begin` and `whole` both have the draws 0..2"));
    let said = refused(&desk, "merge whole --draws 5", 1);
    assert!(said.contains("these are 9 draws, and `--draws` asks for 5"), "{said}");
    assert!(!desk.names().contains(&"r".to_owned()));
}

#[test]
fn shards_that_do_not_belong_together_are_refused_with_the_reason() {
    let desk = rich();
    desk.dataset("my-data", &tiny());
    desk.write("plain.toml", PLAIN);
    let solve = |what: &str, file: &str| desk.good(&format!("run {what} --shard {file} --quiet"));
    let changed = RICH.replace("5pp", "6pp");
    solve("own/rich.toml --draws 0..4", "first");
    solve("own/rich.toml --draws 4..6 --seed 2", "seed");
    solve("own/rich.toml --draws 4..6 --flows all", "flows");
    solve("own/rich.toml --draws 4..6 --set model.deficits=balanced", "set");
    solve("plain.toml --draws 4..6 --data my-data", "other");
    desk.write("own/rich.toml", &changed);
    solve("own/rich.toml --draws 4..6", "text");
    desk.write("own/rich.toml", RICH);
    desk.write("own/tables/rates.csv", "importer,exporter,sector,rate\nUSA,CAN,AUT,0.21\n");
    solve("own/rich.toml --draws 4..6", "table");
    for (file, reason) in [
        ("seed", "have different seeds, 1 and 2"),
        ("flows", "report different flows, `touched` and `all`"),
        ("set", "are of different scenarios: what is set beside it is not the same"),
        ("other", "are of different scenarios, `rich.toml` and `plain.toml`"),
        ("text", "are of different scenarios: the text of `rich.toml` is not the same"),
        ("table", "are of different scenarios: `tables/rates.csv` is not the same"),
    ] {
        let said = refused(&desk, &format!("merge {file} first --out r"), 1);
        assert!(said.contains(&format!("error: `first` and `{file}` {reason}")), "{said}");
        assert!(said.contains("help: "), "{said}");
    }
}

#[test]
fn data_of_ones_own_are_named_and_must_be_the_same() {
    let desk = Desk::new();
    desk.dataset("my-data", &tiny());
    desk.write("plain.toml", PLAIN);
    desk.good("run plain.toml --data my-data --draws 10 --out whole --quiet");
    desk.good("run plain.toml --data my-data --draws 0..4 --shard 1 --quiet");
    desk.good("run plain.toml --data my-data --draws 4..10 --shard 2 --quiet");
    let said = refused(&desk, "merge 1 2", 1);
    assert!(said.contains("is not in the program") && said.contains("`--data DIR`"), "{said}");
    desk.good("merge 1 2 --data my-data --out merged --quiet");
    same(&desk, "merged", "whole");
    let trade = std::fs::read_to_string(desk.path().join("my-data/trade.csv")).unwrap();
    let row = trade.lines().nth(1).unwrap();
    let touched = trade.replacen(row, &format!("{row}1"), 1);
    desk.write("my-data/trade.csv", &touched);
    let said = refused(&desk, "merge 1 2 --data my-data", 1);
    assert!(said.contains("were not solved on the dataset `my-data` as it is here"), "{said}");
    desk.good("run plain.toml --data my-data --draws 4..10 --shard 2 --quiet");
    assert!(refused(&desk, "merge 1 2", 1).contains("`1` and `2` are on different data"));
}

#[test]
fn what_is_no_shard_or_a_broken_one_is_said_to_be() {
    let desk = Desk::new();
    desk.write("a.toml", &format!("aggregate = \"economies-12\"\n{PLAIN}"));
    desk.good("run a.toml --draws 0..4 --shard whole --quiet");
    let bytes = std::fs::read(desk.path().join("whole")).unwrap();
    std::fs::write(desk.path().join("half"), &bytes[..bytes.len() / 2]).unwrap();
    assert!(refused(&desk, "merge a.toml", 1).contains("`a.toml` is no shard"));
    assert!(refused(&desk, "merge half", 1).contains("`half` is no shard"));
    assert!(refused(&desk, "merge nowhere", 1).contains("cannot read `nowhere`"));
    assert!(refused(&desk, "merge .", 1).contains("`.` is no file"));
    let said = refused(&desk, "run a.toml --draws 0..4 --shard a.toml", 1);
    assert!(said.contains("holds no draws, and it is left alone"), "{said}");
    desk.good("run a.toml --draws 2..3 --shard whole --quiet");
    assert!(refused(&desk, "merge whole", 1).contains("0..2"), "a shard may be replaced");
}

#[test]
fn a_part_of_the_draws_is_for_shards_only() {
    let desk = Desk::new();
    let said = refused(&desk, "run universal-10 --draws 5..9", 2);
    assert!(said.contains("a part of the draws, which alone is no result"), "{said}");
    for draws in ["9..9", "9..5", "..5", "5..", "0..1000001", "-1..5", "1..2..3"] {
        refused(&desk, &format!("run universal-10 --draws {draws} --shard a"), 2);
    }
    refused(&desk, "run universal-10 --draws 0 --shard a", 2);
    refused(&desk, "compare universal-10 universal-10 --draws 5..9", 2);
    refused(&desk, "run universal-10 --draws 5..9 --shard a --out r", 2);
    assert_eq!(desk.names(), Vec::<String>::new());
}

#[test]
fn draws_without_a_solution_are_told_as_in_one_run() {
    let desk = Desk::new();
    desk.write("hard.toml", HARD);
    let run = "run hard.toml --quiet";
    desk.good(&format!("{run} --draws 30 --out whole"));
    desk.good(&format!("{run} --draws 0..11 --shard 1"));
    desk.good(&format!("{run} --draws 11..30 --shard 2"));
    desk.good("merge 1 2 --out merged --quiet");
    same(&desk, "merged", "whole");
    let record = String::from_utf8(desk.files("whole").remove("run.json").unwrap()).unwrap();
    assert!(record.contains("\"draw\": "), "some draws fail, or this tests nothing: {record}");
}

/// The recipe of the documentation, as it stands there.
#[test]
fn the_recipe_for_gnu_parallel_works() {
    let is_there = std::process::Command::new("parallel").arg("--version").output();
    if !is_there.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).starts_with("GNU parallel")) {
        eprintln!("SKIPPED: GNU parallel is not there to solve shards");
        return;
    }
    let page = include_str!("../../docs/many-machines.md");
    let after = page.split("### GNU parallel\n\n```sh\n").nth(1).unwrap();
    let recipe = after.split("```").next().unwrap();
    let desk = Desk::new();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_tariffsim")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let said = std::process::Command::new("bash")
        .args(["-e", "-c", recipe])
        .env("PATH", path)
        .current_dir(desk.path())
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    desk.good("run us-25-mexico-canada --draws 40 --out whole --quiet");
    same(&desk, "results", "whole");
}
