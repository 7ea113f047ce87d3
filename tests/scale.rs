//! One family of models: what all members share, what tells them apart, and where economies of scale are too strong.

#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use support::{Solved, central, change, policy, solve, solve_with};
use tariffsim::bilateral::Shape;
use tariffsim::data::embedded;
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::closure::{Closure, Deficits};
use tariffsim::economy::dataset::Dataset;
use tariffsim::economy::policy::Policy;
use tariffsim::economy::structure::{FirmTail, ScaleStrength, Structure};
use tariffsim::economy::synthetic::Recipe;
use tariffsim::model::baseline::Baseline;
use tariffsim::model::equilibrium::SolveError;
use tariffsim::model::levels::Levels;
use tariffsim::model::trade_model::GeneralEquilibrium;
use tariffsim::model::variable::{CountryVariable as V, SectorVariable as S};

const MELITZ: Structure = Structure::Melitz(FirmTail::USUAL);

const fn scale(strength: f64) -> Structure {
    Structure::Scale(ScaleStrength::new(strength).unwrap())
}

fn of(structure: Structure) -> Closure {
    Closure { structure, ..Deficits::Fixed.into() }
}

/// Rates and trade costs that rise by up to some part, other ones for every flow.
fn changed(data: &Dataset, rate: f64, cost: f64) -> Policy {
    let shape = data.shape();
    let flows = (0..shape.cells()).map(|cell| shape.flow(cell)).filter(|flow| !flow.is_domestic());
    let changes = flows.filter(|flow| shape.cell(*flow).is_multiple_of(3)).map(|flow| {
        let part = (shape.cell(flow) % 7) as f64 / 6.0;
        change(flow, data.tariffs.get(flow) + rate * part, 1.0 + cost * part)
    });
    policy(data, changes.collect())
}

/// λ̂ of a country's sector: the part that home has in its spending.
fn home_share_hat(solved: &Solved, policy: &Policy, country: usize, sector: usize) -> f64 {
    let accounts = &solved.baseline.accounts;
    let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
    let world = solved.baseline.world(policy).unwrap();
    let [before, after] = [&solved.baseline.central, &solved.counterfactual].map(|at| {
        let levels = Levels::new(&world, [&solved.parameters], [at]);
        let pair = country * j + sector;
        levels.cost_power[sector * n + country] * levels.scaled_spending[sector * n + country]
            / at.expenditure[pair]
    });
    after / before
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / (1.0 + a.abs())).fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_members_gain_alike_from_trade_in_one_sector(seed in any::<u64>(), countries in 3..7_usize) {
        // Arkolakis, Costinot & Rodríguez-Clare (2012), propositions 1 and 2.
        let data = Recipe { highest_tariff: 0.0, ..Recipe::new(countries, 1, seed) }.dataset();
        let policy = changed(&data, 0.0, 0.3);
        for structure in [Structure::Armington, Structure::EatonKortum, scale(0.4), Structure::Krugman, MELITZ] {
            let closure = Closure { structure, ..Deficits::Balanced.into() };
            let solved = solve_with(&data, &policy, closure, &[], false);
            for country in 0..countries {
                let lambda = home_share_hat(&solved, &policy, country, 0);
                let wanted = 100.0 * (lambda.powf(-1.0 / solved.parameters.theta[0]) - 1.0);
                let found = solved.country(country, V::Welfare);
                prop_assert!((found - wanted).abs() < 1e-8 * (1.0 + wanted.abs()), "{structure}: {found} {wanted}");
            }
        }
    }

    #[test]
    fn real_wages_follow_from_home_shares_firms_and_markets(seed in any::<u64>(), countries in 3..6_usize) {
        // ln P = ln c + [ln λ + ϑ(ln c − ln X) − δ ln N]/θ of every sector, without inputs and for any tariffs.
        let data = Recipe::new(countries, 3, seed).dataset();
        let policy = changed(&data, 0.04, 0.01);
        let mut with = Vec::new();
        for structure in [Structure::Armington, scale(0.6), MELITZ] {
            let solved = solve_with(&data, &policy, of(structure), &[], false);
            for country in 0..countries {
                let log: f64 = (0..3).map(|sector| log_price(&solved, &policy, structure, country, sector)).sum();
                let wage = (1.0 + solved.country(country, V::Wage) / 100.0).ln();
                let wanted = 100.0 * ((wage - log).exp() - 1.0);
                let found = solved.country(country, V::RealWage);
                prop_assert!((found - wanted).abs() < 1e-7, "{structure}: {found} {wanted}");
                with.push(found);
            }
        }
        // With many sectors members differ.
        prop_assert!(distance(&with[..countries], &with[countries..2 * countries]) > 1e-5);
        prop_assert!(distance(&with[countries..2 * countries], &with[2 * countries..]) > 1e-5);
    }

    #[test]
    fn weak_economies_of_scale_are_nearly_none(seed in any::<u64>(), countries in 3..6_usize) {
        let data = Recipe::new(countries, 3, seed).dataset();
        let policy = changed(&data, 0.3, 0.1);
        let with = |structure| solve(&data, &policy, of(structure), &[]).impact.countries;
        let none = with(Structure::Armington);
        prop_assert_eq!(&with(scale(0.0)), &none);
        prop_assert_eq!(&with(Structure::EatonKortum), &none);
        // The difference falls in proportion to the strength.
        let [weak, weaker] = [1e-2, 1e-3].map(|strength| distance(&with(scale(strength)), &none));
        prop_assert!(weak > 1e-7 && (weak / weaker - 10.0).abs() < 1.0, "{weak} {weaker}");
    }

    #[test]
    fn welfare_is_its_first_order_parts_where_firms_choose_their_markets(
        seed in any::<u64>(), countries in 3..6_usize,
    ) {
        // What they leave out is of second order: a tenth of the change leaves a hundredth of the difference.
        let data = Recipe::new(countries, 3, seed).dataset();
        let differences = [1e-3, 1e-4].map(|part| {
            let solved = solve_with(&data, &changed(&data, 0.3 * part, 0.2 * part), of(MELITZ), &[], false);
            let left = |country| {
                (solved.country(country, V::Welfare) - solved.country(country, V::WelfareFirstOrder)).abs()
            };
            (0..countries).map(left).fold(0.0, f64::max)
        });
        prop_assert!(differences[1] < 0.02 * differences[0] + 1e-9, "{differences:?}");
        let nothing = solve_with(&data, &Policy::default(), of(MELITZ), &[], false);
        for country in 0..countries {
            prop_assert_eq!(nothing.country(country, V::Welfare).to_bits(), 0.0_f64.to_bits());
        }
    }

    #[test]
    fn firms_with_thin_tails_are_all_alike(seed in any::<u64>(), countries in 3..6_usize) {
        let data = Recipe::new(countries, 3, seed).dataset();
        let policy = changed(&data, 0.05, 0.01);
        let with = |structure| solve_with(&data, &policy, of(structure), &[], false).impact.countries;
        let (alike, tail) = (with(Structure::Krugman), |tail| Structure::Melitz(FirmTail::new(tail).unwrap()));
        let [near, nearer] = [1e-2, 1e-3].map(|above| distance(&with(tail(1.0 + above)), &alike));
        prop_assert!(near > 1e-7 && (near / nearer - 10.0).abs() < 1.0, "{near} {nearer}");
    }
}

/// α_j ln P̂_j from what is reported of the sector.
fn log_price(solved: &Solved, policy: &Policy, structure: Structure, country: usize, sector: usize) -> f64 {
    let accounts = &solved.baseline.accounts;
    let pair = country * accounts.shape.sectors + sector;
    let reported =
        |variable: S| (1.0 + solved.impact.sectors[pair * S::ALL.len() + variable.index()] / 100.0).ln();
    let has_scale = f64::from(u8::from(accounts.goods[sector]));
    let (strength, selection) = (has_scale * structure.scale(), has_scale * structure.selection());
    let spending =
        solved.counterfactual.expenditure[pair].ln() - solved.baseline.central.expenditure[pair].ln();
    let cost = reported(S::OutputPrice);
    let share = home_share_hat(solved, policy, country, sector).ln();
    let more = share + selection * (cost - spending) - strength * reported(S::Output);
    accounts.final_share[pair] * (cost + more / solved.parameters.theta[sector])
}

/// Countries that are all alike, with one sector that spends a part of its costs on itself.
fn twins(theta: f64, input: f64) -> Dataset {
    let mut data = Recipe { highest_tariff: 0.0, gaps: 0.0, ..Recipe::new(3, 1, 0) }.dataset();
    let shape = Shape { countries: 3, sectors: 1 };
    for cell in 0..shape.cells() {
        data.trade.values_mut()[cell] = if shape.flow(cell).is_domestic() { 80.0 } else { 10.0 };
    }
    data.inputs = Some(vec![input; 3]);
    data.elasticities[0].sectors[0].as_mut().unwrap().theta = theta;
    data
}

#[test]
fn economies_of_scale_that_reinforce_themselves_are_refused() {
    // Where all countries move alike d ln N = δ(1 − γ)/(θγ) d ln N: with γ = 0.4 and δ = 1 that is 1 at θ = 1.5.
    let solved = |theta: f64, structure| {
        let data = twins(theta, 0.6);
        let (accounts, _) = Accounts::calibrate(&data, true).unwrap();
        Baseline::new(&GeneralEquilibrium::default(), accounts, of(structure), &central(&data)).map(|_| ())
    };
    for structure in [Structure::Krugman, scale(1.0)] {
        assert!(matches!(solved(1.49, structure), Err(SolveError::Reinforcing { .. })));
        solved(1.51, structure).unwrap();
    }
    // Half as strong, half the elasticity.
    assert!(matches!(solved(0.74, scale(0.5)), Err(SolveError::Reinforcing { .. })));
    solved(0.76, scale(0.5)).unwrap();
    solved(0.3, Structure::Armington).unwrap();
}

#[test]
fn the_embedded_data_have_their_limit_in_electronics_of_viet_nam() {
    let data = embedded::open("world-2024").unwrap();
    let baseline = |strength| {
        let (accounts, _) = Accounts::calibrate(&data, true).unwrap();
        Baseline::new(&GeneralEquilibrium::default(), accounts, of(scale(strength)), &central(&data))
            .map(|_| ())
    };
    baseline(0.55).unwrap();
    let Err(SolveError::Reinforcing { country, sector }) = baseline(0.57) else { unreachable!() };
    assert_eq!((data.countries.code(country), data.sectors.code(sector)), ("VNM", "ELE"));
}
