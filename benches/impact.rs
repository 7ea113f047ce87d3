//! What is reported of a batch of draws, per batch: countries and the flows of the policy, as for the page; and
//! everything, as for the files.

mod economies;
mod support;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use economies::{Case, cases};
use tariffsim::model::equilibrium::Equilibrium;
use tariffsim::model::impact::{Comparison, Impact, Measure};
use tariffsim::model::trade_model::{BATCH, GeneralEquilibrium, TradeModel as _};

fn impact(c: &mut Criterion) {
    let model = GeneralEquilibrium::default();
    for case in cases(&model) {
        measured(c, &model, &case);
    }
}

fn measured(c: &mut Criterion, model: &GeneralEquilibrium, case: &Case) {
    let mut group = c.benchmark_group("impact");
    let world = case.baseline.world(&case.policy).expect("a world");
    let draws = support::draws(case);
    let starts = vec![&case.baseline.central; BATCH];
    let found = model.solve_batch(&world, &draws.iter().collect::<Vec<_>>(), &starts);
    let found: Vec<Equilibrium> = found.into_iter().map(|found| found.expect("an equilibrium")).collect();
    let comparisons: Vec<Comparison<'_>> = draws
        .iter()
        .zip(&found)
        .map(|(parameters, counterfactual)| Comparison {
            parameters,
            baseline: &case.baseline.central,
            counterfactual,
        })
        .collect();
    let (page, files) = case.rows();
    for (name, rows) in [("page", page), ("files", files)] {
        group.bench_function(BenchmarkId::new(format!("one-{name}"), &case.name), |b| {
            b.iter(|| Impact::new(&world, comparisons[0], &rows));
        });
        let measure = Measure::<BATCH>::new(&world, &rows, name == "files");
        group.bench_function(BenchmarkId::new(format!("batch-{name}"), &case.name), |b| {
            b.iter(|| measure.impacts(&comparisons));
        });
    }
}

criterion_group! {
    name = benches;
    config = support::brief();
    targets = impact
}
criterion_main!(benches);
