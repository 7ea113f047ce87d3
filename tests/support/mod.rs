//! What the integration tests share.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::needless_range_loop
)]

pub mod levels;
pub mod plain_impact;
pub mod policies;

use std::path::PathBuf;

use tariffsim::bilateral::Flow;
use tariffsim::data::folder;
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::closure::Closure;
use tariffsim::economy::dataset::Dataset;
use tariffsim::economy::elasticities::Elasticities;
use tariffsim::economy::policy::{FlowChange, Policy};
use tariffsim::files::Folder;
use tariffsim::index::{CountryId, SectorId};
use tariffsim::model::baseline::Baseline;
use tariffsim::model::equilibrium::Equilibrium;
use tariffsim::model::impact::{Comparison, FlowRow, Impact};
use tariffsim::model::trade_model::{GeneralEquilibrium, TradeModel as _};
use tariffsim::model::variable::CountryVariable;
use tariffsim::model::world::Parameters;
use tariffsim::units::{AdValorem, CostFactor};

/// A folder of the shared datasets and published results; `None`, said loudly, where it is absent.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TARIFFSIM_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let path = root.join(folder);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is absent; set TARIFFSIM_SHARED to run this test", path.display());
    None
}

/// A dataset that must be sound.
pub fn dataset(path: &std::path::Path) -> Dataset {
    let reading = folder::read(&Folder::new(path));
    reading.dataset.unwrap_or_else(|| panic!("{}: {:#?}", path.display(), reading.diagnostics))
}

/// The rows of a CSV file by header.
pub fn rows(path: &std::path::Path) -> Vec<std::collections::HashMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// A flow by its codes.
pub fn flow(dataset: &Dataset, importer: &str, exporter: &str, sector: &str) -> Flow {
    Flow {
        sector: dataset.sectors.find::<SectorId>(sector).unwrap(),
        importer: dataset.countries.find::<CountryId>(importer).unwrap(),
        exporter: dataset.countries.find::<CountryId>(exporter).unwrap(),
    }
}

/// A flow at a new rate and trade cost.
pub fn change(flow: Flow, rate: f64, cost: f64) -> FlowChange {
    FlowChange::new(flow, AdValorem::new(rate).unwrap(), CostFactor::new(cost).unwrap())
}

/// A policy from changes in any order.
pub fn policy(dataset: &Dataset, mut changes: Vec<FlowChange>) -> Policy {
    let shape = dataset.shape();
    changes.sort_by_key(|change| shape.cell(change.flow));
    Policy { touched: changes.iter().map(|change| change.flow).collect(), changes, ..Policy::default() }
}

/// One solved comparison with its parts, for tests.
pub struct Solved {
    pub baseline: Baseline,
    pub parameters: Parameters,
    pub counterfactual: Equilibrium,
    pub impact: Impact,
}

impl Solved {
    /// A country's variable.
    pub fn country(&self, country: usize, variable: CountryVariable) -> f64 {
        self.impact.countries[country * CountryVariable::GENERAL.len() + variable.index()]
    }
}

/// The central parameters of a dataset.
pub fn central(dataset: &Dataset) -> Parameters {
    let elasticities = Elasticities::published(dataset, &dataset.default_elasticities).unwrap();
    Parameters { theta: elasticities.theta, exempt_shares: Vec::new() }
}

/// Solves a policy at central elasticities.
pub fn solve(dataset: &Dataset, policy: &Policy, closure: impl Into<Closure>, rows: &[FlowRow]) -> Solved {
    solve_with(dataset, policy, closure, rows, true)
}

/// The same, with or without input–output links.
pub fn solve_with(
    dataset: &Dataset,
    policy: &Policy,
    closure: impl Into<Closure>,
    rows: &[FlowRow],
    inputs: bool,
) -> Solved {
    let model = GeneralEquilibrium::default();
    let (accounts, _) = Accounts::calibrate(dataset, inputs).unwrap();
    let parameters = Parameters { exempt_shares: policy.central_shares(), ..central(dataset) };
    let baseline = Baseline::new(&model, accounts, closure, &parameters).unwrap();
    let world = baseline.world(policy).unwrap();
    let counterfactual = model.solve(&world, &parameters, &baseline.central).unwrap();
    let comparison =
        Comparison { parameters: &parameters, baseline: &baseline.central, counterfactual: &counterfactual };
    let impact = Impact::new(&world, comparison, rows);
    drop(world);
    Solved { baseline, parameters, counterfactual, impact }
}
