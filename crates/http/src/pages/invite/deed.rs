//! What one button does with an invite.

use guest_app::{App, ExtendDraft, Fault};
use guest_core::InviteId;

use crate::pages::form::Form;
use crate::pages::place::{Place, Said};

/// What one button does with an invite.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Deed {
    ApplyPermissions,
    Extend,
    Kick,
    KeepOut,
    NewLink,
    Readmit,
    Resend,
    Revoke,
}

/// What is asked once before something that cannot be undone.
pub(super) struct Question {
    /// The heading, before the name of the guest.
    pub(super) asks: &'static str,
    /// What follows from it.
    pub(super) means: &'static str,
    /// What the button says.
    pub(super) button: &'static str,
}

impl Deed {
    const ALL: [Self; 8] = [
        Self::ApplyPermissions,
        Self::Extend,
        Self::Kick,
        Self::KeepOut,
        Self::NewLink,
        Self::Readmit,
        Self::Resend,
        Self::Revoke,
    ];

    /// Returns its name in addresses.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ApplyPermissions => "apply-permissions",
            Self::Extend => "extend",
            Self::Kick => "kick",
            Self::KeepOut => "keep-out",
            Self::NewLink => "new-link",
            Self::Readmit => "readmit",
            Self::Resend => "resend",
            Self::Revoke => "revoke",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.name() == name)
    }

    /// Returns what is asked before, if it cannot be undone.
    pub(super) const fn question(self) -> Option<Question> {
        match self {
            Self::Revoke => Some(Question {
                asks: "Revoke the access of",
                means: "The invite ends for good. A connected guest is disconnected at once, and \
                        gets a mail. Ending cannot be undone: to let them in again, invite them anew.",
                button: "Revoke access",
            }),
            Self::NewLink => Some(Question {
                asks: "Make a new link for",
                means: "The link that the guest has stops working, which cannot be undone. Nothing \
                        is mailed: resend the mail afterwards, or copy the new link.",
                button: "Make a new link",
            }),
            Self::ApplyPermissions
            | Self::Extend
            | Self::Kick
            | Self::KeepOut
            | Self::Readmit
            | Self::Resend => None,
        }
    }

    /// Does it, and returns what to say of it.
    pub(super) async fn carry_out(
        self,
        app: &App,
        place: &Place,
        id: InviteId,
        form: &Form,
    ) -> Result<Said, Fault> {
        let (call, team, version) = (place.call(), place.id(), form.version());
        match self {
            Self::ApplyPermissions => {
                app.apply_permissions(call, team, id, version).await?;
                Ok(Said::PermissionsApplied)
            }
            Self::Extend => {
                let minutes = form.text("minutes").parse().ok();
                let draft = ExtendDraft { minutes, end: None };
                app.extend(call, team, id, &draft, version).await?;
                Ok(Said::Extended)
            }
            Self::Kick => {
                app.kick(call, team, id, false, version).await?;
                Ok(Said::Kicked)
            }
            Self::KeepOut => {
                app.kick(call, team, id, true, version).await?;
                Ok(Said::KeptOut)
            }
            Self::NewLink => {
                app.new_link(call, team, id, version).await?;
                Ok(Said::NewLink)
            }
            Self::Readmit => {
                app.readmit(call, team, id, version).await?;
                Ok(Said::Readmitted)
            }
            Self::Resend => {
                app.resend(call, team, id).await?;
                Ok(Said::Resent)
            }
            Self::Revoke => {
                app.cancel_invite(call, team, id, version).await?;
                Ok(Said::Revoked)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wb_4_what_cannot_be_undone_asks_once() {
        let asking = Deed::ALL.into_iter().filter(|deed| deed.question().is_some());
        assert_eq!(asking.collect::<Vec<_>>(), [Deed::NewLink, Deed::Revoke]);
        assert!(Deed::ALL.into_iter().all(|deed| Deed::named(deed.name()) == Some(deed)));
    }
}
