//! A panel of lines with their bands: values from bottom to top, names and last values at the right.

use crate::report::chart::axis::Axis;
use crate::report::chart::figure::{MARGIN, TICK, VALUE, WIDTH, leading};
use crate::report::chart::pen::{FAINT, GREY, Hue, Pen, Side};
use crate::report::plain::plain;

/// How strongly the 95, 80 and 50 % bands are drawn over one another.
pub(super) const VEILS: [f64; 3] = [0.14, 0.16, 0.20];

/// A value with its bands, widest first.
pub(super) type Point = (f64, Option<[[f64; 2]; 3]>);

/// One line of a panel.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) hue: Hue,
    /// The values from left to right; none where there is none.
    pub(super) points: Vec<Option<Point>>,
    /// The last value in figures.
    pub(super) last: String,
}

/// Where a panel is, and which values it spans.
pub(super) struct Panel {
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) top: i32,
    pub(super) height: i32,
    pub(super) axis: Axis,
}

/// An axis for some lines.
pub(super) fn axis(lines: &[Line]) -> Axis {
    let points = lines.iter().flat_map(|line| &line.points).flatten();
    let extents: Vec<[f64; 2]> = points
        .map(|(point, bands)| {
            let outer = bands.map_or([*point; 2], |bands| bands[0]);
            [outer[0].min(*point), outer[1].max(*point)]
        })
        .collect();
    Axis::spanning(&extents)
}

impl Panel {
    /// The height of a value.
    pub(super) fn y(&self, value: f64) -> i32 {
        self.top + self.height - (self.axis.position(value) * f64::from(self.height)).round() as i32
    }

    /// The lines behind, with their values.
    pub(super) fn draw_marks(&self, pen: &Pen<'_>) {
        for (value, label) in self.axis.marks() {
            let (colour, width) = if value == 0.0 { (GREY, 2) } else { (FAINT, 1) };
            pen.line((self.left, self.y(value)), (self.right, self.y(value)), colour, width);
            // Levels have no sign.
            let label = if self.axis.low < 0.0 { &label } else { label.trim_start_matches('+') };
            pen.text(label, TICK, GREY, (self.left - 14, self.y(value)), Side::Right);
        }
    }

    /// Names and last values at the right, moved apart where they would meet.
    pub(super) fn draw_names(&self, pen: &Pen<'_>, lines: &[Line]) {
        let mut ends: Vec<(i32, &Line)> = lines
            .iter()
            .filter_map(|line| Some((self.y(line.points.iter().rev().flatten().next()?.0), line)))
            .collect();
        ends.sort_by_key(|(height, _)| *height);
        let exact: Vec<i32> = ends.iter().map(|(height, _)| *height).collect();
        let gap = 2 * leading(TICK) + 4;
        let half = leading(TICK) / 2;
        // Below the panel stand the values of its other axis.
        let lowest = self.top + self.height - half;
        for (place, (_, line)) in spread(&exact, gap, self.top, lowest).into_iter().zip(ends) {
            let name = TICK.wrap(&plain(&line.name), WIDTH - self.right - MARGIN, 1).concat();
            pen.text(&name, TICK, line.hue.ink(), (self.right + 16, place - half), Side::Left);
            pen.text(&line.last, VALUE, line.hue.ink(), (self.right + 16, place + half), Side::Left);
        }
    }
}

/// Positions as near as can be to where they should be, in the same order, none closer than `gap` to the next.
pub(super) fn spread(exact: &[i32], gap: i32, low: i32, high: i32) -> Vec<i32> {
    let mut places = exact.to_vec();
    for at in 1..places.len() {
        places[at] = places[at].max(places[at - 1] + gap);
    }
    // What was pushed too far comes back half of the way, and no further than its neighbours allow.
    let mut limit = high;
    for at in (0..places.len()).rev() {
        places[at] = ((places[at] + exact[at]) / 2).min(limit);
        limit = places[at] - gap;
    }
    let mut limit = low;
    for place in &mut places {
        *place = (*place).max(limit);
        limit = *place + gap;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_meet_is_moved_apart_and_stays_in_order() {
        let places = spread(&[100, 101, 102, 400, 990, 1000], 34, 50, 1000);
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 34), "{places:?}");
        assert!(places.iter().all(|place| (50..=1000).contains(place)), "{places:?}");
        assert_eq!(places[3], 400);
        assert!(spread(&[], 34, 0, 10).is_empty());
    }
}
