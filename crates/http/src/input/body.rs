//! Bodies: JSON of bounded size, with every fault at its place.

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use guest_app::{Call, Once};
use guest_core::InputError;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::based_on;
use crate::problem::Problem;
use crate::server::Server;
use crate::visitor::{anyone, known};

/// A body, whoever sends it.
pub(crate) struct Input<T>(pub(crate) T);

/// A body that somebody known sends to have something made, once (QU-23).
pub(crate) struct Posted<T> {
    pub(crate) call: Call,
    pub(crate) body: T,
}

/// A body that anybody sends to have something done, once (QU-23).
pub(crate) struct Sent<T> {
    pub(crate) call: Call,
    pub(crate) body: T,
}

/// A change that somebody known sends, and the version it is based on.
pub(crate) struct Changed<T> {
    pub(crate) call: Call,
    pub(crate) body: T,
    pub(crate) based_on: Option<u32>,
}

/// A body that says nothing: empty, or an empty object.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl<T: DeserializeOwned> FromRequest<Server> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Server) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = gather(body).await?;
        read(&parts.headers, &bytes).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<Server> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Server) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let call = known(&parts)?;
        let (call, body) = once(call, &parts, body).await?;
        Ok(Self { call, body })
    }
}

impl<T: DeserializeOwned> FromRequest<Server> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Server) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let call = anyone(&parts)?;
        let (call, body) = once(call, &parts, body).await?;
        Ok(Self { call, body })
    }
}

impl<T: DeserializeOwned> FromRequest<Server> for Changed<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Server) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let call = known(&parts)?;
        let based_on = based_on(&parts.headers)?;
        let bytes = gather(body).await?;
        let body = read(&parts.headers, &bytes)?;
        Ok(Self { call, body, based_on })
    }
}

/// Reads a body, and marks the call so that it is carried out once.
async fn once<T: DeserializeOwned>(
    mut call: Call,
    parts: &Parts,
    body: Body,
) -> Result<(Call, T), Problem> {
    let token = token(&parts.headers)?;
    let bytes = gather(body).await?;
    call.once = token.map(|token| Once { token, fingerprint: fingerprint(parts, &bytes) });
    let body = read(&parts.headers, &bytes)?;
    Ok((call, body))
}

/// Reads a body to its end.
async fn gather(body: Body) -> Result<Bytes, Problem> {
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

/// Reads a body's JSON; an empty body says what an empty object says.
fn read<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    let is_json = headers.get(header::CONTENT_TYPE).is_some_and(is_json);
    let is_empty = bytes.is_empty();
    if !is_json && !is_empty {
        return Err(media_type());
    }
    let text = if is_empty { b"{}" } else { bytes };
    if text.trim_ascii_start().starts_with(b"[") {
        // Fields in a row, without their names, are not what anybody means.
        return Err(InputError::invalid("", "not an object").into());
    }
    let mut from = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut from)
        .map_err(|error| if is_empty { nothing_sent(is_json) } else { refusal(&error) })?;
    from.end().map_err(|error| Problem::new("malformed", error.to_string()))?;
    Ok(value)
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

/// Tells JSON that cannot be read from JSON that says the wrong thing.
fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let cause = error.inner();
    if !cause.is_data() {
        return Problem::new("malformed", cause.to_string());
    }
    let text = cause.to_string();
    // The parser adds where it stood, which says little in a body of one line.
    let detail = text.rsplit_once(" at line ").map_or(text.as_str(), |(detail, _)| detail);
    InputError::invalid(place(error.path(), detail), in_plain_words(detail)).into()
}

/// Says what was expected as those do who do not know how it is read.
pub(super) fn in_plain_words(detail: &str) -> String {
    if detail.starts_with("data did not match any variant") {
        return "expected a text, or a list of texts".to_owned();
    }
    let Some((before, expected)) = detail.rsplit_once("expected ") else {
        return detail.to_owned();
    };
    let plain = match expected.split(' ').next().unwrap_or_default() {
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, not negative",
        "struct" | "map" => "an object",
        "sequence" => "a list",
        "string" => "a text",
        _ => return detail.to_owned(),
    };
    format!("{before}expected {plain}")
}

/// Returns a JSON pointer to what is wrong.
///
/// What is missing has no place yet, and what is unknown is left out of the
/// path: the message names both.
pub(super) fn place(path: &Path, detail: &str) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => step(&mut pointer, &index.to_string()),
            Segment::Map { key } => step(&mut pointer, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let named = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|start| detail.strip_prefix(start)?.split_once('`'));
    if let Some((name, _)) = named
        && path.iter().next_back().map(Segment::to_string).as_deref() != Some(name)
    {
        step(&mut pointer, name);
    }
    pointer
}

fn step(pointer: &mut String, name: &str) {
    pointer.push('/');
    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
}

/// Reads the caller's own name for the request.
fn token(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let bytes = value.as_bytes();
    match value.to_str() {
        Ok(token)
            if (1..=TOKEN_MOST).contains(&bytes.len())
                && bytes.iter().all(u8::is_ascii_graphic) =>
        {
            Ok(Some(token.to_owned()))
        }
        Ok(_) | Err(_) => {
            let detail = format!("not 1 to {TOKEN_MOST} visible ASCII characters");
            Err(InputError::invalid("/Idempotency-Key", detail).into())
        }
    }
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
        check("{", "malformed", None);
        check("", "malformed", None);
        check(r#"{"name": "x"} x"#, "malformed", None);
        check(r#"["x", null]"#, "validation", Some(""));
        check("{}", "validation", Some("/name"));
        check(r#"{"name": 3}"#, "validation", Some("/name"));
        check(r#"{"name": "x", "inner": {}}"#, "validation", Some("/inner/list"));
        check(r#"{"name": "x", "inner": {"list": ["a", 3]}}"#, "validation", Some("/inner/list/1"));
        check(r#"{"name": "x", "ot~h/er": 1}"#, "validation", Some("/ot~0h~1er"));
        check(r#"{"name": "x", "inner": {"list": [], "b": 1}}"#, "validation", Some("/inner/b"));
        assert!(read::<Outer>(&json(), br#"{"name": "x", "inner": null}"#).is_ok());
    }

    #[test]
    fn qu_33_nesting_has_a_depth() {
        let deep = format!(r#"{{"a": {}{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
        let problem = read::<serde_json::Value>(&json(), deep.as_bytes()).unwrap_err();
        assert_eq!(problem.status().as_u16(), 400);
    }

    #[test]
    fn a_body_of_another_kind_is_not_read() {
        let as_kind = |kind: &str, body: &[u8]| {
            let headers = [(header::CONTENT_TYPE, kind.parse().unwrap())].into_iter().collect();
            read::<Nothing>(&headers, body).map(drop).map_err(|problem| problem.status().as_u16())
        };
        assert_eq!(as_kind("application/json; charset=utf-8", b"{}"), Ok(()));
        assert_eq!(as_kind("Application/JSON", b""), Ok(()));
        assert_eq!(as_kind("text/plain", b"{}"), Err(415));
        assert_eq!(as_kind("application/jsonx", b"{}"), Err(415));
        assert_eq!(as_kind("text/plain", b""), Ok(()));
        assert_eq!(as_kind("application/json", br#"{"a":1}"#), Err(422));
        assert!(read::<Nothing>(&HeaderMap::new(), b"").is_ok());
        let none = read::<Outer>(&HeaderMap::new(), b"").unwrap_err();
        assert_eq!(none.status().as_u16(), 415);
    }

    #[test]
    fn qu_23_the_key_is_visible_ascii() {
        let read = |text: &[u8]| {
            let value = HeaderValue::from_bytes(text).unwrap();
            token(&[(IDEMPOTENCY_KEY.parse().unwrap(), value)].into_iter().collect())
        };
        assert_eq!(read(b"a-1").unwrap().as_deref(), Some("a-1"));
        assert!(read(&[b'x'; TOKEN_MOST]).is_ok());
        for bad in [b"".as_slice(), b"a b", b"\xff", &[b'x'; TOKEN_MOST + 1]] {
            assert_eq!(read(bad).unwrap_err().status().as_u16(), 422);
        }
    }

    #[tokio::test]
    async fn qu_34_a_body_has_a_largest_size() {
        let sized = |size| gather(Body::from(vec![b' '; size]));
        assert_eq!(sized(BODY_MOST).await.unwrap().len(), BODY_MOST);
        assert_eq!(sized(BODY_MOST + 1).await.unwrap_err().status().as_u16(), 413);
        assert_eq!(sized(BODY_MOST + DISCARDED_MOST + 1).await.unwrap_err().status().as_u16(), 413);
    }

    #[track_caller]
    fn check(body: &str, code: &str, pointer: Option<&str>) {
        let problem = read::<Outer>(&json(), body.as_bytes()).unwrap_err();
        let shown = format!("{problem:?}");
        assert!(shown.contains(&format!("code: {code:?}")), "{shown}");
        if let Some(pointer) = pointer {
            assert!(shown.contains(&format!("pointer: {pointer:?}")), "{shown}");
        }
    }

    fn json() -> HeaderMap {
        [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))].into_iter().collect()
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(rename = "name")]
        _name: String,
        #[serde(rename = "inner")]
        _inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[serde(rename = "list")]
        _list: Vec<String>,
    }
}
