//! `countries.csv` and `sectors.csv`: the lists of codes, and looking codes up in the rows of other tables.

use std::collections::HashMap;

use crate::bilateral::Shape;
use crate::data::source::{Form, Source, twice};
use crate::diagnostic::{Diagnostic, nearest_code};
use crate::economy::dataset::SectorKind;
use crate::index::{CodeList, CountryId, MOST_CODES, Position, SectorId};
use crate::table::{Fault, Faults, Row};

const COUNTRIES: Form = Form {
    file: "countries.csv",
    required: &["code", "name"],
    optional: &["region", "members"],
    needed: true,
};

const SECTORS: Form = Form {
    file: "sectors.csv",
    required: &["code", "name", "kind"],
    optional: &["isic_rev4", "note"],
    needed: true,
};

/// The most cells of a table by (sector, importer, exporter) or (country, input, output).
pub const MOST_CELLS: usize = 20_000_000;

/// The lists of codes by which all other tables are keyed.
pub(super) struct Codes {
    pub(super) countries: CodeList,
    pub(super) sectors: CodeList,
    pub(super) kinds: Vec<SectorKind>,
}

/// Reads both lists; `None` when one cannot be used.
pub(super) fn read(source: &mut Source<'_>) -> Option<Codes> {
    let countries = list(source, &COUNTRIES, |_, _| ());
    let mut kinds = Vec::new();
    let sectors = list(source, &SECTORS, |row, faults| {
        kinds.push(faults.keep(kind(row)).unwrap_or(SectorKind::Goods));
    });
    let codes = Codes { countries: countries?, sectors: sectors?, kinds };
    let (n, j) = (codes.countries.len(), codes.sectors.len());
    if n * j * n.max(j) <= MOST_CELLS {
        return Some(codes);
    }
    let message = format!("{n} countries and {j} sectors make tables of more than {MOST_CELLS} cells");
    source
        .diagnostics
        .push(Diagnostic::error(message).help("aggregate the data to fewer countries or sectors"));
    None
}

/// A list of codes; `each` sees every row that is listed.
fn list(
    source: &mut Source<'_>,
    form: &Form,
    mut each: impl FnMut(&Row<'_>, &mut Faults),
) -> Option<CodeList> {
    let mut lines: HashMap<String, u32> = HashMap::new();
    let mut entries = Vec::new();
    let there = source.each_row(form, |row, faults| {
        let Some(code) = faults.keep(row.text("code")) else { return };
        if entries.len() == MOST_CODES {
            return faults.add(too_many(row));
        }
        if let Some(&line) = lines.get(code) {
            return faults.add(code_twice(row, code, line));
        }
        meaning(row, "code").into_iter().for_each(|fault| faults.add(fault.warning()));
        lines.insert(code.to_owned(), u32::try_from(row.line()).unwrap_or(u32::MAX));
        let name = row.text("name").unwrap_or(code);
        entries.push((code.to_owned(), name.to_owned()));
        each(row, faults);
    });
    if there && entries.is_empty() {
        source.diagnostics.push(Diagnostic::error(format!("`{}` lists nothing", form.file)));
    }
    CodeList::new(entries).ok().filter(|list| there && !list.is_empty())
}

fn code_twice(row: &Row<'_>, code: &str, line: u32) -> Fault {
    let mut fault = twice(row, line);
    fault.diagnostic.message = format!("code `{code}` stands twice: first on line {line}");
    fault.diagnostic.place = Some(row.place("code"));
    fault
}

/// The fault of a code that means something else: everything in scenarios, or the sum over sectors in results.
pub(super) fn meaning(row: &Row<'_>, column: &str) -> Option<Fault> {
    let code = row.field(column);
    ["all", "TOTAL"].contains(&code).then(|| {
        let message = format!("`{code}` has a meaning of its own in scenarios and results");
        row.fault(column, "code with a meaning of its own", message)
            .help("choose another code, or nothing can refer to this one")
    })
}

fn too_many(row: &Row<'_>) -> Fault {
    row.fault("code", "too many codes", format!("more than {MOST_CODES} codes"))
}

fn kind(row: &Row<'_>) -> Result<SectorKind, Fault> {
    match row.text("kind")? {
        "goods" => Ok(SectorKind::Goods),
        "services" => Ok(SectorKind::Services),
        other => Err(row
            .fault("kind", "unknown kind", format!("`{other}` is not a kind of sector"))
            .expected("`goods` or `services`")),
    }
}

impl Codes {
    pub(super) fn shape(&self) -> Shape {
        Shape { countries: self.countries.len(), sectors: self.sectors.len() }
    }

    /// The country in a field; a fault when it is not listed.
    pub(super) fn country(&self, row: &Row<'_>, column: &str, faults: &mut Faults) -> Option<CountryId> {
        find(&self.countries, ["country", COUNTRIES.file], row, column, faults)
    }

    /// The sector in a field; a fault when it is not listed.
    pub(super) fn sector(&self, row: &Row<'_>, column: &str, faults: &mut Faults) -> Option<SectorId> {
        find(&self.sectors, ["sector", SECTORS.file], row, column, faults)
    }
}

fn find<Id: Position>(
    list: &CodeList,
    [what, file]: [&str; 2],
    row: &Row<'_>,
    column: &str,
    faults: &mut Faults,
) -> Option<Id> {
    let code = faults.keep(row.text(column))?;
    let found = list.find(code);
    if found.is_none() {
        faults.count("unknown code", || {
            let near = nearest_code(code, &list.codes().iter().map(String::as_str));
            row.fault(column, "unknown code", format!("`{code}` is not a {what} of this dataset"))
                .expected(format!("a code from {file}"))
                .help(near.map_or(String::new(), |near| format!("did you mean `{near}`?")))
        });
    }
    found
}
