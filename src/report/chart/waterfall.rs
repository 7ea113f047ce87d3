//! The waterfall: from nothing to the welfare change of a country, one bar a measure.

use crate::index::CountryId;
use crate::model::variable::CountryVariable;
use crate::report::chart::axis::Axis;
use crate::report::chart::figure::{BANDS, KEY, LABEL, MARGIN, TICK, VALUE, WIDTH, leading};
use crate::report::chart::pen::{FAINT, GREY, Hue, INK, Pen, Side, WHITE, tint};
use crate::report::chart::plate::Plate;
use crate::report::chart::with_assumptions;
use crate::report::contributions::{self, Step};
use crate::report::focus;
use crate::report::number::{self, Shown};
use crate::report::plain::plain;
use crate::report::study::Study;

/// The most countries, and bars of measures of each.
const MOST_COUNTRIES: usize = 3;
const MOST_BARS: usize = 8;

const LEFT: i32 = 380;
const RIGHT: i32 = WIDTH - 410;
const LANE: i32 = 44;
/// Half the height of a bar, and of the end of a whisker.
const BAR: i32 = 13;
const END: i32 = 6;
/// The strength of the bar of the total: light enough for its whisker.
const TOTAL: f64 = BANDS[1].1;
/// The room for the name of a country, and for the axis below its bars.
const HEAD: i32 = 44;
const FOOT: i32 = 62;

/// `contributions.svg`: what each measure contributes to the welfare of the countries concerned.
pub fn waterfall(study: &Study<'_>) -> String {
    let countries = focus::countries(study, MOST_COUNTRIES);
    let panels: Vec<Panel> = countries.iter().filter_map(|&country| Panel::new(study, country)).collect();
    let plate =
        Plate::new(&format!("What each measure contributes: {}", study.title), SUBJECT, &notes(study));
    let first = plate.key() + 40;
    let below = first + panels.iter().map(Panel::height).sum::<i32>();
    plate.draw(below + leading(KEY) + 8, |pen| {
        draw_key(pen, plate.key());
        let mut top = first;
        for panel in &panels {
            panel.draw(pen, top);
            top += panel.height();
        }
        pen.text(AXIS, KEY, GREY, ((LEFT + RIGHT) / 2, below + 4), Side::Middle);
    })
}

const SUBJECT: &str = "Change in welfare (real income); each bar begins where the one above it ends";
const AXIS: &str = "change in welfare, per cent";

fn notes(study: &Study<'_>) -> Vec<String> {
    let mut notes = vec![contributions::MEANING.to_owned()];
    if study.contributions.is_some_and(|found| found.all.has_spread()) {
        notes.push(
            "Whiskers: 5–95 % of draws, of each contribution and of the total by themselves.".to_owned(),
        );
    }
    with_assumptions(study, notes)
}

fn draw_key(pen: &Pen<'_>, y: i32) {
    let mut x = MARGIN;
    for (colour, text) in [
        (Hue::Orange.full(), "lowers welfare"),
        (Hue::Blue.full(), "raises welfare"),
        (tint(GREY, WHITE, TOTAL), "all measures together"),
    ] {
        pen.bar((x, y - 9), (x + 22, y + 9), colour);
        pen.text(text, KEY, INK, (x + 32, y), Side::Left);
        x += 32 + KEY.width(text) + 36;
    }
}

/// One bar with its whisker.
struct Bar {
    label: String,
    from: f64,
    to: f64,
    whisker: Option<[f64; 2]>,
    text: String,
    is_total: bool,
}

/// The bars of one country.
struct Panel {
    name: String,
    bars: Vec<Bar>,
    axis: Axis,
}

impl Panel {
    fn new(study: &Study<'_>, country: CountryId) -> Option<Self> {
        let steps = contributions::steps(study, country, CountryVariable::Welfare, MOST_BARS)?;
        let total = study.estimates.country(country, CountryVariable::Welfare);
        let mut at = 0.0;
        let mut bars: Vec<Bar> = Vec::new();
        for Step { name, central, range, shown } in steps {
            let whisker = range.map(|ends| ends.map(|end| at + end));
            bars.push(Bar {
                label: name,
                from: at,
                to: at + central,
                whisker,
                text: in_figures(&shown),
                is_total: false,
            });
            at += central;
        }
        // Ranges of the total belong to draws of the whole run; they are drawn where those of the parts are.
        let has_whiskers = bars.iter().any(|bar| bar.whisker.is_some());
        let range = total.spread.as_ref().filter(|_| has_whiskers).map(number::range);
        bars.push(Bar {
            label: "all measures".to_owned(),
            from: 0.0,
            to: total.central?,
            whisker: range,
            text: in_figures(&number::shown(total, 1.0)?),
            is_total: true,
        });
        let extent = |bar: &Bar| {
            let ends = bar.whisker.unwrap_or([bar.to; 2]);
            let all = [bar.from, bar.to, ends[0], ends[1]];
            [
                all.iter().copied().fold(f64::INFINITY, f64::min),
                all.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            ]
        };
        let axis = Axis::spanning(&bars.iter().map(extent).collect::<Vec<_>>());
        Some(Self { name: study.dataset.countries.name(country).to_owned(), bars, axis })
    }

    fn height(&self) -> i32 {
        HEAD + LANE * self.bars.len() as i32 + FOOT
    }

    fn x(&self, value: f64) -> i32 {
        LEFT + (self.axis.position(value) * f64::from(RIGHT - LEFT)).round() as i32
    }

    fn draw(&self, pen: &Pen<'_>, top: i32) {
        pen.text(&plain(&self.name), LABEL, INK, (MARGIN, top + HEAD / 2 - 4), Side::Left);
        let first = top + HEAD;
        let bottom = first + LANE * self.bars.len() as i32;
        for (value, label) in self.axis.marks() {
            let (colour, width) = if value == 0.0 { (INK, 2) } else { (FAINT, 1) };
            pen.line((self.x(value), first), (self.x(value), bottom), colour, width);
            pen.text(&label, TICK, GREY, (self.x(value), bottom + 16), Side::Middle);
        }
        for (at, bar) in (0..).zip(&self.bars) {
            let y = first + LANE * at + LANE / 2;
            if bar.is_total {
                pen.line((MARGIN, y - LANE / 2), (WIDTH - MARGIN, y - LANE / 2), FAINT, 1);
            }
            self.draw_bar(pen, bar, y);
            // What comes next begins where this one ends.
            if !bar.is_total {
                pen.line((self.x(bar.to), y + BAR), (self.x(bar.to), y + LANE - BAR), GREY, 1);
            }
        }
    }

    fn draw_bar(&self, pen: &Pen<'_>, bar: &Bar, y: i32) {
        let hue = if bar.to < bar.from { Hue::Orange } else { Hue::Blue };
        let (colour, ink) =
            if bar.is_total { (tint(GREY, WHITE, TOTAL), INK) } else { (hue.full(), hue.ink()) };
        let [from, to] = [self.x(bar.from.min(bar.to)), self.x(bar.from.max(bar.to))];
        // Even next to nothing is a line.
        pen.bar((from, y - BAR), (to.max(from + 2), y + BAR), colour);
        if let Some(ends) = bar.whisker {
            let [low, high] = ends.map(|end| self.x(end));
            pen.line((low, y), (high, y), INK, 2);
            [low, high].into_iter().for_each(|x| pen.line((x, y - END), (x, y + END), INK, 2));
        }
        let face = if bar.is_total { LABEL } else { KEY };
        let label = face.wrap(&plain(&bar.label), LEFT - MARGIN - 24, 1).concat();
        pen.text(&label, face, INK, (MARGIN, y), Side::Left);
        let value = if bar.is_total { VALUE } else { KEY };
        pen.text(&bar.text, value, ink, (WIDTH - MARGIN, y), Side::Right);
    }
}

fn in_figures(shown: &Shown) -> String {
    match &shown.range {
        Some(range) => format!("{} % ({range})", shown.central),
        None => format!("{} %", shown.central),
    }
}
