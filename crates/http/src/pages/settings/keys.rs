//! API keys: listing, making, deleting (IF-2).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use guest_app::{ApiKeyDraft, ApiKeyView, Fault, Paging};
use guest_core::{ApiKeyId, Scope, UserId, Zone};

use super::{Typed, shown};
use crate::answer::Answer;
use crate::input::At;
use crate::pages::form::{Form, Wrong};
use crate::pages::page;
use crate::pages::place::{Place, Said};
use crate::pages::shell::{Section, Shell};
use crate::pages::told::Moment;
use crate::problem::Problem;
use crate::server::{Server, Shared};

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/t/{team}/settings/api-keys", get(super::show).post(make))
        .route("/t/{team}/settings/api-keys/{id}/delete", get(ask).post(delete))
}

/// A key in a few words.
pub(super) struct KeyRow {
    pub(super) view: ApiKeyView,
    /// Whom it acts as.
    pub(super) acts_as: String,
    pub(super) has_all: bool,
    pub(super) made: Moment,
}

/// A key that is being typed.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) name: String,
    ticked: Vec<String>,
}

impl Draft {
    fn of(form: &Form) -> Self {
        let ticked = form.texts("scope").map(str::to_owned).collect();
        Self { name: form.text("key_name").to_owned(), ticked }
    }

    /// Returns each scope, what it is for, and whether it is ticked.
    pub(super) fn scopes(&self) -> Vec<(&'static str, &'static str, bool)> {
        let is_ticked = |scope: &Scope| self.ticked.iter().any(|name| name == scope.name());
        Scope::ALL.iter().map(|scope| (scope.name(), means(*scope), is_ticked(scope))).collect()
    }
}

/// Returns the keys of the team, the oldest first.
pub(super) async fn of(server: &Shared, place: &Place, zone: Zone) -> Result<Vec<KeyRow>, Fault> {
    let mut names: BTreeMap<UserId, String> = BTreeMap::new();
    let mut rows = Vec::new();
    for view in all(server, place).await? {
        if let Entry::Vacant(unknown) = names.entry(view.user_id) {
            let user = server.app.user(place.call(), place.id(), view.user_id).await?;
            unknown.insert(user.email.map_or(user.name, |email| email.to_string()));
        }
        rows.push(KeyRow {
            acts_as: names.get(&view.user_id).cloned().unwrap_or_default(),
            has_all: view.scopes.len() == Scope::ALL.len(),
            made: Moment::of(view.created_at, zone),
            view,
        });
    }
    Ok(rows)
}

/// `POST …/api-keys`: makes a key that acts as whoever makes it, and shows it this once.
async fn make(State(server): State<Server>, place: Place, form: Form) -> Answer {
    let draft = Draft::of(&form);
    let scopes = draft.ticked.clone();
    let key = ApiKeyDraft { name: draft.name.clone(), scopes, user_id: None };
    match server.app.make_api_key(place.call(), place.id(), &key).await {
        Ok(made) => {
            let shell = place.shell(&server, Section::Settings);
            // Nothing was recorded to be replayed without it.
            let secret = made.key.unwrap_or_default();
            let url = &server.app.config().public_url;
            let made = MadePage { shell, place: &place, name: &made.name, secret: &secret, url };
            Ok(page(&server, &made))
        }
        Err(fault) => {
            let wrong = Wrong::with(fault, &["/name", "/scopes"])?.renamed("/name", "/key_name");
            let team = server.app.team(place.call(), place.id()).await?;
            shown(&server, &place, &Typed::of(&team), &draft, &wrong).await
        }
    }
}

/// `GET …/delete`: asks whether to delete a key, which cannot be undone.
async fn ask(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, ApiKeyId)>,
) -> Answer {
    let mut keys = all(&server, &place).await?.into_iter();
    let key = keys.find(|key| key.id == id).ok_or_else(Problem::not_found)?;
    let shell = place.shell(&server, Section::Settings);
    Ok(page(&server, &DeletePage { shell, place: &place, key: &key }))
}

/// `POST …/delete`: deletes it.
async fn delete(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, ApiKeyId)>,
    _: Form,
) -> Answer {
    server.app.delete_api_key(place.call(), place.id(), id).await?;
    Ok(place.done("/settings", Said::ApiKeyDeleted))
}

async fn all(server: &Shared, place: &Place) -> Result<Vec<ApiKeyView>, Fault> {
    let (mut keys, mut paging) = (Vec::new(), Paging { limit: AT_ONCE, cursor: None });
    loop {
        let page = server.app.api_keys(place.call(), place.id(), &paging).await?;
        keys.extend(page.data);
        match page.next_cursor {
            Some(cursor) if keys.len() < KEYS_MOST => paging.cursor = Some(cursor),
            Some(_) | None => return Ok(keys),
        }
    }
}

/// Says what a scope is for.
const fn means(scope: Scope) -> &'static str {
    match scope {
        Scope::InvitesRead => "see invites and sessions",
        Scope::InvitesWrite => "invite, edit, disconnect",
        Scope::ComputersRead => "see computers and their keys",
        Scope::ComputersWrite => "add, switch and remove computers",
        Scope::CreditsRead => "see balance, prices and history",
        Scope::CreditsWrite => "buy credits",
        Scope::UsersRead => "see users and groups",
        Scope::UsersWrite => "change users and groups, invite users",
        Scope::WorkspacesRead => "read workspaces",
        Scope::WorkspacesWrite => "change workspaces",
        Scope::EventsRead => "follow events",
        Scope::AuditRead => "read the audit log",
        Scope::TeamWrite => "change settings and API keys",
    }
}

#[derive(Template)]
#[template(path = "settings/key.html")]
struct MadePage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    name: &'a str,
    secret: &'a str,
    /// Where the server is.
    url: &'a str,
}

#[derive(Template)]
#[template(path = "settings/delete-key.html")]
struct DeletePage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    key: &'a ApiKeyView,
}

/// How many keys are read at once.
const AT_ONCE: u32 = 200;

/// How many keys are shown: a team has fewer.
const KEYS_MOST: usize = 1000;
