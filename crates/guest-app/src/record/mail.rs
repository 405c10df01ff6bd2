//! The outbox as rows.

use guest_core::{Email, Instant, MailId, MailIntent, MailState, TeamId};

use super::credit::json;
use super::{Reader, Record, row};
use crate::table::{Row, Table};
use crate::tables;

/// An intended mail, and how far it has come.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) id: MailId,
    pub(crate) team: Option<TeamId>,
    pub(crate) to: Email,
    pub(crate) intent: MailIntent,
    pub(crate) state: MailState,
    pub(crate) attempts: u32,
    pub(crate) made_at: Instant,
    pub(crate) deadline: Instant,
    /// When it next wants something: to be tried, or, while it is tried, to be given up on.
    pub(crate) next_at: Option<Instant>,
    pub(crate) detail: Option<String>,
}

impl Record for Mail {
    const TABLE: &'static Table = &tables::MAIL;

    fn to_row(&self) -> Row {
        row![
            self.id,
            self.team,
            &self.to,
            json(&self.intent),
            self.state.name(),
            self.attempts,
            self.made_at,
            self.deadline,
            self.next_at,
            self.detail.as_deref(),
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            id: row.id(MailId::from_bits)?,
            team: row.opt(Reader::parsed)?,
            to: row.parsed()?,
            intent: serde_json::from_str(&row.text()?).ok()?,
            state: MailState::named(&row.text()?)?,
            attempts: row.number()?,
            made_at: row.instant()?,
            deadline: row.instant()?,
            next_at: row.opt(Reader::instant)?,
            detail: row.opt(Reader::text)?,
        })
    }
}
