//! Everything a report needs to know about one run.

use std::fmt;

use crate::economy::aggregation::Aggregation;
use crate::economy::closure::Closure;
use crate::economy::dataset::Dataset;
use crate::economy::elasticities::Elasticities;
use crate::economy::markets::{Form, MarketElasticities};
use crate::economy::policy::Policy;
use crate::index::{CountryId, SectorId};
use crate::model::variable::FlowVariable;
use crate::monte_carlo::contribution::Contributions;
use crate::monte_carlo::estimate::Estimates;
use crate::monte_carlo::prior::Uncertainty;
use crate::monte_carlo::welfare::WelfareSplit;
use crate::report::inputs::Inputs;
use crate::report::record::Hashes;
use crate::units::Probability;

/// One finished run of one scenario.
#[derive(Clone, Debug)]
pub struct Study<'a> {
    /// The scenario file's stem: the `scenario` column of every table.
    pub scenario: &'a str,
    /// The scenario's title.
    pub title: &'a str,
    /// What is simulated, in a sentence.
    pub summary: &'a str,
    /// Where the policy is documented.
    pub sources: &'a [String],
    /// The resolved scenario as TOML, written to `scenario.toml`.
    pub resolved: &'a str,
    /// SHA-256 of the scenario with the tables it names, in hexadecimal.
    pub scenario_hash: &'a str,
    /// SHA-256 of the dataset, in hexadecimal.
    pub data_hash: &'a str,
    /// From what the result can be made again.
    pub remade_from: &'a Inputs,
    /// SHA-256 of the dataset's tables by the names of their files; none of data in the program.
    pub data_tables: &'a Hashes,
    /// The data.
    pub dataset: &'a Dataset,
    /// How the data were made coarser, if they were.
    pub aggregation: Option<&'a Aggregation>,
    /// What changed; with several outcomes what is expected to.
    pub policy: &'a Policy,
    /// What adjusts and what stays.
    pub closure: Closure,
    /// Whether sectors use inputs.
    pub inputs: bool,
    /// The markets of partial equilibrium; `None` in general equilibrium.
    pub markets: Option<Markets<'a>>,
    /// The market of which there is a picture: its importer and its sector.
    pub market: Option<(CountryId, SectorId)>,
    /// Central trade elasticities.
    pub elasticities: &'a Elasticities,
    /// Priors, draws and seed.
    pub uncertainty: &'a Uncertainty,
    /// Every reported number, over all outcomes.
    pub estimates: &'a Estimates,
    /// What may happen, where that is not certain.
    pub outcomes: Vec<InOutcome<'a>>,
    /// How the run went.
    pub solution: &'a SolutionNotes,
    /// What each measure contributes, where that was worked out.
    pub contributions: Option<&'a Contributions>,
    /// Where exact welfare comes from, where that was worked out.
    pub welfare: Option<&'a WelfareSplit>,
}

/// The markets of partial equilibrium.
#[derive(Clone, Copy, Debug)]
pub struct Markets<'a> {
    /// How they are solved.
    pub form: Form,
    /// Central elasticities.
    pub elasticities: &'a MarketElasticities,
    /// Where the demand elasticities are from, in words.
    pub demand_label: &'a str,
    /// Where the supply elasticities are from, in words.
    pub supply_label: &'a str,
}

/// What is known of one of several outcomes.
#[derive(Clone, Debug)]
pub struct InOutcome<'a> {
    /// Its name.
    pub name: &'a str,
    /// How probable it is.
    pub probability: Probability,
    /// What changes in it.
    pub policy: &'a Policy,
    /// Every reported number in it.
    pub estimates: &'a Estimates,
}

/// The outcome of numbers that are not conditional on one outcome.
pub const ALL_OUTCOMES: &str = "all";

impl<'a> Study<'a> {
    /// What buyers pay, what arrives at the border, how much and what for.
    pub fn flow_variables(&self) -> [FlowVariable; 4] {
        let [buyer, border] = self.estimates.variables.prices;
        [buyer, border, FlowVariable::Volume, FlowVariable::Value]
    }

    /// What prices are measured in, in a sentence.
    pub fn prices_are(&self) -> &'static str {
        match self.markets {
            None => "Prices are relative to the importer's consumer prices; not inflation.",
            Some(_) => "Prices of everything else, wages and incomes stay as they are.",
        }
    }

    /// The same at an axis.
    pub fn price_axis(&self) -> &'static str {
        match self.markets {
            None => "change in per cent, relative to the importer's consumer prices",
            Some(_) => "change in per cent",
        }
    }

    /// The study of one outcome.
    #[must_use]
    pub fn in_outcome(&self, outcome: &InOutcome<'a>) -> Self {
        let InOutcome { policy, estimates, .. } = *outcome;
        Self { policy, estimates, outcomes: Vec::new(), ..self.clone() }
    }

    /// The study over all outcomes, then that of each, with their names.
    pub fn worlds(&self) -> impl Iterator<Item = (&'a str, Self)> {
        let each = self.outcomes.iter().map(|outcome| (outcome.name, self.in_outcome(outcome)));
        std::iter::once((ALL_OUTCOMES, self.clone())).chain(each)
    }
}

/// A draw that did not solve.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedDraw {
    /// Which draw.
    pub draw: u32,
    /// In which of several outcomes; none where that is certain, or where the draw has no baseline.
    pub outcome: Option<String>,
    /// Why.
    pub reason: String,
}

/// In words: "draw 17, outcome deal: no equilibrium …".
impl fmt::Display for FailedDraw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "draw {}", self.draw)?;
        if let Some(outcome) = &self.outcome {
            write!(f, ", outcome {outcome}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// How the solutions behind a run went: nothing is lost silently.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SolutionNotes {
    /// Sweeps of the central solution.
    pub iterations: usize,
    /// Largest relative residual of any equation of the central solution.
    pub residual: f64,
    /// Residual of the data as an equilibrium, before the baseline was re-solved.
    pub data_residual: f64,
    /// Small negative final demands set to zero.
    pub clamped: usize,
    /// Draws that did not solve, with the reason, in draw order.
    pub failed: Vec<FailedDraw>,
    /// Drawn elasticities raised to the floor, over all draws and sectors.
    pub floored: u64,
    /// Relative width of the coarsest bin of any quantile (0 when all are exact).
    pub quantile_error: f64,
    /// Why some rows are absent, in words.
    pub absent: Vec<String>,
}
