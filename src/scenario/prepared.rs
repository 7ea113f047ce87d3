//! The scenarios and tables that come with the program.

/// A text that is in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Its name: the file's stem.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! embedded {
    ($folder:literal, $ending:literal, $($name:literal),+ $(,)?) => {
        &[$(Prepared { name: $name, text: include_str!(concat!("../../scenarios/", $folder, $name, $ending)) }),+]
    };
}

/// The prepared scenarios by group, in each the simple ones first.
pub const SCENARIOS: &[Prepared] = embedded!(
    "",
    ".toml",
    "us-25-mexico-canada",
    "us-25-mexico-canada-usmca-exempt",
    "us-25-mexico-canada-retaliation",
    "canada-30bn-retaliation",
    "threat-of-march-2025",
    "mexico-matches-us-on-china",
    "mexico-2026-asia",
    "closed-us-mexico-border",
    "us-reciprocal",
    "liberation-day-2025",
    "steel-aluminium-50",
    "steel-232-with-trq",
    "us-autos-25",
    "us-tariffs-2025-timeline",
    "us-tariffs-after-court-2026",
    "us-china-145",
    "us-china-2018",
    "china-embargo",
    "fta-diversion",
    "eu-mercosur",
    "north-american-customs-union",
    "uk-eu-border",
    "textbook-steel",
    "universal-10",
    "everyone-answers-10",
    "small-country-large-country",
    "unilateral-free-trade",
    "export-tax",
    "free-trade",
);

/// The prepared games.
pub const GAMES: &[Prepared] = embedded!("games/", ".toml", "mexico-canada-us-game", "us-china-tariff-war");

/// The tables of exempt shares that scenarios may name.
pub const TABLES: &[Prepared] = embedded!("tables/", ".csv", "usmca-2024", "usmca-2025h2", "reciprocal-2025");

/// The text of a prepared scenario.
pub fn scenario(name: &str) -> Option<&'static str> {
    find(SCENARIOS, name)
}

/// The text of a prepared game.
pub fn game(name: &str) -> Option<&'static str> {
    find(GAMES, name)
}

/// The text of a table of exempt shares.
pub fn table(name: &str) -> Option<&'static str> {
    find(TABLES, name)
}

fn find(list: &[Prepared], name: &str) -> Option<&'static str> {
    list.iter().find(|prepared| prepared.name == name).map(|prepared| prepared.text)
}
