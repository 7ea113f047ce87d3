//! What the program says beside results: about empty scenarios, odd names, left-over folders and likely slips.

use std::time::{Duration, SystemTime};

use tariffsim::cli::diagnostics::{harmless, render};
use tariffsim::diagnostic::Diagnostic;

use crate::data_support::tiny;
use crate::tool::{Desk, PLAIN};

#[test]
fn a_message_without_place_has_no_margin() {
    let fault = Diagnostic::error("something is wrong").expected("something right").help("mend it");
    assert_eq!(
        render(&[fault], false),
        "error: something is wrong\nnote: expected something right\nhelp: mend it\n"
    );
    let two = [Diagnostic::warning("one"), Diagnostic::warning("two").help("do")];
    assert_eq!(render(&two, false), "warning: one\n\nwarning: two\nhelp: do\n");
}

#[test]
fn a_terminal_is_shown_nothing_that_upsets_it() {
    let styled = "\u{1b}[1mBold\u{1b}[0m \u{1b}[38;5;1mred\u{1b}[m\n\tand plain: é 中 −";
    assert_eq!(harmless(styled), styled);
    for (text, shown) in [
        ("\u{1b}[2Jgone", "\u{fffd}[2Jgone"),
        ("\u{1b}]0;title\u{7}", "\u{fffd}]0;title\u{fffd}"),
        ("\u{1b}[1", "\u{fffd}[1"),
        ("\u{1b}", "\u{fffd}"),
        ("25\u{202e}%\u{2066}\u{200f}", "25\u{fffd}%\u{fffd}\u{fffd}"),
        ("a\u{200b}b\u{feff}", "a\u{fffd}b\u{fffd}"),
        ("\r\u{8}\u{9b}1m", "\u{fffd}\u{fffd}\u{fffd}1m"),
    ] {
        assert_eq!(harmless(text), shown);
    }
}

#[test]
fn a_scenario_without_measures_is_warned_about() {
    let desk = Desk::new();
    desk.write("empty.toml", "title = \"Nothing\"\n");
    for line in ["check empty.toml", "run empty.toml --draws 0", "explain empty.toml"] {
        assert!(desk.good(line).stderr.contains("no measures"), "{line}");
    }
    desk.write("s.toml", PLAIN);
    assert!(desk.good("check s.toml").stderr.is_empty());
}

#[test]
fn a_file_is_no_dataset_and_says_so() {
    let desk = Desk::new();
    desk.dataset("data", &tiny());
    for line in ["run universal-10 --data data/trade.csv", "data check data/dataset.toml"] {
        let said = desk.run(line);
        assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{line}");
        assert!(said.stderr.contains("is a file, but a dataset is a folder"), "{line}: {}", said.stderr);
    }
}

#[test]
fn faults_of_a_dataset_name_its_folder_and_what_was_probably_meant() {
    let desk = Desk::new();
    desk.dataset("my-data", &tiny().append("trade.csv", "MXE,USA,AUT,1\n"));
    let said = desk.run("data check my-data");
    let place = std::path::Path::new("my-data").join("trade.csv");
    assert!(said.stderr.contains(&format!("{}:18:1", place.display())), "{}", said.stderr);
    assert!(said.stderr.contains("did you mean `MEX`?"), "{}", said.stderr);
    desk.dataset("other", &tiny().without("trade.csv"));
    let said = desk.run("list countries --data other");
    assert!(said.stderr.contains("there is no file `trade.csv` (in `other`)"), "{}", said.stderr);
}

#[test]
fn a_rate_in_per_cent_where_a_fraction_is_meant_is_noticed() {
    let desk = Desk::new();
    desk.write("s.toml", "[[measure]]\nby = \"USA\"\non = \"CHN\"\nrates = \"r.csv\"\n");
    desk.write("r.csv", "importer,exporter,sector,rate\nUSA,CHN,AUT,25\nUSA,CHN,MET,10\n");
    let said = desk.good("check s.toml");
    assert!(said.stderr.contains("r.csv:2:13") && said.stderr.contains("2500%"), "{}", said.stderr);
    assert!(!said.stderr.contains("r.csv:3"), "{}", said.stderr);
}

#[test]
fn check_sees_borders_too_closed_as_run_does() {
    let desk = Desk::new();
    let data =
        tiny().patch("trade.csv", "MEX,MEX,AUT,150\n", "").without("value_added.csv").without("deficits.csv");
    desk.dataset("data", &data);
    desk.write("s.toml", "[[measure]]\nby = \"MEX\"\non = \"all\"\nembargo = true\n");
    let [check, run] = ["check", "run"].map(|verb| desk.run(&format!("{verb} s.toml --data data")));
    assert_eq!((check.code, check.stdout.as_str()), (3, ""), "{}", check.stderr);
    let last = |text: &str| text.lines().find(|line| line.starts_with("error")).map(str::to_owned);
    assert_eq!(last(&check.stderr), last(&run.stderr));
    assert!(check.stderr.contains("every supplier of `AUT`"), "{}", check.stderr);
}

#[test]
fn who_is_cut_off_has_an_article() {
    let desk = Desk::new();
    desk.dataset("data", &tiny());
    let measure = |by: &str, on: &str| {
        format!("[[measure]]\nby = \"{by}\"\non = \"{on}\"\ngoods = [\"AUT\", \"SER\"]\nembargo = true\n\n")
    };
    desk.write("alone.toml", &(measure("all", "USA") + &measure("USA", "all")));
    let said = desk.run("run alone.toml --data data --draws 0");
    assert!(said.stderr.contains(": the United States is cut off"), "{}", said.stderr);
}

#[test]
fn nobody_pays_a_tariff_that_does_not_change() {
    let desk = Desk::new();
    desk.write("cost.toml", "[[measure]]\nby = \"USA\"\non = \"MEX\"\ntrade_cost = \"+10%\"\n");
    desk.write("tariff.toml", PLAIN);
    let page = |file: &str| desk.good(&format!("run {file} --draws 0")).stdout;
    assert!(!page("cost.toml").contains("pay the tariff") && page("tariff.toml").contains("pay the tariff"));
}

#[test]
fn folders_that_a_killed_run_left_are_removed_and_nothing_else() {
    let desk = Desk::new();
    for folder in [".r.99999-0", ".r.99999-1", ".r.notes-0", ".other.99999-0", "r.99999-0"] {
        desk.write(&format!("{folder}/new/countries.csv"), "half");
    }
    let long_ago = SystemTime::now() - Duration::from_secs(2 * 3600);
    for folder in [".r.99999-0", ".r.notes-0", ".other.99999-0", "r.99999-0"] {
        std::fs::File::open(desk.path().join(folder)).unwrap().set_modified(long_ago).unwrap();
    }
    desk.write("s.toml", PLAIN);
    desk.good("run s.toml --draws 0 --out r --quiet");
    // `.r.99999-1` may belong to a run that is writing at this moment.
    assert_eq!(desk.names(), [".other.99999-0", ".r.99999-1", ".r.notes-0", "r", "r.99999-0", "s.toml"]);
}

/// Every key that names a file or folder: in the scenario it is beside the scenario, on the command line where one is.
#[test]
fn files_are_named_as_whoever_names_them_sees_them() {
    let desk = Desk::new();
    let rates = |rate: &str| format!("importer,exporter,sector,rate\nUSA,MEX,AUT,{rate}\n");
    desk.dataset("data", &tiny());
    desk.dataset("deep/data", &tiny().patch("dataset.toml", "\"tiny\"", "\"deep\""));
    desk.write("map.csv", "code,group\nUSA,NAM\nMEX,NAM\nCAN,CAN\n");
    desk.write("deep/map.csv", "code,group\nUSA,USA\nMEX,MEC\nCAN,MEC\n");
    desk.write("rates.csv", &rates("0.3"));
    desk.write("deep/rates.csv", &rates("0.2"));
    desk.write("shares.csv", "exporter,sector,exempt_share\nMEX,AUT,0.8\n");
    desk.write("deep/shares.csv", "exporter,sector,exempt_share\nMEX,AUT,0.2\n");
    let in_file = "baseline = \"data\"\naggregate = \"map.csv\"\n\n[[measure]]\nname = \"m\"\nby = \"USA\"\non = \"MEX\"\n\
                   rates = \"rates.csv\"\nexempt_share = \"shares.csv\"\n";
    desk.write("deep/s.toml", in_file);
    desk.write("deep/fine.toml", &in_file.replace("aggregate = \"map.csv\"\n", ""));
    desk.write(
        "deep/keep.toml",
        &in_file.replace("\"map.csv\"", "{ maps = \"map.csv\", unmapped = \"refuse\" }"),
    );
    for (line, words) in [
        ("check deep/s.toml", "on `deep` at 2 economies"),
        ("check deep/s.toml --set baseline=data", "on `tiny` at 2 economies"),
        ("explain deep/fine.toml", "16.50%  m +14.00pp (20.00% without exemption)"),
        ("explain deep/fine.toml --set measure.m.rates=rates.csv", "24.50%  m +22.00pp (30.00% without"),
        (
            "explain deep/fine.toml --set measure.m.exempt_share=shares.csv",
            "6.00%  m +3.50pp (20.00% without",
        ),
    ] {
        let page = desk.good(line).stdout;
        assert!(page.contains(words), "{line}: {page}");
    }
    // In the map beside the scenario importer and exporter are apart, in the other one they are not.
    for (line, is_apart) in [
        ("check deep/s.toml", true),
        ("check deep/s.toml --set aggregate=map.csv", false),
        ("check deep/keep.toml --set aggregate.maps=map.csv", false),
        ("check deep/keep.toml --set aggregate.unmapped=keep", true),
    ] {
        let said = desk.good(line).stderr;
        assert_ne!(said.contains("only between countries of one group"), is_apart, "{line}: {said}");
    }
    // What is not there is named as it was looked for.
    for (line, words) in [
        ("check deep/s.toml --set aggregate=no.csv", "`no.csv` and no file of that name"),
        ("check deep/s.toml --set baseline=no", "no embedded dataset and no folder `no`"),
        ("check deep/s.toml --set measure.m.rates=no.csv", "there is no file `no.csv`"),
        ("check deep/s.toml --set measure.m.exempt_share=no.csv", "there is no file `no.csv`"),
    ] {
        let said = desk.run(line);
        assert!(said.code == 1 && said.stderr.contains(words), "{line}: {}", said.stderr);
    }
    let deep = |name: &str| std::path::Path::new("deep").join(name).display().to_string();
    for (from, to, words) in [
        ("map.csv", "no.csv", format!("`no.csv` and no file `{}`", deep("no.csv"))),
        ("\"data\"", "\"no\"", format!("no embedded dataset `no` and no folder `{}`", deep("no"))),
        ("rates.csv", "no.csv", format!("there is no file `{}`", deep("no.csv"))),
        ("shares.csv", "no.csv", format!("there is no file `{}`", deep("no.csv"))),
    ] {
        desk.write("deep/broken.toml", &in_file.replace(from, to));
        let said = desk.run("check deep/broken.toml");
        assert!(said.code == 1 && said.stderr.contains(&words), "{from}: {}", said.stderr);
    }
}

#[test]
fn settings_act_on_every_verb_and_flags_win() {
    let desk = Desk::new();
    desk.dataset("my-data", &tiny());
    desk.write("s.toml", PLAIN);
    let said = desk.good("explain s.toml --set measure.measure-1.add=10pp");
    assert!(said.stdout.contains("adds 10 percentage points"), "{}", said.stdout);
    assert!(desk.good("check s.toml --set baseline=my-data").stdout.contains("on `tiny`"));
    let line = "run s.toml --data my-data --set uncertainty.draws=7 --set uncertainty.seed=3 --set model.deficits=balanced --out";
    desk.good(&format!("{line} set --quiet"));
    desk.good(&format!("{line} flags --draws 5 --seed 4 --quiet"));
    let text = |folder: &str| String::from_utf8(desk.files(folder)["scenario.toml"].clone()).unwrap();
    assert!(text("set").contains("draws = 7\nseed = 3") && text("set").contains("deficits = \"balanced\""));
    assert!(text("flags").contains("draws = 5\nseed = 4"));
    // What was set is part of what the run is bound to.
    let hash = |folder: &str| {
        let record: serde_json::Value = serde_json::from_slice(&desk.files(folder)["run.json"]).unwrap();
        record["scenario"]["sha256"].clone()
    };
    desk.good("run s.toml --data my-data --draws 5 --out plain --quiet");
    assert!(hash("plain").is_string() && hash("plain") != hash("flags"), "{}", hash("plain"));
    for (line, code) in [("check s.toml --set", 2), ("check s.toml --set x", 1), ("list --set a=b", 2)] {
        assert_eq!(desk.run(line).code, code, "{line}");
    }
}
