//! Mistakes: exit code 1 (input), 2 (usage) or 3 (no equilibrium), a message that says where, and nothing written.

use std::path::Path;

use crate::data_support::{Memory, tiny};
use crate::tool::{Desk, PLAIN};

/// Broken scenarios with the lines at which a mistake must be shown.
const SCENARIOS: &[(&str, &[usize])] = &[
    ("[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = 25\n", &[4]),
    ("[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"25\"\n", &[4]),
    ("[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"25%\"\n", &[4]),
    ("[[measure]]\nby = \"USA\"\non = \"MEX\"\nset = \"25pp\"\n", &[4]),
    ("[[measure]]\nby = \"USA\"\non = \"MEX\"\nset = \"-100%\"\n", &[4]),
    ("[[measure]]\nby = \"USA\"\non = \"MEX\"\n", &[1]),
    ("[[measure]]\nby = \"USA\"\non = \"MEX\"\nset = \"5%\"\nadd = \"5pp\"\n", &[5]),
    ("[[measure]]\nby = \"USB\"\non = \"MEX\"\nadd = \"5pp\"\n", &[2]),
    ("[[measure]]\nby = \"USA\"\non = \"Mexiko\"\nadd = \"5pp\"\n", &[3]),
    ("[[measure]]\nby = \"USA\"\non = \"MEX\"\ngoods = \"CARS\"\nadd = \"5pp\"\n", &[4]),
    ("[[measure]]\nby = \"USA\"\non = \"USA\"\nadd = \"5pp\"\n", &[3]),
    ("[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"5pp\"\ncolour = \"red\"\n", &[5]),
    ("title = \"open\n[[measure]]\n", &[1]),
    ("[[measures]]\nby = \"USA\"\non = \"MEX\"\nadd = \"5pp\"\n", &[1]),
    ("[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"5pp\"\ninstead_of = \"other\"\n", &[5]),
    ("[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"5pp\"\nexempt_share = \"140%\"\n", &[5]),
    ("[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"5pp\"\nexempt_share = \"usmca-1999\"\n", &[5]),
    ("[[measure]]\nby = \"USA\"\non = \"MEX\"\nrates = \"nowhere.csv\"\n", &[4]),
    ("[model]\ndeficits = \"none\"\n", &[2]),
    ("[model]\nelasticities = \"MINE\"\n", &[2]),
    ("[uncertainty]\ndraws = -1\n", &[2]),
    ("[uncertainty]\nseed = \"one\"\n", &[2]),
    ("baseline = \"world-1913\"\n[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"5pp\"\n", &[1]),
    ("aggregate = 12\n[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"5pp\"\n", &[1]),
    ("aggregate = \"economies-21\"\n[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"5pp\"\n", &[1]),
    (
        "aggregate = [\"economies-12\", \"economies-45\"]\n[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"5pp\"\n",
        &[1],
    ),
    ("[uncertainty]\ntrade_flows.lognormal = { cv_pair = 0.1 }\n", &[2]),
    (
        "[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = 5\n\n[[measure]]\nby = \"XXX\"\non = \"MEX\"\nset = \"pp\"\n",
        &[4, 7, 9],
    ),
];

#[test]
fn a_broken_scenario_is_shown_at_its_line_and_leaves_nothing_behind() {
    assert!(SCENARIOS.len() >= 20);
    let desk = Desk::new();
    for (text, lines) in SCENARIOS {
        desk.write("broken.toml", text);
        for line in [
            "run broken.toml --out r",
            "run broken.toml --draws 0 --json",
            "check broken.toml",
            "explain broken.toml",
        ] {
            let said = desk.run(line);
            assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{line}: {text}\n{}", said.stderr);
            for at in *lines {
                assert!(
                    said.stderr.contains(&format!("broken.toml:{at}:")),
                    "{line}: line {at} of\n{text}\n{}",
                    said.stderr
                );
            }
        }
        assert_eq!(desk.names(), ["broken.toml"], "{text}");
    }
}

#[test]
fn every_invalid_scenario_of_the_collection_is_refused() {
    let desk = Desk::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/invalid");
    let mut tried = 0;
    for name in crate::tool::names(&folder).iter().filter(|name| name.ends_with(".toml")) {
        let said = desk.run(&format!("run {} --draws 0 --out r", folder.join(name).display()));
        assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{name}");
        assert!(
            said.stderr.contains(name.as_str()) || said.stderr.contains(".csv:"),
            "{name}: {}",
            said.stderr
        );
        tried += 1;
    }
    assert!(tried >= 25);
    assert_eq!(desk.names(), Vec::<String>::new());
}

/// Broken datasets, with the file and line at fault.
fn datasets() -> Vec<(&'static str, Memory)> {
    vec![
        ("trade.csv:8:", tiny().patch("trade.csv", "MEX,USA,AUT,90", "MEX,USA,AUT,-90")),
        ("trade.csv:8:", tiny().patch("trade.csv", "MEX,USA,AUT,90", "MEX,USA,AUT,ninety")),
        ("trade.csv:8:", tiny().patch("trade.csv", "MEX,USA,AUT,90", "MEX,USA,AUT,NaN")),
        ("trade.csv:8:", tiny().patch("trade.csv", "MEX,USA,AUT,90", "MEX,USA,AUT,1e400")),
        ("trade.csv:8:", tiny().patch("trade.csv", "MEX,USA,AUT,90", "MEX,USA,AUT,")),
        ("trade.csv:8:", tiny().patch("trade.csv", "MEX,USA,AUT,90", "MEX,USA,AUT")),
        ("trade.csv:18:", tiny().append("trade.csv", "MEXX,USA,AUT,1\n")),
        ("trade.csv:18:", tiny().append("trade.csv", "MEX,USA,FOO,1\n")),
        ("trade.csv:18:", tiny().append("trade.csv", "MEX,USA,AUT,1\n")),
        ("trade.csv:1:", tiny().patch("trade.csv", "sector,value", "sector,values")),
        ("tariffs.csv:2:", tiny().patch("tariffs.csv", "USA,MEX,AUT,0.025", "USA,MEX,AUT,-1")),
        ("tariffs.csv:6:", tiny().append("tariffs.csv", "USA,MEXX,AUT,0.1,\n")),
        ("tariffs.csv:6:", tiny().append("tariffs.csv", "USA,USA,AUT,0.1,\n")),
        ("inputs.csv:4:", tiny().patch("inputs.csv", "USA,AUT,AUT,0.3", "USA,AUT,AUT,0.95")),
        ("inputs.csv:14:", tiny().append("inputs.csv", "USA,AUT,AUT,0.1\n")),
        ("inputs.csv:2:", tiny().patch("inputs.csv", "USA,AUT,AUT,0.3", "USA,AUT,AUT,-0.3")),
        ("elasticities.csv:2:", tiny().patch("elasticities.csv", "AUT,EXAMPLE,4.5", "AUT,EXAMPLE,-4.5")),
        ("elasticities.csv:5:", tiny().append("elasticities.csv", "FOO,EXAMPLE,4,\n")),
        ("countries.csv:5:", tiny().append("countries.csv", "USA,Again,,\n")),
        ("sectors.csv:4:", tiny().append("sectors.csv", "OTH,Other,things\n")),
        ("deficits.csv:5:", tiny().append("deficits.csv", "MEXX,1\n")),
        ("value_added.csv:8:", tiny().append("value_added.csv", "MEXX,AUT,1\n")),
        ("dataset.toml:5:", tiny().patch("dataset.toml", "\"EXAMPLE\"", "\"NONE\"")),
        ("dataset.toml:6:", tiny().patch("dataset.toml", "\"residual\"", "\"rest\"")),
        ("dataset.toml:3:", tiny().patch("dataset.toml", "year = 2024", "year = \"soon\"")),
        ("trade.csv", tiny().without("trade.csv")),
        ("dataset.toml", tiny().without("dataset.toml")),
        ("countries.csv", tiny().without("countries.csv")),
        ("elasticities.csv", tiny().without("elasticities.csv")),
    ]
}

#[test]
fn a_broken_dataset_is_shown_at_its_file_and_line_and_leaves_nothing_behind() {
    let datasets = datasets();
    assert!(datasets.len() >= 20);
    for (place, files) in datasets {
        let desk = Desk::new();
        desk.dataset("data", &files);
        desk.write("s.toml", PLAIN);
        for line in [
            "run s.toml --data data --out r",
            "data check data",
            "check s.toml --data data",
            "list countries --data data",
        ] {
            let said = desk.run(line);
            assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{line}: {place}\n{}", said.stderr);
            assert!(said.stderr.contains(place), "{line} does not name {place}:\n{}", said.stderr);
        }
        assert_eq!(desk.names(), ["data", "s.toml"], "{place}");
    }
}

#[test]
fn what_is_missing_is_named_with_what_is_near() {
    let desk = Desk::new();
    for (line, words) in [
        ("run us-25-mexico-canda", "us-25-mexico-canada"),
        ("run free-trad.toml", "`free-trade`"),
        ("check steel-aluminum-50", "steel-aluminium-50"),
        ("run no-such-thing-at-all", "tariffsim list scenarios"),
        ("run universal-10 --data no-such-data", "world-2024"),
        ("data check no-such-data", "no-such-data"),
    ] {
        let said = desk.run(line);
        assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{line}");
        assert!(said.stderr.contains(words), "{line}: {}", said.stderr);
    }
}

#[test]
fn wrong_usage_is_exit_code_two() {
    let desk = Desk::new();
    for line in [
        "",
        "rum universal-10",
        "run",
        "run universal-10 --draw 5",
        "run universal-10 --draws five",
        "run universal-10 --draws 1000001",
        "run universal-10 --threads 0",
        "run universal-10 --flows some",
        "run universal-10 --json --quiet",
        "list wonders",
        "data",
    ] {
        let said = desk.run(line);
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "`{line}`: {}", said.stderr);
        assert!(said.stderr.contains("--help"), "`{line}`: {}", said.stderr);
    }
    assert_eq!(desk.names(), Vec::<String>::new());
}

/// Nobody trades with Mexico, in any sector.
const ALONE: &str = "[[measure]]\nby = \"all\"\non = \"MEX\"\ngoods = [\"AUT\", \"SER\"]\nembargo = true\n\n\
                     [[measure]]\nby = \"MEX\"\non = \"all\"\ngoods = [\"AUT\", \"SER\"]\nembargo = true\n";

#[test]
fn a_policy_without_equilibrium_is_exit_code_three_and_names_the_country() {
    let desk = Desk::new();
    desk.dataset("data", &tiny());
    desk.write("alone.toml", ALONE);
    let said = desk.run("run alone.toml --data data --draws 5 --out r");
    assert_eq!((said.code, said.stdout.as_str()), (3, ""), "{}", said.stderr);
    assert!(said.stderr.contains("Mexico") && said.stderr.contains("deficit"), "{}", said.stderr);
    assert_eq!(desk.names(), ["alone.toml", "data"]);
    // What the message advises does help.
    desk.write("balanced.toml", &format!("{ALONE}\n[model]\ndeficits = \"balanced\"\n"));
    desk.good("run balanced.toml --data data --draws 5 --out r");
    // A price of what is no longer traded is an absent row, and why is in the record.
    let table = desk.table("r/countries.csv");
    let [country, variable] = ["country", "variable"].map(|name| table.column(name));
    let has = |name: &str| table.rows.iter().any(|row| &row[country] == "MEX" && &row[variable] == name);
    assert!(has("welfare") && has("exports") && !has("terms_of_trade"));
    let record: serde_json::Value = serde_json::from_slice(&desk.files("r")["run.json"]).unwrap();
    assert!(record["absent"].as_array().unwrap().iter().any(|why| why.as_str().unwrap().contains("MEX")));
}

#[test]
fn a_good_without_supplier_is_exit_code_three_and_names_both() {
    let desk = Desk::new();
    // Mexico makes no vehicles of its own here, and nobody may sell it any.
    let data =
        tiny().patch("trade.csv", "MEX,MEX,AUT,150\n", "").without("value_added.csv").without("deficits.csv");
    desk.dataset("data", &data);
    desk.write("s.toml", "[[measure]]\nby = \"MEX\"\non = \"all\"\nembargo = true\n");
    let said = desk.run("run s.toml --data data --draws 5 --out r");
    assert_eq!((said.code, said.stdout.as_str()), (3, ""), "{}", said.stderr);
    assert!(said.stderr.contains("Mexico") && said.stderr.contains("AUT"), "{}", said.stderr);
    assert_eq!(desk.names(), ["data", "s.toml"]);
}

/// What the program says within a time in which it would have read any of these files.
#[cfg(unix)]
fn within_a_minute(desk: &Desk, line: &str, stdin: &str) -> (i32, String, String) {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_tariffsim"))
        .args(line.split(' '))
        .current_dir(desk.path())
        .write_stdin(stdin)
        .timeout(std::time::Duration::from_secs(60))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_folder_in_place_of_a_file_is_refused_and_not_waited_for() {
    let desk = Desk::new();
    desk.write("s.toml", PLAIN);
    desk.write("t.toml", "[[measure]]\nby = \"USA\"\non = \"MEX\"\nrates = \"odd\"\n");
    desk.write("m.toml", &format!("aggregate = \"odd\"\n{PLAIN}"));
    desk.dataset("data", &tiny());
    std::fs::remove_file(desk.path().join("data/tariffs.csv")).unwrap();
    std::fs::create_dir(desk.path().join("result")).unwrap();
    let places = ["odd", "data/tariffs.csv", "result/run.json"];
    let lines = [
        ("check t.toml", "odd"),
        ("check m.toml", "odd"),
        ("data check data", "tariffs.csv"),
        ("report result", "run.json"),
    ];
    let make_pipe = |path: &Path| {
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    let make_folder = |path: &Path| std::fs::create_dir(path).unwrap();
    let pipe = "is a pipe, a socket or a device, but a file is needed";
    for (make, words) in [(make_pipe as fn(&Path), pipe), (make_folder, "is a folder")] {
        for place in places {
            make(&desk.path().join(place));
        }
        for (line, file) in lines {
            let (code, _, stderr) = within_a_minute(&desk, line, "");
            assert!(code == 1 && stderr.contains(&format!("`{file}` {words}")), "{line}: {code}, {stderr}");
        }
        let (code, _, stderr) = within_a_minute(&desk, "run s.toml --draws 0 --out result", "");
        assert!(code == 1 && stderr.contains("holds no result of this program"), "{code}: {stderr}");
        for place in places {
            let path = desk.path().join(place);
            std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir(&path)).unwrap();
        }
    }
    let (code, _, stderr) = within_a_minute(&desk, "check data", "");
    assert!(code == 1 && stderr.contains("`data` is a folder") && stderr.contains("help: "), "{stderr}");
}

#[cfg(unix)]
#[test]
fn a_scenario_may_come_through_a_pipe_and_a_link() {
    let desk = Desk::new();
    let (code, stdout, stderr) = within_a_minute(&desk, "check /dev/stdin", PLAIN);
    assert!(code == 0 && stdout.contains("stdin: no mistakes"), "{stdout}{stderr}");
    std::os::unix::fs::symlink(desk.write("there/s.toml", PLAIN), desk.path().join("here.toml")).unwrap();
    assert!(desk.good("check here.toml").stdout.contains("no mistakes"));
}
