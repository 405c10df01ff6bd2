//! The page that each problem's `type` leads to.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};

use super::{Problem, find};
use crate::html;

/// `GET /problems/{code}`: what a problem means, and what to do.
pub(crate) async fn show(Path(code): Path<String>) -> Response {
    let Some(known) = find(&code) else { return Problem::not_found().into_response() };
    let body = format!(
        "<h1>{}</h1><p><code>{} {}</code></p><p>{}</p><h2>What to do</h2><p>{}</p>",
        html::escaped(known.title),
        known.status.as_u16(),
        known.name,
        html::escaped(known.means),
        html::escaped(known.next),
    );
    html::page(known.title, &body)
}
