//! A policy, resolved on all countries and sectors, on fewer of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::bilateral::Flow;
use crate::economy::aggregation::{Grouping, mean};
use crate::economy::dataset::Dataset;
use crate::economy::elasticities::Elasticities;
use crate::economy::policy::{
    Contribution, Duty, ExemptMode, ExemptShare, ExemptVariety, FlowChange, Part, Policy, Quota, RateChange,
};
use crate::index::{CountryId, Position as _, SectorId};
use crate::numerics::functions::pow;
use crate::units::{AdValorem, CostFactor, Multiple, Share};

/// What aggregation does to a policy.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PolicyLoss {
    /// Changed rates before and after.
    pub rates: [usize; 2],
    /// Changed rates and trade costs between members of one group, which are gone.
    pub inner_changes: usize,
    /// Measures that act only between members of one group, by their position in the policy.
    pub idle: Vec<usize>,
    /// Merged flows that are under a quota only in part, or under different ones, or under a specific duty beside exempt
    /// parts: no single instrument can stand for them.
    pub unlike_duties: Vec<Flow>,
}

impl Grouping {
    /// Puts a policy on aggregated data.
    ///
    /// A rate becomes the mean at trade before tariff over the flows that are merged, those without a change
    /// included; so do the contributions of the measures. The exempt parts of merged flows are merged part by part,
    /// largest with largest: their weights add up and their rates are means at those weights, so that the average
    /// rate of the flow is kept. Trade costs become the CES mean Σ_f π_f d_f^(−θ) = d^(−θ) over the merged flows at the
    /// central trade elasticity, which holds for closed flows too. Export taxes and specific duties become means as rates
    /// do, and quotas that are alike but for their volume one quota.
    pub fn policy(&self, fine: &Dataset, policy: &Policy, aggregated: &Elasticities) -> (Policy, PolicyLoss) {
        let merger = Merger {
            grouping: self,
            fine,
            policy,
            central_shares: policy.central_shares(),
            elasticities: aggregated.central(),
        };
        let changed: BTreeSet<Flow> = policy.changes.iter().map(|change| self.flow(change.flow)).collect();
        let by_flow: HashMap<Flow, &FlowChange> =
            policy.changes.iter().map(|change| (change.flow, change)).collect();
        let mut shares = Shares::default();
        let foreign = changed.into_iter().filter(|flow| !flow.is_domestic());
        let changes: Vec<FlowChange> =
            foreign.filter_map(|flow| merger.change(flow, &by_flow, &mut shares)).collect();
        let unlike_duties = by_flow
            .iter()
            .filter(|(_, change)| change.duty != Duty::AdValorem)
            .map(|(&flow, _)| self.flow(flow))
            .filter(|&flow| !flow.is_domestic() && merger.duty(&merger.members(flow, &by_flow)).is_none())
            .collect::<BTreeSet<Flow>>();
        let rates = merger.rates();
        let touched: BTreeSet<Flow> =
            policy.touched.iter().map(|&flow| self.flow(flow)).filter(|flow| !flow.is_domestic()).collect();
        let loss = PolicyLoss {
            rates: [policy.rates.len(), rates.len()],
            inner_changes: policy
                .changes
                .iter()
                .filter(|change| self.flow(change.flow).is_domestic())
                .count(),
            idle: merger.idle(),
            unlike_duties: unlike_duties.into_iter().collect(),
        };
        let aggregated = Policy {
            changes,
            touched: touched.into_iter().collect(),
            exempt_shares: shares.list,
            exempt_mode: policy.exempt_mode,
            measures: policy.measures.clone(),
            rates,
        };
        (aggregated, loss)
    }
}

struct Merger<'a> {
    grouping: &'a Grouping,
    fine: &'a Dataset,
    policy: &'a Policy,
    central_shares: Vec<f64>,
    /// Central trade elasticities of the new sectors.
    elasticities: Vec<f64>,
}

/// One of the flows that are merged.
struct Member<'a> {
    /// Trade before tariff.
    trade: f64,
    rate: AdValorem,
    change: Option<&'a FlowChange>,
}

impl Member<'_> {
    fn cost(&self) -> f64 {
        self.change.map_or(1.0, |change| change.cost.factor())
    }

    fn export_tax(&self) -> f64 {
        self.change.map_or(0.0, |change| change.export_tax.fraction())
    }

    fn duty(&self) -> Duty {
        self.change.map_or(Duty::AdValorem, |change| change.duty)
    }

    /// The parts at central exempt shares, filled up at the front with empty ones.
    fn parts(&self, central_shares: &[f64], count: usize) -> Vec<Part> {
        let parts = match self.change {
            Some(change) => change.parts(central_shares, ExemptMode::Variety),
            None => vec![Part { weight: 1.0, rate: self.rate }],
        };
        let rate = parts[parts.len() - 1].rate;
        let missing = count - parts.len();
        std::iter::repeat_n(Part { weight: 0.0, rate }, missing).chain(parts).collect()
    }
}

impl Merger<'_> {
    /// The change of a merged flow; `None` where nothing is traded.
    fn change(
        &self,
        flow: Flow,
        by_flow: &HashMap<Flow, &FlowChange>,
        shares: &mut Shares,
    ) -> Option<FlowChange> {
        let members = self.members(flow, by_flow);
        let deepest =
            members.iter().filter_map(|member| member.change).map(|change| change.exempt.len()).max()?;
        let parts: Vec<Vec<Part>> =
            members.iter().map(|member| member.parts(&self.central_shares, deepest + 1)).collect();
        let weight =
            |at: usize| mean(members.iter().zip(&parts).map(|(m, parts)| (m.trade, parts[at].weight)));
        let rate = |at: usize| {
            let weighted = |uniform: f64| {
                members.iter().zip(&parts).map(move |(member, parts)| {
                    (member.trade * (parts[at].weight + uniform), parts[at].rate.fraction())
                })
            };
            // A part that no member has takes the rate that it would have at any share.
            let empty = weight(at) <= 0.0;
            AdValorem::new(mean(weighted(if empty { 1.0 } else { 0.0 })))
        };
        let mut parts_of_members =
            members.iter().filter_map(|member| member.change).flat_map(|change| &change.exempt);
        let known = parts_of_members.all(|part| self.policy.exempt_shares[part.share].known);
        let mut reach = 0.0;
        let mut exempt = Vec::with_capacity(deepest);
        for at in 0..deepest {
            reach += weight(at);
            let share = shares.entry(self, flow, (at, known), Share::new(reach.min(1.0))?);
            exempt.push(ExemptVariety { share, rate: rate(at)? });
        }
        let export_tax = AdValorem::new(mean(members.iter().map(|m| (m.trade, m.export_tax()))))?;
        let duty = self.duty(&members).unwrap_or_default();
        Some(FlowChange {
            exempt,
            export_tax,
            duty,
            ..FlowChange::new(flow, rate(deepest)?, self.cost(flow.sector, &members)?)
        })
    }

    /// The traded flows that become one.
    fn members<'m>(&self, flow: Flow, by_flow: &HashMap<Flow, &'m FlowChange>) -> Vec<Member<'m>> {
        let member = |from: Flow| Member {
            trade: self.fine.trade.get(from),
            rate: AdValorem::new(self.fine.tariffs.get(from)).expect("a dataset's rates are above -1"),
            change: by_flow.get(&from).copied(),
        };
        self.grouping.flows_of(flow).map(member).filter(|member| member.trade > 0.0).collect()
    }

    /// The mean of specific duties, or the sum of quotas that are alike but for their volume; `None` where there is no such
    /// thing.
    fn duty(&self, members: &[Member<'_>]) -> Option<Duty> {
        if members.iter().all(|member| member.duty() == Duty::AdValorem) {
            return Some(Duty::AdValorem);
        }
        if members.iter().any(|member| member.change.is_some_and(|change| !change.exempt.is_empty())) {
            return None;
        }
        let quotas: Vec<Quota> = members
            .iter()
            .filter_map(|member| match member.duty() {
                Duty::Quota(quota) => Some(quota),
                Duty::AdValorem | Duty::Specific(_) => None,
            })
            .collect();
        let Some(&first) = quotas.first() else {
            let specific = |member: &Member<'_>| match member.duty() {
                Duty::Specific(duty) => duty.fraction(),
                Duty::AdValorem | Duty::Quota(_) => 0.0,
            };
            return AdValorem::new(mean(members.iter().map(|m| (m.trade, specific(m))))).map(Duty::Specific);
        };
        let alike = |quota: &Quota| Quota { volume: first.volume, ..*quota } == first;
        if quotas.len() < members.len() || !quotas.iter().all(alike) {
            return None;
        }
        let volumes = members.iter().zip(&quotas).map(|(m, quota)| (m.trade, quota.volume.factor()));
        Some(Duty::Quota(Quota { volume: Multiple::new(mean(volumes))?, ..first }))
    }

    /// The CES mean of trade costs at tariff-inclusive weights; a common factor is kept to the bit.
    fn cost(&self, sector: SectorId, members: &[Member<'_>]) -> Option<CostFactor> {
        let first = members.first()?.cost();
        if members.iter().all(|member| member.cost().total_cmp(&first).is_eq()) {
            return CostFactor::new(first);
        }
        let theta = self.elasticities[sector.index()];
        let powers = members.iter().map(|member| {
            let power = if member.cost().is_finite() { pow(member.cost(), -theta) } else { 0.0 };
            (member.trade * member.rate.factor(), power)
        });
        CostFactor::new(pow(mean(powers), -1.0 / theta))
    }

    /// How the rates of the merged flows came about, in (importer, exporter, sector) order.
    fn rates(&self) -> Vec<RateChange> {
        let mut merged: BTreeMap<(CountryId, CountryId, SectorId), Vec<&RateChange>> = BTreeMap::new();
        for rate in &self.policy.rates {
            let flow = self.grouping.flow(rate.flow);
            if !flow.is_domestic() && self.fine.trade.get(rate.flow) > 0.0 {
                merged.entry((flow.importer, flow.exporter, flow.sector)).or_default().push(rate);
            }
        }
        merged.values().filter_map(|rates| self.rate_change(rates)).collect()
    }

    fn rate_change(&self, changes: &[&RateChange]) -> Option<RateChange> {
        let flow = self.grouping.flow(changes.first()?.flow);
        let all = || self.grouping.flows_of(flow).filter(|from| self.fine.trade.get(*from) > 0.0);
        let changed: HashMap<Flow, &RateChange> = changes.iter().map(|&rate| (rate.flow, rate)).collect();
        let over = |of: &dyn Fn(&RateChange) -> f64, unchanged: &dyn Fn(Flow) -> f64| {
            let values = all().map(|from| {
                let value = changed.get(&from).map_or_else(|| unchanged(from), |rate| of(rate));
                (self.fine.trade.get(from), value)
            });
            mean(values)
        };
        let observed = |from: Flow| self.fine.tariffs.get(from);
        let mut order: Vec<usize> = Vec::new();
        for part in changes.iter().flat_map(|rate| &rate.contributions) {
            if !order.contains(&part.measure) {
                order.push(part.measure);
            }
        }
        let contributions = order.into_iter().map(|measure| {
            let of = |rate: &RateChange| -> f64 {
                rate.contributions.iter().filter(|part| part.measure == measure).map(|part| part.change).sum()
            };
            Contribution { measure, change: over(&of, &|_| 0.0) }
        });
        Some(RateChange {
            flow,
            before: AdValorem::new(over(&|rate| rate.before.fraction(), &observed))?,
            after: AdValorem::new(over(&|rate| rate.after.fraction(), &observed))?,
            statutory: AdValorem::new(over(&|rate| rate.statutory.fraction(), &observed))?,
            contributions: contributions.collect(),
        })
    }

    /// The measures that changed some rate, but none between two groups.
    fn idle(&self) -> Vec<usize> {
        let acts = |inner: bool| {
            let mut acts = vec![false; self.policy.measures.len()];
            let rates = self.policy.rates.iter();
            for rate in rates.filter(|rate| self.grouping.flow(rate.flow).is_domestic() == inner) {
                rate.contributions.iter().for_each(|part| acts[part.measure] = true);
            }
            acts
        };
        let (inside, outside) = (acts(true), acts(false));
        (0..inside.len()).filter(|&measure| inside[measure] && !outside[measure]).collect()
    }
}

/// The exempt shares of the merged flows: one entry for what is one number.
#[derive(Default)]
struct Shares {
    list: Vec<ExemptShare>,
    positions: HashMap<(CountryId, SectorId, (usize, bool), u64), usize>,
}

impl Shares {
    /// The entry of a level of a flow, whose share is known or not.
    fn entry(
        &mut self,
        merger: &Merger<'_>,
        flow: Flow,
        (level, known): (usize, bool),
        mean: Share,
    ) -> usize {
        let key = (flow.exporter, flow.sector, (level, known), mean.fraction().to_bits());
        *self.positions.entry(key).or_insert_with(|| {
            let grouping = merger.grouping;
            let [importer, exporter] =
                [flow.importer, flow.exporter].map(|country| grouping.countries.list.code(country));
            let label = format!("exempt_share:{exporter}:{}", grouping.sectors.list.code(flow.sector));
            let taken = self.list.iter().any(|share| share.label == label);
            let label = if taken { format!("{label}:{importer}:{}", level + 1) } else { label };
            self.list.push(ExemptShare { label, partner: flow.exporter, mean, known });
            self.list.len() - 1
        })
    }
}
