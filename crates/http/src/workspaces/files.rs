//! Files of a workspace and their versions (OR-43).

use axum::extract::State;
use axum::http::HeaderMap;
use guest_app::view::Page;
use guest_app::{FileVersionView, FileView};
use guest_core::{FileId, WorkspaceId};
use utoipa_axum::routes;

use super::TAG;
use super::download::send;
use crate::answer::{Answer, done, ok};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, PageQuery};
use crate::server::Server;
use crate::visitor::Known;

pub(super) fn routes(routes: Routes) -> Routes {
    let download = Terms::team(TAG).ranged().or(&["range_unsatisfiable"]);
    routes
        .on(routes!(files), &Terms::team(TAG).query())
        .on(routes!(file), &Terms::team(TAG))
        .on(routes!(delete_file), &Terms::team(TAG).writes().or(&["workspace_role"]))
        .on(routes!(file_versions), &Terms::team(TAG).query())
        .on(routes!(content), &download)
        .on(routes!(version_content), &download)
}

/// Lists the files of a workspace, by name.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/workspaces/{id}/files",
    params(PageQuery),
    responses((status = 200, description = "The files.", body = Page<FileView>)),
)]
async fn files(
    At((team, id)): At<(String, WorkspaceId)>,
    Asked { app, call, query: page, .. }: Asked<PageQuery>,
) -> Answer {
    ok(&app.files(&call, &team, id, &page.into()).await?)
}

/// Shows a file.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/workspaces/{id}/files/{file}",
    responses((status = 200, description = "The file.", body = FileView)),
)]
async fn file(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id, file)): At<(String, WorkspaceId, FileId)>,
) -> Answer {
    ok(&server.app.file(&call, &team, id, file).await?)
}

/// Deletes a file with all its versions.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/workspaces/{id}/files/{file}",
    responses((status = 204, description = "Deleted.")),
)]
async fn delete_file(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id, file)): At<(String, WorkspaceId, FileId)>,
) -> Answer {
    server.app.delete_file(&call, &team, id, file).await?;
    Ok(done())
}

/// Lists the versions of a file, the latest first.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/workspaces/{id}/files/{file}/versions",
    params(PageQuery),
    responses((status = 200, description = "The versions.", body = Page<FileVersionView>)),
)]
async fn file_versions(
    At((team, id, file)): At<(String, WorkspaceId, FileId)>,
    Asked { app, call, query: page, .. }: Asked<PageQuery>,
) -> Answer {
    ok(&app.file_versions(&call, &team, id, file, &page.into()).await?)
}

/// Downloads a file, or a range of it.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/workspaces/{id}/files/{file}/content",
    responses(
        (status = 200, description = "The file.", body = String, content_type = "application/octet-stream"),
        (status = 206, description = "The range of it.", body = String, content_type = "application/octet-stream"),
        (status = 304, description = "It has not changed."),
    ),
)]
async fn content(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id, file)): At<(String, WorkspaceId, FileId)>,
    headers: HeaderMap,
) -> Answer {
    let content = server.app.content(&call, &team, id, file, None).await?;
    send(&server, call, team, id, &content, &headers)
}

/// Downloads a version of a file, or a range of it.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/workspaces/{id}/files/{file}/versions/{version}/content",
    responses(
        (status = 200, description = "The version.", body = String, content_type = "application/octet-stream"),
        (status = 206, description = "The range of it.", body = String, content_type = "application/octet-stream"),
        (status = 304, description = "It has not changed."),
    ),
)]
async fn version_content(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id, file, version)): At<(String, WorkspaceId, FileId, u32)>,
    headers: HeaderMap,
) -> Answer {
    let content = server.app.content(&call, &team, id, file, Some(version)).await?;
    send(&server, call, team, id, &content, &headers)
}
