//! Responses as written, and how they are read: what a country does when a measure hits its goods.
//!
//! A response is a [`Measure`] whose verb says which measures it answers and how. Whose goods it is on, which goods, and
//! when, follow from those measures once all of them are known ([`complete`]).

use std::collections::HashMap;

use toml::Spanned;
use toml::de::DeValue;

use crate::diagnostic::{Diagnostic, Place, listed, nearest, one_of};
use crate::scenario::Mentioned;
use crate::scenario::grammar::keys;
use crate::scenario::measure::{self, Measure, Verb};
use crate::scenario::outcome;
use crate::scenario::period::Period;
use crate::scenario::quantity::{SHARE, quantity};
use crate::scenario::reader::{self, Faults, Keys, Node};
use crate::units::{Date, PercentagePoints, Share, UnitError};

/// What a response answers, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The measures or responses that it answers.
    pub to: Vec<Spanned<String>>,
    /// How large it is.
    pub mode: Mode,
    /// How far it goes.
    pub share: Share,
    /// How many days later it follows.
    pub lag: u32,
    /// Whether it is on the goods that were hit, because it names none.
    pub same_goods: bool,
}

/// How large a response is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// As much on the same goods.
    Reciprocal,
    /// One rate that would raise as much at baseline trade.
    EqualRevenue,
    /// The same rate on a list of goods worth as much baseline trade.
    EqualTrade,
    /// So many percentage points as are best for those who respond: worked out before the scenario is put on data.
    Optimal,
    /// So many percentage points.
    Points(PercentagePoints),
}

/// A response whose size is worked out.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimalResponse {
    /// Its name.
    pub name: String,
    /// How far it goes.
    pub share: Share,
    /// Where its mode stands.
    pub place: Place,
}

const WORDS: [(&str, Mode); 4] = [
    ("reciprocal", Mode::Reciprocal),
    ("equal-revenue", Mode::EqualRevenue),
    ("equal-trade", Mode::EqualTrade),
    ("optimal", Mode::Optimal),
];

/// The words of all modes that have one.
pub(super) fn words() -> Vec<&'static str> {
    WORDS.iter().map(|(word, _)| *word).collect()
}

impl Mode {
    /// The word in the language; `None` for a rate.
    pub(super) fn word(self) -> Option<&'static str> {
        WORDS.iter().find(|(_, mode)| *mode == self).map(|(word, _)| *word)
    }
}

/// The longest time between a measure and a response, in days.
const LONGEST_LAG: u32 = 3650;

/// Keys that belong elsewhere.
const HOMES: &[(&str, &[&str])] = &[(
    "under `[[measure]]`: the goods of whoever imposed the measure are meant, with `mode` as rate,",
    &["on", "except", "add", "set", "match", "exempt_share"],
)];

/// Reads all responses.
pub(super) fn read_all(
    node: Option<&Node<'_>>,
    mentioned: &mut Mentioned,
    faults: &mut Faults<'_>,
) -> Vec<Measure> {
    let items = reader::entries(node, "response", faults);
    items.iter().enumerate().filter_map(|(at, item)| read(item, at, mentioned, faults)).collect()
}

fn read(node: &Node<'_>, at: usize, mentioned: &mut Mentioned, faults: &mut Faults<'_>) -> Option<Measure> {
    let mut keys = reader::table(node, &keys::RESPONSE, "response", "a table of keys", faults)?;
    let name = measure::read_name(&mut keys, node, &format!("response-{}", at + 1), faults);
    let by = measure::required(&mut keys, "response", "by", "who responds, such as `by = \"CAN\"`", faults);
    let to = measure::required(
        &mut keys,
        "response",
        "to",
        "the measure that it answers, such as `to = \"us-on-mexico-canada\"`",
        faults,
    );
    let list = |keys: &mut Keys<'_, '_>, key, faults: &mut Faults<'_>| {
        keys.take(key).map_or_else(Vec::new, |node| reader::texts(node, key, false, faults))
    };
    let goods = list(&mut keys, "goods", faults);
    let except_goods = list(&mut keys, "except_goods", faults);
    let instead_of = list(&mut keys, "instead_of", faults);
    mentioned.measures.extend(name.clone());
    mentioned.countries.extend(by.iter().cloned());
    mentioned.sectors.extend([&goods, &except_goods].into_iter().flatten().cloned());
    let mode = read_mode(&mut keys, faults);
    let share = keys
        .take("share")
        .map_or(Some(Share::ALL), |node| quantity(node, "share", &SHARE, Share::parse, faults));
    let lag = keys.take("lag").map_or(Some(Spanned::new(0..0, 0)), |node| read_lag(node, faults));
    let probability = outcome::read_probability(&mut keys, faults);
    keys.finish("in this response", HOMES, faults);
    let (mode, lag) = (mode?, lag?);
    // Where the lag stands is kept as the place of the period, for mistakes about its days.
    let verb = Verb::Respond(Response {
        to,
        mode: *mode.get_ref(),
        share: share?,
        lag: *lag.get_ref(),
        same_goods: goods.is_empty() && except_goods.is_empty(),
    });
    let at = if *lag.get_ref() > 0 { lag.span() } else { mode.span() };
    Some(Measure {
        name: name?,
        by,
        on: Vec::new(),
        except: Vec::new(),
        goods,
        except_goods,
        verb: Spanned::new(at, verb),
        exempt: None,
        instead_of,
        period: Period::default(),
        probability,
    })
}

fn read_mode(keys: &mut Keys<'_, '_>, faults: &mut Faults<'_>) -> Option<Spanned<Mode>> {
    let Some(node) = keys.take("mode") else {
        let fault = Diagnostic::error("this response has no `mode`")
            .expected("`mode` in this response")
            .help("`mode` says how large it is, such as `mode = \"reciprocal\"` or `mode = \"+25pp\"`");
        faults.push(keys.span.clone(), fault);
        return None;
    };
    let written = reader::text(node, "mode", faults)?;
    let text = written.get_ref().as_str();
    if let Some((_, mode)) = WORDS.iter().find(|(word, _)| *word == text) {
        return Some(Spanned::new(node.span(), *mode));
    }
    let names = WORDS.map(|(word, _)| word);
    let fault = match PercentagePoints::parse(text) {
        Ok(points) => return Some(Spanned::new(node.span(), Mode::Points(points))),
        Err(UnitError::WrongUnit { .. }) => Diagnostic::error(format!(
            "`mode`: `{text}` is a level, but a response adds to the rates that are there"
        ))
        .help(format!(
            "did you mean `\"+{}pp\"`? for a level, write a `[[measure]]` with `set` or `floor`",
            text.trim_end_matches('%').trim().trim_start_matches('+')
        )),
        Err(_) => Diagnostic::error(format!("`mode` has no choice `{text}`")).help(
            nearest(text, names).map_or_else(String::new, |near| format!("did you mean `\"{near}\"`?")),
        ),
    };
    faults.push(node.span(), fault.expected(format!("{}, or a rate such as \"+25pp\"", one_of(&names))));
    None
}

/// A number of days, such as `"30d"`.
fn read_lag(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<Spanned<u32>> {
    let text = match node.get_ref() {
        DeValue::String(text) => text.trim(),
        _ => "",
    };
    let days = text.strip_suffix('d').and_then(|days| days.trim().parse::<u32>().ok());
    let days = days.filter(|days| *days <= LONGEST_LAG);
    if days.is_none() {
        let fault = Diagnostic::error("`lag` is not a number of days")
            .expected(format!("days from \"0d\" to \"{LONGEST_LAG}d\", such as \"30d\""));
        faults.push(node.span(), fault);
    }
    days.map(|days| Spanned::new(node.span(), days))
}

/// Puts responses behind the measures, each after those it answers, with what follows from those.
pub(super) fn complete(
    measures: &mut Vec<Measure>,
    responses: Vec<Measure>,
    names: &[Spanned<String>],
    faults: &mut Faults<'_>,
) {
    let known: Vec<&str> = names.iter().map(|name| name.get_ref().as_str()).collect();
    for name in responses.iter().flat_map(answered) {
        if !known.contains(&name.get_ref().as_str()) {
            let near = nearest(name.get_ref(), known.iter().copied());
            let fault = Diagnostic::error(format!("there is no measure `{}` to respond to", name.get_ref()))
                .expected("the `name` of a measure or of another response")
                .help(near.map_or_else(String::new, |near| format!("did you mean `{near}`?")));
            faults.push(name.span(), fault);
        }
    }
    let mut waiting = responses;
    loop {
        let done: HashMap<&str, &Measure> =
            measures.iter().map(|measure| (measure.name.get_ref().as_str(), measure)).collect();
        let ready =
            |response: &Measure| answered(response).iter().all(|to| done.contains_key(to.get_ref().as_str()));
        let Some(at) = waiting.iter().position(ready) else { break };
        let mut response = waiting.remove(at);
        let targets: Vec<&Measure> =
            answered(&response).iter().filter_map(|to| done.get(to.get_ref().as_str()).copied()).collect();
        follow(&mut response, &targets, faults);
        measures.push(response);
    }
    circle(&waiting, faults);
}

fn answered(response: &Measure) -> &[Spanned<String>] {
    match response.verb.get_ref() {
        Verb::Respond(response) => &response.to,
        _ => &[],
    }
}

/// What follows from the measures that a response answers: whose goods it is on, which, and when.
fn follow(response: &mut Measure, targets: &[&Measure], faults: &mut Faults<'_>) {
    let Verb::Respond(how) = response.verb.get_ref().clone() else { return };
    response.on = targets.iter().flat_map(|target| &target.by).cloned().collect();
    if response.goods.is_empty() {
        response.goods = targets.iter().flat_map(|target| &target.goods).cloned().collect();
    }
    let unlike = |target: &&&Measure| !target.verb.get_ref().is_ad_valorem();
    if let Some(target) = targets.iter().find(|target| target.verb.get_ref().is_export()) {
        let fault = Diagnostic::error(format!(
            "`{}` is on exports, and a response answers what hits the own goods",
            target.name.get_ref()
        ));
        let fault =
            fault.expected("a measure on imports").help("a `[[measure]]` of its own can act on anything");
        faults.push(response.verb.span(), fault);
    } else if let Some(target) = targets.iter().find(unlike)
        && !matches!(how.mode, Mode::Points(_) | Mode::Optimal)
    {
        let what = if target.verb.get_ref().is_cost() {
            "changes the cost of trade"
        } else {
            "is no ad valorem tariff"
        };
        let fault = Diagnostic::error(format!(
            "`{}` {what}, so there is no tariff to answer with the like",
            target.name.get_ref()
        ));
        faults.push(response.verb.span(), fault.expected("a rate, such as `mode = \"+25pp\"`"));
    }
    let Some(first) = targets.first() else { return };
    if let Some(other) = targets.iter().find(|target| !same_days(&target.period, &first.period)) {
        let fault = Diagnostic::error(format!(
            "`{}` and `{}` are not in force on the same days",
            first.name.get_ref(),
            other.name.get_ref()
        ));
        let place = how.to.iter().find(|to| to.get_ref() == other.name.get_ref());
        let place = place.map_or(response.verb.span(), Spanned::span);
        faults.push(
            place,
            fault.expected("measures with the same dates").help("write a `[[response]]` for each"),
        );
        return;
    }
    if how.lag > 0 && !first.period.is_dated() {
        let fault =
            Diagnostic::error(format!("`{}` has no date from which `lag` could count", first.name.get_ref()));
        let help = format!(
            "write `from` into `{}`, such as `from = 2025-03-04`, or leave `lag` out",
            first.name.get_ref()
        );
        faults.push(response.verb.span(), fault.expected("a measure with `from` or `until`").help(help));
        return;
    }
    response.period = later(&first.period, &how);
}

fn same_days(one: &Period, other: &Period) -> bool {
    let days = |period: &Period| -> Vec<Date> { period.changes().collect() };
    days(one) == days(other) && one.begin() == other.begin()
}

/// The days of a measure, so many days later. A rate of its own is not phased in.
fn later(period: &Period, how: &Response) -> Period {
    let move_ = |day: &Spanned<Date>| Spanned::new(day.span(), day.get_ref().days_later(how.lag));
    let steps = period.steps.iter().map(|(day, share)| (move_(day), *share));
    match how.mode {
        Mode::Points(_) | Mode::Optimal => Period {
            from: period.from.as_ref().or(period.steps.first().map(|(day, _)| day)).map(move_),
            until: period.until.as_ref().map(move_),
            steps: Vec::new(),
        },
        _ => Period {
            from: period.from.as_ref().map(move_),
            until: period.until.as_ref().map(move_),
            steps: steps.collect(),
        },
    }
}

/// Reports responses that answer one another.
fn circle(waiting: &[Measure], faults: &mut Faults<'_>) {
    let find = |name: &str| waiting.iter().find(|response| response.name.get_ref() == name);
    let reaches = |start: &Measure, end: &Measure| {
        let mut seen: Vec<&str> = Vec::new();
        let mut next: Vec<&Measure> = vec![start];
        while let Some(response) = next.pop() {
            for to in answered(response) {
                if to.get_ref() == end.name.get_ref() {
                    return true;
                }
                if !seen.contains(&to.get_ref().as_str()) {
                    seen.push(to.get_ref());
                    next.extend(find(to.get_ref()));
                }
            }
        }
        false
    };
    let mut left: Vec<&Measure> = waiting.iter().filter(|response| reaches(response, response)).collect();
    while let Some(&first) = left.first() {
        let (circle, others): (Vec<&Measure>, Vec<&Measure>) =
            left.into_iter().partition(|response| reaches(first, response) && reaches(response, first));
        answer_one_another(first, &circle, faults);
        left = others;
    }
}

/// Reports one circle of responses.
fn answer_one_another(first: &Measure, circle: &[&Measure], faults: &mut Faults<'_>) {
    let names: Vec<&str> = circle.iter().map(|response| response.name.get_ref().as_str()).collect();
    let message = match names.as_slice() {
        [one] => format!("`{one}` answers itself"),
        _ => format!("{} answer one another in a circle", listed(&names)),
    };
    let fault = Diagnostic::error(message)
        .expected("a response to something that does not depend on it")
        .help("an escalation is a chain: each round is a `[[response]]` of its own with its own `name`");
    let place = answered(first).first().map_or_else(|| first.name.span(), Spanned::span);
    faults.push(place, fault);
}
