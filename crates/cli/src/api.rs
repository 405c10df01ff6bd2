//! The way of administration commands to the API: over HTTP, or in this process (IF-21).
//!
//! On the data directory the commands drive the same router as a server does,
//! only without a network between. So both ways have the same commands and
//! the same answers by construction.

mod local;
mod remote;

use std::io::Write;

use axum::http::{Method, StatusCode};
use serde_json::Value;
use url::Url;

use crate::failure::{Failure, Problem};

pub(crate) use local::Local;
pub(crate) use remote::Remote;

/// A way to the API.
#[derive(Debug)]
pub(crate) enum Api {
    /// On the data directory, as the operator or whom they act as.
    Local(Local),
    /// Through a server, with an API key.
    Remote(Remote),
}

/// What is asked of the API.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    method: Method,
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
    body: Option<Body>,
    headers: Vec<(&'static str, String)>,
    based_on: Option<u32>,
}

/// What is sent.
#[derive(Clone)]
struct Body {
    kind: &'static str,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes of {}", self.bytes.len(), self.kind)
    }
}

impl Ask {
    /// Asks by `method` for what is found at the segments of `path`.
    pub(crate) fn new(method: Method, path: &[&str]) -> Self {
        let path = path.iter().map(|segment| (*segment).to_owned()).collect();
        Self { method, path, query: Vec::new(), body: None, headers: Vec::new(), based_on: None }
    }

    /// Adds a query parameter, if there is one.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Sends a body.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "a body is made to be sent")]
    pub(crate) fn body(self, body: Value) -> Self {
        Self {
            body: Some(Body { kind: "application/json", bytes: body.to_string().into() }),
            ..self
        }
    }

    /// Sends bytes of another kind.
    #[must_use]
    pub(crate) fn bytes(self, kind: &'static str, bytes: Vec<u8>) -> Self {
        Self { body: Some(Body { kind, bytes }), ..self }
    }

    /// Says something in a header.
    #[must_use]
    pub(crate) fn header(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// Says which version a change is based on (GA-40).
    #[must_use]
    pub(crate) fn based_on(self, version: Option<u32>) -> Self {
        Self { based_on: version, ..self }
    }

    /// Returns the address at a server whose own one is `base`.
    fn url(&self, base: &str) -> Result<Url, Failure> {
        let mut url = Url::parse(base)
            .map_err(|error| Failure::doing("the server's address is no address", &error))?;
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().extend(&self.path);
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

impl Api {
    /// Asks, and returns the answer; null if there is none.
    pub(crate) async fn call(&self, ask: Ask) -> Result<Value, Failure> {
        let mut reply = self.send(ask).await?;
        let bytes = reply.rest().await?;
        answer(reply.status(), &bytes, self.name())
    }

    /// Asks, and writes the answer to `sink` as it comes.
    pub(crate) async fn download(&self, ask: Ask, sink: &mut dyn Write) -> Result<(), Failure> {
        let mut reply = self.send(ask).await?;
        if !reply.status().is_success() {
            let bytes = reply.rest().await?;
            return answer(reply.status(), &bytes, self.name()).map(drop);
        }
        while let Some(chunk) = reply.chunk().await? {
            sink.write_all(&chunk)?;
        }
        Ok(sink.flush()?)
    }

    async fn send(&self, ask: Ask) -> Result<Reply, Failure> {
        match self {
            Self::Local(local) => local.send(ask).await,
            Self::Remote(remote) => remote.send(ask).await,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Local(_) => "the data directory",
            Self::Remote(remote) => remote.base(),
        }
    }
}

/// An answer whose body may still be on its way.
enum Reply {
    Local(axum::response::Response),
    Remote(reqwest::Response),
}

impl Reply {
    fn status(&self) -> StatusCode {
        match self {
            Self::Local(response) => response.status(),
            Self::Remote(response) => response.status(),
        }
    }

    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        match self {
            Self::Local(response) => local::chunk(response).await,
            Self::Remote(response) => remote::chunk(response).await,
        }
    }

    async fn rest(&mut self) -> Result<Vec<u8>, Failure> {
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            all.extend(chunk);
            if all.len() > ANSWER_MAX {
                return Err(Failure::Broken("the answer is too long".to_owned()));
            }
        }
        Ok(all)
    }
}

/// Reads an answer: what it says, or why it was refused.
fn answer(status: StatusCode, bytes: &[u8], from: &str) -> Result<Value, Failure> {
    let json = if bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(bytes) };
    match json {
        Ok(value) if status.is_success() => Ok(value),
        Ok(value) if Problem(value.clone()).code().is_some() => {
            Err(Failure::Refused(Problem(value)))
        }
        Ok(_) | Err(_) => {
            Err(Failure::Broken(format!("{from} answers {status}, and not as guest does")))
        }
    }
}

/// Far above any page of a list; what is longer is downloaded.
const ANSWER_MAX: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_is_made_of_segments_and_parameters() {
        let ask = Ask::new(Method::GET, &["v1", "teams", "acme", "users"])
            .with("limit", Some(5))
            .with("cursor", None::<String>)
            .with("q", Some("a&b c"));
        let url = ask.url("https://guest.acme.example").unwrap();
        assert_eq!(
            url.as_str(),
            "https://guest.acme.example/v1/teams/acme/users?limit=5&q=a%26b+c"
        );
        let ask = Ask::new(Method::GET, &["v1", "teams", "../a/b?", "users"]);
        let url = ask.url("http://127.0.0.1:8080").unwrap();
        assert_eq!(url.path(), "/v1/teams/..%2Fa%2Fb%3F/users");
    }

    #[test]
    fn if_3_a_problem_is_a_refusal_and_anything_else_is_not() {
        let refused = |status, body: &[u8]| answer(status, body, "x").unwrap_err();
        let problem = json!({ "code": "kept_out", "detail": "barred" }).to_string();
        let failure = refused(StatusCode::CONFLICT, problem.as_bytes());
        assert_eq!(failure.words(false).unwrap(), "error: kept_out: barred");
        let failure = refused(StatusCode::BAD_GATEWAY, b"<html>");
        assert!(failure.words(false).unwrap().contains("502"), "{failure:?}");
        assert_eq!(answer(StatusCode::NO_CONTENT, b"", "x").unwrap(), Value::Null);
        assert_eq!(answer(StatusCode::OK, b"[1]", "x").unwrap(), json!([1]));
    }
}
