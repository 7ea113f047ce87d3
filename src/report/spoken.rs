//! Variables as they are called before people, with the units in which they are shown.

use crate::model::variable::{CountryVariable, Unit};
use crate::report::number;

/// What a variable is called.
pub fn variable(variable: CountryVariable) -> String {
    match variable {
        CountryVariable::Welfare => "welfare (real income)".to_owned(),
        CountryVariable::WelfareUsd => "welfare in money".to_owned(),
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

/// What is said of several things under their names: once where it holds for all, else with the names for which it does.
pub fn of_each(each: &[(&str, Vec<String>)]) -> Vec<String> {
    let mut lines: Vec<(&String, Vec<&str>)> = Vec::new();
    for (name, own) in each {
        for line in own {
            match lines.iter_mut().find(|(said, _)| *said == line) {
                Some((_, names)) if names.last() == Some(name) => {}
                Some((_, names)) => names.push(name),
                None => lines.push((line, vec![name])),
            }
        }
    }
    // The sort is stable: what is common comes first.
    lines.sort_by_key(|(_, names)| names.len() < each.len());
    let say = |(line, names): (&String, Vec<&str>)| match names.len() {
        all if all == each.len() => line.clone(),
        _ => format!("{}: {line}", names.join(", ")),
    };
    lines.into_iter().map(say).collect()
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
    /// The unit for some central values of a variable.
    pub fn of(unit: Unit, money: &str, centrals: impl Iterator<Item = Option<f64>>) -> Self {
        match unit {
            Unit::Percent => Self { words: "per cent".to_owned(), sign: "%".to_owned(), divisor: 1.0 },
            Unit::Points => {
                Self { words: "percentage points".to_owned(), sign: "pp".to_owned(), divisor: 1.0 }
            }
            Unit::Money => {
                let (words, divisor) =
                    number::money(money, centrals.flatten().map(f64::abs).fold(0.0, f64::max));
                Self { sign: words.clone(), words, divisor }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_for_all_is_said_once_and_the_rest_with_names() {
        let said = |each: &[(&str, &[&str])]| {
            let lines = |list: &[&str]| list.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
            of_each(&each.iter().map(|(name, list)| (*name, lines(list))).collect::<Vec<_>>())
        };
        let each: [(&str, &[&str]); 3] =
            [("A", &["own", "all"]), ("B", &["two", "all"]), ("C", &["all", "two"])];
        assert_eq!(said(&each), ["all", "A: own", "B, C: two"]);
        assert_eq!(said(&[("A", &["one", "one"])]), ["one"]);
        assert_eq!(said(&[]), Vec::<String>::new());
    }
}
