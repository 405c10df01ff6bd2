//! Invitations to join a team (OR-20, OR-27).

use axum::extract::State;
use guest_app::view::Page;
use guest_app::{InvitationsSent, MemberInviteView, MemberInvitesDraft};
use guest_core::MemberInviteId;
use utoipa_axum::routes;

use crate::answer::{Answer, later, made, ok};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, Nothing, PageQuery, Posted};
use crate::server::Server;
use crate::visitor::Known;

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "Member invites";
    let change = Terms::team(TAG).writes();
    let ends = change.clone().or(&["invitation_ended"]);
    routes
        .on(routes!(member_invites), &Terms::team(TAG).query())
        .on(
            routes!(invite_members),
            &change.body().once().or(&["already_member", "too_many_emails"]),
        )
        .on(routes!(member_invite), &Terms::team(TAG))
        .on(routes!(resend_member_invite), &ends.clone().optional_body())
        .on(routes!(cancel_member_invite), &ends)
}

/// Lists who was invited to join the team, the newest first.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/member-invites",
    params(PageQuery),
    responses((status = 200, description = "The invitations.", body = Page<MemberInviteView>)),
)]
async fn member_invites(
    At(team): At<String>,
    Asked { app, call, query: page, .. }: Asked<PageQuery>,
) -> Answer {
    ok(&app.member_invites(&call, &team, &page.into()).await?)
}

/// Invites people to join the team; each address stands for itself.
///
/// The answer says for each what became of it. A single address that is refused is a problem.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/member-invites",
    request_body = MemberInvitesDraft,
    responses((status = 201, description = "What became of each.", body = InvitationsSent)),
)]
async fn invite_members(
    At(team): At<String>,
    Posted { app, call, body, .. }: Posted<MemberInvitesDraft>,
) -> Answer {
    made(&app.invite_members(&call, &team, &body).await?)
}

/// Shows an invitation.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/member-invites/{id}",
    responses((status = 200, description = "The invitation.", body = MemberInviteView)),
)]
async fn member_invite(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, MemberInviteId)>,
) -> Answer {
    ok(&server.app.member_invite(&call, &team, id).await?)
}

/// Sends the same mail again.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/member-invites/{id}/resend",
    request_body = Nothing,
    responses((status = 202, description = "The mail is on its way.")),
)]
async fn resend_member_invite(
    At((team, id)): At<(String, MemberInviteId)>,
    Posted { app, call, .. }: Posted<Nothing>,
) -> Answer {
    app.resend_member_invite(&call, &team, id).await?;
    Ok(later())
}

/// Takes an invitation back.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/member-invites/{id}",
    responses((status = 200, description = "The invitation, cancelled.", body = MemberInviteView)),
)]
async fn cancel_member_invite(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, MemberInviteId)>,
) -> Answer {
    ok(&server.app.cancel_member_invite(&call, &team, id).await?)
}
