//! Workspaces: their files, members and computers (OR-40 to OR-43).

mod ask;
mod files;
mod told;
mod upload;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use guest_app::{
    Paging, SharedComputerView, StorageView, WorkspaceDraft, WorkspaceMemberView, WorkspaceView,
};
use guest_core::WorkspaceId;
use serde::Deserialize;

use super::form::{Form, Wrong};
use super::place::{Place, Said};
use super::shell::{Section, Shell};
use crate::answer::Answer;
use crate::input::At;
use crate::server::{Server, Shared};

use told::{File, bytes};

/// A form that was sent back is loaded again as the page it stands on.
pub(super) fn routes() -> Router<Server> {
    // The size of a file is bounded as it comes.
    let upload = post(upload::upload).layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/t/{team}/workspaces", get(show).post(make))
        .route("/t/{team}/workspaces/{id}", get(show_one))
        .route("/t/{team}/workspaces/{id}/upload", upload.get(show_one))
        .route("/t/{team}/workspaces/{id}/edit", get(ask::edit).post(ask::rename))
        .route("/t/{team}/workspaces/{id}/delete", get(ask::delete).post(ask::deleted))
        .route("/t/{team}/workspaces/{id}/leave", get(ask::leave).post(ask::left))
        .route("/t/{team}/workspaces/{id}/claim", get(show_one).post(ask::claimed))
        .route("/t/{team}/workspaces/{id}/share", get(ask::share).post(ask::shared))
        .route("/t/{team}/workspaces/{id}/members/{user}", get(ask::member).post(ask::changed))
        .route(
            "/t/{team}/workspaces/{id}/members/{user}/remove",
            get(ask::member).post(ask::removed),
        )
        .route("/t/{team}/workspaces/{id}/computers", get(ask::computers).post(ask::added))
        .route(
            "/t/{team}/workspaces/{id}/computers/{computer}/remove",
            get(show_one_of).post(ask::unlisted),
        )
        .route("/t/{team}/workspaces/{id}/files/{file}", get(files::show))
        .route("/t/{team}/workspaces/{id}/files/{file}/content", get(files::download))
        .route("/t/{team}/workspaces/{id}/files/{file}/delete", get(files::ask).post(files::delete))
}

/// Which part of a list is asked for.
#[derive(Default, Deserialize)]
struct Part {
    cursor: Option<String>,
}

/// `GET /t/{team}/workspaces`: the workspaces that one is in.
async fn show(State(server): State<Server>, place: Place, Query(part): Query<Part>) -> Answer {
    shown(&server, &place, part, "", &Wrong::default()).await
}

/// `POST /t/{team}/workspaces`: makes one.
async fn make(State(server): State<Server>, place: Place, form: Form) -> Answer {
    let draft = WorkspaceDraft { name: form.text("name").to_owned() };
    match server.app.make_workspace(place.call(), place.id(), &draft).await {
        Ok(made) => Ok(place.done(&format!("/workspaces/{}", made.id), Said::WorkspaceMade)),
        Err(fault) => {
            let wrong = Wrong::with(fault, &["/name"])?;
            shown(&server, &place, Part::default(), &draft.name, &wrong).await
        }
    }
}

/// `GET …/workspaces/{id}`: what is in one.
async fn show_one(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, WorkspaceId)>,
    Query(part): Query<Part>,
) -> Answer {
    shown_one(&server, &place, id, part, &Wrong::default()).await
}

/// The page on which a form for one of its parts stands.
async fn show_one_of(place: Place, At((_, id, _)): At<(String, WorkspaceId, String)>) -> Response {
    super::see_other(&format!("/t/{}/workspaces/{id}", place.id()))
}

/// Shows the workspaces, with what is wrong with a new one.
async fn shown(server: &Shared, place: &Place, part: Part, name: &str, wrong: &Wrong) -> Answer {
    let paging = Paging { limit: ROWS, cursor: part.cursor };
    let found = server.app.workspaces(place.call(), place.id(), &paging).await?;
    let room = if place.may("read_storage") {
        Some(Room::of(&server.app.storage(place.call(), place.id()).await?))
    } else {
        None
    };
    let page = WorkspacesPage {
        shell: place.shell(server, Section::Workspaces),
        place,
        workspaces: &found.data,
        next: found.next_cursor,
        room,
        name,
        wrong,
    };
    Ok(super::page_as(wrong.status(), server, &page))
}

/// Shows what is in a workspace, with what came of trying to do something.
async fn shown_one(
    server: &Shared,
    place: &Place,
    id: WorkspaceId,
    part: Part,
    wrong: &Wrong,
) -> Answer {
    let (app, call, team) = (&server.app, place.call(), place.id());
    let workspace = app.workspace(call, team, id).await?;
    let paging = Paging { limit: ROWS, cursor: part.cursor };
    let files = app.files(call, team, id, &paging).await?;
    let all = Paging { limit: ALL, cursor: None };
    let members = app.workspace_members(call, team, id, &all).await?.data;
    let computers = app.workspace_computers(call, team, id, &all).await?.data;
    let zone = files::zone_of(server, place).await?;
    let page = WorkspacePage {
        base: base(place, id),
        shell: place.shell(server, Section::Workspaces),
        place,
        files: files.data.into_iter().map(|file| File::of(file, zone)).collect(),
        next: files.next_cursor,
        members: &members,
        computers: &computers,
        workspace: &workspace,
        wrong,
    };
    Ok(super::page_as(wrong.status(), server, &page))
}

/// How much of the team's room for files is used, in words.
struct Room {
    used: String,
    quota: String,
    available: String,
    /// Thousandths of it.
    part: u64,
    parts: u64,
}

impl Room {
    fn of(storage: &StorageView) -> Self {
        let part = u128::from(storage.used) * 1_000 / u128::from(storage.quota.max(1));
        Self {
            used: bytes(storage.used),
            quota: bytes(storage.quota),
            available: bytes(storage.available),
            part: u64::try_from(part.min(1_000)).unwrap_or(1_000),
            parts: 1_000,
        }
    }
}

#[derive(Template)]
#[template(path = "workspaces.html")]
struct WorkspacesPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    workspaces: &'a [WorkspaceView],
    next: Option<String>,
    room: Option<Room>,
    name: &'a str,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "workspaces/workspace.html")]
struct WorkspacePage<'a> {
    base: String,
    shell: Shell<'a>,
    place: &'a Place,
    workspace: &'a WorkspaceView,
    files: Vec<File>,
    next: Option<String>,
    members: &'a [WorkspaceMemberView],
    computers: &'a [SharedComputerView],
    wrong: &'a Wrong,
}

/// Returns the address of a workspace's page.
fn base(place: &Place, id: WorkspaceId) -> String {
    format!("/t/{}/workspaces/{id}", place.id())
}

/// How many workspaces, or files, a page shows.
const ROWS: u32 = 100;

/// As many members and computers as there can be.
const ALL: u32 = 200;
