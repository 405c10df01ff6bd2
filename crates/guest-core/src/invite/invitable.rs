//! Whether guests can be invited to a computer at all.

use crate::{
    Computer, Email, Fact, Facts, GuestKind, HostLoginState, InputError, Instant, Refusal,
    RefusalKind, SenderPolicy, UserId, Window,
};

/// A request to invite guests, as far as its rules go.
#[derive(Clone, Copy, Debug)]
pub struct Inviting<'a> {
    /// The computer.
    pub computer: &'a Computer,
    /// The guests.
    pub guests: &'a [GuestKind],
    /// Who asks.
    pub sender: UserId,
    /// Whom the team's personal computers serve.
    pub policy: SenderPolicy,
}

impl Inviting<'_> {
    /// Checks the part of a window that depends on the clock (GA-12), all errors at once.
    ///
    /// # Errors
    ///
    /// Returns each error with its place under `pointer`.
    pub fn check_window(
        window: &Window,
        pointer: &str,
        now: Instant,
    ) -> Result<(), Vec<InputError>> {
        let end = window.check_end(now).map_err(|no| InputError::at(format!("{pointer}/end"), &no));
        let start =
            window.check_start(now).map_err(|no| InputError::at(format!("{pointer}/start"), &no));
        let errors: Vec<_> = [start, end].into_iter().filter_map(Result::err).collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Decides whether these guests can be invited to this computer (GA-2, GA-5, GA-6).
    ///
    /// An offline team computer is no reason against it; the sender is warned.
    ///
    /// # Errors
    ///
    /// Returns the first reason against it.
    pub fn check(self, now: Instant) -> Result<(), InviteRefusal> {
        if !self.computer.guest_access {
            return Err(InviteRefusal::AccessOff);
        }
        if let Some(owner) = self.computer.owner() {
            if owner != self.sender {
                return Err(InviteRefusal::NotYours);
            }
            if !self.computer.is_online(now) {
                return Err(InviteRefusal::ComputerOffline);
            }
            if !matches!(self.computer.login, HostLoginState::Known(_)) {
                return Err(InviteRefusal::HostNotLoggedIn);
            }
        }
        let barred = self.policy.barred(self.computer, self.guests);
        if barred.is_empty() {
            Ok(())
        } else {
            Err(InviteRefusal::TeamComputerRequired {
                emails: barred.into_iter().cloned().collect(),
            })
        }
    }
}

/// Why guests cannot be invited to a computer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InviteRefusal {
    /// It lets no guests in.
    #[error("guest access is turned off on this computer; turn it on first")]
    AccessOff,
    /// It is somebody else's own.
    #[error("only its own user can invite guests to a personal computer")]
    NotYours,
    /// It is one's own, and not there.
    #[error("your computer is offline; start its agent first")]
    ComputerOffline,
    /// It is one's own, and nobody is logged in.
    #[error("nobody is logged in on your computer; log in first")]
    HostNotLoggedIn,
    /// Guests who cost a credit need a team computer.
    #[error("guests from outside the team can be invited to team computers only")]
    TeamComputerRequired {
        /// Those guests.
        emails: Vec<Email>,
    },
}

impl Refusal for InviteRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::AccessOff => "guest_access_off",
            Self::NotYours => "forbidden",
            Self::ComputerOffline => "computer_offline",
            Self::HostNotLoggedIn => "host_not_logged_in",
            Self::TeamComputerRequired { .. } => "team_computer_required",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::NotYours => RefusalKind::Forbidden,
            Self::AccessOff
            | Self::ComputerOffline
            | Self::HostNotLoggedIn
            | Self::TeamComputerRequired { .. } => RefusalKind::Conflict,
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::TeamComputerRequired { emails } => {
                let emails = emails.iter().map(|email| email.as_str().to_owned()).collect();
                vec![("emails", Fact::Texts(emails))]
            }
            Self::AccessOff | Self::NotYours | Self::ComputerOffline | Self::HostNotLoggedIn => {
                Facts::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invite::fixtures::{
        ADA, ada, at, lin, login, paris, personal_computer, team_computer, window,
    };
    use crate::{Kind, UserId};

    #[test]
    fn ga_5_anybody_who_may_invite_invites_to_a_team_computer() {
        check(&team_computer(), BOB, Ok(()));
        check(&Computer { last_seen: None, ..team_computer() }, BOB, Ok(()));
        for login in [HostLoginState::Unknown, HostLoginState::Nobody] {
            check(&Computer { login, ..team_computer() }, BOB, Ok(()));
        }
    }

    #[test]
    fn ga_2_only_to_a_computer_with_guest_access_on() {
        for computer in [team_computer(), personal_computer()] {
            let off = Computer { guest_access: false, ..computer };
            check(&off, ADA, Err(&InviteRefusal::AccessOff));
        }
    }

    #[test]
    fn ga_5_its_own_user_invites_to_a_personal_computer_while_logged_in_there() {
        let own = personal_computer;
        check(&own(), ADA, Ok(()));
        check(&own(), BOB, Err(&InviteRefusal::NotYours));
        let heard = |last_seen| Computer { last_seen, ..own() };
        check(&heard(Some(at("10:29:30.000001"))), ADA, Ok(()));
        check(&heard(Some(at("10:29:30"))), ADA, Err(&InviteRefusal::ComputerOffline));
        check(&heard(None), ADA, Err(&InviteRefusal::ComputerOffline));
        for login in [HostLoginState::Unknown, HostLoginState::Nobody] {
            let out = Computer { login, ..own() };
            check(&out, ADA, Err(&InviteRefusal::HostNotLoggedIn));
        }
        let login = HostLoginState::Known(login("ada@acme.example"));
        check(&Computer { login, ..own() }, ADA, Ok(()));
    }

    #[test]
    fn ga_5_the_first_reason_is_named() {
        let mut computer = Computer {
            guest_access: false,
            last_seen: None,
            login: HostLoginState::Nobody,
            ..personal_computer()
        };
        let ask = |computer: &Computer, sender| {
            ask(computer, sender, &[Kind::Outside], SenderPolicy::Team).unwrap_err()
        };
        assert_eq!(ask(&computer, BOB), InviteRefusal::AccessOff);
        computer.guest_access = true;
        assert_eq!(ask(&computer, BOB), InviteRefusal::NotYours);
        assert_eq!(ask(&computer, ADA), InviteRefusal::ComputerOffline);
        computer.last_seen = Some(at("10:30"));
        assert_eq!(ask(&computer, ADA), InviteRefusal::HostNotLoggedIn);
        computer.login = HostLoginState::Known(login("ada"));
        assert_eq!(ask(&computer, ADA).code(), "team_computer_required");
    }

    #[test]
    fn ga_6_who_costs_a_credit_needs_a_team_computer() {
        use Kind::{Oneself, Outside, Team};
        let (team, own) = (team_computer(), personal_computer());
        check_policy(&own, &[Team, Oneself], SenderPolicy::Team, Ok(()));
        check_policy(&own, &[Team, Outside, Outside], SenderPolicy::Team, Err(2));
        check_policy(&own, &[Team, Outside], SenderPolicy::Anyone, Ok(()));
        check_policy(&team, &[Outside], SenderPolicy::Team, Ok(()));
    }

    #[test]
    fn ga_12_what_the_clock_has_against_a_window_is_told_at_once() {
        let day = chrono::TimeDelta::days(1);
        let now = at("10:00");
        let shifted = |by| {
            let tenth = window("10:00", "12:00");
            Window::new(tenth.start() + by, tenth.end() + by, paris()).unwrap()
        };
        check_clock(&window("10:00", "12:00"), now, &[]);
        check_clock(&shifted(day * 366), now, &[]);
        // The form took a minute to fill: a start may be past, an end may not.
        check_clock(&window("09:00", "10:00:00.000001"), now, &[]);
        check_clock(&window("09:00", "10:00"), now, &[("/window/end", "window_in_past")]);
        check_clock(&shifted(day * -1), now, &[("/window/end", "window_in_past")]);
        check_clock(&shifted(day * 367), now, &[("/window/start", "window_too_far")]);
    }

    #[test]
    fn each_refusal_has_a_code_and_a_kind() {
        use RefusalKind::{Conflict, Forbidden};
        check_refusal(&InviteRefusal::AccessOff, "guest_access_off", Conflict);
        check_refusal(&InviteRefusal::NotYours, "forbidden", Forbidden);
        check_refusal(&InviteRefusal::ComputerOffline, "computer_offline", Conflict);
        check_refusal(&InviteRefusal::HostNotLoggedIn, "host_not_logged_in", Conflict);
        let required = InviteRefusal::TeamComputerRequired { emails: vec![lin(), ada()] };
        check_refusal(&required, "team_computer_required", Conflict);
        let emails = ["lin@example.org", "ada@acme.example"].map(str::to_owned).to_vec();
        assert_eq!(required.facts(), [("emails", Fact::Texts(emails))]);
        assert_eq!(InviteRefusal::AccessOff.facts(), []);
    }

    /// Invites a user of the team.
    #[track_caller]
    fn check(computer: &Computer, sender: UserId, expected: Result<(), &InviteRefusal>) {
        let asked = ask(computer, sender, &[Kind::Team], SenderPolicy::Team);
        assert_eq!(asked.as_ref().copied(), expected);
    }

    /// Expects so many guests to be barred.
    #[track_caller]
    fn check_policy(
        computer: &Computer,
        kinds: &[Kind],
        policy: SenderPolicy,
        expected: Result<(), usize>,
    ) {
        let expected = expected
            .map_err(|barred| InviteRefusal::TeamComputerRequired { emails: vec![lin(); barred] });
        assert_eq!(ask(computer, ADA, kinds, policy), expected);
    }

    #[track_caller]
    fn check_clock(window: &Window, now: Instant, expected: &[(&str, &str)]) {
        let errors = Inviting::check_window(window, "/window", now).err().unwrap_or_default();
        let found: Vec<_> =
            errors.iter().map(|error| (error.pointer.as_str(), error.code)).collect();
        assert_eq!(found, expected);
    }

    #[track_caller]
    fn check_refusal(refusal: &InviteRefusal, code: &str, kind: RefusalKind) {
        assert_eq!((refusal.code(), refusal.kind()), (code, kind));
    }

    fn ask(
        computer: &Computer,
        sender: UserId,
        kinds: &[Kind],
        policy: SenderPolicy,
    ) -> Result<(), InviteRefusal> {
        let guests: Vec<_> =
            kinds.iter().map(|kind| GuestKind { guest: lin(), kind: *kind }).collect();
        Inviting { computer, guests: &guests, sender, policy }.check(at("10:30"))
    }

    const BOB: UserId = UserId::from_bits(2);
}
