//! Laws of what measures contribute, on made-up economies.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod support;

use std::convert::Infallible;

use support::{central, change};
use tariffsim::bilateral::{Bilateral, Flow};
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::closure::Deficits;
use tariffsim::economy::dataset::Dataset;
use tariffsim::economy::elasticities::Elasticities;
use tariffsim::economy::markets::{Form, MarketElasticities};
use tariffsim::economy::policy::{FlowChange, Policy};
use tariffsim::economy::synthetic::Recipe;
use tariffsim::index::{CountryId, Position, SectorId};
use tariffsim::model::baseline::Baseline;
use tariffsim::model::partial::PartialEquilibrium;
use tariffsim::model::trade_model::GeneralEquilibrium;
use tariffsim::model::variable::CountryVariable;
use tariffsim::monte_carlo::contribution::{Contributions, Shares, Split, contributions};
use tariffsim::monte_carlo::ensemble::{Ensemble, Experiment, Observer};
use tariffsim::monte_carlo::model::{Model, Partial};
use tariffsim::monte_carlo::prior::{FlowPrior, Uncertainty};

struct Silent;

impl Observer for Silent {
    fn draws(&self, _: u32, _: u32) {}
}

/// The changes of each measure; no two on one flow.
type Measures = Vec<Vec<FlowChange>>;

fn policy(dataset: &Dataset, measures: &Measures, members: &[bool]) -> Policy {
    let changes = measures.iter().zip(members).filter(|(_, is_in)| **is_in);
    support::policy(dataset, changes.flat_map(|(changes, _)| changes.clone()).collect())
}

fn split(dataset: &Dataset, measures: &Measures, uncertainty: Uncertainty) -> (Contributions, Ensemble) {
    let certain = [((0..measures.len()).collect(), 1.0)];
    split_in(dataset, measures, uncertainty, &certain)
}

/// In outcomes with some of the measures and a probability each; the ensemble is that of all measures.
fn split_in(
    dataset: &Dataset,
    measures: &Measures,
    uncertainty: Uncertainty,
    outcomes: &[(Vec<usize>, f64)],
) -> (Contributions, Ensemble) {
    let model = GeneralEquilibrium::default();
    let (accounts, _) = Accounts::calibrate(dataset, true).unwrap();
    let baseline = Baseline::new(&model, accounts, Deficits::Fixed, &central(dataset)).unwrap();
    split_with(Model::general(&model, &baseline), dataset, measures, uncertainty, outcomes)
}

/// The same in any model.
fn split_with(
    model: Model<'_>,
    dataset: &Dataset,
    measures: &Measures,
    uncertainty: Uncertainty,
    outcomes: &[(Vec<usize>, f64)],
) -> (Contributions, Ensemble) {
    let elasticities = Elasticities::published(dataset, &dataset.default_elasticities).unwrap();
    let whole = policy(dataset, measures, &vec![true; measures.len()]);
    let experiment = Experiment {
        model,
        policy: &whole,
        elasticities: &elasticities,
        uncertainty: &uncertainty,
        flow_rows: &[],
        sectors: false,
    };
    let names: Vec<String> = (0..measures.len()).map(|at| format!("m{at:02}")).collect();
    let of = |_: usize, members: &[bool]| Ok::<_, Infallible>(policy(dataset, measures, members));
    let split = Split { experiment, measures: &names, outcomes, policy: &of };
    (contributions(&split, &Silent).unwrap(), experiment.run(&Silent).unwrap())
}

/// The largest distance between the sum of contributions and the total, relative to the total, at central parameters and
/// in the mean.
fn gap(found: &Contributions, whole: &Ensemble, countries: usize) -> f64 {
    let mut gap = 0.0_f64;
    for country in (0..countries).map(CountryId::at) {
        for &variable in whole.estimates.variables.countries {
            let baseline = *whole.estimates.country(country, CountryVariable::EffectiveRateBaseline);
            let is_level = variable.name().starts_with("effective_rate");
            let total = whole.estimates.country(country, variable);
            let parts = found.all.of(country, variable);
            let mut check = |total: f64, before: f64, sum: f64| {
                let change = total - if is_level { before } else { 0.0 };
                gap = gap.max((sum - change).abs() / (1.0 + change.abs()));
            };
            let centre = |at: usize| parts[at].central.unwrap();
            if parts.iter().all(|part| part.central.is_none()) {
                // Without any measure there are no changed duties of which somebody could bear a part.
                let needs_duties = variable.name().starts_with("incidence");
                assert!(needs_duties || total.central.is_none(), "{variable:?}");
                continue;
            }
            check(total.central.unwrap(), baseline.central.unwrap(), (0..parts.len()).map(centre).sum());
            if let Some(spread) = total.spread {
                let mean = |at: usize| parts[at].spread.unwrap().mean;
                check(spread.mean, baseline.spread.unwrap().mean, (0..parts.len()).map(mean).sum());
            }
        }
    }
    gap
}

/// One importer's tariff on all goods of another, and dearer trade.
fn tariff(dataset: &Dataset, importer: usize, exporter: usize, rate: f64) -> Vec<FlowChange> {
    let goods = dataset.sectors.ids::<SectorId>().filter(|sector| dataset.is_goods(*sector));
    goods
        .map(|sector| {
            let flow = Flow { sector, importer: CountryId::at(importer), exporter: CountryId::at(exporter) };
            change(flow, rate, 1.0)
        })
        .collect()
}

#[test]
fn shares_add_up_in_random_economies_with_random_elasticities_and_flows() {
    for seed in 0..6 {
        let dataset = Recipe::new(4, 3, seed).dataset();
        let measures: Measures =
            [(0, 1), (1, 0), (2, 0), (3, 2)].map(|(by, on)| tariff(&dataset, by, on, 0.35)).into();
        let flows = (seed % 2 == 0).then_some(FlowPrior { cv_pair: 0.1, cv_cell: 0.25 });
        for draws in [0, 1, 3, 20] {
            let uncertainty = Uncertainty { draws, flows, ..Uncertainty::default() };
            let (found, whole) = split(&dataset, &measures, uncertainty);
            assert_eq!((found.policies, found.orders, found.failed), (16, None, 0));
            let gap = gap(&found, &whole, 4);
            assert!(gap < 1e-12, "{seed} {draws}: {gap:e}");
        }
    }
}

#[test]
fn shares_add_up_in_partial_equilibrium_too() {
    for seed in 0..4 {
        let dataset = Recipe::new(4, 3, seed).dataset();
        let measures: Measures =
            [(0, 1), (1, 0), (3, 2)].map(|(by, on)| tariff(&dataset, by, on, 0.35)).into();
        let markets = PartialEquilibrium::new(&dataset, Form::Exact);
        let elasticities = MarketElasticities::uniform(dataset.shape(), 1.5, 2.0);
        let model = Model::Partial(Partial { markets: &markets, elasticities: &elasticities });
        let flows = (seed % 2 == 0).then_some(FlowPrior { cv_pair: 0.1, cv_cell: 0.25 });
        let uncertainty = Uncertainty { draws: 20, flows, ..Uncertainty::default() };
        let (found, whole) = split_with(model, &dataset, &measures, uncertainty, &[((0..3).collect(), 1.0)]);
        assert_eq!((found.policies, found.orders, found.failed), (8, None, 0));
        let gap = gap(&found, &whole, 4);
        assert!(gap < 1e-10, "{seed}: {gap:e}");
        let shares = found.all.of(CountryId::at(0), CountryVariable::NetSurplus);
        assert!(shares.iter().all(|share| share.central.unwrap() != 0.0), "{shares:?}");
        assert!(found.all.of(CountryId::at(0), CountryVariable::Welfare).is_empty());
    }
}

#[test]
fn sampled_orders_add_up_too_and_their_error_is_told() {
    let dataset = Recipe::new(4, 3, 9).dataset();
    let mut measures: Measures = Vec::new();
    for by in 0..4 {
        measures.extend((0..4).filter(|on| *on != by).map(|on| tariff(&dataset, by, on, 0.3)));
    }
    let (found, whole) = split(&dataset, &measures, Uncertainty { draws: 2, ..Uncertainty::default() });
    assert_eq!(measures.len(), 12);
    assert!(found.orders.is_some_and(|orders| orders >= 90) && found.policies > 500);
    let gap = gap(&found, &whole, 4);
    assert!(gap < 1e-12, "{gap:e}");
    let errors = found.all.order_errors(CountryId::at(0), CountryVariable::Welfare).unwrap();
    let shares = found.all.of(CountryId::at(0), CountryVariable::Welfare);
    let largest = shares.iter().map(|share| share.central.unwrap().abs()).fold(0.0, f64::max);
    assert!(errors.iter().all(|error| *error > 0.0 && *error < 0.05 * largest), "{errors:?} {largest}");
}

#[test]
fn outcomes_are_weighed_and_so_are_the_errors_of_their_orders() {
    let dataset = Recipe::new(4, 3, 9).dataset();
    let pairs = (0..4).flat_map(|by| (0..4).filter(move |on| *on != by).map(move |on| (by, on)));
    let measures: Measures = pairs.map(|(by, on)| tariff(&dataset, by, on, 0.3)).collect();
    let outcomes = [((0..12).collect(), 0.25), (vec![2, 5], 0.75)];
    let none = Uncertainty { draws: 0, ..Uncertainty::default() };
    let (found, _) = split_in(&dataset, &measures, none, &outcomes);
    let of = |shares: &Shares, measure: usize| {
        let (country, variable) = (CountryId::at(1), CountryVariable::Welfare);
        let error = shares.order_errors(country, variable).map(|errors| errors[measure]);
        (shares.of(country, variable)[measure].central.unwrap(), error)
    };
    for measure in 0..12 {
        let [(all, error), (many, of_many), (few, of_few)] =
            [&found.all, &found.by_outcome[0], &found.by_outcome[1]].map(|shares| of(shares, measure));
        assert!((all - (0.25 * many + 0.75 * few)).abs() < 1e-12, "{measure}");
        assert!((error.unwrap() - 0.25 * of_many.unwrap()).abs() < 1e-15 && error > Some(0.0), "{measure}");
        assert!(of_few.is_none() && (few != 0.0) == [2, 5].contains(&measure), "{measure}: {few}");
    }
}

/// Three countries that differ in nothing.
fn alike() -> Dataset {
    let mut dataset = Recipe::new(3, 3, 1).dataset();
    let shape = dataset.shape();
    let even = |at_home: f64, abroad: f64| {
        let value = |cell: usize| if shape.flow(cell).is_domestic() { at_home } else { abroad };
        Bilateral::from_values(shape, (0..shape.cells()).map(value).collect())
    };
    (dataset.trade, dataset.tariffs) = (even(100.0, 20.0), Bilateral::zeros(shape));
    dataset.inputs = Some(vec![0.1; shape.pairs() * shape.sectors]);
    dataset
}

#[test]
fn measures_alike_contribute_alike() {
    let dataset = alike();
    // The first taxes the second and the third, who answer.
    let pairs = [(0, 1), (0, 2), (1, 0), (2, 0)];
    let measures: Measures = pairs.map(|(by, on)| tariff(&dataset, by, on, 0.2)).into();
    let (found, _) = split(&dataset, &measures, Uncertainty { draws: 4, ..Uncertainty::default() });
    let share = |country: usize, measure: usize| {
        let estimate = found.all.of(CountryId::at(country), CountryVariable::Welfare)[measure];
        [estimate.central.unwrap(), estimate.spread.unwrap().mean]
    };
    let close = |one: [f64; 2], other: [f64; 2]| (0..2).all(|at| (one[at] - other[at]).abs() < 1e-9);
    assert!(close(share(0, 0), share(0, 1)) && close(share(0, 2), share(0, 3)));
    assert!(close(share(1, 0), share(2, 1)) && close(share(1, 2), share(2, 3)));
    assert!(!close(share(0, 0), share(0, 2)) && share(0, 0)[0].abs() > 1e-3);
}

#[test]
fn two_measures_by_hand() {
    let dataset = Recipe::new(4, 3, 5).dataset();
    let measures: Measures = [(0, 1), (1, 0)].map(|(by, on)| tariff(&dataset, by, on, 0.4)).into();
    let (found, _) = split(&dataset, &measures, Uncertainty { draws: 0, ..Uncertainty::default() });
    let welfare = |members: &[bool]| {
        let policy = policy(&dataset, &measures, members);
        support::solve(&dataset, &policy, Deficits::Fixed, &[]).country(1, CountryVariable::Welfare)
    };
    let [first, second, both] = [[true, false], [false, true], [true, true]].map(|members| welfare(&members));
    let shares = found.all.of(CountryId::at(1), CountryVariable::Welfare);
    let by_hand = [0.5 * (first + (both - second)), 0.5 * (second + (both - first))];
    for (share, by_hand) in shares.iter().zip(by_hand) {
        assert!((share.central.unwrap() - by_hand).abs() < 1e-10, "{share:?} {by_hand}");
    }
}
