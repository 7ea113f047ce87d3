//! Uncertainty: priors, reproducible draws, and what the spread of the results is.

pub mod estimate;
pub mod prior;
