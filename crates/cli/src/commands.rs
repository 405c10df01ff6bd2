//! The commands (IF-22).

pub(crate) mod agent;
mod api_key;
mod audit;
mod backup;
mod computer;
mod config;
mod credits;
mod device;
mod doctor;
mod group;
mod init;
mod invitation;
mod invite;
mod join;
mod join_request;
mod mail;
mod shell;
mod user;
mod workspace;

use std::future::Future;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::{Given, Setting};
use crate::failure::Failure;
use crate::serve;

/// Lend a computer to a guest, for a while
///
/// One binary does everything: the server, and its administration on the data
/// directory itself or, with --server, through a server.
#[derive(Debug, Parser)]
#[command(name = "guest", version)]
#[command(after_help = "Start with `guest serve --demo`.\n\n\
    Options are also environment variables (GUEST_PUBLIC_URL for --public-url) and keys of \
    guest.toml (public_url);\nthe option counts before the variable, and that before the file. \
    Exit codes: 0, 1 if refused, 2 if called wrongly.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "General")]
pub(crate) struct Common {
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help = "The data directory [env: GUEST_DATA] [default: guest-data]"
    )]
    pub(crate) data: Option<PathBuf>,

    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help = "The configuration file [env: GUEST_CONFIG] [default: guest.toml there, or here]"
    )]
    pub(crate) config: Option<PathBuf>,

    /// Print JSON, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

impl Common {
    /// Returns the options given.
    pub(crate) fn given(&self) -> Given {
        let data = self.data.as_ref().map(|data| data.to_string_lossy().into_owned());
        data.map(|data| (Setting::Data, data)).into_iter().collect()
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server
    Serve(serve::Serve),
    /// Bring guests to the screen of this computer
    Agent(Box<agent::Agent>),
    /// Make a team, and the data directory where there is none
    Init(init::Init),
    /// Invite guests, and see to their invites
    Invite(invite::Invite),
    /// See to computers and the keys that provision them
    Computer(computer::Computer),
    /// Buy credits, and see where they went
    Credits(credits::Credits),
    /// See to users
    User(user::User),
    /// See to one's devices
    Device(device::Device),
    /// Invite people to join the team, and greet them
    Invitation(invitation::Invitation),
    /// See to who asks to join the team
    JoinRequest(join_request::JoinRequest),
    /// Ask to join a team
    Join(join::Join),
    /// See to groups of users
    Group(group::Group),
    /// Share files and computers with a few people
    Workspace(workspace::Workspace),
    /// See to keys with which programs use the API
    ApiKey(api_key::ApiKey),
    /// Show who did what, when and from where
    Audit(audit::Audit),
    /// See to the mails on their way out
    Mail(mail::Mail),
    /// Copy the database to a file, while the server runs
    Backup(backup::Backup),
    /// Put a copy in the place of the database, while no server runs
    Restore(backup::Restore),
    /// Look for what is wrong, and say what to do
    Doctor(doctor::Doctor),
    /// Look at the configuration
    Config(config::Config),
    /// Print completions for a shell
    Completions(shell::Completions),
    /// Print the manual page, or write one for each command
    Man(shell::Man),
}

/// Does what the command line says.
///
/// # Errors
///
/// Returns why it came to nothing.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { common, command } = cli;
    match command {
        Command::Serve(serve) => serve.run(&common),
        Command::Agent(agent) => agent.run(&common),
        Command::Init(init) => block_on(init.run(&common)),
        Command::Invite(invite) => block_on(invite.run(&common)),
        Command::Computer(computer) => block_on(computer.run(&common)),
        Command::Credits(credits) => block_on(credits.run(&common)),
        Command::User(user) => block_on(user.run(&common)),
        Command::Device(device) => block_on(device.run(&common)),
        Command::Invitation(invitation) => block_on(invitation.run(&common)),
        Command::JoinRequest(request) => block_on(request.run(&common)),
        Command::Join(join) => block_on(join.run(&common)),
        Command::Group(group) => block_on(group.run(&common)),
        Command::Workspace(workspace) => block_on(workspace.run(&common)),
        Command::ApiKey(key) => block_on(key.run(&common)),
        Command::Audit(audit) => block_on(audit.run(&common)),
        Command::Mail(mail) => block_on(mail.run(&common)),
        Command::Backup(backup) => backup.run(&common),
        Command::Restore(restore) => restore.run(&common),
        Command::Doctor(doctor) => block_on(doctor.run(&common)),
        Command::Config(config) => config.run(&common),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    }
}

fn block_on(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::doing("cannot start", &error))?.block_on(command)
}

#[cfg(test)]
mod tests;
