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

/// The table of a result over time.
pub const TIMELINE: &str = "timeline.csv";

/// The table of a comparison.
pub const COMPARE: &str = "compare.csv";

/// The table of a sweep.
pub const SWEEP: &str = "sweep.csv";

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

/// The files of every draw, whose hashes a record has too where they are asked for.
pub const OF_DRAWS: [&str; 3] = [DRAWS, DRAWS_TABLE, CODEBOOK];

/// What a folder is the result of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One scenario, on one day.
    Run,
    /// A scenario on every day on which something changes.
    Timeline,
    /// Several scenarios side by side.
    Compare,
    /// A scenario at many values of a key.
    Sweep,
}

impl Kind {
    /// Every kind that is about more than one run, with the key that only its record has.
    pub const OF_SEVERAL: [(&str, Self); 3] =
        [("days", Self::Timeline), ("pairs", Self::Compare), ("points", Self::Sweep)];

    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Run => "a run",
            Self::Timeline => "a timeline",
            Self::Compare => "a comparison",
            Self::Sweep => "a sweep",
        }
    }

    /// The command that makes it.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Timeline => "timeline",
            Self::Compare => "compare",
            Self::Sweep => "sweep",
        }
    }

    /// The files that its folder may hold and whose hashes the record has: all but the record itself, and the page,
    /// which is made from them.
    pub fn hashed(self) -> Vec<String> {
        let with_chart = |table: &str, others: &[&str]| {
            let chart = ["svg", "png"].map(|ending| format!("{}.{ending}", self.verb()));
            chart.into_iter().chain([table].iter().chain(others).map(|&name| name.to_owned())).collect()
        };
        match self {
            Self::Run => {
                let names = [COUNTRIES, SECTORS, FLOWS, RATES, SCENARIO, CONTRIBUTIONS, WATERFALL];
                let names = names.into_iter().chain([WATERFALL_PICTURE]).chain(DRAWINGS).chain(PICTURES);
                names.chain(OF_DRAWS).map(str::to_owned).collect()
            }
            Self::Timeline => with_chart(TIMELINE, &[SCENARIO]),
            Self::Compare => {
                let mut names = with_chart(COMPARE, &[COUNTRIES]);
                names.extend((0..MOST_COMPARED).map(scenario_file));
                names
            }
            Self::Sweep => with_chart(SWEEP, &[SCENARIO]),
        }
    }
}

/// The most scenarios side by side.
pub const MOST_COMPARED: usize = 10;

/// The file of one of several scenarios.
pub fn scenario_file(at: usize) -> String {
    format!("scenario-{}.toml", at + 1)
}
