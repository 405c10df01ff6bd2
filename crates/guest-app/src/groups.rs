//! Groups: named sets of users, which may carry the coordinator permission (OR-7).

use std::collections::BTreeMap;

use guest_core::{Group, GroupId, GroupName, InputError, Right, TeamId, User, UserId, UserRefusal};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::input::Reading;
use crate::once::Replay;
use crate::paging::page;
use crate::record::{Membership, Range, erase, find, list, row};
use crate::users::{Standing, require_user};
use crate::view::Page;
use crate::work::{By, Work};
use crate::{App, Call, Denied, Fault, Paging, Pending, View};

/// A group.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupView {
    /// Names the group.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: GroupId,
    /// What it is called.
    pub name: String,
    /// Whether its Members are coordinators.
    pub coordinator: bool,
    /// The users in it.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub members: Vec<UserId>,
}

impl Replay for GroupView {}

/// A group to be made.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GroupDraft {
    /// What it is called; unique in the team regardless of case.
    pub name: String,
    /// Whether its Members are coordinators.
    #[serde(default)]
    pub coordinator: bool,
}

/// A change of a group; what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GroupChange {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether its Members are coordinators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinator: Option<bool>,
}

impl App {
    /// Lists the groups of a team, the oldest first.
    pub fn groups(&self, call: &Call, team: &str, paging: &Paging) -> Pending<Page<GroupView>> {
        let (call, team, paged) = (call.clone(), team.to_owned(), paging.parse());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadGroups)?;
            let paged = paged.clone()?;
            let mut members = members(view, actor.team.id)?;
            let prefix = row![actor.team.id];
            let range = Range { prefix: &prefix, ..Range::default() };
            page(view, &range, &paged, |_, group: Group| {
                let members = members.remove(&group.id).unwrap_or_default();
                Ok(Some(GroupView::of(&group, members)))
            })
        })
    }

    /// Shows a group.
    pub fn group(&self, call: &Call, team: &str, id: GroupId) -> Pending<GroupView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadGroups)?;
            let group = require_group(view, actor.team.id, id)?;
            show(view, &group)
        })
    }

    /// Makes a group.
    pub fn make_group(&self, call: &Call, team: &str, draft: &GroupDraft) -> Pending<GroupView> {
        let (asking, name, draft) = (call.clone(), team.to_owned(), draft.clone());
        self.write_once(call, team, move |work| {
            let actor = work.actor(&asking, &name, Right::ManageGroups)?;
            let team = actor.team.id;
            let name = read_name(&draft.name)?;
            require_free(work.tx, team, &name, None)?;
            let id = work.ids.next(GroupId::from_bits);
            let group = Group { team, id, name, coordinator: draft.coordinator };
            work.save(&group)?;
            audit(work, &actor, "group.create", &group)?;
            Ok(GroupView::of(&group, Vec::new()))
        })
    }

    /// Changes a group; those who lose the right to invite by it lose what rests on it (GA-39).
    pub fn change_group(
        &self,
        call: &Call,
        team: &str,
        id: GroupId,
        change: &GroupChange,
    ) -> Pending<GroupView> {
        let (asking, team, change) = (call.clone(), team.to_owned(), change.clone());
        self.write(call, move |work| {
            let actor = work.actor(&asking, &team, Right::ManageGroups)?;
            let name = change.name.as_deref().map(read_name).transpose()?;
            let before = require_group(work.tx, actor.team.id, id)?;
            let after = Group {
                name: name.unwrap_or_else(|| before.name.clone()),
                coordinator: change.coordinator.unwrap_or(before.coordinator),
                ..before.clone()
            };
            if after == before {
                return show(work.tx, &after);
            }
            require_free(work.tx, after.team, &after.name, Some(id))?;
            let standings = standings(work.tx, after.team, id)?;
            work.save(&after)?;
            audit(work, &actor, "group.change", &after)?;
            settle(work, &actor, standings)?;
            show(work.tx, &after)
        })
    }

    /// Deletes a group; those who lose the right to invite by it lose what rests on it (GA-39).
    pub fn delete_group(&self, call: &Call, team: &str, id: GroupId) -> Pending<()> {
        let (asking, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let actor = work.actor(&asking, &team, Right::ManageGroups)?;
            let group = require_group(work.tx, actor.team.id, id)?;
            let standings = standings(work.tx, group.team, id)?;
            for before in &standings {
                erase::<Membership>(work.tx, &row![group.team, before.user.id, id])?;
            }
            erase::<Group>(work.tx, &row![group.team, id])?;
            audit(work, &actor, "group.delete", &group)?;
            settle(work, &actor, standings)
        })
    }

    /// Puts a user into a group; one who is in it stays.
    pub fn join_group(
        &self,
        call: &Call,
        team: &str,
        id: GroupId,
        user: UserId,
    ) -> Pending<GroupView> {
        self.regroup(call, team, id, user, |work, membership, user| {
            if let Some(at) = user.revoked_at {
                return Err(UserRefusal::Revoked { at }.into());
            }
            work.save(&membership)?;
            Ok("group.join")
        })
    }

    /// Takes a user out of a group; one who is not in it stays out.
    pub fn leave_group(
        &self,
        call: &Call,
        team: &str,
        id: GroupId,
        user: UserId,
    ) -> Pending<GroupView> {
        self.regroup(call, team, id, user, |work, Membership { team, user, group }, _| {
            erase::<Membership>(work.tx, &row![team, user, group])?;
            Ok("group.leave")
        })
    }

    /// Changes whether a user is in a group, with what that brings to what they may do.
    fn regroup(
        &self,
        call: &Call,
        team: &str,
        group: GroupId,
        user: UserId,
        change: fn(&mut Work<'_>, Membership, &User) -> Result<&'static str, Fault>,
    ) -> Pending<GroupView> {
        let (asking, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let actor = work.actor(&asking, &team, Right::ManageGroups)?;
            let team = actor.team.id;
            let group = require_group(work.tx, team, group)?;
            let user = require_user(work.tx, team, user)?;
            let membership = Membership { team, user: user.id, group: group.id };
            let key = row![team, user.id, group.id];
            let was_in = work.find::<Membership>(&key)?.is_some();
            let before = Standing::of(work.tx, user)?;
            let action = change(work, membership, &before.user)?;
            if work.find::<Membership>(&key)?.is_some() != was_in {
                let detail = serde_json::json!({
                    "group": group.name, "user": before.user.email, "user_id": before.user.id,
                });
                work.audit(team, &By::actor(&actor), action, group.id, &detail)?;
                settle(work, &actor, vec![before])?;
            }
            show(work.tx, &group)
        })
    }
}

impl GroupView {
    fn of(group: &Group, members: Vec<UserId>) -> Self {
        let name = group.name.as_str().to_owned();
        Self { id: group.id, name, coordinator: group.coordinator, members }
    }
}

fn read_name(name: &str) -> Result<GroupName, Vec<InputError>> {
    let mut reading = Reading::default();
    let name = reading.read("/name", GroupName::parse(name));
    reading.done(name)
}

/// Checks that no other group of the team has the name, regardless of case, and that there
/// is room for one more.
fn require_free(
    view: &mut dyn View,
    team: TeamId,
    name: &GroupName,
    own: Option<GroupId>,
) -> Result<(), Fault> {
    let groups = groups(view, team)?;
    let key = name.as_str().to_lowercase();
    let same = |group: &&Group| group.name.as_str().to_lowercase() == key;
    if groups.iter().filter(same).any(|group| Some(group.id) != own) {
        return Err(Denied::NameTaken.into());
    }
    if own.is_none() && groups.len() >= GROUPS_MOST {
        return Err(
            InputError::invalid("", format!("a team has at most {GROUPS_MOST} groups")).into()
        );
    }
    Ok(())
}

fn show(view: &mut dyn View, group: &Group) -> Result<GroupView, Fault> {
    let members = members(view, group.team)?.remove(&group.id).unwrap_or_default();
    Ok(GroupView::of(group, members))
}

fn require_group(view: &mut dyn View, team: TeamId, id: GroupId) -> Result<Group, Fault> {
    find(view, &row![team, id])?.ok_or_else(|| Denied::NotFound("group").into())
}

fn groups(view: &mut dyn View, team: TeamId) -> Result<Vec<Group>, Fault> {
    let prefix = row![team];
    Ok(list(view, &Range { prefix: &prefix, limit: usize::MAX, ..Range::default() })?)
}

/// Returns who is in each group.
fn members(view: &mut dyn View, team: TeamId) -> Result<BTreeMap<GroupId, Vec<UserId>>, Fault> {
    let prefix = row![team];
    let range = Range { prefix: &prefix, limit: usize::MAX, ..Range::default() };
    let mut members: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for membership in list::<Membership>(view, &range)? {
        members.entry(membership.group).or_default().push(membership.user);
    }
    Ok(members)
}

/// Returns what those in a group may do, before the group changes.
fn standings(view: &mut dyn View, team: TeamId, group: GroupId) -> Result<Vec<Standing>, Fault> {
    let members = members(view, team)?.remove(&group).unwrap_or_default();
    let standings = members.into_iter().map(|id| {
        let user = require_user(view, team, id)?;
        Standing::of(view, user)
    });
    standings.collect()
}

/// Carries out what follows for each of those in a group, once it has changed.
fn settle(work: &mut Work<'_>, actor: &Actor, standings: Vec<Standing>) -> Result<(), Fault> {
    for before in standings {
        before.changed(work, &before.user, &By::actor(actor))?;
    }
    Ok(())
}

fn audit(work: &mut Work<'_>, actor: &Actor, action: &str, group: &Group) -> Result<(), Fault> {
    let detail = serde_json::json!({ "name": group.name, "coordinator": group.coordinator });
    work.audit(group.team, &By::actor(actor), action, group.id, &detail)
}

/// How many groups a team has at most: all are read when one gets a name.
const GROUPS_MOST: usize = 500;
