//! How the cost grows: of a solution with the size of the economy, of a simulation with its draws, and what a second
//! thread brings. Prints tables in Markdown, for `docs/performance.md`.
#![allow(clippy::print_stdout, reason = "its output is what it is for")]

mod economies;
mod support;

use economies::{Case, EMBEDDED};
use rayon::ThreadPoolBuilder;
use support::{Unwatched, digits, experiment, seconds, time, touched, unknowns};
use tariffsim::data::embedded;
use tariffsim::economy::synthetic::Recipe;
use tariffsim::model::shares::PathPoint;
use tariffsim::model::sweep::Sweep;
use tariffsim::model::trade_model::{GeneralEquilibrium, TradeModel as _};
use tariffsim::monte_carlo::prior::Uncertainty;
use tariffsim::numerics::anderson::FixedPoint as _;

/// Economies × sectors, of random economies.
const SIZES: [(usize, usize); 5] = [(25, 20), (50, 25), (81, 29), (120, 40), (200, 50)];
const SAMPLES: usize = 9;

fn main() {
    let model = GeneralEquilibrium::default();
    sizes(&model);
    let world = embedded::open(EMBEDDED).expect("it is embedded");
    let small = Case::new(EMBEDDED, &economies::aggregated(&world, "economies-12"), &model);
    draws(&model, &small);
    threads(&model, &[small, Case::new(EMBEDDED, &world, &model)]);
}

/// Time per sweep and per central solution, and the powers of N²J with which they grow.
fn sizes(model: &GeneralEquilibrium) {
    println!("| economies × sectors | N²J | one sweep | spread | sweeps | one solution | spread |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let (mut of_sweep, mut of_solution) = (Vec::new(), Vec::new());
    for (countries, sectors) in SIZES {
        let case = Case::new("random", &Recipe::new(countries, sectors, 1).dataset(), model);
        let world = case.baseline.world(&case.policy).expect("a world");
        let start = &case.baseline.central;
        let mut sweep = Sweep::<1>::new(&world, world.preconditioner, PathPoint::END);
        sweep.set_draw(0, &case.central);
        let (z, mut step) = (unknowns(start, 1), vec![0.0; sweep.size()]);
        let one_sweep = seconds(SAMPLES, || {
            std::hint::black_box(sweep.step(&z, &mut step));
        });
        let sweeps = model.solve(&world, &case.central, start).expect("an equilibrium").iterations;
        let solution = seconds(SAMPLES, || drop(model.solve(&world, &case.central, start)));
        let size = (countries * countries * sectors) as f64;
        println!(
            "| {countries} × {sectors} | {size:.0} | {} | {:.0} % | {sweeps} | {} | {:.0} % |",
            time(one_sweep.median),
            100.0 * one_sweep.spread,
            time(solution.median),
            100.0 * solution.spread
        );
        of_sweep.push((size, one_sweep.median));
        of_solution.push((size, solution.median));
    }
    let (sweep, solution) = (power(&of_sweep), power(&of_solution));
    println!("\nTime grows with (N²J)^{sweep:.2} for a sweep and with (N²J)^{solution:.2} for a solution.\n");
}

/// The power p of y ~ x^p, by least squares in logarithms.
fn power(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let count = logs.len() as f64;
    let (x, y) = logs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / count, b + y / count));
    let covariance: f64 = logs.iter().map(|(a, b)| (a - x) * (b - y)).sum();
    covariance / logs.iter().map(|(a, _)| (a - x) * (a - x)).sum::<f64>()
}

/// Time per draw on one thread, and the power of the number of draws with which the whole grows.
fn draws(model: &GeneralEquilibrium, case: &Case) {
    println!("| {} on one thread: draws | whole | spread | per draw |\n|---:|---:|---:|---:|", case.name);
    let mut whole = Vec::new();
    for draws in [100, 1_000, 10_000, 100_000] {
        let samples = if draws < 100_000 { 5 } else { 2 };
        let taken = simulation(model, case, draws, 1, samples);
        let each = time(taken.median / f64::from(draws));
        println!("| {draws} | {} | {:.0} % | {each} |", time(taken.median), 100.0 * taken.spread);
        whole.push((f64::from(draws), taken.median));
    }
    println!("\nTime grows with draws^{:.2}.\n", power(&whole));
}

/// 1,000 draws on one and on two threads.
fn threads(model: &GeneralEquilibrium, cases: &[Case]) {
    println!("| 1,000 draws | one thread | two threads | ratio |\n|---|---:|---:|---:|");
    for case in cases {
        let [one, two] = [1, 2].map(|threads| simulation(model, case, 1_000, threads, 5).median);
        println!("| {} | {} | {} | {} |", case.name, time(one), time(two), digits(one / two));
    }
}

fn simulation(
    model: &GeneralEquilibrium,
    case: &Case,
    draws: u32,
    threads: usize,
    samples: usize,
) -> support::Seconds {
    let uncertainty = Uncertainty { draws, ..Uncertainty::default() };
    let flow_rows = touched(case);
    let experiment = experiment(model, case, &uncertainty, &flow_rows);
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(|| seconds(samples, || drop(experiment.run(&Unwatched))))
}
