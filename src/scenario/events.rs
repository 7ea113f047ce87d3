//! What happens to the measures of a scenario on a day.

use crate::scenario::Scenario;
use crate::units::{Date, Share};

/// The measures that change on a day, by name, in file order.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Events {
    /// Those whose first day it is, and how far each goes.
    pub begin: Vec<(String, Share)>,
    /// Those that go further or back.
    pub step: Vec<(String, Share)>,
    /// Those whose last day was the day before.
    pub end: Vec<String>,
}

impl Events {
    /// In words, such as "us-on-canada begins; us-on-china-10 ends".
    pub fn words(&self) -> String {
        let at = |(name, share): &(String, Share)| match *share == Share::ALL {
            true => name.clone(),
            false => format!("{name} at {share}"),
        };
        let begin = clause(self.begin.iter().map(at).collect(), ["begins", "begin"]);
        let step = self.step.iter().map(|(name, share)| format!("{name} goes to {share}"));
        let end = clause(self.end.clone(), ["ends", "end"]);
        let clauses = begin.into_iter().chain(step).chain(end);
        clauses.collect::<Vec<_>>().join("; ")
    }
}

fn clause(names: Vec<String>, [one, many]: [&str; 2]) -> Option<String> {
    match names.len() {
        0 => None,
        1 => Some(format!("{} {one}", names.concat())),
        _ => Some(format!("{} {many}", names.join(", "))),
    }
}

impl Scenario {
    /// What happens on a day.
    pub fn events(&self, day: Date) -> Events {
        let mut events = Events::default();
        for measure in self.measures() {
            let name = measure.name.get_ref().clone();
            let [before, now] = [day.previous(), day].map(|day| measure.period.strength(day));
            match (before > Share::NONE, now > Share::NONE) {
                (false, true) => events.begin.push((name, now)),
                (true, false) => events.end.push(name),
                (true, true) if before != now => events.step.push((name, now)),
                _ => {}
            }
        }
        events
    }
}
