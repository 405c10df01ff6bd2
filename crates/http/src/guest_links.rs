//! The guest's side: what a link shows, connecting, asking for time, leaving.

use axum::extract::State;
use axum::http::HeaderMap;
use guest_app::{App, Call, Caller, Connected, Fault, GuestChange, GuestLinkView, TimeDraft};
use guest_core::SessionId;
use utoipa_axum::routes;

use crate::answer::{Answer, done, later, made, ok};
use crate::document::{Routes, Terms};
use crate::input::{At, Nothing, Posted, Sent};
use crate::limits::Limit;
use crate::problem::Problem;
use crate::server::{Server, Shared};
use crate::sse::{self, Batch};
use crate::visitor::{Anyone, By, Visitor};

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "Guests";
    let guest = Terms::person(TAG).or(&["link_unknown", "wrong_account"]);
    routes
        .on(routes!(guest_link), &Terms::anyone(TAG).or(&["link_unknown", "unauthenticated"]))
        .on(
            routes!(connect),
            &guest.clone().writes().optional_body().once().or(&[
                "invite_ended",
                "kept_out",
                "too_early",
                "window_over",
                "guest_access_off",
                "computer_offline",
            ]),
        )
        .on(
            routes!(request_time),
            &guest.clone().writes().body().once().or(&["invite_ended", "window_over"]),
        )
        .on(routes!(guest_changes), &guest.resumable())
        .on(routes!(leave), &Terms::person(TAG).writes().optional_body().or(&["not_found"]))
}

/// Shows what a link is for; looking changes nothing.
#[utoipa::path(
    get,
    path = "/v1/guest-links/{token}",
    responses((status = 200, description = "What the guest may know.", body = GuestLinkView)),
)]
async fn guest_link(
    State(server): State<Server>,
    Anyone(call): Anyone,
    By(visitor): By,
    At(token): At<String>,
) -> Answer {
    ok(&look(&server, &visitor, &call, &token).await?)
}

/// Connects the guest: opens a session, which takes over from an older one.
#[utoipa::path(
    post,
    path = "/v1/guest-links/{token}/connect",
    request_body = Nothing,
    responses((status = 201, description = "The session.", body = Connected)),
)]
async fn connect(
    State(server): State<Server>,
    By(visitor): By,
    At(token): At<String>,
    Sent { app, call, body: Nothing {} }: Sent<Nothing>,
) -> Answer {
    admit(&server, &visitor, &call)?;
    made(&app.connect(&call, &token).await?)
}

/// Asks for more time.
#[utoipa::path(
    post,
    path = "/v1/guest-links/{token}/request-time",
    request_body = TimeDraft,
    responses((status = 202, description = "Whoever may grant it is told.")),
)]
async fn request_time(
    State(server): State<Server>,
    By(visitor): By,
    At(token): At<String>,
    Sent { app, call, body }: Sent<TimeDraft>,
) -> Answer {
    admit(&server, &visitor, &call)?;
    app.request_time(&call, &token, &body).await?;
    Ok(later())
}

/// Streams changes of the invite and its sessions to the guest.
#[utoipa::path(
    get,
    path = "/v1/guest-links/{token}/events",
    responses((status = 200, description = "The changes.", body = GuestChange, content_type = "text/event-stream")),
)]
async fn guest_changes(
    State(server): State<Server>,
    Anyone(call): Anyone,
    By(visitor): By,
    At(token): At<String>,
    headers: HeaderMap,
) -> Answer {
    admit(&server, &visitor, &call)?;
    read(server.app.clone(), call.clone(), token.clone(), None).await?;
    let after = sse::resume(&server, &headers).await?;
    let first = read(server.app.clone(), call.clone(), token.clone(), after).await?;
    let app = server.app.clone();
    let go_on = move |after| read(app.clone(), call.clone(), token.clone(), Some(after));
    Ok(sse::follow(&server, first, go_on))
}

/// Ends one's own session.
#[utoipa::path(
    post,
    path = "/v1/sessions/{id}/leave",
    request_body = Nothing,
    responses((status = 204, description = "It has ended.")),
)]
async fn leave(At(id): At<SessionId>, Posted { app, call, .. }: Posted<Nothing>) -> Answer {
    app.leave(&call, id).await?;
    Ok(done())
}

/// Looks what a link is for, within limits for those who show nothing that holds (QU-34).
pub(crate) async fn look(
    server: &Shared,
    visitor: &Visitor,
    call: &Call,
    token: &str,
) -> Result<GuestLinkView, Problem> {
    admit(server, visitor, call)?;
    let shown = server.app.guest_link(call, token).await?;
    if shown.you == SIGNED_OUT && visitor.has_cookie() {
        server.limits.take(Limit::Links, visitor.peer)?; // The cookie has lapsed.
    }
    Ok(shown)
}

/// Keeps those who show nothing within limits (QU-34).
pub(crate) fn admit(server: &Shared, visitor: &Visitor, call: &Call) -> Result<(), Problem> {
    match call.caller {
        Caller::Nobody => server.limits.take(Limit::Links, visitor.peer),
        Caller::Login(_) | Caller::ApiKey(_) | Caller::Operator { .. } => Ok(()),
    }
}

async fn read(app: App, call: Call, token: String, after: Option<u64>) -> Result<Batch, Fault> {
    let changes = app.guest_changes(&call, &token, after).await?;
    let shown = changes.events.iter().map(|event| sse::event(&event.id, &event.name, event));
    let more = after.is_some_and(|after| changes.last != after);
    Ok(Batch { events: shown.collect(), last: changes.last, more })
}

/// What a link shows to somebody who is not signed in.
pub(crate) const SIGNED_OUT: &str = "signed_out";
