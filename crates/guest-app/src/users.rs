//! Users of a team: listing, adding, and changing what they are.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use guest_core::{
    Email, InputError, PersonName, Profile, Right, Role, TeamId, User, UserId, UserRefusal,
    change_profiles,
};
use serde::{Deserialize, Serialize};

use crate::access::{self, Actor, is_coordinator_by_group};
use crate::config::Config;
use crate::consequences::lose_rights;
use crate::input::Reading;
use crate::member_invites::end_of_host;
use crate::paging::page;
use crate::people::Sight;
use crate::record::{Audience, Range, find, row};
use crate::view::Page;
use crate::ways_in::require_way_in;
use crate::work::{By, Work};
use crate::{App, Call, Caller, Denied, Fault, Paging, Pending, View};

/// A user.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserView {
    /// Names the user.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: UserId,
    /// Rises with each change by people; the `ETag`.
    pub version: u32,
    /// What they are called; to External users a pseudonym.
    pub name: String,
    /// Their address; null to External users.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub email: Option<Email>,
    /// `external`, `member` or `administrator`.
    pub profile: String,
    /// Whether they own the team.
    pub owner: bool,
    /// Whether they hold the coordinator permission themselves.
    pub coordinator: bool,
    /// Whether a group of theirs carries the coordinator permission.
    pub coordinator_by_group: bool,
    /// `active` or `revoked`.
    pub state: String,
    /// When they joined.
    pub joined_at: DateTime<Utc>,
    /// When they were revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A user to be added by the operator of the server.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// Their address.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// `external`, `member` or `administrator`.
    pub profile: String,
    /// Whether they hold the coordinator permission, as a Member.
    #[serde(default)]
    pub coordinator: bool,
    /// Whether they own the team, as an Administrator.
    #[serde(default)]
    pub owner: bool,
}

/// A change of what a user is; what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    /// `member` or `administrator`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Whether they hold the coordinator permission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinator: Option<bool>,
    /// Whether they own the team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<bool>,
}

/// One profile for many users.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BulkRequest {
    /// The users, at most 1,000.
    pub user_ids: Vec<String>,
    /// `member` or `administrator`.
    pub profile: String,
}

/// What became of each user of a [`BulkRequest`].
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkAnswer {
    /// Those whose profile has changed.
    pub changed: Vec<UserView>,
    /// Those who had the profile already.
    pub unchanged: Vec<UserView>,
    /// Those who were left as they are: External or revoked.
    pub unaffected: Vec<UserView>,
}

/// Whom a [`BulkRequest`] would be about (OR-5).
#[derive(Clone, Debug)]
pub struct BulkForeseen {
    /// Those whose profile can change.
    pub changing: Vec<UserView>,
    /// Those who would be left as they are: External or revoked.
    pub staying: Vec<UserView>,
}

impl App {
    /// Lists the users of a team, revoked ones too, in the order in which they joined (OR-3).
    pub fn users(&self, call: &Call, team: &str, paging: &Paging) -> Pending<Page<UserView>> {
        let (call, team, paged) = (call.clone(), team.to_owned(), paging.parse());
        self.read(move |view, config| {
            let actor = Actor::with(view, &call, &team, Right::ListUsers)?;
            let paged = paged.clone()?;
            let prefix = row![actor.team.id];
            let range = Range { prefix: &prefix, ..Range::default() };
            page(view, &range, &paged, |view, user: User| {
                let by_group = is_coordinator_by_group(view, &user)?;
                Ok(Some(UserView::of(&user, by_group, Sight::of(&actor), config)))
            })
        })
    }

    /// Shows a user (OR-3).
    pub fn user(&self, call: &Call, team: &str, id: UserId) -> Pending<UserView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, config| {
            let actor = Actor::with(view, &call, &team, Right::ListUsers)?;
            let user = require_user(view, actor.team.id, id)?;
            let by_group = is_coordinator_by_group(view, &user)?;
            Ok(UserView::of(&user, by_group, Sight::of(&actor), config))
        })
    }

    /// Adds a user to a team, as the operator of the server (IF-22).
    pub fn add_user(&self, call: &Call, team: &str, new: &NewUser) -> Pending<UserView> {
        let (asking, team, new) = (call.clone(), team.to_owned(), new.read());
        self.write(call, move |work| {
            let Caller::Operator { acting: None } = asking.caller else {
                return Err(Denied::OperatorOnly.into());
            };
            let actor = work.actor(&asking, &team, Right::ReadTeam)?;
            let (team, new) = (actor.team.id, new.clone()?);
            if access::user_by_email(work.tx, team, &new.email)?.is_some() {
                return Err(Denied::AlreadyMember.into());
            }
            let user = new.join(team, work)?;
            work.save(&user)?;
            let detail = serde_json::json!({
                "email": user.email, "profile": user.profile.name(),
                "coordinator": user.coordinator, "owner": user.owner,
            });
            work.audit(team, &By::actor(&actor), "user.add", user.id, &detail)?;
            tell_user(work, &user, "user.joined")
        })
    }

    /// Changes what a user is (OR-4, OR-6, OR-7); each part needs a right of its own.
    pub fn change_user(
        &self,
        call: &Call,
        team: &str,
        id: UserId,
        change: &UserChange,
        based_on: Option<u32>,
    ) -> Pending<UserView> {
        let (asking, team, change) = (call.clone(), team.to_owned(), change.clone());
        self.write(call, move |work| {
            let actor = Actor::of(work.tx, &asking, &team)?;
            for right in change.rights() {
                actor.require(right)?;
            }
            let user = require_user(work.tx, actor.team.id, id)?;
            if based_on.is_some_and(|version| version != user.version) {
                return Err(Denied::Stale { current: user.version }.into());
            }
            let before = Standing::of(work.tx, user)?;
            let after = change.apply(work, &before.user, actor.id())?;
            if before.user.owner && !after.owner {
                require_way_in(work.tx, &actor.team, Some(id))?;
            }
            if after != before.user {
                work.save(&after)?;
                let detail = serde_json::to_value(&change).unwrap_or_default();
                work.audit(after.team, &By::actor(&actor), "user.change", after.id, &detail)?;
            }
            before.changed(work, &after, &By::actor(&actor))
        })
    }

    /// Tells who of many users would be left as they are, before their profile is chosen (OR-5).
    pub fn foresee_profiles(
        &self,
        call: &Call,
        team: &str,
        user_ids: &[String],
    ) -> Pending<BulkForeseen> {
        let profile = Profile::Member.name().to_owned();
        let request = BulkRequest { user_ids: user_ids.to_vec(), profile };
        let (call, team, request) = (call.clone(), team.to_owned(), request.read());
        self.read(move |view, config| {
            let actor = Actor::with(view, &call, &team, Right::ChangeProfiles)?;
            let (mut changing, mut staying) = (Vec::new(), Vec::new());
            for id in request.clone()?.0 {
                let user = require_user(view, actor.team.id, id)?;
                let by_group = is_coordinator_by_group(view, &user)?;
                let shown = UserView::of(&user, by_group, Sight::of(&actor), config);
                if user.keeps_profile() { staying.push(shown) } else { changing.push(shown) }
            }
            Ok(BulkForeseen { changing, staying })
        })
    }

    /// Gives many users one profile, all of them or none (OR-5).
    pub fn change_profiles(
        &self,
        call: &Call,
        team: &str,
        request: &BulkRequest,
    ) -> Pending<BulkAnswer> {
        let (asking, team, request) = (call.clone(), team.to_owned(), request.read());
        self.write(call, move |work| {
            let actor = work.actor(&asking, &team, Right::ChangeProfiles)?;
            let (ids, profile) = request.clone()?;
            let mut standings = BTreeMap::new();
            for id in ids {
                let user = require_user(work.tx, actor.team.id, id)?;
                standings.insert(id, Standing::of(work.tx, user)?);
            }
            let users = standings.values().map(|before| before.user.clone()).collect();
            let change = change_profiles(users, profile, actor.id())?;
            let by = By::actor(&actor);
            let mut changed = Vec::new();
            for after in change.changed {
                let Some(before) = standings.remove(&after.id) else { continue };
                work.save(&after)?;
                let detail = serde_json::json!({ "profile": profile.name() });
                work.audit(after.team, &by, "user.change", after.id, &detail)?;
                changed.push(before.changed(work, &after, &by)?);
            }
            Ok(BulkAnswer {
                changed,
                unchanged: show_all(work, &change.unchanged)?,
                unaffected: show_all(work, &change.unaffected)?,
            })
        })
    }
}

impl UserView {
    /// Shows a user as somebody with this sight sees them.
    pub(crate) fn of(user: &User, by_group: bool, sight: Sight, config: &Config) -> Self {
        let (name, email) = sight.see(user, config);
        Self {
            id: user.id,
            version: user.version,
            name,
            email,
            profile: user.profile.name().to_owned(),
            owner: user.owner,
            coordinator: user.coordinator,
            coordinator_by_group: by_group,
            state: if user.is_active() { "active" } else { "revoked" }.to_owned(),
            joined_at: user.joined_at,
            revoked_at: user.revoked_at,
        }
    }

    /// Shows a user of a team, shown with their name so far, as somebody with this sight does.
    pub(crate) fn seen(self, team: TeamId, sight: Sight, config: &Config) -> Self {
        match sight.pseudonym(team, self.id, config) {
            Some(name) => Self { name, email: None, ..self },
            None => self,
        }
    }
}

/// What a user may do, before something changes it.
pub(crate) struct Standing {
    pub(crate) user: User,
    by_group: bool,
}

impl Standing {
    pub(crate) fn of(view: &mut dyn View, user: User) -> Result<Self, Fault> {
        let by_group = is_coordinator_by_group(view, &user)?;
        Ok(Self { user, by_group })
    }

    /// Carries out what follows once the user and their groups are stored as `after` (GA-39).
    pub(crate) fn changed(
        &self,
        work: &mut Work<'_>,
        after: &User,
        by: &By,
    ) -> Result<UserView, Fault> {
        let invites = |role: Option<Role>| role.is_some_and(|role| role.may(Right::WriteInvites));
        let by_group = is_coordinator_by_group(work.tx, after)?;
        if invites(self.user.role(self.by_group)) && !invites(after.role(by_group)) {
            lose_rights(work, after, by)?;
        }
        end_of_host(work, after)?;
        if *after == self.user && by_group == self.by_group {
            return Ok(UserView::of(after, by_group, Sight::Names, work.config));
        }
        tell_user(work, after, "user.updated")
    }
}

/// Tells those who may list users about a user, and returns the user as they are shown.
pub(crate) fn tell_user(work: &mut Work<'_>, user: &User, name: &str) -> Result<UserView, Fault> {
    let by_group = is_coordinator_by_group(work.tx, user)?;
    let data = UserView::of(user, by_group, Sight::Names, work.config);
    let event = work.event(user.team, name, Audience::Users, &data);
    work.tell(event)?;
    Ok(data)
}

/// Returns a user of the team, revoked or not.
pub(crate) fn require_user(view: &mut dyn View, team: TeamId, id: UserId) -> Result<User, Fault> {
    find(view, &row![team, id])?.ok_or_else(|| Denied::NotFound("user").into())
}

/// Counts the active owners of a team (OR-6).
pub(crate) fn owners(view: &mut dyn View, team: TeamId) -> Result<usize, Fault> {
    let users = access::users(view, team)?;
    Ok(users.iter().filter(|user| user.owner && user.is_active()).count())
}

fn show_all(work: &mut Work<'_>, users: &[User]) -> Result<Vec<UserView>, Fault> {
    let shown = users.iter().map(|user| {
        let by_group = is_coordinator_by_group(work.tx, user)?;
        Ok(UserView::of(user, by_group, Sight::Names, work.config))
    });
    shown.collect()
}

/// A [`NewUser`], understood.
#[derive(Clone)]
struct Joining {
    email: Email,
    name: PersonName,
    profile: Profile,
    coordinator: bool,
    owner: bool,
}

impl NewUser {
    fn read(&self) -> Result<Joining, Vec<InputError>> {
        let mut reading = Reading::default();
        let email = reading.read("/email", Email::parse(&self.email));
        let name = reading.read("/name", PersonName::parse(&self.name));
        let profile = read_profile(&mut reading, &self.profile);
        let all = email.zip(name).zip(profile).map(|((email, name), profile)| Joining {
            email,
            name,
            profile,
            coordinator: self.coordinator,
            owner: self.owner,
        });
        reading.done(all)
    }
}

impl Joining {
    fn join(self, team: TeamId, work: &mut Work<'_>) -> Result<User, Fault> {
        let user = User {
            team,
            id: work.ids.next(UserId::from_bits),
            email: self.email,
            name: self.name,
            profile: self.profile,
            owner: false,
            coordinator: false,
            joined_at: work.now,
            revoked_at: None,
            version: 1,
        };
        // The flags are subject to the same rules as when they are set later.
        let user = set_coordinator(&user, self.coordinator)?.set_owner(self.owner, 0)?;
        Ok(User { version: 1, ..user })
    }
}

impl UserChange {
    /// Returns the rights that the change needs, all of them.
    fn rights(&self) -> Vec<Right> {
        let mut rights = Vec::new();
        if self.coordinator.is_some() {
            rights.push(Right::ManageGroups);
        }
        if self.owner.is_some() {
            rights.push(Right::ManageOwners);
        }
        if self.profile.is_some() || rights.is_empty() {
            rights.push(Right::ChangeProfiles);
        }
        rights
    }

    /// Returns the user as changed: ownership is given up first and taken last, so that
    /// a profile that fits it can come with it.
    fn apply(&self, work: &mut Work<'_>, user: &User, by: Option<UserId>) -> Result<User, Fault> {
        let mut reading = Reading::default();
        let profile = self.profile.as_deref().map(|name| read_profile(&mut reading, name));
        let profile = reading.done(Some(profile))?.flatten();
        let owners = owners(work.tx, user.team)?;
        let mut after = user.clone();
        if self.owner == Some(false) {
            after = after.set_owner(false, owners)?;
        }
        if let Some(profile) = profile {
            after = after.change_profile(profile, by)?;
        }
        if let Some(coordinator) = self.coordinator {
            after = set_coordinator(&after, coordinator)?;
        }
        if self.owner == Some(true) {
            after = after.set_owner(true, owners)?;
        }
        // One change, however many parts it has.
        let version = after.version.min(user.version + 1);
        Ok(User { version, ..after })
    }
}

impl BulkRequest {
    fn read(&self) -> Result<(BTreeSet<UserId>, Profile), Vec<InputError>> {
        let mut reading = Reading::default();
        if self.user_ids.len() > BULK_MOST {
            reading.wrong("/user_ids", format!("more than {BULK_MOST} users"));
        }
        let mut ids = BTreeSet::new();
        for (position, id) in self.user_ids.iter().take(BULK_MOST).enumerate() {
            match id.parse() {
                Ok(id) => drop(ids.insert(id)),
                Err(no) => reading.wrong(format!("/user_ids/{position}"), no),
            }
        }
        let profile = read_profile(&mut reading, &self.profile);
        reading.done(profile.map(|profile| (ids, profile)))
    }
}

/// Gives or takes the coordinator permission; that a user cannot have it is wrong with the input.
fn set_coordinator(user: &User, coordinator: bool) -> Result<User, Fault> {
    user.set_coordinator(coordinator).map_err(|refusal| {
        if let UserRefusal::NotAMember { .. } = refusal {
            InputError::at("/coordinator", &refusal).into()
        } else {
            refusal.into()
        }
    })
}

fn read_profile(reading: &mut Reading, name: &str) -> Option<Profile> {
    reading.one_of("/profile", Profile::named(name), &Profile::ALL.map(Profile::name))
}

/// How many users change their profile at once: more than teams have Members, and one quick unit.
const BULK_MOST: usize = 1_000;
