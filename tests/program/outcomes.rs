//! Scenarios in which it is not known what will happen, from the command to the files.

use std::collections::{BTreeMap, BTreeSet};

use crate::tool::Desk;

const MEASURES: &str = "[[measure]]\nname = \"always\"\nby = \"USA\"\non = \"CHN\"\nadd = \"10pp\"\n\
    [[measure]]\nname = \"tariff\"\nby = \"USA\"\non = [\"MEX\", \"CAN\"]\nadd = \"25pp\"\nexempt_share = \"usmca-2024\"\n\
    [[response]]\nname = \"answer\"\nby = \"CAN\"\nto = \"tariff\"\nmode = \"equal-trade\"\nshare = \"20%\"\n";
const OUTCOMES: &str = "[[outcome]]\nname = \"war\"\nprobability = \"45.5%\"\nmeasures = [\"tariff\", \"answer\"]\n\
    [[outcome]]\nname = \"peace\"\nprobability = \"40%\"\n\
    [[outcome]]\nname = \"half\"\nprobability = \"14.5%\"\nmeasures = [\"tariff\"]\n";

/// The numbers of a table by everything but the outcome.
fn numbers(desk: &Desk, file: &str) -> BTreeMap<Vec<String>, BTreeMap<String, f64>> {
    let table = desk.table(file);
    let mut numbers: BTreeMap<Vec<String>, BTreeMap<String, f64>> = BTreeMap::new();
    let at = |name: &str| table.header.iter().position(|column| column == name).unwrap();
    for row in &table.rows {
        let cells = table
            .header
            .iter()
            .zip(row)
            .filter(|(column, _)| !["outcome", "value"].contains(&column.as_str()));
        let key = cells.map(|(column, value)| format!("{column}={value}")).collect::<BTreeSet<_>>();
        let value = row[at("value")].parse().unwrap();
        numbers.entry(key.into_iter().collect()).or_default().insert(row[at("outcome")].to_owned(), value);
    }
    numbers
}

fn file_of(desk: &Desk, folder: &str, name: &str) -> String {
    String::from_utf8(desk.files(folder)[name].clone()).unwrap()
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-12 * (1.0 + one.abs())
}

#[test]
fn the_laws_of_total_expectation_and_variance_hold_in_every_table() {
    let desk = Desk::new();
    desk.write("s.toml", &format!("{MEASURES}{OUTCOMES}"));
    desk.good("run s.toml --draws 40 --quiet --out r");
    let weights = BTreeMap::from([("war", 0.455), ("peace", 0.40), ("half", 0.145)]);
    for file in ["r/countries.csv", "r/sectors.csv", "r/flows.csv"] {
        let numbers = numbers(&desk, file);
        let mut checked = 0;
        for (key, by) in &numbers {
            let is = |stat: &str| key.contains(&format!("stat={stat}"));
            let weighted = |of: &dyn Fn(&str) -> f64| -> f64 {
                weights.iter().map(|(name, weight)| weight * of(name)).sum()
            };
            if by.len() < 4 {
                // A number that has no value in some outcome has none over all.
                assert!(!by.contains_key("all"), "{file} {key:?}");
                continue;
            }
            if is("mean") || is("central") || is("p_negative") {
                assert!(close(by["all"], weighted(&|name| by[name])), "{file} {key:?} {by:?}");
                checked += 1;
            } else if is("sd") {
                let means: Vec<String> =
                    key.iter().map(|part| part.replace("stat=sd", "stat=mean")).collect();
                let mean = &numbers[&means];
                let variance = weighted(&|name| by[name].powi(2) + (mean[name] - mean["all"]).powi(2));
                assert!((by["all"].powi(2) - variance).abs() <= 1e-9 * (1.0 + variance), "{file} {key:?}");
            } else if is("p50") {
                let of = |stat: &str, name: &str| {
                    let key: Vec<String> =
                        key.iter().map(|part| part.replace("stat=p50", &format!("stat={stat}"))).collect();
                    numbers[&key][name]
                };
                let low = weights.keys().map(|name| of("p25", name)).fold(f64::INFINITY, f64::min);
                let high = weights.keys().map(|name| of("p75", name)).fold(f64::NEG_INFINITY, f64::max);
                assert!((low..=high).contains(&by["all"]), "{file} {key:?} {by:?}");
            }
        }
        assert!(checked > 1000, "{file}: {checked}");
    }
}

#[test]
fn an_outcome_is_to_the_bit_the_scenario_with_its_measures() {
    let desk = Desk::new();
    desk.write("s.toml", &format!("{MEASURES}{OUTCOMES}"));
    desk.write("war.toml", MEASURES);
    desk.good("run s.toml --draws 30 --quiet --out r");
    desk.good("run war.toml --draws 30 --quiet --out w");
    let (all, war) = (numbers(&desk, "r/countries.csv"), numbers(&desk, "w/countries.csv"));
    let mut checked = 0;
    for (key, by) in &war {
        let key: Vec<String> = key.iter().map(|part| part.replace("scenario=war", "scenario=s")).collect();
        assert_eq!(all[&key]["war"].to_bits(), by["all"].to_bits(), "{key:?}");
        checked += 1;
    }
    assert!(checked > 10_000);
}

#[test]
fn one_outcome_at_certainty_is_the_plain_scenario_byte_for_byte() {
    let desk = Desk::new();
    let certain = "[[outcome]]\nname = \"sure\"\nprobability = \"100%\"\nmeasures = [\"tariff\"]\n";
    for (folder, text) in [("plain", MEASURES.to_owned()), ("sure", format!("{MEASURES}{certain}"))] {
        desk.write(&format!("{folder}/s.toml"), &text);
        desk.good(&format!("run {folder}/s.toml --draws 20 --quiet --out {folder}-r"));
    }
    for file in ["countries.csv", "sectors.csv", "flows.csv", "rates.csv", "prices.svg", "countries.svg"] {
        assert!(file_of(&desk, "plain-r", file) == file_of(&desk, "sure-r", file), "{file}");
    }
    // So is a measure that is certain to come.
    let sure = MEASURES.replacen("name = \"tariff\"", "name = \"tariff\"\nprobability = \"100%\"", 1);
    desk.write("m/s.toml", &sure);
    desk.good("run m/s.toml --draws 20 --quiet --out m-r");
    assert!(file_of(&desk, "plain-r", "countries.csv") == file_of(&desk, "m-r", "countries.csv"));
}

#[test]
fn outcomes_do_not_depend_on_threads_and_can_be_run_again() {
    let desk = Desk::new();
    desk.write("s.toml", &format!("title = \"T\"\n{MEASURES}{OUTCOMES}"));
    desk.good("run s.toml --draws 20 --quiet --threads 1 --out one");
    desk.good("run s.toml --draws 20 --quiet --threads 3 --out three");
    for file in ["countries.csv", "flows.csv", "rates.csv", "run.json", "report.html"] {
        assert!(file_of(&desk, "one", file) == file_of(&desk, "three", file), "{file}");
    }
    desk.write("again/s.toml", &file_of(&desk, "one", "scenario.toml"));
    desk.good("run again/s.toml --quiet --out two");
    assert!(file_of(&desk, "one", "countries.csv") == file_of(&desk, "two", "countries.csv"));
    assert!(file_of(&desk, "one", "scenario.toml") == file_of(&desk, "two", "scenario.toml"));
    // Splitting an outcome into two that are the same moves no number.
    let halves = "[[outcome]]\nname = \"a\"\nprobability = \"30%\"\n[[outcome]]\nname = \"b\"\nprobability = \"30%\"\n\
                  [[outcome]]\nname = \"c\"\nprobability = \"40%\"\nmeasures = [\"tariff\"]\n";
    let whole = "[[outcome]]\nname = \"ab\"\nprobability = \"60%\"\n\
                 [[outcome]]\nname = \"c\"\nprobability = \"40%\"\nmeasures = [\"tariff\"]\n";
    for (folder, outcomes) in [("split", halves), ("whole", whole)] {
        desk.write(&format!("{folder}/s.toml"), &format!("{MEASURES}{outcomes}"));
        desk.good(&format!("run {folder}/s.toml --draws 25 --quiet --out {folder}-r"));
    }
    let (split, whole) = (numbers(&desk, "split-r/countries.csv"), numbers(&desk, "whole-r/countries.csv"));
    for (key, by) in &whole {
        let (one, other) = (by["all"], split[key]["all"]);
        assert!((one - other).abs() <= 1e-9 * (1.0 + one.abs()), "{key:?} {one} {other}");
    }
}

#[test]
fn independent_probabilities_make_an_outcome_for_each_combination() {
    let desk = Desk::new();
    let text = "[[measure]]\nname = \"a\"\nby = \"USA\"\non = \"CHN\"\nadd = \"10pp\"\nprobability = \"60%\"\n\
                [[measure]]\nname = \"b\"\nby = \"CHN\"\non = \"USA\"\nadd = \"10pp\"\nprobability = \"25%\"\n";
    desk.write("s.toml", text);
    desk.good("run s.toml --draws 0 --quiet --out r");
    let record: serde_json::Value = serde_json::from_str(&file_of(&desk, "r", "run.json")).unwrap();
    let outcomes: Vec<(String, String)> = record["outcomes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|outcome| {
            let text = |key: &str| outcome[key].as_str().unwrap().to_owned();
            (text("name"), text("probability"))
        })
        .collect();
    let expected = [("a + b", "15%"), ("a", "45%"), ("b", "10%"), ("none of them", "30%")];
    assert_eq!(outcomes, expected.map(|(name, probability)| (name.to_owned(), probability.to_owned())));
    let page = desk.good("run s.toml --draws 0").stdout;
    assert!(page.contains("Welfare by outcome") && page.contains("a + b (15%)"), "{page}");
    // Nothing at all is exactly nothing.
    let zero = numbers(&desk, "r/countries.csv");
    let welfare = zero.iter().filter(|(key, _)| key.contains(&"variable=welfare".to_owned()));
    assert!(welfare.clone().count() > 80 && welfare.clone().all(|(_, by)| by["none of them"] == 0.0));
}
