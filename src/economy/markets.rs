//! How demand and supply react in the markets of partial equilibrium.

use crate::bilateral::Shape;

/// The demand elasticity where a scenario gives none: spending on the product stays the same. Assumed.
pub const DEFAULT_DEMAND: f64 = 1.0;

/// The supply elasticity where a scenario gives none: that of the example of Francois and Hall (2003). Assumed.
pub const DEFAULT_SUPPLY: f64 = 1.5;

/// One way in which a market is solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// Exactly, in changes.
    #[default]
    Exact,
    /// Linearised as in Francois and Hall (2003).
    Linear,
}

/// The elasticities of every market beside the trade elasticity.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketElasticities {
    /// η by sector: by how many per cent purchases of the product fall when its price rises by one. Above zero.
    pub demand: Vec<f64>,
    /// ε by (sector, country): by how many per cent supply rises when its price does by one. Not below zero; infinite
    /// where any quantity is supplied at the same price.
    pub supply: Vec<f64>,
}

impl MarketElasticities {
    /// The same in all markets.
    pub fn uniform(shape: Shape, demand: f64, supply: f64) -> Self {
        Self { demand: vec![demand; shape.sectors], supply: vec![supply; shape.pairs()] }
    }
}
