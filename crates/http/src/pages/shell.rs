//! What stands around the content of every page (`layout.html`).

use guest_app::{MemberInviteView, MyTeam};
use guest_core::Email;

use super::assets;
use crate::server::Shared;

/// What stands around the content of every page.
pub(super) struct Shell<'a> {
    pub(super) brand: &'a str,
    /// Where the assets are.
    pub(super) assets: &'static str,
    /// Who is signed in.
    pub(super) account: Option<&'a Email>,
    /// What forms carry (QU-32).
    pub(super) token: &'a str,
    /// Where signing out leads.
    pub(super) after: &'a str,
    /// The team that the page is of.
    pub(super) team: Option<&'a MyTeam>,
    /// The other teams of whoever is signed in.
    pub(super) others: Vec<&'a MyTeam>,
    /// The parts of the team's pages that they may see.
    pub(super) sections: Vec<Link>,
    /// What has just been done.
    pub(super) said: &'static str,
    /// Who waits to be greeted, if they may greet (OR-21).
    pub(super) waiting: &'a [MemberInviteView],
}

/// A part of a team's pages, as a link.
pub(super) struct Link {
    pub(super) name: &'static str,
    pub(super) address: String,
    pub(super) is_here: bool,
}

impl<'a> Shell<'a> {
    /// Returns the shell for somebody who is not signed in.
    pub(super) fn of(server: &'a Shared) -> Self {
        Self {
            brand: &server.app.config().brand,
            assets: assets::root(),
            account: None,
            token: "",
            after: "",
            team: None,
            others: Vec::new(),
            sections: Vec::new(),
            said: "",
            waiting: &[],
        }
    }

    /// Says who is signed in, and where signing out leads.
    pub(super) fn signed_in(
        self,
        account: Option<&'a Email>,
        token: &'a str,
        after: &'a str,
    ) -> Self {
        Self { account, token, after, ..self }
    }

    /// Says what has just been done.
    pub(super) fn saying(self, said: &'static str) -> Self {
        Self { said, ..self }
    }

    /// Shows who waits to be greeted.
    pub(super) fn with_waiting(self, waiting: &'a [MemberInviteView]) -> Self {
        Self { waiting, ..self }
    }

    /// Shows the way through a team's pages, and to the other teams.
    pub(super) fn in_team(self, team: &'a MyTeam, teams: &'a [MyTeam], here: Section) -> Self {
        let seen = Section::ALL.into_iter().filter(|section| may(team, section.right()));
        let sections = seen.map(|section| Link {
            name: section.name(),
            address: format!("/t/{}{}", team.id, section.path()),
            is_here: section == here,
        });
        Self {
            team: Some(team),
            others: teams.iter().filter(|other| other.id != team.id).collect(),
            sections: sections.collect(),
            ..self
        }
    }
}

/// A part of a team's pages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Section {
    GuestAccess,
    Computers,
    Credits,
    Users,
    Invitations,
    JoinRequests,
    Groups,
    Workspaces,
    Activity,
    Settings,
    /// One's own, which stands beside one's address.
    Devices,
}

impl Section {
    /// Those in the navigation.
    const ALL: [Self; 10] = [
        Self::GuestAccess,
        Self::Computers,
        Self::Credits,
        Self::Users,
        Self::Invitations,
        Self::JoinRequests,
        Self::Groups,
        Self::Workspaces,
        Self::Activity,
        Self::Settings,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::GuestAccess => "Guest Access",
            Self::Computers => "Computers",
            Self::Credits => "Credits",
            Self::Users => "Users",
            Self::Invitations => "Invitations",
            Self::JoinRequests => "Join requests",
            Self::Groups => "Groups & members",
            Self::Workspaces => "Workspaces",
            Self::Devices => "My devices",
            Self::Settings => "Settings",
            Self::Activity => "Activity",
        }
    }

    /// Returns where it is, after the address of the team.
    const fn path(self) -> &'static str {
        match self {
            Self::GuestAccess => "",
            Self::Computers => "/computers",
            Self::Credits => "/credits",
            Self::Users => "/users",
            Self::Invitations => "/invitations",
            Self::JoinRequests => "/join-requests",
            Self::Groups => "/groups",
            Self::Workspaces => "/workspaces",
            Self::Devices => "/devices",
            Self::Settings => "/settings",
            Self::Activity => "/activity",
        }
    }

    /// Returns the right without which there is nothing to see there.
    const fn right(self) -> &'static str {
        match self {
            Self::GuestAccess | Self::Activity => "read_invites",
            Self::Computers => "read_computers",
            Self::Credits => "read_prices",
            Self::Users => "list_users",
            Self::Invitations => "read_invitations",
            Self::JoinRequests => "read_join_requests",
            Self::Groups => "read_groups",
            Self::Workspaces => "read_workspaces",
            Self::Devices => "own_devices",
            Self::Settings => "manage_team",
        }
    }
}

/// Returns whether the application says that somebody has a right in a team.
pub(super) fn may(team: &MyTeam, right: &str) -> bool {
    team.rights.iter().any(|held| held == right)
}
