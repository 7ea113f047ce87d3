//! The data as read: validated once where it is made, never changed afterwards.

use serde::{Deserialize, Serialize};

use crate::bilateral::{Bilateral, Shape};
use crate::index::{CodeList, CountryId, Position, SectorId};

/// Whether tariffs on "all" goods reach a sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SectorKind {
    /// Goods, which pass a customs border.
    Goods,
    /// Services, which measures on all goods never touch.
    Services,
}

/// How final demand is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FinalDemand {
    /// Absorption less what the sectors use as inputs.
    Residual,
    /// Values by (country, sector); only their shares are used.
    Given(Vec<f64>),
}

/// One published set of trade elasticities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ElasticitySet {
    /// Its name, as in `[model] elasticities`.
    pub name: String,
    /// One entry a sector; `None` where the set does not list the sector.
    pub sectors: Vec<Option<PublishedElasticity>>,
}

/// One published trade elasticity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublishedElasticity {
    /// θ = σ − 1.
    pub theta: f64,
    /// Its standard error, where one is published.
    pub standard_error: Option<f64>,
}

/// A named group of countries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The name used in scenarios.
    pub code: String,
    /// Its members, in the dataset's order.
    pub members: Vec<CountryId>,
}

/// A dataset in the format of `docs/data.md`.
///
/// Promise, kept by the readers in [`crate::data`]: every flow's country and sector is listed; values are finite,
/// flows non-negative, rates above −1 and zero at home, input coefficients of a sector sum to at most 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dataset {
    /// Short name, such as `world-2024`.
    pub name: String,
    /// One line that says what it is.
    pub title: String,
    /// Reference year.
    pub year: i32,
    /// Money unit of the flows, such as `USD mn`.
    pub unit: String,
    /// Licence of the data.
    pub licence: String,
    /// How to cite the data.
    pub citation: String,
    /// The elasticity set used when a scenario names none.
    pub default_elasticities: String,
    /// Countries in the order of output.
    pub countries: CodeList,
    /// Sectors in the order of output.
    pub sectors: CodeList,
    /// Goods or services, one a sector.
    pub kinds: Vec<SectorKind>,
    /// Flows before tariff, domestic sales included.
    pub trade: Bilateral,
    /// Tariffs as fractions.
    pub tariffs: Bilateral,
    /// Spending on an input per unit of output value, by (country, input, output); `None` without inputs.
    pub inputs: Option<Vec<f64>>,
    /// Final demand.
    pub final_demand: FinalDemand,
    /// Value added by (country, sector), where the data give it.
    pub value_added: Option<Vec<f64>>,
    /// Imports less exports by country, where the data give it.
    pub deficits: Option<Vec<f64>>,
    /// The published elasticity sets, in order of appearance.
    pub elasticities: Vec<ElasticitySet>,
    /// Named groups of countries.
    pub groups: Vec<Group>,
}

impl Dataset {
    /// How many countries and sectors.
    pub fn shape(&self) -> Shape {
        Shape { countries: self.countries.len(), sectors: self.sectors.len() }
    }

    /// Whether a sector is goods.
    pub fn is_goods(&self, sector: SectorId) -> bool {
        self.kinds[sector.index()] == SectorKind::Goods
    }

    /// The elasticity set of a name.
    pub fn elasticity_set(&self, name: &str) -> Option<&ElasticitySet> {
        self.elasticities.iter().find(|set| set.name == name)
    }

    /// The group of a name.
    pub fn group(&self, code: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.code == code)
    }
}
