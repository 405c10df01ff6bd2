//! Changing invites: editing, cancelling, kicking, links, moving, more time.

use guest_core::{
    CancelReason, ComputerId, Edit, ExtendBy, Invite, InviteEffect, InviteId, Moving, Right, Step,
};

use super::{reach, show};
use crate::access::Actor;
use crate::computers::seen;
use crate::config::Config;
use crate::once::Replay;
use crate::request::{ExtendDraft, InviteChange, MoveDraft, read_extension};
use crate::view::InviteView;
use crate::work::{By, Work};
use crate::{App, Call, Denied, Fault, Pending};

/// That something was done, for answers that say nothing else.
#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
struct Done {}

impl Replay for Done {}

impl Replay for InviteView {
    /// Keeps what the link is derived from, and takes out its secret.
    fn scrub(&mut self) {
        self.link = self.link.take().and_then(|link| unsign(&link));
    }

    fn restore(&mut self, config: &Config) {
        self.link = self.link.take().and_then(|unsigned| sign(&unsigned, config));
    }
}

impl App {
    /// Changes an invite's window and permissions (GA-33, GA-34, GA-40).
    pub fn edit_invite(
        &self,
        call: &Call,
        team: &str,
        id: InviteId,
        change: &InviteChange,
        based_on: Option<u32>,
    ) -> Pending<InviteView> {
        let (caller, team, change) = (call.clone(), team.to_owned(), change.read());
        self.write(call, move |work| {
            let (actor, invite) = target(work, &caller, &team, id, based_on)?;
            invite.require_live()?;
            let change = change.clone()?;
            let window = match change.window {
                Some(edit) => Some(edit.apply(invite.window, "/window", work.now)?),
                None => None,
            };
            let step = invite.edit(Edit { window, permissions: change.permissions }, work.now)?;
            let invite = act(work, &actor, &invite, step, "invite.edit")?;
            show(work.tx, &actor, &invite, work.config)
        })
    }

    /// Cancels an invite (GA-32, CR-11).
    pub fn cancel_invite(
        &self,
        call: &Call,
        team: &str,
        id: InviteId,
        based_on: Option<u32>,
    ) -> Pending<()> {
        let (caller, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let (actor, invite) = target(work, &caller, &team, id, based_on)?;
            let step = invite.cancel(CancelReason::Asked, work.config.refunds, work.now)?;
            act(work, &actor, &invite, step, "invite.cancel").map(drop)
        })
    }

    /// Ends an invite's session, and with `keep_out` bars its guest (GA-45).
    pub fn kick(
        &self,
        call: &Call,
        team: &str,
        id: InviteId,
        keep_out: bool,
        based_on: Option<u32>,
    ) -> Pending<()> {
        let (caller, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let (actor, invite) = target(work, &caller, &team, id, based_on)?;
            let step = invite.kick(keep_out)?;
            let action = if keep_out { "invite.keep_out" } else { "invite.kick" };
            act(work, &actor, &invite, step, action).map(drop)
        })
    }

    /// Lets a guest back in who was kept out (GA-45).
    pub fn readmit(
        &self,
        call: &Call,
        team: &str,
        id: InviteId,
        based_on: Option<u32>,
    ) -> Pending<()> {
        self.deed(call, team, id, based_on, "invite.readmit", |invite| Ok(invite.readmit()?))
    }

    /// Has a connected guest reconnect with the invite's permissions (GA-34).
    pub fn apply_permissions(
        &self,
        call: &Call,
        team: &str,
        id: InviteId,
        based_on: Option<u32>,
    ) -> Pending<()> {
        self.deed(call, team, id, based_on, "invite.apply_permissions", |invite| {
            Ok(Step::to(invite.clone(), [invite.apply_permissions()?]))
        })
    }

    /// Replaces an invite's link; the one before opens nothing any more (GA-19).
    pub fn new_link(
        &self,
        call: &Call,
        team: &str,
        id: InviteId,
        based_on: Option<u32>,
    ) -> Pending<InviteView> {
        self.once(call, team, id, based_on, |work, actor, invite| {
            let step = invite.new_link()?;
            let invite = act(work, actor, invite, step, "invite.new_link")?;
            show(work.tx, actor, &invite, work.config)
        })
    }

    /// Mails an invite again (GA-19).
    pub fn resend(&self, call: &Call, team: &str, id: InviteId) -> Pending<InviteView> {
        self.once(call, team, id, None, |work, actor, invite| {
            let step = Step::to(invite.clone(), [invite.resend()?]);
            let invite = act(work, actor, invite, step, "invite.resend")?;
            show(work.tx, actor, &invite, work.config)
        })
    }

    /// Moves an invite to another computer that the caller may invite to (GA-61).
    pub fn move_invite(
        &self,
        call: &Call,
        team: &str,
        id: InviteId,
        draft: &MoveDraft,
        based_on: Option<u32>,
    ) -> Pending<InviteView> {
        let to: Option<ComputerId> = draft.computer_id.parse().ok();
        self.once(call, team, id, based_on, move |work, actor, invite| {
            let to = seen(work.tx, actor, to.ok_or(Denied::NotFound("computer"))?)?;
            let mover = actor.person(work.tx)?.id;
            let policy = actor.team.personal_computers;
            let step = invite.move_to(Moving { to: &to, mover, policy }, work.now)?;
            let invite = act(work, actor, invite, step, "invite.move")?;
            show(work.tx, actor, &invite, work.config)
        })
    }

    /// Gives a guest more time (GA-48).
    pub fn extend(
        &self,
        call: &Call,
        team: &str,
        id: InviteId,
        draft: &ExtendDraft,
        based_on: Option<u32>,
    ) -> Pending<InviteView> {
        let by = read_extension(draft);
        self.once(call, team, id, based_on, move |work, actor, invite| {
            invite.require_live()?;
            let by: ExtendBy = by.clone()?;
            let edit = invite.extended(by, work.now).map_err(|no| match no {
                Ok(refusal) => Fault::from(refusal),
                Err(wrong) => Fault::from(wrong),
            })?;
            let step = invite.edit(edit, work.now)?;
            let invite = act(work, actor, invite, step, "invite.extend")?;
            show(work.tx, actor, &invite, work.config)
        })
    }

    /// Does to an invite what has nothing to show, once for each idempotency key.
    fn deed(
        &self,
        call: &Call,
        team: &str,
        id: InviteId,
        based_on: Option<u32>,
        action: &'static str,
        step: impl Fn(&Invite) -> Result<Step<Invite, InviteEffect>, Fault> + Send + 'static,
    ) -> Pending<()> {
        self.once(call, team, id, based_on, move |work, actor, invite| {
            act(work, actor, invite, step(invite)?, action)?;
            Ok(Done {})
        })
        .then(|Done {}| Ok(()))
    }

    /// Changes an invite once for each idempotency key.
    fn once<T: Replay>(
        &self,
        call: &Call,
        team: &str,
        id: InviteId,
        based_on: Option<u32>,
        mut change: impl FnMut(&mut Work<'_>, &Actor, &Invite) -> Result<T, Fault> + Send + 'static,
    ) -> Pending<T> {
        let (caller, name) = (call.clone(), team.to_owned());
        self.write_once(call, team, move |work| {
            let (actor, invite) = target(work, &caller, &name, id, based_on)?;
            change(work, &actor, &invite)
        })
    }
}

/// Returns who acts and on what: somebody who may, on what is current (GA-38, GA-40).
fn target(
    work: &mut Work<'_>,
    call: &Call,
    team: &str,
    id: InviteId,
    based_on: Option<u32>,
) -> Result<(Actor, Invite), Fault> {
    let actor = work.actor(call, team, Right::WriteInvites)?;
    let (invite, _) = reach(work.tx, &actor, id)?;
    let invite = work.catch_up(invite)?;
    match based_on {
        Some(version) if version != invite.version => {
            Err(Denied::Stale { current: invite.version }.into())
        }
        Some(_) | None => Ok((actor, invite)),
    }
}

/// Stores a change and its consequences, and writes it down if it is one.
fn act(
    work: &mut Work<'_>,
    actor: &Actor,
    before: &Invite,
    step: Step<Invite, InviteEffect>,
    action: &str,
) -> Result<Invite, Fault> {
    if step.next == *before && step.effects.is_empty() {
        return Ok(step.next);
    }
    let by = By::actor(actor);
    let invite = work.carry_out(step, &by)?;
    let detail = serde_json::json!({
        "computer": invite.computer,
        "guest": invite.guest,
        "version": invite.version,
        "start": invite.window.start(),
        "end": invite.window.end(),
        "permissions": invite.permissions,
    });
    work.audit(invite.team, &by, action, invite.id, &detail)?;
    Ok(invite)
}

/// Returns what a link is derived from, as text without the secret.
fn unsign(link: &str) -> Option<String> {
    let token = link.rsplit('/').next()?;
    let link = guest_core::Link::read_unchecked(token)?;
    Some(format!("{} {} {}", link.team, link.invite, link.counter))
}

/// Derives a link again from what [`unsign`] kept.
fn sign(unsigned: &str, config: &Config) -> Option<String> {
    let mut parts = unsigned.split(' ');
    let link = guest_core::Link {
        team: parts.next()?.parse().ok()?,
        invite: parts.next()?.parse().ok()?,
        counter: parts.next()?.parse().ok()?,
    };
    Some(config.guest_link(link))
}
