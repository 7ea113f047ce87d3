//! What a scenario changes: new rates, trade costs, exempt shares and the closure; nothing hidden.

use serde::Serialize;

use crate::bilateral::Flow;
use crate::hash::sha256;
use crate::index::CountryId;
use crate::units::{AdValorem, CostFactor, Multiple, Share};

/// What to do with the exempt share of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize)]
pub enum ExemptMode {
    /// The exempt part is a second variety with its own rate.
    #[default]
    Variety,
    /// The rates of both parts are averaged.
    Average,
}

/// A share of a flow that measures shield; random when a prior is put on it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExemptShare {
    /// Name for the record, such as `exempt_share:CAN:AUT`.
    pub label: String,
    /// The partner whose goods are shielded: all shares of a partner move with one shock.
    pub partner: CountryId,
    /// The central share.
    pub mean: Share,
    /// Whether it is a list that somebody wrote, so that no prior applies to it.
    pub known: bool,
}

/// The part of a flow that is exempt from one or more measures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ExemptVariety {
    /// Which [`Policy::exempt_shares`] entry says how far this part reaches, from the start of the flow.
    pub share: usize,
    /// The rate this part pays.
    pub rate: AdValorem,
}

/// How the tariff of a flow comes about.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub enum Duty {
    /// It is the rate, whatever happens.
    #[default]
    AdValorem,
    /// So much money a unit is paid besides the rate, fixed in the importer's consumer prices; given as a share of the
    /// baseline price.
    Specific(AdValorem),
    /// The rate holds for a limited volume.
    Quota(Quota),
}

/// A limit on the volume of a flow. What buyers pay beyond the border price and the rate, as the volume is short, is
/// rent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quota {
    /// The volume, in baseline volumes; above zero.
    pub volume: Multiple,
    /// The rate on what exceeds the volume, not below the rate within; `None` where no more is let in.
    pub beyond: Option<AdValorem>,
    /// The part of the rent that stays with the importer; the exporter has the rest.
    pub importer_rent: Share,
}

/// What changes for one flow.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FlowChange {
    /// The flow.
    pub flow: Flow,
    /// The ratio of new to old trade cost.
    pub cost: CostFactor,
    /// The rate that the part without exemption pays.
    pub rate: AdValorem,
    /// The exempt parts, smallest central share first; each pays the rate without the measures that do not reach it.
    pub exempt: Vec<ExemptVariety>,
    /// What the exporter taxes on the producer's price; below zero is a subsidy.
    pub export_tax: AdValorem,
    /// Whether the tariff is the rate, or depends on what happens; then there are no exempt parts.
    pub duty: Duty,
}

/// One part of a flow in a draw: its weight in the flow and the rate it pays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Weight in the flow at baseline, the weights of a flow sum to 1.
    pub weight: f64,
    /// The rate.
    pub rate: AdValorem,
}

impl FlowChange {
    /// A flow at a rate and trade cost, with nothing else.
    pub fn new(flow: Flow, rate: AdValorem, cost: CostFactor) -> Self {
        Self { flow, cost, rate, exempt: Vec::new(), export_tax: AdValorem::FREE, duty: Duty::AdValorem }
    }

    /// The parts of the flow for given exempt shares (one a [`Policy::exempt_shares`] entry).
    ///
    /// Exempt parts are nested: what the smaller share shields, the larger share shields too. In `Average`
    /// mode there is one part at the mean rate.
    pub fn parts(&self, shares: &[f64], mode: ExemptMode) -> Vec<Part> {
        let mut reach = 0.0_f64;
        let mut parts = Vec::with_capacity(self.exempt.len() + 1);
        for variety in &self.exempt {
            let next = shares[variety.share].clamp(reach, 1.0);
            parts.push(Part { weight: next - reach, rate: variety.rate });
            reach = next;
        }
        parts.push(Part { weight: 1.0 - reach, rate: self.rate });
        if mode == ExemptMode::Average && parts.len() > 1 {
            vec![Part { weight: 1.0, rate: mean_rate(&parts) }]
        } else {
            parts
        }
    }
}

/// The mean of the rates of some parts at their weights.
pub fn mean_rate(parts: &[Part]) -> AdValorem {
    let mean = parts.iter().map(|part| part.weight * part.rate.fraction()).sum();
    AdValorem::new(mean).expect("a mean of rates above -1 is above -1")
}

/// What one measure did to one rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Which [`Policy::measures`] entry.
    pub measure: usize,
    /// The change the measure made at its stage, as a fraction, at central exempt shares.
    pub change: f64,
}

/// How a rate came about, at central exempt shares.
#[derive(Clone, Debug, PartialEq)]
pub struct RateChange {
    /// The flow.
    pub flow: Flow,
    /// The observed rate.
    pub before: AdValorem,
    /// The new rate, exempt parts averaged in: `before` plus all contributions.
    pub after: AdValorem,
    /// The new rate on the books, without exemptions.
    pub statutory: AdValorem,
    /// What each measure did, in the order of the stages.
    pub contributions: Vec<Contribution>,
}

/// A measure as the output names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasureInfo {
    /// Its name in the scenario.
    pub name: String,
    /// What it does, in plain words: "adds 25 percentage points to USA tariffs on all goods from CAN and MEX".
    pub words: String,
    /// How many flows it reaches.
    pub flows: usize,
}

/// A scenario resolved on a dataset's own codes.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Policy {
    /// What changes, in cell order; flows that no measure changes are not listed.
    pub changes: Vec<FlowChange>,
    /// Every foreign flow that some measure reaches, changed or not, in cell order.
    pub touched: Vec<Flow>,
    /// The exempt shares that `changes` refer to.
    pub exempt_shares: Vec<ExemptShare>,
    /// What to do with exempt parts.
    pub exempt_mode: ExemptMode,
    /// The measures in file order.
    pub measures: Vec<MeasureInfo>,
    /// How each changed rate came about, in (importer, exporter, sector) order.
    pub rates: Vec<RateChange>,
}

impl Policy {
    /// Hash of all that decides what happens: two policies with the same are solved alike to the bit.
    pub fn fingerprint(&self) -> String {
        let Self { changes, exempt_shares, exempt_mode, touched: _, measures: _, rates: _ } = self;
        let drawn = |ExemptShare { label: _, partner, mean, known }: &ExemptShare| (*partner, *mean, *known);
        let drawn: Vec<_> = exempt_shares.iter().map(drawn).collect();
        let bytes = postcard::to_stdvec(&(changes, drawn, exempt_mode));
        sha256(&bytes.expect("a policy has no type that postcard cannot write"))
    }

    /// The central exempt shares.
    pub fn central_shares(&self) -> Vec<f64> {
        self.exempt_shares.iter().map(|share| share.mean.fraction()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Position, SectorId};

    fn change(exempt: Vec<ExemptVariety>) -> FlowChange {
        let flow = Flow { sector: SectorId::at(0), importer: CountryId::at(0), exporter: CountryId::at(1) };
        FlowChange { exempt, ..FlowChange::new(flow, rate(0.3), CostFactor::UNCHANGED) }
    }

    fn rate(fraction: f64) -> AdValorem {
        AdValorem::new(fraction).expect("a valid rate")
    }

    #[test]
    fn nested_exemptions_split_a_flow_and_weights_sum_to_one() {
        let exempt =
            vec![ExemptVariety { share: 0, rate: rate(0.0) }, ExemptVariety { share: 1, rate: rate(0.1) }];
        let parts = change(exempt).parts(&[0.25, 0.75], ExemptMode::Variety);
        let weights: Vec<f64> = parts.iter().map(|part| part.weight).collect();
        assert_eq!(weights, [0.25, 0.5, 0.25]);
    }

    #[test]
    fn crossing_draws_never_give_a_negative_weight() {
        let exempt =
            vec![ExemptVariety { share: 0, rate: rate(0.0) }, ExemptVariety { share: 1, rate: rate(0.1) }];
        let parts = change(exempt).parts(&[0.8, 0.6], ExemptMode::Variety);
        assert!(parts.iter().all(|part| part.weight >= 0.0));
    }

    #[test]
    fn average_mode_gives_one_part_at_the_mean_rate() {
        let parts =
            change(vec![ExemptVariety { share: 0, rate: rate(0.0) }]).parts(&[0.5], ExemptMode::Average);
        assert_eq!(parts, [Part { weight: 1.0, rate: rate(0.15) }]);
    }
}
