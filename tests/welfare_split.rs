//! The parts of exact welfare: they sum to it, whatever the policy; they are the first-order parts of a small change; and
//! they add up along the path.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod support;

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use support::policies::anything;
use support::{central, change, policy};
use tariffsim::data::embedded;
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::closure::{Closure, Deficits, Labour, Mobility};
use tariffsim::economy::dataset::Dataset;
use tariffsim::economy::policy::{Duty, ExemptMode, FlowChange, Policy, Quota};
use tariffsim::economy::structure::Structure;
use tariffsim::economy::synthetic::Recipe;
use tariffsim::files::Folder;
use tariffsim::model::baseline::Baseline;
use tariffsim::model::impact::{Comparison, Impact};
use tariffsim::model::split::{Part, SplitError, WelfareParts, welfare_parts};
use tariffsim::model::trade_model::{GeneralEquilibrium, TradeModel as _};
use tariffsim::model::variable::CountryVariable as V;
use tariffsim::model::world::Parameters;
use tariffsim::scenario::{Scenario, prepared};
use tariffsim::units::{Multiple, Share};

/// The parts by country, and the variables of countries.
fn split(
    data: &Dataset,
    policy: &Policy,
    closure: Closure,
    exempt: [f64; 2],
) -> (Result<Vec<WelfareParts>, SplitError>, Vec<f64>) {
    let model = GeneralEquilibrium::default();
    let (accounts, _) = Accounts::calibrate(data, true).unwrap();
    let parameters = Parameters { exempt_shares: exempt.to_vec(), ..central(data) };
    let baseline = Baseline::new(&model, accounts, closure, &parameters).unwrap();
    let world = baseline.world(policy).unwrap();
    let counterfactual = model.solve(&world, &parameters, &baseline.central).unwrap();
    let draw =
        Comparison { parameters: &parameters, baseline: &baseline.central, counterfactual: &counterfactual };
    let impact = Impact::new(&world, draw, &[]);
    (welfare_parts(&model, &world, draw), impact.countries)
}

/// 100·ln of the exact welfare ratio, by country.
fn log_welfare(countries: &[f64]) -> Vec<f64> {
    countries
        .chunks_exact(V::GENERAL.len())
        .map(|country| 100.0 * (country[V::Welfare.index()] / 100.0).ln_1p())
        .collect()
}

fn check_sums(parts: &[WelfareParts], countries: &[f64], what: &str) {
    for (country, (parts, welfare)) in parts.iter().zip(log_welfare(countries)).enumerate() {
        let gap = 100.0 * parts.total() - welfare;
        assert!(gap.abs() < 2e-7, "{what}, country {country}: {gap:e} of {welfare}");
    }
}

fn closures() -> Vec<Closure> {
    let labour = [Labour::Mobile, Labour::SectorSpecific, Labour::Between(Mobility::new(2.0).unwrap())];
    let deficits = [Deficits::Fixed, Deficits::Balanced, Deficits::Proportional];
    deficits
        .iter()
        .zip(labour)
        .map(|(&deficits, labour)| Closure { deficits, labour, structure: Structure::Armington })
        .collect()
}

#[test]
fn parts_sum_to_the_exact_change_of_welfare() {
    let (mut settled, mut bent) = (0, 0);
    for (seed, (n, j)) in [(3, 1), (4, 2), (5, 3), (4, 4), (6, 2), (3, 3)].into_iter().enumerate() {
        let data = Recipe { gaps: 0.3, ..Recipe::new(n, j, seed as u64) }.dataset();
        for closure in closures() {
            let mut rng = ChaCha8Rng::seed_from_u64(seed as u64);
            let mode = [ExemptMode::Variety, ExemptMode::Average][seed % 2];
            let policy = anything(&data, mode, false, &mut rng);
            let (parts, countries) = split(&data, &policy, closure, [0.3, 0.6]);
            match parts {
                Ok(parts) => {
                    check_sums(&parts, &countries, &format!("{n} countries, {j} sectors, {closure:?}"));
                    settled += 1;
                }
                // A quota that begins to bind bends the path.
                Err(SplitError::NotSettled { .. }) => bent += 1,
                Err(error) => panic!("{error}"),
            }
            let is_quota = |change: &FlowChange| matches!(change.duty, Duty::Quota(_));
            let smooth = policy.changes.iter().filter(|change| !is_quota(change)).cloned().collect();
            let smooth = Policy { changes: smooth, ..policy };
            let (parts, countries) = split(&data, &smooth, closure, [0.3, 0.6]);
            check_sums(&parts.unwrap(), &countries, &format!("{n} countries, {j} sectors, {closure:?}"));
        }
    }
    assert!(settled + bent == 18 && bent < 18, "{settled} and {bent}");
}

#[test]
fn a_quota_that_binds_all_the_way_has_parts_too() {
    let data = Recipe::new(3, 2, 7).dataset();
    let flow = support::flow(&data, "C00", "C01", "S00");
    for (importer_rent, beyond) in [(1.0, None), (0.0, None), (0.4, None)] {
        let importer_rent = Share::new(importer_rent).unwrap();
        let quota = Quota { volume: Multiple::new(0.6).unwrap(), beyond, importer_rent };
        let rate = data.tariffs.get(flow);
        let change = FlowChange { duty: Duty::Quota(quota), ..change(flow, rate, 1.0) };
        let (parts, countries) = split(&data, &policy(&data, vec![change]), Deficits::Fixed.into(), [0.0; 2]);
        check_sums(&parts.unwrap(), &countries, "a quota");
    }
}

#[test]
fn parts_of_a_small_change_are_the_first_order_parts() {
    let data = Recipe::new(5, 3, 11).dataset();
    let shape = data.shape();
    let miss = |size: f64| -> f64 {
        let foreign = (0..shape.cells()).map(|cell| shape.flow(cell)).filter(|flow| !flow.is_domestic());
        let changes =
            foreign.step_by(3).map(|flow| change(flow, data.tariffs.get(flow) + size, 1.0 + size)).collect();
        let (parts, countries) =
            split(&data, &policy(&data, changes), Deficits::Proportional.into(), [0.0; 2]);
        let misses =
            parts.unwrap().into_iter().zip(countries.chunks_exact(V::GENERAL.len())).map(|(parts, of)| {
                let value = |variable: V| of[variable.index()] / 100.0;
                [
                    parts.part(Part::TermsOfTrade) - value(V::TermsOfTradeFirstOrder),
                    parts.part(Part::Allocative) - value(V::VolumeOfTradeFirstOrder),
                    parts.part(Part::Technology) - value(V::TechnologyFirstOrder),
                    parts.part(Part::Transfer) - value(V::TransferFirstOrder),
                ]
            });
        misses.flatten().map(f64::abs).fold(0.0, f64::max)
    };
    // What is missed is of second order.
    let (miss, smaller) = (miss(1e-2), miss(1e-3));
    assert!(miss > 0.0 && miss < 1e-3, "{miss}");
    assert!((60.0..140.0).contains(&(miss / smaller)), "{miss} and {smaller}");
}

#[test]
fn where_nothing_changes_every_part_is_zero() {
    let data = Recipe::new(4, 2, 3).dataset();
    for closure in closures() {
        let (parts, _) = split(&data, &Policy::default(), closure, [0.0; 2]);
        assert!(parts.unwrap().iter().all(|parts| parts.total() == 0.0));
    }
}

#[test]
fn a_closed_flow_has_no_parts() {
    let data = Recipe::new(4, 2, 3).dataset();
    let flow = support::flow(&data, "C00", "C01", "S00");
    let closed = policy(&data, vec![change(flow, data.tariffs.get(flow), f64::INFINITY)]);
    let (parts, _) = split(&data, &closed, Deficits::Fixed.into(), [0.0; 2]);
    assert_eq!(parts, Err(SplitError::Closed { flow }));
}

#[test]
fn prepared_scenarios_have_parts() {
    let data = embedded::open("world-2024").unwrap();
    let model = GeneralEquilibrium::default();
    let (accounts, _) = Accounts::calibrate(&data, true).unwrap();
    for name in
        ["us-25-mexico-canada-usmca-exempt", "us-25-mexico-canada-retaliation", "us-china-145", "free-trade"]
    {
        let scenario = Scenario::parse(name, prepared::scenario(name).unwrap()).unwrap();
        let policy = scenario.resolve(&data, &Folder::new("")).unwrap().policy;
        let parameters = Parameters { exempt_shares: policy.central_shares(), ..central(&data) };
        let baseline = Baseline::new(&model, accounts.clone(), Deficits::Fixed, &parameters).unwrap();
        let world = baseline.world(&policy).unwrap();
        let counterfactual = model.solve(&world, &parameters, &baseline.central).unwrap();
        let draw = Comparison {
            parameters: &parameters,
            baseline: &baseline.central,
            counterfactual: &counterfactual,
        };
        let parts = welfare_parts(&model, &world, draw).unwrap_or_else(|error| panic!("{name}: {error}"));
        check_sums(&parts, &Impact::new(&world, draw, &[]).countries, name);
    }
}
