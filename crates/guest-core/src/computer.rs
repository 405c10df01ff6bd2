//! Computers: how they come to be known, who sees them, and whether they are there.
//!
//! A computer is online while its agent has been heard from within
//! [`SILENCE`]; nothing stores that it is, only when it was heard from.

mod claim;
#[cfg(test)]
mod fixtures;
mod presence;
mod readiness;

pub use self::claim::{ClaimRefusal, Named, claim};
pub use self::presence::{HostLoginState, LoginReport, PresenceChange, SILENCE};
pub use self::readiness::NotReady;

use crate::{
    ComputerId, ComputerKeyId, ComputerName, Forbidden, Instant, Role, SecretHash, TeamId, UserId,
};

/// A computer that guests can be let onto (GA-1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Computer {
    /// The team.
    pub team: TeamId,
    /// Names the computer.
    pub id: ComputerId,
    /// What people call it; unique in the team regardless of case.
    pub name: ComputerName,
    /// What its agent calls it, once one has been heard.
    pub agent_name: Option<ComputerName>,
    /// Whose it is, and what proves its agent.
    pub provision: Provision,
    /// Who carries the guest's connection.
    pub connection: Connection,
    /// Whether guests are allowed (GA-2).
    pub guest_access: bool,
    /// Who is logged in there, as far as the agent has said.
    pub login: HostLoginState,
    /// When its agent was last heard.
    pub last_seen: Option<Instant>,
    /// Since when it has been heard without a silence that is too long.
    pub heard_since: Option<Instant>,
    /// When it was last heard before that.
    pub heard_before: Option<Instant>,
    /// Whether it was heard and its silence not noticed since, as those who follow events know.
    pub announced: bool,
    /// When it was made known.
    pub created_at: Instant,
    /// When it was removed, if it was.
    pub removed_at: Option<Instant>,
    /// Rises with each change by people.
    pub version: u32,
}

/// Whose a [`Computer`] is, and what proves its agent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Provision {
    /// The team's, reached with one of its keys; none while no living key names it.
    Team {
        /// The key.
        key: Option<ComputerKeyId>,
    },
    /// One user's own, reached with a token of its own.
    Personal {
        /// The user.
        user: UserId,
        /// What is kept of the token.
        token: SecretHash,
    },
}

/// Who carries a guest's connection to a [`Computer`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Connection {
    /// This product, over the agent's socket.
    Relay,
    /// The computer's own streaming software (CN-11).
    External,
}

impl Connection {
    /// Returns the name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::External => "external",
        }
    }

    /// Returns the connection of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Relay, Self::External].into_iter().find(|one| one.name() == name)
    }
}

impl Computer {
    /// Makes a computer known, with guest access off (GA-1, GA-2).
    #[must_use]
    pub fn register(
        team: TeamId,
        id: ComputerId,
        name: ComputerName,
        provision: Provision,
        now: Instant,
    ) -> Self {
        Self {
            team,
            id,
            name,
            agent_name: None,
            provision,
            connection: Connection::External,
            guest_access: false,
            login: HostLoginState::Unknown,
            last_seen: None,
            heard_since: None,
            heard_before: None,
            announced: false,
            created_at: now,
            removed_at: None,
            version: 1,
        }
    }

    /// Returns whether the computer was removed.
    #[must_use]
    pub const fn is_removed(&self) -> bool {
        self.removed_at.is_some()
    }

    /// Returns the user whose own computer this is.
    #[must_use]
    pub const fn owner(&self) -> Option<UserId> {
        match &self.provision {
            Provision::Team { .. } => None,
            Provision::Personal { user, .. } => Some(*user),
        }
    }

    /// Returns whether somebody may know that the computer exists (GA-3).
    ///
    /// To others it is absent.
    #[must_use]
    pub fn is_seen_by(&self, user: Option<UserId>, role: Role) -> bool {
        !self.is_removed()
            && match self.owner() {
                None => role.may(crate::Right::ReadComputers),
                Some(owner) => user == Some(owner) || role.may(crate::Right::ReachPersonal),
            }
    }

    /// Returns whether somebody may change the computer itself (OR-2).
    #[must_use]
    pub fn is_managed_by(&self, user: Option<UserId>, role: Role) -> bool {
        match self.owner() {
            None => role.may(crate::Right::ManageComputers),
            Some(owner) => user == Some(owner) && role.may(crate::Right::OwnComputers),
        }
    }

    /// Requires that somebody may change the computer itself (OR-2).
    ///
    /// # Errors
    ///
    /// Returns what is missing.
    pub fn require_manager(&self, user: Option<UserId>, role: Role) -> Result<(), Forbidden> {
        if self.is_managed_by(user, role) {
            return Ok(());
        }
        Err(match self.owner() {
            None => Forbidden::Role { right: crate::Right::ManageComputers, role },
            Some(owner) if user == Some(owner) => {
                Forbidden::Role { right: crate::Right::OwnComputers, role }
            }
            Some(_) => Forbidden::Theirs,
        })
    }

    /// Returns whether somebody may edit, kick and cancel the invites to it (GA-38).
    #[must_use]
    pub fn is_hosted_by(&self, user: Option<UserId>, role: Role) -> bool {
        role.may(crate::Right::WriteInvites)
            && match self.owner() {
                None => true,
                Some(owner) => user == Some(owner) || role.may(crate::Right::ReachPersonal),
            }
    }

    /// Switches guest access (GA-2); `None` if it is so already.
    #[must_use]
    pub fn switch(&self, guest_access: bool) -> Option<Self> {
        (guest_access != self.guest_access).then(|| Self {
            guest_access,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// Renames the computer for people; its agent goes on calling it as before (GA-1).
    ///
    /// `None` if that is its name already.
    #[must_use]
    pub fn rename(&self, name: ComputerName) -> Option<Self> {
        (name != self.name).then(|| Self { name, version: self.version + 1, ..self.clone() })
    }

    /// Removes the computer (GA-7); what was heard of it is forgotten.
    #[must_use]
    pub fn remove(&self, now: Instant) -> Self {
        Self { removed_at: Some(now), announced: false, version: self.version + 1, ..self.clone() }
    }

    /// Has a team key take the computer over, whose agent calls it `agent_name` (GA-1).
    #[must_use]
    pub fn adopt(&self, key: ComputerKeyId, agent_name: ComputerName) -> Self {
        let provision = Provision::Team { key: Some(key) };
        Self { provision, agent_name: Some(agent_name), ..self.clone() }
    }

    /// Takes the computer offline because its key was deleted (GA-1).
    ///
    /// The next key that names it takes it over; its invites stay.
    #[must_use]
    pub fn orphan(&self) -> Self {
        Self { provision: Provision::Team { key: None }, announced: false, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::fixtures::{at, personal, team};
    use super::*;

    #[test]
    fn ga_3_a_personal_computer_is_seen_by_its_user_and_owners() {
        use Role::{Administrator, Coordinator, External, Member, Owner};
        for role in [Coordinator, Administrator, Owner] {
            assert!(team().is_seen_by(Some(BOB), role));
            assert!(team().is_hosted_by(Some(BOB), role));
            assert!(personal().is_seen_by(Some(ADA), role));
            assert_eq!(personal().is_seen_by(Some(BOB), role), role == Owner);
            assert_eq!(personal().is_hosted_by(Some(BOB), role), role == Owner);
            assert!(!personal().is_managed_by(Some(BOB), role));
        }
        for role in [External, Member] {
            assert!(!team().is_seen_by(Some(BOB), role));
            assert!(!team().is_hosted_by(Some(BOB), role));
            assert!(!personal().is_hosted_by(Some(ADA), role));
        }
        assert!(!team().remove(at("09:00:00")).is_seen_by(Some(ADA), Owner));
        assert!(!team().is_managed_by(Some(ADA), Coordinator));
        assert!(team().is_managed_by(Some(ADA), Administrator));
    }

    #[test]
    fn or_2_whoever_may_not_change_a_computer_is_told_what_is_missing() {
        use Role::{Administrator, Coordinator, Member, Owner};
        let missing = |right, role| Err(Forbidden::Role { right, role });
        let manage = |role| missing(crate::Right::ManageComputers, role);
        check_manager(&team(), BOB, Administrator, Ok(()));
        check_manager(&team(), BOB, Coordinator, manage(Coordinator));
        check_manager(&personal(), ADA, Coordinator, Ok(()));
        check_manager(&personal(), ADA, Member, missing(crate::Right::OwnComputers, Member));
        check_manager(&personal(), BOB, Owner, Err(Forbidden::Theirs));
    }

    #[track_caller]
    fn check_manager(
        computer: &Computer,
        user: UserId,
        role: Role,
        expected: Result<(), Forbidden>,
    ) {
        assert_eq!(computer.require_manager(Some(user), role), expected);
    }

    #[test]
    fn ga_2_the_switch_counts_as_a_change_only_when_it_moves() {
        assert_eq!(team().switch(false), None);
        let on = team().switch(true).unwrap();
        assert_eq!((on.guest_access, on.version), (true, 2));
    }

    #[test]
    fn ga_1_renaming_leaves_what_the_agent_reports() {
        let agent_name = ComputerName::parse("host-7").unwrap();
        let computer = Computer { agent_name: Some(agent_name.clone()), ..team() };
        let renamed = computer.rename(ComputerName::parse("Studio").unwrap()).unwrap();
        assert_eq!(renamed.agent_name, Some(agent_name));
    }

    #[test]
    fn ga_1_deleting_its_key_takes_a_computer_offline() {
        let online = Computer { last_seen: Some(at("09:00:00")), announced: true, ..team() };
        let orphan = online.orphan();
        assert!(!orphan.is_online(at("09:00:01")));
        assert_eq!(orphan.provision, Provision::Team { key: None });
        let (key, name) = (ComputerKeyId::from_bits(5), ComputerName::parse("host-7").unwrap());
        let adopted = orphan.adopt(key, name.clone());
        assert_eq!(adopted.provision, Provision::Team { key: Some(key) });
        assert_eq!((adopted.agent_name, adopted.name), (Some(name), orphan.name));
    }

    const ADA: UserId = UserId::from_bits(1);
    const BOB: UserId = UserId::from_bits(2);
}
