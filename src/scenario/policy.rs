//! From the rules in force to a [`Policy`]: every reached flow with its rates, exempt parts and everything else.

use crate::bilateral::Flow;
use crate::economy::policy::{Contribution, Duty, ExemptMode, FlowChange, MeasureInfo, Policy, RateChange};
use crate::scenario::combine;
use crate::scenario::duty;
use crate::scenario::exempt::{self, PartChain, Shares};
use crate::scenario::reader::Faults;
use crate::scenario::rules::{Rule, Rules};
use crate::scenario::statutory::Statutory;
use crate::scenario::words;
use crate::units::{AdValorem, CostFactor};

/// Works out every reached flow, and the trade on which each rule acts; `Err` when the faults say why not.
pub(super) fn policy(
    rules: &Rules<'_>,
    exempt_mode: ExemptMode,
    faults: &mut Faults<'_>,
) -> Result<(Policy, Vec<f64>), ()> {
    let flows = rules.covered();
    let mut statutory = Statutory::new(rules, &flows);
    let mut shares = Shares::default();
    let (mut changes, mut rates) = (Vec::new(), Vec::new());
    for &flow in &flows {
        let Some(reached) = reached_flow(rules, &statutory, &mut shares, flow) else { continue };
        reached.parts.iter().for_each(|part| statutory.check_rate(flow, &part.chain));
        changes.extend(reached.change());
        rates.extend(reached.rate_change(&shares));
    }
    if statutory.report(faults) {
        return Err(());
    }
    rates.sort_by_key(|rate| (rate.flow.importer, rate.flow.exporter, rate.flow.sector));
    let reach = reach(rules, &statutory, &flows);
    let policy = Policy {
        changes,
        touched: flows.iter().copied().filter(|flow| rules.dataset.trade.get(*flow) > 0.0).collect(),
        rates,
        exempt_shares: shares.list,
        exempt_mode,
        measures: measure_infos(rules, &reach),
    };
    Ok((policy, reach.into_iter().map(|(_, trade)| trade).collect()))
}

/// What becomes of one reached flow.
struct Reached {
    flow: Flow,
    cost: f64,
    export_tax: f64,
    duty: Duty,
    parts: Vec<PartChain>,
}

fn reached_flow(
    rules: &Rules<'_>,
    statutory: &Statutory<'_, '_>,
    shares: &mut Shares,
    flow: Flow,
) -> Option<Reached> {
    let cell = statutory.cell(flow)?;
    let cost = combine::cost_factor(rules, flow, &cell.acting);
    Some(Reached {
        flow,
        cost,
        export_tax: duty::export_tax(rules, &cell.acting),
        duty: duty::duty(rules, &cell.acting),
        parts: exempt::parts(rules, statutory, shares, flow, cell),
    })
}

impl Reached {
    /// The change of the flow; `None` where nothing differs from the baseline.
    fn change(&self) -> Option<FlowChange> {
        let statutory = &self.parts.last()?.chain;
        let change = FlowChange {
            exempt: exempt::varieties(&self.parts),
            export_tax: AdValorem::new(self.export_tax)?,
            duty: self.duty,
            ..FlowChange::new(self.flow, exempt::settled(statutory)?, CostFactor::new(self.cost)?)
        };
        let differs = self.differs()
            || change.cost != CostFactor::UNCHANGED
            || change.export_tax != AdValorem::FREE
            || change.duty != Duty::AdValorem;
        differs.then_some(change)
    }

    /// Whether the rate of any part differs from the observed one.
    fn differs(&self) -> bool {
        self.parts.iter().any(|part| !combine::same(part.chain.rate, part.chain.before))
    }

    /// How the rate came about, exempt parts averaged in at central shares; `None` where it does not change.
    fn rate_change(&self, shares: &Shares) -> Option<RateChange> {
        let statutory = &self.parts.last()?.chain;
        if !self.differs() {
            return None;
        }
        let weights = exempt::weights(&self.parts, shares);
        let weighted = |of: &dyn Fn(&combine::Chain) -> f64| -> f64 {
            self.parts.iter().zip(&weights).map(|(part, weight)| weight * of(&part.chain)).sum()
        };
        let contributions = statutory.steps.iter().enumerate().map(|(at, (measure, _))| Contribution {
            measure: *measure,
            change: weighted(&|chain| chain.steps[at].1),
        });
        Some(RateChange {
            flow: self.flow,
            before: AdValorem::new(statutory.before)?,
            after: AdValorem::new(weighted(&|chain| chain.rate))?,
            statutory: AdValorem::new(statutory.rate)?,
            contributions: contributions.collect(),
        })
    }
}

/// The traded flows on which each rule acts: how many, and how much trade.
fn reach(rules: &Rules<'_>, statutory: &Statutory<'_, '_>, flows: &[Flow]) -> Vec<(usize, f64)> {
    let mut reach = vec![(0, 0.0); rules.list.len()];
    for flow in flows {
        let trade = rules.dataset.trade.get(*flow);
        for &at in statutory.cell(*flow).filter(|_| trade > 0.0).map_or(&[][..], |cell| &cell.acting) {
            reach[at].0 += 1;
            reach[at].1 += trade;
        }
    }
    reach
}

/// The measures as output names them, with the number of traded flows on which each acts.
fn measure_infos(rules: &Rules<'_>, reach: &[(usize, f64)]) -> Vec<MeasureInfo> {
    let info = |(rule, &(flows, _)): (&Rule<'_>, &(usize, f64))| MeasureInfo {
        name: rule.name().to_owned(),
        words: words::measure(rules.dataset, rule),
        flows,
    };
    rules.list.iter().zip(reach).map(info).collect()
}
