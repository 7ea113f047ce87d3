//! The scenario language: from a text that a student can read aloud to a [`Policy`](crate::economy::policy::Policy).
//!
//! Two stages. [`Scenario::parse`] needs no data: it reads the text, keeps every place, and reports all mistakes
//! of form at once. [`Scenario::resolve`] puts a parsed scenario on a dataset: names become codes, measures
//! become rates cell by cell, and mistakes of meaning are reported, again all at once. The language is described
//! in `docs/scenarios.md`.

pub mod explain;
pub mod parameter;
pub mod prepared;
mod prior;
pub mod schema;
pub mod starter;

mod aggregate;
mod answer;
mod assumptions;
mod build;
mod check;
mod choices;
mod coalition;
mod combine;
mod duty;
mod events;
mod exempt;
mod extends;
mod game;
mod grammar;
mod guide;
mod instrument;
mod joint;
mod markets;
mod measure;
mod members;
mod names;
mod outcome;
mod period;
mod policy;
mod quantity;
mod reader;
mod resolve;
mod response;
mod rules;
mod settings;
mod statutory;
mod syntax;
mod tables;
mod warnings;
mod words;
mod write;

use std::sync::Arc;

use toml::Spanned;
use toml::de::DeTable;

pub use aggregate::Aggregate;
pub use choices::{ElasticityChoice, HorizonChoice, ModelChoices};
pub use coalition::Coalitions;
pub use events::Events;
pub use game::{Player, Strategy};
pub use guide::Guide;
pub use instrument::{Limit, SpecificDuty};
pub use markets::{MarketChoices, ResolvedMarkets};
pub use measure::{Exempt, MatchRule, Measure, Verb};
pub use names::countries_of;
pub use outcome::{ALL as ALL_OUTCOMES, Outcome};
pub use period::Period;
pub use resolve::{Resolved, ResolvedOutcome};
pub use response::{Mode, OptimalResponse, Response};
pub use settings::{Settings, WORKED_OUT};
pub use words::spoken;

use crate::diagnostic::{Diagnostic, Place};
use crate::economy::dataset::Dataset;
use crate::files::{FileError, Files, NoFiles};
use crate::monte_carlo::prior::Uncertainty;
use crate::scenario::outcome::Outcomes;
use crate::scenario::prior::JointChoice;
use crate::scenario::reader::{Faults, Keys, Source};
use crate::units::Date;

/// The largest scenario file, in bytes.
pub const MOST_BYTES: u64 = 1 << 20;

/// The most measures a scenario may have.
pub const MOST_MEASURES: usize = 1000;

/// The dataset of a scenario that names none.
pub const DEFAULT_BASELINE: &str = "world-2024";

/// A scenario as written: valid in form, not yet put on a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    source: Source,
    title: Option<String>,
    summary: Option<String>,
    sources: Vec<String>,
    guide: Guide,
    baseline: Option<Spanned<String>>,
    aggregate: Option<Aggregate>,
    date: Option<Spanned<Date>>,
    measures: Vec<Measure>,
    outcomes: Outcomes,
    players: Vec<Player>,
    model: ModelChoices,
    uncertainty: Uncertainty,
    joint: JointChoice,
    /// What the user should know although it is valid.
    warnings: Vec<Diagnostic>,
}

impl Scenario {
    /// Reads a scenario from its text; `name` is the file as the user named it. It may start from a prepared scenario,
    /// but not from a file.
    ///
    /// # Errors
    /// Every mistake of form in the text, each at its place.
    pub fn parse(name: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        Draft::new(name, text).finish()
    }

    /// Reads a scenario from a file, and the files from which it starts.
    ///
    /// # Errors
    /// Why the file cannot be read, or every mistake of form in it.
    pub fn read(files: &dyn Files, name: &str) -> Result<Self, Vec<Diagnostic>> {
        let text = files.read(name, MOST_BYTES).map_err(|error| vec![unreadable(&error)])?;
        Draft::with(name, &text, &Settings::default(), files).finish()
    }

    /// The file as the user named it.
    pub fn file(&self) -> &str {
        &self.source.file
    }

    /// The scenario's text, as written, with what is set beside it.
    pub fn text(&self) -> String {
        self.source.text.to_string() + &self.source.settings.text()
    }

    /// The scenario's text alone.
    pub fn written(&self) -> &str {
        &self.source.text
    }

    /// What is set beside it, each as it was typed.
    pub fn settings(&self) -> impl Iterator<Item = &str> {
        self.source.settings.shown()
    }

    /// The scenarios on which it is built, by the names under which they are found from its folder, with their texts.
    pub fn ancestors(&self) -> impl Iterator<Item = (&str, &str)> {
        self.source.ancestors.iter().map(|origin| (origin.name.as_str(), &*origin.text))
    }

    /// The file's name without folder and ending: the `scenario` column of every table.
    pub fn stem(&self) -> &str {
        let file = self.source.file.rsplit(['/', '\\']).next().unwrap_or_default();
        file.strip_suffix(".toml").unwrap_or(file)
    }

    /// The title; the file's stem if none is given.
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or_else(|| self.stem())
    }

    /// The summary, if one is given.
    pub fn summary(&self) -> Option<&str> {
        self.summary.as_deref()
    }

    /// Where the policy is documented.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// What helps a reader; what there is to notice only where nothing is set that would make it untrue.
    pub fn guide(&self) -> &Guide {
        &self.guide
    }

    /// The dataset it names: an embedded one, or a folder relative to the scenario file (to where the user is, if it
    /// is set).
    pub fn baseline(&self) -> &str {
        self.baseline.as_ref().map_or(DEFAULT_BASELINE, |name| name.get_ref())
    }

    /// The folder in which that dataset is looked for, from the folder of the scenario.
    pub fn baseline_folder(&self) -> &str {
        self.baseline.as_ref().map_or("", |name| self.source.folder(&name.span()))
    }

    /// A fault of the dataset it names, shown where the scenario names it.
    pub fn baseline_fault(&self, fault: Diagnostic) -> Diagnostic {
        match &self.baseline {
            Some(name) => fault.at(self.source.place(name.span())),
            None => fault,
        }
    }

    /// The maps by which the data are aggregated, if any.
    pub fn aggregate(&self) -> Option<&Aggregate> {
        self.aggregate.as_ref()
    }

    /// Whether the dataset is named in a setting.
    pub fn sets_baseline(&self) -> bool {
        self.baseline.as_ref().is_some_and(|name| self.source.is_set(&name.span()))
    }

    /// Whether the maps are named in a setting.
    pub fn sets_maps(&self) -> bool {
        self.aggregate.as_ref().is_some_and(|aggregate| self.source.is_set(&aggregate.maps.span()))
    }

    /// The folder in which the maps are looked for, from the folder of the scenario.
    pub fn aggregate_folder(&self) -> &str {
        self.aggregate.as_ref().map_or("", |maps| self.source.folder(&maps.maps.span()))
    }

    /// A fault of the maps, shown where the scenario names them unless it has a place of its own.
    pub fn aggregate_fault(&self, fault: Diagnostic) -> Diagnostic {
        match &self.aggregate {
            Some(aggregate) if fault.place.is_none() => fault.at(self.source.place(aggregate.maps.span())),
            _ => fault,
        }
    }

    /// The measures in file order, then the responses, each after what it answers.
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    /// What may happen; empty if that is certain.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes.list
    }

    /// Who plays; empty if the scenario is no game. The outcomes of a game are the combinations of strategies, the last
    /// player's varying fastest.
    pub fn players(&self) -> &[Player] {
        &self.players
    }

    /// The responses whose size is to be worked out before the scenario is resolved: [`Mode::Optimal`].
    pub fn optimal_responses(&self) -> Vec<OptimalResponse> {
        let optimal = |measure: &Measure| match measure.verb.get_ref() {
            Verb::Respond(Response { mode: Mode::Optimal, share, .. }) => Some(OptimalResponse {
                name: measure.name.get_ref().clone(),
                share: *share,
                place: self.source.place(measure.verb.span()),
            }),
            _ => None,
        };
        self.measures.iter().filter_map(optimal).collect()
    }

    /// Where the players stand in the text.
    pub fn place_of_players(&self) -> Option<Place> {
        self.players.first().map(|player| self.source.place(player.name.span()))
    }

    /// The day that is simulated, if one is named.
    pub fn date(&self) -> Option<Date> {
        self.date.as_ref().map(|day| *day.get_ref())
    }

    /// The choices under `[model]`.
    pub fn model(&self) -> &ModelChoices {
        &self.model
    }

    /// The choices under `[uncertainty]`.
    pub fn uncertainty(&self) -> &Uncertainty {
        &self.uncertainty
    }
}

/// A text that was read as a scenario, mistakes and all.
///
/// [`Scenario::parse`] is the short way for those who only want a scenario. A draft can, before it is given up,
/// also look up its names in a dataset, so that mistakes of form and unknown names are shown together.
#[derive(Clone, Debug)]
pub struct Draft {
    scenario: Scenario,
    faults: Vec<Diagnostic>,
    mentioned: Mentioned,
}

impl Draft {
    /// Reads a text that names no other scenario file.
    pub fn new(name: &str, text: &str) -> Self {
        Self::with(name, text, &Settings::default(), &NoFiles)
    }

    /// Reads a text as if the settings stood in it; `files` are those from which it may start, relative to its folder.
    pub fn with(name: &str, text: &str, settings: &Settings, files: &dyn Files) -> Self {
        let too_large = text.len() as u64 > MOST_BYTES;
        let mut source = Source {
            file: name.into(),
            text: if too_large { "".into() } else { text.into() },
            ancestors: Vec::new(),
            settings: Arc::new(settings.clone()),
        };
        let mut mentioned = Mentioned::default();
        let found = if too_large {
            let error = FileError::TooLarge { name: name.to_owned(), limit: MOST_BYTES };
            Err(vec![unreadable(&error)])
        } else {
            extends::find_ancestors(&mut source, files)
        };
        let read = found.and_then(|()| Self::read(&source, &mut mentioned));
        let (scenario, faults) = read.unwrap_or_else(|faults| (empty(&source), faults));
        Self { scenario, faults, mentioned }
    }

    /// Reads a source with all its texts; `Err` where one of them is no TOML.
    fn read(
        source: &Source,
        mentioned: &mut Mentioned,
    ) -> Result<(Scenario, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut texts = vec![(source.text.clone(), 0)];
        texts.extend(source.ancestors.iter().map(|origin| (origin.text.clone(), origin.base)));
        let mut faults = Faults::new(source);
        let mut tree = extends::whole(source, &texts, &mut faults)?;
        faults.found.extend(source.settings.apply(&mut tree, source.length()));
        let mut scenario = read_scenario(&tree, mentioned, &mut faults);
        check::cross_references(&scenario.measures, &mentioned.measures, &mut faults);
        let (errors, warnings) = faults.in_order().into_iter().partition(Diagnostic::is_error);
        scenario.warnings = warnings;
        Ok((scenario, errors))
    }

    /// The dataset it names.
    pub fn baseline(&self) -> &str {
        self.scenario.baseline()
    }

    /// The folder in which that dataset is looked for, from the folder of the scenario.
    pub fn baseline_folder(&self) -> &str {
        self.scenario.baseline_folder()
    }

    /// Whether the dataset is named in a setting.
    pub fn sets_baseline(&self) -> bool {
        self.scenario.sets_baseline()
    }

    /// The scenario.
    ///
    /// # Errors
    /// Every mistake of form, each at its place.
    pub fn finish(self) -> Result<Scenario, Vec<Diagnostic>> {
        if self.faults.is_empty() { Ok(self.scenario) } else { Err(self.faults) }
    }

    /// Every mistake of form together with every country and sector that a dataset does not know.
    pub fn faults_on(&self, dataset: &Dataset) -> Vec<Diagnostic> {
        let mut faults = Faults::new(&self.scenario.source);
        names::countries(dataset, &self.mentioned.countries, &mut faults);
        names::sectors(dataset, &self.mentioned.sectors, &mut faults);
        faults.found.extend(self.faults.iter().cloned());
        faults.in_order()
    }
}

/// What a text mentions, whether or not the measures that do so are complete.
#[derive(Clone, Debug, Default)]
struct Mentioned {
    measures: Vec<Spanned<String>>,
    countries: Vec<Spanned<String>>,
    sectors: Vec<Spanned<String>>,
}

fn empty(source: &Source) -> Scenario {
    Scenario {
        source: source.clone(),
        title: None,
        summary: None,
        sources: Vec::new(),
        guide: Guide::default(),
        baseline: None,
        aggregate: None,
        date: None,
        measures: Vec::new(),
        outcomes: Outcomes::default(),
        players: Vec::new(),
        model: ModelChoices::default(),
        uncertainty: Uncertainty::default(),
        joint: JointChoice::None,
        warnings: Vec::new(),
    }
}

/// Why a scenario file cannot be read, as a diagnostic with what to do.
pub fn unreadable(error: &FileError) -> Diagnostic {
    let help = match error {
        FileError::NotFound { .. } => {
            "give the path of a scenario file, or the name of a prepared scenario".to_owned()
        }
        FileError::TooLarge { .. } => {
            "put long lists of rates into a table (CSV) and name it with `rates`".to_owned()
        }
        FileError::NotUtf8 { .. } => "save the file as UTF-8 in your editor".to_owned(),
        FileError::NotAFile { .. } => "name the scenario file itself".to_owned(),
        FileError::Unreadable { .. } => String::new(),
    };
    Diagnostic::error(error.to_string()).help(help)
}

fn read_scenario(table: &DeTable<'_>, mentioned: &mut Mentioned, faults: &mut Faults<'_>) -> Scenario {
    let mut keys = Keys::new(table, &grammar::keys::TOP, 0..0);
    let plain = |text: Option<Spanned<String>>| text.map(Spanned::into_inner);
    let measures = read_measures(&mut keys, mentioned, faults);
    let outcomes = outcome::read_all(keys.take("outcome"), &measures, mentioned, faults);
    let (uncertainty, joint) = prior::read_uncertainty(keys.take("uncertainty"), faults);
    let players = game::read_all(keys.take("player"), &outcomes, mentioned, faults);
    let outcomes = if players.is_empty() { outcomes } else { game::outcomes(&players) };
    let scenario = Scenario {
        source: faults.source.clone(),
        title: plain(keys.take("title").and_then(|node| reader::text(node, "title", faults))),
        summary: plain(keys.take("summary").and_then(|node| reader::text(node, "summary", faults))),
        sources: keys.take("sources").map_or_else(Vec::new, |node| {
            reader::texts(node, "sources", false, faults).into_iter().map(Spanned::into_inner).collect()
        }),
        guide: guide::read(&mut keys, faults),
        baseline: keys.take("baseline").and_then(|node| reader::text(node, "baseline", faults)),
        aggregate: keys.take("aggregate").and_then(|node| aggregate::read(node, faults)),
        date: keys.take("date").and_then(|node| period::date(node, "date", faults)),
        measures,
        outcomes,
        players,
        model: choices::read_model(keys.take("model"), faults),
        uncertainty,
        joint,
        warnings: Vec::new(),
    };
    markets::refuse_measures(scenario.model.markets.as_ref(), &scenario.measures, faults);
    reader::schema(&mut keys, faults);
    extends::refuse_left_over(&mut keys, faults);
    // Keys that people put at the wrong place, and where they belong.
    let homes: [(&str, &[&str]); 3] = [
        ("under `[model]`", &grammar::keys::MODEL.names()),
        ("under `[uncertainty]`", &["draws", "seed", "trade_elasticity"]),
        ("under `[[measure]]`", &grammar::keys::MEASURE.names()),
    ];
    keys.finish("at the top of the scenario", &homes, faults);
    told_apart(scenario)
}

/// The measures, then the responses to them.
fn read_measures(
    keys: &mut Keys<'_, '_>,
    mentioned: &mut Mentioned,
    faults: &mut Faults<'_>,
) -> Vec<Measure> {
    let mut measures = measure::read_all(keys.take("measure"), mentioned, faults);
    let responses = response::read_all(keys.take("response"), mentioned, faults);
    response::complete(&mut measures, responses, &mentioned.measures, faults);
    measures
}

/// What is set may change what the title and the summary in the file speak of, so they say that it does.
fn told_apart(mut scenario: Scenario) -> Scenario {
    let settings = &scenario.source.settings;
    let changes = settings.changes();
    if !changes.is_empty() || settings.has("baseline") {
        scenario.guide.notice.clear();
    }
    let worked_out = settings.worked_out();
    if let Some(summary) = &mut scenario.summary
        && !worked_out.is_empty()
    {
        summary.push_str(&format!(" Worked out: {}.", worked_out.join(", ")));
    }
    if changes.is_empty() {
        return scenario;
    }
    if let Some(title) = &mut scenario.title
        && settings.has_measure()
        && !settings.has("title")
    {
        title.push_str(" (changed)");
    }
    if let Some(summary) = &mut scenario.summary
        && !settings.has("summary")
    {
        summary.push_str(&format!(" Changed here: {}.", changes.join(", ")));
    }
    scenario
}
