//! What administration commands share: a way to the API, the team, and names for ids.

use std::sync::Arc;

use axum::http::Method;
use clap::Args;
use guest_core::{ComputerId, ComputerName, Email, FileId, FileName, GroupId, UserId, WorkspaceId};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::api::{Api, Ask, Local, Remote};
use crate::clock::SteadyClock;
use crate::commands::Common;
use crate::compose;
use crate::config::{Given, Place, Setting, Settings};
use crate::data::DataDir;
use crate::failure::{Failure, Problem};
use crate::out::{Column, Out};

/// Where administration commands work, and as whom.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Access")]
pub(crate) struct Access {
    #[arg(
        long,
        global = true,
        value_name = "TEAM",
        help = "The team; may be left out where there is one [env: GUEST_TEAM]"
    )]
    pub(crate) team: Option<String>,

    #[arg(
        long = "as",
        global = true,
        value_name = "EMAIL",
        help = "Act as this user, with their rights, rather than as the operator [env: GUEST_AS]"
    )]
    pub(crate) acting: Option<String>,

    #[arg(
        long,
        global = true,
        value_name = "URL",
        help = "Go through this server, with the key in GUEST_API_KEY [env: GUEST_SERVER]"
    )]
    pub(crate) server: Option<String>,
}

impl Access {
    /// Adds what it says to the options given.
    pub(crate) fn add_to(&self, given: &mut Given) {
        let options = [
            (Setting::Team, &self.team),
            (Setting::As, &self.acting),
            (Setting::Server, &self.server),
        ];
        for (key, value) in options {
            given.extend(value.clone().map(|value| (key, value)));
        }
    }
}

/// Which page of a list is wanted.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Pages {
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "all",
        help = "How many at most: 1 to 200 [default: 50]"
    )]
    limit: Option<u32>,

    /// Go on after the page before, by its cursor
    #[arg(long, conflicts_with = "all")]
    cursor: Option<String>,

    /// All of them
    #[arg(long)]
    all: bool,
}

/// What administration commands share.
pub(crate) struct Admin {
    api: Api,
    team: OnceCell<String>,
    acting: Option<Email>,
    pub(crate) out: Out,
}

impl Admin {
    /// Goes through the server that is named, or else to the data directory.
    pub(crate) fn open(common: &Common, access: &Access) -> Result<Self, Failure> {
        Self::over(common, access, true)
    }

    /// Goes to the data directory, as the operator only.
    pub(crate) fn operator(common: &Common, access: &Access) -> Result<Self, Failure> {
        Self::over(common, access, false)
    }

    /// Goes to the data directory for `api-key create`, where `--as` says whom the key is for.
    pub(crate) fn for_keys(common: &Common, access: &Access) -> Result<Self, Failure> {
        let mut given = common.given();
        access.add_to(&mut given);
        let settings = Settings::require(given, common.config.as_deref())?;
        let acting = settings.acting.as_ref().map(|acting| acting.value.clone());
        let api = way(&Settings { acting: None, ..settings.clone() })?;
        Ok(Self::with(api, &settings, acting, common))
    }

    fn over(common: &Common, access: &Access, anywhere: bool) -> Result<Self, Failure> {
        let mut given = common.given();
        access.add_to(&mut given);
        let settings = Settings::require(given, common.config.as_deref())?;
        let said = |place: Option<&Place>| matches!(place, Some(Place::Option(_)));
        let api = if anywhere {
            way(&settings)?
        } else if said(settings.server.as_ref().map(|server| &server.place)) {
            return Err(usage("this works on the data directory only: leave --server out"));
        } else if said(settings.acting.as_ref().map(|acting| &acting.place)) {
            return Err(usage("only the operator does this: leave --as out"));
        } else {
            Api::Local(local(&settings, None)?)
        };
        let acting = settings.acting.as_ref().map(|acting| acting.value.clone());
        Ok(Self::with(api, &settings, acting, common))
    }

    fn with(api: Api, settings: &Settings, acting: Option<Email>, common: &Common) -> Self {
        let team = settings.team.as_ref().map(|team| team.value.clone());
        Self { api, team: OnceCell::new_with(team), acting, out: Out::new(common.json) }
    }

    /// Returns the application itself, for what only the operator does.
    pub(crate) fn local(&self) -> Result<&Local, Failure> {
        match &self.api {
            Api::Local(local) => Ok(local),
            Api::Remote(_) => Err(usage("this works on the data directory only")),
        }
    }

    /// Returns whom `--as` names.
    pub(crate) const fn acting(&self) -> Option<&Email> {
        self.acting.as_ref()
    }

    /// Returns the team that is named, if one is.
    pub(crate) fn named_team(&self) -> Option<&str> {
        self.team.get().map(String::as_str)
    }

    /// Returns the team: the one that is named, or the only one there is.
    pub(crate) async fn team(&self) -> Result<&str, Failure> {
        let team = self.team.get_or_try_init(|| async {
            let mut teams = match &self.api {
                Api::Local(local) => {
                    local.app().teams().await?.into_iter().map(|team| team.id).collect::<Vec<_>>()
                }
                Api::Remote(_) => {
                    let me = self.api.call(Ask::new(Method::GET, &["v1", "me"])).await?;
                    items(&me, "teams").filter_map(|team| text(team, "id")).collect()
                }
            };
            match (teams.pop(), teams.as_slice()) {
                (Some(team), []) => Ok(team),
                (Some(last), others) => {
                    let all = others.join(", ");
                    Err(usage(&format!(
                        "there are several teams, name one by --team: {all}, {last}"
                    )))
                }
                (None, _) => Err(Failure::Broken(
                    "there is no team yet: make one with `guest init`".to_owned(),
                )),
            }
        });
        team.await.map(String::as_str)
    }

    /// Prepares to ask for something of the team's.
    pub(crate) async fn ask(&self, method: Method, path: &[&str]) -> Result<Ask, Failure> {
        let path = [&["v1", "teams", self.team().await?], path].concat();
        Ok(Ask::new(method, &path))
    }

    /// Asks.
    pub(crate) async fn call(&self, ask: Ask) -> Result<Value, Failure> {
        self.api.call(ask).await
    }

    /// Returns something of the team's.
    pub(crate) async fn get(&self, path: &[&str]) -> Result<Value, Failure> {
        self.call(self.ask(Method::GET, path).await?).await
    }

    /// Sends something to the team's.
    pub(crate) async fn post(&self, path: &[&str], body: Value) -> Result<Value, Failure> {
        self.call(self.ask(Method::POST, path).await?.body(body)).await
    }

    /// Changes something of the team's.
    pub(crate) async fn patch(&self, path: &[&str], body: Value) -> Result<Value, Failure> {
        self.call(self.ask(Method::PATCH, path).await?.body(body)).await
    }

    /// Removes something of the team's.
    pub(crate) async fn delete(&self, path: &[&str]) -> Result<Value, Failure> {
        self.call(self.ask(Method::DELETE, path).await?).await
    }

    /// Shows the page of a list that is wanted, or all pages as one.
    pub(crate) async fn list(
        &self,
        ask: Ask,
        pages: &Pages,
        columns: &[Column],
    ) -> Result<(), Failure> {
        let list = if pages.all {
            json!({ "data": self.everything(ask).await?, "next_cursor": null })
        } else {
            let ask = ask.with("limit", pages.limit).with("cursor", pages.cursor.as_ref());
            self.call(ask).await?
        };
        self.out.list(&list, columns)
    }

    /// Writes an answer to `sink` as it comes.
    pub(crate) async fn download(
        &self,
        ask: Ask,
        sink: &mut dyn std::io::Write,
    ) -> Result<(), Failure> {
        self.api.download(ask, sink).await
    }

    /// Returns everything in a list.
    pub(crate) async fn everything(&self, ask: Ask) -> Result<Vec<Value>, Failure> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let next = ask.clone().with("limit", Some(PAGE)).with("cursor", cursor.as_ref());
            let page = self.call(next).await?;
            all.extend(items(&page, "data").cloned());
            cursor = text(&page, "next_cursor");
            if cursor.is_none() {
                return Ok(all);
            }
        }
    }

    /// Returns the id of a computer, given by name or id.
    pub(crate) async fn computer(&self, name: &str) -> Result<String, Failure> {
        if name.parse::<ComputerId>().is_ok() {
            return Ok(name.to_owned());
        }
        let wanted = ComputerName::parse(name).map_err(|_| not_found("computer", name))?;
        let is_it = |computer: &Value| {
            let name = text(computer, "name").and_then(|name| ComputerName::parse(&name).ok());
            name.is_some_and(|name| name.key() == wanted.key())
        };
        self.one(&["computers"], is_it).await?.ok_or_else(|| not_found("computer", name))
    }

    /// Returns the id of a user, given by email or id; of several the one who is active.
    pub(crate) async fn user(&self, name: &str) -> Result<String, Failure> {
        if name.parse::<UserId>().is_ok() {
            return Ok(name.to_owned());
        }
        let wanted = Email::parse(name).map_err(|_| not_found("user", name))?;
        let is_it = |user: &Value| {
            let email = text(user, "email").and_then(|email| Email::parse(&email).ok());
            email.is_some_and(|email| email == wanted)
        };
        let is_active =
            |user: &Value| is_it(user) && user.get("state").is_some_and(|state| state == "active");
        let users = self.everything(self.ask(Method::GET, &["users"]).await?).await?;
        let found = users.iter().find(|user| is_active(user));
        let found = found.or_else(|| users.iter().find(|user| is_it(user)));
        found.and_then(|user| text(user, "id")).ok_or_else(|| not_found("user", name))
    }

    /// Returns the id of a group, given by name or id.
    pub(crate) async fn group(&self, name: &str) -> Result<String, Failure> {
        if name.parse::<GroupId>().is_ok() {
            return Ok(name.to_owned());
        }
        let is_it = |group: &Value| text(group, "name").is_some_and(|found| found == name);
        self.one(&["groups"], is_it).await?.ok_or_else(|| not_found("group", name))
    }

    /// Returns the user that one is in the team.
    pub(crate) async fn own_user(&self) -> Result<String, Failure> {
        let me = self.call(Ask::new(Method::GET, &["v1", "me"])).await?;
        let team = self.team().await?;
        let own = items(&me, "teams").find(|one| text(one, "id").as_deref() == Some(team));
        own.and_then(|one| text(one, "user_id"))
            .ok_or_else(|| usage("the operator is in no workspace: name a user with --as"))
    }

    /// Returns the id of a workspace that one is in, given by name or id.
    pub(crate) async fn workspace(&self, name: &str) -> Result<String, Failure> {
        if name.parse::<WorkspaceId>().is_ok() {
            return Ok(name.to_owned());
        }
        let all = self.everything(self.ask(Method::GET, &["workspaces"]).await?).await?;
        let mut found =
            all.iter().filter(|one| text(one, "name").is_some_and(|found| found == name));
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => {
                Err(usage(&format!("several workspaces are called {name}: name one by its id")))
            }
            (found, _) => {
                found.and_then(|one| text(one, "id")).ok_or_else(|| not_found("workspace", name))
            }
        }
    }

    /// Returns a file of a workspace, given by name or id.
    pub(crate) async fn file(&self, workspace: &str, name: &str) -> Result<Value, Failure> {
        let path = ["workspaces", workspace, "files"];
        if name.parse::<FileId>().is_ok() {
            return self.get(&[&path[..], &[name]].concat()).await;
        }
        let wanted = FileName::parse(name).map_err(|_| not_found("file", name))?;
        let all = self.everything(self.ask(Method::GET, &path).await?).await?;
        let is_it = |file: &&Value| {
            let name = text(file, "name").and_then(|name| FileName::parse(&name).ok());
            name.is_some_and(|name| name.key() == wanted.key())
        };
        all.iter().find(is_it).cloned().ok_or_else(|| not_found("file", name))
    }

    async fn one(
        &self,
        path: &[&str],
        is_it: impl Fn(&Value) -> bool,
    ) -> Result<Option<String>, Failure> {
        let all = self.everything(self.ask(Method::GET, path).await?).await?;
        Ok(all.iter().find(|thing| is_it(thing)).and_then(|thing| text(thing, "id")))
    }
}

/// Returns the things in a list of an answer.
pub(crate) fn items<'a>(answer: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    answer.get(field).and_then(Value::as_array).into_iter().flatten()
}

/// Returns a text in an answer.
pub(crate) fn text(answer: &Value, field: &str) -> Option<String> {
    answer.get(field)?.as_str().map(str::to_owned)
}

/// Shows a view of the application as the API would.
pub(crate) fn json_of(view: &impl serde::Serialize) -> Result<Value, Failure> {
    serde_json::to_value(view).map_err(|error| Failure::doing("cannot show the answer", &error))
}

fn way(settings: &Settings) -> Result<Api, Failure> {
    let Some(server) = settings.remote()? else {
        let acting = settings.acting.as_ref().map(|acting| acting.value.clone());
        return Ok(Api::Local(local(settings, acting)?));
    };
    if settings.acting.is_some() {
        return Err(usage("an API key acts as its own user: leave --as out, or --server"));
    }
    let key = settings.api_key.as_ref();
    let key = key.ok_or_else(|| usage("set GUEST_API_KEY to a key from `guest api-key create`"))?;
    Ok(Api::Remote(Remote::new(server, key.value.clone())?))
}

fn local(settings: &Settings, acting: Option<Email>) -> Result<Local, Failure> {
    let clock = Arc::new(SteadyClock::default());
    let data = DataDir::new(&settings.data.value);
    let (store, key) = data.open(Arc::clone(&clock).of_store())?;
    let app = compose::app(settings, store, key, clock);
    Ok(Local::new(compose::with_files(app, settings)?, acting))
}

fn not_found(what: &str, name: &str) -> Failure {
    Failure::Refused(Problem::not_found(what, name))
}

fn usage(why: &str) -> Failure {
    Failure::Usage(why.to_owned())
}

/// As much as the API gives at once (IF-4).
const PAGE: u32 = 200;
