//! What acts on a flow beside ad valorem tariffs: export taxes, quotas and specific duties; and what cannot meet there.

use crate::bilateral::Flow;
use crate::diagnostic::Diagnostic;
use crate::economy::policy::{Duty, Quota};
use crate::scenario::combine::{has_stage, partly};
use crate::scenario::instrument::Limit;
use crate::scenario::measure::Verb;
use crate::scenario::rules::{Rule, Rules};
use crate::units::{AdValorem, Share};

/// The export tax on a flow: rates of several measures add up, subsidies are taken off.
pub(super) fn export_tax(rules: &Rules<'_>, acting: &[usize]) -> f64 {
    let taxes = acting.iter().map(|&at| {
        let rule = &rules.list[at];
        let full = match rule.verb() {
            Verb::ExportTax(rate) => rate.fraction(),
            Verb::Subsidy(share) => -share.fraction(),
            _ => 0.0,
        };
        partly(rule.strength, 0.0, full)
    });
    taxes.fold(0.0, |sum, tax| sum + tax)
}

/// How the tariff of a flow comes about: specific duties add up, and there is one quota at most.
pub(super) fn duty(rules: &Rules<'_>, acting: &[usize]) -> Duty {
    let mut specific = 0.0;
    for rule in acting.iter().map(|&at| &rules.list[at]) {
        match rule.verb() {
            Verb::Quota(limit) => return Duty::Quota(quota(limit)),
            Verb::Specific(duty) => {
                specific += partly(rule.strength, 0.0, duty.equivalent().fraction());
            }
            _ => {}
        }
    }
    match AdValorem::new(specific) {
        Some(duty) if specific > 0.0 => Duty::Specific(duty),
        _ => Duty::AdValorem,
    }
}

fn quota(limit: &Limit) -> Quota {
    let beyond = limit.rates.map(|[_, beyond]| beyond);
    Quota { volume: limit.volume, beyond, importer_rent: limit.importer_rent }
}

/// Two measures that have no meaning together on one flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Clash {
    /// Two limits.
    Quotas,
    /// A tariff-rate quota says what the tariff is, and another measure changes it.
    Rate,
    /// A limit and a specific duty.
    Specific,
    /// A limit or specific duty, and an exempt share.
    Exempt,
    /// Subsidies that add up to the whole price.
    Subsidies,
}

/// The first two measures on a flow that have no meaning together.
pub(super) fn clash(rules: &Rules<'_>, flow: Flow, acting: &[usize]) -> Option<(usize, usize, Clash)> {
    let rule = |at: usize| &rules.list[at];
    let find = |wanted: &dyn Fn(&Rule<'_>) -> bool| acting.iter().copied().find(|&at| wanted(rule(at)));
    if AdValorem::new(export_tax(rules, acting)).is_none() {
        let is_subsidy = |rule: &Rule<'_>| matches!(rule.verb(), Verb::Subsidy(_));
        let last = acting.iter().copied().rfind(|&at| is_subsidy(rule(at)))?;
        return Some((find(&is_subsidy)?, last, Clash::Subsidies));
    }
    let is_limit = |rule: &Rule<'_>| matches!(rule.verb(), Verb::Quota(_));
    let is_specific = |rule: &Rule<'_>| matches!(rule.verb(), Verb::Specific(_));
    let limit = find(&is_limit);
    let special = limit.or_else(|| find(&is_specific))?;
    if let Some(limit) = limit {
        let other = acting.iter().copied().find(|&at| at != limit && is_limit(rule(at)));
        if let Some(other) = other {
            return Some((limit, other, Clash::Quotas));
        }
        let sets_rates = matches!(rule(limit).verb(), Verb::Quota(Limit { rates: Some(_), .. }));
        let changes = |at: &usize| *at != limit && has_stage(rule(*at).verb());
        if let Some(other) = acting.iter().copied().find(|at| sets_rates && changes(at)) {
            return Some((limit, other, Clash::Rate));
        }
        if let Some(other) = find(&is_specific) {
            return Some((limit, other, Clash::Specific));
        }
    }
    let exempts = |rule: &Rule<'_>| rule.exempt.as_ref().is_some_and(|e| e.share(flow) > Share::NONE);
    find(&exempts).map(|other| (special, other, Clash::Exempt))
}

impl Clash {
    /// What is wrong, `on` a flow and perhaps more.
    pub(super) fn diagnostic(self, first: &Rule<'_>, second: &Rule<'_>, on: &str) -> Diagnostic {
        let (first, second) = (first.name(), second.name());
        let replace = |one: &str, other: &str| format!("or `instead_of = \"{one}\"` in `{other}`");
        match self {
            Self::Quotas => {
                Diagnostic::error(format!("`{first}` and `{second}` both limit the volume, {on}"))
                    .expected(format!("one `quota` or `trq` on a flow, {}", replace(first, second)))
            }
            Self::Rate => Diagnostic::error(format!(
                "`{second}` changes a tariff that the quota of `{first}` says, {on}"
            ))
            .expected(format!("no other tariff measure beside a `trq`, {}", replace(second, first)))
            .help("a `trq` says what the whole tariff is, within the quota and beyond it"),
            Self::Specific => Diagnostic::error(format!(
                "`{first}` limits the volume and `{second}` puts a specific duty, {on}"
            ))
            .expected("a quota or a specific duty on a flow"),
            Self::Exempt => {
                Diagnostic::error(format!("`{second}` exempts a part of what `{first}` acts on, {on}"))
                    .expected("no exempt share on a flow with a quota or a specific duty")
            }
            Self::Subsidies if first == second => {
                Diagnostic::error(format!("`{first}` pays the whole price, {on}")).expected("less than 100%")
            }
            Self::Subsidies => Diagnostic::error(format!(
                "the subsidies of `{first}` and `{second}` add up to the whole price, {on}"
            ))
            .expected("less than 100% in all"),
        }
    }
}
