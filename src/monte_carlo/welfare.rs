//! Where exact welfare comes from in every outcome of a scenario, at central parameters.

use rayon::prelude::*;

use crate::economy::policy::Policy;
use crate::model::impact::Comparison;
use crate::model::split::{SplitError, WelfareParts, welfare_parts};
use crate::monte_carlo::ensemble::{Contender, Experiment};
use crate::monte_carlo::model::{General, Model};
use crate::monte_carlo::prior::Uncertainty;
use crate::monte_carlo::solver::Arm;
use crate::monte_carlo::summary::weighted;

/// The parts of welfare by country.
#[derive(Clone, Debug, PartialEq)]
pub struct WelfareSplit {
    /// What is expected over all outcomes.
    pub all: Vec<WelfareParts>,
    /// In each outcome; empty where there is only one.
    pub by_outcome: Vec<Vec<WelfareParts>>,
}

/// Splits the change of welfare in every outcome; `None` where the model knows no incomes.
///
/// # Errors
/// In which outcome it has no parts, by its position, and why.
pub fn welfare_split(contender: &Contender<'_>) -> Result<Option<WelfareSplit>, (usize, SplitError)> {
    let Model::General(general) = contender.experiment.model else { return Ok(None) };
    let calm = Uncertainty { draws: 0, ..*contender.experiment.uncertainty };
    let experiment = Experiment { uncertainty: &calm, ..contender.experiment };
    let split =
        |(at, policy): (usize, &Policy)| parts(&experiment, general, policy).map_err(|error| (at, error));
    let policies: Vec<_> = contender.outcomes.iter().map(|outcome| outcome.policy).enumerate().collect();
    let by_outcome: Vec<Vec<WelfareParts>> = policies.into_par_iter().map(split).collect::<Result<_, _>>()?;
    let weights: Vec<f64> = contender.outcomes.iter().map(|outcome| outcome.weight).collect();
    let expected = |country: usize| {
        let part =
            |part: usize| weighted(by_outcome.iter().map(|countries| countries[country].0[part]), &weights);
        WelfareParts(std::array::from_fn(part))
    };
    let all = (0..by_outcome[0].len()).map(expected).collect();
    Ok(Some(WelfareSplit { all, by_outcome: if weights.len() > 1 { by_outcome } else { Vec::new() } }))
}

fn parts(
    experiment: &Experiment<'_>,
    general: General<'_>,
    policy: &Policy,
) -> Result<Vec<WelfareParts>, SplitError> {
    let world = general.baseline.world(policy)?;
    let arm = Arm::new(experiment, general, &world)?;
    let draw = Comparison {
        parameters: &arm.parameters,
        baseline: &general.baseline.central,
        counterfactual: &arm.central,
    };
    welfare_parts(general.model, &world, draw)
}
