//! Greetings: relaying what the two sides say, and making the user in the end (OR-21 to OR-24).
//!
//! Nothing here knows a secret of theirs, and nothing of it could: see [`guest_core::Greeting`].

mod guest;
mod host;
mod view;

pub use self::guest::{AcknowledgementDraft, GuestStepDraft, LeaveDraft, WaitDraft, Welcomed};
pub use self::host::{
    GreetDraft, GreetingAcceptance, GreetingAccepted, HostEndDraft, HostStepDraft,
};
pub use self::view::{
    AttemptView, GreetingStep, GuestGreetingView, HostGreetingView, InvitationLinkView,
    OpeningAsked,
};

use guest_core::{Greeting, GreetingEnd, MemberInvite, Side};

use crate::Fault;
use crate::member_invites::carry_out;
use crate::work::{By, Work};

/// Ends an attempt as a side says that it ends, and counts a wrong code (OR-24).
fn end(
    work: &mut Work<'_>,
    invite: &MemberInvite,
    greeting: &Greeting,
    from: Side,
    end: GreetingEnd,
    by: &By,
) -> Result<(), Fault> {
    let Some(over) = greeting.end(from, end)? else { return Ok(()) };
    work.save(&over)?;
    let detail = serde_json::json!({ "reason": end.name(), "attempt": over.id });
    work.audit(invite.team, by, "greeting.end", invite.id, &detail)?;
    if !end.is_strike() {
        return Ok(());
    }
    let struck = carry_out(work, invite.strike(work.now)?)?;
    if struck.is_pending() {
        return Ok(());
    }
    let detail = serde_json::json!({ "email": struck.email, "wrong_codes": struck.strikes });
    work.audit(struck.team, &By::Clock, "invitation.cancel", struck.id, &detail)
}

/// Ends an attempt that has been idle for too long; `false` if it has not.
pub(crate) fn handle_due(work: &mut Work<'_>, greeting: &Greeting) -> Result<bool, Fault> {
    let Some(over) = greeting.handle_due(work.now) else { return Ok(false) };
    work.save(&over)?;
    Ok(true)
}
