//! What is uncertain, and how.

use crate::monte_carlo::sampling::{Design, Points};

/// How the spread of an elasticity is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ElasticitySpread {
    /// From the published standard error of each sector; no noise where there is none.
    FromData,
    /// The same coefficient of variation (standard deviation ÷ mean, as a fraction) for every sector.
    CoefficientOfVariation(f64),
}

/// A log-normal prior on the trade elasticities, applied as a factor (`×`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ElasticityPrior {
    /// Spread of each sector.
    pub spread: ElasticitySpread,
    /// Correlation across sectors, in [0, 1].
    pub correlation: f64,
}

impl Default for ElasticityPrior {
    fn default() -> Self {
        Self { spread: ElasticitySpread::FromData, correlation: 0.5 }
    }
}

/// A beta prior on exempt shares, put in place of the central share (`=`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExemptPrior {
    /// Standard deviation of the share, as a fraction.
    pub sd: f64,
}

impl Default for ExemptPrior {
    fn default() -> Self {
        Self { sd: 0.10 }
    }
}

/// A log-normal prior on trade flows, applied as a factor (`×`) to the tariff-inclusive shares of foreign suppliers.
///
/// The default is for those who write `trade_flows.lognormal` without numbers; without that key flows are certain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlowPrior {
    /// Coefficient of variation of a factor for each pair of countries, as a fraction.
    pub cv_pair: f64,
    /// Coefficient of variation of a factor for each flow, as a fraction.
    pub cv_cell: f64,
}

impl Default for FlowPrior {
    fn default() -> Self {
        Self { cv_pair: 0.10, cv_cell: 0.25 }
    }
}

/// What is drawn, how often, and from which seed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uncertainty {
    /// Number of draws; 0 gives the central case only.
    pub draws: u32,
    /// Seed of the random streams.
    pub seed: u64,
    /// How draws are spread over what is possible.
    pub design: Design,
    /// The prior on trade elasticities.
    pub elasticities: ElasticityPrior,
    /// The prior on exempt shares.
    pub exempt: ExemptPrior,
    /// The prior on trade flows; `None` takes them as they are in the data.
    pub flows: Option<FlowPrior>,
}

impl Uncertainty {
    /// The most draws a run may ask for.
    pub const MOST_DRAWS: u32 = 1_000_000;

    /// The same priors, drawn from other points.
    #[must_use]
    pub fn at(self, Points { design, seed, draws }: Points) -> Self {
        Self { design, seed, draws, ..self }
    }

    /// The random numbers behind the draws.
    pub fn points(&self) -> Points {
        Points { design: self.design, seed: self.seed, draws: self.draws }
    }
}

impl Default for Uncertainty {
    fn default() -> Self {
        Self {
            draws: 1000,
            seed: 1,
            design: Design::default(),
            elasticities: ElasticityPrior::default(),
            exempt: ExemptPrior::default(),
            flows: None,
        }
    }
}
