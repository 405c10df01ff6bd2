//! What computers' agents report.

use guest_app::{Heartbeat, HeartbeatAnswer, SessionEnded};
use guest_core::SessionId;
use utoipa_axum::routes;

use crate::answer::{Answer, done, ok};
use crate::document::{Routes, Terms};
use crate::input::{At, Reported};
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
    Agent { secret, origin }: Agent,
    Reported { app, body }: Reported<Heartbeat>,
) -> Answer {
    ok(&app.heartbeat(&secret, origin.as_deref(), &body).await?)
}

/// Reports that a session on an external computer has ended.
#[utoipa::path(
    post,
    path = "/v1/agent/sessions/{id}/ended",
    request_body = SessionEnded,
    responses((status = 204, description = "It has.")),
)]
async fn agent_session_ended(
    Agent { secret, origin }: Agent,
    At(id): At<SessionId>,
    Reported { app, body }: Reported<SessionEnded>,
) -> Answer {
    app.agent_session_ended(&secret, origin.as_deref(), id, &body).await?;
    Ok(done())
}
