//! The derivative of welfare with respect to tariffs, against differences of welfare itself.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use support::{central, change, policy};
use tariffsim::bilateral::{Bilateral, Flow};
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::closure::{Closure, Deficits, Labour, Mobility};
use tariffsim::economy::dataset::Dataset;
use tariffsim::economy::structure::Structure;
use tariffsim::economy::synthetic::Recipe;
use tariffsim::index::{CountryId, Position as _, SectorId};
use tariffsim::model::baseline::Baseline;
use tariffsim::model::impact::{Comparison, Impact};
use tariffsim::model::moved::moved;
use tariffsim::model::shares::PathPoint;
use tariffsim::model::trade_model::{GeneralEquilibrium, TradeModel as _};
use tariffsim::model::variable::CountryVariable;
use tariffsim::model::welfare_gradient::welfare_gradient;
use tariffsim::model::world::Parameters;
use tariffsim::numerics::anderson::Options;

fn flow(importer: usize, exporter: usize, sector: usize) -> Flow {
    Flow {
        sector: SectorId::at(sector),
        importer: CountryId::at(importer),
        exporter: CountryId::at(exporter),
    }
}

/// An economy with its baseline, solved as exactly as can be.
struct Economy {
    dataset: Dataset,
    baseline: Baseline,
    parameters: Parameters,
    model: GeneralEquilibrium,
}

impl Economy {
    fn new(dataset: Dataset, closure: Closure) -> Self {
        let options = Options { tolerance: 2e-14, acceptable: 1e-11, most_sweeps: 300, ..Options::default() };
        let model = GeneralEquilibrium { options };
        let (accounts, _) = Accounts::calibrate(&dataset, true).unwrap();
        let parameters = central(&dataset);
        let baseline = Baseline::new(&model, accounts, closure, &parameters).unwrap();
        Self { dataset, baseline, parameters, model }
    }

    /// ln(welfare) relative to the baseline at some rates, and its derivatives there.
    fn at(&self, rates: &[(Flow, f64)], country: usize) -> (f64, Bilateral) {
        let policy =
            policy(&self.dataset, rates.iter().map(|&(flow, rate)| change(flow, rate, 1.0)).collect());
        let world = self.baseline.world(&policy).unwrap();
        let found = self.model.solve(&world, &self.parameters, &self.baseline.central).unwrap();
        let comparison = Comparison {
            parameters: &self.parameters,
            baseline: &self.baseline.central,
            counterfactual: &found,
        };
        let impact = Impact::new(&world, comparison, &[]);
        let welfare =
            impact.countries[country * CountryVariable::GENERAL.len() + CountryVariable::Welfare.index()];
        let accounts = moved(&world, PathPoint::END, &self.parameters, &found);
        let closure = self.baseline.closure;
        let weights: Vec<f64> =
            (0..accounts.shape.countries).map(|at| f64::from(u8::from(at == country))).collect();
        let gradient = welfare_gradient(&accounts, &self.parameters.theta, closure, &weights);
        ((welfare / 100.0).ln_1p(), gradient.unwrap())
    }

    /// Compares derivatives with fourth-order central differences, at rates of 15 % and 40 %.
    fn check(&self, country: usize, changed: &[Flow], told: &str) {
        const STEP: f64 = 2e-3;
        let rates = |moved: usize, by: f64| -> Vec<(Flow, f64)> {
            let factor = |at: usize| if at == moved { by.exp() } else { 1.0 };
            let base = |at: usize| if at.is_multiple_of(2) { 1.15 } else { 1.4 };
            changed.iter().enumerate().map(|(at, &flow)| (flow, base(at) * factor(at) - 1.0)).collect()
        };
        let (_, gradient) = self.at(&rates(0, 0.0), country);
        let largest = changed.iter().map(|&flow| gradient.get(flow).abs()).fold(0.0, f64::max);
        for (at, &flow) in changed.iter().enumerate() {
            let welfare = |by: f64| self.at(&rates(at, by), country).0;
            let [near, far] = [1.0, 2.0].map(|steps| welfare(steps * STEP) - welfare(-steps * STEP));
            let difference = (8.0 * near - far) / (12.0 * STEP);
            let error = (gradient.get(flow) - difference).abs() / difference.abs().max(0.01 * largest);
            assert!(
                error < 1e-6,
                "{told}, {flow:?}: {} against {difference}, {error:.1e}",
                gradient.get(flow)
            );
        }
    }
}

const CLOSURES: [Closure; 5] = [
    Closure { deficits: Deficits::Fixed, labour: Labour::Mobile, structure: Structure::Armington },
    Closure { deficits: Deficits::Balanced, labour: Labour::Mobile, structure: Structure::Armington },
    Closure { deficits: Deficits::Proportional, labour: Labour::Mobile, structure: Structure::Armington },
    Closure { deficits: Deficits::Fixed, labour: Labour::SectorSpecific, structure: Structure::Armington },
    Closure {
        deficits: Deficits::Proportional,
        labour: Labour::Between(Mobility::new(1.5).unwrap()),
        structure: Structure::Armington,
    },
];

#[test]
fn derivatives_are_those_that_differences_of_welfare_show_under_every_closure() {
    for (seed, closure) in CLOSURES.into_iter().enumerate() {
        let economy = Economy::new(Recipe::new(5, 4, 40 + seed as u64).dataset(), closure);
        let own = [flow(1, 0, 0), flow(1, 2, 1), flow(1, 3, 2), flow(1, 4, 0)];
        let of_others = [flow(0, 1, 0), flow(3, 1, 1), flow(2, 4, 2), flow(0, 3, 1)];
        economy.check(1, &own, &format!("own tariffs, {closure:?}"));
        economy.check(1, &of_others, &format!("tariffs of others, {closure:?}"));
    }
}
