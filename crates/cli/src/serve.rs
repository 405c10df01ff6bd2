//! `guest serve`: the server.
//!
//! What runs in it: the HTTP API, a courier for mails, a runner for what the
//! clock asks for, and a sweeper. All stop together, within ten seconds.

mod background;
mod demo;
mod http;
pub(crate) mod logs;
mod options;
mod presence;
mod repeats;
pub(crate) mod stop;

pub(crate) use options::Options;

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use clap::Args;
use guest_app::App;
use guest_gateway::{Agents, Gateway};
use guest_mailer::{AppOutbox, Courier, Post, Transport};
use guest_store_sqlite::SqliteStore;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::clock::SteadyClock;
use crate::commands::Common;
use crate::compose;
use crate::config::{LogFormat, MEMORY, Memory, Place, Setting, Settings};
use crate::data::{DataDir, NewKeys, replace_private};
use crate::entropy::SystemEntropy;
use crate::failure::{Failure, chain};
use crate::out::print;
use background::Background;
use presence::Presence;
use repeats::Repeats;
use stop::Stop;

/// Run the server
#[derive(Args, Debug)]
pub(crate) struct Serve {
    #[command(flatten)]
    options: Options,

    /// Draw new keys where they are lost; links mailed so far stop working
    #[arg(long)]
    new_keys: bool,

    /// Try it out: make a team, people, credits and a computer, and say what to do next
    #[arg(long)]
    demo: bool,
}

impl Serve {
    pub(crate) fn run(self, common: &Common) -> Result<(), Failure> {
        let mut given = common.given();
        self.options.add_to(&mut given);
        if common.json {
            given.entry(Setting::LogFormat).or_insert_with(|| LogFormat::Json.to_string());
        }
        let folder = self.demo.then(|| demo::folder(&mut given)).transpose()?;
        let names_url = given.contains_key(&Setting::PublicUrl);
        let mut settings = Settings::require(given, common.config.as_deref())?;
        if self.demo {
            demo::require_loopback(&settings)?;
            if !names_url {
                settings.public_url.place = Place::Default;
            }
        }
        let repeats = logs::start(settings.log_format.value);
        let new_keys = if self.new_keys { NewKeys::Wanted } else { NewKeys::ForNewDatabase };
        let runtime = runtime()?;
        let served = runtime.block_on(Server::start(settings, new_keys, self.demo, repeats));
        // Whatever still runs had its time to come to an end.
        runtime.shutdown_timeout(Duration::from_millis(100));
        drop(folder);
        served
    }
}

/// The server, put together.
struct Server {
    settings: Settings,
    app: App,
    agents: Arc<Agents>,
    store: Arc<SqliteStore>,
    clock: Arc<SteadyClock>,
    transport: Transport,
    listener: TcpListener,
    presence: Presence,
}

impl Server {
    /// Puts the server together and runs it until it is told to stop.
    async fn start(
        mut settings: Settings,
        new_keys: NewKeys,
        is_demo: bool,
        repeats: Repeats,
    ) -> Result<(), Failure> {
        let stop = Stop::on_signal()?;
        let listener = listen(settings.listen.value).await?;
        let at = listener.local_addr();
        settings.listening(at.map_err(|error| Failure::doing("cannot listen", &error))?);
        let clock = Arc::new(SteadyClock::default());
        let data = DataDir::new(&settings.data.value);
        let (store, key) = data.open_or_make(Arc::clone(&clock).of_store(), new_keys)?;
        let agents = Arc::new(Agents::default());
        let app = compose::app(&settings, Arc::clone(&store), key, Arc::clone(&clock))
            .with_relay(Arc::clone(&agents) as _);
        let app = compose::with_files(app, &settings)?;
        let transport = Transport::parse(&settings.mail.value)
            .map_err(|error| Failure::Usage(chain(&error)))?;
        remember(&settings, &data)?;
        let presence = Presence::announce(data.path(), &app).await?;
        let descriptors = raise_descriptor_limit();
        tracing::debug!(descriptors, "may have so many files and connections open");
        let server = Self { settings, app, agents, store, clock, transport, listener, presence };
        server.run(stop, is_demo, repeats).await
    }

    async fn run(self, stop: Stop, is_demo: bool, repeats: Repeats) -> Result<(), Failure> {
        let Self { settings, app, agents, store, clock, transport, listener, presence: _here } =
            self;
        let (due, mails) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (wake_due, wake_mails) = (Arc::clone(&due), Arc::clone(&mails));
        app.on_commit(move || {
            wake_due.notify_one();
            wake_mails.notify_one();
        });
        let post = Post::new(compose::origin(&settings), transport);
        let entropy = Arc::new(SystemEntropy::new(Arc::clone(&clock)));
        let outbox = AppOutbox::new(app.clone(), entropy);
        let courier = Courier::new(outbox, post, mails).with_grace(GRACE);
        let mut background = Background::new(stop.clone());
        background.add("courier", courier.run(stop.wait()));
        background.add("log", repeats.tell(stop.clone()));
        let timer = background::run_due(app.clone(), Arc::clone(&clock), due, stop.clone());
        background.add("due", timer);
        background.add("sweeper", background::sweep(app.clone(), stop.clone()));
        let (app, set_up) = offer_set_up(app, is_demo).await?;
        let gateway = Gateway::new(app.clone(), agents, clock.of_gateway(), stop.told());
        let router = http::router(&app, &settings, store, gateway.clone(), &stop);
        background.add("gateway", async move { gateway.run().await });
        if is_demo {
            let computer = demo::prepare(&app, &settings).await?;
            background.add("agent", computer.run(stop.clone()));
        }
        say_started(&settings);
        if let Some(address) = set_up {
            say_set_up(&settings, &address)?;
        }
        background.add("http", http::serve(listener, router, stop.clone()));
        background.finish().await
    }
}

/// Takes the address, or says what is in the way.
async fn listen(at: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(at).await.map_err(|error| {
        if error.kind() == std::io::ErrorKind::AddrInUse {
            return Failure::Broken(format!(
                "another program listens on {at}: stop it, or name another address with --listen"
            ));
        }
        Failure::doing(&format!("cannot listen on {at}"), &error)
    })
}

/// Allows as many open connections as the system lets a server have: each guest takes two.
///
/// Returns how many those are, if they are counted.
fn raise_descriptor_limit() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // With fewer it works as well, up to a point.
    let _ = setrlimit(Resource::Nofile, raised);
    getrlimit(Resource::Nofile).current
}

/// Leaves behind what commands beside the server need.
fn remember(settings: &Settings, data: &DataDir) -> Result<(), Failure> {
    let config = settings.file.as_ref().and_then(|file| fs::canonicalize(file).ok());
    let public_url = Some(settings.public_url.value.clone());
    let (mail, blobs) = (settings.remembered_mail(), settings.remembered_blobs());
    let sso = settings.remembered_sso();
    let memory = Memory { public_url, config, mail, blobs, sso };
    let memory = serde_json::to_vec(&memory).unwrap_or_default();
    let path = data.path().join(MEMORY);
    replace_private(&path, &memory)
        .map_err(|error| Failure::doing(&format!("cannot write {}", path.display()), &error))
}

/// Draws the link with which a server that has no team is set up (WB-13).
async fn offer_set_up(app: App, is_demo: bool) -> Result<(App, Option<String>), Failure> {
    if is_demo || app.is_set_up().await? {
        return Ok((app, None));
    }
    let (app, address) = app.offering_set_up();
    Ok((app, Some(address)))
}

/// Says how the first team is made: to whoever started the server, and in no log, since the link
/// is a secret.
fn say_set_up(settings: &Settings, address: &str) -> Result<(), Failure> {
    tracing::warn!(
        "there is no team yet: open the link that is printed, or make one with `guest init --team \
         ID --name NAME --owner EMAIL --data {}`",
        settings.data.value.display()
    );
    print(&format!(
        "There is no team yet. Set one up in a browser; this link works once:\n\n  {address}\n"
    ))
}

fn say_started(settings: &Settings) {
    tracing::info!(
        listen = %settings.listen.value,
        public_url = %settings.public_url.value,
        data = %settings.data.value.display(),
        "guest {} serves", env!("CARGO_PKG_VERSION"),
    );
    let mail = settings.shown_mail();
    match settings.mail.place {
        Place::Default => tracing::warn!(
            %mail, "mails are only written to files: name a mail server with --mail"
        ),
        Place::Option(_) | Place::Variable(_) | Place::File { .. } | Place::Memory => {
            tracing::info!(%mail, "mails go out");
        }
    }
}

fn runtime() -> Result<Runtime, Failure> {
    let processors = available_parallelism().map_or(1, usize::from);
    Builder::new_multi_thread()
        .worker_threads(processors.clamp(WORKERS_LEAST, WORKERS_MOST))
        .max_blocking_threads(BLOCKING_MOST)
        .thread_name("guest-worker")
        .enable_all()
        .build()
        .map_err(|error| Failure::doing("cannot start", &error))
}

/// With one, a single slow answer would hold up all.
const WORKERS_LEAST: usize = 2;

/// The store has threads of its own; more workers would only wait for it.
const WORKERS_MOST: usize = 4;

/// For files that mails are written to: as many as the courier carries at once.
const BLOCKING_MOST: usize = 16;

/// How long a server that is told to stop takes at most.
const GRACE: Duration = Duration::from_secs(10);
