//! Writing draws, block by block.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::Encoding;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type};
use parquet::errors::Result;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use crate::model::impact::Impact;
use crate::monte_carlo::ensemble::Solved;
use crate::report::shard::{CREATED_BY, LISTS, Label, SCHEMA, io_error};

/// How files of numbers are written: plainly, because numbers of draws hardly repeat, and without anything that depends
/// on when and where.
pub(in crate::report) fn properties() -> WriterPropertiesBuilder {
    WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::PLAIN)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
}

/// Writes blocks of draws, each as a row group.
pub struct Writer<W: Write + Send> {
    file: SerializedFileWriter<W>,
}

impl<W: Write + Send> Writer<W> {
    /// A file with a label and no draws so far.
    ///
    /// # Errors
    /// Those of writing.
    pub fn new(out: W, label: &Label) -> io::Result<Self> {
        let properties = properties().set_key_value_metadata(Some(label.metadata())).build();
        let begin = || {
            let schema = Arc::new(parse_message_type(SCHEMA)?);
            SerializedFileWriter::new(out, schema, Arc::new(properties))
        };
        Ok(Self { file: begin().map_err(io_error)? })
    }

    /// Adds draws, the first of which has this number.
    ///
    /// # Errors
    /// Those of writing.
    pub fn add(&mut self, first: u32, solved: &[Solved]) -> io::Result<()> {
        let mut write = || -> Result<()> {
            let mut group = self.file.next_row_group()?;
            let numbers: Vec<i32> = (first..).take(solved.len()).map(|draw| draw as i32).collect();
            let floored: Vec<i32> = solved.iter().map(|draw| draw.floored as i32).collect();
            column::<Int32Type>(&mut group, &numbers, None, None)?;
            column::<Int32Type>(&mut group, &floored, None, None)?;
            failures(&mut group, solved)?;
            (0..LISTS).try_for_each(|part| lists(&mut group, solved, part))?;
            group.close().map(drop)
        };
        write().map_err(io_error)
    }

    /// Ends the file and gives what it was written to.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(self) -> io::Result<W> {
        self.file.into_inner().map_err(io_error)
    }
}

/// Writes a column with its definition and repetition levels.
pub(in crate::report) fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, impl Write + Send>,
    values: &[T::T],
    defined: Option<&[i16]>,
    repeated: Option<&[i16]>,
) -> Result<()> {
    let mut column = group.next_column()?.expect("the schema has this column");
    column.typed::<T>().write_batch(values, defined, repeated)?;
    column.close()
}

fn failures(group: &mut SerializedRowGroupWriter<'_, impl Write + Send>, solved: &[Solved]) -> Result<()> {
    let errors = solved.iter().filter_map(|draw| draw.result.as_ref().err());
    let packed = errors.map(|error| {
        ByteArray::from(postcard::to_stdvec(error).expect("a reason has no type that postcard cannot write"))
    });
    let packed: Vec<ByteArray> = packed.collect();
    let defined: Vec<i16> = solved.iter().map(|draw| i16::from(draw.result.is_err())).collect();
    column::<ByteArrayType>(group, &packed, Some(&defined), None)
}

/// Writes the numbers of a part of all outcomes, as a list for each draw.
fn lists(
    group: &mut SerializedRowGroupWriter<'_, impl Write + Send>,
    solved: &[Solved],
    part: usize,
) -> Result<()> {
    let (mut values, mut defined, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
    for draw in solved {
        let before = values.len();
        for impact in draw.result.iter().flatten() {
            values.extend_from_slice(numbers(impact, part));
        }
        // An empty list is one undefined entry; what follows the first entry repeats it.
        let count = values.len() - before;
        defined.extend(std::iter::repeat_n(i16::from(count > 0), count.max(1)));
        repeated.push(0);
        repeated.extend(std::iter::repeat_n(1, count.saturating_sub(1)));
    }
    column::<DoubleType>(group, &values, Some(&defined), Some(&repeated))
}

fn numbers(impact: &Impact, part: usize) -> &[f64] {
    [&impact.countries, &impact.sectors, &impact.flows][part]
}
