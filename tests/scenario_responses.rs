//! Responses: what a country does when a measure hits its goods.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod scenario_support;

use scenario_support::{Memory, after, close, dataset, faults, flow, rate, resolve};
use tariffsim::economy::policy::Policy;
use tariffsim::scenario::Scenario;

/// The United States on two neighbours, farm goods at ten, and what follows.
fn hit_and(response: &str) -> Policy {
    resolve(&hit(response)).policy
}

fn hit(response: &str) -> String {
    format!(
        "[[measure]]\nname = \"hit\"\nby = \"USA\"\non = [\"CAN\", \"MEX\"]\nadd = \"25pp\"\n\
         [[measure]]\nname = \"farm\"\nby = \"USA\"\non = \"CAN\"\ngoods = \"AGR\"\nadd = \"10pp\"\ninstead_of = \"hit\"\n\
         [[response]]\nname = \"answer\"\n{response}\n"
    )
}

fn trade(importer: &str, exporter: &str, sector: &str) -> f64 {
    dataset().trade.get(flow(importer, exporter, sector))
}

/// What a measure raises at baseline trade.
fn revenue(policy: &Policy, measure: &str) -> f64 {
    let at = policy.measures.iter().position(|info| info.name == measure).unwrap();
    let of = |rate: &tariffsim::economy::policy::RateChange| -> f64 {
        rate.contributions.iter().filter(|part| part.measure == at).map(|part| part.change).sum()
    };
    policy.rates.iter().map(|rate| dataset().trade.get(rate.flow) * of(rate)).sum()
}

#[test]
fn a_reciprocal_response_is_the_same_on_the_same_goods_of_whoever_imposed_it() {
    let policy = hit_and("by = \"CAN\"\nto = \"hit\"\nmode = \"reciprocal\"");
    // Farm goods are another measure's; Mexico does not respond.
    assert!(close(after(&policy, "CAN", "USA", "AUT"), 0.25));
    assert!(close(after(&policy, "CAN", "USA", "AGR"), 0.0));
    assert!(close(after(&policy, "MEX", "USA", "AUT"), 0.0));
    assert!(close(after(&policy, "CAN", "MEX", "AUT"), 0.0));
    let policy =
        hit_and("by = [\"CAN\", \"MEX\"]\nto = [\"hit\", \"farm\"]\nmode = \"reciprocal\"\nshare = \"40%\"");
    assert!(close(after(&policy, "CAN", "USA", "AUT"), 0.10));
    assert!(close(after(&policy, "CAN", "USA", "AGR"), 0.04));
    assert!(close(after(&policy, "MEX", "USA", "AGR"), 0.10));
    let policy = hit_and("by = \"CAN\"\nto = [\"hit\", \"farm\"]\nmode = \"reciprocal\"\ngoods = \"AGR\"");
    assert!(close(after(&policy, "CAN", "USA", "AGR"), 0.10));
    assert!(close(after(&policy, "CAN", "USA", "AUT"), 0.0));
}

#[test]
fn a_response_is_a_measure_with_its_part_in_each_rate() {
    let policy = hit_and("by = \"CAN\"\nto = \"hit\"\nmode = \"reciprocal\"");
    let names: Vec<&str> = policy.measures.iter().map(|measure| measure.name.as_str()).collect();
    assert_eq!(names, ["hit", "farm", "answer"]);
    let change = rate(&policy, "CAN", "USA", "AUT");
    assert_eq!((change.contributions.len(), change.contributions[0].measure), (1, 2));
    assert_eq!(policy.measures[2].flows, 1);
    assert_eq!(
        policy.measures[2].words,
        "Canada answers `hit` with the same tariffs on the same goods from the United States"
    );
}

#[test]
fn a_rate_is_added_on_the_goods_that_were_hit_or_on_those_named() {
    let policy = hit_and("by = \"CAN\"\nto = \"hit\"\nmode = \"+15pp\"");
    assert!(close(after(&policy, "CAN", "USA", "AUT"), 0.15));
    assert!(close(after(&policy, "CAN", "USA", "AGR"), 0.0));
    let policy =
        hit_and("by = \"CAN\"\nto = \"hit\"\nmode = \"15pp\"\nshare = \"20%\"\ngoods = [\"AGR\", \"BUS\"]");
    assert!(close(after(&policy, "CAN", "USA", "AGR"), 0.03));
    assert!(close(after(&policy, "CAN", "USA", "BUS"), 0.03));
    assert!(close(after(&policy, "CAN", "USA", "AUT"), 0.0));
}

#[test]
fn equal_revenue_raises_as_much_at_baseline_trade() {
    for (share, part) in [("", 1.0), ("\nshare = \"50%\"", 0.5)] {
        let policy = hit_and(&format!(
            "by = \"CAN\"\nto = \"hit\"\nmode = \"equal-revenue\"\ngoods = [\"AGR\", \"AUT\", \"BUS\"]{share}"
        ));
        let raised = 0.25 * trade("USA", "CAN", "AUT");
        assert!(close(revenue(&policy, "answer"), part * raised), "{share}");
        let adds = ["AGR", "AUT", "BUS"].map(|sector| after(&policy, "CAN", "USA", sector));
        assert!(close(adds[0], adds[1]) && close(adds[1], adds[2]));
    }
    // What is exempt raises nothing.
    let text = hit("by = \"CAN\"\nto = \"hit\"\nmode = \"equal-revenue\"").replacen(
        "add = \"25pp\"",
        "add = \"25pp\"\nexempt_share = \"60%\"",
        1,
    );
    let raised = 0.4 * 0.25 * trade("USA", "CAN", "AUT");
    assert!(close(revenue(&resolve(&text).policy, "answer"), raised));
}

#[test]
fn equal_trade_is_the_same_rate_on_a_list_worth_as_much() {
    let policy = hit_and("by = \"MEX\"\nto = \"hit\"\nmode = \"equal-trade\"\nshare = \"10%\"");
    let covered = trade("USA", "MEX", "AGR") + trade("USA", "MEX", "AUT");
    let listed = 0.1 * covered / (trade("MEX", "USA", "AGR") + trade("MEX", "USA", "AUT"));
    for sector in ["AGR", "AUT"] {
        let change = rate(&policy, "MEX", "USA", sector);
        assert!(close(change.statutory.fraction() - change.before.fraction(), 0.25), "{sector}");
        assert!(close(change.after.fraction() - change.before.fraction(), 0.25 * listed), "{sector}");
    }
    // The list is known: no prior is put on it.
    assert!(policy.exempt_shares.iter().all(|share| share.known));
    assert!(close(policy.exempt_shares[0].mean.fraction(), 1.0 - listed));
    // More than everything cannot be listed.
    let small = "[[measure]]\nname = \"hit\"\nby = \"CHN\"\non = \"MEX\"\nadd = \"20pp\"\n\
                 [[response]]\nname = \"answer\"\nby = \"MEX\"\nto = \"hit\"\nmode = \"equal-trade\"\ngoods = \"AGR\"\n";
    let policy = resolve(small).policy;
    assert!(policy.exempt_shares.is_empty());
    assert!(close(after(&policy, "MEX", "CHN", "AGR"), 0.30));
}

#[test]
fn a_chain_of_four_answers_what_came_before_and_not_itself() {
    let text = "[[measure]]\nname = \"hit\"\nby = \"USA\"\non = \"CHN\"\nadd = \"10pp\"\n\
        [[response]]\nname = \"fourth\"\nby = \"CHN\"\nto = \"third\"\nmode = \"reciprocal\"\nshare = \"50%\"\n\
        [[response]]\nname = \"first\"\nby = \"CHN\"\nto = \"hit\"\nmode = \"reciprocal\"\n\
        [[response]]\nname = \"second\"\nby = \"USA\"\nto = \"first\"\nmode = \"+50pp\"\n\
        [[response]]\nname = \"third\"\nby = \"USA\"\nto = \"first\"\nmode = \"reciprocal\"\n";
    let policy = resolve(text).policy;
    // 10 by the measure, 50 by the second and 10 by the third; in China 10 by the first and 5 by the fourth.
    assert!(close(after(&policy, "USA", "CHN", "AUT"), 0.025 + 0.70));
    assert!(close(after(&policy, "CHN", "USA", "AUT"), 0.15 + 0.15));
    let four = "[[measure]]\nname = \"m\"\nby = \"USA\"\non = \"CHN\"\nset = \"30%\"\n\
        [[response]]\nname = \"a\"\nby = \"CHN\"\nto = \"m\"\nmode = \"reciprocal\"\n\
        [[response]]\nname = \"b\"\nby = \"USA\"\nto = \"a\"\nmode = \"reciprocal\"\n\
        [[response]]\nname = \"c\"\nby = \"CHN\"\nto = \"b\"\nmode = \"reciprocal\"\n\
        [[response]]\nname = \"d\"\nby = \"USA\"\nto = \"c\"\nmode = \"reciprocal\"\n";
    // A level raises 5% to 30%: 25 points, sent back and forth.
    let policy = resolve(four).policy;
    assert!(close(after(&policy, "USA", "CHN", "AGR"), 0.30 + 2.0 * 0.25));
    assert!(close(after(&policy, "CHN", "USA", "AGR"), 2.0 * 0.25));
}

#[test]
fn responses_follow_by_days_and_answer_what_was_then() {
    let text = "[[measure]]\nname = \"hit\"\nby = \"USA\"\non = \"CHN\"\nadd = \"20pp\"\nuntil = 2025-06-30\n\
        phase_in = { 2025-03-01 = \"50%\", 2025-05-01 = \"100%\" }\n\
        [[response]]\nname = \"answer\"\nby = \"CHN\"\nto = \"hit\"\nmode = \"reciprocal\"\nlag = \"30d\"\n\
        [[response]]\nname = \"again\"\nby = \"USA\"\nto = \"answer\"\nmode = \"reciprocal\"\nlag = \"10d\"\n";
    let scenario = Scenario::parse("t.toml", text).unwrap();
    let path = scenario.resolve_path(&dataset(), &Memory::default()).unwrap();
    let on = |day: &str| &path.iter().find(|(date, _)| date.to_string() == day).unwrap().1.policy;
    for (day, us, china) in [
        ("2025-02-28", 0.0, 0.0),
        ("2025-03-01", 0.10, 0.0),
        ("2025-03-31", 0.10, 0.10),
        ("2025-04-10", 0.20, 0.10),
        ("2025-05-01", 0.30, 0.10),
        ("2025-05-31", 0.30, 0.20),
        ("2025-06-10", 0.40, 0.20),
        ("2025-07-01", 0.20, 0.20),
        ("2025-07-31", 0.20, 0.0),
        ("2025-08-10", 0.0, 0.0),
    ] {
        assert!(close(after(on(day), "USA", "CHN", "AGR"), 0.05 + us), "{day}");
        assert!(close(after(on(day), "CHN", "USA", "AGR"), china), "{day}");
    }
    assert_eq!(path.len(), 10);
}

#[test]
fn what_is_written_back_resolves_to_the_same() {
    for response in [
        "by = \"CAN\"\nto = [\"hit\", \"farm\"]\nmode = \"reciprocal\"\nshare = \"40%\"",
        "by = [\"CAN\", \"MEX\"]\nto = \"hit\"\nmode = \"equal-revenue\"\ngoods = \"all\"\nexcept_goods = \"AGR\"",
        "by = \"MEX\"\nto = \"hit\"\nmode = \"equal-trade\"",
        "by = \"MEX\"\nto = \"hit\"\nmode = \"+7.5pp\"",
    ] {
        let resolved = resolve(&hit(response));
        let written = resolved.to_toml(&resolved.uncertainty);
        assert_eq!(resolve(&written).policy, resolved.policy, "{written}");
        assert_eq!(resolve(&written).to_toml(&resolved.uncertainty), written);
    }
}

#[test]
fn mistakes_in_responses_are_said() {
    for (response, said) in [
        ("by = \"CHN\"\nto = \"hit\"\nmode = \"reciprocal\"", "not hit by `hit`"),
        ("by = \"CAN\"\nto = \"hti\"\nmode = \"reciprocal\"", "there is no measure `hti` to respond to"),
        ("by = \"CAN\"\nto = \"answer\"\nmode = \"reciprocal\"", "`answer` answers itself"),
        ("by = \"CAN\"\nto = \"hit\"\nmode = \"optimal\"", "has no size yet: it depends on the model"),
        ("by = \"CAN\"\nto = \"hit\"\nmode = \"25%\"", "a response adds to the rates that are there"),
        ("by = \"CAN\"\nto = \"hit\"\nmode = \"equal\"", "`mode` has no choice `equal`"),
        (
            "by = \"CAN\"\nto = \"hit\"\nmode = \"reciprocal\"\nlag = \"30d\"",
            "no date from which `lag` could count",
        ),
        ("by = \"CAN\"\nto = \"hit\"\nmode = \"reciprocal\"\nlag = \"a month\"", "not a number of days"),
        ("by = \"CAN\"\nto = \"hit\"", "this response has no `mode`"),
        ("by = \"CAN\"\nto = \"hit\"\nmode = \"reciprocal\"\non = \"USA\"", "unknown key `on`"),
    ] {
        let found = faults(&hit(response));
        assert!(found.iter().any(|fault| fault.message.contains(said)), "{said}: {found:#?}");
    }
    let closed = "[[measure]]\nname = \"shut\"\nby = \"USA\"\non = \"CAN\"\nembargo = true\n\
                  [[response]]\nby = \"CAN\"\nto = \"shut\"\nmode = \"reciprocal\"\n";
    assert!(faults(closed)[0].message.contains("no tariff to answer with the like"));
    assert!(close(after(&resolve(&closed.replace("reciprocal", "+5pp")).policy, "CAN", "USA", "AUT"), 0.05));
    let circle = "[[measure]]\nname = \"m\"\nby = \"USA\"\non = \"CHN\"\nadd = \"1pp\"\n\
        [[response]]\nname = \"a\"\nby = \"CHN\"\nto = \"b\"\nmode = \"reciprocal\"\n\
        [[response]]\nname = \"b\"\nby = \"USA\"\nto = [\"a\", \"m\"]\nmode = \"reciprocal\"\n";
    assert!(faults(circle).iter().any(|fault| fault.message == "`a` and `b` answer one another in a circle"));
}

#[test]
fn what_a_measure_adds_to_an_exempt_part_counts_also_where_another_one_makes_the_rates_equal() {
    // Of ten points on cars nothing is seen beside a floor of 30%, but only 40% of the cars pay them.
    let with = |floor: &str, mode: &str| {
        resolve(&format!(
            "[[measure]]\nname = \"hit\"\nby = \"USA\"\non = \"MEX\"\ngoods = \"AUT\"\nadd = \"10pp\"\nexempt_share = \"60%\"\n\
             [[measure]]\nname = \"floor\"\nby = \"USA\"\non = \"MEX\"\ngoods = \"AUT\"\nfloor = \"{floor}\"\n\
             [[response]]\nname = \"answer\"\nby = \"MEX\"\nto = \"hit\"\nmode = \"{mode}\"\n"
        ))
        .policy
    };
    for mode in ["equal-revenue", "equal-trade"] {
        let [bound, free] = ["30%", "0%"].map(|floor| with(floor, mode));
        let answer = |policy: &Policy| rate(policy, "MEX", "USA", "AUT").after.fraction();
        assert!(close(answer(&bound), answer(&free)), "{mode}: {} {}", answer(&bound), answer(&free));
        let parts = &rate(&bound, "USA", "MEX", "AUT").contributions;
        assert!(close(parts[0].change, 0.04) && close(parts[1].change, 0.26), "{parts:?}");
        let flow = flow("USA", "MEX", "AUT");
        let change = bound.changes.iter().find(|change| change.flow == flow).unwrap();
        assert!(change.exempt.is_empty(), "where all pay the same there are no two varieties");
    }
    assert!(close(revenue(&with("30%", "equal-revenue"), "answer"), 0.04 * trade("USA", "MEX", "AUT")));
}
