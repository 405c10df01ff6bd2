//! Changing invites: window and permissions, cancelling, kicking, links, moving, more time.

use axum::http::StatusCode;
use guest_app::view::InviteView;
use guest_app::{ExtendDraft, InviteChange, InviteReplacement, MoveDraft};
use guest_core::InviteId;
use serde::Deserialize;
use utoipa_axum::routes;

use super::{INVITING, TAG, WINDOW};
use crate::answer::{Answer, accepted, done, tagged};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, IgnoredAny, Nothing, Posted};

pub(super) fn routes(routes: Routes) -> Routes {
    let change = Terms::team(TAG).writes().or(&["invite_ended"]);
    let edit = change.clone().body().guarded().versioned().or(WINDOW).or(&["start_locked"]);
    let act = change.clone().optional_body().once();
    let alter = change.clone().body().once().guarded().versioned();
    routes
        .on(routes!(replace_invite), &edit.clone())
        .on(routes!(edit_invite), &edit)
        .on(routes!(cancel_invite), &change.clone().guarded())
        .on(routes!(kick), &change.clone().guarded().query())
        .on(routes!(readmit), &act.clone().guarded())
        .on(routes!(apply_permissions), &act.clone().guarded())
        .on(routes!(new_link), &act.clone().guarded().versioned())
        .on(routes!(resend), &act)
        .on(routes!(move_invite), &alter.clone().or(INVITING))
        .on(routes!(extend), &alter.or(WINDOW))
}

/// How a guest is kicked.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct KickQuery {
    /// Whether the guest stays out until somebody readmits them.
    #[serde(default)]
    keep_out: bool,
}

/// Gives an invite another window and other permissions.
#[utoipa::path(
    put,
    path = "/v1/teams/{team}/guest-access-invites/{id}",
    request_body = InviteReplacement,
    responses((status = 200, description = "The invite as it is now.", body = InviteView)),
)]
async fn replace_invite(
    At((team, id)): At<(String, InviteId)>,
    Posted { app, call, body, based_on }: Posted<InviteReplacement>,
) -> Answer {
    let change = body.into();
    tagged(StatusCode::OK, &app.edit_invite(&call, &team, id, &change, based_on).await?)
}

/// Changes an invite's window, any part of it, or its permissions.
#[utoipa::path(
    patch,
    path = "/v1/teams/{team}/guest-access-invites/{id}",
    request_body = InviteChange,
    responses((status = 200, description = "The invite as it is now.", body = InviteView)),
)]
async fn edit_invite(
    At((team, id)): At<(String, InviteId)>,
    Posted { app, call, body, based_on }: Posted<InviteChange>,
) -> Answer {
    tagged(StatusCode::OK, &app.edit_invite(&call, &team, id, &body, based_on).await?)
}

/// Cancels an invite.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/guest-access-invites/{id}",
    responses((status = 204, description = "Cancelled.")),
)]
async fn cancel_invite(
    At((team, id)): At<(String, InviteId)>,
    Asked { app, call, based_on, .. }: Asked<IgnoredAny>,
) -> Answer {
    app.cancel_invite(&call, &team, id, based_on).await?;
    Ok(done())
}

/// Kicks the guest, who may come back unless kept out.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/guest-access-invites/{id}/guest",
    params(KickQuery),
    responses((status = 204, description = "The guest is out.")),
)]
async fn kick(
    At((team, id)): At<(String, InviteId)>,
    Asked { app, call, query, based_on }: Asked<KickQuery>,
) -> Answer {
    app.kick(&call, &team, id, query.keep_out, based_on).await?;
    Ok(done())
}

/// Lets a guest back in who was kept out.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/guest-access-invites/{id}/readmit",
    request_body = Nothing,
    responses((status = 204, description = "The guest may come back.")),
)]
async fn readmit(
    At((team, id)): At<(String, InviteId)>,
    Posted { app, call, based_on, .. }: Posted<Nothing>,
) -> Answer {
    app.readmit(&call, &team, id, based_on).await?;
    Ok(done())
}

/// Has a connected guest reconnect with the invite's permissions.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/guest-access-invites/{id}/apply-permissions",
    request_body = Nothing,
    responses((status = 204, description = "The session has ended, and a new one will have them.")),
)]
async fn apply_permissions(
    At((team, id)): At<(String, InviteId)>,
    Posted { app, call, based_on, .. }: Posted<Nothing>,
) -> Answer {
    app.apply_permissions(&call, &team, id, based_on).await?;
    Ok(done())
}

/// Replaces an invite's link; the one before opens nothing any more, and nothing is mailed.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/guest-access-invites/{id}/new-link",
    request_body = Nothing,
    responses((status = 200, description = "The invite with its new link.", body = InviteView)),
)]
async fn new_link(
    At((team, id)): At<(String, InviteId)>,
    Posted { app, call, based_on, .. }: Posted<Nothing>,
) -> Answer {
    tagged(StatusCode::OK, &app.new_link(&call, &team, id, based_on).await?)
}

/// Mails an invite again.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/guest-access-invites/{id}/resend",
    request_body = Nothing,
    responses((status = 202, description = "A mail is on its way.", body = InviteView)),
)]
async fn resend(
    At((team, id)): At<(String, InviteId)>,
    Posted { app, call, .. }: Posted<Nothing>,
) -> Answer {
    accepted(&app.resend(&call, &team, id).await?)
}

/// Moves an invite to another computer; link, credit and window stay.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/guest-access-invites/{id}/move",
    request_body = MoveDraft,
    responses((status = 200, description = "The invite as it is now.", body = InviteView)),
)]
async fn move_invite(
    At((team, id)): At<(String, InviteId)>,
    Posted { app, call, body, based_on }: Posted<MoveDraft>,
) -> Answer {
    tagged(StatusCode::OK, &app.move_invite(&call, &team, id, &body, based_on).await?)
}

/// Gives the guest more time.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/guest-access-invites/{id}/extend",
    request_body = ExtendDraft,
    responses((status = 200, description = "The invite as it is now.", body = InviteView)),
)]
async fn extend(
    At((team, id)): At<(String, InviteId)>,
    Posted { app, call, body, based_on }: Posted<ExtendDraft>,
) -> Answer {
    tagged(StatusCode::OK, &app.extend(&call, &team, id, &body, based_on).await?)
}
