//! How far each step of a sweep and of a solution is from what the machine could do at most: its multiply-adds over
//! the machine's peak, its bytes over the machine's bandwidth, whichever takes longer. Prints tables in Markdown, for
//! `docs/performance.md`.
#![allow(clippy::print_stdout, reason = "its output is what it is for")]

#[path = "../economies/mod.rs"]
mod economies;
mod machine;
mod solution;
mod steps;
#[path = "../support/mod.rs"]
mod support;

use economies::{Case, EMBEDDED, aggregated};
use machine::{Peak, bandwidth};
use steps::Step;
use support::{digits, time};
use tariffsim::data::embedded;
use tariffsim::economy::synthetic::Recipe;
use tariffsim::model::trade_model::{BATCH, GeneralEquilibrium};

fn main() {
    let model = GeneralEquilibrium::default();
    let world = embedded::open(EMBEDDED).expect("it is embedded");
    let datasets = [
        (EMBEDDED, aggregated(&world, "economies-12")),
        ("random", Recipe::new(31, 40, 1).dataset()),
        (EMBEDDED, aggregated(&world, "economies-45")),
        (EMBEDDED, world),
    ];
    let cases = datasets.map(|(origin, dataset)| Case::new(origin, &dataset, &model));
    let peak = Peak::measured();
    limits(&peak);
    println!(
        "| economy | step | limit, 1 draw | measured | times the limit | limit, {BATCH} draws | measured | times the limit |"
    );
    println!("|---|---|---:|---:|---:|---:|---:|---:|");
    for case in &cases {
        let (one, batch) = (steps::of::<1>(&model, case), steps::of::<BATCH>(&model, case));
        for (one, batch) in one.iter().zip(&batch) {
            println!("| {} | {} | {} | {} |", case.name, one.name, cells(one, &peak), cells(batch, &peak));
        }
    }
}

/// The machine's limits.
fn limits(peak: &Peak) {
    println!("| limit of one core | |\n|---|---:|");
    println!("| multiply-adds, double precision | {} billion a second |", digits(1e-9 * peak.double));
    println!("| multiply-adds, single precision | {} billion a second |", digits(1e-9 * peak.single));
    for (name, kilobytes) in [("16 KiB", 16), ("256 KiB", 256), ("4 MiB", 4096), ("256 MiB", 262_144)] {
        println!(
            "| reading an array of {name} again and again | {} GB/s |",
            digits(1e-9 * bandwidth(kilobytes * 1024))
        );
    }
    println!();
}

/// The limit with what sets it, the time, and the ratio of both.
fn cells(step: &Step, peak: &Peak) -> String {
    let (limit, of_memory) = step.limit(peak, bandwidth(step.resident() as usize));
    let by = if of_memory { "m" } else { "a" };
    let (taken, spread) = (time(step.taken.median), 50.0 * step.taken.spread);
    format!("{} {by} | {taken} ±{spread:.0} % | {}", time(limit), digits(step.taken.median / limit))
}
