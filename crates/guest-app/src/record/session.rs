//! Sessions as rows.

use guest_core::{
    Carrier, ComputerId, InviteId, Permissions, SecretHash, Session, SessionEnd, SessionEndReason,
    SessionId, Traffic,
};

use super::{Reader, Record, row};
use crate::table::{Row, Table};
use crate::tables;

impl Record for Session {
    const TABLE: &'static Table = &tables::SESSION;

    fn to_row(&self) -> Row {
        let (ticket, taken_at) = match self.carrier {
            Carrier::External => (None, None),
            Carrier::Relay { ticket, taken_at } => (Some(ticket), taken_at),
        };
        row![
            self.team,
            self.id,
            self.invite,
            self.computer,
            &self.guest,
            ticket,
            taken_at,
            u32::from(self.permissions.bits()),
            self.opened_at,
            self.used_at,
            self.closes_at,
            self.from.as_str(),
            self.ended.map(|end| end.at),
            self.ended.map(|end| end.reason.name()),
            self.traffic.map(|traffic| traffic.bytes_in),
            self.traffic.map(|traffic| traffic.bytes_out),
            self.traffic.map(|traffic| traffic.refused_input),
            self.due(),
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            id: row.id(SessionId::from_bits)?,
            invite: row.id(InviteId::from_bits)?,
            computer: row.id(ComputerId::from_bits)?,
            guest: row.parsed()?,
            carrier: {
                let ticket = row.opt(|row| row.bytes().map(SecretHash::from_bytes))?;
                let taken_at = row.opt(Reader::instant)?;
                match ticket {
                    Some(ticket) => Carrier::Relay { ticket, taken_at },
                    None if taken_at.is_none() => Carrier::External,
                    None => return None,
                }
            },
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
            traffic: read_traffic(row)?,
        })
    }
}

#[expect(clippy::option_option, reason = "null and nonsense are two things")]
fn read_traffic(row: &mut Reader) -> Option<Option<Traffic>> {
    let bytes_in = row.opt(Reader::number)?;
    let bytes_out = row.opt(Reader::number)?;
    let refused_input = row.opt(Reader::number)?;
    match (bytes_in, bytes_out, refused_input) {
        (None, None, None) => Some(None),
        (Some(bytes_in), Some(bytes_out), Some(refused_input)) => {
            Some(Some(Traffic { bytes_in, bytes_out, refused_input }))
        }
        (Some(_) | None, Some(_) | None, Some(_) | None) => None,
    }
}
