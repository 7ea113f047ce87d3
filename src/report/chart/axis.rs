//! The horizontal axis: which values it spans and where its marks are.

use crate::report::number::{self, Place};

/// A value this many times all others would squeeze them into a line.
const FAR_OUT: f64 = 6.0;

/// Losses end at −100 %; only gains beyond this many per cent, on flows next to nothing, may be cut off.
const NEVER_CUT: f64 = 150.0;

/// About how many marks an axis has.
const MARKS: f64 = 6.0;

/// Values from left to right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    /// The value at the left end.
    pub(super) low: f64,
    /// The value at the right end.
    pub(super) high: f64,
    /// The distance between two marks.
    step: f64,
}

impl Axis {
    /// An axis for some values and zero; each entry is the least and the largest value of one mark.
    ///
    /// Single values far out are cut off, so that the others can be told apart.
    pub(super) fn spanning(extents: &[[f64; 2]]) -> Self {
        let limit = limit(extents);
        let bound = |value: f64| value.clamp(-limit, limit);
        let low = extents.iter().map(|[low, _]| bound(*low)).fold(0.0, f64::min);
        let high = extents.iter().map(|[_, high]| bound(*high)).fold(0.0, f64::max);
        if low >= high {
            return Self { low: -1.0, high: 1.0, step: 0.5 };
        }
        let room = (high - low) * 0.04;
        let low = if low < 0.0 { low - room } else { low };
        let high = if high > 0.0 { high + room } else { high };
        Self { low, high, step: nice_step((high - low) / MARKS) }
    }

    /// The position of a value between the ends, from 0 to 1; what lies outside is at an end.
    pub(super) fn position(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Whether a value lies outside, and on which side (−1 or 1).
    pub(super) fn outside(&self, value: f64) -> Option<i32> {
        match value {
            value if value < self.low => Some(-1),
            value if value > self.high => Some(1),
            _ => None,
        }
    }

    /// The marks with their labels.
    pub(super) fn marks(&self) -> Vec<(f64, String)> {
        let [first, last] = [(self.low / self.step).ceil() as i64, (self.high / self.step).floor() as i64];
        let place = Place::of_step(self.step);
        let label = |value: f64| if value == 0.0 { "0".to_owned() } else { number::signed(value, place) };
        (first..=last).map(|at| at as f64 * self.step).map(|value| (value, label(value))).collect()
    }
}

/// The largest size that is drawn: all, unless a few lie beyond a wide gap.
fn limit(extents: &[[f64; 2]]) -> f64 {
    let mut sizes: Vec<f64> = extents.iter().map(|[low, high]| low.abs().max(high.abs())).collect();
    sizes.sort_by(f64::total_cmp);
    let is_gap = |pair: &[f64]| pair[0] > 0.0 && pair[1] > NEVER_CUT && pair[1] > FAR_OUT * pair[0];
    match sizes.windows(2).position(is_gap) {
        Some(last) if 3 * (sizes.len() - 1 - last) <= sizes.len() => sizes[last] * 1.25,
        _ => f64::INFINITY,
    }
}

/// The next of 1, 2, 2.5, 5 times a power of ten.
fn nice_step(rough: f64) -> f64 {
    let power = number::power_of_ten(number::magnitude(rough).unwrap_or(0));
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|factor| factor * power >= rough).unwrap_or(10.0);
    factor * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(extents: &[[f64; 2]]) -> Vec<String> {
        Axis::spanning(extents).marks().into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn marks_are_round_and_zero_is_among_them() {
        assert_eq!(labels(&[[-58.0, -40.0], [10.0, 21.0]]), ["−60", "−40", "−20", "0", "+20"]);
        assert_eq!(labels(&[[-0.9, -0.6]]), ["−0.8", "−0.6", "−0.4", "−0.2", "0"]);
    }

    #[test]
    fn nothing_but_zero_has_an_axis() {
        assert_eq!(labels(&[[0.0, 0.0]]), ["−1.0", "−0.5", "0", "+0.5", "+1.0"]);
        assert_eq!(labels(&[]), ["−1.0", "−0.5", "0", "+0.5", "+1.0"]);
    }

    #[test]
    fn one_value_far_out_is_cut_off_and_many_are_not() {
        let axis = Axis::spanning(&[[1.0, 10.0], [-8.0, 2.0], [3.0, 9.0], [1500.0, 2000.0]]);
        assert!(axis.high < 20.0);
        assert_eq!(axis.outside(2000.0), Some(1));
        assert_eq!(axis.outside(9.0), None);
        let main = Axis::spanning(&[[0.01, 0.03], [0.01, 0.02], [0.02, 0.03], [-1.4, -1.1]]);
        assert!(main.low < -1.4, "the main result of a chart is never cut off");
        let lanes =
            Axis::spanning(&[[20.0, 27.0], [-3.0, -1.0], [-2.0, -1.0], [-3.0, -1.0], [1500.0, 2000.0]]);
        assert!((27.0..50.0).contains(&lanes.high), "small values do not make a middling one far out");
        let even = Axis::spanning(&[[1.0, 10.0], [1.0, 2000.0], [1.0, 1000.0]]);
        assert!(even.high > 2000.0);
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "the ends are exact")]
    fn positions_run_from_end_to_end() {
        let axis = Axis::spanning(&[[-10.0, 10.0]]);
        assert_eq!([axis.position(-1e9), axis.position(0.0), axis.position(1e9)], [0.0, 0.5, 1.0]);
    }
}
