//! Guest Access, the home page of a team (WB-2).

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use guest_app::{GuestAccess, HostView, Paging};
use serde::Deserialize;

use super::Shell;
use super::first::First;
use super::place::Place;
use super::row::Row;
use super::shell::Section;
use super::told::{Moment, zone};
use crate::answer::Answer;
use crate::server::{Server, Shared};

pub(super) fn routes() -> Router<Server> {
    Router::new().route("/t/{team}", get(show))
}

/// What is looked for.
#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
    cursor: Option<String>,
}

/// `GET /t/{team}`: the computers one may invite to, and their guests.
async fn show(
    State(server): State<Server>,
    place: Place,
    Query(Search { q, cursor }): Query<Search>,
) -> Answer {
    if !place.may("read_invites") {
        return Ok(without(&server, &place));
    }
    let paging = Paging { limit: HOSTS, cursor };
    let seen = server.app.guest_access(place.call(), place.id(), &q, &paging).await?;
    let first = First::of(&server, &place).await?;
    Ok(super::page(&server, &HomePage { first, ..HomePage::of(&server, &place, &seen, &q) }))
}

/// Shows what there is for those who do not manage guests.
fn without(server: &Shared, place: &Place) -> Response {
    let shell = place.shell(server, Section::GuestAccess);
    super::page(server, &WithoutPage { shell, place })
}

#[derive(Template)]
#[template(path = "home-without.html")]
struct WithoutPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    seen: &'a GuestAccess,
    hosts: Vec<Host<'a>>,
    asking: Vec<Asking<'a>>,
    search: &'a str,
    first: Option<First>,
}

impl<'a> HomePage<'a> {
    fn of(server: &'a Shared, place: &'a Place, seen: &'a GuestAccess, search: &'a str) -> Self {
        let name = |row: &Row<'_>| {
            let mut hosts = seen.hosts.iter().map(|host| &host.computer);
            hosts.find(|host| host.id == row.invite.computer_id).map(|host| host.name.as_str())
        };
        let asking = seen.asking.iter().filter_map(|invite| {
            let row = Row::of(invite, Some(seen.now));
            let (computer, asked) = (name(&row)?, invite.time_request.as_ref()?);
            Some(Asking { row, computer, minutes: asked.minutes, note: &asked.note })
        });
        Self {
            shell: place.shell(server, Section::GuestAccess),
            place,
            seen,
            hosts: seen.hosts.iter().map(|host| Host::of(host, seen)).collect(),
            asking: asking.collect(),
            search: search.trim(),
            first: None,
        }
    }
}

/// A guest who asks for more time (GA-48).
struct Asking<'a> {
    row: Row<'a>,
    computer: &'a str,
    minutes: u32,
    note: &'a str,
}

/// A computer with its invites.
struct Host<'a> {
    view: &'a HostView,
    rows: Vec<Row<'a>>,
    /// Whose it is.
    whose: String,
    /// When it was last heard of, if it is away.
    last_seen: Option<Moment>,
}

impl<'a> Host<'a> {
    fn of(view: &'a HostView, seen: &GuestAccess) -> Self {
        let is_personal = view.computer.provision == "personal";
        let whose = match &view.owner {
            Some(owner) => format!("{owner}'s computer"),
            None if is_personal => "your computer, for users of the team".to_owned(),
            None => "team computer".to_owned(),
        };
        let last_seen = view.computer.last_seen_at.filter(|_| !view.computer.online);
        Self {
            view,
            rows: view.invites.iter().map(|invite| Row::of(invite, Some(seen.now))).collect(),
            whose,
            last_seen: last_seen.map(|at| Moment::of(at, zone(&seen.time_zone))),
        }
    }
}

/// How many computers a page shows: some screens full.
const HOSTS: u32 = 50;
