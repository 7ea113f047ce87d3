//! From what the user names to a scenario and a dataset.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::cli::failure::Failure;
use crate::cli::{Changes, Day, Subject, replies};
use crate::data::{embedded, folder, hash, maps};
use crate::diagnostic::{Diagnostic, nearest};
use crate::economy::aggregation::Grouping;
use crate::economy::dataset::Dataset;
use crate::files::{CommandLine, FileError, Files, Folder};
use crate::scenario::{self, Aggregate, Draft, MOST_BYTES, Resolved, Scenario, Settings, prepared};
use crate::units::Date;

/// A dataset with its hash and what the reader had to say about it.
pub(super) struct Data {
    pub(super) dataset: Dataset,
    pub(super) warnings: Vec<Diagnostic>,
    source: Source,
}

enum Source {
    Embedded(&'static str),
    /// With the hashes of its tables, once they are asked for.
    Folder(OnceLock<Hashes>),
    /// Made of other data.
    Aggregated(Arc<Data>),
}

/// The hashes of tables by the names of their files.
type Hashes = BTreeMap<String, String>;

impl Data {
    /// Whether these are the same data as others.
    pub(super) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || self.dataset == other.dataset
    }

    /// The hash that binds a run to its data.
    pub(super) fn hash(&self) -> String {
        match &self.source {
            Source::Embedded(name) => embedded::hash(name).expect("the dataset was opened by this name"),
            Source::Folder(_) => hash::hash(&self.dataset),
            Source::Aggregated(fine) => fine.hash(),
        }
    }

    /// The hashes of the tables by the names of their files, to tell which one differs; none of data in the program.
    pub(super) fn tables(&self) -> &Hashes {
        static NONE: Hashes = Hashes::new();
        match &self.source {
            Source::Embedded(_) => &NONE,
            Source::Folder(tables) => tables.get_or_init(|| hash::tables(&self.dataset)),
            Source::Aggregated(fine) => fine.tables(),
        }
    }
}

/// A scenario put on a dataset.
pub(super) struct Opened {
    pub(super) scenario: Scenario,
    pub(super) data: Arc<Data>,
    pub(super) resolved: Resolved,
    pub(super) origin: Origin,
}

/// On what a scenario was put before its data were made coarser, so that it can be put there again.
pub(super) struct Origin {
    pub(super) data: Arc<Data>,
    pub(super) files: Arc<dyn Files + Send + Sync>,
    pub(super) here: Arc<dyn Files + Send + Sync>,
    pub(super) grouping: Option<Grouping>,
}

/// A scenario with the data it is about and the files it names.
struct Named {
    scenario: Scenario,
    data: Arc<Data>,
    files: Folder,
    /// Where one is: as in any command, what is typed is named as it is seen from there.
    here: Folder,
}

/// What is to be opened, and what the command line says of it.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    scenario: &'a str,
    changes: &'a Changes,
    day: &'a Day,
    /// More settings, each with the flag that gives it.
    more: &'a [(&'static str, String)],
    /// Settings that nobody typed.
    worked_out: &'a [String],
    /// The text of what is no file.
    text: Option<&'a str>,
    /// Whether it is to be a game.
    game: bool,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(scenario: &'a str, changes: &'a Changes, day: &'a Day) -> Self {
        Self { scenario, changes, day, more: &[], worked_out: &[], text: None, game: false }
    }

    /// The same with more settings, each with the flag that gives it.
    pub(super) fn with(self, more: &'a [(&'static str, String)]) -> Self {
        Self { more, ..self }
    }

    /// A scenario that is no file, by its text.
    pub(super) fn of_text(name: &'a str, text: &'a str, changes: &'a Changes, day: &'a Day) -> Self {
        Self { text: Some(text), ..Self::new(name, changes, day) }
    }

    /// The same as a game, which only some commands know what to do with.
    pub(super) fn as_game(self) -> Self {
        Self { game: true, ..self }
    }
}

/// Datasets that were opened: scenarios on the same data share them.
#[derive(Default)]
pub(super) struct Shelf(Vec<(PathBuf, Arc<Data>)>);

/// Opens a scenario and its dataset, and resolves the one on the other, on one day; all mistakes are reported at once.
pub(super) fn open(subject: &Subject, day: &Day) -> Result<Opened, Failure> {
    Shelf::default().open(Wanted::new(&subject.scenario, &subject.changes, day))
}

/// The same on every day on which what is in force changes, after the day before the first of them. Without dates, or
/// with a day that is named, there is one entry without a date.
pub(super) fn open_days(subject: &Subject, day: &Day) -> Result<Vec<(Option<Date>, Opened)>, Failure> {
    let wanted = Wanted::new(&subject.scenario, &subject.changes, day);
    let mut shelf = Shelf::default();
    let named = shelf.read(wanted)?;
    let (dataset, files, here) = (&named.data.dataset, &named.files, &named.here);
    if named.scenario.date().is_some() || named.scenario.changes().is_empty() {
        return Ok(vec![(None, shelf.open(wanted)?)]);
    }
    if let Some(response) = named.scenario.optimal_responses().into_iter().next() {
        let fault = Diagnostic::error("what response is optimal differs from day to day")
            .expected("one day, named with `--on`, or a rate such as `mode = \"+25pp\"`");
        return Err(fault.at(response.place).into());
    }
    let path = named.scenario.resolve_path_with(dataset, files, here)?;
    path.into_iter().map(|(date, resolved)| Ok((Some(date), named.opened(resolved)?))).collect()
}

/// What the user should know about some scenarios or days, once.
pub(super) fn warnings(opened: &[&Opened]) -> Vec<Diagnostic> {
    let mut warnings: Vec<Diagnostic> = Vec::new();
    for warning in opened.iter().flat_map(|opened| &opened.resolved.warnings) {
        if !warnings.contains(warning) {
            warnings.push(warning.clone());
        }
    }
    warnings
}

impl Shelf {
    /// Opens a scenario and its dataset, and resolves the one on the other; all mistakes are reported at once. Optimal
    /// responses are worked out.
    pub(super) fn open(&mut self, wanted: Wanted<'_>) -> Result<Opened, Failure> {
        let named = self.read(wanted)?;
        let responses = named.scenario.optimal_responses();
        if responses.is_empty() {
            return named.resolved();
        }
        let provisional = replies::provisional(&responses);
        let opened = self.read(Wanted { worked_out: &provisional, ..wanted })?.resolved()?;
        let sizes = replies::sizes(&opened, &responses)?;
        self.read(Wanted { worked_out: &sizes, ..wanted })?.resolved()
    }

    fn read(&mut self, wanted: Wanted<'_>) -> Result<Named, Failure> {
        let (name, text, files) = match wanted.text {
            Some(text) => (wanted.scenario.to_owned(), text.to_owned(), Folder::new("")),
            None => read_scenario(wanted.scenario)?,
        };
        let settings = settings(wanted)?;
        let here = Folder::new("");
        let draft = Draft::with(&name, &text, &settings, &files);
        let given = &wanted.changes.data;
        let data = match given {
            Some(path) => self.dataset(path, Path::new("")),
            None if draft.sets_baseline() => self.dataset(Path::new(draft.baseline()), here.root()),
            None => self.dataset(Path::new(draft.baseline()), &files.root().join(draft.baseline_folder())),
        };
        let data = match (data, draft.clone().finish()) {
            (Ok(data), Ok(_)) => data,
            (Ok(data), Err(_)) => return Err(draft.faults_on(&data.dataset).into()),
            (Err(_), Err(faults)) => return Err(faults.into()),
            (Err(Failure::Input(mut faults)), Ok(scenario)) if given.is_none() => {
                if let [fault] = &mut faults[..]
                    && fault.place.is_none()
                {
                    *fault = scenario.baseline_fault(fault.clone());
                }
                return Err(faults.into());
            }
            (Err(failure), Ok(_)) => return Err(failure),
        };
        let scenario = draft.finish()?;
        refuse_other_kind(&scenario, wanted.game)?;
        Ok(Named { scenario, data, files, here })
    }

    fn dataset(&mut self, name: &Path, root: &Path) -> Result<Arc<Data>, Failure> {
        let place = if embedded_name(name).is_some() { name.to_owned() } else { root.join(name) };
        if let Some((_, data)) = self.0.iter().find(|(known, _)| *known == place) {
            return Ok(Arc::clone(data));
        }
        let data = Arc::new(dataset(name, root)?);
        self.0.push((place, Arc::clone(&data)));
        Ok(data)
    }
}

/// A game has a command of its own, and that knows only games.
fn refuse_other_kind(scenario: &Scenario, game: bool) -> Result<(), Failure> {
    let fault = match scenario.place_of_players() {
        Some(place) if !game => {
            Diagnostic::error("this is a game: what happens depends on what the players choose")
                .help("`tariffsim game` shows what each gets for every choice")
                .at(place)
        }
        None if game => {
            Diagnostic::error(format!("`{}` is no game: nobody chooses anything", scenario.stem()))
                .expected("`[[player]]` with strategies")
                .help("`tariffsim list` shows the games that come with the program")
        }
        _ => return Ok(()),
    };
    Err(fault.into())
}

fn settings(wanted: Wanted<'_>) -> Result<Settings, Failure> {
    let mut settings = Settings::read("--set", &wanted.changes.settings)?;
    if let Some(on) = &wanted.day.on {
        settings.push_day(on);
    }
    for (flag, typed) in wanted.more {
        settings.add(flag, typed).map_err(|fault| *fault)?;
    }
    for typed in wanted.worked_out {
        settings.work_out(typed).map_err(|fault| *fault)?;
    }
    Ok(settings)
}

impl Named {
    fn resolved(&self) -> Result<Opened, Failure> {
        self.opened(self.scenario.resolve_with(&self.data.dataset, &self.files, &self.here)?)
    }

    /// The scenario resolved on the data, and both on coarser data if it asks for that.
    fn opened(&self, resolved: Resolved) -> Result<Opened, Failure> {
        let data = Arc::clone(&self.data);
        let (files, here) = (Arc::new(self.files.clone()), Arc::new(self.here.clone()));
        let origin = Origin { data: Arc::clone(&data), files, here, grouping: None };
        let opened = Opened { scenario: self.scenario.clone(), data, resolved, origin };
        match self.scenario.aggregate() {
            Some(aggregate) => {
                let root = if self.scenario.sets_maps() { self.here.root() } else { self.files.root() };
                opened.aggregated(aggregate, &Folder::new(root.join(self.scenario.aggregate_folder())))
            }
            None => Ok(opened),
        }
    }
}

impl Opened {
    /// The same on coarser data.
    pub(super) fn aggregated(self, aggregate: &Aggregate, files: &dyn Files) -> Result<Self, Failure> {
        let names: Vec<&str> = aggregate.maps.get_ref().iter().map(String::as_str).collect();
        let maps = maps::read(&self.data.dataset, &names, aggregate.unmapped, files).map_err(|faults| {
            faults.into_iter().map(|fault| self.scenario.aggregate_fault(fault)).collect::<Vec<_>>()
        })?;
        let (dataset, loss) = maps.grouping.dataset(&self.data.dataset);
        let mut resolved = self
            .resolved
            .aggregated(&self.data.dataset, &maps.grouping, maps.texts, loss)
            .map_err(|fault| vec![self.scenario.aggregate_fault(*fault)])?;
        let warnings = maps.warnings.into_iter().map(|fault| self.scenario.aggregate_fault(fault));
        resolved.warnings.extend(warnings);
        Ok(Self {
            data: Arc::new(Data {
                dataset,
                warnings: self.data.warnings.clone(),
                source: Source::Aggregated(self.data),
            }),
            resolved,
            origin: Origin { grouping: Some(maps.grouping), ..self.origin },
            ..self
        })
    }
}

/// The scenario's name, its text, and the folder that files named in it are relative to.
fn read_scenario(name: &str) -> Result<(String, String, Folder), Failure> {
    let path = Path::new(name);
    if !path.exists()
        && let Some(text) = prepared::scenario(name).or_else(|| prepared::game(name))
    {
        return Ok((name.to_owned(), text.to_owned(), Folder::new("")));
    }
    let text = CommandLine.read(name, MOST_BYTES).map_err(|error| unreadable(name, &error))?;
    Ok((name.to_owned(), text, Folder::new(path.parent().unwrap_or(Path::new("")))))
}

/// As the scenario layer says it; a missing file may be a misspelt prepared scenario.
fn unreadable(name: &str, error: &FileError) -> Failure {
    if !matches!(error, FileError::NotFound { .. }) {
        return scenario::unreadable(error).into();
    }
    let names = prepared::SCENARIOS.iter().chain(prepared::GAMES).map(|prepared| prepared.name);
    let help = match nearest(name.trim_end_matches(".toml"), names) {
        Some(near) => format!("did you mean the prepared scenario `{near}`?"),
        None => "`tariffsim list scenarios` shows the prepared ones".to_owned(),
    };
    Diagnostic::error(format!("there is no scenario file and no prepared scenario `{name}`"))
        .help(help)
        .into()
}

pub(super) fn embedded_name(name: &Path) -> Option<&'static str> {
    embedded::NAMES.into_iter().find(|known| name == Path::new(known))
}

/// Opens a dataset: an embedded one by name, else a folder relative to `root`.
pub(super) fn dataset(name: &Path, root: &Path) -> Result<Data, Failure> {
    let known = embedded_name(name);
    if let Some(dataset) = known.and_then(embedded::open) {
        let source = Source::Embedded(known.expect("a dataset was opened"));
        return Ok(Data { dataset, warnings: Vec::new(), source });
    }
    let path: PathBuf = root.join(name);
    if path.is_file() {
        let message = format!("`{}` is a file, but a dataset is a folder", path.display());
        return Err(Diagnostic::error(message)
            .help("name the folder that holds `dataset.toml` and the tables")
            .into());
    }
    if !path.is_dir() {
        let message = if path == name {
            format!("there is no embedded dataset and no folder `{}`", name.display())
        } else {
            format!("there is no embedded dataset `{}` and no folder `{}`", name.display(), path.display())
        };
        let names = embedded::NAMES.join("`, `");
        return Err(Diagnostic::error(message)
            .help(format!("embedded: `{names}`; or give a dataset folder"))
            .into());
    }
    let reading = folder::read(&Folder::new(&path));
    let faults = reading.diagnostics.into_iter().map(|fault| in_folder(&path, fault)).collect::<Vec<_>>();
    match reading.dataset {
        Some(dataset) => Ok(Data { dataset, warnings: faults, source: Source::Folder(OnceLock::new()) }),
        None => Err(faults.into()),
    }
}

/// A fault of a dataset with the folder in which it is.
fn in_folder(folder: &Path, mut fault: Diagnostic) -> Diagnostic {
    match &mut fault.place {
        Some(place) => place.file = folder.join(&*place.file).display().to_string().into(),
        None => fault.message += &format!(" (in `{}`)", folder.display()),
    }
    fault
}
