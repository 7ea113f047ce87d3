//! The page of a run.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::report::contents::{
    CONTRIBUTIONS, COUNTRIES, DRAWINGS, FLOWS, Kind, RATES, SCENARIO, WATERFALL, WATERFALL_PICTURE,
};
use crate::report::contributions::MEANING;
use crate::report::disclosure::RANGE;
use crate::report::page::frame::{self, MOST_LISTED, Page, Section, Told, World};
use crate::report::page::grid::Grid;
use crate::report::page::grids::{self, INCOME, Money, TRADE};
use crate::report::page::thin::Wanted;
use crate::report::page::values::{self, Contributions, Countries, FlowKey, Flows, RateChange};
use crate::report::page::{Source, contributions, outcomes, read, read_chart, read_rows, words};
use crate::report::record::Record;
use crate::report::study::ALL_OUTCOMES;

/// The most countries in the table of all of them.
const MOST_COUNTRIES: usize = 120;

/// The numbers of one outcome, or of all together.
type Numbers<'a> = (Countries, Flows<'a>);

/// The page of a run.
///
/// # Errors
/// What cannot be read in the files.
pub(super) fn page<'a>(files: &dyn Source, record: &'a Record) -> Result<Page<'a>, Vec<Diagnostic>> {
    let text = read(files, COUNTRIES)?;
    let keys = grids::flow_keys(record);
    let pairs = grids::pair_codes(record);
    let name = record.scenario.name.as_str();
    let numbers = |outcome: &str| -> Result<Numbers<'a>, Vec<Diagnostic>> {
        let flows = read_rows(files, FLOWS, &wanted(&[name, outcome], &pairs))?;
        let flows = Flows::read(&flows, outcome, keys.iter().copied())?;
        Ok((Countries::read(&text, outcome)?, flows))
    };
    let by_outcome = record.outcomes.iter().map(|outcome| numbers(&outcome.name));
    let by_outcome = by_outcome.collect::<Result<Vec<_>, _>>()?;
    let (countries, flows) = numbers(ALL_OUTCOMES)?;
    let rates = read_rows(files, RATES, &wanted(&[ALL_OUTCOMES], &pairs))?;
    let rates = values::rates(&rates, keys.iter().copied())?;
    let [prices, volumes, of_countries] = DRAWINGS;
    let mut sections = vec![measures(record)];
    if !by_outcome.is_empty() {
        sections.push(Section {
            id: "outcomes",
            heading: "Outcomes",
            words: vec![OF_OUTCOMES.to_owned()],
            grids: outcomes::grids(record, (&countries, &flows), &by_outcome),
            ..Section::default()
        });
    }
    sections.push(rates_section(record, &rates));
    sections.push(Section {
        id: "flows",
        heading: "Prices and volumes",
        words: vec![OF_PRICES.to_owned()],
        charts: vec![read_chart(files, prices)?, read_chart(files, volumes)?],
        grids: grids::flows(record, &flows).into_iter().collect(),
        folded: folded("Prices and volumes of single sectors", grids::sector_flows(record, &flows)),
        ..Section::default()
    });
    sections.push(Section {
        charts: vec![read_chart(files, of_countries)?],
        ..countries_section(record, &countries)
    });
    let mut more_files = Vec::new();
    if record.files.contains_key(CONTRIBUTIONS) {
        sections.push(contributions_section(files, record, &countries)?);
        more_files = vec![
            (
                vec![CONTRIBUTIONS.to_owned()],
                "what each measure contributes to every variable of every country",
            ),
            (vec![WATERFALL.to_owned(), WATERFALL_PICTURE.to_owned()], "the chart of contributions"),
        ];
    }
    sections.extend(ranges_section(record, &countries));
    Ok(Page::new(Told {
        kind: Kind::Run,
        program: &record.program,
        title: &record.scenario.title,
        summary: &record.scenario.summary,
        assumptions: &record.assumptions,
        notes: [&record.disclosures, &record.remarks],
        data: &record.data,
        scenarios: vec![&record.scenario],
        worlds: vec![World {
            label: String::new(),
            model: record.model.clone(),
            uncertainty: &record.uncertainty,
            absent: &record.absent,
        }],
        solutions: vec![&record.solution],
        arguments: String::new(),
        texts: vec![read(files, SCENARIO)?],
        tiles: grids::tiles(record, &countries, &flows),
        sections,
        more_files,
    }))
}

/// The rows of some pairs after the fields that all rows begin with.
fn wanted(lead: &[&str], pairs: &[[&str; 2]]) -> Wanted {
    Wanted::new(&pairs.iter().map(|pair| [lead, pair].concat()).collect::<Vec<_>>())
}

const OF_OUTCOMES: &str = "What will happen is not known. Every outcome is solved on every draw and weighted by its probability, \
                           which the scenario states; everything outside this section is about all outcomes together, and rates \
                           are expected ones.";
const OF_PRICES: &str = "The buyer price is the border price with the tariff on top. Prices are relative to the importer’s consumer \
                         prices; not inflation.";
pub(super) const OF_COUNTRIES: &str =
    "Losses are negative everywhere. Consumer prices are relative to world wages; not inflation.";
const OF_WELFARE: &str = "The first-order welfare is the sum of the first-order effects of terms of trade, trade volumes and trade \
                          costs; the exact one is the change of real income.";

/// Tables that are opened on demand, if there are any.
fn folded(summary: &str, grid: Option<Grid>) -> Vec<(String, Vec<Grid>)> {
    grid.into_iter().map(|grid| (summary.to_owned(), vec![grid])).collect()
}

fn measures(record: &Record) -> Section {
    let more = record.measures.len().saturating_sub(MOST_LISTED);
    let words = match record.measures.len() {
        0 => vec!["The scenario has no measure.".to_owned()],
        _ if more > 0 => vec![format!("{more} more measures are in `{SCENARIO}`.")],
        _ => Vec::new(),
    };
    let list = frame::measures(words::with_flows(&record.measures));
    Section { id: "measures", heading: "Measures", words, list, ..Section::default() }
}

fn rates_section(record: &Record, rates: &HashMap<FlowKey<'_>, RateChange>) -> Section {
    let grid = grids::pair_rates(record);
    let shown = record.touched.largest.len();
    let words = match &grid {
        None => "No measure reaches any flow.".to_owned(),
        Some(_) if record.touched.pairs > shown => format!(
            "{} The {shown} pairs with the largest trade are shown here; all are in `{RATES}` and `{FLOWS}`.",
            words::reach(record)
        ),
        Some(_) => words::reach(record),
    };
    Section {
        id: "rates",
        heading: "Rates",
        words: vec![words],
        grids: grid.into_iter().collect(),
        folded: folded("Rates of single sectors", grids::sector_rates(record, rates)),
        ..Section::default()
    }
}

fn countries_section(record: &Record, countries: &Countries) -> Section {
    let money = Money::of(record, countries);
    let table = |id: &'static str, caption: &str, codes: &[String], columns: &[_]| {
        grids::countries(record, countries, &money, codes, columns).named(id, caption)
    };
    let all = &countries.codes[..countries.codes.len().min(MOST_COUNTRIES)];
    let columns = [&INCOME[..], &TRADE].concat();
    let everyone = match countries.codes.len() {
        count if count > MOST_COUNTRIES => {
            format!("{MOST_COUNTRIES} of {count} countries; the others are in countries.csv")
        }
        count => format!("All {count} countries"),
    };
    Section {
        id: "countries",
        heading: "Countries",
        words: vec![format!("{OF_COUNTRIES} {OF_WELFARE}")],
        grids: vec![
            table("income", "Income and prices", &record.concerned, &INCOME),
            table("trade", "Trade and tariffs", &record.concerned, &TRADE),
        ],
        folded: vec![(everyone, vec![table("all-countries", "All countries", all, &columns)])],
        ..Section::default()
    }
}

/// What each measure contributes, where that was worked out.
fn contributions_section(
    files: &dyn Source,
    record: &Record,
    countries: &Countries,
) -> Result<Section, Vec<Diagnostic>> {
    let shares = wanted(&[&record.scenario.name, ALL_OUTCOMES], &contributions::keys(record));
    let shares = Contributions::read(&read_rows(files, CONTRIBUTIONS, &shares)?)?;
    Ok(Section {
        id: "contributions",
        heading: "Contributions",
        words: vec![format!(
            "How much of the change in welfare is due to each measure. {MEANING} Ranges of single contributions do not \
             add up. Every variable of every country is in `{CONTRIBUTIONS}`."
        )],
        charts: vec![read_chart(files, WATERFALL)?],
        grids: vec![contributions::grid(record, &shares, countries)],
        ..Section::default()
    })
}

/// How welfare is spread; nothing without draws, of which the page says so at its head.
fn ranges_section(record: &Record, countries: &Countries) -> Option<Section> {
    (record.uncertainty.draws > 0).then(|| Section {
        id: "ranges",
        heading: "Ranges",
        words: vec![format!(
            "Every range is the {RANGE}: it covers what is drawn, which the assumptions below list, and nothing else. A narrow \
             range does not mean that an effect is well known."
        )],
        grids: vec![grids::spreads(record, countries)],
        ..Section::default()
    })
}
