//! `tariffsim explain`: a scenario in plain words, and every rate it changes.

use std::fmt::Write as _;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::cli::failure::Failure;
use crate::cli::open::Opened;
use crate::cli::{Subject, open, output};
use crate::scenario::explain::paragraph;
use crate::table::grouped;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tariffsim explain mexico-matches-us-on-china
  tariffsim explain free-trade --rows 10")]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Show at most this many rates
    #[arg(long, default_value_t = 100, value_name = "N")]
    rows: usize,
}

pub(super) fn explain(arguments: &Arguments) -> Result<(), Failure> {
    let opened = open::open(&arguments.subject)?;
    output::warn_of(&opened.resolved.warnings);
    let width = output::width();
    let mut text = wrapped(&paragraph(&opened.resolved, &opened.data.dataset), width);
    text += &rates(&opened, arguments.rows);
    text += &costs(&opened, arguments.rows);
    output::print(&text)
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
        let by = rate
            .contributions
            .iter()
            .map(|part| format!("{} {:+.2}pp", policy.measures[part.measure].name, 100.0 * part.change));
        let exempt = if (rate.statutory.fraction() - rate.after.fraction()).abs() > 1e-12 {
            format!(" ({:.2}% without exemption)", 100.0 * rate.statutory.fraction())
        } else {
            String::new()
        };
        table.add_row([
            dataset.countries.code(rate.flow.importer).to_owned(),
            dataset.countries.code(rate.flow.exporter).to_owned(),
            dataset.sectors.code(rate.flow.sector).to_owned(),
            format!("{:.2}%", 100.0 * rate.before.fraction()),
            format!("{:.2}%", 100.0 * rate.after.fraction()),
            by.collect::<Vec<_>>().join(", ") + &exempt,
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
        let cost = change.cost.factor();
        table.add_row([
            dataset.countries.code(change.flow.importer).to_owned(),
            dataset.countries.code(change.flow.exporter).to_owned(),
            dataset.sectors.code(change.flow.sector).to_owned(),
            if cost.is_finite() { format!("{:+.2}%", 100.0 * (cost - 1.0)) } else { "closed".to_owned() },
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
