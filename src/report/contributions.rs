//! What each measure contributes: the table, and what of it is shown.

use std::io::{self, Write};

use crate::index::{CountryId, Position as _};
use crate::model::variable::{CountryVariable, Unit};
use crate::monte_carlo::contribution::{Contributions, Shares};
use crate::monte_carlo::estimate::Estimate;
use crate::report::number::{self, Shown};
use crate::report::study::{ALL_OUTCOMES, Study};
use crate::report::tables::{self, beginning, push_statistics, statistics, unit_name};

/// The statistic that says how far a contribution may be off because only some orders of the measures were looked at.
pub const ORDER_ERROR: &str = "order_error";

/// The variables that measures contribute to: all that the model has but the level before any of them.
pub fn variables(study: &Study<'_>) -> impl Iterator<Item = CountryVariable> {
    let modelled = study.estimates.variables.countries;
    modelled.iter().copied().filter(|variable| *variable != CountryVariable::EffectiveRateBaseline)
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

/// What a contribution is, in a sentence.
pub const MEANING: &str = "A contribution is what a measure adds, on average over all orders of the measures; they add up to the total.";

/// One measure's part of a number, or that of several together.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The measure, or how many they are.
    pub name: String,
    /// The central contribution.
    pub central: f64,
    /// Its 5–95 % range, where there are draws.
    pub range: Option<[f64; 2]>,
    /// The same in figures.
    pub shown: Shown,
}

/// The contributions of the largest measures to a number in file order, in units of `divisor`, then those of all others
/// together; `None` where there are none.
pub fn steps(
    study: &Study<'_>,
    country: CountryId,
    (variable, divisor): (CountryVariable, f64),
    most: usize,
) -> Option<Vec<Step>> {
    let found = study.contributions?;
    let shares = found.all.of(country, variable);
    let largest = largest(study, &[country], variable, most);
    let step = |&measure: &usize| {
        let share = &shares[measure];
        Some(Step {
            name: found.measures[measure].clone(),
            central: share.central? / divisor,
            range: share.spread.as_ref().map(number::range).map(|ends| ends.map(|end| end / divisor)),
            shown: number::shown(share, divisor)?,
        })
    };
    let mut steps: Vec<Step> = largest.iter().map(step).collect::<Option<_>>()?;
    let others = (0..shares.len()).filter(|measure| !largest.contains(measure));
    let others: Vec<f64> = others.map(|measure| shares[measure].central).collect::<Option<_>>()?;
    if !others.is_empty() {
        let central: f64 = others.iter().sum();
        let shown = number::shown(&Estimate { central: Some(central), spread: None }, divisor)?;
        let name = if others.len() == 1 {
            "another measure".to_owned()
        } else {
            format!("{} other measures", others.len())
        };
        steps.push(Step { name, central: central / divisor, range: None, shown });
    }
    Some(steps)
}

/// The measures that contribute most to a variable of some countries, each country's in proportion to its largest; in
/// file order.
pub fn largest(
    study: &Study<'_>,
    countries: &[CountryId],
    variable: CountryVariable,
    most: usize,
) -> Vec<usize> {
    let Some(found) = study.contributions else { return Vec::new() };
    let mut sizes = vec![0.0_f64; found.measures.len()];
    for &country in countries {
        let size = |share: &Estimate| share.central.map_or(0.0, f64::abs);
        let shares = found.all.of(country, variable);
        let most = shares.iter().map(size).fold(f64::MIN_POSITIVE, f64::max);
        sizes.iter_mut().zip(shares).for_each(|(sum, share)| *sum = sum.max(size(share) / most));
    }
    let mut measures: Vec<usize> = (0..sizes.len()).collect();
    measures.sort_by(|&a, &b| sizes[b].total_cmp(&sizes[a]));
    measures.truncate(most);
    measures.sort_unstable();
    measures
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
            for variable in variables(study) {
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
