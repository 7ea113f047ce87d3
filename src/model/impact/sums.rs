//! Sums over flows from which the reported variables follow.

use crate::bilateral::{Flow, Shape};
use crate::economy::accounts::Accounts;
use crate::index::Position as _;
use crate::model::impact::row::{Columns, Row, add_goods};

/// One flow before and after.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FlowLevels {
    /// M before and after.
    pub(super) before: f64,
    pub(super) after: f64,
    /// Tariff-inclusive values before and after.
    pub(super) gross_before: f64,
    pub(super) gross_after: f64,
    /// M_b·q̂: the new volume at baseline prices.
    pub(super) volume: f64,
    /// p̂; not a number where trade is closed.
    pub(super) price: f64,
    /// d̂.
    pub(super) cost: f64,
    /// Observed rate, and the new rate at baseline weights.
    pub(super) rate_before: f64,
    pub(super) rate_after: f64,
}

/// Sums over flows, foreign unless said.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    /// By country.
    pub(super) countries: Vec<CountrySums>,
    /// By pair (country, sector).
    pub(super) pairs: Vec<PairSums>,
    /// Goods by (importer, exporter).
    pub(super) goods: GoodsSums,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CountrySums {
    pub(super) exports: [f64; 2],
    pub(super) imports: [f64; 2],
    pub(super) export_volume: f64,
    pub(super) import_volume: f64,
    /// Σ M_b·ĉ over exports, Σ M_b·p̂ and Σ M_b·ĉ over imports.
    pub(super) export_prices: f64,
    pub(super) import_prices: f64,
    pub(super) import_costs: f64,
    /// Σ τ(M − M_b·p̂) over imports.
    pub(super) taxed_volume: f64,
    /// Σ M_b(d̂ − 1) over all suppliers, home included.
    pub(super) resource_cost: f64,
    /// Tariff revenue.
    pub(super) revenue: [f64; 2],
    /// Goods: imports, revenue, and revenue of new rates on old imports.
    pub(super) goods_imports: [f64; 2],
    pub(super) goods_revenue: [f64; 2],
    pub(super) fixed_weight_revenue: f64,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PairSums {
    pub(super) output: [f64; 2],
    pub(super) exports: [f64; 2],
    pub(super) imports: [f64; 2],
}

/// Columns of one value a pair of countries.
#[derive(Clone, Debug)]
pub(super) struct GoodsSums {
    pub(super) value: [Vec<f64>; 2],
    pub(super) gross: [Vec<f64>; 2],
    pub(super) volume: Vec<f64>,
    /// Σ M_b(τ′ − τ).
    pub(super) rate_change: Vec<f64>,
}

/// What the exporters of one sector sell abroad, one value an exporter.
pub(super) struct ExportSums {
    pub(super) value: [Vec<f64>; 2],
    pub(super) volume: Vec<f64>,
}

impl Sums {
    pub(super) fn new(shape: Shape) -> Self {
        let column = || vec![0.0; shape.countries * shape.countries];
        Self {
            countries: vec![CountrySums::default(); shape.countries],
            pairs: vec![PairSums::default(); shape.pairs()],
            goods: GoodsSums {
                value: [column(), column()],
                gross: [column(), column()],
                volume: column(),
                rate_change: column(),
            },
        }
    }

    /// Adds what the exporters of a sector sell abroad at unchanged rates and trade costs.
    pub(super) fn add_exports(
        &mut self,
        accounts: &Accounts,
        sector: usize,
        cost_hats: &[f64],
        exports: &ExportSums,
    ) {
        for (exporter, cost_hat) in cost_hats.iter().enumerate() {
            let values = [exports.value[0][exporter], exports.value[1][exporter]];
            let pair = &mut self.pairs[exporter * accounts.shape.sectors + sector];
            add(&mut pair.output, values);
            add(&mut pair.exports, values);
            let country = &mut self.countries[exporter];
            add(&mut country.exports, values);
            country.export_volume += exports.volume[exporter];
            country.export_prices += values[0] * cost_hat;
        }
    }

    /// Adds a flow that policy changes.
    pub(super) fn add(&mut self, accounts: &Accounts, flow: Flow, levels: FlowLevels, cost_hat: f64) {
        let Shape { countries: n, sectors: j } = accounts.shape;
        let (importer, exporter) = (flow.importer.index(), flow.exporter.index());
        let sector = flow.sector.index();
        let values = [levels.before, levels.after];
        add(&mut self.pairs[exporter * j + sector].output, values);
        self.countries[importer].resource_cost += levels.before * (levels.cost - 1.0);
        if importer == exporter {
            return;
        }
        add(&mut self.pairs[exporter * j + sector].exports, values);
        add(&mut self.pairs[importer * j + sector].imports, values);
        self.countries[exporter].add_export(&levels, cost_hat);
        self.countries[importer].add_import(&levels, cost_hat, accounts.goods[sector]);
        if accounts.goods[sector] {
            self.goods.add(importer * n + exporter, &levels);
        }
    }
}

impl ExportSums {
    pub(super) fn new(countries: usize) -> Self {
        let column = || vec![0.0; countries];
        Self { value: [column(), column()], volume: column() }
    }

    pub(super) fn columns(&mut self) -> Columns<'_> {
        Columns { value: self.value.each_mut().map(Vec::as_mut_slice), volume: &mut self.volume }
    }
}

impl CountrySums {
    pub(super) fn add_export(&mut self, levels: &FlowLevels, cost_hat: f64) {
        add(&mut self.exports, [levels.before, levels.after]);
        self.export_volume += levels.volume;
        self.export_prices += levels.before * cost_hat;
    }

    pub(super) fn add_import(&mut self, levels: &FlowLevels, cost_hat: f64, goods: bool) {
        let imports = [levels.before, levels.after];
        let revenue = [levels.gross_before - levels.before, levels.gross_after - levels.after];
        let only = |is: bool, values: [f64; 2]| if is { values } else { [0.0; 2] };
        self.add_imports(&Self {
            imports,
            revenue,
            import_volume: levels.volume,
            import_prices: levels.before * levels.price,
            import_costs: levels.before * cost_hat,
            taxed_volume: levels.rate_before * (levels.after - levels.before * levels.price),
            goods_imports: only(goods, imports),
            goods_revenue: only(goods, revenue),
            fixed_weight_revenue: only(goods, [levels.rate_after * levels.before; 2])[0],
            ..Self::default()
        });
    }

    /// Adds the import side of other sums.
    pub(super) fn add_imports(&mut self, other: &Self) {
        add(&mut self.imports, other.imports);
        add(&mut self.revenue, other.revenue);
        self.import_volume += other.import_volume;
        self.import_prices += other.import_prices;
        self.import_costs += other.import_costs;
        self.taxed_volume += other.taxed_volume;
        add(&mut self.goods_imports, other.goods_imports);
        add(&mut self.goods_revenue, other.goods_revenue);
        self.fixed_weight_revenue += other.fixed_weight_revenue;
    }

    /// Σ_j Σ_i [M_inj(ĉ_nj − 1) − M_nij(ĉ_ij − 1)].
    pub(super) fn terms_of_trade_gain(&self) -> f64 {
        (self.export_prices - self.exports[0]) - (self.import_costs - self.imports[0])
    }

    /// [Σ M_inj ĉ_nj / Σ M_inj] / [Σ M_nij p̂_nij / Σ M_nij].
    pub(super) fn terms_of_trade(&self) -> f64 {
        (self.export_prices / self.exports[0]) / (self.import_prices / self.imports[0])
    }
}

impl GoodsSums {
    /// Adds what an importer buys abroad in a sector of goods.
    pub(super) fn add_row(&mut self, importer: usize, row: Row<'_>) {
        let n = row.net.len();
        let at = importer * n..(importer + 1) * n;
        let value = self.value.each_mut().map(|column| &mut column[at.clone()]);
        let gross = self.gross.each_mut().map(|column| &mut column[at.clone()]);
        add_goods(row, value, gross, &mut self.volume[at.clone()]);
    }

    pub(super) fn add(&mut self, at: usize, levels: &FlowLevels) {
        self.value[0][at] += levels.before;
        self.value[1][at] += levels.after;
        self.gross[0][at] += levels.gross_before;
        self.gross[1][at] += levels.gross_after;
        self.volume[at] += levels.volume;
        self.rate_change[at] += levels.before * (levels.rate_after - levels.rate_before);
    }
}

pub(super) fn add(sums: &mut [f64; 2], values: [f64; 2]) {
    sums[0] += values[0];
    sums[1] += values[1];
}
