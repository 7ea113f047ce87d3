//! Whether the files of a folder are those that one run wrote: otherwise the page would contradict itself.

use crate::diagnostic::Diagnostic;
use crate::files::{FileError, unreadable};
use crate::hash::sha256_of;
use crate::report::contents::RECORD;
use crate::report::page::{self, Source, fault};
use crate::report::record::{self, Written};

/// What can be done about a file that was changed.
const PUT_BACK: &str = "put back what the run wrote, or run the scenario again with --out";

/// Compares every file with its hash in the record, and the record with its own. Files that are not there are no fault
/// here: the page may do without them.
///
/// # Errors
/// Every file that is another one.
pub(super) fn check(files: &dyn Source, record: &str, written: &Written) -> Result<(), Vec<Diagnostic>> {
    let mut faults = Vec::new();
    if !record::is_unchanged(record) {
        let message = format!(
            "`{RECORD}` is not as the run wrote it: the hash at its end is not that of the lines above"
        );
        faults.push(Diagnostic::error(message).help(PUT_BACK));
    }
    // The names are those of this program: a record could name any file of the machine.
    for name in written.kind().hashed() {
        match (hash(files, &name), written.files().get(&name)) {
            (Err(FileError::NotFound { .. }), _) => {}
            (Err(error), _) => faults.extend(page::unreadable(&name, &error)),
            (Ok(_), None) => faults.extend(fault(format!("`{RECORD}` has no hash of `{name}`"))),
            (Ok(found), Some(hash)) if found != *hash => {
                let message = format!("`{name}` is not the file that this run wrote");
                let expected = format!("the SHA-256 {hash}, as in `{RECORD}`, instead of {found}");
                faults.push(Diagnostic::error(message).expected(expected).help(PUT_BACK));
            }
            _ => {}
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn hash(files: &dyn Source, name: &str) -> Result<String, FileError> {
    sha256_of(files.open(name)?).map_err(|error| unreadable(name, &error))
}
