//! Workspaces: what a few people of a team share, and who may do what in one (OR-40 to OR-43).
//!
//! A team's roles say who may make and share workspaces at all; inside one, only the role there
//! counts. Administrators of the team have no power in a workspace that they are not in (OR-41).

mod claim;
mod content;
mod file;
mod quota;
mod share;
mod upload;

pub use claim::{Heir, WorkspaceClaimRefusal, claim_workspace};
pub use content::{ContentHash, Intake, PART, Part, Progress};
pub use file::{FileName, FileNameRefusal, FileVersion, SharedFile};
pub use quota::{FILE_MOST, QUOTA_DEFAULT, QuotaExceeded, Storage};
pub use share::{Sharing, SharingRefusal};
pub use upload::{Finished, UPLOAD_LIFE, Upload, UploadRefusal};

use crate::{
    ComputerId, Instant, Refusal, RefusalKind, TeamId, UserId, WorkspaceId, WorkspaceName,
};

/// Something that a few people of a team share: files, and the computers they use together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Workspace {
    /// The team.
    pub team: TeamId,
    /// Names the workspace.
    pub id: WorkspaceId,
    /// What it is called.
    pub name: WorkspaceName,
    /// When it was made.
    pub created_at: Instant,
    /// Rises with each change of the workspace itself, its members, files and computers.
    pub version: u32,
}

impl Workspace {
    /// Returns the workspace after something in it has changed.
    #[must_use]
    pub fn touched(&self) -> Self {
        Self { version: self.version.saturating_add(1), ..self.clone() }
    }
}

/// That a user is in a workspace, and as what.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WorkspaceMember {
    /// The team.
    pub team: TeamId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The user.
    pub user: UserId,
    /// What they may do there.
    pub role: WorkspaceRole,
}

/// That the members of a workspace use a team computer together (OR-43).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SharedComputer {
    /// The team.
    pub team: TeamId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The computer.
    pub computer: ComputerId,
}

/// What a member may do in a workspace (OR-40).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum WorkspaceRole {
    /// Reads files.
    Reader,
    /// Writes files as well.
    Contributor,
    /// Shares the workspace as well, with Readers and Contributors.
    Manager,
    /// Does everything there is to do with it.
    Owner,
}

impl WorkspaceRole {
    /// All roles, the least first.
    pub const ALL: [Self; 4] = [Self::Reader, Self::Contributor, Self::Manager, Self::Owner];

    /// Returns the role's name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Contributor => "contributor",
            Self::Manager => "manager",
            Self::Owner => "owner",
        }
    }

    /// Returns the role of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Requires at least a role: every greater one may do what it may (OR-40, OR-43).
    ///
    /// # Errors
    ///
    /// Returns which role is missing.
    pub const fn require(self, least: Self) -> Result<(), RoleMissing> {
        if self as u8 >= least as u8 { Ok(()) } else { Err(RoleMissing { least }) }
    }
}

/// A member's role in a workspace does not include this.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("in this workspace that needs the role {}", least.name())]
pub struct RoleMissing {
    /// The least role that does.
    pub least: WorkspaceRole,
}

impl Refusal for RoleMissing {
    fn code(&self) -> &'static str {
        "workspace_role"
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Forbidden
    }

    fn facts(&self) -> crate::Facts {
        vec![("least", crate::Fact::Text(self.least.name().to_owned()))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_40_each_role_may_do_what_the_lesser_ones_may() {
        for (position, role) in WorkspaceRole::ALL.into_iter().enumerate() {
            for (needed, least) in WorkspaceRole::ALL.into_iter().enumerate() {
                let expected = if position >= needed { Ok(()) } else { Err(RoleMissing { least }) };
                assert_eq!(role.require(least), expected, "{role:?} for {least:?}");
            }
            assert_eq!(WorkspaceRole::named(role.name()), Some(role));
        }
        assert_eq!(WorkspaceRole::named("Owner"), None);
    }
}
