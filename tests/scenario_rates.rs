//! How measures become rates: every verb, the order in which they combine, rules, replacements and exemptions.

mod scenario_support;

use proptest::prelude::*;
use scenario_support::{Memory, after, close, dataset, faults, flow, rate, resolve, resolve_with};
use tariffsim::economy::policy::{Contribution, Duty, ExemptMode, FlowChange, Policy};
use tariffsim::units::CostFactor;

/// One measure of the United States on China.
fn us_on_china(verb: &str) -> Policy {
    resolve(&format!("[[measure]]\nby = \"USA\"\non = \"CHN\"\n{verb}\n")).policy
}

#[test]
fn each_verb_does_to_a_rate_what_it_says() {
    // Observed: 5% on AGR, 2.5% on AUT.
    for (verb, agr, aut) in [
        ("set = \"25%\"", 0.25, 0.25),
        ("add = \"25pp\"", 0.30, 0.275),
        ("add = \"-1pp\"", 0.04, 0.015),
        ("multiply = \"200%\"", 0.10, 0.05),
        ("cap = \"3%\"", 0.03, 0.025),
        ("floor = \"3%\"", 0.05, 0.03),
        ("cut = \"40%\"", 0.03, 0.015),
        ("remove = true", 0.0, 0.0),
        ("match = { by = \"MEX\" }", 0.10, 0.20),
        ("match = { by = \"MEX\", share = \"50%\" }", 0.075, 0.1125),
        ("match = { by = \"CAN\" }", 0.05, 0.06),
        ("match = { by = \"CAN\", lower_too = true }", 0.0, 0.06),
        ("reciprocal = true", 0.05, 0.15),
    ] {
        let policy = us_on_china(verb);
        assert!(close(after(&policy, "USA", "CHN", "AGR"), agr), "{verb}");
        assert!(close(after(&policy, "USA", "CHN", "AUT"), aut), "{verb}");
    }
}

#[test]
fn all_goods_are_never_services_and_a_named_service_is_taxed() {
    let policy = us_on_china("add = \"25pp\"");
    assert!(close(after(&policy, "USA", "CHN", "BUS"), 0.0));
    assert_eq!(policy.touched, [flow("USA", "CHN", "AGR"), flow("USA", "CHN", "AUT")]);
    let policy = us_on_china("goods = [\"all\", \"BUS\"]\nexcept_goods = \"AGR\"\nadd = \"25pp\"");
    assert_eq!(policy.touched, [flow("USA", "CHN", "AUT"), flow("USA", "CHN", "BUS")]);
}

#[test]
fn trade_costs_multiply_and_an_embargo_is_prohibitive() {
    let twice = resolve(
        "[[measure]]\nby = \"USA\"\non = \"all\"\ntrade_cost = \"+10%\"\n\
         [[measure]]\nby = \"USA\"\non = \"MEX\"\ntrade_cost = \"+20%\"\n",
    );
    let cost = |policy: &Policy, exporter: &str| {
        let flow = flow("USA", exporter, "AUT");
        policy.changes.iter().find(|change| change.flow == flow).map(|change| change.cost.factor())
    };
    assert!(close(cost(&twice.policy, "MEX").expect("a change"), 1.32));
    assert!(close(cost(&twice.policy, "CHN").expect("a change"), 1.10));
    assert!(twice.policy.rates.is_empty());
    let closed = us_on_china("embargo = true");
    assert!(closed.changes.iter().all(|change| change.cost == CostFactor::PROHIBITIVE));
    assert_eq!(closed.changes.len(), 2);
}

#[test]
fn tables_of_rates_and_costs_count_only_where_the_measure_reaches() {
    let table = "rate,importer,exporter,sector\n0.3,USA,CHN,AUT\n0.4,CAN,CHN,AUT\n0.5,USA,MEX,AUT\n";
    let text = "[[measure]]\nby = \"USA\"\non = \"CHN\"\nrates = \"r.csv\"\n";
    let resolved = resolve_with(text, &Memory::with("r.csv", table));
    assert_eq!(resolved.policy.rates.len(), 1);
    assert!(close(after(&resolved.policy, "USA", "CHN", "AUT"), 0.3));
    assert_eq!(resolved.inputs_for_hash(), [("", text), ("r.csv", table)]);
    let table = "importer,exporter,cost_factor\nUSA,CHN,1.5\n";
    let text = "[[measure]]\nby = \"all\"\non = \"all\"\ntrade_costs = \"c.csv\"\n";
    let changes = resolve_with(text, &Memory::with("c.csv", table)).policy.changes;
    assert_eq!(
        changes.iter().map(|c| c.flow).collect::<Vec<_>>(),
        [flow("USA", "CHN", "AGR"), flow("USA", "CHN", "AUT")]
    );
    assert!(changes.iter().all(|change| close(change.cost.factor(), 1.5)));
}

/// Every stage at once, written in the wrong order on purpose.
const ALL_STAGES: &str = r#"
[[measure]]
name = "floor"
by = "USA"
on = "CHN"
floor = "31%"
[[measure]]
name = "cap"
by = "USA"
on = "CHN"
cap = "30%"
[[measure]]
name = "multiply"
by = "USA"
on = "CHN"
multiply = "200%"
[[measure]]
name = "match"
by = "USA"
on = "CHN"
match = { by = "MEX" }
[[measure]]
name = "second-add"
by = "USA"
on = "CHN"
add = "2pp"
[[measure]]
name = "first-add"
by = "USA"
on = "CHN"
add = "1pp"
[[measure]]
name = "set"
by = "USA"
on = "CHN"
set = "10%"
"#;

#[test]
fn measures_combine_in_the_order_of_the_stages_whatever_their_order_in_the_file() {
    let policy = resolve(ALL_STAGES).policy;
    // 2.5% → set 10% → +2 +1 = 13% → match 20% → ×2 = 40% → cap 30% → floor 31%.
    let aut = rate(&policy, "USA", "CHN", "AUT");
    let steps: Vec<(&str, f64)> =
        aut.contributions.iter().map(|c| (policy.measures[c.measure].name.as_str(), c.change)).collect();
    let expected = [
        ("set", 0.075),
        ("second-add", 0.02),
        ("first-add", 0.01),
        ("match", 0.07),
        ("multiply", 0.20),
        ("cap", -0.10),
        ("floor", 0.01),
    ];
    for (step, expected) in steps.iter().zip(expected) {
        assert_eq!(step.0, expected.0);
        assert!(close(step.1, expected.1), "{step:?}");
    }
    assert_eq!(steps.len(), expected.len());
    assert!(close(aut.after.fraction(), 0.31));
}

#[test]
fn opposite_adds_cancel_exactly() {
    let text = "[[measure]]\nby=\"USA\"\non=\"all\"\nadd=\"0.1pp\"\n[[measure]]\nby=\"USA\"\non=\"all\"\nadd=\"0.2pp\"\n\
                [[measure]]\nby=\"USA\"\non=\"all\"\nadd=\"-0.3pp\"\n";
    let policy = resolve(text).policy;
    assert_eq!((policy.changes.len(), policy.rates.len(), policy.touched.len()), (0, 0, 6));
}

#[test]
fn three_importers_follow_one_another_in_a_line() {
    let text = r#"
        [[measure]]
        by = "CAN"
        on = "CHN"
        match = { by = "MEX" }
        [[measure]]
        by = "MEX"
        on = "CHN"
        match = { by = "USA", share = "50%" }
        [[measure]]
        by = "USA"
        on = "CHN"
        add = "50pp"
    "#;
    let policy = resolve(text).policy;
    assert!(close(after(&policy, "USA", "CHN", "AUT"), 0.525));
    assert!(close(after(&policy, "MEX", "CHN", "AUT"), 0.2 + 0.5 * (0.525 - 0.2)));
    assert!(close(after(&policy, "CAN", "CHN", "AUT"), 0.3625));
}

#[test]
fn match_can_follow_one_exporter_or_only_what_is_added() {
    let us = "[[measure]]\nby = \"USA\"\non = \"CHN\"\nadd = \"20pp\"\n";
    let one = resolve(&format!(
        "{us}[[measure]]\nby = \"MEX\"\non = [\"CAN\", \"CHN\"]\nmatch = {{ by = \"USA\", on = \"CHN\" }}\n"
    ));
    assert!(close(after(&one.policy, "MEX", "CAN", "AGR"), 0.25));
    assert!(close(after(&one.policy, "MEX", "CHN", "AGR"), 0.25));
    let added = resolve(&format!(
        "{us}[[measure]]\nby = \"MEX\"\non = \"CHN\"\nmatch = {{ by = \"USA\", increase_only = true }}\n"
    ));
    assert!(close(after(&added.policy, "MEX", "CHN", "AUT"), 0.40));
}

#[test]
fn an_importer_among_all_does_not_follow_itself() {
    let text = "[[measure]]\nby = \"all\"\non = \"CHN\"\nmatch = { by = \"MEX\" }\n";
    let policy = resolve(text).policy;
    assert!(close(after(&policy, "USA", "CHN", "AUT"), 0.20));
    assert!(close(after(&policy, "MEX", "CHN", "AUT"), 0.20));
}

#[test]
fn a_circle_names_all_measures_in_it_and_only_those() {
    let follow = |name: &str, by: &str, whom: &str| {
        format!(
            "[[measure]]\nname = \"{name}\"\nby = \"{by}\"\non = \"CHN\"\nmatch = {{ by = \"{whom}\" }}\n"
        )
    };
    let text = follow("one", "USA", "CAN") + &follow("two", "CAN", "MEX") + &follow("three", "MEX", "CAN");
    let found = faults(&text);
    assert_eq!(found.len(), 1);
    assert!(found[0].message.starts_with("`two` and `three` follow one another"), "{}", found[0].message);
    let both =
        "[[measure]]\nname = \"r\"\nby = [\"USA\", \"CHN\"]\non = [\"USA\", \"CHN\"]\nreciprocal = true\n";
    assert!(faults(both)[0].message.starts_with("`r` follows itself"));
}

#[test]
fn circles_are_judged_flow_by_flow() {
    // The two name each other, but on different partners, so nothing depends on itself.
    let text = "[[measure]]\nby = \"USA\"\non = \"CHN\"\nmatch = { by = \"MEX\" }\n\
                [[measure]]\nby = \"MEX\"\non = \"CAN\"\nmatch = { by = \"USA\" }\n";
    assert!(close(after(&resolve(text).policy, "USA", "CHN", "AUT"), 0.20));
}

#[test]
fn replacements_chain_and_act_only_where_they_apply() {
    let text = r#"
        [[measure]]
        name = "all"
        by = "USA"
        on = "all"
        add = "10pp"
        [[measure]]
        name = "china"
        by = "USA"
        on = "CHN"
        add = "20pp"
        instead_of = "all"
        [[measure]]
        name = "chinese-cars"
        by = "USA"
        on = "CHN"
        goods = "AUT"
        add = "30pp"
        instead_of = ["china", "all"]
    "#;
    let policy = resolve(text).policy;
    assert!(close(after(&policy, "USA", "MEX", "AUT"), 0.10));
    assert!(close(after(&policy, "USA", "CHN", "AGR"), 0.25));
    assert!(close(after(&policy, "USA", "CHN", "AUT"), 0.325));
    assert_eq!(policy.measures.iter().map(|m| m.flows).collect::<Vec<_>>(), [4, 1, 1]);
}

#[test]
fn two_levels_are_an_error_unless_one_replaces_the_other() {
    let text = |instead: &str| {
        format!(
            "[[measure]]\nname = \"a\"\nby = \"USA\"\non = \"CHN\"\nset = \"10%\"\n\
             [[measure]]\nby = \"USA\"\non = \"CHN\"\ngoods = \"AUT\"\nremove = true\n{instead}\n"
        )
    };
    assert!(faults(&text(""))[0].message.contains("both say where the tariff starts"));
    assert!(close(after(&resolve(&text("instead_of = \"a\"")).policy, "USA", "CHN", "AUT"), 0.0));
}

#[test]
fn an_exempt_part_pays_the_rate_without_its_measure_and_a_follower_sees_the_books() {
    let text = r#"
        [[measure]]
        name = "tariff"
        by = "USA"
        on = ["CAN", "CHN"]
        add = "20pp"
        exempt_share = { CAN = "40%" }
        [[measure]]
        name = "follow"
        by = "MEX"
        on = "CAN"
        match = { by = "USA" }
    "#;
    let policy = resolve(text).policy;
    let labels: Vec<&str> = policy.exempt_shares.iter().map(|share| share.label.as_str()).collect();
    assert_eq!(labels, ["exempt_share:CAN"]);
    let canadian = rate(&policy, "USA", "CAN", "AUT");
    assert!(close(canadian.after.fraction(), 0.01 + 0.6 * 0.20));
    assert!(close(canadian.statutory.fraction(), 0.21));
    let change = policy.changes.iter().find(|c| c.flow == flow("USA", "CAN", "AUT")).expect("a change");
    assert!(close(change.exempt[0].rate.fraction(), 0.01));
    assert!(close(after(&policy, "MEX", "CAN", "AUT"), 0.21));
    let chinese = policy.changes.iter().find(|c| c.flow == flow("USA", "CHN", "AUT")).expect("a change");
    assert!(chinese.exempt.is_empty());
}

#[test]
fn exempt_parts_are_nested_smallest_share_first() {
    let text = r#"
        [[measure]]
        name = "large"
        by = "USA"
        on = "CAN"
        add = "10pp"
        exempt_share = "75%"
        [[measure]]
        name = "small"
        by = "USA"
        on = "CAN"
        add = "20pp"
        exempt_share = "25%"
        [model]
        exempt_mode = "average"
    "#;
    let policy = resolve(text).policy;
    assert_eq!(policy.exempt_mode, ExemptMode::Average);
    let change = policy.changes.iter().find(|c| c.flow == flow("USA", "CAN", "AUT")).expect("a change");
    // 25% pays 1%; the next 50% is exempt from `large` only and pays 21%; the last quarter pays 31%.
    let rates: Vec<f64> = change.exempt.iter().map(|variety| variety.rate.fraction()).collect();
    assert!(close(rates[0], 0.01) && close(rates[1], 0.21) && close(change.rate.fraction(), 0.31));
    assert!(close(
        rate(&policy, "USA", "CAN", "AUT").after.fraction(),
        0.25 * 0.01 + 0.5 * 0.21 + 0.25 * 0.31
    ));
    let labels: Vec<&str> = policy.exempt_shares.iter().map(|share| share.label.as_str()).collect();
    assert_eq!(labels.len(), 2);
    assert_ne!(labels[0], labels[1]);
}

#[test]
fn a_table_of_exempt_shares_is_one_entry_for_each_partner_and_sector() {
    let text = "[[measure]]\nname = \"a\"\nby = \"USA\"\non = [\"CAN\", \"MEX\"]\nadd = \"25pp\"\nexempt_share = \"usmca-2024\"\n\
                [[measure]]\nname = \"b\"\nby = \"USA\"\non = \"CAN\"\ngoods = \"AUT\"\nadd = \"5pp\"\nexempt_share = \"usmca-2024\"\n";
    let policy = resolve(text).policy;
    let labels: Vec<&str> = policy.exempt_shares.iter().map(|share| share.label.as_str()).collect();
    assert_eq!(
        labels,
        ["exempt_share:CAN:AGR", "exempt_share:MEX:AGR", "exempt_share:CAN:AUT", "exempt_share:MEX:AUT"]
    );
    // One unknown number: the part is exempt from both at once.
    let change = policy.changes.iter().find(|c| c.flow == flow("USA", "CAN", "AUT")).expect("a change");
    assert_eq!(change.exempt.len(), 1);
    assert!(close(change.exempt[0].rate.fraction(), 0.01));
    assert!(close(policy.central_shares()[2], 0.9041));
}

#[test]
fn an_exemption_that_changes_nothing_is_no_variety() {
    let text = "[[measure]]\nby = \"USA\"\non = \"CHN\"\nadd = \"0pp\"\nexempt_share = \"40%\"\n\
                [[measure]]\nby = \"USA\"\non = \"CHN\"\nset = \"50%\"\n\
                [[measure]]\nby = \"USA\"\non = \"CAN\"\nadd = \"5pp\"\nexempt_share = \"0%\"\n";
    let policy = resolve(text).policy;
    assert!(policy.changes.iter().all(|change| change.exempt.is_empty()));
}

#[test]
fn a_measure_in_place_of_another_stays_in_its_place_for_the_exempt_part() {
    let text = "[[measure]]\nname = \"all\"\nby = \"USA\"\non = \"CAN\"\nadd = \"25pp\"\n\
                [[measure]]\nby = \"USA\"\non = \"CAN\"\ngoods = \"AUT\"\nadd = \"10pp\"\ninstead_of = \"all\"\nexempt_share = \"50%\"\n";
    let change = resolve(text).policy.changes;
    let cars = change.iter().find(|c| c.flow == flow("USA", "CAN", "AUT")).expect("a change");
    assert!(close(cars.exempt[0].rate.fraction(), 0.01) && close(cars.rate.fraction(), 0.11));
}

#[test]
fn a_rate_of_minus_100_percent_is_refused_also_where_only_an_exempt_part_pays_it() {
    let text = "[[measure]]\nby = \"USA\"\non = \"CAN\"\nadd = \"-150pp\"\n\
                [[measure]]\nby = \"USA\"\non = \"CAN\"\nset = \"100%\"\nexempt_share = \"50%\"\n";
    let found = faults(text);
    assert_eq!(found.len(), 1);
    assert!(
        found[0]
            .message
            .contains("the tariff becomes -150.0% on USA imports of AGR from CAN and one more flow")
    );
}

#[test]
fn names_numbers_groups_and_except_are_understood() {
    let touched = |by: &str, on: &str, rest: &str| {
        let text = format!("[[measure]]\nby = {by}\non = {on}\n{rest}\ngoods = \"AUT\"\nadd = \"1pp\"\n");
        resolve(&text).policy.touched
    };
    let china = [flow("USA", "CHN", "AUT")];
    for on in ["\"CHN\"", "\"China\"", "\"chn\"", "\"156\"", "156", "[\"china\"]"] {
        assert_eq!(touched("840", on, ""), china, "{on}");
    }
    assert_eq!(touched("\"United States of America\"", "\"CHN\"", ""), china);
    let north_america = touched("\"USMCA\"", "\"USMCA\"", "");
    assert_eq!(north_america.len(), 6);
    assert!(north_america.iter().all(|flow| !flow.is_domestic()));
    assert_eq!(touched("\"USA\"", "\"all\"", "except = \"USMCA\""), china);
    let cars =
        resolve("[[measure]]\nby=\"USA\"\non=\"CHN\"\ngoods=\"motor vehicles & parts\"\nadd=\"1pp\"\n");
    assert_eq!(cars.policy.touched, china);
}

#[test]
fn a_flow_without_trade_keeps_its_new_rate_but_is_not_touched() {
    let text = "[[measure]]\nby = \"CHN\"\non = \"CAN\"\ngoods = \"AGR\"\nadd = \"1pp\"\n";
    let resolved = resolve(text);
    assert_eq!((resolved.policy.touched.len(), resolved.policy.rates.len()), (0, 1));
    assert!(resolved.warnings[0].message.contains("reaches no flow with trade"));
}

#[test]
fn measures_without_effect_are_warned_about() {
    let warning = |text: &str| resolve(text).warnings.iter().map(|w| w.message.clone()).collect::<Vec<_>>();
    let idle = "[[measure]]\nname = \"idle\"\nby = \"USA\"\non = \"CHN\"\ncap = \"90%\"\n";
    assert_eq!(warning(idle), ["measure `idle` changes no tariff"]);
    let text = "[[measure]]\nname = \"a\"\nby = \"USA\"\non = \"CHN\"\nadd = \"1pp\"\n\
                [[measure]]\nby = \"USA\"\non = \"all\"\nadd = \"2pp\"\ninstead_of = \"a\"\n";
    assert_eq!(warning(text), ["measure `a` is replaced wherever it could act"]);
}

#[test]
fn rates_are_in_importer_exporter_sector_order_and_changes_in_cell_order() {
    let policy = resolve("[[measure]]\nby = \"all\"\non = \"all\"\nadd = \"1pp\"\n").policy;
    let keys: Vec<_> =
        policy.rates.iter().map(|r| (r.flow.importer, r.flow.exporter, r.flow.sector)).collect();
    assert!(keys.is_sorted() && keys.len() == 24);
    let shape = dataset().shape();
    assert!(policy.changes.iter().map(|change| shape.cell(change.flow)).is_sorted());
}

/// One random measure on a random partner; the verbs can be mixed at will.
fn any_measure() -> impl Strategy<Value = String> {
    let verb = prop_oneof![
        (-40..200i32).prop_map(|points| format!("add = \"{points}pp\"")),
        (0..300u32).prop_map(|percent| format!("multiply = \"{percent}%\"")),
        (0..50u32).prop_map(|percent| format!("cap = \"{percent}%\"")),
        (0..50u32).prop_map(|percent| format!("floor = \"{percent}%\"")),
        (0..=100u32).prop_map(|share| format!("match = {{ by = \"MEX\", share = \"{share}%\" }}")),
    ];
    let share =
        prop_oneof![Just(String::new()), (0..=100u32).prop_map(|s| format!("exempt_share = \"{s}%\"\n"))];
    let on = prop::sample::select(vec!["\"all\"", "\"CHN\"", "[\"CAN\", \"MEX\"]"]);
    (verb, share, on)
        .prop_map(|(verb, share, on)| format!("[[measure]]\nby = \"USA\"\non = {on}\n{verb}\n{share}"))
}

proptest! {
    #[test]
    fn before_and_contributions_add_up_to_after(measures in prop::collection::vec(any_measure(), 1..6)) {
        let scenario = tariffsim::scenario::Scenario::parse("t.toml", &measures.concat()).expect("well-formed");
        if let Ok(resolved) = scenario.resolve(&dataset(), &Memory::default()) {
            let policy = resolved.policy;
            let shares = policy.central_shares();
            for rate in &policy.rates {
                let sum: f64 = rate.contributions.iter().map(|c: &Contribution| c.change).sum();
                prop_assert!((rate.before.fraction() + sum - rate.after.fraction()).abs() < 1e-12);
                let change = policy.changes.iter().find(|change| change.flow == rate.flow).expect("a change");
                let parts = change.parts(&shares, ExemptMode::Average);
                prop_assert!((parts[0].rate.fraction() - rate.after.fraction()).abs() < 1e-11);
            }
        }
    }
}

/// What changes on a flow, beside its rate.
fn changed(policy: &Policy, importer: &str, exporter: &str, sector: &str) -> FlowChange {
    let flow = flow(importer, exporter, sector);
    policy.changes.iter().find(|change| change.flow == flow).expect("a change").clone()
}

#[test]
fn an_exporter_taxes_what_the_others_buy() {
    let text = "[[measure]]\nname = \"tax\"\nby = \"USA\"\non = \"all\"\nexcept = \"CAN\"\ngoods = \"AUT\"\nexport_tax = \"10%\"\n\
                [[measure]]\nby = \"USA\"\non = \"MEX\"\ngoods = \"AUT\"\nsubsidy = \"4%\"\n\
                [[measure]]\nby = \"USA\"\non = \"CHN\"\ngoods = \"AUT\"\nexport_tax = \"3%\"\ninstead_of = \"tax\"\n";
    let policy = resolve(text).policy;
    let tax = |importer: &str| changed(&policy, importer, "USA", "AUT").export_tax.fraction();
    assert!(close(tax("MEX"), 0.06) && close(tax("CHN"), 0.03));
    assert!(policy.touched.iter().all(|flow| *flow != self::flow("CAN", "USA", "AUT")));
    assert!(policy.touched.iter().all(|touched| touched.exporter == flow("CHN", "USA", "AUT").exporter));
    assert!(policy.rates.is_empty(), "no tariff changes");
}

#[test]
fn export_taxes_and_specific_duties_come_step_by_step() {
    let steps = "phase_in = { 2025-01-01 = \"50%\", 2026-01-01 = \"100%\" }\n";
    let text = format!(
        "date = 2025-06-01\n[[measure]]\nby = \"USA\"\non = \"CHN\"\ngoods = \"AUT\"\nexport_tax = \"10%\"\n{steps}\
         [[measure]]\nby = \"USA\"\non = \"CHN\"\ngoods = \"AUT\"\nspecific = {{ per_unit = 1, unit_value = 10 }}\n{steps}\
         [[measure]]\nby = \"USA\"\non = \"CHN\"\ngoods = \"AUT\"\nspecific = {{ per_unit = 3, unit_value = 100 }}\n"
    );
    let policy = resolve(&text).policy;
    assert!(close(changed(&policy, "CHN", "USA", "AUT").export_tax.fraction(), 0.05));
    let Duty::Specific(duty) = changed(&policy, "USA", "CHN", "AUT").duty else { panic!("a specific duty") };
    assert!(close(duty.fraction(), 0.05 + 0.03), "specific duties add up: {duty}");
}

#[test]
fn a_quota_keeps_the_tariff_and_a_tariff_rate_quota_says_it() {
    let text = "[[measure]]\nby = \"USA\"\non = \"CHN\"\ngoods = \"AUT\"\nset = \"7%\"\n\
                [[measure]]\nby = \"USA\"\non = \"CHN\"\ngoods = \"AUT\"\nquota = { volume = \"80%\", rent = \"exporter\" }\n\
                [[measure]]\nname = \"tariff\"\nby = \"USA\"\non = \"MEX\"\ngoods = \"AUT\"\nadd = \"30pp\"\n\
                [[measure]]\nby = \"USA\"\non = \"MEX\"\ngoods = \"AUT\"\ninstead_of = \"tariff\"\n\
                trq = { in_quota = \"2%\", out_of_quota = \"25%\", volume = \"150%\", rent = { importer = \"40%\" } }\n";
    let policy = resolve(text).policy;
    let limited = |exporter: &str| {
        let change = changed(&policy, "USA", exporter, "AUT");
        let Duty::Quota(quota) = change.duty else { panic!("a quota") };
        let beyond = quota.beyond.map(|rate| rate.fraction());
        (change.rate.fraction(), beyond, quota.volume.factor(), quota.importer_rent.fraction())
    };
    assert_eq!(limited("CHN"), (0.07, None, 0.8, 0.0));
    assert_eq!(limited("MEX"), (0.02, Some(0.25), 1.5, 0.4));
}
