//! `tariffsim explain`: a scenario in plain words, and every rate it changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::bilateral::Flow;
use crate::cli::failure::Failure;
use crate::cli::open::Opened;
use crate::cli::{Day, Subject, open, output};
use crate::economy::dataset::Dataset;
use crate::economy::policy::{Duty, FlowChange, Policy, RateChange};
use crate::index::{CountryId, SectorId};
use crate::scenario::explain::{paragraph, path};
use crate::scenario::{ALL_OUTCOMES, Resolved};
use crate::table::grouped;
use crate::units::{Date, Share};

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
    output::warn_of(&open::warnings(&days.iter().map(|(_, opened)| opened).collect::<Vec<_>>()));
    let width = output::width();
    let guide = days.first().map_or_else(String::new, |(_, opened)| {
        let named = Path::new(opened.scenario.baseline());
        guide(opened, arguments.subject.changes.data.as_deref().is_none_or(|data| data == named), width)
    });
    let text = match days.as_slice() {
        [(_, opened)] => {
            wrapped(&paragraph(&opened.resolved, &opened.data.dataset), width)
                + &guide
                + &rates(opened, arguments.rows)
                + &BESIDE_RATES
                    .iter()
                    .map(|beside| beside_rates(opened, arguments.rows, beside))
                    .collect::<String>()
        }
        days => over_time(days, &guide, width, arguments.rows),
    };
    output::print(&text)
}

/// What the scenario asks, and what there is to notice on the data for which it was written.
fn guide(opened: &Opened, has_its_data: bool, width: usize) -> String {
    let guide = opened.scenario.guide();
    let notice: Vec<&str> = guide.notice.iter().map(|(_, text)| text.as_str()).collect();
    let questions: Vec<&str> = guide.questions.iter().map(String::as_str).collect();
    let notice = if has_its_data { notice } else { Vec::new() };
    points("Questions", &questions, width) + &points("What to notice", &notice, width)
}

/// A list of sentences under a heading; nothing where there are none.
fn points(heading: &str, texts: &[&str], width: usize) -> String {
    let points: String = texts
        .iter()
        .map(|text| format!("· {}\n", wrapped(text, width - 2).trim_end().replace('\n', "\n  ")))
        .collect();
    if points.is_empty() { points } else { format!("\n{heading}\n{points}") }
}

/// A scenario that changes with time: what it is, what happens when, and every rate on the day on which it changes.
fn over_time(days: &[(Option<Date>, Opened)], guide: &str, width: usize, most: usize) -> String {
    let days: Vec<(Date, &Opened)> =
        days.iter().filter_map(|(day, opened)| Some(((*day)?, opened))).collect();
    let resolved: Vec<(Date, &Resolved)> =
        days.iter().map(|(day, opened)| (*day, &opened.resolved)).collect();
    let Some((_, opened)) = days.first() else { return String::new() };
    let mut text = wrapped(&path(&resolved, &opened.data.dataset), width) + guide + "\nDays\n";
    for pair in days.windows(2) {
        let ((_, before), (day, opened)) = (&pair[0], &pair[1]);
        let events = opened.scenario.events(*day, [&before.resolved, &opened.resolved]);
        let line = format!("{day}  {}", events.words());
        text += &wrapped_after(&line, width, 12);
    }
    let beside = BESIDE_RATES.iter().map(|beside| beside_rates_by_day(&days, most, beside));
    text + &rates_by_day(&days, most) + &beside.collect::<String>()
}

/// Breaks a line, with the parts after the first set in.
fn wrapped_after(line: &str, width: usize, by: usize) -> String {
    let (lead, rest) = line.split_at(by.min(line.len()));
    let rest = wrapped(rest, width.saturating_sub(by));
    format!("{lead}{}\n", rest.trim_end().replace('\n', &format!("\n{:by$}", "")))
}

/// The rates of a policy by flow, in (importer, exporter, sector) order.
fn by_flow(policy: &Policy) -> BTreeMap<Key, &RateChange> {
    let key = |flow: Flow| (flow.importer, flow.exporter, flow.sector);
    policy.rates.iter().map(|rate| (key(rate.flow), rate)).collect()
}

type Key = (CountryId, CountryId, SectorId);

/// Something that a policy changes on flows beside their rates.
struct Beside {
    title: &'static str,
    columns: &'static [&'static str],
    /// What a flow shows in these columns; without a change what shows nothing.
    cells: fn(Option<&FlowChange>) -> Vec<String>,
}

const BESIDE_RATES: [Beside; 4] = [
    Beside {
        title: "Trade costs",
        columns: &["trade cost"],
        cells: |change| vec![cost_in_words(change.map_or(1.0, |change| change.cost.factor()))],
    },
    Beside {
        title: "Export taxes",
        columns: &["export tax"],
        cells: |change| vec![percent(change.map_or(0.0, |change| change.export_tax.fraction()))],
    },
    Beside { title: "Quotas", columns: &["volume", "within", "beyond", "rent"], cells: quota_in_words },
    Beside {
        title: "Specific duties, as a share of the baseline price",
        columns: &["duty"],
        cells: |change| {
            let duty = change.map_or(Duty::AdValorem, |change| change.duty);
            vec![percent(if let Duty::Specific(duty) = duty { duty.fraction() } else { 0.0 })]
        },
    },
];

impl Beside {
    fn list<'a>(&self, opened: &'a Opened, has_days: bool, most: usize) -> List<'a> {
        let columns: Vec<&str> =
            ["importer", "exporter", "sector"].iter().chain(self.columns).copied().collect();
        List::new(&columns, opened, has_days, most)
    }

    /// What each changed flow shows.
    fn by_flow(&self, policy: &Policy) -> BTreeMap<Key, Vec<String>> {
        let key = |flow: Flow| (flow.importer, flow.exporter, flow.sector);
        policy.changes.iter().map(|change| (key(change.flow), (self.cells)(Some(change)))).collect()
    }
}

fn quota_in_words(change: Option<&FlowChange>) -> Vec<String> {
    let Some((change, Duty::Quota(quota))) = change.map(|change| (change, change.duty)) else {
        return ["no limit", "", "", ""].map(str::to_owned).to_vec();
    };
    let beyond = quota.beyond.map_or("nothing".to_owned(), |rate| percent(rate.fraction()));
    let rent = match quota.importer_rent {
        all if all == Share::ALL => "importer".to_owned(),
        none if none == Share::NONE => "exporter".to_owned(),
        part => format!("{part} importer"),
    };
    vec![percent(quota.volume.factor()), percent(change.rate.fraction()), beyond, rent]
}

fn percent(fraction: f64) -> String {
    format!("{:.2}%", 100.0 * fraction)
}

/// Each rate on the day on which it changes, in each outcome: from, to, and the measures that then set it.
fn rates_by_day(days: &[(Date, &Opened)], most: usize) -> String {
    let mut list = List::new(&["importer", "exporter", "sector", "from", "to", "by"], days[0].1, true, most);
    for pair in days.windows(2) {
        let ((_, before), (day, after)) = (&pair[0], &pair[1]);
        let (before, after) = (before.resolved.worlds(), after.resolved.worlds());
        let worlds: Vec<_> = before
            .iter()
            .zip(&after)
            .map(|((_, old), (outcome, new))| (*outcome, *new, by_flow(old), by_flow(new)))
            .collect();
        let flows: BTreeSet<Key> =
            worlds.iter().flat_map(|(_, _, old, new)| old.keys().chain(new.keys())).copied().collect();
        for flow in flows {
            let row = |policy: &Policy, old: Option<&&RateChange>, new: Option<&&RateChange>| {
                let observed = old.or(new).map_or(0.0, |rate| rate.before.fraction());
                let [from, to] = [old, new].map(|rate| rate.map_or(observed, |rate| rate.after.fraction()));
                ((from - to).abs() > SAME).then(|| {
                    let by =
                        new.map_or("the observed rate again".to_owned(), |rate| by_measure(policy, rate));
                    vec![format!("{:.2}%", 100.0 * from), format!("{:.2}%", 100.0 * to), by]
                })
            };
            let rows = worlds
                .iter()
                .map(|(outcome, policy, old, new)| (*outcome, row(policy, old.get(&flow), new.get(&flow))));
            list.rows(Some(*day), flow, rows.collect());
        }
    }
    list.finished("Rates by day, averaged over exempt parts")
}

/// What changes on flows beside rates, on the day on which it changes, in each outcome.
fn beside_rates_by_day(days: &[(Date, &Opened)], most: usize, beside: &Beside) -> String {
    let mut list = beside.list(days[0].1, true, most);
    let nothing = (beside.cells)(None);
    for pair in days.windows(2) {
        let ((_, before), (day, after)) = (&pair[0], &pair[1]);
        let (before, after) = (before.resolved.worlds(), after.resolved.worlds());
        let worlds: Vec<_> = before
            .iter()
            .zip(&after)
            .map(|((_, old), (outcome, new))| (*outcome, beside.by_flow(old), beside.by_flow(new)))
            .collect();
        let flows: BTreeSet<Key> =
            worlds.iter().flat_map(|(_, old, new)| old.keys().chain(new.keys())).copied().collect();
        for flow in flows {
            let rows = worlds.iter().map(|(outcome, old, new)| {
                let [from, to] = [old, new].map(|cells| cells.get(&flow).unwrap_or(&nothing));
                (*outcome, (from != to).then(|| to.clone()))
            });
            list.rows(Some(*day), flow, rows.collect());
        }
    }
    list.finished(&format!("{} by day", beside.title))
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
        let listed = policy.exempt_shares.iter().all(|share| share.known);
        let part = if listed { "on the list" } else { "without exemption" };
        format!(" ({:.2}% {part})", 100.0 * rate.statutory.fraction())
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
    let mut list = List::new(&["importer", "exporter", "sector", "from", "to", "by"], opened, false, most);
    let worlds: Vec<_> = opened
        .resolved
        .worlds()
        .into_iter()
        .map(|(outcome, policy)| (outcome, policy, by_flow(policy)))
        .collect();
    let flows: BTreeSet<Key> = worlds.iter().flat_map(|(_, _, rates)| rates.keys()).copied().collect();
    for flow in flows {
        let row = |policy: &Policy, rate: &RateChange| {
            let [from, to] = [rate.before, rate.after].map(|rate| format!("{:.2}%", 100.0 * rate.fraction()));
            vec![from, to, by_measure(policy, rate)]
        };
        let rows = worlds
            .iter()
            .map(|(outcome, policy, rates)| (*outcome, rates.get(&flow).map(|rate| row(policy, rate))));
        list.rows(None, flow, rows.collect());
    }
    list.finished(if opened.resolved.policy.exempt_shares.is_empty() {
        "Rates"
    } else {
        "Rates, averaged over the exempt part and the rest"
    })
}

/// What changes on flows beside rates, in each outcome.
fn beside_rates(opened: &Opened, most: usize, beside: &Beside) -> String {
    let mut list = beside.list(opened, false, most);
    let nothing = (beside.cells)(None);
    let worlds = opened.resolved.worlds();
    let worlds: Vec<_> =
        worlds.into_iter().map(|(outcome, policy)| (outcome, beside.by_flow(policy))).collect();
    let flows: BTreeSet<Key> = worlds.iter().flat_map(|(_, cells)| cells.keys()).copied().collect();
    for flow in flows {
        let rows = worlds.iter().map(|(outcome, cells)| {
            let cells = cells.get(&flow).filter(|cells| **cells != nothing);
            (*outcome, cells.cloned())
        });
        list.rows(None, flow, rows.collect());
    }
    list.finished(beside.title)
}

/// A table of which only the first rows are shown, with the day and the outcome in front where there are several.
struct List<'a> {
    table: Table,
    dataset: &'a Dataset,
    all: usize,
    most: usize,
}

impl<'a> List<'a> {
    fn new(names: &[&str], opened: &'a Opened, has_days: bool, most: usize) -> Self {
        let has_outcomes = !opened.resolved.outcomes.is_empty();
        let day = has_days.then_some("day");
        let outcome = has_outcomes.then_some("outcome");
        let heads: Vec<&str> = day.into_iter().chain(outcome).chain(names.iter().copied()).collect();
        let mut table = Table::new();
        table.load_style(NOTHING).set_header(heads.clone());
        for (at, head) in heads.iter().enumerate() {
            if let (
                Some(column),
                "from" | "to" | "trade cost" | "export tax" | "volume" | "within" | "beyond" | "duty",
            ) = (table.column_mut(at), *head)
            {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Self { table, dataset: &opened.data.dataset, all: 0, most }
    }

    /// What happens to a flow in each outcome; one row where it is the same in all of them.
    fn rows(&mut self, day: Option<Date>, flow: Key, outcomes: Vec<(Option<&str>, Option<Vec<String>>)>) {
        let (_, first) = &outcomes[0];
        if outcomes.len() > 1 && outcomes.iter().all(|(_, cells)| cells == first) {
            return self.rows(day, flow, vec![(Some(ALL_OUTCOMES), first.clone())]);
        }
        for (outcome, cells) in outcomes {
            let Some(cells) = cells else { continue };
            self.all += 1;
            if self.all <= self.most {
                let (countries, sectors) = (&self.dataset.countries, &self.dataset.sectors);
                let codes = [countries.code(flow.0), countries.code(flow.1), sectors.code(flow.2)];
                let day = day.map(|day| day.to_string());
                let lead = day.into_iter().chain(outcome.map(str::to_owned));
                let codes = codes.iter().map(|code| (*code).to_owned());
                self.table.add_row(lead.chain(codes).chain(cells).collect::<Vec<_>>());
            }
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
