//! Team computers, and one's own (WB-5).

mod add;
mod keys;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use guest_app::view::ComputerView;
use guest_app::{ComputerChange, Fault, Paging};
use guest_core::{ComputerId, UserId, Zone};
use serde::Deserialize;

use super::first::First;
use super::form::{Form, Wrong};
use super::place::{Place, Said};
use super::shell::{Section, Shell};
use super::told::{Moment, zone};
use crate::answer::Answer;
use crate::input::At;
use crate::server::{Server, Shared};

/// A form that was sent back is loaded again as the page it stands on.
pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/t/{team}/computers", get(show))
        .route("/t/{team}/computers/{id}", get(show_one))
        .route("/t/{team}/computers/{id}/name", get(show_one).post(rename))
        .route("/t/{team}/computers/{id}/guest-access", get(show_one).post(switch))
        .route("/t/{team}/computers/{id}/remove", get(ask).post(remove))
        .merge(add::routes())
        .merge(keys::routes())
}

/// Which part of the list is asked for.
#[derive(Deserialize)]
struct Part {
    cursor: Option<String>,
}

/// `GET /t/{team}/computers`: the computers that one may know of, by name.
async fn show(
    State(server): State<Server>,
    place: Place,
    Query(Part { cursor }): Query<Part>,
) -> Answer {
    let paging = Paging { limit: COMPUTERS, cursor };
    let seen = server.app.computers(place.call(), place.id(), &paging).await?;
    let owners = owners(&server, &place, &seen.data).await?;
    let zone = team_zone(&server, &place).await?;
    let rows: Vec<_> = seen.data.iter().map(|view| Row::of(view, &place, &owners, zone)).collect();
    let (team, personal): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.view.user_id.is_none());
    let keys = keys::of(&server, &place, zone).await?;
    let (own, others) = personal.into_iter().partition(|row| row.owner.is_none());
    let page = ComputersPage {
        shell: place.shell(&server, Section::Computers),
        place: &place,
        lists: [
            List { name: "Team computers", rows: team },
            List { name: "My computers", rows: own },
            List { name: "Computers of users", rows: others },
        ],
        next: seen.next_cursor,
        keys,
        first: First::of(&server, &place).await?,
    };
    Ok(super::page(&server, &page))
}

/// `GET /t/{team}/computers/{id}`: a computer, and what can be done with it.
async fn show_one(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, ComputerId)>,
) -> Answer {
    shown(&server, &place, id, None, &Wrong::default()).await
}

/// `POST …/name`: renames it.
async fn rename(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, ComputerId)>,
    form: Form,
) -> Answer {
    let name = form.text("name");
    let change = ComputerChange { name: Some(name.to_owned()), guest_access: None };
    match change_computer(&server, &place, id, &change, &form).await {
        Ok(_) => Ok(place.done("/computers", Said::ComputerRenamed)),
        Err(fault) => {
            let wrong = Wrong::with(fault, &["/name"])?;
            shown(&server, &place, id, Some(name), &wrong).await
        }
    }
}

/// `POST …/guest-access`: allows guests on it, or ends their sessions and allows none (GA-2).
async fn switch(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, ComputerId)>,
    form: Form,
) -> Answer {
    let on = form.text("guest_access") == "on";
    let change = ComputerChange { name: None, guest_access: Some(on) };
    match change_computer(&server, &place, id, &change, &form).await {
        Ok(_) if on && form.text("then") == "invite" => {
            Ok(place.done(&format!("/invite?computer_id={id}"), Said::AccessOn))
        }
        Ok(_) if on => Ok(place.done("/computers", Said::AccessOn)),
        Ok(_) => Ok(place.done("/computers", Said::AccessOff)),
        Err(fault) => shown(&server, &place, id, None, &Wrong::with(fault, &[])?).await,
    }
}

/// `GET …/remove`: asks whether to remove it, which cannot be undone.
async fn ask(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, ComputerId)>,
) -> Answer {
    let view = server.app.computer(place.call(), place.id(), id).await?;
    let shell = place.shell(&server, Section::Computers);
    Ok(super::page(&server, &RemovePage { shell, place: &place, view: &view }))
}

/// `POST …/remove`: removes it (GA-7).
async fn remove(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, ComputerId)>,
    form: Form,
) -> Answer {
    match server.app.remove_computer(place.call(), place.id(), id, form.version()).await {
        Ok(()) => Ok(place.done("/computers", Said::ComputerRemoved)),
        Err(fault) => shown(&server, &place, id, None, &Wrong::with(fault, &[])?).await,
    }
}

async fn change_computer(
    server: &Shared,
    place: &Place,
    id: ComputerId,
    change: &ComputerChange,
    form: &Form,
) -> Result<ComputerView, Fault> {
    server.app.change_computer(place.call(), place.id(), id, change, form.version()).await
}

/// Shows a computer, with what came of trying to do something.
async fn shown(
    server: &Shared,
    place: &Place,
    id: ComputerId,
    typed: Option<&str>,
    wrong: &Wrong,
) -> Answer {
    let view = server.app.computer(place.call(), place.id(), id).await?;
    let zone = team_zone(server, place).await?;
    let owners = owners(server, place, std::slice::from_ref(&view)).await?;
    let page = ComputerPage {
        shell: place.shell(server, Section::Computers),
        place,
        row: Row::of(&view, place, &owners, zone),
        name: typed.unwrap_or(&view.name),
        wrong,
    };
    Ok(super::page_as(wrong.status(), server, &page))
}

/// Returns what those are called whose computers these are, but for oneself.
async fn owners(
    server: &Shared,
    place: &Place,
    computers: &[ComputerView],
) -> Result<BTreeMap<UserId, String>, Fault> {
    let mut owners = BTreeMap::new();
    let others = computers.iter().filter_map(|view| view.user_id);
    for id in others.filter(|id| Some(*id) != place.team.user_id) {
        if let Entry::Vacant(unknown) = owners.entry(id) {
            unknown.insert(server.app.user(place.call(), place.id(), id).await?.name);
        }
    }
    Ok(owners)
}

async fn team_zone(server: &Shared, place: &Place) -> Result<Zone, Fault> {
    let team = server.app.team(place.call(), place.id()).await?;
    Ok(zone(&team.time_zone))
}

/// A computer in a few words.
struct Row<'a> {
    view: &'a ComputerView,
    /// Whose own it is, if it is another user's.
    owner: Option<String>,
    /// When it was heard last, if it is away.
    last_seen: Option<Moment>,
    /// Whether to offer changes; whether they are allowed the application says.
    can_change: bool,
}

impl<'a> Row<'a> {
    fn of(
        view: &'a ComputerView,
        place: &Place,
        owners: &BTreeMap<UserId, String>,
        zone: Zone,
    ) -> Self {
        let is_own = view.user_id.is_some() && view.user_id == place.team.user_id;
        Self {
            view,
            owner: view.user_id.and_then(|id| owners.get(&id).cloned()),
            last_seen: view.last_seen_at.filter(|_| !view.online).map(|at| Moment::of(at, zone)),
            can_change: match view.user_id {
                None => place.may("manage_computers"),
                Some(_) => is_own && place.may("own_computers"),
            },
        }
    }

    /// Returns whether a new command could still bring a team computer here.
    fn is_awaited(&self) -> bool {
        self.can_change && self.view.user_id.is_none() && self.view.last_seen_at.is_none()
    }
}

/// Computers that belong together.
struct List<'a> {
    name: &'static str,
    rows: Vec<Row<'a>>,
}

#[derive(Template)]
#[template(path = "computers.html")]
struct ComputersPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    lists: [List<'a>; 3],
    next: Option<String>,
    /// The keys of team computers, for those who may see them.
    keys: Vec<keys::Row>,
    first: Option<First>,
}

impl ComputersPage<'_> {
    fn is_empty(&self) -> bool {
        self.lists.iter().all(|list| list.rows.is_empty())
    }
}

#[derive(Template)]
#[template(path = "computers/computer.html")]
struct ComputerPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    row: Row<'a>,
    /// The name, as it is or as it was typed.
    name: &'a str,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "computers/remove.html")]
struct RemovePage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    view: &'a ComputerView,
}

/// How many computers a page shows.
const COMPUTERS: u32 = 100;
