//! The chart of a sweep: lines over the values of one key, or maps over those of two.

use crate::index::CountryId;
use crate::model::variable::CountryVariable;
use crate::report::chart::figure::{KEY, LABEL, MARGIN, TICK, WIDTH, leading};
use crate::report::chart::panel::{self, Line, Panel, VEILS};
use crate::report::chart::pen::{GREY, Hue, INK, Pen, Side};
use crate::report::chart::plate::Plate;
use crate::report::chart::{point_with_bands, with_line};
use crate::report::number::{self, Place};
use crate::report::plain::plain;
use crate::report::spoken::{self, Scale};
use crate::report::sweep::{Key, Point, Sweep};

/// One country for each colour.
const MOST_COUNTRIES: usize = Hue::ALL.len();

/// The most panels of one chart.
const MOST_PANELS: usize = 3;

const LEFT: i32 = 150;
const RIGHT: i32 = WIDTH - 250;
/// The height of a panel of lines, and the room below it for the values of the key.
const PANEL: i32 = 340;
const PANEL_GAP: i32 = 136;
const MAP_GAP: i32 = 150;
/// Where maps end, and how tall they and their cells are at most.
const MAP_RIGHT: i32 = WIDTH - MARGIN;
const TALLEST_CELL: i32 = 44;
const MAP: i32 = 420;
/// The strongest colour of a map: text can be read on it, on a dark ground too.
const STRONGEST: f64 = 0.55;

/// `sweep.svg`: how a result moves with a key, or with two.
pub fn sweep_chart(sweep: &Sweep<'_>) -> String {
    let countries = sweep.countries(MOST_COUNTRIES);
    let panels: Vec<Box<dyn Draw + '_>> = match sweep.keys.as_slice() {
        [_] => {
            let variables = sweep.variables.iter().take(MOST_PANELS);
            variables.map(|&of| Box::new(Lines::new(sweep, &countries, of)) as Box<dyn Draw>).collect()
        }
        _ => {
            let scale = scale(sweep, &countries, sweep.variables[0]);
            let map = |country| Box::new(Map::new(sweep, country, &scale)) as Box<dyn Draw>;
            countries.iter().map(|&country| map(country)).collect()
        }
    };
    page(sweep, &panels)
}

/// Something that is drawn below something else.
trait Draw {
    fn heading(&self) -> String;
    /// Its height with everything below it.
    fn height(&self) -> i32;
    fn draw(&self, pen: &Pen<'_>, top: i32);
}

fn page(sweep: &Sweep<'_>, panels: &[Box<dyn Draw + '_>]) -> String {
    let title = format!("Step by step: {}", sweep.study.title);
    let plate = Plate::new(&title, &subtitle(sweep), &notes(sweep));
    let first = plate.key() + 60;
    let body: i32 = panels.iter().map(|panel| panel.height()).sum();
    plate.draw(first + body, |pen| {
        pen.text(what_is_drawn(sweep), KEY, GREY, (MARGIN, plate.key()), Side::Left);
        let mut top = first;
        for panel in panels {
            pen.text(&plain(&panel.heading()), LABEL, INK, (MARGIN, top), Side::Left);
            panel.draw(pen, top + leading(LABEL) + 10);
            top += panel.height();
        }
    })
}

fn subtitle(sweep: &Sweep<'_>) -> String {
    let what: Vec<String> = match sweep.keys.as_slice() {
        [_] => sweep.variables.iter().take(MOST_PANELS).map(|&of| spoken::heading(of)).collect(),
        _ => vec![spoken::heading(sweep.variables[0])],
    };
    let keys: Vec<&str> = sweep.keys.iter().map(|key| key.name.as_str()).collect();
    format!("{} by {}", what.join(", "), keys.join(" and "))
}

fn what_is_drawn(sweep: &Sweep<'_>) -> &'static str {
    match (sweep.keys.len(), sweep.study.uncertainty.draws) {
        (1, 0) => "lines: central case",
        (1, _) => "lines: central case; bands: 50, 80 and 95 % of draws",
        _ => "central case; blue above zero, orange below, strongest where the map is furthest from it",
    }
}

fn notes(sweep: &Sweep<'_>) -> Vec<String> {
    let failed = sweep.failed().count();
    let mut notes = Vec::new();
    if failed > 0 {
        let points = if failed == 1 { "1 point has".to_owned() } else { format!("{failed} points have") };
        notes.push(format!(
            "{points} no solution and {} left blank; run.json says why.",
            if failed == 1 { "is" } else { "are" }
        ));
    }
    with_line(&sweep.study, &sweep.assumptions(), notes)
}

fn scale(sweep: &Sweep<'_>, countries: &[CountryId], variable: CountryVariable) -> Scale {
    let shown = sweep.points.iter().flat_map(|point| {
        countries.iter().filter_map(move |&country| sweep.number(point, country, variable))
    });
    Scale::of(variable.unit(), &sweep.study.dataset.unit, shown.map(|estimate| estimate.central))
}

/// Where the values of a key are between two ends: as numbers where they are, else one after the other.
fn places(key: &Key, low: i32, high: i32) -> Vec<i32> {
    let count = key.values.len();
    let positions: Vec<f64> = match &key.numbers {
        Some(numbers) => numbers.clone(),
        None => (0..count).map(|at| at as f64).collect(),
    };
    let least = positions.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = positions.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let place =
        |value: f64| low + ((value - least) / (largest - least) * f64::from(high - low)).round() as i32;
    positions.into_iter().map(place).collect()
}

/// Values at their places, leaving out those whose text would meet that of another.
fn draw_values(pen: &Pen<'_>, key: &Key, places: &[i32], y: i32) {
    const GAP: i32 = 16;
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|&at| places[at]);
    let widest = key.values.iter().map(|value| TICK.width(&plain(value))).max().unwrap_or(0) + GAP;
    let fits = |step: usize| {
        let shown: Vec<i32> = order.iter().step_by(step).map(|&at| places[at]).collect();
        shown.windows(2).all(|pair| pair[1] - pair[0] >= widest)
    };
    let step = (1..order.len()).find(|&step| fits(step)).unwrap_or(order.len());
    for &at in order.iter().step_by(step) {
        pen.text(&plain(&key.values[at]), TICK, GREY, (places[at], y), Side::Middle);
    }
}

/// One variable of some countries over one key.
struct Lines<'s> {
    key: &'s Key,
    heading: String,
    lines: Vec<Line>,
}

impl<'s> Lines<'s> {
    fn new(sweep: &'s Sweep<'_>, countries: &[CountryId], variable: CountryVariable) -> Self {
        let scale = scale(sweep, countries, variable);
        let line = |(&country, hue): (&CountryId, Hue)| {
            let numbers = || sweep.points.iter().map(|point| sweep.number(point, country, variable));
            let last = numbers().flatten().last().and_then(|last| number::shown(last, scale.divisor));
            let sign = |text: String| if spoken::is_level(variable) { text.replace('+', "") } else { text };
            Line {
                name: sweep.study.dataset.countries.name(country).to_owned(),
                hue,
                points: numbers().map(|number| point_with_bands(number?, scale.divisor)).collect(),
                last: last.map_or_else(String::new, |last| format!("{} {}", sign(last.central), scale.sign)),
            }
        };
        let change = if spoken::is_level(variable) { "" } else { "change in " };
        Self {
            key: &sweep.keys[0],
            heading: format!("{}, {change}{}", spoken::heading(variable), scale.words),
            lines: countries.iter().zip(Hue::ALL).map(line).collect(),
        }
    }
}

impl Draw for Lines<'_> {
    fn heading(&self) -> String {
        self.heading.clone()
    }

    fn height(&self) -> i32 {
        PANEL + PANEL_GAP
    }

    fn draw(&self, pen: &Pen<'_>, top: i32) {
        let panel = Panel { left: LEFT, right: RIGHT, top, height: PANEL, axis: panel::axis(&self.lines) };
        panel.draw_marks(pen);
        let places = places(self.key, LEFT, RIGHT);
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_by_key(|&at| places[at]);
        for line in &self.lines {
            shade(pen, &panel, line, &places, &order);
        }
        for line in &self.lines {
            stroke(pen, &panel, line, &places, &order);
        }
        panel.draw_names(pen, &self.lines);
        for &place in &places {
            pen.line((place, top + PANEL), (place, top + PANEL + 7), GREY, 1);
        }
        draw_values(pen, self.key, &places, top + PANEL + 26);
        pen.text(&plain(&self.key.name), KEY, GREY, ((LEFT + RIGHT) / 2, top + PANEL + 54), Side::Middle);
    }
}

/// The bands from each point to the next.
fn shade(pen: &Pen<'_>, panel: &Panel, line: &Line, places: &[i32], order: &[usize]) {
    for pair in order.windows(2) {
        let [from, to] = [pair[0], pair[1]];
        let (Some((_, Some(left))), Some((_, Some(right)))) = (line.points[from], line.points[to]) else {
            continue;
        };
        for ((left, right), strength) in left.iter().zip(&right).zip(VEILS) {
            let corner = |at: usize, value: f64| (places[at], panel.y(value));
            let corners = vec![
                corner(from, left[0]),
                corner(to, right[0]),
                corner(to, right[1]),
                corner(from, left[1]),
            ];
            pen.shade(corners, line.hue.full(), strength);
        }
    }
}

/// The central case, a dot where it has no neighbour.
fn stroke(pen: &Pen<'_>, panel: &Panel, line: &Line, places: &[i32], order: &[usize]) {
    const WEIGHT: u32 = 3;
    let place = |at: usize| line.points[at].map(|(value, _)| (places[at], panel.y(value)));
    for pair in order.windows(2) {
        if let (Some(from), Some(to)) = (place(pair[0]), place(pair[1])) {
            pen.line(from, to, line.hue.full(), WEIGHT);
        }
    }
    for (at, &point) in order.iter().enumerate() {
        let neighbours = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
        let alone = neighbours.filter_map(|at| order.get(at)).all(|&at| place(at).is_none());
        if let Some(here) = place(point).filter(|_| alone) {
            pen.point(here, line.hue.full());
        }
    }
}

/// One variable of one country over two keys.
struct Map<'s> {
    keys: [&'s Key; 2],
    heading: String,
    /// By the values of the first key, then the second.
    values: Vec<Option<f64>>,
    texts: Vec<String>,
    /// The largest size of any value.
    largest: f64,
}

impl<'s> Map<'s> {
    fn new(sweep: &'s Sweep<'_>, country: CountryId, scale: &Scale) -> Self {
        let variable = sweep.variables[0];
        let central = |point: &Point| Some(sweep.number(point, country, variable)?.central? / scale.divisor);
        let values: Vec<Option<f64>> = sweep.points.iter().map(central).collect();
        let largest = values.iter().flatten().map(|value| value.abs()).fold(0.0, f64::max);
        let place = Place::of(largest / 10.0);
        let text = |value: &Option<f64>| value.map_or_else(String::new, |value| number::signed(value, place));
        let change = if spoken::is_level(variable) { "" } else { "change in " };
        let name = sweep.study.dataset.countries.name(country);
        Self {
            keys: [&sweep.keys[0], &sweep.keys[1]],
            heading: format!("{name}: {}, {change}{}", spoken::variable(variable), scale.words),
            texts: values.iter().map(text).collect(),
            values,
            largest,
        }
    }

    fn cell_height(&self) -> i32 {
        (MAP / self.keys[0].values.len() as i32).clamp(1, TALLEST_CELL)
    }
}

impl Draw for Map<'_> {
    fn heading(&self) -> String {
        self.heading.clone()
    }

    fn height(&self) -> i32 {
        self.cell_height() * self.keys[0].values.len() as i32 + MAP_GAP
    }

    fn draw(&self, pen: &Pen<'_>, top: i32) {
        let [down, across] = self.keys;
        let columns = across.values.len();
        let left = MARGIN + 20 + down.values.iter().map(|value| TICK.width(&plain(value))).max().unwrap_or(0);
        let edge = |at: usize| left + ((MAP_RIGHT - left) as usize * at / columns) as i32;
        let (high, written) = (self.cell_height(), self.texts.iter().map(|text| TICK.width(text)).max());
        let has_room = high >= leading(TICK) && written.is_some_and(|width| edge(1) - edge(0) > width + 8);
        for (at, (value, text)) in self.values.iter().zip(&self.texts).enumerate() {
            let (x, y) = (at % columns, top + high * (at / columns) as i32);
            let Some(value) = value else { continue };
            let hue = if *value < 0.0 { Hue::Orange } else { Hue::Blue };
            let strength = if self.largest > 0.0 { STRONGEST * value.abs() / self.largest } else { 0.0 };
            pen.veil((edge(x), y), (edge(x + 1) - 1, y + high - 1), hue.full(), strength);
            if has_room {
                pen.text(text, TICK, INK, ((edge(x) + edge(x + 1)) / 2, y + high / 2), Side::Middle);
            }
        }
        let bottom = top + high * down.values.len() as i32;
        let step = (leading(TICK) + high - 1) / high;
        for (at, value) in down.values.iter().enumerate().step_by(step as usize) {
            pen.text(&plain(value), TICK, GREY, (left - 12, top + high * at as i32 + high / 2), Side::Right);
        }
        let middles: Vec<i32> = (0..columns).map(|at| (edge(at) + edge(at + 1)) / 2).collect();
        draw_values(pen, across, &middles, bottom + 20);
        let words = format!("down: {}; across: {}", down.name, across.name);
        pen.text(&plain(&words), KEY, GREY, ((left + MAP_RIGHT) / 2, bottom + 48), Side::Middle);
    }
}
