//! What a record says of the priors behind the draws.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::economy::elasticities::Joint;
use crate::monte_carlo::draw::SMALLEST_LOG_SD;
use crate::monte_carlo::marginal::{Applied, Family, Marginal};
use crate::monte_carlo::prior::{ElasticityFamily, ElasticitySpread, ExemptPrior, FlowPrior, MarketPriors};
use crate::monte_carlo::sampling::Design;
use crate::report::disclosure;
use crate::report::study::Study;
use crate::units::Elasticity;

/// What is uncertain, and how.
#[derive(Clone, Debug, Serialize)]
pub struct Uncertainty<'a> {
    /// Number of draws.
    pub draws: u32,
    /// Seed of the random streams.
    pub seed: u64,
    /// How draws are spread over what is possible.
    pub sampler: Design,
    /// What every range is.
    pub range: &'static str,
    /// The priors, none without draws.
    pub priors: Vec<Prior<'a>>,
}

/// One prior.
#[derive(Clone, Debug, Serialize)]
pub struct Prior<'a> {
    /// What is drawn.
    pub parameter: &'static str,
    /// From which distribution.
    pub distribution: &'static str,
    /// How a draw is applied to the central value: `×` or `=`.
    pub applied: &'static str,
    /// The spread: `from-data`, or a number.
    pub spread: Spread,
    /// Correlation, where there is one; it is assumed, not estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assumed_correlation: Option<f64>,
    /// All of it in words.
    pub words: String,
    /// Sectors whose parameter is the same in every draw.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sectors_without_noise: Vec<&'a str>,
}

/// The spread of a prior.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// From the published standard errors.
    StandardError(&'static str),
    /// The same coefficient of variation for all.
    CoefficientOfVariation(f64),
    /// A standard deviation, as a fraction.
    StandardDeviation(f64),
    /// Coefficients of variation for pairs of countries and for flows.
    PairAndFlow([f64; 2]),
    /// The numbers of the distribution by name: factors, fractions or values, as it is applied.
    Levels(BTreeMap<&'static str, f64>),
    /// One of so many rows of values.
    Rows(usize),
}

pub(super) fn uncertainty<'a>(study: &Study<'a>) -> Uncertainty<'a> {
    let drawn = study.uncertainty.draws > 0;
    let exempt = drawn && study.policy.exempt_shares.iter().any(|share| !share.known);
    let flows = study.uncertainty.flows.filter(|_| drawn);
    let MarketPriors { demand_cv, supply_cv } = study.uncertainty.markets;
    let markets = drawn && study.markets.is_some();
    let priors = [
        drawn.then(|| elasticity_prior(study)),
        markets.then(|| market_prior("demand elasticities", "of each sector", demand_cv)),
        markets
            .then(|| market_prior("supply elasticities", "of all exporters of a sector together", supply_cv)),
        exempt.then(|| exempt_prior(study)),
        flows.map(flow_prior),
    ];
    Uncertainty {
        draws: study.uncertainty.draws,
        seed: study.uncertainty.seed,
        sampler: study.uncertainty.design,
        range: disclosure::RANGE,
        priors: priors.into_iter().flatten().collect(),
    }
}

/// What a distribution is called, its numbers by name, and the same in words.
fn described(family: Family) -> (&'static str, BTreeMap<&'static str, f64>, String) {
    match family {
        Family::Normal { mean, sd } => (
            "normal",
            [("mean", mean), ("sd", sd)].into(),
            format!("with mean {mean} and standard deviation {sd}"),
        ),
        Family::LogNormal { log_sd } => (
            "log-normal",
            [("log_sd", log_sd)].into(),
            format!("with a standard deviation of the logarithm of {log_sd}"),
        ),
        Family::Uniform { low, high } => {
            ("uniform", [("low", low), ("high", high)].into(), format!("from {low} to {high}"))
        }
        Family::Triangular { low, mode, high } => (
            "triangular",
            [("low", low), ("mode", mode), ("high", high)].into(),
            format!("from {low} to {high} with mode {mode}"),
        ),
        Family::Beta { low, high, mean, sd } => (
            "beta",
            [("low", low), ("high", high), ("mean", mean), ("sd", sd)].into(),
            format!("from {low} to {high} with mean {mean} and standard deviation {sd}"),
        ),
    }
}

/// What is done with a number that is drawn.
fn application(applied: Applied) -> &'static str {
    match applied {
        Applied::InPlace => "takes its place",
        Applied::Added => "is added to it",
        Applied::Times => "multiplies it",
    }
}

fn elasticity_prior<'a>(study: &Study<'a>) -> Prior<'a> {
    let prior = study.uncertainty.elasticities;
    let rows = match &study.elasticities.joint {
        Joint::Rows(rows) => rows.len(),
        Joint::Unknown | Joint::Correlated(_) => 0,
    };
    let (distribution, applied, spread, words) = match prior.family {
        ElasticityFamily::LogNormal(spread) => {
            let (spread, source) = log_spread(spread);
            let words = format!(
                "each sector's elasticity is multiplied by a log-normal factor with median 1 and a spread from {source}"
            );
            ("log-normal", Applied::Times, spread, words)
        }
        ElasticityFamily::NormalFromData => {
            let words = "a normal number with mean 0 and its published standard error is added to each sector's elasticity";
            ("normal", Applied::Added, Spread::StandardError("from-data"), words.to_owned())
        }
        ElasticityFamily::Same(family, applied) => {
            let (name, levels, numbers) = described(family);
            let words = format!(
                "a number from a {name} distribution {numbers} is drawn for each sector's elasticity and {}",
                application(applied)
            );
            (name, applied, Spread::Levels(levels), words)
        }
        ElasticityFamily::AnyRow => {
            let words = format!("each draw has the elasticities of one of {rows} sets, all equally probable");
            ("discrete", Applied::InPlace, Spread::Rows(rows), words)
        }
        ElasticityFamily::RowOfDraw => {
            let words = format!("each draw has the elasticities of its own row of a table with {rows} rows");
            ("given draws", Applied::InPlace, Spread::Rows(rows), words)
        }
    };
    let (assumed_correlation, correlation) = match &study.elasticities.joint {
        Joint::Rows(_) => (None, String::new()),
        Joint::Correlated(_) => (None, "; the correlations across sectors are those of a table".to_owned()),
        Joint::Unknown => (
            Some(prior.correlation),
            format!("; the correlation of {} across sectors is assumed, not estimated", prior.correlation),
        ),
    };
    Prior {
        parameter: "trade elasticities",
        distribution,
        applied: applied.sign(),
        spread,
        assumed_correlation,
        words: format!(
            "{words}{}; elasticities below {} are raised to it{correlation}",
            cut_off(prior.bounds),
            Elasticity::FLOOR,
        ),
        sectors_without_noise: disclosure::sectors_without_noise(study),
    }
}

fn log_spread(spread: ElasticitySpread) -> (Spread, String) {
    match spread {
        ElasticitySpread::FromData => {
            let least = format!(", at least {SMALLEST_LOG_SD} in logarithms");
            (Spread::StandardError("from-data"), format!("its published standard error{least}"))
        }
        ElasticitySpread::CoefficientOfVariation(cv) => {
            (Spread::CoefficientOfVariation(cv), format!("a coefficient of variation of {cv}"))
        }
    }
}

/// Where a distribution is cut off, in words.
fn cut_off([low, high]: [f64; 2]) -> String {
    match (low.is_finite(), high.is_finite()) {
        (false, false) => String::new(),
        (true, false) => format!(", cut off below {low}"),
        (false, true) => format!(", cut off above {high}"),
        (true, true) => format!(", cut off below {low} and above {high}"),
    }
}

fn market_prior<'a>(parameter: &'static str, whose: &str, cv: f64) -> Prior<'a> {
    Prior {
        parameter,
        distribution: "log-normal",
        applied: "×",
        spread: Spread::CoefficientOfVariation(cv),
        assumed_correlation: None,
        words: format!(
            "the {parameter} {whose} are multiplied by a log-normal factor with median 1 and a coefficient of variation \
             of {cv}, which is assumed unless the scenario gives it"
        ),
        sectors_without_noise: Vec::new(),
    }
}

fn exempt_prior<'a>(study: &Study<'a>) -> Prior<'a> {
    let (distribution, applied, spread, how) = match study.uncertainty.exempt {
        ExemptPrior::Beta { sd } => (
            "beta",
            Applied::InPlace,
            Spread::StandardDeviation(sd),
            format!(
                "each partner's exempt share is drawn from a beta distribution around its central value with a \
                 standard deviation of {sd}"
            ),
        ),
        ExemptPrior::Same(Marginal { family, applied, .. }) => {
            let (name, levels, numbers) = described(family);
            let how = format!(
                "a number from a {name} distribution {numbers} is drawn for each partner's exempt share and {}, cut off at \
                 0 and 1",
                application(applied)
            );
            (name, applied, Spread::Levels(levels), how)
        }
    };
    Prior {
        parameter: "exempt shares",
        distribution,
        applied: applied.sign(),
        spread,
        assumed_correlation: None,
        words: format!("{how}; all shares of a partner move together"),
        sectors_without_noise: Vec::new(),
    }
}

fn flow_prior<'a>(prior: FlowPrior) -> Prior<'a> {
    Prior {
        parameter: "trade flows",
        distribution: "log-normal",
        applied: "×",
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
