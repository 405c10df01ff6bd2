//! What the steps need of npm, pinned by `crates/xtask/npm/package-lock.json`: the checker of the
//! scripts' types, and the rules of accessibility that the browser's tests hold pages to.
//!
//! It lies among the developers' tools, and nothing of it is in the product.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::Failure;
use crate::program::run;
use crate::steps::Notes;
use crate::workspace::Workspace;

/// Fetches exactly what the lock names, unless it is there.
///
/// # Errors
///
/// Returns that it cannot be had.
pub(crate) fn install(workspace: &Workspace) -> Result<(), Failure> {
    let (ours, there) = (workspace.root().join(MANIFESTS), packages(workspace));
    let wanted = fs::read(ours.join(LOCK)).map_err(|error| failed(&error))?;
    let is_whole = there.join("node_modules/.package-lock.json").exists();
    if is_whole && fs::read(there.join(LOCK)).is_ok_and(|known| known == wanted) {
        println!("npm packages: all there");
        return Ok(());
    }
    if there.exists() {
        // Half of an earlier try, or of an earlier lock.
        fs::remove_dir_all(&there).map_err(|error| failed(&error))?;
    }
    fs::create_dir_all(&there).map_err(|error| failed(&error))?;
    for file in ["package.json", LOCK] {
        fs::copy(ours.join(file), there.join(file)).map_err(|error| failed(&error))?;
    }
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    run(Command::new("npm").args(arguments).current_dir(there))
}

/// Checks the types that the pages' scripts say they have.
///
/// # Errors
///
/// Returns that one of them does not fit, or that the checker is missing.
pub(crate) fn check_scripts(workspace: &Workspace) -> Result<Notes, Failure> {
    let checker = packages(workspace).join("node_modules/.bin/tsc");
    run(Command::new(checker).arg("--project").arg(workspace.root().join(SCRIPTS)))?;
    Ok(Notes::new())
}

fn packages(workspace: &Workspace) -> PathBuf {
    workspace.tools().join("npm")
}

fn failed(error: &io::Error) -> Failure {
    Failure::new(format!("the npm packages of the tests cannot be laid out: {error}"))
}

const MANIFESTS: &str = "crates/xtask/npm";

const LOCK: &str = "package-lock.json";

const SCRIPTS: &str = "crates/http/assets/tsconfig.json";
