//! Reading what callers send, with everything that is wrong reported at once (IF-3).

use guest_core::{InputError, Refusal};

/// What is wrong with a request so far.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    errors: Vec<InputError>,
}

impl Reading {
    /// Keeps a value that was read, or where and why it could not be.
    pub(crate) fn read<T, R: Refusal>(&mut self, pointer: &str, value: Result<T, R>) -> Option<T> {
        value.map_err(|refusal| self.errors.push(InputError::at(pointer, &refusal))).ok()
    }

    /// Keeps a value that is one of a few, or what they are.
    pub(crate) fn one_of<T>(
        &mut self,
        pointer: &str,
        value: Option<T>,
        names: &[&str],
    ) -> Option<T> {
        if value.is_none() {
            self.errors
                .push(InputError::invalid(pointer, format!("not one of {}", names.join(", "))));
        }
        value
    }

    /// Says that something is wrong.
    pub(crate) fn wrong(&mut self, pointer: impl Into<String>, detail: impl std::fmt::Display) {
        self.errors.push(InputError::invalid(pointer, detail));
    }

    /// Returns what was read, if nothing is wrong; `None` stands for something wrong.
    pub(crate) fn done<T>(self, value: Option<T>) -> Result<T, Vec<InputError>> {
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            Some(_) | None => Err(self.errors),
        }
    }
}
