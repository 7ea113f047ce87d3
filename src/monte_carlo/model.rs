//! The models that can be simulated, with what each starts from.

use crate::bilateral::Shape;
use crate::economy::markets::MarketElasticities;
use crate::model::baseline::Baseline;
use crate::model::partial::PartialEquilibrium;
use crate::model::trade_model::GeneralEquilibrium;
use crate::model::variable::Variables;

/// A model, with what it starts from.
#[derive(Clone, Copy)]
pub enum Model<'a> {
    /// General equilibrium.
    General(General<'a>),
    /// Partial equilibrium.
    Partial(Partial<'a>),
}

/// General equilibrium from a baseline.
#[derive(Clone, Copy)]
pub struct General<'a> {
    /// The model.
    pub model: &'a GeneralEquilibrium,
    /// The baseline.
    pub baseline: &'a Baseline,
}

/// The markets of partial equilibrium.
#[derive(Clone, Copy)]
pub struct Partial<'a> {
    /// The markets.
    pub markets: &'a PartialEquilibrium,
    /// Central elasticities of demand and supply.
    pub elasticities: &'a MarketElasticities,
}

impl<'a> Model<'a> {
    /// General equilibrium from a baseline.
    pub fn general(model: &'a GeneralEquilibrium, baseline: &'a Baseline) -> Self {
        Self::General(General { model, baseline })
    }

    /// What it has to tell.
    pub fn variables(&self) -> &'static Variables {
        match self {
            Self::General(_) => Variables::GENERAL,
            Self::Partial(_) => Variables::PARTIAL,
        }
    }

    /// How many countries and sectors it has.
    pub fn shape(&self) -> Shape {
        match self {
            Self::General(general) => general.baseline.accounts.shape,
            Self::Partial(partial) => partial.markets.shape,
        }
    }
}
