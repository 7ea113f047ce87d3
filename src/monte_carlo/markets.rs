//! Solving draws of partial equilibrium: the same draws, with elasticities of demand and supply besides.

use std::ops::Range;

use rayon::prelude::*;

use crate::economy::policy::Policy;
use crate::model::equilibrium::SolveError;
use crate::model::impact::Impact;
use crate::model::partial::{MarketParameters, MarketsAfter, PartialEquilibrium};
use crate::monte_carlo::draw::Sampler;
use crate::monte_carlo::ensemble::Experiment;
use crate::monte_carlo::model::Partial;
use crate::monte_carlo::solver::{Repeated, Solved, Solver, Unsolved};

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

    /// What happens at central parameters.
    pub(super) fn central_impact(&self, experiment: &Experiment<'_>, markets: &PartialEquilibrium) -> Impact {
        markets.impact(&self.parameters, &self.central, experiment.flow_rows, experiment.sectors)
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

    /// The markets of a draw where it has flows of its own.
    fn own_markets(&self, index: u32) -> Option<PartialEquilibrium> {
        let (sampler, markets) = (&self.arms[0].sampler, self.partial.markets);
        sampler.draws_flows().then(|| {
            let (share, mut drawn) = (markets.shares(), markets.shares());
            sampler.shares(index, &share, &mut drawn);
            markets.with_shares(&drawn)
        })
    }

    /// What some outcomes do in a draw, with how many elasticities were raised to the floor.
    fn solve<'m>(&'m self, arms: &'m [MarketArm<'m>], index: u32) -> (u32, Vec<Result<Impact, SolveError>>) {
        let own_markets = self.own_markets(index);
        let markets = own_markets.as_ref().unwrap_or(self.partial.markets);
        let own = self.arms[0].sampler.markets(index, self.partial.elasticities);
        let mut floored = 0;
        let impact = |arm: &MarketArm<'_>| {
            let draw = arm.sampler.draw(index);
            floored = draw.floored;
            let parameters = MarketParameters { trade: draw.parameters, own: own.clone() };
            let after = markets.solve(arm.policy, &parameters, Some(&arm.central))?;
            Ok(markets.impact(&parameters, &after, self.experiment.flow_rows, self.experiment.sectors))
        };
        let impacts = arms.iter().map(impact).collect();
        (floored, impacts)
    }
}

impl Solver for MarketSolver<'_> {
    fn central_impacts(&self) -> Vec<Impact> {
        self.arms.iter().map(|arm| arm.central_impact(self.experiment, self.partial.markets)).collect()
    }

    fn block(&self, draws: Range<u32>) -> Vec<Solved> {
        let solve = |index: u32| {
            let (floored, impacts) = self.solve(&self.arms, index);
            let impacts = impacts.into_iter().enumerate();
            let result = impacts.map(|(outcome, impact)| impact.map_err(Unsolved::within(outcome)));
            Solved { floored, result: result.collect() }
        };
        draws.into_par_iter().map(solve).collect()
    }

    fn effort(&self) -> (usize, f64) {
        self.arms
            .iter()
            .map(|arm| arm.central.effort())
            .fold((0, 0.0), |(steps, residual), (more, size)| (steps.max(more), f64::max(residual, size)))
    }
}

impl Repeated for MarketSolver<'_> {
    /// Nothing but which they are.
    type Started = Range<u32>;

    fn started(&self, draws: Range<u32>) -> Range<u32> {
        draws
    }

    fn impacts(
        &self,
        policy: &Policy,
        draws: &Range<u32>,
    ) -> Result<Vec<Result<Impact, SolveError>>, SolveError> {
        let arm = [MarketArm::new(self.experiment, self.partial, policy)?];
        let impact = |index: u32| self.solve(&arm, index).1.remove(0);
        Ok(draws.clone().into_par_iter().map(impact).collect())
    }
}
