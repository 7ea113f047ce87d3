//! When a measure is in force.

use toml::Spanned;
use toml::de::DeValue;

use crate::diagnostic::Diagnostic;
use crate::scenario::measure::Verb;
use crate::scenario::quantity::{SHARE, quantity};
use crate::scenario::reader::{Faults, Keys, Node};
use crate::units::{Date, DateError, Share};

/// The days on which a measure is in force, and how much of it; without dates it is always in force.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Period {
    /// The first day; with steps it is that of the first step.
    pub from: Option<Spanned<Date>>,
    /// The last day.
    pub until: Option<Spanned<Date>>,
    /// From which day on how much of the measure's change is made, in the order of time.
    pub steps: Vec<(Spanned<Date>, Share)>,
}

impl Period {
    /// Whether it has any date.
    pub fn is_dated(&self) -> bool {
        self.begin().is_some() || self.until.is_some()
    }

    /// The first day in force; `None` where it has always been in force.
    pub fn begin(&self) -> Option<Date> {
        let first = self.steps.first().map(|(day, _)| day);
        first.or(self.from.as_ref()).map(|day| *day.get_ref())
    }

    /// How much of the measure is in force on a day; nothing before and after.
    pub fn strength(&self, day: Date) -> Share {
        let ended = self.until.as_ref().is_some_and(|until| *until.get_ref() < day);
        if ended || self.begin().is_some_and(|begin| day < begin) {
            return Share::NONE;
        }
        let step = self.steps.iter().rev().find(|(from, _)| *from.get_ref() <= day);
        step.map_or(Share::ALL, |(_, share)| *share)
    }

    /// The days on which what is in force changes.
    pub fn changes(&self) -> impl Iterator<Item = Date> {
        let begin = self.begin().into_iter().chain(self.steps.iter().map(|(day, _)| *day.get_ref()));
        begin.chain(self.until.as_ref().map(|until| until.get_ref().next()))
    }

    /// Where its first date stands.
    pub(super) fn place(&self) -> Option<std::ops::Range<usize>> {
        let dates = [self.from.as_ref(), self.until.as_ref(), self.steps.first().map(|(day, _)| day)];
        dates.into_iter().flatten().map(Spanned::span).next()
    }
}

const EXPECTED: &str = "a date such as 2025-03-04";

/// Reads a day.
pub(super) fn date(node: &Node<'_>, key: &str, faults: &mut Faults<'_>) -> Option<Spanned<Date>> {
    let parsed = match node.get_ref() {
        DeValue::String(written) => Date::parse(written),
        DeValue::Datetime(written) => match (written.date, written.time) {
            (Some(day), None) => Date::new(day.year.into(), day.month, day.day, &written.to_string()),
            _ => Err(DateError::NotADate(written.to_string())),
        },
        _ => {
            faults.wrong_kind(node, key, EXPECTED);
            return None;
        }
    };
    day(parsed, node.span(), key, faults)
}

fn day(
    parsed: Result<Date, DateError>,
    span: std::ops::Range<usize>,
    key: &str,
    faults: &mut Faults<'_>,
) -> Option<Spanned<Date>> {
    let error = match parsed {
        Ok(day) => return Some(Spanned::new(span, day)),
        Err(error) => error,
    };
    let fault = Diagnostic::error(format!("`{key}`: {error}"));
    let fault = match error {
        DateError::NotADate(_) => fault.expected(EXPECTED).help("write year, month and day with hyphens"),
        DateError::NoSuchDay { .. } => fault.expected("a day of the calendar"),
        DateError::OutOfRange(_) => {
            fault.expected(format!("a year from {} to {}", Date::YEARS[0], Date::YEARS[1]))
        }
    };
    faults.push(span, fault);
    None
}

/// Reads `from`, `until` and `phase_in` of a measure.
pub(super) fn read(keys: &mut Keys<'_, '_>, verb: Option<&Verb>, faults: &mut Faults<'_>) -> Period {
    let known = faults.found.len();
    let from = keys.take("from").and_then(|node| date(node, "from", faults));
    let until = keys.take("until").and_then(|node| date(node, "until", faults));
    let steps = match keys.take("phase_in") {
        Some(node) if matches!(verb, Some(Verb::Embargo)) => {
            let fault = Diagnostic::error("an embargo cannot be phased in")
                .expected("`phase_in` beside a tariff or a trade cost")
                .help("a border is open or closed; a `trade_cost` can rise step by step");
            faults.push(node.span(), fault);
            Vec::new()
        }
        Some(node) if matches!(verb, Some(Verb::Quota(_))) => {
            let fault = Diagnostic::error("a quota cannot be phased in")
                .expected("`phase_in` beside a tariff, an export tax or a trade cost")
                .help("write a `[[measure]]` for each volume, with `from` and `until`");
            faults.push(node.span(), fault);
            Vec::new()
        }
        Some(node) => read_steps(node, faults),
        None => Vec::new(),
    };
    let period = Period { from, until, steps };
    // What is missing here would seem to contradict the rest.
    if faults.found.len() == known {
        check(&period, faults);
    }
    period
}

fn read_steps(node: &Node<'_>, faults: &mut Faults<'_>) -> Vec<(Spanned<Date>, Share)> {
    const TABLE: &str = "a table such as { 2025-03-04 = \"50%\", 2025-09-04 = \"100%\" }";
    let DeValue::Table(table) = node.get_ref() else {
        faults.wrong_kind(node, "phase_in", TABLE);
        return Vec::new();
    };
    if table.is_empty() {
        faults.push(node.span(), Diagnostic::error("`phase_in` has no steps").expected(TABLE));
    }
    let mut steps: Vec<(Spanned<Date>, Share)> = table
        .iter()
        .filter_map(|(written, share)| {
            let key = format!("phase_in.{}", written.get_ref());
            let day = day(Date::parse(written.get_ref()), written.span(), "phase_in", faults);
            let share = step(share, &key, faults);
            Some((day?, share?))
        })
        .collect();
    // As written: whether that is the order of time is checked.
    steps.sort_by_key(|(day, _)| day.span().start);
    steps
}

/// The share of a step.
fn step(node: &Node<'_>, key: &str, faults: &mut Faults<'_>) -> Option<Share> {
    let share = quantity(node, key, &SHARE, Share::parse, faults)?;
    if share > Share::NONE {
        return Some(share);
    }
    let fault = Diagnostic::error(format!("`{key}`: a step of 0% is no step"))
        .expected("a share above 0%")
        .help("a measure does nothing before its first step, and ends with `until`");
    faults.push(node.span(), fault);
    None
}

/// Dates that contradict one another.
fn check(period: &Period, faults: &mut Faults<'_>) {
    let mut refuse = |day: &Spanned<Date>, message: String, expected: String| {
        faults.push(day.span(), Diagnostic::error(message).expected(expected));
    };
    for pair in period.steps.windows(2) {
        let ([(earlier, _), (later, _)], true) = (pair, pair[0].0.get_ref() >= pair[1].0.get_ref()) else {
            continue;
        };
        let message = format!(
            "the steps of `phase_in` are out of order: {} is not after {}",
            later.get_ref(),
            earlier.get_ref()
        );
        refuse(later, message, "steps in the order of time".to_owned());
    }
    if let (Some(from), Some((first, _))) = (&period.from, period.steps.first())
        && from.get_ref() != first.get_ref()
    {
        let message = format!("the first step of `phase_in` is not on the day of `from`, {}", from.get_ref());
        refuse(first, message, "the same day, or no `from`: a measure begins with its first step".to_owned());
    }
    let Some(until) = &period.until else { return };
    let end = until.get_ref();
    match period.begin() {
        Some(begin) if *end < begin => {
            let expected = format!("the last day in force, {begin} or later");
            refuse(until, format!("`until` is before the measure begins on {begin}"), expected);
        }
        _ => {
            let after = period.steps.iter().map(|(day, _)| day).find(|day| day.get_ref() > end);
            if let Some(day) = after {
                let message = format!("the step of {} is after `until`, {end}", day.get_ref());
                refuse(day, message, "steps before the measure ends".to_owned());
            }
        }
    }
}
