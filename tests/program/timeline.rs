//! Results over time, and single days of them.

use crate::tool::{Desk, Said};

/// Three states: a tariff with an exemption, both, and the second one alone; at the end the second alone again.
const SCENARIO: &str = "
title = \"Back and forth\"
aggregate = \"economies-12\"
[[measure]]
name = \"first\"
by = \"USA\"
on = [\"CAN\", \"MEX\"]
add = \"25pp\"
exempt_share = { MEX = \"40%\" }
from = 2025-03-04
until = 2025-05-31
[[measure]]
name = \"second\"
by = \"USA\"
on = \"CHN\"
add = \"20pp\"
phase_in = { 2025-04-01 = \"50%\", 2025-08-01 = \"100%\" }
[[measure]]
name = \"third\"
by = \"USA\"
on = [\"CAN\", \"MEX\"]
add = \"5pp\"
exempt_share = { CAN = \"30%\" }
from = 2025-06-15
until = 2025-06-30
";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("war.toml", SCENARIO);
    desk
}

/// The rows of a table by what is in front, without it.
fn rows_of<'t>(text: &'t str, lead: &str) -> Vec<&'t str> {
    text.lines().skip(1).filter_map(|line| line.strip_prefix(lead)).collect()
}

fn text(desk: &Desk, file: &str) -> String {
    std::fs::read_to_string(desk.path().join(file)).unwrap()
}

#[test]
fn each_day_of_a_timeline_is_the_run_of_that_day_to_the_bit() {
    let desk = desk();
    let said = desk.good("timeline war.toml --draws 30 --seed 4 --out path");
    assert_eq!(said.stderr, "");
    let table = desk.table("path/timeline.csv");
    assert_eq!(table.header, ["date", "scenario", "outcome", "country", "variable", "unit", "stat", "value"]);
    let days = table.values("date");
    assert_eq!(
        days,
        ["2025-03-03", "2025-03-04", "2025-04-01", "2025-06-01", "2025-06-15", "2025-07-01", "2025-08-01"]
    );
    let path = text(&desk, "path/timeline.csv");
    for day in &days {
        let said = desk.good(&format!("run war.toml --on {day} --draws 30 --seed 4 --out day --quiet"));
        assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
        let rows: Vec<String> = text(&desk, "day/countries.csv").lines().skip(1).map(str::to_owned).collect();
        assert_eq!(rows_of(&path, &format!("{day},")), rows, "{day}");
        std::fs::remove_dir_all(desk.path().join("day")).unwrap();
    }
}

#[test]
fn before_anything_begins_all_is_exactly_zero() {
    let desk = desk();
    desk.good("timeline war.toml --draws 20 --out path --quiet");
    let table = desk.table("path/timeline.csv");
    let [day, variable, value] = ["date", "variable", "value"].map(|name| table.column(name));
    let before: Vec<_> = table.rows.iter().filter(|row| &row[day] == "2025-03-03").collect();
    assert!(before.len() > 1000);
    for row in before.iter().filter(|row| !row[variable].starts_with("effective_rate")) {
        assert_eq!(&row[value], "0", "{row:?}");
    }
    // The state between the first and the third measure is that after the third one.
    let of = |wanted: &str| -> Vec<Vec<&str>> {
        let rows = table.rows.iter().filter(|row| &row[day] == wanted);
        rows.map(|row| row.iter().skip(1).collect()).collect()
    };
    assert_eq!(of("2025-06-01"), of("2025-07-01"));
    assert_ne!(of("2025-06-01"), of("2025-08-01"));
}

#[test]
fn a_timeline_is_the_same_on_any_number_of_threads() {
    let desk = desk();
    for threads in [1, 2] {
        desk.good(&format!("timeline war.toml --draws 20 --threads {threads} --out path-{threads} --quiet"));
    }
    let [one, two] = [1, 2].map(|threads| desk.files(&format!("path-{threads}")));
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        ["report.html", "run.json", "scenario.toml", "timeline.csv", "timeline.png", "timeline.svg"]
    );
    assert!(one == two);
    for (name, bytes) in &one {
        let shown = String::from_utf8_lossy(bytes);
        assert!(!shown.contains("desk-of-somebody"), "{name} tells where it was made");
        assert!(!shown.contains("NaN"), "{name}");
    }
    // What is written back is the same scenario.
    desk.write("scenario.toml", &String::from_utf8(one["scenario.toml"].clone()).unwrap());
    desk.good("timeline scenario.toml --draws 20 --out again --quiet");
    let table =
        String::from_utf8(one["timeline.csv"].clone()).unwrap().replace(",war,all,", ",scenario,all,");
    assert!(text(&desk, "again/timeline.csv") == table);
}

#[test]
fn the_record_and_the_chart_say_what_happens_when() {
    let desk = desk();
    let said = desk.good("timeline war.toml --draws 10 --out path");
    let record: serde_json::Value = serde_json::from_slice(&desk.files("path")["run.json"]).unwrap();
    let days = record["days"].as_array().unwrap();
    assert_eq!(days.len(), 7);
    assert_eq!(record["files"].as_object().unwrap().len(), 4);
    assert!(tariffsim::report::record::is_unchanged(&text(&desk, "path/run.json")));
    assert_eq!(days[2]["date"], "2025-04-01");
    assert_eq!(days[2]["events"], "second at 50% begins");
    assert_eq!(days[6]["events"], "second goes to 100%");
    assert_eq!(days[4]["measures"].as_array().unwrap().len(), 2);
    let chart = text(&desk, "path/timeline.svg");
    for words in ["Over time: Back and forth", "United States, per cent", "first begins", "Welfare"] {
        assert!(chart.contains(words), "{words}");
    }
    for words in
        ["Average tariff, United States", "the day before", "third ends", "on the same draws every day"]
    {
        assert!(said.stdout.contains(words), "{words}: {}", said.stdout);
    }
}

#[test]
fn the_document_of_a_timeline_holds_what_its_table_holds() {
    let desk = desk();
    desk.good("timeline war.toml --draws 8 --out r --quiet");
    let document: serde_json::Value =
        serde_json::from_str(&desk.good("timeline war.toml --draws 8 --json").stdout).unwrap();
    let table = desk.table("r/timeline.csv");
    let [day, country, variable, stat, value] =
        ["date", "country", "variable", "stat", "value"].map(|name| table.column(name));
    let p05: Vec<_> = table.rows.iter().filter(|row| &row[stat] == "p05").collect();
    let rows = document["countries"].as_array().unwrap();
    let rows: Vec<_> = rows.iter().filter(|row| row["p05"].is_number()).collect();
    assert!(rows.len() == p05.len() && rows.len() > 1000);
    for (row, line) in rows.iter().zip(p05) {
        assert!(
            row["date"] == line[day] && row["country"] == line[country] && row["variable"] == line[variable]
        );
        assert_eq!(row["p05"].as_f64(), line[value].parse().ok());
    }
    assert_eq!(document["record"]["days"].as_array().unwrap().len(), 7);
    assert_eq!(document["record"]["imposer"], "USA");
    assert_eq!(desk.run("timeline war.toml --json --quiet").code, 2);
}

#[test]
fn a_result_over_time_can_be_replaced_and_its_page_made_again() {
    let desk = desk();
    desk.good("timeline war.toml --draws 0 --out r --quiet");
    crate::output::page_is_made_again(&desk, "r", "timeline.csv");
    crate::output::command_of_page(&desk, "r", "again");
    assert!(
        text(&desk, "again/timeline.csv").replace(",scenario,all,", ",war,all,")
            == text(&desk, "r/timeline.csv")
    );
    desk.good("run war.toml --on 2025-04-10 --draws 0 --out r --quiet");
    assert!(desk.files("r").contains_key("report.html") && !desk.files("r").contains_key("timeline.csv"));
    assert!(text(&desk, "r/scenario.toml").contains("date = 2025-04-10\n"));
    desk.good("timeline war.toml --draws 0 --out r --quiet");
    assert_eq!(desk.files("r").len(), 6);
}

#[test]
fn a_scenario_without_time_has_no_timeline_and_one_with_it_no_single_run() {
    let desk = desk();
    desk.write("plain.toml", crate::tool::PLAIN);
    let refused = |line: &str, words: &[&str]| {
        let said = desk.run(line);
        assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{line}");
        words.iter().for_each(|words| assert!(said.stderr.contains(words), "{line}: {}", said.stderr));
    };
    refused("timeline plain.toml", &["no measure of this scenario has a date"]);
    refused("timeline war.toml --set date=2025-04-10", &["for one day"]);
    refused("run war.toml --draws 0", &["change on 6 days from 2025-03-04 to 2025-08-01", "--on 2025-03-04"]);
    refused("run war.toml --on 2025-02-30", &["--on 2025-02-30", "February 2025 has 28 days"]);
    refused("explain war.toml --on spring", &["--on spring", "a date such as 2025-03-04"]);
    let Said { stderr, .. } = desk.good("run war.toml --on 2024-01-01 --draws 0");
    assert!(stderr.contains("no measure is in force on this day"), "{stderr}");
}

#[test]
fn explain_lists_each_rate_on_the_day_on_which_it_changes() {
    let desk = desk();
    desk.write("fine.toml", &SCENARIO.replace("aggregate = \"economies-12\"\n", ""));
    let said = desk.good("explain fine.toml --rows 100000").stdout;
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines.iter().any(|line| line.starts_with("2025-06-15  third begins")), "{said}");
    assert!(said.contains("What is in force changes on 6 days from 4 March 2025 to 1 August 2025."));
    let of = |day: &str, more: &str| {
        let of_day = lines.iter().filter(|line| line.trim_start().starts_with(day) && line.contains(more));
        of_day.count()
    };
    assert_eq!(of("2025-03-04", "first +"), 40);
    assert_eq!(of("2025-04-01", "second +10.00pp"), 20);
    assert_eq!(of("2025-06-01", "the observed rate again"), 40);
    assert_eq!(of("2025-08-01", "second +20.00pp"), 20);
}

#[test]
fn a_shorter_horizon_moves_trade_less() {
    let desk = desk();
    let volume = |horizon: &str| -> f64 {
        desk.good(&format!(
            "run war.toml --on 2025-08-01 --draws 0 --set model.horizon={horizon} --out r --quiet"
        ));
        let rows = text(&desk, "r/flows.csv");
        let row = rows.lines().find(|line| line.contains("USA,CHN,TOTAL,volume,percent,central")).unwrap();
        row.rsplit(',').next().unwrap().parse().unwrap()
    };
    let [short, middle, long] = ["1y", "5y", "long"].map(volume);
    assert!(long < middle && middle < short && short < -5.0, "{long} {middle} {short}");
    assert!(text(&desk, "r/run.json").contains("\"horizon\": \"long run\""));
    let said = desk.good("run war.toml --on 2025-08-01 --draws 0 --set model.horizon=18m");
    assert!(said.stdout.contains("after 1.5 years"), "{}", said.stdout);
    assert!(said.stdout.contains("Boehm, Levchenko and Pandalai-Nayar 2023"));
}
