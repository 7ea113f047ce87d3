//! Newton's method with the exact Jacobian, for systems of some hundred equations at most.

use nalgebra::{DMatrix, DVector, Dyn, LU};

/// Equations f(x) = 0, as many as unknowns.
pub trait System {
    /// f at a point.
    fn residuals(&self, at: &[f64]) -> Vec<f64>;

    /// ∂f/∂x at a point, row after row.
    fn jacobian(&self, at: &[f64]) -> Vec<f64>;
}

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The largest residual of any equation at a solution.
    pub tolerance: f64,
    /// The most steps.
    pub most_steps: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { tolerance: 1e-12, most_steps: 100 }
    }
}

/// A point at which every residual is within the tolerance.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// The point.
    pub at: Vec<f64>,
    /// Steps made.
    pub steps: usize,
    /// The largest residual.
    pub residual: f64,
}

/// Where the method stopped without a solution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stopped {
    /// Steps made.
    pub steps: usize,
    /// The largest residual.
    pub residual: f64,
    /// The equation that has it.
    pub worst: usize,
}

/// A step is halved at most so often before the method gives up.
const MOST_HALVINGS: usize = 30;

/// An earlier Jacobian serves as long as a step with it leaves at most this part of the largest residual: such a step
/// costs a tenth of one with a Jacobian of its own.
const QUICK: f64 = 0.2;

/// A Jacobian, ready to be solved with.
struct Factors(LU<f64, Dyn, Dyn>);

impl Factors {
    fn new(system: &impl System, at: &[f64]) -> Self {
        Self(DMatrix::from_row_slice(at.len(), at.len(), &system.jacobian(at)).lu())
    }

    /// −J⁻¹f; `None` where J is singular.
    fn direction(&self, residuals: &[f64]) -> Option<Vec<f64>> {
        let step = self.0.solve(&-DVector::from_column_slice(residuals))?;
        step.iter().all(|value| value.is_finite()).then(|| step.as_slice().to_vec())
    }
}

/// A point with its residuals.
type Point = (Vec<f64>, Vec<f64>);

/// Solves a system from a start. A step that does not lower the largest residual is halved, so that the method cannot
/// run away; a start that is a solution is given back as it is.
///
/// # Errors
/// [`Stopped`] where no solution was found.
pub fn solve(system: &impl System, start: &[f64], options: Options) -> Result<Solution, Stopped> {
    let mut at = start.to_vec();
    let mut residuals = system.residuals(&at);
    let mut factors: Option<Factors> = None;
    for steps in 0..=options.most_steps {
        let (worst, residual) = largest(&residuals);
        if residual <= options.tolerance {
            return Ok(Solution { at, steps, residual });
        }
        let stopped = Stopped { steps, residual, worst };
        if steps == options.most_steps {
            return Err(stopped);
        }
        let quick = factors.as_ref().and_then(|earlier| {
            let next = moved(system, &at, &earlier.direction(&residuals)?, 1.0);
            (largest(&next.1).1 <= QUICK * residual).then_some(next)
        });
        (at, residuals) = match quick {
            Some(next) => next,
            None => {
                let own = factors.insert(Factors::new(system, &at));
                let direction = own.direction(&residuals).ok_or(stopped)?;
                shortened(system, &at, &direction, residual).ok_or(stopped)?
            }
        };
    }
    unreachable!("the last round returns")
}

/// The point at a part of a step.
fn moved(system: &impl System, at: &[f64], direction: &[f64], length: f64) -> Point {
    let next: Vec<f64> = at.iter().zip(direction).map(|(x, step)| x + length * step).collect();
    let residuals = system.residuals(&next);
    (next, residuals)
}

/// The longest of the step, its half, its quarter … that lowers the largest residual, with the residuals there.
fn shortened(system: &impl System, at: &[f64], direction: &[f64], before: f64) -> Option<Point> {
    (0..=MOST_HALVINGS).find_map(|halvings| {
        let next = moved(system, at, direction, 0.5_f64.powi(halvings as i32));
        (largest(&next.1).1 < before).then_some(next)
    })
}

/// The equation with the largest residual, and its size; what is no number is infinitely large.
fn largest(residuals: &[f64]) -> (usize, f64) {
    residuals.iter().enumerate().fold((0, 0.0), |(worst, most), (at, residual)| {
        let size = if residual.is_nan() { f64::INFINITY } else { residual.abs() };
        if size > most { (at, size) } else { (worst, most) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// x² = 2 and x·y = 3.
    struct Roots;

    impl System for Roots {
        fn residuals(&self, at: &[f64]) -> Vec<f64> {
            vec![at[0] * at[0] - 2.0, at[0] * at[1] - 3.0]
        }

        fn jacobian(&self, at: &[f64]) -> Vec<f64> {
            vec![2.0 * at[0], 0.0, at[1], at[0]]
        }
    }

    /// x² + 1 = 0.
    struct Nowhere;

    impl System for Nowhere {
        fn residuals(&self, at: &[f64]) -> Vec<f64> {
            vec![at[0] * at[0] + 1.0]
        }

        fn jacobian(&self, at: &[f64]) -> Vec<f64> {
            vec![2.0 * at[0]]
        }
    }

    #[test]
    fn a_solution_is_found_from_afar_and_given_back_from_itself() {
        let found = solve(&Roots, &[20.0, -7.0], Options::default()).expect("there is one");
        assert!(
            (found.at[0] - 2.0_f64.sqrt()).abs() < 1e-12 && (found.at[1] * found.at[0] - 3.0).abs() < 1e-12
        );
        let again = solve(&Roots, &found.at, Options::default()).expect("there is one");
        assert_eq!((again.steps, again.at), (0, found.at));
    }

    /// The roots, with a count of the Jacobians that are asked for.
    struct Counted(std::cell::Cell<usize>);

    impl System for Counted {
        fn residuals(&self, at: &[f64]) -> Vec<f64> {
            Roots.residuals(at)
        }

        fn jacobian(&self, at: &[f64]) -> Vec<f64> {
            self.0.set(self.0.get() + 1);
            Roots.jacobian(at)
        }
    }

    #[test]
    fn a_jacobian_serves_as_long_as_it_is_good() {
        let near = Counted(std::cell::Cell::new(0));
        let found = solve(&near, &[1.4, 2.1], Options::default()).expect("there is one");
        assert!(near.0.get() == 1 && found.steps > 2, "{} {}", near.0.get(), found.steps);
        let far = Counted(std::cell::Cell::new(0));
        solve(&far, &[20.0, -7.0], Options::default()).expect("there is one");
        assert!(far.0.get() > 2, "{}", far.0.get());
    }

    #[test]
    fn what_has_no_solution_is_an_error() {
        let stopped = solve(&Nowhere, &[3.0], Options::default()).expect_err("there is none");
        assert!(stopped.residual >= 1.0);
        assert!(solve(&Nowhere, &[0.0], Options::default()).is_err(), "a singular Jacobian");
    }
}
