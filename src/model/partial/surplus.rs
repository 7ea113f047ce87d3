//! What a change of prices is worth to buyers and to producers, in money.

use crate::economy::markets::Form;
use crate::numerics::functions::{exp, ln};

/// The change of consumer surplus: the area left of the demand curve between the old price and the new.
///
/// Exact: E ∫ P^(−η) dP from P̂ to 1 = E (1 − P̂^(1−η))/(1 − η), and −E ln P̂ for η = 1. Linear (Francois and Hall 2003,
/// equation (11)): E (−P − ½ η P² sgn P) with P = P̂ − 1. E is what was spent, tariffs included.
pub fn consumer_surplus(form: Form, spending: f64, demand: f64, composite: f64) -> f64 {
    match form {
        Form::Exact => 0.0 - spending * power_integral(ln(composite), 1.0 - demand),
        Form::Linear => {
            let change = composite - 1.0;
            0.0 - spending * (change + 0.5 * demand * change * change.abs())
        }
    }
}

/// The change of producer surplus: the area left of the supply curve between the old price and the new.
///
/// Exact: Y ∫ p^ε dp from 1 to p̂ = Y (p̂^(1+ε) − 1)/(1 + ε), −Y/(1 + ε) where nothing is sold any more. Linear (Francois
/// and Hall 2003, equation (10)): Y p (1 + ½ ε p) with p = p̂ − 1. Nothing where any quantity is supplied at one price.
pub fn producer_surplus(form: Form, output: f64, supply: f64, price: f64) -> f64 {
    if supply.is_infinite() || output <= 0.0 {
        return 0.0;
    }
    match form {
        _ if price.is_nan() => -output / (1.0 + supply),
        Form::Exact => output * power_integral(ln(price), 1.0 + supply),
        Form::Linear => {
            let change = price - 1.0;
            output * change * (1.0 + 0.5 * supply * change)
        }
    }
}

/// (e^(a·z) − 1)/a, and z for a = 0, without loss of digits near there.
fn power_integral(z: f64, a: f64) -> f64 {
    let x = a * z;
    let series = [6.0, 5.0, 4.0, 3.0, 2.0].iter().fold(1.0, |sum, divisor| 1.0 + x / divisor * sum);
    if x.abs() < 1e-3 { z * series } else { (exp(x) - 1.0) / a }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The area under a curve between two prices, by Simpson's rule.
    fn area(curve: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
        let steps = 2000;
        let width = (to - from) / f64::from(steps);
        let weight = |at| {
            if at == 0 || at == steps {
                1.0
            } else if at % 2 == 1 {
                4.0
            } else {
                2.0
            }
        };
        (0..=steps).map(|at| weight(at) * curve(from + width * f64::from(at))).sum::<f64>() * width / 3.0
    }

    #[test]
    fn surpluses_are_the_areas_beside_the_curves() {
        for elasticity in [0.25, 0.999_999, 1.0, 1.000_001, 3.0] {
            let demand = area(|price| 7.0 * price.powf(-elasticity), 1.0, 1.3);
            let found = consumer_surplus(Form::Exact, 7.0, elasticity, 1.3);
            assert!((found + demand).abs() < 1e-10, "{elasticity}: {found} {demand}");
            let supply = area(|price| 7.0 * price.powf(elasticity), 1.0, 0.8);
            let found = producer_surplus(Form::Exact, 7.0, elasticity, 0.8);
            assert!((found - supply).abs() < 1e-10, "{elasticity}: {found} {supply}");
        }
    }

    #[test]
    fn a_producer_without_buyers_loses_the_whole_area_and_one_at_a_given_price_nothing() {
        let all = producer_surplus(Form::Exact, 7.0, 1.5, f64::NAN);
        assert!((all - area(|price| 7.0 * price.powf(1.5), 1.0, 0.0)).abs() < 1e-6);
        assert!(producer_surplus(Form::Exact, 7.0, f64::INFINITY, f64::NAN).abs() < f64::MIN_POSITIVE);
    }
}
