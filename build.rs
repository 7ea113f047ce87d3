//! Packs the embedded dataset. It is read by the very modules that read a user's folder, so that whatever they
//! refuse cannot be built in.

// The modules below are parts of the library: what a build does not use of them is used there.
#![allow(dead_code, unreachable_pub, unused_imports, unfulfilled_lint_expectations)]

use std::path::Path;
use std::process::ExitCode;

#[path = "src/bilateral.rs"]
mod bilateral;
#[path = "src/diagnostic.rs"]
mod diagnostic;
#[path = "src/files.rs"]
mod files;
#[path = "src/index.rs"]
mod index;
#[path = "src/table.rs"]
mod table;

#[path = "src/economy"]
mod economy {
    pub mod dataset;
    pub mod totals;
}

#[path = "src/data"]
mod data {
    mod accounts;
    pub mod check;
    mod codes;
    mod flows;
    pub mod folder;
    mod inputs;
    mod manifest;
    pub(crate) mod pack;
    mod parameters;
    mod source;
}

/// The datasets to embed, as folders of `data/`.
const EMBEDDED: [&str; 1] = ["world-2024"];

/// The sources above: when they change, the packed form may.
const SOURCES: [&str; 8] = [
    "src/bilateral.rs",
    "src/data",
    "src/diagnostic.rs",
    "src/economy/dataset.rs",
    "src/economy/totals.rs",
    "src/files.rs",
    "src/index.rs",
    "src/table.rs",
];

fn main() -> ExitCode {
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    let packed: Vec<bool> = EMBEDDED.iter().map(|name| embed(name)).collect();
    if packed.iter().all(|&good| good) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Packs one dataset; says what is wrong with it otherwise.
fn embed(name: &str) -> bool {
    println!("cargo::rerun-if-changed=data/{name}");
    let reading = data::folder::read(&files::Folder::new(Path::new("data").join(name)));
    for fault in reading.diagnostics.iter().filter(|fault| fault.is_error()) {
        println!("cargo::error=data/{name}: {}", sentence(fault));
    }
    let Some(dataset) = reading.dataset else {
        return false;
    };
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for a build script");
    let target = Path::new(&out).join(format!("{name}.postcard"));
    match std::fs::write(&target, data::pack::pack(&dataset)) {
        Ok(()) => true,
        Err(error) => {
            println!("cargo::error=cannot write {}: {error}", target.display());
            false
        }
    }
}

fn sentence(fault: &diagnostic::Diagnostic) -> String {
    let place =
        fault.place.as_ref().map_or(String::new(), |place| format!("{}:{}: ", place.file, place.line()));
    let expected =
        if fault.expected.is_empty() { String::new() } else { format!("; expected {}", fault.expected) };
    format!("{place}{}{expected}", fault.message)
}
