//! All invites of a team, also those that are long over.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use guest_app::view::{ComputerView, InviteView, Page};
use guest_app::{Fault, InviteQuery, Paging};
use guest_core::Phase;
use serde::Deserialize;

use super::Shell;
use super::place::Place;
use super::row::Row;
use super::shell::Section;
use crate::answer::Answer;
use crate::server::{Server, Shared};

pub(super) fn routes() -> Router<Server> {
    Router::new().route("/t/{team}/invites", get(show))
}

/// Which invites are looked for.
#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    computer_id: String,
    #[serde(default)]
    phase: String,
    cursor: Option<String>,
}

/// `GET /t/{team}/invites`: the invites, the newest first.
async fn show(State(server): State<Server>, place: Place, Query(search): Query<Search>) -> Answer {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let query = InviteQuery {
        computer_id: given(&search.computer_id),
        phase: given(&search.phase),
        search: search.q.clone(),
        ..InviteQuery::default()
    };
    let paging = Paging { cursor: search.cursor.clone(), ..Paging::default() };
    let invites = server.app.invites(place.call(), place.id(), &query, &paging).await?;
    let computers = computers(&server, &place).await?;
    let names: BTreeMap<_, &str> =
        computers.iter().map(|computer| (computer.id, computer.name.as_str())).collect();
    let row = |invite| {
        let row = Row::of(invite, None);
        let computer = names.get(&row.invite.computer_id).copied();
        row.to(computer.unwrap_or("a computer that was removed"))
    };
    let page = InvitesPage {
        shell: place.shell(&server, Section::GuestAccess),
        place: &place,
        rows: invites.data.iter().map(row).collect(),
        next: next(&invites, &search),
        computers: &computers,
        search: &search,
        phases: Phase::ALL.map(Phase::name),
    };
    Ok(super::page(&server, &page))
}

#[derive(Template)]
#[template(path = "invites.html")]
struct InvitesPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    rows: Vec<Row<'a>>,
    /// The address of the next page, if there is one.
    next: Option<String>,
    computers: &'a [ComputerView],
    search: &'a Search,
    phases: [&'static str; Phase::ALL.len()],
}

/// Returns the computers that somebody may know of, to name those of invites and to choose one.
pub(super) async fn computers(server: &Shared, place: &Place) -> Result<Vec<ComputerView>, Fault> {
    let paging = Paging { limit: COMPUTERS, cursor: None };
    Ok(server.app.computers(place.call(), place.id(), &paging).await?.data)
}

fn next(page: &Page<InviteView>, search: &Search) -> Option<String> {
    let cursor = page.next_cursor.as_deref()?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("q", &search.q)
        .append_pair("computer_id", &search.computer_id)
        .append_pair("phase", &search.phase)
        .append_pair("cursor", cursor);
    Some(format!("?{}", query.finish()))
}

/// As many as one list holds.
const COMPUTERS: u32 = 200;
