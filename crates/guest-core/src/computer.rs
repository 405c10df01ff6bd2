//! Computers: how they come to be known, who sees them, and whether they are there.
//!
//! A computer is online while its agent has been heard from within
//! [`SILENCE`]; nothing stores that it is, only when it was heard from.

mod readiness;

pub use self::readiness::NotReady;

use chrono::TimeDelta;

use crate::{
    ComputerId, ComputerKeyId, ComputerName, Forbidden, HostLogin, Instant, Role, SecretHash,
    TeamId, UserId,
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

/// What a team key's heartbeat finds under the name it reports (GA-1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Named {
    /// The key's own computer.
    Ours(Computer),
    /// A team computer without a living key, to be taken over.
    Orphan(Computer),
    /// Nothing: the computer is provisioned.
    Nobody,
}

/// Decides what the agent name in a team key's heartbeat stands for (GA-1).
///
/// `ours` is the key's computer, removed or not, whose agent reports this
/// name; `holder` is whoever holds the name among the team's computers.
///
/// # Errors
///
/// Returns why the name cannot be used with this key.
pub fn claim(
    ours: Option<Computer>,
    holder: Option<(Computer, bool)>,
) -> Result<Named, ClaimRefusal> {
    match ours {
        Some(computer) if computer.is_removed() => {}
        Some(computer) => return Ok(Named::Ours(computer)),
        None => {
            return match holder {
                None => Ok(Named::Nobody),
                Some((computer, keyed)) => match computer.provision {
                    Provision::Team { .. } if !keyed => Ok(Named::Orphan(computer)),
                    Provision::Team { .. } | Provision::Personal { .. } => {
                        Err(ClaimRefusal::NameTaken)
                    }
                },
            };
        }
    }
    match holder {
        // Registered anew by an Administrator since it was removed.
        Some((computer, false)) if computer.owner().is_none() => Ok(Named::Orphan(computer)),
        Some(_) | None => Err(ClaimRefusal::Removed),
    }
}

/// Why an agent's name cannot be used with its key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ClaimRefusal {
    /// Another computer has the name.
    #[error("another computer of the team has this name; start the agent with another --name")]
    NameTaken,
    /// The computer was removed.
    #[error("this computer was removed from the team; an administrator can register it anew")]
    Removed,
}

impl crate::Refusal for ClaimRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NameTaken => "name_taken",
            Self::Removed => "computer_removed",
        }
    }

    fn kind(&self) -> crate::RefusalKind {
        match self {
            Self::NameTaken | Self::Removed => crate::RefusalKind::Conflict,
        }
    }
}

/// How long an agent may be silent and its computer still count as online (GA-4).
pub const SILENCE: TimeDelta = TimeDelta::seconds(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ga_4_online_within_thirty_seconds_of_the_last_word() {
        let heard = |at: &str, now: &str| {
            let last_seen = Some(at_(at));
            Computer { last_seen, announced: true, ..team() }.is_online(at_(now))
        };
        assert!(heard("09:00:00", "09:00:00"));
        assert!(heard("09:00:00", "09:00:29"));
        assert!(!heard("09:00:00", "09:00:30"));
        assert!(!team().is_online(at_("09:00:00")));
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
        let heard = Computer { last_seen: Some(at_("09:00:00")), announced: true, ..team() };
        for (now, step) in [("10:00:05", 3_600), ("08:00:05", -3_600), ("09:00:45", 40)] {
            let carried = heard.carried_over(TimeDelta::seconds(step), at_(now)).unwrap();
            assert!(carried.is_online(at_(now)), "{now}");
            assert!(!carried.is_online(at_(now) + SILENCE), "{now}");
        }
        assert_eq!(heard.carried_over(TimeDelta::seconds(3_600), at_("10:00:31")), None);
        let silent = Computer { announced: false, ..heard };
        assert_eq!(silent.carried_over(TimeDelta::seconds(40), at_("09:00:41")), None);
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
        let (computer, told) = computer.heard(report, own, Connection::External, at_("09:00:00"));
        assert_eq!(computer.login, *after);
        assert_eq!(told, if changed { vec![PresenceChange::Login] } else { vec![] });
    }

    #[test]
    fn ga_4_coming_and_going_are_told_once() {
        let hear = |computer: &Computer, now| {
            computer.heard(LoginReport::Unmentioned, None, Connection::External, at_(now))
        };
        let (online, first) = hear(&team(), "09:00:00");
        let (online, second) = hear(&online, "09:00:10");
        assert_eq!((first, second), (vec![PresenceChange::Online], vec![]));
        assert_eq!(online.due(), Some(at_("09:00:40")));
        assert_eq!(online.handle_due(at_("09:00:39")), None);
        let offline = online.handle_due(at_("09:00:40")).unwrap();
        assert_eq!((offline.due(), offline.handle_due(at_("09:01:00"))), (None, None));
    }

    #[test]
    fn ga_4_a_clock_set_back_does_not_bring_a_silent_computer_back() {
        let heard = Computer { last_seen: Some(at_("09:00:00")), announced: true, ..team() };
        let silent = heard.handle_due(at_("09:00:34")).unwrap();
        assert!(!silent.is_online(at_("09:00:29")));
        let (back, changes) =
            silent.heard(LoginReport::Unmentioned, None, Connection::External, at_("09:00:29"));
        assert_eq!(
            (back.is_online(at_("09:00:30")), changes),
            (true, vec![PresenceChange::Online])
        );
    }

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
        assert!(!team().remove(at_("09:00:00")).is_seen_by(Some(ADA), Owner));
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
    fn ga_1_what_a_reported_name_stands_for() {
        let gone = || team().remove(at_("08:00:00"));
        check_claim(None, None, &Ok(Named::Nobody));
        check_claim(Some(team()), None, &Ok(Named::Ours(team())));
        check_claim(None, Some((team(), true)), &Err(ClaimRefusal::NameTaken));
        check_claim(None, Some((team(), false)), &Ok(Named::Orphan(team())));
        check_claim(None, Some((personal(), false)), &Err(ClaimRefusal::NameTaken));
        check_claim(Some(gone()), None, &Err(ClaimRefusal::Removed));
        check_claim(Some(gone()), Some((team(), false)), &Ok(Named::Orphan(team())));
        check_claim(Some(gone()), Some((team(), true)), &Err(ClaimRefusal::Removed));
    }

    #[track_caller]
    fn check_claim(
        ours: Option<Computer>,
        holder: Option<(Computer, bool)>,
        expected: &Result<Named, ClaimRefusal>,
    ) {
        assert_eq!(claim(ours, holder), *expected);
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
        let online = Computer { last_seen: Some(at_("09:00:00")), announced: true, ..team() };
        let orphan = online.orphan();
        assert!(!orphan.is_online(at_("09:00:01")));
        assert_eq!(orphan.provision, Provision::Team { key: None });
        let (key, name) = (ComputerKeyId::from_bits(5), ComputerName::parse("host-7").unwrap());
        let adopted = orphan.adopt(key, name.clone());
        assert_eq!(adopted.provision, Provision::Team { key: Some(key) });
        assert_eq!((adopted.agent_name, adopted.name), (Some(name), orphan.name));
    }

    const ADA: UserId = UserId::from_bits(1);
    const BOB: UserId = UserId::from_bits(2);

    fn team() -> Computer {
        let team = TeamId::parse("acme").unwrap();
        let name = ComputerName::parse("studio-1").unwrap();
        let provision = Provision::Team { key: None };
        Computer::register(team, ComputerId::from_bits(1), name, provision, at_("08:00:00"))
    }

    fn personal() -> Computer {
        let token = SecretHash::from_bytes([0; 32]);
        Computer { provision: Provision::Personal { user: ADA, token }, ..team() }
    }

    fn at_(clock: &str) -> Instant {
        format!("2026-12-01T{clock}Z").parse().unwrap()
    }
}
