//! The chart of a comparison: how far the other scenarios are from the first, country by country.

use crate::index::CountryId;
use crate::report::chart::figure::{Figure, Mark, Row, Series};
use crate::report::chart::pen::Hue;
use crate::report::chart::{MOST_COUNTRIES, MOST_ROWS, point_with_bands, with_line};
use crate::report::compare::{self, Comparison, Contrast};
use crate::report::number;
use crate::report::spoken::{self, Scale};

/// `compare.svg`: the differences in one variable.
pub fn compare_chart(comparison: &Comparison<'_>) -> String {
    let variable = comparison.headline();
    let pairs: Vec<&Contrast<'_>> = comparison.overall().collect();
    let most = (MOST_ROWS / rows_of_a_country(pairs.len())).clamp(2, MOST_COUNTRIES);
    let countries = comparison.countries(most);
    let shown = pairs.iter().flat_map(|pair| {
        countries.iter().map(|&country| &pair.differences.country(country, variable).estimate)
    });
    let study = &comparison.first().study;
    let scale = Scale::of(compare::unit(variable), &study.dataset.unit, shown.copied());
    let mark = |pair: &Contrast<'_>, series, country| {
        let estimate = &pair.differences.country(country, variable).estimate;
        let (point, bands) = point_with_bands(estimate, scale.divisor)?;
        let text = format!("{} {}", number::shown(estimate, scale.divisor)?.central, scale.sign);
        Some(Mark { series, point, bands, text })
    };
    let name = |country: CountryId| study.dataset.countries.name(country).to_owned();
    let rows = |country: CountryId| -> Vec<Row> {
        if rows_of_a_country(pairs.len()) == 1 {
            let marks = pairs.iter().enumerate().filter_map(|(at, pair)| mark(pair, at, country));
            return vec![Row { label: name(country), is_detail: false, marks: marks.collect() }];
        }
        let row = |pair: &&Contrast<'_>| Row {
            label: format!("{}: {}", name(country), comparison.names(pair)[1]),
            is_detail: true,
            marks: mark(pair, 0, country).into_iter().collect(),
        };
        pairs.iter().map(row).collect()
    };
    let figure = Figure {
        title: comparison.title.clone(),
        subtitle: format!(
            "Difference in {} from {}, draw by draw",
            spoken::variable(variable),
            comparison.first().short
        ),
        axis: format!("difference in {}", scale.words),
        series: series(comparison, &pairs),
        rows: countries.iter().flat_map(|&country| rows(country)).collect(),
        notes: notes(comparison),
    };
    figure.draw()
}

/// As many pairs as there are colours stand in one row.
fn rows_of_a_country(pairs: usize) -> usize {
    if pairs <= Hue::ALL.len() { 1 } else { pairs }
}

fn series(comparison: &Comparison<'_>, pairs: &[&Contrast<'_>]) -> Vec<Series> {
    let name = |pair: &Contrast<'_>| {
        let [first, second] = comparison.names(pair);
        format!("{second} − {first}")
    };
    if rows_of_a_country(pairs.len()) == 1 {
        return pairs.iter().zip(Hue::ALL).map(|(pair, hue)| Series { name: name(pair), hue }).collect();
    }
    vec![Series { name: format!("less {}", comparison.first().short), hue: Hue::Blue }]
}

fn notes(comparison: &Comparison<'_>) -> Vec<String> {
    let lettered = comparison.columns.iter().filter(|column| !column.tells_itself());
    let mut notes: Vec<String> =
        lettered.map(|column| format!("{}: {}", column.short, column.study.scenario)).collect();
    let mut lines = comparison.assumptions();
    let last = lines.pop().unwrap_or_default();
    notes.extend(lines);
    with_line(&comparison.first().study, &last, notes)
}
