//! `tariffsim explain`: a scenario in plain words, and every rate it changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::bilateral::Flow;
use crate::cli::failure::Failure;
use crate::cli::open::Opened;
use crate::cli::{Day, Subject, open, output};
use crate::economy::dataset::Dataset;
use crate::economy::policy::{Policy, RateChange};
use crate::scenario::Resolved;
use crate::scenario::explain::{paragraph, path};
use crate::table::grouped;
use crate::units::{AdValorem, Date};

/// Rates closer than this are the same.
const SAME: f64 = 1e-12;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tariffsim explain mexico-matches-us-on-china
  tariffsim explain free-trade --rows 10")]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    day: Day,
    /// Show at most this many rates
    #[arg(long, default_value_t = 100, value_name = "N")]
    rows: usize,
}

pub(super) fn explain(arguments: &Arguments) -> Result<(), Failure> {
    let days = open::open_days(&arguments.subject, &arguments.day)?;
    output::warn_of(&open::warnings(&days));
    let width = output::width();
    let text = match days.as_slice() {
        [(_, opened)] => {
            wrapped(&paragraph(&opened.resolved, &opened.data.dataset), width)
                + &rates(opened, arguments.rows)
                + &costs(opened, arguments.rows)
        }
        days => over_time(days, width, arguments.rows),
    };
    output::print(&text)
}

/// A scenario that changes with time: what it is, what happens when, and every rate on the day on which it changes.
fn over_time(days: &[(Option<Date>, Opened)], width: usize, most: usize) -> String {
    let days: Vec<(Date, &Opened)> =
        days.iter().filter_map(|(day, opened)| Some(((*day)?, opened))).collect();
    let resolved: Vec<(Date, &Resolved)> =
        days.iter().map(|(day, opened)| (*day, &opened.resolved)).collect();
    let Some((_, opened)) = days.first() else { return String::new() };
    let mut text = wrapped(&path(&resolved, &opened.data.dataset), width) + "\nDays\n";
    for (day, opened) in &days[1..] {
        let line = format!("{day}  {}", opened.scenario.events(*day).words());
        text += &wrapped_after(&line, width, 12);
    }
    text + &rates_by_day(&days, most) + &costs_by_day(&days, most)
}

/// Breaks a line, with the parts after the first set in.
fn wrapped_after(line: &str, width: usize, by: usize) -> String {
    let (lead, rest) = line.split_at(by.min(line.len()));
    let rest = wrapped(rest, width.saturating_sub(by));
    format!("{lead}{}\n", rest.trim_end().replace('\n', &format!("\n{:by$}", "")))
}

/// Each rate on the day on which it changes, in each outcome: from, to, and the measures that then set it.
fn rates_by_day(days: &[(Date, &Opened)], most: usize) -> String {
    let mut list = List::new(&["importer", "exporter", "sector", "from", "to", "by"], days[0].1, true, most);
    for pair in days.windows(2) {
        let ([(_, before), (day, after)], dataset) = (pair, &pair[1].1.data.dataset) else { continue };
        let worlds = before.resolved.worlds().into_iter().zip(after.resolved.worlds());
        for ((_, old_policy), (outcome, new_policy)) in worlds {
            let key = |rate: &RateChange| (rate.flow.importer, rate.flow.exporter, rate.flow.sector);
            let on = |policy: &Policy| -> BTreeMap<_, RateChange> {
                policy.rates.iter().map(|rate| (key(rate), rate.clone())).collect()
            };
            let (old, new) = (on(old_policy), on(new_policy));
            let flows: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
            for flow in flows {
                let observed = |rates: &BTreeMap<_, RateChange>| rates.get(&flow).map(|rate| rate.before);
                let observed = observed(&old).or(observed(&new)).map_or(0.0, AdValorem::fraction);
                let [from, to] =
                    [&old, &new].map(|rates| rates.get(&flow).map_or(observed, |rate| rate.after.fraction()));
                if (from - to).abs() <= SAME {
                    continue;
                }
                list.row(Some(*day), outcome, || {
                    let by = new.get(&flow);
                    vec![
                        dataset.countries.code(flow.0).to_owned(),
                        dataset.countries.code(flow.1).to_owned(),
                        dataset.sectors.code(flow.2).to_owned(),
                        format!("{:.2}%", 100.0 * from),
                        format!("{:.2}%", 100.0 * to),
                        by.map_or("the observed rate again".to_owned(), |rate| by_measure(new_policy, rate)),
                    ]
                });
            }
        }
    }
    list.finished("Rates by day, averaged over exempt parts")
}

/// Each trade cost on the day on which it changes, in each outcome.
fn costs_by_day(days: &[(Date, &Opened)], most: usize) -> String {
    let mut list = List::new(&["importer", "exporter", "sector", "trade cost"], days[0].1, true, most);
    for pair in days.windows(2) {
        let ([(_, before), (day, after)], dataset) = (pair, &pair[1].1.data.dataset) else { continue };
        let worlds = before.resolved.worlds().into_iter().zip(after.resolved.worlds());
        for ((_, old), (outcome, new)) in worlds {
            let on = |policy: &Policy| -> BTreeMap<_, f64> {
                policy.changes.iter().map(|change| (change.flow, change.cost.factor())).collect()
            };
            let (old, new) = (on(old), on(new));
            let flows: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
            for flow in flows {
                let [from, to] = [&old, &new].map(|costs| costs.get(&flow).copied().unwrap_or(1.0));
                if from.total_cmp(&to).is_ne() {
                    list.row(Some(*day), outcome, || {
                        [codes(dataset, flow).to_vec(), vec![cost_in_words(to)]].concat()
                    });
                }
            }
        }
    }
    list.finished("Trade costs by day")
}

/// The codes of a flow's importer, exporter and sector.
fn codes(dataset: &Dataset, flow: Flow) -> [String; 3] {
    [
        dataset.countries.code(flow.importer).to_owned(),
        dataset.countries.code(flow.exporter).to_owned(),
        dataset.sectors.code(flow.sector).to_owned(),
    ]
}

/// What each measure adds to a rate, and what it would be without exemptions.
fn by_measure(policy: &Policy, rate: &RateChange) -> String {
    let measures = &policy.measures;
    let parts: Vec<String> = rate
        .contributions
        .iter()
        .map(|part| format!("{} {:+.2}pp", measures[part.measure].name, 100.0 * part.change))
        .collect();
    let exempt = if (rate.statutory.fraction() - rate.after.fraction()).abs() > SAME {
        format!(" ({:.2}% without exemption)", 100.0 * rate.statutory.fraction())
    } else {
        String::new()
    };
    parts.join(", ") + &exempt
}

fn cost_in_words(cost: f64) -> String {
    if cost.is_finite() { format!("{:+.2}%", 100.0 * (cost - 1.0)) } else { "closed".to_owned() }
}

/// Breaks a paragraph into lines.
fn wrapped(text: &str, width: usize) -> String {
    let mut lines = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push('\n');
            used = 0;
        } else if used > 0 {
            lines.push(' ');
            used += 1;
        }
        lines += word;
        used += length;
    }
    lines + "\n"
}

/// Each changed rate in each outcome: from, to, and what each measure did.
fn rates(opened: &Opened, most: usize) -> String {
    let dataset = &opened.data.dataset;
    let mut list = List::new(&["importer", "exporter", "sector", "from", "to", "by"], opened, false, most);
    for (outcome, policy) in opened.resolved.worlds() {
        for rate in &policy.rates {
            list.row(None, outcome, || {
                let rates = [rate.before, rate.after].map(|rate| format!("{:.2}%", 100.0 * rate.fraction()));
                [&codes(dataset, rate.flow)[..], &rates, &[by_measure(policy, rate)]].concat()
            });
        }
    }
    list.finished(if opened.resolved.policy.exempt_shares.is_empty() {
        "Rates"
    } else {
        "Rates, averaged over the exempt part and the rest"
    })
}

/// Each changed trade cost in each outcome.
fn costs(opened: &Opened, most: usize) -> String {
    let mut list = List::new(&["importer", "exporter", "sector", "trade cost"], opened, false, most);
    for (outcome, policy) in opened.resolved.worlds() {
        for change in policy.changes.iter().filter(|change| (change.cost.factor() - 1.0).abs() > 0.0) {
            list.row(None, outcome, || {
                let cost = vec![cost_in_words(change.cost.factor())];
                [codes(&opened.data.dataset, change.flow).to_vec(), cost].concat()
            });
        }
    }
    list.finished("Trade costs")
}

/// A table of which only the first rows are shown, with the day and the outcome in front where there are several.
struct List {
    table: Table,
    has_outcomes: bool,
    all: usize,
    most: usize,
}

impl List {
    fn new(names: &[&str], opened: &Opened, has_days: bool, most: usize) -> Self {
        let has_outcomes = !opened.resolved.outcomes.is_empty();
        let day = has_days.then_some("day");
        let outcome = has_outcomes.then_some("outcome");
        let heads: Vec<&str> = day.into_iter().chain(outcome).chain(names.iter().copied()).collect();
        let mut table = Table::new();
        table.load_style(NOTHING).set_header(heads.clone());
        for (at, head) in heads.iter().enumerate() {
            if let (Some(column), "from" | "to" | "trade cost") = (table.column_mut(at), *head) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Self { table, has_outcomes, all: 0, most }
    }

    fn row(&mut self, day: Option<Date>, outcome: Option<&str>, cells: impl FnOnce() -> Vec<String>) {
        self.all += 1;
        if self.all <= self.most {
            let day = day.map(|day| day.to_string());
            let outcome = outcome.filter(|_| self.has_outcomes).map(str::to_owned);
            self.table.add_row(day.into_iter().chain(outcome).chain(cells()).collect::<Vec<_>>());
        }
    }

    /// The list under its title; nothing where it is empty.
    fn finished(&self, title: &str) -> String {
        if self.all == 0 {
            return String::new();
        }
        let mut text = format!("\n{title}\n");
        for line in self.table.lines() {
            // Nothing to see at the ends of lines.
            writeln!(text, "{}", line.trim_end()).expect("writing to a string cannot fail");
        }
        if self.all > self.most {
            let (all, more) = (self.all, grouped(self.all - self.most));
            writeln!(text, "... and {more} more (--rows {all} shows all)")
                .expect("writing to a string cannot fail");
        }
        text
    }
}
