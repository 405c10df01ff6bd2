//! What follows when people lose rights and computers go away (GA-7, GA-39).

use guest_core::{
    CancelReason, Computer, ComputerId, Email, Invite, Life, SessionEndReason, TeamId, User,
};

use crate::record::{Range, list, row};
use crate::work::{By, Work, live_invites, live_sessions};
use crate::{Fault, View, tables};

/// Ends what rests on the right to invite, which a user has just lost (GA-39).
///
/// Their invites to themselves and those to their own computers are cancelled.
pub(crate) fn lose_rights(work: &mut Work<'_>, user: &User, by: &By) -> Result<(), Fault> {
    let computers = computers(work.tx, user.team)?;
    let own = |id: ComputerId| {
        let host = computers.iter().find(|computer| computer.id == id);
        host.and_then(Computer::owner)
    };
    let mut resting = invites_for(work.tx, user.team, &user.email, &computers)?;
    for computer in computers.iter().filter(|computer| computer.owner() == Some(user.id)) {
        let known: Vec<_> = resting.iter().map(|invite| invite.id).collect();
        let invites = live_invites(work.tx, user.team, Some(computer.id))?;
        resting.extend(invites.into_iter().filter(|invite| !known.contains(&invite.id)));
    }
    resting.retain(|invite| invite.rests_on_rights(user.id, own(invite.computer)));
    cancel_all(work, &resting, CancelReason::RightsLost, by)
}

/// Removes a computer, with what that brings to its invites and sessions (GA-7).
///
/// Returns the computer as it is now.
pub(crate) fn remove_computer(
    work: &mut Work<'_>,
    computer: &Computer,
    by: &By,
) -> Result<Computer, Fault> {
    for invite in live_invites(work.tx, computer.team, Some(computer.id))? {
        if let Some(step) = invite.lose_computer(work.config.refunds, work.now) {
            let invite = work.carry_out(step, by)?;
            audit_end(work, &invite, by)?;
        }
    }
    for session in live_sessions(work.tx, computer.team, computer.id)? {
        work.end_session(&session, SessionEndReason::ComputerRemoved, by)?;
    }
    let removed = computer.remove(work.now);
    work.save(&removed)?;
    work.tell_computer(&removed, "computer.removed")?;
    let detail = serde_json::json!({ "name": removed.name.as_str() });
    work.audit(removed.team, by, "computer.remove", removed.id, &detail)?;
    Ok(removed)
}

/// Cancels invites, each with all that follows from it.
pub(crate) fn cancel_all(
    work: &mut Work<'_>,
    invites: &[Invite],
    reason: CancelReason,
    by: &By,
) -> Result<(), Fault> {
    for invite in invites {
        let step = invite.cancel(reason, work.config.refunds, work.now)?;
        let invite = work.carry_out(step, by)?;
        audit_end(work, &invite, by)?;
    }
    Ok(())
}

/// Returns the live invites for an address, found by computer.
pub(crate) fn invites_for(
    view: &mut dyn View,
    team: TeamId,
    guest: &Email,
    computers: &[Computer],
) -> Result<Vec<Invite>, Fault> {
    let mut invites = Vec::new();
    for computer in computers.iter().filter(|computer| !computer.is_removed()) {
        let prefix = row![team, computer.id, guest.key()];
        let index = Some(&tables::INVITE_LIVE);
        let range = Range { index, prefix: &prefix, limit: usize::MAX, ..Range::default() };
        invites.extend(list::<Invite>(view, &range)?);
    }
    Ok(invites)
}

/// Returns all computers of a team, removed ones too.
pub(crate) fn computers(view: &mut dyn View, team: TeamId) -> Result<Vec<Computer>, Fault> {
    let prefix = row![team];
    Ok(list(view, &Range { prefix: &prefix, limit: usize::MAX, ..Range::default() })?)
}

fn audit_end(work: &mut Work<'_>, invite: &Invite, by: &By) -> Result<(), Fault> {
    let action = match invite.life {
        Life::Live | Life::Expired { .. } => return Ok(()),
        Life::Cancelled { .. } => "invite.cancel",
        Life::Void { .. } => "invite.void",
    };
    let reason = invite.life.ended().map(|(_, reason)| reason);
    let detail = serde_json::json!({ "guest": invite.guest, "reason": reason });
    work.audit(invite.team, by, action, invite.id, &detail)
}
