//! Paragraphs and tables that keep within a width.

use std::ops::Range;

use anstyle::Style;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};

use crate::report::number::{self, Shown};
use crate::report::plain::plain;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Lines of text within a width.
pub(super) struct Page {
    width: usize,
    text: String,
}

impl Page {
    pub(super) fn new(width: usize) -> Self {
        Self { width, text: String::new() }
    }

    pub(super) fn text(self) -> String {
        self.text
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.lines(text, BOLD, "", "");
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.lines(text, Style::new(), "", "");
    }

    pub(super) fn note(&mut self, text: &str) {
        self.lines(text, DIM, "", "");
    }

    pub(super) fn bullet(&mut self, text: &str) {
        self.lines(text, Style::new(), "· ", "  ");
    }

    /// The name of a section, and what its numbers are.
    pub(super) fn section(&mut self, name: &str, about: &str) {
        self.text.push('\n');
        let joint = if about.is_empty() { "" } else { ": " };
        let first = format!("{BOLD}{name}{BOLD:#}{joint}");
        let room = self.width.saturating_sub(name.len() + joint.len());
        if about.chars().count() <= room {
            self.text.push_str(&format!("{first}{about}\n"));
        } else {
            self.text.push_str(&format!("{first}\n"));
            self.paragraph(about);
        }
    }

    fn lines(&mut self, text: &str, style: Style, first: &str, next: &str) {
        let mut lead = first;
        for line in wrap(text, self.width - first.chars().count()) {
            self.text.push_str(&format!("{style}{lead}{line}{style:#}\n"));
            lead = next;
        }
    }

    /// A table, in the first of its forms that fits: ranges beside the numbers, then below them, then the
    /// columns in two tables, and so on.
    pub(super) fn grid(&mut self, grid: &Grid) {
        let most = grid.heads.len() - 1;
        let mut forms = (1..=most).flat_map(|tables| [(tables, Form::Beside), (tables, Form::Below)]);
        let fitting = forms.find(|&(tables, form)| {
            grid.parts(tables).iter().all(|columns| grid.fits(form, columns, self.width))
        });
        let (tables, form) = fitting.unwrap_or((most, Form::Below));
        for columns in grid.parts(tables) {
            self.text.push_str(&grid.draw(form, &columns, self.width));
        }
    }
}

/// Splits text into lines at blanks; a word longer than a line stands alone.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in plain(text).split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Shortens text to a width, with an ellipsis.
fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end_matches([' ', ',', '&']))
}

/// What stands in a cell of a table.
pub(super) enum Cell {
    /// A number with its range.
    Number(Shown),
    /// Short text at the right.
    Text(String),
    /// Long text at the left, wrapped.
    Wrapped(String),
}

impl Cell {
    pub(super) fn number(shown: Shown) -> Self {
        Self::Number(shown)
    }

    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(super) fn wrapped(text: &str) -> Self {
        Self::Wrapped(plain(text))
    }

    pub(super) fn missing() -> Self {
        Self::Text(number::NO_VALUE.to_owned())
    }

    /// The same without its range.
    pub(super) fn without_range(self) -> Self {
        match self {
            Self::Number(shown) => Self::Number(Shown { range: None, ..shown }),
            other => other,
        }
    }

    fn central(&self) -> &str {
        match self {
            Self::Number(shown) => &shown.central,
            Self::Text(text) | Self::Wrapped(text) => text,
        }
    }

    fn range(&self) -> Option<&str> {
        match self {
            Self::Number(shown) => shown.range.as_deref(),
            _ => None,
        }
    }

    fn is_wrapped(&self) -> bool {
        matches!(self, Self::Wrapped(_))
    }
}

/// Where ranges stand.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// Beside the central value.
    Beside,
    /// Below it.
    Below,
}

/// A table: labels at the left, then columns.
pub(super) struct Grid {
    heads: Vec<String>,
    rows: Vec<(String, Vec<Cell>)>,
    shortest_label: usize,
}

/// The narrowest column of wrapped text.
const NARROWEST_TEXT: usize = 24;

/// Blanks between columns.
const GAP: usize = 2;

/// One column as text, head first.
struct Column {
    texts: Vec<String>,
    width: usize,
    is_wrapped: bool,
}

impl Grid {
    /// A table with the heads of its columns, the first that of the labels, which are not cut below a width.
    pub(super) fn new(heads: &[&str], shortest_label: usize) -> Self {
        Self { heads: heads.iter().map(|&head| head.to_owned()).collect(), rows: Vec::new(), shortest_label }
    }

    pub(super) fn row(&mut self, label: &str, cells: Vec<Cell>) {
        self.rows.push((plain(label), cells));
    }

    /// The columns in some parts, as equal as can be.
    fn parts(&self, parts: usize) -> Vec<Range<usize>> {
        let last = self.heads.len() - 1;
        let size = last.div_ceil(parts);
        (1..=last).step_by(size).map(|from| from..(from + size).min(last + 1)).collect()
    }

    fn fits(&self, form: Form, columns: &Range<usize>, width: usize) -> bool {
        let taken: usize = columns.clone().map(|at| GAP + self.column(at, form).width).sum();
        let labels = self.rows.iter().map(|(label, _)| label).chain([&self.heads[0]]);
        let longest = labels.map(|label| label.chars().count()).max().unwrap_or(0);
        width.saturating_sub(taken) >= longest.min(self.shortest_label)
    }

    fn draw(&self, form: Form, columns: &Range<usize>, width: usize) -> String {
        let columns: Vec<Column> = columns.clone().map(|at| self.column(at, form)).collect();
        let taken: usize = columns.iter().map(|column| GAP + column.width).sum();
        let labels = self.labels(width.saturating_sub(taken).max(self.shortest_label));
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        for (at, label) in labels.iter().enumerate() {
            table.add_row(std::iter::once(label).chain(columns.iter().map(|column| &column.texts[at])));
        }
        align(&mut table, &columns);
        let has_ranges = columns.iter().any(|column| column.texts.iter().any(|text| text.contains('\n')));
        styled(table.lines(), has_ranges)
    }

    /// A column with the central values below one another.
    fn column(&self, at: usize, form: Form) -> Column {
        let cells = || self.rows.iter().map(|(_, cells)| &cells[at - 1]);
        let widest = cells().filter_map(Cell::range).map(|range| range.chars().count()).max();
        let text = |cell: &Cell| match (form, widest) {
            (_, None) => cell.central().to_owned(),
            (Form::Below, Some(_)) => format!("{}\n{}", cell.central(), cell.range().unwrap_or_default()),
            (Form::Beside, Some(widest)) => {
                let range = cell.range().map(|range| format!("({range})")).unwrap_or_default();
                format!("{} {range:<w$}", cell.central(), w = widest + 2)
            }
        };
        let texts: Vec<String> = std::iter::once(self.heads[at].clone()).chain(cells().map(text)).collect();
        let lines = texts.iter().flat_map(|text| text.lines());
        let width = lines.map(|line| line.chars().count()).max().unwrap_or(0);
        let is_wrapped = cells().any(Cell::is_wrapped);
        Column { texts, width: if is_wrapped { width.min(NARROWEST_TEXT) } else { width }, is_wrapped }
    }

    /// The labels, head first, cut to a width.
    fn labels(&self, width: usize) -> Vec<String> {
        let labels = std::iter::once(&self.heads[0]).chain(self.rows.iter().map(|(label, _)| label));
        labels.map(|label| shorten(label, width)).collect()
    }
}

/// Numbers to the right, and columns of numbers exactly as wide as they need to be.
fn align(table: &mut Table, columns: &[Column]) {
    let narrow = |width: usize| u16::try_from(width).unwrap_or(u16::MAX);
    for (at, shown) in table.column_iter_mut().enumerate() {
        let gap = if at == columns.len() { 0 } else { GAP };
        shown.set_padding((0, narrow(gap)));
        if let Some(column) = at.checked_sub(1).map(|at| &columns[at]).filter(|column| !column.is_wrapped) {
            shown.set_cell_alignment(CellAlignment::Right);
            shown.set_constraint(ColumnConstraint::Absolute(Width::Fixed(narrow(column.width + gap))));
        }
    }
}

/// The lines of a table: the head dimmed, and every second line below it where it holds ranges.
fn styled(lines: impl Iterator<Item = String>, has_ranges: bool) -> String {
    let mut text = String::new();
    for (at, line) in lines.enumerate() {
        let is_dim = at == 0 || (has_ranges && at % 2 == 0);
        let style = if is_dim { DIM } else { Style::new() };
        text.push_str(&format!("{style}{}{style:#}\n", line.trim_end()));
    }
    text
}
