//! How files that a user names are read: through one small trait, so that a server can refuse paths, and
//! with stated limits on their size.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FileError {
    /// There is no such file.
    #[error("there is no file `{name}`")]
    NotFound {
        /// The file as it was named.
        name: String,
    },
    /// What has the name is no file, or none that is sure to end.
    #[error("`{name}` is {what}, but a file is needed")]
    NotAFile {
        /// The file as it was named.
        name: String,
        /// What it is.
        what: &'static str,
    },
    /// The file is larger than its limit.
    #[error("`{name}` is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The file as it was named.
        name: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The file is not UTF-8 text.
    #[error("`{name}` is not UTF-8 text: first bad byte on line {line}")]
    NotUtf8 {
        /// The file as it was named.
        name: String,
        /// The line of the first bad byte, from 1.
        line: usize,
    },
    /// The system refused.
    #[error("cannot read `{name}`: {reason}")]
    Unreadable {
        /// The file as it was named.
        name: String,
        /// The system's reason.
        reason: String,
    },
}

/// A place from which named files are read.
pub trait Files {
    /// The whole text of a file, at most `limit` bytes of it.
    ///
    /// # Errors
    /// [`FileError`], with the file as it was named.
    fn read(&self, name: &str, limit: u64) -> Result<String, FileError>;

    /// Where a file is looked for, for messages.
    fn path(&self, name: &str) -> String {
        name.to_owned()
    }
}

/// No files at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, name: &str, _limit: u64) -> Result<String, FileError> {
        Err(FileError::NotFound { name: name.to_owned() })
    }
}

const A_FOLDER: &str = "a folder";

/// Files on disk, relative to a folder: regular files only, since reading anything else may never end.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Files relative to `root`; absolute names stand for themselves.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Opens a regular file, or a link to one, to be read piece by piece.
    ///
    /// # Errors
    /// [`FileError`], with the file as it was named.
    pub fn open(&self, name: &str) -> Result<File, FileError> {
        let path = self.root.join(name);
        let found = fs::metadata(&path).map_err(|error| unreadable(name, &error))?;
        if !found.is_file() {
            let what = if found.is_dir() { A_FOLDER } else { "a pipe, a socket or a device" };
            return Err(FileError::NotAFile { name: name.to_owned(), what });
        }
        File::open(&path).map_err(|error| unreadable(name, &error))
    }
}

impl Files for Folder {
    fn read(&self, name: &str, limit: u64) -> Result<String, FileError> {
        text(self.open(name)?, name, limit)
    }

    fn path(&self, name: &str) -> String {
        self.root.join(name).display().to_string()
    }
}

/// Files named on the command line, where a pipe such as `/dev/stdin` is as good as a file.
#[derive(Clone, Copy, Debug)]
pub struct CommandLine;

impl Files for CommandLine {
    fn read(&self, name: &str, limit: u64) -> Result<String, FileError> {
        if Path::new(name).is_dir() {
            return Err(FileError::NotAFile { name: name.to_owned(), what: A_FOLDER });
        }
        text(File::open(name).map_err(|error| unreadable(name, &error))?, name, limit)
    }
}

/// The whole text of what is read, at most `limit` bytes of it; `name` is for messages.
///
/// # Errors
/// [`FileError`] where it is larger, no text, or the system refuses.
pub fn text(reader: impl Read, name: &str, limit: u64) -> Result<String, FileError> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    if bytes.len() as u64 > limit {
        return Err(FileError::TooLarge { name: name.to_owned(), limit });
    }
    String::from_utf8(bytes).map_err(|error| FileError::NotUtf8 {
        name: name.to_owned(),
        line: 1 + error.as_bytes()[..error.utf8_error().valid_up_to()]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count(),
    })
}

/// The system's reason not to read a file.
pub fn unreadable(name: &str, error: &io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound => FileError::NotFound { name: name.to_owned() },
        _ => FileError::Unreadable { name: name.to_owned(), reason: error.to_string() },
    }
}
