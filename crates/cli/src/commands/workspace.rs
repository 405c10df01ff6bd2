//! `guest workspace`: files and computers that a few people share (OR-40 to OR-43).

mod files;

use axum::http::Method;
use clap::{Args, Subcommand};
use serde_json::json;

use super::Common;
use crate::admin::{Access, Admin, Pages};
use crate::failure::Failure;
use crate::out::Column;

use files::{Download, Upload};

/// Share files and computers with a few people
#[derive(Args, Debug)]
pub(crate) struct Workspace {
    #[command(flatten)]
    access: Access,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the workspaces that one is in
    List(Pages),
    /// Make a workspace
    Create {
        /// What to call it
        name: String,
    },
    /// Show a workspace
    Show(One),
    /// Rename a workspace
    Rename {
        #[command(flatten)]
        one: One,

        /// What to call it from now on
        name: String,
    },
    /// Delete a workspace with all its files
    Delete(One),
    /// List who is in a workspace
    Members {
        #[command(flatten)]
        one: One,

        #[command(flatten)]
        pages: Pages,
    },
    /// Share a workspace with a user, or change what they are there
    Share {
        #[command(flatten)]
        one: One,

        /// The user, by email or id
        user: String,

        /// What they are to be: reader, contributor, manager or owner
        #[arg(long)]
        role: String,
    },
    /// Take a user out of a workspace
    Unshare {
        #[command(flatten)]
        one: One,

        /// The user, by email or id
        user: String,
    },
    /// Leave a workspace
    Leave(One),
    /// Become the owner of a workspace that has lost its last one
    Claim(One),
    /// List the team computers that its members use together
    Computers {
        #[command(flatten)]
        one: One,

        #[command(flatten)]
        pages: Pages,

        /// Put a team computer on the list, by name or id
        #[arg(long, value_name = "COMPUTER", conflicts_with = "remove")]
        add: Option<String>,

        /// Take a computer off the list, by name or id
        #[arg(long, value_name = "COMPUTER")]
        remove: Option<String>,
    },
    /// List the files of a workspace
    Files {
        #[command(flatten)]
        one: One,

        #[command(flatten)]
        pages: Pages,
    },
    /// Upload a file, or a new version of one
    Upload(Upload),
    /// Download a file
    Download(Download),
    /// List the versions of a file
    Versions {
        #[command(flatten)]
        one: One,

        /// The file's name or id
        file: String,

        #[command(flatten)]
        pages: Pages,
    },
    /// Delete a file with all its versions
    DeleteFile {
        #[command(flatten)]
        one: One,

        /// The file's name or id
        file: String,
    },
    /// Show how much room for files the team has
    Storage,
}

/// A workspace.
#[derive(Args, Debug)]
struct One {
    /// The workspace's name or id
    workspace: String,
}

impl Workspace {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let admin = Admin::open(common, &self.access)?;
        match self.verb {
            Verb::List(pages) => {
                admin.list(admin.ask(Method::GET, &[WORKSPACES]).await?, &pages, LIST).await
            }
            Verb::Create { name } => {
                let made = admin.post(&[WORKSPACES], json!({ "name": name })).await?;
                admin.out.thing(&made, ONE)
            }
            Verb::Show(one) => {
                let id = admin.workspace(&one.workspace).await?;
                admin.out.thing(&admin.get(&[WORKSPACES, &id]).await?, ONE)
            }
            Verb::Rename { one, name } => {
                let id = admin.workspace(&one.workspace).await?;
                let renamed = admin.patch(&[WORKSPACES, &id], json!({ "name": name })).await?;
                admin.out.thing(&renamed, ONE)
            }
            Verb::Delete(one) => {
                let id = admin.workspace(&one.workspace).await?;
                admin.delete(&[WORKSPACES, &id]).await?;
                admin.out.done(&format!("deleted {}", one.workspace))
            }
            Verb::Claim(one) => {
                let id = admin.workspace(&one.workspace).await?;
                let ask = admin.ask(Method::POST, &[WORKSPACES, &id, "claim"]).await?;
                admin.out.thing(&admin.call(ask).await?, ONE)
            }
            Verb::Storage => admin.out.thing(&admin.get(&["storage"]).await?, STORAGE),
            Verb::Upload(upload) => upload.run(&admin).await,
            Verb::Download(download) => download.run(&admin).await,
            other @ (Verb::Members { .. }
            | Verb::Share { .. }
            | Verb::Unshare { .. }
            | Verb::Leave(_)
            | Verb::Computers { .. }
            | Verb::Files { .. }
            | Verb::Versions { .. }
            | Verb::DeleteFile { .. }) => other.of_one(&admin).await,
        }
    }
}

impl Verb {
    /// Does what is about the members, files and computers of one workspace.
    async fn of_one(self, admin: &Admin) -> Result<(), Failure> {
        match self {
            Self::Members { one, pages } => list(admin, &one, "members", &pages, MEMBERS).await,
            Self::Files { one, pages } => list(admin, &one, "files", &pages, FILES).await,
            Self::Share { one, user, role } => {
                let (id, user_id) =
                    (admin.workspace(&one.workspace).await?, admin.user(&user).await?);
                let ask = admin.ask(Method::PUT, &[WORKSPACES, &id, "members", &user_id]).await?;
                let member = admin.call(ask.body(json!({ "role": role }))).await?;
                admin.out.thing(&member, MEMBER)
            }
            Self::Unshare { one, user } => {
                let (id, user_id) =
                    (admin.workspace(&one.workspace).await?, admin.user(&user).await?);
                admin.delete(&[WORKSPACES, &id, "members", &user_id]).await?;
                admin.out.done(&format!("{user} is not in {}", one.workspace))
            }
            Self::Leave(one) => {
                let id = admin.workspace(&one.workspace).await?;
                let own = admin.own_user().await?;
                admin.delete(&[WORKSPACES, &id, "members", &own]).await?;
                admin.out.done(&format!("left {}", one.workspace))
            }
            Self::Computers { one, pages, add, remove } => {
                let id = admin.workspace(&one.workspace).await?;
                for (computer, method) in [(add, Method::PUT), (remove, Method::DELETE)] {
                    let Some(computer) = computer else { continue };
                    let computer = admin.computer(&computer).await?;
                    let path = [WORKSPACES, &id, "computers", &computer];
                    admin.call(admin.ask(method, &path).await?).await?;
                }
                list(admin, &one, "computers", &pages, COMPUTERS).await
            }
            Self::Versions { one, file, pages } => {
                let id = admin.workspace(&one.workspace).await?;
                let file = files::id_of(&admin.file(&id, &file).await?)?;
                let path = [WORKSPACES, &id, "files", &file, "versions"];
                admin.list(admin.ask(Method::GET, &path).await?, &pages, VERSIONS).await
            }
            Self::DeleteFile { one, file } => {
                let id = admin.workspace(&one.workspace).await?;
                let file_id = files::id_of(&admin.file(&id, &file).await?)?;
                admin.delete(&[WORKSPACES, &id, "files", &file_id]).await?;
                admin.out.done(&format!("deleted {file}"))
            }
            Self::List(_)
            | Self::Create { .. }
            | Self::Show(_)
            | Self::Rename { .. }
            | Self::Delete(_)
            | Self::Claim(_)
            | Self::Upload(_)
            | Self::Download(_)
            | Self::Storage => Ok(()), // Done by whoever calls this.
        }
    }
}

async fn list(
    admin: &Admin,
    one: &One,
    what: &str,
    pages: &Pages,
    columns: &[Column],
) -> Result<(), Failure> {
    let id = admin.workspace(&one.workspace).await?;
    let ask = admin.ask(Method::GET, &[WORKSPACES, &id, what]).await?;
    admin.list(ask, pages, columns).await
}

const WORKSPACES: &str = "workspaces";

const LIST: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("NAME", "/name"),
    Column::new("ROLE", "/role"),
    Column::new("MEMBERS", "/members"),
    Column::new("CLAIMABLE", "/claimable"),
];

const ONE: &[Column] = &[
    Column::new("Id", "/id"),
    Column::new("Name", "/name"),
    Column::new("Role", "/role"),
    Column::new("Members", "/members"),
    Column::new("Has an owner", "/owned"),
    Column::time("Made", "/created_at"),
];

const MEMBERS: &[Column] = &[
    Column::new("USER", "/user_id"),
    Column::new("NAME", "/name"),
    Column::new("EMAIL", "/email"),
    Column::new("PROFILE", "/profile"),
    Column::new("ROLE", "/role"),
];

const MEMBER: &[Column] = &[
    Column::new("User", "/user_id"),
    Column::new("Name", "/name"),
    Column::new("Email", "/email"),
    Column::new("Role", "/role"),
];

const COMPUTERS: &[Column] =
    &[Column::new("ID", "/id"), Column::new("NAME", "/name"), Column::state("ONLINE", "/online")];

const FILES: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("NAME", "/name"),
    Column::new("VERSION", "/latest/number"),
    Column::new("BYTES", "/latest/size"),
    Column::time("UPLOADED", "/latest/at"),
    Column::new("BY", "/latest/by_name"),
];

const VERSIONS: &[Column] = &[
    Column::new("VERSION", "/number"),
    Column::new("BYTES", "/size"),
    Column::time("UPLOADED", "/at"),
    Column::new("BY", "/by_name"),
    Column::new("SHA-256", "/sha256"),
];

const STORAGE: &[Column] = &[
    Column::new("Used bytes", "/used"),
    Column::new("Quota", "/quota"),
    Column::new("Left", "/available"),
];
