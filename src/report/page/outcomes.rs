//! The outcomes side by side, on the page.

use crate::model::variable::FlowVariable;
use crate::report::page::grid::{Cell, Column, Grid};
use crate::report::page::grids::pair_name;
use crate::report::page::story::Story;
use crate::report::page::values::{Countries, Flows, Statistics};
use crate::report::tables::ALL_GOODS;

/// The numbers of one outcome.
type Numbers<'a> = (Countries, Flows<'a>);

/// The most pairs of countries in a table by outcome.
const MOST_PAIRS: usize = 12;

/// What may happen, then welfare, volumes and buyer prices in each outcome and over all; nothing where it is certain.
pub(super) fn grids(story: &Story, all: (&Countries, &Flows<'_>), outcomes: &[Numbers<'_>]) -> Vec<Grid> {
    if outcomes.is_empty() {
        return Vec::new();
    }
    let welfare = |code: &String| {
        let of = |countries: &Countries| countries.get(code, story.variables().headline);
        let numbers = outcomes.iter().map(|(countries, _)| of(countries)).chain([of(all.0)]);
        row([Cell::text(code), Cell::text(story.country(code))], numbers)
    };
    let welfare: Vec<Vec<Cell>> = story.concerned.iter().map(welfare).collect();
    let columns = [Column::code("country"), Column::name("name", "Country")];
    let welfare = Grid::new(with_outcomes(story, columns.into()), welfare);
    let flows = |id, caption: &str, variable: FlowVariable| {
        let pairs = story.touched.largest.iter().take(MOST_PAIRS);
        let rows = pairs.map(|pair| {
            let of = |flows: &Flows<'_>| flows.get([&pair.importer, &pair.exporter, ALL_GOODS], variable);
            let numbers = outcomes.iter().map(|(_, flows)| of(flows)).chain([of(all.1)]);
            let name = Cell::text(pair_name(story, pair));
            row([Cell::text(format!("{}-{}", pair.exporter, pair.importer)), name], numbers)
        });
        let columns = [Column::code("flow"), Column::name("name", "Flow")];
        Grid::new(with_outcomes(story, columns.into()), rows.collect()).named(id, caption)
    };
    vec![
        list(story),
        welfare.named(
            "welfare-by-outcome",
            match story.model.markets {
                None => "Welfare by outcome: change in per cent".to_owned(),
                Some(_) => format!("Net of surpluses and revenue by outcome: change in {}", story.data.unit),
            }
            .as_str(),
        ),
        flows(
            "volumes-by-outcome",
            "Volume of trade by outcome, all goods: change in per cent",
            FlowVariable::Volume,
        ),
        flows(
            "buyer-prices-by-outcome",
            "Buyer price by outcome, all goods: change in per cent",
            story.variables().prices[0],
        ),
    ]
}

/// What may happen, how probable it is, and which measures come with it.
fn list(story: &Story) -> Grid {
    let rows = story.outcomes.iter().map(|outcome| {
        let measures = if outcome.measures.is_empty() {
            "nothing changes".to_owned()
        } else {
            outcome.measures.join(", ")
        };
        vec![Cell::text(&outcome.name), Cell::text(&outcome.probability), Cell::text(measures)]
    });
    let columns = vec![
        Column::name("outcome", "Outcome"),
        Column::words("probability", "Probability"),
        Column::words("measures", "Measures in force"),
    ];
    Grid::new(columns, rows.collect()).named("outcomes-listed", "What may happen, as the scenario says")
}

fn with_outcomes(story: &Story, mut columns: Vec<Column>) -> Vec<Column> {
    let outcomes = story.outcomes.iter();
    columns.extend(outcomes.map(|outcome| Column::given(&outcome.name, outcome.probability.clone())));
    columns.push(Column::given("all", "weighted"));
    columns
}

fn row(lead: [Cell; 2], numbers: impl Iterator<Item = Statistics>) -> Vec<Cell> {
    lead.into_iter().chain(numbers.map(|statistics| Cell::estimate(&statistics, 1.0))).collect()
}
