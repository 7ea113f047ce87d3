//! Laws that hold for every economy, tested on random ones.

#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use rand::{RngExt, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use support::{central, change, policy, solve, solve_with};
use tariffsim::bilateral::{Bilateral, Flow, Shape};
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::closure::{Closure, Deficits, Labour, Mobility};
use tariffsim::economy::dataset::{Dataset, SectorKind};
use tariffsim::economy::policy::{FlowChange, Policy};
use tariffsim::economy::synthetic::Recipe;
use tariffsim::index::{CodeList, CountryId, Position, SectorId};
use tariffsim::model::baseline::Baseline;
use tariffsim::model::equilibrium::Equilibrium;
use tariffsim::model::impact::{FlowRow, Impact};
use tariffsim::model::moved::moved;
use tariffsim::model::shares::PathPoint;
use tariffsim::model::sweep::Sweep;
use tariffsim::model::trade_model::{BATCH, GeneralEquilibrium, TradeModel as _};
use tariffsim::model::variable::{CountryVariable as V, FlowVariable, SectorVariable};
use tariffsim::model::world::Parameters;
use tariffsim::numerics::anderson::{FixedPoint as _, Options};

/// Those with mobile labour first.
const CLOSURES: [Closure; 6] = [
    closure(Deficits::Fixed, Labour::Mobile),
    closure(Deficits::Balanced, Labour::Mobile),
    closure(Deficits::Proportional, Labour::Mobile),
    closure(Deficits::Fixed, Labour::SectorSpecific),
    closure(Deficits::Balanced, Labour::SectorSpecific),
    closure(Deficits::Proportional, Labour::Between(Mobility::new(1.7).unwrap())),
];

const fn closure(deficits: Deficits, labour: Labour) -> Closure {
    Closure { deficits, labour }
}

fn economies() -> impl Strategy<Value = Dataset> {
    (3..8_usize, 1..6_usize, any::<u64>(), 0.0..0.3_f64).prop_map(|(countries, sectors, seed, tariff)| {
        Recipe { highest_tariff: tariff, ..Recipe::new(countries, sectors, seed) }.dataset()
    })
}

fn random_policy(data: &Dataset, seed: u64, highest: f64) -> Policy {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let shape = data.shape();
    let flows = (0..shape.cells()).map(|cell| shape.flow(cell)).filter(|flow| !flow.is_domestic());
    let changes = flows
        .filter(|_| rng.random::<f64>() < 0.3)
        .map(|flow| (flow, ChaCha8Rng::seed_from_u64(seed ^ shape.cell(flow) as u64)))
        .map(|(flow, mut rng)| change(flow, rng.random_range(-0.1..highest), rng.random_range(0.8..1.3)))
        .collect();
    policy(data, changes)
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * (1.0 + a.abs().max(b.abs()))
}

fn all_close(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(*a, *b, tolerance))
}

/// Every foreign flow, and the goods total of every pair.
fn all_rows(data: &Dataset) -> Vec<FlowRow> {
    let countries = || data.countries.ids::<CountryId>();
    let pairs = countries().flat_map(|a| countries().map(move |b| (a, b))).filter(|(a, b)| a != b);
    let sectors: Vec<_> = data.sectors.ids::<SectorId>().map(Some).chain([None]).collect();
    pairs
        .flat_map(|(importer, exporter)| {
            sectors.iter().map(move |&sector| FlowRow { importer, exporter, sector })
        })
        .collect()
}

/// Every number that is a change: all but the effective rates, which are levels.
fn changes(impact: &Impact) -> Vec<f64> {
    let levels = [V::EffectiveRate, V::EffectiveRateBaseline, V::EffectiveRateFixedWeights];
    let country_changes = impact
        .countries
        .iter()
        .enumerate()
        .filter(|(at, _)| !levels.iter().any(|level| at % V::GENERAL.len() == level.index()))
        .map(|(_, value)| *value);
    country_changes.chain(impact.sectors.iter().copied()).chain(impact.flows.iter().copied()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_measure_changes_nothing_at_all(data in economies(), closure in 0..6_usize) {
        let solved = solve(&data, &Policy::default(), CLOSURES[closure], &all_rows(&data));
        for value in changes(&solved.impact) {
            prop_assert!(value.is_nan() || value == 0.0, "{value}");
        }
    }

    #[test]
    fn no_measure_leads_back_from_a_perturbed_start(
        data in economies(), closure in 0..6_usize, seed in any::<u64>(),
    ) {
        let model = GeneralEquilibrium::default();
        let solved = solve(&data, &Policy::default(), CLOSURES[closure], &[]);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut start = solved.baseline.central.clone();
        let prices = start.log_wage.iter_mut().chain(&mut start.log_price).chain(&mut start.log_relative_wage);
        for value in prices {
            *value += rng.random_range(-0.2..0.2);
        }
        for value in &mut start.expenditure {
            *value *= rng.random_range(0.7..1.4);
        }
        let observed = Policy::default();
        let world = solved.baseline.world(&observed).unwrap();
        let back = model.solve(&world, &solved.parameters, &start).unwrap();
        prop_assert!(all_close(&back.log_wage, &solved.baseline.central.log_wage, 1e-9));
        prop_assert!(all_close(&back.log_price, &solved.baseline.central.log_price, 1e-9));
        prop_assert!(back.iterations > 1);
    }

    #[test]
    fn walras_law_holds_at_any_wages_prices_and_spending(
        data in economies(), closure in 0..6_usize, seed in any::<u64>(),
    ) {
        let policy = random_policy(&data, seed, 2.0);
        let (accounts, _) = Accounts::calibrate(&data, true).unwrap();
        let parameters = central(&data);
        let model = GeneralEquilibrium::default();
        let baseline = Baseline::new(&model, accounts, CLOSURES[closure], &parameters).unwrap();
        let world = baseline.world(&policy).unwrap();
        let mut sweep = Sweep::<1>::new(&world, world.preconditioner, PathPoint::END);
        sweep.set_draw(0, &parameters);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let shape = data.shape();
        let logs = shape.countries + shape.pairs();
        let spending = logs..logs + shape.pairs();
        let point: Vec<f64> = (0..sweep.size())
            .map(|at| if !spending.contains(&at) { rng.random_range(-1.0..1.0) } else { rng.random_range(0.2..3.0) })
            .collect();
        let [residual] = sweep.walras_residual(&point);
        // Excess demand alone is of the order of one here.
        prop_assert!(residual.abs() < 1e-11, "{residual}");
    }

    #[test]
    fn money_has_no_unit(data in economies(), seed in any::<u64>(), scale in 0.001..1000.0_f64) {
        let mut scaled = data.clone();
        scaled.trade.values_mut().iter_mut().for_each(|value| *value *= scale);
        let (first, second) = (
            solve(&data, &random_policy(&data, seed, 1.0), Deficits::Fixed, &[]),
            solve(&scaled, &random_policy(&scaled, seed, 1.0), Deficits::Fixed, &[]),
        );
        prop_assert!(all_close(&first.impact.sectors, &second.impact.sectors, 1e-7));
    }

    #[test]
    fn two_steps_are_one(data in economies(), closure in 0..6_usize, seed in any::<u64>()) {
        // From 0 to A to B, the second step from the accounts of A, is the same as from 0 to B.
        let (model, deficits) = (GeneralEquilibrium::default(), CLOSURES[closure]);
        let (a, b) = (random_policy(&data, seed, 0.5), random_policy(&data, seed ^ 1, 0.5));
        let at_a = solve(&data, &a, deficits, &[]);
        let world_a = at_a.baseline.world(&a).unwrap();
        let accounts_a = moved(&world_a, PathPoint::END, &at_a.parameters, &at_a.counterfactual);
        let costs_undone = second_step(&data, &a, &b);
        let baseline_a = Baseline::new(&model, accounts_a, deficits, &at_a.parameters).unwrap();
        let world_ab = baseline_a.world(&costs_undone).unwrap();
        let step = model.solve(&world_ab, &at_a.parameters, &baseline_a.central).unwrap();
        let direct = solve(&data, &b, deficits, &[]);
        let base = &direct.baseline.central;
        let both: Vec<f64> = at_a.counterfactual.log_price.iter().zip(&step.log_price)
            .zip(&baseline_a.central.log_price).map(|((a, b), base)| a + b - base).collect();
        prop_assert!(all_close(&both, &direct.counterfactual.log_price, 1e-8), "{both:?} {:?} {base:?}",
            direct.counterfactual.log_price);
    }

    #[test]
    fn the_order_of_countries_does_not_matter(
        data in economies(), closure in 0..6_usize, seed in any::<u64>(),
    ) {
        let n = data.countries.len();
        let order: Vec<usize> = (0..n).map(|i| (i * 5 + 1) % n).collect();
        prop_assume!(n % 5 != 0);
        let policy_a = random_policy(&data, seed, 1.0);
        let permuted = permute(&data, &order);
        let place = |old: CountryId| CountryId::at(order.iter().position(|&o| o == old.index()).unwrap());
        let policy_b = policy(&permuted, policy_a.changes.iter().map(|change| FlowChange {
            flow: Flow { importer: place(change.flow.importer), exporter: place(change.flow.exporter), ..change.flow },
            ..change.clone()
        }).collect());
        let (first, second) =
            (solve(&data, &policy_a, CLOSURES[closure], &[]), solve(&permuted, &policy_b, CLOSURES[closure], &[]));
        let width = V::GENERAL.len();
        for (new, &old) in order.iter().enumerate() {
            let (a, b) = (&first.impact.countries[old * width..][..width], &second.impact.countries[new * width..][..width]);
            prop_assert!(all_close(a, b, 1e-6), "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_sector_split_in_two_equal_halves_changes_nothing(data in economies(), seed in any::<u64>()) {
        let split = split_last_sector(&data);
        let last = data.sectors.len() - 1;
        let policy_a = random_policy(&data, seed, 1.0);
        let doubled = policy_a.changes.iter().flat_map(|change| {
            let twin = (change.flow.sector.index() == last).then(|| FlowChange {
                flow: Flow { sector: SectorId::at(last + 1), ..change.flow }, ..change.clone()
            });
            [Some(change.clone()), twin].into_iter().flatten()
        }).collect();
        let (first, second) = (
            solve(&data, &policy_a, Deficits::Fixed, &[]),
            solve(&split, &policy(&split, doubled), Deficits::Fixed, &[]),
        );
        prop_assert!(all_close(&first.impact.countries, &second.impact.countries, 1e-6));
    }

    #[test]
    fn gains_from_trade_are_the_domestic_share(seed in any::<u64>(), countries in 3..8_usize) {
        // Arkolakis, Costinot & Rodríguez-Clare (2012), proposition 1: one sector, no tariffs, balanced trade.
        let data = Recipe { highest_tariff: 0.0, ..Recipe::new(countries, 1, seed) }.dataset();
        let mut policy = random_policy(&data, seed, 0.5);
        policy.changes.iter_mut().for_each(|change| change.rate = tariffsim::units::AdValorem::FREE);
        let solved = solve_with(&data, &policy, Deficits::Balanced, &[], false);
        for country in 0..countries {
            let lambda = domestic_share_hat(&solved, country, 0);
            let wanted = 100.0 * (lambda.powf(-1.0 / solved.parameters.theta[0]) - 1.0);
            prop_assert!(close(solved.country(country, V::Welfare), wanted, 1e-8));
        }
    }

    #[test]
    fn real_wages_follow_from_domestic_shares(data in economies(), closure in 0..3_usize, seed in any::<u64>()) {
        // ln(real wage) = −Σ_j α_j [(I − Γᵀ)⁻¹ (ln λ̂/θ)]_j for any tariffs and deficits.
        let solved = solve(&data, &random_policy(&data, seed, 1.0), CLOSURES[closure], &[]);
        let (accounts, j) = (&solved.baseline.accounts, data.sectors.len());
        for country in 0..data.countries.len() {
            let inputs = &accounts.input_share[country * j * j..][..j * j];
            let system = nalgebra::DMatrix::from_fn(j, j, |user, input| {
                f64::from(u8::from(user == input)) - inputs[input * j + user]
            });
            let shares = nalgebra::DVector::from_fn(j, |sector, _| {
                domestic_share_hat(&solved, country, sector).ln() / solved.parameters.theta[sector]
            });
            let prices = system.lu().solve(&shares).unwrap();
            let alpha = &accounts.final_share[country * j..][..j];
            let log: f64 = alpha.iter().zip(prices.iter()).map(|(alpha, price)| alpha * price).sum();
            let wanted = 100.0 * ((-log).exp() - 1.0);
            prop_assert!(close(solved.country(country, V::RealWage), wanted, 1e-8));
        }
    }

    #[test]
    fn a_draw_has_the_same_bits_alone_and_in_a_batch(
        data in economies(), closure in 0..6_usize, seed in any::<u64>(),
    ) {
        let model = GeneralEquilibrium::default();
        let policy = random_policy(&data, seed, 1.0);
        let solved = solve(&data, &policy, CLOSURES[closure], &[]);
        let world = solved.baseline.world(&policy).unwrap();
        let draws: Vec<Parameters> = (0..BATCH)
            .map(|l| Parameters {
                theta: solved.parameters.theta.iter().map(|theta| theta * (0.7 + 0.1 * l as f64)).collect(),
                exempt_shares: Vec::new(),
            })
            .collect();
        let start = Equilibrium::unchanged(data.shape());
        let together = model.solve_batch(&world, &draws.iter().collect::<Vec<_>>(), &[&start; BATCH]);
        for (draw, together) in draws.iter().zip(together) {
            prop_assert_eq!(model.solve(&world, draw, &start).unwrap(), together.unwrap());
        }
    }

    #[test]
    fn acceleration_does_not_change_the_answer(data in economies(), closure in 0..6_usize, seed in any::<u64>()) {
        let policy = random_policy(&data, seed, 1.0);
        let solved = solve(&data, &policy, CLOSURES[closure], &[]);
        let plain = GeneralEquilibrium {
            options: Options { depth: 0, most_sweeps: 20_000, ..Options::default() },
        };
        let world = solved.baseline.world(&policy).unwrap();
        let start = Equilibrium::unchanged(data.shape());
        let slow = plain.solve(&world, &solved.parameters, &start).unwrap();
        prop_assert!(all_close(&slow.log_wage, &solved.counterfactual.log_wage, 1e-9));
        prop_assert!(all_close(&slow.log_relative_wage, &solved.counterfactual.log_relative_wage, 1e-9));
        prop_assert!(all_close(&slow.expenditure, &solved.counterfactual.expenditure, 1e-9));
    }

    #[test]
    fn welfare_is_its_first_order_parts_when_little_changes(
        data in economies(), closure in 0..6_usize, seed in any::<u64>(),
    ) {
        // What they leave out is of second order: a tenth of the change leaves a hundredth of the difference.
        let whole = random_policy(&data, seed, 0.5);
        let differences = [1e-3, 1e-4].map(|part| {
            let mut policy = whole.clone();
            for change in &mut policy.changes {
                let observed = data.tariffs.get(change.flow);
                let rate = observed + part * (change.rate.fraction() - observed);
                change.rate = tariffsim::units::AdValorem::new(rate).unwrap();
                let cost = 1.0 + part * (change.cost.factor() - 1.0);
                change.cost = tariffsim::units::CostFactor::new(cost).unwrap();
            }
            let solved = solve(&data, &policy, CLOSURES[closure], &[]);
            let of = |country| {
                (solved.country(country, V::Welfare) - solved.country(country, V::WelfareFirstOrder)).abs()
            };
            (0..data.countries.len()).map(of).fold(0.0, f64::max)
        });
        prop_assert!(differences[1] < 0.02 * differences[0] + 1e-9, "{differences:?}");
    }

    #[test]
    fn labour_of_any_mobility_is_the_same_where_there_is_one_sector(
        seed in any::<u64>(), countries in 3..8_usize, mobility in 1.01..20.0_f64,
    ) {
        let data = Recipe::new(countries, 1, seed).dataset();
        let policy = random_policy(&data, seed, 1.0);
        let with = |labour| solve(&data, &policy, closure(Deficits::Fixed, labour), &[]).impact.countries;
        let mobile = with(Labour::Mobile);
        prop_assert!(all_close(&with(Labour::SectorSpecific), &mobile, 1e-7));
        prop_assert!(all_close(&with(Labour::Between(Mobility::new(mobility).unwrap())), &mobile, 1e-7));
    }

    #[test]
    fn labour_is_specific_at_the_least_mobility_and_mobile_at_the_largest(
        data in economies(), seed in any::<u64>(),
    ) {
        let policy = random_policy(&data, seed, 1.0);
        let with = |labour| solve(&data, &policy, closure(Deficits::Fixed, labour), &[]).impact.countries;
        let between = |kappa| with(Labour::Between(Mobility::new(kappa).unwrap()));
        let distance = |a: &[f64], b: &[f64]| {
            a.iter().zip(b).map(|(a, b)| (a - b).abs() / (1.0 + a.abs())).fold(0.0, f64::max)
        };
        prop_assert!(distance(&between(1.0 + 1e-9), &with(Labour::SectorSpecific)) < 1e-6);
        // The error falls in proportion to 1/κ.
        let mobile = with(Labour::Mobile);
        let [near, nearer] = [1e4, 1e5].map(|kappa| distance(&between(kappa), &mobile));
        prop_assert!(nearer < 1e-6 || (near / nearer - 10.0).abs() < 0.5, "{near} {nearer}");
        prop_assert!(nearer < 0.1);
    }

    #[test]
    fn accounts_close_after_every_policy(data in economies(), closure in 0..6_usize, seed in any::<u64>()) {
        // Sums over flows and identities between the reported variables, which the solver does not target.
        let policy = random_policy(&data, seed, 1.0);
        let solved = solve(&data, &policy, CLOSURES[closure], &all_rows(&data));
        for country in 0..data.countries.len() {
            let get = |variable| solved.country(country, variable);
            let parts = get(V::TermsOfTradeFirstOrder) + get(V::VolumeOfTradeFirstOrder)
                + get(V::TechnologyFirstOrder) + get(V::TransferFirstOrder);
            prop_assert!(close(parts, get(V::WelfareFirstOrder), 1e-12));
            let real_income = 100.0 * ((1.0 + get(V::Income) / 100.0) / (1.0 + get(V::ConsumerPrices) / 100.0) - 1.0);
            prop_assert!(close(real_income, get(V::Welfare), 1e-10));
        }
        for row in solved.impact.flows.chunks_exact(FlowVariable::GENERAL.len()) {
            let get = |variable: FlowVariable| 1.0 + row[variable.index()] / 100.0;
            let value = get(FlowVariable::BorderPrice) * get(FlowVariable::Volume);
            prop_assert!(close(value, get(FlowVariable::Value), 1e-9));
        }
        prop_assert_eq!(solved.impact.sectors.len(), data.shape().pairs() * SectorVariable::GENERAL.len());
    }
}

/// What is left to do of `b` when `a` is in force already: rates of both, trade costs relative to `a`.
fn second_step(data: &Dataset, a: &Policy, b: &Policy) -> Policy {
    let shape = data.shape();
    let find =
        |policy: &Policy, flow: Flow| policy.changes.iter().find(|change| change.flow == flow).cloned();
    let flows = (0..shape.cells()).map(|cell| shape.flow(cell)).filter(|flow| !flow.is_domestic());
    let changes = flows
        .filter_map(|flow| {
            let (in_a, in_b) = (find(a, flow), find(b, flow));
            if in_a.is_none() && in_b.is_none() {
                return None;
            }
            let cost =
                |change: &Option<FlowChange>| change.as_ref().map_or(1.0, |change| change.cost.factor());
            let rate = in_b.as_ref().map_or(data.tariffs.get(flow), |change| change.rate.fraction());
            Some(change(flow, rate, cost(&in_b) / cost(&in_a)))
        })
        .collect();
    policy(data, changes)
}

fn domestic_share_hat(solved: &support::Solved, country: usize, sector: usize) -> f64 {
    let accounts = &solved.baseline.accounts;
    let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
    let levels = |equilibrium| {
        tariffsim::model::levels::Levels::new(
            accounts,
            solved.baseline.closure.deficits,
            [&solved.parameters],
            [equilibrium],
        )
    };
    let (before, after) = (levels(&solved.baseline.central), levels(&solved.counterfactual));
    let pair = country * j + sector;
    let spending = |levels: &tariffsim::model::levels::Levels<1>, equilibrium: &Equilibrium| {
        levels.cost_power[sector * n + country] * levels.scaled_spending[sector * n + country]
            / (accounts.expenditure[pair] * equilibrium.expenditure[pair])
    };
    spending(&after, &solved.counterfactual) / spending(&before, &solved.baseline.central)
}

fn permute(data: &Dataset, order: &[usize]) -> Dataset {
    let shape = data.shape();
    let old = |flow: Flow| Flow {
        importer: CountryId::at(order[flow.importer.index()]),
        exporter: CountryId::at(order[flow.exporter.index()]),
        ..flow
    };
    let table = |table: &Bilateral| {
        let values = (0..shape.cells()).map(|cell| table.get(old(shape.flow(cell)))).collect();
        Bilateral::from_values(shape, values)
    };
    let block = shape.sectors * shape.sectors;
    Dataset {
        countries: CodeList::new(order.iter().map(|&old| {
            (
                data.countries.code(CountryId::at(old)).to_owned(),
                data.countries.name(CountryId::at(old)).to_owned(),
            )
        }))
        .unwrap(),
        trade: table(&data.trade),
        tariffs: table(&data.tariffs),
        inputs: data
            .inputs
            .as_ref()
            .map(|inputs| order.iter().flat_map(|&old| inputs[old * block..][..block].to_vec()).collect()),
        ..data.clone()
    }
}

/// The same economy with its last sector in two equal halves.
fn split_last_sector(data: &Dataset) -> Dataset {
    let (n, j) = (data.shape().countries, data.shape().sectors);
    let shape = Shape { countries: n, sectors: j + 1 };
    let old = |sector: usize| sector.min(j - 1);
    let half = |sector: usize| if sector >= j - 1 { 0.5 } else { 1.0 };
    let table = |table: &Bilateral, halved: bool| {
        let values = (0..shape.cells())
            .map(|cell| {
                let flow = shape.flow(cell);
                let sector = flow.sector.index();
                table.get(Flow { sector: SectorId::at(old(sector)), ..flow })
                    * if halved { half(sector) } else { 1.0 }
            })
            .collect();
        Bilateral::from_values(shape, values)
    };
    let mut inputs = vec![0.0; n * (j + 1) * (j + 1)];
    for (at, slot) in inputs.iter_mut().enumerate() {
        let (country, input, user) = (at / ((j + 1) * (j + 1)), at / (j + 1) % (j + 1), at % (j + 1));
        *slot = data.inputs.as_ref().unwrap()[(country * j + old(input)) * j + old(user)] * half(input);
    }
    let mut kinds: Vec<SectorKind> = data.kinds.clone();
    kinds.push(kinds[j - 1]);
    let mut elasticities = data.elasticities.clone();
    elasticities.iter_mut().for_each(|set| set.sectors.push(set.sectors[j - 1]));
    Dataset {
        sectors: CodeList::new((0..=j).map(|s| (format!("S{s:02}"), String::new()))).unwrap(),
        kinds,
        trade: table(&data.trade, true),
        tariffs: table(&data.tariffs, false),
        inputs: Some(inputs),
        elasticities,
        ..data.clone()
    }
}
