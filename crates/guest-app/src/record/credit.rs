//! Credits as rows.
//!
//! Quotes and orders are documents nobody searches in, and are kept as JSON.

use guest_core::{CreditAccount, Entry, EntryId, InviteId, Order, OrderId, Quote};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Reader, Record, row};
use crate::table::{Row, Table};
use crate::tables;

impl Record for CreditAccount {
    const TABLE: &'static Table = &tables::CREDIT_ACCOUNT;

    fn to_row(&self) -> Row {
        row![self.team, self.balance, self.entries, self.low_mark]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            balance: row.number()?,
            entries: row.number()?,
            low_mark: row.opt(Reader::number)?,
        })
    }
}

impl Record for Entry {
    const TABLE: &'static Table = &tables::CREDIT_ENTRY;

    fn to_row(&self) -> Row {
        row![
            self.team,
            self.seq,
            self.id,
            self.at,
            self.amount,
            self.balance,
            self.reason.name(),
            self.administrator.as_ref(),
            self.guest.as_ref(),
            self.invite,
            self.order,
            self.note.as_ref().map(guest_core::GrantNote::as_str),
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            seq: row.number()?,
            id: row.id(EntryId::from_bits)?,
            at: row.instant()?,
            amount: row.int()?,
            balance: row.number()?,
            reason: row.parsed()?,
            administrator: row.opt(Reader::parsed)?,
            guest: row.opt(Reader::parsed)?,
            invite: row.opt(|row| row.id(InviteId::from_bits))?,
            order: row.opt(|row| row.id(OrderId::from_bits))?,
            note: row.opt(Reader::parsed)?,
        })
    }
}

impl Record for Quote {
    const TABLE: &'static Table = &tables::CREDIT_QUOTE;

    fn to_row(&self) -> Row {
        row![self.team, self.id, json(self)]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        document(row)
    }
}

impl Record for Order {
    const TABLE: &'static Table = &tables::CREDIT_ORDER;

    fn to_row(&self) -> Row {
        row![self.team, self.id, json(self)]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        document(row)
    }
}

/// Writes a value of ours as JSON, which cannot fail: it has no maps with keys of other kinds.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn document<T: DeserializeOwned>(row: &mut Reader) -> Option<T> {
    row.skip(); // The team and
    row.skip(); // the id are in the document.
    serde_json::from_str(&row.text()?).ok()
}
