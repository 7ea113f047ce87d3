//! Where the average tariff falls when buyers turn to other suppliers: by group of products, and by elasticity.

use std::collections::HashMap;
use std::path::Path;

use tariffsim::bilateral::Flow;
use tariffsim::economy::horizon::Horizon;
use tariffsim::index::CountryId;
use tariffsim::model::variable::{CountryVariable as V, FlowVariable as F};
use tariffsim::monte_carlo::estimate::{Estimates, FlowRow};
use tariffsim::scenario::Resolved;

use crate::world::{WORLD, country, sector, solve, value};
use crate::{on, written};

/// Products that are treated alike.
const GROUPS: [(&str, &[&str]); 6] = [
    ("exempt sectors: energy, medicines, wood, ores", &["OIG", "PET", "PHA", "WOO", "MIN"]),
    ("electronics, of which two thirds are exempt", &["ELE"]),
    ("vehicles, taxed on their own; US content exempt", &["AUT"]),
    ("metals, taxed on their own; half is on a list", &["MET", "FAB"]),
    ("clothes, electrical goods, furniture, toys", &["TEX", "ELQ", "OMF"]),
    ("everything else", &["AGR", "FOO", "PAP", "CHM", "RUB", "NMM", "MAC", "OTR"]),
];

/// US goods imports and the duty on them, by flow.
struct Books(Vec<(Flow, Entry)>);

#[derive(Clone, Copy)]
struct Entry {
    imports: f64,
    duty: f64,
}

fn goods() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().flat_map(|(_, codes)| codes.iter().copied())
}

fn rows() -> Vec<FlowRow> {
    let usa = country("USA");
    let partners = WORLD.countries.ids::<CountryId>().filter(|&partner| partner != usa);
    let row = |exporter, code| FlowRow { importer: usa, exporter, sector: Some(sector(code)) };
    partners.flat_map(|partner| goods().map(move |code| row(partner, code))).collect()
}

fn new_rates(resolved: &Resolved) -> impl Fn(Flow) -> f64 {
    let rates = resolved.policy.rates.iter();
    let changed: HashMap<Flow, f64> = rates.map(|rate| (rate.flow, rate.after.fraction())).collect();
    move |flow| changed.get(&flow).copied().unwrap_or_else(|| WORLD.tariffs.get(flow))
}

impl Books {
    /// At the imports of the data.
    fn before(resolved: &Resolved) -> Self {
        let rates = new_rates(resolved);
        Self::new(|flow| {
            let imports = WORLD.trade.get(flow);
            Entry { imports, duty: imports * rates(flow) }
        })
    }

    /// At imports that cost buyers what they did, duty included.
    fn spent(resolved: &Resolved) -> Self {
        let rates = new_rates(resolved);
        Self::new(|flow| {
            let spent = WORLD.trade.get(flow) * (1.0 + WORLD.tariffs.get(flow));
            let imports = spent / (1.0 + rates(flow));
            Entry { imports, duty: spent - imports }
        })
    }

    /// At new imports. What buyers pay less what sellers get is the duty, exempt parts and all.
    fn after(found: &Estimates) -> Self {
        Self::new(|flow| {
            let row = FlowRow { importer: flow.importer, exporter: flow.exporter, sector: Some(flow.sector) };
            let at = found.flow_rows.iter().position(|known| *known == row).unwrap();
            let ratio =
                |variable| found.flow(at, variable).central.map_or(0.0, |change| 1.0 + change / 100.0);
            let imports = WORLD.trade.get(flow);
            let paid = imports * (1.0 + WORLD.tariffs.get(flow)) * ratio(F::BuyerPrice) * ratio(F::Volume);
            let imports = imports * ratio(F::Value);
            Entry { imports, duty: paid - imports }
        })
    }

    fn new(entry: impl Fn(Flow) -> Entry) -> Self {
        let flow = |row: FlowRow| {
            row.sector.map(|sector| Flow { sector, importer: row.importer, exporter: row.exporter })
        };
        Self(rows().into_iter().filter_map(flow).map(|flow| (flow, entry(flow))).collect())
    }

    fn sum(&self, is_in: impl Fn(CountryId, &str) -> bool, of: impl Fn(Entry) -> f64) -> f64 {
        let chosen = self.0.iter().filter(|(flow, _)| is_in(flow.exporter, WORLD.sectors.code(flow.sector)));
        chosen.map(|(_, entry)| of(*entry)).sum()
    }

    /// What some flows add to the average tariff, and their share of imports; both in per cent.
    fn part(&self, is_in: impl Fn(CountryId, &str) -> bool) -> [f64; 2] {
        let all = self.sum(|_, _| true, |entry| entry.imports);
        [self.sum(&is_in, |entry| entry.duty), self.sum(&is_in, |entry| entry.imports)]
            .map(|sum| 100.0 * sum / all)
    }
}

/// The path on a day after substitution, with elasticities as they are at a horizon, times a factor.
fn substituted(day: &str, horizon: Option<Horizon>, factor: f64) -> Estimates {
    let mut resolved = on(day, &[]);
    let elasticities = &mut resolved.elasticities;
    elasticities.horizon = horizon.unwrap_or(elasticities.horizon);
    elasticities.theta = elasticities.central().into_iter().map(|theta| theta * factor).collect();
    elasticities.horizon = Horizon::Long;
    solve(&resolved, 0, &rows(), false).estimates
}

fn groups_table() -> String {
    let china = country("CHN");
    let mut table = String::from(
        "| adds to the average, points | 10 April, old imports | new imports | of it China, old | China, new | 14 May, old imports | new imports |\n|---|---|---|---|---|---|---|\n",
    );
    let days = ["2025-04-10", "2025-05-14"].map(|day| {
        let found = substituted(day, None, 1.0);
        let (before, after) = (Books::before(&on(day, &[])), Books::after(&found));
        // The parts are the whole: the program's own averages.
        for (books, variable) in [(&before, V::EffectiveRateFixedWeights), (&after, V::EffectiveRate)] {
            let [sum, _] = books.part(|_, _| true);
            let wanted = value(&found, "USA", variable);
            assert!((sum - wanted).abs() < 1e-6, "{day}: {sum}, but the average is {wanted}");
        }
        (before, after)
    });
    let mut row = |name: &str, codes: Option<&[&str]>| {
        let has = |code: &str| codes.is_none_or(|codes| codes.contains(&code));
        let [(april, april_new), (may, may_new)] = &days;
        let all = |books: &Books| books.part(|_, code| has(code))[0];
        let chinese = |books: &Books| books.part(|partner, code| partner == china && has(code))[0];
        let cells = [all(april), all(april_new), chinese(april), chinese(april_new), all(may), all(may_new)];
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:.1}")).collect();
        table += &format!("| {name} | {} |\n", cells.join(" | "));
    };
    GROUPS.iter().for_each(|(name, codes)| row(name, Some(codes)));
    row("**all goods**", None);
    table
}

fn elasticities_table() -> String {
    let china = country("CHN");
    let mut table = String::from(
        "| trade elasticities | average tariff on 10 April, new imports | share of China in imports, % | average on 14 May, new imports |\n|---|---|---|---|\n",
    );
    let solved = |horizon, factor| move |day: &str| Books::after(&substituted(day, horizon, factor));
    let mut row = |name: &str, books: &dyn Fn(&str) -> Books| {
        let [april, may] = ["2025-04-10", "2025-05-14"].map(books);
        let average = |books: &Books| books.part(|_, _| true)[0];
        let [_, share] = april.part(|partner, _| partner == china);
        table += &format!("| {name} | {:.1} | {share:.1} | {:.1} |\n", average(&april), average(&may));
    };
    row("long run", &solved(Some(Horizon::Long), 1.0));
    row("after a year (`elapsed`, as the scenario has it)", &solved(None, 1.0));
    row("half of that, at least 0.3", &solved(None, 0.5));
    row("a quarter of that, at least 0.3", &solved(None, 0.25));
    row("0: on each flow buyers spend what they did, tariff included", &|day| Books::spent(&on(day, &[])));
    row("no substitution: they buy what they did", &|day| Books::before(&on(day, &[])));
    table
}

#[test]
fn what_substitution_does_is_told_by_group_and_by_elasticity() {
    written("us-substitution", &groups_table());
    written("us-elasticities", &elasticities_table());
}

#[test]
fn the_words_about_the_tables_are_true() {
    let day = "2025-04-10";
    let (before, after) = (Books::before(&on(day, &[])), Books::after(&substituted(day, None, 1.0)));
    let fall = |is_in: &dyn Fn(CountryId, &str) -> bool| before.part(is_in)[0] - after.part(is_in)[0];
    let china = country("CHN");
    let from_china = fall(&|partner, _| partner == china);
    let unprotected = fall(&|partner, code| partner == china && GROUPS[4].1.contains(&code));
    assert!(
        (0.55..0.65).contains(&(unprotected / from_china)),
        "three fifths: {unprotected} of {from_china}"
    );
    let little = |code: &str| [0, 2, 3].iter().any(|&group| GROUPS[group].1.contains(&code));
    let average = |books: &Books| books.part(|_, _| true)[0];
    let at = |horizon, factor| average(&Books::after(&substituted(day, horizon, factor)));
    let may = "2025-05-14";
    let in_may =
        average(&Books::before(&on(may, &[]))) - average(&Books::after(&substituted(may, None, 1.0)));
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/validation.md")).unwrap();
    for words in [
        format!("{from_china:.1} of {:.1} points", fall(&|_, _| true)),
        format!("together {:.1} points", fall(&|_, code| little(code))),
        format!("substitution takes {in_may:.1} points in all"),
        format!(
            "the average would be {:.1}; a year after the change it is {:.1}",
            at(Some(Horizon::Long), 1.0),
            average(&after)
        ),
        format!("of one year ({:.1})", at(None, 0.25)),
        format!("keeping one's spending ({:.1})", average(&Books::spent(&on(day, &[])))),
        format!("Half of them give {:.1}, within 2.5 points", at(None, 0.5)),
    ] {
        assert!(page.contains(&words), "docs/validation.md does not say: {words}");
    }
}

#[test]
fn the_horizon_of_the_path_is_nearer_to_what_was_published_than_the_long_run() {
    let average = |found: &Estimates| value(found, "USA", V::EffectiveRate);
    let (elapsed, long) = (
        average(&substituted("2025-04-10", None, 1.0)),
        average(&substituted("2025-04-10", Some(Horizon::Long), 1.0)),
    );
    // 18.1 is the Yale Budget Lab's figure of that day, after substitution.
    assert!((18.1 - elapsed).abs() < (18.1 - long).abs() - 4.0, "{elapsed} {long}");
}
