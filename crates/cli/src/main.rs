//! The `sbf` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    sbf_cli::run(std::env::args_os())
}
