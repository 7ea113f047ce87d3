//! Maps from the codes of a dataset to groups: tables with the columns code, group and, for people, group_name.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, nearest};
use crate::economy::aggregation::{Grouping, Groups, Unmapped};
use crate::economy::dataset::Dataset;
use crate::files::{FileError, Files};
use crate::index::{CodeList, CountryId, MOST_CODES, Position, SectorId};
use crate::table::{Fault, Faults, Row, Table};

/// The maps inside the program, by name.
pub const PRESETS: [(&str, &str); 3] = [
    ("economies-45", include_str!("../../data/aggregations/economies-45.csv")),
    ("economies-12", include_str!("../../data/aggregations/economies-12.csv")),
    ("sectors-9", include_str!("../../data/aggregations/sectors-9.csv")),
];

/// The most bytes of a map.
pub const MOST_BYTES: u64 = 1 << 20;

/// Maps that were put on a dataset.
#[derive(Clone, Debug)]
pub struct Maps {
    /// The groups.
    pub grouping: Grouping,
    /// Each map's name and text, in the order given.
    pub texts: Vec<(String, String)>,
    /// What the user should know although the maps can be used.
    pub warnings: Vec<Diagnostic>,
}

/// Puts maps on a dataset: each is one inside the program, by name, or a file. Whether a map groups countries or
/// sectors shows in its codes; one of each can be used at once.
///
/// # Errors
/// Every fault of the maps; those without a place belong where the map is named.
pub fn read(
    dataset: &Dataset,
    names: &[&str],
    unmapped: Unmapped,
    files: &dyn Files,
) -> Result<Maps, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let mut texts = Vec::new();
    let (mut countries, mut sectors) = (None, None);
    for &name in names {
        let Some(map) = text(name, files)
            .map_err(|fault| found.push(*fault))
            .ok()
            .and_then(|text| Map::parse(name, text, &mut found))
        else {
            continue;
        };
        match map.side(dataset) {
            None => found.push(nothing_known(dataset, name)),
            Some(Side::Countries) if countries.is_some() => found.push(twice(name, "countries")),
            Some(Side::Sectors) if sectors.is_some() => found.push(twice(name, "sectors")),
            Some(Side::Countries) => {
                countries =
                    Some(map.groups::<CountryId>(&dataset.countries, "country", unmapped, &mut found));
            }
            Some(Side::Sectors) => {
                sectors = Some(map.groups::<SectorId>(&dataset.sectors, "sector", unmapped, &mut found));
            }
        }
        texts.push((name.to_owned(), map.text));
    }
    let whole = |groups: Option<Option<Groups>>, codes: &CodeList| match groups {
        Some(groups) => groups,
        None => Some(Groups::each_alone(codes)),
    };
    let (countries, sectors) = (whole(countries, &dataset.countries), whole(sectors, &dataset.sectors));
    if let Some(sectors) = &sectors {
        found.extend(mixed(dataset, sectors));
    }
    match (countries, sectors) {
        (Some(countries), Some(sectors)) if !found.iter().any(Diagnostic::is_error) => {
            if countries.list().len() < 2 {
                let message = "all countries are in one group, so there is no trade left";
                return Err(vec![Diagnostic::error(message).expected("at least two groups of countries")]);
            }
            Ok(Maps { grouping: Grouping { countries, sectors }, texts, warnings: found })
        }
        _ => Err(found),
    }
}

/// The codes of the groups of a map inside the program.
pub fn groups_of(preset: &str) -> Vec<String> {
    let text = PRESETS.iter().find(|(name, _)| *name == preset).map(|(_, text)| (*text).to_owned());
    let map = text.and_then(|text| Map::parse(preset, text, &mut Vec::new()));
    map.map_or_else(Vec::new, |map| map.groups.into_iter().map(|(group, _)| group).collect())
}

/// The text of a map.
fn text(name: &str, files: &dyn Files) -> Result<String, Box<Diagnostic>> {
    if let Some((_, text)) = PRESETS.iter().find(|(preset, _)| *preset == name) {
        return Ok((*text).to_owned());
    }
    files.read(name, MOST_BYTES).map_err(|error| {
        let names = PRESETS.iter().map(|(preset, _)| *preset);
        let fault = match &error {
            FileError::NotFound { .. } => Diagnostic::error(format!(
                "there is no aggregation `{name}` and no file of that name"
            ))
            .help(match nearest(name, names.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`tariffsim list aggregations` shows those in the program".to_owned(),
            }),
            FileError::NotUtf8 { .. } => Diagnostic::error(error.to_string()).help("save the map as UTF-8"),
            _ => Diagnostic::error(error.to_string()),
        };
        let names: Vec<&str> = names.collect();
        Box::new(
            fault.expected(format!("{} or a table (CSV) with the columns code, group", names.join(", "))),
        )
    })
}

/// What a map groups.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Countries,
    Sectors,
}

/// A map as read.
struct Map {
    name: String,
    text: String,
    /// Code and group of each row.
    rows: Vec<(String, String)>,
    /// Groups and their names, in the order in which they appear.
    groups: Vec<(String, String)>,
}

impl Map {
    fn parse(name: &str, text: String, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let before = found.len();
        let table = Table::parse(name, &text, &["code", "group"], &["group_name"], found)?;
        let mut faults = Faults::new(name);
        let mut lines: HashMap<String, usize> = HashMap::new();
        let (mut rows, mut groups) = (Vec::new(), Vec::<(String, String)>::new());
        for row in table.rows() {
            let Some(row) = faults.keep(row) else { continue };
            let (Some(code), Some(group)) = (faults.keep(row.text("code")), faults.keep(row.text("group")))
            else {
                continue;
            };
            if group.contains(char::is_whitespace) {
                faults.add(
                    row.fault("group", "code with spaces", format!("the code `{group}` has spaces in it"))
                        .help("put the words into the column `group_name`"),
                );
                continue;
            }
            if let Some(line) = lines.insert(code.to_owned(), row.line()) {
                faults.add(code_twice(&row, code, line));
                continue;
            }
            if groups.iter().all(|(known, _)| known != group) {
                let title = row.text("group_name").unwrap_or(group);
                groups.push((group.to_owned(), title.to_owned()));
            }
            rows.push((code.to_owned(), group.to_owned()));
        }
        faults.finish(found);
        if rows.len() > MOST_CODES {
            found.push(Diagnostic::error(format!("`{name}` has more than {MOST_CODES} rows")));
        }
        let sound = !found[before..].iter().any(Diagnostic::is_error);
        sound.then(|| Self { name: name.to_owned(), rows, groups, text })
    }

    /// What the map's codes are; `None` if the dataset knows none of them.
    fn side(&self, dataset: &Dataset) -> Option<Side> {
        let known =
            |list: &CodeList| self.rows.iter().filter(|(code, _)| known(list, code).is_some()).count();
        match (known(&dataset.countries), known(&dataset.sectors)) {
            (0, 0) => None,
            (countries, sectors) if countries >= sectors => Some(Side::Countries),
            _ => Some(Side::Sectors),
        }
    }

    /// The groups of a list of codes, in the map's order, codes that are kept on their own after them.
    fn groups<Id: Position>(
        &self,
        codes: &CodeList,
        what: &str,
        unmapped: Unmapped,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Groups> {
        let before = found.len();
        found.extend(self.unknown(codes, what));
        let group_of: HashMap<&str, &str> =
            self.rows.iter().map(|(code, group)| (code.as_str(), group.as_str())).collect();
        let missing: Vec<&str> =
            codes.codes().iter().map(String::as_str).filter(|code| !group_of.contains_key(code)).collect();
        if unmapped == Unmapped::Refuse && !missing.is_empty() {
            found.push(self.lacks(&missing, what));
        }
        let used: Vec<&str> =
            codes.codes().iter().filter_map(|code| group_of.get(code.as_str()).copied()).collect();
        for &code in missing.iter().filter(|code| used.contains(code)) {
            let message = format!("`{code}` is a group of `{}` and a {what} that is not in it", self.name);
            found.push(
                Diagnostic::error(message).help("give the group another code, or add a row for the code"),
            );
        }
        let groups = self.groups.iter().filter(|(group, _)| used.contains(&group.as_str())).cloned();
        let alone = missing.iter().map(|code| {
            let name = codes.find::<Id>(code).map_or("", |id| codes.name(id));
            ((*code).to_owned(), name.to_owned())
        });
        if found[before..].iter().any(Diagnostic::is_error) {
            return None;
        }
        let list = CodeList::new(groups.chain(alone)).ok()?;
        let of = codes.codes().iter().map(|code| {
            let group = group_of.get(code.as_str()).copied().unwrap_or(code);
            list.find::<Id>(group).map(Position::index)
        });
        let of: Option<Vec<usize>> = of.collect();
        Groups::new(list, of?)
    }

    /// A warning about codes that the dataset does not have.
    fn unknown(&self, codes: &CodeList, what: &str) -> Option<Diagnostic> {
        let unknown: Vec<&str> = self
            .rows
            .iter()
            .map(|(code, _)| code.as_str())
            .filter(|code| known(codes, code).is_none())
            .collect();
        let first = unknown.first()?;
        let message = match unknown.len() {
            1 => format!("`{}` maps `{first}`, which is no {what} of the dataset", self.name),
            many => format!(
                "`{}` maps {many} codes that are no {what} of the dataset: {}",
                self.name,
                some(&unknown)
            ),
        };
        let near = nearest(first, codes.codes().iter().map(String::as_str));
        Some(
            Diagnostic::warning(message)
                .help(near.map_or(String::new(), |near| format!("is `{first}` `{near}`?"))),
        )
    }

    fn lacks(&self, missing: &[&str], what: &str) -> Diagnostic {
        let message = match missing {
            [one] => format!("the {what} `{one}` is in no row of `{}`", self.name),
            many => format!(
                "{} codes of the dataset are in no row of `{}`: {}",
                many.len(),
                self.name,
                some(many)
            ),
        };
        Diagnostic::error(message)
            .expected(format!("a row for every {what}"))
            .help("add rows, or keep what is not mapped on its own (`unmapped = \"keep\"` in a scenario, `--unmapped keep` on the command line)")
    }
}

fn known(list: &CodeList, code: &str) -> Option<SectorId> {
    list.find(code)
}

/// The first of some codes.
fn some(codes: &[&str]) -> String {
    const MOST: usize = 8;
    let more = if codes.len() > MOST { ", …" } else { "" };
    format!("{}{more}", codes[..codes.len().min(MOST)].join(", "))
}

fn code_twice(row: &Row<'_>, code: &str, line: usize) -> Fault {
    row.fault("code", "code twice", format!("`{code}` stands twice: first on line {line}"))
        .help("a code belongs to one group")
}

fn twice(name: &str, what: &str) -> Diagnostic {
    Diagnostic::error(format!("`{name}` is a second map of {what}"))
        .expected("at most one map of countries and one of sectors")
        .help("join the two maps into one file")
}

fn nothing_known(dataset: &Dataset, name: &str) -> Diagnostic {
    Diagnostic::error(format!("no code of `{name}` is a country or a sector of `{}`", dataset.name)).help(
        "`tariffsim list countries` and `tariffsim list sectors` show the codes (with --data for other data)",
    )
}

/// Groups that hold goods and services: a measure on all goods would reach half of them.
fn mixed(dataset: &Dataset, sectors: &Groups) -> Vec<Diagnostic> {
    let list = sectors.list();
    let groups = list.ids::<SectorId>().filter(|&group| {
        let mut kinds = sectors.members(group).map(|sector: SectorId| dataset.is_goods(sector));
        let first = kinds.next();
        kinds.any(|kind| Some(kind) != first)
    });
    groups
        .map(|group| {
            Diagnostic::error(format!("the group `{}` mixes goods and services", list.code(group)))
                .help("tariffs are on goods only: make a group of each")
        })
        .collect()
}
