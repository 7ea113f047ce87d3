//! `tariffsim explain`: a scenario in plain words, and every rate it changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::cli::failure::Failure;
use crate::cli::open::Opened;
use crate::cli::{Day, Subject, open, output};
use crate::economy::policy::RateChange;
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

/// Each rate on the day on which it changes: from, to, and the measures that then set it.
fn rates_by_day(days: &[(Date, &Opened)], most: usize) -> String {
    let mut table = columns(&["day", "importer", "exporter", "sector", "from", "to", "by"], &[4, 5]);
    let mut all = 0;
    for pair in days.windows(2) {
        let ([(_, before), (day, after)], dataset) = (pair, &pair[1].1.data.dataset) else { continue };
        let key = |rate: &RateChange| (rate.flow.importer, rate.flow.exporter, rate.flow.sector);
        let on = |opened: &Opened| -> BTreeMap<_, RateChange> {
            opened.resolved.policy.rates.iter().map(|rate| (key(rate), rate.clone())).collect()
        };
        let (old, new) = (on(before), on(after));
        let flows: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
        for flow in flows {
            let observed = |rates: &BTreeMap<_, RateChange>| rates.get(&flow).map(|rate| rate.before);
            let observed = observed(&old).or(observed(&new)).map_or(0.0, AdValorem::fraction);
            let [from, to] =
                [&old, &new].map(|rates| rates.get(&flow).map_or(observed, |rate| rate.after.fraction()));
            if (from - to).abs() <= SAME {
                continue;
            }
            all += 1;
            if all <= most {
                let by = new.get(&flow).map_or("the observed rate again".to_owned(), |rate| by(after, rate));
                table.add_row([
                    day.to_string(),
                    dataset.countries.code(flow.0).to_owned(),
                    dataset.countries.code(flow.1).to_owned(),
                    dataset.sectors.code(flow.2).to_owned(),
                    format!("{:.2}%", 100.0 * from),
                    format!("{:.2}%", 100.0 * to),
                    by,
                ]);
            }
        }
    }
    if all == 0 {
        String::new()
    } else {
        finished("Rates by day, averaged over exempt parts", &table, all, most)
    }
}

/// Each trade cost on the day on which it changes.
fn costs_by_day(days: &[(Date, &Opened)], most: usize) -> String {
    let mut table = columns(&["day", "importer", "exporter", "sector", "trade cost"], &[4]);
    let mut all = 0;
    for pair in days.windows(2) {
        let ([(_, before), (day, after)], dataset) = (pair, &pair[1].1.data.dataset) else { continue };
        let on = |opened: &Opened| -> BTreeMap<_, f64> {
            let changes = opened.resolved.policy.changes.iter();
            changes.map(|change| (change.flow, change.cost.factor())).collect()
        };
        let (old, new) = (on(before), on(after));
        let flows: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
        for flow in flows {
            let [from, to] = [&old, &new].map(|costs| costs.get(&flow).copied().unwrap_or(1.0));
            if from.total_cmp(&to).is_eq() {
                continue;
            }
            all += 1;
            if all <= most {
                table.add_row([
                    day.to_string(),
                    dataset.countries.code(flow.importer).to_owned(),
                    dataset.countries.code(flow.exporter).to_owned(),
                    dataset.sectors.code(flow.sector).to_owned(),
                    cost_in_words(to),
                ]);
            }
        }
    }
    if all == 0 { String::new() } else { finished("Trade costs by day", &table, all, most) }
}

/// What each measure adds to a rate, and what it would be without exemptions.
fn by(opened: &Opened, rate: &RateChange) -> String {
    let measures = &opened.resolved.policy.measures;
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

/// Each changed rate: from, to, and what each measure did.
fn rates(opened: &Opened, most: usize) -> String {
    let (dataset, policy) = (&opened.data.dataset, &opened.resolved.policy);
    if policy.rates.is_empty() {
        return String::new();
    }
    let mut table = columns(&["importer", "exporter", "sector", "from", "to", "by"], &[3, 4]);
    for rate in policy.rates.iter().take(most) {
        table.add_row([
            dataset.countries.code(rate.flow.importer).to_owned(),
            dataset.countries.code(rate.flow.exporter).to_owned(),
            dataset.sectors.code(rate.flow.sector).to_owned(),
            format!("{:.2}%", 100.0 * rate.before.fraction()),
            format!("{:.2}%", 100.0 * rate.after.fraction()),
            by(opened, rate),
        ]);
    }
    let title = if policy.exempt_shares.is_empty() {
        "Rates"
    } else {
        "Rates, averaged over the exempt part and the rest"
    };
    finished(title, &table, policy.rates.len(), most)
}

/// Each changed trade cost.
fn costs(opened: &Opened, most: usize) -> String {
    let (dataset, policy) = (&opened.data.dataset, &opened.resolved.policy);
    let changed: Vec<_> =
        policy.changes.iter().filter(|change| (change.cost.factor() - 1.0).abs() > 0.0).collect();
    if changed.is_empty() {
        return String::new();
    }
    let mut table = columns(&["importer", "exporter", "sector", "trade cost"], &[3]);
    for change in changed.iter().take(most) {
        table.add_row([
            dataset.countries.code(change.flow.importer).to_owned(),
            dataset.countries.code(change.flow.exporter).to_owned(),
            dataset.sectors.code(change.flow.sector).to_owned(),
            cost_in_words(change.cost.factor()),
        ]);
    }
    finished("Trade costs", &table, changed.len(), most)
}

fn columns(names: &[&str], right: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(names.to_vec());
    for &at in right {
        if let Some(column) = table.column_mut(at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn finished(title: &str, table: &Table, all: usize, most: usize) -> String {
    let mut text = format!("\n{title}\n");
    for line in table.lines() {
        // Nothing to see at the ends of lines.
        writeln!(text, "{}", line.trim_end()).expect("writing to a string cannot fail");
    }
    if all > most {
        writeln!(text, "... and {} more (--rows {all} shows all)", grouped(all - most))
            .expect("writing to a string cannot fail");
    }
    text
}
