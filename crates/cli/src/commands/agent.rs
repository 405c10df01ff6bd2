//! `guest agent`: brings guests to the screen of this computer (CN-1).

use std::env;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::SecondsFormat;
use clap::Args;
use guest_agent::{Options, Screen, Server};
use tokio::runtime::Builder;

use super::Common;
use crate::config::{AgentSettings, Given, LogFormat, Setting, Settings};
use crate::failure::Failure;
use crate::serve::{logs, stop::Stop};
use crate::{clock, entropy};

/// Bring guests to the screen of this computer
///
/// It dials the server, so the computer needs no open port. The screen is that
/// of a VNC server that runs here.
#[derive(Args, Debug)]
pub(crate) struct Agent {
    #[arg(
        long,
        value_name = "URL",
        help = "The server, such as https://guest.acme.example [env: GUEST_SERVER]"
    )]
    server: Option<String>,

    #[arg(
        long,
        value_name = "FILE",
        help = "The file that holds the computer's key or token [env: GUEST_KEY_FILE]"
    )]
    key_file: Option<PathBuf>,

    #[arg(
        long,
        help = "What the computer is called [env: GUEST_NAME] [default: the name of this machine]"
    )]
    name: Option<String>,

    #[arg(
        long,
        value_name = "HOST:PORT",
        help = "Where the VNC server listens [env: GUEST_VNC] [default: 127.0.0.1:5900]"
    )]
    vnc: Option<String>,

    #[arg(
        long,
        value_name = "FILE",
        help = "The file that holds the VNC server's password, if it has one [env: GUEST_VNC_PASSWORD_FILE]"
    )]
    vnc_password_file: Option<PathBuf>,

    #[arg(
        long,
        conflicts_with_all = ["vnc", "vnc_password_file"],
        help = "Show a test card instead of a real screen [env: GUEST_TEST_CARD]"
    )]
    test_card: bool,

    #[arg(
        long,
        value_name = "NAME",
        help = "Who counts as logged in here [env: GUEST_HOST_LOGIN] [default: who is]"
    )]
    host_login: Option<String>,
}

impl Agent {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let mut given = common.given();
        self.add_to(&mut given);
        if common.json {
            given.entry(Setting::LogFormat).or_insert_with(|| LogFormat::Json.to_string());
        }
        let settings = Settings::require(given, common.config.as_deref())?;
        let options = options(&settings)?;
        let _ = logs::start(settings.log_format.value);
        let runtime = Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
        let runtime = runtime.map_err(|error| Failure::doing("cannot start", &error))?;
        runtime.block_on(async {
            let stop = Stop::on_signal()?;
            let run = guest_agent::run(options, stop.told()).await;
            run.map_err(|error| Failure::doing("cannot start", &error))
        })
    }

    fn add_to(self, given: &mut Given) {
        let path = |path: Option<PathBuf>| path.map(|path| path.to_string_lossy().into_owned());
        let texts = [
            (Setting::Server, self.server),
            (Setting::KeyFile, path(self.key_file)),
            (Setting::Name, self.name),
            (Setting::Vnc, self.vnc),
            (Setting::VncPasswordFile, path(self.vnc_password_file)),
            (Setting::TestCard, self.test_card.then(|| "true".to_owned())),
            (Setting::HostLogin, self.host_login),
        ];
        given.extend(texts.into_iter().filter_map(|(key, value)| Some((key, value?))));
    }
}

/// Tells an agent what the settings say.
fn options(settings: &Settings) -> Result<Options, Failure> {
    let shows_test_card = settings.agent.shows_test_card();
    let AgentSettings { key_file, name, vnc, vnc_password_file, test_card: _, host_login } =
        settings.agent.clone();
    let missing = |what: &str| Failure::Usage(what.to_owned());
    let server = settings.server.as_ref().ok_or_else(|| missing("name the --server"))?;
    let key_file = key_file.ok_or_else(|| {
        missing("name the file with this computer's key: --key-file; `guest computer key create` makes a key")
    })?;
    let screen = if shows_test_card {
        Screen::TestCard { clock: Arc::new(time) }
    } else {
        let address = vnc.map_or_else(|| VNC.to_owned(), |vnc| vnc.value);
        Screen::Vnc { address, password_file: vnc_password_file.map(|file| file.value) }
    };
    Ok(Options {
        server: Server::parse(&server.value)
            .map_err(|error| Failure::Usage(format!("{}: {error}", server.place)))?,
        key_file: key_file.value,
        name: name.map_or_else(machine, |name| name.value),
        screen,
        host_login: host_login.map(|login| login.value),
        certificates: env::var_os("SSL_CERT_FILE").map(PathBuf::from),
        random: Arc::new(random),
    })
}

/// Returns the name of this machine.
fn machine() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Tells the time to whoever looks at a test card.
pub(crate) fn time() -> String {
    clock::wall().to_rfc3339_opts(SecondsFormat::Secs, true).replace('T', " ")
}

/// Draws what spreads the pauses of many agents.
pub(crate) fn random() -> u64 {
    let mut bits = [0; 8];
    entropy::fill(&mut bits);
    u64::from_ne_bytes(bits)
}

/// A computer is there for others than its guests: one worker for them, and one to spare.
const WORKERS: usize = 2;

/// Where VNC servers listen.
const VNC: &str = "127.0.0.1:5900";
