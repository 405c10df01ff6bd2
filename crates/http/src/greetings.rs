//! Greetings: what the two sides say is relayed, and pushed to the other (OR-21 to OR-24).

use std::collections::VecDeque;

use axum::extract::State;
use guest_app::{
    AcknowledgementDraft, Fault, GreetDraft, GreetingAcceptance, GreetingAccepted,
    GuestGreetingView, GuestStepDraft, HostEndDraft, HostGreetingView, HostStepDraft,
    InvitationLinkView, LeaveDraft, OpeningAsked, WaitDraft, Welcomed,
};
use guest_core::MemberInviteId;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa_axum::routes;

use crate::answer::{Answer, done, made, ok};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, Looked, Posted, Sent};
use crate::limits::Limit;
use crate::problem::Problem;
use crate::server::{Server, Shared};
use crate::sign_in::keep;
use crate::sse::{self, Batch};
use crate::visitor::{By, Visitor};

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "Greetings";
    let host = Terms::team(TAG).writes().body();
    let over = ["greeting_over", "greeting_out_of_step", "greeting_elsewhere", "nobody_waiting"];
    let guest = Terms::anyone(TAG).or(&["link_unknown"]);
    let said = guest.clone().writes().body();
    routes
        .on(routes!(host_greeting), &Terms::team(TAG).query())
        .on(routes!(host_events), &Terms::team(TAG).query())
        .on(routes!(greet), &host.clone().or(&over).or(&["invitation_ended", "greeting_version"]))
        .on(routes!(host_says), &host.clone().or(&over))
        .on(routes!(host_ends), &host.clone().or(&over).or(&["invitation_ended"]))
        .on(routes!(accept_greeting), &host.or(&over).or(&["invitation_ended", "already_member"]))
        .on(routes!(invitation_link), &guest)
        .on(routes!(guest_greeting), &guest.clone().query())
        .on(routes!(guest_events), &guest.clone().query())
        .on(routes!(wait_for_greeting), &said.clone().or(&["invitation_ended"]))
        .on(routes!(guest_says), &said.clone().or(&over).or(&["not_found", "greeting_version"]))
        .on(routes!(guest_ends), &said.clone().or(&over).or(&["not_found", "invitation_ended"]))
        .on(routes!(acknowledge_greeting), &said.or(&over).or(&["not_found", "device_not_proven"]))
}

/// Shows a greeting to its host.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/member-invites/{id}/greeting",
    params(OpeningAsked),
    responses((status = 200, description = "The greeting.", body = HostGreetingView)),
)]
async fn host_greeting(
    At((team, id)): At<(String, MemberInviteId)>,
    Asked { app, call, query: asked, .. }: Asked<OpeningAsked>,
) -> Answer {
    ok(&app.host_greeting(&call, &team, id, &asked).await?)
}

/// Streams a greeting to its host: all of it, now and after each change.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/member-invites/{id}/greeting/events",
    params(OpeningAsked),
    responses((status = 200, description = "The greeting.", body = HostGreetingView, content_type = "text/event-stream")),
)]
async fn host_events(
    State(server): State<Server>,
    At((team, id)): At<(String, MemberInviteId)>,
    Asked { app, call, query: asked, .. }: Asked<OpeningAsked>,
) -> Answer {
    let look = move || app.host_greeting(&call, &team, id, &asked);
    let first = changed(None, &look().await?);
    Ok(sse::follow(&server, first, move |last| {
        let looked = look();
        async move { Ok::<_, Fault>(changed(Some(last), &looked.await?)) }
    }))
}

/// Begins to greet who waits; one's own older attempt gives way.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/member-invites/{id}/greeting",
    request_body = GreetDraft,
    responses((status = 201, description = "The greeting.", body = HostGreetingView)),
)]
async fn greet(
    At((team, id)): At<(String, MemberInviteId)>,
    Posted { app, call, body, .. }: Posted<GreetDraft>,
) -> Answer {
    made(&app.greet(&call, &team, id, &body).await?)
}

/// Relays what the host says.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/member-invites/{id}/greeting/steps",
    request_body = HostStepDraft,
    responses((status = 200, description = "The greeting.", body = HostGreetingView)),
)]
async fn host_says(
    At((team, id)): At<(String, MemberInviteId)>,
    Posted { app, call, body, .. }: Posted<HostStepDraft>,
) -> Answer {
    ok(&app.host_says(&call, &team, id, &body).await?)
}

/// Ends the host's attempt.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/member-invites/{id}/greeting/end",
    request_body = HostEndDraft,
    responses((status = 204, description = "It has ended.")),
)]
async fn host_ends(
    At((team, id)): At<(String, MemberInviteId)>,
    Posted { app, call, body, .. }: Posted<HostEndDraft>,
) -> Answer {
    app.host_ends(&call, &team, id, &body).await?;
    Ok(done())
}

/// Makes the user, with the details that the guest has sealed and the profile chosen.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/member-invites/{id}/greeting/accept",
    request_body = GreetingAcceptance,
    responses((status = 200, description = "Who has joined.", body = GreetingAccepted)),
)]
async fn accept_greeting(
    At((team, id)): At<(String, MemberInviteId)>,
    Posted { app, call, body, .. }: Posted<GreetingAcceptance>,
) -> Answer {
    ok(&app.accept_greeting(&call, &team, id, &body).await?)
}

/// Shows what the link of an invitation is for; looking changes nothing.
#[utoipa::path(
    get,
    path = "/v1/member-invite-links/{token}",
    responses((status = 200, description = "What the invited may know.", body = InvitationLinkView)),
)]
async fn invitation_link(
    State(server): State<Server>,
    By(visitor): By,
    At(token): At<String>,
) -> Answer {
    ok(&look(&server, &visitor, &token).await?)
}

/// Shows a greeting to the invited person.
#[utoipa::path(
    get,
    path = "/v1/member-invite-links/{token}/greeting",
    params(OpeningAsked),
    responses((status = 200, description = "The greeting.", body = GuestGreetingView)),
)]
async fn guest_greeting(
    State(server): State<Server>,
    By(visitor): By,
    At(token): At<String>,
    Looked { app, query: asked }: Looked<OpeningAsked>,
) -> Answer {
    admit(&server, &visitor)?;
    ok(&app.guest_greeting(&token, &asked).await?)
}

/// Streams a greeting to the invited person: all of it, now and after each change.
#[utoipa::path(
    get,
    path = "/v1/member-invite-links/{token}/greeting/events",
    params(OpeningAsked),
    responses((status = 200, description = "The greeting.", body = GuestGreetingView, content_type = "text/event-stream")),
)]
async fn guest_events(
    State(server): State<Server>,
    By(visitor): By,
    At(token): At<String>,
    Looked { app, query: asked }: Looked<OpeningAsked>,
) -> Answer {
    admit(&server, &visitor)?;
    let look = move || app.guest_greeting(&token, &asked);
    let first = changed(None, &look().await?);
    Ok(sse::follow(&server, first, move |last| {
        let looked = look();
        async move { Ok::<_, Fault>(changed(Some(last), &looked.await?)) }
    }))
}

/// Says that the invited person is there and waits; all Administrators see it at once.
#[utoipa::path(
    post,
    path = "/v1/member-invite-links/{token}/greeting",
    request_body = WaitDraft,
    responses((status = 200, description = "The greeting.", body = GuestGreetingView)),
)]
async fn wait_for_greeting(
    State(server): State<Server>,
    By(visitor): By,
    At(token): At<String>,
    Sent { app, call, body }: Sent<WaitDraft>,
) -> Answer {
    admit(&server, &visitor)?;
    ok(&app.wait_for_greeting(&call, &token, &body).await?)
}

/// Relays what the guest says.
#[utoipa::path(
    post,
    path = "/v1/member-invite-links/{token}/greeting/steps",
    request_body = GuestStepDraft,
    responses((status = 200, description = "The greeting.", body = GuestGreetingView)),
)]
async fn guest_says(
    State(server): State<Server>,
    By(visitor): By,
    At(token): At<String>,
    Sent { app, call, body }: Sent<GuestStepDraft>,
) -> Answer {
    admit(&server, &visitor)?;
    ok(&app.guest_says(&call, &token, &body).await?)
}

/// Ends the guest's attempt, or their waiting.
#[utoipa::path(
    post,
    path = "/v1/member-invite-links/{token}/greeting/end",
    request_body = LeaveDraft,
    responses((status = 204, description = "It has ended.")),
)]
async fn guest_ends(
    State(server): State<Server>,
    By(visitor): By,
    At(token): At<String>,
    Sent { app, call, body }: Sent<LeaveDraft>,
) -> Answer {
    admit(&server, &visitor)?;
    app.guest_ends(&call, &token, &body).await?;
    Ok(done())
}

/// Takes the acknowledgement of a device that has joined, and signs it in.
#[utoipa::path(
    post,
    path = "/v1/member-invite-links/{token}/greeting/acknowledge",
    request_body = AcknowledgementDraft,
    responses((
        status = 200,
        description = "Signed in; the cookie is the session.",
        body = Welcomed,
        headers(("Set-Cookie" = String, description = "The session's cookie.")),
    )),
)]
async fn acknowledge_greeting(
    State(server): State<Server>,
    By(visitor): By,
    At(token): At<String>,
    Sent { app, call, body }: Sent<AcknowledgementDraft>,
) -> Answer {
    admit(&server, &visitor)?;
    let joined = app.acknowledge_greeting(&call, &token, &body).await?;
    Ok(keep(ok(&joined)?, &server, &joined.cookie))
}

/// Looks what a link is for, within limits (QU-34).
pub(crate) async fn look(
    server: &Shared,
    visitor: &Visitor,
    token: &str,
) -> Result<InvitationLinkView, Problem> {
    admit(server, visitor)?;
    Ok(server.app.invitation_link(token).await?)
}

/// Keeps whoever shows nothing but a link within limits (QU-34).
fn admit(server: &Shared, visitor: &Visitor) -> Result<(), Problem> {
    if visitor.is_operator() { Ok(()) } else { server.limits.take(Limit::Links, visitor.peer) }
}

/// Returns what is shown if it is not what was shown last, which a number stands for.
///
/// Whoever comes back gets all of it, so that no answer can be lost on the way.
fn changed(last: Option<u64>, shown: &impl Serialize) -> Batch {
    let text = serde_json::to_vec(shown).unwrap_or_default();
    let now = Sha256::digest(&text)
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let event = sse::event(&format!("{now:016x}"), "greeting", shown);
    let events = if last == Some(now) { VecDeque::new() } else { VecDeque::from([event]) };
    Batch { events, last: now, more: false }
}
