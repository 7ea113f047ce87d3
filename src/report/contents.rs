//! The files of a result folder, by name.

/// The file by which a result folder is known.
pub const RECORD: &str = "run.json";

/// The page that tells the result.
pub const PAGE: &str = "report.html";

/// The tables and the scenario.
pub const COUNTRIES: &str = "countries.csv";
/// See [`COUNTRIES`].
pub const SECTORS: &str = "sectors.csv";
/// See [`COUNTRIES`].
pub const FLOWS: &str = "flows.csv";
/// See [`COUNTRIES`].
pub const RATES: &str = "rates.csv";
/// See [`COUNTRIES`].
pub const SCENARIO: &str = "scenario.toml";

/// The table of a result over time, by which it is known.
pub const TIMELINE: &str = "timeline.csv";

/// The table of a comparison, by which it is known.
pub const COMPARE: &str = "compare.csv";

/// The table of a sweep, by which it is known.
pub const SWEEP: &str = "sweep.csv";

/// The charts as drawings, in the order of the page.
pub const DRAWINGS: [&str; 3] = ["prices.svg", "volumes.svg", "countries.svg"];

/// The same as pictures.
pub const PICTURES: [&str; 3] = ["prices.png", "volumes.png", "countries.png"];

/// The picture of a single market, as a drawing and as a picture; only where there is one.
pub const MARKET: [&str; 2] = ["market.svg", "market.png"];

/// The files whose hashes every record has: all but itself and the page, which is made from it.
pub fn hashed() -> impl Iterator<Item = &'static str> {
    [COUNTRIES, SECTORS, FLOWS, RATES, SCENARIO].into_iter().chain(DRAWINGS).chain(PICTURES)
}
