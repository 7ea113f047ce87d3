//! Whether a dataset adds up, and by how much it does not.

use crate::bilateral::{Bilateral, Shape};
use crate::diagnostic::Diagnostic;
use crate::economy::dataset::{Dataset, FinalDemand};
use crate::economy::totals::{balances, expenditure, outputs};
use crate::index::{CountryId, Position, SectorId};
use crate::table::grouped;

/// Gaps below this share of a country's output are rounding and not reported.
pub const TOLERANCE: f64 = 1e-6;

/// Residuals below this share of what they are the difference of are rounding of the arithmetic itself.
const ARITHMETIC: f64 = 1e-12;

/// The accounts that follow from trade, tariffs and input coefficients. Pairs are by (country, sector).
#[derive(Clone, Debug)]
pub struct Accounts {
    shape: Shape,
    /// Output Y: what a sector sells at home and abroad, before tariff.
    pub output: Vec<f64>,
    /// Absorption E: what a country buys from all origins, tariffs included.
    pub absorption: Vec<f64>,
    /// What a country's sectors buy as inputs.
    pub input_use: Vec<f64>,
    /// Value added: output less inputs.
    pub value_added: Vec<f64>,
    /// Imports less exports, by country.
    pub deficits: Vec<f64>,
    /// Tariff revenue, by country.
    pub tariff_revenue: Vec<f64>,
}

impl Accounts {
    /// The accounts of tables of the same shape; `inputs` by (country, input, output).
    pub fn new(trade: &Bilateral, tariffs: &Bilateral, inputs: Option<&[f64]>) -> Self {
        let shape = trade.shape();
        let output = outputs(trade);
        let mut accounts = Self {
            shape,
            absorption: expenditure(trade, tariffs),
            input_use: vec![0.0; shape.pairs()],
            value_added: output.clone(),
            output,
            deficits: balances(trade),
            tariff_revenue: vec![0.0; shape.countries],
        };
        for (cell, (value, rate)) in trade.values().iter().zip(tariffs.values()).enumerate() {
            accounts.tariff_revenue[shape.flow(cell).importer.index()] += value * rate;
        }
        if let Some(inputs) = inputs {
            accounts.add_inputs(inputs);
        }
        accounts
    }

    /// The accounts of a dataset.
    pub fn of(dataset: &Dataset) -> Self {
        Self::new(&dataset.trade, &dataset.tariffs, dataset.inputs.as_deref())
    }

    fn add_inputs(&mut self, inputs: &[f64]) {
        let j = self.shape.sectors;
        for (at, &coefficient) in inputs.iter().enumerate() {
            let (country, input, output) = (at / (j * j), at / j % j, at % j);
            let spending = coefficient * self.output[country * j + output];
            self.input_use[country * j + input] += spending;
            self.value_added[country * j + output] -= spending;
        }
    }

    /// Output of a country over all sectors.
    pub fn country_output(&self, country: usize) -> f64 {
        sum(&self.output, country, self.shape.sectors)
    }

    /// Final demand as absorption less input use, by (country, sector); rounding of the arithmetic is removed.
    pub fn residual_final_demand(&self) -> Vec<f64> {
        let pairs = self.absorption.iter().zip(&self.input_use);
        pairs
            .map(|(bought, used)| {
                let residual = bought - used;
                if residual.abs() <= ARITHMETIC * bought.max(*used) { 0.0 } else { residual }
            })
            .collect()
    }
}

fn sum(pairs: &[f64], country: usize, sectors: usize) -> f64 {
    pairs[country * sectors..(country + 1) * sectors].iter().sum()
}

/// How far one adding-up condition fails.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// In how many places.
    pub count: usize,
    /// The sum of the absolute gaps.
    pub total: f64,
    /// The largest gap, with its sign.
    pub worst: f64,
    /// The country where it is largest.
    pub country: CountryId,
    /// The sector where it is largest, for conditions by sector.
    pub sector: Option<SectorId>,
}

impl Gap {
    /// The gap over some places; `None` when there are none.
    fn over(places: impl IntoIterator<Item = (CountryId, Option<SectorId>, f64)>) -> Option<Self> {
        places.into_iter().fold(None, |gap: Option<Self>, (country, sector, size)| {
            let here = Self { count: 1, total: size.abs(), worst: size, country, sector };
            Some(match gap {
                None => here,
                Some(gap) if here.total > gap.worst.abs() => {
                    Self { count: gap.count + 1, total: gap.total + here.total, ..here }
                }
                Some(gap) => Self { count: gap.count + 1, total: gap.total + here.total, ..gap },
            })
        })
    }

    fn place(&self, dataset: &Dataset) -> String {
        let country = dataset.countries.code(self.country);
        self.sector.map_or(format!("`{country}`"), |sector| {
            format!("`{}` of `{country}`", dataset.sectors.code(sector))
        })
    }
}

/// What a dataset holds and how well it adds up.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Number of countries.
    pub countries: usize,
    /// Number of sectors.
    pub sectors: usize,
    /// Number of flows above zero, domestic sales included.
    pub flows: usize,
    /// Number of tariffs other than zero.
    pub tariffs: usize,
    /// Number of input coefficients above zero.
    pub coefficients: usize,
    /// Value of all flows between countries.
    pub world_trade: f64,
    /// Value added of the world.
    pub world_value_added: f64,
    /// Cells in which sectors use more of a good than the country buys.
    pub negative_final_demand: Option<Gap>,
    /// Countries whose final demand is not value added + tariff revenue + deficit, as the data give these.
    pub adding_up: Option<Gap>,
}

impl Summary {
    /// The summary of a dataset.
    pub fn of(dataset: &Dataset) -> Self {
        let accounts = Accounts::of(dataset);
        let n = dataset.countries.len();
        let flows = dataset.trade.values().iter();
        let abroad = flows.clone().enumerate().filter(|(cell, _)| cell / n % n != cell % n);
        let coefficients = dataset.inputs.iter().flatten();
        Self {
            countries: n,
            sectors: dataset.sectors.len(),
            flows: flows.filter(|&&value| value > 0.0).count(),
            tariffs: dataset.tariffs.values().iter().filter(|rate| rate.abs() > 0.0).count(),
            coefficients: coefficients.filter(|&&coefficient| coefficient > 0.0).count(),
            world_trade: abroad.map(|(_, value)| value).sum(),
            world_value_added: dataset.value_added.as_ref().unwrap_or(&accounts.value_added).iter().sum(),
            negative_final_demand: negative_final_demand(dataset, &accounts),
            adding_up: adding_up(dataset, &accounts),
        }
    }

    /// The summary in plain words, one line a fact.
    pub fn lines(&self, dataset: &Dataset) -> Vec<String> {
        let unit = &dataset.unit;
        vec![
            listed(&[
                (self.countries, "country"),
                (self.sectors, "sector"),
                (self.flows, "flow"),
                (self.tariffs, "tariff"),
                (self.coefficients, "input coefficient"),
            ]),
            format!(
                "{} ({} by default), {}",
                counted(dataset.elasticities.len(), "elasticity set"),
                dataset.default_elasticities,
                counted(dataset.groups.len(), "group")
            ),
            format!("world trade {} {unit}", whole(self.world_trade)),
            format!("world value added {} {unit}", whole(self.world_value_added)),
            self.adding_up.as_ref().map_or("the accounts add up".to_owned(), |gap| {
                format!("largest adding-up gap {} {unit}, in {}", short(gap.worst), gap.place(dataset))
            }),
        ]
    }
}

fn negative_final_demand(dataset: &Dataset, accounts: &Accounts) -> Option<Gap> {
    let j = dataset.sectors.len();
    let residual = accounts.residual_final_demand().into_iter().enumerate();
    Gap::over(
        residual
            .filter(|(_, value)| *value < 0.0)
            .map(|(pair, value)| (CountryId::at(pair / j), Some(SectorId::at(pair % j)), value)),
    )
}

/// Σ_k F = value added + tariff revenue + deficit, with value added and deficits as the data give them.
fn adding_up(dataset: &Dataset, accounts: &Accounts) -> Option<Gap> {
    let j = dataset.sectors.len();
    let residual = accounts.residual_final_demand();
    let value_added = dataset.value_added.as_ref().unwrap_or(&accounts.value_added);
    let deficits = dataset.deficits.as_ref().unwrap_or(&accounts.deficits);
    Gap::over((0..dataset.countries.len()).filter_map(|n| {
        let income = sum(value_added, n, j) + accounts.tariff_revenue[n] + deficits[n];
        let gap = sum(&residual, n, j) - income;
        let wide = gap.abs() > TOLERANCE * accounts.country_output(n).max(income.abs());
        wide.then_some((CountryId::at(n), None, gap))
    }))
}

/// What a user should know about a dataset that can be used.
pub fn warnings(dataset: &Dataset) -> Vec<Diagnostic> {
    let accounts = Accounts::of(dataset);
    let gaps = [
        negative_final_demand(dataset, &accounts).map(|gap| negative_warning(dataset, &gap)),
        adding_up(dataset, &accounts).map(|gap| adding_up_warning(dataset, &gap)),
        deficits_warning(dataset),
    ];
    gaps.into_iter()
        .flatten()
        .chain(without(dataset, "output", |n| accounts.country_output(n)))
        .chain(without(dataset, "sales at home", |n| domestic_sales(dataset, n)))
        .chain(without(dataset, "final demand", |n| final_demand(dataset, &accounts, n)))
        .collect()
}

fn negative_warning(dataset: &Dataset, gap: &Gap) -> Diagnostic {
    let message = format!(
        "inputs used exceed what is bought in {} of {} cells, by {} {} in all; most in {} ({})",
        grouped(gap.count),
        grouped(dataset.shape().pairs()),
        short(gap.total),
        dataset.unit,
        gap.place(dataset),
        short(gap.worst)
    );
    Diagnostic::warning(message).help(match dataset.final_demand {
        FinalDemand::Residual => "final demand there is set to zero, and the baseline is solved anew",
        FinalDemand::Given(_) => {
            "final demand is given by the data, and the baseline is solved anew from its shares"
        }
    })
}

fn adding_up_warning(dataset: &Dataset, gap: &Gap) -> Diagnostic {
    let message = format!(
        "absorption less inputs is not value added + tariff revenue + deficit in {} of {} countries, by {} {} in all; \
         most in {} ({})",
        gap.count,
        dataset.countries.len(),
        short(gap.total),
        dataset.unit,
        gap.place(dataset),
        short(gap.worst)
    );
    Diagnostic::warning(message).help("the baseline is solved anew, so that its accounts add up")
}

fn deficits_warning(dataset: &Dataset) -> Option<Diagnostic> {
    let deficits = dataset.deficits.as_ref()?;
    let (sum, size) = (deficits.iter().sum::<f64>(), deficits.iter().map(|d| d.abs()).sum::<f64>());
    (sum.abs() > TOLERANCE * size).then(|| {
        let message =
            format!("the deficits of `deficits.csv` sum to {} {}, not zero", short(sum), dataset.unit);
        Diagnostic::warning(message)
    })
}

fn without(dataset: &Dataset, what: &str, amount: impl Fn(usize) -> f64) -> Option<Diagnostic> {
    let codes = dataset.countries.codes().iter().enumerate();
    let lacking: Vec<&str> =
        codes.filter(|(n, _)| amount(*n) <= 0.0).map(|(_, code)| code.as_str()).collect();
    let shown = lacking.iter().take(10).map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
    let more = match lacking.len().saturating_sub(10) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!lacking.is_empty()).then(|| Diagnostic::warning(format!("no {what} in {shown}{more}")))
}

fn domestic_sales(dataset: &Dataset, country: usize) -> f64 {
    (0..dataset.sectors.len()).map(|sector| dataset.trade.row(sector, country)[country]).sum()
}

fn final_demand(dataset: &Dataset, accounts: &Accounts, country: usize) -> f64 {
    let j = dataset.sectors.len();
    match &dataset.final_demand {
        FinalDemand::Given(values) => sum(values, country, j),
        FinalDemand::Residual => sum(&accounts.absorption, country, j) - sum(&accounts.input_use, country, j),
    }
}

/// A number for a message: about four figures.
pub(super) fn short(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size >= 1e15 => format!("{value:.3e}"),
        size if size >= 100.0 => format!("{value:.1}"),
        size if size >= 0.01 => format!("{value:.3}"),
        _ => format!("{value:.2e}"),
    }
}

/// A count with its noun: "1 row", "2 countries".
pub(super) fn counted(count: usize, noun: &str) -> String {
    let number = grouped(count);
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("{number} {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {noun}s"),
    }
}

fn listed(counts: &[(usize, &str)]) -> String {
    counts.iter().map(|(count, noun)| counted(*count, noun)).collect::<Vec<_>>().join(", ")
}

fn whole(value: f64) -> String {
    if value.abs() < 1e15 { grouped(value.round() as usize) } else { format!("{value:.3e}") }
}
