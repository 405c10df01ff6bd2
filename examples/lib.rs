//! Guest access embedded elsewhere: four programs, and what three of them share.
//!
//! Whoever embeds the application gives it what it does not have by itself: a
//! clock, randomness, and words for mails. Here they are in their plainest
//! form, with a team for the programs to play with.

use std::sync::Arc;

use chrono::{SubsecRound as _, TimeDelta};
use guest_app::letter::{Letter, Render, Rendered};
use guest_app::{
    App, Call, ComputerChange, Config, EmailsDraft, Entropy, Fault, Heartbeat, InviteDraft,
    KeyDraft, NewTeam, Store, WindowDraft,
};
use guest_core::{
    ComputerId, Email, EmailRefusal, Instant, MacKey, PaymentMethod, PriceList, Purpose,
    RefundPolicy, Secret,
};

/// The team of the examples, which belongs to `ada@acme.example`.
pub const TEAM: &str = "acme";

/// The name of its one computer.
pub const COMPUTER: &str = "studio-1";

/// Puts the application together over a store, for a server that is reached at `public_url`.
///
/// Its key is drawn anew each time, so links die with the program: one that
/// goes on keeps the key in a file of its own.
///
/// # Errors
///
/// Returns that the sender's address is none.
pub fn app(store: impl Store, public_url: &str) -> Result<App, EmailRefusal> {
    let mut key = [0; 32];
    SystemEntropy.fill(&mut key);
    let config = Config {
        brand: "Guest".to_owned(),
        public_url: public_url.to_owned(),
        sender: Email::parse("guest@guest.example")?,
        prices: PriceList::default(),
        payment: PaymentMethod::Instant,
        refunds: RefundPolicy::UnusedOnly,
        key: MacKey::new(key),
    };
    Ok(App::new(Arc::new(store), config, Arc::new(SystemEntropy), Arc::new(PlainWords)))
}

/// Makes a team with credits and a computer that lets guests in; blocks until it is there.
///
/// Returns the computer, and the key with which its agent speaks up.
///
/// # Errors
///
/// Returns what the application has against it, or that the store fails.
pub fn furnish(app: &App, credits: u32) -> Result<(ComputerId, Secret), Fault> {
    let operator = Call::operator();
    app.init_team(&NewTeam {
        team: TEAM.to_owned(),
        name: "Acme".to_owned(),
        owner: "ada@acme.example".to_owned(),
        owner_name: Some("Ada".to_owned()),
        time_zone: None,
    })
    .wait()?;
    app.grant(TEAM, credits, "to try it out").wait()?;
    let key =
        app.make_computer_key(&operator, TEAM, &KeyDraft { name: "lab".to_owned() }).wait()?;
    let secret = Secret::parse(Purpose::ComputerKey, &key.secret.unwrap_or_default());
    let secret = secret.ok_or(guest_app::Denied::NotFound("computer key"))?;
    let beat = Heartbeat { name: COMPUTER.to_owned(), ..Heartbeat::default() };
    let computer = app.heartbeat(&secret, None, &beat).wait()?.computer_id;
    let on = ComputerChange { name: None, guest_access: Some(true) };
    app.change_computer(&operator, TEAM, computer, &on, None).wait()?;
    Ok((computer, secret))
}

/// Returns a request to invite guests to a computer for the next hour.
#[must_use]
pub fn invitation(computer: ComputerId, guests: &str) -> InviteDraft {
    let now = wall_clock();
    InviteDraft {
        computer_id: computer.to_string(),
        emails: EmailsDraft::Text(guests.to_owned()),
        window: WindowDraft {
            start: local(now),
            end: local(now + TimeDelta::hours(1)),
            time_zone: "Etc/UTC".to_owned(),
        },
        permissions: vec!["keyboard".to_owned(), "mouse".to_owned()],
        title: "Usability study".to_owned(),
        message: "See you there.".to_owned(),
    }
}

/// Returns a moment as windows are given in UTC.
#[must_use]
pub fn local(at: Instant) -> String {
    at.format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// Returns a client for the HTTP API.
///
/// # Errors
///
/// Returns that the client cannot be set up.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    // Only fails if there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(PATIENCE).build()
}

/// Reads the time; the only place in these programs that does.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a program that embeds the rules brings the clock")]
pub fn wall_clock() -> Instant {
    Instant::from(std::time::SystemTime::now()).trunc_subsecs(6)
}

/// The system's randomness.
#[derive(Clone, Copy, Debug)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "a program that embeds the rules draws for them")]
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Without randomness there are no secrets, and nothing to go on with.
            std::process::abort();
        }
    }

    fn id(&self) -> u128 {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        let millis = u128::try_from(wall_clock().timestamp_millis()).unwrap_or_default();
        (millis << RANDOM_BITS) | (u128::from_be_bytes(bytes) >> (128 - RANDOM_BITS))
    }
}

/// Mails that say what they are about, and no more.
#[derive(Clone, Copy, Debug)]
pub struct PlainWords;

impl Render for PlainWords {
    fn render(&self, letter: &Letter) -> Rendered {
        let subject = format!("A mail from {}", letter.from_name);
        let text = format!("{:?}", letter.content);
        Rendered { subject, text, html: String::new(), calendar: None }
    }
}

/// What is random in an id; the 48 bits before are the time.
const RANDOM_BITS: u32 = 80;

/// How long an answer may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
