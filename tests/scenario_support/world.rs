//! Prepared scenarios on the embedded data, solved.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::sync::LazyLock;

use tariffsim::data::embedded;
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::dataset::Dataset;
use tariffsim::files::{Folder, NoFiles};
use tariffsim::index::{CountryId, SectorId};
use tariffsim::model::baseline::Baseline;
use tariffsim::model::partial::PartialEquilibrium;
use tariffsim::model::trade_model::GeneralEquilibrium;
use tariffsim::model::variable::CountryVariable;
use tariffsim::model::world::Parameters;
use tariffsim::monte_carlo::ensemble::{Ensemble, Experiment, Observer};
use tariffsim::monte_carlo::estimate::{Estimates, FlowRow};
use tariffsim::monte_carlo::model::{Model, Partial};
use tariffsim::monte_carlo::prior::Uncertainty;
use tariffsim::scenario::{Draft, Resolved, Settings, prepared};

pub(crate) static WORLD: LazyLock<Dataset> =
    LazyLock::new(|| embedded::open("world-2024").expect("it is embedded"));

pub(crate) struct Silent;

impl Observer for Silent {
    fn draws(&self, _: u32, _: u32) {}
}

pub(crate) fn country(code: &str) -> CountryId {
    WORLD.countries.find::<CountryId>(code).expect(code)
}

pub(crate) fn sector(code: &str) -> SectorId {
    WORLD.sectors.find::<SectorId>(code).expect(code)
}

/// A prepared scenario with settings, such as `date=2025-04-10`.
pub(crate) fn with(name: &str, settings: &[&str]) -> Resolved {
    let typed: Vec<String> = settings.iter().map(|&text| text.to_owned()).collect();
    let settings = Settings::read("--set", &typed).expect("settings of the right form");
    let draft = Draft::with(name, prepared::scenario(name).expect(name), &settings, &NoFiles);
    let scenario = draft.finish().expect(name);
    scenario.resolve(&WORLD, &Folder::new("")).expect(name)
}

/// Everything that is asked for of a scenario.
pub(crate) fn solve(resolved: &Resolved, draws: u32, flow_rows: &[FlowRow], sectors: bool) -> Ensemble {
    let experiment = |model: Model<'_>| {
        let experiment = Experiment {
            model,
            policy: &resolved.policy,
            elasticities: &resolved.elasticities,
            uncertainty: &Uncertainty { draws, ..resolved.uncertainty },
            flow_rows,
            sectors,
        };
        experiment.run_outcomes(&resolved.possible(), &Silent).expect("an equilibrium")
    };
    if let Some(chosen) = &resolved.markets {
        let markets = PartialEquilibrium::new(&WORLD, chosen.form);
        return experiment(Model::Partial(Partial { markets: &markets, elasticities: &chosen.elasticities }));
    }
    let model = GeneralEquilibrium::default();
    let (accounts, _) = Accounts::calibrate(&WORLD, resolved.inputs).expect("sound data");
    let parameters = Parameters {
        theta: resolved.elasticities.central(),
        exempt_shares: resolved.policy.central_shares(),
    };
    let baseline = Baseline::new(&model, accounts, resolved.closure, &parameters).expect("a baseline");
    experiment(Model::general(&model, &baseline))
}

/// The countries of the central case.
pub(crate) fn central(resolved: &Resolved) -> Estimates {
    solve(resolved, 0, &[], false).estimates
}

pub(crate) fn value(estimates: &Estimates, code: &str, variable: CountryVariable) -> f64 {
    estimates.country(country(code), variable).central.expect(code)
}

/// The sum over all countries.
pub(crate) fn world(estimates: &Estimates, variable: CountryVariable) -> f64 {
    WORLD.countries.ids().map(|id: CountryId| estimates.country(id, variable).central.expect("a value")).sum()
}
