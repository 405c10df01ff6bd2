//! Requests to join as rows.

use guest_core::{JoinRequest, JoinRequestId, JoinState, UserId};

use super::credit::json;
use super::{Reader, Record, row};
use crate::table::{Row, Table};
use crate::tables;

impl Record for JoinRequest {
    const TABLE: &'static Table = &tables::JOIN_REQUEST;

    fn to_row(&self) -> Row {
        let (user, replaced_by) = match self.state {
            JoinState::Accepted { user, .. } => (Some(user), None),
            JoinState::Cancelled { replaced_by, .. } => (None, replaced_by),
            JoinState::Submitted | JoinState::Rejected { .. } => (None, None),
        };
        row![
            self.team,
            self.id,
            identity_key(&self.vouched.identity),
            self.submitted_at,
            self.state.name(),
            self.state.ended_at(),
            user,
            replaced_by,
            json(&self.vouched),
            self.device.as_ref().map(json),
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        let team = row.parsed()?;
        let id = row.id(JoinRequestId::from_bits)?;
        row.skip(); // The key of the identity.
        let submitted_at = row.instant()?;
        let (name, at) = (row.text()?, row.opt(Reader::instant)?);
        let user = row.opt(|row| row.id(UserId::from_bits))?;
        let replaced_by = row.opt(|row| row.id(JoinRequestId::from_bits))?;
        let state = match (name.as_str(), at) {
            ("submitted", None) => JoinState::Submitted,
            ("accepted", Some(at)) => JoinState::Accepted { at, user: user? },
            ("rejected", Some(at)) => JoinState::Rejected { at },
            ("cancelled", Some(at)) => JoinState::Cancelled { at, replaced_by },
            _ => return None,
        };
        let vouched = serde_json::from_str(&row.text()?).ok()?;
        let device = match row.opt(Reader::text)? {
            Some(device) => Some(serde_json::from_str(&device).ok()?),
            None => None,
        };
        Some(Self { team, id, vouched, device, submitted_at, state })
    }
}

/// Returns what identities are found by: no issuer has a line break in it.
pub(crate) fn identity_key(identity: &guest_core::Identity) -> String {
    format!("{}\n{}", identity.issuer, identity.subject)
}
