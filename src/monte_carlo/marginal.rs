//! Distributions of single uncertain numbers, each as a function of a standard normal shock: so numbers of any
//! distributions can be correlated through their shocks (a Gaussian copula), and each of them can be spread evenly.

use statrs::distribution::{Beta, ContinuousCDF as _, Normal};

use crate::numerics::functions::{exp, ln};

/// How what is drawn is applied to the central value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// In its place.
    InPlace,
    /// Added to it.
    Added,
    /// As a factor.
    Times,
}

impl Applied {
    /// Its sign in records and on pages.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::InPlace => "=",
            Self::Added => "+",
            Self::Times => "×",
        }
    }

    fn value(self, central: f64, drawn: f64) -> f64 {
        match self {
            Self::InPlace => drawn,
            Self::Added => central + drawn,
            Self::Times => central * drawn,
        }
    }

    /// What must be drawn to come to a value; central values of factors are above zero.
    fn drawn(self, central: f64, value: f64) -> f64 {
        match self {
            Self::InPlace => value,
            Self::Added => value - central,
            Self::Times => value / central,
        }
    }
}

/// A distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Family {
    /// Of a mean and a standard deviation.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        sd: f64,
    },
    /// With median 1.
    LogNormal {
        /// The standard deviation of the logarithm.
        log_sd: f64,
    },
    /// Equally probable from one end to the other.
    Uniform {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// With a density that rises in a line to the mode and falls in a line from it.
    Triangular {
        /// The lower end.
        low: f64,
        /// The most probable value.
        mode: f64,
        /// The upper end.
        high: f64,
    },
    /// A beta distribution between two ends.
    Beta {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
        /// The mean, between the ends.
        mean: f64,
        /// The standard deviation, below √((mean − low)(high − mean)).
        sd: f64,
    },
}

/// Φ, the probability of a smaller standard normal number.
pub fn probability(shock: f64) -> f64 {
    Normal::standard().cdf(shock)
}

/// The beta distribution on (0, 1) with a mean and a standard deviation.
fn beta(mean: f64, sd: f64) -> Beta {
    let size = mean * (1.0 - mean) / (sd * sd) - 1.0;
    Beta::new(mean * size, (1.0 - mean) * size).expect("both shapes are above zero as sd² < m(1 − m)")
}

impl Family {
    /// A beta distribution between 0 and 1 with a mean strictly between them, and a standard deviation of which at most
    /// half of √(m(1 − m)) is taken: with more it would pile up at both ends.
    pub fn beta(mean: f64, sd: f64) -> Self {
        let sd = sd.min(0.5 * (mean * (1.0 - mean)).sqrt());
        Self::Beta { low: 0.0, high: 1.0, mean, sd }
    }

    /// The value at a standard normal shock: F⁻¹(Φ(z)).
    fn at(self, shock: f64) -> f64 {
        match self {
            Self::Normal { mean, sd } => mean + sd * shock,
            Self::LogNormal { log_sd } => exp(log_sd * shock),
            _ => self.quantile(probability(shock)),
        }
    }

    /// F⁻¹(p).
    fn quantile(self, p: f64) -> f64 {
        let normal = || crate::numerics::normal::quantile(p);
        match self {
            Self::Normal { mean, sd } => mean + sd * normal(),
            Self::LogNormal { log_sd } => exp(log_sd * normal()),
            Self::Uniform { low, high } => low + (high - low) * p,
            Self::Triangular { low, mode, high } => {
                let rising = (mode - low) / (high - low);
                if p < rising {
                    low + (p * (high - low) * (mode - low)).sqrt()
                } else {
                    high - ((1.0 - p) * (high - low) * (high - mode)).sqrt()
                }
            }
            Self::Beta { low, high, mean, sd } => {
                let width = high - low;
                low + width * beta((mean - low) / width, sd / width).inverse_cdf(p)
            }
        }
    }

    /// F(x), the probability of a smaller value.
    fn probability(self, x: f64) -> f64 {
        match self {
            Self::Normal { mean, sd } => probability((x - mean) / sd),
            Self::LogNormal { log_sd } if x > 0.0 => probability(ln(x) / log_sd),
            Self::LogNormal { .. } => 0.0,
            Self::Uniform { low, high } => ((x - low) / (high - low)).clamp(0.0, 1.0),
            Self::Triangular { low, mode, high } => match x {
                _ if x <= low => 0.0,
                _ if x >= high => 1.0,
                _ if x < mode => (x - low).powi(2) / ((high - low) * (mode - low)),
                _ => 1.0 - (high - x).powi(2) / ((high - low) * (high - mode)),
            },
            Self::Beta { low, high, mean, sd } => {
                let width = high - low;
                beta((mean - low) / width, sd / width).cdf(((x - low) / width).clamp(0.0, 1.0))
            }
        }
    }
}

/// The distribution of an uncertain number around its central value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marginal {
    /// The distribution of what is drawn.
    pub family: Family,
    /// How it is applied.
    pub applied: Applied,
    /// Between which values it is cut off: what lies beyond has no probability, and the rest the more.
    pub bounds: [f64; 2],
}

impl Marginal {
    /// Bounds that cut nothing off.
    pub const UNBOUNDED: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];

    /// The value at a standard normal shock, F⁻¹(F(a) + (F(b) − F(a)) Φ(z)) between the bounds a and b; the nearer bound
    /// where nothing is left between them.
    pub fn at(&self, central: f64, shock: f64) -> f64 {
        let Self { family, applied, bounds } = *self;
        if bounds.iter().all(|bound| bound.is_infinite()) {
            return applied.value(central, family.at(shock));
        }
        let [from, to] = bounds.map(|bound| family.probability(applied.drawn(central, bound)));
        let drawn = family.quantile(from + (to - from) * probability(shock));
        applied.value(central, drawn).clamp(bounds[0], bounds[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILIES: [Family; 5] = [
        Family::Normal { mean: 1.0, sd: 0.3 },
        Family::LogNormal { log_sd: 0.4 },
        Family::Uniform { low: 0.5, high: 2.0 },
        Family::Triangular { low: 0.5, mode: 1.0, high: 3.0 },
        Family::Beta { low: 0.5, high: 2.5, mean: 1.3, sd: 0.4 },
    ];

    /// Values at the middles of many equally probable parts.
    fn values(marginal: Marginal, central: f64) -> Vec<f64> {
        let parts = 20_000;
        let shock = |at: i32| crate::numerics::normal::quantile((f64::from(at) + 0.5) / f64::from(parts));
        (0..parts).map(|at| marginal.at(central, shock(at))).collect()
    }

    fn moments(values: &[f64]) -> [f64; 2] {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
        [mean, variance.sqrt()]
    }

    #[test]
    fn each_family_has_the_mean_and_spread_of_its_formulas() {
        let expected = [
            [1.0, 0.3],
            [(0.08_f64).exp(), ((0.16_f64.exp() - 1.0) * 0.16_f64.exp()).sqrt()],
            [1.25, 1.5 / 12.0_f64.sqrt()],
            [1.5, ((0.25 + 1.0 + 9.0 - 0.5 - 1.5 - 3.0) / 18.0_f64).sqrt()],
            [1.3, 0.4],
        ];
        for (family, expected) in FAMILIES.into_iter().zip(expected) {
            let marginal = Marginal { family, applied: Applied::InPlace, bounds: Marginal::UNBOUNDED };
            for (found, expected) in moments(&values(marginal, 9.0)).into_iter().zip(expected) {
                assert!((found - expected).abs() < 1e-3, "{family:?}: {found} {expected}");
            }
        }
    }

    #[test]
    fn probabilities_are_the_inverse_of_quantiles() {
        for family in FAMILIES {
            for p in [0.001, 0.1, 0.3, 0.5, 0.9, 0.999] {
                let back = family.probability(family.quantile(p));
                assert!((back - p).abs() < 1e-8, "{family:?} {p}: {back}");
            }
        }
    }

    #[test]
    fn what_is_drawn_is_put_in_place_added_or_multiplied() {
        let family = Family::Uniform { low: 1.0, high: 3.0 };
        for (applied, value) in [(Applied::InPlace, 2.0), (Applied::Added, 6.0), (Applied::Times, 8.0)] {
            let marginal = Marginal { family, applied, bounds: Marginal::UNBOUNDED };
            assert!((marginal.at(4.0, 0.0) - value).abs() < 1e-12, "{applied:?}");
        }
    }

    #[test]
    fn a_distribution_that_is_cut_off_keeps_its_shape_between_the_bounds() {
        // A uniform one that is cut off is a uniform one.
        let family = Family::Uniform { low: 0.0, high: 2.0 };
        let marginal = Marginal { family, applied: Applied::Times, bounds: [4.0, 6.0] };
        let [mean, sd] = moments(&values(marginal, 4.0));
        assert!((mean - 5.0).abs() < 1e-3 && (sd - 2.0 / 12.0_f64.sqrt()).abs() < 1e-3, "{mean} {sd}");
        // Half of a normal one: its mean is √(2/π).
        let family = Family::Normal { mean: 0.0, sd: 1.0 };
        let marginal = Marginal { family, applied: Applied::Added, bounds: [7.0, f64::INFINITY] };
        let found = values(marginal, 7.0);
        assert!((moments(&found)[0] - 7.0 - (2.0 / std::f64::consts::PI).sqrt()).abs() < 1e-3);
        assert!(found.iter().all(|value| *value >= 7.0));
        // Bounds beyond all that may be drawn.
        let marginal = Marginal { bounds: [100.0, 200.0], ..marginal };
        assert!(values(marginal, 7.0).iter().all(|value| (100.0..=200.0).contains(value)));
    }

    #[test]
    fn a_beta_distribution_does_not_pile_up_at_its_ends() {
        for (mean, sd) in [(0.4, 0.1), (0.9, 0.5), (0.01, 0.3)] {
            let family = Family::beta(mean, sd);
            let marginal = Marginal { family, applied: Applied::InPlace, bounds: Marginal::UNBOUNDED };
            let [found_mean, found_sd] = moments(&values(marginal, 0.0));
            assert!((found_mean - mean).abs() < 1e-3, "{mean} {sd}: {found_mean}");
            assert!((found_sd - sd.min(0.5 * (mean * (1.0_f64 - mean)).sqrt())).abs() < 2e-3, "{found_sd}");
        }
    }
}
