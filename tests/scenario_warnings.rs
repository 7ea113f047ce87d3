//! What is valid and may not be meant: warnings; and sentences that must be true.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod scenario_support;

use std::collections::HashMap;

use scenario_support::{Memory, after, close, dataset, faults, resolve, resolve_with};
use tariffsim::scenario::{Draft, Resolved, Scenario, Settings, explain};
use tariffsim::units::Date;

fn warned(resolved: &Resolved) -> Vec<&str> {
    resolved.warnings.iter().map(|warning| warning.message.as_str()).collect()
}

/// A measure of the United States on China.
fn on_china(body: &str) -> String {
    format!("[[measure]]\nname = \"m\"\nby = \"USA\"\non = \"CHN\"\n{body}\n")
}

fn answered(body: &str, mode: &str) -> String {
    on_china(body) + &format!("[[response]]\nname = \"r\"\nby = \"CHN\"\nto = \"m\"\nmode = \"{mode}\"\n")
}

#[test]
fn a_tariff_below_zero_is_told_unless_it_is_written() {
    let cut = resolve(&answered("cap = \"1%\"", "reciprocal"));
    let told = "the tariff falls below zero, an import subsidy, on CHN imports of AGR from USA";
    assert_eq!(warned(&cut), [told]);
    assert!(cut.warnings[0].help.contains("floor = \"0%\""));
    assert_eq!(cut.warnings[0].place.as_ref().unwrap().line(), 10);
    let added = resolve(&on_china("add = \"-4pp\""));
    assert_eq!(
        warned(&added),
        ["the tariff falls below zero, an import subsidy, on USA imports of AUT from CHN"]
    );
    for body in ["set = \"-4%\"", "add = \"-2pp\"", "cap = \"-1%\""] {
        assert!(warned(&resolve(&on_china(body))).is_empty(), "{body}");
    }
    let floor = on_china("add = \"-4pp\"") + "[[measure]]\nby = \"USA\"\non = \"CHN\"\nfloor = \"0%\"\n";
    assert!(warned(&resolve(&floor)).is_empty());
}

#[test]
fn an_exception_that_takes_nothing_out_is_told() {
    let nobody =
        resolve("[[measure]]\nby = \"USA\"\non = [\"CAN\", \"MEX\"]\nexcept = \"CHN\"\nadd = \"1pp\"\n");
    assert_eq!(warned(&nobody), ["`CHN` in `except` is not in `on`, so nothing is taken out"]);
    let goods = resolve(&on_china("goods = \"AGR\"\nexcept_goods = \"AUT\"\nadd = \"1pp\""));
    assert_eq!(warned(&goods), ["`AUT` in `except_goods` is not in `goods`, so nothing is taken out"]);
    for body in ["on = \"USMCA\"\nexcept = \"CAN\"", "on = \"all\"\nexcept = [\"USMCA\"]"] {
        let plain =
            resolve(&format!("[[measure]]\nby = \"USA\"\n{body}\nexcept_goods = \"AUT\"\nadd = \"1pp\"\n"));
        assert!(warned(&plain).is_empty(), "{body}");
    }
    let none = faults(&on_china("except_goods = \"all\"\nadd = \"1pp\""));
    assert_eq!(none[0].help, "`except_goods` leaves no sector");
}

#[test]
fn a_table_of_exempt_shares_may_tell_importers_apart() {
    let table = |rows: &str| Memory::with("s.csv", &format!("importer,exporter,sector,exempt_share\n{rows}"));
    let text = "[[measure]]\nby = [\"USA\", \"MEX\"]\non = \"CHN\"\ngoods = \"AUT\"\nadd = \"20pp\"\nexempt_share = \"s.csv\"\n";
    let one = resolve_with(text, &table("USA,CHN,AUT,0.5\n")).policy;
    assert!(close(after(&one, "USA", "CHN", "AUT"), 0.025 + 0.10));
    assert!(close(after(&one, "MEX", "CHN", "AUT"), 0.20 + 0.20));
    let two = resolve_with(text, &table("USA,CHN,AUT,0.5\n,CHN,AUT,0.25\n")).policy;
    assert!(close(after(&two, "USA", "CHN", "AUT"), 0.025 + 0.10));
    assert!(close(after(&two, "MEX", "CHN", "AUT"), 0.20 + 0.15));
    let labels: Vec<&str> = two.exempt_shares.iter().map(|share| share.label.as_str()).collect();
    assert_eq!(labels, ["exempt_share:USA:CHN:AUT", "exempt_share:CHN:AUT"]);
}

fn variant(text: &str, others: &[(&str, &str)]) -> Resolved {
    let files: HashMap<String, String> =
        others.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let files = Memory(files);
    let scenario = Draft::with("top.toml", text, &Settings::default(), &files).finish().unwrap();
    scenario.resolve(&dataset(), &files).unwrap()
}

#[test]
fn only_a_written_name_takes_the_place_of_a_measure() {
    let unnamed =
        |on: &str, add: u32| format!("[[measure]]\nby = \"USA\"\non = \"{on}\"\nadd = \"{add}pp\"\n");
    let base = unnamed("CHN", 10) + &unnamed("MEX", 20);
    let mid = format!("extends = \"base.toml\"\ndrop = \"measure-1\"\n{}", unnamed("CAN", 30));
    let top = format!("extends = \"mid.toml\"\n{}", unnamed("CHN", 40));
    let policy = variant(&top, &[("base.toml", &base), ("mid.toml", &mid)]).policy;
    let names: Vec<&str> = policy.measures.iter().map(|measure| measure.name.as_str()).collect();
    assert_eq!(names, ["measure-2", "measure-3", "measure-4"]);
    assert!(close(after(&policy, "USA", "CAN", "AGR"), 0.30));
    assert!(close(after(&policy, "USA", "CHN", "AGR"), 0.45));
    let named = base.replacen("[[measure]]\n", "[[measure]]\nname = \"measure-3\"\n", 1);
    let policy =
        variant(&format!("extends = \"b.toml\"\n{}", unnamed("CAN", 40)), &[("b.toml", &named)]).policy;
    assert_eq!(policy.measures.len(), 3);
}

#[test]
fn a_variant_that_makes_a_measure_certain_says_so() {
    let base = on_china("add = \"5pp\"")
        + "[[measure]]\nname = \"n\"\nby = \"USA\"\non = \"MEX\"\nadd = \"5pp\"\n\
           [[outcome]]\nname = \"war\"\nprobability = \"60%\"\nmeasures = [\"m\", \"n\"]\n\
           [[outcome]]\nname = \"peace\"\nprobability = \"40%\"\n";
    let over = |text: &str| variant(&format!("extends = \"b.toml\"\n{text}"), &[("b.toml", &base)]);
    let war = "[[outcome]]\nname = \"war\"\nprobability = \"60%\"\nmeasures = [\"m\"]\n";
    let told =
        "`n` came with some outcomes of the other scenario and is in none now, so every outcome has them";
    assert_eq!(warned(&over(war)), [told]);
    assert_eq!(over(war).warnings[0].place.as_ref().unwrap().line(), 2);
    let all = over("drop = [\"war\", \"peace\"]\n");
    assert!(warned(&all)[0].starts_with("`m` and `n` came with some outcomes"));
    assert!(warned(&over(&format!("drop = \"n\"\n{war}"))).is_empty());
    assert!(warned(&over("")).is_empty());
}

#[test]
fn a_list_that_cannot_be_long_enough_is_told_and_not_said_to_be() {
    let text = "[[measure]]\nname = \"m\"\nby = \"CHN\"\non = \"MEX\"\nadd = \"20pp\"\n\
                [[response]]\nname = \"r\"\nby = \"MEX\"\nto = \"m\"\nmode = \"equal-trade\"\ngoods = \"AGR\"\n";
    let short = resolve(text);
    assert_eq!(
        warned(&short),
        ["there is less trade on which `r` could be than was hit, so it is on all of it"]
    );
    let words = &short.policy.measures[1].words;
    assert!(
        words.contains("on all of agriculture from China, which is not as much trade as was hit"),
        "{words}"
    );
    assert!(warned(&resolve(&text.replace("goods = \"AGR\"", "share = \"10%\""))).is_empty());
}

fn told_over_time(text: &str) -> (String, String) {
    let scenario = Scenario::parse("test.toml", text).unwrap();
    let path = scenario.resolve_path(&dataset(), &Memory::default()).unwrap();
    let days: Vec<(Date, &Resolved)> = path.iter().map(|(day, on)| (*day, on)).collect();
    (explain::path(&days, &dataset()), path[0].1.summary.clone())
}

#[test]
fn each_measure_over_time_is_told_once_with_its_size() {
    let (told, summary) = told_over_time(&answered("add = \"10pp\"\nfrom = 2025-04-05", "+5pp"));
    assert_eq!(told.matches("China answers `m`").count(), 1, "{told}");
    assert!(summary.contains("with 5 percentage points on the same goods"), "{summary}");
    assert!(told.contains("What is in force changes on one day, 5 April 2025."), "{told}");
    let (told, summary) = told_over_time(&answered("add = \"10pp\"\nfrom = 2025-04-05", "equal-revenue"));
    assert_eq!(told.matches("China answers `m`").count(), 1, "{told}");
    assert!(summary.contains("percentage points on the same goods"), "{summary}");
    // What is not the same on all days has no one size.
    let phased = answered(
        "add = \"10pp\"\nphase_in = { 2025-04-05 = \"50%\", 2025-06-01 = \"100%\" }",
        "equal-revenue",
    );
    let (told, summary) = told_over_time(&phased);
    assert!(summary.contains("China answers `m` with a tariff on the same goods"), "{summary}");
    assert_eq!(told.matches("China answers `m`").count(), 1, "{told}");
}

#[test]
fn all_measures_that_meet_on_a_flow_are_named() {
    let text = on_china("add = \"10pp\"")
        + "[[measure]]\nname = \"n\"\nby = \"USA\"\non = \"CHN\"\nmultiply = \"150%\"\n\
           [[measure]]\nname = \"o\"\nby = \"USA\"\non = \"CHN\"\ncap = \"16%\"\n";
    let told = explain::paragraph(&resolve(&text), &dataset());
    assert!(told.contains("On 2 flows several measures act together: `m`, `n` and `o`."), "{told}");
}

#[test]
fn more_than_can_be_worked_out_is_refused() {
    let days = (1990..1996).flat_map(|year| {
        (1..=12).flat_map(move |month| (1..=28).map(move |day| format!("{year}-{month:02}-{day:02}")))
    });
    let steps: Vec<String> = days.map(|day| format!("{day} = \"50%\"")).collect();
    let text = on_china("add = \"1pp\"")
        + &format!("phase_in = {{ {} }}\n", steps.join(", "))
        + &"[[measure]]\nby = \"all\"\non = \"all\"\nadd = \"1pp\"\n".repeat(900);
    let scenario = Scenario::parse("test.toml", &text).unwrap();
    let found = scenario.resolve_path(&dataset(), &Memory::default()).unwrap_err();
    assert!(
        found[0].message.contains("flows, counting each measure, day and outcome"),
        "{}",
        found[0].message
    );
    assert!(found[0].help.contains("`--on`"));
}

#[test]
fn what_newcomers_write_is_met_with_what_to_write() {
    let help = |body: &str| faults(&on_china(body))[0].help.clone();
    assert_eq!(help("add = “25pp”"), "a text stands in straight double quotes: `add = \"25pp\"`");
    assert!(help("add = \"1pp\"\nfrom = 2025-02-29").starts_with("a date is a day of the calendar"));
    assert_eq!(help("add = \"25,5pp\""), "decimals stand after a point: \"25.5pp\"");
    let circle = answered("add = \"1pp\"", "reciprocal")
        + "[[response]]\nname = \"a\"\nby = \"CHN\"\nto = \"b\"\nmode = \"reciprocal\"\n\
           [[response]]\nname = \"b\"\nby = \"USA\"\nto = \"a\"\nmode = \"reciprocal\"\n\
           [[response]]\nname = \"c\"\nby = \"USA\"\nto = \"c\"\nmode = \"reciprocal\"\n";
    let said: Vec<String> = faults(&circle).into_iter().map(|fault| fault.message).collect();
    assert_eq!(said, ["`a` and `b` answer one another in a circle", "`c` answers itself"]);
}
