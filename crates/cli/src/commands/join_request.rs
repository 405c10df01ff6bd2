//! `guest join-request`: who asks to join (OR-34).

use axum::http::Method;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Common;
use crate::admin::{Access, Admin, Pages};
use crate::failure::Failure;
use crate::out::Column;

/// See to who asks to join the team
#[derive(Args, Debug)]
pub(crate) struct JoinRequest {
    #[command(flatten)]
    access: Access,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List requests, the oldest first
    List {
        #[command(flatten)]
        pages: Pages,

        /// Those that are submitted, accepted, rejected or cancelled, or all
        #[arg(long, default_value = "submitted")]
        state: String,
    },
    /// Show a request, with what was vouched for
    Show {
        /// The request's id
        id: String,
    },
    /// Accept requests: the people are users from then on
    Accept(Accept),
    /// Reject a request
    Reject {
        /// The request's id
        id: String,
    },
}

#[derive(Args, Debug)]
struct Accept {
    /// The requests' ids
    #[arg(required = true)]
    ids: Vec<String>,

    /// What they are to the team: external, member or administrator
    #[arg(long)]
    profile: String,

    /// What the user is called, for a single request; else as vouched for
    #[arg(long)]
    name: Option<String>,
}

impl JoinRequest {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let admin = Admin::open(common, &self.access)?;
        match self.verb {
            Verb::List { pages, state } => {
                let ask = admin.ask(Method::GET, &[REQUESTS]).await?.with("state", Some(state));
                admin.list(ask, &pages, LIST).await
            }
            Verb::Show { id } => admin.out.thing(&admin.get(&[REQUESTS, &id]).await?, ONE),
            Verb::Accept(accept) => accept.run(&admin).await,
            Verb::Reject { id } => {
                let ask = admin.ask(Method::POST, &[REQUESTS, &id, "reject"]).await?;
                admin.out.thing(&admin.call(ask).await?, ONE)
            }
        }
    }
}

impl Accept {
    async fn run(self, admin: &Admin) -> Result<(), Failure> {
        if let [id] = self.ids.as_slice() {
            let body = json!({ "name": self.name, "profile": self.profile });
            return admin.out.thing(&admin.post(&[REQUESTS, id, "accept"], body).await?, ONE);
        }
        if self.name.is_some() {
            return Err(Failure::Usage("--name is for a single request".to_owned()));
        }
        let each = |id: &String| json!({ "id": id, "profile": self.profile });
        let body = json!({ "requests": self.ids.iter().map(each).collect::<Vec<Value>>() });
        admin.out.list(&admin.post(&[REQUESTS, "accept"], body).await?, MANY)
    }
}

const REQUESTS: &str = "join-requests";

const LIST: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("NAME", "/name"),
    Column::new("EMAIL", "/email"),
    Column::new("VERIFIED BY", "/vouched/by"),
    Column::new("LAPSED", "/lapsed"),
    Column::new("STATE", "/state"),
    Column::time("SUBMITTED", "/submitted_at"),
];

const ONE: &[Column] = &[
    Column::new("Id", "/id"),
    Column::new("State", "/state"),
    Column::new("Name", "/name"),
    Column::new("Email", "/email"),
    Column::new("Verified by", "/vouched/by"),
    Column::new("How", "/vouched/how"),
    Column::new("Issuer", "/vouched/issuer"),
    Column::new("Subject", "/vouched/subject"),
    Column::new("Assurance", "/vouched/assurance"),
    Column::new("Serial number", "/vouched/serial"),
    Column::time("Valid from", "/vouched/not_before"),
    Column::time("Valid until", "/vouched/not_after"),
    Column::new("Lapsed", "/lapsed"),
    Column::new("Browser", "/device"),
    Column::new("User", "/user_id"),
    Column::time("Submitted", "/submitted_at"),
    Column::time("Ended", "/ended_at"),
];

const MANY: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("STATE", "/request/state"),
    Column::new("USER", "/request/user_id"),
    Column::new("PROBLEM", "/code"),
    Column::new("DETAIL", "/detail"),
];
