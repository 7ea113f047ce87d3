//! A whole simulation on all cores: 1,000 draws with the flows of the policy and without sectors, as the page needs;
//! and 200 draws with sectors and the totals of all pairs, as the files need, where the summary counts.

mod economies;

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use economies::cases;
use tariffsim::model::impact::FlowRow;
use tariffsim::model::trade_model::GeneralEquilibrium;
use tariffsim::monte_carlo::ensemble::{Experiment, Observer};
use tariffsim::monte_carlo::prior::Uncertainty;

/// Nobody watches.
struct Unwatched;

impl Observer for Unwatched {
    fn draws(&self, _done: u32, _all: u32) {}
}

fn draws(c: &mut Criterion) {
    let model = GeneralEquilibrium::default();
    let mut group = c.benchmark_group("draws");
    group.sampling_mode(SamplingMode::Flat);
    for case in cases(&model) {
        let row = |flow: &tariffsim::bilateral::Flow| FlowRow {
            importer: flow.importer,
            exporter: flow.exporter,
            sector: Some(flow.sector),
        };
        let touched: Vec<FlowRow> = case.policy.touched.iter().map(row).collect();
        for (name, draws, flow_rows, sectors) in
            [("1000", 1000, touched, false), ("200-files", 200, case.rows().1, true)]
        {
            let experiment = Experiment {
                model: &model,
                baseline: &case.baseline,
                policy: &case.policy,
                elasticities: &case.elasticities,
                uncertainty: &Uncertainty { draws, ..Uncertainty::default() },
                flow_rows: &flow_rows,
                sectors,
            };
            let id = BenchmarkId::new(name, &case.name);
            group.bench_function(id, |b| b.iter(|| experiment.run(&Unwatched)));
        }
    }
}

criterion_group! {
    name = benches;
    // Ten are the fewest that criterion takes, and a simulation is long.
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(1))
        .measurement_time(Duration::from_millis(1));
    targets = draws
}
criterion_main!(benches);
