//! Invites, from the side of those who make them.

mod changes;

use axum::extract::State;
use axum::http::StatusCode;
use guest_app::view::{InviteView, Page, SessionView};
use guest_app::{CutAnswer, CutDraft, InviteDraft, InvitePreview, InviteQuery, InvitesMade};
use guest_core::InviteId;
use serde::Deserialize;
use utoipa_axum::routes;

use crate::answer::{Answer, made, ok, tagged};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, PageQuery, Posted, page};
use crate::server::Server;
use crate::visitor::Known;

pub(crate) fn routes(routes: Routes) -> Routes {
    let making = Terms::team(TAG).writes().body().or(WINDOW).or(INVITING).or(&["too_many_emails"]);
    routes
        .on(routes!(preview_invites), &making.clone())
        .on(routes!(make_invites), &making.once().or(&["insufficient_credits"]))
        .on(routes!(invites), &Terms::team(TAG).query())
        .on(routes!(invite), &Terms::team(TAG).versioned())
        .on(routes!(sessions), &Terms::team(TAG).query())
        .on(routes!(cut), &Terms::team(TAG).writes().body().once())
        .and(changes::routes)
}

/// Which invites are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct InvitesQuery {
    /// Those to this computer.
    computer_id: Option<String>,
    /// Those in this phase.
    phase: Option<String>,
    /// Those for this guest.
    guest_email: Option<String>,
    /// Those made by this person.
    invited_by: Option<String>,
    /// How many invites at most: 1 to 200, 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before; none for the first page.
    cursor: Option<String>,
}

/// Shows what inviting guests would cost and send, and does nothing.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/guest-access-invites/preview",
    request_body = InviteDraft,
    responses((status = 200, description = "What would happen.", body = InvitePreview)),
)]
async fn preview_invites(
    At(team): At<String>,
    Posted { app, call, body, .. }: Posted<InviteDraft>,
) -> Answer {
    ok(&app.preview_invites(&call, &team, &body).await?)
}

/// Invites guests: one invite for each, all of them or none.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/guest-access-invites",
    request_body = InviteDraft,
    responses((status = 201, description = "The invites.", body = InvitesMade)),
)]
async fn make_invites(
    At(team): At<String>,
    Posted { app, call, body, .. }: Posted<InviteDraft>,
) -> Answer {
    made(&app.make_invites(&call, &team, &body).await?)
}

/// Lists invites, the newest first.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/guest-access-invites",
    params(InvitesQuery),
    responses((status = 200, description = "The invites.", body = Page<InviteView>)),
)]
async fn invites(
    At(team): At<String>,
    Asked { app, call, query, .. }: Asked<InvitesQuery>,
) -> Answer {
    let InvitesQuery { computer_id, phase, guest_email, invited_by, limit, cursor } = query;
    let filter =
        InviteQuery { computer_id, phase, guest_email, invited_by, ..InviteQuery::default() };
    ok(&app.invites(&call, &team, &filter, &page(limit, cursor)).await?)
}

/// Shows an invite.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/guest-access-invites/{id}",
    responses((status = 200, description = "The invite.", body = InviteView)),
)]
async fn invite(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, InviteId)>,
) -> Answer {
    tagged(StatusCode::OK, &server.app.invite(&call, &team, id).await?)
}

/// Lists the sessions of an invite, the newest first.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/guest-access-invites/{id}/sessions",
    params(PageQuery),
    responses((status = 200, description = "The sessions.", body = Page<SessionView>)),
)]
async fn sessions(
    At((team, id)): At<(String, InviteId)>,
    Asked { app, call, query: page, .. }: Asked<PageQuery>,
) -> Answer {
    ok(&app.sessions(&call, &team, id, &page.into()).await?)
}

/// Ends guests' sessions at once, and cancels their invites if wished: the panic switch.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/guest-access-cut",
    request_body = CutDraft,
    responses((status = 200, description = "What was ended.", body = CutAnswer)),
)]
async fn cut(At(team): At<String>, Posted { app, call, body, .. }: Posted<CutDraft>) -> Answer {
    ok(&app.cut(&call, &team, &body).await?)
}

/// What the invites' operations are listed under.
const TAG: &str = "Invites";

/// How a window may be wrong.
const WINDOW: &[&str] = &[
    "window_too_long",
    "window_too_far",
    "window_in_past",
    "window_reversed",
    "time_skipped",
    "time_zone_unknown",
    "offset_impossible",
];

/// Why guests may not be invited to a computer.
const INVITING: &[&str] =
    &["guest_access_off", "computer_offline", "host_not_logged_in", "team_computer_required"];
