//! What the user should know although a scenario can be run.

use std::collections::{BTreeSet, HashMap};

use toml::Spanned;

use crate::bilateral::Flow;
use crate::diagnostic::Diagnostic;
use crate::economy::policy::RateChange;
use crate::scenario::Scenario;
use crate::scenario::choices::HorizonChoice;
use crate::scenario::combine;
use crate::scenario::measure::Verb;
use crate::scenario::reader::Faults;
use crate::scenario::resolve::OnDay;
use crate::scenario::rules::{Detail, Rule, Rules};
use crate::scenario::statutory::{NOT_BELOW_ZERO, and_more};
use crate::units::Share;

/// Warns about what is written and means nothing, or more than it seems to.
pub(super) fn warn(scenario: &Scenario, rules: &Rules<'_>, on_days: &[OnDay<'_>], faults: &mut Faults<'_>) {
    warn_about_idle_measures(rules, on_days, faults);
    warn_about_days(scenario, on_days, faults);
    warn_about_subsidies(rules, on_days, faults);
    warn_about_short_lists(rules, on_days, faults);
}

/// Warns where tariffs fall below zero although nobody wrote such a level, with the measure that does most of it.
fn warn_about_subsidies(rules: &Rules<'_>, on_days: &[OnDay<'_>], faults: &mut Faults<'_>) {
    let mut flows: HashMap<&str, BTreeSet<Flow>> = HashMap::new();
    for on in on_days {
        let falls = |rate: &&RateChange| {
            let below = rate.statutory.fraction() < 0.0 && !combine::same(rate.statutory.fraction(), 0.0);
            below && rate.before.fraction() >= 0.0 && rules.dataset.trade.get(rate.flow) > 0.0
        };
        for rate in on.policy.rates.iter().filter(falls) {
            let most = rate.contributions.iter().min_by(|a, b| a.change.total_cmp(&b.change));
            let rule = most.map(|part| &on.rules.list[part.measure]);
            if let Some(rule) = rule.filter(|rule| !says_level(rule.verb())) {
                flows.entry(rule.name()).or_default().insert(rate.flow);
            }
        }
    }
    for rule in &rules.list {
        let Some((first, count)) = flows.get(rule.name()).and_then(|of| Some((of.first()?, of.len()))) else {
            continue;
        };
        let on = format!("{}{}", rules.flow_in_words(*first), and_more(count));
        let warning = Diagnostic::warning(format!("the tariff falls below zero, an import subsidy, on {on}"))
            .help(NOT_BELOW_ZERO);
        faults.push(rule.measure.verb.span(), warning);
    }
}

/// Whether a rate below zero is one that is written.
fn says_level(verb: &Verb) -> bool {
    match verb {
        Verb::Set(_) | Verb::Rates(_) | Verb::Quota(_) => true,
        Verb::Cap(most) => most.fraction() < 0.0,
        _ => false,
    }
}

/// Warns of lists of goods that would have to be longer than all goods.
fn warn_about_short_lists(rules: &Rules<'_>, on_days: &[OnDay<'_>], faults: &mut Faults<'_>) {
    let is_short = |rule: &&Rule<'_>| matches!(&rule.detail, Detail::Answers(answer) if answer.is_short);
    let short: BTreeSet<&str> =
        on_days.iter().flat_map(|on| &on.rules.list).filter(is_short).map(Rule::name).collect();
    for rule in rules.list.iter().filter(|rule| short.contains(rule.name())) {
        let warning = Diagnostic::warning(format!(
            "there is less trade on which `{}` could be than was hit, so it is on all of it",
            rule.name()
        ));
        let help = "`equal-revenue` raises the rate instead; `share` shortens the list, and `goods` chooses from more";
        faults.push(rule.measure.verb.span(), warning.help(help));
    }
}

/// Warns where nothing is in force, and about days and horizons that nothing depends on.
fn warn_about_days(scenario: &Scenario, on_days: &[OnDay<'_>], faults: &mut Faults<'_>) {
    let changes = scenario.changes();
    let nowhere = Diagnostic::warning;
    if scenario.measures.is_empty() {
        let warning = nowhere("the scenario has no measures, so nothing changes");
        faults
            .found
            .push(warning.help("a measure begins with `[[measure]]`; `tariffsim new` writes an example"));
    } else if let ([on], [first, ..]) = (on_days, changes.as_slice())
        && let Some(day) = on.day
        && on.rules.list.is_empty()
    {
        let warning = nowhere("no measure is in force on this day, so nothing changes");
        let place = scenario.date.as_ref().map_or(0..0, Spanned::span);
        faults.push(place, warning.help(format!("the first begins on {first}, and this is {day}")));
    }
    if !changes.is_empty() {
        return;
    }
    if let Some(day) = &scenario.date {
        let warning = nowhere("no measure has a date, so every day is the same");
        faults.push(day.span(), warning.help("`from` and `until` say when a measure is in force"));
    }
    if scenario.model.horizon == HorizonChoice::Elapsed {
        let warning = nowhere("no measure has a date, so `horizon = \"elapsed\"` is the long run");
        faults.found.push(warning.help("write a time, such as `horizon = \"1y\"`, or dates with `from`"));
    }
}

/// Warns about measures without effect on any day on which they are in force.
fn warn_about_idle_measures(rules: &Rules<'_>, days: &[OnDay<'_>], faults: &mut Faults<'_>) {
    let idle: Vec<HashMap<&str, Diagnostic>> = days.iter().map(idle).collect();
    for rule in &rules.list {
        let name = rule.name();
        let in_time =
            |on: &OnDay<'_>| on.day.is_none_or(|day| rule.measure.period.strength(day) > Share::NONE);
        if rule.is_response()
            && days.iter().any(in_time)
            && days.iter().all(|on| on.rules.find(name).is_none())
        {
            let warning =
                Diagnostic::warning(format!("response `{name}` has nothing to answer, so it does nothing"));
            faults.push(rule.measure.name.span(), warning);
        }
        let in_force =
            days.iter().zip(&idle).filter(|(on, _)| on.rules.list.iter().any(|rule| rule.name() == name));
        let warnings: Option<Vec<&Diagnostic>> = in_force.map(|(_, idle)| idle.get(name)).collect();
        if let Some(first) = warnings.as_ref().and_then(|warnings| warnings.first()) {
            faults.push(rule.measure.name.span(), (*first).clone());
        }
    }
}

/// The measures without effect on a day: replaced everywhere, on flows without trade, or never binding.
fn idle<'d>(on: &'d OnDay<'_>) -> HashMap<&'d str, Diagnostic> {
    let (rules, policy) = (&on.rules, &on.policy);
    let mut moved = vec![false; rules.list.len()];
    for contribution in policy.rates.iter().flat_map(|rate| &rate.contributions) {
        moved[contribution.measure] |= !combine::same(contribution.change, 0.0);
    }
    let mut idle = HashMap::new();
    for ((rule, info), moved) in rules.list.iter().zip(&policy.measures).zip(moved) {
        let name = rule.name();
        let warning = if info.flows == 0 && rule.flows().any(|flow| rules.dataset.trade.get(flow) > 0.0) {
            Diagnostic::warning(format!("measure `{name}` is replaced wherever it could act"))
        } else if info.flows == 0 {
            Diagnostic::warning(format!("measure `{name}` reaches no flow with trade in the data"))
                .help("flows that are zero in the data stay zero in the model")
        } else if !moved && rule.verb().is_ad_valorem() {
            Diagnostic::warning(format!("measure `{name}` changes no tariff"))
        } else {
            continue;
        };
        idle.insert(name, warning);
    }
    idle
}
