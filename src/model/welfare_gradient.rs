//! How the welfare of some countries answers to every tariff: the derivative of an equilibrium.
//!
//! By the implicit function theorem: where the equations R(z, s) = 0 hold, dW/ds = ∂W/∂s + λᵀ ∂R/∂s with λ solving the
//! transposed linear system (∂R/∂z)ᵀ λ = −∂W/∂z. One such solution gives the derivatives with respect to all tariffs at
//! once. The equations are those of [`crate::model::sweep`], linearised at accounts that are the equilibrium.
//!
//! Legend: importer n, exporter i, sector j, input k; s = ln(1+τ), M flow before tariff, Y output, X spending, π share,
//! γ cost shares, α final-demand shares, VA value added, D deficit, I income, ω the weight of a country's welfare W = I/P.
//! What one more unit is worth: b of spending, β of income, y of output, a of a price (by X), c of a cost, ρ of a wage (by
//! VA), ν of a sector's relative wage (by γY); all in units of U, the income of those whose welfare counts:
//!
//! ```text
//! β_n  = Σ_j α_nj b_nj + ω_n U / I_n                   y_ij = Σ_k γ_ikj b_ik + γ_ij (ρ_i + (ν_ij − ν̄_i)/κ)
//! b_nj = β_n + Σ_i (y_ij − β_n) M_nij / X_nj           c_ij = Σ_n π_nij a_nj − θ_j Σ_n (y_ij − β_n) M_nij
//! a_nj = θ_j Σ_i (y_ij − β_n) M_nij + Σ_k γ_njk c_nk − ω_n U α_nj
//! ρ_n  = β_n + (Σ_j γ_nj c_nj + D_n (β_n − β̄)) / VA_n − ρ̄                       ν_ij = c_ij / Y_ij
//! U Σ_m ω_m d ln W_m / ds_nij = π_nij a_nj − (1 + θ_j) (y_ij − β_n) M_nij
//! ```
//!
//! where bars are means by value added, and D counts only where deficits are proportional to it.

use crate::bilateral::Bilateral;
use crate::economy::accounts::Accounts;
use crate::economy::closure::{Closure, Deficits};
use crate::economy::totals::outputs;
use crate::index::{CountryId, Position as _, SectorId};
use crate::model::equilibrium::{Equation, SolveError};
use crate::numerics::anderson::{self, FixedPoint, Options, Outcome, Queue, Residual};
use crate::numerics::lanes::{matrix_times, row_times, transposed_times};

/// When the transposed system is solved: its unknowns are values per unit of money, of order one.
const OPTIONS: Options = Options {
    tolerance: 1e-12,
    acceptable: 1e-10,
    most_sweeps: 2000,
    depth: 10,
    accelerate_below: f64::INFINITY,
};

/// Σ_n ω_n d ln(welfare of n) / d ln(1 + τ) by flow, with a weight for every country, of which one is not zero; at
/// accounts that are an equilibrium under a closure, without taxes on exports and without tariffs that depend on the
/// outcome.
///
/// # Errors
/// [`SolveError::NotConverged`] when the derivatives are not found.
pub fn welfare_gradient(
    accounts: &Accounts,
    theta: &[f64],
    closure: Closure,
    weights: &[f64],
) -> Result<Bilateral, SolveError> {
    let mut adjoint = Adjoint::new(accounts, theta, closure, weights);
    let mut only = Only(None);
    anderson::solve::<1, _>(&mut adjoint, &mut only, OPTIONS);
    let (values, outcome) = only.0.expect("the only problem has ended");
    if !outcome.converged {
        let Residual { largest, worst } = outcome.residual;
        let worst = adjoint.equation(worst);
        return Err(SolveError::NotConverged { iterations: outcome.sweeps, residual: largest, worst });
    }
    adjoint.evaluate(&values);
    Ok(adjoint.gradient(&values))
}

/// The transposed linear system as a fixed-point problem: ρ by country, then a, b and, where labour does not move
/// freely, ν by pair.
struct Adjoint<'a> {
    accounts: &'a Accounts,
    theta: &'a [f64],
    closure: Closure,
    /// ω U / I and ω U by country, and U.
    of_income: Vec<f64>,
    of_price: Vec<f64>,
    unit: f64,
    /// M, and its sums by buyer and by seller, by pair.
    values: Bilateral,
    bought: Vec<f64>,
    output: Vec<f64>,
    /// The weights of the unknowns: square roots of what of the world's value added or spending they are about.
    weights: Vec<f64>,
    /// How far a step goes: the inverse of what an unknown's right-hand side takes back of it, about.
    damping: Vec<f64>,
    /// How much slower still.
    caution: f64,
    worth: Worth,
}

/// What one more unit of each thing is worth, by pair or country.
struct Worth {
    income: Vec<f64>,
    output: Vec<f64>,
    cost: Vec<f64>,
    /// The right-hand sides of a and b.
    price: Vec<f64>,
    spending: Vec<f64>,
}

impl<'a> Adjoint<'a> {
    fn new(accounts: &'a Accounts, theta: &'a [f64], closure: Closure, counted: &[f64]) -> Self {
        let (pairs, j) = (accounts.shape.pairs(), accounts.shape.sectors);
        let values = accounts.flow_values();
        let output = outputs(&values);
        let bought = (0..pairs).map(|pair| values.row(pair % j, pair / j).iter().sum()).collect();
        let zeros = || vec![0.0; pairs];
        let mut adjoint = Self {
            of_income: Vec::new(),
            of_price: Vec::new(),
            unit: 0.0,
            bought,
            values,
            output,
            weights: Vec::new(),
            damping: Vec::new(),
            caution: 1.0,
            worth: Worth {
                income: vec![0.0; accounts.shape.countries],
                output: zeros(),
                cost: zeros(),
                price: zeros(),
                spending: zeros(),
            },
            accounts,
            theta,
            closure,
        };
        let incomes = accounts.incomes();
        adjoint.unit = incomes.iter().zip(counted).map(|(income, weight)| income * weight).sum();
        adjoint.of_price = counted.iter().map(|weight| weight * adjoint.unit).collect();
        adjoint.of_income = adjoint.of_price.iter().zip(incomes).map(|(of, income)| of / income).collect();
        (adjoint.weights, adjoint.damping) = (adjoint.weights(), adjoint.damping());
        adjoint
    }

    fn pairs_of(&self, country: usize) -> std::ops::Range<usize> {
        let j = self.accounts.shape.sectors;
        country * j..(country + 1) * j
    }

    fn weights(&self) -> Vec<f64> {
        let accounts = self.accounts;
        let spending: f64 = accounts.expenditure.iter().sum();
        let pairs = || accounts.expenditure.iter().map(|value| (value / spending).sqrt());
        let wages = accounts.value_added.iter().map(|value| (value / accounts.world_value_added()).sqrt());
        wages.chain(pairs()).chain(pairs()).chain(pairs()).take(self.size()).collect()
    }

    fn damping(&self) -> Vec<f64> {
        let (accounts, j) = (self.accounts, self.accounts.shape.sectors);
        let away = accounts.domestic_share().into_iter().map(|home| 1.0 - home);
        let turning: Vec<f64> = away.enumerate().map(|(pair, away)| self.theta[pair % j] * away).collect();
        let wage = |country: usize| {
            let earned = |pair: usize| accounts.value_added_share[pair] * self.output[pair];
            let lost: f64 = self.pairs_of(country).map(|pair| earned(pair) * turning[pair]).sum();
            1.0 / (1.0 + lost / accounts.value_added[country])
        };
        let friction = self.closure.labour.friction();
        let relative =
            |pair: usize| 1.0 / (1.0 + friction * accounts.value_added_share[pair] * turning[pair]);
        let mut damping: Vec<f64> = (0..accounts.shape.countries).map(wage).collect();
        damping.resize(accounts.shape.countries + 2 * turning.len(), 1.0);
        damping.extend((0..turning.len()).map(relative));
        damping
    }

    /// ρ, a by X, b, and ν or nothing.
    fn unknowns<'z>(&self, z: &'z [f64]) -> [&'z [f64]; 4] {
        let (wages, rest) = z.split_at(self.accounts.shape.countries);
        let (prices, rest) = rest.split_at(self.accounts.shape.pairs());
        let (spending, relative) = rest.split_at(self.accounts.shape.pairs());
        [wages, prices, spending, relative]
    }

    /// Everything that follows from the unknowns, the right-hand sides of a and b among it.
    fn evaluate(&mut self, z: &[f64]) {
        let [wages, prices, spending, relative] = self.unknowns(z);
        for (country, wage) in wages.iter().enumerate() {
            let pairs = self.pairs_of(country);
            let (shares, spending) = (&self.accounts.final_share[pairs.clone()], &spending[pairs.clone()]);
            let [income] = row_times::<1, _>(shares, spending);
            self.worth.income[country] = income + self.of_income[country];
            self.output(country, *wage, spending, relative.get(pairs).unwrap_or_default());
        }
        for sector in 0..self.accounts.shape.sectors {
            self.trade(sector, prices);
        }
        let j = self.accounts.shape.sectors;
        let mut passed_on = vec![0.0; j];
        for country in 0..self.accounts.shape.countries {
            let pairs = self.pairs_of(country);
            let inputs = &self.accounts.input_share[pairs.start * j..pairs.end * j];
            matrix_times::<1, _>(inputs, &self.worth.cost[pairs.clone()], &mut passed_on);
            let shares = self.accounts.final_share[pairs.clone()].iter().zip(&passed_on);
            for (price, (share, cost)) in self.worth.price[pairs].iter_mut().zip(shares) {
                *price += cost - self.of_price[country] * share;
            }
        }
    }

    /// y of a country's sectors.
    fn output(&mut self, country: usize, wage: f64, spending: &[f64], relative: &[f64]) {
        let (pairs, j) = (self.pairs_of(country), self.accounts.shape.sectors);
        let inputs = &self.accounts.input_share[pairs.start * j..pairs.end * j];
        transposed_times::<1, _>(inputs, spending, &mut self.worth.output[pairs.clone()]);
        let friction = self.closure.labour.friction();
        let shares = &self.accounts.value_added_share[pairs.clone()];
        let earned = |(at, relative): (usize, &f64)| shares[at] * self.output[pairs.start + at] * relative;
        let mean = relative.iter().enumerate().map(earned).sum::<f64>() / self.accounts.value_added[country];
        for (at, (output, share)) in self.worth.output[pairs.clone()].iter_mut().zip(shares).enumerate() {
            let relative = relative.get(at).map_or(0.0, |relative| friction * (relative - mean));
            *output += share * (wage + relative);
        }
    }

    /// b, c, and of a what follows from trade, for the pairs of a sector.
    fn trade(&mut self, sector: usize, prices: &[f64]) {
        let (n, j) = (self.accounts.shape.countries, self.accounts.shape.sectors);
        let of_pair = |values: &[f64]| -> Vec<f64> { (0..n).map(|at| values[at * j + sector]).collect() };
        let (values, outputs) = (self.values.matrix(sector), of_pair(&self.worth.output));
        let spent = of_pair(&self.accounts.expenditure);
        let of_prices: Vec<f64> = of_pair(prices).iter().zip(&spent).map(|(a, spent)| a * spent).collect();
        let (mut sold_by, mut paid_to, mut costs) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        matrix_times::<1, _>(values, &outputs, &mut sold_by);
        transposed_times::<1, _>(values, &self.worth.income, &mut paid_to);
        transposed_times::<1, _>(self.accounts.share.matrix(sector), &of_prices, &mut costs);
        for country in 0..n {
            let pair = country * j + sector;
            let income = self.worth.income[country];
            let bought = sold_by[country] - self.bought[pair] * income;
            let sold = self.output[pair] * outputs[country] - paid_to[country];
            self.worth.spending[pair] =
                income + if spent[country] > 0.0 { bought / spent[country] } else { 0.0 };
            self.worth.price[pair] = self.theta[sector] * bought;
            self.worth.cost[pair] = costs[country] - self.theta[sector] * sold;
        }
    }

    /// The steps of ρ, a, b and ν, after an evaluation.
    fn steps(&self, z: &[f64], step: &mut [f64]) {
        let Accounts { value_added, deficit, value_added_share, expenditure, .. } = self.accounts;
        let (countries, pairs) = (value_added.len(), expenditure.len());
        let [wages, prices, spending, relative] = self.unknowns(z);
        let mean =
            |values: &[f64]| row_times::<1, _>(value_added, values)[0] / self.accounts.world_value_added();
        let (mean_wage, mean_income) = (mean(wages), mean(&self.worth.income));
        let proportional = self.closure.deficits == Deficits::Proportional;
        for country in 0..countries {
            let of = self.pairs_of(country);
            let income = self.worth.income[country];
            let [earned] = row_times::<1, _>(&value_added_share[of.clone()], &self.worth.cost[of]);
            let transfer = if proportional { deficit[country] * (income - mean_income) } else { 0.0 };
            let wage = income + (earned + transfer) / value_added[country] - mean_wage;
            step[country] = wage - wages[country];
        }
        let relative_to = |value: f64, whole: f64| if whole > 0.0 { value / whole } else { 0.0 };
        for pair in 0..pairs {
            let spent = expenditure[pair];
            step[countries + pair] = relative_to(self.worth.price[pair], spent) - prices[pair];
            step[countries + pairs + pair] =
                if spent > 0.0 { self.worth.spending[pair] - spending[pair] } else { 0.0 };
        }
        for (pair, relative) in relative.iter().enumerate() {
            step[countries + 2 * pairs + pair] =
                relative_to(self.worth.cost[pair], self.output[pair]) - relative;
        }
    }

    /// The derivatives by flow, after an evaluation at the solution.
    fn gradient(&self, z: &[f64]) -> Bilateral {
        let shape = self.accounts.shape;
        let [_, prices, ..] = self.unknowns(z);
        let derivative = |cell: usize| {
            let flow = shape.flow(cell);
            let [importer, exporter, sector] =
                [flow.importer.index(), flow.exporter.index(), flow.sector.index()];
            let (buyer, seller) = (importer * shape.sectors + sector, exporter * shape.sectors + sector);
            let paid = self.accounts.share.get(flow) * self.accounts.expenditure[buyer] * prices[buyer];
            let traded = (self.worth.output[seller] - self.worth.income[importer]) * self.values.get(flow);
            (paid - (1.0 + self.theta[sector]) * traded) / self.unit
        };
        Bilateral::from_values(shape, (0..shape.cells()).map(derivative).collect())
    }

    /// The equation of the model whose multiplier a component is.
    fn equation(&self, component: usize) -> Equation {
        let (n, pairs, j) =
            (self.accounts.shape.countries, self.accounts.shape.pairs(), self.accounts.shape.sectors);
        let Some(at) = component.checked_sub(n) else {
            return Equation::LabourMarket(CountryId::at(component));
        };
        let (country, sector) = (CountryId::at(at % pairs / j), SectorId::at(at % j));
        match at / pairs {
            0 => Equation::PriceIndex(country, sector),
            1 => Equation::Expenditure(country, sector),
            _ => Equation::SectorLabour(country, sector),
        }
    }
}

impl FixedPoint<1> for Adjoint<'_> {
    fn size(&self) -> usize {
        let relative = if self.closure.labour.friction() > 0.0 { self.accounts.shape.pairs() } else { 0 };
        self.accounts.shape.countries + 2 * self.accounts.shape.pairs() + relative
    }

    fn step(&mut self, z: &[f64], step: &mut [f64]) -> [Residual; 1] {
        self.evaluate(z);
        self.steps(z, step);
        let mut residual = Residual { largest: 0.0, worst: 0 };
        for (at, (value, damping)) in step.iter_mut().zip(&self.damping).enumerate() {
            let size = if value.is_nan() { f64::INFINITY } else { value.abs() };
            if size > residual.largest {
                residual = Residual { largest: size, worst: at };
            }
            *value *= damping * self.caution;
        }
        [residual]
    }

    fn longest(&self, _: &[f64], _: &[f64]) -> [f64; 1] {
        [1.0]
    }

    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn more_careful(&mut self, _: usize) {
        self.caution *= 0.5;
    }
}

/// The only problem, from zero, and how it ended.
struct Only(Option<(Vec<f64>, Outcome)>);

impl Queue<1, Adjoint<'_>> for Only {
    fn next(&mut self, _: &mut Adjoint<'_>, _: usize, _: &mut [f64]) -> bool {
        self.0.is_none()
    }

    fn ended(&mut self, _: &Adjoint<'_>, _: usize, z: &[f64], outcome: Outcome) {
        self.0 = Some((z.to_vec(), outcome));
    }
}
