//! Tables that a scenario names: rates, trade costs and exempt shares.

use std::collections::HashMap;

use crate::bilateral::Flow;
use crate::diagnostic::{Diagnostic, nearest, nearest_code};
use crate::economy::dataset::Dataset;
use crate::files::{FileError, Files};
use crate::index::{CountryId, SectorId};
use crate::scenario::names;
use crate::scenario::prepared;
use crate::table::{Fault, Faults, Row, Table};
use crate::units::{AdValorem, CostFactor, Share};

/// The largest table, in bytes.
pub(super) const MOST_BYTES: u64 = 64 << 20;

/// Exempt shares by importer, where the table tells them apart, partner and sector.
pub(super) type ExemptTable = HashMap<(Option<CountryId>, CountryId, SectorId), Share>;

/// The text of a table that a scenario names.
pub(super) fn read(files: &dyn Files, name: &str) -> Result<String, Box<Diagnostic>> {
    files.read(name, MOST_BYTES).map_err(|error| {
        let fault = match &error {
            FileError::NotFound { .. } => {
                Diagnostic::error(format!("there is no file `{}`", files.path(name))).help(
                    "names in a scenario file are relative to its folder, those on the command line to yours",
                )
            }
            FileError::NotUtf8 { .. } => Diagnostic::error(error.to_string()).help("save the table as UTF-8"),
            _ => Diagnostic::error(error.to_string()),
        };
        Box::new(fault.expected("a table (CSV)"))
    })
}

/// The text of a table of exempt shares: an embedded one by name, or a file.
pub(super) fn read_exempt(files: &dyn Files, name: &str) -> Result<String, Box<Diagnostic>> {
    if let Some(text) = prepared::table(name) {
        return Ok(text.to_owned());
    }
    if name.ends_with(".csv") {
        return read(files, name);
    }
    let known: Vec<&str> = prepared::TABLES.iter().map(|table| table.name).collect();
    let near = nearest(name, known.iter().copied());
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the tables are {}", known.join(", ")),
    };
    let fault = Diagnostic::error(format!("there is no table of exempt shares `{name}`"))
        .expected("a share such as \"40%\", a table's name, or a file that ends in `.csv`")
        .help(help);
    Err(Box::new(fault))
}

/// Rates in tables above this are taken for per cent that should be fractions.
const UNLIKELY_RATE: f64 = 10.0;

/// Rates by flow, from the columns importer, exporter, sector, rate.
pub(super) fn rates(
    dataset: &Dataset,
    file: &str,
    text: &str,
    found: &mut Vec<Diagnostic>,
) -> HashMap<Flow, AdValorem> {
    let Some(table) = Table::parse(file, text, &["importer", "exporter", "sector", "rate"], &[], found)
    else {
        return HashMap::new();
    };
    collect(&table, found, |row, faults| {
        let flow = flow(dataset, row, faults);
        let rate = faults.keep(row.number("rate"))?;
        let rate = AdValorem::new(rate).filter(|rate| rate.fraction() <= AdValorem::LIMIT);
        let rate = rate.ok_or_else(|| {
            row.fault("rate", "rate out of range", format!("`{}` is not a possible rate", row.field("rate")))
                .expected("a fraction above -1, such as 0.25 for 25%")
        });
        let rate = faults.keep(rate)?;
        if rate.fraction() > UNLIKELY_RATE {
            let message = format!("a rate of {} is {rate}", row.field("rate"));
            let fault = row.fault("rate", "rate that seems to be in per cent", message).warning();
            faults.add(fault.help("rates in tables are fractions: 0.25 is 25%"));
        }
        Some(vec![(flow?, rate)])
    })
}

/// Cost factors by flow, from the columns importer, exporter, cost_factor and, if it varies by it, sector.
pub(super) fn trade_costs(
    dataset: &Dataset,
    file: &str,
    text: &str,
    found: &mut Vec<Diagnostic>,
) -> HashMap<Flow, CostFactor> {
    let required = ["importer", "exporter", "cost_factor"];
    let Some(table) = Table::parse(file, text, &required, &["sector"], found) else {
        return HashMap::new();
    };
    collect(&table, found, |row, faults| {
        let importer = country(dataset, row, "importer", faults);
        let exporter = country(dataset, row, "exporter", faults);
        let sectors: Option<Vec<SectorId>> = match row.field("sector") {
            "" => Some(dataset.sectors.ids().collect()),
            _ => sector(dataset, row, faults).map(|sector| vec![sector]),
        };
        let factor = faults.keep(row.number("cost_factor"))?;
        let factor = CostFactor::new(factor).ok_or_else(|| {
            let message = format!("`{}` is not a possible cost factor", row.field("cost_factor"));
            row.fault("cost_factor", "cost factor out of range", message)
                .expected("a number above 0, such as 1.15 for costs 15% higher")
        });
        let (factor, importer, exporter) = (faults.keep(factor)?, importer?, exporter?);
        Some(sectors?.into_iter().map(|sector| (Flow { sector, importer, exporter }, factor)).collect())
    })
}

/// Exempt shares from the columns exporter, sector, exempt_share and, if they differ by it, importer.
pub(super) fn exempt_shares(
    dataset: &Dataset,
    file: &str,
    text: &str,
    found: &mut Vec<Diagnostic>,
) -> ExemptTable {
    let embedded = prepared::table(file).is_some();
    let required = ["exporter", "sector", "exempt_share"];
    let Some(table) = Table::parse(file, text, &required, &["importer"], found) else {
        return HashMap::new();
    };
    collect(&table, found, |row, faults| {
        // An embedded table knows more countries and sectors than some small dataset.
        if embedded && !lists(dataset, row) {
            return None;
        }
        let importer = match row.field("importer") {
            "" => Some(None),
            _ => country(dataset, row, "importer", faults).map(Some),
        };
        let exporter = country(dataset, row, "exporter", faults);
        let sector = sector(dataset, row, faults);
        let share = faults.keep(row.number("exempt_share"))?;
        let share = Share::new(share).ok_or_else(|| {
            let message = format!("`{}` is not a share", row.field("exempt_share"));
            row.fault("exempt_share", "share out of range", message).expected("a fraction from 0 to 1")
        });
        Some(vec![((importer?, exporter?, sector?), faults.keep(share)?)])
    })
}

fn lists(dataset: &Dataset, row: &Row<'_>) -> bool {
    dataset.countries.find::<CountryId>(row.field("exporter")).is_some()
        && dataset.sectors.find::<SectorId>(row.field("sector")).is_some()
}

/// Reads all rows; a key that stands twice is a fault.
fn collect<Key: std::hash::Hash + Eq, Value>(
    table: &Table<'_>,
    found: &mut Vec<Diagnostic>,
    mut read: impl FnMut(&Row<'_>, &mut Faults) -> Option<Vec<(Key, Value)>>,
) -> HashMap<Key, Value> {
    let mut faults = Faults::new(table.file());
    let mut entries = HashMap::new();
    let mut lines: HashMap<usize, usize> = HashMap::new();
    for row in table.rows() {
        let Some(row) = faults.keep(row) else { continue };
        for (key, value) in read(&row, &mut faults).unwrap_or_default() {
            if entries.insert(key, value).is_some() {
                *lines.entry(row.line()).or_default() += 1;
                if lines[&row.line()] == 1 {
                    faults.add(Fault::new("duplicate row", twice(&row)));
                }
            }
        }
    }
    faults.finish(found);
    entries
}

fn twice(row: &Row<'_>) -> Diagnostic {
    Diagnostic::error("this row repeats an earlier one").at(row.whole()).expected("one row for each flow")
}

fn flow(dataset: &Dataset, row: &Row<'_>, faults: &mut Faults) -> Option<Flow> {
    let importer = country(dataset, row, "importer", faults);
    let exporter = country(dataset, row, "exporter", faults);
    let sector = sector(dataset, row, faults);
    Some(Flow { sector: sector?, importer: importer?, exporter: exporter? })
}

fn country(dataset: &Dataset, row: &Row<'_>, column: &'static str, faults: &mut Faults) -> Option<CountryId> {
    let written = faults.keep(row.text(column))?;
    let found = names::find_country(dataset, written).ok_or_else(|| {
        let near = nearest_code(written, &dataset.countries.codes().iter().map(String::as_str));
        row.fault(column, "unknown country", format!("unknown country `{written}`"))
            .expected("the code of a country")
            .help(near.map_or_else(String::new, |near| format!("did you mean `{near}`?")))
    });
    faults.keep(found)
}

fn sector(dataset: &Dataset, row: &Row<'_>, faults: &mut Faults) -> Option<SectorId> {
    sector_in(dataset, row, "sector", faults)
}

/// The sector in some column.
pub(super) fn sector_in(
    dataset: &Dataset,
    row: &Row<'_>,
    column: &str,
    faults: &mut Faults,
) -> Option<SectorId> {
    let written = faults.keep(row.text(column))?;
    let found = names::find_sector(dataset, written).map_err(|fault| {
        row.fault(column, "unknown sector", fault.message).expected("the code of a sector").help(fault.help)
    });
    faults.keep(found)
}
