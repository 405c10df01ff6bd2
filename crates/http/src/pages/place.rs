//! Who looks at a page, and where they are.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::response::Response;
use guest_app::{Call, MeView, MemberInviteView, MyTeam};
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
    /// Who waits to be greeted by them (OR-21).
    waiting: Vec<MemberInviteView>,
}

impl Place {
    pub(super) fn call(&self) -> &Call {
        &self.person.call
    }

    /// Returns the team's name in addresses.
    pub(super) fn id(&self) -> &str {
        &self.team.id
    }

    /// Returns what their forms carry (QU-32).
    pub(super) fn token(&self) -> &str {
        &self.person.token
    }

    /// Returns whether they have a right, such as `write_invites`, to be shown what it is for.
    pub(super) fn may(&self, right: &str) -> bool {
        may(&self.team, right)
    }

    /// Returns what stands around the page.
    pub(super) fn shell<'a>(&'a self, server: &'a Shared, here: Section) -> Shell<'a> {
        let shell = self.person.shell(server).in_team(&self.team, &self.person.me.teams, here);
        shell.with_waiting(&self.waiting)
    }

    /// Sends the browser on to a page of the team, after the address of the team, which says what
    /// was done.
    pub(super) fn done(&self, path: &str, said: Said) -> Response {
        see_other(&said.after(&format!("/t/{}{path}", self.team.id)))
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
        if let Some(code) = team.barred.as_deref().and_then(crate::problem::find) {
            return Err(Problem::new(code.name, "this team requires another way of signing in"));
        }
        let waiting = server.app.waiting_members(&person.call, &team.id).await?;
        Ok(Self { person, team, waiting })
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

            /// Returns an address whose page says it.
            pub(super) fn after(self, address: &str) -> String {
                let (path, anchor) = address.split_once('#').unwrap_or((address, ""));
                let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
                let sign = if path.contains('?') { '&' } else { '?' };
                format!("{path}{sign}{SAID}={}{anchor}", self.name())
            }

            fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$said),)* _ => None }
            }
        }
    };
}

said! {
    ApiKeyDeleted = "api-key-deleted": "The API key was deleted. Programs that hold it are out at once.";
    AccessOff = "access-off": "Guest access is off. Guests there were disconnected; their invites stay.";
    AccessOn = "access-on": "Guest access is on: guests can be invited to it, and connect.";
    AllCut = "all-cut": "Guests were disconnected.";
    ComputerKeyDeleted = "computer-key-deleted": "The computer key was deleted. Computers that had it are offline; invites to them stay.";
    ComputerRemoved = "computer-removed": "The computer was removed, and invites to it ended.";
    ComputerRenamed = "computer-renamed": "The computer was renamed.";
    CutAndRevoked = "cut-and-revoked": "Guests were disconnected, and their invites revoked.";
    DeviceAdded = "device-added": "This browser is one of your devices now. It signs in by a button.";
    Extended = "extended": "The guest has more time, and was told.";
    Invited = "invited": "The guests were invited. Their mails are on the way.";
    GroupDeleted = "group-deleted": "The group was deleted.";
    GroupMade = "group-made": "The group was made. Put members into it.";
    GroupRenamed = "group-renamed": "The group was renamed.";
    InvitationCancelled = "invitation-cancelled": "The invitation was cancelled. Its link opens nothing any more.";
    InvitationSent = "invitation-sent": "The invitation is on its way.";
    JoinAccepted = "join-accepted": "They have joined the team, and are told by mail.";
    JoinRejected = "join-rejected": "The request was rejected, and the person is told by mail.";
    Kicked = "kicked": "The guest was disconnected, and may come back.";
    KeptOut = "kept-out": "The guest is out, and stays out until somebody readmits them.";
    MemberAdded = "member-added": "The user is in the group now.";
    MemberRemoved = "member-removed": "The user was taken out of the group.";
    Moved = "moved": "The invite was moved, and the guest is told.";
    NewLink = "new-link": "There is a new link. The old one opens nothing; resend the mail to tell the guest.";
    OwnerMade = "owner-made": "They are an owner of the team now.";
    OwnerUnmade = "owner-unmade": "They are an owner of the team no longer.";
    PermissionGiven = "permission-given": "They may invite guests now.";
    PermissionTaken = "permission-taken": "The guest-coordinator permission was taken.";
    PermissionsApplied = "permissions-applied": "The guest reconnects with the new permissions.";
    PermissionsChanged = "permissions-changed": "The permissions were changed. A connected guest keeps what they had until they reconnect.";
    ProfileChanged = "profile-changed": "The profile was changed.";
    Readmitted = "readmitted": "The guest may come back.";
    Resent = "resent": "The mail is on its way again.";
    Revoked = "revoked": "The invite was revoked, and the guest is told.";
    SetUp = "set-up": "The team is made, and you are signed in as its owner.";
    SettingsChanged = "settings-changed": "The settings were saved.";
    UserRevoked = "user-revoked": "The user was revoked, and is told by mail.";
    FileDeleted = "file-deleted": "The file was deleted.";
    FileUploaded = "file-uploaded": "The upload is done.";
    WorkspaceClaimed = "workspace-claimed": "You own the workspace now.";
    WorkspaceComputerAdded = "workspace-computer-added": "The computer is on the list now.";
    WorkspaceComputerRemoved = "workspace-computer-removed": "The computer was taken off the list.";
    WorkspaceDeleted = "workspace-deleted": "The workspace was deleted, with its files.";
    WorkspaceLeft = "workspace-left": "You left the workspace.";
    WorkspaceMade = "workspace-made": "The workspace was made. Share it, and put files into it.";
    WorkspaceRenamed = "workspace-renamed": "The workspace was renamed.";
    WorkspaceRoleChanged = "workspace-role-changed": "The role was changed.";
    WorkspaceShared = "workspace-shared": "The workspace is shared with them now.";
    WorkspaceUnshared = "workspace-unshared": "They are not in the workspace any more.";
    WindowChanged = "window-changed": "The window was changed, and the guest is told.";
}

/// What names, in an address, what was done.
const SAID: &str = "said";
