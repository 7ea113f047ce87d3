//! `tariffsim new`: a scenario to begin with.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, ValueHint};

use crate::cli::failure::Failure;
use crate::cli::{open, output};
use crate::diagnostic::Diagnostic;
use crate::scenario::DEFAULT_BASELINE;
use crate::scenario::starter::{Act, Starter, file_name};

#[derive(Debug, clap::Args)]
#[command(
    group = ArgGroup::new("act").args(["add", "to", "remove", "match_", "embargo"]),
    after_help = "\
Without flags it is about a tariff on cars. Countries and goods are codes or names, which
`tariffsim list countries` and `tariffsim list sectors` show.

Examples:
  tariffsim new
  tariffsim new my-tariff.toml --by USA --on MEX CAN --add 25pp --retaliation --force
  tariffsim new cars.toml --by EU27 --on CHN --goods AUT --to 35%
  tariffsim new follow.toml --by Mexico --on China --match USA"
)]
pub(super) struct Arguments {
    /// The file to write
    #[arg(default_value = "my-tariff.toml", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// Who imposes the tariff: countries or groups
    #[arg(long, value_name = "COUNTRY", num_args = 1.., requires = "on")]
    by: Vec<String>,
    /// Whose goods it is on: countries, groups or `all`
    #[arg(long, value_name = "COUNTRY", num_args = 1.., requires = "by")]
    on: Vec<String>,
    /// Which goods: sectors or `all`
    #[arg(long, value_name = "SECTOR", num_args = 1..)]
    goods: Vec<String>,
    /// Percentage points on top of what is charged already, such as 25pp
    #[arg(long, value_name = "POINTS", allow_hyphen_values = true)]
    add: Option<String>,
    /// The new rate, such as 25%
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    to: Option<String>,
    /// No tariff any more
    #[arg(long)]
    remove: bool,
    /// At least what this country charges on the same goods
    #[arg(long = "match", value_name = "COUNTRY")]
    match_: Option<String>,
    /// No trade at all
    #[arg(long)]
    embargo: bool,
    /// The other side answers in kind
    #[arg(long, conflicts_with_all = ["remove", "match_"])]
    retaliation: bool,
    /// A heading for results
    #[arg(long)]
    title: Option<String>,
    /// A dataset: an embedded one by name, or a folder
    #[arg(long, value_name = "DIR|NAME", requires_all = ["by", "on"], value_hint = ValueHint::DirPath)]
    data: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

pub(super) fn new(arguments: &Arguments) -> Result<(), Failure> {
    let file = file_name(&arguments.file);
    let name = checked_name(&file)?;
    arguments.refuse_swallowed_file()?;
    output::check_new(&file, arguments.force)?;
    let data =
        open::dataset(arguments.data.as_deref().unwrap_or(Path::new(DEFAULT_BASELINE)), Path::new(""))?;
    let typed = typed(name);
    let started = arguments.starter(&file)?.write(&data.dataset, name, &typed)?;
    output::warn_of(&started.warnings);
    output::write_file(&file, started.text.as_bytes())?;
    output::print(&format!("Wrote {name}. {}\n\nNext: tariffsim run {typed}\n", started.summary))
}

impl Arguments {
    fn starter(&self, file: &Path) -> Result<Starter, Failure> {
        let example = Starter::example();
        let is_example = self.by.is_empty();
        Ok(Starter {
            title: self.title.clone(),
            baseline: self.data.as_deref().map(|data| beside(data, file)).transpose()?,
            by: if is_example { example.by } else { self.by.clone() },
            on: if is_example { example.on } else { self.on.clone() },
            goods: if is_example && self.goods.is_empty() { example.goods } else { self.goods.clone() },
            act: self.act().unwrap_or(example.act),
            retaliation: self.retaliation,
        })
    }

    fn act(&self) -> Option<Act> {
        let with_value = self.add.clone().map(Act::Add).or(self.to.clone().map(Act::Set));
        with_value
            .or(self.match_.clone().map(Act::Match))
            .or(self.remove.then_some(Act::Remove))
            .or(self.embargo.then_some(Act::Embargo))
    }

    /// A file named behind a list of countries or goods is read as one of them.
    fn refuse_swallowed_file(&self) -> Result<(), Failure> {
        let mut listed = self.by.iter().chain(&self.on).chain(&self.goods);
        match listed.find(|text| text.ends_with(".toml")) {
            None => Ok(()),
            Some(file) => {
                Err(Diagnostic::error(format!("`{file}` stands behind a list and is read as part of it"))
                    .help(format!("name the file first: `tariffsim new {file} --by …`"))
                    .into())
            }
        }
    }
}

/// The name of a file as text that fits on a line.
fn checked_name(file: &Path) -> Result<&str, Failure> {
    file.to_str().filter(|name| !name.contains(char::is_control)).ok_or_else(|| {
        Diagnostic::error(format!("`{}` cannot be shown on a line of text", file.display()))
            .help("name the file in UTF-8, without line ends and other control characters")
            .into()
    })
}

/// A dataset as a scenario file names it: relative to the folder of the file.
fn beside(data: &Path, file: &Path) -> Result<String, Failure> {
    let in_this_folder = file.parent().is_none_or(|parent| parent == Path::new(""));
    let is_embedded = crate::data::embedded::NAMES.iter().any(|name| data == Path::new(name));
    let named = if in_this_folder || is_embedded { Ok(data.to_owned()) } else { std::path::absolute(data) };
    let named = named.ok().and_then(|path| path.to_str().map(str::to_owned));
    named.ok_or_else(|| {
        let message =
            format!("the name of the dataset `{}` cannot be written into a scenario", data.display());
        Diagnostic::error(message).help("name the folder in UTF-8").into()
    })
}

/// A file's name as one types it into a shell.
fn typed(name: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "._-/\\:".contains(letter);
    match name {
        _ if name.starts_with('-') => format!("\"./{name}\""),
        _ if name.chars().all(plain) => name.to_owned(),
        _ if name.contains(['"', '$', '`', '\\', '!']) && !cfg!(windows) => {
            format!("'{}'", name.replace('\'', "'\\''"))
        }
        _ => format!("\"{name}\""),
    }
}
