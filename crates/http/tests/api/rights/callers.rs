//! Whoever may call the API.

use crate::world::{Client, World};

/// Whoever may call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Caller {
    /// A user of the team, signed in.
    User(Role),
    /// A program with a key of such a user that has every scope.
    Program(Role),
    /// A program with a key that has every scope but the one that is needed.
    Scopeless(Role),
    /// Somebody who was revoked, still signed in.
    Revoked,
    /// The owner of another team, signed in.
    Foreign,
    /// A program with a key of the owner of another team.
    ForeignProgram,
    /// Nobody.
    SignedOut,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Role {
    External,
    Member,
    Coordinator,
    Administrator,
    Owner,
}

pub(super) use Role::{Administrator, Coordinator, External, Member, Owner};

impl Role {
    pub(super) const ALL: [Self; 5] = [External, Member, Coordinator, Administrator, Owner];

    fn who(self) -> &'static str {
        match self {
            External => "eve",
            Member => "mia",
            Coordinator => "cory",
            Administrator => "bob",
            Owner => "ada",
        }
    }
}

impl Caller {
    pub(super) const ALL: &[Self] = &[
        Self::User(External),
        Self::User(Member),
        Self::User(Coordinator),
        Self::User(Administrator),
        Self::User(Owner),
        Self::Program(External),
        Self::Program(Member),
        Self::Program(Coordinator),
        Self::Program(Administrator),
        Self::Program(Owner),
        Self::Scopeless(External),
        Self::Scopeless(Member),
        Self::Scopeless(Coordinator),
        Self::Scopeless(Administrator),
        Self::Scopeless(Owner),
        Self::Revoked,
        Self::Foreign,
        Self::ForeignProgram,
        Self::SignedOut,
    ];

    pub(super) fn client(self, world: &World, needed: Option<&str>) -> Client {
        match self {
            Self::User(role) => world.sign_in(role.who()),
            Self::Program(role) => world.key(role.who(), &["all"]),
            Self::Scopeless(role) => {
                let others: Vec<_> =
                    SCOPES.iter().copied().filter(|scope| Some(*scope) != needed).collect();
                world.key(role.who(), &others)
            }
            Self::Revoked => world.sign_in("rex"),
            Self::Foreign => world.sign_in("zoe"),
            Self::ForeignProgram => world.key("zoe", &["all"]),
            Self::SignedOut => world.nobody(),
        }
    }
}

const SCOPES: &[&str] = &[
    "invites:read",
    "invites:write",
    "computers:read",
    "computers:write",
    "credits:read",
    "credits:write",
    "users:read",
    "users:write",
    "workspaces:read",
    "workspaces:write",
    "events:read",
    "audit:read",
    "team:write",
];
