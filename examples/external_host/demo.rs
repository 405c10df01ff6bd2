//! A server to talk to, and what happens on a busy afternoon: let in, kicked, left, timed out.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use guest_app::{App, Call, Caller, Connected, InviteChange, WindowChange};
use guest_core::{Email, InviteId, SessionEndReason, SessionId};
use guest_examples::{COMPUTER, TEAM, app, client, furnish, invitation, local, wall_clock};
use guest_store_sqlite::{Options, SqliteStore};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

use crate::agent::{Agent, Software};
use crate::host::Order;
use crate::show;

/// Runs the host against a server of its own.
pub(crate) async fn run() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let clock = Options::of_guest(Arc::new(wall_clock));
    let store = SqliteStore::open(&folder.path().join("guest.db"), &clock)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let server = format!("http://{}", listener.local_addr()?);
    let app = app(store, &server)?;
    let furnishing = app.clone();
    let (computer, key) = spawn_blocking(move || furnish(&furnishing, 1)).await??;

    let (order, orders) = mpsc::unbounded_channel();
    let (closed, gone) = mpsc::unbounded_channel();
    let name = COMPUTER.to_owned();
    // A real host is heard every ten seconds; nobody wants to wait for that here.
    let every = Duration::from_millis(200);
    let agent = Agent { client: client()?, server, key, name, every };
    let made = app.make_invites(&Call::operator(), TEAM, &invitation(computer, GUEST)).await?;
    let invite = made.invites.into_iter().next().ok_or("no invite was made")?;
    let link = invite.link.ok_or("the invite has no link")?;
    let token = link.rsplit('/').next().unwrap_or_default().to_owned();
    let serving = serve(listener, app.clone());
    let play = Play { app, invite: invite.id, token, orders, closed };
    tokio::select! {
        () = agent.run(Software { orders: order, gone }) => Err("the host has stopped".into()),
        ended = play.run(serving) => ended,
    }
}

/// The server's side of the demo, and the streaming software.
struct Play {
    app: App,
    invite: InviteId,
    token: String,
    orders: mpsc::UnboundedReceiver<Order>,
    closed: mpsc::UnboundedSender<(SessionId, SessionEndReason)>,
}

impl Play {
    async fn run(mut self, serving: Serving) -> Result<(), Box<dyn Error>> {
        let session = self.connect().await?;
        println!("\nada kicks the guest");
        self.app.kick(&Call::operator(), TEAM, self.invite, false, None).await?;
        self.closes(session).await?;

        let session = self.connect().await?;
        println!("\nthe guest closes the stream on the computer");
        self.closed.send((session, SessionEndReason::Left))?;
        println!("the server knows: {}", self.end_reason(session).await?);

        let session = self.connect().await?;
        println!("\nada has the window end in three seconds, and the server stops");
        let end = Some(local(wall_clock() + TimeDelta::seconds(3)));
        let window = Some(WindowChange { end, ..WindowChange::default() });
        let change = InviteChange { window, permissions: None };
        self.app.edit_invite(&Call::operator(), TEAM, self.invite, &change, None).await?;
        self.order().await?;
        serving.stop().await?;
        self.closes(session).await
    }

    /// Connects as the guest's page does, and waits for the host to let them in.
    async fn connect(&mut self) -> Result<SessionId, Box<dyn Error>> {
        println!("\n{GUEST} connects");
        let cookie = self.app.sign_in_as(&Email::parse(GUEST)?).await?;
        let call = Call { caller: Caller::Login(cookie.hash()), origin: None, once: None };
        let Connected { session_id, .. } = self.app.connect(&call, &self.token).await?;
        let order = self.order().await?;
        let is_open = matches!(&order, Order::Open(session) if session.id == session_id);
        if is_open { Ok(session_id) } else { Err(format!("not the session: {order:?}").into()) }
    }

    /// Waits for the host to put the guest out.
    async fn closes(&mut self, session: SessionId) -> Result<(), Box<dyn Error>> {
        let order = self.order().await?;
        let is_closed = matches!(&order, Order::Close(closed, _) if *closed == session);
        if is_closed { Ok(()) } else { Err(format!("not the end: {order:?}").into()) }
    }

    /// Waits for the host's next order, and shows it.
    async fn order(&mut self) -> Result<Order, Box<dyn Error>> {
        let order = timeout(PATIENCE, self.orders.recv()).await?.ok_or("the host has stopped")?;
        show(&order);
        Ok(order)
    }

    /// Waits for the server to take notice of an end, and returns its reason.
    async fn end_reason(&self, session: SessionId) -> Result<String, Box<dyn Error>> {
        let (wake, mut commits) = mpsc::unbounded_channel();
        self.app.on_commit(move || wake.send(()).unwrap_or_default());
        loop {
            let paging = guest_app::Paging::default();
            let sessions = self.app.sessions(&Call::operator(), TEAM, self.invite, &paging).await?;
            let reported = sessions.data.into_iter().find(|one| one.id == session);
            if let Some(reason) = reported.and_then(|session| session.end_reason) {
                return Ok(reason);
            }
            timeout(PATIENCE, commits.recv()).await?;
        }
    }
}

/// A server that can be stopped.
struct Serving {
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Serving {
    async fn stop(self) -> Result<(), Box<dyn Error>> {
        let _ = self.stop.send(());
        Ok(self.server.await??)
    }
}

fn serve(listener: TcpListener, app: App) -> Serving {
    let (stop, stopped) = oneshot::channel::<()>();
    let router = guest_http::router(app, guest_http::Options::default());
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = tokio::spawn(async move {
        let stopped = async { stopped.await.unwrap_or_default() };
        axum::serve(listener, service).with_graceful_shutdown(stopped).await
    });
    Serving { stop, server }
}

const GUEST: &str = "lin@example.org";

/// How long any step may take.
const PATIENCE: Duration = Duration::from_secs(20);
