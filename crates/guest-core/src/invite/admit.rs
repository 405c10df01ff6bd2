//! Whether a guest may connect now.

use crate::{
    Computer, Connection, Email, EndedRefusal, Fact, Facts, Instant, Invite, Permissions, Refusal,
    RefusalKind,
};

/// Somebody trying to connect.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// Which of the invite's links they used.
    pub link: u32,
    /// The account they are signed in as.
    pub account: Option<&'a Email>,
    /// The invite's computer.
    pub computer: &'a Computer,
    /// Whether the sender may still invite to that computer; asked for oneself only (GA-43).
    pub sender_may_invite: bool,
    /// Whether its agent is connected here; asked where this product carries the session (GA-4).
    pub reached: bool,
}

/// What a guest gets by connecting.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Admission {
    /// What they may use.
    pub permissions: Permissions,
    /// When the window ends the session; never for oneself.
    pub closes_at: Option<Instant>,
}

impl Invite {
    /// Decides whether somebody may connect at `now` (GA-4, GA-41, GA-42, GA-43, GA-47).
    ///
    /// It allocates nothing (QU-2).
    ///
    /// # Errors
    ///
    /// Returns the first reason, in the order of the rule, why they may not.
    pub fn admit(&self, attempt: Attempt<'_>, now: Instant) -> Result<Admission, ConnectRefusal> {
        self.recognize(attempt.link, attempt.account)?;
        self.require_live().map_err(ConnectRefusal::Ended)?;
        if self.kept_out {
            return Err(ConnectRefusal::KeptOut);
        }
        if self.ignores_window() {
            if !attempt.sender_may_invite {
                return Err(ConnectRefusal::RightsLost);
            }
        } else if let Some(opens_in) = self.opens_in(now) {
            return Err(ConnectRefusal::TooEarly { opens_in });
        } else if self.window.end() <= now {
            return Err(ConnectRefusal::WindowOver);
        }
        if !attempt.computer.guest_access {
            return Err(ConnectRefusal::AccessOff);
        }
        let reached = match attempt.computer.connection {
            Connection::External => true,
            Connection::Relay => attempt.reached,
        };
        if !reached || !attempt.computer.is_online(now) {
            return Err(ConnectRefusal::ComputerOffline);
        }
        Ok(Admission { permissions: self.session_permissions(), closes_at: self.closes_at() })
    }

    /// Decides whether somebody with a link is the guest (GA-41).
    ///
    /// # Errors
    ///
    /// Returns that the link is not current, nobody is signed in, or another account is.
    pub fn recognize(&self, link: u32, account: Option<&Email>) -> Result<(), ConnectRefusal> {
        if link != self.link {
            return Err(ConnectRefusal::LinkUnknown);
        }
        let account = account.ok_or(ConnectRefusal::SignedOut)?;
        if *account == self.guest { Ok(()) } else { Err(ConnectRefusal::WrongAccount) }
    }

    /// Returns in how many seconds the window starts, rounded up.
    ///
    /// `None` once it has, and for oneself, whom it does not keep waiting (GA-43).
    #[must_use]
    pub fn opens_in(&self, now: Instant) -> Option<i64> {
        let start = Some(self.window.start()).filter(|_| !self.ignores_window());
        seconds_until(start, now)
    }

    /// Returns in how many seconds the window ends, rounded up.
    ///
    /// `None` once it has, and for oneself (GA-43).
    #[must_use]
    pub fn closes_in(&self, now: Instant) -> Option<i64> {
        seconds_until(self.closes_at(), now)
    }
}

/// Why somebody may not connect, in the order in which it is asked (GA-42).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ConnectRefusal {
    /// The link is not known, or not current.
    #[error("this link is not known; ask whoever invited you for a new one")]
    LinkUnknown,
    /// Nobody is signed in.
    #[error("sign in with the address that was invited")]
    SignedOut,
    /// Another account is invited; which one is not said (GA-41).
    #[error("this invite is for another account")]
    WrongAccount,
    /// The invite has ended.
    #[error(transparent)]
    Ended(EndedRefusal),
    /// The guest was put out until readmitted.
    #[error("you were put out; whoever invited you can let you back in")]
    KeptOut,
    /// The window has not started.
    #[error("this invite opens in {opens_in} s")]
    TooEarly {
        /// How long until it does, in seconds, rounded up.
        opens_in: i64,
    },
    /// The window has ended.
    #[error("the time of this invite is over")]
    WindowOver,
    /// Whoever invited themselves may no longer do so.
    #[error("you may no longer invite anybody to this computer")]
    RightsLost,
    /// The computer lets no guests in.
    #[error("guest access is turned off on this computer")]
    AccessOff,
    /// The computer is not there.
    #[error("the computer is offline")]
    ComputerOffline,
}

impl Refusal for ConnectRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::LinkUnknown => "link_unknown",
            Self::SignedOut => "unauthenticated",
            Self::WrongAccount => "wrong_account",
            Self::Ended(ended) => ended.code(),
            Self::KeptOut => "kept_out",
            Self::TooEarly { .. } => "too_early",
            Self::WindowOver => "window_over",
            Self::RightsLost => "forbidden",
            Self::AccessOff => "guest_access_off",
            Self::ComputerOffline => "computer_offline",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::LinkUnknown => RefusalKind::Absent,
            Self::SignedOut => RefusalKind::Unauthenticated,
            Self::WrongAccount | Self::RightsLost => RefusalKind::Forbidden,
            Self::Ended(ended) => ended.kind(),
            Self::KeptOut
            | Self::TooEarly { .. }
            | Self::WindowOver
            | Self::AccessOff
            | Self::ComputerOffline => RefusalKind::Conflict,
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Ended(ended) => ended.facts(),
            Self::TooEarly { opens_in } => vec![("opens_in_seconds", Fact::Number(*opens_in))],
            Self::LinkUnknown
            | Self::SignedOut
            | Self::WrongAccount
            | Self::KeptOut
            | Self::WindowOver
            | Self::RightsLost
            | Self::AccessOff
            | Self::ComputerOffline => Facts::new(),
        }
    }
}

fn seconds_until(moment: Option<Instant>, now: Instant) -> Option<i64> {
    let left = moment? - now;
    let seconds = left.num_seconds() + i64::from(left.subsec_nanos() > 0);
    (seconds > 0).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invite::fixtures::{
        ada, at, ended, invite, lin, login, personal_computer, team_computer, used,
    };
    use crate::{HostLoginState, Kind, Peripheral};

    #[test]
    fn ga_42_the_checks_come_in_this_order() {
        let defects = [
            Defect::Link,
            Defect::SignedOut,
            Defect::Account,
            Defect::Ended,
            Defect::KeptOut,
            Defect::Early,
            Defect::Late,
            Defect::AccessOff,
            Defect::Offline,
        ];
        for kind in [Kind::Outside, Kind::Team] {
            check_order(kind, &defects);
        }
    }

    #[test]
    fn ga_43_the_checks_for_oneself_come_in_this_order() {
        let defects = [
            Defect::Link,
            Defect::SignedOut,
            Defect::Account,
            Defect::Ended,
            Defect::KeptOut,
            Defect::Rights,
            Defect::AccessOff,
            Defect::Offline,
        ];
        check_order(Kind::Oneself, &defects);
    }

    #[test]
    fn ga_43_the_right_to_invite_is_asked_for_oneself_only() {
        for kind in [Kind::Outside, Kind::Team] {
            let mut scene = Scene::new(kind);
            Defect::Rights.strike(&mut scene);
            assert!(scene.admit().is_ok());
        }
    }

    #[test]
    fn ga_43_one_can_always_connect_to_oneself_with_everything() {
        let always = Admission { permissions: Permissions::FULL, closes_at: None };
        for now in ["00:00", "10:00", "12:00", "23:59"] {
            let computer = Computer { last_seen: Some(at(now)), ..personal_computer() };
            let scene = Scene { computer, now, ..Scene::new(Kind::Oneself) };
            assert_eq!(scene.admit(), Ok(always));
        }
    }

    #[test]
    fn ga_4_a_relayed_computer_is_reached_over_its_socket_only() {
        let relayed = Computer { connection: Connection::Relay, ..team_computer() };
        for (reached, expected) in [(true, None), (false, Some(ConnectRefusal::ComputerOffline))] {
            let scene = Scene { computer: relayed.clone(), reached, ..Scene::new(Kind::Team) };
            assert_eq!(scene.admit().err(), expected);
        }
        // A socket alone is not enough: its agent speaks up as any other's.
        let silent = Computer { last_seen: Some(at("10:00")), ..relayed };
        let scene = Scene { computer: silent, reached: true, ..Scene::new(Kind::Team) };
        assert_eq!(scene.admit(), Err(ConnectRefusal::ComputerOffline));
    }

    #[test]
    fn ga_47_the_window_is_half_open() {
        let admission = Admission {
            permissions: Permissions::NONE.with(Peripheral::Mouse),
            closes_at: Some(at("12:00")),
        };
        check_clock("08:00", Err(ConnectRefusal::TooEarly { opens_in: 7_200 }));
        check_clock("09:59:58.999999", Err(ConnectRefusal::TooEarly { opens_in: 2 }));
        check_clock("09:59:59", Err(ConnectRefusal::TooEarly { opens_in: 1 }));
        check_clock("09:59:59.999999", Err(ConnectRefusal::TooEarly { opens_in: 1 }));
        check_clock("10:00", Ok(admission));
        check_clock("11:59:59.999999", Ok(admission));
        check_clock("12:00", Err(ConnectRefusal::WindowOver));
        check_clock("18:00", Err(ConnectRefusal::WindowOver));
    }

    #[test]
    fn ga_47_the_seconds_that_are_left_are_rounded_up() {
        #[track_caller]
        fn check(kind: Kind, now: &str, opens: Option<i64>, closes: Option<i64>) {
            let invite = invite(kind);
            assert_eq!((invite.opens_in(at(now)), invite.closes_in(at(now))), (opens, closes));
        }
        check(Kind::Team, "09:59", Some(60), Some(7_260));
        check(Kind::Team, "09:59:59.999999", Some(1), Some(7_201));
        check(Kind::Team, "10:00", None, Some(7_200));
        check(Kind::Team, "11:59:59.5", None, Some(1));
        check(Kind::Team, "12:00", None, None);
        check(Kind::Oneself, "09:59", None, None);
    }

    #[test]
    fn ga_36_a_used_invite_is_used_again_and_again() {
        let scene = Scene { invite: used(Kind::Outside), ..Scene::new(Kind::Outside) };
        assert!(scene.admit().is_ok());
    }

    #[test]
    fn ga_34_a_session_opened_now_has_the_permissions_of_now() {
        let mut scene = Scene::new(Kind::Team);
        scene.invite.permissions = Permissions::NONE.with(Peripheral::Gamepad);
        assert_eq!(scene.admit().unwrap().permissions, scene.invite.permissions);
    }

    #[test]
    fn ga_31_a_login_that_changed_after_use_lets_the_guest_in() {
        let mut scene = Scene { invite: used(Kind::Outside), ..Scene::new(Kind::Outside) };
        scene.computer.login = HostLoginState::Known(login("somebody-else"));
        assert!(scene.admit().is_ok());
    }

    #[test]
    fn ga_19_only_the_current_link_opens() {
        let mut scene = Scene::new(Kind::Outside);
        scene.invite = scene.invite.new_link().unwrap().next;
        assert_eq!(scene.admit(), Err(ConnectRefusal::LinkUnknown));
        scene.link = 1;
        assert!(scene.admit().is_ok());
        scene.link = 2;
        assert_eq!(scene.admit(), Err(ConnectRefusal::LinkUnknown));
    }

    #[test]
    fn ga_41_another_account_learns_no_address() {
        let scene = Scene { account: Some(ada()), ..Scene::new(Kind::Outside) };
        let refusal = scene.admit().unwrap_err();
        assert_eq!(refusal.to_string(), "this invite is for another account");
        assert_eq!(refusal.facts(), []);
        let spelled = Some(Email::parse("LIN@Example.ORG").unwrap());
        assert!(Scene { account: spelled, ..Scene::new(Kind::Outside) }.admit().is_ok());
    }

    #[test]
    fn ga_41_the_guest_is_who_has_the_link_and_the_account() {
        #[track_caller]
        fn check(link: u32, account: Option<&Email>, expected: Result<(), ConnectRefusal>) {
            for invite in [vec![invite(Kind::Outside)], ended(Kind::Outside).to_vec()].concat() {
                assert_eq!(invite.recognize(link, account), expected);
            }
        }
        check(0, Some(&lin()), Ok(()));
        check(0, Some(&ada()), Err(ConnectRefusal::WrongAccount));
        check(0, None, Err(ConnectRefusal::SignedOut));
        check(1, Some(&lin()), Err(ConnectRefusal::LinkUnknown));
        check(1, None, Err(ConnectRefusal::LinkUnknown));
    }

    #[test]
    fn ga_42_how_it_ended_is_said_to_the_guest() {
        for invite in ended(Kind::Outside) {
            let (_, reason) = invite.life.ended().unwrap();
            let refusal = Scene { invite, ..Scene::new(Kind::Outside) }.admit().unwrap_err();
            assert_eq!(refusal.to_string(), format!("this invite has ended ({reason})"));
            assert_eq!(refusal.facts(), [("reason", Fact::Text(reason.to_owned()))]);
        }
    }

    #[test]
    fn each_refusal_has_a_code_and_a_kind() {
        use RefusalKind::{Absent, Conflict, Forbidden, Unauthenticated};
        check_refusal(Defect::Link, "link_unknown", Absent);
        check_refusal(Defect::SignedOut, "unauthenticated", Unauthenticated);
        check_refusal(Defect::Account, "wrong_account", Forbidden);
        check_refusal(Defect::Ended, "invite_ended", Conflict);
        check_refusal(Defect::KeptOut, "kept_out", Conflict);
        check_refusal(Defect::Early, "too_early", Conflict);
        check_refusal(Defect::Late, "window_over", Conflict);
        check_refusal(Defect::Rights, "forbidden", Forbidden);
        check_refusal(Defect::AccessOff, "guest_access_off", Conflict);
        check_refusal(Defect::Offline, "computer_offline", Conflict);
        let facts = ConnectRefusal::TooEarly { opens_in: 9 }.facts();
        assert_eq!(facts, [("opens_in_seconds", Fact::Number(9))]);
    }

    /// Whatever else is wrong later in the order, the first defect is the one named.
    #[track_caller]
    fn check_order(kind: Kind, defects: &[Defect]) {
        assert!(Scene::new(kind).admit().is_ok());
        for (place, first) in defects.iter().enumerate() {
            let mut alone = Scene::new(kind);
            first.strike(&mut alone);
            let refusal = alone.admit().unwrap_err();
            assert_eq!(refusal, first.refusal());
            for second in &defects[place + 1..] {
                let mut scene = Scene::new(kind);
                second.strike(&mut scene);
                first.strike(&mut scene);
                assert_eq!(scene.admit(), Err(refusal), "{first:?} before {second:?}");
            }
        }
    }

    #[track_caller]
    fn check_clock(now: &'static str, expected: Result<Admission, ConnectRefusal>) {
        for kind in [Kind::Outside, Kind::Team] {
            let computer = Computer { last_seen: Some(at(now)), ..team_computer() };
            let scene = Scene { computer, now, ..Scene::new(kind) };
            assert_eq!(scene.admit(), expected, "at {now}");
        }
    }

    #[track_caller]
    fn check_refusal(defect: Defect, code: &str, kind: RefusalKind) {
        let refusal = defect.refusal();
        assert_eq!((refusal.code(), refusal.kind()), (code, kind));
    }

    /// One reason not to let a guest in.
    #[derive(Clone, Copy, Debug)]
    enum Defect {
        Link,
        SignedOut,
        Account,
        Ended,
        KeptOut,
        Early,
        Late,
        Rights,
        AccessOff,
        Offline,
    }

    impl Defect {
        fn strike(self, scene: &mut Scene) {
            match self {
                Self::Link => scene.link = 1,
                Self::SignedOut => scene.account = None,
                Self::Account => {
                    scene.account = Some(Email::parse("mallory@example.net").unwrap());
                }
                Self::Ended => scene.invite.life = ended(Kind::Team)[1].life,
                Self::KeptOut => scene.invite.kept_out = true,
                Self::Early => scene.now = "09:59",
                Self::Late => scene.now = "12:00",
                Self::Rights => scene.sender_may_invite = false,
                Self::AccessOff => scene.computer.guest_access = false,
                Self::Offline => scene.computer.last_seen = None,
            }
        }

        fn refusal(self) -> ConnectRefusal {
            match self {
                Self::Link => ConnectRefusal::LinkUnknown,
                Self::SignedOut => ConnectRefusal::SignedOut,
                Self::Account => ConnectRefusal::WrongAccount,
                Self::Ended => {
                    ConnectRefusal::Ended(ended(Kind::Team)[1].require_live().unwrap_err())
                }
                Self::KeptOut => ConnectRefusal::KeptOut,
                Self::Early => ConnectRefusal::TooEarly { opens_in: 60 },
                Self::Late => ConnectRefusal::WindowOver,
                Self::Rights => ConnectRefusal::RightsLost,
                Self::AccessOff => ConnectRefusal::AccessOff,
                Self::Offline => ConnectRefusal::ComputerOffline,
            }
        }
    }

    /// Somebody at the door.
    struct Scene {
        invite: Invite,
        computer: Computer,
        link: u32,
        account: Option<Email>,
        sender_may_invite: bool,
        reached: bool,
        now: &'static str,
    }

    impl Scene {
        /// Everything is as it should be, and the time is 10:30.
        fn new(kind: Kind) -> Self {
            Self {
                account: Some(if kind == Kind::Oneself { ada() } else { lin() }),
                invite: invite(kind),
                computer: team_computer(),
                link: 0,
                sender_may_invite: true,
                reached: false,
                now: "10:30",
            }
        }

        fn admit(&self) -> Result<Admission, ConnectRefusal> {
            let attempt = Attempt {
                link: self.link,
                account: self.account.as_ref(),
                computer: &self.computer,
                sender_may_invite: self.sender_may_invite,
                reached: self.reached,
            };
            self.invite.admit(attempt, at(self.now))
        }
    }
}
