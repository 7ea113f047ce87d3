//! The sections of the page, from what was read.

use std::collections::HashMap;

use askama::Template;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::report::chart;
use crate::report::contents::MARKET;
use crate::report::disclosure::{self, RANGE};
use crate::report::page::grid::Grid;
use crate::report::page::grids::{self, INCOME, MARKET_TRADE, Money, SURPLUS, TRADE, Tile};
use crate::report::page::outcomes;
use crate::report::page::story::Story;
use crate::report::page::values::{Countries, FlowKey, Flows, RateChange};
use crate::report::page::words::{self, Piece};

/// The look, the script, and the files that stand beside the page.
const STYLE: &str = include_str!("../../../templates/report/page.css");
const SCRIPT: &str = include_str!("../../../templates/report/page.js");
const FILES: [(&[&str], &str); 10] = [
    (&["countries.csv"], "every variable of every country, with all statistics"),
    (&["sectors.csv"], "every variable of every sector of every country"),
    (&["flows.csv"], "prices, volumes and values of flows, and of all goods of every pair of countries"),
    (&["rates.csv"], "every changed rate, and what each measure did to it"),
    (&["prices.svg", "prices.png"], "the chart of prices, as a drawing and as a picture"),
    (&["volumes.svg", "volumes.png"], "the chart of volumes"),
    (&["countries.svg", "countries.png"], "the chart of countries"),
    (&MARKET, "the picture of the single market"),
    (&["scenario.toml"], "the scenario with every default written out"),
    (&["run.json"], "the run record: program, data, model, priors, how the solution went"),
];

/// The most measures, and sources, that are listed.
const MOST_MEASURES: usize = 30;

/// The most countries in the table of all of them.
const MOST_COUNTRIES: usize = 120;

/// The most characters of the scenario that are shown.
const MOST_OF_SCENARIO: usize = 20_000;

/// A chart of the folder.
pub(super) struct Chart {
    pub(super) name: &'static str,
    pub(super) drawing: String,
}

/// All that the page shows.
#[derive(Template)]
#[template(path = "report/page.html")]
pub(super) struct Page<'a> {
    story: &'a Story,
    estimate: &'static str,
    title: String,
    summary: &'a str,
    style: String,
    style_hash: String,
    script_hash: String,
    tiles: Vec<Tile>,
    ranges_words: String,
    outcomes: Vec<Grid>,
    rates: Option<Grid>,
    reach: String,
    hidden_pairs: u64,
    sector_rates: Option<Grid>,
    flows: Option<Grid>,
    sector_flows: Option<Grid>,
    charts: Vec<Chart>,
    income: Grid,
    trade: Grid,
    everyone: Grid,
    everyone_words: String,
    contributions: Option<(Grid, Chart)>,
    welfare: Option<(Grid, Chart)>,
    spreads: Option<Grid>,
    assumptions: Vec<(&'static str, String)>,
    scenario: Option<String>,
}

impl<'a> Page<'a> {
    pub(super) fn new(
        story: &'a Story,
        (countries, flows): (&Countries, &Flows<'_>),
        outcomes: &[(Countries, Flows<'_>)],
        rates: &HashMap<FlowKey<'_>, RateChange>,
        charts: Vec<Chart>,
        resolved: &str,
    ) -> Self {
        let style =
            format!("{STYLE}@media screen and (prefers-color-scheme: dark) {{\n{}}}\n", chart::dark_style());
        let money = Money::of(story, countries);
        let all = &countries.codes[..countries.codes.len().min(MOST_COUNTRIES)];
        let (income, trade) = match story.model.markets {
            None => (("Income and prices", &INCOME[..]), &TRADE[..]),
            Some(_) => (("Surpluses and revenue", &SURPLUS[..]), &MARKET_TRADE[..]),
        };
        let columns = [income.1, trade].concat();
        let table = |id, caption: &str, codes: &[String], columns: &[_]| {
            grids::countries(story, countries, &money, codes, columns).named(id, caption)
        };
        Self {
            story,
            estimate: disclosure::ESTIMATE,
            title: words::clipped(&story.scenario.title),
            summary: &story.scenario.summary,
            style_hash: hash(&style),
            style,
            script_hash: hash(SCRIPT),
            tiles: grids::tiles(story, countries, flows),
            ranges_words: words::ranges(story),
            outcomes: outcomes::grids(story, (countries, flows), outcomes),
            rates: grids::pair_rates(story),
            reach: words::reach(story),
            hidden_pairs: story.touched.pairs.saturating_sub(story.touched.largest.len() as u64),
            sector_rates: grids::sector_rates(story, rates),
            flows: grids::flows(story, flows),
            sector_flows: grids::sector_flows(story, flows),
            charts,
            income: table("income", income.0, &story.concerned, income.1),
            trade: table("trade", "Trade and tariffs", &story.concerned, trade),
            everyone: table("all-countries", "All countries", all, &columns),
            everyone_words: match countries.codes.len() {
                count if count > MOST_COUNTRIES => {
                    format!("{MOST_COUNTRIES} of {count} countries; the others are in countries.csv")
                }
                count => format!("All {count} countries"),
            },
            contributions: None,
            welfare: None,
            spreads: (story.uncertainty.draws > 0).then(|| grids::spreads(story, countries)),
            assumptions: words::assumptions(story),
            scenario: shown_scenario(resolved),
        }
    }

    /// Adds what each measure contributes.
    pub(super) fn add_contributions(&mut self, grid: Grid, chart: Chart) {
        self.contributions = Some((grid, chart));
    }

    /// Adds where exact welfare comes from.
    pub(super) fn add_welfare(&mut self, grid: Grid, chart: Chart) {
        self.welfare = Some((grid, chart));
    }

    /// The files that stand beside the page.
    fn files(&self) -> impl Iterator<Item = (&'static [&'static str], &'static str)> {
        let has_market = self.story.files.contains_key(MARKET[0]);
        FILES.into_iter().filter(move |(names, _)| has_market || *names != MARKET)
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

    /// A piece of text; web addresses can be followed.
    fn piece(&self, piece: &Piece) -> String {
        let escaped = |text: &str| {
            let safe = askama::filters::escape(text, askama::filters::Html);
            safe.map(|safe| safe.to_string()).unwrap_or_default()
        };
        match piece {
            Piece::Plain(text) => escaped(text),
            Piece::Name(name) => format!("<code>{}</code>", escaped(name)),
            Piece::Address(address) => {
                let address = escaped(address);
                format!("<a href=\"{address}\" rel=\"noopener noreferrer\">{address}</a>")
            }
        }
    }
}

/// The hash by which a browser knows the page's own style and script from any other.
fn hash(text: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()))
}

/// The scenario as text to be read, unless it is too long for a page.
fn shown_scenario(resolved: &str) -> Option<String> {
    let is_short = resolved.len() <= MOST_OF_SCENARIO;
    is_short.then(|| resolved.to_owned())
}
