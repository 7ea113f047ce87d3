//! What the benches share besides the economies: draws, whole simulations, criterion's settings, and a stopwatch for
//! tables that criterion does not make.
#![allow(dead_code, reason = "each bench uses its own part")]

use std::time::{Duration, Instant};

use criterion::Criterion;
use tariffsim::bilateral::Flow;
use tariffsim::model::equilibrium::Equilibrium;
use tariffsim::model::impact::FlowRow;
use tariffsim::model::trade_model::{BATCH, GeneralEquilibrium};
use tariffsim::model::world::Parameters;
use tariffsim::monte_carlo::ensemble::{Experiment, Observer};
use tariffsim::monte_carlo::model::Model;
use tariffsim::monte_carlo::prior::Uncertainty;

use crate::economies::Case;

/// Criterion for what takes between a microsecond and a second.
pub(crate) fn brief() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
}

/// Criterion for whole simulations: ten are the fewest that it takes.
pub(crate) fn long() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(1))
        .measurement_time(Duration::from_millis(1))
}

/// As many draws as are solved side by side, with elasticities around the central ones.
pub(crate) fn draws(case: &Case) -> Vec<Parameters> {
    let draw = |l: usize| Parameters {
        theta: case.central.theta.iter().map(|theta| theta * (0.8 + 0.05 * l as f64)).collect(),
        exempt_shares: Vec::new(),
    };
    (0..BATCH).map(draw).collect()
}

/// The solver's unknowns of an equilibrium, for so many draws side by side.
pub(crate) fn unknowns(equilibrium: &Equilibrium, lanes: usize) -> Vec<f64> {
    let unknowns = equilibrium.log_wage.iter().chain(&equilibrium.log_price).chain(&equilibrium.expenditure);
    unknowns.flat_map(|&unknown| std::iter::repeat_n(unknown, lanes)).collect()
}

/// Nobody watches.
pub(crate) struct Unwatched;

impl Observer for Unwatched {
    fn draws(&self, _done: u32, _all: u32) {}
}

/// The flows of the policy, as the terminal page has them.
pub(crate) fn touched(case: &Case) -> Vec<FlowRow> {
    let row =
        |flow: &Flow| FlowRow { importer: flow.importer, exporter: flow.exporter, sector: Some(flow.sector) };
    case.policy.touched.iter().map(row).collect()
}

/// A simulation without sectors.
pub(crate) fn experiment<'a>(
    model: &'a GeneralEquilibrium,
    case: &'a Case,
    uncertainty: &'a Uncertainty,
    flow_rows: &'a [FlowRow],
) -> Experiment<'a> {
    Experiment {
        model: Model::general(model, &case.baseline),
        policy: &case.policy,
        elasticities: &case.elasticities,
        uncertainty,
        flow_rows,
        sectors: false,
    }
}

/// How long something takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seconds {
    /// The median of the samples.
    pub(crate) median: f64,
    /// The distance between the quartiles, as a share of the median.
    pub(crate) spread: f64,
    /// The fastest sample.
    pub(crate) fastest: f64,
}

impl Seconds {
    /// What samples say.
    pub(crate) fn of(mut samples: Vec<f64>) -> Self {
        samples.sort_by(f64::total_cmp);
        let at = |part: f64| samples[(part * (samples.len() - 1) as f64).round() as usize];
        Self { median: at(0.5), spread: (at(0.75) - at(0.25)) / at(0.5), fastest: at(0.0) }
    }
}

/// The time of one call, from so many samples of as many calls as take two milliseconds.
pub(crate) fn seconds(samples: usize, mut work: impl FnMut()) -> Seconds {
    const LONG_ENOUGH: f64 = 2e-3;
    let mut timed = |calls: usize| {
        let start = Instant::now();
        (0..calls).for_each(|_| work());
        start.elapsed().as_secs_f64() / calls as f64
    };
    let _warm_up = timed(1);
    let calls = (LONG_ENOUGH / timed(1)).ceil().max(1.0) as usize;
    Seconds::of((0..samples).map(|_| timed(calls)).collect())
}

/// Three significant digits, with the unit that suits.
pub(crate) fn time(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s >= 1.0 => (s, "s"),
        s if s >= 1e-3 => (1e3 * s, "ms"),
        s => (1e6 * s, "µs"),
    };
    format!("{} {unit}", digits(value))
}

/// Three significant digits.
pub(crate) fn digits(value: f64) -> String {
    let decimals = (2.0 - value.abs().log10().floor()).clamp(0.0, 2.0) as usize;
    format!("{value:.decimals$}")
}
