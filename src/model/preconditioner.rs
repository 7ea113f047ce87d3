//! What preconditions the solver: the links it can take into account at once, before it iterates on the rest.
//!
//! Prices feed back into prices, and spending into spending, mostly inside a country: the domestic Leontief inverse
//! of each country solves that part exactly. All countries meet in the labour markets: how wages answer to them, and
//! how prices and spending everywhere follow wages, is worked out for the world once, from the linearised model
//! (`Response`). Both are made at the baseline and central elasticities; they change how many sweeps a solution
//! takes, never the solution, so single precision will do for them.

use nalgebra::DMatrix;

use crate::economy::accounts::Accounts;
use crate::economy::closure::Closure;
use crate::model::entry::Entry;
use crate::model::response::Response;
use crate::numerics::lanes::{Buffer, lane, lane_mut, matrix_times, rounded, transposed_times, widened};

/// The preconditioner of all three blocks of unknowns.
#[derive(Clone, Debug)]
pub struct Preconditioner {
    sectors: usize,
    /// (I − diag(π_nn)·Γ_nᵀ)⁻¹ by (country, row, column), with π_nn the domestic shares and Γ_n the inputs.
    domestic: Vec<f32>,
    /// Γ_n by (country, input, output).
    inputs: Vec<f32>,
    /// π_nn by pair.
    home_share: Vec<f32>,
    /// How much output a pair loses per unit that its own costs add to its own price.
    substitution: Vec<f32>,
    /// Share of a country's wage bill per unit of output, by pair.
    labour: Vec<f32>,
    /// How wages answer to excess demand for labour, by (country, country).
    wages: Vec<f64>,
    /// The elasticities that is for.
    theta: Vec<f64>,
    /// What a sector's own wage does, by pair; empty where labour is mobile.
    own_wages: Vec<OwnWage>,
    /// How firms enter, where there are economies of scale.
    entry: Option<Entry>,
    /// How prices, spending, relative wages and firms follow wages.
    response: Response,
}

impl Preconditioner {
    /// The preconditioner at the accounts' shares, some trade elasticities and a closure; a matrix that is singular is
    /// replaced by the identity, which only costs sweeps.
    pub fn new(accounts: &Accounts, theta: &[f64], closure: impl Into<Closure>) -> Self {
        let closure = closure.into();
        let (n, j, friction) = (accounts.shape.countries, accounts.shape.sectors, closure.labour.friction());
        let home_share = accounts.domestic_share();
        let domestic = domestic_inverses(accounts, &home_share);
        let entry = Entry::new(accounts, theta, closure);
        let response = Response::new(accounts, theta, &domestic, (friction, entry.as_ref()));
        let substitution = |pair: usize| {
            let lost = lost_output(home_share[pair], response.output[pair], accounts.expenditure[pair]);
            theta[pair % j] * lost
        };
        let labour_share = |pair: usize| accounts.value_added_share[pair] / accounts.value_added[pair / j];
        let derivative = DMatrix::from_row_slice(n, n, &response.labour);
        let inverse = (-derivative).try_inverse().unwrap_or_else(|| DMatrix::identity(n, n));
        let wages = inverse.transpose().as_slice().to_vec();
        let pairs = 0..n * j;
        let own_wages = own_wages(accounts, &response.turning, &home_share, friction);
        Self {
            sectors: j,
            domestic: single(&domestic),
            inputs: single(&accounts.input_share),
            home_share: single(&home_share),
            substitution: pairs.clone().map(|pair| substitution(pair) as f32).collect(),
            labour: pairs.map(|pair| labour_share(pair) as f32).collect(),
            wages,
            theta: theta.to_vec(),
            own_wages,
            entry,
            response,
        }
    }

    /// What residuals of prices and spending do to a country's own prices and spending, and the demand for its
    /// labour that follows, relative to its wage bill.
    ///
    /// Own costs that raise own prices also cost sales, at home and abroad, and less is spent on inputs then.
    pub fn settle_at_home<const K: usize>(
        &self,
        country: usize,
        (price_residual, spending_residual): (&[f64], &[f64]),
        (price, spending): (&mut [f64], &mut [f64]),
        work: &mut Home<K>,
    ) -> [f64; K] {
        let j = self.sectors;
        let pairs = country * j..(country + 1) * j;
        let domestic = self.block(&self.domestic, country);
        rounded(price_residual, &mut work.residual);
        matrix_times::<K, _>(domestic, &work.residual, &mut work.step);
        widened(&work.step, price);
        let mut demanded = [0.0; K];
        let lanes = work.output.as_chunks_mut::<K>().0.iter_mut().zip(work.step.as_chunks::<K>().0);
        for (pair, (lanes, residual)) in pairs.clone().zip(lanes.zip(work.residual.as_chunks::<K>().0)) {
            let (output, price) = lanes;
            let (substitution, labour) = (self.substitution[pair], self.labour[pair]);
            for l in 0..K {
                output[l] = substitution * (residual[l] - price[l]);
                demanded[l] += labour * output[l];
            }
        }
        rounded(spending_residual, &mut work.residual);
        matrix_times::<K, _>(self.block(&self.inputs, country), &work.output, &mut work.step);
        work.residual.iter_mut().zip(&*work.step).for_each(|(residual, inputs)| *residual += inputs);
        transposed_times::<K, _>(domestic, &work.residual, &mut work.step);
        widened(&work.step, spending);
        for (pair, spending) in pairs.zip(work.step.as_chunks::<K>().0) {
            let weight = self.labour[pair] * self.home_share[pair];
            for l in 0..K {
                demanded[l] += weight * spending[l];
            }
        }
        demanded.map(f64::from)
    }

    /// How much more than at central elasticities a country's own wage lifts its excess demand for labour.
    pub fn wage_shift<'d>(&'d self, theta: &'d [f64]) -> impl Iterator<Item = f64> + 'd {
        self.response.switching.chunks_exact(self.sectors).map(|switching| {
            let more = theta.iter().zip(&self.theta).map(|(theta, central)| theta - central);
            switching.iter().zip(more).map(|(switching, more)| switching * more).sum()
        })
    }

    /// How far wages must move, given the relative excess demand for labour of every country, and what a draw adds to
    /// the answer to the own wage.
    ///
    /// A country that lives of a sector with a high elasticity is far off at others. One step of the identity
    /// (−J − δ)⁻¹ = (−J)⁻¹(1 + δ(−J − δ)⁻¹), with the country's own answer alone in the last place, makes up for that.
    pub fn wages<const K: usize>(&self, shift: &[f64], residual: &[f64], step: &mut [f64]) {
        /// The answer is not made larger than this many times.
        const MOST: f64 = 4.0;
        matrix_times::<K, _>(&self.wages, residual, step);
        let countries = shift.len() / K;
        let mut residual = residual.to_vec();
        for country in 0..countries {
            let own = self.wages[country * countries + country];
            let (shift, step) = (lane::<K>(shift, country), lane::<K>(step, country));
            let residual = lane_mut::<K>(&mut residual, country);
            for l in 0..K {
                residual[l] += shift[l] * step[l] / (1.0 - own * shift[l]).max(1.0 / MOST);
            }
        }
        matrix_times::<K, _>(&self.wages, &residual, step);
    }

    /// How many more firms a sector settles at, by (country, country), per firm that its sales pay for beyond those there
    /// are; `None` where it has no economies of scale.
    pub fn entry(&self, sector: usize) -> Option<&[f64]> {
        self.entry.as_ref()?.of(sector)
    }

    /// What a sector's own wage does.
    pub fn own_wage(&self, pair: usize) -> OwnWage {
        self.own_wages[pair]
    }

    /// Adds to price and spending steps (spending in money), and those of relative wages and firms, what follows from wage steps.
    pub fn follow<const K: usize>(&self, wages: &[f64], steps: &mut [f64]) {
        self.response.follow::<K>(wages, self.sectors, steps);
    }

    fn block<'m>(&self, matrices: &'m [f32], country: usize) -> &'m [f32] {
        let size = self.sectors * self.sectors;
        &matrices[country * size..(country + 1) * size]
    }
}

/// What one unit of a sector's log wage does before anybody answers to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OwnWage {
    /// How far it falls again, per unit of θ, as buyers turn to other suppliers: turn·γ/κ.
    pub sales_lost: f64,
    /// How far the price at home rises: π_nn·γ.
    pub price: f64,
}

fn own_wages(accounts: &Accounts, turning: &[f64], home_share: &[f64], friction: f64) -> Vec<OwnWage> {
    let own = |((turning, home), share): ((&f64, &f64), &f64)| OwnWage {
        sales_lost: friction * turning * share,
        price: home * share,
    };
    turning.iter().zip(home_share).zip(&accounts.value_added_share).map(own).collect()
}

/// Working space for a country that settles at home, by (sector, lane).
pub struct Home<const K: usize> {
    residual: Buffer<f32>,
    step: Buffer<f32>,
    output: Buffer<f32>,
}

impl<const K: usize> Home<K> {
    /// Space for so many sectors.
    pub fn new(sectors: usize) -> Self {
        let lanes = || Buffer::zeros(sectors * K);
        Self { residual: lanes(), step: lanes(), output: lanes() }
    }
}

/// In single precision.
pub(super) fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|value| *value as f32).collect()
}

/// Output lost, per unit of elasticity, when own costs add one unit to the own price: costs rise by 1/π_nn then, all
/// buyers turn away from them, and buyers at home turn back by what their price rose.
fn lost_output(home_share: f64, output: f64, spent: f64) -> f64 {
    const NEARLY_NOTHING: f64 = 1e-9;
    if home_share > NEARLY_NOTHING { output / home_share - home_share * spent } else { 0.0 }
}

pub(super) fn domestic_inverses(accounts: &Accounts, home_share: &[f64]) -> Vec<f64> {
    let j = accounts.shape.sectors;
    let mut inverses = Vec::with_capacity(accounts.shape.pairs() * j);
    for country in 0..accounts.shape.countries {
        let inputs = &accounts.input_share[country * j * j..(country + 1) * j * j];
        let matrix = DMatrix::from_fn(j, j, |output, input| {
            f64::from(u8::from(output == input))
                - home_share[country * j + output] * inputs[input * j + output]
        });
        let inverse = matrix.try_inverse().unwrap_or_else(|| DMatrix::identity(j, j));
        // nalgebra stores columns: its own order is the transposed one.
        inverses.extend_from_slice(inverse.transpose().as_slice());
    }
    inverses
}
