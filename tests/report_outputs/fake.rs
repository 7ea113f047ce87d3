//! Results of runs that never took place, plausible in size and spread.

use tariffsim::bilateral::{Bilateral, Flow, Shape};
use tariffsim::economy::closure::{Closure, Deficits};
use tariffsim::economy::dataset::{Dataset, ElasticitySet, FinalDemand, PublishedElasticity, SectorKind};
use tariffsim::economy::elasticities::Elasticities;
use tariffsim::economy::policy::{Contribution, FlowChange, MeasureInfo, Policy, RateChange};
use tariffsim::index::{CodeList, CountryId, Position, SectorId};
use tariffsim::model::variable::{CountryVariable, FlowVariable, SectorVariable, Variables};
use tariffsim::monte_carlo::estimate::{Estimate, Estimates, FlowRow, QUANTILES, Spread};
use tariffsim::monte_carlo::prior::Uncertainty;
use tariffsim::report::contents::{PAGE, RECORD, hashed};
use tariffsim::report::inputs::Inputs;
use tariffsim::report::record::Hashes;
use tariffsim::report::result;
use tariffsim::report::study::{FailedDraw, InOutcome, SolutionNotes, Study};
use tariffsim::units::{AdValorem, CostFactor, Probability};

/// Everything a study refers to.
#[derive(Clone)]
pub struct Fake {
    pub title: String,
    pub summary: String,
    pub sources: Vec<String>,
    pub inputs: Inputs,
    pub data_tables: Hashes,
    pub dataset: Dataset,
    pub policy: Policy,
    pub closure: Closure,
    pub elasticities: Elasticities,
    pub uncertainty: Uncertainty,
    pub estimates: Estimates,
    /// Names, probabilities and numbers of what may happen.
    pub outcomes: Vec<(String, Probability, Estimates)>,
    pub solution: SolutionNotes,
}

impl Fake {
    pub fn study(&self) -> Study<'_> {
        Study {
            scenario: "us-25-mexico-canada",
            title: &self.title,
            summary: &self.summary,
            sources: &self.sources,
            resolved: "title = \"25% US tariff on Mexico and Canada\"\n",
            scenario_hash: "5ce0a9",
            data_hash: "da7a00",
            remade_from: &self.inputs,
            data_tables: &self.data_tables,
            dataset: &self.dataset,
            aggregation: None,
            policy: &self.policy,
            closure: self.closure,
            inputs: true,
            markets: None,
            market: None,
            elasticities: &self.elasticities,
            uncertainty: &self.uncertainty,
            estimates: &self.estimates,
            outcomes: self
                .outcomes
                .iter()
                .map(|(name, probability, estimates)| InOutcome {
                    name,
                    probability: *probability,
                    policy: &self.policy,
                    estimates,
                })
                .collect(),
            solution: &self.solution,
            contributions: None,
            welfare: None,
        }
    }

    /// The country of a code.
    pub fn country(&self, code: &str) -> CountryId {
        self.dataset.countries.find(code).expect("the country is listed")
    }

    /// The estimate of a country's variable, to be changed.
    pub fn country_mut(&mut self, code: &str, variable: CountryVariable) -> &mut Estimate {
        let row = self.country(code).index() * CountryVariable::GENERAL.len();
        &mut self.estimates.countries[row + variable.index()]
    }

    /// The estimate of a flow's variable, to be changed.
    pub fn flow_mut(
        &mut self,
        importer: &str,
        exporter: &str,
        sector: Option<&str>,
        variable: FlowVariable,
    ) -> &mut Estimate {
        let row = FlowRow {
            importer: self.country(importer),
            exporter: self.country(exporter),
            sector: sector.map(|code| self.dataset.sectors.find(code).expect("the sector is listed")),
        };
        let at =
            self.estimates.flow_rows.iter().position(|other| *other == row).expect("the flow is reported");
        &mut self.estimates.flows[at * FlowVariable::GENERAL.len() + variable.index()]
    }

    /// The same without draws.
    pub fn without_draws(mut self) -> Self {
        self.uncertainty.draws = 0;
        self.every(|estimate| estimate.spread = None);
        self
    }

    /// The same with no effect at all.
    pub fn without_effect(mut self) -> Self {
        self.every(|estimate| *estimate = around(0.0, 0.0));
        self
    }

    fn every(&mut self, change: impl Fn(&mut Estimate)) {
        let estimates = &mut self.estimates;
        let all = estimates.countries.iter_mut().chain(&mut estimates.sectors).chain(&mut estimates.flows);
        all.for_each(change);
    }
}

/// A bell-shaped estimate around a value.
pub fn around(central: f64, sd: f64) -> Estimate {
    // Standard normal quantiles at the probabilities that are kept.
    const Z: [f64; QUANTILES.len()] = [-1.96, -1.645, -1.282, -0.674, 0.0, 0.674, 1.282, 1.645, 1.96];
    let quantiles = Z.map(|z| central + sd * z);
    // A smooth step from 1 to 0 in operations that are the same on every machine.
    let p_negative = if sd == 0.0 { 0.0 } else { 0.5 - 0.5 * central / (central * central + sd * sd).sqrt() };
    let mc_error = sd / 1000_f64.sqrt();
    Estimate {
        central: Some(central),
        spread: Some(Spread { mean: central, sd, quantiles, p_negative, mc_error, draws: 1000 }),
    }
}

/// A number in [0, 1) that only depends on what it is for.
fn noise(parts: &[usize]) -> f64 {
    let mut state = 0x9e37_79b9_u64;
    for &part in parts {
        state = (state ^ part as u64).wrapping_mul(0x5851_f42d_4c95_7f2d).rotate_left(29);
    }
    (state >> 11) as f64 / (1_u64 << 53) as f64
}

fn list(entries: &[(String, String)]) -> CodeList {
    CodeList::new(entries.to_vec()).expect("codes are different")
}

fn owned(entries: &[(&str, &str)]) -> Vec<(String, String)> {
    entries.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect()
}

/// The names of the larger economies, largest importers first.
const COUNTRIES: [(&str, &str); 12] = [
    ("CAN", "Canada"),
    ("CHN", "China"),
    ("DEU", "Germany"),
    ("MEX", "Mexico"),
    ("USA", "United States"),
    ("ROW", "Rest of World"),
    ("JPN", "Japan"),
    ("TWN", "Taiwan (Chinese Taipei)"),
    ("STP", "Sao Tome and Principe"),
    ("ARE", "United Arab Emirates"),
    ("VNM", "Viet Nam"),
    ("GBR", "United Kingdom"),
];

const SECTORS: [(&str, &str); 4] = [
    ("AGR", "Agriculture, forestry & fishing"),
    ("AUT", "Motor vehicles & parts"),
    ("OTR", "Other transport equipment (aircraft, ships, rail)"),
    ("BUS", "ICT, media, professional & business services"),
];

fn dataset(countries: CodeList, sectors: CodeList, services: usize) -> Dataset {
    let shape = Shape { countries: countries.len(), sectors: sectors.len() };
    let mut trade = Bilateral::zeros(shape);
    let mut tariffs = Bilateral::zeros(shape);
    for cell in 0..shape.cells() {
        let flow = shape.flow(cell);
        let size = 90_000.0 / (1.0 + flow.exporter.index() as f64);
        trade.set(flow, (size * noise(&[cell, 1])).round());
        if !flow.is_domestic() && flow.sector.index() + services < shape.sectors {
            tariffs.set(flow, (noise(&[cell, 2]) * 60.0).round() / 1000.0);
        }
    }
    let kinds = (0..shape.sectors)
        .map(|at| if at + services < shape.sectors { SectorKind::Goods } else { SectorKind::Services });
    let published = |at: usize| PublishedElasticity {
        theta: 3.0 + at as f64 / 2.0,
        standard_error: (at + services < shape.sectors).then_some(1.0),
    };
    Dataset {
        name: "world-2024".to_owned(),
        title: "a few economies, made up".to_owned(),
        year: 2024,
        unit: "USD mn".to_owned(),
        licence: "CC BY 4.0".to_owned(),
        citation: "Nobody (2025), Made-up tables".to_owned(),
        default_elasticities: "MEDIAN7".to_owned(),
        kinds: kinds.collect(),
        trade,
        tariffs,
        inputs: None,
        final_demand: FinalDemand::Residual,
        value_added: None,
        deficits: None,
        elasticities: vec![ElasticitySet {
            name: "MEDIAN7".to_owned(),
            sectors: (0..shape.sectors).map(|at| Some(published(at))).collect(),
        }],
        groups: vec![],
        countries,
        sectors,
    }
}

/// A policy that adds rates: (measure, importer, exporters, rate added).
fn adding(dataset: &Dataset, measures: &[(&str, &str, Vec<CountryId>, f64)]) -> Policy {
    let shape = dataset.shape();
    let mut policy = Policy::default();
    for cell in 0..shape.cells() {
        let flow = shape.flow(cell);
        let parts = measures.iter().enumerate().filter(|(_, (_, importer, exporters, _))| {
            dataset.countries.code(flow.importer) == *importer && exporters.contains(&flow.exporter)
        });
        let contributions: Vec<Contribution> =
            parts.map(|(measure, (_, _, _, change))| Contribution { measure, change: *change }).collect();
        if contributions.is_empty() || flow.is_domestic() || !dataset.is_goods(flow.sector) {
            continue;
        }
        let rate = |fraction: f64| AdValorem::new(fraction).expect("a rate above -1");
        let before = rate(dataset.tariffs.get(flow));
        let added: f64 = contributions.iter().map(|part| part.change).sum();
        let after = rate(before.fraction() + added);
        policy.touched.push(flow);
        policy.changes.push(FlowChange::new(flow, after, CostFactor::UNCHANGED));
        policy.rates.push(RateChange { flow, before, after, statutory: after, contributions });
    }
    policy.rates.sort_by_key(|rate| (rate.flow.importer, rate.flow.exporter, rate.flow.sector));
    policy.measures = measures
        .iter()
        .map(|(name, importer, exporters, added)| MeasureInfo {
            name: (*name).to_owned(),
            words: format!(
                "adds {} percentage points to {importer} tariffs on all goods from {} partners",
                added * 100.0,
                exporters.len()
            ),
            flows: policy.touched.len(),
        })
        .collect();
    policy
}

/// Estimates that look like what a tariff does; `all` also reports the flows that are not touched.
fn estimates(dataset: &Dataset, policy: &Policy) -> Estimates {
    let shape = dataset.shape();
    let mut countries = Vec::new();
    for country in 0..shape.countries {
        let is = |code: &str| dataset.countries.code(CountryId::at(country)) == code;
        let scale = if is("MEX") || is("CAN") {
            -1.1
        } else if is("USA") {
            0.12
        } else {
            0.03
        };
        for &variable in CountryVariable::GENERAL {
            countries.push(country_estimate(country, variable, scale));
        }
    }
    let sectors = (0..shape.pairs() * SectorVariable::GENERAL.len())
        .map(|at| around(noise(&[at, 3]) * 2.0 - 1.0, 0.1 + noise(&[at, 4]) / 5.0))
        .collect();
    let flow_rows = flow_rows(shape, policy);
    let flows = flow_rows.iter().flat_map(|row| {
        let is_touched =
            policy.touched.iter().any(|flow| flow.importer == row.importer && flow.exporter == row.exporter);
        let size = 0.7 + 0.6 * noise(&[row.exporter.index(), row.sector.map_or(99, Position::index)]);
        FlowVariable::GENERAL.iter().map(move |&variable| flow_estimate(variable, is_touched, size))
    });
    let flows = flows.collect();
    Estimates { variables: Variables::GENERAL, countries, sectors, flows, flow_rows }
}

fn flow_rows(shape: Shape, policy: &Policy) -> Vec<FlowRow> {
    let touched: std::collections::HashSet<Flow> = policy.touched.iter().copied().collect();
    let mut rows = Vec::new();
    for importer in (0..shape.countries).map(CountryId::at) {
        for exporter in (0..shape.countries).map(CountryId::at).filter(|exporter| *exporter != importer) {
            let sectors = (0..shape.sectors).map(SectorId::at);
            let sectors = sectors.filter(|&sector| touched.contains(&Flow { sector, importer, exporter }));
            rows.extend(sectors.map(Some).chain([None]).map(|sector| FlowRow { importer, exporter, sector }));
        }
    }
    rows
}

fn country_estimate(country: usize, variable: CountryVariable, scale: f64) -> Estimate {
    let wobble = 0.8 + 0.4 * noise(&[country, 7]);
    let (factor, sd) = match variable {
        CountryVariable::RealWage => (-0.6, 0.05),
        CountryVariable::ConsumerPrices => (1.7, 0.2),
        CountryVariable::Exports => (7.0, 1.2),
        CountryVariable::Imports => (6.2, 1.1),
        CountryVariable::TradeBalance => (0.0, 0.0),
        CountryVariable::TariffRevenue if scale > 0.1 => (380_000.0, 9000.0),
        CountryVariable::TariffRevenue => (1900.0, 400.0),
        CountryVariable::WelfareUsd => (9000.0, 800.0),
        CountryVariable::EffectiveRateBaseline => return around(2.74, 0.0),
        CountryVariable::EffectiveRateFixedWeights => return around(9.13, 0.0),
        CountryVariable::EffectiveRate => return around(6.2, 0.4),
        _ => (1.0, 0.08),
    };
    around(scale * factor * wobble, sd * wobble * scale.abs().sqrt())
}

fn flow_estimate(variable: FlowVariable, is_touched: bool, size: f64) -> Estimate {
    let (central, sd) = match (variable, is_touched) {
        (FlowVariable::Rate, true) => return around(25.0, 0.0),
        (FlowVariable::Rate, false) => return around(0.0, 0.0),
        (FlowVariable::BorderPrice | FlowVariable::BorderPriceReal, true) => (-2.1, 0.5),
        (FlowVariable::BuyerPrice | FlowVariable::BuyerPriceReal, true) => (21.7, 1.4),
        (FlowVariable::Volume, true) => (-52.0, 8.0),
        (FlowVariable::Value, true) => (-53.0, 8.4),
        (FlowVariable::Volume | FlowVariable::Value, false) => (4.1, 0.9),
        _ => (0.31, 0.12),
    };
    around(central * size, sd * size)
}

fn finished(title: &str, summary: &str, dataset: Dataset, policy: Policy) -> Fake {
    let estimates = estimates(&dataset, &policy);
    let elasticities = Elasticities::published(&dataset, "MEDIAN7").expect("the set is there");
    Fake {
        title: title.to_owned(),
        summary: summary.to_owned(),
        sources: vec!["Executive Orders 14193 and 14194 of 1 February 2025".to_owned()],
        inputs: Inputs { flows: "touched".to_owned(), ..Inputs::default() },
        data_tables: Hashes::new(),
        dataset,
        policy,
        closure: Deficits::Fixed.into(),
        elasticities,
        uncertainty: Uncertainty::default(),
        estimates,
        outcomes: Vec::new(),
        solution: SolutionNotes {
            iterations: 61,
            residual: 3.1e-14,
            data_residual: 2.9e-8,
            clamped: 4,
            failed: vec![FailedDraw {
                draw: 17,
                outcome: None,
                reason: "not converged after 2,000 sweeps".to_owned(),
            }],
            floored: 3,
            quantile_error: 0.0,
            absent: vec!["no prices where there is no baseline trade".to_owned()],
        },
    }
}

/// Six countries and four sectors; the USA adds 25 points on Canada and Mexico.
pub fn small() -> Fake {
    let dataset = dataset(list(&owned(&COUNTRIES[..6])), list(&owned(&SECTORS)), 1);
    let on = ["CAN", "MEX"].map(|code| dataset.countries.find(code).expect("listed"));
    let policy = adding(&dataset, &[("us-on-mexico-canada", "USA", on.to_vec(), 0.25)]);
    finished(
        "25% US tariff on Mexico and Canada",
        "The duties ordered on 1 February 2025, as if applied to all goods with no exemption.",
        dataset,
        policy,
    )
}

/// Twelve countries; the USA taxes two, and both strike back.
pub fn retaliation() -> Fake {
    let dataset = dataset(list(&owned(&COUNTRIES)), list(&owned(&SECTORS)), 1);
    let id = |code: &str| dataset.countries.find(code).expect("listed");
    let policy = adding(
        &dataset,
        &[
            ("us-on-mexico-canada", "USA", vec![id("CAN"), id("MEX")], 0.25),
            ("fentanyl-surcharge-of-march", "USA", vec![id("MEX")], 0.075),
            ("canada-strikes-back", "CAN", vec![id("USA")], 0.25),
            ("mexico-strikes-back", "MEX", vec![id("USA")], 0.20),
        ],
    );
    finished(
        "A North American trade war with a title that is much longer than one line of a slide would ever take",
        "The United States adds duties on both neighbours, Mexico a second time, and both answer in kind.",
        dataset,
        policy,
    )
}

/// 81 countries and 29 sectors; the USA adds ten points on everyone.
pub fn large() -> Fake {
    let mut countries = owned(&COUNTRIES);
    countries.extend((12..81).map(|at| (format!("C{at:02}"), format!("Country number {at}"))));
    let mut sectors = owned(&SECTORS);
    sectors.extend((4..29).map(|at| (format!("S{at:02}"), format!("Sector number {at}"))));
    let dataset = dataset(list(&countries), list(&sectors), 9);
    let everyone: Vec<CountryId> = dataset.countries.ids().collect();
    let policy = adding(&dataset, &[("universal", "USA", everyone, 0.10)]);
    finished(
        "10% US tariff on all goods from everyone",
        "A universal tariff, as proposed in 2024.",
        dataset,
        policy,
    )
}

/// All files that a run writes, by name.
pub fn files(study: &Study<'_>) -> Vec<(&'static str, Vec<u8>)> {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("results");
    result::write(&dir, study).unwrap();
    let names = hashed().chain([RECORD, PAGE]);
    names.map(|name| (name, std::fs::read(dir.join(name)).unwrap())).collect()
}

/// A table as text.
pub fn table(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    String::from_utf8(bytes).expect("tables are UTF-8")
}

/// The runs that every report is made of.
pub fn usual() -> Vec<(&'static str, Fake)> {
    vec![
        ("small", small()),
        ("retaliation", retaliation()),
        ("large", large()),
        ("no-draws", small().without_draws()),
        ("zero", small().without_effect()),
    ]
}
