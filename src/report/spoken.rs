//! Variables as they are called before people, with the units in which they are shown.

use crate::index::CountryId;
use crate::model::variable::{CountryVariable, Unit};
use crate::monte_carlo::estimate::Estimate;
use crate::report::number;
use crate::report::study::Study;

/// What a variable is called.
pub fn variable(variable: CountryVariable) -> String {
    match variable {
        CountryVariable::Welfare => "welfare (real income)".to_owned(),
        CountryVariable::WelfareUsd => "welfare in money".to_owned(),
        CountryVariable::NetSurplus => "net of surpluses and revenue".to_owned(),
        other => other.name().replace('_', " "),
    }
}

/// The same at the beginning of a sentence.
pub fn heading(of: CountryVariable) -> String {
    let text = variable(of);
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Whether a variable is a level rather than a change.
pub fn is_level(variable: CountryVariable) -> bool {
    use CountryVariable::{EffectiveRate, EffectiveRateBaseline, EffectiveRateFixedWeights};
    matches!(variable, EffectiveRate | EffectiveRateBaseline | EffectiveRateFixedWeights)
}

/// A unit in which numbers are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// In a sentence: `per cent`.
    pub words: String,
    /// Behind a number: `%`.
    pub sign: String,
    /// How many of the unit of the files it is.
    pub divisor: f64,
}

impl Scale {
    /// Per cent.
    pub fn percent() -> Self {
        Self { words: "per cent".to_owned(), sign: "%".to_owned(), divisor: 1.0 }
    }

    /// The unit for what stands for some countries where only one number is told, and what that is.
    pub fn of_headline(study: &Study<'_>, countries: &[CountryId]) -> (CountryVariable, Self) {
        let headline = study.estimates.variables.headline;
        let shown = countries.iter().map(|&country| *study.estimates.country(country, headline));
        (headline, Self::of(headline.unit(), &study.dataset.unit, shown))
    }

    /// The unit for some numbers of a variable.
    pub fn of(unit: Unit, money: &str, shown: impl Iterator<Item = Estimate>) -> Self {
        match unit {
            Unit::Percent => Self::percent(),
            Unit::Points => {
                Self { words: "percentage points".to_owned(), sign: "pp".to_owned(), divisor: 1.0 }
            }
            Unit::Money => {
                let sizes = shown.filter_map(|estimate| estimate.central).map(f64::abs);
                let (words, divisor) = number::money(money, sizes.fold(0.0, f64::max));
                Self { sign: words.clone(), words, divisor }
            }
        }
    }
}
