//! Baselines, each solved once for all scenarios that start from it.

use std::sync::Arc;

use crate::cli::failure::Failure;
use crate::cli::open::{Data, Opened};
use crate::economy::accounts::Accounts;
use crate::economy::elasticities::Elasticities;
use crate::model::baseline::Baseline;
use crate::model::trade_model::GeneralEquilibrium;
use crate::model::world::Parameters;
use crate::scenario::ModelChoices;

/// What a scenario starts from.
pub(super) struct Start {
    pub(super) baseline: Baseline,
    /// Final demands that were clamped to get there.
    pub(super) clamped: usize,
}

/// The last baselines, newest first.
#[derive(Default)]
pub(super) struct Baselines(Vec<Kept>);

/// A baseline with everything on which it depends.
struct Kept {
    data: Arc<Data>,
    model: ModelChoices,
    elasticities: Elasticities,
    start: Arc<Start>,
}

/// How many are kept: each takes some megabytes.
const MOST: usize = 8;

impl Baselines {
    /// The baseline of a scenario.
    pub(super) fn of(&mut self, opened: &Opened, model: &GeneralEquilibrium) -> Result<Arc<Start>, Failure> {
        let (choices, elasticities) = (opened.scenario.model(), &opened.resolved.elasticities);
        let is_it = |kept: &Kept| {
            kept.data.is(&opened.data) && kept.model == *choices && kept.elasticities == *elasticities
        };
        if let Some(kept) = self.0.iter().find(|kept| is_it(kept)) {
            return Ok(Arc::clone(&kept.start));
        }
        let start = Arc::new(solved(opened, model)?);
        let kept = Kept {
            data: Arc::clone(&opened.data),
            model: choices.clone(),
            elasticities: elasticities.clone(),
            start: Arc::clone(&start),
        };
        self.0.insert(0, kept);
        self.0.truncate(MOST);
        Ok(start)
    }
}

/// Calibrates a dataset and solves the baseline.
pub(super) fn solved(opened: &Opened, model: &GeneralEquilibrium) -> Result<Start, Failure> {
    let (dataset, resolved) = (&opened.data.dataset, &opened.resolved);
    let (accounts, calibration) = Accounts::calibrate(dataset, resolved.inputs)
        .map_err(|error| Failure::calibration(dataset, error))?;
    let central = Parameters {
        theta: resolved.elasticities.central(),
        exempt_shares: resolved.policy.central_shares(),
    };
    let baseline = Baseline::new(model, accounts, resolved.closure, &central);
    let baseline = baseline.map_err(|error| Failure::no_equilibrium(dataset, &error))?;
    Ok(Start { baseline, clamped: calibration.clamped })
}
