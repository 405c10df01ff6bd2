//! The few pages that explain the API itself; they need nothing from anywhere else.

use std::fmt::Write as _;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// Wraps a body as a page.
pub(crate) fn page(title: &str, body: &str) -> Response {
    let title = escaped(title);
    let text = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"/docs.css\"></head><body><main>{body}</main></body></html>"
    );
    let headers = [(header::CONTENT_TYPE, HTML), (header::CONTENT_SECURITY_POLICY, POLICY)];
    (headers, text).into_response()
}

/// `GET /docs.css`: how the pages look.
pub(crate) async fn style() -> Response {
    ([(header::CONTENT_TYPE, CSS)], STYLE).into_response()
}

/// Returns a text with everything escaped that means something in HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' | '<' | '>' | '"' | '\'' => {
                let _ = write!(safe, "&#{};", u32::from(letter));
            }
            other => safe.push(other),
        }
    }
    safe
}

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

const CSS: HeaderValue = HeaderValue::from_static("text/css; charset=utf-8");

/// Nothing but the one stylesheet (QU-32).
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

const STYLE: &str = "\
:root{color-scheme:light dark;background:Canvas;color:CanvasText;font:1rem/1.5 system-ui,sans-serif}\
body{margin:0}main{max-width:56rem;margin:0 auto;padding:1.5rem}\
code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}\
h2{margin-top:2.5rem;border-bottom:1px solid}\
section{margin:1.5rem 0}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884;overflow-wrap:anywhere}\
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown_not_interpreted() {
        assert_eq!(escaped("a<b>&\"'"), "a&#60;b&#62;&#38;&#34;&#39;");
    }
}
