//! Baselines, each solved once for all scenarios that start from it.

use std::sync::Arc;

use crate::cli::failure::Failure;
use crate::cli::open::{Data, Opened};
use crate::diagnostic::Diagnostic;
use crate::economy::accounts::Accounts;
use crate::economy::elasticities::Elasticities;
use crate::economy::policy::Policy;
use crate::model::baseline::Baseline;
use crate::model::equilibrium::SolveError;
use crate::model::partial::{MarketParameters, PartialEquilibrium};
use crate::model::trade_model::GeneralEquilibrium;
use crate::model::world::Parameters;
use crate::monte_carlo::model::{Model, Partial};
use crate::scenario::{ModelChoices, Resolved};

/// What a scenario starts from.
pub(super) struct Start {
    from: From,
    /// Final demands that were clamped to get there.
    pub(super) clamped: usize,
}

enum From {
    General(Box<Baseline>),
    Partial(PartialEquilibrium),
}

impl Start {
    /// The model of a scenario from here.
    pub(super) fn model<'a>(&'a self, model: &'a GeneralEquilibrium, resolved: &'a Resolved) -> Model<'a> {
        match (&self.from, &resolved.markets) {
            (From::General(baseline), _) => Model::general(model, baseline),
            (From::Partial(markets), Some(chosen)) => {
                Model::Partial(Partial { markets, elasticities: &chosen.elasticities })
            }
            (From::Partial(_), None) => unreachable!("markets are made for scenarios that choose them"),
        }
    }

    /// The baseline, where there is one of whole economies.
    ///
    /// # Errors
    /// That single markets have no welfare from which somebody could choose.
    pub(super) fn baseline(&self) -> Result<&Baseline, Failure> {
        match &self.from {
            From::General(baseline) => Ok(baseline),
            From::Partial(_) => {
                let fault =
                    Diagnostic::error("single markets have no welfare for which tariffs could be chosen");
                let fault = fault.expected("`kind = \"general-equilibrium\"` under `[model]`");
                Err(fault.help("leave out `kind`, or write `--set model.kind=general-equilibrium`").into())
            }
        }
    }

    /// Whether a policy leaves something to solve: borders so closed that nothing is are seen before anything is solved.
    pub(super) fn solvable(&self, policy: &Policy, resolved: &Resolved) -> Result<(), SolveError> {
        match (&self.from, &resolved.markets) {
            (From::General(baseline), _) => baseline.world(policy).map(drop),
            (From::Partial(markets), Some(chosen)) => {
                let parameters = MarketParameters {
                    trade: Parameters {
                        theta: resolved.elasticities.central(),
                        exempt_shares: policy.central_shares(),
                    },
                    own: chosen.elasticities.clone(),
                };
                markets.solve(policy, &parameters, None).map(drop)
            }
            (From::Partial(_), None) => unreachable!("markets are made for scenarios that choose them"),
        }
    }

    /// The largest relative residual of the data as an equilibrium; markets hold as they are observed.
    pub(super) fn data_residual(&self) -> f64 {
        match &self.from {
            From::General(baseline) => baseline.data_residual,
            From::Partial(_) => 0.0,
        }
    }
}

/// Why nothing can be chosen in single markets.
pub(super) fn no_welfare() -> Failure {
    let fault = Diagnostic::error("single markets have no welfare for which anything could be chosen");
    let fault = fault.expected("`kind = \"general-equilibrium\"` under `[model]`");
    fault.help("leave out `kind`, or write `--set model.kind=general-equilibrium`").into()
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
    if let Some(markets) = &resolved.markets {
        let from = From::Partial(PartialEquilibrium::new(dataset, markets.form));
        return Ok(Start { from, clamped: 0 });
    }
    let (accounts, calibration) = Accounts::calibrate(dataset, resolved.inputs)
        .map_err(|error| Failure::calibration(dataset, error))?;
    let central = Parameters {
        theta: resolved.elasticities.central(),
        exempt_shares: resolved.policy.central_shares(),
    };
    let baseline = Baseline::new(model, accounts, resolved.closure, &central);
    let baseline = baseline.map_err(|error| Failure::no_equilibrium(dataset, &error))?;
    Ok(Start { from: From::General(Box::new(baseline)), clamped: calibration.clamped })
}
