//! What is reported of a batch of draws, per batch: countries and the flows of the policy, as for the page; and
//! everything, as for the files.

mod economies;
mod support;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use economies::{Case, cases};
use tariffsim::index::{CountryId, Position as _};
use tariffsim::model::equilibrium::Equilibrium;
use tariffsim::model::impact::{Comparison, FlowRow, Impact, Measure};
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
    let (page, files) = rows(case);
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

/// The flows of the policy with the totals of their pairs, and the totals of all pairs besides.
fn rows(case: &Case) -> (Vec<FlowRow>, Vec<FlowRow>) {
    let touched = case.policy.touched.iter();
    let row = |importer, exporter, sector| FlowRow { importer, exporter, sector };
    let mut page: Vec<FlowRow> = touched
        .flat_map(|flow| [Some(flow.sector), None].map(|sector| row(flow.importer, flow.exporter, sector)))
        .collect();
    page.sort_unstable();
    page.dedup();
    let n = case.baseline.accounts.shape.countries;
    let pairs = (0..n * n).map(|pair| (CountryId::at(pair / n), CountryId::at(pair % n)));
    let totals = pairs.filter(|(importer, exporter)| importer != exporter);
    let mut files = page.clone();
    files.extend(totals.map(|(importer, exporter)| row(importer, exporter, None)));
    files.sort_unstable();
    files.dedup();
    (page, files)
}

criterion_group! {
    name = benches;
    config = support::brief();
    targets = impact
}
criterion_main!(benches);
