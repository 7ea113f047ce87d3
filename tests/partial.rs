//! Partial equilibrium: published numbers, formulas by hand, and laws on random markets.

#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use support::{central, change, policy, rows, shared};
use tariffsim::bilateral::{Bilateral, Flow, Shape};
use tariffsim::economy::dataset::{Dataset, FinalDemand, SectorKind};
use tariffsim::economy::markets::{Form, MarketElasticities};
use tariffsim::economy::policy::Policy;
use tariffsim::economy::synthetic::Recipe;
use tariffsim::index::{CodeList, CountryId, Position as _, SectorId};
use tariffsim::model::equilibrium::SolveError;
use tariffsim::model::impact::{FlowRow, Impact};
use tariffsim::model::partial::{MarketParameters, MarketsAfter, PartialEquilibrium};
use tariffsim::model::variable::{CountryVariable as C, FlowVariable as F, SectorVariable as S};
use tariffsim::model::world::Parameters;

/// A dataset of one sector.
fn one_market(codes: &[&str], trade: Vec<f64>, tariffs: Vec<f64>) -> Dataset {
    let shape = Shape { countries: codes.len(), sectors: 1 };
    Dataset {
        countries: CodeList::new(codes.iter().map(|code| ((*code).to_owned(), (*code).to_owned()))).unwrap(),
        sectors: CodeList::new([("ONE".to_owned(), "One".to_owned())]).unwrap(),
        kinds: vec![SectorKind::Goods],
        trade: Bilateral::from_values(shape, trade),
        tariffs: Bilateral::from_values(shape, tariffs),
        inputs: None,
        final_demand: FinalDemand::Residual,
        ..Recipe::new(3, 1, 1).dataset()
    }
}

fn at(importer: usize, exporter: usize, sector: usize) -> Flow {
    Flow {
        sector: SectorId::at(sector),
        importer: CountryId::at(importer),
        exporter: CountryId::at(exporter),
    }
}

/// One solved policy with its reported numbers.
struct Solved {
    model: PartialEquilibrium,
    after: MarketsAfter,
    impact: Impact,
}

impl Solved {
    fn country(&self, country: usize, variable: C) -> f64 {
        let place = C::PARTIAL.iter().position(|known| *known == variable).unwrap();
        self.impact.countries[country * C::PARTIAL.len() + place]
    }

    fn sector(&self, country: usize, sector: usize, variable: S) -> f64 {
        let place = S::PARTIAL.iter().position(|known| *known == variable).unwrap();
        self.impact.sectors[(country * self.model.shape.sectors + sector) * S::PARTIAL.len() + place]
    }

    fn flow(&self, row: usize, variable: F) -> f64 {
        let place = F::PARTIAL.iter().position(|known| *known == variable).unwrap();
        self.impact.flows[row * F::PARTIAL.len() + place]
    }

    fn world(&self, variable: C) -> f64 {
        (0..self.model.shape.countries).map(|country| self.country(country, variable)).sum()
    }
}

/// Every flow, and the total of every pair.
fn all_rows(shape: Shape) -> Vec<FlowRow> {
    let mut rows = Vec::new();
    for importer in (0..shape.countries).map(CountryId::at) {
        for exporter in (0..shape.countries).map(CountryId::at) {
            let sectors = (0..shape.sectors).map(|sector| Some(SectorId::at(sector))).chain([None]);
            rows.extend(sectors.map(|sector| FlowRow { importer, exporter, sector }));
        }
    }
    rows
}

fn try_solve(
    data: &Dataset,
    form: Form,
    policy: &Policy,
    parameters: &MarketParameters,
) -> Result<Solved, SolveError> {
    let model = PartialEquilibrium::new(data, form);
    let after = model.solve(policy, parameters, None)?;
    let impact = model.impact(parameters, &after, &all_rows(model.shape), true);
    Ok(Solved { model, after, impact })
}

fn solve(data: &Dataset, form: Form, policy: &Policy, parameters: &MarketParameters) -> Solved {
    try_solve(data, form, policy, parameters).unwrap()
}

fn parameters(data: &Dataset, theta: f64, demand: f64, supply: f64) -> MarketParameters {
    MarketParameters {
        trade: Parameters { theta: vec![theta; data.sectors.len()], exempt_shares: Vec::new() },
        own: MarketElasticities::uniform(data.shape(), demand, supply),
    }
}

/// The four regions of Francois and Hall's example, with free trade between the United States and the EU.
fn gsim(folder: &std::path::Path) -> (Dataset, Policy) {
    let codes = ["US", "JP", "EU", "RW"];
    let place = |code: &str| codes.iter().position(|known| *known == code).unwrap();
    let (mut trade, mut tariffs, mut changes) = (vec![0.0; 16], vec![0.0; 16], Vec::new());
    for row in rows(&folder.join("out_us_eu_fta_flows.csv")) {
        let (importer, exporter) = (place(&row["importer"]), place(&row["exporter"]));
        let number = |column: &str| row[column].parse::<f64>().unwrap();
        trade[importer * 4 + exporter] = number("trade0");
        tariffs[importer * 4 + exporter] = number("T0") - 1.0;
        changes.push(change(at(importer, exporter, 0), number("T1") - 1.0, 1.0));
    }
    let data = one_market(&codes, trade, tariffs);
    let policy = policy(&data, changes);
    (data, policy)
}

fn close(found: f64, wanted: f64, tolerance: f64) -> bool {
    (found - wanted).abs() <= tolerance * (1.0 + wanted.abs())
}

#[test]
fn the_linear_form_gives_every_published_number_of_gsim() {
    let Some(folder) = shared("golden/gsim-4x4") else { return };
    let (data, policy) = gsim(&folder);
    let solved = solve(&data, Form::Linear, &policy, &parameters(&data, 4.0, 1.25, 1.5));
    let found = solved.after.market(SectorId::at(0)).unwrap();
    for (region, row) in rows(&folder.join("out_us_eu_fta_regions.csv")).iter().enumerate() {
        assert_eq!(row["region"], data.countries.code(CountryId::at(region)));
        for (column, number) in [
            ("world_price_change", found.price[region] - 1.0),
            ("composite_price_change", found.composite[region] - 1.0),
            ("producer_surplus", solved.country(region, C::ProducerSurplus)),
            ("consumer_surplus", solved.country(region, C::ConsumerSurplus)),
            ("tariff_revenue", solved.country(region, C::TariffRevenue)),
            ("net_welfare", solved.country(region, C::NetSurplus)),
        ] {
            let wanted: f64 = row[column].parse().unwrap();
            assert!(close(number, wanted, 1e-10), "{} {column}: {number} against {wanted}", row["region"]);
        }
    }
    for row in rows(&folder.join("out_us_eu_fta_flows.csv")) {
        let place = |column: &str| data.countries.find::<CountryId>(&row[column]).unwrap().index();
        let flow = found.flows[place("importer") * 4 + place("exporter")];
        for (column, number) in [("trade1", flow.value), ("quantity_change_pct", 100.0 * (flow.volume - 1.0))]
        {
            let wanted: f64 = row[column].parse().unwrap();
            assert!(close(number, wanted, 1e-10), "{row:?} {column}: {number} against {wanted}");
        }
    }
}

/// The largest distance between the exact and the linear prices of producers under a part of the policy.
fn distance(data: &Dataset, policy: &Policy, part: f64) -> f64 {
    let partly = policy.changes.iter().map(|of| {
        let old = data.tariffs.get(of.flow);
        change(of.flow, old + part * (of.rate.fraction() - old), 1.0)
    });
    let partly = support::policy(data, partly.collect());
    let prices = |form| {
        let solved = solve(data, form, &partly, &parameters(data, 4.0, 1.25, 1.5));
        solved.after.market(SectorId::at(0)).unwrap().price.clone()
    };
    let pairs = prices(Form::Exact).into_iter().zip(prices(Form::Linear));
    pairs.map(|(exact, linear)| (exact - linear).abs()).fold(0.0, f64::max)
}

#[test]
fn the_exact_form_tends_to_the_linear_one_to_second_order() {
    let trade = vec![400.0, 90.0, 60.0, 70.0, 300.0, 50.0, 20.0, 80.0, 500.0];
    let tariffs = vec![0.0, 0.1, 0.2, 0.3, 0.0, 0.05, 0.15, 0.1, 0.0];
    let data = one_market(&["A", "B", "C"], trade, tariffs);
    let policy = policy(&data, vec![change(at(0, 1, 0), 0.3, 1.0), change(at(2, 0, 0), 0.0, 1.0)]);
    let distances: Vec<f64> = [0.08, 0.04, 0.02].map(|part| distance(&data, &policy, part)).into();
    for pair in distances.windows(2) {
        let ratio = pair[0] / pair[1];
        assert!((3.8..4.2).contains(&ratio), "halving the shock should quarter the distance: {distances:?}");
    }
}

/// Supply at a given price, one foreign origin, no domestic variety: the textbook's small country.
#[test]
fn a_small_country_has_the_surpluses_of_the_textbook() {
    let data = one_market(&["H", "F"], vec![0.0, 100.0, 0.0, 0.0], vec![0.0, 0.05, 0.0, 0.0]);
    let policy = policy(&data, vec![change(at(0, 1, 0), 0.30, 1.0)]);
    for demand in [0.6, 1.0, 2.5] {
        let solved = solve(&data, Form::Exact, &policy, &parameters(&data, 4.0, demand, f64::INFINITY));
        // Q(P) = 100 P^(−η) with P = (1 + τ)/1.05 the price relative to that before; 100·1.05 was spent.
        let (spent, price) = (105.0, 1.30 / 1.05_f64);
        let consumers = if (demand - 1.0_f64).abs() < f64::EPSILON {
            -spent * price.ln()
        } else {
            -spent * (price.powf(1.0 - demand) - 1.0) / (1.0 - demand)
        };
        let quantity = 100.0 * price.powf(-demand);
        let revenue = 0.30 * quantity - 0.05 * 100.0;
        for (variable, wanted) in [
            (C::ConsumerSurplus, consumers),
            (C::TariffRevenue, revenue),
            (C::NetSurplus, consumers + revenue),
            (C::DeadweightLoss, consumers + revenue),
            (C::TermsOfTradeGain, 0.0),
            (C::IncidenceBuyers, 100.0),
            (C::IncidenceProducers, 0.0),
            (C::ImportsVolume, quantity - 100.0),
        ] {
            let found = solved.country(0, variable);
            assert!(close(found, wanted, 1e-10), "η {demand}, {}: {found} against {wanted}", variable.name());
        }
        assert!(solved.country(0, C::NetSurplus) < 0.0);
        assert!(solved.country(1, C::NetSurplus).abs() < f64::MIN_POSITIVE);
    }
}

/// One buyer, one seller: demand P^(−η) meets supply p^ε at P = κ̂ p, so p = κ̂^(−η/(η + ε)).
#[test]
fn a_large_country_has_the_prices_solved_by_hand() {
    let data = one_market(&["H", "F"], vec![0.0, 100.0, 0.0, 0.0], vec![0.0; 4]);
    let policy = policy(&data, vec![change(at(0, 1, 0), 0.25, 1.0)]);
    let (demand, supply, markup) = (1.2, 0.8, 1.25_f64);
    let solved = solve(&data, Form::Exact, &policy, &parameters(&data, 4.0, demand, supply));
    let price = markup.powf(-demand / (demand + supply));
    let (paid, quantity) = (markup * price, 100.0 * price.powf(supply));
    let consumers = -100.0 * (paid.powf(1.0 - demand) - 1.0) / (1.0 - demand);
    let producers = 100.0 * (price.powf(1.0 + supply) - 1.0) / (1.0 + supply);
    let revenue = 0.25 * price * quantity;
    let gain = quantity * (1.0 - price);
    for (country, variable, wanted) in [
        (0, C::ConsumerSurplus, consumers),
        (0, C::TariffRevenue, revenue),
        (0, C::TermsOfTradeGain, gain),
        (0, C::DeadweightLoss, consumers + revenue - gain),
        (0, C::IncidenceBuyers, 100.0 * (paid - 1.0) / (paid - price)),
        (0, C::IncidenceProducers, 100.0 * (1.0 - price) / (paid - price)),
        (0, C::TradeCreation, quantity - 100.0),
        (1, C::ProducerSurplus, producers),
        (1, C::TermsOfTradeGain, -gain),
        (1, C::DeadweightLoss, producers + gain),
    ] {
        let found = solved.country(country, variable);
        assert!(close(found, wanted, 1e-10), "{country} {}: {found} against {wanted}", variable.name());
    }
    // A large country can gain; the world cannot.
    assert!(solved.country(0, C::DeadweightLoss) < 0.0 && solved.country(1, C::DeadweightLoss) < 0.0);
}

#[test]
fn who_loses_every_supplier_has_no_solution_and_who_loses_every_buyer_sells_nothing() {
    let data = one_market(&["H", "F"], vec![0.0, 100.0, 0.0, 50.0], vec![0.0; 4]);
    let closed = policy(&data, vec![change(at(0, 1, 0), 0.0, f64::INFINITY)]);
    let none = try_solve(&data, Form::Exact, &closed, &parameters(&data, 4.0, 1.0, 1.5)).err();
    assert!(matches!(none, Some(SolveError::NoSupplier { .. })), "{none:?}");
    let data = one_market(&["H", "F"], vec![40.0, 100.0, 0.0, 0.0], vec![0.0; 4]);
    let solved = solve(&data, Form::Exact, &closed, &parameters(&data, 4.0, 1.0, 1.5));
    assert!(close(solved.country(1, C::ProducerSurplus), -100.0 / 2.5, 1e-12));
    assert!(close(solved.sector(1, 0, S::Output), -100.0, 1e-12));
    assert!(solved.sector(1, 0, S::OutputPrice).is_nan());
    assert!(solved.country(0, C::ConsumerSurplus) < 0.0);
}

#[test]
fn the_linear_form_taken_too_far_is_an_error() {
    let data = one_market(&["H", "F"], vec![900.0, 100.0, 0.0, 50.0], vec![0.0; 4]);
    let far = policy(&data, vec![change(at(0, 1, 0), 3.0, 1.0)]);
    let none = try_solve(&data, Form::Linear, &far, &parameters(&data, 4.0, 1.0, 1.5)).err();
    assert!(matches!(none, Some(SolveError::NegativeTrade { .. })), "{none:?}");
}

fn economies() -> impl Strategy<Value = Dataset> {
    (3..7_usize, 1..4_usize, any::<u64>(), 0.0..0.3_f64).prop_map(|(countries, sectors, seed, tariff)| {
        Recipe { highest_tariff: tariff, ..Recipe::new(countries, sectors, seed) }.dataset()
    })
}

/// Elasticities of their own in every sector and country; one exporter in five supplies at a given price.
fn own_elasticities(data: &Dataset, seed: u64) -> MarketParameters {
    let mut state = seed;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let shape = data.shape();
    MarketParameters {
        trade: central(data),
        own: MarketElasticities {
            demand: (0..shape.sectors).map(|_| 0.2 + 2.0 * random()).collect(),
            supply: (0..shape.pairs())
                .map(|_| if random() < 0.2 { f64::INFINITY } else { 4.0 * random() })
                .collect(),
        },
    }
}

/// Some flows at new rates, costs and export taxes.
fn random_policy(data: &Dataset, seed: u64, highest: f64) -> Policy {
    let shape = data.shape();
    let mut state = seed | 1;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let flows = (0..shape.cells()).map(|cell| shape.flow(cell)).filter(|flow| !flow.is_domestic());
    let changes = flows.filter_map(|flow| {
        let [chosen, rate, cost, tax] = [random(), random(), random(), random()];
        let mut new = change(flow, -0.1 + highest * rate, if cost < 0.5 { 1.0 } else { 0.7 + cost });
        new.export_tax = tariffsim::units::AdValorem::new(if tax < 0.7 { 0.0 } else { tax - 0.8 }).unwrap();
        (chosen < 0.3).then_some(new)
    });
    policy(data, changes.collect())
}

fn all_close(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    let same = |(a, b): (&f64, &f64)| {
        (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * (1.0 + a.abs().max(b.abs()))
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nothing_changes_where_no_policy_changes(data in economies(), seed in any::<u64>()) {
        let same = (0..data.shape().cells()).map(|cell| data.shape().flow(cell));
        let same = same.map(|flow| change(flow, data.tariffs.get(flow), 1.0)).collect();
        for (form, policy) in [
            (Form::Exact, Policy::default()),
            (Form::Exact, policy(&data, same)),
            (Form::Linear, Policy::default()),
        ] {
            let solved = solve(&data, form, &policy, &own_elasticities(&data, seed));
            let levels = [C::EffectiveRateBaseline, C::EffectiveRateFixedWeights, C::EffectiveRate];
            for (at, value) in solved.impact.countries.iter().enumerate() {
                let is_level = levels.contains(&C::PARTIAL[at % C::PARTIAL.len()]);
                prop_assert!(is_level || value.is_nan() || value.to_bits() == 0, "{at}: {value:e}");
            }
            for value in solved.impact.sectors.iter().chain(&solved.impact.flows) {
                prop_assert!(value.is_nan() || value.to_bits() == 0, "{value:e}");
            }
        }
    }

    #[test]
    fn markets_clear_and_surpluses_and_revenues_are_the_net(data in economies(), seed in any::<u64>()) {
        let parameters = own_elasticities(&data, seed);
        let policy = random_policy(&data, seed, 1.5);
        let solved = solve(&data, Form::Exact, &policy, &parameters);
        let n = data.countries.len();
        for (sector, market) in solved.model.markets.iter().enumerate() {
            let Some(found) = solved.after.market(SectorId::at(sector)) else { continue };
            for exporter in 0..n {
                let earned: f64 = (0..n).map(|importer| found.flows[importer * n + exporter].made).sum();
                let (price, supply) = (found.price[exporter], parameters.own.supply[sector * n + exporter]);
                if supply.is_finite() {
                    let supplied = market.output[exporter] * price.powf(1.0 + supply);
                    prop_assert!(close(earned, supplied, 1e-10), "{earned} {supplied}");
                } else {
                    prop_assert!((price - 1.0).abs() < 1e-15);
                }
            }
            for importer in 0..n {
                let spent: f64 = found.flows[importer * n..(importer + 1) * n].iter().map(|flow| flow.gross).sum();
                let wanted = market.spending[importer]
                    * found.composite[importer].powf(1.0 - parameters.own.demand[sector]);
                prop_assert!(close(spent, wanted, 1e-10), "{spent} {wanted}");
            }
        }
        for country in 0..n {
            let parts = [C::ConsumerSurplus, C::ProducerSurplus, C::TariffRevenue, C::ExportTaxRevenue];
            let sum: f64 = parts.iter().map(|&part| solved.country(country, part)).sum();
            prop_assert!(close(solved.country(country, C::NetSurplus), sum, 1e-12));
            let parts = solved.country(country, C::TermsOfTradeGain) + solved.country(country, C::DeadweightLoss);
            prop_assert!(close(parts, sum, 1e-12));
            let sectors: f64 = (0..data.sectors.len()).map(|s| solved.sector(country, s, S::NetSurplus)).sum();
            prop_assert!(close(sectors, sum, 1e-12));
            let bearers = solved.country(country, C::IncidenceBuyers) + solved.country(country, C::IncidenceProducers);
            prop_assert!(bearers.is_nan() || close(bearers, 100.0, 1e-9), "{bearers}");
        }
        // What one country gains on its prices another loses.
        let turnover: f64 = data.trade.values().iter().sum();
        prop_assert!(solved.world(C::TermsOfTradeGain).abs() < 1e-10 * turnover);
    }

    #[test]
    fn creation_and_diversion_are_the_change_of_imports(data in economies(), seed in any::<u64>()) {
        let solved = solve(&data, Form::Exact, &random_policy(&data, seed, 1.0), &own_elasticities(&data, seed));
        for country in 0..data.countries.len() {
            let flows = (0..data.shape().cells()).map(|cell| data.shape().flow(cell));
            let imports: f64 = flows
                .filter(|flow| flow.importer.index() == country && !flow.is_domestic())
                .map(|flow| data.trade.get(flow))
                .sum();
            let parts = solved.country(country, C::TradeCreation) + solved.country(country, C::TradeDiversion);
            let total = imports * solved.country(country, C::ImportsVolume) / 100.0;
            prop_assert!(close(parts, total, 1e-10), "{parts} {total}");
        }
        for (row, key) in all_rows(data.shape()).into_iter().enumerate().filter(|(_, key)| key.sector.is_some()) {
            let trade = data.trade.get(Flow { sector: key.sector.unwrap(), importer: key.importer, exporter: key.exporter });
            let total = trade * solved.flow(row, F::Volume) / 100.0;
            let parts = solved.flow(row, F::TradeCreation) + solved.flow(row, F::TradeDiversion);
            prop_assert!(trade <= 0.0 || close(parts, total, 1e-10), "{parts} {total}");
        }
    }

    /// A tariff in a world without any cannot make the world richer.
    #[test]
    fn the_world_loses_from_a_first_tariff(
        countries in 3..7_usize, seed in any::<u64>(), rate in 0.01..2.0_f64
    ) {
        let data = Recipe { highest_tariff: 0.0, ..Recipe::new(countries, 1, seed) }.dataset();
        let policy = policy(&data, vec![change(at(0, 1, 0), rate, 1.0)]);
        let solved = solve(&data, Form::Exact, &policy, &own_elasticities(&data, seed));
        prop_assert!(solved.world(C::NetSurplus) <= 1e-9 * data.trade.values().iter().sum::<f64>());
    }

    #[test]
    fn money_has_no_unit_of_its_own(data in economies(), seed in any::<u64>()) {
        let policy = random_policy(&data, seed, 1.0);
        let parameters = own_elasticities(&data, seed);
        let mut larger = data.clone();
        larger.trade.values_mut().iter_mut().for_each(|value| *value *= 1024.0);
        let (small, large) =
            (solve(&data, Form::Exact, &policy, &parameters), solve(&larger, Form::Exact, &policy, &parameters));
        for country in 0..data.countries.len() {
            for &variable in C::PARTIAL {
                let unit = if variable.unit() == tariffsim::model::variable::Unit::Money { 1024.0 } else { 1.0 };
                let (a, b) = (unit * small.country(country, variable), large.country(country, variable));
                prop_assert!(a.is_nan() == b.is_nan() && (a.is_nan() || close(a, b, 1e-9)), "{}", variable.name());
            }
        }
    }

    #[test]
    fn the_order_of_countries_does_not_matter(data in economies(), seed in any::<u64>()) {
        let n = data.countries.len();
        let turned = |country: usize| (country + 1) % n;
        let turn = |flow: Flow| Flow {
            importer: CountryId::at(turned(flow.importer.index())),
            exporter: CountryId::at(turned(flow.exporter.index())),
            ..flow
        };
        let policy = random_policy(&data, seed, 1.0);
        let parameters = own_elasticities(&data, seed);
        let (mut other, mut own) = (data.clone(), parameters.own.clone());
        for cell in 0..data.shape().cells() {
            let flow = data.shape().flow(cell);
            other.trade.set(turn(flow), data.trade.get(flow));
            other.tariffs.set(turn(flow), data.tariffs.get(flow));
        }
        for sector in 0..data.sectors.len() {
            for country in 0..n {
                own.supply[sector * n + turned(country)] = parameters.own.supply[sector * n + country];
            }
        }
        let changes = policy.changes.iter().map(|change| {
            let mut change = change.clone();
            change.flow = turn(change.flow);
            change
        });
        let other_policy = support::policy(&other, changes.collect());
        let first = solve(&data, Form::Exact, &policy, &parameters);
        let second = solve(&other, Form::Exact, &other_policy, &MarketParameters { own, ..parameters });
        for country in 0..n {
            let row = |solved: &Solved, country: usize| {
                C::PARTIAL.iter().map(|&variable| solved.country(country, variable)).collect::<Vec<_>>()
            };
            prop_assert!(all_close(&row(&first, country), &row(&second, turned(country)), 1e-8));
        }
    }

    /// Two halves of an exporter, each with half of its sales, are the exporter.
    #[test]
    fn an_exporter_in_two_halves_changes_nothing(
        seed in any::<u64>(), rate in 0.0..1.0_f64, theta in 0.5..9.0_f64, supply in 0.0..4.0_f64
    ) {
        let whole = Recipe::new(4, 1, seed).dataset();
        let trade = |n: usize, m: usize| whole.trade.get(at(n, m, 0));
        let tariff = |n: usize, m: usize| whole.tariffs.get(at(n, m, 0));
        // The last exporter only sells abroad, so that its halves need not trade with each other.
        let mut values = vec![0.0; 16];
        let mut rates = vec![0.0; 16];
        let (mut halves, mut half_rates) = (vec![0.0; 25], vec![0.0; 25]);
        for n in 0..3 {
            for m in 0..4 {
                values[n * 4 + m] = trade(n, m);
                rates[n * 4 + m] = tariff(n, m);
                let part = if m == 3 { 0.5 } else { 1.0 };
                halves[n * 5 + m] = part * trade(n, m);
                half_rates[n * 5 + m] = tariff(n, m);
            }
            halves[n * 5 + 4] = 0.5 * trade(n, 3);
            half_rates[n * 5 + 4] = tariff(n, 3);
        }
        let one = one_market(&["A", "B", "C", "D"], values, rates);
        let two = one_market(&["A", "B", "C", "D", "E"], halves, half_rates);
        let taxed = |exporters: &[usize]| exporters.iter().map(|&m| change(at(0, m, 0), rate, 1.0)).collect();
        let first = solve(&one, Form::Exact, &policy(&one, taxed(&[3])), &parameters(&one, theta, 0.8, supply));
        let second = solve(&two, Form::Exact, &policy(&two, taxed(&[3, 4])), &parameters(&two, theta, 0.8, supply));
        for country in 0..3 {
            let row = |solved: &Solved| C::PARTIAL.iter().map(|&v| solved.country(country, v)).collect::<Vec<_>>();
            prop_assert!(all_close(&row(&first), &row(&second), 1e-8));
        }
        let halves = second.country(3, C::ProducerSurplus) + second.country(4, C::ProducerSurplus);
        prop_assert!(close(halves, first.country(3, C::ProducerSurplus), 1e-8));
    }

    /// A solution does not depend on where the search began.
    #[test]
    fn the_start_does_not_matter(data in economies(), seed in any::<u64>()) {
        let (policy, parameters) = (random_policy(&data, seed, 3.0), own_elasticities(&data, seed));
        let model = PartialEquilibrium::new(&data, Form::Exact);
        let alone = model.solve(&policy, &parameters, None).unwrap();
        let elsewhere = MarketParameters { own: own_elasticities(&data, !seed).own, ..parameters.clone() };
        let start = model.solve(&policy, &elsewhere, None).unwrap();
        let from_there = model.solve(&policy, &parameters, Some(&start)).unwrap();
        let impact = |after: &MarketsAfter| model.impact(&parameters, after, &[], true).sectors;
        prop_assert!(all_close(&impact(&alone), &impact(&from_there), 1e-8));
    }
}
