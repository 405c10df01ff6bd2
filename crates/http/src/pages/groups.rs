//! Groups, members, and who may invite guests (WB-7, OR-7).

mod ask;

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use guest_app::view::Page;
use guest_app::{Fault, GroupChange, GroupDraft, GroupView, Paging, Pending, UserChange, UserView};
use guest_core::{GroupId, UserId};
use serde::Deserialize;

use super::form::{Form, Wrong};
use super::place::{Place, Said};
use super::shell::{Section, Shell};
use crate::answer::Answer;
use crate::input::At;
use crate::server::{Server, Shared};

/// A form that was sent back is loaded again as the page it stands on.
pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/t/{team}/groups", get(show).post(make))
        .route("/t/{team}/groups/{id}", get(show_one).post(change))
        .route("/t/{team}/groups/{id}/delete", get(ask::delete).post(delete))
        .route("/t/{team}/groups/{id}/join", get(show_one).post(join))
        .route("/t/{team}/groups/{id}/coordinator", get(ask::group).post(switch_group))
        .route("/t/{team}/groups/{id}/members/{user}", get(ask::leave).post(leave))
        .route("/t/{team}/users/{id}/coordinator", get(ask::user).post(switch_user))
}

/// Which part of the members is asked for.
#[derive(Default, Deserialize)]
struct Part {
    cursor: Option<String>,
}

/// `GET /t/{team}/groups`: the groups, and the users of the team.
async fn show(State(server): State<Server>, place: Place, Query(part): Query<Part>) -> Answer {
    shown(&server, &place, part, &GroupDraft::default(), &Wrong::default()).await
}

/// `POST /t/{team}/groups`: makes a group.
async fn make(State(server): State<Server>, place: Place, form: Form) -> Answer {
    let coordinator = form.has("coordinator");
    let draft = GroupDraft { name: form.text("name").to_owned(), coordinator };
    match server.app.make_group(place.call(), place.id(), &draft).await {
        Ok(_) => Ok(place.done("/groups", Said::GroupMade)),
        Err(fault) => {
            let wrong = Wrong::with(fault, &["/name"])?;
            shown(&server, &place, Part::default(), &draft, &wrong).await
        }
    }
}

/// `GET …/groups/{id}`: a group, and who is in it.
async fn show_one(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, GroupId)>,
) -> Answer {
    shown_one(&server, &place, id, None, &Wrong::default()).await
}

/// `POST …/groups/{id}`: renames it.
async fn change(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, GroupId)>,
    form: Form,
) -> Answer {
    let name = form.text("name");
    let change = GroupChange { name: Some(name.to_owned()), coordinator: None };
    match server.app.change_group(place.call(), place.id(), id, &change).await {
        Ok(_) => Ok(place.done("/groups", Said::GroupRenamed)),
        Err(fault) => {
            let wrong = Wrong::with(fault, &["/name"])?;
            shown_one(&server, &place, id, Some(name), &wrong).await
        }
    }
}

/// `POST …/groups/{id}/delete`: deletes it.
async fn delete(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, GroupId)>,
    _: Form,
) -> Answer {
    server.app.delete_group(place.call(), place.id(), id).await?;
    Ok(place.done("/groups", Said::GroupDeleted))
}

/// `POST …/groups/{id}/join`: puts a user into it.
async fn join(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, GroupId)>,
    form: Form,
) -> Answer {
    let Ok(user) = form.text("user_id").parse::<UserId>() else {
        return shown_one(&server, &place, id, None, &Wrong::saying("Choose a user.")).await;
    };
    match server.app.join_group(place.call(), place.id(), id, user).await {
        Ok(_) => Ok(place.done("/groups", Said::MemberAdded)),
        Err(fault) => shown_one(&server, &place, id, None, &Wrong::with(fault, &[])?).await,
    }
}

/// `POST …/groups/{id}/members/{user}`: takes a user out of it.
async fn leave(
    State(server): State<Server>,
    place: Place,
    At((_, id, user)): At<(String, GroupId, UserId)>,
    _: Form,
) -> Answer {
    server.app.leave_group(place.call(), place.id(), id, user).await?;
    Ok(place.done("/groups", Said::MemberRemoved))
}

/// `POST …/groups/{id}/coordinator`: gives or takes the permission of all in a group.
async fn switch_group(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, GroupId)>,
    form: Form,
) -> Answer {
    let on = form.text("coordinator") == "on";
    let change = GroupChange { name: None, coordinator: Some(on) };
    server.app.change_group(place.call(), place.id(), id, &change).await?;
    Ok(place.done("/groups", switched(on)))
}

/// `POST …/users/{id}/coordinator`: gives or takes the permission of one user.
async fn switch_user(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, UserId)>,
    form: Form,
) -> Answer {
    let on = form.text("coordinator") == "on";
    let change = UserChange { coordinator: Some(on), ..UserChange::default() };
    match server.app.change_user(place.call(), place.id(), id, &change, form.version()).await {
        Ok(_) => Ok(place.done("/groups", switched(on))),
        Err(fault) => ask::about_user(&server, &place, id, &Wrong::with(fault, &[])?).await,
    }
}

const fn switched(on: bool) -> Said {
    if on { Said::PermissionGiven } else { Said::PermissionTaken }
}

/// Shows groups and members, with what is wrong with a new group.
async fn shown(
    server: &Shared,
    place: &Place,
    part: Part,
    draft: &GroupDraft,
    wrong: &Wrong,
) -> Answer {
    let groups = all(|part| server.app.groups(place.call(), place.id(), part)).await?;
    let paging = Paging { limit: USERS, cursor: part.cursor };
    let users = server.app.users(place.call(), place.id(), &paging).await?;
    let member = |user| Member::of(user, &groups);
    let active = users.data.into_iter().filter(|user| user.state == "active");
    let page = GroupsPage {
        shell: place.shell(server, Section::Groups),
        place,
        members: active.map(member).collect(),
        groups: &groups,
        next: users.next_cursor,
        draft,
        wrong,
    };
    Ok(super::page_as(wrong.status(), server, &page))
}

/// Shows a group, with what came of trying to do something.
async fn shown_one(
    server: &Shared,
    place: &Place,
    id: GroupId,
    typed: Option<&str>,
    wrong: &Wrong,
) -> Answer {
    let group = server.app.group(place.call(), place.id(), id).await?;
    let everyone = all(|part| server.app.users(place.call(), place.id(), part)).await?;
    let by_id: BTreeMap<_, _> = everyone.iter().map(|user| (user.id, user)).collect();
    let others = everyone.iter().filter(|user| !group.members.contains(&user.id));
    let page = GroupPage {
        shell: place.shell(server, Section::Groups),
        place,
        members: group.members.iter().filter_map(|id| by_id.get(id).copied()).collect(),
        others: others.filter(|user| user.state == "active").collect(),
        name: typed.unwrap_or(&group.name),
        group: &group,
        wrong,
    };
    Ok(super::page_as(wrong.status(), server, &page))
}

/// Returns the whole of a list, which is read in parts.
pub(super) async fn all<T>(part: impl Fn(&Paging) -> Pending<Page<T>>) -> Result<Vec<T>, Fault> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let found = part(&Paging { limit: AT_ONCE, cursor }).await?;
        all.extend(found.data);
        cursor = found.next_cursor;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

/// A user in a few words.
struct Member {
    user: UserView,
    /// What their groups are called.
    groups: String,
}

impl Member {
    fn of(user: UserView, groups: &[GroupView]) -> Self {
        let groups = groups.iter().filter(|group| group.members.contains(&user.id));
        let groups: Vec<_> = groups.map(|group| group.name.as_str()).collect();
        Self { groups: groups.join(", "), user }
    }

    /// Says what lets them invite guests, where it is no permission of their own.
    fn anyway(&self) -> Option<&'static str> {
        match self.user.profile.as_str() {
            "administrator" => Some("as an administrator"),
            "external" => Some("not for external users"),
            _ if self.user.coordinator_by_group => Some("by a group"),
            _ => None,
        }
    }
}

#[derive(Template)]
#[template(path = "groups.html")]
struct GroupsPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    groups: &'a [GroupView],
    members: Vec<Member>,
    next: Option<String>,
    draft: &'a GroupDraft,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "groups/group.html")]
struct GroupPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    group: &'a GroupView,
    members: Vec<&'a UserView>,
    /// Those who could be put into it.
    others: Vec<&'a UserView>,
    /// The name, as it is or as it was typed.
    name: &'a str,
    wrong: &'a Wrong,
}

/// How many users a page shows.
const USERS: u32 = 100;

/// How many are read at once where all are wanted: as many as may be.
const AT_ONCE: u32 = 200;
