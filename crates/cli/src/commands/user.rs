//! `guest user`: who belongs to the team, and as what.

use axum::http::Method;
use clap::{Args, Subcommand};
use guest_app::NewUser;
use serde_json::{Value, json};

use super::Common;
use crate::admin::{Access, Admin, Pages, items, json_of};
use crate::failure::Failure;
use crate::out::Column;

/// See to users
#[derive(Args, Debug)]
pub(crate) struct User {
    #[command(flatten)]
    access: Access,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Add a user (operator)
    Add(Add),
    /// List users
    List(Pages),
    /// Give users another profile
    Profile(Profile),
    /// Let a user invite guests, or no longer
    Coordinator(Role),
    /// Make a user an owner, or no longer
    Owner(Role),
    /// Take a user out of the team
    Revoke(Revoke),
}

#[derive(Args, Debug)]
struct Add {
    /// Their address
    #[arg(long)]
    email: String,

    /// Their name
    #[arg(long)]
    name: String,

    /// What they are: administrator, member or external
    #[arg(long)]
    profile: String,

    /// Let them invite guests
    #[arg(long)]
    coordinator: bool,

    /// Make them an owner
    #[arg(long)]
    owner: bool,
}

#[derive(Args, Debug)]
struct Profile {
    /// The users, by email or id
    #[arg(required = true, value_name = "USER")]
    users: Vec<String>,

    /// What they are from now on: administrator, member or external
    #[arg(long)]
    profile: String,
}

#[derive(Args, Debug)]
struct Role {
    /// The user, by email or id
    user: String,

    /// Take it away
    #[arg(long)]
    remove: bool,
}

#[derive(Args, Debug)]
struct Revoke {
    /// The user, by email or id
    user: String,

    /// Cancel the invites they made as well
    #[arg(long)]
    cancel_invites: bool,

    /// Who is to own a workspace that nobody else owns; for each of them
    #[arg(long, value_name = "WORKSPACE=USER", value_parser = heir)]
    new_owner: Vec<(String, String)>,

    /// Only show what would happen
    #[arg(long, conflicts_with_all = ["cancel_invites", "new_owner"])]
    dry_run: bool,
}

impl User {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        match self.verb {
            Verb::Add(add) => add.run(&Admin::operator(common, &self.access)?).await,
            Verb::List(pages) => {
                let admin = Admin::open(common, &self.access)?;
                admin.list(admin.ask(Method::GET, &[USERS]).await?, &pages, LIST).await
            }
            Verb::Profile(profile) => profile.run(&Admin::open(common, &self.access)?).await,
            Verb::Coordinator(role) => {
                role.run(&Admin::open(common, &self.access)?, "coordinator").await
            }
            Verb::Owner(role) => role.run(&Admin::open(common, &self.access)?, "owner").await,
            Verb::Revoke(revoke) => revoke.run(&Admin::open(common, &self.access)?).await,
        }
    }
}

impl Add {
    async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let Self { email, name, profile, coordinator, owner } = self;
        let new = NewUser { email, name, profile, coordinator, owner };
        let (team, local) = (admin.team().await?, admin.local()?);
        let user = local.app().add_user(&local.call(), team, &new).await?;
        admin.out.thing(&json_of(&user)?, ONE)
    }
}

impl Profile {
    async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let mut ids = Vec::new();
        for user in &self.users {
            ids.push(admin.user(user).await?);
        }
        let body = json!({ "user_ids": ids, "profile": self.profile });
        let change = admin.post(&[USERS, "change-profiles"], body).await?;
        admin.out.answer(&change, |out, change| {
            ["changed", "unchanged", "unaffected"]
                .map(|group| {
                    let users: Vec<Value> = items(change, group).cloned().collect();
                    format!("{group}:\n{}", out.table(&users, LIST))
                })
                .join("\n\n")
        })
    }
}

impl Role {
    async fn run(self, admin: &Admin, field: &str) -> Result<(), Failure> {
        let id = admin.user(&self.user).await?;
        let user = admin.patch(&[USERS, &id], json!({ field: !self.remove })).await?;
        admin.out.thing(&user, ONE)
    }
}

impl Revoke {
    async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let id = admin.user(&self.user).await?;
        if self.dry_run {
            let foreseen = admin.get(&[USERS, &id, "revocation"]).await?;
            return admin.out.thing(&foreseen, FORESEEN);
        }
        let mut heirs = serde_json::Map::new();
        for (workspace, user) in &self.new_owner {
            heirs.insert(workspace.clone(), admin.user(user).await?.into());
        }
        let body = json!({
            "cancel_their_invites": self.cancel_invites,
            "new_workspace_owners": heirs,
        });
        let user = admin.post(&[USERS, &id, "revoke"], body).await?;
        admin.out.thing(&user, ONE)
    }
}

/// Reads a workspace and who is to own it.
fn heir(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((workspace, user)) => Ok((workspace.to_owned(), user.to_owned())),
        None => Err("not a workspace's id, an equals sign, and a user".to_owned()),
    }
}

const USERS: &str = "users";

const LIST: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("NAME", "/name"),
    Column::new("EMAIL", "/email"),
    Column::new("PROFILE", "/profile"),
    Column::new("OWNER", "/owner"),
    Column::new("COORDINATOR", "/coordinator"),
    Column::state("STATE", "/state"),
];

const ONE: &[Column] = &[
    Column::new("Id", "/id"),
    Column::new("Version", "/version"),
    Column::new("Name", "/name"),
    Column::new("Email", "/email"),
    Column::new("Profile", "/profile"),
    Column::new("Owner", "/owner"),
    Column::new("Coordinator", "/coordinator"),
    Column::new("Coordinator by group", "/coordinator_by_group"),
    Column::state("State", "/state"),
    Column::time("Joined", "/joined_at"),
    Column::time("Revoked", "/revoked_at"),
];

const FORESEEN: &[Column] = &[
    Column::new("User", "/user/email"),
    Column::new("Their devices, which sign in no more", "/devices"),
    Column::new("Free invites for them, cancelled", "/invites_for"),
    Column::new("Invites they made, kept", "/invites_by"),
    Column::new("Their computers, removed", "/computers"),
    Column::new("Their API keys, deleted", "/api_keys"),
    Column::new("Groups they leave", "/groups"),
    Column::new("Workspaces without another owner", "/workspaces"),
];
