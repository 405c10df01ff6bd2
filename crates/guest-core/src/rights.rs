//! Who may do what: one table, from which everything asks (OR-2, QU-30).

use core::fmt;

/// What somebody acts as in a team.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Role {
    /// An External user.
    External,
    /// A Member.
    Member,
    /// A Member with the guest access coordinator permission.
    Coordinator,
    /// An Administrator.
    Administrator,
    /// An Administrator who holds the team's ownership.
    Owner,
}

impl Role {
    /// All roles, the least first.
    pub const ALL: [Self; 5] =
        [Self::External, Self::Member, Self::Coordinator, Self::Administrator, Self::Owner];

    /// Returns whether the role has a right (OR-2).
    #[must_use]
    pub const fn may(self, right: Right) -> bool {
        self as u8 >= right.least() as u8
    }

    /// Returns the role's name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::External => "external",
            Self::Member => "member",
            Self::Coordinator => "coordinator",
            Self::Administrator => "administrator",
            Self::Owner => "owner",
        }
    }
}

macro_rules! rights {
    ($($(#[$doc:meta])* $right:ident: $role:ident, $scope:expr, $name:literal;)*) => {
        /// Something that may be done in a team.
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        pub enum Right {
            $($(#[$doc])* $right,)*
        }

        impl Right {
            /// All rights.
            pub const ALL: &[Self] = &[$(Self::$right),*];

            /// Returns the least role that has the right; every greater one has it too.
            #[must_use]
            pub const fn least(self) -> Role {
                match self {
                    $(Self::$right => Role::$role,)*
                }
            }

            /// Returns the scope that an API key needs besides (IF-2); `None` needs none.
            #[must_use]
            pub const fn scope(self) -> Option<Scope> {
                match self {
                    $(Self::$right => $scope,)*
                }
            }

            /// Returns the right's name as interfaces show it, such as `write_invites`.
            #[must_use]
            pub fn code(self) -> String {
                snake_case(match self {
                    $(Self::$right => stringify!($right),)*
                })
            }

            /// Returns what the right lets one do, to follow "may not".
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$right => $name,)*
                }
            }
        }
    };
}

rights! {
    /// Read the team's name and zone.
    ReadTeam: External, None, "read the team";
    /// Follow events; each sees what they may read.
    ReadEvents: External, Some(Scope::EventsRead), "follow events";
    /// List one's own devices, and enrol more.
    OwnDevices: External, Some(Scope::UsersRead), "see their devices";
    /// List the users; External users see pseudonyms.
    ListUsers: External, Some(Scope::UsersRead), "list users";
    /// See the workspaces that one is in, and what is in them (OR-43).
    ReadWorkspaces: External, Some(Scope::WorkspacesRead), "see workspaces";
    /// Work in the workspaces that one is in: files, computers, leaving.
    UseWorkspaces: External, Some(Scope::WorkspacesWrite), "work in workspaces";
    /// See the names and emails of other users.
    SeeNames: Member, Some(Scope::UsersRead), "see other users";
    /// Make, share and claim workspaces (OR-40).
    ShareWorkspaces: Member, Some(Scope::WorkspacesWrite), "make and share workspaces";
    /// See how much of the team's room for files is used.
    ReadStorage: Member, Some(Scope::WorkspacesRead), "see the room for files";
    /// See invites and their sessions.
    ReadInvites: Coordinator, Some(Scope::InvitesRead), "see guest access";
    /// See the computers that guests can be invited to.
    ReadComputers: Coordinator, Some(Scope::ComputersRead), "see computers";
    /// See the credit balance.
    ReadBalance: Coordinator, Some(Scope::CreditsRead), "see the credit balance";
    /// Make, edit and cancel invites; kick; the panic switch.
    WriteInvites: Coordinator, Some(Scope::InvitesWrite), "invite guests";
    /// Provision, rename, switch and remove one's own personal computer.
    OwnComputers: Coordinator, Some(Scope::ComputersWrite), "provision a personal computer";
    /// See prices.
    ReadPrices: Coordinator, Some(Scope::CreditsRead), "see prices";
    /// See computer keys.
    ReadComputerKeys: Administrator, Some(Scope::ComputersRead), "see computer keys";
    /// Add, rename and remove team computers, switch guest access on them; computer keys.
    ManageComputers: Administrator, Some(Scope::ComputersWrite), "manage team computers";
    /// Read the audit log.
    ReadAudit: Administrator, Some(Scope::AuditRead), "read the audit log";
    /// Quote and buy credits.
    BuyCredits: Administrator, Some(Scope::CreditsWrite), "buy credits";
    /// See what became of an order.
    ReadOrders: Administrator, Some(Scope::CreditsRead), "see orders";
    /// Change the profiles of users.
    ChangeProfiles: Administrator, Some(Scope::UsersWrite), "change profiles";
    /// See who is invited to join, and who waits to be greeted.
    ReadInvitations: Administrator, Some(Scope::UsersRead), "see invitations";
    /// Invite users to join, and take invitations back.
    InviteUsers: Administrator, Some(Scope::UsersWrite), "invite users to join";
    /// Greet those who were invited, and set their first profile.
    Greet: Administrator, Some(Scope::UsersWrite), "greet who was invited";
    /// See who asks to join.
    ReadJoinRequests: Administrator, Some(Scope::UsersRead), "see join requests";
    /// Accept and reject requests to join, and set the first profile.
    AnswerJoinRequests: Administrator, Some(Scope::UsersWrite), "answer join requests";
    /// See what revoking a user would do.
    ReadRevocation: Administrator, Some(Scope::UsersRead), "revoke users";
    /// Revoke users; owners only by owners.
    RevokeUsers: Administrator, Some(Scope::UsersWrite), "revoke users";
    /// Reach the personal computers of others, and the invites to them.
    ReachPersonal: Owner, None, "reach others' personal computers";
    /// See and export the credit history.
    ReadHistory: Owner, Some(Scope::CreditsRead), "see the credit history";
    /// See groups and who is in them.
    ReadGroups: Owner, Some(Scope::UsersRead), "see groups";
    /// Manage groups, and grant the coordinator permission.
    ManageGroups: Owner, Some(Scope::UsersWrite), "grant the coordinator permission";
    /// Make and unmake owners.
    ManageOwners: Owner, Some(Scope::UsersWrite), "make owners";
    /// See and change the team's settings and API keys.
    ManageTeam: Owner, Some(Scope::TeamWrite), "manage the team";
}

macro_rules! scopes {
    ($($(#[$doc:meta])* $scope:ident = $name:literal;)*) => {
        /// What an API key may be used for (IF-2).
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        pub enum Scope {
            $($(#[$doc])* $scope,)*
        }

        impl Scope {
            /// All scopes.
            pub const ALL: &[Self] = &[$(Self::$scope),*];

            /// Returns the scope's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$scope => $name,)*
                }
            }
        }
    };
}

scopes! {
    /// See invites and sessions.
    InvitesRead = "invites:read";
    /// Make, edit, cancel invites; kick; the panic switch.
    InvitesWrite = "invites:write";
    /// See computers and computer keys.
    ComputersRead = "computers:read";
    /// Change computers and computer keys.
    ComputersWrite = "computers:write";
    /// See balance, prices, orders and history.
    CreditsRead = "credits:read";
    /// Quote and buy.
    CreditsWrite = "credits:write";
    /// See users and groups.
    UsersRead = "users:read";
    /// Change users and groups.
    UsersWrite = "users:write";
    /// Read workspaces.
    WorkspacesRead = "workspaces:read";
    /// Change workspaces.
    WorkspacesWrite = "workspaces:write";
    /// Follow events.
    EventsRead = "events:read";
    /// Read the audit log.
    AuditRead = "audit:read";
    /// Settings, API keys and webhooks.
    TeamWrite = "team:write";
}

/// A set of [`Scope`]s.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
pub struct Scopes(u16);

impl Scopes {
    /// Every scope there is.
    pub const ALL: Self = Self((1 << Scope::ALL.len()) - 1);

    /// Returns the set with these bits; unknown ones are dropped.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// Returns the bits of the set.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Returns whether a scope is in the set.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u16) != 0
    }

    /// Returns whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the scopes in the set, in a fixed order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }

    /// Reads the names of scopes; `all` stands for all of them.
    ///
    /// # Errors
    ///
    /// Returns the position of each name that is none.
    pub fn parse<S: AsRef<str>>(names: &[S]) -> Result<Self, Vec<(usize, UnknownScope)>> {
        let mut scopes = Self::default();
        let mut unknown = Vec::new();
        for (position, name) in names.iter().enumerate() {
            let known = Scope::ALL.iter().find(|scope| scope.name() == name.as_ref());
            match known {
                Some(scope) => scopes.0 |= 1 << *scope as u16,
                None if name.as_ref() == "all" => scopes = Self::ALL,
                None => unknown.push((position, UnknownScope)),
            }
        }
        if unknown.is_empty() { Ok(scopes) } else { Err(unknown) }
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Scope::name)).finish()
    }
}

fn snake_case(camel_case: &str) -> String {
    let mut name = String::new();
    for letter in camel_case.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// A name is not that of a scope.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a scope; use {} or all", SCOPE_NAMES)]
pub struct UnknownScope;

const SCOPE_NAMES: &str = "invites:read, invites:write, computers:read, computers:write, \
     credits:read, credits:write, users:read, users:write, workspaces:read, workspaces:write, \
     events:read, audit:read, team:write";

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the rule, cell by cell, written down a second time.
    #[test]
    fn or_2_the_table_of_rights() {
        use Right::*;
        let rows: &[(Right, [bool; 5])] = &[
            (ReadTeam, [true, true, true, true, true]),
            (ReadEvents, [true, true, true, true, true]),
            (OwnDevices, [true, true, true, true, true]),
            (ListUsers, [true, true, true, true, true]),
            (ReadWorkspaces, [true, true, true, true, true]),
            (UseWorkspaces, [true, true, true, true, true]),
            (SeeNames, [false, true, true, true, true]),
            (ShareWorkspaces, [false, true, true, true, true]),
            (ReadStorage, [false, true, true, true, true]),
            (ReadInvites, [false, false, true, true, true]),
            (ReadComputers, [false, false, true, true, true]),
            (ReadBalance, [false, false, true, true, true]),
            (WriteInvites, [false, false, true, true, true]),
            (OwnComputers, [false, false, true, true, true]),
            (ReadPrices, [false, false, true, true, true]),
            (ReadComputerKeys, [false, false, false, true, true]),
            (ManageComputers, [false, false, false, true, true]),
            (ReadAudit, [false, false, false, true, true]),
            (BuyCredits, [false, false, false, true, true]),
            (ReadOrders, [false, false, false, true, true]),
            (ChangeProfiles, [false, false, false, true, true]),
            (ReadJoinRequests, [false, false, false, true, true]),
            (AnswerJoinRequests, [false, false, false, true, true]),
            (ReadInvitations, [false, false, false, true, true]),
            (InviteUsers, [false, false, false, true, true]),
            (Greet, [false, false, false, true, true]),
            (ReadRevocation, [false, false, false, true, true]),
            (RevokeUsers, [false, false, false, true, true]),
            (ReachPersonal, [false, false, false, false, true]),
            (ReadHistory, [false, false, false, false, true]),
            (ReadGroups, [false, false, false, false, true]),
            (ManageGroups, [false, false, false, false, true]),
            (ManageOwners, [false, false, false, false, true]),
            (ManageTeam, [false, false, false, false, true]),
        ];
        assert_eq!(rows.len(), Right::ALL.len());
        for (right, row) in rows {
            for (role, allowed) in Role::ALL.into_iter().zip(row) {
                assert_eq!(role.may(*right), *allowed, "{role:?} {right:?}");
            }
        }
    }

    #[test]
    fn or_2_rights_have_names_of_their_own() {
        assert_eq!(Right::WriteInvites.code(), "write_invites");
        assert_eq!(Right::ReadComputerKeys.code(), "read_computer_keys");
        let names: std::collections::BTreeSet<_> =
            Right::ALL.iter().map(|one| one.code()).collect();
        assert_eq!(names.len(), Right::ALL.len());
    }

    #[test]
    fn cr_24_who_may_buy_see_and_export() {
        let who =
            |right| Role::ALL.into_iter().filter(move |role| role.may(right)).collect::<Vec<_>>();
        assert_eq!(who(Right::BuyCredits), [Role::Administrator, Role::Owner]);
        assert_eq!(who(Right::ReadBalance), [Role::Coordinator, Role::Administrator, Role::Owner]);
        assert_eq!(who(Right::ReadHistory), [Role::Owner]);
    }

    #[test]
    fn if_2_scopes_read_back_and_all_stands_for_all() {
        assert_eq!(Scopes::parse(&["all"]), Ok(Scopes::ALL));
        let some = Scopes::parse(&["invites:read", "team:write"]).unwrap();
        assert_eq!(
            some.iter().map(Scope::name).collect::<Vec<_>>(),
            ["invites:read", "team:write"]
        );
        assert_eq!(Scopes::from_bits(some.bits()), some);
        assert_eq!(Scopes::parse(&["all", "x"]), Err(vec![(1, UnknownScope)]));
        for scope in Scope::ALL {
            assert!(SCOPE_NAMES.contains(scope.name()));
        }
    }
}
