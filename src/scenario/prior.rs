//! The choices under `[uncertainty]`: what is drawn, and from which distributions.

use std::ops::Range;

use toml::Spanned;

use crate::diagnostic::{Diagnostic, listed};
use crate::monte_carlo::marginal::{Applied, Family, Marginal};
use crate::monte_carlo::prior::{
    ElasticityFamily, ElasticityPrior, ElasticitySpread, ExemptPrior, FlowPrior, MarketPriors, Uncertainty,
};
use crate::monte_carlo::sampling::Design;
use crate::scenario::choices::{Words, supported, word};
use crate::scenario::grammar::{Table, keys};
use crate::scenario::quantity::{
    ELASTICITY_LEVEL, FLOW_VARIATION, Kind, SHARE, SHARE_POINTS, SHARE_SD, VARIATION, quantity,
};
use crate::scenario::reader::{self, Faults, Keys, Node};
use crate::units::{Multiple, PercentagePoints, Share, UnitError};

/// What is said of the elasticities of several sectors together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum JointChoice {
    /// Nothing.
    #[default]
    None,
    /// A table of correlations.
    Correlations(Spanned<String>),
    /// Sets of the dataset, by name.
    Sets(Vec<Spanned<String>>),
    /// A table with a row for each draw.
    Draws(Spanned<String>),
}

const SAMPLERS: &Words<Design> = &[
    (Design::Random.word(), Some(Design::Random)),
    (Design::LatinHypercube.word(), Some(Design::LatinHypercube)),
    (Design::Sobol.word(), Some(Design::Sobol)),
];

/// The word for the standard errors of a set of elasticities.
const FROM_DATA: &str = "from-data";

pub(super) fn samplers() -> Vec<&'static str> {
    supported(SAMPLERS)
}

pub(super) fn spreads() -> Vec<&'static str> {
    vec![FROM_DATA]
}

/// Reads `[uncertainty]`.
pub(super) fn read_uncertainty(
    node: Option<&Node<'_>>,
    faults: &mut Faults<'_>,
) -> (Uncertainty, JointChoice) {
    let defaults = Uncertainty::default();
    let Some(node) = node else { return (defaults, JointChoice::None) };
    let expected = "a heading `[uncertainty]` with keys under it";
    let Some(mut keys) = reader::table(node, &keys::UNCERTAINTY, "uncertainty", expected, faults) else {
        return (defaults, JointChoice::None);
    };
    let draws = keys.take("draws").and_then(|node| read_draws(node, faults));
    let seed = keys.take("seed").and_then(|node| reader::whole(node, "seed", u64::MAX, faults));
    let sampler = keys.take("sampler").and_then(|node| word(node, "sampler", SAMPLERS, faults));
    let elasticities = keys.take("trade_elasticity").and_then(|node| {
        prior(node, &keys::TRADE_ELASTICITY, ["trade_elasticity", "lognormal"], faults, elasticity)
    });
    let exempt = keys
        .take("exempt_share")
        .and_then(|node| prior(node, &keys::EXEMPT_SHARE, ["exempt_share", "beta"], faults, exempt_share));
    let flows = keys.take("trade_flows").and_then(|node| {
        let read = |_: &str, node: &Node<'_>, faults: &mut Faults<'_>| flow_lognormal(node, faults);
        prior(node, &keys::TRADE_FLOWS, ["trade_flows", "lognormal"], faults, read)
    });
    let markets = read_market_priors(&mut keys, faults);
    keys.finish(
        "under `[uncertainty]`",
        &[("under `[model]`", &["elasticities", "deficits", "inputs"])],
        faults,
    );
    let (elasticities, joint) = elasticities.unwrap_or((defaults.elasticities, JointChoice::None));
    let uncertainty = Uncertainty {
        draws: draws.unwrap_or(defaults.draws),
        seed: seed.unwrap_or(defaults.seed),
        design: sampler.unwrap_or(defaults.design),
        elasticities,
        exempt: exempt.unwrap_or(defaults.exempt),
        flows,
        markets,
    };
    (uncertainty, joint)
}

/// Reads `demand_elasticity.lognormal = { cv = "50%" }`, and the same for supply.
fn read_market_priors(keys: &mut Keys<'_, '_>, faults: &mut Faults<'_>) -> MarketPriors {
    let mut cv = |key: &'static str| {
        let read = |_: &str, node: &Node<'_>, faults: &mut Faults<'_>| {
            let expected = "a table such as { cv = \"50%\" }";
            let mut keys = reader::table(node, &keys::MARKET_PRIOR, "lognormal", expected, faults)?;
            let cv = keys.take("cv").and_then(|node| variation(node, "cv", &VARIATION, faults));
            keys.finish("in `lognormal`", &[], faults);
            cv
        };
        prior(keys.take(key)?, &keys::MARKET_ELASTICITY, [key, "lognormal"], faults, read)
    };
    let (demand, supply) = (cv("demand_elasticity"), cv("supply_elasticity"));
    let defaults = MarketPriors::default();
    MarketPriors {
        demand_cv: demand.unwrap_or(defaults.demand_cv),
        supply_cv: supply.unwrap_or(defaults.supply_cv),
    }
}

fn read_draws(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<u32> {
    let draws = reader::whole(node, "draws", u64::from(Uncertainty::MOST_DRAWS), faults)?;
    u32::try_from(draws).ok()
}

/// Reads `parameter.family = { … }`, one of the families of the grammar.
fn prior<T>(
    node: &Node<'_>,
    grammar: &'static Table,
    [parameter, example]: [&str; 2],
    faults: &mut Faults<'_>,
    read: impl Fn(&'static str, &Node<'_>, &mut Faults<'_>) -> Option<T>,
) -> Option<T> {
    let expected = format!("a distribution, such as {parameter}.{example} = {{ … }}");
    let mut keys = reader::table(node, grammar, parameter, &expected, faults)?;
    let given: Vec<(&'static str, &Node<'_>)> =
        grammar.names().into_iter().filter_map(|family| Some((family, keys.take(family)?))).collect();
    if let [(first, _), (_, second), ..] = given.as_slice() {
        let fault = Diagnostic::error(format!("`{parameter}` has several distributions"))
            .expected("one of them")
            .help(format!("leave out this one, or `{first}`"));
        faults.push(second.span(), fault);
    }
    let value = given.first().and_then(|(family, node)| read(family, node, faults));
    keys.finish(&format!("in `{parameter}`"), &[], faults);
    value
}

/// Reads a distribution of trade elasticities.
fn elasticity(
    family: &'static str,
    node: &Node<'_>,
    faults: &mut Faults<'_>,
) -> Option<(ElasticityPrior, JointChoice)> {
    let defaults = ElasticityPrior::default();
    let whole = |family| ElasticityPrior { family, ..defaults };
    match family {
        "sets" => {
            let sets = reader::texts(node, "sets", false, faults);
            return Some((whole(ElasticityFamily::AnyRow), JointChoice::Sets(sets)));
        }
        "draws" => {
            let file = reader::file(node, "draws", faults)?;
            let draws = JointChoice::Draws(Spanned::new(node.span(), file));
            return Some((whole(ElasticityFamily::RowOfDraw), draws));
        }
        _ => {}
    }
    let (grammar, expected) = match family {
        "normal" => (&keys::NORMAL_ELASTICITY, "a table such as { sd = \"from-data\", correlation = 0.5 }"),
        "uniform" => (&keys::UNIFORM_ELASTICITY, "a table such as { low = \"50%\", high = \"200%\" }"),
        "triangular" => (&keys::TRIANGULAR_ELASTICITY, "a table such as { low = \"50%\", high = \"200%\" }"),
        "beta" => {
            (&keys::BETA_ELASTICITY, "a table such as { low = \"50%\", high = \"200%\", sd = \"30%\" }")
        }
        _ => (&keys::ELASTICITY_PRIOR, "a table such as { sd = \"from-data\", correlation = 0.5 }"),
    };
    let mut keys = reader::table(node, grammar, family, expected, faults)?;
    let mut level = |key, faults: &mut Faults<'_>| elasticity_level(keys.take(key)?, key, faults);
    let found = match family {
        "normal" | "lognormal" => None,
        _ => between(family, node.span(), &mut level, faults)
            .map(|(family, applied)| ElasticityFamily::Same(family, applied)),
    };
    let found = match family {
        "normal" => {
            keys.take("sd").map_or(Some(ElasticityFamily::NormalFromData), |node| normal(node, faults))
        }
        "lognormal" => {
            let spread = keys.take("sd").and_then(|node| read_spread(node, faults));
            Some(spread.map_or(defaults.family, ElasticityFamily::LogNormal))
        }
        _ => found,
    };
    let bounds = bounds(&mut keys, node.span(), faults);
    let (correlation, joint) = match keys.take("correlation") {
        Some(node) => read_correlation(node, faults).unwrap_or((defaults.correlation, JointChoice::None)),
        None => (defaults.correlation, JointChoice::None),
    };
    keys.finish(&format!("in `{family}`"), &[], faults);
    Some((ElasticityPrior { family: found?, correlation, bounds }, joint))
}

/// The spread of a normal distribution: from the data and in the elasticity's own unit it is added, in per cent a factor.
fn normal(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<ElasticityFamily> {
    if node.get_ref().as_str().is_some_and(|text| text.trim() == FROM_DATA) {
        return Some(ElasticityFamily::NormalFromData);
    }
    let (applied, sd) = elasticity_level(node, "sd", faults)?;
    let is_factor = applied == Applied::Times;
    let family = Family::Normal { mean: if is_factor { 1.0 } else { 0.0 }, sd };
    Some(ElasticityFamily::Same(family, if is_factor { Applied::Times } else { Applied::Added }))
}

/// A level of an elasticity: a number in its place, or a multiple of the central value in per cent.
fn elasticity_level(node: &Node<'_>, key: &str, faults: &mut Faults<'_>) -> Option<(Applied, f64)> {
    if let Some(number) = reader::number(node.get_ref()) {
        if number > 0.0 && number <= 1000.0 {
            return Some((Applied::InPlace, number));
        }
        let fault = Diagnostic::error(format!("`{key}` is out of range"));
        faults.push(node.span(), fault.expected("a number above 0 and at most 1000, such as 6.5"));
        return None;
    }
    let is_inside = |level: &Multiple| level.factor() > 0.0 && level.factor() <= 10.0;
    let parse = |written: &str| within(written, Multiple::parse, is_inside, "above 0% and at most 1000%");
    let level = quantity(node, key, &ELASTICITY_LEVEL, parse, faults)?;
    Some((Applied::Times, level.factor()))
}

/// A level of a share: in its place, or what is added to the central one.
fn share_level(node: &Node<'_>, key: &str, faults: &mut Faults<'_>) -> Option<(Applied, f64)> {
    if !node.get_ref().as_str().is_some_and(|text| text.trim_end().ends_with("pp")) {
        let share = quantity(node, key, &SHARE, Share::parse, faults)?;
        return Some((Applied::InPlace, share.fraction()));
    }
    let is_inside = |points: &PercentagePoints| points.fraction().abs() <= 1.0;
    let parse = |written: &str| within(written, PercentagePoints::parse, is_inside, "-100pp to 100pp");
    Some((Applied::Added, quantity(node, key, &SHARE_POINTS, parse, faults)?.fraction()))
}

/// A distribution between two ends: uniform, triangular or beta. All its levels are of one kind.
fn between(
    family: &str,
    span: Range<usize>,
    level: &mut impl FnMut(&'static str, &mut Faults<'_>) -> Option<(Applied, f64)>,
    faults: &mut Faults<'_>,
) -> Option<(Family, Applied)> {
    let before = faults.found.len();
    let names: &[&'static str] = match family {
        "uniform" => &["low", "high"],
        "triangular" => &["low", "high", "mode"],
        _ => &["low", "high", "mean", "sd"],
    };
    let given: Vec<Option<(Applied, f64)>> = names.iter().map(|name| level(name, faults)).collect();
    if faults.found.len() > before {
        return None;
    }
    let applied = given.iter().flatten().map(|(applied, _)| *applied).next();
    let central = match applied {
        Some(Applied::Times) => Some(1.0),
        Some(Applied::Added) => Some(0.0),
        _ => None,
    };
    let value = |at: usize| given.get(at).copied().flatten().map(|(_, value)| value);
    let missing: Vec<&str> = names
        .iter()
        .enumerate()
        .filter(|(at, name)| value(*at).is_none() && (!["mode", "mean"].contains(name) || central.is_none()))
        .map(|(_, name)| *name)
        .collect();
    let mut refuse = |message: String, expected: &str| {
        faults.push(span.clone(), Diagnostic::error(message).expected(expected));
        None
    };
    if !missing.is_empty() {
        return refuse(
            format!("the numbers of `{family}` lack {}", listed(&missing)),
            "both ends, and what lies between them",
        );
    }
    if given.iter().flatten().any(|(other, _)| Some(*other) != applied) {
        return refuse(
            format!("the numbers of `{family}` are in different units"),
            "all of them in one unit",
        );
    }
    let (low, high, applied) = (value(0)?, value(1)?, applied?);
    let middle = value(2).or(central.filter(|_| names.len() > 2)).unwrap_or(low);
    if low >= high || middle < low || middle > high {
        let expected =
            "`low` below `high`, and what lies between them (the central value if it is not said) between";
        return refuse(format!("the numbers of `{family}` are not in order"), expected);
    }
    let found = match family {
        "uniform" => Family::Uniform { low, high },
        "triangular" => Family::Triangular { low, mode: middle, high },
        _ => {
            let (width, sd) = (high - low, value(3)?);
            let mean = (middle - low) / width;
            let variance = (sd / width).powi(2);
            if variance >= mean * (1.0 - mean) {
                return refuse(
                    format!("the numbers of `{family}` leave no room for this `sd`"),
                    "less than √((mean − low)(high − mean))",
                );
            }
            Family::Beta { low, high, mean: middle, sd }
        }
    };
    Some((found, applied))
}

/// `min` and `max` of a distribution.
fn bounds(keys: &mut Keys<'_, '_>, span: Range<usize>, faults: &mut Faults<'_>) -> [f64; 2] {
    let mut read = |key: &'static str, otherwise: f64| {
        let Some(node) = keys.take(key) else { return otherwise };
        let number = reader::number(node.get_ref()).filter(|number| (0.0..=1000.0).contains(number));
        if number.is_none() {
            let fault = Diagnostic::error(format!("`{key}` is not usable"))
                .expected("a number from 0 to 1000, without quotes, such as 1.5");
            faults.push(node.span(), fault);
        }
        number.unwrap_or(otherwise)
    };
    let bounds = [read("min", f64::NEG_INFINITY), read("max", f64::INFINITY)];
    if bounds[0] >= bounds[1] {
        faults.push(span, Diagnostic::error("`min` is not below `max`").expected("two bounds in order"));
    }
    bounds
}

fn read_spread(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<ElasticitySpread> {
    if node.get_ref().as_str().is_some_and(|text| text.trim() == FROM_DATA) {
        return Some(ElasticitySpread::FromData);
    }
    variation(node, "sd", &VARIATION, faults).map(ElasticitySpread::CoefficientOfVariation)
}

/// A coefficient of variation, as a fraction.
fn variation(node: &Node<'_>, key: &str, kind: &Kind, faults: &mut Faults<'_>) -> Option<f64> {
    let parse = |written: &str| {
        within(written, Multiple::parse, |variation| variation.factor() <= 10.0, "0% to 1000%")
    };
    quantity(node, key, kind, parse, faults).map(Multiple::factor)
}

/// A quantity in a range narrower than that of its unit; only the narrower one is told.
fn within<T>(
    written: &str,
    parse: impl Fn(&str) -> Result<T, UnitError>,
    is_inside: impl Fn(&T) -> bool,
    range: &'static str,
) -> Result<T, UnitError> {
    match parse(written) {
        Ok(value) if is_inside(&value) => Ok(value),
        Ok(_) | Err(UnitError::OutOfRange { .. }) => {
            Err(UnitError::OutOfRange { written: written.to_owned(), range })
        }
        Err(error) => Err(error),
    }
}

fn flow_lognormal(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<FlowPrior> {
    let expected = "a table such as { cv_pair = \"10%\", cv_cell = \"25%\" }";
    let mut keys = reader::table(node, &keys::FLOW_PRIOR, "lognormal", expected, faults)?;
    let mut read = |key| {
        let node = keys.take(key)?;
        variation(node, key, &FLOW_VARIATION, faults)
    };
    let (pair, cell) = (read("cv_pair"), read("cv_cell"));
    keys.finish("in `lognormal`", &[], faults);
    let defaults = FlowPrior::default();
    Some(FlowPrior { cv_pair: pair.unwrap_or(defaults.cv_pair), cv_cell: cell.unwrap_or(defaults.cv_cell) })
}

/// One coefficient, or a table of them.
fn read_correlation(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<(f64, JointChoice)> {
    if node.get_ref().as_str().is_some_and(|text| text.trim_end().ends_with(".csv")) {
        let file = Spanned::new(node.span(), reader::file(node, "correlation", faults)?);
        return Some((0.0, JointChoice::Correlations(file)));
    }
    let correlation = reader::number(node.get_ref()).filter(|value| (0.0..=1.0).contains(value));
    if correlation.is_none() {
        let fault = Diagnostic::error("`correlation` is out of range")
            .expected("a number from 0 to 1, without quotes, such as 0.5, or a table that ends in `.csv`");
        faults.push(node.span(), fault);
    }
    correlation.map(|correlation| (correlation, JointChoice::None))
}

/// Reads a distribution of exempt shares.
fn exempt_share(family: &'static str, node: &Node<'_>, faults: &mut Faults<'_>) -> Option<ExemptPrior> {
    let (grammar, expected) = match family {
        "uniform" => (&keys::UNIFORM_SHARE, "a table such as { low = \"-10pp\", high = \"10pp\" }"),
        "triangular" => (&keys::TRIANGULAR_SHARE, "a table such as { low = \"-10pp\", high = \"10pp\" }"),
        _ => (&keys::EXEMPT_PRIOR, "a table such as { sd = \"10pp\" }"),
    };
    let mut keys = reader::table(node, grammar, family, expected, faults)?;
    let same = |family, applied| ExemptPrior::Same(Marginal { family, applied, bounds: [0.0, 1.0] });
    let found = if ["normal", "beta"].contains(&family) {
        let is_inside = |sd: &PercentagePoints| (0.0..=0.5).contains(&sd.fraction());
        let parse = |written: &str| within(written, PercentagePoints::parse, is_inside, "0pp to 50pp");
        let sd = keys.take("sd").and_then(|node| quantity(node, "sd", &SHARE_SD, parse, faults));
        let ExemptPrior::Beta { sd } =
            sd.map_or_else(ExemptPrior::default, |sd| ExemptPrior::Beta { sd: sd.fraction() })
        else {
            return None;
        };
        match family {
            "normal" if sd > 0.0 => Some(same(Family::Normal { mean: 0.0, sd }, Applied::Added)),
            _ => Some(ExemptPrior::Beta { sd }),
        }
    } else {
        let mut level = |key, faults: &mut Faults<'_>| share_level(keys.take(key)?, key, faults);
        between(family, node.span(), &mut level, faults).map(|(family, applied)| same(family, applied))
    };
    keys.finish(&format!("in `{family}`"), &[], faults);
    found
}
