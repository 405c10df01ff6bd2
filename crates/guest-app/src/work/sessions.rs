//! The sessions of a unit of work: found, ended and written down.

use guest_core::{ComputerId, Invite, Session, SessionEndReason, TeamId};

use super::{By, Work};
use crate::record::{self, Range, list, row};
use crate::{Fault, View, tables};

impl Work<'_> {
    /// Ends the live session of an invite, if there is one (GA-44).
    ///
    /// It is on the computer that the invite is stored with: one that moves leaves it there (GA-61).
    pub(crate) fn end_session_of(
        &mut self,
        invite: &Invite,
        reason: SessionEndReason,
        by: &By,
    ) -> Result<(), Fault> {
        let Some(stored) = self.find(&row![invite.team, invite.id])? else { return Ok(()) };
        match live_session(self.tx, &stored)? {
            Some(session) => self.end_session(&session, reason, by).map(drop),
            None => Ok(()),
        }
    }

    /// Ends a session: one end, one reason (GA-44, CN-12). Returns whether it was live.
    pub(crate) fn end_session(
        &mut self,
        session: &Session,
        reason: SessionEndReason,
        by: &By,
    ) -> Result<bool, Fault> {
        let ended = session.end(reason, self.now);
        self.keep_end(ended, by)
    }

    /// Ends a session whose ticket was not taken in time (CN-3). Returns whether there was one.
    pub(crate) fn end_stale(&mut self, session: &Session) -> Result<bool, Fault> {
        let ended = session.handle_due(self.now);
        self.keep_end(ended, &By::Clock)
    }

    fn keep_end(&mut self, ended: Option<Session>, by: &By) -> Result<bool, Fault> {
        let Some(ended) = ended else { return Ok(false) };
        self.save(&ended)?;
        self.tell_session(&ended, "session.ended")?;
        self.audit_session(&ended, by, "session.end")?;
        Ok(true)
    }

    /// Writes down all that is known of a session (CN-12).
    pub(crate) fn audit_session(
        &mut self,
        session: &Session,
        by: &By,
        action: &str,
    ) -> Result<(), Fault> {
        let traffic = session.traffic;
        let detail = serde_json::json!({
            "invite": session.invite,
            "computer": session.computer,
            "guest": session.guest,
            "from": session.from,
            "permissions": session.permissions,
            "opened_at": session.opened_at,
            "used_at": session.used_at,
            "ended_at": session.ended.map(|end| end.at),
            "reason": session.ended.map(|end| end.reason.name()),
            "bytes_in": traffic.map(|traffic| traffic.bytes_in),
            "bytes_out": traffic.map(|traffic| traffic.bytes_out),
            "refused_input": traffic.map(|traffic| traffic.refused_input),
        });
        self.audit(session.team, by, action, session.id, &detail)
    }

    pub(super) fn retime_session_of(&mut self, invite: &Invite) -> Result<(), Fault> {
        let session = live_session(self.tx, invite)?;
        match session.and_then(|session| session.retime(invite.closes_at())) {
            Some(session) => self.save(&session),
            None => Ok(()),
        }
    }
}

/// Returns the live session of an invite (GA-36).
pub(crate) fn live_session(view: &mut dyn View, invite: &Invite) -> Result<Option<Session>, Fault> {
    let prefix = row![invite.team, invite.computer, invite.id];
    Ok(record::first(view, &tables::SESSION_LIVE, &prefix)?)
}

/// Returns the live sessions on a computer.
pub(crate) fn live_sessions(
    view: &mut dyn View,
    team: TeamId,
    computer: ComputerId,
) -> Result<Vec<Session>, Fault> {
    let prefix = row![team, computer];
    let index = Some(&tables::SESSION_LIVE);
    Ok(list(view, &Range { index, prefix: &prefix, limit: usize::MAX, ..Range::default() })?)
}
