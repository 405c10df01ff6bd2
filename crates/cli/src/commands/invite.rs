//! `guest invite`: inviting guests, and seeing to their invites.

mod draft;
mod show;

use axum::http::Method;
use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Map, Value, json};

use super::Common;
use crate::admin::{Access, Admin, Pages, items};
use crate::duration;
use crate::failure::Failure;
use draft::{Draft, local_time};

/// Invite guests, and see to their invites
#[derive(Args, Debug)]
pub(crate) struct Invite {
    #[command(flatten)]
    access: Access,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Invite guests: each gets a mail with a link
    Create(Draft),
    /// Show what an invitation would cost, and the mails, without making it
    Preview(Draft),
    /// List invites, the newest first
    List(List),
    /// Show an invite
    Show(Which),
    /// List the sessions of an invite, the newest first
    Sessions(Sessions),
    /// Change the window or the permissions
    Edit(Edit),
    /// Cancel an invite; its guest is disconnected and gets a mail
    Cancel(Which),
    /// Disconnect the guest, who can come back while the window lasts
    Kick(Kick),
    /// Let a guest back in who is kept out
    Readmit(Which),
    /// Make a new link; the old one stops working
    NewLink(Which),
    /// Send the mail with the link again
    Resend(Which),
    /// Move an invite to another computer; its guest gets a mail, the link and the window stay
    Move(Move),
    /// Give the guest more time
    Extend(Extend),
    /// End guests' sessions at once: for a computer, a sender, a domain, or the whole team
    Cut(Cut),
}

/// Which invite.
#[derive(Args, Debug)]
struct Which {
    /// The invite's id
    id: String,

    /// Only if the invite is still at this version
    #[arg(long, value_name = "VERSION")]
    if_version: Option<u32>,
}

#[derive(Args, Debug)]
struct List {
    /// Those to this computer, by name or id
    #[arg(long)]
    computer: Option<String>,

    /// Those in this phase: scheduled, open, connected, expired, cancelled or void
    #[arg(long)]
    phase: Option<String>,

    /// Those for this guest
    #[arg(long, value_name = "EMAIL")]
    email: Option<String>,

    /// Those made by this user
    #[arg(long, value_name = "EMAIL")]
    invited_by: Option<String>,

    #[command(flatten)]
    pages: Pages,
}

#[derive(Args, Debug)]
struct Sessions {
    /// The invite's id
    id: String,

    #[command(flatten)]
    pages: Pages,
}

#[derive(Args, Debug)]
struct Edit {
    #[command(flatten)]
    which: Which,

    /// The new start, such as "2026-12-01 09:00"
    #[arg(long, value_name = "TIME")]
    start: Option<String>,

    /// The new end
    #[arg(long, value_name = "TIME")]
    end: Option<String>,

    /// The new time zone
    #[arg(long)]
    zone: Option<String>,

    /// What the guest may use from the next connection on, or `none`
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    permission: Option<Vec<String>>,

    /// Have the guest reconnect at once with what they may use
    #[arg(long)]
    apply_now: bool,
}

#[derive(Args, Debug)]
struct Kick {
    #[command(flatten)]
    which: Which,

    /// Keep them out until they are readmitted
    #[arg(long, conflicts_with = "revoke")]
    keep_out: bool,

    /// Cancel the invite as well
    #[arg(long)]
    revoke: bool,
}

#[derive(Args, Debug)]
struct Move {
    #[command(flatten)]
    which: Which,

    /// The computer to move it to, by name or id
    #[arg(long)]
    computer: String,
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("until").args(["by", "end"]).required(true)))]
struct Extend {
    #[command(flatten)]
    which: Which,

    /// So much longer, such as 30m or 1h
    #[arg(long = "for", value_name = "DURATION", value_parser = duration::parse)]
    by: Option<chrono::TimeDelta>,

    /// Another end, on the clock of the invite's zone
    #[arg(long, value_name = "TIME")]
    end: Option<String>,
}

#[derive(Args, Debug)]
struct Cut {
    /// Guests on this computer, by name or id
    #[arg(long)]
    computer: Option<String>,

    /// Guests invited by this user
    #[arg(long, value_name = "EMAIL")]
    invited_by: Option<String>,

    /// Guests with an address in this domain
    #[arg(long)]
    domain: Option<String>,

    /// Everybody's guests, in the whole team
    #[arg(long, conflicts_with_all = ["computer", "invited_by", "domain"])]
    all: bool,

    /// Cancel their invites as well
    #[arg(long)]
    cancel: bool,
}

impl Invite {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let admin = Admin::open(common, &self.access)?;
        match self.verb {
            Verb::Create(draft) => {
                let made = admin.post(&[INVITES], draft.body(&admin).await?).await?;
                admin.out.answer(&made, show::made)
            }
            Verb::Preview(draft) => {
                let body = draft.body(&admin).await?;
                let preview = admin.post(&[INVITES, "preview"], body).await?;
                admin.out.answer(&preview, show::preview)
            }
            Verb::List(list) => list.run(&admin).await,
            Verb::Show(which) => {
                let invite = admin.get(&[INVITES, &which.id]).await?;
                admin.out.thing(&invite, show::INVITE)
            }
            Verb::Sessions(Sessions { id, pages }) => {
                let ask = admin.ask(Method::GET, &[INVITES, &id, "sessions"]).await?;
                admin.list(ask, &pages, show::SESSIONS).await
            }
            Verb::Edit(edit) => edit.run(&admin).await,
            Verb::Cancel(which) => {
                which.change(&admin, Method::DELETE, &[], None).await?;
                admin.out.done(&format!("cancelled {}", which.id))
            }
            Verb::Kick(kick) => kick.run(&admin).await,
            Verb::Readmit(which) => {
                which.change(&admin, Method::POST, &["readmit"], None).await?;
                admin.out.done(&format!("readmitted the guest of {}", which.id))
            }
            Verb::NewLink(which) => {
                let invite = which.change(&admin, Method::POST, &["new-link"], None).await?;
                admin.out.thing(&invite, show::INVITE)
            }
            Verb::Resend(which) => {
                let answer = which.change(&admin, Method::POST, &["resend"], None).await?;
                let done = format!("the mail of {} is on its way again", which.id);
                admin.out.answer(&answer, |_, _| done)
            }
            Verb::Move(to) => to.run(&admin).await,
            Verb::Extend(extend) => extend.run(&admin).await,
            Verb::Cut(cut) => cut.run(&admin).await,
        }
    }
}

impl Which {
    /// Changes the invite, if it is still what the change is based on (GA-40).
    async fn change(
        &self,
        admin: &Admin,
        method: Method,
        path: &[&str],
        body: Option<Value>,
    ) -> Result<Value, Failure> {
        let path = [&[INVITES, &self.id], path].concat();
        let ask = admin.ask(method, &path).await?.based_on(self.if_version);
        admin
            .call(match body {
                Some(body) => ask.body(body),
                None => ask,
            })
            .await
    }
}

impl List {
    async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let computer = match &self.computer {
            Some(name) => Some(admin.computer(name).await?),
            None => None,
        };
        let ask = admin
            .ask(Method::GET, &[INVITES])
            .await?
            .with("computer_id", computer)
            .with("phase", self.phase)
            .with("guest_email", self.email)
            .with("invited_by", self.invited_by);
        admin.list(ask, &self.pages, show::INVITES).await
    }
}

impl Edit {
    async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let mut window = Map::new();
        let mut set = |field: &str, value: Option<String>| {
            window.extend(value.map(|value| (field.to_owned(), value.into())));
        };
        set("start", self.start.as_deref().map(local_time));
        set("end", self.end.as_deref().map(local_time));
        set("time_zone", self.zone);
        let mut change = Map::new();
        if !window.is_empty() {
            change.insert("window".to_owned(), window.into());
        }
        if let Some(names) = self.permission {
            change.insert("permissions".to_owned(), draft::permissions(names).into());
        }
        if change.is_empty() && !self.apply_now {
            return Err(Failure::Usage("nothing is to be changed".to_owned()));
        }
        let path = [INVITES, &self.which.id, "apply-permissions"];
        let invite = if change.is_empty() {
            admin.post(&path, json!({})).await?;
            admin.get(&[INVITES, &self.which.id]).await?
        } else {
            let invite = self.which.change(admin, Method::PATCH, &[], Some(change.into())).await?;
            if self.apply_now {
                admin.post(&path, json!({})).await?;
            }
            invite
        };
        admin.out.thing(&invite, show::INVITE)
    }
}

impl Kick {
    async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let Which { id, if_version } = &self.which;
        let ask = admin.ask(Method::DELETE, &[INVITES, id, "guest"]).await?;
        let keep_out = self.keep_out.then_some(true);
        admin.call(ask.with("keep_out", keep_out).based_on(*if_version)).await?;
        if self.revoke {
            admin.delete(&[INVITES, id]).await?;
        }
        admin.out.done(&match (self.keep_out, self.revoke) {
            (true, _) => format!("kicked the guest of {id}, who is kept out"),
            (false, true) => format!("kicked the guest of {id} and cancelled it"),
            (false, false) => format!("kicked the guest of {id}"),
        })
    }
}

impl Move {
    async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let to = json!({ "computer_id": admin.computer(&self.computer).await? });
        let invite = self.which.change(admin, Method::POST, &["move"], Some(to)).await?;
        admin.out.thing(&invite, show::INVITE)
    }
}

impl Extend {
    async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let body = match (self.by, self.end) {
            (Some(by), _) if by.num_seconds() % 60 != 0 => {
                return Err(Failure::Usage("give whole minutes".to_owned()));
            }
            (Some(by), _) => json!({ "minutes": by.num_minutes() }),
            (None, end) => json!({ "end": end.as_deref().map(local_time) }),
        };
        let invite = self.which.change(admin, Method::POST, &["extend"], Some(body)).await?;
        admin.out.thing(&invite, show::INVITE)
    }
}

impl Cut {
    async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let names_nobody =
            self.computer.is_none() && self.invited_by.is_none() && self.domain.is_none();
        if names_nobody && !self.all {
            return Err(Failure::Usage(
                "say whom to cut: --computer, --invited-by or --domain, or --all for the whole team"
                    .to_owned(),
            ));
        }
        let computer = match &self.computer {
            Some(name) => Some(admin.computer(name).await?),
            None => None,
        };
        let body = json!({
            "computer_id": computer,
            "invited_by": self.invited_by,
            "email_domain": self.domain,
            "cancel": self.cancel,
        });
        let cut = admin.post(&["guest-access-cut"], body).await?;
        admin.out.thing(&cut, show::CUT)
    }
}

/// Returns the warnings of an answer, one on each line.
fn warnings(answer: &Value) -> String {
    items(answer, "warnings")
        .filter_map(|warning| Some(format!("warning: {}\n", warning.get("detail")?.as_str()?)))
        .collect()
}

const INVITES: &str = "guest-access-invites";
