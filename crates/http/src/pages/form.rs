//! Forms, as browsers send them without a script.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use guest_app::Fault;
use guest_core::{Fact, InputError, SecretHash};
use sha2::{Digest as _, Sha256};

use crate::edge::require_origin;
use crate::input::gather;
use crate::problem::Problem;
use crate::server::Server;
use crate::visitor::visitor;

/// What was filled into a form, in the order of its fields.
///
/// One that changes something for a session carries the session's token (QU-32); any other is one
/// of our own pages, if the browser says where it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads what a browser sent.
    pub(super) fn parse(fields: &[u8]) -> Self {
        Self(form_urlencoded::parse(fields).into_owned().collect())
    }

    /// Returns what a field says: the last one of its name, so that a button can say something else.
    pub(super) fn text(&self, name: &str) -> &str {
        let last = self.0.iter().rev().find(|(known, _)| known == name);
        last.map_or("", |(_, text)| text)
    }

    /// Returns what the fields of a name say.
    pub(super) fn texts(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// Returns whether a box is ticked.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Returns the version that a change is based on (GA-40).
    pub(super) fn version(&self) -> Option<u32> {
        self.text("version").parse().ok()
    }
}

impl FromRequest<Server> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if !is_form(&parts.headers) {
            return Err(Problem::new("media_type", "a form is sent as a form"));
        }
        let form = Self::parse(&gather(body).await?);
        let visitor = visitor(&parts)?;
        match (visitor.form_token(), parts.headers.get(header::ORIGIN)) {
            (Some(token), _) if kept(&token) != kept(form.text("token")) => {
                Err(of_another_session())
            }
            (None, Some(origin)) => require_origin(server, Some(origin)).map(|()| form),
            (Some(_) | None, _) => Ok(form),
        }
    }
}

/// Requires that a form was made for the session that sends it (QU-32).
///
/// # Errors
///
/// Returns a problem if it was made for another one, or by another site.
pub(super) fn require_token(expected: &str, sent: &str) -> Result<(), Problem> {
    if kept(expected) == kept(sent) { Ok(()) } else { Err(of_another_session()) }
}

fn of_another_session() -> Problem {
    Problem::new("origin_mismatch", "the form was made for another session; load its page again")
}

/// Returns what tokens are compared by, in constant time.
fn kept(token: &str) -> SecretHash {
    SecretHash::from_bytes(Sha256::digest(token).into())
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// What is wrong with a form that was sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Wrong {
    status: StatusCode,
    errors: Vec<InputError>,
    /// What is not about one of the fields.
    pub(super) general: Vec<String>,
}

impl Wrong {
    /// Reads a refusal as something to be mended in the form, whose fields are named by pointers.
    ///
    /// # Errors
    ///
    /// Returns the problem if the form itself is nothing for whoever sent it.
    pub(super) fn with(fault: Fault, fields: &[&str]) -> Result<Self, Problem> {
        let problem = Problem::from(fault);
        match problem.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
                Err(problem)
            }
            _ => Ok(Self::of(&problem, fields)),
        }
    }

    /// Reads a problem as something to be mended in the form, whatever it is.
    pub(super) fn of(problem: &Problem, fields: &[&str]) -> Self {
        let within =
            |error: &&InputError| fields.iter().any(|field| is_under(&error.pointer, field));
        let others = problem.errors().iter().filter(|error| !within(error));
        let mut general: Vec<_> = others.map(|error| sentence(&error.detail)).collect();
        if problem.errors().is_empty() {
            general.push(sentence(problem.detail()));
        }
        let errors = problem.errors().iter().filter(within).cloned().collect();
        Self { status: problem.status(), errors, general }
    }

    /// Says what is missing before anything is asked for.
    pub(super) fn saying(words: &str) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self { status, errors: Vec::new(), general: vec![words.to_owned()] }
    }

    /// Says what is wrong at a field before anything is asked for.
    pub(super) fn at_field(pointer: &str, words: &str) -> Self {
        Self::of(&vec![InputError::invalid(pointer, words)].into(), &[pointer])
    }

    /// Moves what is wrong at a field to one that has another name in the form.
    pub(super) fn renamed(mut self, from: &str, to: &str) -> Self {
        let moved = self.errors.iter_mut().filter(|error| error.pointer == from);
        moved.for_each(|error| to.clone_into(&mut error.pointer));
        self
    }

    /// Adds what is to be mended besides.
    pub(super) fn and(mut self, errors: Vec<InputError>) -> Self {
        if !errors.is_empty() && self.status == StatusCode::OK {
            self.status = StatusCode::UNPROCESSABLE_ENTITY;
        }
        self.errors.extend(errors);
        self
    }

    /// Says what it is that is wrong.
    pub(super) fn about(mut self, name: &str) -> Self {
        self.general.iter_mut().for_each(|words| *words = format!("{name}: {words}"));
        self
    }

    /// Returns the status of the page that shows it.
    pub(super) const fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns what is wrong at a field, or nothing.
    pub(super) fn at(&self, pointer: &str) -> String {
        let found = self.errors.iter().filter(|error| error.pointer == pointer);
        found.map(|error| sentence(&error.detail)).collect::<Vec<_>>().join(" ")
    }

    /// Returns what is wrong at a field or inside it, each on its own.
    pub(super) fn under(&self, pointer: &str) -> Vec<String> {
        let found = self.errors.iter().filter(|error| is_under(&error.pointer, pointer));
        found.map(|error| sentence(&error.detail)).collect()
    }

    /// Returns whether something is wrong at a field or inside it; an empty pointer is what is
    /// about no field.
    pub(super) fn is_about(&self, pointer: &str) -> bool {
        match pointer {
            "" => !self.general.is_empty(),
            pointer => self.errors.iter().any(|error| is_under(&error.pointer, pointer)),
        }
    }

    /// Returns what could stand at a field instead, and its words: the times around a skipped one
    /// (GA-13).
    pub(super) fn instead(&self, pointer: &str) -> Vec<(&str, String)> {
        let errors = self.errors.iter().filter(|error| error.pointer == pointer);
        let facts = errors.flat_map(|error| &error.facts);
        let told = facts.filter_map(|(name, fact)| match fact {
            Fact::Text(time) if ["before", "after"].contains(name) => {
                Some((time.as_str(), time.replace('T', " ")))
            }
            Fact::Text(_) | Fact::Nothing | Fact::Number(_) | Fact::Texts(_) | Fact::At(_) => None,
        });
        told.collect()
    }
}

/// Returns whether a place is another, or inside it.
fn is_under(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Makes a sentence of a fragment; an address stays as it is written.
pub(super) fn sentence(fragment: &str) -> String {
    if fragment.split(' ').next().is_some_and(|word| word.contains('@')) {
        return format!("{fragment}.");
    }
    let mut letters = fragment.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_field_of_a_name_counts() {
        let form = Form::parse(b"a=1&b=x&a=2&c=");
        assert_eq!((form.text("a"), form.text("b"), form.text("none")), ("2", "x", ""));
        assert_eq!(form.texts("a").collect::<Vec<_>>(), ["1", "2"]);
        assert!(form.has("c") && !form.has("d"));
    }

    #[test]
    fn what_is_wrong_stands_at_its_field_or_above() {
        let error = |pointer: &str, detail: &str| InputError::invalid(pointer, detail);
        let problem = vec![error("/a", "not this"), error("/b/0", "nor that")].into();
        let wrong = Wrong::of(&problem, &["/a"]);
        assert_eq!((wrong.at("/a"), wrong.at("/b")), ("Not this.".to_owned(), String::new()));
        assert_eq!(wrong.general, ["Nor that."]);
        assert_eq!(wrong.status().as_u16(), 422);
        let stale = Problem::from(guest_app::Denied::Stale { current: 3 });
        assert_eq!(Wrong::of(&stale, &["/a"]).general.len(), 1);
    }
}
