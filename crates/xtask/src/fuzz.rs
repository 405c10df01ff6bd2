//! `cargo xtask fuzz`: makes up what strangers could say, and sees what the parsers make of it (QU-33).
//!
//! The fuzzers are a project of their own, `crates/rfb/fuzz`, which nothing else builds. What they
//! have found interesting stays in its `corpus`, from where the next run goes on; what breaks a
//! parser is kept in its `artifacts`.

use std::process::Command;

use crate::failure::Failure;
use crate::program::{self, capture, cargo};
use crate::tools;
use crate::workspace::Workspace;

/// Runs every fuzzer for so many minutes, or the one called `only`.
///
/// # Errors
///
/// Returns which parser broke, that a fuzzer could not be built, or that there is no such fuzzer.
pub(crate) fn run(workspace: &Workspace, only: Option<&str>, minutes: u32) -> Result<(), Failure> {
    tools::cargo_program(workspace, PROGRAM, VERSION)?;
    let listed = capture(fuzz(workspace).arg("list"))?;
    let fuzzers: Vec<&str> =
        listed.lines().filter(|name| only.is_none_or(|only| *name == only)).collect();
    if fuzzers.is_empty() {
        let which = only.map_or_else(String::new, |only| format!(" `{only}`"));
        return Err(Failure::new(format!("there is no fuzzer{which}")));
    }
    program::run(inside(workspace, &mut cargo(&["run", "--release", "--example", "seeds"])))?;
    let broken: Vec<&str> = fuzzers
        .into_iter()
        .filter(|fuzzer| {
            let mut command = fuzz(workspace);
            command.args(["run", "--sanitizer", "none", fuzzer, "--"]).args(limits(minutes));
            program::run(&mut command).inspect_err(|failure| println!("{failure}")).is_err()
        })
        .collect();
    if broken.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!("broken: {}", broken.join(", "))))
    }
}

fn fuzz(workspace: &Workspace) -> Command {
    let mut command = Command::new(workspace.tools().join("bin").join(PROGRAM));
    inside(workspace, &mut command);
    command
}

/// Has a command work in the project of the fuzzers, and build beside everything else.
fn inside<'a>(workspace: &Workspace, command: &'a mut Command) -> &'a mut Command {
    let folder = workspace.root().join("crates/rfb/fuzz");
    command.current_dir(folder).env("CARGO_TARGET_DIR", workspace.tools().join("fuzz"))
}

fn limits(minutes: u32) -> [String; 2] {
    [format!("-max_total_time={}", 60 * minutes), format!("-max_len={LENGTH_MOST}")]
}

const PROGRAM: &str = "cargo-fuzz";

/// A version that works with the compiler that the workspace asks for.
///
/// There is no `unsafe` for a sanitizer to look into, and without one no unstable compiler is needed.
const VERSION: &str = "0.13.2";

/// As long as a few messages of any kind. What is longer is slow to make up, and says little more.
const LENGTH_MOST: u32 = 20_000;
