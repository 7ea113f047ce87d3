//! **tariffsim**: a trade-tariff impact simulator.

pub mod bilateral;
pub mod data;
pub mod diagnostic;
pub mod economy;
pub mod files;
pub mod index;
pub mod model;
pub mod monte_carlo;
pub mod numerics;
pub mod report;
pub mod table;
pub mod units;
