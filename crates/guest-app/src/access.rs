//! Who is calling, and as what.
//!
//! Users, rights and keys are read afresh with each request, in its own
//! transaction, so that a change beside a running server holds at once (IF-21).

use guest_core::{
    ApiKey, Email, Group, Identity, Login, Right, Role, Scopes, SecretHash, Team, TeamId, User,
    UserId, permit, permit_key,
};

use crate::record::{BoundIdentity, Membership, Range, find, first, list, row};
use crate::{Denied, Fault, View, tables};

/// What a caller shows of themselves.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Nothing.
    Nobody,
    /// A browser's session.
    Login(SecretHash),
    /// A program's key to the API.
    ApiKey(SecretHash),
    /// Access to the data directory itself (IF-21): the operator of the server, or whom they act as.
    Operator {
        /// The user they act as, with that user's rights.
        acting: Option<Email>,
    },
}

/// A call: who makes it, and from where.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who.
    pub caller: Caller,
    /// The address they come from, for the audit log.
    pub origin: Option<String>,
    /// Names the request, so that sending it twice does it once (QU-23).
    pub once: Option<Once>,
}

impl Call {
    /// Calls as the operator of the server.
    #[must_use]
    pub const fn operator() -> Self {
        Self { caller: Caller::Operator { acting: None }, origin: None, once: None }
    }
}

/// What makes a repeated request recognizable (QU-23).
#[derive(Clone, Debug)]
pub struct Once {
    /// The caller's own name for the request, at most 200 characters.
    pub token: String,
    /// The SHA-256 of everything the request says.
    pub fingerprint: [u8; 32],
}

/// Somebody who acts in a team.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    pub(crate) team: Team,
    pub(crate) role: Role,
    scopes: Option<Scopes>,
    user: Option<User>,
}

impl Actor {
    /// Finds out who calls, and what they are in the team.
    ///
    /// To those who do not belong to it a team is absent, as if there were none.
    pub(crate) fn of(view: &mut dyn View, call: &Call, team: &str) -> Result<Self, Fault> {
        let id = TeamId::parse(team).ok();
        match &call.caller {
            Caller::Nobody => Err(Denied::Unauthenticated.into()),
            Caller::Login(hash) => {
                let login = login(view, *hash)?.ok_or(Denied::Unauthenticated)?;
                let team = require_team(view, id.filter(|id| login.proof.reaches(*id)))?;
                let user = user_by_email(view, team.id, &login.email)?;
                let actor = Self::user(view, team, user, None)?;
                actor.team.admit(login.proof)?;
                Ok(actor)
            }
            Caller::ApiKey(hash) => {
                let key = api_key(view, *hash)?.ok_or(Denied::Unauthenticated)?;
                let team = require_team(view, id.filter(|id| *id == key.team))?;
                let user = find(view, &row![team.id, key.user])?;
                Self::user(view, team, user, Some(key.scopes))
            }
            Caller::Operator { acting: None } => {
                let team = require_team(view, id)?;
                Ok(Self { team, role: Role::Owner, scopes: None, user: None })
            }
            Caller::Operator { acting: Some(email) } => {
                let team = require_team(view, id)?;
                let user = user_by_email(view, team.id, email)?;
                // Whoever has the data directory may know of its teams.
                let user = user.ok_or_else(|| Denied::UserUnknown(email.clone()))?;
                Self::user(view, team, Some(user), None)
            }
        }
    }

    fn user(
        view: &mut dyn View,
        team: Team,
        user: Option<User>,
        scopes: Option<Scopes>,
    ) -> Result<Self, Fault> {
        let user = user.ok_or(Denied::NotFound("team"))?;
        let by_group = is_coordinator_by_group(view, &user)?;
        let role = user.role(by_group).ok_or(match scopes {
            Some(_) => Denied::Unauthenticated, // The key died with its user.
            None => Denied::NotFound("team"),
        })?;
        Ok(Self { team, role, scopes, user: Some(user) })
    }

    /// Finds out who calls, and requires a right of them.
    pub(crate) fn with(
        view: &mut dyn View,
        call: &Call,
        team: &str,
        right: Right,
    ) -> Result<Self, Fault> {
        let actor = Self::of(view, call, team)?;
        actor.require(right)?;
        Ok(actor)
    }

    /// Requires a right.
    pub(crate) fn require(&self, right: Right) -> Result<(), Fault> {
        Ok(permit(self.role, self.scopes, right)?)
    }

    /// Requires that they may make an API key with these scopes (IF-2).
    pub(crate) fn require_scopes(&self, wanted: Scopes) -> Result<(), Fault> {
        Ok(permit_key(self.scopes, wanted)?)
    }

    /// Returns whether they have a right.
    pub(crate) fn may(&self, right: Right) -> bool {
        permit(self.role, self.scopes, right).is_ok()
    }

    /// Returns the user, unless it is the operator.
    pub(crate) fn id(&self) -> Option<UserId> {
        self.user.as_ref().map(|user| user.id)
    }

    /// Returns the user, unless it is the operator.
    pub(crate) const fn as_user(&self) -> Option<&User> {
        self.user.as_ref()
    }

    /// Returns the person who acts: the operator stands for the longest-standing owner (IF-21).
    pub(crate) fn person(&self, view: &mut dyn View) -> Result<User, Fault> {
        if let Some(user) = &self.user {
            return Ok(user.clone());
        }
        let owners =
            users(view, self.team.id)?.into_iter().filter(|user| user.owner && user.is_active());
        let longest = owners.min_by_key(|owner| (owner.joined_at, owner.id));
        longest.ok_or_else(|| Denied::NotFound("owner").into())
    }

    /// Returns who acts, as the audit log names them.
    pub(crate) fn name(&self) -> String {
        match &self.user {
            Some(user) => user.email.as_str().to_owned(),
            None => "operator".to_owned(),
        }
    }
}

/// Returns the account that is signed in as far as a team's guest links are concerned, if a
/// person is (OR-35).
pub(crate) fn account(
    view: &mut dyn View,
    call: &Call,
    team: TeamId,
) -> Result<Option<Email>, Fault> {
    let login = signed_in(view, call)?.filter(|login| login.proof.reaches(team));
    Ok(login.map(|login| login.email))
}

/// Returns the session of whoever is signed in, if a person is.
pub(crate) fn signed_in(view: &mut dyn View, call: &Call) -> Result<Option<Login>, Fault> {
    match &call.caller {
        Caller::Nobody => Ok(None),
        Caller::Login(hash) => login(view, *hash),
        Caller::ApiKey(_) | Caller::Operator { .. } => Err(Denied::PeopleOnly.into()),
    }
}

/// Returns the browser's session, while it holds.
pub(crate) fn login(view: &mut dyn View, hash: SecretHash) -> Result<Option<Login>, Fault> {
    let now = view.now();
    let login: Option<Login> = find(view, &row![hash])?;
    Ok(login.filter(|login| login.hash == hash && login.holds(now)))
}

/// Returns the API key that this was kept of.
pub(crate) fn api_key(view: &mut dyn View, hash: SecretHash) -> Result<Option<ApiKey>, Fault> {
    let key: Option<ApiKey> = first(view, &tables::API_KEY_HASH, &row![hash])?;
    Ok(key.filter(|key| key.hash == hash))
}

/// Returns the active user of this address (OR-1).
pub(crate) fn user_by_email(
    view: &mut dyn View,
    team: TeamId,
    email: &Email,
) -> Result<Option<User>, Fault> {
    Ok(first(view, &tables::USER_EMAIL, &row![email.key(), team])?)
}

/// Returns the active user of this identity (OR-35).
pub(crate) fn user_by_identity(
    view: &mut dyn View,
    team: TeamId,
    identity: &Identity,
) -> Result<Option<User>, Fault> {
    let key = row![team, identity.issuer.as_str(), identity.subject.as_str()];
    let Some(bound) = find::<BoundIdentity>(view, &key)? else { return Ok(None) };
    let user: Option<User> = find(view, &row![team, bound.user])?;
    Ok(user.filter(User::is_active))
}

/// Returns all users of a team, revoked ones too.
pub(crate) fn users(view: &mut dyn View, team: TeamId) -> Result<Vec<User>, Fault> {
    let prefix = row![team];
    Ok(list(view, &Range { prefix: &prefix, limit: usize::MAX, ..Range::default() })?)
}

/// Returns whether a group of the user's carries the coordinator permission (OR-7).
pub(crate) fn is_coordinator_by_group(view: &mut dyn View, user: &User) -> Result<bool, Fault> {
    let prefix = row![user.team, user.id];
    let range = Range { prefix: &prefix, limit: usize::MAX, ..Range::default() };
    for membership in list::<Membership>(view, &range)? {
        let group: Option<Group> = find(view, &row![user.team, membership.group])?;
        if group.is_some_and(|group| group.coordinator) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns what a user is in their team now, `None` once revoked.
pub(crate) fn role_of(view: &mut dyn View, user: &User) -> Result<Option<Role>, Fault> {
    let by_group = is_coordinator_by_group(view, user)?;
    Ok(user.role(by_group))
}

fn require_team(view: &mut dyn View, id: Option<TeamId>) -> Result<Team, Fault> {
    let team = match id {
        Some(id) => find(view, &row![id])?,
        None => None,
    };
    team.ok_or_else(|| Denied::NotFound("team").into())
}
