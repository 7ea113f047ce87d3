//! Tariffs that countries choose: the best reply of one, or those from which none of several gains by deviating.

use std::io::{self, Write};
use std::path::Path;

use crate::bilateral::Flow;
use crate::report::contents::{COUNTRIES, NASH, OPTIMAL, RECORD};
use crate::report::folder::{self, FolderError, content, text};
use crate::report::number::push_exact;
use crate::report::record;
use crate::report::study::Study;
use crate::report::tables::{self, beginning, write_header};

/// Tariffs that are chosen, and what happens at them.
#[derive(Clone, Debug)]
pub struct Tariffs<'a> {
    /// Whether several choose, each against the others.
    pub is_nash: bool,
    /// What happens at them.
    pub study: Study<'a>,
    /// The choices, by player.
    pub levers: Vec<Lever>,
    /// The lowest and the highest rate that could be chosen, as fractions.
    pub bounds: [f64; 2],
    /// The most that a player gains by a deviation that was tried, in per cent of its real income.
    pub best_deviation: f64,
    /// How often the world was solved to find them.
    pub rounds: usize,
}

/// One rate that somebody chooses.
#[derive(Clone, Debug, PartialEq)]
pub struct Lever {
    /// Who, by code.
    pub by: String,
    /// On whose goods, by code.
    pub on: String,
    /// On which sector; all goods if none.
    pub sector: Option<String>,
    /// The average observed rate at baseline trade, as a fraction; `None` without trade.
    pub before: Option<f64>,
    /// The rate, as a fraction.
    pub rate: f64,
    /// What one percentage point more would add to the player's real income, in per cent.
    pub slope: f64,
    /// The flows it is on.
    pub flows: Vec<Flow>,
}

impl Lever {
    /// Whether a bound is in the way of a better rate.
    pub fn at_bound(&self, bounds: [f64; 2]) -> bool {
        self.rate <= bounds[0] || self.rate >= bounds[1]
    }
}

impl Tariffs<'_> {
    /// The name of the table of rates.
    pub fn table(&self) -> &'static str {
        if self.is_nash { NASH } else { OPTIMAL }
    }
}

/// The rates, flow by flow, as a measure of a scenario reads them with `rates`.
///
/// # Errors
/// Those of writing.
pub fn rates(tariffs: &Tariffs<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_header(out, &["importer", "exporter", "sector", "rate"])?;
    let dataset = tariffs.study.dataset;
    let mut text = String::new();
    for lever in &tariffs.levers {
        for flow in &lever.flows {
            let [importer, exporter] = [flow.importer, flow.exporter].map(|id| dataset.countries.code(id));
            text += &beginning(&[importer, exporter, dataset.sectors.code(flow.sector)]);
            push_exact(&mut text, lever.rate);
            text.push('\n');
        }
    }
    out.write_all(text.as_bytes())
}

/// Writes the files into a folder, all or nothing.
///
/// # Errors
/// [`FolderError`]; see [`folder::check`].
pub fn write(dir: &Path, tariffs: &Tariffs<'_>) -> Result<(), FolderError> {
    folder::make(dir, |draft| {
        let hashes = draft.files(vec![
            content(tariffs.table(), |out| rates(tariffs, out)),
            content(COUNTRIES, |out| tables::countries(&tariffs.study, out)),
        ])?;
        draft.files(vec![text(RECORD, &record::tariffs_json(tariffs, hashes))]).map(drop)
    })
}
