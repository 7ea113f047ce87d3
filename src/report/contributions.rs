//! What each measure contributes, as a table.

use std::io::{self, Write};

use crate::index::{CountryId, Position as _};
use crate::model::variable::{CountryVariable, Unit};
use crate::monte_carlo::contribution::{Contributions, Shares};
use crate::report::study::{ALL_OUTCOMES, Study};
use crate::report::tables::{self, beginning, push_statistics, statistics, unit_name};

/// The statistic that says how far a contribution may be off because only some orders of the measures were looked at.
pub const ORDER_ERROR: &str = "order_error";

/// The variables that measures contribute to: all but the level before any of them.
pub fn variables() -> impl Iterator<Item = CountryVariable> {
    CountryVariable::ALL
        .iter()
        .copied()
        .filter(|variable| *variable != CountryVariable::EffectiveRateBaseline)
}

/// The unit of contributions to a variable: those to a level in per cent are in percentage points.
pub fn unit(variable: CountryVariable) -> Unit {
    match variable {
        CountryVariable::EffectiveRate | CountryVariable::EffectiveRateFixedWeights => Unit::Points,
        other => other.unit(),
    }
}

/// The shares over all outcomes, then those in each, with their names.
pub fn worlds<'a>(
    study: &Study<'a>,
    contributions: &'a Contributions,
) -> impl Iterator<Item = (&'a str, &'a Shares)> {
    let names: Vec<&'a str> = study.outcomes.iter().map(|outcome| outcome.name).collect();
    std::iter::once((ALL_OUTCOMES, &contributions.all))
        .chain(names.into_iter().zip(&contributions.by_outcome))
}

/// `contributions.csv`: one row per (outcome, country, variable, measure, statistic).
///
/// # Errors
/// Those of writing.
pub fn table(study: &Study<'_>, out: &mut dyn Write) -> io::Result<()> {
    let columns = ["scenario", "outcome", "country", "variable", "measure", "unit", "stat", "value"];
    tables::write_header(out, &columns)?;
    let Some(contributions) = study.contributions else { return Ok(()) };
    for (outcome, shares) in worlds(study, contributions) {
        tables::write(out, study.dataset.countries.len(), |text, at| {
            let country = CountryId::at(at);
            let code = study.dataset.countries.code(country);
            for variable in variables() {
                let unit = unit_name(unit(variable), &study.dataset.unit);
                let errors = shares.order_errors(country, variable);
                for (measure, estimate) in shares.of(country, variable).iter().enumerate() {
                    let name = contributions.measures[measure].as_str();
                    let lead = beginning(&[study.scenario, outcome, code, variable.name()]);
                    let error = errors.map(|errors| (ORDER_ERROR, false, errors[measure]));
                    let error = error.filter(|_| estimate.central.is_some());
                    let rows = statistics(estimate).chain(error);
                    push_statistics(text, &lead, [name, unit], rows);
                }
            }
        })?;
    }
    Ok(())
}
