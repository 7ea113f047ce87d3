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

/// Fixed-point problems of one kind, solved in K lanes side by side.
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

/// The problems that wait to be solved. A lane that is done takes the next one, so that none waits for the others.
pub trait Queue<const K: usize, P> {
    /// Puts the next problem into a lane, and its start into `z`; `false` when none is left.
    fn next(&mut self, problems: &mut P, lane: usize, z: &mut [f64]) -> bool;

    /// Takes a lane's end: where it is, and how it ended.
    fn ended(&mut self, problems: &P, lane: usize, z: &[f64], outcome: Outcome);
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
    /// Whether every relative residual at the returned point is below the tolerance or, once the sweeps are used up, below
    /// what is acceptable.
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

/// Solves all problems of a queue. A problem's numbers never depend on its lane, nor on the problems beside it.
pub fn solve<const K: usize, P: FixedPoint<K>>(
    problems: &mut P,
    queue: &mut impl Queue<K, P>,
    options: Options,
) {
    let size = problems.size();
    let (mut z, mut best) = (Buffer::zeros(size * K), Buffer::zeros(size * K));
    let mut step = Buffer::zeros(size * K);
    let mut history = History::<K>::new(size, options.depth);
    let next = |problems: &mut P, queue: &mut _, lane, z: &mut [f64], best: &mut [f64]| {
        let state = LaneState::next(problems, queue, lane, z, options);
        // Where a problem begins is its best point until there is a better one.
        keep_where::<K>(best, z, only(lane));
        state
    };
    let mut lanes = std::array::from_fn(|lane| next(problems, queue, lane, &mut z, &mut best));
    while lanes.iter().any(LaneState::is_busy) {
        let residuals = problems.step(&z, &mut step);
        for (l, residual) in residuals.into_iter().enumerate() {
            if let Some(outcome) = lanes[l].see_residual(residual, options) {
                queue.ended(problems, l, &z, outcome);
                lanes[l] = next(problems, queue, l, &mut z, &mut best);
            }
        }
        let lengths = history.extend(&z, &step, problems.weights());
        for (l, length) in lengths.into_iter().enumerate() {
            if !length.is_finite() {
                history.wipe(l);
            }
            if let Some(outcome) = lanes[l].see_length(length) {
                queue.ended(problems, l, &z, outcome);
                lanes[l] = next(problems, queue, l, &mut z, &mut best);
            }
        }
        history.link(&mut lanes);
        history.accelerate(&lanes, &mut step);
        advance(problems, &mut lanes, &mut z, &mut best, &mut step);
    }
}

/// One lane of K.
fn only<const K: usize>(lane: usize) -> [bool; K] {
    std::array::from_fn(|l| l == lane)
}

/// Moves every lane that has looked where to go, within its domain, or back to its best point.
fn advance<const K: usize>(
    problems: &mut impl FixedPoint<K>,
    lanes: &mut [LaneState; K],
    z: &mut [f64],
    best: &mut [f64],
    moves: &mut [f64],
) {
    let longest = problems.longest(z, moves);
    let mut lengths = [0.0; K];
    let (mut improved, mut astray) = ([false; K], [false; K]);
    for (l, state) in lanes.iter_mut().enumerate() {
        match state.phase {
            Phase::Idle => continue,
            Phase::Fresh => {
                state.phase = Phase::Going;
                continue;
            }
            Phase::Going => {}
        }
        if state.is_careless() {
            problems.more_careful(l);
        }
        if state.went_astray || state.returns {
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

/// What a lane is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// It has a problem whose step is not known yet.
    Fresh,
    /// It is on its way.
    Going,
    /// No problem was left for it.
    Idle,
}

/// What is remembered of a lane between sweeps.
///
/// A lane takes plain steps until they are short, then accelerated ones. If those lead astray it goes back to its
/// best point and takes plain steps for a while, each time longer, before it accelerates again.
struct LaneState {
    phase: Phase,
    /// Sweeps of the present problem.
    sweeps: usize,
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
    /// Whether it has gone back to its best point for a last look, for want of sweeps.
    returns: bool,
}

impl LaneState {
    /// A lane with the queue's next problem, if there is one.
    fn next<const K: usize, P>(
        problems: &mut P,
        queue: &mut impl Queue<K, P>,
        lane: usize,
        z: &mut [f64],
        options: Options,
    ) -> Self {
        let phase = if queue.next(problems, lane, z) { Phase::Fresh } else { Phase::Idle };
        let none = Residual { largest: f64::INFINITY, worst: 0 };
        Self {
            phase,
            sweeps: 0,
            length: f64::INFINITY,
            best: f64::INFINITY,
            best_residual: none,
            residual: none,
            idle: 0,
            went_astray: false,
            accelerates: false,
            accelerate_below: options.accelerate_below,
            plain_until: 0,
            plain: PLAIN,
            growth: GROWTH,
            columns: 0,
            returns: false,
        }
    }

    fn is_busy(&self) -> bool {
        self.phase != Phase::Idle
    }

    /// How the lane ends, if the residual is small enough or the sweeps are used up.
    fn see_residual(&mut self, residual: Residual, options: Options) -> Option<Outcome> {
        if self.phase == Phase::Idle {
            return None;
        }
        self.phase = Phase::Going;
        self.sweeps += 1;
        self.residual = residual;
        let used_up = self.sweeps >= options.most_sweeps;
        let enough = if used_up { options.acceptable } else { options.tolerance };
        let converged = residual.largest < enough;
        if !converged && used_up && !self.returns && self.best_residual.largest < options.acceptable {
            self.returns = true;
            return None;
        }
        (converged || used_up).then_some(Outcome { converged, sweeps: self.sweeps, residual })
    }

    /// Decides how to go on from the length of the step. The lane ends if no step of the problem has had one yet: from
    /// where it begins there is nowhere to go.
    fn see_length(&mut self, length: f64) -> Option<Outcome> {
        if self.phase != Phase::Going {
            return None;
        }
        if !length.is_finite() && self.best.is_infinite() {
            return Some(Outcome { converged: false, sweeps: self.sweeps, residual: self.residual });
        }
        self.length = length;
        self.idle = if length < CLEARLY * self.best { 0 } else { self.idle + 1 };
        let grew = length > self.growth * self.best;
        self.went_astray = !length.is_finite() || (self.accelerates && grew);
        if self.went_astray {
            // More patience every time, or a lane could go the same way round for ever.
            self.growth *= 2.0;
            self.plain_until = self.sweeps + self.plain;
            self.plain *= 2;
        }
        self.accelerates = self.sweeps >= self.plain_until && length < self.accelerate_below;
        None
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
}

/// The last differences of points and steps, all lanes together, with their inner products.
///
/// Columns are kept in single precision: they only steer, and half as much memory is read.
struct History<const K: usize> {
    depth: usize,
    /// How many columns have ever been written; column `c` lies in slot `c % depth`.
    written: usize,
    /// ΔZ + ΔG by slot.
    reach: Vec<Buffer<f32>>,
    /// ΔG by slot, in the norm of the problem.
    steps: Vec<Buffer<f32>>,
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
            add_to(&mut square, dot::<K, _, _>(last_step, last_step));
            for (other, newest) in newest.iter_mut().enumerate() {
                let column = &self.steps[other][block.clone()];
                add_to(newest, dot::<K, _, _>(&self.steps[slot][block.clone()], column));
                add_to(&mut self.right[other], dot::<K, _, _>(column, last_step));
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

    /// Forgets a lane's numbers where some are none: even nothing times them would be no number.
    fn wipe(&mut self, lane: usize) {
        let wide = [&mut self.last_reach, &mut self.last_step].into_iter();
        wide.for_each(|values| values.iter_mut().skip(lane).step_by(K).for_each(|value| *value = 0.0));
        for column in self.reach.iter_mut().chain(&mut self.steps) {
            column.iter_mut().skip(lane).step_by(K).for_each(|value| *value = 0.0);
        }
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

/// The largest difference that is kept: products of larger ones would not be numbers in single precision.
const LARGEST: f64 = 1e30;

/// ΔZ + ΔG: how far z + g has come from the last one, which it replaces.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn reach_difference(target: &mut [f32], last: &mut [f64], z: &[f64], step: &[f64]) {
    for (((target, last), z), step) in target.iter_mut().zip(last).zip(z).zip(step) {
        let here = z + step;
        *target = (here - *last).clamp(-LARGEST, LARGEST) as f32;
        *last = here;
    }
}

/// ΔG in the norm of the problem: how the weighted step differs from the last one, which it replaces.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn step_difference(target: &mut [f32], last: &mut [f64], weights: &[f64], step: &[f64]) {
    for (((target, last), weight), step) in target.iter_mut().zip(last).zip(weights).zip(step) {
        let here = weight * step;
        *target = (here - *last).clamp(-LARGEST, LARGEST) as f32;
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
                let is_number = residual.iter().all(|value| !value.is_nan());
                let largest = if is_number { residual.amax() } else { f64::INFINITY };
                Residual { largest, worst: residual.iamax() }
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

    /// Right-hand sides that wait, and what became of those that were taken.
    struct Rights<'a> {
        rights: &'a [DVector<f64>],
        next: usize,
        taken: [usize; 8],
        ends: Vec<Option<(Outcome, Vec<f64>)>>,
    }

    impl<const K: usize> Queue<K, Linear<K>> for Rights<'_> {
        fn next(&mut self, problems: &mut Linear<K>, lane: usize, z: &mut [f64]) -> bool {
            let Some(right) = self.rights.get(self.next) else { return false };
            problems.right[lane] = right.clone();
            scatter::<K>(z, lane, &vec![0.0; right.len()]);
            self.taken[lane] = self.next;
            self.next += 1;
            true
        }

        fn ended(&mut self, _: &Linear<K>, lane: usize, z: &[f64], outcome: Outcome) {
            self.ends[self.taken[lane]] = Some((outcome, gather::<K>(z, lane)));
        }
    }

    fn solved<const K: usize>(
        matrix: DMatrix<f64>,
        rights: &[DVector<f64>],
        options: Options,
    ) -> Vec<(Outcome, Vec<f64>)> {
        let right = std::array::from_fn(|_| DVector::zeros(matrix.nrows()));
        let mut queue = Rights { rights, next: 0, taken: [0; 8], ends: vec![None; rights.len()] };
        solve(&mut Linear::<K> { matrix, right }, &mut queue, options);
        queue.ends.into_iter().map(|end| end.expect("every problem ends")).collect()
    }

    fn matrix(size: usize, strength: f64) -> DMatrix<f64> {
        DMatrix::from_fn(size, size, |a, b| {
            f64::from(u8::from(a == b)) + strength * (((a * 7 + b * 3) % 5) as f64 - 2.0) / size as f64
        })
    }

    #[test]
    fn a_linear_system_is_solved_in_as_many_sweeps_as_it_has_unknowns() {
        let right = DVector::from_fn(6, |a, _| a as f64 + 1.0);
        let options = Options { accelerate_below: f64::INFINITY, ..Options::default() };
        let ends = solved::<1>(matrix(6, 1.5), std::slice::from_ref(&right), options);
        let (outcome, z) = ends[0].clone();
        assert!(outcome.converged && outcome.sweeps <= 9, "{outcome:?}");
        let error = (matrix(6, 1.5) * DVector::from_vec(z) - &right).amax();
        assert!(error < 1e-10, "{error}");
    }

    #[test]
    fn problems_do_not_feel_their_lane_nor_one_another() {
        let rights: Vec<DVector<f64>> = (0..10)
            .map(|number| DVector::from_fn(5, |a, _| (a * number % 7) as f64 + 0.1 * number as f64))
            .collect();
        let together = solved::<3>(matrix(5, 1.2), &rights, Options::default());
        let sweeps: Vec<usize> = together.iter().map(|(outcome, _)| outcome.sweeps).collect();
        assert!(sweeps.iter().any(|count| *count != sweeps[0]), "{sweeps:?}");
        for (right, end) in rights.iter().zip(together) {
            let alone = solved::<1>(matrix(5, 1.2), std::slice::from_ref(right), Options::default());
            assert_eq!(alone, [end]);
        }
    }

    #[test]
    fn a_problem_that_is_no_number_does_no_harm_to_those_after_it() {
        let good = DVector::from_fn(5, |a, _| a as f64 + 1.0);
        let bad = DVector::from_element(5, f64::NAN);
        let options = Options { most_sweeps: 50, accelerate_below: f64::INFINITY, ..Options::default() };
        // The other lane accelerates all along, also when a good problem follows the bad one.
        let rights: Vec<_> = std::iter::once(bad).chain(vec![good.clone(); 12]).collect();
        let together = solved::<2>(matrix(5, 1.2), &rights, options);
        let alone = solved::<1>(matrix(5, 1.2), &[good], options);
        assert!(alone[0].0.converged && !together[0].0.converged);
        assert!(together[1..].iter().all(|end| *end == alone[0]), "{together:?}");
    }

    #[test]
    fn a_problem_without_a_first_step_ends_alike_before_and_after_others() {
        let good = DVector::from_fn(5, |a, _| a as f64 + 1.0);
        let bad = DVector::from_element(5, f64::INFINITY);
        let alone = solved::<1>(matrix(5, 1.2), std::slice::from_ref(&bad), Options::default());
        assert!(!alone[0].0.converged);
        let rights = [good.clone(), good.clone(), bad, good];
        let together = solved::<2>(matrix(5, 1.2), &rights, Options::default());
        assert_eq!(together[2].0.sweeps, alone[0].0.sweeps);
        assert_eq!(together[2].1, alone[0].1);
        let one_by_one = solved::<1>(matrix(5, 1.2), &rights, Options::default());
        assert_eq!(one_by_one[2].1, alone[0].1);
        assert_eq!(together[3], together[0]);
    }

    #[test]
    fn what_cannot_converge_says_so() {
        let options = Options { most_sweeps: 50, ..Options::default() };
        let ends = solved::<1>(DMatrix::zeros(3, 3), &[DVector::from_element(3, 1.0)], options);
        assert!(!ends[0].0.converged && ends[0].0.sweeps == 50);
    }
}
