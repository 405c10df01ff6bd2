//! What pages are made of besides their HTML: style, scripts, and the screen.
//!
//! Everything is in the program; nothing comes from another host. The address of an asset names
//! the version of all of them, so that a browser keeps each for as long as it likes.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use include_dir::{Dir, File, include_dir};
use sha2::{Digest as _, Sha256};
use tower_http::compression::CompressionLayer;

use crate::problem::Problem;
use crate::server::Server;

pub(super) fn routes() -> Router<Server> {
    Router::new().route("/assets/{version}/{*path}", get(show)).layer(CompressionLayer::new())
}

/// Returns where the assets of this program are, such as `/assets/0a1b2c3d4e5f`.
pub(super) fn root() -> &'static str {
    static ROOT: LazyLock<String> = LazyLock::new(|| {
        let mut hash = Sha256::new();
        for dir in SOURCES {
            add(&mut hash, dir);
        }
        let version = hash.finalize().into_iter().take(VERSION_BYTES);
        version.fold("/assets/".to_owned(), |root, byte| format!("{root}{byte:02x}"))
    });
    &ROOT
}

/// `GET /assets/{version}/{path}`: one of them; those of another version are not here.
async fn show(Path((version, path)): Path<(String, String)>) -> Response {
    let is_current = root().strip_prefix("/assets/") == Some(version.as_str());
    let found = SOURCES.into_iter().find_map(|dir| dir.get_file(&path)).filter(|_| is_current);
    let Some(file) = found else { return Problem::not_found().into_response() };
    let headers = [(header::CONTENT_TYPE, kind(file)), (header::CACHE_CONTROL, FOREVER)];
    (headers, Bytes::from_static(file.contents())).into_response()
}

fn kind(file: &File<'_>) -> HeaderValue {
    HeaderValue::from_static(match file.path().extension().and_then(|name| name.to_str()) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    })
}

fn add(hash: &mut Sha256, dir: &Dir<'_>) {
    for file in dir.files() {
        hash.update(file.path().as_os_str().as_encoded_bytes());
        hash.update(file.contents());
    }
    dir.dirs().for_each(|dir| add(hash, dir));
}

/// Ours, and what the build script fetched.
const SOURCES: [&Dir<'_>; 2] = [&OURS, &THEIRS];

static OURS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/web");

static THEIRS: Dir<'_> = include_dir!("$OUT_DIR/assets");

/// Tells the versions of one server apart, and makes short addresses.
const VERSION_BYTES: usize = 6;

/// What is at an address never changes.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
