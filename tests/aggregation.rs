//! Aggregation: identities, steps, policies, and the files of aggregated data.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, clippy::float_cmp)]

mod data_support;
mod support;

use std::collections::BTreeMap;

use data_support::Memory;
use proptest::prelude::*;
use support::{change, policy, solve};
use tariffsim::bilateral::{Bilateral, Flow, Shape};
use tariffsim::data::{embedded, folder, maps, write};
use tariffsim::economy::aggregation::{Grouping, Groups, Unmapped};
use tariffsim::economy::closure::Deficits;
use tariffsim::economy::dataset::{Dataset, ElasticitySet, FinalDemand, PublishedElasticity, SectorKind};
use tariffsim::economy::elasticities::Elasticities;
use tariffsim::economy::policy::{
    Contribution, Duty, ExemptMode, ExemptShare, ExemptVariety, FlowChange, MeasureInfo, Policy, Quota,
    RateChange, mean_rate,
};
use tariffsim::economy::synthetic::Recipe;
use tariffsim::files::Folder;
use tariffsim::index::{CodeList, CountryId, Position, SectorId};
use tariffsim::model::variable::CountryVariable as V;
use tariffsim::units::{AdValorem, Multiple, Share};

/// Groups by position: code `at` goes to group `of(at)`.
fn groups(codes: &CodeList, prefix: &str, of: impl Fn(usize) -> usize) -> Groups {
    let of: Vec<usize> = (0..codes.len()).map(of).collect();
    let count = of.iter().max().unwrap() + 1;
    let list = CodeList::new((0..count).map(|at| (format!("{prefix}{at}"), format!("group {at}")))).unwrap();
    Groups::new(list, of).unwrap()
}

fn countries(data: &Dataset, of: impl Fn(usize) -> usize) -> Grouping {
    Grouping { countries: groups(&data.countries, "G", of), sectors: Groups::each_alone(&data.sectors) }
}

fn embedded_by(names: &[&str]) -> Grouping {
    let data = embedded::open("world-2024").unwrap();
    maps::read(&data, names, Unmapped::Refuse, &Folder::new("")).unwrap().grouping
}

/// Output, absorption, final demand, value added by pair, and revenue and deficit by country.
struct Books {
    absorption: Vec<f64>,
    final_demand: Vec<f64>,
    value_added: Vec<f64>,
    revenue: Vec<f64>,
    deficit: Vec<f64>,
}

fn books(data: &Dataset) -> Books {
    let Shape { countries: n, sectors: j } = data.shape();
    let (mut output, mut absorption) = (vec![0.0; n * j], vec![0.0; n * j]);
    let (mut revenue, mut deficit) = (vec![0.0; n], vec![0.0; n]);
    for cell in 0..data.shape().cells() {
        let flow = data.shape().flow(cell);
        let (value, rate) = (data.trade.values()[cell], data.tariffs.values()[cell]);
        let (to, from) = (flow.importer.index(), flow.exporter.index());
        output[from * j + flow.sector.index()] += value;
        absorption[to * j + flow.sector.index()] += value * (1.0 + rate);
        revenue[to] += value * rate;
        deficit[to] += value;
        deficit[from] -= value;
    }
    let coefficient = |country: usize, input: usize, user: usize| {
        data.inputs.as_ref().map_or(0.0, |inputs| inputs[(country * j + input) * j + user])
    };
    let (mut final_demand, mut value_added) = (absorption.clone(), output.clone());
    for country in 0..n {
        for input in 0..j {
            for user in 0..j {
                let spent = coefficient(country, input, user) * output[country * j + user];
                final_demand[country * j + input] -= spent;
                value_added[country * j + user] -= spent;
            }
        }
    }
    Books { absorption, final_demand, value_added, revenue, deficit }
}

fn assert_identities(data: &Dataset) {
    let (books, j) = (books(data), data.sectors.len());
    for country in 0..data.countries.len() {
        let sum = |values: &[f64]| values[country * j..(country + 1) * j].iter().sum::<f64>();
        let income = sum(&books.value_added) + books.revenue[country] + books.deficit[country];
        let spent = sum(&books.final_demand);
        let scale = sum(&books.absorption).max(1e-9);
        assert!((spent - income).abs() <= 1e-9 * scale, "final demand {spent}, income {income}");
        for sector in 0..j {
            let pair = country * j + sector;
            assert!(books.final_demand[pair] >= -1e-5 * books.absorption[pair], "negative final demand");
            let used: f64 = data
                .inputs
                .iter()
                .map(|inputs| (0..j).map(|k| inputs[(country * j + k) * j + sector]).sum::<f64>())
                .sum();
            assert!(used <= 1.0 + 1e-12);
        }
    }
}

fn same(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance * (1.0 + a.abs()))
}

fn economies() -> impl Strategy<Value = Dataset> {
    (4..9_usize, 2..7_usize, any::<u64>(), 0.0..0.4_f64).prop_map(|(countries, sectors, seed, tariff)| {
        Recipe { highest_tariff: tariff, gaps: 0.3, ..Recipe::new(countries, sectors, seed) }.dataset()
    })
}

/// The largest part of a country's sectors that can be merged: goods with goods, services with services.
fn by_kind(data: &Dataset) -> Groups {
    let goods = data.kinds.iter().filter(|kind| **kind == SectorKind::Goods).count();
    groups(&data.sectors, "K", |at| if at < goods { at / 2 } else { goods.div_ceil(2) })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flows_and_revenue_add_up_and_every_identity_holds(data in economies(), split in 2..4_usize) {
        let grouping = Grouping { countries: groups(&data.countries, "G", |at| at % split), sectors: by_kind(&data) };
        let (coarse, loss) = grouping.dataset(&data);
        assert_identities(&coarse);
        let world: f64 = data.trade.values().iter().sum();
        prop_assert!(same(&[coarse.trade.values().iter().sum()], &[world], 1e-12));
        let (before, after) = (books(&data), books(&coarse));
        let revenue: f64 = before.revenue.iter().sum();
        prop_assert!(same(&[after.revenue.iter().sum::<f64>() + loss.inner_revenue], &[revenue], 1e-12));
        if loss.eased == 0 {
            let value_added: f64 = before.value_added.iter().sum();
            prop_assert!(same(&[after.value_added.iter().sum()], &[value_added], 1e-12));
        }
    }

    #[test]
    fn aggregating_twice_is_aggregating_once(data in economies()) {
        let pairs = countries(&data, |at| at / 2);
        let (step, first) = pairs.dataset(&data);
        let onward = Grouping { countries: groups(&step.countries, "G", |at| at % 2), sectors: by_kind(&step) };
        let (twice, second) = onward.dataset(&step);
        let direct = Grouping { countries: groups(&data.countries, "G", |at| (at / 2) % 2), sectors: by_kind(&data) };
        let (once, all) = direct.dataset(&data);
        prop_assume!(first.eased + second.eased + all.eased == 0);
        prop_assert!(same(twice.trade.values(), once.trade.values(), 1e-12));
        prop_assert!(same(twice.tariffs.values(), once.tariffs.values(), 1e-12));
        prop_assert!(same(&twice.inputs.unwrap(), &once.inputs.unwrap(), 1e-12));
        let theta = |data: &[ElasticitySet]| -> Vec<f64> {
            data[0].sectors.iter().map(|entry| entry.unwrap().theta).collect()
        };
        prop_assert!(same(&theta(&twice.elasticities), &theta(&once.elasticities), 1e-12));
        prop_assert!(same(&[first.inner_trade + second.inner_trade], &[all.inner_trade], 1e-12));
    }

    #[test]
    fn merging_equal_halves_gives_what_they_were_halves_of(data in economies(), seed in any::<u64>()) {
        let halves = halved(&data);
        let back = Grouping { countries: Groups::each_alone(&data.countries), sectors: halves_together(&halves) };
        let (merged, _) = back.dataset(&halves);
        prop_assert!(same(merged.trade.values(), data.trade.values(), 1e-12));
        prop_assert!(same(merged.inputs.as_ref().unwrap(), data.inputs.as_ref().unwrap(), 1e-12));
        prop_assert_eq!(merged.tariffs.values(), data.tariffs.values());

        // And the same policy on both does the same.
        let rate = |flow: Flow| 0.01 * ((seed >> (flow.importer.index() % 8)) % 40) as f64;
        let everywhere = |data: &Dataset| {
            let flows = (0..data.shape().cells()).map(|cell| data.shape().flow(cell));
            let foreign = flows.filter(|flow| !flow.is_domestic() && data.is_goods(flow.sector));
            policy(data, foreign.map(|flow| change(flow, rate(flow), 1.1)).collect())
        };
        let elasticities = Elasticities::published(&merged, "RANDOM").unwrap();
        let (coarse_policy, _) = back.policy(&halves, &everywhere(&halves), &elasticities);
        let whole = solve(&data, &everywhere(&data), Deficits::Fixed, &[]);
        let merged = solve(&merged, &coarse_policy, Deficits::Fixed, &[]);
        prop_assert!(same(&whole.impact.countries, &merged.impact.countries, 1e-8));
    }
}

/// Every sector in two equal halves, side by side.
fn halved(data: &Dataset) -> Dataset {
    let fine = |sector: usize| sector / 2;
    let shape = Shape { countries: data.countries.len(), sectors: 2 * data.sectors.len() };
    let cells = |table: &Bilateral, scale: f64| {
        let value = |cell: usize| {
            let flow = shape.flow(cell);
            scale * table.get(Flow { sector: SectorId::at(fine(flow.sector.index())), ..flow })
        };
        Bilateral::from_values(shape, (0..shape.cells()).map(value).collect())
    };
    let (j, fine_j) = (data.sectors.len(), shape.sectors);
    let inputs = (0..shape.pairs() * fine_j).map(|at| {
        let (country, input, user) = (at / (fine_j * fine_j), at / fine_j % fine_j, at % fine_j);
        0.5 * data.inputs.as_ref().unwrap()[(country * j + fine(input)) * j + fine(user)]
    });
    let names = (0..fine_j).map(|sector| {
        (format!("{}{}", data.sectors.codes()[fine(sector)], ["a", "b"][sector % 2]), String::new())
    });
    let set = &data.elasticities[0];
    Dataset {
        sectors: CodeList::new(names).unwrap(),
        kinds: (0..fine_j).map(|sector| data.kinds[fine(sector)]).collect(),
        trade: cells(&data.trade, 0.5),
        tariffs: cells(&data.tariffs, 1.0),
        inputs: Some(inputs.collect()),
        elasticities: vec![ElasticitySet {
            name: set.name.clone(),
            sectors: (0..fine_j).map(|sector| set.sectors[fine(sector)]).collect(),
        }],
        ..data.clone()
    }
}

fn halves_together(halves: &Dataset) -> Groups {
    groups(&halves.sectors, "S", |at| at / 2)
}

#[test]
fn groups_of_one_change_nothing_at_all() {
    let data = embedded::open("world-2024").unwrap();
    let alone = Grouping {
        countries: Groups::each_alone(&data.countries),
        sectors: Groups::each_alone(&data.sectors),
    };
    let (same, loss) = alone.dataset(&data);
    assert_eq!(same, data);
    assert_eq!(loss.inner_trade + loss.inner_revenue, 0.0);
    assert_eq!(loss.eased, 0);
}

#[test]
fn the_maps_of_the_program_keep_every_identity_of_the_embedded_data() {
    let data = embedded::open("world-2024").unwrap();
    for names in [&["economies-45"][..], &["economies-12"], &["sectors-9"], &["economies-12", "sectors-9"]] {
        let (coarse, loss) = embedded_by(names).dataset(&data);
        assert_identities(&coarse);
        assert_eq!(loss.eased, 0, "{names:?}");
        assert!(
            coarse.elasticities.iter().flat_map(|set| &set.sectors).flatten().all(|entry| entry.theta > 0.0)
        );
        let usa: CountryId = coarse.countries.find("USA").unwrap();
        assert!(coarse.countries.name(usa).contains("United States"));
    }
}

#[test]
fn inputs_are_lowered_where_dropped_tariffs_would_leave_less_than_no_final_demand() {
    // Two countries tax each other's parts, which only industry buys; a third stays out.
    let mut data = Recipe { highest_tariff: 0.0, gaps: 0.0, ..Recipe::new(3, 2, 5) }.dataset();
    let shape = data.shape();
    for (importer, exporter) in [(0, 1), (1, 0)] {
        let flow = Flow {
            sector: SectorId::at(0),
            importer: CountryId::at(importer),
            exporter: CountryId::at(exporter),
        };
        data.tariffs.set(flow, 3.0);
    }
    let fine = books(&data);
    let mut inputs = data.inputs.clone().unwrap();
    // All but a hundredth of the first sector's absorption is used by the second.
    for country in 0..2 {
        let used = 0.99 * fine.absorption[country * 2]
            - (fine.absorption[country * 2] - fine.final_demand[country * 2]);
        let output = data.trade.matrix(1).iter().skip(country).step_by(3).sum::<f64>();
        inputs[(country * shape.sectors) * shape.sectors + 1] += used / output;
    }
    data.inputs = Some(inputs);
    let (coarse, loss) = countries(&data, |at| at.max(1) - 1).dataset(&data);
    assert_eq!(loss.eased, 1);
    assert!(loss.inner_revenue > 0.0);
    let after = books(&coarse);
    assert!(after.final_demand[0].abs() <= 1e-9 * after.absorption[0]);
    assert_identities(&coarse);
}

fn rates(pairs: &[(Flow, f64, f64)]) -> Vec<RateChange> {
    let rate = |value| AdValorem::new(value).unwrap();
    let change = |&(flow, before, after): &(Flow, f64, f64)| RateChange {
        flow,
        before: rate(before),
        after: rate(after),
        statutory: rate(after),
        contributions: vec![Contribution { measure: 0, change: after - before }],
    };
    pairs.iter().map(change).collect()
}

/// Countries 0 and 1 buy from 2 and 3, which become one group, as the buyers do.
fn two_by_two() -> (Dataset, Grouping) {
    let data = Recipe { gaps: 0.0, ..Recipe::new(4, 2, 11) }.dataset();
    let grouping = countries(&data, |at| at / 2);
    (data, grouping)
}

fn flow(importer: usize, exporter: usize, sector: usize) -> Flow {
    Flow {
        sector: SectorId::at(sector),
        importer: CountryId::at(importer),
        exporter: CountryId::at(exporter),
    }
}

fn coarse_elasticities(data: &Dataset, grouping: &Grouping) -> Elasticities {
    grouping.elasticities(data, &Elasticities::published(data, "RANDOM").unwrap())
}

#[test]
fn rates_are_means_at_trade_and_contributions_add_up() {
    let (data, grouping) = two_by_two();
    let taxed = flow(0, 2, 0);
    let before = data.tariffs.get(taxed);
    let mut policy = policy(&data, vec![change(taxed, before + 0.25, 1.0)]);
    policy.rates = rates(&[(taxed, before, before + 0.25)]);
    policy.measures = vec![MeasureInfo { name: "m".into(), words: String::new(), flows: 1 }];
    let (coarse, loss) = grouping.policy(&data, &policy, &coarse_elasticities(&data, &grouping));
    let members = [flow(0, 2, 0), flow(0, 3, 0), flow(1, 2, 0), flow(1, 3, 0)];
    let total: f64 = members.iter().map(|&flow| data.trade.get(flow)).sum();
    let part = data.trade.get(taxed) / total;
    let [rate] = &coarse.rates[..] else { panic!("one rate changes") };
    assert_eq!(rate.flow, flow(0, 1, 0));
    assert!((rate.after.fraction() - rate.before.fraction() - 0.25 * part).abs() < 1e-14);
    assert!((rate.contributions[0].change - 0.25 * part).abs() < 1e-14);
    let (coarse_data, _) = grouping.dataset(&data);
    assert_eq!(rate.before.fraction(), coarse_data.tariffs.get(flow(0, 1, 0)));
    assert!((coarse.changes[0].rate.fraction() - rate.after.fraction()).abs() < 1e-14);
    assert_eq!(loss.rates, [1, 1]);
    assert_eq!(coarse.touched, [flow(0, 1, 0)]);
}

#[test]
fn quotas_merge_where_they_are_alike_and_are_named_where_not() {
    let (data, grouping) = two_by_two();
    let members = [flow(0, 2, 0), flow(0, 3, 0), flow(1, 2, 0), flow(1, 3, 0)];
    let quota = |volume: f64, rent: f64| {
        let (volume, importer_rent) = (Multiple::new(volume).unwrap(), Share::new(rent).unwrap());
        Duty::Quota(Quota { volume, beyond: None, importer_rent })
    };
    let merged = |duties: &[Duty]| {
        let change = |(&flow, &duty): (&Flow, &Duty)| FlowChange {
            duty,
            export_tax: AdValorem::new(0.1).unwrap(),
            ..change(flow, data.tariffs.get(flow), 1.0)
        };
        let policy = policy(&data, members.iter().zip(duties).map(change).collect());
        grouping.policy(&data, &policy, &coarse_elasticities(&data, &grouping))
    };
    let (coarse, loss) = merged(&[quota(0.5, 0.3), quota(0.6, 0.3), quota(0.7, 0.3), quota(0.8, 0.3)]);
    let [one] = &coarse.changes[..] else { panic!("one flow") };
    let trade = members.map(|flow| data.trade.get(flow));
    let volume = [0.5, 0.6, 0.7, 0.8].iter().zip(trade).map(|(volume, trade)| volume * trade).sum::<f64>();
    let Duty::Quota(found) = one.duty else { panic!("a quota") };
    assert!((found.volume.factor() - volume / trade.iter().sum::<f64>()).abs() < 1e-14);
    assert!((one.export_tax.fraction() - 0.1).abs() < 1e-14 && loss.unlike_duties.is_empty());
    for unlike in
        [&[quota(0.5, 0.3); 3][..], &[quota(0.5, 0.3), quota(0.5, 0.3), quota(0.5, 0.3), quota(0.5, 0.4)]]
    {
        assert_eq!(merged(unlike).1.unlike_duties, [flow(0, 1, 0)]);
    }
    let specific = |duty: f64| Duty::Specific(AdValorem::new(duty).unwrap());
    let (coarse, loss) = merged(&[specific(0.2)]);
    let wanted = 0.2 * trade[0] / trade.iter().sum::<f64>();
    let Duty::Specific(found) = coarse.changes[0].duty else { panic!("a specific duty") };
    assert!((found.fraction() - wanted).abs() < 1e-14 && loss.unlike_duties.is_empty());
}

#[test]
fn measures_inside_a_group_are_gone_and_named() {
    let (data, grouping) = two_by_two();
    let inside = flow(0, 1, 0);
    let before = data.tariffs.get(inside);
    let mut policy = policy(&data, vec![change(inside, before + 0.25, 1.0)]);
    policy.rates = rates(&[(inside, before, before + 0.25)]);
    policy.measures = vec![MeasureInfo { name: "m".into(), words: String::new(), flows: 1 }];
    let (coarse, loss) = grouping.policy(&data, &policy, &coarse_elasticities(&data, &grouping));
    assert!(coarse.changes.is_empty() && coarse.rates.is_empty() && coarse.touched.is_empty());
    assert_eq!((loss.rates, loss.inner_changes, loss.idle), ([1, 0], 1, vec![0]));
}

#[test]
fn exempt_parts_add_up_and_keep_the_average_rate() {
    let (data, grouping) = two_by_two();
    let rate = |value| AdValorem::new(value).unwrap();
    let share = |partner, mean| ExemptShare {
        label: format!("share {partner}"),
        partner: CountryId::at(partner),
        mean: Share::new(mean).unwrap(),
        known: false,
    };
    let mut first = change(flow(0, 2, 0), 0.5, 1.0);
    first.exempt =
        vec![ExemptVariety { share: 0, rate: rate(0.1) }, ExemptVariety { share: 1, rate: rate(0.3) }];
    let mut second = change(flow(1, 3, 0), 0.4, 1.0);
    second.exempt = vec![ExemptVariety { share: 2, rate: rate(0.0) }];
    let mut policy = policy(&data, vec![first, second]);
    policy.exempt_shares = vec![share(2, 0.2), share(2, 0.6), share(3, 0.7)];
    let (coarse, _) = grouping.policy(&data, &policy, &coarse_elasticities(&data, &grouping));
    let [merged] = &coarse.changes[..] else { panic!("one flow changes") };
    assert_eq!(merged.exempt.len(), 2);
    let average = |change: &FlowChange, policy: &Policy| {
        mean_rate(&change.parts(&policy.central_shares(), ExemptMode::Variety)).fraction()
    };
    let members = [flow(0, 2, 0), flow(0, 3, 0), flow(1, 2, 0), flow(1, 3, 0)];
    let revenue: f64 = members
        .iter()
        .map(|&at| {
            let mine = policy.changes.iter().find(|change| change.flow == at);
            data.trade.get(at) * mine.map_or(data.tariffs.get(at), |change| average(change, &policy))
        })
        .sum();
    let trade: f64 = members.iter().map(|&at| data.trade.get(at)).sum();
    assert!((average(merged, &coarse) - revenue / trade).abs() < 1e-14);
    let total = |share: usize| coarse.exempt_shares[merged.exempt[share].share].mean.fraction();
    let weight = |at| data.trade.get(at) / trade;
    // Padded at the front: the single exempt part of the second flow joins the larger one of the first.
    assert!((total(0) - 0.2 * weight(members[0])).abs() < 1e-14);
    assert!((total(1) - 0.6 * weight(members[0]) - 0.7 * weight(members[3])).abs() < 1e-14);
}

#[test]
fn a_border_that_closes_for_one_member_makes_trade_of_the_group_dearer_and_for_all_closes_it() {
    let (data, grouping) = two_by_two();
    let elasticities = coarse_elasticities(&data, &grouping);
    let members = [flow(0, 2, 0), flow(0, 3, 0), flow(1, 2, 0), flow(1, 3, 0)];
    let closing = |flows: &[Flow]| {
        let changes = flows.iter().map(|&at| change(at, data.tariffs.get(at), f64::INFINITY)).collect();
        let (coarse, _) = grouping.policy(&data, &policy(&data, changes), &elasticities);
        coarse.changes[0].cost.factor()
    };
    let spent = |at: Flow| data.trade.get(at) * (1.0 + data.tariffs.get(at));
    let open = 1.0 - spent(members[0]) / members.iter().map(|&at| spent(at)).sum::<f64>();
    let theta = elasticities.theta[0];
    assert!((closing(&members[..1]).powf(-theta) - open).abs() < 1e-12);
    assert!(closing(&members).is_infinite());
}

/// A dataset with every optional part.
fn everything() -> Dataset {
    let data = Recipe::new(4, 3, 3).dataset();
    let books = books(&data);
    let mut elasticities = data.elasticities.clone();
    elasticities.push(ElasticitySet {
        name: "PART".into(),
        sectors: vec![None, Some(PublishedElasticity { theta: 2.5, standard_error: None }), None],
    });
    Dataset {
        title: "a \"quoted\" title, with a comma".into(),
        licence: "CC0".into(),
        final_demand: FinalDemand::Given(books.final_demand),
        value_added: Some(books.value_added),
        deficits: Some(books.deficit),
        elasticities,
        groups: vec![tariffsim::economy::dataset::Group {
            code: "PAIR".into(),
            members: vec![CountryId::at(0), CountryId::at(3)],
        }],
        ..data
    }
}

fn read_back(data: &Dataset) -> Dataset {
    let files: BTreeMap<String, String> = write::files(data)
        .into_iter()
        .map(|(name, bytes)| (name.to_owned(), String::from_utf8(bytes).unwrap()))
        .collect();
    let reading = folder::read(&Memory(files));
    reading.dataset.unwrap_or_else(|| panic!("{:#?}", reading.diagnostics))
}

#[test]
fn what_is_written_reads_back_to_the_bit() {
    let full = everything();
    assert_eq!(read_back(&full), full);
    let data = embedded::open("world-2024").unwrap();
    let (coarse, _) = embedded_by(&["economies-12", "sectors-9"]).dataset(&data);
    assert_eq!(read_back(&coarse), coarse);
}

#[test]
fn given_accounts_and_named_groups_are_aggregated_too() {
    let data = everything();
    let (coarse, loss) = countries(&data, |at| [0, 1, 1, 0][at]).dataset(&data);
    let sum = |values: &[f64]| values.iter().sum::<f64>();
    let FinalDemand::Given(demand) = &coarse.final_demand else { panic!("it was given") };
    assert!(same(&[sum(demand)], &[sum(&books(&data).final_demand)], 1e-12));
    assert!(same(&[sum(coarse.value_added.as_ref().unwrap())], &[sum(&books(&data).value_added)], 1e-12));
    assert!(same(coarse.deficits.as_ref().unwrap(), &books(&coarse).deficit, 1e-9));
    assert_eq!(coarse.groups[0].members, [CountryId::at(0)]);
    assert!(loss.groups.is_empty());
    assert_eq!(coarse.elasticity_set("PART").unwrap().sectors[0], None);
    let (_, loss) = countries(&data, |at| at / 2).dataset(&data);
    assert_eq!(loss.groups, ["PAIR"]);
}

#[test]
fn a_policy_on_coarse_data_stays_near_the_same_on_fine_data() {
    // The United States, Canada and Mexico stay on their own, so the coarse answer must tell the same story.
    let data = embedded::open("world-2024").unwrap();
    let us_on = |code: &str, data: &Dataset| {
        let goods = data.sectors.ids::<SectorId>().filter(|&sector| data.is_goods(sector));
        goods.map(|sector| support::flow(data, "USA", code, data.sectors.code(sector))).collect::<Vec<_>>()
    };
    let changes = ["CAN", "MEX"]
        .iter()
        .flat_map(|code| us_on(code, &data))
        .map(|at| change(at, data.tariffs.get(at) + 0.25, 1.0))
        .collect();
    let fine_policy = policy(&data, changes);
    let fine = solve(&data, &fine_policy, Deficits::Fixed, &[]);
    let grouping = embedded_by(&["economies-12"]);
    let (coarse_data, _) = grouping.dataset(&data);
    let elasticities = Elasticities::published(&coarse_data, "MEDIAN7").unwrap();
    let (coarse_policy, _) = grouping.policy(&data, &fine_policy, &elasticities);
    let coarse = solve(&coarse_data, &coarse_policy, Deficits::Fixed, &[]);
    for code in ["MEX", "CAN"] {
        let welfare = |solved: &support::Solved, data: &Dataset| {
            solved.country(data.countries.find::<CountryId>(code).unwrap().index(), V::Welfare)
        };
        let (fine, coarse) = (welfare(&fine, &data), welfare(&coarse, &coarse_data));
        assert!((coarse / fine - 1.0).abs() < 0.1, "{code}: {fine} against {coarse}");
    }
}
