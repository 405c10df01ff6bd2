//! Whether a computer is there for a guest, and whether it was.

use crate::{Computer, HostLoginState, Instant, SILENCE, Window};

/// Why a computer is not ready for its guest (GA-60), in the order in which it is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum NotReady {
    /// Its agent is not heard.
    Offline,
    /// It lets no guests in.
    AccessOff,
    /// Nobody is logged in there.
    LoggedOut,
}

impl NotReady {
    /// Returns the reason's name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::AccessOff => "access_off",
            Self::LoggedOut => "logged_out",
        }
    }
}

impl Computer {
    /// Returns why a guest could not be let in now, the first reason (GA-60); `None` if one could.
    #[must_use]
    pub fn not_ready(&self, now: Instant) -> Option<NotReady> {
        if !self.is_online(now) {
            return Some(NotReady::Offline);
        }
        if !self.guest_access {
            return Some(NotReady::AccessOff);
        }
        match self.login {
            HostLoginState::Nobody => Some(NotReady::LoggedOut),
            HostLoginState::Unknown | HostLoginState::Known(_) => None,
        }
    }

    /// Returns whether the computer was online at no moment of a window (GA-62).
    ///
    /// Only the last two stretches in which it was heard are known. Where what
    /// was before them would matter, it is taken to have been online.
    #[must_use]
    pub fn missed(&self, window: Window) -> bool {
        let silent_by_then = |last: Instant| last + SILENCE <= window.start();
        let not_now = match (self.heard_since, self.last_seen) {
            (Some(since), Some(last)) => silent_by_then(last) || window.end() <= since,
            (Some(_) | None, Some(_) | None) => true,
        };
        not_now && self.heard_before.is_none_or(silent_by_then)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::computer::fixtures::{at, team};
    use crate::{Connection, HostLogin, LoginReport, Zone};

    #[test]
    fn ga_60_a_computer_is_ready_for_a_guest_or_the_first_reason_is_named() {
        let ready = Computer {
            last_seen: Some(at("09:00:00")),
            announced: true,
            guest_access: true,
            login: HostLoginState::Known(HostLogin::parse("kiosk").unwrap()),
            ..team()
        };
        let check = |computer: &Computer, expected| {
            assert_eq!(computer.not_ready(at("09:00:10")), expected);
        };
        check(&ready, None);
        check(&Computer { login: HostLoginState::Unknown, ..ready.clone() }, None);
        let logged_out = Computer { login: HostLoginState::Nobody, ..ready };
        check(&logged_out, Some(NotReady::LoggedOut));
        let access_off = Computer { guest_access: false, ..logged_out };
        check(&access_off, Some(NotReady::AccessOff));
        check(&Computer { last_seen: None, ..access_off }, Some(NotReady::Offline));
        let names = [NotReady::Offline, NotReady::AccessOff, NotReady::LoggedOut];
        assert_eq!(names.map(NotReady::name), ["offline", "access_off", "logged_out"]);
    }

    #[test]
    fn ga_62_a_computer_misses_a_window_in_which_it_was_never_online() {
        // The window is 10:00 to 12:00.
        check_missed(&[], true);
        check_missed(&["09:59:30"], true);
        check_missed(&["09:59:31"], false);
        check_missed(&["10:30:00"], false);
        check_missed(&["11:59:59"], false);
        check_missed(&["12:00:00"], true);
        // What is heard after the end does not hide what was before.
        check_missed(&["10:30:00", "12:30:00", "12:30:10"], false);
        check_missed(&["09:00:00", "12:30:00", "12:30:10"], true);
        check_missed(&["11:59:50", "12:00:10", "12:00:20"], false);
        // Two stretches after the end: what was before the first is not known.
        check_missed(&["10:30:00", "12:30:00", "13:30:00"], false);
    }

    #[test]
    fn ga_62_a_key_that_is_deleted_leaves_when_its_computer_was_heard() {
        let heard = team().heard(LoginReport::Unmentioned, None, Connection::Relay, at("10:30:00"));
        assert!(!heard.0.orphan().missed(window()));
    }

    /// Checks whether a computer heard at these times missed the window from 10:00 to 12:00.
    #[track_caller]
    fn check_missed(heard: &[&str], expected: bool) {
        let computer = heard.iter().fold(team(), |computer, clock| {
            computer.heard(LoginReport::Unmentioned, None, Connection::Relay, at(clock)).0
        });
        assert_eq!(computer.missed(window()), expected, "{heard:?}");
    }

    fn window() -> Window {
        Window::new(at("10:00:00"), at("12:00:00"), Zone::UTC).unwrap()
    }
}
