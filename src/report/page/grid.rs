//! Tables as they stand on the page: numbers under one another by their decimal points, and every number in full
//! precision beside it for sorting and for the download.

use std::borrow::Cow;

use askama::Template;

use crate::report::number::{self, Place};
use crate::report::page::values::Statistics;

/// A table.
#[derive(Clone, Debug, Template)]
#[template(path = "report/table.html")]
pub(super) struct Grid {
    /// Its anchor, and the name of its download.
    pub(super) id: Cow<'static, str>,
    /// What it shows.
    pub(super) caption: String,
    /// From left to right.
    pub(super) columns: Vec<Column>,
    /// From top to bottom, as many cells as there are columns.
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Its name in the download.
    pub(super) key: Cow<'static, str>,
    /// Its head.
    pub(super) head: Cow<'static, str>,
    /// The unit, or what distinguishes it.
    pub(super) about: String,
    /// What its cells are.
    pub(super) kind: Kind,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Codes, for the download only.
    Code,
    /// What a row is about.
    Name,
    /// Words.
    Words,
    /// Numbers.
    Number,
}

/// A cell.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    /// Text, with a second line that may be empty.
    Text(String, String),
    /// A number.
    Number(Number),
    /// No value.
    Missing,
}

/// A number as shown, with its exact value.
#[derive(Clone, Debug)]
pub(super) struct Number {
    /// The number in figures.
    shown: String,
    /// Blanks as wide as the decimals that other numbers of the column have and this one has not.
    pad: String,
    /// The range in figures.
    range: Option<String>,
    value: String,
    ends: Option<[String; 2]>,
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into(), String::new())
    }

    /// The central value with its range, in units of `divisor`; the exact values keep the unit of the files. Where nothing
    /// is drawn that matters there is no range to speak of.
    pub(super) fn estimate(statistics: &Statistics, divisor: f64) -> Self {
        let figures = statistics.figures();
        let (Some(shown), Some(central)) = (figures.shown(divisor), figures.central) else {
            return Self::Missing;
        };
        Self::Number(Number {
            shown: shown.central,
            pad: String::new(),
            range: shown.range.filter(|_| figures.range.is_some_and(|[low, high]| high > low)),
            value: exact(central),
            ends: figures.range.map(|ends| ends.map(exact)),
        })
    }

    /// A level with its range, as average tariffs are published: with one decimal and without a sign.
    pub(super) fn level(statistics: &Statistics) -> Self {
        let place = Place::of(1.0);
        let level = |value| number::plain(value, place);
        let figures = statistics.figures();
        let Self::Number(found) = Self::number(figures.central, level) else { return Self::Missing };
        let range = figures.range.filter(|[low, high]| high > low);
        Self::Number(Number {
            range: range.map(|[low, high]| format!("{} to {}", level(low), level(high))),
            ends: figures.range.map(|ends| ends.map(exact)),
            ..found
        })
    }

    /// A number that is written by a rule of its own.
    pub(super) fn number(value: Option<f64>, write: impl Fn(f64) -> String) -> Self {
        value.map_or(Self::Missing, |value| {
            Self::Number(Number {
                shown: write(value),
                pad: String::new(),
                range: None,
                value: exact(value),
                ends: None,
            })
        })
    }
}

fn exact(value: f64) -> String {
    let mut text = String::new();
    number::push_exact(&mut text, value);
    text
}

/// A blank as wide as a figure, and one as wide as a point.
const FIGURE: char = '\u{2007}';
const POINT: char = '\u{2008}';

/// How many characters of a number stand behind its last whole figure, the point included.
fn decimals(shown: &str) -> usize {
    let number = shown.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    number.rfind('.').map_or(0, |point| number.len() - point)
}

impl Grid {
    /// A table with the decimal points of every column below one another.
    pub(super) fn new(columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Self {
        Self { id: "".into(), caption: String::new(), columns, rows }.aligned()
    }

    /// Says what it is.
    pub(super) fn named(self, id: impl Into<Cow<'static, str>>, caption: impl Into<String>) -> Self {
        Self { id: id.into(), caption: caption.into(), ..self }
    }

    fn aligned(mut self) -> Self {
        for at in 0..self.columns.len() {
            let numbers = |row: &mut Vec<Cell>| match row.get_mut(at) {
                Some(Cell::Number(number)) => Some(decimals(&number.shown)),
                _ => None,
            };
            let most = self.rows.iter_mut().filter_map(numbers).max().unwrap_or(0);
            for row in &mut self.rows {
                if let Some(Cell::Number(number)) = row.get_mut(at) {
                    let own = decimals(&number.shown);
                    let point = if own == 0 && most > 0 { POINT.to_string() } else { String::new() };
                    let figures = (most - own).saturating_sub(point.chars().count());
                    number.pad = point + &FIGURE.to_string().repeat(figures);
                }
            }
        }
        self
    }

    /// The cells of a row with their columns.
    fn cells<'a>(&'a self, row: &'a [Cell]) -> impl Iterator<Item = (&'a Column, &'a Cell)> {
        self.columns.iter().zip(row)
    }

    /// Whether a column has a number with a range.
    fn has_ranges(&self, column: &Column) -> bool {
        let mut cells = self.rows.iter().flat_map(|row| self.cells(row));
        cells.any(|(of, cell)| {
            of.key == column.key && matches!(cell, Cell::Number(number) if number.ends.is_some())
        })
    }
}

impl Column {
    fn new(key: &'static str, head: &'static str, about: impl Into<String>, kind: Kind) -> Self {
        Self { key: key.into(), head: head.into(), about: about.into(), kind }
    }

    /// Numbers under a name that users gave.
    pub(super) fn given(name: &str, about: impl Into<String>) -> Self {
        let name: Cow<'static, str> = Cow::Owned(name.to_owned());
        Self { key: name.clone(), head: name, about: about.into(), kind: Kind::Number }
    }

    pub(super) fn code(key: &'static str) -> Self {
        Self::new(key, key, "", Kind::Code)
    }

    pub(super) fn name(key: &'static str, head: &'static str) -> Self {
        Self::new(key, head, "", Kind::Name)
    }

    /// What a row is about, under a name that users gave.
    pub(super) fn named(name: &str) -> Self {
        Self { kind: Kind::Name, ..Self::given(name, "") }
    }

    pub(super) fn words(key: &'static str, head: &'static str) -> Self {
        Self::new(key, head, "", Kind::Words)
    }

    pub(super) fn number(key: &'static str, head: &'static str, about: impl Into<String>) -> Self {
        Self::new(key, head, about, Kind::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_points_stand_below_one_another() {
        let column = Column::number("rate", "rate", "");
        let shown = ["+12", "+0.031", "−1.9", "≈0", "25.1 %"];
        let rows = shown.map(|shown| vec![Cell::number(Some(1.0), |_| shown.to_owned())]);
        let pads: Vec<usize> = Grid::new(vec![column], rows.to_vec())
            .rows
            .iter()
            .map(|row| match &row[0] {
                Cell::Number(number) => number.pad.chars().count(),
                _ => 0,
            })
            .collect();
        assert_eq!(pads, [4, 0, 2, 4, 2]);
    }
}
