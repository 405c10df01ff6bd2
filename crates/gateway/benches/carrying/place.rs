//! A server on a real disk with guests who are invited, and the agents of its computers.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use axum::serve::ListenerExt as _;
use chrono::{TimeDelta, Utc};
use futures_util::future::join_all;
use guest_agent::Screen;
use guest_app::{
    ApiKeyDraft, App, Call, ComputerChange, Config, EmailsDraft, Heartbeat, InviteDraft, KeyDraft,
    NewTeam, WindowDraft,
};
use guest_core::{
    ComputerId, Email, MacKey, PaymentMethod, Peripheral, PriceList, Purpose, RefundPolicy, Secret,
};
use guest_gateway::{Agents, Gateway};
use guest_store_sqlite::{Options, SqliteStore};
use guest_testkit::{Counting, Silent};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::program;

/// What a server says once it is there.
#[derive(Deserialize, Serialize)]
pub(crate) struct Place {
    pub(crate) address: SocketAddr,
    pub(crate) api_key: String,
    pub(crate) computer_key: String,
    pub(crate) computers: usize,
    pub(crate) invited: Vec<Invited>,
}

/// Somebody who may connect from now on for an hour.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Invited {
    pub(crate) invite: String,
    /// The token of the link.
    pub(crate) token: String,
    pub(crate) cookie: String,
}

/// Serves until it is killed, with room for so many sessions.
pub(crate) fn serve(sessions: usize, folder: &Path) {
    program::run(async {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let agents = Arc::new(Agents::default());
        let app = app(folder, address).with_relay(Arc::clone(&agents) as _);
        let place = fill(&app, address, sessions).await;
        let (_go_on, stopping) = watch::channel(false);
        let gateway = Gateway::new(app.clone(), agents, Arc::new(Utc::now), stopping);
        let running = gateway.clone();
        tokio::spawn(async move { running.run().await });
        let options = guest_http::Options {
            gateway: Some(gateway),
            // All come from one address, and each says another.
            trust_proxy: true,
            ..guest_http::Options::default()
        };
        println!("{}", serde_json::to_string(&place).unwrap());
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        axum::serve(listener, guest_http::router(app, options)).await.unwrap();
    });
}

/// Runs the agents of so many computers until it is killed.
pub(crate) fn run_agents(server: &str, key_file: &Path, computers: usize, vnc: &str) {
    program::run(async {
        println!("they are there");
        let (_go_on, stopping) = watch::channel(false);
        let agents = (0..computers).map(|number| {
            let options = guest_agent::Options {
                server: guest_agent::Server::parse(server).unwrap(),
                key_file: key_file.to_owned(),
                name: name(number),
                screen: Screen::Vnc { address: vnc.to_owned(), password_file: None },
                host_login: Some("ada".to_owned()),
                certificates: None,
                random: Arc::new(|| 0),
            };
            guest_agent::run(options, stopping.clone())
        });
        join_all(agents).await;
    });
}

fn app(folder: &Path, address: SocketAddr) -> App {
    let store = SqliteStore::open(&folder.join("guest.db"), &Options::of_guest(Arc::new(Utc::now)));
    let config = Config {
        brand: "Guest".to_owned(),
        public_url: format!("http://{address}"),
        sender: Email::parse("guest@localhost.example").unwrap(),
        prices: PriceList::default(),
        payment: PaymentMethod::Instant,
        refunds: RefundPolicy::UnusedOnly,
        key: MacKey::new([7; 32]),
    };
    let entropy = Arc::new(Counting::default());
    App::new(Arc::new(store.unwrap()), config, entropy, Arc::new(Silent))
}

async fn fill(app: &App, address: SocketAddr, sessions: usize) -> Place {
    let operator = Call::operator();
    let team = NewTeam {
        team: TEAM.to_owned(),
        name: "Acme".to_owned(),
        owner: "ada@acme.example".to_owned(),
        owner_name: None,
        time_zone: None,
    };
    app.init_team(&team).await.unwrap();
    app.grant(TEAM, 10_000, "a benchmark").await.unwrap();
    let key =
        ApiKeyDraft { name: "benchmark".to_owned(), scopes: vec!["all".to_owned()], user_id: None };
    let api_key = app.make_api_key(&operator, TEAM, &key).await.unwrap().key.unwrap();
    let draft = KeyDraft { name: "lab".to_owned() };
    let computer_key =
        app.make_computer_key(&operator, TEAM, &draft).await.unwrap().secret.unwrap();
    let computers = sessions.div_ceil(EACH);
    let mut invited = Vec::new();
    for number in 0..computers {
        let computer = computer(app, &computer_key, number).await;
        invited.extend(invite(app, computer, number, EACH.min(sessions - invited.len())).await);
    }
    Place { address, api_key, computer_key, computers, invited }
}

async fn computer(app: &App, key: &str, number: usize) -> ComputerId {
    let secret = Secret::parse(Purpose::ComputerKey, key).unwrap();
    let beat = Heartbeat {
        name: name(number),
        connection: Some("relay".to_owned()),
        ..Heartbeat::default()
    };
    let id = app.heartbeat(&secret, None, &beat).await.unwrap().computer_id;
    let on = ComputerChange { name: None, guest_access: Some(true) };
    app.change_computer(&Call::operator(), TEAM, id, &on, None).await.unwrap();
    id
}

/// Invites so many guests to a computer, and signs them in.
async fn invite(app: &App, computer: ComputerId, number: usize, guests: usize) -> Vec<Invited> {
    let emails: Vec<_> =
        (0..guests).map(|guest| format!("guest{number}-{guest}@example.org")).collect();
    let told = |at: chrono::DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%S").to_string();
    let draft = InviteDraft {
        computer_id: computer.to_string(),
        emails: EmailsDraft::List(emails.clone()),
        window: WindowDraft {
            start: told(Utc::now()),
            end: told(Utc::now() + TimeDelta::hours(1)),
            time_zone: "UTC".to_owned(),
        },
        permissions: Peripheral::ALL.iter().map(|named| named.name().to_owned()).collect(),
        title: "Usability study".to_owned(),
        message: String::new(),
    };
    let made = app.make_invites(&Call::operator(), TEAM, &draft).await.unwrap();
    let cookies: Vec<_> =
        emails.iter().map(|email| app.sign_in_as(&Email::parse(email).unwrap())).collect();
    let cookies = join_all(cookies).await;
    let with_cookie = made.invites.into_iter().zip(cookies);
    let invited = with_cookie.map(|(invite, cookie)| Invited {
        invite: invite.id.to_string(),
        token: invite.link.unwrap().rsplit('/').next().unwrap().to_owned(),
        cookie: cookie.unwrap().expose().to_owned(),
    });
    invited.collect()
}

fn name(number: usize) -> String {
    format!("studio-{number}")
}

pub(crate) const TEAM: &str = "acme";

/// How many guests a computer has: as many as one request may invite.
const EACH: usize = 100;
