//! What computers' agents report.

use axum::extract::State;
use guest_app::{Heartbeat, HeartbeatAnswer, SessionEnded};
use guest_core::SessionId;
use utoipa_axum::routes;

use crate::answer::{Answer, done, ok};
use crate::document::{Routes, Terms};
use crate::input::{At, Input};
use crate::server::Server;
use crate::visitor::Agent;

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "Agents";
    routes
        .on(routes!(heartbeat), &Terms::agent(TAG).body().or(&["name_taken", "computer_removed"]))
        .on(routes!(agent_session_ended), &Terms::agent(TAG).body().or(&["not_found"]))
}

/// Keeps a computer online; the first heartbeat of a name provisions the team computer.
#[utoipa::path(
    post,
    path = "/v1/agent/heartbeat",
    request_body = Heartbeat,
    responses((status = 200, description = "What goes on there.", body = HeartbeatAnswer)),
)]
async fn heartbeat(
    State(server): State<Server>,
    Agent { secret, origin }: Agent,
    Input(beat): Input<Heartbeat>,
) -> Answer {
    ok(&server.app.heartbeat(&secret, origin.as_deref(), &beat).await?)
}

/// Reports that a session on an external computer has ended.
#[utoipa::path(
    post,
    path = "/v1/agent/sessions/{id}/ended",
    request_body = SessionEnded,
    responses((status = 204, description = "It has.")),
)]
async fn agent_session_ended(
    State(server): State<Server>,
    Agent { secret, origin }: Agent,
    At(id): At<SessionId>,
    Input(ended): Input<SessionEnded>,
) -> Answer {
    server.app.agent_session_ended(&secret, origin.as_deref(), id, &ended).await?;
    Ok(done())
}
