//! Reports: results in, bytes out. Nothing here solves or samples.
//!
//! | for | is made by |
//! |---|---|
//! | a person at a terminal | [`terminal`] |
//! | a class room | [`chart`] |
//! | whoever is sent a result | [`page`] |
//! | whoever asks what happened when | [`path`] |
//! | whoever asks how two scenarios differ | [`compare`] |
//! | whoever asks how much hangs on a rate | [`sweep`] |
//! | whoever plays | [`game`], [`tariffs`] |
//! | R, Stata, Python | [`tables`] |
//! | another program | [`json`] |
//! | whoever checks a result later | [`record`] |
//! | all of them, as a folder | [`result`] |
//! | another machine | [`shard`] |

pub mod chart;
pub mod compare;
pub mod contents;
pub mod contributions;
pub mod disclosure;
pub mod draws;
pub mod focus;
pub mod folder;
pub mod game;
pub mod inputs;
pub mod json;
pub mod number;
pub mod page;
pub mod path;
pub mod plain;
pub mod record;
pub mod result;
pub mod shard;
pub mod spoken;
pub mod study;
pub mod sweep;
pub mod tables;
pub mod tariffs;
pub mod terminal;
pub mod welfare;
