//! The API's documentation as a page, written on the server from the `OpenAPI` document (IF-1).

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{OpenApi, RefOr};

use crate::html::{self, escaped};
use crate::server::Server;

/// `GET /docs`: the API for people.
pub(crate) async fn show(State(server): State<Server>) -> Response {
    html::page("Guest access API", server.document_page())
}

/// `GET /v1/openapi.json`: the API for programs.
#[utoipa::path(get, path = "/v1/openapi.json", responses((status = 200, description = "This document.", body = serde_json::Value)))]
pub(crate) async fn document(State(server): State<Server>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], server.document()).into_response()
}

/// Writes the body of the page.
pub(crate) fn write(document: &OpenApi) -> String {
    let mut page = String::from(
        "<h1>Guest access API</h1><p>The same for programs: \
         <a href=\"/v1/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>",
    );
    let mut tags: Vec<(&str, Vec<Entry<'_>>)> = Vec::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in operations(item) {
            let tag = operation.tags.iter().flatten().next().map_or("", String::as_str);
            let entry = (method, path.as_str(), operation);
            match tags.iter_mut().find(|(known, _)| *known == tag) {
                Some((_, entries)) => entries.push(entry),
                None => tags.push((tag, vec![entry])),
            }
        }
    }
    for (tag, entries) in tags {
        let _ = write!(page, "<h2>{}</h2>", escaped(tag));
        for (method, path, operation) in entries {
            write_operation(&mut page, method, path, operation);
        }
    }
    page
}

/// A method, a path, and what it does.
type Entry<'a> = (&'static str, &'a str, &'a Operation);

fn write_operation(page: &mut String, method: &str, path: &str, operation: &Operation) {
    let _ = write!(page, "<section><h3><code>{method} {}</code></h3>", escaped(path));
    for text in [&operation.summary, &operation.description].into_iter().flatten() {
        let _ = write!(page, "<p>{}</p>", escaped(text));
    }
    page.push_str("<table>");
    for parameter in operation.parameters.iter().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        let text = parameter.description.as_deref().unwrap_or_default();
        let name = escaped(&parameter.name);
        let _ = write!(page, "<tr><td><code>{name}</code></td><td>{}</td></tr>", escaped(text));
    }
    for (status, response) in &operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        let text = escaped(&response.description);
        let _ = write!(page, "<tr><td><code>{}</code></td><td>{text}</td></tr>", escaped(status));
    }
    page.push_str("</table></section>");
}

fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let each = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    each.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}
