//! Asking identity providers over HTTP.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::redirect::Policy;

/// Asks identity providers; within limits, and nobody that they point to.
///
/// Reading the certificates of a machine takes a while, so that it waits until they are needed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Client(Arc<OnceLock<Option<reqwest::Client>>>);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error("this machine has no certificates to know servers by")]
    Speechless,
    #[error("no answer")]
    Network(#[from] reqwest::Error),
    #[error("the answer is larger than 1 MiB")]
    TooLarge,
    #[error("the answer cannot be read")]
    Form(#[from] openidconnect::http::Error),
}

impl Client {
    /// Sends a request.
    pub(crate) async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, AskError> {
        let client = self.0.get_or_init(open).as_ref().ok_or(AskError::Speechless)?;
        let (parts, body) = request.into_parts();
        let request =
            client.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body);
        let mut response = request.send().await?;
        let mut answer = openidconnect::http::Response::builder().status(response.status());
        if let Some(headers) = answer.headers_mut() {
            headers.clone_from(response.headers());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER_MOST {
                return Err(AskError::TooLarge);
            }
        }
        Ok(answer.body(body)?)
    }
}

fn open() -> Option<reqwest::Client> {
    // Only fails if there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(concat!("guest/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .connect_timeout(PATIENCE)
        .timeout(PATIENCE)
        .build()
        .ok()
}

impl<'c> AsyncHttpClient<'c> for Client {
    type Error = AskError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, AskError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

/// How long a provider may take for an answer: a person waits for it.
const PATIENCE: Duration = Duration::from_secs(8);

/// The largest answer: documents and keys have some KiB.
const ANSWER_MOST: usize = 1024 * 1024;
