//! Results about more than one run that never took place: over time, side by side, along a key.

use tariffsim::economy::policy::Policy;
use tariffsim::index::CountryId;
use tariffsim::model::variable::CountryVariable;
use tariffsim::monte_carlo::contrast::{Difference, Differences, Pair, Part};
use tariffsim::monte_carlo::estimate::Estimate;
use tariffsim::report::compare::{self, Column, Comparison, Contrast};
use tariffsim::report::path::{self, Day, Path};
use tariffsim::report::study::ALL_OUTCOMES;
use tariffsim::report::sweep::{self, Found, Key, Point, Sweep};
use tariffsim::units::Date;

use crate::fake::{Fake, around, folder_of};

type Files = Vec<(&'static str, Vec<u8>)>;

/// The files of a result over time: nothing, a tariff, and nothing again.
pub fn timeline(fake: &Fake) -> Files {
    let calm = Fake { policy: Policy::default(), ..fake.clone().without_effect() };
    let days = [("2025-02-28", "", &calm), ("2025-03-04", "us-on-mexico-canada begins", fake)];
    let days = days.into_iter().chain([("2026-01-01", "us-on-mexico-canada <ends>", &calm)]);
    let days = days.map(|(date, events, fake)| Day {
        date: Date::parse(date).unwrap(),
        events: events.to_owned(),
        study: fake.study(),
    });
    let path = Path { days: days.collect() };
    folder_of(|dir| path::write(dir, &path))
}

/// The files of a comparison of so many scenarios; differences grow from one to the next.
pub fn compare(fake: &Fake, scenarios: usize) -> Files {
    let draws = fake.uncertainty.draws > 0;
    let countries: Vec<CountryId> = fake.dataset.countries.ids().collect();
    let number = |second: usize, country: CountryId, variable: CountryVariable| {
        let size = second as f64 * fake.estimates.country(country, variable).central.unwrap_or(0.0) / 10.0;
        let drawn = Difference { estimate: around(size, 0.02), p_positive: Some(0.66) };
        let central =
            Difference { estimate: Estimate { central: Some(size), spread: None }, p_positive: None };
        if draws { drawn } else { central }
    };
    let differences: Vec<Differences> = (1..scenarios)
        .map(|second| Differences {
            pair: Pair { experiments: [0, second], parts: [Part::Expected; 2] },
            countries: countries
                .iter()
                .flat_map(|&country| {
                    CountryVariable::ALL.iter().map(move |&variable| number(second, country, variable))
                })
                .collect(),
            failed: u32::from(draws),
        })
        .collect();
    let names: Vec<String> = (0..scenarios).map(|at| format!("scenario <{at}>")).collect();
    let columns = names.iter().enumerate().map(|(at, name)| {
        let mut study = fake.study();
        study.scenario = name;
        Column { short: char::from(b'A' + at as u8).to_string(), study }
    });
    let contrasts = differences.iter().map(|differences| Contrast {
        second: differences.pair.experiments[1],
        outcome: ALL_OUTCOMES,
        differences,
    });
    let comparison = Comparison {
        title: format!("“{}” against itself", fake.title),
        columns: columns.collect(),
        contrasts: contrasts.collect(),
        chosen: &[],
    };
    folder_of(|dir| compare::write(dir, &comparison))
}

/// The files of a sweep over one key or two; the last point has no solution.
pub fn sweep(fake: &Fake, keys: usize) -> Files {
    let key = |name: &str, values: &[&str]| Key {
        name: name.to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
        numbers: None,
    };
    let all = [key("measure.tariff.add", &["0pp", "10pp", "20pp"]), key("model.inputs", &["true", "<b>"])];
    let keys = all[..keys].to_vec();
    let mut points: Vec<Vec<usize>> = vec![Vec::new()];
    for key in &keys {
        let with = |point: &Vec<usize>, at| [point.as_slice(), &[at]].concat();
        points =
            points.iter().flat_map(|point| (0..key.values.len()).map(move |at| with(point, at))).collect();
    }
    let count = points.len();
    let point = |(number, at): (usize, Vec<usize>)| Point {
        at,
        found: if number + 1 == count {
            Err("no equilibrium: <borders> are closed".to_owned())
        } else {
            Ok(Found {
                estimates: fake.estimates.clone(),
                outcomes: Vec::new(),
                notes: fake.solution.clone(),
                scenario_hash: format!("hash {number}"),
            })
        },
    };
    let sweep = Sweep {
        study: fake.study(),
        keys,
        points: points.into_iter().enumerate().map(point).collect(),
        most: 1,
        chosen: Vec::new(),
        variables: vec![CountryVariable::Welfare, CountryVariable::TariffRevenue],
    };
    folder_of(|dir| sweep::write(dir, &sweep))
}

/// All of them, of some runs, by name.
pub fn all(fakes: &[(&'static str, Fake)]) -> Vec<(String, Files)> {
    let of = |(name, fake): &(&str, Fake)| {
        [
            (format!("{name}-timeline"), timeline(fake)),
            (format!("{name}-compare-2"), compare(fake, 2)),
            (format!("{name}-compare-3"), compare(fake, 3)),
            (format!("{name}-sweep-1"), sweep(fake, 1)),
            (format!("{name}-sweep-2"), sweep(fake, 2)),
        ]
    };
    fakes.iter().flat_map(of).collect()
}
