//! How far trade has adjusted some time after a change of policy.

use std::fmt;

/// The time since a policy changed.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Horizon {
    /// So many years.
    Years(f64),
    /// Until trade has adjusted: elasticities as they are published.
    #[default]
    Long,
}

/// The elasticity of trade before tariff after one year and in the long run; Boehm, Levchenko & Pandalai-Nayar (2023).
const SHORT_RUN: f64 = 0.76;
const LONG_RUN: f64 = 2.12;

/// The first horizon for which there is an estimate, in years.
const FIRST: f64 = 1.0;

impl Horizon {
    /// The years after which trade has adjusted: "7 to 10", of which the last.
    pub const COMPLETE: f64 = 10.0;

    /// ρ: the elasticity at this horizon relative to that of the long run.
    ///
    /// Estimated at one year and in the long run; a straight line joins the two. Before the first year it is that of the
    /// first year, since nothing shorter is estimated.
    pub fn ratio(self) -> f64 {
        let Self::Years(years) = self else { return 1.0 };
        let first = SHORT_RUN / LONG_RUN;
        let way = ((years - FIRST) / (Self::COMPLETE - FIRST)).clamp(0.0, 1.0);
        if way < 1.0 { first + (1.0 - first) * way } else { 1.0 }
    }

    /// The trade elasticity θ at this horizon, from that of the long run: σ = 1 + θ is what is scaled, because the
    /// estimates are of trade before tariff. It may be below the floor of elasticities, or below zero.
    pub fn elasticity(self, theta: f64) -> f64 {
        match self {
            Self::Long => theta,
            Self::Years(_) => (1.0 + theta) * self.ratio() - 1.0,
        }
    }
}

impl fmt::Display for Horizon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Long => f.write_str("long run"),
            Self::Years(years) if (years - 1.0).abs() < 0.005 => f.write_str("1 year"),
            Self::Years(years) => write!(f, "{} years", (years * 100.0).round() / 100.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_runs_from_the_first_year_to_the_long_run() {
        let ratio = |years| Horizon::Years(years).ratio();
        assert!((ratio(1.0) - 0.76 / 2.12).abs() < 1e-15);
        assert!((ratio(0.0) - ratio(1.0)).abs() < 1e-15, "nothing shorter is estimated");
        assert!((ratio(5.5) - 0.5 * (1.0 + 0.76 / 2.12)).abs() < 1e-15, "half-way in time is half-way");
        assert!(ratio(9.9) < 1.0 && ratio(10.0) >= 1.0 && ratio(50.0) >= 1.0);
    }

    #[test]
    fn what_is_scaled_is_one_plus_theta() {
        assert!((Horizon::Years(1.0).elasticity(5.0) - (6.0 * 0.76 / 2.12 - 1.0)).abs() < 1e-12);
        assert!((Horizon::Long.elasticity(5.0) - 5.0).abs() < 1e-15);
    }
}
