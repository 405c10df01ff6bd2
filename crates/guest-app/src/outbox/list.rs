//! The outbox as whoever runs the server sees it.

use chrono::{DateTime, Utc};
use guest_core::{Email, InputError, MailId, MailIntent, MailState, SenderNews};
use serde::{Deserialize, Serialize};

use super::{invite_of, note, waiting};
use crate::paging::page;
use crate::record::{Mail, Range, row};
use crate::view::Page;
use crate::work::Work;
use crate::{App, Call, Denied, Fault, Paging, Pending};

/// Which mails to list.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MailFilter {
    /// `queued`, `sending`, `retrying`, `sent`, `undeliverable` or `withdrawn`.
    #[serde(default)]
    pub state: Option<String>,
}

/// A mail, without its words.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct MailRow {
    /// Names the intended mail; its `Message-ID` comes from it.
    pub id: MailId,
    /// Who gets it.
    pub to: Email,
    /// What it is about.
    pub about: String,
    /// Where it stands.
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was intended.
    pub made_at: DateTime<Utc>,
    /// When it is tried next, or its lease runs out.
    pub next_at: Option<DateTime<Utc>>,
    /// What the mail server said.
    pub detail: Option<String>,
}

impl App {
    /// Lists mails, the newest first. For the operator.
    pub fn mails(&self, filter: &MailFilter, paging: &Paging) -> Pending<Page<MailRow>> {
        let (state, paging) = (filter.read(), paging.clone());
        self.read(move |view, _| {
            let (state, paged) = (state.clone()?, paging.parse()?);
            let range = Range { backwards: true, ..Range::default() };
            page(view, &range, &paged, |_, mail: Mail| {
                Ok(state.is_none_or(|state| state == mail.state).then(|| MailRow::of(mail)))
            })
        })
    }

    /// Has a mail tried again at once, or with `None` all that wait for another try.
    ///
    /// A mail that was given up on is tried for as long as a new one. Returns
    /// how many were brought forward, at most 1,000 at once. For the operator.
    pub fn retry_mails(&self, id: Option<MailId>) -> Pending<usize> {
        self.write(&Call::operator(), move |work| {
            let mails = match id {
                Some(id) => vec![work.find(&row![id])?.ok_or(Denied::NotFound("mail"))?],
                None => waiting(work.tx, MailState::Retrying, RETRY_MOST)?,
            };
            let mut count = 0;
            for mail in mails {
                count += usize::from(retry(work, mail)?);
            }
            Ok(count)
        })
    }
}

impl MailFilter {
    fn read(&self) -> Result<Option<MailState>, InputError> {
        let Some(name) = &self.state else { return Ok(None) };
        MailState::named(name).map(Some).ok_or_else(|| {
            let names = MailState::ALL.map(MailState::name).join(", ");
            InputError::invalid("/state", format!("not a state; use {names}"))
        })
    }
}

impl MailRow {
    fn of(mail: Mail) -> Self {
        Self {
            id: mail.id,
            about: subject(&mail.intent),
            to: mail.to,
            state: mail.state.name().to_owned(),
            attempts: mail.attempts,
            made_at: mail.made_at,
            next_at: mail.next_at,
            detail: mail.detail,
        }
    }
}

fn retry(work: &mut Work<'_>, mail: Mail) -> Result<bool, Fault> {
    let made_at = match mail.state {
        MailState::Queued | MailState::Retrying => mail.made_at,
        MailState::Undeliverable => work.now,
        MailState::Sending | MailState::Sent | MailState::Withdrawn => return Ok(false),
    };
    let about = invite_of(work, &mail)?;
    let next_at = Some(work.now);
    let again = Mail { state: MailState::Retrying, made_at, next_at, ..mail };
    work.save(&again)?;
    note(work, &again, about, false)?;
    Ok(true)
}

fn subject(intent: &MailIntent) -> String {
    match intent {
        MailIntent::Guest { invite, news } => format!("{invite}: {}", guest_news(*news)),
        MailIntent::Sender { invite, news } => format!("{invite}: {}", sender_news(news)),
        MailIntent::SignIn { .. } => "sign-in code".to_owned(),
        MailIntent::LowBalance { .. } => "low balance".to_owned(),
        MailIntent::Revoked => "revoked".to_owned(),
        MailIntent::JoinRequest { .. } => "join request".to_owned(),
        MailIntent::Invitation { invitation, .. } => format!("{invitation}: invited to join"),
        MailIntent::Strikes { invitation } => format!("{invitation}: three wrong codes"),
    }
}

const fn guest_news(news: guest_core::GuestNews) -> &'static str {
    match news {
        guest_core::GuestNews::Invited { .. } => "invited",
        guest_core::GuestNews::WindowChanged { .. } => "window changed",
        guest_core::GuestNews::Moved { .. } => "moved",
        guest_core::GuestNews::Reminder => "reminder",
        guest_core::GuestNews::Cancelled { .. } => "cancelled",
    }
}

const fn sender_news(news: &SenderNews) -> &'static str {
    match news {
        SenderNews::Void { .. } => "void",
        SenderNews::TimeAsked { .. } => "more time asked",
        SenderNews::NotReady { .. } => "computer not ready",
        SenderNews::NeverReachable { .. } => "computer never reachable",
    }
}

/// Bounds one unit of work.
const RETRY_MOST: usize = 1_000;
