//! Every answer that says no: `application/problem+json`, as of RFC 9457 (IF-3).

mod codes;
mod page;

pub(crate) use self::codes::{CODES, find};
pub(crate) use self::page::show;

use std::error::Error;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;
use guest_app::{Denied, Fault};
use guest_core::{Fact, Facts, InputError, Refusal, RefusalKind};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// An answer that says no.
#[derive(Clone, Debug)]
pub(crate) struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    code: &'static str,
    detail: String,
    facts: Facts,
    errors: Vec<InputError>,
}

impl Problem {
    /// Describes an occurrence of a problem that arises in this adapter.
    pub(crate) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        let status = find(code).map_or(StatusCode::INTERNAL_SERVER_ERROR, |known| known.status);
        Self(Box::new(Parts {
            status,
            code,
            detail: detail.into(),
            facts: Facts::new(),
            errors: Vec::new(),
        }))
    }

    /// Says that nothing is at this address.
    pub(crate) fn not_found() -> Self {
        Self::new("not_found", "nothing is at this address")
    }

    /// Says that too much is going on, and when to try again.
    pub(crate) fn busy(detail: &str) -> Self {
        let mut problem = Self::new("busy", detail);
        problem.0.facts.push(RETRY_AT_ONCE);
        problem
    }

    /// Returns the code.
    #[cfg(feature = "pages")]
    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }

    /// Returns the status of the answer.
    #[cfg(any(test, feature = "pages"))]
    pub(crate) fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Returns what happened, as a fragment of a sentence.
    #[cfg(feature = "pages")]
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Returns everything that is wrong with the input.
    #[cfg(feature = "pages")]
    pub(crate) fn errors(&self) -> &[InputError] {
        &self.0.errors
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(refusal) => {
                let mut problem = Self::refusal(&refusal);
                if let guest_app::Refused::Input(errors) = refusal {
                    problem.0.errors = errors;
                }
                problem
            }
            Fault::Store(error) if error.is_busy() => Self::busy("too much work is waiting"),
            Fault::Store(error) => {
                // The cause is for whoever runs the server, not for whoever asks.
                let cause = error.source().map(ToString::to_string).unwrap_or_default();
                tracing::error!(%error, cause, "the store failed");
                Self::new("store_unavailable", "the request could not be kept; try again later")
            }
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        Self::refusal(&denied)
    }
}

impl From<Vec<InputError>> for Problem {
    fn from(errors: Vec<InputError>) -> Self {
        Fault::from(errors).into()
    }
}

impl Problem {
    /// Describes a rule's no.
    pub(crate) fn refusal(refusal: &dyn Refusal) -> Self {
        Self(Box::new(Parts {
            status: status(refusal.kind()),
            code: refusal.code(),
            detail: refusal.to_string(),
            facts: refusal.facts(),
            errors: Vec::new(),
        }))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&*self.0).unwrap_or_default();
        let mut response = (self.0.status, [(header::CONTENT_TYPE, MEDIA)], body).into_response();
        if self.0.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, BEARER);
        }
        let wait = self.0.facts.iter().find(|(name, _)| *name == RETRY_AFTER);
        if let Some((_, Fact::Number(seconds))) = wait
            && let Ok(seconds) = HeaderValue::try_from(seconds.to_string())
        {
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        // Where people look, it is put into words (`edge.rs`).
        response.extensions_mut().insert(self);
        response
    }
}

impl Serialize for Parts {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("type", &format_args!("/problems/{}", self.code))?;
        map.serialize_entry("title", find(self.code).map_or("Refused", |code| code.title))?;
        map.serialize_entry("status", &self.status.as_u16())?;
        map.serialize_entry("detail", &self.detail)?;
        map.serialize_entry("code", self.code)?;
        for (name, fact) in &self.facts {
            map.serialize_entry(name, &Shown(fact))?;
        }
        if !self.errors.is_empty() {
            let errors: Vec<_> = self.errors.iter().map(ShownError).collect();
            map.serialize_entry("errors", &errors)?;
        }
        map.end()
    }
}

/// One input error in a problem.
struct ShownError<'a>(&'a InputError);

impl Serialize for ShownError<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let InputError { pointer, code, detail, facts } = self.0;
        let mut map = to.serialize_map(Some(3 + facts.len()))?;
        map.serialize_entry("pointer", pointer)?;
        map.serialize_entry("code", code)?;
        map.serialize_entry("detail", detail)?;
        for (name, fact) in facts {
            map.serialize_entry(name, &Shown(fact))?;
        }
        map.end()
    }
}

/// One fact of a problem.
struct Shown<'a>(&'a Fact);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Fact::Nothing => to.serialize_none(),
            Fact::Number(number) => to.serialize_i64(*number),
            Fact::Text(text) => to.serialize_str(text),
            Fact::Texts(texts) => to.collect_seq(texts),
            Fact::At(at) => to.serialize_str(&at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}

const fn status(kind: RefusalKind) -> StatusCode {
    match kind {
        RefusalKind::Malformed => StatusCode::BAD_REQUEST,
        RefusalKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        RefusalKind::Forbidden => StatusCode::FORBIDDEN,
        RefusalKind::Absent => StatusCode::NOT_FOUND,
        RefusalKind::MethodUnknown => StatusCode::METHOD_NOT_ALLOWED,
        RefusalKind::Conflict => StatusCode::CONFLICT,
        RefusalKind::Gone => StatusCode::GONE,
        RefusalKind::Stale => StatusCode::PRECONDITION_FAILED,
        RefusalKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalKind::MediaUnknown => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalKind::Limited => StatusCode::TOO_MANY_REQUESTS,
        RefusalKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The media type of problems.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

const MEDIA: HeaderValue = HeaderValue::from_static(MEDIA_TYPE);

/// How one may authenticate; browsers ask nobody for a bearer token.
const BEARER: HeaderValue = HeaderValue::from_static("Bearer");

/// The fact that becomes the header.
const RETRY_AFTER: &str = "retry_after";

/// A queue of writes that is full is empty again within a second.
const RETRY_AT_ONCE: (&str, Fact) = (RETRY_AFTER, Fact::Number(1));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_3_facts_stand_beside_the_code() {
        let mut skipped = InputError::invalid("/window/start", "a skipped time");
        skipped.code = "time_skipped";
        skipped.facts = vec![("before", Fact::Text("01:59".to_owned())), ("after", Fact::Nothing)];
        check(
            &vec![skipped].into(),
            r#"{"type":"/problems/time_skipped","title":"This local time does not exist","status":422,"detail":"a skipped time","code":"time_skipped","before":"01:59","after":null,"errors":[{"pointer":"/window/start","code":"time_skipped","detail":"a skipped time","before":"01:59","after":null}]}"#,
        );
        check(
            &Denied::Stale { current: 3 }.into(),
            r#"{"type":"/problems/stale","title":"This was changed meanwhile","status":412,"detail":"this was changed meanwhile; look at version 3 and try again","code":"stale","current":3}"#,
        );
    }

    #[test]
    fn qu_21_a_store_that_fails_says_nothing_of_its_cause() {
        let fault = guest_app::StoreError::new("writing", "the disk of host 7 is full");
        let problem = Problem::from(Fault::from(fault));
        assert_eq!((problem.status().as_u16(), problem.0.code), (503, "store_unavailable"));
        assert!(!serde_json::to_string(&*problem.0).unwrap().contains("disk"));
        let busy = Problem::from(Fault::from(guest_app::StoreError::busy())).into_response();
        assert_eq!(busy.headers()[header::RETRY_AFTER], "1");
    }

    #[track_caller]
    fn check(problem: &Problem, expected: &str) {
        assert_eq!(serde_json::to_string(&*problem.0).unwrap(), expected);
    }
}
