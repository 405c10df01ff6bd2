//! Who shares a workspace, and the computers they use together (OR-41, OR-43).

use axum::extract::State;
use guest_app::view::Page;
use guest_app::{SharedComputerView, WorkspaceMemberView, WorkspaceRoleDraft};
use guest_core::{ComputerId, UserId, WorkspaceId};
use utoipa_axum::routes;

use super::TAG;
use crate::answer::{Answer, done, ok};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, PageQuery, Posted};
use crate::server::Server;
use crate::visitor::Known;

pub(super) fn routes(routes: Routes) -> Routes {
    let change = Terms::team(TAG).writes().or(&["workspace_role"]);
    let sharing = change.clone().or(&["own_workspace_role", "external_role"]);
    routes
        .on(routes!(members), &Terms::team(TAG).query())
        .on(routes!(share_workspace), &sharing.body().or(&["already_revoked"]))
        .on(routes!(unshare_workspace), &change.clone().or(&["last_workspace_owner"]))
        .on(routes!(workspace_computers), &Terms::team(TAG).query())
        .on(routes!(share_computer), &change.clone().or(&["validation"]))
        .on(routes!(unshare_computer), &change)
}

/// Lists the members of a workspace.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/workspaces/{id}/members",
    params(PageQuery),
    responses((status = 200, description = "The members.", body = Page<WorkspaceMemberView>)),
)]
async fn members(
    At((team, id)): At<(String, WorkspaceId)>,
    Asked { app, call, query: page, .. }: Asked<PageQuery>,
) -> Answer {
    ok(&app.workspace_members(&call, &team, id, &page.into()).await?)
}

/// Shares a workspace with a user, or changes what they are there.
#[utoipa::path(
    put,
    path = "/v1/teams/{team}/workspaces/{id}/members/{user}",
    request_body = WorkspaceRoleDraft,
    responses((status = 200, description = "The member.", body = WorkspaceMemberView)),
)]
async fn share_workspace(
    At((team, id, user)): At<(String, WorkspaceId, UserId)>,
    Posted { app, call, body, .. }: Posted<WorkspaceRoleDraft>,
) -> Answer {
    ok(&app.share_workspace(&call, &team, id, user, &body).await?)
}

/// Takes a user out of a workspace; oneself leaves it.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/workspaces/{id}/members/{user}",
    responses((status = 204, description = "They are not in it.")),
)]
async fn unshare_workspace(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id, user)): At<(String, WorkspaceId, UserId)>,
) -> Answer {
    server.app.unshare_workspace(&call, &team, id, user).await?;
    Ok(done())
}

/// Lists the team computers that the members use together.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/workspaces/{id}/computers",
    params(PageQuery),
    responses((status = 200, description = "The computers.", body = Page<SharedComputerView>)),
)]
async fn workspace_computers(
    At((team, id)): At<(String, WorkspaceId)>,
    Asked { app, call, query: page, .. }: Asked<PageQuery>,
) -> Answer {
    ok(&app.workspace_computers(&call, &team, id, &page.into()).await?)
}

/// Puts a team computer on the list of those that the members use together.
#[utoipa::path(
    put,
    path = "/v1/teams/{team}/workspaces/{id}/computers/{computer}",
    responses((status = 200, description = "The computer.", body = SharedComputerView)),
)]
async fn share_computer(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id, computer)): At<(String, WorkspaceId, ComputerId)>,
) -> Answer {
    ok(&server.app.share_computer(&call, &team, id, computer).await?)
}

/// Takes a computer off the list.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/workspaces/{id}/computers/{computer}",
    responses((status = 204, description = "It is not on it.")),
)]
async fn unshare_computer(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id, computer)): At<(String, WorkspaceId, ComputerId)>,
) -> Answer {
    server.app.unshare_computer(&call, &team, id, computer).await?;
    Ok(done())
}
