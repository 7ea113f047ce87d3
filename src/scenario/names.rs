//! From what users write to countries and sectors of a dataset.
//!
//! The dataset's own codes come first, then its groups, then names and ISO 3166 codes.

use toml::Spanned;

use crate::diagnostic::{Diagnostic, nearest, nearest_code};
use crate::economy::dataset::Dataset;
use crate::index::{CodeList, CountryId, Position, SectorId};
use crate::scenario::reader::Faults;

/// The word for every country, or every goods sector.
pub(super) const ALL: &str = "all";

/// A choice of countries as the user grouped them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    /// All countries.
    All,
    /// One country.
    One(CountryId),
    /// A group of the dataset, by its position there.
    Group(usize),
}

/// A choice of sectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Goods {
    /// All goods, never services.
    All,
    /// One sector, goods or services.
    One(SectorId),
}

/// The countries that a list names, those that are named twice once.
pub(super) fn countries(
    dataset: &Dataset,
    written: &[Spanned<String>],
    faults: &mut Faults<'_>,
) -> Vec<Chosen> {
    let known =
        written.iter().filter_map(|name| kept(name, country_or_group(dataset, name.get_ref()), faults));
    folded(known.collect(), |whole, part| match (whole, part) {
        (Chosen::All, _) => true,
        (Chosen::Group(group), Chosen::One(country)) => dataset.groups[*group].members.contains(country),
        _ => whole == part,
    })
}

/// Each choice once, and none that is part of another: `"AUT"` beside `"all"` says nothing more.
fn folded<T: PartialEq>(chosen: Vec<T>, covers: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for choice in chosen {
        if !kept.iter().any(|other| covers(other, &choice)) {
            kept.retain(|other| !covers(&choice, other));
            kept.push(choice);
        }
    }
    kept
}

/// The countries that a text stands for, with the code of the country or group.
///
/// # Errors
/// That it names none.
pub fn countries_of(dataset: &Dataset, text: &str) -> Result<(String, Vec<CountryId>), Box<Diagnostic>> {
    Ok(match country_or_group(dataset, text)? {
        Chosen::All => (ALL.to_owned(), dataset.countries.ids().collect()),
        Chosen::One(country) => (dataset.countries.code(country).to_owned(), vec![country]),
        Chosen::Group(at) => (dataset.groups[at].code.clone(), dataset.groups[at].members.clone()),
    })
}

/// The one country that a text names.
pub(super) fn country(
    dataset: &Dataset,
    written: &Spanned<String>,
    faults: &mut Faults<'_>,
) -> Option<CountryId> {
    match kept(written, country_or_group(dataset, written.get_ref()), faults)? {
        Chosen::One(country) => Some(country),
        Chosen::All | Chosen::Group(_) => {
            let fault = Diagnostic::error(format!("`{}` is more than one country", written.get_ref()))
                .expected("one country, such as `USA`");
            faults.push(written.span(), fault);
            None
        }
    }
}

/// The sectors that a list names, those that are named twice once.
pub(super) fn sectors(dataset: &Dataset, written: &[Spanned<String>], faults: &mut Faults<'_>) -> Vec<Goods> {
    let known = written.iter().filter_map(|name| kept(name, sector_or_all(dataset, name.get_ref()), faults));
    folded(known.collect(), |whole, part| match (whole, part) {
        (Goods::All, Goods::One(sector)) => dataset.is_goods(*sector),
        _ => whole == part,
    })
}

/// The one sector that a text names.
pub(super) fn sector(
    dataset: &Dataset,
    written: &Spanned<String>,
    faults: &mut Faults<'_>,
) -> Option<SectorId> {
    let found = find_sector(dataset, written.get_ref());
    kept(written, found.map_err(|fault| Box::new(fault.expected("a sector's code or name"))), faults)
}

fn kept<T>(
    written: &Spanned<String>,
    found: Result<T, Box<Diagnostic>>,
    faults: &mut Faults<'_>,
) -> Option<T> {
    found.map_err(|fault| faults.push(written.span(), *fault)).ok()
}

fn country_or_group(dataset: &Dataset, text: &str) -> Result<Chosen, Box<Diagnostic>> {
    if text == ALL {
        return Ok(Chosen::All);
    }
    let group = |text: &str| {
        dataset.groups.iter().position(|group| group.code.eq_ignore_ascii_case(text)).map(Chosen::Group)
    };
    dataset
        .countries
        .find(text)
        .map(Chosen::One)
        .or_else(|| group(text))
        .or_else(|| find_country(dataset, text).map(Chosen::One))
        .ok_or_else(|| Box::new(unknown_country(dataset, text)))
}

/// A country by code, name or ISO 3166 number, upper or lower case.
pub(super) fn find_country(dataset: &Dataset, text: &str) -> Option<CountryId> {
    let list = &dataset.countries;
    find_listed(list, text).or_else(|| iso_country(text).and_then(|country| list.find(country.alpha3)))
}

/// A code or name of a list, upper or lower case.
fn find_listed<Id: Position>(list: &CodeList, text: &str) -> Option<Id> {
    let same = |listed: &String| listed.to_lowercase() == text.to_lowercase();
    list.find(text).or_else(|| {
        let position = list.codes().iter().position(same).or_else(|| list.names().iter().position(same));
        position.map(Id::at)
    })
}

/// A country of ISO 3166 by alpha-3 code, number or official name.
fn iso_country(text: &str) -> Option<rust_iso3166::CountryCode> {
    rust_iso3166::from_alpha3(&text.to_uppercase())
        .or_else(|| rust_iso3166::from_numeric_str(&format!("{text:0>3}")))
        .or_else(|| rust_iso3166::ALL.iter().find(|country| country.name.eq_ignore_ascii_case(text)).copied())
}

fn unknown_country(dataset: &Dataset, text: &str) -> Diagnostic {
    let known = iso_country(text);
    let message = match &known {
        Some(country) => {
            format!("{} (`{}`) is not a country of its own in this dataset", country.name, country.alpha3)
        }
        None => format!("unknown country `{text}`"),
    };
    Diagnostic::error(message)
        .expected("a code such as `USA`, a country's name, a group, or `all`")
        .help(country_help(dataset, text, known.is_some()))
}

/// Names in daily use that are far, letter by letter, from the name in the standard.
const EVERYDAY: &[(&str, &str)] = &[
    ("UK", "GBR"),
    ("Britain", "GBR"),
    ("Great Britain", "GBR"),
    ("England", "GBR"),
    ("America", "USA"),
    ("Holland", "NLD"),
    ("Burma", "MMR"),
    ("Ivory Coast", "CIV"),
    ("Congo", "COD"),
    ("UAE", "ARE"),
];

fn country_help(dataset: &Dataset, text: &str, is_country: bool) -> String {
    let list = &dataset.countries;
    let rest = list.find::<CountryId>("ROW").map(|rest| list.name(rest));
    match rest {
        Some(rest) if is_country => return format!("smaller economies are part of `ROW`, {rest}"),
        _ if is_country => return format!("the dataset `{}` does not list it", dataset.name),
        _ => {}
    }
    let everyday = EVERYDAY.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, code)| *code);
    let two_letters = rust_iso3166::from_alpha2(&text.to_uppercase()).map(|iso| iso.alpha3);
    let certain = everyday.or(two_letters).and_then(|code| list.find(code));
    let by_name =
        || nearest(text, list.names().iter().map(String::as_str)).and_then(|near| find_listed(list, near));
    let by_code = || {
        let codes = list.codes().iter().chain(dataset.groups.iter().map(|group| &group.code));
        nearest_code(text, &codes.map(String::as_str))
    };
    // Short texts are slips in a code, long ones slips in a name.
    let near: Option<CountryId> = certain.or_else(|| if text.len() > 4 { by_name() } else { None });
    match near {
        Some(country) => format!("did you mean `{}` ({})?", list.code(country), list.name(country)),
        None => match by_code() {
            Some(code) => format!("did you mean `{code}`{}?", named(list, code)),
            None => {
                format!("the dataset `{}` has {} countries, such as {}", dataset.name, list.len(), some(list))
            }
        },
    }
}

fn named(list: &CodeList, code: &str) -> String {
    list.find::<CountryId>(code).map_or_else(String::new, |id| format!(" ({})", list.name(id)))
}

fn some(list: &CodeList) -> String {
    let first: Vec<String> = list.codes().iter().take(5).map(|code| format!("`{code}`")).collect();
    first.join(", ")
}

fn sector_or_all(dataset: &Dataset, text: &str) -> Result<Goods, Box<Diagnostic>> {
    if text == ALL { Ok(Goods::All) } else { find_sector(dataset, text).map(Goods::One) }
}

/// A sector by code or name.
pub(super) fn find_sector(dataset: &Dataset, text: &str) -> Result<SectorId, Box<Diagnostic>> {
    find_listed(&dataset.sectors, text).ok_or_else(|| {
        let list = &dataset.sectors;
        let near = nearest_code(text, &list.codes().iter().map(String::as_str))
            .or_else(|| list.names().iter().map(String::as_str).find(|name| mentions(name, text)))
            .or_else(|| nearest(text, list.names().iter().map(String::as_str)))
            .and_then(|near| find_listed::<SectorId>(list, near));
        let help = match near {
            Some(sector) => format!("did you mean `{}` ({})?", list.code(sector), list.name(sector)),
            None => format!("the sectors are {}", list.codes().join(", ")),
        };
        let fault = Diagnostic::error(format!("unknown sector `{text}`"));
        Box::new(fault.expected("a sector's code or name, or `all` for all goods").help(help))
    })
}

/// Whether a sector's name has a word in it, such as "steel" in "Basic metals (steel, aluminium)".
fn mentions(name: &str, word: &str) -> bool {
    word.chars().count() >= 4 && name.to_lowercase().contains(&word.to_lowercase())
}
