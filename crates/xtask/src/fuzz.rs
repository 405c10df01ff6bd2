//! `cargo xtask fuzz`: makes up what strangers could say, and sees what the parsers make of it (QU-33).
//!
//! The fuzzers are projects of their own, `crates/rfb/fuzz` and `crates/identity/fuzz`, which nothing
//! else builds. They begin with messages of every kind and with recordings of real VNC servers, or
//! with certificates and requests to join. What they have found interesting stays in a `corpus`,
//! from where the next run goes on; what breaks a parser is kept in `artifacts`.

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
    let (mut known, mut broken) = (false, Vec::new());
    for project in &PROJECTS {
        let listed = capture(project.fuzz(workspace).arg("list"))?;
        let fuzzers: Vec<&str> =
            listed.lines().filter(|name| only.is_none_or(|only| *name == only)).collect();
        if fuzzers.is_empty() {
            continue;
        }
        known = true;
        for corpus in project.corpora {
            let arguments = ["run", "--release", "--example", corpus];
            program::run(project.inside(workspace, &mut cargo(&arguments)))?;
        }
        for fuzzer in fuzzers {
            let mut command = project.fuzz(workspace);
            command.args(["run", "--sanitizer", "none", fuzzer, "--"]).args(limits(minutes));
            if let Err(failure) = program::run(&mut command) {
                println!("{failure}");
                broken.push(fuzzer.to_owned());
            }
        }
    }
    if !known {
        let which = only.map_or_else(String::new, |only| format!(" `{only}`"));
        return Err(Failure::new(format!("there is no fuzzer{which}")));
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!("broken: {}", broken.join(", "))))
    }
}

/// A project of fuzzers.
struct Project {
    folder: &'static str,
    /// The examples that write what the fuzzers begin with.
    corpora: &'static [&'static str],
}

impl Project {
    fn fuzz(&self, workspace: &Workspace) -> Command {
        let mut command = Command::new(workspace.tools().join("bin").join(PROGRAM));
        self.inside(workspace, &mut command);
        command
    }

    /// Has a command work in the project of the fuzzers, and build beside everything else.
    fn inside<'a>(&self, workspace: &Workspace, command: &'a mut Command) -> &'a mut Command {
        let folder = workspace.root().join(self.folder);
        command.current_dir(folder).env("CARGO_TARGET_DIR", workspace.tools().join("fuzz"))
    }
}

fn limits(minutes: u32) -> [String; 2] {
    [format!("-max_total_time={}", 60 * minutes), format!("-max_len={LENGTH_MOST}")]
}

/// Where the fuzzers are.
const PROJECTS: [Project; 2] = [
    Project { folder: "crates/rfb/fuzz", corpora: &["seeds", "record"] },
    Project { folder: "crates/identity/fuzz", corpora: &["seeds"] },
];

const PROGRAM: &str = "cargo-fuzz";

/// A version that works with the compiler that the workspace asks for.
///
/// There is no `unsafe` for a sanitizer to look into, and without one no unstable compiler is needed.
const VERSION: &str = "0.13.2";

/// As long as a few messages of any kind. What is longer is slow to make up, and says little more.
const LENGTH_MOST: u32 = 20_000;
