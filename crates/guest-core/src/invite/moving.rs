//! Moving an invite to another computer.

use super::{GuestKind, InviteRefusal, Inviting, SenderPolicy};
use crate::{
    Computer, EndedRefusal, Facts, GuestNews, Instant, Invite, InviteEffect, InviteNews, Refusal,
    RefusalKind, SessionEndReason, Step, UserId,
};

/// A request to move an invite, as far as its rules go.
#[derive(Clone, Copy, Debug)]
pub struct Moving<'a> {
    /// The computer to move it to.
    pub to: &'a Computer,
    /// Who asks.
    pub mover: UserId,
    /// Whom the team's personal computers serve.
    pub policy: SenderPolicy,
}

impl Invite {
    /// Moves the invite to another computer, used or not (GA-61).
    ///
    /// Link, credit and window stay. The guest is told once, and their session on the computer
    /// before ends. What was remembered of that computer's login gives way to that of the new one
    /// (GA-18), and whether the new one is ready is looked at (GA-60).
    ///
    /// Moving it to where it is does nothing.
    ///
    /// # Errors
    ///
    /// Returns how the invite ended, or else why its guest cannot be invited to that computer.
    pub fn move_to(
        &self,
        moving: Moving<'_>,
        now: Instant,
    ) -> Result<Step<Self, InviteEffect>, MoveRefusal> {
        self.require_live()?;
        let computer = moving.to;
        if computer.id == self.computer {
            return Ok(Step::quiet(self.clone()));
        }
        self.check_host(moving, now)?;
        let next = Self {
            computer: computer.id,
            host_login: computer.known_login(),
            version: self.version + 1,
            ..self.clone()
        };
        let effects = [
            InviteEffect::EndSession(SessionEndReason::Moved),
            self.mail_guest(GuestNews::Moved { sequence: next.version }),
            InviteEffect::Tell(InviteNews::Moved),
        ];
        Ok(Self::and_look(Step::to(next, effects), computer, now))
    }

    /// Decides whether the guest could be invited there by who asks, and by the sender where they
    /// are the guest: it is their right that lets them in (GA-43).
    fn check_host(&self, moving: Moving<'_>, now: Instant) -> Result<(), InviteRefusal> {
        let Moving { to: computer, mover, policy } = moving;
        let guests = [GuestKind { guest: self.guest.clone(), kind: self.kind }];
        let check = |sender| Inviting { computer, guests: &guests, sender, policy }.check(now);
        check(mover)?;
        if self.ignores_window() { check(self.sender.user) } else { Ok(()) }
    }
}

/// Why an invite cannot be moved.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MoveRefusal {
    /// It has ended.
    #[error(transparent)]
    Ended(#[from] EndedRefusal),
    /// Its guest cannot be invited to that computer.
    #[error(transparent)]
    Inviting(#[from] InviteRefusal),
}

impl Refusal for MoveRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Ended(ended) => ended.code(),
            Self::Inviting(inviting) => inviting.code(),
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Ended(ended) => ended.kind(),
            Self::Inviting(inviting) => inviting.kind(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Ended(ended) => ended.facts(),
            Self::Inviting(inviting) => inviting.facts(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invite::fixtures::{
        ADA, at, ended, guest_mails, invite, lin, login, personal_computer, sender_mails,
        team_computer, used,
    };
    use crate::{ComputerId, HostLoginState, Kind, NotReady, Provision, SecretHash, SenderNews};

    #[test]
    fn ga_61_link_credit_and_window_stay() {
        for invite in [invite(Kind::Outside), used(Kind::Outside), used(Kind::Team)] {
            let moved = moved(&invite, &other(), "10:30").unwrap().next;
            let expected = Invite {
                computer: other().id,
                host_login: Some(login("streamer")),
                version: 2,
                ..invite
            };
            assert_eq!(moved, expected);
        }
    }

    #[test]
    fn ga_61_the_guest_is_told_once_and_the_session_ends() {
        let step = moved(&invite(Kind::Outside), &other(), "10:30").unwrap();
        assert_eq!(guest_mails(&step.effects), [GuestNews::Moved { sequence: 2 }]);
        assert!(step.effects.contains(&InviteEffect::EndSession(SessionEndReason::Moved)));
        assert_eq!(told(&step), [InviteNews::Moved]);
    }

    #[test]
    fn ga_61_moving_it_to_where_it_is_does_nothing() {
        for invite in [invite(Kind::Outside), used(Kind::Team), invite(Kind::Oneself)] {
            // Even where it could not be moved to any more.
            let closed = Computer { guest_access: false, ..team_computer() };
            assert_eq!(moved(&invite, &closed, "10:30"), Ok(Step::quiet(invite)));
        }
    }

    #[test]
    fn ga_61_an_ended_invite_is_not_moved() {
        for invite in ended(Kind::Outside) {
            let refusal = invite.require_live().unwrap_err();
            for computer in [team_computer(), other(), away(other())] {
                check(&invite, &computer, ADA, Err(&MoveRefusal::Ended(refusal)));
            }
        }
    }

    #[test]
    fn ga_61_it_goes_where_the_mover_may_invite_its_guest() {
        let closed = |computer| Computer { guest_access: false, ..computer };
        check(&invite(Kind::Outside), &other(), BOB, Ok(()));
        check(&invite(Kind::Outside), &away(other()), BOB, Ok(()));
        check(&invite(Kind::Outside), &closed(other()), BOB, Err(&InviteRefusal::AccessOff.into()));
        check(&invite(Kind::Team), &own(), ADA, Ok(()));
        check(&invite(Kind::Team), &own(), BOB, Err(&InviteRefusal::NotYours.into()));
        check(&invite(Kind::Team), &away(own()), ADA, Err(&InviteRefusal::ComputerOffline.into()));
        let out = Computer { login: HostLoginState::Nobody, ..own() };
        check(&invite(Kind::Team), &out, ADA, Err(&InviteRefusal::HostNotLoggedIn.into()));
        let barred = InviteRefusal::TeamComputerRequired { emails: vec![lin()] };
        check(&used(Kind::Outside), &own(), ADA, Err(&barred.into()));
    }

    #[test]
    fn ga_61_one_for_oneself_goes_where_its_sender_may_invite() {
        check(&invite(Kind::Oneself), &other(), BOB, Ok(()));
        check(&invite(Kind::Oneself), &own(), ADA, Ok(()));
        let token = SecretHash::from_bytes([0; 32]);
        let theirs = Computer { provision: Provision::Personal { user: BOB, token }, ..own() };
        check(&invite(Kind::Oneself), &theirs, BOB, Err(&InviteRefusal::NotYours.into()));
        check(&invite(Kind::Team), &theirs, BOB, Ok(()));
    }

    #[test]
    fn ga_18_a_moved_invite_counts_on_the_login_of_its_new_computer() {
        let with = |login| Computer { login, ..other() };
        let remembered =
            |computer: &Computer| moved(&used(Kind::Team), computer, "10:30").unwrap().next;
        let streamer = HostLoginState::Known(login("streamer"));
        assert_eq!(remembered(&with(streamer)).host_login, Some(login("streamer")));
        for login in [HostLoginState::Unknown, HostLoginState::Nobody] {
            assert_eq!(remembered(&with(login)).host_login, None);
        }
    }

    #[test]
    fn ga_60_whether_the_new_computer_is_ready_is_looked_at_when_moving() {
        let (mail, tell) = (
            SenderNews::NotReady { reason: NotReady::Offline },
            InviteNews::NotReady(NotReady::Offline),
        );
        let step = moved(&invite(Kind::Outside), &away(other()), "08:30").unwrap();
        assert_eq!((sender_mails(&step.effects), step.next.warned), (vec![mail], true));
        assert_eq!(told(&step), [InviteNews::Moved, tell]);
        // One mail for each invite, wherever it goes.
        let back = moved(&step.next, &away(team_computer()), "08:40").unwrap();
        assert_eq!(
            (sender_mails(&back.effects), told(&back)),
            (vec![], vec![InviteNews::Moved, tell])
        );
        let ready = moved(&invite(Kind::Outside), &other(), "10:30").unwrap();
        assert_eq!((sender_mails(&ready.effects), ready.next.warned), (vec![], false));
    }

    #[track_caller]
    fn check(
        invite: &Invite,
        computer: &Computer,
        mover: UserId,
        expected: Result<(), &MoveRefusal>,
    ) {
        let moving = Moving { to: computer, mover, policy: SenderPolicy::Team };
        assert_eq!(invite.move_to(moving, at("10:30")).as_ref().map(|_| ()), expected);
    }

    fn moved(
        invite: &Invite,
        computer: &Computer,
        now: &str,
    ) -> Result<Step<Invite, InviteEffect>, MoveRefusal> {
        let moving = Moving { to: computer, mover: ADA, policy: SenderPolicy::Team };
        invite.move_to(moving, at(now))
    }

    /// What those who follow events are told.
    fn told(step: &Step<Invite, InviteEffect>) -> Vec<InviteNews> {
        let news = step.effects.iter().filter_map(|effect| match effect {
            InviteEffect::Tell(news) => Some(*news),
            InviteEffect::Mail(_)
            | InviteEffect::EndSession(_)
            | InviteEffect::RetimeSession
            | InviteEffect::Refund(_) => None,
        });
        news.collect()
    }

    /// Another team computer, last heard at 10:30.
    fn other() -> Computer {
        let login = HostLoginState::Known(login("streamer"));
        Computer { id: ComputerId::from_bits(10), login, ..team_computer() }
    }

    /// Ada's own computer, another one.
    fn own() -> Computer {
        Computer { id: ComputerId::from_bits(11), ..personal_computer() }
    }

    fn away(computer: Computer) -> Computer {
        Computer { last_seen: None, ..computer }
    }

    const BOB: UserId = UserId::from_bits(2);
}
