//! Results over time: one run for every day on which the measures in force change.

use std::collections::BTreeMap;

use crate::index::CountryId;
use crate::model::variable::CountryVariable;
use crate::monte_carlo::estimate::Estimate;
use crate::report::chart::{path_chart, png};
use crate::report::contents::{SCENARIO, TIMELINE};
use crate::report::disclosure;
use crate::report::focus;
use crate::report::folder::{FolderError, content, text};
use crate::report::record;
use crate::report::result;
use crate::report::study::Study;
use crate::report::tables;
use crate::units::Date;

/// A run for each day, in order; the first is the day before anything changes.
#[derive(Debug)]
pub struct Path<'a> {
    /// The days.
    pub days: Vec<Day<'a>>,
}

/// One day.
#[derive(Debug)]
pub struct Day<'a> {
    /// The first day on which these measures are in force.
    pub date: Date,
    /// Which measures begin and end, in words.
    pub events: String,
    /// The run.
    pub study: Study<'a>,
}

impl<'a> Path<'a> {
    /// The day with the most trade in flows that some measure reaches: it knows best whom the scenario concerns.
    pub(in crate::report) fn busiest(&self) -> &Study<'a> {
        let trade = |day: &&Day<'_>| focus::pairs(&day.study).iter().map(|pair| pair.trade).sum::<f64>();
        let busiest = self.days.iter().max_by(|a, b| trade(a).total_cmp(&trade(b)));
        &busiest.unwrap_or(&self.days[0]).study
    }

    /// The country whose own policy touches the most trade over all days; none where nothing is ever touched.
    pub(in crate::report) fn imposer(&self) -> Option<CountryId> {
        let mut trade: BTreeMap<CountryId, f64> = BTreeMap::new();
        for pair in self.days.iter().flat_map(|day| focus::pairs(&day.study)) {
            *trade.entry(pair.importer).or_default() += pair.trade;
        }
        trade.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map(|(country, _)| country)
    }

    /// Whether trade has had more time to adjust on some days than on others.
    pub(in crate::report) fn has_horizons(&self) -> bool {
        let mut horizons = self.days.iter().map(|day| day.study.elasticities.horizon);
        let first = horizons.next();
        horizons.any(|horizon| Some(horizon) != first)
    }

    /// The assumptions of all days in one line.
    pub(in crate::report) fn assumptions(&self) -> String {
        let study = self.busiest();
        if self.has_horizons() {
            disclosure::assumptions_after(study, "as far as trade has adjusted by each day")
        } else {
            disclosure::assumptions(study)
        }
    }

    /// What a reader should know: of time, and of the busiest day where it holds for all.
    pub(in crate::report) fn remarks(&self) -> Vec<String> {
        let study = self.busiest();
        let has_horizons = self.has_horizons();
        let mut labour = self.days.iter().map(|day| day.study.closure.labour);
        let has_labours = labour.any(|labour| labour != study.closure.labour);
        let of_time = [
            (has_horizons, ADJUSTMENT),
            (true, "each day is a world in which its measures stay; no day builds on the one before"),
            (
                has_labours,
                "nobody changes sector while trade has had a year or less, afterwards everyone may",
            ),
        ];
        let of_time = of_time.into_iter().filter(|(applies, _)| *applies).map(|(_, words)| words.to_owned());
        let of_one_day = [
            (has_horizons, disclosure::horizon_in_words(study.elasticities.horizon)),
            (has_labours, disclosure::labour_in_words(study.closure.labour).to_owned()),
        ];
        let is_of_one_day =
            |remark: &String| of_one_day.iter().any(|(differs, words)| *differs && words == remark);
        of_time
            .chain(disclosure::remarks(study).into_iter().filter(|remark| !is_of_one_day(remark)))
            .collect()
    }

    /// The countries to show.
    pub(in crate::report) fn countries(&self, most: usize) -> Vec<CountryId> {
        focus::countries(self.busiest(), most)
    }

    /// Every day with one of its numbers.
    pub(in crate::report) fn numbers(
        &self,
        country: CountryId,
        variable: CountryVariable,
    ) -> impl Iterator<Item = (Date, &Estimate)> {
        self.days.iter().map(move |day| (day.date, day.study.estimates.country(country, variable)))
    }
}

/// How trade adjusts where that differs between days.
const ADJUSTMENT: &str = "trade has had the time since the measures in force began to adjust, a mean over them at the trade on which each \
     acts; adjustment after Boehm, Levchenko and Pandalai-Nayar 2023, nothing shorter than a year being known";

/// Writes the files of a result over time into a folder, all or nothing.
///
/// # Errors
/// [`FolderError`]; see [`check`](crate::report::folder::check).
pub fn write(dir: &std::path::Path, path: &Path<'_>) -> Result<(), FolderError> {
    let chart = path_chart(path);
    let files = vec![
        content(TIMELINE, |out| tables::timeline(path, out)),
        text(SCENARIO, path.days[0].study.resolved),
        content("timeline.png", |out| out.write_all(&png(&chart))),
        text("timeline.svg", &chart),
    ];
    result::write_with_page(dir, files, |hashes| record::path_json(path, hashes))
}
