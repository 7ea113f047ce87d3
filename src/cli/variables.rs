//! Variables and countries that the user names.

use crate::cli::failure::Failure;
use crate::diagnostic::{Diagnostic, Place, listed, nearest};
use crate::economy::dataset::Dataset;
use crate::index::CountryId;
use crate::model::variable::CountryVariable;

/// The variables of some names.
pub(super) fn variables(names: &[String]) -> Result<Vec<CountryVariable>, Failure> {
    let find = |name: &str| CountryVariable::ALL.iter().copied().find(|variable| variable.name() == name);
    each_once(names, find, unknown)
}

/// What some words stand for, each once; all that are unknown are told.
fn each_once<T: PartialEq>(
    words: &[String],
    find: impl Fn(&str) -> Option<T>,
    unknown: impl Fn(&str) -> Diagnostic,
) -> Result<Vec<T>, Failure> {
    let mut found = Vec::new();
    let mut faults = Vec::new();
    for word in words {
        match find(word) {
            Some(known) if found.contains(&known) => {}
            Some(known) => found.push(known),
            None => faults.push(unknown(word)),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(faults.into()) }
}

fn unknown(name: &str) -> Diagnostic {
    let known: Vec<&str> = CountryVariable::ALL.iter().map(|variable| variable.name()).collect();
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the variables of countries are {}", listed(&known)),
    };
    Diagnostic::error(format!("there is no variable `{name}`"))
        .expected("a variable of `countries.csv`")
        .help(help)
        .at(typed("--variable", name))
}

/// The countries of some codes.
pub(super) fn countries(dataset: &Dataset, codes: &[String]) -> Result<Vec<CountryId>, Failure> {
    each_once(codes, |code| dataset.countries.find(code), |code| unknown_country(dataset, code))
}

fn unknown_country(dataset: &Dataset, code: &str) -> Diagnostic {
    let countries = &dataset.countries;
    let ids = || countries.ids::<CountryId>();
    let named = ids().find(|&id| countries.name(id).eq_ignore_ascii_case(code));
    let near =
        named.map(|id| countries.code(id)).or_else(|| nearest(code, ids().map(|id| countries.code(id))));
    Diagnostic::error(format!("there is no country `{code}` in `{}`", dataset.name))
        .expected("a code such as USA")
        .help(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`tariffsim list countries` shows them".to_owned(),
        })
        .at(typed("--country", code))
}

/// A word behind its flag.
fn typed(flag: &str, word: &str) -> Place {
    let shown = format!("{flag} {word}");
    Place::typed(&shown, flag.len() + 1..shown.len())
}
