//! **tariffsim**: a trade-tariff impact simulator.

pub mod bilateral;
pub mod cli;
pub mod diagnostic;
pub mod economy;
pub mod files;
pub mod index;
pub mod model;
pub mod monte_carlo;
pub mod report;
pub mod scenario;
pub mod table;
pub mod units;
