//! The pages that list prepared scenarios, written from the scenario files.
//!
//! `TARIFFSIM_BLESS=1 cargo test --release --test claims` writes them anew.

use std::path::Path;

use tariffsim::scenario::{Scenario, prepared};

const BEGIN: &str = "<!-- prepared:begin -->\n";
const END: &str = "<!-- prepared:end -->";

fn scenarios() -> impl Iterator<Item = Scenario> {
    prepared::SCENARIOS.iter().map(|known| Scenario::parse(known.name, known.text).unwrap())
}

/// Each group with what `entry` says of its scenarios, under a heading of `level`.
fn by_group(level: &str, lead: &str, entry: fn(&Scenario) -> String) -> String {
    let mut text = String::new();
    let mut last = String::new();
    for scenario in scenarios() {
        let group = scenario.guide().group.clone().unwrap_or_default();
        if group != last {
            text += &format!("{level} {group}\n\n{lead}");
            last = group;
        }
        text += &entry(&scenario);
        let next = scenarios().skip_while(|other| other.file() != scenario.file()).nth(1);
        if next.is_some_and(|next| next.guide().group.as_deref() != Some(&last)) {
            text += "\n";
        }
    }
    text
}

/// A row of the list beside the files.
fn row(scenario: &Scenario) -> String {
    format!("| `{}` | {} | {} |\n", scenario.file(), scenario.title(), scenario.guide().questions[0])
}

/// All that a scenario says of itself.
fn entry(scenario: &Scenario) -> String {
    let guide = scenario.guide();
    let notice: String = guide.notice.iter().map(|(_, text)| format!("- {text}\n")).collect();
    format!(
        "### `{}`\n\n**{}.** {}\n\n*{}*\n\n{notice}\nSources: {}.\n\n",
        scenario.file(),
        scenario.title(),
        scenario.summary().unwrap_or_default(),
        guide.questions.join(" "),
        scenario.sources().join("; ")
    )
}

#[test]
fn the_pages_say_what_the_scenarios_say() {
    let lists = [
        ("docs/prepared.md", by_group("##", "", entry)),
        (
            "scenarios/README.md",
            by_group("##", "| scenario | what it is | what it asks |\n|---|---|---|\n", row),
        ),
    ];
    for (page, wanted) in lists {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let text = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once(BEGIN).unwrap();
        let (written, after) = rest.split_once(END).unwrap();
        let wanted = format!("\n{}\n\n", wanted.trim_end());
        if std::env::var_os("TARIFFSIM_BLESS").is_some() {
            std::fs::write(&path, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
        } else {
            assert_eq!(written, wanted, "{page}: TARIFFSIM_BLESS=1 writes it anew");
        }
    }
}
