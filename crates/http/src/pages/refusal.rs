//! A page that says no, for whoever opened an address in a browser.

use askama::Template;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::sign_in::{DEVICE, SSO};
use super::{Shell, see_other};
use crate::problem::{Problem, find};
use crate::server::Shared;

/// Somebody who reads pages rather than the API, and what they want to see.
pub(crate) struct Reader {
    /// The address, unless they sent something.
    address: Option<String>,
}

impl Reader {
    /// Returns whoever makes a request, if it asks for a page.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let accept = request.headers().get(header::ACCEPT)?.to_str().ok()?;
        let wants_page = accept.split(',').any(|kind| kind.trim_start().starts_with("text/html"));
        let looks = matches!(*request.method(), Method::GET | Method::HEAD);
        let address = request.uri().path_and_query().map(ToString::to_string);
        wants_page.then_some(Self { address: address.filter(|_| looks) })
    }

    /// Puts an answer that says no into words; whoever is not known is asked to sign in (WB-1).
    pub(crate) fn in_words(self, server: &Shared, mut response: Response) -> Response {
        let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
        match self.address {
            Some(address) if problem.status() == StatusCode::UNAUTHORIZED => {
                let to: String = form_urlencoded::byte_serialize(address.as_bytes()).collect();
                see_other(&format!("/sign-in?to={to}"))
            }
            Some(address) if [SSO, DEVICE].contains(&problem.code()) => {
                let to: String = form_urlencoded::byte_serialize(address.as_bytes()).collect();
                see_other(&format!("/sign-in?why={}&to={to}", problem.code()))
            }
            Some(_) | None => show(server, problem),
        }
    }
}

/// Shows a problem in words, with its own status.
pub(super) fn show(server: &Shared, problem: Problem) -> Response {
    let known = find(problem.code());
    let words = RefusalPage {
        shell: Shell::of(server),
        title: known.map_or("This did not work", |code| code.title),
        means: known.map_or("", |code| code.means),
        next: known.map_or("Try again later.", |code| code.next),
        // A guest has nowhere else to go.
        leads_on: problem.code() != "link_unknown",
    };
    let (mut page, body) = super::page(server, &words).into_parts();
    let (mut parts, _) = problem.into_response().into_parts();
    parts.extensions.clear();
    page.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(page.headers);
    parts.headers.remove(header::WWW_AUTHENTICATE);
    Response::from_parts(parts, Body::new(body))
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage<'a> {
    shell: Shell<'a>,
    title: &'a str,
    means: &'a str,
    next: &'a str,
    /// Whether the start page may help.
    leads_on: bool,
}
