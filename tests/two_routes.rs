//! Two routes to one number: ratios against levels, ensembles against single draws, exempt parts against exporters
//! of their own, averages against sums over the rates.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod support;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use support::levels::{Economy, Prices};
use support::{change, policy, solve};
use tariffsim::bilateral::{Bilateral, Flow, Shape};
use tariffsim::data::embedded;
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::closure::{Closure, Deficits, Labour, Mobility};
use tariffsim::economy::dataset::{Dataset, ElasticitySet, PublishedElasticity};
use tariffsim::economy::elasticities::Elasticities;
use tariffsim::economy::policy::{ExemptMode, ExemptShare, ExemptVariety, FlowChange, Policy};
use tariffsim::economy::structure::{FirmTail, ScaleStrength, Structure};
use tariffsim::economy::synthetic::Recipe;
use tariffsim::files::Folder;
use tariffsim::index::{CodeList, CountryId, Position as _, SectorId};
use tariffsim::model::baseline::Baseline;
use tariffsim::model::impact::{Comparison, FlowRow, Impact};
use tariffsim::model::trade_model::{GeneralEquilibrium, TradeModel as _};
use tariffsim::model::variable::{CountryVariable as V, FlowVariable as F, SectorVariable as S};
use tariffsim::model::world::Parameters;
use tariffsim::monte_carlo::draw::Sampler;
use tariffsim::monte_carlo::ensemble::{Experiment, Observer};
use tariffsim::monte_carlo::estimate::{Estimate, QUANTILES};
use tariffsim::monte_carlo::model::Model;
use tariffsim::monte_carlo::prior::Uncertainty;
use tariffsim::scenario::{Scenario, prepared};
use tariffsim::units::{AdValorem, Share};

const CLOSURES: [Deficits; 3] = [Deficits::Fixed, Deficits::Balanced, Deficits::Proportional];

fn near(found: f64, wanted: f64, tolerance: f64, what: &str) {
    let distance = (found - wanted).abs() / wanted.abs().max(1.0);
    assert!(distance <= tolerance, "{what}: {found} against {wanted}");
}

/// Ratios from the library against levels before and after, which know nothing of ratios.
mod hats_against_levels {
    use super::*;

    fn compare(economy: &Economy, labour: Labour, structure: Structure, seed: u64) {
        let data = economy.dataset();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let shape = economy.shape;
        let mut after = economy.clone();
        let mut changes = Vec::new();
        for flow in (0..shape.cells()).map(|cell| shape.flow(cell)).filter(|flow| !flow.is_domestic()) {
            if rng.random::<f64>() < 0.6 {
                let (rate, cost) = (rng.random_range(-0.1..0.8), rng.random_range::<f64, _>(0.8..1.4));
                // Where firms come and go without limit a sector may close, of which levels never see the end.
                let part: f64 = if structure.scale() < 1.0 { 1.0 } else { 0.05 };
                let (rate, cost) = (part * rate, cost.powf(part));
                after.tariff.set(flow, rate);
                after.cost.set(flow, economy.cost.get(flow) * cost);
                changes.push(change(flow, rate, cost));
            }
        }
        let policy = policy(&data, changes);
        for deficits in CLOSURES {
            let (old, new) = (economy.solve(deficits), after.solve(deficits));
            let solved = solve(&data, &policy, Closure { deficits, labour, structure }, &all_foreign(shape));
            let get = |country: usize, variable| 1.0 + solved.country(country, variable) / 100.0;
            for n in 0..shape.countries {
                let what = |name: &str| format!("seed {seed}, {}, country {n}: {name}", deficits.word());
                near(get(n, V::Wage), new.wage[n] / old.wage[n], 1e-8, &what("wage"));
                near(get(n, V::Income), new.income[n] / old.income[n], 1e-8, &what("income"));
                let price = economy.consumer_price(&new, n) / economy.consumer_price(&old, n);
                near(get(n, V::ConsumerPrices), price, 1e-8, &what("consumer prices"));
                let welfare = new.income[n] / old.income[n] / price;
                near(get(n, V::Welfare), welfare, 1e-8, &what("welfare"));
                near(get(n, V::RealWage), new.wage[n] / old.wage[n] / price, 1e-8, &what("real wage"));
                let imports = after.imports(&new, n) / economy.imports(&old, n);
                near(get(n, V::Imports), imports, 1e-8, &what("imports"));
                let revenue = after.revenue(&new, n) - economy.revenue(&old, n);
                near(solved.country(n, V::TariffRevenue), revenue, 1e-8, &what("tariff revenue"));
            }
            sectors(economy, &solved, &old, &new, deficits);
            flows(&after, economy, &solved, &old, &new);
        }
    }

    fn sectors(economy: &Economy, solved: &support::Solved, old: &Prices, new: &Prices, deficits: Deficits) {
        let j = economy.shape.sectors;
        for (pair, values) in solved.impact.sectors.chunks_exact(S::GENERAL.len()).enumerate() {
            let get = |variable: S| 1.0 + values[variable.index()] / 100.0;
            let what = |name: &str| format!("{} ({}, {}): {name}", deficits.word(), pair / j, pair % j);
            near(get(S::OutputPrice), new.cost[pair] / old.cost[pair], 1e-8, &what("output price"));
            near(get(S::BuyerPrice), new.price[pair] / old.price[pair], 1e-8, &what("buyer price"));
            let output = new.output[pair] / new.cost[pair] / (old.output[pair] / old.cost[pair]);
            near(get(S::Output), output, 1e-8, &what("output"));
            let wage = new.sector_wage[pair] / old.sector_wage[pair];
            let price = economy.consumer_price(new, pair / j) / economy.consumer_price(old, pair / j);
            near(get(S::RealWage), wage / price, 1e-8, &what("real wage"));
            let employment = new.output[pair] / old.output[pair] / wage;
            near(get(S::Employment), employment, 1e-8, &what("employment"));
        }
    }

    fn flows(after: &Economy, before: &Economy, solved: &support::Solved, old: &Prices, new: &Prices) {
        let rows = all_foreign(before.shape);
        for (row, values) in rows.iter().zip(solved.impact.flows.chunks_exact(F::GENERAL.len())) {
            let flow = Flow { sector: row.sector.unwrap(), importer: row.importer, exporter: row.exporter };
            let get = |variable: F| 1.0 + values[variable.index()] / 100.0;
            let what = |name: &str| format!("{flow:?}: {name}");
            let value = after.flow(new, flow) / before.flow(old, flow);
            near(get(F::Value), value, 1e-8, &what("value"));
            let border = after.border_price(new, flow) / before.border_price(old, flow);
            near(get(F::BorderPrice), border, 1e-8, &what("border price"));
            near(get(F::Volume), value / border, 1e-8, &what("volume"));
            let rate = after.tariff.get(flow) - before.tariff.get(flow);
            near(values[F::Rate.index()], 100.0 * rate, 1e-8, &what("rate"));
        }
    }

    fn all_foreign(shape: Shape) -> Vec<FlowRow> {
        (0..shape.cells())
            .map(|cell| shape.flow(cell))
            .filter(|flow| !flow.is_domestic())
            .map(|flow| FlowRow {
                importer: flow.importer,
                exporter: flow.exporter,
                sector: Some(flow.sector),
            })
            .collect()
    }

    #[test]
    fn one_sector_without_inputs() {
        for seed in 0..5 {
            let economy = Economy::random(Shape { countries: 4, sectors: 1 }, 0.0, seed);
            compare(&economy, Labour::Mobile, Structure::Armington, seed);
        }
    }

    #[test]
    fn two_sectors_with_inputs() {
        for seed in 0..5 {
            let economy = Economy::random(Shape { countries: 4, sectors: 2 }, 0.6, seed);
            compare(&economy, Labour::Mobile, Structure::Armington, seed);
        }
    }

    #[test]
    fn firms_that_enter_and_leave() {
        let some = Structure::Scale(ScaleStrength::new(0.4).unwrap());
        let (melitz, even) =
            (Structure::Melitz(FirmTail::USUAL), Structure::Melitz(FirmTail::new(1.1).unwrap()));
        let cases = [some, Structure::Krugman, melitz, even, some, Structure::Krugman];
        for (seed, structure) in (0..).zip(cases) {
            let tail = if let Structure::Melitz(tail) = structure { Some(tail.ratio()) } else { None };
            let inputs = if structure.scale() < 1.0 { 0.4 } else { 0.0 };
            let economy = Economy::random(Shape { countries: 3, sectors: 2 }, inputs, seed)
                .with_firms(structure.scale(), tail);
            let specific = seed > 3;
            let economy = if specific { economy.with_mobility(1.0) } else { economy };
            let labour = if specific { Labour::SectorSpecific } else { Labour::Mobile };
            compare(&economy, labour, structure, seed);
        }
    }

    #[test]
    fn labour_that_does_not_move_freely() {
        for (seed, kappa) in [(0, 1.0), (1, 1.0), (2, 1.4), (3, 3.0)] {
            let economy = Economy::random(Shape { countries: 3, sectors: 3 }, 0.5, seed).with_mobility(kappa);
            let labour = Mobility::new(kappa).map_or(Labour::SectorSpecific, Labour::Between);
            compare(&economy, labour, Structure::Armington, seed);
        }
    }
}

/// What an ensemble says against what its draws say one by one.
mod ensembles_against_draws {
    use super::*;

    struct Silent;

    impl Observer for Silent {
        fn draws(&self, _: u32, _: u32) {}
    }

    /// A policy in which some flows have an exempt part.
    fn policy_with_exemptions(data: &Dataset) -> Policy {
        let shape = data.shape();
        let importer = CountryId::at(0);
        let rate = |fraction| AdValorem::new(fraction).unwrap();
        let mut changes = Vec::new();
        for sector in data.sectors.ids::<SectorId>().filter(|&sector| data.is_goods(sector)) {
            for exporter in [1, 2, 3].map(CountryId::at) {
                let flow = Flow { sector, importer, exporter };
                let before = data.tariffs.get(flow);
                let exempt = vec![ExemptVariety { share: exporter.index() - 1, rate: rate(before) }];
                let exempt = if exporter.index() < 3 { exempt } else { Vec::new() };
                changes.push(FlowChange { exempt, ..change(flow, before + 0.3, 1.0) });
            }
        }
        changes.sort_by_key(|change| shape.cell(change.flow));
        let share = |partner, mean| ExemptShare {
            label: String::new(),
            partner: CountryId::at(partner),
            mean: Share::new(mean).unwrap(),
            known: false,
        };
        Policy { exempt_shares: vec![share(1, 0.4), share(2, 0.8)], ..policy(data, changes) }
    }

    fn rows(data: &Dataset) -> Vec<FlowRow> {
        let exporters = [1, 2, 3].map(CountryId::at);
        let sectors: Vec<_> = data.sectors.ids::<SectorId>().map(Some).chain([None]).collect();
        let pairs =
            exporters.iter().flat_map(|&exporter| sectors.iter().map(move |&sector| (exporter, sector)));
        pairs.map(|(exporter, sector)| FlowRow { importer: CountryId::at(0), exporter, sector }).collect()
    }

    /// Every number of every draw, each solved alone from the central baseline.
    fn alone(
        data: &Dataset,
        baseline: &Baseline,
        policy: &Policy,
        sampler: &Sampler<'_>,
        draws: u32,
    ) -> Vec<Vec<f64>> {
        let model = GeneralEquilibrium::default();
        let observed = Policy::default();
        let (world, before) = (baseline.world(policy).unwrap(), baseline.world(&observed).unwrap());
        let one = |index| {
            let parameters = sampler.draw(index).parameters;
            let old = model.solve(&before, &parameters, &baseline.central).unwrap();
            let new = model.solve(&world, &parameters, &baseline.central).unwrap();
            let comparison = Comparison { parameters: &parameters, baseline: &old, counterfactual: &new };
            let impact = Impact::new(&world, comparison, &rows(data));
            [impact.countries, impact.sectors, impact.flows].concat()
        };
        (0..draws).map(one).collect()
    }

    /// Quantile of type 7, from its definition.
    fn quantile(sorted: &[f64], probability: f64) -> f64 {
        let position = probability * (sorted.len() - 1) as f64;
        let (below, above) = (position.floor() as usize, position.ceil() as usize);
        sorted[below] + (position - position.floor()) * (sorted[above] - sorted[below])
    }

    fn check(estimate: &Estimate, numbers: &[f64], what: &str) {
        if numbers.iter().any(|number| number.is_nan()) {
            assert!(estimate.spread.is_none(), "{what}");
            return;
        }
        let (spread, count) = (estimate.spread.unwrap(), numbers.len() as f64);
        let mean = numbers.iter().sum::<f64>() / count;
        let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
        let sd = (squares / (count - 1.0)).sqrt();
        let mut sorted = numbers.to_vec();
        sorted.sort_by(f64::total_cmp);
        near(spread.mean, mean, 1e-7, &format!("{what}: mean"));
        near(spread.sd, sd, 1e-7, &format!("{what}: sd"));
        near(spread.mc_error, sd / count.sqrt(), 1e-7, &format!("{what}: mc_error"));
        for (found, probability) in spread.quantiles.iter().zip(QUANTILES) {
            near(*found, quantile(&sorted, probability), 1e-7, &format!("{what}: quantile {probability}"));
        }
        // A number that is zero up to rounding may have either sign.
        if numbers.iter().all(|number| number.abs() > 1e-6) {
            let negative = numbers.iter().filter(|number| **number < 0.0).count() as f64;
            near(spread.p_negative, negative / count, 1e-12, &format!("{what}: p_negative"));
        }
        assert_eq!(spread.draws, numbers.len() as u32, "{what}");
    }

    fn compare(draws: u32, deficits: Deficits) {
        let data = Recipe::new(5, 3, 11).dataset();
        let policy = policy_with_exemptions(&data);
        let model = GeneralEquilibrium::default();
        let elasticities = Elasticities::published(&data, "RANDOM").unwrap();
        let parameters =
            Parameters { theta: elasticities.theta.clone(), exempt_shares: policy.central_shares() };
        let (accounts, _) = Accounts::calibrate(&data, true).unwrap();
        let baseline = Baseline::new(&model, accounts, deficits, &parameters).unwrap();
        let uncertainty = Uncertainty { draws, seed: 5, ..Uncertainty::default() };
        let rows = rows(&data);
        let experiment = Experiment {
            model: Model::general(&model, &baseline),
            policy: &policy,
            elasticities: &elasticities,
            uncertainty: &uncertainty,
            flow_rows: &rows,
            sectors: true,
        };
        let found = experiment.run(&Silent).unwrap().estimates;
        let sampler = Sampler::new(&uncertainty, &elasticities, &policy.exempt_shares);
        let drawn = alone(&data, &baseline, &policy, &sampler, draws);
        let estimates: Vec<_> = found.countries.iter().chain(&found.sectors).chain(&found.flows).collect();
        assert_eq!(estimates.len(), drawn[0].len());
        for (at, estimate) in estimates.into_iter().enumerate() {
            let column: Vec<f64> = drawn.iter().map(|draw| draw[at]).collect();
            check(estimate, &column, &format!("{draws} draws, {}, number {at}", deficits.word()));
        }
        // Draws differ, or the comparison would show nothing.
        let welfare = found.country(CountryId::at(0), V::Welfare).spread.unwrap();
        assert!(welfare.sd > 1e-3, "{welfare:?}");
    }

    #[test]
    fn three_draws_give_what_each_gives_alone() {
        CLOSURES.into_iter().for_each(|deficits| compare(3, deficits));
    }

    #[test]
    fn statistics_of_many_draws_are_those_of_the_list_of_draws() {
        // More than one block and a last batch that is not full.
        CLOSURES.into_iter().for_each(|deficits| compare(277, deficits));
    }
}

/// A flow of which a part is exempt against an economy in which that part has an exporter of its own.
mod exempt_parts_against_exporters {
    use super::*;

    /// How many twins there are of the importer, and into how many parts the exporter is split.
    const TWINS: usize = 3;
    const SECTORS: usize = 2;

    /// The importers A0 to A2 are twins, B is the exporter, C the rest of the world.
    #[derive(Clone, Copy, PartialEq)]
    enum Party {
        Importer(usize),
        /// The exporter, or one of its parts.
        Exporter(Option<usize>),
        Rest,
    }

    impl Party {
        fn group(self) -> usize {
            match self {
                Self::Importer(_) => 0,
                Self::Exporter(_) => 1,
                Self::Rest => 2,
            }
        }

        fn code(self) -> String {
            match self {
                Self::Importer(twin) => format!("A{twin}"),
                Self::Exporter(None) => "B".to_owned(),
                Self::Exporter(Some(part)) => format!("B{part}"),
                Self::Rest => "C".to_owned(),
            }
        }

        /// How much of its group it is.
        fn size(self) -> f64 {
            if matches!(self, Self::Exporter(Some(_))) { 1.0 / TWINS as f64 } else { 1.0 }
        }
    }

    fn whole() -> Vec<Party> {
        let importers = (0..TWINS).map(Party::Importer);
        importers.chain([Party::Exporter(None), Party::Rest]).collect()
    }

    fn split() -> Vec<Party> {
        let importers = (0..TWINS).map(Party::Importer);
        importers.chain((0..TWINS).map(|part| Party::Exporter(Some(part)))).chain([Party::Rest]).collect()
    }

    /// What the economies of both routes are made of; values by group, so that twins are alike.
    fn dataset(parties: &[Party]) -> Dataset {
        let shape = Shape { countries: parties.len(), sectors: SECTORS };
        let number = |seed: &[usize]| {
            let seed = seed.iter().fold(7, |seed, &part| 31 * seed + part as u64);
            ChaCha8Rng::seed_from_u64(seed).random_range(0.4..1.0)
        };
        let mut trade = Bilateral::zeros(shape);
        let mut tariffs = Bilateral::zeros(shape);
        for flow in (0..shape.cells()).map(|cell| shape.flow(cell)) {
            let [to, from] = [flow.importer, flow.exporter].map(|id| parties[id.index()]);
            // The parts of the exporter are one country: what they buy of one another is a sale at home.
            let at_home = to == from || (to.group() == 1 && from.group() == 1);
            let key = [flow.sector.index(), to.group(), from.group(), usize::from(at_home)];
            let scale = if at_home { 500.0 } else { 100.0 };
            trade.set(flow, scale * number(&key) * to.size() * from.size());
            if !at_home {
                tariffs.set(flow, 0.1 * number(&[key[0], key[1], key[2], 5]));
            }
        }
        let inputs = parties
            .iter()
            .flat_map(|party| (0..SECTORS * SECTORS).map(move |at| 0.25 * number(&[party.group(), at, 9])));
        let elastic = |theta| Some(PublishedElasticity { theta, standard_error: None });
        let elasticities = ElasticitySet { name: "RANDOM".into(), sectors: vec![elastic(3.0), elastic(7.0)] };
        Dataset {
            elasticities: vec![elasticities],
            countries: CodeList::new(parties.iter().map(|party| (party.code(), String::new()))).unwrap(),
            inputs: Some(inputs.collect()),
            trade,
            tariffs,
            ..Recipe::new(parties.len(), SECTORS, 3).dataset()
        }
    }

    fn flow(sector: usize, importer: usize, exporter: usize) -> Flow {
        Flow {
            sector: SectorId::at(sector),
            importer: CountryId::at(importer),
            exporter: CountryId::at(exporter),
        }
    }

    /// A third of what every twin buys from the exporter pays `low`, the rest `high`.
    fn exempt(data: &Dataset, low: f64, high: f64) -> Policy {
        let sectors = 0..SECTORS;
        let part = |share| ExemptVariety { share, rate: AdValorem::new(low).unwrap() };
        let changes = sectors.flat_map(|sector| {
            (0..TWINS).map(move |twin| FlowChange {
                exempt: vec![part(0)],
                ..change(flow(sector, twin, TWINS), high, 1.1)
            })
        });
        let share = ExemptShare {
            label: String::new(),
            partner: CountryId::at(TWINS),
            mean: Share::new(1.0 / TWINS as f64).unwrap(),
            known: false,
        };
        Policy { exempt_shares: vec![share], ..policy(data, changes.collect()) }
    }

    /// Every twin charges `low` on its own third of the exporter and `high` on the other two. By symmetry the three
    /// thirds have the same wages and prices, so that together they are the exporter that was split.
    fn by_exporter(data: &Dataset, low: f64, high: f64) -> Policy {
        let cells =
            (0..SECTORS * TWINS * TWINS).map(|at| (at / TWINS / TWINS, at / TWINS % TWINS, at % TWINS));
        let changes = cells.map(|(sector, twin, part)| {
            change(flow(sector, twin, TWINS + part), if twin == part { low } else { high }, 1.1)
        });
        policy(data, changes.collect())
    }

    #[test]
    fn an_exempt_third_is_an_exporter_of_its_own() {
        let (one, three) = (dataset(&whole()), dataset(&split()));
        for deficits in CLOSURES {
            let joined = solve(&one, &exempt(&one, 0.02, 0.6), deficits, &[]);
            let apart = solve(&three, &by_exporter(&three, 0.02, 0.6), deficits, &[]);
            for (at, party) in split().into_iter().enumerate() {
                let group = whole().iter().position(|other| other.group() == party.group()).unwrap();
                for &variable in V::GENERAL.iter().filter(|variable| is_comparable(**variable, party)) {
                    let (found, wanted) = (joined.country(group, variable), apart.country(at, variable));
                    near(
                        found,
                        wanted,
                        1e-7,
                        &format!("{} {} {}", deficits.word(), party.code(), variable.name()),
                    );
                }
            }
            assert!(joined.country(TWINS, V::Welfare) < -0.1, "the policy must matter");
        }
    }

    #[test]
    fn an_average_rate_is_something_else() {
        let data = dataset(&whole());
        let variety = exempt(&data, 0.02, 0.6);
        let average = Policy { exempt_mode: ExemptMode::Average, ..variety.clone() };
        let welfare = |policy| solve(&data, policy, Deficits::Fixed, &[]).country(TWINS, V::Welfare);
        assert!(welfare(&variety) > welfare(&average) + 0.05, "{} {}", welfare(&variety), welfare(&average));
    }

    /// Trade among the thirds counts as foreign in the split economy, and money is a third there.
    fn is_comparable(variable: V, party: Party) -> bool {
        let about_trade = matches!(
            variable,
            V::TermsOfTrade
                | V::Exports
                | V::Imports
                | V::ExportsVolume
                | V::ImportsVolume
                | V::EffectiveRate
                | V::EffectiveRateBaseline
                | V::EffectiveRateFixedWeights
                | V::TariffRevenue
                | V::WelfareUsd
                | V::TradeBalance
        );
        party.group() != 1 || !about_trade
    }
}

/// Average tariffs of a country against sums over its rates.
mod averages_against_sums {
    use super::*;

    fn resolved(data: &Dataset, name: &str) -> tariffsim::scenario::Resolved {
        let scenario = Scenario::parse(name, prepared::scenario(name).unwrap()).unwrap();
        scenario.resolve(data, &Folder::new("")).unwrap()
    }

    #[test]
    fn the_average_at_old_weights_is_the_sum_over_the_rates() {
        let data = embedded::open("world-2024").unwrap();
        for name in ["us-25-mexico-canada-usmca-exempt", "us-25-mexico-canada-retaliation", "free-trade"] {
            let policy = resolved(&data, name).policy;
            let solved = solve(&data, &policy, Deficits::Fixed, &[]);
            let flows = solved.baseline.accounts.flow_values();
            let (mut goods, mut before, mut after) =
                (vec![0.0; data.countries.len()], vec![0.0; data.countries.len()], Vec::new());
            let shape = data.shape();
            for flow in (0..shape.cells()).map(|cell| shape.flow(cell)) {
                if !flow.is_domestic() && data.is_goods(flow.sector) {
                    goods[flow.importer.index()] += flows.get(flow);
                    before[flow.importer.index()] += flows.get(flow) * data.tariffs.get(flow);
                }
            }
            after.extend_from_slice(&before);
            for rate in &policy.rates {
                let rise = rate.after.fraction() - rate.before.fraction();
                after[rate.flow.importer.index()] += flows.get(rate.flow) * rise;
                let parts: f64 = rate.contributions.iter().map(|part| part.change).sum();
                near(rate.before.fraction() + parts, rate.after.fraction(), 1e-12, "contributions");
            }
            for (country, code) in data.countries.codes().iter().enumerate() {
                let what = format!("{name} {code}");
                let get = |variable| solved.country(country, variable);
                near(get(V::EffectiveRateBaseline), 100.0 * before[country] / goods[country], 1e-9, &what);
                near(get(V::EffectiveRateFixedWeights), 100.0 * after[country] / goods[country], 1e-9, &what);
            }
        }
    }

    #[test]
    fn the_average_at_new_weights_is_revenue_over_imports() {
        // Flow by flow: R′ = R_b + ΔR, and M′ is M_b times the ratio that flows.csv shows.
        let data = Recipe::new(5, 3, 21).dataset();
        let importer = CountryId::at(0);
        let shape = data.shape();
        let flows: Vec<Flow> = (0..shape.cells())
            .map(|cell| shape.flow(cell))
            .filter(|flow| flow.importer == importer && !flow.is_domestic() && data.is_goods(flow.sector))
            .filter(|flow| data.trade.get(*flow) > 0.0)
            .collect();
        let policy = policy(&data, flows.iter().map(|&flow| change(flow, 0.35, 1.0)).collect());
        let rows: Vec<FlowRow> = flows
            .iter()
            .map(|flow| FlowRow { importer, exporter: flow.exporter, sector: Some(flow.sector) })
            .collect();
        let solved = solve(&data, &policy, Deficits::Fixed, &rows);
        let baseline = solved.baseline.accounts.flow_values();
        let (mut imports, mut revenue, mut old_revenue) = (0.0, 0.0, 0.0);
        for (flow, values) in flows.iter().zip(solved.impact.flows.chunks_exact(F::GENERAL.len())) {
            let value = baseline.get(*flow) * (1.0 + values[F::Value.index()] / 100.0);
            imports += value;
            revenue += 0.35 * value;
            old_revenue += baseline.get(*flow) * data.tariffs.get(*flow);
        }
        near(solved.country(0, V::EffectiveRate), 100.0 * revenue / imports, 1e-9, "effective rate");
        near(solved.country(0, V::EffectiveRate), 35.0, 1e-9, "a uniform rate is its own average");
        near(solved.country(0, V::TariffRevenue), revenue - old_revenue, 1e-9, "revenue");
    }
}
