//! One reported number with its spread over the draws.

use crate::index::{CountryId, Position, SectorId};
pub use crate::model::impact::FlowRow;
use crate::model::variable::{CountryVariable, FlowVariable, SectorVariable, Variables};

/// The quantiles that are kept; the outer and inner ones serve the 50, 80 and 95 % bands of the charts.
pub const QUANTILES: [f64; 9] = [0.025, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.975];

/// One reported number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// At central parameters; `None` where the variable has no value (such as a price without a flow).
    pub central: Option<f64>,
    /// Over the draws; `None` without draws, or where the variable has no value.
    pub spread: Option<Spread>,
}

/// The distribution of one number over the draws that solved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Mean over the draws.
    pub mean: f64,
    /// Standard deviation over the draws (divisor n − 1; zero for one draw).
    pub sd: f64,
    /// The quantiles listed in [`QUANTILES`], type 7.
    pub quantiles: [f64; 9],
    /// Share of draws below zero.
    pub p_negative: f64,
    /// Standard error of the mean from the finite number of draws, sd/√n.
    pub mc_error: f64,
    /// Number of draws behind it.
    pub draws: u32,
}

impl Spread {
    /// One of the [`QUANTILES`] by its probability.
    pub fn quantile(&self, probability: f64) -> Option<f64> {
        QUANTILES.iter().position(|&p| (p - probability).abs() < 1e-9).map(|at| self.quantiles[at])
    }
}

/// Every reported number of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimates {
    /// What there is; what the model does not have has no value.
    pub variables: &'static Variables,
    /// By (country, variable).
    pub countries: Vec<Estimate>,
    /// By (country, sector, variable).
    pub sectors: Vec<Estimate>,
    /// The reported flows, in (importer, exporter, sector) order, `TOTAL` after the sectors of a pair.
    pub flow_rows: Vec<FlowRow>,
    /// By (flow row, variable).
    pub flows: Vec<Estimate>,
}

/// What is not modelled.
const NOTHING: Estimate = Estimate { central: None, spread: None };

/// The variable of a row, in numbers by (row, variable).
fn number<'e, V: Copy + PartialEq>(
    numbers: &'e [Estimate],
    row: usize,
    variables: &[V],
    variable: V,
) -> &'e Estimate {
    let place = variables.iter().copied().position(|known| known == variable);
    place.map_or(&NOTHING, |place| &numbers[row * variables.len() + place])
}

impl Estimates {
    /// A country's variable.
    pub fn country(&self, country: CountryId, variable: CountryVariable) -> &Estimate {
        number(&self.countries, country.index(), self.variables.countries, variable)
    }

    /// A sector's variable; `sectors` is the dataset's number of sectors.
    pub fn sector(
        &self,
        sectors: usize,
        country: CountryId,
        sector: SectorId,
        variable: SectorVariable,
    ) -> &Estimate {
        let row = country.index() * sectors + sector.index();
        number(&self.sectors, row, self.variables.sectors, variable)
    }

    /// The variable of a flow row, by the row's position in `flow_rows`.
    pub fn flow(&self, row: usize, variable: FlowVariable) -> &Estimate {
        number(&self.flows, row, self.variables.flows, variable)
    }
}
