//! `guest api-key`: keys with which programs use the API.

use axum::http::Method;
use clap::{Args, Subcommand};
use serde_json::json;

use super::Common;
use crate::admin::{Access, Admin, Pages};
use crate::clock;
use crate::failure::Failure;
use crate::out::Column;

/// See to keys with which programs use the API
#[derive(Args, Debug)]
pub(crate) struct ApiKey {
    #[command(flatten)]
    access: Access,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a key, which acts for the user that `--as` names; it is shown once
    Create(Create),
    /// List keys
    List(Pages),
    /// Delete a key
    Delete {
        /// The key's id
        id: String,
    },
}

#[derive(Args, Debug)]
struct Create {
    /// What it may be used for, such as invites:read, or all
    #[arg(long, value_name = "SCOPES", value_delimiter = ',', required = true)]
    scope: Vec<String>,

    #[arg(long, help = "What to call it [default: the date]")]
    name: Option<String>,
}

impl ApiKey {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        match self.verb {
            Verb::Create(create) => create.run(&Admin::for_keys(common, &self.access)?).await,
            Verb::List(pages) => {
                let admin = Admin::open(common, &self.access)?;
                admin.list(admin.ask(Method::GET, &[KEYS]).await?, &pages, LIST).await
            }
            Verb::Delete { id } => {
                let admin = Admin::open(common, &self.access)?;
                admin.delete(&[KEYS, &id]).await?;
                admin.out.done(&format!("deleted {id}"))
            }
        }
    }
}

impl Create {
    async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let user = match admin.acting() {
            Some(email) => Some(admin.user(email.as_str()).await?),
            None => None,
        };
        let name = self.name.unwrap_or_else(|| clock::wall().format("%Y-%m-%d").to_string());
        let body = json!({ "name": name, "scopes": self.scope, "user_id": user });
        admin.out.thing(&admin.post(&[KEYS], body).await?, MADE)
    }
}

const KEYS: &str = "api-keys";

const LIST: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("NAME", "/name"),
    Column::new("SCOPES", "/scopes"),
    Column::new("USER", "/user_id"),
    Column::time("MADE", "/created_at"),
];

const MADE: &[Column] = &[
    Column::new("Id", "/id"),
    Column::new("Name", "/name"),
    Column::new("Scopes", "/scopes"),
    Column::new("User", "/user_id"),
    Column::new("Key", "/key"),
];
