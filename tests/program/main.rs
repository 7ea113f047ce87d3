//! The program as users run it: what it prints, writes and returns.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod aggregate;
mod compare;
mod contributions;
#[path = "../data_support/mod.rs"]
mod data_support;
mod draws;
mod help;
mod manners;
mod mistakes;
mod new;
mod no_change;
mod outcomes;
mod output;
mod partial;
mod resume;
mod same_bytes;
mod shards;
mod shell;
mod strategy;
mod sweep;
mod timeline;
mod tool;
mod until;
mod verify;
