//! One sweep over the equations of the general-equilibrium model, K draws side by side.
//!
//! Source: Caliendo & Parro (2015), Estimates of the Trade and Welfare Effects of NAFTA, Review of Economic
//! Studies 82(1), equations (10)–(14), in changes. Legend, for the kernels below: importer n, exporter i, sector
//! j, input k; w wage, c unit cost, P price index, X expenditure, Y output value, π trade share, κ ratio of
//! tariff and trade-cost factors, θ trade elasticity, γ cost shares, α final-demand shares, D deficit, τ tariff;
//! B and F as in [`crate::model::shares`]. All loops end in the lanes of K draws, which are contiguous.

mod kernels;
mod labour;
mod norm;
mod scale;
mod wedges;

use crate::economy::accounts::Accounts;
use crate::economy::closure::Deficits;
use crate::economy::policy::ExemptMode;
use crate::index::{CountryId, Position};
use crate::model::equations::{deficits, log_unit_costs};
use crate::model::labour::SectorLabour;
use crate::model::preconditioner::{Home, Preconditioner};
use crate::model::scale::Scale;
use crate::model::shares::{PathPoint, SharedShares};
use crate::model::world::{Parameters, World};
use crate::numerics::anderson::{FixedPoint, Residual};
use crate::numerics::functions::{exp, exp_all, ln, ln_all};
use crate::numerics::lanes::{Buffer, lane, lane_mut, matrix_times, row_times, scatter, transposed_times};
use kernels::{Buyers, buy, largest};
use norm::weights;
use wedges::Wedges;

/// The equations of one policy under K draws, as a fixed-point problem.
///
/// Unknowns, by component: ln ŵ_n, then ln P̂_nj by pair, then X̂_nj by pair (pair = country · sectors + sector), then,
/// where labour does not move freely, ln(ŵ_nj/ŵ_n) by pair, then, where there are economies of scale, ln N̂_nj by pair,
/// then the wedges.
pub struct Sweep<'a, const K: usize> {
    accounts: &'a Accounts,
    shares: &'a SharedShares,
    preconditioner: &'a Preconditioner,
    deficits: Deficits,
    labour: Option<&'a SectorLabour>,
    scale: Option<&'a Scale>,
    /// θ by (sector, lane).
    theta: Vec<f64>,
    /// B and H of the changed cells, by (cell, lane).
    gross: Vec<f64>,
    net: Vec<f64>,
    /// Square roots of the economic weights of the unknowns, by (unknown, lane).
    weights: Vec<f64>,
    point: PathPoint,
    mode: ExemptMode,
    /// What a draw's elasticities add to the answer of excess demand for labour to a wage, by (country, lane).
    wage_shift: Vec<f64>,
    /// How much slower than at first wages move, by lane.
    caution: [f64; K],
    wedges: Wedges,
    /// Where firms and the wedges begin among the unknowns.
    scale_start: usize,
    wedge_start: usize,
    work: Work<K>,
}

/// Intermediate results of a sweep, kept between sweeps so that nothing is allocated.
struct Work<const K: usize> {
    /// ĉ^(−θ) by (sector, country, lane).
    cost_power: Buffer,
    /// Tariff-inclusive spending per unit of share weight, X/s, by (sector, country, lane).
    scaled_spending: Buffer,
    /// Y by (pair, lane).
    output: Buffer,
    /// Tariff revenue by (country, lane), and income.
    revenue: Buffer,
    income: Buffer,
    /// Residuals of prices and of expenditure, by (pair, lane).
    price_residual: Buffer,
    spending_residual: Buffer,
    /// What one country spends on inputs, by (sector, lane).
    input_demand: Buffer,
    /// Residuals of relative wages by (pair, lane), where labour does not move freely.
    relative_residual: Buffer,
    /// ln ĉ and the residuals of free entry by (pair, lane), where there are economies of scale.
    log_cost: Buffer,
    scale_residual: Buffer,
    /// Sums over the suppliers or the buyers of one sector, by (country, lane).
    gross: Buffer,
    net: Buffer,
    log_gross: Buffer,
    home: Home<K>,
}

impl<'a, const K: usize> Sweep<'a, K> {
    /// Prepares a world for K draws at a time, at a point of the path from observed policy.
    pub fn new(world: &'a World<'_>, preconditioner: &'a Preconditioner, point: PathPoint) -> Self {
        let World { accounts, shares, .. } = world;
        let shape = accounts.shape;
        let lanes = |count: usize| Buffer::zeros(count * K);
        Self {
            point,
            mode: world.policy.exempt_mode,
            weights: weights(world).into_iter().flat_map(|weight| [weight; K]).collect(),
            caution: [1.0; K],
            wedges: Wedges::new::<K>(shares),
            scale_start: world.scale_start(),
            wedge_start: world.wedge_start(),
            wage_shift: vec![0.0; shape.countries * K],
            accounts,
            shares,
            preconditioner,
            deficits: world.closure.deficits,
            labour: world.labour.as_ref(),
            scale: world.scale.as_ref(),
            theta: vec![1.0; shape.sectors * K],
            gross: vec![0.0; shares.changed.len() * K],
            net: vec![0.0; shares.changed.len() * K],
            work: Work {
                cost_power: lanes(shape.pairs()),
                scaled_spending: lanes(shape.pairs()),
                output: lanes(shape.pairs()),
                revenue: lanes(shape.countries),
                income: lanes(shape.countries),
                price_residual: lanes(shape.pairs()),
                spending_residual: lanes(shape.pairs()),
                input_demand: lanes(shape.sectors),
                relative_residual: lanes(world.labour.as_ref().map_or(0, |labour| labour.value_added.len())),
                log_cost: lanes(world.scale.as_ref().map_or(0, |scale| scale.output.len())),
                scale_residual: lanes(world.scale.as_ref().map_or(0, |scale| scale.output.len())),
                gross: lanes(shape.countries),
                net: lanes(shape.countries),
                log_gross: lanes(shape.countries),
                home: Home::new(shape.sectors),
            },
        }
    }

    /// Puts a draw into a lane.
    pub fn set_draw(&mut self, l: usize, draw: &Parameters) {
        scatter::<K>(&mut self.theta, l, &draw.theta);
        let mut incomes = self.shares.export_incomes.iter().enumerate().peekable();
        for (at, weights) in self.shares.weights_at(self.point, draw, self.mode).into_iter().enumerate() {
            (self.gross[at * K + l], self.net[at * K + l]) = (weights.gross, weights.made);
            if let Some((income, _)) = incomes.next_if(|(_, of)| **of == at) {
                self.wedges.set_markup::<K>(income, l, weights);
            }
        }
        for (shift, value) in
            self.wage_shift.iter_mut().skip(l).step_by(K).zip(self.preconditioner.wage_shift(&draw.theta))
        {
            *shift = value;
        }
        self.set_caution(l, 1.0);
    }

    /// Makes wage steps of a lane so much smaller. The norm keeps measuring how far labour markets are from clearing,
    /// not how far wages are allowed to move.
    fn set_caution(&mut self, l: usize, caution: f64) {
        let slower = caution / self.caution[l];
        self.caution[l] = caution;
        let wages = self.accounts.shape.countries * K;
        for weight in self.weights[..wages].iter_mut().skip(l).step_by(K) {
            *weight /= slower;
        }
    }

    fn price_start(&self) -> usize {
        self.accounts.shape.countries
    }

    fn spending_start(&self) -> usize {
        self.accounts.shape.countries + self.accounts.shape.pairs()
    }

    /// ĉ^(−θ), from equation (10), with what economies of scale add.
    fn unit_costs(&mut self, z: &[f64]) {
        let n = self.accounts.shape.countries;
        let (wages, rest) = z.split_at(self.price_start() * K);
        let wages = [wages, &z[self.relative_start() * K..self.scale_start * K]];
        log_unit_costs::<K>(self.accounts, wages, rest, &mut self.work.cost_power);
        for (sector, costs) in self.work.cost_power.chunks_exact_mut(n * K).enumerate() {
            let theta = lane::<K>(&self.theta, sector);
            for cost in costs.as_chunks_mut::<K>().0 {
                for l in 0..K {
                    cost[l] *= -theta[l];
                }
            }
        }
        self.scale_up(z);
        exp_all(&mut self.work.cost_power);
    }

    /// Equations (11) and (12) for the importers of a sector: s_n = Σ_i B_ni ĉ_i^(−θ), P̂ = s^(−1/θ), and what
    /// follows from the shares at once: tariff revenue and X/s, from which sales are.
    fn demand(&mut self, sector: usize, z: &[f64]) {
        let (n, j) = (self.accounts.shape.countries, self.accounts.shape.sectors);
        let costs = &self.work.cost_power[sector * n * K..(sector + 1) * n * K];
        let theta = lane::<K>(&self.theta, sector);
        let (first, changed) = self.shares.changed_in(sector);
        let taxed = self.shares.taxed[sector];
        matrix_times::<K, _>(self.shares.share.matrix(sector), costs, &mut self.work.gross);
        if taxed {
            matrix_times::<K, _>(self.shares.net.matrix(sector), costs, &mut self.work.net);
        }
        let gross = &mut self.work.gross;
        let net = &mut self.work.net;
        if !taxed {
            net.copy_from_slice(gross);
        }
        for (at, cell) in changed.iter().enumerate() {
            let cost = lane::<K>(costs, cell.exporter);
            let (b, f) = (lane::<K>(&self.gross, first + at), lane::<K>(&self.net, first + at));
            let (gross, net) = (lane_mut::<K>(gross, cell.importer), lane_mut::<K>(net, cell.importer));
            for l in 0..K {
                gross[l] += b[l] * cost[l];
                net[l] += f[l] * cost[l];
            }
        }
        self.work.log_gross.copy_from_slice(gross);
        ln_all(&mut self.work.log_gross);
        let buyers = Buyers {
            spent: &self.accounts.expenditure,
            sectors: j,
            sector,
            theta,
            price: &z[self.price_start() * K..],
            spending: &z[self.spending_start() * K..],
            gross: &self.work.gross,
            net: &self.work.net,
            log_gross: &self.work.log_gross,
        };
        let scaled = &mut self.work.scaled_spending[sector * n * K..(sector + 1) * n * K];
        buy(buyers, &mut self.work.price_residual, scaled, &mut self.work.revenue);
        self.select(sector, z);
    }

    /// Sales of the exporters of a sector: Y_i = ĉ_i^(−θ) Σ_n F_ni X_n/s_n.
    fn sales(&mut self, sector: usize) {
        let (n, j) = (self.accounts.shape.countries, self.accounts.shape.sectors);
        let scaled = &self.work.scaled_spending[sector * n * K..(sector + 1) * n * K];
        let sales = &mut self.work.gross;
        // An untaxed sector has the same shares before and after tariff, and they are at hand.
        let net = if self.shares.taxed[sector] { &self.shares.net } else { &self.shares.share };
        transposed_times::<K, _>(net.matrix(sector), scaled, sales);
        let (first, changed) = self.shares.changed_in(sector);
        for (at, cell) in changed.iter().enumerate() {
            let net = lane::<K>(&self.net, first + at);
            let buyer = lane::<K>(scaled, cell.importer);
            let sales = lane_mut::<K>(sales, cell.exporter);
            for l in 0..K {
                sales[l] += net[l] * buyer[l];
            }
        }
        for exporter in 0..n {
            let cost = lane::<K>(&self.work.cost_power, sector * n + exporter);
            let sales = lane::<K>(sales, exporter);
            let output = lane_mut::<K>(&mut self.work.output, exporter * j + sector);
            for l in 0..K {
                output[l] = sales[l] * cost[l];
            }
        }
    }

    /// Equations (13) and (14) of a country: what it should spend, and whether its labour market clears. Gives
    /// the residual of the labour market, Σ_j γ_nj Y_nj / (ŵ_n w_n L_n) − 1.
    fn income_and_spending(&mut self, country: usize, z: &[f64], deficit: &[f64; K]) -> [f64; K] {
        let j = self.accounts.shape.sectors;
        let value_added = self.accounts.value_added[country];
        let wage_bill = lane::<K>(z, country).map(|wage| value_added * exp(wage));
        let revenue = lane::<K>(&self.work.revenue, country);
        let income: [f64; K] = std::array::from_fn(|l| wage_bill[l] + revenue[l] + deficit[l]);
        *lane_mut::<K>(&mut self.work.income, country) = income;
        let output = &self.work.output[country * j * K..(country + 1) * j * K];
        let demanded =
            row_times::<K, _>(&self.accounts.value_added_share[country * j..(country + 1) * j], output);
        let inputs = &self.accounts.input_share[country * j * j..(country + 1) * j * j];
        matrix_times::<K, _>(inputs, output, &mut self.work.input_demand);
        for sector in 0..j {
            let pair = country * j + sector;
            let spending = lane::<K>(z, self.spending_start() + pair);
            let residual = lane_mut::<K>(&mut self.work.spending_residual, pair);
            let spent = self.accounts.expenditure[pair];
            if spent <= 0.0 {
                *residual = [0.0; K];
                continue;
            }
            let inputs = lane::<K>(&self.work.input_demand, sector);
            let share = self.accounts.final_share[pair];
            for l in 0..K {
                residual[l] = inputs[l] + share * income[l] - spent * spending[l];
            }
        }
        std::array::from_fn(|l| demanded[l] / wage_bill[l] - 1.0)
    }

    /// The largest relative residual of any equation, of the last evaluation.
    fn largest_residual(&self, z: &[f64], labour: &[f64]) -> [Residual; K] {
        let (largest, components) = largest::<K>(
            &self.accounts.expenditure,
            &self.work.price_residual,
            &self.work.spending_residual,
            &z[self.spending_start() * K..],
        );
        let mut worst = std::array::from_fn(|l| {
            let largest = if largest[l].is_nan() { f64::INFINITY } else { largest[l] };
            Residual { largest, worst: self.price_start() + components[l] as usize }
        });
        for (country, residual) in labour.as_chunks::<K>().0.iter().enumerate() {
            (0..K).for_each(|l| observe(&mut worst[l], residual[l], country));
        }
        for (pair, residual) in self.work.relative_residual.as_chunks::<K>().0.iter().enumerate() {
            (0..K).for_each(|l| observe(&mut worst[l], residual[l], self.relative_start() + pair));
        }
        for (pair, residual) in self.work.scale_residual.as_chunks::<K>().0.iter().enumerate() {
            (0..K).for_each(|l| observe(&mut worst[l], residual[l], self.scale_start + pair));
        }
        let world = self.world_value_added(&z[..self.price_start() * K]);
        let numeraire = self.accounts.world_value_added();
        (0..K).for_each(|l| observe(&mut worst[l], world[l] / numeraire - 1.0, 0));
        worst
    }

    /// World value added at some ln ŵ.
    fn world_value_added(&self, log_wages: &[f64]) -> [f64; K] {
        let mut world = [0.0; K];
        for (value_added, wage) in self.accounts.value_added.iter().zip(log_wages.as_chunks::<K>().0) {
            (0..K).for_each(|l| world[l] += value_added * exp(wage[l]));
        }
        world
    }

    /// The preconditioned steps of all unknowns: first every country settles at home, then wages move by what demand
    /// for labour is left, and then prices and spending everywhere follow the wages.
    fn preconditioned(&mut self, z: &[f64], labour: &mut [f64], step: &mut [f64]) {
        let (n, j) = (self.accounts.shape.countries, self.accounts.shape.sectors);
        let (wages, rest) = step.split_at_mut(n * K);
        let firms = (self.scale_start - n) * K;
        self.relative_wage_steps(&mut rest[2 * n * j * K..firms]);
        self.firm_steps(labour, &mut rest[firms..]);
        for country in 0..n {
            let (prices, spendings) = rest.split_at_mut(n * j * K);
            let pairs = country * j * K..(country + 1) * j * K;
            let demanded = self.preconditioner.settle_at_home::<K>(
                country,
                (&self.work.price_residual[pairs.clone()], &self.work.spending_residual[pairs.clone()]),
                (&mut prices[pairs.clone()], &mut spendings[pairs]),
                &mut self.work.home,
            );
            let labour = lane_mut::<K>(labour, country);
            (0..K).for_each(|l| labour[l] += demanded[l]);
        }
        self.wage_steps(&z[..n * K], labour, wages);
        self.preconditioner.follow::<K>(wages, rest);
        let (prices, rest) = rest.split_at_mut(n * j * K);
        let spendings = &mut rest[..n * j * K];
        for (pair, spent) in self.accounts.expenditure.iter().enumerate() {
            let spending = lane_mut::<K>(spendings, pair);
            if *spent > 0.0 {
                spending.iter_mut().for_each(|step| *step /= spent);
            } else {
                *spending = [0.0; K];
                *lane_mut::<K>(prices, pair) = [0.0; K];
            }
        }
    }

    /// The wage steps, from the residuals of the labour markets, shifted so that world value added stays 1.
    fn wage_steps(&self, log_wages: &[f64], residual: &[f64], wages: &mut [f64]) {
        self.preconditioner.wages::<K>(&self.wage_shift, residual, wages);
        let mut moved = log_wages.to_vec();
        for (target, moved) in wages.as_chunks_mut::<K>().0.iter_mut().zip(moved.as_chunks_mut::<K>().0) {
            for l in 0..K {
                target[l] *= self.caution[l];
                moved[l] += target[l];
            }
        }
        let numeraire = self.accounts.world_value_added();
        let shift = self.world_value_added(&moved).map(|moved| ln(moved / numeraire));
        for target in wages.as_chunks_mut::<K>().0 {
            (0..K).for_each(|l| target[l] -= shift[l]);
        }
    }
}

impl<const K: usize> Sweep<'_, K> {
    /// Evaluates every equation at a point; gives the residuals of the labour markets and leaves those of prices
    /// and spending in the working space.
    fn evaluate(&mut self, z: &[f64]) -> Vec<[f64; K]> {
        let shape = self.accounts.shape;
        self.unit_costs(z);
        self.work.revenue.fill(0.0);
        self.apply_wedges(z);
        for sector in 0..shape.sectors {
            self.demand(sector, z);
            self.sales(sector);
        }
        self.close_wedges(z);
        let deficits = deficits::<K>(self.deficits, self.accounts, z);
        let labour: Vec<_> =
            (0..shape.countries).map(|n| self.income_and_spending(n, z, &deficits[n])).collect();
        self.relative_wages(z, &labour);
        self.free_entry(z);
        labour
    }

    /// The accounts that the ratios refer to.
    pub fn accounts(&self) -> &Accounts {
        self.accounts
    }

    /// The country whose income was not above zero in a lane at the last evaluation, if there is one.
    pub fn without_income(&self, l: usize) -> Option<CountryId> {
        let mut incomes = self.work.income.iter().skip(l).step_by(K);
        incomes.position(|income| *income <= 0.0).map(CountryId::at)
    }

    /// Walras' law: the value of all excess demands, as a share of world value added. It is zero at *every* wage,
    /// price and spending, solution or not, so it checks the accounting of the equations without being targeted.
    pub fn walras_residual(&mut self, z: &[f64]) -> [f64; K] {
        let labour = self.evaluate(z);
        let mut sum = [0.0; K];
        for (country, residual) in labour.iter().enumerate() {
            let wage = lane::<K>(z, country);
            for l in 0..K {
                sum[l] += residual[l] * self.accounts.value_added[country] * exp(wage[l]);
            }
        }
        for residual in self.work.spending_residual.as_chunks::<K>().0 {
            for l in 0..K {
                sum[l] += residual[l];
            }
        }
        sum.map(|sum| sum / self.accounts.world_value_added())
    }
}

impl<const K: usize> FixedPoint<K> for Sweep<'_, K> {
    fn size(&self) -> usize {
        self.wedge_start + self.shares.wedges.len()
    }

    fn step(&mut self, z: &[f64], step: &mut [f64]) -> [Residual; K] {
        let mut labour = self.evaluate(z).into_flattened();
        let mut worst = self.largest_residual(z, &labour);
        let (step, wedges) = step.split_at_mut(self.wedge_start * K);
        self.preconditioned(z, &mut labour, step);
        self.step_wedges(wedges, &mut worst);
        worst
    }

    fn longest(&self, z: &[f64], step: &[f64]) -> [f64; K] {
        // Prices and wages are logarithms: at most a factor e^(1/2) at a time. Spending stays positive.
        const LONGEST_LOG: f64 = 0.5;
        // A small sector may lose or win nearly all of its firms.
        const LONGEST_ENTRY: f64 = 2.0;
        const LONGEST_FALL: f64 = 0.75;
        let (logs, rest) = step.split_at(self.spending_start() * K);
        let (spending, other_logs) = rest.split_at(self.accounts.shape.pairs() * K);
        let mut steepest = [0.0_f64; K];
        let (relative, rest) = other_logs.split_at((self.scale_start - self.relative_start()) * K);
        let (firms, wedges) = rest.split_at((self.wedge_start - self.scale_start) * K);
        let limits =
            [(logs, LONGEST_LOG), (relative, LONGEST_LOG), (wedges, LONGEST_LOG), (firms, LONGEST_ENTRY)];
        for (values, longest) in limits {
            for values in values.as_chunks::<K>().0 {
                for l in 0..K {
                    steepest[l] = steepest[l].max(values[l].abs() / longest);
                }
            }
        }
        let levels = z[logs.len()..].as_chunks::<K>().0;
        for (values, levels) in spending.as_chunks::<K>().0.iter().zip(levels) {
            for l in 0..K {
                steepest[l] = steepest[l].max(-values[l] / (LONGEST_FALL * levels[l]));
            }
        }
        steepest.map(|steepest| 1.0 / steepest)
    }

    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn more_careful(&mut self, l: usize) {
        // Prices and spending settle on their own when wages move slowly enough.
        const SLOWEST: f64 = 1.0 / 64.0;
        if self.caution[l] > SLOWEST {
            self.set_caution(l, 0.5 * self.caution[l]);
        }
    }
}

/// Keeps the larger residual; one that is not a number is the largest of all.
fn observe(worst: &mut Residual, residual: f64, equation: usize) {
    let size = if residual.is_nan() { f64::INFINITY } else { residual.abs() };
    if size > worst.largest {
        *worst = Residual { largest: size, worst: equation };
    }
}
