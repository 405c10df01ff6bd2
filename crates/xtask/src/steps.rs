//! The steps of `cargo xtask test`, in the order in which they run.
//!
//! All of them build the workspace with all features in the development profile, so that each
//! finds what the ones before it have built. Only the purity step, whose point is to build a
//! crate without the others, builds on its own.

use crate::failure::Failure;
use crate::program::{cargo, run};
use crate::workspace::Workspace;
use crate::{deny, examples, npm, purity, tools};

/// One step, done from start to end or failed.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) does: &'static str,
    pub(crate) run: fn(&Workspace) -> Result<Notes, Failure>,
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Step {}

/// What could not be had on this machine and was therefore left out, each said aloud at the end.
pub(crate) type Notes = Vec<String>;

/// Every step, in order.
pub(crate) const STEPS: [Step; 9] = [
    Step { name: "tools", does: "installs what the other steps need", run: tools::install },
    Step { name: "fmt", does: "the code is formatted", run: format },
    Step { name: "clippy", does: "no lint has anything to say", run: lint },
    Step {
        name: "purity",
        does: "the pure crates do no I/O, time or randomness",
        run: purity::check,
    },
    Step {
        name: "scripts",
        does: "the pages' scripts are what their types say",
        run: npm::check_scripts,
    },
    Step { name: "test", does: "tests and doctests", run: test },
    Step { name: "docs", does: "the API docs build and their links lead somewhere", run: docs },
    Step { name: "deny", does: "bans, licences, sources, advisories", run: deny::check },
    Step { name: "examples", does: "every example runs to its end", run: examples::run },
];

/// Builds every program and every test, as the steps that run them need it.
///
/// # Errors
///
/// Returns that the build failed.
pub(crate) fn build() -> Result<(), Failure> {
    // `--tests` besides `--bins` makes cargo unify features as `cargo test` does: the programs
    // are then the very ones the tests run, and are not built twice.
    run(&mut cargo(&["build", "--workspace", "--all-features", "--bins", "--tests"]))
}

/// Builds the program alone, which tests of the product run.
///
/// # Errors
///
/// Returns that the build failed.
pub(crate) fn build_program() -> Result<(), Failure> {
    run(&mut cargo(&["build", "--package", "guest-cli"]))
}

fn format(_: &Workspace) -> Result<Notes, Failure> {
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    Ok(Notes::new())
}

fn lint(_: &Workspace) -> Result<Notes, Failure> {
    let mut clippy = cargo(&["clippy", "--workspace", "--all-targets", "--all-features"]);
    run(clippy.args(["--", "-D", "warnings"]))?;
    // Where there is no npm, the program is built without pages.
    let mut without_pages = cargo(&["clippy", "--package", "guest-cli", "--no-default-features"]);
    run(without_pages.args(["--", "-D", "warnings"]))?;
    Ok(Notes::new())
}

fn test(_: &Workspace) -> Result<Notes, Failure> {
    build()?;
    run(&mut cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"]))?;
    Ok(Notes::new())
}

fn docs(_: &Workspace) -> Result<Notes, Failure> {
    let mut doc = cargo(&["doc", "--workspace", "--all-features", "--no-deps"]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Notes::new())
}
