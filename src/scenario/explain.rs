//! A scenario in plain words.

use std::collections::HashSet;

use crate::bilateral::Flow;
use crate::economy::aggregation::Aggregation;
use crate::economy::closure::{Deficits, Labour};
use crate::economy::dataset::Dataset;
use crate::economy::policy::{ExemptMode, MeasureInfo, Policy};
use crate::economy::structure::Structure;
use crate::scenario::resolve::Resolved;
use crate::scenario::words::{and, sentence, shortened};
use crate::table::grouped;
use crate::units::Date;

/// The most measures that a paragraph tells one by one.
const MOST_TOLD: usize = 6;

/// One paragraph about a whole scenario: what it is, each measure, what is exempt, where measures meet.
pub fn paragraph(resolved: &Resolved, dataset: &Dataset) -> String {
    let policy = &resolved.policy;
    let mut sentences = vec![format!("{}.", resolved.title.trim_end_matches('.'))];
    sentences.push(summary(resolved));
    sentences.extend(measures(resolved));
    sentences.extend(outcomes(&[resolved]));
    for (outcome, policy) in resolved.worlds() {
        let what = outcome.map_or("Together this".to_owned(), |name| format!("The outcome `{name}`"));
        sentences.push(reach(policy, &what));
    }
    sentences.extend(exemptions(policy, dataset));
    sentences.extend(meetings(policy));
    sentences.push(closure(resolved, dataset));
    sentences.extend(resolved.aggregation.as_ref().map(aggregated));
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

/// One paragraph about a scenario that changes with time: what it is, and each measure with its dates.
pub fn path(days: &[(Date, &Resolved)], dataset: &Dataset) -> String {
    let (Some((first, _)), Some((last, resolved))) = (days.get(1), days.last()) else { return String::new() };
    let mut sentences = vec![format!("{}.", resolved.title.trim_end_matches('.'))];
    sentences.push(summary(resolved));
    if !resolved.tells_measures {
        sentences.extend(told_first(all_measures(days).iter().map(|measure| sentence(&measure.words))));
    }
    let all: Vec<&Resolved> = days.iter().map(|(_, resolved)| *resolved).collect();
    sentences.extend(outcomes(&all));
    sentences.push(match days.len() - 1 {
        1 => format!("What is in force changes on one day, {}.", first.spoken()),
        count => {
            format!("What is in force changes on {count} days from {} to {}.", first.spoken(), last.spoken())
        }
    });
    sentences.push(closure(resolved, dataset));
    sentences.extend(resolved.aggregation.as_ref().map(aggregated));
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

/// Every measure that is in force on some day, in the order in which they begin.
fn all_measures<'d>(days: &[(Date, &'d Resolved)]) -> Vec<&'d MeasureInfo> {
    let mut told = HashSet::new();
    let all = days.iter().flat_map(|(_, resolved)| &resolved.policy.measures);
    all.filter(|measure| told.insert(measure.name.as_str())).collect()
}

fn summary(resolved: &Resolved) -> String {
    match resolved.summary.trim_end() {
        "" => String::new(),
        text if text.ends_with(['.', '!', '?']) => text.to_owned(),
        text => format!("{text}."),
    }
}

/// Each measure in words, unless the summary already consists of them.
fn measures(resolved: &Resolved) -> Vec<String> {
    let measures = resolved.policy.measures.iter().filter(|_| !resolved.tells_measures);
    told_first(measures.map(|measure| sentence(&measure.words)))
}

/// The first of many measures, and how many more there are: nobody reads seventy sentences.
fn told_first(measures: impl Iterator<Item = String>) -> Vec<String> {
    let mut told: Vec<String> = measures.collect();
    if told.len() > MOST_TOLD {
        let more = told.len() - MOST_TOLD;
        told.truncate(MOST_TOLD);
        told.push(format!("{more} more measures are named beside the rates that they change."));
    }
    told
}

/// What may happen, how probable it is, and which measures come with it on some day.
fn outcomes(days: &[&Resolved]) -> Option<String> {
    let known = &days.first()?.outcomes;
    if known.is_empty() {
        return None;
    }
    let in_outcome = |at: usize| -> Vec<&str> {
        let mut names = Vec::new();
        for measure in days.iter().filter_map(|day| day.outcomes.get(at)).flat_map(|of| &of.policy.measures) {
            if !names.contains(&measure.name.as_str()) {
                names.push(measure.name.as_str());
            }
        }
        names
    };
    let measures: Vec<Vec<&str>> = (0..known.len()).map(in_outcome).collect();
    let is_certain = |name: &&str| measures.iter().all(|of| of.contains(name));
    let each: Vec<String> = known
        .iter()
        .zip(&measures)
        .map(|(outcome, measures)| {
            let names: Vec<String> =
                measures.iter().filter(|name| !is_certain(name)).map(|name| format!("`{name}`")).collect();
            let what = if names.is_empty() { "none of these measures".to_owned() } else { and(&names) };
            format!("{} for `{}` ({what})", outcome.probability, outcome.name)
        })
        .collect();
    Some(format!("What will happen is not known; the scenario gives probabilities of {}.", and(&each)))
}

/// How many flows and tariffs a policy reaches; `what` begins the sentence.
fn reach(policy: &Policy, what: &str) -> String {
    // Rates on flows without trade change the books and nothing else.
    let touched: HashSet<Flow> = policy.touched.iter().copied().collect();
    let changes: Vec<f64> = policy
        .rates
        .iter()
        .filter(|rate| touched.contains(&rate.flow))
        .map(|rate| rate.after.fraction() - rate.before.fraction())
        .collect();
    let rates = changes.len();
    let (lowest, highest) = changes
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &change| (low.min(change), high.max(change)));
    let flows = policy.touched.len();
    let reached =
        format!("{what} reaches {} trade {}", grouped(flows), if flows == 1 { "flow" } else { "flows" });
    match rates {
        0 => format!("{reached} and changes no tariff."),
        _ => format!(
            "{reached} (an importer, an exporter and a sector) and changes {} by {}.",
            if rates == 1 { "one tariff".to_owned() } else { format!("{} tariffs", grouped(rates)) },
            between(lowest, highest)
        ),
    }
}

fn between(lowest: f64, highest: f64) -> String {
    let points = |change: f64| format!("{:+.1}", change * 100.0);
    let nothing = |change: f64| change.abs() < 0.0005;
    if points(lowest) == points(highest) {
        format!("{} percentage points", points(lowest))
    } else if nothing(lowest) || nothing(highest) {
        let largest = if nothing(lowest) { highest } else { lowest };
        format!("up to {} percentage points", points(largest))
    } else {
        format!("between {} and {} percentage points", points(lowest), points(highest))
    }
}

fn exemptions(policy: &Policy, dataset: &Dataset) -> Option<String> {
    let unknown = policy.exempt_shares.iter().filter(|share| !share.known);
    let mut partners: Vec<_> = unknown.map(|share| share.partner).collect();
    partners.sort();
    partners.dedup();
    if partners.is_empty() {
        return None;
    }
    let names: Vec<String> = match partners.len() {
        1..=6 => partners.iter().map(|id| super::words::spoken(dataset.countries.name(*id))).collect(),
        many => vec![format!("{many} countries")],
    };
    let how = match policy.exempt_mode {
        ExemptMode::Variety => {
            "the exempt part keeps the rate it would pay without that measure, and buyers can turn to it"
        }
        ExemptMode::Average => "the rates of the exempt part and the rest are averaged",
    };
    Some(format!("Part of what comes from {} is exempt: {how}.", and(&names)))
}

/// Where several measures act on one flow.
fn meetings(policy: &Policy) -> Option<String> {
    let meeting = policy.rates.iter().filter(|rate| rate.contributions.len() > 1);
    let mut groups: Vec<Vec<usize>> =
        meeting.map(|rate| rate.contributions.iter().map(|part| part.measure).collect()).collect();
    let flows = groups.len();
    groups.sort_unstable();
    groups.dedup();
    let name = |at: &usize| format!("`{}`", policy.measures[*at].name);
    let named = |group: &Vec<usize>| and(&shortened(group.iter().map(name).collect()));
    let list: Vec<String> = groups.iter().take(3).map(named).collect();
    let more = if groups.len() > 3 { " among others" } else { "" };
    let what = if flows == 1 { "one flow".to_owned() } else { format!("{} flows", grouped(flows)) };
    (flows > 0).then(|| format!("On {what} several measures act together: {}{more}.", list.join("; ")))
}

/// What coarser data do to the rates.
fn aggregated(aggregation: &Aggregation) -> String {
    let maps: Vec<String> = aggregation.maps.iter().map(|map| format!("`{map}`")).collect();
    let ([countries, sectors], [before, after]) =
        ([aggregation.data.countries, aggregation.data.sectors], aggregation.policy.rates);
    let inner = match aggregation.policy.inner_changes {
        0 => String::new(),
        inner => format!("; {} between members of one group are left out", grouped(inner)),
    };
    format!(
        "The data are aggregated by {} from {} economies × {} sectors to {} × {}: {} changed rates became {} \
         averages{inner}.",
        and(&maps),
        countries[0],
        sectors[0],
        countries[1],
        sectors[1],
        grouped(before),
        grouped(after),
    )
}

fn closure(resolved: &Resolved, dataset: &Dataset) -> String {
    let deficits = match resolved.closure.deficits {
        Deficits::Fixed => "trade balances stay as they are by assumption",
        Deficits::Balanced => "trade is balanced by assumption",
        Deficits::Proportional => "trade balances stay in proportion to each economy",
    };
    let inputs =
        if resolved.inputs { "industries buy inputs from one another" } else { "industries use no inputs" };
    let labour = match resolved.closure.labour {
        Labour::Mobile => "workers move between industries",
        Labour::SectorSpecific => "workers stay in their industries, each with its own wage",
        Labour::Between(_) => "workers move between industries where wages differ enough",
    };
    let structure = match resolved.closure.structure {
        Structure::Armington => "",
        Structure::EatonKortum => ", buyers turn to the cheapest producer of each good",
        Structure::Krugman => ", firms with varieties of their own enter and leave",
        Structure::Melitz(_) => ", firms enter and leave and the better ones choose their markets",
        Structure::Scale(_) => ", industries are more productive the more they make",
    };
    format!(
        "The world is that of `{}` ({}); {deficits}{structure}, {labour}, {inputs}, and tariff revenue goes back to households.",
        dataset.name, dataset.year
    )
}
