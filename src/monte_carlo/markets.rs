//! Solving draws of partial equilibrium: the same draws, with elasticities of demand and supply besides.

use std::ops::Range;

use rayon::prelude::*;

use crate::economy::policy::Policy;
use crate::model::equilibrium::SolveError;
use crate::model::impact::Impact;
use crate::model::partial::{MarketParameters, MarketsAfter};
use crate::monte_carlo::draw::Sampler;
use crate::monte_carlo::ensemble::{Experiment, Partial};
use crate::monte_carlo::solver::{Solved, Solver};

/// One outcome, with its solution at central parameters.
pub(super) struct MarketArm<'a> {
    sampler: Sampler<'a>,
    policy: &'a Policy,
    parameters: MarketParameters,
    central: MarketsAfter,
}

impl<'a> MarketArm<'a> {
    pub(super) fn new(
        experiment: &'a Experiment<'a>,
        Partial { markets, elasticities }: Partial<'a>,
        policy: &'a Policy,
    ) -> Result<Self, SolveError> {
        let sampler = Sampler::new(experiment.uncertainty, experiment.elasticities, &policy.exempt_shares);
        let parameters = MarketParameters { trade: sampler.central(), own: elasticities.clone() };
        let central = markets.solve(policy, &parameters, None)?;
        Ok(Self { sampler, policy, parameters, central })
    }
}

/// Solves partial equilibrium.
pub(super) struct MarketSolver<'a> {
    experiment: &'a Experiment<'a>,
    partial: Partial<'a>,
    arms: Vec<MarketArm<'a>>,
}

impl<'a> MarketSolver<'a> {
    pub(super) fn new(
        experiment: &'a Experiment<'a>,
        partial: Partial<'a>,
        arms: Vec<MarketArm<'a>>,
    ) -> Self {
        Self { experiment, partial, arms }
    }

    fn solve(&self, index: u32) -> Solved {
        let Partial { markets, elasticities } = self.partial;
        let sampler = &self.arms[0].sampler;
        let own_flows =
            sampler.draws_flows().then(|| markets.with_shares(&sampler.shares(index, &markets.shares())));
        let markets = own_flows.as_ref().unwrap_or(markets);
        let own = sampler.markets(index, elasticities);
        let mut floored = 0;
        let impacts = self.arms.iter().map(|arm| {
            let draw = arm.sampler.draw(index);
            floored = draw.floored;
            let parameters = MarketParameters { trade: draw.parameters, own: own.clone() };
            let after = markets.solve(arm.policy, &parameters, Some(&arm.central))?;
            Ok(markets.impact(&parameters, &after, self.experiment.flow_rows, self.experiment.sectors))
        });
        let result = impacts.collect();
        Solved { floored, result }
    }
}

impl Solver for MarketSolver<'_> {
    fn central_impacts(&self) -> Vec<Impact> {
        let Experiment { flow_rows, sectors, .. } = *self.experiment;
        let impact = |arm: &MarketArm<'_>| {
            self.partial.markets.impact(&arm.parameters, &arm.central, flow_rows, sectors)
        };
        self.arms.iter().map(impact).collect()
    }

    fn block(&self, draws: Range<u32>) -> Vec<Solved> {
        draws.into_par_iter().map(|index| self.solve(index)).collect()
    }

    fn effort(&self) -> (usize, f64) {
        self.arms
            .iter()
            .map(|arm| arm.central.effort())
            .fold((0, 0.0), |(steps, residual), (more, size)| (steps.max(more), f64::max(residual, size)))
    }
}
