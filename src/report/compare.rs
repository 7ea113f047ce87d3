//! Several scenarios side by side, and how far apart they are on the same draws.

use std::path::Path;

use crate::index::CountryId;
use crate::model::variable::{CountryVariable, Unit};
use crate::monte_carlo::contrast::Differences;
use crate::report::chart::{compare_chart, png};
use crate::report::contents::{COMPARE, COUNTRIES, RECORD};
use crate::report::disclosure;
use crate::report::focus;
use crate::report::folder::{self, FolderError, content, text};
use crate::report::record;
use crate::report::study::Study;
use crate::report::tables;

/// Scenarios on the same data and the same draws.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// What all of them are about: the title of the only scenario, or how many there are.
    pub title: String,
    /// The scenarios; the first is what the others are compared with.
    pub columns: Vec<Column<'a>>,
    /// The differences of each later scenario from the first, over all outcomes and in each.
    pub contrasts: Vec<Contrast<'a>>,
    /// The variables to show, where somebody chose them.
    pub chosen: &'a [CountryVariable],
}

/// One scenario.
#[derive(Debug)]
pub struct Column<'a> {
    /// A short name for the heads of tables.
    pub short: String,
    /// Its run; the `scenario` of its tables is what tells it apart from the others.
    pub study: Study<'a>,
}

/// One scenario less the first.
#[derive(Debug)]
pub struct Contrast<'a> {
    /// The position of the scenario.
    pub second: usize,
    /// In which outcome, `all` for what is not conditional on one.
    pub outcome: &'a str,
    /// The differences.
    pub differences: &'a Differences,
}

impl Column<'_> {
    /// Whether its short name is the end of its whole one, such as a value that is set.
    pub(in crate::report) fn tells_itself(&self) -> bool {
        self.study.scenario.len() > 1 && self.study.scenario.ends_with(&self.short)
    }
}

/// The unit of a difference: that of two percentages is in percentage points.
pub fn unit(variable: CountryVariable) -> Unit {
    match variable.unit() {
        Unit::Percent | Unit::Points => Unit::Points,
        Unit::Money => Unit::Money,
    }
}

impl<'a> Comparison<'a> {
    /// The scenario with which the others are compared.
    pub(in crate::report) fn first(&self) -> &Column<'a> {
        &self.columns[0]
    }

    /// The variable to show first: one that somebody chose, or what stands for a country in all models; models that tell
    /// different things have trade in common.
    pub(in crate::report) fn headline(&self) -> CountryVariable {
        let headline = |column: &Column<'_>| column.study.estimates.variables.headline;
        let first = headline(self.first());
        let is_common = self.columns.iter().all(|column| headline(column) == first);
        self.chosen.first().copied().unwrap_or(if is_common { first } else { CountryVariable::ImportsVolume })
    }

    /// The differences over all outcomes.
    pub(in crate::report) fn overall(&self) -> impl Iterator<Item = &Contrast<'a>> {
        self.contrasts.iter().filter(|contrast| contrast.outcome == super::study::ALL_OUTCOMES)
    }

    /// How a later scenario is called beside the first.
    pub(in crate::report) fn names(&self, contrast: &Contrast<'_>) -> [&str; 2] {
        [&self.first().short, &self.columns[contrast.second].short]
    }

    /// The countries to show: those that each scenario concerns, in turn.
    pub(in crate::report) fn countries(&self, most: usize) -> Vec<CountryId> {
        let of_each: Vec<Vec<CountryId>> =
            self.columns.iter().map(|column| focus::countries(&column.study, most)).collect();
        let longest = of_each.iter().map(Vec::len).max().unwrap_or(0);
        let mut shown = Vec::new();
        for country in (0..longest).flat_map(|at| of_each.iter().filter_map(move |list| list.get(at))) {
            if shown.len() < most && !shown.contains(country) {
                shown.push(*country);
            }
        }
        shown
    }

    /// The assumptions of all of them in one line, or of each behind its name.
    pub(in crate::report) fn assumptions(&self) -> Vec<String> {
        self.said(|study| vec![disclosure::assumptions(study)])
    }

    /// What must be said of the scenarios: once where it holds for all, else with the name of each.
    pub(in crate::report) fn said(&self, of: impl Fn(&Study<'_>) -> Vec<String>) -> Vec<String> {
        let each: Vec<Vec<String>> = self.columns.iter().map(|column| of(&column.study)).collect();
        let is_common = |line: &String| each.iter().all(|lines| lines.contains(line));
        let common = each[0].iter().filter(|line| is_common(line)).cloned();
        let own = self.columns.iter().zip(&each).flat_map(|(column, lines)| {
            let own = lines.iter().filter(|line| !is_common(line));
            own.map(|line| format!("{}: {line}", column.short))
        });
        common.chain(own).collect()
    }
}

/// The file of a scenario in the folder.
pub fn scenario_file(at: usize) -> String {
    format!("scenario-{}.toml", at + 1)
}

/// Writes the files of a comparison into a folder, all or nothing.
///
/// # Errors
/// [`FolderError`]; see [`folder::check`].
pub fn write(dir: &Path, comparison: &Comparison<'_>) -> Result<(), FolderError> {
    folder::make(dir, |draft| {
        let chart = compare_chart(comparison);
        let studies = || comparison.columns.iter().map(|column| &column.study);
        let mut files = vec![
            content(COMPARE, |out| tables::compare(comparison, out)),
            content(COUNTRIES, |out| tables::countries_of(studies(), out)),
            content("compare.png", |out| out.write_all(&png(&chart))),
            text("compare.svg", &chart),
        ];
        files.extend(studies().enumerate().map(|(at, study)| text(scenario_file(at), study.resolved)));
        let hashes = draft.files(files)?;
        draft.files(vec![text(RECORD, &record::compare_json(comparison, hashes))]).map(drop)
    })
}
