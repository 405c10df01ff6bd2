//! What the clock asks for: reminders, windows that open and end, computers that fell silent.

use chrono::TimeDelta;
use guest_core::{Computer, Connection, Instant, Invite, Life, SILENCE, SessionEndReason};

use crate::record::{Range, Record, list};
use crate::table::{Index, Value};
use crate::work::{By, Work, live_sessions};
use crate::{App, Call, Fault, Pending, View, tables};

/// What was due and is done, and when to ask again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Due {
    /// How many things were done.
    pub done: usize,
    /// When something is due next; not in the future if something is due still.
    pub next: Option<Instant>,
}

impl App {
    /// Does what is due, at most `limit` things of a sort at once (GA-30, GA-37, GA-44).
    ///
    /// Each is judged anew in the unit of work that does it, so that asking
    /// too often, too late or on two servers at once is harmless (QU-24).
    /// Whoever has more to do asks again: in short units others get their turn.
    pub fn process_due(&self, limit: usize) -> Pending<Due> {
        self.write(&Call::operator(), move |work| {
            let silent = silent_computers(work.tx, limit)?;
            let invites: Vec<Invite> = due(work.tx, &tables::INVITE_DUE, limit)?;
            let mut done = 0;
            for computer in &silent {
                done += usize::from(fall_silent(work, computer)?);
            }
            for invite in &invites {
                done += usize::from(move_on(work, invite)?);
            }
            Ok(Due { done, next: next(work.tx)? })
        })
    }

    /// Returns when something is due next, without doing it.
    pub fn next_due(&self) -> Pending<Option<Instant>> {
        self.read(|view, _| next(view))
    }
}

/// Reminds of an invite, opens it or has it expire.
fn move_on(work: &mut Work<'_>, invite: &Invite) -> Result<bool, Fault> {
    let Some(step) = invite.handle_due(work.now) else { return Ok(false) };
    let invite = work.carry_out(step, &By::Clock)?;
    match invite.life {
        Life::Expired { .. } => {
            let detail = serde_json::json!({
                "guest": invite.guest,
                "used": invite.used_at.is_some(),
                "credit": invite.credit.name(),
            });
            work.audit(invite.team, &By::Clock, "invite.expire", invite.id, &detail)?;
        }
        Life::Live | Life::Cancelled { .. } | Life::Void { .. } => {}
    }
    Ok(true)
}

/// Takes a computer to be offline, and its external sessions to be lost (GA-4, GA-44).
fn fall_silent(work: &mut Work<'_>, computer: &Computer) -> Result<bool, Fault> {
    let Some(silent) = computer.handle_due(work.now) else { return Ok(false) };
    work.save(&silent)?;
    for session in live_sessions(work.tx, silent.team, silent.id)? {
        if session.connection == Connection::External {
            work.end_session(&session, SessionEndReason::ComputerLost, &By::Clock)?;
        }
    }
    work.tell_computer(&silent, "computer.offline")?;
    Ok(true)
}

/// Returns computers whose silence has lasted too long.
///
/// That includes those last heard in a future that a clock since set back
/// has been in: their due time is farther ahead than any other can be.
fn silent_computers(view: &mut dyn View, limit: usize) -> Result<Vec<Computer>, Fault> {
    let mut computers: Vec<Computer> = due(view, &tables::COMPUTER_DUE, limit)?;
    let from = Some(instant(view.now() + SILENCE + SILENCE));
    let limit = limit.saturating_sub(computers.len());
    let index = Some(&tables::COMPUTER_DUE);
    computers.extend(list::<Computer>(view, &Range { index, from, limit, ..Range::default() })?);
    Ok(computers)
}

/// Returns records that are due, the longest due first.
fn due<R: Record>(
    view: &mut dyn View,
    index: &'static Index,
    limit: usize,
) -> Result<Vec<R>, Fault> {
    let until = Some(instant(view.now() + TimeDelta::microseconds(1)));
    Ok(list(view, &Range { index: Some(index), until, limit, ..Range::default() })?)
}

fn next(view: &mut dyn View) -> Result<Option<Instant>, Fault> {
    let first = |index| Range { index: Some(index), limit: 1, ..Range::default() };
    let invite: Vec<Invite> = list(view, &first(&tables::INVITE_DUE))?;
    let computer: Vec<Computer> = list(view, &first(&tables::COMPUTER_DUE))?;
    let invite = invite.first().and_then(Invite::due);
    let computer = computer.first().and_then(Computer::due);
    // A moment too far ahead is one from before the clock was set back.
    let computer = computer.map(|due| {
        let now = view.now();
        if due < now + SILENCE + SILENCE { due } else { now }
    });
    Ok(invite.into_iter().chain(computer).min())
}

fn instant(at: Instant) -> Value {
    Value::Int(at.timestamp_micros())
}
