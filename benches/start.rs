//! The whole program from its start to its end: what a person at a terminal waits for.

mod economies;
mod support;

use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};
use support::brief;

fn start(c: &mut Criterion) {
    let mut group = c.benchmark_group("start");
    for line in [
        "--version",
        "list",
        "check us-25-mexico-canada",
        "run us-25-mexico-canada --draws 0",
        "run us-25-mexico-canada --draws 0 --set aggregate=economies-45",
        "run us-25-mexico-canada --draws 0 --set aggregate=economies-12",
    ] {
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
    config = brief();
    targets = start
}
criterion_main!(benches);
