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

/// Every draw, where they are asked for.
pub const DRAWS: &str = "draws.parquet";
/// The same as a table of text.
pub const DRAWS_TABLE: &str = "draws.csv";
/// What the columns of both are.
pub const CODEBOOK: &str = "codebook.csv";

/// The table of a result over time, by which it is known.
pub const TIMELINE: &str = "timeline.csv";

/// The table of a comparison, by which it is known.
pub const COMPARE: &str = "compare.csv";

/// The table of a sweep, by which it is known.
pub const SWEEP: &str = "sweep.csv";

/// The tables of tariffs that countries choose.
pub const OPTIMAL: &str = "optimal.csv";
/// See [`OPTIMAL`].
pub const NASH: &str = "nash.csv";

/// The tables of a game.
pub const PAYOFFS: &str = "payoffs.csv";
/// See [`PAYOFFS`].
pub const EQUILIBRIA: &str = "equilibria.csv";
/// See [`PAYOFFS`].
pub const BEST_REPLIES: &str = "best_replies.csv";

/// The charts as drawings, in the order of the page.
pub const DRAWINGS: [&str; 3] = ["prices.svg", "volumes.svg", "countries.svg"];

/// The same as pictures.
pub const PICTURES: [&str; 3] = ["prices.png", "volumes.png", "countries.png"];

/// What each measure contributes, where that was worked out: a table and a chart.
pub const CONTRIBUTIONS: &str = "contributions.csv";
/// See [`CONTRIBUTIONS`].
pub const WATERFALL: &str = "contributions.svg";
/// See [`CONTRIBUTIONS`].
pub const WATERFALL_PICTURE: &str = "contributions.png";

/// The files of every run whose hashes the record has: all but itself and the page, which is made from it.
pub fn hashed() -> impl Iterator<Item = &'static str> {
    [COUNTRIES, SECTORS, FLOWS, RATES, SCENARIO].into_iter().chain(DRAWINGS).chain(PICTURES)
}

/// The files of every draw, whose hashes a record has too where they are asked for.
pub const OF_DRAWS: [&str; 3] = [DRAWS, DRAWS_TABLE, CODEBOOK];

/// Those that some runs have besides.
pub const HASHED_BESIDES: [&str; 3] = [CONTRIBUTIONS, WATERFALL, WATERFALL_PICTURE];
