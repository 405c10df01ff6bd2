//! One invite, and what can be done with it (WB-4).

mod deed;
mod edit;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use guest_app::view::InviteView;
use guest_core::InviteId;

use self::deed::Deed;
use super::Shell;
use super::form::{Form, Wrong};
use super::place::Place;
use super::row::Row;
use super::shell::Section;
use super::told::{Moment, Told, zone};
use crate::answer::Answer;
use crate::input::At;
use crate::problem::Problem;
use crate::server::{Server, Shared};

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/t/{team}/invites/{id}", get(show))
        .route("/t/{team}/invites/{id}/window", get(edit::ask_window).post(edit::window))
        .route(
            "/t/{team}/invites/{id}/permissions",
            get(edit::ask_permissions).post(edit::permissions),
        )
        .route("/t/{team}/invites/{id}/computer", get(edit::ask_computer).post(edit::computer))
        .route("/t/{team}/invites/{id}/{deed}", get(ask).post(act))
}

/// `GET /t/{team}/invites/{id}`: the invite, and what can be done with it.
async fn show(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, InviteId)>,
) -> Answer {
    shown(&server, &place, id, &Wrong::default()).await
}

/// `GET /t/{team}/invites/{id}/{deed}`: asks whether to do what cannot be undone.
async fn ask(
    State(server): State<Server>,
    place: Place,
    At((_, id, deed)): At<(String, InviteId, String)>,
) -> Answer {
    let deed = Deed::named(&deed).ok_or_else(Problem::not_found)?;
    let question = deed.question().ok_or_else(Problem::not_found)?;
    let invite = server.app.invite(place.call(), place.id(), id).await?;
    let shell = place.shell(&server, Section::GuestAccess);
    Ok(super::page(&server, &AskPage { shell, place: &place, invite: &invite, deed, question }))
}

/// `POST /t/{team}/invites/{id}/{deed}`: does it.
async fn act(
    State(server): State<Server>,
    place: Place,
    At((_, id, deed)): At<(String, InviteId, String)>,
    form: Form,
) -> Answer {
    let deed = Deed::named(&deed).ok_or_else(Problem::not_found)?;
    match deed.carry_out(&server.app, &place, id, &form).await {
        Ok(said) => Ok(place.done_to(id, said)),
        Err(fault) => shown(&server, &place, id, &Wrong::with(fault, &[])?).await,
    }
}

/// Shows an invite, with what came of trying to do something.
async fn shown(server: &Shared, place: &Place, id: InviteId, wrong: &Wrong) -> Answer {
    let invite = server.app.invite(place.call(), place.id(), id).await?;
    let computer = server.app.computer(place.call(), place.id(), invite.computer_id).await;
    let page = InvitePage {
        shell: place.shell(server, Section::GuestAccess),
        place,
        base: format!("/t/{}/invites/{id}", place.id()),
        row: Row::of(&invite, None),
        reminded: invite.reminded_at.map(|at| Moment::of(at, zone(&invite.window.time_zone))),
        edges: Told::of(&invite.window),
        computer: computer.map_or_else(|_| REMOVED.to_owned(), |computer| computer.name),
        wrong,
    };
    Ok(super::page_as(wrong.status(), server, &page))
}

#[derive(Template)]
#[template(path = "invite.html")]
struct InvitePage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    /// The address of the invite.
    base: String,
    row: Row<'a>,
    /// When the guest was reminded of the start.
    reminded: Option<Moment>,
    edges: [Told; 2],
    computer: String,
    wrong: &'a Wrong,
}

impl InvitePage<'_> {
    /// Returns whether there is anything to do with it.
    fn is_live(&self) -> bool {
        self.row.invite.state == "live" && self.place.may("write_invites")
    }

    /// Says what keeping the guest out does now.
    fn keep_out(&self) -> &'static str {
        if self.row.invite.session.is_some() { "Disconnect and keep out" } else { "Keep out" }
    }
}

#[derive(Template)]
#[template(path = "invite/ask.html")]
struct AskPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    invite: &'a InviteView,
    deed: Deed,
    question: deed::Question,
}

/// Shows a page about an invite, with the status of what is wrong.
fn respond(server: &Shared, wrong: &Wrong, page: &impl Template) -> Response {
    super::page_as(wrong.status(), server, page)
}

/// What a computer is called that is not there any more.
const REMOVED: &str = "a computer that was removed";
