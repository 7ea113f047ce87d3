//! Coarser data, as users ask for them.

use crate::tool::{Desk, PLAIN};

const SPLIT: &str =
    "code,group,group_name\nUSA,NAM,North America\nCAN,NAM,North America\nMEX,NAM,North America\n";

/// The central value of a country's variable.
fn central(desk: &Desk, folder: &str, country: &str, variable: &str) -> f64 {
    let table = desk.table(&format!("{folder}/countries.csv"));
    let [at_country, at_variable, at_value] = ["country", "variable", "value"].map(|name| table.column(name));
    let row = table
        .of_stat("central")
        .into_iter()
        .find(|row| &row[at_country] == country && &row[at_variable] == variable)
        .unwrap_or_else(|| panic!("no {variable} of {country}"));
    row[at_value].parse().unwrap()
}

#[test]
fn a_scenario_on_coarse_data_equals_the_same_on_data_made_coarse_before() {
    let desk = Desk::new();
    desk.write("inside.toml", &format!("aggregate = [\"economies-12\", \"sectors-9\"]\n{PLAIN}"));
    desk.write("before.toml", PLAIN);
    desk.good("data aggregate world-2024 --by economies-12 sectors-9 --out coarse");
    desk.good("run inside.toml --draws 0 --out inside --quiet");
    desk.good("run before.toml --data coarse --draws 0 --out before --quiet");
    for country in ["USA", "MEX", "ROW"] {
        for variable in ["welfare", "exports", "tariff_revenue", "effective_rate_baseline"] {
            let [inside, before] =
                ["inside", "before"].map(|folder| central(&desk, folder, country, variable));
            assert!(
                (inside - before).abs() <= 1e-9 * (1.0 + before.abs()),
                "{country} {variable}: {inside} {before}"
            );
        }
    }
    let record: serde_json::Value = serde_json::from_slice(&desk.files("inside")["run.json"]).unwrap();
    let aggregation = &record["data"]["aggregation"];
    assert_eq!(aggregation["countries"], serde_json::json!([81, 12]));
    assert_eq!(aggregation["rates"], serde_json::json!([20, 8]));
    let page = desk.good("run inside.toml --draws 0").stdout;
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains("at 12 × 9") && page.contains("20 changed rates became 8"), "{page}");
    // What is written back runs, and gives the same.
    std::fs::copy(desk.path().join("inside/scenario.toml"), desk.path().join("again.toml")).unwrap();
    desk.good("run again.toml --draws 0 --out again --quiet");
    let [again, inside] = ["again", "inside"].map(|folder| central(&desk, folder, "MEX", "welfare"));
    assert_eq!(again.to_bits(), inside.to_bits());
}

#[test]
fn the_hash_binds_a_run_to_its_maps() {
    let desk = Desk::new();
    desk.write("a.toml", &format!("aggregate = {{ maps = \"map.csv\", unmapped = \"keep\" }}\n{PLAIN}"));
    let hash = |map: &str| {
        desk.write("map.csv", map);
        desk.good("run a.toml --draws 0 --out out --quiet");
        let record: serde_json::Value = serde_json::from_slice(&desk.files("out")["run.json"]).unwrap();
        (record["scenario"]["sha256"].clone(), record["data"]["sha256"].clone())
    };
    let some = "code,group\nDEU,EUR\nFRA,EUR\n";
    let (one, other) = (hash(some), hash("code,group\nDEU,EUR\nITA,EUR\n"));
    assert_ne!(one.0, other.0);
    assert_eq!(one.1, other.1, "the data are the same");
    assert_eq!(hash(some), one);
}

#[test]
fn a_measure_inside_a_group_is_named() {
    let desk = Desk::new();
    desk.write("map.csv", SPLIT);
    desk.write("a.toml", &format!("aggregate = {{ maps = \"map.csv\", unmapped = \"keep\" }}\n{PLAIN}"));
    let said = desk.good("run a.toml --draws 0");
    assert!(said.stderr.contains("`measure-1` acts only between countries of one group"), "{}", said.stderr);
}

#[test]
fn mistakes_in_maps_say_what_to_do_and_leave_nothing_behind() {
    let desk = Desk::new();
    desk.write("map.csv", SPLIT);
    desk.write("twice.csv", &format!("{SPLIT}USA,EUR,Europe\n"));
    desk.write("other.csv", "code,group\nXXX,YYY\n");
    desk.write("slip.csv", "code,group\nUSB,NAM\nUSA,NAM\n");
    desk.write("clash.csv", "code,group\nDEU,FRA\nITA,FRA\n");
    desk.write("mixed.csv", "code,group\nAUT,ALL9\nTRD,ALL9\n");
    desk.write("spaces.csv", "code,group\nUSA,North America\n");
    desk.write("empty.csv", "code,group\n");
    desk.write("full/notes.txt", "mine");
    desk.write("names.csv", &format!("{SPLIT}GBR,NAM,America\n"));
    desk.write("alike.csv", &format!("{SPLIT}DEU,EUR,north america\n"));
    desk.write("all.csv", "code,group\nDEU,all\nFRA,all\n");
    desk.write("total.csv", "code,group\nAUT,TOTAL\nOTR,TOTAL\n");
    desk.write("moved.csv", "code,group\nDEU,FRA\nITA,FRA\nFRA,EUR\n");
    desk.write("called.csv", "code,group,group_name\nDEU,EUR,france\nITA,EUR,\n");
    desk.write("usmca.csv", "code,group\nUSA,usmca\nGBR,usmca\nMEX,usmca\n");
    let cases = [
        ("--by names.csv --unmapped keep", "`NAM` is called `North America` on line 2\n --> names.csv:5:9"),
        ("--by alike.csv --unmapped keep", "`NAM` has this name too\n --> alike.csv:5:9"),
        (
            "--by all.csv --unmapped keep",
            "`all` has a meaning of its own in scenarios and results\n --> all.csv:2:5",
        ),
        (
            "--by total.csv --unmapped keep",
            "`TOTAL` has a meaning of its own in scenarios and results\n --> total.csv:2:5",
        ),
        (
            "--by moved.csv --unmapped keep",
            "`FRA` is a group of `moved.csv` and a country that is not in it\n --> moved.csv:2:5",
        ),
        ("--by called.csv --unmapped keep", "`france` is the name of a group of `called.csv` and a country"),
        (
            "--by usmca.csv --unmapped keep",
            "`USMCA` is a country group of the dataset, and this one lacks CAN and has besides GBR\n --> usmca.csv:2:5",
        ),
        ("--by economies-13", "did you mean `economies-12`?"),
        ("--by map.csv", "78 codes of the dataset are in no row of `map.csv`: AGO, ARE"),
        ("--by twice.csv --unmapped keep", "twice.csv:5"),
        ("--by other.csv", "no code of `other.csv` is a country or a sector"),
        ("--by economies-12 economies-45", "second map of countries"),
        ("--by clash.csv --unmapped keep", "`FRA` is a group of `clash.csv` and a country that is not in it"),
        ("--by mixed.csv --unmapped keep", "`ALL9` mixes goods and services"),
        ("--by spaces.csv --unmapped keep", "has spaces in it"),
        ("--by empty.csv", "no code of `empty.csv`"),
    ];
    for (flags, words) in cases {
        let said = desk.run(&format!("data aggregate world-2024 {flags} --out new"));
        assert_eq!(said.code, 1, "{flags}");
        assert!(said.stderr.contains(words), "{flags}: {}", said.stderr);
        assert!(!desk.names().contains(&"new".to_owned()));
    }
    let said = desk.run("data aggregate world-2024 --by economies-12 --out full");
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("not an empty folder"), "{}", said.stderr);
    let said = desk.good("data aggregate world-2024 --by slip.csv --unmapped keep --out slip");
    assert!(said.stderr.contains("`slip.csv` maps `USB`, which is no country"), "{}", said.stderr);
    assert!(said.stdout.contains("81 economies"), "{}", said.stdout);
}

#[test]
fn a_name_that_the_reader_would_refuse_is_refused_before_anything_is_written() {
    let desk = Desk::new();
    let aggregate = |name: &str| {
        desk.run_words(&[
            "data",
            "aggregate",
            "world-2024",
            "--by",
            "economies-12",
            "--name",
            name,
            "--out",
            "new",
        ])
    };
    for (name, words) in
        [("", "is empty"), (" \t", "is empty"), ("a\nb", "line ends"), ("a\u{1b}[2Jb", "control")]
    {
        let said = aggregate(name);
        assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{name:?}: {}", said.stderr);
        assert!(said.stderr.contains(words) && said.stderr.contains("--name my-data"), "{}", said.stderr);
        assert_eq!(desk.names(), Vec::<String>::new());
    }
    assert_eq!(aggregate(" my \"data\" ").code, 0);
    assert!(desk.good("data check new").stdout.starts_with("my \"data\": "));
}

#[test]
fn groups_are_named_once_and_may_be_the_country_groups_of_the_data() {
    let desk = Desk::new();
    let map = "code,group,group_name\nUSA,USMCA,\nCAN,USMCA,The three\nMEX,USMCA,The three\nHKG,CHN,China\nCHN,CHN,\n";
    desk.write("map.csv", map);
    let said = desk.good("data aggregate world-2024 --by map.csv --unmapped keep --out new");
    assert!(said.stderr.is_empty(), "{}", said.stderr);
    let countries = desk.table("new/countries.csv");
    let rows: Vec<(&str, &str)> = countries.rows.iter().take(2).map(|row| (&row[0], &row[1])).collect();
    assert_eq!(rows, [("USMCA", "The three"), ("CHN", "China")]);
}
