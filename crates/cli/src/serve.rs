//! `guest serve`: the server.
//!
//! What runs in it: the HTTP API, a courier for mails, a runner for what the
//! clock asks for, and a sweeper. All stop together, within ten seconds.

mod background;
mod demo;
mod http;
mod logs;
mod outbox;
mod stop;

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use clap::Args;
use guest_app::App;
use guest_mailer::{Courier, Post, Transport};
use guest_store_sqlite::SqliteStore;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::clock::SteadyClock;
use crate::commands::Common;
use crate::compose;
use crate::config::{Given, LogFormat, MEMORY, Memory, Place, Setting, Settings};
use crate::data::{DataDir, NewKeys, replace_private};
use crate::failure::{Failure, chain};
use background::Background;
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

/// What a server is told.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Options {
    #[arg(
        long,
        value_name = "ADDRESS",
        help = "Where to listen [env: GUEST_LISTEN] [default: 127.0.0.1:8080]"
    )]
    listen: Option<String>,

    #[arg(
        long,
        value_name = "URL",
        help = "Where people reach the server, such as https://guest.acme.example [env: GUEST_PUBLIC_URL]"
    )]
    public_url: Option<String>,

    #[arg(
        long,
        value_name = "TRANSPORT",
        help = "How mails go out: smtp://HOST, smtps://HOST or dir:PATH [env: GUEST_MAIL] [default: dir:DATA/mail]"
    )]
    mail: Option<String>,

    #[arg(
        long,
        value_name = "EMAIL",
        help = "Whose address mails come from [env: GUEST_MAIL_FROM] [default: guest at the server's host]"
    )]
    mail_from: Option<String>,

    #[arg(
        long,
        value_name = "NAME",
        help = "What the product is called in mails [env: GUEST_BRAND] [default: Guest]"
    )]
    brand: Option<String>,

    #[arg(
        long,
        help = "Believe the address that a proxy in front says people come from [env: GUEST_TRUST_PROXY]"
    )]
    trust_proxy: bool,

    #[arg(long, help = "Show /metrics to other machines as well [env: GUEST_METRICS_PUBLIC]")]
    metrics_public: bool,

    #[arg(
        long,
        value_name = "METHOD",
        help = "How credits are paid: instant or invoice [env: GUEST_PAYMENT] [default: instant]"
    )]
    payment: Option<String>,

    #[arg(
        long,
        help = "Give the credit back when a used invite is cancelled [env: GUEST_REFUND_USED_ON_CANCEL]"
    )]
    refund_used_on_cancel: bool,

    #[arg(
        long,
        value_name = "FORMAT",
        help = "How to log: human or json [env: GUEST_LOG_FORMAT] [default: human]"
    )]
    log_format: Option<String>,
}

impl Options {
    /// Adds what they say to the options given.
    pub(crate) fn add_to(&self, given: &mut Given) {
        let texts = [
            (Setting::Listen, &self.listen),
            (Setting::PublicUrl, &self.public_url),
            (Setting::Mail, &self.mail),
            (Setting::MailFrom, &self.mail_from),
            (Setting::Brand, &self.brand),
            (Setting::Payment, &self.payment),
            (Setting::LogFormat, &self.log_format),
        ];
        for (key, value) in texts {
            given.extend(value.clone().map(|value| (key, value)));
        }
        let flags = [
            (Setting::TrustProxy, self.trust_proxy),
            (Setting::MetricsPublic, self.metrics_public),
            (Setting::RefundUsedOnCancel, self.refund_used_on_cancel),
        ];
        given.extend(flags.into_iter().filter(|(_, on)| *on).map(|(key, _)| (key, "true".into())));
    }
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
        logs::start(settings.log_format.value);
        let new_keys = if self.new_keys { NewKeys::Wanted } else { NewKeys::ForNewDatabase };
        let runtime = runtime()?;
        let served = runtime.block_on(Server::start(settings, new_keys, self.demo));
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
    store: Arc<SqliteStore>,
    clock: Arc<SteadyClock>,
    transport: Transport,
    listener: TcpListener,
}

impl Server {
    /// Puts the server together and runs it until it is told to stop.
    async fn start(
        mut settings: Settings,
        new_keys: NewKeys,
        is_demo: bool,
    ) -> Result<(), Failure> {
        let stop = Stop::on_signal()?;
        let listener = listen(settings.listen.value).await?;
        let at = listener.local_addr();
        settings.listening(at.map_err(|error| Failure::doing("cannot listen", &error))?);
        let clock = Arc::new(SteadyClock::default());
        let data = DataDir::new(&settings.data.value);
        let (store, key) = data.open_or_make(Arc::clone(&clock).of_store(), new_keys)?;
        let app = compose::app(&settings, Arc::clone(&store), key, Arc::clone(&clock));
        let transport = Transport::parse(&settings.mail.value)
            .map_err(|error| Failure::Usage(chain(&error)))?;
        remember(&settings, &data)?;
        let server = Self { settings, app, store, clock, transport, listener };
        server.run(stop, is_demo).await
    }

    async fn run(self, stop: Stop, is_demo: bool) -> Result<(), Failure> {
        let Self { settings, app, store, clock, transport, listener } = self;
        let (due, mails) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (wake_due, wake_mails) = (Arc::clone(&due), Arc::clone(&mails));
        app.on_commit(move || {
            wake_due.notify_one();
            wake_mails.notify_one();
        });
        let post = Post::new(compose::origin(&settings), transport);
        let courier = Courier::new(outbox::AppOutbox::new(app.clone()), post, mails);
        let courier = courier.with_grace(GRACE);
        let mut background = Background::new(stop.clone());
        background.add("courier", courier.run(stop.wait()));
        background.add("due", background::run_due(app.clone(), clock, due, stop.clone()));
        background.add("sweeper", background::sweep(app.clone(), stop.clone()));
        let router = http::router(&app, &settings, store, &stop);
        if is_demo {
            let computer = demo::prepare(&app, &settings).await?;
            background.add("computer", computer.keep_online(app.clone(), stop.clone()));
        }
        say_started(&settings);
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

/// Leaves behind what commands beside the server need to write the same links.
fn remember(settings: &Settings, data: &DataDir) -> Result<(), Failure> {
    let config = settings.file.as_ref().and_then(|file| fs::canonicalize(file).ok());
    let public_url = Some(settings.public_url.value.clone());
    let memory = serde_json::to_vec(&Memory { public_url, config }).unwrap_or_default();
    let path = data.path().join(MEMORY);
    replace_private(&path, &memory)
        .map_err(|error| Failure::doing(&format!("cannot write {}", path.display()), &error))
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
