//! Reading quantities with a unit, such as `"25%"`, with a hint for every way to get the unit wrong.

use crate::diagnostic::Diagnostic;
use crate::scenario::reader::{Faults, Node, number};
use crate::units::UnitError;

use toml::de::DeValue;

/// A kind of quantity: how it is written and what people confuse it with.
#[derive(Debug)]
pub(super) struct Kind {
    /// What is expected, with an example.
    expected: &'static str,
    /// The unit that ends it.
    pub(super) unit: &'static str,
    /// Which numbers may be written before it.
    pub(super) range: Range,
    /// What to do if the other unit was written.
    confused: &'static str,
}

/// Which numbers a quantity may have; its type knows the exact bounds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Range {
    /// With either sign.
    Any,
    /// Zero or more.
    NotNegative,
    /// From 0 to 100.
    Share,
    /// From 0 to 100 with at most four decimals, without an exponent.
    Probability,
}

/// A level of a rate.
pub(super) const LEVEL: Kind = Kind {
    expected: "a rate in per cent, such as \"25%\"",
    unit: "%",
    range: Range::Any,
    confused: "to change a rate by percentage points, use `add = \"{n}pp\"`",
};
/// A change of a rate.
pub(super) const POINTS: Kind = Kind {
    expected: "a change in percentage points, such as \"+10pp\"",
    unit: "pp",
    range: Range::Any,
    confused: "to put a rate at a level, use `set = \"{n}%\"`",
};
/// A multiple.
pub(super) const MULTIPLE: Kind = Kind {
    expected: "a multiple in per cent, such as \"150%\" for one and a half times",
    unit: "%",
    range: Range::NotNegative,
    confused: "to change a rate by percentage points, use `add`",
};
/// A share.
pub(super) const SHARE: Kind = Kind {
    expected: "a share from 0% to 100%, such as \"40%\"",
    unit: "%",
    range: Range::Share,
    confused: "shares are written in per cent",
};
/// A probability.
pub(super) const PROBABILITY: Kind = Kind {
    expected: "a probability from 0% to 100%, such as \"40%\"",
    unit: "%",
    range: Range::Probability,
    confused: "probabilities are written in per cent",
};
/// A change of the trade cost.
pub(super) const COST: Kind = Kind {
    expected: "a change of the cost of trade in per cent, such as \"+15%\"",
    unit: "%",
    range: Range::Any,
    confused: "changes of trade costs are written in per cent",
};
/// A subsidy.
pub(super) const SUBSIDY: Kind = Kind {
    expected: "a part of the price from 0% to below 100%, such as \"10%\"",
    unit: "%",
    range: Range::Share,
    confused: "subsidies are written in per cent of the producer's price",
};
/// An export tax.
pub(super) const EXPORT_TAX: Kind = Kind {
    expected: "a rate in per cent of the producer's price, such as \"10%\"",
    unit: "%",
    range: Range::NotNegative,
    confused: "export taxes are zero at baseline and are written in per cent",
};
/// A volume relative to baseline.
pub(super) const VOLUME: Kind = Kind {
    expected: "a volume in per cent of the baseline volume, such as \"80%\"",
    unit: "%",
    range: Range::NotNegative,
    confused: "volumes are written in per cent of the baseline volume",
};
/// A standard deviation of a share.
pub(super) const SHARE_SD: Kind = Kind {
    expected: "a standard deviation from 0pp to 50pp, such as \"10pp\"",
    unit: "pp",
    range: Range::Share,
    confused: "the spread of a share is written in percentage points",
};
/// A level of an elasticity relative to the central one.
pub(super) const ELASTICITY_LEVEL: Kind = Kind {
    expected: "an elasticity without quotes such as 6.5, or a multiple of the central one such as \"150%\"",
    unit: "%",
    range: Range::NotNegative,
    confused: "what is relative to the central elasticity is written in per cent of it",
};
/// What is added to a share.
pub(super) const SHARE_POINTS: Kind = Kind {
    expected: "a share such as \"40%\", or a difference from the central one such as \"-10pp\"",
    unit: "pp",
    range: Range::Any,
    confused: "a share is written in per cent, a difference of shares in percentage points",
};
/// A coefficient of variation.
pub(super) const VARIATION: Kind = Kind {
    expected: "\"from-data\" or a coefficient of variation from 0% to 1000%, such as \"30%\"",
    unit: "%",
    range: Range::NotNegative,
    confused: "the spread of an elasticity is relative to it, so it is written in per cent",
};
/// A coefficient of variation of trade flows.
pub(super) const FLOW_VARIATION: Kind =
    Kind { expected: "a coefficient of variation from 0% to 1000%, such as \"10%\"", ..VARIATION };

/// Reads a quantity; a fault is noted at its place.
pub(super) fn quantity<T>(
    node: &Node<'_>,
    key: &str,
    kind: &Kind,
    parse: impl Fn(&str) -> Result<T, UnitError>,
    faults: &mut Faults<'_>,
) -> Option<T> {
    let fault = match node.get_ref() {
        DeValue::String(written) => match parse(written) {
            Ok(value) => return Some(value),
            Err(UnitError::OutOfRange { written, range }) => {
                let fault =
                    Diagnostic::error(format!("`{key}`: `{written}` is out of range")).expected(range);
                faults.push(node.span(), fault);
                return None;
            }
            Err(error) => Diagnostic::error(format!("`{key}`: {error}")).help(help(&error, kind)),
        },
        value => match number(value) {
            Some(number) => Diagnostic::error(format!("`{key}` is a number without a unit"))
                .help(with_unit(number, kind.unit)),
            None => {
                faults.wrong_kind(node, key, kind.expected);
                return None;
            }
        },
    };
    faults.push(node.span(), fault.expected(kind.expected));
    None
}

fn help(error: &UnitError, kind: &Kind) -> String {
    match error {
        UnitError::NoUnit { written } => {
            written.trim().parse().map_or_else(|_| String::new(), |number| with_unit(number, kind.unit))
        }
        UnitError::WrongUnit { written, .. } => {
            let number = written.trim().trim_end_matches(['%', 'p', ' ']).trim_start_matches('+');
            format!("did you mean `\"{number}{}\"`? {}", kind.unit, kind.confused.replace("{n}", number))
        }
        UnitError::NotANumber { written } if written.contains(',') => {
            format!("decimals stand after a point: \"{}\"", written.trim().replace(',', "."))
        }
        UnitError::NotANumber { .. } | UnitError::OutOfRange { .. } => {
            "write a number with its unit, in double quotes".to_owned()
        }
    }
}

/// What a bare number most probably meant: 25 is 25 %, 0.25 is 25 % too.
fn with_unit(number: f64, unit: &str) -> String {
    let fraction = number.abs() < 1.0 && number.abs() > 0.0;
    let meant = if fraction { (number * 1e12).round() / 1e10 } else { number };
    if (number.abs() - 1.0).abs() < f64::EPSILON {
        format!("did you mean `\"{number}{unit}\"` or `\"{}{unit}\"`?", number * 100.0)
    } else {
        format!("did you mean `\"{meant}{unit}\"`?")
    }
}

/// A fraction written so that reading it back gives the same number to the last bit.
pub(super) fn exact(percent: f64, unit: &str, reads_back: impl Fn(&str) -> bool) -> String {
    (0..=17)
        .map(|digits| format!("{percent:.digits$}{unit}"))
        .find(|text| reads_back(text))
        .unwrap_or_else(|| format!("{percent}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{AdValorem, CostFactor};

    #[test]
    fn a_bare_number_is_read_as_people_mean_it() {
        assert_eq!(with_unit(25.0, "%"), "did you mean `\"25%\"`?");
        assert_eq!(with_unit(0.25, "%"), "did you mean `\"25%\"`?");
        assert_eq!(with_unit(0.07, "pp"), "did you mean `\"7pp\"`?");
        assert_eq!(with_unit(1.0, "%"), "did you mean `\"1%\"` or `\"100%\"`?");
    }

    #[test]
    fn what_is_written_exactly_reads_back_to_the_bit() {
        for written in ["7%", "0.1%", "33.333333333333%", "2.675%", "1e-9%"] {
            let rate = AdValorem::parse(written).expect("a rate");
            let text = exact(rate.fraction() * 100.0, "%", |text| AdValorem::parse(text) == Ok(rate));
            assert_eq!(AdValorem::parse(&text), Ok(rate), "{written} became {text}");
        }
        let cost = CostFactor::parse_change("+15.7%").expect("a cost");
        let text =
            exact((cost.factor() - 1.0) * 100.0, "%", |text| CostFactor::parse_change(text) == Ok(cost));
        assert_eq!(text, "15.7%");
    }
}
