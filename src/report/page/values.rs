//! The numbers of the tables, read back: only those that the page shows.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::model::variable::{CountryVariable, FlowVariable};
use crate::report::contents::{CONTRIBUTIONS, COUNTRIES, FLOWS, RATES, WELFARE};
use crate::report::number::Figures;
use crate::report::page::story::RUN_AGAIN;
use crate::report::study::ALL_OUTCOMES;
use crate::table::{Fault, Faults, Row, Table};

/// The statistics of one number that the page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Statistics {
    pub(super) central: Option<f64>,
    pub(super) p05: Option<f64>,
    pub(super) p25: Option<f64>,
    pub(super) p50: Option<f64>,
    pub(super) p75: Option<f64>,
    pub(super) p95: Option<f64>,
    pub(super) p_negative: Option<f64>,
    mc_error: Option<f64>,
}

impl Statistics {
    /// What decides how it is written.
    pub(super) fn figures(&self) -> Figures {
        let range = self.p05.zip(self.p95).map(|(low, high)| [low, high]);
        Figures { central: self.central, range, mc_error: self.mc_error }
    }

    /// The place of a statistic by its name in the tables; `None` for those that are not shown.
    fn slot(&mut self, stat: &str) -> Result<Option<&mut Option<f64>>, ()> {
        Ok(Some(match stat {
            "central" => &mut self.central,
            "p05" => &mut self.p05,
            "p25" => &mut self.p25,
            "p50" => &mut self.p50,
            "p75" => &mut self.p75,
            "p95" => &mut self.p95,
            "p_negative" => &mut self.p_negative,
            "mc_error" => &mut self.mc_error,
            "mean" | "sd" | "order_error" => return Ok(None),
            _ => return Err(()),
        }))
    }
}

/// The numbers of `countries.csv`.
#[derive(Clone, Debug, Default)]
pub(super) struct Countries {
    /// The codes in the order of the table.
    pub(super) codes: Vec<String>,
    numbers: HashMap<String, Vec<Statistics>>,
}

impl Countries {
    /// A number; without any statistic where the table has none.
    pub(super) fn get(&self, code: &str, variable: CountryVariable) -> Statistics {
        self.numbers.get(code).map_or(Statistics::default(), |row| row[variable.index()])
    }

    /// Reads the rows of an outcome.
    pub(super) fn read(text: &str, outcome: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut read = Self::default();
        each(COUNTRIES, text, &["outcome", "country", "variable", "stat", "value"], |row| {
            if row.field("outcome") != outcome {
                return Ok(());
            }
            let code = row.field("country");
            if !read.numbers.contains_key(code) {
                read.codes.push(code.to_owned());
                let none = vec![Statistics::default(); CountryVariable::ALL.len()];
                read.numbers.insert(code.to_owned(), none);
            }
            let numbers = read.numbers.get_mut(code).expect("it was put there if it was missing");
            let variables = CountryVariable::ALL.iter().map(|variable| variable.name());
            put(row, &mut numbers[position(row, "variable", variables)?])
        })?;
        Ok(read)
    }
}

/// Importer, exporter and sector.
pub(super) type FlowKey<'a> = [&'a str; 3];

/// The numbers of `flows.csv` that are asked for.
#[derive(Clone, Debug)]
pub(super) struct Flows<'a> {
    places: HashMap<FlowKey<'a>, usize>,
    numbers: Vec<[Statistics; FlowVariable::ALL.len()]>,
}

impl<'a> Flows<'a> {
    /// A number; without any statistic where the table has none.
    pub(super) fn get(&self, key: FlowKey<'_>, variable: FlowVariable) -> Statistics {
        self.places.get(&key).map_or(Statistics::default(), |&at| self.numbers[at][variable.index()])
    }

    /// Reads some rows of an outcome; the others are passed over.
    pub(super) fn read(
        text: &str,
        outcome: &str,
        wanted: impl IntoIterator<Item = FlowKey<'a>>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let places: HashMap<FlowKey<'_>, usize> = wanted.into_iter().zip(0..).collect();
        let mut numbers = vec![[Statistics::default(); FlowVariable::ALL.len()]; places.len()];
        let columns = ["outcome", "importer", "exporter", "sector", "variable", "stat", "value"];
        each(FLOWS, text, &columns, |row| {
            if row.field("outcome") != outcome {
                return Ok(());
            }
            let key = [row.field("importer"), row.field("exporter"), row.field("sector")];
            let Some(&at) = places.get(&key) else { return Ok(()) };
            let variables = FlowVariable::ALL.iter().map(|variable| variable.name());
            put(row, &mut numbers[at][position(row, "variable", variables)?])
        })?;
        Ok(Self { places, numbers })
    }
}

/// Contributions to welfare, as `contributions.csv` has them.
#[derive(Clone, Debug, Default)]
pub(super) struct Contributions {
    /// The measures in the order of the table.
    pub(super) measures: Vec<String>,
    /// By measure and country.
    numbers: HashMap<(usize, String), Statistics>,
}

impl Contributions {
    /// A number; without any statistic where the table has none.
    pub(super) fn get(&self, measure: usize, country: &str) -> Statistics {
        self.numbers.get(&(measure, country.to_owned())).copied().unwrap_or_default()
    }

    /// Reads the rows of a variable over all outcomes.
    pub(super) fn read(text: &str, variable: CountryVariable) -> Result<Self, Vec<Diagnostic>> {
        let mut read = Self::default();
        let columns = ["outcome", "country", "variable", "measure", "stat", "value"];
        each(CONTRIBUTIONS, text, &columns, |row| {
            let is_wanted = row.field("outcome") == ALL_OUTCOMES && row.field("variable") == variable.name();
            if !is_wanted {
                return Ok(());
            }
            let name = row.field("measure");
            let known = read.measures.iter().position(|measure| measure == name);
            let measure = known.unwrap_or_else(|| {
                read.measures.push(name.to_owned());
                read.measures.len() - 1
            });
            put(row, read.numbers.entry((measure, row.field("country").to_owned())).or_default())
        })?;
        Ok(read)
    }
}

/// The parts of welfare over all outcomes, as `welfare.csv` has them, by country and name.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts(HashMap<(String, String), Statistics>);

impl Parts {
    /// A number; without any statistic where the table has none.
    pub(super) fn get(&self, country: &str, part: &str) -> Statistics {
        self.0.get(&(country.to_owned(), part.to_owned())).copied().unwrap_or_default()
    }

    /// Whether a part is anything but zero in some country.
    pub(super) fn is_anywhere(&self, part: &str) -> bool {
        self.0.iter().any(|((_, of), value)| of == part && value.central.is_some_and(|value| value != 0.0))
    }

    /// Reads the rows over all outcomes.
    pub(super) fn read(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut read = Self::default();
        each(WELFARE, text, &["outcome", "country", "variable", "stat", "value"], |row| {
            if row.field("outcome") == ALL_OUTCOMES {
                let key = (row.field("country").to_owned(), row.field("variable").to_owned());
                put(row, read.0.entry(key).or_default())?;
            }
            Ok(())
        })?;
        Ok(read)
    }
}

/// How a rate changed, as `rates.csv` has it.
#[derive(Clone, Debug, Default)]
pub(super) struct RateChange {
    /// The observed rate as a fraction.
    pub(super) before: f64,
    /// The new rate as a fraction.
    pub(super) after: f64,
    /// What each measure added, by its name.
    pub(super) parts: Vec<(String, f64)>,
}

/// Reads the rates of some flows; the others are passed over.
pub(super) fn rates<'a>(
    text: &str,
    wanted: impl IntoIterator<Item = FlowKey<'a>>,
) -> Result<HashMap<FlowKey<'a>, RateChange>, Vec<Diagnostic>> {
    let places: HashMap<FlowKey<'_>, FlowKey<'a>> = wanted.into_iter().map(|key| (key, key)).collect();
    let mut rates: HashMap<FlowKey<'a>, RateChange> = HashMap::new();
    let columns = ["outcome", "importer", "exporter", "sector", "measure", "before", "after", "contribution"];
    each(RATES, text, &columns, |row| {
        if row.field("outcome") != ALL_OUTCOMES {
            return Ok(());
        }
        let key = [row.field("importer"), row.field("exporter"), row.field("sector")];
        let Some(&key) = places.get(&key) else { return Ok(()) };
        let rate = rates.entry(key).or_default();
        (rate.before, rate.after) = (row.number("before")?, row.number("after")?);
        rate.parts.push((row.field("measure").to_owned(), row.number("contribution")?));
        Ok(())
    })?;
    Ok(rates)
}

/// Reads a table row by row.
fn each(
    file: &str,
    text: &str,
    columns: &[&'static str],
    mut take: impl FnMut(&Row<'_>) -> Result<(), Fault>,
) -> Result<(), Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let Some(table) = Table::parse(file, text, columns, &[], &mut diagnostics) else {
        return Err(diagnostics);
    };
    let mut faults = Faults::new(file);
    for row in table.rows() {
        faults.keep(row.and_then(|row| take(&row)));
    }
    faults.finish(&mut diagnostics);
    diagnostics.retain(Diagnostic::is_error);
    if diagnostics.is_empty() { Ok(()) } else { Err(diagnostics) }
}

fn unknown(row: &Row<'_>, column: &str) -> Fault {
    let message = format!("there is no {column} `{}` in this result", row.field(column));
    row.fault(column, "an unknown word", message).help(RUN_AGAIN)
}

/// The position of a word among those that are known.
fn position(
    row: &Row<'_>,
    column: &str,
    mut words: impl Iterator<Item = &'static str>,
) -> Result<usize, Fault> {
    let written = row.field(column);
    words.position(|word| word == written).ok_or_else(|| unknown(row, column))
}

/// Puts the value of a row where it belongs.
fn put(row: &Row<'_>, numbers: &mut Statistics) -> Result<(), Fault> {
    let slot = numbers.slot(row.field("stat")).map_err(|()| unknown(row, "stat"))?;
    let value = row.number("value")?;
    if let Some(slot) = slot {
        *slot = Some(value);
    }
    Ok(())
}
