//! The waterfall: from nothing to the welfare change of a country, one bar a measure.

use crate::index::CountryId;
use crate::model::variable::{CountryVariable, Unit};
use crate::report::chart::axis::Axis;
use crate::report::chart::figure::{
    BANDS, KEY, LABEL, MARGIN, NOTE, SUBTITLE, TICK, TITLE, VALUE, WIDTH, leading, lines, paragraph,
    with_title,
};
use crate::report::chart::pen::{FAINT, GREY, Hue, INK, Pen, Side, WHITE, tint};
use crate::report::chart::with_assumptions;
use crate::report::contributions::{self, Step};
use crate::report::focus;
use crate::report::number::{self, Shown};
use crate::report::plain::plain;
use crate::report::spoken::{self, Scale};
use crate::report::study::Study;
use crate::report::welfare;

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

/// A chart of bars that add up.
struct Waterfall {
    title: String,
    /// What is measured, in a sentence.
    subtitle: String,
    /// The label of the axis, with its unit.
    axis: String,
    /// What bars lower or raise, in a word or two.
    what: &'static str,
    /// What the last bar is, in the key.
    total: &'static str,
    panels: Vec<Panel>,
    notes: Vec<String>,
}

/// What happens from bar to bar.
const CHAIN: &str = "each bar begins where the one above it ends";

/// `contributions.svg`: what each measure contributes to the welfare of the countries concerned, or to what stands for it.
pub fn contributions(study: &Study<'_>) -> String {
    let countries = focus::countries(study, MOST_COUNTRIES);
    let (headline, Scale { words, divisor, .. }) = Scale::of_headline(study, &countries);
    let what = if headline == CountryVariable::Welfare { "welfare" } else { "net surplus" };
    let unit = if headline.unit() == Unit::Money { "" } else { " %" };
    let panel = |&country: &CountryId| {
        let steps = contributions::steps(study, country, (headline, divisor), MOST_BARS)?;
        let total = study.estimates.country(country, headline);
        // Ranges of the total belong to draws of the whole run; they are drawn where those of the parts are.
        let has_ranges = steps.iter().any(|step| step.range.is_some());
        let range = total.spread.as_ref().filter(|_| has_ranges).map(number::range);
        let total = Step {
            name: "all measures".to_owned(),
            central: total.central? / divisor,
            range: range.map(|ends| ends.map(|end| end / divisor)),
            shown: number::shown(total, divisor)?,
        };
        Some(Panel::new(study.dataset.countries.name(country), steps, total, unit))
    };
    let mut notes = vec![contributions::MEANING.to_owned()];
    if study.contributions.is_some_and(|found| found.all.has_spread()) {
        notes.push(
            "Whiskers: 5–95 % of draws, of each contribution and of the total by themselves.".to_owned(),
        );
    }
    let chart = Waterfall {
        title: format!("What each measure contributes: {}", study.title),
        subtitle: format!("Change in {}; {CHAIN}", spoken::variable(headline)),
        axis: format!("change in {what}, {words}"),
        what,
        total: "all measures together",
        panels: countries.iter().filter_map(panel).collect(),
        notes: with_assumptions(study, notes),
    };
    chart.draw()
}

/// `welfare.svg`: where the change in welfare of the countries concerned comes from.
pub fn welfare(study: &Study<'_>) -> String {
    let panel = |&country: &CountryId| {
        let (steps, total) = welfare::steps(study, country)?;
        Some(Panel::new(study.dataset.countries.name(country), steps, total, ""))
    };
    let chart = Waterfall {
        title: format!("Where welfare comes from: {}", study.title),
        subtitle: format!("Exact change in welfare (real income) by its sources; {CHAIN}"),
        axis: "change in welfare, log points (100·ln of the ratio; small ones are per cent)".to_owned(),
        what: "welfare",
        total: "all of it",
        panels: focus::countries(study, MOST_COUNTRIES).iter().filter_map(panel).collect(),
        notes: with_assumptions(study, vec![welfare::MEANING.to_owned()]),
    };
    chart.draw()
}

impl Waterfall {
    /// The chart as SVG.
    fn draw(&self) -> String {
        let width = WIDTH - 2 * MARGIN;
        let title = plain(&self.title);
        let title_lines = TITLE.wrap(&title, width, 2);
        let subtitle = SUBTITLE.wrap(&self.subtitle, width, 2);
        let wrapped = |note: &String| NOTE.wrap(&plain(note), width, usize::MAX);
        let notes: Vec<String> = self.notes.iter().flat_map(wrapped).collect();
        let key = MARGIN + lines(&title_lines, TITLE) + lines(&subtitle, SUBTITLE) + 30;
        let body: i32 = self.panels.iter().map(Panel::height).sum();
        let height = key + 40 + body + leading(KEY) + 44 + lines(&notes, NOTE);
        let mut svg = String::new();
        let pen = Pen::new(&mut svg, (WIDTH as u32, height as u32));
        let below = paragraph(&pen, &title_lines, TITLE, INK, MARGIN);
        paragraph(&pen, &subtitle, SUBTITLE, GREY, below + 6);
        self.draw_key(&pen, key);
        let mut top = key + 40;
        for panel in &self.panels {
            panel.draw(&pen, top);
            top += panel.height();
        }
        pen.text(&self.axis, KEY, GREY, ((LEFT + RIGHT) / 2, top + 4), Side::Middle);
        let notes_top = height - 24 - lines(&notes, NOTE);
        pen.line((MARGIN, notes_top - 12), (WIDTH - MARGIN, notes_top - 12), FAINT, 1);
        paragraph(&pen, &notes, NOTE, GREY, notes_top);
        pen.finish();
        with_title(svg, &title)
    }

    fn draw_key(&self, pen: &Pen<'_>, y: i32) {
        let mut x = MARGIN;
        for (colour, text) in [
            (Hue::Orange.full(), format!("lowers {}", self.what)),
            (Hue::Blue.full(), format!("raises {}", self.what)),
            (tint(GREY, WHITE, TOTAL), self.total.to_owned()),
        ] {
            pen.bar((x, y - 9), (x + 22, y + 9), colour);
            pen.text(&text, KEY, INK, (x + 32, y), Side::Left);
            x += 32 + KEY.width(&text) + 36;
        }
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
    /// The bars of some steps from nothing, then that of their total; `unit` stands behind every number.
    fn new(name: &str, steps: Vec<Step>, total: Step, unit: &str) -> Self {
        let mut at = 0.0;
        let mut bar = |step: Step, is_total: bool| {
            let from = if is_total { 0.0 } else { at };
            at = from + step.central;
            let whisker = step.range.map(|ends| ends.map(|end| from + end));
            Bar { label: step.name, from, to: at, whisker, text: in_figures(&step.shown, unit), is_total }
        };
        let mut bars: Vec<Bar> = steps.into_iter().map(|step| bar(step, false)).collect();
        bars.push(bar(total, true));
        let extent = |bar: &Bar| {
            let ends = bar.whisker.unwrap_or([bar.to; 2]);
            let all = [bar.from, bar.to, ends[0], ends[1]];
            [
                all.iter().copied().fold(f64::INFINITY, f64::min),
                all.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            ]
        };
        let axis = Axis::spanning(&bars.iter().map(extent).collect::<Vec<_>>());
        Self { name: name.to_owned(), bars, axis }
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

fn in_figures(shown: &Shown, unit: &str) -> String {
    match &shown.range {
        Some(range) => format!("{}{unit} ({range})", shown.central),
        None => format!("{}{unit}", shown.central),
    }
}
