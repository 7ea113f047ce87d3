//! Uncertainty: priors, reproducible draws, and what the spread of the results is.

pub mod contrast;
pub mod draw;
pub mod ensemble;
pub mod estimate;
mod markets;
pub mod prior;
pub mod quantiles;
mod solver;
pub mod summary;
