//! A whole simulation of 1,000 draws on all cores, with the flows of the policy and without sectors, as the page needs.

mod economies;
mod support;

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use economies::cases;
use support::{Unwatched, experiment, touched};
use tariffsim::model::trade_model::GeneralEquilibrium;
use tariffsim::monte_carlo::prior::Uncertainty;

fn draws(c: &mut Criterion) {
    let model = GeneralEquilibrium::default();
    let uncertainty = Uncertainty { draws: 1000, ..Uncertainty::default() };
    let mut group = c.benchmark_group("draws");
    group.sampling_mode(SamplingMode::Flat);
    for case in cases(&model) {
        let flow_rows = touched(&case);
        let experiment = experiment(&model, &case, &uncertainty, &flow_rows);
        group.bench_function(BenchmarkId::new("1000", &case.name), |b| b.iter(|| experiment.run(&Unwatched)));
    }
}

criterion_group! {
    name = benches;
    config = support::long();
    targets = draws
}
criterion_main!(benches);
