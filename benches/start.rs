//! The whole program from its start to its end: what a person at a terminal waits for.

use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

fn start(c: &mut Criterion) {
    let mut group = c.benchmark_group("start");
    for line in ["--version", "list", "check us-25-mexico-canada", "run us-25-mexico-canada --draws 0"] {
        group.bench_function(line, |b| {
            b.iter(|| {
                let mut program = Command::new(env!("CARGO_BIN_EXE_tariffsim"));
                let status = program.args(line.split(' ')).stdout(Stdio::null()).status();
                assert!(status.expect("the program starts").success(), "{line}");
            });
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = start
}
criterion_main!(benches);
