//! Convergence where it is hard: every dataset, every closure, extreme rates, extreme elasticities, closed borders.
//!
//! A case that has no equilibrium must be listed with the reason; every other one must converge, and the residual
//! is computed anew from the solution that was handed out.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod support;

use std::path::PathBuf;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use support::{central, change, dataset, policy, shared};
use tariffsim::bilateral::Flow;
use tariffsim::data::embedded;
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::closure::Deficits;
use tariffsim::economy::dataset::Dataset;
use tariffsim::economy::policy::Policy;
use tariffsim::economy::synthetic::Recipe;
use tariffsim::index::{CountryId, Position as _, SectorId};
use tariffsim::model::baseline::Baseline;
use tariffsim::model::equilibrium::{Equation, SolveError};
use tariffsim::model::impact::{Comparison, Impact};
use tariffsim::model::trade_model::{GeneralEquilibrium, TradeModel as _};
use tariffsim::model::variable::CountryVariable as V;
use tariffsim::model::world::Parameters;

const CLOSURES: [Deficits; 3] = [Deficits::Fixed, Deficits::Balanced, Deficits::Proportional];

/// The largest relative residual of any equation.
const RESIDUAL: f64 = 1e-10;

const REFERENCE: [&str; 6] = [
    "golden/gravity-2000",
    "golden/gravity-2014",
    "golden/nafta-1993",
    "golden/uschina-2017",
    "data/world-2022",
    "data/world-2024",
];

/// A reference dataset; the embedded one is always there.
fn reference(name: &str) -> Option<Dataset> {
    let embedded = name.strip_prefix("data/").and_then(embedded::open);
    embedded.or_else(|| from_shared(name))
}

fn from_shared(name: &str) -> Option<Dataset> {
    shared(name).map(|path: PathBuf| dataset(&path))
}

/// A world that is solved under many policies.
struct Ground<'a> {
    data: &'a Dataset,
    model: GeneralEquilibrium,
    parameters: Parameters,
    baseline: Baseline,
}

impl<'a> Ground<'a> {
    fn new(data: &'a Dataset, deficits: Deficits, theta: Vec<f64>) -> Result<Self, String> {
        let model = GeneralEquilibrium::default();
        let parameters = Parameters { theta, exempt_shares: Vec::new() };
        let (accounts, _) = Accounts::calibrate(data, true).map_err(|error| error.to_string())?;
        match Baseline::new(&model, accounts, deficits, &parameters) {
            Ok(baseline) => Ok(Self { data, model, parameters, baseline }),
            Err(error) => {
                Err(format!("{}, {}: the baseline {}", data.name, deficits.word(), words(data, error)))
            }
        }
    }

    fn central(data: &'a Dataset, deficits: Deficits) -> Result<Self, String> {
        Self::new(data, deficits, central(data).theta)
    }

    /// Solves a policy; `Err` says which case has no solution and where it is worst.
    fn solve(&self, case: &str, policy: &Policy) -> Result<(), String> {
        let name = || format!("{}, {}, {case}", self.data.name, self.baseline.closure.deficits.word());
        let fault = |error| format!("{}: {}", name(), words(self.data, error));
        let world = self.baseline.world(policy).map_err(fault)?;
        let solution = self.model.solve(&world, &self.parameters, &self.baseline.central).map_err(fault)?;
        let residual = self.model.residual(&world, &self.parameters, &solution);
        let unknowns = solution.log_wage.iter().chain(&solution.log_price).chain(&solution.expenditure);
        if !unknowns.copied().all(f64::is_finite) || solution.expenditure.iter().any(|spent| *spent < 0.0) {
            return Err(format!("{}: not finite, or negative spending", name()));
        }
        if residual.is_nan() || residual >= RESIDUAL {
            return Err(format!("{}: residual {residual:.1e}", name()));
        }
        let comparison = Comparison {
            parameters: &self.parameters,
            baseline: &self.baseline.central,
            counterfactual: &solution,
        };
        let impact = Impact::new(&world, comparison, &[]);
        for (at, variables) in impact.countries.chunks_exact(V::GENERAL.len()).enumerate() {
            let welfare = variables[V::Welfare.index()];
            if welfare.is_nan() || welfare <= -100.0 {
                let country = self.data.countries.code(CountryId::at(at));
                return Err(format!("{}: {country} has no positive income ({welfare:.2} %)", name()));
            }
        }
        Ok(())
    }
}

fn words(data: &Dataset, error: SolveError) -> String {
    let country = |id: CountryId| data.countries.code(id).to_owned();
    match error {
        SolveError::NotConverged { iterations, residual, worst } => {
            let sector = match worst {
                Equation::LabourMarket(_) => String::new(),
                Equation::PriceIndex(_, sector) => format!(", price of {}", data.sectors.code(sector)),
                Equation::Expenditure(_, sector) => format!(", spending on {}", data.sectors.code(sector)),
                Equation::Tariff(flow) => format!(", tariff on {}", data.sectors.code(flow.sector)),
                Equation::FreeEntry(_, sector) => format!(", firms in {}", data.sectors.code(sector)),
                Equation::SectorLabour(_, sector) => format!(", labour in {}", data.sectors.code(sector)),
                Equation::Market(_, sector) => format!(", the market of {}", data.sectors.code(sector)),
            };
            let place = country(worst.country()) + &sector;
            format!("did not converge in {iterations} sweeps, residual {residual:.1e} in {place}")
        }
        SolveError::NoSupplier { importer, sector } => {
            format!("has no supplier of {} to {}", data.sectors.code(sector), country(importer))
        }
        SolveError::Reinforcing { country: id, sector } => {
            format!(
                "has firms in {} of {} that reinforce one another",
                data.sectors.code(sector),
                country(id)
            )
        }
        SolveError::NoIncome { country: id } => format!("leaves no income in {}", country(id)),
        SolveError::CutOff { country: id } => format!("cuts off {}", country(id)),
        SolveError::NegativeTrade { importer, .. } => {
            format!("has trade below zero to {}", country(importer))
        }
    }
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "{} cases have no sound solution:\n{}", faults.len(), faults.join("\n"));
}

/// Foreign flows of goods into a country.
fn goods_into(data: &Dataset, importer: CountryId) -> impl Iterator<Item = Flow> {
    let sectors = data.sectors.ids::<SectorId>().filter(|&sector| data.is_goods(sector));
    sectors.flat_map(move |sector| {
        let flow = move |exporter| Flow { sector, importer, exporter };
        data.countries.ids::<CountryId>().map(flow).filter(|flow| !flow.is_domestic())
    })
}

/// One rate on all goods from everyone.
fn tariff(data: &Dataset, importer: CountryId, rate: f64) -> Policy {
    policy(data, goods_into(data, importer).map(|flow| change(flow, rate, 1.0)).collect())
}

/// No trade between two countries, in either direction.
fn embargo(data: &Dataset, a: CountryId, b: CountryId) -> Policy {
    let both = |sector| [(a, b), (b, a)].map(|(importer, exporter)| Flow { sector, importer, exporter });
    let flows = data.sectors.ids::<SectorId>().flat_map(both);
    policy(data, flows.map(|flow| change(flow, 0.0, f64::INFINITY)).collect())
}

/// The countries with the largest and the smallest value added.
fn largest_and_smallest(data: &Dataset) -> [CountryId; 2] {
    let (accounts, _) = Accounts::calibrate(data, true).unwrap();
    let mut order: Vec<usize> = (0..data.countries.len()).collect();
    order.sort_by(|&a, &b| accounts.value_added[a].total_cmp(&accounts.value_added[b]));
    let largest = data.countries.find("USA").unwrap_or(CountryId::at(order[order.len() - 1]));
    [largest, CountryId::at(order[0])]
}

/// Cases without an equilibrium: (dataset, importer, rate, why).
const WITHOUT_EQUILIBRIUM: &[(&str, &str, f64, &str)] = &[(
    "nafta-1993",
    "HUN",
    -0.5,
    "imports triple and pay for processed exports, until the subsidy eats the whole income at about -49.5 %",
)];

fn has_none(data: &Dataset, importer: CountryId, rate: f64) -> bool {
    let code = data.countries.code(importer);
    WITHOUT_EQUILIBRIUM.iter().any(|case| (case.0, case.1) == (&data.name, code) && rate <= case.2)
}

#[test]
fn a_subsidy_beyond_all_income_is_refused_and_one_within_it_is_solved() {
    let Some(data) = reference("golden/nafta-1993") else { return };
    let mut faults = Vec::new();
    for deficits in CLOSURES {
        let ground = Ground::central(&data, deficits).unwrap();
        for (_, code, rate, why) in WITHOUT_EQUILIBRIUM {
            let importer = data.countries.find::<CountryId>(code).unwrap();
            let case = format!("{code} at {}", rate + 0.02);
            faults.extend(ground.solve(&case, &tariff(&data, importer, rate + 0.02)).err());
            for rate in [*rate, rate - 0.02] {
                let policy = tariff(&data, importer, rate);
                let world = ground.baseline.world(&policy).unwrap();
                if ground.model.solve(&world, &ground.parameters, &ground.baseline.central).is_ok() {
                    faults.push(format!("{}, {code} at {rate}: solved although {why}", deficits.word()));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn a_surplus_held_by_assumption_that_is_more_than_an_income_is_refused() {
    // C00 taxes all imports at 200 %. A small surplus country of inelastic goods sells so little then that its
    // surplus, held fixed, is more than it earns.
    let mut faults = Vec::new();
    for seed in [27, 54] {
        let data = random_economy(seed, (0.3, 0.3));
        let ground = Ground::central(&data, Deficits::Fixed).unwrap();
        let policy = tariff(&data, CountryId::at(0), 2.0);
        let world = ground.baseline.world(&policy).unwrap();
        if ground.model.solve(&world, &ground.parameters, &ground.baseline.central).is_ok() {
            faults.extend(ground.solve(&format!("economy {seed}, C00 at 2"), &policy).err());
        }
    }
    report(&faults);
}

#[test]
fn extreme_rates_of_a_large_and_of_a_small_importer_have_a_solution() {
    let mut faults = Vec::new();
    for data in REFERENCE.iter().filter_map(|name| reference(name)) {
        for deficits in CLOSURES {
            let ground = match Ground::central(&data, deficits) {
                Ok(ground) => ground,
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            };
            for importer in largest_and_smallest(&data) {
                for rate in [-0.5, 0.0, 0.25, 1.0, 10.0] {
                    if has_none(&data, importer, rate) {
                        continue;
                    }
                    let case = format!("{} at {rate}", data.countries.code(importer));
                    faults.extend(ground.solve(&case, &tariff(&data, importer, rate)).err());
                }
            }
        }
    }
    report(&faults);
}

/// Everyone charges everyone some rates on all goods, under every closure.
fn everyone_at(data: &Dataset, rates: &[f64]) -> Vec<String> {
    let mut faults = Vec::new();
    for deficits in CLOSURES {
        let Ok(ground) = Ground::central(data, deficits) else { continue };
        for rate in rates {
            let flows = data.countries.ids().flat_map(|importer| goods_into(data, importer));
            let all = policy(data, flows.map(|flow| change(flow, *rate, 1.0)).collect());
            faults.extend(ground.solve(&format!("everyone at {rate}"), &all).err());
        }
    }
    faults
}

#[test]
fn everyone_at_once_can_have_extreme_rates() {
    let mut faults = Vec::new();
    for data in REFERENCE.iter().filter_map(|name| reference(name)) {
        faults.extend(everyone_at(&data, &[-0.2, 0.0, 1.0]));
        if data.name != "nafta-1993" {
            faults.extend(everyone_at(&data, &[5.0]));
        }
    }
    report(&faults);
}

#[test]
#[ignore = "not solved yet: stops at a residual of 1e-9; ends as an error"]
fn everyone_at_once_can_have_500_per_cent_with_elasticities_up_to_65() {
    let Some(data) = reference("golden/nafta-1993") else { return };
    report(&everyone_at(&data, &[5.0]));
}

#[test]
fn very_small_and_very_large_elasticities_have_a_solution() {
    let data = embedded::open("world-2024").unwrap();
    let usa = data.countries.find::<CountryId>("USA").unwrap();
    let all = |theta: f64| vec![theta; data.sectors.len()];
    let mut sets = vec![("all 0.3".to_owned(), all(0.3)), ("all 65".to_owned(), all(65.0))];
    sets.extend((0..4).map(|seed| (format!("mixed {seed}"), mixed(data.sectors.len(), seed))));
    let mut faults = Vec::new();
    for (name, theta) in sets {
        for deficits in CLOSURES {
            match Ground::new(&data, deficits, theta.clone()) {
                Err(fault) => faults.push(format!("{name}: {fault}")),
                Ok(ground) => {
                    for rate in [0.0, 0.25, 1.0] {
                        let case = format!("elasticities {name}, USA at {rate}");
                        faults.extend(ground.solve(&case, &tariff(&data, usa, rate)).err());
                    }
                }
            }
        }
    }
    report(&faults);
}

/// Elasticities between 0.3 and 65, evenly on a logarithmic scale.
fn mixed(sectors: usize, seed: u64) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..sectors).map(|_| 0.3 * (65.0_f64 / 0.3).powf(rng.random::<f64>())).collect()
}

#[test]
fn an_embargo_between_any_two_countries_has_a_solution() {
    let mut faults = Vec::new();
    for data in REFERENCE.iter().filter_map(|name| reference(name)) {
        for deficits in CLOSURES {
            let Ok(ground) = Ground::central(&data, deficits) else { continue };
            for (a, b) in pairs(&data) {
                let case = format!("no trade {}-{}", data.countries.code(a), data.countries.code(b));
                faults.extend(ground.solve(&case, &embargo(&data, a, b)).err());
            }
        }
    }
    report(&faults);
}

/// Every pair of a small dataset; of a large one, known neighbours and a spread of others.
fn pairs(data: &Dataset) -> Vec<(CountryId, CountryId)> {
    let ids: Vec<CountryId> = data.countries.ids().collect();
    let all: Vec<_> =
        ids.iter().enumerate().flat_map(|(at, &a)| ids[..at].iter().map(move |&b| (a, b))).collect();
    if data.countries.len() < 50 {
        return all;
    }
    let known = [
        ("USA", "MEX"),
        ("USA", "CAN"),
        ("USA", "CHN"),
        ("DEU", "FRA"),
        ("CHN", "HKG"),
        ("CHN", "VNM"),
        ("AUS", "NZL"),
        ("ESP", "PRT"),
        ("SGP", "MYS"),
        ("RUS", "BLR"),
    ];
    let find = |code: &str| data.countries.find::<CountryId>(code).unwrap();
    let known = known.map(|(a, b)| (find(a), find(b)));
    known.into_iter().chain(all.into_iter().step_by(107)).collect()
}

#[test]
fn a_country_may_lose_every_partner_but_one() {
    // The partner that is left is the largest: everything the country needs comes from there or from home.
    let data = embedded::open("world-2024").unwrap();
    let mut faults = Vec::new();
    for deficits in CLOSURES {
        let ground = Ground::central(&data, deficits).unwrap();
        for (lonely, partner) in [("MEX", "USA"), ("NZL", "AUS"), ("DEU", "FRA"), ("VNM", "CHN")] {
            let [lonely_id, partner_id] =
                [lonely, partner].map(|code| data.countries.find::<CountryId>(code).unwrap());
            let closed = |flow: &Flow| {
                let ends = [flow.importer, flow.exporter];
                !flow.is_domestic() && ends.contains(&lonely_id) && !ends.contains(&partner_id)
            };
            let shape = data.shape();
            let flows = (0..shape.cells()).map(|cell| shape.flow(cell)).filter(closed);
            let policy = policy(&data, flows.map(|flow| change(flow, 0.0, f64::INFINITY)).collect());
            faults.extend(ground.solve(&format!("{lonely} with {partner} only"), &policy).err());
        }
    }
    report(&faults);
}

/// A random economy; some have one sector, some nearly no value added of their own, some many gaps.
fn random_economy(seed: u64, elasticities: (f64, f64)) -> Dataset {
    let pick = |many: u64, salt: u64| ChaCha8Rng::seed_from_u64(seed ^ (salt << 32)).random_range(0..many);
    let recipe = Recipe {
        elasticities,
        input_intensity: 0.1 * pick(10, 1) as f64,
        gaps: 0.1 * pick(7, 2) as f64,
        ..Recipe::new(2 + pick(8, 3) as usize, 1 + pick(7, 4) as usize, seed)
    };
    recipe.dataset()
}

const ELASTICITIES: [(f64, f64); 3] = [(0.3, 0.3), (65.0, 65.0), (0.3, 65.0)];

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default()
    })]

    #[test]
    fn random_economies_with_extreme_elasticities_have_a_solution(
        seed in any::<u64>(), elasticities in 0..3_usize, closure in 0..3_usize, rate in 0.0..0.5_f64,
    ) {
        let data = random_economy(seed, ELASTICITIES[elasticities]);
        let ground = Ground::central(&data, CLOSURES[closure]).map_err(TestCaseError::fail)?;
        let importer = CountryId::at(seed as usize % data.countries.len());
        let solved = ground.solve(&format!("C{:02} at {rate}", importer.index()), &tariff(&data, importer, rate));
        solved.map_err(TestCaseError::fail)?;
    }
}

/// C00 of 60 random economies charges 100 and 200 % on everything. With an elasticity of 65, doubling the price
/// leaves 10^-20 of a flow; wages move until some trade comes back.
fn nearly_all_trade_ends(deficits: Deficits) -> Vec<String> {
    let mut faults = Vec::new();
    for seed in 0..60 {
        for elasticities in [(65.0, 65.0), (0.3, 65.0)] {
            let data = random_economy(seed, elasticities);
            let solve = |rate| {
                let case = format!("economy {seed}, elasticities {elasticities:?}, C00 at {rate}");
                Ground::central(&data, deficits)?.solve(&case, &tariff(&data, CountryId::at(0), rate))
            };
            faults.extend([1.0, 2.0].into_iter().filter_map(|rate| solve(rate).err()));
        }
    }
    faults
}

#[test]
fn a_tariff_that_ends_nearly_all_trade_has_a_solution() {
    report(&[Deficits::Fixed, Deficits::Proportional].map(nearly_all_trade_ends).concat());
}

#[test]
#[ignore = "not solved yet: wages settle very slowly when next to no trade is left; ends as an error"]
fn a_tariff_that_ends_nearly_all_balanced_trade_has_a_solution() {
    report(&nearly_all_trade_ends(Deficits::Balanced));
}

#[test]
fn a_two_country_economy_with_elastic_trade_and_much_roundabout_production_has_a_solution() {
    // Bisection over the relative wage finds one equilibrium at every rate, an unremarkable one: at 10 % the wage
    // of C00 is 0.66 % above that of C01.
    let recipe =
        Recipe { elasticities: (65.0, 65.0), input_intensity: 0.72, gaps: 0.0, ..Recipe::new(2, 1, 168) };
    let data = recipe.dataset();
    let mut faults = Vec::new();
    for deficits in CLOSURES {
        let ground = Ground::central(&data, deficits).unwrap();
        for rate in [0.0, 0.05, 0.1, 0.15, 0.187] {
            let case = format!("C00 at {rate}");
            faults.extend(ground.solve(&case, &tariff(&data, CountryId::at(0), rate)).err());
        }
    }
    report(&faults);
}
