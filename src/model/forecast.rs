//! Where draws start: the central solution, moved by what it learnt about each elasticity.
//!
//! The nearer the start, the fewer sweeps. Each elasticity is raised and lowered, one at a time and all together, and
//! the world solved roughly again; a draw starts at the central solution plus what follows from its elasticities up to
//! their squares and products, products taken together. It changes how many sweeps a draw takes, never its solution.

use rayon::prelude::*;

use crate::model::equilibrium::Equilibrium;
use crate::model::trade_model::{BATCH, GeneralEquilibrium, TradeModel as _};
use crate::model::world::{Parameters, World};
use crate::numerics::anderson::Options;
use crate::numerics::functions::{exp, ln};
use crate::numerics::lanes::{gather, scatter, transposed_times};

/// What is expected of the equilibrium at any elasticities.
#[derive(Clone, Debug)]
pub struct Forecast {
    centre: Equilibrium,
    theta: Vec<f64>,
    /// How ln ŵ, ln P̂, ln X̂, relative wages and firms move, by (term, unknown): with each ln θ, with its square, and with the mean product of
    /// two of them. Empty where nothing moves.
    moves: Vec<f64>,
}

/// How far an elasticity is moved to learn what follows: about a standard deviation of its usual prior.
const STEP: f64 = 0.25;
/// How far from its central value an elasticity still tells where to start: four times as far as was looked.
const FURTHEST: f64 = 4.0 * STEP;
/// How well the world must be solved for that: what is left out is larger.
const ROUGHLY: f64 = 1e-5;

impl Forecast {
    /// The same at any elasticities.
    pub fn constant(centre: Equilibrium) -> Self {
        Self { centre, theta: Vec::new(), moves: Vec::new() }
    }

    /// Learns from the world solved twice a sector and twice more, from its solution at central parameters.
    pub fn learnt(
        model: &GeneralEquilibrium,
        world: &World<'_>,
        central: &Parameters,
        centre: Equilibrium,
    ) -> Self {
        let sectors = central.theta.len();
        let moved = |which: Option<usize>, factor: f64| {
            let mut moved = central.clone();
            let chosen =
                moved.theta.iter_mut().enumerate().filter(|(j, _)| which.is_none_or(|which| which == *j));
            chosen.for_each(|(_, theta)| *theta *= factor);
            moved
        };
        let cases: Vec<Parameters> = (0..sectors)
            .map(Some)
            .chain([None])
            .flat_map(|which| [moved(which, exp(STEP)), moved(which, exp(-STEP))])
            .collect();
        let rough = Options { tolerance: ROUGHLY, acceptable: ROUGHLY, ..model.options };
        let model = GeneralEquilibrium { options: rough };
        let from = logs(&centre);
        let found: Vec<Vec<f64>> = cases
            .par_chunks(2 * BATCH)
            .flat_map_iter(|batch| {
                let draws: Vec<&Parameters> = batch.iter().collect();
                model.solve_batch(world, &draws, &vec![&centre; batch.len()])
            })
            // What has no solution there tells nothing.
            .map(|found| found.map_or_else(|_| from.clone(), |found| logs(&found)))
            .collect();
        let size = from.len();
        let mut moves = vec![0.0; (2 * sectors + 1) * size];
        let (slopes, rest) = moves.split_at_mut(sectors * size);
        let (curvatures, products) = rest.split_at_mut(sectors * size);
        for (term, (up, down)) in found.as_chunks::<2>().0.iter().map(|[up, down]| (up, down)).enumerate() {
            let bend = |at: usize| (up[at] + down[at] - 2.0 * from[at]) / (2.0 * STEP * STEP);
            if term == sectors {
                (0..size).for_each(|at| products[at] += bend(at));
                continue;
            }
            let own = term * size;
            for at in 0..size {
                slopes[own + at] = (up[at] - down[at]) / (2.0 * STEP);
                curvatures[own + at] = bend(at);
                products[at] -= bend(at);
            }
        }
        Self { centre, theta: central.theta.clone(), moves }
    }

    /// Where to start for some parameters.
    pub fn at(&self, draws: &[&Parameters]) -> Vec<Equilibrium> {
        if self.moves.is_empty() {
            return vec![self.centre.clone(); draws.len()];
        }
        let centre = &self.centre;
        let others = centre.log_relative_wage.len() + centre.log_scale.len();
        let size = centre.log_wage.len() + 2 * centre.log_price.len() + others;
        let mut moves = vec![0.0; size * BATCH];
        let mut starts = Vec::with_capacity(draws.len());
        for batch in draws.chunks(BATCH) {
            let mut terms = vec![0.0; self.moves.len() / size * BATCH];
            for (l, draw) in batch.iter().enumerate() {
                scatter::<BATCH>(&mut terms, l, &self.terms(draw));
            }
            transposed_times::<BATCH, _>(&self.moves, &terms, &mut moves);
            starts.extend((0..batch.len()).map(|l| self.moved(&gather::<BATCH>(&moves, l))));
        }
        starts
    }

    /// ln θ relative to the central one by sector, within what was looked at, its squares, and the mean product of two.
    fn terms(&self, draw: &Parameters) -> Vec<f64> {
        let log = |(theta, central): (&f64, &f64)| ln(theta / central).clamp(-FURTHEST, FURTHEST);
        let logs: Vec<f64> = draw.theta.iter().zip(&self.theta).map(log).collect();
        let squares: Vec<f64> = logs.iter().map(|log| log * log).collect();
        let (sum, of_squares) = (logs.iter().sum::<f64>(), squares.iter().sum::<f64>());
        let pairs = (logs.len() * (logs.len() - 1)).max(1) as f64;
        [&logs[..], &squares, &[(sum * sum - of_squares) / pairs]].concat()
    }

    fn moved(&self, moves: &[f64]) -> Equilibrium {
        let (wages, rest) = moves.split_at(self.centre.log_wage.len());
        let (prices, rest) = rest.split_at(self.centre.log_price.len());
        let (spending, rest) = rest.split_at(self.centre.expenditure.len());
        let (relative, firms) = rest.split_at(self.centre.log_relative_wage.len());
        let sum = |values: &[f64], moves: &[f64]| values.iter().zip(moves).map(|(a, b)| a + b).collect();
        let scaled = self.centre.expenditure.iter().zip(spending).map(|(x, move_)| x * exp(*move_));
        Equilibrium {
            log_wage: sum(&self.centre.log_wage, wages),
            log_price: sum(&self.centre.log_price, prices),
            expenditure: scaled.collect(),
            log_relative_wage: sum(&self.centre.log_relative_wage, relative),
            log_scale: sum(&self.centre.log_scale, firms),
            wedges: self.centre.wedges.clone(),
            iterations: 0,
            residual: 0.0,
        }
    }
}

/// ln ŵ, ln P̂, ln X̂, relative wages and firms; what is not spent on stays as it is.
fn logs(equilibrium: &Equilibrium) -> Vec<f64> {
    let spending = equilibrium.expenditure.iter().map(|x| if *x > 0.0 { ln(*x) } else { 0.0 });
    let prices = equilibrium.log_wage.iter().chain(&equilibrium.log_price).copied();
    let Equilibrium { log_relative_wage, log_scale, .. } = equilibrium;
    prices.chain(spending).chain(log_relative_wage.iter().chain(log_scale).copied()).collect()
}
