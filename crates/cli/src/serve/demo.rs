//! `guest serve --demo`: a team to try everything out with (IF-24).

mod story;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;
use guest_agent::{Screen, Server};
use guest_app::{
    App, Call, Caller, ComputerChange, EmailsDraft, Fault, Heartbeat, InviteDraft, KeyDraft,
    NewTeam, NewUser, Refused, WindowDraft,
};
use guest_core::{ComputerId, Email, Instant, Peripheral, Purpose, Refusal as _, Secret};
use tempfile::TempDir;

use super::stop::Stop;
use crate::clock::wall;
use crate::commands::agent;
use crate::config::{Given, Setting, Settings};
use crate::data::write_private;
use crate::failure::{Failure, chain};
use crate::out::print;

/// Names a temporary data directory, unless one is given; it goes away with what is returned.
///
/// Only options count here: a demo neither touches the data of a server that
/// is configured on this machine, nor sends its mails.
pub(super) fn folder(given: &mut Given) -> Result<Option<TempDir>, Failure> {
    let folder = if given.contains_key(&Setting::Data) {
        None
    } else {
        let folder = tempfile::Builder::new().prefix("guest-demo-").tempdir();
        Some(folder.map_err(|error| Failure::doing("cannot make a directory", &error))?)
    };
    if let Some(folder) = &folder {
        given.insert(Setting::Data, folder.path().to_string_lossy().into_owned());
    }
    let data = given.get(&Setting::Data).cloned().unwrap_or_default();
    given.entry(Setting::Mail).or_insert_with(|| format!("dir:{data}/mail"));
    given.entry(Setting::Blobs).or_insert_with(|| format!("{data}/blobs"));
    Ok(folder)
}

/// Refuses to show the demo, whose sign-ins are printed, to other machines.
pub(super) fn require_loopback(settings: &Settings) -> Result<(), Failure> {
    if settings.listen.value.ip().is_loopback() {
        return Ok(());
    }
    let at = settings.listen.value;
    Err(Failure::Usage(format!("--demo listens on loopback only, such as 127.0.0.1, not on {at}")))
}

/// Makes the team and what it needs, and says what to do next.
pub(super) async fn prepare(app: &App, settings: &Settings) -> Result<DemoComputer, Failure> {
    if make_team(app).await? {
        app.grant(TEAM, CREDITS, "to try it out").await?;
    }
    let computer = computer(app, settings).await?;
    let mut roles = Vec::new();
    for (role, email, ..) in PEOPLE {
        let email = Email::parse(email).map_err(|error| Failure::doing("no address", &error))?;
        roles.push((role, email.clone(), app.sign_in_as(&email).await?));
    }
    let link = invite_eve(app, &computer).await?;
    print(&story::tell(settings, &link, &roles))?;
    Ok(computer)
}

/// Invites Eve, a user for whom it is free, from now on for a day, and returns her link.
async fn invite_eve(app: &App, computer: &DemoComputer) -> Result<String, Failure> {
    let local = |at: Instant| at.format("%Y-%m-%dT%H:%M:%S").to_string();
    let now = wall();
    let draft = InviteDraft {
        computer_id: computer.id.to_string(),
        emails: EmailsDraft::List(vec![GUEST.to_owned()]),
        window: WindowDraft {
            start: local(now),
            end: local(now + TimeDelta::days(1)),
            time_zone: "UTC".to_owned(),
        },
        permissions: Peripheral::ALL.iter().map(|named| named.name().to_owned()).collect(),
        title: "Try the test card".to_owned(),
        message: "Type, move the pointer, copy and paste.".to_owned(),
    };
    let made = app.make_invites(&Call::operator(), TEAM, &draft).await?;
    let link = made.invites.into_iter().find_map(|invite| invite.link);
    link.ok_or_else(|| Failure::Broken("the demo has no link".to_owned()))
}

/// The computer of the demo, whose agent runs in the server and shows a test card.
pub(super) struct DemoComputer {
    id: ComputerId,
    agent: guest_agent::Options,
}

impl DemoComputer {
    /// Runs the agent until the server stops.
    pub(super) async fn run(self, stop: Stop) {
        if let Err(error) = guest_agent::run(self.agent, stop.told()).await {
            tracing::warn!(error = chain(&error), "the demo's computer cannot be reached");
            stop.wait().await;
        }
    }
}

/// Prepares the agent of the demo's computer, which is there from now on.
async fn computer(app: &App, settings: &Settings) -> Result<DemoComputer, Failure> {
    let (key_file, secret) = computer_key(app, settings).await?;
    let beat = Heartbeat {
        name: COMPUTER.to_owned(),
        host_login: Some(Some(HOST_LOGIN.to_owned())),
        connection: Some("relay".to_owned()),
    };
    let id = app.heartbeat(&secret, None, &beat).await?.computer_id;
    let open = ComputerChange { name: None, guest_access: Some(true) };
    app.change_computer(&Call::operator(), TEAM, id, &open, None).await?;
    let server = format!("http://{}", settings.listen.value);
    let agent = guest_agent::Options {
        server: Server::parse(&server).map_err(|error| Failure::doing("no address", &error))?,
        key_file,
        name: COMPUTER.to_owned(),
        screen: Screen::TestCard { clock: Arc::new(agent::time) },
        host_login: Some(HOST_LOGIN.to_owned()),
        certificates: None,
        random: Arc::new(agent::random),
    };
    Ok(DemoComputer { id, agent })
}

/// Makes the team and its people; `false` if they are there already.
async fn make_team(app: &App) -> Result<bool, Failure> {
    let [(_, owner, owner_name, ..), others @ ..] = PEOPLE;
    let team = NewTeam {
        team: TEAM.to_owned(),
        name: "Acme".to_owned(),
        owner: owner.to_owned(),
        owner_name: Some(owner_name.to_owned()),
        time_zone: None,
    };
    match app.init_team(&team).await {
        Ok(_) => {}
        Err(Fault::Refused(refused)) if is_taken(&refused) => return Ok(false),
        Err(fault) => return Err(fault.into()),
    }
    for (_, email, name, profile, coordinator) in others {
        let new = NewUser {
            email: email.to_owned(),
            name: name.to_owned(),
            profile: profile.to_owned(),
            coordinator,
            owner: false,
        };
        app.add_user(&Call::operator(), TEAM, &new).await?;
    }
    Ok(true)
}

fn is_taken(refused: &Refused) -> bool {
    refused.code() == "name_taken"
}

/// Returns the key of the demo's computer, that of the last time or a new one, and its file.
async fn computer_key(app: &App, settings: &Settings) -> Result<(PathBuf, Secret), Failure> {
    let path = settings.data.value.join("keys").join("demo-computer.key");
    let read = |text: &str| Secret::parse(Purpose::ComputerKey, text.trim());
    if let Some(secret) = fs::read_to_string(&path).ok().as_deref().and_then(read) {
        return Ok((path, secret));
    }
    let call = Call { caller: Caller::Operator { acting: None }, ..Call::operator() };
    let key = app.make_computer_key(&call, TEAM, &KeyDraft { name: "demo".to_owned() }).await?;
    let text = key.secret.unwrap_or_default();
    let secret = read(&text).ok_or_else(|| Failure::Broken("the demo has no key".to_owned()))?;
    write_private(&path, text.as_bytes())
        .map_err(|error| Failure::doing(&format!("cannot write {}", path.display()), &error))?;
    Ok((path, secret))
}

const TEAM: &str = "acme";

const COMPUTER: &str = "studio-1";

/// Who is logged in on the computer.
const HOST_LOGIN: &str = "studio";

/// Who is invited from the start.
const GUEST: &str = "eve@acme.example";

const CREDITS: u32 = 50;

/// Role, address, name, profile, and whether they are a coordinator.
const PEOPLE: [(&str, &str, &str, &str, bool); 4] = [
    ("owner", "ada@acme.example", "Ada", "administrator", false),
    ("coordinator", "cory@acme.example", "Cory", "member", true),
    ("member", "mia@acme.example", "Mia", "member", false),
    ("external", "eve@acme.example", "Eve", "external", false),
];
