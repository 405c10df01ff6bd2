//! The panic switch: all of them out, at once (GA-49).

use guest_core::{CancelReason, Invite, Right, Session, SessionEndReason};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::once::Replay;
use crate::record::{Range, list, row};
use crate::request::{Cut, CutDraft};
use crate::work::{By, Work, computer, live_invites, live_session, live_sessions};
use crate::{App, Call, Denied, Fault, Pending, View, tables};

/// What the panic switch did.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CutAnswer {
    /// How many sessions ended.
    pub sessions_ended: u32,
    /// How many invites were cancelled.
    pub invites_cancelled: u32,
}

impl Replay for CutAnswer {}

impl App {
    /// Ends guests' sessions, and if wished cancels their invites, for a computer, a sender, an
    /// email domain or the whole team (GA-49), as far as the caller may kick there.
    pub fn cut(&self, call: &Call, team: &str, draft: &CutDraft) -> Pending<CutAnswer> {
        let (caller, name, draft) = (call.clone(), team.to_owned(), draft.clone());
        self.write_once(call, team, move |work| {
            let actor = work.actor(&caller, &name, Right::WriteInvites)?;
            let cut = draft.read()?;
            if let Some(id) = cut.computer {
                computer(work.tx, actor.team.id, id)?
                    .filter(|computer| computer.is_hosted_by(actor.id(), actor.role))
                    .ok_or(Denied::NotFound("computer"))?;
            }
            let answer = cut.carry_out(work, &actor)?;
            let detail = serde_json::json!({
                "computer": cut.computer,
                "invited_by": cut.invited_by,
                "email_domain": cut.domain,
                "cancel": cut.cancel,
                "sessions_ended": answer.sessions_ended,
                "invites_cancelled": answer.invites_cancelled,
            });
            work.audit(actor.team.id, &By::actor(&actor), "guest_access.cut", &name, &detail)?;
            Ok(answer)
        })
    }
}

impl Cut {
    fn carry_out(&self, work: &mut Work<'_>, actor: &Actor) -> Result<CutAnswer, Fault> {
        let by = By::actor(actor);
        let mut answer = CutAnswer { sessions_ended: 0, invites_cancelled: 0 };
        for invite in self.invites(work.tx, actor)? {
            let connected = live_session(work.tx, &invite)?.is_some();
            answer.sessions_ended += u32::from(connected);
            if self.cancel {
                let step = invite.cancel(CancelReason::Asked, work.config.refunds, work.now)?;
                work.carry_out(step, &by)?;
                answer.invites_cancelled += 1;
            } else {
                work.end_session_of(&invite, SessionEndReason::Kicked, &by)?;
            }
        }
        Ok(answer)
    }

    /// Returns the live invites concerned; only those with a session, unless they are cancelled.
    fn invites(&self, view: &mut dyn View, actor: &Actor) -> Result<Vec<Invite>, Fault> {
        let team = actor.team.id;
        let mut found = if self.cancel {
            live_invites(view, team, self.computer)?
        } else {
            let sessions = match self.computer {
                Some(computer) => live_sessions(view, team, computer)?,
                None => all_sessions(view, actor)?,
            };
            let mut invites = Vec::with_capacity(sessions.len());
            for session in sessions {
                invites.extend(crate::record::find::<Invite>(view, &row![team, session.invite])?);
            }
            invites
        };
        found.retain(|invite| {
            self.invited_by.as_ref().is_none_or(|by| *by == invite.sender.email)
                && self.domain.as_ref().is_none_or(|domain| domain == invite.guest.domain())
        });
        let mut reached = Vec::with_capacity(found.len());
        for invite in found {
            let host = computer(view, team, invite.computer)?;
            if host.is_some_and(|host| host.is_hosted_by(actor.id(), actor.role)) {
                reached.push(invite);
            }
        }
        Ok(reached)
    }
}

fn all_sessions(view: &mut dyn View, actor: &Actor) -> Result<Vec<Session>, Fault> {
    let prefix = row![actor.team.id];
    let index = Some(&tables::SESSION_LIVE);
    Ok(list(view, &Range { index, prefix: &prefix, limit: usize::MAX, ..Range::default() })?)
}
