//! The economies that are measured: random ones of several sizes, and the embedded data as they are and aggregated.
#![allow(dead_code, reason = "each bench uses its own part")]

use tariffsim::data::{embedded, maps};
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::aggregation::Unmapped;
use tariffsim::economy::closure::Deficits;
use tariffsim::economy::dataset::Dataset;
use tariffsim::economy::elasticities::Elasticities;
use tariffsim::economy::policy::{FlowChange, Policy};
use tariffsim::economy::synthetic::Recipe;
use tariffsim::files::Folder;
use tariffsim::index::{CountryId, Position};
use tariffsim::model::baseline::Baseline;
use tariffsim::model::impact::FlowRow;
use tariffsim::model::trade_model::GeneralEquilibrium;
use tariffsim::model::world::Parameters;
use tariffsim::units::{AdValorem, CostFactor};

/// The embedded dataset that is measured.
pub(crate) const EMBEDDED: &str = "world-2024";

/// An economy with a policy, ready to be solved.
pub(crate) struct Case {
    /// Where it is from and its size, such as `random-12x29`.
    pub(crate) name: String,
    pub(crate) policy: Policy,
    pub(crate) elasticities: Elasticities,
    pub(crate) central: Parameters,
    pub(crate) baseline: Baseline,
}

/// Every economy, small ones first.
pub(crate) fn cases(model: &GeneralEquilibrium) -> Vec<Case> {
    let world = embedded::open(EMBEDDED).expect("it is embedded");
    let random = |countries, sectors| ("random", Recipe::new(countries, sectors, 1).dataset());
    let datasets = [
        random(12, 29),
        (EMBEDDED, aggregated(&world, "economies-12")),
        random(31, 40),
        random(45, 29),
        (EMBEDDED, aggregated(&world, "economies-45")),
        random(81, 29),
        (EMBEDDED, world),
    ];
    datasets.map(|(origin, dataset)| Case::new(origin, &dataset, model)).into()
}

/// A dataset with fewer economies, by a map of the program.
pub(crate) fn aggregated(dataset: &Dataset, map: &str) -> Dataset {
    let maps = maps::read(dataset, &[map], Unmapped::Refuse, &Folder::new("")).expect("a map of the program");
    maps.grouping.dataset(dataset).0
}

impl Case {
    /// A dataset with a policy of its own; the name begins with where it is from.
    pub(crate) fn new(origin: &str, dataset: &Dataset, model: &GeneralEquilibrium) -> Self {
        let shape = dataset.shape();
        let elasticities =
            Elasticities::published(dataset, &dataset.default_elasticities).expect("the default set");
        let central = Parameters { theta: elasticities.theta.clone(), exempt_shares: Vec::new() };
        let (accounts, _) = Accounts::calibrate(dataset, true).expect("accounts");
        let baseline = Baseline::new(model, accounts, Deficits::Fixed, &central).expect("a baseline");
        Self {
            name: format!("{origin}-{}x{}", shape.countries, shape.sectors),
            policy: policy(dataset),
            elasticities,
            central,
            baseline,
        }
    }

    /// The flows of the policy with the totals of their pairs, and the totals of all pairs besides.
    pub(crate) fn rows(&self) -> (Vec<FlowRow>, Vec<FlowRow>) {
        let touched = self.policy.touched.iter();
        let row = |importer, exporter, sector| FlowRow { importer, exporter, sector };
        let mut page: Vec<FlowRow> = touched
            .flat_map(|flow| {
                [Some(flow.sector), None].map(|sector| row(flow.importer, flow.exporter, sector))
            })
            .collect();
        page.sort_unstable();
        page.dedup();
        let n = self.baseline.accounts.shape.countries;
        let pairs = (0..n * n).map(|pair| (CountryId::at(pair / n), CountryId::at(pair % n)));
        let totals = pairs.filter(|(importer, exporter)| importer != exporter);
        let mut files = page.clone();
        files.extend(totals.map(|(importer, exporter)| row(importer, exporter, None)));
        files.sort_unstable();
        files.dedup();
        (page, files)
    }
}

/// 25 percentage points on all goods of two partners.
fn policy(dataset: &Dataset) -> Policy {
    let shape = dataset.shape();
    let country =
        |code: &str, otherwise: usize| dataset.countries.find(code).unwrap_or(CountryId::at(otherwise));
    let importer = country("USA", shape.countries - 1);
    let partners = [country("CAN", 0), country("MEX", 1)];
    let flows = (0..shape.cells()).map(|cell| shape.flow(cell)).filter(|flow| {
        flow.importer == importer && partners.contains(&flow.exporter) && dataset.is_goods(flow.sector)
    });
    let changes: Vec<FlowChange> = flows
        .map(|flow| {
            let rate = AdValorem::new(dataset.tariffs.get(flow) + 0.25).expect("a rate");
            FlowChange::new(flow, rate, CostFactor::UNCHANGED)
        })
        .collect();
    let touched = changes.iter().map(|change| change.flow).collect();
    Policy { changes, touched, ..Policy::default() }
}
