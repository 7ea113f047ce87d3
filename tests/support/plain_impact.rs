//! Every reported variable flow by flow, straight from the definitions of `docs/model.md`: slow and simple. Of the
//! library it uses the accounts, the parts of a flow and the names of the variables, nothing of how it sums.

#![allow(dead_code, unreachable_pub)]

use std::collections::HashMap;

use tariffsim::bilateral::Flow;
use tariffsim::economy::accounts::Accounts;
use tariffsim::economy::closure::Deficits;
use tariffsim::economy::policy::{Duty, FlowChange};
use tariffsim::index::Position as _;
use tariffsim::model::equilibrium::Equilibrium;
use tariffsim::model::impact::{FlowRow, Impact};
use tariffsim::model::variable::{CountryVariable as V, FlowVariable as F, SectorVariable as S};
use tariffsim::model::world::{Parameters, World};

/// One flow before and after.
#[derive(Clone, Copy)]
struct Trade {
    flow: Flow,
    /// M, and M with tariff.
    value: [f64; 2],
    gross: [f64; 2],
    /// What producers receive; after the policy also the export tax and the rents of exporter and importer.
    made: [f64; 2],
    export_tax: f64,
    rents: [f64; 2],
    /// M_b·q̂.
    volume: f64,
    /// p̂, d̂ and ĉ.
    price: f64,
    cost: f64,
    /// p̂/d̂, and 1 + x.
    export_price: f64,
    taxed: f64,
    /// τ, and the mean of τ′ over the parts at their baseline weights.
    rate: [f64; 2],
    /// Whether all of it pays what it paid before.
    same_rate: bool,
}

/// Baseline and counterfactual of one draw.
pub struct Plain<'a> {
    world: &'a World<'a>,
    parameters: &'a Parameters,
    points: [&'a Equilibrium; 2],
    /// All flows by importer, and by exporter.
    bought: Vec<Vec<Trade>>,
    sold: Vec<Vec<Trade>>,
}

impl<'a> Plain<'a> {
    pub fn new(world: &'a World<'a>, parameters: &'a Parameters, points: [&'a Equilibrium; 2]) -> Self {
        let shape = world.accounts.shape;
        let nothing = vec![Vec::new(); shape.countries];
        let mut plain = Self { world, parameters, points, bought: nothing.clone(), sold: nothing };
        let changes: HashMap<Flow, &FlowChange> =
            world.policy.changes.iter().map(|change| (change.flow, change)).collect();
        for flow in (0..shape.cells()).map(|cell| shape.flow(cell)) {
            let trade = plain.trade(flow, changes.get(&flow).copied());
            plain.bought[flow.importer.index()].push(trade);
            plain.sold[flow.exporter.index()].push(trade);
        }
        plain
    }

    /// All variables, in the order of the library.
    pub fn impact(&self, rows: &[FlowRow]) -> Impact {
        let shape = self.accounts().shape;
        let every = |count: usize, values: &dyn Fn(usize) -> Vec<f64>| (0..count).flat_map(values).collect();
        Impact {
            countries: every(shape.countries, &|at| {
                V::GENERAL.iter().map(|&v| self.country(at, v)).collect()
            }),
            sectors: every(shape.pairs(), &|at| S::GENERAL.iter().map(|&v| self.sector(at, v)).collect()),
            flows: every(rows.len(), &|at| F::GENERAL.iter().map(|&v| self.flow(rows[at], v)).collect()),
        }
    }

    fn accounts(&self) -> &Accounts {
        self.world.accounts
    }

    fn log_cost(&self, country: usize, sector: usize, when: usize) -> f64 {
        let (accounts, point, j) = (self.accounts(), self.points[when], self.accounts().shape.sectors);
        let inputs = (0..j).map(|input| {
            accounts.input_share[(country * j + input) * j + sector] * point.log_price[country * j + input]
        });
        let wage = self.log_wage(country, country * j + sector, when);
        accounts.value_added_share[country * j + sector] * wage + inputs.sum::<f64>()
    }

    /// ln ŵ of a sector, which pays what its country pays where labour is mobile.
    fn log_wage(&self, country: usize, pair: usize, when: usize) -> f64 {
        let point = self.points[when];
        point.log_wage[country] + point.log_relative_wage.get(pair).unwrap_or(&0.0)
    }

    /// δ and ϑ of a sector.
    fn scale(&self, sector: usize) -> [f64; 2] {
        let structure = self.world.closure.structure;
        let goods = f64::from(u8::from(self.accounts().goods[sector]));
        [goods * structure.scale(), goods * structure.selection()]
    }

    fn firms(&self, country: usize, sector: usize, when: usize) -> f64 {
        let pair = country * self.accounts().shape.sectors + sector;
        *self.points[when].log_scale.get(pair).unwrap_or(&0.0)
    }

    /// What more and better firms take off the price of a flow.
    fn variety(&self, trade: &Trade) -> f64 {
        let (importer, exporter, s) =
            (trade.flow.importer.index(), trade.flow.exporter.index(), trade.flow.sector.index());
        let [strength, selection] = self.scale(s);
        let pair = importer * self.accounts().shape.sectors + s;
        let firms = (self.firms(exporter, s, 1) - self.firms(exporter, s, 0)).exp();
        let cost = (self.log_cost(exporter, s, 1) - self.log_cost(exporter, s, 0)).exp();
        let market = self.points[1].expenditure[pair] / self.points[0].expenditure[pair];
        let paid = (1.0 + trade.rate[1]) / (1.0 + trade.rate[0]) * trade.taxed;
        let market = if selection > 0.0 { market - cost - (paid - 1.0) } else { 0.0 };
        (strength * (firms - 1.0) + selection * market) / self.parameters.theta[s]
    }

    fn trade(&self, flow: Flow, change: Option<&FlowChange>) -> Trade {
        let accounts = self.accounts();
        let (n, i, s) = (flow.importer.index(), flow.exporter.index(), flow.sector.index());
        let pair = n * accounts.shape.sectors + s;
        let theta = self.parameters.theta[s];
        let [strength, selection] = self.scale(s);
        let (share, rate) = (accounts.share.get(flow), accounts.tariff.table().get(flow));
        let change = change.filter(|_| share > 0.0);
        let cost = change.map_or(1.0, |change| change.cost.factor());
        let parts: Vec<(f64, f64)> = change.map_or_else(
            || vec![(1.0, rate)],
            |change| {
                let parts = change.parts(&self.parameters.exempt_shares, self.world.policy.exempt_mode);
                parts.iter().map(|part| (part.weight, part.rate.fraction())).collect()
            },
        );
        let mean: f64 = parts.iter().map(|(weight, rate)| weight * rate).sum();
        // π′X′ of a part whose trade cost and what is paid on its sales change by some factors.
        let spent = |when: usize, [cost, paid]: [f64; 2]| {
            let point = self.points[when];
            let price = (theta * point.log_price[pair]).exp() * point.expenditure[pair].powf(selection);
            let scale = strength * self.firms(i, s, when) - (theta + selection) * self.log_cost(i, s, when);
            let relative = scale.exp() * cost.powf(-theta) * paid.powf(-theta - selection);
            share * relative * price * accounts.expenditure[pair] * point.expenditure[pair]
        };
        let old = spent(0, [1.0, 1.0]);
        let export_tax = change.map_or(0.0, |change| change.export_tax.fraction());
        let new = |parts: &[(f64, f64)]| {
            parts.iter().fold((0.0, 0.0), |sum, &(weight, new)| {
                let paid = (1.0 + new) / (1.0 + rate) * (1.0 + export_tax);
                let gross = if cost.is_finite() { weight * spent(1, [cost, paid]) } else { 0.0 };
                (sum.0 + gross / (1.0 + new), sum.1 + gross)
            })
        };
        let unit_cost = (self.log_cost(i, s, 1) - self.log_cost(i, s, 0)).exp();
        let mut export_price = unit_cost * (1.0 + export_tax);
        let (mut after, mut gross_after) = new(&parts);
        let (mut new_rate, mut rents) = (mean, [0.0; 2]);
        let duty = change.filter(|_| cost.is_finite()).map_or(Duty::AdValorem, |change| change.duty);
        if duty != Duty::AdValorem {
            let omega = self.wedge(flow).exp() - 1.0;
            (after, gross_after) = new(&[(1.0, omega)]);
            new_rate = omega;
            if let Duty::Quota(quota) = duty {
                let volume = after / (export_price * cost) / (old / (1.0 + rate));
                let within = (quota.volume.factor() / volume).min(1.0);
                let rent = (omega - mean) * after * within;
                let importer = quota.importer_rent.fraction();
                rents = [(1.0 - importer) * rent, importer * rent];
                export_price *= 1.0 + rents[0] / after;
                new_rate =
                    quota.beyond.map_or(mean, |beyond| mean * within + beyond.fraction() * (1.0 - within));
            }
        }
        let made = after / (1.0 + export_tax);
        let price = if cost.is_finite() { export_price * cost } else { f64::NAN };
        Trade {
            flow,
            value: [old / (1.0 + rate), after + rents[0]],
            gross: [old, gross_after],
            made: [old / (1.0 + rate), made],
            export_tax: after - made,
            rents,
            volume: if cost.is_finite() { (after + rents[0]) / price } else { 0.0 },
            price,
            cost,
            export_price,
            taxed: 1.0 + export_tax,
            rate: [rate, new_rate],
            same_rate: rents.iter().all(|rent| rent.to_bits() == 0)
                && parts.iter().all(|(_, new)| new.to_bits() == rate.to_bits()),
        }
    }

    /// The wedge of a flow: the solver's unknowns stand in the order of the changed flows that have one and are traded.
    fn wedge(&self, flow: Flow) -> f64 {
        let has_wedge = |change: &&FlowChange| {
            change.duty != Duty::AdValorem
                && change.cost.factor().is_finite()
                && self.accounts().share.get(change.flow) > 0.0
        };
        let mut with_wedge = self.world.policy.changes.iter().filter(has_wedge);
        self.points[1].wedges[with_wedge.position(|change| change.flow == flow).unwrap()]
    }

    /// Income before and after.
    pub fn incomes(&self, country: usize) -> [f64; 2] {
        let bought = &self.bought[country];
        std::array::from_fn(|when| {
            let revenue: f64 = bought.iter().map(|t| t.gross[when] - t.value[when]).sum();
            let exported: f64 = self.sold[country].iter().map(|t| t.value[when] - t.made[when]).sum();
            let wages = self.accounts().value_added[country] * self.points[when].log_wage[country].exp();
            wages + revenue + exported + self.deficit(country, when)
        })
    }

    fn deficit(&self, country: usize, when: usize) -> f64 {
        let accounts = self.accounts();
        let wages = |n: usize| accounts.value_added[n] * self.points[when].log_wage[n].exp();
        let ratio = |n: usize| accounts.deficit[n] / accounts.value_added[n];
        let all = 0..accounts.shape.countries;
        match self.world.closure.deficits {
            Deficits::Fixed => accounts.deficit[country],
            Deficits::Balanced => 0.0,
            Deficits::Proportional => {
                let mean =
                    all.clone().map(|n| ratio(n) * wages(n)).sum::<f64>() / all.map(wages).sum::<f64>();
                wages(country) * (ratio(country) - mean)
            }
        }
    }

    fn consumer_price(&self, country: usize) -> f64 {
        let j = self.accounts().shape.sectors;
        let change = |pair: usize| self.points[1].log_price[pair] - self.points[0].log_price[pair];
        (country * j..(country + 1) * j)
            .map(|p| self.accounts().final_share[p] * change(p))
            .sum::<f64>()
            .exp()
    }

    fn country(&self, country: usize, variable: V) -> f64 {
        let abroad = |t: &Trade| !t.flow.is_domestic();
        let goods_abroad = |t: &Trade| abroad(t) && self.accounts().goods[t.flow.sector.index()];
        let imports = |value: Value<'_>| sum(&self.bought[country], abroad, value);
        let exports = |value: Value<'_>| sum(&self.sold[country], abroad, value);
        let goods = |value: Value<'_>| sum(&self.bought[country], goods_abroad, value);
        let [income, new_income] = self.incomes(country);
        let of_income = |value: f64| 100.0 * value / income;
        let wage = (self.points[1].log_wage[country] - self.points[0].log_wage[country]).exp();
        let price = self.consumer_price(country);
        let transfer = self.deficit(country, 1) - self.deficit(country, 0);
        defined(match variable {
            V::Welfare => percent(new_income / income / price),
            V::WelfareUsd => income * (new_income / income / price - 1.0),
            V::WelfareFirstOrder => [
                V::TermsOfTradeFirstOrder,
                V::VolumeOfTradeFirstOrder,
                V::TechnologyFirstOrder,
                V::TransferFirstOrder,
            ]
            .iter()
            .map(|&part| self.country(country, part))
            .sum(),
            V::TermsOfTradeFirstOrder => of_income(
                exports(&|t| t.value[0] * (t.export_price - 1.0))
                    - imports(&|t| t.value[0] * (t.export_price - 1.0)),
            ),
            V::VolumeOfTradeFirstOrder => {
                of_income(imports(&|t| t.rate[0] * (t.value[1] - t.value[0] * t.price)))
            }
            V::TechnologyFirstOrder => of_income(sum(&self.bought[country], |_| true, &|t| {
                t.gross[0] * self.variety(t) - t.value[0] * (t.cost - 1.0)
            })),
            V::TransferFirstOrder => of_income(transfer),
            V::TermsOfTrade => percent(
                exports(&|t| t.value[0] * t.export_price)
                    / exports(&|t| t.value[0])
                    / (imports(&|t| t.value[0] * t.price) / imports(&|t| t.value[0])),
            ),
            V::RealWage => percent(wage / price),
            V::Wage => percent(wage),
            V::ConsumerPrices => percent(price),
            V::Income => percent(new_income / income),
            V::Exports => percent(exports(&|t| t.value[1]) / exports(&|t| t.value[0])),
            V::Imports => percent(imports(&|t| t.value[1]) / imports(&|t| t.value[0])),
            V::ExportsVolume => percent(exports(&|t| t.volume) / exports(&|t| t.value[0])),
            V::ImportsVolume => percent(imports(&|t| t.volume) / imports(&|t| t.value[0])),
            V::TradeBalance => -transfer,
            V::TariffRevenue => {
                imports(&|t| t.gross[1] - t.value[1] - t.rents[1]) - imports(&|t| t.gross[0] - t.value[0])
            }
            V::ExportTaxRevenue => exports(&|t| t.export_tax),
            V::QuotaRents => exports(&|t| t.rents[0]) + imports(&|t| t.rents[1]),
            V::EffectiveRateBaseline => 100.0 * goods(&|t| t.gross[0] - t.value[0]) / goods(&|t| t.value[0]),
            V::EffectiveRateFixedWeights => {
                100.0 * goods(&|t| t.rate[1] * t.value[0]) / goods(&|t| t.value[0])
            }
            V::EffectiveRate => {
                100.0 * goods(&|t| t.gross[1] - t.value[1] - t.rents[1]) / goods(&|t| t.value[1])
            }
            _ => unreachable!("of partial equilibrium"),
        })
    }

    fn sector(&self, pair: usize, variable: S) -> f64 {
        let j = self.accounts().shape.sectors;
        let (country, sector) = (pair / j, pair % j);
        let ratio = |flows: &[Trade]| {
            let mine = |t: &Trade| t.flow.sector.index() == sector && !t.flow.is_domestic();
            sum(flows, mine, &|t| t.value[1]) / sum(flows, mine, &|t| t.value[0])
        };
        let mine = |t: &Trade| t.flow.sector.index() == sector;
        let output =
            sum(&self.sold[country], mine, &|t| t.made[1]) / sum(&self.sold[country], mine, &|t| t.made[0]);
        let cost = (self.log_cost(country, sector, 1) - self.log_cost(country, sector, 0)).exp();
        let wage = (self.log_wage(country, pair, 1) - self.log_wage(country, pair, 0)).exp();
        defined(match variable {
            S::Output => percent(output / cost),
            S::OutputPrice | S::RealWage if output.is_nan() => f64::NAN,
            S::OutputPrice => percent(cost),
            S::BuyerPrice if self.accounts().expenditure[pair] <= 0.0 => f64::NAN,
            S::BuyerPrice => percent((self.points[1].log_price[pair] - self.points[0].log_price[pair]).exp()),
            S::Imports => percent(ratio(&self.bought[country])),
            S::Exports => percent(ratio(&self.sold[country])),
            S::Employment => percent(output / wage),
            S::RealWage => percent(wage / self.consumer_price(country)),
            _ => unreachable!("of partial equilibrium"),
        })
    }

    fn flow(&self, row: FlowRow, variable: F) -> f64 {
        let wanted = |t: &&Trade| match row.sector {
            Some(sector) => t.flow.sector == sector,
            None => self.accounts().goods[t.flow.sector.index()] && !t.flow.is_domestic(),
        };
        let of_pair = self.bought[row.importer.index()].iter().filter(|t| t.flow.exporter == row.exporter);
        let trades: Vec<Trade> = of_pair.filter(wanted).copied().collect();
        let all = |value: Value<'_>| sum(&trades, |_| true, value);
        let (before, after) = (all(&|t| t.value[0]), all(&|t| t.value[1]));
        let volume = all(&|t| t.volume);
        let (border, buyer) = match (row.sector, &trades[..]) {
            (Some(_), [one]) if one.value[0] > 0.0 => {
                let markup = one.gross[1] / one.value[1] / (1.0 + one.rate[0]);
                (one.price, if one.same_rate { one.price } else { one.price * markup })
            }
            (Some(_), _) => (f64::NAN, f64::NAN),
            (None, _) => {
                let gross = all(&|t| t.gross[1]) / all(&|t| t.gross[0]);
                (after / volume, gross / (volume / before))
            }
        };
        let price = self.consumer_price(row.importer.index());
        match variable {
            F::Rate if row.sector.is_some() => 100.0 * (trades[0].rate[1] - trades[0].rate[0]),
            F::Rate => 100.0 * all(&|t| t.value[0] * (t.rate[1] - t.rate[0])) / before,
            F::BorderPrice => percent(border),
            F::BuyerPrice => percent(buyer),
            F::BorderPriceReal => percent(border / price),
            F::BuyerPriceReal => percent(buyer / price),
            F::Volume => percent(volume / before),
            F::Value => percent(after / before),
            _ => unreachable!("of partial equilibrium"),
        }
    }
}

type Value<'a> = &'a dyn Fn(&Trade) -> f64;

fn sum(flows: &[Trade], wanted: impl Fn(&Trade) -> bool, value: Value<'_>) -> f64 {
    flows.iter().filter(|trade| wanted(trade)).map(value).sum()
}

fn percent(ratio: f64) -> f64 {
    defined(100.0 * (ratio - 1.0))
}

/// What is infinite has no value either.
fn defined(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::NAN }
}
