//! Bodies: JSON of bounded size, with every fault at its place.

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use guest_app::{App, Call, Once};
use guest_core::InputError;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::based_on;
use super::form::Form;
use super::place::{in_plain_words, place};
use crate::problem::Problem;
use crate::server::Server;
use crate::visitor::{anyone, known};

/// A request with a body, by somebody known.
pub(crate) struct Posted<T> {
    /// What to ask: it refuses whatever is asked if the request has flaws.
    pub(crate) app: App,
    pub(crate) call: Call,
    pub(crate) body: T,
    /// The version that a change is based on.
    pub(crate) based_on: Option<u32>,
}

/// A request with a body, by anybody.
pub(crate) struct Sent<T> {
    /// What to ask: it refuses whatever is asked if the request has flaws.
    pub(crate) app: App,
    pub(crate) call: Call,
    pub(crate) body: T,
}

/// A request with a body, by whoever else was read before.
pub(crate) struct Reported<T> {
    /// What to ask: it refuses whatever is asked if the request has flaws.
    pub(crate) app: App,
    pub(crate) body: T,
}

/// A body that says nothing: empty, or an empty object.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl<T: DeserializeOwned + ToSchema> FromRequest<Server> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let call = known(&parts)?;
        let mut said = Said::read(&parts, body).await?;
        let based_on = based_on(&parts.headers, &mut said.flaws);
        let app = server.app.refusing(said.flaws);
        Ok(Self { app, call: Call { once: said.once, ..call }, body: said.body, based_on })
    }
}

impl<T: DeserializeOwned + ToSchema> FromRequest<Server> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let call = anyone(&parts)?;
        let said = Said::read(&parts, body).await?;
        let app = server.app.refusing(said.flaws);
        Ok(Self { app, call: Call { once: said.once, ..call }, body: said.body })
    }
}

impl<T: DeserializeOwned + ToSchema> FromRequest<Server> for Reported<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let said = Said::read(&parts, body).await?;
        Ok(Self { app: server.app.refusing(said.flaws), body: said.body })
    }
}

/// What a request with a body says, as far as it could be read.
struct Said<T> {
    body: T,
    /// Marks the request so that it is carried out once (QU-23).
    once: Option<Once>,
    flaws: Vec<InputError>,
}

impl<T: DeserializeOwned + ToSchema> Said<T> {
    async fn read(parts: &Parts, body: Body) -> Result<Self, Problem> {
        let bytes = gather(body).await?;
        let (body, mut flaws) = read(&parts.headers, &bytes)?;
        let token = token(&parts.headers, &mut flaws);
        let once = token.map(|token| Once { token, fingerprint: fingerprint(parts, &bytes) });
        Ok(Self { body, once, flaws })
    }
}

/// Reads a body to its end.
pub(crate) async fn gather(body: Body) -> Result<Bytes, Problem> {
    if body.size_hint().lower() > BODY_MOST as u64 {
        return Err(too_large()); // It says so itself, and need not be read.
    }
    let mut body = Limited::new(body, BODY_MOST + DISCARDED_MOST);
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            if error.is::<LengthLimitError>() {
                too_large()
            } else {
                Problem::new("malformed", "the body did not arrive as announced")
            }
        })?;
        if let Ok(data) = frame.into_data() {
            length += data.len();
            if length <= BODY_MOST {
                if bytes.is_empty() && body.is_end_stream() {
                    return Ok(data); // The usual case: one piece, not copied.
                }
                bytes.extend_from_slice(&data);
            }
        }
    }
    if length > BODY_MOST { Err(too_large()) } else { Ok(bytes.into()) }
}

/// Reads a body's JSON, with everything that is wrong with its form (IF-3); an empty body says what
/// an empty object says.
fn read<T: DeserializeOwned + ToSchema>(
    headers: &HeaderMap,
    bytes: &[u8],
) -> Result<(T, Vec<InputError>), Problem> {
    let is_json = headers.get(header::CONTENT_TYPE).is_some_and(is_json);
    let is_empty = bytes.is_empty();
    if !is_json && !is_empty {
        return Err(media_type());
    }
    let text = if is_empty { b"{}" } else { bytes };
    match as_it_is(text) {
        Ok(body) => Ok((body, Vec::new())),
        Err(_) if is_empty => Err(nothing_sent(is_json)),
        Err(error) => as_far_as_it_goes(text, error),
    }
}

/// Reads a body in which nothing is wrong, or returns what is wrong first, if it is with its form.
fn as_it_is<T: DeserializeOwned>(text: &[u8]) -> Result<T, Option<InputError>> {
    if text.trim_ascii_start().starts_with(b"[") {
        return Err(None); // Fields in a row, without their names, are not what anybody means.
    }
    let mut from = serde_json::Deserializer::from_slice(text);
    let body = serde_path_to_error::deserialize(&mut from).map_err(|error| first(&error))?;
    from.end().map_err(|_| None)?;
    Ok(body)
}

/// Reads a body, and blanks what is wrong with its form.
fn as_far_as_it_goes<T: DeserializeOwned + ToSchema>(
    text: &[u8],
    first: Option<InputError>,
) -> Result<(T, Vec<InputError>), Problem> {
    let mut value: Value = serde_json::from_slice(text)
        .map_err(|error| Problem::new("malformed", error.to_string()))?;
    let form = Form::of::<T>();
    let mut errors = form.mend(&mut value);
    // A schema does not tell everything, such as a field that is there twice.
    errors.extend(first.filter(|first| !errors.iter().any(|error| is_within(error, first))));
    if errors.is_empty() {
        return Err(Problem::new("malformed", "the body cannot be read"));
    }
    let body = serde_json::from_value(value).or_else(|_| serde_json::from_value(form.blank()));
    match body {
        Ok(body) => Ok((body, errors)),
        Err(_) => Err(errors.into()),
    }
}

/// Returns whether one error is at the place of another, or inside it.
fn is_within(inner: &InputError, outer: &InputError) -> bool {
    let rest = inner.pointer.strip_prefix(&outer.pointer);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns what is wrong with the form of JSON, `None` if it is not JSON at all.
fn first(error: &serde_path_to_error::Error<serde_json::Error>) -> Option<InputError> {
    let cause = error.inner();
    if !cause.is_data() {
        return None;
    }
    let text = cause.to_string();
    // The parser adds where it stood, which says little in a body of one line.
    let detail = text.rsplit_once(" at line ").map_or(text.as_str(), |(detail, _)| detail);
    Some(InputError::invalid(place(error.path(), detail), in_plain_words(detail)))
}

fn nothing_sent(is_json: bool) -> Problem {
    if is_json { Problem::new("malformed", "the body is empty") } else { media_type() }
}

fn media_type() -> Problem {
    Problem::new("media_type", "send the body as application/json")
}

fn too_large() -> Problem {
    Problem::new("too_large", format!("a body may have {BODY_MOST} bytes"))
}

fn is_json(value: &HeaderValue) -> bool {
    let essence = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

/// Reads the caller's own name for the request.
fn token(headers: &HeaderMap, flaws: &mut Vec<InputError>) -> Option<String> {
    let value = headers.get(IDEMPOTENCY_KEY)?;
    let token = value.to_str().ok().filter(|token| {
        (1..=TOKEN_MOST).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
    });
    if token.is_none() {
        let detail = format!("not 1 to {TOKEN_MOST} visible ASCII characters");
        flaws.push(InputError::invalid("/Idempotency-Key", detail));
    }
    token.map(str::to_owned)
}

/// Returns what tells this request from another that uses the same key.
fn fingerprint(parts: &Parts, body: &[u8]) -> [u8; 32] {
    let address = parts.uri.path_and_query().map_or("", |address| address.as_str());
    let mut hash = Sha256::new();
    for part in [parts.method.as_str().as_bytes(), address.as_bytes()] {
        hash.update(part);
        hash.update(b"\n");
    }
    hash.update(body);
    hash.finalize().into()
}

/// How large a body may be: a hundred guests with a long message fit many times.
pub(crate) const BODY_MOST: usize = 256 * 1024;

/// How much more is read and thrown away, so that whoever sends it gets the answer
/// instead of a broken connection.
const DISCARDED_MOST: usize = 16 * 1024 * 1024;

/// The header with the caller's own name for a request.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// How long that name may be.
const TOKEN_MOST: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_3_what_is_wrong_is_pointed_at() {
        check("{}", &["/name"]);
        check(r#"["x", null]"#, &[""]);
        check("3", &[""]);
        check(r#"{"name": 3}"#, &["/name"]);
        check(r#"{"name": null}"#, &["/name"]);
        check(r#"{"name": "x", "inner": {}}"#, &["/inner/list"]);
        check(
            r#"{"name": "x", "inner": {"list": ["a", 3, "b", {}]}}"#,
            &["/inner/list/1", "/inner/list/3"],
        );
        check(r#"{"name": "x", "ot~h/er": 1}"#, &["/ot~0h~1er"]);
        check(
            r#"{"x": 1, "inner": {"b": 1, "list": 0}, "count": true}"#,
            &["/x", "/count", "/inner/b", "/inner/list", "/name"],
        );
        assert!(wrong(r#"{"name": "x", "inner": null, "count": null}"#).is_empty());
    }

    #[test]
    fn if_3_what_a_schema_does_not_tell_is_pointed_at() {
        check(r#"{"name": "x", "name": "x"}"#, &["/name"]);
        check(r#"{"name": "x", "inner": {"list": [], "list": []}}"#, &["/inner/list"]);
        check(r#"{"name": "x", "name": "x", "names": 1}"#, &["/names", "/name"]);
        check(r#"{"name": "x", "count": 4294967296}"#, &["/count"]);
        check(r#"{"name": "x", "count": -1}"#, &["/count"]);
        check(r#"{"name": "x", "count": 1.5}"#, &["/count"]);
    }

    #[test]
    fn if_3_what_is_not_wrong_is_read() {
        let (read, _) =
            read::<Outer>(&json(), br#"{"name": 3, "inner": {"list": ["a", 3]}}"#).unwrap();
        let inner = Inner { list: vec!["a".to_owned(), String::new()] };
        assert_eq!(read, Outer { name: String::new(), inner: Some(inner), count: None });
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        let nested = |start: &str| format!("{start}{}", "[".repeat(50_000));
        let closed = format!(r#"{{"name": {}{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
        for body in [
            "{",
            "",
            r#"{"name": "x"} x"#,
            r#"{"name": 3} x"#,
            r#"{"other": 3"#,
            &nested(""),
            &nested(r#"{"name": "#),
            &nested(r#"{"other": "#),
            &closed,
        ] {
            let problem = read::<Outer>(&json(), body.as_bytes()).unwrap_err();
            assert_eq!(problem.status().as_u16(), 400, "{body:.20}");
        }
    }

    #[test]
    fn a_body_of_another_kind_is_not_read() {
        let as_kind = |kind: &str, body: &[u8]| {
            let headers = [(header::CONTENT_TYPE, kind.parse().unwrap())].into_iter().collect();
            let read = read::<Nothing>(&headers, body);
            read.map(|(_, flaws)| flaws.len()).map_err(|problem| problem.status().as_u16())
        };
        assert_eq!(as_kind("application/json; charset=utf-8", b"{}"), Ok(0));
        assert_eq!(as_kind("Application/JSON", b""), Ok(0));
        assert_eq!(as_kind("text/plain", b"{}"), Err(415));
        assert_eq!(as_kind("application/jsonx", b"{}"), Err(415));
        assert_eq!(as_kind("text/plain", b""), Ok(0));
        assert_eq!(as_kind("application/json", br#"{"a":1}"#), Ok(1));
        assert!(read::<Nothing>(&HeaderMap::new(), b"").is_ok());
        let none = read::<Outer>(&HeaderMap::new(), b"").unwrap_err();
        assert_eq!(none.status().as_u16(), 415);
    }

    #[test]
    fn qu_23_the_key_is_visible_ascii() {
        let read = |text: &[u8]| {
            let value = HeaderValue::from_bytes(text).unwrap();
            let headers = [(IDEMPOTENCY_KEY.parse().unwrap(), value)].into_iter().collect();
            let mut flaws = Vec::new();
            let token = token(&headers, &mut flaws);
            assert_eq!(token.is_none(), flaws.len() == 1);
            token
        };
        assert_eq!(read(b"a-1").as_deref(), Some("a-1"));
        assert!(read(&[b'x'; TOKEN_MOST]).is_some());
        for bad in [b"".as_slice(), b"a b", b"\xff", &[b'x'; TOKEN_MOST + 1]] {
            assert_eq!(read(bad), None);
        }
    }

    #[tokio::test]
    async fn qu_34_a_body_has_a_largest_size() {
        let announced = |size| gather(Body::from(vec![b' '; size]));
        assert_eq!(announced(BODY_MOST).await.unwrap().len(), BODY_MOST);
        assert_eq!(announced(BODY_MOST + 1).await.unwrap_err().status().as_u16(), 413);
        let unannounced = |size| {
            let piece = Ok::<_, std::io::Error>(Bytes::from(vec![b' '; size]));
            gather(Body::from_stream(futures_util::stream::iter([piece])))
        };
        assert_eq!(unannounced(BODY_MOST).await.unwrap().len(), BODY_MOST);
        assert_eq!(unannounced(BODY_MOST + 1).await.unwrap_err().status().as_u16(), 413);
        let endless = unannounced(BODY_MOST + DISCARDED_MOST + 1);
        assert_eq!(endless.await.unwrap_err().status().as_u16(), 413);
    }

    #[track_caller]
    fn check(body: &str, pointers: &[&str]) {
        assert_eq!(wrong(body), pointers, "{body}");
    }

    fn wrong(body: &str) -> Vec<String> {
        let (_, errors) = read::<Outer>(&json(), body.as_bytes()).unwrap();
        errors.into_iter().map(|error| error.pointer).collect()
    }

    fn json() -> HeaderMap {
        [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))].into_iter().collect()
    }

    #[derive(Debug, Deserialize, PartialEq, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        name: String,
        inner: Option<Inner>,
        count: Option<u32>,
    }

    #[derive(Debug, Deserialize, PartialEq, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        list: Vec<String>,
    }
}
