//! What follows from changes of invitations: mails, events, and the ends of greetings.

use guest_core::{
    Greeting, GreetingEnd, MailId, MailIntent, MailState, MemberInvite, MemberInviteEffect,
    MemberInviteNews, Right, Step, User,
};

use super::MemberInviteView;
use crate::access::{role_of, users};
use crate::record::{Audience, Mail, Range, find, list, row};
use crate::work::{By, Work};
use crate::{Fault, View, tables};

/// Stores what a rule made of an invitation, and carries out what follows from it.
///
/// Returns the invitation as it is now.
pub(crate) fn carry_out(
    work: &mut Work<'_>,
    step: Step<MemberInvite, MemberInviteEffect>,
) -> Result<MemberInvite, Fault> {
    let Step { next: mut invite, effects } = step;
    for effect in &effects {
        if let MemberInviteEffect::Mail(intent) = effect {
            mail(work, &mut invite, intent.clone())?;
        }
    }
    work.save(&invite)?;
    for effect in effects {
        match effect {
            MemberInviteEffect::Mail(_) => {}
            MemberInviteEffect::Warn(intent) => warn(work, &invite, &intent)?,
            MemberInviteEffect::EndGreetings(end) => end_all(work, &invite, end)?,
            MemberInviteEffect::Tell(news) => tell(work, &invite, news)?,
        }
    }
    Ok(invite)
}

/// Does what the clock asks for of an invitation; `false` if that is nothing.
pub(crate) fn handle_due(work: &mut Work<'_>, invite: &MemberInvite) -> Result<bool, Fault> {
    let Some(step) = invite.handle_due(work.now) else { return Ok(false) };
    let after = carry_out(work, step)?;
    if !after.is_pending() {
        let detail = serde_json::json!({ "email": after.email });
        work.audit(after.team, &By::Clock, "invitation.expire", after.id, &detail)?;
    }
    Ok(true)
}

/// Has an invitation expire whose time has come (OR-20).
pub(super) fn expire(work: &mut Work<'_>, invite: &MemberInvite) -> Result<(), Fault> {
    handle_due(work, invite).map(drop)
}

/// Shows on its invitation where the mail with the link stands (OR-20).
pub(crate) fn settle_mail(work: &mut Work<'_>, mail: &Mail) -> Result<(), Fault> {
    let (Some(team), Some(id)) = (mail.team, mail.intent.invitation()) else { return Ok(()) };
    let Some(mut invite) = work.find::<MemberInvite>(&row![team, id])? else { return Ok(()) };
    if invite.mail.id == mail.id {
        invite.mail.state = mail.state;
        invite.mail.detail.clone_from(&mail.detail);
        work.save(&invite)?;
    }
    Ok(())
}

/// Returns whether a mail invites somebody to join by an invitation that has ended.
pub(crate) fn is_answered(view: &mut dyn View, mail: &Mail) -> Result<bool, Fault> {
    let (Some(team), Some(id)) = (mail.team, mail.intent.invitation()) else { return Ok(false) };
    let invite: Option<MemberInvite> = find(view, &row![team, id])?;
    Ok(invite.is_some_and(|invite| !invite.is_pending()))
}

/// Ends the greetings of somebody who may not greet any more (OR-24).
pub(crate) fn end_of_host(work: &mut Work<'_>, user: &User) -> Result<(), Fault> {
    if role_of(work.tx, user)?.is_some_and(|role| role.may(Right::Greet)) {
        return Ok(());
    }
    let prefix = row![user.team];
    let index = Some(&tables::MEMBER_INVITE_WAITING);
    let range = Range { index, prefix: &prefix, limit: usize::MAX, ..Range::default() };
    for invite in list::<MemberInvite>(work.tx, &range)? {
        let greeting: Option<Greeting> = work.find(&row![user.team, invite.id, user.id])?;
        if let Some(over) = greeting.and_then(|going| going.over(GreetingEnd::HostRevoked)) {
            work.save(&over)?;
        }
    }
    Ok(())
}

/// Returns the attempts at greeting somebody, each of another host.
pub(crate) fn greetings(
    view: &mut dyn View,
    invite: &MemberInvite,
) -> Result<Vec<Greeting>, Fault> {
    let prefix = row![invite.team, invite.id];
    Ok(list(view, &Range { prefix: &prefix, limit: usize::MAX, ..Range::default() })?)
}

fn end_all(work: &mut Work<'_>, invite: &MemberInvite, end: GreetingEnd) -> Result<(), Fault> {
    for greeting in greetings(work.tx, invite)? {
        if let Some(over) = greeting.over(end) {
            work.save(&over)?;
        }
    }
    Ok(())
}

/// Queues the mail with the link; it becomes the one that the invitation shows.
fn mail(work: &mut Work<'_>, invite: &mut MemberInvite, intent: MailIntent) -> Result<(), Fault> {
    let id = work.ids.next(MailId::from_bits);
    invite.mail.id = id;
    invite.mail.state = MailState::Queued;
    invite.mail.detail = None;
    work.mail_as(id, Some(invite.team), invite.email.clone(), intent)
}

/// Mails every Administrator.
fn warn(work: &mut Work<'_>, invite: &MemberInvite, intent: &MailIntent) -> Result<(), Fault> {
    for user in users(work.tx, invite.team)? {
        if role_of(work.tx, &user)?.is_some_and(|role| role.may(Right::Greet)) {
            work.mail(Some(invite.team), user.email, intent.clone(), None)?;
        }
    }
    Ok(())
}

fn tell(work: &mut Work<'_>, invite: &MemberInvite, news: MemberInviteNews) -> Result<(), Fault> {
    let data = MemberInviteView::of(work.tx, invite)?;
    let event = work.event(invite.team, news.name(), Audience::Invitations, &data);
    work.tell(event)
}
