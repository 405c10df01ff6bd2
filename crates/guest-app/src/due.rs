//! What the clock asks for: reminders, windows that open and end, computers that fell silent,
//! tickets that nobody took.

use chrono::TimeDelta;
use guest_core::{
    Computer, Greeting, Instant, Invite, Life, MemberInvite, SILENCE, Session, SessionEndReason,
    TICKET_LIFE,
};

use crate::record::{Range, Record, list};
use crate::table::{Index, Value};
use crate::work::{By, Work, live_sessions};
use crate::{App, Call, Fault, Pending, View, greetings, member_invites, tables};

/// What was due and is done, and when to ask again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Due {
    /// How many things were done.
    pub done: usize,
    /// When something is due next; not in the future if something is due still.
    pub next: Option<Instant>,
}

impl App {
    /// Does what is due, at most `limit` things of a sort at once (GA-30, GA-37, GA-44, GA-60).
    ///
    /// Each is judged anew in the unit of work that does it, so that asking
    /// too often, too late or on two servers at once is harmless (QU-24).
    /// Whoever has more to do asks again: in short units others get their turn.
    pub fn process_due(&self, limit: usize) -> Pending<Due> {
        self.write(&Call::operator(), move |work| {
            let silent: Vec<Computer> = overdue(work.tx, &tables::COMPUTER_DUE, SILENCE, limit)?;
            let unused: Vec<Session> = overdue(work.tx, &tables::SESSION_DUE, TICKET_LIFE, limit)?;
            let invites: Vec<Invite> = due(work.tx, &tables::INVITE_DUE, limit)?;
            let greetings: Vec<Greeting> = due(work.tx, &tables::GREETING_DUE, limit)?;
            let members: Vec<MemberInvite> = due(work.tx, &tables::MEMBER_INVITE_DUE, limit)?;
            let mut done = 0;
            for computer in &silent {
                done += usize::from(fall_silent(work, computer)?);
            }
            for session in &unused {
                done += usize::from(work.end_stale(session)?);
            }
            for invite in &invites {
                done += usize::from(move_on(work, invite)?);
            }
            for greeting in &greetings {
                done += usize::from(greetings::handle_due(work, greeting)?);
            }
            for invite in &members {
                done += usize::from(member_invites::handle_due(work, invite)?);
            }
            Ok(Due { done, next: next(work.tx)? })
        })
    }

    /// Carries over what was told by a clock that has stepped by `step` since: which computers
    /// were heard of just now (GA-4, CN-13).
    pub fn clock_stepped(&self, step: TimeDelta) -> Pending<()> {
        self.write(&Call::operator(), move |work| {
            let index = Some(&tables::COMPUTER_DUE);
            let all = Range { index, limit: usize::MAX, ..Range::default() };
            for computer in list::<Computer>(work.tx, &all)? {
                if let Some(carried) = computer.carried_over(step, work.now) {
                    work.save(&carried)?;
                }
            }
            Ok(())
        })
    }

    /// Returns when something is due next, without doing it.
    pub fn next_due(&self) -> Pending<Option<Instant>> {
        self.read(|view, _| next(view))
    }
}

/// Reminds of an invite, opens it or has it expire.
fn move_on(work: &mut Work<'_>, invite: &Invite) -> Result<bool, Fault> {
    let computer = work.host_of(invite)?;
    let Some(step) = invite.handle_due(&computer, work.now) else { return Ok(false) };
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

/// Takes a computer to be offline, and its sessions to be lost (GA-4, GA-44).
fn fall_silent(work: &mut Work<'_>, computer: &Computer) -> Result<bool, Fault> {
    let Some(silent) = computer.handle_due(work.now) else { return Ok(false) };
    work.save(&silent)?;
    for session in live_sessions(work.tx, silent.team, silent.id)? {
        work.end_session(&session, SessionEndReason::ComputerLost, &By::Clock)?;
    }
    work.tell_computer(&silent, "computer.offline")?;
    Ok(true)
}

/// Returns records that became due because nothing came for `patience`.
///
/// That includes those that waited in a future that a clock since set back has
/// been in: their due time is farther ahead than any other can be.
fn overdue<R: Record>(
    view: &mut dyn View,
    index: &'static Index,
    patience: TimeDelta,
    limit: usize,
) -> Result<Vec<R>, Fault> {
    let mut records: Vec<R> = due(view, index, limit)?;
    let from = Some(instant(view.now() + patience + patience));
    let limit = limit.saturating_sub(records.len());
    records
        .extend(list::<R>(view, &Range { index: Some(index), from, limit, ..Range::default() })?);
    Ok(records)
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
    let session: Vec<Session> = list(view, &first(&tables::SESSION_DUE))?;
    let greeting: Vec<Greeting> = list(view, &first(&tables::GREETING_DUE))?;
    let member: Vec<MemberInvite> = list(view, &first(&tables::MEMBER_INVITE_DUE))?;
    let now = view.now();
    // A moment too far ahead is one from before the clock was set back.
    let soon = |due: Instant, patience| if due < now + patience + patience { due } else { now };
    let invite = invite.first().and_then(Invite::due);
    let computer = computer.first().and_then(Computer::due).map(|due| soon(due, SILENCE));
    let session = session.first().and_then(Session::due).map(|due| soon(due, TICKET_LIFE));
    let greeting = greeting.first().and_then(Greeting::due);
    let member = member.first().and_then(MemberInvite::due);
    Ok([invite, computer, session, greeting, member].into_iter().flatten().min())
}

fn instant(at: Instant) -> Value {
    Value::Int(at.timestamp_micros())
}
