//! How far apart two experiments are, draw by draw.

use rayon::prelude::*;

use crate::index::{CountryId, Position as _};
use crate::model::impact::Impact;
use crate::model::variable::{CountryVariable, Variables};
use crate::monte_carlo::estimate::Estimate;
use crate::monte_carlo::prior::Uncertainty;
use crate::monte_carlo::quantiles::Memory;
use crate::monte_carlo::solver::Solved;
use crate::monte_carlo::summary::{Numbers, weighted};

/// Which results of an experiment are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What is expected over its outcomes.
    Expected,
    /// One outcome, by its position.
    Outcome(usize),
}

/// Two experiments to compare, by their positions: the second less the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The experiments.
    pub experiments: [usize; 2],
    /// What is taken of each.
    pub parts: [Part; 2],
}

impl Pair {
    /// Something of both experiments.
    pub(super) fn sides<T>(&self, of: impl Fn(usize) -> T) -> [T; 2] {
        self.experiments.map(of)
    }
}

/// One number of the second experiment less that of the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// At central parameters, and over the draws that both have solved.
    pub estimate: Estimate,
    /// Share of draws above zero; `None` without draws, or where there is no number.
    pub p_positive: Option<f64>,
}

/// The differences of all variables of countries.
#[derive(Clone, Debug, PartialEq)]
pub struct Differences {
    /// What is compared.
    pub pair: Pair,
    /// The variables that both have, in the order of the first.
    pub variables: Vec<CountryVariable>,
    /// By (country, variable).
    pub countries: Vec<Difference>,
    /// Draws that one of them or both have not solved.
    pub failed: u32,
}

impl Differences {
    /// The difference of a country's variable, without a value where it is not modelled.
    pub fn country(&self, country: CountryId, variable: CountryVariable) -> &Difference {
        const NOTHING: Difference =
            Difference { estimate: Estimate { central: None, spread: None }, p_positive: None };
        let place = self.variables.iter().position(|known| *known == variable);
        place.map_or(&NOTHING, |place| &self.countries[country.index() * self.variables.len() + place])
    }

    /// Whether both are the same to the bit, in the central case and in every draw.
    pub fn is_nothing(&self) -> bool {
        let is_zero = |value: f64| value == 0.0;
        self.countries.iter().all(|difference| {
            let Estimate { central, spread } = difference.estimate;
            let extremes =
                spread.map_or(0.0, |spread| spread.p_negative) + difference.p_positive.unwrap_or(0.0);
            central.is_none_or(is_zero) && is_zero(extremes)
        })
    }
}

/// What is known of an experiment before it is drawn.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    /// Its central case in each outcome.
    pub(super) central: &'a [Impact],
    /// The probabilities of its outcomes.
    pub(super) weights: &'a [f64],
    /// What it has.
    pub(super) variables: &'static Variables,
}

/// Memory for the numbers behind the quantiles of a pair.
const BYTES: usize = 32 << 20;

/// Collects the differences of a pair over the draws.
pub(super) struct Contrast {
    pub(super) pair: Pair,
    variables: Vec<CountryVariable>,
    /// Where the numbers of both stand.
    places: Vec<[usize; 2]>,
    weights: [Vec<f64>; 2],
    central: Vec<Option<f64>>,
    numbers: Numbers,
    /// How often each is above zero.
    positive: Vec<u32>,
    failed: u32,
}

impl Contrast {
    pub(super) fn new(pair: Pair, sides: [Side<'_>; 2], uncertainty: &Uncertainty) -> Self {
        let weights = sides.map(|side| side.weights.to_vec());
        let (variables, places) = common(sides);
        let (numbers, outcomes) = (places.len(), sides.map(|side| side.central));
        let central = places.iter().map(|places| difference(pair, &weights, outcomes, *places));
        let memory = Memory::within(BYTES / numbers.max(1), uncertainty.draws as usize);
        Self {
            pair,
            central: central.map(|value| value.is_finite().then_some(value)).collect(),
            numbers: Numbers::new(memory, numbers, 1, uncertainty.design),
            variables,
            places,
            positive: vec![0; numbers],
            weights,
            failed: 0,
        }
    }

    /// Adds a block of draws in draw order, the first of which has this number.
    pub(super) fn add(&mut self, first: u32, solved: [&[Solved]; 2]) {
        let both = (first..).zip(solved[0].iter().zip(solved[1]));
        let (indices, draws): (Vec<u32>, Vec<[&[Impact]; 2]>) = both
            .filter_map(|(index, (one, other))| {
                Some((index, [one.result.as_deref().ok()?, other.result.as_deref().ok()?]))
            })
            .unzip();
        self.failed += (solved[0].len() - draws.len()) as u32;
        let (pair, weights, places) = (self.pair, &self.weights, &self.places);
        let row = |&outcomes: &[&[Impact]; 2]| -> Vec<f64> {
            places.iter().map(|places| difference(pair, weights, outcomes, *places)).collect()
        };
        let rows: Vec<Vec<f64>> = draws.par_iter().map(row).collect();
        for row in &rows {
            let signs = self.positive.iter_mut().zip(row);
            signs.for_each(|(positive, value)| *positive += u32::from(*value > 0.0));
        }
        if !rows.is_empty() {
            self.numbers.extend(&indices, &[rows.iter().map(Vec::as_slice).collect()], &[1.0]);
        }
    }

    pub(super) fn end(mut self) -> Differences {
        self.numbers.sort();
        let (numbers, positive) = (&self.numbers, &self.positive);
        let ended = self.central.into_iter().enumerate().map(|(number, central)| {
            let spread = central.and_then(|_| numbers.spread(number, None, &[1.0]));
            let p_positive = spread.map(|spread| f64::from(positive[number]) / f64::from(spread.draws));
            Difference { estimate: Estimate { central, spread }, p_positive }
        });
        Differences {
            pair: self.pair,
            variables: self.variables,
            countries: ended.collect(),
            failed: self.failed,
        }
    }
}

/// The variables that both sides have, and where the number of each country and variable stands in both.
fn common(sides: [Side<'_>; 2]) -> (Vec<CountryVariable>, Vec<[usize; 2]>) {
    let [one, other] = sides.map(|side| side.variables.countries);
    let countries = sides[0].central[0].countries.len() / one.len();
    let places: Vec<[usize; 2]> = one
        .iter()
        .enumerate()
        .filter_map(|(at, variable)| Some([at, other.iter().position(|known| known == variable)?]))
        .collect();
    let of_country = |country: usize| {
        places
            .iter()
            .map(move |[first, second]| [country * one.len() + first, country * other.len() + second])
    };
    (places.iter().map(|[at, _]| one[*at]).collect(), (0..countries).flat_map(of_country).collect())
}

/// The second side's number less the first side's; NaN where one of them has none.
fn difference(pair: Pair, weights: &[Vec<f64>; 2], outcomes: [&[Impact]; 2], places: [usize; 2]) -> f64 {
    let side = |at: usize| match pair.parts[at] {
        Part::Outcome(outcome) => outcomes[at][outcome].countries[places[at]],
        Part::Expected => {
            weighted(outcomes[at].iter().map(|impact| impact.countries[places[at]]), &weights[at])
        }
    };
    side(1) - side(0)
}
