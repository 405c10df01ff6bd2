//! What is asked before somebody may lose the right to invite (WB-7): what rests on it ends for good
//! (GA-39).

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use guest_core::{GroupId, UserId};

use crate::answer::Answer;
use crate::input::At;
use crate::pages::form::Wrong;
use crate::pages::page_as;
use crate::pages::place::Place;
use crate::pages::shell::{Section, Shell};
use crate::server::{Server, Shared};

/// `GET …/users/{id}/coordinator`: asks whether to take the permission of a user.
pub(super) async fn user(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, UserId)>,
) -> Answer {
    about_user(&server, &place, id, &Wrong::default()).await
}

/// Asks about a user, with what came of trying.
pub(super) async fn about_user(
    server: &Shared,
    place: &Place,
    id: UserId,
    wrong: &Wrong,
) -> Answer {
    let user = server.app.user(place.call(), place.id(), id).await?;
    let question = Question {
        asks: format!("Take the guest-coordinator permission of {}?", user.name),
        path: format!("users/{id}/coordinator"),
        button: "Take the permission",
        version: Some(user.version),
    };
    Ok(show(server, place, &question, wrong))
}

/// `GET …/groups/{id}/coordinator`: asks whether to take the permission of a group.
pub(super) async fn group(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, GroupId)>,
) -> Answer {
    let asks = |name| format!("Take the guest-coordinator permission of the group {name}?");
    about_group(&server, &place, id, asks, "coordinator", "Take the permission").await
}

/// `GET …/groups/{id}/delete`: asks whether to delete a group.
pub(super) async fn delete(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, GroupId)>,
) -> Answer {
    let asks = |name| format!("Delete the group {name}?");
    about_group(&server, &place, id, asks, "delete", "Delete the group").await
}

/// `GET …/groups/{id}/members/{user}`: asks whether to take a user out of a group.
pub(super) async fn leave(
    State(server): State<Server>,
    place: Place,
    At((_, id, user)): At<(String, GroupId, UserId)>,
) -> Answer {
    let group = server.app.group(place.call(), place.id(), id).await?;
    let name = server.app.user(place.call(), place.id(), user).await?.name;
    let question = Question {
        asks: format!("Take {name} out of the group {}?", group.name),
        path: format!("groups/{id}/members/{user}"),
        button: "Take out",
        version: None,
    };
    Ok(show(&server, &place, &question, &Wrong::default()))
}

/// Asks about the group of this id, by its name; the answer is sent to `deed` of it.
async fn about_group(
    server: &Shared,
    place: &Place,
    id: GroupId,
    asks: impl FnOnce(String) -> String,
    deed: &str,
    button: &'static str,
) -> Answer {
    let group = server.app.group(place.call(), place.id(), id).await?;
    let path = format!("groups/{id}/{deed}");
    let question = Question { asks: asks(group.name), path, button, version: None };
    Ok(show(server, place, &question, &Wrong::default()))
}

fn show(server: &Shared, place: &Place, question: &Question, wrong: &Wrong) -> Response {
    let shell = place.shell(server, Section::Groups);
    page_as(wrong.status(), server, &AskPage { shell, place, question, wrong })
}

struct Question {
    asks: String,
    /// Where the answer is sent, after the address of the team.
    path: String,
    button: &'static str,
    /// What the answer is based on (GA-40).
    version: Option<u32>,
}

#[derive(Template)]
#[template(path = "groups/ask.html")]
struct AskPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    question: &'a Question,
    wrong: &'a Wrong,
}
