//! Who is in a workspace, and sharing it (OR-40, OR-41).

use guest_core::{
    Email, InputError, Right, Sharing, User, UserId, UserRefusal, WorkspaceId, WorkspaceMember,
    WorkspaceRole,
};
use serde::{Deserialize, Serialize};

use super::{Inside, grantable, members, require_room};
use crate::config::Config;
use crate::input::Reading;
use crate::paging::page;
use crate::people::Sight;
use crate::record::{Range, erase, find, row};
use crate::users::require_user;
use crate::view::Page;
use crate::work::Work;
use crate::{App, Call, Denied, Fault, Paging, Pending};

/// A member of a workspace.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkspaceMemberView {
    /// The user.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub user_id: UserId,
    /// What they are called; to External users a pseudonym.
    pub name: String,
    /// Their address; null to External users.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub email: Option<Email>,
    /// What they are to the team: `external`, `member` or `administrator`.
    pub profile: String,
    /// What they are in the workspace: `reader`, `contributor`, `manager` or `owner`.
    pub role: String,
    /// The roles that the caller may give them.
    pub grantable: Vec<String>,
    /// Whether the caller may take them out; of oneself, whether one may leave.
    pub removable: bool,
}

/// What a user is to be in a workspace.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WorkspaceRoleDraft {
    /// `reader`, `contributor`, `manager` or `owner`.
    pub role: String,
}

impl App {
    /// Lists the members of a workspace in the order in which they joined the team (OR-3).
    pub fn workspace_members(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        paging: &Paging,
    ) -> Pending<Page<WorkspaceMemberView>> {
        let (call, team, paged) = (call.clone(), team.to_owned(), paging.parse());
        self.read(move |view, config| {
            let inside = Inside::of(view, &call, &team, Right::ReadWorkspaces, id)?;
            let paged = paged.clone()?;
            let owners = owners(&members(view, inside.workspace.team, id)?);
            let prefix = row![inside.workspace.team, id];
            let range = Range { prefix: &prefix, ..Range::default() };
            page(view, &range, &paged, |view, member: WorkspaceMember| {
                let user: Option<User> = find(view, &row![member.team, member.user])?;
                Ok(user.map(|user| inside.see(&member, &user, owners, config)))
            })
        })
    }

    /// Shares a workspace with a user, or changes what they are there (OR-41).
    pub fn share_workspace(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        user: UserId,
        draft: &WorkspaceRoleDraft,
    ) -> Pending<WorkspaceMemberView> {
        let (asking, team, role) = (call.clone(), team.to_owned(), draft.read());
        self.write(call, move |work| {
            let mut inside = Inside::of(work.tx, &asking, &team, Right::ShareWorkspaces, id)?;
            // Whoever may share nothing learns nothing about what they say.
            inside.member.role.require(WorkspaceRole::Manager)?;
            let role = role.clone()?;
            let user = require_user(work.tx, inside.workspace.team, user)?;
            if let Some(at) = user.revoked_at {
                return Err(UserRefusal::Revoked { at }.into());
            }
            let member = inside.share(work, &user, Some(role))?;
            let member = member.ok_or(Denied::NotFound("member"))?;
            let owners = owners(&members(work.tx, member.team, id)?);
            Ok(inside.see(&member, &user, owners, work.config))
        })
    }

    /// Takes a user out of a workspace, or leaves it oneself (OR-41).
    pub fn unshare_workspace(
        &self,
        call: &Call,
        team: &str,
        id: WorkspaceId,
        user: UserId,
    ) -> Pending<()> {
        let (asking, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let mut inside = Inside::of(work.tx, &asking, &team, Right::UseWorkspaces, id)?;
            if user != inside.person.id {
                inside.actor.require(Right::ShareWorkspaces)?;
                inside.member.role.require(WorkspaceRole::Manager)?;
            }
            let user = require_user(work.tx, inside.workspace.team, user)?;
            inside.share(work, &user, None).map(drop)
        })
    }
}

impl Inside {
    /// Makes a user what they are to be, and returns the membership they have then.
    fn share(
        &mut self,
        work: &mut Work<'_>,
        user: &User,
        new: Option<WorkspaceRole>,
    ) -> Result<Option<WorkspaceMember>, Fault> {
        let (team, workspace) = (self.workspace.team, self.workspace.id);
        let key = row![team, workspace, user.id];
        let present: Option<WorkspaceMember> = work.find(&key)?;
        let all = members(work.tx, team, workspace)?;
        let sharing = Sharing {
            actor: self.member.role,
            is_oneself: user.id == self.person.id,
            present: present.map(|member| member.role),
            new,
            profile: user.profile,
            owners: owners(&all),
        };
        sharing.check()?;
        if sharing.present == new {
            return Ok(present);
        }
        let after = new.map(|role| WorkspaceMember { team, workspace, user: user.id, role });
        match &after {
            Some(member) => {
                if present.is_none() {
                    require_room(work.tx, user)?;
                    require_seat(all.len())?;
                }
                work.save(member)?;
            }
            None => erase::<WorkspaceMember>(work.tx, &key)?,
        }
        self.changed(work, "members")?;
        let detail = serde_json::json!({
            "user": user.email, "user_id": user.id, "role": new.map(WorkspaceRole::name),
            "before": sharing.present.map(WorkspaceRole::name),
        });
        let action = if new.is_some() { "workspace.share" } else { "workspace.unshare" };
        self.audit(work, action, workspace, &detail)?;
        Ok(after)
    }
}

impl Inside {
    /// Shows a member as whoever acts sees them (OR-3), and what they may make of them (OR-41).
    fn see(
        &self,
        member: &WorkspaceMember,
        user: &User,
        owners: usize,
        config: &Config,
    ) -> WorkspaceMemberView {
        let (name, email) = Sight::of(&self.actor).see(user, config);
        let sharing = Sharing {
            actor: self.member.role,
            is_oneself: user.id == self.person.id,
            present: Some(member.role),
            new: None,
            profile: user.profile,
            owners,
        };
        let right = if sharing.is_oneself { Right::UseWorkspaces } else { Right::ShareWorkspaces };
        WorkspaceMemberView {
            user_id: user.id,
            name,
            email,
            profile: user.profile.name().to_owned(),
            role: member.role.name().to_owned(),
            grantable: grantable(&self.actor, &sharing),
            removable: self.actor.may(right) && sharing.check().is_ok(),
        }
    }
}

/// Counts the owners among some members.
fn owners(members: &[WorkspaceMember]) -> usize {
    members.iter().filter(|member| member.role == WorkspaceRole::Owner).count()
}

impl WorkspaceRoleDraft {
    fn read(&self) -> Result<WorkspaceRole, Vec<InputError>> {
        let mut reading = Reading::default();
        let names = WorkspaceRole::ALL.map(WorkspaceRole::name);
        let role = reading.one_of("/role", WorkspaceRole::named(&self.role), &names);
        reading.done(role)
    }
}

fn require_seat(members: usize) -> Result<(), Fault> {
    if members < MEMBERS_MOST {
        return Ok(());
    }
    let words = format!("a workspace has at most {MEMBERS_MOST} members");
    Err(InputError::invalid("", words).into())
}

/// How many members a workspace has at most: all are read when one is shown.
const MEMBERS_MOST: usize = 200;
