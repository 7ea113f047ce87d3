//! What a record says of the priors behind the draws.

use serde::{Deserialize, Serialize};

use crate::monte_carlo::draw::SMALLEST_LOG_SD;
use crate::monte_carlo::prior::{ElasticitySpread, FlowPrior};
use crate::report::disclosure;
use crate::report::study::Study;
use crate::units::Elasticity;

/// What is uncertain, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Uncertainty {
    /// Number of draws.
    pub draws: u32,
    /// Seed of the random streams.
    pub seed: u64,
    /// What every range is.
    pub range: String,
    /// The priors, none without draws.
    pub priors: Vec<Prior>,
}

/// One prior.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prior {
    /// What is drawn.
    pub parameter: String,
    /// From which distribution.
    pub distribution: String,
    /// How a draw is applied to the central value: `×` or `=`.
    pub applied: String,
    /// The spread: `from-data`, or a number.
    pub spread: Spread,
    /// Correlation, where there is one; it is assumed, not estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assumed_correlation: Option<f64>,
    /// All of it in words.
    pub words: String,
    /// Sectors whose parameter is the same in every draw.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sectors_without_noise: Vec<String>,
}

/// The spread of a prior.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// From the published standard errors.
    StandardError(String),
    /// The same coefficient of variation for all.
    CoefficientOfVariation(f64),
    /// A standard deviation, as a fraction.
    StandardDeviation(f64),
    /// Coefficients of variation for pairs of countries and for flows.
    PairAndFlow([f64; 2]),
}

pub(super) fn uncertainty(study: &Study<'_>) -> Uncertainty {
    let drawn = study.uncertainty.draws > 0;
    let exempt = drawn && study.policy.exempt_shares.iter().any(|share| !share.known);
    let flows = study.uncertainty.flows.filter(|_| drawn);
    let priors =
        [drawn.then(|| elasticity_prior(study)), exempt.then(|| exempt_prior(study)), flows.map(flow_prior)];
    Uncertainty {
        draws: study.uncertainty.draws,
        seed: study.uncertainty.seed,
        range: disclosure::RANGE.to_owned(),
        priors: priors.into_iter().flatten().collect(),
    }
}

fn elasticity_prior(study: &Study<'_>) -> Prior {
    let prior = study.uncertainty.elasticities;
    let (spread, source) = match prior.spread {
        ElasticitySpread::FromData => {
            let least = format!(", at least {SMALLEST_LOG_SD} in logarithms");
            (Spread::StandardError("from-data".to_owned()), format!("its published standard error{least}"))
        }
        ElasticitySpread::CoefficientOfVariation(cv) => {
            (Spread::CoefficientOfVariation(cv), format!("a coefficient of variation of {cv}"))
        }
    };
    Prior {
        parameter: "trade elasticities".to_owned(),
        distribution: "log-normal".to_owned(),
        applied: "×".to_owned(),
        spread,
        assumed_correlation: Some(prior.correlation),
        words: format!(
            "each sector's elasticity is multiplied by a log-normal factor with median 1 and a spread from \
             {source}; elasticities below {} are raised to it; the correlation of {} across sectors is assumed, not \
             estimated",
            Elasticity::FLOOR,
            prior.correlation
        ),
        sectors_without_noise: disclosure::sectors_without_noise(study)
            .into_iter()
            .map(str::to_owned)
            .collect(),
    }
}

fn exempt_prior(study: &Study<'_>) -> Prior {
    let sd = study.uncertainty.exempt.sd;
    Prior {
        parameter: "exempt shares".to_owned(),
        distribution: "beta".to_owned(),
        applied: "=".to_owned(),
        spread: Spread::StandardDeviation(sd),
        assumed_correlation: None,
        words: format!(
            "each partner's exempt share is drawn from a beta distribution around its central value with a \
             standard deviation of {sd}; all shares of a partner move together"
        ),
        sectors_without_noise: Vec::new(),
    }
}

fn flow_prior(prior: FlowPrior) -> Prior {
    Prior {
        parameter: "trade flows".to_owned(),
        distribution: "log-normal".to_owned(),
        applied: "×".to_owned(),
        spread: Spread::PairAndFlow([prior.cv_pair, prior.cv_cell]),
        assumed_correlation: None,
        words: format!(
            "the share of each foreign supplier in each importer's spending is multiplied by a log-normal factor with \
             mean 1 for the pair of countries (coefficient of variation {}) and one for the flow ({}), then shares \
             are scaled to one and the baseline is solved anew",
            prior.cv_pair, prior.cv_cell
        ),
        sectors_without_noise: Vec::new(),
    }
}
