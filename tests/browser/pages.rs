//! Every page there is, by who sees it.
//!
//! A page that is not listed here, and that a listed one leads to, fails `every_page.rs`.

use crate::scene::Persona::{
    self, Administrator, Coordinator, External, Guest, Member, Owner, Stranger,
};

/// A page as somebody sees it, perhaps after they have done something on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) who: Persona,
    /// What its pictures are called, after who sees it.
    pub(crate) name: &'static str,
    /// Where it is, with names that the scene knows in braces.
    pub(crate) path: &'static str,
    pub(crate) deeds: &'static [Deed],
    /// Whether something is refused there, and it says so; also what is half typed and checked.
    pub(crate) is_refused: bool,
}

/// Something that is done on a page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    /// Opens the dialog that is at this address.
    Open(&'static str),
    /// Clicks what this selects.
    Click(&'static str),
    /// Types into what this selects.
    Fill(&'static str, &'static str),
    /// Waits until the page says this.
    See(&'static str),
    /// Waits until the computer's screen is shown.
    AwaitScreen,
}

use Deed::{AwaitScreen, Click, Fill, Open, See};

/// All of them.
pub(crate) const PAGES: &[Page] = &[
    // Signing in
    page(Stranger, "sign-in", "/sign-in"),
    page(Stranger, "sign-in-wrong", "/sign-in")
        .doing(&[Fill("[name=email]", "ada@acme"), Click("main button"), See("address")])
        .refused(),
    page(Stranger, "sign-in-code", "/sign-in/code?email=lin@example.org"),
    page(Stranger, "sign-in-wrong-code", "/sign-in/code?email=lin@example.org")
        .doing(&[Fill("[name=code]", "000000"), Click("main button"), See("code")])
        .refused(),
    page(Stranger, "sign-in-used-link", "/sign-in/with/nothing").refused(),
    page(Stranger, "guest-sign-in", "{ready-link}"),
    page(Stranger, "guest-code", "{ready-link}").doing(&[
        Fill("#email-form input", "lin@example.org"),
        Click("#email-form button"),
        See("Another address"),
    ]),
    page(Stranger, "guest-dead-link", "{dead-link}").refused(),
    page(Stranger, "set-up-used", "/set-up/nothing").refused(),
    page(Stranger, "join", "/join/acme").refused(),
    page(Stranger, "joining-nothing", "/j/nothing").refused(),
    page(Stranger, "device-new", "/devices/new"),
    page(Stranger, "nothing-here", "/nothing-here").refused(),
    // The guest's page
    page(Guest, "no-team", "/"),
    page(Guest, "waiting", "{waiting-link}"),
    page(Guest, "ready", "{ready-link}"),
    page(Guest, "over", "{over-link}"),
    page(Guest, "access-off", "{shut-link}"),
    page(Guest, "kept-out", "{kept-out-link}"),
    page(Guest, "revoked", "{revoked-link}"),
    page(Guest, "other-account", "{connected-link}"),
    page(Guest, "more-time", "{ready-link}").doing(&[Click("#panel [data-do=more-time]")]),
    page(Guest, "screen", "{ready-link}").doing(&[Click("#panel [data-do=connect]"), AwaitScreen]),
    page(Guest, "screen-clipboard", "{ready-link}").doing(&[
        Click("#panel [data-do=connect]"),
        AwaitScreen,
        Click("[data-do=clipboard]"),
    ]),
    page(Guest, "team-of-others", "/t/acme").refused(),
    // Guest access
    page(Owner, "home", "/t/acme"),
    page(Owner, "home-found", "/t/acme?q=sam"),
    page(Owner, "home-nothing-found", "/t/acme?q=nobody"),
    page(Owner, "invites", "/t/acme/invites"),
    page(Owner, "invites-none", "/t/acme/invites?q=nobody"),
    page(Owner, "invite-ready", "/t/acme/invites/{ready}"),
    page(Owner, "invite-connected", "/t/acme/invites/{connected}"),
    page(Owner, "invite-over", "/t/acme/invites/{over}"),
    page(Owner, "dialog-invite", "/t/acme").doing(&[Open("/t/acme/invites/{ready}")]),
    page(Owner, "dialog-connected", "/t/acme").doing(&[Open("/t/acme/invites/{connected}")]),
    page(Owner, "dialog-window", "/t/acme")
        .doing(&[Open("/t/acme/invites/{ready}"), Open("/t/acme/invites/{ready}/window")]),
    page(Owner, "dialog-window-used", "/t/acme")
        .doing(&[Open("/t/acme/invites/{connected}"), Open("/t/acme/invites/{connected}/window")]),
    page(Owner, "dialog-permissions", "/t/acme").doing(&[
        Open("/t/acme/invites/{connected}"),
        Open("/t/acme/invites/{connected}/permissions"),
    ]),
    page(Owner, "dialog-move", "/t/acme").doing(&[
        Open("/t/acme/invites/{connected}"),
        Open("/t/acme/invites/{connected}/computer"),
    ]),
    page(Owner, "dialog-new-link", "/t/acme")
        .doing(&[Open("/t/acme/invites/{ready}"), Open("/t/acme/invites/{ready}/new-link")]),
    page(Owner, "dialog-revoke", "/t/acme")
        .doing(&[Open("/t/acme/invites/{connected}"), Open("/t/acme/invites/{connected}/revoke")]),
    page(Owner, "dialog-cut", "/t/acme").doing(&[Open("/t/acme/cut")]),
    page(Owner, "window", "/t/acme/invites/{ready}/window"),
    page(Owner, "permissions", "/t/acme/invites/{ready}/permissions"),
    page(Owner, "move", "/t/acme/invites/{ready}/computer"),
    page(Owner, "new-link", "/t/acme/invites/{ready}/new-link"),
    page(Owner, "revoke", "/t/acme/invites/{ready}/revoke"),
    page(Owner, "cut", "/t/acme/cut"),
    page(Owner, "no-such-invite", "/t/acme/invites/inv_aaaaaaaaaaaaaaaaaaaaaaaaaa").refused(),
    // Inviting
    page(Owner, "inviting", "/t/acme/invite?computer_id={lab}"),
    page(Owner, "inviting-again", "/t/acme/invite?again={over}"),
    page(Owner, "dialog-inviting-1", "/t/acme").doing(INVITING),
    page(Owner, "dialog-inviting-1-wrong", "/t/acme")
        .doing(&[
            Open("/t/acme/invite?computer_id={lab}"),
            Fill("[name=emails]", "lin@example.org, nope"),
            Click("#dialog [value=customize]:not(.unseen)"),
            See("the address has no @"),
        ])
        .refused(),
    page(Owner, "dialog-inviting-2", "/t/acme")
        .doing(&[
            Open("/t/acme/invite?computer_id={lab}"),
            Fill("[name=emails]", GUESTS),
            Click("#dialog [value=customize]:not(.unseen)"),
            See("As plain text"),
        ])
        .refused(),
    page(Owner, "dialog-inviting-3", "/t/acme")
        .doing(&[
            Open("/t/acme/invite?computer_id={lab}"),
            Fill("[name=emails]", GUESTS),
            Click("#dialog [value=customize]:not(.unseen)"),
            Fill("[name=title]", "the usability study"),
            Click("#dialog [value=confirm]:not(.unseen)"),
            See("Balance after"),
        ])
        .refused(),
    // Computers
    page(Owner, "computers", "/t/acme/computers"),
    page(Owner, "dialog-computer", "/t/acme/computers").doing(&[Open("/t/acme/computers/{lab}")]),
    page(Owner, "dialog-computer-remove", "/t/acme/computers")
        .doing(&[Open("/t/acme/computers/{lab}"), Open("/t/acme/computers/{lab}/remove")]),
    page(Owner, "computer", "/t/acme/computers/{own}"),
    page(Owner, "computer-remove", "/t/acme/computers/{lab}/remove"),
    page(Owner, "computer-key", "/t/acme/computers/{own}/key"),
    page(Owner, "computer-arrived", "/t/acme/computers/{shut-computer}/arrival"),
    page(Owner, "computer-add", "/t/acme/computers/add"),
    page(Owner, "computer-add-wrong", "/t/acme/computers/add")
        .doing(&[Fill("[name=name]", "lab"), Click("main button"), See("taken")])
        .refused(),
    page(Owner, "computer-command", "/t/acme/computers/add").doing(&[
        Fill("[name=name]", "studio-2"),
        Click("main button"),
        See("Waiting for studio-2"),
    ]),
    // Credits
    page(Owner, "credits", "/t/acme/credits"),
    page(Owner, "credits-no-days", "/t/acme/credits?from=2020-01-01&to=2020-01-02"),
    page(Owner, "credits-wrong", "/t/acme/credits")
        .doing(&[
            Fill("[name=quantity]", "1000000"),
            Click("form:has([name=quantity]) button"),
            See("at most"),
        ])
        .refused(),
    page(Owner, "credits-review", "/t/acme/credits").doing(&[
        Fill("[name=quantity]", "12"),
        Click("form:has([name=quantity]) button"),
        See("Confirm purchase"),
    ]),
    page(Owner, "credits-quotes", "/t/acme/credits/quotes"),
    page(Owner, "credits-order", "/t/acme/credits/orders/{order}"),
    // Groups
    page(Owner, "groups", "/t/acme/groups"),
    page(Owner, "dialog-group", "/t/acme/groups").doing(&[Open("/t/acme/groups/{studio}")]),
    page(Owner, "dialog-group-delete", "/t/acme/groups")
        .doing(&[Open("/t/acme/groups/{studio}"), Open("/t/acme/groups/{studio}/delete")]),
    page(Owner, "group-coordinator", "/t/acme/groups/{hosts}/coordinator"),
    page(Owner, "group-member", "/t/acme/groups/{studio}/members/{mia}"),
    page(Owner, "user-coordinator", "/t/acme/users/{mia}/coordinator"),
    // Users, and who is to become one
    page(Owner, "users", "/t/acme/users"),
    page(Owner, "user", "/t/acme/users/{mia}"),
    page(Owner, "user-revoke", "/t/acme/users/{mia}/revoke"),
    page(Owner, "invitations", "/t/acme/invitations"),
    page(Owner, "invitation", "/t/acme/invitations/{invitation}"),
    page(Owner, "invitation-cancel", "/t/acme/invitations/{invitation}/cancel"),
    page(Owner, "join-requests", "/t/acme/join-requests"),
    page(Owner, "devices", "/t/acme/devices"),
    // Everything else
    page(Owner, "workspaces", "/t/acme/workspaces"),
    page(Owner, "workspace", "/t/acme/workspaces/{workspace}"),
    page(Owner, "workspace-edit", "/t/acme/workspaces/{workspace}/edit"),
    page(Owner, "workspace-share", "/t/acme/workspaces/{workspace}/share"),
    page(Owner, "workspace-computers", "/t/acme/workspaces/{workspace}/computers"),
    page(Owner, "workspace-delete", "/t/acme/workspaces/{workspace}/delete"),
    page(Owner, "workspace-leave", "/t/acme/workspaces/{workspace}/leave"),
    page(Owner, "activity", "/t/acme/activity"),
    page(Owner, "activity-hours", "/t/acme/activity?zoom=hours"),
    page(Owner, "activity-nothing", "/t/acme/activity?subject=nobody"),
    page(Owner, "settings", "/t/acme/settings"),
    page(Owner, "api-docs", "/docs"),
    page(Owner, "api-key-delete", "/t/acme/settings/api-keys/{api-key}/delete"),
    page(Owner, "computer-key-delete", "/t/acme/computer-keys/{computer-key}/delete"),
    // The same as others see them
    page(Administrator, "home", "/t/acme"),
    page(Administrator, "computers", "/t/acme/computers"),
    page(Administrator, "computer", "/t/acme/computers/{lab}"),
    page(Administrator, "credits", "/t/acme/credits"),
    page(Administrator, "groups", "/t/acme/groups").refused(),
    page(Coordinator, "home", "/t/acme"),
    page(Coordinator, "invite", "/t/acme/invites/{ready}"),
    page(Coordinator, "inviting", "/t/acme/invite"),
    page(Coordinator, "computers", "/t/acme/computers"),
    page(Coordinator, "computer", "/t/acme/computers/{lab}"),
    page(Coordinator, "computer-add", "/t/acme/computers/add"),
    page(Coordinator, "credits", "/t/acme/credits"),
    page(Member, "home", "/t/acme"),
    page(Administrator, "users", "/t/acme/users"),
    page(Administrator, "invitations", "/t/acme/invitations"),
    page(Member, "users", "/t/acme/users"),
    page(Member, "devices", "/t/acme/devices"),
    page(Member, "credits", "/t/acme/credits").refused(),
    page(External, "home", "/t/acme"),
    page(External, "computers", "/t/acme/computers").refused(),
];

const INVITING: &[Deed] = &[Open("/t/acme/invite?computer_id={lab}"), See("Next: the mail")];

const GUESTS: &str = "lin@example.org, kim@example.net, eve@acme.example";

const fn page(who: Persona, name: &'static str, path: &'static str) -> Page {
    Page { who, name, path, deeds: &[], is_refused: false }
}

impl Page {
    /// Says what is done on it.
    const fn doing(self, deeds: &'static [Deed]) -> Self {
        Self { deeds, ..self }
    }

    /// Returns where it is, and the dialogs that are opened on it.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &'static str> {
        let opened = self.deeds.iter().filter_map(|deed| match deed {
            Open(path) => Some(*path),
            Click(_) | Fill(..) | See(_) | AwaitScreen => None,
        });
        [self.path].into_iter().chain(opened)
    }

    /// Says that something is refused there.
    const fn refused(self) -> Self {
        Self { is_refused: true, ..self }
    }
}
