//! One unit of work: its transaction, its moment, its ids, and what everything in it shares.
//!
//! Rules answer with effects; here they are carried out, in the transaction
//! that stores the values they come with.

mod sessions;

pub(crate) use self::sessions::{live_session, live_sessions};

use guest_core::{
    Computer, ComputerId, CreditAccount, Email, Entry, EntryId, Instant, Invite, InviteEffect,
    InviteNews, MailId, MailIntent, MailState, Posted, Posting, Session, Step, TeamId, User,
    UserId,
};
use serde::Serialize;

use crate::access::{self, Actor};
use crate::config::{Config, Ids};
use crate::record::{
    self, Audience, AuditEntry, Event, Mail, Range, Record, find, list, row, save,
};
use crate::table::Value;
use crate::view::{ComputerView, InviteView, SessionView};
use crate::{Call, Fault, StoreError, Tx, View, tables};

/// One unit of work.
pub(crate) struct Work<'t> {
    pub(crate) tx: &'t mut dyn Tx,
    pub(crate) now: Instant,
    pub(crate) ids: Ids,
    pub(crate) config: &'t Config,
    /// Where the call comes from, for the audit log.
    pub(crate) origin: Option<String>,
}

/// Who causes a change, for ledger and audit log.
#[derive(Clone, Debug)]
pub(crate) enum By {
    /// Somebody of the team, or the operator.
    Actor {
        /// As the audit log names them.
        name: String,
        /// Their email, if they are a person.
        email: Option<Email>,
    },
    /// A guest.
    Guest(Email),
    /// A computer's agent.
    Agent(ComputerId),
    /// The clock.
    Clock,
}

impl By {
    pub(crate) fn actor(actor: &Actor) -> Self {
        let email = actor.as_user().map(|user| user.email.clone());
        Self::Actor { name: actor.name(), email }
    }

    /// Somebody who has proven nothing.
    pub(crate) fn nobody() -> Self {
        Self::Actor { name: "nobody".to_owned(), email: None }
    }

    fn name(&self) -> String {
        match self {
            Self::Actor { name, .. } => name.clone(),
            Self::Guest(email) => email.as_str().to_owned(),
            Self::Agent(computer) => computer.to_string(),
            Self::Clock => "system".to_owned(),
        }
    }

    fn email(&self) -> Option<Email> {
        match self {
            Self::Actor { email, .. } => email.clone(),
            Self::Guest(_) | Self::Agent(_) | Self::Clock => None,
        }
    }
}

impl Work<'_> {
    /// Returns the record with this key.
    pub(crate) fn find<R: Record>(&mut self, key: &[Value]) -> Result<Option<R>, Fault> {
        Ok(find(self.tx, key)?)
    }

    /// Stores a record.
    pub(crate) fn save<R: Record>(&mut self, record: &R) -> Result<(), Fault> {
        Ok(save(self.tx, record)?)
    }

    /// Returns who calls, with a right required of them.
    pub(crate) fn actor(
        &mut self,
        call: &Call,
        team: &str,
        right: guest_core::Right,
    ) -> Result<Actor, Fault> {
        Actor::with(self.tx, call, team, right)
    }

    /// Stores what a rule made of an invite, and carries out what follows from it.
    ///
    /// Returns the invite as it is now.
    pub(crate) fn carry_out(
        &mut self,
        step: Step<Invite, InviteEffect>,
        by: &By,
    ) -> Result<Invite, Fault> {
        let Step { next: mut invite, effects } = step;
        let mut told = Vec::new();
        for effect in effects {
            match effect {
                InviteEffect::Mail(intent) => self.mail_about(&mut invite, intent)?,
                InviteEffect::EndSession(reason) => self.end_session_of(&invite, reason, by)?,
                InviteEffect::RetimeSession => self.retime_session_of(&invite)?,
                InviteEffect::Refund(reason) => {
                    let id = self.ids.next(EntryId::from_bits);
                    let posting = Posting::refund(
                        id,
                        self.now,
                        reason,
                        invite.id,
                        invite.guest.clone(),
                        invite.sender.email.clone(),
                        by.email(),
                    );
                    self.post(invite.team, posting)?;
                }
                InviteEffect::Tell(news) => told.push(news),
            }
        }
        self.save(&invite)?;
        for news in told {
            self.tell_news(&invite, news)?;
        }
        Ok(invite)
    }

    /// Does first what the clock has asked for, in case the timer is late (GA-30).
    pub(crate) fn catch_up(&mut self, invite: Invite) -> Result<Invite, Fault> {
        if invite.due().is_none_or(|due| self.now < due) {
            return Ok(invite);
        }
        let computer = self.host_of(&invite)?;
        match invite.handle_due(&computer, self.now) {
            Some(step) => self.carry_out(step, &By::Clock),
            None => Ok(invite),
        }
    }

    /// Returns the computer of an invite.
    pub(crate) fn host_of(&mut self, invite: &Invite) -> Result<Computer, Fault> {
        let computer = computer(self.tx, invite.team, invite.computer)?;
        computer.ok_or_else(|| StoreError::new("reading an invite", "its computer is gone").into())
    }

    /// Tells those who may see an invite about it.
    pub(crate) fn tell_invite(&mut self, invite: &Invite, name: &str) -> Result<(), Fault> {
        self.tell_of(invite, name, None)
    }

    fn tell_news(&mut self, invite: &Invite, news: InviteNews) -> Result<(), Fault> {
        let (name, reason) = event_name(news);
        self.tell_of(invite, name, reason)
    }

    fn tell_of(
        &mut self,
        invite: &Invite,
        name: &str,
        reason: Option<&'static str>,
    ) -> Result<(), Fault> {
        let session = live_session(self.tx, invite)?;
        let shown = InviteView::of(invite, session.as_ref(), self.now);
        let computer = self.host_of(invite)?;
        let (shown, owner) = (shown.on(invite, &computer, self.now), computer.owner());
        let data = InviteTold { invite: shown, reason };
        let event = self.event(invite.team, name, Audience::Invites, &data);
        self.tell(Event { owner, invite: Some(invite.id), ..event })
    }

    /// Tells those who may see its computer about a new invite.
    pub(crate) fn tell_new_invite(
        &mut self,
        invite: &Invite,
        computer: &Computer,
    ) -> Result<(), Fault> {
        let data = InviteView::of(invite, None, self.now).on(invite, computer, self.now);
        let owner = computer.owner();
        let (name, _) = event_name(InviteNews::Created);
        let event = self.event(invite.team, name, Audience::Invites, &data);
        self.tell(Event { owner, invite: Some(invite.id), ..event })
    }

    /// Tells those who may see a session about it.
    pub(crate) fn tell_session(&mut self, session: &Session, name: &str) -> Result<(), Fault> {
        let owner = owner_of(self.tx, session.team, session.computer)?;
        let data = SessionView::of(session);
        let event = self.event(session.team, name, Audience::Invites, &data);
        self.tell(Event { owner, invite: Some(session.invite), ..event })
    }

    /// Tells those who may see a computer about it.
    pub(crate) fn tell_computer(&mut self, computer: &Computer, name: &str) -> Result<(), Fault> {
        let data = ComputerView::of(computer, self.now);
        let event = self.event(computer.team, name, Audience::Computers, &data);
        self.tell(Event { owner: computer.owner(), ..event })
    }

    /// Makes an event for everybody with the audience's right.
    pub(crate) fn event(
        &self,
        team: TeamId,
        name: &str,
        audience: Audience,
        data: &impl Serialize,
    ) -> Event {
        Event {
            seq: 0,
            team,
            at: self.now,
            name: name.to_owned(),
            audience,
            owner: None,
            invite: None,
            workspace: None,
            data: serde_json::to_string(data).unwrap_or_default(),
        }
    }

    /// Adds an event to the stream.
    #[expect(clippy::needless_pass_by_value, reason = "an event is made to be told once")]
    pub(crate) fn tell(&mut self, event: Event) -> Result<(), Fault> {
        record::append(self.tx, &event)?;
        Ok(())
    }

    /// Adds a line to the audit log (QU-35).
    #[expect(clippy::needless_pass_by_value, reason = "ids are small and passed as they are")]
    pub(crate) fn audit(
        &mut self,
        team: TeamId,
        by: &By,
        action: &str,
        subject: impl ToString,
        detail: &serde_json::Value,
    ) -> Result<(), Fault> {
        let entry = AuditEntry {
            seq: 0,
            team,
            at: self.now,
            actor: by.name(),
            action: action.to_owned(),
            subject: subject.to_string(),
            origin: self.origin.clone(),
            detail: detail.to_string(),
        };
        record::append(self.tx, &entry)?;
        Ok(())
    }

    /// Books a posting on the account of a team, and tells about it (CR-1, CR-32).
    pub(crate) fn post(&mut self, team: TeamId, posting: Posting) -> Result<Entry, Fault> {
        let account = credit_account(self.tx, team)?;
        self.book(&account, posting).map(|(_, entry)| entry)
    }

    /// Books a posting on an account as it is stored now, and returns what the account becomes.
    pub(crate) fn book(
        &mut self,
        account: &CreditAccount,
        posting: Posting,
    ) -> Result<(CreditAccount, Entry), Fault> {
        let team = account.team;
        let Posted { account, entry, fell_low } = account.post(posting)?;
        self.save(&account)?;
        self.save(&entry)?;
        let data = serde_json::json!({
            "balance": account.balance,
            "credits": entry.amount,
            "reason": entry.reason.name(),
        });
        let event = self.event(team, "credits.changed", Audience::Credits, &data);
        self.tell(event)?;
        if fell_low {
            self.tell_low(&account)?;
        }
        Ok((account, entry))
    }

    fn tell_low(&mut self, account: &CreditAccount) -> Result<(), Fault> {
        let (team, balance) = (account.team, account.balance);
        let mark = account.low_mark.unwrap_or_default();
        let data = serde_json::json!({ "balance": balance, "low_balance_mark": mark });
        let event = self.event(team, "credits.low", Audience::Credits, &data);
        self.tell(event)?;
        let owners = access::users(self.tx, team)?.into_iter().filter(User::is_active);
        for owner in owners.filter(|user| user.owner).collect::<Vec<_>>() {
            self.mail(Some(team), owner.email, MailIntent::LowBalance { balance, mark }, None)?;
        }
        Ok(())
    }

    /// Queues a mail about an invite; one to the guest becomes the one the invite shows.
    pub(crate) fn mail_about(
        &mut self,
        invite: &mut Invite,
        intent: MailIntent,
    ) -> Result<(), Fault> {
        let id = self.ids.next(MailId::from_bits);
        if intent.is_to_guest() {
            invite.mail.id = id;
            invite.mail.state = MailState::Queued;
            invite.mail.detail = None;
        }
        self.queue_about(id, invite, intent)
    }

    /// Queues the mail that an invite was made with, under the name it got then.
    pub(crate) fn mail_first(&mut self, invite: &Invite, intent: MailIntent) -> Result<(), Fault> {
        self.queue_about(invite.mail.id, invite, intent)
    }

    fn queue_about(
        &mut self,
        id: MailId,
        invite: &Invite,
        intent: MailIntent,
    ) -> Result<(), Fault> {
        let to = if intent.is_to_guest() { &invite.guest } else { &invite.sender.email };
        let window = (!invite.ignores_window()).then_some(invite.window);
        self.queue(id, Some(invite.team), to.clone(), intent, window)
    }

    /// Queues a mail that is about no invite.
    pub(crate) fn mail(
        &mut self,
        team: Option<TeamId>,
        to: Email,
        intent: MailIntent,
        window: Option<guest_core::Window>,
    ) -> Result<(), Fault> {
        let id = self.ids.next(MailId::from_bits);
        self.queue(id, team, to, intent, window)
    }

    /// Queues a mail under a name that something else knows it by.
    pub(crate) fn mail_as(
        &mut self,
        id: MailId,
        team: Option<TeamId>,
        to: Email,
        intent: MailIntent,
    ) -> Result<(), Fault> {
        self.queue(id, team, to, intent, None)
    }

    fn queue(
        &mut self,
        id: MailId,
        team: Option<TeamId>,
        to: Email,
        intent: MailIntent,
        window: Option<guest_core::Window>,
    ) -> Result<(), Fault> {
        let now = self.now;
        let deadline = intent.deadline(window, now);
        self.save(&Mail {
            id,
            team,
            to,
            intent,
            state: MailState::Queued,
            attempts: 0,
            made_at: now,
            deadline,
            next_at: Some(now),
            detail: None,
        })
    }
}

/// Returns the live invites of a team, or of one of its computers.
pub(crate) fn live_invites(
    view: &mut dyn View,
    team: TeamId,
    computer: Option<ComputerId>,
) -> Result<Vec<Invite>, Fault> {
    let prefix = match computer {
        Some(computer) => row![team, computer],
        None => row![team],
    };
    let index = Some(&tables::INVITE_LIVE);
    Ok(list(view, &Range { index, prefix: &prefix, limit: usize::MAX, ..Range::default() })?)
}

/// Returns the credits of a team; an account is empty until something is booked.
pub(crate) fn credit_account(view: &mut dyn View, team: TeamId) -> Result<CreditAccount, Fault> {
    let account = find(view, &row![team])?;
    Ok(account.unwrap_or_else(|| CreditAccount::new(team)))
}

/// Returns a computer of the team, removed or not.
pub(crate) fn computer(
    view: &mut dyn View,
    team: TeamId,
    id: ComputerId,
) -> Result<Option<Computer>, Fault> {
    Ok(find(view, &row![team, id])?)
}

fn owner_of(view: &mut dyn View, team: TeamId, id: ComputerId) -> Result<Option<UserId>, Fault> {
    Ok(computer(view, team, id)?.and_then(|computer| computer.owner()))
}

/// An invite as an event shows it, with the reason of the event if it has one.
#[derive(Serialize)]
struct InviteTold {
    #[serde(flatten)]
    invite: InviteView,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// Returns the type of the event that tells of this, and the reason it gives (IF-6).
const fn event_name(news: InviteNews) -> (&'static str, Option<&'static str>) {
    let name = match news {
        InviteNews::Created => "invite.created",
        InviteNews::Updated => "invite.updated",
        InviteNews::Moved => "invite.moved",
        InviteNews::Opened => "invite.opened",
        InviteNews::Reminded => "invite.reminded",
        InviteNews::Used => "invite.used",
        InviteNews::TimeRequested => "invite.time_requested",
        InviteNews::Expired => "invite.expired",
        InviteNews::Cancelled => "invite.cancelled",
        InviteNews::Voided => "invite.voided",
        InviteNews::NotReady(reason) => return ("invite.not_ready", Some(reason.name())),
    };
    (name, None)
}
