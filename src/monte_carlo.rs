//! Uncertainty: priors, reproducible draws, and what the spread of the results is.

pub mod contrast;
pub mod contribution;
pub mod draw;
pub mod ensemble;
pub mod estimate;
pub mod game;
pub mod ledger;
pub mod marginal;
mod markets;
pub mod model;
pub mod payoffs;
pub mod prior;
pub mod quantiles;
pub mod sampling;
mod solver;
pub mod summary;
pub mod variance;
pub mod welfare;
