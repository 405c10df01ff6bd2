//! Keys that programs and agents hold.

use crate::{
    ApiKeyId, ComputerKeyId, Instant, KeyName, Right, Role, Scopes, SecretHash, TeamId, UserId,
};

/// A program's key to the API, which acts as one user (IF-2).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApiKey {
    /// The team.
    pub team: TeamId,
    /// Names the key.
    pub id: ApiKeyId,
    /// What people call it.
    pub name: KeyName,
    /// The user it acts as.
    pub user: UserId,
    /// What it may be used for.
    pub scopes: Scopes,
    /// What is kept of the secret.
    pub hash: SecretHash,
    /// When it was made.
    pub created_at: Instant,
}

/// A key with which agents provision team computers (GA-1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ComputerKey {
    /// The team.
    pub team: TeamId,
    /// Names the key.
    pub id: ComputerKeyId,
    /// What people call it.
    pub name: KeyName,
    /// What is kept of the secret.
    pub hash: SecretHash,
    /// When it was made.
    pub created_at: Instant,
}

/// Decides whether somebody may do something (OR-2, IF-2).
///
/// `scopes` are those of the API key used, `None` for a person: a key never
/// exceeds its user's rights.
///
/// # Errors
///
/// Returns whether the role or the scope is missing.
pub fn permit(role: Role, scopes: Option<Scopes>, right: Right) -> Result<(), Forbidden> {
    if !role.may(right) {
        return Err(Forbidden::Role { right, role });
    }
    match (scopes, right.scope()) {
        (Some(scopes), Some(scope)) if !scopes.contains(scope) => {
            Err(Forbidden::Scope { scope: scope.name() })
        }
        (Some(_) | None, _) => Ok(()),
    }
}

/// Decides whether somebody may make an API key with the scopes `wanted` (IF-2).
///
/// `own` are those of the API key used, `None` for a person: a key hands on
/// nothing that it lacks.
///
/// # Errors
///
/// Returns the first scope that is missing.
pub fn permit_key(own: Option<Scopes>, wanted: Scopes) -> Result<(), Forbidden> {
    let lacks = |own: Scopes| wanted.iter().find(|scope| !own.contains(*scope));
    match own.and_then(lacks) {
        Some(scope) => Err(Forbidden::Scope { scope: scope.name() }),
        None => Ok(()),
    }
}

/// Why somebody may not do something.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Forbidden {
    /// What they are in the team does not suffice.
    #[error("{} may not {}; ask {} of the team", role.name(), right.name(), article(right.least()))]
    Role {
        /// What they may not do.
        right: Right,
        /// What they are.
        role: Role,
    },
    /// The API key is not for this.
    #[error("this API key lacks the scope {scope}; make one that has it")]
    Scope {
        /// The scope.
        scope: &'static str,
    },
    /// It is somebody's own computer (OR-2).
    #[error("this is somebody's own computer; only they may change it")]
    Theirs,
}

impl crate::Refusal for Forbidden {
    fn code(&self) -> &'static str {
        match self {
            Self::Role { .. } | Self::Theirs => "forbidden",
            Self::Scope { .. } => "scope_missing",
        }
    }

    fn kind(&self) -> crate::RefusalKind {
        match self {
            Self::Role { .. } | Self::Scope { .. } | Self::Theirs => crate::RefusalKind::Forbidden,
        }
    }

    fn facts(&self) -> crate::Facts {
        match self {
            Self::Role { .. } | Self::Theirs => crate::Facts::new(),
            Self::Scope { scope } => vec![("scope", crate::Fact::Text((*scope).to_owned()))],
        }
    }
}

const fn article(role: Role) -> &'static str {
    match role {
        Role::External => "anybody",
        Role::Member => "a member",
        Role::Coordinator => "a coordinator",
        Role::Administrator => "an administrator",
        Role::Owner => "an owner",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Refusal;

    #[test]
    fn if_2_a_key_needs_the_role_and_the_scope() {
        let read = Scopes::parse(&["invites:read"]).unwrap();
        check(Role::Coordinator, None, Right::WriteInvites, None);
        check(Role::Coordinator, Some(Scopes::ALL), Right::WriteInvites, None);
        check(Role::Coordinator, Some(read), Right::ReadInvites, None);
        check(Role::Coordinator, Some(read), Right::WriteInvites, Some("scope_missing"));
        check(Role::Member, Some(Scopes::ALL), Right::WriteInvites, Some("forbidden"));
        check(Role::External, Some(Scopes::default()), Right::ReadTeam, None);
    }

    #[test]
    fn if_2_a_key_hands_on_no_scope_that_it_lacks() {
        check_key(None, &["all"], None);
        check_key(Some(&["all"]), &["all"], None);
        check_key(Some(&["team:write", "users:read"]), &["users:read"], None);
        check_key(Some(&["team:write", "users:read"]), &["team:write", "users:read"], None);
        check_key(Some(&["team:write"]), &["team:write", "users:read"], Some("users:read"));
        check_key(Some(&["team:write"]), &["all"], Some("invites:read"));
    }

    #[track_caller]
    fn check_key(own: Option<&[&str]>, wanted: &[&str], missing: Option<&'static str>) {
        let scopes = |names| Scopes::parse(names).unwrap();
        let expected = missing.map_or(Ok(()), |scope| Err(Forbidden::Scope { scope }));
        assert_eq!(permit_key(own.map(scopes), scopes(wanted)), expected);
    }

    #[track_caller]
    fn check(role: Role, scopes: Option<Scopes>, right: Right, code: Option<&str>) {
        assert_eq!(permit(role, scopes, right).err().map(|no| no.code()), code);
    }
}
