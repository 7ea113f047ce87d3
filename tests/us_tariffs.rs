//! The prepared path of US tariffs against published averages, and why they differ: written into docs/validation.md.
//!
//! `TARIFFSIM_BLESS=1 cargo test --release --test us_tariffs` writes the tables anew.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod support;

use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

use support::{rows, shared};
use tariffsim::bilateral::Flow;
use tariffsim::data::embedded;
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::dataset::Dataset;
use tariffsim::files::{Folder, NoFiles};
use tariffsim::index::{CountryId, SectorId};
use tariffsim::model::baseline::Baseline;
use tariffsim::model::trade_model::GeneralEquilibrium;
use tariffsim::model::variable::CountryVariable as V;
use tariffsim::model::world::Parameters;
use tariffsim::monte_carlo::ensemble::{Experiment, Observer};
use tariffsim::monte_carlo::prior::Uncertainty;
use tariffsim::scenario::{Draft, Resolved, Settings, prepared};

static WORLD: LazyLock<Dataset> = LazyLock::new(|| embedded::open("world-2024").unwrap());

/// How far an average may be from a published one, in percentage points, unless there is a reason.
const CLOSE: f64 = 2.5;

struct Silent;

impl Observer for Silent {
    fn draws(&self, _: u32, _: u32) {}
}

/// The prepared path on a day, with settings.
fn on(day: &str, settings: &[&str]) -> Resolved {
    let settings: Vec<String> =
        settings.iter().map(|&text| text.to_owned()).chain([format!("date={day}")]).collect();
    let settings = Settings::read("--set", &settings).unwrap();
    let text = prepared::scenario("us-tariffs-2025-timeline").unwrap();
    Draft::with("path", text, &settings, &NoFiles)
        .finish()
        .unwrap()
        .resolve(&WORLD, &Folder::new(""))
        .unwrap()
}

/// US averages before and after the policy: at observed rates, before and after substitution.
fn averages(resolved: &Resolved) -> [f64; 3] {
    let model = GeneralEquilibrium::default();
    let (accounts, _) = Accounts::calibrate(&WORLD, resolved.inputs).unwrap();
    let parameters = Parameters {
        theta: resolved.elasticities.central(),
        exempt_shares: resolved.policy.central_shares(),
    };
    let baseline = Baseline::new(&model, accounts, resolved.closure, &parameters).unwrap();
    let experiment = Experiment {
        model: &model,
        baseline: &baseline,
        policy: &resolved.policy,
        elasticities: &resolved.elasticities,
        uncertainty: &Uncertainty { draws: 0, ..resolved.uncertainty },
        flow_rows: &[],
        sectors: false,
    };
    let estimates = experiment.run(&Silent).unwrap().estimates;
    let usa = WORLD.countries.find::<CountryId>("USA").unwrap();
    [V::EffectiveRateBaseline, V::EffectiveRateFixedWeights, V::EffectiveRate]
        .map(|variable| estimates.country(usa, variable).central.unwrap())
}

/// What a published figure is compared with.
struct Comparison {
    /// Date and measure in the list of published figures.
    published: (&'static str, &'static str),
    /// The day of the path that has the same measures, and what is set to match.
    day: &'static str,
    settings: &'static [&'static str],
    /// In words.
    what: &'static str,
    of: fn([f64; 3]) -> f64,
    /// A further setting that brings the average close, with what it says.
    reason: Option<(&'static [&'static str], &'static str)>,
}

const BEFORE: &str = "before substitution";
const AFTER: &str = "after substitution";

/// The published figures, in their order.
fn comparisons() -> [Comparison; 8] {
    const AS_ANNOUNCED: &[&str] = &["measure.reciprocal-china-84.add=34pp"];
    let plain =
        |published, day, what, of| Comparison { published, day, settings: &[], what, of, reason: None };
    [
        plain(
            ("2024", "average effective US tariff rate before the 2025 actions"),
            "2025-02-03",
            "before all measures",
            |[old, ..]| old,
        ),
        plain(
            ("2025-03-04", "rise from 20% China + 25% Canada and Mexico (points)"),
            "2025-03-04",
            "rise, 4 March 2025, nothing exempt",
            |[old, new, _]| new - old,
        ),
        Comparison {
            settings: AS_ANNOUNCED,
            ..plain(
                ("2025-04-02", BEFORE),
                "2025-04-09",
                "as announced on 2 April 2025, before substitution",
                |[_, new, _]| new,
            )
        },
        plain(("2025-04-10", BEFORE), "2025-04-10", "10 April 2025, before substitution", |[_, new, _]| new),
        Comparison {
            reason: Some((&[], "trade moves further here")),
            ..plain(("2025-04-10", AFTER), "2025-04-10", "10 April 2025, after substitution", |[.., new]| new)
        },
        plain(("2025-04-15", BEFORE), "2025-04-15", "15 April 2025, before substitution", |[_, new, _]| new),
        Comparison {
            reason: Some((&[], "trade moves further here")),
            ..plain(("2025-04-15", AFTER), "2025-04-15", "15 April 2025, after substitution", |[.., new]| new)
        },
        Comparison {
            reason: Some((
                &["measure.autos-canada-mexico.exempt_share=0%"],
                "with all cars from Canada and Mexico taxed in full",
            )),
            ..plain(
                ("2025-05-12", BEFORE),
                "2025-05-14",
                "agreement of 12 May 2025, before substitution",
                |[_, new, _]| new,
            )
        },
    ]
}

/// The table of averages.
fn averages_table(published: &[HashMap<String, String>]) -> String {
    let mut table =
        String::from("| US average tariff | Yale Budget Lab | here | difference |\n|---|---|---|---|\n");
    for comparison in comparisons() {
        let (date, measure) = comparison.published;
        let row = published.iter().find(|row| row["as_of"] == date && row["measure"] == measure);
        let wanted: f64 = row.unwrap_or_else(|| panic!("{date} {measure}"))["value_pct"].parse().unwrap();
        let found = (comparison.of)(averages(&on(comparison.day, comparison.settings)));
        let gap = found - wanted;
        let mut note = format!("{gap:+.1}");
        match comparison.reason {
            _ if gap.abs() <= CLOSE => {}
            // After substitution the distance is that of two models of demand; the table below shows where it arises.
            Some((_, words)) if measure == AFTER => {
                assert!(gap < 0.0 && gap > -5.0, "{}: {found} against {wanted}", comparison.what);
                note += &format!(": {words}, see below");
            }
            Some((settings, words)) => {
                let settings = [comparison.settings, settings].concat();
                let explained = (comparison.of)(averages(&on(comparison.day, &settings)));
                assert!((explained - wanted).abs() <= CLOSE, "{}: {explained}", comparison.what);
                note += &format!("; {:+.1} {words}", explained - wanted);
            }
            None => panic!("{}: {found} against {wanted}", comparison.what),
        }
        table += &format!("| {} | {wanted:.1} | {found:.1} | {note} |\n", comparison.what);
    }
    table
}

/// What each product adds to the average before substitution: at the weights of the data and at those of customs.
fn product_table(imports: &[HashMap<String, String>]) -> String {
    let days = ["2025-04-10", "2025-05-14"].map(|day| on(day, &[]));
    let usa = WORLD.countries.find::<CountryId>("USA").unwrap();
    let flow = |exporter: CountryId, sector: SectorId| Flow { sector, importer: usa, exporter };
    let goods: Vec<SectorId> = WORLD.sectors.ids().filter(|&sector| WORLD.is_goods(sector)).collect();
    let partners: Vec<CountryId> = WORLD.countries.ids().filter(|&country| country != usa).collect();
    let all = |of: &dyn Fn(Flow) -> f64, sector: SectorId| -> f64 {
        partners.iter().map(|&partner| of(flow(partner, sector))).sum()
    };
    let trade = |flow: Flow| WORLD.trade.get(flow);
    let total: f64 = goods.iter().map(|&sector| all(&trade, sector)).sum();
    let customs_total: f64 = imports.iter().map(|row| row["imports_musd"].parse::<f64>().unwrap()).sum();
    let rates = days.each_ref().map(|day| {
        let rates = day.policy.rates.iter();
        rates
            .map(|rate| (rate.flow, rate.after.fraction() - rate.before.fraction()))
            .collect::<HashMap<_, _>>()
    });
    let mut table = String::from(
        "| product | share of imports here, % | at customs, % | adds on 10 April, points | at customs weights | adds on 14 May, points | at customs weights |\n|---|---|---|---|---|---|---|\n",
    );
    let mut sums = [0.0; 6];
    for &sector in &goods {
        let code = WORLD.sectors.code(sector);
        let at_customs: f64 = imports
            .iter()
            .filter(|row| row["sector"] == code)
            .map(|row| row["imports_musd"].parse::<f64>().unwrap())
            .sum();
        let mut cells = vec![all(&trade, sector) / total, at_customs / customs_total];
        for rates in &rates {
            let rise = |flow: Flow| rates.get(&flow).copied().unwrap_or(0.0);
            let points = all(&|flow| trade(flow) * rise(flow), sector);
            cells.push(points / total);
            cells.push(
                customs(imports, code, &|partners| {
                    let weighted: f64 =
                        partners.iter().map(|&p| trade(flow(p, sector)) * rise(flow(p, sector))).sum();
                    let weight: f64 = partners.iter().map(|&p| trade(flow(p, sector))).sum();
                    if weight > 0.0 { weighted / weight } else { 0.0 }
                }) / customs_total,
            );
        }
        cells.iter().zip(&mut sums).for_each(|(cell, sum)| *sum += cell);
        table += &row(WORLD.sectors.name(sector), &cells);
    }
    table + &row("**all goods**", &sums)
}

fn row(name: &str, cells: &[f64]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .enumerate()
        .map(
            |(at, cell)| if at < 2 { format!("{:.1}", 100.0 * cell) } else { format!("{:.2}", 100.0 * cell) },
        )
        .collect();
    format!("| {name} | {} |\n", cells.join(" | "))
}

/// The duty that customs would have collected on its own imports of a product.
fn customs(imports: &[HashMap<String, String>], sector: &str, rise: &dyn Fn(&[CountryId]) -> f64) -> f64 {
    let rows = imports.iter().filter(|row| row["sector"] == sector);
    rows.map(|row| {
        let group = WORLD.groups.iter().find(|group| group.code == row["iso3"]);
        let one = || WORLD.countries.find::<CountryId>(&row["iso3"]).into_iter().collect();
        let partners: Vec<CountryId> = group.map_or_else(one, |group| group.members.clone());
        row["imports_musd"].parse::<f64>().unwrap() * rise(&partners)
    })
    .sum()
}

#[test]
fn the_path_is_near_published_averages_or_it_is_said_why_not() {
    let (Some(published), Some(imports)) =
        (shared("facts/effective_rate_benchmarks.csv"), shared("facts/us_imports_2024.csv"))
    else {
        return;
    };
    let tables =
        [("us-tariffs", averages_table(&rows(&published))), ("us-products", product_table(&rows(&imports)))];
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/validation.md");
    let mut text = std::fs::read_to_string(&page).unwrap();
    for (name, table) in tables {
        let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
        let (before, rest) = text.split_once(&begin).unwrap();
        let (written, after) = rest.split_once(&end).unwrap();
        if std::env::var_os("TARIFFSIM_BLESS").is_some() {
            text = format!("{before}{begin}{table}{end}{after}");
            std::fs::write(&page, &text).unwrap();
        } else {
            assert_eq!(written, table, "docs/validation.md: TARIFFSIM_BLESS=1 writes the tables anew");
        }
    }
}
