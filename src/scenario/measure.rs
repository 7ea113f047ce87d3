//! Measures as written, and how they are read.

use std::collections::HashSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use crate::diagnostic::{Diagnostic, listed};
use crate::scenario::Mentioned;
use crate::scenario::grammar::keys::{self, VERBS};
use crate::scenario::instrument::{self, Limit, SpecificDuty};
use crate::scenario::outcome;
use crate::scenario::period::{self, Period};
use crate::scenario::quantity::{COST, EXPORT_TAX, LEVEL, MULTIPLE, POINTS, SHARE, SUBSIDY, quantity};
use crate::scenario::reader::{self, Faults, Keys, Node};
use crate::scenario::response::Response;
use crate::units::{AdValorem, CostFactor, Multiple, PercentagePoints, Probability, Share};

/// One measure as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Its name; `measure-1`, `measure-2` … by position if none is given.
    pub name: Spanned<String>,
    /// Who imposes it, the importers or, of a tax on exports, the exporters: countries, groups or `all`.
    pub by: Vec<Spanned<String>>,
    /// Whom it is on, the exporters or, of a tax on exports, the buyers: countries, groups or `all`.
    pub on: Vec<Spanned<String>>,
    /// Countries that are taken out of `on`.
    pub except: Vec<Spanned<String>>,
    /// The sectors, or `all` goods.
    pub goods: Vec<Spanned<String>>,
    /// Sectors that are taken out of `goods`.
    pub except_goods: Vec<Spanned<String>>,
    /// What it does, at the place of the verb's key.
    pub verb: Spanned<Verb>,
    /// The share of the flow that it does not reach.
    pub exempt: Option<Spanned<Exempt>>,
    /// The measures that it replaces where both apply.
    pub instead_of: Vec<Spanned<String>>,
    /// When it is in force.
    pub period: Period,
    /// How probable it is that it comes at all, where it says so itself.
    pub probability: Option<Spanned<Probability>>,
}

/// What a measure does.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// Puts the rate at a level.
    Set(AdValorem),
    /// Adds to the rate.
    Add(PercentagePoints),
    /// Multiplies the rate.
    Multiply(Multiple),
    /// Limits the total rate from above.
    Cap(AdValorem),
    /// Limits the total rate from below.
    Floor(AdValorem),
    /// Cuts the observed rate by a share of itself.
    Cut(Share),
    /// Abolishes the observed rate.
    Remove,
    /// Follows what another importer charges.
    Match(MatchRule),
    /// Follows what the partner charges.
    Reciprocal,
    /// Puts rates at the levels of a table.
    Rates(String),
    /// Changes the cost of trade.
    TradeCost(CostFactor),
    /// Changes the cost of trade as a table says.
    TradeCosts(String),
    /// Ends trade.
    Embargo,
    /// Taxes exports.
    ExportTax(AdValorem),
    /// Subsidises exports.
    Subsidy(Share),
    /// Limits the volume: a quota or a tariff-rate quota.
    Quota(Limit),
    /// Adds so much money for each unit to the rate.
    Specific(SpecificDuty),
    /// Answers other measures.
    Respond(Response),
}

impl Verb {
    /// The key in the language.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Set(_) => "set",
            Self::Add(_) => "add",
            Self::Multiply(_) => "multiply",
            Self::Cap(_) => "cap",
            Self::Floor(_) => "floor",
            Self::Cut(_) => "cut",
            Self::Remove => "remove",
            Self::Match(_) => "match",
            Self::Reciprocal => "reciprocal",
            Self::Rates(_) => "rates",
            Self::TradeCost(_) => "trade_cost",
            Self::TradeCosts(_) => "trade_costs",
            Self::Embargo => "embargo",
            Self::ExportTax(_) => "export_tax",
            Self::Subsidy(_) => "subsidy",
            Self::Quota(Limit { rates: None, .. }) => "quota",
            Self::Quota(_) => "trq",
            Self::Specific(_) => "specific",
            Self::Respond(_) => "mode",
        }
    }

    /// Whether it says where the rate starts: at most one such verb may act on a flow.
    pub fn is_level(&self) -> bool {
        matches!(self, Self::Set(_) | Self::Rates(_) | Self::Remove | Self::Cut(_))
    }

    /// Whether it changes the cost of trade.
    pub fn is_cost(&self) -> bool {
        matches!(self, Self::TradeCost(_) | Self::TradeCosts(_) | Self::Embargo)
    }

    /// Whether it changes a rate in percentage points and nothing else: neither the cost of trade, nor the volume, nor a
    /// duty for each unit, nor a tax on exports.
    pub fn is_ad_valorem(&self) -> bool {
        !self.is_cost() && !self.is_export() && !matches!(self, Self::Quota(_) | Self::Specific(_))
    }

    /// Whether the exporter imposes it: then `by` is the exporter and `on` are the buyers.
    pub fn is_export(&self) -> bool {
        matches!(self, Self::ExportTax(_) | Self::Subsidy(_))
    }
}

/// A rule that follows another importer's rates.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchRule {
    /// The importer that is followed.
    pub by: Spanned<String>,
    /// On whose goods; empty is each exporter's own.
    pub on: Vec<Spanned<String>>,
    /// How much of the gap is closed.
    pub share: Share,
    /// Whether rates also come down.
    pub lower_too: bool,
    /// Whether only what the scenario adds is followed.
    pub increase_only: bool,
}

/// How much of a flow a measure does not reach.
#[derive(Clone, Debug, PartialEq)]
pub enum Exempt {
    /// The same share for every partner.
    Uniform(Share),
    /// A share by partner.
    ByPartner(Vec<(Spanned<String>, Share)>),
    /// A table of shares by partner and sector.
    Table(String),
}

/// Reads all measures.
pub(super) fn read_all(
    node: Option<&Node<'_>>,
    mentioned: &mut Mentioned,
    faults: &mut Faults<'_>,
) -> Vec<Measure> {
    let items = reader::entries(node, "measure", faults);
    items.iter().enumerate().filter_map(|(at, item)| read(item, at, mentioned, faults)).collect()
}

/// Reports the keys that belong elsewhere.
fn finish(keys: Keys<'_, '_>, faults: &mut Faults<'_>) {
    let homes: [(&str, &[&str]); 4] = [
        (
            "at the top of the file, before the first `[[measure]]`",
            &["title", "summary", "sources", "baseline", "date", "schema"],
        ),
        ("under `[model]`", &keys::MODEL.names()),
        ("under `[uncertainty]`", &["draws", "seed", "trade_elasticity"]),
        ("inside `match = { … }`", &["share", "lower_too", "increase_only"]),
    ];
    keys.finish("in this measure", &homes, faults);
}

/// Reads one measure; `None` when a part without which it has no meaning is missing.
fn read(node: &Node<'_>, at: usize, mentioned: &mut Mentioned, faults: &mut Faults<'_>) -> Option<Measure> {
    let mut keys = reader::table(node, &keys::MEASURE, "measure", "a table of keys", faults)?;
    let name = read_name(&mut keys, node, &format!("measure-{}", at + 1), faults);
    let by = required(
        &mut keys,
        "measure",
        "by",
        "who imposes it: the importer, such as `by = \"USA\"`, or the exporter that taxes its exports",
        faults,
    );
    let on = required(
        &mut keys,
        "measure",
        "on",
        "whose goods it is on, such as `on = [\"CAN\", \"MEX\"]` or `\"all\"`, or whose purchases if exports are taxed",
        faults,
    );
    let list = |keys: &mut Keys<'_, '_>, key, numbers, faults: &mut Faults<'_>| {
        keys.take(key).map_or_else(Vec::new, |node| reader::texts(node, key, numbers, faults))
    };
    let except = list(&mut keys, "except", true, faults);
    let mut goods = list(&mut keys, "goods", false, faults);
    if goods.is_empty() {
        goods.push(Spanned::new(node.span(), "all".to_owned()));
    }
    let except_goods = list(&mut keys, "except_goods", false, faults);
    let mut replaced = HashSet::new();
    let mut instead_of = list(&mut keys, "instead_of", false, faults);
    instead_of.retain(|name| replaced.insert(name.get_ref().clone()));
    let exempt = keys.take("exempt_share").and_then(|node| read_exempt(node, faults));
    mentioned.measures.extend(name.clone());
    mentioned.countries.extend([&by, &on, &except].into_iter().flatten().cloned());
    mentioned.sectors.extend([&goods, &except_goods].into_iter().flatten().cloned());
    let verb = read_verb(&mut keys, faults);
    let period = period::read(&mut keys, verb.as_ref().map(Spanned::get_ref), faults);
    let probability = outcome::read_probability(&mut keys, faults);
    finish(keys, faults);
    Some(Measure {
        name: name?,
        by,
        on,
        except,
        goods,
        except_goods,
        verb: verb?,
        exempt,
        instead_of,
        period,
        probability,
    })
}

/// Reads a name; `otherwise` is that of an entry that gives none.
pub(super) fn read_name(
    keys: &mut Keys<'_, '_>,
    node: &Node<'_>,
    otherwise: &str,
    faults: &mut Faults<'_>,
) -> Option<Spanned<String>> {
    match keys.take("name") {
        Some(node) => reader::text(node, "name", faults).and_then(|name| checked_name(name, faults)),
        None => Some(Spanned::new(node.span(), otherwise.to_owned())),
    }
}

fn checked_name(name: Spanned<String>, faults: &mut Faults<'_>) -> Option<Spanned<String>> {
    if name.get_ref().chars().count() <= 100 && !name.get_ref().chars().any(char::is_control) {
        return Some(name);
    }
    let fault = Diagnostic::error("this name cannot be shown in a table")
        .expected("at most 100 characters on one line");
    faults.push(name.span(), fault);
    None
}

/// Reads a list without which an entry has no meaning.
pub(super) fn required(
    keys: &mut Keys<'_, '_>,
    entry: &str,
    key: &'static str,
    meaning: &str,
    faults: &mut Faults<'_>,
) -> Vec<Spanned<String>> {
    if let Some(node) = keys.take(key) {
        return reader::texts(node, key, true, faults);
    }
    let fault = Diagnostic::error(format!("this {entry} has no `{key}`"))
        .expected(format!("`{key}` in this {entry}"))
        .help(format!("`{key}` says {meaning}"));
    faults.push(keys.span.clone(), fault);
    Vec::new()
}

/// Reads the one verb of a measure.
fn read_verb(keys: &mut Keys<'_, '_>, faults: &mut Faults<'_>) -> Option<Spanned<Verb>> {
    let present: Vec<(&'static str, &Node<'_>)> =
        VERBS.iter().filter_map(|&verb| keys.take(verb).map(|node| (verb, node))).collect();
    let verbs: Vec<Option<Spanned<Verb>>> = present
        .iter()
        .map(|(key, node)| verb_value(key, node, faults).map(|verb| Spanned::new(keys.key_span(key), verb)))
        .collect();
    match present.as_slice() {
        [] if !keys.has_slip_of(VERBS) => faults.push(keys.span.clone(), no_verb()),
        [] | [_] => {}
        [.., (last, _)] => {
            let names: Vec<&str> = present.iter().map(|(key, _)| *key).collect();
            faults.push(last_key(keys, &names).unwrap_or_else(|| keys.key_span(last)), two_verbs(&names));
        }
    }
    verbs.into_iter().next().flatten()
}

fn last_key(keys: &Keys<'_, '_>, names: &[&str]) -> Option<Range<usize>> {
    names.iter().map(|name| keys.key_span(name)).max_by_key(|span| span.start)
}

fn no_verb() -> Diagnostic {
    Diagnostic::error("this measure does nothing")
        .expected("one verb, such as `add = \"25pp\"`")
        .help(format!("the verbs are {}", listed(VERBS)))
}

fn two_verbs(names: &[&str]) -> Diagnostic {
    Diagnostic::error(format!("this measure has {} verbs: {}", names.len(), listed(names)))
        .expected("exactly one verb")
        .help("write one `[[measure]]` for each")
}

/// Reads the value of a verb.
fn verb_value(key: &str, node: &Node<'_>, faults: &mut Faults<'_>) -> Option<Verb> {
    Some(match key {
        "set" => Verb::Set(quantity(node, key, &LEVEL, AdValorem::parse, faults)?),
        "add" => Verb::Add(quantity(node, key, &POINTS, PercentagePoints::parse, faults)?),
        "multiply" => Verb::Multiply(quantity(node, key, &MULTIPLE, Multiple::parse, faults)?),
        "cap" => Verb::Cap(quantity(node, key, &LEVEL, AdValorem::parse, faults)?),
        "floor" => Verb::Floor(quantity(node, key, &LEVEL, AdValorem::parse, faults)?),
        "cut" => Verb::Cut(quantity(node, key, &SHARE, Share::parse, faults)?),
        "remove" => reader::switch(node, key, faults).map(|()| Verb::Remove)?,
        "reciprocal" => reader::switch(node, key, faults).map(|()| Verb::Reciprocal)?,
        "embargo" => reader::switch(node, key, faults).map(|()| Verb::Embargo)?,
        "match" => Verb::Match(read_match(node, faults)?),
        "rates" => Verb::Rates(reader::file(node, key, faults)?),
        "trade_costs" => Verb::TradeCosts(reader::file(node, key, faults)?),
        "export_tax" => Verb::ExportTax(read_export_tax(node, faults)?),
        "subsidy" => Verb::Subsidy(quantity(node, key, &SUBSIDY, Share::parse, faults)?),
        "quota" => Verb::Quota(instrument::read_quota(node, faults)?),
        "trq" => Verb::Quota(instrument::read_trq(node, faults)?),
        "specific" => Verb::Specific(instrument::read_specific(node, faults)?),
        _ => Verb::TradeCost(quantity(node, key, &COST, CostFactor::parse_change, faults)?),
    })
}

fn read_export_tax(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<AdValorem> {
    let rate = quantity(node, "export_tax", &EXPORT_TAX, AdValorem::parse, faults)?;
    if rate >= AdValorem::FREE {
        return Some(rate);
    }
    let subsidy = rate.to_string();
    let fault = Diagnostic::error(format!("`export_tax`: {rate} is a subsidy"))
        .expected("a rate of 0% or more")
        .help(format!("did you mean `subsidy = \"{}\"`?", subsidy.trim_start_matches('-')));
    faults.push(node.span(), fault);
    None
}

fn read_match(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<MatchRule> {
    let mut keys =
        reader::table(node, &keys::MATCH, "match", "a table such as { by = \"USA\", on = \"CHN\" }", faults)?;
    let by = match keys.take("by") {
        Some(node) => reader::text(node, "match.by", faults),
        None => {
            let fault = Diagnostic::error("`match` does not say whom it follows")
                .expected("`by`, one importer")
                .help("for example `match = { by = \"USA\" }`");
            faults.push(node.span(), fault);
            None
        }
    };
    let on = keys.take("on").map_or_else(Vec::new, |node| reader::texts(node, "match.on", true, faults));
    let share = keys
        .take("share")
        .map_or(Some(Share::ALL), |node| quantity(node, "match.share", &SHARE, Share::parse, faults));
    let mut flag = |keys: &mut Keys<'_, '_>, key| {
        keys.take(key).map_or(Some(false), |node| reader::flag(node, key, faults))
    };
    let lower_too = flag(&mut keys, "lower_too");
    let increase_only = flag(&mut keys, "increase_only");
    keys.finish("in `match`", &[], faults);
    Some(MatchRule { by: by?, on, share: share?, lower_too: lower_too?, increase_only: increase_only? })
}

fn read_exempt(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<Spanned<Exempt>> {
    let exempt = match node.get_ref() {
        DeValue::Table(table) => {
            let shares = table.iter().filter_map(|(partner, share)| {
                let partner = Spanned::new(partner.span(), partner.get_ref().to_string());
                let key = format!("exempt_share.{}", partner.get_ref());
                quantity(share, &key, &SHARE, Share::parse, faults).map(|share| (partner, share))
            });
            Exempt::ByPartner(shares.collect())
        }
        DeValue::String(text) if text.trim().ends_with(".csv") => {
            Exempt::Table(reader::file(node, "exempt_share", faults)?)
        }
        DeValue::String(text) if names_a_table(text) => Exempt::Table(text.trim().to_owned()),
        _ => Exempt::Uniform(quantity(node, "exempt_share", &SHARE, Share::parse, faults)?),
    };
    Some(Spanned::new(node.span(), exempt))
}

/// Whether an exempt share is a table's name rather than a quantity: quantities begin with a digit or sign.
fn names_a_table(text: &str) -> bool {
    text.trim().starts_with(|first: char| first.is_alphabetic() || first == '/')
}
