//! Reading what callers send, with everything that is wrong reported at once (IF-3).

use std::sync::Arc;

use guest_core::{InputError, Refusal};

use crate::{Fault, Refused};

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

/// What is wrong with the form of a request, found before a use case looks at it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flaws(Arc<[InputError]>);

impl From<Vec<InputError>> for Flaws {
    fn from(errors: Vec<InputError>) -> Self {
        Self(errors.into())
    }
}

impl Flaws {
    /// Returns what is answered: what came of the request if it is flawless, else a refusal,
    /// which is about who calls before it is about what they say (IF-3).
    pub(crate) fn judge<T>(&self, outcome: Result<T, Fault>) -> Result<T, Fault> {
        if self.0.is_empty() {
            return outcome;
        }
        match outcome {
            Err(Fault::Refused(Refused::Input(found))) => Err(self.with(found).into()),
            Err(Fault::Refused(refusal)) if !refusal.is_to_the_caller() => {
                Err(self.0.to_vec().into())
            }
            Ok(_) => Err(self.0.to_vec().into()),
            Err(fault) => Err(fault),
        }
    }

    /// Does the same for work that is kept when it says no as well.
    pub(crate) fn judge_either<T>(
        &self,
        outcome: Result<Result<T, Refused>, Fault>,
    ) -> Result<Result<T, Refused>, Fault> {
        match outcome {
            Ok(Err(refusal)) if self.0.is_empty() || refusal.is_to_the_caller() => Ok(Err(refusal)),
            Ok(answer) => self.judge(answer.map_err(Fault::Refused)).map(Ok),
            Err(fault) => self.judge(Err(fault)).map(Ok),
        }
    }

    /// Adds what else was found, except where it follows from what was read in place of a flaw.
    fn with(&self, mut found: Vec<InputError>) -> Vec<InputError> {
        let meets = |flaw: &InputError, error: &InputError| {
            holds(&flaw.pointer, &error.pointer) || holds(&error.pointer, &flaw.pointer)
        };
        found.retain(|error| !self.0.iter().any(|flaw| meets(flaw, error)));
        self.0.iter().cloned().chain(found).collect()
    }
}

/// Returns whether a place is another, or around it.
fn holds(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use guest_core::{CodeRefusal, ConnectRefusal};

    use super::*;
    use crate::Denied;

    #[test]
    fn if_3_who_calls_is_told_before_what_they_say() {
        let flawed = Some("/name is no text");
        check(&Ok(()), flawed);
        check(&Err(Denied::NameTaken.into()), flawed);
        check(&Err(Denied::NotFound("computer").into()), flawed);
        check(&Err(CodeRefusal::Wrong.into()), flawed);
        check(&Err(Denied::Unauthenticated.into()), None);
        check(&Err(Denied::PeopleOnly.into()), None);
        check(&Err(Denied::NotFound("team").into()), None);
        check(&Err(ConnectRefusal::WrongAccount.into()), None);
        check(&Err(ConnectRefusal::KeptOut.into()), flawed);
        check(&Err(crate::StoreError::busy().into()), None);
    }

    #[test]
    fn if_3_what_follows_from_a_flaw_is_left_out() {
        let found = ["/name", "/name/0", "", "/names", "/title"];
        let errors = found.map(|pointer| InputError::invalid(pointer, "wrong")).to_vec();
        let Err(Fault::Refused(Refused::Input(all))) = flaws().judge::<()>(Err(errors.into()))
        else {
            panic!("not refused for its input");
        };
        let pointers: Vec<_> = all.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/names", "/title"]);
    }

    /// `flawed` is what the flaws say, `None` if the outcome stays.
    #[track_caller]
    fn check(outcome: &Result<(), Fault>, flawed: Option<&str>) {
        let expected = match (flawed, outcome) {
            (Some(flaw), _) => flaw.to_owned(),
            (None, Err(fault)) => fault.to_string(),
            (None, Ok(())) => panic!("nothing to refuse"),
        };
        let told = flaws().judge(outcome.clone()).unwrap_err();
        assert_eq!(told.to_string(), expected);
        assert_eq!(Flaws::default().judge(outcome.clone()).is_ok(), outcome.is_ok());
    }

    fn flaws() -> Flaws {
        vec![InputError::invalid("/name", "/name is no text")].into()
    }
}
