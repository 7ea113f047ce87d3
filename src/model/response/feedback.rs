//! Whether economies of scale reinforce themselves: how much of an entry of firms sales pay for once all has settled.
//!
//! Where more firms make inputs cheaper, and cheaper inputs pay for more firms than came, the data are an equilibrium
//! that nothing leads back to: a small change leads far away, or to numbers of the wrong sign. Without inputs that
//! cannot be up to δ = 1 (Kucheryavyy, Lyn & Rodríguez-Clare 2023, proposition 1); with inputs it can.

use nalgebra::DMatrix;

use crate::economy::accounts::Accounts;
use crate::economy::closure::Closure;
use crate::model::entry::Entry;
use crate::model::preconditioner::domestic_inverses;
use crate::model::response::{COLUMNS, Linearised, Response};
use crate::numerics::lanes::{lane, matrix_times};

/// The strongest feedback of firms on firms at the accounts: the dominant eigenvalue of d(ln Y − ln c)/d ln N with wages,
/// prices and spending settled, by power iteration, and the pair that has most of it. `None` without economies of scale,
/// and without inputs, where there is nothing to find.
pub(in crate::model) fn feedback(
    accounts: &Accounts,
    theta: &[f64],
    closure: Closure,
) -> Option<(f64, usize)> {
    const TIMES: usize = 40;
    const ROUNDS: usize = 6;
    if accounts.input_share.iter().all(|share| *share <= 0.0) {
        return None;
    }
    let entry = Entry::new(accounts, theta, closure)?;
    let friction = closure.labour.friction();
    let domestic = domestic_inverses(accounts, &accounts.domestic_share());
    let n = accounts.shape.countries;
    let labour = Response::new(accounts, theta, &domestic, (friction, None)).labour;
    let settled = (-DMatrix::from_row_slice(n, n, &labour)).try_inverse()?;
    let wages = settled.transpose().as_slice().to_vec();
    let linear = Linearised::new(accounts, theta, &domestic, friction);
    let linear = Linearised { entry: Some(&entry), rounds: ROUNDS, ..linear };
    let mut state = State::new(&linear);
    let mut growth = 0.0;
    for _ in 0..TIMES {
        growth = state.settle(&linear, &wages);
    }
    Some((growth, state.largest()))
}

/// Rounds in which relative wages follow firms.
const RELATIVE_ROUNDS: usize = 6;

/// A lane starts from firms in every eighth pair.
struct State {
    firms: Vec<f64>,
    relative: Vec<f64>,
}

impl State {
    fn new(linear: &Linearised<'_>) -> Self {
        let pairs = linear.output.len();
        let firms =
            (0..pairs * COLUMNS).map(|at| if at / COLUMNS % COLUMNS == at % COLUMNS { 1.0 } else { 0.1 });
        let relative = if linear.friction > 0.0 { vec![0.0; pairs * COLUMNS] } else { Vec::new() };
        Self { firms: firms.collect(), relative }
    }

    /// Puts the firms that sales pay for in place of those that are there, of size 1, and gives by how much they grew.
    fn settle(&mut self, linear: &Linearised<'_>, answer: &[f64]) -> f64 {
        let (n, j) = (linear.accounts.shape.countries, linear.accounts.shape.sectors);
        let (mut output, mut cost) = self.markets(linear, answer);
        if linear.friction > 0.0 {
            for _ in 0..RELATIVE_ROUNDS {
                linear.relative_wages(&output, &mut self.relative);
                (output, cost) = self.markets(linear, answer);
            }
        }
        let has_scale = linear.entry.map(|entry| &entry.scale.output);
        for (pair, firms) in self.firms.as_chunks_mut::<COLUMNS>().0.iter_mut().enumerate() {
            let made = has_scale.map_or(0.0, |output| output[pair]);
            let (output, cost) =
                (lane::<COLUMNS>(&output, pair), lane::<COLUMNS>(&cost, pair % j * n + pair / j));
            *firms = std::array::from_fn(|l| if made > 0.0 { output[l] / made - cost[l] } else { 0.0 });
        }
        self.normalise()
    }

    /// dY and d ln c where wages clear the labour markets of countries.
    fn markets(&self, linear: &Linearised<'_>, answer: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let nothing = vec![0.0; linear.accounts.shape.countries * COLUMNS];
        let (output, _) = self.at(linear, &nothing);
        let mut wages = nothing.clone();
        matrix_times::<COLUMNS, _>(answer, &linear.labour(&nothing, &output), &mut wages);
        self.at(linear, &wages)
    }

    fn at(&self, linear: &Linearised<'_>, wages: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (price, cost) = linear.prices([wages, &self.relative, &self.firms]);
        let (_, output) = linear.spending(wages, &price, [&cost, &self.firms]);
        (output, cost)
    }

    /// Scales every lane to size 1, and gives the largest size.
    fn normalise(&mut self) -> f64 {
        let mut sizes = [0.0_f64; COLUMNS];
        for firms in self.firms.as_chunks::<COLUMNS>().0 {
            (0..COLUMNS).for_each(|l| sizes[l] = sizes[l].max(firms[l].abs()));
        }
        for values in [&mut self.firms, &mut self.relative] {
            for values in values.as_chunks_mut::<COLUMNS>().0 {
                (0..COLUMNS).for_each(|l| values[l] /= sizes[l]);
            }
        }
        sizes.into_iter().fold(0.0, f64::max)
    }

    fn largest(&self) -> usize {
        let size = |pair: usize| lane::<COLUMNS>(&self.firms, pair)[0].abs();
        (0..self.firms.len() / COLUMNS).max_by(|a, b| size(*a).total_cmp(&size(*b))).unwrap_or(0)
    }
}
