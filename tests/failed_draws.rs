//! A draw that has no solution names the outcome in which it has none.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod data_support;

use data_support::{Memory, tiny};
use tariffsim::data::folder;
use tariffsim::economy::accounts::Accounts;
use tariffsim::model::baseline::Baseline;
use tariffsim::model::trade_model::GeneralEquilibrium;
use tariffsim::model::world::Parameters;
use tariffsim::monte_carlo::ensemble::{Experiment, Observer};
use tariffsim::monte_carlo::model::Model;
use tariffsim::monte_carlo::prior::Uncertainty;
use tariffsim::numerics::anderson::Options;
use tariffsim::scenario::Scenario;

const SCENARIO: &str = r#"
[[measure]]
name = "wall"
by = "all"
on = "all"
add = "900pp"
[[outcome]]
name = "nothing"
probability = "40%"
[[outcome]]
name = "wall"
probability = "60%"
measures = ["wall"]
[uncertainty]
trade_elasticity.lognormal = { sd = "200%" }
"#;

struct Silent;

impl Observer for Silent {
    fn draws(&self, _: u32, _: u32) {}
}

#[test]
fn a_draw_without_a_solution_names_its_outcome() {
    let dataset = folder::read(&tiny()).dataset.unwrap();
    let scenario = Scenario::parse("wall.toml", SCENARIO).unwrap();
    let resolved = scenario.resolve(&dataset, &Memory(Default::default())).unwrap();
    let (accounts, _) = Accounts::calibrate(&dataset, resolved.inputs).unwrap();
    let parameters = Parameters {
        theta: resolved.elasticities.central(),
        exempt_shares: resolved.policy.central_shares(),
    };
    let baseline =
        Baseline::new(&GeneralEquilibrium::default(), accounts, resolved.closure, &parameters).unwrap();
    let mut found_in_the_wall = 0;
    // With few enough sweeps the central case is solved and some draws are not.
    for most_sweeps in 1..60 {
        let model = GeneralEquilibrium { options: Options { most_sweeps, ..Options::default() } };
        let experiment = Experiment {
            model: Model::general(&model, &baseline),
            policy: &resolved.policy,
            elasticities: &resolved.elasticities,
            uncertainty: &Uncertainty { draws: 64, ..resolved.uncertainty },
            flow_rows: &[],
            sectors: false,
        };
        let Ok(found) = experiment.run_outcomes(&resolved.possible(), &Silent) else { continue };
        for (_, failed) in &found.failed {
            // Where nothing changes the baseline is the solution: it is there, or no outcome has one.
            assert!(matches!(failed.outcome, None | Some(1)), "{failed:?}");
            found_in_the_wall += u32::from(failed.outcome == Some(1));
        }
    }
    assert!(found_in_the_wall > 0, "no draw failed in the second outcome: this tests nothing");
}
