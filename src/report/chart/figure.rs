//! A chart of rows: a label, one mark a series with its bands, and the value in figures.

use crate::report::chart::axis::Axis;
use crate::report::chart::pen::{FAINT, Face, GREY, Hue, INK, Pen, Side, WHITE, tint};
use crate::report::chart::plate::Plate;
use crate::report::plain::plain;

/// A chart, ready to be drawn.
pub(super) struct Figure {
    /// What it shows, and for which scenario.
    pub(super) title: String,
    /// What is measured, in a sentence.
    pub(super) subtitle: String,
    /// The label of the axis, with its unit.
    pub(super) axis: String,
    /// The kinds of marks.
    pub(super) series: Vec<Series>,
    /// From top to bottom.
    pub(super) rows: Vec<Row>,
    /// Lines under the chart; the last says on what assumptions it rests.
    pub(super) notes: Vec<String>,
}

/// A kind of mark.
pub(super) struct Series {
    /// Its name in the key.
    pub(super) name: String,
    /// Its colour.
    pub(super) hue: Hue,
}

/// One row.
pub(super) struct Row {
    /// What it is about.
    pub(super) label: String,
    /// Whether it is a part of the row above it.
    pub(super) is_detail: bool,
    /// Its marks, each in a lane of its own; none where nothing has a value.
    pub(super) marks: Vec<Mark>,
}

/// One number with its bands.
pub(super) struct Mark {
    /// Which series it belongs to.
    pub(super) series: usize,
    /// The central value.
    pub(super) point: f64,
    /// The 95, 80 and 50 % bands, widest first.
    pub(super) bands: Option<[[f64; 2]; 3]>,
    /// The value in figures.
    pub(super) text: String,
}

impl Mark {
    /// The least and the largest value to be drawn.
    fn extent(&self) -> [f64; 2] {
        let outer = self.bands.map_or([self.point; 2], |bands| bands[0]);
        [outer[0].min(self.point), outer[1].max(self.point)]
    }
}

pub(super) const WIDTH: i32 = 1280;
pub(super) const MARGIN: i32 = 48;
pub(super) const TITLE: Face = Face { size: 32.0, bold: true };
pub(super) const SUBTITLE: Face = Face { size: 22.0, bold: false };
pub(super) const KEY: Face = Face { size: 20.0, bold: false };
pub(super) const LABEL: Face = Face { size: 21.0, bold: true };
const DETAIL: Face = Face { size: 20.0, bold: false };
pub(super) const VALUE: Face = Face { size: 21.0, bold: true };
pub(super) const TICK: Face = Face { size: 19.0, bold: false };
pub(super) const NOTE: Face = Face { size: 17.0, bold: false };

/// Distance of two lines of text, in letters.
const LEADING: f64 = 1.35;
const WIDEST_LABEL: i32 = 430;
const LANE: i32 = 34;
const ROW_GAP: i32 = 14;
const DETAIL_INDENT: i32 = 24;

/// Half the height and the strength of the 95, 80 and 50 % bands.
pub(super) const BANDS: [(i32, f64); 3] = [(4, 0.25), (7, 0.45), (9, 0.70)];

/// What an arrow means.
const CUT: &str = "An arrow points to a value beyond the axis, which is written at the right.";

/// What a chart without rows says.
const NOTHING: &str = "no measure reaches any flow";

pub(super) fn leading(face: Face) -> i32 {
    (face.size * LEADING).round() as i32
}

/// A row with the lines of its label and its place.
struct Placed<'a> {
    row: &'a Row,
    label: Vec<String>,
    top: i32,
    height: i32,
}

/// Where everything is.
struct Layout<'a> {
    plate: Plate,
    rows: Vec<Placed<'a>>,
    left: i32,
    right: i32,
    bottom: i32,
    axis: Axis,
}

impl Layout<'_> {
    fn x(&self, value: f64) -> i32 {
        self.left + (self.axis.position(value) * f64::from(self.right - self.left)).round() as i32
    }
}

impl Figure {
    /// The chart as SVG.
    pub(super) fn draw(mut self) -> String {
        for text in self.texts() {
            *text = plain(text);
        }
        let layout = self.layout();
        let below = layout.bottom + 40 + leading(TICK) + leading(KEY);
        layout.plate.draw(below, |pen| {
            self.draw_key(pen, layout.plate.key());
            self.draw_axis(pen, &layout);
            for placed in &layout.rows {
                self.draw_row(pen, &layout, placed);
            }
            if layout.rows.is_empty() {
                pen.text(NOTHING, LABEL, GREY, (MARGIN, layout.bottom - LANE / 2), Side::Left);
            }
        })
    }

    /// Its texts, which may come from a file.
    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let labels = self.rows.iter_mut().map(|row| &mut row.label);
        let names = self.series.iter_mut().map(|series| &mut series.name);
        [&mut self.title, &mut self.subtitle].into_iter().chain(&mut self.notes).chain(labels).chain(names)
    }

    fn layout(&self) -> Layout<'_> {
        let extents: Vec<[f64; 2]> = self.marks().map(Mark::extent).collect();
        let axis = Axis::spanning(&extents);
        let plate = Plate::new(&self.title, &self.subtitle, &self.notes(&axis).collect::<Vec<_>>());
        let first = plate.key() + 44 + if self.has_bands() { leading(KEY) } else { 0 };
        let label_width = self.label_width();
        let rows = self.place_rows(first, label_width);
        let bottom = rows.last().map_or(first + LANE, |row| row.top + row.height);
        Layout {
            left: MARGIN + label_width + 32,
            right: WIDTH - MARGIN - self.value_width() - 32,
            bottom,
            axis,
            plate,
            rows,
        }
    }

    /// The lines under the chart, the first about arrows if there are any.
    fn notes(&self, axis: &Axis) -> impl Iterator<Item = String> {
        let is_cut = self.marks().any(|mark| axis.outside(mark.point).is_some());
        is_cut.then(|| CUT.to_owned()).into_iter().chain(self.notes.iter().cloned())
    }

    fn marks(&self) -> impl Iterator<Item = &Mark> {
        self.rows.iter().flat_map(|row| &row.marks)
    }

    fn has_bands(&self) -> bool {
        self.marks().any(|mark| mark.bands.is_some())
    }

    fn label_width(&self) -> i32 {
        let width = |row: &Row| indent(row) + face(row).width(&row.label);
        self.rows.iter().map(width).max().unwrap_or(LABEL.width(NOTHING)).min(WIDEST_LABEL)
    }

    fn value_width(&self) -> i32 {
        self.marks().map(|mark| VALUE.width(&mark.text)).max().unwrap_or(0)
    }

    fn place_rows(&self, first: i32, label_width: i32) -> Vec<Placed<'_>> {
        let mut top = first;
        let place = |row| {
            let label = face(row).wrap(&row.label, label_width - indent(row), 2);
            let lanes = LANE * i32::try_from(row.marks.len().max(1)).unwrap_or(1);
            let height = lanes.max(lines(&label, face(row))) + ROW_GAP;
            let placed = Placed { row, label, top, height };
            top += height;
            placed
        };
        self.rows.iter().map(place).collect()
    }

    fn draw_key(&self, pen: &Pen<'_>, y: i32) {
        let mut x = MARGIN;
        for series in &self.series {
            pen.point((x + 10, y), series.hue.full());
            pen.text(&series.name, KEY, series.hue.ink(), (x + 28, y), Side::Left);
            x += 28 + KEY.width(&series.name) + 36;
        }
        if self.has_bands() {
            draw_band_key(pen, (MARGIN, y + leading(KEY) + 6));
        }
    }

    fn draw_axis(&self, pen: &Pen<'_>, layout: &Layout<'_>) {
        let top = layout.rows.first().map_or(layout.bottom - LANE, |row| row.top);
        for placed in layout.rows.iter().skip(1).filter(|placed| !placed.row.is_detail) {
            pen.line((MARGIN, placed.top), (WIDTH - MARGIN, placed.top), FAINT, 1);
        }
        for (value, label) in layout.axis.marks() {
            let x = layout.x(value);
            let (colour, width) = if value == 0.0 { (INK, 2) } else { (FAINT, 1) };
            pen.line((x, top), (x, layout.bottom + 8), colour, width);
            pen.text(&label, TICK, GREY, (x, layout.bottom + 26), Side::Middle);
        }
        let middle = (layout.left + layout.right) / 2;
        let half = KEY.width(&self.axis) / 2;
        let middle = middle.clamp(MARGIN + half, (WIDTH - MARGIN - half).max(MARGIN + half));
        pen.text(&self.axis, KEY, GREY, (middle, layout.bottom + 30 + leading(TICK)), Side::Middle);
    }

    fn draw_row(&self, pen: &Pen<'_>, layout: &Layout<'_>, placed: &Placed<'_>) {
        let row = placed.row;
        let middle = placed.top + placed.height / 2;
        let top = middle - lines(&placed.label, face(row)) / 2;
        for (at, line) in (0..).zip(&placed.label) {
            let y = top + leading(face(row)) * at + leading(face(row)) / 2;
            pen.text(line, face(row), INK, (MARGIN + indent(row), y), Side::Left);
        }
        let lanes = i32::try_from(row.marks.len()).unwrap_or(0);
        for (at, mark) in (0..).zip(&row.marks) {
            self.draw_mark(pen, layout, mark, middle - LANE * lanes / 2 + LANE * at + LANE / 2);
        }
        if row.marks.is_empty() {
            pen.text("no value", DETAIL, GREY, (WIDTH - MARGIN, middle), Side::Right);
        }
    }

    fn draw_mark(&self, pen: &Pen<'_>, layout: &Layout<'_>, mark: &Mark, y: i32) {
        let hue = self.series[mark.series].hue;
        for (ends, (half, strength)) in mark.bands.iter().flatten().zip(BANDS) {
            let [from, to] = ends.map(|end| layout.x(end));
            if to > from {
                pen.bar((from, y - half), (to, y + half), tint(hue.full(), WHITE, strength));
            }
        }
        match layout.axis.outside(mark.point) {
            Some(direction) => pen.arrow((layout.x(mark.point), y), direction, hue.full()),
            None => pen.point((layout.x(mark.point), y), hue.full()),
        }
        pen.text(&mark.text, VALUE, hue.ink(), (WIDTH - MARGIN, y), Side::Right);
    }
}

fn face(row: &Row) -> Face {
    if row.is_detail { DETAIL } else { LABEL }
}

fn indent(row: &Row) -> i32 {
    if row.is_detail { DETAIL_INDENT } else { 0 }
}

/// The height of some lines.
pub(super) fn lines(text: &[String], face: Face) -> i32 {
    leading(face) * i32::try_from(text.len()).unwrap_or(0)
}

/// What the bands are.
fn draw_band_key(pen: &Pen<'_>, (x, y): (i32, i32)) {
    const REACH: [i32; 3] = [0, 22, 46];
    for ((half, strength), from) in BANDS.into_iter().zip(REACH) {
        pen.bar((x + from, y - half), (x + 140 - from, y + half), tint(GREY, WHITE, strength));
    }
    let text = "bands: 50, 80 and 95 % of draws; point: central case";
    pen.text(text, KEY, GREY, (x + 158, y), Side::Left);
}
