//! Quantities with a unit, so that per cent, percentage points and fractions cannot be confused.
//!
//! Users write `"25%"` (a level) or `"+10pp"` (a change in percentage points); inside the program every
//! rate is a fraction. The types here are made at the borders and carry the promise that was checked there.

mod date;
mod probability;

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use date::{Date, DateError};
pub use probability::Probability;

/// Why a written quantity was refused.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum UnitError {
    /// A number without its unit, such as `25` or `"0.25"`.
    #[error("`{written}` has no unit")]
    NoUnit {
        /// What was written.
        written: String,
    },
    /// A number with a unit that does not fit here, such as `"25pp"` where a level is meant.
    #[error("`{written}` is written in {found}, but {wanted} are expected here")]
    WrongUnit {
        /// What was written.
        written: String,
        /// The unit that was written.
        found: &'static str,
        /// The unit that was expected.
        wanted: &'static str,
    },
    /// Not a number at all.
    #[error("`{written}` is not a number")]
    NotANumber {
        /// What was written.
        written: String,
    },
    /// Outside the range in which the quantity has a meaning.
    #[error("`{written}` is out of range: expected {range}")]
    OutOfRange {
        /// What was written.
        written: String,
        /// The range, in words.
        range: &'static str,
    },
}

/// The two units in which users write rates.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RateUnit {
    Percent,
    Points,
}

impl RateUnit {
    fn words(self) -> &'static str {
        match self {
            Self::Percent => "per cent (%)",
            Self::Points => "percentage points (pp)",
        }
    }
}

/// Splits `"+10pp"` into its number (as a fraction) and checks its unit.
fn parse_rate(written: &str, wanted: RateUnit) -> Result<f64, UnitError> {
    let text = written.trim();
    let (number, found) = if let Some(number) = text.strip_suffix('%') {
        (number, RateUnit::Percent)
    } else if let Some(number) = text.strip_suffix("pp") {
        (number, RateUnit::Points)
    } else if text.parse::<f64>().is_ok() {
        return Err(UnitError::NoUnit { written: written.to_owned() });
    } else {
        return Err(UnitError::NotANumber { written: written.to_owned() });
    };
    let value = parse_finite(number).ok_or_else(|| UnitError::NotANumber { written: written.to_owned() })?;
    if found == wanted {
        Ok(value / 100.0)
    } else {
        Err(UnitError::WrongUnit {
            written: written.to_owned(),
            found: found.words(),
            wanted: wanted.words(),
        })
    }
}

/// A plain decimal number; `inf`, `nan` and hexadecimal are not numbers to a user.
fn parse_finite(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'e' | b'E'));
    text.parse::<f64>().ok().filter(|value| plain && value.is_finite())
}

/// An ad valorem tariff τ as a fraction of the value before tariff; always above −1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct AdValorem(f64);

impl AdValorem {
    /// No tariff.
    pub const FREE: Self = Self(0.0);

    /// The highest rate a user may write (100 000 %), a guard against slips of the unit.
    pub const LIMIT: f64 = 1000.0;

    /// A tariff from a fraction; `None` unless finite and above −1.
    pub fn new(fraction: f64) -> Option<Self> {
        (fraction.is_finite() && fraction > -1.0).then_some(Self(fraction))
    }

    /// A tariff from a level such as `"25%"`.
    ///
    /// # Errors
    /// [`UnitError`] when the unit is missing or wrong, or the rate is not above −100 %.
    pub fn parse(written: &str) -> Result<Self, UnitError> {
        let fraction = parse_rate(written, RateUnit::Percent)?;
        Self::new(fraction).filter(|rate| rate.0 <= Self::LIMIT).ok_or_else(|| UnitError::OutOfRange {
            written: written.to_owned(),
            range: "a rate above -100% and at most 100000%",
        })
    }

    /// τ as a fraction.
    pub fn fraction(self) -> f64 {
        self.0
    }

    /// 1 + τ, the ratio of the price with tariff to the price before it.
    pub fn factor(self) -> f64 {
        1.0 + self.0
    }
}

impl fmt::Display for AdValorem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", round_trip_percent(self.0))
    }
}

/// A change of a rate, in percentage points, kept as a fraction (10 pp = 0.10).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct PercentagePoints(f64);

impl PercentagePoints {
    /// A change such as `"25pp"` or `"-5pp"`.
    ///
    /// # Errors
    /// [`UnitError`] when the unit is missing or wrong, or the change is absurdly large.
    pub fn parse(written: &str) -> Result<Self, UnitError> {
        let fraction = parse_rate(written, RateUnit::Points)?;
        if fraction.abs() <= AdValorem::LIMIT {
            Ok(Self(fraction))
        } else {
            Err(UnitError::OutOfRange { written: written.to_owned(), range: "-100000pp to 100000pp" })
        }
    }

    /// The change as a fraction.
    pub fn fraction(self) -> f64 {
        self.0
    }
}

impl fmt::Display for PercentagePoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}pp", round_trip_percent(self.0))
    }
}

/// A share between 0 and 1, written `"40%"`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Share(f64);

impl Share {
    /// Nothing.
    pub const NONE: Self = Self(0.0);
    /// All of it.
    pub const ALL: Self = Self(1.0);

    /// A share from a fraction; `None` outside [0, 1].
    pub fn new(fraction: f64) -> Option<Self> {
        (0.0..=1.0).contains(&fraction).then_some(Self(fraction))
    }

    /// A share such as `"40%"`.
    ///
    /// # Errors
    /// [`UnitError`] when the unit is missing or wrong, or the share is outside 0–100 %.
    pub fn parse(written: &str) -> Result<Self, UnitError> {
        Self::new(parse_rate(written, RateUnit::Percent)?)
            .ok_or_else(|| UnitError::OutOfRange { written: written.to_owned(), range: "0% to 100%" })
    }

    /// The share as a fraction.
    pub fn fraction(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", round_trip_percent(self.0))
    }
}

/// A non-negative multiple such as `"150%"` (1.5 times).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Multiple(f64);

impl Multiple {
    /// A multiple such as `"150%"`.
    ///
    /// # Errors
    /// [`UnitError`] when the unit is missing or wrong, or the multiple is negative or absurdly large.
    pub fn parse(written: &str) -> Result<Self, UnitError> {
        let fraction = parse_rate(written, RateUnit::Percent)?;
        if (0.0..=AdValorem::LIMIT).contains(&fraction) {
            Ok(Self(fraction))
        } else {
            Err(UnitError::OutOfRange { written: written.to_owned(), range: "0% to 100000%" })
        }
    }

    /// A multiple from a plain factor; `None` unless finite and not negative.
    pub fn new(factor: f64) -> Option<Self> {
        (factor.is_finite() && factor >= 0.0).then_some(Self(factor))
    }

    /// The multiple as a plain factor.
    pub fn factor(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Multiple {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", round_trip_percent(self.0))
    }
}

/// The ratio d̂ of new to old real (iceberg) trade cost, d̂ > 0; infinite for an embargo.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
pub struct CostFactor(f64);

impl CostFactor {
    /// No change.
    pub const UNCHANGED: Self = Self(1.0);
    /// An embargo: no trade at any price.
    pub const PROHIBITIVE: Self = Self(f64::INFINITY);

    /// A factor from a positive number; `None` otherwise.
    pub fn new(factor: f64) -> Option<Self> {
        (factor > 0.0).then_some(Self(factor))
    }

    /// A change of the trade cost such as `"+15%"`.
    ///
    /// # Errors
    /// [`UnitError`] when the unit is missing or wrong, or the cost would not stay positive.
    pub fn parse_change(written: &str) -> Result<Self, UnitError> {
        let change = parse_rate(written, RateUnit::Percent)?;
        Self::new(1.0 + change).filter(|_| change <= AdValorem::LIMIT).ok_or_else(|| UnitError::OutOfRange {
            written: written.to_owned(),
            range: "a change above -100% and at most +100000%",
        })
    }

    /// The ratio as a plain number.
    pub fn factor(self) -> f64 {
        self.0
    }
}

/// A trade elasticity θ = σ − 1, positive and finite.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Elasticity(f64);

impl Elasticity {
    /// The smallest elasticity that is used; smaller ones (also drawn ones) are raised to it and counted.
    pub const FLOOR: f64 = 0.3;

    /// An elasticity from a number; `None` unless positive and finite.
    pub fn new(theta: f64) -> Option<Self> {
        (theta.is_finite() && theta > 0.0).then_some(Self(theta))
    }

    /// θ as a plain number.
    pub fn theta(self) -> f64 {
        self.0
    }
}

/// The shortest decimal that gives back the fraction when read as per cent.
fn round_trip_percent(fraction: f64) -> f64 {
    let percent = fraction * 100.0;
    let rounded = (percent * 1e10).round() / 1e10;
    if (rounded / 100.0 - fraction).abs() <= f64::EPSILON * fraction.abs() { rounded } else { percent }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_and_a_change_are_read_as_fractions() {
        assert_eq!(AdValorem::parse("25%").map(AdValorem::fraction), Ok(0.25));
        assert_eq!(PercentagePoints::parse("+10pp").map(PercentagePoints::fraction), Ok(0.10));
        assert_eq!(PercentagePoints::parse("-2.5pp").map(PercentagePoints::fraction), Ok(-0.025));
        assert_eq!(CostFactor::parse_change("+15%").map(CostFactor::factor), Ok(1.15));
    }

    #[test]
    fn a_number_without_unit_or_with_the_wrong_one_is_refused() {
        assert!(matches!(AdValorem::parse("25"), Err(UnitError::NoUnit { .. })));
        assert!(matches!(AdValorem::parse("25pp"), Err(UnitError::WrongUnit { .. })));
        assert!(matches!(PercentagePoints::parse("25%"), Err(UnitError::WrongUnit { .. })));
        for written in ["", "%", "nan%", "inf%", "abc", "0x10%", "1_0%"] {
            assert!(matches!(AdValorem::parse(written), Err(UnitError::NotANumber { .. })), "{written}");
        }
    }

    #[test]
    fn a_rate_stays_above_minus_one_and_a_share_within_bounds() {
        assert!(matches!(AdValorem::parse("-100%"), Err(UnitError::OutOfRange { .. })));
        assert!(matches!(Share::parse("101%"), Err(UnitError::OutOfRange { .. })));
        assert_eq!(AdValorem::new(f64::NAN), None);
    }

    #[test]
    fn display_reads_back() {
        for written in ["25%", "7.5%", "0.1%", "33.333%"] {
            assert_eq!(AdValorem::parse(written).map(|rate| rate.to_string()), Ok(written.to_owned()));
        }
    }
}
