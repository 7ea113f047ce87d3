//! Best tariffs and their Nash equilibrium, against closed forms.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use support::{central, change, policy};
use tariffsim::bilateral::{Bilateral, Flow, Shape};
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::closure::{Closure, Deficits, Labour};
use tariffsim::economy::dataset::{Dataset, ElasticitySet, PublishedElasticity};
use tariffsim::economy::policy::{Policy, Quota};
use tariffsim::economy::structure::Structure;
use tariffsim::economy::synthetic::Recipe;
use tariffsim::index::{CountryId, Position as _, SectorId};
use tariffsim::model::baseline::Baseline;
use tariffsim::model::moved::moved;
use tariffsim::model::shares::PathPoint;
use tariffsim::model::tariff_choice::{ChoiceError, Chosen, Lever, Player, TariffChoice, Taxed};
use tariffsim::model::trade_model::{GeneralEquilibrium, TradeModel as _};
use tariffsim::model::world::Parameters;

const BALANCED: Closure =
    Closure { deficits: Deficits::Balanced, labour: Labour::Mobile, structure: Structure::Armington };

/// One sector, no inputs, no tariffs: sales by (importer, exporter).
fn one_sector(sales: &[f64], theta: f64) -> Dataset {
    let countries = (sales.len() as f64).sqrt() as usize;
    let shape = Shape { countries, sectors: 1 };
    let mut dataset = Recipe::new(countries, 1, 1).dataset();
    dataset.trade = Bilateral::from_values(shape, sales.to_vec());
    dataset.tariffs = Bilateral::zeros(shape);
    dataset.inputs = None;
    let theta = Some(PublishedElasticity { theta, standard_error: None });
    dataset.elasticities = vec![ElasticitySet { name: "RANDOM".into(), sectors: vec![theta] }];
    dataset
}

fn flow(importer: usize, exporter: usize) -> Flow {
    Flow { sector: SectorId::at(0), importer: CountryId::at(importer), exporter: CountryId::at(exporter) }
}

/// An economy with its baseline.
struct Economy {
    baseline: Baseline,
    parameters: Parameters,
}

impl Economy {
    fn new(dataset: &Dataset, closure: Closure) -> Self {
        let (accounts, _) = Accounts::calibrate(dataset, true).unwrap();
        let parameters = central(dataset);
        let baseline = Baseline::new(&GeneralEquilibrium::default(), accounts, closure, &parameters).unwrap();
        Self { baseline, parameters }
    }

    /// Countries that each choose one rate on all goods of each other.
    fn settle(&self, by: &[usize], background: &Policy, start: &[f64]) -> Result<Chosen, ChoiceError> {
        let shape = self.baseline.accounts.shape;
        let players: Vec<Player> =
            by.iter().map(|&at| Player { name: at.to_string(), members: vec![CountryId::at(at)] }).collect();
        let others = |importer: usize| (0..shape.countries).filter(move |exporter| *exporter != importer);
        let lever = |player: usize, exporter: usize| Lever {
            player,
            flows: (0..shape.sectors)
                .map(|sector| Flow { sector: SectorId::at(sector), ..flow(by[player], exporter) })
                .map(|flow| Taxed { flow, base: 0.0, weight: 1.0 })
                .collect(),
        };
        let levers: Vec<Lever> =
            (0..by.len()).flat_map(|player| others(by[player]).map(move |of| lever(player, of))).collect();
        let (baseline, parameters) = (&self.baseline, &self.parameters);
        let choice = TariffChoice {
            baseline,
            background,
            parameters,
            players: &players,
            levers: &levers,
            bounds: [0.0, 3.0],
        };
        choice.settle(start)
    }

    /// The share of its spending, before tariffs, that a country spends at home under a policy.
    fn home_share_before_tariffs(&self, policy: &Policy, country: usize) -> f64 {
        let world = self.baseline.world(policy).unwrap();
        let found =
            GeneralEquilibrium::default().solve(&world, &self.parameters, &self.baseline.central).unwrap();
        let flows = moved(&world, PathPoint::END, &self.parameters, &found).flow_values();
        let row = flows.row(0, country);
        row[country] / row.iter().sum::<f64>()
    }
}

#[test]
fn two_countries_with_one_sector_choose_what_the_closed_form_says() {
    for (theta, sales) in [(4.0, [80.0, 20.0, 20.0, 60.0]), (2.5, [90.0, 30.0, 30.0, 400.0])] {
        let dataset = one_sector(&sales, theta);
        let economy = Economy::new(&dataset, BALANCED);
        for foreign in [0.0, 0.3] {
            let background = policy(&dataset, vec![change(flow(1, 0), foreign, 1.0)]);
            let chosen = economy.settle(&[0], &background, &[0.1]).unwrap();
            let closed = 1.0 / (theta * economy.home_share_before_tariffs(&chosen.policy, 1));
            let found = chosen.levels[0];
            assert!((found / closed - 1.0).abs() < 1e-6, "{found} is not {closed}");
            assert!(chosen.log_welfare[0] > 0.0 || foreign > 0.0);
        }
    }
}

#[test]
fn a_small_country_chooses_the_inverse_of_the_elasticity() {
    let theta = 5.0;
    let rate = |size: f64| {
        let dataset = one_sector(&[size, 0.3 * size, 0.3 * size, 1e3], theta);
        let chosen = Economy::new(&dataset, BALANCED).settle(&[0], &Policy::default(), &[0.1]).unwrap();
        chosen.levels[0]
    };
    let [small, smaller] = [rate(1.0), rate(0.01)].map(|rate| rate * theta - 1.0);
    assert!(small > smaller && smaller > 0.0 && smaller < 1e-5, "{small}, {smaller}");
}

#[test]
fn a_nash_equilibrium_is_the_same_from_ten_random_starts_and_both_best_replies_hold() {
    let theta = 4.0;
    let dataset = one_sector(&[80.0, 20.0, 20.0, 60.0], theta);
    let economy = Economy::new(&dataset, BALANCED);
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let first = economy.settle(&[0, 1], &Policy::default(), &[0.0, 0.0]).unwrap();
    for _ in 0..10 {
        let start = [random.random_range(0.0..1.5), random.random_range(0.0..1.5)];
        let found = economy.settle(&[0, 1], &Policy::default(), &start).unwrap();
        for (one, other) in found.levels.iter().zip(&first.levels) {
            assert!((one - other).abs() < 1e-7, "{start:?}: {:?}, not {:?}", found.levels, first.levels);
        }
    }
    for (own, foreign) in [(0, 1), (1, 0)] {
        let closed = 1.0 / (theta * economy.home_share_before_tariffs(&first.policy, foreign));
        assert!((first.levels[own] / closed - 1.0).abs() < 1e-6, "{:?}", first.levels);
    }
    assert!(first.best_deviation < 1e-9);
}

#[test]
fn in_many_sectors_with_inputs_no_deviation_in_any_lever_gains() {
    let dataset = Recipe::new(4, 5, 9).dataset();
    let economy = Economy::new(&dataset, Closure::default());
    let chosen = economy.settle(&[0, 2], &Policy::default(), &[0.1; 6]).unwrap();
    for (lever, slope) in chosen.slopes.iter().enumerate() {
        assert!(slope.abs() < 1e-8 || chosen.levels[lever] == 0.0, "{chosen:?}");
    }
    // Each player alone, one lever moved by a thousandth, from where the other's tariffs are given.
    for step in [-1e-3, 1e-3] {
        for lever in 0..3 {
            let alone = economy.settle(&[0], &Policy::default(), &[0.1; 3]).unwrap();
            let mut moved = alone.levels.clone();
            moved[lever] += step;
            let (best, there) = (economy.log_welfare(&alone.levels), economy.log_welfare(&moved));
            assert!(there - best < 1e-9, "{lever} by {step}: {}", there - best);
        }
    }
}

impl Economy {
    /// ln(welfare) of country 0 at its own rates on the others.
    fn log_welfare(&self, rates: &[f64]) -> f64 {
        use tariffsim::model::impact::{Comparison, Impact};
        use tariffsim::model::variable::CountryVariable;
        let shape = self.baseline.accounts.shape;
        let mut changes: Vec<_> = rates
            .iter()
            .enumerate()
            .flat_map(|(at, &rate)| {
                (0..shape.sectors).map(move |sector| {
                    change(Flow { sector: SectorId::at(sector), ..flow(0, at + 1) }, rate, 1.0)
                })
            })
            .collect();
        changes.sort_by_key(|change| shape.cell(change.flow));
        let policy = Policy { changes, ..Policy::default() };
        let world = self.baseline.world(&policy).unwrap();
        let found =
            GeneralEquilibrium::default().solve(&world, &self.parameters, &self.baseline.central).unwrap();
        let comparison = Comparison {
            parameters: &self.parameters,
            baseline: &self.baseline.central,
            counterfactual: &found,
        };
        (Impact::new(&world, comparison, &[]).countries[CountryVariable::Welfare.index()] / 100.0).ln_1p()
    }
}

#[test]
fn a_quota_in_the_background_is_refused() {
    use tariffsim::economy::policy::Duty;
    use tariffsim::units::{Multiple, Share};
    let dataset = one_sector(&[80.0, 20.0, 20.0, 60.0], 4.0);
    let mut limited = change(flow(1, 0), 0.0, 1.0);
    limited.duty =
        Duty::Quota(Quota { volume: Multiple::new(0.9).unwrap(), beyond: None, importer_rent: Share::ALL });
    let background = policy(&dataset, vec![limited]);
    let refused = Economy::new(&dataset, BALANCED).settle(&[0], &background, &[0.1]);
    assert_eq!(refused, Err(ChoiceError::Instrument(flow(1, 0))));
}
