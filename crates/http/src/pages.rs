//! The pages people use, written on the server (WB-1 to WB-12).
//!
//! A page says everything without its scripts; they add what only a browser
//! can do: follow the clock and the events, show the screen, open a page as a
//! dialog of another. What a page says, the server says: scripts fetch a page
//! anew instead of wording it themselves. Forms are sent as browsers send them
//! (`form.rs`), and answered with the address to go on at, or with themselves
//! and what is wrong at each field. Pages call the use cases of the API; no
//! rule is in them.

mod activity;
mod assets;
mod computers;
mod credits;
mod cut;
mod devices;
mod first;
mod form;
mod groups;
mod guest;
mod home;
mod invitations;
mod invite;
mod invites;
mod inviting;
mod join;
mod join_requests;
mod joining;
mod local;
mod place;
mod refusal;
mod row;
mod set_up;
mod settings;
mod shell;
mod sign_in;
mod told;
mod users;
mod workspaces;
mod zones;

pub(crate) use self::refusal::Reader;

use askama::Template;
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use self::shell::Shell;
use crate::server::{Server, Shared};

/// Returns the pages, and what they are made of.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/g/{token}", get(guest::show))
        .route("/g/{token}/invite.ics", get(guest::calendar))
        .route("/zones", get(zones::search))
        .merge(sign_in::routes())
        .merge(set_up::routes())
        .merge(settings::routes())
        .merge(home::routes())
        .merge(invites::routes())
        .merge(invite::routes())
        .merge(inviting::routes())
        .merge(cut::routes())
        .merge(computers::routes())
        .merge(credits::routes())
        .merge(groups::routes())
        .merge(workspaces::routes())
        .merge(users::routes())
        .merge(join_requests::routes())
        .merge(join::routes())
        .merge(invitations::routes())
        .merge(joining::routes())
        .merge(devices::routes())
        .merge(activity::routes())
        .merge(assets::routes())
}

/// Shows a page, which nobody keeps: it is about now.
fn page(server: &Shared, page: &impl Template) -> Response {
    page_as(StatusCode::OK, server, page)
}

/// Shows a page with another status: a form with what is wrong with it.
fn page_as(status: StatusCode, server: &Shared, page: &impl Template) -> Response {
    let text = page.render().unwrap_or_default(); // Writing into a string does not fail.
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HTML);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.insert(header::CONTENT_SECURITY_POLICY, policy(server));
    headers.insert(header::REFERRER_POLICY, SAME_ORIGIN);
    response
}

/// Sends the browser on, to a page that it gets anew.
fn see_other(address: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(address) = HeaderValue::try_from(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    response
}

/// Returns what pages may load: our own files, pictures in data, and our own socket (QU-32).
///
/// Not every browser takes a socket for part of `'self'`.
fn policy(server: &Shared) -> HeaderValue {
    let socket = server.origin.socket();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' {socket}; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(NOTHING)
}

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Without a referrer, browsers do not say the origin of a form either (QU-32).
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

/// For a public address that is none.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
