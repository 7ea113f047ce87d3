//! Numbers for people, rounded to what is known, and numbers for programs, exact.

use std::fmt::Write as _;

use crate::monte_carlo::estimate::{Estimate, Spread};
use crate::table::grouped;

/// The minus sign of typeset text; files for programs use the hyphen.
pub const MINUS: char = '\u{2212}';

/// The last decimal place that is shown, as a power of ten: −2 is hundredths, 3 is thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(i32);

impl Place {
    /// Units.
    pub const UNITS: Self = Self(0);

    /// Effects below a thousandth of a per cent are of no use to a reader.
    const FINEST: Self = Self(-3);

    /// How many figures of the larger of an effect and its range are shown.
    const FIGURES: i32 = 2;

    /// The place of the second significant figure of a number, at least a thousandth.
    pub fn of(scale: f64) -> Self {
        match magnitude(scale) {
            Some(magnitude) => Self(magnitude - Self::FIGURES + 1).max(Self::FINEST),
            None => Self::UNITS,
        }
    }

    /// The place that tells the steps of an axis apart.
    pub fn of_step(step: f64) -> Self {
        let power = magnitude(step).unwrap_or(0);
        let is_whole = (step / power_of_ten(power)).fract() < 1e-9;
        Self(if is_whole { power } else { power - 1 }).min(Self::UNITS)
    }
}

/// The 5 % and the 95 % quantile.
pub fn range(spread: &Spread) -> [f64; 2] {
    let quantile = |p| spread.quantile(p).expect("0.05 and 0.95 are among the quantiles that are kept");
    [quantile(0.05), quantile(0.95)]
}

/// What of an estimate decides how it is written; what is there is finite.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// The central value.
    pub central: Option<f64>,
    /// The 5–95 % range.
    pub range: Option<[f64; 2]>,
    /// The Monte Carlo error of the mean.
    pub mc_error: Option<f64>,
}

impl From<&Estimate> for Figures {
    fn from(estimate: &Estimate) -> Self {
        let spread = estimate.spread.as_ref();
        Self {
            central: estimate.central.filter(|value| value.is_finite()),
            range: spread.map(range).filter(|ends| ends.iter().all(|end| end.is_finite())),
            mc_error: spread.map(|spread| spread.mc_error).filter(|error| error.is_finite()),
        }
    }
}

impl Figures {
    /// The place at which they are shown: two figures of the larger of the central value and half the range, a
    /// third where the ends of a narrow range could not be told apart, but nothing finer than the figure in
    /// which the Monte Carlo error lies.
    pub fn place(&self, divisor: f64) -> Place {
        let half_range = self.range.map_or(0.0, |[low, high]| high / 2.0 - low / 2.0) / divisor;
        let scale = (self.central.unwrap_or(0.0) / divisor).abs().max(half_range);
        let usual = Place::of(scale);
        let narrow = magnitude(half_range).map_or(usual, Place).max(Place(usual.0 - 1)).max(Place::FINEST);
        let noise = self.mc_error.and_then(|error| magnitude(error / divisor));
        usual.min(narrow).max(noise.map_or(Place::FINEST, Place))
    }

    /// Whether the central value is written as lying outside its range.
    pub fn is_outside(&self) -> bool {
        let unit = power_of_ten(self.place(1.0).0);
        let written = |value: f64| (value / unit).round();
        let outside = |(central, [low, high]): (f64, [f64; 2])| {
            written(central) < written(low) || written(central) > written(high)
        };
        self.central.zip(self.range).is_some_and(outside)
    }

    /// As text, in units of `divisor`; `None` without a central value.
    pub fn shown(&self, divisor: f64) -> Option<Shown> {
        let place = self.place(divisor);
        let written = |value: f64| signed(value / divisor, place);
        let range = self.range.map(|ends| ends.map(|end| written(end).replace('+', "")));
        Some(Shown {
            central: written(self.central?),
            range: range.map(|[low, high]| format!("{low} to {high}")),
        })
    }
}

/// The power of ten of the first figure of a number, read from its decimal form: logarithms differ in the last
/// bit between systems.
pub fn magnitude(value: f64) -> Option<i32> {
    let text = format!("{value:e}");
    text.split_once('e').filter(|_| value != 0.0).and_then(|(_, power)| power.parse().ok())
}

/// A power of ten, as exact as it can be.
pub fn power_of_ten(power: i32) -> f64 {
    format!("1e{power}").parse().expect("this is how a number is written")
}

/// What stands in place of what has no value.
pub const NO_VALUE: &str = "–";

/// From here on a number is written as a power of ten: nobody reads sixteen figures.
const LARGEST: f64 = 1e15;

/// A number without a plus sign, rounded to a place, with a typeset minus and thin groups of thousands; what is no
/// number has no value.
pub fn plain(value: f64, place: Place) -> String {
    if !value.is_finite() {
        return NO_VALUE.to_owned();
    }
    if value.abs() >= LARGEST {
        return format!("{value:.1e}").replace('-', &MINUS.to_string());
    }
    let unit = power_of_ten(place.0.max(0));
    let size = if place > Place::UNITS { (value.abs() / unit).round() * unit } else { value.abs() };
    let decimals = usize::try_from(-place.0).unwrap_or(0);
    let digits = format!("{size:.decimals$}");
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut text = String::new();
    if value < 0.0 && digits.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        text.push(MINUS);
    }
    text + &grouped(whole) + rest
}

/// A change, rounded to a place, with its sign; exactly nothing is `0`, and what rounds to nothing is `≈0`.
pub fn signed(value: f64, place: Place) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let text = plain(value, place);
    if !value.is_finite() {
        text
    } else if !text.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        "≈0".to_owned()
    } else if value > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}

/// A rate as per cent with up to two decimals: `25 %`, `2.74 %`.
pub fn rate(fraction: f64) -> String {
    format!("{} %", trimmed(fraction * 100.0, plain))
}

/// A change of a rate in percentage points with its sign and up to two decimals: `+25 pp`.
pub fn points(fraction: f64) -> String {
    format!("{} pp", trimmed(fraction * 100.0, signed))
}

/// A change of a factor in per cent with its sign and up to two decimals: `+15 %`.
pub fn signed_percent(fraction: f64) -> String {
    format!("{} %", trimmed(fraction * 100.0, signed))
}

/// At most two decimals, fewer for large numbers, without zeros at the end.
fn trimmed(value: f64, write: fn(f64, Place) -> String) -> String {
    let place = if value.abs() < 10.0 { Place(-2) } else { Place(-1) };
    let text = write(value, place);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// An estimate as text: the central value and the 5–95 % range, rounded alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The central value.
    pub central: String,
    /// The 5–95 % range, where there are draws.
    pub range: Option<String>,
}

/// An estimate as text, in units of `divisor`; `None` where it has no value.
pub fn shown(estimate: &Estimate, divisor: f64) -> Option<Shown> {
    Figures::from(estimate).shown(divisor)
}

/// The money unit to show amounts up to a size in, and how many of the dataset's units it is: billions where
/// millions get long.
pub fn money(unit: &str, largest: f64) -> (String, f64) {
    match unit.strip_suffix(" mn") {
        Some(currency) if largest >= 1000.0 => (format!("{currency} bn"), 1000.0),
        _ => (unit.to_owned(), 1.0),
    }
}

/// A share of draws in whole per cent: nothing and all are exact, what rounds to them is below or above.
pub fn share(share: f64) -> String {
    match (share * 100.0).round() as u32 {
        0 if share > 0.0 => "<1 %".to_owned(),
        100 if share < 1.0 => ">99 %".to_owned(),
        rounded => format!("{rounded} %"),
    }
}

/// Appends the shortest decimal that reads back as the same number; nothing is `0`, never `-0`, and what is no number
/// is left empty.
///
/// Very small and very large numbers are written with an exponent, as R, Stata and Python read it.
pub fn push_exact(text: &mut String, value: f64) {
    if !value.is_finite() {
        return;
    }
    let written = match value.abs() {
        0.0 => write!(text, "0"),
        size if (1e-5..1e16).contains(&size) => write!(text, "{value}"),
        _ => write!(text, "{value:e}"),
    };
    written.expect("a string takes all that is written");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(central: f64, low: f64, high: f64, mc_error: f64) -> Estimate {
        let mut quantiles = [0.0; 9];
        quantiles[..4].fill(low);
        quantiles[4] = central;
        quantiles[5..].fill(high);
        let spread = Spread { mean: central, sd: 1.0, quantiles, p_negative: 0.0, mc_error, draws: 1000 };
        Estimate { central: Some(central), spread: Some(spread) }
    }

    fn text(estimate: &Estimate, divisor: f64) -> String {
        let shown = shown(estimate, divisor).unwrap();
        format!("{} ({})", shown.central, shown.range.unwrap_or_default())
    }

    #[test]
    fn two_figures_and_the_range_rounded_alike() {
        assert_eq!(text(&estimate(-0.7742, -0.923, -0.6081, 0.002), 1.0), "−0.77 (−0.92 to −0.61)");
        assert_eq!(text(&estimate(-57.6, -70.8, -41.9, 0.2), 1.0), "−58 (−71 to −42)");
        assert_eq!(text(&estimate(2137.0, 1800.0, 2544.0, 9.0), 1.0), "+2,100 (1,800 to 2,500)");
    }

    #[test]
    fn magnitudes_are_exact_at_powers_of_ten() {
        for power in -300..300 {
            assert_eq!(magnitude(-power_of_ten(power)), Some(power));
        }
        assert_eq!([0.0, f64::NAN, f64::INFINITY].map(magnitude), [None; 3]);
    }

    #[test]
    fn a_narrow_range_gets_a_third_figure() {
        assert_eq!(text(&estimate(-463.0, -469.0, -457.0, 0.3), 1.0), "−463 (−469 to −457)");
        assert_eq!(text(&estimate(-463.0, -463.2, -462.8, 0.01), 1.0), "−463 (−463 to −463)");
    }

    #[test]
    fn a_small_effect_in_a_wide_range_gets_the_figures_of_the_range() {
        assert_eq!(text(&estimate(0.0312, -0.21, 0.3, 0.001), 1.0), "+0.03 (−0.21 to 0.30)");
    }

    #[test]
    fn no_figure_is_finer_than_the_monte_carlo_error() {
        assert_eq!(text(&estimate(-0.7742, -0.923, -0.6081, 0.03), 1.0), "−0.77 (−0.92 to −0.61)");
        assert_eq!(text(&estimate(-0.7742, -0.923, -0.6081, 0.3), 1.0), "−0.8 (−0.9 to −0.6)");
        assert_eq!(text(&estimate(-0.7742, -0.923, -0.6081, 3.0), 1.0), "−1 (−1 to −1)");
    }

    #[test]
    fn money_is_scaled_before_it_is_rounded() {
        assert_eq!(text(&estimate(83_412.0, 71_004.0, 95_999.0, 300.0), 1000.0), "+83 (71 to 96)");
    }

    #[test]
    fn nothing_is_not_something_small() {
        assert_eq!(signed(0.0, Place(-2)), "0");
        assert_eq!(signed(-0.0, Place(-2)), "0");
        assert_eq!(signed(-0.0004, Place(-2)), "≈0");
        assert_eq!(plain(-0.0004, Place(-2)), "0.00");
        assert_eq!(Place::of(0.0), Place::UNITS);
    }

    #[test]
    fn what_is_no_number_has_no_value_and_what_is_huge_stays_short() {
        for value in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e308 * 1e3] {
            assert_eq!([plain(value, Place(-2)), signed(value, Place(3))], [NO_VALUE; 2]);
            assert_eq!([rate(value), points(value)], ["– %", "– pp"]);
            let mut text = String::new();
            push_exact(&mut text, value);
            assert_eq!(text, "");
        }
        assert_eq!(signed(f64::MAX, Place::of(f64::MAX)), "+1.8e308");
        assert_eq!(plain(-1e15, Place::UNITS), "−1.0e15");
        assert_eq!(plain(999_999_999_999_999.0, Place::UNITS), "999,999,999,999,999");
        assert_eq!(text(&estimate(1e308, -1.7e308, 1.7e308, 1e300), 1.0), "+1.0e308 (−1.7e308 to 1.7e308)");
        assert_eq!(rate(1e308), "– %");
    }

    #[test]
    fn thousands_are_grouped_and_minus_is_typeset() {
        assert_eq!(plain(-1_234_567.8, Place::UNITS), "−1,234,568");
        assert_eq!(plain(-1_234_567.8, Place(3)), "−1,235,000");
        assert_eq!(plain(999.6, Place::UNITS), "1,000");
        assert_eq!(plain(999.4, Place::UNITS), "999");
    }

    #[test]
    fn rates_have_no_idle_zeros() {
        assert_eq!(rate(0.25), "25 %");
        assert_eq!(rate(0.0274), "2.74 %");
        assert_eq!(rate(0.251), "25.1 %");
        assert_eq!(rate(0.0), "0 %");
        assert_eq!(points(0.1), "+10 pp");
        assert_eq!(points(-0.15), "−15 pp");
        assert_eq!(points(0.0), "0 pp");
    }

    #[test]
    fn a_share_of_draws_is_never_rounded_to_certainty() {
        assert_eq!([0.0, 0.001, 0.5, 0.999, 1.0].map(share), ["0 %", "<1 %", "50 %", ">99 %", "100 %"]);
    }

    #[test]
    fn a_value_of_a_missing_estimate_is_missing() {
        assert_eq!(shown(&Estimate { central: None, spread: None }, 1.0), None);
        assert_eq!(shown(&Estimate { central: Some(f64::NAN), spread: None }, 1.0), None);
        let alone = shown(&Estimate { central: Some(1.25), spread: None }, 1.0).unwrap();
        assert_eq!((alone.central.as_str(), alone.range), ("+1.2", None));
    }

    #[test]
    fn exact_numbers_read_back_and_never_are_minus_zero() {
        let values =
            [0.1, -0.1, 1.0 / 3.0, 1e-300, -4.9e-324, 1.7e308, 12345.678, 1e15, 1e16, 2.5e-5, 9.9e-6];
        for value in values {
            let mut text = String::new();
            push_exact(&mut text, value);
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{text}");
            assert!(text.len() < 26, "{text}");
        }
        let mut text = String::new();
        push_exact(&mut text, -0.0);
        assert_eq!(text, "0");
    }
}
