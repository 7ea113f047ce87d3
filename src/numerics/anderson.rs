//! Anderson acceleration of a fixed-point iteration, several problems side by side.
//!
//! Source: Walker & Ni (2011), Anderson acceleration for fixed-point iterations, SIAM Journal on Numerical
//! Analysis 49(4), 1715–1735, type II, written in the form z′ = z + g − (ΔZ + ΔG)·γ with γ = argmin ‖g − ΔG·γ‖.
//!
//! Preconditions: the step g(z) vanishes at the solution and is a contraction near it after acceleration; the
//! caller reports, with every step, the largest *relative residual of its equations*, which alone decides
//! convergence. Safeguards, each for a case that was met: long steps are shortened; plain steps are taken until they
//! are short; an accelerated step that grows fourfold over the shortest one sends the lane back to its best point,
//! without history and with smaller steps; when the sweeps are used up, the best point counts.

use multiversion::multiversion;
use nalgebra::{DMatrix, DVector};

use crate::numerics::lanes::{Buffer, add_scaled, dot};

/// A fixed-point problem with K lanes.
pub trait FixedPoint<const K: usize> {
    /// Number of unknowns of a lane.
    fn size(&self) -> usize;

    /// Puts the step g(z) into `step` and says how far each lane is from a solution.
    fn step(&mut self, z: &[f64], step: &mut [f64]) -> [Residual; K];

    /// The largest part of a step that each lane may take from `z` without leaving the domain; above 1 counts as 1.
    fn longest(&self, z: &[f64], step: &[f64]) -> [f64; K];

    /// The weight of each component of each lane in the norm that acceleration minimises.
    fn weights(&self) -> &[f64];

    /// Called when a lane went astray: its steps should be more careful from now on.
    fn more_careful(&mut self, lane: usize);
}

/// How far from a solution a lane is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Residual {
    /// The largest relative residual of any equation.
    pub largest: f64,
    /// Which equation has it.
    pub worst: usize,
}

/// When to stop and how much history to keep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Converged when every relative residual is below this.
    pub tolerance: f64,
    /// Also converged when it is below this and the sweeps are used up: rounding may leave no better.
    pub acceptable: f64,
    /// Give up after this many sweeps.
    pub most_sweeps: usize,
    /// Columns of history; 0 is the plain iteration.
    pub depth: usize,
    /// Acceleration starts once the step of a lane is shorter than this; before, plain steps are taken.
    pub accelerate_below: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { tolerance: 4e-11, acceptable: 1e-10, most_sweeps: 400, depth: 6, accelerate_below: 0.5 }
    }
}

/// How a lane ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Whether every relative residual is below the tolerance.
    pub converged: bool,
    /// Sweeps until then, the one that found convergence included.
    pub sweeps: usize,
    /// The residual at the returned point.
    pub residual: Residual,
}

/// An accelerated lane whose step is this many times longer than its shortest one went astray, at first.
const GROWTH: f64 = 4.0;
/// A step below this part of the shortest one so far is clearly shorter.
const CLEARLY: f64 = 0.9;
/// After this many sweeps without a clearly shorter step, steps are made smaller.
const PATIENCE: usize = 20;
/// Plain steps after going astray the first time; twice as many each time.
const PLAIN: usize = 10;

/// Solves all lanes from the start in `z`, which then holds the solutions.
///
/// Lanes end independently: a converged lane is not touched again.
pub fn solve<const K: usize>(
    problem: &mut impl FixedPoint<K>,
    z: &mut [f64],
    options: Options,
) -> [Outcome; K] {
    let size = problem.size();
    let mut lanes: [LaneState; K] = std::array::from_fn(|_| LaneState::new(options.accelerate_below));
    let mut best = Buffer::zeros(size * K);
    best.copy_from_slice(z);
    let mut history = History::<K>::new(size, options.depth);
    let mut step = Buffer::zeros(size * K);
    let mut sweeps = 0;
    loop {
        let residuals = problem.step(z, &mut step);
        sweeps += 1;
        for (state, residual) in lanes.iter_mut().zip(residuals) {
            state.see_residual(residual, sweeps, options);
        }
        if lanes.iter().all(|state| state.ended.is_some()) {
            let settled = lanes.each_mut().map(|state| state.settles_for_best(options));
            keep_where::<K>(z, &best, settled);
            return lanes.map(|state| state.ended.expect("every lane has ended"));
        }
        let lengths = history.extend(z, &step, problem.weights());
        for (state, length) in lanes.iter_mut().zip(lengths) {
            state.see_length(length, sweeps);
        }
        history.link(&mut lanes);
        history.accelerate(&lanes, &mut step);
        advance(problem, &mut lanes, z, &mut best, &mut step);
    }
}

/// Moves every lane that has not ended, within its domain, or back to its best point.
fn advance<const K: usize>(
    problem: &mut impl FixedPoint<K>,
    lanes: &mut [LaneState; K],
    z: &mut [f64],
    best: &mut [f64],
    moves: &mut [f64],
) {
    let longest = problem.longest(z, moves);
    let mut lengths = [0.0; K];
    let (mut improved, mut astray) = ([false; K], [false; K]);
    for (l, state) in lanes.iter_mut().enumerate() {
        if state.ended.is_some() {
            continue;
        }
        if state.is_careless() {
            problem.more_careful(l);
        }
        if state.went_astray {
            astray[l] = true;
        } else {
            improved[l] = state.is_best_yet();
            lengths[l] = longest[l].min(1.0);
        }
    }
    keep_where::<K>(best, z, improved);
    if astray.contains(&true) {
        keep_where::<K>(z, best, astray);
    }
    move_by::<K>(z, &lengths, moves);
}

/// Takes the values of some lanes from elsewhere.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn keep_where<const K: usize>(target: &mut [f64], source: &[f64], lanes: [bool; K]) {
    for (target, source) in target.as_chunks_mut::<K>().0.iter_mut().zip(source.as_chunks::<K>().0) {
        for l in 0..K {
            target[l] = if lanes[l] { source[l] } else { target[l] };
        }
    }
}

/// z ← z + length·move in each lane; a lane that rests must not move even where its move is not a number.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn move_by<const K: usize>(z: &mut [f64], lengths: &[f64; K], moves: &[f64]) {
    for (z, moves) in z.as_chunks_mut::<K>().0.iter_mut().zip(moves.as_chunks::<K>().0) {
        for l in 0..K {
            z[l] += if lengths[l] > 0.0 { lengths[l] * moves[l] } else { 0.0 };
        }
    }
}

/// What is remembered of a lane between sweeps.
///
/// A lane takes plain steps until they are short, then accelerated ones. If those lead astray it goes back to its
/// best point and takes plain steps for a while, each time longer, before it accelerates again.
struct LaneState {
    /// Length of the present step, and of the shortest one so far with the residual there.
    length: f64,
    best: f64,
    best_residual: Residual,
    /// The residual of the present point.
    residual: Residual,
    /// Sweeps since the shortest step became clearly shorter.
    idle: usize,
    went_astray: bool,
    accelerates: bool,
    /// Acceleration starts once steps are shorter than this.
    accelerate_below: f64,
    /// And not before this sweep.
    plain_until: usize,
    /// Plain steps after the next time it goes astray, and how much a step may grow until then.
    plain: usize,
    growth: f64,
    /// Columns of history that belong to this lane's present stretch.
    columns: usize,
    ended: Option<Outcome>,
}

impl LaneState {
    fn new(accelerate_below: f64) -> Self {
        Self {
            length: f64::INFINITY,
            best: f64::INFINITY,
            best_residual: Residual { largest: f64::INFINITY, worst: 0 },
            residual: Residual { largest: f64::INFINITY, worst: 0 },
            idle: 0,
            went_astray: false,
            accelerates: false,
            accelerate_below,
            plain_until: 0,
            plain: PLAIN,
            growth: GROWTH,
            columns: 0,
            ended: None,
        }
    }

    /// Ends the lane if the residual is small enough, or the sweeps are used up.
    fn see_residual(&mut self, residual: Residual, sweeps: usize, options: Options) {
        if self.ended.is_some() {
            return;
        }
        let used_up = sweeps >= options.most_sweeps;
        let enough = if used_up { options.acceptable } else { options.tolerance };
        let converged = residual.largest < enough;
        if converged || used_up {
            self.ended = Some(Outcome { converged, sweeps, residual });
        }
        self.residual = residual;
    }

    /// Decides how to go on from the length of the step.
    fn see_length(&mut self, length: f64, sweeps: usize) {
        if self.ended.is_some() {
            return;
        }
        self.length = length;
        self.idle = if length < CLEARLY * self.best { 0 } else { self.idle + 1 };
        let grew = length > self.growth * self.best;
        self.went_astray = !length.is_finite() || (self.accelerates && grew);
        if self.went_astray {
            // More patience every time, or a lane could go the same way round for ever.
            self.growth *= 2.0;
            self.plain_until = sweeps + self.plain;
            self.plain *= 2;
        }
        self.accelerates = sweeps >= self.plain_until && length < self.accelerate_below;
    }

    /// Whether steps have brought nothing for so long, or so much harm, that they should be smaller.
    fn is_careless(&mut self) -> bool {
        let careless = self.went_astray || self.idle >= PATIENCE;
        if careless {
            self.idle = 0;
        }
        careless
    }

    fn is_best_yet(&mut self) -> bool {
        let improved = self.length < self.best;
        if improved {
            self.best = self.length;
            self.best_residual = self.residual;
        }
        improved
    }

    /// Whether a lane that used up its sweeps at a worse point than its best one takes that, as it is good enough.
    fn settles_for_best(&mut self, options: Options) -> bool {
        let Some(outcome) = &mut self.ended else { return false };
        let settles = !outcome.converged && self.best_residual.largest < options.acceptable;
        if settles {
            *outcome = Outcome { converged: true, residual: self.best_residual, ..*outcome };
        }
        settles
    }
}

/// The last differences of points and steps, all lanes together, with their inner products.
struct History<const K: usize> {
    depth: usize,
    /// How many columns have ever been written; column `c` lies in slot `c % depth`.
    written: usize,
    /// ΔZ + ΔG by slot.
    reach: Vec<Buffer>,
    /// ΔG by slot, in the norm of the problem.
    steps: Vec<Buffer>,
    last_reach: Buffer,
    last_step: Buffer,
    /// Whether a lane's last point belongs to its present stretch.
    linked: [bool; K],
    /// ΔG_a·ΔG_b of each lane, by slot, and ΔG_a·g.
    gram: Vec<DMatrix<f64>>,
    right: Vec<[f64; K]>,
}

/// Components whose numbers are worked on together while they are in the processor's cache.
const BLOCK: usize = 128;

impl<const K: usize> History<K> {
    fn new(size: usize, depth: usize) -> Self {
        let slots = depth.max(1);
        Self {
            depth,
            written: 0,
            reach: (0..slots).map(|_| Buffer::zeros(size * K)).collect(),
            steps: (0..slots).map(|_| Buffer::zeros(size * K)).collect(),
            last_reach: Buffer::zeros(size * K),
            last_step: Buffer::zeros(size * K),
            linked: [false; K],
            gram: vec![DMatrix::zeros(depth, depth); K],
            right: vec![[0.0; K]; depth],
        }
    }

    /// Writes the newest differences, and all inner products with them and with the step, whose length it gives.
    fn extend(&mut self, z: &[f64], step: &[f64], weights: &[f64]) -> [f64; K] {
        let slot = self.written % self.reach.len();
        let used = self.depth.min(self.written + 1);
        let mut square = [0.0; K];
        let mut newest = vec![[0.0; K]; used];
        self.right.fill([0.0; K]);
        for start in (0..z.len()).step_by(BLOCK * K) {
            let block = start..z.len().min(start + BLOCK * K);
            let (z, step, weights) = (&z[block.clone()], &step[block.clone()], &weights[block.clone()]);
            reach_difference(
                &mut self.reach[slot][block.clone()],
                &mut self.last_reach[block.clone()],
                z,
                step,
            );
            let last_step = &mut self.last_step[block.clone()];
            step_difference(&mut self.steps[slot][block.clone()], last_step, weights, step);
            add_to(&mut square, dot::<K>(last_step, last_step));
            for (other, newest) in newest.iter_mut().enumerate() {
                let column = &self.steps[other][block.clone()];
                add_to(newest, dot::<K>(&self.steps[slot][block.clone()], column));
                add_to(&mut self.right[other], dot::<K>(column, last_step));
            }
        }
        for (other, products) in newest.into_iter().enumerate() {
            for (l, product) in products.into_iter().enumerate() {
                self.gram[l][(slot, other)] = product;
                self.gram[l][(other, slot)] = product;
            }
        }
        self.written += 1;
        square.map(f64::sqrt)
    }

    /// Counts the columns that belong to the present stretch of each lane.
    fn link(&mut self, lanes: &mut [LaneState; K]) {
        for (l, state) in lanes.iter_mut().enumerate() {
            state.columns = if self.linked[l] { (state.columns + 1).min(self.depth) } else { 0 };
            self.linked[l] = state.accelerates && !state.went_astray;
        }
    }

    /// Turns the step of each lane into the accelerated move g − (ΔZ + ΔG)·γ.
    fn accelerate(&self, lanes: &[LaneState; K], step: &mut [f64]) {
        let used = lanes.iter().map(|state| state.columns).max().unwrap_or(0);
        let slots: Vec<usize> = (1..=used).map(|back| (self.written - back) % self.depth).collect();
        let weights: [Vec<f64>; K] = std::array::from_fn(|l| {
            let slots = &slots[..lanes[l].columns];
            let right: Vec<f64> = slots.iter().map(|&slot| self.right[slot][l]).collect();
            least_squares(&self.gram[l], slots, &right)
        });
        let weight = |at: usize| std::array::from_fn(|l| weights[l].get(at).map_or(0.0, |weight| -weight));
        let weights: Vec<[f64; K]> = (0..used).map(weight).collect();
        for start in (0..step.len()).step_by(BLOCK * K) {
            let block = start..step.len().min(start + BLOCK * K);
            for (weight, &slot) in weights.iter().zip(&slots) {
                add_scaled(&mut step[block.clone()], weight, &self.reach[slot][block.clone()]);
            }
        }
    }
}

fn add_to<const K: usize>(sum: &mut [f64; K], values: [f64; K]) {
    (0..K).for_each(|l| sum[l] += values[l]);
}

/// ΔZ + ΔG: how far z + g has come from the last one, which it replaces.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn reach_difference(target: &mut [f64], last: &mut [f64], z: &[f64], step: &[f64]) {
    for (((target, last), z), step) in target.iter_mut().zip(last).zip(z).zip(step) {
        let here = z + step;
        *target = here - *last;
        *last = here;
    }
}

/// ΔG in the norm of the problem: how the weighted step differs from the last one, which it replaces.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn step_difference(target: &mut [f64], last: &mut [f64], weights: &[f64], step: &[f64]) {
    for (((target, last), weight), step) in target.iter_mut().zip(last).zip(weights).zip(step) {
        let here = weight * step;
        *target = here - *last;
        *last = here;
    }
}

/// γ that minimises ‖g − ΔG·γ‖, from inner products, the columns scaled to length one.
///
/// Columns that are (nearly) dependent on newer ones are left out: the oldest go first until the Cholesky
/// factor of the scaled Gram matrix exists.
fn least_squares(gram: &DMatrix<f64>, slots: &[usize], right: &[f64]) -> Vec<f64> {
    const RIDGE: f64 = 1e-14;
    for columns in (1..=slots.len()).rev() {
        let length = |a: usize| gram[(slots[a], slots[a])].sqrt();
        let scaled = DMatrix::from_fn(columns, columns, |a, b| {
            let cosine = gram[(slots[a], slots[b])] / (length(a) * length(b));
            if a == b { cosine + RIDGE } else { cosine }
        });
        let Some(factor) = scaled.cholesky() else { continue };
        let target = DVector::from_fn(columns, |a, _| right[a] / length(a));
        let solution = factor.solve(&target);
        let weights: Vec<f64> = (0..columns).map(|a| solution[a] / length(a)).collect();
        if weights.iter().all(|weight| weight.is_finite()) {
            return weights;
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::lanes::{gather, scatter};

    /// z ← z + (b − A z): converges on its own only if ‖I − A‖ < 1.
    struct Linear<const K: usize> {
        matrix: DMatrix<f64>,
        right: [DVector<f64>; K],
    }

    impl<const K: usize> FixedPoint<K> for Linear<K> {
        fn size(&self) -> usize {
            self.matrix.nrows()
        }

        fn step(&mut self, z: &[f64], step: &mut [f64]) -> [Residual; K] {
            std::array::from_fn(|l| {
                let here = DVector::from_vec(gather::<K>(z, l));
                let residual = &self.right[l] - &self.matrix * here;
                scatter::<K>(step, l, residual.as_slice());
                Residual { largest: residual.amax(), worst: residual.iamax() }
            })
        }

        fn longest(&self, _: &[f64], _: &[f64]) -> [f64; K] {
            [1.0; K]
        }

        fn weights(&self) -> &[f64] {
            &[1.0; 18][..self.matrix.nrows() * K]
        }

        fn more_careful(&mut self, _: usize) {}
    }

    fn matrix(size: usize, strength: f64) -> DMatrix<f64> {
        DMatrix::from_fn(size, size, |a, b| {
            f64::from(u8::from(a == b)) + strength * (((a * 7 + b * 3) % 5) as f64 - 2.0) / size as f64
        })
    }

    #[test]
    fn a_linear_system_is_solved_in_as_many_sweeps_as_it_has_unknowns() {
        let right = [DVector::from_fn(6, |a, _| a as f64 + 1.0)];
        let mut problem = Linear { matrix: matrix(6, 1.5), right: right.clone() };
        let mut z = vec![0.0; 6];
        let options = Options { accelerate_below: f64::INFINITY, ..Options::default() };
        let [outcome] = solve(&mut problem, &mut z, options);
        assert!(outcome.converged && outcome.sweeps <= 9, "{outcome:?}");
        let error = (matrix(6, 1.5) * DVector::from_vec(z) - &right[0]).amax();
        assert!(error < 1e-10, "{error}");
    }

    #[test]
    fn lanes_do_not_feel_one_another() {
        let lanes: [DVector<f64>; 3] =
            std::array::from_fn(|l| DVector::from_fn(5, |a, _| (a * l) as f64 + 1.0));
        let mut together = vec![0.0; 15];
        let outcomes = solve(
            &mut Linear { matrix: matrix(5, 1.2), right: lanes.clone() },
            &mut together,
            Options::default(),
        );
        for l in 0..3 {
            let mut alone = vec![0.0; 5];
            let problem = &mut Linear { matrix: matrix(5, 1.2), right: [lanes[l].clone()] };
            let [outcome] = solve(problem, &mut alone, Options::default());
            assert_eq!(outcome, outcomes[l]);
            assert_eq!(alone, gather::<3>(&together, l));
        }
    }

    #[test]
    fn what_cannot_converge_says_so() {
        let singular = DMatrix::zeros(3, 3);
        let mut problem = Linear { matrix: singular, right: [DVector::from_element(3, 1.0)] };
        let [outcome] = solve(&mut problem, &mut [0.0; 3], Options { most_sweeps: 50, ..Options::default() });
        assert!(!outcome.converged && outcome.sweeps == 50);
    }
}
