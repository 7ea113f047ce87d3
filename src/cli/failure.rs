//! Why a command could not be done, and the exit code that says so.

use std::process::ExitCode;

use crate::diagnostic::Diagnostic;
use crate::economy::accounts::CalibrationError;
use crate::economy::dataset::Dataset;
use crate::model::equilibrium::{Equation, SolveError};
use crate::report::folder::FolderError;
use crate::scenario::spoken;

/// Why a command could not be done.
#[derive(Debug)]
pub(super) enum Failure {
    /// The user's input: exit code 1.
    Input(Vec<Diagnostic>),
    /// The command line, where what was typed does not go together: exit code 2.
    Usage(Box<Diagnostic>),
    /// No equilibrium: exit code 3.
    NoEquilibrium(Box<Diagnostic>),
}

impl Failure {
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Input(_) => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
            Self::NoEquilibrium(_) => ExitCode::from(3),
        }
    }

    pub(super) fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Input(diagnostics) => diagnostics.clone(),
            Self::Usage(diagnostic) | Self::NoEquilibrium(diagnostic) => vec![diagnostic.as_ref().clone()],
        }
    }

    /// A solution that does not exist or was not found, in the dataset's names.
    pub(super) fn no_equilibrium(dataset: &Dataset, error: &SolveError) -> Self {
        Self::no_equilibrium_in(dataset, error, None)
    }

    /// The same in one of several outcomes.
    pub(super) fn no_equilibrium_in(dataset: &Dataset, error: &SolveError, outcome: Option<&str>) -> Self {
        let outcome = outcome.map_or_else(String::new, |name| format!(" (in the outcome `{name}`)"));
        let diagnostic = Diagnostic::error(reason(dataset, error) + &outcome).help(remedy(error));
        Self::NoEquilibrium(Box::new(diagnostic))
    }

    /// The same with the scenario of several in which it is, unless it has a place in a file.
    #[must_use]
    pub(super) fn of(mut self, label: &str) -> Self {
        let tell = |fault: &mut Diagnostic| {
            if !label.is_empty() && fault.place.as_ref().is_none_or(|place| place.is_typed()) {
                fault.message += &format!(" (in `{label}`)");
            }
        };
        match &mut self {
            Self::Input(faults) => faults.iter_mut().for_each(tell),
            Self::Usage(fault) | Self::NoEquilibrium(fault) => tell(fault),
        }
        self
    }

    /// A dataset that has no accounts.
    pub(super) fn calibration(dataset: &Dataset, error: CalibrationError) -> Self {
        let (country, what) = match error {
            CalibrationError::NoValueAdded { country } => (country, "no value added, so no income to spend"),
            CalibrationError::NoFinalDemand { country } => (country, "no final demand"),
        };
        let message =
            format!("in the dataset `{}` {} has {what}", dataset.name, dataset.countries.code(country));
        Self::Input(vec![Diagnostic::error(message).help("`tariffsim data check` shows how the data add up")])
    }
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self::Input(diagnostics)
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Input(vec![diagnostic])
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        let (message, help) = (error.to_string(), error.help());
        match error {
            FolderError::NoPage(faults) => faults.into(),
            _ => Diagnostic::error(message).help(help).into(),
        }
    }
}

/// Why there is no equilibrium, in one sentence with the dataset's names.
pub(super) fn reason(dataset: &Dataset, error: &SolveError) -> String {
    let country = |id| spoken(dataset.countries.name(id));
    match *error {
        SolveError::NoSupplier { importer, sector } => format!(
            "no equilibrium: every supplier of `{}` ({}) to {} is shut out, and there is none at home",
            dataset.sectors.code(sector),
            dataset.sectors.name(sector),
            country(importer)
        ),
        SolveError::Reinforcing { country: id, sector } => format!(
            "no equilibrium that would hold: economies of scale reinforce themselves, most of all in `{}` ({}) of {}, \
             where more firms make inputs so much cheaper that even more could enter",
            dataset.sectors.code(sector),
            dataset.sectors.name(sector),
            country(id)
        ),
        SolveError::NoIncome { country: id } => format!(
            "no equilibrium: nothing is left of the income of {} after its subsidies and transfers",
            country(id)
        ),
        SolveError::CutOff { country: id } => format!(
            "no equilibrium: {} is cut off from everyone, but its trade deficit is held by assumption",
            country(id)
        ),
        SolveError::NegativeTrade { importer, exporter, sector } => format!(
            "no equilibrium: in the linear form {} buys less than nothing of `{}` from {}",
            country(importer),
            dataset.sectors.code(sector),
            country(exporter)
        ),
        SolveError::NotConverged { iterations, residual, worst } => {
            let where_ = match worst {
                Equation::LabourMarket(id) => format!("the labour market of {}", country(id)),
                Equation::SectorLabour(id, sector) => {
                    format!("labour of {} in {}", dataset.sectors.name(sector), country(id))
                }
                Equation::FreeEntry(id, sector) => {
                    format!("the firms of {} in {}", dataset.sectors.name(sector), country(id))
                }
                Equation::PriceIndex(id, sector) => {
                    format!("the price of `{}` in {}", dataset.sectors.code(sector), country(id))
                }
                Equation::Expenditure(id, sector) => {
                    format!("spending on `{}` in {}", dataset.sectors.code(sector), country(id))
                }
                Equation::Market(id, sector) => {
                    format!("sales of `{}` from {}", dataset.sectors.code(sector), country(id))
                }
                Equation::Tariff(flow) => format!(
                    "the quota or duty on `{}` from {} in {}",
                    dataset.sectors.code(flow.sector),
                    country(flow.exporter),
                    country(flow.importer)
                ),
            };
            // Beyond all bounds the number itself says nothing.
            let how_far = if residual < 1e6 {
                format!("the relative residual is {residual:.1e}, largest in {where_}")
            } else {
                format!("it ran away, first in {where_}")
            };
            format!("no equilibrium found: after {iterations} sweeps {how_far}")
        }
    }
}

fn remedy(error: &SolveError) -> &'static str {
    match error {
        SolveError::NoSupplier { .. } => {
            "leave one supplier open, or let trade cost more instead of closing it"
        }
        SolveError::CutOff { .. } => {
            "leave one partner open, or write `deficits = \"balanced\"` under `[model]`"
        }
        SolveError::Reinforcing { .. } => {
            "write a smaller `structure = { scale = … }` or `inputs = false` under `[model]`: without inputs every strength up to 1 holds"
        }
        SolveError::NoIncome { .. } => {
            "make subsidies (negative tariffs) smaller, or write `deficits = \"balanced\"` under `[model]`"
        }
        SolveError::NegativeTrade { .. } => {
            "the linear form is for small changes; leave out `linear = true` under `[model]`, or make the change smaller"
        }
        SolveError::NotConverged { .. } => {
            "there may be none (a deficit without trade, a subsidy larger than incomes), or the change is too extreme for the solver; try smaller changes or another choice of `deficits` under `[model]`"
        }
    }
}
