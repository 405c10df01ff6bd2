//! `guest serve --demo`: a team to try everything out with (IF-24).

mod story;

use std::fs;
use std::time::Duration;

use guest_app::{App, Refused};
use guest_app::{Call, Caller, ComputerChange, Fault, Heartbeat, KeyDraft, NewTeam, NewUser};
use guest_core::{Email, Purpose, Refusal as _, Secret};
use tempfile::TempDir;
use tokio::time::sleep;

use super::stop::Stop;
use crate::config::{Given, Setting, Settings};
use crate::data::write_private;
use crate::failure::Failure;
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
    let computer = DemoComputer { secret: computer_key(app, settings).await? };
    let id = computer.beat(app).await?;
    let open = ComputerChange { name: None, guest_access: Some(true) };
    app.change_computer(&Call::operator(), TEAM, id, &open, None).await?;
    let mut roles = Vec::new();
    for (role, email, ..) in PEOPLE {
        let email = Email::parse(email).map_err(|error| Failure::doing("no address", &error))?;
        roles.push((role, email.clone(), app.sign_in_as(&email).await?));
    }
    print(&story::tell(settings, &roles))?;
    Ok(computer)
}

/// The computer of the demo, which the server itself keeps online.
pub(super) struct DemoComputer {
    secret: Secret,
}

impl DemoComputer {
    /// Speaks for the computer as its agent would, every ten seconds.
    pub(super) async fn keep_online(self, app: App, stop: Stop) {
        let mut told = std::pin::pin!(stop.wait());
        loop {
            if let Err(failure) = self.beat(&app).await {
                tracing::warn!(why = failure.words(false), "the demo's computer cannot be heard");
            }
            tokio::select! {
                biased;
                () = &mut told => return,
                () = sleep(BEAT) => {}
            }
        }
    }

    async fn beat(&self, app: &App) -> Result<guest_core::ComputerId, Failure> {
        let beat = Heartbeat {
            name: COMPUTER.to_owned(),
            host_login: Some(Some("studio".to_owned())),
            connection: Some("external".to_owned()),
        };
        Ok(app.heartbeat(&self.secret, None, &beat).await?.computer_id)
    }
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

/// Returns the key of the demo's computer: that of the last time, or a new one.
async fn computer_key(app: &App, settings: &Settings) -> Result<Secret, Failure> {
    let path = settings.data.value.join("keys").join("demo-computer.key");
    let read = |text: &str| Secret::parse(Purpose::ComputerKey, text.trim());
    if let Some(secret) = fs::read_to_string(&path).ok().as_deref().and_then(read) {
        return Ok(secret);
    }
    let call = Call { caller: Caller::Operator { acting: None }, ..Call::operator() };
    let key = app.make_computer_key(&call, TEAM, &KeyDraft { name: "demo".to_owned() }).await?;
    let text = key.secret.unwrap_or_default();
    let secret = read(&text).ok_or_else(|| Failure::Broken("the demo has no key".to_owned()))?;
    write_private(&path, text.as_bytes())
        .map_err(|error| Failure::doing(&format!("cannot write {}", path.display()), &error))?;
    Ok(secret)
}

const TEAM: &str = "acme";

const COMPUTER: &str = "studio-1";

const CREDITS: u32 = 50;

/// As often as agents speak up.
const BEAT: Duration = Duration::from_secs(10);

/// Role, address, name, profile, and whether they are a coordinator.
const PEOPLE: [(&str, &str, &str, &str, bool); 4] = [
    ("owner", "ada@acme.example", "Ada", "administrator", false),
    ("coordinator", "cory@acme.example", "Cory", "member", true),
    ("member", "mia@acme.example", "Mia", "member", false),
    ("external", "eve@acme.example", "Eve", "external", false),
];
