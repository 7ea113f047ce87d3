//! Economies: the data as read, the calibrated accounts, and what a policy changes in them.

pub mod accounts;
pub mod aggregation;
pub mod closure;
pub mod dataset;
pub mod elasticities;
pub mod expected;
pub mod horizon;
pub mod markets;
pub mod policy;
pub mod structure;
pub mod synthetic;
pub mod totals;
