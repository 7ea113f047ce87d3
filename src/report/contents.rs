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

/// The names of a chart: as a drawing and as a picture.
pub type Chart = [&'static str; 2];
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

/// The charts of every run, in the order of the page.
pub const CHARTS: [Chart; 3] =
    [["prices.svg", "prices.png"], ["volumes.svg", "volumes.png"], ["countries.svg", "countries.png"]];

/// The picture of a single market, where there is one.
pub const MARKET: Chart = ["market.svg", "market.png"];

/// What each measure contributes, where that was worked out: a table and a chart.
pub const CONTRIBUTIONS: &str = "contributions.csv";
/// See [`CONTRIBUTIONS`].
pub const WATERFALL: Chart = ["contributions.svg", "contributions.png"];

/// Where exact welfare comes from, where that has an answer: a table and a chart.
pub const WELFARE: &str = "welfare.csv";
/// See [`WELFARE`].
pub const WELFARE_CHART: Chart = ["welfare.svg", "welfare.png"];

/// The files whose hashes every record has: all but itself and the page, which is made from it.
pub fn hashed() -> impl Iterator<Item = &'static str> {
    [COUNTRIES, SECTORS, FLOWS, RATES, SCENARIO].into_iter().chain(CHARTS.into_iter().flatten())
}

/// The files of every draw, whose hashes a record has too where they are asked for.
pub const OF_DRAWS: [&str; 3] = [DRAWS, DRAWS_TABLE, CODEBOOK];

/// Those that some runs have besides.
pub const HASHED_BESIDES: [&str; 8] = [
    CONTRIBUTIONS,
    WATERFALL[0],
    WATERFALL[1],
    WELFARE,
    WELFARE_CHART[0],
    WELFARE_CHART[1],
    MARKET[0],
    MARKET[1],
];
