//! Several scenarios side by side, and how far apart they are on the same draws.

use std::path::Path;

use crate::index::CountryId;
use crate::model::variable::{CountryVariable, Unit};
use crate::monte_carlo::contrast::Differences;
use crate::report::chart::{compare_chart, png};
use crate::report::contents::{COMPARE, COUNTRIES, scenario_file};
use crate::report::disclosure;
use crate::report::focus;
use crate::report::folder::{FolderError, content, text};
use crate::report::record;
use crate::report::result;
use crate::report::spoken;
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
    /// Whether its short name needs no explanation beside its whole one.
    pub(in crate::report) fn tells_itself(&self) -> bool {
        tells_itself(self.study.scenario, &self.short)
    }
}

/// What stands below welfare where nobody chose variables.
pub(in crate::report) const OTHERS: [(&str, CountryVariable); 5] = [
    ("real wage", CountryVariable::RealWage),
    ("exports, volume", CountryVariable::ExportsVolume),
    ("imports, volume", CountryVariable::ImportsVolume),
    ("terms of trade", CountryVariable::TermsOfTrade),
    ("tariff revenue", CountryVariable::TariffRevenue),
];

/// Whether a short name is a value that is set at the end of a whole one, such as `balanced` of `model.deficits=balanced`.
pub(in crate::report) fn tells_itself(name: &str, short: &str) -> bool {
    name.strip_suffix(short).is_some_and(|before| before.ends_with(['=', '.']))
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

    /// What a reader should know: of the differences, then of the scenarios.
    pub(in crate::report) fn remarks(&self) -> Vec<String> {
        let has_outcomes = self.columns.iter().any(|column| !column.study.outcomes.is_empty());
        let of_outcomes = has_outcomes.then(|| OF_OUTCOMES.to_owned());
        let with_failed = self.overall().filter(|contrast| contrast.differences.failed > 0);
        let of_failed = with_failed.map(|contrast| {
            let [first, second] = self.names(contrast);
            format!(
                "{second} − {first}: {} of {} draws are left out, for one of the two has no solution there",
                contrast.differences.failed,
                self.first().study.uncertainty.draws
            )
        });
        of_outcomes.into_iter().chain(of_failed).chain(self.said(disclosure::remarks)).collect()
    }

    /// What must be said of the scenarios: once where it holds for all, else with the names for which it does.
    pub(in crate::report) fn said(&self, of: impl Fn(&Study<'_>) -> Vec<String>) -> Vec<String> {
        let each = self.columns.iter().map(|column| (column.short.as_str(), of(&column.study)));
        spoken::of_each(&each.collect::<Vec<_>>())
    }
}

/// What a difference is where several outcomes are possible.
const OF_OUTCOMES: &str = "where several outcomes are possible, a difference is that of what is expected over them in each \
                           draw: its range does not cover which outcome comes";

/// Writes the files of a comparison into a folder, all or nothing.
///
/// # Errors
/// [`FolderError`]; see [`check`](crate::report::folder::check).
pub fn write(dir: &Path, comparison: &Comparison<'_>) -> Result<(), FolderError> {
    let chart = compare_chart(comparison);
    let studies = || comparison.columns.iter().map(|column| &column.study);
    let mut files = vec![
        content(COMPARE, |out| tables::compare(comparison, out)),
        content(COUNTRIES, |out| tables::countries_of(studies(), out)),
        content("compare.png", |out| out.write_all(&png(&chart))),
        text("compare.svg", &chart),
    ];
    files.extend(studies().enumerate().map(|(at, study)| text(scenario_file(at), study.resolved)));
    result::write_with_page(dir, files, |hashes| record::compare_json(comparison, hashes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_value_that_is_set_tells_itself() {
        assert!(tells_itself("model.deficits=balanced", "balanced"));
        assert!(tells_itself("model.inputs=true", "inputs=true"));
        assert!(!tells_itself("A", "A") && !tells_itself("PLAN-A", "A"));
    }
}
