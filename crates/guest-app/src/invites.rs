//! Invites, from the side of those who make them.

mod change;
mod cut;
mod form;
mod list;
mod make;
mod overview;
mod preview;

pub use self::cut::CutAnswer;
pub use self::form::{FormRequest, InviteForm, QuickWindow};
pub use self::list::{InviteFilter, InviteQuery};
pub use self::make::{CreditsAnswer, InvitesMade, Warning};
pub use self::overview::{GuestAccess, HostView};
pub use self::preview::{CostPreview, GuestPreview, InvitePreview, MailPreview};

pub(crate) use self::overview::owner_told;

use guest_core::{Computer, Invite, InviteId, Right};

use crate::access::Actor;
use crate::config::Config;
use crate::record::{find, row};
use crate::view::InviteView;
use crate::work::{computer, live_session};
use crate::{App, Call, Denied, Fault, Pending, View};

impl App {
    /// Returns an invite.
    pub fn invite(&self, call: &Call, team: &str, id: InviteId) -> Pending<InviteView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, config| {
            let actor = Actor::with(view, &call, &team, Right::ReadInvites)?;
            let (invite, _) = reach(view, &actor, id)?;
            show(view, &actor, &invite, config)
        })
    }
}

/// Returns an invite and its computer, if the actor may know of them (GA-3, GA-38).
fn reach(view: &mut dyn View, actor: &Actor, id: InviteId) -> Result<(Invite, Computer), Fault> {
    let unknown = || Denied::NotFound("invite");
    let invite: Invite = find(view, &row![actor.team.id, id])?.ok_or_else(unknown)?;
    let computer = computer(view, invite.team, invite.computer)?.ok_or_else(unknown)?;
    if computer.is_hosted_by(actor.id(), actor.role) {
        Ok((invite, computer))
    } else {
        Err(unknown().into())
    }
}

/// Shows an invite, with its link to those who may edit it.
fn show(
    view: &mut dyn View,
    actor: &Actor,
    invite: &Invite,
    config: &Config,
) -> Result<InviteView, Fault> {
    let session = live_session(view, invite)?;
    let mut shown = InviteView::of(invite, session.as_ref(), view.now());
    if invite.is_live()
        && let Some(computer) = computer(view, invite.team, invite.computer)?
    {
        shown = shown.on(invite, &computer, view.now());
    }
    let linked = actor.may(Right::WriteInvites);
    Ok(if linked { shown.with_link(invite, config) } else { shown })
}
