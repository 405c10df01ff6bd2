//! The API in this process, on the data directory.

use std::fmt;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use guest_app::{App, Call, Caller};
use guest_core::Email;
use guest_http::OperatorAccess;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::{Ask, Reply};
use crate::failure::Failure;

/// The API in this process: the router of a server, without a network between.
pub(crate) struct Local {
    app: App,
    router: Router,
    acting: Option<Email>,
}

impl Local {
    /// Works on `app` as its operator, or as `acting` with that user's rights.
    pub(crate) fn new(app: App, acting: Option<Email>) -> Self {
        let router = guest_http::router(app.clone(), guest_http::Options::default());
        Self { app, router, acting }
    }

    /// Returns the application, for what only the operator does.
    pub(crate) const fn app(&self) -> &App {
        &self.app
    }

    /// Returns the call that the operator makes, or whom they act as.
    pub(crate) fn call(&self) -> Call {
        let caller = Caller::Operator { acting: self.acting.clone() };
        Call { caller, ..Call::operator() }
    }

    pub(super) async fn send(&self, ask: Ask) -> Result<Reply, Failure> {
        let url = ask.url(NOWHERE)?;
        let mut address = url.path().to_owned();
        if let Some(query) = url.query() {
            address.push('?');
            address.push_str(query);
        }
        let mut request = Request::builder().method(ask.method).uri(address);
        request = request.extension(OperatorAccess { acting: self.acting.clone() });
        if let Some(version) = ask.based_on {
            request = request.header(header::IF_MATCH, format!("\"{version}\""));
        }
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = &ask.body {
            request = request.header(header::CONTENT_TYPE, body.kind);
        }
        let request = request
            .body(ask.body.map_or_else(Body::empty, |body| Body::from(body.bytes)))
            .map_err(|error| Failure::doing("cannot ask", &error))?;
        match self.router.clone().oneshot(request).await {
            Ok(response) => Ok(Reply::Local(response)),
            Err(never) => match never {},
        }
    }
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Local").field("acting", &self.acting).finish_non_exhaustive()
    }
}

pub(super) async fn chunk(
    response: &mut axum::response::Response,
) -> Result<Option<Vec<u8>>, Failure> {
    while let Some(frame) = response.body_mut().frame().await {
        let frame = frame.map_err(|error| Failure::doing("the answer breaks off", &error))?;
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data.into()));
        }
    }
    Ok(None)
}

/// Where the router is, which nobody asks.
const NOWHERE: &str = "http://localhost";
