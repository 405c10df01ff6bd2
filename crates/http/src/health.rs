//! Whether the server is up, and whether it can do its work (IF-7).

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use tokio::time;

use crate::problem::Problem;
use crate::server::Server;

/// `GET /healthz`: the process is up.
pub(crate) async fn up() -> &'static str {
    "up\n"
}

/// `GET /readyz`: the store answers.
pub(crate) async fn ready(State(server): State<Server>) -> Response {
    match time::timeout(READY_WITHIN, server.app.last_event()).await {
        Ok(Ok(_)) => "ready\n".into_response(),
        Ok(Err(fault)) => Problem::from(fault).into_response(),
        Err(_) => Problem::busy("the store takes too long").into_response(),
    }
}

/// Whoever asks asks every few seconds.
const READY_WITHIN: Duration = Duration::from_secs(2);
