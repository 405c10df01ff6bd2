//! Bans, licences, sources and advisories, by cargo-deny (QU-36).

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::program::{run, run_within};
use crate::steps::Notes;
use crate::tools;
use crate::workspace::Workspace;

/// Checks bans, licences and sources, and advisories where their database can be had (QU-36).
///
/// # Errors
///
/// Returns that something was found, or that the tool is missing.
pub(crate) fn check(workspace: &Workspace) -> Result<Notes, Failure> {
    run(deny(workspace).args(["check", "bans", "licenses", "sources"]))?;
    if let Err(failure) = run_within(deny(workspace).args(["fetch", "db"]), FETCH) {
        return Ok(vec![format!("advisories, whose database cannot be reached ({failure})")]);
    }
    run(deny(workspace).args(["check", "--disable-fetch", "advisories"]))?;
    Ok(Notes::new())
}

/// Installs cargo-deny among the developers' tools, unless it is there.
///
/// # Errors
///
/// Returns that the installation failed.
pub(crate) fn install(workspace: &Workspace) -> Result<(), Failure> {
    tools::cargo_program(workspace, PROGRAM, VERSION)
}

fn deny(workspace: &Workspace) -> Command {
    let mut command = Command::new(path(workspace));
    command.current_dir(workspace.root());
    command
}

fn path(workspace: &Workspace) -> PathBuf {
    workspace.tools().join("bin").join(PROGRAM)
}

const PROGRAM: &str = "cargo-deny";

/// The version that `.cargo/deny.toml` is written for.
const VERSION: &str = "0.20.2";

/// The database is small: what takes longer is a network that answers nothing.
const FETCH: Duration = Duration::from_secs(60);
