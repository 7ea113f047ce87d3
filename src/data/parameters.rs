//! `elasticities.csv` and `groups.csv`: what scenarios refer to by name.

use std::collections::{BTreeSet, HashMap};

use crate::data::codes::{Codes, meaning};
use crate::data::manifest::Manifest;
use crate::data::source::{Form, Source, twice};
use crate::diagnostic::{Diagnostic, nearest};
use crate::economy::dataset::{ElasticitySet, Group, PublishedElasticity};
use crate::index::{CountryId, Position};
use crate::table::{Fault, Faults, Row};

const ELASTICITIES: Form = Form {
    file: "elasticities.csv",
    required: &["sector", "source", "theta", "se"],
    optional: &["note"],
    needed: true,
};

const GROUPS: Form =
    Form { file: "groups.csv", required: &["group", "members_iso3"], optional: &["note"], needed: false };

/// The most elasticity sets a dataset may have.
pub const MOST_SETS: usize = 1000;

/// Checks both headers when there are no codes to read the rows by.
pub(super) fn check_form(source: &mut Source<'_>) {
    source.each_row(&ELASTICITIES, |_, _| ());
    source.each_row(&GROUPS, |_, _| ());
}

/// The published elasticity sets, in order of appearance.
pub(super) fn elasticities(source: &mut Source<'_>, codes: &Codes) -> Vec<ElasticitySet> {
    let mut sets = Sets::default();
    source.each_row(&ELASTICITIES, |row, faults| {
        let name = faults.keep(row.text("source"));
        let sector = codes.sector(row, "sector", faults);
        let published = faults.keep(published(row));
        let (Some(name), Some(sector), Some(published)) = (name, sector, published) else { return };
        if let Some(set) = faults.keep(sets.named(name, codes.sectors.len(), row)) {
            match set.sectors[sector.index()].replace(published) {
                None => (),
                Some(_) => faults.add(set_twice(row, name)),
            }
        }
    });
    sets.list
}

/// The set that is used by default must be there.
pub(super) fn check_default(source: &mut Source<'_>, manifest: &Manifest, sets: &[ElasticitySet]) {
    let default = manifest.default_elasticities.as_str();
    let names = || sets.iter().map(|set| set.name.as_str());
    if sets.is_empty() || names().any(|name| name == default) {
        return;
    }
    let message = format!("`{default}` is not a source in {}", ELASTICITIES.file);
    let help = nearest(default, names()).map_or(String::new(), |near| format!("did you mean `{near}`?"));
    let expected = names().take(20).collect::<Vec<_>>().join(", ");
    let place = manifest.default_place.clone();
    source.diagnostics.push(Diagnostic::error(message).at(place).expected(expected).help(help));
}

#[derive(Default)]
struct Sets {
    list: Vec<ElasticitySet>,
    positions: HashMap<String, usize>,
}

impl Sets {
    fn named(&mut self, name: &str, sectors: usize, row: &Row<'_>) -> Result<&mut ElasticitySet, Fault> {
        let at = match self.positions.get(name) {
            Some(&at) => at,
            None if self.list.len() == MOST_SETS => {
                return Err(row.fault("source", "too many sets", format!("more than {MOST_SETS} sources")));
            }
            None => {
                self.list.push(ElasticitySet { name: name.to_owned(), sectors: vec![None; sectors] });
                self.positions.insert(name.to_owned(), self.list.len() - 1);
                self.list.len() - 1
            }
        };
        Ok(&mut self.list[at])
    }
}

fn published(row: &Row<'_>) -> Result<PublishedElasticity, Fault> {
    let theta = row.number("theta")?;
    if theta <= 0.0 {
        let message = format!("a trade elasticity of {} is not positive", row.field("theta"));
        return Err(row.fault("theta", "elasticity of zero or less", message).expected("theta above 0"));
    }
    let standard_error = row.optional_number("se")?;
    if standard_error.is_some_and(|se| se < 0.0) {
        let message = format!("a standard error of {} is negative", row.field("se"));
        return Err(row.fault("se", "negative standard error", message).expected("zero, more, or nothing"));
    }
    Ok(PublishedElasticity { theta, standard_error })
}

fn set_twice(row: &Row<'_>, name: &str) -> Fault {
    let message = format!("`{name}` gives sector `{}` twice", row.field("sector"));
    row.fault("sector", "repeated row", message).expected("one row for each sector and source")
}

/// Named groups of countries; members that are not in the dataset are left out, with a warning.
pub(super) fn groups(source: &mut Source<'_>, codes: &Codes) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut lines: HashMap<String, u32> = HashMap::new();
    source.each_row(&GROUPS, |row, faults| {
        let Some(code) = faults.keep(row.text("group")) else { return };
        if let Some(&line) = lines.get(code) {
            return faults.add(twice(row, line));
        }
        meaning(row, "group").into_iter().for_each(|fault| faults.add(fault.warning()));
        lines.insert(code.to_owned(), u32::try_from(row.line()).unwrap_or(u32::MAX));
        let members = members(row, code, codes, faults);
        if !members.is_empty() {
            groups.push(Group { code: code.to_owned(), members });
        }
    });
    groups
}

fn members(row: &Row<'_>, group: &str, codes: &Codes, faults: &mut Faults) -> Vec<CountryId> {
    let mut known: BTreeSet<CountryId> = BTreeSet::new();
    let mut unknown = Vec::new();
    for code in row.field("members_iso3").split_whitespace() {
        match codes.countries.find(code) {
            Some(id) => drop(known.insert(id)),
            None => unknown.push(code),
        }
    }
    if known.is_empty() {
        let message = format!("group `{group}` has no member in this dataset and is left out");
        faults.add(row.fault("members_iso3", "group without members", message).warning());
    } else if !unknown.is_empty() {
        let message = format!("group `{group}` goes without {}", listed(&unknown));
        let fault = row.fault("members_iso3", "members not in the dataset", message);
        faults.add(fault.warning().help("these are not countries of this dataset"));
    }
    known.into_iter().collect()
}

fn listed(codes: &[&str]) -> String {
    let shown = codes.iter().take(10).map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
    let more = codes.len().saturating_sub(10);
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
