//! What happens to the measures of a scenario on a day.

use std::collections::{BTreeSet, HashMap};

use crate::bilateral::Flow;
use crate::economy::policy::{Policy, RateChange};
use crate::scenario::measure::{Measure, Verb};
use crate::scenario::words::{and, shortened};
use crate::scenario::{Resolved, Scenario};
use crate::units::{Date, Share};

/// The measures that change on a day, by name, in file order.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Events {
    /// Those whose first day it is, and how far each goes.
    pub begin: Vec<(String, Share)>,
    /// Those that go further or back.
    pub step: Vec<(String, Share)>,
    /// Responses to which, after their lag, a change comes of what they answer.
    pub resized: Vec<String>,
    /// Those whose last day was the day before.
    pub end: Vec<String>,
}

impl Events {
    /// In words, such as "us-on-canada begins; us-on-china-10 ends"; long lists are cut.
    pub fn words(&self) -> String {
        let at = |(name, share): &(String, Share)| match *share == Share::ALL {
            true => name.clone(),
            false => format!("{name} at {share}"),
        };
        let begin = clause(self.begin.iter().map(at).collect(), ["begins", "begin"]);
        let step = self.step.iter().map(|(name, share)| format!("{name} goes to {share}"));
        let end = clause(self.end.clone(), ["ends", "end"]);
        let resized = clause(self.resized.clone(), ["changes", "change"]);
        let clauses = begin.into_iter().chain(step).chain(resized).chain(end);
        clauses.collect::<Vec<_>>().join("; ")
    }
}

fn clause(names: Vec<String>, [one, many]: [&str; 2]) -> Option<String> {
    let verb = if names.len() == 1 { one } else { many };
    (!names.is_empty()).then(|| format!("{} {verb}", and(&shortened(names))))
}

impl Scenario {
    /// The days on which measures begin, go on a step or end, in order.
    pub fn changes(&self) -> Vec<Date> {
        let mut changes: Vec<Date> =
            self.measures().iter().flat_map(|measure| measure.period.changes()).collect();
        changes.sort_unstable();
        changes.dedup();
        changes
    }

    /// The days on which anything may change, in order. A response with a lag is sized on everything that was in force so
    /// many days before, so whatever changes comes to it that much later; and through it to those who answer it.
    pub(super) fn possible_changes(&self) -> Vec<Date> {
        let own = self.changes();
        let mut sized: HashMap<&str, BTreeSet<Date>> = HashMap::new();
        for measure in self.measures() {
            let Verb::Respond(how) = measure.verb.get_ref() else { continue };
            let of_answered = how.to.iter().filter_map(|to| sized.get(to.get_ref().as_str())).flatten();
            let later = own.iter().chain(of_answered).map(|day| day.days_later(how.lag));
            let days = later.filter(|day| measure.period.strength(*day) > Share::NONE).collect();
            sized.insert(measure.name.get_ref(), days);
        }
        let all: BTreeSet<Date> = sized.into_values().flatten().chain(own).collect();
        all.into_iter().collect()
    }

    /// What happens on a day, on which `now` is in force after `before`.
    pub fn events(&self, day: Date, [before, now]: [&Resolved; 2]) -> Events {
        let mut events = Events::default();
        for measure in self.measures() {
            let name = measure.name.get_ref().clone();
            let strength = [day.previous(), day].map(|day| measure.period.strength(day));
            match strength.map(|strength| strength > Share::NONE) {
                [false, true] => events.begin.push((name, strength[1])),
                [true, false] => events.end.push(name),
                [true, true] if strength[0] != strength[1] => events.step.push((name, strength[1])),
                _ if lags(measure) && does(before, &name) != does(now, &name) => events.resized.push(name),
                _ => {}
            }
        }
        events
    }
}

fn lags(measure: &Measure) -> bool {
    matches!(measure.verb.get_ref(), Verb::Respond(how) if how.lag > 0)
}

/// What a measure does to each rate, in each outcome.
fn does(resolved: &Resolved, name: &str) -> Vec<Vec<(Flow, f64)>> {
    let in_world = |(_, policy): (Option<&str>, &Policy)| {
        let own = policy.measures.iter().position(|measure| measure.name == name);
        let of_rate = |rate: &RateChange| -> Option<(Flow, f64)> {
            let part = rate.contributions.iter().find(|part| Some(part.measure) == own)?;
            Some((rate.flow, part.change))
        };
        policy.rates.iter().filter_map(of_rate).collect()
    };
    resolved.worlds().into_iter().map(in_world).collect()
}
