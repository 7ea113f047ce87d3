//! A result is made again from its record, and whatever is not equal is named.

use crate::data_support::tiny;
use crate::shards::{SAMPLERS, refused};
use crate::tool::{Desk, PLAIN};

#[test]
fn a_prepared_run_is_equal_as_a_folder_and_as_a_record_alone() {
    let desk = Desk::new();
    let set = "--set model.deficits=balanced --seed 5 --flows all";
    desk.good(&format!("run us-25-mexico-canada-usmca-exempt --draws 12 --out r --quiet {set}"));
    assert_eq!(desk.good("verify r --threads 1").stdout, "r: all 19 files are as the run makes them\n");
    let said = desk.good("verify r --quiet --threads 2");
    assert_eq!((said.stdout, said.stderr), (String::new(), String::new()));
    std::fs::rename(desk.path().join("r/run.json"), desk.path().join("alone.json")).unwrap();
    assert!(desk.good("verify alone.json").stdout.starts_with("alone.json: all 19 files"));
}

#[test]
fn the_sampler_is_that_of_the_record() {
    let desk = Desk::new();
    desk.write(
        "a.toml",
        &format!("aggregate = \"economies-12\"\n{PLAIN}[uncertainty]\nsampler = \"random\"\n"),
    );
    for sampler in SAMPLERS {
        desk.good(&format!("run a.toml --draws 20 --sampler {sampler} --out r --quiet"));
        let record = std::fs::read_to_string(desk.path().join("r/run.json")).unwrap();
        assert!(record.contains(&format!("\"sampler\": \"{sampler}\"")), "{record}");
        desk.good("verify r --quiet");
    }
}

#[test]
fn a_scenario_with_tables_and_draws_is_equal_without_its_files() {
    let desk = Desk::new();
    desk.write("rates.csv", "importer,exporter,sector,rate\nUSA,CAN,AUT,0.2\n");
    let table =
        "aggregate = \"economies-12\"\n[[measure]]\nby = \"USA\"\non = \"CAN\"\nrates = \"rates.csv\"\n";
    desk.write("a.toml", table);
    desk.good("run a.toml --draws 9 --draws-out --out r --quiet");
    for file in ["rates.csv", "a.toml"] {
        std::fs::remove_file(desk.path().join(file)).unwrap();
    }
    assert_eq!(desk.good("verify r").stdout, "r: all 19 files are as the run makes them\n");
    assert_eq!(desk.names(), ["r"]);
}

#[test]
fn what_differs_is_named_with_its_line() {
    let desk = Desk::new();
    desk.write("a.toml", &format!("aggregate = \"economies-12\"\n{PLAIN}"));
    desk.good("run a.toml --draws 6 --out r --quiet");
    let countries = std::fs::read_to_string(desk.path().join("r/countries.csv")).unwrap();
    let mut lines: Vec<&str> = countries.lines().collect();
    let right = lines[6].to_owned();
    let wrong = format!("{right}1");
    lines[6] = &wrong;
    desk.write("r/countries.csv", &(lines.join("\n") + "\n"));
    std::fs::remove_file(desk.path().join("r/sectors.csv")).unwrap();
    let picture = desk.path().join("r/prices.png");
    let mut bytes = std::fs::read(&picture).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&picture, bytes).unwrap();
    let said = refused(&desk, "verify r", 1);
    for fault in
        ["r/countries.csv:7:1", &format!("`{right}`"), "`r/sectors.csv` is missing", "`r/prices.png` differs"]
    {
        assert!(said.contains(fault), "{fault}:\n{said}");
    }
    assert!(said.contains("3 errors"), "{said}");
}

#[test]
fn touched_data_are_named_by_file() {
    let desk = Desk::new();
    desk.dataset("my-data", &tiny());
    desk.write("a.toml", PLAIN);
    desk.good("run a.toml --data my-data --draws 6 --out r --quiet");
    let said = refused(&desk, "verify r", 1);
    assert!(said.contains("is not in the program") && said.contains("`--data DIR`"), "{said}");
    desk.good("verify r --data my-data --quiet");
    desk.dataset("my-data", &tiny().patch("trade.csv", "USA,MEX,AUT,50", "USA,MEX,AUT,51"));
    let said = refused(&desk, "verify r --data my-data", 1);
    assert!(said.contains("the data file `trade.csv` of `my-data` differs from that of the run"), "{said}");
    assert_eq!(said.matches("error: ").count(), 1, "{said}");
    let said = refused(&desk, "verify r --data world-2024", 1);
    assert!(said.contains("the dataset `world-2024` is not the one of the run"), "{said}");
}

#[test]
fn a_record_that_was_changed_or_is_of_something_else_is_told() {
    let desk = Desk::new();
    desk.write("a.toml", &format!("aggregate = \"economies-12\"\n{PLAIN}"));
    desk.good("run a.toml --draws 3 --out r --quiet");
    let record = std::fs::read_to_string(desk.path().join("r/run.json")).unwrap();
    for (from, to, fault) in [
        ("\"draws\": 3", "\"draws\": 4", "`r/run.json` was changed"),
        ("25pp", "26pp", "the scenario in the record is not the one whose hash it has"),
        ("\"version\": \"", "\"version\": \"9.", "was written by version 9."),
        ("\"inputs\"", "\"outputs\"", "does not say from what it was made"),
    ] {
        assert!(record.contains(from), "{from}");
        desk.write("r/run.json", &record.replacen(from, to, 2));
        let said = refused(&desk, "verify r", 1);
        assert!(said.contains(fault), "{fault}:\n{said}");
    }
    desk.good("compare a.toml a.toml --set measure.measure-1.add=5pp --draws 0 --out c --quiet");
    assert!(refused(&desk, "verify c", 1).contains("this is the record of a comparison"));
    desk.write("t.toml", &format!("aggregate = \"economies-12\"\n{PLAIN}from = 2025-01-01\n"));
    desk.good("timeline t.toml --draws 0 --out t --quiet");
    assert!(refused(&desk, "verify t", 1).contains("`tariffsim timeline"));
    assert!(refused(&desk, "verify nowhere", 1).contains("there is no file `nowhere`"));
    assert!(refused(&desk, "verify a.toml", 1).contains("is no record of this program"));
}
