//! Noise on trade flows: shares drawn, the baseline of every draw solved anew.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, clippy::float_cmp)]

mod support;

use support::{central, change, policy};
use tariffsim::bilateral::{Bilateral, Shape};
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::closure::Deficits;
use tariffsim::economy::dataset::Dataset;
use tariffsim::economy::elasticities::Elasticities;
use tariffsim::economy::policy::{ExemptShare, Policy};
use tariffsim::economy::synthetic::Recipe;
use tariffsim::index::{CountryId, Position};
use tariffsim::model::baseline::Baseline;
use tariffsim::model::trade_model::{GeneralEquilibrium, TradeModel as _};
use tariffsim::model::variable::CountryVariable as V;
use tariffsim::model::world::World;
use tariffsim::monte_carlo::draw::Sampler;
use tariffsim::monte_carlo::ensemble::{Ensemble, Experiment, Observer};
use tariffsim::monte_carlo::model::Model;
use tariffsim::monte_carlo::prior::{
    ElasticityFamily, ElasticityPrior, ElasticitySpread, FlowPrior, Uncertainty,
};
use tariffsim::units::Share;

struct Nobody;

impl Observer for Nobody {
    fn draws(&self, _done: u32, _all: u32) {}
}

const CLOSURES: [Deficits; 3] = [Deficits::Fixed, Deficits::Balanced, Deficits::Proportional];

fn noise(cv_pair: f64, cv_cell: f64) -> Uncertainty {
    Uncertainty { draws: 40, flows: Some(FlowPrior { cv_pair, cv_cell }), ..Uncertainty::default() }
}

/// Without noise on elasticities.
fn flows_only(cv_pair: f64, cv_cell: f64) -> Uncertainty {
    let elasticities = ElasticityPrior {
        family: ElasticityFamily::LogNormal(ElasticitySpread::CoefficientOfVariation(0.0)),
        ..ElasticityPrior::default()
    };
    Uncertainty { elasticities, ..noise(cv_pair, cv_cell) }
}

fn elasticities(data: &Dataset) -> Elasticities {
    Elasticities::published(data, &data.default_elasticities).unwrap()
}

fn economy(seed: u64) -> Dataset {
    Recipe { gaps: 0.2, ..Recipe::new(6, 4, seed) }.dataset()
}

/// Country 0 taxes everything from country 1.
fn tariff(data: &Dataset) -> Policy {
    let flows = (0..data.shape().cells()).map(|cell| data.shape().flow(cell));
    let taxed = flows.filter(|flow| flow.importer == CountryId::at(0) && flow.exporter == CountryId::at(1));
    policy(data, taxed.map(|flow| change(flow, data.tariffs.get(flow) + 0.25, 1.0)).collect())
}

fn simulate(data: &Dataset, policy: &Policy, deficits: Deficits, uncertainty: &Uncertainty) -> Ensemble {
    let model = GeneralEquilibrium::default();
    let (accounts, _) = Accounts::calibrate(data, true).unwrap();
    let baseline = Baseline::new(&model, accounts, deficits, &central(data)).unwrap();
    let experiment = Experiment {
        model: Model::general(&model, &baseline),
        policy,
        elasticities: &elasticities(data),
        uncertainty,
        flow_rows: &[],
        sectors: true,
    };
    let ensemble = experiment.run(&Nobody).unwrap();
    assert!(ensemble.failed.is_empty());
    ensemble
}

fn drawn(sampler: &Sampler<'_>, index: u32, share: &Bilateral) -> Bilateral {
    let mut drawn = Bilateral::zeros(share.shape());
    sampler.shares(index, share, &mut drawn);
    drawn
}

#[test]
fn drawn_shares_sum_to_one_keep_gaps_and_have_the_stated_spread() {
    let data = economy(1);
    let (accounts, _) = Accounts::calibrate(&data, true).unwrap();
    let (elasticities, uncertainty) = (elasticities(&data), noise(0.1, 0.25));
    let sampler = Sampler::new(&uncertainty, &elasticities, &[]);
    let Shape { countries: n, .. } = data.shape();
    let draws: Vec<_> = (0..2000).map(|draw| drawn(&sampler, draw, &accounts.share)).collect();
    for drawn in draws.iter().take(20) {
        for (row, before) in drawn.values().chunks_exact(n).zip(accounts.share.values().chunks_exact(n)) {
            assert!((row.iter().sum::<f64>() - before.iter().sum::<f64>()).abs() < 1e-14);
            assert!(row.iter().zip(before).all(|(a, b)| (*a > 0.0) == (*b > 0.0)));
        }
    }
    // Relative to sales at home, which are not drawn, a supplier's factor has mean 1 and the stated spread.
    let (sector, importer, exporter) = (0, 2, 1);
    let ratio = |row: &[f64]| row[exporter] / row[importer];
    let before = ratio(accounts.share.row(sector, importer));
    let factors: Vec<f64> = draws.iter().map(|drawn| ratio(drawn.row(sector, importer)) / before).collect();
    let mean = factors.iter().sum::<f64>() / factors.len() as f64;
    let sd = (factors.iter().map(|f| (f - mean).powi(2)).sum::<f64>() / factors.len() as f64).sqrt();
    let expected = ((1.0 + 0.1_f64.powi(2)) * (1.0 + 0.25_f64.powi(2)) - 1.0).sqrt();
    assert!((mean - 1.0).abs() < 4.0 * expected / 2000.0_f64.sqrt(), "{mean}");
    assert!((sd / expected - 1.0).abs() < 0.1, "{sd} against {expected}");
    // The factor of the pair is in every sector.
    let others: Vec<f64> = draws.iter().map(|drawn| ratio(drawn.row(1, importer))).collect();
    let other_mean = others.iter().sum::<f64>() / 2000.0;
    let together =
        factors.iter().zip(&others).map(|(a, b)| (a - mean) * (b / other_mean - 1.0)).sum::<f64>() / 2000.0;
    assert!((together / 0.01 - 1.0).abs() < 0.5, "{together}");
}

#[test]
fn flows_of_a_draw_do_not_depend_on_what_else_is_drawn() {
    let data = economy(2);
    let (accounts, _) = Accounts::calibrate(&data, true).unwrap();
    let elasticities = elasticities(&data);
    let share = |mean| ExemptShare {
        label: String::new(),
        partner: CountryId::at(1),
        mean: Share::new(mean).unwrap(),
        known: false,
    };
    let uncertainty = noise(0.1, 0.25);
    let plain = Sampler::new(&uncertainty, &elasticities, &[]);
    let exempt = Sampler::new(&uncertainty, &elasticities, &[share(0.4)]);
    assert_eq!(drawn(&plain, 3, &accounts.share), drawn(&exempt, 3, &accounts.share));
    assert_ne!(drawn(&plain, 3, &accounts.share), drawn(&plain, 4, &accounts.share));
    let certain = Uncertainty { flows: None, ..uncertainty };
    let without = Sampler::new(&certain, &elasticities, &[]);
    assert_eq!(plain.draw(3), without.draw(3));
    assert_eq!(drawn(&without, 3, &accounts.share), accounts.share);
}

#[test]
fn every_draw_has_a_baseline_with_a_small_residual() {
    let model = GeneralEquilibrium::default();
    for (seed, deficits) in (0..6).zip(CLOSURES.into_iter().cycle()) {
        let data = economy(seed);
        let (accounts, _) = Accounts::calibrate(&data, true).unwrap();
        let parameters = central(&data);
        let baseline = Baseline::new(&model, accounts, deficits, &parameters).unwrap();
        let (elasticities, uncertainty) = (elasticities(&data), noise(0.1, 0.25));
        let sampler = Sampler::new(&uncertainty, &elasticities, &[]);
        for index in 0..10 {
            let share = drawn(&sampler, index, &baseline.accounts.share);
            let accounts = Accounts { share, ..baseline.accounts.clone() };
            let observed = Policy::default();
            let world = World::new(&accounts, &baseline.preconditioner, &observed, deficits).unwrap();
            let parameters = sampler.draw(index).parameters;
            let before = model.residual(&world, &parameters, &baseline.central);
            let solved = model.solve(&world, &parameters, &baseline.central).unwrap();
            let after = model.residual(&world, &parameters, &solved);
            assert!(before > 1e-4 && after < 1e-10, "{before} became {after}");
        }
    }
}

#[test]
fn without_a_measure_nothing_changes_in_any_draw() {
    for deficits in CLOSURES {
        let ensemble = simulate(&economy(3), &Policy::default(), deficits, &noise(0.1, 0.25));
        let levels = [V::EffectiveRate, V::EffectiveRateBaseline, V::EffectiveRateFixedWeights];
        let countries = ensemble.estimates.countries.iter().enumerate();
        let changes =
            countries.filter(|(at, _)| levels.iter().all(|level| at % V::GENERAL.len() != level.index()));
        for estimate in changes.map(|(_, estimate)| estimate).chain(&ensemble.estimates.sectors) {
            let Some(spread) = &estimate.spread else { continue };
            assert_eq!((spread.mean, spread.sd, spread.quantiles), (0.0, 0.0, [0.0; 9]));
        }
    }
}

#[test]
fn as_the_noise_goes_to_nothing_every_draw_becomes_the_central_case() {
    let data = economy(4);
    let sd_and_distance = |cv: f64| {
        let ensemble = simulate(&data, &tariff(&data), Deficits::Fixed, &flows_only(cv, cv));
        let welfare = ensemble.estimates.country(CountryId::at(1), V::Welfare);
        let spread = welfare.spread.unwrap();
        let distance =
            spread.quantiles.iter().map(|q| (q - welfare.central.unwrap()).abs()).fold(0.0, f64::max);
        (spread.sd, distance)
    };
    assert!(sd_and_distance(0.0).1 < 1e-9);
    let (wide, narrow) = (sd_and_distance(1e-3), sd_and_distance(1e-4));
    assert!(narrow.0 > 0.0 && (wide.0 / narrow.0 - 10.0).abs() < 0.2, "{wide:?} {narrow:?}");
    assert!(narrow.1 < wide.1);
}

#[test]
fn noise_on_flows_widens_the_range() {
    let data = economy(5);
    let sd = |uncertainty: &Uncertainty| {
        let ensemble = simulate(&data, &tariff(&data), Deficits::Fixed, uncertainty);
        ensemble.estimates.country(CountryId::at(1), V::Welfare).spread.unwrap().sd
    };
    let without = Uncertainty { flows: None, ..noise(0.1, 0.25) };
    assert!(sd(&noise(0.3, 0.5)) > sd(&without));
}
