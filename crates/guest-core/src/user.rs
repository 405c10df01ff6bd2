//! Users of a team: profiles, owners, coordinators, revocation.
//!
//! ```text
//!            revoke
//! Active ───────────▶ Revoked      (for good, OR-9)
//! ```

use crate::{Email, Fact, Facts, Instant, PersonName, Refusal, RefusalKind, Role, TeamId, UserId};

/// A person who belongs to a team (OR-1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct User {
    /// The team.
    pub team: TeamId,
    /// Names the user.
    pub id: UserId,
    /// Where mail reaches them; unique among the active users of a team.
    pub email: Email,
    /// What they are called.
    pub name: PersonName,
    /// What they are to the team.
    pub profile: Profile,
    /// Whether they hold the team's ownership.
    pub owner: bool,
    /// Whether they hold the guest access coordinator permission directly.
    pub coordinator: bool,
    /// When they joined.
    pub joined_at: Instant,
    /// When they were revoked, if they were.
    pub revoked_at: Option<Instant>,
    /// Rises with each change by people.
    pub version: u32,
}

/// What a [`User`] is to the team.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Profile {
    /// Somebody from outside who works with the team.
    External,
    /// One of the team.
    Member,
    /// One who runs the team.
    Administrator,
}

impl Profile {
    /// All profiles, the least first.
    pub const ALL: [Self; 3] = [Self::External, Self::Member, Self::Administrator];

    /// Returns the profile's name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::External => "external",
            Self::Member => "member",
            Self::Administrator => "administrator",
        }
    }

    /// Returns the profile of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }
}

impl User {
    /// Returns `true` until the user is revoked.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.revoked_at.is_none()
    }

    /// Returns what the user may act as, or `None` once revoked (OR-2, OR-7).
    ///
    /// `by_group` says whether a group of theirs carries the coordinator permission.
    #[must_use]
    pub const fn role(&self, by_group: bool) -> Option<Role> {
        if !self.is_active() {
            return None;
        }
        Some(match self.profile {
            Profile::External => Role::External,
            Profile::Member if self.coordinator || by_group => Role::Coordinator,
            Profile::Member => Role::Member,
            Profile::Administrator if self.owner => Role::Owner,
            Profile::Administrator => Role::Administrator,
        })
    }

    /// Returns whether the profile stays as it is, whatever many users are given (OR-5).
    #[must_use]
    pub fn keeps_profile(&self) -> bool {
        !self.is_active() || self.profile == Profile::External
    }

    /// Changes the profile (OR-4); the profile one has is no error and no change.
    ///
    /// # Errors
    ///
    /// Returns why this user's profile cannot become `to` at the hands of `by`.
    pub fn change_profile(&self, to: Profile, by: Option<UserId>) -> Result<Self, UserRefusal> {
        if let Some(at) = self.revoked_at {
            return Err(UserRefusal::Revoked { at });
        }
        if by == Some(self.id) {
            return Err(UserRefusal::OwnProfile);
        }
        if to == self.profile {
            return Ok(self.clone());
        }
        if self.profile == Profile::External || to == Profile::External {
            return Err(UserRefusal::ProfileFixed);
        }
        if self.owner {
            return Err(UserRefusal::OwnerMustBeAdministrator);
        }
        let coordinator = self.coordinator && to != Profile::Administrator;
        Ok(Self { profile: to, coordinator, version: self.version + 1, ..self.clone() })
    }

    /// Gives or takes the coordinator permission (OR-7).
    ///
    /// # Errors
    ///
    /// Returns why this user cannot be given it.
    pub fn set_coordinator(&self, coordinator: bool) -> Result<Self, UserRefusal> {
        if let Some(at) = self.revoked_at {
            return Err(UserRefusal::Revoked { at });
        }
        if coordinator == self.coordinator {
            return Ok(self.clone());
        }
        if coordinator && self.profile != Profile::Member {
            return Err(UserRefusal::NotAMember { profile: self.profile });
        }
        Ok(Self { coordinator, version: self.version + 1, ..self.clone() })
    }

    /// Makes or unmakes an owner (OR-6); `owners` counts the team's active owners.
    ///
    /// # Errors
    ///
    /// Returns why this user cannot be made one, or cannot cease to be one.
    pub fn set_owner(&self, owner: bool, owners: usize) -> Result<Self, UserRefusal> {
        if let Some(at) = self.revoked_at {
            return Err(UserRefusal::Revoked { at });
        }
        if owner == self.owner {
            return Ok(self.clone());
        }
        if owner && self.profile != Profile::Administrator {
            return Err(UserRefusal::OwnerMustBeAdministrator);
        }
        if !owner && owners <= 1 {
            return Err(UserRefusal::LastOwner);
        }
        Ok(Self { owner, version: self.version + 1, ..self.clone() })
    }

    /// Revokes the user for good (OR-6, OR-9); `owners` counts the team's active owners.
    ///
    /// `by` is whoever revokes, `None` for the operator of the server.
    ///
    /// # Errors
    ///
    /// Returns why this user cannot be revoked by `by`.
    pub fn revoke(
        &self,
        by: Option<&Self>,
        owners: usize,
        now: Instant,
    ) -> Result<Self, UserRefusal> {
        if let Some(at) = self.revoked_at {
            return Err(UserRefusal::Revoked { at });
        }
        if by.is_some_and(|by| by.id == self.id) {
            return Err(UserRefusal::OwnAccount);
        }
        if self.owner && by.is_some_and(|by| !by.owner) {
            return Err(UserRefusal::OwnersOnly);
        }
        if self.owner && owners <= 1 {
            return Err(UserRefusal::LastOwner);
        }
        Ok(Self { revoked_at: Some(now), version: self.version + 1, ..self.clone() })
    }
}

/// What became of each user in a change of many profiles (OR-5).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BulkChange {
    /// Those whose profile changes, as they are afterwards.
    pub changed: Vec<User>,
    /// Those who have the profile already.
    pub unchanged: Vec<User>,
    /// Those who are left as they are: External or revoked.
    pub unaffected: Vec<User>,
}

/// Changes the profile of many users at once, all or none (OR-5).
///
/// # Errors
///
/// Returns why the whole is refused: the caller is among them, an owner would
/// be demoted, or the profile asked for is External.
pub fn change_profiles(
    users: Vec<User>,
    to: Profile,
    by: Option<UserId>,
) -> Result<BulkChange, UserRefusal> {
    if to == Profile::External {
        return Err(UserRefusal::ProfileFixed);
    }
    let mut change = BulkChange::default();
    for user in users {
        if by == Some(user.id) {
            return Err(UserRefusal::OwnProfile);
        }
        if user.keeps_profile() {
            change.unaffected.push(user);
        } else if user.profile == to {
            change.unchanged.push(user);
        } else {
            change.changed.push(user.change_profile(to, by)?);
        }
    }
    Ok(change)
}

/// Why a user cannot be changed like this.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UserRefusal {
    /// They have been revoked.
    #[error("this user was revoked on {}", at.format("%Y-%m-%d %H:%M UTC"))]
    Revoked {
        /// When.
        at: Instant,
    },
    /// Nobody changes their own profile.
    #[error("nobody changes their own profile; ask another administrator")]
    OwnProfile,
    /// Nobody revokes themselves.
    #[error("nobody revokes themselves; ask another administrator")]
    OwnAccount,
    /// External users stay External, and nobody becomes External.
    #[error("a profile cannot change from or to External")]
    ProfileFixed,
    /// An owner is an Administrator.
    #[error("an owner must be an Administrator")]
    OwnerMustBeAdministrator,
    /// Somebody must own the team.
    #[error("this is the team's last owner; make somebody else an owner first")]
    LastOwner,
    /// An owner is revoked by an owner.
    #[error("only an owner can revoke an owner")]
    OwnersOnly,
    /// Only Members are given the permission.
    #[error("only a Member can be made a coordinator, and this user is {}", profile.name())]
    NotAMember {
        /// What they are.
        profile: Profile,
    },
}

impl Refusal for UserRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Revoked { .. } => "already_revoked",
            Self::OwnProfile => "own_profile",
            Self::OwnAccount => "own_account",
            Self::ProfileFixed => "profile_fixed",
            Self::OwnerMustBeAdministrator => "owner_must_be_administrator",
            Self::LastOwner => "last_owner",
            Self::OwnersOnly => "forbidden",
            Self::NotAMember { .. } => crate::VALIDATION,
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Revoked { .. }
            | Self::OwnProfile
            | Self::OwnAccount
            | Self::ProfileFixed
            | Self::OwnerMustBeAdministrator
            | Self::LastOwner => RefusalKind::Conflict,
            Self::OwnersOnly => RefusalKind::Forbidden,
            Self::NotAMember { .. } => RefusalKind::Invalid,
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Revoked { at } => vec![("at", Fact::At(*at))],
            Self::OwnProfile
            | Self::OwnAccount
            | Self::ProfileFixed
            | Self::OwnerMustBeAdministrator
            | Self::LastOwner
            | Self::OwnersOnly => Facts::new(),
            Self::NotAMember { .. } => vec![("field", Fact::Text("coordinator".to_owned()))],
        }
    }
}

/// A named set of users, which may carry the coordinator permission (OR-7).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Group {
    /// The team.
    pub team: TeamId,
    /// Names the group.
    pub id: crate::GroupId,
    /// What it is called; unique in the team regardless of case.
    pub name: crate::GroupName,
    /// Whether its Members are coordinators.
    pub coordinator: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_2_the_role_follows_profile_flags_and_groups() {
        let role = |profile, owner, coordinator, by_group| {
            User { owner, coordinator, ..user(profile) }.role(by_group)
        };
        assert_eq!(role(Profile::External, false, false, true), Some(Role::External));
        assert_eq!(role(Profile::Member, false, false, false), Some(Role::Member));
        assert_eq!(role(Profile::Member, false, true, false), Some(Role::Coordinator));
        assert_eq!(role(Profile::Member, false, false, true), Some(Role::Coordinator));
        assert_eq!(role(Profile::Administrator, false, false, true), Some(Role::Administrator));
        assert_eq!(role(Profile::Administrator, true, false, false), Some(Role::Owner));
        assert_eq!(revoked().role(true), None);
    }

    #[test]
    fn or_4_profiles_change_between_member_and_administrator_only() {
        use Profile::{Administrator, External, Member};
        let change = |from: User, to| from.change_profile(to, Some(BOSS)).map(|user| user.profile);
        assert_eq!(change(user(Member), Administrator), Ok(Administrator));
        assert_eq!(change(user(Administrator), Member), Ok(Member));
        assert_eq!(change(user(Member), Member), Ok(Member));
        assert_eq!(change(user(Member), External), Err(UserRefusal::ProfileFixed));
        assert_eq!(change(user(External), Member), Err(UserRefusal::ProfileFixed));
        assert_eq!(change(user(External), External), Ok(External));
        assert_eq!(change(owner(), Member), Err(UserRefusal::OwnerMustBeAdministrator));
        assert_eq!(change(revoked(), Member), Err(UserRefusal::Revoked { at: now() }));
        assert_eq!(
            user(Member).change_profile(Administrator, Some(ADA)),
            Err(UserRefusal::OwnProfile)
        );
    }

    #[test]
    fn or_4_becoming_administrator_clears_the_coordinator_permission() {
        let coordinator = User { coordinator: true, ..user(Profile::Member) };
        let changed = coordinator.change_profile(Profile::Administrator, None).unwrap();
        assert!(!changed.coordinator);
        assert_eq!(changed.version, coordinator.version + 1);
    }

    #[test]
    fn or_5_a_bulk_change_leaves_external_and_revoked_users() {
        let users = vec![user(Profile::Member), user(Profile::External), revoked(), admin()];
        let change = change_profiles(users, Profile::Administrator, Some(BOSS)).unwrap();
        assert_eq!((change.changed.len(), change.unchanged.len()), (1, 1));
        assert_eq!(change.unaffected.len(), 2);
    }

    #[test]
    fn or_5_the_caller_or_an_owner_refuses_the_whole() {
        let all = |users| change_profiles(users, Profile::Member, Some(BOSS)).map(drop);
        let caller = User { id: BOSS, ..admin() };
        assert_eq!(all(vec![admin(), caller]), Err(UserRefusal::OwnProfile));
        assert_eq!(all(vec![admin(), owner()]), Err(UserRefusal::OwnerMustBeAdministrator));
        assert_eq!(
            change_profiles(vec![], Profile::External, None).map(drop),
            Err(UserRefusal::ProfileFixed)
        );
    }

    #[test]
    fn or_6_there_is_always_an_active_owner() {
        let other = User { id: BOSS, ..owner() };
        assert_eq!(owner().set_owner(false, 1).map(drop), Err(UserRefusal::LastOwner));
        assert_eq!(owner().set_owner(false, 2).map(|user| user.owner), Ok(false));
        assert_eq!(owner().revoke(None, 1, now()).map(drop), Err(UserRefusal::LastOwner));
        assert_eq!(
            owner().revoke(Some(&owner()), 2, now()).map(drop),
            Err(UserRefusal::OwnAccount)
        );
        assert_eq!(owner().revoke(Some(&other), 2, now()).map(drop), Ok(()));
        let admin = User { id: BOSS, ..admin() };
        assert_eq!(owner().revoke(Some(&admin), 2, now()).map(drop), Err(UserRefusal::OwnersOnly));
        assert_eq!(
            user(Profile::Member).set_owner(true, 1).map(drop),
            Err(UserRefusal::OwnerMustBeAdministrator)
        );
    }

    #[test]
    fn or_7_only_a_member_is_made_coordinator() {
        let set = |user: User, to| user.set_coordinator(to).map(|user| user.coordinator);
        assert_eq!(set(user(Profile::Member), true), Ok(true));
        assert_eq!(set(admin(), false), Ok(false));
        for profile in [Profile::External, Profile::Administrator] {
            assert_eq!(set(user(profile), true), Err(UserRefusal::NotAMember { profile }));
        }
    }

    #[test]
    fn or_9_revoking_is_for_good_and_says_when() {
        let gone = user(Profile::Member).revoke(Some(&owner_boss()), 1, now()).unwrap();
        assert_eq!(gone.revoked_at, Some(now()));
        let again = gone.revoke(Some(&owner_boss()), 1, now()).unwrap_err();
        assert_eq!(
            (again.code(), again.facts()),
            ("already_revoked", vec![("at", Fact::At(now()))])
        );
    }

    const ADA: UserId = UserId::from_bits(1);
    const BOSS: UserId = UserId::from_bits(2);

    fn user(profile: Profile) -> User {
        User {
            team: TeamId::parse("acme").unwrap(),
            id: ADA,
            email: Email::parse("ada@acme.example").unwrap(),
            name: PersonName::parse("Ada").unwrap(),
            profile,
            owner: false,
            coordinator: false,
            joined_at: now(),
            revoked_at: None,
            version: 1,
        }
    }

    fn admin() -> User {
        user(Profile::Administrator)
    }

    fn owner() -> User {
        User { owner: true, ..admin() }
    }

    fn owner_boss() -> User {
        User { id: BOSS, ..owner() }
    }

    fn revoked() -> User {
        User { revoked_at: Some(now()), ..user(Profile::Member) }
    }

    fn now() -> Instant {
        "2026-12-01T09:00:00Z".parse().unwrap()
    }
}
