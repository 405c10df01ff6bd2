//! A page that says no, for whoever opened an address in a browser.

use askama::Template;
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Shell;
use crate::problem::{Problem, find};
use crate::server::Shared;

/// Shows a problem in words, with its own status.
pub(super) fn show(server: &Shared, problem: Problem) -> Response {
    let known = find(problem.code());
    let words = RefusalPage {
        shell: Shell::new(server, None),
        title: known.map_or("This did not work", |code| code.title),
        means: known.map_or("", |code| code.means),
        next: known.map_or("Try again later.", |code| code.next),
    };
    let (mut page, body) = super::page(server, &words).into_parts();
    let (mut parts, _) = problem.into_response().into_parts();
    page.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(page.headers);
    Response::from_parts(parts, Body::new(body))
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage<'a> {
    shell: Shell<'a>,
    title: &'a str,
    means: &'a str,
    next: &'a str,
}
