//! Who looks at a page, and where they are.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::response::Response;
use guest_app::{Call, MeView, MyTeam};
use guest_core::InviteId;

use super::see_other;
use super::shell::{Section, Shell, may};
use crate::problem::Problem;
use crate::server::{Server, Shared};
use crate::visitor::{known, visitor};

/// Somebody who is signed in.
pub(super) struct Person {
    pub(super) call: Call,
    pub(super) me: MeView,
    /// What their forms carry (QU-32).
    token: String,
    said: &'static str,
}

impl Person {
    /// Returns what stands around a page for them.
    pub(super) fn shell<'a>(&'a self, server: &'a Shared) -> Shell<'a> {
        Shell::of(server)
            .signed_in(self.me.email.as_ref(), &self.token, "/sign-in")
            .saying(self.said)
    }
}

impl FromRequestParts<Server> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let call = known(parts)?;
        let me = server.app.me(&call).await?;
        let token = visitor(parts)?.form_token().unwrap_or_default();
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let said = query.filter(|(name, _)| name == SAID).find_map(|(_, said)| Said::named(&said));
        Ok(Self { call, me, token, said: said.map_or("", Said::words) })
    }
}

/// Somebody on a page of a team of theirs; to others the team is absent.
pub(super) struct Place {
    pub(super) person: Person,
    /// What they are in the team.
    pub(super) team: MyTeam,
}

impl Place {
    pub(super) fn call(&self) -> &Call {
        &self.person.call
    }

    /// Returns the team's name in addresses.
    pub(super) fn id(&self) -> &str {
        &self.team.id
    }

    /// Returns whether they have a right, such as `write_invites`, to be shown what it is for.
    pub(super) fn may(&self, right: &str) -> bool {
        may(&self.team, right)
    }

    /// Returns what stands around the page.
    pub(super) fn shell<'a>(&'a self, server: &'a Shared, here: Section) -> Shell<'a> {
        self.person.shell(server).in_team(&self.team, &self.person.me.teams, here)
    }

    /// Sends the browser on to a page of the team, after the address of the team, which says what
    /// was done.
    pub(super) fn done(&self, path: &str, said: Said) -> Response {
        let (path, anchor) = path.split_once('#').unwrap_or((path, ""));
        let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
        see_other(&format!("/t/{}{path}?{SAID}={}{anchor}", self.team.id, said.name()))
    }

    /// Sends the browser on to an invite on the page of the team.
    pub(super) fn done_to(&self, invite: InviteId, said: Said) -> Response {
        self.done(&format!("#{invite}"), said)
    }
}

impl FromRequestParts<Server> for Place {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let person = Person::from_request_parts(parts, server).await?;
        let params = RawPathParams::from_request_parts(parts, server).await;
        let params = params.map_err(|_| Problem::not_found())?;
        let id = params.iter().find(|(name, _)| *name == "team").map(|(_, id)| id);
        let team = person.me.teams.iter().find(|team| Some(team.id.as_str()) == id).cloned();
        let team = team.ok_or_else(Problem::not_found)?;
        Ok(Self { person, team })
    }
}

macro_rules! said {
    ($($said:ident = $name:literal: $words:literal;)*) => {
        /// What a page says was done.
        ///
        /// It is named in the address that the browser is sent on to, so that nothing is kept.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(super) enum Said {
            $(#[doc = $words] $said,)*
        }

        impl Said {
            const fn name(self) -> &'static str {
                match self { $(Self::$said => $name,)* }
            }

            const fn words(self) -> &'static str {
                match self { $(Self::$said => $words,)* }
            }

            fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$said),)* _ => None }
            }
        }
    };
}

said! {
    AccessOff = "access-off": "Guest access is off. Guests there were disconnected; their invites stay.";
    AccessOn = "access-on": "Guest access is on: guests can be invited to it, and connect.";
    AllCut = "all-cut": "Guests were disconnected.";
    ComputerRemoved = "computer-removed": "The computer was removed, and invites to it ended.";
    ComputerRenamed = "computer-renamed": "The computer was renamed.";
    CutAndRevoked = "cut-and-revoked": "Guests were disconnected, and their invites revoked.";
    Extended = "extended": "The guest has more time, and was told.";
    Invited = "invited": "The guests were invited. Their mails are on the way.";
    GroupDeleted = "group-deleted": "The group was deleted.";
    GroupMade = "group-made": "The group was made. Put members into it.";
    GroupRenamed = "group-renamed": "The group was renamed.";
    Kicked = "kicked": "The guest was disconnected, and may come back.";
    KeptOut = "kept-out": "The guest is out, and stays out until somebody readmits them.";
    MemberAdded = "member-added": "The user is in the group now.";
    MemberRemoved = "member-removed": "The user was taken out of the group.";
    Moved = "moved": "The invite was moved, and the guest is told.";
    NewLink = "new-link": "There is a new link. The old one opens nothing; resend the mail to tell the guest.";
    PermissionGiven = "permission-given": "They may invite guests now.";
    PermissionTaken = "permission-taken": "The guest-coordinator permission was taken.";
    PermissionsApplied = "permissions-applied": "The guest reconnects with the new permissions.";
    PermissionsChanged = "permissions-changed": "The permissions were changed. A connected guest keeps what they had until they reconnect.";
    Readmitted = "readmitted": "The guest may come back.";
    Resent = "resent": "The mail is on its way again.";
    Revoked = "revoked": "The invite was revoked, and the guest is told.";
    WindowChanged = "window-changed": "The window was changed, and the guest is told.";
}

/// What names, in an address, what was done.
const SAID: &str = "said";
