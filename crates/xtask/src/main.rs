//! What developers run: `cargo xtask test`, `cargo xtask screenshots`, `cargo xtask bench`,
//! `cargo xtask soak`, `cargo xtask fuzz`.
//!
//! A task is a list of programs run in order, with what they are run for. Nothing here knows a
//! rule of the product, and nothing is kept but build results under the target folder.

#![expect(clippy::print_stdout, reason = "a developer reads on the terminal what is being done")]

use std::env;
use std::process::ExitCode;

use crate::task::Task;

mod bench;
mod deny;
mod examples;
mod failure;
mod fuzz;
mod npm;
mod program;
mod purity;
mod report;
mod screenshots;
mod soak;
mod steps;
mod task;
mod test;
mod tools;
mod workspace;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let task = match Task::parse(&arguments) {
        Ok(task) => task,
        Err(why) => {
            eprintln!("error: {why}\n\n{}", task::help());
            return ExitCode::from(USAGE);
        }
    };
    match task.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// What a command line that cannot be understood ends with.
const USAGE: u8 = 2;
