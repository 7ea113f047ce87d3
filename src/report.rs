//! Reports: results in, bytes out.

pub mod study;
