//! What becomes of workspaces when somebody is revoked (OR-9, OR-10, OR-42).

use std::collections::BTreeMap;

use guest_core::{
    Sharing, User, UserId, UserRefusal, Workspace, WorkspaceId, WorkspaceMember, WorkspaceRole,
};

use super::{members, memberships, require_room, tell};
use crate::record::{erase, find, row};
use crate::users::require_user;
use crate::work::{By, Work};
use crate::{Denied, Fault, View};

/// Returns the workspaces that would be left without an owner, should a user leave them all
/// (OR-10).
pub(crate) fn orphaned_by(view: &mut dyn View, user: &User) -> Result<Vec<Workspace>, Fault> {
    let mut orphaned = Vec::new();
    for own in memberships(view, user.team, user.id)? {
        if own.role != WorkspaceRole::Owner {
            continue;
        }
        let all = members(view, own.team, own.workspace)?;
        let is_other =
            |one: &WorkspaceMember| one.user != own.user && one.role == WorkspaceRole::Owner;
        if !all.iter().any(is_other) {
            orphaned.extend(find::<Workspace>(view, &row![own.team, own.workspace])?);
        }
    }
    Ok(orphaned)
}

/// Takes a user who is revoked out of all workspaces (OR-9); those that this leaves without an
/// owner get the one who is named for them (OR-10, OR-42).
///
/// Whoever is named is an active user of the team who is not External, and need not be a member. A
/// name for a workspace that keeps an owner is passed over. A workspace for which nobody is named
/// can be claimed afterwards.
///
/// # Errors
///
/// Returns why somebody who is named cannot own a workspace; nothing may be kept then.
pub(crate) fn leave_all(
    work: &mut Work<'_>,
    user: &User,
    new_owners: &BTreeMap<WorkspaceId, UserId>,
    by: &By,
) -> Result<(), Fault> {
    for orphaned in orphaned_by(work.tx, user)? {
        if let Some(heir) = new_owners.get(&orphaned.id) {
            let heir = require_user(work.tx, user.team, *heir)?;
            hand_over(work, &orphaned, user, &heir, by)?;
        }
    }
    for own in memberships(work.tx, user.team, user.id)? {
        erase::<WorkspaceMember>(work.tx, &row![own.team, own.workspace, own.user])?;
        let workspace: Option<Workspace> = work.find(&row![own.team, own.workspace])?;
        let workspace = workspace.ok_or(Denied::NotFound("workspace"))?.touched();
        work.save(&workspace)?;
        tell(work, &workspace, "members")?;
    }
    Ok(())
}

/// Makes an heir the owner of a workspace that loses its last one.
fn hand_over(
    work: &mut Work<'_>,
    workspace: &Workspace,
    user: &User,
    heir: &User,
    by: &By,
) -> Result<(), Fault> {
    if heir.id == user.id {
        return Err(UserRefusal::Revoked { at: work.now }.into());
    }
    if let Some(at) = heir.revoked_at {
        return Err(UserRefusal::Revoked { at }.into());
    }
    let (team, id) = (workspace.team, workspace.id);
    let present: Option<WorkspaceMember> = work.find(&row![team, id, heir.id])?;
    // The one who is revoked hands it over, as an owner may.
    let sharing = Sharing {
        actor: WorkspaceRole::Owner,
        is_oneself: false,
        present: present.map(|member| member.role),
        new: Some(WorkspaceRole::Owner),
        profile: heir.profile,
        owners: 1,
    };
    sharing.check()?;
    if present.is_none() {
        require_room(work.tx, heir)?;
    }
    work.save(&WorkspaceMember { team, workspace: id, user: heir.id, role: WorkspaceRole::Owner })?;
    let detail = serde_json::json!({ "user": heir.email, "user_id": heir.id, "role": "owner" });
    work.audit(team, by, "workspace.share", id, &detail)
}
