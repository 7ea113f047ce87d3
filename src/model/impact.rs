//! What a policy changes: every reported variable of one draw, a pure function of baseline and counterfactual.
//!
//! The definitions are those of `docs/model.md`. M is the value of a flow before tariff, p̂ = ĉ·d̂ its border price,
//! q̂ = M̂/p̂ its volume; changes are ratio − 1 in per cent. A variable without a value (a price where no trade is
//! left, a percentage of nothing) is NaN here and an absent row in every output.

mod row;
mod sums;

use crate::bilateral::{Flow, Shape};
use crate::economy::accounts::Accounts;
use crate::economy::policy::{ExemptMode, mean_rate};
use crate::index::{CountryId, Position, SectorId};
use crate::model::equilibrium::Equilibrium;
use crate::model::levels::Levels;
use crate::model::shares::{CellShares, ChangedCell};
use crate::model::variable::{CountryVariable, FlowVariable, SectorVariable};
use crate::model::world::{Parameters, World};
use crate::numerics::functions::exp;
use row::Row;
use sums::{CountrySums, ExportSums, FlowLevels, Sums, add};

/// One reported flow; `sector` is `None` for all goods of the pair together (`TOTAL` in files).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowRow {
    /// The importer.
    pub importer: CountryId,
    /// The exporter.
    pub exporter: CountryId,
    /// The sector, or all goods together.
    pub sector: Option<SectorId>,
}

/// Every reported variable of one draw, in reported units.
#[derive(Clone, Debug, PartialEq)]
pub struct Impact {
    /// By (country, variable).
    pub countries: Vec<f64>,
    /// By (country, sector, variable).
    pub sectors: Vec<f64>,
    /// By (flow row, variable).
    pub flows: Vec<f64>,
}

/// Baseline and counterfactual of one draw.
#[derive(Clone, Copy)]
pub struct Comparison<'a> {
    /// The world with the policy.
    pub world: &'a World<'a>,
    /// The draw.
    pub parameters: &'a Parameters,
    /// The equilibrium at observed policy.
    pub baseline: &'a Equilibrium,
    /// The equilibrium under the policy.
    pub counterfactual: &'a Equilibrium,
}

impl Impact {
    /// Computes every variable, for the given flow rows.
    pub fn new(comparison: Comparison<'_>, rows: &[FlowRow]) -> Self {
        let Comparison { world, parameters, baseline, counterfactual } = comparison;
        let accounts = world.accounts;
        let view = View {
            accounts,
            mode: world.policy.exempt_mode,
            comparison,
            before: Levels::new(accounts, world.deficits, parameters, baseline),
            after: Levels::new(accounts, world.deficits, parameters, counterfactual),
        };
        let sums = view.sums();
        let prices = consumer_prices(accounts, baseline, counterfactual);
        Self {
            countries: view.countries(&sums, &prices),
            sectors: view.sectors(&sums),
            flows: rows.iter().flat_map(|row| view.flow(*row, &sums, &prices)).collect(),
        }
    }
}

struct View<'a> {
    accounts: &'a Accounts,
    mode: ExemptMode,
    comparison: Comparison<'a>,
    before: Levels,
    after: Levels,
}

impl View<'_> {
    /// A flow that policy leaves alone.
    fn unchanged(&self, flow: Flow) -> FlowLevels {
        let share = self.accounts.share.get(flow);
        let rate = self.accounts.tariff.table().get(flow);
        let weights = CellShares::untouched(share, rate);
        self.levels(flow, weights, weights, rate, rate, 1.0)
    }

    /// A flow that policy changes.
    fn changed(&self, cell: &ChangedCell) -> FlowLevels {
        let flow = cell.change.flow;
        let parameters = self.comparison.parameters;
        let theta = parameters.theta[flow.sector.index()];
        let after = cell.weights(theta, &parameters.exempt_shares, self.mode);
        let rate = mean_rate(&cell.change.parts(&parameters.exempt_shares, self.mode)).fraction();
        self.levels(flow, cell.observed(), after, cell.rate, rate, cell.change.cost.factor())
    }

    fn levels(
        &self,
        flow: Flow,
        before: CellShares,
        after: CellShares,
        rate_before: f64,
        rate_after: f64,
        cost: f64,
    ) -> FlowLevels {
        let n = self.accounts.shape.countries;
        let (buyer, seller) = (
            flow.sector.index() * n + flow.importer.index(),
            flow.sector.index() * n + flow.exporter.index(),
        );
        let scale = |levels: &Levels| levels.cost_power[seller] * levels.scaled_spending[buyer];
        let (scale_before, scale_after) = (scale(&self.before), scale(&self.after));
        let closed = cost.is_infinite();
        let price = if closed { f64::NAN } else { self.cost_hat(seller) * cost };
        let value = after.net * scale_after;
        FlowLevels {
            before: before.net * scale_before,
            after: value,
            gross_before: before.gross * scale_before,
            gross_after: after.gross * scale_after,
            volume: if closed { 0.0 } else { value / price },
            price,
            cost,
            rate_before,
            rate_after,
        }
    }

    /// ĉ between baseline and counterfactual, at (sector, country).
    fn cost_hat(&self, at: usize) -> f64 {
        exp(self.after.log_cost[at] - self.before.log_cost[at])
    }

    /// One pass over all flows: rows of unchanged flows first, then the changed ones one by one.
    fn sums(&self) -> Sums {
        let Shape { countries: n, sectors: j } = self.accounts.shape;
        let mut sums = Sums::new(self.accounts.shape);
        let mut abroad = vec![0.0; n];
        for sector in 0..j {
            let at = sector * n..(sector + 1) * n;
            let cost_hats: Vec<f64> = at.map(|at| self.cost_hat(at)).collect();
            let inverse_hats: Vec<f64> = cost_hats.iter().map(|hat| 1.0 / hat).collect();
            let mut exports = ExportSums::new(n);
            for importer in 0..n {
                let net = self.comparison.world.shares.net.row(sector, importer);
                self.add_home(sector, importer, net[importer], &mut sums);
                abroad.copy_from_slice(net);
                abroad[importer] = 0.0;
                let row = self.row(sector, importer, &abroad, [&cost_hats, &inverse_hats]);
                self.add_row(sector, importer, row, &mut sums, &mut exports);
            }
            sums.add_exports(self.accounts, sector, &cost_hats, &exports);
            for cell in self.comparison.world.shares.changed_in(sector).1 {
                sums.add(self.accounts, cell.change.flow, self.changed(cell), cost_hats[cell.exporter]);
            }
        }
        sums
    }

    /// Adds what a country sells at home.
    fn add_home(&self, sector: usize, country: usize, net: f64, sums: &mut Sums) {
        let at = sector * self.accounts.shape.countries + country;
        let sold = |levels: &Levels| net * levels.cost_power[at] * levels.scaled_spending[at];
        let pair = &mut sums.pairs[country * self.accounts.shape.sectors + sector];
        add(&mut pair.output, [sold(&self.before), sold(&self.after)]);
    }

    /// What an importer buys abroad in a sector; changed flows have no share in `abroad`.
    fn row<'r>(
        &'r self,
        sector: usize,
        importer: usize,
        abroad: &'r [f64],
        [cost_hats, inverse_hats]: [&'r [f64]; 2],
    ) -> Row<'r> {
        let n = self.accounts.shape.countries;
        let levels = [&self.before, &self.after];
        Row {
            net: abroad,
            rates: self.accounts.tariff.table().row(sector, importer),
            powers: levels.map(|levels| &levels.cost_power[sector * n..(sector + 1) * n]),
            buys: levels.map(|levels| levels.scaled_spending[sector * n + importer]),
            cost_hats,
            inverse_hats,
        }
    }

    /// Adds what an importer buys abroad in a sector at unchanged rates and trade costs.
    fn add_row(
        &self,
        sector: usize,
        importer: usize,
        row: Row<'_>,
        sums: &mut Sums,
        exports: &mut ExportSums,
    ) {
        let found = row::add_row(row, &mut exports.columns());
        let mut country = CountrySums {
            imports: found.imports,
            revenue: found.revenue,
            import_volume: found.volume,
            import_prices: found.prices,
            import_costs: found.prices,
            taxed_volume: found.taxed_volume,
            ..CountrySums::default()
        };
        if self.accounts.goods[sector] {
            country.goods_imports = found.imports;
            country.goods_revenue = found.revenue;
            country.fixed_weight_revenue = found.revenue[0];
            sums.goods.add_row(importer, row);
        }
        add(&mut sums.pairs[importer * self.accounts.shape.sectors + sector].imports, found.imports);
        sums.countries[importer].add_imports(&country);
    }

    /// Variables by (country, variable).
    fn countries(&self, sums: &Sums, prices: &[f64]) -> Vec<f64> {
        (0..self.accounts.shape.countries)
            .flat_map(|country| self.country(country, &sums.countries[country], prices[country]))
            .collect()
    }

    fn country(&self, country: usize, sums: &CountrySums, price: f64) -> [f64; CountryVariable::ALL.len()] {
        use CountryVariable as V;
        let income =
            |levels: &Levels, revenue: f64| levels.wage_bill[country] + revenue + levels.deficit[country];
        let before = income(&self.before, sums.revenue[0]);
        let income_hat = income(&self.after, sums.revenue[1]) / before;
        let wage_hat = exp(
            self.comparison.counterfactual.log_wage[country] - self.comparison.baseline.log_wage[country]
        );
        let transfer = self.after.deficit[country] - self.before.deficit[country];
        let of_income = |value: f64| 100.0 * value / before;
        let first_order = [
            (V::TermsOfTradeFirstOrder, of_income(sums.terms_of_trade_gain())),
            (V::VolumeOfTradeFirstOrder, of_income(sums.taxed_volume)),
            (V::TechnologyFirstOrder, of_income(0.0 - sums.resource_cost)),
            (V::TransferFirstOrder, of_income(transfer)),
        ];
        let mut values = [0.0; V::ALL.len()];
        let mut set = |variable: V, value: f64| values[variable.index()] = defined(value);
        for (variable, value) in first_order {
            set(variable, value);
        }
        set(V::WelfareFirstOrder, first_order.iter().map(|(_, value)| value).sum());
        set(V::Welfare, percent(income_hat / price));
        set(V::WelfareUsd, before * (income_hat / price - 1.0));
        set(V::RealWage, percent(wage_hat / price));
        set(V::Wage, percent(wage_hat));
        set(V::ConsumerPrices, percent(price));
        set(V::Income, percent(income_hat));
        set(V::TermsOfTrade, percent(sums.terms_of_trade()));
        set(V::Exports, percent(sums.exports[1] / sums.exports[0]));
        set(V::Imports, percent(sums.imports[1] / sums.imports[0]));
        set(V::ExportsVolume, percent(sums.export_volume / sums.exports[0]));
        set(V::ImportsVolume, percent(sums.import_volume / sums.imports[0]));
        set(V::TradeBalance, 0.0 - transfer);
        set(V::TariffRevenue, sums.revenue[1] - sums.revenue[0]);
        let [goods_before, goods_after] = sums.goods_imports;
        set(V::EffectiveRateBaseline, 100.0 * sums.goods_revenue[0] / goods_before);
        set(V::EffectiveRateFixedWeights, 100.0 * sums.fixed_weight_revenue / goods_before);
        set(V::EffectiveRate, 100.0 * sums.goods_revenue[1] / goods_after);
        values
    }

    /// Variables by (country, sector, variable).
    fn sectors(&self, sums: &Sums) -> Vec<f64> {
        use SectorVariable as V;
        let Shape { countries: n, sectors: j } = self.accounts.shape;
        let Comparison { baseline, counterfactual, .. } = self.comparison;
        let mut values = Vec::with_capacity(n * j * V::ALL.len());
        for (pair, sums) in sums.pairs.iter().enumerate() {
            let (country, sector) = (pair / j, pair % j);
            let cost = self.cost_hat(sector * n + country);
            let output = sums.output[1] / sums.output[0];
            let wage = exp(counterfactual.log_wage[country] - baseline.log_wage[country]);
            let price = exp(counterfactual.log_price[pair] - baseline.log_price[pair]);
            let makes = sums.output[0] > 0.0;
            let buys = self.accounts.expenditure[pair] > 0.0;
            let here = |exists: bool, value: f64| if exists { value } else { f64::NAN };
            values.extend(V::ALL.iter().map(|variable| match variable {
                V::Output => percent(output / cost),
                V::OutputPrice => here(makes, percent(cost)),
                V::BuyerPrice => here(buys, percent(price)),
                V::Imports => percent(sums.imports[1] / sums.imports[0]),
                V::Exports => percent(sums.exports[1] / sums.exports[0]),
                V::Employment => percent(output / wage),
            }));
        }
        values
    }

    /// The variables of one flow row.
    fn flow(&self, row: FlowRow, sums: &Sums, prices: &[f64]) -> [f64; FlowVariable::ALL.len()] {
        let (importer, exporter) = (row.importer.index(), row.exporter.index());
        let (rate, value, volume, border, buyer) = match row.sector {
            Some(sector) => self.sector_flow(Flow { sector, importer: row.importer, exporter: row.exporter }),
            None => {
                let (goods, at) = (&sums.goods, importer * self.accounts.shape.countries + exporter);
                let base = goods.value[0][at];
                let (volume, value) = (goods.volume[at] / base, goods.value[1][at] / base);
                let gross = goods.gross[1][at] / goods.gross[0][at];
                (goods.rate_change[at] / base, value, volume, value / volume, gross / volume)
            }
        };
        let price = prices[importer];
        std::array::from_fn(|at| match FlowVariable::ALL[at] {
            FlowVariable::Rate => 100.0 * rate,
            FlowVariable::BorderPrice => percent(border),
            FlowVariable::BuyerPrice => percent(buyer),
            FlowVariable::BorderPriceReal => percent(border / price),
            FlowVariable::BuyerPriceReal => percent(buyer / price),
            FlowVariable::Volume => percent(volume),
            FlowVariable::Value => percent(value),
        })
    }

    /// Change of the rate, and the ratios of value, volume, border price and buyer price, of one flow.
    fn sector_flow(&self, flow: Flow) -> (f64, f64, f64, f64, f64) {
        let (_, cells) = self.comparison.world.shares.changed_in(flow.sector.index());
        let key = |cell: &ChangedCell| (cell.importer, cell.exporter);
        let levels = match cells.binary_search_by_key(&(flow.importer.index(), flow.exporter.index()), key) {
            Ok(at) => self.changed(&cells[at]),
            Err(_) => self.unchanged(flow),
        };
        let value = levels.after / levels.before;
        let markup = levels.gross_after / levels.after / (1.0 + levels.rate_before);
        let traded = levels.before > 0.0;
        let price = if traded { levels.price } else { f64::NAN };
        (
            levels.rate_after - levels.rate_before,
            value,
            levels.volume / levels.before,
            price,
            if traded && levels.rate_after.to_bits() == levels.rate_before.to_bits() {
                price
            } else {
                price * markup
            },
        )
    }
}

/// A ratio as a percentage change; a change of nothing has no value.
fn percent(ratio: f64) -> f64 {
    defined(100.0 * (ratio - 1.0))
}

/// What is infinite has no value either.
fn defined(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::NAN }
}

/// P̂_n = Π_j P̂_nj^α_nj by country.
fn consumer_prices(accounts: &Accounts, before: &Equilibrium, after: &Equilibrium) -> Vec<f64> {
    let j = accounts.shape.sectors;
    (0..accounts.shape.countries)
        .map(|country| {
            let pairs = country * j..(country + 1) * j;
            exp(pairs.map(|p| accounts.final_share[p] * (after.log_price[p] - before.log_price[p])).sum())
        })
        .collect()
}
