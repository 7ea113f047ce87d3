//! What each measure of a scenario contributes to its results.

use crate::cli::baselines::Start;
use crate::cli::failure::{Failure, reason};
use crate::cli::open::Opened;
use crate::diagnostic::Diagnostic;
use crate::economy::policy::Policy;
use crate::model::trade_model::GeneralEquilibrium;
use crate::monte_carlo::contribution::{Contributions, NoSplit, Split, contributions};
use crate::monte_carlo::ensemble::{Experiment, Observer};
use crate::monte_carlo::prior::Uncertainty;

/// The most measures whose central contributions come with every result folder: 2⁶ policies take less time than its
/// pictures.
pub(super) const MOST_UNASKED: usize = 6;

/// How many measures are in force, in whatever outcome.
pub(super) fn count(opened: &Opened) -> usize {
    measures(opened).len()
}

/// The measures in force in some outcome, in file order.
fn measures(opened: &Opened) -> Vec<String> {
    let worlds = opened.resolved.worlds();
    let in_force = |name: &&str| {
        worlds.iter().any(|(_, policy)| policy.measures.iter().any(|measure| measure.name == *name))
    };
    let names = opened.scenario.measures().iter().map(|measure| measure.name.get_ref().as_str());
    names.filter(in_force).map(str::to_owned).collect()
}

/// Works out what each measure contributes, over the draws that `uncertainty` asks for.
///
/// # Errors
/// Why that has no answer.
pub(super) fn work_out(
    opened: &Opened,
    start: &Start,
    uncertainty: &Uncertainty,
    observer: &dyn Observer,
) -> Result<Contributions, Failure> {
    let (resolved, origin) = (&opened.resolved, &opened.origin);
    let fine = &origin.data.dataset;
    let coalitions = opened.scenario.coalitions(fine, &*origin.files, &*origin.here)?;
    let coalitions = match &origin.grouping {
        Some(grouping) => coalitions.on(grouping, &resolved.elasticities),
        None => coalitions,
    };
    let measures = measures(opened);
    let weights = resolved.possible().into_iter().map(|possible| possible.weight);
    let in_force = |policy: &Policy| -> Vec<usize> {
        let is_in = |name: &String| policy.measures.iter().any(|measure| measure.name == *name);
        (0..measures.len()).filter(|&at| is_in(&measures[at])).collect()
    };
    let outcomes: Vec<(Vec<usize>, f64)> =
        resolved.worlds().into_iter().map(|(_, policy)| in_force(policy)).zip(weights).collect();
    let policy = |outcome: usize, members: &[bool]| -> Result<Policy, Vec<Diagnostic>> {
        let is_kept = |name: &str| measures.iter().zip(members).any(|(own, is_in)| *is_in && own == name);
        coalitions.policy(outcome, is_kept)
    };
    let model = GeneralEquilibrium::default();
    let split = Split {
        experiment: Experiment {
            model: start.model(&model, resolved),
            policy: &resolved.policy,
            elasticities: &resolved.elasticities,
            uncertainty,
            flow_rows: &[],
            sectors: false,
        },
        measures: &measures,
        outcomes: &outcomes,
        policy: &policy,
    };
    contributions(&split, observer).map_err(|none| told(opened, &measures, none))
}

/// Why there are no contributions, with the measures without which that is so.
fn told(opened: &Opened, measures: &[String], none: NoSplit<Vec<Diagnostic>>) -> Failure {
    let only = |members: &[bool]| {
        let names: Vec<String> = measures
            .iter()
            .zip(members)
            .filter(|(_, is_in)| **is_in)
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if names.is_empty() { "no measure".to_owned() } else { format!("only {}", names.join(", ")) }
    };
    match none {
        NoSplit::Policy { members, error, .. } => {
            let tell = |mut fault: Diagnostic| {
                fault.message += &format!(" (with {} in force)", only(&members));
                fault
            };
            error.into_iter().map(tell).collect::<Vec<_>>().into()
        }
        NoSplit::Solution { members, error, .. } => {
            let why = reason(&opened.data.dataset, &error);
            let message = format!("contributions have no value: with {} in force, {why}", only(&members));
            let help = "every policy between none and all of the measures needs an equilibrium; leave one of them out";
            Failure::NoEquilibrium(Box::new(Diagnostic::error(message).help(help)))
        }
    }
}
