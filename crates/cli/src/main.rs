//! `guest`: the server, and its administration, in one binary (IF-20).
//!
//! This is the composition root: the only place that reads a clock, draws
//! randomness, knows the file system and puts the adapters together.

mod admin;
mod api;
mod clock;
mod commands;
mod compose;
mod config;
mod data;
mod duration;
mod entropy;
mod failure;
mod out;
mod serve;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;

use crate::commands::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.common.json;
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(words) = failure.words(json) {
                // Nothing is left to be done if even this cannot be said.
                let _ = writeln!(io::stderr().lock(), "{words}");
            }
            ExitCode::from(failure.exit_code())
        }
    }
}
