//! The result folder: either the whole new result is there, or what was there before.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rayon::prelude::*;
use thiserror::Error;

use crate::diagnostic::Diagnostic;
use crate::files::{Files as _, Folder};
use crate::hash::Hashing;
use crate::report::contents::{PAGE, RECORD};
use crate::report::page::{self, MOST_BYTES};
use crate::report::record::{self, Hashes};

/// Why a result folder could not be written.
#[derive(Debug, Error)]
pub enum FolderError {
    /// The name is taken by a file.
    #[error("`{}` is a file, but a folder is needed for the results", .0.display())]
    NotAFolder(PathBuf),
    /// The folder holds something else.
    #[error("`{}` is not empty and holds no result of this program, so it is left alone", .0.display())]
    NotAResult(PathBuf),
    /// The name has no last part, such as `..`.
    #[error("`{}` does not name a folder", .0.display())]
    NoName(PathBuf),
    /// There is no place beside it where it could be made.
    #[error("cannot make a folder in `{}`: {reason}", .above.display())]
    NoPlace {
        /// The folder above.
        above: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
    /// The system refused.
    #[error("cannot write `{}`: {reason}", path.display())]
    Unwritable {
        /// What could not be written.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
    /// The files cannot be read back for the page.
    #[error("the page cannot be made of the files that were just written")]
    NoPage(Vec<Diagnostic>),
}

impl FolderError {
    /// What the user can do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotAFolder(_) | Self::NotAResult(_) => "name a new folder, or one with an earlier result",
            Self::NoName(_) => "name a folder, such as `results`",
            Self::NoPlace { .. } => {
                "a folder is made beside its place, and put there when it is whole: check the free space and that you may write there"
            }
            Self::Unwritable { .. } | Self::NoPage(_) => "check the free space and that you may write there",
        }
    }
}

/// Writes the page of a result folder anew, from its files as the run wrote them; gives the page's place.
///
/// # Errors
/// What is wrong with the folder, or why the page cannot be written; the old page then stays.
pub fn renew_page(dir: &Path) -> Result<PathBuf, Vec<Diagnostic>> {
    let page = page::page_of_folder(&Folder::new(dir))?;
    let unwritable = |error: FolderError| vec![Diagnostic::error(error.to_string()).help(error.help())];
    let scratch = Scratch::create(&dir.join(PAGE), PAGE).map_err(unwritable)?;
    let (fresh, target) = (scratch.path.join(PAGE), dir.join(PAGE));
    let written = fs::write(&fresh, page).and_then(|()| fs::rename(&fresh, &target));
    written.map_err(|reason| unwritable(FolderError::Unwritable { path: target.clone(), reason }))?;
    Ok(target)
}

/// Whether a folder may be written to, tried with a folder beside it that is gone at once: to be asked before a long
/// run.
///
/// # Errors
/// [`FolderError`] when the name is taken by a file, or by a folder that holds something else than a result, or when
/// nothing can be made where it is.
pub fn check(dir: &Path) -> Result<(), FolderError> {
    let may_replace = match fs::metadata(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(reason) => return Err(FolderError::Unwritable { path: dir.to_owned(), reason }),
        Ok(found) if !found.is_dir() => return Err(FolderError::NotAFolder(dir.to_owned())),
        Ok(_) => is_empty(dir)? || is_result(dir),
    };
    if !may_replace {
        return Err(FolderError::NotAResult(dir.to_owned()));
    }
    let (target, name) = place(dir)?;
    let above = target.ancestors().skip(1).find(|above| above.as_os_str().is_empty() || above.exists());
    Scratch::create(&above.unwrap_or(Path::new("")).join(&name), &name).map(drop)
}

/// Where a folder is and what it is called. A link to a folder stays a link: what it points to is replaced.
///
/// # Errors
/// [`FolderError::NoName`].
pub fn place(dir: &Path) -> Result<(PathBuf, String), FolderError> {
    let Some(name) = dir.file_name() else { return Err(FolderError::NoName(dir.to_owned())) };
    let target = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    Ok((target, name.to_string_lossy().into_owned()))
}

fn is_empty(dir: &Path) -> Result<bool, FolderError> {
    let mut entries = fs::read_dir(dir).map_err(unwritable(dir))?;
    Ok(entries.next().is_none())
}

/// Whether a folder holds a run record of this program in a format it knows.
fn is_result(dir: &Path) -> bool {
    let record = Folder::new(dir).read(RECORD, MOST_BYTES).ok();
    let record = record.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    record.is_some_and(|record| {
        record["format"] == record::FORMAT && record["program"]["name"] == record::PROGRAM
    })
}

/// A folder that is being filled, not yet in its place.
pub struct Draft<'a> {
    place: PathBuf,
    /// Where it will be, for messages.
    dir: &'a Path,
}

/// What a file is called and what writes it.
pub type Content<'a> = (String, Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'a>);

/// A file that is written as it is made.
pub fn content<'a>(
    name: impl Into<String>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'a,
) -> Content<'a> {
    (name.into(), Box::new(write))
}

/// A file that is in memory.
pub fn text<'a>(name: impl Into<String>, text: &'a str) -> Content<'a> {
    content(name, move |out| out.write_all(text.as_bytes()))
}

/// A file that is written bit by bit, hashed on its way.
pub type Stream = Hashing<BufWriter<File>>;

impl Draft<'_> {
    /// The files that are there so far.
    pub fn folder(&self) -> Folder {
        Folder::new(&self.place)
    }

    /// Opens a file that is written bit by bit.
    ///
    /// # Errors
    /// [`FolderError::Unwritable`].
    pub fn stream(&self, name: &str) -> Result<Stream, FolderError> {
        let file = File::create(self.place.join(name)).map_err(|reason| self.unwritable(name, reason))?;
        Ok(Hashing::new(BufWriter::new(file)))
    }

    /// Why a file of the folder could not be written.
    pub fn unwritable(&self, name: &str, reason: io::Error) -> FolderError {
        FolderError::Unwritable { path: self.dir.join(name), reason }
    }

    /// Writes a file and gives its hash.
    ///
    /// # Errors
    /// [`FolderError::Unwritable`].
    pub fn file(
        &self,
        name: &str,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<String, FolderError> {
        let write = || {
            let mut out = Hashing::new(File::create(self.place.join(name))?);
            content(&mut out).map(|()| out.finish())
        };
        write().map_err(|reason| self.unwritable(name, reason))
    }

    /// Writes files on all threads and gives their hashes.
    ///
    /// # Errors
    /// [`FolderError::Unwritable`] for the first that could not be written.
    pub fn files(&self, files: Vec<Content<'_>>) -> Result<Hashes, FolderError> {
        let files = files.into_par_iter().with_max_len(1);
        let written: Vec<_> =
            files.map(|(name, content)| self.file(&name, content).map(|hash| (name, hash))).collect();
        written.into_iter().collect()
    }
}

/// Writes files that are in memory into a folder; see [`make`].
///
/// # Errors
/// [`FolderError`]; see [`check`].
pub fn write(dir: &Path, files: &[(&str, Vec<u8>)]) -> Result<(), FolderError> {
    make(dir, |draft| {
        let mut files = files.iter();
        files.try_for_each(|(name, bytes)| draft.file(name, |out| out.write_all(bytes)).map(drop))
    })
}

/// Makes a folder: what fills it writes into a temporary one beside it, which then takes its name.
///
/// An earlier result is replaced as a whole. On any failure nothing new is left, and an earlier result stays.
///
/// # Errors
/// [`FolderError`]; see [`check`].
pub fn make<T, E: From<FolderError>>(
    dir: &Path,
    fill: impl FnOnce(&Draft<'_>) -> Result<T, E>,
) -> Result<T, E> {
    check(dir)?;
    let (target, name) = place(dir)?;
    let parents = Parents::create(&target)?;
    let scratch = Scratch::create(&target, &name)?;
    let fresh = scratch.path.join("new");
    fs::create_dir(&fresh).map_err(unwritable(&fresh))?;
    let filled = fill(&Draft { place: fresh.clone(), dir })?;
    let made = fs::metadata(&scratch.path).and_then(|made| made.modified()).ok();
    swap(scratch, &fresh, &target)?;
    parents.keep();
    if let Some(now) = made {
        remove_left_over(&target, &name, now);
    }
    Ok(filled)
}

/// A scratch folder lives for seconds. One that is older than this was left by a run that was killed.
const LEFT_OVER: Duration = Duration::from_secs(3600);

/// Removes scratch folders of the same result that were left long before `now`, in the disk's own time.
fn remove_left_over(target: &Path, name: &str, now: SystemTime) {
    let lead = format!(".{name}.");
    let is_scratch = |file: &str| {
        let rest = file.strip_prefix(&lead).and_then(|rest| rest.split_once('-'));
        rest.is_some_and(|(run, tried)| run.parse::<u32>().is_ok() && tried.parse::<u32>().is_ok())
    };
    let beside = target.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    for entry in fs::read_dir(beside).into_iter().flatten().flatten() {
        let age =
            entry.metadata().and_then(|of| of.modified()).ok().and_then(|then| now.duration_since(then).ok());
        if is_scratch(&entry.file_name().to_string_lossy()) && age.is_some_and(|age| age > LEFT_OVER) {
            // What cannot be removed is hidden and named after its result.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Gives a finished folder its name; what had the name before goes into the scratch folder, to be removed.
fn swap(mut scratch: Scratch, fresh: &Path, target: &Path) -> Result<(), FolderError> {
    let old = scratch.path.join("old");
    let replaces = target.exists();
    if replaces {
        fs::rename(target, &old).map_err(unwritable(target))?;
    }
    fs::rename(fresh, target).map_err(|reason| {
        // The old result goes back to its place; if even that fails, it must not be removed with the scratch.
        let restored = !replaces || fs::rename(&old, target).is_ok();
        scratch.remove = restored;
        let path = if restored { target.to_owned() } else { old };
        FolderError::Unwritable { path, reason }
    })
}

fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> FolderError + use<> {
    let path = path.to_owned();
    move |reason| FolderError::Unwritable { path, reason }
}

/// A hidden folder beside the target, on the same disk, that is removed in the end.
struct Scratch {
    path: PathBuf,
    remove: bool,
}

impl Scratch {
    /// How many names are tried; others may be left from runs that were killed.
    const TRIES: u32 = 100;

    fn create(target: &Path, name: &str) -> Result<Self, FolderError> {
        let mut tried = 0;
        loop {
            let path = target.with_file_name(format!(".{name}.{}-{tried}", std::process::id()));
            tried += 1;
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path, remove: true }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tried < Self::TRIES => {}
                Err(reason) => {
                    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
                    let above = above.unwrap_or(Path::new(".")).to_owned();
                    return Err(FolderError::NoPlace { above, reason });
                }
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.remove {
            // There is no one left to tell; a folder that cannot be removed is hidden and named after its result.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// The folders above the target that had to be made; removed again unless kept.
struct Parents(Vec<PathBuf>);

impl Parents {
    fn create(target: &Path) -> Result<Self, FolderError> {
        let above =
            target.ancestors().skip(1).take_while(|path| !path.as_os_str().is_empty() && !path.exists());
        let parents = Self(above.map(Path::to_owned).collect());
        for parent in parents.0.iter().rev() {
            fs::create_dir(parent).map_err(unwritable(parent))?;
        }
        Ok(parents)
    }

    fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Parents {
    fn drop(&mut self) {
        for parent in &self.0 {
            // Only what is empty goes: something else may have been put there meanwhile.
            let _ = fs::remove_dir(parent);
        }
    }
}
