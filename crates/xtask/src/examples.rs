//! Every example is run, since one that no longer works is worse than none.

use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::program::run_within;
use crate::steps::{self, Notes};
use crate::workspace::Workspace;

/// Runs every program of the package of examples to its end.
///
/// # Errors
///
/// Returns which one failed, or that there is none.
pub(crate) fn run(workspace: &Workspace) -> Result<Notes, Failure> {
    let mut programs = workspace.targets("bin");
    programs.retain(|target| target.package == PACKAGE);
    if programs.is_empty() {
        return Err(Failure::new(format!("{PACKAGE} has no programs")));
    }
    steps::build()?;
    for program in programs {
        let mut command = Command::new(workspace.programs().join(&program.name));
        run_within(command.current_dir(workspace.root()), LIMIT)?;
    }
    Ok(Notes::new())
}

const PACKAGE: &str = "guest-examples";

/// Far more than any of them needs; one that waits for input or forever is cut off.
const LIMIT: Duration = Duration::from_secs(120);
