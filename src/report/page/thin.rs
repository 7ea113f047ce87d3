//! Large tables read without what is not wanted of them: a table of flows may have gigabytes, a page shows few pairs.

use std::collections::HashSet;
use std::io::{self, BufRead};

use crate::files::{FileError, unreadable};
use crate::report::tables::beginning;

/// Which rows are wanted: those that begin with one of some lists of fields, all of the same length.
pub(super) struct Wanted {
    beginnings: HashSet<Vec<u8>>,
    fields: usize,
}

impl Wanted {
    /// The rows that begin with some fields.
    pub(super) fn new(beginnings: &[Vec<&str>]) -> Self {
        let fields = beginnings.first().map_or(0, Vec::len);
        let keys = beginnings.iter().map(|begins| key(beginning(begins).as_bytes(), fields).to_vec());
        Self { beginnings: keys.collect(), fields }
    }

    /// Whether every row is a line.
    fn is_by_line(&self) -> bool {
        !self.beginnings.iter().any(|begins| begins.contains(&b'\n'))
    }

    fn has(&self, line: &[u8]) -> bool {
        self.beginnings.contains(key(line, self.fields))
    }
}

/// What a row begins with, up to the comma after so many fields; commas between quotation marks are part of a field.
fn key(row: &[u8], fields: usize) -> &[u8] {
    let mut is_quoted = false;
    let mut ends = row.iter().enumerate().filter(|(_, byte)| {
        is_quoted ^= **byte == b'"';
        **byte == b',' && !is_quoted
    });
    ends.nth(fields.saturating_sub(1)).map_or(row, |(at, _)| &row[..=at])
}

/// The header and the wanted rows; every other line is left blank, so that places stay right.
///
/// # Errors
/// [`FileError`] where even that is larger than `limit` bytes, is no text, or the system refuses.
pub(super) fn thin(
    mut reader: impl BufRead,
    name: &str,
    wanted: &Wanted,
    limit: u64,
) -> Result<String, FileError> {
    let by_line = wanted.is_by_line();
    let (mut kept, mut line, mut is_header) = (Vec::new(), Vec::new(), true);
    while read_line(&mut reader, &mut line).map_err(|error| unreadable(name, &error))? {
        if is_header || !by_line || wanted.has(&line) {
            kept.extend_from_slice(&line);
        } else {
            kept.push(b'\n');
        }
        is_header = false;
        if kept.len() as u64 > limit {
            break;
        }
    }
    crate::files::text(kept.as_slice(), name, limit)
}

fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    Ok(reader.read_until(b'\n', line)? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thinned(beginning: &[&str], text: &str) -> String {
        thin(text.as_bytes(), "t.csv", &Wanted::new(&[beginning.to_vec()]), 1000).unwrap()
    }

    #[test]
    fn other_rows_are_left_blank() {
        let text =
            "scenario,outcome,importer,exporter,value\ns,all,A,B,1\ns,all,A,C,2\ns,all,B,A,3\nt,all,A,C,4\n";
        let expected = "scenario,outcome,importer,exporter,value\n\ns,all,A,C,2\n\n\n";
        assert_eq!(thinned(&["s", "all", "A", "C"], text), expected);
        assert_eq!(thinned(&["A", "C"], "h\nA,B,1\nA,C,2\nAA,C,3\nA,CC,4\n"), "h\n\nA,C,2\n\n\n");
    }

    #[test]
    fn awkward_names_lose_no_row() {
        let text = "h\n\"a, b\",all,A,B,1\n\"a, b\",all,A,C,2\n\"a, b\",all,A,D,3\n";
        assert_eq!(thinned(&["a, b", "all", "A", "D"], text), "h\n\n\n\"a, b\",all,A,D,3\n");
        let text = "h\n\"A,1\",B,x,1\n\"A,1\",C,x,2\nD,C,x,3\n";
        assert_eq!(thinned(&["A,1", "C"], text), "h\n\n\"A,1\",C,x,2\n\n");
        let text = "h\n\"say \"\"a,b\"\"\",B,1\n\"say \"\"a,b\"\"\",C,2\n";
        assert_eq!(thinned(&["say \"a,b\"", "C"], text), "h\n\n\"say \"\"a,b\"\"\",C,2\n");
        let text = "h\n\"a\nb\",all,A,B,1\n\"a\nb\",all,A,C,2\n";
        assert_eq!(thinned(&["a\nb", "all", "A", "B"], text), text, "rows over two lines are all kept");
    }

    #[test]
    fn the_limit_holds() {
        let large = "A,B,1\n".repeat(1000);
        let wanted = Wanted::new(&[vec!["A", "B"]]);
        assert!(matches!(thin(large.as_bytes(), "t", &wanted, 1000), Err(FileError::TooLarge { .. })));
    }
}
