//! Who may change who shares a workspace (OR-41).

use super::{RoleMissing, WorkspaceRole};
use crate::{Facts, Profile, Refusal, RefusalKind};

/// A change of what one user is in a workspace, at the hands of one of its members.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sharing {
    /// What whoever changes it is there.
    pub actor: WorkspaceRole,
    /// Whether they change what they are themselves.
    pub is_oneself: bool,
    /// What the user is there so far, `None` if nothing.
    pub present: Option<WorkspaceRole>,
    /// What they are to be, `None` to leave or be taken out.
    pub new: Option<WorkspaceRole>,
    /// What the user is to the team.
    pub profile: Profile,
    /// How many owners the workspace has.
    pub owners: usize,
}

impl Sharing {
    /// Decides whether the change may be made (OR-41).
    ///
    /// Nobody changes what they are themselves, except that all but the last owner may leave.
    /// Granting, changing and taking Reader and Contributor needs a Manager; where the role so far
    /// or the new one is greater, an Owner. External users are Readers or Contributors (OR-40).
    ///
    /// # Errors
    ///
    /// Returns why the change may not be made.
    pub fn check(&self) -> Result<(), SharingRefusal> {
        if self.is_oneself {
            return match (self.present, self.new) {
                (_, Some(_)) => Err(SharingRefusal::OwnRole),
                (Some(WorkspaceRole::Owner), None) if self.owners <= 1 => {
                    Err(SharingRefusal::LastOwner)
                }
                (_, None) => Ok(()),
            };
        }
        let greatest = self.present.max(self.new);
        let least = if greatest >= Some(WorkspaceRole::Manager) {
            WorkspaceRole::Owner
        } else {
            WorkspaceRole::Manager
        };
        self.actor.require(least)?;
        if self.profile == Profile::External && self.new >= Some(WorkspaceRole::Manager) {
            return Err(SharingRefusal::External);
        }
        Ok(())
    }
}

/// Why what somebody is in a workspace may not be changed like this, in the order of the checks.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SharingRefusal {
    /// Nobody changes what they are themselves.
    #[error("nobody changes their own role; leave the workspace, or ask another owner of it")]
    OwnRole,
    /// Somebody must own the workspace.
    #[error("this is the last owner of the workspace; make somebody else an owner first")]
    LastOwner,
    /// The role of whoever changes it does not include this.
    #[error(transparent)]
    Role(#[from] RoleMissing),
    /// External users are Readers or Contributors.
    #[error("an External user can only be a reader or a contributor")]
    External,
}

impl Refusal for SharingRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::OwnRole => "own_workspace_role",
            Self::LastOwner => "last_workspace_owner",
            Self::Role(missing) => missing.code(),
            Self::External => "external_role",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::OwnRole | Self::LastOwner | Self::External => RefusalKind::Conflict,
            Self::Role(missing) => missing.kind(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Role(missing) => missing.facts(),
            Self::OwnRole | Self::LastOwner | Self::External => Facts::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use WorkspaceRole::{Contributor, Manager, Owner, Reader};

    /// Every cell for a member who is not External: what the actor may make of somebody else, by
    /// what they are (rows) and are to be (columns: nothing, Reader, Contributor, Manager, Owner).
    #[test]
    fn or_41_the_table_of_sharing() {
        const NOBODY: [[bool; 5]; 5] = [[false; 5]; 5];
        const LOW: [bool; 5] = [true, true, true, false, false];
        const NONE: [bool; 5] = [false; 5];
        let table: [(WorkspaceRole, [[bool; 5]; 5]); 4] = [
            (Reader, NOBODY),
            (Contributor, NOBODY),
            (Manager, [LOW, LOW, LOW, NONE, NONE]),
            (Owner, [[true; 5]; 5]),
        ];
        for (actor, rows) in table {
            for (present, row) in STATES.into_iter().zip(rows) {
                for (new, allowed) in STATES.into_iter().zip(row) {
                    let sharing = Sharing { actor, present, new, ..another() };
                    let greatest = present.max(new);
                    let least = if greatest >= Some(Manager) { Owner } else { Manager };
                    let expected = if allowed {
                        Ok(())
                    } else {
                        Err(SharingRefusal::Role(RoleMissing { least }))
                    };
                    assert_eq!(sharing.check(), expected, "{sharing:?}");
                }
            }
        }
    }

    /// Every cell for oneself: only leaving is there, and not for the last owner.
    #[test]
    fn or_41_nobody_changes_themselves_except_by_leaving() {
        for actor in WorkspaceRole::ALL {
            for new in STATES {
                for owners in [1, 2] {
                    let oneself = Sharing {
                        actor,
                        is_oneself: true,
                        present: Some(actor),
                        new,
                        owners,
                        ..another()
                    };
                    let expected = match new {
                        Some(_) => Err(SharingRefusal::OwnRole),
                        None if actor == Owner && owners == 1 => Err(SharingRefusal::LastOwner),
                        None => Ok(()),
                    };
                    assert_eq!(oneself.check(), expected, "{oneself:?}");
                }
            }
        }
    }

    #[test]
    fn or_40_external_users_are_readers_or_contributors() {
        for (new, allowed) in STATES.into_iter().zip([true, true, true, false, false]) {
            let sharing = Sharing { new, profile: Profile::External, ..another() };
            let expected = if allowed { Ok(()) } else { Err(SharingRefusal::External) };
            assert_eq!(sharing.check(), expected, "{new:?}");
        }
        // Whoever may not share at all learns nothing else.
        let by_manager =
            Sharing { actor: Manager, new: Some(Manager), profile: Profile::External, ..another() };
        assert_eq!(by_manager.check(), Err(RoleMissing { least: Owner }.into()));
    }

    const STATES: [Option<WorkspaceRole>; 5] =
        [None, Some(Reader), Some(Contributor), Some(Manager), Some(Owner)];

    fn another() -> Sharing {
        Sharing {
            actor: Owner,
            is_oneself: false,
            present: None,
            new: None,
            profile: Profile::Member,
            owners: 1,
        }
    }
}
