//! What is always true.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use guest_core::{
    Admission, Attempt, ConnectRefusal, Connection, Credit, HostLoginState, Invite, InviteId, Kind,
    Life, Permissions, REMINDER, Reason, Reconciliation, RefundPolicy, SILENCE, Session,
    latest_end,
};

use super::world::World;

impl World {
    /// Checks every law; `before` is what the invites were before the last operation.
    #[track_caller]
    pub(crate) fn check(&mut self, before: &BTreeMap<InviteId, Invite>) {
        self.check_books();
        for invite in self.invites.values() {
            self.check_credit(invite);
            self.check_window(invite);
            self.check_login(invite);
            self.check_due(invite);
            if let Some(before) = before.get(&invite.id) {
                self.check_change(before, invite);
            }
        }
        assert!(before.keys().all(|id| self.invites.contains_key(id)), "no invite goes missing");
        self.check_sessions();
    }

    /// GA-41 to GA-47: who is let in, told apart from how it is decided.
    #[track_caller]
    pub(crate) fn check_admission(
        &self,
        invite: &Invite,
        attempt: Attempt<'_>,
        admission: Result<Admission, ConnectRefusal>,
    ) {
        let timely = match invite.kind {
            Kind::Oneself => attempt.sender_may_invite,
            Kind::Outside | Kind::Team => {
                invite.window.start() <= self.now && self.now < invite.window.end()
            }
        };
        let welcome = invite.is_live()
            && !invite.kept_out
            && timely
            && attempt.link == invite.link
            && attempt.account == Some(&invite.guest)
            && attempt.computer.guest_access
            && (attempt.reached || attempt.computer.connection == Connection::External)
            && attempt.computer.is_online(self.now);
        assert_eq!(admission.is_ok(), welcome, "{admission:?} for {invite:?}");
        if let Ok(admission) = admission {
            let (permissions, closes_at) = match invite.kind {
                Kind::Oneself => (Permissions::FULL, None),
                Kind::Outside | Kind::Team => (invite.permissions, Some(invite.window.end())),
            };
            assert_eq!(admission, Admission { permissions, closes_at });
        }
    }

    /// GA-37: a reminder comes at most once for each start, in the 15 minutes before it, and only
    /// if the start was chosen earlier than that and the guest may come.
    #[track_caller]
    pub(crate) fn check_reminder(&self, invite: &Invite) {
        let start = invite.window.start();
        assert!(start - REMINDER <= self.now && self.now < start, "reminded at {}", self.now);
        let (chosen_at, reminders) = self.reminders[&invite.id];
        assert!(chosen_at <= start - REMINDER, "a mail had just said it");
        assert_eq!(reminders, 0, "reminded again");
        assert!(!invite.kept_out, "reminded of what they may not come to");
    }

    /// GA-62: only if nothing was heard of a computer in the whole window is its sender told so.
    ///
    /// Where the clock was set back, what was heard may have been in a future that did not come.
    #[track_caller]
    pub(crate) fn check_missed(&self, invite: &Invite) {
        assert_eq!(invite.used_at, None);
        let (start, end) = (invite.window.start(), invite.window.end());
        let mut heard = self.heard.iter().filter(|(computer, _)| *computer == invite.computer);
        let there = heard.any(|(_, at)| *at < end && start < *at + SILENCE);
        assert!(!there || self.was_set_back, "it was there: {invite:?}");
    }

    /// CN-3: a ticket lets in once, and within 30 s.
    #[track_caller]
    pub(crate) fn check_ticket(&mut self, session: &Session) {
        let age = (self.now - session.opened_at).abs();
        assert!(session.is_live() && age < TimeDelta::seconds(30), "too old a ticket");
        assert!(self.taken.insert(session.id), "taken again");
    }

    /// CR-1, CR-31: the balance is the sum of the entries and never negative.
    #[track_caller]
    fn check_books(&self) {
        let mut sum = 0;
        for entry in &self.entries {
            sum += entry.amount;
            assert_eq!(i64::try_from(entry.balance), Ok(sum));
        }
        assert_eq!(i64::try_from(self.account.balance), Ok(sum));
        let mut audit = Reconciliation::new(&self.account);
        let mut found: Vec<_> =
            self.entries.iter().flat_map(|entry| audit.handle_entry(entry)).collect();
        let invites = self.invites.values();
        found.extend(invites.flat_map(|invite| audit.handle_invite(invite.id, invite.credit)));
        found.extend(audit.finish());
        assert!(found.is_empty(), "{found:?}");
    }

    /// CR-10, CR-11: one debit for each Outside invite, and one refund at most, when it is due.
    #[track_caller]
    fn check_credit(&self, invite: &Invite) {
        let mut debits = 0;
        let mut refunds = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.invite == Some(invite.id)) {
            match entry.reason {
                Reason::Invite => debits += 1,
                Reason::RefundCancelled | Reason::RefundUnused | Reason::RefundVoid => {
                    assert_eq!(debits, 1, "a refund before its debit");
                    refunds.push(entry.reason);
                }
                Reason::Purchase | Reason::Grant => panic!("{entry:?}"),
            }
        }
        let costs = invite.kind == Kind::Outside;
        assert_eq!(debits, usize::from(costs));
        let used = invite.used_at.is_some();
        let refund = match invite.life {
            Life::Live => None,
            Life::Expired { .. } => (!used).then_some(Reason::RefundUnused),
            Life::Cancelled { .. } => {
                (!used || self.refunds == RefundPolicy::UsedToo).then_some(Reason::RefundCancelled)
            }
            Life::Void { .. } => Some(Reason::RefundVoid),
        };
        assert_eq!(refunds, Vec::from_iter(refund.filter(|_| costs)));
        let credit = match (costs, refunds.is_empty()) {
            (false, _) => Credit::Free,
            (true, true) => Credit::Debited,
            (true, false) => Credit::Refunded,
        };
        assert_eq!(invite.credit, credit);
    }

    /// GA-12: ends after its start, and within five calendar days of the zone it was chosen in.
    #[track_caller]
    fn check_window(&self, invite: &Invite) {
        let (window, zone) = (invite.window, self.chosen_in[&invite.id]);
        assert!(window.start() < window.end());
        assert!(window.end() <= latest_end(window.start(), zone), "{window:?}");
        // The day on which clocks go back has 25 hours, and five days hold only one of them.
        assert!(window.end() - window.start() <= TimeDelta::hours(121), "{window:?}");
    }

    /// GA-31: no unused invite outlives the login it counts on.
    #[track_caller]
    fn check_login(&self, invite: &Invite) {
        let voided = matches!(invite.life, Life::Void { .. });
        assert!(!(voided && invite.used_at.is_some()), "void after use");
        if !invite.is_live() {
            return;
        }
        let computer = &self.computers[&invite.computer];
        assert!(!computer.is_removed(), "live on a removed computer");
        match (&invite.host_login, &computer.login) {
            (None, HostLoginState::Known(login)) => panic!("{login} was not remembered"),
            (Some(remembered), login) if invite.used_at.is_none() => {
                assert_eq!(*login, HostLoginState::Known(remembered.clone()));
            }
            (None | Some(_), _) => {}
        }
    }

    /// GA-30, GA-37: nothing stays due once the timer has rung.
    #[track_caller]
    fn check_due(&self, invite: &Invite) {
        if !invite.is_live() {
            assert_eq!(invite.due(), None);
        }
        if self.settled {
            assert!(invite.due().is_none_or(|due| due > self.now), "still due: {invite:?}");
        }
    }

    /// What no change may do (GA-30, GA-33, GA-40).
    #[track_caller]
    fn check_change(&self, before: &Invite, after: &Invite) {
        let mail = before.mail.clone();
        let settled = Invite { mail, ..after.clone() };
        assert!(before.is_live() || *before == settled, "changed after its end: {after:?}");
        if before.used_at.is_some() {
            assert_eq!(before.used_at, after.used_at, "the first use counts");
            assert_eq!(before.window.start(), after.window.start(), "the start is locked");
        }
        let fixed = |invite: &Invite| {
            let texts = (invite.title.clone(), invite.message.clone());
            (invite.guest.clone(), invite.kind, invite.sender.clone(), invite.created_at, texts)
        };
        assert_eq!(fixed(before), fixed(after));
        let by_people = |invite: &Invite| {
            (
                invite.computer,
                invite.window,
                invite.permissions,
                invite.link,
                invite.kept_out,
                invite.life,
            )
        };
        let changed = by_people(before) != by_people(after);
        assert_eq!(after.version > before.version, changed, "{before:?} to {after:?}");
        assert!(after.version >= before.version);
        if before.window.end() != after.window.end() {
            assert!(after.window.end() > self.now, "moved its end to the past");
        }
        if before.window.start() != after.window.start() {
            assert!(after.window.start() <= self.now + TimeDelta::days(366));
        }
    }

    /// GA-2, GA-7, GA-30, GA-34, GA-36, GA-61: no session outside its rights.
    #[track_caller]
    fn check_sessions(&mut self) {
        let mut invites = BTreeSet::new();
        let mut outdated = false;
        for session in self.live_sessions() {
            let invite = &self.invites[&session.invite];
            let computer = &self.computers[&session.computer];
            assert!(invites.insert(invite.id), "two sessions of {}", invite.id);
            assert!(invite.is_live(), "a session of an ended invite");
            assert_eq!(session.computer, invite.computer, "left behind by a move");
            assert!(!invite.kept_out, "a session of somebody kept out");
            assert!(computer.guest_access && !computer.is_removed());
            assert_eq!(session.closes_at, invite.closes_at());
            assert_eq!(session.is_taken(), self.taken.contains(&session.id));
            if self.settled {
                assert!(session.closes_at.is_none_or(|end| end > self.now), "out of its window");
                assert!(computer.is_online(self.now), "on a computer that was lost");
                assert!(session.due().is_none_or(|due| due > self.now), "its ticket is too old");
            }
            outdated |= session.permissions != invite.session_permissions();
        }
        let mut used = BTreeSet::new();
        for session in self.sessions.values() {
            assert_eq!(session.permissions, self.admitted[&session.id]);
            if session.used_at.is_some() {
                assert!(session.is_taken() || !session.is_relayed(), "a picture without a ticket");
                used.insert(session.invite);
            }
        }
        let is_used = |invite: &&Invite| invite.used_at.is_some();
        let said: BTreeSet<_> = self.invites.values().filter(is_used).map(|one| one.id).collect();
        assert_eq!(said, used, "used is what a session was seen to work for (GA-35)");
        assert_eq!(self.book.len(), invites.len());
        let first_end = self.live_sessions().filter_map(|session| session.closes_at).min();
        assert_eq!(self.book.poll_timeout(), first_end);
        if outdated {
            self.reached.insert("session keeps old permissions".to_owned());
        }
    }
}
