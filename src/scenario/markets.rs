//! The choices of partial equilibrium: demand and supply elasticities, and what the model cannot do.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::Diagnostic;
use crate::economy::dataset::Dataset;
use crate::economy::markets::{DEFAULT_DEMAND, DEFAULT_SUPPLY, Form, MarketElasticities};
use crate::index::{CountryId, Position as _, SectorId};
use crate::scenario::Scenario;
use crate::scenario::measure::{Measure, Verb};
use crate::scenario::names::{self, ALL};
use crate::scenario::reader::{self, Faults, Keys, Node};
use crate::scenario::write::key;

/// What a scenario says of the markets of partial equilibrium.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct MarketChoices {
    /// How they are solved.
    pub form: Form,
    /// Demand elasticities.
    demand: Option<Given<f64>>,
    /// Supply elasticities.
    supply: Option<Given<Supply>>,
}

/// A number for all, or for each sector.
#[derive(Clone, Debug, PartialEq)]
enum Given<T> {
    One(T),
    BySector(Vec<(Spanned<String>, T)>),
}

/// A supply elasticity for all exporters, or for each.
#[derive(Clone, Debug, PartialEq)]
enum Supply {
    One(f64),
    ByCountry(Vec<(Spanned<String>, f64)>),
}

/// The word for a supply elasticity without bounds.
const INFINITE: &str = "infinite";

/// The words of supply elasticities.
pub(super) fn supplies() -> Vec<&'static str> {
    vec![INFINITE]
}

/// The largest elasticity that may be written.
pub(super) const LARGEST: f64 = 1000.0;

/// The keys that only partial equilibrium has.
const OWN_KEYS: [&str; 3] = ["demand_elasticity", "supply_elasticity", "linear"];

/// The keys that it does not have, and why.
const FOREIGN_KEYS: [(&str, &str); 4] = [
    ("deficits", "incomes stay as they are, so there is no deficit to hold"),
    ("structure", "producers are as many as they are, so no firm enters or leaves"),
    ("labour", "wages stay as they are, so nobody changes sector"),
    ("inputs", "each market is solved for itself, so no market buys inputs from another"),
];

/// Reads the keys of partial equilibrium under `[model]`; in general equilibrium they are refused.
pub(super) fn read(
    keys: &mut Keys<'_, '_>,
    is_partial: bool,
    faults: &mut Faults<'_>,
) -> Option<MarketChoices> {
    if !is_partial {
        for key in OWN_KEYS {
            if let Some(node) = keys.take(key) {
                let fault = Diagnostic::error(format!("general equilibrium has no `{key}`"))
                    .help("write `kind = \"partial-equilibrium\"` beside it, or leave it out");
                faults.push(node.span(), fault);
            }
        }
        return None;
    }
    for (key, why) in FOREIGN_KEYS {
        if let Some(node) = keys.take(key) {
            let fault = Diagnostic::error(format!("partial equilibrium has no `{key}`: {why}"))
                .help(format!("leave out `{key}`, or write `kind = \"general-equilibrium\"`"));
            faults.push(node.span(), fault);
        }
    }
    let linear = keys.take("linear").and_then(|node| reader::flag(node, "linear", faults));
    Some(MarketChoices {
        form: if linear == Some(true) { Form::Linear } else { Form::Exact },
        demand: keys.take("demand_elasticity").and_then(|node| read_demand(node, faults)),
        supply: keys.take("supply_elasticity").and_then(|node| read_supply(node, faults)),
    })
}

const DEMAND: &str = "a number above 0 and at most 1000, without quotes, such as 1.25";
const SUPPLY: &str = "a number from 0 to 1000, without quotes, such as 1.5, or \"infinite\"";

fn read_demand(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<Given<f64>> {
    if let DeValue::Table(table) = node.get_ref() {
        let entries = by_code(table, |node| read_demand_of_one(node, faults));
        return Some(Given::BySector(entries));
    }
    read_demand_of_one(node, faults).map(Given::One)
}

fn read_demand_of_one(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<f64> {
    let demand = reader::number(node.get_ref()).filter(|demand| *demand > 0.0 && *demand <= LARGEST);
    if demand.is_none() {
        faults.push(node.span(), Diagnostic::error("this demand elasticity is not usable").expected(DEMAND));
    }
    demand
}

fn read_supply(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<Given<Supply>> {
    if let DeValue::Table(table) = node.get_ref() {
        let entries = by_code(table, |node| match node.get_ref() {
            DeValue::Table(table) => {
                Some(Supply::ByCountry(by_code(table, |node| read_supply_of_one(node, faults))))
            }
            _ => read_supply_of_one(node, faults).map(Supply::One),
        });
        return Some(Given::BySector(entries));
    }
    read_supply_of_one(node, faults).map(|supply| Given::One(Supply::One(supply)))
}

fn read_supply_of_one(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<f64> {
    let supply = match node.get_ref() {
        DeValue::String(word) if word.trim() == INFINITE => Some(f64::INFINITY),
        value => reader::number(value).filter(|supply| (0.0..=LARGEST).contains(supply)),
    };
    if supply.is_none() {
        faults.push(node.span(), Diagnostic::error("this supply elasticity is not usable").expected(SUPPLY));
    }
    supply
}

fn by_code<T>(
    table: &DeTable<'_>,
    mut read: impl FnMut(&Node<'_>) -> Option<T>,
) -> Vec<(Spanned<String>, T)> {
    let entry = |(code, node): (&Spanned<std::borrow::Cow<'_, str>>, &Node<'_>)| {
        Some((Spanned::new(code.span(), code.get_ref().to_string()), read(node)?))
    };
    table.iter().filter_map(entry).collect()
}

/// Refuses measures that partial equilibrium cannot do, each at its verb.
pub(super) fn refuse_measures(
    choices: Option<&MarketChoices>,
    measures: &[Measure],
    faults: &mut Faults<'_>,
) {
    let Some(choices) = choices else { return };
    for measure in measures {
        let verb = measure.verb.get_ref();
        let why = match verb {
            Verb::Quota(_) | Verb::Specific(_) => {
                "partial equilibrium solves no quota and no duty for each unit"
            }
            _ if choices.form == Form::Linear && (verb.is_cost() || verb.is_export()) => {
                "the linear form knows tariffs only"
            }
            _ => continue,
        };
        let help = match choices.form {
            Form::Linear if verb.is_cost() || verb.is_export() => "leave out `linear = true` under `[model]`",
            _ => "write it as a tariff (`set`, `add`), or `kind = \"general-equilibrium\"` under `[model]`",
        };
        let fault = Diagnostic::error(format!("`{}` is not possible here: {why}", verb.key())).help(help);
        faults.push(measure.verb.span(), fault);
    }
}

/// The markets of a scenario on a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedMarkets {
    /// How they are solved.
    pub form: Form,
    /// Central elasticities.
    pub elasticities: MarketElasticities,
    /// Where the demand elasticities are from, in words.
    pub demand_label: String,
    /// Where the supply elasticities are from, in words.
    pub supply_label: String,
}

/// The markets that a scenario chooses; `None` in general equilibrium.
pub(super) fn resolve(
    scenario: &Scenario,
    dataset: &Dataset,
    faults: &mut Faults<'_>,
) -> Option<ResolvedMarkets> {
    let choices = scenario.model().markets.as_ref()?;
    let shape = dataset.shape();
    let mut elasticities = MarketElasticities::uniform(shape, DEFAULT_DEMAND, DEFAULT_SUPPLY);
    match &choices.demand {
        None => {}
        Some(Given::One(demand)) => elasticities.demand.fill(*demand),
        Some(Given::BySector(entries)) => {
            for (sectors, demand) in chosen_sectors(dataset, entries, faults) {
                sectors.into_iter().for_each(|sector| elasticities.demand[sector.index()] = *demand);
            }
        }
    }
    match &choices.supply {
        None => {}
        Some(Given::One(supply)) => {
            let all = dataset.sectors.ids().collect();
            set_supply(dataset, all, supply, &mut elasticities, faults);
        }
        Some(Given::BySector(entries)) => {
            for (sectors, supply) in chosen_sectors(dataset, entries, faults) {
                set_supply(dataset, sectors, supply, &mut elasticities, faults);
            }
        }
    }
    let label = |given: Option<String>, default: f64| given.unwrap_or_else(|| format!("{default} (assumed)"));
    Some(ResolvedMarkets {
        form: choices.form,
        elasticities,
        demand_label: label(
            choices.demand.as_ref().map(|given| written(given, |demand| format!("{demand}"))),
            DEFAULT_DEMAND,
        ),
        supply_label: label(
            choices.supply.as_ref().map(|given| written(given, supply_in_words)),
            DEFAULT_SUPPLY,
        ),
    })
}

/// Each entry with its sectors; `all` comes first, so that others stand over it.
fn chosen_sectors<'e, T>(
    dataset: &Dataset,
    entries: &'e [(Spanned<String>, T)],
    faults: &mut Faults<'_>,
) -> Vec<(Vec<SectorId>, &'e T)> {
    let is_all = |code: &Spanned<String>| code.get_ref() == ALL;
    let all = entries
        .iter()
        .filter(|(code, _)| is_all(code))
        .map(|(_, value)| (dataset.sectors.ids().collect(), value));
    let mut chosen: Vec<(Vec<SectorId>, &T)> = all.collect();
    for (code, value) in entries.iter().filter(|(code, _)| !is_all(code)) {
        if let Some(sector) = names::sector(dataset, code, faults) {
            chosen.push((vec![sector], value));
        }
    }
    chosen
}

fn set_supply(
    dataset: &Dataset,
    sectors: Vec<SectorId>,
    supply: &Supply,
    elasticities: &mut MarketElasticities,
    faults: &mut Faults<'_>,
) {
    let n = dataset.countries.len();
    let of = match supply {
        Supply::One(supply) => vec![Some(*supply); n],
        Supply::ByCountry(entries) => {
            let all = entries.iter().find(|(code, _)| code.get_ref() == ALL).map(|(_, supply)| *supply);
            let mut of = vec![all; n];
            for (code, supply) in entries.iter().filter(|(code, _)| code.get_ref() != ALL) {
                if let Some(country) = names::country(dataset, code, faults) {
                    of[CountryId::index(country)] = Some(*supply);
                }
            }
            of
        }
    };
    for sector in sectors {
        let slots = &mut elasticities.supply[sector.index() * n..(sector.index() + 1) * n];
        slots.iter_mut().zip(&of).for_each(|(slot, supply)| *slot = supply.unwrap_or(*slot));
    }
}

/// As it is written in the language.
fn written<T>(given: &Given<T>, of: impl Fn(&T) -> String) -> String {
    match given {
        Given::One(value) => of(value),
        Given::BySector(entries) => table(entries, of),
    }
}

fn table<T>(entries: &[(Spanned<String>, T)], of: impl Fn(&T) -> String) -> String {
    let mut entries: Vec<String> =
        entries.iter().map(|(code, value)| format!("{} = {}", key(code.get_ref()), of(value))).collect();
    entries.sort();
    format!("{{ {} }}", entries.join(", "))
}

fn supply_in_words(supply: &Supply) -> String {
    let number =
        |supply: &f64| if supply.is_infinite() { format!("\"{INFINITE}\"") } else { format!("{supply:?}") };
    match supply {
        Supply::One(supply) => number(supply),
        Supply::ByCountry(entries) => table(entries, number),
    }
}

/// The lines under `[model]` that say all this again.
pub(super) fn lines(choices: &MarketChoices) -> Vec<(&'static str, String)> {
    let demand = choices.demand.as_ref().map(|given| written(given, |demand| format!("{demand:?}")));
    let supply = choices.supply.as_ref().map(|given| written(given, supply_in_words));
    vec![
        ("linear", (choices.form == Form::Linear).to_string()),
        ("demand_elasticity", demand.unwrap_or_else(|| format!("{DEFAULT_DEMAND:?}"))),
        ("supply_elasticity", supply.unwrap_or_else(|| format!("{DEFAULT_SUPPLY:?}"))),
    ]
}
