//! A baseline made ready, one sweep over the equations, one solution from the baseline, and a batch of draws; all but the
//! first on one core.

mod economies;
mod support;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use economies::{Case, cases};
use support::unknowns;
use tariffsim::economy::closure::Deficits;
use tariffsim::model::baseline::Baseline;
use tariffsim::model::shares::PathPoint;
use tariffsim::model::sweep::Sweep;
use tariffsim::model::trade_model::{BATCH, GeneralEquilibrium, TradeModel as _};
use tariffsim::numerics::anderson::FixedPoint as _;

fn solve(c: &mut Criterion) {
    let model = GeneralEquilibrium::default();
    for case in cases(&model) {
        baseline(c, &model, &case);
        sweep(c, &case);
        solutions(c, &model, &case);
    }
}

/// From calibrated accounts to a baseline that can be solved from: its equilibrium and the preconditioner.
fn baseline(c: &mut Criterion, model: &GeneralEquilibrium, case: &Case) {
    c.benchmark_group("baseline").bench_function(BenchmarkId::new("new", &case.name), |b| {
        b.iter(|| Baseline::new(model, case.baseline.accounts.clone(), Deficits::Fixed, &case.central));
    });
}

/// The equations once, at the baseline: as for a single solution, and for a batch of draws.
fn sweep(c: &mut Criterion, case: &Case) {
    let mut group = c.benchmark_group("sweep");
    let world = case.baseline.world(&case.policy).expect("a world");
    let mut one = Sweep::<1>::new(&world, world.preconditioner, PathPoint::END);
    one.set_draw(0, &case.central);
    let (z, mut step) = (unknowns(&case.baseline.central, 1), vec![0.0; one.size()]);
    group.bench_function(BenchmarkId::new("one", &case.name), |b| b.iter(|| one.step(&z, &mut step)));
    let mut all = Sweep::<BATCH>::new(&world, world.preconditioner, PathPoint::END);
    (0..BATCH).for_each(|lane| all.set_draw(lane, &case.central));
    let (z, mut step) = (unknowns(&case.baseline.central, BATCH), vec![0.0; BATCH * one.size()]);
    group.bench_function(BenchmarkId::new("batch", &case.name), |b| b.iter(|| all.step(&z, &mut step)));
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
    let draws = support::draws(case);
    let (draws, starts) = (draws.iter().collect::<Vec<_>>(), vec![&solution; BATCH]);
    group.bench_function(BenchmarkId::new("batch", &case.name), |b| {
        b.iter(|| model.solve_batch(&world, &draws, &starts));
    });
}

criterion_group! {
    name = benches;
    config = support::brief();
    targets = solve
}
criterion_main!(benches);
