//! Downloads: part by part, whole or a range, and never taken for a page of ours (OR-43).

use std::ops::Range;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use futures_util::stream;
use guest_app::{App, Call, ContentView, PartView};
use guest_core::WorkspaceId;
use tokio::sync::OwnedSemaphorePermit;

use super::transfer::permit;
use crate::answer::Answer;
use crate::problem::Problem;
use crate::server::Shared;

/// Sends a version of a file, or what of it is asked for.
pub(crate) fn send(
    server: &Shared,
    call: Call,
    team: String,
    id: WorkspaceId,
    content: &ContentView,
    asked: &HeaderMap,
) -> Answer {
    let tag = format!("\"{}\"", content.hash);
    if matches(asked.get(header::IF_NONE_MATCH), &tag) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        mark(response.headers_mut(), content, &tag);
        return Ok(response);
    }
    let is_current = |value: &HeaderValue| value.as_bytes() == tag.as_bytes();
    let range =
        asked.get(header::RANGE).filter(|_| asked.get(header::IF_RANGE).is_none_or(is_current));
    let (status, range) = match range.map_or(Wanted::All, |range| Wanted::of(range, content.size)) {
        Wanted::All => (StatusCode::OK, 0..content.size),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Nothing => return Ok(unsatisfiable(content.size)),
    };
    let length = range.end - range.start;
    let span = format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), content.size);
    let reading = Reading {
        app: server.app.clone(),
        call,
        team,
        id,
        parts: within(&content.parts, &range).into_iter(),
        _permit: permit(&server.transfers)?,
    };
    let mut response = Response::new(Body::from_stream(reading.stream()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    mark(headers, content, &tag);
    headers.insert(header::CONTENT_TYPE, BYTES);
    headers.insert(header::CONTENT_DISPOSITION, named(&content.name));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::CONTENT_SECURITY_POLICY, SANDBOX);
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(span) = HeaderValue::try_from(span)
    {
        headers.insert(header::CONTENT_RANGE, span);
    }
    Ok(response)
}

/// What tells one content from another, whatever is sent of it.
fn mark(headers: &mut HeaderMap, content: &ContentView, tag: &str) {
    let digest = format!("sha-256=:{}:", BASE64.encode(content.hash.as_bytes()));
    let told = [(header::ETAG, tag), (REPR_DIGEST, digest.as_str())];
    for (name, value) in told {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, PRIVATE);
}

/// A file on its way to whoever downloads it.
struct Reading {
    app: App,
    call: Call,
    team: String,
    id: WorkspaceId,
    parts: std::vec::IntoIter<(PartView, Range<usize>)>,
    _permit: OwnedSemaphorePermit,
}

impl Reading {
    /// Reads one part after the other; a part that is damaged, or not for them any more, breaks the
    /// answer off, so that nobody takes it for whole.
    fn stream(self) -> impl stream::Stream<Item = Result<Bytes, std::io::Error>> {
        stream::try_unfold(self, async |mut reading| {
            let Some((part, range)) = reading.parts.next() else { return Ok(None) };
            let bytes = reading.app.part(&reading.call, &reading.team, reading.id, part).await;
            let bytes = bytes.map_err(|fault| {
                tracing::warn!(%fault, "a download breaks off");
                std::io::Error::other(fault)
            })?;
            Ok(Some((Bytes::from(bytes).slice(range), reading)))
        })
    }
}

/// What of a content is asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Wanted {
    All,
    Part(Range<u64>),
    /// A range that it does not have.
    Nothing,
}

impl Wanted {
    /// Reads a `Range` (RFC 9110): one range of bytes; several, or what is no range, ask for all.
    fn of(range: &HeaderValue, size: u64) -> Self {
        let range = range.to_str().ok().and_then(|text| text.strip_prefix("bytes="));
        let Some((from, to)) = range.and_then(|range| range.split_once('-')) else {
            return Self::All;
        };
        let (from, to) = (from.trim(), to.trim());
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(from) || !is_number(to) || from.len().max(to.len()) > DIGITS {
            return Self::All;
        }
        match (from.parse::<u64>().ok(), to.parse::<u64>().ok()) {
            (None, Some(last)) if last == 0 || size == 0 => Self::Nothing,
            (None, Some(last)) => Self::Part(size.saturating_sub(last)..size),
            (Some(from), to) if to.is_none_or(|to| from <= to) => {
                let end = to.map_or(size, |to| size.min(to.saturating_add(1)));
                if from < end { Self::Part(from..end) } else { Self::Nothing }
            }
            (Some(_) | None, _) => Self::All,
        }
    }
}

/// Returns the parts that a range reaches into, and what of each is in it.
fn within(parts: &[PartView], range: &Range<u64>) -> Vec<(PartView, Range<usize>)> {
    let mut at = 0;
    let mut found = Vec::new();
    for part in parts {
        let (start, end) = (at, at + part.size);
        at = end;
        if start < range.end && range.start < end {
            let inside =
                |place: u64| usize::try_from(place.clamp(start, end) - start).unwrap_or_default();
            found.push((*part, inside(range.start)..inside(range.end)));
        }
    }
    found
}

/// Returns whether one of the tags in a header is this one, or any is.
fn matches(header: Option<&HeaderValue>, tag: &str) -> bool {
    let Some(text) = header.and_then(|value| value.to_str().ok()) else { return false };
    text.split(',')
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

fn unsatisfiable(size: u64) -> Response {
    let words = format!("the file has {size} bytes");
    let mut response = Problem::new("range_unsatisfiable", words).into_response();
    if let Ok(span) = HeaderValue::try_from(format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, span);
    }
    response
}

/// Names the file for whoever saves it (RFC 6266), in ASCII and whole.
fn named(name: &str) -> HeaderValue {
    let plain = |letter: char| letter.is_ascii_graphic() && !"\"\\%".contains(letter);
    let ascii: String = name
        .chars()
        .map(|letter| if plain(letter) || letter == ' ' { letter } else { '_' })
        .collect();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let whole = name.bytes().fold(String::new(), |text, byte| {
        if is_plain(byte) {
            text + char::from(byte).encode_utf8(&mut [0; 4])
        } else {
            format!("{text}%{byte:02X}")
        }
    });
    let value = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}");
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("attachment"))
}

/// Whatever a file is, it is not opened as something of ours.
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

const SANDBOX: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// It may be kept by whoever asked, who asks again whether it is still this.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// The hash of the whole, whatever is sent of it (RFC 9530).
const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");

/// How many digits a place in a file has at most.
const DIGITS: usize = 18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_43_a_range_is_read_as_the_standard_says() {
        check("bytes=0-0", &Wanted::Part(0..1));
        check("bytes=2-", &Wanted::Part(2..10));
        check("bytes=2-99", &Wanted::Part(2..10));
        check("bytes=-3", &Wanted::Part(7..10));
        check("bytes=-99", &Wanted::Part(0..10));
        check("bytes=10-", &Wanted::Nothing);
        check("bytes=10-12", &Wanted::Nothing);
        check("bytes=-0", &Wanted::Nothing);
        for all in ["bytes=", "bytes=-", "bytes=5-2", "items=0-1", "bytes=0-1,3-4", "bytes=a-b"] {
            check(all, &Wanted::All);
        }
        check("bytes=0-99999999999999999999999", &Wanted::All);
        assert_eq!(Wanted::of(&HeaderValue::from_static("bytes=0-"), 0), Wanted::Nothing);
        assert_eq!(Wanted::of(&HeaderValue::from_static("bytes=-1"), 0), Wanted::Nothing);
    }

    #[test]
    fn or_43_a_name_is_saved_whole_and_harms_no_header() {
        let value = named("a \"b\"\\ é.txt");
        assert_eq!(
            value.to_str().unwrap(),
            "attachment; filename=\"a _b__ _.txt\"; filename*=UTF-8''a%20%22b%22%5C%20%C3%A9.txt"
        );
        assert!(named("x\r\nset-cookie: y").to_str().unwrap().contains("filename=\"x__set-cookie"));
    }

    #[test]
    fn or_43_a_tag_matches_itself_in_any_list() {
        let matches = |text: &str| matches(Some(&HeaderValue::try_from(text).unwrap()), "\"x\"");
        assert!(matches("\"x\"") && matches("\"a\", \"x\"") && matches("W/\"x\"") && matches("*"));
        assert!(!matches("\"y\"") && !matches("x"));
    }

    #[track_caller]
    fn check(range: &'static str, expected: &Wanted) {
        assert_eq!(&Wanted::of(&HeaderValue::from_static(range), 10), expected, "{range}");
    }
}
