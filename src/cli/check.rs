//! `tariffsim check`: mistakes of a scenario, without running it.

use crate::cli::failure::Failure;
use crate::cli::{Subject, open, output, simulate};
use crate::model::trade_model::GeneralEquilibrium;
use crate::table::grouped;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tariffsim check us-25-mexico-canada
  tariffsim check my-scenario.toml --data my-data")]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
}

pub(super) fn check(arguments: &Arguments) -> Result<(), Failure> {
    let opened = open::open(&arguments.subject)?;
    output::warn_of(&opened.resolved.warnings);
    // Borders so closed that nothing can be solved are seen before anything is solved.
    let (baseline, _) = simulate::baseline(&opened, &GeneralEquilibrium::default())?;
    baseline
        .world(&opened.resolved.policy)
        .map_err(|error| Failure::no_equilibrium(&opened.data.dataset, &error))?;
    let policy = &opened.resolved.policy;
    let plural = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{} {many}", grouped(count)),
    };
    let aggregated = opened.resolved.aggregation.as_ref().map_or_else(String::new, |aggregation| {
        format!(
            " at {} economies x {} sectors ({} became {})",
            aggregation.data.countries[1],
            aggregation.data.sectors[1],
            plural(aggregation.policy.rates[0], "changed rate", "changed rates"),
            grouped(aggregation.policy.rates[1])
        )
    });
    output::print(&format!(
        "{}: no mistakes; {}, {}, {} on `{}`{aggregated}\n",
        opened.scenario.stem(),
        plural(policy.measures.len(), "measure", "measures"),
        plural(policy.touched.len(), "flow reached", "flows reached"),
        plural(policy.rates.len(), "rate changed", "rates changed"),
        opened.data.dataset.name,
    ))
}
