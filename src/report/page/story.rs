//! The run record as the page reads it back.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::model::variable::Variables;
use crate::monte_carlo::sampling::Design;
use crate::report::contents::RECORD;
use crate::report::record;

/// What of a record is told on the page. Its keys are those of [`record::Record`].
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Story {
    pub(super) program: Program,
    pub(super) scenario: Scenario,
    pub(super) data: Data,
    pub(super) model: Model,
    pub(super) uncertainty: Uncertainty,
    pub(super) solution: Solution,
    pub(super) measures: Vec<Measure>,
    #[serde(default)]
    pub(super) outcomes: Vec<Outcome>,
    pub(super) touched: Touched,
    pub(super) concerned: Vec<String>,
    pub(super) absent: Vec<String>,
    pub(super) disclosures: Vec<String>,
    pub(super) remarks: Vec<String>,
    pub(super) names: Names,
    pub(super) files: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Program {
    pub(super) version: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Scenario {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) sources: Vec<String>,
    pub(super) sha256: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Data {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) year: i32,
    pub(super) unit: String,
    pub(super) countries: usize,
    pub(super) sectors: usize,
    pub(super) sha256: String,
    pub(super) licence: String,
    pub(super) citation: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Model {
    #[serde(default)]
    pub(super) markets: Option<Markets>,
    pub(super) deficits: String,
    pub(super) structure: String,
    pub(super) labour: String,
    pub(super) inputs: bool,
    pub(super) elasticities: String,
    pub(super) exempt_mode: String,
    pub(super) numeraire: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Markets {
    pub(super) linear: bool,
    pub(super) demand_elasticity: String,
    pub(super) supply_elasticity: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Uncertainty {
    pub(super) draws: u32,
    pub(super) seed: u64,
    pub(super) sampler: Design,
    pub(super) priors: Vec<Prior>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Prior {
    pub(super) parameter: String,
    pub(super) words: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Solution {
    pub(super) iterations: u64,
    pub(super) residual: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Measure {
    pub(super) name: String,
    pub(super) words: String,
    pub(super) flows: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Outcome {
    pub(super) name: String,
    pub(super) probability: String,
    pub(super) measures: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Touched {
    pub(super) flows: u64,
    pub(super) pairs: u64,
    pub(super) largest: Vec<Pair>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Pair {
    pub(super) importer: String,
    pub(super) exporter: String,
    pub(super) trade: f64,
    pub(super) before: Option<f64>,
    pub(super) after: Option<f64>,
    pub(super) by_measure: String,
    pub(super) sectors: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Names {
    pub(super) countries: BTreeMap<String, String>,
    pub(super) sectors: BTreeMap<String, String>,
}

impl Story {
    /// The story of a record.
    ///
    /// # Errors
    /// The fault, where the text is no record of this program in a format it knows.
    pub(super) fn read(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| fault(format!("`{RECORD}` is not whole: {error}")))?;
        if value["program"]["name"] != record::PROGRAM {
            let message = format!("`{RECORD}` is no run record of this program");
            return Err(vec![Diagnostic::error(message).help("name the folder that a run wrote with --out")]);
        }
        if value["format"] != record::FORMAT {
            let message = format!("`{RECORD}` has the format {}, which is not known here", value["format"]);
            return Err(vec![
                Diagnostic::error(message)
                    .expected(format!("format {}", record::FORMAT))
                    .help("use the version of the program that wrote it, or run the scenario again"),
            ]);
        }
        serde_json::from_value(value).map_err(|error| fault(format!("`{RECORD}` is not complete: {error}")))
    }

    /// What the model has.
    pub(super) fn variables(&self) -> &'static Variables {
        if self.model.markets.is_some() { Variables::PARTIAL } else { Variables::GENERAL }
    }

    /// The name of a country, or its code where it has none.
    pub(super) fn country<'a>(&'a self, code: &'a str) -> &'a str {
        self.names.countries.get(code).map_or(code, String::as_str)
    }

    /// The name of a sector, or its code where it has none.
    pub(super) fn sector<'a>(&'a self, code: &'a str) -> &'a str {
        self.names.sectors.get(code).map_or(code, String::as_str)
    }
}

/// What can be done about a damaged or foreign file.
pub(super) const RUN_AGAIN: &str = "run the scenario again with --out: the files of a folder belong together";

/// The one fault of a damaged or foreign file.
pub(super) fn fault(message: String) -> Vec<Diagnostic> {
    vec![Diagnostic::error(message).help(RUN_AGAIN)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_another_program_or_format_is_refused() {
        let read = |text: &str| Story::read(text).unwrap_err()[0].message.clone();
        assert!(read("{").contains("not whole"));
        assert!(read("[]").contains("no run record"));
        assert!(read(r#"{"program":{"name":"other"},"format":1}"#).contains("no run record"));
        assert!(read(r#"{"program":{"name":"tariffsim"},"format":2}"#).contains("format 2"));
        assert!(read(r#"{"program":{"name":"tariffsim"},"format":1}"#).contains("not complete"));
    }
}
