//! Making invites: one for each guest, all of them or none (GA-10).

use guest_core::{
    Computer, CreditAccount, EntryId, GuestKind, Invite, InviteEffect, InviteId, Inviting, Kind,
    MailId, NewInvite, Posting, Right, Sender, User, charge,
};
use serde::{Deserialize, Serialize};

use crate::access::{Actor, user_by_email};
use crate::computers::seen;
use crate::config::Config;
use crate::once::Replay;
use crate::record::{Range, list, row};
use crate::request::{InviteDraft, InviteRequest};
use crate::view::InviteView;
use crate::work::{By, Work, credit_account};
use crate::{App, Call, Fault, Pending, View, tables};

/// The invites of a request, and what they cost.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitesMade {
    /// One invite for each guest.
    pub invites: Vec<InviteView>,
    /// What they cost together.
    pub credits: CreditsAnswer,
    /// What the sender should know.
    pub warnings: Vec<Warning>,
}

/// What a request cost.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreditsAnswer {
    /// How many credits were taken.
    pub debited: u32,
    /// How many are left.
    pub balance: u64,
}

/// Something that is no reason against a request, but worth knowing.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Warning {
    /// `computer_offline` or `overlapping_invite`.
    pub code: String,
    /// What it means here.
    pub detail: String,
}

impl Replay for InvitesMade {
    fn scrub(&mut self) {
        self.invites.iter_mut().for_each(Replay::scrub);
    }

    fn restore(&mut self, config: &Config) {
        self.invites.iter_mut().for_each(|invite| invite.restore(config));
    }
}

impl App {
    /// Invites guests (GA-10 to GA-18, CR-10).
    pub fn make_invites(
        &self,
        call: &Call,
        team: &str,
        draft: &InviteDraft,
    ) -> Pending<InvitesMade> {
        let (caller, name, draft) = (call.clone(), team.to_owned(), draft.read());
        self.write_once(call, team, move |work| {
            let actor = work.actor(&caller, &name, Right::WriteInvites)?;
            let request = draft.at(work.now)?;
            let plan = Plan::of(work.tx, &actor, request)?;
            charge(&plan.guests, &plan.account)?;
            plan.carry_out(work, &actor)
        })
    }
}

/// A request whose rules are checked, but for its price.
pub(super) struct Plan {
    pub(super) request: InviteRequest,
    pub(super) sender: User,
    pub(super) computer: Computer,
    pub(super) guests: Vec<GuestKind>,
    pub(super) account: CreditAccount,
    pub(super) warnings: Vec<Warning>,
}

impl Plan {
    /// Checks a request (GA-2, GA-3, GA-5, GA-6, GA-17).
    pub(super) fn of(
        view: &mut dyn View,
        actor: &Actor,
        request: InviteRequest,
    ) -> Result<Self, Fault> {
        let now = view.now();
        let sender = actor.person(view)?;
        let computer = seen(view, actor, request.computer)?;
        let mut guests = Vec::with_capacity(request.emails.len());
        for guest in &request.emails {
            let is_user = user_by_email(view, actor.team.id, guest)?.is_some();
            guests.push(GuestKind::of(guest.clone(), &sender.email, is_user));
        }
        let policy = actor.team.personal_computers;
        Inviting { computer: &computer, guests: &guests, sender: sender.id, policy }.check(now)?;
        let account = credit_account(view, actor.team.id)?;
        let warnings = warnings(view, &computer, &request)?;
        Ok(Self { request, sender, computer, guests, account, warnings })
    }

    fn carry_out(self, work: &mut Work<'_>, actor: &Actor) -> Result<InvitesMade, Fault> {
        let by = By::actor(actor);
        let mut made = Vec::with_capacity(self.guests.len());
        let (mut account, mut debited) = (self.account.clone(), 0);
        for guest in &self.guests {
            let invite = self.make(work, guest, &by)?;
            if invite.kind == Kind::Outside {
                account = debit(work, &account, &invite)?;
                debited += 1;
            }
            let shown = InviteView::of(&invite, None, work.now);
            let shown = shown.on(&invite, &self.computer, work.now);
            made.push(shown.with_link(&invite, work.config));
        }
        let credits = CreditsAnswer { debited, balance: account.balance };
        Ok(InvitesMade { invites: made, credits, warnings: self.warnings })
    }

    fn make(&self, work: &mut Work<'_>, guest: &GuestKind, by: &By) -> Result<Invite, Fault> {
        let new = self.invite(
            guest,
            work.ids.next(InviteId::from_bits),
            work.ids.next(MailId::from_bits),
        );
        let step = Invite::make(new, work.now);
        let invite = step.next;
        for effect in step.effects {
            if let InviteEffect::Mail(intent) = effect {
                work.mail_first(&invite, intent)?;
            }
        }
        work.save(&invite)?;
        work.tell_new_invite(&invite, &self.computer)?;
        let detail = serde_json::json!({
            "computer": invite.computer,
            "guest": invite.guest,
            "kind": invite.kind.name(),
            "start": invite.window.start(),
            "end": invite.window.end(),
        });
        work.audit(invite.team, by, "invite.create", invite.id, &detail)?;
        match invite.look(&self.computer, work.now) {
            Some(warning) => work.carry_out(warning, by),
            None => Ok(invite),
        }
    }

    /// Returns what the invite of one guest is made of.
    pub(super) fn invite(&self, guest: &GuestKind, id: InviteId, mail: MailId) -> NewInvite {
        NewInvite {
            team: self.computer.team,
            id,
            mail,
            computer: self.computer.id,
            host_login: self.computer.known_login(),
            guest: guest.guest.clone(),
            kind: guest.kind,
            sender: Sender { user: self.sender.id, email: self.sender.email.clone() },
            window: self.request.window,
            permissions: self.request.permissions,
            title: self.request.title.clone(),
            message: self.request.message.clone(),
        }
    }
}

/// Takes the credit of an invite from an account, and returns what is left (CR-10).
fn debit(
    work: &mut Work<'_>,
    account: &CreditAccount,
    invite: &Invite,
) -> Result<CreditAccount, Fault> {
    let id = work.ids.next(EntryId::from_bits);
    let (guest, sender) = (invite.guest.clone(), invite.sender.email.clone());
    let posting = Posting::invite(id, work.now, invite.id, guest, sender);
    work.book(account, posting).map(|(account, _)| account)
}

/// Warns of a computer that is offline and of guests who are invited already (GA-5, GA-20).
fn warnings(
    view: &mut dyn View,
    computer: &Computer,
    request: &InviteRequest,
) -> Result<Vec<Warning>, Fault> {
    let mut warnings = Vec::new();
    if !computer.is_online(view.now()) {
        warnings.push(Warning {
            code: "computer_offline".to_owned(),
            detail: format!(
                "{} is offline; start its agent before the window opens",
                computer.name
            ),
        });
    }
    for guest in &request.emails {
        let prefix = row![computer.team, computer.id, guest.key()];
        let index = Some(&tables::INVITE_LIVE);
        let range = Range { index, prefix: &prefix, limit: OVERLAPS_SEEN, ..Range::default() };
        let invited: Vec<Invite> = list(view, &range)?;
        if invited.iter().any(|invite| invite.window.overlaps(&request.window)) {
            warnings.push(Warning {
                code: "overlapping_invite".to_owned(),
                detail: format!("{guest} already has an invite to {} in this time", computer.name),
            });
        }
    }
    Ok(warnings)
}

/// How many live invites of one guest to one computer are looked at for overlaps.
const OVERLAPS_SEEN: usize = 200;
