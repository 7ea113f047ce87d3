//! Reported variables against a plain sum over flows, on random economies with everything that is awkward and on the
//! embedded data; a draw alone against a draw in company; and nothing where nothing changes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod support;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use support::central;
use support::plain_impact::Plain;
use support::policies::anything;
use tariffsim::bilateral::Shape;
use tariffsim::data::embedded;
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::closure::{Closure, Deficits};
use tariffsim::economy::policy::{ExemptMode, Policy};
use tariffsim::economy::structure::{FirmTail, Structure};
use tariffsim::economy::synthetic::Recipe;
use tariffsim::files::Folder;
use tariffsim::index::{CountryId, Position as _, SectorId};
use tariffsim::model::baseline::Baseline;
use tariffsim::model::equilibrium::Equilibrium;
use tariffsim::model::impact::{Comparison, FlowRow, Impact, Measure};
use tariffsim::model::preconditioner::Preconditioner;
use tariffsim::model::trade_model::{BATCH, GeneralEquilibrium, TradeModel as _};
use tariffsim::model::variable::{CountryVariable as V, FlowVariable as F, SectorVariable as S, Unit};
use tariffsim::model::world::{Parameters, World};
use tariffsim::scenario::{Scenario, prepared};

const CLOSURES: [Deficits; 3] = [Deficits::Fixed, Deficits::Balanced, Deficits::Proportional];
const STRUCTURES: [Structure; 3] =
    [Structure::Armington, Structure::Krugman, Structure::Melitz(FirmTail::new(1.3).unwrap())];

/// The unit in the last place of a ratio near one is 2e-16 and sums have thousands of terms; a ratio is a hundredth
/// of a percentage.
const TOLERANCE: f64 = 1e-12;

/// One draw: its parameters, its baseline and its counterfactual.
struct Draw {
    parameters: Parameters,
    baseline: Equilibrium,
    counterfactual: Equilibrium,
}

impl Draw {
    fn comparison(&self) -> Comparison<'_> {
        let Self { parameters, baseline, counterfactual } = self;
        Comparison { parameters, baseline, counterfactual }
    }
}

/// Every variable of some draws, by the library and flow by flow.
fn compare(world: &World<'_>, draws: &[Draw], rows: &[FlowRow], what: &str) {
    for (at, draw) in draws.iter().enumerate() {
        let found = Impact::new(world, draw.comparison(), rows);
        let plain = Plain::new(world, &draw.parameters, [&draw.baseline, &draw.counterfactual]);
        let wanted = plain.impact(rows);
        let j = world.accounts.shape.sectors;
        for (at_country, (found, wanted)) in
            pieces(&found.countries, &wanted.countries, V::GENERAL.len()).enumerate()
        {
            let [income, _] = plain.incomes(at_country);
            for (variable, (found, wanted)) in V::GENERAL.iter().zip(found.iter().zip(wanted)) {
                let scale = if variable.unit() == Unit::Money { 100.0 / income } else { 1.0 };
                near(found * scale, wanted * scale, || {
                    format!("{what}, draw {at}, country {at_country}: {}", variable.name())
                });
            }
        }
        for (pair, (found, wanted)) in pieces(&found.sectors, &wanted.sectors, S::GENERAL.len()).enumerate() {
            for (variable, (found, wanted)) in S::GENERAL.iter().zip(found.iter().zip(wanted)) {
                near(*found, *wanted, || {
                    format!(
                        "{what}, draw {at}, country {} sector {}: {}",
                        pair / j,
                        pair % j,
                        variable.name()
                    )
                });
            }
        }
        for (row, (found, wanted)) in rows.iter().zip(pieces(&found.flows, &wanted.flows, F::GENERAL.len())) {
            for (variable, (found, wanted)) in F::GENERAL.iter().zip(found.iter().zip(wanted)) {
                near(*found, *wanted, || format!("{what}, draw {at}, {row:?}: {}", variable.name()));
            }
        }
    }
}

fn pieces<'a>(
    found: &'a [f64],
    wanted: &'a [f64],
    size: usize,
) -> impl Iterator<Item = (&'a [f64], &'a [f64])> {
    assert_eq!(found.len(), wanted.len());
    found.chunks_exact(size).zip(wanted.chunks_exact(size))
}

/// What has no value has none by either route.
fn near(found: f64, wanted: f64, what: impl Fn() -> String) {
    let close = (found - wanted).abs() <= TOLERANCE * wanted.abs().max(1.0);
    assert!(close || (found.is_nan() && wanted.is_nan()), "{}: {found} against {wanted}", what());
}

/// Every pair of countries, home too, with every sector and all goods: the most that can be asked for.
fn every_row(shape: Shape) -> Vec<FlowRow> {
    let sectors: Vec<_> = (0..shape.sectors).map(|s| Some(SectorId::at(s))).chain([None]).collect();
    let pairs = (0..shape.countries * shape.countries)
        .map(|pair| (CountryId::at(pair / shape.countries), CountryId::at(pair % shape.countries)));
    pairs
        .flat_map(|(importer, exporter)| {
            sectors.iter().map(move |&sector| FlowRow { importer, exporter, sector })
        })
        .collect()
}

/// Any wages (of countries, or of sectors too), prices and spending: an impact is a function of two points, equilibria or not.
fn point(accounts: &Accounts, spread: f64, rng: &mut ChaCha8Rng) -> Equilibrium {
    let relative = rng.random();
    let mut logs =
        |count: usize| -> Vec<f64> { (0..count).map(|_| spread * rng.random_range(-1.0..1.0)).collect() };
    Equilibrium {
        log_wage: logs(accounts.shape.countries),
        log_price: logs(accounts.shape.pairs()),
        expenditure: logs(accounts.shape.pairs()).into_iter().map(f64::exp).collect(),
        log_relative_wage: logs(if relative { accounts.shape.pairs() } else { 0 }),
        log_scale: logs(accounts.shape.pairs()),
        // Above every rate within a quota; there are fewer wedges than cells.
        wedges: logs(accounts.shape.cells()).into_iter().map(|log| 0.6 + log).collect(),
        ..Equilibrium::unchanged(accounts.shape)
    }
}

fn draws(accounts: &Accounts, at_data: bool, rng: &mut ChaCha8Rng) -> Vec<Draw> {
    let draw = |_| Draw {
        parameters: Parameters {
            theta: (0..accounts.shape.sectors).map(|_| rng.random_range(0.4..9.0)).collect(),
            exempt_shares: vec![rng.random(), rng.random()],
        },
        baseline: if at_data { Equilibrium::unchanged(accounts.shape) } else { point(accounts, 0.2, rng) },
        counterfactual: point(accounts, 0.3, rng),
    };
    (0..BATCH).map(draw).collect()
}

/// Random economies with zero flows and policies of every kind; `(countries, sectors)` also where rows are not filled
/// evenly.
fn random_worlds(mut test: impl FnMut(&World<'_>, &[Draw], &str)) {
    for (seed, (n, j)) in [(3, 1), (4, 2), (5, 3), (9, 4), (6, 5), (12, 3)].into_iter().enumerate() {
        for closure in CLOSURES {
            let mut rng = ChaCha8Rng::seed_from_u64(seed as u64);
            let data = Recipe { gaps: 0.4, ..Recipe::new(n, j, seed as u64) }.dataset();
            let (accounts, _) = Accounts::calibrate(&data, true).unwrap();
            let structure = STRUCTURES[seed % STRUCTURES.len()];
            let closure = Closure { structure, ..Closure::from(closure) };
            let preconditioner = Preconditioner::new(&accounts, &central(&data).theta, closure);
            let mode = [ExemptMode::Variety, ExemptMode::Average][seed % 2];
            let policy = anything(&data, mode, seed % 3 == 1, &mut rng);
            let world = World::new(&accounts, &preconditioner, &policy, closure).unwrap();
            let draws = draws(&accounts, seed >= 3, &mut rng);
            test(&world, &draws, &format!("{n} countries, {j} sectors, {}", closure.deficits.word()));
        }
    }
}

#[test]
fn every_variable_is_the_sum_over_flows_that_defines_it() {
    let mut values = [0, 0];
    random_worlds(|world, draws, what| {
        let rows = every_row(world.accounts.shape);
        compare(world, draws, &rows, what);
        for draw in draws {
            let impact = Impact::new(world, draw.comparison(), &rows);
            for value in [impact.countries, impact.sectors, impact.flows].concat() {
                values[usize::from(value.is_nan())] += 1;
            }
        }
    });
    assert!(values[0] > 50_000 && values[1] > 5_000, "this compares too little: {values:?}");
}

#[test]
fn the_embedded_data_give_what_their_flows_sum_to() {
    let data = embedded::open("world-2024").unwrap();
    let model = GeneralEquilibrium::default();
    let (accounts, _) = Accounts::calibrate(&data, true).unwrap();
    for (name, closure) in [
        ("us-25-mexico-canada-usmca-exempt", Deficits::Fixed),
        ("us-25-mexico-canada-retaliation", Deficits::Balanced),
        ("free-trade", Deficits::Proportional),
    ] {
        let scenario = Scenario::parse(name, prepared::scenario(name).unwrap()).unwrap();
        let policy = scenario.resolve(&data, &Folder::new("")).unwrap().policy;
        let parameters = Parameters { exempt_shares: policy.central_shares(), ..central(&data) };
        let baseline = Baseline::new(&model, accounts.clone(), closure, &parameters).unwrap();
        let world = baseline.world(&policy).unwrap();
        let counterfactual = model.solve(&world, &parameters, &baseline.central).unwrap();
        let rows = every_row(data.shape()).into_iter().step_by(7).collect::<Vec<_>>();
        let draw = Draw { parameters, baseline: baseline.central.clone(), counterfactual };
        compare(&world, &[draw], &rows, name);
    }
}

#[test]
fn where_nothing_changes_every_change_is_zero_to_the_bit() {
    random_worlds(|world, draws, what| {
        let nothing = Policy::default();
        let world = World::new(world.accounts, world.preconditioner, &nothing, world.closure).unwrap();
        let rows = every_row(world.accounts.shape);
        for draw in draws {
            let same = Draw {
                parameters: draw.parameters.clone(),
                baseline: draw.baseline.clone(),
                counterfactual: draw.baseline.clone(),
            };
            let impact = Impact::new(&world, same.comparison(), &rows);
            let is_level = |at: usize| V::GENERAL[at % V::GENERAL.len()].name().starts_with("effective_rate");
            let changes = impact.countries.iter().enumerate().filter(|(at, _)| !is_level(*at));
            let all = changes.map(|(_, value)| value).chain(&impact.sectors).chain(&impact.flows);
            for (at, value) in all.enumerate() {
                assert!(value.is_nan() || *value == 0.0, "{what}, number {at}: {value}");
            }
        }
    });
}

#[test]
fn a_draw_has_the_same_bits_alone_and_in_company() {
    let bits = |impact: &Impact| -> Vec<u64> {
        let Impact { countries, sectors, flows } = impact;
        countries.iter().chain(sectors).chain(flows).map(|value| value.to_bits()).collect()
    };
    random_worlds(|world, draws, what| {
        let rows = every_row(world.accounts.shape);
        let measure = Measure::<BATCH>::new(world, &rows, true);
        let alone: Vec<Impact> =
            draws.iter().map(|draw| Impact::new(world, draw.comparison(), &rows)).collect();
        for size in [BATCH, 1, 3, BATCH - 1] {
            let batch: Vec<Comparison<'_>> = draws.iter().rev().take(size).map(Draw::comparison).collect();
            let together = measure.impacts(&batch);
            assert_eq!(together.len(), size);
            for (at, (alone, together)) in alone.iter().rev().zip(&together).enumerate() {
                assert!(bits(alone) == bits(together), "{what}, draw {at} of {size}");
            }
        }
        assert!(measure.impacts(&[]).is_empty());
    });
}

#[test]
fn what_is_not_asked_for_changes_nothing_else() {
    random_worlds(|world, draws, what| {
        let rows = every_row(world.accounts.shape);
        let all = Impact::new(world, draws[0].comparison(), &rows);
        let some: Vec<FlowRow> = rows.iter().copied().filter(|row| row.sector.is_none()).rev().collect();
        let less = Measure::<1>::new(world, &some, false).impact(draws[0].comparison());
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&less.countries), bits(&all.countries), "{what}");
        assert!(less.sectors.is_empty());
        let of_all = rows.iter().zip(all.flows.chunks_exact(F::GENERAL.len())).rev();
        let wanted: Vec<f64> =
            of_all.filter(|(row, _)| row.sector.is_none()).flat_map(|(_, values)| values.to_vec()).collect();
        assert_eq!(bits(&less.flows), bits(&wanted), "{what}");
    });
}
