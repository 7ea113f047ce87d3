//! Economies: the data as read, the calibrated accounts, and what a policy changes in them.

pub mod dataset;
pub mod elasticities;
pub mod policy;
