//! What each measure contributes, from the command to the files.

use std::collections::{BTreeMap, BTreeSet};

use crate::tool::Desk;

/// Country, variable, statistic and outcome.
type Key = [String; 4];

/// The sums of the contributions to every number, with the total that they should have.
fn sums_and_totals(desk: &Desk, folder: &str) -> BTreeMap<Key, [f64; 2]> {
    let read = |file: &str| {
        let table = desk.table(&format!("{folder}/{file}"));
        let at = |name: &str| table.column(name);
        let (keys, value) = (["country", "variable", "stat", "outcome"].map(at), at("value"));
        let mut sums: BTreeMap<Key, f64> = BTreeMap::new();
        for row in &table.rows {
            *sums.entry(keys.map(|key| row[key].to_owned())).or_default() +=
                row[value].parse::<f64>().unwrap();
        }
        sums
    };
    let totals = read("countries.csv");
    let total = |key: &Key| {
        let mut baseline = key.clone();
        baseline[1] = "effective_rate_baseline".to_owned();
        totals[key] - if key[1].starts_with("effective_rate") { totals[&baseline] } else { 0.0 }
    };
    let sums = read("contributions.csv").into_iter();
    sums.filter(|(key, _)| ["central", "mean"].contains(&key[2].as_str()))
        .map(|(key, sum)| (key.clone(), [sum, total(&key)]))
        .collect()
}

/// Asserts that contributions add up to every central value and mean; gives how many there were.
fn add_up(desk: &Desk, folder: &str) -> usize {
    let all = sums_and_totals(desk, folder);
    for (key, [sum, total]) in &all {
        assert!((sum - total).abs() <= 1e-11 * (1.0 + total.abs()), "{folder} {key:?}: {sum} {total}");
    }
    all.len()
}

/// The contributions to welfare in the central case by measure, over all outcomes.
fn welfare(desk: &Desk, folder: &str, country: &str) -> BTreeMap<String, f64> {
    let table = desk.table(&format!("{folder}/contributions.csv"));
    let at = ["outcome", "country", "variable", "stat"].map(|name| table.column(name));
    let wanted = ["all", country, "welfare", "central"];
    let rows = table.rows.iter().filter(|row| at.iter().zip(wanted).all(|(&at, value)| &row[at] == value));
    let (measure, value) = (table.column("measure"), table.column("value"));
    rows.map(|row| (row[measure].to_owned(), row[value].parse().unwrap())).collect()
}

#[test]
fn contributions_add_up_in_the_central_case_and_in_every_draw() {
    let desk = Desk::new();
    for draws in [1, 2, 3, 5] {
        // With so few draws the means add up only if every draw does.
        let line = format!(
            "run us-25-mexico-canada-retaliation --draws {draws} --contributions --quiet --out r{draws}"
        );
        desk.good(&line);
        assert_eq!(add_up(&desk, &format!("r{draws}")), 2 * 81 * 22);
    }
    // What is not asked for over the draws is central only.
    desk.good("run us-25-mexico-canada-retaliation --draws 5 --quiet --out central");
    assert_eq!(add_up(&desk, "central"), 81 * 22);
    assert_eq!(welfare(&desk, "central", "MEX"), welfare(&desk, "r5", "MEX"));
}

#[test]
fn one_measure_has_no_contributions_and_more_than_six_only_when_asked() {
    let desk = Desk::new();
    desk.good("run universal-10 --draws 0 --contributions --quiet --out one");
    let measure = |at: usize| {
        format!(
            "[[measure]]\nname = \"m{at}\"\nby = \"USA\"\non = \"MEX\"\ngoods = \"AUT\"\nadd = \"{}pp\"\n",
            at + 1
        )
    };
    let many: String = (0..7).map(measure).collect();
    desk.write("s.toml", &many);
    desk.good("run s.toml --draws 0 --quiet --out unasked");
    for folder in ["one", "unasked"] {
        assert!(!desk.files(folder).keys().any(|name| name.starts_with("contributions")), "{folder}");
    }
    desk.good("run s.toml --draws 0 --contributions --quiet --out asked");
    assert!(add_up(&desk, "asked") > 0);
}

const MEASURES: [&str; 5] = [
    "[[measure]]\nname = \"us\"\nby = \"USA\"\non = [\"MEX\", \"CHN\"]\nadd = \"25pp\"\n",
    "[[measure]]\nname = \"autos\"\nby = \"USA\"\non = \"MEX\"\ngoods = \"AUT\"\nadd = \"10pp\"\ninstead_of = \"us\"\n",
    "[[measure]]\nname = \"matching\"\nby = \"MEX\"\non = \"CHN\"\nmatch = { by = \"USA\", on = \"CHN\", increase_only = true }\n",
    "[[response]]\nname = \"answer\"\nby = \"CHN\"\nto = \"us\"\nmode = \"reciprocal\"\nshare = \"50%\"\n",
    "[[measure]]\nname = \"nothing\"\nby = \"CAN\"\non = \"all\"\nfloor = \"0%\"\n",
];

#[test]
fn measures_that_refer_to_one_another_add_up_and_their_order_does_not_matter() {
    let desk = Desk::new();
    let mut lines: Vec<BTreeSet<String>> = Vec::new();
    for (folder, order) in [("a", [0, 1, 2, 3, 4]), ("b", [4, 2, 0, 3, 1])] {
        desk.write(&format!("{folder}/s.toml"), &order.map(|at| MEASURES[at]).concat());
        desk.good(&format!("run {folder}/s.toml --draws 12 --contributions --quiet --out r{folder}"));
        assert!(add_up(&desk, &format!("r{folder}")) > 0);
        let text = String::from_utf8(desk.files(&format!("r{folder}"))["contributions.csv"].clone()).unwrap();
        lines.push(text.lines().map(str::to_owned).collect());
    }
    assert_eq!(lines[0], lines[1]);
    assert!(lines[0].len() > 81 * 22 * 5);
    let mexico = welfare(&desk, "ra", "MEX");
    assert!(["us", "autos", "matching", "answer"].iter().all(|name| mexico[*name] != 0.0), "{mexico:?}");
}

#[test]
fn a_measure_without_effect_contributes_exactly_nothing() {
    let desk = Desk::new();
    desk.write("s.toml", &MEASURES.concat());
    desk.good("run s.toml --draws 3 --contributions --quiet --out r");
    let table = desk.table("r/contributions.csv");
    let (measure, value) = (table.column("measure"), table.column("value"));
    let of_nothing: Vec<&str> =
        table.rows.iter().filter(|row| &row[measure] == "nothing").map(|row| &row[value]).collect();
    assert!(
        of_nothing.len() > 81 * 22 && of_nothing.iter().all(|value| *value == "0"),
        "{:?}",
        of_nothing[0]
    );
}

#[test]
fn outcomes_have_contributions_of_their_own_and_the_expected_ones_are_their_mean() {
    let desk = Desk::new();
    let outcomes = "[[outcome]]\nname = \"war\"\nprobability = \"30%\"\nmeasures = [\"us\", \"answer\"]\n\
        [[outcome]]\nname = \"peace\"\nprobability = \"70%\"\nmeasures = [\"matching\"]\n";
    desk.write("s.toml", &(MEASURES.concat() + outcomes));
    desk.good("run s.toml --draws 4 --contributions --quiet --out r");
    assert!(add_up(&desk, "r") > 3 * 81 * 20);
    let table = desk.table("r/contributions.csv");
    let at = ["outcome", "country", "variable", "measure", "stat", "value"].map(|name| table.column(name));
    let mut by: BTreeMap<Vec<&str>, BTreeMap<&str, f64>> = BTreeMap::new();
    for row in &table.rows {
        let key = at[1..5].iter().map(|&at| &row[at]).collect();
        by.entry(key).or_default().insert(&row[at[0]], row[at[5]].parse().unwrap());
    }
    for (key, by) in by.iter().filter(|(key, _)| ["central", "mean"].contains(&key[3])) {
        let mean = 0.3 * by["war"] + 0.7 * by["peace"];
        assert!((by["all"] - mean).abs() <= 1e-12 * (1.0 + mean.abs()), "{key:?} {by:?}");
        // What comes with the other outcome only is not there.
        let absent = match key[2] {
            "us" | "answer" => "peace",
            "matching" => "war",
            _ => continue,
        };
        assert!(by[absent] == 0.0, "{key:?} {by:?}");
    }
}

#[test]
fn a_closed_border_has_contributions_to_what_has_a_value() {
    let desk = Desk::new();
    desk.good("run closed-us-mexico-border --draws 0 --quiet --out r");
    assert!(add_up(&desk, "r") > 81 * 15);
}

#[test]
fn what_has_no_equilibrium_in_between_is_said() {
    let desk = Desk::new();
    // With one of two exits closed there is trade left; closing both leaves none, and the third opens one again.
    let closed = "[[measure]]\nname = \"closed\"\nby = \"USA\"\non = \"all\"\ngoods = \"all\"\nadd = \"10pp\"\n\
        [[measure]]\nname = \"level\"\nby = \"USA\"\non = \"MEX\"\nset = \"30%\"\n\
        [[measure]]\nname = \"other\"\nby = \"USA\"\non = \"MEX\"\nset = \"40%\"\n\
        [[measure]]\nname = \"peace\"\nby = \"USA\"\non = \"MEX\"\nset = \"5%\"\ninstead_of = [\"level\", \"other\"]\n";
    desk.write("s.toml", closed);
    // All together are sound; without the last, two levels meet.
    desk.good("run s.toml --draws 0 --quiet --out r");
    let record = String::from_utf8(desk.files("r")["run.json"].clone()).unwrap();
    assert!(record.contains("contributions: ") && record.contains("`level`, `other`"), "{record}");
    assert!(!desk.files("r").contains_key("contributions.csv"));
    let said = desk.run("run s.toml --draws 0 --contributions");
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert!(said.stderr.contains("`level`, `other`"), "{}", said.stderr);
}

#[test]
fn sources_of_welfare_add_up_and_a_closed_border_has_none() {
    let desk = Desk::new();
    desk.good("run threat-of-march-2025 --on 2025-03-25 --draws 0 --quiet --out r");
    let read = |file: &str| -> BTreeMap<[String; 3], f64> {
        let table = desk.table(&format!("r/{file}"));
        let keys = ["outcome", "country", "variable"].map(|name| table.column(name));
        let value = table.column("value");
        let row =
            |row: &csv::StringRecord| (keys.map(|key| row[key].to_owned()), row[value].parse().unwrap());
        table.rows.iter().map(row).collect()
    };
    let (parts, countries) = (read("welfare.csv"), read("countries.csv"));
    assert_eq!(parts.len(), 4 * 81 * 5, "all and three outcomes");
    for ([outcome, country, variable], total) in &parts {
        if variable != "welfare_log" {
            continue;
        }
        let of = |name: &str| [outcome.clone(), country.clone(), name.to_owned()];
        let names = ["terms_of_trade_part", "allocative_part", "technology_part", "transfer_part"];
        let sum: f64 = names.iter().map(|name| parts[&of(name)]).sum();
        assert!((sum - total).abs() < 1e-12);
        // What is expected over all outcomes is a mean of logarithms there.
        let exact = 100.0 * (countries[&of("welfare")] / 100.0).ln_1p();
        assert!(outcome == "all" || (sum - exact).abs() < 1e-7, "{outcome}, {country}: {sum} and {exact}");
    }
    desk.good("run china-embargo --draws 0 --quiet --out closed");
    let files = desk.files("closed");
    assert!(!files.keys().any(|name| name.starts_with("welfare")));
    let record = String::from_utf8(files["run.json"].clone()).unwrap();
    assert!(record.contains("welfare.csv: the change of welfare has no parts: trade that ends"), "{record}");
}

#[test]
fn people_see_them_when_they_ask_and_on_the_page() {
    let desk = Desk::new();
    let line = "run us-25-mexico-canada-retaliation --draws 0 --out r";
    let unasked = desk.good(line).stdout;
    let asked = desk.good(&format!("{line} --contributions")).stdout;
    assert!(asked.contains("Welfare by measure") && !unasked.contains("Welfare by measure"));
    let mexico = welfare(&desk, "r", "MEX")["canada-retaliates"];
    let shown = format!("+{mexico:.3}");
    assert!(
        asked.lines().any(|line| line.starts_with("canada-retaliates") && line.contains(&shown)),
        "{asked}"
    );
    let page = String::from_utf8(desk.files("r")["report.html"].clone()).unwrap();
    let section = page.split("<section aria-labelledby=\"contributions\">").nth(1).expect("a section");
    let section = section.split("</section>").next().unwrap();
    for part in ["<svg", "href=\"contributions.png\"", "canada-retaliates", "all measures"] {
        assert!(section.contains(part), "{part}");
    }
    assert!(section.contains(&format!("{mexico}")), "the exact number for the download");
    let drawing = String::from_utf8(desk.files("r")["contributions.svg"].clone()).unwrap();
    assert!(drawing.contains(&format!("{shown} %")), "the chart has the number in figures");
}

#[test]
fn the_document_has_the_rows_of_the_table_and_the_record_what_was_solved() {
    let desk = Desk::new();
    let line = "run us-25-mexico-canada --draws 2 --contributions --out r --json";
    let document: serde_json::Value = serde_json::from_str(&desk.good(line).stdout).unwrap();
    let table = desk.table("r/contributions.csv");
    let at = ["country", "variable", "measure", "stat", "value"].map(|name| table.column(name));
    let rows = document["contributions"].as_array().unwrap();
    let mut checked = 0;
    for row in &table.rows {
        let [country, variable, measure, stat, value] = at.map(|at| &row[at]);
        if (country, variable, stat) != ("MEX", "welfare", "p95") {
            continue;
        }
        let is_it = |of: &&serde_json::Value| {
            of["country"] == country && of["variable"] == variable && of["measure"] == measure
        };
        let found = rows.iter().find(is_it).unwrap();
        assert_eq!(found[stat].as_f64(), value.parse().ok(), "{found}");
        checked += 1;
    }
    assert_eq!((checked, rows.len()), (2, 2 * 81 * 22));
    let about = &document["record"]["contributions"];
    assert_eq!((about["policies"].as_u64(), about["draws_left_out"].as_u64()), (Some(4), Some(0)), "{about}");
    let unasked: serde_json::Value =
        serde_json::from_str(&desk.good("run us-25-mexico-canada --draws 0 --json").stdout).unwrap();
    assert!(unasked.get("contributions").is_none());
}

#[test]
fn a_page_is_made_again_from_the_table_and_refused_from_another() {
    let desk = Desk::new();
    desk.good("run us-25-mexico-canada --draws 2 --contributions --quiet --out r");
    let before = desk.files("r");
    std::fs::remove_file(desk.path().join("r/report.html")).unwrap();
    desk.good("report r");
    assert!(desk.files("r") == before);
    let table = String::from_utf8(before["contributions.csv"].clone()).unwrap();
    desk.write("r/contributions.csv", &table.replacen("welfare", "wellfare", 1));
    let said = desk.run("report r");
    assert_eq!(said.code, 1);
    assert!(
        said.stderr.contains("`contributions.csv` is not the file that this run wrote"),
        "{}",
        said.stderr
    );
}
