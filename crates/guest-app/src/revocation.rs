//! Revoking users: what it would do, and doing it (OR-9, OR-10, GA-39).

use guest_core::{
    ApiKey, CancelReason, Computer, ComputerId, Invite, MailIntent, Right, User, UserId,
};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::consequences::{cancel_all, computers, invites_for, remove_computer};
use crate::people::Sight;
use crate::record::{Membership, Range, Record, erase, list, row};
use crate::users::{UserView, owners, require_user, tell_user};
use crate::work::{By, Work, live_invites};
use crate::{App, Call, Fault, Pending, View};

/// What revoking a user would do (OR-10).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevocationView {
    /// The user.
    pub user: UserView,
    /// How many live invites for them would be cancelled.
    pub invites_for: usize,
    /// How many live invites they made would stay, unless they are cancelled in the same step.
    pub invites_by: usize,
    /// Their own computers, which would be removed.
    pub computers: Vec<LostComputer>,
    /// How many of their API keys would be deleted.
    pub api_keys: usize,
    /// How many groups they would leave.
    pub groups: usize,
}

/// A computer that would be removed with its user.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LostComputer {
    /// Names the computer.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ComputerId,
    /// What people call it.
    pub name: String,
    /// How many live invites to it would end.
    pub invites: usize,
}

/// How a user is to be revoked.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RevokeRequest {
    /// Whether the live invites that they made are cancelled too.
    #[serde(default)]
    pub cancel_their_invites: bool,
}

impl App {
    /// Tells what revoking a user would do, without doing it (OR-10).
    pub fn revocation(&self, call: &Call, team: &str, id: UserId) -> Pending<RevocationView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, config| {
            let actor = Actor::with(view, &call, &team, Right::ReadRevocation)?;
            let user = require_user(view, actor.team.id, id)?;
            let owners = owners(view, user.team)?;
            user.revoke(actor.as_user(), owners, view.now())?;
            let by_group = crate::access::is_coordinator_by_group(view, &user)?;
            let possessions = Possessions::of(view, &user)?;
            let computers = possessions.computers.iter().map(|computer| {
                let invites = live_invites(view, user.team, Some(computer.id))?.len();
                let name = computer.name.as_str().to_owned();
                Ok(LostComputer { id: computer.id, name, invites })
            });
            Ok(RevocationView {
                computers: computers.collect::<Result<_, Fault>>()?,
                user: UserView::of(&user, by_group, Sight::of(&actor), config),
                invites_for: possessions.invites_for.len(),
                invites_by: possessions.invites_by.len(),
                api_keys: possessions.api_keys.len(),
                groups: possessions.memberships.len(),
            })
        })
    }

    /// Revokes a user for good, with everything that rests on them (OR-9, GA-39).
    pub fn revoke_user(
        &self,
        call: &Call,
        team: &str,
        id: UserId,
        request: &RevokeRequest,
    ) -> Pending<UserView> {
        let (asking, team, request) = (call.clone(), team.to_owned(), request.clone());
        self.write(call, move |work| {
            let actor = work.actor(&asking, &team, Right::RevokeUsers)?;
            if request.cancel_their_invites {
                actor.require(Right::WriteInvites)?;
            }
            let user = require_user(work.tx, actor.team.id, id)?;
            let owners = owners(work.tx, user.team)?;
            let revoked = user.revoke(actor.as_user(), owners, work.now)?;
            let possessions = Possessions::of(work.tx, &user)?;
            let by = By::actor(&actor);
            work.save(&revoked)?;
            possessions.take(work, request.cancel_their_invites, &by)?;
            let to = revoked.email.clone();
            work.mail(Some(revoked.team), to, MailIntent::Revoked, None)?;
            let detail = serde_json::json!({
                "email": revoked.email,
                "cancel_their_invites": request.cancel_their_invites,
            });
            work.audit(revoked.team, &by, "user.revoke", revoked.id, &detail)?;
            tell_user(work, &revoked, "user.revoked")
        })
    }
}

/// What goes when a user is revoked, or may.
struct Possessions {
    /// Live free invites for them.
    invites_for: Vec<Invite>,
    /// Live invites they made that stay by themselves.
    invites_by: Vec<Invite>,
    computers: Vec<Computer>,
    api_keys: Vec<ApiKey>,
    memberships: Vec<Membership>,
}

impl Possessions {
    fn of(view: &mut dyn View, user: &User) -> Result<Self, Fault> {
        let all = computers(view, user.team)?;
        let mut invites_for = invites_for(view, user.team, &user.email, &all)?;
        invites_for.retain(|invite| invite.rests_on_guest(user));
        let mut computers = all;
        computers.retain(|computer| computer.owner() == Some(user.id) && !computer.is_removed());
        let host = |invite: &Invite| {
            computers.iter().any(|one| one.id == invite.computer).then_some(user.id)
        };
        let mut invites_by = live_invites(view, user.team, None)?;
        invites_by.retain(|invite| invite.outlasts_sender(user, host(invite)));
        let mut api_keys: Vec<ApiKey> = of_team(view, user)?;
        api_keys.retain(|key| key.user == user.id);
        let prefix = row![user.team, user.id];
        let range = Range { prefix: &prefix, limit: usize::MAX, ..Range::default() };
        let memberships = list(view, &range)?;
        Ok(Self { invites_for, invites_by, computers, api_keys, memberships })
    }

    /// Takes everything away, in the order of the rule (GA-39).
    fn take(self, work: &mut Work<'_>, invites_too: bool, by: &By) -> Result<(), Fault> {
        cancel_all(work, &self.invites_for, CancelReason::UserRevoked, by)?;
        for computer in &self.computers {
            remove_computer(work, computer, by)?;
        }
        if invites_too {
            cancel_all(work, &self.invites_by, CancelReason::Asked, by)?;
        }
        for key in &self.api_keys {
            erase::<ApiKey>(work.tx, &row![key.team, key.id])?;
        }
        for membership in &self.memberships {
            erase::<Membership>(work.tx, &membership.to_row())?;
        }
        Ok(())
    }
}

fn of_team<R: Record>(view: &mut dyn View, user: &User) -> Result<Vec<R>, Fault> {
    let prefix = row![user.team];
    Ok(list(view, &Range { prefix: &prefix, limit: usize::MAX, ..Range::default() })?)
}
