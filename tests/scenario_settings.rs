//! Settings beside a scenario: as if they stood in the file, and with mistakes shown as they were typed.

#![allow(clippy::unwrap_used, clippy::panic)]

mod scenario_support;

use scenario_support::{Memory, dataset};
use tariffsim::diagnostic::Diagnostic;
use tariffsim::files::NoFiles;
use tariffsim::scenario::{Draft, Resolved, Settings};

const SCENARIO: &str = r#"title = "Two measures"
summary = "What stands in the file."

[[measure]]
name = "first"
by = "USA"
on = ["CAN", "MEX"]
add = "25pp"    # a comment

[[measure]]
by = "CAN"
on = "USA"
add = "5pp"

[model]
elasticities = { AUT = 3 }

[uncertainty.trade_elasticity]
lognormal = { sd = "20%" }
"#;

fn read(typed: &[&str]) -> Result<Settings, Vec<Diagnostic>> {
    Settings::read("--set", &typed.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
}

fn set(scenario: &str, typed: &[&str]) -> Result<Resolved, Vec<Diagnostic>> {
    Draft::with("s.toml", scenario, &read(typed)?, &NoFiles).finish()?.resolve(&dataset(), &Memory::default())
}

/// The scenario as written back, without the title and summary, which tell of settings.
fn written(resolved: &Resolved) -> String {
    let text = resolved.to_toml(&resolved.uncertainty);
    let lines = text.lines().filter(|line| !line.starts_with("title") && !line.starts_with("summary"));
    lines.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn same_as_in_the_file(typed: &[&str], file: &str, in_file: &str) {
    let with = set(SCENARIO, typed).unwrap_or_else(|faults| panic!("{typed:?}: {faults:?}"));
    assert!(SCENARIO.contains(file), "{file}");
    let edited = set(&SCENARIO.replace(file, in_file), &[]).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(written(&with), written(&edited), "{typed:?}");
    assert_ne!(written(&with), written(&set(SCENARIO, &[]).unwrap()), "{typed:?} changes nothing");
}

#[test]
fn a_setting_is_as_if_it_stood_in_the_file() {
    same_as_in_the_file(&["model.deficits=balanced"], "[model]", "[model]\ndeficits = \"balanced\"");
    same_as_in_the_file(&["model.deficits = \"balanced\" "], "[model]", "[model]\ndeficits = \"balanced\"");
    same_as_in_the_file(&["model.elasticities.AUT=6.5"], "AUT = 3", "AUT = 6.5");
    same_as_in_the_file(&["model.elasticities.AGR=6.5"], "AUT = 3", "AUT = 3, AGR = 6.5");
    same_as_in_the_file(&["model.elasticities={AGR=6.5}"], "AUT = 3", "AGR = 6.5");
    same_as_in_the_file(&["model.elasticities=MEDIAN7"], "{ AUT = 3 }", "\"MEDIAN7\"");
    same_as_in_the_file(
        &["uncertainty.draws=200"],
        "[uncertainty.",
        "[uncertainty]\ndraws = 200\n[uncertainty.",
    );
    same_as_in_the_file(&["uncertainty.trade_elasticity.lognormal.sd=30%"], "sd = \"20%\"", "sd = \"30%\"");
    same_as_in_the_file(
        &["uncertainty.trade_elasticity.lognormal={correlation=0.1}"],
        "sd = \"20%\"",
        "correlation = 0.1",
    );
    same_as_in_the_file(&["measure.first.add=10pp"], "25pp", "10pp");
    same_as_in_the_file(&["measure.measure-2.add=-1pp"], "\"5pp\"", "\"-1pp\"");
    same_as_in_the_file(&["measure.first.on=MEX"], "[\"CAN\", \"MEX\"]", "\"MEX\"");
    same_as_in_the_file(
        &["measure.first.goods=[\"AUT\"]"],
        "add = \"25pp\"",
        "goods = \"AUT\"\nadd = \"25pp\"",
    );
    // A shell has taken the quotation marks away.
    same_as_in_the_file(&["measure.first.on=[CHN, MEX]"], "[\"CAN\", \"MEX\"]", "[\"CHN\", \"MEX\"]");
    same_as_in_the_file(
        &["measure.first.add=1pp", "model.labour=mobile", "measure.first.exempt_share.MEX=40%"],
        "\"25pp\"",
        "\"1pp\"\nexempt_share = { MEX = \"40%\" }",
    );
}

/// A measure, an answer to it, and what may happen.
const OPEN: &str = r#"
[[measure]]
name = "tariff"
by = "USA"
on = "CAN"
add = "25pp"
exempt_share = { CAN = "30%" }

[[response]]
name = "answer"
by = "CAN"
to = "tariff"
mode = "reciprocal"
share = "100%"

[[outcome]]
name = "war"
probability = "60%"
measures = ["tariff", "answer"]

[[outcome]]
name = "peace"
probability = "40%"
"#;

#[test]
fn every_kind_of_key_can_be_set() {
    for (typed, written_so) in [
        (&["response.answer.share=50%"][..], "share = \"50%\""),
        (&["response.answer.mode=20pp", "measure.tariff.add=20pp"], "mode = \"20pp\""),
        (&["outcome.war.probability=50%", "outcome.peace.probability=50%"], "probability = \"50%\""),
        (&["outcome.war.measures=tariff"], "measures = [\"tariff\"]"),
        (&["measure.tariff.exempt_share.CAN=40%"], "exempt_share = { CAN = \"40%\" }"),
        (&["model.deficits=balanced"], "deficits = \"balanced\""),
        (&["model.exempt_mode=average"], "exempt_mode = \"average\""),
        (&["model.horizon=2y"], "horizon = \"2y\""),
        (&["model.kind=general-equilibrium", "uncertainty.seed=7"], "seed = 7"),
        (&["uncertainty.exempt_share.beta.sd=5pp"], "sd = \"5pp\""),
        (&["uncertainty.trade_flows.lognormal.cv_pair=12%"], "cv_pair = \"12%\""),
        (&["uncertainty.trade_elasticity.lognormal.correlation=0.25"], "correlation = 0.25"),
    ] {
        let resolved = set(OPEN, typed).unwrap_or_else(|faults| panic!("{typed:?}: {faults:?}"));
        let text = resolved.to_toml(&resolved.uncertainty);
        assert!(text.contains(written_so), "{typed:?}: {text}");
        let plain = set(OPEN, &[]).unwrap();
        assert!(!plain.to_toml(&plain.uncertainty).contains(written_so), "{typed:?} changes nothing");
    }
}

#[test]
fn names_with_blanks_and_dots_are_quoted() {
    let scenario = SCENARIO.replace("\"first\"", "\"the first. = one\"");
    let resolved = set(&scenario, &["measure.\"the first. = one\".add=1pp"]).unwrap();
    assert!(resolved.to_toml(&resolved.uncertainty).contains("add = \"1pp\""));
}

#[test]
fn a_measure_that_is_renamed_is_still_replaced_by_others() {
    for (in_file, written_so) in
        [("\"first\"", "\"zz\""), ("[\"measure-3\", \"first\"]", "[\"measure-3\", \"zz\"]")]
    {
        let scenario = format!(
            "{SCENARIO}\n[[measure]]\nby = \"USA\"\non = \"MEX\"\nadd = \"1pp\"\n\
             [[measure]]\nby = \"USA\"\non = \"CAN\"\nadd = \"2pp\"\ninstead_of = {in_file}\n"
        );
        let resolved = set(&scenario, &["measure.first.name = \"zz\"", "measure.zz.add=3pp"]).unwrap();
        let text = resolved.to_toml(&resolved.uncertainty);
        assert!(text.contains("name = \"zz\"\nby = \"USA\"") && text.contains("add = \"3pp\""), "{text}");
        assert!(text.contains(&format!("instead_of = {written_so}")), "{text}");
    }
    // What is typed after it is about the new name, and a name that is there already is one mistake.
    let (shown, _, _) = fault(SCENARIO, &["measure.first.name=zz", "measure.measure-2.instead_of=first"]);
    assert_eq!(shown, "first");
    let scenario = SCENARIO.replace("\"5pp\"", "\"5pp\"\ninstead_of = \"first\"");
    let (shown, help, _) = fault(&scenario, &["measure.measure-2.name=first"]);
    assert_eq!((shown.as_str(), help.as_str()), ("first", "the first one is on line 5"));
}

#[test]
fn what_is_set_is_told_and_counts_for_the_hash() {
    let plain = set(SCENARIO, &[]).unwrap();
    let changed = set(SCENARIO, &["measure.first.add=10pp", "model.elasticities.AUT=4"]).unwrap();
    assert_eq!(changed.title, "Two measures (changed)");
    assert_eq!(
        changed.summary,
        "What stands in the file. Changed here: measure.first.add=10pp, model.elasticities.AUT=4."
    );
    assert_ne!(plain.inputs_for_hash()[0], changed.inputs_for_hash()[0]);
    assert_eq!(plain.inputs_for_hash()[0].1, SCENARIO);
    // The title speaks of measures only.
    let model = set(SCENARIO, &["model.deficits=balanced"]).unwrap();
    assert_eq!(model.title, "Two measures");
    assert!(model.summary.ends_with("Changed here: model.deficits=balanced."));
    // These are shown elsewhere.
    let draws = set(SCENARIO, &["uncertainty.draws=5", "uncertainty.seed=2", "summary=Mine."]).unwrap();
    assert_eq!((draws.title.as_str(), draws.summary.as_str()), ("Two measures", "Mine."));
    let titled = set(SCENARIO, &["title=Mine", "measure.first.add=10pp"]).unwrap();
    assert_eq!(titled.title, "Mine");
    // No folder of this machine is told.
    let files = Memory::with("/home/me/r.csv", "importer,exporter,sector,rate\nUSA,CAN,AUT,0.5\n");
    let scenario = SCENARIO.replace("add = \"25pp\"", "rates = \"a.csv\"");
    let read = read(&["measure.first.rates=/home/me/r.csv"]).unwrap();
    let draft = Draft::with("s.toml", &scenario, &read, &NoFiles).finish().unwrap();
    let resolved = draft.resolve(&dataset(), &files).unwrap();
    assert!(resolved.summary.ends_with("Changed here: measure.first.rates."), "{}", resolved.summary);
    assert!(!resolved.to_toml(&resolved.uncertainty).contains("/home"));
}

/// The message of the only fault, and the bytes that it underlines.
#[track_caller]
fn fault(scenario: &str, typed: &[&str]) -> (String, String, Diagnostic) {
    let faults = set(scenario, typed).expect_err("a fault");
    let [fault] = &faults[..] else { panic!("{faults:?}") };
    let place = fault.place.as_ref().expect("a place");
    assert_eq!((&*place.file, place.line()), ("the command line", 1));
    assert!(place.text.starts_with("--set "), "{}", place.text);
    (place.text[place.span.clone()].to_owned(), fault.help.clone(), fault.clone())
}

#[test]
fn a_mistake_is_shown_as_it_was_typed() {
    for (typed, underlined, help) in [
        ("model.deficits=balancd", "balancd", "balanced"),
        ("model.deficits=\"balancd\"", "\"balancd\"", "balanced"),
        ("model.defcits=balanced", "defcits", "deficits"),
        ("modle.deficits=balanced", "modle", "model"),
        ("deficits=balanced", "deficits", "under `[model]`"),
        ("measure.frist.add=1pp", "frist", "first"),
        ("measure.first.add=10%", "10%", "10pp"),
        ("measure.first.add=10", "10", "10pp"),
        ("measure.first.set=10%", "set", "for each"),
        ("measure.first.on=[CAN,MXE]", "MXE", "MEX"),
        ("measure.first.on=[ \"CAN\" , \"MXE\" ]", "\"MXE\"", "MEX"),
        ("measure.first.exempt_share={ CAN = \"4\" }", "\"4\"", "4%"),
        ("measure.first", "measure.first", "="),
        ("measure.first=1", "measure.first", "measure.us-on-mexico.add"),
        ("measure=1", "measure", "measure.us-on-mexico.add"),
        ("model.elasticities.AUX=4", "AUX", "AUT"),
        ("title.of=1", "title", "as a whole"),
        ("model.deficits=", "", "for example"),
        ("=1", "", "double quotes"),
        ("a b=1", "a b", "double quotes"),
        ("model.elasticities={AUT=4", "{AUT=4", "single quotes"),
        ("measure.first.on=[CAN,]", "[CAN,]", "for example"),
    ] {
        let (shown, said, fault) = fault(SCENARIO, &[typed]);
        assert_eq!(shown, underlined, "{typed}: {fault:?}");
        assert!(said.contains(help), "{typed}: {fault:?}");
    }
}

#[test]
fn a_name_of_another_kind_is_told() {
    let (shown, help, _) = fault(OPEN, &["measure.answer.share=50%"]);
    assert_eq!(
        (shown.as_str(), help.as_str()),
        ("answer", "`answer` is the name of a response: set `response.answer.…`")
    );
    let (shown, help, _) = fault(OPEN, &["response.anser.share=50%"]);
    assert_eq!((shown.as_str(), help.as_str()), ("anser", "did you mean `answer`?"));
    let faults = set(OPEN, &["outcome.war.probability=50%"]).unwrap_err();
    assert!(faults.len() == 1 && faults[0].message.contains("90%"), "{faults:?}");
}

#[test]
fn a_key_that_stands_in_the_file_too_is_shown_where_it_is_set() {
    let scenario = SCENARIO.replace("[model]", "[model]\ncolour = \"red\"");
    let (shown, _, _) = fault(&scenario, &["model.colour=blue"]);
    assert_eq!(shown, "colour");
}

#[test]
fn a_key_is_set_once() {
    for (one, other) in [
        ("model.deficits=fixed", "model.deficits=balanced"),
        ("model={deficits=\"fixed\"}", "model.deficits=balanced"),
        ("model.elasticities.AUT=4", "model.elasticities=MEDIAN7"),
    ] {
        let (_, help, fault) = fault(SCENARIO, &[one, other]);
        assert!(fault.message.contains("is set twice") && help.contains(one), "{fault:?}");
    }
    set(SCENARIO, &["model.elasticities.AUT=4", "model.elasticities.AGR=4"]).unwrap();
}

#[test]
fn mistakes_of_the_file_keep_their_place_and_come_first() {
    let scenario = SCENARIO.replace("\"5pp\"", "5");
    let faults = set(&scenario, &["title=1", "model.deficits=balancd"]).unwrap_err();
    let places: Vec<(&str, usize)> = faults
        .iter()
        .map(|fault| fault.place.as_ref().map(|place| (&*place.file, place.line())).unwrap())
        .collect();
    assert_eq!(places, [("s.toml", 13), ("the command line", 1), ("the command line", 1)]);
    // A file that is no TOML cannot be set.
    let faults = set("title = \"open", &["title=Mine"]).unwrap_err();
    assert_eq!(&*faults[0].place.as_ref().unwrap().file, "s.toml");
    let (_, help, _) = fault("", &["measure.first.add=1pp"]);
    assert_eq!(help, "the scenario has no measures");
}

/// Whatever is typed, nothing panics and every place is inside what it shows.
#[test]
fn any_text_is_read_or_refused() {
    let starts = ["", "model.inputs=", "measure.first.on=", "measure.first.exempt_share={"];
    let pieces = ["[1]", ".", "=", "\"", "[", "]", "{", "}", "é", " ", ",", "1", "CAN", "\n", "#", "'"];
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..20_000 {
        let mut typed = starts[next(starts.len())].to_owned();
        (0..=next(6)).for_each(|_| typed += pieces[next(pieces.len())]);
        if let Err(faults) = set(SCENARIO, &[&typed]) {
            for place in faults.iter().filter_map(|fault| fault.place.as_ref()) {
                assert!(place.text.get(place.span.clone()).is_some(), "{typed:?}: {place:?}");
            }
        }
    }
}
