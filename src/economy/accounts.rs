//! Calibration: from a dataset to the accounts that a model starts from.

use thiserror::Error;

use crate::bilateral::{Bilateral, Flow, Shape};
use crate::economy::dataset::{Dataset, FinalDemand, SectorKind};
use crate::economy::totals::{balances, expenditure, outputs};
use crate::index::{CountryId, Position};
use crate::units::AdValorem;

/// Observed tariffs: zero at home, above −1 everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct TariffSchedule(Bilateral);

impl TariffSchedule {
    /// A schedule from rates as fractions; `None` if one is not above −1 or a domestic one is not zero.
    pub fn new(rates: Bilateral) -> Option<Self> {
        let shape = rates.shape();
        let sound = rates.values().iter().enumerate().all(|(cell, &rate)| {
            rate.is_finite() && rate > -1.0 && (rate == 0.0 || !shape.flow(cell).is_domestic())
        });
        sound.then_some(Self(rates))
    }

    /// The rate on a flow.
    pub fn rate(&self, flow: Flow) -> AdValorem {
        AdValorem::new(self.0.get(flow)).expect("checked when the schedule was made")
    }

    /// All rates, as fractions.
    pub fn table(&self) -> &Bilateral {
        &self.0
    }
}

/// The accounts of a world economy, to which all ratios (hats) of a solution refer.
///
/// Pairs (country, sector) lie at `country * sectors + sector`; bilateral tables are by (sector, importer,
/// exporter). Money is in the dataset's unit. The accounts need not be an equilibrium: [`crate::model`] solves
/// the baseline from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Accounts {
    /// Countries and sectors.
    pub shape: Shape,
    /// Which sectors are goods.
    pub goods: Vec<bool>,
    /// Tariff-inclusive expenditure shares of exporters, π; the shares of a pair sum to 1, or to 0 without trade.
    pub share: Bilateral,
    /// Observed tariffs τ.
    pub tariff: TariffSchedule,
    /// Value added per unit of output, γ_nj, by pair.
    pub value_added_share: Vec<f64>,
    /// Spending on an input per unit of output, by (country, input, output).
    pub input_share: Vec<f64>,
    /// Shares of final demand α_nj, by pair; they sum to 1 in each country.
    pub final_share: Vec<f64>,
    /// Tariff-inclusive expenditure X_nj, by pair.
    pub expenditure: Vec<f64>,
    /// Value added w_n·L_n, by country.
    pub value_added: Vec<f64>,
    /// Imports less exports D_n, by country; they sum to 0.
    pub deficit: Vec<f64>,
}

/// What calibration had to mend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CalibrationNotes {
    /// Negative final demands set to zero.
    pub clamped: usize,
    /// Input coefficients moved to value added because the country has no supply of that input at all.
    pub inputs_without_supply: usize,
}

/// Why a dataset has no accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CalibrationError {
    /// A country has no value added, so no income to spend.
    #[error("a country has no value added")]
    NoValueAdded {
        /// The country.
        country: CountryId,
    },
    /// A country has no final demand.
    #[error("a country has no final demand")]
    NoFinalDemand {
        /// The country.
        country: CountryId,
    },
}

impl Accounts {
    /// Calibrates the accounts; with `inputs = false` sectors use labour only.
    ///
    /// Residual final demand is F = E − Σ_u coefficient·Y (dataset identities, `docs/data.md`); given final
    /// demand is used for its shares. Without inputs all absorption is final demand.
    ///
    /// # Errors
    /// [`CalibrationError`] when a country has no value added or no final demand.
    pub fn calibrate(dataset: &Dataset, inputs: bool) -> Result<(Self, CalibrationNotes), CalibrationError> {
        let shape = dataset.shape();
        let mut notes = CalibrationNotes::default();
        let (share, expenditure) = expenditure_shares(dataset);
        let output = outputs(&dataset.trade);
        let mut input_share = match &dataset.inputs {
            Some(coefficients) if inputs => coefficients.clone(),
            _ => vec![0.0; shape.pairs() * shape.sectors],
        };
        drop_unsupplied_inputs(shape, &expenditure, &mut input_share, &mut notes);
        let value_added_share = value_added_shares(shape, &input_share);
        let final_demand = match &dataset.final_demand {
            FinalDemand::Given(values) if inputs => supplied_only(values, &expenditure),
            _ => residual_demand(shape, &expenditure, &input_share, &output, &mut notes),
        };
        let value_added = match &dataset.value_added {
            Some(values) if inputs => country_sums(shape, values),
            _ => country_sums(shape, &product(&value_added_share, &output)),
        };
        let accounts = Self {
            shape,
            goods: dataset.kinds.iter().map(|&kind| kind == SectorKind::Goods).collect(),
            share,
            tariff: TariffSchedule::new(dataset.tariffs.clone())
                .expect("a dataset's tariffs are zero at home and above -1"),
            value_added_share,
            input_share,
            final_share: normalised(shape, &final_demand)?,
            expenditure,
            value_added,
            deficit: deficits(dataset),
        };
        match accounts.value_added.iter().position(|&value| value <= 0.0) {
            Some(country) => Err(CalibrationError::NoValueAdded { country: CountryId::at(country) }),
            None => Ok((accounts, notes)),
        }
    }

    /// Flow values before tariff, πX/(1+τ).
    pub fn flow_values(&self) -> Bilateral {
        let (n, j) = (self.shape.countries, self.shape.sectors);
        let mut values = self.share.values().to_vec();
        for (pair, row) in values.chunks_exact_mut(n).enumerate() {
            let (sector, importer) = (pair / n, pair % n);
            let spent = self.expenditure[importer * j + sector];
            for (value, rate) in row.iter_mut().zip(self.tariff.table().row(sector, importer)) {
                *value *= spent / (1.0 + rate);
            }
        }
        Bilateral::from_values(self.shape, values)
    }

    /// Share of a country's spending on a sector that stays at home, by pair.
    pub fn domestic_share(&self) -> Vec<f64> {
        let j = self.shape.sectors;
        (0..self.shape.pairs()).map(|pair| self.share.row(pair % j, pair / j)[pair / j]).collect()
    }

    /// Income I_n = w_n·L_n + R_n + D_n by country, R the tariff revenue.
    pub fn incomes(&self) -> Vec<f64> {
        let (flows, j) = (self.flow_values(), self.shape.sectors);
        let revenue = |country: usize| -> f64 {
            let of = |pair: usize| self.expenditure[pair] - flows.row(pair % j, country).iter().sum::<f64>();
            (country * j..(country + 1) * j).map(of).sum()
        };
        let earned = self.value_added.iter().zip(&self.deficit).enumerate();
        earned.map(|(country, (wages, deficit))| wages + revenue(country) + deficit).collect()
    }

    /// World value added, the numeraire.
    pub fn world_value_added(&self) -> f64 {
        self.value_added.iter().sum()
    }
}

/// Tariff-inclusive expenditure E_nj and its shares by exporter.
fn expenditure_shares(dataset: &Dataset) -> (Bilateral, Vec<f64>) {
    let shape = dataset.shape();
    let n = shape.countries;
    let expenditure = expenditure(&dataset.trade, &dataset.tariffs);
    let mut share = dataset.trade.values().to_vec();
    for (value, rate) in share.iter_mut().zip(dataset.tariffs.values()) {
        *value *= 1.0 + rate;
    }
    for (pair, row) in share.chunks_exact_mut(n).enumerate() {
        let total = expenditure[pair % n * shape.sectors + pair / n];
        if total > 0.0 {
            row.iter_mut().for_each(|value| *value /= total);
        }
    }
    (Bilateral::from_values(shape, share), expenditure)
}

/// An input that a country neither makes nor buys cannot be used: its coefficient becomes value added.
fn drop_unsupplied_inputs(
    shape: Shape,
    expenditure: &[f64],
    input_share: &mut [f64],
    notes: &mut CalibrationNotes,
) {
    for (coefficients, _) in
        input_share.chunks_exact_mut(shape.sectors).zip(expenditure).filter(|(_, spent)| **spent <= 0.0)
    {
        notes.inputs_without_supply += coefficients.iter().filter(|value| **value > 0.0).count();
        coefficients.fill(0.0);
    }
}

/// γ_nj = 1 − Σ_k γ_nkj, by pair.
fn value_added_shares(shape: Shape, input_share: &[f64]) -> Vec<f64> {
    let j = shape.sectors;
    let mut shares = vec![1.0; shape.pairs()];
    for (row, coefficients) in input_share.chunks_exact(j).enumerate() {
        let country = row / j;
        for (share, coefficient) in shares[country * j..(country + 1) * j].iter_mut().zip(coefficients) {
            *share -= coefficient;
        }
    }
    // Coefficients that sum to 1 up to rounding leave no value added, not a negative one.
    shares.iter_mut().for_each(|share| *share = share.max(0.0));
    shares
}

/// F_nk = E_nk − Σ_j γ_nkj·Y_nj, small negatives set to zero and counted.
fn residual_demand(
    shape: Shape,
    expenditure: &[f64],
    input_share: &[f64],
    output: &[f64],
    notes: &mut CalibrationNotes,
) -> Vec<f64> {
    let j = shape.sectors;
    let mut demand = expenditure.to_vec();
    for (pair, (value, coefficients)) in demand.iter_mut().zip(input_share.chunks_exact(j)).enumerate() {
        let outputs = &output[pair / j * j..(pair / j + 1) * j];
        *value -= coefficients.iter().zip(outputs).map(|(share, output)| share * output).sum::<f64>();
        if *value < 0.0 {
            *value = 0.0;
            notes.clamped += 1;
        }
    }
    demand
}

/// Given final demand, without what the country has no supply of.
fn supplied_only(values: &[f64], expenditure: &[f64]) -> Vec<f64> {
    values.iter().zip(expenditure).map(|(value, spent)| if *spent > 0.0 { *value } else { 0.0 }).collect()
}

fn normalised(shape: Shape, demand: &[f64]) -> Result<Vec<f64>, CalibrationError> {
    let mut shares = demand.to_vec();
    for (country, row) in shares.chunks_exact_mut(shape.sectors).enumerate() {
        let total: f64 = row.iter().sum();
        if total <= 0.0 {
            return Err(CalibrationError::NoFinalDemand { country: CountryId::at(country) });
        }
        row.iter_mut().for_each(|value| *value /= total);
    }
    Ok(shares)
}

/// Imports less exports; those a dataset gives are shifted in proportion to nothing but their own size so that
/// the world's sum is zero.
fn deficits(dataset: &Dataset) -> Vec<f64> {
    let mut deficits = dataset.deficits.clone().unwrap_or_else(|| balances(&dataset.trade));
    let (sum, size) = (deficits.iter().sum::<f64>(), deficits.iter().map(|value| value.abs()).sum::<f64>());
    if size > 0.0 {
        deficits.iter_mut().for_each(|value| *value -= sum * value.abs() / size);
    }
    deficits
}

fn product(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

fn country_sums(shape: Shape, by_pair: &[f64]) -> Vec<f64> {
    by_pair.chunks_exact(shape.sectors).map(|row| row.iter().sum()).collect()
}
