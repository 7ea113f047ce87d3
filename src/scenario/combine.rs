//! How rates combine in one flow: level → sum of adds → follow → multiply → cap → floor.

use crate::bilateral::Flow;
use crate::scenario::measure::{MatchRule, Verb};
use crate::scenario::rules::{Detail, Rule, Rules};
use crate::units::Share;

/// A rate with the steps that led to it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chain {
    /// The rate on which all measures start: the observed one.
    pub(super) before: f64,
    /// What each acting rule did, in the order of the stages; a rule that a part is exempt from did nothing.
    pub(super) steps: Vec<(usize, f64)>,
    /// The resulting rate.
    pub(super) rate: f64,
}

/// Rates closer than this are the same: sums of decimal fractions leave such differences.
const SAME: f64 = 1e-12;

/// Whether two rates are the same but for rounding.
pub(super) fn same(one: f64, other: f64) -> bool {
    (one - other).abs() <= SAME
}

/// The stages, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Level,
    Add,
    Follow,
    Multiply,
    Cap,
    Floor,
}

/// The stage at which a verb acts; `None` for those that leave the rate alone.
fn stage(verb: &Verb) -> Option<Stage> {
    match verb {
        Verb::Set(_) | Verb::Rates(_) | Verb::Remove | Verb::Cut(_) => Some(Stage::Level),
        Verb::Quota(limit) => limit.rates.map(|_| Stage::Level),
        Verb::Add(_) | Verb::Respond(_) => Some(Stage::Add),
        Verb::Match(_) | Verb::Reciprocal => Some(Stage::Follow),
        Verb::Multiply(_) => Some(Stage::Multiply),
        Verb::Cap(_) => Some(Stage::Cap),
        Verb::Floor(_) => Some(Stage::Floor),
        Verb::TradeCost(_)
        | Verb::TradeCosts(_)
        | Verb::Embargo
        | Verb::ExportTax(_)
        | Verb::Subsidy(_)
        | Verb::Specific(_) => None,
    }
}

/// Whether a verb acts on the rate.
pub(super) fn has_stage(verb: &Verb) -> bool {
    stage(verb).is_some()
}

/// Works out the rate of a flow. `acting` are the rules that act there, `exempt` those that this part of the flow
/// is exempt from, and `other` gives the statutory rate of a flow that is followed.
pub(super) fn chain(
    rules: &Rules<'_>,
    flow: Flow,
    acting: &[usize],
    exempt: &[usize],
    other: &dyn Fn(Flow) -> f64,
) -> Chain {
    let before = rules.dataset.tariffs.get(flow);
    let mut order: Vec<(Stage, usize)> =
        acting.iter().filter_map(|&at| Some((stage(rules.list[at].verb())?, at))).collect();
    order.sort_unstable();
    let mut chain = Chain { before, steps: Vec::with_capacity(order.len()), rate: before };
    let adds = order.iter().filter(|(stage, at)| *stage == Stage::Add && !exempt.contains(at));
    // Adds are summed before they meet the rate, so that opposite ones cancel exactly.
    let mut added: Option<f64> = Some(adds.map(|(_, at)| points(&rules.list[*at], flow)).sum());
    for (stage, at) in order {
        if stage > Stage::Level {
            chain.rate += added.take().unwrap_or_default();
        }
        let rule = &rules.list[at];
        let change = match stage {
            _ if exempt.contains(&at) => 0.0,
            Stage::Add => points(rule, flow),
            _ => {
                let from = chain.rate;
                chain.rate = partly(rule.strength, from, step(rules, rule, flow, from, other));
                chain.rate - from
            }
        };
        chain.steps.push((at, change));
    }
    chain
}

/// What a rule adds to the rate of a flow.
fn points(rule: &Rule<'_>, flow: Flow) -> f64 {
    match (rule.verb(), &rule.detail) {
        (Verb::Add(points), _) => partly(rule.strength, 0.0, points.fraction()),
        // Whatever it answers was in force only in part, so that its own strength is not counted again.
        (Verb::Respond(_), Detail::Answers(answer)) => answer.adds.get(&flow).copied().unwrap_or(0.0),
        _ => 0.0,
    }
}

/// What is reached on the way from one value to another; all of it to the bit.
pub(super) fn partly(strength: Share, from: f64, to: f64) -> f64 {
    if strength == Share::ALL { to } else { from + strength.fraction() * (to - from) }
}

/// The rate after a rule acted on the running rate.
fn step(rules: &Rules<'_>, rule: &Rule<'_>, flow: Flow, rate: f64, other: &dyn Fn(Flow) -> f64) -> f64 {
    match rule.verb() {
        Verb::Set(level) => level.fraction(),
        Verb::Quota(limit) => limit.rates.map_or(rate, |[within, _]| within.fraction()),
        Verb::Rates(_) => match &rule.detail {
            Detail::Rates(rates) => rates.get(&flow).map_or(rate, |level| level.fraction()),
            _ => rate,
        },
        Verb::Remove => 0.0,
        Verb::Cut(share) => rate * (1.0 - share.fraction()),
        Verb::Multiply(multiple) => rate * multiple.factor(),
        Verb::Cap(most) => rate.min(most.fraction()),
        Verb::Floor(least) => rate.max(least.fraction()),
        Verb::Match(how) => rule.followed(flow).map_or(rate, |followed| {
            let observed = rules.dataset.tariffs.get(followed);
            follow(how, rate, other(followed), observed)
        }),
        Verb::Reciprocal => rule.followed(flow).map_or(rate, |followed| rate.max(other(followed))),
        // These leave the rate alone, or are added before.
        _ => rate,
    }
}

/// max(own, own + share·(other − own)), with the two switches of `match`.
fn follow(how: &MatchRule, own: f64, other: f64, observed: f64) -> f64 {
    let share = how.share.fraction();
    let target = if how.increase_only {
        own + share * (other - observed)
    } else if how.share == Share::ALL {
        other
    } else {
        own + share * (other - own)
    };
    if how.lower_too { target } else { own.max(target) }
}

/// The ratio of new to old trade cost of a flow: factors of several measures multiply.
pub(super) fn cost_factor(rules: &Rules<'_>, flow: Flow, acting: &[usize]) -> f64 {
    acting
        .iter()
        .map(|&at| {
            let rule = &rules.list[at];
            let factor = match (rule.verb(), &rule.detail) {
                (Verb::TradeCost(factor), _) => factor.factor(),
                (Verb::TradeCosts(_), Detail::Costs(costs)) => {
                    costs.get(&flow).map_or(1.0, |cost| cost.factor())
                }
                (Verb::Embargo, _) => f64::INFINITY,
                _ => 1.0,
            };
            partly(rule.strength, 1.0, factor)
        })
        .product()
}
