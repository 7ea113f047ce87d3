//! Where exact welfare comes from: its change split along a path from observed policy, so that the parts add up.
//!
//! Legend: M the value of a flow at the border, X what buyers pay for it, H what producers receive for it, c the unit cost
//! of the exporter, d the trade cost, p the border price and q the volume (q = H/(c·d)), I income, D the deficit, P consumer
//! prices; n a country, i a supplier, m a customer.
//!
//! Income is I = wL + Σ_i (X − M) + Σ_m (M − H) + D: wages, what buyers pay beyond border prices (tariffs, rents), what
//! exports bring beyond what producers receive (export taxes, rents), and the transfer. Costs and price indices have the
//! derivatives that Shephard's lemma gives them, so that at every point of a path, over all goods and services,
//!
//! I·d ln(I/P) = Σ_m M d ln(p/d) − Σ_i M d ln(p/d)              terms of trade
//!             + Σ_i (X − M) d ln q + Σ_m (M − H) d ln(q·d)      allocative: wedges times volumes
//!             − Σ_i M d ln d                                    technology: trade costs, of home sales too
//!             + dD                                              transfer.
//!
//! That is what the first-order measure ([`crate::model::variable`]) is at the start of the path; divided by I and
//! integrated to its end, the four parts sum to ln(Î/P̂). Parts are defined by the path: here ln(1 + τ), ln d and ln(1 + x)
//! of every flow go to their new values in proportion, all measures together.
//!
//! The integrals are trapezoidal sums over 1, 2, 4, … steps, extrapolated (Romberg). The whole is known from the two ends, so
//! that what the sums leave out is seen; where it does not become negligible there is an error, never a number.

use thiserror::Error;

use crate::bilateral::Flow;
use crate::economy::policy::{Duty, FlowChange, Policy, Quota};
use crate::index::{CountryId, Position as _};
use crate::model::equilibrium::{Equilibrium, SolveError};
use crate::model::impact::Comparison;
use crate::model::levels::Levels;
use crate::model::shares::{ChangedCell, PathPoint};
use crate::model::trade_model::{GeneralEquilibrium, TradeModel as _};
use crate::model::world::{Parameters, World};
use crate::numerics::functions::{exp, ln, pow};
use crate::units::{AdValorem, CostFactor, Multiple};

/// One part of the change of welfare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What exports bring and imports cost at the border.
    TermsOfTrade,
    /// More or less of what is worth more to its buyers than it costs: tariffs, rents and export taxes.
    Allocative,
    /// Trade costs.
    Technology,
    /// The deficit.
    Transfer,
}

impl Part {
    /// All of them, in the order of output.
    pub const ALL: [Self; 4] = [Self::TermsOfTrade, Self::Allocative, Self::Technology, Self::Transfer];
}

/// The parts of the change of a country's welfare in the order of [`Part::ALL`], in logarithms of ratios.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WelfareParts(pub [f64; Part::ALL.len()]);

impl WelfareParts {
    /// A part.
    pub fn part(&self, part: Part) -> f64 {
        self.0[part as usize]
    }

    /// ln(Î/P̂), as the parts sum to it.
    pub fn total(&self) -> f64 {
        self.0.iter().sum()
    }
}

/// Why a change of welfare has no parts.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum SplitError {
    /// Trade that ends has no last price: the integral is not defined.
    #[error("a flow is closed")]
    Closed {
        /// The flow.
        flow: Flow,
    },
    /// What firms that enter are worth is in none of the parts.
    #[error("firms enter and leave")]
    EntryOfFirms,
    /// There is no equilibrium somewhere on the path.
    #[error("no equilibrium on the path: {0}")]
    NoEquilibrium(#[from] SolveError),
    /// The sums do not settle, as where a quota begins to bind on the path.
    #[error("the parts miss {gap:.1e} of the change after {steps} steps")]
    NotSettled {
        /// The country with the largest gap.
        country: CountryId,
        /// What the parts do not account for, in logarithms.
        gap: f64,
        /// The steps of the last sum.
        steps: usize,
    },
}

const PARTS: usize = Part::ALL.len();
const TERMS_OF_TRADE: usize = Part::TermsOfTrade as usize;
const ALLOCATIVE: usize = Part::Allocative as usize;
const TECHNOLOGY: usize = Part::Technology as usize;
const TRANSFER: usize = Part::Transfer as usize;

/// What the parts may leave of a change, in logarithms.
const NEGLIGIBLE: f64 = 1e-9;
/// What a part may move by with the last step of extrapolation, which takes a hundredth of what it moves by or less.
const SETTLED: f64 = 1e-7;
/// The path is cut into 2^FEWEST to 2^MOST steps.
const FEWEST: u32 = 2;
const MOST: u32 = 6;

/// Splits the welfare change of every country between the baseline and the counterfactual of a draw.
///
/// # Errors
/// [`SplitError`] where the integral is not defined, or is not found.
pub fn welfare_parts(
    model: &GeneralEquilibrium,
    world: &World<'_>,
    draw: Comparison<'_>,
) -> Result<Vec<WelfareParts>, SplitError> {
    if world.scale.is_some() {
        return Err(SplitError::EntryOfFirms);
    }
    if let Some(closed) = world.shares.changed.iter().find(|cell| cell.is_closed()) {
        return Err(SplitError::Closed { flow: closed.change.flow });
    }
    let path = Path { model, world, parameters: draw.parameters };
    let start = path.point(0.0, draw.baseline.clone(), None)?;
    let end = path.point(1.0, draw.counterfactual.clone(), Some(&start))?;
    let whole = path.welfare(&start, &end);
    let mut points = vec![start, end];
    let mut rows = vec![vec![path.sum(&points)]];
    loop {
        points = path.halved(points)?;
        let row = extrapolated(path.sum(&points), rows.last().expect("there is a first row"));
        let best = row.last().expect("a row has its sum");
        let moved = largest(best, rows.last().and_then(|row| row.last()).expect("a row has its sum"));
        let (country, gap) = gap(best, &whole);
        let steps = points.len() - 1;
        if steps >= 1 << FEWEST && gap.abs() < NEGLIGIBLE && moved < SETTLED {
            return Ok(best.iter().map(|&parts| WelfareParts(parts)).collect());
        }
        if steps >= 1 << MOST {
            return Err(SplitError::NotSettled { country, gap, steps });
        }
        rows.push(row);
    }
}

/// By country.
type Sums = Vec<[f64; PARTS]>;

/// A new row of Romberg's table: the sum, and what it becomes with each row before it, (4^k·finer − coarser)/(4^k − 1).
fn extrapolated(sum: Sums, before: &[Sums]) -> Vec<Sums> {
    let mut row = vec![sum];
    let mut power = 1.0;
    for coarser in before {
        power *= 4.0;
        let finer = row.last().expect("a row has its sum");
        let better = |(finer, coarser): (&[f64; PARTS], &[f64; PARTS])| {
            std::array::from_fn(|part| (power * finer[part] - coarser[part]) / (power - 1.0))
        };
        row.push(finer.iter().zip(coarser).map(better).collect());
    }
    row
}

fn largest(a: &Sums, b: &Sums) -> f64 {
    let differences = a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f64::max)
}

/// The country whose parts miss most of its change, and what they miss.
fn gap(parts: &Sums, whole: &[f64]) -> (CountryId, f64) {
    let gaps = parts.iter().zip(whole).map(|(parts, whole)| whole - parts.iter().sum::<f64>());
    let worst = gaps.enumerate().max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()));
    worst.map_or((CountryId::at(0), 0.0), |(country, gap)| (CountryId::at(country), gap))
}

/// The path of one draw.
struct Path<'a> {
    model: &'a GeneralEquilibrium,
    world: &'a World<'a>,
    parameters: &'a Parameters,
}

/// A point of the path: its equilibrium and what the integrand needs of it.
struct Point {
    at: f64,
    equilibrium: Equilibrium,
    levels: Levels<1>,
    income: Vec<f64>,
    /// Changed flows, each part of one with a rate of its own.
    changed: Vec<Traded>,
}

/// A changed flow, or a part of one with a rate of its own.
#[derive(Clone, Copy)]
struct Traded {
    importer: usize,
    exporter: usize,
    /// X, M and H.
    paid: f64,
    border: f64,
    made: f64,
    /// ln(q·d), ln(p/d) and ln d.
    log_shipped: f64,
    log_export_price: f64,
    log_cost: f64,
}

impl Path<'_> {
    /// The policy at a point of the path.
    fn policy(&self, at: f64) -> Policy {
        let partly = |change: &FlowChange| {
            let observed = self.world.accounts.tariff.rate(change.flow).factor();
            let rate = |rate: AdValorem| mean_factor(observed, rate.factor(), at);
            let multiple = |multiple: Multiple| Multiple::new(pow(multiple.factor(), at));
            let duty = match change.duty {
                Duty::AdValorem => Duty::AdValorem,
                Duty::Specific(duty) => {
                    Duty::Specific(AdValorem::new(at * duty.fraction()).expect("a part of a duty is one"))
                }
                Duty::Quota(quota) => Duty::Quota(Quota {
                    volume: multiple(quota.volume).expect("a power of a positive number is positive"),
                    beyond: quota.beyond.map(rate),
                    ..quota
                }),
            };
            let mut exempt = change.exempt.clone();
            exempt.iter_mut().for_each(|variety| variety.rate = rate(variety.rate));
            FlowChange {
                flow: change.flow,
                cost: CostFactor::new(pow(change.cost.factor(), at)).expect("a power of a positive number"),
                rate: rate(change.rate),
                exempt,
                export_tax: mean_factor(1.0, change.export_tax.factor(), at),
                duty,
            }
        };
        let Policy { exempt_shares, exempt_mode, .. } = self.world.policy;
        Policy {
            changes: self.world.policy.changes.iter().map(partly).collect(),
            exempt_shares: exempt_shares.clone(),
            exempt_mode: *exempt_mode,
            ..Policy::default()
        }
    }

    fn world_of<'a>(&'a self, policy: &'a Policy) -> Result<World<'a>, SolveError> {
        World::new(self.world.accounts, self.world.preconditioner, policy, self.world.closure)
    }

    /// The points with one more between each two.
    fn halved(&self, points: Vec<Point>) -> Result<Vec<Point>, SolveError> {
        let mut finer = Vec::with_capacity(2 * points.len());
        for point in points {
            if let Some(last) = finer.last() {
                let between = self.between(last, &point, finer.first().unwrap_or(last))?;
                finer.push(between);
            }
            finer.push(point);
        }
        Ok(finer)
    }

    fn between(&self, before: &Point, after: &Point, start: &Point) -> Result<Point, SolveError> {
        let at = 0.5 * (before.at + after.at);
        let policy = self.policy(at);
        let found = self.model.solve(&self.world_of(&policy)?, self.parameters, &after.equilibrium)?;
        self.point(at, found, Some(start))
    }

    /// A point from its equilibrium; volumes of quotas refer to the start, which has none itself.
    fn point(&self, at: f64, equilibrium: Equilibrium, start: Option<&Point>) -> Result<Point, SolveError> {
        let policy = self.policy(at);
        let world = self.world_of(&policy)?;
        let levels = Levels::new(&world, [self.parameters], [&equilibrium]);
        let mut point = Point { at, equilibrium, levels, income: Vec::new(), changed: Vec::new() };
        for cell in &world.shares.changed {
            self.add_changed(&world, cell, start, &mut point);
        }
        point.income = self.income(&point);
        Ok(point)
    }

    /// Adds a changed flow to a point, in parts where it is partly exempt.
    fn add_changed(&self, world: &World<'_>, cell: &ChangedCell, start: Option<&Point>, point: &mut Point) {
        let sector = cell.change.flow.sector.index();
        let n = world.accounts.shape.countries;
        let elasticities = [self.parameters.theta[sector], world.shares.selection_in(cell)];
        let (buyer, seller) = (sector * n + cell.importer, sector * n + cell.exporter);
        let scale = |point: &Point| point.levels.cost_power[seller] * point.levels.scaled_spending[buyer];
        let (scale_here, log_unit_cost) = (scale(point), point.levels.log_cost[seller]);
        let log_cost = cell.log_trade_cost(PathPoint::END);
        let mut add = |gross: f64, net: f64, made: f64| {
            point.changed.push(Traded {
                importer: cell.importer,
                exporter: cell.exporter,
                paid: gross * scale_here,
                border: net * scale_here,
                made: made * scale_here,
                log_shipped: ln(made * scale_here) - log_unit_cost,
                log_export_price: log_unit_cost + ln(net / made),
                log_cost,
            });
        };
        let export_tax = cell.change.export_tax.factor();
        let Some(wedge) = cell.wedge else {
            let parts = cell.change.parts(&self.parameters.exempt_shares, world.policy.exempt_mode);
            for part in parts.into_iter().filter(|part| part.weight > 0.0) {
                let gross = part.weight * cell.gross_at(elasticities, part.rate);
                let net = gross / part.rate.factor();
                add(gross, net, net / export_tax);
            }
            return;
        };
        let wedge = point.equilibrium.wedges.get(wedge).copied().unwrap_or_else(|| cell.observed_wedge());
        let weights = cell.weights_at_wedge(PathPoint::END, elasticities, wedge);
        let within = start.zip(cell.quota()).map_or(1.0, |(start, quota)| {
            let dearer = log_unit_cost - start.levels.log_cost[seller] + log_cost;
            let volume = weights.made / cell.observed().made * (scale_here / scale(start)) / exp(dearer);
            (quota.volume.factor() / volume).min(1.0)
        });
        let rent = weights.net * cell.exporter_rent() * cell.rent(PathPoint::END, wedge, within);
        add(weights.gross, weights.net + rent, weights.made);
    }

    /// I = wL + Σ_i (X − M) + Σ_m (M − H) + D, by country.
    fn income(&self, point: &Point) -> Vec<f64> {
        let levels = &point.levels;
        let mut income: Vec<f64> =
            levels.wage_bill.iter().zip(&levels.deficit).map(|(wages, deficit)| wages + deficit).collect();
        self.untouched(|importer, _, net, rate, [buyer, seller]| {
            income[importer] += rate * net * levels.cost_power[seller] * levels.scaled_spending[buyer];
        });
        for traded in &point.changed {
            income[traded.importer] += traded.paid - traded.border;
            income[traded.exporter] += traded.border - traded.made;
        }
        income
    }

    /// Every foreign flow that policy leaves alone: importer, exporter, F, τ, and where both stand by (sector, country).
    fn untouched(&self, mut visit: impl FnMut(usize, usize, f64, f64, [usize; 2])) {
        let (shares, accounts) = (&self.world.shares, self.world.accounts);
        let n = accounts.shape.countries;
        let rates = accounts.tariff.table().values().chunks_exact(n);
        for (row, (net, rates)) in shares.net.values().chunks_exact(n).zip(rates).enumerate() {
            let (sector, importer) = (row / n, row % n);
            for (exporter, (&net, &rate)) in net.iter().zip(rates).enumerate() {
                if net > 0.0 && exporter != importer {
                    visit(importer, exporter, net, rate, [row, sector * n + exporter]);
                }
            }
        }
    }

    /// ln(Î/P̂) by country, from the two ends.
    fn welfare(&self, start: &Point, end: &Point) -> Vec<f64> {
        let j = self.world.accounts.shape.sectors;
        let price = |country: usize| -> f64 {
            let pairs = country * j..(country + 1) * j;
            let log_price = |pair: usize| end.equilibrium.log_price[pair] - start.equilibrium.log_price[pair];
            pairs.map(|pair| self.world.accounts.final_share[pair] * log_price(pair)).sum()
        };
        let incomes = start.income.iter().zip(&end.income).map(|(before, after)| ln(after / before));
        incomes.enumerate().map(|(country, income)| income - price(country)).collect()
    }

    /// The trapezoidal sums over all steps.
    fn sum(&self, points: &[Point]) -> Sums {
        let mut sums = vec![[0.0; PARTS]; self.world.accounts.shape.countries];
        for step in points.windows(2) {
            self.add_step(&step[0], &step[1], &mut sums);
        }
        sums
    }

    fn add_step(&self, a: &Point, b: &Point, sums: &mut Sums) {
        let mean = |country: usize, before: f64, after: f64| {
            0.5 * (before / a.income[country] + after / b.income[country])
        };
        for (country, parts) in sums.iter_mut().enumerate() {
            parts[TRANSFER] +=
                mean(country, 1.0, 1.0) * (b.levels.deficit[country] - a.levels.deficit[country]);
        }
        let raised = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| b - a).collect() };
        let cost = raised(&a.levels.log_cost, &b.levels.log_cost);
        let n = self.world.accounts.shape.countries;
        let volume_sold: Vec<f64> =
            cost.iter().enumerate().map(|(at, cost)| -(1.0 + self.parameters.theta[at / n]) * cost).collect();
        let spending = |(a, b): (&f64, &f64)| if *a > 0.0 { ln(b / a) } else { 0.0 };
        let spending: Vec<f64> =
            a.levels.scaled_spending.iter().zip(b.levels.scaled_spending.iter()).map(spending).collect();
        self.untouched(|importer, exporter, net, rate, [buyer, seller]| {
            let value =
                |point: &Point| net * point.levels.cost_power[seller] * point.levels.scaled_spending[buyer];
            let (before, after) = (value(a), value(b));
            let imported = mean(importer, before, after);
            sums[importer][TERMS_OF_TRADE] -= imported * cost[seller];
            sums[importer][ALLOCATIVE] += rate * imported * (volume_sold[seller] + spending[buyer]);
            sums[exporter][TERMS_OF_TRADE] += mean(exporter, before, after) * cost[seller];
        });
        for (a, b) in a.changed.iter().zip(&b.changed) {
            add_changed_step(a, b, mean, sums);
        }
    }
}

/// What a changed flow adds to its importer and its exporter over a step; `mean` takes values over income.
fn add_changed_step(a: &Traded, b: &Traded, mean: impl Fn(usize, f64, f64) -> f64, sums: &mut Sums) {
    let (dearer, shipped) = (b.log_export_price - a.log_export_price, b.log_shipped - a.log_shipped);
    let cost = b.log_cost - a.log_cost;
    let (importer, exporter) = (a.importer, a.exporter);
    let imported = mean(importer, a.border, b.border);
    sums[importer][TECHNOLOGY] -= imported * cost;
    if importer != exporter {
        let wedge = mean(importer, a.paid - a.border, b.paid - b.border);
        sums[importer][TERMS_OF_TRADE] -= imported * dearer;
        sums[importer][ALLOCATIVE] += wedge * (shipped - cost);
        sums[exporter][TERMS_OF_TRADE] += mean(exporter, a.border, b.border) * dearer;
        sums[exporter][ALLOCATIVE] += mean(exporter, a.border - a.made, b.border - b.made) * shipped;
    }
}

/// A geometric mean of two factors, as a rate.
fn mean_factor(from: f64, to: f64, at: f64) -> AdValorem {
    AdValorem::new(from * pow(to / from, at) - 1.0).expect("a mean of factors above zero is above zero")
}
