//! One sweep over the equations, one solution from the baseline, and a batch of draws on one core.

mod economies;

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use economies::{Case, cases};
use tariffsim::model::equilibrium::Equilibrium;
use tariffsim::model::shares::PathPoint;
use tariffsim::model::sweep::Sweep;
use tariffsim::model::trade_model::{BATCH, GeneralEquilibrium, TradeModel as _};
use tariffsim::model::world::Parameters;
use tariffsim::numerics::anderson::FixedPoint as _;

fn solve(c: &mut Criterion) {
    let model = GeneralEquilibrium::default();
    for case in cases(&model) {
        sweep(c, &case);
        solutions(c, &model, &case);
    }
}

/// The equations once, at the baseline: as for a single solution, and for a batch of draws.
fn sweep(c: &mut Criterion, case: &Case) {
    let mut group = c.benchmark_group("sweep");
    let world = case.baseline.world(&case.policy).expect("a world");
    let mut one = Sweep::<1>::new(&world, world.preconditioner, PathPoint::END);
    one.set_draw(0, &case.central);
    let (unknowns, mut step) = (start(&case.baseline.central, 1), vec![0.0; one.size()]);
    group.bench_function(BenchmarkId::new("one", &case.name), |b| b.iter(|| one.step(&unknowns, &mut step)));
    let mut all = Sweep::<BATCH>::new(&world, world.preconditioner, PathPoint::END);
    (0..BATCH).for_each(|lane| all.set_draw(lane, &case.central));
    let (unknowns, mut step) = (start(&case.baseline.central, BATCH), vec![0.0; BATCH * one.size()]);
    group
        .bench_function(BenchmarkId::new("batch", &case.name), |b| b.iter(|| all.step(&unknowns, &mut step)));
}

/// The unknowns of an equilibrium for so many draws side by side.
fn start(equilibrium: &Equilibrium, lanes: usize) -> Vec<f64> {
    let unknowns = equilibrium.log_wage.iter().chain(&equilibrium.log_price).chain(&equilibrium.expenditure);
    unknowns.flat_map(|&unknown| std::iter::repeat_n(unknown, lanes)).collect()
}

/// A policy from its baseline, and a batch of draws from its solution.
fn solutions(c: &mut Criterion, model: &GeneralEquilibrium, case: &Case) {
    let mut group = c.benchmark_group("solve");
    let world = case.baseline.world(&case.policy).expect("a world");
    let start = &case.baseline.central;
    let solution = model.solve(&world, &case.central, start).expect("an equilibrium");
    group.bench_function(BenchmarkId::new("central", &case.name), |b| {
        b.iter(|| model.solve(&world, &case.central, start));
    });
    let draw = |l: usize| Parameters {
        theta: case.central.theta.iter().map(|theta| theta * (0.8 + 0.05 * l as f64)).collect(),
        exempt_shares: Vec::new(),
    };
    let draws: Vec<Parameters> = (0..BATCH).map(draw).collect();
    let (draws, starts) = (draws.iter().collect::<Vec<_>>(), vec![&solution; BATCH]);
    group.bench_function(BenchmarkId::new("batch", &case.name), |b| {
        b.iter(|| model.solve_batch(&world, &draws, &starts));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = solve
}
criterion_main!(benches);
