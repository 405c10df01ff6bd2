//! Queries, with every fault at its place.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use guest_app::{App, Call, Paging};
use guest_core::InputError;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::based_on;
use super::place::{inside, place};
use crate::problem::Problem;
use crate::server::Server;
use crate::visitor::known;

/// A request without a body, by somebody known.
pub(crate) struct Asked<T> {
    /// What to ask: it refuses whatever is asked if the request has flaws.
    pub(crate) app: App,
    pub(crate) call: Call,
    /// What the query of the address says; `IgnoredAny` for nothing that matters.
    pub(crate) query: T,
    /// The version that a change is based on.
    pub(crate) based_on: Option<u32>,
}

impl<T: DeserializeOwned> FromRequestParts<Server> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let call = known(parts)?;
        let (query, mut flaws) = read(parts.uri.query().unwrap_or_default())?;
        let based_on = based_on(&parts.headers, &mut flaws);
        Ok(Self { app: server.app.refusing(flaws), call, query, based_on })
    }
}

/// A request without a body, by anybody.
pub(crate) struct Looked<T> {
    /// What to ask: it refuses whatever is asked if the request has flaws.
    pub(crate) app: App,
    /// What the query of the address says.
    pub(crate) query: T,
}

impl<T: DeserializeOwned> FromRequestParts<Server> for Looked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let (query, flaws) = read(parts.uri.query().unwrap_or_default())?;
        Ok(Self { app: server.app.refusing(flaws), query })
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

/// Reads a query with everything that is wrong with it, and leaves that out (IF-3).
fn read<T: DeserializeOwned>(query: &str) -> Result<(T, Vec<InputError>), Problem> {
    let mut pairs: Vec<_> = query.split('&').collect();
    let mut errors = Vec::new();
    loop {
        let error = match parse(&pairs.join("&")) {
            Ok(query) => return Ok((query, errors)),
            Err(error) => error,
        };
        let before = pairs.len();
        pairs.retain(|pair| !is_named(pair, &error.pointer));
        let is_stuck = pairs.len() == before;
        errors.push(error);
        if is_stuck {
            return Err(errors.into());
        }
        if errors.len() == ERRORS_MOST {
            pairs.clear();
        }
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, InputError> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs)).map_err(|error| {
        let detail = error.inner().to_string();
        InputError::invalid(place(error.path(), &detail), detail)
    })
}

/// Returns whether a pair of a query is what a pointer leads to.
fn is_named(pair: &str, pointer: &str) -> bool {
    form_urlencoded::parse(pair.as_bytes()).any(|(name, _)| inside("", &name) == pointer)
}

/// How many errors are told of one query; each has it read anew.
const ERRORS_MOST: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_3_what_is_wrong_in_a_query_is_pointed_at() {
        check("limit=3&cursor=a%20b", (Some(3), Some("a b")), &[]);
        check("", (None, None), &[]);
        check("limit=x&cursor=c", (None, Some("c")), &["/limit"]);
        check("limit=-1", (None, None), &["/limit"]);
        check("limt=3&a%2Fb=1&limit=x", (None, None), &["/limt", "/a~1b", "/limit"]);
        check("limit=1&limit=2", (None, None), &["/limit"]);
        let many: Vec<_> = (0..1_000).map(|name| format!("x{name}")).collect();
        assert_eq!(read::<PageQuery>(&many.join("&")).unwrap().1.len(), ERRORS_MOST);
    }

    #[track_caller]
    fn check(query: &str, expected: (Option<u32>, Option<&str>), wrong: &[&str]) {
        let (page, errors) = read::<PageQuery>(query).unwrap();
        assert_eq!((page.limit, page.cursor.as_deref()), expected, "{query}");
        let pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, wrong, "{query}");
    }
}
