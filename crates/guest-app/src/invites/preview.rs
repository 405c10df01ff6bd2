//! Showing what a request to invite guests would do (GA-20).

use guest_core::{Email, GuestKind, Invite, InviteId, Kind, MailId, Right};
use serde::{Deserialize, Serialize};

use super::Warning;
use super::make::Plan;
use crate::access::Actor;
use crate::letter::{Letter, Rendered};
use crate::request::InviteDraft;
use crate::{App, Call, Fault, Pending};

/// What a request to invite guests would do.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitePreview {
    /// What it would cost.
    pub credits: CostPreview,
    /// Who would be invited, and who is free and why.
    pub guests: Vec<GuestPreview>,
    /// What the sender should know.
    pub warnings: Vec<Warning>,
    /// Each mail as it would be sent, but for the secret of its link.
    pub mails: Vec<MailPreview>,
}

/// What a request would cost.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CostPreview {
    /// How many credits it needs.
    pub needed: u32,
    /// How many there are.
    pub available: u64,
    /// Whether they suffice.
    pub sufficient: bool,
    /// How many would be left; null if they do not suffice.
    pub balance_after: Option<u64>,
    /// When a credit comes back (CR-11).
    pub refunds: String,
}

/// What one guest would cost.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GuestPreview {
    /// The guest.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub guest_email: Email,
    /// `outside`, `team` or `oneself`.
    pub kind: String,
    /// How many credits.
    pub credits: u32,
    /// Why so many.
    pub why: String,
}

/// A mail as it would be sent.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailPreview {
    /// Who gets it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub to: Email,
    /// Its subject.
    pub subject: String,
    /// Its plain part.
    pub text: String,
    /// Its HTML part.
    pub html: String,
}

impl App {
    /// Shows what a request to invite guests would do, and does nothing (GA-20).
    ///
    /// Too few credits are reported, not refused; every other refusal is that
    /// of making the invites.
    pub fn preview_invites(
        &self,
        call: &Call,
        team: &str,
        draft: &InviteDraft,
    ) -> Pending<InvitePreview> {
        let (call, team, draft) = (call.clone(), team.to_owned(), draft.read());
        let words = std::sync::Arc::clone(&self.words);
        let read = self.read(move |view, config| {
            let actor = Actor::with(view, &call, &team, Right::WriteInvites)?;
            let request = draft.at(view.now())?;
            let plan = Plan::of(view, &actor, request)?;
            let mut letters = Vec::with_capacity(plan.guests.len());
            for guest in &plan.guests {
                letters.push(plan.letter(view, guest, config)?);
            }
            Ok((plan.preview(config), letters))
        });
        // Rendering needs no transaction.
        read.then(move |(mut preview, letters)| {
            preview.mails = letters
                .into_iter()
                .map(|letter| {
                    let Rendered { subject, text, html, .. } = words.render(&letter);
                    MailPreview { to: letter.to, subject, text, html }
                })
                .collect();
            Ok(preview)
        })
    }
}

impl Plan {
    fn preview(&self, config: &crate::Config) -> InvitePreview {
        let guests: Vec<_> = self.guests.iter().map(GuestPreview::of).collect();
        let needed = guests.iter().map(|guest| guest.credits).sum();
        let available = self.account.balance;
        let credits = CostPreview {
            needed,
            available,
            sufficient: self.account.afford(needed).is_ok(),
            balance_after: available.checked_sub(u64::from(needed)),
            refunds: config.refunds.explain().to_owned(),
        };
        InvitePreview { credits, guests, warnings: self.warnings.clone(), mails: Vec::new() }
    }

    /// Returns the invite mail of one guest, with a link that opens nothing.
    fn letter(
        &self,
        view: &mut dyn crate::View,
        guest: &GuestKind,
        config: &crate::Config,
    ) -> Result<Letter, Fault> {
        let new = self.invite(guest, InviteId::from_bits(0), MailId::from_bits(0));
        let invite = Invite::make(new, view.now()).next;
        crate::outbox::guest_letter(view, &invite, config)
    }
}

impl GuestPreview {
    fn of(guest: &GuestKind) -> Self {
        let (credits, why) = match guest.kind {
            Kind::Outside => (1, "from outside the team"),
            Kind::Team => (0, "a user of the team"),
            Kind::Oneself => (0, "yourself"),
        };
        Self {
            guest_email: guest.guest.clone(),
            kind: guest.kind.name().to_owned(),
            credits,
            why: why.to_owned(),
        }
    }
}
