//! The command line: the only place that knows its arguments and where output goes.

pub mod diagnostics;
