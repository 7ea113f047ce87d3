//! A dataset as the files of a folder that [`crate::data::folder`] reads back to the bit.

use std::fmt::Write as _;

use csv::{Terminator, Writer, WriterBuilder};

use crate::bilateral::Bilateral;
use crate::economy::dataset::{Dataset, FinalDemand, SectorKind};
use crate::index::{CodeList, CountryId, Position, SectorId};

/// All files of a dataset, by name.
pub fn files(dataset: &Dataset) -> Vec<(&'static str, Vec<u8>)> {
    let mut files = vec![
        ("dataset.toml", manifest(dataset).into_bytes()),
        ("countries.csv", countries(dataset)),
        ("sectors.csv", sectors(dataset)),
        ("trade.csv", trade(dataset)),
        ("tariffs.csv", tariffs(dataset)),
        ("elasticities.csv", elasticities(dataset)),
    ];
    if let Some(coefficients) = &dataset.inputs {
        files.push(("inputs.csv", inputs(dataset, coefficients)));
    }
    if let FinalDemand::Given(values) = &dataset.final_demand {
        files.push(("final_demand.csv", pairs(dataset, values)));
    }
    if let Some(values) = &dataset.value_added {
        files.push(("value_added.csv", pairs(dataset, values)));
    }
    if let Some(values) = &dataset.deficits {
        files.push(("deficits.csv", deficits(dataset, values)));
    }
    if !dataset.groups.is_empty() {
        files.push(("groups.csv", groups(dataset)));
    }
    files
}

fn manifest(dataset: &Dataset) -> String {
    let final_demand = match dataset.final_demand {
        FinalDemand::Residual => "residual",
        FinalDemand::Given(_) => "given",
    };
    let mut text = String::new();
    let mut line = |key: &str, value: toml::Value| {
        writeln!(text, "{key} = {value}").expect("writing to a string cannot fail");
    };
    line("name", dataset.name.as_str().into());
    line("title", dataset.title.as_str().into());
    line("year", i64::from(dataset.year).into());
    line("unit", dataset.unit.as_str().into());
    line("default_elasticities", dataset.default_elasticities.as_str().into());
    line("final_demand", final_demand.into());
    line("licence", dataset.licence.as_str().into());
    line("citation", dataset.citation.as_str().into());
    text
}

/// A table from its header and rows.
fn table<const C: usize>(header: [&str; C], rows: impl FnOnce(&mut Rows<C>)) -> Vec<u8> {
    let mut writer = WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(Vec::new());
    writer.write_record(header).expect(IN_MEMORY);
    let mut table = Rows { writer };
    rows(&mut table);
    table.writer.into_inner().expect(IN_MEMORY)
}

/// Why writing may be taken for granted.
const IN_MEMORY: &str = "rows of one length can be written to memory";

struct Rows<const C: usize> {
    writer: Writer<Vec<u8>>,
}

impl<const C: usize> Rows<C> {
    fn add(&mut self, row: [&str; C]) {
        self.writer.write_record(row).expect(IN_MEMORY);
    }
}

/// The shortest number that reads back to the same bits.
fn number(value: f64) -> String {
    format!("{value:?}")
}

fn countries(dataset: &Dataset) -> Vec<u8> {
    table(["code", "name"], |table| {
        for id in dataset.countries.ids::<CountryId>() {
            table.add([dataset.countries.code(id), dataset.countries.name(id)]);
        }
    })
}

fn sectors(dataset: &Dataset) -> Vec<u8> {
    table(["code", "name", "kind"], |table| {
        for id in dataset.sectors.ids::<SectorId>() {
            let kind = match dataset.kinds[id.index()] {
                SectorKind::Goods => "goods",
                SectorKind::Services => "services",
            };
            table.add([dataset.sectors.code(id), dataset.sectors.name(id), kind]);
        }
    })
}

fn trade(dataset: &Dataset) -> Vec<u8> {
    table(["exporter", "importer", "sector", "value"], |table| {
        for ([importer, exporter, sector], value) in cells(dataset, &dataset.trade) {
            table.add([exporter, importer, sector, &value]);
        }
    })
}

fn tariffs(dataset: &Dataset) -> Vec<u8> {
    table(["importer", "exporter", "sector", "rate"], |table| {
        for ([importer, exporter, sector], rate) in cells(dataset, &dataset.tariffs) {
            table.add([importer, exporter, sector, &rate]);
        }
    })
}

/// Importer, exporter, sector and value of what is not zero.
fn cells<'d>(
    dataset: &'d Dataset,
    values: &'d Bilateral,
) -> impl Iterator<Item = ([&'d str; 3], String)> + 'd {
    let shape = values.shape();
    values.values().iter().enumerate().filter(|(_, value)| **value != 0.0).map(move |(cell, value)| {
        let flow = shape.flow(cell);
        let [importer, exporter] = [flow.importer, flow.exporter].map(|id| dataset.countries.code(id));
        ([importer, exporter, dataset.sectors.code(flow.sector)], number(*value))
    })
}

fn inputs(dataset: &Dataset, coefficients: &[f64]) -> Vec<u8> {
    let j = dataset.sectors.len();
    table(["country", "input", "output", "coefficient"], |table| {
        for (at, value) in coefficients.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            let country = code::<CountryId>(&dataset.countries, at / (j * j));
            let sector = |at: usize| code::<SectorId>(&dataset.sectors, at % j);
            table.add([country, sector(at / j), sector(at), &number(*value)]);
        }
    })
}

/// A table by (country, sector), zeros included: an absent row would be filled from trade.
fn pairs(dataset: &Dataset, values: &[f64]) -> Vec<u8> {
    let j = dataset.sectors.len();
    table(["country", "sector", "value"], |table| {
        for (at, value) in values.iter().enumerate() {
            let country = code::<CountryId>(&dataset.countries, at / j);
            table.add([country, code::<SectorId>(&dataset.sectors, at % j), &number(*value)]);
        }
    })
}

fn deficits(dataset: &Dataset, values: &[f64]) -> Vec<u8> {
    table(["country", "value"], |table| {
        for (at, value) in values.iter().enumerate() {
            table.add([code::<CountryId>(&dataset.countries, at), &number(*value)]);
        }
    })
}

fn elasticities(dataset: &Dataset) -> Vec<u8> {
    table(["sector", "source", "theta", "se"], |table| {
        for set in &dataset.elasticities {
            for (sector, entry) in dataset.sectors.codes().iter().zip(&set.sectors) {
                let Some(entry) = entry else { continue };
                let error = entry.standard_error.map_or(String::new(), number);
                table.add([sector, &set.name, &number(entry.theta), &error]);
            }
        }
    })
}

fn groups(dataset: &Dataset) -> Vec<u8> {
    table(["group", "members_iso3"], |table| {
        for group in &dataset.groups {
            let members: Vec<&str> = group.members.iter().map(|&id| dataset.countries.code(id)).collect();
            table.add([&group.code, &members.join(" ")]);
        }
    })
}

fn code<Id: Position>(list: &CodeList, at: usize) -> &str {
    list.code(Id::at(at))
}
