//! Why a task did not end well.

use std::fmt::{self, Display, Formatter};

/// Why a task did not end well, in words for the developer at the terminal.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
