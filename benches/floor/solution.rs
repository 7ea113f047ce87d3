//! A solution taken apart: the time inside its sweeps, and the time between them.

use std::time::{Duration, Instant};

use tariffsim::model::shares::PathPoint;
use tariffsim::model::sweep::Sweep;
use tariffsim::model::trade_model::{GeneralEquilibrium, TradeModel as _};
use tariffsim::model::world::{Parameters, World};
use tariffsim::numerics::anderson::{self, FixedPoint, Outcome, Queue, Residual};
use tariffsim::numerics::lanes::scatter;

use crate::economies::Case;
use crate::support::{Seconds, draws, unknowns};

/// How long a solution takes.
pub(crate) struct Solution {
    pub(crate) sweeps: usize,
    pub(crate) whole: Seconds,
    /// What is not sweeping, per sweep.
    pub(crate) acceleration: Seconds,
}

impl Solution {
    /// The central case from the baseline, or K draws from the central case.
    pub(crate) fn timed<const K: usize>(
        model: &GeneralEquilibrium,
        world: &World<'_>,
        case: &Case,
        samples: usize,
    ) -> Self {
        let start = &case.baseline.central;
        let central = model.solve(world, &case.central, start).expect("an equilibrium");
        let (start, draws) =
            if K == 1 { (start, vec![case.central.clone()]) } else { (&central, draws(case)) };
        let start = unknowns(start, 1);
        let (mut whole, mut acceleration, mut sweeps) = (Vec::new(), Vec::new(), 0);
        for _ in 0..samples {
            let sweep = Sweep::<K>::new(world, world.preconditioner, PathPoint::END);
            let mut watched = Watched { sweep, sweeps: 0, inside: Duration::ZERO };
            let begin = Instant::now();
            anderson::solve(&mut watched, &mut Draws { start: &start, left: &draws }, model.options);
            let taken = begin.elapsed();
            sweeps = watched.sweeps;
            whole.push(taken.as_secs_f64());
            acceleration.push((taken - watched.inside).as_secs_f64() / sweeps as f64);
        }
        Self { sweeps, whole: Seconds::of(whole), acceleration: Seconds::of(acceleration) }
    }
}

/// A sweep that keeps the time.
struct Watched<'a, const K: usize> {
    sweep: Sweep<'a, K>,
    sweeps: usize,
    inside: Duration,
}

impl<const K: usize> FixedPoint<K> for Watched<'_, K> {
    fn size(&self) -> usize {
        self.sweep.size()
    }

    fn step(&mut self, z: &[f64], step: &mut [f64]) -> [Residual; K] {
        let begin = Instant::now();
        let residuals = self.sweep.step(z, step);
        self.inside += begin.elapsed();
        self.sweeps += 1;
        residuals
    }

    fn longest(&self, z: &[f64], step: &[f64]) -> [f64; K] {
        self.sweep.longest(z, step)
    }

    fn weights(&self) -> &[f64] {
        self.sweep.weights()
    }

    fn more_careful(&mut self, lane: usize) {
        self.sweep.more_careful(lane);
    }
}

/// Draws that begin at one point.
struct Draws<'a> {
    start: &'a [f64],
    left: &'a [Parameters],
}

impl<const K: usize> Queue<K, Watched<'_, K>> for Draws<'_> {
    fn next(&mut self, watched: &mut Watched<'_, K>, lane: usize, z: &mut [f64]) -> bool {
        let Some((draw, left)) = self.left.split_first() else { return false };
        self.left = left;
        watched.sweep.set_draw(lane, draw);
        scatter::<K>(z, lane, self.start);
        true
    }

    fn ended(&mut self, _watched: &Watched<'_, K>, _lane: usize, _z: &[f64], outcome: Outcome) {
        assert!(outcome.converged, "a draw near the central case is solved");
    }
}
