//! A scenario at many values of a key.

use crate::tool::Desk;

const SCENARIO: &str = "title = \"A tariff\"\naggregate = \"economies-12\"\n[[measure]]\nname = \"tariff\"\n\
    by = \"USA\"\non = [\"MEX\", \"CAN\"]\nadd = \"25pp\"\n";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("s.toml", SCENARIO);
    desk
}

fn text(desk: &Desk, file: &str) -> String {
    std::fs::read_to_string(desk.path().join(file)).unwrap()
}

#[test]
fn each_point_is_the_run_with_that_value_to_the_bit() {
    let desk = desk();
    let said = desk.good("sweep s.toml measure.tariff.add=0pp..30pp --step 15pp --draws 20 --seed 3 --out r");
    assert_eq!(said.stderr, "");
    let table = desk.table("r/sweep.csv");
    assert_eq!(
        table.header,
        ["measure.tariff.add", "scenario", "outcome", "country", "variable", "unit", "stat", "value"]
    );
    assert_eq!(table.values("measure.tariff.add"), ["0pp", "15pp", "30pp"]);
    let swept = text(&desk, "r/sweep.csv");
    for value in ["0pp", "15pp", "30pp"] {
        let set = format!("--set measure.tariff.add={value}");
        desk.good(&format!("run s.toml {set} --draws 20 --seed 3 --quiet --out run"));
        let alone = text(&desk, "run/countries.csv");
        let of: Vec<&str> =
            swept.lines().filter_map(|line| line.strip_prefix(&format!("{value},"))).collect();
        assert_eq!(of, alone.lines().skip(1).collect::<Vec<_>>(), "{value}");
    }
    assert!(said.stdout.contains("taken through measure.tariff.add = 0pp, 15pp, 30pp"), "{}", said.stdout);
}

#[test]
fn at_no_change_all_is_exactly_zero() {
    let desk = desk();
    desk.good("sweep s.toml measure.tariff.add=-10pp..10pp/10pp --draws 20 --quiet --out r");
    let table = desk.table("r/sweep.csv");
    let [at, variable, value] = ["measure.tariff.add", "variable", "value"].map(|name| table.column(name));
    let is_effect = |row: &&csv::StringRecord| !row[variable].starts_with("effective_rate");
    let of =
        |point: &str| table.rows.iter().filter(|row| &row[at] == point).filter(is_effect).collect::<Vec<_>>();
    assert!(of("0pp").len() > 1000);
    for row in of("0pp") {
        assert_eq!(&row[value], "0", "{row:?}");
    }
    for point in ["-10pp", "10pp"] {
        assert!(of(point).iter().filter(|row| &row[value] != "0").count() > 500, "{point}");
    }
}

#[test]
fn two_keys_make_a_grid_with_the_second_varying_fastest() {
    let desk = desk();
    let said = desk.good(
        "sweep s.toml measure.tariff.add=10pp,20pp model.deficits=fixed,balanced,proportional --draws 0 --out r",
    );
    let table = desk.table("r/sweep.csv");
    assert_eq!(table.header[..3], ["measure.tariff.add", "model.deficits", "scenario"]);
    let mut points: Vec<(String, String)> =
        table.rows.iter().map(|row| (row[0].to_owned(), row[1].to_owned())).collect();
    points.dedup();
    let expected = ["10pp", "20pp"].map(|add| {
        ["fixed", "balanced", "proportional"].map(|deficits| (add.to_owned(), deficits.to_owned()))
    });
    assert_eq!(points, expected.concat());
    desk.good(
        "run s.toml --set measure.tariff.add=20pp --set model.deficits=balanced --draws 0 --quiet --out run",
    );
    let lead = "20pp,balanced,";
    let swept = text(&desk, "r/sweep.csv");
    let of: Vec<&str> = swept.lines().filter_map(|line| line.strip_prefix(lead)).collect();
    assert_eq!(of, text(&desk, "run/countries.csv").lines().skip(1).collect::<Vec<_>>());
    for words in ["Welfare (real income), Mexico", "Down: measure.tariff.add; across: model.deficits."] {
        assert!(said.stdout.contains(words), "{words}: {}", said.stdout);
    }
    let chart = text(&desk, "r/sweep.svg");
    assert!(
        chart.contains("down: measure.tariff.add; across: model.deficits") && chart.contains("proportional")
    );
}

#[test]
fn a_sweep_is_the_same_on_any_number_of_threads() {
    let desk = desk();
    for (name, line) in [
        ("few", "sweep s.toml measure.tariff.add=0pp..40pp/10pp --draws 20"),
        ("none", "sweep s.toml measure.tariff.add=0pp..40pp/10pp --draws 0"),
    ] {
        for threads in [1, 2] {
            desk.good(&format!("{line} --threads {threads} --quiet --out {name}-{threads}"));
        }
        let [one, two] = [1, 2].map(|threads| desk.files(&format!("{name}-{threads}")));
        let names = ["run.json", "scenario.toml", "sweep.csv", "sweep.png", "sweep.svg"];
        assert_eq!(one.keys().collect::<Vec<_>>(), names);
        assert!(one == two, "{name}");
        for (file, bytes) in &one {
            let shown = String::from_utf8_lossy(bytes);
            assert!(!shown.contains("desk-of-somebody") && !shown.contains("NaN"), "{file}");
        }
    }
    assert!(tariffsim::report::record::is_unchanged(&text(&desk, "few-1/run.json")));
    let line = "sweep s.toml measure.tariff.add=0pp..20pp/10pp --draws 5 --json --threads";
    let [one, two] = [1, 2].map(|threads| desk.good(&format!("{line} {threads}")).stdout);
    assert_eq!(one, two);
    let document: serde_json::Value = serde_json::from_str(&one).unwrap();
    assert_eq!(document["countries"][0]["at"][0], "0pp");
    assert_eq!(document["record"]["points"].as_array().unwrap().len(), 3);
    assert_eq!(document["record"]["keys"][0]["values"][2], "20pp");
}

#[test]
fn a_point_without_a_solution_is_named_with_the_reason() {
    let desk = desk();
    // Trade that costs nothing is no economy; a border that is as good as closed to a fixed deficit is none either.
    desk.write(
        "all.toml",
        "aggregate = \"economies-12\"\n[[measure]]\nname = \"subsidy\"\nby = \"all\"\non = \"all\"\nset = \"0%\"\n",
    );
    let said = desk.good("sweep all.toml measure.subsidy.set=0%,-60% --draws 0 --out r");
    assert!(said.stderr.contains("1 of 2 points have no solution; at -60%"), "{}", said.stderr);
    assert!(said.stdout.contains("at -60%: no equilibrium"), "{}", said.stdout);
    assert_eq!(desk.table("r/sweep.csv").values("measure.subsidy.set"), ["0%"]);
    let record: serde_json::Value = serde_json::from_str(&text(&desk, "r/run.json")).unwrap();
    assert!(record["points"][1]["no_solution"].as_str().unwrap().contains("no equilibrium"));
    assert!(record["points"][1].get("solution").is_none() && record["points"][0].get("solution").is_some());
    assert!(text(&desk, "r/sweep.svg").contains("1 point has no solution"));
    let said = desk.run("sweep all.toml measure.subsidy.set=-60%,-70% --draws 0 --out none");
    assert_eq!((said.code, said.stdout.as_str()), (3, ""));
    assert!(said.stderr.contains("no point has a solution") && !desk.names().contains(&"none".to_owned()));
}

#[test]
fn mistakes_are_told_and_nothing_is_written() {
    let desk = desk();
    desk.write("notes/diary.txt", "mine");
    let refused = |words: &[&str], expected: &[&str]| {
        let line: Vec<&str> = [&["sweep", "s.toml"], words, &["--draws", "0", "--out", "r"]].concat();
        let said = desk.run_words(&line);
        assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{line:?}: {}", said.stderr);
        expected.iter().for_each(|words| assert!(said.stderr.contains(words), "{line:?}: {}", said.stderr));
        assert!(!desk.names().contains(&"r".to_owned()), "{line:?} writes");
    };
    let add = "measure.tariff.add=0pp..50pp";
    refused(&[add], &["this range has no step", "^^^^^^^^^"]);
    refused(&["measure.tariff.add=0pp..50pp/-5pp"], &["leads away", "a step above zero"]);
    refused(&[add, "--step", "-5pp"], &["--step -5pp", "leads away"]);
    refused(&["measure.tariff.add=0pp..50pp/5%"], &["another unit", "a number with `pp`"]);
    refused(&["measure.tariff.add=0pp..50%/5pp"], &["`50%` is in another unit"]);
    refused(
        &["measure.tariff.add=0..50/5"],
        &["sweep measure.tariff.add=50", "without a unit", "did you mean `\"50pp\"`?"],
    );
    refused(&["measure.tariff.add=0pp..50pp/7pp"], &["does not come to 50pp"]);
    refused(&["measure.tariff.add=5pp..5pp/1pp"], &["one value"]);
    refused(&["measure.tariff.add=0pp..50pp/0.01pp"], &["5001 values", "at most 1000"]);
    refused(&["measure.tariff.add=0pp..50pp/1pp", "model.horizon=1y..30y/1y"], &["1530 points"]);
    refused(&["measure.tarif.add=0pp..50pp/5pp"], &["no measure `tarif`", "did you mean `tariff`?"]);
    refused(&["model.defcits=fixed,balanced"], &["unknown key `defcits`", "did you mean `deficits`?"]);
    refused(&["model.deficits=fixed,balancd"], &["sweep model.deficits=balancd", "balanced"]);
    refused(&["measure.tariff.add=0pp..200000pp/100000pp"], &["sweep measure.tariff.add=200000pp"]);
    let three = ["model.deficits=fixed,balanced", "model.inputs=true,false", "model.horizon=1y,2y"];
    refused(&three, &["these are 3 keys", "one key, or two"]);
    refused(&["model.inputs=true,false", "model.inputs=true,false"], &["`model.inputs` is set twice"]);
    refused(&["model.inputs=true,false", "--set", "model.inputs=true"], &["`model.inputs` is set twice"]);
    refused(&["model.inputs=true,false", "--step", "1"], &["no range to which this step belongs"]);
    refused(&["uncertainty.draws=10,20"], &["the same for all", "--draws"]);
    refused(&["aggregate=economies-12,regions-8"], &["regions-8"]);
    refused(&["model.inputs=true,false", "--country", "USB"], &["--country USB", "did you mean `USA`?"]);
    refused(&["model.inputs=true,false", "--variable", "x"], &["no variable `x`"]);
    let said = desk.run("sweep s.toml model.inputs=true,false --draws 0 --out notes");
    assert!(said.code == 1 && said.stderr.contains("holds no result of this program"), "{}", said.stderr);
    assert_eq!(desk.run("sweep s.toml").code, 2);
    let said = desk.run("sweep nowhere.toml model.inputs=true,false");
    assert!(said.code == 1 && said.stderr.contains("no scenario file"), "{}", said.stderr);
}

#[test]
fn other_data_at_other_values_are_refused() {
    let desk = desk();
    let said = desk.run("sweep s.toml aggregate=economies-12,economies-45 --draws 0");
    assert!(said.code == 1 && said.stderr.contains("the data are not the same"), "{}", said.stderr);
}

#[test]
fn countries_and_variables_can_be_chosen() {
    let desk = desk();
    let line = "sweep s.toml measure.tariff.add=10pp..30pp/10pp --draws 8 --country CHN --country JPN";
    let said = desk.good(&format!("{line} --variable tariff_revenue --variable welfare --out r"));
    let head = said.stdout.lines().find(|line| line.starts_with("add ")).unwrap();
    assert_eq!(head.split_whitespace().collect::<Vec<_>>(), ["add", "China", "Japan"]);
    let chart = text(&desk, "r/sweep.svg");
    assert!(
        chart.contains("Tariff revenue, change in USD") && chart.contains("Welfare (real income), change in")
    );
}

#[test]
fn a_sweep_can_be_replaced_and_has_no_page() {
    let desk = desk();
    desk.good("sweep s.toml model.inputs=true,false --draws 0 --quiet --out r");
    let said = desk.run("report r");
    assert!(said.code == 1 && said.stderr.contains("a sweep, which has no page"), "{}", said.stderr);
    desk.good("run s.toml --draws 0 --quiet --out r");
    assert!(!desk.files("r").contains_key("sweep.csv"));
}

#[test]
fn the_day_can_be_swept() {
    let desk = Desk::new();
    desk.write(
        "dated.toml",
        "title = \"A tariff\"\naggregate = \"economies-12\"\n[[measure]]\nname = \"tariff\"\nby = \"USA\"\non = \"MEX\"\n\
         add = \"25pp\"\nphase_in = { 2025-01-01 = \"40%\", 2025-02-01 = \"100%\" }\n",
    );
    desk.good("sweep dated.toml date=2024-12-31,2025-01-15,2025-02-05 --draws 0 --quiet --out r");
    let swept = text(&desk, "r/sweep.csv");
    for day in ["2024-12-31", "2025-01-15", "2025-02-05"] {
        desk.good(&format!("run dated.toml --on {day} --draws 0 --quiet --out run"));
        let alone = text(&desk, "run/countries.csv");
        let of: Vec<&str> = swept.lines().filter_map(|line| line.strip_prefix(&format!("{day},"))).collect();
        assert_eq!(of, alone.lines().skip(1).collect::<Vec<_>>(), "{day}");
    }
    let shown = desk.good("sweep dated.toml date=2025-01-15,2025-02-05 --draws 0");
    assert!(shown.stdout.starts_with("A tariff\n"), "{}", shown.stdout);
}
