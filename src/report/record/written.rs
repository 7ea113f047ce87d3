//! A record read back, to see whether its result can be made again.

use serde::Deserialize;
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::monte_carlo::sampling::Design;
use crate::report::contents::RECORD;
use crate::report::inputs::Inputs;
use crate::report::record::{FORMAT, Hashes, PROGRAM};

/// What of the record of a run decides its result.
#[derive(Clone, Debug, Deserialize)]
pub struct Written {
    /// Who wrote it.
    pub program: Program,
    /// What was simulated.
    pub scenario: Hash,
    /// On what data.
    pub data: Data,
    /// Draws and seed.
    pub uncertainty: Sampling,
    /// From what it can be made again.
    pub inputs: Inputs,
    /// The hashes of the other files.
    pub files: Hashes,
}

/// Who wrote a record.
#[derive(Clone, Debug, Deserialize)]
pub struct Program {
    /// Its version.
    pub version: String,
}

/// A hash.
#[derive(Clone, Debug, Deserialize)]
pub struct Hash {
    /// In hexadecimal.
    pub sha256: String,
}

/// A dataset.
#[derive(Clone, Debug, Deserialize)]
pub struct Data {
    /// Its short name.
    pub name: String,
    /// Its hash.
    pub sha256: String,
    /// The hashes of its tables by the names of their files; none of data in the program.
    #[serde(default)]
    pub tables: Hashes,
}

/// How much was drawn.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Sampling {
    /// Number of draws.
    pub draws: u32,
    /// Seed of the random streams.
    pub seed: u64,
    /// How draws are spread.
    pub sampler: Design,
}

/// Keys that only the records of other commands have, with what those records are of.
const OTHERS: [(&str, &str, &str); 3] = [
    ("pairs", "a comparison", "compare"),
    ("points", "a sweep", "sweep"),
    ("days", "a timeline", "timeline"),
];

impl Written {
    /// Reads the record of a run.
    ///
    /// # Errors
    /// Why it is none, or none that says enough.
    pub fn read(text: &str) -> Result<Self, Box<Diagnostic>> {
        let record = serde_json::from_str::<Value>(text).ok();
        let Some(record) = record.filter(|record| record["program"]["name"] == PROGRAM) else {
            let fault = Diagnostic::error(format!("`{RECORD}` is no record of this program"));
            return Err(Box::new(
                fault.help("name a folder that `tariffsim run --out DIR` wrote, or its `run.json`"),
            ));
        };
        if record["format"] != FORMAT {
            let fault = Diagnostic::error(format!("the format of this record is {}", record["format"]));
            let fault = fault.expected(format!("format {FORMAT}")).help("use the version that wrote it");
            return Err(Box::new(fault));
        }
        if let Some((_, what, verb)) = OTHERS.iter().find(|(key, ..)| record.get(key).is_some()) {
            let fault = Diagnostic::error(format!(
                "this is the record of {what}, and only that of `run` holds all it was made from"
            ));
            return Err(Box::new(fault.help(format!(
                "`tariffsim {verb} … --out` into another folder and compare the two: equal inputs give equal bytes"
            ))));
        }
        serde_json::from_value(record).map_err(|error| {
            let fault = Diagnostic::error(format!("this record does not say from what it was made: {error}"));
            Box::new(fault.help("it was changed, or written by an earlier version: run the scenario again"))
        })
    }
}
