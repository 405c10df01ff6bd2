//! `guest invitation`: inviting people to join the team, and greeting them.

mod greet;

use axum::http::Method;
use clap::{Args, Subcommand};
use guest_core::{Email, MemberInviteId};
use serde_json::{Value, json};

use super::Common;
use crate::admin::{Access, Admin, Pages, items, text};
use crate::failure::{Failure, Problem};
use crate::out::Column;

/// Invite people to join the team, and greet them
#[derive(Args, Debug)]
pub(crate) struct Invitation {
    #[command(flatten)]
    access: Access,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Invite people to join; who is invited already gets the same mail again
    Send {
        /// Their addresses
        #[arg(required = true, value_delimiter = ',')]
        emails: Vec<String>,
    },
    /// List invitations
    List(Pages),
    /// Take an invitation back
    Cancel {
        /// The invitation's id, or whom it is for
        invitation: String,
    },
    /// Greet somebody who waits, here in the terminal: what is agreed never leaves this program
    Greet {
        /// The invitation's id, or whom it is for
        invitation: String,
    },
}

impl Invitation {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let admin = Admin::open(common, &self.access)?;
        match self.verb {
            Verb::Send { emails } => {
                let sent = admin.post(&[INVITATIONS], json!({ "emails": emails })).await?;
                admin.out.list(&sent, SENT)
            }
            Verb::List(pages) => {
                admin.list(admin.ask(Method::GET, &[INVITATIONS]).await?, &pages, LIST).await
            }
            Verb::Cancel { invitation } => {
                let id = find(&admin, &invitation).await?;
                admin.out.thing(&admin.delete(&[INVITATIONS, &id]).await?, ONE)
            }
            Verb::Greet { invitation } => {
                let id = find(&admin, &invitation).await?;
                greet::run(&admin, &id).await
            }
        }
    }
}

/// Returns the id of an invitation, given by address or id; of several the pending one.
async fn find(admin: &Admin, name: &str) -> Result<String, Failure> {
    if name.parse::<MemberInviteId>().is_ok() {
        return Ok(name.to_owned());
    }
    let absent = || {
        let detail = format!("there is no invitation of {name}");
        Failure::Refused(Problem(json!({ "code": "not_found", "detail": detail })))
    };
    let wanted = Email::parse(name).map_err(|_| absent())?;
    let all = admin.everything(admin.ask(Method::GET, &[INVITATIONS]).await?).await?;
    let is_it = |one: &&Value| {
        text(one, "email").and_then(|email| Email::parse(&email).ok()).as_ref() == Some(&wanted)
    };
    let is_pending = |one: &&Value| text(one, "state").as_deref() == Some("pending");
    let pending = all.iter().filter(is_it).find(is_pending);
    let found = pending.or_else(|| all.iter().find(is_it));
    found.and_then(|one| text(one, "id")).ok_or_else(absent)
}

/// Returns the steps of an attempt in an answer.
fn steps(attempt: &Value) -> impl Iterator<Item = &Value> {
    items(attempt, "said")
}

const INVITATIONS: &str = "member-invites";

const SENT: &[Column] = &[
    Column::new("EMAIL", "/email"),
    Column::new("OUTCOME", "/outcome"),
    Column::new("WHY", "/detail"),
    Column::new("ID", "/invitation/id"),
    Column::new("LINK", "/invitation/link"),
];

const LIST: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("EMAIL", "/email"),
    Column::new("STATE", "/state"),
    Column::new("WAITING SINCE", "/waiting_since"),
    Column::new("MAIL", "/mail/state"),
    Column::new("INVITED BY", "/invited_by_name"),
    Column::new("EXPIRES", "/expires_at"),
];

const ONE: &[Column] = &[
    Column::new("Id", "/id"),
    Column::new("Email", "/email"),
    Column::new("State", "/state"),
    Column::new("Invited by", "/invited_by_name"),
    Column::new("Ended", "/ended_at"),
];
