//! Sessions that this product carries: their tickets, their use and their ends (CN-3, CN-12).
//!
//! A gateway holds the streams and drives these. It answers for [`Relay`],
//! takes the ticket of each stream that a guest's page opens, says when the
//! guest received a picture, and how the stream ended and what went through.
//! After each commit it looks which sessions still live, and closes the
//! streams of the others. When the server starts it ends what was left open.

use chrono::{DateTime, Utc};
use guest_core::{
    ComputerId, Invite, InviteId, Permissions, Purpose, Refusal, Secret, Session, SessionEndReason,
    SessionId, TeamId, TicketRefusal, Traffic,
};

use crate::record::{Range, first, list, row};
use crate::work::{By, Work};
use crate::{App, Call, Caller, Denied, Fault, Pending, View, tables};

/// Knows which agents are connected to this server; a gateway behind a port.
pub trait Relay: Send + Sync + 'static {
    /// Returns whether the agent of this computer is connected right now (GA-4).
    ///
    /// It is asked in the middle of units of work, and so answers at once.
    fn reaches(&self, computer: ComputerId) -> bool;
}

/// A server without a gateway.
pub(crate) struct NoRelay;

impl Relay for NoRelay {
    fn reaches(&self, _computer: ComputerId) -> bool {
        false
    }
}

/// A relayed session, as far as its stream goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Relayed {
    /// Names the session.
    pub session: SessionId,
    /// The team.
    pub team: TeamId,
    /// The invite that lets the guest in.
    pub invite: InviteId,
    /// The computer.
    pub computer: ComputerId,
    /// What the guest may use in it, fixed when it was opened (CN-6).
    pub permissions: Permissions,
    /// When the window ends it; never for oneself.
    pub closes_at: Option<DateTime<Utc>>,
    /// Whether the guest's page has opened its stream.
    pub taken: bool,
}

impl Relayed {
    fn of(session: &Session) -> Self {
        Self {
            session: session.id,
            team: session.team,
            invite: session.invite,
            computer: session.computer,
            permissions: session.permissions,
            closes_at: session.closes_at,
            taken: session.is_taken(),
        }
    }
}

impl App {
    /// Opens the stream of a session with its ticket (CN-3), which works once.
    ///
    /// It is refused with [`TicketRefusal`]. `from` is where it was shown; every
    /// refused try is written down (QU-35). A session whose ticket has become
    /// too old ends here, if the clock has not ended it before.
    pub fn take_ticket(
        &self,
        session: SessionId,
        ticket: &str,
        from: Option<&str>,
    ) -> Pending<Relayed> {
        let ticket = Secret::parse(Purpose::Ticket, ticket).map(|ticket| ticket.hash());
        let call = Call { caller: Caller::Nobody, origin: from.map(str::to_owned), once: None };
        self.write_either(&call, move |work| {
            let Some(session) = known(work.tx, session)? else {
                return Ok(Err(TicketRefusal::Unknown.into()));
            };
            work.end_stale(&session)?;
            let taken = ticket.ok_or(TicketRefusal::Unknown);
            match taken.and_then(|ticket| session.take(ticket, work.now)) {
                Ok(taken) => {
                    work.save(&taken)?;
                    Ok(Ok(Relayed::of(&taken)))
                }
                Err(refusal) => {
                    write_down(work, &session, refusal)?;
                    Ok(Err(refusal.into()))
                }
            }
        })
    }

    /// Records that the guest of a relayed session received a picture: the invite is used (GA-35).
    ///
    /// Only the first picture of a session that lives changes anything.
    pub fn session_pictured(&self, session: SessionId) -> Pending<()> {
        self.write(&Call::operator(), move |work| {
            let session = require(work.tx, session)?;
            let Some(pictured) = session.picture(work.now) else { return Ok(()) };
            work.save(&pictured)?;
            let invite: Option<Invite> = work.find(&row![session.team, session.invite])?;
            let Some(step) = invite.and_then(|invite| invite.use_now(work.now)) else {
                return Ok(());
            };
            let by = By::Guest(session.guest);
            let invite = work.carry_out(step, &by)?;
            let detail = serde_json::json!({ "session": session.id });
            work.audit(invite.team, &by, "invite.use", invite.id, &detail)
        })
    }

    /// Returns every live session that this product carries, in no particular order.
    pub fn relayed_sessions(&self) -> Pending<Vec<Relayed>> {
        self.read(|view, _| Ok(live_relayed(view)?.iter().map(Relayed::of).collect()))
    }

    /// Returns which of these sessions have ended, and why.
    pub fn session_ends(
        &self,
        sessions: Vec<SessionId>,
    ) -> Pending<Vec<(SessionId, SessionEndReason)>> {
        self.read(move |view, _| {
            let mut ends = Vec::new();
            for session in &sessions {
                let ended = known(view, *session)?.and_then(|session| session.ended);
                ends.extend(ended.map(|end| (*session, end.reason)));
            }
            Ok(ends)
        })
    }

    /// Records that the stream of a relayed session is closed, and what went through it (CN-12).
    ///
    /// The session ends for `reason`, unless it has ended for another one
    /// already (GA-44). The audit log has all of it in one line: that of the
    /// end, or one of its own if the end came first. The traffic counts once.
    pub fn end_relayed(
        &self,
        session: SessionId,
        reason: SessionEndReason,
        traffic: Traffic,
    ) -> Pending<()> {
        self.write(&Call::operator(), move |work| {
            let session = require(work.tx, session)?;
            if !session.is_relayed() {
                return Err(Denied::NotFound("session").into());
            }
            let counted = session.count(traffic);
            if !session.is_live() {
                let Some(counted) = counted else { return Ok(()) };
                work.save(&counted)?;
                return work.audit_session(&counted, &By::Clock, "session.count");
            }
            let by = ender(&session, reason);
            work.end_session(&counted.unwrap_or(session), reason, &by).map(drop)
        })
    }

    /// Ends at most `limit` relayed sessions that an earlier run of the server left open (GA-44).
    ///
    /// Returns how many it ended: whoever starts the server asks until it is
    /// none, before anybody can connect.
    pub fn end_left_relayed(&self, limit: usize) -> Pending<usize> {
        self.write(&Call::operator(), move |work| {
            let mut left = live_relayed(work.tx)?;
            left.truncate(limit);
            for session in &left {
                work.end_session(session, SessionEndReason::ServerStopped, &By::Clock)?;
            }
            Ok(left.len())
        })
    }
}

fn known(view: &mut dyn View, session: SessionId) -> Result<Option<Session>, Fault> {
    Ok(first(view, &tables::SESSION_ID, &row![session])?)
}

fn require(view: &mut dyn View, session: SessionId) -> Result<Session, Fault> {
    known(view, session)?.ok_or_else(|| Denied::NotFound("session").into())
}

fn live_relayed(view: &mut dyn View) -> Result<Vec<Session>, Fault> {
    let index = Some(&tables::SESSION_LIVE);
    let mut live: Vec<Session> =
        list(view, &Range { index, limit: usize::MAX, ..Range::default() })?;
    live.retain(Session::is_relayed);
    Ok(live)
}

/// Writes down a ticket that was refused; whoever shows the right one is the guest (QU-35).
fn write_down(work: &mut Work<'_>, session: &Session, refusal: TicketRefusal) -> Result<(), Fault> {
    let by = match refusal {
        TicketRefusal::Unknown => By::nobody(),
        TicketRefusal::Used => By::Guest(session.guest.clone()),
    };
    let detail = serde_json::json!({
        "code": refusal.code(),
        "detail": refusal.to_string(),
        "session": session.id,
    });
    work.audit(session.team, &by, "session.refuse", session.invite, &detail)
}

/// Returns who causes the end of a stream: its guest, or the way things go.
fn ender(session: &Session, reason: SessionEndReason) -> By {
    if matches!(reason, SessionEndReason::Left | SessionEndReason::ProtocolError) {
        By::Guest(session.guest.clone())
    } else {
        By::Clock
    }
}
