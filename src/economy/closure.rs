//! What adjusts when policy changes, and what stays: trade deficits, labour and firms.

use std::fmt;

use crate::economy::structure::Structure;

/// How trade deficits behave when policy changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deficits {
    /// Nominal deficits stay as in the data, in units of world value added.
    Fixed,
    /// Every deficit is zero, before and after.
    Balanced,
    /// Deficits stay in proportion to value added (and still sum to zero).
    Proportional,
}

impl Deficits {
    /// The word used in scenarios.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Balanced => "balanced",
            Self::Proportional => "proportional",
        }
    }
}

/// How labour moves between the sectors of a country.
///
/// The supply of labour to a sector answers to its relative wage with the elasticity κ − 1 (Galle, Rodríguez-Clare & Yi
/// 2023, Slicing the Pie, Review of Economic Studies 90(1): workers differ in what they can do, Fréchet with shape κ).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Labour {
    /// Everybody may change sector: one wage a country, κ = ∞.
    Mobile,
    /// Nobody changes sector: a wage for each, κ = 1.
    SectorSpecific,
    /// In between.
    Between(Mobility),
}

/// κ, above 1: how readily labour moves between sectors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mobility(f64);

impl Mobility {
    /// The largest κ that may be asked for; labour is as good as mobile then.
    pub const MOST: f64 = 1e6;

    /// A mobility; `None` unless it is above 1 and at most [`Self::MOST`].
    pub const fn new(kappa: f64) -> Option<Self> {
        if kappa > 1.0 && kappa <= Self::MOST { Some(Self(kappa)) } else { None }
    }

    /// κ.
    pub fn kappa(self) -> f64 {
        self.0
    }
}

impl Labour {
    /// 1/κ: how far a sector's wage answers to the demand for its labour; 0 where labour is mobile.
    pub fn friction(self) -> f64 {
        match self {
            Self::Mobile => 0.0,
            Self::SectorSpecific => 1.0,
            Self::Between(mobility) => 1.0 / mobility.kappa(),
        }
    }
}

/// As it is written in scenarios, without quotation marks.
impl fmt::Display for Labour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mobile => formatter.write_str("mobile"),
            Self::SectorSpecific => formatter.write_str("sector-specific"),
            Self::Between(mobility) => write!(formatter, "mobility {}", mobility.kappa()),
        }
    }
}

/// All of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Closure {
    /// How deficits behave.
    pub deficits: Deficits,
    /// How labour moves.
    pub labour: Labour,
    /// Why countries trade, and so whether firms enter and leave.
    pub structure: Structure,
}

/// Deficits as said, labour mobile, goods that differ by origin.
impl From<Deficits> for Closure {
    fn from(deficits: Deficits) -> Self {
        Self { deficits, labour: Labour::Mobile, structure: Structure::Armington }
    }
}

impl Default for Closure {
    fn default() -> Self {
        Deficits::Fixed.into()
    }
}
