//! Invitations to join a team (OR-20, OR-27).

mod carry;
mod view;

pub(crate) use self::carry::{
    carry_out, end_of_host, greetings, handle_due, is_answered, settle_mail,
};
pub use self::view::{InvitationSent, InvitationsSent, MemberInviteView, MemberInvitesDraft};

use guest_core::{
    BadEmail, Email, EmailList, EmailListRefusal, InputError, MailId, MailNote, MailState,
    MemberInvite, MemberInviteId, Refusal as _, Right, TeamId,
};

use crate::access::{self, Actor};
use crate::paging::page;
use crate::record::{Range, find, first, list, row};
use crate::request::EmailsDraft;
use crate::view::Page;
use crate::work::{By, Work};
use crate::{App, Call, Denied, Fault, Paging, Pending, Refused, View, tables};

impl App {
    /// Lists the invitations to join a team, the newest first.
    pub fn member_invites(
        &self,
        call: &Call,
        team: &str,
        paging: &Paging,
    ) -> Pending<Page<MemberInviteView>> {
        let (call, team, paged) = (call.clone(), team.to_owned(), paging.parse());
        self.read(move |view, config| {
            let actor = Actor::with(view, &call, &team, Right::ReadInvitations)?;
            let paged = paged.clone()?;
            let prefix = row![actor.team.id];
            let range = Range { prefix: &prefix, backwards: true, ..Range::default() };
            page(view, &range, &paged, |view, invite: MemberInvite| {
                MemberInviteView::linked(view, &invite, &actor, config).map(Some)
            })
        })
    }

    /// Shows an invitation.
    pub fn member_invite(
        &self,
        call: &Call,
        team: &str,
        id: MemberInviteId,
    ) -> Pending<MemberInviteView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, config| {
            let actor = Actor::with(view, &call, &team, Right::ReadInvitations)?;
            let invite = require(view, actor.team.id, id)?;
            MemberInviteView::linked(view, &invite, &actor, config)
        })
    }

    /// Lists who waits to be greeted now, the longest waiting first (OR-21).
    ///
    /// To those who may not greet nobody does.
    pub fn waiting_members(&self, call: &Call, team: &str) -> Pending<Vec<MemberInviteView>> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, _| {
            let actor = Actor::of(view, &call, &team)?;
            if !actor.may(Right::Greet) {
                return Ok(Vec::new());
            }
            let (prefix, now) = (row![actor.team.id], view.now());
            let index = Some(&tables::MEMBER_INVITE_WAITING);
            let range = Range { index, prefix: &prefix, limit: WAITING_MOST, ..Range::default() };
            let mut waiting: Vec<MemberInvite> = list(view, &range)?;
            waiting.retain(|invite| invite.waiting_at(now).is_some());
            let shown = waiting.iter().map(|invite| MemberInviteView::of(view, invite));
            shown.collect()
        })
    }

    /// Invites people to join, each by themselves (OR-20, OR-27).
    ///
    /// An address that is invited already gets the same mail again.
    pub fn invite_members(
        &self,
        call: &Call,
        team: &str,
        draft: &MemberInvitesDraft,
    ) -> Pending<InvitationsSent> {
        let (asking, name, draft) = (call.clone(), team.to_owned(), draft.clone());
        self.write_once(call, team, move |work| {
            let actor = work.actor(&asking, &name, Right::InviteUsers)?;
            let asked = read_emails(&draft.emails)?;
            let alone = asked.len() == 1;
            let mut data = Vec::new();
            for address in asked {
                data.push(match address {
                    Asked::Email(email) => match invite(work, &actor, &email) {
                        Ok(sent) => sent,
                        // A single address is the whole request.
                        Err(Fault::Refused(refusal)) if !alone => {
                            InvitationSent::refused(email.as_str(), &refusal)
                        }
                        Err(fault) => return Err(fault),
                    },
                    Asked::Bad(bad) if alone => {
                        return Err(EmailListRefusal::Bad(vec![bad]).errors("/emails").into());
                    }
                    Asked::Bad(bad) => InvitationSent::bad(&bad),
                });
            }
            Ok(InvitationsSent { data })
        })
    }

    /// Sends an invitation again (OR-20).
    pub fn resend_member_invite(&self, call: &Call, team: &str, id: MemberInviteId) -> Pending<()> {
        let (asking, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let actor = work.actor(&asking, &team, Right::InviteUsers)?;
            let invite = require(work.tx, actor.team.id, id)?;
            resend(work, &actor, &invite).map(drop)
        })
    }

    /// Takes an invitation back; who is being greeted by it learns so (OR-20).
    pub fn cancel_member_invite(
        &self,
        call: &Call,
        team: &str,
        id: MemberInviteId,
    ) -> Pending<MemberInviteView> {
        let (asking, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let actor = work.actor(&asking, &team, Right::InviteUsers)?;
            let invite = require(work.tx, actor.team.id, id)?;
            let step = invite.cancel(work.now)?;
            let invite = carry_out(work, step)?;
            let by = By::actor(&actor);
            let detail = serde_json::json!({ "email": invite.email });
            work.audit(invite.team, &by, "invitation.cancel", invite.id, &detail)?;
            MemberInviteView::of(work.tx, &invite)
        })
    }
}

/// Returns an invitation of a team.
pub(crate) fn require(
    view: &mut dyn View,
    team: TeamId,
    id: MemberInviteId,
) -> Result<MemberInvite, Fault> {
    find(view, &row![team, id])?.ok_or_else(|| Denied::NotFound("invitation").into())
}

/// Invites one address, or sends it the same again (OR-20).
fn invite(work: &mut Work<'_>, actor: &Actor, email: &Email) -> Result<InvitationSent, Fault> {
    let team = actor.team.id;
    if access::user_by_email(work.tx, team, email)?.is_some() {
        return Err(Denied::AlreadyMember.into());
    }
    let key = row![team, email.key()];
    let pending: Option<MemberInvite> = first(work.tx, &tables::MEMBER_INVITE_PENDING, &key)?;
    let pending = match pending {
        // The clock may be late to notice.
        Some(pending) if pending.expires_at <= work.now => {
            carry::expire(work, &pending)?;
            None
        }
        pending => pending,
    };
    if let Some(pending) = pending {
        let invite = resend(work, actor, &pending)?;
        return InvitationSent::sent(work, &invite, "sent_again", actor);
    }
    let id = work.ids.next(MemberInviteId::from_bits);
    let mail = work.ids.next(MailId::from_bits);
    let mail = MailNote { id: mail, state: MailState::Queued, detail: None, told: false };
    let by = actor.person(work.tx)?.id;
    let step = MemberInvite::make(team, id, email.clone(), by, mail, work.now);
    let invite = carry_out(work, step)?;
    let detail = serde_json::json!({ "email": invite.email });
    work.audit(team, &By::actor(actor), "invitation.send", id, &detail)?;
    InvitationSent::sent(work, &invite, "invited", actor)
}

fn resend(
    work: &mut Work<'_>,
    actor: &Actor,
    invite: &MemberInvite,
) -> Result<MemberInvite, Fault> {
    let step = invite.resend(work.now)?;
    let invite = carry_out(work, step)?;
    let detail = serde_json::json!({ "email": invite.email });
    work.audit(invite.team, &By::actor(actor), "invitation.resend", invite.id, &detail)?;
    Ok(invite)
}

/// An address of a request.
enum Asked {
    Email(Email),
    Bad(BadEmail),
}

/// Reads the addresses of a request, each by itself, in their order (OR-27).
fn read_emails(draft: &EmailsDraft) -> Result<Vec<Asked>, Vec<InputError>> {
    let items: Vec<&str> = match draft {
        EmailsDraft::List(items) => items.iter().map(String::as_str).collect(),
        EmailsDraft::Text(text) => text.split(',').collect(),
    };
    let bad = match EmailList::parse_items(&items) {
        Ok(emails) => return Ok(emails.into_iter().map(Asked::Email).collect()),
        Err(EmailListRefusal::Bad(bad)) => bad,
        Err(refusal @ (EmailListRefusal::Empty | EmailListRefusal::TooMany { .. })) => {
            return Err(refusal.errors("/emails"));
        }
    };
    let is_bad = |position| bad.iter().any(|bad| bad.position == position);
    let good = items.iter().enumerate().filter(|(position, _)| !is_bad(*position));
    let good: Vec<_> = good.map(|(_, item)| *item).collect();
    let emails = EmailList::parse_items(&good).map(EmailList::into_iter);
    let emails = emails.into_iter().flatten().map(Asked::Email);
    Ok(emails.chain(bad.into_iter().map(Asked::Bad)).collect())
}

impl InvitationSent {
    fn refused(email: &str, refusal: &Refused) -> Self {
        Self::no(email, refusal.code(), refusal.to_string())
    }

    fn bad(bad: &BadEmail) -> Self {
        Self::no(&bad.text, bad.refusal.code(), bad.refusal.to_string())
    }
}

/// How many are shown as waiting: more than an Administrator greets in an hour.
const WAITING_MOST: usize = 50;
