//! What follows from a step, carried out the way an application does it.

use guest_core::{
    EntryId, GuestNews, Invite, InviteEffect, InviteId, MailId, MailIntent, MailNote, MailState,
    Posting, RefundReason, Refusal, SenderNews, SessionEndReason, Step,
};

use super::world::World;

impl World {
    /// Stores a step, or notes the refusal.
    pub(crate) fn answer<R: Refusal>(
        &mut self,
        verb: &str,
        step: Result<Step<Invite, InviteEffect>, R>,
    ) {
        match step {
            Ok(step) => self.take(step),
            Err(refusal) => self.refused(verb, &refusal),
        }
    }

    /// Stores what a step leads to and carries out its effects.
    pub(crate) fn take(&mut self, step: Step<Invite, InviteEffect>) {
        let Step { mut next, effects } = step;
        let id = next.id;
        let before = self.invites.get(&id);
        let window = before.map(|before| before.window);
        if before.is_some_and(|before| before.mail.state != next.mail.state)
            && next.mail.state == MailState::Withdrawn
        {
            self.reach("mail: withdrawn");
        }
        if window.is_none_or(|old| old.start() != next.window.start()) {
            self.reminders.insert(id, (self.now, 0));
        }
        if window
            .is_none_or(|old| (old.start(), old.end()) != (next.window.start(), next.window.end()))
        {
            self.chosen_in.insert(id, next.window.zone());
        }
        for effect in effects {
            match effect {
                InviteEffect::Mail(intent) => self.mail(&mut next, &intent),
                InviteEffect::EndSession(reason) => self.end(id, reason),
                InviteEffect::RetimeSession => self.retime(&next),
                InviteEffect::Refund(reason) => self.refund(&next, reason),
                InviteEffect::Tell(news) => {
                    self.reach(&format!("told: {news:?}"));
                    if next.life.name() == "expired" && next.used_at.is_some() {
                        self.reach("expired after use");
                    }
                }
            }
        }
        self.settled &= next.due().is_none_or(|due| due > self.now);
        self.invites.insert(id, next);
    }

    fn mail(&mut self, invite: &mut Invite, intent: &MailIntent) {
        let news = match intent {
            MailIntent::Guest { news, .. } => news,
            MailIntent::Sender { news, .. } => return self.mail_sender(invite, news),
            MailIntent::SignIn { .. }
            | MailIntent::LowBalance { .. }
            | MailIntent::Revoked
            | MailIntent::JoinRequest { .. }
            | MailIntent::Invitation { .. }
            | MailIntent::Strikes { .. } => return,
        };
        let kind = match news {
            GuestNews::Invited { .. } => "mail: invited",
            GuestNews::WindowChanged { .. } => "mail: window changed",
            GuestNews::Moved { .. } => "mail: moved",
            GuestNews::Reminder => "mail: reminder",
            GuestNews::Cancelled { .. } => "mail: cancelled",
        };
        self.reach(kind);
        if *news == GuestNews::Reminder {
            self.check_reminder(invite);
            self.reminders.get_mut(&invite.id).unwrap().1 += 1;
        }
        let told =
            invite.mail.told || matches!(invite.mail.state, MailState::Sending | MailState::Sent);
        let id = MailId::from_bits(self.draw());
        invite.mail = MailNote { id, state: MailState::Queued, detail: None, told };
    }

    fn mail_sender(&mut self, invite: &Invite, news: &SenderNews) {
        match news {
            SenderNews::Void { .. } | SenderNews::TimeAsked { .. } => {}
            SenderNews::NotReady { .. } => {
                self.reach("mail: not ready");
                assert!(self.warned.insert(invite.id), "warned again");
            }
            SenderNews::NeverReachable { .. } => {
                self.reach("mail: never reachable");
                self.check_missed(invite);
            }
        }
    }

    fn retime(&mut self, invite: &Invite) {
        let closes_at = invite.closes_at();
        self.book.handle_retime(invite.id, closes_at);
        if let Some(session) = self.session_of(invite.id)
            && let Some(retimed) = self.sessions[&session].retime(closes_at)
        {
            self.reach("session takes a new end");
            self.sessions.insert(session, retimed);
        }
    }

    fn refund(&mut self, invite: &Invite, reason: RefundReason) {
        let after_use = if invite.used_at.is_some() { " after use" } else { "" };
        self.reach(&format!("refund: {reason:?}{after_use}"));
        let entry = EntryId::from_bits(self.draw());
        let (guest, by) = (invite.guest.clone(), invite.sender.email.clone());
        self.post(Posting::refund(entry, self.now, reason, invite.id, guest, by, None));
    }

    pub(crate) fn post(&mut self, posting: Posting) {
        let posted = self.account.post(posting).unwrap();
        self.account = posted.account;
        self.entries.push(posted.entry);
    }

    /// Ends the session of an invite, if there is one.
    pub(crate) fn end(&mut self, invite: InviteId, reason: SessionEndReason) {
        if let Some(session) = self.session_of(invite) {
            self.book.handle_end(session, reason);
            self.put_off();
        }
    }

    /// Disconnects whom the book has decided to put off.
    pub(crate) fn put_off(&mut self) {
        while let Some((session, reason)) = self.book.poll_end() {
            let ended = self.sessions[&session].end(reason, self.now);
            self.sessions.insert(session, ended.expect("a session ends once"));
            self.reach(&format!("session: {}", reason.name()));
        }
    }
}
