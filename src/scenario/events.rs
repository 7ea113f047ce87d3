//! What happens to the measures of a scenario on a day.

use crate::scenario::Scenario;
use crate::scenario::words::and;
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
    /// In words, such as "us-on-canada begins; us-on-china-10 ends"; long lists are cut.
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

/// Longer lists than this are cut.
const MOST_NAMED: usize = 6;

fn clause(mut names: Vec<String>, [one, many]: [&str; 2]) -> Option<String> {
    let verb = if names.len() == 1 { one } else { many };
    if names.len() > MOST_NAMED {
        let more = names.len() - (MOST_NAMED - 1);
        names.truncate(MOST_NAMED - 1);
        names.push(format!("{more} more"));
    }
    (!names.is_empty()).then(|| format!("{} {verb}", and(&names)))
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
