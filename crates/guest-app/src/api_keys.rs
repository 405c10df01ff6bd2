//! API keys: what programs hold to act as a user (IF-2, QU-31).

use std::fmt;

use chrono::{DateTime, Utc};
use guest_core::{
    ApiKey, ApiKeyId, InputError, KeyName, Purpose, Right, Scope, Scopes, SecretHash, TeamId, User,
    UserId,
};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::input::Reading;
use crate::once::Replay;
use crate::paging::page;
use crate::record::{Range, erase, find, list, row};
use crate::view::Page;
use crate::work::{By, Work};
use crate::{App, Call, Denied, Fault, Paging, Pending, View};

/// An API key, without its secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyView {
    /// Names the key.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ApiKeyId,
    /// What people call it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// The user it acts as.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub user_id: UserId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// An API key to be made.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ApiKeyDraft {
    /// What people call it.
    pub name: String,
    /// What it may be used for: `invites:read`, …, or `all`.
    pub scopes: Vec<String>,
    /// The user it acts as; the caller unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

/// An API key that was made; the one answer that shows the key itself.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyMade {
    /// Names the key.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ApiKeyId,
    /// What people call it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// The user it acts as.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub user_id: UserId,
    /// The key itself, `gk_…`; null when the answer is given again.
    pub key: Option<String>,
}

impl fmt::Debug for ApiKeyMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeyMade").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Replay for ApiKeyMade {
    fn scrub(&mut self) {
        self.key = None;
    }
}

impl App {
    /// Lists the API keys of a team, without their secrets, the oldest first.
    pub fn api_keys(&self, call: &Call, team: &str, paging: &Paging) -> Pending<Page<ApiKeyView>> {
        let (call, team, paged) = (call.clone(), team.to_owned(), paging.parse());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ManageTeam)?;
            let paged = paged.clone()?;
            let prefix = row![actor.team.id];
            let range = Range { prefix: &prefix, ..Range::default() };
            page(view, &range, &paged, |_, key: ApiKey| Ok(Some(ApiKeyView::of(&key))))
        })
    }

    /// Makes an API key, which is shown this once (IF-2).
    pub fn make_api_key(
        &self,
        call: &Call,
        team: &str,
        draft: &ApiKeyDraft,
    ) -> Pending<ApiKeyMade> {
        let secret = self.secret(Purpose::ApiKey);
        let (asking, name, read) = (call.clone(), team.to_owned(), draft.read());
        self.write_once(call, team, move |work| {
            let actor = work.actor(&asking, &name, Right::ManageTeam)?;
            let new = read.clone()?;
            actor.require_scopes(new.scopes)?;
            let user = match new.user {
                Some(id) => active_user(work.tx, actor.team.id, id)?,
                None => actor.person(work.tx)?,
            };
            if keys(work.tx, user.team)?.len() >= KEYS_MOST {
                let detail = format!("a team has at most {KEYS_MOST} API keys");
                return Err(InputError::invalid("", detail).into());
            }
            let key = new.make(&user, secret.hash(), work);
            work.save(&key)?;
            audit(work, &actor, "api_key.create", &key)?;
            let ApiKeyView { id, name, scopes, user_id, .. } = ApiKeyView::of(&key);
            Ok(ApiKeyMade { id, name, scopes, user_id, key: Some(secret.expose().to_owned()) })
        })
    }

    /// Deletes an API key, which stops working with the next request.
    pub fn delete_api_key(&self, call: &Call, team: &str, id: ApiKeyId) -> Pending<()> {
        let (asking, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let actor = work.actor(&asking, &team, Right::ManageTeam)?;
            let key: ApiKey =
                work.find(&row![actor.team.id, id])?.ok_or(Denied::NotFound("API key"))?;
            erase::<ApiKey>(work.tx, &row![key.team, key.id])?;
            audit(work, &actor, "api_key.delete", &key)
        })
    }
}

impl ApiKeyView {
    fn of(key: &ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name.as_str().to_owned(),
            scopes: names(key.scopes),
            user_id: key.user,
            created_at: key.created_at,
        }
    }
}

/// An [`ApiKeyDraft`], understood.
#[derive(Clone)]
struct NewKey {
    name: KeyName,
    scopes: Scopes,
    user: Option<UserId>,
}

impl ApiKeyDraft {
    fn read(&self) -> Result<NewKey, Vec<InputError>> {
        let mut reading = Reading::default();
        let name = reading.read("/name", KeyName::parse(&self.name));
        if self.scopes.is_empty() {
            reading.wrong("/scopes", "name at least one scope");
        }
        let scopes = Scopes::parse(&self.scopes).unwrap_or_else(|unknown| {
            for (position, no) in unknown {
                reading.wrong(format!("/scopes/{position}"), no);
            }
            Scopes::default()
        });
        let user = self
            .user_id
            .as_deref()
            .and_then(|id| id.parse().map_err(|no| reading.wrong("/user_id", no)).ok());
        reading.done(name.map(|name| NewKey { name, scopes, user }))
    }
}

impl NewKey {
    fn make(self, user: &User, hash: SecretHash, work: &mut Work<'_>) -> ApiKey {
        ApiKey {
            team: user.team,
            id: work.ids.next(ApiKeyId::from_bits),
            name: self.name,
            user: user.id,
            scopes: self.scopes,
            hash,
            created_at: work.now,
        }
    }
}

fn active_user(view: &mut dyn View, team: TeamId, id: UserId) -> Result<User, Fault> {
    let user: Option<User> = find(view, &row![team, id])?;
    user.filter(User::is_active)
        .ok_or_else(|| InputError::invalid("/user_id", "not an active user of the team").into())
}

fn keys(view: &mut dyn View, team: TeamId) -> Result<Vec<ApiKey>, Fault> {
    let prefix = row![team];
    Ok(list(view, &Range { prefix: &prefix, limit: usize::MAX, ..Range::default() })?)
}

fn names(scopes: Scopes) -> Vec<String> {
    scopes.iter().map(Scope::name).map(str::to_owned).collect()
}

fn audit(work: &mut Work<'_>, actor: &Actor, action: &str, key: &ApiKey) -> Result<(), Fault> {
    let detail =
        serde_json::json!({ "name": key.name, "scopes": names(key.scopes), "user_id": key.user });
    work.audit(key.team, &By::actor(actor), action, key.id, &detail)
}

/// How many API keys a team has at most: all are counted when one is made.
const KEYS_MOST: usize = 500;
