//! What is asked about a workspace: its name, who shares it, which computers are used together.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use guest_app::view::ComputerView;
use guest_app::{
    Paging, SharedComputerView, UserView, WorkspaceChange, WorkspaceMemberView, WorkspaceRoleDraft,
    WorkspaceView,
};
use guest_core::{ComputerId, UserId, WorkspaceId};

use super::told::{self, Choice};
use super::{ALL, base};
use crate::answer::Answer;
use crate::input::At;
use crate::pages::form::{Form, Wrong};
use crate::pages::page_as;
use crate::pages::place::{Place, Said};
use crate::pages::shell::{Section, Shell};
use crate::problem::Problem;
use crate::server::{Server, Shared};

/// `GET …/edit`: the name, and what else can be done with the workspace.
pub(super) async fn edit(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, WorkspaceId)>,
) -> Answer {
    editing(&server, &place, id, None, &Wrong::default()).await
}

/// `POST …/edit`: renames it.
pub(super) async fn rename(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, WorkspaceId)>,
    form: Form,
) -> Answer {
    let name = form.text("name");
    let change = WorkspaceChange { name: Some(name.to_owned()) };
    match server.app.change_workspace(place.call(), place.id(), id, &change).await {
        Ok(_) => Ok(done(&place, id, Said::WorkspaceRenamed)),
        Err(fault) => {
            let wrong = Wrong::with(fault, &["/name"])?;
            editing(&server, &place, id, Some(name), &wrong).await
        }
    }
}

/// `GET …/delete`: asks whether to delete it.
pub(super) async fn delete(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, WorkspaceId)>,
) -> Answer {
    let workspace = server.app.workspace(place.call(), place.id(), id).await?;
    let question = Question {
        asks: format!("Delete {}?", workspace.name),
        says: "All its files go with it, in all their versions, for all its members.",
        path: format!("{id}/delete"),
        button: "Delete the workspace",
        back: format!("{id}"),
    };
    Ok(question.show(&server, &place, &Wrong::default()))
}

/// `POST …/delete`: deletes it.
pub(super) async fn deleted(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, WorkspaceId)>,
    _: Form,
) -> Answer {
    server.app.delete_workspace(place.call(), place.id(), id).await?;
    Ok(place.done("/workspaces", Said::WorkspaceDeleted))
}

/// `GET …/leave`: asks whether to leave it.
pub(super) async fn leave(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, WorkspaceId)>,
) -> Answer {
    leaving(&server, &place, id, &Wrong::default()).await
}

/// `POST …/leave`: leaves it.
pub(super) async fn left(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, WorkspaceId)>,
    _: Form,
) -> Answer {
    let own = place.team.user_id.ok_or_else(Problem::not_found)?;
    match server.app.unshare_workspace(place.call(), place.id(), id, own).await {
        Ok(()) => Ok(place.done("/workspaces", Said::WorkspaceLeft)),
        Err(fault) => leaving(&server, &place, id, &Wrong::with(fault, &[])?).await,
    }
}

/// `POST …/claim`: becomes the owner of one that has none.
pub(super) async fn claimed(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, WorkspaceId)>,
    _: Form,
) -> Answer {
    server.app.claim_workspace(place.call(), place.id(), id).await?;
    Ok(done(&place, id, Said::WorkspaceClaimed))
}

/// `GET …/share`: asks whom to share it with, as what.
pub(super) async fn share(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, WorkspaceId)>,
) -> Answer {
    sharing(&server, &place, id, ("", "reader"), &Wrong::default()).await
}

/// `POST …/share`: shares it with somebody.
pub(super) async fn shared(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, WorkspaceId)>,
    form: Form,
) -> Answer {
    let (user, wanted) = (form.text("user_id"), form.text("role"));
    let wrong = match user.parse::<UserId>() {
        Err(_) => Wrong::saying("Choose a user."),
        Ok(user) => {
            let draft = WorkspaceRoleDraft { role: wanted.to_owned() };
            let shared = server.app.share_workspace(place.call(), place.id(), id, user, &draft);
            match shared.await {
                Ok(_) => return Ok(done(&place, id, Said::WorkspaceShared)),
                Err(fault) => Wrong::with(fault, &["/role"])?,
            }
        }
    };
    sharing(&server, &place, id, (user, wanted), &wrong).await
}

/// `GET …/members/{user}`: a member, and what can be made of them.
pub(super) async fn member(
    State(server): State<Server>,
    place: Place,
    At((_, id, user)): At<(String, WorkspaceId, UserId)>,
) -> Answer {
    about_member(&server, &place, id, user, &Wrong::default()).await
}

/// `POST …/members/{user}`: gives them another role.
pub(super) async fn changed(
    State(server): State<Server>,
    place: Place,
    At((_, id, user)): At<(String, WorkspaceId, UserId)>,
    form: Form,
) -> Answer {
    let draft = WorkspaceRoleDraft { role: form.text("role").to_owned() };
    match server.app.share_workspace(place.call(), place.id(), id, user, &draft).await {
        Ok(_) => Ok(done(&place, id, Said::WorkspaceRoleChanged)),
        Err(fault) => {
            about_member(&server, &place, id, user, &Wrong::with(fault, &["/role"])?).await
        }
    }
}

/// `POST …/members/{user}/remove`: takes them out.
pub(super) async fn removed(
    State(server): State<Server>,
    place: Place,
    At((_, id, user)): At<(String, WorkspaceId, UserId)>,
    _: Form,
) -> Answer {
    match server.app.unshare_workspace(place.call(), place.id(), id, user).await {
        Ok(()) => Ok(done(&place, id, Said::WorkspaceUnshared)),
        Err(fault) => about_member(&server, &place, id, user, &Wrong::with(fault, &[])?).await,
    }
}

/// `GET …/computers`: asks which team computer to use together.
pub(super) async fn computers(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, WorkspaceId)>,
) -> Answer {
    choosing(&server, &place, id, &Wrong::default()).await
}

/// `POST …/computers`: puts one on the list.
pub(super) async fn added(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, WorkspaceId)>,
    form: Form,
) -> Answer {
    let wrong = match form.text("computer_id").parse::<ComputerId>() {
        Err(_) => Wrong::saying("Choose a computer."),
        Ok(computer) => {
            match server.app.share_computer(place.call(), place.id(), id, computer).await {
                Ok(_) => return Ok(done(&place, id, Said::WorkspaceComputerAdded)),
                Err(fault) => Wrong::with(fault, &[])?,
            }
        }
    };
    choosing(&server, &place, id, &wrong).await
}

/// `POST …/computers/{computer}/remove`: takes one off the list.
pub(super) async fn unlisted(
    State(server): State<Server>,
    place: Place,
    At((_, id, computer)): At<(String, WorkspaceId, ComputerId)>,
    _: Form,
) -> Answer {
    server.app.unshare_computer(place.call(), place.id(), id, computer).await?;
    Ok(done(&place, id, Said::WorkspaceComputerRemoved))
}

/// A question that is asked once before something is done.
pub(super) struct Question {
    pub(super) asks: String,
    pub(super) says: &'static str,
    /// Where the answer goes, after the address of the workspaces.
    pub(super) path: String,
    pub(super) button: &'static str,
    pub(super) back: String,
}

impl Question {
    pub(super) fn show(&self, server: &Shared, place: &Place, wrong: &Wrong) -> Response {
        let shell = place.shell(server, Section::Workspaces);
        page_as(wrong.status(), server, &QuestionPage { shell, place, question: self, wrong })
    }
}

/// Goes back to the page of a workspace, which says what was done.
pub(super) fn done(place: &Place, id: WorkspaceId, said: Said) -> Response {
    place.done(&format!("/workspaces/{id}"), said)
}

async fn editing(
    server: &Shared,
    place: &Place,
    id: WorkspaceId,
    typed: Option<&str>,
    wrong: &Wrong,
) -> Answer {
    let workspace = server.app.workspace(place.call(), place.id(), id).await?;
    let page = EditPage {
        base: base(place, id),
        shell: place.shell(server, Section::Workspaces),
        name: typed.unwrap_or(&workspace.name),
        workspace: &workspace,
        wrong,
    };
    Ok(page_as(wrong.status(), server, &page))
}

async fn leaving(server: &Shared, place: &Place, id: WorkspaceId, wrong: &Wrong) -> Answer {
    let workspace = server.app.workspace(place.call(), place.id(), id).await?;
    let question = Question {
        asks: format!("Leave {}?", workspace.name),
        says: "You will not see it any more. Somebody who shares it can bring you back.",
        path: format!("{id}/leave"),
        button: "Leave the workspace",
        back: format!("{id}"),
    };
    Ok(question.show(server, place, wrong))
}

async fn sharing(
    server: &Shared,
    place: &Place,
    id: WorkspaceId,
    (user, wanted): (&str, &str),
    wrong: &Wrong,
) -> Answer {
    let (app, call, team) = (&server.app, place.call(), place.id());
    let workspace = app.workspace(call, team, id).await?;
    let all = Paging { limit: ALL, cursor: None };
    let members = app.workspace_members(call, team, id, &all).await?.data;
    let is_member = |user: &UserView| members.iter().any(|member| member.user_id == user.id);
    let mut users = everyone(server, place).await?;
    users.retain(|user| user.state == "active" && !is_member(user));
    let page = SharePage {
        base: base(place, id),
        shell: place.shell(server, Section::Workspaces),
        workspace: &workspace,
        users,
        user,
        roles: Choice::of(&workspace.grantable, wanted),
        wrong,
    };
    Ok(page_as(wrong.status(), server, &page))
}

/// Returns all users of the team, who are read in parts.
async fn everyone(server: &Shared, place: &Place) -> Result<Vec<UserView>, guest_app::Fault> {
    let (mut users, mut cursor) = (Vec::new(), None);
    loop {
        let part = Paging { limit: ALL, cursor };
        let found = server.app.users(place.call(), place.id(), &part).await?;
        users.extend(found.data);
        cursor = found.next_cursor;
        if cursor.is_none() {
            return Ok(users);
        }
    }
}

async fn about_member(
    server: &Shared,
    place: &Place,
    id: WorkspaceId,
    user: UserId,
    wrong: &Wrong,
) -> Answer {
    let (app, call, team) = (&server.app, place.call(), place.id());
    let workspace = app.workspace(call, team, id).await?;
    let all = Paging { limit: ALL, cursor: None };
    let members = app.workspace_members(call, team, id, &all).await?.data;
    let member = members.iter().find(|member| member.user_id == user);
    let member = member.ok_or_else(Problem::not_found)?;
    let page = MemberPage {
        base: base(place, id),
        shell: place.shell(server, Section::Workspaces),
        workspace: &workspace,
        roles: Choice::of(&member.grantable, &member.role),
        member,
        is_oneself: place.team.user_id == Some(user),
        wrong,
    };
    Ok(page_as(wrong.status(), server, &page))
}

async fn choosing(server: &Shared, place: &Place, id: WorkspaceId, wrong: &Wrong) -> Answer {
    let (app, call, team) = (&server.app, place.call(), place.id());
    let workspace = app.workspace(call, team, id).await?;
    let all = Paging { limit: ALL, cursor: None };
    let listed = app.workspace_computers(call, team, id, &all).await?.data;
    let is_listed = |one: &ComputerView| listed.iter().any(|other| other.id == one.id);
    let mut computers = app.computers(call, team, &all).await?.data;
    computers.retain(|one| one.provision == "team" && !is_listed(one));
    let page = ComputersPage {
        base: base(place, id),
        shell: place.shell(server, Section::Workspaces),
        workspace: &workspace,
        computers,
        listed: &listed,
        wrong,
    };
    Ok(page_as(wrong.status(), server, &page))
}

#[derive(Template)]
#[template(path = "workspaces/question.html")]
struct QuestionPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    question: &'a Question,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "workspaces/edit.html")]
struct EditPage<'a> {
    base: String,
    shell: Shell<'a>,
    workspace: &'a WorkspaceView,
    /// The name, as it is or as it was typed.
    name: &'a str,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "workspaces/share.html")]
struct SharePage<'a> {
    base: String,
    shell: Shell<'a>,
    workspace: &'a WorkspaceView,
    /// Those it could be shared with.
    users: Vec<UserView>,
    user: &'a str,
    roles: Vec<Choice>,
    wrong: &'a Wrong,
}

impl SharePage<'_> {
    fn is_chosen(&self, user: &UserView) -> bool {
        user.id.to_string() == self.user
    }
}

#[derive(Template)]
#[template(path = "workspaces/member.html")]
struct MemberPage<'a> {
    base: String,
    shell: Shell<'a>,
    workspace: &'a WorkspaceView,
    member: &'a WorkspaceMemberView,
    roles: Vec<Choice>,
    is_oneself: bool,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "workspaces/computers.html")]
struct ComputersPage<'a> {
    base: String,
    shell: Shell<'a>,
    workspace: &'a WorkspaceView,
    /// Those that could be put on the list.
    computers: Vec<ComputerView>,
    listed: &'a [SharedComputerView],
    wrong: &'a Wrong,
}
