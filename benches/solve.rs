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
    sweep_of::<1>(c, case, "one");
    sweep_of::<BATCH>(c, case, "batch");
}

fn sweep_of<const K: usize>(c: &mut Criterion, case: &Case, name: &str) {
    let world = case.baseline.world(&case.policy).expect("a world");
    let mut sweep = Sweep::<K>::new(&world, world.preconditioner);
    (0..K).for_each(|lane| sweep.set_draw(lane, &case.central, PathPoint::END));
    let (z, mut step) = (unknowns(&case.baseline.central, K), vec![0.0; K * sweep.size()]);
    let mut group = c.benchmark_group("sweep");
    group.bench_function(BenchmarkId::new(name, &case.name), |b| b.iter(|| sweep.step(&z, &mut step)));
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
