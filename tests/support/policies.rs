//! Random policies.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use tariffsim::economy::dataset::Dataset;
use tariffsim::economy::policy::{Duty, ExemptMode, ExemptShare, ExemptVariety, FlowChange, Policy, Quota};
use tariffsim::index::{CountryId, Position as _};
use tariffsim::units::{AdValorem, Multiple, Share};

use crate::support::{change, policy};

/// A policy with everything that a policy can have: rates up and down, exempt parts, trade costs also at home, export
/// taxes, specific duties, quotas, changes that change nothing and, where wanted, closed borders (which leave a country without terms of trade).
pub fn anything(data: &Dataset, mode: ExemptMode, closes: bool, rng: &mut ChaCha8Rng) -> Policy {
    let shape = data.shape();
    let rate = |fraction| AdValorem::new(fraction).unwrap();
    let mut changes = Vec::new();
    for flow in (0..shape.cells()).map(|cell| shape.flow(cell)) {
        if rng.random::<f64>() < 0.5 {
            continue;
        }
        let (before, kind) = (data.tariffs.get(flow), rng.random_range(0..9));
        let (new, low) = (rng.random_range(-0.2..1.0), rng.random_range(-0.1..0.3));
        let cost = rng.random_range(0.7..1.5);
        changes.push(match kind {
            _ if flow.is_domestic() => change(flow, 0.0, cost),
            0 => change(flow, new, 1.0),
            1 => change(flow, new, cost),
            2 if closes => change(flow, before, f64::INFINITY),
            2 | 3 => change(flow, before, cost),
            4 => change(flow, before, 1.0),
            5 => FlowChange { export_tax: rate(low), ..change(flow, new, cost) },
            6 => FlowChange {
                duty: Duty::Specific(rate(low)),
                export_tax: rate(low),
                ..change(flow, low, cost)
            },
            7 => {
                let quota = Quota {
                    volume: Multiple::new(cost).unwrap(),
                    beyond: (cost > 1.0).then_some(rate(1.5)),
                    importer_rent: Share::new(rng.random()).unwrap(),
                };
                FlowChange { duty: Duty::Quota(quota), export_tax: rate(low), ..change(flow, low, cost) }
            }
            _ => FlowChange {
                exempt: (0..2)
                    .map(|share| ExemptVariety { share, rate: rate([before, low][share]) })
                    .collect(),
                ..change(flow, new, cost)
            },
        });
    }
    let share = |mean| ExemptShare {
        label: String::new(),
        partner: CountryId::at(0),
        mean: Share::new(mean).unwrap(),
        known: false,
    };
    let exempt_shares = vec![share(0.3), share(0.6)];
    Policy { exempt_shares, exempt_mode: mode, ..policy(data, changes) }
}
