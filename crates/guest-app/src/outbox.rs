//! The outbox: mails on their way to the mail server (GA-50).
//!
//! A mail is an intent stored with the change that causes it. Whoever carries
//! mails leases some, tries each, and settles what came of it. A lease that
//! runs out, or is taken back by a server that starts, is given again, so that
//! no mail is lost with whoever had it; it then goes out under the same `Message-ID`.

mod letters;
mod list;

pub use self::list::{MailFilter, MailRow};

use chrono::TimeDelta;
use guest_core::{Delivery, Instant, Invite, LONGEST_PAUSE, MailState, NextTry, Worth, next_try};

pub(crate) use self::letters::guest_letter;

use crate::letter::{Letter, Tried};
use crate::member_invites::{is_answered, settle_mail};
use crate::record::{Mail, Range, list, row};
use crate::table::Value;
use crate::work::{By, Work};
use crate::{App, Call, Fault, Pending, View, tables};

/// Letters to be tried by whoever leased them.
#[derive(Clone, Debug)]
pub struct Leased {
    /// The letters, each to be settled.
    pub letters: Vec<Letter>,
    /// When the next mail is due; in the past if more are due already.
    pub next: Option<Instant>,
}

impl App {
    /// Leases at most `limit` letters that are due, for [`LEASE`] (GA-50).
    ///
    /// A mail that makes no sense any more is not among them: it is withdrawn
    /// if what it says is no longer so (GA-32), and undeliverable if it is too late.
    pub fn lease_letters(&self, limit: usize) -> Pending<Leased> {
        self.write(&Call::operator(), move |work| {
            let mut letters = Vec::new();
            // Mails that come to their end here make room for others.
            for _ in 0..ROUNDS {
                let mails = due(work.tx, limit.saturating_sub(letters.len()))?;
                if mails.is_empty() {
                    break;
                }
                for mail in mails {
                    letters.extend(lease(work, mail)?);
                }
            }
            Ok(Leased { letters, next: next_due(work.tx)? })
        })
    }

    /// Takes back the leases of letters, so that they are tried at once (GA-50).
    ///
    /// For a server that starts where no other one runs: what the one before
    /// was handing over when it was killed need not wait for [`LEASE`] to run
    /// out. Returns how many there were.
    pub fn take_back_letters(&self) -> Pending<usize> {
        self.write(&Call::operator(), |work| {
            let leased = waiting(work.tx, MailState::Sending, TAKEN_BACK_MOST)?;
            let (count, next_at) = (leased.len(), Some(work.now));
            for mail in leased {
                work.save(&Mail { next_at, ..mail })?;
            }
            Ok(count)
        })
    }

    /// Keeps what came of trying a letter, and decides whether to try again (GA-50).
    ///
    /// `jitter` is a random number that spreads the tries. Settling a mail
    /// that has come to its end already changes nothing.
    pub fn settle_letter(&self, tried: Tried, jitter: u8) -> Pending<()> {
        self.write(&Call::operator(), move |work| {
            let Some(mail) = work.find::<Mail>(&row![tried.id])? else { return Ok(()) };
            match mail.state {
                MailState::Queued | MailState::Sending | MailState::Retrying => {
                    settle(work, mail, &tried.delivery, jitter)
                }
                MailState::Sent | MailState::Undeliverable | MailState::Withdrawn => Ok(()),
            }
        })
    }
}

/// Returns mails that are due, and those that a clock since set back has put off too far.
fn due(view: &mut dyn View, limit: usize) -> Result<Vec<Mail>, Fault> {
    let (now, index) = (view.now(), Some(&tables::MAIL_NEXT));
    let until = Some(instant(now + TimeDelta::microseconds(1)));
    let mut mails: Vec<Mail> = list(view, &Range { index, until, limit, ..Range::default() })?;
    let limit = limit.saturating_sub(mails.len());
    let from = Some(instant(now + FARTHEST));
    mails.extend(list::<Mail>(view, &Range { index, from, limit, ..Range::default() })?);
    Ok(mails)
}

/// Returns the mails in a state among the next `limit` that want something later.
fn waiting(view: &mut dyn View, state: MailState, limit: usize) -> Result<Vec<Mail>, Fault> {
    let from = Some(instant(view.now() + TimeDelta::microseconds(1)));
    let index = Some(&tables::MAIL_NEXT);
    let mut mails: Vec<Mail> = list(view, &Range { index, from, limit, ..Range::default() })?;
    mails.retain(|mail| mail.state == state);
    Ok(mails)
}

fn next_due(view: &mut dyn View) -> Result<Option<Instant>, Fault> {
    let range = Range { index: Some(&tables::MAIL_NEXT), limit: 1, ..Range::default() };
    let mut first: Vec<Mail> = list(view, &range)?;
    Ok(first.pop().and_then(|mail| mail.next_at))
}

/// Leases one mail, or brings it to its end.
fn lease(work: &mut Work<'_>, mail: Mail) -> Result<Option<Letter>, Fault> {
    let now = work.now;
    let about = invite_of(work, &mail)?;
    let worth = if is_answered(work.tx, &mail)? {
        Worth::Nothing
    } else {
        mail.intent.worth(about.as_ref(), mail.made_at, now)
    };
    match worth {
        Worth::Nothing => close(work, mail, about, MailState::Withdrawn, None)?,
        Worth::TooLate => {
            let detail = match &mail.detail {
                Some(answer) => format!("{answer}; then it was too late to try again"),
                None => "it could not be sent in time".to_owned(),
            };
            close(work, mail, about, MailState::Undeliverable, Some(detail))?;
        }
        Worth::Sending => {
            let letter = letters::write(work.tx, &mail, about.as_ref(), work.config)?;
            let Some(letter) = letter else {
                let detail = Some("what it is about does not exist".to_owned());
                close(work, mail, about, MailState::Undeliverable, detail)?;
                return Ok(None);
            };
            let deadline = match &about {
                Some(invite) => mail.intent.deadline_about(invite, mail.made_at),
                None => mail.deadline,
            };
            let leased = Mail {
                state: MailState::Sending,
                attempts: mail.attempts.saturating_add(1),
                deadline,
                next_at: Some(now + LEASE),
                ..mail
            };
            work.save(&leased)?;
            note(work, &leased, about, false)?;
            return Ok(Some(letter));
        }
    }
    Ok(None)
}

fn settle(work: &mut Work<'_>, mail: Mail, delivery: &Delivery, jitter: u8) -> Result<(), Fault> {
    let about = invite_of(work, &mail)?;
    let (detail, arrived) = match delivery {
        Delivery::Accepted => (None, true),
        Delivery::Failed { detail, unclear } => (Some(cut(detail)), *unclear),
        Delivery::Refused { detail } => (Some(cut(detail)), false),
    };
    let (state, next_at) = match next_try(delivery, mail.attempts, mail.deadline, work.now, jitter)
    {
        NextTry::Done => (MailState::Sent, None),
        NextTry::At(at) => (MailState::Retrying, Some(at)),
        NextTry::Never => (MailState::Undeliverable, None),
    };
    let settled = Mail { state, next_at, detail, ..mail };
    work.save(&settled)?;
    note(work, &settled, about, arrived)
}

/// Brings a mail to its end without a try.
fn close(
    work: &mut Work<'_>,
    mail: Mail,
    about: Option<Invite>,
    state: MailState,
    detail: Option<String>,
) -> Result<(), Fault> {
    let closed = Mail { state, detail, next_at: None, ..mail };
    work.save(&closed)?;
    note(work, &closed, about, false)
}

/// Shows on its invite where a mail to the guest stands, and whether it may have `arrived` (GA-50).
fn note(
    work: &mut Work<'_>,
    mail: &Mail,
    about: Option<Invite>,
    arrived: bool,
) -> Result<(), Fault> {
    settle_mail(work, mail)?;
    let Some(before) = about.filter(|_| mail.intent.is_to_guest()) else { return Ok(()) };
    let is_latest = before.mail.id == mail.id;
    let mut invite = before.clone();
    if is_latest {
        invite.mail.state = mail.state;
        invite.mail.detail.clone_from(&mail.detail);
    }
    if arrived && let Some(step) = invite.reached() {
        invite = work.carry_out(step, &By::Clock)?;
    } else if invite != before {
        work.save(&invite)?;
    }
    match mail.state {
        MailState::Sent if is_latest => work.tell_invite(&invite, "invite.mail_sent"),
        MailState::Undeliverable if is_latest => work.tell_invite(&invite, "invite.mail_failed"),
        MailState::Queued
        | MailState::Sending
        | MailState::Retrying
        | MailState::Sent
        | MailState::Undeliverable
        | MailState::Withdrawn => Ok(()),
    }
}

fn invite_of(work: &mut Work<'_>, mail: &Mail) -> Result<Option<Invite>, Fault> {
    match (mail.team, mail.intent.invite()) {
        (Some(team), Some(invite)) => work.find(&row![team, invite]),
        (Some(_) | None, Some(_) | None) => Ok(None),
    }
}

fn instant(at: Instant) -> Value {
    Value::Int(at.timestamp_micros())
}

/// Bounds what a mail server can have us store.
fn cut(detail: &str) -> String {
    detail.chars().filter(|character| *character != '\0').take(DETAIL_MOST).collect()
}

/// For how long a letter is leased; longer than any try takes.
pub const LEASE: TimeDelta = TimeDelta::minutes(5);

/// Bounds how long mails that come to their end keep others waiting.
const ROUNDS: usize = 20;

/// No mail is put off as far as this: the longest pause with all its jitter, and a lease to spare.
const FARTHEST: TimeDelta =
    TimeDelta::seconds(LONGEST_PAUSE.num_seconds() * 5 / 4 + LEASE.num_seconds());

/// Bounds one unit of work; after a crash amid more mails than this, the rest waits for its leases.
const TAKEN_BACK_MOST: usize = 10_000;

/// Enough for every answer worth showing, in characters.
const DETAIL_MOST: usize = 500;
