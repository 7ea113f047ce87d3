//! What each measure contributes, as rows of the document.

use serde::Serialize;

use crate::index::CountryId;
use crate::report::contributions;
use crate::report::json::{Value, unit, value};
use crate::report::study::Study;

/// What a measure contributes to a variable of a country.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Share<'a> {
    /// The outcome, `all` for what is not conditional on one.
    pub outcome: &'a str,
    /// Code of the country.
    pub country: &'a str,
    /// The variable, as in `contributions.csv`.
    pub variable: &'static str,
    /// Name of the measure.
    pub measure: &'a str,
    /// The unit, as in `contributions.csv`.
    pub unit: &'a str,
    /// The contribution.
    #[serde(flatten)]
    pub value: Value,
    /// The error from the orders that were not sampled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_error: Option<f64>,
}

/// All contributions that have a value; nothing where they were not worked out.
pub(super) fn shares<'a>(study: &Study<'a>) -> Vec<Share<'a>> {
    let Some(found) = study.contributions else { return Vec::new() };
    let countries = &study.dataset.countries;
    let mut rows = Vec::new();
    for (outcome, shares) in contributions::worlds(study, found) {
        for country in countries.ids::<CountryId>() {
            for variable in contributions::variables(study) {
                let errors = shares.order_errors(country, variable);
                let estimates = shares.of(country, variable).iter().enumerate();
                rows.extend(estimates.filter(|(_, share)| share.central.is_some()).map(|(at, share)| {
                    Share {
                        outcome,
                        country: countries.code(country),
                        variable: variable.name(),
                        measure: &found.measures[at],
                        unit: unit(study, contributions::unit(variable)),
                        value: value(share),
                        order_error: errors.map(|errors| errors[at]),
                    }
                }));
            }
        }
    }
    rows
}
