//! `guest group`: groups of users.

use axum::http::Method;
use clap::{Args, Subcommand};
use serde_json::{Map, json};

use super::Common;
use crate::admin::{Access, Admin, Pages};
use crate::failure::Failure;
use crate::out::Column;

/// See to groups of users
#[derive(Args, Debug)]
pub(crate) struct Group {
    #[command(flatten)]
    access: Access,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List groups
    List(Pages),
    /// Make a group
    Create {
        /// What to call it
        name: String,

        /// Let its members invite guests
        #[arg(long)]
        coordinator: bool,
    },
    /// Change a group
    Change(Change),
    /// Delete a group
    Delete {
        /// The group's name or id
        group: String,
    },
    /// Add a user to a group
    Add(Member),
    /// Remove a user from a group
    Remove(Member),
}

#[derive(Args, Debug)]
struct Change {
    /// The group's name or id
    group: String,

    /// What to call it from now on
    #[arg(long, required_unless_present = "coordinator")]
    name: Option<String>,

    /// Whether its members may invite guests
    #[arg(long, value_name = "BOOL")]
    coordinator: Option<bool>,
}

#[derive(Args, Debug)]
struct Member {
    /// The group's name or id
    group: String,

    /// The user, by email or id
    user: String,
}

impl Group {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let admin = Admin::open(common, &self.access)?;
        match self.verb {
            Verb::List(pages) => {
                admin.list(admin.ask(Method::GET, &[GROUPS]).await?, &pages, LIST).await
            }
            Verb::Create { name, coordinator } => {
                let body = json!({ "name": name, "coordinator": coordinator });
                admin.out.thing(&admin.post(&[GROUPS], body).await?, ONE)
            }
            Verb::Change(change) => change.run(&admin).await,
            Verb::Delete { group } => {
                let id = admin.group(&group).await?;
                admin.delete(&[GROUPS, &id]).await?;
                admin.out.done(&format!("deleted {group}"))
            }
            Verb::Add(member) => {
                member.see_to(&admin, Method::PUT).await?;
                admin.out.done(&format!("{} is in {}", member.user, member.group))
            }
            Verb::Remove(member) => {
                member.see_to(&admin, Method::DELETE).await?;
                admin.out.done(&format!("{} is not in {}", member.user, member.group))
            }
        }
    }
}

impl Change {
    async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let id = admin.group(&self.group).await?;
        let mut change = Map::new();
        change.extend(self.name.map(|name| ("name".to_owned(), name.into())));
        change.extend(self.coordinator.map(|may| ("coordinator".to_owned(), may.into())));
        let group = admin.patch(&[GROUPS, &id], change.into()).await?;
        admin.out.thing(&group, ONE)
    }
}

impl Member {
    async fn see_to(&self, admin: &Admin, method: Method) -> Result<(), Failure> {
        let (group, user) = (admin.group(&self.group).await?, admin.user(&self.user).await?);
        let ask = admin.ask(method, &[GROUPS, &group, "members", &user]).await?;
        admin.call(ask).await.map(drop)
    }
}

const GROUPS: &str = "groups";

const LIST: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("NAME", "/name"),
    Column::new("COORDINATOR", "/coordinator"),
    Column::new("MEMBERS", "/members"),
];

const ONE: &[Column] = &[
    Column::new("Id", "/id"),
    Column::new("Name", "/name"),
    Column::new("Coordinator", "/coordinator"),
    Column::new("Members", "/members"),
];
