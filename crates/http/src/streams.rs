//! What is open for longer than an answer: agents' sockets, and the two ends of guests' connections.

use axum::extract::rejection::QueryRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use guest_app::Denied;
use guest_core::{InputError, SessionId};
use guest_gateway::{Gateway, agent_upgrade, guest_upgrade, stream_upgrade};
use serde::Deserialize;
use utoipa_axum::routes;

use crate::answer::Answer;
use crate::document::{Routes, Terms};
use crate::edge::require_origin;
use crate::input::At;
use crate::limits::Limit;
use crate::problem::Problem;
use crate::server::{Server, Shared};
use crate::visitor::{Agent, By};

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "Streams";
    let guest = Terms::anyone(TAG).writes().query();
    routes
        .on(routes!(agent_socket), &Terms::agent(TAG).or(&["malformed", "not_found"]))
        .on(routes!(agent_stream), &Terms::agent(TAG).or(&["malformed", "not_found"]))
        .on(routes!(guest_stream), &guest.or(&["malformed", "not_found", "ticket_used"]))
}

/// Opens an agent's socket: heartbeats go up as text frames, and what changes comes down at once.
#[utoipa::path(
    get,
    path = "/v1/agent/socket",
    responses((status = 101, description = "The WebSocket is open.")),
)]
async fn agent_socket(
    State(server): State<Server>,
    Agent { secret, origin }: Agent,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer {
    let gateway = gateway(&server)?;
    let upgrade = agent_upgrade(socket(upgrade)?);
    Ok(upgrade.on_upgrade(async move |socket| gateway.serve_agent(socket, secret, origin).await))
}

/// Opens the computer's end of a relayed session: RFB in binary frames, without authentication.
#[utoipa::path(
    get,
    path = "/v1/agent/sessions/{id}/stream",
    responses((status = 101, description = "The WebSocket is open.")),
)]
async fn agent_stream(
    State(server): State<Server>,
    Agent { secret, .. }: Agent,
    At(id): At<SessionId>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer {
    let gateway = gateway(&server)?;
    let upgrade = stream_upgrade(socket(upgrade)?);
    server.app.agent_stream(&secret, id).await?;
    Ok(upgrade.on_upgrade(async move |socket| gateway.take_stream(id, socket)))
}

/// What the address of a guest's stream says.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct TicketQuery {
    /// The ticket from connecting; it works once, for 30 s.
    ticket: String,
}

/// Opens the guest's end of a relayed session: RFB in binary frames, subprotocol `binary` (CN-3).
#[utoipa::path(
    get,
    path = "/v1/sessions/{id}/stream",
    params(TicketQuery),
    responses((status = 101, description = "The WebSocket is open.")),
)]
async fn guest_stream(
    State(server): State<Server>,
    By(visitor): By,
    at: Result<At<SessionId>, Problem>,
    query: Result<Query<TicketQuery>, QueryRejection>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer {
    server.limits.take(Limit::Links, visitor.peer)?;
    if let Some(origin) = headers.get(header::ORIGIN) {
        require_origin(&server, Some(origin))?; // Programs, which no site can use, send none.
    }
    // Nobody is asked to sign in: the ticket alone lets in.
    let At(id) = at.map_err(|_| Problem::not_found())?;
    let gateway = gateway(&server)?;
    let Query(TicketQuery { ticket }) = query
        .map_err(|error| Problem::from(vec![InputError::invalid("/ticket", error.body_text())]))?;
    // A ticket is not spent on what cannot become a stream.
    let upgrade = guest_upgrade(socket(upgrade)?);
    let relayed = server.app.take_ticket(id, &ticket, visitor.origin().as_deref()).await?;
    let lost = gateway.clone();
    let upgrade = upgrade.on_failed_upgrade(move |_| lost.give_up(id));
    Ok(upgrade.on_upgrade(async move |socket| gateway.serve_guest(socket, relayed).await))
}

fn gateway(server: &Shared) -> Result<Gateway, Problem> {
    server.options.gateway.clone().ok_or_else(|| Denied::NotFound("gateway").into())
}

fn socket(
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<WebSocketUpgrade, Problem> {
    upgrade.map_err(|_| Problem::new("malformed", "this address is for WebSockets"))
}
