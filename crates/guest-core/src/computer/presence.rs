//! Whether a computer is there, and who is logged in on it.

use chrono::TimeDelta;

use crate::{Computer, Connection, HostLogin, Instant};

/// Who is logged in on a [`Computer`], as far as is known (GA-4).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HostLoginState {
    /// Its agent has not said.
    Unknown,
    /// Nobody is.
    Nobody,
    /// This one is.
    Known(HostLogin),
}

/// What a heartbeat says of the host login (GA-4).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LoginReport {
    /// Nothing: the login is as it was.
    Unmentioned,
    /// Nobody is logged in any more.
    LoggedOut,
    /// This one is logged in.
    LoggedIn(HostLogin),
}

/// What follows from hearing an agent, or from not hearing it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PresenceChange {
    /// The computer has come online.
    Online,
    /// The computer has gone offline; its sessions are lost (GA-44).
    Offline,
    /// Somebody else, or nobody, is logged in now (GA-31).
    Login,
}

impl Computer {
    /// Returns whether the agent has been heard from within 30 s (GA-4).
    ///
    /// A moment in the future counts as far as one in the past: it was
    /// written before the clock was set back. Nor does such a clock bring a
    /// computer back whose silence was noticed; that takes its agent.
    #[must_use]
    pub fn is_online(&self, now: Instant) -> bool {
        self.announced
            && self.last_seen.is_some_and(|seen| (now - seen).abs() < SILENCE)
            && !self.is_removed()
    }

    /// Returns the computer after the clock has stepped by `step` to `now`, if it was heard of
    /// shortly before: a step is no silence (GA-4, CN-13).
    #[must_use]
    pub fn carried_over(&self, step: TimeDelta, now: Instant) -> Option<Self> {
        let before = now.checked_sub_signed(step)?;
        let carried = |at: Option<Instant>| at.and_then(|at| at.checked_add_signed(step));
        self.is_online(before).then(|| Self {
            last_seen: carried(self.last_seen),
            heard_since: carried(self.heard_since),
            ..self.clone()
        })
    }

    /// Returns the host login to remember with an invite made now (GA-18).
    #[must_use]
    pub fn known_login(&self) -> Option<HostLogin> {
        match &self.login {
            HostLoginState::Known(login) => Some(login.clone()),
            HostLoginState::Unknown | HostLoginState::Nobody => None,
        }
    }

    /// Records that the agent was heard (GA-4).
    ///
    /// `own` is the email of the user whose own computer it is: on a personal
    /// computer any login, or none mentioned, counts as theirs.
    #[must_use]
    pub fn heard(
        &self,
        report: LoginReport,
        own: Option<&HostLogin>,
        connection: Connection,
        now: Instant,
    ) -> (Self, Vec<PresenceChange>) {
        let login = match (report, own) {
            (LoginReport::LoggedOut, _) => HostLoginState::Nobody,
            (LoginReport::Unmentioned | LoginReport::LoggedIn(_), Some(own)) => {
                HostLoginState::Known(own.clone())
            }
            (LoginReport::LoggedIn(login), None) => HostLoginState::Known(login),
            (LoginReport::Unmentioned, None) => self.login.clone(),
        };
        let mut changes = Vec::new();
        if !self.announced {
            changes.push(PresenceChange::Online);
        }
        if login != self.login {
            changes.push(PresenceChange::Login);
        }
        let (heard_since, heard_before) = if self.is_online(now) {
            (self.heard_since, self.heard_before)
        } else {
            (Some(now), self.last_seen)
        };
        let heard = Self {
            login,
            connection,
            last_seen: Some(now),
            heard_since,
            heard_before,
            announced: true,
            ..self.clone()
        };
        (heard, changes)
    }

    /// Returns when silence will have lasted too long, while that matters.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        let seen = self.last_seen.filter(|_| self.announced && !self.is_removed())?;
        Some(seen + SILENCE)
    }

    /// Records the silence, if it has lasted too long (GA-4, GA-44).
    #[must_use]
    pub fn handle_due(&self, now: Instant) -> Option<Self> {
        (self.announced && !self.is_online(now)).then(|| Self { announced: false, ..self.clone() })
    }
}

/// How long an agent may be silent and its computer still count as online (GA-4).
pub const SILENCE: TimeDelta = TimeDelta::seconds(30);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::computer::fixtures::{at, team};

    #[test]
    fn ga_4_online_within_thirty_seconds_of_the_last_word() {
        let heard = |word: &str, now: &str| {
            let last_seen = Some(at(word));
            Computer { last_seen, announced: true, ..team() }.is_online(at(now))
        };
        assert!(heard("09:00:00", "09:00:00"));
        assert!(heard("09:00:00", "09:00:29"));
        assert!(!heard("09:00:00", "09:00:30"));
        assert!(!team().is_online(at("09:00:00")));
        // The clock was set back by an hour: the old word does not keep it online.
        assert!(!heard("10:00:00", "09:00:00"));
    }

    #[test]
    fn ga_4_logins_follow_what_is_reported() {
        let known = |name: &str| HostLoginState::Known(HostLogin::parse(name).unwrap());
        let said = |name: &str| LoginReport::LoggedIn(HostLogin::parse(name).unwrap());
        let unknown = HostLoginState::Unknown;
        check_login(unknown.clone(), LoginReport::Unmentioned, None, &unknown);
        check_login(known("ada"), LoginReport::Unmentioned, None, &known("ada"));
        check_login(known("ada"), LoginReport::LoggedOut, None, &HostLoginState::Nobody);
        check_login(known("ada"), said("bob"), None, &known("bob"));
        let own = HostLogin::parse("ada@acme.example").unwrap();
        let theirs = HostLoginState::Known(own.clone());
        check_login(unknown.clone(), LoginReport::Unmentioned, Some(&own), &theirs);
        check_login(unknown, said("bob"), Some(&own), &theirs);
        check_login(known("x"), LoginReport::LoggedOut, Some(&own), &HostLoginState::Nobody);
    }

    #[test]
    fn ga_4_a_step_of_the_clock_is_no_silence() {
        let heard = Computer { last_seen: Some(at("09:00:00")), announced: true, ..team() };
        for (now, step) in [("10:00:05", 3_600), ("08:00:05", -3_600), ("09:00:45", 40)] {
            let carried = heard.carried_over(TimeDelta::seconds(step), at(now)).unwrap();
            assert!(carried.is_online(at(now)), "{now}");
            assert!(!carried.is_online(at(now) + SILENCE), "{now}");
        }
        assert_eq!(heard.carried_over(TimeDelta::seconds(3_600), at("10:00:31")), None);
        let silent = Computer { announced: false, ..heard };
        assert_eq!(silent.carried_over(TimeDelta::seconds(40), at("09:00:41")), None);
    }

    #[track_caller]
    fn check_login(
        before: HostLoginState,
        report: LoginReport,
        own: Option<&HostLogin>,
        after: &HostLoginState,
    ) {
        let changed = before != *after;
        let computer = Computer { login: before, announced: true, ..team() };
        let (computer, told) = computer.heard(report, own, Connection::External, at("09:00:00"));
        assert_eq!(computer.login, *after);
        assert_eq!(told, if changed { vec![PresenceChange::Login] } else { vec![] });
    }

    #[test]
    fn ga_4_coming_and_going_are_told_once() {
        let hear = |computer: &Computer, now| {
            computer.heard(LoginReport::Unmentioned, None, Connection::External, at(now))
        };
        let (online, first) = hear(&team(), "09:00:00");
        let (online, second) = hear(&online, "09:00:10");
        assert_eq!((first, second), (vec![PresenceChange::Online], vec![]));
        assert_eq!(online.due(), Some(at("09:00:40")));
        assert_eq!(online.handle_due(at("09:00:39")), None);
        let offline = online.handle_due(at("09:00:40")).unwrap();
        assert_eq!((offline.due(), offline.handle_due(at("09:01:00"))), (None, None));
    }

    #[test]
    fn ga_4_a_clock_set_back_does_not_bring_a_silent_computer_back() {
        let heard = Computer { last_seen: Some(at("09:00:00")), announced: true, ..team() };
        let silent = heard.handle_due(at("09:00:34")).unwrap();
        assert!(!silent.is_online(at("09:00:29")));
        let (back, changes) =
            silent.heard(LoginReport::Unmentioned, None, Connection::External, at("09:00:29"));
        assert_eq!((back.is_online(at("09:00:30")), changes), (true, vec![PresenceChange::Online]));
    }
}
