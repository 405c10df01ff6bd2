//! What is shown before a user is revoked, which cannot be undone (OR-10).

use std::borrow::Borrow;

use askama::Template;
use axum::extract::State;
use guest_app::{RevocationView, UserView};
use guest_core::UserId;

use crate::answer::Answer;
use crate::input::At;
use crate::pages::form::Wrong;
use crate::pages::groups::all;
use crate::pages::page_as;
use crate::pages::place::Place;
use crate::pages::shell::{Section, Shell};
use crate::problem::Problem;
use crate::server::{Server, Shared};

/// `GET …/revoke`: tells what would happen, and asks.
pub(super) async fn show(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, UserId)>,
) -> Answer {
    shown(&server, &place, id, &Wrong::default()).await
}

/// Asks, with what came of trying.
pub(super) async fn shown(server: &Shared, place: &Place, id: UserId, wrong: &Wrong) -> Answer {
    let shell = place.shell(server, Section::Users);
    match server.app.revocation(place.call(), place.id(), id).await {
        Ok(foreseen) => {
            let heirs = heirs(server, place, &foreseen).await?;
            let page = AskPage { shell, place, foreseen, heirs, wrong };
            Ok(page_as(wrong.status(), server, &page))
        }
        Err(fault) => {
            // Whoever cannot be revoked is shown with the reason, such as the date of the first time.
            let wrong = Wrong::with(fault, &[])?;
            let user = server.app.user(place.call(), place.id(), id).await;
            let name = user.map_err(Problem::from)?.name;
            Ok(page_as(wrong.status(), server, &CannotPage { shell, place, name, wrong: &wrong }))
        }
    }
}

/// Returns who could own what would be left without an owner.
async fn heirs(
    server: &Shared,
    place: &Place,
    foreseen: &RevocationView,
) -> Result<Vec<UserView>, Problem> {
    if foreseen.workspaces.is_empty() {
        return Ok(Vec::new());
    }
    let mut users = all(|part| server.app.users(place.call(), place.id(), part)).await?;
    users.retain(|user| {
        user.state == "active" && user.profile != "external" && user.id != foreseen.user.id
    });
    Ok(users)
}

#[derive(Template)]
#[template(path = "users/revoke.html")]
struct AskPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    foreseen: RevocationView,
    /// Who could own what is left without an owner.
    heirs: Vec<UserView>,
    wrong: &'a Wrong,
}

impl AskPage<'_> {
    /// Counts things in words.
    fn count(count: impl Borrow<usize>, one: &str, more: &str) -> String {
        match count.borrow() {
            1 => format!("1 {one}"),
            count => format!("{count} {more}"),
        }
    }
}

#[derive(Template)]
#[template(path = "users/cannot.html")]
struct CannotPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    name: String,
    wrong: &'a Wrong,
}
