//! What the rights of people have to do with the invites that rest on them (GA-39).

use super::{Credit, Kind};
use crate::{Invite, User, UserId};

impl Invite {
    /// Returns whether the invite ends when the user it is for is revoked (GA-39).
    ///
    /// One that a credit was paid for stays: it is for anybody with that address.
    #[must_use]
    pub fn rests_on_guest(&self, user: &User) -> bool {
        self.is_live()
            && self.team == user.team
            && self.credit == Credit::Free
            && self.guest == user.email
    }

    /// Returns whether the invite ends when a user loses the right to invite (GA-39).
    ///
    /// `host` is whose own computer it is for, `None` for the team's.
    #[must_use]
    pub fn rests_on_rights(&self, user: UserId, host: Option<UserId>) -> bool {
        let to_oneself = self.kind == Kind::Oneself && self.sender.user == user;
        self.is_live() && (to_oneself || host == Some(user))
    }

    /// Returns whether the invite stays when the user who made it is revoked (GA-39).
    ///
    /// `host` is whose own computer it is for, `None` for the team's.
    #[must_use]
    pub fn outlasts_sender(&self, user: &User, host: Option<UserId>) -> bool {
        self.is_live()
            && self.sender.user == user.id
            && host != Some(user.id)
            && !self.rests_on_guest(user)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{ADA, ada, at, ended, invite, lin, used};
    use crate::{Email, Invite, Kind, PersonName, Profile, TeamId, User, UserId};

    #[test]
    fn ga_39_free_invites_rest_on_the_user_they_are_for() {
        check(&invite(Kind::Team), &user(LIN, lin()), true);
        check(&used(Kind::Team), &user(LIN, lin()), true);
        check(&invite(Kind::Team), &user(ADA, ada()), false);
        check(&invite(Kind::Oneself), &user(ADA, ada()), true);
        check(&invite(Kind::Outside), &user(LIN, lin()), false);
        for over in ended(Kind::Team) {
            check(&over, &user(LIN, lin()), false);
        }
        let elsewhere = User { team: TeamId::parse("other").unwrap(), ..user(LIN, lin()) };
        check(&invite(Kind::Team), &elsewhere, false);
    }

    #[test]
    fn ga_39_what_rests_on_the_right_to_invite() {
        let rests = |kind, user, host| invite(kind).rests_on_rights(user, host);
        assert!(rests(Kind::Oneself, ADA, None));
        assert!(!rests(Kind::Oneself, LIN, None));
        assert!(!rests(Kind::Outside, ADA, None));
        assert!(rests(Kind::Outside, ADA, Some(ADA)));
        assert!(rests(Kind::Team, LIN, Some(LIN)));
        assert!(!rests(Kind::Team, ADA, Some(LIN)));
        assert!(ended(Kind::Oneself).iter().all(|over| !over.rests_on_rights(ADA, Some(ADA))));
    }

    #[test]
    fn ga_39_invites_to_team_computers_outlast_their_sender() {
        let outlasts = |kind, host| invite(kind).outlasts_sender(&user(ADA, ada()), host);
        assert!(outlasts(Kind::Outside, None));
        assert!(outlasts(Kind::Team, None));
        assert!(outlasts(Kind::Team, Some(LIN)));
        assert!(!outlasts(Kind::Team, Some(ADA)));
        assert!(!outlasts(Kind::Oneself, None));
        assert!(!invite(Kind::Team).outlasts_sender(&user(LIN, lin()), None));
        let over = ended(Kind::Outside);
        assert!(over.iter().all(|over| !over.outlasts_sender(&user(ADA, ada()), None)));
    }

    #[track_caller]
    fn check(invite: &Invite, guest: &User, expected: bool) {
        assert_eq!(invite.rests_on_guest(guest), expected);
    }

    const LIN: UserId = UserId::from_bits(2);

    fn user(id: UserId, email: Email) -> User {
        User {
            team: TeamId::parse("acme").unwrap(),
            id,
            email,
            name: PersonName::parse("Somebody").unwrap(),
            profile: Profile::Member,
            owner: false,
            coordinator: true,
            joined_at: at("07:00"),
            revoked_at: None,
            version: 1,
        }
    }
}
