//! Solved draws as a file (Parquet), to be put together with others into the result of one run.
//!
//! A row is a draw: its number, how many of its elasticities were raised to the floor, why it has no solution if it has
//! none, and lists of all numbers of countries, sectors and flows in the order of the tables, outcome after outcome,
//! NaN where there is no value. The label, in the file's metadata, says of what the draws are.

mod label;
mod read;
mod write;

use std::io;

pub use label::{Label, Part};
use parquet::errors::ParquetError;
pub use read::Reader;
pub use write::Writer;
pub(super) use write::{column, properties};

/// The columns.
const SCHEMA: &str = "message draws {
    REQUIRED INT32 draw;
    REQUIRED INT32 floored;
    OPTIONAL BYTE_ARRAY failure;
    REPEATED DOUBLE countries;
    REPEATED DOUBLE sectors;
    REPEATED DOUBLE flows;
}";

/// The lists of numbers in a row.
const LISTS: usize = 3;

/// Who writes these files: a version of this program, no clock.
pub(super) const CREATED_BY: &str = concat!(env!("CARGO_PKG_NAME"), " version ", env!("CARGO_PKG_VERSION"));

/// A fault of a Parquet file, as one of writing or reading.
pub(super) fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::new(io::ErrorKind::InvalidData, other),
    }
}
