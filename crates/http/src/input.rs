//! What requests say, read: bodies, addresses, queries, and the headers that go with them.
//!
//! Whoever shows no credential learns nothing about the rest of their request.

mod body;
mod query;

pub(crate) use self::body::{Changed, Input, Nothing, Posted, Sent};
pub(crate) use self::query::{Asked, PageQuery, page};

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use guest_app::Denied;
use guest_core::InputError;
use serde::de::DeserializeOwned;

use crate::problem::Problem;
use crate::server::Server;
use crate::visitor::visitor;

/// The parts of the address; an id of the wrong kind names nothing.
pub(crate) struct At<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Server> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, server).await {
            Ok(Path(values)) => Ok(Self(values)),
            Err(_) if visitor(parts)?.is_stranger() => Err(Denied::Unauthenticated.into()),
            Err(_) => Err(Problem::not_found()),
        }
    }
}

/// The version that a change is based on (`If-Match`), `None` for whatever is current (IF-5).
pub(crate) struct BasedOn(pub(crate) Option<u32>);

impl FromRequestParts<Server> for BasedOn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Problem> {
        based_on(&parts.headers).map(Self)
    }
}

fn based_on(headers: &HeaderMap) -> Result<Option<u32>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let version = |text: &str| text.strip_prefix('"')?.strip_suffix('"')?.parse().ok();
    match value.to_str().map(str::trim) {
        Ok("*") => Ok(None),
        Ok(text) if let Some(version) = version(text) => Ok(Some(version)),
        Ok(_) | Err(_) => {
            Err(InputError::invalid("/If-Match", "not a quoted version, such as \"3\"").into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_5_if_match_names_a_version_or_any() {
        check(None, Ok(None));
        check(Some("*"), Ok(None));
        check(Some("\"12\""), Ok(Some(12)));
        for bad in ["12", "W/\"12\"", "\"x\"", "\"\"", "\"1\", \"2\"", "\"-1\""] {
            check(Some(bad), Err(422));
        }
    }

    #[track_caller]
    fn check(header: Option<&str>, expected: Result<Option<u32>, u16>) {
        let headers = header.map(|text| (header::IF_MATCH, text.parse().unwrap()));
        let read = based_on(&headers.into_iter().collect());
        assert_eq!(read.map_err(|problem| problem.status().as_u16()), expected, "{header:?}");
    }
}
