//! What is uncertain, and how.

use crate::monte_carlo::marginal::{Applied, Family, Marginal};
use crate::monte_carlo::sampling::{Design, Points};

/// How the spread of an elasticity is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ElasticitySpread {
    /// From the published standard error of each sector; no noise where there is none.
    FromData,
    /// The same coefficient of variation (standard deviation ÷ mean, as a fraction) for every sector.
    CoefficientOfVariation(f64),
}

/// Distributions of trade elasticities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ElasticityFamily {
    /// Log-normal with median 1, as a factor (`×`).
    LogNormal(ElasticitySpread),
    /// Normal with the published standard error of each sector, added (`+`); no noise where there is none.
    NormalFromData,
    /// The same distribution in every sector.
    Same(Family, Applied),
    /// One of the rows of [`Joint::Rows`](crate::economy::elasticities::Joint), equally probable, in place of all central
    /// values.
    AnyRow,
    /// The row of [`Joint::Rows`](crate::economy::elasticities::Joint) that has the number of the draw.
    RowOfDraw,
}

/// A prior on the trade elasticities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ElasticityPrior {
    /// The distribution of each sector.
    pub family: ElasticityFamily,
    /// Correlation of the shocks across sectors, in [0, 1], where no matrix says another.
    pub correlation: f64,
    /// Between which values it is cut off.
    pub bounds: [f64; 2],
}

impl Default for ElasticityPrior {
    fn default() -> Self {
        let family = ElasticityFamily::LogNormal(ElasticitySpread::FromData);
        Self { family, correlation: 0.5, bounds: Marginal::UNBOUNDED }
    }
}

/// A prior on exempt shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ExemptPrior {
    /// Beta around the central share (`=`), with a standard deviation as a fraction; 0 and 1 are certain.
    Beta {
        /// The standard deviation.
        sd: f64,
    },
    /// The same distribution of every share, cut off at 0 and 1 if not before.
    Same(Marginal),
}

impl Default for ExemptPrior {
    fn default() -> Self {
        Self::Beta { sd: 0.10 }
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

/// Log-normal priors on the demand and supply elasticities of partial equilibrium, applied as factors (`×`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarketPriors {
    /// Coefficient of variation of the demand elasticity, as a fraction.
    pub demand_cv: f64,
    /// Coefficient of variation of the supply elasticity, as a fraction.
    pub supply_cv: f64,
}

impl Default for MarketPriors {
    /// Assumed: from half to twice the central value in nine draws of ten.
    fn default() -> Self {
        Self { demand_cv: 0.5, supply_cv: 0.5 }
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
    /// The priors on demand and supply, which only partial equilibrium has.
    pub markets: MarketPriors,
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
            markets: MarketPriors::default(),
        }
    }
}
