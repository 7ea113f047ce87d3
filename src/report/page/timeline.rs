//! The page of a run over time.

use crate::diagnostic::Diagnostic;
use crate::model::variable::CountryVariable;
use crate::report::contents::{Kind, SCENARIO, TIMELINE};
use crate::report::number::{self, Place};
use crate::report::page::frame::{self, Page, Section, Term, Tile, Told, World};
use crate::report::page::grid::{Cell, Column, Grid};
use crate::report::page::matrix::Matrix;
use crate::report::page::run::OF_COUNTRIES;
use crate::report::page::values::{Apart, Statistics};
use crate::report::page::{Source, fault, read, read_apart, read_chart, words};
use crate::report::record::{DayRecord, Measure, Model, PathRecord};
use crate::units::Date;

/// The most countries in a table.
const MOST_COUNTRIES: usize = 6;

/// How many countries have a tile.
const TILES: usize = 3;

/// The variables of which there are tables on demand.
const MORE: [CountryVariable; 7] = [
    CountryVariable::EffectiveRateFixedWeights,
    CountryVariable::EffectiveRate,
    CountryVariable::RealWage,
    CountryVariable::ConsumerPrices,
    CountryVariable::Exports,
    CountryVariable::Imports,
    CountryVariable::TariffRevenue,
];

/// What the page is made of.
struct Story<'a> {
    record: &'a PathRecord,
    numbers: Apart,
}

/// The page of a run over time.
///
/// # Errors
/// What cannot be read in the files.
pub(super) fn page<'a>(files: &dyn Source, record: &'a PathRecord) -> Result<Page<'a>, Vec<Diagnostic>> {
    if record.days.is_empty() {
        return Err(fault("the record has no days".to_owned()));
    }
    let name = record.scenario.name.as_str();
    let leads: Vec<_> = record.days.iter().map(|day| vec![day.date.as_str(), name]).collect();
    let codes: Vec<String> = record.concerned.iter().chain(&record.imposer).cloned().collect();
    let variables = [&MORE[..], &[CountryVariable::Welfare]].concat();
    let story = Story { record, numbers: read_apart(files, TIMELINE, &leads, &codes, &variables)? };
    let over_time = Section {
        id: "time",
        heading: "Over time",
        words: vec![OF_RATES.to_owned()],
        charts: vec![read_chart(files, "timeline.svg")?],
        grids: story.rates().into_iter().collect(),
        ..Section::default()
    };
    let countries = Section {
        id: "countries",
        heading: "Countries",
        words: vec![OF_COUNTRIES.to_owned(), format!("Every country is in `{TIMELINE}`.")],
        grids: vec![story.by_country(CountryVariable::Welfare)],
        folded: vec![(
            "Tariffs, real wages, prices and trade".to_owned(),
            MORE.iter().map(|&variable| story.by_country(variable)).collect(),
        )],
        ..Section::default()
    };
    let measures =
        Section { id: "measures", heading: "Measures", list: story.measures(), ..Section::default() };
    Ok(Page::new(Told {
        kind: Kind::Timeline,
        program: &record.program,
        title: &record.scenario.title,
        summary: &record.scenario.summary,
        assumptions: &record.assumptions,
        notes: [&record.disclosures, &record.remarks],
        data: &record.data,
        scenarios: vec![&record.scenario],
        worlds: record.days.iter().map(|day| world(record, day)).collect(),
        solutions: record.days.iter().map(|day| &day.solution).collect(),
        arguments: String::new(),
        texts: vec![read(files, SCENARIO)?],
        tiles: story.tiles(),
        sections: vec![over_time, measures, countries],
        more_files: Vec::new(),
    }))
}

const OF_RATES: &str = "The average tariff on all goods imports. On old imports: the new rates on what was bought before, without \
                        substitution. On new imports: after buyers have turned to other suppliers.";

fn world<'a>(record: &'a PathRecord, day: &'a DayRecord) -> World<'a> {
    World {
        label: day.date.clone(),
        model: Model { labour: day.labour.clone(), horizon: day.horizon.clone(), ..record.model.clone() },
        uncertainty: &record.uncertainty,
        absent: &day.absent,
    }
}

impl Story<'_> {
    fn number(&self, day: usize, code: &str, variable: CountryVariable) -> Statistics {
        let Self { record, numbers } = self;
        numbers.get(&[&record.days[day].date, &record.scenario.name], code, variable)
    }

    fn first_column() -> Column {
        Column::name("date", "From")
    }

    /// The average tariff of whoever imposes most, and what changes; none where nothing is ever touched.
    fn rates(&self) -> Option<Grid> {
        let imposer = self.record.imposer.as_ref()?;
        let row = |(at, day): (usize, &DayRecord)| {
            let level = |variable| Cell::level(&self.number(at, imposer, variable));
            let events = if day.events.is_empty() { "the day before anything changes" } else { &day.events };
            let names: Vec<&str> = day.measures.iter().map(|measure| measure.name.as_str()).collect();
            let in_force = match names.as_slice() {
                [] => "nothing in force".to_owned(),
                names => format!("in force: {}", names.join(", ")),
            };
            vec![
                Cell::text(&day.date),
                level(CountryVariable::EffectiveRateFixedWeights),
                level(CountryVariable::EffectiveRate),
                Cell::Text(events.to_owned(), in_force),
            ]
        };
        let columns = vec![
            Self::first_column(),
            Column::number(CountryVariable::EffectiveRateFixedWeights.name(), "Old imports", "%"),
            Column::number(CountryVariable::EffectiveRate.name(), "New imports", "%"),
            Column::words("events", "What changes"),
        ];
        let grid = Grid::new(columns, self.record.days.iter().enumerate().map(row).collect());
        let name = self.record.names.country(imposer);
        Some(grid.named("rates-by-date", format!("Average tariff on goods imports, {name}")))
    }

    /// A variable of the countries concerned.
    fn by_country(&self, variable: CountryVariable) -> Grid {
        let record = self.record;
        let countries: Vec<&str> = record.concerned.iter().take(MOST_COUNTRIES).map(String::as_str).collect();
        let matrix = Matrix {
            variable,
            money: &record.data.unit,
            first: Self::first_column(),
            down: record.days.iter().map(|day| day.date.clone()).collect(),
            across: countries.iter().map(|code| Column::given(record.names.country(code), "")).collect(),
        };
        matrix.grid(variable.name(), |day, country| self.number(day, countries[country], variable))
    }

    /// What is seen first: the average tariff and welfare on the last day with measures.
    fn tiles(&self) -> Vec<Tile> {
        let record = self.record;
        let last = record.days.iter().rposition(|day| !day.measures.is_empty()).unwrap_or(0);
        let since = &record.days[last].date;
        let since = Date::parse(since).map_or_else(|_| since.clone(), Date::spoken);
        let rate = record.imposer.iter().filter_map(|code| {
            let figures = |day| self.number(day, code, CountryVariable::EffectiveRate).figures();
            let [before, after] = [figures(0).central?, figures(last).central?];
            let place = Place::of(1.0);
            Some(Tile {
                about: record.names.country(code).to_owned(),
                number: format!("{} %", number::plain(after, place)),
                range: Some(format!("from {} % before", number::plain(before, place))),
                what: format!("average tariff from {since}"),
            })
        });
        let welfare = record.concerned.iter().take(TILES).filter_map(|code| {
            let shown = self.number(last, code, CountryVariable::Welfare).figures().shown(1.0)?;
            Some(Tile {
                about: record.names.country(code).to_owned(),
                number: format!("{} %", shown.central),
                range: shown.range.map(|range| format!("{range} %")),
                what: format!("welfare (real income) from {since}"),
            })
        });
        rate.chain(welfare).collect()
    }

    /// Every measure in words, which say from when until when; as often as it changes.
    fn measures(&self) -> Vec<Term> {
        let mut told: Vec<Measure> = Vec::new();
        for measure in self.record.days.iter().flat_map(|day| &day.measures) {
            if !told.iter().any(|other| other.name == measure.name && other.words == measure.words) {
                told.push(measure.clone());
            }
        }
        frame::measures(words::with_flows(&told))
    }
}
