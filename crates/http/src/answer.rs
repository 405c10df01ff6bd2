//! How answers are shown.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guest_app::view::{ComputerView, InviteView};
use guest_app::{ComputerMade, UserView};
use serde::Serialize;

use crate::problem::Problem;

/// What a handler gives: an answer, or why there is none.
pub(crate) type Answer = Result<Response, Problem>;

/// Shows a thing.
pub(crate) fn ok(shown: &impl Serialize) -> Answer {
    json(StatusCode::OK, shown)
}

/// Shows what was made.
pub(crate) fn made(shown: &impl Serialize) -> Answer {
    json(StatusCode::CREATED, shown)
}

/// Shows what will be done soon.
pub(crate) fn accepted(shown: &impl Serialize) -> Answer {
    json(StatusCode::ACCEPTED, shown)
}

/// Says that it will be done soon, and nothing else.
pub(crate) fn later() -> Response {
    StatusCode::ACCEPTED.into_response()
}

/// Says that it is done, and nothing else.
pub(crate) fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Shows a thing that has versions, with its `ETag` (IF-5).
pub(crate) fn tagged<T: Serialize + Versioned>(status: StatusCode, shown: &T) -> Answer {
    let mut response = json(status, shown)?;
    if let Ok(tag) = HeaderValue::try_from(format!("\"{}\"", shown.version())) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// A thing whose version rises with people's changes.
pub(crate) trait Versioned {
    /// Returns the version.
    fn version(&self) -> u32;
}

impl Versioned for InviteView {
    fn version(&self) -> u32 {
        self.version
    }
}

impl Versioned for ComputerMade {
    fn version(&self) -> u32 {
        self.computer.version
    }
}

impl Versioned for UserView {
    fn version(&self) -> u32 {
        self.version
    }
}

impl Versioned for ComputerView {
    fn version(&self) -> u32 {
        self.version
    }
}

fn json(status: StatusCode, shown: &impl Serialize) -> Answer {
    let mut bytes = Vec::with_capacity(USUAL_SIZE);
    serde_json::to_writer(&mut bytes, shown).map_err(|error| {
        tracing::error!(%error, "an answer cannot be shown");
        Problem::new("store_unavailable", "the answer cannot be shown")
    })?;
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    Ok(response)
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Holds most answers without growing.
const USUAL_SIZE: usize = 1024;
