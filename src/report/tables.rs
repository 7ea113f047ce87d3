//! Tidy tables for R, Stata and Python: one value a row, full precision.
//!
//! Columns, names and units are documented in `docs/results.md`. Rows follow the dataset's order, then the
//! order of the variables, then that of the statistics. What has no value has no row.

use csv::{Terminator, Writer, WriterBuilder};

use crate::economy::policy::RateChange;
use crate::index::{CountryId, SectorId};
use crate::model::variable::{CountryVariable, FlowVariable, SectorVariable, Unit};
use crate::monte_carlo::contrast::Difference;
use crate::monte_carlo::estimate::{Estimate, FlowRow, Spread};
use crate::report::compare::{self, Comparison};
use crate::report::number;
use crate::report::path::Path;
use crate::report::study::{ALL_OUTCOMES, Study};
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

/// Writes the rows of one table; memory cannot refuse a write.
struct Table<'a> {
    out: Writer<Vec<u8>>,
    /// What stands before the scenario in every row.
    lead: Vec<String>,
    scenario: &'a str,
    outcome: &'a str,
    money: &'a str,
    value: String,
}

/// Why writing into memory may be taken for granted.
const IN_MEMORY: &str = "memory takes all that is written, and all rows of a table are equally long";

impl<'a> Table<'a> {
    fn new(header: &[&str], study: &Study<'a>) -> Self {
        let mut out = WriterBuilder::new()
            .terminator(Terminator::Any(b'\n'))
            .buffer_capacity(1 << 16)
            .from_writer(vec![]);
        out.write_record(header).expect(IN_MEMORY);
        Self {
            out,
            lead: Vec::new(),
            scenario: study.scenario,
            outcome: ALL_OUTCOMES,
            money: &study.dataset.unit,
            value: String::new(),
        }
    }

    /// One row for each statistic of an estimate; `keys` says which country, pair or sector it is about.
    fn estimate(&mut self, keys: &[&str], variable: &str, unit: Unit, estimate: &Estimate) {
        for (stat, is_share, value) in statistics(estimate) {
            let unit = if is_share { SHARE_UNIT } else { unit_name(unit, self.money) };
            for lead in &self.lead {
                self.out.write_field(lead).expect(IN_MEMORY);
            }
            self.begin([self.scenario, self.outcome].iter().chain(keys).chain(&[variable, unit, stat]));
            self.number(value);
            self.end();
        }
    }

    fn begin<'b>(&mut self, fields: impl Iterator<Item = &'b &'b str>) {
        for field in fields {
            self.out.write_field(field).expect(IN_MEMORY);
        }
    }

    fn number(&mut self, value: f64) {
        self.value.clear();
        number::push_exact(&mut self.value, value);
        self.out.write_field(&self.value).expect(IN_MEMORY);
    }

    fn end(&mut self) {
        self.out.write_record(None::<&[u8]>).expect(IN_MEMORY);
    }

    fn bytes(self) -> Vec<u8> {
        self.out.into_inner().expect(IN_MEMORY)
    }
}

/// The columns of `countries.csv`.
const OF_COUNTRIES: [&str; 7] = ["scenario", "outcome", "country", "variable", "unit", "stat", "value"];

/// `countries.csv`: one row per (outcome, country, variable, statistic).
pub fn countries(study: &Study<'_>) -> Vec<u8> {
    countries_of(std::iter::once(study))
}

/// `countries.csv` of several runs, at least one.
pub fn countries_of<'s>(studies: impl IntoIterator<Item = &'s Study<'s>>) -> Vec<u8> {
    let mut studies = studies.into_iter().peekable();
    let first = studies.peek().expect("a result is about something");
    let mut table = Table::new(&OF_COUNTRIES, first);
    for study in studies {
        table.scenario = study.scenario;
        country_rows(&mut table, study);
    }
    table.bytes()
}

fn country_rows<'a>(table: &mut Table<'a>, study: &Study<'a>) {
    for (outcome, study) in study.worlds() {
        table.outcome = outcome;
        for country in study.dataset.countries.ids::<CountryId>() {
            let keys = [study.dataset.countries.code(country)];
            for &variable in CountryVariable::ALL {
                let estimate = study.estimates.country(country, variable);
                table.estimate(&keys, variable.name(), variable.unit(), estimate);
            }
        }
    }
}

/// `timeline.csv`: the rows of `countries.csv` for every day, with the day in front.
pub fn timeline(path: &Path<'_>) -> Vec<u8> {
    let header: Vec<&str> = ["date"].into_iter().chain(OF_COUNTRIES).collect();
    let mut table = Table::new(&header, &path.days[0].study);
    for day in &path.days {
        table.lead = vec![day.date.to_string()];
        country_rows(&mut table, &day.study);
    }
    table.bytes()
}

/// `sweep.csv`: the rows of `countries.csv` for every point that has a solution, with the values of the keys in front.
pub fn sweep(sweep: &Sweep<'_>) -> Vec<u8> {
    let keys = sweep.keys.iter().map(|key| key.name.as_str());
    let mut table = Table::new(&keys.chain(OF_COUNTRIES).collect::<Vec<_>>(), &sweep.study);
    for point in &sweep.points {
        let Ok(found) = &point.found else { continue };
        table.lead = sweep.coordinates(point).map(str::to_owned).collect();
        country_rows(&mut table, &sweep.at(found));
    }
    table.bytes()
}

/// `compare.csv`: one row per (pair of scenarios, outcome, country, variable, statistic).
pub fn compare(comparison: &Comparison<'_>) -> Vec<u8> {
    let header = ["first", "second", "outcome", "country", "variable", "unit", "stat", "value"];
    let first = &comparison.first().study;
    let mut table = Table::new(&header, first);
    for contrast in &comparison.contrasts {
        let second = comparison.columns[contrast.second].study.scenario;
        for country in first.dataset.countries.ids::<CountryId>() {
            let keys = [first.scenario, second, contrast.outcome, first.dataset.countries.code(country)];
            for &variable in CountryVariable::ALL {
                let difference = contrast.differences.country(country, variable);
                for (stat, is_share, value) in statistics_of(difference) {
                    let unit = unit_name(compare::unit(variable), table.money);
                    let unit = if is_share { SHARE_UNIT } else { unit };
                    table.begin(keys.iter().chain(&[variable.name(), unit, stat]));
                    table.number(value);
                    table.end();
                }
            }
        }
    }
    table.bytes()
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
pub fn sectors(study: &Study<'_>) -> Vec<u8> {
    let header = ["scenario", "outcome", "country", "sector", "variable", "unit", "stat", "value"];
    let mut table = Table::new(&header, study);
    for (outcome, study) in study.worlds() {
        table.outcome = outcome;
        for country in study.dataset.countries.ids::<CountryId>() {
            for sector in study.dataset.sectors.ids::<SectorId>() {
                sector_rows(&mut table, &study, country, sector);
            }
        }
    }
    table.bytes()
}

fn sector_rows(table: &mut Table<'_>, study: &Study<'_>, country: CountryId, sector: SectorId) {
    let keys = [study.dataset.countries.code(country), study.dataset.sectors.code(sector)];
    for &variable in SectorVariable::ALL {
        let estimate = study.estimates.sector(study.dataset.sectors.len(), country, sector, variable);
        table.estimate(&keys, variable.name(), variable.unit(), estimate);
    }
}

/// `flows.csv`: one row per (outcome, importer, exporter, sector, variable, statistic) of the reported flows.
pub fn flows(study: &Study<'_>) -> Vec<u8> {
    let header =
        ["scenario", "outcome", "importer", "exporter", "sector", "variable", "unit", "stat", "value"];
    let mut table = Table::new(&header, study);
    for (outcome, study) in study.worlds() {
        table.outcome = outcome;
        for (at, row) in study.estimates.flow_rows.iter().enumerate() {
            let keys = flow_keys(&study, row);
            for &variable in FlowVariable::ALL {
                let estimate = study.estimates.flow(at, variable);
                table.estimate(&keys, variable.name(), variable.unit(), estimate);
            }
        }
    }
    table.bytes()
}

/// The codes of a flow row's importer, exporter and sector.
pub fn flow_keys<'a>(study: &Study<'a>, row: &FlowRow) -> [&'a str; 3] {
    let countries = &study.dataset.countries;
    let sector = row.sector.map_or(ALL_GOODS, |sector| study.dataset.sectors.code(sector));
    [countries.code(row.importer), countries.code(row.exporter), sector]
}

/// `rates.csv`: one row per outcome, changed rate and measure that had a part in it, in fractions.
pub fn rates(study: &Study<'_>) -> Vec<u8> {
    let header = ["outcome", "importer", "exporter", "sector", "measure", "before", "after", "contribution"];
    let mut table = Table::new(&header, study);
    for (outcome, study) in study.worlds() {
        for rate in &study.policy.rates {
            rate_rows(&mut table, outcome, &study, rate);
        }
    }
    table.bytes()
}

fn rate_rows(table: &mut Table<'_>, outcome: &str, study: &Study<'_>, rate: &RateChange) {
    let flow = rate.flow;
    let row = FlowRow { importer: flow.importer, exporter: flow.exporter, sector: Some(flow.sector) };
    let keys = flow_keys(study, &row);
    for contribution in &rate.contributions {
        let measure = study.policy.measures[contribution.measure].name.as_str();
        table.begin([outcome].iter().chain(&keys).chain(&[measure]));
        for value in [rate.before.fraction(), rate.after.fraction(), contribution.change] {
            table.number(value);
        }
        table.end();
    }
}
