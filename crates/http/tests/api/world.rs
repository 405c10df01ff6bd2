//! A server with teams, and clients to call it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use chrono::TimeDelta;
use guest_app::letter::{Calendar, Letter, Render, Rendered};
use guest_app::{App, Call, Config, Entropy, FileStore, NewTeam, NewUser, Store};
use guest_core::{Email, Instant, MacKey, PaymentMethod, PriceList, RefundPolicy};
use guest_http::{OperatorAccess, Options};
use guest_testkit::{MemBlobs, MemStore};
use serde_json::Value;
use tower::ServiceExt;

use crate::{documented, joining};

/// A server with the team `acme`: ada and olga own it, bob administers it, cory and carl
/// coordinate, mia is a member, eve is External, and rex was revoked; all `@acme.example`. Beside
/// it `rival`, which zoe owns.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) store: MemStore,
    pub(crate) router: Router,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Options::default(), ORIGIN)
    }

    /// Starts a server of its own kind.
    pub(crate) fn with(options: Options, public_url: &str) -> Self {
        Self::of(options, config(public_url))
    }

    /// Starts a server that sells credits at other prices.
    #[cfg(feature = "pages")]
    pub(crate) fn selling(prices: PriceList) -> Self {
        Self::of(Options::default(), Config { prices, ..config(ORIGIN) })
    }

    /// Starts a server that has no team, and returns it with the path of the page that sets it up.
    #[cfg(feature = "pages")]
    pub(crate) fn empty() -> (Self, String) {
        let store = MemStore::at(at("09:00:00"));
        let app = with_config(Arc::new(store.clone()), config(ORIGIN));
        let (app, address) = app.offering_set_up();
        let router = guest_http::router(app.clone(), Options::default());
        let path = address.strip_prefix(ORIGIN).unwrap().to_owned();
        (Self { app, store, router }, path)
    }

    fn of(options: Options, config: Config) -> Self {
        let store = MemStore::at(at("09:00:00"));
        let app = with_config(Arc::new(store.clone()), config);
        let app = app.with_vouching(joining::believes_a_root(&store));
        aside(|| populate(&app));
        let router = guest_http::router(app.clone(), options);
        Self { app, store, router }
    }

    /// Returns a client that is signed in with one of these names, or any address.
    pub(crate) fn sign_in(&self, who: &str) -> Client {
        let secret = aside(|| self.app.sign_in_as(&address(who)).wait().unwrap());
        let name = if self.app.config().public_url.starts_with("https") {
            "__Host-guest"
        } else {
            "guest"
        };
        self.nobody()
            .with("cookie", &format!("{name}={}", secret.expose()))
            .with("origin", &self.app.config().public_url)
    }

    /// Returns a client with an API key of one of these names.
    pub(crate) fn key(&self, who: &str, scopes: &[&str]) -> Client {
        let email = address(who);
        let team = if who == "zoe" { "rival" } else { "acme" };
        let everyone = self.app.users(&Call::operator(), team, &guest_app::Paging::default());
        let users = aside(|| everyone.wait().unwrap().data);
        let user = users.into_iter().find(|user| user.email.as_ref() == Some(&email)).unwrap();
        let draft = guest_app::ApiKeyDraft {
            name: "a test".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            user_id: Some(user.id.to_string()),
        };
        let made = self.app.make_api_key(&Call::operator(), team, &draft);
        let made = aside(|| made.wait().unwrap());
        self.bearer(&made.key.unwrap())
    }

    /// Returns a client with a bearer token.
    pub(crate) fn bearer(&self, token: &str) -> Client {
        self.nobody().with("authorization", &format!("Bearer {token}"))
    }

    /// Returns a client that shows nothing.
    pub(crate) fn nobody(&self) -> Client {
        Client::of(self.router.clone())
    }

    /// Returns a client in the same process, with the operator's access.
    pub(crate) fn operator(&self, acting: Option<&str>) -> Client {
        let access = OperatorAccess { acting: acting.map(address) };
        Client { access: Some(access), ..self.nobody() }
    }

    /// Lets time pass, in seconds, and does what is due.
    pub(crate) fn pass(&self, seconds: i64) {
        self.store.advance(TimeDelta::seconds(seconds));
        aside(|| while self.app.process_due(100).wait().unwrap().done > 0 {});
    }
}

/// Does something that blocks on a thread of its own, since a task of a runtime must not.
pub(crate) fn aside<T: Send>(blocking: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(blocking).join().unwrap())
}

/// Somebody who calls the API.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    headers: Vec<(String, String)>,
    peer: Option<SocketAddr>,
    access: Option<OperatorAccess>,
}

impl Client {
    /// Returns a client that shows nothing.
    pub(crate) fn of(router: Router) -> Self {
        Self { router, headers: Vec::new(), peer: None, access: None }
    }

    /// Sends another header with each request.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a header out.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// Calls from an address.
    pub(crate) fn from(mut self, peer: &str) -> Self {
        self.peer = Some(SocketAddr::new(peer.parse().unwrap(), 4711));
        self
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let client = match body {
            Some(_) => self.clone().with("content-type", "application/json"),
            None => self.clone(),
        };
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        client.raw(method, path, body).await
    }

    /// Sends a body as it is.
    pub(crate) async fn raw(&self, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        let response = self.open(method, path, body).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let is_stream = headers
            .get("content-type")
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let body = if is_stream { Body::empty() } else { response.into_body() };
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let answer = Answer { status, headers, text };
        documented::check(method, path, &answer);
        answer
    }

    /// Sends a request, and returns the answer with its body unread.
    pub(crate) async fn open(
        &self,
        method: &str,
        path: &str,
        body: impl Into<Body>,
    ) -> axum::response::Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(body.into()).unwrap();
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        if let Some(access) = &self.access {
            request.extensions_mut().insert(access.clone());
        }
        self.router.clone().oneshot(request).await.unwrap()
    }
}

/// What the API answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Expects a status, and returns the body.
    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }

    /// Expects a problem.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) -> Value {
        let problem = self.is(status);
        assert_eq!(problem["code"], code, "{}", self.text);
        problem
    }
}

/// Returns an application over a store.
pub(crate) fn app(store: Arc<dyn Store>, public_url: &str) -> App {
    with_config(store, config(public_url))
}

fn with_config(store: Arc<dyn Store>, config: Config) -> App {
    let files = FileStore::new(Arc::new(MemBlobs::default()));
    App::new(store, config, Arc::new(Counting(AtomicU64::new(1))), Arc::new(Plain))
        .with_files(files)
}

fn config(public_url: &str) -> Config {
    Config {
        brand: "Guest".to_owned(),
        public_url: public_url.to_owned(),
        sender: Email::parse("guest@guest.example").unwrap(),
        prices: PriceList::default(),
        payment: PaymentMethod::Instant,
        refunds: RefundPolicy::UnusedOnly,
        key: MacKey::new([7; 32]),
    }
}

/// Makes the teams and their users.
pub(crate) fn populate(app: &App) {
    for (team, owner) in [("acme", "ada"), ("rival", "zoe")] {
        app.init_team(&NewTeam {
            team: team.to_owned(),
            name: team.to_owned(),
            owner: address(owner).to_string(),
            owner_name: Some(owner.to_owned()),
            time_zone: Some("Europe/Paris".to_owned()),
        })
        .wait()
        .unwrap();
    }
    let mut revoked = None;
    for (name, profile, coordinator, owner) in [
        ("olga", "administrator", false, true),
        ("bob", "administrator", false, false),
        ("cory", "member", true, false),
        ("carl", "member", true, false),
        ("mia", "member", false, false),
        ("eve", "external", false, false),
        ("rex", "member", false, false),
    ] {
        let user = NewUser {
            email: address(name).to_string(),
            name: name.to_owned(),
            profile: profile.to_owned(),
            coordinator,
            owner,
        };
        revoked = Some(app.add_user(&Call::operator(), "acme", &user).wait().unwrap().id);
    }
    let how = guest_app::RevokeRequest::default();
    app.revoke_user(&Call::operator(), "acme", revoked.unwrap(), &how).wait().unwrap();
}

/// Returns a moment of the day of the tests.
pub(crate) fn at(clock: &str) -> Instant {
    format!("2026-12-01T{clock}Z").parse().unwrap()
}

fn address(who: &str) -> Email {
    let address = match who {
        who if who.contains('@') => who.to_owned(),
        "zoe" => "zoe@rival.example".to_owned(),
        who => format!("{who}@acme.example"),
    };
    Email::parse(&address).unwrap()
}

/// Where the server is reached.
pub(crate) const ORIGIN: &str = "http://guest.example";

/// Ids and secrets that count up, so that every run is the same.
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
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
        let calendar = Some(Calendar { method: "REQUEST", body: text.clone() });
        Rendered { subject: "a mail".to_owned(), html: String::new(), text, calendar }
    }
}
