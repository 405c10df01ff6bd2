//! What every handler shares.

use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use axum::http::HeaderValue;
use guest_app::App;
use tokio::sync::{Semaphore, watch};

use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::workspaces::transfer::TRANSFERS_MOST;
use crate::{Options, described, docs};

/// What every handler shares.
pub(crate) type Server = Arc<Shared>;

pub(crate) struct Shared {
    pub(crate) app: App,
    pub(crate) options: Options,
    pub(crate) origin: Origin,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    /// Bounds how many files are on their way.
    pub(crate) transfers: Arc<Semaphore>,
    /// Changes with every commit, for those who follow events.
    pub(crate) commits: watch::Sender<()>,
    document_json: OnceLock<Bytes>,
    document_page: OnceLock<String>,
}

impl Shared {
    pub(crate) fn new(app: App, options: Options) -> Self {
        let commits = watch::Sender::new(());
        let wake = commits.clone();
        app.on_commit(move || {
            wake.send_replace(());
        });
        Self {
            origin: Origin::of(&app.config().public_url),
            app,
            options,
            limits: Limits::new(),
            metrics: Metrics::new(),
            transfers: Arc::new(Semaphore::new(TRANSFERS_MOST)),
            commits,
            document_json: OnceLock::new(),
            document_page: OnceLock::new(),
        }
    }

    /// Returns the `OpenAPI` document, which is written down when it is first asked for: as values
    /// it would take megabytes that most servers never need.
    pub(crate) fn document(&self) -> Bytes {
        let write = || serde_json::to_vec(&described()).unwrap_or_default().into();
        self.document_json.get_or_init(write).clone()
    }

    /// Returns the same for people.
    pub(crate) fn document_page(&self) -> &str {
        self.document_page.get_or_init(|| docs::write(&described()))
    }
}

/// The origin of the server's own pages, from its public address (QU-32).
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Origin {
    text: String,
    /// Whether it is https.
    pub(crate) is_secure: bool,
}

impl Origin {
    fn of(public_url: &str) -> Self {
        let url = public_url.to_ascii_lowercase();
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", &url));
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let default_port = if scheme == "https" { ":443" } else { ":80" };
        let authority = authority.strip_suffix(default_port).unwrap_or(authority);
        Self { text: format!("{scheme}://{authority}"), is_secure: scheme == "https" }
    }

    /// Returns whether an `Origin` header names this one.
    pub(crate) fn matches(&self, header: &HeaderValue) -> bool {
        header.as_bytes().eq_ignore_ascii_case(self.text.as_bytes())
    }

    /// Returns the origin of the server's own sockets.
    #[cfg(feature = "pages")]
    pub(crate) fn socket(&self) -> String {
        // Only the scheme differs: http, ws; https, wss.
        self.text.replacen("http", "ws", 1)
    }

    /// Returns the name of the session cookie, which a browser guards by its prefix on https.
    pub(crate) const fn cookie(&self) -> &'static str {
        if self.is_secure { "__Host-guest" } else { "guest" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qu_32_the_origin_is_that_of_the_public_address() {
        check("https://Guest.example/", "https://guest.example", true);
        check("https://guest.example:443", "https://guest.example", true);
        check("https://guest.example:8443/guest", "https://guest.example:8443", true);
        check("http://127.0.0.1:8080", "http://127.0.0.1:8080", false);
        check("http://[::1]:80", "http://[::1]", false);
    }

    #[track_caller]
    fn check(public_url: &str, origin: &str, is_secure: bool) {
        let read = Origin::of(public_url);
        assert_eq!(read, Origin { text: origin.to_owned(), is_secure });
        assert!(read.matches(&HeaderValue::from_str(origin).unwrap()));
        assert!(!read.matches(&HeaderValue::from_static("null")));
    }
}
