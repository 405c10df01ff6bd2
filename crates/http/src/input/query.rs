//! Queries, with every fault at its place.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use guest_app::Paging;
use guest_core::InputError;
use serde::Deserialize;
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

/// Which page of a list is asked for (IF-4).
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    /// How many things at most: 1 to 200, 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before; none for the first page.
    cursor: Option<String>,
}

impl From<PageQuery> for Paging {
    fn from(PageQuery { limit, cursor }: PageQuery) -> Self {
        page(limit, cursor)
    }
}

/// Returns which page of a list is asked for.
pub(crate) fn page(limit: Option<u32>, cursor: Option<String>) -> Paging {
    let first = Paging::default();
    Paging { limit: limit.unwrap_or(first.limit), cursor }
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
        match (read::<PageQuery>(query), expected) {
            (Ok(page), Ok(expected)) => assert_eq!((page.limit, page.cursor.as_deref()), expected),
            (Err(problem), Err(pointer)) => {
                let shown = format!("{problem:?}");
                assert!(shown.contains(&format!("pointer: {pointer:?}")), "{shown}");
            }
            (_, expected) => panic!("{query} is not {expected:?}"),
        }
    }
}
