//! The sentences that must stand beside a result wherever they apply, decided by its numbers.

use std::fmt;

use crate::economy::aggregation::Aggregation;
use crate::economy::closure::{Deficits, Labour};
use crate::economy::horizon::Horizon;
use crate::economy::markets::Form;
use crate::economy::structure::Structure;
use crate::index::CountryId;
use crate::model::variable::CountryVariable;
use crate::monte_carlo::draw::certain_sectors;
use crate::monte_carlo::estimate::Estimate;
use crate::monte_carlo::prior::{ElasticityFamily, ElasticitySpread, FlowPrior};
use crate::monte_carlo::sampling::Design;
use crate::report::focus;
use crate::report::number::{self, Figures, Place};
use crate::report::study::{FailedDraw, Markets, Study};
use crate::table::grouped;

/// What every range is, in the words to be used for it.
pub const RANGE: &str = "model range (parameter uncertainty)";

/// What every result is.
pub const ESTIMATE: &str = "Model estimates under these assumptions, not a forecast";

/// A gain below this many per cent of income is small: within what another model or closure may turn round.
const SMALL_GAIN: f64 = 1.0;

/// A range is narrow when it is less than this share of the effect.
const NARROW: f64 = 0.5;

/// Effects below this many per cent are not worth a line about their range.
const VISIBLE: f64 = 0.01;

/// What a sentence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A small gain of a country that raises tariffs.
    Gain,
    /// Trade deficits.
    TradeBalance,
    /// Consumer prices.
    Prices,
    /// A narrow range.
    Range,
    /// A central case outside its range.
    Outside,
    /// Noise on trade flows.
    Flows,
    /// The average tariff before the policy.
    BaselineRate,
    /// What partial equilibrium leaves out.
    Markets,
}

/// One sentence: what it is about, and what must be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// The topic.
    pub topic: Topic,
    /// Which number it stands beside.
    pub about: String,
    /// What must be said about it.
    pub says: String,
}

impl fmt::Display for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.says)
    }
}

fn disclosure(topic: Topic, about: impl Into<String>, says: &str) -> Disclosure {
    Disclosure { topic, about: about.into(), says: says.into() }
}

/// The sentences that apply when some countries are shown with welfare, prices, exports and imports.
pub fn lines(study: &Study<'_>, shown: &[CountryId]) -> Vec<Disclosure> {
    let gains = shown.iter().filter_map(|&country| small_gain(study, country));
    gains
        .chain(trade_balance(study))
        .chain(price_index(study))
        .chain(one_market(study))
        .chain(narrow_range(study, shown))
        .chain(outside(study, shown, &TOLD))
        .chain(noise_on_flows(study))
        .chain(us_baseline_rate(study, shown))
        .collect()
}

fn central(study: &Study<'_>, country: CountryId, variable: CountryVariable) -> Option<f64> {
    study.estimates.country(country, variable).central.filter(|value| value.is_finite())
}

/// A country that raises tariffs and gains a little.
fn small_gain(study: &Study<'_>, country: CountryId) -> Option<Disclosure> {
    let gain = central(study, country, CountryVariable::Welfare)?;
    let from_prices = central(study, country, CountryVariable::TermsOfTradeFirstOrder)? > 0.0;
    if !(from_prices && focus::raises(study, country, None) && (0.0..SMALL_GAIN).contains(&gain))
        || gain == 0.0
    {
        return None;
    }
    let says = match retaliation(study, country) {
        true => "terms-of-trade gain; partners retaliate only as the scenario says; sign uncertain",
        false => "terms-of-trade gain; partners do not retaliate here; sign uncertain",
    };
    let name = study.dataset.countries.name(country);
    let size = number::signed(gain, Place::of(gain));
    Some(disclosure(Topic::Gain, format!("welfare, {name} ({size} %)"), says))
}

/// Whether anyone whose goods a country taxes more taxes that country's goods more.
fn retaliation(study: &Study<'_>, country: CountryId) -> bool {
    let mut partners = study.dataset.countries.ids::<CountryId>();
    partners.any(|partner| {
        focus::raises(study, country, Some(partner)) && focus::raises(study, partner, Some(country))
    })
}

fn trade_balance(study: &Study<'_>) -> Option<Disclosure> {
    let held = matches!(study.closure.deficits, Deficits::Fixed | Deficits::Balanced);
    (held && study.markets.is_none()).then(|| {
        disclosure(Topic::TradeBalance, "effect on trade deficits", "trade balance held fixed by assumption")
    })
}

fn price_index(study: &Study<'_>) -> Option<Disclosure> {
    let has_index = study.markets.is_none();
    has_index.then(|| disclosure(Topic::Prices, "consumer prices", "relative to world wages; not inflation"))
}

/// What partial equilibrium leaves out.
fn one_market(study: &Study<'_>) -> Option<Disclosure> {
    let Markets { form, .. } = study.markets?;
    let says = match form {
        Form::Exact => {
            "each market is solved for itself: wages, incomes, other markets and exchange rates stay as they are, and \
             users of the goods appear as their buyers"
        }
        Form::Linear => {
            "each market is solved for itself and linearised (Francois and Hall 2003): good for small changes only"
        }
    };
    Some(disclosure(Topic::Markets, "partial equilibrium", says))
}

/// The largest welfare effect whose range is narrow.
fn narrow_range(study: &Study<'_>, shown: &[CountryId]) -> Option<Disclosure> {
    let is_narrow = |estimate: &Estimate| match (estimate.central, estimate.spread) {
        (Some(central), Some(spread)) => {
            let [low, high] = number::range(&spread);
            central.abs() >= VISIBLE && high - low < NARROW * central.abs()
        }
        _ => false,
    };
    let size = |estimate: &Estimate| estimate.central.map_or(0.0, f64::abs);
    let (country, estimate) = shown
        .iter()
        .map(|&country| (country, study.estimates.country(country, CountryVariable::Welfare)))
        .filter(|(_, estimate)| is_narrow(estimate))
        .max_by(|(_, a), (_, b)| size(a).total_cmp(&size(b)))?;
    let name = study.dataset.countries.name(country);
    let range = number::shown(estimate, 1.0)?.range?;
    Some(disclosure(
        Topic::Range,
        format!("narrow range of welfare in {name} ({range} %)"),
        "excludes uncertainty about the model, closure and exemptions unless drawn",
    ))
}

/// The variables of countries that are told wherever countries are.
const TOLD: [CountryVariable; 6] = [
    CountryVariable::Welfare,
    CountryVariable::RealWage,
    CountryVariable::ConsumerPrices,
    CountryVariable::Exports,
    CountryVariable::Imports,
    CountryVariable::TariffRevenue,
];

/// How many numbers are named before the others are counted.
const MOST_NAMED: usize = 3;

/// Some variables whose central case lies outside their range.
pub fn outside(study: &Study<'_>, shown: &[CountryId], variables: &[CountryVariable]) -> Option<Disclosure> {
    let numbers =
        variables.iter().flat_map(|&variable| shown.iter().map(move |&country| (variable, country)));
    let is_outside = |&(variable, country): &(CountryVariable, CountryId)| {
        Figures::from(study.estimates.country(country, variable)).is_outside()
    };
    let found: Vec<_> = numbers.filter(is_outside).collect();
    let name = |&(variable, country): &(CountryVariable, CountryId)| {
        format!("{}, {}", variable.name().replace('_', " "), study.dataset.countries.name(country))
    };
    let mut names: Vec<String> = found.iter().take(MOST_NAMED).map(name).collect();
    if found.len() > MOST_NAMED {
        names.push(format!("and {} more", found.len() - MOST_NAMED));
    }
    (!found.is_empty()).then(|| {
        disclosure(
            Topic::Outside,
            format!("central case outside its 5–95 % range ({})", names.join("; ")),
            "the range is that of the draws; where they are few, skewed or very noisy, neither their median nor their \
             mean need be the central case",
        )
    })
}

/// Noise on trade flows, which is off unless a scenario asks for it.
fn noise_on_flows(study: &Study<'_>) -> Option<Disclosure> {
    let FlowPrior { cv_pair, cv_cell } = study.uncertainty.flows.filter(|_| study.uncertainty.draws > 0)?;
    Some(disclosure(
        Topic::Flows,
        format!(
            "noise on trade flows (coefficient of variation {} for each pair of countries, {} for each flow)",
            number::rate(cv_pair),
            number::rate(cv_cell)
        ),
        "who buys from whom differs in every draw, which has a baseline of its own; the central case takes flows as \
         they are in the data",
    ))
}

/// The dataset whose US baseline rate differs from the one collected at customs, and that rate in per cent.
const EMBEDDED: &str = "world-2024";
const US_RATE_AT_CUSTOMS: &str = "2.4 %";

fn us_baseline_rate(study: &Study<'_>, shown: &[CountryId]) -> Option<Disclosure> {
    let usa = study.dataset.countries.find::<CountryId>("USA").filter(|usa| shown.contains(usa))?;
    let rate = central(study, usa, CountryVariable::EffectiveRateBaseline)?;
    (study.dataset.name == EMBEDDED).then(|| {
        let rate = number::plain(rate, Place::of(rate));
        disclosure(
            Topic::BaselineRate,
            format!("US baseline rate of {rate} % against {US_RATE_AT_CUSTOMS} at customs"),
            "national-accounts weights; compare changes",
        )
    })
}

/// The most draws without a solution that are named.
const MOST_FAILED: usize = 3;

/// The first draws without a solution, and how many more there are.
fn first_failed(failed: &[FailedDraw]) -> String {
    let named = failed.iter().take(MOST_FAILED).map(FailedDraw::to_string);
    let more = failed.len().saturating_sub(MOST_FAILED);
    let more = (more > 0).then(|| format!("{more} more in run.json"));
    named.chain(more).collect::<Vec<_>>().join("; ")
}

/// What happened on the way that a reader should know: failed draws, floors, missing elasticities.
pub fn remarks(study: &Study<'_>) -> Vec<String> {
    let solution = study.solution;
    let elasticities = study.elasticities;
    let aggregated = study.aggregation.map(|aggregation| aggregated(study, aggregation));
    let draws = grouped(study.uncertainty.draws);
    let mut remarks: Vec<String> = aggregated.into_iter().collect();
    let mut remark = |applies: bool, text: String| {
        if applies {
            remarks.push(text);
        }
    };
    remark(
        !study.outcomes.is_empty(),
        "numbers that name no outcome are over all of them, weighted by the probabilities that the scenario states; \
         their ranges cover which outcome comes, those of one outcome do not"
            .to_owned(),
    );
    remark(
        study.uncertainty.draws > 0 && !solution.failed.is_empty(),
        format!(
            "{} of {draws} draws did not solve and are left out ({})",
            solution.failed.len(),
            first_failed(&solution.failed)
        ),
    );
    remark(
        solution.floored > 0,
        format!("{} drawn elasticities were raised to the floor", grouped(solution.floored)),
    );
    remark(
        elasticities.unlisted > 0,
        match elasticities.unlisted {
            1 => "1 sector has no elasticity in the set and uses the default".to_owned(),
            many => format!("{many} sectors have no elasticity in the set and use the default"),
        },
    );
    remark(
        elasticities.raised > 0,
        match elasticities.raised {
            1 => "1 central elasticity was raised to the floor".to_owned(),
            many => format!("{many} central elasticities were raised to the floor"),
        },
    );
    remark(elasticities.horizon != Horizon::Long, horizon_in_words(elasticities.horizon));
    remark(
        study.markets.is_none() && study.closure.labour != Labour::Mobile,
        labour_in_words(study.closure.labour).to_owned(),
    );
    let structure = structure_in_words(study.closure.structure);
    remark(structure.is_some(), structure.unwrap_or_default());
    let silent = sectors_without_noise(study);
    let whose = if silent.len() == study.dataset.sectors.len() {
        "any sector (a spread for all can be given with `trade_elasticity.lognormal`)".to_owned()
    } else {
        silent.join(", ")
    };
    remark(
        study.uncertainty.draws > 0 && !silent.is_empty(),
        format!("no noise on the elasticity of {whose}: {}", why_certain(study)),
    );
    remarks
}

/// How far trade has adjusted, and where that is from.
pub fn horizon_in_words(horizon: Horizon) -> String {
    format!(
        "trade has had {horizon} to adjust: one plus the trade elasticity is {} of that of the long run (estimates for \
         1 year and for 7 to 10 of Boehm, Levchenko and Pandalai-Nayar 2023, a straight line between them)",
        number::rate(horizon.ratio()),
    )
}

/// Why countries trade, where it is not that their goods differ; services are sold as in the plainest model.
pub fn structure_in_words(structure: Structure) -> Option<String> {
    let choice = "where costs fall, firms enter and the variety of goods grows, so that a country may win or lose more \
                  than with goods that differ by origin alone; services have no economies of scale";
    match structure {
        Structure::Armington => None,
        Structure::EatonKortum => Some(
            "the numbers are those of goods that differ by origin, read as producers of many countries who compete for \
             each good (Eaton and Kortum 2002); the price that a buyer pays does not differ by origin then"
                .to_owned(),
        ),
        Structure::Krugman => Some(format!("firms in monopolistic competition (Krugman 1980): {choice}")),
        Structure::Melitz(tail) => Some(format!(
            "firms in monopolistic competition that differ (Melitz 2003), a tail of {} in their sizes: {choice}; fixed \
             costs of selling are paid where the firm is, and tariffs turn away more trade than costs of transport do",
            number::rate(tail.ratio())
        )),
        Structure::Scale(strength) => Some(format!(
            "economies of scale of {} of those of Krugman (1980), scale times trade elasticity (Kucheryavyy, Lyn and \
             Rodríguez-Clare 2023): {choice}",
            number::rate(strength.product())
        )),
    }
}

/// How labour moves between sectors.
pub fn labour_in_words(labour: Labour) -> &'static str {
    match labour {
        Labour::Mobile => "everyone may change sector, so that a country has one wage",
        Labour::SectorSpecific => {
            "nobody changes sector, so that each has its own wage and no change of employment; a country's real wage is the average"
        }
        Labour::Between(_) => {
            "workers change sector where wages differ enough, each has its own wage, and employment counts what they can do there; a country's real wage is the average"
        }
    }
}

/// What aggregation did to the data and the policy.
fn aggregated(study: &Study<'_>, aggregation: &Aggregation) -> String {
    let [before, after] = aggregation.policy.rates;
    let [countries, sectors] = [aggregation.data.countries, aggregation.data.sectors];
    let rates = match aggregation.policy.inner_changes {
        0 => format!("{} changed rates became {}", grouped(before), grouped(after)),
        inner => format!(
            "{} changed rates became {}, with {} between members of one group left out",
            grouped(before),
            grouped(after),
            grouped(inner)
        ),
    };
    let inner = if countries[0] == countries[1] {
        String::new()
    } else {
        let revenue = aggregation.data.inner_revenue;
        format!(
            "; trade inside groups counts as sales at home, and its tariffs ({} {}) are dropped with the spending \
             they paid for",
            number::plain(revenue, Place::of(revenue)),
            study.dataset.unit,
        )
    };
    format!(
        "aggregated by {} from {} economies × {} sectors to {} × {}: {rates}{inner}",
        aggregation.maps.join(" and "),
        countries[0],
        sectors[0],
        countries[1],
        sectors[1],
    )
}

/// Why the elasticity of a sector is certain.
fn why_certain(study: &Study<'_>) -> &'static str {
    match study.uncertainty.elasticities.family {
        ElasticityFamily::LogNormal(ElasticitySpread::FromData) | ElasticityFamily::NormalFromData => {
            "no standard error is published"
        }
        _ => "it is the same in every draw that is asked for",
    }
}

/// The codes of the sectors whose elasticity is the same in every draw.
pub fn sectors_without_noise<'a>(study: &Study<'a>) -> Vec<&'a str> {
    let certain = certain_sectors(study.elasticities, study.uncertainty.elasticities);
    let codes = study.dataset.sectors.codes().iter();
    codes.zip(certain).filter(|(_, certain)| *certain).map(|(code, _)| code.as_str()).collect()
}

/// How draws are spread where that is not at random, behind their number.
pub fn sampler(design: Design) -> String {
    match design {
        Design::Random => String::new(),
        Design::LatinHypercube => " (Latin hypercube)".to_owned(),
        Design::Sobol => " (Sobol)".to_owned(),
    }
}

/// What adjusts and what stays.
fn closure(study: &Study<'_>) -> String {
    if let Some(markets) = study.markets {
        let form = match markets.form {
            Form::Exact => "partial equilibrium",
            Form::Linear => "partial equilibrium, linear",
        };
        return format!(
            "{form} · demand elasticity {} · supply elasticity {}",
            markets.demand_label, markets.supply_label
        );
    }
    let structure = match study.closure.structure {
        Structure::Armington => String::new(),
        structure => format!(" · {structure}"),
    };
    let labour = match study.closure.labour {
        Labour::Mobile => String::new(),
        labour => format!(" · labour {labour}"),
    };
    let inputs = if study.inputs { "" } else { " · no inputs" };
    format!("deficits {}{structure}{labour}{inputs}", study.closure.deficits.word())
}

/// The assumptions of a run in one line: data, closure, elasticities, draws and seed.
pub fn assumptions(study: &Study<'_>) -> String {
    match study.elasticities.horizon {
        Horizon::Long => assumptions_after(study, ""),
        horizon => assumptions_after(study, &format!("after {horizon}")),
    }
}

/// The same with words of one's own about the time that trade has had to adjust.
pub fn assumptions_after(study: &Study<'_>, horizon: &str) -> String {
    let size = study.aggregation.map_or_else(String::new, |aggregation| {
        format!(" at {} × {}", aggregation.data.countries[1], aggregation.data.sectors[1])
    });
    let data = format!("{}{size} · {}", study.dataset.name, closure(study));
    let outcomes = match study.outcomes.len() {
        0 => String::new(),
        many => format!(" · {many} outcomes at their probabilities"),
    };
    let horizon = if horizon.is_empty() { String::new() } else { format!(" {horizon}") };
    let uncertainty = study.uncertainty;
    let noise = if uncertainty.flows.is_some() { ", noise on trade flows" } else { "" };
    let draws = match uncertainty.draws {
        0 => "central case, no draws".to_owned(),
        draws => format!(
            "{} draws{}, seed {}{noise}",
            grouped(draws),
            sampler(uncertainty.design),
            uncertainty.seed
        ),
    };
    format!("{data} · {}{horizon}{outcomes} · {draws}", study.elasticities.label)
}
