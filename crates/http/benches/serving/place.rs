//! A server on a real disk with a team at work, for the benchmarks.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use chrono::{DateTime, Utc};
use guest_app::{
    ApiKeyDraft, App, Call, ComputerChange, Config, EmailsDraft, Heartbeat, InviteDraft, KeyDraft,
    NewTeam, WindowDraft,
};
use guest_core::{
    ComputerId, Email, Link, MacKey, PaymentMethod, PriceList, Purpose, RefundPolicy, Secret,
};
use guest_store_sqlite::{Options, SqliteStore};
use guest_testkit::{Counting, Silent};
use rusqlite::Connection;

/// A server with the team `acme`, its owner's API key and an online computer.
pub(crate) struct Place {
    pub(crate) address: SocketAddr,
    pub(crate) app: App,
    pub(crate) api_key: String,
    pub(crate) computer: ComputerId,
    pub(crate) database: PathBuf,
    /// When all of this is said to happen, in microseconds.
    clock: Arc<AtomicU64>,
    _folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = folder();
        let database = folder.path().join("guest.db");
        let clock = Arc::new(AtomicU64::new(micros("2026-12-01T09:00:00Z")));
        let told = Arc::clone(&clock);
        let now = move || {
            let micros = i64::try_from(told.load(Ordering::Relaxed)).unwrap();
            DateTime::<Utc>::from_timestamp_micros(micros).unwrap()
        };
        let store = SqliteStore::open(&database, &Options::of_guest(Arc::new(now))).unwrap();
        let config = Config {
            brand: "Guest".to_owned(),
            public_url: "http://localhost".to_owned(),
            sender: Email::parse("guest@localhost.example").unwrap(),
            prices: PriceList::default(),
            payment: PaymentMethod::Instant,
            refunds: RefundPolicy::UnusedOnly,
            key: KEY.into_key(),
        };
        let entropy = Arc::new(Counting::default());
        let app = App::new(Arc::new(store), config, entropy, Arc::new(Silent));
        app.init_team(&NewTeam {
            team: TEAM.to_owned(),
            name: "Acme".to_owned(),
            owner: OWNER.to_owned(),
            owner_name: None,
            time_zone: None,
        })
        .wait()
        .unwrap();
        for _ in 0..100 {
            app.grant(TEAM, 100_000, "a benchmark").wait().unwrap();
        }
        let operator = Call::operator();
        let key = ApiKeyDraft {
            name: "benchmark".to_owned(),
            scopes: vec!["all".to_owned()],
            user_id: None,
        };
        let api_key = app.make_api_key(&operator, TEAM, &key).wait().unwrap().key.unwrap();
        let computer = computer(&app);
        let address = serve(guest_http::router(app.clone(), guest_http::Options::default()));
        Self { address, app, api_key, computer, database, clock, _folder: folder }
    }

    /// Says what time it is.
    pub(crate) fn set_clock(&self, text: &str) {
        self.clock.store(micros(text), Ordering::Relaxed);
    }

    /// Returns a request for invites from 10:00 to 18:00.
    pub(crate) fn draft(&self, guests: Vec<String>) -> InviteDraft {
        InviteDraft {
            computer_id: self.computer.to_string(),
            emails: EmailsDraft::List(guests),
            window: WindowDraft {
                start: START.to_owned(),
                end: END.to_owned(),
                time_zone: "Europe/Paris".to_owned(),
            },
            permissions: vec!["keyboard".to_owned()],
            title: "Usability study".to_owned(),
            message: "See you there.".to_owned(),
        }
    }

    /// Copies an invite until there are this many, and returns the guest's link paths to some.
    ///
    /// Copies differ from each other in their ids, as invites made one after another do.
    pub(crate) fn fill(&self, total: u64) -> Vec<String> {
        let draft = self.draft(vec![GUEST.to_owned()]);
        let made = self.app.make_invites(&Call::operator(), TEAM, &draft).wait().unwrap();
        let id = made.invites[0].id;
        let connection = Connection::open(&self.database).unwrap();
        let present: u64 = connection
            .query_row("SELECT count(*) FROM invite", [], |row| row.get::<_, i64>(0))
            .unwrap()
            .try_into()
            .unwrap();
        let columns = guest_app::tables::INVITE.columns.iter().map(|column| match column.name {
            // The last eight bytes of an id, written as text, become the copy's number.
            "id" => "unhex(printf('%s%016X', substr(hex(id), 1, 16), n))".to_owned(),
            name => name.to_owned(),
        });
        let sql = format!(
            "WITH RECURSIVE number(n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < ?2)
             INSERT OR IGNORE INTO invite SELECT {} FROM invite, number WHERE id = ?3",
            columns.collect::<Vec<_>>().join(",")
        );
        let first = COPIES + present;
        let bits = id.to_bits().to_be_bytes();
        let bounds = (first.cast_signed(), (COPIES + total).cast_signed(), bits.as_slice());
        connection.execute(&sql, bounds).unwrap();
        let high = id.to_bits() >> 64 << 64;
        (first..COPIES + total)
            .step_by(usize::try_from(total / 20_000).unwrap().max(1))
            .map(|number| {
                let invite = guest_core::InviteId::from_bits(high | u128::from(number));
                let link = Link { team: TEAM.parse().unwrap(), invite, counter: 0 };
                format!("/v1/guest-links/{}", link.token(&KEY.into_key()).expose())
            })
            .collect()
    }

    /// Fills the store with a million invites, and returns the guest's cookie and links.
    pub(crate) fn a_million_invites(&self) -> (String, Vec<String>) {
        let paths = self.fill(1_000_000);
        let cookie = self.app.sign_in_as(&Email::parse(GUEST).unwrap()).wait().unwrap();
        (cookie.expose().to_owned(), paths)
    }

    /// Fills the credit history up to a million entries.
    pub(crate) fn a_million_entries(&self) {
        let guests = (0..100).map(|number| format!("guest{number}@example.org")).collect();
        let draft = self.draft(guests);
        self.app.make_invites(&Call::operator(), TEAM, &draft).wait().unwrap();
        let connection = Connection::open(&self.database).unwrap();
        let present: i64 = connection
            .query_row("SELECT count(*) FROM credit_entry", [], |row| row.get(0))
            .unwrap();
        let columns =
            guest_app::tables::CREDIT_ENTRY.columns.iter().map(|column| match column.name {
                "seq" => "n".to_owned(),
                name => name.to_owned(),
            });
        let sql = format!(
            "WITH RECURSIVE number(n) AS (SELECT ?1 + 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1000000)
             INSERT INTO credit_entry SELECT {} FROM credit_entry, number WHERE seq = ?1",
            columns.collect::<Vec<_>>().join(",")
        );
        connection.execute(&sql, [present]).unwrap();
    }

    /// Returns the body of the first answer that a load would get.
    pub(crate) fn sample(&self, target: &crate::load::Target) -> String {
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}\r\n",
            target.paths[0], target.headers
        );
        let answer = self.ask(&request);
        answer.split("\r\n\r\n").nth(1).unwrap().to_owned()
    }

    /// Downloads the credit history, and returns its lines and the most memory seen meanwhile.
    pub(crate) fn export(&self) -> (usize, usize) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        write!(
            stream,
            "GET /v1/teams/acme/credits/transactions.csv HTTP/1.1\r\nHost: localhost\r\n\
             Connection: close\r\nAuthorization: Bearer {}\r\n\r\n",
            self.api_key
        )
        .unwrap();
        let mut reader = BufReader::with_capacity(64 * 1024, stream);
        let (mut lines, mut most, mut buffer) = (0, 0, Vec::new());
        loop {
            buffer.clear();
            if reader.read_until(b'\n', &mut buffer).unwrap() == 0 {
                return (lines, most);
            }
            // Neither the head nor the sizes of chunks have a comma.
            if buffer.split(|byte| *byte == b',').count() >= 8 {
                lines += 1;
                if lines % 50_000 == 0 {
                    most = most.max(resident());
                }
            }
        }
    }

    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        std::io::read_to_string(stream).unwrap()
    }
}

/// Serves a constant answer, the yardstick of the framework.
pub(crate) fn constant(body: &str) -> SocketAddr {
    let body: &'static str = body.to_owned().leak();
    let answer = move || async move { ([("content-type", "application/json")], body) };
    serve(axum::Router::new().fallback(answer))
}

/// Returns a folder for a database, on the disk where the build is.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).unwrap()
}

/// Returns how many bytes of memory this process has resident.
pub(crate) fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

fn computer(app: &App) -> ComputerId {
    let operator = Call::operator();
    let draft = KeyDraft { name: "lab".to_owned() };
    let key = app.make_computer_key(&operator, TEAM, &draft).wait().unwrap();
    let secret = Secret::parse(Purpose::ComputerKey, &key.secret.unwrap()).unwrap();
    let beat = Heartbeat { name: "studio-1".to_owned(), ..Heartbeat::default() };
    let id = app.heartbeat(&secret, None, &beat).wait().unwrap().computer_id;
    let on = ComputerChange { name: None, guest_access: Some(true) };
    app.change_computer(&operator, TEAM, id, &on, None).wait().unwrap();
    id
}

/// Serves a router on a port of its own, on two threads of its own.
fn serve(router: axum::Router) -> SocketAddr {
    let (told, address) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            told.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
    });
    address.recv().unwrap()
}

fn micros(text: &str) -> u64 {
    let at: DateTime<Utc> = text.parse().unwrap();
    at.signed_duration_since(DateTime::UNIX_EPOCH)
        .num_microseconds()
        .and_then(|micros| micros.try_into().ok())
        .unwrap()
}

pub(crate) const TEAM: &str = "acme";
pub(crate) const START: &str = "2026-12-01T11:00";
pub(crate) const END: &str = "2026-12-01T19:00";
const OWNER: &str = "ada@acme.example";
const GUEST: &str = "lin@example.org";
const KEY: KeyBits = KeyBits([7; 32]);

/// Copies are numbered from here, beyond what the counting ids reach.
const COPIES: u64 = 1 << 60;

struct KeyBits([u8; 32]);

impl KeyBits {
    fn into_key(self) -> MacKey {
        MacKey::new(self.0)
    }
}
