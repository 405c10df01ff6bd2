//! The API of a server, over HTTP.

use std::sync::Once;
use std::time::Duration;

use axum::http::header;
use guest_core::Secret;
use reqwest::redirect::Policy;

use super::{Ask, Reply};
use crate::failure::{Failure, chain};

/// The API of a server, with an API key.
#[derive(Debug)]
pub(crate) struct Remote {
    client: reqwest::Client,
    base: String,
    /// Nothing for a stranger.
    key: Option<Secret>,
}

impl Remote {
    /// Asks the server at `base` with `key`.
    ///
    /// # Errors
    ///
    /// Returns that this machine has no certificates to know servers by.
    pub(crate) fn new(base: &str, key: Secret) -> Result<Self, Failure> {
        Ok(Self { key: Some(key), ..Self::stranger(base)? })
    }

    /// Asks the server at `base` without showing anything.
    ///
    /// # Errors
    ///
    /// Returns that this machine has no certificates to know servers by.
    pub(crate) fn stranger(base: &str) -> Result<Self, Failure> {
        static CRYPTOGRAPHY: Once = Once::new();
        CRYPTOGRAPHY.call_once(|| {
            // Only fails if there is one already.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let client = reqwest::Client::builder()
            .user_agent(concat!("guest/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            // A key is for this server, not for one that it points to.
            .redirect(Policy::none())
            .build()
            .map_err(|error| Failure::doing("cannot speak HTTP", &error))?;
        Ok(Self { client, base: base.to_owned(), key: None })
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }

    pub(super) async fn send(&self, ask: Ask) -> Result<Reply, Failure> {
        let url = ask.url(&self.base)?;
        let mut request = self.client.request(ask.method, url);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose());
        }
        if let Some(version) = ask.based_on {
            request = request.header(header::IF_MATCH, format!("\"{version}\""));
        }
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = ask.body {
            request = request.header(header::CONTENT_TYPE, body.kind).body(body.bytes);
        }
        let sent = request.send().await.map_err(reqwest::Error::without_url);
        sent.map(Reply::Remote).map_err(|error| {
            Failure::Broken(format!("cannot reach {}: {}", self.base, chain(&error)))
        })
    }
}

pub(super) async fn chunk(response: &mut reqwest::Response) -> Result<Option<Vec<u8>>, Failure> {
    let chunk = response.chunk().await.map_err(reqwest::Error::without_url);
    let chunk = chunk.map_err(|error| Failure::doing("the answer breaks off", &error))?;
    Ok(chunk.map(Into::into))
}

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How long a server may say nothing: longer than it takes for an answer.
const SILENCE: Duration = Duration::from_secs(60);
