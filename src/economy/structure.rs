//! Why countries trade: the members of one family of models, and what each adds to the elasticity of trade.
//!
//! Sources: Arkolakis, Costinot & Rodríguez-Clare (2012), New Trade Models, Same Old Gains?, American Economic Review
//! 102(1); Costinot & Rodríguez-Clare (2014), Trade Theory with Numbers, Handbook of International Economics 4, ch. 4;
//! Kucheryavyy, Lyn & Rodríguez-Clare (2023), Grounded by Gravity, American Economic Journal: Macroeconomics 15(2).

use std::fmt;

/// A member of the family.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Structure {
    /// Goods differ by origin.
    #[default]
    Armington,
    /// Producers of many countries compete for each good: the same numbers, read otherwise.
    EatonKortum,
    /// Firms, each with a variety of its own, enter until none earns more than it costs: ψθ = 1.
    Krugman,
    /// The same where firms differ, and only the better ones pay for access to a market.
    Melitz(FirmTail),
    /// Economies of scale of any strength.
    Scale(ScaleStrength),
}

/// ψθ, from 0 to 1: by how much a sector's sales rise, at given costs and markets, with the number of its firms. ψ is the
/// scale elasticity and θ the trade elasticity. Up to 1 an equilibrium is unique and behaves well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScaleStrength(f64);

impl ScaleStrength {
    /// A strength; `None` unless it is from 0 to 1.
    pub const fn new(strength: f64) -> Option<Self> {
        if strength >= 0.0 && strength <= 1.0 { Some(Self(strength)) } else { None }
    }

    /// ψθ.
    pub fn product(self) -> f64 {
        self.0
    }
}

/// θ/(σ − 1), above 1: how thick the tail of the sizes of firms is; near 1 a few large ones sell most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirmTail(f64);

impl FirmTail {
    /// Firms whose productivity has a Pareto tail of 4.58 (Balistreri, Hillberry & Rutherford 2011, Journal of
    /// International Economics 83(2)), at an elasticity of substitution of 3.8 between their varieties.
    pub const USUAL: Self = Self(1.64);
    /// The largest that may be asked for.
    pub const MOST: f64 = 10.0;

    /// A tail; `None` unless it is above 1 and at most [`Self::MOST`].
    pub const fn new(tail: f64) -> Option<Self> {
        if tail > 1.0 && tail <= Self::MOST { Some(Self(tail)) } else { None }
    }

    /// θ/(σ − 1).
    pub fn ratio(self) -> f64 {
        self.0
    }
}

impl Structure {
    /// ψθ of goods; services have no economies of scale.
    pub fn scale(self) -> f64 {
        match self {
            Self::Armington | Self::EatonKortum => 0.0,
            Self::Krugman | Self::Melitz(_) => 1.0,
            Self::Scale(strength) => strength.product(),
        }
    }

    /// ϑ = θ/(σ − 1) − 1 of goods: how much more trade answers where firms choose their markets.
    pub fn selection(self) -> f64 {
        match self {
            Self::Melitz(tail) => tail.ratio() - 1.0,
            Self::Armington | Self::EatonKortum | Self::Krugman | Self::Scale(_) => 0.0,
        }
    }
}

/// As it is written in scenarios, without quotation marks.
impl fmt::Display for Structure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Armington => formatter.write_str("armington"),
            Self::EatonKortum => formatter.write_str("eaton-kortum"),
            Self::Krugman => formatter.write_str("krugman"),
            Self::Melitz(tail) if *tail == FirmTail::USUAL => formatter.write_str("melitz"),
            Self::Melitz(tail) => write!(formatter, "melitz {}", tail.ratio()),
            Self::Scale(strength) => write!(formatter, "scale {}", strength.product()),
        }
    }
}
