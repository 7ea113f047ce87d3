//! The `tariffsim` program: reads the command line, does what it says, gives the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    tariffsim::cli::main()
}
