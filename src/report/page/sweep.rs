//! The page of a sweep.

use crate::diagnostic::Diagnostic;
use crate::model::variable::CountryVariable;
use crate::report::contents::{Kind, SCENARIO, SWEEP};
use crate::report::page::frame::{self, MOST_LISTED, Page, Section, Term, Tile, Told, World};
use crate::report::page::grid::{Column, Grid};
use crate::report::page::matrix::{Matrix, Shown};
use crate::report::page::run::OF_COUNTRIES;
use crate::report::page::values::{Apart, Statistics};
use crate::report::page::words::Piece;
use crate::report::page::{Source, fault, read, read_apart, read_chart, words};
use crate::report::record::{KeyRecord, PointRecord, SweepRecord};
use crate::report::spoken;
use crate::report::sweep::thinned;

/// The most countries in a table, the most of which there is a table each, and how many have a tile.
const MOST_COUNTRIES: usize = 6;
const MOST_TABLES: usize = 3;
const TILES: usize = 4;

/// The most values of a key down a table, and across it; of more, some at equal distances.
const MOST_DOWN: usize = 101;
const MOST_ACROSS: usize = 21;

/// What the page is made of.
struct Story<'a> {
    record: &'a SweepRecord,
    variables: Vec<CountryVariable>,
    /// By the values of the keys and the scenario.
    numbers: Apart,
}

/// The page of a sweep.
///
/// # Errors
/// What cannot be read in the files.
pub(super) fn page<'a>(files: &dyn Source, record: &'a SweepRecord) -> Result<Page<'a>, Vec<Diagnostic>> {
    let story = Story::read(files, record)?;
    let steps = Section {
        id: "steps",
        heading: "Step by step",
        words: story.words(),
        charts: vec![read_chart(files, "sweep.svg")?],
        grids: story.variables.iter().flat_map(|&variable| story.grids(variable)).collect(),
        ..Section::default()
    };
    let measures = Section {
        id: "measures",
        heading: "Measures",
        words: vec![format!("As they are at {}.", record.largest_effects_at.join(", "))],
        list: frame::measures(words::with_flows(&record.measures)),
        ..Section::default()
    };
    let without_solution = story.without_solution();
    let mut sections = vec![story.keys(), steps, measures];
    sections.extend((!without_solution.list.is_empty()).then_some(without_solution));
    Ok(Page::new(Told {
        kind: Kind::Sweep,
        program: &record.program,
        title: &record.scenario.title,
        summary: &record.scenario.summary,
        assumptions: &record.assumptions,
        notes: [&record.disclosures, &record.remarks],
        data: &record.data,
        scenarios: vec![&record.scenario],
        worlds: worlds(record),
        solutions: record.points.iter().filter_map(|point| point.solution.as_ref()).collect(),
        arguments: arguments(record),
        texts: vec![read(files, SCENARIO)?],
        tiles: story.tiles(),
        sections,
        more_files: Vec::new(),
    }))
}

/// Every point; the model is that of the one with the largest effects.
fn worlds(record: &SweepRecord) -> Vec<World<'_>> {
    let worlds = record.points.iter().map(|PointRecord { at, absent, .. }| World {
        label: format!("at {}", at.join(", ")),
        model: record.model.clone(),
        uncertainty: &record.uncertainty,
        absent,
    });
    worlds.collect()
}

/// What the command takes after the scenario.
fn arguments(record: &SweepRecord) -> String {
    let keys = record.keys.iter().map(|key| words::quoted(&format!("{}={}", key.key, key.values.join(","))));
    let keys: String = keys.map(|key| format!(" {key}")).collect();
    format!("{keys} --draws {}{}", record.uncertainty.draws, words::flags("variable", &record.variables))
}

impl<'a> Story<'a> {
    fn read(files: &dyn Source, record: &'a SweepRecord) -> Result<Self, Vec<Diagnostic>> {
        let (keys, name) = (record.keys.len(), record.scenario.name.as_str());
        let variables = words::variables(&record.variables)?;
        let counts = record.keys.iter().map(|key| key.values.len());
        let is_whole = !record.points.is_empty()
            && (1..=2).contains(&keys)
            && counts.product::<usize>() == record.points.len();
        if !is_whole || variables.is_empty() || record.points.iter().any(|point| point.at.len() != keys) {
            return Err(fault("the points of the record are not those of its keys".to_owned()));
        }
        let lead = |point: &'a PointRecord| -> Vec<&str> {
            point.at.iter().map(String::as_str).chain([name]).collect()
        };
        let leads: Vec<_> = record.points.iter().map(lead).collect();
        let numbers = read_apart(files, SWEEP, &leads, &record.concerned, &variables)?;
        Ok(Self { record, variables, numbers })
    }

    fn number(&self, point: &PointRecord, code: &str, variable: CountryVariable) -> Statistics {
        let values = point.at.iter().map(String::as_str);
        let lead: Vec<&str> = values.chain([self.record.scenario.name.as_str()]).collect();
        self.numbers.get(&lead, code, variable)
    }

    fn keys(&self) -> Section {
        let term = |key: &KeyRecord| Term {
            name: key.key.clone(),
            about: vec![Piece::Plain(words::clipped(&key.values.join(", ")))],
            quiet: format!("({} values)", key.values.len()),
        };
        Section {
            id: "keys",
            heading: "What is varied",
            list: self.record.keys.iter().map(term).collect(),
            ..Section::default()
        }
    }

    fn words(&self) -> Vec<String> {
        let mut keys = self.record.keys.iter().zip([MOST_DOWN, MOST_ACROSS]);
        let is_thinned = keys.any(|(key, most)| key.values.len() > most);
        let sentences = [
            (true, OF_COUNTRIES.to_owned()),
            (self.record.keys.len() > 1, "The tables have the central case.".to_owned()),
            (is_thinned, "The tables have values at equal distances.".to_owned()),
            (true, format!("Every country and variable, at every point, is in `{SWEEP}`.")),
        ];
        let applying = sentences.into_iter().filter(|(applies, _)| *applies).map(|(_, words)| words);
        vec![applying.collect::<Vec<_>>().join(" ")]
    }

    /// A variable along one key for the countries concerned, or over two keys for each of a few.
    fn grids(&self, variable: CountryVariable) -> Vec<Grid> {
        match self.record.keys.as_slice() {
            [down, across] => self.by_two_keys(variable, down, across),
            [key, ..] => vec![self.by_country(variable, key)],
            [] => Vec::new(),
        }
    }

    fn by_country(&self, variable: CountryVariable, key: &KeyRecord) -> Grid {
        let record = self.record;
        let codes: Vec<&String> = record.concerned.iter().take(MOST_COUNTRIES).collect();
        let points: Vec<&PointRecord> =
            thinned(record.points.len(), MOST_DOWN).map(|at| &record.points[at]).collect();
        let matrix = Matrix {
            variable,
            money: &record.data.unit,
            first: Column::named(&key.key),
            down: points.iter().map(|point| point.at[0].clone()).collect(),
            across: codes.iter().map(|code| Column::given(record.names.country(code), "")).collect(),
        };
        matrix.grid(variable.name(), |point, country| self.number(points[point], codes[country], variable))
    }

    fn by_two_keys(&self, variable: CountryVariable, down: &KeyRecord, across: &KeyRecord) -> Vec<Grid> {
        let record = self.record;
        let rows: Vec<usize> = thinned(down.values.len(), MOST_DOWN).collect();
        let columns: Vec<usize> = thinned(across.values.len(), MOST_ACROSS).collect();
        let grid = |(at, code): (usize, &String)| {
            let matrix = Matrix {
                variable,
                money: &record.data.unit,
                first: Column::named(&down.key),
                down: rows.iter().map(|&row| down.values[row].clone()).collect(),
                across: columns.iter().map(|&column| Column::given(&across.values[column], "")).collect(),
            };
            let grid = matrix.grid(format!("{}-{}", variable.name(), at + 1), |row, column| {
                let point = &record.points[rows[row] * across.values.len() + columns[column]];
                self.number(point, code, variable).without_range()
            });
            let name = record.names.country(code);
            let caption = format!("{name}. {}; across: {}", grid.caption, across.key);
            Grid { caption, ..grid }
        };
        record.concerned.iter().take(MOST_TABLES).enumerate().map(grid).collect()
    }

    /// What is seen first: the point with the largest effects.
    fn tiles(&self) -> Vec<Tile> {
        let record = self.record;
        let most = record.points.iter().find(|point| point.at == record.largest_effects_at);
        let Some(most) = most else { return Vec::new() };
        let variable = self.variables[0];
        let codes = record.concerned.iter().take(TILES);
        let numbers: Vec<Statistics> = codes.clone().map(|code| self.number(most, code, variable)).collect();
        let Shown { scale, .. } = Shown::new(
            variable,
            variable.unit(),
            &record.data.unit,
            numbers.iter().map(|number| number.central),
        );
        let tile = |(code, number): (&String, &Statistics)| {
            let shown = number.figures().shown(scale.divisor)?;
            Some(Tile {
                about: record.names.country(code).to_owned(),
                number: format!("{} {}", shown.central, scale.sign),
                range: shown.range.map(|range| format!("{range} {}", scale.sign)),
                what: format!("{} at {}", spoken::variable(variable), most.at.join(", ")),
            })
        };
        codes.zip(&numbers).filter_map(tile).collect()
    }

    fn without_solution(&self) -> Section {
        let failed = || self.record.points.iter().filter(|point| point.no_solution.is_some());
        let count = failed().count();
        let more = count.saturating_sub(MOST_LISTED);
        let words = match more {
            0 => "These points have no equilibrium, or none was found; tables and charts leave them blank."
                .to_owned(),
            _ => format!(
                "{count} points have no equilibrium, or none was found; tables and charts leave them blank. {more} of them are only in `run.json`."
            ),
        };
        let term = |point: &PointRecord| Term {
            name: format!("At {}", point.at.join(", ")),
            about: words::pieces_of_sentence(point.no_solution.as_deref().unwrap_or_default()),
            quiet: String::new(),
        };
        Section {
            id: "unsolved",
            heading: "Points without a solution",
            words: vec![words],
            list: failed().take(MOST_LISTED).map(term).collect(),
            ..Section::default()
        }
    }
}
