//! Users, their profiles, and revoking them (WB-8).

mod ask;
mod profiles;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use guest_app::{Paging, RevokeRequest, UserChange, UserView};
use guest_core::{UserId, Zone};
use serde::Deserialize;

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
        .route("/t/{team}/users", get(show))
        .route("/t/{team}/users/profiles", get(to_list).post(profiles::change))
        .route("/t/{team}/users/{id}", get(show_one))
        .route("/t/{team}/users/{id}/profile", get(show_one).post(change_profile))
        .route("/t/{team}/users/{id}/owner", get(show_one).post(change_owner))
        .route("/t/{team}/users/{id}/revoke", get(ask::show).post(revoke))
}

/// Which part of the list is asked for.
#[derive(Deserialize)]
struct Part {
    cursor: Option<String>,
}

/// `GET /t/{team}/users`: the users, in the order in which they joined.
async fn show(
    State(server): State<Server>,
    place: Place,
    Query(Part { cursor }): Query<Part>,
) -> Answer {
    let paging = Paging { limit: USERS, cursor };
    let users = server.app.users(place.call(), place.id(), &paging).await?;
    let zone = zone_of(&server, &place).await?;
    let rows = users.data.into_iter().map(|user| Row::of(user, zone));
    let (active, revoked) = rows.partition(|row| row.revoked.is_none());
    let page = UsersPage {
        shell: place.shell(&server, Section::Users),
        place: &place,
        active,
        revoked,
        next: users.next_cursor,
    };
    Ok(super::page(&server, &page))
}

/// `GET …/users/profiles`: there is nothing to see without users.
async fn to_list(place: Place) -> Response {
    super::see_other(&format!("/t/{}/users", place.id()))
}

/// `GET …/users/{id}`: a user, and what can be done with them.
async fn show_one(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, UserId)>,
) -> Answer {
    shown(&server, &place, id, &Wrong::default()).await
}

/// `POST …/profile`: gives one user another profile.
async fn change_profile(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, UserId)>,
    form: Form,
) -> Answer {
    let profile = Some(form.text("profile").to_owned());
    let change = UserChange { profile, ..UserChange::default() };
    changed(&server, &place, id, &change, &form, Said::ProfileChanged).await
}

/// `POST …/owner`: makes or unmakes an owner.
async fn change_owner(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, UserId)>,
    form: Form,
) -> Answer {
    let on = form.text("owner") == "on";
    let change = UserChange { owner: Some(on), ..UserChange::default() };
    let said = if on { Said::OwnerMade } else { Said::OwnerUnmade };
    changed(&server, &place, id, &change, &form, said).await
}

/// `POST …/revoke`: revokes a user, for good.
async fn revoke(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, UserId)>,
    form: Form,
) -> Answer {
    let heirs = form.texts("workspace").zip(form.texts("heir"));
    let request = RevokeRequest {
        cancel_their_invites: form.has("cancel_their_invites"),
        new_workspace_owners: heirs.map(|(at, heir)| (at.to_owned(), heir.to_owned())).collect(),
    };
    match server.app.revoke_user(place.call(), place.id(), id, &request).await {
        Ok(_) => Ok(place.done("/users", Said::UserRevoked)),
        Err(fault) => {
            let wrong = Wrong::with(fault, &["/new_workspace_owners"])?;
            ask::shown(&server, &place, id, &wrong).await
        }
    }
}

async fn changed(
    server: &Shared,
    place: &Place,
    id: UserId,
    change: &UserChange,
    form: &Form,
    said: Said,
) -> Answer {
    match server.app.change_user(place.call(), place.id(), id, change, form.version()).await {
        Ok(_) => Ok(place.done("/users", said)),
        Err(fault) => {
            let wrong = Wrong::with(fault, &["/profile", "/owner"])?;
            shown(server, place, id, &wrong).await
        }
    }
}

/// Shows a user, with what came of trying to do something.
async fn shown(server: &Shared, place: &Place, id: UserId, wrong: &Wrong) -> Answer {
    let user = server.app.user(place.call(), place.id(), id).await?;
    let page = UserPage {
        shell: place.shell(server, Section::Users),
        place,
        row: Row::of(user, zone_of(server, place).await?),
        wrong,
    };
    Ok(super::page_as(wrong.status(), server, &page))
}

/// Returns the zone in which the team's pages tell times.
async fn zone_of(server: &Shared, place: &Place) -> Result<Zone, guest_app::Fault> {
    let team = server.app.team(place.call(), place.id()).await?;
    Ok(zone(&team.time_zone))
}

/// A user as pages show them.
struct Row {
    user: UserView,
    joined: Moment,
    revoked: Option<Moment>,
}

impl Row {
    fn of(user: UserView, zone: Zone) -> Self {
        Self {
            joined: Moment::of(user.joined_at, zone),
            revoked: user.revoked_at.map(|at| Moment::of(at, zone)),
            user,
        }
    }

    /// Says what they are, in words.
    fn role(&self) -> &'static str {
        match (self.user.profile.as_str(), self.user.owner) {
            ("administrator", true) => "Administrator, owner",
            ("administrator", false) => "Administrator",
            ("external", _) => "External",
            _ if self.user.coordinator || self.user.coordinator_by_group => {
                "Member, guest coordinator"
            }
            _ => "Member",
        }
    }

    fn is_self(&self, place: &Place) -> bool {
        place.team.user_id == Some(self.user.id)
    }
}

#[derive(Template)]
#[template(path = "users.html")]
struct UsersPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    active: Vec<Row>,
    revoked: Vec<Row>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "users/user.html")]
struct UserPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    row: Row,
    wrong: &'a Wrong,
}

/// How many users a page shows.
const USERS: u32 = 100;
