//! Datasets: read from a folder of CSV files, or taken from inside the program.
//!
//! A folder is checked row by row and as a whole; every fault is reported with its file, line and size, all at once.
//! The embedded baseline is read by the same code when the program is built.

mod accounts;
pub mod check;
mod codes;
pub mod embedded;
mod flows;
pub mod folder;
pub mod hash;
mod inputs;
mod manifest;
pub mod maps;
mod pack;
mod parameters;
mod source;
pub mod write;
