//! `tariffsim check`: mistakes of a scenario, without running it.

use crate::cli::failure::Failure;
use crate::cli::open::Opened;
use crate::cli::{Day, Subject, baselines, open, output};
use crate::model::trade_model::GeneralEquilibrium;
use crate::table::grouped;
use crate::units::Date;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tariffsim check us-25-mexico-canada
  tariffsim check my-scenario.toml --data my-data")]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    day: Day,
}

pub(super) fn check(arguments: &Arguments) -> Result<(), Failure> {
    let days = open::open_days(&arguments.subject, &arguments.day)?;
    output::warn_of(&open::warnings(&days.iter().map(|(_, opened)| opened).collect::<Vec<_>>()));
    for (_, opened) in &days {
        solvable(opened)?;
    }
    output::print(&match days.as_slice() {
        [(_, opened)] => one_day(opened),
        days => several_days(days),
    })
}

/// Borders so closed that nothing can be solved are seen before anything is solved.
fn solvable(opened: &Opened) -> Result<(), Failure> {
    let start = baselines::solved(opened, &GeneralEquilibrium::default())?;
    let solvable = |policy| start.solvable(policy, &opened.resolved);
    let dataset = &opened.data.dataset;
    if opened.resolved.outcomes.is_empty() {
        solvable(&opened.resolved.policy).map_err(|error| Failure::no_equilibrium(dataset, &error))?;
    }
    for outcome in &opened.resolved.outcomes {
        solvable(&outcome.policy)
            .map_err(|error| Failure::no_equilibrium_in(dataset, &error, Some(&outcome.name)))?;
    }
    Ok(())
}

fn plural(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{} {many}", grouped(count)),
    }
}

fn one_day(opened: &Opened) -> String {
    let policy = &opened.resolved.policy;
    let aggregated = opened.resolved.aggregation.as_ref().map_or_else(String::new, |aggregation| {
        format!(
            " at {} economies x {} sectors ({} became {})",
            aggregation.data.countries[1],
            aggregation.data.sectors[1],
            plural(aggregation.policy.rates[0], "changed rate", "changed rates"),
            grouped(aggregation.policy.rates[1])
        )
    });
    format!(
        "{}: no mistakes; {}, {}, {} on `{}`{aggregated}\n",
        opened.scenario.stem(),
        plural(policy.measures.len(), "measure", "measures"),
        plural(policy.touched.len(), "flow reached", "flows reached"),
        plural(policy.rates.len(), "rate changed", "rates changed"),
        opened.data.dataset.name,
    )
}

/// The same over time; the first entry is the day before anything changes.
fn several_days(days: &[(Option<Date>, Opened)]) -> String {
    let ends = days.get(1).and_then(|(day, _)| *day).zip(days.last().and_then(|(day, _)| *day));
    let ((first, last), Some((_, opened))) = (ends.expect("a path has days"), days.last()) else {
        return String::new();
    };
    let most = |of: fn(&Opened) -> usize| days.iter().map(|(_, opened)| of(opened)).max().unwrap_or(0);
    format!(
        "{}: no mistakes; {}, in force on different days: {} from {first} to {last}; up to {} and {} at a time on `{}`\n",
        opened.scenario.stem(),
        plural(opened.scenario.measures().len(), "measure", "measures"),
        plural(days.len() - 1, "change", "changes"),
        plural(most(|opened| opened.resolved.policy.touched.len()), "flow reached", "flows reached"),
        plural(most(|opened| opened.resolved.policy.rates.len()), "rate changed", "rates changed"),
        opened.data.dataset.name,
    )
}
