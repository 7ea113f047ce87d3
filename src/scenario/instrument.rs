//! Instruments beside ad valorem tariffs, as written: quotas, tariff-rate quotas and specific duties.

use toml::de::DeValue;

use crate::diagnostic::Diagnostic;
use crate::scenario::grammar::keys;
use crate::scenario::quantity::{LEVEL, SHARE, VOLUME, quantity};
use crate::scenario::reader::{self, Faults, Keys, Node};
use crate::units::{AdValorem, Multiple, Share};

/// A quota or, with rates of its own, a tariff-rate quota.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// The volume of each flow, in baseline volumes.
    pub volume: Multiple,
    /// The rates within and beyond a tariff-rate quota; beyond a quota nothing is let in.
    pub rates: Option<[AdValorem; 2]>,
    /// The importer's part of the rent.
    pub importer_rent: Share,
}

/// So much money for each unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpecificDuty {
    /// The duty for a unit.
    pub per_unit: f64,
    /// What a unit costs at the border at baseline, in the same money.
    pub unit_value: f64,
}

impl SpecificDuty {
    /// What it is in per cent of the baseline price.
    pub fn equivalent(self) -> AdValorem {
        AdValorem::new(self.per_unit / self.unit_value).expect("checked when it was read")
    }
}

/// Reads `quota = { volume = "80%", rent = "exporter" }`.
pub(super) fn read_quota(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<Limit> {
    const TABLE: &str = "a table such as { volume = \"80%\", rent = \"exporter\" }";
    let mut keys = reader::table(node, &keys::QUOTA, "quota", TABLE, faults)?;
    let volume = read_volume(&mut keys, "quota", "quota.volume", faults);
    let rent = read_rent(&mut keys, "quota", "quota.rent", faults);
    keys.finish("in `quota`", &[("inside `trq = { … }`", &["in_quota", "out_of_quota"])], faults);
    Some(Limit { volume: volume?, rates: None, importer_rent: rent? })
}

/// Reads `trq = { in_quota = "0%", out_of_quota = "25%", volume = "100%", rent = "importer" }`.
pub(super) fn read_trq(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<Limit> {
    const TABLE: &str = "a table such as { in_quota = \"0%\", out_of_quota = \"25%\", volume = \"100%\", rent = \"importer\" }";
    let mut keys = reader::table(node, &keys::TRQ, "trq", TABLE, faults)?;
    let mut rate = |keys: &mut Keys<'_, '_>, key: &'static str, full: &str, meaning: &str| {
        let node = part(keys, "trq", key, meaning, faults)?;
        quantity(node, full, &LEVEL, AdValorem::parse, faults)
    };
    let within = rate(&mut keys, "in_quota", "trq.in_quota", "the rate within the quota, such as `\"0%\"`");
    let beyond =
        rate(&mut keys, "out_of_quota", "trq.out_of_quota", "the rate beyond the quota, such as `\"25%\"`");
    let volume = read_volume(&mut keys, "trq", "trq.volume", faults);
    let rent = read_rent(&mut keys, "trq", "trq.rent", faults);
    let place = keys.key_span("out_of_quota");
    keys.finish("in `trq`", &[], faults);
    let (within, beyond) = (within?, beyond?);
    if beyond < within {
        let fault =
            Diagnostic::error(format!("`trq`: {beyond} beyond the quota is less than {within} within"))
                .expected("`out_of_quota` at least `in_quota`");
        faults.push(place, fault);
        return None;
    }
    Some(Limit { volume: volume?, rates: Some([within, beyond]), importer_rent: rent? })
}

/// A part without which an instrument has no meaning.
fn part<'a, 'i>(
    keys: &mut Keys<'a, 'i>,
    of: &str,
    key: &'static str,
    meaning: &str,
    faults: &mut Faults<'_>,
) -> Option<&'a Node<'i>> {
    let found = keys.take(key);
    if found.is_none() {
        let fault = Diagnostic::error(format!("`{of}` has no `{key}`"))
            .expected(format!("`{key}` in `{of}`"))
            .help(format!("`{key}` says {meaning}"));
        faults.push(keys.span.clone(), fault);
    }
    found
}

fn read_volume(keys: &mut Keys<'_, '_>, of: &str, full: &str, faults: &mut Faults<'_>) -> Option<Multiple> {
    let meaning = "how much each flow may be, in per cent of its baseline volume, such as `\"80%\"`";
    let node = part(keys, of, "volume", meaning, faults)?;
    let volume = quantity(node, full, &VOLUME, Multiple::parse, faults)?;
    if volume.factor() > 0.0 {
        return Some(volume);
    }
    let fault = Diagnostic::error(format!("`{full}`: a quota of nothing ends trade"))
        .expected("a volume above 0%")
        .help("`embargo = true` ends trade");
    faults.push(node.span(), fault);
    None
}

/// Who may have the rent, with the importer's part of it.
const HOLDERS: [(&str, Share); 2] = [("importer", Share::ALL), ("exporter", Share::NONE)];

/// Their words.
pub(super) fn holders() -> Vec<&'static str> {
    HOLDERS.iter().map(|(word, _)| *word).collect()
}

/// Reads who has the rent: the importer, the exporter, or so much of it the importer.
fn read_rent(keys: &mut Keys<'_, '_>, of: &str, full: &str, faults: &mut Faults<'_>) -> Option<Share> {
    const EXPECTED: &str = "\"importer\", \"exporter\", or a part such as { importer = \"50%\" }";
    let meaning = "who gains what the limited goods fetch beyond their price: \"importer\" where licences are \
                   auctioned or given to importers, \"exporter\" where exporters share out the quota";
    let node = part(keys, of, "rent", meaning, faults)?;
    match node.get_ref() {
        DeValue::Table(_) => {
            let mut keys = reader::table(node, &keys::RENT, full, EXPECTED, faults)?;
            let meaning = "its part of the rent, such as `\"50%\"`; the exporter has the rest";
            let share = part(&mut keys, "rent", "importer", meaning, faults)
                .and_then(|node| quantity(node, "rent.importer", &SHARE, Share::parse, faults));
            keys.finish("in `rent`", &[], faults);
            share
        }
        DeValue::String(word) => {
            if let Some((_, share)) = HOLDERS.iter().find(|(holder, _)| *holder == word.trim()) {
                return Some(*share);
            }
            faults.push(
                node.span(),
                Diagnostic::error(format!("`{full}`: `{word}` is nobody who could have the rent"))
                    .expected(EXPECTED),
            );
            None
        }
        _ => {
            faults.wrong_kind(node, full, EXPECTED);
            None
        }
    }
}

/// Reads `specific = { per_unit = 100, unit_value = 2000 }`.
pub(super) fn read_specific(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<SpecificDuty> {
    const TABLE: &str = "a table such as { per_unit = 100, unit_value = 2000 }";
    let mut keys = reader::table(node, &keys::SPECIFIC, "specific", TABLE, faults)?;
    let per_unit = read_money(&mut keys, "per_unit", "the duty for a unit, such as 100", faults);
    let meaning = "what a unit costs before duty at baseline, in the same money, such as 2000";
    let unit_value = read_money(&mut keys, "unit_value", meaning, faults);
    let place = keys.key_span("per_unit");
    keys.finish("in `specific`", &[], faults);
    let duty = SpecificDuty { per_unit: per_unit?, unit_value: unit_value? };
    if duty.per_unit / duty.unit_value <= AdValorem::LIMIT {
        return Some(duty);
    }
    let fault = Diagnostic::error("`specific`: the duty is more than 100000% of the price")
        .expected("both amounts for the same unit and in the same money");
    faults.push(place, fault);
    None
}

fn read_money(
    keys: &mut Keys<'_, '_>,
    key: &'static str,
    meaning: &str,
    faults: &mut Faults<'_>,
) -> Option<f64> {
    let node = part(keys, "specific", key, meaning, faults)?;
    let Some(amount) = reader::number(node.get_ref()) else {
        faults.wrong_kind(node, &format!("specific.{key}"), "a number, the money for one unit");
        return None;
    };
    if amount > 0.0 && amount.is_finite() {
        return Some(amount);
    }
    faults.push(
        node.span(),
        Diagnostic::error(format!("`specific.{key}`: `{amount}` is out of range"))
            .expected("an amount above 0"),
    );
    None
}
