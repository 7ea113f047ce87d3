//! Measures with dates: which are in force when, and what follows for those that refer to others.

#![allow(clippy::panic, reason = "a test says what is wrong")]

mod scenario_support;

use scenario_support::{Memory, dataset, faults, flow, rate, resolve};
use tariffsim::diagnostic::Diagnostic;
use tariffsim::economy::closure::{Labour, Mobility};
use tariffsim::economy::horizon::Horizon;
use tariffsim::scenario::{Resolved, Scenario};
use tariffsim::units::Date;

fn date(text: &str) -> Date {
    Date::parse(text).expect("a date")
}

fn scenario(text: &str) -> Scenario {
    Scenario::parse("test.toml", text).expect("a well-formed scenario")
}

/// The scenario on a day.
fn on(text: &str, day: &str) -> Resolved {
    resolve(&format!("date = {day}\n{text}"))
}

/// The rate on a flow, in per cent.
fn percent(resolved: &Resolved, importer: &str, exporter: &str, sector: &str) -> f64 {
    let flow = flow(importer, exporter, sector);
    let changed = resolved.policy.rates.iter().find(|rate| rate.flow == flow);
    let rate = changed.map_or_else(|| dataset().tariffs.get(flow), |rate| rate.after.fraction());
    (rate * 1e9).round() / 1e7
}

/// The rates of one flow on some days.
fn rates(text: &str, (importer, exporter, sector): (&str, &str, &str), days: &[&str]) -> Vec<f64> {
    days.iter().map(|day| percent(&on(text, day), importer, exporter, sector)).collect()
}

fn path(text: &str) -> Vec<(Date, Resolved)> {
    scenario(text).resolve_path(&dataset(), &Memory::default()).expect("a scenario that resolves")
}

const SUMMER: &str = "[[measure]]\nname=\"summer\"\nby=\"USA\"\non=\"CAN\"\ngoods=\"AUT\"\nadd=\"10pp\"\nfrom=2025-06-01\nuntil=\"2025-08-31\"\n";

const CAR: (&str, &str, &str) = ("USA", "CAN", "AUT");

#[test]
fn a_measure_is_in_force_from_its_first_to_its_last_day() {
    let days = ["2025-05-31", "2025-06-01", "2025-08-31", "2025-09-01"];
    assert_eq!(rates(SUMMER, CAR, &days), [1.0, 11.0, 11.0, 1.0]);
    assert_eq!(scenario(SUMMER).changes(), [date("2025-06-01"), date("2025-09-01")]);
}

#[test]
fn before_the_first_measure_nothing_changes_and_the_reader_is_told() {
    let before = on(SUMMER, "2025-01-01");
    assert!(before.policy.changes.is_empty() && before.policy.touched.is_empty());
    assert!(before.policy.measures.is_empty() && before.policy.rates.is_empty());
    let warning = &before.warnings[0];
    assert!(warning.message.contains("no measure is in force"), "{}", warning.message);
    let path = path(SUMMER);
    assert_eq!(
        path.iter().map(|(day, _)| day.to_string()).collect::<Vec<_>>(),
        ["2025-05-31", "2025-06-01", "2025-09-01"]
    );
    assert!(path[0].1.policy.changes.is_empty() && path[2].1.policy.changes.is_empty());
    assert!(path.iter().all(|(_, resolved)| resolved.warnings.is_empty()));
}

#[test]
fn measures_without_dates_are_always_in_force() {
    let text = format!("{SUMMER}[[measure]]\nby=\"USA\"\non=\"CAN\"\ngoods=\"AUT\"\nadd=\"5pp\"\n");
    assert_eq!(rates(&text, CAR, &["1950-01-01", "2025-07-01", "2099-01-01"]), [6.0, 16.0, 6.0]);
}

#[test]
fn a_step_scales_what_its_own_measure_does_and_nothing_else() {
    let steps = "phase_in={2025-03-04=\"50%\",2025-09-04=\"100%\"}\n";
    let head = "[[measure]]\nby=\"USA\"\non=\"CHN\"\ngoods=\"AUT\"\n";
    let days = ["2025-03-03", "2025-03-04", "2025-09-03", "2025-09-04"];
    let flow = ("USA", "CHN", "AUT");
    let of = |verb: &str| rates(&format!("{head}{verb}\n{steps}"), flow, &days);
    assert_eq!(of("add=\"10pp\""), [2.5, 7.5, 7.5, 12.5]);
    assert_eq!(of("set=\"12.5%\""), [2.5, 7.5, 7.5, 12.5]);
    assert_eq!(of("remove=true"), [2.5, 1.25, 1.25, 0.0]);
    assert_eq!(of("multiply=\"300%\""), [2.5, 5.0, 5.0, 7.5]);
    assert_eq!(of("match={by=\"MEX\"}"), [2.5, 11.25, 11.25, 20.0]);
    assert_eq!(of("floor=\"4.5%\""), [2.5, 3.5, 3.5, 4.5]);
    // Another measure on the same flow is not scaled.
    let both = format!("{head}add=\"10pp\"\n{steps}{head}name=\"other\"\nadd=\"20pp\"\n");
    assert_eq!(rates(&both, flow, &days), [22.5, 27.5, 27.5, 32.5]);
    // Half an addition is to the bit the addition of half.
    let half = on(&format!("{head}add=\"10pp\"\n{steps}"), "2025-05-05");
    let whole = resolve(&format!("{head}add=\"5pp\"\n"));
    assert_eq!(half.policy.changes, whole.policy.changes);
    let cost = on(&format!("{head}trade_cost=\"+20%\"\n{steps}"), "2025-05-05");
    assert!((cost.policy.changes[0].cost.factor() - 1.1).abs() < 1e-15);
}

#[test]
fn all_of_a_measure_is_the_measure_to_the_bit() {
    let text = "[[measure]]\nby=\"USA\"\non=\"CHN\"\nset=\"33.3%\"\n";
    let stepped = on(&format!("{text}phase_in={{2025-03-04=\"30%\",2025-09-04=\"100%\"}}\n"), "2026-01-01");
    assert_eq!(stepped.policy.changes, resolve(text).policy.changes);
}

#[test]
fn what_is_followed_is_the_rate_of_that_day() {
    let text = "
[[measure]]
name=\"us\"
by=\"USA\"
on=\"CHN\"
goods=\"AUT\"
add=\"40pp\"
from=2025-02-01
until=2025-04-30
[[measure]]
name=\"mexico-matches\"
by=\"MEX\"
on=\"CHN\"
goods=\"AUT\"
match={by=\"USA\"}
from=2025-03-01
[[measure]]
name=\"china-answers\"
by=\"CHN\"
on=\"USA\"
goods=\"AUT\"
reciprocal=true
from=2025-03-01
until=2025-06-30
";
    let days = ["2025-02-15", "2025-03-15", "2025-05-15", "2025-07-15"];
    assert_eq!(rates(text, ("USA", "CHN", "AUT"), &days), [42.5, 42.5, 2.5, 2.5]);
    // Mexico's own rate is 20 %, above what the United States charges without the measure.
    assert_eq!(rates(text, ("MEX", "CHN", "AUT"), &days), [20.0, 42.5, 20.0, 20.0]);
    assert_eq!(rates(text, ("CHN", "USA", "AUT"), &days), [15.0, 42.5, 15.0, 15.0]);
}

#[test]
fn a_measure_is_replaced_only_while_the_one_that_replaces_it_is_in_force() {
    // The first measure is over before the others begin, so that positions differ from day to day.
    let text = "
[[measure]]
name=\"long-ago\"
by=\"MEX\"
on=\"CHN\"
add=\"1pp\"
from=2001-01-01
until=2001-12-31
[[measure]]
name=\"ten\"
by=\"USA\"
on=\"CHN\"
add=\"10pp\"
from=2025-02-04
[[measure]]
name=\"cars\"
by=\"USA\"
on=\"CHN\"
goods=\"AUT\"
add=\"30pp\"
instead_of=\"ten\"
from=2025-03-04
until=2025-04-30
[[measure]]
name=\"never-together\"
by=\"USA\"
on=\"CHN\"
goods=\"AUT\"
set=\"50%\"
from=2025-06-01
until=2025-06-30
[[measure]]
name=\"after-that\"
by=\"USA\"
on=\"CHN\"
goods=\"AUT\"
set=\"60%\"
from=2025-07-01
";
    let days = ["2025-02-10", "2025-03-10", "2025-05-10", "2025-06-10", "2025-07-10"];
    assert_eq!(rates(text, ("USA", "CHN", "AUT"), &days), [12.5, 32.5, 12.5, 60.0, 70.0]);
    assert!(path(text).iter().all(|(_, resolved)| resolved.warnings.is_empty()));
}

#[test]
fn two_levels_on_one_flow_are_refused_if_their_days_overlap() {
    let text = include_str!("../scenarios/invalid/two-levels-on-some-days.toml");
    let found = faults(text);
    assert_eq!(found.len(), 1);
    assert!(found[0].message.ends_with("(from 2025-05-01)"), "{}", found[0].message);
    assert!(Scenario::parse("test.toml", &text.replace("until = 2025-05-03", "until = 2025-04-30")).is_ok());
    assert_eq!(path(&text.replace("until = 2025-05-03", "until = 2025-04-30")).len(), 3);
}

#[test]
fn an_idle_measure_is_told_only_if_it_is_idle_on_all_its_days() {
    let text = "
[[measure]]
name=\"cap\"
by=\"USA\"
on=\"CHN\"
goods=\"AUT\"
cap=\"30%\"
from=2025-02-01
[[measure]]
name=\"add\"
by=\"USA\"
on=\"CHN\"
goods=\"AUT\"
add=\"40pp\"
from=2025-03-01
";
    assert!(path(text).iter().all(|(_, resolved)| resolved.warnings.is_empty()));
    let never = text.replace("40pp", "4pp");
    assert!(path(&never)[0].1.warnings[0].message.contains("`cap` changes no tariff"));
}

#[test]
fn a_scenario_that_begins_once_needs_no_day_and_others_do() {
    let begins = "[[measure]]\nby=\"USA\"\non=\"CHN\"\nadd=\"10pp\"\nfrom=2025-02-04\n";
    assert!((rate(&resolve(begins).policy, "USA", "CHN", "AUT").after.fraction() - 0.125).abs() < 1e-12);
    let found = faults(SUMMER);
    assert!(found[0].message.contains("change on 2 days"), "{}", found[0].message);
    let ends = begins.replace("from=2025-02-04", "until=2025-02-04");
    assert!(faults(&ends)[0].message.contains("change on 2025-02-05"));
}

#[test]
fn days_without_meaning_are_told() {
    let warned = |text: &str| -> Vec<String> {
        let message = |fault: Diagnostic| fault.message;
        resolve(text).warnings.into_iter().map(message).collect()
    };
    let plain = "[[measure]]\nby=\"USA\"\non=\"CHN\"\nadd=\"10pp\"\n";
    assert!(warned(&format!("date=2025-01-01\n{plain}"))[0].contains("every day is the same"));
    assert!(warned(&format!("{plain}[model]\nhorizon=\"elapsed\"\n"))[0].contains("is the long run"));
}

#[test]
fn a_horizon_scales_elasticities_and_elapsed_counts_from_the_dates() {
    let plain = "[[measure]]\nby=\"USA\"\non=\"CHN\"\nadd=\"10pp\"\nfrom=2025-01-01\n";
    let at =
        |horizon: &str, day: &str| on(&format!("{plain}[model]\nhorizon=\"{horizon}\"\n"), day).elasticities;
    assert_eq!(at("long", "2025-01-01").central(), [4.0; 3]);
    assert_eq!(at("18m", "2025-01-01").horizon, Horizon::Years(1.5));
    let one = at("1y", "2025-01-01").central();
    assert!((one[0] - (5.0 * 0.76 / 2.12 - 1.0)).abs() < 1e-12);
    assert_eq!(at("elapsed", "2025-01-01").central(), one, "nothing shorter than a year is estimated");
    let Horizon::Years(years) = at("elapsed", "2028-01-01").horizon else { panic!("some years have passed") };
    assert!((years - 1095.0 / 365.25).abs() < 1e-9);
    // A second measure on as much trade, three years younger; and one without a date, which has always been there.
    let younger = "[[measure]]\nby=\"USA\"\non=\"CHN\"\nadd=\"1pp\"\nfrom=2028-01-01\n";
    let both = format!("{plain}{younger}[model]\nhorizon=\"elapsed\"\n");
    let mean = on(&both, "2029-01-01").elasticities.horizon;
    let Horizon::Years(mean) = mean else { panic!("some years have passed") };
    assert!((mean - (1461.0 + 366.0) / 2.0 / 365.25).abs() < 1e-9, "{mean}");
    let undated = format!(
        "{}[model]\nhorizon=\"elapsed\"\n",
        both.split("[model]").next().expect("measures").replace("from=2028-01-01", "")
    );
    let Horizon::Years(mean) = on(&undated, "2029-01-01").elasticities.horizon else { panic!("some years") };
    assert!((mean - (1461.0 / 365.25 + 10.0) / 2.0).abs() < 1e-9, "{mean}");
}

#[test]
fn labour_stays_in_its_sector_for_a_year_unless_it_is_said_how_it_moves() {
    let plain = "[[measure]]\nby=\"USA\"\non=\"CHN\"\nadd=\"10pp\"\nfrom=2025-01-01\n";
    let labour = |model: &str, day: &str| {
        let resolved = on(&format!("{plain}[model]\n{model}\n"), day);
        let again = resolve(&resolved.to_toml(&resolved.uncertainty));
        if !model.contains("elapsed") {
            assert_eq!(again.closure, resolved.closure, "written back and read again");
        }
        resolved.closure.labour
    };
    assert_eq!(labour("", "2025-06-01"), Labour::Mobile);
    assert_eq!(labour("horizon=\"1y\"", "2025-06-01"), Labour::SectorSpecific);
    assert_eq!(labour("horizon=\"13m\"", "2025-06-01"), Labour::Mobile);
    assert_eq!(labour("horizon=\"elapsed\"", "2025-12-31"), Labour::SectorSpecific);
    assert_eq!(labour("horizon=\"elapsed\"", "2026-02-01"), Labour::Mobile);
    assert_eq!(labour("horizon=\"1y\"\nlabour=\"mobile\"", "2025-06-01"), Labour::Mobile);
    assert_eq!(labour("labour=\"sector-specific\"", "2025-06-01"), Labour::SectorSpecific);
    let between = Labour::Between(Mobility::new(1.5).expect("above 1"));
    assert_eq!(labour("labour={ mobility = 1.5 }", "2025-06-01"), between);
}

#[test]
fn what_is_written_back_is_the_same_on_every_day() {
    let text = format!(
        "{SUMMER}[[measure]]\nby=\"USA\"\non=\"CHN\"\nadd=\"10pp\"\nphase_in={{2025-07-01=\"12.5%\"}}\n[model]\nhorizon=\"18m\"\n"
    );
    let first = path(&text);
    let written = first[0].1.to_toml(&first[0].1.uncertainty);
    let second = path(&written);
    assert_eq!(first.len(), second.len());
    for ((day, one), (other_day, other)) in first.iter().zip(&second) {
        assert_eq!((day, &one.policy, &one.elasticities), (other_day, &other.policy, &other.elasticities));
    }
    let named = on(&text, "2025-07-15");
    assert_eq!(resolve(&named.to_toml(&named.uncertainty)).policy, named.policy);
    assert!(named.title.ends_with(", on 15 July 2025"));
}

#[test]
fn events_say_what_begins_goes_further_and_ends() {
    let text = format!(
        "{SUMMER}[[measure]]\nname=\"steps\"\nby=\"USA\"\non=\"CHN\"\nadd=\"10pp\"\nphase_in={{2025-06-01=\"50%\",2025-09-01=\"100%\"}}\n"
    );
    let words = |day| {
        let on = on(&text, day);
        scenario(&text).events(date(day), [&on, &on]).words()
    };
    assert_eq!(words("2025-06-01"), "summer and steps at 50% begin");
    assert_eq!(words("2025-09-01"), "steps goes to 100%; summer ends");
    assert_eq!(words("2025-07-01"), "");
}
