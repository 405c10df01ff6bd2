//! Workspaces: who shares them, their files, and the computers used together (OR-40 to OR-43).

mod download;
mod files;
mod members;
pub(crate) mod transfer;
mod uploads;

#[cfg(feature = "pages")]
pub(crate) use download::send;

use axum::extract::State;
use guest_app::view::Page;
use guest_app::{StorageView, WorkspaceChange, WorkspaceDraft, WorkspaceView};
use guest_core::WorkspaceId;
use utoipa_axum::routes;

use crate::answer::{Answer, done, made, ok};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, PageQuery, Posted};
use crate::server::Server;
use crate::visitor::Known;

pub(crate) fn routes(routes: Routes) -> Routes {
    let change = Terms::team(TAG).writes().or(&["workspace_role"]);
    let routes = routes
        .on(routes!(workspaces), &Terms::team(TAG).query())
        .on(routes!(make_workspace), &Terms::team(TAG).writes().body().once())
        .on(routes!(workspace), &Terms::team(TAG))
        .on(routes!(change_workspace), &change.clone().body())
        .on(routes!(delete_workspace), &change)
        .on(
            routes!(claim_workspace),
            &Terms::team(TAG).writes().or(&["workspace_owned", "not_highest_rank"]),
        )
        .on(routes!(storage), &Terms::team(TAG));
    uploads::routes(files::routes(members::routes(routes)))
}

/// Lists the workspaces that the caller is in, the oldest first.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/workspaces",
    params(PageQuery),
    responses((status = 200, description = "The workspaces.", body = Page<WorkspaceView>)),
)]
async fn workspaces(
    At(team): At<String>,
    Asked { app, call, query: page, .. }: Asked<PageQuery>,
) -> Answer {
    ok(&app.workspaces(&call, &team, &page.into()).await?)
}

/// Makes a workspace, which the caller owns.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/workspaces",
    request_body = WorkspaceDraft,
    responses((status = 201, description = "The workspace.", body = WorkspaceView)),
)]
async fn make_workspace(
    At(team): At<String>,
    Posted { app, call, body, .. }: Posted<WorkspaceDraft>,
) -> Answer {
    made(&app.make_workspace(&call, &team, &body).await?)
}

/// Shows a workspace that the caller is in.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/workspaces/{id}",
    responses((status = 200, description = "The workspace.", body = WorkspaceView)),
)]
async fn workspace(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, WorkspaceId)>,
) -> Answer {
    ok(&server.app.workspace(&call, &team, id).await?)
}

/// Renames a workspace.
#[utoipa::path(
    patch,
    path = "/v1/teams/{team}/workspaces/{id}",
    request_body = WorkspaceChange,
    responses((status = 200, description = "The workspace as it is now.", body = WorkspaceView)),
)]
async fn change_workspace(
    At((team, id)): At<(String, WorkspaceId)>,
    Posted { app, call, body, .. }: Posted<WorkspaceChange>,
) -> Answer {
    ok(&app.change_workspace(&call, &team, id, &body).await?)
}

/// Deletes a workspace with all its files.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/workspaces/{id}",
    responses((status = 204, description = "Deleted.")),
)]
async fn delete_workspace(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, WorkspaceId)>,
) -> Answer {
    server.app.delete_workspace(&call, &team, id).await?;
    Ok(done())
}

/// Makes the caller the owner of a workspace whose last owner was revoked.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/workspaces/{id}/claim",
    responses((status = 200, description = "The workspace as it is now.", body = WorkspaceView)),
)]
async fn claim_workspace(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, WorkspaceId)>,
) -> Answer {
    ok(&server.app.claim_workspace(&call, &team, id).await?)
}

/// Says how much the team's files take, and how much they may.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/storage",
    responses((status = 200, description = "The room for files.", body = StorageView)),
)]
async fn storage(State(server): State<Server>, Known(call): Known, At(team): At<String>) -> Answer {
    ok(&server.app.storage(&call, &team).await?)
}

const TAG: &str = "Workspaces";
