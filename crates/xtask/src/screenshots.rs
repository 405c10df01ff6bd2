//! `cargo xtask screenshots`: pictures of every page, to look at.

use crate::failure::Failure;
use crate::program::{self, cargo};
use crate::workspace::Workspace;
use crate::{npm, steps};

/// Goes through all pages as the tests do, and keeps a picture of each, light and dark, narrow and
/// wide, in `target/screenshots`.
///
/// # Errors
///
/// Returns that the build failed, or what the tests found on the way.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    npm::install(workspace)?;
    steps::build_program()?;
    let mut test = cargo(&["test", "--package", "guest-tests", "--test", "browser"]);
    program::run(test.args(["--", "every_page"]).env("GUEST_SCREENSHOTS", "1"))
}
