//! Revoking users: what it would do, and doing it (OR-9, OR-10, GA-39).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use guest_core::{
    ApiKey, BadId, CancelReason, Computer, ComputerId, InputError, Invite, MailIntent, Right, User,
    UserId, UserRefusal, WorkspaceId,
};
use serde::{Deserialize, Serialize};

use crate::access::{Actor, users};
use crate::consequences::{cancel_all, computers, invites_for, remove_computer};
use crate::devices::devices_of;
use crate::input::Reading;
use crate::member_invites::end_of_host;
use crate::people::{Sight, all_teams};
use crate::record::{Membership, Range, Record, erase, list, row};
use crate::users::{UserView, owners, require_user, tell_user};
use crate::ways_in::{close, require_way_in};
use crate::work::{By, Work, live_invites};
use crate::workspaces::{leave_all, orphaned_by};
use crate::{App, Call, Fault, Pending, View};

/// What revoking a user would do (OR-10).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevocationView {
    /// The user.
    pub user: UserView,
    /// The devices with which they could not sign in any more.
    pub devices: Vec<LostDevice>,
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
    /// The workspaces that would be left without an owner, for which a new one is to be named.
    pub workspaces: Vec<LostWorkspace>,
}

/// A workspace that would be left without an owner.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LostWorkspace {
    /// Names the workspace.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: WorkspaceId,
    /// What people call it.
    pub name: String,
}

/// A device that would go with its user.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LostDevice {
    /// What its user calls it.
    pub name: String,
    /// When it was enrolled.
    pub enrolled_at: DateTime<Utc>,
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
    /// Who is to own the workspaces that would be left without an owner: users by workspace.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub new_workspace_owners: BTreeMap<String, String>,
}

impl RevokeRequest {
    fn read(&self) -> Result<Revoking, Vec<InputError>> {
        let mut reading = Reading::default();
        if self.new_workspace_owners.len() > HEIRS_MOST {
            reading.wrong("/new_workspace_owners", format!("more than {HEIRS_MOST} workspaces"));
        }
        let mut heirs = BTreeMap::new();
        for (workspace, user) in self.new_workspace_owners.iter().take(HEIRS_MOST) {
            let pointer = format!("/new_workspace_owners/{workspace}");
            match (workspace.parse(), user.parse()) {
                (Ok(workspace), Ok(user)) => drop(heirs.insert(workspace, user)),
                (Err(no), _) | (_, Err(no)) => {
                    let no: BadId = no;
                    reading.wrong(pointer, no);
                }
            }
        }
        reading.done(Some(Revoking { invites_too: self.cancel_their_invites, heirs }))
    }
}

/// A [`RevokeRequest`], understood.
#[derive(Clone, Default)]
struct Revoking {
    invites_too: bool,
    heirs: BTreeMap<WorkspaceId, UserId>,
}

/// For how many workspaces new owners are named at once: more than anybody owns alone.
const HEIRS_MOST: usize = 1_000;

impl App {
    /// Tells what revoking a user would do, without doing it (OR-10).
    pub fn revocation(&self, call: &Call, team: &str, id: UserId) -> Pending<RevocationView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, config| {
            let actor = Actor::with(view, &call, &team, Right::ReadRevocation)?;
            let user = require_user(view, actor.team.id, id)?;
            let owners = owners(view, user.team)?;
            user.revoke(actor.as_user(), owners, view.now())?;
            if user.owner {
                require_way_in(view, &actor.team, Some(user.id))?;
            }
            let by_group = crate::access::is_coordinator_by_group(view, &user)?;
            let possessions = Possessions::of(view, &user)?;
            let computers = possessions.computers.iter().map(|computer| {
                let invites = live_invites(view, user.team, Some(computer.id))?.len();
                let name = computer.name.as_str().to_owned();
                Ok(LostComputer { id: computer.id, name, invites })
            });
            let computers = computers.collect::<Result<_, Fault>>()?;
            let devices = devices_of(view, user.team, user.id)?.into_iter();
            let devices = devices.map(|device| LostDevice {
                name: device.name.as_str().to_owned(),
                enrolled_at: device.enrolled_at,
            });
            let workspaces = orphaned_by(view, &user)?.into_iter();
            let workspaces = workspaces.map(|workspace| LostWorkspace {
                id: workspace.id,
                name: workspace.name.as_str().to_owned(),
            });
            Ok(RevocationView {
                devices: devices.collect(),
                workspaces: workspaces.collect(),
                computers,
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
        let (asking, team, read) = (call.clone(), team.to_owned(), request.read());
        let invites_too = request.cancel_their_invites;
        self.write(call, move |work| {
            let actor = work.actor(&asking, &team, Right::RevokeUsers)?;
            if invites_too {
                actor.require(Right::WriteInvites)?;
            }
            let how = read.clone()?;
            let user = require_user(work.tx, actor.team.id, id)?;
            let owners = owners(work.tx, user.team)?;
            let revoked = user.revoke(actor.as_user(), owners, work.now)?;
            if user.owner {
                require_way_in(work.tx, &actor.team, Some(user.id))?;
            }
            let to = revoked.email.clone();
            work.mail(Some(revoked.team), to, MailIntent::Revoked, None)?;
            let detail = serde_json::json!({
                "email": revoked.email,
                "cancel_their_invites": how.invites_too,
            });
            let by = By::actor(&actor);
            revoke(work, &user, &revoked, &how, &by, &detail)
        })
    }

    /// Lists every revocation there is, of all teams; for the operator of the server.
    pub fn revocations(&self) -> Pending<Vec<Revocation>> {
        self.read(|view, _| {
            let mut found = Vec::new();
            for team in all_teams(view)? {
                for user in users(view, team.id)? {
                    let revoked_at = user.revoked_at;
                    found.extend(
                        revoked_at.map(|revoked_at| Revocation { id: user.id, revoked_at }),
                    );
                }
            }
            Ok(found)
        })
    }

    /// Revokes again whom a restored backup has as active; for the operator of the server (OR-9).
    ///
    /// It is as it was then: the date is the same, and they are not told a second time. Somebody
    /// without whom a team would have no owner stays.
    pub fn reapply(&self, revocation: &Revocation) -> Pending<Reapplied> {
        let Revocation { id, revoked_at } = *revocation;
        self.write(&Call::operator(), move |work| {
            for team in all_teams(work.tx)? {
                let Some(user) = work.find::<User>(&row![team.id, id])? else { continue };
                if !user.is_active() {
                    return Ok(Reapplied::Nothing);
                }
                let owners = owners(work.tx, team.id)?;
                return match user.revoke(None, owners, revoked_at) {
                    Ok(revoked) => {
                        let by = By::Actor { name: "operator".to_owned(), email: None };
                        let detail =
                            serde_json::json!({ "email": revoked.email, "reapplied": true });
                        revoke(work, &user, &revoked, &Revoking::default(), &by, &detail)
                            .map(|user| Reapplied::Done(Box::new(user)))
                    }
                    Err(UserRefusal::LastOwner) => {
                        let shown = UserView::of(&user, false, Sight::Names, work.config);
                        Ok(Reapplied::Left(Box::new(shown)))
                    }
                    Err(refusal) => Err(refusal.into()),
                };
            }
            Ok(Reapplied::Nothing)
        })
    }
}

/// That a user was revoked, so that it can be carried over to a restored backup (OR-9).
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Revocation {
    /// The user.
    pub id: UserId,
    /// When they were revoked.
    pub revoked_at: DateTime<Utc>,
}

/// What came of [`App::reapply`].
#[derive(Clone, Debug)]
pub enum Reapplied {
    /// The user is revoked again.
    Done(Box<UserView>),
    /// They are the last owner of their team, and stay.
    Left(Box<UserView>),
    /// There is no such user, or they are revoked anyway.
    Nothing,
}

/// Stores a user as revoked, takes everything from them, and tells (OR-9).
fn revoke(
    work: &mut Work<'_>,
    user: &User,
    revoked: &User,
    how: &Revoking,
    by: &By,
    detail: &serde_json::Value,
) -> Result<UserView, Fault> {
    let possessions = Possessions::of(work.tx, user)?;
    work.save(revoked)?;
    possessions.take(work, how.invites_too, by)?;
    leave_all(work, user, &how.heirs, by)?;
    close(work, user)?;
    end_of_host(work, revoked)?;
    work.audit(revoked.team, by, "user.revoke", revoked.id, detail)?;
    tell_user(work, revoked, "user.revoked")
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
