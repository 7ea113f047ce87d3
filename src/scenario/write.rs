//! A scenario as it was understood, written back in its own language with every default made explicit.

use std::fmt::Write as _;
use std::path::Path;

use toml::Spanned;

use crate::economy::closure::Labour;
use crate::economy::dataset::Dataset;
use crate::economy::elasticities::Elasticities;
use crate::economy::horizon::Horizon;
use crate::economy::structure::{FirmTail, Structure};
use crate::index::{CountryId, SectorId};
use crate::monte_carlo::marginal::{Applied, Family, Marginal};
use crate::monte_carlo::prior::{
    ElasticityFamily, ElasticityPrior, ElasticitySpread, ExemptPrior, MarketPriors, Uncertainty,
};
use crate::scenario::aggregate::unmapped_word;
use crate::scenario::choices::{ElasticityChoice, HorizonChoice, ModelChoices, exempt_mode_word};
use crate::scenario::instrument::Limit;
use crate::scenario::markets;
use crate::scenario::measure::{MatchRule, Verb};
use crate::scenario::names::{ALL, Chosen, Goods, find_sector};
use crate::scenario::period::Period;
use crate::scenario::prior::JointChoice;
use crate::scenario::quantity::exact;
use crate::scenario::response::{Mode, Response};
use crate::scenario::rules::{Detail, Exemption, Rule, Rules};
use crate::scenario::{Outcome, Player, Scenario};
use crate::units::{AdValorem, CostFactor, Date, Multiple, PercentagePoints, Share};

/// Everything but `[uncertainty]`, which flags of a command may change.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Document {
    body: String,
    joint: JointChoice,
    /// Whether demand and supply have priors.
    has_markets: bool,
}

impl Document {
    /// The scenario on a dataset.
    pub(super) fn new(
        scenario: &Scenario,
        rules: &Rules<'_>,
        elasticities: &Elasticities,
        inputs: bool,
    ) -> Self {
        let mut body = head(scenario, rules.dataset);
        for rule in &rules.list {
            body += &measure(rules.dataset, rule);
        }
        scenario.players().iter().for_each(|player| body += &self::player(player));
        // Players, or probabilities of measures, say all there is to say.
        if scenario.players().is_empty()
            && scenario.measures().iter().all(|measure| measure.probability.is_none())
        {
            scenario.outcomes().iter().for_each(|outcome| body += &self::outcome(outcome));
        }
        body += &model(scenario, rules.dataset, elasticities, inputs);
        Self { body, joint: scenario.joint.clone(), has_markets: scenario.model().markets.is_some() }
    }

    /// The whole text.
    pub(super) fn write(&self, uncertainty: &Uncertainty) -> String {
        let mut text = format!("{}{}", self.body, self::uncertainty(uncertainty, &self.joint));
        if self.has_markets {
            let MarketPriors { demand_cv, supply_cv } = uncertainty.markets;
            for (key, cv) in [("demand_elasticity", demand_cv), ("supply_elasticity", supply_cv)] {
                let value = format!("{{ cv = {} }}", quoted(&variation(cv)));
                line(&mut text, &format!("{key}.lognormal"), &value);
            }
        }
        text
    }
}

fn head(scenario: &Scenario, dataset: &Dataset) -> String {
    let mut text = String::from("schema = 1\n");
    line(&mut text, "title", &quoted(scenario.title()));
    if let Some(summary) = scenario.summary() {
        line(&mut text, "summary", &quoted(summary));
    }
    if !scenario.sources().is_empty() {
        line(&mut text, "sources", &list(&scenario.sources().iter().map(String::as_str).collect::<Vec<_>>()));
    }
    // The dataset's own name: where its folder is on this machine is nobody's business.
    line(&mut text, "baseline", &quoted(&dataset.name));
    if let Some(aggregate) = scenario.aggregate() {
        let maps: Vec<&str> = aggregate.maps.get_ref().iter().map(|map| relative(map)).collect();
        let unmapped = quoted(unmapped_word(aggregate.unmapped));
        line(&mut text, "aggregate", &format!("{{ maps = {}, unmapped = {unmapped} }}", list(&maps)));
    }
    if let Some(day) = scenario.date() {
        line(&mut text, "date", &day.to_string());
    }
    text
}

fn measure(dataset: &Dataset, rule: &Rule<'_>) -> String {
    if let Verb::Respond(how) = rule.verb() {
        return response(dataset, rule, how);
    }
    let mut text = String::from("\n[[measure]]\n");
    line(&mut text, "name", &quoted(rule.name()));
    line(&mut text, "by", &codes(dataset, &rule.by));
    line(&mut text, "on", &codes(dataset, &rule.on));
    if !rule.except.is_empty() {
        line(&mut text, "except", &codes(dataset, &rule.except));
    }
    line(&mut text, "goods", &sectors(dataset, &rule.goods));
    if !rule.except_goods.is_empty() {
        line(&mut text, "except_goods", &sectors(dataset, &rule.except_goods));
    }
    line(&mut text, rule.verb().key(), &value(dataset, rule));
    if let Some(exempt) = &rule.exempt {
        line(&mut text, "exempt_share", &exemption(dataset, exempt));
    }
    if !rule.measure.instead_of.is_empty() {
        line(&mut text, "instead_of", &names(&rule.measure.instead_of));
    }
    text + &period(&rule.measure.period) + &probability(rule)
}

fn probability(rule: &Rule<'_>) -> String {
    let mut text = String::new();
    if let Some(probability) = &rule.measure.probability {
        line(&mut text, "probability", &quoted(&probability.get_ref().to_string()));
    }
    text
}

/// A response; whose goods it is on, and when, follows from what it answers.
fn response(dataset: &Dataset, rule: &Rule<'_>, how: &Response) -> String {
    let mut text = String::from("\n[[response]]\n");
    line(&mut text, "name", &quoted(rule.name()));
    line(&mut text, "by", &codes(dataset, &rule.by));
    line(&mut text, "to", &names(&how.to));
    if !how.same_goods {
        line(&mut text, "goods", &sectors(dataset, &rule.goods));
        if !rule.except_goods.is_empty() {
            line(&mut text, "except_goods", &sectors(dataset, &rule.except_goods));
        }
    }
    let mode = match how.mode {
        Mode::Points(change) => points(change),
        mode => mode.word().unwrap_or_default().to_owned(),
    };
    line(&mut text, "mode", &quoted(&mode));
    line(&mut text, "share", &quoted(&share(how.share)));
    if how.lag > 0 {
        line(&mut text, "lag", &quoted(&format!("{}d", how.lag)));
    }
    if !rule.measure.instead_of.is_empty() {
        line(&mut text, "instead_of", &names(&rule.measure.instead_of));
    }
    text + &probability(rule)
}

fn outcome(outcome: &Outcome) -> String {
    let mut text = String::from("\n[[outcome]]\n");
    line(&mut text, "name", &quoted(&outcome.name));
    line(&mut text, "probability", &quoted(&outcome.probability.to_string()));
    line(&mut text, "measures", &any(&outcome.measures));
    text
}

fn player(player: &Player) -> String {
    let mut text = String::from("\n[[player]]\n");
    line(&mut text, "name", &quoted(player.name.get_ref()));
    line(&mut text, "country", &quoted(player.country.get_ref()));
    for strategy in &player.strategies {
        text += "\n[[player.strategy]]\n";
        line(&mut text, "name", &quoted(strategy.name.get_ref()));
        line(&mut text, "measures", &any(&strategy.measures));
    }
    text
}

/// A list of names that may be empty.
fn any(names: &[String]) -> String {
    format!("[{}]", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "))
}

fn names(names: &[Spanned<String>]) -> String {
    list(&names.iter().map(|name| name.get_ref().as_str()).collect::<Vec<_>>())
}

fn period(period: &Period) -> String {
    let mut text = String::new();
    if let Some(from) = &period.from {
        line(&mut text, "from", &from.get_ref().to_string());
    }
    if let Some(until) = &period.until {
        line(&mut text, "until", &until.get_ref().to_string());
    }
    if !period.steps.is_empty() {
        let step =
            |(day, of): &(Spanned<Date>, Share)| format!("{} = {}", day.get_ref(), quoted(&share(*of)));
        let steps: Vec<String> = period.steps.iter().map(step).collect();
        line(&mut text, "phase_in", &format!("{{ {} }}", steps.join(", ")));
    }
    text
}

fn horizon(choice: HorizonChoice) -> String {
    match choice {
        HorizonChoice::Elapsed => "elapsed".to_owned(),
        HorizonChoice::At(Horizon::Long) => "long".to_owned(),
        HorizonChoice::At(Horizon::Years(years)) => format!("{years}y"),
    }
}

fn value(dataset: &Dataset, rule: &Rule<'_>) -> String {
    match rule.verb() {
        Verb::Set(level) | Verb::Cap(level) | Verb::Floor(level) => quoted(&rate(*level)),
        Verb::Add(change) => quoted(&points(*change)),
        Verb::Multiply(factor) => quoted(&multiple(*factor)),
        Verb::Cut(cut) => quoted(&share(*cut)),
        Verb::Remove | Verb::Reciprocal | Verb::Embargo => "true".to_owned(),
        Verb::Match(how) => match_rule(dataset, rule, how),
        Verb::Respond(how) => quoted(how.mode.word().unwrap_or_default()),
        Verb::Rates(table) | Verb::TradeCosts(table) => quoted(relative(table)),
        Verb::ExportTax(tax) => quoted(&rate(*tax)),
        Verb::Subsidy(part) => quoted(&share(*part)),
        Verb::Quota(limit) => quota(limit),
        Verb::Specific(duty) => {
            format!("{{ per_unit = {:?}, unit_value = {:?} }}", duty.per_unit, duty.unit_value)
        }
        Verb::TradeCost(factor) => {
            let reads_back = |text: &str| CostFactor::parse_change(text) == Ok(*factor);
            quoted(&exact((factor.factor() - 1.0) * 100.0, "%", reads_back))
        }
    }
}

fn quota(limit: &Limit) -> String {
    let rates = limit.rates.map_or_else(String::new, |[within, beyond]| {
        format!("in_quota = {}, out_of_quota = {}, ", quoted(&rate(within)), quoted(&rate(beyond)))
    });
    let rent = match limit.importer_rent {
        all if all == Share::ALL => quoted("importer"),
        none if none == Share::NONE => quoted("exporter"),
        part => format!("{{ importer = {} }}", quoted(&share(part))),
    };
    format!("{{ {rates}volume = {}, rent = {rent} }}", quoted(&multiple(limit.volume)))
}

fn match_rule(dataset: &Dataset, rule: &Rule<'_>, how: &MatchRule) -> String {
    let Detail::Follows(by, on) = &rule.detail else { return "{}".to_owned() };
    let country = |id: &CountryId| quoted(dataset.countries.code(*id));
    let on = on.as_ref().map_or_else(String::new, |on| format!(", on = {}", country(on)));
    format!(
        "{{ by = {}{on}, share = {}, lower_too = {}, increase_only = {} }}",
        country(by),
        quoted(&share(how.share)),
        how.lower_too,
        how.increase_only
    )
}

fn exemption(dataset: &Dataset, exempt: &Exemption) -> String {
    match exempt {
        Exemption::Uniform(uniform) => quoted(&share(*uniform)),
        Exemption::Table(name, _) => quoted(relative(name)),
        Exemption::Unlisted(_) => quoted(&share(Share::NONE)),
        Exemption::ByPartner(shares) => {
            let mut shares: Vec<(&CountryId, &Share)> = shares.iter().collect();
            shares.sort_by_key(|(partner, _)| **partner);
            let entries: Vec<String> = shares
                .iter()
                .map(|(partner, of)| {
                    format!("{} = {}", key(dataset.countries.code(**partner)), quoted(&share(**of)))
                })
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// How labour moves; nothing where that differs from day to day.
fn labour(model: &ModelChoices) -> Option<String> {
    let of_horizon = match model.horizon {
        HorizonChoice::At(horizon) => Some(model.labour_after(horizon)),
        HorizonChoice::Elapsed => model.labour,
    };
    of_horizon.map(|labour| match labour {
        Labour::Between(mobility) => format!("{{ mobility = {:?} }}", mobility.kappa()),
        word => quoted(&word.to_string()),
    })
}

fn structure(structure: Structure) -> String {
    match structure {
        Structure::Scale(strength) => format!("{{ scale = {:?} }}", strength.product()),
        Structure::Melitz(tail) if tail != FirmTail::USUAL => {
            format!("{{ firm_tail = {:?} }}", tail.ratio())
        }
        word => quoted(&word.to_string()),
    }
}

fn model(scenario: &Scenario, dataset: &Dataset, elasticities: &Elasticities, inputs: bool) -> String {
    let mut text = String::from("\n[model]\n");
    if let Some(markets) = &scenario.model().markets {
        line(&mut text, "kind", &quoted("partial-equilibrium"));
        markets::lines(markets).iter().for_each(|(key, value)| line(&mut text, key, value));
    } else {
        line(&mut text, "kind", &quoted("general-equilibrium"));
        line(&mut text, "deficits", &quoted(scenario.model().deficits.word()));
        if let Some(chosen) = &scenario.model().structure {
            line(&mut text, "structure", &structure(*chosen.get_ref()));
        }
        if let Some(labour) = labour(scenario.model()) {
            line(&mut text, "labour", &labour);
        }
        line(&mut text, "inputs", &inputs.to_string());
    }
    let chosen = match &scenario.model().elasticities {
        ElasticityChoice::Overrides(overrides) => {
            let mut entries: Vec<(SectorId, f64)> = overrides
                .iter()
                .filter_map(|(sector, theta)| {
                    Some((find_sector(dataset, sector.get_ref()).ok()?, theta.theta()))
                })
                .collect();
            entries.sort_by_key(|(sector, _)| *sector);
            let entries: Vec<String> = entries
                .iter()
                .map(|(sector, theta)| format!("{} = {theta:?}", key(dataset.sectors.code(*sector))))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        ElasticityChoice::Default | ElasticityChoice::Set(_) => quoted(&elasticities.label),
    };
    line(&mut text, "elasticities", &chosen);
    line(&mut text, "horizon", &quoted(&horizon(scenario.model().horizon)));
    line(&mut text, "exempt_mode", &quoted(exempt_mode_word(scenario.model().exempt_mode)));
    text
}

fn uncertainty(uncertainty: &Uncertainty, joint: &JointChoice) -> String {
    let mut text = String::from("\n[uncertainty]\n");
    line(&mut text, "draws", &uncertainty.draws.to_string());
    line(&mut text, "seed", &uncertainty.seed.to_string());
    line(&mut text, "sampler", &quoted(uncertainty.design.word()));
    let (family, value) = elasticity(&uncertainty.elasticities, joint);
    line(&mut text, &format!("trade_elasticity.{family}"), &value);
    let (family, value) = exempt_share(&uncertainty.exempt);
    line(&mut text, &format!("exempt_share.{family}"), &value);
    if let Some(flows) = uncertainty.flows {
        let [pair, cell] = [flows.cv_pair, flows.cv_cell].map(|cv| quoted(&variation(cv)));
        line(&mut text, "trade_flows.lognormal", &format!("{{ cv_pair = {pair}, cv_cell = {cell} }}"));
    }
    text
}

/// A distribution of trade elasticities: its key and its value.
fn elasticity(prior: &ElasticityPrior, joint: &JointChoice) -> (&'static str, String) {
    let (family, mut entries) = match prior.family {
        ElasticityFamily::LogNormal(spread) => {
            let sd = match spread {
                ElasticitySpread::FromData => "from-data".to_owned(),
                ElasticitySpread::CoefficientOfVariation(cv) => variation(cv),
            };
            ("lognormal", vec![format!("sd = {}", quoted(&sd))])
        }
        ElasticityFamily::NormalFromData => ("normal", vec!["sd = \"from-data\"".to_owned()]),
        ElasticityFamily::Same(family, applied) => levels(family, |level| match applied {
            Applied::Times => quoted(&variation(level)),
            Applied::InPlace | Applied::Added => format!("{level:?}"),
        }),
        ElasticityFamily::AnyRow | ElasticityFamily::RowOfDraw => {
            return match joint {
                JointChoice::Sets(names) => {
                    ("sets", list(&names.iter().map(|name| name.get_ref().as_str()).collect::<Vec<_>>()))
                }
                JointChoice::Draws(file) => ("draws", quoted(relative(file.get_ref()))),
                JointChoice::None | JointChoice::Correlations(_) => ("lognormal", "{}".to_owned()),
            };
        }
    };
    let bounds = ["min", "max"].iter().zip(prior.bounds).filter(|(_, bound)| bound.is_finite());
    entries.extend(bounds.map(|(key, bound)| format!("{key} = {bound:?}")));
    entries.push(match joint {
        JointChoice::Correlations(file) => format!("correlation = {}", quoted(relative(file.get_ref()))),
        _ => format!("correlation = {:?}", prior.correlation),
    });
    (family, format!("{{ {} }}", entries.join(", ")))
}

/// A distribution of exempt shares.
fn exempt_share(prior: &ExemptPrior) -> (&'static str, String) {
    let points = |level: f64| {
        let same = |text: &str| {
            PercentagePoints::parse(text).is_ok_and(|read| read.fraction().total_cmp(&level).is_eq())
        };
        quoted(&exact(level * 100.0, "pp", same))
    };
    let share = |level: f64| {
        let same =
            |text: &str| Share::parse(text).is_ok_and(|read| read.fraction().total_cmp(&level).is_eq());
        quoted(&exact(level * 100.0, "%", same))
    };
    let (family, entries) = match *prior {
        ExemptPrior::Beta { sd } => ("beta", vec![format!("sd = {}", points(sd))]),
        ExemptPrior::Same(Marginal { family, applied: Applied::InPlace, .. }) => levels(family, share),
        ExemptPrior::Same(Marginal { family, .. }) => levels(family, points),
    };
    (family, format!("{{ {} }}", entries.join(", ")))
}

/// The key of a family and its entries, each level written in its unit.
fn levels(family: Family, level: impl Fn(f64) -> String) -> (&'static str, Vec<String>) {
    let (key, entries): (_, Vec<(&str, f64)>) = match family {
        Family::Normal { sd, .. } => ("normal", vec![("sd", sd)]),
        Family::LogNormal { log_sd } => ("lognormal", vec![("sd", log_sd)]),
        Family::Uniform { low, high } => ("uniform", vec![("low", low), ("high", high)]),
        Family::Triangular { low, mode, high } => {
            ("triangular", vec![("low", low), ("high", high), ("mode", mode)])
        }
        Family::Beta { low, high, mean, sd } => {
            ("beta", vec![("low", low), ("high", high), ("mean", mean), ("sd", sd)])
        }
    };
    (key, entries.into_iter().map(|(name, value)| format!("{name} = {}", level(value))).collect())
}

fn variation(cv: f64) -> String {
    exact(cv * 100.0, "%", |text| {
        Multiple::parse(text).is_ok_and(|read| read.factor().total_cmp(&cv).is_eq())
    })
}

fn rate(level: AdValorem) -> String {
    exact(level.fraction() * 100.0, "%", |text| AdValorem::parse(text) == Ok(level))
}

fn multiple(of: Multiple) -> String {
    exact(of.factor() * 100.0, "%", |text| Multiple::parse(text) == Ok(of))
}

fn points(change: PercentagePoints) -> String {
    exact(change.fraction() * 100.0, "pp", |text| PercentagePoints::parse(text) == Ok(change))
}

fn share(of: Share) -> String {
    exact(of.fraction() * 100.0, "%", |text| Share::parse(text) == Ok(of))
}

fn line(text: &mut String, key: &str, value: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{key} = {value}");
}

/// A text in TOML's quotes.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A key, in quotes where TOML wants them.
pub(super) fn key(text: &str) -> String {
    let bare = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { text.to_owned() } else { quoted(text) }
}

fn list(texts: &[&str]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    match quoted.as_slice() {
        [one] => one.clone(),
        _ => format!("[{}]", quoted.join(", ")),
    }
}

pub(super) fn codes(dataset: &Dataset, chosen: &[Chosen]) -> String {
    let code = |choice: &Chosen| match *choice {
        Chosen::All => ALL,
        Chosen::One(country) => dataset.countries.code(country),
        Chosen::Group(at) => dataset.groups[at].code.as_str(),
    };
    list(&chosen.iter().map(code).collect::<Vec<_>>())
}

pub(super) fn sectors(dataset: &Dataset, chosen: &[Goods]) -> String {
    let code = |choice: &Goods| match *choice {
        Goods::One(sector) => dataset.sectors.code(sector),
        Goods::All => ALL,
    };
    list(&chosen.iter().map(code).collect::<Vec<_>>())
}

/// A table's name as it stands in the scenario; of an absolute path only the file's name.
fn relative(table: &str) -> &str {
    let path = Path::new(table);
    let absolute = path.is_absolute() || table.contains(':') || table.starts_with('\\');
    if absolute { table.rsplit(['/', '\\']).next().unwrap_or(table) } else { table }
}
