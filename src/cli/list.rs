//! `tariffsim list`: what there is to choose from.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::{open, output};
use crate::data::{embedded, maps};
use crate::economy::dataset::{Dataset, SectorKind};
use crate::index::{CountryId, Position, SectorId};
use crate::scenario::{DEFAULT_BASELINE, Scenario, prepared, schema};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tariffsim list
  tariffsim list countries
  tariffsim list elasticities --data my-data
  tariffsim list schema")]
pub(super) struct Arguments {
    /// What to list; without it, scenarios and datasets
    #[arg(value_enum)]
    what: Option<What>,
    /// The dataset whose countries, sectors, groups or elasticity sets are listed
    #[arg(long, value_name = "DIR|NAME", default_value = DEFAULT_BASELINE)]
    data: PathBuf,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum What {
    /// Prepared scenarios by group, with the question that each answers
    Scenarios,
    /// Embedded datasets
    Datasets,
    /// Countries
    Countries,
    /// Sectors
    Sectors,
    /// Groups of countries
    Groups,
    /// Sets of trade elasticities
    Elasticities,
    /// Maps that make data coarser
    Aggregations,
    /// The JSON schema of scenario files, for editors
    Schema,
}

pub(super) fn list(arguments: &Arguments) -> Result<(), Failure> {
    let dataset = || open::dataset(&arguments.data, Path::new("")).map(|data| data.dataset);
    let text = match arguments.what {
        None => {
            format!(
                "Prepared scenarios (`tariffsim list scenarios` shows what each asks)\n\n{}\nEmbedded datasets\n{}\nAlso: tariffsim list countries | sectors | groups | elasticities | aggregations | schema\n",
                scenarios(false),
                datasets()
            )
        }
        Some(What::Scenarios) => scenarios(true),
        Some(What::Datasets) => datasets(),
        Some(What::Countries) => countries(&dataset()?),
        Some(What::Sectors) => sectors(&dataset()?),
        Some(What::Groups) => groups(&dataset()?),
        Some(What::Elasticities) => elasticities(&dataset()?),
        Some(What::Aggregations) => aggregations(),
        Some(What::Schema) => schema::text(),
    };
    output::print(&text)
}

/// Two columns, the second one aligned; it may have several lines.
fn columns(rows: impl IntoIterator<Item = (String, String)>) -> String {
    let rows: Vec<_> = rows.into_iter().collect();
    let width = rows.iter().map(|(first, _)| first.chars().count()).max().unwrap_or(0);
    aligned(&rows, width)
}

fn aligned(rows: &[(String, String)], width: usize) -> String {
    rows.iter().fold(String::new(), |mut text, (first, second)| {
        let second = second.replace('\n', &format!("\n  {:width$}  ", ""));
        writeln!(text, "  {first:width$}  {second}").expect("writing to a string cannot fail");
        text
    })
}

/// Prepared scenarios and games by group: name, title and, if wanted, the main question.
fn scenarios(has_questions: bool) -> String {
    let all = || prepared::SCENARIOS.iter().chain(prepared::GAMES);
    let mut groups: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for prepared in all() {
        let scenario = Scenario::parse(prepared.name, prepared.text).expect("prepared scenarios are sound");
        let guide = scenario.guide();
        let question = guide.questions.first().filter(|_| has_questions);
        let about = std::iter::once(scenario.title()).chain(question.map(String::as_str));
        let row = (prepared.name.to_owned(), about.collect::<Vec<_>>().join("\n"));
        let name = guide.group.clone().unwrap_or_default();
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((name, vec![row])),
        }
    }
    let width = all().map(|prepared| prepared.name.len()).max().unwrap_or(0);
    let parts = groups.iter().map(|(name, rows)| format!("{name}\n{}", aligned(rows, width)));
    parts.collect::<Vec<_>>().join("\n")
}

fn datasets() -> String {
    columns(embedded::NAMES.into_iter().filter_map(|name| {
        let dataset = embedded::open(name)?;
        Some((name.to_owned(), dataset.title))
    }))
}

/// The maps inside the program, with their groups.
fn aggregations() -> String {
    columns(maps::PRESETS.into_iter().map(|(name, _)| (name.to_owned(), maps::groups_of(name).join(" "))))
}

fn countries(dataset: &Dataset) -> String {
    columns(
        dataset
            .countries
            .ids::<CountryId>()
            .map(|id| (dataset.countries.code(id).to_owned(), dataset.countries.name(id).to_owned())),
    )
}

fn sectors(dataset: &Dataset) -> String {
    columns(dataset.sectors.ids::<SectorId>().map(|id| {
        let kind = match dataset.kinds[id.index()] {
            SectorKind::Goods => "",
            SectorKind::Services => " (services)",
        };
        (dataset.sectors.code(id).to_owned(), format!("{}{kind}", dataset.sectors.name(id)))
    }))
}

fn groups(dataset: &Dataset) -> String {
    columns(dataset.groups.iter().map(|group| {
        let members: Vec<_> = group.members.iter().map(|&id| dataset.countries.code(id)).collect();
        (group.code.clone(), members.join(" "))
    }))
}

fn elasticities(dataset: &Dataset) -> String {
    columns(dataset.elasticities.iter().map(|set| {
        let listed: Vec<_> = set.sectors.iter().flatten().collect();
        let errors = listed.iter().filter(|entry| entry.standard_error.is_some()).count();
        let (low, high) = listed
            .iter()
            .fold((f64::INFINITY, 0.0_f64), |(low, high), e| (low.min(e.theta), high.max(e.theta)));
        let default = if set.name == dataset.default_elasticities { ", the default" } else { "" };
        let words = format!(
            "{} of {} sectors, {low} to {high}, {errors} with a standard error{default}",
            listed.len(),
            dataset.sectors.len()
        );
        (set.name.clone(), words)
    }))
}
