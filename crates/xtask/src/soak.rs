//! `cargo xtask soak`: the crash test for as long as QU-20 says, on the release build.

use crate::failure::Failure;
use crate::program::{self, cargo};

/// Kills the server `kills` times under load, and checks after each what must hold (QU-20).
///
/// # Errors
///
/// Returns that the build or the test failed.
pub(crate) fn run(kills: u32) -> Result<(), Failure> {
    build_server()?;
    let mut test = cargo(&["test", "--release", "--package", "guest-tests", "--test", "crash"]);
    program::run(test.args(["--", "--nocapture"]).env("GUEST_KILLS", kills.to_string()))
}

/// Builds the server as it is shipped, for what runs it as a program.
///
/// # Errors
///
/// Returns that the build failed.
pub(crate) fn build_server() -> Result<(), Failure> {
    program::run(&mut cargo(&["build", "--release", "--package", "guest-cli"]))
}
