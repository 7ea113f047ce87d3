//! One scenario at many values of one key or two.

use std::path::Path;

use crate::index::CountryId;
use crate::model::variable::CountryVariable;
use crate::monte_carlo::estimate::{Estimate, Estimates};
use crate::report::chart::{png, sweep_chart};
use crate::report::contents::{SCENARIO, SWEEP};
use crate::report::disclosure;
use crate::report::focus;
use crate::report::folder::{FolderError, content, text};
use crate::report::record;
use crate::report::result;
use crate::report::study::{InOutcome, SolutionNotes, Study};
use crate::report::tables;
use crate::units::Probability;

/// A scenario at the points of a grid.
#[derive(Debug)]
pub struct Sweep<'a> {
    /// The scenario as it is, with the numbers of the point at which most happens.
    pub study: Study<'a>,
    /// What is varied: one key or two.
    pub keys: Vec<Key>,
    /// Every point, the last key varying fastest.
    pub points: Vec<Point>,
    /// The position of the point at which most happens.
    pub most: usize,
    /// The countries that somebody chose to be shown.
    pub chosen: Vec<CountryId>,
    /// The variables to show.
    pub variables: Vec<CountryVariable>,
}

/// The kinds of keys that change the policy and not what is assumed about the world.
const POLICY: [&str; 3] = ["measure.", "response.", "outcome."];

/// A key that is varied.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its name, as in a setting.
    pub name: String,
    /// Its values, as in a setting.
    pub values: Vec<String>,
    /// The same as numbers, where all of them are in one unit.
    pub numbers: Option<Vec<f64>>,
}

impl Key {
    /// The last part of its name.
    pub(in crate::report) fn short(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }
}

/// One point.
#[derive(Debug)]
pub struct Point {
    /// The position of the value of each key.
    pub at: Vec<usize>,
    /// What happens there, or why there is no solution.
    pub found: Result<Found, String>,
}

/// What happens at a point.
#[derive(Debug)]
pub struct Found {
    /// Over all outcomes.
    pub estimates: Estimates,
    /// In each outcome, where there are several.
    pub outcomes: Vec<(String, Probability, Estimates)>,
    /// How the solution went.
    pub notes: SolutionNotes,
    /// Hash of the scenario at this point, with the tables it names.
    pub scenario_hash: String,
}

impl<'a> Sweep<'a> {
    /// The countries to show.
    pub(in crate::report) fn countries(&self, most: usize) -> Vec<CountryId> {
        if self.chosen.is_empty() {
            focus::countries(&self.study, most)
        } else {
            self.chosen.iter().copied().take(most).collect()
        }
    }

    /// The values of the keys at a point.
    pub(in crate::report) fn coordinates<'p>(&'p self, point: &'p Point) -> impl Iterator<Item = &'p str> {
        self.keys.iter().zip(&point.at).map(|(key, &at)| key.values[at].as_str())
    }

    /// The values of the keys at the point with the largest effects.
    pub(in crate::report) fn place_of_most(&self) -> String {
        self.coordinates(&self.points[self.most]).collect::<Vec<_>>().join(", ")
    }

    /// The assumptions in one line, with the point of which they are said where they may differ.
    pub(in crate::report) fn assumptions(&self) -> String {
        let line = disclosure::assumptions(&self.study);
        let is_policy = |key: &Key| POLICY.iter().any(|kind| key.name.starts_with(kind));
        if self.keys.iter().all(is_policy) { line } else { format!("{line} (at {})", self.place_of_most()) }
    }

    /// What a reader should know: of the points, then of that with the largest effects.
    pub(in crate::report) fn remarks(&self) -> Vec<String> {
        let of_points = "each point is a world of its own in which nothing else changes, solved from the same baseline data";
        let of_one = format!(
            "what is said of one point is said of that with the largest effects, {}",
            self.place_of_most()
        );
        let remarks = disclosure::remarks(&self.study);
        std::iter::once(of_points.to_owned()).chain(remarks).chain([of_one]).collect()
    }

    /// A number at a point; `None` where there is no solution.
    pub(in crate::report) fn number<'p>(
        &self,
        point: &'p Point,
        country: CountryId,
        variable: CountryVariable,
    ) -> Option<&'p Estimate> {
        point.found.as_ref().ok().map(|found| found.estimates.country(country, variable))
    }

    /// The points without a solution, with the values there and why.
    pub fn failed(&self) -> impl Iterator<Item = (String, &str)> {
        self.points.iter().filter_map(|point| {
            let reason = point.found.as_ref().err()?;
            Some((self.coordinates(point).collect::<Vec<_>>().join(", "), reason.as_str()))
        })
    }

    /// The study of a point. The policy in it is that of the sweep's study, so only its numbers are to be read.
    pub(in crate::report) fn at<'b>(&self, found: &'b Found) -> Study<'b>
    where
        'a: 'b,
    {
        let outcomes = found.outcomes.iter().map(|(name, probability, estimates)| InOutcome {
            name,
            probability: *probability,
            policy: self.study.policy,
            estimates,
        });
        Study {
            estimates: &found.estimates,
            outcomes: outcomes.collect(),
            solution: &found.notes,
            scenario_hash: &found.scenario_hash,
            ..self.study.clone()
        }
    }
}

/// Positions from first to last, not more than `most`, with the same distance.
pub(in crate::report) fn thinned(count: usize, most: usize) -> impl Iterator<Item = usize> + Clone {
    (0..count).step_by(count.div_ceil(most).max(1))
}

/// Writes the files of a sweep into a folder, all or nothing.
///
/// # Errors
/// [`FolderError`]; see [`check`](crate::report::folder::check).
pub fn write(dir: &Path, sweep: &Sweep<'_>) -> Result<(), FolderError> {
    let chart = sweep_chart(sweep);
    let files = vec![
        content(SWEEP, |out| tables::sweep(sweep, out)),
        text(SCENARIO, sweep.study.resolved),
        content("sweep.png", |out| out.write_all(&png(&chart))),
        text("sweep.svg", &chart),
    ];
    result::write_with_page(dir, files, |hashes| record::sweep_json(sweep, hashes))
}
