//! Measures on a dataset's own codes: which flows each reaches and which act there.

use std::collections::HashMap;
use std::rc::Rc;

use crate::bilateral::Flow;
use crate::economy::dataset::Dataset;
use crate::index::{CountryId, SectorId};
use crate::scenario::answer::Answer;
use crate::scenario::measure::{Measure, Verb};
use crate::scenario::members::Members;
use crate::scenario::names::{Chosen, Goods};
use crate::scenario::tables::ExemptTable;
use crate::units::{AdValorem, CostFactor, Date, Share};

/// A measure on a dataset.
#[derive(Clone, Debug)]
pub(super) struct Rule<'s> {
    /// The measure as written.
    pub(super) measure: &'s Measure,
    /// The importers, as grouped by the user.
    pub(super) by: Vec<Chosen>,
    /// The exporters, as grouped by the user.
    pub(super) on: Vec<Chosen>,
    /// The countries taken out of `on`.
    pub(super) except: Vec<Chosen>,
    /// The sectors.
    pub(super) goods: Vec<Goods>,
    /// The sectors taken out of `goods`.
    pub(super) except_goods: Vec<Goods>,
    /// All importers it reaches.
    pub(super) importers: Members,
    /// All exporters it reaches.
    pub(super) exporters: Members,
    /// All sectors it reaches.
    pub(super) sectors: Members,
    /// What it takes from tables or other countries to act.
    pub(super) detail: Detail,
    /// What it does not reach.
    pub(super) exempt: Option<Exemption>,
    /// The rules that do not act where this one applies.
    pub(super) replaces: Vec<usize>,
    /// How much of it is in force.
    pub(super) strength: Share,
}

/// What a verb needs beyond its own value.
#[derive(Clone, Debug)]
pub(super) enum Detail {
    /// Nothing.
    None,
    /// The rates of a table.
    Rates(Rc<HashMap<Flow, AdValorem>>),
    /// The cost factors of a table.
    Costs(Rc<HashMap<Flow, CostFactor>>),
    /// The importer that `match` follows and, unless it is each exporter's own, the exporter.
    Follows(CountryId, Option<CountryId>),
    /// What a response adds, once that is worked out.
    Answers(Rc<Answer>),
}

/// What a measure does not reach, on a dataset.
#[derive(Clone, Debug)]
pub(super) enum Exemption {
    /// The same share for every partner.
    Uniform(Share),
    /// A share by partner.
    ByPartner(HashMap<CountryId, Share>),
    /// A named table of shares.
    Table(String, ExemptTable),
    /// What is not on the list of a response.
    Unlisted(Rc<Answer>),
}

impl Exemption {
    /// The share of a flow that is exempt.
    pub(super) fn share(&self, flow: Flow) -> Share {
        match self {
            Self::Uniform(share) => *share,
            Self::ByPartner(shares) => shares.get(&flow.exporter).copied().unwrap_or(Share::NONE),
            Self::Table(_, shares) => {
                let of = |importer| shares.get(&(importer, flow.exporter, flow.sector)).copied();
                of(Some(flow.importer)).or_else(|| of(None)).unwrap_or(Share::NONE)
            }
            Self::Unlisted(answer) => answer.unlisted.get(&flow).copied().unwrap_or(Share::NONE),
        }
    }
}

impl<'s> Rule<'s> {
    /// What it does.
    pub(super) fn verb(&self) -> &'s Verb {
        self.measure.verb.get_ref()
    }

    /// Those who face it: the exporters or, if exports are taxed, the importers.
    pub(super) fn facing(&self) -> &Members {
        if self.verb().is_export() { &self.importers } else { &self.exporters }
    }

    /// What those are who face it.
    pub(super) fn faces(&self) -> &'static str {
        if self.verb().is_export() { "importer" } else { "exporter" }
    }

    /// What those are who impose it.
    pub(super) fn imposes(&self) -> &'static str {
        if self.verb().is_export() { "exporter" } else { "importer" }
    }

    /// Whether it answers other measures.
    pub(super) fn is_response(&self) -> bool {
        matches!(self.verb(), Verb::Respond(_))
    }

    /// Its name.
    pub(super) fn name(&self) -> &'s str {
        self.measure.name.get_ref()
    }

    /// Whether it reaches a flow; sales at home are never reached.
    pub(super) fn covers(&self, flow: Flow) -> bool {
        !flow.is_domestic()
            && self.importers.has(flow.importer)
            && self.exporters.has(flow.exporter)
            && self.sectors.has(flow.sector)
            && match &self.detail {
                Detail::Rates(rates) => rates.contains_key(&flow),
                Detail::Costs(costs) => costs.contains_key(&flow),
                Detail::Answers(answer) => answer.adds.contains_key(&flow),
                Detail::None | Detail::Follows(..) => true,
            }
    }

    /// At most how many flows it reaches.
    pub(super) fn most_flows(&self) -> usize {
        let all = self.sectors.count() * self.importers.count() * self.exporters.count();
        match &self.detail {
            Detail::Rates(rates) => all.min(rates.len()),
            Detail::Costs(costs) => all.min(costs.len()),
            Detail::Answers(answer) => all.min(answer.adds.len()),
            Detail::None | Detail::Follows(..) => all,
        }
    }

    /// Every flow it reaches, by sector, importer and exporter.
    pub(super) fn flows(&self) -> impl Iterator<Item = Flow> {
        self.sectors.ids().flat_map(move |sector| {
            self.importers.ids().flat_map(move |importer| {
                self.exporters
                    .ids()
                    .map(move |exporter| Flow { sector, importer, exporter })
                    .filter(|flow| self.covers(*flow))
            })
        })
    }

    /// The flow whose rate it follows for a flow of its own; `None` where there is none to follow.
    pub(super) fn followed(&self, flow: Flow) -> Option<Flow> {
        let other = match (self.verb(), &self.detail) {
            (Verb::Reciprocal, _) => Flow { importer: flow.exporter, exporter: flow.importer, ..flow },
            (Verb::Match(_), Detail::Follows(by, on)) => {
                Flow { importer: *by, exporter: on.unwrap_or(flow.exporter), ..flow }
            }
            _ => return None,
        };
        (!other.is_domestic() && other != flow).then_some(other)
    }
}

/// All rules of a scenario on a dataset.
#[derive(Debug)]
pub(super) struct Rules<'s> {
    /// The data.
    pub(super) dataset: &'s Dataset,
    /// The rules in file order.
    pub(super) list: Vec<Rule<'s>>,
}

impl<'s> Rules<'s> {
    /// The rules in force on a day; without a day all of them, whenever they are in force.
    pub(super) fn in_force(&self, day: Option<Date>) -> Self {
        day.map_or_else(|| Self { dataset: self.dataset, list: self.list.clone() }, |day| self.on(day))
    }

    /// A rule by its name.
    pub(super) fn find(&self, name: &str) -> Option<&Rule<'s>> {
        self.list.iter().find(|rule| rule.name() == name)
    }

    /// The rules in force on a day, each as far as it is.
    pub(super) fn on(&self, day: Date) -> Self {
        let strength = |rule: &Rule<'_>| rule.measure.period.strength(day);
        let mut rules = self.selected(|_, rule| strength(rule) > Share::NONE);
        rules.list.iter_mut().for_each(|rule| rule.strength = strength(rule));
        rules
    }

    /// Some of the rules, as if the others were not there.
    pub(super) fn selected(&self, is_kept: impl Fn(usize, &Rule<'s>) -> bool) -> Self {
        let mut places = Vec::with_capacity(self.list.len());
        let mut next = 0;
        for (at, rule) in self.list.iter().enumerate() {
            let kept = is_kept(at, rule);
            places.push(kept.then_some(next));
            next += usize::from(kept);
        }
        let kept = self.list.iter().zip(&places).filter(|(_, place)| place.is_some());
        let list = kept.map(|(rule, _)| Rule {
            replaces: rule.replaces.iter().filter_map(|&at| places[at]).collect(),
            ..rule.clone()
        });
        Self { dataset: self.dataset, list: list.collect() }
    }

    /// The rules that act on a flow, in file order: those that reach it and are not replaced there.
    pub(super) fn acting(&self, flow: Flow) -> Vec<usize> {
        let covering: Vec<usize> = (0..self.list.len()).filter(|&at| self.list[at].covers(flow)).collect();
        let replaced = |at: usize| covering.iter().any(|&other| self.list[other].replaces.contains(&at));
        covering.iter().copied().filter(|&at| !replaced(at)).collect()
    }

    /// Every flow that some rule reaches, in cell order.
    pub(super) fn covered(&self) -> Vec<Flow> {
        let shape = self.dataset.shape();
        let mut reached = vec![false; shape.cells()];
        for rule in &self.list {
            rule.flows().for_each(|flow| reached[shape.cell(flow)] = true);
        }
        reached
            .iter()
            .enumerate()
            .filter(|(_, reached)| **reached)
            .map(|(cell, _)| shape.flow(cell))
            .collect()
    }

    /// A flow in words, such as "USA imports of AUT from MEX".
    pub(super) fn flow_in_words(&self, flow: Flow) -> String {
        let (countries, sectors) = (&self.dataset.countries, &self.dataset.sectors);
        format!(
            "{} imports of {} from {}",
            countries.code(flow.importer),
            sectors.code(flow.sector),
            countries.code(flow.exporter)
        )
    }
}

/// The members of some choices.
pub(super) fn country_members(dataset: &Dataset, chosen: &[Chosen]) -> Members {
    let mut members = Members::none(dataset.countries.len());
    for choice in chosen {
        match choice {
            Chosen::All => dataset.countries.ids::<CountryId>().for_each(|id| members.put(id, true)),
            Chosen::One(id) => members.put(*id, true),
            Chosen::Group(at) => dataset.groups[*at].members.iter().for_each(|id| members.put(*id, true)),
        }
    }
    members
}

/// The members of some choices; all goods are never services.
pub(super) fn sector_members(dataset: &Dataset, chosen: &[Goods]) -> Members {
    let mut members = Members::none(dataset.sectors.len());
    for choice in chosen {
        match choice {
            Goods::All => {
                let goods = dataset.sectors.ids::<SectorId>().filter(|id| dataset.is_goods(*id));
                goods.for_each(|id| members.put(id, true));
            }
            Goods::One(id) => members.put(*id, true),
        }
    }
    members
}
