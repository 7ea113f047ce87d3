//! Tables that users write: CSV with a header, columns found by name in any order, every fault with its line.
//!
//! Reading a row gives results whose error is a [`Fault`]; [`Faults`] collects them and keeps a file with ten
//! thousand bad rows from printing ten thousand messages.

use std::fmt::Display;
use std::ops::Range;
use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord};

use crate::diagnostic::{Diagnostic, Place, Severity, nearest};

/// How many faults of one kind are shown for one file; the rest are counted.
pub const MOST_SHOWN: usize = 10;

/// The most bytes of a row that a message quotes.
const MOST_QUOTED: usize = 400;

/// A fault in a row; faults of the same kind are counted together.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What counts as "like this".
    pub kind: &'static str,
    /// The fault itself (boxed, so that a good row costs nothing).
    pub diagnostic: Box<Diagnostic>,
}

impl Fault {
    /// A fault of a kind.
    pub fn new(kind: &'static str, diagnostic: Diagnostic) -> Self {
        Self { kind, diagnostic: Box::new(diagnostic) }
    }

    /// Makes it a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.diagnostic.severity = Severity::Warning;
        self
    }

    /// Says what was expected there.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.diagnostic.expected = expected.into();
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic.help = help.into();
        self
    }
}

/// The faults of one file: the first [`MOST_SHOWN`] of each kind, and how many more there are.
#[derive(Debug)]
pub struct Faults {
    file: String,
    counts: Vec<Counted>,
    shown: Vec<Diagnostic>,
}

#[derive(Debug)]
struct Counted {
    kind: &'static str,
    severity: Severity,
    count: usize,
}

impl Faults {
    /// No faults yet in a file.
    pub fn new(file: &str) -> Self {
        Self { file: file.to_owned(), counts: Vec::new(), shown: Vec::new() }
    }

    /// Adds one.
    pub fn add(&mut self, fault: Fault) {
        self.count(fault.kind, || fault);
    }

    /// Adds one of a kind that is costly to describe: it is described only if it will be shown.
    pub fn count(&mut self, kind: &'static str, describe: impl FnOnce() -> Fault) {
        let at = self.counts.iter().position(|counted| counted.kind == kind).unwrap_or_else(|| {
            self.counts.push(Counted { kind, severity: Severity::Warning, count: 0 });
            self.counts.len() - 1
        });
        let counted = &mut self.counts[at];
        counted.count += 1;
        if counted.count <= MOST_SHOWN {
            let diagnostic = describe().diagnostic;
            counted.severity = counted.severity.min(diagnostic.severity);
            self.shown.push(*diagnostic);
        }
    }

    /// The value of a result; its fault, if any, is added.
    pub fn keep<T>(&mut self, result: Result<T, Fault>) -> Option<T> {
        result.map_err(|fault| self.add(fault)).ok()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Hands over what is shown, and one line for each kind of which there is more.
    pub fn finish(self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.extend(self.shown);
        for Counted { kind, severity, count } in self.counts.into_iter().filter(|of| of.count > MOST_SHOWN) {
            let more = grouped(count - MOST_SHOWN);
            let message = format!("and {more} more in `{}` like this: {kind}", self.file);
            diagnostics.push(Diagnostic { severity, ..Diagnostic::error(message) });
        }
    }
}

/// A whole number with thousands separators, for reading.
pub fn grouped(number: impl Display) -> String {
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// A plain decimal number that is finite; `inf`, `nan` and `1,000` are none.
pub fn plain_number(written: &str) -> Option<f64> {
    let plain = written.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'e' | b'E'));
    if plain { written.parse::<f64>().ok().filter(|value| value.is_finite()) } else { None }
}

/// A CSV table whose header has been checked; its rows are read as they are asked for.
#[derive(Clone, Debug)]
pub struct Table<'t> {
    file: Arc<str>,
    text: &'t str,
    /// Declared columns with their position in the file; `None` for an optional one that is absent.
    columns: Vec<(&'t str, Option<usize>)>,
    /// How many fields the header has, blank ones at its end not counted.
    width: usize,
}

impl<'t> Table<'t> {
    /// Reads the header; `None`, with the reasons among the diagnostics, when it does not fit. Further columns
    /// are allowed and not read, with a warning where one looks like a misspelt optional column.
    pub fn parse(
        file: &str,
        text: &'t str,
        required: &[&'t str],
        optional: &[&'t str],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let file: Arc<str> = file.into();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let Some(header) = Records::new(text).next() else {
            diagnostics.push(empty(&file, required));
            return None;
        };
        let before = diagnostics.len();
        let header = Header { file: &file, row: &header };
        header.check(required, optional, diagnostics);
        if diagnostics[before..].iter().any(Diagnostic::is_error) {
            return None;
        }
        let columns = required.iter().chain(optional).map(|&name| (name, header.position(name))).collect();
        let width = header.row.width();
        Some(Self { file, text, columns, width })
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The columns of the header that are not read, with their places.
    pub fn others(&self) -> Vec<(String, Place)> {
        let header = Records::new(self.text).next();
        let fields = header.iter().flat_map(|row| row.fields().enumerate().map(move |field| (row, field)));
        let others = fields.filter(|(_, (_, name))| !name.is_empty() && !self.has(name));
        others.map(|(row, (at, name))| (name.to_owned(), row.place(&self.file, Some(at)))).collect()
    }

    /// Whether a column is there.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, at)| *name == column && at.is_some())
    }

    /// The rows in order, blank ones skipped; a row that does not fit the header is a [`Fault`].
    pub fn rows(&self) -> impl Iterator<Item = Result<Row<'_>, Fault>> {
        Records::new(self.text).skip(1).filter(|record| record.width() > 0).map(|record| self.row(record))
    }

    fn row<'s>(&'s self, record: Record<'t>) -> Result<Row<'s>, Fault> {
        let row = Row { table: self, record };
        if row.record.is_open() {
            return Err(row.fault_at(
                "a quotation mark is never closed",
                row.whole(),
                "unclosed quotation mark",
            ));
        }
        let found = row.record.width();
        if found <= self.width {
            return Ok(row);
        }
        let message = format!("this row has {found} fields, but the header has {}", self.width);
        Err(row.fault_at(message, row.whole(), "too many fields").help(
            "numbers are written without thousands separators; text with a comma needs quotation marks",
        ))
    }
}

fn empty(file: &str, required: &[&str]) -> Diagnostic {
    Diagnostic::error(format!("`{file}` is empty"))
        .expected(format!("a header with the columns {}", required.join(", ")))
}

/// The header while it is checked.
struct Header<'h> {
    file: &'h Arc<str>,
    row: &'h Record<'h>,
}

impl Header<'_> {
    fn position(&self, name: &str) -> Option<usize> {
        self.row.fields().position(|field| field == name)
    }

    fn check(&self, required: &[&str], optional: &[&str], diagnostics: &mut Vec<Diagnostic>) {
        let known = |field: &str| required.contains(&field) || optional.contains(&field);
        let missing = required.iter().filter(|name| self.position(name).is_none());
        diagnostics.extend(missing.map(|name| self.missing(name, required)));
        for (at, field) in self.row.fields().enumerate().filter(|(_, field)| !field.is_empty()) {
            if known(field) && self.position(field) != Some(at) {
                diagnostics.push(self.twice(field, at));
            }
            let absent = optional.iter().copied().filter(|name| self.position(name).is_none());
            if let Some(meant) = (!known(field)).then(|| nearest(field, absent)).flatten() {
                diagnostics.push(self.ignored(field, at, meant));
            }
        }
    }

    fn missing(&self, name: &str, required: &[&str]) -> Diagnostic {
        let unused = self.row.fields().filter(|field| !required.contains(field));
        let help = if self.row.fields().count() == 1 && self.row.raw.contains([';', '\t']) {
            "the columns seem to be separated by semicolons or tabs: save the file with commas".to_owned()
        } else {
            nearest(name, unused)
                .map_or(String::new(), |found| format!("is `{found}` this column? call it `{name}`"))
        };
        Diagnostic::error(format!("`{}` has no column `{name}`", self.file))
            .at(self.row.place(self.file, None))
            .expected(format!("the columns {}", required.join(", ")))
            .help(help)
    }

    fn twice(&self, name: &str, at: usize) -> Diagnostic {
        Diagnostic::error(format!("column `{name}` stands twice")).at(self.row.place(self.file, Some(at)))
    }

    fn ignored(&self, name: &str, at: usize, meant: &str) -> Diagnostic {
        Diagnostic::warning(format!("column `{name}` is not read"))
            .at(self.row.place(self.file, Some(at)))
            .help(format!("did you mean `{meant}`?"))
    }
}

/// One row of a table; fields are addressed by the column names declared in [`Table::parse`].
#[derive(Clone, Debug)]
pub struct Row<'s> {
    table: &'s Table<'s>,
    record: Record<'s>,
}

impl Row<'_> {
    /// The line of the file on which the row begins, from 1.
    pub fn line(&self) -> usize {
        self.record.line
    }

    /// A field without surrounding space; empty where the column or the field is absent.
    pub fn field(&self, column: &str) -> &str {
        self.position(column).and_then(|at| self.record.fields.get(at)).map_or("", str::trim)
    }

    /// A field that must not be empty.
    ///
    /// # Errors
    /// A [`Fault`] at the field when it is empty.
    pub fn text(&self, column: &str) -> Result<&str, Fault> {
        match self.field(column) {
            "" => Err(self.fault(column, "empty field", format!("`{column}` is empty"))),
            field => Ok(field),
        }
    }

    /// A field that must be a finite number.
    ///
    /// # Errors
    /// A [`Fault`] at the field when it is empty or not a finite number.
    pub fn number(&self, column: &str) -> Result<f64, Fault> {
        let written = self.text(column).map_err(|fault| fault.expected("a number"))?;
        plain_number(written).ok_or_else(|| {
            let message = format!("`{written}` is not a finite number");
            self.fault(column, "not a finite number", message)
                .expected("a number such as 1234.5 or 1.2e-3")
                .help(number_help(written))
        })
    }

    /// A field that may be empty and is a finite number otherwise.
    ///
    /// # Errors
    /// A [`Fault`] at the field when it is neither.
    pub fn optional_number(&self, column: &str) -> Result<Option<f64>, Fault> {
        if self.field(column).is_empty() { Ok(None) } else { self.number(column).map(Some) }
    }

    /// The place of a field; of the whole row where the row has no such field.
    pub fn place(&self, column: &str) -> Place {
        self.record.place(&self.table.file, self.position(column))
    }

    /// The place of the whole row.
    pub fn whole(&self) -> Place {
        self.record.place(&self.table.file, None)
    }

    /// A fault at a field.
    pub fn fault(&self, column: &str, kind: &'static str, message: impl Into<String>) -> Fault {
        self.fault_at(message, self.place(column), kind)
    }

    fn fault_at(&self, message: impl Into<String>, place: Place, kind: &'static str) -> Fault {
        Fault::new(kind, Diagnostic::error(message).at(place))
    }

    fn position(&self, column: &str) -> Option<usize> {
        let declared = self.table.columns.iter().find(|(name, _)| *name == column);
        debug_assert!(declared.is_some(), "column {column} was not declared");
        declared.and_then(|(_, at)| *at)
    }
}

fn number_help(written: &str) -> String {
    if let Some(percent) = written.strip_suffix('%').and_then(plain_number) {
        format!("write per cent as a fraction: {}", percent / 100.0)
    } else if plain_number(&written.replace([',', ' ', '\''], "")).is_some() {
        "use a point for decimals and no thousands separators".to_owned()
    } else {
        String::new()
    }
}

/// A record as it stands in the file.
#[derive(Clone, Debug)]
struct Record<'t> {
    fields: StringRecord,
    raw: &'t str,
    line: usize,
    is_last: bool,
}

impl Record<'_> {
    fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(str::trim)
    }

    /// How many fields there are, blank ones at the end not counted.
    fn width(&self) -> usize {
        let blank = (0..self.fields.len()).rev().take_while(|&at| self.fields[at].trim().is_empty());
        self.fields.len() - blank.count()
    }

    /// Whether the file ends inside a quoted field; all other records are closed by their own end.
    fn is_open(&self) -> bool {
        self.is_last && spans(self.raw).1
    }

    /// The place of a field, or of the whole row; long rows are cut.
    fn place(&self, file: &Arc<str>, field: Option<usize>) -> Place {
        let end = (0..=self.raw.len().min(MOST_QUOTED)).rev().find(|&end| self.raw.is_char_boundary(end));
        let end = end.unwrap_or_default();
        let span = field.and_then(|at| spans(self.raw).0.into_iter().nth(at)).unwrap_or(0..self.raw.len());
        Place {
            file: Arc::clone(file),
            text: self.raw[..end].into(),
            first_line: self.line,
            span: span.start.min(end)..span.end.min(end),
        }
    }
}

/// Reads records with their place. The csv crate unquotes fields; `raw` is kept for messages.
struct Records<'t> {
    text: &'t str,
    reader: csv::Reader<&'t [u8]>,
}

impl<'t> Records<'t> {
    fn new(text: &'t str) -> Self {
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        Self { text, reader }
    }

    /// The text of the record that was read from `start`, without the line ends around it, and its first line.
    fn around(&self, start: &csv::Position) -> (&'t str, usize) {
        let whole = &self.text[offset(start)..offset(self.reader.position())];
        let raw = whole.trim_start_matches(['\r', '\n']);
        let skipped = whole[..whole.len() - raw.len()].bytes().filter(|&byte| byte == b'\n').count();
        (raw.trim_end_matches(['\r', '\n']), skipped + usize::try_from(start.line()).unwrap_or(usize::MAX))
    }
}

fn offset(position: &csv::Position) -> usize {
    usize::try_from(position.byte()).unwrap_or(usize::MAX)
}

impl<'t> Iterator for Records<'t> {
    type Item = Record<'t>;

    fn next(&mut self) -> Option<Record<'t>> {
        let start = self.reader.position().clone();
        let mut fields = StringRecord::new();
        // From text in memory, with rows of any length allowed, reading has no way to fail.
        if !self.reader.read_record(&mut fields).unwrap_or(false) {
            return None;
        }
        let (raw, line) = self.around(&start);
        Some(Record { fields, raw, line, is_last: offset(self.reader.position()) >= self.text.len() })
    }
}

/// The bytes of each field of a record, without surrounding space, and whether the last one is still quoted.
fn spans(raw: &str) -> (Vec<Range<usize>>, bool) {
    let (mut spans, mut start, mut quoted, mut closed) = (Vec::new(), 0, false, None);
    for (at, byte) in raw.bytes().enumerate() {
        match byte {
            b'"' if quoted => (quoted, closed) = (false, Some(at)),
            b'"' if at == start || closed == at.checked_sub(1) => quoted = true,
            b',' if !quoted => {
                spans.push(trimmed(raw, start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    spans.push(trimmed(raw, start..raw.len()));
    (spans, quoted)
}

fn trimmed(raw: &str, span: Range<usize>) -> Range<usize> {
    let field = &raw[span.clone()];
    let start = span.start + field.len() - field.trim_start().len();
    start..start.max(span.start + field.trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse<'t>(text: &'t str, optional: &[&'static str]) -> (Option<Table<'t>>, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        (Table::parse("t.csv", text, &["code", "rate"], optional, &mut diagnostics), diagnostics)
    }

    fn table(text: &str) -> Table<'_> {
        parse(text, &["note"]).0.expect("a good header")
    }

    #[test]
    fn columns_come_in_any_order_with_bom_crlf_blank_lines_quotes_and_space() {
        let table =
            table("\u{feff} rate ,note,code,,\r\n\r\n0.5,\"a, \"\"b\"\"\", AGO ,,\r\n,,,,\r\n-1e-3,,MEX\r\n");
        let rows: Vec<Row<'_>> = table.rows().map(|row| row.expect("a good row")).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].field("code"), rows[0].field("note")), ("AGO", "a, \"b\""));
        assert_eq!((rows[0].line(), rows[1].line()), (3, 5));
        assert_eq!(rows[1].number("rate").ok(), Some(-1e-3));
    }

    #[test]
    fn a_place_points_at_its_field_in_its_row() {
        let table = table("code,rate\n\"A,\"\"G\", x1 \n");
        let row = table.rows().next().expect("one row").expect("a good row");
        let place = row.place("rate");
        assert_eq!((&place.text[place.span.clone()], place.line()), ("x1", 2));
        assert_eq!(&*place.text, "\"A,\"\"G\", x1 ");
        let fault = row.number("rate").expect_err("not a number");
        assert_eq!(fault.diagnostic.message, "`x1` is not a finite number");
    }

    #[test]
    fn what_is_not_a_finite_number_is_refused_with_advice() {
        for (written, help) in [
            ("NaN", ""),
            ("inf", ""),
            ("1e999", ""),
            ("0x10", ""),
            ("1_0", ""),
            ("\"1,000\"", "use a point for decimals and no thousands separators"),
            ("25%", "write per cent as a fraction: 0.25"),
        ] {
            let text = format!("code,rate\nAGO,{written}\n");
            let table = table(&text);
            let row = table.rows().next().expect("one row").expect("a good row");
            let fault = row.number("rate").expect_err(written);
            assert_eq!((fault.kind, &*fault.diagnostic.help), ("not a finite number", help), "{written}");
        }
    }

    #[test]
    fn missing_and_doubled_columns_are_all_reported_and_near_misses_are_named() {
        let (table, faults) = parse("kode;rat\n", &[]);
        assert!(table.is_none());
        let messages: Vec<&str> = faults.iter().map(|fault| &*fault.message).collect();
        assert_eq!(messages, ["`t.csv` has no column `code`", "`t.csv` has no column `rate`"]);
        assert!(faults[0].help.contains("semicolons"));
        assert_eq!(parse("code,rates\n", &[]).1[0].help, "is `rates` this column? call it `rate`");
        assert_eq!(parse("code,rate,code\n", &[]).1[0].message, "column `code` stands twice");
        assert_eq!(parse("", &[]).1[0].message, "`t.csv` is empty");
        let place = parse("\u{feff}code,rates\n", &[]).1.remove(0).place.expect("the header");
        assert_eq!((&*place.text, place.line()), ("code,rates", 1));
    }

    #[test]
    fn a_misspelt_optional_column_is_a_warning_and_any_other_column_is_none() {
        let (table, faults) = parse("code,rate,notes,colour\n", &["note"]);
        assert!(table.is_some_and(|table| !table.has("note")));
        assert_eq!(faults.len(), 1);
        assert_eq!((faults[0].is_error(), &*faults[0].help), (false, "did you mean `note`?"));
    }

    #[test]
    fn rows_that_do_not_fit_the_header_are_faults() {
        let kind = |text| table(text).rows().next().expect("one row").map_err(|fault| fault.kind).err();
        assert_eq!(kind("code,rate\nAGO,1,000\n"), Some("too many fields"));
        assert_eq!(kind("code,rate\nAGO,\"1\n"), Some("unclosed quotation mark"));
        assert_eq!(kind("code,rate\nAGO\n"), None);
    }

    #[test]
    fn ten_thousand_faults_give_eleven_lines() {
        let mut text = "code,rate\n".to_owned();
        text.extend((0..10_000).map(|_| "AGO,x\n"));
        let table = table(&text);
        let mut faults = Faults::new(table.file());
        for row in table.rows().flatten() {
            faults.keep(row.number("rate"));
        }
        let mut diagnostics = Vec::new();
        faults.finish(&mut diagnostics);
        assert_eq!(diagnostics.len(), MOST_SHOWN + 1);
        assert_eq!(
            diagnostics[MOST_SHOWN].message,
            "and 9,990 more in `t.csv` like this: not a finite number"
        );
    }

    #[test]
    fn a_long_row_is_cut_at_a_character() {
        let text = format!("code,rate\n{},x\n", "\u{e9}".repeat(MOST_QUOTED));
        let table = table(&text);
        let row = table.rows().next().expect("one row").expect("a good row");
        let place = row.place("rate");
        assert!(place.text.len() <= MOST_QUOTED && place.text.get(place.span).is_some());
    }
}
