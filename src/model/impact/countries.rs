//! Variables by (country, variable).

use std::array::from_fn;

use crate::model::impact::touched::FlowLevels;
use crate::model::impact::untouched::Crossed;
use crate::model::impact::{View, defined, percent};
use crate::model::variable::CountryVariable;
use crate::numerics::functions::exp;
use crate::numerics::lanes::lane;

/// Sums over the flows of a country, foreign unless said; pairs are before and after.
#[derive(Clone, Copy, Debug)]
struct Sums<T> {
    exports: [T; 2],
    imports: [T; 2],
    export_volume: T,
    import_volume: T,
    /// Σ M_b·p̂/d̂ over exports, Σ M_b·p̂ and Σ M_b·p̂/d̂ over imports.
    export_prices: T,
    import_prices: T,
    import_costs: T,
    /// Σ τ(M − M_b·p̂) over imports.
    taxed_volume: T,
    /// Σ M_b(d̂ − 1) over all suppliers, home included, less what firms that enter are worth.
    resource_cost: T,
    /// Tariff revenue.
    revenue: [T; 2],
    /// Revenue of export taxes, and rents of quotas, after; before there are none.
    export_tax: T,
    rents: T,
    /// Goods: imports, revenue, and revenue of new rates on old imports.
    goods_imports: [T; 2],
    goods_revenue: [T; 2],
    fixed_weight_revenue: T,
}

impl<const K: usize> View<'_, K> {
    /// All variables of all countries, from their consumer prices, by lane.
    pub(super) fn countries(&self, prices: &[[f64; K]]) -> [Vec<f64>; K] {
        let sums = self.sums();
        from_fn(|l| {
            let country =
                |country: usize| self.country(country, l, &sums[country].lane(l), prices[country][l]);
            (0..sums.len()).flat_map(country).collect()
        })
    }

    fn sums(&self) -> Vec<Sums<[f64; K]>> {
        let shape = self.measure.world.accounts.shape;
        let mut sums = vec![Sums::zero([0.0; K]); shape.countries];
        let mut crossed = Crossed::new(shape.countries);
        for sector in 0..shape.sectors {
            self.measure.abroad.cross(sector, self, &mut crossed);
            for (country, sums) in sums.iter_mut().enumerate() {
                self.add_untouched(sector, country, &crossed, sums);
            }
            let (first, cells) = self.measure.world.shares.changed_in(sector);
            for (at, cell) in cells.iter().enumerate() {
                let levels = self.changed(first + at);
                let importer = &mut sums[cell.importer];
                add_product(&mut importer.resource_cost, &levels.values[0], &[levels.cost - 1.0; K]);
                if cell.importer != cell.exporter {
                    importer.add_import(&levels, self.measure.world.accounts.goods[sector]);
                    sums[cell.exporter].add_export(&levels);
                }
            }
        }
        if let Some(scale) = &self.measure.world.scale {
            for (sums, gains) in sums.iter_mut().zip(self.variety_gains(scale)) {
                (0..K).for_each(|l| sums.resource_cost[l] -= gains[l]);
            }
        }
        sums
    }

    /// Adds what a country buys and sells abroad in a sector at unchanged rates and trade costs.
    fn add_untouched(&self, sector: usize, country: usize, crossed: &Crossed<K>, sums: &mut Sums<[f64; K]>) {
        let at = sector * self.measure.world.accounts.shape.countries + country;
        let both = [&self.before.side.untouched, &self.after.untouched];
        let imports = both.map(|side| lane::<K>(&side.imports, at));
        let revenue = both.map(|side| lane::<K>(&side.revenue, at));
        let exports = both.map(|side| lane::<K>(&side.exports, at));
        let prices = lane::<K>(&crossed.prices, country);
        let revenue_at_new_prices = lane::<K>(&crossed.revenue, country);
        let cost_hat = lane::<K>(&self.cost_hat, at);
        add_both(&mut sums.imports, imports);
        add_both(&mut sums.exports, exports);
        add_both(&mut sums.revenue, revenue);
        add(&mut sums.import_volume, lane::<K>(&crossed.volume, country));
        add(&mut sums.import_prices, prices);
        add(&mut sums.import_costs, prices);
        add(&mut sums.taxed_volume, &from_fn(|l| revenue[1][l] - revenue_at_new_prices[l]));
        add(&mut sums.export_volume, &from_fn(|l| exports[1][l] / cost_hat[l]));
        add_product(&mut sums.export_prices, exports[0], cost_hat);
        if self.measure.world.accounts.goods[sector] {
            add_both(&mut sums.goods_imports, imports);
            add_both(&mut sums.goods_revenue, revenue);
            add(&mut sums.fixed_weight_revenue, revenue[0]);
        }
    }

    fn country(
        &self,
        country: usize,
        l: usize,
        sums: &Sums<f64>,
        price: f64,
    ) -> [f64; CountryVariable::GENERAL.len()] {
        use CountryVariable as V;
        let [before, after] = [&self.before.side.levels, &self.after.levels];
        let at = country * K + l;
        let transfer = after.deficit[at] - before.deficit[at];
        let income = before.wage_bill[at] + sums.revenue[0] + before.deficit[at];
        let beside_wages = sums.revenue[1] + (sums.export_tax + sums.rents);
        let income_hat = (after.wage_bill[at] + beside_wages + after.deficit[at]) / income;
        let wage_hat =
            exp(self.draws[l].counterfactual.log_wage[country] - self.draws[l].baseline.log_wage[country]);
        let of_income = |value: f64| 100.0 * value / income;
        let first_order = [
            (V::TermsOfTradeFirstOrder, of_income(sums.terms_of_trade_gain())),
            (V::VolumeOfTradeFirstOrder, of_income(sums.taxed_volume)),
            (V::TechnologyFirstOrder, of_income(0.0 - sums.resource_cost)),
            (V::TransferFirstOrder, of_income(transfer)),
        ];
        let mut values = [0.0; V::GENERAL.len()];
        let mut set = |variable: V, value: f64| values[variable.index()] = defined(value);
        for (variable, value) in first_order {
            set(variable, value);
        }
        set(V::WelfareFirstOrder, first_order.iter().map(|(_, value)| value).sum());
        set(V::Welfare, percent(income_hat / price));
        set(V::WelfareUsd, income * (income_hat / price - 1.0));
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
        set(V::ExportTaxRevenue, sums.export_tax);
        set(V::QuotaRents, sums.rents);
        let [goods_before, goods_after] = sums.goods_imports;
        set(V::EffectiveRateBaseline, 100.0 * sums.goods_revenue[0] / goods_before);
        set(V::EffectiveRateFixedWeights, 100.0 * sums.fixed_weight_revenue / goods_before);
        set(V::EffectiveRate, 100.0 * sums.goods_revenue[1] / goods_after);
        values
    }
}

impl<T: Copy> Sums<T> {
    fn zero(zero: T) -> Self {
        Self {
            exports: [zero; 2],
            imports: [zero; 2],
            export_volume: zero,
            import_volume: zero,
            export_prices: zero,
            import_prices: zero,
            import_costs: zero,
            taxed_volume: zero,
            resource_cost: zero,
            revenue: [zero; 2],
            export_tax: zero,
            rents: zero,
            goods_imports: [zero; 2],
            goods_revenue: [zero; 2],
            fixed_weight_revenue: zero,
        }
    }
}

impl<const K: usize> Sums<[f64; K]> {
    fn lane(&self, l: usize) -> Sums<f64> {
        let both = |values: &[[f64; K]; 2]| [values[0][l], values[1][l]];
        Sums {
            exports: both(&self.exports),
            imports: both(&self.imports),
            export_volume: self.export_volume[l],
            import_volume: self.import_volume[l],
            export_prices: self.export_prices[l],
            import_prices: self.import_prices[l],
            import_costs: self.import_costs[l],
            taxed_volume: self.taxed_volume[l],
            resource_cost: self.resource_cost[l],
            revenue: both(&self.revenue),
            export_tax: self.export_tax[l],
            rents: self.rents[l],
            goods_imports: both(&self.goods_imports),
            goods_revenue: both(&self.goods_revenue),
            fixed_weight_revenue: self.fixed_weight_revenue[l],
        }
    }

    /// Adds a changed flow to its exporter.
    fn add_export(&mut self, levels: &FlowLevels<K>) {
        add_both(&mut self.exports, levels.values.each_ref());
        add(&mut self.export_volume, &levels.volume);
        add_product(&mut self.export_prices, &levels.values[0], &levels.export_price);
        add(&mut self.export_tax, &levels.export_tax);
        add(&mut self.rents, &levels.exporter_rent);
    }

    /// Adds a changed flow to its importer.
    fn add_import(&mut self, levels: &FlowLevels<K>, is_good: bool) {
        let ([before, after], revenue) = (&levels.values, levels.revenue());
        add_both(&mut self.imports, levels.values.each_ref());
        add_both(&mut self.revenue, revenue.each_ref());
        add(&mut self.import_volume, &levels.volume);
        add_product(&mut self.import_prices, before, &levels.price);
        add_product(&mut self.import_costs, before, &levels.export_price);
        add(&mut self.rents, &levels.importer_rent);
        let more = from_fn(|l| levels.rate_before * (after[l] - before[l] * levels.price[l]));
        add(&mut self.taxed_volume, &more);
        if is_good {
            add_both(&mut self.goods_imports, levels.values.each_ref());
            add_both(&mut self.goods_revenue, revenue.each_ref());
            add_product(&mut self.fixed_weight_revenue, &levels.rate_after, before);
        }
    }
}

impl Sums<f64> {
    /// Σ_j Σ_i [M_inj(p̂_inj/d̂_inj − 1) − M_nij(p̂_nij/d̂_nij − 1)].
    fn terms_of_trade_gain(&self) -> f64 {
        (self.export_prices - self.exports[0]) - (self.import_costs - self.imports[0])
    }

    /// [Σ M_inj p̂_inj/d̂_inj / Σ M_inj] / [Σ M_nij p̂_nij / Σ M_nij].
    fn terms_of_trade(&self) -> f64 {
        (self.export_prices / self.exports[0]) / (self.import_prices / self.imports[0])
    }
}

fn add<const K: usize>(sum: &mut [f64; K], values: &[f64; K]) {
    for l in 0..K {
        sum[l] += values[l];
    }
}

fn add_both<const K: usize>(sums: &mut [[f64; K]; 2], values: [&[f64; K]; 2]) {
    sums.iter_mut().zip(values).for_each(|(sum, values)| add(sum, values));
}

fn add_product<const K: usize>(sum: &mut [f64; K], a: &[f64; K], b: &[f64; K]) {
    for l in 0..K {
        sum[l] += a[l] * b[l];
    }
}
