//! Groups of users (OR-7).

use axum::extract::State;
use guest_app::view::Page;
use guest_app::{GroupChange, GroupDraft, GroupView};
use guest_core::{GroupId, UserId};
use utoipa_axum::routes;

use crate::answer::{Answer, done, made, ok};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, PageQuery, Posted};
use crate::server::Server;
use crate::visitor::Known;

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "Groups";
    let change = Terms::team(TAG).writes();
    routes
        .on(routes!(groups), &Terms::team(TAG).query())
        .on(routes!(make_group), &change.clone().body().once().or(&["name_taken"]))
        .on(routes!(group), &Terms::team(TAG))
        .on(routes!(change_group), &change.clone().body().or(&["name_taken"]))
        .on(routes!(delete_group), &change.clone())
        .on(routes!(join_group), &change.clone().or(&["already_revoked"]))
        .on(routes!(leave_group), &change)
}

/// Lists the groups of a team, the oldest first.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/groups",
    params(PageQuery),
    responses((status = 200, description = "The groups.", body = Page<GroupView>)),
)]
async fn groups(
    At(team): At<String>,
    Asked { app, call, query: page, .. }: Asked<PageQuery>,
) -> Answer {
    ok(&app.groups(&call, &team, &page.into()).await?)
}

/// Makes a group.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/groups",
    request_body = GroupDraft,
    responses((status = 201, description = "The group.", body = GroupView)),
)]
async fn make_group(
    At(team): At<String>,
    Posted { app, call, body, .. }: Posted<GroupDraft>,
) -> Answer {
    made(&app.make_group(&call, &team, &body).await?)
}

/// Shows a group.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/groups/{id}",
    responses((status = 200, description = "The group.", body = GroupView)),
)]
async fn group(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, GroupId)>,
) -> Answer {
    ok(&server.app.group(&call, &team, id).await?)
}

/// Renames a group, or gives or takes its coordinator permission.
#[utoipa::path(
    patch,
    path = "/v1/teams/{team}/groups/{id}",
    request_body = GroupChange,
    responses((status = 200, description = "The group as it is now.", body = GroupView)),
)]
async fn change_group(
    At((team, id)): At<(String, GroupId)>,
    Posted { app, call, body, .. }: Posted<GroupChange>,
) -> Answer {
    ok(&app.change_group(&call, &team, id, &body).await?)
}

/// Deletes a group; its users stay.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/groups/{id}",
    responses((status = 204, description = "Deleted.")),
)]
async fn delete_group(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, GroupId)>,
) -> Answer {
    server.app.delete_group(&call, &team, id).await?;
    Ok(done())
}

/// Puts a user into a group.
#[utoipa::path(
    put,
    path = "/v1/teams/{team}/groups/{id}/members/{user}",
    responses((status = 200, description = "The group as it is now.", body = GroupView)),
)]
async fn join_group(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id, user)): At<(String, GroupId, UserId)>,
) -> Answer {
    ok(&server.app.join_group(&call, &team, id, user).await?)
}

/// Takes a user out of a group.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/groups/{id}/members/{user}",
    responses((status = 200, description = "The group as it is now.", body = GroupView)),
)]
async fn leave_group(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id, user)): At<(String, GroupId, UserId)>,
) -> Answer {
    ok(&server.app.leave_group(&call, &team, id, user).await?)
}
