//! The files of a result folder that others look for, by name.

/// The file by which a result folder is known.
pub const RECORD: &str = "run.json";

/// The page that tells the result.
pub const PAGE: &str = "report.html";

/// The tables and the scenario from which the page is made.
pub const COUNTRIES: &str = "countries.csv";
/// See [`COUNTRIES`].
pub const FLOWS: &str = "flows.csv";
/// See [`COUNTRIES`].
pub const RATES: &str = "rates.csv";
/// See [`COUNTRIES`].
pub const SCENARIO: &str = "scenario.toml";
