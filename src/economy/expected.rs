//! What is expected of a policy when it is not known which one comes.

use std::collections::{BTreeMap, BTreeSet};

use crate::bilateral::Flow;
use crate::economy::policy::{Contribution, ExemptShare, FlowChange, MeasureInfo, Policy, RateChange};
use crate::units::AdValorem;

impl Policy {
    /// What is expected of some policies, of which one comes with a probability each, for reports: every rate, and what
    /// each measure does to it, is the mean over them. Nothing is solved with it: no economy has all these policies, and
    /// what changes is listed once for every policy that changes it, without exempt parts.
    ///
    /// Measures are told apart by their names and stand in the order of `names`.
    #[must_use]
    pub fn expected(possible: &[(f64, &Self)], names: &[String]) -> Self {
        let measures: Vec<MeasureInfo> = names.iter().filter_map(|name| info(possible, name)).collect();
        let touched: BTreeSet<Flow> =
            possible.iter().flat_map(|(_, policy)| policy.touched.iter().copied()).collect();
        let mut changes: Vec<FlowChange> = possible
            .iter()
            .flat_map(|(_, policy)| &policy.changes)
            .map(|change| FlowChange { exempt: Vec::new(), ..change.clone() })
            .collect();
        changes.sort_by_key(|change| change.flow);
        let mut exempt_shares: Vec<ExemptShare> = Vec::new();
        for share in possible.iter().flat_map(|(_, policy)| &policy.exempt_shares) {
            if !exempt_shares.contains(share) {
                exempt_shares.push(share.clone());
            }
        }
        Self {
            changes,
            touched: touched.into_iter().collect(),
            exempt_shares,
            exempt_mode: possible.first().map_or_else(Default::default, |(_, policy)| policy.exempt_mode),
            rates: rates(possible, &measures),
            measures,
        }
    }
}

/// A measure as some policy has it; it reaches as many flows as anywhere.
fn info(possible: &[(f64, &Policy)], name: &str) -> Option<MeasureInfo> {
    let infos = possible.iter().flat_map(|(_, policy)| &policy.measures).filter(|info| info.name == name);
    let flows = infos.clone().map(|info| info.flows).max()?;
    infos.clone().next().map(|info| MeasureInfo { flows, ..info.clone() })
}

/// The expected rates, in (importer, exporter, sector) order.
fn rates(possible: &[(f64, &Policy)], measures: &[MeasureInfo]) -> Vec<RateChange> {
    let mut by_flow: BTreeMap<_, Vec<(f64, &Policy, &RateChange)>> = BTreeMap::new();
    for (weight, policy) in possible {
        for rate in &policy.rates {
            let key = (rate.flow.importer, rate.flow.exporter, rate.flow.sector);
            by_flow.entry(key).or_default().push((*weight, policy, rate));
        }
    }
    by_flow.values().filter_map(|rates| rate(rates, measures)).collect()
}

fn rate(rates: &[(f64, &Policy, &RateChange)], measures: &[MeasureInfo]) -> Option<RateChange> {
    let (_, _, first) = rates.first()?;
    let before = first.before;
    // Where a policy leaves the rate alone it is the one before.
    let mean = |of: fn(&RateChange) -> AdValorem| {
        let moved = rates.iter().map(|(weight, _, rate)| weight * (of(rate).fraction() - before.fraction()));
        AdValorem::new(before.fraction() + moved.sum::<f64>())
    };
    let mut contributions: Vec<Contribution> = Vec::new();
    for (weight, policy, rate) in rates {
        for part in &rate.contributions {
            let name = &policy.measures[part.measure].name;
            let measure = measures.iter().position(|info| info.name == *name)?;
            let change = weight * part.change;
            match contributions.iter_mut().find(|known| known.measure == measure) {
                Some(known) => known.change += change,
                None => contributions.push(Contribution { measure, change }),
            }
        }
    }
    Some(RateChange {
        flow: first.flow,
        before,
        after: mean(|rate| rate.after)?,
        statutory: mean(|rate| rate.statutory)?,
        contributions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{CountryId, Position as _, SectorId};

    /// An exporter, its new rate, and what each measure did.
    type Rate<'a> = (usize, f64, &'a [(usize, f64)]);

    fn policy(names: &[&str], rates: &[Rate<'_>]) -> Policy {
        let level = |fraction| AdValorem::new(fraction).expect("a rate");
        let rate = |(exporter, after, parts): &Rate<'_>| RateChange {
            flow: Flow {
                sector: SectorId::at(0),
                importer: CountryId::at(0),
                exporter: CountryId::at(*exporter),
            },
            before: level(0.1),
            after: level(*after),
            statutory: level(*after),
            contributions: parts.iter().map(|&(measure, change)| Contribution { measure, change }).collect(),
        };
        let info = |name: &&str| MeasureInfo { name: (*name).to_owned(), words: String::new(), flows: 1 };
        Policy {
            rates: rates.iter().map(rate).collect(),
            measures: names.iter().map(info).collect(),
            ..Policy::default()
        }
    }

    #[test]
    fn rates_and_contributions_are_means_and_measures_keep_their_names() {
        let (deal, war) = (
            policy(&["offer"], &[(1, 0.2, &[(0, 0.1)])]),
            policy(&["tariff", "answer"], &[(1, 0.5, &[(0, 0.3), (1, 0.1)]), (2, 0.3, &[(0, 0.2)])]),
        );
        let nothing = policy(&[], &[]);
        let names = ["tariff", "offer", "answer"].map(str::to_owned);
        let expected = Policy::expected(&[(0.25, &deal), (0.5, &war), (0.25, &nothing)], &names);
        let known: Vec<&str> = expected.measures.iter().map(|info| info.name.as_str()).collect();
        assert_eq!(known, ["tariff", "offer", "answer"]);
        let [first, second] = &expected.rates[..] else { panic!("two rates") };
        assert!((first.after.fraction() - (0.25 * 0.2 + 0.5 * 0.5 + 0.25 * 0.1)).abs() < 1e-15);
        assert!((second.after.fraction() - 0.2).abs() < 1e-15);
        for rate in [first, second] {
            let sum: f64 = rate.contributions.iter().map(|part| part.change).sum();
            assert!((rate.before.fraction() + sum - rate.after.fraction()).abs() < 1e-15);
        }
        assert_eq!(first.contributions.iter().map(|part| part.measure).collect::<Vec<_>>(), [1, 0, 2]);
    }
}
