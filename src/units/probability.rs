//! Probabilities, kept as exact decimal numbers so that they can be asked to sum to one.

use std::fmt;

use super::UnitError;

/// A probability, written `"40%"`; exact, and so are sums, and products of a few.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Probability(u128);

/// How many decimals of a per cent may be written.
const DECIMALS: usize = 4;

/// A written probability is a whole number of these: a millionth.
const UNIT: u128 = 1_000_000;

impl Probability {
    /// Impossible.
    pub const NONE: Self = Self(0);

    /// Certain.
    pub const CERTAIN: Self = Self(UNIT.pow(Self::MOST_FACTORS));

    /// Of how many written probabilities a product is exact.
    pub const MOST_FACTORS: u32 = 4;

    /// A probability such as `"33.3333%"`.
    ///
    /// # Errors
    /// [`UnitError`] when the unit is missing, or it is outside 0–100 % or has more than four decimals.
    pub fn parse(written: &str) -> Result<Self, UnitError> {
        let not_a_number = || UnitError::NotANumber { written: written.to_owned() };
        let text = written.trim();
        let Some(number) = text.strip_suffix('%') else {
            return Err(match text.parse::<f64>() {
                Ok(_) => UnitError::NoUnit { written: written.to_owned() },
                Err(_) => not_a_number(),
            });
        };
        let (whole, decimals) = number.trim().split_once('.').unwrap_or((number.trim(), "0"));
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(decimals) {
            return Err(not_a_number());
        }
        let out_of_range = || UnitError::OutOfRange {
            written: written.to_owned(),
            range: "0% to 100%, with up to four decimals",
        };
        let decimals = decimals.trim_end_matches('0');
        if decimals.len() > DECIMALS || whole.len() > 9 {
            return Err(out_of_range());
        }
        let digits = format!("{whole}{decimals:0<DECIMALS$}");
        let millionths: u128 = digits.parse().map_err(|_| not_a_number())?;
        if millionths > UNIT {
            return Err(out_of_range());
        }
        Ok(Self(millionths * UNIT.pow(Self::MOST_FACTORS - 1)))
    }

    /// As a fraction.
    pub fn fraction(self) -> f64 {
        self.0 as f64 / Self::CERTAIN.0 as f64
    }

    /// The probability that it does not happen.
    #[must_use]
    pub fn otherwise(self) -> Self {
        Self(Self::CERTAIN.0 - self.0)
    }

    /// An equal part of it, one of so many; together they may fall short of it by less than a part in 10²⁰.
    #[must_use]
    pub fn part(self, of: usize) -> Self {
        Self(self.0 / of as u128)
    }

    /// The probability of this or another, which exclude each other; may be more than certain.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The probability of this and another, independent one that was written.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 / UNIT * (other.0 / UNIT.pow(Self::MOST_FACTORS - 1)))
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = Self::CERTAIN.0 / 100;
        let (whole, rest) = (self.0 / percent, self.0 % percent);
        let digits = percent.ilog10() as usize;
        let decimals = format!("{rest:0digits$}");
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{whole}%"),
            decimals => write!(f, "{whole}.{decimals}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Probability {
        Probability::parse(text).expect("a probability")
    }

    #[test]
    fn sums_and_products_are_exact() {
        let sum = ["10%", "20%", "30.0001%", "39.9999%"]
            .into_iter()
            .map(parsed)
            .fold(Probability::NONE, Probability::or);
        assert_eq!(sum, Probability::CERTAIN);
        let third = parsed("33.3333%");
        let product = third.and(third).and(third).and(third);
        assert_eq!(product.to_string(), "1.2345629629703703654321%");
        let all = third.and(parsed("60%")).or(third.and(parsed("60%").otherwise()));
        assert_eq!(all, third);
        assert_eq!(parsed("60%").and(parsed("50%")).to_string(), "30%");
    }

    #[test]
    fn what_is_shown_reads_back() {
        for text in ["0%", "100%", "40%", "0.5%", "33.3333%"] {
            assert_eq!(parsed(text).to_string(), text);
        }
        assert!((parsed("12.5%").fraction() - 0.125).abs() < 1e-15);
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        assert!(matches!(Probability::parse("0.4"), Err(UnitError::NoUnit { .. })));
        for text in ["101%", "100.0001%", "33.33333%", "99999999999999999999%"] {
            assert!(matches!(Probability::parse(text), Err(UnitError::OutOfRange { .. })), "{text}");
        }
        for text in ["%", "-5%", "1e1%", ".5%", "5.%", "x%", "40pp"] {
            assert!(matches!(Probability::parse(text), Err(UnitError::NotANumber { .. })), "{text}");
        }
    }
}
