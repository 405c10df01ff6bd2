//! A team at work, for every test of the use cases.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::TimeDelta;
use guest_app::letter::{Letter, Render, Rendered};
use guest_app::{
    App, Call, Caller, ComputerChange, Config, EmailsDraft, Entropy, Fault, Heartbeat, InviteDraft,
    InvitesMade, KeyDraft, NewTeam, NewUser, WindowDraft,
};
use guest_core::{
    ComputerId, Email, Instant, InviteId, MacKey, PaymentMethod, PriceList, Purpose, RefundPolicy,
    Refusal, Secret,
};
use guest_testkit::MemStore;

/// The team `acme`: ada owns it, bob administers it, cory coordinates, mia is a member, eve is
/// External; all of them `@acme.example`.
pub(crate) struct Fixture {
    pub(crate) app: App,
    pub(crate) store: MemStore,
    /// The secret of the key that provisioned the computers.
    pub(crate) computer_key: Secret,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// Starts with another configuration.
    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let (app, store) = bare(change);
        app.init_team(&NewTeam {
            team: TEAM.to_owned(),
            name: "Acme".to_owned(),
            owner: "ada@acme.example".to_owned(),
            owner_name: Some("Ada".to_owned()),
            time_zone: Some("Europe/Paris".to_owned()),
        })
        .wait()
        .unwrap();
        for (name, profile, coordinator) in [
            ("bob", "administrator", false),
            ("cory", "member", true),
            ("mia", "member", false),
            ("eve", "external", false),
        ] {
            let user = NewUser {
                email: format!("{name}@acme.example"),
                name: name.to_owned(),
                profile: profile.to_owned(),
                coordinator,
                owner: false,
            };
            app.add_user(&Call::operator(), TEAM, &user).wait().unwrap();
        }
        let key = KeyDraft { name: "lab".to_owned() };
        let made = app.make_computer_key(&Call::operator(), TEAM, &key).wait().unwrap();
        let secret = made.secret.unwrap();
        let computer_key = Secret::parse(Purpose::ComputerKey, &secret).unwrap();
        Self { app, store, computer_key }
    }

    /// Returns a call of the one of these users (`ada`), or of any address.
    pub(crate) fn call(&self, who: &str) -> Call {
        let address =
            if who.contains('@') { who.to_owned() } else { format!("{who}@acme.example") };
        let secret = self.app.sign_in_as(&email(&address)).wait().unwrap();
        Call { caller: Caller::Login(secret.hash()), origin: None, once: None }
    }

    pub(crate) fn owner(&self) -> Call {
        self.call("ada")
    }

    /// Returns the team computer `studio-1`, online and with guest access on.
    pub(crate) fn computer(&self) -> ComputerId {
        self.computer_named("studio-1")
    }

    /// Returns another team computer, in the same way.
    pub(crate) fn computer_named(&self, name: &str) -> ComputerId {
        let id = self.heartbeat(name);
        let on = ComputerChange { name: None, guest_access: Some(true) };
        self.app.change_computer(&Call::operator(), TEAM, id, &on, None).wait().unwrap();
        id
    }

    /// Has the agent of a team computer heard.
    pub(crate) fn heartbeat(&self, name: &str) -> ComputerId {
        let beat = Heartbeat { name: name.to_owned(), ..Heartbeat::default() };
        let answer = self.app.heartbeat(&self.computer_key, None, &beat).wait().unwrap();
        answer.computer_id
    }

    pub(crate) fn credits(&self, quantity: u32) {
        self.app.grant(TEAM, quantity, "a test").wait().unwrap();
    }

    /// Invites guests as cory, for 10:00 to 12:00.
    pub(crate) fn invite(&self, computer: ComputerId, guests: &str) -> InvitesMade {
        let draft = draft(computer, guests, "2026-12-01T10:00", "2026-12-01T12:00");
        self.app.make_invites(&self.call("cory"), TEAM, &draft).wait().unwrap()
    }

    /// Invites one guest as cory, for 10:00 to 12:00.
    pub(crate) fn invite_one(&self, computer: ComputerId, guest: &str) -> InviteId {
        self.invite(computer, guest).invites[0].id
    }

    /// Lets time pass, in seconds.
    pub(crate) fn advance(&self, seconds: i64) {
        self.store.advance(TimeDelta::seconds(seconds));
    }

    /// Lets time pass up to a moment of the day, and does what is due.
    pub(crate) fn until(&self, clock: &str) {
        self.store.set(at(clock));
        while self.app.process_due(100).wait().unwrap().done > 0 {}
    }
}

/// Returns an application without a team.
pub(crate) fn bare(change: impl FnOnce(&mut Config)) -> (App, MemStore) {
    let store = MemStore::at(at("09:00:00"));
    let mut config = Config {
        brand: "Guest".to_owned(),
        public_url: "https://guest.example".to_owned(),
        sender: email("guest@guest.example"),
        prices: PriceList::default(),
        payment: PaymentMethod::Instant,
        refunds: RefundPolicy::UnusedOnly,
        key: MacKey::new([7; 32]),
    };
    change(&mut config);
    let app = App::new(
        Arc::new(store.clone()),
        config,
        Arc::new(Counting(AtomicU64::new(1))),
        Arc::new(Plain),
    );
    (app, store)
}

/// Returns a request for invites in UTC.
pub(crate) fn draft(computer: ComputerId, guests: &str, start: &str, end: &str) -> InviteDraft {
    InviteDraft {
        computer_id: computer.to_string(),
        emails: EmailsDraft::Text(guests.to_owned()),
        window: WindowDraft {
            start: start.to_owned(),
            end: end.to_owned(),
            time_zone: "Etc/UTC".to_owned(),
        },
        permissions: vec!["keyboard".to_owned(), "mouse".to_owned()],
        title: "Usability study".to_owned(),
        message: "See you there.".to_owned(),
    }
}

/// Returns a moment of the day of the tests.
pub(crate) fn at(clock: &str) -> Instant {
    format!("2026-12-01T{clock}Z").parse().unwrap()
}

pub(crate) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

/// Returns the code of a refusal.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(answer: Result<T, Fault>) -> &'static str {
    match answer {
        Err(Fault::Refused(refusal)) => refusal.code(),
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) const TEAM: &str = "acme";

/// Ids and secrets that count up, so that every run is the same.
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes.iter_mut() {
            *byte = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes()[0];
        }
        let count = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        bytes.iter_mut().zip(count).for_each(|(to, from)| *to = from);
    }

    fn id(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed)) << 32
    }
}

/// Mails in a few words.
struct Plain;

impl Render for Plain {
    fn render(&self, letter: &Letter) -> Rendered {
        let text = format!("{:?}", letter.content);
        Rendered { subject: "a mail".to_owned(), html: String::new(), text, calendar: None }
    }
}
