//! Responses that are as large as is best for those who respond: `mode = "optimal"`.
//!
//! Their size depends on the model, so it is worked out once the scenario and its data are known: the scenario is opened
//! with a provisional size for each, which shows what flows each is on and what else is in force there; the sizes are
//! then the best replies to that and to one another, and the scenario is opened again with them as settings. So
//! everything that is told or kept of the run has the number, and it can be made again from that.

use crate::cli::baselines;
use crate::cli::failure::Failure;
use crate::cli::open::Opened;
use crate::cli::strategy::settled;
use crate::diagnostic::Diagnostic;
use crate::index::CountryId;
use crate::model::tariff_choice::{Lever, Player, Taxed};
use crate::model::trade_model::GeneralEquilibrium;
use crate::scenario::OptimalResponse;

/// The provisional size: one percentage point.
const PROVISIONAL: f64 = 0.01;

/// A size is between nothing and this many points, as a fraction.
const LARGEST: f64 = 2.0;

/// The provisional sizes of some responses, as settings.
pub(super) fn provisional(responses: &[OptimalResponse]) -> Vec<String> {
    responses.iter().map(|response| setting(response, PROVISIONAL)).collect()
}

fn setting(response: &OptimalResponse, size: f64) -> String {
    // Hundredths of a percentage point: near its best a tariff changes welfare with the square of the distance.
    format!("response.\"{}\".mode=+{:.2}pp", response.name, 100.0 * size)
}

/// The sizes of some responses of a scenario that is opened with provisional ones, as settings.
pub(super) fn sizes(opened: &Opened, responses: &[OptimalResponse]) -> Result<Vec<String>, Failure> {
    if !opened.resolved.outcomes.is_empty() {
        let fault = Diagnostic::error("an optimal response answers what is certain, but here it is not")
            .expected("a scenario without outcomes, or a rate such as `mode = \"+25pp\"`");
        return Err(responses.first().map_or(fault.clone(), |first| fault.at(first.place.clone())).into());
    }
    let (mut players, mut levers) = (Vec::new(), Vec::new());
    for response in responses {
        if let Some((player, flows)) = answering(opened, response) {
            levers.push(Lever { player: players.len(), flows });
            players.push(player);
        }
    }
    let start = baselines::solved(opened, &GeneralEquilibrium::default())?;
    let levels = match levers.is_empty() {
        true => Vec::new(),
        false => settled(opened, start.baseline()?, &players, &levers, [0.0, LARGEST])?.levels,
    };
    let level = |response: &OptimalResponse| {
        players.iter().position(|player| player.name == response.name).map_or(0.0, |at| levels[at])
    };
    // A response that goes part of the way goes that part of what is best.
    Ok(responses
        .iter()
        .map(|response| setting(response, response.share.fraction() * level(response)))
        .collect())
}

/// Who responds, and on what; none where the response has nothing to answer.
fn answering(opened: &Opened, response: &OptimalResponse) -> Option<(Player, Vec<Taxed>)> {
    let policy = &opened.resolved.policy;
    let measure = policy.measures.iter().position(|measure| measure.name == response.name)?;
    let mut members: Vec<CountryId> = Vec::new();
    let mut flows = Vec::new();
    for rate in &policy.rates {
        let own = rate.contributions.iter().filter(|contribution| contribution.measure == measure);
        let added: f64 = own.map(|contribution| contribution.change).sum();
        if added != 0.0 {
            let base = rate.statutory.fraction() - added;
            flows.push(Taxed { flow: rate.flow, base, weight: added / PROVISIONAL });
            members.push(rate.flow.importer);
        }
    }
    members.sort_unstable();
    members.dedup();
    let player = Player { name: response.name.clone(), members };
    (!flows.is_empty()).then_some((player, flows))
}
