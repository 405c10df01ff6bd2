//! `guest computer`: computers, and the keys that provision them.

use axum::http::Method;
use clap::{Args, Subcommand};
use serde_json::json;

use super::Common;
use crate::admin::{Access, Admin, Pages};
use crate::failure::Failure;
use crate::out::Column;

/// See to computers and the keys that provision them
#[derive(Args, Debug)]
pub(crate) struct Computer {
    #[command(flatten)]
    access: Access,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List computers
    List(Pages),
    /// Register a computer by hand
    Add(Add),
    /// Allow guests on a computer
    Allow(Which),
    /// Allow no guests on a computer; those connected are disconnected
    Deny(Which),
    /// Remove a computer; its invites end
    Remove(Which),
    /// See to the keys with which agents provision team computers
    #[command(subcommand)]
    Key(Key),
}

#[derive(Args, Debug)]
struct Add {
    /// What to call it
    name: String,

    /// Make it your own rather than the team's; its agent's token is shown once
    #[arg(long)]
    personal: bool,
}

#[derive(Args, Debug)]
struct Which {
    /// The computer's name or id
    computer: String,
}

#[derive(Debug, Subcommand)]
enum Key {
    /// Make a key; it is shown once
    Create {
        /// What to call it
        name: String,
    },
    /// List keys
    List(Pages),
    /// Delete a key; the computers it provisioned go offline
    Delete {
        /// The key's id
        id: String,
    },
}

impl Computer {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let admin = Admin::open(common, &self.access)?;
        match self.verb {
            Verb::List(pages) => {
                admin.list(admin.ask(Method::GET, &[COMPUTERS]).await?, &pages, LIST).await
            }
            Verb::Add(Add { name, personal }) => {
                let provision = if personal { "personal" } else { "team" };
                let body = json!({ "name": name, "provision": provision });
                let made = admin.post(&[COMPUTERS], body).await?;
                admin.out.thing(&made, ONE)
            }
            Verb::Allow(which) => which.allow(&admin, true).await,
            Verb::Deny(which) => which.allow(&admin, false).await,
            Verb::Remove(Which { computer }) => {
                let id = admin.computer(&computer).await?;
                admin.delete(&[COMPUTERS, &id]).await?;
                admin.out.done(&format!("removed {computer}"))
            }
            Verb::Key(key) => key.run(&admin).await,
        }
    }
}

impl Which {
    async fn allow(self, admin: &Admin, guests: bool) -> Result<(), Failure> {
        let id = admin.computer(&self.computer).await?;
        let body = json!({ "guest_access": guests });
        let computer = admin.patch(&[COMPUTERS, &id], body).await?;
        admin.out.thing(&computer, ONE)
    }
}

impl Key {
    async fn run(self, admin: &Admin) -> Result<(), Failure> {
        match self {
            Self::Create { name } => {
                let made = admin.post(&[KEYS], json!({ "name": name })).await?;
                admin.out.thing(&made, KEY)
            }
            Self::List(pages) => {
                admin.list(admin.ask(Method::GET, &[KEYS]).await?, &pages, KEY_LIST).await
            }
            Self::Delete { id } => {
                admin.delete(&[KEYS, &id]).await?;
                admin.out.done(&format!("deleted {id}"))
            }
        }
    }
}

const COMPUTERS: &str = "computers";

const KEYS: &str = "computer-keys";

const LIST: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("NAME", "/name"),
    Column::new("PROVISION", "/provision"),
    Column::state("GUESTS", "/guest_access"),
    Column::state("ONLINE", "/online"),
    Column::time("LAST SEEN", "/last_seen_at"),
    Column::new("LOGIN", "/host_login"),
];

const ONE: &[Column] = &[
    Column::new("Id", "/id"),
    Column::new("Version", "/version"),
    Column::new("Name", "/name"),
    Column::new("Provision", "/provision"),
    Column::new("Connection", "/connection"),
    Column::state("Guests allowed", "/guest_access"),
    Column::state("Online", "/online"),
    Column::time("Last seen", "/last_seen_at"),
    Column::new("Login", "/host_login"),
    Column::new("Owner", "/user_id"),
    Column::new("Token", "/secret"),
];

const KEY: &[Column] =
    &[Column::new("Id", "/id"), Column::new("Name", "/name"), Column::new("Secret", "/secret")];

const KEY_LIST: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("NAME", "/name"),
    Column::time("MADE", "/created_at"),
    Column::time("LAST USED", "/last_used_at"),
    Column::new("COMPUTERS", "/computers"),
];
