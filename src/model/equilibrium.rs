//! What a solution is, and why there may be none.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::bilateral::{Flow, Shape};
use crate::index::{CountryId, Position as _, SectorId};

/// An equilibrium relative to the accounts it was solved from. It never exists unconverged.
///
/// Prices and wages are kept as logarithms of ratios (hats), so that a solution from a solution is the same to
/// the bit. By pair means (country, sector) at `country * sectors + sector`.
#[derive(Clone, Debug, PartialEq)]
pub struct Equilibrium {
    /// ln ŵ by country.
    pub log_wage: Vec<f64>,
    /// ln P̂ by pair: the price of the composite of all origins.
    pub log_price: Vec<f64>,
    /// X̂ by pair.
    pub expenditure: Vec<f64>,
    /// ln(ŵ_nj/ŵ_n) by pair: what a sector pays relative to its country; empty where every sector pays the same.
    pub log_relative_wage: Vec<f64>,
    /// ln(Ŷ/ĉ) by pair: how many firms a sector has; empty where there are no economies of scale.
    pub log_scale: Vec<f64>,
    /// ln(1 + ω) by wedge, where tariffs depend on the outcome ([`crate::model::wedges`]).
    pub wedges: Vec<f64>,
    /// Sweeps it took.
    pub iterations: usize,
    /// The largest relative residual of any equation.
    pub residual: f64,
}

impl Equilibrium {
    /// No change: where to start when nothing better is known.
    pub fn unchanged(shape: Shape) -> Self {
        Self {
            log_wage: vec![0.0; shape.countries],
            log_price: vec![0.0; shape.pairs()],
            expenditure: vec![1.0; shape.pairs()],
            log_relative_wage: Vec::new(),
            log_scale: Vec::new(),
            wedges: Vec::new(),
            iterations: 0,
            residual: 0.0,
        }
    }

    /// ln ŵ_nj: the wage that a pair pays.
    pub fn log_sector_wage(&self, country: usize, pair: usize) -> f64 {
        self.log_wage[country] + self.log_relative_wage.get(pair).copied().unwrap_or(0.0)
    }

    /// Whether it is the accounts it refers to.
    pub fn is_unchanged(&self) -> bool {
        let all = |values: &[f64], same: f64| values.iter().all(|value| value.to_bits() == same.to_bits());
        all(&self.log_wage, 0.0)
            && all(&self.log_price, 0.0)
            && all(&self.expenditure, 1.0)
            && all(&self.log_relative_wage, 0.0)
            && all(&self.log_scale, 0.0)
    }
}

/// Which equation of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Equation {
    /// The labour market of a country.
    LabourMarket(CountryId),
    /// The price index of a country's sector.
    PriceIndex(CountryId, SectorId),
    /// The expenditure of a country on a sector.
    Expenditure(CountryId, SectorId),
    /// The tariff of a flow that depends on the outcome: a quota or a specific duty.
    Tariff(Flow),
    /// The labour of a country's sector, where it does not move freely.
    SectorLabour(CountryId, SectorId),
    /// The firms of a country's sector, where there are economies of scale.
    FreeEntry(CountryId, SectorId),
    /// What an exporter sells in a market of partial equilibrium.
    Market(CountryId, SectorId),
}

impl Equation {
    /// The country of the equation.
    pub fn country(self) -> CountryId {
        match self {
            Self::LabourMarket(country)
            | Self::PriceIndex(country, _)
            | Self::Expenditure(country, _)
            | Self::SectorLabour(country, _)
            | Self::FreeEntry(country, _)
            | Self::Market(country, _) => country,
            Self::Tariff(flow) => flow.importer,
        }
    }
}

/// Why there is no equilibrium.
#[derive(Clone, Copy, Debug, PartialEq, Error, Serialize, Deserialize)]
pub enum SolveError {
    /// The iteration did not reach the tolerance.
    #[error("not converged after {iterations} sweeps: relative residual {residual:.1e}")]
    NotConverged {
        /// Sweeps made.
        iterations: usize,
        /// The largest relative residual.
        residual: f64,
        /// The equation that has it.
        worst: Equation,
    },
    /// Everyone who sells a good to a country is shut out.
    #[error("nobody is left to supply a good")]
    NoSupplier {
        /// The importer.
        importer: CountryId,
        /// The sector.
        sector: SectorId,
    },
    /// The equations hold only with an income below zero.
    #[error("a country has no income left")]
    NoIncome {
        /// The country.
        country: CountryId,
    },
    /// Economies of scale reinforce themselves at the baseline.
    #[error("economies of scale reinforce themselves")]
    Reinforcing {
        /// Where most of it is.
        country: CountryId,
        /// Its sector.
        sector: SectorId,
    },
    /// A country trades with nobody but its deficit is held fixed.
    #[error("a country is cut off from everyone while its deficit is fixed")]
    CutOff {
        /// The country.
        country: CountryId,
    },
    /// The linear form of partial equilibrium, taken further than it reaches.
    #[error("the linear solution has trade below zero")]
    NegativeTrade {
        /// The importer.
        importer: CountryId,
        /// The exporter.
        exporter: CountryId,
        /// The sector.
        sector: SectorId,
    },
}

impl SolveError {
    /// Whether the countries and sectors it names are among so many: it may have been read from a file.
    pub fn is_within(&self, shape: Shape) -> bool {
        let is_country = |country: CountryId| country.index() < shape.countries;
        let is_sector = |sector: SectorId| sector.index() < shape.sectors;
        match *self {
            Self::NoIncome { country } | Self::CutOff { country } => is_country(country),
            Self::NoSupplier { importer: country, sector } | Self::Reinforcing { country, sector } => {
                is_country(country) && is_sector(sector)
            }
            Self::NegativeTrade { importer, exporter, sector } => {
                is_country(importer) && is_country(exporter) && is_sector(sector)
            }
            Self::NotConverged { worst, .. } => match worst {
                Equation::LabourMarket(country) => is_country(country),
                Equation::PriceIndex(country, sector)
                | Equation::Expenditure(country, sector)
                | Equation::SectorLabour(country, sector)
                | Equation::FreeEntry(country, sector)
                | Equation::Market(country, sector) => is_country(country) && is_sector(sector),
                Equation::Tariff(flow) => {
                    is_country(flow.importer) && is_country(flow.exporter) && is_sector(flow.sector)
                }
            },
        }
    }
}
