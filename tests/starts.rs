//! Where a draw starts decides how many sweeps it takes, never what is found; nor does it matter who was solved before.

#![allow(clippy::unwrap_used)]

mod support;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use support::policies::anything;
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::closure::{Closure, Deficits, Labour};
use tariffsim::economy::policy::ExemptMode;
use tariffsim::economy::structure::Structure;
use tariffsim::economy::synthetic::Recipe;
use tariffsim::model::baseline::Baseline;
use tariffsim::model::equilibrium::Equilibrium;
use tariffsim::model::trade_model::{GeneralEquilibrium, TradeModel as _};
use tariffsim::model::world::Parameters;

/// Starts from which no first step can be made, or only absurd ones.
fn astray(near: &Equilibrium, rng: &mut ChaCha8Rng) -> Vec<Equilibrium> {
    let mut far = |size: f64| {
        let mut start = near.clone();
        start.log_price.iter_mut().for_each(|log| *log += size * rng.random_range(-1.0..1.0));
        start.expenditure.iter_mut().for_each(|x| *x *= (size * rng.random_range(-1.0..1.0)).exp());
        start
    };
    let nowhere = Equilibrium { expenditure: vec![f64::INFINITY; near.expenditure.len()], ..near.clone() };
    vec![far(0.5), far(20.0), far(400.0), nowhere]
}

#[test]
fn a_draw_is_solved_from_anywhere_and_after_anyone() {
    let model = GeneralEquilibrium::default();
    for (seed, labour) in [Labour::Mobile, Labour::SectorSpecific].into_iter().cycle().take(6).enumerate() {
        let mut rng = ChaCha8Rng::seed_from_u64(seed as u64);
        let data = Recipe::new(4, 3, seed as u64).dataset();
        let policy = anything(&data, ExemptMode::Variety, false, &mut rng);
        let (accounts, _) = Accounts::calibrate(&data, true).unwrap();
        let closure = Closure { deficits: Deficits::Proportional, labour, structure: Structure::Armington };
        let parameters = Parameters { exempt_shares: vec![0.3, 0.6], ..support::central(&data) };
        let baseline = Baseline::new(&model, accounts, closure, &parameters).unwrap();
        let world = baseline.world(&policy).unwrap();
        let near = model.solve(&world, &parameters, &baseline.central).unwrap();
        let starts = astray(&near, &mut rng);
        // Good and bad starts by turns, so that every lane has both in every order.
        let mixed: Vec<&Equilibrium> =
            (0..40).map(|at| if at % 3 == 0 { &near } else { &starts[at % starts.len()] }).collect();
        let together = model.solve_batch(&world, &vec![&parameters; mixed.len()], &mixed);
        for (start, found) in mixed.iter().zip(&together) {
            let found = found.as_ref().unwrap();
            assert_eq!(&model.solve(&world, &parameters, start).unwrap(), found);
            let miss = found.log_price.iter().zip(&near.log_price).map(|(a, b)| (a - b).abs());
            assert!(miss.fold(0.0, f64::max) < 1e-7, "seed {seed}");
        }
    }
}
