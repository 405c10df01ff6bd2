//! Queries, with every fault at its place.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use guest_core::InputError;
use serde::de::DeserializeOwned;

use super::body::place;
use crate::problem::Problem;
use crate::server::Server;

/// What the query of an address asks for.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Server> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Problem> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs)).map_err(|error| {
        let detail = error.inner().to_string();
        InputError::invalid(place(error.path(), &detail), detail).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_3_what_is_wrong_in_a_query_is_pointed_at() {
        check("limit=3&cursor=a%20b", Ok((Some(3), Some("a b"))));
        check("", Ok((None, None)));
        check("limit=x", Err("/limit"));
        check("limit=-1", Err("/limit"));
        check("limt=3", Err("/limt"));
        check("limit=1&limit=2", Err("/limit"));
    }

    #[track_caller]
    fn check(query: &str, expected: Result<(Option<u32>, Option<&str>), &str>) {
        match (read::<Page>(query), expected) {
            (Ok(page), Ok(expected)) => assert_eq!((page.limit, page.cursor.as_deref()), expected),
            (Err(problem), Err(pointer)) => {
                let shown = format!("{problem:?}");
                assert!(shown.contains(&format!("pointer: {pointer:?}")), "{shown}");
            }
            (_, expected) => panic!("{query} is not {expected:?}"),
        }
    }

    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Page {
        limit: Option<u32>,
        cursor: Option<String>,
    }
}
