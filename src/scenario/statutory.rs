//! The rates on the books: every reached flow is worked out once, those that others follow first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::bilateral::Flow;
use crate::diagnostic::{Diagnostic, listed};
use crate::scenario::combine::{self, Chain};
use crate::scenario::duty::{Clash, clash};
use crate::scenario::reader::Faults;
use crate::scenario::rules::Rules;
use crate::units::AdValorem;

/// A reached flow with what acts there and the rate without exemptions.
#[derive(Debug)]
pub(super) struct Cell {
    /// The rules that act.
    pub(super) acting: Vec<usize>,
    /// The rate without exemptions.
    pub(super) chain: Chain,
}

/// All reached flows.
#[derive(Debug)]
pub(super) struct Statutory<'r, 's> {
    rules: &'r Rules<'s>,
    cells: HashMap<Flow, Cell>,
    problems: Problems,
}

/// What went wrong, gathered so that each mistake of the file is reported once and not for every flow.
#[derive(Debug, Default)]
struct Problems {
    /// Two level verbs: the rules with the first flow and how many there are.
    levels: BTreeMap<(usize, usize), (Flow, usize)>,
    /// Rules that follow one another in a circle, with a flow.
    circles: BTreeMap<BTreeSet<usize>, Flow>,
    /// Measures that have no meaning together: the rules with the first flow and how many there are.
    clashes: BTreeMap<(usize, usize, Clash), (Flow, usize)>,
    /// Impossible rates: the rule, with the first flow and its rate, and how many there are.
    rates: BTreeMap<usize, (Flow, f64, usize)>,
}

impl<'r, 's> Statutory<'r, 's> {
    /// Works out all reached flows.
    pub(super) fn new(rules: &'r Rules<'s>, flows: &[Flow]) -> Self {
        let mut statutory =
            Self { rules, cells: HashMap::with_capacity(flows.len()), problems: Problems::default() };
        flows.iter().for_each(|flow| statutory.settle(*flow));
        statutory
    }

    /// A reached flow.
    pub(super) fn cell(&self, flow: Flow) -> Option<&Cell> {
        self.cells.get(&flow)
    }

    /// The rate of any flow on the books.
    pub(super) fn rate(&self, flow: Flow) -> f64 {
        self.cells.get(&flow).map_or_else(|| self.rules.dataset.tariffs.get(flow), |cell| cell.chain.rate)
    }

    /// Works out a flow after all those that it follows, however long the line of followers is.
    fn settle(&mut self, flow: Flow) {
        let mut path: Vec<Flow> = vec![flow];
        while let Some(&top) = path.last() {
            if self.cells.contains_key(&top) {
                path.pop();
                continue;
            }
            let acting = self.rules.acting(top);
            match self.followed(top, &acting).into_iter().find(|next| !self.cells.contains_key(next)) {
                Some(next) if path.contains(&next) => {
                    self.note_circle(&path, next);
                    self.evaluate(top, acting);
                }
                Some(next) => path.push(next),
                None => self.evaluate(top, acting),
            }
        }
    }

    fn followed(&self, flow: Flow, acting: &[usize]) -> Vec<Flow> {
        acting.iter().filter_map(|&at| self.rules.list[at].followed(flow)).collect()
    }

    fn evaluate(&mut self, flow: Flow, acting: Vec<usize>) {
        self.check_levels(flow, &acting);
        let chain = combine::chain(self.rules, flow, &acting, &[], &|other| self.rate(other));
        self.check_rate(flow, &chain);
        self.cells.insert(flow, Cell { acting, chain });
    }

    fn check_levels(&mut self, flow: Flow, acting: &[usize]) {
        let mut levels = acting.iter().filter(|&&at| self.rules.list[at].verb().is_level());
        if let (Some(&first), Some(&second)) = (levels.next(), levels.next()) {
            self.problems.levels.entry((first, second)).or_insert((flow, 0)).1 += 1;
        }
        if let Some(clash) = clash(self.rules, flow, acting) {
            self.problems.clashes.entry(clash).or_insert((flow, 0)).1 += 1;
        }
    }

    /// Notes a rate that cannot be, under the rule that pulled hardest.
    pub(super) fn check_rate(&mut self, flow: Flow, chain: &Chain) {
        if AdValorem::new(chain.rate).is_some_and(|rate| rate.fraction() <= AdValorem::LIMIT) {
            return;
        }
        let pull = |change: f64| if chain.rate <= -1.0 { -change } else { change };
        let hardest = chain.steps.iter().max_by(|a, b| pull(a.1).total_cmp(&pull(b.1)));
        if let Some(&(at, _)) = hardest {
            self.problems.rates.entry(at).or_insert((flow, chain.rate, 0)).2 += 1;
        }
    }

    fn note_circle(&mut self, path: &[Flow], closing: Flow) {
        let circle: Vec<Flow> = path.iter().copied().skip_while(|flow| *flow != closing).collect();
        let mut rules = BTreeSet::new();
        for (at, flow) in circle.iter().enumerate() {
            let next = circle[(at + 1) % circle.len()];
            let acting = self.rules.acting(*flow);
            rules.extend(acting.into_iter().filter(|&at| self.rules.list[at].followed(*flow) == Some(next)));
        }
        self.problems.circles.entry(rules).or_insert(closing);
    }

    /// Reports what went wrong; whether anything did.
    pub(super) fn report(&self, faults: &mut Faults<'_>) -> bool {
        let before = faults.found.len();
        for (&(first, second), &(flow, count)) in &self.problems.levels {
            faults.push(
                self.rules.list[second].measure.verb.span(),
                self.two_levels(first, second, flow, count),
            );
        }
        for (&(first, second, clash), &(flow, count)) in &self.problems.clashes {
            let [first, second] = [first, second].map(|at| &self.rules.list[at]);
            let on = format!("on {}{}", self.rules.flow_in_words(flow), and_more(count));
            faults.push(second.measure.verb.span(), clash.diagnostic(first, second, &on));
        }
        for (rules, flow) in &self.problems.circles {
            if let Some(&first) = rules.first() {
                faults.push(self.rules.list[first].measure.verb.span(), self.circle(rules, *flow));
            }
        }
        for (&at, &(flow, rate, count)) in &self.problems.rates {
            faults.push(self.rules.list[at].measure.verb.span(), self.impossible(flow, rate, count));
        }
        faults.found.len() > before
    }

    fn two_levels(&self, first: usize, second: usize, flow: Flow, count: usize) -> Diagnostic {
        let (first, second) = (&self.rules.list[first], &self.rules.list[second]);
        Diagnostic::error(format!(
            "`{}` and `{}` both say where the tariff starts, on {}{}",
            first.name(),
            second.name(),
            self.rules.flow_in_words(flow),
            and_more(count)
        ))
        .expected(format!(
            "only one of `set`, `rates`, `remove` and `cut` on a flow, or `instead_of = \"{}\"`",
            first.name()
        ))
        .help("say which measure replaces the other with `instead_of`, or separate them with `except`")
    }

    fn circle(&self, rules: &BTreeSet<usize>, flow: Flow) -> Diagnostic {
        let names: Vec<&str> = rules.iter().map(|&at| self.rules.list[at].name()).collect();
        let who = match names.as_slice() {
            [one] => format!("`{one}` follows itself in a circle"),
            _ => format!("{} follow one another in a circle", listed(&names)),
        };
        Diagnostic::error(format!("{who}, on {}", self.rules.flow_in_words(flow)))
            .expected("rates that do not depend on themselves")
            .help("put one of them at a rate, with `set` or `add`")
    }

    fn impossible(&self, flow: Flow, rate: f64, count: usize) -> Diagnostic {
        let help = if rate < 0.0 {
            NOT_BELOW_ZERO
        } else {
            "`cap = \"100%\"` in a further measure keeps rates from rising above that"
        };
        let (percent, flow) = (rate * 100.0, self.rules.flow_in_words(flow));
        Diagnostic::error(format!("the tariff becomes {percent:.1}% on {flow}{}", and_more(count)))
            .expected("a resulting rate above -100% and at most 100000%")
            .help(help)
    }
}

/// What to do about tariffs that are subsidies.
pub(super) const NOT_BELOW_ZERO: &str =
    "`floor = \"0%\"` in a further measure keeps rates from falling below zero";

/// " and so many more flows", of `count`.
pub(super) fn and_more(count: usize) -> String {
    match count {
        0 | 1 => String::new(),
        2 => " and one more flow".to_owned(),
        _ => format!(" and {} more flows", count - 1),
    }
}
