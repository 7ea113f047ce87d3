//! The frame of every page: what comes before the sections of a result, what comes after, and how a section is built.

use askama::Template;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::report::chart;
use crate::report::contents::{
    COMPARE, COUNTRIES, FLOWS, Kind, RATES, RECORD, SCENARIO, SECTORS, SWEEP, TIMELINE, scenario_file,
};
use crate::report::disclosure;
use crate::report::page::grid::Grid;
use crate::report::page::words::{self, Piece};
use crate::report::record::{Data, Measure, Model, Program, Scenario, Solution, Uncertainty};

/// The look and the script.
const STYLE: &str = include_str!("../../../templates/report/page.css");
const SCRIPT: &str = include_str!("../../../templates/report/page.js");

/// The most measures, and sources, that are listed.
pub(super) const MOST_LISTED: usize = 30;

/// The most characters of the scenarios that are shown.
const MOST_OF_SCENARIOS: usize = 20_000;

/// A chart of the folder.
pub(super) struct Chart {
    pub(super) name: &'static str,
    pub(super) drawing: String,
}

/// A number to be seen first.
pub(super) struct Tile {
    pub(super) about: String,
    pub(super) number: String,
    pub(super) range: Option<String>,
    pub(super) what: String,
}

/// A name and what is said of it.
pub(super) struct Term {
    pub(super) name: String,
    pub(super) about: Vec<Piece>,
    /// What is said less loudly.
    pub(super) quiet: String,
}

/// A part of the page with a heading; what it has stands in the order of the fields.
#[derive(Default)]
pub(super) struct Section {
    /// Its anchor.
    pub(super) id: &'static str,
    pub(super) heading: &'static str,
    /// Paragraphs; names of files between backticks can be followed.
    pub(super) words: Vec<String>,
    pub(super) list: Vec<Term>,
    pub(super) charts: Vec<Chart>,
    pub(super) grids: Vec<Grid>,
    /// What is opened on demand: what it is called, and its tables.
    pub(super) folded: Vec<(String, Vec<Grid>)>,
}

/// What holds for a part of a result: a scenario, a day.
pub(super) struct World<'a> {
    /// What tells it apart; not shown where the same holds for all.
    pub(super) label: String,
    pub(super) model: Model,
    pub(super) uncertainty: &'a Uncertainty,
    /// Why some rows are absent.
    pub(super) absent: &'a [String],
}

/// What every page is made of.
pub(super) struct Told<'a> {
    pub(super) kind: Kind,
    pub(super) program: &'a Program,
    pub(super) title: &'a str,
    pub(super) summary: &'a str,
    /// The assumptions in short.
    pub(super) assumptions: &'a [String],
    /// What must be read with the numbers.
    pub(super) notes: [&'a [String]; 2],
    pub(super) data: &'a Data,
    pub(super) scenarios: Vec<&'a Scenario>,
    pub(super) worlds: Vec<World<'a>>,
    pub(super) solutions: Vec<&'a Solution>,
    /// What the command takes after the names of the scenario files.
    pub(super) arguments: String,
    /// The scenarios as they stand in the folder.
    pub(super) texts: Vec<String>,
    pub(super) tiles: Vec<Tile>,
    pub(super) sections: Vec<Section>,
    /// Files that not every folder of its kind has, and what they are.
    pub(super) more_files: Vec<(Vec<String>, &'static str)>,
}

/// A page.
#[derive(Template)]
#[template(path = "report/page.html")]
pub(super) struct Page<'a> {
    told: Told<'a>,
    estimate: &'static str,
    title: String,
    style: String,
    style_hash: String,
    script_hash: String,
    ranges_words: String,
    listed: Vec<(&'static str, String)>,
    absent: Vec<String>,
    command: String,
    sources: Vec<&'a str>,
    files: Vec<(Vec<String>, &'static str)>,
}

impl<'a> Page<'a> {
    pub(super) fn new(told: Told<'a>) -> Self {
        let style =
            format!("{STYLE}@media screen and (prefers-color-scheme: dark) {{\n{}}}\n", chart::dark_style());
        let names: Vec<String> = match told.kind {
            Kind::Compare => (0..told.scenarios.len()).map(scenario_file).collect(),
            _ => vec![SCENARIO.to_owned()],
        };
        let mut sources: Vec<&str> = Vec::new();
        for source in told.scenarios.iter().flat_map(|scenario| &scenario.sources) {
            if !sources.contains(&source.as_str()) {
                sources.push(source);
            }
        }
        sources.truncate(MOST_LISTED);
        Self {
            estimate: disclosure::ESTIMATE,
            title: words::clipped(told.title),
            style_hash: hash(&style),
            style,
            script_hash: hash(SCRIPT),
            ranges_words: words::ranges(&told),
            listed: words::assumptions(&told),
            absent: words::of_each(&told.worlds, |world| world.absent.to_vec()),
            command: format!("tariffsim {} {}{}", told.kind.verb(), names.join(" "), told.arguments),
            sources,
            files: files(&told, names),
            told,
        }
    }

    /// The scenarios with their files, unless they are too long for a page.
    fn texts(&self) -> impl Iterator<Item = &String> {
        let is_short = self.told.texts.iter().map(String::len).sum::<usize>() <= MOST_OF_SCENARIOS;
        self.told.texts.iter().filter(move |_| is_short)
    }

    /// A chart with the names of its files.
    fn chart(&self, chart: &Chart) -> String {
        let Chart { name, drawing } = chart;
        let stem = name.trim_end_matches(".svg");
        format!(
            "<figure class=\"chart\"><div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Chart of {stem}\">\
             {drawing}</div><figcaption><span class=\"phone\">Scroll the chart sideways. </span>This chart as <a href=\"{stem}.svg\">drawing</a> or \
             <a href=\"{stem}.png\">picture</a></figcaption></figure>"
        )
    }

    /// Pieces of text; web addresses and files can be followed.
    fn pieces(&self, pieces: impl AsRef<[Piece]>) -> String {
        let escaped = |text: &str| {
            let safe = askama::filters::escape(text, askama::filters::Html);
            safe.map(|safe| safe.to_string()).unwrap_or_default()
        };
        let piece = |piece: &Piece| match piece {
            Piece::Plain(text) => escaped(text),
            Piece::Name(name) => format!("<code>{}</code>", escaped(name)),
            Piece::File(name) => format!("<a href=\"{0}\">{0}</a>", escaped(name)),
            Piece::Address(address) => {
                let address = escaped(address);
                format!("<a href=\"{address}\" rel=\"noopener noreferrer\">{address}</a>")
            }
        };
        pieces.as_ref().iter().map(piece).collect()
    }
}

/// The hash by which a browser knows the page's own style and script from any other.
fn hash(text: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()))
}

/// The files that stand beside the page.
fn files(told: &Told<'_>, scenarios: Vec<String>) -> Vec<(Vec<String>, &'static str)> {
    const OF_COUNTRIES: &str = "every variable of every country, with all statistics";
    let own: &[(&[&str], &str)] = match told.kind {
        Kind::Run => &[
            (&[COUNTRIES], OF_COUNTRIES),
            (&[SECTORS], "every variable of every sector of every country"),
            (&[FLOWS], "prices, volumes and values of flows, and of all goods of every pair of countries"),
            (&[RATES], "every changed rate, and what each measure did to it"),
            (&["prices.svg", "prices.png"], "the chart of prices, as a drawing and as a picture"),
            (&["volumes.svg", "volumes.png"], "the chart of volumes"),
            (&["countries.svg", "countries.png"], "the chart of countries"),
        ],
        Kind::Timeline => &[
            (&[TIMELINE], "every variable of every country on every day, with all statistics"),
            (&["timeline.svg", "timeline.png"], "the chart, as a drawing and as a picture"),
        ],
        Kind::Compare => &[
            (&[COMPARE], "the differences in every variable of every country, with all statistics"),
            (&[COUNTRIES], "every variable of every country in every scenario"),
            (&["compare.svg", "compare.png"], "the chart, as a drawing and as a picture"),
        ],
        Kind::Sweep => &[
            (&[SWEEP], "every variable of every country at every point, with all statistics"),
            (&["sweep.svg", "sweep.png"], "the chart, as a drawing and as a picture"),
        ],
    };
    let own = own.iter().map(|(names, about)| (names.iter().map(|&name| name.to_owned()).collect(), *about));
    let scenario = match scenarios.len() {
        1 => "the scenario with every default written out",
        _ => "the scenarios with every default written out",
    };
    let record = (vec![RECORD.to_owned()], "the record: program, data, model, priors, how the solution went");
    own.chain(told.more_files.iter().cloned()).chain([(scenarios, scenario), record]).collect()
}

/// The measures as a list; each once, with what is said of it.
pub(super) fn measures(measures: Vec<(&Measure, String)>) -> Vec<Term> {
    let term = |(measure, quiet): (&Measure, String)| Term {
        name: words::clipped(&measure.name),
        about: words::pieces_of_sentence(&measure.words),
        quiet,
    };
    measures.into_iter().take(MOST_LISTED).map(term).collect()
}
