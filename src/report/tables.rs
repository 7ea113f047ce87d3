//! Tidy tables for R, Stata and Python: one value a row, full precision.
//!
//! Columns, names and units are documented in `docs/results.md`. Rows follow the dataset's order, then the
//! order of the variables, then that of the statistics. What has no value has no row.

use std::io::{self, Write};

use rayon::prelude::*;

use crate::economy::policy::RateChange;
use crate::index::{CountryId, Position as _, SectorId};
use crate::model::variable::{CountryVariable, FlowVariable, SectorVariable, Unit};
use crate::monte_carlo::contrast::Difference;
use crate::monte_carlo::estimate::{Estimate, FlowRow, Spread};
use crate::report::compare::{self, Comparison};
use crate::report::number;
use crate::report::path::Path;
use crate::report::study::Study;
use crate::report::sweep::Sweep;

/// The sector of rows that are all goods of a pair together.
pub const ALL_GOODS: &str = "TOTAL";

/// A statistic over the draws, and whether it is a share of draws rather than in the variable's unit.
struct Statistic {
    name: &'static str,
    value: fn(&Spread) -> f64,
    is_share: bool,
}

/// The shares of draws below and above zero.
pub const NEGATIVE: &str = "p_negative";
/// See [`NEGATIVE`].
pub const POSITIVE: &str = "p_positive";

/// The statistics after `central`, in the order of output; quantiles by their place in `QUANTILES`.
const STATISTICS: [Statistic; 9] = [
    Statistic { name: "mean", value: |spread| spread.mean, is_share: false },
    Statistic { name: "sd", value: |spread| spread.sd, is_share: false },
    Statistic { name: "p05", value: |spread| spread.quantiles[1], is_share: false },
    Statistic { name: "p25", value: |spread| spread.quantiles[3], is_share: false },
    Statistic { name: "p50", value: |spread| spread.quantiles[4], is_share: false },
    Statistic { name: "p75", value: |spread| spread.quantiles[5], is_share: false },
    Statistic { name: "p95", value: |spread| spread.quantiles[7], is_share: false },
    Statistic { name: NEGATIVE, value: |spread| spread.p_negative, is_share: true },
    Statistic { name: "mc_error", value: |spread| spread.mc_error, is_share: false },
];

/// The name of the unit of a variable in files.
pub fn unit_name(unit: Unit, money: &str) -> &str {
    match unit {
        Unit::Percent => "percent",
        Unit::Points => "pp",
        Unit::Money => money,
    }
}

/// The name of the unit of a share of draws.
pub const SHARE_UNIT: &str = "ratio";

/// Every statistic of an estimate that has a value: name, whether it is a share of draws, value.
pub fn statistics(estimate: &Estimate) -> impl Iterator<Item = (&'static str, bool, f64)> {
    let central = estimate.central.map(|value| ("central", false, value));
    let spread = estimate.spread.into_iter().flat_map(|spread| {
        STATISTICS.iter().map(move |stat| (stat.name, stat.is_share, (stat.value)(&spread)))
    });
    central.into_iter().chain(spread).filter(|(_, _, value)| value.is_finite())
}

/// Writes the rows of a table, each of which belongs to one of `count` things. The threads make pieces of it side by
/// side, of which only a few are in memory at once.
pub(super) fn write(
    out: &mut dyn Write,
    count: usize,
    rows: impl Fn(&mut String, usize) + Sync,
) -> io::Result<()> {
    const PIECE: usize = 32;
    let wave = 2 * rayon::current_num_threads();
    let pieces = count.div_ceil(PIECE);
    for first in (0..pieces).step_by(wave) {
        let piece = |piece: usize| {
            let mut text = String::new();
            (piece * PIECE..count.min((piece + 1) * PIECE)).for_each(|at| rows(&mut text, at));
            text
        };
        let made: Vec<String> = (first..pieces.min(first + wave)).into_par_iter().map(piece).collect();
        made.iter().try_for_each(|text| out.write_all(text.as_bytes()))?;
    }
    Ok(())
}

/// The names of the columns as the first line.
pub(super) fn write_header(out: &mut dyn Write, columns: &[&str]) -> io::Result<()> {
    writeln!(out, "{}", columns.join(","))
}

/// Fields as a row begins with them, each with the comma after it.
pub fn beginning(fields: &[&str]) -> String {
    let mut text = String::new();
    fields.iter().for_each(|field| push_field(&mut text, field));
    text
}

/// A field and the comma after it; in quotes where it would be taken apart otherwise.
fn push_field(text: &mut String, field: &str) {
    if field.contains([',', '"', '\r', '\n']) {
        text.push('"');
        text.push_str(&field.replace('"', "\"\""));
        text.push_str("\",");
    } else {
        text.push_str(field);
        text.push(',');
    }
}

/// One row for each statistic of some variables with their units and estimates; `lead` says what they are about.
pub(super) fn push_rows(text: &mut String, lead: &str, money: &str, variables: &[(&str, Unit, &Estimate)]) {
    for &(variable, unit, estimate) in variables {
        push_statistics(text, lead, [variable, unit_name(unit, money)], statistics(estimate));
    }
}

/// One row for each statistic of something with its unit.
pub(super) fn push_statistics(
    text: &mut String,
    lead: &str,
    [what, unit]: [&str; 2],
    statistics: impl Iterator<Item = (&'static str, bool, f64)>,
) {
    for (stat, is_share, value) in statistics {
        text.push_str(lead);
        push_field(text, what);
        push_field(text, if is_share { SHARE_UNIT } else { unit });
        push_field(text, stat);
        number::push_exact(text, value);
        text.push('\n');
    }
}

/// The columns of `countries.csv`.
pub(super) const OF_COUNTRIES: [&str; 7] =
    ["scenario", "outcome", "country", "variable", "unit", "stat", "value"];

/// `countries.csv`: one row per (outcome, country, variable, statistic).
///
/// # Errors
/// Those of writing.
pub fn countries(study: &Study<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_header(out, &OF_COUNTRIES)?;
    write_countries(out, study, &[])
}

/// The rows of countries, each after some fields of its own.
fn write_countries(out: &mut dyn Write, study: &Study<'_>, lead: &[&str]) -> io::Result<()> {
    for (outcome, study) in study.worlds() {
        write(out, study.dataset.countries.len(), |text, at| {
            let country = CountryId::at(at);
            let keys = [study.scenario, outcome, study.dataset.countries.code(country)];
            let of = |&variable: &CountryVariable| {
                (variable.name(), variable.unit(), study.estimates.country(country, variable))
            };
            let variables: Vec<_> = study.estimates.variables.countries.iter().map(of).collect();
            push_rows(text, &beginning(&[lead, &keys].concat()), &study.dataset.unit, &variables);
        })?;
    }
    Ok(())
}

/// `timeline.csv`: the rows of `countries.csv` for every day, with the day in front.
///
/// # Errors
/// Those of writing.
pub fn timeline(path: &Path<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{}", beginning(&["date"]))?;
    write_header(out, &OF_COUNTRIES)?;
    path.days.iter().try_for_each(|day| write_countries(out, &day.study, &[&day.date.to_string()]))
}

/// `countries.csv` of several runs.
///
/// # Errors
/// Those of writing.
pub fn countries_of<'s>(studies: impl Iterator<Item = &'s Study<'s>>, out: &mut dyn Write) -> io::Result<()> {
    write_header(out, &OF_COUNTRIES)?;
    studies.into_iter().try_for_each(|study| write_countries(out, study, &[]))
}

/// `sweep.csv`: the rows of `countries.csv` for every point that has a solution, with the values of the keys in front.
///
/// # Errors
/// Those of writing.
pub fn sweep(sweep: &Sweep<'_>, out: &mut dyn Write) -> io::Result<()> {
    let keys: Vec<&str> = sweep.keys.iter().map(|key| key.name.as_str()).collect();
    write!(out, "{}", beginning(&keys))?;
    write_header(out, &OF_COUNTRIES)?;
    for point in &sweep.points {
        let Ok(found) = &point.found else { continue };
        let lead: Vec<&str> = sweep.coordinates(point).collect();
        write_countries(out, &sweep.at(found), &lead)?;
    }
    Ok(())
}

/// `compare.csv`: one row per (pair of scenarios, outcome, country, variable, statistic).
///
/// # Errors
/// Those of writing.
pub fn compare(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_header(out, &["first", "second", "outcome", "country", "variable", "unit", "stat", "value"])?;
    let first = &comparison.first().study;
    for contrast in &comparison.contrasts {
        let second = comparison.columns[contrast.second].study.scenario;
        write(out, first.dataset.countries.len(), |text, at| {
            let country = CountryId::at(at);
            let keys = [first.scenario, second, contrast.outcome, first.dataset.countries.code(country)];
            let lead = beginning(&keys);
            for &variable in &contrast.differences.variables {
                let difference = contrast.differences.country(country, variable);
                let unit = unit_name(compare::unit(variable), &first.dataset.unit);
                push_statistics(text, &lead, [variable.name(), unit], statistics_of(difference));
            }
        })?;
    }
    Ok(())
}

/// Every statistic of a difference that has a value, the share above zero after that below.
pub fn statistics_of(difference: &Difference) -> impl Iterator<Item = (&'static str, bool, f64)> {
    let positive = difference.p_positive.map(|share| (POSITIVE, true, share));
    statistics(&difference.estimate).flat_map(move |stat| {
        let after = positive.filter(|_| stat.0 == NEGATIVE);
        std::iter::once(stat).chain(after)
    })
}

/// `sectors.csv`: one row per (outcome, country, sector, variable, statistic).
///
/// # Errors
/// Those of writing.
pub fn sectors(study: &Study<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_header(out, &["scenario", "outcome", "country", "sector", "variable", "unit", "stat", "value"])?;
    let (countries, sectors) = (&study.dataset.countries, &study.dataset.sectors);
    for (outcome, study) in study.worlds() {
        write(out, countries.len() * sectors.len(), |text, at| {
            let (country, sector) = (CountryId::at(at / sectors.len()), SectorId::at(at % sectors.len()));
            let lead = beginning(&[study.scenario, outcome, countries.code(country), sectors.code(sector)]);
            let of = |&variable: &SectorVariable| {
                let estimate = study.estimates.sector(sectors.len(), country, sector, variable);
                (variable.name(), variable.unit(), estimate)
            };
            let variables: Vec<_> = study.estimates.variables.sectors.iter().map(of).collect();
            push_rows(text, &lead, &study.dataset.unit, &variables);
        })?;
    }
    Ok(())
}

/// `flows.csv`: one row per (outcome, importer, exporter, sector, variable, statistic) of the reported flows.
///
/// # Errors
/// Those of writing.
pub fn flows(study: &Study<'_>, out: &mut dyn Write) -> io::Result<()> {
    let columns =
        ["scenario", "outcome", "importer", "exporter", "sector", "variable", "unit", "stat", "value"];
    write_header(out, &columns)?;
    for (outcome, study) in study.worlds() {
        write(out, study.estimates.flow_rows.len(), |text, at| {
            let [importer, exporter, sector] = flow_keys(&study, &study.estimates.flow_rows[at]);
            let lead = beginning(&[study.scenario, outcome, importer, exporter, sector]);
            let of = |&variable: &FlowVariable| {
                (variable.name(), variable.unit(), study.estimates.flow(at, variable))
            };
            let variables: Vec<_> = study.estimates.variables.flows.iter().map(of).collect();
            push_rows(text, &lead, &study.dataset.unit, &variables);
        })?;
    }
    Ok(())
}

/// The codes of a flow row's importer, exporter and sector.
pub fn flow_keys<'a>(study: &Study<'a>, row: &FlowRow) -> [&'a str; 3] {
    let countries = &study.dataset.countries;
    let sector = row.sector.map_or(ALL_GOODS, |sector| study.dataset.sectors.code(sector));
    [countries.code(row.importer), countries.code(row.exporter), sector]
}

/// `rates.csv`: one row per outcome, changed rate and measure that had a part in it, in fractions.
///
/// # Errors
/// Those of writing.
pub fn rates(study: &Study<'_>, out: &mut dyn Write) -> io::Result<()> {
    let columns = ["outcome", "importer", "exporter", "sector", "measure", "before", "after", "contribution"];
    write_header(out, &columns)?;
    for (outcome, study) in study.worlds() {
        write(out, study.policy.rates.len(), |text, at| {
            push_rates(text, outcome, &study, &study.policy.rates[at]);
        })?;
    }
    Ok(())
}

fn push_rates(text: &mut String, outcome: &str, study: &Study<'_>, rate: &RateChange) {
    let flow = rate.flow;
    let row = FlowRow { importer: flow.importer, exporter: flow.exporter, sector: Some(flow.sector) };
    let [importer, exporter, sector] = flow_keys(study, &row);
    for contribution in &rate.contributions {
        let measure = study.policy.measures[contribution.measure].name.as_str();
        text.push_str(&beginning(&[outcome, importer, exporter, sector, measure]));
        number::push_exact(text, rate.before.fraction());
        text.push(',');
        number::push_exact(text, rate.after.fraction());
        text.push(',');
        number::push_exact(text, contribution.change);
        text.push('\n');
    }
}
