//! Outcomes: who knows what will happen. Each says which measures come with it and how probable it is.

use std::collections::HashSet;

use toml::Spanned;

use crate::diagnostic::{Diagnostic, nearest};
use crate::scenario::Mentioned;
use crate::scenario::grammar::keys;
use crate::scenario::measure::{self, Measure};
use crate::scenario::quantity::{PROBABILITY, quantity};
use crate::scenario::reader::{self, Faults, Keys, Node};
use crate::units::Probability;

/// One thing that may happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// How probable it is; those of all outcomes sum to certainty.
    pub probability: Probability,
    /// The measures that come with it, by name; those that come with no outcome at all always apply.
    pub measures: Vec<String>,
}

/// The name of what is not conditional on an outcome.
pub const ALL: &str = "all";

/// The most outcomes: each is solved on every draw.
pub(super) const MOST_OUTCOMES: usize = 16;

/// The outcomes of a scenario with the measures that some of them have; none if it is certain what happens.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Outcomes {
    pub(super) list: Vec<Outcome>,
    conditional: HashSet<String>,
}

impl Outcomes {
    /// Whether a measure applies in an outcome.
    pub(super) fn has(&self, outcome: &Outcome, measure: &str) -> bool {
        !self.conditional.contains(measure) || outcome.measures.iter().any(|name| name == measure)
    }

    pub(super) fn new(list: Vec<Outcome>) -> Self {
        let conditional = list.iter().flat_map(|outcome| outcome.measures.iter().cloned()).collect();
        Self { list, conditional }
    }
}

/// Reads `probability` of a measure.
pub(super) fn read_probability(
    keys: &mut Keys<'_, '_>,
    faults: &mut Faults<'_>,
) -> Option<Spanned<Probability>> {
    let node = keys.take("probability")?;
    let probability = quantity(node, "probability", &PROBABILITY, Probability::parse, faults)?;
    Some(Spanned::new(node.span(), probability))
}

/// An outcome as written.
struct Written {
    name: Spanned<String>,
    probability: Spanned<Probability>,
    measures: Vec<Spanned<String>>,
}

/// Reads all outcomes, and those that measures with a probability of their own make.
pub(super) fn read_all(
    node: Option<&Node<'_>>,
    measures: &[Measure],
    mentioned: &Mentioned,
    faults: &mut Faults<'_>,
) -> Outcomes {
    let items = reader::entries(node, "outcome", faults);
    if items.len() > MOST_OUTCOMES {
        let fault = Diagnostic::error(format!("there are {} outcomes", items.len()));
        faults.push(items[MOST_OUTCOMES].span(), fault.expected(format!("at most {MOST_OUTCOMES}")));
        return Outcomes::default();
    }
    let known = faults.found.len();
    let written: Vec<Written> =
        items.iter().enumerate().filter_map(|(at, item)| read(item, at, mentioned, faults)).collect();
    let random: Vec<(&Measure, &Spanned<Probability>)> =
        measures.iter().filter_map(|measure| Some((measure, measure.probability.as_ref()?))).collect();
    if let (Some((_, probability)), false) = (random.first(), items.is_empty()) {
        let fault = Diagnostic::error("a measure has a `probability` and there are outcomes too")
            .expected("one of the two")
            .help("name the measure in the `measures` of some outcomes, or leave out all `[[outcome]]`");
        faults.push(probability.span(), fault);
    }
    if faults.found.len() > known {
        return Outcomes::default();
    }
    check_names(&written, faults);
    check_sum(&written, faults);
    if random.is_empty() {
        let plain = |outcome: Written| Outcome {
            name: outcome.name.into_inner(),
            probability: outcome.probability.into_inner(),
            measures: outcome.measures.into_iter().map(Spanned::into_inner).collect(),
        };
        return Outcomes::new(written.into_iter().map(plain).collect());
    }
    independent(&random, faults)
}

fn read(node: &Node<'_>, at: usize, mentioned: &Mentioned, faults: &mut Faults<'_>) -> Option<Written> {
    let mut keys = reader::table(node, &keys::OUTCOME, "outcome", "a table of keys", faults)?;
    let name = measure::read_name(&mut keys, node, &format!("outcome-{}", at + 1), faults);
    let probability = read_probability(&mut keys, faults);
    if probability.is_none() && keys.take("probability").is_none() {
        let fault = Diagnostic::error("this outcome has no `probability`")
            .expected("`probability` in this outcome")
            .help("`probability` says how likely it is, such as `probability = \"40%\"`");
        faults.push(node.span(), fault);
    }
    let measures = read_measures(&mut keys, mentioned, faults);
    keys.finish("in this outcome", &[("under `[[measure]]`", &["by", "on", "add", "set"])], faults);
    Some(Written { name: name?, probability: probability?, measures })
}

/// Reads the measures that come with an outcome or a strategy; none where nothing happens then.
pub(super) fn read_measures(
    keys: &mut Keys<'_, '_>,
    mentioned: &Mentioned,
    faults: &mut Faults<'_>,
) -> Vec<Spanned<String>> {
    let measures = match keys.take("measures") {
        Some(node) if node.get_ref().as_array().is_some_and(|items| items.is_empty()) => Vec::new(),
        Some(node) => reader::texts(node, "measures", false, faults),
        None => Vec::new(),
    };
    for name in &measures {
        let names = || mentioned.measures.iter().map(|name| name.get_ref().as_str());
        if !names().any(|known| known == name.get_ref()) {
            let near = nearest(name.get_ref(), names());
            let fault = Diagnostic::error(format!("there is no measure `{}`", name.get_ref()))
                .expected("the `name` of a measure or of a response")
                .help(near.map_or_else(String::new, |near| format!("did you mean `{near}`?")));
            faults.push(name.span(), fault);
        }
    }
    measures
}

fn check_names(written: &[Written], faults: &mut Faults<'_>) {
    for (at, outcome) in written.iter().enumerate() {
        let name = outcome.name.get_ref();
        let fault = if name == ALL {
            Diagnostic::error("an outcome cannot be named `all`: that stands for all of them together")
        } else if written[..at].iter().any(|earlier| earlier.name.get_ref() == name) {
            Diagnostic::error(format!("two outcomes are named `{name}`"))
        } else {
            continue;
        };
        faults.push(outcome.name.span(), fault.expected("a name of its own"));
    }
}

fn check_sum(written: &[Written], faults: &mut Faults<'_>) {
    let Some(last) = written.last() else { return };
    let sum =
        written.iter().map(|outcome| *outcome.probability.get_ref()).fold(Probability::NONE, Probability::or);
    if sum != Probability::CERTAIN {
        let fault = Diagnostic::error(format!("the probabilities of the outcomes sum to {sum}"))
            .expected("probabilities that sum to 100%")
            .help("if something else may happen, add an `[[outcome]]` for it, with `measures = []` if nothing changes then");
        faults.push(last.probability.span(), fault);
    }
}

/// The outcomes of measures that come or do not come independently of one another, more of them coming first.
fn independent(random: &[(&Measure, &Spanned<Probability>)], faults: &mut Faults<'_>) -> Outcomes {
    let most = Probability::MOST_FACTORS as usize;
    if let Some((_, probability)) = random.get(most) {
        let fault = Diagnostic::error(format!("{} measures have a `probability`", random.len()))
            .expected(format!("at most {most}"))
            .help("write the outcomes that matter as `[[outcome]]`, each with its measures");
        faults.push(probability.span(), fault);
        return Outcomes::default();
    }
    let mut list =
        vec![Outcome { name: String::new(), probability: Probability::CERTAIN, measures: Vec::new() }];
    for (measure, probability) in random {
        let branch = |outcome: &Outcome| {
            let mut with = outcome.clone();
            with.measures.push(measure.name.get_ref().clone());
            with.probability = with.probability.and(*probability.get_ref());
            let without = Outcome {
                probability: outcome.probability.and(probability.get_ref().otherwise()),
                ..outcome.clone()
            };
            [with, without]
        };
        list = list.iter().flat_map(branch).collect();
    }
    for outcome in &mut list {
        outcome.name = match (outcome.measures.as_slice(), random) {
            ([], [(only, _)]) => format!("no {}", only.name.get_ref()),
            ([], _) => "none of them".to_owned(),
            (names, _) => names.join(" + "),
        };
    }
    let mut outcomes = Outcomes::new(list);
    outcomes.list.retain(|outcome| outcome.probability > Probability::NONE);
    outcomes
}
