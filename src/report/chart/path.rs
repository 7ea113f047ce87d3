//! The chart of a run over time: average tariffs above, welfare below, and what changes when.

use crate::index::CountryId;
use crate::model::variable::CountryVariable;
use crate::report::chart::figure::{
    KEY, LABEL, MARGIN, NOTE, SUBTITLE, TICK, TITLE, WIDTH, leading, lines, paragraph, with_title,
};
use crate::report::chart::panel::{self, Line, Panel, VEILS, spread};
use crate::report::chart::pen::{FAINT, GREY, Hue, INK, Pen, Side, WHITE, tint};
use crate::report::chart::{point_with_bands, with_line};
use crate::report::number;
use crate::report::path::Path;
use crate::report::plain::plain;
use crate::report::spoken::{self, Scale};
use crate::units::Date;

/// The most changes that are told by name.
const MOST_EVENTS: usize = 10;

/// Countries in the lower panel: one for each colour.
const MOST_COUNTRIES: usize = Hue::ALL.len();

const LEFT: i32 = 130;
const RIGHT: i32 = WIDTH - 250;
const PANEL: i32 = 250;
const PANEL_GAP: i32 = 74;
/// Room above the panels for the numbers of events, and the least distance of two of them.
const EVENT_STRIP: i32 = 74;
const EVENT_GAP: i32 = 34;

/// `timeline.svg`: what happens when.
pub fn path_chart(path: &Path<'_>) -> String {
    let study = path.busiest();
    let (title, rates, welfare) = (format!("Over time: {}", study.title), rates(path), welfare(path));
    let events = events(path, &rates);
    let width = WIDTH - 2 * MARGIN;
    let title_lines = TITLE.wrap(&plain(&title), width, 2);
    let subtitle =
        SUBTITLE.wrap("Average tariffs and welfare while the measures of each day are in force", width, 2);
    let list = event_list(&events);
    let notes = notes(path, events.len());
    let notes: Vec<String> =
        notes.iter().flat_map(|note| NOTE.wrap(&plain(note), width, usize::MAX)).collect();
    let key = MARGIN + lines(&title_lines, TITLE) + lines(&subtitle, SUBTITLE) + 30;
    let top = key + 48 + EVENT_STRIP;
    let below = top + 2 * PANEL + 2 * PANEL_GAP;
    let height = below + lines(&list[0], NOTE).max(lines(&list[1], NOTE)) + 52 + lines(&notes, NOTE);
    let mut svg = String::new();
    let pen = Pen::new(&mut svg, (WIDTH as u32, height as u32));
    let after_title = paragraph(&pen, &title_lines, TITLE, INK, MARGIN);
    paragraph(&pen, &subtitle, SUBTITLE, GREY, after_title + 6);
    let has_bands =
        rates.iter().chain(&welfare).flat_map(|line| &line.points).flatten().any(|step| step.1.is_some());
    let what = if has_bands {
        "lines: central case; bands: 50, 80 and 95 % of draws"
    } else {
        "lines: central case"
    };
    pen.text(&format!("{what}; numbers: see below"), KEY, GREY, (MARGIN, key), Side::Left);
    let time = Time::new(path);
    let tops = [top, top + PANEL + PANEL_GAP];
    draw_events(&pen, &time, &events, tops);
    let imposer = path.imposer().map_or("", |id| study.dataset.countries.name(id));
    let heading = format!("Average tariff on goods imports, {imposer}, per cent");
    pen.text(&plain(&heading), LABEL, INK, (MARGIN, top - EVENT_STRIP - 8), Side::Left);
    draw_panel(&pen, &time, tops[0], &rates);
    let below_heading = format!("{}, change in {}", spoken::heading(headline(path)), scale(path).words);
    pen.text(&plain(&below_heading), LABEL, INK, (MARGIN, tops[1] - 24), Side::Left);
    draw_panel(&pen, &time, tops[1], &welfare);
    time.draw(&pen, top + 2 * PANEL + PANEL_GAP);
    paragraph(&pen, &list[0], NOTE, INK, below);
    for (at, line) in (0..).zip(&list[1]) {
        let y = below + leading(NOTE) * at + leading(NOTE) / 2;
        pen.text(line, NOTE, INK, (WIDTH / 2 + 12, y), Side::Left);
    }
    let notes_top = height - 24 - lines(&notes, NOTE);
    pen.line((MARGIN, notes_top - 12), (WIDTH - MARGIN, notes_top - 12), FAINT, 1);
    paragraph(&pen, &notes, NOTE, GREY, notes_top);
    pen.finish();
    with_title(svg, &plain(&title))
}

fn notes(path: &Path<'_>, told: usize) -> Vec<String> {
    let study = path.busiest();
    let more = path.days.len().saturating_sub(1 + told);
    let hidden = format!("The {told} largest changes are told; {more} more are in timeline.csv.");
    let mut notes: Vec<String> = (more > 0).then_some(hidden).into_iter().collect();
    notes.push("No day builds on the one before: each is a world in which its measures stay.".to_owned());
    with_line(study, &path.assumptions(), notes)
}

/// What stands for a country in the lower panel.
fn headline(path: &Path<'_>) -> CountryVariable {
    path.busiest().estimates.variables.headline
}

/// The unit of the lower panel.
fn scale(path: &Path<'_>) -> Scale {
    let countries = path.countries(MOST_COUNTRIES).into_iter();
    let shown = countries.flat_map(|country| {
        path.numbers(country, headline(path)).map(|(_, estimate)| *estimate).collect::<Vec<_>>()
    });
    Scale::of(headline(path).unit(), &path.busiest().dataset.unit, shown)
}

fn line(path: &Path<'_>, name: &str, hue: Hue, country: CountryId, variable: CountryVariable) -> Line {
    let is_level = spoken::is_level(variable);
    let Scale { sign, divisor, .. } = if is_level { Scale::percent() } else { scale(path) };
    let last = path.numbers(country, variable).last();
    let shown = last.and_then(|(_, estimate)| number::shown(estimate, divisor)).map(|shown| shown.central);
    Line {
        name: name.to_owned(),
        hue,
        points: path
            .numbers(country, variable)
            .map(|(_, estimate)| point_with_bands(estimate, divisor))
            .collect(),
        last: shown.map_or_else(String::new, |text| {
            format!("{} {sign}", if is_level { text.trim_start_matches('+') } else { &text })
        }),
    }
}

fn rates(path: &Path<'_>) -> Vec<Line> {
    let Some(imposer) = path.imposer() else { return Vec::new() };
    vec![
        line(path, "on old imports", Hue::Orange, imposer, CountryVariable::EffectiveRateFixedWeights),
        line(path, "on new imports", Hue::Blue, imposer, CountryVariable::EffectiveRate),
    ]
}

fn welfare(path: &Path<'_>) -> Vec<Line> {
    let countries = path.countries(MOST_COUNTRIES);
    let name = |country| path.busiest().dataset.countries.name(country);
    let lines = countries.into_iter().zip(Hue::ALL);
    lines.map(|(country, hue)| line(path, name(country), hue, country, headline(path))).collect()
}

/// The days on which the average tariff moves most, in the order of time: when, and what happens.
fn events<'p>(path: &'p Path<'_>, rates: &[Line]) -> Vec<(Date, &'p str)> {
    let level = |at: usize| rates.first().and_then(|line| line.points[at]).map_or(0.0, |step| step.0);
    let mut moves: Vec<(usize, f64)> =
        (1..path.days.len()).map(|at| (at, (level(at) - level(at - 1)).abs())).collect();
    moves.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    moves.truncate(MOST_EVENTS);
    moves.sort_unstable_by_key(|(at, _)| *at);
    moves.into_iter().map(|(at, _)| (path.days[at].date, path.days[at].events.as_str())).collect()
}

/// The events in two columns of lines.
fn event_list(events: &[(Date, &str)]) -> [Vec<String>; 2] {
    let half = events.len().div_ceil(2);
    let column = |events: &[(Date, &str)], from: usize| {
        let texts = events
            .iter()
            .enumerate()
            .map(move |(at, (day, words))| plain(&format!("{} · {}: {words}", from + at + 1, day.spoken())));
        texts.flat_map(|text| NOTE.wrap(&text, WIDTH / 2 - MARGIN - 24, 2)).collect()
    };
    [column(&events[..half], 0), column(&events[half..], half)]
}

/// Days from left to right.
struct Time {
    first: Date,
    /// Where each step begins, and where the last one ends.
    starts: Vec<i32>,
    days: f64,
}

impl Time {
    /// The last state is drawn for a while, at least so many days.
    const TAIL: f64 = 30.0;

    fn new(path: &Path<'_>) -> Self {
        let days: Vec<Date> = path.days.iter().map(|day| day.date).collect();
        let last = days[days.len() - 1];
        let span = f64::from(last.days_since(days[0]));
        // The day before is drawn as a while too, so that one sees where it began.
        let pad = (span * 0.05).max(Self::TAIL / 2.0).round();
        let mut first = days[0];
        for _ in 0..pad as i32 {
            first = first.previous();
        }
        let length = span + pad + (span * 0.08).max(Self::TAIL);
        let mut time = Self { first, starts: Vec::new(), days: length };
        let begins = std::iter::once(first).chain(days.into_iter().skip(1));
        time.starts = begins.map(|day| time.x(day)).chain([RIGHT]).collect();
        time
    }

    fn x(&self, day: Date) -> i32 {
        let way = f64::from(day.days_since(self.first)) / self.days;
        LEFT + (way * f64::from(RIGHT - LEFT)).round() as i32
    }

    /// The first days of months, far enough apart for their names.
    fn ticks(&self) -> Vec<(Date, String)> {
        const MOST: f64 = 9.0;
        let months = self.days / 30.4;
        let step =
            [1, 2, 3, 6, 12, 24, 60, 120, 600].into_iter().find(|step| months / f64::from(*step) <= MOST);
        let step = step.unwrap_or(1200);
        let january = Date::new(self.first.year(), 1, 1, "").unwrap_or(self.first);
        let days = (0..).map(|at| january.month_after(at * step)).skip_while(|day| *day < self.first);
        let name = |day: Date| match step {
            ..12 => format!("{} {}", &day.month_name()[..3], day.year()),
            _ => day.year().to_string(),
        };
        days.take_while(|day| self.x(*day) <= RIGHT).map(|day| (day, name(day))).collect()
    }

    fn draw(&self, pen: &Pen<'_>, y: i32) {
        pen.line((LEFT, y), (RIGHT, y), GREY, 1);
        for (day, name) in self.ticks() {
            let x = self.x(day);
            pen.line((x, y), (x, y + 7), GREY, 1);
            pen.text(&name, TICK, GREY, (x, y + 24), Side::Middle);
        }
    }
}

/// A thin line for each event in both panels, and its number above, moved aside where two would meet.
fn draw_events(pen: &Pen<'_>, time: &Time, events: &[(Date, &str)], tops: [i32; 2]) {
    let exact: Vec<i32> = events.iter().map(|(day, _)| time.x(*day)).collect();
    let places = spread(&exact, EVENT_GAP, LEFT, RIGHT);
    let y = tops[0] - EVENT_STRIP + 30;
    for (at, (x, place)) in exact.into_iter().zip(places).enumerate() {
        for top in tops {
            pen.line((x, top), (x, top + PANEL), tint(GREY, WHITE, 0.35), 1);
        }
        pen.line((place, y + 14), (x, tops[0]), tint(GREY, WHITE, 0.6), 1);
        pen.text(&(at + 1).to_string(), LABEL, INK, (place, y), Side::Middle);
    }
}

fn draw_panel(pen: &Pen<'_>, time: &Time, top: i32, lines: &[Line]) {
    let panel = Panel { left: LEFT, right: RIGHT, top, height: PANEL, axis: panel::axis(lines) };
    panel.draw_marks(pen);
    let y = |value: f64| panel.y(value);
    for line in lines {
        draw_bands(pen, time, line, &y);
    }
    for line in lines {
        draw_line(pen, time, line, &y);
    }
    panel.draw_names(pen, lines);
}

fn draw_bands(pen: &Pen<'_>, time: &Time, line: &Line, y: &dyn Fn(f64) -> i32) {
    for (at, step) in line.points.iter().enumerate() {
        let Some((_, Some(bands))) = step else { continue };
        for (ends, strength) in bands.iter().zip(VEILS) {
            let [low, high] = ends.map(y);
            if low > high {
                pen.veil((time.starts[at], high), (time.starts[at + 1], low), line.hue.full(), strength);
            }
        }
    }
}

/// The central case as a staircase.
fn draw_line(pen: &Pen<'_>, time: &Time, line: &Line, y: &dyn Fn(f64) -> i32) {
    const WEIGHT: u32 = 3;
    let mut before: Option<i32> = None;
    for (at, step) in line.points.iter().enumerate() {
        let height = step.map(|(point, _)| y(point));
        let (from, to) = (time.starts[at], time.starts[at + 1]);
        if let (Some(old), Some(new)) = (before, height) {
            pen.line((from, old), (from, new), line.hue.full(), WEIGHT);
        }
        if let Some(new) = height {
            pen.line((from, new), (to, new), line.hue.full(), WEIGHT);
        }
        before = height;
    }
}
