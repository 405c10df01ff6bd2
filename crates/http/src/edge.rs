//! What happens to every request and every answer, in one layer.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time;

use crate::limits::Limit;
use crate::problem::Problem;
use crate::server::{Server, Shared};
use crate::visitor::Visitor;

/// Finds out who asks, keeps strangers within limits, bounds the time, and guards the answer.
pub(crate) async fn pass(
    State(server): State<Server>,
    mut request: Request,
    next: Next,
) -> Response {
    let visitor = Arc::new(Visitor::of(&request, &server));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let is_api = request.uri().path().starts_with("/v1/");
    #[cfg(feature = "pages")]
    let reader = (!is_api).then(|| crate::pages::Reader::of(&request)).flatten();
    let mut response = match admit(&server, &visitor, &request) {
        Ok(()) => {
            request.extensions_mut().insert(Arc::clone(&visitor));
            if takes_a_file(&method, route.as_ref()) {
                next.run(request).await
            } else {
                let answer = time::timeout(PATIENCE, next.run(request)).await;
                answer.unwrap_or_else(|_| Problem::busy("this took too long").into_response())
            }
        }
        Err(problem) => problem.into_response(),
    };
    if response.status() == StatusCode::UNAUTHORIZED
        && !visitor.is_stranger()
        && let Err(problem) = server.limits.take(Limit::Strangers, visitor.peer)
    {
        response = problem.into_response();
    }
    #[cfg(feature = "pages")]
    if let Some(reader) = reader {
        response = reader.in_words(&server, response);
    }
    let route = route.as_ref().map_or(NOWHERE, MatchedPath::as_str);
    server.metrics.answered(&method, route, response.status());
    guard(response.headers_mut(), &server, is_api);
    response
}

/// Refuses what strangers ask for too often, and what other sites make browsers ask (QU-32).
fn admit(server: &Shared, visitor: &Visitor, request: &Request) -> Result<(), Problem> {
    if visitor.is_stranger() && request.uri().path() != HEALTH {
        server.limits.take(Limit::Strangers, visitor.peer)?;
    }
    if visitor.has_cookie() && !is_safe(request.method()) {
        let origin = request.headers().get(header::ORIGIN);
        require_origin(server, origin)?;
    }
    Ok(())
}

/// Requires that a page of ours makes the request (QU-32).
///
/// # Errors
///
/// Returns a problem if another one does, or none says so.
pub(crate) fn require_origin(server: &Shared, origin: Option<&HeaderValue>) -> Result<(), Problem> {
    match origin {
        Some(origin) if server.origin.matches(origin) => Ok(()),
        Some(_) => Err(mismatch("the Origin of the request is not that of this server")),
        None => Err(mismatch("a change made with a cookie must carry an Origin")),
    }
}

fn mismatch(detail: &str) -> Problem {
    Problem::new("origin_mismatch", detail)
}

/// Returns whether a request may bring a file, which takes as long as it takes; whoever reads it
/// bounds how long nothing comes (`workspaces/transfer.rs`).
fn takes_a_file(method: &Method, route: Option<&MatchedPath>) -> bool {
    let route = route.map_or(NOWHERE, MatchedPath::as_str);
    match *method {
        Method::PATCH => route.ends_with("/workspaces/{id}/uploads/{upload}"),
        Method::POST => route == "/t/{team}/workspaces/{id}/upload",
        _ => false,
    }
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

/// Adds what browsers need to know (QU-32).
fn guard(headers: &mut HeaderMap, server: &Shared, is_api: bool) {
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.entry(header::REFERRER_POLICY).or_insert(NO_REFERRER);
    headers.insert(RESOURCE_POLICY, SAME_ORIGIN);
    if is_api {
        headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
    }
    if server.origin.is_secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, A_YEAR);
    }
}

/// How long an answer may take to begin. Streams begin at once.
const PATIENCE: Duration = Duration::from_secs(30);

/// What may be asked without limit, since it costs nothing.
const HEALTH: &str = "/healthz";

/// What metrics call addresses that do not exist.
const NOWHERE: &str = "none";

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const A_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
