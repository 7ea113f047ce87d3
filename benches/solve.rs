//! One solution of the model: the embedded baseline, and a random economy of another size.

#![allow(clippy::print_stdout)]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use tariffsim::bilateral::Shape;
use tariffsim::data::embedded;
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::dataset::Dataset;
use tariffsim::economy::elasticities::Elasticities;
use tariffsim::economy::policy::{Deficits, FlowChange, Policy};
use tariffsim::economy::synthetic::Recipe;
use tariffsim::index::{CountryId, Position};
use tariffsim::model::baseline::Baseline;
use tariffsim::model::trade_model::{BATCH, GeneralEquilibrium, TradeModel as _};
use tariffsim::model::world::Parameters;
use tariffsim::units::{AdValorem, CostFactor};

/// 25 percentage points on all goods of two partners of the last country but one (in the embedded data the United
/// States come third from the end; which country it is does not matter for the time).
fn policy(dataset: &Dataset) -> Policy {
    let shape = dataset.shape();
    let importer = dataset.countries.find("USA").unwrap_or(CountryId::at(shape.countries - 1));
    let partners: [CountryId; 2] = [CountryId::at(0), CountryId::at(1)];
    let changes: Vec<FlowChange> = (0..shape.cells())
        .map(|cell| shape.flow(cell))
        .filter(|flow| flow.importer == importer && partners.contains(&flow.exporter))
        .filter(|flow| dataset.is_goods(flow.sector))
        .map(|flow| FlowChange {
            flow,
            cost: CostFactor::UNCHANGED,
            rate: AdValorem::new(dataset.tariffs.get(flow) + 0.25).expect("a rate"),
            exempt: Vec::new(),
        })
        .collect();
    Policy { changes, ..Policy::default() }
}

fn solve(c: &mut Criterion) {
    let mut group = c.benchmark_group("solve");
    let embedded = embedded::open("world-2024").expect("embedded");
    let synthetic = |countries, sectors| Recipe::new(countries, sectors, 1).dataset();
    let Shape { countries, sectors } = embedded.shape();
    for (name, dataset) in
        [(format!("{countries}x{sectors}"), embedded), ("31x40".to_owned(), synthetic(31, 40))]
    {
        let set = Elasticities::published(&dataset, &dataset.default_elasticities).expect("default set");
        let central = Parameters { theta: set.theta, exempt_shares: Vec::new() };
        let (accounts, _) = Accounts::calibrate(&dataset, true).expect("accounts");
        let model = GeneralEquilibrium::default();
        let baseline = Baseline::new(&model, accounts, Deficits::Fixed, &central).expect("baseline");
        let policy = policy(&dataset);
        let world = baseline.world(&policy).expect("world");
        let solution = model.solve(&world, &central, &baseline.central).expect("equilibrium");
        println!("{name}: {} sweeps", solution.iterations);
        group.bench_function(BenchmarkId::new("central", &name), |b| {
            b.iter(|| model.solve(&world, &central, &baseline.central));
        });
        let draws: Vec<Parameters> = (0..BATCH)
            .map(|l| Parameters {
                theta: central.theta.iter().map(|theta| theta * (0.8 + 0.05 * l as f64)).collect(),
                exempt_shares: Vec::new(),
            })
            .collect();
        let (draws, starts) = (draws.iter().collect::<Vec<_>>(), vec![&solution; BATCH]);
        group.bench_function(BenchmarkId::new("batch", &name), |b| {
            b.iter(|| model.solve_batch(&world, &draws, &starts));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = solve
}
criterion_main!(benches);
