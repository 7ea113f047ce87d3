//! The choices under `[model]`.

use toml::Spanned;
use toml::de::DeValue;

use crate::diagnostic::{Diagnostic, listed, nearest, one_of};
use crate::economy::closure::{Deficits, Labour, Mobility};
use crate::economy::horizon::Horizon;
use crate::economy::policy::ExemptMode;
use crate::economy::structure::{FirmTail, ScaleStrength, Structure};
use crate::scenario::grammar::keys;
use crate::scenario::markets::{self, MarketChoices};
use crate::scenario::reader::{self, Faults, Node};
use crate::units::Elasticity;

/// What a scenario says under `[model]`.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelChoices {
    /// How markets are solved, one at a time; `None` is general equilibrium.
    pub markets: Option<MarketChoices>,
    /// How deficits behave.
    pub deficits: Deficits,
    /// Why countries trade; `None` is goods that differ by origin.
    pub structure: Option<Spanned<Structure>>,
    /// How labour moves between sectors; left out, the horizon decides.
    pub labour: Option<Labour>,
    /// Whether sectors use inputs; `None` is whatever the dataset has.
    pub inputs: Option<Spanned<bool>>,
    /// Which trade elasticities.
    pub elasticities: ElasticityChoice,
    /// What to do with exempt parts of a flow.
    pub exempt_mode: ExemptMode,
    /// How long trade has had to adjust.
    pub horizon: HorizonChoice,
}

/// How long trade has had to adjust.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HorizonChoice {
    /// The same time on every day.
    At(Horizon),
    /// The time since the measures in force began.
    Elapsed,
}

/// Which trade elasticities a scenario uses.
#[derive(Clone, Debug, PartialEq)]
pub enum ElasticityChoice {
    /// The dataset's default set.
    Default,
    /// A set of the dataset, by name.
    Set(Spanned<String>),
    /// The dataset's default set with own values for some sectors.
    Overrides(Vec<(Spanned<String>, Elasticity)>),
}

impl Default for ModelChoices {
    fn default() -> Self {
        Self {
            markets: None,
            deficits: Deficits::Fixed,
            structure: None,
            labour: None,
            inputs: None,
            elasticities: ElasticityChoice::Default,
            exempt_mode: ExemptMode::Variety,
            horizon: HorizonChoice::At(Horizon::Long),
        }
    }
}

/// A word with its meaning; `None` is part of the language but not supported yet.
pub(super) type Words<T> = [(&'static str, Option<T>)];

/// Which model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ModelKind {
    General,
    Partial,
}

const KINDS: &Words<ModelKind> = &[
    ("general-equilibrium", Some(ModelKind::General)),
    ("partial-equilibrium", Some(ModelKind::Partial)),
    ("one-sector", None),
];
const LABOUR: &Words<Labour> =
    &[("mobile", Some(Labour::Mobile)), ("sector-specific", Some(Labour::SectorSpecific))];
const STRUCTURES: &Words<Structure> = &[
    ("armington", Some(Structure::Armington)),
    ("eaton-kortum", Some(Structure::EatonKortum)),
    ("krugman", Some(Structure::Krugman)),
    ("melitz", Some(Structure::Melitz(FirmTail::USUAL))),
];
const DEFICITS: &Words<Deficits> = &[
    ("fixed", Some(Deficits::Fixed)),
    ("balanced", Some(Deficits::Balanced)),
    ("proportional", Some(Deficits::Proportional)),
];
const EXEMPT_MODES: &Words<ExemptMode> =
    &[("variety", Some(ExemptMode::Variety)), ("average", Some(ExemptMode::Average))];

/// The words that are supported.
pub(super) fn supported<T>(words: &Words<T>) -> Vec<&'static str> {
    words.iter().filter(|(_, meaning)| meaning.is_some()).map(|(word, _)| *word).collect()
}

pub(super) fn kinds() -> Vec<&'static str> {
    supported(KINDS)
}

pub(super) fn labour() -> Vec<&'static str> {
    supported(LABOUR)
}

pub(super) fn structures() -> Vec<&'static str> {
    supported(STRUCTURES)
}

pub(super) fn deficits() -> Vec<&'static str> {
    supported(DEFICITS)
}

pub(super) fn exempt_modes() -> Vec<&'static str> {
    supported(EXEMPT_MODES)
}

/// The word of an exempt mode.
pub(super) fn exempt_mode_word(mode: ExemptMode) -> &'static str {
    EXEMPT_MODES.iter().find(|(_, meaning)| *meaning == Some(mode)).map_or("variety", |(word, _)| word)
}

/// Reads `[model]`.
pub(super) fn read_model(node: Option<&Node<'_>>, faults: &mut Faults<'_>) -> ModelChoices {
    let defaults = ModelChoices::default();
    let Some(node) = node else { return defaults };
    let Some(mut keys) =
        reader::table(node, &keys::MODEL, "model", "a heading `[model]` with keys under it", faults)
    else {
        return defaults;
    };
    let kind = keys.take("kind").and_then(|node| word(node, "kind", KINDS, faults));
    let choices = ModelChoices {
        markets: markets::read(&mut keys, kind == Some(ModelKind::Partial), faults),
        deficits: keys
            .take("deficits")
            .and_then(|node| word(node, "deficits", DEFICITS, faults))
            .unwrap_or(defaults.deficits),
        structure: keys.take("structure").and_then(|node| {
            read_structure(node, faults).map(|structure| Spanned::new(node.span(), structure))
        }),
        labour: keys.take("labour").and_then(|node| read_labour(node, faults)),
        inputs: keys.take("inputs").and_then(|node| {
            reader::flag(node, "inputs", faults).map(|value| Spanned::new(node.span(), value))
        }),
        elasticities: keys
            .take("elasticities")
            .and_then(|node| read_elasticities(node, faults))
            .unwrap_or(defaults.elasticities),
        exempt_mode: keys
            .take("exempt_mode")
            .and_then(|node| word(node, "exempt_mode", EXEMPT_MODES, faults))
            .unwrap_or(defaults.exempt_mode),
        horizon: keys.take("horizon").and_then(|node| read_horizon(node, faults)).unwrap_or(defaults.horizon),
    };
    choices.refuse_early_entry(faults);
    keys.finish("under `[model]`", &[("under `[uncertainty]`", &["draws", "seed"])], faults);
    choices
}

impl ModelChoices {
    /// Why countries trade.
    pub fn structure(&self) -> Structure {
        self.structure.as_ref().map_or(Structure::Armington, |structure| *structure.get_ref())
    }

    /// Firms enter and leave in the long run only, which is what scale elasticities are for.
    fn refuse_early_entry(&self, faults: &mut Faults<'_>) {
        let is_long = |horizon: Horizon| horizon.ratio() >= 1.0;
        let is_early = !matches!(self.horizon, HorizonChoice::At(horizon) if is_long(horizon));
        if let Some(structure) =
            self.structure.as_ref().filter(|_| is_early && self.structure().scale() > 0.0)
        {
            let fault = Diagnostic::error("firms enter and leave in the long run only")
                .expected("`horizon = \"long\"`, or a `structure` without economies of scale")
                .help("\"armington\" and \"eaton-kortum\" have an equilibrium at every horizon");
            faults.push(structure.span(), fault);
        }
    }

    /// How labour moves when trade has had some time to adjust: in the first year nobody changes sector, unless the
    /// scenario says otherwise.
    pub fn labour_after(&self, horizon: Horizon) -> Labour {
        self.labour.unwrap_or(match horizon {
            Horizon::Years(years) if years <= 1.0 => Labour::SectorSpecific,
            Horizon::Years(_) | Horizon::Long => Labour::Mobile,
        })
    }
}

/// Reads `labour`: `"mobile"`, `"sector-specific"` or `{ mobility = 1.5 }`.
fn read_labour(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<Labour> {
    let DeValue::Table(_) = node.get_ref() else { return word(node, "labour", LABOUR, faults) };
    let mut keys =
        reader::table(node, &keys::LABOUR, "labour", "a table such as { mobility = 1.5 }", faults)?;
    let mobility = keys.take("mobility");
    if mobility.is_none() {
        let fault = Diagnostic::error("`labour` does not say how mobile it is")
            .expected("\"mobile\", \"sector-specific\" or { mobility = 1.5 }");
        faults.push(node.span(), fault);
    }
    let found = mobility.and_then(|node| {
        let mobility = reader::number(node.get_ref()).and_then(Mobility::new);
        if mobility.is_none() {
            let fault = Diagnostic::error("this mobility of labour is not usable")
                .expected("a number above 1 and at most 1000000, without quotes, such as 1.5")
                .help("at 1 nobody changes sector (`\"sector-specific\"`), and the larger it is the nearer to `\"mobile\"`");
            faults.push(node.span(), fault);
        }
        mobility
    });
    keys.finish("under `labour`", &[], faults);
    found.map(Labour::Between)
}

/// Reads `structure`: a word, `{ scale = 0.5 }` or `{ firm_tail = 1.4 }`.
fn read_structure(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<Structure> {
    let DeValue::Table(_) = node.get_ref() else { return word(node, "structure", STRUCTURES, faults) };
    let mut keys =
        reader::table(node, &keys::STRUCTURE, "structure", "a table such as { scale = 0.5 }", faults)?;
    let (scale, tail) = (keys.take("scale"), keys.take("firm_tail"));
    keys.finish("under `structure`", &[], faults);
    let mut fault = |node: &Node<'_>, what: &str, expected: &str, help: &str| {
        faults.push(node.span(), Diagnostic::error(what).expected(expected).help(help));
    };
    match (scale, tail) {
        (Some(node), None) => {
            let strength = reader::number(node.get_ref()).and_then(ScaleStrength::new);
            if strength.is_none() {
                fault(
                    node,
                    "this strength of economies of scale is not usable",
                    "a number from 0 to 1, without quotes, such as 0.5",
                    "it is the product of the scale and the trade elasticity: 0 is `\"armington\"`, 1 `\"krugman\"`, and above 1 nothing is sure to be an equilibrium",
                );
            }
            strength.map(Structure::Scale)
        }
        (None, Some(node)) => {
            let tail = reader::number(node.get_ref()).and_then(FirmTail::new);
            if tail.is_none() {
                fault(
                    node,
                    "this tail of the sizes of firms is not usable",
                    "a number above 1 and at most 10, without quotes, such as 1.4",
                    "it is θ/(σ − 1); at 1 firms that choose their markets trade as those of `\"krugman\"` do",
                );
            }
            tail.map(Structure::Melitz)
        }
        _ => {
            fault(
                node,
                "`structure` does not say which one",
                "a word such as \"krugman\", { scale = 0.5 } or { firm_tail = 1.4 }",
                "`scale` is how strong economies of scale are, `firm_tail` makes firms choose their markets",
            );
            None
        }
    }
}

/// The longest horizon that may be written, in years.
const LONGEST: f64 = 100.0;

/// Reads `horizon`: `"1y"`, `"6m"`, `"90d"`, `"long"` or `"elapsed"`.
fn read_horizon(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<HorizonChoice> {
    let written = reader::text(node, "horizon", faults)?;
    let text = written.get_ref().as_str();
    match text {
        "long" => return Some(HorizonChoice::At(Horizon::Long)),
        "elapsed" => return Some(HorizonChoice::Elapsed),
        _ => {}
    }
    let units = [("y", 1.0), ("m", 1.0 / 12.0), ("d", 1.0 / 365.25)];
    let years = units.iter().find_map(|(unit, years)| {
        let number = text.strip_suffix(unit)?;
        let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        number.parse::<f64>().ok().filter(|_| plain).map(|number| number * years)
    });
    if let Some(years) = years.filter(|years| *years <= LONGEST) {
        return Some(HorizonChoice::At(Horizon::Years(years)));
    }
    let fault = Diagnostic::error(format!("`horizon` has no choice `{text}`"))
        .expected("a time such as \"1y\", \"18m\" or \"90d\", at most 100 years, or \"long\" or \"elapsed\"")
        .help("\"elapsed\" is the time since the measures in force began");
    faults.push(node.span(), fault);
    None
}

/// Reads one of some words.
pub(super) fn word<T: Copy>(
    node: &Node<'_>,
    key: &str,
    words: &Words<T>,
    faults: &mut Faults<'_>,
) -> Option<T> {
    let written = reader::text(node, key, faults)?;
    let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
    match words.iter().find(|(name, _)| name == written.get_ref()) {
        Some((_, Some(meaning))) => return Some(*meaning),
        Some((name, None)) => {
            let help = format!("the program has {}", listed(&supported(words)));
            faults.unsupported(node.span(), &format!("{key} = \"{name}\""), &help);
        }
        None => {
            let near = nearest(written.get_ref(), names.iter().copied());
            let fault = Diagnostic::error(format!("`{key}` has no choice `{}`", written.get_ref()))
                .expected(one_of(&names))
                .help(near.map_or_else(String::new, |near| format!("did you mean `\"{near}\"`?")));
            faults.push(node.span(), fault);
        }
    }
    None
}

fn read_elasticities(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<ElasticityChoice> {
    let DeValue::Table(table) = node.get_ref() else {
        if matches!(node.get_ref(), DeValue::String(_)) {
            return reader::text(node, "elasticities", faults).map(ElasticityChoice::Set);
        }
        faults.wrong_kind(node, "elasticities", "the name of a set, or a table such as { AUT = 6.5 }");
        return None;
    };
    let overrides = table.iter().filter_map(|(sector, value)| {
        let theta = reader::number(value.get_ref()).and_then(Elasticity::new).filter(|e| e.theta() <= 1000.0);
        if theta.is_none() {
            let fault =
                Diagnostic::error(format!("the trade elasticity of `{}` is not usable", sector.get_ref()))
                    .expected("a number above 0 and at most 1000, without quotes, such as 6.5");
            faults.push(value.span(), fault);
        }
        theta.map(|theta| (Spanned::new(sector.span(), sector.get_ref().to_string()), theta))
    });
    Some(ElasticityChoice::Overrides(overrides.collect()))
}
