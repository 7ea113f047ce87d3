//! Measures in plain words, readable aloud.

use std::collections::HashMap;

use crate::economy::dataset::Dataset;
use crate::economy::policy::{MeasureInfo, Policy};

use crate::scenario::instrument::Limit;
use crate::scenario::measure::{MatchRule, Verb};
use crate::scenario::names::{Chosen, Goods};
use crate::scenario::period::Period;
use crate::scenario::response::{Mode, Response};
use crate::scenario::rules::{Detail, Exemption, Rule, Rules};
use crate::units::{CostFactor, PercentagePoints, Share};

/// Names longer lists than this by their number.
const MOST_NAMED: usize = 6;

/// What a measure does: "the United States adds 25 percentage points to its tariffs on all goods from Canada".
pub(super) fn measure(dataset: &Dataset, rule: &Rule<'_>) -> String {
    let scene = Scene::new(dataset, rule);
    scene.action() + &instead(rule) + &when(&rule.measure.period) + &exemption(dataset, rule)
}

/// The summary of a scenario that has none: its measures in words.
pub(super) fn summary(measures: &[MeasureInfo]) -> String {
    match measures {
        [] => "Nothing changes: the baseline compared with itself.".to_owned(),
        _ => measures.iter().map(|info| sentence(&info.words)).collect::<Vec<_>>().join(" "),
    }
}

/// The measures over several days in words, each as it is on its days, if it is the same on all of them.
pub(super) fn summary_over(rules: &Rules<'_>, policies: &[&Policy]) -> String {
    let mut told: HashMap<&str, Option<&str>> = HashMap::new();
    for measure in policies.iter().flat_map(|policy| &policy.measures) {
        let words = told.entry(&measure.name).or_insert(Some(&measure.words));
        *words = words.filter(|words| *words == measure.words);
    }
    let sentence = |rule: &Rule<'_>| match told.get(rule.name()).copied().flatten() {
        Some(words) => sentence(words),
        None => sentence(&measure(rules.dataset, rule)),
    };
    rules.list.iter().map(sentence).collect::<Vec<_>>().join(" ")
}

/// A sentence from a clause.
pub(super) fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().collect::<String>() + letters.as_str() + ".",
        None => String::new(),
    }
}

/// The parts of speech of one measure.
struct Scene<'r, 's> {
    dataset: &'r Dataset,
    rule: &'r Rule<'s>,
    /// Who imposes it.
    who: String,
    /// Whether the verb is in the plural.
    several: bool,
    /// "all goods from Canada and Mexico".
    what: String,
    goods: String,
    from: String,
}

impl<'r, 's> Scene<'r, 's> {
    fn new(dataset: &'r Dataset, rule: &'r Rule<'s>) -> Self {
        let goods = goods(dataset, rule);
        let from = countries(dataset, &rule.on, "every other country")
            + &except(" except ", &names(dataset, &rule.except), !rule.except.is_empty());
        Self {
            dataset,
            rule,
            who: countries(dataset, &rule.by, "every country"),
            several: !matches!(rule.by.as_slice(), [Chosen::One(_) | Chosen::All]),
            what: format!("{goods} from {from}"),
            goods,
            from,
        }
    }

    /// "the United States adds" or "Canada and Mexico add".
    fn does(&self, verb: &str) -> String {
        let ending = match verb {
            _ if self.several => "",
            "match" | "tax" => "es",
            _ => "s",
        };
        format!("{} {verb}{ending}", self.who)
    }

    fn tariffs(&self) -> String {
        format!("{} tariffs on {}", if self.several { "their" } else { "its" }, self.what)
    }

    fn exports(&self) -> String {
        format!("{} exports of {} to {}", if self.several { "their" } else { "its" }, self.goods, self.from)
    }

    /// "limits its imports of steel from Japan to 80% of the baseline volume of each flow (the rent goes to exporters)".
    fn quota(&self, limit: &Limit) -> String {
        let rent = match limit.importer_rent {
            all if all == Share::ALL => "the rent stays with importers".to_owned(),
            none if none == Share::NONE => "the rent goes to exporters".to_owned(),
            share => format!("{share} of the rent stays with importers and the rest goes to exporters"),
        };
        let volume = format!("{} of the baseline volume of each flow", limit.volume);
        let Some([within, beyond]) = limit.rates else {
            let imports = if self.several { "their imports" } else { "its imports" };
            return format!("{} {imports} of {} to {volume} ({rent})", self.does("limit"), self.what);
        };
        let tariffs = self.tariffs();
        format!("{} {tariffs} at {within} up to {volume} and at {beyond} beyond it ({rent})", self.does_set())
    }

    fn action(&self) -> String {
        let tariffs = self.tariffs();
        match self.rule.verb() {
            Verb::Set(level) => format!("{} {tariffs} at {level}", self.does_set()),
            Verb::Add(points) => self.add(*points),
            Verb::Multiply(multiple) => {
                format!("{} {tariffs} by {}", self.does("multiply").replace("ys", "ies"), multiple.factor())
            }
            Verb::Cap(level) => format!("{} {tariffs} to at most {level}", self.does("limit")),
            Verb::Floor(level) => format!("{} {tariffs} to at least {level}", self.does("raise")),
            Verb::Cut(share) => format!("{} {tariffs} by {share} of what they are", self.does("cut")),
            Verb::Remove => format!("{} {tariffs}", self.does("remove")),
            Verb::Match(rule) => self.follow(rule),
            Verb::Reciprocal => {
                format!(
                    "{} {tariffs} to what the partner charges in return, where that is higher",
                    self.does("raise")
                )
            }
            Verb::Rates(table) => {
                format!("{} {tariffs} as the table `{}` says", self.does_set(), file(table))
            }
            Verb::TradeCost(factor) => self.cost(*factor),
            Verb::TradeCosts(table) => {
                format!(
                    "the cost of bringing {} to {} changes as the table `{}` says",
                    self.what,
                    self.who,
                    file(table)
                )
            }
            Verb::Embargo => format!("{} imports of {}", self.does("ban"), self.what),
            Verb::ExportTax(rate) => {
                format!("{} {} at {rate} of the producer's price", self.does("tax"), self.exports())
            }
            Verb::Subsidy(share) => {
                format!("{} {} by {share} of the producer's price", self.does("subsidise"), self.exports())
            }
            Verb::Quota(limit) => self.quota(limit),
            Verb::Specific(duty) => format!(
                "{} a duty of {} a unit to {}, which is {} at a price of {}",
                self.does("add"),
                duty.per_unit,
                self.tariffs(),
                percent(duty.equivalent().fraction()),
                duty.unit_value
            ),
            Verb::Respond(how) => self.respond(how),
        }
    }

    /// "Canada answers `us-on-canada` with the same tariffs on the same goods from the United States".
    fn respond(&self, how: &Response) -> String {
        let names: Vec<String> = how.to.iter().map(|to| format!("`{}`", to.get_ref())).collect();
        let answers = format!("{} {} with", self.does("answer"), and(&names));
        let what = match how.same_goods {
            true => format!("the same goods from {}", self.from),
            false => self.what.clone(),
        };
        let all = how.share == Share::ALL;
        let later = match how.lag {
            0 => String::new(),
            1 => ", a day later".to_owned(),
            days => format!(", {days} days later"),
        };
        let clause = match how.mode {
            Mode::Reciprocal if all => format!("the same tariffs on {what}"),
            Mode::Reciprocal => format!("{} of those tariffs on {what}", how.share),
            Mode::Optimal => format!("the tariff on {what} that is best for itself"),
            Mode::Points(_) => format!("{} on {what}", self.size(how)),
            Mode::EqualRevenue => {
                let much =
                    if all { "as much as was".to_owned() } else { format!("{} of what was", how.share) };
                let raised = format!("which raises {much} raised from its own goods, at unchanged trade");
                format!("{} on {what}, {raised}", self.size(how))
            }
            Mode::EqualTrade => {
                let much = if all {
                    "as much trade as".to_owned()
                } else {
                    format!("{} of the trade that", how.share)
                };
                match &self.rule.detail {
                    Detail::Answers(answer) if answer.is_short && answer.unlisted.is_empty() => {
                        format!("{} on all of {what}, which is not {much} was hit", self.size(how))
                    }
                    _ => format!(
                        "{} on {} of {what}, a list worth {much} was hit",
                        self.size(how),
                        self.listed()
                    ),
                }
            }
        };
        format!("{answers} {clause}{later}")
    }

    /// How many percentage points a response adds.
    fn size(&self, how: &Response) -> String {
        let points = match (how.mode, &self.rule.detail) {
            (Mode::Points(points), _) => {
                range(std::iter::once(100.0 * how.share.fraction() * points.fraction()), 100.0)
            }
            (_, Detail::Answers(answer)) => range(answer.adds.values().map(|add| add * 100.0), 100.0),
            _ => return "a tariff".to_owned(),
        };
        let unit = if points == "1" { "percentage point" } else { "percentage points" };
        format!("{points} {unit}")
    }

    /// How much of each flow is on the list of a response.
    fn listed(&self) -> String {
        let Detail::Answers(answer) = &self.rule.detail else { return "a part".to_owned() };
        let unlisted = |flow| answer.unlisted.get(flow).map_or(0.0, |share| share.fraction());
        range(answer.adds.keys().map(|flow| 100.0 * (1.0 - unlisted(flow))), 10.0) + "%"
    }

    fn does_set(&self) -> String {
        self.does("set")
    }

    fn add(&self, points: PercentagePoints) -> String {
        let number = PercentagePoints::to_string(&points);
        let number = number.trim_start_matches('-').trim_end_matches("pp");
        let unit = if number == "1" { "percentage point" } else { "percentage points" };
        let tariffs = self.tariffs();
        if points.fraction() < 0.0 {
            format!("{} {number} {unit} off {tariffs}", self.does("take"))
        } else {
            format!("{} {number} {unit} to {tariffs}", self.does("add"))
        }
    }

    fn follow(&self, how: &MatchRule) -> String {
        let Detail::Follows(by, on) = &self.rule.detail else { return String::new() };
        let whom = spoken(self.dataset.countries.name(*by));
        let on = on.map_or_else(
            || "the same goods".to_owned(),
            |on| format!("{} from {}", self.goods, spoken(self.dataset.countries.name(on))),
        );
        let verb = if how.lower_too { "move" } else { "raise" };
        let subject = format!("{} {}", self.does(verb), self.tariffs());
        match (how.increase_only, how.share == Share::ALL) {
            (true, true) => format!("{subject} by as much as {whom} raises its own on {on}"),
            (true, false) => format!("{subject} by {} of what {whom} adds to its own on {on}", how.share),
            (false, true) => {
                format!("{subject} to the rates that {whom} charges on {on}{}", where_higher(how))
            }
            (false, false) => {
                format!(
                    "{subject} {} of the way to the rates that {whom} charges on {on}{}",
                    how.share,
                    where_higher(how)
                )
            }
        }
    }

    fn cost(&self, factor: CostFactor) -> String {
        let change = (factor.factor() - 1.0) * 100.0;
        let verb = if change < 0.0 { "falls" } else { "rises" };
        let size = (change.abs() * 1e6).round() / 1e6;
        let destination = if self.who == "every country" { "any other country" } else { &self.who };
        let from = if self.from == "every other country" { "abroad" } else { &self.from };
        format!("the cost of bringing {} from {from} to {destination} {verb} by {size}%", self.goods)
    }
}

/// "25", or "10 to 12.5", to parts of `parts`.
fn range(values: impl Iterator<Item = f64>, parts: f64) -> String {
    let [low, high] =
        values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| [low.min(x), high.max(x)]);
    let [low, high] = [low, high].map(|value| ((value * parts).round() / parts).to_string());
    if low == high { low } else { format!("{low} to {high}") }
}

/// A share in per cent, to hundredths.
fn percent(fraction: f64) -> String {
    format!("{}%", (1e4 * fraction).round() / 100.0)
}

/// From when to when: ", from 4 March 2025 to 9 November 2025".
fn when(period: &Period) -> String {
    let steps: Vec<String> = period
        .steps
        .iter()
        .map(|(day, share)| match *share == Share::ALL {
            true => format!("all of it from {}", day.get_ref().spoken()),
            false => format!("{share} of it from {}", day.get_ref().spoken()),
        })
        .collect();
    let from = match (&period.from, steps.is_empty()) {
        (_, false) => format!("; {}", and(&steps)),
        (Some(from), true) => format!(", from {}", from.get_ref().spoken()),
        (None, true) => String::new(),
    };
    let joint = if period.from.is_some() && period.steps.is_empty() { " to" } else { ", until" };
    let until = period.until.as_ref().map(|until| until.get_ref().spoken());
    from + &until.map_or_else(String::new, |until| format!("{joint} {until}"))
}

fn where_higher(how: &MatchRule) -> &'static str {
    if how.lower_too { "" } else { ", where those are higher" }
}

/// What the measure does not reach.
fn exemption(dataset: &Dataset, rule: &Rule<'_>) -> String {
    match &rule.exempt {
        // A response says itself how much of a flow is on its list.
        None | Some(Exemption::Unlisted(_)) => String::new(),
        Some(Exemption::Uniform(share)) => format!("; {share} of each flow is exempt"),
        Some(Exemption::Table(name, _)) => {
            format!("; part of each flow is exempt, by partner and sector as the table `{}` says", file(name))
        }
        Some(Exemption::ByPartner(shares)) => {
            let mut shares: Vec<_> = shares.iter().collect();
            shares.sort_by_key(|(partner, _)| **partner);
            let each: Vec<String> = shares
                .iter()
                .map(|(partner, share)| {
                    format!("{share} of what comes from {}", spoken(dataset.countries.name(**partner)))
                })
                .collect();
            format!("; {} is exempt", and(&each))
        }
    }
}

fn instead(rule: &Rule<'_>) -> String {
    let names: Vec<String> =
        rule.measure.instead_of.iter().map(|name| format!("`{}`", name.get_ref())).collect();
    if names.is_empty() { String::new() } else { format!(", in place of {}", and(&names)) }
}

/// The goods: "all goods", "motor vehicles & parts".
fn goods(dataset: &Dataset, rule: &Rule<'_>) -> String {
    let name = |chosen: &Goods| match chosen {
        Goods::One(sector) => uncapitalised(dataset.sectors.name(*sector)),
        Goods::All => "all goods".to_owned(),
    };
    let chosen: Vec<String> = rule.goods.iter().map(name).collect();
    let left_out: Vec<String> = rule.except_goods.iter().map(name).collect();
    let chosen =
        if chosen.len() > MOST_NAMED { format!("{} kinds of goods", chosen.len()) } else { and(&chosen) };
    chosen + &except(" except ", &left_out, !left_out.is_empty())
}

fn countries(dataset: &Dataset, chosen: &[Chosen], all: &str) -> String {
    let names = names(dataset, chosen);
    match chosen {
        _ if chosen.contains(&Chosen::All) => all.to_owned(),
        _ if names.len() > MOST_NAMED => format!("{} countries", names.len()),
        _ => and(&names),
    }
}

/// The countries by name, with articles.
pub(super) fn names(dataset: &Dataset, chosen: &[Chosen]) -> Vec<String> {
    chosen
        .iter()
        .map(|choice| match choice {
            Chosen::All => "every country".to_owned(),
            Chosen::One(country) => spoken(dataset.countries.name(*country)),
            Chosen::Group(at) => format!("the {} countries", dataset.groups[*at].code),
        })
        .collect()
}

fn except(word: &str, names: &[String], any: bool) -> String {
    if any { format!("{word}{}", and(names)) } else { String::new() }
}

/// A country's name with its article, inside a sentence.
pub fn spoken(name: &str) -> String {
    const WITH_ARTICLE: [&str; 5] =
        ["Netherlands", "Philippines", "DR Congo", "Rest of World", "Czech Republic"];
    match name {
        "Rest of World" => "the rest of the world".to_owned(),
        _ if name.starts_with("United ") || WITH_ARTICLE.contains(&name) => format!("the {name}"),
        _ => name.to_owned(),
    }
}

/// A sector's name inside a sentence: "motor vehicles", but "ICT".
fn uncapitalised(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().collect::<String>() + letters.as_str()
        }
        _ => name.to_owned(),
    }
}

/// A list of which, where it is long, only the first are named, and how many more there are.
pub(super) fn shortened(mut names: Vec<String>) -> Vec<String> {
    if names.len() > MOST_NAMED {
        let more = names.len() - (MOST_NAMED - 1);
        names.truncate(MOST_NAMED - 1);
        names.push(format!("{more} more"));
    }
    names
}

/// "a, b and c"; names that contain commas are kept apart by semicolons.
pub(super) fn and(names: &[String]) -> String {
    let comma = if names.iter().any(|name| name.contains(',')) { "; " } else { ", " };
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => {
            let joint = if comma == "; " { "; and " } else { " and " };
            format!("{}{joint}{last}", rest.join(comma))
        }
    }
}

/// A table's file name without its folder.
fn file(table: &str) -> &str {
    table.rsplit(['/', '\\']).next().unwrap_or(table)
}
