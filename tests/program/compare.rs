//! Scenarios side by side, on the same draws.

use std::collections::BTreeMap;

use crate::tool::{Desk, Table};

const ONE: &str = "title = \"One\"\naggregate = \"economies-12\"\n[[measure]]\nname = \"tariff\"\nby = \"USA\"\n\
    on = [\"MEX\", \"CAN\"]\nadd = \"25pp\"\n";
const ANSWER: &str = "[[measure]]\nby = \"CAN\"\non = \"USA\"\nadd = \"10pp\"\nexempt_share = \"40%\"\n";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("one.toml", ONE);
    desk.write("two.toml", &format!("{}{ANSWER}", ONE.replace("One", "Two")));
    desk
}

/// A row by everything but its value.
fn numbers(table: &Table, left_out: &[&str]) -> BTreeMap<Vec<String>, f64> {
    let value = table.column("value");
    let key = |row: &csv::StringRecord| {
        let cells = table.header.iter().zip(row).filter(|(name, _)| !left_out.contains(&name.as_str()));
        cells.filter(|(name, _)| *name != "value").map(|(_, cell)| cell.to_owned()).collect()
    };
    table.rows.iter().map(|row| (key(row), row[value].parse().unwrap())).collect()
}

/// The rows of one statistic of a table of countries, by country and variable.
fn of_stat(table: &Table, stat: &str) -> BTreeMap<[String; 2], f64> {
    let [country, variable, value] = ["country", "variable", "value"].map(|name| table.column(name));
    let rows = table.of_stat(stat).into_iter();
    rows.map(|row| ([row[country].to_owned(), row[variable].to_owned()], row[value].parse().unwrap()))
        .collect()
}

#[test]
fn the_same_scenario_twice_differs_by_exactly_nothing() {
    let desk = desk();
    desk.write("copy/one.toml", &ONE.replace("tariff\"", "duty\""));
    let said = desk.good("compare one.toml copy/one.toml --draws 30 --out r");
    let table = desk.table("r/compare.csv");
    assert_eq!(table.header, ["first", "second", "outcome", "country", "variable", "unit", "stat", "value"]);
    assert_eq!((table.values("first"), table.values("second")), (vec!["one"], vec!["one (2)"]));
    assert_eq!(table.rows.len(), 12 * 23 * 11);
    let value = table.column("value");
    for row in &table.rows {
        assert_eq!(&row[value], "0", "{row:?}");
    }
    assert!(said.stdout.contains("B gives exactly the results of A"), "{}", said.stdout);
    let record: serde_json::Value = serde_json::from_slice(&desk.files("r")["run.json"]).unwrap();
    assert_eq!(record["pairs"][0]["same"], true);
    let said = desk.good("compare one.toml two.toml --draws 30 --out r");
    assert!(!said.stdout.contains("exactly the results"), "{}", said.stdout);
    let record: serde_json::Value = serde_json::from_slice(&desk.files("r")["run.json"]).unwrap();
    assert_eq!(record["pairs"][0]["same"], false);
    let welfare = of_stat(&desk.table("r/compare.csv"), "central");
    assert!(welfare[&["USA".to_owned(), "welfare".to_owned()]] < -0.01);
}

/// With one draw the mean is that draw; with two the second follows from the first.
fn draws_by_runs(desk: &Desk, scenario: &str) -> [BTreeMap<[String; 2], f64>; 2] {
    let [one, both] = [1, 2].map(|draws| {
        desk.good(&format!("run {scenario} --draws {draws} --seed 5 --quiet --out run"));
        of_stat(&desk.table("run/countries.csv"), "mean")
    });
    let second = both.iter().map(|(key, mean)| (key.clone(), 2.0 * mean - one[key])).collect();
    [one, second]
}

#[test]
fn a_difference_is_that_of_the_same_draws_of_single_runs() {
    let desk = desk();
    let [first, second] = ["one.toml", "two.toml"].map(|scenario| draws_by_runs(&desk, scenario));
    desk.good("compare one.toml two.toml --draws 2 --seed 5 --quiet --out r");
    let table = desk.table("r/compare.csv");
    let [mean, sd, above, below] =
        ["mean", "sd", "p_positive", "p_negative"].map(|stat| of_stat(&table, stat));
    let mut checked = 0;
    for (key, mean) in &mean {
        let draws = [0, 1].map(|draw| second[draw][key] - first[draw][key]);
        let size = first[0][key].abs() + second[0][key].abs();
        let close = |one: f64, other: f64| (one - other).abs() <= 1e-9 * size + 1e-12;
        assert!(close(*mean, f64::midpoint(draws[0], draws[1])), "{key:?}: {mean} {draws:?}");
        assert!(
            close(sd[key], (draws[0] - draws[1]).abs() / 2.0_f64.sqrt()),
            "{key:?}: {} {draws:?}",
            sd[key]
        );
        if draws.iter().all(|draw| draw.abs() > 1e-9 * size) {
            let positive = draws.iter().filter(|draw| **draw > 0.0).count() as f64 / 2.0;
            assert!((above[key] - positive).abs() + (below[key] - 1.0 + positive).abs() < 1e-12, "{key:?}");
            checked += 1;
        }
    }
    assert!(checked > 150, "{checked}");
}

#[test]
fn each_scenario_has_the_numbers_of_its_own_run_to_the_bit() {
    let desk = desk();
    desk.good("compare one.toml two.toml --draws 30 --quiet --out r");
    let compared = std::fs::read_to_string(desk.path().join("r/countries.csv")).unwrap();
    for name in ["one", "two"] {
        desk.good(&format!("run {name}.toml --draws 30 --quiet --out run"));
        let alone = std::fs::read_to_string(desk.path().join("run/countries.csv")).unwrap();
        let of: Vec<&str> = compared.lines().filter(|line| line.starts_with(&format!("{name},"))).collect();
        assert_eq!(of, alone.lines().skip(1).collect::<Vec<_>>());
    }
    // The scenarios in the folder are those that were compared.
    desk.write("again.toml", &String::from_utf8(desk.files("r")["scenario-2.toml"].clone()).unwrap());
    desk.good("run again.toml --draws 30 --quiet --out again");
    let again = std::fs::read_to_string(desk.path().join("again/countries.csv")).unwrap();
    let run = std::fs::read_to_string(desk.path().join("run/countries.csv")).unwrap();
    assert!(again.replace("again,all", "two,all") == run);
}

#[test]
fn the_other_way_round_differences_have_the_other_sign() {
    let desk = desk();
    desk.good("compare one.toml two.toml --draws 30 --quiet --out r");
    desk.good("compare two.toml one.toml --draws 30 --quiet --out back");
    let [there, back] = ["r", "back"]
        .map(|folder| numbers(&desk.table(&format!("{folder}/compare.csv")), &["first", "second"]));
    assert_eq!(there.len(), back.len());
    for (key, value) in &there {
        let mut other = key.clone();
        let stat = other.last_mut().unwrap();
        let (mirror, sign) = match stat.as_str() {
            "p_positive" => ("p_negative", 1.0),
            "p_negative" => ("p_positive", 1.0),
            "p05" => ("p95", -1.0),
            "p95" => ("p05", -1.0),
            "p25" => ("p75", -1.0),
            "p75" => ("p25", -1.0),
            "sd" | "mc_error" => (key.last().unwrap().as_str(), 1.0),
            same => (same, -1.0),
        };
        *stat = mirror.to_owned();
        assert!(
            (value - sign * back[&other]).abs() < 1e-9 * (1.0 + value.abs()),
            "{key:?} {value} {other:?}"
        );
    }
}

#[test]
fn an_assumption_is_compared_across_its_values_each_from_its_own_baseline() {
    let desk = desk();
    let said =
        desk.good("compare one.toml --across model.deficits=fixed,balanced,proportional --draws 20 --out r");
    for words in
        ["balanced − fixed", "proportional higher", "· model.deficits=balanced", "deficits proportional"]
    {
        assert!(said.stdout.contains(words), "{words}: {}", said.stdout);
    }
    let compared = std::fs::read_to_string(desk.path().join("r/countries.csv")).unwrap();
    for value in ["fixed", "balanced", "proportional"] {
        desk.good(&format!("run one.toml --set model.deficits={value} --draws 20 --quiet --out run"));
        let alone = std::fs::read_to_string(desk.path().join("run/countries.csv")).unwrap();
        let lead = format!("model.deficits={value},");
        let of: Vec<&str> = compared.lines().filter_map(|line| line.strip_prefix(&lead)).collect();
        let alone: Vec<&str> = alone.lines().filter_map(|line| line.strip_prefix("one,")).collect();
        assert_eq!(of, alone, "{value}");
    }
    let table = desk.table("r/compare.csv");
    assert_eq!(table.values("second"), ["model.deficits=balanced", "model.deficits=proportional"]);
    let chart = std::fs::read_to_string(desk.path().join("r/compare.svg")).unwrap();
    assert!(chart.contains("balanced − fixed") && chart.contains("difference in percentage points"));
    // Several keys, one at a time.
    let said = desk.good(
        "compare one.toml --across model.structure=armington,{scale=0.3} --across model.inputs=true,false --draws 0 \
         --out r",
    );
    let first = "model.structure=armington model.inputs=true";
    let table = desk.table("r/compare.csv");
    assert_eq!(table.values("first"), [first]);
    assert_eq!(table.values("second"), ["model.structure={scale=0.3}", "model.inputs=false"]);
    for words in ["scale 0.3", "no inputs"] {
        assert_eq!(said.stdout.matches(words).count(), 1, "{words}: {}", said.stdout);
    }
    // Scenarios times values, and a range.
    desk.good(
        "compare one.toml two.toml --across measure.tariff.add=10pp..20pp/10pp --draws 0 --quiet --out r",
    );
    let seconds =
        ["one measure.tariff.add=20pp", "two measure.tariff.add=10pp", "two measure.tariff.add=20pp"];
    assert_eq!(desk.table("r/compare.csv").values("second"), seconds);
    assert_eq!(desk.table("r/compare.csv").values("stat"), ["central"]);
}

#[test]
fn outcomes_are_compared_by_what_is_expected_and_by_name() {
    let desk = desk();
    let outcomes = "[[outcome]]\nname = \"war\"\nprobability = \"25%\"\nmeasures = [\"tariff\"]\n\
        [[outcome]]\nname = \"peace\"\nprobability = \"75%\"\n";
    desk.write("open.toml", &format!("{ONE}{outcomes}"));
    let said = desk.good("compare one.toml open.toml --draws 20 --out r");
    assert!(said.stdout.contains("does not cover which outcome comes"), "{}", said.stdout);
    let table = desk.table("r/compare.csv");
    assert_eq!(table.values("outcome"), ["all", "war", "peace"]);
    let of = |stat: &str, outcome: &str, variable: &str, country: &str| -> f64 {
        let columns = ["stat", "outcome", "variable", "country"].map(|name| table.column(name));
        let wanted = [stat, outcome, variable, country];
        let is_it = |row: &&csv::StringRecord| columns.iter().zip(wanted).all(|(&at, word)| &row[at] == word);
        table.rows.iter().find(is_it).unwrap()[table.column("value")].parse().unwrap()
    };
    for stat in ["central", "mean", "p05", "p95", "sd"] {
        // In war both are the same; in peace nothing is left of it.
        assert_eq!(of(stat, "war", "welfare", "MEX").to_bits(), 0, "{stat}");
    }
    for stat in ["central", "mean"] {
        let [all, peace] = ["all", "peace"].map(|outcome| of(stat, outcome, "welfare", "MEX"));
        assert!(peace > 0.1 && (all - 0.75 * peace).abs() < 1e-9, "{stat}: {all} {peace}");
    }
    // Parameters alone move the expectation, so its spread is three quarters of that of peace.
    let [all, peace] = ["all", "peace"].map(|outcome| of("sd", outcome, "welfare", "MEX"));
    assert!((all - 0.75 * peace).abs() < 1e-9 && all > 0.0);
}

#[test]
fn a_comparison_is_the_same_on_any_number_of_threads() {
    let desk = desk();
    for threads in [1, 2] {
        let line = format!("compare one.toml two.toml --draws 40 --threads {threads}");
        desk.good(&format!("{line} --quiet --out {threads}"));
        let json = desk.good(&format!("{line} --json")).stdout;
        desk.write(&format!("{threads}.json"), &json);
    }
    let [one, two] = [1, 2].map(|threads| desk.files(&threads.to_string()));
    let names = ["compare.csv", "compare.png", "compare.svg", "countries.csv", "run.json", "scenario-1.toml"];
    assert_eq!(one.keys().collect::<Vec<_>>()[..6], names);
    assert!(one == two);
    let text = |file: &str| std::fs::read_to_string(desk.path().join(file)).unwrap();
    assert_eq!(text("1.json"), text("2.json"));
    assert!(tariffsim::report::record::is_unchanged(&text("1/run.json")));
    for (name, bytes) in &one {
        let shown = String::from_utf8_lossy(bytes);
        assert!(!shown.contains("desk-of-somebody") && !shown.contains("NaN"), "{name}");
    }
    // The document holds what the table holds.
    let document: serde_json::Value = serde_json::from_str(&text("1.json")).unwrap();
    let row = &document["differences"][0];
    let table = desk.table("1/compare.csv");
    assert_eq!(
        row["central"].as_f64().map(f64::to_bits),
        table.rows[0][table.column("value")].parse().ok().map(f64::to_bits)
    );
    assert!(row["p_positive"].is_number() && row["unit"] == "pp");
    assert_eq!(document["record"]["scenarios"][1]["file"], "scenario-2.toml");
}

#[test]
fn variables_can_be_chosen() {
    let desk = desk();
    let said =
        desk.good("compare one.toml two.toml --draws 8 --variable tariff_revenue --variable effective_rate");
    assert!(said.stdout.contains("Tariff revenue: change in USD"), "{}", said.stdout);
    assert!(
        said.stdout.contains("Effective rate: per cent; differences in percentage points"),
        "{}",
        said.stdout
    );
    assert!(!said.stdout.contains("Welfare (real income):"), "{}", said.stdout);
}

#[test]
fn mistakes_are_told_and_nothing_is_written() {
    let desk = desk();
    desk.write("other.toml", crate::tool::PLAIN);
    desk.write("broken.toml", "[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"25\"\n");
    desk.write("notes/diary.txt", "mine");
    let refused = |line: &str, words: &[&str]| {
        let said = desk.run(&format!("{line} --draws 0 --out r"));
        assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{line}: {}", said.stderr);
        words.iter().for_each(|words| assert!(said.stderr.contains(words), "{line}: {}", said.stderr));
        assert!(!desk.names().contains(&"r".to_owned()), "{line} writes");
    };
    refused("compare one.toml", &["nothing to compare", "--across"]);
    refused("compare one.toml other.toml", &["other data", "81 × 29", "12 × 29", "--set aggregate=MAP"]);
    refused("compare one.toml nowhere.toml", &["no scenario file and no prepared scenario `nowhere.toml`"]);
    refused("compare one.toml broken.toml", &["broken.toml:4", "no unit"]);
    refused(
        "compare one.toml two.toml --set measure.measure-2.add=1pp",
        &["there is no measure `measure-2` (in `one`)", "--set measure.measure-2.add=1pp"],
    );
    let said = desk.run("compare one.toml two.toml --set model.defcits=fixed --draws 0");
    assert_eq!(said.stderr.matches("unknown key `defcits`").count(), 1, "{}", said.stderr);
    refused("compare one.toml --across model.deficits=fixed", &["one value", "--set"]);
    refused(
        "compare one.toml --across model.deficits=fixed,balancd",
        &["--across model.deficits=balancd", "did you mean"],
    );
    refused("compare one.toml --across model.deficits", &["which key takes which values"]);
    refused("compare one.toml --across measure.tariff.add=0pp..50pp", &["no step"]);
    refused("compare one.toml --across measure.tariff.add=0pp..50pp/1pp", &["51 scenarios", "at most 10"]);
    refused("compare one.toml --across uncertainty.seed=1,2", &["the same for all", "--seed"]);
    refused("compare one.toml two.toml --variable welfar", &["--variable welfar", "did you mean `welfare`"]);
    let said = desk.run("compare one.toml two.toml --draws 0 --out notes");
    assert!(said.code == 1 && said.stderr.contains("holds no result of this program"), "{}", said.stderr);
    assert_eq!(desk.names().len(), 5);
    // Without an equilibrium it is said in which scenario.
    let said = desk.run("compare one.toml --across measure.tariff.add=10pp,-90pp --draws 0");
    if said.code == 3 {
        assert!(said.stderr.contains("(in `measure.tariff.add=-90pp`)"), "{}", said.stderr);
    }
}

#[test]
fn draws_and_seed_are_common_and_those_of_the_first() {
    let desk = desk();
    desk.write("seven.toml", &format!("{ONE}[uncertainty]\ndraws = 7\nseed = 3\n"));
    let said = desk.good("compare seven.toml one.toml");
    assert!(
        said.stderr.contains("asks for other draws, another seed or another sampler than `seven`"),
        "{}",
        said.stderr
    );
    assert!(said.stdout.contains("7 draws, seed 3"), "{}", said.stdout);
    let said = desk.good("compare seven.toml one.toml --draws 8 --seed 3");
    assert_eq!(said.stderr, "");
}

#[test]
fn a_comparison_can_be_replaced_and_has_no_page() {
    let desk = desk();
    desk.good("compare one.toml two.toml --draws 0 --quiet --out r");
    let said = desk.run("report r");
    assert!(said.code == 1 && said.stderr.contains("a comparison, which has no page"), "{}", said.stderr);
    desk.good("run one.toml --draws 0 --quiet --out r");
    assert!(!desk.files("r").contains_key("compare.csv"));
}
