//! The pages people use, written on the server (WB-10, WB-12).
//!
//! A page says everything without its scripts; they add what only a browser
//! can do: follow the clock and the events, sign in, show the screen. What a
//! page says, the server says: scripts fetch a page anew instead of wording
//! it themselves.

mod assets;
mod guest;
mod refusal;

use askama::Template;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use guest_core::Email;

use crate::server::{Server, Shared};

/// Returns the pages, and what they are made of.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/g/{token}", get(guest::show))
        .route("/g/{token}/invite.ics", get(guest::calendar))
        .merge(assets::routes())
}

/// What stands around the content of every page (`layout.html`).
struct Shell<'a> {
    brand: &'a str,
    /// Where the assets are.
    assets: &'static str,
    /// Who is signed in.
    account: Option<Email>,
}

impl<'a> Shell<'a> {
    fn new(server: &'a Shared, account: Option<Email>) -> Self {
        Self { brand: &server.app.config().brand, assets: assets::root(), account }
    }
}

/// Shows a page, which nobody keeps: it is about now.
fn page(server: &Shared, page: &impl Template) -> Response {
    let text = page.render().unwrap_or_default(); // Writing into a string does not fail.
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HTML);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.insert(header::CONTENT_SECURITY_POLICY, policy(server));
    response
}

/// Returns what pages may load: our own files, pictures in data, and our own socket (QU-32).
///
/// Not every browser takes a socket for part of `'self'`.
fn policy(server: &Shared) -> HeaderValue {
    let socket = server.origin.socket();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' {socket}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(NOTHING)
}

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// For a public address that is none.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
