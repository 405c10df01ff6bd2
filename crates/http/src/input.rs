//! What requests say, read: bodies, addresses, queries, and the headers that go with them.
//!
//! What is wrong with the form of a request does not stop it here: it goes with the application
//! that the handler is given to ask (`App::refusing`), which first finds out whether the caller
//! may ask at all. Only what is no JSON of bounded size is refused at once.

mod body;
mod form;
mod place;
mod query;

#[cfg(feature = "pages")]
pub(crate) use self::body::gather;
pub(crate) use self::body::{Nothing, Posted, Reported, Sent};
pub(crate) use self::query::{Asked, Looked, PageQuery, page};
pub(crate) use serde::de::IgnoredAny;

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

/// Reads the version that a change is based on (`If-Match`), `None` for whatever is current (IF-5).
fn based_on(headers: &HeaderMap, flaws: &mut Vec<InputError>) -> Option<u32> {
    let value = headers.get(header::IF_MATCH)?;
    let version = |text: &str| text.strip_prefix('"')?.strip_suffix('"')?.parse().ok();
    match value.to_str().map(str::trim) {
        Ok("*") => None,
        Ok(text) if let Some(version) = version(text) => Some(version),
        Ok(_) | Err(_) => {
            flaws.push(InputError::invalid("/If-Match", "not a quoted version, such as \"3\""));
            None
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
            check(Some(bad), Err("/If-Match"));
        }
    }

    #[track_caller]
    fn check(header: Option<&str>, expected: Result<Option<u32>, &str>) {
        let headers = header.map(|text| (header::IF_MATCH, text.parse().unwrap()));
        let mut flaws = Vec::new();
        let read = based_on(&headers.into_iter().collect(), &mut flaws);
        let read = if flaws.is_empty() { Ok(read) } else { Err(flaws.remove(0).pointer) };
        assert_eq!(read, expected.map_err(str::to_owned), "{header:?}");
    }
}
