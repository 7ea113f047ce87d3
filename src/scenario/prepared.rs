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

/// The prepared scenarios, simple ones first.
pub const SCENARIOS: &[Prepared] = embedded!(
    "",
    ".toml",
    "universal-10",
    "us-25-mexico-canada",
    "us-25-mexico-canada-usmca-exempt",
    "us-25-mexico-canada-retaliation",
    "canada-30bn-retaliation",
    "threat-of-march-2025",
    "mexico-matches-us-on-china",
    "us-china-145",
    "steel-aluminium-50",
    "steel-232-with-trq",
    "export-tax",
    "closed-us-mexico-border",
    "free-trade",
    "us-china-2018",
    "us-tariffs-2025-timeline",
    "us-tariffs-after-court-2026",
);

/// The tables of exempt shares that scenarios may name.
pub const TABLES: &[Prepared] = embedded!("tables/", ".csv", "usmca-2024", "usmca-2025h2", "reciprocal-2025");

/// The text of a prepared scenario.
pub fn scenario(name: &str) -> Option<&'static str> {
    find(SCENARIOS, name)
}

/// The text of a table of exempt shares.
pub fn table(name: &str) -> Option<&'static str> {
    find(TABLES, name)
}

fn find(list: &[Prepared], name: &str) -> Option<&'static str> {
    list.iter().find(|prepared| prepared.name == name).map(|prepared| prepared.text)
}
