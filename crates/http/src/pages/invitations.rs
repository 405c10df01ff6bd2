//! Invitations to join, and the host's side of a greeting (WB-9, OR-20, OR-21).

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use guest_app::{EmailsDraft, InvitationSent, MemberInviteView, MemberInvitesDraft, Paging};
use guest_core::MemberInviteId;
use serde::Deserialize;

use super::form::{Form, Wrong};
use super::place::{Place, Said};
use super::shell::{Section, Shell};
use super::told::{Moment, zone};
use crate::answer::Answer;
use crate::input::At;
use crate::server::{Server, Shared};

/// What a form leads to is loaded again as the page it stands on.
pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/t/{team}/waiting", get(waiting))
        .route("/t/{team}/invitations", get(show).post(invite))
        .route("/t/{team}/invitations/{id}", get(show_one))
        .route("/t/{team}/invitations/{id}/resend", get(show_one).post(resend))
        .route("/t/{team}/invitations/{id}/cancel", get(ask).post(cancel))
        .route("/t/{team}/invitations/{id}/greeting", get(greet))
}

/// Which part of the invitations is asked for.
#[derive(Default, Deserialize)]
struct Part {
    cursor: Option<String>,
}

/// `GET /t/{team}/waiting`: who waits to be greeted, for every page to show.
async fn waiting(State(server): State<Server>, place: Place) -> Answer {
    let page = WaitingPage { shell: place.shell(&server, Section::Invitations) };
    Ok(super::page(&server, &page))
}

/// `GET /t/{team}/invitations`: who was invited, and a form to invite more.
async fn show(State(server): State<Server>, place: Place, Query(part): Query<Part>) -> Answer {
    shown(&server, &place, part, "", Vec::new(), &Wrong::default()).await
}

/// `POST /t/{team}/invitations`: invites each of the addresses.
async fn invite(State(server): State<Server>, place: Place, form: Form) -> Answer {
    let typed = form.text("emails");
    let draft = MemberInvitesDraft { emails: EmailsDraft::Text(typed.to_owned()) };
    match server.app.invite_members(place.call(), place.id(), &draft).await {
        Ok(sent) if sent.data.iter().all(|one| one.outcome == "invited") => {
            Ok(place.done("/invitations", Said::InvitationSent))
        }
        Ok(sent) => shown(&server, &place, Part::default(), "", sent.data, &Wrong::default()).await,
        Err(fault) => {
            let wrong = Wrong::with(fault, &["/emails"])?;
            shown(&server, &place, Part::default(), typed, Vec::new(), &wrong).await
        }
    }
}

/// `GET …/invitations/{id}`: the link, and what can be done.
async fn show_one(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, MemberInviteId)>,
) -> Answer {
    shown_one(&server, &place, id, &Wrong::default()).await
}

/// `POST …/invitations/{id}/resend`: sends the same mail again.
async fn resend(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, MemberInviteId)>,
    _: Form,
) -> Answer {
    match server.app.resend_member_invite(place.call(), place.id(), id).await {
        Ok(()) => Ok(place.done("/invitations", Said::InvitationSent)),
        Err(fault) => shown_one(&server, &place, id, &Wrong::with(fault, &[])?).await,
    }
}

/// `GET …/invitations/{id}/cancel`: asks once.
async fn ask(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, MemberInviteId)>,
) -> Answer {
    asked(&server, &place, id, &Wrong::default()).await
}

/// `POST …/invitations/{id}/cancel`: takes it back.
async fn cancel(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, MemberInviteId)>,
    _: Form,
) -> Answer {
    match server.app.cancel_member_invite(place.call(), place.id(), id).await {
        Ok(_) => Ok(place.done("/invitations", Said::InvitationCancelled)),
        Err(fault) => asked(&server, &place, id, &Wrong::with(fault, &[])?).await,
    }
}

/// `GET …/invitations/{id}/greeting`: the host's side, which runs in the page (OR-26).
async fn greet(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, MemberInviteId)>,
) -> Answer {
    let invite = server.app.member_invite(place.call(), place.id(), id).await?;
    let page = GreetingPage {
        shell: place.shell(&server, Section::Invitations),
        place: &place,
        invite: &invite,
    };
    Ok(super::page(&server, &page))
}

async fn shown(
    server: &Shared,
    place: &Place,
    part: Part,
    typed: &str,
    sent: Vec<InvitationSent>,
    wrong: &Wrong,
) -> Answer {
    let paging = Paging { limit: INVITATIONS, cursor: part.cursor };
    let found = server.app.member_invites(place.call(), place.id(), &paging).await?;
    let team = server.app.team(place.call(), place.id()).await?;
    let zone = zone(&team.time_zone);
    let row = |invite: MemberInviteView| Row {
        until: Moment::of(invite.ended_at.unwrap_or(invite.expires_at), zone),
        invite,
    };
    let page = InvitationsPage {
        shell: place.shell(server, Section::Invitations),
        place,
        rows: found.data.into_iter().map(row).collect(),
        next: found.next_cursor,
        sent,
        typed,
        wrong,
    };
    Ok(super::page_as(wrong.status(), server, &page))
}

async fn shown_one(server: &Shared, place: &Place, id: MemberInviteId, wrong: &Wrong) -> Answer {
    let invite = server.app.member_invite(place.call(), place.id(), id).await?;
    let shell = place.shell(server, Section::Invitations);
    let page = InvitationPage { shell, place, invite: &invite, wrong };
    Ok(super::page_as(wrong.status(), server, &page))
}

async fn asked(server: &Shared, place: &Place, id: MemberInviteId, wrong: &Wrong) -> Answer {
    let invite = server.app.member_invite(place.call(), place.id(), id).await?;
    let shell = place.shell(server, Section::Invitations);
    let page = CancelPage { shell, place, invite: &invite, wrong };
    Ok(super::page_as(wrong.status(), server, &page))
}

/// An invitation in a row.
struct Row {
    invite: MemberInviteView,
    /// When it expires, or ended.
    until: Moment,
}

#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage<'a> {
    shell: Shell<'a>,
}

#[derive(Template)]
#[template(path = "invitations.html")]
struct InvitationsPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    rows: Vec<Row>,
    next: Option<String>,
    /// What became of each address that was just given.
    sent: Vec<InvitationSent>,
    typed: &'a str,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "invitations/one.html")]
struct InvitationPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    invite: &'a MemberInviteView,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "invitations/cancel.html")]
struct CancelPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    invite: &'a MemberInviteView,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "invitations/greeting.html")]
struct GreetingPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    invite: &'a MemberInviteView,
}

/// How many invitations a page shows.
const INVITATIONS: u32 = 100;
