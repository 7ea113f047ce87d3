//! A whole simulation on all cores: 1,000 draws with the flows of the policy and without sectors, as the page needs;
//! and 200 draws with sectors and the totals of all pairs, as the files need, where the summary counts.

mod economies;
mod support;

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use economies::cases;
use support::{Unwatched, experiment, touched};
use tariffsim::model::trade_model::GeneralEquilibrium;
use tariffsim::monte_carlo::ensemble::Experiment;
use tariffsim::monte_carlo::prior::Uncertainty;

fn draws(c: &mut Criterion) {
    let model = GeneralEquilibrium::default();
    let mut group = c.benchmark_group("draws");
    group.sampling_mode(SamplingMode::Flat);
    for case in cases(&model) {
        for (name, draws, flow_rows, sectors) in
            [("1000", 1000, touched(&case), false), ("200-files", 200, case.rows().1, true)]
        {
            let uncertainty = Uncertainty { draws, ..Uncertainty::default() };
            let experiment = Experiment { sectors, ..experiment(&model, &case, &uncertainty, &flow_rows) };
            let id = BenchmarkId::new(name, &case.name);
            group.bench_function(id, |b| b.iter(|| experiment.run(&Unwatched)));
        }
    }
}

criterion_group! {
    name = benches;
    config = support::long();
    targets = draws
}
criterion_main!(benches);
