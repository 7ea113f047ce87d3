//! How large responses are: what the measures do that they answer, sent back.
//!
//! A response answers what a measure does by itself: the size of every response is fixed on the rates without any
//! response, then all of them are added. So a chain of responses needs no order beyond that of who answers whom, and the
//! answer to an answer never depends on itself. With a lag, it answers what the measure did so many days before.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::bilateral::Flow;
use crate::index::{CountryId, SectorId};
use crate::scenario::exempt::{self, Shares};
use crate::scenario::measure::Verb;
use crate::scenario::response::{Mode, Response};
use crate::scenario::rules::{Detail, Exemption, Rule, Rules};
use crate::scenario::statutory::Statutory;
use crate::units::{Date, Share};

/// What a response does, flow by flow.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Answer {
    /// What it adds to rates.
    pub(super) adds: HashMap<Flow, f64>,
    /// Which part of each flow is not on its list, where there is one.
    pub(super) unlisted: HashMap<Flow, Share>,
    /// Whether everything is not enough for some list.
    pub(super) is_short: bool,
}

/// What a measure does to one flow, with all its exemptions averaged in and without, and to how much of the flow.
#[derive(Clone, Copy, Debug)]
struct Hit {
    flow: Flow,
    books: f64,
    mean: f64,
    reach: f64,
}

/// The rules in force on a day, every response worked out; one that has nothing to answer is left out.
pub(super) fn answered<'s>(possible: &Rules<'s>, day: Option<Date>) -> Rules<'s> {
    let in_force = possible.in_force(day);
    if !in_force.list.iter().any(Rule::is_response) {
        return in_force;
    }
    let mut desk = Desk { possible, hits: HashMap::new(), answers: HashMap::new() };
    let answers: Vec<Option<Rc<Answer>>> =
        in_force.list.iter().map(|rule| rule.is_response().then(|| desk.answer(rule.name(), day))).collect();
    let mut answered =
        in_force.selected(|at, _| answers[at].as_ref().is_none_or(|answer| !answer.adds.is_empty()));
    let answers =
        answers.into_iter().filter(|answer| answer.as_ref().is_none_or(|answer| !answer.adds.is_empty()));
    for (rule, answer) in answered.list.iter_mut().zip(answers) {
        let Some(answer) = answer else { continue };
        if !answer.unlisted.is_empty() {
            rule.exempt = Some(Exemption::Unlisted(Rc::clone(&answer)));
        }
        rule.detail = Detail::Answers(answer);
    }
    answered
}

/// Works out responses, each once.
struct Desk<'p, 's> {
    possible: &'p Rules<'s>,
    /// What measures do on a day, by name, without any response.
    hits: HashMap<Option<Date>, HashMap<&'s str, Vec<Hit>>>,
    answers: HashMap<(&'s str, Option<Date>), Rc<Answer>>,
}

impl<'s> Desk<'_, 's> {
    fn answer(&mut self, name: &'s str, day: Option<Date>) -> Rc<Answer> {
        if let Some(answer) = self.answers.get(&(name, day)) {
            return Rc::clone(answer);
        }
        let answer = Rc::new(match self.possible.find(name).map(|rule| (rule, rule.verb())) {
            Some((rule, Verb::Respond(how))) => {
                let before = day.map(|day| day.days_earlier(how.lag));
                let hits: Vec<Hit> =
                    how.to.iter().flat_map(|to| self.hits_of(to.get_ref(), before)).collect();
                Sizing { rules: self.possible, rule, how }.answer(&hits)
            }
            _ => Answer::default(),
        });
        self.answers.insert((name, day), Rc::clone(&answer));
        answer
    }

    /// What a measure or response does on a day; nothing where it is not in force.
    fn hits_of(&mut self, name: &'s str, day: Option<Date>) -> Vec<Hit> {
        let Some(target) = self.possible.find(name) else { return Vec::new() };
        if !target.is_response() {
            let possible = self.possible;
            let hits = self.hits.entry(day).or_insert_with(|| hits(possible, day));
            return hits.get(name).cloned().unwrap_or_default();
        }
        if day.is_some_and(|day| target.measure.period.strength(day) == Share::NONE) {
            return Vec::new();
        }
        let answer = self.answer(name, day);
        let in_force = self.possible.in_force(day);
        let at = in_force.list.iter().position(|rule| rule.name() == name);
        let is_replaced = |flow: Flow| {
            in_force
                .list
                .iter()
                .any(|rule| at.is_some_and(|at| rule.replaces.contains(&at)) && rule.covers(flow))
        };
        let mut hits: Vec<Hit> = answer
            .adds
            .iter()
            .filter(|(flow, _)| !is_replaced(**flow))
            .map(|(&flow, &books)| {
                let reach = 1.0 - answer.unlisted.get(&flow).map_or(0.0, |share| share.fraction());
                Hit { flow, books, mean: books * reach, reach }
            })
            .collect();
        hits.sort_by_key(|hit| hit.flow);
        hits
    }
}

/// What every measure that is answered does on a day, without any response.
fn hits<'s>(possible: &Rules<'s>, day: Option<Date>) -> HashMap<&'s str, Vec<Hit>> {
    let wanted = possible.list.iter().flat_map(|rule| match rule.verb() {
        Verb::Respond(how) => how.to.as_slice(),
        _ => &[],
    });
    let wanted: Vec<&str> = wanted.map(|to| to.get_ref().as_str()).collect();
    let rules = possible.in_force(day);
    let rules = rules.selected(|_, rule| !rule.is_response());
    let is_wanted = |at: usize| wanted.contains(&rules.list[at].name());
    let mut flows: Vec<Flow> =
        rules.list.iter().filter(|rule| wanted.contains(&rule.name())).flat_map(Rule::flows).collect();
    flows.sort_unstable();
    flows.dedup();
    let statutory = Statutory::new(&rules, &flows);
    let mut shares = Shares::default();
    let mut hits: HashMap<&'s str, Vec<Hit>> = HashMap::new();
    for &flow in &flows {
        let Some(cell) = statutory.cell(flow) else { continue };
        let parts = exempt::parts(&rules, &statutory, &mut shares, flow, cell);
        let weights = exempt::weights(&parts, &shares);
        for &at in cell.acting.iter().filter(|at| is_wanted(**at)) {
            let step = |chain: &crate::scenario::combine::Chain| -> f64 {
                chain.steps.iter().filter(|(rule, _)| *rule == at).map(|(_, change)| change).sum()
            };
            let steps = || parts.iter().zip(&weights).map(|(part, weight)| (step(&part.chain), weight));
            let mean = steps().map(|(step, weight)| weight * step).sum();
            let reach = steps().filter(|(step, _)| *step != 0.0).map(|(_, weight)| weight).sum();
            let hit = Hit { flow, books: step(&cell.chain), mean, reach };
            hits.entry(rules.list[at].measure.name.get_ref()).or_default().push(hit);
        }
    }
    hits
}

/// One response with what it answers.
struct Sizing<'r, 's> {
    rules: &'r Rules<'s>,
    rule: &'r Rule<'s>,
    how: &'r Response,
}

impl Sizing<'_, '_> {
    /// What each responder sends back to each who hit it.
    fn answer(&self, hits: &[Hit]) -> Answer {
        let mut pairs: BTreeMap<(CountryId, CountryId), Vec<Hit>> = BTreeMap::new();
        for hit in hits {
            if self.rule.importers.has(hit.flow.exporter) {
                pairs.entry((hit.flow.exporter, hit.flow.importer)).or_default().push(*hit);
            }
        }
        let mut answer = Answer::default();
        for ((responder, imposer), hits) in pairs {
            self.answer_pair(responder, imposer, &hits, &mut answer);
        }
        answer
    }

    fn answer_pair(&self, responder: CountryId, imposer: CountryId, hits: &[Hit], answer: &mut Answer) {
        let back = |sector: SectorId| Flow { sector, importer: responder, exporter: imposer };
        let is_hit = |sector: SectorId| hits.iter().any(|hit| hit.flow.sector == sector);
        let goods: Vec<Flow> = self
            .rule
            .sectors
            .ids()
            .filter(|&sector| !self.how.same_goods || is_hit(sector))
            .map(back)
            .collect();
        let share = self.how.share.fraction();
        match self.how.mode {
            Mode::Reciprocal => {
                for flow in goods {
                    let same = hits.iter().filter(|hit| hit.flow.sector == flow.sector);
                    let books: f64 = same.map(|hit| hit.books).sum();
                    if books != 0.0 {
                        answer.adds.insert(flow, share * books);
                    }
                }
            }
            Mode::Points(points) => {
                answer.adds.extend(goods.into_iter().map(|flow| (flow, share * points.fraction())));
            }
            // Refused before, unless its size was worked out.
            Mode::Optimal => {}
            Mode::EqualRevenue => {
                let add = share * self.revenue(hits) / self.trade(&goods);
                if add.is_finite() && add != 0.0 {
                    answer.adds.extend(goods.into_iter().map(|flow| (flow, add)));
                }
            }
            Mode::EqualTrade => {
                let covered = self.covered(hits);
                let (add, listed) = (self.revenue(hits) / covered, share * covered / self.trade(&goods));
                let Some(unlisted) =
                    Share::new(1.0 - listed.min(1.0)).filter(|_| add.is_finite() && listed > 0.0)
                else {
                    return;
                };
                // Sums of the same trade in another order differ in the last bits.
                answer.is_short |= listed > 1.0 + 1e-9;
                for flow in goods {
                    answer.adds.insert(flow, add);
                    if unlisted > Share::NONE {
                        answer.unlisted.insert(flow, unlisted);
                    }
                }
            }
        }
    }

    /// Baseline trade in some flows.
    fn trade(&self, flows: &[Flow]) -> f64 {
        flows.iter().map(|flow| self.rules.dataset.trade.get(*flow)).sum()
    }

    /// What measures raise at baseline trade.
    fn revenue(&self, hits: &[Hit]) -> f64 {
        hits.iter().map(|hit| self.rules.dataset.trade.get(hit.flow) * hit.mean).sum()
    }

    /// The baseline trade that measures cover, without what is exempt from them.
    fn covered(&self, hits: &[Hit]) -> f64 {
        hits.iter().map(|hit| self.rules.dataset.trade.get(hit.flow) * hit.reach).sum()
    }
}
