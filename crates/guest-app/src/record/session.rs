//! Sessions as rows.

use guest_core::{
    ComputerId, Connection, InviteId, Permissions, Session, SessionEnd, SessionEndReason, SessionId,
};

use super::{Reader, Record, row};
use crate::table::{Row, Table};
use crate::tables;

impl Record for Session {
    const TABLE: &'static Table = &tables::SESSION;

    fn to_row(&self) -> Row {
        row![
            self.team,
            self.id,
            self.invite,
            self.computer,
            &self.guest,
            self.connection.name(),
            u32::from(self.permissions.bits()),
            self.opened_at,
            self.used_at,
            self.closes_at,
            self.from.as_str(),
            self.ended.map(|end| end.at),
            self.ended.map(|end| end.reason.name()),
            self.bytes_in,
            self.bytes_out,
            self.refused_input,
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            id: row.id(SessionId::from_bits)?,
            invite: row.id(InviteId::from_bits)?,
            computer: row.id(ComputerId::from_bits)?,
            guest: row.parsed()?,
            connection: Connection::named(&row.text()?)?,
            permissions: Permissions::from_bits(row.number()?)?,
            opened_at: row.instant()?,
            used_at: row.opt(Reader::instant)?,
            closes_at: row.opt(Reader::instant)?,
            from: row.text()?,
            ended: {
                let at = row.opt(Reader::instant)?;
                let reason = row.opt(Reader::text)?;
                match (at, reason) {
                    (Some(at), Some(reason)) => {
                        Some(SessionEnd { at, reason: SessionEndReason::named(&reason)? })
                    }
                    (None, None) => None,
                    (Some(_), None) | (None, Some(_)) => return None,
                }
            },
            bytes_in: row.number()?,
            bytes_out: row.number()?,
            refused_input: row.number()?,
        })
    }
}
