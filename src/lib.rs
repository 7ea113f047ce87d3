//! **tariffsim**: a trade-tariff impact simulator.
//!
//! scenario file + data set → [`Dataset`](economy::dataset::Dataset) → (calibrate)
//! [`Baseline`](model::baseline::Baseline) → (apply measures) [`Policy`](economy::policy::Policy) → (solve, per
//! [`Draw`](monte_carlo::draw::Draw)) [`Equilibrium`](model::equilibrium::Equilibrium) → (measure)
//! [`Impact`](model::impact::Impact) → (summarise) [`Estimate`](monte_carlo::estimate::Estimate)s → report +
//! [`Record`](report::record::Record).
//!
//! The modules stand on floors, lowest first: [`units`], [`index`]; [`hash`], [`bilateral`], [`diagnostic`], [`files`],
//! [`table`]; [`numerics`]; [`economy`]; [`model`]; [`monte_carlo`]; then [`data`], [`scenario`] and [`report`],
//! which never name one another; and [`cli`] on top. A module names only itself and those below it.

pub mod bilateral;
pub mod cli;
pub mod data;
pub mod diagnostic;
pub mod economy;
pub mod files;
pub mod hash;
pub mod index;
pub mod model;
pub mod monte_carlo;
pub mod numerics;
pub mod report;
pub mod scenario;
pub mod table;
pub mod units;
