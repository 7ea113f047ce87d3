//! Central trade elasticities and how well each is known.

use crate::economy::dataset::Dataset;
use crate::economy::horizon::Horizon;
use crate::index::{Position, SectorId};
use crate::units::Elasticity;

/// The elasticity of a sector that the chosen set does not list.
pub const UNLISTED_THETA: f64 = 5.0;

/// One trade elasticity a sector, with its standard error where one is published.
#[derive(Clone, Debug, PartialEq)]
pub struct Elasticities {
    /// Where they come from, such as `MEDIAN7` or `MEDIAN7 with AUT = 6.5`.
    pub label: String,
    /// θ by sector in the long run, at least [`Elasticity::FLOOR`].
    pub theta: Vec<f64>,
    /// Standard error by sector; `None` means no noise for that sector.
    pub standard_error: Vec<Option<f64>>,
    /// How many sectors the set does not list; they use [`UNLISTED_THETA`].
    pub unlisted: usize,
    /// How many central values were below the floor and raised to it.
    pub raised: usize,
    /// How long trade has had to adjust.
    pub horizon: Horizon,
    /// What is known of the elasticities of several sectors together.
    pub joint: Joint,
}

/// What is known of the elasticities of several sectors together.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Joint {
    /// Nothing.
    #[default]
    Unknown,
    /// The correlations of their shocks, as rows of the lower triangle L with L Lᵀ the matrix of correlations.
    Correlated(Vec<Vec<f64>>),
    /// Values of all sectors in the long run, of which each row is as probable as any other.
    Rows(Vec<Vec<f64>>),
}

impl Elasticities {
    /// The elasticities of a published set; `None` if the dataset has no set of that name.
    pub fn published(dataset: &Dataset, set: &str) -> Option<Self> {
        let set = dataset.elasticity_set(set)?;
        let floor = |theta: f64| theta.max(Elasticity::FLOOR);
        Some(Self {
            label: set.name.clone(),
            theta: set.sectors.iter().map(|e| floor(e.map_or(UNLISTED_THETA, |e| e.theta))).collect(),
            standard_error: set.sectors.iter().map(|e| e.and_then(|e| e.standard_error)).collect(),
            unlisted: set.sectors.iter().filter(|e| e.is_none()).count(),
            raised: set.sectors.iter().flatten().filter(|e| e.theta < Elasticity::FLOOR).count(),
            horizon: Horizon::Long,
            joint: Joint::Unknown,
        })
    }

    /// The same some time after a change of policy.
    #[must_use]
    pub fn at(self, horizon: Horizon) -> Self {
        let is_low =
            |&&theta: &&f64| theta > Elasticity::FLOOR && horizon.elasticity(theta) < Elasticity::FLOOR;
        let raised = self.raised + self.theta.iter().filter(is_low).count();
        Self { horizon, raised, ..self }
    }

    /// The central elasticities at the horizon.
    pub fn central(&self) -> Vec<f64> {
        self.theta.iter().map(|&theta| self.horizon.elasticity(theta).max(Elasticity::FLOOR)).collect()
    }

    /// Puts the user's own value in place for one sector, without noise unless a spread is given for all.
    pub fn override_sector(&mut self, dataset: &Dataset, sector: SectorId, theta: Elasticity) {
        let joint = if self.label.contains(" with ") { ", " } else { " with " };
        self.label += &format!("{joint}{} = {}", dataset.sectors.code(sector), theta.theta());
        self.theta[sector.index()] = theta.theta().max(Elasticity::FLOOR);
        self.standard_error[sector.index()] = None;
        self.raised += usize::from(theta.theta() < Elasticity::FLOOR);
    }
}
