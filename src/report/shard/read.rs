//! Reading draws back, one block after the other.

use std::collections::VecDeque;
use std::fs::File;
use std::io;

use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type};
use parquet::file::reader::{FileReader as _, RowGroupReader, SerializedFileReader};
use parquet::schema::parser::parse_message_type;

use crate::model::impact::Impact;
use crate::monte_carlo::ensemble::{Solved, Unsolved};
use crate::report::shard::{LISTS, Label, SCHEMA, io_error};

/// The draws of a file, in order.
pub struct Reader {
    file: SerializedFileReader<File>,
    label: Label,
    /// The next row group.
    group: usize,
    /// Draws of the last one that are still to be given.
    ready: VecDeque<Solved>,
    /// The draw that is given next.
    next: u32,
}

fn damaged(why: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.into())
}

impl Reader {
    /// Opens a file.
    ///
    /// # Errors
    /// Why it holds no draws that this program can read.
    pub fn open(file: File) -> io::Result<Self> {
        let file = SerializedFileReader::new(file).map_err(io_error)?;
        let about = file.metadata().file_metadata();
        let metadata = about.key_value_metadata().map_or(&[][..], Vec::as_slice);
        let label = Label::of_metadata(metadata).map_err(damaged)?;
        let expected = parse_message_type(SCHEMA).map_err(io_error)?;
        if *about.schema_descr().root_schema() != expected {
            return Err(damaged("its columns are not those of draws"));
        }
        let next = label.first;
        Ok(Self { file, label, group: 0, ready: VecDeque::new(), next })
    }

    /// What the draws are of.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// Whether all draws of the label have been given.
    pub fn is_done(&self) -> bool {
        self.next == self.label.end
    }

    /// The next draw.
    ///
    /// # Errors
    /// Those of reading, or that draws are missing or out of order.
    pub fn draw(&mut self) -> io::Result<Solved> {
        while self.ready.is_empty() {
            if self.group == self.file.num_row_groups() {
                return Err(damaged(format!("draw {} is missing", self.next)));
            }
            let group = self.file.get_row_group(self.group).map_err(io_error)?;
            self.group += 1;
            let first = self.next;
            self.ready = draws(group.as_ref(), first, self.label.outcomes)?.into();
        }
        self.next += 1;
        self.ready.pop_front().ok_or_else(|| damaged("a block has no draws"))
    }
}

/// The draws of a row group, of which the first must have this number.
fn draws(group: &dyn RowGroupReader, first: u32, outcomes: usize) -> io::Result<Vec<Solved>> {
    let rows = usize::try_from(group.metadata().num_rows()).map_err(|_| damaged("it has no length"))?;
    let (numbers, ..) = column::<Int32Type>(group, 0, rows)?;
    if !numbers.iter().copied().eq((i64::from(first)..).take(rows).map(|draw| draw as i32)) {
        return Err(damaged(format!("draw {first} is not where it should be")));
    }
    let (floored, ..) = column::<Int32Type>(group, 1, rows)?;
    let (reasons, failed, _) = column::<ByteArrayType>(group, 2, rows)?;
    let mut lists =
        (0..LISTS).map(|part| List::read(group, 3 + part, rows)).collect::<io::Result<Vec<_>>>()?;
    let mut reasons = reasons.into_iter();
    let mut solved = Vec::with_capacity(rows);
    for (floored, failed) in floored.into_iter().zip(failed) {
        let parts = lists.iter_mut().map(List::take).collect::<io::Result<Vec<_>>>()?;
        let result = match failed {
            0 => Ok(impacts(&parts, outcomes)?),
            _ => Err(reason(reasons.next())?),
        };
        let floored = u32::try_from(floored).map_err(|_| damaged("a count is negative"))?;
        solved.push(Solved { floored, result });
    }
    if solved.len() == rows { Ok(solved) } else { Err(damaged("a column is too short")) }
}

fn reason(packed: Option<ByteArray>) -> io::Result<Unsolved> {
    let error = packed.and_then(|packed| postcard::from_bytes(packed.data()).ok());
    error.ok_or_else(|| damaged("why a draw has no solution cannot be read"))
}

/// The numbers of a draw by outcome.
fn impacts(parts: &[&[f64]], outcomes: usize) -> io::Result<Vec<Impact>> {
    if parts.iter().any(|part| part.len() % outcomes != 0) {
        return Err(damaged("the outcomes of a draw differ in length"));
    }
    let of = |part: usize, outcome: usize| {
        let length = parts[part].len() / outcomes;
        parts[part][outcome * length..][..length].to_vec()
    };
    let impact =
        |outcome| Impact { countries: of(0, outcome), sectors: of(1, outcome), flows: of(2, outcome) };
    Ok((0..outcomes).map(impact).collect())
}

/// A column's values with their definition and repetition levels.
type Column<T> = (Vec<T>, Vec<i16>, Vec<i16>);

fn column<T: DataType>(group: &dyn RowGroupReader, at: usize, rows: usize) -> io::Result<Column<T::T>> {
    let (mut values, mut defined, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
    let reader = group.get_column_reader(at).map_err(io_error)?;
    let mut reader = get_typed_column_reader::<T>(reader);
    let levels = (Some(&mut defined), Some(&mut repeated));
    let (read, ..) = reader.read_records(rows, levels.0, levels.1, &mut values).map_err(io_error)?;
    if read == rows { Ok((values, defined, repeated)) } else { Err(damaged("a column is too short")) }
}

/// A list of numbers for each row, read one after the other.
struct List {
    values: Vec<f64>,
    defined: Vec<i16>,
    repeated: Vec<i16>,
    /// Where the next list begins, among the values and among the levels.
    value: usize,
    level: usize,
}

impl List {
    fn read(group: &dyn RowGroupReader, at: usize, rows: usize) -> io::Result<Self> {
        let (values, defined, repeated) = column::<DoubleType>(group, at, rows)?;
        Ok(Self { values, defined, repeated, value: 0, level: 0 })
    }

    /// The next list.
    fn take(&mut self) -> io::Result<&[f64]> {
        let levels = self.repeated.get(self.level + 1..).unwrap_or_default();
        let more = levels.iter().take_while(|level| **level > 0).count();
        let entries = self.defined.get(self.level..=self.level + more);
        let entries = entries.ok_or_else(|| damaged("a list is missing"))?;
        let count = entries.iter().filter(|level| **level > 0).count();
        self.level += 1 + more;
        self.value += count;
        self.values.get(self.value - count..self.value).ok_or_else(|| damaged("a list is too short"))
    }
}
