//! What stands around every chart: its title and subject above, notes below.

use plotters::style::RGBColor;

use crate::report::chart::figure::{MARGIN, NOTE, SUBTITLE, TITLE, WIDTH, leading, lines};
use crate::report::chart::pen::{FAINT, Face, GREY, INK, Pen, Side};
use crate::report::plain::plain;

/// The texts around a chart, broken into lines.
pub(super) struct Plate {
    name: String,
    title: Vec<String>,
    subtitle: Vec<String>,
    notes: Vec<String>,
}

impl Plate {
    pub(super) fn new(title: &str, subtitle: &str, notes: &[String]) -> Self {
        const WIDEST: i32 = WIDTH - 2 * MARGIN;
        let name = plain(title);
        Self {
            title: TITLE.wrap(&name, WIDEST, 2),
            subtitle: SUBTITLE.wrap(&plain(subtitle), WIDEST, 2),
            notes: notes.iter().flat_map(|note| NOTE.wrap(&plain(note), WIDEST, usize::MAX)).collect(),
            name,
        }
    }

    /// The height at which the key of the chart stands.
    pub(super) fn key(&self) -> i32 {
        MARGIN + lines(&self.title, TITLE) + lines(&self.subtitle, SUBTITLE) + 30
    }

    /// The chart as SVG, with what is drawn down to some height.
    pub(super) fn draw(&self, bottom: i32, body: impl FnOnce(&Pen<'_>)) -> String {
        let height = bottom + 36 + lines(&self.notes, NOTE);
        let mut svg = String::new();
        let pen = Pen::new(&mut svg, (WIDTH as u32, height as u32));
        let below = paragraph(&pen, &self.title, TITLE, INK, MARGIN);
        paragraph(&pen, &self.subtitle, SUBTITLE, GREY, below + 6);
        body(&pen);
        pen.line((MARGIN, bottom), (WIDTH - MARGIN, bottom), FAINT, 1);
        paragraph(&pen, &self.notes, NOTE, GREY, bottom + 12);
        pen.finish();
        with_title(svg, &self.name)
    }
}

/// Draws lines from a height downwards; gives the height below them.
pub(super) fn paragraph(pen: &Pen<'_>, text: &[String], face: Face, colour: RGBColor, top: i32) -> i32 {
    for (at, line) in (0..).zip(text) {
        pen.text(line, face, colour, (MARGIN, top + leading(face) * at + leading(face) / 2), Side::Left);
    }
    top + lines(text, face)
}

/// Names the picture for screen readers.
fn with_title(svg: String, title: &str) -> String {
    let Some((tag, rest)) = svg.split_once(">\n") else { return svg };
    let title = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("{tag} role=\"img\">\n<title>{title}</title>\n{rest}")
}
