//! Where draws start: the central solution, moved by what it learnt about each elasticity.
//!
//! The nearer the start, the fewer sweeps. One elasticity at a time is raised and the world solved again; a draw starts
//! at the central solution plus the sum of those moves, each in proportion to how far the draw's elasticity is from the
//! central one. It changes how many sweeps a draw takes, never its solution.

use rayon::prelude::*;

use crate::model::equilibrium::Equilibrium;
use crate::model::trade_model::{BATCH, GeneralEquilibrium, TradeModel as _};
use crate::model::world::{Parameters, World};
use crate::numerics::functions::{exp, ln};
use crate::numerics::lanes::add_scaled;

/// What is expected of the equilibrium at any elasticities.
#[derive(Clone, Debug)]
pub struct Forecast {
    centre: Equilibrium,
    theta: Vec<f64>,
    /// By sector, how ln ŵ, ln P̂ and ln X̂ move per unit of ln θ; empty where that is not known.
    slopes: Vec<Vec<f64>>,
}

/// How far an elasticity is raised to learn what follows: about a standard deviation of its usual prior, so that the
/// slope is one over the distances that draws go.
const RISE: f64 = 0.25;

impl Forecast {
    /// The same at any elasticities.
    pub fn constant(centre: Equilibrium) -> Self {
        Self { centre, theta: Vec::new(), slopes: Vec::new() }
    }

    /// Learns from the world solved once a sector, from its solution at central parameters.
    pub fn learnt(
        model: &GeneralEquilibrium,
        world: &World<'_>,
        central: &Parameters,
        centre: Equilibrium,
    ) -> Self {
        let raised: Vec<Parameters> = (0..central.theta.len())
            .map(|sector| {
                let mut raised = central.clone();
                raised.theta[sector] *= exp(RISE);
                raised
            })
            .collect();
        let from = logs(&centre);
        let slopes = raised
            .par_chunks(BATCH)
            .flat_map_iter(|batch| {
                let draws: Vec<&Parameters> = batch.iter().collect();
                model.solve_batch(world, &draws, &vec![&centre; batch.len()])
            })
            .map(|found| {
                let to = found.map_or_else(|_| Vec::new(), |found| logs(&found));
                to.iter().zip(&from).map(|(to, from)| (to - from) / RISE).collect()
            })
            .collect();
        Self { centre, theta: central.theta.clone(), slopes }
    }

    /// Where to start for some parameters.
    pub fn at(&self, parameters: &Parameters) -> Equilibrium {
        let mut moves = vec![0.0; self.centre.log_wage.len() + 2 * self.centre.log_price.len()];
        for ((slope, theta), central) in self.slopes.iter().zip(&parameters.theta).zip(&self.theta) {
            add_scaled(&mut moves, &[ln(theta / central)], slope);
        }
        let (wages, rest) = moves.split_at(self.centre.log_wage.len());
        let (prices, spending) = rest.split_at(self.centre.log_price.len());
        let sum = |values: &[f64], moves: &[f64]| values.iter().zip(moves).map(|(a, b)| a + b).collect();
        Equilibrium {
            log_wage: sum(&self.centre.log_wage, wages),
            log_price: sum(&self.centre.log_price, prices),
            expenditure: self
                .centre
                .expenditure
                .iter()
                .zip(spending)
                .map(|(x, move_)| x * exp(*move_))
                .collect(),
            iterations: 0,
            residual: 0.0,
        }
    }
}

/// ln ŵ, ln P̂ and ln X̂; what is not spent on stays as it is.
fn logs(equilibrium: &Equilibrium) -> Vec<f64> {
    let spending = equilibrium.expenditure.iter().map(|x| if *x > 0.0 { ln(*x) } else { 0.0 });
    let prices = equilibrium.log_wage.iter().chain(&equilibrium.log_price).copied();
    prices.chain(spending).collect()
}
