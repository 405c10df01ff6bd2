//! Workspaces: making, sharing and claiming them, and the computers used together (OR-40 to OR-43).

mod computers;
mod content;
mod files;
mod heirs;
mod members;
mod uploads;

pub use computers::SharedComputerView;
pub use content::{ContentView, PartView, StorageView};
pub use files::{FileVersionView, FileView};
pub use members::{WorkspaceMemberView, WorkspaceRoleDraft};
pub use uploads::{UploadDraft, UploadView};

pub(crate) use heirs::{leave_all, orphaned_by};

use chrono::{DateTime, Utc};
use guest_core::{
    Heir, InputError, Profile, Right, SharedComputer, Sharing, TeamId, Upload, User, UserId,
    Workspace, WorkspaceId, WorkspaceMember, WorkspaceName, WorkspaceRole, claim_workspace,
};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::input::Reading;
use crate::once::Replay;
use crate::paging::page;
use crate::record::{Audience, Event, Range, Record, erase, find, list, row};
use crate::view::Page;
use crate::work::{By, Work};
use crate::{App, Call, Denied, Fault, Paging, Pending, View, tables};

use content::{Budget, release};
use files::delete_some;

/// A workspace, as one of its members sees it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkspaceView {
    /// Names the workspace.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: WorkspaceId,
    /// Rises with each change of it, its members, files and computers.
    pub version: u32,
    /// What it is called.
    pub name: String,
    /// What the caller is there: `reader`, `contributor`, `manager` or `owner`.
    pub role: String,
    /// What the caller may do there: of `write` (files and computers), `share`, `own`.
    pub rights: Vec<String>,
    /// The roles that the caller may give to somebody new.
    pub grantable: Vec<String>,
    /// How many members it has.
    pub members: usize,
    /// Whether it has an owner.
    pub owned: bool,
    /// Whether the caller may claim it, since its last owner was revoked.
    pub claimable: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl Replay for WorkspaceView {}

/// A workspace to be made.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WorkspaceDraft {
    /// What it is called.
    pub name: String,
}

/// A change of a workspace; what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WorkspaceChange {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl App {
    /// Lists the workspaces that the caller is in, the oldest first; no others are there for them
    /// (OR-41).
    pub fn workspaces(
        &self,
        call: &Call,
        team: &str,
        paging: &Paging,
    ) -> Pending<Page<WorkspaceView>> {
        let (call, team, paged) = (call.clone(), team.to_owned(), paging.parse());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadWorkspaces)?;
            let paged = paged.clone()?;
            let person = actor.person(view)?;
            let (prefix, index) = (row![actor.team.id, person.id], Some(&tables::WORKSPACE_OF));
            let range = Range { index, prefix: &prefix, ..Range::default() };
            page(view, &range, &paged, |view, member: WorkspaceMember| {
                let workspace: Option<Workspace> =
                    find(view, &row![member.team, member.workspace])?;
                workspace.map(|workspace| show(view, &actor, &workspace, &member)).transpose()
            })
        })
    }

    /// Makes a workspace, which the caller owns (OR-40).
    pub fn make_workspace(
        &self,
        call: &Call,
        team: &str,
        draft: &WorkspaceDraft,
    ) -> Pending<WorkspaceView> {
        let (asking, name, draft) = (call.clone(), team.to_owned(), draft.clone());
        self.write_once(call, team, move |work| {
            let actor = work.actor(&asking, &name, Right::ShareWorkspaces)?;
            let name = read_name(&draft.name)?;
            let person = actor.person(work.tx)?;
            require_room(work.tx, &person)?;
            let workspace = Workspace {
                team: actor.team.id,
                id: work.ids.next(WorkspaceId::from_bits),
                name,
                created_at: work.now,
                version: 1,
            };
            work.save(&workspace)?;
            let member = WorkspaceMember {
                team: workspace.team,
                workspace: workspace.id,
                user: person.id,
                role: WorkspaceRole::Owner,
            };
            work.save(&member)?;
            let inside = Inside { actor, person, workspace, member };
            inside.tell(work, "made")?;
            let detail = serde_json::json!({ "name": inside.workspace.name });
            inside.audit(work, "workspace.create", inside.workspace.id, &detail)?;
            show(work.tx, &inside.actor, &inside.workspace, &inside.member)
        })
    }

    /// Shows a workspace.
    pub fn workspace(&self, call: &Call, team: &str, id: WorkspaceId) -> Pending<WorkspaceView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, _| {
            let inside = Inside::of(view, &call, &team, Right::ReadWorkspaces, id)?;
            show(view, &inside.actor, &inside.workspace, &inside.member)
        })
    }

    /// Renames a workspace, as one of its Managers or Owners.
    pub fn change_workspace(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        change: &WorkspaceChange,
    ) -> Pending<WorkspaceView> {
        let (asking, team, change) = (call.clone(), team.to_owned(), change.clone());
        self.write(call, move |work| {
            let mut inside = Inside::of(work.tx, &asking, &team, Right::ShareWorkspaces, id)?;
            inside.member.role.require(WorkspaceRole::Manager)?;
            let name = change.name.as_deref().map(read_name).transpose()?;
            if let Some(name) = name.filter(|name| *name != inside.workspace.name) {
                inside.workspace.name = name;
                inside.changed(work, "name")?;
                let detail = serde_json::json!({ "name": inside.workspace.name });
                inside.audit(work, "workspace.change", id, &detail)?;
            }
            show(work.tx, &inside.actor, &inside.workspace, &inside.member)
        })
    }

    /// Deletes a workspace with all its files, as one of its Owners.
    ///
    /// Large ones go in several units of work, of which each leaves a workspace with fewer files.
    pub fn delete_workspace(&self, call: &Call, team: &str, id: WorkspaceId) -> Pending<()> {
        let (app, asking, team) = (self.clone(), call.clone(), team.to_owned());
        Pending::of(async move {
            loop {
                let (call, team) = (asking.clone(), team.clone());
                let is_gone = app.write(&asking, move |work| {
                    let inside = Inside::of(work.tx, &call, &team, Right::ShareWorkspaces, id)?;
                    inside.member.role.require(WorkspaceRole::Owner)?;
                    inside.delete(work)
                });
                if is_gone.await? {
                    return Ok(());
                }
            }
        })
    }

    /// Makes the caller the owner of a workspace that has none, if they rank highest (OR-42).
    pub fn claim_workspace(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
    ) -> Pending<WorkspaceView> {
        let (asking, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let mut inside = Inside::of(work.tx, &asking, &team, Right::ShareWorkspaces, id)?;
            let heirs = heirs(work.tx, &inside.workspace)?;
            inside.member = claim_workspace(&heirs, inside.person.id)?;
            work.save(&inside.member)?;
            inside.changed(work, "members")?;
            inside.audit(work, "workspace.claim", id, &serde_json::json!({}))?;
            show(work.tx, &inside.actor, &inside.workspace, &inside.member)
        })
    }
}

/// Somebody in a workspace, who acts there.
#[derive(Clone, Debug)]
struct Inside {
    actor: Actor,
    /// Who acts; for the operator of the server the longest-standing owner of the team (IF-21).
    person: User,
    workspace: Workspace,
    member: WorkspaceMember,
}

impl Inside {
    /// Finds out who acts in a workspace; to those who are not in it, it is absent (OR-41).
    fn of(
        view: &mut dyn View,
        call: &Call,
        team: &str,
        right: Right,
        id: WorkspaceId,
    ) -> Result<Self, Fault> {
        let actor = Actor::with(view, call, team, right)?;
        let person = actor.person(view)?;
        let member = find(view, &row![actor.team.id, id, person.id])?;
        let workspace = find(view, &row![actor.team.id, id])?;
        let (member, workspace) = member.zip(workspace).ok_or(Denied::NotFound("workspace"))?;
        Ok(Self { actor, person, workspace, member })
    }

    /// Keeps that something in the workspace has changed, and tells its members.
    fn changed(&mut self, work: &mut Work<'_>, what: &'static str) -> Result<(), Fault> {
        self.workspace = self.workspace.touched();
        work.save(&self.workspace)?;
        self.tell(work, what)
    }

    fn tell(&self, work: &mut Work<'_>, what: &'static str) -> Result<(), Fault> {
        tell(work, &self.workspace, what)
    }

    fn audit(
        &self,
        work: &mut Work<'_>,
        action: &str,
        subject: impl ToString,
        detail: &serde_json::Value,
    ) -> Result<(), Fault> {
        work.audit(self.workspace.team, &By::actor(&self.actor), action, subject, detail)
    }

    /// Deletes as much as one unit of work may, and returns whether the workspace is gone.
    fn delete(&self, work: &mut Work<'_>) -> Result<bool, Fault> {
        let Workspace { team, id, .. } = self.workspace;
        let mut budget = Budget::new();
        let uploads: Vec<Upload> = of_workspace(work.tx, &tables::UPLOAD_IN, &self.workspace)?;
        for upload in uploads {
            if upload.finished.is_none() {
                release(work, team, upload.content(), &mut budget)?;
            }
            erase::<Upload>(work.tx, &row![team, upload.id])?;
            if budget.is_spent() {
                return Ok(false);
            }
        }
        let files: Vec<guest_core::SharedFile> =
            of_workspace(work.tx, &tables::SHARED_FILE_NAME, &self.workspace)?;
        for file in files {
            if !delete_some(work, &file, &mut budget)? || budget.is_spent() {
                return Ok(false);
            }
        }
        let prefix = row![team, id];
        let range = Range { prefix: &prefix, limit: usize::MAX, ..Range::default() };
        for shared in list::<SharedComputer>(work.tx, &range)? {
            erase::<SharedComputer>(work.tx, &shared.to_row())?;
        }
        for member in members(work.tx, team, id)? {
            erase::<WorkspaceMember>(work.tx, &row![team, id, member.user])?;
        }
        erase::<Workspace>(work.tx, &row![team, id])?;
        let detail = serde_json::json!({ "name": self.workspace.name });
        self.audit(work, "workspace.delete", id, &detail)?;
        Ok(true)
    }
}

/// What those in a workspace are told: that it changed, and in what.
#[derive(Serialize)]
struct WorkspaceTold<'a> {
    id: WorkspaceId,
    version: u32,
    name: &'a str,
    /// `made`, `name`, `members`, `files` or `computers`.
    changed: &'static str,
}

/// Tells those who are in a workspace that it has changed (IF-6); nobody is named in it.
fn tell(work: &mut Work<'_>, workspace: &Workspace, changed: &'static str) -> Result<(), Fault> {
    let Workspace { team, id, version, .. } = *workspace;
    let told = WorkspaceTold { id, version, name: workspace.name.as_str(), changed };
    let event = work.event(team, "workspace.updated", Audience::Workspaces, &told);
    work.tell(Event { workspace: Some(id), ..event })
}

/// Returns whether somebody is in a workspace.
pub(crate) fn is_in(view: &mut dyn View, actor: &Actor, id: WorkspaceId) -> Result<bool, Fault> {
    let person = actor.person(view)?;
    let member: Option<WorkspaceMember> = find(view, &row![actor.team.id, id, person.id])?;
    Ok(member.is_some())
}

fn show(
    view: &mut dyn View,
    actor: &Actor,
    workspace: &Workspace,
    member: &WorkspaceMember,
) -> Result<WorkspaceView, Fault> {
    let heirs = heirs(view, workspace)?;
    let is_owned = heirs.iter().any(|heir| heir.member.role == WorkspaceRole::Owner);
    let rights = RIGHTS
        .iter()
        .filter(|(_, right, least)| actor.may(*right) && member.role.require(*least).is_ok());
    let somebody = Sharing {
        actor: member.role,
        is_oneself: false,
        present: None,
        new: None,
        profile: Profile::Member,
        owners: 1,
    };
    Ok(WorkspaceView {
        id: workspace.id,
        version: workspace.version,
        name: workspace.name.as_str().to_owned(),
        role: member.role.name().to_owned(),
        rights: rights.map(|(name, ..)| (*name).to_owned()).collect(),
        grantable: grantable(actor, &somebody),
        members: heirs.len(),
        owned: is_owned,
        claimable: claim_workspace(&heirs, member.user).is_ok(),
        created_at: workspace.created_at,
    })
}

/// Returns the roles that may be given to somebody (OR-41).
fn grantable(actor: &Actor, sharing: &Sharing) -> Vec<String> {
    let may = |role: &WorkspaceRole| {
        let new = Some(*role);
        actor.may(Right::ShareWorkspaces) && Sharing { new, ..*sharing }.check().is_ok()
    };
    let roles = WorkspaceRole::ALL.into_iter().filter(may);
    roles.map(|role| role.name().to_owned()).collect()
}

/// Returns the members of a workspace, who are all active: the revoked have left (OR-9).
fn heirs(view: &mut dyn View, workspace: &Workspace) -> Result<Vec<Heir>, Fault> {
    let mut heirs = Vec::new();
    for member in members(view, workspace.team, workspace.id)? {
        let user: Option<User> = find(view, &row![member.team, member.user])?;
        let user = user.filter(User::is_active);
        heirs.extend(user.map(|user| Heir { member, profile: user.profile }));
    }
    Ok(heirs)
}

/// Returns who is in a workspace.
fn members(
    view: &mut dyn View,
    team: TeamId,
    id: WorkspaceId,
) -> Result<Vec<WorkspaceMember>, Fault> {
    let prefix = row![team, id];
    Ok(list(view, &Range { prefix: &prefix, limit: usize::MAX, ..Range::default() })?)
}

/// Returns the workspaces that a user is in.
fn memberships(
    view: &mut dyn View,
    team: TeamId,
    user: UserId,
) -> Result<Vec<WorkspaceMember>, Fault> {
    let (prefix, index) = (row![team, user], Some(&tables::WORKSPACE_OF));
    Ok(list(view, &Range { index, prefix: &prefix, limit: usize::MAX, ..Range::default() })?)
}

/// Returns what an index finds in a workspace, as much as one unit of work looks at.
fn of_workspace<R: Record>(
    view: &mut dyn View,
    index: &'static crate::Index,
    workspace: &Workspace,
) -> Result<Vec<R>, Fault> {
    let prefix = row![workspace.team, workspace.id];
    let range = Range { index: Some(index), prefix: &prefix, limit: LOOKED_AT, ..Range::default() };
    Ok(list(view, &range)?)
}

/// Requires that a user is in few enough workspaces to be in one more.
fn require_room(view: &mut dyn View, user: &User) -> Result<(), Fault> {
    if memberships(view, user.team, user.id)?.len() >= WORKSPACES_MOST {
        let words = format!("a user is in at most {WORKSPACES_MOST} workspaces");
        return Err(InputError::invalid("", words).into());
    }
    Ok(())
}

fn read_name(name: &str) -> Result<WorkspaceName, Vec<InputError>> {
    let mut reading = Reading::default();
    let name = reading.read("/name", WorkspaceName::parse(name));
    reading.done(name)
}

/// What one may do in a workspace, and what of the team and there it takes.
const RIGHTS: [(&str, Right, WorkspaceRole); 3] = [
    ("write", Right::UseWorkspaces, WorkspaceRole::Contributor),
    ("share", Right::ShareWorkspaces, WorkspaceRole::Manager),
    ("own", Right::ShareWorkspaces, WorkspaceRole::Owner),
];

/// In how many workspaces a user is at most: all are looked at when they are revoked.
const WORKSPACES_MOST: usize = 500;

/// How many rows of a workspace are read at once at most: as many files as it may have.
const LOOKED_AT: usize = 2_000;
