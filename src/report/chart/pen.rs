//! Drawing: colours, text that knows its width, and the shapes that charts are made of.

use std::sync::Once;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea as _};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color as _, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle, register_font,
};

/// The fonts that a viewer is asked for, first to last; Verdana has nearly the widths of DejaVu Sans.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";
pub(super) static REGULAR: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans.ttf");
pub(super) static BOLD: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans-Bold.ttf");

/// Why drawing may be taken for granted.
const IN_MEMORY: &str = "an SVG in memory takes all that is drawn, and the fonts in assets are complete";

/// A colour of the Okabe–Ito palette, which colour-blind readers can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hue {
    /// Blue.
    Blue,
    /// Vermilion: the orange of the palette is too light for text.
    Orange,
    /// Bluish green.
    Green,
}

impl Hue {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Blue, Self::Orange, Self::Green];

    /// The colour of points and bands.
    pub(super) fn full(self) -> RGBColor {
        match self {
            Self::Blue => RGBColor(0, 114, 178),
            Self::Orange => RGBColor(213, 94, 0),
            Self::Green => RGBColor(0, 158, 115),
        }
    }

    /// The colour of text: dark enough to be read on white (contrast above 4.5).
    pub(super) fn ink(self) -> RGBColor {
        match self {
            Self::Blue => RGBColor(0, 95, 150),
            Self::Orange => RGBColor(173, 76, 0),
            Self::Green => RGBColor(0, 120, 90),
        }
    }

    /// The colour of all of it on a dark ground.
    pub(super) fn on_dark(self) -> RGBColor {
        match self {
            Self::Blue => RGBColor(90, 180, 240),
            Self::Orange => RGBColor(255, 146, 72),
            Self::Green => RGBColor(63, 214, 168),
        }
    }
}

/// A colour mixed with the ground; `strength` from 0 (the ground) to 1.
pub(super) fn tint(colour: RGBColor, ground: RGBColor, strength: f64) -> RGBColor {
    let mix = |part: u8, ground: u8| {
        (f64::from(ground) + (f64::from(part) - f64::from(ground)) * strength).round() as u8
    };
    RGBColor(mix(colour.0, ground.0), mix(colour.1, ground.1), mix(colour.2, ground.2))
}

/// The colour of the ground.
pub(super) const WHITE: RGBColor = RGBColor(255, 255, 255);
/// The colour of text.
pub(super) const INK: RGBColor = RGBColor(33, 37, 41);
/// The colour of text that explains.
pub(super) const GREY: RGBColor = RGBColor(90, 97, 104);
/// The colour of lines behind the marks.
pub(super) const FAINT: RGBColor = RGBColor(226, 230, 234);

/// A size and weight of text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Face {
    /// Height of the letters in pixels, as CSS counts it.
    pub(super) size: f64,
    /// Whether it is bold.
    pub(super) bold: bool,
}

/// plotters takes the height of a line, and writes the size of the letters.
const LINE_TO_LETTER: f64 = 1.24;

impl Face {
    fn font(self) -> FontDesc<'static> {
        static FONTS: Once = Once::new();
        FONTS.call_once(|| {
            for (style, bytes) in [(FontStyle::Normal, REGULAR), (FontStyle::Bold, BOLD)] {
                assert!(register_font(FAMILY, style, bytes).is_ok(), "{IN_MEMORY}");
            }
        });
        let style = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        FontDesc::new(FontFamily::Name(FAMILY), self.size * LINE_TO_LETTER, style)
    }

    /// The width of a text in pixels.
    pub(super) fn width(self, text: &str) -> i32 {
        self.font().layout_box(text).expect(IN_MEMORY).1.0
    }

    /// Text in lines of some width, never broken at a no-break space; what does not fit into `most` lines ends in an ellipsis.
    pub(super) fn wrap(self, text: &str, width: i32, most: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}")) <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        let cut = lines.len() > most;
        lines.truncate(most);
        if let (true, Some(last)) = (cut, lines.last_mut()) {
            last.push_str(" …");
        }
        lines.iter().map(|line| self.shorten(line, width)).collect()
    }

    /// Text cut to a width, with an ellipsis.
    fn shorten(self, text: &str, width: i32) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let mut kept: String = text.trim_end_matches([' ', '…']).to_owned();
        while !kept.is_empty() && self.width(&format!("{kept}…")) > width {
            kept.pop();
        }
        format!("{}…", kept.trim_end_matches([' ', ',', '&', '(']))
    }
}

/// Where text stands relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The text begins at the point.
    Left,
    /// The text is centred on the point.
    Middle,
    /// The text ends at the point.
    Right,
}

/// Draws on one SVG.
pub(super) struct Pen<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

impl<'a> Pen<'a> {
    /// A white canvas.
    pub(super) fn new(svg: &'a mut String, size: (u32, u32)) -> Self {
        let area = SVGBackend::with_string(svg, size).into_drawing_area();
        area.fill(&WHITE).expect(IN_MEMORY);
        Self { area }
    }

    /// Completes the drawing.
    pub(super) fn finish(self) {
        self.area.present().expect(IN_MEMORY);
    }

    /// Text, vertically centred on its point.
    pub(super) fn text(&self, text: &str, face: Face, colour: RGBColor, at: (i32, i32), side: Side) {
        let h_pos = match side {
            Side::Left => HPos::Left,
            Side::Middle => HPos::Center,
            Side::Right => HPos::Right,
        };
        // Set from the base line: viewers differ in what they take for the centre of a letter.
        let below = (face.size * 0.36).round() as i32 + (face.size * 0.27).round() as i32;
        let style = TextStyle::from(face.font()).color(&colour).pos(Pos::new(h_pos, VPos::Bottom));
        self.area.draw_text(text, &style, (at.0, at.1 + below)).expect(IN_MEMORY);
    }

    /// A filled box.
    pub(super) fn bar(&self, from: (i32, i32), to: (i32, i32), colour: RGBColor) {
        self.area.draw(&Rectangle::new([from, to], colour.filled())).expect(IN_MEMORY);
    }

    /// A filled box through which one can see.
    pub(super) fn veil(&self, from: (i32, i32), to: (i32, i32), colour: RGBColor, strength: f64) {
        self.area.draw(&Rectangle::new([from, to], colour.mix(strength).filled())).expect(IN_MEMORY);
    }

    /// A filled shape through which one can see.
    pub(super) fn shade(&self, corners: Vec<(i32, i32)>, colour: RGBColor, strength: f64) {
        self.area.draw(&Polygon::new(corners, colour.mix(strength).filled())).expect(IN_MEMORY);
    }

    /// A line.
    pub(super) fn line(&self, from: (i32, i32), to: (i32, i32), colour: RGBColor, width: u32) {
        let style = ShapeStyle { color: colour.to_rgba(), filled: false, stroke_width: width };
        self.area.draw(&PathElement::new(vec![from, to], style)).expect(IN_MEMORY);
    }

    /// A point with a white edge.
    pub(super) fn point(&self, at: (i32, i32), colour: RGBColor) {
        self.area.draw(&Circle::new(at, 10, WHITE.filled())).expect(IN_MEMORY);
        self.area.draw(&Circle::new(at, 8, colour.filled())).expect(IN_MEMORY);
    }

    /// An arrow head that points left (−1) or right (1): the value lies outside.
    pub(super) fn arrow(&self, at: (i32, i32), direction: i32, colour: RGBColor) {
        let (x, y) = at;
        let back = x - direction * 18;
        self.area.draw(&Polygon::new(vec![(x, y), (back, y - 10), (back, y + 10)], colour)).expect(IN_MEMORY);
    }
}
