//! Maps from the codes of a dataset to groups: tables with the columns code, group and, for people, group_name.

use std::collections::HashMap;

use crate::data::codes::meaning;
use crate::diagnostic::{Diagnostic, Place, nearest};
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
                found.extend(map.other_members(dataset));
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
    map.map_or_else(Vec::new, |map| map.groups.into_iter().map(|group| group.code).collect())
}

/// The text of a map.
fn text(name: &str, files: &dyn Files) -> Result<String, Box<Diagnostic>> {
    if let Some((_, text)) = PRESETS.iter().find(|(preset, _)| *preset == name) {
        return Ok((*text).to_owned());
    }
    files.read(name, MOST_BYTES).map_err(|error| {
        let names = PRESETS.iter().map(|(preset, _)| *preset);
        let fault = match &error {
            FileError::NotFound { .. } => Diagnostic::error(match files.path(name) {
                path if path == name => format!("there is no aggregation `{name}` and no file of that name"),
                path => format!("there is no aggregation `{name}` and no file `{path}`"),
            })
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
    /// Groups in the order in which they appear.
    groups: Vec<Named>,
}

/// A group as a map names it.
struct Named {
    code: String,
    /// Its name for people, with the line that gives it.
    name: Option<(String, usize)>,
    /// Where its code first stands.
    place: Place,
}

impl Named {
    /// What people read: the code where there is no name.
    fn shown(&self) -> &str {
        self.name.as_ref().map_or(&self.code, |(name, _)| name)
    }
}

impl Map {
    fn parse(name: &str, text: String, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let before = found.len();
        let table = Table::parse(name, &text, &["code", "group"], &["group_name"], found)?;
        let mut faults = Faults::new(name);
        let mut lines: HashMap<String, usize> = HashMap::new();
        let (mut rows, mut groups) = (Vec::new(), Vec::new());
        for row in table.rows() {
            let Some(row) = faults.keep(row) else { continue };
            let (Some(code), Some(group)) = (faults.keep(row.text("code")), faults.keep(row.text("group")))
            else {
                continue;
            };
            if let Some(line) = lines.insert(code.to_owned(), row.line()) {
                faults.add(code_twice(&row, code, line));
            } else if faults.keep(note_group(&row, group, &mut groups)).is_some() {
                rows.push((code.to_owned(), group.to_owned()));
            }
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
        let groups: Vec<&Named> =
            self.groups.iter().filter(|group| used.contains(&group.code.as_str())).collect();
        found.extend(groups.iter().filter_map(|group| self.clash::<Id>(group, codes, what, &group_of)));
        if found[before..].iter().any(Diagnostic::is_error) {
            return None;
        }
        let groups = groups.iter().map(|group| (group.code.clone(), group.shown().to_owned()));
        let alone = missing.iter().map(|code| {
            let name = codes.find::<Id>(code).map_or("", |id| codes.name(id));
            ((*code).to_owned(), name.to_owned())
        });
        let list = CodeList::new(groups.chain(alone)).ok()?;
        let of = codes.codes().iter().map(|code| {
            let group = group_of.get(code.as_str()).copied().unwrap_or(code);
            list.find::<Id>(group).map(Position::index)
        });
        let of: Option<Vec<usize>> = of.collect();
        Groups::new(list, of?)
    }

    /// A group with the code or the name of a country or sector that is not in it: results would be read as those
    /// of the other.
    fn clash<Id: Position>(
        &self,
        group: &Named,
        codes: &CodeList,
        what: &str,
        group_of: &HashMap<&str, &str>,
    ) -> Option<Diagnostic> {
        let outside = codes.ids::<Id>().filter(|&id| group_of.get(codes.code(id)) != Some(&&*group.code));
        let (text, is, which) = outside.into_iter().find_map(|id| {
            if codes.code(id) == group.code {
                Some((&*group.code, "a group", "code"))
            } else {
                is_same(codes.name(id), group.shown()).then(|| (group.shown(), "the name of a group", "name"))
            }
        })?;
        let message = format!("`{text}` is {is} of `{}` and a {what} that is not in it", self.name);
        let help = format!("give the group another {which}, or add the {what} to the group");
        Some(Diagnostic::error(message).at(group.place.clone()).help(help))
    }

    /// Groups with the code of a country group of the dataset and other members: a measure on the one would be
    /// taken for a measure on the other.
    fn other_members(&self, dataset: &Dataset) -> Vec<Diagnostic> {
        let (mut found, list) = (Vec::new(), &dataset.countries);
        for known in &dataset.groups {
            let same = |group: &&Named| group.code.eq_ignore_ascii_case(&known.code);
            let Some(group) = self.groups.iter().find(same) else { continue };
            let mapped = self.rows.iter().filter(|(_, to)| *to == group.code);
            let mapped: Vec<CountryId> = mapped.filter_map(|(code, _)| list.find(code)).collect();
            let only = |these: &[CountryId], not: &[CountryId]| -> Vec<&str> {
                these.iter().filter(|id| !not.contains(id)).map(|&id| list.code(id)).collect()
            };
            let (lacking, surplus) = (only(&known.members, &mapped), only(&mapped, &known.members));
            if !lacking.is_empty() || !surplus.is_empty() {
                found.push(not_the_same(group, &known.code, &lacking, &surplus));
            }
        }
        found
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

/// Notes the group of a row, and the name that the row gives it.
fn note_group(row: &Row<'_>, code: &str, groups: &mut Vec<Named>) -> Result<(), Fault> {
    if code.contains(char::is_whitespace) {
        let message = format!("the code `{code}` has spaces in it");
        return Err(row
            .fault("group", "code with spaces", message)
            .help("put the words into the column `group_name`"));
    }
    let at = groups.iter().position(|known| known.code == code).unwrap_or(groups.len());
    if at == groups.len() {
        groups.push(Named { code: code.to_owned(), name: None, place: row.place("group") });
        if let Some(fault) = meaning(row, "group") {
            return Err(fault);
        }
    }
    let name = row.field("group_name");
    let namesake = groups.iter().enumerate().find(|(other, group)| {
        *other != at && group.name.as_ref().is_some_and(|(known, _)| is_same(known, name))
    });
    match (&groups[at].name, namesake) {
        _ if name.is_empty() => {}
        (Some((known, _)), _) if known == name => {}
        (Some((known, line)), _) => {
            let message = format!("the group `{code}` is called `{known}` on line {line}");
            return Err(row
                .fault("group_name", "group of two names", message)
                .expected("one name for a group, in one of its rows or in all"));
        }
        (None, Some((_, other))) => {
            let message = format!("the group `{}` has this name too", other.code);
            return Err(row.fault("group_name", "name of two groups", message).expected("a name of its own"));
        }
        (None, None) => groups[at].name = Some((name.to_owned(), row.line())),
    }
    Ok(())
}

/// Whether two names are the same to a reader.
fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// A group that is not the country group it is called after.
fn not_the_same(group: &Named, known: &str, lacking: &[&str], surplus: &[&str]) -> Diagnostic {
    let parts = [("lacks", lacking), ("has besides", surplus)];
    let parts = parts.into_iter().filter(|(_, codes)| !codes.is_empty());
    let parts: Vec<String> = parts.map(|(word, codes)| format!("{word} {}", some(codes))).collect();
    let message =
        format!("`{known}` is a country group of the dataset, and this one {}", parts.join(" and "));
    Diagnostic::error(message)
        .at(group.place.clone())
        .expected("another code, or the same members")
        .help("`tariffsim list groups` shows the country groups (with --data for other data)")
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
