//! Tariffs as moves: the best ones of a country against given tariffs of all others, and those from which none of
//! several countries gains by deviating.
//!
//! Each player moves some levers, a lever being one number that is put on the rates of some flows. What is solved is the
//! first-order condition of every lever, ∂(welfare of its player)/∂(level) = 0, or that a bound is in the way: with one
//! player a best reply, with several a Nash equilibrium. Derivatives are exact ([`crate::model::welfare_gradient`]).
//! A level moves by its derivative over θM/I(1+τ)², the curvature of a small buyer's welfare, and the iteration is
//! accelerated. At the end every player tries larger deviations, as a first-order condition is also met at the bottom.

use std::collections::BTreeMap;

use rayon::prelude::*;
use thiserror::Error;

use crate::bilateral::{Bilateral, Flow};
use crate::economy::accounts::Accounts;
use crate::economy::policy::{Contribution, Duty, FlowChange, MeasureInfo, Policy, RateChange};
use crate::index::{CountryId, Position as _};
use crate::model::baseline::Baseline;
use crate::model::equilibrium::{Equilibrium, SolveError};
use crate::model::moved::moved;
use crate::model::shares::PathPoint;
use crate::model::trade_model::{GeneralEquilibrium, TradeModel as _};
use crate::model::welfare_gradient::welfare_gradient;
use crate::model::world::{Parameters, World};
use crate::numerics::anderson::{self, FixedPoint, Options, Outcome, Queue, Residual};
use crate::numerics::functions::{exp, ln};
use crate::units::{AdValorem, CostFactor};

/// Who chooses: one country, or several for the sum of their real incomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Player {
    /// A name for results.
    pub name: String,
    /// The countries.
    pub members: Vec<CountryId>,
}

/// A number that a player chooses: the level of the rates on some flows.
#[derive(Clone, Debug, PartialEq)]
pub struct Lever {
    /// Whose it is, by position.
    pub player: usize,
    /// The flows.
    pub flows: Vec<Taxed>,
}

/// A flow whose rate is base + weight · level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taxed {
    /// The flow.
    pub flow: Flow,
    /// The rate at level 0, as a fraction.
    pub base: f64,
    /// How much of the level it has.
    pub weight: f64,
}

/// What is to be chosen, and against what.
#[derive(Clone, Copy, Debug)]
pub struct TariffChoice<'a> {
    /// The baseline.
    pub baseline: &'a Baseline,
    /// What is in force besides; on the flows of levers its rates give way.
    pub background: &'a Policy,
    /// The parameters.
    pub parameters: &'a Parameters,
    /// Who chooses.
    pub players: &'a [Player],
    /// What they choose.
    pub levers: &'a [Lever],
    /// The lowest and the highest level, as fractions.
    pub bounds: [f64; 2],
}

/// Tariffs that are chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// The level of each lever.
    pub levels: Vec<f64>,
    /// The whole policy at these levels.
    pub policy: Policy,
    /// d ln(welfare of its player) / d level of each lever; not zero where a bound is in the way.
    pub slopes: Vec<f64>,
    /// ln(welfare) of each player, relative to observed policy.
    pub log_welfare: Vec<f64>,
    /// How often the world was solved on the way.
    pub rounds: usize,
    /// The most that a player gains by any of the deviations that were tried, in ln(welfare); below zero where all lose.
    pub best_deviation: f64,
}

/// Why no tariffs are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum ChoiceError {
    /// There is no equilibrium on the way.
    #[error("there is no equilibrium at some tariffs")]
    NoEquilibrium(SolveError),
    /// The background has a flow whose tariff depends on the outcome, or that is taxed by its exporter.
    #[error("a flow has a quota, a specific duty or a tax on exports")]
    Instrument(Flow),
    /// No tariffs were found that meet the conditions.
    #[error("not settled after {rounds} rounds: a tariff still moves by {distance:.1e}")]
    NotSettled {
        /// Rounds made.
        rounds: usize,
        /// How far a level is from where it would go, as a fraction.
        distance: f64,
    },
    /// The conditions are met, but a player does better elsewhere.
    #[error("the tariffs meet the first-order conditions, but a player gains by deviating")]
    Deviates {
        /// Who, by position.
        player: usize,
        /// What it gains, in ln(welfare).
        gain: f64,
    },
}

impl From<SolveError> for ChoiceError {
    fn from(error: SolveError) -> Self {
        Self::NoEquilibrium(error)
    }
}

/// Settled when every level is this near to where it would go.
const TOLERANCE: f64 = 1e-9;
/// A gain by deviating that is no gain.
const NO_GAIN: f64 = 1e-9;
/// The most a level moves at once.
const LONGEST: f64 = 0.25;
/// Deviations that every player tries at the end: its levels times these.
const DEVIATIONS: [f64; 6] = [0.0, 0.5, 0.9, 1.1, 1.5, 2.0];

/// How well the world is solved: derivatives show what is left over.
const WORLD: Options =
    Options { tolerance: 1e-12, acceptable: 1e-10, most_sweeps: 400, depth: 6, accelerate_below: 0.5 };

impl TariffChoice<'_> {
    /// Finds the tariffs, from some levels.
    ///
    /// # Errors
    /// [`ChoiceError`].
    pub fn settle(&self, start: &[f64]) -> Result<Chosen, ChoiceError> {
        let unlike =
            |change: &&FlowChange| change.duty != Duty::AdValorem || change.export_tax != AdValorem::FREE;
        if let Some(change) = self.background.changes.iter().find(unlike) {
            return Err(ChoiceError::Instrument(change.flow));
        }
        let mut search = Search::new(self, start)?;
        let mut end = End(None);
        let depth = Options::default().depth.min(self.levers.len());
        let options = Options {
            tolerance: TOLERANCE,
            acceptable: 10.0 * TOLERANCE,
            most_sweeps: 200,
            depth,
            accelerate_below: LONGEST,
        };
        anderson::solve::<1, _>(&mut search, &mut end, options);
        let (levels, outcome) = end.0.expect("the only problem has ended");
        if !outcome.converged {
            let distance = outcome.residual.largest;
            let unsolved = search.failed.filter(|_| distance.is_infinite());
            return Err(unsolved.map_or(
                ChoiceError::NotSettled { rounds: outcome.sweeps, distance },
                ChoiceError::NoEquilibrium,
            ));
        }
        search.chosen(&self.within(&levels), outcome.sweeps)
    }

    /// Levels within the bounds.
    fn within(&self, levels: &[f64]) -> Vec<f64> {
        levels.iter().map(|level| level.clamp(self.bounds[0], self.bounds[1])).collect()
    }

    /// The background with the levers at some levels.
    pub fn policy(&self, levels: &[f64]) -> Policy {
        let shape = self.baseline.accounts.shape;
        let background = self.background;
        let mut changes: BTreeMap<usize, FlowChange> =
            background.changes.iter().map(|change| (shape.cell(change.flow), change.clone())).collect();
        let mut rates: BTreeMap<_, RateChange> = background
            .rates
            .iter()
            .map(|change| ((change.flow.importer, change.flow.exporter, change.flow.sector), change.clone()))
            .collect();
        let mut measures = background.measures.clone();
        let mut touched = background.touched.clone();
        for (at, (lever, level)) in self.levers.iter().zip(levels).enumerate() {
            let name = &self.players[lever.player].name;
            measures.push(MeasureInfo {
                name: format!("tariff {} of {name}", at + 1),
                words: format!("the tariff that {name} chooses"),
                flows: lever.flows.len(),
            });
            for &Taxed { flow, base, weight } in &lever.flows {
                let rate =
                    AdValorem::new(base + weight * level).expect("rates and levels are above -1 together");
                let cost = changes.get(&shape.cell(flow)).map_or(CostFactor::UNCHANGED, |change| change.cost);
                changes.insert(shape.cell(flow), FlowChange::new(flow, rate, cost));
                let before = self.baseline.accounts.tariff.rate(flow);
                let change = rate.fraction() - before.fraction();
                let contributions = vec![Contribution { measure: measures.len() - 1, change }];
                let key = (flow.importer, flow.exporter, flow.sector);
                rates.insert(key, RateChange { flow, before, after: rate, statutory: rate, contributions });
                touched.push(flow);
            }
        }
        touched.sort_unstable_by_key(|flow| shape.cell(*flow));
        touched.dedup();
        Policy {
            changes: changes.into_values().collect(),
            touched,
            measures,
            rates: rates.into_values().collect(),
            ..background.clone()
        }
    }
}

/// The world at some levels.
struct Here {
    equilibrium: Equilibrium,
    accounts: Accounts,
}

/// The search as a fixed-point problem.
struct Search<'a> {
    choice: &'a TariffChoice<'a>,
    model: GeneralEquilibrium,
    start: Vec<f64>,
    /// Income and ln of prices at observed policy.
    incomes: Vec<f64>,
    prices: Vec<f64>,
    /// The last solution, from which the next is found.
    last: Equilibrium,
    failed: Option<SolveError>,
    weights: Vec<f64>,
    caution: f64,
}

impl<'a> Search<'a> {
    fn new(choice: &'a TariffChoice<'a>, start: &[f64]) -> Result<Self, ChoiceError> {
        let baseline = choice.baseline;
        let observed = Policy::default();
        let world = baseline.world(&observed)?;
        let before = moved(&world, PathPoint::END, choice.parameters, &baseline.central);
        Ok(Self {
            choice,
            model: GeneralEquilibrium { options: WORLD },
            start: start.to_vec(),
            incomes: before.incomes(),
            prices: consumer_prices(&before, &baseline.central),
            last: baseline.central.clone(),
            failed: None,
            weights: vec![1.0; choice.levers.len()],
            caution: 1.0,
        })
    }

    fn solve(&self, levels: &[f64]) -> Result<Here, SolveError> {
        let policy = self.choice.policy(levels);
        let world: World<'_> = self.choice.baseline.world(&policy)?;
        let equilibrium = self.model.solve(&world, self.choice.parameters, &self.last)?;
        let accounts = moved(&world, PathPoint::END, self.choice.parameters, &equilibrium);
        Ok(Here { equilibrium, accounts })
    }

    /// Real income of every country relative to observed policy, Î/P̂.
    fn welfare(&self, here: &Here) -> Vec<f64> {
        let prices = consumer_prices(&here.accounts, &here.equilibrium);
        let incomes = here.accounts.incomes();
        let hats = incomes.iter().zip(&self.incomes).zip(prices.iter().zip(&self.prices));
        hats.map(|((after, before), (price, from))| after / before * exp(from - price)).collect()
    }

    /// ln of a player's real income relative to observed policy, and the weights of its members in the derivative.
    fn log_welfare(&self, player: usize, welfare: &[f64]) -> (f64, Vec<f64>) {
        let members = &self.choice.players[player].members;
        let mut weights = vec![0.0; welfare.len()];
        members.iter().for_each(|member| {
            weights[member.index()] = self.incomes[member.index()] * welfare[member.index()];
        });
        let (before, after) = (
            members.iter().map(|member| self.incomes[member.index()]).sum::<f64>(),
            weights.iter().sum::<f64>(),
        );
        weights.iter_mut().for_each(|weight| *weight /= after);
        (ln(after / before), weights)
    }

    /// The derivative of every lever's own player, and how fast that falls.
    fn slopes(&self, levels: &[f64], here: &Here) -> Result<(Vec<f64>, Vec<f64>), SolveError> {
        let (choice, accounts) = (self.choice, &here.accounts);
        let welfare = self.welfare(here);
        let theta = &choice.parameters.theta;
        let gradients: Vec<Bilateral> = (0..choice.players.len())
            .into_par_iter()
            .map(|player| {
                let (_, weights) = self.log_welfare(player, &welfare);
                welfare_gradient(accounts, theta, choice.baseline.closure, &weights)
            })
            .collect::<Result<_, _>>()?;
        let (flows, incomes) = (accounts.flow_values(), accounts.incomes());
        let of = |(lever, level): (&Lever, &f64)| {
            let members = &choice.players[lever.player].members;
            let income: f64 = members.iter().map(|member| incomes[member.index()]).sum();
            let (mut slope, mut curvature) = (0.0, 0.0);
            for &Taxed { flow, base, weight } in &lever.flows {
                let by_factor = weight / (1.0 + base + weight * level);
                slope += gradients[lever.player].get(flow) * by_factor;
                curvature += theta[flow.sector.index()] * flows.get(flow) / income * by_factor.powi(2);
            }
            (slope, curvature)
        };
        Ok(choice.levers.iter().zip(levels).map(of).unzip())
    }

    /// The tariffs at the end, with every deviation tried.
    fn chosen(&self, levels: &[f64], rounds: usize) -> Result<Chosen, ChoiceError> {
        let here = self.solve(levels)?;
        let (slopes, _) = self.slopes(levels, &here)?;
        let welfare = self.welfare(&here);
        let players = 0..self.choice.players.len();
        let log_welfare: Vec<f64> =
            players.clone().map(|player| self.log_welfare(player, &welfare).0).collect();
        let deviations: Vec<(usize, f64)> =
            players.flat_map(|player| DEVIATIONS.map(|factor| (player, factor))).collect();
        let gains: Vec<(usize, f64)> = deviations
            .into_par_iter()
            .map(|(player, factor)| {
                let moved = self.choice.levers.iter().zip(levels);
                let moved =
                    moved.map(|(lever, level)| if lever.player == player { factor * level } else { *level });
                // Where there is no equilibrium there is nothing to gain.
                let elsewhere = self.solve(&self.choice.within(&moved.collect::<Vec<_>>()));
                let found = elsewhere.map(|there| self.log_welfare(player, &self.welfare(&there)).0);
                (player, found.map_or(f64::NEG_INFINITY, |found| found - log_welfare[player]))
            })
            .collect();
        let best = gains.iter().copied().max_by(|(_, a), (_, b)| a.total_cmp(b));
        let (player, gain) = best.unwrap_or((0, f64::NEG_INFINITY));
        if gain > NO_GAIN {
            return Err(ChoiceError::Deviates { player, gain });
        }
        let policy = self.choice.policy(levels);
        Ok(Chosen { levels: levels.to_vec(), policy, slopes, log_welfare, rounds, best_deviation: gain })
    }

    /// Where every level would go from some levels.
    fn moves(&mut self, levels: &[f64]) -> Result<Vec<f64>, SolveError> {
        let here = self.solve(levels)?;
        let (slopes, curvatures) = self.slopes(levels, &here)?;
        self.last = here.equilibrium;
        // Where nothing is traded any more nothing says where to go.
        let move_ = |(slope, curvature): (f64, f64)| if curvature > 0.0 { slope / curvature } else { 0.0 };
        Ok(slopes.into_iter().zip(curvatures).map(move_).collect())
    }
}

/// Σ_j α_nj ln P̂_nj by country.
fn consumer_prices(accounts: &Accounts, equilibrium: &Equilibrium) -> Vec<f64> {
    let j = accounts.shape.sectors;
    let shares = accounts.final_share.chunks_exact(j).zip(equilibrium.log_price.chunks_exact(j));
    shares
        .map(|(shares, prices)| shares.iter().zip(prices).map(|(share, price)| share * price).sum())
        .collect()
}

impl FixedPoint<1> for Search<'_> {
    fn size(&self) -> usize {
        self.start.len()
    }

    fn step(&mut self, z: &[f64], step: &mut [f64]) -> [Residual; 1] {
        let levels = self.choice.within(z);
        let moves = match self.moves(&levels) {
            Ok(moves) => moves,
            Err(error) => {
                self.failed = Some(error);
                step.fill(f64::NAN);
                return [Residual { largest: f64::INFINITY, worst: 0 }];
            }
        };
        let reached: Vec<f64> = levels.iter().zip(&moves).map(|(level, by)| level + by).collect();
        let mut residual = Residual { largest: 0.0, worst: 0 };
        for (at, (reached, level)) in self.choice.within(&reached).into_iter().zip(&levels).enumerate() {
            step[at] = self.caution * (reached - level) + (level - z[at]);
            let size = (reached - level).abs();
            if size > residual.largest || size.is_nan() {
                residual = Residual { largest: if size.is_nan() { f64::INFINITY } else { size }, worst: at };
            }
        }
        [residual]
    }

    fn longest(&self, _: &[f64], step: &[f64]) -> [f64; 1] {
        [LONGEST / step.iter().fold(0.0_f64, |longest, step| longest.max(step.abs()))]
    }

    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn more_careful(&mut self, _: usize) {
        self.caution *= 0.5;
    }
}

/// The only search, from its start, and how it ended.
struct End(Option<(Vec<f64>, Outcome)>);

impl Queue<1, Search<'_>> for End {
    fn next(&mut self, search: &mut Search<'_>, _: usize, z: &mut [f64]) -> bool {
        z.copy_from_slice(&search.start);
        self.0.is_none()
    }

    fn ended(&mut self, _: &Search<'_>, _: usize, z: &[f64], outcome: Outcome) {
        self.0 = Some((z.to_vec(), outcome));
    }
}
