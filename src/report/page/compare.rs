//! The page of a comparison.

use crate::diagnostic::Diagnostic;
use crate::model::variable::{CountryVariable, Unit};
use crate::report::compare::{OTHERS, tells_itself, unit};
use crate::report::contents::{COMPARE, COUNTRIES, Kind, MOST_COMPARED, scenario_file};
use crate::report::number;
use crate::report::page::frame::{self, Page, Section, Term, Tile, Told, World};
use crate::report::page::grid::{Cell, Column, Grid};
use crate::report::page::matrix::Shown;
use crate::report::page::run::OF_COUNTRIES;
use crate::report::page::values::{Apart, Statistics};
use crate::report::page::{Source, fault, read, read_apart, read_chart, words};
use crate::report::record::{CompareRecord, Compared, Measure, PairRecord};
use crate::report::spoken;

/// How many numbers are seen first.
const TILES: usize = 4;

/// What the page is made of.
struct Story<'a> {
    record: &'a CompareRecord,
    /// The variables to show.
    variables: Vec<CountryVariable>,
    /// By scenario.
    levels: Apart,
    /// By the first and the second scenario.
    differences: Apart,
}

/// The page of a comparison.
///
/// # Errors
/// What cannot be read in the files.
pub(super) fn page<'a>(files: &dyn Source, record: &'a CompareRecord) -> Result<Page<'a>, Vec<Diagnostic>> {
    let story = Story::read(files, record)?;
    // The names are those of this program: a record could name any file of the machine.
    let texts = (0..record.scenarios.len()).map(|at| read(files, &scenario_file(at)));
    let scenarios =
        Section { id: "scenarios", heading: "Scenarios", list: story.scenarios(), ..Section::default() };
    let measures =
        Section { id: "measures", heading: "Measures", list: story.measures(), ..Section::default() };
    let differences = Section {
        id: "differences",
        heading: "Side by side",
        words: story.words(),
        charts: vec![read_chart(files, "compare.svg")?],
        grids: story.variables.iter().flat_map(|&variable| story.side_by_side(variable)).collect(),
        folded: story.folded(),
        ..Section::default()
    };
    Ok(Page::new(Told {
        kind: Kind::Compare,
        program: &record.program,
        title: &record.title,
        summary: "",
        assumptions: &record.assumptions,
        notes: [&record.disclosures, &record.remarks],
        data: &record.data,
        scenarios: record.scenarios.iter().map(|of| &of.scenario).collect(),
        worlds: record.scenarios.iter().map(world).collect(),
        solutions: record.scenarios.iter().map(|of| &of.solution).collect(),
        arguments: words::flags("variable", &record.variables),
        texts: texts.collect::<Result<_, _>>()?,
        tiles: story.tiles(),
        sections: vec![scenarios, differences, measures],
        more_files: Vec::new(),
    }))
}

fn world(of: &Compared) -> World<'_> {
    World {
        label: of.short.clone(),
        model: of.model.clone(),
        uncertainty: &of.uncertainty,
        absent: &of.absent,
    }
}

impl<'a> Story<'a> {
    fn read(files: &dyn Source, record: &'a CompareRecord) -> Result<Self, Vec<Diagnostic>> {
        if !(1..=MOST_COMPARED).contains(&record.scenarios.len()) {
            return Err(fault(format!("the record has {} scenarios", record.scenarios.len())));
        }
        let chosen = words::variables(&record.variables)?;
        let is_chosen = !chosen.is_empty();
        let variables = if is_chosen { chosen } else { vec![CountryVariable::Welfare] };
        let more = OTHERS.iter().map(|(_, variable)| *variable).filter(|_| !is_chosen);
        let read: Vec<_> = variables.iter().copied().chain(more).collect();
        let scenarios: Vec<_> = record.scenarios.iter().map(|of| vec![of.scenario.name.as_str()]).collect();
        let pairs: Vec<_> =
            record.pairs.iter().map(|pair| vec![pair.first.as_str(), pair.second.as_str()]).collect();
        Ok(Self {
            record,
            variables,
            levels: read_apart(files, COUNTRIES, &scenarios, &record.concerned, &read)?,
            differences: read_apart(files, COMPARE, &pairs, &record.concerned, &read)?,
        })
    }

    fn has_draws(&self) -> bool {
        self.record.scenarios.iter().any(|of| of.uncertainty.draws > 0)
    }

    /// The later scenario of a pair as it is called where there is little room.
    fn short<'s>(&'s self, name: &'s str) -> &'s str {
        let mut scenarios = self.record.scenarios.iter();
        scenarios.find(|of| of.scenario.name == name).map_or(name, |of| of.short.as_str())
    }

    fn minus(&self, pair: &PairRecord) -> String {
        format!("{} − {}", self.short(&pair.second), self.short(&pair.first))
    }

    fn difference(&self, pair: &PairRecord, code: &str, variable: CountryVariable) -> Statistics {
        self.differences.get(&[&pair.first, &pair.second], code, variable)
    }

    fn scenarios(&self) -> Vec<Term> {
        let term = |of: &Compared| {
            let scenario = &of.scenario;
            let name = match tells_itself(&scenario.name, &of.short) {
                true => scenario.name.clone(),
                false => format!("{}: {}", of.short, scenario.name),
            };
            let summary = words::sentence(&scenario.summary);
            Term {
                name: words::clipped(&name),
                about: words::pieces_of_sentence(&scenario.title),
                quiet: if summary == "." { String::new() } else { summary },
            }
        };
        self.record.scenarios.iter().map(term).collect()
    }

    /// Every measure once, with the scenarios that have it.
    fn measures(&self) -> Vec<Term> {
        let mut told: Vec<(&Measure, Vec<&str>)> = Vec::new();
        for of in &self.record.scenarios {
            for measure in &of.measures {
                let is_same = |other: &Measure| other.name == measure.name && other.words == measure.words;
                match told.iter_mut().find(|(other, _)| is_same(other)) {
                    Some((_, scenarios)) => scenarios.push(&of.short),
                    None => told.push((measure, vec![&of.short])),
                }
            }
        }
        let all = self.record.scenarios.len();
        let quiet = |measure: &Measure, scenarios: &[&str]| match scenarios.len() {
            in_all if in_all == all => format!("In all; {}.", words::flows(measure.flows)),
            _ => format!("In {}; {}.", scenarios.join(", "), words::flows(measure.flows)),
        };
        let told = told.into_iter().map(|(measure, scenarios)| (measure, quiet(measure, &scenarios)));
        frame::measures(told.collect())
    }

    fn words(&self) -> Vec<String> {
        let first = self.short(&self.record.scenarios[0].scenario.name);
        let mut words =
            vec![format!("{OF_COUNTRIES} Every difference is a scenario less the first ({first}).")];
        if self.has_draws() {
            words.push(
                "Differences are taken draw by draw, so that what scenarios have in common cancels out: the range of a \
                 difference is not the difference of two ranges. Higher is the share of draws in which the number is above that of the first scenario on the same draw; for \
                 welfare, how probable it is that a country is better off."
                    .to_owned(),
            );
        }
        let same = self.record.pairs.iter().filter(|pair| pair.same);
        words.extend(same.map(|pair| {
            let [first, second] = [&pair.first, &pair.second].map(|name| self.short(name));
            format!(
                "{second} gives exactly the results of {first}, to the last bit, in the central case and in every draw: they \
                 are the same."
            )
        }));
        let has_outcomes = self.record.scenarios.iter().any(|of| !of.outcomes.is_empty());
        let outcomes = if has_outcomes { ", and with them single outcomes" } else { "" };
        words.push(format!("Every country and variable is in `{COMPARE}` and `{COUNTRIES}`{outcomes}."));
        words
    }

    /// How a variable is shown where it is a level of a scenario, and where it is a difference.
    fn shown(&self, variable: CountryVariable) -> [Shown; 2] {
        let record = self.record;
        let codes = || record.concerned.iter();
        let levels: Vec<Statistics> = record
            .scenarios
            .iter()
            .flat_map(|of| codes().map(|code| self.levels.get(&[&of.scenario.name], code, variable)))
            .collect();
        let differences: Vec<Statistics> = record
            .pairs
            .iter()
            .flat_map(|pair| codes().map(|code| self.difference(pair, code, variable)))
            .collect();
        let money = &record.data.unit;
        let levels = Shown::new(variable, variable.unit(), money, levels.iter().map(|of| of.central));
        // Money is in one unit, so that one can subtract by eye.
        let differences = match variable.unit() {
            Unit::Money => Shown { variable, scale: levels.scale.clone() },
            _ => Shown::new(variable, unit(variable), money, differences.iter().map(|of| of.central)),
        };
        [levels, differences]
    }

    /// A variable in every scenario, and its differences: in one table where there are two, else in two.
    fn side_by_side(&self, variable: CountryVariable) -> Vec<Grid> {
        let record = self.record;
        let [level, difference] = self.shown(variable);
        let levels = record.scenarios.iter().map(|of| Column::given(&of.short, level.scale.sign.clone()));
        let differences = record.pairs.iter().flat_map(|pair| {
            let column = Column::given(&self.minus(pair), difference.scale.sign.clone());
            let higher = format!("{} higher", self.short(&pair.second));
            std::iter::once(column).chain(self.has_draws().then(|| Column::given(&higher, "share of draws")))
        });
        let of_levels = |code: &str| -> Vec<Cell> {
            let scenarios = record.scenarios.iter();
            scenarios.map(|of| level.cell(&self.levels.get(&[&of.scenario.name], code, variable))).collect()
        };
        let of_differences = |code: &str| -> Vec<Cell> {
            let cells = |pair| {
                let number = self.difference(pair, code, variable);
                let higher = self.has_draws().then(|| Cell::number(number.p_positive, number::share));
                std::iter::once(difference.cell(&number)).chain(higher)
            };
            record.pairs.iter().flat_map(cells).collect()
        };
        let name = variable.name();
        let apart = format!("differences in {}", difference.scale.words);
        if record.scenarios.len() == 2 {
            let cells = |code: &str| [of_levels(code), of_differences(code)].concat();
            let caption = format!("{}; {apart}", level.caption());
            return vec![self.grid(levels.chain(differences), cells).named(name, caption)];
        }
        let caption = format!("{}: {apart}", spoken::heading(variable));
        vec![
            self.grid(levels, of_levels).named(name, level.caption()),
            self.grid(differences, of_differences).named(format!("{name}-differences"), caption),
        ]
    }

    /// A row for each country concerned.
    fn grid(&self, columns: impl Iterator<Item = Column>, cells: impl Fn(&str) -> Vec<Cell>) -> Grid {
        let record = self.record;
        let row = |code: &String| {
            let names = [Cell::text(code), Cell::text(record.names.country(code))];
            names.into_iter().chain(cells(code)).collect()
        };
        let columns = [Column::code("country"), Column::name("name", "Country")].into_iter().chain(columns);
        Grid::new(columns.collect(), record.concerned.iter().map(row).collect())
    }

    /// The other variables, where nobody chose.
    fn folded(&self) -> Vec<(String, Vec<Grid>)> {
        if !self.record.variables.is_empty() {
            return Vec::new();
        }
        let grids = OTHERS.iter().flat_map(|&(_, variable)| self.side_by_side(variable)).collect();
        vec![("Real wages, trade and tariff revenue".to_owned(), grids)]
    }

    /// The differences of the countries most concerned.
    fn tiles(&self) -> Vec<Tile> {
        let variable = self.variables[0];
        let [_, difference] = self.shown(variable);
        let pairs = |code| self.record.pairs.iter().map(move |pair| (code, pair));
        let tile = |(code, pair): (&String, &PairRecord)| {
            let number = self.difference(pair, code, variable);
            let shown = number.figures().shown(difference.scale.divisor)?;
            let sign = &difference.scale.sign;
            let higher = number.p_positive.filter(|_| self.has_draws());
            let higher = higher.map_or_else(String::new, |share| {
                format!("; {} higher in {} of draws", self.short(&pair.second), number::share(share))
            });
            Some(Tile {
                about: self.record.names.country(code).to_owned(),
                number: format!("{} {sign}", shown.central),
                range: shown.range.map(|range| format!("{range} {sign}")),
                what: format!("{}, {}{higher}", spoken::variable(variable), self.minus(pair)),
            })
        };
        self.record.concerned.iter().flat_map(pairs).filter_map(tile).take(TILES).collect()
    }
}
