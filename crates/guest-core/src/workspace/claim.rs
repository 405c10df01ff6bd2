//! Claiming a workspace that has lost its last owner (OR-42).

use super::{WorkspaceMember, WorkspaceRole};
use crate::{Profile, Refusal, RefusalKind, UserId};

/// A member of a workspace who is active in the team, as far as inheriting it goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Heir {
    /// The member.
    pub member: WorkspaceMember,
    /// What they are to the team.
    pub profile: Profile,
}

/// Makes a member the owner of a workspace that has none (OR-42).
///
/// `heirs` are the members who are active in the team. Of those who are not External, one of the
/// highest rank may claim it; of several who may, the first one wins.
///
/// # Errors
///
/// Returns why `by` may not claim it.
pub fn claim_workspace(
    heirs: &[Heir],
    by: UserId,
) -> Result<WorkspaceMember, WorkspaceClaimRefusal> {
    if heirs.iter().any(|heir| heir.member.role == WorkspaceRole::Owner) {
        return Err(WorkspaceClaimRefusal::Owned);
    }
    let eligible = || heirs.iter().filter(|heir| heir.profile != Profile::External);
    let highest = eligible().map(|heir| heir.member.role).max();
    let claimant = eligible().find(|heir| heir.member.user == by);
    match claimant {
        Some(heir) if Some(heir.member.role) == highest => {
            Ok(WorkspaceMember { role: WorkspaceRole::Owner, ..heir.member })
        }
        Some(_) | None => Err(WorkspaceClaimRefusal::NotHighest),
    }
}

/// Why a workspace may not be claimed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WorkspaceClaimRefusal {
    /// It has an owner.
    #[error("this workspace has an owner")]
    Owned,
    /// Somebody else ranks higher, or one is External.
    #[error("only a member of the highest rank who is not External can claim this workspace")]
    NotHighest,
}

impl Refusal for WorkspaceClaimRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Owned => "workspace_owned",
            Self::NotHighest => "not_highest_rank",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Owned => RefusalKind::Conflict,
            Self::NotHighest => RefusalKind::Forbidden,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TeamId, WorkspaceId};

    use WorkspaceRole::{Contributor, Manager, Owner, Reader};

    #[test]
    fn or_42_the_highest_ranking_who_is_not_external_claims() {
        let heirs = [member(1, Manager), member(2, Manager), member(3, Contributor), guest(4)];
        check(&heirs, 1, Ok(()));
        check(&heirs, 2, Ok(()));
        check(&heirs, 3, Err(WorkspaceClaimRefusal::NotHighest));
        check(&heirs, 4, Err(WorkspaceClaimRefusal::NotHighest));
        check(&heirs, 5, Err(WorkspaceClaimRefusal::NotHighest));
        // An External user who ranks higher does not stand in the way.
        check(&[member(3, Reader), guest(4)], 3, Ok(()));
        check(&[guest(4)], 4, Err(WorkspaceClaimRefusal::NotHighest));
    }

    #[test]
    fn or_42_the_first_one_wins() {
        let won = claim_workspace(&[member(1, Manager), member(2, Manager)], user(2)).unwrap();
        assert_eq!((won.user, won.role), (user(2), Owner));
        let heirs = [member(1, Manager), member(2, won.role)];
        check(&heirs, 1, Err(WorkspaceClaimRefusal::Owned));
        check(&heirs, 2, Err(WorkspaceClaimRefusal::Owned));
    }

    #[track_caller]
    fn check(heirs: &[Heir], by: u128, expected: Result<(), WorkspaceClaimRefusal>) {
        assert_eq!(claim_workspace(heirs, user(by)).map(drop), expected);
    }

    fn member(id: u128, role: WorkspaceRole) -> Heir {
        let team = TeamId::parse("acme").unwrap();
        let workspace = WorkspaceId::from_bits(1);
        let member = WorkspaceMember { team, workspace, user: user(id), role };
        Heir { member, profile: Profile::Member }
    }

    fn guest(id: u128) -> Heir {
        Heir { profile: Profile::External, ..member(id, Contributor) }
    }

    fn user(id: u128) -> UserId {
        UserId::from_bits(id)
    }
}
