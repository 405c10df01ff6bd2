//! A file of a workspace: its versions, downloading and deleting it (OR-43).

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use guest_app::{FileView, Paging, WorkspaceView};
use guest_core::{FileId, WorkspaceId, Zone};
use serde::Deserialize;

use super::ask::{Question, done};
use super::told::{self, Version};
use super::{Part, base};
use crate::answer::Answer;
use crate::input::At;
use crate::pages::form::{Form, Wrong};
use crate::pages::page;
use crate::pages::place::{Place, Said};
use crate::pages::shell::{Section, Shell};
use crate::pages::told::zone;
use crate::server::{Server, Shared};
use crate::workspaces::send;

/// `GET …/files/{file}`: a file and its versions.
pub(super) async fn show(
    State(server): State<Server>,
    place: Place,
    At((_, id, file)): At<(String, WorkspaceId, FileId)>,
    Query(part): Query<Part>,
) -> Answer {
    let (app, call, team) = (&server.app, place.call(), place.id());
    let workspace = app.workspace(call, team, id).await?;
    let view = app.file(call, team, id, file).await?;
    let paging = Paging { limit: VERSIONS, cursor: part.cursor };
    let versions = app.file_versions(call, team, id, file, &paging).await?;
    let zone = zone_of(&server, &place).await?;
    let shown = FilePage {
        base: base(&place, id),
        shell: place.shell(&server, Section::Workspaces),
        workspace: &workspace,
        file: &view,
        versions: versions.data.into_iter().map(|one| Version::of(one, zone)).collect(),
        next: versions.next_cursor,
    };
    Ok(page(&server, &shown))
}

/// Which version of a file is asked for.
#[derive(Deserialize)]
pub(super) struct Which {
    version: Option<u32>,
}

/// `GET …/files/{file}/content`: downloads it.
pub(super) async fn download(
    State(server): State<Server>,
    place: Place,
    At((_, id, file)): At<(String, WorkspaceId, FileId)>,
    Query(Which { version }): Query<Which>,
    headers: HeaderMap,
) -> Answer {
    let content = server.app.content(place.call(), place.id(), id, file, version).await?;
    send(&server, place.call().clone(), place.id().to_owned(), id, &content, &headers)
}

/// `GET …/files/{file}/delete`: asks whether to delete it.
pub(super) async fn ask(
    State(server): State<Server>,
    place: Place,
    At((_, id, file)): At<(String, WorkspaceId, FileId)>,
) -> Answer {
    let view = server.app.file(place.call(), place.id(), id, file).await?;
    let question = Question {
        asks: format!("Delete {}?", view.name),
        says: "All its versions go, for all members of the workspace.",
        path: format!("{id}/files/{file}/delete"),
        button: "Delete the file",
        back: format!("{id}"),
    };
    Ok(question.show(&server, &place, &Wrong::default()))
}

/// `POST …/files/{file}/delete`: deletes it.
pub(super) async fn delete(
    State(server): State<Server>,
    place: Place,
    At((_, id, file)): At<(String, WorkspaceId, FileId)>,
    _: Form,
) -> Answer {
    server.app.delete_file(place.call(), place.id(), id, file).await?;
    Ok(done(&place, id, Said::FileDeleted))
}

/// Returns the zone in which a team is told times.
pub(super) async fn zone_of(server: &Shared, place: &Place) -> Result<Zone, guest_app::Fault> {
    let team = server.app.team(place.call(), place.id()).await?;
    Ok(zone(&team.time_zone))
}

#[derive(Template)]
#[template(path = "workspaces/file.html")]
struct FilePage<'a> {
    base: String,
    shell: Shell<'a>,
    workspace: &'a WorkspaceView,
    file: &'a FileView,
    versions: Vec<Version>,
    next: Option<String>,
}

/// How many versions a page shows.
const VERSIONS: u32 = 50;
