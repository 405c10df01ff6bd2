//! `guest mail`: the mails on their way out.

use clap::{Args, Subcommand};
use guest_app::{MailFilter, Paging};
use serde_json::json;

use super::Common;
use crate::admin::{Access, Admin, json_of};
use crate::failure::{Failure, Problem};
use crate::out::Column;

/// See to the mails on their way out
#[derive(Args, Debug)]
pub(crate) struct Mail {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List mails, the newest first
    List(List),
    /// Try again at once what waits, or what could not be delivered
    Retry {
        /// The mail's id; without it all that wait to be tried again
        id: Option<String>,
    },
}

#[derive(Args, Debug)]
struct List {
    /// Those in this state: queued, sent, retrying, undeliverable or withdrawn
    #[arg(long)]
    state: Option<String>,

    /// How many at most: 1 to 200 [default: 50]
    #[arg(long, value_name = "N")]
    limit: Option<u32>,

    /// Go on after the page before, by its cursor
    #[arg(long)]
    cursor: Option<String>,
}

impl Mail {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let admin = Admin::operator(common, &Access::default())?;
        let app = admin.local()?.app();
        match self.verb {
            Verb::List(List { state, limit, cursor }) => {
                let limit = limit.unwrap_or(Paging::default().limit);
                let page = app.mails(&MailFilter { state }, &Paging { limit, cursor }).await?;
                admin.out.list(&json_of(&page)?, MAILS)
            }
            Verb::Retry { id } => {
                let no_such = |id: &str| Failure::Refused(Problem::not_found("mail", id));
                let id = id.map(|id| id.parse().map_err(|_| no_such(&id))).transpose()?;
                let retried = app.retry_mails(id).await?;
                admin.out.answer(&json!({ "retried": retried }), |_, _| {
                    format!("{retried} to be tried again at once")
                })
            }
        }
    }
}

const MAILS: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("TO", "/to"),
    Column::new("ABOUT", "/about"),
    Column::state("STATE", "/state"),
    Column::new("TRIES", "/attempts"),
    Column::time("MADE", "/made_at"),
    Column::time("NEXT TRY", "/next_at"),
    Column::new("DETAIL", "/detail"),
];
